"""XML and SVG: words with the names of their elements, so that a hit is readable.

An XML file that is laid out in lines is a text file like another: its text is its decoded
bytes, and nothing in it is resolved or fetched. One that is all on one line, that writes its
letters as numbers, or that is too large to be held is read as a stream and written anew: a line
an element, indented as it is nested, `name attribute=value: text`. A file that declares
entities is never resolved: it stays as it stands, and is said to declare them. Of an SVG the
words a person would see are given; pictures inside it are members.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from assay.extract import tables
from assay.extract.plain import read_plain
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.extract.xmlstream import Broken, parse
from assay.ports import Card

CARD = Card(
    name="markup",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/xml", "image/svg+xml"),
    limits="entities that a file declares are never resolved; styles are not applied",
)
_NUMBERED = re.compile(rb"&#(?:x[0-9a-fA-F]{2,6}|\d{3,7});")
_LOOK = 1 << 20
_WIDE = 2000
_LARGE = 100 << 20
_INDENT = 20


def read_xml(request: Request, transcript: Transcript) -> None:
    """Read XML. Raises Stop with `damaged`, `limit_nesting` or at a limit of text."""
    with request.path.open("rb") as stream:
        head = stream.read(_LOOK)
    if b"<!ENTITY" in head:
        transcript.note("xml:entities", "declared, not resolved")
        read_plain(request, transcript)
        return
    size = request.path.stat().st_size
    wide = max(map(len, head.replace(b"\0", b"").split(b"\n")), default=0) > _WIDE
    if not (wide or _NUMBERED.search(head) or size > min(_LARGE, request.limits.memory // 10)):
        read_plain(request, transcript)
        return
    outline = _Outline(transcript)
    try:
        parse(_chunks(request), outline, request.limits, short=False)
    except Broken as broken:
        if not transcript.length and size <= _LARGE:
            read_plain(request, transcript)
            return
        outline.flush()
        raise Stop("damaged", "", str(broken)) from None
    outline.flush()


def _chunks(request: Request) -> Iterator[bytes]:
    with request.path.open("rb") as stream:
        while chunk := stream.read(1 << 18):
            yield chunk


class _Outline:
    """Writes a line an element."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._depth = 0
        self._line = ""
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.flush()
        told = "".join(f" {k.rpartition('}')[2]}={v}" for k, v in attributes.items())
        self._line = "  " * min(self._depth, _INDENT) + tag.rpartition("}")[2] + told
        self._depth += 1

    def end(self, tag: str) -> None:
        self.flush()
        self._depth -= 1

    def data(self, text: str) -> None:
        self._text.append(text)

    def flush(self) -> None:
        """Write what was met since the last line."""
        text = " ".join("".join(self._text).split())
        self._text.clear()
        if self._line:
            self._transcript.paragraph(f"{self._line}: {text}" if text else self._line)
        elif text:
            self._transcript.paragraph("  " * min(self._depth, _INDENT) + text)
        self._line = ""


# ---------------------------------------------------------------- SVG


def read_svg(request: Request, transcript: Transcript) -> None:
    """Read a drawing. Raises Stop with `damaged` or at a limit."""
    with request.path.open("rb") as stream:
        head = stream.read(_LOOK)
    if b"<!ENTITY" in head:
        transcript.note("xml:entities", "declared, not resolved")
        read_plain(request, transcript)
        return
    drawing = _Drawing(transcript)
    try:
        parse(_chunks(request), drawing, request.limits, short=False)
    except Broken as broken:
        drawing.flush()
        if not transcript.length:
            read_plain(request, transcript)
        raise Stop("damaged", "", str(broken)) from None
    drawing.flush()
    transcript.title = drawing.title
    for name, count in (("scripts", drawing.scripts), ("references", drawing.references)):
        if count:
            transcript.note(f"svg:{name}", count)


class _Drawing:
    """Collects title, description and text; a text element is a line."""

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript
        self._words: list[str] = []
        self._inside = 0
        self._kind = ""
        self._sized = False
        self.title: str | None = None
        self.scripts = 0
        self.references = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition("}")[2]
        if self._inside:
            self._inside += 1
            if local in ("tspan", "br", "p", "div") and ("y" in attributes or "dy" in attributes):
                self._words.append(" ")
        elif local in ("text", "title", "desc", "foreignObject"):
            self._inside, self._kind = 1, local
        elif local == "svg" and not self._sized:
            self._sized = True
            size = " x ".join(attributes.get(name, "?") for name in ("width", "height"))
            self._transcript.note("svg:size", size)
        self.scripts += local == "script" or any(name.startswith("on") for name in attributes)
        for name, value in attributes.items():
            if name.rpartition("}")[2] == "href":
                self._reference(value)

    def _reference(self, value: str) -> None:
        if value.startswith("data:"):
            media, _, body = value[5:].partition(",")
            packed = media.endswith(";base64")
            try:
                raw = base64.b64decode(body) if packed else unquote_to_bytes(body)
            except ValueError:
                self._transcript.trouble("damaged", "a picture inside", "base64")
                return
            kind = tables.ending(media.partition(";")[0])
            spool = self._transcript.members()
            spool.add_bytes(f"picture-{len(spool) + 1}.{kind}".encode(), raw)
        elif not value.startswith("#"):
            self.references += 1

    def end(self, tag: str) -> None:
        if self._inside:
            self._inside -= 1
            if not self._inside:
                self.flush()

    def data(self, text: str) -> None:
        if self._inside:
            self._words.append(text)

    def flush(self) -> None:
        """Write the words since the last line."""
        line = " ".join("".join(self._words).split())
        self._words.clear()
        if line:
            if self._kind == "title" and self.title is None:
                self.title = line
            self._transcript.paragraph(line)
