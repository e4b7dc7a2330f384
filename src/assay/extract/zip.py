"""Zip archives: every entry that is no folder is a member.

Names are kept raw, whatever charset or path they claim; duplicates are members of their
own. What the charset of the names may be is noted (see member_names.py). Encrypted entries are
opened with the passwords given, ZipCrypto and AES. An archive without a directory is read by its
local headers; where the directory leaves out entries that are there, those are members too, after
the others.
"""

from __future__ import annotations

from assay.extract.member_names import charset_of
from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.extract.zipped import Archive, Entry, NotZip
from assay.ports import Card

CARD = Card(
    name="zip",
    version="2",
    licence="AGPL-3.0-or-later",
    formats=("application/zip",),
    limits="entries packed by shrink, implode or as sound are named, not unpacked",
)
_NOTES = 2_000  # names, comments and links that are noted of one archive


def read_zip(request: Request, transcript: Transcript) -> None:
    """Read an archive. Raises Stop with `damaged` or a limit of containers."""
    transcript.container = True
    transcript.vouch()
    try:
        archive = Archive(request.path, request.volumes)
    except NotZip:
        raise Stop("damaged", "", "no zip entries") from None
    with archive:
        if archive.salvaged:
            transcript.trouble("truncated", "", "the zip has no directory at its end")
        entries = list(archive.entries)
        strays = archive.strays()
        if strays:
            transcript.note("zip:not in its directory", len(strays))
        if request.only is None:
            _describe(archive, entries + strays, transcript)
        spool = transcript.members()
        password = ""
        locked = False
        for entry in entries + strays:
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
        met = sum(1 for entry in strays if not entry.folder)
        if archive.promised is not None and archive.promised <= len(entries):
            transcript.beyond += met  # else the directory breaks off, and they are promised
        if locked and not any(m.spool for m in spool.members):
            raise Stop("encrypted")


def _describe(archive: Archive, entries: list[Entry], transcript: Transcript) -> None:
    """Note what is said beside the members: comments, links, names in other charsets."""
    if archive.comment:
        transcript.note("zip:comment", _decoded(archive.comment, charset_of([archive.comment])))
    files = [entry for entry in entries if not entry.folder]
    unclear = [e.name for e in files if e.unicode_name is None and not e.name.isascii()]
    charset = charset_of(unclear)
    if charset:
        transcript.note("zip:charset of names", f"{charset} (guessed)")
    for number, entry in enumerate(files[:_NOTES], 1):
        name = entry.unicode_name or _decoded(entry.name, charset)
        if entry.name.decode("utf-8", "replace") != name:
            transcript.note(f"zip:name of member {number}", name)
        if entry.comment:
            transcript.note(
                f"zip:comment of member {number}",
                _decoded(entry.comment, "utf-8" if entry.flags & 0x800 else charset),
            )
        if entry.link:
            transcript.note("zip:symlink", name)
        local = archive.local_name(entry)
        if local is None:
            transcript.note(f"zip:member {number}", "in the directory, without a local header")
        elif local != entry.name:
            transcript.note(
                f"zip:member {number}", f"its local header says {_decoded(local, charset)}"
            )


def _decoded(raw: bytes, charset: str) -> str:
    return raw.decode(charset or "utf-8", "replace")


def _password_for(
    archive: Archive, entry: Entry, passwords: tuple[str, ...], last: str
) -> str | None:
    """The password that opens the entry, the one that opened the last entry first."""
    for password in dict.fromkeys(([last] if last else []) + list(passwords)):
        if archive.opens(entry, password):
            return password
    return None
