"""Outlook: stores of every age, messages with items inside, winmail.dat."""

from __future__ import annotations

import struct
import warnings
from pathlib import Path
from typing import Any

import made
import pytest

from assay import settings
from assay.extract.member import open_member
from assay.extract.spool import Spool
from assay.testing.makers import pst
from assay.testing.makers.pst import File, Item


def store(**other: Any) -> bytes:
    first = Item(
        "Груз tonight",
        "It leaves.",
        to=("Berg", "Voss"),
        files=(
            File("a.bin", b"\0\1" * 12_000),
            File("Inner", inside=Item("Inside", "Deep words", files=(File("b.txt", b"bb"),))),
        ),
        more={0x39: pst.moment(1552554000), 0x1035: "<1@x>", 0x0C1A: "Ana", 0x0C1F: "ana@x.org"},
    )
    values: dict[str, Any] = {"folders": {"Top/Inbox": (first,), "Top/Sent": (Item("s", "b"),)}}
    values |= other
    return pst.pst(values.pop("folders"), **values)


def names(reading: Any) -> list[str]:
    return ["/".join(part.decode() for part in m.name) for m in reading.members]


@pytest.mark.parametrize("age", ("ansi", "unicode", "large"))
@pytest.mark.parametrize("cipher", (0, 1, 2))
def test_each_item_of_each_folder_is_a_member_whatever_the_age_of_the_store(
    age: pst.Age, cipher: int, tmp_path: Path
) -> None:
    body = store(age=age, cipher=cipher)
    reading = made.read_bytes(body, "mail.pst", scratch=tmp_path)
    assert names(reading) == [
        "Top/Inbox/000001 Груз tonight.eml", "Top/Sent/000001 s.eml",
    ]  # fmt: skip
    assert (reading.expected, reading.status) == (2, "read")
    assert "Top/Inbox: 1 items" in reading.text
    first = made.read_bytes((tmp_path / reading.members[0].spool).read_bytes(), "1.eml",
                            scratch=tmp_path)  # fmt: skip
    assert first.text.splitlines()[:5] == [
        "From: Ana <ana@x.org>", "To: Berg <Berg@port.example>, Voss <Voss@port.example>",
        "Date: Thu, 14 Mar 2019 09:00:00 +0000", "Subject: Груз tonight",
        "Attached: a.bin, Inner.eml",
    ]  # fmt: skip
    assert first.metadata.message_id == "1@x"
    assert names(first) == ["a.bin", "Inner.eml"]
    assert (tmp_path / first.members[0].spool).read_bytes() == b"\0\1" * 12_000
    inner = made.read_bytes((tmp_path / first.members[1].spool).read_bytes(), "Inner.eml",
                            scratch=tmp_path)  # fmt: skip
    assert "Deep words" in inner.text
    assert (tmp_path / inner.members[0].spool).read_bytes() == b"bb"


def test_a_member_of_a_store_opens_again_with_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "store"
    path.write_bytes(store())
    reading = made.read_bytes(store(), "mail.pst")
    again = open_member(path, 1, tmp_path, settings.Limits())
    assert again.name == reading.members[1].digest.removeprefix("sha256:")


def test_a_row_whose_item_is_gone_is_a_failed_member() -> None:
    reading = made.read_bytes(store(missing=2), "mail.pst")
    assert (len(reading.members), reading.expected) == (4, 4)
    assert [m.problem.code for m in reading.members if m.problem] == ["damaged", "damaged"]
    assert reading.status == "partly"


def test_an_item_that_no_folder_lists_is_a_member_under_recovered() -> None:
    reading = made.read_bytes(store(astray=(Item("lost", "words"),)), "mail.pst")
    assert names(reading)[-1] == "recovered/000001 lost.eml"
    assert reading.expected == 3
    assert ("pst:recovered", "1 items that no folder lists") in reading.metadata.found


def test_a_password_of_a_store_is_said_and_not_needed() -> None:
    reading = made.read_bytes(store(password=0x1234), "mail.pst")
    found = dict(reading.metadata.found)
    assert found["pst:password"].startswith("set")
    assert reading.status == "read"


def test_a_store_that_windows_has_encrypted_is_said_to_be() -> None:
    body = bytearray(store())
    body[513] = 0x10
    reading = made.read_bytes(bytes(body), "mail.pst")
    assert (reading.problems[0].code, reading.status) == ("encrypted", "unread")


