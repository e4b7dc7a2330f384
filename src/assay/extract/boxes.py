"""The boxes of ISO base media files (MP4, MOV, M4A, 3GP, HEIF): ISO 14496-12, QuickTime.

Nothing is decoded. A box gives its kind and where its content lies; the samples of a track are
found by its tables. Sizes that lie about the file are cut at its end.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

_BOXES = 20_000
_TABLE = 64 << 20


class Box:
    """One box: kind and content, as places in the file."""

    def __init__(self, stream: BinaryIO, kind: bytes, start: int, end: int) -> None:
        self._stream = stream
        self.kind = kind
        self.start = start
        self.end = end

    def read(self, limit: int = _TABLE) -> bytes:
        """The content, at most `limit` bytes of it."""
        self._stream.seek(self.start)
        return self._stream.read(min(self.end - self.start, limit))

    def inside(self, skip: int = 0) -> Iterator[Box]:
        """The boxes in it, after `skip` bytes of its own."""
        return boxes(self._stream, self.start + skip, self.end)

    def find(self, *way: bytes) -> Box | None:
        """The first box down this way, None where there is none."""
        here: Box | None = self
        for kind in way:
            assert here is not None
            here = next(
                (b for b in here.inside(4 if here.kind == b"meta" else 0) if b.kind == kind), None
            )
            if here is None:
                return None
        return here


def boxes(stream: BinaryIO, start: int, end: int) -> Iterator[Box]:
    """The boxes between two places of a file."""
    at = start
    for _ in range(_BOXES):
        if at + 8 > end:
            return
        stream.seek(at)
        head = stream.read(16)
        if len(head) < 8:
            return
        size, kind = struct.unpack_from(">I4s", head)
        begin = at + 8
        if size == 1 and len(head) == 16:
            (size,) = struct.unpack_from(">Q", head, 8)
            begin = at + 16
        elif size == 0:
            size = end - at
        if size < begin - at:
            return
        yield Box(stream, kind, begin, min(at + size, end))
        at += size


def samples(stream: BinaryIO, table: Box, scale: int) -> Iterator[tuple[float, float, bytes]]:
    """(begin, end, bytes) of each sample of a track, in seconds; `table` is its `stbl`."""
    sizes = _sizes(table)
    times = _times(table)
    for number, place in enumerate(_places(table, len(sizes))):
        if number >= len(sizes):
            return
        begin, length = next(times, (0, 0))
        yield begin / scale, (begin + length) / scale, _at(stream, place, sizes[number])


def _at(stream: BinaryIO, place: int, size: int) -> bytes:
    stream.seek(place)
    return stream.read(min(size, 1 << 20))


def _sizes(table: Box) -> list[int]:
    box = table.find(b"stsz")
    if box is None:
        return []
    body = box.read()
    same, count = struct.unpack_from(">II", body, 4)
    if same:
        return [same] * min(count, 1_000_000)
    count = min(count, (len(body) - 12) // 4)
    return list(struct.unpack_from(f">{count}I", body, 12))


def _times(table: Box) -> Iterator[tuple[int, int]]:
    box = table.find(b"stts")
    if box is None:
        return
    body = box.read()
    now = 0
    for at in range(8, len(body) - 7, 8):
        count, length = struct.unpack_from(">II", body, at)
        for _ in range(min(count, 1_000_000)):
            yield now, length
            now += length


def _places(table: Box, count: int) -> Iterator[int]:
    """Where each sample begins in the file."""
    wide = table.find(b"co64")
    chunks = wide or table.find(b"stco")
    runs = table.find(b"stsc")
    sizes = _sizes(table)
    if chunks is None or runs is None:
        return
    body = chunks.read()
    step = 8 if wide else 4
    starts = [
        int.from_bytes(body[at : at + step], "big") for at in range(8, len(body) - step + 1, step)
    ]
    body = runs.read()
    entries = [struct.unpack_from(">III", body, at) for at in range(8, len(body) - 11, 12)]
    number = 0
    for index, start in enumerate(starts, 1):
        per = next((n for first, n, _ in reversed(entries) if first <= index), 1)
        place = start
        for _ in range(per):
            if number >= count:
                return
            yield place
            place += sizes[number]
            number += 1
