"""Pictures in the drawing records of Office 97 to 2007 ([MS-ODRAW] 2.2.23)."""

from __future__ import annotations

import struct
from collections.abc import Iterator

# record type -> (ending, digests before the picture for an even instance, other bytes before it)
_PICTURES = {
    0xF01A: ("emf", 34), 0xF01B: ("wmf", 34), 0xF01C: ("pict", 34), 0xF01D: ("jpg", 1),
    0xF01E: ("png", 1), 0xF01F: ("dib", 1), 0xF029: ("tiff", 1), 0xF02A: ("jpg", 1),
}  # fmt: skip


def pictures(body: bytes) -> Iterator[tuple[str, int, int]]:
    """(ending, where a picture begins, where it ends) of the records, wherever they stand.

    Metafiles are compressed by their own means and come with their header, as `emf.z`.
    """
    at = 0
    while at + 8 <= len(body):
        version, kind, length = struct.unpack_from("<HHI", body, at)
        at += 8
        if kind == 0xF007:  # an entry of the store: its picture follows its 36 bytes and name
            at += 36 + (body[at + 33] if at + 33 < len(body) else 0)
            continue
        if version & 15 == 15:
            continue  # a container: look inside
        found = _PICTURES.get(kind)
        if found is not None:
            ending, beside = found
            digests = 32 if version >> 4 & 1 else 16
            start = at + digests + (beside if beside == 1 else 0)
            yield (ending if beside == 1 else f"{ending}.z"), start, min(at + length, len(body))
        at += length
