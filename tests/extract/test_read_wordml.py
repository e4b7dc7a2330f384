"""Word 2003 XML, and packages in one XML file: documents, and not raw XML."""

from __future__ import annotations

from pathlib import Path

import made
import pytest

from assay import settings
from assay.extract.member import open_member
from assay.extract.spool import Spool
from assay.testing.makers import xlsx
from assay.testing.makers.docx import docx, flat_package, word_2003

PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
BODY = (
    "<w:p><w:r><w:t>The harbour paid</w:t></w:r>"
    '<aml:annotation w:type="Word.Deletion" aml:author="A. Voss"><aml:content><w:r>'
    "<w:delText> nothing</w:delText></w:r></aml:content></aml:annotation>"
    '<aml:annotation w:type="Word.Insertion" aml:author="A. Voss"><aml:content><w:r>'
    "<w:t> twice</w:t></w:r></aml:content></aml:annotation>"
    "<w:r><w:footnote><w:p><w:r><w:t>by cheque</w:t></w:r></w:p></w:footnote></w:r>"
    '<aml:annotation w:type="Word.Comment" aml:author="B. Berg"><aml:content><w:p><w:r>'
    "<w:t>who knew?</w:t></w:r></w:p></aml:content></aml:annotation></w:p>"
    '<w:p><w:pPr><w:listPr><wx:t wx:val="1."/></w:listPr></w:pPr><w:r><w:rPr><w:vanish/></w:rPr>'
    "<w:t>unseen</w:t></w:r></w:p>"
    "<w:tbl><w:tr><w:tc><w:p><w:r><w:t>ship</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>tons</w:t>"
    "</w:r></w:p></w:tc></w:tr></w:tbl>"
    "<w:sectPr><w:hdr><w:p><w:r><w:t>Confidential</w:t></w:r></w:p></w:hdr></w:sectPr>"
)


def test_a_word_2003_document_gives_its_words_notes_changes_and_comments() -> None:
    reading = made.read_bytes(word_2003(BODY, title="Memo"), "a.xml")
    assert reading.type == "application/vnd.ms-wordml"
    assert [line for line in reading.text.splitlines() if line] == [
        "The harbour paid nothing twice[1]", "1. unseen", "ship\ttons", "Confidential",
        "[1] by cheque", "[comment · B. Berg] who knew?",
    ]  # fmt: skip
    assert made.kinds_of(reading) == {
        "deleted": [" nothing"], "inserted": [" twice"], "hidden": ["unseen"],
        "header": ["Confidential"], "comment": ["[comment · B. Berg] who knew?"],
    }  # fmt: skip
    assert reading.metadata.title == "Memo"
    assert reading.status == "read"


def test_pictures_of_a_word_2003_document_are_members_and_are_accounted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = word_2003(BODY, binaries={"wordml://1.png": PNG, "wordml://2.png": PNG + b"x"})
    reading = made.read_bytes(body, "a.xml")
    assert [m.name for m in reading.members] == [(b"1.png",), (b"2.png",)]
    assert (reading.expected, reading.status) == (2, "read")
    path = tmp_path / "a"
    path.write_bytes(body)
    assert open_member(path, 1, tmp_path, settings.Limits()).read_bytes() == PNG + b"x"
    monkeypatch.setattr(Spool, "add", lambda *given: None)
    assert "members_missing" in made.codes(made.read_bytes(body, "a.xml"))


def test_a_word_2003_document_that_breaks_off_keeps_what_was_there() -> None:
    body = word_2003(BODY)
    reading = made.read_bytes(body[: body.index(b"tons") + 4], "a.xml")
    assert "The harbour paid" in reading.text
    assert "ship" in reading.text
    assert made.codes(reading) == {"damaged"}


def test_a_package_in_one_file_is_read_as_the_document_that_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    plain = docx(["The harbour paid twice."], title="Memo", images={"p.png": PNG})
    reading = made.read_bytes(flat_package(plain), "a.xml")
    assert reading.type == "application/vnd.ms-office.flat-opc+xml"
    assert reading.text == made.read_bytes(plain, "a.docx").text
    assert reading.metadata.title == "Memo"
    assert (len(reading.members), reading.expected, reading.status) == (1, 1, "read")
    monkeypatch.setattr(Spool, "add", lambda *given: None)
    assert "members_missing" in made.codes(made.read_bytes(flat_package(plain), "a.xml"))


def test_a_workbook_in_one_file_is_read_too_and_one_without_a_main_part_is_damaged() -> None:
    book = flat_package(xlsx.xlsx([("S", [["ship", 12]])]))
    assert made.read_bytes(book, "a.xml").text == "ship\t12"
    assert made.codes(made.read_bytes(book.replace(b"main+xml", b"x+xml"), "a.xml")) == {"damaged"}
