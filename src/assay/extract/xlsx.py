"""XLSX workbooks by calamine, and what it leaves: a sheet is a page (see sheets.py).

Values are those the program saved, in the format that the sheet shows them in (see shown.py);
formulas are not computed. Hidden sheets, rows and columns
are read and marked. Comments with author, words of drawings, charts, headers and footers
follow the last page of their sheet. Rows that a pivot table keeps, cells of other workbooks
that were kept with a link, and the log of a shared workbook are pages of their own, marked
hidden: no sheet shows them. Defined names and connections are metadata. A sheet whose two
corners span more cells than `limits.cells`, or that calamine refuses, is read as a stream.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import python_calamine as calamine

from assay.extract import office, types
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.runs import Line
from assay.extract.sheets import (
    BREAK,
    Pages,
    Sparse,
)
from assay.extract.shown import Forms, shown_rows
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.ports import Card
from assay.settings import Limits

CARD = Card(
    name="xlsx",
    version="3",
    licence="AGPL-3.0-or-later",
    formats=(types.XLSX,),
    limits="formulas are not computed; formats of the reader's own system are not applied",
)
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,3})(\d{1,7})[\"']")
_HIDDEN_ROW = re.compile(
    rb"<(?:\w+:)?row\b(?=[^>]*\shidden\s*=\s*[\"'](?:1|true)[\"'])[^>]*?\sr\s*=\s*[\"'](\d{1,7})"
)
_HIDDEN_COLUMN = re.compile(
    rb"<(?:\w+:)?col\b(?=[^>]*\shidden\s*=\s*[\"'](?:1|true)[\"'])"
    rb"(?=[^>]*\smin\s*=\s*[\"'](\d{1,5}))[^>]*?\smax\s*=\s*[\"'](\d{1,5})"
)
_MARGIN = re.compile(rb"<(?:\w+:)?(?:odd|even|first)(Header|Footer)\b[^>]*>([^<]+)<")
_MARGIN_CODE = re.compile(r"&(?:&|[LCRPNDTZFAGBIUESXY]|\"[^\"]*\"|\d+|K[0-9A-Fa-f+-]{6,8})")
_DENSE = 8_000_000  # cells that calamine may spread out in memory


def read_xlsx(request: Request, transcript: Transcript) -> None:
    """Read a workbook. Raises Stop with `encrypted`, `damaged` or `limit_cells`."""
    with office.opened(request, transcript) as package:
        if request.only is None:
            _read_book(request, transcript, package)
            package.read_properties()
        package.take_members()
        if request.only is None:
            package.say_what_is_left()


def _read_book(request: Request, transcript: Transcript, package: office.Package) -> None:
    book = _Workbook()
    main = package.main("xl/workbook.xml")
    package.stream(main, book)
    for name, value in book.said:
        transcript.note(name, value)
    related = package.relations(main)
    sheets = [
        _Sheet(name, related[i][1] if i in related else "", hidden)
        for name, i, hidden in book.sheets
    ]
    listed = {sheet.part.lower() for sheet in sheets}
    for part in package.names("xl/worksheets/"):
        if part.endswith(".xml") and part.lower() not in listed and part.count("/") == 2:
            sheets.append(_Sheet(part.rpartition("/")[2], part, True, unlisted=True))
    names = _people(package)
    styles = _Styles()
    package.stream("xl/styles.xml", styles)
    forms = styles.forms(book.from_1904)
    pages = Pages(request, transcript)
    wide = False
    for sheet in sheets:
        if not sheet.part.startswith("xl/worksheets/") or not package.has(sheet.part):
            continue
        _look_at(package, sheet)
        wide = wide or sheet.rows * sheet.columns > min(request.limits.cells, _DENSE)
    done = False
    if not wide and not any(sheet.unlisted for sheet in sheets):
        done = _read_by_calamine(request, transcript, package, sheets, pages, names, forms)
    if not done:
        _read_as_stream(request, transcript, package, sheets, pages, names, forms)
    _read_kept_data(request, package, pages)
    pages.write_names(sheet.name for sheet in sheets)


@dataclass
class _Sheet:
    """A sheet of the workbook, and what a first look at its part tells."""

    name: str
    part: str
    hidden: bool
    unlisted: bool = False
    rows: int = 1
    columns: int = 1
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    margins: list[Line] = field(default_factory=list)


def _look_at(package: office.Package, sheet: _Sheet) -> None:
    """The corners of a sheet, its hidden rows and columns, its margins: by search, not parsed."""
    entry = package.entry(sheet.part)
    if entry is None:
        return
    package.claimed.add(sheet.part.lower())
    rows = columns = 1
    hidden_rows: set[int] = set()
    hidden_columns: set[int] = set()
    tail = b""
    try:
        for chunk in package.archive.chunks(entry):
            block = tail + chunk
            places = set(_PLACE.findall(block))
            if places:
                rows = max(rows, *map(int, {number for _, number in places}))
                columns = max(columns, *map(_column, {letters for letters, _ in places}))
            if b"hidden" in block:
                hidden_rows.update(map(int, _HIDDEN_ROW.findall(block)))
                for low, high in set(_HIDDEN_COLUMN.findall(block)):
                    if len(hidden_columns) < 16384:
                        hidden_columns.update(range(int(low) - 1, min(int(high), 16384)))
            if b"Header" in block or b"Footer" in block:
                for kind, text in _MARGIN.findall(block):
                    said = _margin(text)
                    line = Line(said, ("header",) if kind == b"Header" else ("footer",))
                    if said and all(line.text != m.text for m in sheet.margins):
                        sheet.margins.append(line)
            tail = block[max(block.rfind(b"<"), len(block) - 4096) :]
    except MemberBroken:
        rows = columns = 1 << 20
    except Exception as error:
        if type(error).__module__ not in ("zlib", "lzma", "_lzma", "builtins"):
            raise
        rows = columns = 1 << 20
    sheet.rows, sheet.columns = rows, columns
    sheet.hidden_rows, sheet.hidden_columns = frozenset(hidden_rows), frozenset(hidden_columns)


def _margin(raw: bytes) -> str:
    return margin_words(html.unescape(raw.decode("utf-8", "replace")))


def margin_words(text: str) -> str:
    """The words of a header or footer without the codes for page numbers, fonts and places."""
    return " ".join(_MARGIN_CODE.sub(" ", text).split())


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


# ---------------------------------------------------------------- by calamine


def _read_by_calamine(
    request: Request,
    transcript: Transcript,
    package: office.Package,
    sheets: list[_Sheet],
    pages: Pages,
    names: dict[str, str],
    forms: Forms,
) -> bool:
    """Read all sheets; False where calamine refuses the workbook before any was read."""
    try:
        with request.path.open("rb") as stream:
            book = calamine.CalamineWorkbook.from_filelike(stream)
    except BaseException as error:
        # a Rust panic comes as a BaseException of its own
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if type(error).__name__ == "PasswordError":
            raise Stop("encrypted") from None
        return False
    package.claimed.add("xl/sharedstrings.xml")
    known = {sheet.name: sheet for sheet in sheets}
    for number, meta in enumerate(book.sheets_metadata, 1):
        sheet = known.get(meta.name) or _Sheet(meta.name, "", False)
        rows: Iterable[list[Any]] = ()
        column = 0
        try:
            if str(meta.typ).rpartition(".")[2] in ("WorkSheet", "DialogSheet", "MacroSheet"):
                opened = book.get_sheet_by_index(number - 1)
                column = (opened.start or (0, 0))[1]
                rows = opened.iter_rows()  # from the top of the sheet, whatever its start
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            read = _stream_sheet(package, sheet, request, [], forms)
            transcript.trouble("damaged", f"sheet {number}", type(error).__name__)
            rows = read.rows()
            pages.sheet(sheet.name, 0, rows, _extras(package, sheet, names), hidden=sheet.hidden)
            continue
        if sheet.part:
            package.claimed.add(sheet.part.lower())
        pages.sheet(
            sheet.name,
            0,
            shown_rows(rows, column, _styled(package, sheet, forms), forms),
            _extras(package, sheet, names),
            hidden=str(meta.visible).rpartition(".")[2] != "Visible",
            hidden_rows=sheet.hidden_rows,
            hidden_columns=sheet.hidden_columns,
            first_column=column,
        )
    return True


def _styled(package: office.Package, sheet: _Sheet, forms: Forms) -> Iterator[tuple[int, int, int]]:
    """(row from 1, column from 0, style) of cells whose format changes the text, as they come.

    Found by search in the part and not by parsing: calamine gives the values without a style.
    """
    entry = package.entry(sheet.part) if sheet.part else None
    styles = b"|".join(b"%d" % style for style in forms.styled)
    if entry is None or not styles:
        return
    pattern = re.compile(
        rb"<(?:\w+:)?c\b(?=[^>]*?\ss\s*=\s*[\"'](" + styles + rb")[\"'])"
        rb"[^>]*?\sr\s*=\s*[\"']([A-Za-z]{1,3})(\d{1,7})[\"']"
    )
    columns: dict[bytes, int] = {}
    tail = b""
    try:
        for chunk in package.archive.chunks(entry):
            block = tail + chunk
            cut = max(block.rfind(b"<"), len(block) - 4096)
            tail = block[cut:]
            for style, letters, row in pattern.findall(block, 0, cut):
                column = columns.get(letters)
                if column is None:
                    column = columns[letters] = _column(letters) - 1
                yield int(row), column, int(style)
        for style, letters, row in pattern.findall(tail):
            yield int(row), _column(letters) - 1, int(style)
    except MemberBroken:
        return
    except Exception as error:
        if type(error).__module__ not in ("zlib", "lzma", "_lzma", "builtins"):
            raise


class _Workbook:
    """The list of sheets, and what else the workbook part says."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.said: list[tuple[str, str]] = []
        self.from_1904 = False
        self._name = ""
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "x:sheet":
            hidden = attributes.get("state", "visible") != "visible"
            relation = office.attribute(attributes, "r:id")
            self.sheets.append((attributes.get("name", ""), relation, hidden))
        elif tag == "x:workbookPr":
            self.from_1904 = attributes.get("date1904") in ("1", "true")
        elif tag == "x:definedName":
            hidden_name = attributes.get("hidden") in ("1", "true")
            self._name = attributes.get("name", "") + (" (hidden)" if hidden_name else "")
            self._text.clear()
            if attributes.get("comment"):
                self.said.append((f"name:{self._name}:comment", attributes["comment"]))
        elif tag == "x:fileSharing" and attributes.get("userName"):
            self.said.append(("reserved-by", attributes["userName"]))

    def end(self, tag: str) -> None:
        if tag == "x:definedName" and len(self.said) < 20_000:
            self.said.append((f"name:{self._name}", "".join(self._text)))
            self._name = ""

    def data(self, text: str) -> None:
        if self._name:
            self._text.append(text)


