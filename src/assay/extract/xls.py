"""XLS workbooks: cells by calamine (xlrd for the older kinds), the rest record by record.

Hidden rows and columns, comments with author, words of text boxes, charts, headers and
footers, links and names come from a walk over the records of the workbook stream ([MS-XLS]).
Values are in the format that the sheet shows them in (see shown.py).
Embedded objects, pictures and macros are members. Rows that pivot tables keep are pages of
their own, marked hidden. A sheet is a page (see sheets.py).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import olefile  # type: ignore[import-untyped]
import python_calamine as calamine

from assay.extract import compound, oleparts, types
from assay.extract.ole_properties import note_properties
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.runs import Kinds, Line
from assay.extract.sheets import BREAK, Pages, cell_text, column_letters
from assay.extract.shown import Forms, shown_rows
from assay.extract.transcript import Transcript
from assay.extract.xlsx import margin_words
from assay.ports import Card

CARD = Card(
    name="xls",
    version="2 olefile",
    licence="AGPL-3.0-or-later",
    formats=(types.XLS,),
    limits="formulas are not computed; formats of BIFF 2 to 4 are not applied",
)
_BOF, _EOF, _CONTINUE, _FILEPASS = 0x809, 0x0A, 0x3C, 0x2F
_URL = bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b")
_FILE = bytes.fromhex("0303000000000000c000000000000046")
_FIGURES = 200_000
_STYLED = 2_000_000  # cells of a sheet whose style is kept


def read_xls(request: Request, transcript: Transcript) -> None:
    """Read a workbook. Raises Stop with `encrypted`, `damaged` or `limit_cells`."""
    if not olefile.isOleFile(str(request.path)):
        _read_cells(request, transcript, _Book())
        return
    try:
        opened = compound.opened(request.path)
    except OSError as error:  # calamine walks the file by itself, and may come through
        transcript.trouble("damaged", "", type(error).__name__)
        _read_cells(request, transcript, _Book())
        return
    with opened as ole:
        stream = next((n for n in ("Workbook", "Book") if ole.exists(n)), "")
        if not stream:
            raise Stop("damaged", "", "no workbook stream")
        try:
            body = ole.openstream(stream).read()
        except OSError as error:
            transcript.trouble("damaged", "", type(error).__name__)
            body = b""
        book = _Book()
        book.walk(body, transcript.secret)
        if book.encrypted and not transcript.secret:
            from assay.extract.sealed import read_sealed

            read_sealed(request, transcript)
            return
        if request.only is None:
            _read_all(request, transcript, book, ole)
        for path in oleparts.object_storages(ole, (), "MBD"):
            oleparts.take_object(ole, path, path[-1], transcript)
        oleparts.take_macros(ole, transcript)
        drawn = bytes(book.drawn)
        oleparts.take_pictures(transcript, drawn, oleparts.pictures_in(drawn, 0, len(drawn)))
        if request.only is None:
            oleparts.note_stored_data(ole, transcript)
            oleparts.say_what_is_left(ole, transcript, "MBD", "LNK", "Ctls", "Revision Log")
            note_properties(ole, transcript)


def _read_all(request: Request, transcript: Transcript, book: _Book, ole: Any) -> None:
    for name, value in book.said:
        transcript.note(name, value)
    if ole.exists("Revision Log") and len(ole.openstream("Revision Log").read()) > 1000:
        transcript.trouble("part_unclaimed", "part Revision Log")
    pages = _read_cells(request, transcript, book)
    for entry in ole.listdir(streams=True, storages=False):
        if len(entry) == 2 and entry[0].lower() == "_sx_db_cur":
            values = list(_pivot_values(ole.openstream(entry).read()))
            if values:
                pages.sheet(f"pivot cache {entry[1]}", 0, ([v] for v in values), hidden=True)
    pages.write_names(sheet.name for sheet in book.sheets)


def _read_cells(request: Request, transcript: Transcript, book: _Book) -> Pages:
    pages = Pages(request, transcript)
    try:
        with request.path.open("rb") as stream:
            if compound.goes_round(stream):
                raise ValueError  # calamine would follow it until its memory is gone
            stream.seek(0)
            opened = calamine.CalamineWorkbook.from_filelike(stream)
    except BaseException as error:
        # a Rust panic comes as a BaseException of its own
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        if type(error).__name__ == "PasswordError":
            raise Stop("encrypted") from None
        if _read_by_xlrd(request, book, pages):
            return pages
        if not _read_what_is_beside(book, pages):
            raise Stop("damaged", "", type(error).__name__) from None
        transcript.trouble("damaged", "", type(error).__name__)
        return pages
    for number, meta in enumerate(opened.sheets_metadata, 1):
        sheet = book.sheet(number - 1, meta.name)
        rows: Any = ()
        column = 0
        try:
            if str(meta.typ).rpartition(".")[2] in ("WorkSheet", "DialogSheet", "MacroSheet"):
                found = opened.get_sheet_by_index(number - 1)
                column = (found.start or (0, 0))[1]
                rows = found.iter_rows()  # from the top of the sheet, whatever its start
        except BaseException as error:
            if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
                raise
            transcript.trouble("damaged", f"sheet {number}", type(error).__name__)
        pages.sheet(
            meta.name,
            0,
            shown_rows(rows, column, sheet.cells(), book.forms),
            sheet.lines(),
            hidden=str(meta.visible).rpartition(".")[2] != "Visible",
            hidden_rows=frozenset(sheet.hidden_rows),
            hidden_columns=frozenset(sheet.hidden_columns),
            first_column=column,
        )
    _read_what_is_beside(book, pages)
    return pages


def _read_what_is_beside(book: _Book, pages: Pages) -> bool:
    """Sheets of words alone that the list of sheets left out; False where there are none."""
    left = [s for s in book.sheets if not s.taken and s.lines()]
    for sheet in left:
        pages.sheet(sheet.name or "chart", 0, (), sheet.lines(), hidden=sheet.hidden)
    return bool(left)


# ---------------------------------------------------------------- the records


@dataclass
class _Sheet:
    """What the records of one sheet say beside its cells."""

    name: str = ""
    hidden: bool = False
    taken: bool = False
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    margins: list[Line] = field(default_factory=list)
    notes: list[tuple[int, int, int, str, str]] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    note_objects: set[int] = field(default_factory=set)
    charts: list[_Chart] = field(default_factory=list)
    styled: dict[int, int] = field(default_factory=dict)  # row << 8 | column: style

    def cells(self) -> Iterator[tuple[int, int, int]]:
        """(row from 1, column, style) of the cells whose format changes how they read."""
        for place, style in sorted(self.styled.items()):
            yield (place >> 8) + 1, place & 255, style

    def lines(self) -> list[Line]:
        """Margins, comments, words of boxes and charts."""
        found = list(self.margins)
        used = set()
        for row, column, number, author, said in self.notes:
            words = said or self.texts.get(number, "")
            used.add(number)
            place = f"{column_letters(column)}{row + 1}"
            head = f"[comment {place} · {author}] " if author else f"[comment {place}] "
            if words.strip():
                found.append(Line(head + BREAK.sub(" ", words).strip(), ("comment",)))
        for number, words in self.texts.items():
            if number not in used and words.strip():
                found.append(Line(BREAK.sub(" ", words).strip(), ("text_box",)))
        for chart in self.charts:
            found += [Line(text, ("chart",)) for text in chart.lines()]
        return found


class _Chart:
    """Titles and cached values of a chart."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.values: dict[tuple[int, int], list[str]] = {}
        self.role = 0

    def lines(self) -> list[str]:
        """The words, then a line a series and role."""
        rows = ["\t".join(v) for _, v in sorted(self.values.items())]
        return [*self.words, *dict.fromkeys(rows)]


