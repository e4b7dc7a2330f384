"""Text files, HTML and RTF: which words come out, and which bytes they came from."""

from __future__ import annotations

import codecs

import made
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay import settings
from assay.extract import charset
from assay.extract.html import render
from assay.testing.makers import rtf, texts

UYGHUR = "ئۇيغۇر ئاپتونوم رايونى خەلق ھۆكۈمىتىنىڭ پورت باشقارمىسى بۈگۈن ئۇقتۇرۇش چىقاردى"


def test_the_text_of_a_text_file_is_its_bytes_with_their_line_ends() -> None:
    reading = made.read_bytes(b"one\r\ntwo\rthree\n\n four ", "a.txt")
    assert reading.text == "one\r\ntwo\rthree\n\n four "
    assert reading.status == "read"


def test_a_leading_mark_is_dropped_and_recorded() -> None:
    reading = made.read_bytes(codecs.BOM_UTF16_LE + "Größe".encode("utf-16-le"), "a.txt")
    assert reading.text == "Größe"
    assert ("byte-order-mark", "utf-16-le") in reading.metadata.found


def test_form_feeds_split_pages_and_belong_to_none() -> None:
    reading = made.read_bytes(b"first\n\fsecond\n", "a.txt")
    assert [made.page_of(reading, n) for n in (1, 2)] == ["first\n", "second\n"]
    assert reading.text[reading.pages[0].end : reading.pages[1].start] == "\f"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("utf-8", "Ünïcödé and ордер"),
        ("cp1251", "Приказ начальника порта о выдаче груза без осмотра и без записи в журнале."),
        ("koi8-r", "Приказ начальника порта о выдаче груза без осмотра и без записи в журнале."),
        ("gb18030", "港务局关于货物放行的通知，未经检查不得放行。请各部门遵照执行，不得有误。"),
        ("big5", "港務局關於貨物放行的通知，未經檢查不得放行。請各部門遵照執行，不得有誤。"),
        ("cp1256", "أمر مدير الميناء بالإفراج عن البضائع دون تفتيش أو تسجيل في الدفتر اليومي"),
        ("utf-16-be", "A file of two-byte text without a mark, as some programs write it."),
        ("cp932", "港湾局からのお知らせです。検査を受けていない貨物の引き渡しはできません。"),
    ],
)
def test_a_charset_without_a_declaration_is_told_by_its_bytes(name: str, text: str) -> None:
    reading = made.read_bytes(text.encode(name), "a.txt")
    assert reading.text == text
    assert reading.status == "read"


def test_a_text_too_large_for_the_memory_is_read_as_far_as_it_goes() -> None:
    reading = made.read_bytes("строка\n".encode() * 200_000, "a.txt", memory=1 << 20)
    assert reading.status == "partly"
    assert made.codes(reading) == {"limit_text"}
    assert "limits.memory" in reading.problems[0].next_step
    assert reading.text == "строка\n" * ((1 << 20) // 13)


def test_a_few_bad_bytes_in_utf8_are_replaced_and_said() -> None:
    reading = made.read_bytes("груз без осмотра ".encode() * 9 + b"\xff!", "a.txt")
    assert reading.text == "груз без осмотра " * 9 + "\ufffd!"
    assert made.codes(reading) == {"charset_guess"}


@given(st.binary(max_size=200))
def test_decoding_never_fails(data: bytes) -> None:
    assert isinstance(charset.decode(data).text, str)


@given(st.text(max_size=200))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    clean = text.encode("utf-8", "replace").decode()
    if not clean.startswith("\ufeff") and "\0" not in clean:
        assert charset.decode(clean.encode()).text == clean


def test_a_declared_charset_that_drives_a_codec_is_refused() -> None:
    assert charset.known("zlib") is None
    assert charset.known("unicode_escape") is None
    assert charset.known("gb2312") == "gb18030"


def test_uyghur_in_arabic_script_is_uyghur() -> None:
    assert made.read_bytes(UYGHUR.encode(), "a.txt").metadata.language == "ug"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "The harbour master signed the release of the cargo without an inspection."),
        ("ru", "Начальник порта подписал разрешение на выпуск груза без какого-либо осмотра."),
        ("zh", "港务局局长签署了放行货物的命令。"),
        ("ar", "وقع مدير الميناء أمر الإفراج عن البضائع دون أي تفتيش في ذلك اليوم"),
    ],
)
def test_the_language_is_told_from_the_text(language: str, text: str) -> None:
    assert made.read_bytes(text.encode(), "a.txt").metadata.language == language


