"""Nothing in an office file is lost in silence: what is hidden is read, and said to be hidden."""

from __future__ import annotations

import base64
import hashlib
import io
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import made
import pytest
from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from PIL import Image

from assay import settings
from assay.extract import compound, embedded, vba
from assay.extract.member import open_member
from assay.testing.makers import archives, binary_office, docx, images, odf, pptx, xlsx

PNG = images.encode(Image.new("RGB", (8, 8), "red"), "PNG")
REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def with_parts(body: bytes, changes: dict[str, Any]) -> bytes:
    """A zip with parts added or, by a function of what was there, changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            change = changes.pop(name, None)
            new.writestr(name, change(part) if callable(change) else change or part)
        for name, part in changes.items():
            new.writestr(name, part)
    return out.getvalue()


def related(*rows: tuple[str, str, str]) -> Any:
    """A change that adds relations to a .rels part."""
    added = "".join(f'<Relationship Id="{i}" Type="{REL}/{t}" {g}/>' for i, t, g in rows)
    return lambda part: part.replace(b"</Relationships>", f"{added}</Relationships>".encode())


def in_body(xml: str) -> Any:
    return lambda part: part.replace(b"<w:sectPr", f"{xml}<w:sectPr".encode(), 1)


def found(reading: Any) -> set[tuple[str, str]]:
    return set(reading.metadata.found)


# ---------------------------------------------------------------- DOCX


def test_inserted_deleted_and_hidden_words_of_a_word_file_are_read_and_marked() -> None:
    xml = (
        '<w:p><w:r><w:t>kept </w:t></w:r><w:ins w:author="B. Berg"><w:r><w:t>added</w:t></w:r>'
        '</w:ins><w:del w:author="A. Voss"><w:r><w:delText>struck</w:delText></w:r></w:del>'
        "<w:r><w:rPr><w:vanish/></w:rPr><w:t>unseen</w:t></w:r></w:p>"
    )
    reading = made.read_bytes(with_parts(docx.docx(["x"]), {"word/document.xml": in_body(xml)}))
    assert "kept added struckunseen" in reading.text
    kinds = made.kinds_of(reading)
    assert (kinds["inserted"], kinds["deleted"], kinds["hidden"]) == (
        ["added"], ["struck"], ["unseen"],
    )  # fmt: skip
    assert {("tracked:author", "A. Voss"), ("tracked:author", "B. Berg")} <= found(reading)


def test_comments_margins_and_boxes_of_a_word_file_are_regions() -> None:
    body = docx.docx(
        ["x"], author="A. Voss", header="The head", footer="The foot", comments=["a remark"],
        textboxes=["in a box"],
    )  # fmt: skip
    kinds = made.kinds_of(made.read_bytes(body, "a.docx"))
    assert kinds == {
        "header": ["The head"], "footer": ["The foot"], "text_box": ["in a box"],
        "comment": ["[comment 0 · A. Voss · 2019-03-14T09:00:00Z] a remark"],
    }  # fmt: skip


def test_fields_links_and_variables_of_a_word_file_are_metadata() -> None:
    xml = (
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>DDEAUTO excel x</w:instrText>'
        '<w:fldChar w:fldCharType="separate"/><w:t>result</w:t><w:fldChar w:fldCharType="end"/>'
        '</w:r><w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>'
    )
    settings_part = f'<w:settings {W}><w:docVar w:name="case" w:val="42"/></w:settings>'
    outside = 'Target="http://port.example/t.dotm" TargetMode="External"'
    body = with_parts(
        docx.docx(["x"]),
        {
            "word/document.xml": in_body(xml),
            "word/_rels/document.xml.rels": related(
                ("a", "settings", 'Target="settings.xml"'), ("b", "hyperlink", outside)
            ),
            "word/settings.xml": settings_part.encode(),
        },
    )
    said = found(made.read_bytes(body, "a.docx"))
    assert {
        ("field", "DDEAUTO excel x"), ("docVar:case", "42"),
        ("link:hyperlink", "http://port.example/t.dotm"),
    } <= said  # fmt: skip
    assert not any(name == "field" and value.startswith("PAGE") for name, value in said)


def test_list_paragraphs_carry_the_number_that_word_counts() -> None:
    levels = "".join(
        f'<w:lvl w:ilvl="{n}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText '
        f'w:val="{text}"/></w:lvl>'
        for n, (form, text) in enumerate((("decimal", "%1."), ("lowerRoman", "%1.%2)")))
    )
    numbering = (
        f'<w:numbering {W}><w:abstractNum w:abstractNumId="7">{levels}</w:abstractNum>'
        '<w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num><w:num w:numId="4">'
        '<w:abstractNumId w:val="7"/><w:lvlOverride w:ilvl="0"><w:startOverride w:val="9"/>'
        "</w:lvlOverride></w:num></w:numbering>"
    )
    xml = "".join(
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr>'
        f"</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
        for level, number, text in ((0, 3, "a"), (1, 3, "b"), (1, 3, "c"), (0, 3, "d"),
                                    (1, 3, "e"), (0, 4, "f"), (0, 4, "g"), (0, 0, "plain"))
    )  # fmt: skip
    body = with_parts(
        docx.docx(["x"]),
        {
            "word/document.xml": in_body(xml), "word/numbering.xml": numbering.encode(),
            "word/_rels/document.xml.rels": related(("n", "numbering", 'Target="numbering.xml"')),
        },
    )  # fmt: skip
    assert made.read_bytes(body, "a.docx").text.splitlines()[1:] == [
        "1. a", "1.i) b", "1.ii) c", "2. d", "2.i) e", "9. f", "10. g", "plain",
    ]  # fmt: skip


def test_a_chart_is_read_by_title_and_series() -> None:
    chart = (
        '<c:chartSpace xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"><c:chart><c:title><c:tx>'
        "<c:rich><a:p><a:r><a:t>Cargo</a:t></a:r></a:p></c:rich></c:tx></c:title><c:plotArea>"
        "<c:ser><c:tx><c:v>tons</c:v></c:tx><c:cat><c:pt><c:v>May</c:v></c:pt><c:pt><c:v>June</c:v>"
        "</c:pt></c:cat><c:val><c:pt><c:v>3</c:v></c:pt><c:pt><c:v>5</c:v></c:pt></c:val></c:ser>"
        "</c:plotArea></c:chart></c:chartSpace>"
    )
    body = with_parts(
        docx.docx(["x"]),
        {
            "word/_rels/document.xml.rels": related(("c", "chart", 'Target="charts/chart1.xml"')),
            "word/charts/chart1.xml": chart.encode(),
        },
    )
    assert made.kinds_of(made.read_bytes(body, "a.docx"))["chart"] == [
        "Cargo", "\tMay\tJune", "tons\t3\t5",
    ]  # fmt: skip


def test_a_part_that_nobody_claims_is_named() -> None:
    reading = made.read_bytes(with_parts(docx.docx(["x"]), {"word/hoard.xml": b"<a>b</a>"}))
    assert [(p.code, p.where) for p in reading.problems] == [
        ("part_unclaimed", "part word/hoard.xml")
    ]
    assert reading.status == "partly"


def test_macros_of_a_word_file_are_a_member_whose_modules_are_pages() -> None:
    project = made.ole(binary_office.vba({"Module1": "Sub Go()\r\n' carry\r\nEnd Sub\r\n"}))
    reading = made.read_bytes(with_parts(docx.docx(["x"]), {"word/vbaProject.bin": project}))
    assert [m.name for m in reading.members] == [(b"word", b"vbaProject.bin")]
    modules = made.read_bytes(project, "vbaProject.bin")
    assert modules.type == vba.MEDIA
    assert [p.label for p in modules.pages] == ["Module1"]
    assert modules.text == "Sub Go()\n' carry\nEnd Sub\n"


def test_vba_unpacks_copies_that_reach_back() -> None:
    literals = bytes.fromhex("00616263646566676800696a6b6c6d6e6f70007172737475762e")
    assert vba.unpack(b"\x01\x19\xb0" + literals) == b"abcdefghijklmnopqrstuv."
    assert vba.unpack(b"\x01\x03\xb0\x02a\x05\x00") == b"a" * 9
    with pytest.raises(vba.Broken):
        vba.unpack(b"\x02")


def test_an_embedded_package_keeps_its_original_name() -> None:
    body = made.ole({"\x01Ole10Native": binary_office.package("отчёт".replace("отчёт", "r.csv"),
                                                              b"a,b")})  # fmt: skip
    reading = made.read_bytes(body, "oleObject1.bin")
    assert [m.name for m in reading.members] == [(b"r.csv",)]
    assert reading.members[0].digest == "sha256:" + hashlib.sha256(b"a,b").hexdigest()


def test_an_equation_is_read_as_its_characters() -> None:
    line = b"\x01" + b"".join(b"\x02\x83" + struct.pack("<H", ord(c)) for c in "E=mc") + b"\0\0"
    body = struct.pack("<H", 28) + bytes(26) + b"\x03\x01\x01\x03\x00" + line
    assert embedded.equation(body) == "E=mc"


# ---------------------------------------------------------------- workbooks

ROWS = [["name", "tons"], ["Aurora", 12], ["Borealis", 3]]


def test_hidden_rows_and_columns_are_read_marked_and_named() -> None:
    def hide(part: bytes) -> bytes:
        part = part.replace(b'<row r="2">', b'<row hidden="1" r="2">')
        return part.replace(b"<sheetData>", b'<cols><col min="2" max="2" hidden="1"/></cols>'
                            b"<sheetData>")  # fmt: skip

    body = with_parts(xlsx.xlsx([("S", ROWS)]), {"xl/worksheets/sheet1.xml": hide})
    reading = made.read_bytes(body, "a.xlsx")
    assert reading.text == "name\ttons\nAurora\t12\nBorealis\t3"
    assert made.kinds_of(reading)["hidden"] == ["tons", "Aurora\t12", "3"]
    assert {("sheet:hidden-rows", "S: 2"), ("sheet:hidden-columns", "S: B")} <= found(reading)


def test_a_hidden_sheet_is_hidden_as_a_whole() -> None:
    reading = made.read_bytes(xlsx.xlsx([("A", ROWS), ("B", [["back"]])], hidden=["B"]), "a.xlsx")
    assert made.kinds_of(reading) == {"hidden": ["back"]}


def test_comments_of_a_sheet_have_their_cell_and_author() -> None:
    names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    comments = (
        f"<comments {names}><authors><author>A. Voss</author></authors><commentList>"
        '<comment ref="B2" authorId="0"><text><r><t>too </t></r><r><t>much</t></r></text></comment>'
        "</commentList></comments>"
    )
    body = with_parts(
        xlsx.xlsx([("S", ROWS)]),
        {
            "xl/worksheets/_rels/sheet1.xml.rels": docx.relations(
                [("rId1", "comments", "../comments1.xml")]
            ),
            "xl/comments1.xml": comments.encode(),
        },
    )
    kinds = made.kinds_of(made.read_bytes(body, "a.xlsx"))
    assert kinds == {"comment": ["[comment B2 · A. Voss] too much"]}


def test_rows_that_a_pivot_table_keeps_are_read_though_no_sheet_shows_them() -> None:
    names = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    definition = (
        f'<pivotCacheDefinition {names}><cacheFields><cacheField name="who"><sharedItems>'
        '<s v="Ana"/><s v="Ben"/></sharedItems></cacheField><cacheField name="paid"/>'
        "</cacheFields></pivotCacheDefinition>"
    )
    records = (
        f'<pivotCacheRecords {names}><r><x v="1"/><n v="700"/></r><r><x v="0"/><n v="80"/></r>'
        "</pivotCacheRecords>"
    )
    place = "xl/pivotCache/pivotCacheDefinition1.xml"
    body = with_parts(
        xlsx.xlsx([("S", ROWS)]),
        {
            place: definition.encode(),
            "xl/pivotCache/_rels/pivotCacheDefinition1.xml.rels": docx.relations(
                [("rId1", "pivotCacheRecords", "pivotCacheRecords1.xml")]
            ),
            "xl/pivotCache/pivotCacheRecords1.xml": records.encode(),
        },
    )
    reading = made.read_bytes(body, "a.xlsx")
    assert made.page_of(reading, 2) == "who\tpaid\nBen\t700\nAna\t80"
    assert made.kinds_of(reading)["hidden"] == ["who\tpaid\nBen\t700\nAna\t80"]


def test_a_sheet_that_the_list_leaves_out_is_read() -> None:
    body = xlsx.xlsx([("S", [["shown"]]), ("T", [["left out"]])])
    body = with_parts(
        body,
        {"xl/workbook.xml": lambda part: part.replace(
            b'<sheet name="T" sheetId="2" r:id="rId2"/>', b"")},
    )  # fmt: skip
    reading = made.read_bytes(body, "a.xlsx")
    assert made.kinds_of(reading)["hidden"] == ["left out"]
    assert ("sheet:unlisted", "xl/worksheets/sheet2.xml") in found(reading)


def test_a_binary_workbook_gives_dates_hidden_rows_and_comments() -> None:
    body = binary_office.xlsb(
        [["when", "who"], [43538.0, "Ana"]], hidden_rows=[2], dates=[0], comment=("B. Berg", "why")
    )
    reading = made.read_bytes(body, "a.xlsb")
    assert reading.text == "when\twho\n2019-03-14\tAna\n\n[comment A1 · B. Berg] why"
    assert made.kinds_of(reading)["hidden"] == ["2019-03-14\tAna"]
    assert reading.status == "read"


def test_an_old_workbook_gives_what_its_sheet_hides_and_says_beside_the_cells() -> None:
    tree = binary_office.xls(
        [["name", 1.0], ["Aurora", 12.0]], hidden_rows=[2], hidden_columns=[1],
        comment=("A. Voss", "a remark"), box="in a box", header="&LThe head",
        link="http://port.example/",
    )  # fmt: skip
    reading = made.read_bytes(made.ole(tree), "a.xls")
    assert made.page_of(reading).startswith("name\t1\nAurora\t12\n")
    assert made.kinds_of(reading) == {
        "hidden": ["1", "Aurora\t12"], "header": ["The head"], "text_box": ["in a box"],
        "comment": ["[comment A1 · A. Voss] a remark"],
    }  # fmt: skip
    assert ("link:hyperlink", "http://port.example/") in found(reading)


# ---------------------------------------------------------------- slides


def test_hidden_slides_notes_and_comments_are_regions() -> None:
    names = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
    authors = f'<p:cmAuthorLst {names}><p:cmAuthor id="0" name="A. Voss"/></p:cmAuthorLst>'
    comments = (
        f'<p:cmLst {names}><p:cm authorId="0" dt="2019-03-14T09:00:00"><p:text>why</p:text></p:cm>'
        "</p:cmLst>"
    )
    body = with_parts(
        pptx.pptx([("One", ["x"], "say this"), ("Two", [], "")]),
        {
            "ppt/slides/slide2.xml": lambda part: part.replace(b"<p:sld ", b'<p:sld show="0" '),
            "ppt/slides/_rels/slide1.xml.rels": related(
                ("c", "comments", 'Target="../comments/comment1.xml"')
            ),
            "ppt/comments/comment1.xml": comments.encode(),
            "ppt/commentAuthors.xml": authors.encode(),
        },
    )
    reading = made.read_bytes(body, "a.pptx")
    assert made.kinds_of(reading) == {
        "notes": ["say this"], "hidden": ["Two"],
        "comment": ["[comment · A. Voss · 2019-03-14T09:00:00] why"],
    }  # fmt: skip
    assert [p.label for p in reading.pages] == ["", "hidden"]


def test_words_on_the_master_are_read_and_its_prompts_are_not() -> None:
    def stamp(part: bytes) -> bytes:
        shape = (
            b"<p:sp><p:nvSpPr><p:cNvPr id='9' name='s'/><p:cNvSpPr/><p:nvPr>%s</p:nvPr></p:nvSpPr>"
            b"<p:spPr/><p:txBody><a:bodyPr/><a:p><a:r><a:t>%s</a:t></a:r></a:p></p:txBody></p:sp>"
        )
        both = shape % (b"", b"CONFIDENTIAL") + shape % (b"<p:ph/>", b"Click to edit")
        return part.replace(b"</p:spTree>", both + b"</p:spTree>")

    body = with_parts(pptx.pptx([("One", [], "")]), {"ppt/slideMasters/slideMaster1.xml": stamp})
    reading = made.read_bytes(body, "a.pptx")
    assert made.page_of(reading) == "One\n\nCONFIDENTIAL"
    assert made.kinds_of(reading) == {"header": ["CONFIDENTIAL"]}


def test_an_old_presentation_gives_hidden_slides_comments_masters_and_earlier_states() -> None:
    tree = binary_office.ppt(
        [("One", "say this", False), ("Two", "", True)], comment=("A. Voss", "why", "AV"),
        master="CONFIDENTIAL", earlier="what stood there before",
    )  # fmt: skip
    reading = made.read_bytes(made.ole(tree), "a.ppt")
    assert made.kinds_of(reading) == {
        "comment": ["[comment · A. Voss (AV) · 2019-03-14T09:00] why"], "notes": ["say this"],
        "hidden": ["Two", "what stood there before"], "header": ["CONFIDENTIAL"],
    }  # fmt: skip
    assert made.page_of(reading, 2) == "Two"


# ---------------------------------------------------------------- Word of the OLE kind


def test_an_old_word_file_marks_what_was_changed_hidden_and_said_beside() -> None:
    tree = binary_office.doc(
        [("kept ", ""), ("struck", "deleted"), ("added", "inserted"), ("unseen\r", "hidden")],
        notes=["the note"], header="The head", footer="The foot",
        comments=[("A. Voss", "a remark")], boxes=["in a box"],
    )  # fmt: skip
    reading = made.read_bytes(made.ole(tree), "a.doc")
    assert reading.text.splitlines() == [
        "k[1]ept struck addedunseen", "[1] the note", "The head", "The foot",
        "[comment 0 · A. Voss · 2019-03-14T09:00] a remark", "in a box",
    ]  # fmt: skip
    assert made.kinds_of(reading) == {
        "deleted": ["struck"], "inserted": ["added"], "hidden": ["unseen"], "header": ["The head"],
        "footer": ["The foot"], "text_box": ["in a box"],
        "comment": ["[comment 0 · A. Voss · 2019-03-14T09:00] a remark"],
    }  # fmt: skip


def test_objects_pictures_and_macros_of_an_old_word_file_are_members(tmp_path: Path) -> None:
    tree = binary_office.doc(
        [("words\r", "")], pictures=[PNG], macros={"M": "Sub Go()"},
        objects={"1": {"\x01Ole10Native": binary_office.package("r.csv", b"a,b")},
                 "2": binary_office.doc([("inner words\r", "")])},
    )  # fmt: skip
    body = made.ole(tree)
    reading = made.read_bytes(body, "a.doc")
    assert [m.name[-1] for m in reading.members] == [
        b"r.csv", b"2", b"vbaProject.bin", b"picture-4.png",
    ]  # fmt: skip
    (tmp_path / "a").write_bytes(body)
    inner = open_member(tmp_path / "a", 1, tmp_path, settings.Limits()).read_bytes()
    assert made.read_bytes(inner, "2").text == "inner words\n"
    assert open_member(tmp_path / "a", 3, tmp_path, settings.Limits()).read_bytes() == PNG


# ---------------------------------------------------------------- RTF


def test_rtf_objects_and_pictures_are_members_once() -> None:
    wrapped = binary_office.package("r.csv", b"a,b")[4:]
    data = struct.pack("<II", 0x501, 2)
    for text in (b"Package\0", b"", b""):
        data += struct.pack("<I", len(text)) + text
    data += struct.pack("<I", len(wrapped)) + wrapped
    png = PNG.hex().encode()
    body = (
        rb"{\rtf1 a{\object\objemb{\*\objclass Package}{\*\objdata " + data.hex().encode()
        + rb"}}{\*\shppict{\pict\pngblip " + png + rb"}}{\nonshppict{\pict\wmetafile8 0102}}\par}"
    )  # fmt: skip
    reading = made.read_bytes(body, "a.rtf")
    assert [m.name for m in reading.members] == [(b"r.csv",), (b"picture-2.png",)]
    assert reading.members[1].digest == "sha256:" + hashlib.sha256(PNG).hexdigest()
    assert reading.expected == 2


def test_the_words_that_stand_for_a_picture_in_an_rtf_are_read_and_are_none_of_its_bytes() -> None:
    body = (
        rb"{\rtf1 before {\*\shppict{\pict{\*\picprop{\sp{\sn shapeType}{\sv 75}}"
        rb"{\sp{\sn wzDescription}{\sv C:\'5cbead\'5cdead_\u26222\'3f.jpg}}}\pngblip %s}}after\par}"
    ) % PNG.hex().encode()
    reading = made.read_bytes(body, "a.rtf")
    assert reading.text.splitlines() == ["before after", "C:\\bead\\dead_普.jpg"]
    assert reading.members[0].digest == "sha256:" + hashlib.sha256(PNG).hexdigest()


def test_rtf_comments_boxes_and_margins_are_regions_and_variables_metadata() -> None:
    body = (
        rb"{\rtf1{\header The head\par}{\*\docvar {case}{42}}body{\*\atnid AV}"
        rb"{\*\atnauthor A. Voss}"
        rb"{\*\annotation{\*\atndate %d}a remark}{\shp{\*\shpinst{\shptxt in a box\par}}}"
        rb"{\v unseen}{\revised added}\par}" % (9 << 6 | 14 << 11 | 3 << 16 | 119 << 20)
    )
    reading = made.read_bytes(body, "a.rtf")
    assert made.kinds_of(reading) == {
        "hidden": ["unseen"], "inserted": ["added"], "text_box": ["in a box"],
        "header": ["The head"], "comment": ["[comment · A. Voss (AV) · 2019-03-14T09:00] a remark"],
    }  # fmt: skip
    assert ("docVar:case", "42") in found(reading)


# ---------------------------------------------------------------- OpenDocument


def content(body: str, styles: str = "") -> bytes:
    names = " ".join(
        f'xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"'
        for p, n in (("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"),
                     ("draw", "drawing"))
    )  # fmt: skip
    return (
        f'<office:document-content {names} xmlns:dc="http://purl.org/dc/elements/1.1/" '
        f'xmlns:xlink="http://www.w3.org/1999/xlink"><office:automatic-styles>{styles}'
        f"</office:automatic-styles><office:body>{body}</office:body></office:document-content>"
    ).encode()


def test_deleted_text_of_open_document_stands_where_it_was_deleted() -> None:
    body = content(
        '<office:text><text:tracked-changes><text:changed-region text:id="c1"><text:deletion>'
        "<office:change-info><dc:creator>A. Voss</dc:creator></office:change-info>"
        "<text:p>struck </text:p></text:deletion></text:changed-region>"
        '<text:changed-region text:id="c2"><text:insertion/></text:changed-region>'
        '</text:tracked-changes><text:p>the <text:change text:change-id="c1"/>old '
        '<text:change-start text:change-id="c2"/>new<text:change-end text:change-id="c2"/></text:p>'
        '<text:section text:display="none"><text:p>unseen</text:p></text:section>'
        "<text:p><draw:frame><draw:text-box><text:p>in a box</text:p></draw:text-box></draw:frame>"
        "</text:p></office:text>"
    )
    reading = made.read_bytes(with_parts(odf.odt(["x"]), {"content.xml": body}), "a.odt")
    assert reading.text.splitlines()[0] == "the struck old new"
    assert made.kinds_of(reading) == {
        "deleted": ["struck "], "inserted": ["new"], "hidden": ["unseen"], "text_box": ["in a box"],
    }  # fmt: skip
    assert ("tracked:author", "A. Voss") in found(reading)


def test_hidden_rows_columns_and_comments_of_an_open_document_workbook() -> None:
    body = content(
        '<office:spreadsheet><table:table table:name="S"><table:table-column/>'
        '<table:table-column table:visibility="collapse"/><table:table-row><table:table-cell>'
        "<office:annotation><dc:creator>A. Voss</dc:creator><text:p>why</text:p>"
        "</office:annotation><text:p>name</text:p></table:table-cell><table:table-cell>"
        "<text:p>10 %</text:p></table:table-cell></table:table-row><table:table-row "
        'table:visibility="filter"><table:table-cell><text:p>Aurora</text:p></table:table-cell>'
        "</table:table-row></table:table></office:spreadsheet>"
    )
    reading = made.read_bytes(with_parts(odf.ods([("S", [["x"]])]), {"content.xml": body}))
    assert made.page_of(reading) == "name\t10 %\nAurora\n\n[comment A1 · A. Voss] why"
    assert made.kinds_of(reading) == {
        "hidden": ["10 %", "Aurora"], "comment": ["[comment A1 · A. Voss] why"],
    }  # fmt: skip


def sealed_odt(password: str, how: str) -> bytes:
    """An ODT whose content is under a password, by one of the ciphers met in the field."""
    plain = content("<office:text><text:p>secret words</text:p></office:text>")
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = squeeze.compress(plain) + squeeze.flush()
    salt, old = bytes(range(16)), how == "blowfish"
    start = hashlib.new("sha1" if old else "sha256", password.encode()).digest()
    size = 16 if old else 32
    key = hashlib.pbkdf2_hmac("sha1", start, salt, 1024, size)
    checked = hashlib.new("sha1" if old else "sha256", packed[:1024]).digest()
    vector = bytes(range(8 if old else 12 if how == "gcm" else 16))
    if old:
        pen = Cipher(Blowfish(key), CFB(vector)).encryptor()
        body = pen.update(packed) + pen.finalize()
    elif how == "gcm":
        body = vector + AESGCM(key).encrypt(vector, packed, None)
    else:
        fill = 16 - len(packed) % 16
        pen = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
        body = pen.update(packed + bytes([fill]) * fill) + pen.finalize()
    name = {"blowfish": "Blowfish CFB", "cbc": "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
            "gcm": "http://www.w3.org/2009/xmlenc11#aes256-gcm"}[how]  # fmt: skip
    code = {k: base64.b64encode(v).decode() for k, v in
            (("salt", salt), ("sum", checked), ("vector", vector))}  # fmt: skip
    start_name = (
        ""
        if old
        else (
            "<m:start-key-generation "
            'm:start-key-generation-name="http://www.w3.org/2000/09/xmldsig#sha256" '
            'm:key-size="32"/>'
        )
    )
    manifest = (
        '<m:manifest xmlns:m="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<m:file-entry m:full-path="content.xml" m:size="{len(plain)}"><m:encryption-data '
        f'm:checksum-type="{"SHA1/1K" if old else "urn:x#sha256-1k"}" m:checksum="{code["sum"]}">'
        f'<m:algorithm m:algorithm-name="{name}" m:initialisation-vector="{code["vector"]}"/>'
        f'<m:key-derivation m:key-derivation-name="PBKDF2" m:key-size="{size}" '
        f'm:iteration-count="1024" m:salt="{code["salt"]}"/>{start_name}</m:encryption-data>'
        "</m:file-entry></m:manifest>"
    )
    return archives.zip_of(
        {
            "mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": body,
            "META-INF/manifest.xml": manifest.encode(), "Pictures/p.png": PNG,
        },
        stored=("mimetype", "content.xml"),
    )  # fmt: skip


@pytest.mark.parametrize("how", ["blowfish", "cbc", "gcm"])
def test_open_document_under_a_password_opens_with_it_and_its_members_are_secret(how: str) -> None:
    reading = made.read_bytes(sealed_odt("tide", how), "a.odt", passwords=("ebb", "tide"))
    assert reading.text == "secret words\n"
    assert [m.secret for m in reading.members] == [True]
    assert reading.status == "read"


@pytest.mark.parametrize("how", ["blowfish", "cbc", "gcm"])
def test_open_document_stays_closed_under_another_password(how: str) -> None:
    reading = made.read_bytes(sealed_odt("tide", how), "a.odt", passwords=("ebb",))
    assert (reading.status, made.codes(reading)) == ("unread", {"encrypted"})


# ---------------------------------------------------------------- properties


def test_a_list_of_four_thousand_million_properties_ends_with_the_bytes() -> None:
    value = struct.pack("<II", 0x101E, 0xFFFFFFFF) + struct.pack("<I", 4) + b"One\0"
    section = struct.pack("<IIII", 16 + len(value), 1, 13, 16) + value
    head = struct.pack("<HHI16sI16sI", 0xFFFE, 0, 0, b"", 1, b"", 48)
    tree = binary_office.doc([("words\r", "")])
    tree["\x05DocumentSummaryInformation"] = head + section
    reading = made.read_bytes(made.ole(tree), "a.doc")
    assert ("ole:titles_of_parts", "One") in found(reading)
    assert reading.status == "read"


def test_a_compound_file_that_names_no_part_is_damaged_and_never_an_empty_text() -> None:
    reading = made.read_bytes(compound.written({}), "object.bin")
    assert [p.code for p in reading.problems] == ["damaged"] and reading.status == "unread"


def test_the_numbers_of_lists_in_a_doc_stand_before_their_paragraphs() -> None:
    words = "Claims\rcargo\rport\rnight\rday\rship\r"
    tree = binary_office.doc([(words, "")], listed={1: 0, 2: 1, 3: 2, 4: 1, 5: 0})
    reading = made.read_bytes(made.ole(tree), "a.doc")
    assert reading.text.splitlines() == [
        "Claims", "1. cargo", "a) port", "1.i night", "b) day", "2. ship",
    ]  # fmt: skip


def test_a_doc_whose_table_of_lists_is_broken_keeps_its_words_and_says_so() -> None:
    tree = binary_office.doc([("cargo\rport\r", "")], listed={0: 0, 1: 0})
    table = tree["1Table"]
    assert isinstance(table, bytes)
    entry = table.index(b"\1\0\0\0\7\0\0\0") + 16  # how many levels it changes
    tree["1Table"] = table[:entry] + b"\xff" + table[entry + 1 :]
    reading = made.read_bytes(made.ole(tree), "a.doc")
    assert reading.text.split() == ["cargo", "port"]
    assert "damaged" in made.codes(reading)


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        (r'EQ \* jc2 \* "Font:MS Mincho" \* hps11 \o\ad(\s\up 10(kyō),capital)', "kyō capital"),
        (r"EQ \f(12,37)", "12 37"),
        ("PAGE", ""),
    ],
)
def test_what_an_equation_field_draws_from_its_code_is_text(code: str, shown: str) -> None:
    words = ["before", *shown.split(), "after"]
    tree = binary_office.doc([(f"before \x13{code}\x15 after\r", "")])
    assert made.read_bytes(made.ole(tree), "a.doc").text.split() == words
    quoted = code.replace("\\", "\\\\").replace("ō", "\\u333?")
    rtf = f"{{\\rtf1 before {{\\field{{\\*\\fldinst {quoted}}}}} after}}"
    assert made.read_bytes(rtf.encode(), "a.rtf").text.split() == words
    xml = (
        '<w:p><w:r><w:t>before </w:t><w:fldChar w:fldCharType="begin"/><w:instrText>'
        f'{code}</w:instrText><w:fldChar w:fldCharType="end"/><w:t> after</w:t></w:r></w:p>'
    )
    body = with_parts(docx.docx(["x"]), {"word/document.xml": in_body(xml)})
    assert made.read_bytes(body, "a.docx").text.split() == ["x", *words]
