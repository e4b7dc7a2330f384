"""A line of text that grows run by run and remembers what kind its stretches are.

Office formats say of single runs that they were inserted, deleted or hidden, and put lines
into cells and cells into lines. A `Line` carries those stretches along wherever it ends up,
and says them to the transcript when it is written. Places count code points in the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from assay.extract.transcript import Transcript
from assay.model.reading import RegionKind

Kinds = tuple[RegionKind, ...]


class Line:
    """Text in pieces, and (kind, start, end) of the stretches that are not plain."""

    __slots__ = ("length", "parts", "spans")

    def __init__(self, text: str = "", kinds: Kinds = ()) -> None:
        self.parts: list[str] = []
        self.spans: list[tuple[RegionKind, int, int]] = []
        self.length = 0
        if text:
            self.add(text, kinds)

    def __bool__(self) -> bool:
        return self.length > 0

    def add(self, text: str, kinds: Kinds = ()) -> None:
        """Add text; a stretch that goes on where the last one of its kind ended grows."""
        if kinds and self.spans:
            self._part(kinds, text)
        start = self.length
        self.parts.append(text)
        self.length = end = start + len(text)
        for kind in kinds:
            spans = self.spans
            for at in range(len(spans) - 1, max(len(spans) - 4, -1), -1):
                if spans[at][0] == kind and spans[at][2] == start:
                    spans[at] = (kind, spans[at][1], end)
                    break
            else:
                spans.append((kind, start, end))

    def _part(self, kinds: Kinds, text: str) -> None:
        """Keep a word that was deleted from running into the one that was put in its place."""
        before = {kind for kind, _, end in self.spans[-3:] if end == self.length}
        changed = {"deleted", "inserted"}
        if not before & changed or not changed & set(kinds) or before & changed & set(kinds):
            return
        if self.parts[-1][-1:].isalnum() and text[:1].isalnum():
            self.parts.append(" ")
            self.length += 1

    def extend(self, other: Line) -> None:
        """Add another line with its stretches."""
        first = tuple(kind for kind, a, _ in other.spans[:3] if a == 0)
        if first and self.spans:
            self._part(first, other.text)
        start = self.length
        self.parts += other.parts
        self.length += other.length
        self.spans += [(kind, a + start, b + start) for kind, a, b in other.spans]

    def cover(self, kinds: Kinds) -> None:
        """Say of the whole line that it is of these kinds."""
        self.spans += [(kind, 0, self.length) for kind in kinds if self.length]

    @property
    def text(self) -> str:
        """The whole text."""
        return "".join(self.parts)


def joined(lines: Iterable[Line], between: str) -> Line:
    """One line of several, with `between` between them."""
    whole = Line()
    for number, line in enumerate(lines):
        if number:
            whole.add(between)
        whole.extend(line)
    return whole


def without_last_tabs(line: Line) -> Line:
    """The line without the tabs of empty cells at its end."""
    text = line.text
    short = text.rstrip("\t")
    if len(short) == len(text):
        return line
    cut = Line(short)
    cut.spans = [(k, a, min(b, len(short))) for k, a, b in line.spans if a < len(short)]
    return cut


def write_paragraph(transcript: Transcript, line: Line, kinds: Kinds = ()) -> None:
    """Write a line as a paragraph and mark its stretches; `kinds` are those of all of it."""
    start = transcript.paragraph(line.text)
    _mark(transcript, line, start, kinds)


def write_page(transcript: Transcript, lines: Sequence[Line], label: str = "") -> None:
    """Write lines as one page and mark their stretches."""
    whole = joined(lines, "\n")
    start = transcript.page(whole.text, label=label)
    _mark(transcript, whole, start, ())


def _mark(transcript: Transcript, line: Line, start: int, kinds: Kinds) -> None:
    for kind, a, b in line.spans:
        transcript.mark(kind, start + a, start + b)
    for kind in kinds:
        transcript.mark(kind, start, start + line.length)
