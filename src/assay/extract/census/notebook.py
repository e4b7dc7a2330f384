"""Embedded files of a OneNote section, counted by its own list of them.

In the file of the desktop the root list refers to the list of the file data store, which has a
node for each file ([MS-ONESTORE] 2.5.21). In the packaging of Office 365 each file is a data
element of its own type ([MS-FSSHTTPB] 2.2.1.12.8).
"""

from __future__ import annotations

import struct
import uuid

from assay.extract.request import Request

_PACKAGED = uuid.UUID("638de92f-a6d4-4bc1-9a36-b3fc2511a5b7").bytes_le
_REFERENCE, _FILE, _END = 0x090, 0x094, 0x0FF


def count_files(request: Request) -> int | None:
    """Files that the section lists; None where its lists cannot be walked."""
    body = request.path.read_bytes()
    if body[48:64] == _PACKAGED:
        return _elements(body)
    place, size = struct.unpack_from("<QI", body, 172)
    stores = _nodes(body, place, size)
    if stores is None:
        return None
    count = 0
    for number, place, size in stores:
        if number == _REFERENCE:
            files = _nodes(body, place, size)
            if files is None:
                return None
            count += sum(1 for node in files if node[0] == _FILE)
    return count


def _nodes(body: bytes, place: int, size: int) -> list[tuple[int, int, int]] | None:
    """(number, place, length) of each node of a list; None where a fragment is broken."""
    found: list[tuple[int, int, int]] = []
    met: set[int] = set()
    while place not in met:  # a list that comes back to itself cannot be walked
        met.add(place)
        stop = place + size - 20
        if body[place : place + 8] != b"\xc4\xf4\xf7\xf5\xb1\x7a\x56\xa4" or stop + 20 > len(body):
            return None
        place += 16
        while place + 4 <= stop:
            word = int.from_bytes(body[place : place + 4], "little")
            number, length = word % 1024, word // 1024 % 8192
            if number in (0, _END) or length < 4:
                break
            found.append((number, *_target(body, place + 4, word >> 23)))
            place += length
        place, size = struct.unpack_from("<QI", body, stop)
        if place == 2**64 - 1 or not size:
            return found
    return None


def _target(body: bytes, at: int, formats: int) -> tuple[int, int]:
    wide = (8, 4, 2, 4)[formats & 3]
    place = int.from_bytes(body[at : at + wide], "little") * (1, 1, 8, 8)[formats & 3]
    at += wide
    wide = (4, 8, 1, 2)[formats >> 2 & 3]
    return place, int.from_bytes(body[at : at + wide], "little") * (1, 1, 8, 8)[formats >> 2 & 3]


def _elements(body: bytes) -> int | None:
    """Data elements of embedded bytes: every start of a stream object is stepped over."""
    at, count = 68, 0
    while at + 4 <= len(body):
        kind = body[at] & 3
        if kind in (1, 3):
            at += 1 if kind == 1 else 2
            continue
        head = int.from_bytes(body[at : at + 4], "little")
        if kind == 0:
            name, length, at = head >> 3 & 63, head >> 9 & 127, at + 2
        else:
            name, length, at = head >> 3 & 0x3FFF, head >> 17, at + 4
            if length == 0x7FFF:
                width = (body[at] & -body[at]).bit_length()
                length = int.from_bytes(body[at : at + width], "little") >> width
                at += width
                if width == 8:
                    length, at = int.from_bytes(body[at : at + 8], "little"), at + 8
        count += name == 2
        at += length
    return count if at <= len(body) else None
