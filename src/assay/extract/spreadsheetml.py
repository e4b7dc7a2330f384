"""Excel 2003 XML (`Workbook` of SpreadsheetML): a sheet is a page (see sheets.py).

Values stand in the file as text with a type, dates in ISO 8601; they are shown in the format that
their style gives (see shown.py). Hidden sheets, rows and columns are read and marked, comments
with their author and the words of headers and footers follow the rows. Named ranges, sources of
links and the document's properties are metadata. The format holds no other files. Rows and columns
without an index of their own follow the one before (Microsoft, "XML Spreadsheet Reference").
"""

from __future__ import annotations

import datetime
from typing import Any

from assay.extract import types
from assay.extract.office import attribute
from assay.extract.request import Request
from assay.extract.runs import Kinds, Line
from assay.extract.sheets import BREAK, Pages, Sparse, cell_text, column_letters
from assay.extract.shown import form_of
from assay.extract.transcript import Transcript
from assay.extract.wordml import describe
from assay.extract.xlsx import margin_words
from assay.extract.xmlstream import parse_file
from assay.ports import Card

CARD = Card(
    name="spreadsheetml",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(types.SPREADSHEETML,),
    limits="formulas are not computed; formats of the reader's own system are not applied",
)
# formats by name; those that follow the reader's system (Short Date, Currency) are left out
_NAMED = {
    "fixed": "0.00", "standard": "#,##0.00", "percent": "0.00%", "scientific": "0.00E+00",
    "medium date": "d-mmm-yy", "short time": "h:mm", "medium time": "h:mm AM/PM",
    "yes/no": '"Yes";"Yes";"No"', "true/false": '"True";"True";"False"',
    "on/off": '"On";"On";"Off"',
}  # fmt: skip
_OF_SYSTEM = frozenset(
    ("general number", "general date", "short date", "long date", "long time", "currency",
     "euro currency")
)  # fmt: skip
_COLUMNS, _ROWS = 16_384, 1_048_576


def read_spreadsheetml(request: Request, transcript: Transcript) -> None:
    """Read a workbook. One that breaks off keeps what stands before the break.

    Raises Stop with `limit_cells`, `limit_text` or `limit_nesting`.
    """
    book = _Book(request, transcript)
    try:
        broken = parse_file(request.path, book, request.limits)
    finally:
        book.close()
    if broken:
        transcript.trouble("damaged", "", broken)


