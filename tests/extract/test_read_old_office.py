"""Word, PowerPoint and Outlook files of the OLE kind, made by hand from their descriptions."""

from __future__ import annotations

import hashlib
import struct
from typing import Any

import made

# ---------------------------------------------------------------- DOC


def doc(body: str, note: str = "", flags: int = 0x0200, **other: Any) -> bytes:
    """A Word 97 file of two pieces: the first half in 8-bit letters, the rest in 16-bit ones."""
    text = body + note
    half = len(body) // 2
    first, rest = text[:half].encode("cp1252"), text[half:].encode("utf-16-le")
    main = bytearray(0x800)
    struct.pack_into("<HH", main, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", main, 10, flags)
    struct.pack_into("<2i", main, 0x4C, len(body), len(note))
    main += first + b"\0" * (-len(first) % 2)
    wide = len(main)
    main += rest
    plc = struct.pack("<3I", 0, half, len(text))
    plc += struct.pack("<HIH", 0, 0x800 * 2 | 0x40000000, 0) + struct.pack("<HIH", 0, wide, 0)
    table = b"\x02" + struct.pack("<I", len(plc)) + plc
    struct.pack_into("<II", main, 0x1A2, 0, len(table))
    return made.ole({"WordDocument": bytes(main), "1Table": table, **other})


def test_the_pieces_of_a_word_file_come_in_order_with_notes_after_the_body() -> None:
    body = doc("A plain paragraph\rGrüße und Порт 港\rcell one\x07cell two\x07\x07", "the note\r")
    reading = made.read_bytes(body, "a.doc")
    assert reading.type == "application/msword"
    assert reading.text.splitlines() == [
        "A plain paragraph", "Grüße und Порт 港", "cell one\tcell two", "the note",
    ]  # fmt: skip
    assert reading.status == "read"


def test_field_codes_are_dropped_and_their_results_kept() -> None:
    reading = made.read_bytes(doc("see \x13 HYPERLINK x \x14the page\x15 there\r"), "a.doc")
    assert reading.text == "see the page there\n"


def test_a_stream_that_nobody_claims_is_said_to_be_there() -> None:
    reading = made.read_bytes(doc("words of the body\r", Hoard=b"kept aside"), "a.doc")
    assert [(p.code, p.where) for p in reading.problems] == [("part_unclaimed", "part Hoard")]


def test_a_word_file_under_a_password_is_named() -> None:
    reading = made.read_bytes(doc("x\r", flags=0x0300), "a.doc")
    assert (reading.status, made.codes(reading)) == ("unread", {"encrypted"})


# ---------------------------------------------------------------- PPT


def record(kind: int, body: bytes, version: int = 0) -> bytes:
    return struct.pack("<HHI", version, kind, len(body)) + body


def ppt() -> bytes:
    """One slide saved twice: an older state with other words, and notes."""
    out = bytearray()
    places: dict[int, int] = {}

    def place(number: int, body: bytes) -> None:
        places[number] = len(out)
        out.extend(body)

    def words(text: str) -> bytes:
        return record(0x0FA0, text.encode("utf-16-le"))

    out += record(0x03EE, words("an older state"), 0xF)
    place(2, record(0x03EE, record(0x03EF, bytes(16) + struct.pack("<II", 700, 0)) + record(
        0xF00D, words("in a box"), 0xF), 0xF))  # fmt: skip
    place(3, record(0x03F0, words("say this"), 0xF))
    slides = record(0x03F3, struct.pack("<IIIII", 2, 0, 0, 256, 0)) + record(0x0FA8, b"Title")
    notes = record(0x03F3, struct.pack("<IIIII", 3, 0, 0, 700, 0))
    place(1, record(0x03E8, record(0x0FF0, slides, 0xF) + record(0x0FF0, notes, 0x2F), 0xF))
    directory = len(out)
    out += record(0x1772, struct.pack("<IIII", 3 << 20 | 1, *(places[n] for n in (1, 2, 3))))
    edit = len(out)
    out += record(0x0FF5, struct.pack("<IIIIIII", 0, 0, 0, directory, 1, 3, 0))
    user = bytes(12) + struct.pack("<II", 0xE391C05F, edit)
    return made.ole({"PowerPoint Document": bytes(out), "Current User": user})


def test_the_slides_are_those_of_the_last_saved_state_with_their_notes() -> None:
    reading = made.read_bytes(ppt(), "a.ppt")
    assert made.page_of(reading).splitlines() == ["Title", "in a box", "", "say this"]
    assert reading.status == "read"


def test_a_presentation_without_its_current_state_gives_all_words_and_says_so() -> None:
    whole = ppt()
    reading = made.read_bytes(whole.replace(b"\xf5\x0f\x1c\0", b"\xf6\x0f\x1c\0"), "a.ppt")
    assert "in a box" in reading.text
    assert made.codes(reading) == {"damaged"}


# ---------------------------------------------------------------- MSG


def msg(**extra: Any) -> bytes:
    def text(tag: int, value: str) -> dict[str, bytes]:
        return {f"__substg1.0_{tag:04X}001F": value.encode("utf-16-le")}

    def fixed(header: int, *rows: tuple[int, int, int]) -> dict[str, bytes]:
        body = b"".join(struct.pack("<HHIQ", kind, tag, 0, value) for kind, tag, value in rows)
        return {"__properties_version1.0": bytes(header) + body}

    sent = (1552554000 + 11644473600) * 10**7
    person = {
        **text(0x3001, "B. Berg"),
        **text(0x39FE, "b@port.example"),
        **fixed(8, (3, 0x0C15, 1)),
    }
    attached = {
        **text(0x3707, "отчёт.csv"), "__substg1.0_37010102": b"a,b\r\n" + b"c" * 5000, **fixed(8),
    }  # fmt: skip
    return made.ole({
        **text(0x0037, "Груз tonight"), **text(0x1000, "It leaves tonight.\r\n"),
        **text(0x0C1A, "Ana Voss"), **text(0x5D01, "ana@port.example"),
        **fixed(32, (0x40, 0x0039, sent)),
        "__recip_version1.0_#00000000": person, "__attach_version1.0_#00000000": attached, **extra,
    })  # fmt: skip


def test_a_message_reads_like_a_mail_with_its_attachments_as_members() -> None:
    reading = made.read_bytes(msg(), "a.msg")
    lines = [line.rstrip("\0") for line in reading.text.splitlines()]
    assert lines[:6] == [
        "From: Ana Voss <ana@port.example>", "To: B. Berg <b@port.example>",
        "Date: 2019-03-14T09:00:00Z", "Subject: Груз tonight",
        "Attached: отчёт.csv", "",
    ]  # fmt: skip
    assert lines[6] == "It leaves tonight."
    assert reading.metadata.sent == "2019-03-14T09:00:00Z"
    assert reading.metadata.recipients == ("B. Berg <b@port.example>",)
    body = b"a,b\r\n" + b"c" * 5000
    assert reading.members[0].name == ("отчёт.csv".encode(),)
    assert reading.members[0].digest == "sha256:" + hashlib.sha256(body).hexdigest()
    assert reading.status == "read"


def test_an_object_in_a_message_that_stays_inside_is_said_to() -> None:
    odd = {"__attach_version1.0_#00000001": {"__substg1.0_3701000D": {"CONTENTS": b"x"}}}
    assert made.codes(made.read_bytes(msg(**odd), "a.msg")) == {"part_unclaimed"}


def test_packed_rtf_unpacks_as_its_description_says() -> None:
    from assay.extract.msg import unpack

    # the example of [MS-OXRTFCP] 3.1
    packed = bytes.fromhex(
        "2d0000002b0000004c5a4675f1c5c7a703000a00726370673132354232"
        "0af32068656c090020627705b06c647d0a800fa0"
    )
    assert unpack(packed, 10_000) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"


def test_packed_rtf_that_copies_what_it_is_writing_comes_out_whole() -> None:
    from assay.extract.msg import unpack

    # the second example of [MS-OXRTFCP] 3.2.2
    packed = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert unpack(packed, 10_000) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"
