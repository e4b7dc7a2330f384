"""CAB, ISO 9660, CPIO, XAR, LHA, AR and Debian packages, by the system's libarchive.

It runs in this process. Where the library is not installed every such file gives problem
`tool_missing` with the command that adds it. Links and devices are noted, not followed.
"""

from __future__ import annotations

import ctypes
import io
import locale
import logging
import os
from collections.abc import Generator, Iterator
from typing import Any

from assay.extract import dates, volumes
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="archive",
    version="2 libarchive",
    licence="AGPL-3.0-or-later",
    formats=(
        "application/vnd.ms-cab-compressed", "application/x-iso9660-image", "application/x-cpio",
        "application/x-xar", "application/x-lha", "application/x-archive", "application/x-rpm",
    ),
    limits="a cabinet that goes on in another one is read as far as it goes",
)  # fmt: skip
_AR = "application/x-archive"
_AR_TABLES = (b"/", b"//", b"/SYM64/")  # of symbols and of long names: no members
_LIBRARY = "libarchive.so.13"
_PACKAGE = "libarchive13"
_BY_HAND = "Unpack it with `7zz x` or `unar` and add the folder, or leave it: custody is complete."
_ADD = f"Install it: sudo apt-get install {_PACKAGE}, then run `assay retry`."


def library() -> Any:
    """The libarchive binding. Raises Stop with `tool_missing`."""
    # named outright, because looking it up would start a compiler, which the jail forbids
    os.environ.setdefault("LIBARCHIVE", _LIBRARY)
    if locale.setlocale(locale.LC_CTYPE, None) in ("C", "POSIX"):
        # names are turned into the locale's charset on their way out, and ASCII loses them
        try:
            locale.setlocale(locale.LC_CTYPE, "C.UTF-8")
        except locale.Error:
            pass  # then such names come as nothing and are given a number
    try:
        import libarchive
    except (OSError, TypeError, AttributeError):
        raise Stop("tool_missing", "", _PACKAGE, _ADD) from None
    logging.getLogger("libarchive").setLevel(logging.ERROR)  # warnings become problems
    return libarchive


def read_archive(request: Request, transcript: Transcript) -> None:
    """Read an archive. Raises Stop with `encrypted`, `damaged`, `tool_missing` or a limit."""
    transcript.container = True
    binding = library()
    spool = transcript.members()
    try:
        with (
            volumes.opened(request.volumes or [request.path]) as stream,
            binding.stream_reader(stream, block_size=1 << 16) as archive,
        ):
            for entry in archive:
                _take(entry, transcript)
    except binding.ArchiveError as error:
        code = code_of(error)
        where = f"member {len(spool) + 1}" if len(spool) else ""
        raise Stop(code, where, "libarchive", _BY_HAND if code == "encrypted" else "") from None


def code_of(error: Exception) -> str:
    """The problem code for what libarchive says."""
    said = str(error).lower()
    if any(mark in said for mark in ("passphrase", "encrypt", "password")):
        return "encrypted"
    if "crc" in said or "checksum" in said:
        return "checksum"
    if "truncated" in said or "end of file" in said or "end-of-file" in said:
        return "truncated"
    if "unsupported" in said or "not supported" in said or "unavailable" in said:
        return "unsupported"
    return "damaged"


def _take(entry: Any, transcript: Transcript) -> None:
    spool = transcript.members()
    name = _name(entry)
    link = _link(entry)
    regular = entry.isreg or not entry.filetype  # GNU ar writes a mode without a type
    if transcript.type == _AR and name in _AR_TABLES:
        return
    if link and not (regular and entry.size):  # some formats keep the bytes with the last name
        transcript.note("archive:link", f"{name.decode('utf-8', 'replace')} -> {link}")
        return
    if not regular:
        if not entry.isdir:
            transcript.note("archive:special", name.decode("utf-8", "replace"))
        return
    modified = dates.from_epoch(float(entry.mtime or 0))
    if not spool.wanted():
        spool.skip()
        return
    spool.add(name or f"unnamed {len(spool) + 1}".encode(), blocks(entry), modified)


def _link(entry: Any) -> str:
    """Where a symbolic or hard link points, "" for what is none."""
    from libarchive import ffi

    for kind in (ffi.entry_symlink, ffi.entry_hardlink):
        raw = kind(entry._entry_p)
        if raw:
            return bytes(raw).decode("utf-8", "replace")
    return ""


def _name(entry: Any) -> bytes:
    """The raw name; libarchive gives text where its charset is known."""
    from libarchive import ffi

    raw = ffi.entry_pathname(entry._entry_p)
    if raw:
        return bytes(raw)
    return str(ffi.entry_pathname_w(entry._entry_p) or "").encode("utf-8", "surrogateescape")


def blocks(entry: Any) -> Iterator[bytes]:
    """The bytes of an entry. Raises MemberBroken.

    The binding takes a warning (a wrong checksum) for a count of bytes: here it is a break, and
    what stood in the buffer before it is given.
    """
    from libarchive import ffi

    size = 1 << 20
    buffer = ctypes.create_string_buffer(size)
    left = entry.size if entry.size is not None else 0
    while True:
        try:
            count = ffi.read_data(entry._archive_p, buffer, size)
        except Exception as error:
            if type(error).__name__ != "ArchiveError":
                raise
            raise MemberBroken(code_of(error), "libarchive") from None
        if not count:
            return
        if count < 0:
            if 0 < left <= size:
                yield buffer.raw[:left]
            said = ffi.error_string(entry._archive_p) or b""
            words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
            raise MemberBroken(code_of(Exception(words)), "libarchive")
        left -= count
        yield buffer.raw[:count]


class Chunks(io.RawIOBase):
    """Chunks as a stream that only goes forward. `loud`: a break is raised, else it is the end."""

    def __init__(self, chunks: Iterator[bytes], *, loud: bool = False) -> None:
        self._loud = loud
        self._chunks = chunks
        self._held = b""

    def readable(self) -> bool:
        """Always."""
        return True

    def close(self) -> None:
        """Let go of where the chunks come from."""
        if isinstance(self._chunks, Generator):
            self._chunks.close()
        super().close()

    def readinto(self, buffer: object, /) -> int:
        """Fill `buffer` as far as one chunk goes."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        while not self._held:
            try:
                self._held = next(self._chunks)
            except StopIteration:
                return 0
            except MemberBroken:
                if self._loud:
                    raise
                return 0  # ends here; the library says truncated
        count = min(len(view), len(self._held))
        view[:count] = self._held[:count]
        self._held = self._held[count:]
        return count


def raw_stream(chunks: Iterator[bytes], packing: str) -> Iterator[bytes]:
    """Undo a packing (`zstd`, `lz4`, `compress`, `lzma`, `lzip`). Raises MemberBroken."""
    binding = library()
    stream = Chunks(chunks)
    try:
        with binding.stream_reader(stream, "raw", packing, 1 << 16) as opened:
            for entry in opened:
                yield from blocks(entry)
                return
    except binding.ArchiveError as error:
        raise MemberBroken(code_of(error), "libarchive") from None
    finally:
        stream.close()
