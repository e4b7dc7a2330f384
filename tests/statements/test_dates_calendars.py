"""Laws of the other calendars, held against days that almanacs give."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.statements.dates_calendars import (
    hijri_month,
    hijri_to_day,
    hijri_year_of,
    lunar_to_day,
    lunar_year,
    sexagenary,
)


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (1900, "1900-01-31"), (1949, "1949-01-29"), (1985, "1985-02-20"), (2015, "2015-02-19"),
        (2019, "2019-02-05"), (2020, "2020-01-25"), (2023, "2023-01-22"), (2024, "2024-02-10"),
        (2026, "2026-02-17"), (2033, "2033-01-31"), (2034, "2034-02-19"),
    ],
)  # fmt: skip
def test_the_chinese_year_begins_on_the_day_that_almanacs_give(year: int, day: str) -> None:
    found = lunar_to_day(year, 1, 1)
    assert found is not None
    assert found.isoformat() == day


@pytest.mark.parametrize(
    ("year", "month", "day"),
    [
        (2017, 6, "2017-07-23"), (2020, 4, "2020-05-23"), (2023, 2, "2023-03-22"),
        (2033, 11, "2033-12-22"),
    ],
)  # fmt: skip
def test_a_leap_month_stands_where_almanacs_have_it(year: int, month: int, day: str) -> None:
    found = lunar_to_day(year, month, 1, True)
    assert found is not None
    assert found.isoformat() == day
    assert lunar_to_day(year, month % 12 + 1, 1, True) is None


@given(st.integers(1860, 2140))
def test_chinese_years_follow_one_another_and_have_twelve_or_thirteen_months(year: int) -> None:
    one, two = lunar_year(year), lunar_year(year + 1)
    assert one is not None
    assert two is not None
    assert one[1] == two[0]
    assert (one[1] - one[0]).days in (353, 354, 355, 383, 384, 385)


def test_the_cycle_of_sixty_begins_with_jiazi_and_has_no_mixed_pairs() -> None:
    assert sexagenary("甲子") == 0
    assert sexagenary("己亥") == (2019 - 1984) % 60
    assert sexagenary("甲丑") is None
    assert sexagenary("天下") is None


@pytest.mark.parametrize(
    ("year", "month", "day", "gregorian"),
    [
        (1, 1, 1, "0622-07-19"), (1441, 1, 1, "2019-09-01"), (1445, 9, 1, "2024-03-11"),
        (1400, 1, 1, "1979-11-21"),
    ],
)  # fmt: skip
def test_a_day_of_the_tabular_islamic_calendar(
    year: int, month: int, day: int, gregorian: str
) -> None:
    found = hijri_to_day(year, month, day)
    assert found is not None
    assert abs((found - dt.date.fromisoformat(gregorian)).days) == 0


@given(st.integers(1, 1600), st.integers(1, 12))
def test_islamic_months_follow_one_another_and_have_29_or_30_days(year: int, month: int) -> None:
    one = hijri_month(year, month)
    two = hijri_month(year + month // 12, month % 12 + 1)
    assert one is not None
    assert two is not None
    assert one[1] == two[0]
    assert (one[1] - one[0]).days in (29, 30)


@given(st.dates(dt.date(700, 1, 1), dt.date(2200, 1, 1)))
def test_the_islamic_year_of_a_day_holds_it(day: dt.date) -> None:
    year = hijri_year_of(day)
    first, last = hijri_to_day(year, 1, 1), hijri_to_day(year + 1, 1, 1)
    assert first is not None
    assert last is not None
    assert first <= day < last
