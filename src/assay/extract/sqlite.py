"""SQLite databases: their tables row by row, read from the pages of the file themselves.

No SQL of the exhibit is run: the file's own B-trees are walked (the file format of sqlite.org,
"Database File Format"), so a hostile schema does nothing, and one broken page costs its own
rows alone. A table is paged like a sheet. Bytes in a cell that are a file of a known kind
become a member; all others are told by their size. Views are given by their definition, since
nobody computes them here; indexes hold nothing that the tables do not.

Not read, and said: pages on the free list (they may hold deleted rows), and what a `-wal` or
`-journal` file beside the database holds. That file is an exhibit of its own.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from assay.extract import tables
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="sqlite",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/vnd.sqlite3",),
    limits="views are not computed; deleted rows in free pages and a -wal file beside are not read",
)
_ENCODINGS = {1: "utf-8", 2: "utf-16-le", 3: "utf-16-be"}
_CONSTRAINTS = ("constraint", "primary", "unique", "check", "foreign")
_TOKEN = re.compile(
    r"""--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\w$]+|\s+|.""",
    re.DOTALL,
)
_VALUE = 1 << 24  # bytes of one cell that are text; more are cut and said
_TREE = 64  # levels of a B-tree; a good one of 2^32 rows has less than twenty

Report = Callable[[str, str, str], None]


class _BadPage(Exception):
    """A page that is not what its place in the tree promises."""


class Pages:
    """The pages of a database file, and the records in its trees."""

    def __init__(self, stream: BinaryIO, size: int, report: Report) -> None:
        self._stream = stream
        self._report = report
        self.head = stream.read(100)
        if len(self.head) < 100:
            raise Stop("truncated", "", "shorter than its header")
        page = int.from_bytes(self.head[16:18], "big")
        self.size = 65_536 if page == 1 else page
        if self.size < 512 or self.size & (self.size - 1):
            raise Stop("damaged", "", f"a page size of {self.size}")
        self.usable = self.size - self.head[20]
        if self.usable < 480:
            raise Stop("damaged", "", "its pages leave no room")
        self.there = -(-size // self.size)
        self.encoding = _ENCODINGS.get(int.from_bytes(self.head[56:60], "big"), "utf-8")
        self.free = int.from_bytes(self.head[36:40], "big")
        self.promised = int.from_bytes(self.head[28:32], "big")
        self.valid = self.head[24:28] == self.head[92:96]

    def page(self, number: int) -> bytes:
        """The bytes of a page, counted from 1."""
        if not 1 <= number <= self.there:
            raise _BadPage
        self._stream.seek((number - 1) * self.size)
        body = self._stream.read(self.size)
        if len(body) < self.size:
            body = body.ljust(self.size, b"\0")
            self._report("truncated", f"page {number}", "")
        return body

    def records(self, root: int, index: bool = False) -> Iterator[tuple[int, bytes]]:
        """(row id, record) of a tree in its order; row id 0 for an index tree."""
        seen: set[int] = set()
        # each entry is a page to visit, or the place of a record in an index's inner page
        way: list[tuple[int, int, bytes | None]] = [(root, 0, None)]
        while way:
            number, level, record = way.pop()
            if record is not None:
                yield 0, record
                continue
            if number in seen or level > _TREE:
                self._report("damaged", f"page {number}", "the tree meets itself")
                continue
            seen.add(number)
            try:
                body = self.page(number)
                yield from self._walk(body, number, level, index, way)
            except (_BadPage, struct.error, IndexError, ValueError):
                self._report("damaged", f"page {number}", "not a page of its tree")

    def _walk(
        self,
        body: bytes,
        number: int,
        level: int,
        index: bool,
        way: list[tuple[int, int, bytes | None]],
    ) -> Iterator[tuple[int, bytes]]:
        at = 100 if number == 1 else 0
        kind = body[at]
        cells = int.from_bytes(body[at + 3 : at + 5], "big")
        inner = kind in (2, 5)
        if kind not in ((2, 10) if index else (5, 13)):
            raise _BadPage
        first = at + (12 if inner else 8)
        if first + 2 * cells > self.size:
            raise _BadPage
        places = struct.unpack_from(f">{cells}H", body, first)
        if inner:
            todo: list[tuple[int, int, bytes | None]] = []
            for place in places:
                (child,) = struct.unpack_from(">I", body, place)
                todo.append((child, level + 1, None))
                if index:
                    length, start = _varint(body, place + 4)
                    todo.append((0, 0, self._payload(body, start, length, True)))
            (last,) = struct.unpack_from(">I", body, at + 8)
            todo.append((last, level + 1, None))
            way.extend(reversed(todo))
            return
        for place in places:
            length, start = _varint(body, place)
            row = 0
            if not index:
                row, start = _varint(body, start)
                if row >= 1 << 63:
                    row -= 1 << 64
            try:
                record = self._payload(body, start, length, index)
            except _BadPage:
                self._report("damaged", f"page {number}", "a row runs out of its pages")
                continue
            yield row, record

    def _payload(self, body: bytes, start: int, length: int, index: bool) -> bytes:
        usable = self.usable
        most = (usable - 12) * 64 // 255 - 23 if index else usable - 35
        if length <= most:
            if start + length > self.size:
                raise _BadPage
            return body[start : start + length]
        if length > self.there * self.size:
            raise _BadPage
        least = (usable - 12) * 32 // 255 - 23
        local = least + (length - least) % (usable - 4)
        if local > most:
            local = least
        parts = [body[start : start + local]]
        (following,) = struct.unpack_from(">I", body, start + local)
        left = length - local
        while left > 0:
            chunk = self.page(following)
            parts.append(chunk[4 : 4 + min(left, usable - 4)])
            left -= usable - 4
            following = int.from_bytes(chunk[:4], "big")
        return b"".join(parts)


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = body[at]
    if value < 0x80:
        return value, at + 1
    value &= 0x7F
    for step in range(1, 8):
        byte = body[at + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    return value << 8 | body[at + 8], at + 9


_SIZES = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0)


def values_of(record: bytes, encoding: str) -> list[Any]:
    """The values of a record: None, int, float, str, bytes. Raises ValueError, IndexError."""
    head, at = _varint(record, 0)
    place = head
    values: list[Any] = []
    while at < head:
        code, at = _varint(record, at)
        if code >= 12:
            size = (code - 12) // 2
            piece = record[place : place + size]
            values.append(piece.decode(encoding, "replace") if code % 2 else piece)
        else:
            size = _SIZES[code]
            piece = record[place : place + size]
            if code == 0:
                values.append(None)
            elif code == 7:
                values.append(struct.unpack(">d", piece)[0] if len(piece) == 8 else None)
            elif code in (8, 9):
                values.append(code - 8)
            else:
                values.append(int.from_bytes(piece, "big", signed=True))
        place += size
    return values


class Column:
    """A column as its table's definition gives it."""

    def __init__(self, name: str, words: list[str]) -> None:
        self.name = name
        low = [w.lower() for w in words]
        self.row_id = len(low) > 2 and low[0] == "integer" and low[1:3] == ["primary", "key"]
        self.row_id = self.row_id and "desc" not in low[3:4]
        self.key = any(low[n : n + 2] == ["primary", "key"] for n in range(len(low)))
        self.computed = "as" in low and "stored" not in low
        self.default = ""
        if "default" in low:
            at = low.index("default") + 1
            self.default = _bare(words[at]) if at < len(words) and words[at] != "(" else ""


