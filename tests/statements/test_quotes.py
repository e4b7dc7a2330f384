"""Quotation marks: what stands in them, in every script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.statements.quotes import quotes
from assay.statements.words import paragraphs


def inside(text: str) -> list[str]:
    return [text[q.start : q.end] for q in quotes(text, paragraphs(text)) if not q.title]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('He said, "It is late." Then he left.', ["It is late."]),
        ("“One,” he said. “Two.”", ["One,", "Two."]),
        ("Er sagte: „Es ist spät.“ Dann ging er.", ["Es ist spät."]),
        ("Er sagte: »Es ist spät.« Dann ging er.", ["Es ist spät."]),
        ("Il a dit : « Il est tard. »", [" Il est tard. "]),
        ("他说：“天晚了。”", ["天晚了。"]),
        ("他说：「天晚了。」", ["天晚了。"]),
        ("He said ‘It’s late, don’t you think?’ and left.", ["It’s late, don’t you think?"]),
        ("He said 'It's late, don't you think?' and left.", ["It's late, don't you think?"]),
        ("The workers' union and the bosses' club met in the '90s.", []),
        ("The workers’ union and the bosses’ club met in the ’90s.", []),
        ('A 6" pipe and a 5\'10" man.', []),
        ("``It is late,'' he said.", ["It is late,"]),
        ("“He told me ‘go’ and I went,” she said.", ["He told me ‘go’ and I went,", "go"]),
    ],
)
def test_marks_are_paired_and_apostrophes_are_no_marks(text: str, expected: list[str]) -> None:
    assert inside(text) == expected


def test_the_title_of_a_work_in_chinese_is_no_quotation() -> None:
    assert inside("他读了《红楼梦》。") == []


def test_a_mark_repeated_at_each_paragraph_goes_on_with_one_quotation() -> None:
    text = "“First part.\n\n“Second part.\n\n“Third part,” she said."
    found = quotes(text, paragraphs(text))
    assert [text[q.start : q.end] for q in found] == [
        "First part.",
        "Second part.",
        "Third part,",
    ]
    assert len({q.group for q in found}) == 1


def test_a_mark_that_is_never_closed_ends_with_its_paragraph() -> None:
    text = "He said “it is late and left.\n\nNothing was said here.\n\n“One,” he said."
    assert inside(text) == ["it is late and left.", "One,"]


def test_marks_set_apart_by_spaces_take_turns_over_the_lines_of_sentences() -> None:
    text = (
        '" I am here , " said Anna . " The boat is late .\n'
        'It comes at noon , if the wind holds ! "\n'
        "Tom 's boat was seen .\n"
        '" At last ! "\n'
    )
    found = quotes(text, paragraphs(text))
    assert [text[q.start : q.end].strip() for q in found] == [
        "I am here ,",
        "The boat is late .",
        "It comes at noon , if the wind holds !",
        "At last !",
    ]
    assert found[1].group == found[2].group


def test_single_marks_set_apart_by_spaces_are_none_of_the_apostrophes() -> None:
    text = "' Come in , ' said Anna . ' The boat 's late . '\n‘ So it is , ’ said Tom . ‘ Yes . ’"
    assert [piece.strip() for piece in inside(text)] == [
        "Come in ,",
        "The boat 's late .",
        "So it is ,",
        "Yes .",
    ]


def test_a_quotation_may_go_over_paragraphs_where_its_end_is_marked_soon() -> None:
    text = "«Первый абзац.\n\nВторой абзац», — сказал он."
    assert inside(text) == ["Первый абзац.", "Второй абзац"]


@given(st.text(alphabet="“”‘’\"'«»„ ab.\n—", max_size=200))
def test_every_stretch_lies_within_its_marks_and_the_text(text: str) -> None:
    for q in quotes(text, paragraphs(text)):
        assert 0 <= q.outer <= q.start < q.end <= q.close <= len(text)
