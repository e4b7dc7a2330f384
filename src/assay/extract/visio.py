"""Visio: drawings of 2000 to 2010 (a compound file of pointers and chunks) and since 2013 (XML).

A page is a page, shapes in the order of the file. What stands on masters comes last, marked;
shape data of the XML kind too, since it is not on the drawing. There is no published description
of the older kind: pointers, formats and chunk types are used as those found them who looked.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

import olefile  # type: ignore[import-untyped]

from assay.extract import compound
from assay.extract.lines import Line, clean, lay
from assay.extract.office import Package, attribute, opened
from assay.extract.ole_properties import read_properties
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="visio",
    version="1 olefile",
    licence="AGPL-3.0-or-later",
    formats=("application/vnd.visio", "application/vnd.ms-visio.drawing"),
    limits="before Visio 5 not read; pictures of the older kind are not taken out",
)
_PAGE, _MASTERS, _TRAILER = 0x15, 0x1D, 0x14
_TEXT = 14  # a chunk of text: eight bytes, then letters
_BUDGET = 200_000  # pointers followed
_DEPTH = 60
_TRAILED = frozenset((0x2C, 0x65, 0x66, 0x69, 0x6A, 0x6B, 0x70, 0x71))


def read_visio(request: Request, transcript: Transcript) -> None:
    """Read a drawing of either kind. Raises Stop with `damaged` or `no_reader`."""
    if not olefile.isOleFile(str(request.path)):
        with opened(request, transcript) as package:
            if request.only is None:
                _xml(package, transcript)
            package.take_members(("visio/media/", "visio/embeddings/", "docProps/thumb"))
        return
    with compound.opened(request.path) as ole:
        if not ole.exists("VisioDocument"):
            raise Stop("damaged", "", "no drawing stream")
        body = ole.openstream("VisioDocument").read()
    _Drawing(body, transcript).tell()
    read_properties(request.path, transcript)


# ---------------------------------------------------------------- pointers and chunks


@dataclass(frozen=True)
class _Pointer:
    kind: int
    place: int
    length: int
    form: int

    @property
    def packed(self) -> bool:
        return bool(self.form & 2)

    def leads_on(self, version: int) -> bool:
        if self.kind == _TRAILER:
            return True
        if version < 6 and self.kind == 22:
            return False
        return self.form in (0x1D, 0x1E) or 0x50 <= self.form < 0x60

    def holds_chunks(self, version: int) -> bool:
        if version < 6 and self.kind in (21, 24):
            return True
        return 0xD0 <= self.form < 0xDF


class _Drawing:
    def __init__(self, body: bytes, transcript: Transcript) -> None:
        if len(body) < 0x40 or not body.startswith(b"Visio (TM) Drawing"):
            raise Stop("damaged", "", "no Visio header")
        self.body = body
        self.out = transcript
        self.version = body[0x1A]
        if self.version < 5:
            raise Stop("no_reader", "", f"Visio {self.version}")
        transcript.note("visio:version", self.version)
        self._left = _BUDGET
        self._met: set[tuple[int, int]] = set()
        self._broken = 0
        self._pages: list[list[Line]] = []
        self._masters: list[Line] = []
        self._rest: list[Line] = []

    def tell(self) -> None:
        """Lay the pages down."""
        self._follow(self._pointer(self.body, 0x24), 0, None)
        pages = [page for page in self._pages if page]
        for page in pages:
            lay(self.out, page)
        if self._rest and not pages:
            lay(self.out, self._rest)
        if self._masters:
            lay(self.out, [Line(m.text, "boilerplate") for m in self._masters], "masters")
        if self._broken:
            self.out.trouble("damaged", "streams", f"{self._broken} streams are broken")
        if not self.out.pages and not self._broken:
            self.out.page("")

    def _follow(self, pointer: _Pointer, depth: int, lines: list[Line] | None) -> None:
        if not pointer.length or depth > _DEPTH or (pointer.place, pointer.kind) in self._met:
            return
        self._met.add((pointer.place, pointer.kind))
        self._left -= 1
        if self._left < 0:
            raise Stop("damaged", "", "too many streams")
        if pointer.kind == _MASTERS:
            lines = self._masters
        elif pointer.kind == _PAGE and lines is None:
            lines = []
            self._pages.append(lines)
        content = self.body[pointer.place : pointer.place + pointer.length]
        if len(content) < pointer.length:
            self._broken += 1
        if pointer.packed:
            content = unpack(content)
        if pointer.holds_chunks(self.version):
            for text in self._texts(content):
                (self._rest if lines is None else lines).append(Line(text))
        if pointer.leads_on(self.version):
            try:
                below = self._pointers(pointer, content[4:] if pointer.packed else content)
            except struct.error:
                self._broken += 1
                return
            for inner in below:
                self._follow(inner, depth + 1, lines)

    def _pointer(self, body: bytes, at: int) -> _Pointer:
        if self.version >= 6:
            kind, _, place, length, form = struct.unpack_from("<IIIIH", body, at)
        else:
            kind, form, _, place, length = struct.unpack_from("<HHIII", body, at)
        return _Pointer(kind, place, length, form)

    def _pointers(self, pointer: _Pointer, content: bytes) -> list[_Pointer]:
        """The pointers of a stream, as far as they lie in it."""
        if self.version >= 6:
            at = struct.unpack_from("<I", content)[0]
            count = struct.unpack_from("<I", content, at)[0]
            at, size = at + 8, 18
        else:
            at = {0x1D: 30, 0x4E: 30, 0x1E: 54, 0x14: 130}.get(pointer.kind, 10)
            count = struct.unpack_from("<H", content, at)[0]
            at, size = at + 2, 16
        count = min(count, max(len(content) - at, 0) // size)
        return [self._pointer(content, at + size * n) for n in range(count)]

    def _texts(self, content: bytes) -> Iterator[str]:
        """The words of the text chunks of a stream."""
        at = 0
        head = 19 if self.version >= 6 else 12
        while at + head <= len(content):
            if self.version >= 6:
                kind, _, lists, length, two, three = struct.unpack_from("<IIIIHB", content, at)
            else:
                kind, _, two, three, lists, length = struct.unpack_from("<HHBBHI", content, at)
            at += head
            if kind == _TEXT and length > 8:
                text = self._letters(content[at + 8 : at + length])
                if text.strip():
                    yield text
            at += length + self._behind(kind, lists, two, three)

    def _letters(self, raw: bytes) -> str:
        if self.version > 6:
            text = raw[: len(raw) // 2 * 2].decode("utf-16-le", "replace")
        else:
            text = raw.decode("cp1252", "replace")
        return clean(text.split("\0")[0]).strip("\n")

    def _behind(self, kind: int, lists: int, two: int, three: int) -> int:
        """Bytes between a chunk and the next one."""
        if self.version < 6:
            return 0
        trailer = 8 if kind in _TRAILED or lists else 0
        if self.version == 6:
            return trailer
        if kind in (0x1F, 0xC9):
            return trailer
        parted = (
            trailer
            or (two == 2 and three == 0x55)
            or (two == 2 and three == 0x54 and kind in (0xA9, 0xAA, 0xB4, 0xB6))
            or (two == 3 and three != 0x50)
        )
        return trailer + (4 if parted else 0)


def unpack(packed: bytes) -> bytes:
    """A stream unpacked: a byte of flags, then letters and places in the last 4,096 bytes."""
    out = bytearray()
    at, end = 0, len(packed)
    while at < end:
        flags = packed[at]
        at += 1
        for bit in range(8):
            if at >= end:
                break
            if flags >> bit & 1:
                out.append(packed[at])
                at += 1
                continue
            if at + 2 > end:
                return bytes(out)
            place = packed[at] | (packed[at + 1] & 0xF0) << 4
            length = (packed[at + 1] & 15) + 3
            at += 2
            # The window is a ring that starts at its 18th byte, empty.
            place = place - 4078 if place > 4078 else place + 18
            start = len(out) - ((len(out) - place) & 4095 or 4096)
            for step in range(length):
                source = start + step
                out.append(out[source] if 0 <= source < len(out) else 0)
    return bytes(out)


# ---------------------------------------------------------------- XML


def _xml(package: Package, transcript: Transcript) -> None:
    listed = _Pages()
    package.stream("visio/pages/pages.xml", listed)
    related = package.relations("visio/pages/pages.xml")
    told: set[str] = set()
    for name, relation in listed.pages:
        part = related.get(relation, ("", ""))[1]
        if package.has(part) and part not in told:
            told.add(part)
            _page(package, transcript, part, name)
    rest = [n for n in package.names("visio/pages/page") if n.endswith(".xml")]
    for part in sorted(rest, key=lambda n: (len(n), n)):
        if part not in told and not part.endswith("pages.xml"):
            _page(package, transcript, part, "")
    if not transcript.pages:
        transcript.trouble("damaged", "", "no pages")
    masters = _Shapes()
    for part in package.names("visio/masters/master"):
        if part.endswith(".xml") and not part.endswith("masters.xml"):
            package.stream(part, masters)
    if masters.lines:
        lay(transcript, [Line(text, "boilerplate") for text in masters.lines], "masters")
    comments = _Shapes()
    package.stream("visio/comments.xml", comments)
    if comments.comments:
        lay(transcript, [Line(f"[comment] {c}", "comment") for c in comments.comments], "comments")
    package.read_properties()


def _page(package: Package, transcript: Transcript, part: str, name: str) -> None:
    shapes = _Shapes()
    package.stream(part, shapes)
    lines = [Line(text) for text in shapes.lines]
    if shapes.facts:
        lines += [Line(""), *(Line(text, "hidden") for text in shapes.facts)]
    lay(transcript, lines, name)


class _Pages:
    def __init__(self) -> None:
        self.pages: list[tuple[str, str]] = []
        self._name = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "vs:Page":
            self._name = attribute(attributes, "Name")
        elif tag == "vs:Rel":
            self.pages.append((self._name, attribute(attributes, "r:id")))

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Shapes:
    """Texts of the shapes, values of their data, comments."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.facts: list[str] = []
        self.comments: list[str] = []
        self._text: list[str] | None = None
        self._section = ""
        self._row: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("vs:Text", "vs:CommentEntry"):
            self._text = []
        elif tag == "vs:Section":
            self._section = attribute(attributes, "N")
        elif tag == "vs:Row":
            self._row = {}
        elif tag == "vs:Cell" and self._section == "Property":
            self._row[attribute(attributes, "N")] = attribute(attributes, "V")

    def end(self, tag: str) -> None:
        if tag in ("vs:Text", "vs:CommentEntry") and self._text is not None:
            text = clean("".join(self._text)).strip("\n")
            self._text = None
            if text.strip():
                target = self.lines if tag == "vs:Text" else self.comments
                target += text.split("\n")
        elif tag == "vs:Row" and self._section == "Property":
            label, value = self._row.get("Label", ""), self._row.get("Value", "")
            if value:
                self.facts.append(clean(f"{label}\t{value}" if label else value))
        elif tag == "vs:Section":
            self._section = ""

    def data(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)
