"""Works, WordPerfect, Hangul, Publisher, Visio, XPS and FrameMaker, made by hand."""

from __future__ import annotations

import struct

import made
import pytest

from assay.extract import blips, visio
from assay.model.reading import Reading
from assay.testing.makers import oldoffice
from assay.testing.makers.oldoffice import control, paragraph


def marked(reading: Reading) -> list[tuple[str, str]]:
    return [(r.kind, reading.text[r.start : r.end]) for r in reading.regions]


# ---------------------------------------------------------------- Works


@pytest.mark.parametrize("tables", [1, 3])
def test_works_2000_gives_the_text_of_all_its_chunks(tables: int) -> None:
    body = made.ole({"CONTENTS": oldoffice.chunks("The pilot left.\rГавань\r", tables)})
    reading = made.read_bytes(body, "a.wps")
    assert (reading.type, reading.status) == ("application/vnd.ms-works", "read")
    assert reading.text == "The pilot left.\nГавань\n"


@pytest.mark.parametrize("dos", [False, True])
def test_an_older_works_file_gives_its_body_before_header_and_footer(dos: bool) -> None:
    stream = oldoffice.works("Grüße\r\nat dawn\r\n", "head\r\n", "foot\r\n", dos)
    reading = made.read_bytes(stream if dos else made.ole({"MN0": stream}), "a.wps")
    assert (reading.type, reading.status) == ("application/vnd.ms-works", "read")
    assert reading.text.splitlines() == ["Grüße", "at dawn", "head", "foot"]
    assert marked(reading) == [("header", "head"), ("footer", "foot")]


def test_a_truncated_works_file_keeps_its_text_and_says_so() -> None:
    reading = made.read_bytes(oldoffice.works("The pilot left.\r\n")[:-8], "a.wps")
    assert (reading.text, made.codes(reading)) == ("The pilot\n", {"truncated"})


# ---------------------------------------------------------------- WordPerfect


def test_wordperfect_6_gives_letters_of_its_own_sets_and_passes_functions_over() -> None:
    body = b"Caf\x0f" + b"\xf2\x0c\xf2" + b"\x80au\x80" + b"\xf0\x00\x0a\xf0" + b"\xcc"
    body += oldoffice.six_function(0xE0, 0x11, b"\1\2\3") + b"tabbed" + b"\xf0\x55\x63\xf0"
    reading = made.read_bytes(oldoffice.wordperfect6(body), "a.wpd")
    assert (reading.type, reading.status) == ("application/vnd.wordperfect", "read")
    assert reading.text.splitlines() == ["Café au А", "\ttabbed\ufffd"]


def test_text_kept_by_wordperfect_to_undo_a_deletion_is_marked() -> None:
    body = b"The\x80pilot\xf1\0\0\0\xf1\x80never\xf1\1\0\0\xf1\x80left"
    reading = made.read_bytes(oldoffice.wordperfect6(body), "a.wpd")
    assert reading.text == "The pilot never left\n"
    assert marked(reading) == [("deleted", " never")]


def test_notes_and_headers_in_the_index_of_wordperfect_come_behind_the_text() -> None:
    body = oldoffice.six_function(0xD6, 0, prefixes=[2]) + b"The\x80text"
    body += oldoffice.six_function(0xD7, 0, prefixes=[1])
    made_file = oldoffice.wordperfect6(body, [b"a\x80footnote", b"page\x80head"])
    reading = made.read_bytes(made_file, "a.wpd")
    assert reading.text.splitlines() == ["The text", "a footnote", "page head"]
    assert marked(reading) == [("header", "page head")]


def test_wordperfect_5_gives_text_and_the_notes_inside_its_functions() -> None:
    note = oldoffice.five_function(0xD6, 0, bytes(10) + b"a footnote")
    body = b"The pilot\x0dleft." + note + b"\x0aA" + b"\xc0\x1b\x01\xc0" + b"\xc3\x0c\xc3!"
    reading = made.read_bytes(oldoffice.wordperfect5(body), "a.wp5")
    assert reading.text.splitlines() == ["The pilot left.", "Aá!", "a footnote"]
    assert reading.status == "read"


