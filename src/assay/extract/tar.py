"""Tar archives: every regular file is a member; links are noted, not followed.

A hard link gives the content of the file it names, as a member of its own. Symbolic links,
devices and pipes have no content; their names are metadata. The headers are counted by
hand in a pass of its own, apart from the library that reads them.
"""

from __future__ import annotations

import struct
import tarfile
from collections.abc import Iterator
from typing import IO, Any

from assay.extract import dates
from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.spool import MemberBroken, Readable, chunks_of
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="tar",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/x-tar",),
    limits="sparse files come out with their holes filled",
)


def read_tar(request: Request, transcript: Transcript) -> None:
    """Read a plain tar. Raises Stop at the limits of containers."""
    with request.path.open("rb") as stream:
        read_stream(stream, transcript)


def read_stream(stream: IO[bytes] | Any, transcript: Transcript) -> None:
    """Read a tar from a stream that only goes forward."""
    transcript.container = True
    transcript.vouch()
    transcript.container = True  # one of folders alone holds nothing, and is none the less one
    spool = transcript.members()
    try:
        with tarfile.open(
            fileobj=_Ending(stream),  # type: ignore[call-overload]  # it is read and never written
            mode="r|",
            encoding="utf-8",
            errors="surrogateescape",
        ) as archive:
            for entry in archive:
                _take(archive, entry, transcript)
    except tarfile.ReadError as error:
        code = (
            "truncated" if "end of data" in str(error) or "unexpected" in str(error) else "damaged"
        )
        raise Stop(code, f"member {len(spool) + 1}", "tar header") from None
    except (tarfile.TarError, struct.error, ValueError, EOFError) as error:
        raise Stop("damaged", f"member {len(spool) + 1}", type(error).__name__) from None


class _Ending:
    """A stream that says when its end is passed again and again.

    tarfile steps over what it skips block by block, and goes on for hours where a size says that
    there are terabytes left to step over.
    """

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._empty = 0

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes. Raises ReadError at the hundredth call behind the end."""
        chunk = self._stream.read(size)
        self._empty = 0 if chunk else self._empty + 1
        if self._empty > 100:
            raise tarfile.ReadError("unexpected end of data")
        return chunk


def _take(archive: tarfile.TarFile, entry: tarfile.TarInfo, transcript: Transcript) -> None:
    spool = transcript.members()
    name = entry.name.encode("utf-8", "surrogateescape")
    modified = dates.from_epoch(float(entry.mtime))
    if entry.isreg():
        if not spool.wanted():
            spool.skip()
            return
        if entry.size < 0:
            spool.refuse(name, problem("damaged", f"member {len(spool) + 1}", "negative"), modified)
            return
        body = archive.extractfile(entry)
        if body is None:
            spool.refuse(name, problem("damaged", f"member {len(spool) + 1}"), modified)
            return
        try:
            spool.add(name, _whole(body, entry.size), modified)
        except tarfile.ReadError:
            spool.refuse(name, problem("truncated", f"member {len(spool) + 1}"), modified)
    elif entry.isdir():
        return
    else:
        kind = "link" if entry.islnk() else "symlink" if entry.issym() else "special"
        transcript.note(f"tar:{kind}", f"{entry.name} -> {entry.linkname}".rstrip(" ->"))


def _whole(body: IO[bytes], size: int) -> Iterator[bytes]:
    """The chunks of a file; says so where it is shorter than its header promises."""
    count = 0
    try:
        for chunk in chunks_of(body):
            count += len(chunk)
            yield chunk
    except tarfile.ReadError:
        raise MemberBroken("truncated", "the archive ends inside it") from None
    if count < size:
        raise MemberBroken("truncated", "the archive ends inside it")
