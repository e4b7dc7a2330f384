"""Zip archives as they really are: the central directory read by hand, members one by one.

Own code in place of the standard library's, because an archive from the field has names in
any charset (kept raw here), duplicate names, wrong flags, bytes in front and no end: where
the central directory is gone, the local headers are searched for and read until they stop.
Every reader of a zip-based format (OOXML, ODF, EPUB) opens it through this file.

Sources: PKWARE APPNOTE 6.3.10; WinZip AE-1 and AE-2.
"""

from __future__ import annotations

import bz2
import hashlib
import hmac
import lzma
import mmap
import stat
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from assay.extract import dates, volumes
from assay.extract.spool import CHUNK, MemberBroken
from assay.extract.unpacking import fed, inflated

_LOCAL = b"PK\x03\x04"
_CENTRAL = b"PK\x01\x02"
_END = b"PK\x05\x06"
_END64 = b"PK\x06\x06"
_LOCATOR64 = b"PK\x06\x07"
_DESCRIPTOR = b"PK\x07\x08"
_METHODS = {
    0: "stored", 8: "deflate", 9: "deflate64", 12: "bzip2", 14: "lzma", 20: "zstandard",
    93: "zstandard", 95: "xz", 98: "PPMd",
}  # fmt: skip
_OTHER_METHODS = {1: "shrink", 6: "implode", 94: "MP3", 96: "JPEG", 97: "WavPack"}
_GAP = 64 << 20  # bytes between entries that are searched for others


class NotZip(Exception):
    """No entry of a zip archive was found."""


@dataclass(frozen=True)
class Entry:
    """One entry. `name` is raw; `packed` and `size` are bytes, -1 where only the data tells."""

    name: bytes
    offset: int
    packed: int
    size: int
    crc: int
    method: int
    flags: int
    time: int
    extra: bytes
    attributes: int = 0
    comment: bytes = b""

    @property
    def encrypted(self) -> bool:
        """Tell whether the data is encrypted."""
        return bool(self.flags & 1)

    @property
    def folder(self) -> bool:
        """Tell whether it is a folder: it has no bytes of its own."""
        return self.name.endswith(b"/") and self.size <= 0

    @property
    def link(self) -> bool:
        """Tell whether it is a symbolic link of Unix, whose bytes are its target."""
        return stat.S_ISLNK(self.attributes >> 16)

    @property
    def unicode_name(self) -> str | None:
        """The name where the archive gives its charset: by flag, or beside it in UTF-8."""
        if self.flags & 0x800:
            return self.name.decode("utf-8", "replace")
        beside = _extra(self.extra, 0x7075)
        if len(beside) > 5 and struct.unpack_from("<I", beside, 1)[0] == zlib.crc32(self.name):
            return beside[5:].decode("utf-8", "replace")
        return None

    @property
    def modified(self) -> str | None:
        """RFC 3339 from the extra times of Unix or NTFS, else the DOS time without a zone.

        None where it is no date.
        """
        unix = _extra(self.extra, 0x5455)
        if len(unix) >= 5 and unix[0] & 1:
            return dates.from_epoch(struct.unpack_from("<i", unix, 1)[0])
        ntfs = _extra(self.extra, 0x000A)
        if len(ntfs) >= 16 and ntfs[4:8] == b"\1\0\x18\0":
            return dates.from_filetime(struct.unpack_from("<Q", ntfs, 8)[0])
        date, clock = self.time >> 16, self.time & 0xFFFF
        year, month, day = (date >> 9) + 1980, (date >> 5) & 15, date & 31
        hour, minute, second = clock >> 11, (clock >> 5) & 63, (clock & 31) * 2
        if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 60):
            return None
        return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"


