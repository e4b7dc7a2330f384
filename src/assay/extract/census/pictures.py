"""Pictures and films inside a picture's file, counted apart from the reader that takes them out."""

from __future__ import annotations

from assay.extract import types
from assay.extract.request import Request

_LARGEST = 256 << 20


def count_jpeg(request: Request) -> int | None:
    """Thumbnail of EXIF, further pictures of the MPF list, and one file behind the end."""
    if request.path.stat().st_size > _LARGEST:
        return None
    body = request.path.read_bytes()
    found, covered = 0, 0
    at = 2
    while at < len(body) - 3:
        if body[at] != 0xFF or body[at + 1] in (0, 0xFF) or 0xD0 <= body[at + 1] <= 0xD7:
            at = body.find(b"\xff", at + 1)
            if at < 0:
                return found  # no end: what would lie behind it cannot be told
            continue
        marker, length = body[at + 1], int.from_bytes(body[at + 2 : at + 4], "big")
        if marker == 0xD9:
            covered = max(covered, at + 2)
            break
        piece = body[at + 4 : at + 2 + length]
        if marker == 0xE1 and piece.startswith(b"Exif\0"):
            found += _has_thumbnail(piece[6:])
        elif marker == 0xE2 and piece.startswith(b"MPF\0"):
            for start, size in _listed(piece[4:]):
                begin = at + 8 + start
                if start and size and begin < len(body):
                    found += 1
                    covered = max(covered, begin + size)
        at += 2 + max(length, 2)
    else:
        return found
    return found + _behind(body[covered:])


def count_png(request: Request) -> int | None:
    """One where a file lies behind the end."""
    if request.path.stat().st_size > _LARGEST:
        return None
    body = request.path.read_bytes()
    end = body.rfind(b"IEND")
    return _behind(body[end + 8 :]) if end > 0 else 0


def _behind(rest: bytes) -> int:
    if len(rest.strip(b"\0\xff \r\n")) <= 64:
        return 0
    for at in range(4, len(rest) - 4):
        at = rest.find(b"ftyp", at)
        if at < 0:
            break
        if 8 <= int.from_bytes(rest[at - 4 : at], "big") <= 512:
            return 1
    return int(bool(types.magic_of(rest[:512])))


def _number(piece: bytes, at: int, size: int, low: bool) -> int:
    return int.from_bytes(piece[at : at + size], "little" if low else "big")


def _entries(piece: bytes, at: int, low: bool) -> tuple[dict[int, tuple[int, int]], int]:
    """(tag -> (count, value), place of the next directory)."""
    count = min(_number(piece, at, 2, low), 1000)
    found: dict[int, tuple[int, int]] = {}
    for slot in range(at + 2, at + 2 + 12 * count, 12):
        wide = 2 if _number(piece, slot + 2, 2, low) == 3 else 4
        value = _number(piece, slot + 8, wide, low)
        found[_number(piece, slot, 2, low)] = (_number(piece, slot + 4, 4, low), value)
    return found, _number(piece, at + 2 + 12 * count, 4, low)


def _has_thumbnail(tiff: bytes) -> bool:
    low = tiff[:2] == b"II"
    if tiff[:2] not in (b"II", b"MM"):
        return False
    _, second = _entries(tiff, _number(tiff, 4, 4, low), low)
    if not 0 < second < len(tiff):
        return False
    found, _ = _entries(tiff, second, low)
    start = found.get(0x201, (0, 0))[1]
    return start > 0 and 0x202 in found and tiff[start : start + 3] == b"\xff\xd8\xff"


def _listed(tiff: bytes) -> list[tuple[int, int]]:
    low = tiff[:2] == b"II"
    found, _ = _entries(tiff, _number(tiff, 4, 4, low), low)
    size, where = found.get(0xB002, (0, 0))
    return [
        (_number(tiff, at + 8, 4, low), _number(tiff, at + 4, 4, low))
        for at in range(where + 16, where + min(size, 16_000) - 15, 16)
    ]
