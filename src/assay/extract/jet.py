"""Access databases (MDB of 97 to 2003, ACCDB): tables row by row, from the pages of the file.

The layout is that of the mdbtools project's HACKING notes and of Jackcess. Tables of the
person who made it are read, system tables are counted; the attachments of ACCDB and files in
OLE cells become members. Queries, forms, reports and modules are named, since no text of a
table is in them. A database password alone hides nothing; pages that are encoded with the
file's own key are decoded; an ACCDB that was encrypted with a password is opened with one of
those that are known, else it is said. Deleted rows are counted and not read.
"""

from __future__ import annotations

import datetime
import struct
import uuid
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from assay.extract import charset, tables
from assay.extract.jet_sealed import Codec, codec_for
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="jet",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/x-msaccess",),
    limits="queries, forms, reports and modules are named, not read; deleted rows are counted",
)
_FIXED = 0x01
_TEXT, _OLE, _MEMO, _COMPLEX = 10, 11, 12, 18
_ORIGIN = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - Access stores times without a zone
_KINDS = {
    5: "query", 4: "linked-table", 6: "linked-table", -32768: "form", -32764: "report",
    -32766: "macro", -32761: "module",
}  # fmt: skip
_VALUE = 1 << 28


class _Broken(Exception):
    """A page or a row that is not what its place promises."""


@dataclass(frozen=True)
class Layout:
    """Where things stand in the pages of one version."""

    page: int
    row_count: int
    rows: int
    columns: int
    real_indexes: int
    usage: int
    first_column: int
    index_entry: int
    column_entry: int
    number: int
    variable: int
    flags: int
    fixed: int


_JET3 = Layout(2048, 8, 12, 25, 31, 35, 43, 8, 18, 1, 3, 13, 14)
_JET4 = Layout(4096, 12, 16, 45, 51, 55, 63, 12, 25, 5, 7, 15, 21)


@dataclass(frozen=True)
class _Column:
    name: str
    kind: int
    number: int
    variable: int
    fixed: bool
    at: int
    scale: int


class Jet:
    """The pages of a database, its tables and their rows."""

    def __init__(self, stream: BinaryIO, size: int, passwords: tuple[str, ...]) -> None:
        self._stream = stream
        head = stream.read(4096)
        if len(head) < 2048:
            raise Stop("truncated", "", "shorter than its first page")
        self.version = head[0x14]
        self.old = self.version == 0
        self.layout = _JET3 if self.old else _JET4
        self.there = size // self.layout.page
        self.codec: Codec = codec_for(head, self.old, passwords)
        self.charset = charset.known(f"cp{self.codec.code_page}") or "cp1252"
        if self.page(2)[:1] != b"\x02":
            raise Stop("encrypted")

    def page(self, number: int) -> bytes:
        """A page, decoded."""
        if not 0 < number < self.there:
            raise _Broken
        self._stream.seek(number * self.layout.page)
        return self.codec.decode(self._stream.read(self.layout.page), number)

    def row(self, pointer: int) -> bytes:
        """The bytes of the row at a pointer: row in the low byte, page above it."""
        body = self.page(pointer >> 8)
        start, end, _ = self._span(body, pointer & 0xFF)
        return body[start:end]

    def _span(self, body: bytes, number: int) -> tuple[int, int, int]:
        at = self.layout.row_count + 2 + 2 * number
        entry = int.from_bytes(body[at : at + 2], "little")
        before = int.from_bytes(body[at - 2 : at], "little") & 0x1FFF
        end = before if number else self.layout.page
        start = entry & 0x1FFF
        if not start <= end <= self.layout.page:
            raise _Broken
        return start, end, entry & 0xE000

    def definition(self, number: int) -> bytes:
        """The definition of a table, over all its pages."""
        body = self.page(number)
        if body[:1] != b"\x02":
            raise _Broken
        parts = [body]
        seen = {number}
        while following := int.from_bytes(body[4:8], "little"):
            if following in seen or len(seen) > 1000:
                raise _Broken
            seen.add(following)
            body = self.page(following)
            parts.append(body[8:])
        return b"".join(parts)

    def text(self, raw: bytes) -> str:
        """Words of a cell: UTF-16 with or without the short form, or the code page of 97."""
        if self.old:
            return raw.decode(self.charset, "replace")
        if raw[:2] != b"\xff\xfe":
            return raw.decode("utf-16-le", "replace")
        out: list[str] = []
        at, short = 2, True
        while at < len(raw):
            if short:
                end = raw.find(b"\0", at)
                end = len(raw) if end < 0 else end
                out.append(raw[at:end].decode("latin-1"))
                at = end + 1
            else:
                end = at
                while end + 1 < len(raw) and raw[end]:
                    end += 2
                # a zero in the low byte of a pair ends the wide run
                out.append(raw[at:end].decode("utf-16-le", "replace"))
                at = end + 1
            short = not short
        return "".join(out)

    def long_value(self, raw: bytes) -> bytes:
        """The bytes of a memo or OLE cell, which may lie in other pages."""
        if len(raw) < 12:
            return b""
        length, pointer = struct.unpack_from("<II", raw)
        size = length & 0x3FFFFFFF
        if length & 0x80000000:
            return raw[12 : 12 + size]
        if length & 0x40000000:
            return self.row(pointer)[:size]
        if size > min(_VALUE, self.there * self.layout.page):
            raise _Broken
        parts: list[bytes] = []
        left = size
        while pointer >> 8 and left > 0:
            piece = self.row(pointer)
            if len(piece) < 5:
                raise _Broken
            pointer = int.from_bytes(piece[:4], "little")
            parts.append(piece[4:])
            left -= len(piece) - 4
        return b"".join(parts)[:size]


