"""Number formats: a cell is what its sheet shows, with the value beside it where they differ."""

from __future__ import annotations

import datetime
import string
from typing import Any

import made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.extract.shown import beside_words, form_of
from assay.testing.makers import binary_office, xlsx

# (format, value, text) by the rules of ECMA-376 part 1, 18.8.31
SHOWN: list[tuple[str, Any, str]] = [
    ("0%", 0.25, "25% [0.25]"),
    ("0.00%", 0.2537, "25.37% [0.2537]"),
    ("#,##0.00", 1234567.891, "1,234,567.89"),
    ('#,##0.00" €"', 1234.5, "1,234.50 €"),
    ("[$€-407]#,##0.00", -1234.5, "-€1,234.50"),
    ('_($* #,##0_);_($* (#,##0);_($* "-"??_);_(@_)', -5000, "$(5,000)"),
    ("$#,##0_);[Red]($#,##0)", -5000, "($5,000)"),
    ("0.00E+00", 12345.678, "1.23E+04 [12345.678]"),
    ("##0.0E+0", 12345.678, "12.3E+3 [12345.678]"),
    ("0.0E-0", 0.0005, "5.0E-4 [0.0005]"),
    ("# ?/?", 1.25, "1 1/4 [1.25]"),
    ("# ??/16", 0.3, "5/16 [0.3]"),
    ("#,##0", 1234.56, "1,235 [1234.56]"),
    ("0.00", 2.344, "2.34"),
    ("0.00", 1.005, "1.01"),
    ("0.00", 0.001, "0.00 [0.001]"),
    ('#,##0,,"M"', 1234567890, "1,235M [1234567890]"),
    ("000-00-0000", 123456789, "123-45-6789 [123456789]"),
    ("00000", 123, "00123 [123]"),
    ('[<100]0;[>=100]"over" 0', 150, "over 150"),
    ('"yes";;"no"', 0, "no"),
    ('"yes";;"no"', 1, "yes [1]"),
    (";;;", 5, "5"),
    ('"to "@', "Ana", "to Ana"),
    ('0;-0;0;"to "@', "Ana", "to Ana"),
    ("0.00", "Ana", "Ana"),
    ("0.00", True, "TRUE"),
    ("[h]:mm:ss", 1.5, "36:00:00"),
    ("[mm]:ss", datetime.timedelta(minutes=75), "75:00"),
    ("mm:ss.0", 0.00123, "01:46.3"),
    ("h:mm", datetime.time(3, 4), "3:04"),
    ("d-mmm-yy", 39210, "8-May-07 [2007-05-08]"),
    ("dd/mm/yyyy h:mm AM/PM", 39210.75, "08/05/2007 6:00 PM [2007-05-08 18:00:00]"),
    ("dddd, d mmmm yyyy", datetime.datetime(2007, 5, 8), "Tuesday, 8 May 2007 [2007-05-08]"),  # noqa: DTZ001
    ("yyyy\\-mm\\-dd", 39210, "2007-05-08"),
    ("[$-F800]dddd, mmmm dd, yyyy", 39210, "2007-05-08"),
    ("[$-407]d. mmmm yyyy", 39210, "2007-05-08"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "value", "text"), SHOWN)
def test_a_value_reads_as_its_format_shows_it(code: str, value: Any, text: str) -> None:
    form = form_of(code)
    assert (form(value) if form else str(value)) == text


def test_a_format_that_changes_nothing_is_none() -> None:
    assert all(form_of(code) is None for code in ("", "General", "@", "GENERAL", ";;;"))


@given(
    st.text(alphabet='0#?.,%E+-/@"\\_*[]$;hmsydAMP <>=' + string.digits, max_size=30),
    st.one_of(st.floats(), st.integers(-(10**20), 10**20), st.text(max_size=5), st.booleans()),
)
def test_no_format_fails_and_no_value_is_lost_to_one(code: str, value: Any) -> None:
    form = form_of(code)
    if form is not None and value != "":
        assert form(value)


@given(
    st.sampled_from(["0", "0.00", "#,##0.00", '#,##0.0" t"', "0_);(0.00)", '_($* #,##0_);"x "0.0']),
    st.one_of(st.floats(), st.floats(-1e6, 1e6), st.integers(-999, 999).map(lambda n: n / 8)),
)
def test_the_quick_way_of_common_formats_gives_what_the_whole_grammar_gives(
    code: str, value: float
) -> None:
    two = ";" in code
    quick, whole = form_of(code), form_of(code + (";0" if two else ";0;0"))
    assert quick is not None and whole is not None
    if value > 0 or (two and value < 0):
        assert quick(value) == whole(value)


def test_the_words_that_a_sheet_keeps_are_compared_with_its_value_in_any_spelling() -> None:
    assert beside_words("1.234,50 €", "1234.5", "currency") == "1.234,50 €"
    assert beside_words("25 %", "0.25", "percentage") == "25 % [0.25]"
    assert beside_words("1 235", "1234.56", "float") == "1 235 [1234.56]"
    assert beside_words("8. Mai 2007", "2007-05-08", "date") == "8. Mai 2007 [2007-05-08]"
    assert beside_words("2007-05-08", "2007-05-08", "date") == "2007-05-08"
    assert beside_words("ten", "10", "string") == "ten"


def test_cells_of_a_workbook_read_as_the_sheet_shows_them() -> None:
    cells = [xlsx.Formatted(0.25, "0%"), 0.25, xlsx.Formatted("Ana", '"to "@')]
    body = xlsx.xlsx([("S", [["share", "plain", "who"], [], cells])])
    assert made.read_bytes(body, "a.xlsx").text == "share\tplain\twho\n\n25% [0.25]\t0.25\tto Ana"


def test_a_workbook_that_is_read_as_a_stream_shows_the_same() -> None:
    far = [[xlsx.Formatted(0.25, "0%")], *[[]] * 3000, [xlsx.Formatted(7, "0.00")]]
    body = xlsx.xlsx([("S", far)])
    reading = made.read_bytes(body, "a.xlsx", cells=1000)
    assert made.page_of(reading, 2) == "25% [0.25]\n7.00"


def test_cells_of_a_binary_workbook_read_as_the_sheet_shows_them() -> None:
    body = binary_office.xlsb([["share", 0.25]], code='0%;;;"the "@')
    assert made.read_bytes(body, "a.xlsb").text == "the share\t25% [0.25]"


def test_cells_of_an_old_workbook_read_as_the_sheet_shows_them() -> None:
    tree = binary_office.xls([["Ana", 0.25, 1234.5]], formats=['"to "@', "0%", "#,##0.00"])
    assert made.read_bytes(made.ole(tree), "a.xls").text == "to Ana\t25% [0.25]\t1,234.50"


def test_a_sheet_that_begins_low_keeps_its_rows_and_hides_the_right_ones() -> None:
    tree = binary_office.xls(
        [["a", 0.5], ["b", 0.25]], above=3, hidden_rows=[5], formats=["@", "0%"]
    )
    reading = made.read_bytes(made.ole(tree), "a.xls")
    assert reading.text == "a\t50% [0.5]\nb\t25% [0.25]"
    assert made.kinds_of(reading) == {"hidden": ["b\t25% [0.25]"]}
