"""Pictures inside drawings and files inside property lists, counted apart from their readers."""

from __future__ import annotations

import plistlib
import re
from typing import Any

from assay.extract import types
from assay.extract.request import Request

_LARGEST = 64 << 20
_EMBEDDED = re.compile(rb"href\s*=\s*[\"']data:")
_EMF = (76, 77, 80, 81, 114, 115)


def count_svg(request: Request) -> int | None:
    """References that hold their data themselves, outside of comments."""
    if request.path.stat().st_size > _LARGEST:
        return None
    body = request.path.read_bytes()
    if b"<!ENTITY" in body[: 1 << 20]:
        return 0  # such a file is not resolved, it stays text
    return len(_EMBEDDED.findall(re.sub(rb"<!--.*?-->", b"", body, flags=re.DOTALL)))


def count_plist(request: Request) -> int | None:
    """Values of bytes that begin like a file of a known kind."""
    if request.path.stat().st_size > _LARGEST:
        return None
    ahead: list[Any] = [plistlib.loads(request.path.read_bytes())]
    found = 0
    while ahead:
        value = ahead.pop()
        if isinstance(value, dict):
            ahead.extend(value.values())
        elif isinstance(value, list):
            ahead.extend(value)
        elif isinstance(value, bytes) and len(value) > 16:
            found += bool(types.magic_of(value[:512]))
    return found


def count_metafile(request: Request) -> int | None:
    """Records that hold a bitmap with pixels."""
    if request.path.stat().st_size > _LARGEST:
        return None
    body = request.path.read_bytes()
    return _emf(body) if request.type == "image/emf" else _wmf(body)


def _word(body: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(body[at : at + size], "little")


def _emf(body: bytes) -> int:
    found = at = 0
    while at + 8 <= len(body) and _word(body, at + 4) >= 8 and _word(body, at) != 14:
        if _word(body, at) in _EMF:
            # offset and size of the header, then of the pixels
            place = at + (48 if _word(body, at) in (80, 81) else 84)
            found += _word(body, place + 4) >= 16 and _word(body, place + 12) > 0
        at += _word(body, at + 4)
    return found


def _wmf(body: bytes) -> int:
    at = 22 if body.startswith(b"\xd7\xcd\xc6\x9a") else 0
    at += 2 * _word(body, at + 2, 2)
    found = 0
    while at + 6 <= len(body) and _word(body, at) >= 3 and _word(body, at + 4, 2):
        skip = {0x0940: 16, 0x0B41: 20, 0x0F43: 22, 0x0D33: 18}.get(_word(body, at + 4, 2))
        if skip is not None:
            found += 2 * _word(body, at) - 6 - skip > 40
        at += 2 * _word(body, at)
    return found
