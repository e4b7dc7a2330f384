"""PowerPoint 97 to 2003: a slide is a page, with its notes ([MS-PPT]).

The slides are those of the last saved state: found through the current edit and the persist
directory, not by searching, because the file keeps older states. Where that chain is broken
all text of the stream is given as one page, and the file is said to be damaged.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

import olefile  # type: ignore[import-untyped]

from assay.extract.ole_properties import read_properties
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="ppt",
    version="1 olefile",
    licence="AGPL-3.0-or-later",
    formats=("application/vnd.ms-powerpoint",),
    limits="embedded objects and metafiles are not taken out; tables come cell by cell",
)
_DOCUMENT_LIST, _PERSIST, _EDIT, _DIRECTORY = 0x0FF0, 0x03F3, 0x0FF5, 0x1772
_CHARS, _BYTES, _STRING, _SLIDE_ATOM, _COMMENT = 0x0FA0, 0x0FA8, 0x0FBA, 0x03EF, 0x2EE0
_PICTURES = {0xF01D: b"jpg", 0xF02A: b"jpg", 0xF01E: b"png", 0xF029: b"tiff"}
_OBJECT, _TAGGED = 0x1011, 0x138B
_EDITS = 1000
_DEPTH = 40


def read_ppt(request: Request, transcript: Transcript) -> None:
    """Read a presentation. Raises Stop with `encrypted` or `damaged`."""
    if not olefile.isOleFile(str(request.path)):
        raise Stop("no_reader", "", "PowerPoint before version 97")
    with olefile.OleFileIO(str(request.path)) as ole:
        if not ole.exists("PowerPoint Document"):
            raise Stop("no_reader", "", "PowerPoint 95")
        body = ole.openstream("PowerPoint Document").read()
        pictures = ole.openstream("Pictures").read() if ole.exists("Pictures") else b""
        user = ole.openstream("Current User").read() if ole.exists("Current User") else b""
    if len(user) >= 16 and user[12:16] == b"\xdf\xc4\xd1\xf3":
        raise Stop("encrypted")
    try:
        pages = _pages(body, user)
    except (struct.error, KeyError, ValueError):
        transcript.trouble("damaged", "", "no current state")
        pages = ["\n".join(_texts(body, 0, len(body), 0))]
    for page in pages:
        transcript.page(page)
    read_properties(request.path, transcript)
    _take_pictures(pictures, transcript)
    objects = sum(1 for kind, _, _, _ in _records(body, 0, len(body)) if kind == _OBJECT)
    if objects:
        transcript.trouble("part_unclaimed", "embedded objects", f"{objects} objects")


def _take_pictures(pictures: bytes, transcript: Transcript) -> None:
    """JPEG, PNG and TIFF pictures as members; metafiles are said to be left."""
    metafiles = 0
    for kind, version, start, stop in _records(pictures, 0, len(pictures)):
        ending = _PICTURES.get(kind)
        if ending is None:
            metafiles += kind in (0xF01A, 0xF01B, 0xF01C)
            continue
        two = (version >> 4) & 1  # an odd instance carries a second digest
        spool = transcript.members()
        name = b"picture-%d.%s" % (len(spool) + 1, ending)
        spool.add_bytes(name, pictures[start + 17 + 16 * two : stop])
    if metafiles:
        transcript.trouble("part_unclaimed", "pictures", f"{metafiles} metafiles")


def _records(body: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """(type, instance, start, end) of the records between two places."""
    while at + 8 <= end:
        version, kind, length = struct.unpack_from("<HHI", body, at)
        start, at = at + 8, min(at + 8 + length, end)
        yield kind, version, start, at


def _texts(body: bytes, at: int, end: int, depth: int) -> Iterator[str]:
    """The words of all text records, whatever holds them."""
    for kind, version, start, stop in _records(body, at, end):
        if kind == _CHARS:
            yield _clean(body[start:stop].decode("utf-16-le", "replace"))
        elif kind == _BYTES:
            yield _clean(body[start:stop].decode("cp1252", "replace"))
        elif kind == _STRING and depth and version >> 4 in (0, 1):
            continue  # names of shapes and styles
        elif (version & 15 == 15 or kind == _TAGGED) and depth < _DEPTH:
            if kind == _COMMENT:
                strings = [
                    body[s:e].decode("utf-16-le", "replace")
                    for k, _, s, e in _records(body, start, stop)
                    if k == _STRING
                ]
                yield "[comment] " + " · ".join(s for s in strings if s)
            else:
                yield from _texts(body, start, stop, depth + 1)


def _clean(text: str) -> str:
    return text.replace("\r", "\n").replace("\x0b", "\n").replace("\x00", "")


def _pages(body: bytes, user: bytes) -> list[str]:
    """The words of each slide of the last saved state, notes after an empty line."""
    places, document = _persisted(body, struct.unpack_from("<I", user, 16)[0])
    at = places[document]
    _, _, start, end = next(_records(body, at, len(body)))
    lists: dict[int, list[tuple[int, int, list[str]]]] = {}
    for kind, version, s, e in _records(body, start, end):
        if kind == _DOCUMENT_LIST:
            lists[version >> 4] = _listed(body, s, e)
    notes = {identity: reference for reference, identity, _ in lists.get(2, [])}
    pages: list[str] = []
    for reference, _, outline in lists.get(0, []):
        lines = list(outline)
        if reference in places:
            _, _, s, e = next(_records(body, places[reference], len(body)))
            lines += [t for t in _texts(body, s, e, 1) if t.strip()]
            noted = _notes_of(body, s, e)
            if noted in notes and notes[noted] in places:
                _, _, s, e = next(_records(body, places[notes[noted]], len(body)))
                said = [t for t in _texts(body, s, e, 1) if t.strip() and t.strip() != "*"]
                lines += ["", *said] if said else []
        pages.append("\n".join(lines))
    return pages


def _notes_of(body: bytes, at: int, end: int) -> int:
    for kind, _, start, _ in _records(body, at, end):
        if kind == _SLIDE_ATOM:
            found: int = struct.unpack_from("<I", body, start + 16)[0]
            return found
    return 0


def _listed(body: bytes, at: int, end: int) -> list[tuple[int, int, list[str]]]:
    """(persist reference, slide id, outline text) of each slide of a list."""
    slides: list[tuple[int, int, list[str]]] = []
    for kind, _, start, stop in _records(body, at, end):
        if kind == _PERSIST:
            reference, identity = (
                struct.unpack_from("<I", body, start)[0],
                struct.unpack_from("<I", body, start + 12)[0],
            )
            slides.append((reference, identity, []))
        elif slides and kind == _CHARS:
            slides[-1][2].append(_clean(body[start:stop].decode("utf-16-le", "replace")))
        elif slides and kind == _BYTES:
            slides[-1][2].append(_clean(body[start:stop].decode("cp1252", "replace")))
    return slides


def _persisted(body: bytes, edit: int) -> tuple[dict[int, int], int]:
    """(object -> place, the document's object): newer edits hide older ones."""
    places: dict[int, int] = {}
    document = 0
    for _ in range(_EDITS):
        kind, _, start, _ = next(_records(body, edit, len(body)), (0, 0, 0, 0))
        if kind != _EDIT:
            raise ValueError
        before, directory, reference = struct.unpack_from("<III", body, start + 8)
        document = document or reference
        kind, _, s, e = next(_records(body, directory, len(body)), (0, 0, 0, 0))
        if kind != _DIRECTORY:
            raise ValueError
        while s + 4 <= e:
            head = struct.unpack_from("<I", body, s)[0]
            first, count = head & 0xFFFFF, head >> 20
            s += 4
            for number in range(count):
                if s + 4 > e:
                    break
                places.setdefault(first + number, struct.unpack_from("<I", body, s)[0])
                s += 4
        if not before:
            return places, document
        edit = before
    raise ValueError
