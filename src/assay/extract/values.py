"""JSON, JSON lines and property lists: readable, with every escape resolved.

A JSON file that is laid out in lines and holds no escapes is a text file like another: its text
is its decoded bytes. One that hides its words (all on one line, letters as `\\u0438`), a list of
objects and JSON lines are written anew: a list of objects as a table, anything else as lines
`key: value`, indented as they are nested. Property lists are binary or XML and always written
anew. Bytes in them that are files of a known kind are members.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from typing import Any

from assay.extract import charset, tables
from assay.extract.plain import cut_short, note_charset, read_plain, take_in
from assay.extract.plists import plist_of
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="values",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/json", "application/x-plist"),
    limits="archived objects of Apple programs are shown as they are stored",
)
_ESCAPE = re.compile(r"\\u(?!00[01])[0-9a-fA-F]{4}")
_WIDE = 2000  # characters of a line that a person still reads
_MOST = 48 << 20  # bytes of JSON that are held as values; larger files stay text
_COLUMNS = 400
_SAMPLE = 500  # objects whose keys make the columns
_DEEP = 200


def read_json(request: Request, transcript: Transcript) -> None:
    """Read JSON or JSON lines. Raises Stop as `read_plain`, or with `limit_cells`."""
    size = request.path.stat().st_size
    if size > min(_MOST, request.limits.memory // 20) or request.only is not None:
        _as_text(request, transcript)
        return
    data, whole = take_in(request)
    decoded = charset.decode(data)
    text = decoded.text
    rows = _rows(text) if whole else None
    if rows is not None:
        note_charset(transcript, decoded)
        _write_rows(rows, request, transcript)
        return
    if not whole or not (_ESCAPE.search(text) or _is_wide(text)):
        _as_text(request, transcript)
        return
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        transcript.note("json", "not well-formed: shown as it stands")
        _as_text(request, transcript)
        return
    note_charset(transcript, decoded)
    transcript.vouch()
    for line in _lines(value, 0, None):
        transcript.paragraph(line)


def _as_text(request: Request, transcript: Transcript) -> None:
    read_plain(request, transcript)


def _is_wide(text: str) -> bool:
    return any(len(line) > _WIDE for line in text[: 1 << 20].split("\n"))


def _rows(text: str) -> list[dict[str, Any]] | None:
    """The objects of a list or of JSON lines; None where it is neither, or they are few."""
    start = text.lstrip()[:1]
    found: Any = None
    try:
        if start == "[":
            found = json.loads(text)
        elif start == "{":
            lines = [line for line in text.split("\n") if line.strip()]
            if len(lines) < 2 or not lines[0].rstrip().endswith("}"):
                return None
            found = [json.loads(line) for line in lines]
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, list) or len(found) < 2:
        return None
    return found if all(isinstance(one, dict) and one for one in found) else None


def _write_rows(rows: list[dict[str, Any]], request: Request, transcript: Transcript) -> None:
    columns = list(dict.fromkeys(str(key) for row in rows[:_SAMPLE] for key in row))[:_COLUMNS]
    known = set(columns)

    def cells() -> Iterator[tuple[str, list[str]]]:
        for row in rows:
            line = [_short(row.get(name)) for name in columns]
            more = [f"{key}={_short(value)}" for key, value in row.items() if key not in known]
            yield "", line + more

    transcript.vouch()
    transcript.note("json:objects", len(rows))
    tables.Tables(request, transcript).table("", columns, cells())


def _short(value: Any) -> str:
    if isinstance(value, dict | list):
        try:
            return json.dumps(value, ensure_ascii=False)
        except RecursionError:
            return "[nested too deep]"
    return tables.cell(value)


def _lines(value: Any, depth: int, take: Any) -> Iterator[str]:
    """A value as lines; what is nested is indented by two spaces."""
    if depth > _DEEP:
        raise Stop("limit_nesting", "", f"over {_DEEP} levels")
    indent = "  " * depth
    if isinstance(value, dict):
        for key, inner in value.items():
            if isinstance(inner, dict | list) and inner:
                yield f"{indent}{_plain(key)}:"
                yield from _lines(inner, depth + 1, take)
            else:
                yield f"{indent}{_plain(key)}: {_leaf(inner, take)}"
    elif isinstance(value, list):
        for inner in value:
            if isinstance(inner, dict | list) and inner:
                yield f"{indent}-"
                yield from _lines(inner, depth + 1, take)
            else:
                yield f"{indent}- {_leaf(inner, take)}"
    else:
        yield indent + _leaf(value, take)


def _plain(key: Any) -> str:
    return tables.BREAK.sub(" ", str(key))


def _leaf(value: Any, take: Any) -> str:
    if isinstance(value, bytes):
        media = tables.file_in(value)
        if media and take is not None:
            take(f"data.{tables.ending(media)}".encode(), value)
            return f"[{media}, {len(value)} bytes]"
        return f"[{len(value)} bytes]"
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    return tables.cell(value) if not isinstance(value, dict | list) else ""


# ---------------------------------------------------------------- property lists


def read_plist(request: Request, transcript: Transcript) -> None:
    """Read a property list, binary or XML. Raises Stop with `damaged` or `limit_text`."""
    if request.path.stat().st_size > request.limits.memory // 16:
        raise cut_short(request)
    transcript.container = True
    try:
        value = plist_of(request.path.read_bytes())
    except ValueError as error:
        raise Stop("damaged", "", str(error)) from None
    except RecursionError:
        raise Stop("limit_nesting") from None
    spool = transcript.members()
    for line in _lines(value, 0, spool.add_bytes):
        if request.only is None:
            transcript.paragraph(line)
