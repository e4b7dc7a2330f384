"""The store inside compiled help: a directory of files, most of them packed by LZX.

The store is ITSF with an ITSP directory, as Matthew Russotto and Pabs described it. The packed
section is LZX reset at even distances, which is what a Windows cabinet holds too: so the
stretches between resets are handed to the system's libarchive as folders of a cabinet made in
memory, and come out at the speed of C. A stretch that does not unpack costs the files that lie in
it.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from assay.extract.problems import Stop
from assay.extract.spool import CHUNK, GRACE, MemberBroken
from assay.settings import Limits

_CONTENT = b"::DataSpace/Storage/MSCompressed/Content"
_CONTROL = b"::DataSpace/Storage/MSCompressed/ControlData"
_RESETS = b"/InstanceData/ResetTable"
_FRAME = 0x8000
_TOGETHER = 64  # stretches unpacked at once
_STEP = "Install it: sudo apt-get install libarchive13, then run `assay retry`."


@dataclass(frozen=True)
class Stored:
    """One file: in which section, where, how long."""

    name: bytes
    section: int
    offset: int
    size: int


@dataclass
class Store:
    """An opened store. `files` are in the order of the directory. Use `close` at the end."""

    stream: BinaryIO
    limits: Limits
    scratch: Path
    size: int
    language: int = 0
    files: list[Stored] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    _base: int = 0
    _unpacked: BinaryIO | None = None
    _place: Path | None = None
    _gaps: list[tuple[int, int]] = field(default_factory=list)

    def close(self) -> None:
        """Close the file and remove what was unpacked."""
        self.stream.close()
        if self._unpacked is not None:
            self._unpacked.close()
        if self._place is not None:
            self._place.unlink(missing_ok=True)

    def find(self, name: bytes) -> Stored | None:
        """A file by its name, without regard to case and the slash before it."""
        wanted = name.strip(b"/").lower()
        return next((f for f in self.files if f.name.strip(b"/").lower() == wanted), None)

    def chunks(self, stored: Stored) -> Iterator[bytes]:
        """The bytes of a file. Raises MemberBroken where they are not all there."""
        source, start = self.stream, self._base + stored.offset
        if stored.section:
            source, start = self._packed_section(), stored.offset
        end = start + stored.size
        if end > 1 << 62:
            raise MemberBroken("damaged", "its place is outside the store")
        if stored.section and any(a < end and start < b for a, b in self._gaps):
            raise MemberBroken("damaged", "its packed data is broken")
        if not stored.section and end > self.size:
            raise MemberBroken("truncated", "the store ends before the file")
        source.seek(start)
        left = stored.size
        while left:
            chunk = source.read(min(left, CHUNK))
            if not chunk:
                raise MemberBroken("truncated", "the store ends before the file")
            left -= len(chunk)
            yield chunk

    def read(self, stored: Stored, limit: int = 64 << 20) -> bytes:
        """A file whole. Raises MemberBroken, also where it is over `limit` bytes."""
        if stored.size > limit:
            raise MemberBroken("limit_member", f"over {limit} bytes")
        return b"".join(self.chunks(stored))

    # ------------------------------------------------------------ the packed section

    def _packed_section(self) -> BinaryIO:
        if self._unpacked is None:
            self._place = self.scratch / f".unpacked-{os.getpid()}"
            self._unpacked = self._place.open("w+b")
            try:
                self._unpack(self._unpacked)
            except (struct.error, IndexError, KeyError, ZeroDivisionError):
                self.broken.append("the packed section has no table that can be read")
            self._unpacked.flush()
        return self._unpacked

    def _whole(self, name: bytes) -> bytes:
        stored = next(f for f in self.files if f.name == name or f.name.endswith(name))
        if self._base + stored.offset > self.size:
            raise KeyError
        self.stream.seek(self._base + stored.offset)
        return self.stream.read(min(stored.size, 256 << 20))

    def _unpack(self, out: BinaryIO) -> None:
        names = {f.name for f in self.files}
        if _CONTROL not in names or not any(n.endswith(_RESETS) for n in names):
            raise KeyError
        mark, version, reset, window = struct.unpack_from("<4sIII", self._whole(_CONTROL), 4)
        if mark != b"LZXC":
            raise KeyError
        if version == 2:
            reset, window = reset * _FRAME, window * _FRAME
        table = self._whole(_RESETS)
        count, _, head, size, packed, frame = struct.unpack_from("<IIIQQQ", table, 4)
        if frame != _FRAME or not 0x8000 <= window <= 0x200000:
            raise KeyError
        if size > self.limits.output:
            raise Stop("limit_output", "", f"over {self.limits.output} bytes")
        if size > GRACE and size > self.limits.ratio * self.size:
            raise Stop("bomb", "", f"over {self.limits.ratio} times its size")
        count = min(count, (len(table) - head) // 8)
        starts = [*struct.unpack_from(f"<{count}Q", table, head), packed]
        content = next((f for f in self.files if f.name == _CONTENT), None)
        if content is None:
            raise KeyError
        together = max(reset // _FRAME, 1)
        stretches = [(first, min(first + together, count)) for first in range(0, count, together)]
        for at in range(0, len(stretches), _TOGETHER):
            self._unpack_some(out, stretches[at : at + _TOGETHER], starts, content, size, window)

    def _unpack_some(
        self,
        out: BinaryIO,
        stretches: list[tuple[int, int]],
        starts: list[int],
        content: Stored,
        size: int,
        window: int,
    ) -> None:
        folders = []
        for first, last in stretches:
            frames = []
            for number in range(first, last):
                self.stream.seek(min(self._base + content.offset + starts[number], self.size))
                packed = self.stream.read(max(min(starts[number + 1] - starts[number], 0xFFFF), 0))
                frames.append((packed, min(_FRAME, size - number * _FRAME)))
            folders.append(frames)
        bodies = _from_cabinet(folders, window)
        if len(bodies) < len(folders) or any(
            len(body) != sum(n for _, n in frames)
            for body, frames in zip(bodies, folders, strict=False)
        ):
            bodies = [b"".join(_from_cabinet([frames], window)) for frames in folders]
        for (first, _), frames, body in zip(stretches, folders, bodies, strict=True):
            whole = sum(n for _, n in frames)
            start = first * _FRAME
            if len(body) != whole:
                self._gaps.append((start + len(body), start + whole))
                body = body.ljust(whole, b"\0")[:whole]
            out.seek(start)
            out.write(body)


def _from_cabinet(folders: list[list[tuple[bytes, int]]], window: int) -> list[bytes]:
    """What each folder of frames unpacks to, as far as it does."""
    os.environ.setdefault("LIBARCHIVE", "libarchive.so.13")
    try:
        import libarchive
        from libarchive.exception import ArchiveError
    except (ImportError, OSError, TypeError, AttributeError):
        raise Stop("tool_missing", "", "libarchive13", _STEP) from None
    bodies: list[bytes] = []
    try:
        with libarchive.memory_reader(_cabinet(folders, window), "cab") as archive:
            for entry in archive:
                parts: list[bytes] = []
                bodies.append(b"")
                try:
                    parts.extend(entry.get_blocks())
                finally:
                    bodies[-1] = b"".join(parts)
    except ArchiveError:
        pass
    return bodies


def _cabinet(folders: list[list[tuple[bytes, int]]], window: int) -> bytes:
    """A cabinet ([MS-CAB]) of one file a folder; sums of 0 are not checked."""
    files, heads, data = bytearray(), bytearray(), bytearray()
    for number, frames in enumerate(folders):
        size = sum(length for _, length in frames)
        files += struct.pack("<IIHHHH", size, 0, number, 0x21, 0, 0x20) + b"%d\0" % number
    begin = 36 + 8 * len(folders)
    for frames in folders:
        at = begin + len(files) + len(data)
        heads += struct.pack("<IHH", at, len(frames), 3 | (window.bit_length() - 1) << 8)
        for packed, length in frames:
            data += struct.pack("<IHH", 0, len(packed), length) + packed
    total = begin + len(files) + len(data)
    count = len(folders)
    head = struct.pack("<5I2B5H", 0, total, 0, begin, 0, 3, 1, count, count, 0, 0, 0)
    return b"MSCF" + head + bytes(heads + files + data)


def opened(path: Path, scratch: Path, limits: Limits) -> Store:
    """Open a store. Raises Stop with `damaged` where there is no directory at all."""
    store = Store(path.open("rb"), limits, scratch, path.stat().st_size)
    try:
        _read_directory(store)
    except (struct.error, IndexError, ValueError):
        store.broken.append("the directory breaks off")
    if not store.files:
        store.close()
        raise Stop("truncated" if store.broken else "damaged", "", "no directory")
    return store


def _read_directory(store: Store) -> None:
    stream = store.stream
    head = stream.read(0x60)
    version, _, _, _, store.language = struct.unpack_from("<5I", head, 4)
    _, _, place, length = struct.unpack_from("<4Q", head, 0x38)
    store._base = struct.unpack_from("<Q", head, 0x58)[0] if version >= 3 else place + length
    stream.seek(place)
    about = stream.read(0x54)
    if about[:4] != b"ITSP":
        raise ValueError
    size, chunk = struct.unpack_from("<II", about, 8)[0], struct.unpack_from("<I", about, 16)[0]
    following, count = (
        struct.unpack_from("<I", about, 0x20)[0],
        struct.unpack_from("<I", about, 0x2C)[0],
    )
    if not 64 <= chunk <= 1 << 20:
        raise ValueError
    seen: set[int] = set()
    while following < count and following not in seen:
        seen.add(following)
        stream.seek(place + size + following * chunk)
        page = stream.read(chunk)
        if page[:4] != b"PMGL" or len(page) < chunk:
            raise ValueError
        _read_listing(page, store)
        following = struct.unpack_from("<I", page, 16)[0]


def _read_listing(page: bytes, store: Store) -> None:
    end = len(page) - struct.unpack_from("<I", page, 4)[0]
    at = 20
    while at < end:
        length, at = _number(page, at)
        name = page[at : at + length]
        section, at = _number(page, at + length)
        offset, at = _number(page, at)
        size, at = _number(page, at)
        store.files.append(Stored(name, section, offset, size))


def _number(page: bytes, at: int) -> tuple[int, int]:
    value: Any = 0
    while True:
        byte = page[at]
        at += 1
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at
        if value > 1 << 62:
            raise ValueError
