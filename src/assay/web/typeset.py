"""Stored text as pieces that a template can show without changing what it says.

Offsets count code points of the page's text. Every piece knows where it starts, so that what a
reader selects can be turned back into offsets. Control and bidi characters become boxes with
their names: shown, they could make a line read as something that it does not say. Nothing is
escaped here; templates escape all of it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TypeVar

import msgspec

PART = 20_000  # code points of a page that are shown at once
LONG_LINE = 4_000  # a line longer than this is cut into several blocks
UNSURE = 80  # a word recognised with less than this many percent is underlined

Stretch = TypeVar("Stretch", tuple[int, int, int], tuple[int, int, str])
_BIDI = {
    0x200E: "LRM", 0x200F: "RLM", 0x061C: "ALM", 0x202A: "LRE", 0x202B: "RLE", 0x202C: "PDF",
    0x202D: "LRO", 0x202E: "RLO", 0x2066: "LRI", 0x2067: "RLI", 0x2068: "FSI", 0x2069: "PDI",
    0x200B: "ZWSP", 0xFEFF: "BOM", 0x2028: "LS", 0x2029: "PS", 0xFFF9: "IAA", 0xFFFA: "IAS",
    0xFFFB: "IAT",
}  # fmt: skip
_CONTROLS = [
    "NUL",
    "SOH",
    "STX",
    "ETX",
    "EOT",
    "ENQ",
    "ACK",
    "BEL",
    "BS",
    "HT",
    "LF",
    "VT",
    "FF",
    "CR",
    "SO",
    "SI",
    "DLE",
    "DC1",
    "DC2",
    "DC3",
    "DC4",
    "NAK",
    "SYN",
    "ETB",
    "CAN",
    "EM",
    "SUB",
    "ESC",
    "FS",
    "GS",
    "RS",
    "US",
]
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_LINE_END = re.compile("\r\n|[\n\r\u2028\u2029\x85]")


class Piece(msgspec.Struct, frozen=True):
    """A run of characters that look alike.

    `at` is where it starts; `unseen` is the short name of a character that is shown as a box.
    `mark` numbers the mark it belongs to from 1, 0 for none, `first` is true on the first piece
    of a mark. `sure` is the percent of an unsure word, None for others.
    """

    at: int
    text: str
    mark: int = 0
    first: bool = False
    sure: int | None = None
    noted: bool = False
    place: bool = False
    unseen: str = ""
    kind: str = ""  # the kind of region it lies in, where the line around it is of another
    opens: bool = False  # the region begins here

    @property
    def title(self) -> str:
        """What hovering says."""
        if self.unseen:
            return character_name(self.text)
        return f"recognised with {self.sure} % confidence" if self.sure is not None else ""


class Line(msgspec.Struct, frozen=True):
    """A stored line, or a part of a very long one; `kind` where it is no plain running text.

    `opens`: the stretch of this kind begins here.
    """

    pieces: tuple[Piece, ...]
    kind: str = ""
    opens: bool = False


def character_name(char: str) -> str:
    """The full name of a character that cannot be seen."""
    code = ord(char)
    return f"{unicodedata.name(char, 'control character')} (U+{code:04X})"


def short_name(char: str) -> str:
    """What stands in the box."""
    code = ord(char)
    if code < 0x20:
        return _CONTROLS[code]
    return _BIDI.get(code, f"U+{code:04X}")


def visible(text: str) -> list[Piece]:
    """A name or value on one line: line ends are boxes too."""
    return list(_cut(text, 0, len(text), _Layers()))


def plain(text: str) -> str:
    """A name for an attribute or a label: what cannot be seen is named in brackets."""
    return _UNSEEN.sub(lambda match: f"[{short_name(match[0])}]", text)


def snippet(text: str, base: int, marks: Sequence[Sequence[int]]) -> list[Piece]:
    """A few lines of a page that start at `base`, with the marks that fall into them."""
    layers = _Layers(marks=_inside(marks, base, base + len(text)))
    pieces: list[Piece] = []
    at = 0
    for end in _LINE_END.finditer(text):
        pieces += _cut(text, at, end.start(), layers, base)
        pieces.append(Piece(base + end.start(), " "))
        at = end.end()
    return [*pieces, *_cut(text, at, len(text), layers, base)]


class _Layers(msgspec.Struct):
    """What lies over a text: sorted, non-overlapping ranges of each kind."""

    marks: list[tuple[int, int, int]] = []
    unsure: list[tuple[int, int, int]] = []
    noted: list[tuple[int, int, int]] = []
    place: list[tuple[int, int, int]] = []
    regions: list[tuple[int, int, str]] = []


def lines(
    text: str,
    part: tuple[int, int],
    marks: Sequence[Sequence[int]] = (),
    unsure: Sequence[tuple[int, int, int]] = (),
    noted: Sequence[tuple[int, int]] = (),
    place: tuple[int, int] | None = None,
    regions: Sequence[tuple[int, int, str]] = (),
) -> list[Line]:
    """The lines of `[part)` of a page's text under their layers.

    `unsure` holds (start, end, percent), sorted. `noted` may overlap and be in any order. A line
    that lies in one region whole is of its kind, and of the innermost where they lie inside each
    other; where regions begin or end within a line, its pieces are of their kinds.
    """
    start, end = part
    layers = _Layers(
        _inside(marks, start, end),
        [item for item in unsure if item[1] > start and item[0] < end],
        [(low, high, 0) for low, high in _joined(noted)],
        [(*place, 0)] if place else [],
        _innermost([r for r in regions if r[1] > start and r[0] < end]),
    )
    found: list[Line] = []
    at = start
    while at < end:
        match = _LINE_END.search(text, at, end)
        stop = match.start() if match else end
        after = match.end() if match else end
        while stop - at > LONG_LINE:
            cut = text.rfind(" ", at + LONG_LINE // 2, at + LONG_LINE) + 1 or at + LONG_LINE
            found.append(_line(text, at, cut, layers, found))
            at = cut
        found.append(_line(text, at, stop, layers, found))
        at = after
    return found


def _line(text: str, start: int, stop: int, layers: _Layers, before: list[Line]) -> Line:
    pieces = tuple(_cut(text, start, stop, layers)) or (Piece(start, ""),)
    around = _region_at(layers.regions, start)
    if around is None or around[1] < stop:
        return Line(pieces)
    bare = tuple(msgspec.structs.replace(p, kind="", opens=False) for p in pieces)
    last = before[-1] if before else None
    follows = last is not None and last.kind == around[2] and around[0] < start
    return Line(bare, around[2], not follows)


def _innermost(regions: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Sorted stretches that do not overlap, each of the kind of its innermost region."""
    edges = sorted({edge for low, high, _ in regions for edge in (low, high)})
    kinds = [""] * len(edges)
    # painted over each other, the longest first: what is seen at the end is innermost
    for low, high, name in sorted(regions, key=lambda r: r[0] - r[1]):
        for at in range(bisect_left(edges, low), bisect_left(edges, high)):
            kinds[at] = name
    found: list[tuple[int, int, str]] = []
    for (low, high), kind in zip(pairwise(edges), kinds, strict=False):
        if found and found[-1][1] == low and found[-1][2] == kind:
            found[-1] = (found[-1][0], high, kind)
        elif kind:
            found.append((low, high, kind))
    return found


