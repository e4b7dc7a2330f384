"""What the makers write opens in readers that know nothing of them."""

import email
import email.policy
import io
import mailbox
import tarfile
import zipfile
from datetime import date

import lxml.etree
import lxml.html
import pikepdf
import pypdfium2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from assay.testing.leak.truth import holds
from assay.testing.makers import archives, fonts, images, mail, odf, pdf, rtf, texts, typeset
from assay.testing.makers.docx import docx
from assay.testing.makers.pptx import pptx
from assay.testing.makers.xlsx import Formula, xlsx

needs_noto = pytest.mark.needs("fonts-noto-core", "fonts-noto-cjk")

# One paragraph a script; figures stand where pdfium keeps their order in right-to-left lines.
PARAGRAPHS = {
    "Latin": "The office found 9.4 metres at buoy E12 (first, second & third sounding).",
    "Cyrillic": "Порт Варнхольт: 14 мая глубина составила 9,4 метра вместо 12,0 метра.",
    "Chinese": "港口疏浚合同第17号，总价款为4,820,000元，“不足”十二米。",
    "Arabic": "بلغ العمق 9.4 متر بدلا من العمق المضمون لأن الإدارة لا توافق على النشر",
    "Uyghur": "يەتتىنچى ئامبارنىڭ ئۆگزىسىدىن ئاق توزان كىرىۋاتىدۇ، چوڭقۇرلۇقى 9.4 مېتىر چىقتى",
}


def pdf_text(body: bytes, password: str | None = None) -> str:
    document = pypdfium2.PdfDocument(body, password=password)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def xml_text(body: bytes, part: str) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        return "".join(lxml.etree.fromstring(package.read(part)).itertext())


def test_every_part_of_a_docx_is_well_formed_and_holds_its_words() -> None:
    body = docx(
        ["first", [["a", "b"], ["c", "d"]], "سالام دۇنيا"],
        title="Title",
        author="Author",
        header="head",
        footer="foot",
        footnotes=["a note"],
        comments=["a comment"],
        textboxes=["in a box"],
        deleted=["struck out"],
        images={"a.png": b"png"},
    )
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        assert package.testzip() is None
        for name in package.namelist():
            if name.endswith((".xml", ".rels")):
                lxml.etree.fromstring(package.read(name))
        assert package.read("word/media/a.png") == b"png"
    shown = xml_text(body, "word/document.xml")
    assert shown.startswith("firstabcdسالام دۇنيا")
    assert "struck out" in shown and "in a box" in shown
    assert xml_text(body, "word/footnotes.xml") == "a note"
    assert xml_text(body, "word/comments.xml") == "a comment"
    assert xml_text(body, "word/header1.xml") == "head"
    assert "TitleAuthor" in xml_text(body, "docProps/core.xml")


def test_a_workbook_gives_back_its_cells_and_its_hidden_sheet() -> None:
    rows = [["name", 3, 2.5, date(2018, 5, 14), None, True, Formula("SUM(B1:C1)", 5.5)]]
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(xlsx([("One", rows), ("隐藏", [["x"]])], hidden=["隐藏"]))
    )
    assert book.get_sheet_by_index(0).to_python() == [
        ["name", 3.0, 2.5, date(2018, 5, 14), "", True, 5.5]
    ]
    assert [str(sheet.visible) for sheet in book.sheets_metadata] == [
        "SheetVisibleEnum.Visible",
        "SheetVisibleEnum.Hidden",
    ]


def test_an_ods_gives_back_its_cells() -> None:
    body = odf.ods([("Sheet", [["a", 1.5, date(2018, 3, 1)], ["b", 2, None]])])
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0)
    assert sheet.to_python()[0] == ["a", 1.5, date(2018, 3, 1)]


