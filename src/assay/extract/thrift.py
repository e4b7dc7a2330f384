"""Thrift's compact protocol, as far as the headers of Parquet need it: structs as dictionaries.

A struct is field number -> value; lists are lists, strings are bytes. Depth and lengths are
bounded, so a hostile header costs no more than its bytes.
"""

from __future__ import annotations

import struct
from typing import Any

_DEEP = 40


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

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """The struct that begins here."""
        if depth > _DEEP:
            raise ValueError
        found: dict[int, Any] = {}
        last = 0
        while True:
            head = self._body[self.at]
            self.at += 1
            if not head:
                return found
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
