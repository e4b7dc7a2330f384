"""Lines of text with the kind of each, laid down as running text or as a page.

Readers of formats that hold notes, comments or headers beside the running text collect
lines first, since the file's order is not the order of reading. Offsets count code points.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from assay.extract.transcript import Transcript
from assay.model.reading import RegionKind

Span = tuple[int, int, RegionKind]


class Line(NamedTuple):
    """A line, what kind of text it is, and stretches inside it that are of another kind."""

    text: str
    kind: RegionKind | None = None
    spans: tuple[Span, ...] = ()


# What office formats use for line ends, page ends and places of objects inside a paragraph.
_BREAKS = re.compile("\r\n|[\r\x0b\x0c\u2028\u2029]")
_MARKS = dict.fromkeys([*range(9), *range(14, 32), 0x7F, 0xFFFC])


def clean(text: str) -> str:
    """The text with every kind of line end as a newline and without marks of objects."""
    return _BREAKS.sub("\n", text).translate(_MARKS)


def flow(transcript: Transcript, lines: list[Line]) -> None:
    """Add lines as paragraphs of a format without pages."""
    for line in lines:
        transcript.paragraph(line.text)
        _mark(transcript, line, transcript.length - 1 - len(line.text))


def lay(transcript: Transcript, lines: list[Line], label: str = "") -> None:
    """Add lines as one page of its own."""
    transcript.page("\n".join(line.text for line in lines), label)
    at = transcript.pages[-1].start
    for line in lines:
        _mark(transcript, line, at)
        at += len(line.text) + 1


def _mark(transcript: Transcript, line: Line, at: int) -> None:
    if line.kind is not None:
        transcript.mark(line.kind, at, at + len(line.text))
    for start, end, kind in line.spans:
        transcript.mark(kind, at + start, at + end)


def split(raw: str, kind: RegionKind | None, changes: list[Span]) -> list[Line]:
    """Lines of raw text, cleaned; `changes` are stretches of the raw text, in their order."""
    if not changes:
        return [Line(text, kind) for text in clean(raw).split("\n")]
    places = sorted(
        {0, len(raw), *(p for s, e, _ in changes for p in (s, e) if 0 <= p <= len(raw))}
    )
    text, moved = "", {}
    for start, end in zip(places, [*places[1:], len(raw)], strict=True):
        moved[start] = len(text)
        text += clean(raw[start:end])
    lines: list[Line] = []
    at = 0
    for piece in text.split("\n"):
        spans = tuple(
            (max(moved[s] - at, 0), min(moved[e] - at, len(piece)), k)
            for s, e, k in changes
            if s in moved and e in moved and moved[s] < at + len(piece) and moved[e] > at
        )
        lines.append(Line(piece, kind, spans))
        at += len(piece) + 1
    return lines


def tidy(lines: list[Line]) -> list[Line]:
    """The lines without empty ones at both ends."""
    first, last = 0, len(lines)
    while first < last and not lines[first].text.strip():
        first += 1
    while last > first and not lines[last - 1].text.strip():
        last -= 1
    return lines[first:last]
