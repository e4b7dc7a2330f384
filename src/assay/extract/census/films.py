"""Covers and attached files of films and recordings, counted apart from the reader."""

from __future__ import annotations

import re
from typing import BinaryIO

from assay.extract.request import Request

_INSIDE = (b"moov", b"udta", b"meta", b"ilst", b"covr")


def count_boxes(request: Request) -> int | None:
    """Pictures in `covr` of an MP4."""
    with request.path.open("rb") as stream:
        return _covers(stream, 0, request.path.stat().st_size, 0)


def _covers(stream: BinaryIO, at: int, end: int, depth: int) -> int:
    found = 0
    while at + 8 <= end and depth < 8:
        stream.seek(at)
        head = stream.read(16)
        size, kind, skip = int.from_bytes(head[:4], "big"), head[4:8], 8
        if size == 1:
            size, skip = int.from_bytes(head[8:16], "big"), 16
        stop = min(at + size, end) if size else end
        if size and size < skip:
            break
        if kind == b"data" and depth == 5:
            found += 1
        elif kind in _INSIDE:
            if kind == b"meta":
                stream.seek(at + skip)
                skip += 0 if stream.read(8)[4:] == b"hdlr" else 4
            deeper = 5 if kind == b"covr" else min(depth + 1, 4)
            found += _covers(stream, at + skip, stop, deeper)
        at = stop
    return found


def count_elements(request: Request) -> int | None:
    """`AttachedFile` in the attachments of a Matroska file."""
    found = 0
    with request.path.open("rb") as stream:
        size = request.path.stat().st_size
        ahead = [(0, size)]
        while ahead:
            at, end = ahead.pop()
            while at < end:
                stream.seek(at)
                head = stream.read(12)
                wide = next((n for n in range(1, 5) if head and head[0] >> (8 - n)), 0)
                if not wide or len(head) <= wide:
                    break
                name, lead = head[:wide], head[wide]
                long = next((n for n in range(1, 9) if lead >> (8 - n)), 0)
                if not long:
                    break
                mask = (1 << 7 * long) - 1
                length = int.from_bytes(head[wide : wide + long], "big") & mask
                begin = at + wide + long
                stop = end if length == mask else min(begin + length, end)
                if name == b"\x61\xa7":
                    found += 1
                elif name in (b"\x18\x53\x80\x67", b"\x19\x41\xa4\x69"):
                    ahead.append((begin, stop))
                at = stop
    return found


def count_tagged(request: Request) -> int | None:
    """Pictures and objects in an ID3v2 tag at the start; unknown for other kinds of tags."""
    with request.path.open("rb") as stream:
        head = stream.read(10)
        if request.type == "audio/flac":
            return _flac(stream)
        if not head.startswith(b"ID3"):
            return 0 if request.type == "audio/mpeg" else None
        body = stream.read(_soft(head[6:10]))
    if head[3] not in (3, 4) or head[5] & 0xC0:
        return None
    found, at = 0, 0
    while at + 10 <= len(body) and re.match(rb"[A-Z0-9]{4}", body[at : at + 4]):
        size = (
            _soft(body[at + 4 : at + 8])
            if head[3] == 4
            else int.from_bytes(body[at + 4 : at + 8], "big")
        )
        found += body[at : at + 4] in (b"APIC", b"GEOB")
        at += 10 + size
    return found


def _soft(piece: bytes) -> int:
    value = 0
    for byte in piece:
        value = value << 7 | byte & 127
    return value


def _flac(stream: BinaryIO) -> int:
    found, at = 0, 4
    while True:
        stream.seek(at)
        head = stream.read(4)
        if len(head) < 4:
            return found
        found += head[0] & 127 == 6
        at += 4 + int.from_bytes(head[1:], "big")
        if head[0] & 128:
            return found
