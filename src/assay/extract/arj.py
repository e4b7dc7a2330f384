"""ARJ archives: every file is a member, by own headers; the packed bytes by libarchive.

Methods 1 to 3 pack as LHA's `-lh7-` does: each file is handed to the system's libarchive as a
small LHA made of that one file, and its CRC-32 is compared here. Files that are garbled with a
password, packed by method 4, or that go on in another volume are named, not unpacked.
"""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from assay.extract import archive
from assay.extract.problems import problem
from assay.extract.request import Request
from assay.extract.spool import CHUNK, MemberBroken
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="arj",
    version="1 libarchive",
    licence="AGPL-3.0-or-later",
    formats=("application/x-arj",),
    limits="files under a password, of method 4 or over several volumes are named, not unpacked",
)
_GARBLED, _AFTER, _BEFORE = 1, 4, 8
_KINDS = (0, 1)  # binary and text; others are headers, folders, labels
_LARGEST = 2600  # bytes of a header
_BY_HAND = "Unpack it with `7zz x` or `unar` and add the folder, or leave it: custody is complete."


@dataclass(frozen=True)
class _Entry:
    name: bytes
    flags: int
    method: int
    kind: int
    time: int
    packed: int
    size: int
    crc: int
    at: int


def read_arj(request: Request, transcript: Transcript) -> None:
    """Read an archive. Raises Stop at the limits of containers."""
    transcript.container = True
    transcript.vouch()
    spool = transcript.members()
    with request.path.open("rb") as stream:
        for number, entry in enumerate(_entries(stream, transcript)):
            if not number:
                transcript.note("arj:name", entry.name.decode("utf-8", "replace"))
                continue
            if entry.kind not in _KINDS:
                continue
            where = f"member {len(spool) + 1}"
            modified = _moment(entry.time)
            if entry.flags & _GARBLED:
                spool.refuse(
                    entry.name, problem("encrypted", where, "", next_step=_BY_HAND), modified
                )
            elif entry.method not in (0, 1, 2, 3):
                spool.refuse(
                    entry.name, problem("unsupported", where, f"method {entry.method}"), modified
                )
            elif entry.flags & (_AFTER | _BEFORE):
                spool.refuse(entry.name, problem("volume_missing", where, "it goes on"), modified)
            elif spool.wanted():
                spool.add(entry.name, _bytes_of(stream, entry), modified)
            else:
                spool.skip()


def _entries(stream: BinaryIO, transcript: Transcript) -> Iterator[_Entry]:
    """The headers, that of the archive first. A break is recorded, and ends them."""
    at = 0
    while True:
        stream.seek(at)
        head = stream.read(4)
        if len(head) < 4 or head[:2] != b"\x60\xea":
            transcript.trouble("truncated" if len(head) < 4 else "damaged", "", "a header")
            return
        size = struct.unpack_from("<H", head, 2)[0]
        if not size:
            if not at:
                transcript.trouble("damaged", "", "it ends before the header of the archive")
            return
        body = stream.read(size)
        check = stream.read(4)
        if size > _LARGEST or len(check) < 4 or size < 30:
            transcript.trouble("truncated" if len(check) < 4 else "damaged", "", "a header")
            return
        if zlib.crc32(body) != struct.unpack("<I", check)[0]:
            transcript.trouble("checksum", "", "a header")
            return
        at += 8 + size
        extra = struct.unpack("<H", stream.read(2).ljust(2, b"\0"))[0]
        at += 2 + (extra + 4 if extra else 0)
        time, packed, whole, crc = struct.unpack_from("<IIII", body, 8)
        name, _, comment = body[body[0] :].partition(b"\0")
        words = comment.partition(b"\0")[0]
        if words:
            transcript.note("arj:comment", words.decode("cp437"))
        main = body[6] == 2
        yield _Entry(
            name.replace(b"\\", b"/") if body[3] in (0, 11) else name,
            body[4], body[5], body[6], time, 0 if main else packed, whole, crc, at,
        )  # fmt: skip
        at += 0 if main else packed


def _bytes_of(stream: BinaryIO, entry: _Entry) -> Iterator[bytes]:
    crc = size = 0
    for chunk in _stored(stream, entry) if not entry.method else _unpacked(stream, entry):
        crc = zlib.crc32(chunk, crc)
        size += len(chunk)
        yield chunk
    if size != entry.size:
        raise MemberBroken("truncated" if size < entry.size else "damaged", "its size differs")
    if crc != entry.crc:
        raise MemberBroken("checksum", "CRC-32")


def _stored(stream: BinaryIO, entry: _Entry) -> Iterator[bytes]:
    stream.seek(entry.at)
    left = entry.packed
    while left > 0:
        chunk = stream.read(min(CHUNK, left))
        if not chunk:
            return
        left -= len(chunk)
        yield chunk


def _unpacked(stream: BinaryIO, entry: _Entry) -> Iterator[bytes]:
    """By libarchive, as the one file of an LHA (a header of level 0, which has no checksum)."""
    rest = b"-lh7-" + struct.pack("<II", entry.packed, entry.size) + bytes(4) + b"\x20\0"
    rest += b"\1a" + b"\0\0"
    head = bytes([len(rest), sum(rest) & 255]) + rest

    def small() -> Iterator[bytes]:
        yield head
        yield from _stored(stream, entry)
        yield b"\0"

    library = archive.library()
    left = entry.size
    try:
        with library.stream_reader(
            io.BufferedReader(archive.Chunks(small())), "lha", "none", 1 << 16
        ) as opened:
            for found in opened:
                for block in archive.blocks(found):
                    left -= len(block)
                    yield block
                return
    except library.ArchiveError as error:
        raise MemberBroken(archive.code_of(error), "libarchive") from None
    except MemberBroken:
        if left > 0:  # else it misses the checksum of an LHA, which nobody could know
            raise


def _moment(time: int) -> str | None:
    """A time of DOS, which has no zone."""
    day, clock = time >> 16, time & 0xFFFF
    year, month, date = (day >> 9) + 1980, day >> 5 & 15, day & 31
    if not (1 <= month <= 12 and 1 <= date <= 31 and clock >> 11 < 24):
        return None
    hour, minute, second = clock >> 11, clock >> 5 & 63, (clock & 31) * 2
    return f"{year:04}-{month:02}-{date:02}T{hour:02}:{minute:02}:{second:02}"
