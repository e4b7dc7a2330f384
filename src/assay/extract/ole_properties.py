"""The properties of an OLE2 file: title, author, times, and what people added ([MS-OLEPS]).

Read by hand with a bound on every count: a count of four thousand million in a list of a few
bytes is one of the oldest traps. A property that cannot be read is left out; a stream that
cannot be read is said to be broken.
"""

from __future__ import annotations

import datetime
import struct
from pathlib import Path
from typing import Any

import olefile  # type: ignore[import-untyped]

from assay.extract import compound, dates
from assay.extract.transcript import Transcript

_SUMMARY = (
    "title", "subject", "author", "keywords", "comments", "template", "last_saved_by",
    "revision_number", "total_edit_time", "last_printed", "create_time", "last_saved_time",
    "num_pages", "num_words", "num_chars", "", "creating_application", "security",
)  # fmt: skip
_DOCUMENT = (
    "category", "presentation_target", "bytes", "lines", "paragraphs", "slides", "notes",
    "hidden_slides", "mm_clips", "scale_crop", "", "titles_of_parts", "manager", "company",
    "links_dirty", "chars_with_spaces", "", "shared_doc", "link_base", "", "hlinks_changed",
    "version", "", "content_type", "content_status", "language", "doc_version",
)  # fmt: skip
_STREAMS = (("\x05SummaryInformation", _SUMMARY), ("\x05DocumentSummaryInformation", _DOCUMENT))
_MOST = 10_000  # properties of one set, and values of one list
_NUMBERS = {
    2: "<h", 3: "<i", 4: "<f", 5: "<d", 16: "<b", 17: "<B", 18: "<H", 19: "<I", 20: "<q",
    21: "<Q", 22: "<i", 23: "<I",
}  # fmt: skip


def read_properties(path: Path, transcript: Transcript) -> None:
    """Note what the two summary streams of a file say; a broken one says nothing."""
    if not olefile.isOleFile(str(path)):
        return
    try:
        with compound.opened(path) as ole:
            note_properties(ole, transcript)
    except OSError:
        transcript.note("ole:broken", "the summary information could not be read")


def note_properties(ole: Any, transcript: Transcript) -> None:
    """Note what the two summary streams of an opened file say; see `read_properties`."""
    found: dict[str, str] = {}
    custom: list[tuple[str, str]] = []
    for stream, names in _STREAMS:
        try:
            if not ole.exists(stream):
                continue
            body = ole.openstream(stream).read()
            count, first = struct.unpack_from("<I", body, 24)[0], struct.unpack_from("<I", body, 44)
            for number, value in _section(body[first[0] :]).items():
                name = names[number - 2] if 2 <= number < len(names) + 2 else ""
                if name:
                    found[name] = value
            if count > 1 and names is _DOCUMENT:
                custom = _named(body[struct.unpack_from("<I", body, 64)[0] :])
        except (struct.error, ValueError, IndexError, OSError):
            transcript.note("ole:broken", "the summary information could not be read")
    for given, value in custom:
        transcript.note(f"custom:{given}", value)
    for name, value in found.items():
        transcript.note(f"ole:{name}", value)
    transcript.title = found.get("title") or None
    transcript.author = found.get("author") or None
    transcript.created = _time(found.get("create_time"))
    transcript.modified = _time(found.get("last_saved_time"))


def _time(value: str | None) -> str | None:
    return value if value and value.endswith("Z") else None


def _places(body: bytes) -> tuple[dict[int, int], int]:
    """(property -> place, code page) of a section."""
    count = min(struct.unpack_from("<I", body, 4)[0], _MOST)
    places: dict[int, int] = {}
    for number in range(min(count, (len(body) - 8) // 8)):
        name, place = struct.unpack_from("<II", body, 8 + 8 * number)
        places.setdefault(name, place)
    codepage = 1252
    if 1 in places and places[1] + 6 <= len(body):
        codepage = struct.unpack_from("<H", body, places[1] + 4)[0]
    return places, codepage


def _section(body: bytes) -> dict[int, str]:
    """Property -> value, those that say something."""
    places, codepage = _places(body)
    found: dict[int, str] = {}
    for number, place in places.items():
        if number < 2:
            continue
        try:
            value = _variant(body, place, codepage, number == 10)
        except (struct.error, ValueError):
            continue
        if value:
            found[number] = value
    return found


def _named(body: bytes) -> list[tuple[str, str]]:
    """(name, value) of a section that has a dictionary."""
    places, codepage = _places(body)
    names: dict[int, str] = {}
    if 0 in places:
        at = places[0]
        entries = min(struct.unpack_from("<I", body, at)[0], _MOST)
        at += 4
        for _ in range(entries):
            if at + 8 > len(body):
                break
            number, length = struct.unpack_from("<II", body, at)
            at += 8
            size = 2 * length + -2 * length % 4 if codepage == 1200 else length
            names[number] = _letters(body[at : at + size], codepage)
            at += size
    return [(names.get(n, str(n)), value) for n, value in _section(body).items()]


def _variant(body: bytes, at: int, codepage: int, span: bool = False) -> str:
    kind = struct.unpack_from("<I", body, at)[0]
    at += 4
    if kind & 0x1000:
        count = struct.unpack_from("<I", body, at)[0]
        return _list(body, at + 4, min(count, _MOST), kind & 0xFFF, codepage)
    if kind in (0x1E, 0x08, 0x1F):
        return _text(body, at, kind, codepage)[0]
    if kind == 0x40:
        moment = struct.unpack_from("<Q", body, at)[0]
        if span:
            return str(moment // 10**7) if moment else ""
        seconds = moment / 10**7 - 11_644_473_600
        if not 0 < seconds < 2**33:
            return ""
        return dates.in_utc(datetime.datetime.fromtimestamp(int(seconds), datetime.UTC))
    if kind == 0x0B:
        return "True" if struct.unpack_from("<H", body, at)[0] else "False"
    if kind in _NUMBERS:
        return str(struct.unpack_from(_NUMBERS[kind], body, at)[0])
    return ""


def _text(body: bytes, at: int, kind: int, codepage: int) -> tuple[str, int]:
    """(string, the place behind it)."""
    length = struct.unpack_from("<I", body, at)[0]
    size = 2 * length if kind == 0x1F else length
    if at + 4 + size > len(body):
        raise ValueError
    raw = body[at + 4 : at + 4 + size]
    return _letters(raw, 1200 if kind == 0x1F else codepage), at + 4 + size + -size % 4


def _list(body: bytes, at: int, count: int, kind: int, codepage: int) -> str:
    """The strings of a list; other lists say nothing by themselves."""
    if kind not in (0x1E, 0x1F):
        return ""
    found: list[str] = []
    for _ in range(count):
        if at + 4 > len(body):
            break
        try:
            text, padded = _text(body, at, kind, codepage)
        except ValueError:
            break
        length = struct.unpack_from("<I", body, at)[0]
        at = padded if kind == 0x1F else at + 4 + length  # narrow ones are not padded
        found.append(text)
    return ", ".join(f for f in found if f)


def _letters(raw: bytes, codepage: int) -> str:
    if codepage == 1200:
        return raw[: len(raw) // 2 * 2].decode("utf-16-le", "replace").partition("\0")[0]
    charset = "utf-8" if codepage == 65001 else f"cp{codepage}"
    try:
        return raw.decode(charset, "replace").partition("\0")[0]
    except LookupError:
        return raw.decode("cp1252", "replace").partition("\0")[0]