def columns_of(sql: str) -> tuple[list[Column], bool]:
    """(columns in the order in which they are stored, whether the table has no row ids)."""
    tokens = [t for t in _TOKEN.findall(sql) if not t.isspace() and not t.startswith(("--", "/*"))]
    try:
        begin = tokens.index("(")
    except ValueError:
        return [], False
    depth, parts, part = 0, list[list[str]](), list[str]()
    at = begin
    for at in range(begin, len(tokens)):
        token = tokens[at]
        if token == "(":
            depth += 1
            if depth == 1:
                continue
        elif token == ")":
            depth -= 1
            if depth == 0:
                break
        if token == "," and depth == 1:
            parts.append(part)
            part = []
        else:
            part.append(token)
    parts.append(part)
    tail = [t.lower() for t in tokens[at + 1 :]]
    columns = [Column(_bare(p[0]), p[1:]) for p in parts if p and p[0].lower() not in _CONSTRAINTS]
    bare = any(tail[n : n + 2] == ["without", "rowid"] for n in range(len(tail)))
    if bare:
        keys = [_bare(c.name).lower() for c in columns if c.key]
        for p in parts:
            low = [w.lower() for w in p]
            if "primary" in low and p[0].lower() in _CONSTRAINTS and "(" in p:
                inside = p[p.index("(") + 1 :]
                keys = [_bare(w).lower() for w in inside if w not in (",", ")")]
                keys = [k for k in keys if k not in ("asc", "desc", "collate")]
        first = [c for k in keys for c in columns if c.name.lower() == k]
        columns = first + [c for c in columns if c not in first]
    return [c for c in columns if not c.computed], bare


