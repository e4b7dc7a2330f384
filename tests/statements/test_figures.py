"""Laws of figures: intervals, places in the text, and what is no figure."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.statements.figures import figures


def only(text: str, language: str = "en") -> tuple[float | None, float | None, str]:
    found = figures(text, language)
    assert len(found) == 1, [figure.surface for figure in found]
    return found[0].low, found[0].high, found[0].unit


def test_over_a_million_is_open_above_and_leaves_a_million_out() -> None:
    (figure,) = figures("the detention of over a million Muslims", "en")
    assert (figure.low, figure.low_included, figure.high) == (1_000_000, False, None)
    assert figure.surface == "over a million"


def test_hundreds_of_thousands_end_where_a_million_begins() -> None:
    assert only("hundreds of thousands of Uighurs") == (200_000, 1_000_000, "")


def test_at_least_a_year_is_a_length_of_time_and_no_date() -> None:
    assert only("detainees remain for at least a year before they go") == (1, None, "year")


def test_what_is_counted_is_the_head_noun() -> None:
    (figure,) = figures("over a million Uyghur Muslims and other ethnic minorities", "en")
    assert figure.of is not None
    assert figure.of.surface == "Muslims"


@pytest.mark.parametrize(
    "text",
    [
        "COVID-19 spread", "an F-16 fell", "Call +1-222-555-2222 now", "Article 5 applies",
        "on 5/17/2018", "at 7:30 pm", "in 2019", "the 27th floor", "the second man",
        "see 192.168.1.2", "No one came", "page 12",
    ],
)  # fmt: skip
def test_names_codes_dates_times_and_ordinals_are_no_figures(text: str) -> None:
    assert figures(text, "en") == ()


LANGUAGES = st.sampled_from(["en", "zh", "ru", "ar", "de", "fr", "es", None, "xx"])
PIECES = st.sampled_from(
    "a million two 5 12,000 % $ over nearly hundreds of thousands and to - . , 1/4 half third "
    "2019 May Tuesday ago last 百万 三 多 年 月 日 亿 около миллиона сотни тысяч مليون ثلاثة و "
    "٣٤ Millionen zwei über plus de mille más dos ° km ' \n \n\n ( ) \u0301 ½ ²".split(" ")
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=14).map(" ".join)), LANGUAGES)
def test_any_text_gives_figures_that_are_its_slices_in_order_without_overlap(
    text: str, language: str | None
) -> None:
    last = 0
    for figure in figures(text, language):
        assert figure.surface == text[figure.start : figure.end] != ""
        assert figure.start >= last
        last = figure.end
        assert figure.low is not None or figure.high is not None
        if figure.low is not None and figure.high is not None:
            assert figure.low < figure.high
        if figure.of is not None:
            assert figure.of.surface == text[figure.of.start : figure.of.end] != ""


@pytest.mark.parametrize("text", ["7" * 1_000_000, "," * 1_000_000, "(" * 1_000_000])
def test_a_megabyte_of_one_mark_is_no_figure(text: str) -> None:
    assert figures(text, "en") == ()


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("dozens of men", 24, 100), ("hundreds of men", 200, 1000),
        ("thousands of men", 2000, 1_000_000), ("tens of thousands of men", 20_000, 100_000),
        ("about 300 men", 270, 330), ("nearly 300 men", 270, 300), ("5.3 grams", 5.3, 5.4),
        ("1.5 million men", 1_500_000, 1_600_000), ("2 to 3 men", 2, 4),
    ],
)  # fmt: skip
def test_the_interval_of_vague_words_is_the_documented_one(
    text: str, low: float, high: float
) -> None:
    assert only(text)[:2] == (low, high)
