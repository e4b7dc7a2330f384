"""Stored text in pieces: nothing is lost, moved or hidden."""

from __future__ import annotations

import random
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.web import typeset

TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from("ab \n\r\t\x00\x1b\u202e\u2066\u200f\u2028é中ئا\U0001f6a2"),
        st.characters(exclude_categories=["Cs"]),
    ),
    max_size=120,
)
RANGES = st.lists(st.tuples(st.integers(0, 120), st.integers(0, 120)), max_size=6)
HIDDEN = ("Cc", "Cf")


def ordered(ranges: list[tuple[int, int]], length: int) -> list[tuple[int, int]]:
    """Sorted, without overlaps, inside a text of `length`."""
    found: list[tuple[int, int]] = []
    last = 0
    for low, high in sorted((min(r), max(r)) for r in ranges):
        low, high = max(low, last), min(high, length)
        if low < high:
            found.append((low, high))
            last = high
    return found


@given(TEXT, RANGES, RANGES, RANGES)
def test_the_pieces_of_a_page_are_its_text_each_at_its_offset(
    text: str,
    marks: list[tuple[int, int]],
    unsure: list[tuple[int, int]],
    noted: list[tuple[int, int]],
) -> None:
    marks = ordered(marks, len(text))
    words = [(low, high, 50) for low, high in ordered(unsure, len(text))]
    spans = [(low, high) for low, high in noted if low < high]
    lines = typeset.lines(text, (0, len(text)), marks, words, spans)
    shown = [piece for line in lines for piece in line.pieces if piece.text]
    for piece in shown:
        assert text[piece.at : piece.at + len(piece.text)] == piece.text
    covered = {at for piece in shown for at in range(piece.at, piece.at + len(piece.text))}
    left_out = {text[at] for at in range(len(text)) if at not in covered}
    assert left_out <= set("\r\n\u2028\u2029\x85")
    for piece in shown:
        inside = [n for n, (low, high) in enumerate(marks, 1) if low <= piece.at < high]
        assert piece.mark == (inside[0] if inside else 0)
        assert (piece.sure is not None) == any(low <= piece.at < high for low, high, _ in words)
        assert piece.noted == any(low <= piece.at < high for low, high in spans)


@given(TEXT)
def test_no_control_or_bidi_character_is_shown_as_itself(text: str) -> None:
    pieces = [p for line in typeset.lines(text, (0, len(text))) for p in line.pieces]
    for piece in [*pieces, *typeset.visible(text)]:
        if piece.unseen:
            assert len(piece.text) == 1 and "U+" in piece.title
            continue
        for char in piece.text:
            assert unicodedata.category(char) != "Cc" or char in "\t\n"
            assert unicodedata.bidirectional(char) not in (
                "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI",
            )  # fmt: skip


@given(TEXT, st.integers(0, 500), RANGES)
def test_a_snippet_keeps_its_words_and_its_marks(
    text: str, base: int, marks: list[tuple[int, int]]
) -> None:
    marks = [(low + base, high + base) for low, high in ordered(marks, len(text))]
    pieces = typeset.snippet(text, base, marks)
    assert "".join(p.text for p in pieces).split() == text.replace("\x85", " ").split()
    marked = {at for p in pieces if p.mark for at in range(p.at, p.at + len(p.text))}
    wanted = {at for low, high in marks for at in range(low, high)}
    assert marked <= wanted
    assert all(text[at - base] in "\r\n\u2028\u2029\x85" for at in wanted - marked)


@given(st.integers(0, 90_000), st.integers(1, 400))
def test_the_parts_of_a_long_page_are_all_of_it_once(length: int, every: int) -> None:
    text = ("x" * every + "\n") * (length // (every + 1))
    parts = typeset.parts(text)
    assert parts[0][0] == 0 and parts[-1][1] == len(text)
    for (_, end), (start, _) in pairwise(parts):
        assert end == start
    assert all(high - low <= typeset.PART for low, high in parts)
    for low, high in parts:
        assert typeset.part_at(parts, low) == parts.index((low, high))


def test_a_line_of_a_million_characters_is_cut_into_blocks() -> None:
    lines = typeset.lines("word " * 4000, (0, 20_000))
    assert len(lines) > 4
    assert "".join(p.text for line in lines for p in line.pieces) == "word " * 4000


def test_a_line_is_of_the_kind_of_the_innermost_region_that_it_begins_in() -> None:
    text = "new\nold\nolder\nnew"
    regions = [(4, 13, "quoted"), (8, 13, "signature")]
    lines = typeset.lines(text, (0, len(text)), regions=regions)
    assert [line.kind for line in lines] == ["", "quoted", "signature", ""]


def test_a_region_within_a_line_has_pieces_of_its_own_and_no_word_moves() -> None:
    text = "the sum of nine ten millions is due\n"
    regions = [(11, 15, "deleted"), (16, 19, "inserted")]
    (line,) = typeset.lines(text, (0, len(text)), marks=[(8, 19)], regions=regions)
    assert line.kind == ""
    found = [(p.text, p.kind, p.opens, p.mark) for p in line.pieces]
    assert found == [
        ("the sum ", "", False, 0), ("of ", "", False, 1), ("nine", "deleted", True, 1),
        (" ", "", False, 1), ("ten", "inserted", True, 1), (" millions is due", "", False, 0),
    ]  # fmt: skip
    assert [p.at for p in line.pieces] == [0, 8, 11, 15, 16, 19]


def test_a_stretch_of_lines_is_named_once_where_it_begins() -> None:
    text = "new\n> old\n> older\n\nnew\n> other\n"
    regions = [(4, 18, "quoted"), (23, 30, "quoted")]
    lines = typeset.lines(text, (0, len(text)), regions=regions)
    assert [(line.kind, line.opens) for line in lines] == [
        ("", False), ("quoted", True), ("quoted", False), ("", False), ("", False),
        ("quoted", True),
    ]  # fmt: skip
    assert all(not p.kind for line in lines for p in line.pieces)


@pytest.mark.parametrize("seed", range(20))
def test_regions_never_change_the_words_of_a_page(seed: int) -> None:
    chance = random.Random(seed)
    text = "".join(chance.choice("ab \n") for _ in range(200))
    places = [sorted((chance.randrange(200), chance.randrange(1, 201))) for _ in range(12)]
    kinds = ["quoted", "comment", "deleted"]
    regions = [(low, high, chance.choice(kinds)) for low, high in places if low < high]
    lines = typeset.lines(text, (0, len(text)), marks=[(20, 60)], regions=regions)
    for line in lines:
        for piece in line.pieces:
            assert text[piece.at : piece.at + len(piece.text)] == piece.text
    shown = "".join(p.text for line in lines for p in line.pieces)
    assert shown == text.replace("\n", "")