def _region_at(regions: list[tuple[int, int, str]], offset: int) -> tuple[int, int, str] | None:
    index = bisect_right(regions, offset, key=lambda item: item[0]) - 1
    return regions[index] if index >= 0 and offset < regions[index][1] else None


def _inside(marks: Sequence[Sequence[int]], start: int, end: int) -> list[tuple[int, int, int]]:
    """Marks that touch `[start, end)` with their numbers from 1; overlaps go to the first."""
    found: list[tuple[int, int, int]] = []
    last = start
    for position, mark in enumerate(marks, 1):
        low, high = max(mark[0], last), min(mark[1], end)
        if low < high:
            found.append((low, high, position))
            last = high
    return found


def _joined(ranges: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return found


def _cut(text: str, start: int, end: int, layers: _Layers, base: int = 0) -> Iterator[Piece]:
    """Pieces of `text[start:end]`; its first character stands at `base` in the page."""
    low, high = base + start, base + end
    edges = {low, high}
    for layer in (layers.marks, layers.unsure, layers.noted, layers.place):
        for item in _touching(layer, low, high):
            edges.update((max(item[0], low), min(item[1], high)))
    for stretch in _touching(layers.regions, low, high):
        edges.update((max(stretch[0], low), min(stretch[1], high)))
    for match in _UNSEEN.finditer(text, start, end):
        edges.update((base + match.start(), base + match.end()))
    ordered = sorted(edges)
    for left, right in pairwise(ordered):
        words = text[left - base : right - base]
        mark = _at(layers.marks, left)
        unsure = _at(layers.unsure, left)
        region = _region_at(layers.regions, left)
        yield Piece(
            left,
            words,
            mark[2] if mark else 0,
            bool(mark and mark[0] == left),
            unsure[2] if unsure else None,
            _at(layers.noted, left) is not None,
            _at(layers.place, left) is not None,
            short_name(words) if len(words) == 1 and _UNSEEN.match(words) else "",
            region[2] if region else "",
            bool(region and region[0] == left),
        )


def _touching(layer: list[Stretch], low: int, high: int) -> list[Stretch]:
    first = bisect_right(layer, low, key=lambda item: item[1])
    last = bisect_left(layer, high, key=lambda item: item[0])
    return layer[first:last]


def _at(layer: list[tuple[int, int, int]], offset: int) -> tuple[int, int, int] | None:
    index = bisect_right(layer, offset, key=lambda item: item[0]) - 1
    return layer[index] if index >= 0 and layer[index][1] > offset else None


def parts(text: str) -> list[tuple[int, int]]:
    """The ranges in which a long page is shown, cut at line ends where there are any."""
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        end = min(at + PART, len(text))
        if end < len(text):
            end = text.rfind("\n", at + PART // 2, end) + 1 or end
        found.append((at, end))
        at = end
    return found or [(0, 0)]


def part_at(ranges: Sequence[tuple[int, int]], offset: int) -> int:
    """The number, from 0, of the part that holds `offset`."""
    return max(0, bisect_right(ranges, offset, key=lambda item: item[0]) - 1)
