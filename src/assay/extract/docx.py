"""DOCX: the body in its order, with tables, text boxes, headers, notes and comments.

Cells of a row are divided by tabs. Headers stand before the body, footers after it, then
foot- and endnotes under their number, then comments with author and date, so that they are
never taken for words of the body. Text that was deleted under change tracking is not in
the text; how many deletions and insertions there are is in the metadata. Text boxes are
read once, from the newer of their two forms. A page is `reading.page_chars` characters.
"""

from __future__ import annotations

from assay.extract.office import Package, attribute, opened
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.extract.types import DOCX
from assay.ports import Card

CARD = Card(
    name="docx",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(DOCX,),
    limits="pages are by length, not as printed; list numbers are not computed",
)
_BREAKS = {"w:tab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "\u2011"}
_BREAKS |= {"w:softHyphen": "\u00ad", "w:ptab": "\t"}
_TEXT = frozenset(("w:t", "m:t", "a:t", "c:v"))
_HIDDEN = frozenset(("w:del", "w:moveFrom"))
_NOTES = frozenset(("w:footnote", "w:endnote", "w:comment"))


def read_docx(request: Request, transcript: Transcript) -> None:
    """Read a Word file. Raises Stop with `damaged` where there is no document part."""
    with opened(request, transcript) as package:
        if request.only is None:
            _read_text(package, transcript)
            package.read_properties()
        package.take_members()


def _read_text(package: Package, transcript: Transcript) -> None:
    main = next(
        (target for kind, target in package.relations("").values() if kind == "officeDocument"),
        "word/document.xml",
    )
    if not package.has(main):
        main = "word/document.xml"
    if not package.has(main):
        transcript.trouble("damaged", "", "no document part")
        return
    related: dict[str, list[str]] = {}
    for kind, target in package.relations(main).values():
        related.setdefault(kind, []).append(target)
    package.chunks_of_text.update(related.get("aFChunk", ()))
    counts = {"deleted": 0, "inserted": 0}
    for part in related.get("header", ()):
        package.stream(part, _Body(transcript, counts))
    body = _Body(transcript, counts)
    package.stream(main, body)
    body.close()
    for kind in ("footer", "footnotes", "endnotes", "chart", "diagramData", "comments"):
        for part in related.get(kind, ()):
            later = _Body(transcript, counts)
            package.stream(part, later)
            later.close()
    for what, count in counts.items():
        if count:
            transcript.note(f"tracked:{what}", count)


class _Body:
    """Writes paragraphs as they end. Text boxes inside one are written after it."""

    def __init__(self, transcript: Transcript, counts: dict[str, int]) -> None:
        self._transcript = transcript
        self._counts = counts
        self._line: list[str] = []
        self._rows: list[list[list[str]]] = []  # open tables: cells of the open row
        self._boxes: list[tuple[list[str], list[list[list[str]]]]] = []
        self._after: list[str] = []
        self._hidden = 0
        self._fallback = 0
        self._collect = False
        self._label = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _TEXT:
            self._collect = not self._hidden and not self._fallback
        elif tag in _HIDDEN:
            self._hidden += 1
            self._counts["deleted"] += 1
        elif tag == "w:ins":
            self._counts["inserted"] += 1
        elif tag == "mc:Fallback":
            self._fallback += 1
        elif self._fallback:
            return
        elif tag in _BREAKS:
            if not self._hidden:
                self._line.append(_BREAKS[tag])
        elif tag == "w:tr":
            self._rows.append([])
        elif tag == "w:tc":
            if self._rows:
                self._rows[-1].append([])
        elif tag == "w:txbxContent":
            self._boxes.append((self._line, self._rows))
            self._line, self._rows = [], []
        elif tag in _NOTES:
            self._label = _label(tag, attributes)
        elif tag in ("w:footnoteReference", "w:endnoteReference"):
            number = attribute(attributes, "w:id")
            if number and not self._hidden:
                self._line.append(f"[{number}]")
        elif tag == "w:sym":
            self._line.append(_symbol(attribute(attributes, "w:char")))
        elif tag == "wp:docPr" or tag.endswith(":docPr"):
            described = attributes.get("descr", "")
            if described and not self._hidden:
                self._after.append(described)

    def end(self, tag: str) -> None:
        if tag in _TEXT:
            self._collect = False
            if tag in ("c:v",):
                self._write()
        elif tag in _HIDDEN:
            self._hidden -= 1
        elif tag == "mc:Fallback":
            self._fallback -= 1
        elif self._fallback:
            return
        elif tag in ("w:p", "a:p"):
            self._write()
        elif tag == "w:tr" and self._rows:
            self._end_row()
        elif tag == "w:txbxContent" and self._boxes:
            self._line, self._rows = self._boxes.pop()

    def data(self, text: str) -> None:
        if self._collect:
            self._line.append(text)

    def close(self) -> None:
        """Write what an early end of the part left open."""
        while self._boxes:
            if self._line:
                self._write()
            self._line, self._rows = self._boxes.pop()
        if self._line or self._after:
            self._write()
        while self._rows:
            self._end_row()

    def _write(self) -> None:
        line = "".join(self._line)
        self._line.clear()
        if self._label and line.strip():
            line, self._label = self._label + line, ""
        after, self._after = self._after, []
        if self._rows and self._rows[-1]:
            self._rows[-1][-1].extend(x for x in (line, *after) if x)
            return
        for text in (line, *after) if line or not after else after:
            self._transcript.paragraph(text)

    def _end_row(self) -> None:
        cells = self._rows.pop()
        line = "\t".join(" ".join(cell) for cell in cells)
        if self._rows and self._rows[-1]:
            self._rows[-1][-1].append(line)  # a table in a cell
        else:
            self._transcript.paragraph(line)


def _label(tag: str, attributes: dict[str, str]) -> str:
    """How a note or comment is marked apart from the body."""
    number = attribute(attributes, "w:id")
    if tag != "w:comment":
        return "" if number in ("-1", "0") and attribute(attributes, "w:type") else f"[{number}] "
    author = attribute(attributes, "w:author")
    when = attribute(attributes, "w:date")
    return f"[comment {number} · {author} · {when}] " if when else f"[comment {number} · {author}] "


def _symbol(code: str) -> str:
    """A symbol by its code; those of symbol fonts stand 0xF000 higher."""
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    if 0xF000 <= value <= 0xF0FF:
        value -= 0xF000
    return chr(value) if 0x20 <= value < 0x110000 and not 0xD800 <= value < 0xE000 else ""