def test_slides_and_notes_of_both_kinds_of_deck_hold_their_words() -> None:
    slides = [("Title", ["one", "two"], "a note"), ("Second", ["три"], "")]
    body = pptx(slides)
    assert xml_text(body, "ppt/slides/slide1.xml") == "Titleonetwo"
    assert xml_text(body, "ppt/slides/slide2.xml") == "Secondтри"
    assert xml_text(body, "ppt/notesSlides/notesSlide1.xml") == "a note"
    assert xml_text(odf.odp(slides), "content.xml") == "Titleonetwoa noteSecondтри"


def test_an_odt_stores_its_media_type_first_and_plain() -> None:
    body = odf.odt(["один", [["a", "b"]], "two"])
    assert body[30:38] == b"mimetype"
    assert body[38:77] == b"application/vnd.oasis.opendocument.text"
    assert xml_text(body, "content.xml") == "одинabtwo"


def test_rtf_is_ascii_and_its_code_page_decodes_to_the_words() -> None:
    body = rtf.rtf(["Привет {мир}", "سالام"], codepage=1251)
    assert body.isascii()
    assert "Привет".encode("cp1251") == bytes.fromhex(
        body.decode().split("\\pard ")[1].split(" ")[0].replace("\\'", "")
    )
    assert b"\\{" in body and b"\\u1587?" in body and b"\\rtlpar" in body


def test_a_mail_keeps_headers_charset_attachments_and_the_message_inside() -> None:
    inner = mail.eml(
        "Здравствуйте",
        sender="Анна <anna@a.example>",
        to=["b@b.example"],
        subject="Тема",
        date="2018-03-01T10:00:00+03:00",
        charset="koi8-r",
    )
    body = mail.eml(
        "see below",
        sender="b@b.example",
        to=["c@c.example", "d@d.example"],
        subject="Fwd",
        date="2018-03-02T10:00:00+03:00",
        html="<p>see below</p>",
        attachments=[
            mail.Attachment("сведения.bin", b"\0\1\2"),
            mail.Attachment("orig.eml", inner, "message/rfc822"),
        ],
    )
    message = email.message_from_bytes(body, policy=email.policy.default)
    assert not [part.defects for part in message.walk() if part.defects]
    parts = {part.get_filename(): part for part in message.iter_attachments()}
    assert parts["сведения.bin"].get_content() == b"\0\1\2"
    nested = parts["orig.eml"].get_content()
    assert str(nested["Subject"]) == "Тема" and nested["From"].addresses[0].display_name == "Анна"
    assert nested.get_content().strip() == "Здравствуйте"


def test_a_mailbox_splits_into_its_messages_even_where_a_line_begins_with_from(tmp_path) -> None:
    one = mail.eml(
        "x\n\nFrom here on\n",
        sender="a@a.example",
        to=["b@b.example"],
        subject="1",
        date="2018-03-01T10:00:00+00:00",
    )
    place = tmp_path / "box"
    place.write_bytes(mail.mbox([one, one]))
    box = mailbox.mbox(place)
    assert len(box) == 2
    assert ">From here on" in box[0].get_payload()
    box.close()


def test_archives_open_and_the_encrypted_one_only_with_its_password() -> None:
    files = {"a.txt": b"hello" * 50, "b/c.txt": b"x"}
    with zipfile.ZipFile(io.BytesIO(archives.zip_of(files))) as plain:
        assert {n: plain.read(n) for n in plain.namelist()} == files
    with zipfile.ZipFile(io.BytesIO(archives.encrypted_zip(files, "secret"))) as locked:
        assert {n: locked.read(n, b"secret") for n in locked.namelist()} == files
        with pytest.raises(RuntimeError, match="password"):
            locked.read("a.txt")
    for make in (archives.tar_of, archives.tgz, archives.tbz, archives.txz):
        raw = {"a.txt": b"hello", b"\xef\xf0.txt": b"x"}
        with tarfile.open(fileobj=io.BytesIO(make(raw)), errors="surrogateescape") as tape:
            names = [name.encode("utf-8", "surrogateescape") for name in tape.getnames()]
            assert names == [b"a.txt", b"\xef\xf0.txt"]


