"""Names of members that are in no UTF-8, written out in the charset they seem to be in.

A member keeps the raw bytes of its name, and its path shows them escaped: nobody would find
it by its name. So the container has a page of those names, one a line, read in one charset that
is guessed from all of them together; the page's label says which.
"""

from __future__ import annotations

from assay.extract.transcript import Transcript

_MOST = 100_000  # names
_SAMPLE = 100_000  # bytes by which a charset is told


def write_names(transcript: Transcript) -> None:
    """Add the page, where a member's name is in no UTF-8. Raises Stop at a limit."""
    members = transcript.spool.members if transcript.spool else ()
    foreign = [name for m in members if not _is_utf8(name := b"/".join(m.name))][:_MOST]
    if foreign:
        charset = charset_of(foreign)
        names = [name.decode(charset, "replace").replace("\n", " ") for name in foreign]
        transcript.page("\n".join(names), label=f"names of members in {charset}")


def _is_utf8(name: bytes) -> bool:
    if name.isascii():
        return True
    try:
        name.decode()
    except UnicodeDecodeError:
        return False
    return True


def charset_of(names: list[bytes]) -> str:
    """The charset of names that do not say it, from all of them together; "" for ASCII."""
    joined = b"\n".join(names)[:_SAMPLE]
    if not joined or joined.isascii():
        return ""
    if all(map(_is_utf8, names)):
        return "utf-8"
    import chardet

    found = str(chardet.detect(joined).get("encoding") or "cp437")
    try:
        b"\n".join(names).decode(found)
    except (UnicodeDecodeError, LookupError):
        return "cp437"
    return found.lower()
