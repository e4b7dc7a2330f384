"""Make workbooks (ECMA-376 SpreadsheetML) with shared strings, dates and cached formulas.

A cell is str, int, float, bool, a date, a `Formula`, a `Formatted` or None. Rows and columns
count from 1.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from xml.sax.saxutils import escape, quoteattr

import msgspec

from assay.testing.makers.archives import zip_of
from assay.testing.makers.docx import (
    CORE_RELATION,
    CORE_TYPE,
    content_types,
    core_properties,
    relations,
)


class Formula(msgspec.Struct, frozen=True):
    """A formula as it stands in the file, with the value that the program last computed."""

    text: str
    value: float


class Formatted(msgspec.Struct, frozen=True):
    """A number or text with the number format that its sheet shows it in."""

    value: float | str
    code: str


Cell = str | int | float | bool | date | Formula | None
Row = Sequence[Cell]

_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPES = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Day 0 of the 1900 calendar with Lotus's extra leap day.
_DAY_ZERO = date(1899, 12, 30)


def column_name(number: int) -> str:
    """The letters of a column counted from 1: 1 is A, 28 is AB."""
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def _cell(
    cell: Cell | Formatted, place: str, strings: dict[str, int], codes: dict[str, int]
) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Formatted):
        style = codes.setdefault(cell.code, len(codes)) + 2
        return _cell(cell.value, place, strings, codes).replace("<c ", f'<c s="{style}" ', 1)
    if isinstance(cell, Formula):
        return f'<c r="{place}"><f>{escape(cell.text)}</f><v>{cell.value:g}</v></c>'
    if isinstance(cell, bool):
        return f'<c r="{place}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, date):
        return f'<c r="{place}" s="1"><v>{(cell - _DAY_ZERO).days}</v></c>'
    if isinstance(cell, (int, float)):
        return f'<c r="{place}"><v>{cell!r}</v></c>'
    number = strings.setdefault(cell, len(strings))
    return f'<c r="{place}" t="s"><v>{number}</v></c>'


def xlsx(
    sheets: Sequence[tuple[str, Sequence[Sequence[Cell | Formatted]]]],
    *,
    hidden: Collection[str] = (),
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
    modified: str = "2019-03-14T09:00:00Z",
) -> bytes:
    """An XLSX of (name, rows) sheets; the sheets named in `hidden` do not show."""
    strings: dict[str, int] = {}
    codes: dict[str, int] = {}
    pages: dict[str, bytes] = {}
    for number, (_, rows) in enumerate(sheets, 1):
        lines = []
        for r, row in enumerate(rows, 1):
            cells = "".join(
                _cell(c, f"{column_name(n)}{r}", strings, codes) for n, c in enumerate(row, 1)
            )
            lines.append(f'<row r="{r}">{cells}</row>')
        pages[f"xl/worksheets/sheet{number}.xml"] = (
            f'{_HEAD}<worksheet xmlns="{_S}"><sheetData>{"".join(lines)}</sheetData></worksheet>'
        ).encode()
    shown = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}"'
        f'{" state=" + chr(34) + "hidden" + chr(34) if name in hidden else ""} r:id="rId{n}"/>'
        for n, (name, _) in enumerate(sheets, 1)
    )
    workbook = f'{_HEAD}<workbook xmlns="{_S}" xmlns:r="{_R}"><sheets>{shown}</sheets></workbook>'
    items = "".join(f'<si><t xml:space="preserve">{escape(s)}</t></si>' for s in strings)
    own = "".join(
        f'<numFmt numFmtId="{164 + n}" formatCode={quoteattr(code)}/>' for code, n in codes.items()
    )
    forms = "".join(f'<xf numFmtId="{164 + n}"/>' for n in codes.values())
    styles = (
        f'{_HEAD}<styleSheet xmlns="{_S}"><numFmts>{own}</numFmts>'
        '<fonts count="1"><font><sz val="11"/></font></fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border/></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0"/></cellStyleXfs>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/>'
        f"{forms}</cellXfs></styleSheet>"
    )
    links = [
        (f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)
    ]
    links += [("rIds", "styles", "styles.xml"), ("rIdt", "sharedStrings", "sharedStrings.xml")]
    parts = {
        "xl/workbook.xml": f"{_TYPES}.sheet.main+xml",
        **dict.fromkeys(pages, f"{_TYPES}.worksheet+xml"),
        "xl/styles.xml": f"{_TYPES}.styles+xml",
        "xl/sharedStrings.xml": f"{_TYPES}.sharedStrings+xml",
        "docProps/core.xml": CORE_TYPE,
    }
    return zip_of(
        {
            "[Content_Types].xml": content_types(parts, {}),
            "_rels/.rels": relations(
                [
                    ("rId1", "officeDocument", "xl/workbook.xml"),
                    ("rId2", CORE_RELATION, "docProps/core.xml"),
                ]
            ),
            "xl/workbook.xml": workbook.encode(),
            "xl/_rels/workbook.xml.rels": relations(links),
            **pages,
            "xl/styles.xml": styles.encode(),
            "xl/sharedStrings.xml": f'{_HEAD}<sst xmlns="{_S}">{items}</sst>'.encode(),
            "docProps/core.xml": core_properties(title, author, created, modified),
        }
    )


def excel_2003(sheets: str, *, styles: str = "", title: str = "") -> bytes:
    """An Excel 2003 XML workbook around the markup of its sheets and styles (`ss:`, `x:`)."""
    return (
        '<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:o="urn:schemas-microsoft-com:office:office"'
        ' xmlns:x="urn:schemas-microsoft-com:office:excel"'
        ' xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"'
        ' xmlns:html="http://www.w3.org/TR/REC-html40">'
        '<DocumentProperties xmlns="urn:schemas-microsoft-com:office:office">'
        f"<Title>{escape(title)}</Title></DocumentProperties>"
        f"<Styles>{styles}</Styles>{sheets}</Workbook>"
    ).encode()
