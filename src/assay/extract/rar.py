"""RAR archives, version 4 and 5, also under passwords, with hidden names and in volumes.

Headers, ciphers, links and volumes are read here (rar_blocks.py); what is packed is unpacked by
the system's libarchive, which is handed a small archive made of that one file, so that a break
costs that file alone. In a solid archive of version 5 it is handed the files in their order.
Checksums are compared here, those of encrypted files too, so a wrong password never passes as
content. Packings of RAR 1 and 2, and solid archives of RAR 3 and 4, are said to be beyond this.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from assay.extract import archive, rar_blocks, types
from assay.extract.problems import Stop, problem
from assay.extract.rar_blocks import MAGIC4, MAGIC5, Entry, RarBroken
from assay.extract.request import Request
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="rar",
    version="1 libarchive",
    licence="AGPL-3.0-or-later",
    formats=(types.RAR,),
    limits="RAR 1 and 2, and solid RAR 3 and 4, are named, not unpacked",
)
_BY_HAND = "Unpack it with `unar` and add the folder, or leave it: custody is complete."
_KEPT = ("checksum", "damaged", "truncated")


_SHORTEST = 20  # bytes of an archive with a mark and its main header


def read_rar(request: Request, transcript: Transcript) -> None:
    """Read an archive or a set of volumes. Raises Stop with `encrypted`, `damaged` or a limit."""
    transcript.container = True
    paths = list(request.volumes) or [request.path]
    try:
        _Reading(request, transcript, paths).take()
        if not transcript.problems and request.path.stat().st_size < _SHORTEST:
            raise Stop("truncated", "", "nothing behind the mark")
    finally:
        rar_blocks.forget_keys()


class _Reading:
    def __init__(self, request: Request, transcript: Transcript, paths: list[Path]) -> None:
        self._request = request
        self._transcript = transcript
        self._paths = paths
        self._passwords = request.passwords
        self._four = self._is_four(paths[0])
        self._entries: list[Entry] = []
        self._solid: _Solid | None = None

    @staticmethod
    def _is_four(path: Path) -> bool:
        with path.open("rb") as stream:
            try:
                stream.seek(rar_blocks.find_start(stream))
            except RarBroken as broken:
                raise Stop(broken.code, "", broken.detail) from None
            return stream.read(8) != MAGIC5

    def take(self) -> None:
        """Enter all files; what breaks the walk is said after what was met."""
        stopped = self._walk()
        spool = self._transcript.members()
        links = []
        for entry in self._entries:
            if entry.service:
                self._service(entry)
                continue
            if entry.folder:
                continue
            if entry.link in ("symlink", "junction", "link"):
                links.append((entry.link, f"{_text(entry.name)} -> {_text(self._target(entry))}"))
                continue
            if not spool.wanted():
                spool.skip()
                continue
            self._enter(entry)
        for kind, link in links:
            self._transcript.note(f"rar:{kind}", link)
        if stopped is not None:
            if stopped.code == "encrypted":
                self._transcript.note("rar:names", "encrypted")
            where = f"member {len(spool) + 1}" if len(spool) else ""
            raise Stop(stopped.code, where, stopped.detail)
        full = [m for m in spool.members if m.size or m.problem]
        if full and all(m.problem and m.problem.code == "encrypted" for m in full):
            raise Stop("encrypted")

    def _walk(self) -> RarBroken | None:
        """Collect the entries of all volumes, those that are split put together."""
        facts: dict[str, str] = {}
        for number, path in enumerate(self._paths):
            facts.clear()
            try:
                for entry in rar_blocks.entries_of(path, self._passwords, facts):
                    last = next((e for e in reversed(self._entries) if not e.service), None)
                    goes_on = entry.before and last is not None and last.after and number
                    if goes_on and last is not None and last.name == entry.name:
                        last.pieces += entry.pieces
                        last.crc, last.blake, last.after = entry.crc, entry.blake, entry.after
                        continue
                    self._entries.append(entry)
            except RarBroken as broken:
                return broken
            except (struct.error, IndexError, ValueError):
                return RarBroken("damaged", "a header")
        if facts.get("end") == "1" and not self._request.missing:
            self._transcript.trouble("volume_missing", f"volume {len(self._paths) + 1}")
        return None

    def _service(self, entry: Entry) -> None:
        if entry.name == b"CMT" and entry.method == 0 and entry.size < 1 << 16:
            try:
                password = self._password(entry)
                body = b"".join(rar_blocks.plain(entry, password))[: max(entry.size, 0)]
            except (RarBroken, MemberBroken):
                return
            self._transcript.note(
                "rar:comment", body.partition(b"\0")[0].decode("utf-8", "replace")
            )
        elif entry.name == b"STM":
            self._transcript.trouble("part_unclaimed", "", "1 NTFS stream in a RAR", _BY_HAND)

    def _target(self, entry: Entry) -> bytes:
        if entry.target or entry.size > 1 << 16:
            return entry.target
        try:
            return b"".join(self._chunks(entry))
        except (MemberBroken, Stop):
            return b""

    def _enter(self, entry: Entry) -> None:
        spool = self._transcript.members()
        where = f"member {len(spool) + 1}"
        if entry.link in ("hardlink", "copy"):
            source = self._named(entry.target)
            if source is None:
                spool.refuse(entry.name, problem("damaged", where, "no such file to copy"))
                return
            self._transcript.note(
                f"rar:{entry.link}", f"{_text(entry.name)} = {_text(source.name)}"
            )
            chunks, secret = self._chunks(source), source.encrypted
        else:
            chunks, secret = self._chunks(entry), entry.encrypted
        secret = secret or self._transcript.secret
        reason = self._beyond(entry)
        if reason:
            spool.refuse(
                entry.name, problem("unsupported", where, reason, next_step=_BY_HAND),
                entry.modified, secret,
            )  # fmt: skip
            return
        spool.add(entry.name, chunks, entry.modified, secret)

    def _beyond(self, entry: Entry) -> str:
        """Why an entry cannot be unpacked here, "" where it can."""
        if not self._four:
            return "" if entry.version <= 1 or not entry.method else "a later packing of RAR"
        if entry.encrypted and entry.version < 29:
            return "the cipher of RAR 1 or 2"
        if not entry.method:
            return ""
        if entry.version < 29:
            return "the packing of RAR 1 or 2"
        return "solid RAR 3 or 4" if entry.solid else ""

    def _named(self, name: bytes) -> Entry | None:
        for entry in self._entries:
            if entry.name == name and not entry.link and not entry.service:
                return entry
        return None

    # ------------------------------------------------------------ the bytes

    def _password(self, entry: Entry) -> str | None:
        """The password that opens an entry. Raises MemberBroken with `encrypted`."""
        if not entry.encrypted:
            return None
        for password in self._passwords:
            if self._fits(entry, password):
                # the one that opened this entry is tried first on the next
                rest = [p for p in self._passwords if p != password]
                self._passwords = (password, *rest)
                return password
        raise MemberBroken("encrypted")

    def _fits(self, entry: Entry, password: str) -> bool:
        cipher = entry.pieces[0].cipher
        if cipher is not None and cipher.check:
            return rar_blocks.opens5(cipher, password)
        try:
            for _ in self._unpacked(entry, password):
                pass
        except (MemberBroken, RarBroken):
            return False
        return True

    def _chunks(self, entry: Entry) -> Iterator[bytes]:
        if entry.before:
            raise MemberBroken("truncated", "it begins in a volume that is not there")
        try:
            password = self._password(entry)
            if entry.solid and not self._four:
                yield from self._from_solid(entry, password)
            else:
                yield from self._unpacked(entry, password)
        except RarBroken as broken:
            raise MemberBroken(broken.code, broken.detail) from None

    def _unpacked(self, entry: Entry, password: str | None) -> Iterator[bytes]:
        if not entry.method:
            yield from self._checked(entry, password, _cut(entry, password))
            return
        stream = _Small([entry], [password], self._four)
        yield from self._checked(entry, password, _unpack(stream, self._four))

    def _from_solid(self, entry: Entry, password: str | None) -> Iterator[bytes]:
        """Bytes of a solid archive, which is gone through from its front."""
        files = [e for e in self._entries if not (e.service or e.folder or e.link)]
        index = files.index(entry)
        start = max((n for n in range(index + 1) if not files[n].solid), default=0)
        if self._solid is None or self._solid.next > index or self._solid.next < start:
            passwords = [self._password(e) for e in files[start:]]
            self._solid = _Solid(_Small(files[start:], passwords, False), start)
        yield from self._checked(entry, password, self._solid.at(index))

    def _checked(
        self, entry: Entry, password: str | None, chunks: Iterator[bytes]
    ) -> Iterator[bytes]:
        crc = size = 0
        blake = _Blake2sp() if entry.blake else None
        for chunk in chunks:
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
            if blake is not None:
                blake.update(chunk)
            yield chunk
        if entry.after:
            raise MemberBroken("truncated", "it ends in a volume that is not there")
        if entry.size >= 0 and size != entry.size:
            raise MemberBroken("truncated" if size < entry.size else "damaged", "its size differs")
        cipher = entry.pieces[-1].cipher
        tweaked = cipher is not None and cipher.tweaked and password is not None
        if entry.crc is not None:
            if tweaked and cipher is not None and password is not None:
                crc = rar_blocks.tweaked_crc(cipher, password, crc)
            if crc != entry.crc:
                raise MemberBroken("checksum", "CRC-32")
        if blake is not None:
            found = blake.digest()
            if tweaked and cipher is not None and password is not None:
                found = rar_blocks.tweaked_blake(cipher, password, found)
            if found != entry.blake:
                raise MemberBroken("checksum", "BLAKE2sp")


def _cut(entry: Entry, password: str | None) -> Iterator[bytes]:
    """The bytes of a stored entry: a cipher fills up its last block."""
    left = entry.size if entry.size >= 0 else 1 << 62
    for chunk in rar_blocks.plain(entry, password):
        yield chunk[:left]
        left -= len(chunk)
        if left <= 0:
            return


def _first(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[:size]
        size -= len(chunk)
        if size <= 0:
            return


def _packed_size(chunks: Iterator[bytes]) -> int:
    """How long packed bytes are without what a cipher fills up: their blocks say it."""
    held = bytearray()
    at = 0  # of the next block in what is held
    passed = 0
    for chunk in chunks:
        held += chunk
        while at + 5 <= len(held):
            flags = held[at]
            count = (flags >> 3 & 3) + 1
            mark = held[at + 1]
            size = held[at + 2 : at + 2 + count]
            check = 0x5A ^ flags
            for byte in size:
                check ^= byte
            if count > 3 or check != mark:
                return 1 << 62  # no block: libarchive says what is wrong
            at += 2 + count + int.from_bytes(size, "little")
            if flags & 0x40:
                return passed + at
        drop = min(at, len(held))
        del held[:drop]
        at -= drop
        passed += drop
    return 1 << 62


def _unpack(stream: io.RawIOBase, four: bool) -> Iterator[bytes]:
    library = archive.library()
    form = "rar" if four else "rar5"
    try:
        with library.stream_reader(stream, form, "none", 1 << 16) as opened:
            for found in opened:
                yield from archive.blocks(found)
                return
    except library.ArchiveError as error:
        raise MemberBroken(archive.code_of(error), "libarchive") from None


class _Solid:
    """A solid archive that is being unpacked; `next` is the file that comes now."""

    def __init__(self, stream: io.RawIOBase, start: int) -> None:
        self.next = start
        self._entries = self._opened(stream)

    @staticmethod
    def _opened(stream: io.RawIOBase) -> Iterator[Iterator[bytes]]:
        library = archive.library()
        try:
            with library.stream_reader(stream, "rar5", "none", 1 << 16) as opened:
                for found in opened:
                    yield archive.blocks(found)
        except library.ArchiveError as error:
            raise MemberBroken(archive.code_of(error), "libarchive") from None

    def at(self, index: int) -> Iterator[bytes]:
        """The bytes of one file; those before it are unpacked and let go."""
        while True:
            chunks = next(self._entries, None)
            self.next += 1
            if chunks is None:
                raise MemberBroken("truncated", "its block ends early")
            if self.next > index:
                yield from chunks
                return
            for _ in chunks:
                pass


class _Small(io.RawIOBase):
    """A plain archive of some entries, made while it is read: one volume, no cipher."""

    def __init__(self, entries: list[Entry], passwords: list[str | None], four: bool) -> None:
        self._chunks = self._made(entries, passwords, four)
        self._held = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: object, /) -> int:
        """Fill `buffer` as far as what is made now goes."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._held:
            try:
                self._held = next(self._chunks)
            except StopIteration:
                return 0
            except RarBroken:
                return 0  # ends here; libarchive says truncated
        count = min(len(view), len(self._held))
        view[:count] = self._held[:count]
        self._held = self._held[count:]
        return count

    @staticmethod
    def _made(entries: list[Entry], passwords: list[str | None], four: bool) -> Iterator[bytes]:
        yield MAGIC4 + _block4(0x73, 0, bytes(6)) if four else MAGIC5 + _block5(b"\1\0\4")
        for entry, password in zip(entries, passwords, strict=True):
            size = sum(piece.size for piece in entry.pieces)
            stored = not entry.method and entry.size >= 0
            if stored:
                size = min(size, entry.size)
            elif entry.encrypted and not four:
                size = min(size, _packed_size(rar_blocks.plain(entry, password)))
            yield _head4(entry, size) if four else _head5(entry, size)
            yield from _first(rar_blocks.plain(entry, password), size)
        yield _block4(0x7B, 0x4000, b"") if four else _block5(b"\5\0\0")


