"""What workbooks of all kinds share: rows become pages of lines, values become text.

A row is a line, cells are divided by tabs; a tab or line end inside a cell becomes a space,
so that line and column still tell the cell. Sheets longer than `reading.sheet_rows` rows are
paged, and each page begins with the header row again; its label tells the rows. Hidden
sheets, rows and columns are read, marked as regions and named in the metadata. Rows count
from 1, columns from 0 inside this file. A last page holds the names of the sheets, so that they
are searched.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Any

from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.runs import Line
from assay.extract.transcript import Transcript
from assay.settings import Limits

BREAK = re.compile(r"[\t\r\n\v\f]+")
FARTHEST = 2_000_000  # empty rows in a row that are counted
BLANK_RUN = 50  # empty rows in a row that are kept as empty lines
_GIVEN = re.compile(
    "(?:sheet|chart|tabelle|diagramm|feuil|feuille|hoja|foglio|planilha|folha|blad|ark|arkusz|munka"
    r"|list|taul|sayfa|лист|аркуш|工作表|シート|시트|ورقة) ?\d*",
    re.IGNORECASE,
)
_MARKED_CELLS = 20_000  # cells of hidden columns that get a region each
_NOT_A_DATE = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]')
_DATE_LETTER = re.compile(r"[dmyhs]", re.IGNORECASE)
_EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - a sheet's times have no zone
_EPOCH_1904 = datetime.datetime(1904, 1, 1)  # noqa: DTZ001


def cell_text(value: Any) -> str:
    """A value as it is written: whole numbers without a point, dates in ISO 8601."""
    kind = type(value)
    if kind is str:
        return BREAK.sub(" ", value) if not value.isprintable() else value
    if kind is float:
        if value.is_integer() and abs(value) < 1e17:
            return str(int(value))
        text = repr(value)  # 15 digits are what a workbook holds: 0.1 + 0.2 is 0.3 there
        return text if len(text) < 17 else repr(float(f"{value:.15g}"))
    if kind is bool:
        return "TRUE" if value else "FALSE"
    if kind is datetime.datetime:
        plain = value.time() == datetime.time()
        return str(value.date()) if plain else str(value.isoformat(" ", "seconds"))
    if value is None:
        return ""
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def is_date_format(code: str) -> bool:
    """Tell whether a number format writes a date or a time."""
    plain = _NOT_A_DATE.sub("", code.split(";", 1)[0])
    return bool(_DATE_LETTER.search(plain)) and "general" not in plain.lower()


def epoch(from_1904: bool) -> datetime.datetime:
    """The day 0 of a workbook."""
    return _EPOCH_1904 if from_1904 else _EPOCH


def date_text(serial: float, from_1904: bool = False) -> str:
    """A serial day as a date or time; as the number where it is none."""
    try:
        if not from_1904 and 0 <= serial < 61:
            serial += serial >= 1  # the calendar of 1900 has a day that never was
        if 0 <= serial < 1:
            moment = _EPOCH + datetime.timedelta(seconds=round(serial * 86400))
            return str(moment.time())
        days = datetime.timedelta(seconds=round(serial * 86400))
        return cell_text(epoch(from_1904) + days)
    except (OverflowError, ValueError):
        return cell_text(serial)


class Pages:
    """Turns rows into pages of lines."""

    def __init__(self, request: Request, transcript: Transcript) -> None:
        self._transcript = transcript
        self._rows = max(request.options.sheet_rows, 2)
        self._cells = request.limits.cells
        self._marks = _MARKED_CELLS

    def sheet(
        self,
        label: str,
        first: int,
        rows: Iterable[Sequence[str]],
        extras: Sequence[Line] = (),
        *,
        hidden: bool = False,
        hidden_rows: frozenset[int] = frozenset(),
        hidden_columns: frozenset[int] = frozenset(),
        first_column: int = 0,
    ) -> None:
        """Write one sheet. `first` counts the empty rows above it, from 0.

        `extras` are lines that follow the rows: comments, words of drawings, charts.
        """
        self._say_what_is_hidden(label, hidden, hidden_rows, hidden_columns)
        page = _Page(self._transcript, f"{label} (hidden)" if hidden else label, hidden)
        start = row = first
        blank = 0
        many = False
        for cells in rows:
            row += 1
            self._cells -= len(cells)
            if self._cells < 0:
                page.flush(start, row, many)
                raise Stop("limit_cells", f"row {row}")
            line = "\t".join(cells).rstrip("\t")
            if not line:
                blank += 1
                if blank > BLANK_RUN:
                    continue
            else:
                if blank > BLANK_RUN and page.lines:
                    page.flush(start, row - blank, True)
                    start, many = row - 1, True
                blank = 0
                page.header = page.header or line
            if line or page.lines:
                if line and row in hidden_rows:
                    page.hidden_lines.add(len(page.lines))
                elif line and hidden_columns:
                    self._mark_cells(page, cells, len(line), hidden_columns, first_column)
                page.lines.append(line)
            else:
                start = row
            if len(page.lines) >= self._rows:
                page.flush(start, row, True)
                start, many = row, True
        while page.lines and not page.lines[-1]:
            page.lines.pop()
        page.extras = list(extras)
        if page.lines or page.extras or not many:
            page.flush(start, row, many)

    def write_names(self, names: Iterable[str]) -> None:
        """Add a page of the sheets' names, since labels of pages are in no text.

        A name that the program gave (`Sheet1`), or that stands in the text, says nothing new.
        """
        said = [n for n in dict.fromkeys(names) if len(n) > 1 and not _GIVEN.fullmatch(n)]
        if said:
            text = self._transcript.text()
            said = [name for name in said if name not in text]
        if said:
            self._transcript.page("\n".join(said), label="names of sheets")

    def _mark_cells(
        self,
        page: _Page,
        cells: Sequence[str],
        length: int,
        hidden: frozenset[int],
        first_column: int,
    ) -> None:
        at = 0
        for column, cell in enumerate(cells, first_column):
            if at >= length or self._marks <= 0:
                return
            if cell and column in hidden:
                self._marks -= 1
                page.hidden_cells.append((len(page.lines), at, at + len(cell)))
            at += len(cell) + 1

    def _say_what_is_hidden(
        self, label: str, hidden: bool, rows: frozenset[int], columns: frozenset[int]
    ) -> None:
        note = self._transcript.note
        if hidden:
            note("sheet:hidden", label)
        if rows:
            note("sheet:hidden-rows", f"{label}: {_ranges(rows)}")
        if columns:
            note("sheet:hidden-columns", f"{label}: {_ranges(columns, letters=True)}")


class _Page:
    """The lines that wait to be written, and which of them are hidden."""

    def __init__(self, transcript: Transcript, label: str, hidden: bool) -> None:
        self.lines: list[str] = []
        self.header = ""
        self.extras: list[Line] = []
        self.hidden_lines: set[int] = set()
        self.hidden_cells: list[tuple[int, int, int]] = []
        self._transcript = transcript
        self._label = label
        self._hidden = hidden

    def flush(self, start: int, end: int, many: bool) -> None:
        """Write them as a page."""
        label = f"{self._label} rows {start + 1}-{end}" if many else self._label
        lines = self.lines
        shift = 0
        if many and lines and lines[0] != self.header:
            lines = [self.header, *lines]
            shift = 1
        extras = self.extras
        texts = [*lines, "", *(line.text for line in extras)] if extras else lines
        text = "\n".join(texts)
        begin = self._transcript.page(text, label=label)
        if self._hidden:
            self._transcript.mark("hidden", begin, begin + len(text))
        if self.hidden_lines or self.hidden_cells:
            places = [begin]
            for line in lines:
                places.append(places[-1] + len(line) + 1)
            self._mark_lines(places, shift)
            for number, a, b in self.hidden_cells:
                at = places[number + shift]
                self._transcript.mark("hidden", at + a, at + b)
        at = begin + len(text)
        for extra in reversed(extras):
            at -= extra.length
            for kind, a, b in extra.spans:
                self._transcript.mark(kind, at + a, at + b)
            at -= 1
        self.lines, self.extras = [], []
        self.hidden_lines, self.hidden_cells = set(), []

    def _mark_lines(self, places: list[int], shift: int) -> None:
        """Neighbouring hidden rows make one region."""
        run: list[int] = []
        for number in [*sorted(self.hidden_lines), -1]:
            if run and number != run[-1] + 1:
                start, stop = places[run[0] + shift], places[run[-1] + shift + 1] - 1
                self._transcript.mark("hidden", start, stop)
                run = []
            run.append(number)


def column_letters(number: int) -> str:
    """The letters of a column counted from 0."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _ranges(numbers: frozenset[int], letters: bool = False) -> str:
    """Numbers as ranges: `2-5, 9`, or `B-D` for columns."""
    name = column_letters if letters else str
    found: list[str] = []
    run: list[int] = []
    for number in [*sorted(numbers), -1]:
        if run and number != run[-1] + 1:
            found.append(name(run[0]) if run[0] == run[-1] else f"{name(run[0])}-{name(run[-1])}")
            run = []
            if len(found) > 200:
                found.append("and more")
                break
        run.append(number)
    return ", ".join(found)


class Sparse:
    """Filled cells of a sheet, however far apart they stand. Rows from 1, columns from 0."""

    def __init__(self, limits: Limits) -> None:
        """At most `limits.cells` filled cells, with `limits.text` code points in all."""
        self._left = limits.cells
        self._room = limits.text
        self._filled: dict[int, dict[int, str]] = {}

    def put(self, row: int, column: int, value: str) -> None:
        """Enter a cell. Raises Stop with `limit_cells` or `limit_text`."""
        if value:
            self._left -= 1
            self._room -= len(value)
            if self._room < 0:
                raise Stop("limit_text", f"row {row}")
            if self._left < 0:
                raise Stop("limit_cells", f"row {row}")
            self._filled.setdefault(row, {})[column] = BREAK.sub(" ", value)

    def rows(self) -> Iterable[list[str]]:
        """The rows in order, empty ones between them; columns are told by tabs."""
        last = 0
        for row in sorted(self._filled):
            for _ in range(min(row - last - 1, FARTHEST)):
                yield []
            last = row
            cells = self._filled[row]
            line: list[str] = []
            for column in sorted(cells):
                line += [""] * min(column - len(line), 1000)
                line.append(cells[column])
            yield line