@pytest.mark.needs("libarchive13")
def test_a_7z_opens_in_libarchive() -> None:
    import libarchive

    body = archives.seven_zip({"a.txt": b"hello", "b/c.txt": b"x"})
    with libarchive.memory_reader(body) as archive:
        found = {entry.pathname: b"".join(entry.get_blocks()) for entry in archive}
    assert found == {"a.txt": b"hello", "b/c.txt": b"x"}


def test_the_bomb_is_small_and_promises_five_gibibytes() -> None:
    body = archives.zip_bomb()
    assert len(body) < 50_000
    with zipfile.ZipFile(io.BytesIO(body)) as bomb:
        assert sum(entry.file_size for entry in bomb.infolist()) == 5 << 30
        with bomb.open("tides-007.dat") as member:
            assert member.read(1 << 20) == bytes(1 << 20)


@needs_noto
@pytest.mark.parametrize("script", PARAGRAPHS)
def test_native_text_of_every_script_comes_out_of_a_pdf_in_logical_order(script: str) -> None:
    assert holds(pdf_text(pdf.pdf([[PARAGRAPHS[script]]])), PARAGRAPHS[script])


@needs_noto
def test_a_pdf_is_sound_for_qpdf_and_the_same_on_each_run() -> None:
    page = [
        pdf.Letterhead("Port Authority", "Quay House"),
        *PARAGRAPHS.values(),
        pdf.Table((("Name", "Sum"), ("港口", "4,820.00"))),
        pdf.Stamp(("PAID", "2018")),
        pdf.Signature("Maren Oldach", "Harbour Master"),
    ]
    body = pdf.pdf([page, page], title="Глубина", author="M. O.")
    assert body == pdf.pdf([page, page], title="Глубина", author="M. O.")
    with pikepdf.open(io.BytesIO(body)) as document:
        assert document.check_pdf_syntax() == []
        assert str(document.docinfo.Title) == "Глубина"
        assert len(document.pages) == 2


@needs_noto
def test_letters_are_drawn_and_not_only_coded() -> None:
    assert images.render_page([pdf.Gap(1)], dpi=50).convert("L").getextrema() == (255, 255)
    for script, text in PARAGRAPHS.items():
        dark = images.render_page([text], dpi=100).convert("1").histogram()[0]
        assert dark > 10 * len(text), script


@needs_noto
def test_a_letter_that_no_font_draws_is_refused_and_not_left_blank() -> None:
    with pytest.raises(ValueError, match=r"no glyph for U\+1900 "):
        pdf.pdf([["a \u1900"]])


@needs_noto
def test_a_page_that_is_too_full_is_refused_and_not_cut() -> None:
    with pytest.raises(ValueError, match="page 2"):
        pdf.pdf([["short"], ["long"] * 80])


@needs_noto
def test_an_encrypted_pdf_opens_with_its_password_alone() -> None:
    body = pdf.encrypted_pdf([["the words"]], "Graufels")
    assert body == pdf.encrypted_pdf([["the words"]], "Graufels")
    assert "the words" in pdf_text(body, "Graufels")
    with pytest.raises(pypdfium2.PdfiumError):
        pdf_text(body)


@needs_noto
def test_the_earlier_revision_of_a_pdf_is_in_its_first_bytes_and_not_on_the_page() -> None:
    body = pdf.pdf_with_revision([["He ordered it."]], [["It was decided."]])
    assert pdf_text(body).strip() == "It was decided."
    first = body[: body.index(b"%%EOF") + 6]
    assert pdf_text(first).strip() == "He ordered it."
    with pikepdf.open(io.BytesIO(body)) as document:
        assert document.check_pdf_syntax() == []


