"""Numbers of list paragraphs in a Word 97 file, counted as Word counts them.

The numbers stand nowhere in the file: a paragraph, or its style, names an entry of the table of
list overrides (LFO) and a level, the entry names a list (LSTF), and the list says how each of its
levels counts (LVL) ([MS-DOC] 2.4.6.3, 2.9.131, 2.9.147, 2.9.150). The counting is that of
docx_lists.py. Positions count the characters of the file's whole text.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from typing import NamedTuple

from assay.extract.docx_lists import LEVELS, Level, Lists, Numbered

_ILFO, _ILVL = 0x460B, 0x260A
_FORMS = {0: "decimal", 1: "upperRoman", 2: "lowerRoman", 3: "upperLetter", 4: "lowerLetter",
          5: "ordinal", 22: "decimalZero", 23: "bullet", 255: "none"}  # fmt: skip
_MOST = 0x7FE  # entries of the table of overrides
_PARAGRAPHS = 1_000_000
_NO_STYLE = 0xFFF
_BREAK = re.compile("[\r\x07\x0c]")
Sprms = Callable[[bytes], Iterator[tuple[int, bytes]]]


class Piece(NamedTuple):
    """A run of text that lies in one piece of the stream."""

    place: int  # in the stream, bytes
    size: int  # bytes
    first: int  # position of its first character
    width: int  # bytes a character


def lists_of(plc: bytes, levels: bytes, overrides: bytes, styles: bytes, sprms: Sprms) -> Lists:
    """The lists of a file: its PlfLst, the levels that follow it, its PlfLfo, its stylesheet.

    Raises struct.error or IndexError where one of them is damaged.
    """
    found = Lists(None, "")
    count = struct.unpack_from("<h", plc)[0]
    at = 0
    keys: dict[int, list[Level]] = {}
    for number in range(max(count, 0)):
        head = plc[2 + 28 * number :][:28]
        if len(head) < 28:
            break
        key = struct.unpack_from("<i", head)[0]
        keys[key] = []
        for _ in range(1 if head[26] & 1 else LEVELS):
            level, at = _level(levels, at)
            keys[key].append(level)
        found.define(str(key), Numbered(dict(enumerate(keys[key]))))
    _take_overrides(overrides, keys, found)
    for style, (number, place) in _styles(styles, sprms).items():
        found.belongs(str(style), str(number), place)
    return found


def _level(body: bytes, at: int) -> tuple[Level, int]:
    """(a level, where the next one begins)."""
    start, form, flags = struct.unpack_from("<iBB", body, at)
    places = [n for n in body[at + 6 : at + 15] if n]
    size = 28 + body[at + 24] + body[at + 25]
    at += size
    letters = struct.unpack_from("<H", body, at)[0]
    text = body[at + 2 : at + 2 + 2 * letters].decode("utf-16-le", "replace")
    shown = "".join(
        f"%{ord(letter) + 1}" if number in places and ord(letter) < LEVELS else letter
        for number, letter in enumerate(text, 1)
    )
    level = Level(max(start, 0), _FORMS.get(form, "decimal"), shown, bool(flags & 4))
    return level, at + 2 + 2 * letters


def _take_overrides(body: bytes, keys: dict[int, list[Level]], found: Lists) -> None:
    count = struct.unpack_from("<I", body)[0] if len(body) >= 4 else 0
    if count > _MOST:
        return
    at = 4 + 16 * count
    for number in range(count):
        key, several = struct.unpack_from("<i8xB", body, 4 + 16 * number)
        owner, restarts = str(key), dict[int, int]()
        at += 4
        for _ in range(several):
            start, flags = struct.unpack_from("<iI", body, at)
            at += 8
            if flags & 0x20:
                level, at = _level(body, at)
                owner = f"{key} of {number}"
                own = list(keys.get(key, ()))
                own[flags & 15 : (flags & 15) + 1] = [level]
                keys[key] = own
                found.define(owner, Numbered(dict(enumerate(own))))
                start = level.start
            if flags & 0x10:
                restarts[flags & 15] = start
        found.refer(str(number + 1), owner, restarts)


def _styles(body: bytes, sprms: Sprms) -> dict[int, tuple[int, int]]:
    """Style -> (entry, level) of paragraph styles that belong to a list ([MS-DOC] 2.9.271)."""
    if len(body) < 6:
        return {}
    size = struct.unpack_from("<H", body)[0]
    count, base = struct.unpack_from("<HH", body, 2)
    own: dict[int, tuple[int | None, int | None]] = {}
    below: dict[int, int] = {}
    at = 2 + size
    for number in range(count):
        if at + 2 > len(body):
            break
        length = struct.unpack_from("<H", body, at)[0]
        style, at = body[at + 2 : at + 2 + length], at + 2 + length + (length & 1)
        if length < base + 2 or base < 10:
            continue
        kind = struct.unpack_from("<H", style, 2)[0]
        below[number] = kind >> 4
        letters = struct.unpack_from("<H", style, base)[0]
        rest = base + 2 + 2 * (letters + 1)
        if kind & 15 == 1 and rest + 4 <= length:
            upx = struct.unpack_from("<H", style, rest)[0]
            own[number] = _listed(style[rest + 4 : rest + 2 + upx], sprms)
    found: dict[int, tuple[int, int]] = {}
    for style_number in below:
        entry: int | None = None
        level: int | None = None
        walk, steps = style_number, 0
        while walk != _NO_STYLE and steps < 20:
            given = own.get(walk, (None, None))
            entry = given[0] if entry is None else entry
            level = given[1] if level is None else level
            walk, steps = below.get(walk, _NO_STYLE), steps + 1
        if entry:
            found[style_number] = (entry, level or 0)
    return found


def _listed(properties: bytes, sprms: Sprms) -> tuple[int | None, int | None]:
    """(entry, level) that a list of modifiers sets; None for what it does not set."""
    entry = level = None
    for sprm, operand in sprms(properties):
        if sprm == _ILFO:
            entry = struct.unpack("<H", operand)[0]
        elif sprm == _ILVL:
            level = operand[0]
    return entry, level


def labels_of(
    main: bytes, bins: bytes, text: str, pieces: list[Piece], lists: Lists, sprms: Sprms
) -> dict[int, str]:
    """Position of a paragraph -> the number that stands before it, with a space behind.

    `bins` is the PlcBtePapx: the pages of paragraph properties in the stream `main`.
    """
    count = (len(bins) - 4) // 8
    if count < 1 or not lists:
        return {}
    by_place = sorted(pieces)
    starts = [piece.place for piece in by_place]
    listed: dict[int, tuple[str, str, str]] = {}
    breaks = [match.start() for match in _BREAK.finditer(text)]
    left = _PARAGRAPHS
    for page in struct.unpack_from(f"<{count}I", bins, 4 * (count + 1)):
        block = main[(page & 0x3FFFFF) * 512 :][:512]
        if len(block) < 512:
            continue
        runs = block[511]
        places = struct.unpack_from(f"<{runs + 1}I", block)
        for number in range(runs):
            offset = 2 * block[4 * (runs + 1) + 13 * number]
            if not offset:
                continue
            size = 2 * block[offset] - 1 if block[offset] else 2 * block[offset + 1]
            begin = offset + (1 if block[offset] else 2)
            properties = block[begin : begin + size]
            if len(properties) < 2:
                continue
            style = str(struct.unpack_from("<H", properties)[0])
            entry, level = _listed(properties[2:], sprms)
            if entry == 0 or (not entry and not lists.knows(style)):
                continue
            said = (str(entry or ""), "" if level is None else str(level), style)
            for end in _ends(places[number], places[number + 1], by_place, starts, breaks):
                left -= 1
                if text[end] != "\x0c":
                    listed[end] = said
            if left < 0:
                raise IndexError  # its runs lie over one another
    found: dict[int, str] = {}
    for end in sorted(listed):
        before = bisect_left(breaks, end)
        start = breaks[before - 1] + 1 if before else 0
        if label := lists.label(*listed[end]):
            found[start] = label + " "
    return found


def _ends(
    low: int, high: int, by_place: list[Piece], starts: list[int], breaks: list[int]
) -> Iterator[int]:
    """Positions of ends (of paragraphs, cells, pages) in a stretch of the stream."""
    at = max(bisect_right(starts, low) - 1, 0)
    while at < len(by_place) and by_place[at].place < high:
        piece = by_place[at]
        first, last = max(low, piece.place), min(high, piece.place + piece.size)
        begin = piece.first + (first - piece.place) // piece.width
        end = piece.first + (last - piece.place) // piece.width
        yield from breaks[bisect_left(breaks, begin) : bisect_left(breaks, end)]
        at += 1
