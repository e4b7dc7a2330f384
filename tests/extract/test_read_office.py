"""Word, Excel, PowerPoint, OpenDocument: every word once, in order, and said where from."""

from __future__ import annotations

import datetime
import io
import random
import re
from pathlib import Path

import made
import pytest
from PIL import Image

from assay import settings
from assay.extract.member import open_member
from assay.testing.makers import archives, docx, images, odf, pptx, xlsx

NOISE = random.Random(1).randbytes(20_000)
PNG = images.encode(Image.new("RGB", (8, 8), "red"), "PNG")


def sealed(body: bytes, password: str) -> bytes:
    from msoffcrypto.format.ooxml import OOXMLFile

    out = io.BytesIO()
    OOXMLFile(io.BytesIO(body)).encrypt(password, out)
    return out.getvalue()


# ---------------------------------------------------------------- DOCX


def test_a_word_file_comes_in_its_order_with_everything_beside_the_body() -> None:
    body = docx.docx(
        ["First paragraph", [["a", "b"], ["c", "d"]], "Last paragraph"],
        title="Memo", author="A. Voss", header="The header", footer="The footer",
        footnotes=["a footnote"], comments=["a comment"], textboxes=["in a box"],
        deleted=["struck out"], images={"p.png": PNG},
    )  # fmt: skip
    reading = made.read_bytes(body, "a.docx")
    lines = [line for line in reading.text.splitlines() if line]
    order = ["The header", "First paragraph[2]", "a\tb", "c\td", "Last paragraph", "in a box"]
    places = [lines.index(line) for line in order]
    assert places == sorted(places)
    assert lines.count("in a box") == 1
    assert "struck out" in made.kinds_of(reading)["deleted"]
    assert ("tracked:deleted", "1") in reading.metadata.found
    assert "[2] a footnote" in lines
    assert any(re.fullmatch(r"\[comment 0 · .*\] a comment", line) for line in lines)
    assert lines.index("The footer") > places[-1]
    assert (reading.metadata.title, reading.metadata.author) == ("Memo", "A. Voss")
    assert reading.metadata.created == "2019-03-14T09:00:00Z"
    assert [m.name[-1] for m in reading.members] == [b"p.png"]
    assert reading.status == "read"


def test_pages_of_a_word_file_end_at_paragraphs() -> None:
    reading = made.read_bytes(docx.docx(["word " * 30] * 20), "a.docx", options={"page_chars": 500})
    assert len(reading.pages) > 4
    assert all(made.page_of(reading, p.number).endswith("word \n") for p in reading.pages)


