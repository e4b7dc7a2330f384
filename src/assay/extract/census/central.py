"""Members of a zip archive, counted from its central directory by hand (APPNOTE 6.3.10).

The record at the end says how many entries there are, and the directory lists them: the larger
of the two is what is promised, less the folders. The record's own number has sixteen bits, so
an archive of more than 65,535 entries without Zip64 is counted by its list.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from assay.extract import volumes
from assay.extract.request import Request

_END = struct.Struct("<4s4H2LH")
_ENTRY = struct.Struct("<4s6H3L5H2L")


def count_zip(request: Request) -> int | None:
    """Entries that are no folders; None where the archive has no directory."""
    found = directory_of(request.volumes or request.path)
    if found is None:
        return None
    promised, entries = found
    listed = folders = 0
    for name, size in entries:
        listed += 1
        folders += name.endswith(b"/") and size == 0
    return max(promised, listed) - folders


def directory_of(path: Path | tuple[Path, ...]) -> tuple[int, Iterator[tuple[bytes, int]]] | None:
    """(entries that the end record promises, an iterator over (raw name, size)), or None."""
    with _opened(path) as stream:
        length = stream.seek(0, 2)
        stream.seek(max(length - _END.size - 0xFFFF, 0))
        tail = stream.read()
    at = _end_record(tail)
    if at is None:
        return None
    _, _, _, _, count, size, offset, _ = _END.unpack_from(tail, at)
    end = length - len(tail) + at
    wide = _wide_record(path, end)
    if wide is not None:
        count, size, offset, end = wide
    start = end - size if end - size >= 0 else offset
    return count, _entries(path, start, offset, size)


def _opened(path: Path | tuple[Path, ...]) -> BinaryIO:
    return volumes.opened(path if isinstance(path, tuple) else (path,))


def _end_record(tail: bytes) -> int | None:
    """The last end record whose comment ends where the file does, else the last one at all."""
    at = last = tail.rfind(b"PK\x05\x06")
    while at >= 0:
        if at + _END.size <= len(tail):
            comment = struct.unpack_from("<H", tail, at + 20)[0]
            if at + _END.size + comment == len(tail):
                return at
        at = tail.rfind(b"PK\x05\x06", 0, at)
    return last if 0 <= last <= len(tail) - _END.size else None


def _wide_record(path: Path | tuple[Path, ...], end: int) -> tuple[int, int, int, int] | None:
    """(count, size, offset, where the directory ends) of a Zip64 archive."""
    if end < 20:
        return None
    with _opened(path) as stream:
        stream.seek(end - 20)
        locator = stream.read(20)
        if locator[:4] != b"PK\x06\x07":
            return None
        for place in (struct.unpack_from("<Q", locator, 8)[0], end - 20 - 56):
            stream.seek(place)
            record = stream.read(56)
            if len(record) == 56 and record[:4] == b"PK\x06\x06":
                count, size, offset = struct.unpack_from("<3Q", record, 32)
                return count, size, offset, place
    return None


def _entries(
    path: Path | tuple[Path, ...], start: int, offset: int, size: int
) -> Iterator[tuple[bytes, int]]:
    with _opened(path) as stream:
        for place in dict.fromkeys((start, offset)):
            stream.seek(place)
            if stream.read(4) == b"PK\x01\x02":
                break
        else:
            return
        stream.seek(place)
        while len(head := stream.read(_ENTRY.size)) == _ENTRY.size and head[:4] == b"PK\x01\x02":
            fields = _ENTRY.unpack(head)
            name = stream.read(fields[10])
            stream.seek(fields[11] + fields[12], 1)
            yield name, fields[9]
