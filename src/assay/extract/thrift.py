"""Thrift's compact protocol, as far as the headers of Parquet need it.

A value says its own kind, and a hostile one says another than is wanted: so a field is only had
by naming the kind, and one that is missing or of another kind is a `Malformed`. Depth and lengths
are bounded, and a hostile header costs no more than its bytes.
"""

from __future__ import annotations

import struct
from typing import Any

_DEEP = 40


class Malformed(ValueError):
    """A field that is missing or of another kind than the format says."""

    def __init__(self, field: int) -> None:
        super().__init__(f"field {field}")


class Struct:
    """The fields of a struct by number and kind. A `default` stands for a field that is missing."""

    def __init__(self, fields: dict[int, Any]) -> None:
        self._fields = fields

    def __contains__(self, field: int) -> bool:
        return field in self._fields

    def number(self, field: int, default: int | None = None) -> int:
        """A whole number."""
        value = self._fields.get(field, default)
        if not isinstance(value, int):
            raise Malformed(field)
        return value

    def size(self, field: int, default: int | None = None) -> int:
        """A whole number that counts something."""
        value = self.number(field, default)
        if value < 0:
            raise Malformed(field)
        return value

    def raw(self, field: int, default: bytes | None = None) -> bytes:
        """Bytes."""
        value = self._fields.get(field, default)
        if not isinstance(value, bytes):
            raise Malformed(field)
        return value

    def text(self, field: int) -> str:
        """Words, empty where they are missing."""
        return self.raw(field, b"").decode("utf-8", "replace")

    def inner(self, field: int) -> Struct:
        """A struct, empty where it is missing."""
        value = self._fields.get(field)
        if value is None:
            return Struct({})
        if not isinstance(value, Struct):
            raise Malformed(field)
        return value

    def several(self, field: int) -> list[Struct]:
        """A list of structs, empty where it is missing."""
        value = self._fields.get(field, [])
        if not isinstance(value, list) or not all(isinstance(one, Struct) for one in value):
            raise Malformed(field)
        return value

    def raws(self, field: int) -> tuple[bytes, ...]:
        """A list of bytes."""
        value = self._fields.get(field)
        if not isinstance(value, list) or not all(isinstance(one, bytes) for one in value):
            raise Malformed(field)
        return tuple(value)


class Compact:
    """Reads values from bytes, from `at` on. Raises ValueError or IndexError where broken."""

    def __init__(self, body: bytes, at: int = 0) -> None:
        self._body = body
        self.at = at

    def varint(self) -> int:
        """A number without a sign."""
        value = shift = 0
        while True:
            byte = self._body[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7
            if shift > 63:
                raise ValueError

    def number(self) -> int:
        """A number with a sign, folded to zigzag."""
        value = self.varint()
        return value >> 1 ^ -(value & 1)

    def struct(self, depth: int = 0) -> Struct:
        """The struct that begins here."""
        if depth > _DEEP:
            raise ValueError
        found: dict[int, Any] = {}
        last = 0
        while True:
            head = self._body[self.at]
            self.at += 1
            if not head:
                return Struct(found)
            last = last + (head >> 4) if head >> 4 else self.number()
            found[last] = self._value(head & 15, depth, True)

    def _value(self, kind: int, depth: int, field: bool = False) -> Any:
        if kind in (1, 2) and field:
            return kind == 1
        if kind in (1, 2, 3):
            self.at += 1
            return self._body[self.at - 1]
        if kind in (4, 5, 6):
            return self.number()
        if kind == 7:
            self.at += 8
            return struct.unpack_from("<d", self._body, self.at - 8)[0]
        if kind == 8:
            length = self.varint()
            if length > len(self._body) - self.at:
                raise ValueError
            self.at += length
            return self._body[self.at - length : self.at]
        if kind in (9, 10):
            head = self._body[self.at]
            self.at += 1
            count = head >> 4 if head >> 4 != 15 else self.varint()
            if count > len(self._body) - self.at:
                raise ValueError
            return [self._value(head & 15, depth + 1) for _ in range(count)]
        if kind == 12:
            return self.struct(depth + 1)
        raise ValueError
