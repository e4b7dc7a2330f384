"""Pages, Keynote and Numbers, made by hand: the XML of '09 and the archives since 2013."""

from __future__ import annotations

import made
import pytest

from assay.extract import iwa
from assay.model.reading import Reading
from assay.testing.makers import archives, iwork
from assay.testing.makers.iwork import field, ref, storage, text

META = (
    '<sl:publication-info><sl:SLCreationDateProperty><sl:date sf:val="2010-05-09T12:34:38-0700"/>'
    "</sl:SLCreationDateProperty></sl:publication-info><sf:metadata><sf:title>"
    '<sf:string sfa:string="Harbour"/></sf:title><sf:authors><sf:string sfa:string="Ana"/>'
    "</sf:authors></sf:metadata>"
)


def marked(reading: Reading, kind: str) -> list[str]:
    return [reading.text[r.start : r.end] for r in reading.regions if r.kind == kind]


def pages09(name: str = "index.xml") -> bytes:
    comment = (
        f"<sf:annotations><sf:annotation>{storage('who says?')}</sf:annotation></sf:annotations>"
    )
    foot = f"<sf:footnotes>{storage('a footnote', kind='footnote')}</sf:footnotes>"
    head = f"<sf:headers><sf:header>{storage('page head')}</sf:header></sf:headers>"
    ghost = "<sf:ghost-text>Lorem ipsum</sf:ghost-text>"
    template = f"<sl:section-prototypes>{storage('of the template')}</sl:section-prototypes>"
    body = storage("The pilot<sf:tab/>left.", ghost, "At dawn.")
    return iwork.old("sl:document", template + META + comment + foot + head + body, name)


@pytest.mark.parametrize("name", ["index.xml", "index.xml.gz"])
def test_a_pages_file_of_09_gives_its_body_first_and_what_stands_beside_it_marked(
    name: str,
) -> None:
    reading = made.read_bytes(pages09(name), "a.pages")
    assert reading.text.splitlines() == [
        "The pilot\tleft.", "Lorem ipsum", "At dawn.", "a footnote", "page head",
        "[comment] who says?",
    ]  # fmt: skip
    assert marked(reading, "comment") == ["[comment] who says?"]
    assert marked(reading, "header") == ["page head"]
    assert marked(reading, "boilerplate") == ["Lorem ipsum"]
    assert (reading.type, reading.status) == ("application/vnd.apple.pages", "read")
    found = reading.metadata
    assert (found.title, found.author, found.created) == ("Harbour", "Ana", "2010-05-09T19:34:38Z")
    assert [m.name[-1] for m in reading.members] == [b"Preview.pdf", b"Thumbnail.jpg", b"photo.png"]


def test_a_keynote_file_of_09_gives_a_page_a_slide_with_its_notes_behind() -> None:
    slide = "<key:slide>{}<key:notes>{}</key:notes></key:slide>"
    content = "<key:theme-list>" + storage("theme") + "</key:theme-list><key:slide-list>"
    content += slide.format(storage("One"), storage("say this"))
    content += slide.format(storage("Two"), storage("")) + "</key:slide-list>"
    reading = made.read_bytes(iwork.old("key:presentation", content, "index.apxl"), "a.key")
    assert [made.page_of(reading, n) for n in (1, 2)] == ["One\n\nsay this", "Two"]
    assert marked(reading, "notes") == ["say this"]


def test_a_numbers_file_of_09_gives_a_page_a_sheet_with_rows_divided_by_tabs() -> None:
    cells = (
        '<sf:t sf:ct="0"><sf:ct sfa:s="Port"/></sf:t><sf:t><sf:ct sfa:s="Ships"/></sf:t>'
        '<sf:t sf:ct="255"><sf:ct sfa:s="Aden"/></sf:t>'
        '<sf:f><sf:fo sf:fs="=A1"/><sf:r><sf:rn sf:v="3601.5999999999999"/></sf:r></sf:f>'
        '<sf:d sf:ct="512" sf:cell-date="278035200"/>'
    )
    table = (
        '<sf:tabular-model sf:name="Fleet" sf:name-is-visible="true"><sf:grid><sf:datasource>'
        f"{cells}</sf:datasource></sf:grid></sf:tabular-model>"
    )
    sheet = f'<ls:workspace ls:workspace-name="First">{table}</ls:workspace>'
    reading = made.read_bytes(iwork.old("ls:document", sheet), "a.numbers")
    assert made.page_of(reading) == "Fleet\nPort\tShips\nAden\t3601.6\n\t2009-10-24"
    assert reading.pages[0].label == "First"


# ---------------------------------------------------------------- archives


