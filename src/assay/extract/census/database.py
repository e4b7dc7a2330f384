"""Files inside the cells of a database, counted apart from the readers of the tables.

SQLite: a walk of its own over the B-trees, looking at the first bytes of each blob and at
nothing else. Access: the number of rows that the definition of each table of attachments gives;
where other tables hold OLE cells the count is unknown, since nothing promises how many of
those are files.
"""

from __future__ import annotations

from pathlib import Path

from assay.extract import types
from assay.extract.request import Request

_LOOK = 512


def count_sqlite(request: Request) -> int | None:
    """Blobs that begin like a file of a known kind, in all tables of the schema."""
    return _Trees(request.path).count()


class _Trees:
    def __init__(self, path: Path) -> None:
        self._body = path.read_bytes() if path.stat().st_size <= 1 << 28 else b""
        if not self._body:
            raise ValueError("too large to count apart")
        size = int.from_bytes(self._body[16:18], "big")
        self._size = 65_536 if size == 1 else size
        if self._size not in (512, 1024, 2048, 4096, 8192, 16384, 32768, 65536):
            raise ValueError("no page has such a size")
        self._usable = self._size - self._body[20]
        self._encoding = {2: "utf-16-le", 3: "utf-16-be"}.get(self._body[59], "utf-8")

    def count(self) -> int:
        """Add up all tables."""
        found = 0
        roots: list[int] = []
        for cell in self._cells(1):
            values = list(self._spans(cell))
            kind = self._whole(cell, values[0]).decode(self._encoding, "replace")
            root = int.from_bytes(self._whole(cell, values[3]), "big")
            if values[3][0] == 9:
                root = 1
            if kind == "table" and root:
                roots.append(root)
        for root in roots:
            for cell in self._cells(root):
                for code, at, size in self._spans(cell):
                    if code >= 12 and code % 2 == 0 and size > 16:
                        piece = self._piece(cell, at, min(size, _LOOK))
                        found += bool(types.magic_of(piece))
        return found

    def _cells(self, root: int) -> list[tuple[int, int, bool]]:
        """(place of the payload, its length, in an index) of every cell below a page."""
        found: list[tuple[int, int, bool]] = []
        ahead, seen = [root], set[int]()
        while ahead:
            number = ahead.pop()
            if number in seen or number < 1:
                continue
            seen.add(number)
            base = (number - 1) * self._size
            at = base + (100 if number == 1 else 0)
            kind, held = self._body[at], 0
            for index in range(int.from_bytes(self._body[at + 3 : at + 5], "big")):
                slot = at + (12 if kind in (2, 5) else 8) + 2 * index
                place = base + int.from_bytes(self._body[slot : slot + 2], "big")
                if kind in (2, 5):
                    ahead.append(int.from_bytes(self._body[place : place + 4], "big"))
                    place += 4
                if kind != 5:
                    length, place = self._number(place)
                    if kind == 13:
                        _, place = self._number(place)
                    held += self._local(length, kind != 13)
                    if held > self._size:
                        raise ValueError("cells that lie over each other")
                    found.append((place, length, kind != 13))
            if kind in (2, 5):
                ahead.append(int.from_bytes(self._body[at + 8 : at + 12], "big"))
        return found

    def _number(self, at: int) -> tuple[int, int]:
        value = 0
        for step in range(9):
            byte = self._body[at + step]
            if step == 8:
                return value << 8 | byte, at + 9
            value = value << 7 | byte & 127
            if not byte & 128:
                return value, at + step + 1
        raise ValueError

    def _local(self, length: int, index: bool) -> int:
        usable = self._usable
        limit = (usable - 12) * 64 // 255 - 23 if index else usable - 35
        if length <= limit:
            return length
        least = (usable - 12) * 32 // 255 - 23
        fits = least + (length - least) % (usable - 4)
        return fits if fits <= limit else least

    def _piece(self, cell: tuple[int, int, bool], at: int, size: int) -> bytes:
        """`size` bytes of a payload from `at`, over its pages."""
        place, length, index = cell
        local = self._local(length, index)
        out = self._body[place + at : place + min(at + size, local)] if at < local else b""
        page = int.from_bytes(self._body[place + local : place + local + 4], "big")
        begin, room = local, self._usable - 4
        left = len(self._body) // self._size + 1  # more pages than there are come back
        while len(out) < size and page:
            left -= 1
            if left < 0:
                raise ValueError
            base = (page - 1) * self._size
            if begin + room > at + len(out):
                skip = at + len(out) - begin
                out += self._body[base + 4 + skip : base + 4 + min(room, skip + size - len(out))]
            page = int.from_bytes(self._body[base : base + 4], "big")
            begin += room
        return out

    def _spans(self, cell: tuple[int, int, bool]) -> list[tuple[int, int, int]]:
        """(serial type, place in the payload, size) of each value."""
        head = self._piece(cell, 0, min(cell[1], 9))
        length, used = _varint(head, 0)
        head = self._piece(cell, 0, min(length, cell[1]))
        spans: list[tuple[int, int, int]] = []
        place = length
        while used < length:
            code, used = _varint(head, used)
            size = (
                (code - 12) // 2 if code >= 12 else (0, 1, 2, 3, 4, 6, 8, 8)[code % 8 * (code < 8)]
            )
            spans.append((code, place, size))
            place += size
        return spans

    def _whole(self, cell: tuple[int, int, bool], span: tuple[int, int, int]) -> bytes:
        return self._piece(cell, span[1], span[2])


def _varint(body: bytes, at: int) -> tuple[int, int]:
    value = 0
    for step in range(9):
        byte = body[at + step]
        if step == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 127
        if byte < 128:
            return value, at + step + 1
    raise ValueError


def count_access(request: Request) -> int | None:
    """Rows that the tables of attachments promise; None where OLE cells may hold more."""
    from assay.extract import jet

    with request.path.open("rb") as stream:
        book = jet.Jet(stream, request.path.stat().st_size, request.passwords)
        promised = 0
        for number in range(3, book.there):
            if book.page(number)[:2] != b"\x02\x01":
                continue
            table = jet.Table(book, number)
            names = {column.name for column in table.columns}
            if {"FileData", "FileName", "FileType"} <= names:
                promised += table.promised
            elif (
                table.promised
                and any(column.kind == 11 for column in table.columns)
                and not _is_system(names)
            ):
                return None
        return promised


def _is_system(names: set[str]) -> bool:
    """Tell whether a table is one of Access's own, by the names of its columns."""
    return bool(
        {"LvProp", "ParentId"} <= names
        or {"Lv", "LvExtra"} & names
        or {"ACM", "SID"} <= names
        or {"Attribute", "Expression", "Name1"} <= names
    )