def test_wordperfect_under_a_password_or_cut_short_is_named() -> None:
    locked = made.read_bytes(oldoffice.wordperfect6(b"x", encrypted=True), "a.wpd")
    assert (locked.status, made.codes(locked)) == ("unread", {"encrypted"})
    short = made.read_bytes(oldoffice.wordperfect6(b"The\x80pilot\x80left", cut=5), "a.wpd")
    assert (short.text, made.codes(short)) == ("The pilot\n", {"truncated"})


# ---------------------------------------------------------------- Hangul


def section() -> bytes:
    return (
        paragraph("아파치 Tika", objects=1)
        + control("head", 1, paragraph("page head", 2))
        + control("tcmt", 1, paragraph("who says?", 2))
        + paragraph("table:", objects=1)
        + control("tbl ", 1, oldoffice.cells([["Port", "Ships"], ["Aden", "3"]], 2))
        + paragraph("The end.")
    )


@pytest.mark.parametrize("flags", [0, 1, 5], ids=["plain", "packed", "for distribution"])
def test_hangul_gives_paragraphs_and_rows_in_order_and_marks_what_is_beside(flags: int) -> None:
    body = made.ole(oldoffice.hwp(section(), paragraph("Second section."), flags=flags))
    reading = made.read_bytes(body, "a.hwp")
    assert (reading.type, reading.status) == ("application/x-hwp", "read")
    assert reading.text.splitlines() == [
        "아파치 Tika", "page head", "[comment] who says?", "table:", "Port\tShips", "Aden\t3",
        "The end.", "Second section.",
    ]  # fmt: skip
    assert marked(reading) == [("header", "page head"), ("comment", "[comment] who says?")]


def test_a_paragraph_of_hangul_longer_than_a_record_head_can_say_is_whole() -> None:
    reading = made.read_bytes(made.ole(oldoffice.hwp(paragraph("x" * 5000))), "a.hwp")
    assert reading.text == "x" * 5000 + "\n"


def test_hangul_under_a_password_or_cut_short_is_named() -> None:
    locked = made.read_bytes(made.ole(oldoffice.hwp(b"", flags=3)), "a.hwp")
    assert (locked.status, made.codes(locked)) == ("unread", {"encrypted"})
    cut = made.ole(oldoffice.hwp(section()[:-10]))
    assert made.codes(made.read_bytes(cut, "a.hwp")) == {"truncated"}


def test_zeros_behind_a_section_of_hangul_are_padding_and_zeros_inside_it_are_damage() -> None:
    padded = made.read_bytes(made.ole(oldoffice.hwp(paragraph("Words.") + bytes(999))), "a.hwp")
    broken = paragraph("Words.") + bytes(999) + paragraph("Lost.")
    damaged = made.read_bytes(made.ole(oldoffice.hwp(broken)), "a.hwp")
    assert padded.text == damaged.text == "Words.\n"
    assert padded.problems == ()
    assert [p.code for p in damaged.problems] == ["damaged"]


def test_a_section_of_hangul_that_unpacks_without_end_stops_at_the_limit() -> None:
    reading = made.read_bytes(made.ole(oldoffice.hwp(bytes(40 << 20))), "a.hwp")
    assert "bomb" in made.codes(reading)


def test_hwpx_gives_paragraphs_rows_and_comments() -> None:
    def p(text: str) -> str:
        return f"<hp:p><hp:run><hp:t>{text}</hp:t></hp:run></hp:p>"

    rows = "".join(
        "<hp:tr>"
        + "".join(f"<hp:tc><hp:subList>{p(c)}</hp:subList></hp:tc>" for c in row)
        + "</hp:tr>"
        for row in (("Port", "Ships"), ("Aden", "3"))
    )
    comment = f"<hp:ctrl><hp:hiddenComment>{p('who says?')}</hp:hiddenComment></hp:ctrl>"
    body = (
        f"<hp:p><hp:run>{comment}<hp:t>아파치<hp:tab/>Tika</hp:t></hp:run></hp:p>"
        f"<hp:p><hp:run><hp:t>table:</hp:t><hp:tbl>{rows}</hp:tbl></hp:run></hp:p>"
    )
    extra = {"BinData/image1.png": b"\x89PNG", "Preview/PrvImage.png": b"\x89PNG p"}
    reading = made.read_bytes(oldoffice.hwpx(body, p("Second section."), extra=extra), "a.hwpx")
    assert reading.text.splitlines() == [
        "아파치\tTika", "[comment] who says?", "table:", "Port\tShips", "Aden\t3",
        "Second section.",
    ]  # fmt: skip
    assert (reading.status, len(reading.members)) == ("read", 2)
    assert (reading.metadata.title, reading.metadata.author) == ("Harbour", "Ana")