def _block4(kind: int, flags: int, rest: bytes) -> bytes:
    body = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
    return struct.pack("<H", zlib.crc32(body) & 0xFFFF) + body


def _head4(entry: Entry, size: int) -> bytes:
    flags = 0x8000 | entry.info & 0xF0 & ~0x10
    large = size >> 32 or entry.size >> 32
    rest = struct.pack(
        "<IIBIIBBHI", size & 0xFFFFFFFF, entry.size & 0xFFFFFFFF, 3, entry.crc or 0, 0,
        entry.version, entry.method + 0x30, 1, 0o100644,
    )  # fmt: skip
    if large:
        flags |= 0x100
        rest += struct.pack("<II", size >> 32, entry.size >> 32)
    return _block4(0x74, flags, rest + b"a")


def _number(value: int) -> bytes:
    out = bytearray()
    while True:
        low, value = value & 0x7F, value >> 7
        out.append(low | (0x80 if value else 0))
        if not value:
            return bytes(out)


def _block5(body: bytes) -> bytes:
    head = _number(len(body)) + body
    return struct.pack("<I", zlib.crc32(head)) + head


def _head5(entry: Entry, size: int) -> bytes:
    kind = 0 if entry.size >= 0 else 8
    body = b"\2\2" + _number(size) + _number(kind) + _number(max(entry.size, 0))
    return _block5(body + _number(0o100644) + _number(entry.info) + b"\1\1a")


