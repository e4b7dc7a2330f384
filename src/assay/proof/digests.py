"""SHA-256 identities. Nothing else is an identity here: MD5 and SHA-1 have known collisions."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

PREFIX = "sha256:"


def digest_of(data: bytes) -> str:
    """The identity of some bytes: `sha256:` and 64 hex digits."""
    return PREFIX + hashlib.sha256(data).hexdigest()


def digest_of_stream(stream: BinaryIO, chunk: int = 1 << 20) -> tuple[str, int]:
    """The identity of a stream and its length in bytes, read once from where it stands."""
    state = hashlib.sha256()
    size = 0
    buffer = bytearray(chunk)
    view = memoryview(buffer)
    while count := stream.readinto(buffer):  # type: ignore[attr-defined]
        state.update(view[:count])
        size += count
    return PREFIX + state.hexdigest(), size
