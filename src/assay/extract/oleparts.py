"""What Word, Excel and PowerPoint files of the OLE kind share: objects, macros, pictures.

Embedded objects and macro projects are members, set up as files of their own; pictures of the
Office art kind are members under their number. Streams that no reader claimed are said to be
there. Source: [MS-ODRAW] 2.2.23 to 2.2.32.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from assay.extract import compound
from assay.extract.transcript import Transcript

_ENDINGS = {
    0xF01A: b"emf", 0xF01B: b"wmf", 0xF01C: b"pict", 0xF01D: b"jpg", 0xF01E: b"png",
    0xF01F: b"bmp", 0xF029: b"tiff", 0xF02A: b"jpg",
}  # fmt: skip
BLIPS = frozenset(_ENDINGS)
_INSTANCES = {
    0xF01A: (0x3D4,), 0xF01B: (0x216,), 0xF01C: (0x542,), 0xF01D: (0x46A, 0x6E2), 0xF01E: (0x6E0,),
    0xF01F: (0x7A8,), 0xF029: (0x6E4,), 0xF02A: (0x46A, 0x6E2),
}  # fmt: skip
_HEADS = re.compile(
    b"|".join(
        re.escape(struct.pack("<HH", (instance + twice) << 4, kind)) + b"(?=.{4})"
        for kind, instances in _INSTANCES.items()
        for instance in instances
        for twice in (0, 1)
    ),
    re.DOTALL,
)
_ENTRY = 0xF007
_METAFILES = (0xF01A, 0xF01B, 0xF01C)
_DEPTH = 24
_MOST = 256 << 20
# Streams and storages at the root that hold nothing to read beside what the readers read.
_KNOWN = frozenset(
    ("worddocument", "0table", "1table", "data", "workbook", "book", "powerpoint document",
     "current user", "pictures", "objectpool", "macros", "_vba_project_cur", "_sx_db_cur",
     "\x06dataspaces", "_xmlsignatures", "_signatures", "msodatastore", "user names",
     "compobj", "_1_compobj", "\x01", "\x04bibliography", "docf", "header",
     "etextdata", "wpscustomdata")
)  # fmt: skip
_NAMED = 40


def picture(body: bytes, kind: int, version: int, start: int, stop: int) -> tuple[bytes, bytes]:
    """(ending, bytes) of a picture record; metafiles are unpacked, bitmaps get their header.

    Raises ValueError where a metafile cannot be unpacked.
    """
    at = start + 16 + 16 * (version >> 4 & 1)  # an odd instance carries a second digest
    ending = _ENDINGS[kind]
    if kind not in _METAFILES:
        data = body[at + 1 : stop]
        return ending, bitmap_file(data) if kind == 0xF01F else data
    compressed = body[at + 32] == 0
    data = body[at + 34 : stop]
    if compressed:
        machine = zlib.decompressobj()
        try:
            data = machine.decompress(data, _MOST)
        except zlib.error:
            raise ValueError from None
    return ending, (bytes(512) if kind == 0xF01C else b"") + data


def bitmap_file(data: bytes) -> bytes:
    """A bitmap without its file header, with one."""
    if len(data) <= 40 or data[:2] == b"BM":
        return data
    size, bits = struct.unpack_from("<I", data)[0], struct.unpack_from("<H", data, 14)[0]
    colours = struct.unpack_from("<I", data, 32)[0] or (1 << bits if bits <= 8 else 0)
    place = 14 + size + 4 * min(colours, 256)
    return b"BM" + struct.pack("<IHHI", 14 + len(data), 0, 0, place) + data


def pictures_in(
    body: bytes, at: int, end: int, depth: int = 0
) -> Iterator[tuple[int, int, int, int]]:
    """(kind, version, start, stop) of the picture records inside Office art records."""
    for kind, version, start, stop in compound.records(body, at, end):
        if kind in BLIPS:
            yield kind, version, start, stop
        elif depth > _DEPTH:
            continue
        elif kind == _ENTRY:
            name = body[start + 33] if start + 33 < stop else 0
            yield from pictures_in(body, start + 36 + name, stop, depth + 1)
        elif version & 15 == 15:
            yield from pictures_in(body, start, stop, depth + 1)


def take_pictures(
    transcript: Transcript, body: bytes, found: Iterator[tuple[int, int, int, int]]
) -> None:
    """Enter picture records as members `picture-N`."""
    for kind, version, start, stop in found:
        spool = transcript.members()
        name = b"picture-%d.%s" % (len(spool) + 1, _ENDINGS[kind])
        if not spool.wanted():
            spool.skip()
            continue
        try:
            _, data = picture(body, kind, version, start, stop)
        except (ValueError, struct.error, IndexError):
            _refuse(transcript, name)
            continue
        spool.add_bytes(name, data)


def swept(body: bytes) -> Iterator[tuple[int, int, int, int]]:
    """(kind, version, start, stop) of all picture records, found by their heads alone.

    So pictures that nothing in the document refers to any more are found too.
    """
    at = 0
    while (match := _HEADS.search(body, at)) is not None:
        version, kind, size = struct.unpack_from("<HHI", body, match.start())
        start = match.start() + 8
        if 17 < size <= len(body) - start:
            yield kind, version, start, start + size
            at = start + size
        else:
            at = match.start() + 1


def art_words(body: bytes) -> list[str]:
    """Words of word art, and descriptions of shapes, in Office art records."""
    found: list[str] = []
    for kind, version, start, stop in _walk(body, 0, len(body), 0):
        if kind not in (0xF00B, 0xF122):
            continue
        count = version >> 4
        at = start + 6 * count
        for number in range(count):
            if start + 6 * number + 6 > stop:
                break
            name, size = struct.unpack_from("<HI", body, start + 6 * number)
            if not name & 0x8000:
                continue
            if name & 0x3FFF in (0x00C0, 0x0381):
                raw = body[at : min(at + size, stop)]
                words = raw[: len(raw) // 2 * 2].decode("utf-16-le", "replace").strip("\0")
                if words.strip():
                    found.append(words)
            at += size
    return found


def _walk(body: bytes, at: int, end: int, depth: int) -> Iterator[tuple[int, int, int, int]]:
    for kind, version, start, stop in compound.records(body, at, end):
        yield kind, version, start, stop
        if version & 15 == 15 and depth < _DEPTH:
            yield from _walk(body, start, stop, depth + 1)


def take_object(ole: Any, path: tuple[str, ...], name: str, transcript: Transcript) -> None:
    """Enter the object in a storage as a member."""
    spool = transcript.members()
    if not spool.wanted():
        spool.skip()
        return
    try:
        given, body = compound.unwrap(ole, path, name)
    except (OSError, ValueError, struct.error):
        _refuse(transcript, name.encode())
        return
    spool.add_bytes(given, body)


def _refuse(transcript: Transcript, name: bytes) -> None:
    from assay.extract.problems import problem

    spool = transcript.members()
    spool.refuse(name, problem("damaged", f"member {len(spool) + 1}"))


def take_macros(ole: Any, transcript: Transcript) -> None:
    """Enter the macro project of a Word or Excel file as a member `vbaProject.bin`."""
    for storage in macro_storages(ole):
        spool = transcript.members()
        if not spool.wanted():
            spool.skip()
            continue
        try:
            body = compound.written(compound.tree_of(ole, storage))
        except (OSError, ValueError):
            _refuse(transcript, b"vbaProject.bin")
            continue
        spool.add_bytes(b"vbaProject.bin", body)


def macro_storages(ole: Any) -> list[tuple[str, ...]]:
    """Storages at the root that hold a macro project."""
    return [
        (entry.name,)
        for entry in compound.children(ole, ())
        if entry.entry_type == 1
        and entry.name.lower() in ("macros", "_vba_project_cur", "_vba_project")
        and any(k.name.lower() == "vba" for k in entry.kids)
    ]


def object_storages(ole: Any, above: tuple[str, ...], prefix: str) -> list[tuple[str, ...]]:
    """Storages below `above` whose names begin with `prefix`, in the order of their names."""
    found = [
        (*above, entry.name)
        for entry in compound.children(ole, above)
        if entry.entry_type == 1 and entry.name.upper().startswith(prefix.upper())
    ]
    return sorted(found, key=lambda path: (len(path[-1]), path[-1]))


def note_stored_data(ole: Any, transcript: Transcript) -> None:
    """Note custom XML that newer programs keep in a storage `MsoDataStore`."""
    from assay.extract.office import Leaves
    from assay.extract.xmlstream import Broken, parse_bytes

    for storage in compound.children(ole, ("MsoDataStore",)):
        for entry in storage.kids:
            if entry.name.lower() == "item":
                body = ole.openstream(["MsoDataStore", storage.name, entry.name]).read()
                try:
                    parse_bytes(body, Leaves(transcript, "customXml"), transcript.limits)
                except Broken:
                    transcript.trouble("part_unclaimed", "custom XML")


def say_what_is_left(ole: Any, transcript: Transcript, *claimed: str) -> None:
    """Name the streams and storages at the root that nobody read. `claimed` are prefixes."""
    left: list[str] = []
    for entry in compound.children(ole, ()):
        low = entry.name.lower()
        if (
            low in _KNOWN
            or low.startswith(("\x05", *(c.lower() for c in claimed)))
            or compound.is_around(entry.name)
            or (entry.entry_type == 2 and not entry.size)
            or (entry.entry_type == 1 and not entry.kids)
        ):
            continue
        left.append("".join(c if c.isprintable() else "?" for c in entry.name))
    for name in left[:_NAMED]:
        transcript.trouble("part_unclaimed", f"part {name}")
    if len(left) > _NAMED:
        transcript.trouble("part_unclaimed", "other parts", f"{len(left) - _NAMED} more")