class Archive:
    """An opened zip. `promised` is the count that its end record gives, None without one.

    `salvaged` is true where the central directory was missing or broken and the local
    headers were searched for instead. Use it with `with`. Raises NotZip.
    """

    def __init__(self, path: Path, parts: Sequence[Path] = ()) -> None:
        self._file: BinaryIO = volumes.opened(parts or [path])
        self._starts = volumes.starts_of(parts or [path])
        self.length = self._starts[-1]
        self._end = self.length  # where the directory begins
        self.comment = b""
        self.entries: list[Entry] = []
        self.promised: int | None = None
        self.salvaged = False
        self._shift = 0
        try:
            self._read_directory()
        except (struct.error, ValueError, IndexError):
            self.entries = []
        if not self.entries and self.promised != 0:
            self.salvaged = True
            self.entries = list(self._search())
        if not self.entries and self.promised != 0:
            self._file.close()
            raise NotZip
        self.by_name: dict[str, Entry] = {}
        for entry in self.entries:
            name = entry.name.decode("utf-8", "replace").replace("\\", "/").lstrip("/")
            self.by_name.setdefault(name, entry)

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    # ------------------------------------------------------------ the directory

    def _read_directory(self) -> None:
        tail_size = min(self.length, 22 + 0xFFFF + 20)
        self._file.seek(self.length - tail_size)
        tail = self._file.read(tail_size)
        at = tail.rfind(_END)
        if at < 0 or at + 22 > len(tail):
            return
        count, size, offset = struct.unpack_from("<HII", tail, at + 10)
        end = self.length - tail_size + at
        self.comment = tail[at + 22 : at + 22 + struct.unpack_from("<H", tail, at + 20)[0]]
        locator = at - 20
        if locator >= 0 and tail[locator : locator + 4] == _LOCATOR64:
            place = struct.unpack_from("<Q", tail, locator + 8)[0]
            for guess in (place, end - 20 - 56):
                self._file.seek(max(guess, 0))
                record = self._file.read(56)
                if record[:4] == _END64:
                    count, size, offset = struct.unpack_from("<QQQ", record, 32)
                    end = guess
                    break
        self.promised = count
        start = end - size
        self._end = max(start, 0)
        disk = struct.unpack_from("<H", tail, at + 6)[0]
        if 0 < disk < len(self._starts) - 1:
            offset += self._starts[disk]
        self._shift = start - offset
        self._file.seek(start if start >= 0 else offset)
        if start < 0:
            self._shift = 0
        directory = self._file.read(min(size, end))
        if directory[:4] != _CENTRAL:
            self._file.seek(offset)
            directory = self._file.read(min(size, end))
            self._shift = 0
        self._parse(directory)

    def _parse(self, directory: bytes) -> None:
        at = 0
        while directory[at : at + 4] == _CENTRAL and at + 46 <= len(directory):
            (flags, method, time, crc, packed, size, n, m, k) = struct.unpack_from(
                "<HHIIIIHHH", directory, at + 8
            )
            disk = struct.unpack_from("<H", directory, at + 34)[0]
            attributes, offset = struct.unpack_from("<II", directory, at + 38)
            name = directory[at + 46 : at + 46 + n]
            extra = directory[at + 46 + n : at + 46 + n + m]
            comment = directory[at + 46 + n + m : at + 46 + n + m + k]
            at += 46 + n + m + k
            if 0xFFFFFFFF in (packed, size, offset):
                size, packed, offset = _widen(extra, size, packed, offset)
            if 0 < disk < len(self._starts) - 1:
                offset += self._starts[disk]
            self.entries.append(
                Entry(
                    name, offset + self._shift, packed, size, crc, method, flags, time, extra,
                    attributes, comment,
                )
            )  # fmt: skip

    def _search(self) -> Iterator[Entry]:
        """Entries by their local headers, for an archive without a directory."""
        if not self.length or len(self._starts) > 2:
            return  # volumes without a directory are not searched
        with mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as view:
            yield from _local_entries(view, 0)

    def strays(self) -> list[Entry]:
        """Entries that have a local header and are not in the directory.

        Only the stretches that no entry of the directory covers are searched.
        """
        if self.salvaged:
            return []
        covered = sorted(self._extent(entry) for entry in self.entries)
        found: list[Entry] = []
        at = 0
        searched = 0
        for start, stop in [*covered, (self._end, self._end)]:
            if start - at >= 31 and searched < _GAP:
                size = min(start - at, _GAP)
                searched += size
                self._file.seek(at)
                found += [e for e in _local_entries(self._file.read(size), at) if _sensible(e)]
            at = max(at, stop)
        return found

    def _extent(self, entry: Entry) -> tuple[int, int]:
        head = self.local_head(entry)
        sizes = struct.unpack_from("<HH", head, 26) if len(head) == 30 else (0, 0)
        return entry.offset, entry.offset + 30 + sum(sizes) + max(entry.packed, 0)

    def local_head(self, entry: Entry) -> bytes:
        """The fixed part of an entry's local header, b"" where there is none."""
        self._file.seek(max(entry.offset, 0))
        head = self._file.read(30)
        return head if head[:4] == _LOCAL and len(head) == 30 else b""

    def local_name(self, entry: Entry) -> bytes | None:
        """The name in an entry's local header; None where there is no header."""
        head = self.local_head(entry)
        return self._file.read(struct.unpack_from("<H", head, 26)[0]) if head else None

    # ------------------------------------------------------------ the data

    def chunks(self, entry: Entry, password: str | None = None) -> Iterator[bytes]:
        """The bytes of an entry, in chunks of up to 1 MiB.

        Raises MemberBroken with `encrypted`, `unsupported`, `checksum`, `truncated` or
        `damaged`, after the chunks that could be read.
        """
        if entry.encrypted and password is None:
            raise MemberBroken("encrypted")
        raw, method, checked = self._raw(entry, password)
        crc = 0
        size = 0
        for chunk in _unpack(raw, method, entry):
            crc = zlib.crc32(chunk, crc)
            size += len(chunk)
            yield chunk
        if entry.size >= 0 and size != entry.size:
            short = size < entry.size
            raise MemberBroken("truncated" if short else "damaged", "its size differs")
        if checked and entry.crc >= 0 and crc != entry.crc:
            raise MemberBroken("checksum", "CRC-32")

    def read(self, entry: Entry, limit: int, password: str | None = None) -> bytes:
        """The whole of an entry. Raises MemberBroken, also (`limit_member`) beyond `limit`."""
        parts: list[bytes] = []
        size = 0
        for chunk in self.chunks(entry, password):
            size += len(chunk)
            if size > limit:
                raise MemberBroken("limit_member", f"over {limit} bytes")
            parts.append(chunk)
        return b"".join(parts)

    def opens(self, entry: Entry, password: str) -> bool:
        """Tell whether the password opens the entry. Reads it to the end where it must."""
        try:
            for _ in self.chunks(entry, password):
                pass
        except MemberBroken as broken:
            return broken.code not in ("encrypted", "checksum", "damaged", "truncated")
        except (zlib.error, OSError, EOFError, ValueError, lzma.LZMAError):
            return False
        return True

    def _raw(self, entry: Entry, password: str | None) -> tuple[Iterator[bytes], int, bool]:
        """(compressed chunks, method, whether the CRC counts) of an entry."""
        if not 0 <= entry.offset < self.length:
            raise MemberBroken("damaged", "its place is outside the archive")
        self._file.seek(entry.offset)
        head = self._file.read(30)
        if len(head) < 30 or head[:4] != _LOCAL:
            raise MemberBroken("damaged", "no local header where the directory says")
        n, m = struct.unpack_from("<HH", head, 26)
        start = entry.offset + 30 + n + m
        if not entry.encrypted:
            return self._slices(start, entry.packed), entry.method, True
        assert password is not None
        secret = password.encode("utf-8")
        if entry.method == 99:
            return self._aes(entry, start, secret)
        return self._zipcrypto(entry, start, secret), entry.method, True

    def _slices(self, start: int, length: int) -> Iterator[bytes]:
        while length > 0:
            self._file.seek(start)
            chunk = self._file.read(min(length, CHUNK))
            if not chunk:
                raise MemberBroken("truncated", "the archive ends inside it")
            start += len(chunk)
            length -= len(chunk)
            yield chunk

    def _zipcrypto(self, entry: Entry, start: int, secret: bytes) -> Iterator[bytes]:
        keys = _ZipCrypto(secret)
        check = (entry.time >> 8) & 0xFF if entry.flags & 8 else (entry.crc >> 24) & 0xFF
        self._file.seek(start)
        first = keys.decrypt(self._file.read(min(12, entry.packed)))
        if len(first) < 12 or first[11] != check:
            raise MemberBroken("encrypted", "no password given opens it")
        for chunk in self._slices(start + 12, entry.packed - 12):
            yield keys.decrypt(chunk)

    def _aes(self, entry: Entry, start: int, secret: bytes) -> tuple[Iterator[bytes], int, bool]:
        spec = _extra(entry.extra, 0x9901)
        if len(spec) < 7:
            raise MemberBroken("damaged", "no AES field")
        version, strength, method = spec[0], spec[4], struct.unpack_from("<H", spec, 5)[0]
        if strength not in (1, 2, 3):
            raise MemberBroken("unsupported", f"AES strength {strength}")
        salt_size, key_size = 4 + 4 * strength, 8 + 8 * strength
        self._file.seek(start)
        salt, check = self._file.read(salt_size), self._file.read(2)
        keys = hashlib.pbkdf2_hmac("sha1", secret, salt, 1000, 2 * key_size + 2)
        if keys[-2:] != check:
            raise MemberBroken("encrypted", "no password given opens it")
        begin = start + salt_size + 2
        length = entry.packed - salt_size - 12
        cipher = self._aes_chunks(begin, length, keys[:key_size], keys[key_size:-2])
        return cipher, method, version == 1

    def _aes_chunks(self, begin: int, length: int, key: bytes, mac_key: bytes) -> Iterator[bytes]:
        from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

        block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
        mac = hmac.new(mac_key, digestmod="sha1")
        counter = 1
        for chunk in self._slices(begin, length):
            mac.update(chunk)
            blocks = -(-len(chunk) // 16)
            # AE counts little-endian, which no library's CTR mode does
            stream = block.update(
                b"".join(n.to_bytes(16, "little") for n in range(counter, counter + blocks))
            )[: len(chunk)]
            counter += blocks
            mixed = int.from_bytes(chunk, "little") ^ int.from_bytes(stream, "little")
            yield mixed.to_bytes(len(chunk), "little")
        self._file.seek(begin + length)
        if self._file.read(10) != mac.digest()[:10]:
            raise MemberBroken("checksum", "HMAC-SHA1")


class _ZipCrypto:
    """The cipher of PKZIP 2 (APPNOTE 6.1): weak, still met."""

    def __init__(self, secret: bytes) -> None:
        self._crc = [_crc_row(n) for n in range(256)]
        self._a, self._b, self._c = 0x12345678, 0x23456789, 0x34567890
        for byte in secret:
            self._mix(byte)

    def _mix(self, byte: int) -> None:
        self._a = (self._a >> 8) ^ self._crc[(self._a ^ byte) & 0xFF]
        self._b = ((self._b + (self._a & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        self._c = (self._c >> 8) ^ self._crc[(self._c ^ (self._b >> 24)) & 0xFF]

    def decrypt(self, chunk: bytes) -> bytes:
        out = bytearray()
        for byte in chunk:
            k = self._c | 2
            byte ^= ((k * (k ^ 1)) >> 8) & 0xFF
            self._mix(byte)
            out.append(byte)
        return bytes(out)


def _crc_row(n: int) -> int:
    for _ in range(8):
        n = (n >> 1) ^ 0xEDB88320 if n & 1 else n >> 1
    return n


def _local_entries(view: bytes | mmap.mmap, base: int) -> Iterator[Entry]:
    """Entries by the local headers in a stretch, whose first byte stands at `base`."""
    at = view.find(_LOCAL)
    while at >= 0 and at + 30 <= len(view):
        flags, method, time, crc, packed, size, n, m = struct.unpack_from("<HHIIIIHH", view, at + 6)
        start = at + 30 + n + m
        name, extra = view[at + 30 : at + 30 + n], view[at + 30 + n : start]
        if 0xFFFFFFFF in (packed, size):
            size, packed, _ = _widen(extra, size, packed, 0)
        known = not flags & 8 or packed > 0
        follow = view.find(_LOCAL, start + (packed if known else 0))
        if not known:
            mark = view.rfind(_DESCRIPTOR, start, follow if follow >= 0 else len(view))
            stop = mark if mark >= 0 else (follow if follow >= 0 else len(view))
            packed, size, crc = stop - start, -1, -1
        if n:
            yield Entry(name, base + at, packed, size, crc, method, flags, time, extra)
        at = follow


def _sensible(entry: Entry) -> bool:
    """Tell a local header from four bytes that look like one inside a program."""
    known = entry.method in _METHODS or entry.method in _OTHER_METHODS or entry.method == 99
    return known and 0 < len(entry.name) < 1025 and not any(b < 32 for b in entry.name)


def _extra(extra: bytes, tag: int) -> bytes:
    at = 0
    while at + 4 <= len(extra):
        found, length = struct.unpack_from("<HH", extra, at)
        if found == tag:
            return extra[at + 4 : at + 4 + length]
        at += 4 + length
    return b""


def _widen(extra: bytes, size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Zip64 values in place of those that are all ones, in the order the format gives them."""
    wide = _extra(extra, 1)
    values = []
    at = 0
    for value in (size, packed, offset):
        if value == 0xFFFFFFFF and at + 8 <= len(wide):
            value = struct.unpack_from("<Q", wide, at)[0]
            at += 8
        values.append(value)
    return values[0], values[1], values[2]


def _unpack(raw: Iterator[bytes], method: int, entry: Entry) -> Iterator[bytes]:
    if method == 0:
        yield from raw
        return
    if method not in _METHODS:
        named = _OTHER_METHODS.get(method, f"method {method}")
        raise MemberBroken("unsupported", f"compressed by {named}")
    if method == 8:
        yield from _inflate(raw)
        return
    if method == 9:
        from assay.extract.sevenzip_header import inflate64_of

        yield from inflate64_of(raw)
    elif method in (20, 93):
        from assay.extract.archive import raw_stream

        yield from raw_stream(raw, "zstd")
    elif method == 98:
        yield from _ppmd(raw, entry)
    elif method == 12:
        yield from _feed(raw, bz2.BZ2Decompressor())
    elif method == 95:
        yield from _feed(raw, lzma.LZMADecompressor())
    else:
        yield from _lzma(raw, entry)


def _inflate(raw: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from inflated(raw)
    except EOFError:
        raise MemberBroken("truncated", "the compressed data ends early") from None


def _feed(
    raw: Iterator[bytes], machine: bz2.BZ2Decompressor | lzma.LZMADecompressor
) -> Iterator[bytes]:
    yield from fed(raw, machine)
    if not machine.eof:
        raise MemberBroken("truncated", "the compressed data ends early")


def _ppmd(raw: Iterator[bytes], entry: Entry) -> Iterator[bytes]:
    import pyppmd

    chunk = next(raw, b"")
    if len(chunk) < 2 or entry.size < 0:
        raise MemberBroken("truncated", "no PPMd header")
    packed = struct.unpack_from("<H", chunk)[0]
    chunk = chunk[2:]
    try:
        machine = pyppmd.Ppmd8Decoder(
            (packed & 15) + 1, ((packed >> 4 & 0xFF) + 1) << 20, packed >> 12
        )
        left = entry.size
        while left > 0:
            plain = machine.decode(chunk, min(left, CHUNK))
            left -= len(plain)
            yield plain
            chunk = next(raw, b"") if machine.needs_input else b""
            if not plain and not chunk:
                return
    except (ValueError, RuntimeError, EOFError) as error:
        raise MemberBroken("damaged", type(error).__name__) from None
    except MemoryError:
        raise MemberBroken("memory") from None


def _lzma(raw: Iterator[bytes], entry: Entry) -> Iterator[bytes]:
    head = b""
    for chunk in raw:
        head += chunk
        if len(head) >= 4:
            break
    if len(head) < 4:
        raise MemberBroken("truncated", "no LZMA header")
    length = struct.unpack_from("<H", head, 2)[0]
    properties = head[4 : 4 + length]
    if len(properties) < 5:
        raise MemberBroken("damaged", "LZMA properties")
    first, size = properties[0], struct.unpack_from("<I", properties, 1)[0]
    spec = {
        "id": lzma.FILTER_LZMA1,
        "dict_size": min(max(size, 4096), 256 << 20),
        "lc": first % 9,
        "lp": first // 9 % 5,
        "pb": first // 45,
    }
    machine = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[spec])

    def rest() -> Iterator[bytes]:
        yield head[4 + length :]
        yield from raw

    size_left = entry.size
    try:
        for plain in _feed(rest(), machine):
            size_left -= len(plain)
            yield plain
    except MemberBroken:
        if size_left != 0:  # without an end mark the size alone tells that it is whole
            raise
