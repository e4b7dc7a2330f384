"""A quotation of a draft beside its place in the case."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.corroborate.draft import alarming, check
from assay.corroborate.sources import Held, Page
from assay.model.draft import Check
from assay.model.statement import Heard, Mention, Statement, Stretch

MINUTES = """The harbour board met on Monday. “I do not think that the northern pier will hold \
another winter,” said Ada Brandt, who keeps the books. “We will never sell the crane, but we can \
rent it out for 300 days a year.” Her brother was of another mind.

The tide tables were printed in 1931 and list 2,400 vessels. “If the council pays, we would \
build a new school for every ward,” she told the visitors. “The old ferry was hardly safe, and \
nobody asked why.”

Tbe rninister saicl tlie govemment had n0t decided on tbe new la w and wou1d wait for tbe vote \
of parliament.
"""
LETTER = """Dear board, the pilots want a lighthouse on the western rock before autumn. They \
promise to pay for the lamp, the oil and the keeper. Nothing else was promised.
"""
PAGES = [
    Page("sha256:" + "a" * 64, "minutes.txt", 1, MINUTES),
    Page("sha256:" + "b" * 64, "letter.txt", 1, LETTER),
]


def statement(text: str, words: str, name: str | None, kind: str = "direct") -> Statement:
    start = text.index(words)
    piece = Stretch(start, start + len(words))
    speaker = Mention(name, 0, len(name), name=name) if name else None
    return Statement(kind, (piece,), 0.9, quotes=(piece,), speaker=speaker)  # type: ignore[arg-type]


def heard_in_minutes(page: Page) -> Heard:
    if page.path != "minutes.txt":
        return Heard()
    words = "I do not think that the northern pier will hold another winter"
    return Heard((statement(page.text, words, "Ada Brandt"),))


CASE = Held(PAGES, heard_in_minutes)


def checked(quotation: str, speaker: str | None = None, case: Held = CASE) -> Check:
    draft = f"In the minutes one reads: “{quotation}” and that is all."
    heard = Heard((statement(draft, quotation, speaker),))
    found = [one for one in check(draft, heard, case) if one.kind == "quotation"]
    assert len(found) == 1
    assert draft[found[0].start : found[0].end] == found[0].text == quotation
    return found[0]


def kinds(one: Check) -> list[str]:
    return [edit.kind for edit in one.edits if edit.kind != "noise"]


def test_words_that_stand_there_are_verbatim_and_the_evidence_is_the_page_s_own_text() -> None:
    one = checked("The tide tables were printed in 1931 and list 2,400 vessels.")
    assert one.verdict == "verbatim"
    (evidence,) = one.evidence
    assert MINUTES[evidence.start : evidence.end] == evidence.exact
    assert evidence.exact == "The tide tables were printed in 1931 and list 2,400 vessels"


@pytest.mark.parametrize(
    "quotation",
    [
        "I do not think that the northern pier will hold another winter.",
        "i do not think that the northern pier will hold another winter",
        "I do not think that the northern  pier will hold—another winter",
        "list 2400 vessels",
    ],
)
def test_marks_spaces_case_and_a_final_stop_alter_nothing(quotation: str) -> None:
    assert checked(quotation).verdict == "verbatim"


@pytest.mark.parametrize(
    ("quotation", "kind"),
    [
        ("I do think that the northern pier will hold another winter", "negation"),
        ("I do not think that the northern pier will not hold another winter", "negation"),
        ("I don't think that the northern pier won't hold another winter", "negation"),
        ("I do now think that the northern pier will hold another winter", "negation"),
        ("The tide tables were printed in 1937 and list 2,400 vessels", "number"),
        ("The tide tables were printed in 1931 and list 24,000 vessels", "number"),
        ("I do not think that the northern pier would hold another winter", "modal"),
        ("I do not think that the southern pier will hold another winter", "word"),
        ("The old ferry was perfectly safe, and nobody asked why", "negation"),
        ("The old ferry was hardly unsafe, and nobody asked why", "negation"),
        ("The old ferry was hardly safe, and somebody asked why", "negation"),
        ("the pilots want a lighthouse on the western rock after autumn", "word"),
        ("They promise to pay for the oil, the lamp and the keeper", "order"),
    ],
)
def test_a_changed_word_is_altered_and_said_to_be_what_it_is(quotation: str, kind: str) -> None:
    one = checked(quotation)
    assert one.verdict == "altered"
    assert kind in kinds(one)


def test_a_misread_source_alters_nothing() -> None:
    one = checked("The minister said the government had not decided on the new law")
    assert one.verdict == "verbatim"
    assert {edit.kind for edit in one.edits} == {"noise"}


def test_a_denial_left_out_is_seen_through_misread_letters() -> None:
    one = checked("The minister said the government had decided on the new law")
    assert one.verdict == "altered"
    assert kinds(one) == ["negation"]


@pytest.mark.parametrize(
    ("source", "quotation"),
    [
        ("She can,t expiain it at all, sald tbe cook", "She can explain it at all, said the cook"),
        ("You maa nothave iived mnch there", "You may now have lived much there"),
        ("the pier wasn'f bui1t of ciay or wocd", "the pier was built of clay or wood"),
        ("lt is n0t buiit of ciay or wocd", "It is now built of clay or wood"),
        ("tbey saw notbing of the iight or tbe oil", "they saw something of the light or the oil"),
        ("tbe road is unsafe at nigbt for tbe boys", "the road is safe at night for the boys"),
        ("it is not abie to hoid tbe iamp", "it is able to hold the lamp"),
        ("tbe pilots did n0t pay for tbe iamp", "the pilots did pay for the lamp"),
    ],
)
def test_no_denial_is_lost_in_a_bad_scan(source: str, quotation: str) -> None:
    page = Page(
        "sha256:" + "f" * 64, "scan.txt", 1, f"Tbe log: {source}. Tbat is ali tbat it says."
    )
    for ours in (quotation, quotation.capitalize()):
        assert checked(ours, case=Held([page])).verdict != "verbatim"


@pytest.mark.parametrize(
    ("quotation", "left_out"),
    [
        ("the northern pier will hold another winter", "I do not think that"),
        ("We will never sell the crane", "but"),
        ("we would build a new school for every ward", "If the council pays"),
        ("Nothing else was", ""),
        ("We will never sell the crane, but we can rent it out", ""),
    ],
)
def test_what_was_cut_off_and_changes_the_sense_is_told(quotation: str, left_out: str) -> None:
    one = checked(quotation)
    assert one.verdict == ("truncated" if left_out else "verbatim")
    if left_out:
        assert one.evidence[0].note == f"left out: {left_out}"


def test_an_ellipsis_is_honest_and_what_it_hides_is_read() -> None:
    assert checked("the pilots want a lighthouse … before autumn").verdict == "verbatim"
    assert checked("They promise to pay for the lamp […] and the keeper").verdict == "verbatim"
    assert checked("We will never sell the crane … for 300 days a year").verdict == "truncated"


def test_words_in_square_brackets_are_openly_the_writer_s() -> None:
    assert checked("[T]he pilots want a lighthouse").verdict == "verbatim"
    assert checked("[the pilots] promise to pay for the lamp").verdict == "verbatim"


def test_brackets_hide_no_words_beside_them_and_those_of_the_source_are_its_own() -> None:
    assert checked("[it says] Nothing else was promised").verdict == "verbatim"
    assert checked("They [never] promise to pay for the lamp").verdict == "altered"
    assert checked("a dry summer on the [western] rock").verdict in ("altered", "not_found")
    case = Held([Page("sha256:" + "c" * 64, "a.txt", 1, "We sank it [in Ostermark] before dawn.")])
    assert checked("We sank it [in Ostermark] before dawn", case=case).verdict == "verbatim"
    assert checked("We sank it [in Westermark] before dawn", case=case).verdict == "altered"


def test_two_places_in_one_pair_of_marks_are_a_splice() -> None:
    one = checked("The tide tables were printed in 1931 before autumn they promise to pay for it")
    other = checked("the northern pier will hold the lamp, the oil and the keeper")
    assert {one.verdict, other.verdict} == {"spliced"}
    assert [row.path for row in other.evidence] == ["minutes.txt", "letter.txt"]


def test_another_speaker_in_the_source_is_misattributed_and_precedes_the_rest() -> None:
    words = "I do not think that the northern pier will hold another winter"
    assert checked(words, "Carl Dietz").verdict == "misattributed"
    assert checked(words.replace("not ", ""), "Carl Dietz").verdict == "misattributed"
    assert checked(words, "Brandt").verdict == "verbatim"
    assert checked(words, "the bookkeeper").verdict == "verbatim"
    assert checked(words).verdict == "verbatim"
    assert checked("The tide tables were printed in 1931", "Carl Dietz").verdict == "verbatim"


def test_what_stands_nowhere_is_not_found_and_no_alarm() -> None:
    one = checked("a whale was seen off the coast by three clerks")
    assert (one.verdict, one.evidence) == ("not_found", ())
    assert not alarming([one])
    assert alarming([checked("We will never sell the crane")])


def test_the_pieces_around_a_reporting_clause_are_one_utterance() -> None:
    one = checked(
        "I do not think that the northern pier will hold another winter. We will never sell the"
        " crane, but we can rent it out"
    )
    assert one.verdict == "verbatim"


def test_a_quotation_over_a_page_break_has_evidence_on_both_pages() -> None:
    digest = "sha256:" + "c" * 64
    case = Held(
        [
            Page(digest, "book.pdf", 1, "He wrote that the dam was built of clay and"),
            Page(digest, "book.pdf", 2, "of river stones, as everybody knew."),
        ]
    )
    one = checked("the dam was built of clay and of river stones", case=case)
    assert one.verdict == "verbatim"
    assert [(row.page, row.exact) for row in one.evidence] == [
        (1, "the dam was built of clay and"),
        (2, "of river stones"),
    ]


WORDS = st.sampled_from(
    "harbour board meets under a green lamp while seven pilots sing about the tide and no"
    " keeper wants to hear what an old clerk never wrote in 1931".split()
)


@settings(max_examples=60, deadline=None)
@given(st.lists(WORDS, min_size=8, max_size=40), st.data())
def test_an_unchanged_quotation_of_whole_sentences_is_verbatim(words: list[str], data) -> None:  # type: ignore[no-untyped-def]
    whole = " ".join(words)
    text = f"Before it. {whole}. After it."
    case = Held([Page("sha256:" + "d" * 64, "any.txt", 1, text)])
    assert checked(whole, case=case).verdict == "verbatim"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_makes_it_raise_and_every_text_is_its_slice(draft: str, source: str) -> None:
    case = Held([Page("sha256:" + "e" * 64, "any.txt", 1, source)])
    for text in (draft, f"“{draft}” and „{source}“", f'"{source[5:40]}"'):
        for one in check(text, Heard(), case):
            assert text[one.start : one.end] == one.text
            for row in one.evidence:
                assert source[row.start : row.end] == row.exact


TRADE = (
    "The harbour board said on Monday that the channel offers twelve metres of water at the mole,"
    " and that several detainees were moved by the guards to another place near the old dolphin"
    " before the inspectors came."
)


@pytest.mark.parametrize(
    ("stands", "instead"),
    [
        ("offers", "offer"), ("detainees", "detainee"), ("guards", "guard"), ("said", "says"),
        ("moved", "removed"), ("came", "come"), ("near", "hear"), ("old", "odd"),
        ("place", "places"), ("inspectors", "inspector"), ("another", "other"),
    ],
)  # fmt: skip
def test_a_word_for_a_word_is_no_noise_where_the_source_was_not_read_badly(
    stands: str, instead: str
) -> None:
    """British spelling and two words of a trade do not make a clean page a bad scan."""
    case = Held([Page("sha256:" + "0" * 64, "a.txt", 1, TRADE)])
    (one,) = (
        c
        for c in check(f"“{TRADE.replace(stands, instead, 1)}”", Heard(), case)
        if c.kind == "quotation"
    )
    assert one.verdict == "altered" and "word" in kinds(one)


def test_what_lies_beside_an_exhibit_in_another_script_does_not_make_it_a_bad_scan() -> None:
    other = "ئاقىرىپ قالىدۇ ئۆلچەش ئۈچۈن كەلگەن خانىم بۇ توزاننىڭ ئاسبېست ئىكەنلىكىنى ئېيتتى " * 3
    pages = [
        Page("sha256:" + digit * 64, f"{digit}.txt", 1, text)
        for digit, text in (
            ("1", other),
            ("2", "The east channel offers nine metres."),
            ("3", other),
        )
    ]
    draft = "“The east channel offer nine metres.”"
    (one,) = (c for c in check(draft, Heard(), Held(pages)) if c.kind == "quotation")
    assert one.verdict == "altered" and kinds(one) == ["word"]
