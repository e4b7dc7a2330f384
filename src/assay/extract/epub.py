"""EPUB: the chapters in the order of the spine; pages by length. Pictures are members.

Pages outside the spine (a table of contents, notes, what nothing leads to) come after it.
"""

from __future__ import annotations

import posixpath
from urllib.parse import unquote

from assay.extract import dates
from assay.extract.html import render
from assay.extract.office import Package, opened
from assay.extract.request import Request
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.extract.types import EPUB
from assay.ports import Card

CARD = Card(
    name="epub",
    version="2",
    licence="AGPL-3.0-or-later",
    formats=(EPUB,),
    limits="pages are by length",
)
_CHAPTER = 64 << 20


def read_epub(request: Request, transcript: Transcript) -> None:
    """Read a book. Chapters that are missing give problem `damaged`."""
    with opened(request, transcript) as package:
        chapters = _chapters(package)
        if request.only is None:
            for part in chapters:
                _read_chapter(package, part)
        package.chunks_of_text.clear()
        _take_pictures(package, set(chapters))


def _chapters(package: Package) -> list[str]:
    listed = _Book()
    package.stream("META-INF/container.xml", listed)
    root = listed.root or next((n for n in package.names("") if n.endswith(".opf")), "")
    package.stream(root, listed)
    folder = posixpath.dirname(root)
    transcript = package.transcript
    for name, value in listed.found:
        transcript.note(name, value)
    found = dict(reversed(listed.found))
    transcript.title, transcript.author = found.get("dc:title"), found.get("dc:creator")
    transcript.created = dates.from_iso(found.get("dc:date", ""))
    parts = [listed.items[i] for i in listed.spine if i in listed.items]
    if not parts:
        transcript.trouble("damaged", "", "no spine")
    spine = [posixpath.normpath(posixpath.join(folder, unquote(p))) for p in parts]
    known = {part.lower() for part in spine}
    pages = [n for n in package.names("") if n.lower().endswith((".xhtml", ".html", ".htm"))]
    return spine + [page for page in pages if page.lower() not in known]


def _read_chapter(package: Package, part: str) -> None:
    entry = package.entry(part)
    transcript = package.transcript
    if entry is None:
        transcript.trouble("damaged", f"part {part}", "missing")
        return
    try:
        body = package.archive.read(entry, _CHAPTER)
    except MemberBroken as broken:
        transcript.trouble(broken.code, f"part {part}", broken.detail)
        return
    for line in render(body, None, package.request.limits)[0].lines:
        transcript.paragraph(line)


def _take_pictures(package: Package, chapters: set[str]) -> None:
    spool = package.transcript.members()
    kinds = (".jpg", ".jpeg", ".png", ".gif", ".svg", ".webp", ".mp3", ".mp4", ".m4a", ".pdf")
    entries = [
        entry
        for name, entry in package.archive.by_name.items()
        if name.lower().endswith(kinds) and name not in chapters
    ]
    for entry in entries:
        spool.add(entry.name, package.archive.chunks(entry), entry.modified)
    if not entries:
        package.transcript.spool = None


class _Book:
    def __init__(self) -> None:
        self.root = ""
        self.items: dict[str, str] = {}
        self.spine: list[str] = []
        self.found: list[tuple[str, str]] = []
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        if tag.endswith(":rootfile"):
            self.root = self.root or attributes.get("full-path", "")
        elif tag == "opf:item":
            self.items[attributes.get("id", "")] = attributes.get("href", "")
        elif tag == "opf:itemref":
            self.spine.append(attributes.get("idref", ""))

    def end(self, tag: str) -> None:
        value = "".join(self._text).strip()
        self._text.clear()
        if value and tag.startswith(("dc:", "dcterms:")):
            self.found.append((tag, value))

    def data(self, text: str) -> None:
        self._text.append(text)