def pages13(nested: bool = False) -> bytes:
    dates = field(2, field(1, 483627914.0))
    return iwork.new(
        {
            "Document": [
                (1, 10000, ref(3, 20) + ref(4, 10)),
                (10, 2001, text("The pilot left.\nNot at noon.", 0, field(
                    22, field(1, field(1, 16) + ref(2, 90)) + field(1, field(1, 19))
                ) + ref(9, 30))),
                (20, 2011, ref(1, 21)),
                (21, 2001, text("in a box")),
                (30, 3056, field(1, "who says?") + dates + ref(3, 31)),
                (90, 2060, field(1, 2)),
            ],
            "AnnotationAuthorStorage": [(31, 212, field(1, "Ana"))],
            "MasterSlide-1": [(70, 2001, text("of the template", 0))],
        },
        nested=nested,
    )  # fmt: skip


@pytest.mark.parametrize("nested", [False, True])
def test_a_pages_file_since_2013_gives_body_boxes_comments_and_deleted_words(nested: bool) -> None:
    reading = made.read_bytes(pages13(nested), "a.pages")
    assert reading.text.splitlines() == [
        "The pilot left.", "Not at noon.", "in a box", "",
        "[comment · Ana · 2016-04-29 13:05:14] who says?",
    ]  # fmt: skip
    assert marked(reading, "deleted") == ["Not"]
    assert marked(reading, "text_box") == ["in a box"]
    assert reading.status == "read"
    assert len(reading.members) == 3


def test_a_keynote_file_since_2013_gives_its_slides_in_the_order_of_the_show() -> None:
    body = iwork.new(
        {
            "Document": [
                (1, 1, ref(2, 2)),
                (2, 2, field(3, ref(2, 42) + ref(2, 41))),
                (41, 4, ref(2, 51) + field(4, 1)),
                (42, 4, ref(2, 52)),
            ],
            "Slide-1": [(51, 5, ref(7, 61)), (61, 2001, text("last, and hidden"))],
            "Slide-2": [
                (52, 5, ref(7, 62) + ref(27, 63)), (62, 2001, text("first")),
                (63, 15, ref(1, 64)), (64, 2001, text("say this", 4)),
            ],
        }
    )  # fmt: skip
    reading = made.read_bytes(body, "a.key")
    assert [made.page_of(reading, n) for n in (1, 2)] == ["first\n\nsay this", "last, and hidden"]
    assert [p.label for p in reading.pages] == ["", "hidden"]
    assert marked(reading, "notes") == ["say this"]


@pytest.mark.parametrize("version", [4, 5])
def test_a_numbers_file_since_2013_gives_cells_of_both_ways_to_store_them(version: int) -> None:
    rows = [["Port", "Ships"], ["Aden", 3601.6], [None, "none"]]
    body = iwork.new(
        {
            "Document": [(1, 1, ref(1, 5)), (5, 2, field(1, "First") + ref(2, 6)),
                         (6, 6000, ref(2, 100)), *iwork.table(100, "Fleet", rows, version)]
        }
    )  # fmt: skip
    reading = made.read_bytes(body, "a.numbers")
    assert made.page_of(reading) == "Fleet\nPort\tShips\nAden\t3601.6\n\tnone"
    assert reading.pages[0].label == "First"


def test_a_broken_component_costs_itself_and_no_other() -> None:
    good = iwork.component([(1, 10000, ref(4, 10)), (10, 2001, text("kept", 0))])
    body = archives.zip_of({"Index/Document.iwa": good, "Index/Other.iwa": b"\0\x05\0\0\xff\xff"})
    reading = made.read_bytes(body, "a.pages")
    assert (reading.text, reading.status) == ("kept\n", "partly")
    assert made.codes(reading) == {"damaged"}


def test_a_truncated_iwork_file_keeps_what_was_there() -> None:
    body = pages09()
    reading = made.read_bytes(body[: body.rindex(b"PK\x01\x02") - 40], "a.pages")
    assert "truncated" in made.codes(reading)
    assert reading.members


@pytest.mark.parametrize("extra", [{".iwpv2": b"x"}, {}])
def test_an_iwork_file_under_a_password_is_named(extra: dict[str, bytes]) -> None:
    body = bytearray(iwork.old("sl:document", storage("x"), extra=extra))
    if not extra:
        at = body.rindex(b"PK\x01\x02")
        body[at + 10 : at + 12] = b"\x6c\x63"
    reading = made.read_bytes(bytes(body), "a.pages")
    assert (reading.status, made.codes(reading)) == ("unread", {"encrypted"})


def test_an_index_that_unpacks_far_beyond_its_size_ends_at_the_limit() -> None:
    body = iwork.old("sl:document", storage("first") + " " * (40 << 20), "index.xml.gz", {})
    reading = made.read_bytes(body, "a.pages")
    assert "bomb" in made.codes(reading)
    assert reading.text == "first\n"


def test_snappy_copies_repeat_what_they_write() -> None:
    packed = iwork.varint(10) + b"\x04ab" + bytes([7 << 2 | 2]) + b"\x02\0"
    assert iwa.snappy(packed, 100) == b"ab" * 5
    assert iwa.snappy(iwork.snappy(b"abcd" * 2), 100) == b"abcdabcd"
    with pytest.raises(iwa.IwaBroken):
        iwa.snappy(packed, 9)
