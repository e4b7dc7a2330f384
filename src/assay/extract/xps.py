"""XPS: a fixed page is a page, its runs of glyphs joined to lines and words by their places.

Parts may be interleaved in pieces, as printers write them. Pictures are members; fonts are not.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from itertools import chain

from assay.extract.office import Package, attribute, opened
from assay.extract.request import Request
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.extract.xmlstream import Broken, Sink, parse
from assay.ports import Card

CARD = Card(
    name="xps",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/vnd.ms-xpsdocument",),
    limits="text that is drawn as pictures waits with them; columns come in the order of the file",
)
_PIECE = re.compile(r"(.+)/\[(\d+)\](?:\.last)?\.piece", re.IGNORECASE)
_PICTURES = (".png", ".jpg", ".jpeg", ".tif", ".tiff", ".wdp", ".jxr", ".gif")


def read_xps(request: Request, transcript: Transcript) -> None:
    """Read a document. Raises Stop with `damaged`."""
    with opened(request, transcript) as package:
        parts = _Parts(package, request)
        if request.only is None:
            pages = _pages(parts)
            if not pages:
                transcript.trouble("damaged", "", "no list of pages")
                pages = sorted(n for n in parts.names if n.lower().endswith(".fpage"))
            for name in pages:
                page = _Page()
                parts.stream(name, page)
                transcript.page("\n".join(page.finish()), "", page.width, page.height)
            package.read_properties()
        spool = transcript.members()
        for name in parts.names:
            if not name.lower().endswith(_PICTURES):
                continue
            if spool.wanted():
                spool.add(name.encode("utf-8", "replace"), parts.chunks(name))
            else:
                spool.skip()
        if not len(spool):
            transcript.spool = None


def _pages(parts: _Parts) -> list[str]:
    """Part names of the pages: sequence, documents, pages, each a list of the next."""
    sequences = [n for n in parts.names if n.lower().endswith(".fdseq")]
    documents = [d for s in sequences for d in parts.sources(s, "DocumentReference")]
    documents = documents or [n for n in parts.names if n.lower().endswith(".fdoc")]
    pages = [page for document in documents for page in parts.sources(document, "PageContent")]
    return [page for page in pages if parts.has(page)]


class _Parts:
    """The parts of the package, those in pieces under the name of the whole."""

    def __init__(self, package: Package, request: Request) -> None:
        self._package = package
        self._request = request
        self._pieces: dict[str, list[tuple[int, str]]] = {}
        self.names: list[str] = []
        for name in package.archive.by_name:
            match = _PIECE.fullmatch(name)
            if match is None:
                self.names.append(name)
                continue
            if match.group(1) not in self._pieces:
                self.names.append(match.group(1))
            self._pieces.setdefault(match.group(1), []).append((int(match.group(2)), name))
        self._folded = {name.lower(): name for name in self.names}

    def has(self, name: str) -> bool:
        return name.lower() in self._folded

    def chunks(self, name: str) -> Iterator[bytes]:
        own = self._folded.get(name.lower(), name)
        pieces = [piece for _, piece in sorted(self._pieces.get(own, []))] or [own]
        entries = [self._package.archive.by_name[p] for p in pieces]
        return chain.from_iterable(self._package.archive.chunks(e) for e in entries)

    def stream(self, name: str, sink: Sink) -> None:
        own = self._folded.get(name.lower(), name)
        if own not in self._pieces:
            self._package.stream(own, sink)
            return
        try:
            parse(self.chunks(own), sink, self._request.limits)
        except MemberBroken as broken:
            self._package.transcript.trouble(broken.code, f"part {own}", broken.detail)
        except Broken as broken:
            self._package.transcript.trouble("damaged", f"part {own}", str(broken))

    def sources(self, name: str, tag: str) -> list[str]:
        found = _Sources(tag)
        self.stream(name, found)
        folder = posixpath.dirname("/" + name)
        return [posixpath.normpath(posixpath.join(folder, s)).lstrip("/") for s in found.found]


class _Sources:
    def __init__(self, tag: str) -> None:
        self.found: list[str] = []
        self._tag = tag

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith(":" + self._tag):
            self.found.append(attribute(attributes, "Source"))

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Page:
    """Runs of glyphs, as lines: a run at the same height goes on with the line before it."""

    def __init__(self) -> None:
        self.width: float | None = None
        self.height: float | None = None
        self._lines: list[str] = []
        self._y = self._end = 0.0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition(":")[2]
        if local == "FixedPage":
            # 96 units an inch, 72 points an inch
            wide, high = (_number(attribute(attributes, n)) for n in ("Width", "Height"))
            self.width, self.height = wide * 0.75 or None, high * 0.75 or None
        elif local == "Glyphs":
            text = attribute(attributes, "UnicodeString").removeprefix("{}")
            if text:
                self._run(text, attributes)

    def _run(self, text: str, attributes: dict[str, str]) -> None:
        x, y = (_number(attribute(attributes, n)) for n in ("OriginX", "OriginY"))
        size = _number(attribute(attributes, "FontRenderingEmSize")) or 10.0
        if not self._lines or abs(y - self._y) > size / 3 or x < self._end - 5 * size:
            self._lines.append(text)
        else:
            apart = x - self._end > size * 0.15
            glue = " " if apart and not self._lines[-1].endswith(" ") and text[0] != " " else ""
            self._lines[-1] += glue + text
        self._y = y
        self._end = x + _advance(text, attribute(attributes, "Indices")) * size / 100

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass

    def finish(self) -> list[str]:
        return self._lines


def _advance(text: str, indices: str) -> float:
    """How far a run reaches, in hundredths of its size; half of it for a letter not measured."""
    total = 0.0
    given = indices.split(";") if indices else []
    for number in range(max(len(text), len(given))):
        pieces = given[number].split(",") if number < len(given) else []
        total += _number(pieces[1]) if len(pieces) > 1 and pieces[1] else 50.0
    return total


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if abs(value) < 1e9 else 0.0
