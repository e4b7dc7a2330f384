"""OpenDocument in one XML file: words, properties, pictures."""

from __future__ import annotations

import base64
from pathlib import Path

import made
import pytest

from assay import settings
from assay.extract.member import open_member
from assay.extract.spool import Spool
from assay.testing.makers import odf

PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)
OTHER = b"\x01\x02 of another kind"


def held(body: bytes) -> str:
    """Bytes as a flat document carries them."""
    packed = base64.encodebytes(body).decode()
    return f"<draw:frame><office:binary-data>{packed}</office:binary-data></draw:frame>"


TEXT = (
    f"<office:text><text:p>The harbour paid{held(PNG)}</text:p>"
    f"<text:p>twice{held(OTHER)}</text:p></office:text>"
)


def test_a_flat_document_gives_its_words_its_properties_and_its_pictures(tmp_path: Path) -> None:
    body = odf.flat(TEXT, title="Memo")
    reading = made.read_bytes(body, "a.fodt", scratch=tmp_path)
    assert reading.type == "application/vnd.oasis.opendocument.text-flat-xml"
    assert reading.text.split() == ["The", "harbour", "paid", "twice"]
    assert reading.metadata.title == "Memo"
    assert [m.name for m in reading.members] == [(b"picture-1.png",), (b"object-2",)]
    assert (reading.expected, reading.status) == (2, "read")
    assert (tmp_path / reading.members[0].spool).read_bytes() == PNG
    path = tmp_path / "whole"
    path.write_bytes(body)
    assert open_member(path, 1, tmp_path, settings.Limits()).read_bytes() == OTHER


def test_a_picture_that_the_reader_of_flat_documents_loses_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Spool, "add", lambda *given: None)
    assert "members_missing" in made.codes(made.read_bytes(odf.flat(TEXT), "a.fodt"))


def test_a_slide_of_a_flat_presentation_is_a_page() -> None:
    page = '<draw:page draw:name="{0}"><draw:frame><draw:text-box><text:p>{0}</text:p>'
    page += "</draw:text-box></draw:frame></draw:page>"
    body = "".join(page.format(name) for name in ("One", "Two"))
    show = f"<office:presentation>{body}</office:presentation>"
    reading = made.read_bytes(odf.flat(show, kind="presentation"), "a.fodp")
    assert [made.page_of(reading, n) for n in (1, 2)] == ["One", "Two"]


def test_a_flat_document_that_breaks_off_keeps_what_stands_before_the_break() -> None:
    body = odf.flat(TEXT)
    reading = made.read_bytes(body[: body.rindex(b"twice") + 3], "a.fodt")
    assert "The harbour paid" in reading.text
    assert "damaged" in made.codes(reading)
