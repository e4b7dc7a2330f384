"""The summary information of an OLE2 file: title, author, times ([MS-OLEPS]), by olefile."""

from __future__ import annotations

import datetime
from pathlib import Path

import olefile  # type: ignore[import-untyped]

from assay.extract import dates
from assay.extract.transcript import Transcript

_SKIPPED = ("thumbnail", "codepage", "codepage_doc")


def read_properties(path: Path, transcript: Transcript) -> None:
    """Note what the two summary streams say; a broken one says nothing."""
    if not olefile.isOleFile(str(path)):
        return
    try:
        with olefile.OleFileIO(str(path)) as ole:
            found = ole.get_metadata()
    except Exception:  # noqa: BLE001 - metadata that cannot be read is metadata not there
        transcript.note("ole:broken", "the summary information could not be read")
        return
    names = [n for n in (*found.SUMMARY_ATTRIBS, *found.DOCSUM_ATTRIBS) if n not in _SKIPPED]
    for name in names:
        value = getattr(found, name, None)
        if value is not None and value != "" and value != b"":
            transcript.note(f"ole:{name}", _written(value, found.codepage))
    transcript.title = _written(found.title, found.codepage) or None
    transcript.author = _written(found.author, found.codepage) or None
    transcript.created = _moment(found.create_time)
    transcript.modified = _moment(found.last_saved_time)


def _moment(value: object) -> str | None:
    if isinstance(value, datetime.datetime) and value.year > 1601:
        return dates.in_utc(value.replace(tzinfo=datetime.UTC))
    return None


def _written(value: object, codepage: int | None) -> str:
    if isinstance(value, bytes):
        charset = "utf-8" if codepage in (65001, -535) else f"cp{(codepage or 1252) & 0xFFFF}"
        try:
            return value.decode(charset, "replace").rstrip("\0")
        except LookupError:
            return value.decode("cp1252", "replace").rstrip("\0")
    if isinstance(value, datetime.datetime):
        return _moment(value) or ""
    return "" if value is None else str(value)
