"""Figures, dates and names of a draft beside those of the case; speakers; other languages."""

from __future__ import annotations

import pytest

from assay.corroborate.draft import check
from assay.corroborate.sources import Held, Page
from assay.corroborate.speakers import told_apart
from assay.model.draft import Check
from assay.model.statement import Figure, Heard, Mention, Moment, Statement, Stretch

SOURCE = (
    "The harbour of Ostermark held over 2,000 sailors in the winter camp. "
    "On 4 March 1931 the council of Ostermark closed the winter camp. "
    "Katharina Wessely wrote the report for Muhammad Qasim."
)
RUSSIAN = "Смотритель сказал: «В лагере Остермарк было 2417 матросов и 38 лодок»."


def figure(text: str, surface: str, low: float, high: float | None, of: str) -> Figure:
    start, at = text.index(surface), text.index(of)
    noun = Mention(of, at, at + len(of))
    return Figure(surface, start, start + len(surface), low=low, high=high, of=noun)


def moment(text: str, surface: str, since: str, until: str) -> Moment:
    start = text.index(surface)
    return Moment(surface, start, start + len(surface), since=since, until=until)


def heard(page: Page) -> Heard:
    if page.path == "smotritel.txt":
        words = page.text[page.text.index("«") + 1 : page.text.index("»")]
        start = page.text.index(words)
        piece = Stretch(start, start + len(words))
        return Heard((Statement("direct", (piece,), 0.9, quotes=(piece,)),))
    return Heard(
        (),
        (figure(SOURCE, "over 2,000", 2000, None, "sailors"),),
        (moment(SOURCE, "4 March 1931", "1931-03-04", "1931-03-05"),),
    )


CASE = Held(
    [
        Page("sha256:" + "a" * 64, "harbour.txt", 1, SOURCE),
        Page("sha256:" + "b" * 64, "smotritel.txt", 1, RUSSIAN),
    ],
    heard,
)


def only(kind: str, checks: list[Check]) -> Check:
    (one,) = [found for found in checks if found.kind == kind]
    return one


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (2_500, 2_501, "agrees"),
        (1_000, None, "agrees"),
        (300, 301, "disagrees"),
        (0, 2_000, "disagrees"),
    ],
)
def test_a_figure_disagrees_where_its_interval_shares_no_value(
    low: float, high: float | None, verdict: str
) -> None:
    text = "The harbour of Ostermark held many sailors in the winter camp."
    one = only(
        "figure", check(text, Heard((), (figure(text, "many", low, high, "sailors"),)), CASE)
    )
    assert one.verdict == verdict
    assert one.evidence[0].exact == "over 2,000"


def test_a_figure_of_something_else_is_not_found_and_never_disagrees() -> None:
    text = "The harbour of Ostermark held 12 horses in the winter camp."
    one = only("figure", check(text, Heard((), (figure(text, "12", 12, 13, "horses"),)), CASE))
    assert (one.verdict, one.evidence) == ("not_found", ())


@pytest.mark.parametrize(
    ("since", "until", "verdict"),
    [("1931-03", "1931-04", "agrees"), ("1932-03-04", "1932-03-05", "disagrees")],
)
def test_a_date_is_laid_beside_that_of_the_same_event(since: str, until: str, verdict: str) -> None:
    text = "The council of Ostermark closed the winter camp on a day in March."
    one = only(
        "date", check(text, Heard((), (), (moment(text, "a day in March", since, until),)), CASE)
    )
    assert one.verdict == verdict


@pytest.mark.parametrize(
    ("name", "verdict", "meant"),
    [
        ("Katharina Wessely", "agrees", ""),
        ("Katharina Weseley", "spelled_otherwise", "Wessely"),
        ("Mohamed Qasim", "spelled_otherwise", "Muhammad"),
        ("Ferdinand Ulm", "not_found", ""),
    ],
)
def test_a_name_is_looked_for_as_it_is_written(name: str, verdict: str, meant: str) -> None:
    one = only("name", check(f"The report was written by {name} in the spring.", Heard(), CASE))
    assert (one.text, one.verdict) == (name, verdict)
    assert [edit.source for edit in one.edits] == ([meant] if meant else [])


def test_a_name_that_the_case_has_is_no_slip_of_another_one() -> None:
    pages = [Page("sha256:" + "c" * 64, "a.txt", 1, "Then Wessely met Wesselyk at noon.")]
    one = only("name", check("It was signed by Wesselyk.", Heard(), Held(pages)))
    assert one.verdict == "agrees"


def test_a_quotation_in_another_language_is_offered_beside_its_source() -> None:
    text = "The keeper said: “In the camp there were 2417 sailors and 38 boats.”"
    one = only("quotation", check(text, Heard(), CASE))
    assert one.verdict == "translation"
    assert one.evidence[0].exact == "В лагере Остермарк было 2417 матросов и 38 лодок"


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("Secretary of State Ada Brandt", "Brandt", False),
        ("Ms. Brandt", "Ada Brandt", False),
        ("Ada Brandt", "Carl Brandt", True),
        ("Mr. Brandt", "Mrs. Brandt", True),
        ("A. Brandt", "Ada Brandt", False),
        ("the Harbour Pilots Union", "HPU", False),
        ("Ada Brandt", "Carl Dietz", True),
        ("the ministry", "Ada Brandt", False),
        ("王小明", "小明", False),
        ("王小明", "李大伟", True),
    ],
)
def test_two_names_are_two_speakers_only_where_they_share_nothing(
    one: str, other: str, apart: bool
) -> None:
    assert told_apart(one, other) is apart
    assert told_apart(other, one) is apart
