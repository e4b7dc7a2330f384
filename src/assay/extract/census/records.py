"""Bodies that a WARC or ARC promises, counted by its records' own lengths.

A record of the kinds warcinfo, metadata and revisit has no body of its own; a request has one
where something follows its head; every other record has one.
"""

from __future__ import annotations

import gzip
import re
from typing import IO

from assay.extract.request import Request

_NONE = (b"warcinfo", b"metadata", b"revisit")
_HEAD = 1 << 20
_KIND = re.compile(rb"(?im)^WARC-Type:[ \t]*([^\s]+)")
_LENGTH = re.compile(rb"(?im)^Content-Length:[ \t]*(\d+)")


def count_warc(request: Request) -> int | None:
    """Records with a body in the capture at `request.path`; None where one is no record."""
    with request.path.open("rb") as raw:
        packed = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        stream: IO[bytes] = gzip.GzipFile(fileobj=raw) if packed else raw  # type: ignore[assignment]
        arc = request.type.endswith("archive")
        return _count_arc(stream) if arc else _count(stream)


def _count(stream: IO[bytes]) -> int | None:
    total = 0
    while line := stream.readline(_HEAD):
        if not line.strip():
            continue
        if not line.startswith(b"WARC/"):
            return None
        head = b""
        while (line := stream.readline(_HEAD)).strip() and len(head) < _HEAD:
            head += line
        kind, length = _KIND.search(head), _LENGTH.search(head)
        if length is None:
            return None
        size = int(length.group(1))
        what = kind.group(1).lower() if kind else b""
        if what == b"request":
            block = stream.read(min(size, _HEAD))
            total += len(re.split(rb"\r?\n\r?\n", block, maxsplit=1)[-1]) > 0 and (
                re.search(rb"\r?\n\r?\n", block) is not None
                or re.match(rb"[A-Z]+ \S+ HTTP/", block) is None
            )
            size -= len(block)
        elif what not in _NONE:
            total += 1
        _pass(stream, size)
    return total


def _count_arc(stream: IO[bytes]) -> int | None:
    total = 0
    while line := stream.readline(_HEAD):
        if not line.strip():
            continue
        words = line.split()
        if len(words) < 5 or not words[-1].isdigit():
            return None
        total += not line.startswith(b"filedesc:")
        _pass(stream, int(words[-1]))
    return total


def _pass(stream: IO[bytes], size: int) -> None:
    while size > 0 and (chunk := stream.read(min(size, 1 << 20))):
        size -= len(chunk)
