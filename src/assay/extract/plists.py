"""Property lists of Apple, binary or XML, by the standard library, with one way to fail.

The library lets exceptions of a dozen kinds out for broken lists; here each is a ValueError.
"""

from __future__ import annotations

import plistlib
import struct
from typing import Any
from xml.parsers.expat import ExpatError

_FAILS = (
    plistlib.InvalidFileException, ValueError, OverflowError, TypeError, KeyError, IndexError,
    AttributeError, struct.error, ExpatError,
)  # fmt: skip


def plist_of(body: bytes) -> Any:
    """The value of a list. Raises ValueError where it is broken, RecursionError where too deep."""
    if b"<!ENTITY" in body[: 1 << 20]:
        raise ValueError("entities")
    try:
        return plistlib.loads(body)
    except _FAILS as error:
        raise ValueError(type(error).__name__) from None