def test_a_store_that_is_cut_is_said_to_be_and_its_items_are_missed() -> None:
    body = store()
    codes = made.codes(made.read_bytes(body[: len(body) // 2], "mail.pst"))
    assert "truncated" in codes
    assert "damaged" in codes


def test_a_long_folder_keeps_its_order_and_its_count() -> None:
    reading = made.read_bytes(pst.made_of(700), "mail.pst")
    assert names(reading)[699] == "Inbox/000700 Message 699.eml"
    assert (reading.expected, reading.status) == (700, "read")


@pytest.mark.parametrize("age", ("ansi", "unicode", "large"))
def test_a_store_that_libpff_does_not_open_is_counted_by_its_nodes(
    age: pst.Age, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pypff

    class Refusing:
        def open_file_object(self, stream: Any) -> None:
            raise OSError("no")

    monkeypatch.setattr(pypff, "file", Refusing)
    assert made.read_bytes(pst.made_of(70, age=age), "mail.pst").expected == 70


def test_an_item_of_a_store_that_the_reader_loses_is_missed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add, seen = Spool.add, [0]

    def forgetful(self: Spool, *args: Any, **kwargs: Any) -> None:
        seen[0] += 1
        if seen[0] != 3:
            add(self, *args, **kwargs)

    monkeypatch.setattr(Spool, "add", forgetful)
    reading = made.read_bytes(pst.made_of(5), "mail.pst")
    assert made.codes(reading) == {"members_missing"}


@pytest.mark.parametrize(
    ("item", "wanted"),
    (
        (
            Item("Meeting", "Agenda", kind="IPM.Appointment", named={
                (0x2002, 0x820D): pst.moment(1552554000), (0x2002, 0x8208): "Room 5",
            }),
            "Start: 2019-03-14T09:00:00Z\nLocation: Room 5",
        ),
        (
            Item("Pay", "Now", kind="IPM.Task", named={
                (0x2003, 0x8101): 1, (0x2003, 0x8102): 0.25, (0x2003, 0x811F): "Ana",
            }),
            "Status: in progress\nComplete: 25 %\nOwner: Ana",
        ),
        (
            Item("Ana Voss", "", kind="IPM.Contact", named={(0x2004, 0x8083): "ana@x.org"},
                 more={0x3A16: "Port", 0x3A1C: "+49 1"}),
            "Company: Port\nE-mail: ana@x.org\nMobile phone: +49 1",
        ),
    ),
)  # fmt: skip
def test_appointments_tasks_and_contacts_say_their_fields(
    item: Item, wanted: str, tmp_path: Path
) -> None:
    reading = made.read_bytes(pst.pst({"Calendar": (item,)}), "mail.pst", scratch=tmp_path)
    text = made.read_bytes((tmp_path / reading.members[0].spool).read_bytes(), "1.eml").text
    assert wanted in text


# ---------------------------------------------------------------- winmail.dat


def attribute(level: int, kind: int, body: bytes) -> bytes:
    head = struct.pack("<BII", level, kind, len(body))
    return head + body + struct.pack("<H", sum(body) & 0xFFFF)


def winmail(*files: tuple[str, bytes], cut: int = 0, wrong: bool = False) -> bytes:
    out = struct.pack("<IH", 0x223E9F78, 1)
    out += attribute(1, 0x00069007, struct.pack("<II", 1251, 0))
    out += attribute(1, 0x00018004, "Груз".encode("cp1251") + b"\0")
    text = "Слова".encode("utf-16-le") + b"\0\0"
    props = struct.pack("<IHHII", 1, 0x1F, 0x1000, 1, len(text)) + text + bytes(-len(text) % 4)
    out += attribute(1, 0x00069003, props)
    for name, body in files:
        out += attribute(2, 0x00069002, bytes(14))
        out += attribute(2, 0x00018010, name.encode("cp1251") + b"\0")
        coded = attribute(2, 0x0006800F, body)
        out += coded[:-1] + bytes([coded[-1] ^ 1]) if wrong else coded
    return out[: len(out) - cut]


def test_winmail_gives_its_words_and_its_files(tmp_path: Path) -> None:
    reading = made.read_bytes(
        winmail(("отчёт.csv", b"a,b"), ("b", b"bb")), "winmail.dat", scratch=tmp_path
    )
    assert reading.text == "Subject: Груз\nAttached: отчёт.csv, b\n\nСлова"
    assert names(reading) == ["отчёт.csv", "b"]
    assert (tmp_path / reading.members[0].spool).read_bytes() == b"a,b"
    assert (reading.expected, reading.status) == (2, "read")


def test_winmail_that_is_cut_or_altered_is_said_to_be() -> None:
    assert "truncated" in made.codes(made.read_bytes(winmail(("a", b"abc"), cut=3), "w.dat"))
    assert made.codes(made.read_bytes(winmail(("a", b"abc"), wrong=True), "w.dat")) == {"checksum"}


@pytest.mark.parametrize("k", (1, 2))
def test_a_file_of_winmail_that_the_reader_loses_is_missed(
    monkeypatch: pytest.MonkeyPatch, k: int
) -> None:
    add, seen = Spool.add, [0]

    def forgetful(self: Spool, *args: Any, **kwargs: Any) -> None:
        seen[0] += 1
        if seen[0] != k:
            add(self, *args, **kwargs)

    monkeypatch.setattr(Spool, "add", forgetful)
    reading = made.read_bytes(winmail(("a", b"a"), ("b", b"bb")), "winmail.dat")
    assert made.codes(reading) == {"members_missing"}


def test_a_compound_file_whose_sectors_would_be_gigabytes_is_not_opened() -> None:
    import io

    from assay.extract import compound
    from assay.testing.makers.traps import TRAPS

    _, body = TRAPS["message_whose_table_of_sectors_is_a_circle"]()
    with pytest.raises(OSError, match="impossible size"):
        compound.opened(io.BytesIO(body[:30] + b"\x1f\0" + body[32:]))
