"""Members of a RAR archive or a set of volumes, counted from its block headers by hand.

Its own walk: it steps from block to block by their sizes and looks at the type, the flags and
whether a file is a folder or a link. An archive with hidden names is walked with the keys that
rar_blocks.py makes; without its password the count is unknown.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

from assay.extract import rar_blocks
from assay.extract.request import Request

_SYMBOLIC = (1, 2, 3)  # kinds of redirection that hold no bytes of their own


def count_rar(request: Request) -> int | None:
    """Files that are neither folders nor symbolic links; a split file counts once."""
    total = 0
    first = True
    for path in request.volumes or [request.path]:
        with path.open("rb") as stream:
            start = rar_blocks.find_start(stream)
            stream.seek(start)
            five = stream.read(8) == rar_blocks.MAGIC5
            if not five:
                stream.seek(start + 7)
            walk = _five if five else _four
            total += walk(stream, request.passwords, first)
            first = False
    rar_blocks.forget_keys()
    return total


def _five(stream: BinaryIO, passwords: tuple[str, ...], first: bool) -> int:
    count = 0
    for kind, block, at, size in rar_blocks.blocks5(stream, passwords):
        if kind == 2:
            body, place = block.body, block.at
            flags, place = _number(body, place)
            extra = 0
            if flags & 1:
                extra, place = _number(body, place)
            if flags & 2:
                _, place = _number(body, place)
            marks, place = _number(body, place)
            began_before = flags & 8 and not first
            if not marks & 1 and not began_before and not _is_link(body, len(body) - extra):
                count += 1
        stream.seek(at + size)
    return count


def _is_link(body: bytes, at: int) -> bool:
    while at < len(body):
        length, at = _number(body, at)
        end = at + length
        kind, at = _number(body, at)
        if kind == 5:
            return _number(body, at)[0] in _SYMBOLIC
        at = end
    return False


def _number(body: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = body[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at


def _four(stream: BinaryIO, passwords: tuple[str, ...], first: bool) -> int:
    count = 0
    for kind, flags, body, at, size in rar_blocks.blocks4(stream, passwords, {}):
        if kind == 0x74 and flags & 0xE0 != 0xE0 and not (flags & 1 and not first):
            system, attributes = body[15], struct.unpack_from("<I", body, 28)[0]
            count += not (system == 3 and attributes >> 12 & 15 == 10)
        stream.seek(at + size)
    return count
