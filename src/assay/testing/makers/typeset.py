"""Break text into lines and shape them into glyphs, for every script of the sample leak.

A line is laid out as UAX #9 says for text without explicit marks, brackets unpaired: enough
for letters and figures inside Arabic-script lines. HarfBuzz shapes each run; advances are in
thousandths of an em, so a line's width in points is their sum times size / 1000.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import msgspec
import uharfbuzz  # type: ignore[import-untyped]

from assay.testing.makers.fonts import Script, Style, load_face, script_of

_NO_LINE_START = "，。、；：？！）》」』”’…·,.;:!?)"
_HAN = r"\u2e80-\u9fff\uff00-\uffef"
_WORDS = re.compile(rf"\s+|[{_HAN}“”‘’]|[^\s{_HAN}]+")


class Glyph(msgspec.Struct, frozen=True):
    """One glyph: its number in the face, the text it stands for ("" for a later part of a
    cluster), and where it goes, in thousandths of an em."""

    number: int
    text: str
    advance: float
    dx: float
    dy: float


class Run(msgspec.Struct, frozen=True):
    """Glyphs of one face from left to right."""

    script: Script
    style: Style
    glyphs: tuple[Glyph, ...]

    @property
    def width(self) -> float:
        """The sum of the advances, in thousandths of an em."""
        return sum(glyph.advance for glyph in self.glyphs)


def runs_right_to_left(text: str) -> bool:
    """Tell whether the paragraph's first strong character runs from right to left."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False


def _levels(text: str, base: int) -> list[int]:
    """Embedding levels of UAX #9, rules W2 to W7, N1, N2, I1, I2, in this order."""
    kinds = [unicodedata.bidirectional(char) for char in text]
    strong = "R" if base else "L"
    last = strong
    for n, kind in enumerate(kinds):
        if kind in ("L", "R", "AL"):
            last = kind
        elif kind == "EN" and last == "AL":
            kinds[n] = "AN"
        elif kind == "NSM":
            kinds[n] = kinds[n - 1] if n else strong
    kinds = ["R" if kind == "AL" else kind for kind in kinds]
    for n in range(1, len(kinds) - 1):
        around = {kinds[n - 1], kinds[n + 1]}
        joins = {"ES": ({"EN"},), "CS": ({"EN"}, {"AN"})}
        if around in joins.get(kinds[n], ()):
            kinds[n] = kinds[n - 1]
    for order in (range(len(kinds)), range(len(kinds) - 1, -1, -1)):
        near = ""
        for n in order:
            if kinds[n] == "ET" and near == "EN":
                kinds[n] = "EN"
            near = kinds[n]
    last = strong
    for n, kind in enumerate(kinds):
        if kind in ("L", "R"):
            last = kind
        elif kind == "EN" and last == "L":
            kinds[n] = "L"
    n = 0
    while n < len(kinds):
        if kinds[n] in ("L", "R", "EN", "AN"):
            n += 1
            continue
        end = n
        while end < len(kinds) and kinds[end] not in ("L", "R", "EN", "AN"):
            end += 1
        left = strong if n == 0 else ("L" if kinds[n - 1] == "L" else "R")
        right = strong if end == len(kinds) else ("L" if kinds[end] == "L" else "R")
        kinds[n:end] = [left if left == right else strong] * (end - n)
        n = end
    if base:
        return [1 if kind == "R" else 2 for kind in kinds]
    return [{"L": 0, "R": 1}.get(kind, 2) for kind in kinds]


def _pieces(text: str, right: bool) -> list[tuple[str, Script, bool]]:
    """(text, script, right to left) in the order in which they stand from left to right."""
    base = int(right)
    levels = _levels(text, base)
    scripts: list[Script] = []
    last: Script = next((s for s in map(script_of, text) if s), "latin")
    for char in text:
        last = script_of(char) or last
        scripts.append(last)
    parts: list[tuple[str, Script, int]] = []
    start = 0
    for n in range(1, len(text) + 1):
        if n == len(text) or (levels[n], scripts[n]) != (levels[start], scripts[start]):
            parts.append((text[start:n], scripts[start], levels[start]))
            start = n
    for level in (2, 1):
        n = 0
        while n < len(parts):
            end = n
            while end < len(parts) and parts[end][2] >= level:
                end += 1
            parts[n:end] = parts[n:end][::-1]
            n = max(end, n + 1)
    return [(piece, script, bool(level % 2)) for piece, script, level in parts]


@lru_cache(maxsize=16)
def _font(script: Script, style: Style) -> uharfbuzz.Font:
    return uharfbuzz.Font(load_face(script, style))


def _shape(text: str, script: Script, style: Style, right: bool) -> Run:
    font = _font(script, style)
    scale = 1000 / font.face.upem
    buffer = uharfbuzz.Buffer()
    buffer.add_str(text)
    buffer.cluster_level = uharfbuzz.BufferClusterLevel.CHARACTERS
    buffer.guess_segment_properties()
    buffer.direction = "rtl" if right else "ltr"
    # Ligatures of Latin letters would hide the letters from readers that know no ToUnicode.
    features = {"kern": False, "liga": False, "clig": False} if script != "arabic" else {}
    uharfbuzz.shape(font, buffer, features)
    infos, places = buffer.glyph_infos, buffer.glyph_positions
    starts = sorted({info.cluster for info in infos})
    ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
    seen: set[int] = set()
    glyphs = []
    for info, place in zip(infos, places, strict=True):
        if info.codepoint == 0:
            raise ValueError(f"no glyph for U+{ord(text[info.cluster]):04X} in {script} {style}")
        word = "" if info.cluster in seen else text[info.cluster : ends[info.cluster]]
        seen.add(info.cluster)
        glyphs.append(
            Glyph(
                info.codepoint,
                word,
                place.x_advance * scale,
                place.x_offset * scale,
                place.y_offset * scale,
            )
        )
    return Run(script, style, tuple(glyphs))


def shape_line(text: str, style: Style, *, right: bool | None = None) -> list[Run]:
    """Shape one line, left to right as it is seen. `right`: the paragraph's direction."""
    if right is None:
        right = runs_right_to_left(text)
    return [_shape(piece, script, style, way) for piece, script, way in _pieces(text, right)]


@lru_cache(maxsize=20_000)
def _width(word: str, style: Style) -> float:
    return sum(run.width for run in shape_line(word, style))


def measure(text: str, style: Style, size: float, *, right: bool | None = None) -> float:
    """The width of `text` on one line, in points."""
    return sum(run.width for run in shape_line(text, style, right=right)) * size / 1000


def break_lines(text: str, style: Style, size: float, width: float) -> list[str]:
    """Break a paragraph into lines of at most `width` points: at spaces, and between Han.

    A line never begins with closing punctuation; `\\n` in the text ends a line.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line, used = "", 0.0
        for word in _WORDS.findall(paragraph):
            wide = _width(word, style) * size / 1000
            if line and used + wide > width and not word.isspace() and word not in _NO_LINE_START:
                lines.append(line.rstrip())
                line, used = "", 0.0
            if word.isspace() and not line:
                continue
            line += word
            used += wide
        lines.append(line.rstrip())
    return lines
