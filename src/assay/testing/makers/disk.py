"""Make disk images by hand: FAT12, exFAT and HFS+ volumes, a partition table, an E01 over them.

The FAT volume has folders, long names none, and deleted files whose clusters are still there: the
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


def vdi(medium: bytes, *, block: int = 65536, difference: bool = False) -> bytes:
    """A VDI of VirtualBox that grows: blocks from the last to the first, empty ones left out."""
    blocks = [medium[n : n + block].ljust(block, b"\0") for n in range(0, len(medium), block)]
    table, body = [], b""
    for content in reversed(blocks):
        if content.strip(b"\0"):
            table.append(len(body) // block)
            body += content
        else:
            table.append(0xFFFFFFFF)
    head = b"<<< Oracle VM VirtualBox Disk Image >>>\n".ljust(64, b"\0")
    head += struct.pack("<IIIII256s", 0xBEDA107F, 0x10001, 400, 4 if difference else 1, 0, b"")
    head += struct.pack("<IIIIIIIQIIII", 512, 4096, 0, 0, 0, 512, 0, len(medium), block, 0,
                        len(table), len(body) // block)  # fmt: skip
    places = struct.pack(f"<{len(table)}I", *reversed(table))
    return (head.ljust(512, b"\0") + places).ljust(4096, b"\0") + body


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


def exfat(files: Mapping[str, bytes]) -> bytes:
    """An exFAT volume of `files`, one folder deep; each content is one stretch without a chain."""
    clusters, heap_at = 1024, 64
    heap = bytearray()
    table = [0xFFFFFFF8, 0xFFFFFFFF]

    def store(content: bytes, chained: bool = False) -> int:
        first = len(heap) // _SECTOR + 2
        count = -(-len(content) // _SECTOR)
        heap.extend(content.ljust(count * _SECTOR, b"\0"))
        for n in range(count):
            table.append((0xFFFFFFFF if n + 1 == count else first + n + 1) if chained else 0)
        return first if count else 0

    def entries(name: str, kind: int, first: int, size: int) -> bytes:
        raw = name.encode("utf-16-le")
        pieces = [raw[n : n + 30].ljust(30, b"\0") for n in range(0, len(raw), 30)]
        time = _DATE << 16 | _TIME
        head = struct.pack("<BBHHHIII", 0x85, 1 + len(pieces), 0, kind, 0, time, time, time)
        head = head.ljust(32, b"\0")
        stream = struct.pack("<BBBBHHQIIQ", 0xC0, 3, 0, len(name), 0, 0, size, 0, first, size)
        body = head + stream + b"".join(b"\xc1\0" + piece for piece in pieces)
        total = 0
        for at, byte in enumerate(body):
            if at not in (2, 3):
                total = ((total & 1) << 15 | total >> 1) + byte & 0xFFFF
        return body[:2] + struct.pack("<H", total) + body[4:]

    bitmap = store(bytes([255]) * (clusters // 8), chained=True)
    upcase = store(struct.pack("<128H", *range(128)), chained=True)
    folders: dict[str, bytes] = {"": b""}
    for path, content in files.items():
        folder, _, name = path.rpartition("/")
        folders[folder] = folders.get(folder, b"") + entries(
            name, 0x20, store(content), len(content)
        )
    root = folders.pop("")
    for name, listing in folders.items():
        size = -(-len(listing) // _SECTOR) * _SECTOR
        root += entries(name, 0x10, store(listing), size)
    own = struct.pack("<BB11xH8x8x", 0x83, 0, 0)[:32].ljust(32, b"\0")
    own += struct.pack("<BB18xIQ", 0x81, 0, bitmap, clusters // 8)
    own += struct.pack("<BB2xI12xIQ", 0x82, 0, 0, upcase, 256)
    first = store((own + root).ljust(_SECTOR * 2, b"\0"), chained=True)
    boot = bytearray(_SECTOR)
    boot[:11] = b"\xeb\x76\x90EXFAT   "
    struct.pack_into("<QQIIIIIIHHBBBBB", boot, 64, 0, heap_at + clusters, 24, 8, heap_at, clusters,
                     first, 0x12345678, 0x100, 0, 9, 0, 1, 0x80, 50)  # fmt: skip
    boot[510:] = b"\x55\xaa"
    out = bytes(boot).ljust(24 * _SECTOR, b"\0") + struct.pack(f"<{len(table)}I", *table)
    return (out.ljust(heap_at * _SECTOR, b"\0") + heap).ljust((heap_at + clusters) * _SECTOR, b"\0")


def hfs_plus(files: Mapping[str, bytes]) -> bytes:
    """An HFS+ volume of `files` in its root (Apple TN1150)."""
    block, blocks = 4096, 64
    body = bytearray(block * blocks)
    used = 1  # the volume header

    def store(content: bytes) -> tuple[int, int]:
        nonlocal used
        start, count = used, -(-len(content) // block)
        body[start * block : start * block + len(content)] = content
        used += count
        return start, count

    def fork(size: int, start: int, count: int) -> bytes:
        return struct.pack(">QII", size, 0, count) + struct.pack(">II", start, count) + bytes(56)

    def node(kind: int, height: int, records: Sequence[bytes], onward: int = 0) -> bytes:
        out = struct.pack(">IIbBHH", onward, 0, kind, height, len(records), 0)
        places = []
        for record in records:
            places.append(len(out))
            out += record
        places.append(len(out))
        tail = b"".join(struct.pack(">H", place) for place in reversed(places))
        return out.ljust(block - len(tail), b"\0") + tail

    def tree(records: Sequence[bytes], longest: int) -> bytes:
        leaf = 1 if records else 0
        head = struct.pack(
            ">HIIIIHHIIHIBBI64x", leaf, leaf, len(records), leaf, leaf, block, longest,
            2 if leaf else 1, 0, 0, block * 2, 0, 0xCF, 6,
        )  # fmt: skip
        first = node(1, 0, [head, bytes(128), b"\xc0" + bytes(block - 256 - 15 - 8)])
        return first + (node(-1, 1, records) if leaf else b"")

    when = 0xC7B2_3C00 + 0x0A00_0000
    owner = struct.pack(">IIBBHI", 0, 0, 0, 0, 0o100644, 0)

    def key(parent: int, name: str) -> bytes:
        raw = struct.pack(">IH", parent, len(name)) + name.encode("utf-16-be")
        return struct.pack(">H", len(raw)) + raw

    folder = struct.pack(">HHIIIIIII", 1, 0, len(files), 2, when, when, when, when, 0)
    folder += struct.pack(">IIBBHI", 0, 0, 0, 0, 0o40755, 0) + bytes(40)
    records = [(1, "Port", folder)]
    records.append((2, "", struct.pack(">HHI", 3, 0, 1) + struct.pack(">H", 4)
                    + "Port".encode("utf-16-be")))  # fmt: skip
    for number, (name, content) in enumerate(files.items(), 16):
        start, count = store(content)
        said = struct.pack(">HHIIIIIII", 2, 2, 0, number, when, when, when, when, 0) + owner
        said += bytes(40) + fork(len(content), start, count) + bytes(80)
        records.append((2, name, said))
        thread = struct.pack(">HHIH", 4, 0, 2, len(name)) + name.encode("utf-16-be")
        records.append((number, "", thread))
    records.sort(key=lambda r: (r[0], r[1].casefold()))
    catalogue = tree([key(p, n) + said for p, n, said in records], 516)
    extents = tree((), 10)
    bitmap = store(b"\xff" * (blocks // 8))
    places = [
        fork(blocks // 8, *bitmap), fork(len(extents), *store(extents)),
        fork(len(catalogue), *store(catalogue)), bytes(80), bytes(80),
    ]  # fmt: skip
    header = struct.pack(
        ">2sHI4s15IQ32x", b"H+", 4, 0x100, b"10.0", 0, when, when, 0, when, len(files),
        0, block, blocks, blocks - used, used, block, block, 1000, 1, 1,
    )  # fmt: skip
    header = header[:112].ljust(112, b"\0") + b"".join(places)
    body[1024 : 1024 + len(header)] = header
    body[-1024 : len(header) - 1024 or None] = header
    return bytes(body)
