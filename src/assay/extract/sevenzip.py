"""7z archives, also under a password, with encrypted names, or split into volumes.

Members come in the order of the header. Each solid block is unpacked once, from its front;
a break inside it costs the members behind it in the same block, and each of them says so.
Folders are no members; symbolic links are noted with their target.
"""

from __future__ import annotations

import stat
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from assay.extract import dates, sevenzip_header, types, volumes
from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.sevenzip_header import Bytes, NotSeven, Streams, header_of, streams_of, unpack
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="sevenzip",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(types.SEVENZIP,),
    limits="members packed by Zstandard, LZ4 or ARM64 filters are named, not unpacked",
)


@dataclass
class Entry:
    """One file of the header. `part` is (block, first byte in it, bytes, CRC), None if empty."""

    name: bytes = b""
    part: tuple[int, int, int, int | None] | None = None
    empty: bool = False
    folder: bool = False
    attributes: int = 0
    modified: str | None = None

    @property
    def link(self) -> bool:
        """Tell whether it is a symbolic link, whose bytes are its target."""
        return bool(self.attributes & 0x8000) and stat.S_ISLNK(self.attributes >> 16)


def read_sevenzip(request: Request, transcript: Transcript) -> None:
    """Read a 7z archive. Raises Stop with `encrypted`, `damaged`, `truncated` or a limit."""
    transcript.container = True
    with volumes.opened(request.volumes or [request.path]) as stream:
        try:
            try:
                body, password = header_of(stream, request.passwords)
                entries, streams = _entries(body)
            except NotSeven as broken:
                raise Stop(broken.code, "", broken.detail) from None
            transcript.secret = password is not None
            if password is not None:
                transcript.note("7z:names", "encrypted")
            _Reading(request, transcript, stream, streams, password).take(entries)
        finally:
            sevenzip_header.forget_keys()


def _entries(body: bytes) -> tuple[list[Entry], Streams]:
    """The files of a header in their order, and the streams that they lie in."""
    walk = Bytes(body)
    streams = Streams()
    entries: list[Entry] = []
    if walk.byte() != 1:
        raise NotSeven("damaged", "no header")
    while (kind := walk.byte()) != 0:
        if kind == 2:
            while walk.byte():
                walk.take(walk.count())
        elif kind == 3:
            streams_of(walk)
        elif kind == 4:
            streams = streams_of(walk)
        elif kind == 5:
            entries = _files(walk)
        else:
            raise NotSeven("damaged", "header")
    places = (
        (block, at, size, crc)
        for block, parts in enumerate(streams.parts)
        for at, size, crc in _offsets(parts)
    )
    for entry in entries:
        if not entry.empty:
            entry.part = next(places, None)
    return entries, streams


def _offsets(parts: list[tuple[int, int | None]]) -> Iterator[tuple[int, int, int | None]]:
    at = 0
    for size, crc in parts:
        yield at, size, crc
        at += size


def _files(walk: Bytes) -> list[Entry]:
    count = walk.count()
    if count > len(walk.body):
        raise NotSeven("damaged", "a count beyond reason")
    entries = [Entry() for _ in range(count)]
    while (kind := walk.byte()) != 0:
        inner = Bytes(walk.take(walk.number()))
        if kind == 14:
            for entry, empty in zip(entries, inner.bits(count), strict=True):
                entry.empty = entry.folder = empty
        elif kind == 15:
            hollow = [entry for entry in entries if entry.empty]
            for entry, file in zip(hollow, inner.bits(len(hollow)), strict=True):
                entry.folder = not file
        elif kind == 17 and not inner.byte():
            _names(inner, entries)
        elif kind == 20:
            there = inner.flags(count)
            if not inner.byte():
                for entry, given in zip(entries, there, strict=True):
                    if given:
                        entry.modified = dates.from_filetime(struct.unpack("<Q", inner.take(8))[0])
        elif kind == 21:
            there = inner.flags(count)
            if not inner.byte():
                for entry, given in zip(entries, there, strict=True):
                    if given:
                        entry.attributes = struct.unpack("<I", inner.take(4))[0]
    return entries


def _names(inner: Bytes, entries: list[Entry]) -> None:
    text = inner.body[inner.at :].decode("utf-16-le", "surrogatepass")
    names = text.split("\0")
    if len(names) < len(entries):
        raise NotSeven("damaged", "names")
    for entry, name in zip(entries, names, strict=False):
        entry.name = name.encode("utf-8", "surrogatepass")