def test_too_short_a_text_has_no_language() -> None:
    assert made.read_bytes(b"no. 17", "a.txt").metadata.language is None


def test_a_file_without_bytes_is_read_and_empty() -> None:
    reading = made.read_bytes(b"", "a.pdf")
    assert (reading.type, reading.status, reading.text) == ("application/x-empty", "read", "")


def test_csv_is_its_own_text() -> None:
    body = texts.csv([["name", "berth"], ["Ana, of the sea", 4]])
    reading = made.read_bytes(body, "list.csv")
    assert reading.type == "text/csv"
    assert reading.text == body.decode()


def test_text_without_a_known_ending_is_text() -> None:
    assert made.read_bytes(b"key=value\nother=thing\n", "thing.xyz").status == "read"


def test_lone_surrogates_do_not_reach_the_text() -> None:
    body = rb"{\rtf1\ansi\uc1 a\u-10179?b}"
    assert "\ufffd" in made.read_bytes(body, "a.rtf").text


# ---------------------------------------------------------------- HTML


def test_html_gives_a_line_for_each_block_and_no_script() -> None:
    body = texts.html_article("Fire at berth 4", ["It <began> at night.", "Nobody was hurt."])
    reading = made.read_bytes(body, "a.html")
    lines = reading.text.splitlines()
    assert "It <began> at night." in lines
    assert "Nobody was hurt." in lines
    assert "tracker" not in reading.text


def test_html_metadata_is_found_and_normalised() -> None:
    body = texts.html_article("T", ["x"], author="A. Voss", published="2019-03-14T09:00:00+01:00")
    metadata = made.read_bytes(body, "a.html").metadata
    assert metadata.author == "A. Voss"
    assert metadata.created == "2019-03-14T08:00:00Z"


def test_html_keeps_hidden_words_and_alt_texts_and_inline_words_whole() -> None:
    body = (
        b"<html><p>in<b>side</b><img alt='a crane'><p style='display:none'>hidden</p>"
        b"<table><tr><td>one<td>two</table><pre>a  b\n c</pre>"
    )
    lines = made.read_bytes(body, "a.html").text.splitlines()
    assert lines == ["inside a crane", "hidden", "one\ttwo", "a  b", " c"]


def test_the_meta_charset_of_a_page_is_used() -> None:
    body = '<html><meta charset="windows-1251"><p>Порт</p>'.encode("cp1251")
    assert made.read_bytes(body, "a.html").text == "Порт\n"


def test_a_page_of_half_a_million_open_tags_is_read_without_a_tree() -> None:
    body = b"<html>" + b"<div>" * 200_000 + b"at the bottom"
    rendered, _ = render(body, None, settings.Limits())
    assert rendered.lines == ["at the bottom"]


# ---------------------------------------------------------------- RTF


@pytest.mark.parametrize(
    ("codepage", "text"),
    [
        (1252, "Plain – with “quotes” and {braces} \\ é"),
        (1251, "Приказ № 17 о выдаче груза"),
        (936, "港务局关于放行的通知"),
        (1256, "أمر مدير الميناء"),
        (1252, UYGHUR),
        (1252, "😀 beyond the first plane"),
    ],
)
def test_rtf_gives_its_words_in_any_code_page(codepage: int, text: str) -> None:
    body = rtf.rtf([text, "second"], codepage=codepage, title="Memo", author="A. Voss")
    reading = made.read_bytes(body, "a.rtf")
    assert reading.text == f"{text}\nsecond\n"
    assert (reading.metadata.title, reading.metadata.author) == ("Memo", "A. Voss")
    assert reading.metadata.created == "2019-03-14T09:00:00"
    assert reading.status == "read"


