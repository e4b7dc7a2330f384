"""dBASE, FoxPro and Clipper tables (DBF): records as rows, deleted ones marked.

A record that was deleted and not packed away is still in the file: it is read, and its line is
a region `deleted`. The words of memo fields lie in a file beside the table (.dbt, .fpt), which
is an exhibit of its own: the row gives the block, and that exhibit's text names its blocks.
Character sets: what the header's language driver says, else a guess from all the records.
"""

from __future__ import annotations

import datetime
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from assay.extract import charset, tables
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="dbf",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/x-dbf", "application/x-dbf-memo"),
    limits="a memo's words lie in the file beside the table and are read as that file's text",
)
# Language driver -> codec (dBASE and Visual FoxPro tables)
_DRIVERS = {
    0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x04: "mac-roman", 0x08: "cp865", 0x09: "cp437",
    0x0A: "cp850", 0x0B: "cp437", 0x0D: "cp437", 0x0E: "cp850", 0x0F: "cp437", 0x10: "cp850",
    0x11: "cp437", 0x12: "cp850", 0x13: "cp932", 0x14: "cp850", 0x15: "cp437", 0x16: "cp850",
    0x17: "cp865", 0x18: "cp437", 0x19: "cp437", 0x1A: "cp850", 0x1B: "cp437", 0x1C: "cp863",
    0x1D: "cp850", 0x1F: "cp852", 0x22: "cp852", 0x23: "cp852", 0x24: "cp860", 0x25: "cp850",
    0x26: "cp866", 0x37: "cp850", 0x40: "cp852", 0x4D: "gb18030", 0x4E: "cp949", 0x4F: "cp950",
    0x50: "cp874", 0x57: "cp1252", 0x58: "cp1252", 0x59: "cp1252", 0x64: "cp852", 0x65: "cp866",
    0x66: "cp865", 0x67: "cp861", 0x6A: "cp737", 0x6B: "cp857", 0x78: "cp950", 0x79: "cp949",
    0x7A: "gb18030", 0x7B: "cp932", 0x7C: "cp874", 0x7D: "cp1255", 0x7E: "cp1256",
    0x87: "cp852", 0x88: "cp857", 0x96: "mac-cyrillic", 0x98: "mac-greek", 0xC8: "cp1250",
    0xC9: "cp1251", 0xCA: "cp1254", 0xCB: "cp1253", 0xCC: "cp1257",
}  # fmt: skip
_MEMO = "MGPW"
_BLOCK = 1 << 22
_SAMPLE = 1 << 20


@dataclass
class _Field:
    name: bytes
    kind: str
    at: int
    size: int
    decimals: int
    binary: bool


