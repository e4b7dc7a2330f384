"""Calendars and cards: folded, quoted, coded, and read as what they say."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import made
import pytest

from assay.extract.spool import Spool

EVENT = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:REQUEST\r\nX-WR-CALNAME:Port\r\nBEGIN:VEVENT\r\n"
    "SUMMARY:Meeting on the gr\r\n oup\\, late\r\nDTSTART;TZID=Europe/Berlin:20190314T090000\r\n"
    "DTEND:20190314T100000Z\r\nORGANIZER;CN=\"Voss; Ana\":mailto:ana@x.org\r\n"
    "ATTENDEE;PARTSTAT=ACCEPTED:mailto:b@x.org\r\nDESCRIPTION:One\\nTwo\r\nX-ODD:kept\r\n"
    "ATTACH;FMTTYPE=text/plain;ENCODING=BASE64;VALUE=BINARY;X-FILENAME=n.txt:\r\n bm90\r\n ZXM=\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)  # fmt: skip


def test_an_event_reads_line_by_line_with_its_zone(tmp_path: Path) -> None:
    reading = made.read_bytes(EVENT.encode(), "a.ics", scratch=tmp_path)
    shown, _, written = reading.text.partition("[as written]\n")
    assert shown.splitlines() == [
        "[event]", "Summary: Meeting on the group, late",
        "Start: 2019-03-14T09:00:00 (Europe/Berlin)", "End: 2019-03-14T10:00:00Z",
        "Organizer: Voss; Ana <ana@x.org>", "Attendee: b@x.org (accepted)",
        "Description: One", "Two", "X-ODD: kept", "Attached: [n.txt]", "",
    ]  # fmt: skip
    assert "DTSTART;TZID=Europe/Berlin:20190314T090000" in written.splitlines()
    assert "SUMMARY:Meeting on the group\\, late" in written.splitlines()
    assert "bm90" not in written
    assert made.kinds_of(reading) == {"boilerplate": ["[as written]\n" + written]}
    assert reading.metadata.title == "Port"
    assert ("calendar:METHOD", "REQUEST") in reading.metadata.found
    assert reading.metadata.recipients == ("b@x.org (accepted)",)
    assert (tmp_path / reading.members[0].spool).read_bytes() == b"notes"
    assert (reading.expected, reading.status) == (1, "read")


def test_a_calendar_that_ends_early_is_said_to() -> None:
    cut = EVENT[: EVENT.index("END:VEVENT")]
    assert "truncated" in made.codes(made.read_bytes(cut.encode(), "a.ics"))


def test_an_old_card_gives_its_quoted_words_in_their_charset() -> None:
    quoted = "".join(f"={byte:02X}" for byte in "Осипова".encode("cp1251"))
    card = (
        "BEGIN:VCARD\r\nVERSION:2.1\r\n"
        f"FN;CHARSET=windows-1251;ENCODING=QUOTED-PRINTABLE:{quoted[:9]}=\r\n{quoted[9:]}\r\n"
        "TEL;CELL;VOICE:+49 1\r\nADR;HOME:;;Quay 1;Port;;;DE\r\nEND:VCARD\r\n"
    )
    text = made.read_bytes(card.encode(), "a.vcf").text
    assert "Name: Осипова" in text
    assert "Telephone (cell, voice): +49 1" in text
    assert "Address (home): Quay 1, Port, DE" in text


def cards() -> bytes:
    picture = base64.b64encode(b"\xff\xd8\xff\xe0 no picture").decode()
    one = "BEGIN:VCARD\r\nVERSION:{}\r\nFN:Ana\r\n{}\r\nEND:VCARD\r\n"
    return (
        one.format("3.0", f"PHOTO;ENCODING=b;TYPE=JPEG:{picture[:8]}\r\n {picture[8:]}")
        + one.format("4.0", f"PHOTO:data:image/jpeg;base64,{picture}")
        + one.format("2.1", f"PHOTO;BASE64;JPEG:{picture}")
    ).encode()


def test_pictures_in_cards_are_members(tmp_path: Path) -> None:
    reading = made.read_bytes(cards(), "a.vcf", scratch=tmp_path)
    assert [m.name[0] for m in reading.members] == [
        b"photo-1.jpg", b"photo-2.jpg", b"photo-3.jpg",
    ]  # fmt: skip
    assert (reading.expected, reading.status) == (3, "read")


@pytest.mark.parametrize("k", (1, 2, 3))
def test_a_picture_that_the_reader_loses_is_missed(monkeypatch: pytest.MonkeyPatch, k: int) -> None:
    add, seen = Spool.add, [0]

    def forgetful(self: Spool, *args: Any, **kwargs: Any) -> None:
        seen[0] += 1
        if seen[0] != k:
            add(self, *args, **kwargs)

    monkeypatch.setattr(Spool, "add", forgetful)
    assert made.codes(made.read_bytes(cards(), "a.vcf")) == {"members_missing"}
