"""Statements as the contract gives them: places by page, ids that last, figures inside."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assay.casework.listener import day, wants
from assay.casework.stating import Sheet, Told
from assay.model.statement import Figure, Heard, Mention, Moment, Statement, Step, Stretch

DIGEST = "sha256:" + "ab" * 32
FIRST = 'The board met on 4 May. "Nobody dived for 300 hours," said Ines Marr.\n'
SECOND = "Marr told the Harbour Post that the berth was closed.\n"
TEXT = FIRST + "\f" + SECOND
SHEETS = [Sheet(1, 0, len(FIRST)), Sheet(2, len(FIRST) + 1, len(TEXT))]


def place(words: str, after: int = 0) -> tuple[int, int]:
    at = TEXT.index(words, after)
    return at, at + len(words)


def mention(words: str, after: int = 0, **more: Any) -> Mention:
    return Mention(words, *place(words, after), **more)


def figure(words: str) -> Figure:
    return Figure(words, *place(words), low=300.0, high=301.0, of=mention("hours"))


QUOTED = Statement(
    "direct",
    (Stretch(*place("Nobody dived for 300 hours,")),),
    0.91234,
    (Stretch(*place("Nobody dived for 300 hours,")),),
    speaker=mention("Ines Marr", name="Ines Marr"),
    cue=mention("said"),
)
TOLD = Statement(
    "indirect",
    (Stretch(*place("the berth was closed")),),
    0.5,
    speaker=mention("Marr", len(FIRST), name="Ines Marr"),
    addressee=mention("the Harbour Post", name="Harbour Post"),
    via=(Step("Harbour Post", *place("Harbour Post")),),
)
HEARD = Heard(
    (QUOTED, TOLD),
    (figure("300"),),
    (Moment("4 May", *place("4 May"), candidates=("2019-05-04", "2020-05-04")),),
    "rules",
)


def told(heard: Heard = HEARD) -> Told:
    return Told(DIGEST, "minutes.txt", TEXT, SHEETS, heard)


def test_places_are_given_on_the_page_that_is_named() -> None:
    pages = {sheet.number: TEXT[sheet.start : sheet.end] for sheet in SHEETS}
    for item in told().statements():
        assert pages[item["page"]][item["start"] : item["end"]] == item["exact"]
        for mention_ in (item["speaker"], item["addressee"]):
            if mention_ is not None:
                text = pages[mention_["page"]]
                assert text[mention_["start"] : mention_["end"]] == mention_["surface"]
    assert [item["page"] for item in told().statements()] == [1, 2]


def test_a_locator_counts_in_the_whole_text() -> None:
    item = list(told().statements())[1]
    locator = item["locator"]
    assert TEXT[locator["start"] : locator["end"]] == "the berth was closed" == locator["exact"]


def test_figures_inside_the_words_come_with_the_statement() -> None:
    first, second = told().statements()
    assert [f["surface"] for f in first["figures"]] == ["300"]
    assert first["figures"][0]["of"]["surface"] == "hours"
    assert second["figures"] == []


def test_a_date_without_a_year_says_which_years_fit() -> None:
    dates = [item for item in told().everything() if item["schema"] == "assay/date/1"]
    assert dates[0]["from"] is None
    assert dates[0]["candidates"] == [2019, 2020]
    assert dates[0]["fits"] == ["2019-05-04", "2020-05-04"]


def test_an_id_outlives_other_statements_coming_and_going() -> None:
    alone = next(told(Heard((TOLD,))).statements())["id"]
    assert alone == list(told().statements())[1]["id"]
    twice = [item["id"] for item in told(Heard((TOLD, TOLD))).statements()]
    assert len(set(twice)) == 2


def test_words_that_run_over_a_page_break_are_pieces_on_both_pages() -> None:
    start, end = place("said Ines Marr.")[0], place("told the Harbour")[1]
    over = Statement("indirect", (Stretch(start, end),), 0.4)
    item = next(told(Heard((over,))).statements())
    assert [piece["page"] for piece in item["content"]] == [1, 2]
    assert item["exact"] == FIRST[start:]
    assert item["locator"]["end"] == end


@given(st.integers(0, len(TEXT) - 1), st.integers(1, 60))
def test_pieces_together_hold_every_letter_of_the_words(start: int, length: int) -> None:
    stretch = Stretch(start, min(start + length, len(TEXT)))
    statement = Statement("indirect", (stretch,), 0.4)
    item = next(told(Heard((statement,))).statements())
    pages = {sheet.number: TEXT[sheet.start : sheet.end] for sheet in SHEETS}
    found = "".join(pages[p["page"]][p["start"] : p["end"]] for p in item["content"])
    letters = TEXT[stretch.start : stretch.end]
    assert "".join(found.split()) == "".join(letters.split())


def test_tables_and_code_are_passed_over_and_scans_are_not() -> None:
    assert wants("text/plain") and wants("message/rfc822") and wants("image/png")
    assert not wants("text/csv")
    assert not wants("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    assert not wants("image/svg+xml")


def test_a_day_that_is_none_is_no_day() -> None:
    assert day(20191126).isoformat() == "2019-11-26"  # type: ignore[union-attr]
    assert day(20190231) is None
    assert day(None) is None


def test_a_page_alone_has_the_ids_that_the_whole_text_gives() -> None:
    twice = told(Heard((TOLD, QUOTED, TOLD), HEARD.figures))
    whole = {item["id"]: item for item in twice.statements()}
    second = list(twice.statements(page=2))
    assert len(second) == 2 and all(whole[item["id"]] == item for item in second)
    assert [item["kind"] for item in twice.statements(least=0.6)] == ["direct"]
