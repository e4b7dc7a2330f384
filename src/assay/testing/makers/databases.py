"""Make databases by hand: dBASE tables with their memos, and Access databases of one page a table.

No library writes them in pure Python, so the bytes are laid out here from the descriptions of
the formats. The Access files are Jet 4 with what a reader needs: a header, a usage map, the
catalogue MSysObjects, definitions and data pages, long values in pages of their own.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

_PAGE = 4096
_MASK = bytes((0xC7, 0xDA, 0x39, 0x6B))

Value = str | int | float | bytes | bool | None


def dbf(
    fields: Sequence[tuple[str, str, int]],
    rows: Sequence[Sequence[bytes]],
    *,
    deleted: frozenset[int] = frozenset(),
    driver: int = 0,
    version: int = 3,
) -> bytes:
    """A dBASE table: `fields` are (name, type, width), cells are the bytes as stored."""
    start = 32 + 32 * len(fields) + 1
    width = 1 + sum(size for _, _, size in fields)
    head = struct.pack("<BBBBIHH", version, 118, 5, 2, len(rows), start, width).ljust(29, b"\0")
    head += bytes((driver, 0, 0))
    for name, kind, size in fields:
        head += name.encode("ascii").ljust(11, b"\0") + kind.encode() + bytes(4)
        head += bytes((size, 0)) + bytes(14)
    body = b""
    for number, row in enumerate(rows):
        body += b"*" if number in deleted else b" "
        for (_, _, size), cell in zip(fields, row, strict=True):
            body += cell[:size].ljust(size, b" ")
    return head + b"\r" + body + b"\x1a"


def fpt(memos: Sequence[bytes], block: int = 64) -> bytes:
    """A FoxPro memo file; the first memo lies in block 512 / `block`."""
    body = b""
    for memo in memos:
        piece = struct.pack(">II", 1, len(memo)) + memo
        body += piece.ljust(-(-len(piece) // block) * block, b"\0")
    free = (512 + len(body)) // block
    return struct.pack(">IHH", free, 0, block).ljust(512, b"\0") + body


def rc4(key: bytes, body: bytes) -> bytes:
    """RC4, for the mask over the header and for encoded pages."""
    box, j = list(range(256)), 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) % 256
        box[i], box[j] = box[j], box[i]
    out, i, j = bytearray(), 0, 0
    for byte in body:
        i = (i + 1) % 256
        j = (j + box[i]) % 256
        box[i], box[j] = box[j], box[i]
        out.append(byte ^ box[(box[i] + box[j]) % 256])
    return bytes(out)


# kind -> (code, bytes where the cell is of fixed size)
_KINDS = {"bool": (1, 0), "long": (4, 4), "double": (7, 8), "text": (10, 0), "memo": (12, 0),
          "ole": (11, 0), "date": (8, 8)}  # fmt: skip


class _Access:
    def __init__(self, key: bytes) -> None:
        self._key = key
        self.pages: list[bytes] = [b"", b""]
        self._maps: list[bytes] = []

    def add(self, body: bytes) -> int:
        self.pages.append(body.ljust(_PAGE, b"\0"))
        return len(self.pages) - 1

    def long_value(self, value: bytes) -> bytes:
        """A cell that points to `value` in pages of its own, in a chain where it must be."""
        room = 3000
        if len(value) <= room:
            page = self.add(_data(b"LVAL", [value]))
            return struct.pack("<III", len(value) | 0x40000000, page << 8, 0)
        pieces = [value[at : at + room] for at in range(0, len(value), room)]
        following = 0
        for piece in reversed(pieces):
            page = self.add(_data(b"LVAL", [struct.pack("<I", following) + piece]))
            following = page << 8
        return struct.pack("<III", len(value), following, 0)

    def define(self, place: int, columns: Sequence[tuple[str, str]], rows: int) -> None:
        """Write a definition at page `place`; its usage map is the next row of page 1."""
        fixed = flexible = 0
        entries = names = b""
        for number, (name, kind) in enumerate(columns):
            code, size = _KINDS[kind]
            still = size > 0 or code == 1
            entry = struct.pack("<BIHHHIHHHHH", code, 0, number, flexible, number, 0, 0, 0, 0,
                                fixed, size)  # fmt: skip
            entry = entry[:15] + bytes((still,)) + entry[16:]
            entries += entry
            raw = name.encode("utf-16-le")
            names += struct.pack("<H", len(raw)) + raw
            fixed += size
            flexible += not still
        head = b"\x02\x01\0\0" + struct.pack("<IIII", 0, 0, 0, rows)
        head = head.ljust(40, b"\0") + b"N"
        head += struct.pack("<HHH", len(columns), flexible, len(columns))
        head += struct.pack("<II", 0, 0) + struct.pack("<I", 1 << 8 | len(self._maps))
        self.pages[place] = (head.ljust(63, b"\0") + entries + names).ljust(_PAGE, b"\0")

    def fill(self, place: int, columns: Sequence[tuple[str, str]], rows: list[bytes]) -> None:
        """Write the rows of the table defined at `place` and the map of their pages."""
        used, pages, piece = 0, list[int](), list[bytes]()
        for row in [*rows, b""]:
            if piece and (not row or used + len(row) > 3600):
                pages.append(self.add(_data(struct.pack("<I", place), piece)))
                used, piece = 0, []
            piece.append(row)
            used += len(row) + 2
        bits = bytearray(64)
        for page in pages:
            bits[page // 8] |= 1 << page % 8
        self._maps.append(b"\0" + struct.pack("<I", 0) + bytes(bits))

    def bytes(self) -> bytes:
        """The whole file."""
        self.pages[1] = _data(b"\0\0\0\0", self._maps)
        clear = bytearray(128)
        clear[0x3C - 0x18 : 0x3E - 0x18] = struct.pack("<H", 1252)
        clear[0x3E - 0x18 : 0x42 - 0x18] = self._key
        head = b"\0\x01\0\0Standard Jet DB\0\x01\0\0\0" + rc4(_MASK, bytes(clear))
        self.pages[0] = head.ljust(_PAGE, b"\0")
        if self._key != b"\0\0\0\0":
            key = int.from_bytes(self._key, "little")
            self.pages[1:] = [
                rc4((key ^ number).to_bytes(4, "little"), page)
                for number, page in enumerate(self.pages)
                if number
            ]
        return b"".join(self.pages)


def _data(owner: bytes, rows: Sequence[bytes]) -> bytes:
    """A data page: rows from its end, their places from its start."""
    end, places, tail = _PAGE, b"", b""
    for row in rows:
        end -= len(row)
        places += struct.pack("<H", end)
        tail = row + tail
    head = b"\x01\x01\0\0" + owner + bytes(4) + struct.pack("<H", len(rows)) + places
    return head.ljust(_PAGE - len(tail), b"\0") + tail


def _row(columns: Sequence[tuple[str, str]], values: Sequence[Value], book: _Access) -> bytes:
    fixed = body = b""
    ends = [0]
    mask = bytearray((len(columns) + 7) // 8)
    for number, ((_, kind), value) in enumerate(zip(columns, values, strict=True)):
        size = _KINDS[kind][1]
        if kind == "bool":
            mask[number // 8] |= bool(value) << number % 8
        elif kind == "long":
            fixed += struct.pack("<i", value or 0)
        elif size:
            fixed += struct.pack("<d", value or 0.0)
        elif isinstance(value, str):
            raw = value.encode("utf-16-le")
            if kind == "memo":
                raw = book.long_value(raw)
            body += raw
        elif isinstance(value, bytes):
            body += book.long_value(value)
        if kind != "bool" and value is not None:
            mask[number // 8] |= 1 << number % 8
        if not size and kind != "bool":
            ends.append(len(body))
    start = 2 + len(fixed)
    table = b"".join(struct.pack("<H", start + end) for end in reversed(ends))
    row = struct.pack("<H", len(columns)) + fixed + body
    if len(ends) > 1:
        row += table + struct.pack("<H", len(ends) - 1)
    return row + bytes(mask)


_OBJECTS = (("Id", "long"), ("Name", "text"), ("Type", "long"), ("Flags", "long"))


def access(
    tables: Mapping[str, tuple[Sequence[tuple[str, str]], Sequence[Sequence[Value]]]],
    *,
    key: bytes = b"\0\0\0\0",
    queries: Sequence[str] = (),
) -> bytes:
    """An Access 2000 database: name -> (columns as (name, kind), rows).

    Kinds: bool, long, double, date, text, memo, ole. `key` encodes the pages with RC4.
    """
    book = _Access(key)
    book.add(b"")  # page 2: the catalogue
    places = {name: book.add(b"") for name in tables}
    objects = [(place, name, 1, 0) for name, place in places.items()]
    objects += [(1 << 20, name, 5, 0) for name in queries]
    todo: list[tuple[int, tuple[tuple[str, str], ...], list[bytes]]]
    todo = [(2, _OBJECTS, [_row(_OBJECTS, row, book) for row in objects])]
    for name, (columns, rows) in tables.items():
        todo.append((places[name], tuple(columns), [_row(columns, r, book) for r in rows]))
    for place, columns, made in todo:
        book.define(place, columns, len(made))
        book.fill(place, columns, made)
    return book.bytes()
