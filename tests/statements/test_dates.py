"""Laws of dates: what settles them, places in the text, and what is no date."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.model.statement import Moment
from assay.statements.dates import dates
from assay.statements.figures import figures

WRITTEN = datetime.date(2019, 11, 28)


def only(text: str, written: datetime.date | None = WRITTEN, language: str = "en") -> Moment:
    found = dates(text, language, written)
    assert len(found) == 1, [moment.surface for moment in found]
    return found[0]


def test_a_day_without_its_year_takes_the_year_of_the_exhibit() -> None:
    moment = only("Pompeo on Tuesday, Nov. 26, warned of it")
    assert (moment.surface, moment.since, moment.until) == (
        "Tuesday, Nov. 26", "2019-11-26", "2019-11-27",
    )  # fmt: skip


def test_a_day_without_year_or_date_of_writing_stays_open_and_names_the_years_that_fit() -> None:
    moment = only("Pompeo on Tuesday, Nov. 26, warned of it", None)
    assert moment.since is None
    assert moment.until is None
    assert "2019-11-26" in moment.candidates
    assert len(moment.candidates) <= 8
    for candidate in moment.candidates:
        assert datetime.date.fromisoformat(candidate).weekday() == 1


def test_a_day_near_the_turn_of_the_year_takes_the_nearer_year() -> None:
    assert only("it opens Jan. 3", datetime.date(2019, 12, 28)).since == "2020-01-03"
    assert only("it closed Dec. 30", datetime.date(2020, 1, 4)).since == "2019-12-30"


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("the 1990s", "1990-01-01", "2000-01-01"),
        ("mid-2017", "2017-04-02", "2017-10-02"),
        ("from April 2017 to June 2018", "2017-04-01", "2018-07-01"),
        ("2017-2019", "2017-01-01", "2020-01-01"),
        ("yesterday", "2019-11-27", "2019-11-28"),
        ("last week", "2019-11-18", "2019-11-25"),
        ("three days ago", "2019-11-25", "2019-11-26"),
        ("next month", "2019-12-01", "2020-01-01"),
        ("late March", "2019-03-16", "2019-04-01"),
        ("the third quarter of 2018", "2018-07-01", "2018-10-01"),
        ("summer 2016", "2016-06-01", "2016-09-01"),
        ("November 19-20, 2018", "2018-11-19", "2018-11-21"),
        ("26 November 2019", "2019-11-26", "2019-11-27"),
    ],
)
def test_a_time_is_a_half_open_interval(text: str, since: str, until: str) -> None:
    moment = only(text)
    assert (moment.since, moment.until) == (since, until)


def test_a_numeric_date_that_can_be_read_two_ways_names_both() -> None:
    moment = only("on 03/04/2019", language="en")
    assert moment.since == "2019-03-04"
    assert "2019-04-03" in moment.candidates


@pytest.mark.parametrize(
    "text",
    [
        "you may not",
        "they march on",
        "for two years",
        "the second man",
        "12 people",
        "1990 people",
    ],
)
def test_words_that_only_look_like_times_are_none(text: str) -> None:
    assert dates(text, "en", WRITTEN) == ()


LANGUAGES = st.sampled_from(["en", "zh", "ru", "ar", "de", "fr", "es", None, "xx"])
PIECES = st.sampled_from(
    "a May 5 12 2019 31 Tuesday , . - / : ago last next week in from to between and early the of "
    "13/45/2019 2019-02-30 99:99 7 pm Q3 1990s ' 's 年 月 日 星期 去年 民国 农历 己亥年 года мая "
    "вторник مايو الماضي هـ ١٤٤١ Mai nächste siècle mars lunes hace \n \n\n 9999999999".split(" ")
)
DAYS = st.one_of(st.none(), st.dates())


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=14).map(" ".join)), LANGUAGES, DAYS
)
def test_any_text_gives_dates_that_are_its_slices_in_order_without_overlap(
    text: str, language: str | None, written: datetime.date | None
) -> None:
    last = 0
    for moment in dates(text, language, written):
        assert moment.surface == text[moment.start : moment.end] != ""
        assert moment.start >= last
        last = moment.end
        assert (moment.since is None) == (moment.until is None)
        if moment.since is not None and moment.until is not None and "-" in moment.since:
            assert moment.since < moment.until


@settings(max_examples=150, deadline=None)
@given(st.lists(PIECES, max_size=14).map(" ".join), LANGUAGES)
def test_the_digits_of_a_date_are_never_a_figure_too(text: str, language: str | None) -> None:
    taken = [(moment.start, moment.end) for moment in dates(text, language, None)]
    for figure in figures(text, language):
        assert not any(start < figure.end and figure.start < end for start, end in taken)


@pytest.mark.parametrize("written", [datetime.date(1, 1, 1), datetime.date(9999, 12, 31)])
def test_a_day_of_writing_at_the_edge_of_the_calendar_settles_nothing_and_raises_nothing(
    written: datetime.date,
) -> None:
    for text in ("on Tuesday", "last century", "next year", "Nov. 26", "己亥年", "in 90000 days"):
        for moment in dates(text, None, written):
            assert moment.since is None


def test_a_day_inside_a_stretch_without_a_day_of_writing_stays_open() -> None:
    for stretch in ("the year", "this month", "that week"):
        found, *_ = dates(f"It came on the first Monday of {stretch}.", "en", None)
        assert found.since is None and "day of writing" in found.why
