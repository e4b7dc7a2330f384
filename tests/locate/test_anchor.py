"""Anchors: a passage is found again or its loss is said; never guessed."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assay.errors import AnchorLost, UsageError
from assay.locate.anchor import anchor, locator_for
from assay.locate.boxes import boxes_of
from assay.model.locator import Locator, TextPosition, TextQuote
from assay.model.reading import Words

TEXT = st.text(st.sampled_from("ab cد中\n"), min_size=1, max_size=60)


@given(TEXT, st.data())
def test_every_range_of_a_text_is_found_where_it_was(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    found = anchor(locator_for("x", text, start, end), text)
    assert not found.moved
    assert found.passage.exact == text[start:end]
    assert found.passage.locator.position == TextPosition(start, end)


@given(TEXT, TEXT, st.data())
def test_a_passage_with_text_put_before_it_is_found_or_its_loss_is_said(
    text: str, before: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    locator = locator_for("x", text, start, end)
    new = before + text
    try:
        found = anchor(locator, new)
    except AnchorLost:
        words = text[start:end]
        assert sum(new.startswith(words, at) for at in range(len(new))) != 1
        return
    place = found.passage.locator.position
    assert place is not None
    # white space may differ, words may not
    assert found.passage.exact.split() == text[start:end].split()
    assert new[place.start : place.end] == found.passage.exact


def test_moved_words_are_found_by_their_surroundings_among_equal_ones() -> None:
    old = "the sum was paid. the sum was not paid."
    locator = locator_for("x", old, old.rindex("paid"), old.rindex("paid") + 4)
    new = "NEW PAGE " + old
    found = anchor(locator, new)
    assert found.moved
    assert found.passage.locator.position == TextPosition(
        new.rindex("paid"), new.rindex("paid") + 4
    )


def test_words_that_stand_in_several_places_are_refused() -> None:
    locator = Locator("x", TextPosition(90, 94), TextQuote("paid"))
    with pytest.raises(AnchorLost, match="several places"):
        anchor(locator, "paid and paid")


def test_words_that_are_gone_are_refused() -> None:
    with pytest.raises(AnchorLost, match="not in the text"):
        anchor(Locator("x", TextPosition(0, 4), TextQuote("paid")), "nothing here")


def test_the_position_is_not_trusted_where_other_words_stand_there_now() -> None:
    text = "alpha beta gamma"
    locator = locator_for("x", text, 6, 10)
    found = anchor(locator, "alpha\n\n delta beta gamma")
    assert found.moved
    assert found.passage.exact == "beta"


def test_a_line_end_that_became_a_space_does_not_lose_the_passage() -> None:
    locator = Locator("x", TextPosition(0, 8), TextQuote("two\nwords"))
    assert anchor(locator, "so two words stand").passage.exact == "two words"


@given(st.text(max_size=5), st.integers(-3, 9), st.integers(-3, 9))
def test_a_range_outside_the_text_is_refused(text: str, start: int, end: int) -> None:
    assume(not 0 <= start < end <= len(text))
    with pytest.raises(UsageError):
        locator_for("x", text, start, end)


WORDS = Words((0, 6, 11), (5, 10, 16), (100, 100, 150, 120, 160, 101, 200, 121, 100, 130, 160, 150))


def test_words_on_one_line_share_a_box_and_the_next_line_has_its_own() -> None:
    boxes = boxes_of(WORDS, 0, 16)
    assert [(b.left, b.top, b.right, b.bottom) for b in boxes] == [
        (10.0, 10.0, 20.0, 12.1),
        (10.0, 13.0, 16.0, 15.0),
    ]


def test_a_part_of_a_word_gets_its_share_of_the_box() -> None:
    (box,) = boxes_of(WORDS, 0, 1)
    assert (box.left, box.right) == (10.0, 11.0)


@given(st.integers(0, 16), st.integers(0, 16))
def test_no_range_without_words_has_a_box(start: int, end: int) -> None:
    boxes = boxes_of(WORDS, start, end)
    touched = any(s < end and e > start for s, e in zip(WORDS.starts, WORDS.ends, strict=True))
    assert bool(boxes) == (touched and start < end)
