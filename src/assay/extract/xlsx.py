"""Workbooks: XLSX, XLSB, XLS and ODS, by calamine; a sheet is a page.

A row is a line, cells are divided by tabs; a tab or line end inside a cell becomes a space,
so that line and column still tell the cell. Sheets longer than `reading.sheet_rows` rows
are paged, and each page begins with the header row again; its label tells the rows. Values
are those the program saved, formulas are not computed. Hidden sheets are read and labelled.
Comments and the words of drawings follow the last page of their sheet. A sheet whose two
corners span more cells than `limits.cells`, or that calamine refuses, is read as a stream.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from typing import Any

import python_calamine as calamine

from assay.extract import office, types
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.extract.zipped import Archive, NotZip
from assay.ports import Card

CARD = Card(
    name="xlsx",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(types.XLSX, types.XLSB, types.XLS, types.ODF + "spreadsheet"),
    limits="number formats are not applied: 0.25 stays 0.25 where the sheet shows 25 %",
)
_BREAK = re.compile(r"[\t\r\n\v\f]+")
_ROW = re.compile(rb"\sr\s*=\s*[\"'][A-Za-z]{0,3}(\d{1,7})[\"']")
_COLUMN = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{1,3})\d{1,7}[\"']")
_DENSE = 8_000_000  # cells that calamine may spread out in memory
_BLANK_RUN = 50  # empty rows in a row that are kept as empty lines


def read_xlsx(request: Request, transcript: Transcript) -> None:
    """Read a workbook. Raises Stop with `encrypted`, `damaged` or `limit_cells`."""
    if request.type == types.XLS:
        try:
            _read_book(request, transcript, None)
        except Stop as stop:
            if stop.problem.code != "encrypted" or transcript.secret:
                raise
            from assay.extract.sealed import read_sealed

            read_sealed(request, transcript)
            return
        _read_ole_properties(request, transcript)
        _say_what_is_left(request, transcript)
        return
    try:
        archive = Archive(request.path)
    except NotZip:
        raise Stop("damaged", "", "no zip entries") from None
    with archive:
        package = office.Package(archive, request, transcript)
        if request.only is None:
            if request.type == types.ODF + "spreadsheet":
                from assay.extract import odf

                odf.check_encryption(package)
                _read_book(request, transcript, None)
                odf.read_properties(package)
            else:
                _read_book(request, transcript, package)
                package.read_properties()
        if request.type == types.ODF + "spreadsheet":
            from assay.extract.odf import MEMBER_FOLDERS

            package.take_members(MEMBER_FOLDERS)
        else:
            package.take_members()


def _read_book(request: Request, transcript: Transcript, package: office.Package | None) -> None:
    wide = _too_wide(package, request.limits.cells) if package is not None else False
    if not wide:
        try:
            _read_by_calamine(request, transcript, package)
            return
        except Stop:
            raise
        except BaseException as error:
            # a Rust panic comes as a BaseException of its own
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            if type(error).__name__ == "PasswordError":
                raise Stop("encrypted") from None
            if package is None:
                if request.type == types.XLS and _read_by_xlrd(request, transcript):
                    return
                raise Stop("damaged", "", type(error).__name__) from None
    assert package is not None
    _read_as_stream(request, transcript, package)


def _read_by_calamine(
    request: Request, transcript: Transcript, package: office.Package | None
) -> None:
    with request.path.open("rb") as stream:
        book = calamine.CalamineWorkbook.from_filelike(stream)
    parts = _sheet_parts(package) if package is not None else {}
    pages = _Pages(request, transcript)
    failed: list[str] = []
    for number, sheet in enumerate(book.sheets_metadata, 1):
        visible = str(sheet.visible).rpartition(".")[2]
        label = sheet.name if visible == "Visible" else f"{sheet.name} (hidden)"
        if visible != "Visible":
            transcript.note("sheet:hidden", sheet.name)
        rows: Iterable[list[Any]] = ()
        first = 0
        try:
            if str(sheet.typ).rpartition(".")[2] in ("WorkSheet", "DialogSheet", "MacroSheet"):
                opened = book.get_sheet_by_index(number - 1)
                first = opened.start[0] if opened.start else 0
                rows = opened.iter_rows()
        except calamine.CalamineError as error:
            failed.append(f"sheet {number}")
            transcript.trouble("damaged", f"sheet {number}", type(error).__name__)
        extras = _sheet_extras(package, parts.get(sheet.name, "")) if package is not None else []
        pages.sheet(label, first, ([_cell(v) for v in row] for row in rows), extras)
    if failed and not transcript.length:
        raise ValueError("no sheet could be read")


def _cell(value: Any) -> str:
    kind = type(value)
    if kind is str:
        return _BREAK.sub(" ", value) if not value.isprintable() else value
    if kind is float:
        return str(int(value)) if value.is_integer() and abs(value) < 1e17 else repr(value)
    if kind is bool:
        return "TRUE" if value else "FALSE"
    if kind is datetime.datetime:
        plain = value.time() == datetime.time()
        return str(value.date()) if plain else str(value.isoformat(" ", "seconds"))
    if value is None:
        return ""
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


class _Pages:
    """Turns rows into pages of lines."""

    def __init__(self, request: Request, transcript: Transcript) -> None:
        self._transcript = transcript
        self._rows = max(request.options.sheet_rows, 2)
        self._cells = request.limits.cells

    def sheet(self, label: str, first: int, rows: Iterable[list[str]], extras: list[str]) -> None:
        """Write one sheet. `first` counts the empty rows above it, from 0."""
        header = ""
        lines: list[str] = []
        start = row = first
        blank = 0
        many = False
        for cells in rows:
            row += 1
            self._cells -= len(cells)
            if self._cells < 0:
                self._flush(label, header, lines, start, row, many)
                raise Stop("limit_cells", f"row {row}")
            line = "\t".join(cells).rstrip("\t")
            if not line:
                blank += 1
                if blank > _BLANK_RUN:
                    continue
            else:
                if blank > _BLANK_RUN and lines:
                    self._flush(label, header, lines, start, row - blank, True)
                    lines, start, many = [], row - 1, True
                blank = 0
                header = header or line
            if line or lines:
                lines.append(line)
            else:
                start = row
            if len(lines) >= self._rows:
                self._flush(label, header, lines, start, row, True)
                lines, start, many = [], row, True
        while lines and not lines[-1]:
            lines.pop()
        if extras:
            lines += ["", *extras]
        if lines or not many:
            self._flush(label, header, lines, start, row, many)

    def _flush(
        self, label: str, header: str, lines: list[str], start: int, end: int, many: bool
    ) -> None:
        if many:
            label = f"{label} rows {start + 1}-{end}"
        if many and lines and lines[0] != header:
            lines = [header, *lines]
        self._transcript.page("\n".join(lines), label=label)


# ---------------------------------------------------------------- beside calamine


def _sheet_parts(package: office.Package) -> dict[str, str]:
    """Sheet name -> part, in the order of the workbook."""
    main = next(
        (target for kind, target in package.relations("").values() if kind == "officeDocument"),
        "xl/workbook.xml",
    )
    listed = _Sheets()
    if main.endswith(".xml"):
        package.stream(main, listed)
    related = package.relations(main)
    return {name: related[i][1] for name, i in listed.sheets if i in related}


def _sheet_extras(package: office.Package, part: str) -> list[str]:
    """Comments and words of drawings of a sheet."""
    if not part:
        return []
    lines: list[str] = []
    for kind, target in package.relations(part).values():
        if kind in ("comments", "threadedComment", "drawing"):
            found = _Words()
            package.stream(target, found)
            lines += found.lines
            if kind == "drawing":
                for inner, chart in package.relations(target).values():
                    if inner in ("chart", "diagramData"):
                        words = _Words()
                        package.stream(chart, words)
                        lines += words.lines
    return lines


class _Sheets:
    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []
        self.hidden: set[str] = set()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "x:sheet":
            name = attributes.get("name", "")
            self.sheets.append((name, office.attribute(attributes, "r:id")))
            if attributes.get("state", "visible") != "visible":
                self.hidden.add(name)

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Words:
    """Comments (marked with their cell) and text of shapes."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._line: list[str] = []
        self._collect = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.partition(":")[2]
        if local in ("comment", "threadedComment"):
            self._line.append(f"[comment {attributes.get('ref', '')}] ")
        elif local in ("t", "text", "v"):
            self._collect = True

    def end(self, tag: str) -> None:
        local = tag.partition(":")[2]
        if local in ("t", "text", "v"):
            self._collect = False
        if local in ("comment", "threadedComment", "p", "pt"):
            line = _BREAK.sub(" ", "".join(self._line)).strip()
            self._line.clear()
            if line:
                self.lines.append(line)

    def data(self, text: str) -> None:
        if self._collect:
            self._line.append(text)