# ---------------------------------------------------------------- beside the cells


def _people(package: office.Package) -> dict[str, str]:
    people = _People()
    for part in package.names("xl/persons/"):
        if part.endswith(".xml"):
            package.stream(part, people)
    return people.names


class _People:
    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag.endswith(":person"):
            self.names[attributes.get("id", "")] = attributes.get("displayName", "")

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


def _extras(package: office.Package, sheet: _Sheet, names: dict[str, str]) -> list[Line]:
    """Margins, comments, words of drawings and charts of a sheet."""
    if not sheet.part:
        return []
    lines = list(sheet.margins)
    for kind, target in package.relations(sheet.part).values():
        if kind in ("comments", "threadedComment"):
            comments = _Comments(names)
            package.stream(target, comments)
            lines += comments.lines
        elif kind == "drawing" and target.lower() not in package.claimed:
            found = office.Words()
            package.stream(target, found)
            lines += [Line(BREAK.sub(" ", text), ("text_box",)) for text in found.lines]
            lines += _drawn(package, target)
    lines += _drawn(package, sheet.part)
    return lines


def _drawn(package: office.Package, part: str) -> list[Line]:
    words, charts = office.drawn(package, part)
    return [
        *(Line(BREAK.sub(" ", text), ("text_box",)) for text in words),
        *(Line(text, ("chart",)) for text in charts),
    ]


