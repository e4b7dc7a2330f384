"""Members taken out of a container, written to the scratch folder under their digest.

A member is never written under its own name. Its bytes are hashed while they are copied,
and counted against the limits of the container: `limits.member` for one member,
`limits.output` for all of them, and `limits.ratio` unpacked bytes for each packed byte
beyond the first 16 MiB. A member that is too large or broken is entered with a problem; a
container that is a bomb ends the reading. Ordinals count from 0 in the container's order,
whatever fails on the way, so that a member can be found again by its ordinal.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Protocol

from assay.extract.problems import Stop, problem
from assay.model.reading import Member, Problem
from assay.settings import Limits

CHUNK = 1 << 20
GRACE = 16 << 20  # bytes before the ratio counts


class Readable(Protocol):
    """Anything with `read(size)`."""

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes, b"" at the end."""
        ...


class MemberBroken(Exception):
    """One member could not be taken out whole; the container goes on."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def chunks_of(stream: Readable) -> Iterator[bytes]:
    """The stream in chunks of 1 MiB."""
    while chunk := stream.read(CHUNK):
        yield chunk


class Spool:
    """Takes members in, one after another. `packed` is the size of the container in bytes."""

    def __init__(
        self, scratch: Path, limits: Limits, packed: int, only: int | None, secret: bool = False
    ) -> None:
        self._secret = secret
        self.members: list[Member] = []
        self.total = 0
        self._scratch = scratch
        self._limits = limits
        self._packed = packed
        self._only = only
        self._next = 0

    def __len__(self) -> int:
        return self._next

    def wanted(self) -> bool:
        """Tell whether the bytes of the next member are asked for."""
        return self._only is None or self._only == self._next

    def skip(self) -> None:
        """Count a member whose bytes are not asked for."""
        self._next += 1

    def refuse(
        self, name: bytes, trouble: Problem, modified: str | None = None, secret: bool = False
    ) -> None:
        """Enter a member that could not be taken out, with the reason."""
        self._admit()
        if self.wanted():
            self.members.append(
                Member(
                    ordinal=self._next,
                    name=components(name),
                    modified=modified,
                    secret=secret or self._secret,
                    problem=trouble,
                )
            )
        self._next += 1

    def add_bytes(self, name: bytes, data: bytes, modified: str | None = None) -> None:
        """Take in a member that is in memory already."""
        self.add(name, (data,), modified)

    def add(
        self,
        name: bytes,
        chunks: Iterable[bytes],
        modified: str | None = None,
        secret: bool = False,
    ) -> None:
        """Take in a member from its chunks.

        A `MemberBroken` or a decompression error raised by `chunks` becomes the member's
        problem; what came out before it is kept. Raises Stop where a limit of the whole
        container is reached.
        """
        self._admit()
        if not self.wanted():
            self._next += 1
            return
        ordinal = self._next
        self._next += 1
        partial = f"{self._scratch}/.taking-{os.getpid()}-{ordinal}"
        digest = hashlib.sha256()
        size = 0
        trouble: Problem | None = None
        where = f"member {ordinal + 1}"
        stop: Stop | None = None
        with open(partial, "wb", buffering=0) as out:
            try:
                for chunk in chunks:
                    size += len(chunk)
                    self.total += len(chunk)
                    if size > self._limits.member:
                        trouble = problem(
                            "limit_member", where, f"over {self._limits.member} bytes"
                        )
                        break
                    self._weigh()
                    digest.update(chunk)
                    _write(out, chunk)
            except MemberBroken as broken:
                trouble = problem(broken.code, where, broken.detail)
            except Stop as reached:
                stop, trouble = reached, reached.problem
            except (zlib.error, OSError, EOFError, ValueError) as error:
                if isinstance(error, OSError) and error.errno is not None:
                    _remove(partial)
                    raise  # the disk, not the member
                trouble = problem("damaged", where, type(error).__name__)
            except Exception as error:
                if type(error).__name__ not in ("LZMAError", "ArchiveError"):
                    _remove(partial)
                    raise
                trouble = problem("damaged", where, type(error).__name__)
        whole = trouble is None or trouble.code in ("checksum", "truncated", "damaged")
        if trouble is not None and (not whole or not size):
            _remove(partial)
            self.members.append(
                Member(
                    ordinal=ordinal,
                    name=components(name),
                    modified=modified,
                    secret=secret or self._secret,
                    problem=trouble,
                )
            )
        else:
            hexes = digest.hexdigest()
            os.replace(partial, f"{self._scratch}/{hexes}")
            self.members.append(
                Member(
                    ordinal=ordinal,
                    name=components(name),
                    digest=f"sha256:{hexes}",
                    size=size,
                    spool=hexes,
                    modified=modified,
                    secret=secret or self._secret,
                    problem=trouble,
                )
            )
        if stop is not None:
            raise stop

    def _admit(self) -> None:
        if self._next >= self._limits.members:
            raise Stop("limit_members", f"member {self._next + 1}")

    def _weigh(self) -> None:
        if self.total > self._limits.output:
            raise Stop("limit_output", f"member {self._next}", f"over {self._limits.output} bytes")
        if self.total > GRACE and self.total > self._limits.ratio * max(self._packed, 1):
            raise Stop("bomb", f"member {self._next}", f"over {self._limits.ratio} times its size")


def _write(out: io.FileIO, chunk: bytes) -> None:
    """All of the chunk: without a buffer the system may take less at once."""
    done = out.write(chunk)
    while done < len(chunk):
        done += out.write(memoryview(chunk)[done:])


def _remove(partial: str) -> None:
    with contextlib.suppress(FileNotFoundError):
        os.unlink(partial)


def components(name: bytes) -> tuple[bytes, ...]:
    """The raw name as components; only `/` divides, since only it does in every container."""
    return tuple(name.split(b"/"))


class Counted(io.RawIOBase):
    """A stream that stops with `bomb` or `limit_output` where it unpacks beyond the limits.

    For readers that hand a decompressing stream to a library which reads as it likes.
    """

    def __init__(self, stream: Readable, packed: int, limits: Limits) -> None:
        self._stream = stream
        self._packed = packed
        self._limits = limits
        self.count = 0

    def readable(self) -> bool:
        """Always: it is for reading."""
        return True

    def readinto(self, buffer: object) -> int:
        """Fill `buffer`. Raises Stop beyond the limits."""
        view = memoryview(buffer)  # type: ignore[arg-type]
        chunk = self._stream.read(len(view))
        view[: len(chunk)] = chunk
        self.count += len(chunk)
        if self.count > self._limits.output:
            raise Stop("limit_output", "", f"over {self._limits.output} bytes")
        if self.count > GRACE and self.count > self._limits.ratio * max(self._packed, 1):
            raise Stop("bomb", "", f"over {self._limits.ratio} times its size")
        return len(chunk)
