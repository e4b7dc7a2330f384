"""Members that a help file promises, by its directory.

They are the author's files that are no topics, no lists and no style sheets.
"""

from __future__ import annotations

import re
import struct

from assay.extract.request import Request

_SHOWN = re.compile(rb"\.(?:htm|html|xhtml|xht|hhc|hhk|css)$", re.IGNORECASE)


def count_help(request: Request) -> int | None:
    """Files in the directory's listings, counted page by page in the order they are stored."""
    with request.path.open("rb") as stream:
        head = stream.read(0x60)
        place, length = struct.unpack_from("<QQ", head, 0x48)
        stream.seek(place)
        directory = stream.read(min(length, 512 << 20))
    if directory[:4] != b"ITSP" or len(directory) < length:
        return None
    begin, chunk = (
        struct.unpack_from("<I", directory, 8)[0],
        struct.unpack_from("<I", directory, 16)[0],
    )
    total = 0
    for at in range(begin, len(directory) - chunk + 1, chunk):
        if directory[at : at + 4] == b"PMGL":
            total += _listed(directory[at + 20 : at + chunk - _free(directory, at)])
    return total or None


def _free(directory: bytes, at: int) -> int:
    free: int = struct.unpack_from("<I", directory, at + 4)[0]
    return free


def _listed(listing: bytes) -> int:
    count, rest = 0, memoryview(listing)
    while rest:
        size, rest = _cut(rest)
        name, rest = bytes(rest[:size]), rest[size:]
        for _ in range(3):
            _, rest = _cut(rest)
        if re.match(rb"/[^#$]", name) and not name.endswith(b"/") and not _SHOWN.search(name):
            count += 1
    return count


def _cut(rest: memoryview) -> tuple[int, memoryview]:
    value = 0
    for at, byte in enumerate(rest):
        value = value * 128 + byte % 128
        if byte < 128:
            return value, rest[at + 1 :]
    raise ValueError