class _Comments:
    """Comments of both kinds, marked with cell, author and date."""

    def __init__(self, people: dict[str, str]) -> None:
        self.lines: list[Line] = []
        self._people = people
        self._authors: list[str] = []
        self._head = ""
        self._text: list[str] = []
        self._collect = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.partition(":")[2]
        if local == "comment":
            number = attributes.get("authorId", "")
            index = int(number) if number.isdecimal() else -1
            author = self._authors[index] if 0 <= index < len(self._authors) else ""
            self._begin(attributes.get("ref", ""), author, "")
        elif local == "threadedComment":
            author = self._people.get(attributes.get("personId", ""), "")
            self._begin(attributes.get("ref", ""), author, attributes.get("dT", ""))
        elif local in ("t", "text", "author"):
            self._collect = True
            if local == "author":
                self._text.clear()

    def _begin(self, place: str, author: str, when: str) -> None:
        marks = " · ".join(m for m in (f"comment {place}".strip(), author, when) if m)
        self._head = f"[{marks}] "
        self._text.clear()

    def end(self, tag: str) -> None:
        local = tag.partition(":")[2]
        if local == "author":
            self._authors.append("".join(self._text))
            self._text.clear()
            self._collect = False
        elif local in ("t", "text"):
            self._collect = False
        elif local in ("comment", "threadedComment"):
            words = BREAK.sub(" ", "".join(self._text)).strip()
            self._text.clear()
            if words:
                self.lines.append(Line(self._head + words, ("comment",)))

    def data(self, text: str) -> None:
        if self._collect:
            self._text.append(text)


