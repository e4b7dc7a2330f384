"""What a file packed by gzip, bzip2 or xz holds: one member, or those of the tar inside it.

The tar's headers are counted on a stream that is unpacked here, chunk by chunk, by the
decompressors themselves and not by the file objects that the reader opens. Several packed
streams one after another are one file.
"""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Callable
from typing import Any, BinaryIO

from assay.extract import types
from assay.extract.census.tape import count_files
from assay.extract.request import Request
from assay.extract.spool import Counted

_CHUNK = 1 << 16
_MACHINES: dict[str, Callable[[], Any]] = {
    types.GZIP: lambda: zlib.decompressobj(31),
    types.BZIP2: bz2.BZ2Decompressor,
    types.XZ: lzma.LZMADecompressor,
}


def count_packed(request: Request) -> int | None:
    """1, or the regular files of the tar inside; None where nothing of it can be unpacked."""
    packed = request.path.stat().st_size
    with request.path.open("rb") as stream:
        head = _Unpacked(stream, _MACHINES[request.type]).read(types.HEAD)
    if head[257:262] != b"ustar" and not types.is_old_tar(head):
        return 1
    with request.path.open("rb") as stream:
        plain = _Unpacked(stream, _MACHINES[request.type])
        return count_files(Counted(plain, packed, request.limits))


class _Unpacked:
    """The plain bytes of packed streams that follow each other, with `read(size)`."""

    def __init__(self, stream: BinaryIO, make: Callable[[], Any]) -> None:
        self._stream = stream
        self._make = make
        self._machine = make()
        self._rest = b""
        self._first = True

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes, b"" at the end. Raises EOFError where a stream is cut short."""
        want = size if size > 0 else _CHUNK
        while True:
            if self._machine.eof:
                self._rest = self._machine.unused_data.lstrip(b"\0") or self._next_packed()
                if not self._rest:
                    return b""
                self._machine, self._first = self._make(), False
            packed = self._take()
            try:
                plain = bytes(self._machine.decompress(packed, want))
            except (zlib.error, OSError, lzma.LZMAError):
                if self._first:
                    raise
                return b""  # what follows a whole stream and is none is not of the file
            self._rest = getattr(self._machine, "unconsumed_tail", b"")
            if plain:
                return plain
            if not packed and not self._machine.eof:
                raise EOFError

    def _take(self) -> bytes:
        if not getattr(self._machine, "needs_input", True):
            return b""  # it has more to give of what it was fed
        rest, self._rest = self._rest, b""
        return rest or self._stream.read(_CHUNK)

    def _next_packed(self) -> bytes:
        while chunk := self._stream.read(_CHUNK):
            if kept := chunk.lstrip(b"\0"):
                return kept
        return b""
