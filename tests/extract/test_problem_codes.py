"""docs/problems.md and the table of codes say the same, and each code can be provoked."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import made
import pytest
from PIL import Image

from assay.extract.problems import PROBLEMS
from assay.model.reading import Reading
from assay.testing.makers import archives, images, xlsx

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "problems.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
BY_OTHERS = {
    "timeout", "crashed", "output", "skipped", "unreadable", "special_file", "symlink",
    "changed_while_read", "ocr_missing_language", "not_read_yet", "original_missing",
    "member_lost", "not_examined", "read_by_other", "ocr_waiting", "ocr_failed", "ocr_no_words",
    "ocr_doubtful", "ocr_too_small", "ocr_lines_unread", "limit_ocr_pixels",
    "withdrawn", "not_listened", "listen_limit",
}  # fmt: skip


def picture(width: int, height: int) -> bytes:
    return images.encode(Image.new("L", (width, height), 255), "PNG")


def message(*parts: str) -> bytes:
    return (
        "From: a@x.org\r\nTo: b@x.org\r\nSubject: s\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n'
        + "".join(f"--b\r\n{p}\r\n" for p in parts)
        + "--b--\r\n"
    ).encode()


def nested(depth: int) -> bytes:
    body = "Content-Type: text/plain\r\n\r\nat the bottom"
    for n in range(depth):
        body = f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n{body}\r\n--b{n}--'
    return ("From: a@x.org\r\nTo: b@x.org\r\nSubject: s\r\n" + body + "\r\n").encode()


def missing_page() -> bytes:
    """A PDF whose second page is a number."""
    body = made.pdf("first", "second")
    last = body.rindex(b"/Kids")
    end = body.index(b"]", last)
    kids = body[last:end]
    second = kids.rindex(b" 0 R") - 1
    while kids[second - 1 : second].isdigit():
        second -= 1
    room = len(kids) - second
    return body[:last] + kids[:second] + b"0".ljust(room) + body[end:]


def promised_too_many() -> bytes:
    body = bytearray(archives.zip_of({"a.txt": b"a"}))
    at = body.rindex(b"PK\5\6")
    body[at + 8 : at + 12] = b"\2\0\2\0"
    return bytes(body)


def wrong_sum() -> bytes:
    body = bytearray(archives.zip_of({"a.txt": b"some words"}, stored=("a.txt",)))
    at = body.index(b"some words")
    body[at] ^= 0xFF
    return bytes(body)


def no_library(monkeypatch: pytest.MonkeyPatch) -> Reading:
    import sys

    monkeypatch.setitem(sys.modules, "libarchive", None)
    monkeypatch.delitem(sys.modules, "libarchive", raising=False)
    monkeypatch.setenv("LIBARCHIVE", "libarchive-that-is-not-there.so")
    for name in [n for n in sys.modules if n.startswith("libarchive")]:
        monkeypatch.delitem(sys.modules, name)
    return made.read_bytes(b"MSCF" + bytes(200), "a.cab")


def out_of_memory(monkeypatch: pytest.MonkeyPatch) -> Reading:
    from assay.extract import charset

    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(charset, "decode", full)
    return made.read_bytes(b"words", "a.txt")


PROVOKE: dict[str, Callable[[], Reading]] = {
    "no_reader": lambda: made.read_bytes(b"MZ" + bytes(600), "setup.exe"),
    "damaged": lambda: made.read_bytes(b"%PDF-1.7\nnothing else", "a.pdf"),
    "truncated": lambda: made.read_bytes(archives.zip_of({"a": b"a" * 99})[:90], "a.zip"),
    "repaired": lambda: made.read_bytes(bytes(2000) + made.pdf("still here"), "a.pdf"),
    "encrypted": lambda: made.read_bytes(made.pdf("secret", password="x"), "a.pdf"),
    "charset_guess": lambda: made.read_bytes(
        "слово ".encode() * 40 + b"\x98\xff\x98" + "слово ".encode() * 40, "a.txt"
    ),
    "unsupported": lambda: made.read_bytes(
        archives.zip_of({"a": b"a" * 99}).replace(b"\x08\x00", b"\x06\x00"), "a.zip"
    ),
    "not_transcribed": lambda: made.read_bytes(b"#!AMR\n" + bytes(130), "a.amr"),
    "page_failed": lambda: made.read_bytes(missing_page(), "a.pdf"),
    "part_unclaimed": lambda: made.read_bytes(
        message(
            "Content-Type: text/plain\r\n\r\nhello",
            "Content-Type: message/external-body; access-type=url\r\n\r\nContent-ID: x",
        ),
        "a.eml",
    ),
    "checksum": lambda: made.read_bytes(wrong_sum(), "a.zip"),
    "members_missing": lambda: made.read_bytes(promised_too_many(), "a.zip"),
    "volume_missing": lambda: made.read_bytes(bytes(range(256)) * 4, "a.7z.002"),
    "too_deep": lambda: made.read_bytes(archives.zip_of({"a": b"a"}), "a.zip", depth=13),
    "bomb": lambda: made.read_bytes(made.many_zeros_zip(3, 8 << 20), "a.zip", ratio=10),
    "limit_output": lambda: made.read_bytes(
        archives.zip_of({"a": b"a" * 999}), "a.zip", output=100
    ),
    "limit_member": lambda: made.read_bytes(
        archives.zip_of({"a": b"a" * 999, "b": b"b"}), "a.zip", member=100
    ),
    "limit_members": lambda: made.read_bytes(
        archives.zip_of({"a": b"a", "b": b"b"}), "a.zip", members=1
    ),
    "limit_text": lambda: made.read_bytes(b"word " * 100, "a.txt", text=50),
    "limit_pages": lambda: made.read_bytes(b"a\fb\fc", "a.txt", pages=2),
    "limit_nesting": lambda: made.read_bytes(
        archives.zip_of(
            {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<a>" * 99}
        ),
        "a.odt",
        xml_depth=50,
    ),
    "limit_mime": lambda: made.read_bytes(nested(20), "a.eml", mime_depth=8),
    "limit_pixels": lambda: made.read_bytes(picture(100, 100), "a.png", pixels=5000),
    "limit_cells": lambda: made.read_bytes(
        xlsx.xlsx([("S", [["a", "b"]] * 50)]), "a.xlsx", cells=60
    ),
    "limit_annotations": lambda: made.read_bytes(
        made.pdf("a", notes={0: "one"}, fields={0: ("f", "two")}), "a.pdf", annotations=1
    ),
    "limit_line": lambda: made.read_bytes(b"x" * 200 + b"\n", "a.txt", line=100),
}


def test_the_page_and_the_table_list_the_same_codes() -> None:
    assert [row[0] for row in ROW.findall(PAGE)] == list(PROBLEMS)


def test_the_page_says_what_the_table_says() -> None:
    rows = {code: (means, step) for code, means, _, step in ROW.findall(PAGE)}
    assert rows == {code: (kind.means, kind.next_step) for code, kind in PROBLEMS.items()}


def test_every_code_is_provoked_here_or_by_the_room_that_raises_it() -> None:
    assert set(PROVOKE) | BY_OTHERS | {"tool_missing", "memory"} == set(PROBLEMS)


@pytest.mark.parametrize("code", sorted(PROVOKE))
def test_a_file_provokes_the_code(code: str) -> None:
    reading = PROVOKE[code]()
    assert code in made.codes(reading)
    assert reading.status in ("partly", "unread")


@pytest.mark.parametrize("code", sorted(PROVOKE))
def test_every_problem_offers_a_next_step(code: str) -> None:
    reading = PROVOKE[code]()
    found = [*reading.problems, *(m.problem for m in reading.members if m.problem)]
    assert all(p.next_step for p in found)


def test_a_missing_library_is_named_with_the_command_that_adds_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading = no_library(monkeypatch)
    assert made.codes(reading) == {"tool_missing"}
    assert "apt-get install libarchive13" in reading.problems[0].next_step


def test_memory_that_runs_out_inside_a_reader_is_a_problem(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading = out_of_memory(monkeypatch)
    assert made.codes(reading) == {"memory"}
    assert reading.status == "unread"


def test_nothing_is_called_unknown() -> None:
    assert not [code for code in PROBLEMS if "unknown" in code]
    reading = made.read_bytes(bytes(range(256)) * 4, "thing.bin")
    assert made.codes(reading) == {"no_reader"}
    assert "first bytes are 00 01 02" in reading.problems[0].detail