def _too_wide(package: office.Package, limit: int) -> bool:
    """Tell whether a sheet's corners span more cells than calamine may fill: it fills them all."""
    limit = min(limit, _DENSE)
    for name in package.names("xl/worksheets/"):
        entry = package.entry(name)
        if entry is None or not name.endswith(".xml"):
            continue
        rows = columns = 1
        tail = b""
        try:
            for chunk in package.archive.chunks(entry):
                block = tail + chunk
                rows = max(rows, *map(int, set(_ROW.findall(block))), 0)
                columns = max(columns, *map(_column, set(_COLUMN.findall(block))), 0)
                tail = block[-64:]
        except MemberBroken:
            return True
        except Exception as error:
            if type(error).__module__ not in ("zlib", "lzma", "_lzma", "builtins"):
                raise
            return True
        if rows * columns > limit:
            return True
    return False


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


# ---------------------------------------------------------------- as a stream


def _read_as_stream(request: Request, transcript: Transcript, package: office.Package) -> None:
    strings = _Strings(request.limits.text)
    package.stream("xl/sharedStrings.xml", strings)
    parts = _sheet_parts(package) or {
        n: n for n in package.names("xl/worksheets/") if n.endswith(".xml")
    }
    if not parts:
        transcript.trouble("damaged", "", "no sheets")
    pages = _Pages(request, transcript)
    for number, (name, part) in enumerate(parts.items(), 1):
        cells = _Cells(strings.strings, request.limits.cells)
        if not package.stream(part, cells):
            transcript.trouble("damaged", f"sheet {number}", "its part is missing")
        pages.sheet(name, 0, cells.rows(), _sheet_extras(package, part))


