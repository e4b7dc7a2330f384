"""Files of a disk image, counted from its file systems' own tables by hand.

The Sleuth Kit, which the reader uses, is not asked. Partitions come from the MBR or GPT; then
ext2 to ext4 are counted by their inode tables, FAT and exFAT by their folders, NTFS by its MFT,
HFS+ by the leaves of its catalogue. One name a file is counted, so an image with hard links gives
more members than this promises; on HFS+ they make the count unknown. A file
system without a counter makes the count unknown; one that no reader opens promises nothing.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator

from assay.extract import disk_layers
from assay.extract.disk_layers import Medium, Window
from assay.extract.request import Request

_REGULAR = 0x8000
_MOST = 1 << 20  # folders or records that are looked at in one go


def count_disk(request: Request) -> int | None:
    """Files in use; None where one of the file systems has no counter."""
    with contextlib.closing(disk_layers.medium_of(request)) as medium:
        return _count_parts(medium, request.passwords)


def _count_parts(medium: Medium, passwords: tuple[str, ...]) -> int | None:
    total = 0
    for start, size in _partitions(medium):
        part: Window | Medium = Window(medium, start, size)
        cipher = disk_layers.cipher_of(medium, start, size)
        if cipher:
            plain = disk_layers.unlocked(medium, start, size, cipher, passwords)
            if plain is None:
                return None
            part = plain
        count = _count(part)
        if count is None:
            return None
        total += count
    return total


def _count(part: Window | Medium) -> int | None:
    head = part.read_at(0, 4096)
    if head[1080:1082] == b"\x53\xef":
        return _ext(part, head[1024:2048])
    if head[3:11] == b"NTFS    ":
        return _ntfs(part, head)
    if head[3:11] == b"EXFAT   ":
        return _exfat(part, head)
    if head[1024:1026] in (b"H+", b"HX"):
        return _hfs(part, head[1024:1536])
    if head[510:512] == b"\x55\xaa" and head[0] in (0xEB, 0xE9):
        return _fat(part, head)
    return None


def _partitions(medium: Medium) -> Iterator[tuple[int, int]]:
    head = medium.read_at(0, 8192)
    boot = head[3:11] in (b"NTFS    ", b"EXFAT   ", b"-FVE-FS-") or head[54:57] == b"FAT"
    if boot or head[82:85] == b"FAT" or head[510:512] != b"\x55\xaa":
        yield 0, medium.size
        return
    entries = [head[n : n + 16] for n in range(446, 510, 16)]
    if any(entry[4] == 0xEE for entry in entries):
        at, count, size = struct.unpack_from("<QII", head, 512 + 72)
        table = medium.read_at(at * 512, min(count, 1024) * size)
        for place in range(0, len(table), size):
            if table[place : place + 16].strip(b"\0"):
                first, last = struct.unpack_from("<QQ", table, place + 32)
                yield first * 512, (last - first + 1) * 512
        return
    found = False
    for entry in entries:
        start, count = struct.unpack_from("<II", entry, 8)
        if entry[4] in (5, 15, 0x85):
            found = True
            yield from _extended(medium, start, count)
        elif entry[4] and count:
            found = True
            yield start * 512, count * 512
    if not found:
        yield 0, medium.size


def _extended(medium: Medium, base: int, count: int) -> Iterator[tuple[int, int]]:
    at = base
    for _ in range(256):
        table = medium.read_at(at * 512, 512)
        if table[510:512] != b"\x55\xaa":
            return
        start, length = struct.unpack_from("<II", table, 446 + 8)
        if table[446 + 4] and length:
            yield (at + start) * 512, length * 512
        onward = struct.unpack_from("<I", table, 462 + 8)[0]
        if not table[462 + 4] or not onward:
            return
        at = base + onward


# ---------------------------------------------------------------- ext2, ext3, ext4


def _ext(part: Window | Medium, block0: bytes) -> int:
    inodes = struct.unpack_from("<I", block0, 0)[0]
    log, per_group = (
        struct.unpack_from("<I", block0, 24)[0],
        struct.unpack_from("<I", block0, 40)[0],
    )
    block = 1024 << log
    revision = struct.unpack_from("<I", block0, 76)[0]
    first = struct.unpack_from("<I", block0, 84)[0] if revision else 11
    size = struct.unpack_from("<H", block0, 88)[0] if revision else 128
    wide = struct.unpack_from("<I", block0, 96)[0] & 0x80
    step = max(struct.unpack_from("<H", block0, 254)[0], 32) if wide else 32
    groups = -(-inodes // per_group)
    table = part.read_at(block * (2 if block == 1024 else 1), groups * step)
    count = 0
    for group in range(groups):
        place = struct.unpack_from("<I", table, group * step + 8)[0]
        if wide and step >= 64:
            place |= struct.unpack_from("<I", table, group * step + 40)[0] << 32
        flags, unused = struct.unpack_from("<H", table, group * step + 18)[0], 0
        if struct.unpack_from("<I", block0, 100)[0] & 0x410:  # checksums: the flags count
            if flags & 1:
                continue
            unused = struct.unpack_from("<H", table, group * step + 28)[0]
        body = part.read_at(place * block, (per_group - unused) * size)
        for number in range(len(body) // size):
            at = number * size
            mode, links = struct.unpack_from("<H", body, at)[0], body[at + 26 : at + 28]
            used = links != b"\0\0" and body[at + 20 : at + 24] == b"\0\0\0\0"
            if used and mode & 0xF000 == _REGULAR and group * per_group + number + 1 >= first:
                count += 1
    return count


# ---------------------------------------------------------------- FAT


def _fat(part: Window | Medium, boot: bytes) -> int:
    sector, cluster, reserved, copies, root_entries, small = struct.unpack_from("<HBHBHH", boot, 11)
    fat_size = struct.unpack_from("<H", boot, 22)[0] or struct.unpack_from("<I", boot, 36)[0]
    sectors = small or struct.unpack_from("<I", boot, 32)[0]
    root_at = (reserved + copies * fat_size) * sector
    data_at = root_at + -(-root_entries * 32 // sector) * sector
    clusters = (sectors - data_at // sector) // cluster
    bits = 12 if clusters < 4085 else 16 if clusters < 65525 else 32
    table = part.read_at(reserved * sector, fat_size * sector)
    unit = cluster * sector

    def chain(number: int) -> bytes:
        body, met = [], set[int]()
        while 2 <= number < clusters + 2 and len(met) <= _MOST:
            if number in met:
                raise ValueError  # a ring: not even the number of its entries is known
            met.add(number)
            body.append(part.read_at(data_at + (number - 2) * unit, unit))
            if bits == 12:
                pair = struct.unpack_from("<H", table, number * 3 // 2)[0]
                number = pair >> 4 if number & 1 else pair & 0xFFF
            elif bits == 16:
                number = struct.unpack_from("<H", table, number * 2)[0]
            else:
                number = struct.unpack_from("<I", table, number * 4)[0] & 0x0FFFFFFF
        return b"".join(body)

    if bits == 32:
        folders = [chain(struct.unpack_from("<I", boot, 44)[0])]
    else:
        folders = [part.read_at(root_at, root_entries * 32)]
    count = 0
    seen: set[int] = set()
    while folders:
        body = folders.pop()
        for at in range(0, len(body) - 31, 32):
            entry = body[at : at + 32]
            if entry[0] == 0:
                break
            if entry[0] in (0xE5, 0x2E) or entry[11] & 8:  # deleted, `.` and `..`, label, long name
                continue
            if not entry[11] & 0x10:
                count += 1
                continue
            number = struct.unpack_from("<H", entry, 26)[0]
            if bits == 32:
                number |= struct.unpack_from("<H", entry, 20)[0] << 16
            if number not in seen and len(seen) < _MOST:
                seen.add(number)
                folders.append(chain(number))
    return count


# ---------------------------------------------------------------- exFAT


def _exfat(part: Window | Medium, boot: bytes) -> int:
    table_at, table_size, heap_at, clusters, root = struct.unpack_from("<5I", boot, 80)
    sector, unit = 1 << boot[108], 1 << boot[108] + boot[109]
    table = part.read_at(table_at * sector, table_size * sector)

    def body_of(number: int, size: int | None) -> bytes:
        """The bytes of a folder: in one stretch where a size is given, else by its chain."""
        start = heap_at * sector
        if size is not None:
            return part.read_at(start + (number - 2) * unit, size)
        body, met = [], set[int]()
        while 2 <= number < clusters + 2 and len(met) <= _MOST:
            if number in met:
                raise ValueError  # a ring
            met.add(number)
            body.append(part.read_at(start + (number - 2) * unit, unit))
            number = struct.unpack_from("<I", table, number * 4)[0]
        return b"".join(body)

    count = 0
    seen: set[int] = set()
    folders: list[tuple[int, int | None]] = [(root, None)]
    while folders:
        body = body_of(*folders.pop())
        for at in range(0, len(body) - 63, 32):
            if body[at] == 0:
                break
            if body[at] != 0x85 or body[at + 32] != 0xC0:
                continue
            if not body[at + 4] & 0x10:
                count += 1
                continue
            number, size = struct.unpack_from("<IQ", body, at + 52)
            if number not in seen and len(seen) < _MOST:
                seen.add(number)
                whole = body[at + 33] & 2
                folders.append((number, min(size, _MOST * 32) if whole else None))
    return count


# ---------------------------------------------------------------- HFS+


def _hfs(part: Window | Medium, header: bytes) -> int | None:
    """File records of the catalogue (Apple TN1150); None where it holds hard links."""
    block = struct.unpack_from(">I", header, 40)[0]
    size, total = struct.unpack_from(">Q4xI", header, 272)
    extents = [struct.unpack_from(">II", header, 288 + 8 * n) for n in range(8)]
    if sum(count for _, count in extents) < total:
        return None  # it goes on in the file of overflown extents
    tree = b"".join(part.read_at(start * block, count * block) for start, count in extents)[:size]
    leaf, node = struct.unpack_from(">I", tree, 24)[0], struct.unpack_from(">H", tree, 32)[0]
    files = 0
    seen: set[int] = set()
    while leaf and leaf not in seen:
        seen.add(leaf)
        body = tree[leaf * node : (leaf + 1) * node]
        onward, records = struct.unpack_from(">I", body)[0], struct.unpack_from(">H", body, 10)[0]
        for n in range(records):
            at = struct.unpack_from(">H", body, node - 2 * (n + 1))[0]
            at += 2 + struct.unpack_from(">H", body, at)[0]
            if body[at : at + 2] != b"\0\2":
                continue
            if body[at + 48 : at + 56] == b"hlnkhfs+":
                return None
            files += struct.unpack_from(">H", body, at + 42)[0] & 0xF000 in (0, _REGULAR)
        leaf = onward
    return files


# ---------------------------------------------------------------- NTFS


def _ntfs(part: Window | Medium, boot: bytes) -> int:
    sector, per = struct.unpack_from("<HB", boot, 11)
    unit = sector * (per if per < 0x80 else 1 << 256 - per)
    place = struct.unpack_from("<Q", boot, 48)[0]
    given = struct.unpack_from("<b", boot, 64)[0]
    size = given * unit if given > 0 else 1 << -given
    first = _mended(part.read_at(place * unit, size), sector)
    parents: dict[int, int] = {}
    files: list[tuple[int, int]] = []
    number = 0
    for start, length in _runs(first, unit):
        for at in range(0, length, size * 1024):
            body = part.read_at(start + at, min(size * 1024, length - at))
            if not body:
                break  # behind the end of the disk, whatever length the run claims
            for record_at in range(0, len(body) - size + 1, size):
                record = body[record_at : record_at + size]
                _enter(_mended(record, sector), number, parents, files)
                number += 1
    return sum(1 for number, parent in files if number >= 24 and not _is_own(parent, parents))


def _mended(record: bytes, sector: int) -> bytes:
    """The record with the last two bytes of each sector put back (the update sequence)."""
    if record[:4] != b"FILE":
        return b""
    out = bytearray(record)
    at, count = struct.unpack_from("<HH", record, 4)
    for n in range(1, count):
        end = n * sector
        out[end - 2 : end] = record[at + 2 * n : at + 2 * n + 2]
    return bytes(out)


def _attributes(record: bytes) -> Iterator[tuple[int, bytes]]:
    at = struct.unpack_from("<H", record, 20)[0]
    while at + 8 <= len(record):
        kind, length = struct.unpack_from("<II", record, at)
        if kind == 0xFFFFFFFF or length < 24:
            return
        yield kind, record[at : at + length]
        at += length


def _enter(
    record: bytes, number: int, parents: dict[int, int], files: list[tuple[int, int]]
) -> None:
    if not record:
        return
    flags = struct.unpack_from("<H", record, 22)[0]
    if not flags & 1 or struct.unpack_from("<Q", record, 32)[0] & 0xFFFFFFFFFFFF:
        return  # not in use, or the rest of another record
    for kind, attribute in _attributes(record):
        if kind == 0x30:
            value = struct.unpack_from("<H", attribute, 20)[0]
            parent = struct.unpack_from("<Q", attribute, value)[0] & 0xFFFFFFFFFFFF
            if flags & 2:
                parents[number] = parent
            else:
                files.append((number, parent))
            return


def _is_own(parent: int, parents: dict[int, int]) -> bool:
    """Tell whether a folder lies below `$Extend`, where the file system keeps its own."""
    for _ in range(64):
        if parent == 11:
            return True
        if parent == 5 or parent not in parents:
            return False
        parent = parents[parent]
    return False


def _runs(record: bytes, unit: int) -> Iterator[tuple[int, int]]:
    """(start, length) of the stretches of the MFT itself."""
    for kind, attribute in _attributes(record):
        if kind != 0x80:
            continue
        at = struct.unpack_from("<H", attribute, 32)[0]
        cluster = 0
        while at < len(attribute) and attribute[at]:
            low, high = attribute[at] & 15, attribute[at] >> 4
            count = int.from_bytes(attribute[at + 1 : at + 1 + low], "little")
            cluster += int.from_bytes(
                attribute[at + 1 + low : at + 1 + low + high], "little", signed=True
            )
            yield cluster * unit, count * unit
            at += 1 + low + high
        return