def test_members_of_a_word_file_open_again_by_their_ordinal(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(docx.docx(["x"], images={"p.png": PNG, "q.png": PNG + b"!"}))
    assert open_member(path, 1, tmp_path, settings.Limits()).read_bytes() == PNG + b"!"


def test_a_word_file_cut_short_is_partly_read_or_says_why() -> None:
    body = docx.docx(["word " * 4000])
    reading = made.read_bytes(body[: len(body) // 2], "a.docx")
    assert reading.type.endswith("wordprocessingml.document")
    assert reading.status != "read"
    assert "truncated" in made.codes(reading)


def test_a_part_that_declares_entities_is_refused() -> None:
    parts = {
        "[Content_Types].xml": b"wordprocessingml.document.main",
        "word/document.xml": b'<!DOCTYPE d [<!ENTITY a "aaaa">]><d>&a;</d>',
    }
    reading = made.read_bytes(archives.zip_of(parts), "a.docx")
    assert (reading.status, made.codes(reading)) == ("unread", {"damaged"})


def test_a_part_that_unpacks_to_far_more_is_a_bomb() -> None:
    parts = {
        "[Content_Types].xml": b"wordprocessingml.document.main",
        "word/document.xml": b"<d>" + b" " * (40 << 20) + b"</d>",
    }
    assert "bomb" in made.codes(made.read_bytes(archives.zip_of(parts), "a.docx", ratio=100))


def test_a_word_file_under_a_password_says_so() -> None:
    reading = made.read_bytes(sealed(docx.docx(["x"]), "tide"), "a.docx")
    assert (reading.status, made.codes(reading)) == ("unread", {"encrypted"})


def test_a_word_file_opens_with_its_password_and_its_members_are_secret() -> None:
    body = sealed(docx.docx(["secret words"], images={"p.png": PNG + NOISE}), "tide")
    reading = made.read_bytes(body, "a.docx", passwords=("ebb", "tide"))
    assert "secret words" in reading.text
    assert reading.members[0].secret
    assert reading.type.endswith("wordprocessingml.document")


def test_a_workbook_protected_against_changes_alone_opens_without_a_password() -> None:
    rows = [["kept", n, "x" * 40] for n in range(900)]
    reading = made.read_bytes(sealed(xlsx.xlsx([("S", rows)]), "VelvetSweatshop"), "a.xlsx")
    assert "kept\t899" in reading.text
    assert reading.status == "read"


# ---------------------------------------------------------------- workbooks

ROWS = [["name", "tons"], ["Aurora", 12], ["Borealis", 3.5]]


def test_a_sheet_is_a_page_with_a_line_for_each_row() -> None:
    reading = made.read_bytes(xlsx.xlsx([("Ships", ROWS), ("Empty", [])], title="T"), "a.xlsx")
    assert made.page_of(reading) == "name\ttons\nAurora\t12\nBorealis\t3.5"
    assert [p.label for p in reading.pages[:2]] == ["Ships", "Empty"]
    assert reading.metadata.title == "T"


def test_names_of_sheets_are_a_page_of_their_own_but_not_those_that_a_program_gave() -> None:
    sheets = [("Bribes 2017", ROWS), ("Sheet2", ROWS), ("Лист1", ROWS), ("Aurora", ROWS)]
    for body, name in ((xlsx.xlsx(sheets), "a.xlsx"), (odf.ods(sheets), "a.ods")):
        reading = made.read_bytes(body, name)
        assert (reading.pages[4].label, made.page_of(reading, 5)) == (
            "names of sheets", "Bribes 2017",
        )  # fmt: skip
        assert len(reading.pages) == 5


def test_a_hidden_sheet_is_read_and_labelled() -> None:
    reading = made.read_bytes(
        xlsx.xlsx([("Open", ROWS), ("Back", [["kept quiet"]])], hidden=["Back"]), "a.xlsx"
    )
    assert "kept quiet" in reading.text
    assert reading.pages[1].label == "Back (hidden)"
    assert ("sheet:hidden", "Back") in reading.metadata.found


def test_a_long_sheet_is_paged_with_its_header_on_each_page() -> None:
    rows = [["name", "no"], *[[f"ship {n}", n] for n in range(25)]]
    reading = made.read_bytes(xlsx.xlsx([("S", rows)]), "a.xlsx", options={"sheet_rows": 10})
    assert [p.label for p in reading.pages] == ["S rows 1-10", "S rows 11-20", "S rows 21-26"]
    assert all(made.page_of(reading, n).startswith("name\tno\n") for n in (1, 2, 3))
    assert reading.text.count("ship 24\t24") == 1


def test_dates_and_line_ends_in_cells() -> None:
    rows = [[datetime.date(2019, 3, 14), "two\nlines\tand a tab"]]
    reading = made.read_bytes(xlsx.xlsx([("S", rows)]), "a.xlsx")
    assert reading.text == "2019-03-14\ttwo lines and a tab"


def test_two_cells_far_apart_do_not_eat_the_memory() -> None:
    body = xlsx.xlsx([("S", [["near", "far"]])])
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                part = part.replace(b'r="B1"', b'r="XFD1048576"')
            new.writestr(name, part)
    reading = made.read_bytes(out.getvalue(), "a.xlsx")
    assert "near" in reading.text and "far" in reading.text
    assert reading.status == "read"


def test_an_open_document_workbook_is_read_by_sheets() -> None:
    reading = made.read_bytes(odf.ods([("Ships", ROWS)], title="T", author="A. Voss"), "a.ods")
    assert made.page_of(reading) == "name\ttons\nAurora\t12\nBorealis\t3.5"
    assert (reading.metadata.title, reading.metadata.author) == ("T", "A. Voss")


# ---------------------------------------------------------------- slides and OpenDocument


def test_a_slide_is_a_page_with_its_notes() -> None:
    body = pptx.pptx([("Title one", ["point"], "say this"), ("Title two", [], "")], author="A")
    reading = made.read_bytes(body, "a.pptx")
    assert made.page_of(reading).splitlines() == ["Title one", "point", "", "say this"]
    assert made.page_of(reading, 2) == "Title two"
    assert reading.metadata.author == "A"


def test_an_open_document_text_comes_in_its_order() -> None:
    body = odf.odt(["First", [["a", "b"], ["c", "d"]], "Last"], title="T", author="A. Voss")
    reading = made.read_bytes(body, "a.odt")
    assert [x for x in reading.text.splitlines() if x] == ["First", "a\tb", "c\td", "Last"]
    assert (reading.metadata.title, reading.metadata.author) == ("T", "A. Voss")


def test_open_document_slides_are_pages_with_notes() -> None:
    reading = made.read_bytes(odf.odp([("One", ["x"], "say"), ("Two", [], "")]), "a.odp")
    assert made.page_of(reading).splitlines() == ["One", "x", "say"]
    assert made.page_of(reading, 2) == "Two"


def test_open_document_notes_and_comments_stand_apart_and_deletions_are_marked() -> None:
    names = " ".join(
        f'xmlns:{p}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"'
        for p, n in (("office", "office"), ("text", "text"))
    )
    content = (
        f'<office:document-content {names} xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<office:body><office:text><text:tracked-changes><text:changed-region><text:deletion>"
        "<text:p>gone</text:p></text:deletion></text:changed-region></text:tracked-changes>"
        "<text:p>body<text:note><text:note-citation>1</text:note-citation><text:note-body>"
        "<text:p>the note</text:p></text:note-body></text:note><office:annotation>"
        "<dc:creator>A. Voss</dc:creator><text:p>a remark</text:p></office:annotation> ends"
        "</text:p></office:text></office:body></office:document-content>"
    )
    parts = {
        "mimetype": b"application/vnd.oasis.opendocument.text",
        "content.xml": content.encode(),
    }
    reading = made.read_bytes(archives.zip_of(parts), "a.odt")
    lines = reading.text.splitlines()
    assert lines == ["body[1] ends", "[1] the note", "[comment · A. Voss] a remark", "gone"]
    assert made.kinds_of(reading) == {
        "comment": ["[comment · A. Voss] a remark"], "deleted": ["gone"],
    }  # fmt: skip
    assert ("tracked:deleted", "1") in reading.metadata.found


@pytest.mark.parametrize("name", ["a.docx", "a.xlsx", "a.pptx", "a.odt"])
def test_a_zip_that_only_claims_to_be_an_office_file_is_a_zip(name: str) -> None:
    reading = made.read_bytes(archives.zip_of({"x.txt": b"x"}), name)
    assert reading.type == "application/zip"
    assert any(key == "name-disagrees" for key, _ in reading.metadata.found)


def test_an_rtf_variable_inside_a_variable_costs_nothing_that_follows() -> None:
    body = rb"{\rtf1 {\*\docvar {one}{\*\docvar {two}{2}}{1}}words behind}"
    reading = made.read_bytes(body, "a.rtf")
    assert "words behind" in reading.text
    assert reading.problems == ()
