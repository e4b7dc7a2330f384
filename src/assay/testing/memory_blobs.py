"""Blobs in memory: the honest, simple body of the port, for tests that need no disk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from assay.errors import NotFound
from assay.proof.digests import digest_of


class MemoryBlobs:
    """Keeps bytes by digest; what was put counts as durable after `sync`."""

    def __init__(self, folder: Path) -> None:
        """`folder` is where `place` writes bytes out for those who need a path."""
        self._folder = folder
        self._durable: dict[str, bytes] = {}
        self._pending: dict[str, bytes] = {}

    def has(self, digest: str) -> bool:
        """Tell whether the bytes are here, synced or not."""
        return digest in self._durable or digest in self._pending

    def put(self, data: bytes) -> str:
        """Store bytes and return their digest."""
        digest = digest_of(data)
        if not self.has(digest):
            self._pending[digest] = data
        return digest

    def put_stream(self, stream: BinaryIO, chunk: int) -> tuple[str, int, bool]:
        """Store a stream: (digest, size, new)."""
        data = b"".join(iter(lambda: stream.read(chunk), b""))
        new = not self.has(digest_of(data))
        return self.put(data), len(data), new

    def sync(self) -> None:
        """Everything put so far is durable."""
        self._durable |= self._pending
        self._pending.clear()

    def open(self, digest: str) -> BinaryIO:
        """Open for reading. Raises NotFound."""
        if digest not in self._durable:
            raise NotFound(f"exhibit {digest}", "its bytes are not in this case", "")
        return io.BytesIO(self._durable[digest])

    def place(self, digest: str) -> Path:
        """A path with the bytes. Raises NotFound."""
        with self.open(digest) as stream:
            path = self._folder / digest.removeprefix("sha256:")
            path.write_bytes(stream.read())
        return path

    def destroy(self, digest: str) -> None:
        """Forget the bytes."""
        self._durable.pop(digest, None)

    def digests(self) -> Iterator[str]:
        """All durable digests, in order."""
        yield from sorted(self._durable)
