"""One file packed by gzip, bzip2, xz, LZMA, Zstandard, LZ4, compress or lzip.

A tar inside it is read as the tar it is.

The single member takes the name in the gzip header, else the exhibit's own name without
its ending.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zlib
from collections.abc import Iterator
from typing import IO, Any

from assay.extract import dates, types, volumes
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.spool import Counted, MemberBroken, chunks_of
from assay.extract.tar import read_stream
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="packed",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(types.GZIP, types.BZIP2, types.XZ, types.LZMA, *types.PACKED),
    limits="a tar inside Zstandard, LZ4, compress or lzip is not counted a second time",
)
# what the system's libarchive undoes: media type -> its name there
_BY_LIBRARY = {
    "application/zstd": "zstd", "application/x-lz4": "lz4", "application/x-compress": "compress",
    "application/x-lzip": "lzip",
}  # fmt: skip
_ERRORS = (MemberBroken, OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)
_TAR_ENDINGS = {"tgz": "tar", "tbz": "tar", "tbz2": "tar", "txz": "tar", "svgz": "svg"}


def read_packed(request: Request, transcript: Transcript) -> None:
    """Read a packed file or a packed tar. Raises Stop at the limits of containers."""
    transcript.container = True
    transcript.vouch()
    try:
        with _unpacked(request) as stream:
            head = stream.read(types.HEAD)
    except _ERRORS as error:
        raise Stop("damaged", "", type(error).__name__) from None
    if head[257:262] == b"ustar" or types.is_old_tar(head):
        _read_tar(request, transcript)
        return
    spool = transcript.members()
    name, modified = _name(request)
    with _unpacked(request) as stream:
        spool.add(name, _chunks(stream), modified)


def _unpacked(request: Request) -> IO[bytes]:
    if request.type in _BY_LIBRARY:
        from assay.extract.archive import Chunks, raw_stream

        packing = _BY_LIBRARY[request.type]
        return io.BufferedReader(Chunks(raw_stream(_packed(request), packing), loud=True))
    opener: Any = {
        types.GZIP: gzip.open, types.BZIP2: bz2.open, types.XZ: lzma.open, types.LZMA: lzma.open,
    }  # fmt: skip
    stream: IO[bytes] = opener[request.type](
        volumes.opened(request.volumes) if request.volumes else request.path, "rb"
    )
    return stream


def _packed(request: Request) -> Iterator[bytes]:
    with volumes.opened(request.volumes or [request.path]) as stream:
        yield from chunks_of(stream)


def _chunks(stream: IO[bytes]) -> Iterator[bytes]:
    read: Any = getattr(stream, "read1", stream.read)  # gives what is there before it fails
    try:
        while chunk := read(1 << 17):
            yield chunk
    except EOFError:
        raise MemberBroken("truncated", "the compressed data ends early") from None
    except (OSError, zlib.error, lzma.LZMAError, ValueError) as error:
        crc = "CRC" in str(error)
        raise MemberBroken("checksum" if crc else "damaged", type(error).__name__) from None


def _read_tar(request: Request, transcript: Transcript) -> None:
    transcript.note("packed:holds", "tar")
    packed = request.path.stat().st_size
    try:
        with _unpacked(request) as stream:
            read_stream(io.BufferedReader(Counted(stream, packed, request.limits)), transcript)
    except EOFError:
        raise Stop("truncated", "", "the compressed data ends early") from None
    except MemberBroken as broken:
        raise Stop(broken.code, "", broken.detail) from None
    except (OSError, zlib.error, lzma.LZMAError, ValueError) as error:
        raise Stop("damaged", "", type(error).__name__) from None


def _name(request: Request) -> tuple[bytes, str | None]:
    """(name, time) of the one member."""
    stem = request.name.rpartition(b".")[0] or request.name + b".unpacked"
    modified = None
    if request.type == types.GZIP:
        with request.path.open("rb") as stream:
            head = stream.read(4096)
        modified = dates.from_epoch(int.from_bytes(head[4:8], "little"))
        if len(head) > 10 and head[3] & 8:
            at = 10
            if head[3] & 4:
                at += 2 + int.from_bytes(head[10:12], "little")
            given = head[at:].partition(b"\0")[0]
            if given:
                return given, modified
    ending = _TAR_ENDINGS.get(request.suffix)
    return (stem + b"." + ending.encode() if ending else stem), modified
