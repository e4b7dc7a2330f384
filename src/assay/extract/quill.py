"""The chunks that Works 2000 to 9 and Publisher since 98 keep their text in (`CHNKINK`).

A table of entries (name, number, type, place, length), continued elsewhere where it is long;
the text is the chunk TEXT, in 16-bit letters. There is no published description.
"""

from __future__ import annotations

import struct

from assay.extract.problems import Stop

_TABLES = 10_000


def chunks(body: bytes) -> list[tuple[str, int, int]]:
    """(name, place, length) of each chunk. Raises Stop with `damaged`."""
    if not body.startswith(b"CHNK") or len(body) < 0x20:
        raise Stop("damaged", "", "no chunk table")
    found: list[tuple[str, int, int]] = []
    at = 0x18
    met: set[int] = set()
    while 0 < at <= len(body) - 8 and at not in met and len(met) < _TABLES:
        met.add(at)
        mark, count, following = struct.unpack_from("<HHI", body, at)
        if mark != 0x01F8:
            break
        at += 8
        for _ in range(count):
            if at + 24 > len(body):
                break
            name = body[at + 2 : at + 6].decode("latin-1").rstrip()
            place, length = struct.unpack_from("<II", body, at + 16)
            found.append((name, place, length))
            at += 24
        at = following if following < 0xFFFFFFFF else -1
    return found


def text(body: bytes) -> tuple[str, bool]:
    """(the text, whether all of it is there). Raises Stop with `damaged`."""
    parts: list[str] = []
    whole = True
    for name, place, length in chunks(body):
        if name == "TEXT":
            piece = body[place : place + length]
            whole = whole and len(piece) == length
            parts.append(piece[: len(piece) // 2 * 2].decode("utf-16-le", "replace"))
    if not parts:
        raise Stop("damaged", "", "no text chunk")
    return "".join(parts), whole
