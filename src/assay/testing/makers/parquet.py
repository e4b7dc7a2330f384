"""Make Parquet tables by hand: strings and whole numbers, with and without a dictionary."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes((*out, value))


class _Long(int):
    """A whole number of 64 bits, which Thrift tells from one of 32."""


_TYPES: dict[type, int] = {int: 5, _Long: 6, bytes: 8, list: 9, dict: 12}


def _struct(fields: Mapping[int, Any]) -> bytes:
    """A struct of Thrift's compact protocol; int, bytes, dict and lists of these."""
    out, last = b"", 0
    for number, value in fields.items():
        kind = _TYPES[type(value)]
        out += bytes(((number - last) << 4 | kind,)) + _value(value)
        last = number
    return out + b"\0"


def _value(value: Any) -> bytes:
    if isinstance(value, int):
        return _varint(value << 1 if value >= 0 else (-value << 1) - 1)
    if isinstance(value, bytes):
        return _varint(len(value)) + value
    if isinstance(value, dict):
        return _struct(value)
    kind = _TYPES[type(value[0])] if value else 5
    short = len(value) < 15
    head = bytes(((len(value) if short else 15) << 4 | kind,))
    head += b"" if short else _varint(len(value))
    return head + b"".join(map(_value, value))


def _page(kind: int, body: bytes, head: dict[int, Any]) -> bytes:
    place = {0: 5, 2: 7}[kind]
    return _struct({1: kind, 2: len(body), 3: len(body), place: head}) + body


def parquet(
    columns: Mapping[str, Sequence[str | int | None]],
    *,
    dictionary: bool = False,
    group: int = 1000,
) -> bytes:
    """A table without compression; a column is of strings (which may be None) or of numbers."""
    count = len(next(iter(columns.values())))
    body, groups = b"PAR1", list[Any]()
    for first in range(0, count, group):
        chunks = list[Any]()
        for name, values in columns.items():
            some = values[first : first + group]
            place = len(body)
            written, encoding = _column(some, dictionary)
            body += written
            kind = 2 if isinstance(values[0], int) else 6
            facts = {1: kind, 2: [encoding], 3: [name.encode()], 4: 0, 5: _Long(len(some)),
                     6: _Long(len(written)), 7: _Long(len(written)), 9: _Long(place)}  # fmt: skip
            chunks.append({2: _Long(place), 3: facts})
        groups.append({1: chunks, 2: _Long(1), 3: _Long(min(group, count - first))})
    schema: list[Any] = [{4: b"root", 5: len(columns)}]
    for name, values in columns.items():
        number = isinstance(values[0], int)
        schema.append({1: 2 if number else 6, 3: 0 if number else 1, 4: name.encode()})
    foot = _struct({1: 1, 2: schema, 3: _Long(count), 4: groups, 6: b"by hand"})
    return body + foot + struct.pack("<I", len(foot)) + b"PAR1"


def _column(values: Sequence[str | int | None], dictionary: bool) -> tuple[bytes, int]:
    if isinstance(values[0], int):
        body = struct.pack(f"<{len(values)}q", *values)
        return _page(0, body, {1: len(values), 2: 0, 3: 3, 4: 3}), 0
    bits = sum((value is not None) << n for n, value in enumerate(values))
    packed = -(-len(values) // 8)
    levels = _varint(packed << 1 | 1) + bits.to_bytes(packed, "little")
    head = struct.pack("<I", len(levels)) + levels
    words = [str(value).encode() for value in values if value is not None]
    if not dictionary:
        body = head + b"".join(struct.pack("<I", len(w)) + w for w in words)
        return _page(0, body, {1: len(values), 2: 0, 3: 3, 4: 3}), 0
    known = list(dict.fromkeys(words))
    listed = b"".join(struct.pack("<I", len(w)) + w for w in known)
    runs = b"".join(_varint(1 << 1) + struct.pack("<H", known.index(w)) for w in words)
    pages = _page(2, listed, {1: len(known), 2: 0})
    return pages + _page(0, head + b"\x10" + runs, {1: len(values), 2: 8, 3: 3, 4: 3}), 8
