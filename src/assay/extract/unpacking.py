"""The loops in which packed bytes become plain ones, a bounded piece at a time.

The readers of ZIP and 7z share them. A machine is never asked for more than one chunk at once,
so a bomb costs time and no memory. What an end that does not come means is for the caller.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Protocol

from assay.extract.spool import CHUNK


class Machine(Protocol):
    """A decompressor that takes its input at once and gives its output in pieces."""

    @property
    def needs_input(self) -> bool:
        """Nothing is left in it."""
        ...

    @property
    def eof(self) -> bool:
        """The end mark was met."""
        ...

    def decompress(self, data: bytes, max_length: int = -1, /) -> bytes:
        """Up to `max_length` bytes."""
        ...


def fed(chunks: Iterator[bytes], machine: Machine) -> Iterator[bytes]:
    """What a machine gives for chunks, to its end mark or theirs."""
    for chunk in chunks:
        plain = machine.decompress(chunk, CHUNK)
        while plain or not (machine.needs_input or machine.eof):
            if plain:
                yield plain
            if machine.eof or machine.needs_input:
                break
            plain = machine.decompress(b"", CHUNK)
        if machine.eof:
            return


def inflated(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Undo Deflate to its end mark. Raises EOFError where that does not come, zlib.error."""
    machine = zlib.decompressobj(-15)
    for chunk in chunks:
        while chunk:
            plain = machine.decompress(chunk, CHUNK)
            if plain:
                yield plain
            chunk = machine.unconsumed_tail
            if machine.eof:
                return
    # what is left came in with the last chunk: less than one window, so no bomb
    rest = machine.flush()
    if rest:
        yield rest
    if not machine.eof:
        raise EOFError
