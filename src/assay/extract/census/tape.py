"""Members of a tar archive, counted from its headers by hand (POSIX ustar, GNU, pax)."""

from __future__ import annotations

from assay.extract.request import Request
from assay.extract.spool import Readable

_BLOCK = 512
_FILES = (b"\0", b"0", b"7")  # a regular file: old, new and contiguous
_BESIDE = (b"L", b"K", b"g", b"N", b"V")  # long names and the like: about other entries
_NO_CONTENT = (b"1", b"2", b"3", b"4", b"5", b"6", b"D")  # links, devices, folders, pipes


def count_tar(request: Request) -> int | None:
    """Regular files of the archive at `request.path`."""
    with request.path.open("rb") as stream:
        return count_files(stream)


def count_files(stream: Readable) -> int | None:
    """Regular files by their headers, read by hand; None where a header cannot be read.

    Old, ustar, GNU and PAX headers; a size in base 256 or in a PAX record counts.
    """
    count = 0
    pax_size: int | None = None
    while True:
        head = _exactly(stream, _BLOCK)
        if len(head) < _BLOCK or not head.strip(b"\0"):
            return count
        size = _number(head[124:136])
        if size is None:
            return None
        kind = head[156:157]
        if kind in (b"x", b"X"):
            body = _exactly(stream, min(size, 1 << 20))
            pax_size = _pax_size(body)
            _skip(stream, size + -size % _BLOCK - len(body))
            continue
        if kind not in _BESIDE:
            if pax_size is not None:
                size, pax_size = pax_size, None
            if kind in _NO_CONTENT:
                size = 0
            elif not (kind in _FILES and head[:100].rstrip(b"\0").endswith(b"/")):
                count += 1
        _skip(stream, size + -size % _BLOCK)


def _number(digits: bytes) -> int | None:
    if digits[:1] in (b"\x80", b"\xff"):
        return int.from_bytes(digits[1:], "big")
    text = digits.strip(b"\0 ")
    try:
        return int(text, 8) if text else 0
    except ValueError:
        return None


def _pax_size(body: bytes) -> int | None:
    for line in body.split(b"\n"):
        name, _, value = line.partition(b" ")[2].partition(b"=")
        if name == b"size" and value.isdigit():
            return int(value)
    return None


def _exactly(stream: Readable, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (chunk := stream.read(size)):
        parts.append(chunk)
        size -= len(chunk)
    return b"".join(parts)


def _skip(stream: Readable, size: int) -> None:
    while size > 0 and (chunk := stream.read(min(size, 1 << 20))):
        size -= len(chunk)