def _bare(token: str) -> str:
    """A name without its quotes."""
    if len(token) > 1 and token[0] in "\"'`[":
        return token[1:-1].replace(token[0] * 2, token[0])
    return token


def read_sqlite(request: Request, transcript: Transcript) -> None:
    """Read a database. Raises Stop with `damaged`, `truncated` or at a limit."""

    def report(code: str, where: str, detail: str) -> None:
        if len(transcript.problems) < 200:
            transcript.trouble(code, where, detail)

    transcript.container = True
    with request.path.open("rb") as stream:
        pages = Pages(stream, request.path.stat().st_size, report)
        _note(pages, transcript)
        found: list[tuple[str, str, int, str]] = []
        for _, record in pages.records(1):
            try:
                kind, name, _, root, sql = (*values_of(record, pages.encoding), *[None] * 5)[:5]
            except (IndexError, ValueError, struct.error):
                report("damaged", "page 1", "an entry of the schema")
                continue
            number = root if isinstance(root, int) else 0
            found.append((str(kind), str(name), number, str(sql or "")))
        writer = tables.Tables(request, transcript)
        for kind, name, root, sql in found:
            if kind == "table" and root:
                _table(pages, name, root, sql, writer, transcript, report)
            elif kind == "table":
                transcript.note("sqlite:virtual-table", name)
        views = [sql for kind, _, _, sql in found if kind in ("view", "trigger") and sql]
        if views and request.only is None:
            transcript.page("\n\n".join(views), "views and triggers (not computed)")


def _note(pages: Pages, transcript: Transcript) -> None:
    head = pages.head
    transcript.note("sqlite:page-size", pages.size)
    transcript.note("sqlite:encoding", pages.encoding)
    for name, at in (("user-version", 60), ("application-id", 68)):
        if value := int.from_bytes(head[at : at + 4], "big"):
            transcript.note(f"sqlite:{name}", value)
    version = int.from_bytes(head[96:100], "big")
    if version:
        transcript.note(
            "sqlite:written-by", f"{version // 1_000_000}.{version // 1000 % 1000}.{version % 1000}"
        )
    if head[18] == 2:
        transcript.note("sqlite:journal", "wal: newer rows may lie in a -wal file beside it")
    if pages.valid and pages.promised > pages.there:
        transcript.trouble("truncated", "", f"{pages.there} of {pages.promised} pages")
    if pages.free:
        transcript.note("sqlite:free-pages", pages.free)
        transcript.trouble(
            "part_unclaimed", "free pages", f"{pages.free} pages, which may hold deleted rows"
        )


def _table(
    pages: Pages,
    name: str,
    root: int,
    sql: str,
    writer: tables.Tables,
    transcript: Transcript,
    report: Report,
) -> None:
    columns, bare = columns_of(sql)
    spool = transcript.members()

    def take(value: bytes, row: str, column: str) -> str:
        media = tables.file_in(value)
        if not media:
            return f"[{len(value)} bytes]"
        inner = f"{name}/{row}-{column}.{tables.ending(media)}"
        spool.add_bytes(inner.encode("utf-8", "surrogateescape"), value)
        return f"[{media}, {len(value)} bytes]"

    def rows() -> Iterator[tuple[str, list[str]]]:
        count = 0
        for row, record in pages.records(root, bare):
            count += 1
            try:
                values = values_of(record, pages.encoding)
            except (IndexError, ValueError, struct.error):
                report("damaged", f"table {_label(name)}", f"row {count}")
                continue
            cells: list[str] = []
            for number, value in enumerate(values):
                column = columns[number] if number < len(columns) else None
                if value is None and column is not None and column.row_id:
                    value = row
                if isinstance(value, bytes):
                    label = column.name if column is not None else str(number + 1)
                    cells.append(take(value, str(count if bare else row), label))
                elif isinstance(value, str) and len(value) > _VALUE:
                    report("limit_text", f"table {_label(name)}", f"a cell of row {count}")
                    cells.append(value[:_VALUE])
                else:
                    cells.append(tables.cell(value))
            cells += [c.default for c in columns[len(values) :]]
            yield "", cells

    header = [c.name for c in columns]
    if transcript.only is not None:
        for _ in rows():
            pass  # only the members are asked for
        return
    count = writer.table(name, header, rows())
    transcript.note("table", f"{name}: {count} rows")


def _label(name: str) -> str:
    """A table's name for a problem: its schema's, not words of a row."""
    return name[:60]