def _read_kept_data(request: Request, package: office.Package, pages: Pages) -> None:
    """What the file keeps and no sheet shows: pivot caches, linked cells, logs of changes."""
    for number, part in enumerate(package.names("xl/pivotCache/pivotCacheDefinition"), 1):
        if not part.endswith(".xml"):
            continue
        cache = _PivotCache(request.limits.cells)
        package.stream(part, cache)
        for records in package.related(part).get("pivotCacheRecords", ()):
            package.stream(records, cache)
        pages.sheet(f"pivot cache {number}", 0, cache.table(), hidden=True)
    for number, part in enumerate(package.names("xl/externalLinks/externalLink"), 1):
        if part.endswith(".xml"):
            linked = _Linked(request.limits)
            package.stream(part, linked)
            package.relations(part)
            for name, cells in linked.sheets:
                pages.sheet(f"link {number} {name}".rstrip(), 0, cells.rows(), hidden=True)
    package.stream("xl/connections.xml", _Connections(package.transcript))
    logs = _Log()
    for part in package.names("xl/revisions/"):
        if part.endswith(".xml"):
            package.stream(part, logs)
    if logs.lines:
        pages.sheet("log of changes", 0, ([line] for line in logs.lines), hidden=True)


class _PivotCache:
    """The rows that a pivot table was made from, as the file keeps them."""

    _VALUES = frozenset(("x:s", "x:n", "x:d", "x:b", "x:e", "x:m"))

    def __init__(self, limit: int) -> None:
        self._names: list[str] = []
        self._shared: list[list[str]] = []
        self._rows: list[list[str]] = []
        self._row: list[str] | None = None
        self._in_shared = False
        self._left = limit

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "x:cacheField":
            self._names.append(attributes.get("name", ""))
            self._shared.append([])
        elif tag == "x:sharedItems":
            self._in_shared = True
        elif tag == "x:r":
            self._row = []
        elif tag in self._VALUES:
            self._left -= 1
            if self._left < 0:
                raise Stop("limit_cells", "pivot cache")
            value = BREAK.sub(" ", attributes.get("v", ""))
            if self._row is not None:
                self._row.append(value)
            elif self._in_shared and self._shared:
                self._shared[-1].append(value)
        elif tag == "x:x" and self._row is not None:
            column, given = len(self._row), attributes.get("v", "")
            shared = self._shared[column] if column < len(self._shared) else []
            index = int(given) if given.isdecimal() else -1
            self._left -= 1
            if self._left < 0:
                raise Stop("limit_cells", "pivot cache")
            self._row.append(shared[index] if 0 <= index < len(shared) else "")

    def end(self, tag: str) -> None:
        if tag == "x:sharedItems":
            self._in_shared = False
        elif tag == "x:r" and self._row is not None:
            self._rows.append(self._row)
            self._row = None

    def data(self, text: str) -> None:
        pass

    def table(self) -> Iterable[list[str]]:
        """The names of the fields, then the rows; without rows the values of each field."""
        yield self._names
        if self._rows:
            yield from self._rows
        else:
            for name, values in zip(self._names, self._shared, strict=False):
                if values:
                    yield [name, *values]


class _Linked:
    """Cells of another workbook, kept with a link to it."""

    def __init__(self, limits: Limits) -> None:
        self.sheets: list[tuple[str, Sparse]] = []
        self._names: list[str] = []
        self._limits = limits
        self._place = (0, 0)
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "x:sheetName":
            self._names.append(attributes.get("val", ""))
        elif tag == "x:sheetData":
            given = attributes.get("sheetId", "")
            index = int(given) if given.isdecimal() else -1
            name = self._names[index] if 0 <= index < len(self._names) else ""
            self.sheets.append((name, Sparse(self._limits)))
        elif tag == "x:cell":
            match = re.match(r"([A-Z]{1,3})(\d{1,7})\Z", attributes.get("r", ""))
            if match:
                self._place = (int(match[2]), _column(match[1].encode()) - 1)
        self._text.clear()

    def end(self, tag: str) -> None:
        if tag == "x:v" and self.sheets:
            self.sheets[-1][1].put(*self._place, "".join(self._text))

    def data(self, text: str) -> None:
        self._text.append(text)


