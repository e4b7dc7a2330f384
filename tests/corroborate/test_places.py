"""Where words stand: the seeds of pages, marks of all scripts, sources that search."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.corroborate.draft import check
from assay.corroborate.marks import quoted
from assay.corroborate.sources import Held, Page, Seeds, letters_of
from assay.corroborate.tokens import tokens
from assay.model.statement import Heard

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64
CHINESE = "港务局在昨天说明新的码头不会在冬天之前完工,因为木材还没有运到。"


@pytest.mark.parametrize(
    ("text", "inside"),
    [
        ("He said “a b c” and “d e f”.", ["a b c", "d e f"]),
        ('He said "a b c" and "d e f".', ["a b c", "d e f"]),
        ("Er sagte: „a b c“ und »d e f«.", ["a b c", "d e f"]),
        ("He said, ''a b c'' and ``d e f''.", ["a b c", "d e f"]),
        ("Il dit : « a b c ».", ["a b c"]),
        ("Он сказал: «а б в».", ["а б в"]),
        ("他说:「甲乙丙」和『丁戊己』", ["甲乙丙", "丁戊己"]),
        ("She said ‘it’s the boat that sank’ twice.", ["it’s the boat that sank"]),
        ("The pilots' boat and the keepers' lamp.", []),
        ("She said “he called it ‘a boat’ then”.", ["he called it ‘a boat’ then"]),
        ("“One paragraph.\n\n“And the next.” End.", ["One paragraph.\n\n“And the next."]),
        ("A mark “without a partner", []),
        ("《书名》不是引文", []),
    ],
)
def test_marks_of_every_script_are_paired(text: str, inside: list[str]) -> None:
    assert [text[start:end] for start, end in quoted(text)] == inside


@given(st.text(alphabet="ab “”\"'’«»„\n.", max_size=80))
def test_stretches_in_marks_lie_in_order_inside_the_text(text: str) -> None:
    last = 0
    for start, end in quoted(text):
        assert last <= start < end <= len(text)
        last = end


def test_letters_that_are_no_form_alone_find_their_place_whatever_the_marks() -> None:
    seeds = Seeds([Page(A, "a", 1, "nothing"), Page(B, "b", 1, "It’s the “old—pier”, they\nsay.")])
    (span,) = seeds.exactly(letters_of("its the old pier they say"))
    (place,) = seeds.places(*span)
    assert (place.page.exhibit, place.page.text[place.start : place.end]) == (
        B,
        "It’s the “old—pier”, they\nsay",
    )


def test_words_never_run_from_one_exhibit_into_the_next() -> None:
    seeds = Seeds([Page(A, "a", 1, "the pier will"), Page(B, "b", 1, "hold another winter")])
    assert seeds.exactly(letters_of("the pier will hold another winter")) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=5), st.data())
def test_any_slice_of_eight_letters_is_found_where_it_was_taken(
    texts: list[str], data: st.DataObject
) -> None:
    pages = [Page(f"sha256:{n}", "p", 1, text) for n, text in enumerate(texts)]
    seeds = Seeds(pages)
    page = data.draw(st.sampled_from(pages))
    whole = letters_of(page.text)
    if len(whole.folded) < 8:
        return
    wanted = page.text[int(whole.origin[0]) : int(whole.origin[7]) + 1]
    found = [seeds.places(*span)[0].page for span in seeds.exactly(letters_of(wanted))]
    assert page in found


def test_han_is_found_by_four_characters_and_a_denial_left_out_is_seen() -> None:
    case = Held([Page(A, "港.txt", 1, CHINESE)])
    draft = "报告写道:“新的码头不会在冬天之前完工”。又写道:“新的码头会在冬天之前完工”。"
    one, two = [found for found in check(draft, Heard(), case) if found.kind == "quotation"]
    assert (one.verdict, two.verdict) == ("verbatim", "altered")
    assert [edit.kind for edit in two.edits] == ["negation"]


def test_a_decimal_is_not_its_digits() -> None:
    assert [token.norm for token in tokens("1.5 and 15 and 1,500 and 1.500.000")] == [
        "1.5", "and", "15", "and", "1500", "and", "1500000",
    ]  # fmt: skip


class Searched:
    """Sources that give a page only when they are asked for its words."""

    def __init__(self, pages: list[Page]) -> None:
        self._held = Held(pages)
        self.asked: list[str] = []

    def seek(self, words: str) -> Iterable[Page]:
        self.asked.append(words)
        return list(self._held.seek(words))[:2]

    def heard(self, page: Page) -> Heard:
        return Heard()

    def count(self, word: str) -> int:
        return self._held.count(word)

    def near(self, name: str) -> Iterable[str]:
        return self._held.near(name)


def test_a_case_that_is_searched_gives_the_same_verdicts_as_one_in_memory() -> None:
    pages = [
        Page(f"sha256:{n:064x}", f"{n}.txt", 1, f"In year {n} the keeper of lamp {n} was not paid.")
        for n in range(40)
    ]
    draft = "“the keeper of lamp 17 was not paid” and “the keeper of lamp 18 was paid”."
    searched = Searched(pages)
    verdicts = [
        [
            (one.text, one.verdict)
            for one in check(draft, Heard(), sources)
            if one.kind == "quotation"
        ]
        for sources in (searched, Held(pages))
    ]
    assert verdicts[0] == verdicts[1]
    assert [verdict for _, verdict in verdicts[0]] == ["verbatim", "altered"]
    assert searched.asked