class _Reading:
    """Members taken from the blocks of one archive."""

    def __init__(
        self,
        request: Request,
        transcript: Transcript,
        stream: BinaryIO,
        streams: Streams,
        password: str | None,
    ) -> None:
        self._request = request
        self._transcript = transcript
        self._stream = stream
        self._streams = streams
        self._passwords = tuple(
            dict.fromkeys(([password] if password is not None else []) + list(request.passwords))
        )
        self._block = -1
        self._chunks: Iterator[bytes] = iter(())
        self._held = b""
        self._at = 0
        self._fate: MemberBroken | None = None
        self._drained = 0

    def take(self, entries: list[Entry]) -> None:
        """Enter all files."""
        spool = self._transcript.members()
        links: list[str] = []
        for entry in entries:
            if entry.folder:
                continue
            if entry.link:
                links.append(self._target(entry))
                continue
            if not spool.wanted():
                spool.skip()
                continue
            if entry.part is None:
                if entry.empty:
                    spool.add(entry.name, (), entry.modified)
                else:
                    spool.refuse(entry.name, problem("damaged", f"member {len(spool) + 1}"))
                continue
            secret = self._streams.folders[entry.part[0]].encrypted
            spool.add(entry.name, self._bytes(entry.part), entry.modified, secret)
        for link in links:
            self._transcript.note("7z:symlink", link)
        full = [m for m in spool.members if m.size or m.problem]
        if full and all(m.problem and m.problem.code == "encrypted" for m in full):
            raise Stop("encrypted")

    def _target(self, entry: Entry) -> str:
        name = entry.name.decode("utf-8", "replace")
        if entry.part is None or entry.part[2] > 1 << 16:
            return name
        try:
            target = b"".join(self._bytes(entry.part))
        except MemberBroken:
            return name
        return f"{name} -> {target.decode('utf-8', 'replace')}"

    def _bytes(self, part: tuple[int, int, int, int | None]) -> Iterator[bytes]:
        block, start, size, promised = part
        self._open(block, start)
        crc, left = 0, size
        while left > 0:
            chunk = self._more(left)
            crc = zlib.crc32(chunk, crc)
            left -= len(chunk)
            yield chunk
        if promised is not None and crc != promised:
            raise MemberBroken("checksum", "CRC-32")

    def _open(self, block: int, start: int) -> None:
        """Stand at a byte of a block, from where it is or from its front."""
        if block != self._block or start < self._at:
            self._begin(block)
        while self._at < start:
            passed = len(self._more(start - self._at))
            self._drained += passed
            if self._drained > self._request.limits.output:
                raise Stop("limit_output", "", f"over {self._request.limits.output} bytes")

    def _begin(self, block: int) -> None:
        self._block, self._at, self._held, self._fate = block, 0, b"", None
        folder = self._streams.folders[block]
        if not folder.encrypted:
            self._start(None)
            return
        for password in self._passwords:
            if self._opens(password):
                # the one that opened this block is tried first on the next
                rest = [p for p in self._passwords if p != password]
                self._passwords = (password, *rest)
                self._start(password)
                return
        self._fate = MemberBroken("encrypted")

    def _start(self, password: str | None) -> None:
        folder = self._streams.folders[self._block]
        try:
            self._chunks = unpack(self._stream, self._streams, folder, password)
        except MemberBroken as broken:
            self._fate = broken

    def _opens(self, password: str) -> bool:
        """Tell whether a password opens the block: its first file has the right checksum."""
        self._start(password)
        if self._fate is not None:
            raise self._fate
        size, promised = next(iter(self._streams.parts[self._block]), (0, None))
        crc = 0
        try:
            for chunk in self._chunks:
                crc = zlib.crc32(chunk[:size], crc)
                size -= len(chunk[:size])
                if not size:
                    break
        except MemberBroken as broken:
            return broken.code not in ("damaged", "truncated")
        except (ValueError, EOFError, MemoryError):
            return False
        return not size and promised in (None, crc)

    def _more(self, most: int) -> bytes:
        if self._fate is not None:
            raise self._fate
        if not self._held:
            try:
                self._held = next(self._chunks, b"")
                while not self._held:
                    self._held = next(self._chunks)
            except StopIteration:
                self._fate = MemberBroken("truncated", "its block ends early")
                raise self._fate from None
            except MemberBroken as broken:
                self._fate = broken
                raise
        chunk, self._held = self._held[:most], self._held[most:]
        self._at += len(chunk)
        return chunk