def test_hwpx_under_a_password_is_named() -> None:
    reading = made.read_bytes(oldoffice.hwpx("", sealed=True), "a.hwpx")
    assert (reading.status, made.codes(reading)) == ("unread", {"encrypted"})


# ---------------------------------------------------------------- Publisher


def blip(kind: int, body: bytes, instance: int = 0x6E0) -> bytes:
    return struct.pack("<HHI", instance << 4, kind, len(body) + 17) + bytes(17) + body


def publication(**other: object) -> bytes:
    pictures = blip(0xF01E, b"\x89PNG a") + blip(0xF01D, b"\xff\xd8 b") + blip(0xF029, b"II* c")
    return made.ole(
        {
            "Contents": b"x",
            "Quill": {"QuillSub": {"CONTENTS": oldoffice.chunks("First box\rSecond box\r")}},
            "Escher": {"EscherDelayStm": pictures},
            **other,
        }
    )


def test_a_publication_gives_its_boxes_and_its_pictures() -> None:
    reading = made.read_bytes(publication(), "a.pub")
    assert (reading.type, reading.status) == ("application/x-mspublisher", "read")
    assert reading.text.splitlines() == ["First box", "Second box"]
    assert [m.name[-1] for m in reading.members] == [
        b"picture-1.png", b"picture-2.jpg", b"picture-3.tiff",
    ]  # fmt: skip


def test_a_publication_before_98_is_read_in_part_by_a_search_for_text() -> None:
    body = made.ole({"Contents": b"\1\2\3The pilot left.\0\0\xff\1\2", "\x01CompObj": b"x"})
    reading = made.read_bytes(body, "a.pub")
    assert (reading.text, reading.status) == ("The pilot left.\n", "partly")
    assert made.codes(reading) == {"unsupported"}


def test_pictures_are_found_inside_containers_and_entries_of_drawing_records() -> None:
    inner = struct.pack("<HHI", 0x52, 0xF007, 36 + 31) + bytes(36) + blip(0xF01E, b"\x89PNG a")
    held = struct.pack("<HHI", 0x1F, 0xF001, len(inner)) + inner
    assert [(e, held[s:t]) for e, s, t in blips.pictures(held)] == [("png", b"\x89PNG a")]


# ---------------------------------------------------------------- Visio


@pytest.mark.parametrize(("version", "packed"), [(5, False), (6, True), (11, True), (11, False)])
def test_a_drawing_gives_a_page_a_page_and_masters_last(version: int, packed: bool) -> None:
    stream = oldoffice.visio([["Harbour", "Gate"], ["Quay"]], ["Ship"], version, packed)
    reading = made.read_bytes(made.ole({"VisioDocument": stream}), "a.vsd")
    assert (reading.type, reading.status) == ("application/vnd.visio", "read")
    if version > 5:
        assert [made.page_of(reading, n) for n in (1, 2, 3)] == ["Harbour\nGate", "Quay", "Ship"]
    assert {"Harbour", "Gate", "Quay", "Ship"} == set(reading.text.split())
    assert ("boilerplate", "Ship") in marked(reading)


def test_the_packing_of_visio_copies_from_a_ring_of_4096_bytes() -> None:
    content = b"abc" + bytes(40) + b"xyz" * 5 + bytes(9000) + b"end"
    assert visio.unpack(oldoffice.pack(content)) == content


