"""ODS workbooks in one pass over their content: a sheet is a page (see sheets.py).

A cell gives the words that the sheet shows, as OpenDocument keeps them beside the value, and
behind them the value where the two differ much (see shown.py).
Hidden and filtered rows and columns, hidden sheets, comments with author and date, words of
shapes, headers and footers, tracked changes and the sources of links are read; embedded
objects and macros are members, as in other OpenDocument files.
"""

from __future__ import annotations

from collections.abc import Iterator

from assay.extract import odf, types
from assay.extract.office import Package, attribute, opened
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.runs import Line
from assay.extract.sheets import BREAK, FARTHEST, Pages, column_letters
from assay.extract.shown import beside_words
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="ods",
    version="2",
    licence="AGPL-3.0-or-later",
    formats=(types.ODF + "spreadsheet",),
    limits="formulas are not computed; cells of shapes and charts are what the sheet shows",
)
_HIDDEN = ("collapse", "filter")
_COLUMNS = 16_384
_ROWS = 1_048_576


def read_ods(request: Request, transcript: Transcript) -> None:
    """Read a workbook. Raises Stop with `encrypted`, `damaged` or `limit_cells`."""
    with opened(request, transcript) as package:
        if odf.unsealed(package):
            return
        odf.prepare(package)
        if request.only is None:
            _read_book(request, transcript, package)
            odf.read_properties(package)
        package.take_members()
        if request.only is None:
            package.say_what_is_left()


def _read_book(request: Request, transcript: Transcript, package: Package) -> None:
    if not package.has("content.xml"):
        transcript.trouble("damaged", "", "no content part")
        return
    pages = Pages(request, transcript)
    book = _Book(request.limits.cells, pages, transcript, package)
    try:
        package.stream("content.xml", book)
    finally:
        book.close()
    margins = odf.margins_of(package)
    if margins:
        pages.sheet("headers and footers", 0, (), margins)
    pages.write_names(book.names)