def read_dbf(request: Request, transcript: Transcript) -> None:
    """Read a table. Raises Stop with `damaged`, `truncated` or at a limit."""
    with request.path.open("rb") as stream:
        head = stream.read(32)
        if len(head) < 32:
            raise Stop("truncated", "", "shorter than its header")
        records, start, width = struct.unpack_from("<IHH", head, 4)
        names = stream.read(max(start - 32, 0))
        if head[15]:
            transcript.note("dbf:encrypted", "flagged")
            raise Stop("encrypted")
        codec = _DRIVERS.get(head[29], "")
        fields = _fields(names)
        if not fields or width < 2:
            raise Stop("damaged", "", "no fields")
        if not codec:
            stream.seek(start)
            codec = _guess(stream.read(_SAMPLE // width * width or width), width, fields)
            transcript.note("charset-guessed-by", "the words of the records")
        there = (request.path.stat().st_size - start) // width
        transcript.note("charset", codec)
        transcript.note("dbf:version", f"0x{head[0]:02x}")
        transcript.note("dbf:records", records)
        transcript.modified = _day(head)
        stream.seek(start)
        writer = tables.Tables(request, transcript)
        state = _State()
        header = [f.name.decode(codec, "replace") for f in fields]
        rows = _rows(stream, records, width, fields, codec, state)
        writer.table("", header, rows)
    transcript.note("dbf:deleted-records", state.deleted)
    if state.undecoded:
        transcript.trouble("charset_guess", "", f"{state.undecoded} cells read as {codec}")
    if there < records:
        transcript.trouble("truncated", "", f"{there} of {records} records")
    memo = [f for f in fields if f.kind in _MEMO]
    if memo and state.memos:
        transcript.trouble(
            "part_unclaimed",
            f"{len(memo)} memo fields",
            f"{state.memos} memos lie in a .dbt or .fpt file beside the table",
            "Add that file too: its text names the blocks that the rows give.",
        )


class _State:
    def __init__(self) -> None:
        self.deleted = 0
        self.undecoded = 0
        self.memos = 0


def _guess(sample: bytes, width: int, fields: list[_Field]) -> str:
    """The character set of cells that are not ASCII, each without its padding."""
    words = [f.name for f in fields if not f.name.isascii()]
    for record in range(0, len(sample), width):
        for field in fields:
            if field.kind in "CV":
                piece = sample[record + field.at : record + field.at + field.size].strip(b" \0")
                if not piece.isascii():
                    words.append(piece)
    return charset.decode(b"\n".join(words)).charset if words else "utf-8"


def _fields(block: bytes) -> list[_Field]:
    fields: list[_Field] = []
    at = 1
    for begin in range(0, len(block) - 31, 32):
        piece = block[begin : begin + 32]
        if piece[0] in (0x0D, 0):
            break
        kind = chr(piece[11])
        size = piece[16] | piece[17] << 8 if kind == "C" else piece[16]
        name = piece[:11].split(b"\0")[0]
        system = piece[18] & 1 and kind == "0"
        if not system:
            fields.append(_Field(name, kind, at, size, piece[17], bool(piece[18] & 4)))
        at += size
    return fields


def _rows(
    stream: object, records: int, width: int, fields: list[_Field], codec: str, state: _State
) -> Iterator[tuple[str, list[str]]]:
    read = stream.read  # type: ignore[attr-defined]
    left = records
    while left > 0:
        block = read(max(_BLOCK // width, 1) * width)
        if len(block) < width:
            return
        for at in range(0, len(block) - width + 1, width):
            if left <= 0 or block[at] == 0x1A:
                return
            left -= 1
            gone = block[at] == 0x2A
            state.deleted += gone
            cells = [_value(block[at + f.at : at + f.at + f.size], f, codec, state) for f in fields]
            yield "deleted" if gone else "", cells


def _value(raw: bytes, field: _Field, codec: str, state: _State) -> str:
    kind = field.kind
    try:
        if kind in "ITB@YO+" and (kind not in "B" or field.size == 8):
            return _number(raw, kind, field)
    except (struct.error, ValueError, OverflowError):
        return raw.hex()
    if kind in _MEMO or kind == "B":
        if len(raw) == 4:
            block = int.from_bytes(raw, "little")
        else:
            digits = raw.strip(b" \0")
            block = int(digits) if digits.isdigit() else 0
        state.memos += bool(block)
        return f"[memo block {block}]" if block else ""
    if kind == "D":
        text = raw.decode("latin-1").strip(" \0")
        return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdigit() else text
    if kind == "L":
        return {"T": "TRUE", "Y": "TRUE", "F": "FALSE", "N": "FALSE"}.get(
            raw[:1].decode("latin-1").upper(), ""
        )
    if kind in "QV" and raw:
        raw = raw[: raw[-1]] if raw[-1] < len(raw) and b"\0" in raw else raw
    body = raw.rstrip(b" \0")
    try:
        text = body.decode(codec)
    except (UnicodeError, ValueError):
        text = body.decode(codec, "replace")
        state.undecoded += 1
    return text.strip(" \0") if kind in "NF" else text


def _number(raw: bytes, kind: str, field: _Field) -> str:
    if kind in "I+":
        value = int.from_bytes(raw[:4], "big" if kind == "+" else "little", signed=kind == "I")
        return str(value & 0x7FFFFFFF if kind == "+" else value)
    if kind == "Y":
        whole = struct.unpack("<q", raw)[0]
        return f"{'-' if whole < 0 else ''}{abs(whole) // 10_000}.{abs(whole) % 10_000:04d}"
    if kind in "T@":
        days, ticks = struct.unpack("<ii", raw)
        if not days:
            return ""
        day = datetime.date.fromordinal(days - 1_721_425)
        clock = datetime.datetime.combine(day, datetime.time()) + datetime.timedelta(
            milliseconds=ticks
        )
        return tables.cell(clock.replace(microsecond=0))
    return tables.cell(struct.unpack("<d", raw)[0]) if field.size == 8 else raw.hex()


def _day(head: bytes) -> str | None:
    year = head[1] + (1900 if head[1] >= 80 else 2000)
    try:
        return datetime.date(year, head[2], head[3]).isoformat()
    except ValueError:
        return None


# ---------------------------------------------------------------- memo files


def read_memo(request: Request, transcript: Transcript) -> None:
    """Read a memo file (.dbt, .fpt): each memo a paragraph with the number of its block."""
    size = request.path.stat().st_size
    with request.path.open("rb") as stream:
        head = stream.read(512)
        foxpro = request.suffix == "fpt"
        block = int.from_bytes(head[6:8], "big") if foxpro else 512
        if not foxpro and head[16] != 3 and head[20:22] != b"\0\0":
            block = int.from_bytes(head[20:22], "little")
        block = max(block, 1)
        number = max(512 // block, 1) if foxpro else 1
        transcript.note("dbf:block-size", block)
        codec = ""
        spool = transcript.members()
        while number * block < size:
            stream.seek(number * block)
            lead = stream.read(8)
            picture = False
            if foxpro:
                length = int.from_bytes(lead[4:8], "big")
                picture = lead[:4] == b"\0\0\0\0" and length > 0
                used = 8 + length
                body = stream.read(min(length, size))
            elif lead[:4] == b"\xff\xff\x08\x00":
                used = int.from_bytes(lead[4:8], "little")
                body = stream.read(min(max(used - 8, 0), size))
            else:
                body = lead + _until_end(stream)
                used = len(body) + 1
            text = body.strip(b"\0 ")
            if text and (media := tables.file_in(body)):
                spool.add_bytes(f"block-{number}.{tables.ending(media)}".encode(), body)
                transcript.paragraph(f"[block {number}] [{media}, {len(body)} bytes]")
            elif text and not picture:
                codec = codec or charset.decode(text).charset
                transcript.paragraph(f"[block {number}] {text.decode(codec, 'replace')}")
            elif picture and text:
                transcript.trouble("part_unclaimed", f"block {number}", f"{len(body)} bytes")
            number += max(-(-used // block), 1)
    transcript.note("charset", codec)


def _until_end(stream: object) -> bytes:
    """The rest of a memo of dBASE III: it ends at a character 1A."""
    parts: list[bytes] = []
    while chunk := stream.read(4096):  # type: ignore[attr-defined]
        end = chunk.find(b"\x1a")
        if end >= 0:
            parts.append(chunk[:end])
            break
        parts.append(chunk)
    return b"".join(parts)