class Table:
    """One table: its columns, and its rows in the order of its pages."""

    def __init__(self, jet: Jet, number: int) -> None:
        self._jet = jet
        self._number = number
        layout = jet.layout
        body = jet.definition(number)
        self.promised = int.from_bytes(body[layout.rows : layout.rows + 4], "little")
        count = int.from_bytes(body[layout.columns : layout.columns + 2], "little")
        indexes = int.from_bytes(body[layout.real_indexes : layout.real_indexes + 4], "little")
        at = layout.columns - 2
        self._flexible = int.from_bytes(body[at : at + 2], "little") > 0
        self._usage = int.from_bytes(body[layout.usage : layout.usage + 4], "little")
        at = layout.first_column + indexes * layout.index_entry
        names = at + count * layout.column_entry
        if names > len(body):
            raise _Broken
        self.columns: list[_Column] = []
        self.deleted = 0
        self.broken = 0
        for _ in range(count):
            entry = body[at : at + layout.column_entry]
            wide = 1 if jet.old else 2
            length = int.from_bytes(body[names : names + wide], "little")
            raw = body[names + wide : names + wide + length]
            names += wide + length
            at += layout.column_entry

            def short(where: int, entry: bytes = entry) -> int:
                return int.from_bytes(entry[where : where + 2], "little")

            self.columns.append(
                _Column(
                    name=raw.decode(jet.charset if jet.old else "utf-16-le", "replace"),
                    kind=entry[0],
                    number=short(layout.number),
                    variable=short(layout.variable),
                    fixed=bool(entry[layout.flags] & _FIXED),
                    at=short(layout.fixed),
                    scale=entry[10 if jet.old else 12],
                )
            )
        self.columns.sort(key=lambda c: c.number)

    def _pages(self) -> Iterator[int]:
        """Pages of the table by its usage map."""
        jet = self._jet
        usage = jet.row(self._usage)
        if usage[0] == 0:
            yield from _bits(usage[5:], int.from_bytes(usage[1:5], "little"))
            return
        per_page = (jet.layout.page - 4) * 8
        for index in range((len(usage) - 1) // 4):
            page = int.from_bytes(usage[1 + 4 * index : 5 + 4 * index], "little")
            if page:
                yield from _bits(jet.page(page)[4:], index * per_page)

    def rows(self) -> Iterator[list[bytes | bool | None]]:
        """The raw cells of each row, None for nothing."""
        jet = self._jet
        for number in self._pages():
            try:
                body = jet.page(number)
            except _Broken:
                self.broken += 1
                continue
            if body[0] != 1 or int.from_bytes(body[4:8], "little") != self._number:
                continue
            at = jet.layout.row_count
            for row in range(int.from_bytes(body[at : at + 2], "little")):
                try:
                    start, end, flags = jet._span(body, row)
                    if flags & 0x4000:
                        self.deleted += 1
                        continue
                    raw = body[start:end]
                    if flags & 0x8000:
                        raw = jet.row(int.from_bytes(raw[:4], "little"))
                    yield self._cells(raw)
                except (_Broken, IndexError, struct.error):
                    self.broken += 1

    def _cells(self, row: bytes) -> list[bytes | bool | None]:
        old = self._jet.old
        count = row[0] if old else int.from_bytes(row[:2], "little")
        mask_size = (count + 7) // 8
        mask = row[len(row) - mask_size :]
        ends: list[int] = []
        if self._flexible:
            ends = _ends_old(row, mask_size) if old else _ends(row, mask_size)
        cells: list[bytes | bool | None] = []
        for column in self.columns:
            bit = column.number
            there = bit < count and bool(mask[bit // 8] >> bit % 8 & 1)
            if column.kind == 1:
                cells.append(there)
            elif not there:
                cells.append(None)
            elif column.fixed:
                begin = column.at + (1 if old else 2)
                cells.append(row[begin : begin + 64])
            elif column.variable + 1 < len(ends):
                cells.append(row[ends[column.variable] : ends[column.variable + 1]])
            else:
                cells.append(None)
        return cells


def _ends(row: bytes, mask: int) -> list[int]:
    """Where the cells of variable length begin, and where the last one ends."""
    at = len(row) - mask - 2
    if at < 0:
        raise _Broken
    count = int.from_bytes(row[at : at + 2], "little")
    if at - 2 * (count + 1) < 0:
        if count:
            raise _Broken
        return []
    return [int.from_bytes(row[at - 2 - 2 * n : at - 2 * n], "little") for n in range(count + 1)]


def _ends_old(row: bytes, mask: int) -> list[int]:
    last = len(row) - 1
    count = row[last - mask]
    jumps = last // 256
    at = last - mask - jumps - 1
    if (at - count) // 256 < jumps:
        jumps -= 1
    ends: list[int] = []
    used = 0
    for n in range(count + 1):
        while used < jumps and n == row[last - mask - used - 1]:
            used += 1
        if at - n < 0:
            raise _Broken
        ends.append(row[at - n] + 256 * used)
    return ends


def _bits(bitmap: bytes, first: int) -> Iterator[int]:
    for n, byte in enumerate(bitmap):
        if byte:
            for bit in range(8):
                if byte >> bit & 1:
                    yield first + 8 * n + bit


def read_jet(request: Request, transcript: Transcript) -> None:
    """Read a database. Raises Stop with `encrypted`, `damaged`, or at a limit."""
    transcript.container = True
    with request.path.open("rb") as stream:
        try:
            jet = Jet(stream, request.path.stat().st_size, request.passwords)
            catalogue = Table(jet, 2)
        except (_Broken, IndexError, struct.error):
            raise Stop("damaged", "", "no catalogue of objects") from None
        transcript.secret = jet.codec.secret
        transcript.note("access:version", _version(jet.version))
        if jet.codec.encoded:
            transcript.note("access:encoded", "with the file's own key")
        found = list[tuple[str, int, int, int]]()
        try:
            found.extend(_objects(jet, catalogue))
        except (_Broken, IndexError, struct.error):
            transcript.trouble("damaged", "", "the map of the catalogue's pages")
        if not found:
            raise Stop("damaged", "", "an empty catalogue: not even its own table is in it")
        writer = tables.Tables(request, transcript)
        system = 0
        for name, kind, number, flags in found:
            if kind != 1:
                if kind in _KINDS and not name.startswith("~"):
                    transcript.note(f"access:{_KINDS[kind]}", name)
            elif flags & 0x80000002 and not name.startswith("f_"):
                system += 1
            else:
                _read_table(jet, name, number, writer, transcript)
        transcript.note("access:system-tables", system)


def _version(code: int) -> str:
    names = {0: "97", 1: "2000 to 2003", 2: "2007", 3: "2010", 4: "2013", 5: "2016"}
    return names.get(code, str(code))


def _objects(jet: Jet, catalogue: Table) -> Iterator[tuple[str, int, int, int]]:
    """(name, type, page, flags) of every object. Raises what its table does where it is broken."""
    at = {c.name: n for n, c in enumerate(catalogue.columns)}
    if not {"Name", "Type", "Id", "Flags"} <= set(at):
        raise Stop("damaged", "", "no catalogue of objects")
    for cells in catalogue.rows():
        name, kind, number, flags = (cells[at[k]] for k in ("Name", "Type", "Id", "Flags"))
        if not isinstance(name, bytes) or not isinstance(kind, bytes):
            continue
        page = int.from_bytes(number[:4], "little") & 0xFFFFFF if isinstance(number, bytes) else 0
        marks = int.from_bytes(flags[:4], "little") if isinstance(flags, bytes) else 0
        yield jet.text(name), struct.unpack_from("<h", kind)[0], page, marks


def _read_table(
    jet: Jet, name: str, number: int, writer: tables.Tables, transcript: Transcript
) -> None:
    where = f"table {name[:60]}"
    try:
        table = Table(jet, number)
    except (_Broken, IndexError, struct.error):
        transcript.trouble("damaged", where, "its definition")
        return
    columns = table.columns
    labels = [c.name for c in columns]
    spool = transcript.members()
    lost = 0

    def rows() -> Iterator[tuple[str, list[str]]]:
        nonlocal lost
        for count, cells in enumerate(table.rows(), 1):
            line: list[str] = []
            own = ""
            for column, raw in zip(columns, cells, strict=True):
                try:
                    line.append(_value(jet, column, raw, take, (count, own)))
                except (_Broken, IndexError, ValueError, struct.error, OverflowError):
                    lost += 1
                    line.append("")
                if column.name == "FileName":
                    own = line[-1]
            yield "", line

    def take(value: bytes, column: _Column, place: tuple[int, str]) -> str:
        row, own = place
        body = _attachment(value) if column.name == "FileData" else _packaged(value)
        media = tables.file_in(body)
        if not media and column.name != "FileData":
            return f"[{len(value)} bytes]"
        label = own.replace("/", "_") or f"{row}-{column.name}.{tables.ending(media)}"
        spool.add_bytes(f"{name}/{label}".encode("utf-8", "surrogateescape"), body)
        return f"[{media or 'file'}, {len(body)} bytes]"

    # the name of an attachment is read before its bytes
    columns.sort(key=lambda c: c.name == "FileData")
    labels = [c.name for c in columns]
    try:
        if transcript.only is not None:
            for _ in rows():
                pass
            return
        count = writer.table(name, labels, rows())
    except (_Broken, IndexError, struct.error):
        transcript.trouble("damaged", where, "the map of its pages")
        return
    transcript.note("table", f"{name}: {count} rows")
    if lost or table.broken:
        transcript.trouble("damaged", where, f"{table.broken} rows, {lost} cells")
    elif count < table.promised:
        transcript.trouble("damaged", where, f"{count} of {table.promised} rows")
    if table.deleted:
        transcript.note("access:deleted-rows", f"{name}: {table.deleted}")
        transcript.trouble("part_unclaimed", where, f"{table.deleted} deleted rows")


def _value(
    jet: Jet,
    column: _Column,
    raw: bytes | bool | None,
    take: Callable[[bytes, _Column, tuple[int, str]], str],
    place: tuple[int, str],
) -> str:
    kind = column.kind
    if isinstance(raw, bool):
        return "TRUE" if raw else "FALSE"
    if raw is None:
        return ""
    if kind == _TEXT:
        return jet.text(raw)
    if kind == _MEMO:
        return jet.text(jet.long_value(raw))
    if kind == _OLE:
        value = jet.long_value(raw)
        return take(value, column, place) if value else ""
    if kind == 8:
        return _moment(struct.unpack_from("<d", raw)[0])
    if kind in _NUMBERS:
        return tables.cell(struct.unpack_from(_NUMBERS[kind], raw)[0])
    if kind == 5:
        whole = struct.unpack_from("<q", raw)[0]
        return f"{'-' if whole < 0 else ''}{abs(whole) // 10_000}.{abs(whole) % 10_000:04d}"
    if kind == 15:
        return str(uuid.UUID(bytes_le=raw[:16]))
    if kind == 16:
        whole = sum(
            int.from_bytes(raw[at : at + 4], "little") << shift
            for at, shift in ((1, 96), (5, 64), (9, 32), (13, 0))
        )
        digits = str(whole).rjust(column.scale + 1, "0")
        point = len(digits) - column.scale
        text = digits[:point] + ("." + digits[point:] if column.scale else "")
        return f"-{text}" if raw[0] & 0x80 else text
    if kind == 20:
        return raw[:42].decode("latin-1").strip("\0 ")
    return f"[{len(raw)} bytes]"


_NUMBERS = {2: "<B", 3: "<h", 4: "<i", 6: "<f", 7: "<d", 18: "<i", 19: "<q"}


def _moment(days: float) -> str:
    """Days since the end of 1899; the fraction counts forward also before it."""
    whole = int(days)
    moment = _ORIGIN + datetime.timedelta(days=whole, seconds=round(abs(days - whole) * 86_400))
    return tables.cell(moment)


def _attachment(value: bytes) -> bytes:
    """The file in a FileData cell: packed or not, behind a header that names its ending."""
    packed, _ = struct.unpack_from("<II", value)
    body = value[8:]
    if packed:
        inflater = zlib.decompressobj()
        try:
            body = inflater.decompress(body, _VALUE)
        except zlib.error:
            raise ValueError from None
    return body[int.from_bytes(body[:4], "little") :]


_STARTS = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"%PDF-", b"PK\x03\x04", b"\xd0\xcf\x11\xe0",
           b"BM", b"II*\0", b"MM\0*", b"{\\rtf")  # fmt: skip


def _packaged(value: bytes) -> bytes:
    """The file inside an OLE 1 object, whose header names the program before it."""
    if value[:2] != b"\x15\x1c":
        return value
    head = value[:4096]
    places = sorted(at for start in _STARTS if (at := head.find(start, 20)) > 0)
    for at in places:
        if tables.file_in(value[at : at + 512]):
            return value[at:]
    return value
