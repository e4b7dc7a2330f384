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
_BLOCK = 512
_FILES = (b"\0", b"0", b"7")  # a regular file: old, new and contiguous
_BESIDE = (b"L", b"K", b"g", b"N", b"V")  # long names and the like: about other entries
_NO_CONTENT = (b"1", b"2", b"3", b"4", b"5", b"6", b"D")  # links, devices, folders, pipes


def read_tar(request: Request, transcript: Transcript) -> None:
    """Read a plain tar. Raises Stop at the limits of containers."""
    if request.only is None:
        with request.path.open("rb") as stream:
            transcript.expected = count_files(stream)
    with request.path.open("rb") as stream:
        read_stream(stream, transcript)


def read_stream(stream: IO[bytes] | Any, transcript: Transcript) -> None:
    """Read a tar from a stream that only goes forward."""
    transcript.container = True
    spool = transcript.members()
    try:
        with tarfile.open(
            fileobj=stream, mode="r|", encoding="utf-8", errors="surrogateescape"
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


def _take(archive: tarfile.TarFile, entry: tarfile.TarInfo, transcript: Transcript) -> None:
    spool = transcript.members()
    name = entry.name.encode("utf-8", "surrogateescape")
    modified = dates.from_epoch(float(entry.mtime))
    if entry.isreg():
        if not spool.wanted():
            spool.skip()
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


def count_files(stream: Readable) -> int | None:
    """Regular files by their headers, read by hand; None where a header cannot be read.

    Old, ustar, GNU and PAX headers; a size in base 256 or in a PAX record counts.
    """
    count = 0
    pax_size: int | None = None
    while True:
        head = _exactly(stream, _BLOCK)
        if len(head) < _BLOCK or not head.strip(b"\0"):
            return count
        size = _number(head[124:136])
        if size is None:
            return None
        kind = head[156:157]
        if kind in (b"x", b"X"):
            body = _exactly(stream, min(size, 1 << 20))
            pax_size = _pax_size(body)
            _skip(stream, size + -size % _BLOCK - len(body))
            continue
        if kind not in _BESIDE:
            if pax_size is not None:
                size, pax_size = pax_size, None
            if kind in _NO_CONTENT:
                size = 0
            elif not (kind in _FILES and head[:100].rstrip(b"\0").endswith(b"/")):
                count += 1
        _skip(stream, size + -size % _BLOCK)


def _number(digits: bytes) -> int | None:
    if digits[:1] in (b"\x80", b"\xff"):
        return int.from_bytes(digits[1:], "big")
    text = digits.strip(b"\0 ")
    try:
        return int(text, 8) if text else 0
    except ValueError:
        return None


def _pax_size(body: bytes) -> int | None:
    for line in body.split(b"\n"):
        name, _, value = line.partition(b" ")[2].partition(b"=")
        if name == b"size" and value.isdigit():
            return int(value)
    return None


def _exactly(stream: Readable, size: int) -> bytes:
    parts: list[bytes] = []
    while size > 0 and (chunk := stream.read(size)):
        parts.append(chunk)
        size -= len(chunk)
    return b"".join(parts)


def _skip(stream: Readable, size: int) -> None:
    while size > 0 and (chunk := stream.read(min(size, 1 << 20))):
        size -= len(chunk)