class _Book:
    """A walk over the workbook stream."""

    def __init__(self) -> None:
        self.sheets: list[_Sheet] = []
        self.said: list[tuple[str, str]] = []
        self.drawn = bytearray()
        self.encrypted = False
        self.forms = Forms()
        self._formats: dict[int, str] = {}
        self._styles: list[int] = []
        self._from_1904 = False
        self._styled: frozenset[int] = frozenset()
        self._places: dict[int, _Sheet] = {}
        self._codec = "cp1252"
        self._new = True  # BIFF8
        self._sheet = _Sheet()
        self._chart: _Chart | None = None
        self._object = 0
        self._figures = _FIGURES

    def sheet(self, number: int, name: str) -> _Sheet:
        """The sheet at a place of the list, if it has that name."""
        for sheet in (*self.sheets[number : number + 1], *self.sheets):
            if sheet.name == name and not sheet.taken:
                sheet.taken = True
                return sheet
        return _Sheet()

    def walk(self, body: bytes, opened: bool) -> None:
        """Take in all records; a broken one is left out.

        `opened` goes on behind the mark of a password: it stays where one was taken off.
        """
        at, end, last = 0, len(body), 0
        depth = 0
        unpack = struct.Struct("<HH").unpack_from
        wanted = _WANTED
        text = _Continued(0, "")
        while at + 4 <= end:
            kind, size = unpack(body, at)
            here, at = at, at + 4 + size
            if kind == _CONTINUE:
                if last == 0xEB:
                    self.drawn += body[here + 4 : at]
                elif last == 0x1B6 and text.take(body[here + 4 : at]):
                    self._text(text.text)
                continue
            last = kind
            if kind in _CELLS and self._chart is None:
                if self._styled:
                    self._cell(kind, body[here + 4 : at])
                continue
            if kind not in wanted:
                continue
            record = body[here + 4 : at]
            try:
                if kind == _BOF:
                    depth += 1
                    self._begin(record, here, depth)
                elif kind == _EOF:
                    depth = max(depth - 1, 0)
                    if depth <= 1:
                        self._chart = None
                    if not depth:
                        self._sheet = _Sheet()
                elif kind == 0x1B6:
                    text = _Continued(struct.unpack_from("<H", record, 10)[0], self._codec)
                elif kind == _FILEPASS:
                    self.encrypted = True
                    if not opened:
                        return
                else:
                    self._take(kind, record)
            except (struct.error, IndexError):
                continue

    def _cell(self, kind: int, record: bytes) -> None:
        """Keep the style of a cell where it changes how the value reads."""
        if len(record) < 6:
            return
        row, column, style = struct.unpack_from("<HHH", record)
        styled = self._sheet.styled
        if kind == 0xBD:  # several cells side by side
            for number in range((len(record) - 6) // 6):
                (style,) = struct.unpack_from("<H", record, 4 + 6 * number)
                if style in self._styled and len(styled) < _STYLED:
                    styled[row << 8 | (column + number) & 255] = style
        elif style in self._styled and len(styled) < _STYLED:
            styled[row << 8 | column & 255] = style

    def _format(self, kind: int, record: bytes) -> None:
        if kind == 0xE0:
            self._styles.append(struct.unpack_from("<H", record, 2)[0])
        elif kind == 0x22:
            self._from_1904 = record[:1] == b"\x01"
        else:
            number = struct.unpack_from("<H", record)[0]
            self._formats[number] = self._long(record, 2) if self._new else self._short(record, 2)

    def _begin(self, record: bytes, place: int, depth: int) -> None:
        version, what = struct.unpack_from("<HH", record)
        if depth == 1:
            self.forms = Forms(self._styles, self._formats, self._from_1904)
            self._styled = frozenset(self.forms.styled)
            self._new = version >= 0x600
            self._sheet = self._places.get(place, _Sheet())
            self._object = 0
        if what == 0x20:
            self._chart = _Chart()
            self._sheet.charts.append(self._chart)

    def _take(self, kind: int, record: bytes) -> None:
        sheet = self._sheet
        if kind == 0x208:
            if record[12] & 0x20:
                sheet.hidden_rows.add(struct.unpack_from("<H", record)[0] + 1)
        elif kind == 0x7D:
            first, last = struct.unpack_from("<HH", record)
            if record[8] & 1:
                sheet.hidden_columns.update(range(first, min(last, 255) + 1))
        elif kind == 0x85:
            found = _Sheet(self._short(record, 6), record[4] & 3 != 0)
            self.sheets.append(found)
            self._places[struct.unpack_from("<I", record)[0]] = found
        elif kind in (0xE0, 0x22, 0x41E):
            self._format(kind, record)
        elif kind == 0x42:
            page = struct.unpack_from("<H", record)[0]
            self._codec = {1200: "cp1252", 32768: "mac-roman", 32769: "cp1252"}.get(
                page, f"cp{page}"
            )
            try:
                b"".decode(self._codec)
            except LookupError:
                self._codec = "cp1252"
        elif kind in (0x14, 0x15) and record:
            words = margin_words(self._long(record, 0) if self._new else self._short(record, 0))
            kinds: Kinds = ("header",) if kind == 0x14 else ("footer",)
            if words and self._chart is None:
                sheet.margins.append(Line(words, kinds))
        elif kind == 0x1C:
            self._note(record)
        elif kind == 0x5D and self._new:
            what, number = struct.unpack_from("<HH", record, 4)
            self._object = number
            if what == 25:
                sheet.note_objects.add(number)
        elif kind == 0xEB:
            self.drawn += record
        elif kind == 0x1B8:
            self._link(record)
        elif kind == 0x18 and self._new:
            self._name(record)
        elif kind == 0x5C:
            who = self._long(record, 0) if self._new else self._short(record, 0)
            if who.strip():
                self.said.append(("written-by", who.strip()))
        elif kind == 0x1AE and self._new and len(record) > 4 and record[2:4] != b"\x01\x04":
            path = self._long(record, 2)
            if path.strip("\0\x01 "):
                self.said.append(("link:externalBook", _virtual_path(path)))
        elif self._chart is not None:
            self._charted(kind, record)

    def _note(self, record: bytes) -> None:
        row, column = struct.unpack_from("<HH", record)
        if self._new:
            number = struct.unpack_from("<H", record, 6)[0]
            self._sheet.notes.append((row, column, number, self._long(record, 8), ""))
        else:
            count = struct.unpack_from("<H", record, 4)[0]
            words = record[6 : 6 + count].decode(self._codec, "replace")
            if row == 0xFFFF and self._sheet.notes:
                *place, before = self._sheet.notes[-1]
                self._sheet.notes[-1] = (*place, before + words)  # type: ignore[assignment]
            else:
                self._sheet.notes.append((row, column, -1, "", words))

    def _text(self, words: str) -> None:
        if self._chart is not None:
            self._chart.words.append(BREAK.sub(" ", words))
        elif words:
            before = self._sheet.texts.get(self._object, "")
            self._sheet.texts[self._object] = before + words

    def _link(self, record: bytes) -> None:
        at = record.find(_URL)
        if at >= 0:
            size = struct.unpack_from("<I", record, at + 16)[0]
            url = record[at + 20 : at + 20 + size].decode("utf-16-le", "replace")
            self.said.append(("link:hyperlink", url.partition("\0")[0]))
        at = record.find(_FILE)
        if at >= 0:
            size = struct.unpack_from("<I", record, at + 18)[0]
            path = record[at + 22 : at + 22 + size].decode(self._codec, "replace")
            self.said.append(("link:hyperlink", path.partition("\0")[0]))

    def _name(self, record: bytes) -> None:
        flags, count = struct.unpack_from("<H", record)[0], record[3]
        if not flags & 0x20 and count:
            name = _characters(record, 14, count)
            self.said.append((f"name:{name}" + (" (hidden)" if flags & 1 else ""), "defined"))

    def _charted(self, kind: int, record: bytes) -> None:
        chart = self._chart
        assert chart is not None
        if kind == 0x100D:
            words = self._short(record, 2)
            if words.strip():
                chart.words.append(BREAK.sub(" ", words))
        elif kind == 0x1065:
            chart.role = struct.unpack_from("<H", record)[0]
        elif kind in (0x203, 0x204) and self._figures > 0:
            self._figures -= 1
            series = struct.unpack_from("<H", record, 2)[0]
            if kind == 0x203:
                value = cell_text(struct.unpack_from("<d", record, 6)[0])
            else:
                value = BREAK.sub(" ", self._long(record, 6))
            chart.values.setdefault((series, -chart.role), []).append(value)

    def _short(self, record: bytes, at: int) -> str:
        """A string after a count of one byte."""
        count = record[at]
        if self._new:
            return _characters(record, at + 1, count)
        return record[at + 1 : at + 1 + count].decode(self._codec, "replace")

    def _long(self, record: bytes, at: int) -> str:
        """A string after a count of two bytes."""
        count = struct.unpack_from("<H", record, at)[0]
        if self._new:
            return _characters(record, at + 2, count)
        return record[at + 2 : at + 2 + count].decode(self._codec, "replace")


_WANTED = frozenset(
    (_BOF, _EOF, _FILEPASS, 0x208, 0x7D, 0x85, 0x42, 0x14, 0x15, 0x1C, 0x5D, 0xEB, 0x1B8, 0x18,
     0x5C, 0x1AE, 0x1B6, 0x100D, 0x1065, 0x203, 0x204, 0xE0, 0x22, 0x41E)
)  # fmt: skip
_CELLS = frozenset((0x06, 0xBD, 0xFD, 0x203, 0x204, 0x27E))


class _Continued:
    """The text of a drawing object: it stands in the records that continue the first."""

    def __init__(self, count: int, codec: str) -> None:
        self.text = ""
        self._left = count
        self._codec = codec

    def take(self, body: bytes) -> bool:
        """Take in one of those records; True with the one that completes the text."""
        count = self._left
        if not count:
            return False
        if body[:1] in (b"\0", b"\1"):
            wide = body[0] == 1
            count = min(count, (len(body) - 1) // (2 if wide else 1))
            self.text += _characters(body, 0, count)
        else:
            self.text += body[:count].decode(self._codec, "replace")
            count = min(count, len(body))
        self._left = self._left - count if count else 0
        return not self._left


def _characters(record: bytes, at: int, count: int) -> str:
    """Characters after a flag that tells their width (BIFF8)."""
    flags = record[at]
    at += 1
    if flags & 8:
        at += 2
    if flags & 4:
        at += 4
    if flags & 1:
        return record[at : at + 2 * count].decode("utf-16-le", "replace")
    return record[at : at + count].decode("latin-1")


def _virtual_path(path: str) -> str:
    """An external book's path: control characters stand for volumes and folders."""
    return "".join(
        "/" if c in "\x01\x02\x03" else c for c in path if c >= " " or c in "\x01\x02\x03"
    )


def _pivot_values(body: bytes) -> Iterator[str]:
    """Names of fields and distinct values of a pivot cache ([MS-XLS] 2.4.306 and on)."""
    at = 0
    while at + 4 <= len(body):
        kind, size = struct.unpack_from("<HH", body, at)
        record = body[at + 4 : at + 4 + size]
        at += 4 + size
        try:
            if kind == 0xCD:
                yield BREAK.sub(" ", _characters(record, 2, struct.unpack_from("<H", record)[0]))
            elif kind == 0xC9:
                yield cell_text(struct.unpack_from("<d", record)[0])
            elif kind == 0xC7 and len(record) > 18:
                name = struct.unpack_from("<H", record, 14)[0]
                yield BREAK.sub(" ", _characters(record, 16, name))
            elif kind == 0xCE:
                year, month, day = struct.unpack_from("<HHB", record)
                yield f"{year:04d}-{month:02d}-{day:02d}"
        except (struct.error, IndexError):
            continue


# ---------------------------------------------------------------- older kinds


def _read_by_xlrd(request: Request, book: _Book, pages: Pages) -> bool:
    """The older XLS kinds that calamine refuses. False where xlrd refuses them too."""
    import io

    import xlrd  # type: ignore[import-untyped]

    try:
        found = xlrd.open_workbook(str(request.path), logfile=io.StringIO())
    except xlrd.XLRDError as error:
        if "encrypted" in str(error).lower():
            raise Stop("encrypted") from None
        return False
    except Exception:  # noqa: BLE001 - any failure of it: the caller says damaged
        return False
    for number, sheet in enumerate(found.sheets()):
        beside = book.sheet(number, sheet.name)
        plain = ([_xlrd_value(c, found.datemode) for c in row] for row in sheet.get_rows())
        rows = shown_rows(plain, 0, beside.cells(), book.forms)
        pages.sheet(
            sheet.name,
            0,
            rows,
            beside.lines(),
            hidden=bool(sheet.visibility),
            hidden_rows=frozenset(beside.hidden_rows),
            hidden_columns=frozenset(beside.hidden_columns),
        )
    return True


def _xlrd_value(cell: Any, mode: int) -> Any:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, mode)
        except (ValueError, OverflowError, xlrd.XLDateError):
            return cell.value
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype in (xlrd.XL_CELL_ERROR, xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    return cell.value
