"""7z, RAR, CAB, ISO 9660, CPIO, XAR and LHA, by the system's libarchive in this process.

Where the library is not installed every such file gives problem `tool_missing` with the
command that adds it. Members are counted by a pass over the headers of its own. Encrypted
7z archives are beyond this library and are said to be so.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from assay.extract import dates
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="archive",
    version="1 libarchive",
    licence="AGPL-3.0-or-later",
    formats=(
        "application/vnd.rar", "application/vnd.ms-cab-compressed",
        "application/x-iso9660-image", "application/x-cpio", "application/x-xar",
        "application/x-lha", "application/x-archive",
    ),
    limits="encrypted 7z and some RAR features stay closed",
)  # fmt: skip
_LIBRARY = "libarchive.so.13"
_PACKAGE = "libarchive13"
_SEVEN = "Unpack it with `7zz x -p` and add the folder, or leave it: custody is complete."
_ADD = f"Install it: sudo apt-get install {_PACKAGE}, then run `assay retry`."


def _library() -> Any:
    # named outright, because looking it up would start a compiler, which the jail forbids
    os.environ.setdefault("LIBARCHIVE", _LIBRARY)
    try:
        import libarchive
    except (OSError, TypeError, AttributeError):
        raise Stop("tool_missing", "", _PACKAGE, _ADD) from None
    return libarchive


def read_archive(request: Request, transcript: Transcript) -> None:
    """Read an archive. Raises Stop with `tool_missing`, `encrypted`, `damaged` or a limit."""
    transcript.container = True
    library = _library()
    from libarchive.exception import ArchiveError as failed

    if request.only is None:
        try:
            with _opened(library, request, "") as archive:
                transcript.expected = sum(1 for entry in archive if entry.isreg)
        except failed:
            transcript.expected = None
    spool = transcript.members()
    tries = ("", *request.passwords)
    for number, password in enumerate(tries):
        try:
            with _opened(library, request, password) as archive:
                for entry in archive:
                    _take(entry, transcript, bool(password))
            break
        except failed as error:
            said = str(error).lower()
            locked = any(mark in said for mark in ("passphrase", "encrypt", "password"))
            if locked and not len(spool):
                if number + 1 < len(tries):
                    continue
                raise Stop("encrypted", "", "", _SEVEN) from None
            if locked:
                raise Stop("encrypted", f"member {len(spool) + 1}", "", _SEVEN) from None
            code = "truncated" if "truncated" in said else "damaged"
            raise Stop(code, f"member {len(spool) + 1}", "libarchive") from None
    members = spool.members
    if members and all(m.problem and m.problem.code == "encrypted" for m in members):
        raise Stop("encrypted", "", "", _SEVEN)


def _opened(library: Any, request: Request, password: str) -> Any:
    return library.file_reader(str(request.path), passphrase=password or None, header_codec="utf-8")


def _take(entry: Any, transcript: Transcript, secret: bool) -> None:
    spool = transcript.members()
    name = _name(entry)
    if not entry.isreg:
        if not entry.isdir:
            transcript.note("archive:link", name.decode("utf-8", "replace"))
        return
    modified = dates.from_epoch(float(entry.mtime or 0))
    if not spool.wanted():
        spool.skip()
        return
    spool.add(name, _blocks(entry), modified, secret)


def _name(entry: Any) -> bytes:
    """The raw name; libarchive gives text where its charset is known."""
    from libarchive import ffi

    try:
        raw = ffi.entry_pathname(entry._entry_p)
    except Exception:  # noqa: BLE001 - any failure of the binding: the wide name is left
        raw = None
    if raw:
        return bytes(raw)
    return str(entry.pathname or "unnamed").encode("utf-8", "surrogateescape")


def _blocks(entry: Any) -> Iterator[bytes]:
    try:
        for block in entry.get_blocks(1 << 20):
            yield bytes(block)
    except Exception as error:
        if type(error).__name__ != "ArchiveError":
            raise
        said = str(error).lower()
        if any(mark in said for mark in ("passphrase", "encrypt", "password")):
            raise MemberBroken("encrypted") from None
        code = "checksum" if "crc" in said or "checksum" in said else "damaged"
        raise MemberBroken(code, "libarchive") from None