def test_rtf_decodes_each_run_by_its_font() -> None:
    body = (
        rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}"
        rb"{\f2\fcharset134 C;}}\f0 caf\'e9 \f1 \'cf\'ee\'f0\'f2 \f2 \'b8\'db\par}"
    )
    assert made.read_bytes(body, "a.rtf").text == "café Порт 港\n"


def test_rtf_notes_fields_takes_pictures_and_marks_deleted_text() -> None:
    body = (
        rb"{\rtf1\ansi a{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}"
        rb"{\pict\wmetafile8 00ff}{\deleted gone}{\*\unheard of}\bin4 {{{{b\par}"
    )
    reading = made.read_bytes(body, "a.rtf")
    assert reading.text == "alinkgoneb\n"
    assert made.kinds_of(reading) == {"deleted": ["gone"]}
    assert {("tracked:deleted", "1"), ("field", "HYPERLINK x")} <= set(reading.metadata.found)
    assert [m.name for m in reading.members] == [(b"picture-1.wmf",)]


def test_rtf_notes_stand_apart_at_the_end() -> None:
    body = rb"{\rtf1\ansi body{\footnote the note}\par last\par}"
    assert made.read_bytes(body, "a.rtf").text == "body[1]\nlast\n[1] the note\n"


def test_a_hundred_thousand_nested_groups_do_no_harm() -> None:
    body = rb"{\rtf1\ansi " + b"{" * 100_000 + b"deep" + b"}" * 100_000 + b"}"
    assert made.read_bytes(body, "a.rtf").text == "deep\n"


WITHOUT_SPACES = {
    "ja": "省は、貨物が港で二度数えられ、船長が手紙を送ったと発表した。",
    "zh": "该部表示，货物在港口被清点了两次，船长寄出了信件。",
    "ko": "부처는 화물이 항구에서 두 번 계산되었다고 밝혔다.",
    "th": "กระทรวงกล่าวว่าสินค้าถูกนับสองครั้งที่ท่าเรือ และกัปตันได้ส่งจดหมาย",
    "pl": "Ministerstwo podało, że ładunek policzono dwukrotnie w porcie.",
}


@pytest.mark.parametrize("charset", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("language", sorted(WITHOUT_SPACES))
def test_utf16_without_a_mark_is_told_in_scripts_without_spaces_too(
    language: str, charset: str
) -> None:
    text = WITHOUT_SPACES[language] * 3
    assert made.read_bytes(text.encode(charset), "a.txt").text == text
    page = f"<html><body><p>{text}</p></body></html>".encode(charset)
    assert made.read_bytes(page, "a.html").text.strip() == text


@pytest.mark.parametrize(
    ("language", "charset"), [("ja", "iso2022_jp"), ("ko", "iso2022_kr"), ("zh", "hz")]
)
def test_charsets_of_seven_bits_are_told_by_their_shifts(language: str, charset: str) -> None:
    text = WITHOUT_SPACES[language]
    assert made.read_bytes(text.encode(charset), "a.txt").text == text
    head, body = b"From: a@b.org\nTo: c@d.org\nSubject: s\n", b"\n" + text.encode(charset)
    assert text in made.read_bytes(head + body, "a.eml").text
    if charset != "hz":
        wrong = b"Content-Type: text/plain; charset=us-ascii\n"
        assert text in made.read_bytes(head + wrong + body, "a.eml").text


@pytest.mark.parametrize("text", ['(format t "~{~a~^, ~}" ports)', "~{port~} ~{ab~}", "\x1b$x"])
def test_marks_of_programs_are_no_shifts(text: str) -> None:
    assert made.read_bytes(text.encode(), "a.txt").text == text


def test_gbk_and_shift_jis_are_not_taken_for_utf16() -> None:
    for language, name in (("ja", "shift_jis"), ("zh", "gbk")):
        text = WITHOUT_SPACES[language] * 3
        assert made.read_bytes(text.encode(name), "a.txt").text == text
