"""PPTX: a slide is a page, with its tables, charts, diagrams, notes and comments.

Slides come in the order of the presentation, hidden ones too, and say so in their label.
Notes follow the slide's own words after an empty line, comments after them.
"""

from __future__ import annotations

from assay.extract.office import Package, opened
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.extract.types import PPTX
from assay.extract.xmlstream import short_name
from assay.ports import Card

CARD = Card(
    name="pptx",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(PPTX,),
    limits="shapes come in the order of the file, not as the eye reads the slide",
)
_EXTRAS = ("notesSlide", "chart", "diagramData", "comments", "comment")


def read_pptx(request: Request, transcript: Transcript) -> None:
    """Read a presentation. A file without slides gives problem `damaged`."""
    with opened(request, transcript) as package:
        if request.only is None:
            _read_slides(package, transcript)
            package.read_properties()
        package.take_members()


def _read_slides(package: Package, transcript: Transcript) -> None:
    main = next(
        (target for kind, target in package.relations("").values() if kind == "officeDocument"),
        "ppt/presentation.xml",
    )
    listed = _Slides()
    present = package.stream(main, listed)
    related = package.relations(main)
    slides = [related[i][1] for i in listed.ids if i in related]
    slides = [part for part in slides if package.has(part)]
    if not slides:
        slides = [n for n in package.names("ppt/slides/slide") if n.endswith(".xml")]
        slides.sort(key=lambda n: (len(n), n))
        if not present or slides:
            transcript.trouble("damaged", "", "no list of slides")
    names = _authors(package)
    for part in slides:
        lines = _Lines(names)
        package.stream(part, lines)
        for kind in _EXTRAS:
            for found, target in package.relations(part).values():
                if found == kind:
                    more = _Lines(names)
                    package.stream(target, more)
                    extra = [line for line in more.lines if line.strip()]
                    if extra:
                        lines.lines += ["", *extra]
        transcript.page("\n".join(lines.lines), label="hidden" if lines.hidden else "")


def _authors(package: Package) -> dict[str, str]:
    listed = _Authors()
    package.stream("ppt/commentAuthors.xml", listed)
    return listed.names


class _Authors:
    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "p:cmAuthor":
            self.names[attributes.get("id", "")] = attributes.get("name", "")

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Slides:
    def __init__(self) -> None:
        self.ids: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "p:sldId":
            self.ids += [v for k, v in attributes.items() if short_name(k) == "r:id"]

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Lines:
    """The lines of a slide, notes page, chart or diagram."""

    def __init__(self, authors: dict[str, str]) -> None:
        self.lines: list[str] = []
        self.hidden = False
        self._authors = authors
        self._line: list[str] = []
        self._cells: list[list[str]] = []
        self._cell: list[str] | None = None
        self._collect = False
        self._field = ""
        self._fallback = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "mc:Fallback":
            self._fallback += 1
        elif self._fallback:
            return
        elif tag in ("a:t", "c:v", "p:text"):
            self._collect = True
        elif tag == "a:br":
            self._line.append("\n")
        elif tag == "a:tr":
            self._cells = []
        elif tag == "a:tc":
            self._cell = []
        elif tag == "p:sld":
            self.hidden = attributes.get("show") in ("0", "false")
        elif tag == "p:cm":
            who = self._authors.get(attributes.get("authorId", ""), "")
            self._line.append(f"[comment · {who} · {attributes.get('dt', '')}] ")
        elif tag == "p:cNvPr" and attributes.get("descr"):
            self.lines.append(attributes["descr"])

    def end(self, tag: str) -> None:
        if tag == "mc:Fallback":
            self._fallback -= 1
        elif self._fallback:
            return
        elif tag in ("a:t", "c:v", "p:text"):
            self._collect = False
            if tag != "a:t":
                self._flush()
        elif tag == "a:p":
            self._flush()
        elif tag == "a:tc" and self._cell is not None:
            self._cells.append(self._cell)
            self._cell = None
        elif tag == "a:tr":
            self.lines.append("\t".join(" ".join(cell) for cell in self._cells))

    def data(self, text: str) -> None:
        if self._collect and not self._fallback:
            self._line.append(text)

    def _flush(self) -> None:
        line = "".join(self._line)
        self._line.clear()
        if self._cell is not None:
            if line:
                self._cell.append(line)
        elif line:
            self.lines.append(line)