class _Strings:
    """The shared strings; phonetic readings are not part of them."""

    def __init__(self, limit: int) -> None:
        self.strings: list[str] = []
        self._text: list[str] = []
        self._collect = False
        self._phonetic = 0
        self._left = limit

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "x:t":
            self._collect = not self._phonetic
        elif tag == "x:rPh":
            self._phonetic += 1

    def end(self, tag: str) -> None:
        if tag == "x:t":
            self._collect = False
        elif tag == "x:rPh":
            self._phonetic -= 1
        elif tag == "x:si":
            self.strings.append(_BREAK.sub(" ", "".join(self._text)))
            self._text.clear()

    def data(self, text: str) -> None:
        if self._collect:
            self._left -= len(text)
            if self._left < 0:
                raise Stop("limit_text", "part xl/sharedStrings.xml")
            self._text.append(text)


class _Cells:
    """The filled cells of a sheet, however far apart they stand."""

    def __init__(self, strings: list[str], limit: int) -> None:
        self._strings = strings
        self._left = limit
        self._filled: dict[int, dict[int, str]] = {}
        self._place = (0, 0)
        self._kind = ""
        self._text: list[str] = []
        self._collect = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "x:c":
            self._kind = attributes.get("t", "")
            match = re.match(r"([A-Z]{1,3})(\d{1,7})\Z", attributes.get("r", ""))
            row, column = self._place
            self._place = (
                (int(match[2]), _column(match[1].encode())) if match else (max(row, 1), column + 1)
            )
            self._text.clear()
        elif tag in ("x:v", "x:t"):
            self._collect = True
        elif tag == "x:row":
            given = attributes.get("r", "")
            self._place = (int(given) if given.isdecimal() else self._place[0] + 1, 0)

    def end(self, tag: str) -> None:
        if tag in ("x:v", "x:t"):
            self._collect = False
        elif tag == "x:c":
            value = "".join(self._text)
            if self._kind == "s":
                index = int(value) if value.isdecimal() else -1
                value = self._strings[index] if 0 <= index < len(self._strings) else ""
            elif self._kind == "b":
                value = "TRUE" if value == "1" else "FALSE"
            if value:
                self._left -= 1
                if self._left < 0:
                    raise Stop("limit_cells", f"row {self._place[0]}")
                row, column = self._place
                self._filled.setdefault(row, {})[column] = _BREAK.sub(" ", value)

    def data(self, text: str) -> None:
        if self._collect:
            self._text.append(text)

    def rows(self) -> Iterator[list[str]]:
        """The rows in order; a gap is told by at most a few empty ones, columns by tabs."""
        last = 0
        for row in sorted(self._filled):
            for _ in range(min(row - last - 1, _BLANK_RUN + 1)):
                yield []
            last = row
            cells = self._filled[row]
            line: list[str] = []
            for column in sorted(cells):
                line += [""] * min(column - 1 - len(line), 1000)
                line.append(cells[column])
            yield line


def _read_by_xlrd(request: Request, transcript: Transcript) -> bool:
    """The older XLS kinds that calamine refuses. False where xlrd refuses them too."""
    import io

    import xlrd  # type: ignore[import-untyped]

    try:
        book = xlrd.open_workbook(str(request.path), logfile=io.StringIO())
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise Stop("encrypted") from None
        return False
    except Exception:  # noqa: BLE001 - any failure of it: the caller says damaged
        return False
    pages = _Pages(request, transcript)
    for sheet in book.sheets():
        label = sheet.name if not sheet.visibility else f"{sheet.name} (hidden)"
        if sheet.visibility:
            transcript.note("sheet:hidden", sheet.name)
        rows = ([_xlrd_cell(c, book.datemode) for c in row] for row in sheet.get_rows())
        pages.sheet(label, 0, rows, [])
    return True


def _xlrd_cell(cell: Any, mode: int) -> str:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return _cell(xlrd.xldate_as_datetime(cell.value, mode))
        except (ValueError, OverflowError, xlrd.XLDateError):
            return _cell(cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype in (xlrd.XL_CELL_ERROR, xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return ""
    return _cell(cell.value)


def _say_what_is_left(request: Request, transcript: Transcript) -> None:
    """Embedded objects of an XLS are not taken out, and said to be there."""
    import olefile  # type: ignore[import-untyped]

    from assay.extract.doc import left_in

    if olefile.isOleFile(str(request.path)):
        with olefile.OleFileIO(str(request.path)) as ole:
            left_in(ole, transcript, "MBD")


def _read_ole_properties(request: Request, transcript: Transcript) -> None:
    from assay.extract.ole_properties import read_properties

    read_properties(request.path, transcript)