class _Connections:
    """Where a workbook takes data from: every attribute that says so."""

    _SAYS = frozenset(
        ("name", "description", "connection", "command", "sourceFile", "url", "odcFile")
    )

    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            if name in self._SAYS and value:
                self._transcript.note(f"connection:{name}", value)

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Log:
    """The log of a shared workbook: who changed what, old and new values."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._text: list[str] = []
        self._what = ""
        self._collect = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "x:header":
            who, when = attributes.get("userName", ""), attributes.get("dateTime", "")
            self.lines.append(f"[change · {who} · {when}]")
        elif tag in ("x:oc", "x:nc"):
            self._what = ("old" if tag == "x:oc" else "new") + f" {attributes.get('r', '')}"
        elif tag in ("x:v", "x:t"):
            self._collect = True

    def end(self, tag: str) -> None:
        if tag in ("x:v", "x:t"):
            self._collect = False
        elif tag in ("x:oc", "x:nc"):
            value = BREAK.sub(" ", "".join(self._text))
            self._text.clear()
            if value:
                self.lines.append(f"{self._what}: {value}")

    def data(self, text: str) -> None:
        if self._collect:
            self._text.append(text)


# ---------------------------------------------------------------- as a stream


def _read_as_stream(
    request: Request,
    transcript: Transcript,
    package: office.Package,
    sheets: list[_Sheet],
    pages: Pages,
    names: dict[str, str],
    forms: Forms,
) -> None:
    strings = _Strings(request.limits.text)
    package.stream("xl/sharedStrings.xml", strings)
    if not sheets:
        transcript.trouble("damaged", "", "no sheets")
    for number, sheet in enumerate(sheets, 1):
        if not package.has(sheet.part):
            transcript.trouble("damaged", f"sheet {number}", "its part is missing")
        cells = _stream_sheet(package, sheet, request, strings.strings, forms)
        if sheet.unlisted:
            transcript.note("sheet:unlisted", sheet.part)
        pages.sheet(
            sheet.name,
            0,
            cells.rows(),
            _extras(package, sheet, names),
            hidden=sheet.hidden,
            hidden_rows=sheet.hidden_rows,
            hidden_columns=sheet.hidden_columns,
        )


def _stream_sheet(
    package: office.Package,
    sheet: _Sheet,
    request: Request,
    strings: list[str],
    forms: Forms,
) -> Sparse:
    cells = _Cells(strings, forms, request.limits)
    package.stream(sheet.part, cells)
    return cells.filled


class _Styles:
    """The number formats of cell styles."""

    def __init__(self) -> None:
        self._codes: dict[int, str] = {}
        self._styles: list[int] = []
        self._inside = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        number = attributes.get("numFmtId", "")
        if tag == "x:numFmt" and number.isdecimal():
            self._codes[int(number)] = attributes.get("formatCode", "")
        elif tag == "x:cellXfs":
            self._inside = True
        elif tag == "x:xf" and self._inside:
            self._styles.append(int(number) if number.isdecimal() else 0)

    def end(self, tag: str) -> None:
        if tag == "x:cellXfs":
            self._inside = False

    def data(self, text: str) -> None:
        pass

    def forms(self, from_1904: bool) -> Forms:
        """What the styles do to a value."""
        return Forms(self._styles, self._codes, from_1904)


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
            self.strings.append(BREAK.sub(" ", "".join(self._text)))
            self._text.clear()

    def data(self, text: str) -> None:
        if self._collect:
            self._left -= len(text)
            if self._left < 0:
                raise Stop("limit_text", "part xl/sharedStrings.xml")
            self._text.append(text)


class _Cells:
    """The filled cells of a sheet."""

    def __init__(self, strings: list[str], forms: Forms, limits: Limits) -> None:
        self.filled = Sparse(limits)
        self._strings = strings
        self._forms = forms
        self._place = (0, 0)
        self._kind = ""
        self._style = 0
        self._text: list[str] = []
        self._collect = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "x:c":
            self._kind = attributes.get("t", "")
            style = attributes.get("s", "0")
            self._style = int(style) if style.isdecimal() else 0
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
                value = self._forms.text(self._style, value)
            elif self._kind == "b":
                value = "TRUE" if value == "1" else "FALSE"
            elif self._kind in ("", "n") and value:
                value = self._number(value)
            self.filled.put(self._place[0], self._place[1] - 1, value)

    def _number(self, value: str) -> str:
        try:
            return self._forms.text(self._style, float(value))
        except ValueError:
            return value

    def data(self, text: str) -> None:
        if self._collect:
            self._text.append(text)
