"""The summary information of an OLE2 file: title, author, times ([MS-OLEPS]), by olefile."""

from __future__ import annotations

import datetime
import struct
from pathlib import Path
from typing import Any

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
            note_properties(ole, transcript)
    except OSError:
        transcript.note("ole:broken", "the summary information could not be read")


def note_properties(ole: Any, transcript: Transcript) -> None:
    """Note what the two summary streams of an opened file say; see `read_properties`."""
    try:
        found = ole.get_metadata()
        custom = _custom(ole)
    except Exception:  # noqa: BLE001 - metadata that cannot be read is metadata not there
        transcript.note("ole:broken", "the summary information could not be read")
        return
    for given, said in custom:
        transcript.note(f"custom:{given}", said)
    names = [n for n in (*found.SUMMARY_ATTRIBS, *found.DOCSUM_ATTRIBS) if n not in _SKIPPED]
    for name in names:
        value = getattr(found, name, None)
        if value is not None and value != "" and value != b"":
            transcript.note(f"ole:{name}", _written(value, found.codepage))
    transcript.title = _written(found.title, found.codepage) or None
    transcript.author = _written(found.author, found.codepage) or None
    transcript.created = _moment(found.create_time)
    transcript.modified = _moment(found.last_saved_time)


def _custom(ole: Any) -> list[tuple[str, str]]:
    """(name, value) of the properties that people gave, by [MS-OLEPS] 2.21."""
    name = "\x05DocumentSummaryInformation"
    if not ole.exists(name):
        return []
    body = ole.openstream(name).read()
    try:
        if struct.unpack_from("<I", body, 24)[0] < 2:
            return []
        start = struct.unpack_from("<I", body, 64)[0]
        return _section(body[start:])
    except (struct.error, ValueError, IndexError):
        return [("broken", "the custom properties could not be read")]


def _section(body: bytes) -> list[tuple[str, str]]:
    count = min(struct.unpack_from("<I", body, 4)[0], 10_000)
    places = dict(struct.unpack_from("<II", body, 8 + 8 * n) for n in range(count))
    codepage = 1252
    if 1 in places:
        codepage = struct.unpack_from("<H", body, places[1] + 4)[0]
    names: dict[int, str] = {}
    if 0 in places:
        at = places[0]
        entries = min(struct.unpack_from("<I", body, at)[0], 10_000)
        at += 4
        for _ in range(entries):
            number, length = struct.unpack_from("<II", body, at)
            at += 8
            if codepage == 1200:
                raw = body[at : at + 2 * length].decode("utf-16-le", "replace")
                at += 2 * length + -2 * length % 4
            else:
                raw = _written(body[at : at + length], codepage)
                at += length
            names[number] = raw.rstrip("\0")
    found = []
    for number, place in places.items():
        if number > 1:
            value = _variant(body, place, codepage)
            if value:
                found.append((names.get(number, str(number)), value))
    return found


def _variant(body: bytes, at: int, codepage: int) -> str:
    kind = struct.unpack_from("<I", body, at)[0] & 0xFFFF
    at += 4
    if kind in (0x1E, 0x08):
        length = struct.unpack_from("<I", body, at)[0]
        raw = body[at + 4 : at + 4 + length]
        if codepage == 1200:
            return raw.decode("utf-16-le", "replace").rstrip("\0")
        return _written(raw, codepage)
    if kind == 0x1F:
        length = struct.unpack_from("<I", body, at)[0]
        return body[at + 4 : at + 4 + 2 * length].decode("utf-16-le", "replace").rstrip("\0")
    if kind == 0x40:
        moment = struct.unpack_from("<Q", body, at)[0]
        seconds = moment / 10**7 - 11_644_473_600
        if not 0 < seconds < 2**33:
            return str(moment)
        return dates.in_utc(datetime.datetime.fromtimestamp(seconds, datetime.UTC))
    for form, kinds in (
        ("<i", (3, 22)),
        ("<I", (19, 23)),
        ("<h", (2,)),
        ("<d", (5,)),
        ("<q", (20,)),
    ):
        if kind in kinds:
            return str(struct.unpack_from(form, body, at)[0])
    if kind == 0x0B:
        return "true" if struct.unpack_from("<H", body, at)[0] else "false"
    return ""


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
