"""Dates as formats write them: what is none stays none."""

from __future__ import annotations

import pytest

from assay.extract import dates


@pytest.mark.parametrize(
    "zero",
    ["1601-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "1904-01-01 00:00:00", "0001-01-01T00:00:00"],
)
def test_midnight_of_a_day_from_which_programs_count_is_no_date(zero: str) -> None:
    assert dates.from_iso(zero) is None


def test_the_same_day_without_an_hour_or_with_another_is_one() -> None:
    assert dates.from_iso("1904-01-01") == "1904-01-01"
    assert dates.from_iso("1970-01-01T00:00:01Z") == "1970-01-01T00:00:01Z"
    assert dates.from_pdf("D:19700101000000Z") is None
    assert dates.from_pdf("D:20191126093000+08'00'") == "2019-11-26T01:30:00Z"