def _text(name: bytes) -> str:
    return name.decode("utf-8", "replace")


class _Blake2sp:
    """BLAKE2sp: eight BLAKE2s leaves, fed 64 bytes in turn, and a root over them."""

    def __init__(self) -> None:
        self._leaves = [
            hashlib.blake2s(
                fanout=8, depth=2, leaf_size=0, node_offset=n, node_depth=0, inner_size=32,
                last_node=n == 7,
            )
            for n in range(8)
        ]  # fmt: skip
        self._rest = b""

    def update(self, chunk: bytes) -> None:
        """Take more bytes in."""
        body = self._rest + chunk
        whole = len(body) // 512 * 512
        view = memoryview(body)
        for n, leaf in enumerate(self._leaves):
            leaf.update(b"".join(view[at : at + 64] for at in range(n * 64, whole, 512)))
        self._rest = body[whole:]

    def digest(self) -> bytes:
        """The hash so far."""
        root = hashlib.blake2s(
            fanout=8, depth=2, leaf_size=0, node_offset=0, node_depth=1, inner_size=32,
            last_node=True,
        )  # fmt: skip
        for n, leaf in enumerate(self._leaves):
            leaf = leaf.copy()
            leaf.update(self._rest[n * 64 : n * 64 + 64])
            root.update(leaf.digest())
        return root.digest()