@needs_noto
@pytest.mark.parametrize(
    "text", ["The sum is 1,150,000 crowns.", "عرضت الهيئة مبلغا كبيرا على الشركة"]
)
def test_a_bad_redaction_hides_the_words_from_the_eye_alone(text: str) -> None:
    words = text.split()[2] + " " + text.split()[3]
    open_, hidden = pdf.pdf([[text]]), pdf.badly_redacted_pdf([[text]], [words])
    assert holds(pdf_text(hidden), words)
    before, after = (images.draw_pdf(b, dpi=100)[0].convert("1") for b in (open_, hidden))
    assert after.histogram()[0] > before.histogram()[0] + 300
    with pytest.raises(ValueError, match="no paragraph"):
        pdf.badly_redacted_pdf([[text]], ["nowhere"])


@needs_noto
def test_attachments_form_fields_and_notes_are_where_the_format_keeps_them() -> None:
    with pikepdf.open(io.BytesIO(pdf.pdf_with_attachment([["x"]], {"附件.txt": b"inside"}))) as one:
        assert one.attachments["附件.txt"].get_file().read_bytes() == b"inside"
    body = pdf.pdf_with_form([["x"]], {"Name": "M. (Oldach)"}, notes=["不要归档"])
    with pikepdf.open(io.BytesIO(body)) as two:
        assert str(two.Root.AcroForm.Fields[0].V) == "M. (Oldach)"
        assert str(two.pages[0].Annots[1].Contents) == "不要归档"


@needs_noto
def test_a_scanned_pdf_holds_a_picture_of_its_size_and_no_text() -> None:
    page = images.age_page(images.render_page(["words"], dpi=100), seed=3)
    body = pdf.scanned_pdf([page, page], dpi=100)
    document = pypdfium2.PdfDocument(body)
    assert pdf_text(body).strip() == "" and len(document) == 2
    width, height = document[0].get_size()
    assert (round(width), round(height)) == (595, 842)
    document.close()


@needs_noto
def test_ageing_is_the_same_for_one_seed_and_another_for_the_next() -> None:
    page = images.render_page(["words"], dpi=60)
    assert images.age_page(page, seed=1).tobytes() == images.age_page(page, seed=1).tobytes()
    assert images.age_page(page, seed=1).tobytes() != images.age_page(page, seed=2).tobytes()
    assert images.age_page(page, noise=0, gradient=0, seed=1).mode == "L"


def test_a_missing_font_is_named_with_its_package(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(fonts, "FONT_FOLDER", tmp_path)
    with pytest.raises(fonts.MissingPackage, match="apt-get install fonts-noto-cjk"):
        fonts.font_place("han", "serif")
    assert fonts.missing_fonts() == ("fonts-noto-core", "fonts-noto-cjk")


def test_html_and_csv_are_read_back_by_others() -> None:
    page = lxml.html.fromstring(
        texts.html_article("Заголовок", ["a < b"], site="s", author="м", charset="windows-1251")
    )
    assert page.findtext(".//h1") == "Заголовок" and page.findtext(".//article/p[2]") == "a < b"
    assert texts.csv([["a,b", 'c"'], [1, ""]]) == b'"a,b","c"""\r\n1,\r\n'
    assert texts.text("а\n", charset="utf-16").startswith(b"\xff\xfe")


@needs_noto
@given(st.text(alphabet="ab, 12.-()йا لمۇ中国。", max_size=60), st.integers(60, 400))
def test_breaking_lines_loses_no_letter(text: str, width: int) -> None:
    lines = typeset.break_lines(text, "serif", 11, width)
    assert "".join("".join(lines).split()) == "".join(text.split())


@needs_noto
@given(st.text(alphabet="ab, 12.-()йا لمۇ中国。", min_size=1, max_size=40))
def test_shaping_keeps_each_letter_once(text: str) -> None:
    shaped = "".join(g.text for run in typeset.shape_line(text, "serif") for g in run.glyphs)
    assert sorted(shaped) == sorted(text)
