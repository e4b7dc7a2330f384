"""FictionBook (FB2): the book's words in their order, its description as metadata.

Titles of sections are the outline; the body of notes is region `notes`, the fields of the
description are `boilerplate`, a style sheet is `hidden` and stands at the end. Pictures
(`binary`) are members under their id. Entities of HTML, which FB2 does not know and writers use,
are read as what they mean. Pages are by length.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from html.entities import html5

from assay.extract import dates
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.extract.types import FB2
from assay.extract.xmlstream import Broken, parse_bytes, short_name
from assay.ports import Card

CARD = Card(
    name="fb2",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(FB2,),
    limits="pages are by length",
)
_LINES = frozenset(("p", "v", "subtitle", "text-author", "tr", "date"))
_LOOSE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)(\w{1,31};)?")
_BASE64 = re.compile(r"([A-Za-z0-9+/]*)={0,3}")
_NOTED = {
    "title-info": ("genre", "book-title", "date", "lang", "src-lang", "keywords"),
    "document-info": ("program-used", "date", "src-url", "src-ocr", "id", "version"),
    "publish-info": ("book-name", "publisher", "city", "year", "isbn"),
}
_PERSONS = ("author", "translator")
_NAMES = ("first-name", "middle-name", "last-name", "nickname")


def read_fb2(request: Request, transcript: Transcript) -> None:
    """Read a book. One that breaks off keeps what stands before the break."""
    if request.path.stat().st_size > request.limits.memory // 8:
        raise Stop("limit_member", "", f"over {request.limits.memory // 8} bytes")
    body = request.path.read_bytes()
    if not body.startswith((b"\xff\xfe", b"\xfe\xff")):
        body = _LOOSE.sub(_meant, body)
    book = _Book(request, transcript)
    try:
        parse_bytes(body, book, request.limits)
    except Broken as broken:
        transcript.trouble("damaged", "", str(broken))
    book.finish()


def _meant(match: re.Match[bytes]) -> bytes:
    name = (match.group(1) or b"").decode("ascii", "replace")
    if name in html5:
        return "".join(f"&#{ord(c)};" for c in html5[name]).encode()
    return b"&amp;" + (match.group(1) or b"")


def _unpacked(packed: str) -> Iterator[bytes]:
    """The bytes of a picture, up to the first character that is no base64."""
    good = _BASE64.match(packed)
    clean = good.group(1) if good else ""
    whole = good is not None and len(clean) % 4 != 1 and good.end() == len(packed)
    yield base64.b64decode(clean[: len(clean) // 4 * 4 if len(clean) % 4 == 1 else None] + "==")
    if not whole:
        raise MemberBroken("damaged", "base64")


class _Book:
    def __init__(self, request: Request, transcript: Transcript) -> None:
        self._transcript = transcript
        self._silent = request.only is not None
        self._path: list[str] = []
        self._text: list[str] = []
        self._title: list[str] | None = None
        self._person: dict[str, str] = {}
        self._sections = 0
        self._notes = 0
        self._start = 0
        self._binary = ""
        self._styles: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = tag.rpartition(":")[2]
        self._path.append(name)
        if name == "body":
            self._start = self._transcript.length
            self._notes = int(attributes.get("name", "") in ("notes", "comments", "footnotes"))
        elif name == "section":
            self._sections += 1
        elif name == "title":
            self._title = []
        elif name in _PERSONS:
            self._person = {}
        elif name == "image":
            alt = attributes.get("alt") or attributes.get("title")
            if alt:
                self._text.append(f" {alt} ")
        elif name in ("td", "th") and self._text:
            self._text.append("\t")
        elif name == "binary":
            self._binary = attributes.get("id") or f"binary-{len(self._transcript.members()) + 1}"
            self._text.clear()
        elif name in _LINES:
            self._text.clear()
        elif name == "sequence":
            given = {short_name(k).rpartition(":")[2]: v for k, v in attributes.items()}
            number = given.get("number", "")
            self._transcript.note("fb2:sequence", f"{given.get('name', '')} {number}".strip())
        if name == "date" and attributes.get("value") and "title-info" in self._path:
            self._transcript.created = dates.from_iso(attributes["value"])
        if "description" in self._path and not {"annotation", "history"} & set(self._path):
            self._text.clear()

    def end(self, tag: str) -> None:
        """An element ends."""
        name = tag.rpartition(":")[2]
        inside = self._path[:-1]
        if self._path:
            self._path.pop()
        if name == "binary":
            self._picture("".join(self._text))
            self._text.clear()
        elif name == "stylesheet":
            self._styles.append("".join(self._text).strip())
            self._text.clear()
        elif "description" in inside and not ("annotation" in inside or "history" in inside):
            self._describe(name, inside)
        elif name in _LINES:
            self._line()
        elif name == "title" and self._title is not None:
            words, self._title = " ".join(self._title), None
            if words and not self._silent and not self._notes:
                page = max(len(self._transcript.pages) + 1, 1)
                self._transcript.outline.append((max(self._sections - 1, 0), words, page))
        elif name == "section":
            self._sections = max(self._sections - 1, 0)
        elif name == "body" and self._notes:
            self._transcript.mark("notes", self._start)

    def data(self, text: str) -> None:
        """Character data."""
        self._text.append(text)

    def _line(self) -> None:
        line = " ".join("".join(self._text).split(" ")).strip("\n ")
        line = re.sub(r"\s*\n\s*", " ", line)
        self._text.clear()
        if not line.strip():
            return
        if self._title is not None:
            self._title.append(line)
        if not self._silent:
            self._transcript.paragraph(line)

    def _describe(self, name: str, inside: list[str]) -> None:
        value = " ".join("".join(self._text).split())
        self._text.clear()
        part = next((p for p in inside if p in _NOTED), "")
        transcript = self._transcript
        if value and not self._silent:
            start = transcript.length
            transcript.paragraph(value)
            transcript.mark("boilerplate", start)
        if name in _NAMES:
            self._person[name] = value
        elif name in _PERSONS:
            person = " ".join(self._person[n] for n in _NAMES if self._person.get(n))
            transcript.note(f"fb2:{part or 'description'}:{name}", person)
            if name == "author" and part == "title-info":
                transcript.author = ", ".join(p for p in (transcript.author, person) if p)
        elif name == "custom-info" or name in _NOTED.get(part, ()):
            transcript.note(f"fb2:{part}:{name}" if part else f"fb2:{name}", value)
            if name == "book-title" and part == "title-info":
                transcript.title = value
            elif name == "lang" and part == "title-info" and value:
                transcript.language = value.lower()[:2]

    def _picture(self, packed: str) -> None:
        transcript = self._transcript
        transcript.container = True
        spool = transcript.members()
        name = self._binary.encode("utf-8", "replace")
        if not spool.wanted():
            spool.skip()
            return
        spool.add(name, _unpacked("".join(packed.split())))

    def finish(self) -> None:
        """Give back what a break left open."""
        if self._text and "body" in self._path and not self._binary:
            self._line()
        if self._styles and not self._silent:
            self._transcript.end_flow()
            start = self._transcript.length
            for style in self._styles:
                self._transcript.paragraph(style)
            self._transcript.mark("hidden", start)
