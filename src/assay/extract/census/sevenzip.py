"""Members of a 7z archive, counted from the properties of its header by their own walk."""

from __future__ import annotations

import stat
import struct

from assay.extract import sevenzip_header, volumes
from assay.extract.request import Request


def count_sevenzip(request: Request) -> int | None:
    """Files that are neither folders, anti-items nor symbolic links."""
    with volumes.opened(request.volumes or [request.path]) as stream:
        body, _ = sevenzip_header.header_of(stream, request.passwords)
    sevenzip_header.forget_keys()
    at = _files_at(body)
    if at is None:
        return 0
    total, at = _number(body, at)
    hollow = [False] * total
    hollow_files: list[bool] = []
    anti: list[bool] = []
    links = [False] * total
    while body[at] != 0:
        kind = body[at]
        size, at = _number(body, at + 1)
        value = body[at : at + size]
        at += size
        if kind == 14:
            hollow = _bits(value, total)
        elif kind == 15:
            hollow_files = _bits(value, sum(hollow))
        elif kind == 16:
            anti = _bits(value, sum(hollow))
        elif kind == 21:
            links = _links(value, total)
    if not hollow_files:
        hollow_files = [False] * sum(hollow)
    kept = iter(
        file and not (anti[n] if n < len(anti) else False) for n, file in enumerate(hollow_files)
    )
    return sum(1 for n in range(total) if (next(kept) if hollow[n] else True) and not links[n])


def _files_at(body: bytes) -> int | None:
    """Where the list of files begins: behind the streams, which are stepped over."""
    walk = sevenzip_header.Bytes(body)
    walk.byte()
    while (kind := walk.byte()) in (2, 3, 4):
        if kind == 2:
            while walk.byte():
                walk.take(walk.number())
        else:
            sevenzip_header.streams_of(walk)
    return walk.at if kind == 5 else None


def _number(body: bytes, at: int) -> tuple[int, int]:
    first = body[at]
    extra = next((n for n in range(8) if not first & 0x80 >> n), 8)
    low = int.from_bytes(body[at + 1 : at + 1 + extra], "little")
    high = first & (0x7F >> extra)
    return low | high << 8 * extra, at + 1 + extra


def _bits(value: bytes, count: int) -> list[bool]:
    return [bool(value[n // 8] & 0x80 >> n % 8) for n in range(count)]


def _links(value: bytes, total: int) -> list[bool]:
    if value[0]:
        there, at = [True] * total, 1
    else:
        there, at = _bits(value[1:], total), 1 + -(-total // 8)
    at += 1
    found = []
    for given in there:
        attributes = struct.unpack_from("<I", value, at)[0] if given else 0
        at += 4 * given
        found.append(bool(attributes & 0x8000) and stat.S_ISLNK(attributes >> 16))
    return found
