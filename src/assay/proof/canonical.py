"""Canonical JSON: one value, one sequence of bytes.

RFC 8785 (JSON Canonicalization Scheme) over the subset that needs no floating point:
objects, arrays, strings, booleans, null and integers between -(2**53 - 1) and 2**53 - 1.
Keys are ordered by their UTF-16 code units, as section 3.2.3 asks; a plain sort by code
points differs from that above U+FFFF.
"""

from __future__ import annotations

import json
from typing import Any

from assay.errors import UsageError

MAX_INTEGER = 2**53 - 1


def _ordered(value: Any) -> Any:
    """The value with every object in canonical order; refuses what has no canonical form."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise UsageError("canonical JSON", f"the integer {value} is beyond 2**53 - 1", "")
        return value
    if isinstance(value, list | tuple):
        return [_ordered(item) for item in value]
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise UsageError("canonical JSON", "a key is not a string", "")
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return {key: _ordered(value[key]) for key in keys}
    raise UsageError("canonical JSON", f"a {type(value).__name__} has no canonical form", "")


def _is_plain(value: Any) -> bool:
    """Tell whether a value needs neither a refusal nor an order of its own."""
    kind = type(value)
    if kind is str or value is None or kind is bool:
        return True
    if kind is int:
        return abs(int(value)) <= MAX_INTEGER
    if kind is dict:
        for key, item in value.items():
            if type(key) is not str or not key.isascii():
                return False
            if type(item) is not str and not _is_plain(item):
                return False
        return True
    if kind is list or kind is tuple:
        return all(map(_is_plain, value))
    return False


_encode_plain = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), allow_nan=False, sort_keys=True
).encode


def _encode_ordered(value: Any) -> str:
    return json.dumps(_ordered(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def encode(value: Any) -> bytes:
    """The canonical bytes of a value, UTF-8 without a final line end.

    Raises UsageError for floats, integers beyond 2**53 - 1, keys that are no strings and lone
    surrogates.
    """
    # keys of ASCII alone are ordered alike by code points and by UTF-16 units
    text = (_encode_plain if _is_plain(value) else _encode_ordered)(value)
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UsageError("canonical JSON", "a string holds half a surrogate pair", "") from error


def decode(data: bytes) -> Any:
    """The value of canonical bytes.

    Raises UsageError where the bytes are not exactly the canonical form of what they say, so
    that nobody can write the same event in two ways.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise UsageError("canonical JSON", "the bytes are not JSON", "") from error
    if encode(value) != data:
        raise UsageError("canonical JSON", "the bytes are JSON but not in canonical form", "")
    return value