class _Book:
    """The sheets as they end."""

    def __init__(self, request: Request, transcript: Transcript) -> None:
        self._request = request
        self._transcript = transcript
        self._pages = Pages(request, transcript)
        self._formats: dict[str, str] = {}
        self._style = ""
        self._sheet: _Sheet | None = None
        self._text: list[str] | None = None
        self._kind = ""
        self._cell_style = ""
        self._author: str | None = None  # of the comment that is open
        self._property = ""
        self._names: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        sheet = self._sheet
        if tag == "ss:Cell":
            if sheet is not None:
                sheet.begin_cell(_number(attributes, "ss:Index"))
                self._cell_style = attribute(attributes, "ss:StyleID")
                self._link(attribute(attributes, "ss:HRef"))
        elif tag == "ss:Data":
            self._kind = attribute(attributes, "ss:Type")
            self._text = []
        elif tag in ("ss:Row", "ss:Column"):
            if sheet is not None:
                (sheet.begin_row if tag == "ss:Row" else sheet.column)(
                    _number(attributes, "ss:Index"),
                    _number(attributes, "ss:Span") or 0,
                    attribute(attributes, "ss:Hidden") == "1",
                )
        elif tag == "ss:Comment":
            self._author = attribute(attributes, "ss:Author")
        elif tag == "ss:Style":
            self._style = attribute(attributes, "ss:ID")
        elif tag == "ss:NumberFormat":
            self._formats[self._style] = attribute(attributes, "ss:Format")
        elif tag == "ss:Worksheet":
            self._sheet = _Sheet(attribute(attributes, "ss:Name"), self._request)
            self._sheet.hidden = attribute(attributes, "ss:Visible") not in ("", "SheetVisible")
        elif tag == "ss:NamedRange":
            name = attribute(attributes, "ss:Name")
            self._transcript.note(f"name:{name}", attribute(attributes, "ss:RefersTo"))
        elif tag in ("xl:Header", "xl:Footer"):
            if sheet is not None:
                words = margin_words(attribute(attributes, "xl:Data"))
                kinds: Kinds = ("header",) if tag == "xl:Header" else ("footer",)
                if words:
                    sheet.extras.append(Line(words, kinds))
        elif tag == "xl:Visible":
            self._text = []
        elif tag.startswith("o:"):
            self._property, self._text = tag[2:], []

    def _link(self, target: str) -> None:
        if target:
            self._transcript.note("link:hyperlink", target)

    def end(self, tag: str) -> None:
        """An element ends."""
        sheet = self._sheet
        if tag == "ss:Data":
            words, self._text = "".join(self._text or ()), None
            if sheet is None:
                return
            if self._author is None:
                sheet.put(self._shown(words))
            else:
                marks = f"comment {sheet.place()} · {self._author}".removesuffix(" · ")
                words = BREAK.sub(" ", words)
                sheet.extras.append(Line(f"[{marks}] {words}", ("comment",)))
        elif tag == "ss:Comment":
            self._author = None
        elif tag == "ss:Style":
            self._style = ""
        elif tag == "ss:Worksheet":
            self._end_sheet()
        elif tag == "xl:Visible":
            words, self._text = "".join(self._text or ()), None
            if sheet is not None:
                sheet.hidden = words.strip() != "SheetVisible"
        elif self._property and tag == f"o:{self._property}":
            words, self._text = "".join(self._text or ()).strip(), None
            name, self._property = self._property, ""
            describe(name, words, self._transcript, "excel")

    def data(self, text: str) -> None:
        """Character data."""
        if self._text is not None:
            self._text.append(text)

    def _shown(self, words: str) -> str:
        """A stored value as its cell shows it."""
        value: Any = words
        if self._kind == "Number":
            try:
                value = float(words)
            except ValueError:
                return words
        elif self._kind == "DateTime":
            try:
                value = datetime.datetime.fromisoformat(words.strip())
            except ValueError:
                return words
        elif self._kind == "Boolean":
            return "TRUE" if words.strip() == "1" else "FALSE"
        code = self._formats.get(self._cell_style) or self._formats.get("Default", "")
        code = "" if code.lower() in _OF_SYSTEM else _NAMED.get(code.lower(), code)
        form = form_of(code)
        return form(value) if form is not None else cell_text(value)

    def _end_sheet(self) -> None:
        sheet, self._sheet = self._sheet, None
        if sheet is None:
            return
        self._names.append(sheet.name)
        self._pages.sheet(
            sheet.name,
            0,
            sheet.cells.rows(),
            sheet.extras,
            hidden=sheet.hidden,
            hidden_rows=frozenset(sheet.hidden_rows),
            hidden_columns=frozenset(sheet.hidden_columns),
        )

    def close(self) -> None:
        """Write the sheet that an early end left open, and the names of all."""
        self._end_sheet()
        self._pages.write_names(self._names)


class _Sheet:
    """The cells of one sheet, and what is hidden of it."""

    def __init__(self, name: str, request: Request) -> None:
        self.name = name
        self.hidden = False
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.extras: list[Line] = []
        self.cells = Sparse(request.limits)
        self._row = 0
        self._next_row = 1
        self._column = self._next_column = 0

    def begin_row(self, index: int | None, span: int, hidden: bool) -> None:
        """Begin a row; `span` more rows look like it and hold nothing."""
        self._row = min(index or self._next_row, _ROWS)
        self._next_row = self._row + span + 1
        self._next_column = 0
        if hidden:
            self.hidden_rows.update(range(self._row, min(self._next_row, _ROWS + 1)))

    def begin_cell(self, index: int | None) -> None:
        """Begin a cell."""
        self._column = min(index - 1 if index else self._next_column, _COLUMNS)
        self._next_column = self._column + 1

    def column(self, index: int | None, span: int, hidden: bool) -> None:
        """Take in a definition of columns; they stand before the rows."""
        first = index - 1 if index else self._next_column
        self._next_column = min(first + span + 1, _COLUMNS)
        if hidden:
            self.hidden_columns.update(range(min(first, _COLUMNS), self._next_column))

    def put(self, words: str) -> None:
        """Fill the cell that is open."""
        self.cells.put(self._row, self._column, words)

    def place(self) -> str:
        """The cell that is open, as letters and a number."""
        return f"{column_letters(self._column)}{self._row}"


def _number(attributes: dict[str, str], name: str) -> int | None:
    """An attribute that counts from 1, None where it is not there or no such number."""
    text = attribute(attributes, name)
    return int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 9 else None
