"""OneNote sections made by hand, as the desktop stores them and as Office 365 gives them out."""

from __future__ import annotations

import struct
from collections.abc import Callable

import made
import pytest

from assay.testing.makers import onenote
from assay.testing.makers.onenote import Page, attached, outline, table, text

MAKERS = [onenote.section, onenote.packaged]
Make = Callable[..., bytes]


@pytest.fixture(params=MAKERS, ids=["desktop", "office365"])
def make(request: pytest.FixtureRequest) -> Make:
    maker: Make = request.param
    return maker


def test_pages_come_in_the_order_of_the_section_with_their_titles(make: Make) -> None:
    body = make(
        [
            Page("First", [outline(text("The pilot left."), text("caf\xe9", narrow=True))]),
            Page("Second", [outline(table([["Port", "Ships"], ["Aden", "3"]]))]),
        ]
    )
    reading = made.read_bytes(body, "a.one")
    assert reading.type == "application/onenote"
    assert [p.label for p in reading.pages] == ["First", "Second"]
    assert made.page_of(reading, 1) == "First\nThe pilot left.\ncaf\xe9"
    assert made.page_of(reading, 2) == "Second\nPort\tShips\nAden\t3"
    assert (reading.metadata.title, reading.metadata.author) == ("First", "Ana")
    assert reading.status == "read"


def test_what_an_earlier_revision_said_is_given_behind_the_page_and_marked(make: Make) -> None:
    body = make([Page("P", [outline(text("now"))], [[outline(text("the first draft"))]])])
    reading = made.read_bytes(body, "a.one")
    assert made.page_of(reading) == "P\nnow\n\n[earlier text]\nthe first draft"
    assert [reading.text[r.start : r.end] for r in reading.regions] == ["the first draft"]
    assert {r.kind for r in reading.regions} == {"deleted"}


def test_words_recognised_on_a_picture_are_marked_as_such(make: Make) -> None:
    picture = onenote.Node(onenote.PICTURE, {onenote.WORDS: "sign at the gate"})
    reading = made.read_bytes(make([Page("P", [picture])]), "a.one")
    assert [(r.kind, reading.text[r.start : r.end]) for r in reading.regions] == [
        ("ocr", "sign at the gate")
    ]


def test_embedded_files_are_members_under_their_names(make: Make) -> None:
    body = make(
        [Page("P", [outline(attached("list.csv", 1), attached("photo.png", 0))])],
        [b"\x89PNG a", b"a,b" * 20_000],
    )
    reading = made.read_bytes(body, "a.one")
    assert [(m.name, m.size) for m in reading.members] == [
        ((b"photo.png",), 6), ((b"list.csv",), 60_000),
    ]  # fmt: skip
    assert "[list.csv]" in reading.text
    assert reading.expected == 2


def test_a_file_that_claims_more_bytes_than_there_are_is_cut_and_said() -> None:
    body = bytearray(onenote.section([Page("P", [])], [b"the bytes"]))
    at = body.find(b"the bytes") - 20
    struct.pack_into("<Q", body, at, 1 << 60)
    reading = made.read_bytes(bytes(body), "a.one")
    assert "truncated" in made.codes(reading)
    assert reading.members[0].size < len(body)


def test_lists_in_several_fragments_are_read_to_their_end() -> None:
    body = onenote.section(
        [Page("P", [outline(*(text(f"line {n}") for n in range(9)))])], [b"a", b"b"], fragments=2
    )
    reading = made.read_bytes(body, "a.one")
    assert made.page_of(reading).splitlines() == ["P", *(f"line {n}" for n in range(9))]
    assert reading.expected == len(reading.members) == 2


def test_a_list_that_leads_back_to_itself_ends() -> None:
    body = bytearray(onenote.section([Page("P", [outline(text("words"))])]))
    place, length = struct.unpack_from("<QI", body, 172)
    struct.pack_into("<QI", body, place + length - 20, place, length)
    reading = made.read_bytes(bytes(body), "a.one")
    assert "words" in reading.text


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_section_is_said_to_be_damaged_and_keeps_what_was_there(
    make: Make, share: float
) -> None:
    pages = [Page(f"P{n}", [outline(text(f"words {n}"))]) for n in range(5)]
    body = make(pages)
    reading = made.read_bytes(body[: int(len(body) * share)], "a.one")
    assert reading.status != "read"
    assert "damaged" in made.codes(reading)


def test_pages_under_a_password_are_named() -> None:
    body = onenote.section([Page("P", [])], locked=True)
    assert "encrypted" in made.codes(made.read_bytes(body, "a.one"))


def test_a_page_longer_than_the_limit_of_text_is_cut_and_said(make: Make) -> None:
    body = make([Page("P", [outline(text("x" * 500))])])
    reading = made.read_bytes(body, "a.one", text=100)
    assert (len(reading.text), made.codes(reading)) == (100, {"limit_text"})
