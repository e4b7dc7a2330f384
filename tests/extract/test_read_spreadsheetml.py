"""Excel 2003 XML: sheets with cells, and not raw XML."""

from __future__ import annotations

import made

from assay.testing.makers.xlsx import excel_2003

STYLES = (
    '<Style ss:ID="Default"/><Style ss:ID="s1"><NumberFormat ss:Format="Percent"/></Style>'
    '<Style ss:ID="s2"><NumberFormat ss:Format="Short Date"/></Style>'
    '<Style ss:ID="s3"><NumberFormat ss:Format="#,##0.00\\ &quot;EUR&quot;"/></Style>'
)
SHEETS = (
    '<Names><NamedRange ss:Name="sums" ss:RefersTo="=Payments!R2C2"/></Names>'
    '<Worksheet ss:Name="Payments"><Table><Column ss:Index="3" ss:Hidden="1"/>'
    '<Row><Cell><Data ss:Type="String">ship</Data></Cell>'
    '<Cell><ss:Data ss:Type="String" xmlns="http://www.w3.org/TR/REC-html40"><B>pa</B>id'
    "</ss:Data></Cell></Row>"
    '<Row ss:Index="3"><Cell ss:HRef="http://port.example/"><Data ss:Type="String">Halcyon</Data>'
    '<Comment ss:Author="A. Voss"><ss:Data xmlns="http://www.w3.org/TR/REC-html40">who knew?'
    "</ss:Data></Comment></Cell>"
    '<Cell ss:StyleID="s3"><Data ss:Type="Number">1234.5</Data></Cell>'
    '<Cell><Data ss:Type="String">unseen</Data></Cell>'
    '<Cell ss:Index="5" ss:StyleID="s2"><Data ss:Type="DateTime">2019-03-14T00:00:00.000</Data>'
    "</Cell></Row>"
    '<Row ss:Hidden="1"><Cell ss:StyleID="s1"><Data ss:Type="Number">0.25</Data></Cell>'
    '<Cell><Data ss:Type="Boolean">1</Data></Cell></Row></Table>'
    '<WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel"><PageSetup>'
    '<Header x:Data="&amp;LConfidential"/></PageSetup></WorksheetOptions></Worksheet>'
    '<Worksheet ss:Name="Second"><Table><Row><Cell><Data ss:Type="String">below</Data></Cell></Row>'
    '</Table><WorksheetOptions xmlns="urn:schemas-microsoft-com:office:excel">'
    "<Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>"
)


def test_an_excel_2003_workbook_gives_its_cells_as_its_sheets_show_them() -> None:
    reading = made.read_bytes(excel_2003(SHEETS, styles=STYLES, title="Sums"), "a.xml")
    assert reading.type == "application/vnd.ms-spreadsheetml"
    assert made.page_of(reading).splitlines() == [
        "ship\tpaid", "", "Halcyon\t1,234.50 EUR\tunseen\t\t2019-03-14", "25.00% [0.25]\tTRUE", "",
        "[comment A3 · A. Voss] who knew?", "Confidential",
    ]  # fmt: skip
    assert made.page_of(reading, 2) == "below"
    assert [page.label for page in reading.pages[:2]] == ["Payments", "Second (hidden)"]
    assert made.kinds_of(reading)["hidden"] == ["unseen", "25.00% [0.25]\tTRUE", "below"]
    assert reading.metadata.title == "Sums"
    assert ("name:sums", "=Payments!R2C2") in reading.metadata.found
    assert ("link:hyperlink", "http://port.example/") in reading.metadata.found
    assert reading.status == "read"


def test_an_excel_2003_workbook_that_breaks_off_keeps_the_rows_before_the_break() -> None:
    body = excel_2003(SHEETS, styles=STYLES)
    reading = made.read_bytes(body[: body.index(b"unseen")], "a.xls")
    assert "ship\tpaid" in reading.text
    assert reading.status == "partly"
    assert "damaged" in made.codes(reading)


def test_cells_far_apart_in_an_excel_2003_workbook_end_at_the_limit_of_cells() -> None:
    row = '<Row ss:Index="{}"><Cell ss:Index="9999"><Data ss:Type="Number">1</Data></Cell></Row>'
    rows = "".join(row.format(n * 99999) for n in range(1, 9))
    sheet = f'<Worksheet ss:Name="a"><Table>{rows}</Table></Worksheet>'
    reading = made.read_bytes(excel_2003(sheet), "a.xml", cells=5)
    assert "limit_cells" in made.codes(reading)
