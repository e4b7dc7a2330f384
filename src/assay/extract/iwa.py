"""The archives of iWork since 2013 (`.iwa`): Snappy chunks that hold protobuf messages.

A component is a row of chunks (a zero byte, a 24-bit length, raw Snappy data), and unpacked a
row of archives: a header with an identifier and the types, lengths and references of the
messages behind it. There is no published description; the numbers of fields used here were
found by those who looked, and hold from the first version to the present one. Anything not
understood is passed over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

Value = int | bytes
Fields = list[tuple[int, Value]]


class IwaBroken(Exception):
    """The component is broken from here on. Holds no words."""


@dataclass(frozen=True)
class Message:
    """One message: its identifier, its type, its bytes, and the component it lies in."""

    identity: int
    kind: int
    body: bytes
    component: str


def unpacked(component: bytes, limit: int) -> bytes:
    """The chunks of a component, unpacked. Raises IwaBroken, also beyond `limit` bytes."""
    out: list[bytes] = []
    at, total = 0, 0
    while at + 4 <= len(component):
        if component[at]:
            raise IwaBroken("chunk")
        length = int.from_bytes(component[at + 1 : at + 4], "little")
        block = snappy(component[at + 4 : at + 4 + length], limit - total)
        total += len(block)
        out.append(block)
        at += 4 + length
    return b"".join(out)


def snappy(packed: bytes, limit: int) -> bytes:
    """Raw Snappy data unpacked. Raises IwaBroken where it is broken or over `limit`."""
    size, at = varint(packed, 0)
    if size > limit:
        raise IwaBroken("over the limit")
    out = bytearray()
    end = len(packed)
    while at < end and len(out) <= size:
        tag = packed[at]
        at += 1
        kind = tag & 3
        if kind == 0:
            length = tag >> 2
            if length >= 60:
                more = length - 59
                length = int.from_bytes(packed[at : at + more], "little")
                at += more
            length += 1
            out += packed[at : at + length]
            at += length
            continue
        if kind == 1:
            length, wide = (tag >> 2 & 7) + 4, 1
            offset = (tag >> 5) << 8 | int.from_bytes(packed[at : at + 1], "little")
        else:
            length, wide = (tag >> 2) + 1, 2 if kind == 2 else 4
            offset = int.from_bytes(packed[at : at + wide], "little")
        at += wide
        if not 0 < offset <= len(out):
            raise IwaBroken("copy")
        start = len(out) - offset
        piece = out[start : start + length]
        while len(piece) < length:  # a copy that reads what it writes
            piece += piece[: length - len(piece)]
        out += piece
    if len(out) != size:
        raise IwaBroken("size")
    return bytes(out)


def varint(body: bytes, at: int) -> tuple[int, int]:
    """(value, place behind it). Raises IwaBroken."""
    value = shift = 0
    while shift < 70 and at < len(body):
        byte = body[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    raise IwaBroken("varint")


def fields(body: bytes) -> Fields:
    """The fields of a message in their order: numbers as int, all else as bytes.

    Raises IwaBroken where the bytes are no message.
    """
    found: Fields = []
    at, end = 0, len(body)
    while at < end:
        key, at = varint(body, at)
        number, wire = key >> 3, key & 7
        value: Value
        if wire == 0:
            value, at = varint(body, at)
        elif wire in (1, 5, 2):
            if wire == 2:
                size, at = varint(body, at)
            else:
                size = 8 if wire == 1 else 4
            if at + size > end:
                raise IwaBroken("field")
            value = body[at : at + size]
            at += size
        else:
            raise IwaBroken("wire type")
        if not number:
            raise IwaBroken("field")
        found.append((number, value))
    return found


def messages(content: bytes, component: str) -> Iterator[Message]:
    """The messages of an unpacked component. Raises IwaBroken behind the last whole one."""
    at = 0
    while at < len(content):
        length, at = varint(content, at)
        if at + length > len(content):
            raise IwaBroken("header")
        header = fields(content[at : at + length])
        at += length
        identity = next((v for n, v in header if n == 1 and isinstance(v, int)), 0)
        for number, value in header:
            if number != 2 or not isinstance(value, bytes):
                continue
            about = dict(fields(value))
            kind, size = about.get(1, 0), about.get(3, 0)
            if not isinstance(kind, int) or not isinstance(size, int) or at + size > len(content):
                raise IwaBroken("message")
            yield Message(identity, kind, content[at : at + size], component)
            at += size


def references(body: bytes, depth: int = 6) -> Iterator[int]:
    """Identifiers that a message refers to, in the order of its fields.

    A reference is a message whose only field is number 1; it is looked for in the messages
    inside messages too, without knowing their types. What is none can look like one: the
    caller asks whether an object of that identifier exists.
    """
    try:
        found = fields(body)
    except IwaBroken:
        return
    for _, value in found:
        if not isinstance(value, bytes) or len(value) < 2:
            continue
        if value[0] == 8 and len(value) <= 11:
            try:
                identity, end = varint(value, 1)
            except IwaBroken:
                identity, end = 0, 0
            if end == len(value):
                yield identity
                continue
        if depth:
            yield from references(value, depth - 1)
