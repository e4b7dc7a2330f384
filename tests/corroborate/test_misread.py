"""How badly a page was read, and whether a place was misread or changed."""

from __future__ import annotations

import pytest

from assay.corroborate.channel import log_read, slips_between
from assay.corroborate.draft import check
from assay.corroborate.lexicon import Lexicon, rate_of
from assay.corroborate.misread import is_noise, run_together
from assay.corroborate.sources import Held, Page
from assay.model.draft import Check
from assay.model.statement import Heard

CLEAN = (
    "The harbour board met on a wet evening and spoke for an hour about the lamp on the western"
    " rock. Nobody wanted to pay for it, but everybody agreed that the pilots needed one. "
)
SCAN = (
    "Tbe harbonr board rnet on a wet eveninq and spoke tor an bour abont the lamp on tbe westem"
    " rock. Nobody wantcd to pay for it, hut everybody aqreed that tlie pilots necded one. "
)
DIALECT = (
    "Gwine doon t'brae wi' wee bairns an' muckle kye, fash nane o' thae gillies, for yon"
    " sleekit cowrin beastie drooket a' oor claes afore gloaming. "
)
LEXICON = Lexicon(lambda word: 0)


def verdict(source: str, quotation: str) -> Check:
    page = Page("sha256:" + "a" * 64, "page.txt", 1, source)
    found = check(f"One reads there: “{quotation}”, and that is all.", Heard(), Held([page]))
    (one,) = (item for item in found if item.kind == "quotation")
    return one


def test_the_rate_is_that_of_the_letters_and_a_clean_page_has_none() -> None:
    assert rate_of([LEXICON.reading(CLEAN)]) == 0.0
    share = sum(a != b for a, b in zip(CLEAN, SCAN, strict=False)) / len(CLEAN)
    assert 0.03 < rate_of([LEXICON.reading(SCAN)]) < max(0.12, share)


def test_a_page_of_dialect_is_no_scan() -> None:
    reading = LEXICON.reading(DIALECT)
    assert reading.bad > 5
    assert rate_of([reading]) == 0.0


def test_stretches_add_up_and_none_is_no_sign() -> None:
    assert rate_of([LEXICON.reading("")]) == 0.0
    one, two = LEXICON.reading(SCAN), LEXICON.reading(CLEAN)
    assert 0.0 < rate_of([one, two]) < rate_of([one])


def test_letters_that_look_alike_are_likelier_than_others() -> None:
    assert slips_between("minister", "rninister")[0] == 1
    assert log_read("their", "tbeir", 0.05) > log_read("their", "tgeir", 0.05)
    assert log_read("their", "their", 0.05) > log_read("their", "tbeir", 0.05)
    assert log_read("their", "tbeir", 0.1) > log_read("their", "tbeir", 0.01)


@pytest.mark.parametrize(
    ("meant", "seen"),
    [("hear", "bear"), ("right", "night"), ("house", "honse"), ("five", "fivc")],
)
def test_a_slip_that_makes_a_word_is_noise_by_the_page_s_rate_alone(meant: str, seen: str) -> None:
    assert is_noise(meant, seen, LEXICON, 0.1)
    if LEXICON.listed(seen):
        assert not is_noise(meant, seen, LEXICON, 0.0)


@pytest.mark.parametrize(
    ("ours", "seen"),
    [
        ("would", "could"), ("he", "she"), ("seven", "eleven"), ("now", "not"), ("can", "cant"),
        ("huge", "blg"), ("happy", "unhapqy"), ("agree", "d1sagree"), ("17", "11"), ("not", "nov"),
        ("do", "don't"), ("was", "wasn't"), ("no", "n"),
    ],
)  # fmt: skip
def test_a_writer_s_change_is_none_on_the_worst_page(ours: str, seen: str) -> None:
    assert not is_noise(ours, seen, LEXICON, 0.1)


@pytest.mark.parametrize(
    ("ours", "seen"), [("not", "nof"), ("not", "n0t"), ("don't", "dor't"), ("never", "nevcr")]
)
def test_a_denial_of_which_most_can_be_read_is_there(ours: str, seen: str) -> None:
    assert is_noise(ours, seen, LEXICON, 0.1)


def test_words_that_ran_together_are_each_met_or_none_is() -> None:
    assert run_together(("say", "she"), ("sayzhe",), LEXICON, 0.1)
    assert run_together(("so", "i", "went"), ("sowenl",), LEXICON, 0.1)
    assert not run_together(("of", "a", "use"), ("ofuse",), LEXICON, 0.1)  # "no", perhaps
    assert not run_together(("say", "nobody"), ("sayevery",), LEXICON, 0.1)
    assert not run_together(("can", "go"), ("con", "t", "go"), LEXICON, 0.1)


def test_a_real_word_misread_on_a_scan_alters_nothing_and_on_a_clean_page_it_does() -> None:
    place = "The keeper said that the pier was {} and that he saw it from the road. "
    quoted = "the pier was near and that he saw it from the road"
    assert verdict(SCAN + place.format("hear") + SCAN, quoted).verdict == "verbatim"
    assert verdict(CLEAN + place.format("hear") + CLEAN, quoted).verdict == "altered"


def test_a_reporting_clause_whose_marks_were_misread_is_left_out_on_a_scan_alone() -> None:
    said = "We sank tbe old ferry, said tbe kecper, bnt we kept tbe lamp and tbe oil. "
    quoted = "We sank the old ferry, but we kept the lamp and the oil"
    assert verdict(SCAN + said + SCAN, quoted).verdict == "verbatim"
    plain = "We sank the old ferry, said the keeper, but we kept the lamp and the oil. "
    assert verdict(CLEAN + plain + CLEAN, quoted).verdict == "altered"


def test_the_first_and_the_last_word_may_be_misread_too() -> None:
    place = "Wbat! Onr ferrg went down in tbe nlght. "
    assert verdict(SCAN + place + SCAN, "Our ferry went down in the night").verdict == "verbatim"


@pytest.mark.parametrize("but", ["but", "bnt", "hut"])
def test_a_misread_but_behind_a_quotation_is_still_one(but: str) -> None:
    place = f"We shall sell tbe crane to the town, {but} never tbe lamp. "
    assert verdict(SCAN + place + SCAN, "We shall sell the crane to the town").verdict == (
        "truncated"
    )


def test_what_another_piece_of_the_quotation_holds_was_not_left_out() -> None:
    source = "If we sell the crane, and the oil beside it, the town will pay for the lamp."
    quoted = "If we sell the crane … the town will pay for the lamp"
    assert verdict(source, quoted).verdict == "verbatim"