def test_a_truncated_drawing_is_damaged() -> None:
    stream = oldoffice.visio([["Harbour"], ["Quay"]])
    body = bytearray(made.ole({"VisioDocument": stream}))
    at = body.find(b"Visio (TM)")
    struct.pack_into("<I", body, at + 0x24 + 12, 1 << 30)
    assert "damaged" in made.codes(made.read_bytes(bytes(body), "a.vsd"))


def test_a_drawing_in_xml_gives_its_pages_in_order_with_shape_data_marked() -> None:
    extra = {"visio/media/image1.png": b"\x89PNG a"}
    body = oldoffice.vsdx({"Map": ["Harbour", "Gate"], "Plan": ["Quay"]}, ["Ship"], extra)
    reading = made.read_bytes(body, "a.vsdx")
    assert (reading.type, reading.status) == ("application/vnd.ms-visio.drawing", "read")
    assert [p.label for p in reading.pages] == ["Map", "Plan", "masters", "comments"]
    assert made.page_of(reading, 1) == "Harbour\nGate\n\nPort\tAden\nPort\tAden"
    assert {kind for kind, _ in marked(reading)} == {"hidden", "boilerplate", "comment"}
    assert [m.name[-1] for m in reading.members] == [b"image1.png"]


# ---------------------------------------------------------------- XPS


@pytest.mark.parametrize("pieces", [False, True])
def test_a_fixed_page_joins_runs_to_words_and_lines(pieces: bool) -> None:
    runs = [(10.0, 20.0, "Har"), (25.0, 20.0, "bour"), (80.0, 20.0, "gate"), (10.0, 40.0, "Quay")]
    body = oldoffice.xps([runs, [(10.0, 20.0, "{}{two}")]], {"R/a.png": b"\x89PNG"}, pieces)
    reading = made.read_bytes(body, "a.xps")
    assert (reading.type, reading.status) == ("application/vnd.ms-xpsdocument", "read")
    assert [made.page_of(reading, n) for n in (1, 2)] == ["Harbour gate\nQuay", "{two}"]
    assert (reading.pages[0].width, reading.pages[0].height) == (612.0, 792.0)
    assert [m.name[-1] for m in reading.members] == [b"a.png"]


# ---------------------------------------------------------------- MIF


def test_mif_gives_paragraphs_with_their_escapes_and_tables_by_rows() -> None:
    body = oldoffice.mif(
        r"Gr\u00fc\xa7 e \>", r"tab\tq\q", table=[["Port", "Ships"], ["Aden", "3"]]
    )
    reading = made.read_bytes(body, "a.mif")
    assert (reading.type, reading.status) == ("application/vnd.mif", "read")
    assert reading.text.splitlines() == ["Port\tShips", "Aden\t3", "Grüße >", "tab\tq'"]


def test_old_mif_is_in_the_roman_letters_of_frame() -> None:
    reading = made.read_bytes(oldoffice.mif("Grüße", version="5.00"), "a.mif")
    assert reading.text == "Grüße\n"


def test_a_truncated_mif_keeps_what_was_there() -> None:
    reading = made.read_bytes(oldoffice.mif("first", "second")[:-30], "a.mif")
    assert "first" in reading.text
    assert made.codes(reading) == {"truncated"}


def test_a_binary_framemaker_file_is_read_in_part() -> None:
    reading = made.read_bytes(b"<MakerFile 5.5Q>\n\0\1\2Das ist ein Test\0\xff\xfe\3\4", "a.fm")
    assert (reading.type, reading.text) == ("application/vnd.framemaker", "Das ist ein Test\n")
    assert made.codes(reading) == {"unsupported"}


def test_a_publication_with_a_folder_for_its_pictures_says_so_and_gives_its_text() -> None:
    reading = made.read_bytes(publication(Escher={"EscherDelayStm": {"inside": b"x"}}), "a.pub")
    assert [(p.code, p.where) for p in reading.problems] == [("damaged", "part EscherDelayStm")]
    assert reading.text.splitlines() == ["First box", "Second box"]