class _Book:
    """The sheets as they end."""

    def __init__(self, limit: int, pages: Pages, transcript: Transcript, package: Package) -> None:
        self._left = limit
        self._pages = pages
        self._transcript = transcript
        self._package = package
        self._unseen: set[str] = set()  # table styles that do not show
        self._style = ""
        self._tables: list[_Table] = []
        self._cell: list[str] | None = None
        self._line: list[str] | None = None
        self._aside: list[str] | None = None
        self._marks: list[str] = []
        self._meta = ""
        self._shape = 0
        self._spread = 1
        self._value = ""
        self._kind = ""
        self._changes = 0
        self._old: list[Line] = []
        self._in_body = False
        self.names: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "text:p" or tag == "text:h":
            if self._in_body:
                self._line = []
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self._begin_cell(attributes)
        elif tag == "table:table-row":
            if self._tables:
                self._tables[-1].begin_row(attributes)
        elif tag == "table:table-column":
            if self._tables:
                self._tables[-1].column(attributes)
        elif tag == "text:s":
            if self._line is not None:
                count = attribute(attributes, "text:c")
                self._line.append(" " * min(int(count) if count.isdecimal() else 1, 1000))
        elif tag in ("text:tab", "text:line-break"):
            if self._line is not None:
                self._line.append(" ")
        elif tag == "office:annotation":
            self._aside, self._marks = [], []
        elif tag in ("dc:creator", "dc:date"):
            self._meta = tag if self._aside is not None or self._changes else ""
        elif tag == "table:table":
            self._begin_table(attributes)
        else:
            self._rarer(tag, attributes)

    def _rarer(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "office:spreadsheet":
            self._in_body = True
        elif tag == "style:style":
            self._style = attribute(attributes, "style:name")
        elif tag == "style:table-properties":
            if attribute(attributes, "table:display") == "false":
                self._unseen.add(self._style)
        elif tag in ("draw:custom-shape", "draw:text-box", "draw:rect", "draw:ellipse",
                     "draw:caption", "draw:line", "svg:title", "svg:desc"):  # fmt: skip
            self._shape += 1
            if tag.startswith("svg:"):
                self._line = []
        elif tag == "draw:object":
            self._object(attribute(attributes, "xlink:href"))
        elif tag == "table:tracked-changes":
            self._changes += 1
        elif tag in ("table:table-source", "table:cell-range-source", "text:a"):
            odf.note_link(self._transcript, tag, attribute(attributes, "xlink:href"))
        elif tag in ("table:database-source-sql", "table:database-source-table"):
            for name, value in attributes.items():
                self._transcript.note(f"connection:{name.rpartition('}')[2]}", value)
        elif tag == "table:named-expression" or tag == "table:named-range":
            value = attribute(attributes, "table:expression") or attribute(
                attributes, "table:cell-range-address"
            )
            self._transcript.note(f"name:{attribute(attributes, 'table:name')}", value)

    def _begin_table(self, attributes: dict[str, str]) -> None:
        hidden = (
            attribute(attributes, "table:style-name") in self._unseen
            or attribute(attributes, "table:display") == "false"
        )
        self._tables.append(_Table(attribute(attributes, "table:name"), hidden))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        repeat = attribute(attributes, "table:number-columns-repeated")
        self._spread = int(repeat) if repeat.isdecimal() else 1
        self._kind = attribute(attributes, "office:value-type")
        self._value = (
            attribute(attributes, "office:string-value")
            or attribute(attributes, "office:date-value")
            or attribute(attributes, "office:time-value")
            or attribute(attributes, "office:value")
        )
        self._cell = []

    def _object(self, href: str) -> None:
        folder = href.removeprefix("./").rstrip("/")
        if folder and self._tables:
            self._tables[-1].extras += odf.object_lines(self._package, folder)

    def end(self, tag: str) -> None:
        if tag in ("text:p", "text:h", "svg:title", "svg:desc"):
            if tag.startswith("svg:"):
                self._shape -= 1
            self._end_line(tag.startswith("svg:"))
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            self._end_cell()
        elif tag == "table:table-row":
            if self._tables:
                self._tables[-1].end_row()
        elif tag == "table:table":
            if self._tables:
                self._end_table(self._tables.pop())
        elif tag == "office:annotation":
            self._end_comment()
        elif tag == self._meta:
            self._meta = ""
        elif tag in ("draw:custom-shape", "draw:text-box", "draw:rect", "draw:ellipse",
                     "draw:caption", "draw:line"):  # fmt: skip
            self._shape -= 1
        elif tag == "table:tracked-changes":
            self._changes -= 1

    def _end_line(self, described: bool) -> None:
        if self._line is None:
            return
        words = BREAK.sub(" ", "".join(self._line))
        self._line = None
        if self._aside is not None:
            self._aside.append(words)
        elif (self._shape or described) and words.strip():
            if self._tables:
                self._tables[-1].extras.append(Line(words, ("text_box",)))
        elif self._changes:
            if words.strip():
                self._old.append(Line(words, ("deleted",)))
        elif self._cell is not None:
            self._cell.append(words)

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        words = " ".join(self._cell)
        words = beside_words(words, self._value, self._kind) if words else self._value
        self._cell = None
        if self._changes:
            return
        if self._tables:
            self._left -= self._tables[-1].put(words, self._spread)
            if self._left < 0:
                raise Stop("limit_cells", f"row {self._tables[-1].row + 1}")

    def _end_comment(self) -> None:
        words = " ".join(w for w in (self._aside or []) if w)
        marks = " · ".join(self._marks)
        self._aside = None
        if words and self._tables:
            head = f"[comment {self._tables[-1].place()} · {marks}] ".replace(" · ] ", "] ")
            self._tables[-1].extras.append(Line(head + words, ("comment",)))

    def _end_table(self, table: _Table) -> None:
        if self._tables:  # a table inside a cell of another
            self._tables[-1].extras += [Line("\t".join(row)) for row in table.rows()]
            return
        if self._changes:
            return
        self.names.append(table.name)
        self._pages.sheet(
            table.name,
            0,
            table.rows(),
            table.extras,
            hidden=table.hidden,
            hidden_rows=frozenset(table.hidden_rows),
            hidden_columns=frozenset(table.hidden_columns),
        )

    def data(self, text: str) -> None:
        if self._meta:
            if self._aside is not None:
                self._marks.append(text)
        elif self._line is not None:
            self._line.append(text)

    def close(self) -> None:
        """Write the sheets that an early end left open, and what was changed."""
        while self._tables:
            self._end_table(self._tables.pop())
        if self._old:
            self._pages.sheet("log of changes", 0, (), self._old)
            self._transcript.note("tracked:deleted", len(self._old))


class _Table:
    """One sheet: its rows, and what is hidden."""

    def __init__(self, name: str, hidden: bool) -> None:
        self.name = name
        self.hidden = hidden
        self.row = 0
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.extras: list[Line] = []
        self._columns = 0
        self._cells: list[str] = []
        self._repeat = 1
        self._blank = 0  # empty cells since the last filled one
        self._unseen_row = False
        self._rows: list[tuple[int, int, list[str]]] = []  # row, how often, cells

    def column(self, attributes: dict[str, str]) -> None:
        """Take in a definition of columns."""
        repeat = attribute(attributes, "table:number-columns-repeated")
        count = int(repeat) if repeat.isdecimal() else 1
        if attribute(attributes, "table:visibility") in _HIDDEN:
            last = min(self._columns + count, _COLUMNS)
            self.hidden_columns.update(range(self._columns, last))
        self._columns += count

    def begin_row(self, attributes: dict[str, str]) -> None:
        """Begin a row or a repeated one."""
        repeat = attribute(attributes, "table:number-rows-repeated")
        self._repeat = max(int(repeat) if repeat.isdecimal() else 1, 1)
        self._unseen_row = attribute(attributes, "table:visibility") in _HIDDEN
        self._cells, self._blank = [], 0

    def put(self, words: str, repeat: int) -> int:
        """Put a cell, or a repeated one; gives how many cells were filled."""
        if not words:
            self._blank += repeat
            return 0
        self._cells += [""] * min(self._blank, _COLUMNS)
        self._blank = 0
        repeat = max(min(repeat, _COLUMNS), 1)
        self._cells += [words] * repeat
        return repeat

    def place(self) -> str:
        """The cell that is open now, as a letter and a number."""
        return f"{column_letters(len(self._cells) + self._blank)}{self.row + 1}"

    def end_row(self) -> None:
        """End the row."""
        filled = bool(self._cells)
        count = self._repeat
        if filled:
            count = min(count, _ROWS)
            self._rows.append((self.row, count, self._cells))
            if self._unseen_row and len(self.hidden_rows) < _ROWS:
                self.hidden_rows.update(range(self.row + 1, self.row + 1 + count))
            count = self._repeat
        self.row += count
        self._cells, self._blank = [], 0

    def rows(self) -> Iterator[list[str]]:
        """All rows in order, empty ones between them."""
        last = -1
        for number, count, cells in self._rows:
            for _ in range(min(number - last - 1, FARTHEST)):
                yield []
            last = number + count - 1
            for _ in range(count):  # the pages count the cells, and stop at the limit
                yield cells
