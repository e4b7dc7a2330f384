"""Make disk images by hand: a FAT12 volume, a partition table around it, an E01 over both.

The volume has folders, long names none, and deleted files whose clusters are still there: the
first byte of their entry is gone and their chain is free, as a delete leaves it.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections.abc import Mapping, Sequence

_SECTOR = 512
_SECTORS = 2880  # a diskette
_FATS, _FAT_SIZE, _ROOT = 2, 9, 224
_DATE, _TIME = (2019 - 1980) << 9 | 3 << 5 | 14, 9 << 11
_CHUNK = 64  # sectors of a chunk of an E01


def fat(files: Mapping[str, bytes], *, deleted: Sequence[str] = ()) -> bytes:
    """A FAT12 volume of `files` (names of eight and three, one folder deep), some deleted."""
    data_at = 1 + _FATS * _FAT_SIZE + _ROOT * 32 // _SECTOR
    chain = [0xFF0, 0xFFF]
    body = bytearray()

    def store(content: bytes, gone: bool = False) -> int:
        first = len(chain)
        count = -(-len(content) // _SECTOR)
        for n in range(count):
            chain.append(0 if gone else 0xFFF if n + 1 == count else first + n + 1)
        body.extend(content.ljust(count * _SECTOR, b"\0"))
        return first if count else 0

    def entry(name: str, kind: int, first: int, size: int, gone: bool = False) -> bytes:
        stem, _, ending = name.upper().partition(".")
        raw = stem.encode().ljust(8) + ending.encode().ljust(3)
        raw = b"\xe5" + raw[1:] if gone else raw
        times = struct.pack("<HHHHHHH", _TIME, _DATE, _DATE, 0, _TIME, _DATE, first)
        return raw + struct.pack("<BBB", kind, 0, 0) + times + struct.pack("<I", size)

    folders: dict[str, bytes] = {"": b""}
    for path, content in files.items():
        folder, _, name = path.rpartition("/")
        gone = path in deleted
        made = entry(name, 0x20, store(content, gone), len(content), gone)
        folders[folder] = folders.get(folder, b"") + made
    root = folders.pop("")
    for name, listing in folders.items():
        place = len(chain)
        dots = entry(".", 0x10, place, 0)[:11].replace(b".", b".")
        first = b"." + dots[1:] + entry(name, 0x10, place, 0)[11:]
        second = b"..         " + entry(name, 0x10, 0, 0)[11:]
        root += entry(name, 0x10, store(first + second + listing), 0)
    table = bytearray(_FAT_SIZE * _SECTOR)
    for number, value in enumerate(chain):
        at = number * 3 // 2
        pair = struct.unpack_from("<H", table, at)[0]
        pair |= value << 4 if number & 1 else value
        struct.pack_into("<H", table, at, pair)
    boot = bytearray(_SECTOR)
    boot[:11] = b"\xeb\x3c\x90MSDOS5.0"
    struct.pack_into("<HBHBHHBHHHI", boot, 11, _SECTOR, 1, 1, _FATS, _ROOT, _SECTORS, 0xF0,
                     _FAT_SIZE, 18, 2, 0)  # fmt: skip
    boot[38:62] = b"\x29\1\2\3\4HARBOUR    FAT12   "[:24]
    boot[510:] = b"\x55\xaa"
    out = bytes(boot) + bytes(table) * _FATS + root.ljust(_ROOT * 32, b"\0") + bytes(body)
    assert len(out) >= data_at * _SECTOR
    return out.ljust(_SECTORS * _SECTOR, b"\0")


def mbr(*volumes: bytes) -> bytes:
    """A disk with a partition for each volume, one after another."""
    table = bytearray(_SECTOR)
    at = 1
    for number, volume in enumerate(volumes):
        count = len(volume) // _SECTOR
        struct.pack_into("<B3xB3xII", table, 446 + 16 * number, 0, 1, at, count)
        at += count
    table[510:] = b"\x55\xaa"
    return bytes(table) + b"".join(volumes)


def _section(kind: bytes, at: int, body: bytes, last: bool = False) -> bytes:
    size = 76 + len(body)
    head = kind.ljust(16, b"\0") + struct.pack("<QQ", at if last else at + size, size) + bytes(40)
    return head + struct.pack("<I", zlib.adler32(head)) + body


def e01(medium: bytes, *, volumes: int = 1, md5: bytes | None = None) -> list[bytes]:
    """The volumes of an E01 over a medium; `md5` in place of the right acquisition hash."""
    sectors = len(medium) // _SECTOR
    size = _CHUNK * _SECTOR
    chunks = [medium[at : at + size] for at in range(0, len(medium), size)]
    each = -(-len(chunks) // volumes)
    text = b"1\nmain\nc\tn\ta\te\tt\tav\tov\tm\tu\tp\ncase 7\tE1\tharbour\texaminer\tnotes\n\n"
    facts = struct.pack("<B3xIIIQ", 1, len(chunks), _CHUNK, _SECTOR, sectors).ljust(1048, b"\0")
    out = []
    for number in range(volumes):
        body = b"EVF\x09\x0d\x0a\xff\x00\x01" + struct.pack("<HH", number + 1, 0)
        if not number:
            body += _section(b"header", len(body), zlib.compress(text))
            kept = facts + struct.pack("<I", zlib.adler32(facts))
            body += _section(b"volume", len(body), kept)
        packed = b""
        offsets = []
        start = len(body) + 76
        for chunk in chunks[number * each : (number + 1) * each]:
            offsets.append(start + len(packed) | 0x80000000)
            packed += zlib.compress(chunk)
        body += _section(b"sectors", len(body), packed)
        head = struct.pack("<I4xQ4x", len(offsets), 0)
        entries = struct.pack(f"<{len(offsets)}I", *offsets)
        listed = head + struct.pack("<I", zlib.adler32(head))
        listed += entries + struct.pack("<I", zlib.adler32(entries))
        body += _section(b"table", len(body), listed)
        if number + 1 < volumes:
            body += _section(b"next", len(body), b"", last=True)
        else:
            kept = (md5 or hashlib.md5(medium, usedforsecurity=False).digest()) + bytes(16)
            body += _section(b"hash", len(body), kept + struct.pack("<I", zlib.adler32(kept)))
            body += _section(b"done", len(body), b"", last=True)
        out.append(body)
    return out
