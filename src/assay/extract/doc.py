"""Word 97 to 2003, and Word 6 and 95: the text by its piece table ([MS-DOC] 2.4.1).

The body comes first, then footnotes, headers, comments, endnotes and text boxes, as the file
stores them; cells are divided by tabs. Field codes are dropped, their results kept. Text
deleted under change tracking is not told apart from the rest.
"""

from __future__ import annotations

import re
import struct
from typing import Any

import olefile  # type: ignore[import-untyped]

from assay.extract.ole_properties import read_properties
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="doc",
    version="1 olefile",
    licence="AGPL-3.0-or-later",
    formats=("application/msword",),
    limits="deleted text is not told apart; pictures and embedded objects are not taken out",
)
_WORD_97 = 0xC1  # the first version whose text stands in pieces
_PIECES = 2_000_000
_OTHER = str.maketrans(
    {"\x0b": "\n", "\x0c": "\n", "\x1e": "\u2011", "\x1f": "\u00ad", "\x0e": "\n"}
    | dict.fromkeys("\x00\x01\x02\x03\x04\x05\x06\x08\x10\x11\x12", "")
)
_CELL_END = re.compile("\x07\x07")


def read_doc(request: Request, transcript: Transcript) -> None:
    """Read a Word file. Raises Stop with `encrypted`, `damaged` or `truncated`."""
    if not olefile.isOleFile(str(request.path)):
        raise Stop("no_reader", "", "Word before version 6")
    with olefile.OleFileIO(str(request.path)) as ole:
        if not ole.exists("WordDocument"):
            raise Stop("damaged", "", "no WordDocument stream")
        main = ole.openstream("WordDocument").read()
        if len(main) < 0x200 and len(main) < 0x60:
            raise Stop("truncated", "", "the header")
        version, flags = struct.unpack_from("<H", main, 2)[0], struct.unpack_from("<H", main, 10)[0]
        if flags & 0x0100:
            _unseal(request, transcript)
            return
        if version < _WORD_97:
            parts = [_old_text(main)]
        else:
            table = "1Table" if flags & 0x0200 else "0Table"
            if not ole.exists(table):
                raise Stop("damaged", "", "no table stream")
            parts = _parts(main, ole.openstream(table).read())
        left_in(ole, transcript, "ObjectPool")
        if ole.exists("Data"):
            data = ole.openstream("Data").read()
            pictures = data.count(b"\xff\xd8\xff") + data.count(b"\x89PNG\r\n")
            if pictures:
                transcript.trouble("part_unclaimed", "pictures", f"{pictures} pictures")
    for part in parts:
        for line in _lines(part):
            transcript.paragraph(line)
    read_properties(request.path, transcript)


def left_in(ole: Any, transcript: Transcript, prefix: str) -> None:
    """Say how many embedded objects stay inside, below storages that begin with `prefix`."""
    storages = {
        tuple(entry[:2]) if prefix == "ObjectPool" else entry[0]
        for entry in ole.listdir(streams=True, storages=False)
        if entry[0].startswith(prefix) and len(entry) > 1
    }
    if storages:
        transcript.trouble("part_unclaimed", "embedded objects", f"{len(storages)} objects")


def _unseal(request: Request, transcript: Transcript) -> None:
    from assay.extract.sealed import read_sealed

    if transcript.secret:
        raise Stop("encrypted")
    read_sealed(request, transcript)


def _old_text(main: bytes) -> str:
    start, end = struct.unpack_from("<II", main, 0x18)
    if not 0 < start <= end <= len(main):
        raise Stop("damaged", "", "the text lies outside the file")
    from assay.extract import charset

    return charset.decode(main[start:end].replace(b"\0", b"")).text


def _parts(main: bytes, table: bytes) -> list[str]:
    """The body, then each of the other texts that is there."""
    lengths = struct.unpack_from("<8i", main, 0x4C)
    text = _pieces(main, table)
    parts: list[str] = []
    at = 0
    for length in lengths:
        if length > 0:
            parts.append(text[at : at + length])
            at += length
    return parts


def _pieces(main: bytes, table: bytes) -> str:
    """All text of the file in the order of its piece table."""
    place, length = struct.unpack_from("<II", main, 0x1A2)
    complex_part = table[place : place + length]
    at = 0
    while complex_part[at : at + 1] == b"\x01":
        at += 3 + struct.unpack_from("<H", complex_part, at + 1)[0]
    if complex_part[at : at + 1] != b"\x02":
        raise Stop("damaged", "", "no piece table")
    size = struct.unpack_from("<I", complex_part, at + 1)[0]
    plc = complex_part[at + 5 : at + 5 + size]
    count = (len(plc) - 4) // 12
    if count < 1 or count > _PIECES:
        raise Stop("damaged", "", "the piece table")
    ends = struct.unpack_from(f"<{count + 1}I", plc)
    out: list[str] = []
    for number in range(count):
        where = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * number + 2)[0]
        letters = ends[number + 1] - ends[number]
        if letters <= 0:
            continue
        if where & 0x40000000:
            start = (where & 0x3FFFFFFF) // 2
            piece = main[start : start + letters].decode("cp1252", "replace")
        else:
            start = where & 0x3FFFFFFF
            piece = main[start : start + 2 * letters].decode("utf-16-le", "replace")
        out.append(piece)
    return "".join(out)


def _lines(text: str) -> list[str]:
    text = _CELL_END.sub("\r", _without_fields(text)).replace("\x07", "\t")
    lines = [line.translate(_OTHER) for line in text.split("\r")]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _without_fields(text: str) -> str:
    """The text without field codes: 0x13 code 0x14 result 0x15, nested at will."""
    if "\x13" not in text:
        return text.replace("\x14", "").replace("\x15", "")
    out: list[str] = []
    hidden: list[bool] = []
    for piece in re.split("([\x13\x14\x15])", text):
        if piece == "\x13":
            hidden.append(True)
        elif piece == "\x14":
            if hidden:
                hidden[-1] = False
        elif piece == "\x15":
            if hidden:
                hidden.pop()
        elif not any(hidden):
            out.append(piece)
    return "".join(out)
