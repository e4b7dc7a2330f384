"""XLSB workbooks, record by record ([MS-XLSB]): a sheet is a page (see sheets.py).

Own code, because calamine panics on some and does not tell hidden rows and comments. Values
are those the program saved, in the format that the sheet shows them in (see shown.py).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from assay.extract import office, types
from assay.extract.problems import NO_WORKBOOK, Stop
from assay.extract.request import Request
from assay.extract.runs import Kinds, Line
from assay.extract.sheets import (
    BREAK,
    Pages,
    Sparse,
    column_letters,
)
from assay.extract.shown import Forms
from assay.extract.transcript import Transcript
from assay.extract.xlsx import margin_words
from assay.ports import Card
from assay.settings import Limits

CARD = Card(
    name="xlsb",
    version="2",
    licence="AGPL-3.0-or-later",
    formats=(types.XLSB,),
    limits="formulas are not computed; pivot caches are named only",
)
_ERRORS = {
    0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A",
}  # fmt: skip
_BINARY = 256 << 20  # bytes of one binary part that are read


def read_xlsb(request: Request, transcript: Transcript) -> None:
    """Read a workbook. Raises Stop with `damaged` or `limit_cells`."""
    with office.opened(request, transcript) as package:
        if request.only is None:
            _read_book(request, transcript, package)
            package.read_properties()
        package.take_members()
        if request.only is None:
            package.say_what_is_left()


def _read_book(request: Request, transcript: Transcript, package: office.Package) -> None:
    main = package.main("xl/workbook.bin")
    if not package.has(main):
        transcript.trouble("damaged", "", NO_WORKBOOK)
        return
    sheets: list[tuple[str, str, bool]] = []
    from_1904 = False
    related = package.relations(main)
    for kind, body in _records(package.bytes_of(main, _BINARY)):
        if kind == 156:
            state = struct.unpack_from("<I", body)[0]
            for place in (8, 12):  # writers of before 2007 have one number more
                try:
                    relation, at = _wide(body, place)
                    name, _ = _wide(body, at)
                except struct.error:
                    continue
                if relation in related:
                    sheets.append((name, related[relation][1], state != 0))
                    break
        elif kind == 153 and len(body) >= 4:
            from_1904 = bool(struct.unpack_from("<I", body)[0] & 1)
    strings: list[str] = []
    for part in package.related(main).get("sharedStrings", ()):
        for kind, body in _records(package.bytes_of(part, _BINARY)):
            if kind == 19:
                strings.append(BREAK.sub(" ", _wide(body, 1)[0]))
    forms = Forms()
    for part in package.related(main).get("styles", ()):
        forms = _forms(package.bytes_of(part, _BINARY), from_1904)
    if not sheets:
        transcript.trouble("damaged", "", "no sheets")
    pages = Pages(request, transcript)
    for number, (name, part, hidden) in enumerate(sheets, 1):
        if not package.has(part):
            transcript.trouble("damaged", f"sheet {number}", "its part is missing")
            continue
        sheet = _Sheet(strings, forms, request.limits)
        try:
            for kind, body in _records(package.bytes_of(part, _BINARY)):
                sheet.take(kind, body)
        except (struct.error, IndexError):
            transcript.trouble("damaged", f"sheet {number}", "a record")
        pages.sheet(
            name,
            0,
            sheet.cells.rows(),
            [*sheet.margins, *_extras(package, part)],
            hidden=hidden,
            hidden_rows=frozenset(sheet.hidden_rows),
            hidden_columns=frozenset(sheet.hidden_columns),
        )
    pages.write_names(name for name, _, _ in sheets)


class _Sheet:
    """Cells and hidden rows and columns of one sheet."""

    def __init__(self, strings: list[str], forms: Forms, limits: Limits) -> None:
        self.cells = Sparse(limits)
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.margins: list[Line] = []
        self._strings = strings
        self._forms = forms
        self._row = 0

    def take(self, kind: int, body: bytes) -> None:
        """Take one record in."""
        if kind == 0:
            self._row = struct.unpack_from("<I", body)[0] + 1
            if body[11] & 0x10:
                self.hidden_rows.add(self._row)
        elif kind <= 11 or kind == 62:
            column, style = struct.unpack_from("<II", body)
            self.cells.put(self._row, column, self._value(kind, body, style & 0xFFFFFF))
        elif kind == 60:
            first, last = struct.unpack_from("<II", body)
            if struct.unpack_from("<H", body, 16)[0] & 1:
                self.hidden_columns.update(range(first, min(last, 16383) + 1))
        elif kind == 479:
            at = 2
            for number in range(6):
                if at + 4 > len(body):
                    break
                text, at = _wide(body, at)
                if text:
                    kinds: Kinds = ("header",) if number % 2 == 0 else ("footer",)
                    self.margins.append(Line(margin_words(text), kinds))

    def _value(self, kind: int, body: bytes, style: int) -> str:
        if kind == 7:
            index = struct.unpack_from("<I", body, 8)[0]
            text = self._strings[index] if index < len(self._strings) else ""
            return self._forms.text(style, text)
        if kind in (6, 8):
            return self._forms.text(style, _wide(body, 8)[0])
        if kind == 62:
            return self._forms.text(style, _wide(body, 9)[0])
        if kind in (4, 10):
            return "TRUE" if body[8] else "FALSE"
        if kind in (3, 11):
            return _ERRORS.get(body[8], "#ERROR")
        if kind in (2, 5, 9):
            value = _rk(body) if kind == 2 else struct.unpack_from("<d", body, 8)[0]
            return self._forms.text(style, value)
        return ""


def _rk(body: bytes) -> float:
    number = struct.unpack_from("<I", body, 8)[0]
    value: float
    if number & 2:
        value = struct.unpack_from("<i", body, 8)[0] >> 2
    else:
        value = struct.unpack("<d", bytes(4) + struct.pack("<I", number & 0xFFFFFFFC))[0]
    return float(value / 100 if number & 1 else value)


def _forms(body: bytes, from_1904: bool) -> Forms:
    """What the cell styles do to a value."""
    codes: dict[int, str] = {}
    styles: list[int] = []
    inside = False
    for kind, record in _records(body):
        if kind == 44:
            codes[struct.unpack_from("<H", record)[0]] = _wide(record, 2)[0]
        elif kind in (617, 618):
            inside = kind == 617
        elif kind == 47 and inside:
            styles.append(struct.unpack_from("<H", record, 2)[0])
    return Forms(styles, codes, from_1904)


def _extras(package: office.Package, part: str) -> list[Line]:
    lines: list[Line] = []
    for kind, target in package.relations(part).values():
        if kind == "comments":
            lines += _comments(package.bytes_of(target))
        elif kind == "drawing":
            found = office.Words()
            package.stream(target, found)
            lines += [Line(BREAK.sub(" ", text), ("text_box",)) for text in found.lines]
            words, charts = office.drawn(package, target)
            lines += [Line(BREAK.sub(" ", text), ("text_box",)) for text in words]
            lines += [Line(text, ("chart",)) for text in charts]
    words, _ = office.drawn(package, part)
    return [*lines, *(Line(text, ("text_box",)) for text in words)]


def _comments(body: bytes) -> list[Line]:
    authors: list[str] = []
    lines: list[Line] = []
    head = ""
    for kind, record in _records(body):
        if kind == 632:
            authors.append(_wide(record, 0)[0])
        elif kind == 635 and len(record) >= 20:
            author, row, _, column = struct.unpack_from("<4I", record)
            who = authors[author] if author < len(authors) else ""
            place = f"{column_letters(column)}{row + 1}"
            head = f"[comment {place} · {who}] " if who else f"[comment {place}] "
        elif kind == 637:
            words = BREAK.sub(" ", _wide(record, 1)[0]).strip()
            if words:
                lines.append(Line(head + words, ("comment",)))
    return lines


def _wide(body: bytes, at: int) -> tuple[str, int]:
    """(string, the place behind it); a null string is ""."""
    count = struct.unpack_from("<I", body, at)[0]
    at += 4
    if count == 0xFFFFFFFF:
        return "", at
    if count > len(body):
        raise struct.error
    return body[at : at + 2 * count].decode("utf-16-le", "replace"), at + 2 * count


def _records(body: bytes) -> Iterator[tuple[int, bytes]]:
    """(kind, content) of the records of a binary part. Raises Stop where sizes lead nowhere."""
    at, end = 0, len(body)
    while at < end:
        kind = body[at]
        at += 1
        if kind & 0x80 and at < end:
            kind = (kind & 0x7F) | (body[at] & 0x7F) << 7
            at += 1
        size = shift = 0
        while at < end and shift < 28:
            byte = body[at]
            at += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if at + size > end:
            raise Stop("truncated", "", "a record of the workbook")
        yield kind, body[at : at + size]
        at += size
