"""Zip archives: every entry that is no folder is a member.

Names are kept raw, whatever charset or path they claim; duplicates are members of their
own. Encrypted entries are opened with the passwords given, ZipCrypto and AES. An archive
without a directory is read by its local headers.
"""

from __future__ import annotations

from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.extract.zipped import Archive, Entry, NotZip
from assay.ports import Card

CARD = Card(
    name="zip",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/zip",),
    limits="deflate64, implode, PPMd and Zstandard entries are named, not unpacked",
)


def read_zip(request: Request, transcript: Transcript) -> None:
    """Read an archive. Raises Stop with `damaged` or a limit of containers."""
    transcript.container = True
    transcript.vouch()
    try:
        archive = Archive(request.path)
    except NotZip:
        raise Stop("damaged", "", "no zip entries") from None
    with archive:
        if archive.salvaged:
            transcript.trouble("truncated", "", "the zip has no directory at its end")
        spool = transcript.members()
        password = ""
        locked = False
        for entry in archive.entries:
            if entry.folder:
                continue
            secret = entry.encrypted
            if not secret:
                spool.add(entry.name, archive.chunks(entry), entry.modified)
                continue
            if not spool.wanted():
                spool.skip()
                continue
            found = _password_for(archive, entry, request.passwords, password)
            if found is None:
                locked = True
                spool.refuse(
                    entry.name,
                    problem("encrypted", f"member {len(spool) + 1}"),
                    entry.modified,
                    secret=True,
                )
                continue
            password = found
            spool.add(entry.name, archive.chunks(entry, found), entry.modified, secret=True)
        if locked and not any(m.spool for m in spool.members):
            raise Stop("encrypted")


def _password_for(
    archive: Archive, entry: Entry, passwords: tuple[str, ...], last: str
) -> str | None:
    """The password that opens the entry, the one that opened the last entry first."""
    for password in dict.fromkeys(([last] if last else []) + list(passwords)):
        if archive.opens(entry, password):
            return password
    return None
