"""Members of office files that are compound files, counted from their directory ([MS-CFB] 2.6).

The directory's tree is walked here from its own sectors, without the library that the readers
use. What lies in a stream (the pictures of a publication) is counted by the heads of its records.
"""

from __future__ import annotations

import struct

from assay.extract.request import Request

_LAST = 0xFFFFFFFA  # from here on marks, not sectors
_BLIPS = frozenset((*range(0xF01A, 0xF020), 0xF029, 0xF02A))


def count_hwp(request: Request) -> int | None:
    """Streams below BinData, and the picture of the first page."""
    directory = Directory(request.path.read_bytes())
    held = sum(1 for path, size in directory.streams if len(path) == 2 and path[0] == "BinData")
    return held + sum(1 for path, size in directory.streams if path == ("PrvImage",) and size)


def count_publication(request: Request) -> int | None:
    """Pictures in the stream that publications keep them in."""
    directory = Directory(request.path.read_bytes())
    count = 0
    for path, _ in directory.streams:
        if path[-1] == "EscherDelayStm":
            body, at = directory.read(path), 0
            while at + 8 <= len(body):
                _, kind, length = struct.unpack_from("<HHI", body, at)
                count += kind in _BLIPS
                at += 8 + length
    return count


class Directory:
    """(path, size) of each stream. Raises struct.error or ValueError where it is broken.

    A chain that comes back to itself is broken: no file has more sectors than bytes for them,
    and a ring of one would else be followed into hundreds of megabytes.
    """

    def __init__(self, body: bytes) -> None:
        self._body = body
        shift = struct.unpack_from("<H", body, 30)[0]
        if not 7 <= shift <= 20:
            raise ValueError
        self._size = 1 << shift
        self._most = len(body) // self._size + 1
        self._table = self._sectors()
        first, self._cutoff, self._mini = struct.unpack_from("<I4xII", body, 48)
        self._raw = self._chain(first)
        self.streams: list[tuple[tuple[str, ...], int]] = []
        self._places: dict[tuple[str, ...], tuple[int, int]] = {}
        self._tree()

    def _sectors(self) -> list[int]:
        """The allocation table: the sector that follows each one."""
        held = list(struct.unpack_from("<109I", self._body, 76))
        following = struct.unpack_from("<I", self._body, 68)[0]
        while following < _LAST:
            if len(held) > 109 + self._most * (self._size // 4):
                raise ValueError
            block = self._sector(following)
            numbers = struct.unpack(f"<{len(block) // 4}I", block)
            held += numbers[:-1]
            following = numbers[-1]
        table: list[int] = []
        for sector in held:
            if sector < _LAST:
                if len(table) > self._most * (self._size // 4):
                    raise ValueError
                block = self._sector(sector)
                table += struct.unpack(f"<{len(block) // 4}I", block)
        return table

    def _sector(self, number: int) -> bytes:
        return self._body[(number + 1) * self._size : (number + 2) * self._size]

    def _chain(self, number: int) -> bytes:
        parts: list[bytes] = []
        while number < min(len(self._table), _LAST):
            if len(parts) > self._most:
                raise ValueError
            parts.append(self._sector(number))
            number = self._table[number]
        return b"".join(parts)

    def _tree(self) -> None:
        root = struct.unpack_from("<3I", self._raw, 68)
        waiting: list[tuple[int, tuple[str, ...]]] = [(root[2], ())]
        met: set[int] = set()
        while waiting:
            number, above = waiting.pop()
            at = 128 * number
            if at + 128 > len(self._raw) or number in met:
                continue
            met.add(number)
            length, kind = struct.unpack_from("<HB", self._raw, at + 64)
            left, right, child = struct.unpack_from("<3I", self._raw, at + 68)
            name = self._raw[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
            waiting += [(left, above), (right, above)]
            path = (*above, name)
            if kind == 1:
                waiting.append((child, path))
            elif kind == 2:
                first, size = struct.unpack_from("<II", self._raw, at + 116)
                self.streams.append((path, size))
                self._places[path] = (first, size)

    def read(self, path: tuple[str, ...]) -> bytes:
        """A stream whole; small ones lie in sectors of 64 bytes inside the root's own stream."""
        first, size = self._places[path]
        if size >= self._cutoff:
            return self._chain(first)[:size]
        small = self._chain(struct.unpack_from("<I", self._raw, 116)[0])
        links = self._chain(self._mini)
        table = struct.unpack(f"<{len(links) // 4}I", links)
        parts: list[bytes] = []
        while first < len(table):
            if len(parts) > len(table):
                raise ValueError
            parts.append(small[64 * first : 64 * first + 64])
            first = table[first]
        return b"".join(parts)[:size]
