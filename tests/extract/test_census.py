"""What a container promises is counted apart from its reader, so a lost member is seen.

Each kind of container has a line in `KINDS`: what makes one of some members, under which name,
and how many it promises. The laws below then hold for it: the count agrees with a reader that
loses nothing, and a reader that swallows one member, whichever it is, is found out.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import made
import pikepdf
import pytest

from assay.casework.case import Case
from assay.extract import census
from assay.extract.spool import Spool
from assay.testing.inline_workers import InlineWorkers
from assay.testing.makers import (
    archives,
    books,
    docx,
    iwork,
    mail,
    odf,
    oldoffice,
    onenote,
    pptx,
    xlsx,
)
from assay.testing.makers import binary_office as office

FILES = {"a.txt": b"alpha", "in/b.txt": b"beta", "c.txt": b"gamma"}


def letters(count: int = 3) -> list[bytes]:
    return [
        mail.eml(
            f"The cargo leaves, {n}.\n", sender="Ana <ana@port.example>", to=["b@port.example"],
            subject=f"Cargo {n}", date="2019-03-14T09:00:00+01:00",
        )
        for n in range(count)
    ]  # fmt: skip


def pdf_with_files() -> bytes:
    """Two files in the names tree, one on an annotation."""
    body = made.pdf("A page.", attachments={"a.txt": b"alpha", "b.txt": b"beta"})
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(body)) as pdf:
        spec = pikepdf.AttachedFileSpec(pdf, b"gamma", filename="c.txt")
        mark = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.FileAttachment,
            Rect=[10, 10, 30, 30], FS=spec.obj,
        )  # fmt: skip
        pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(mark)])
        pdf.save(out)
    return out.getvalue()


def book() -> bytes:
    """A book of one chapter with three pictures."""
    pictures = {f"{n}.png": b"\x89PNG%d" % n for n in range(3)}
    return books.epub({"c.xhtml": "<p>Words.</p>"}, ["c.xhtml"], pictures)


def held(folder: str) -> dict[str, bytes]:
    """Three pictures below a folder."""
    return {f"{folder}{n}.png": b"\x89PNG %d" % n for n in range(3)}


def publication() -> bytes:
    """A publication with three pictures."""
    pictures = b"".join(
        struct.pack("<HHI", 0x6E00, 0xF01E, 23) + bytes(17) + b"\x89PNG%d" % n + b"."
        for n in range(3)
    )
    text = oldoffice.chunks("Words.\r")
    return made.ole(
        {"Quill": {"QuillSub": {"CONTENTS": text}}, "Escher": {"EscherDelayStm": pictures}}
    )


Make = Callable[[], bytes]
HELD = {"BIN0001.png": b"\x89PNG a", "BIN0002.jpg": b"\xff\xd8 b", "BIN0003.ole": b"x"}
NOTES = [onenote.Page("P", [onenote.outline(onenote.text("Words."))])]

OBJECTS: dict[str, Any] = {
    "objects": {"1": {"\x01Ole10Native": office.package("r.csv", b"a,b")}},
    "pictures": [b"\x89PNG a"], "macros": {"M": "Sub Go()"},
}  # fmt: skip


def holding(body: bytes, folder: str) -> bytes:
    """An office file with three pictures more."""
    out = io.BytesIO(body)
    with zipfile.ZipFile(out, "a") as archive:
        for name, picture in held(folder).items():
            archive.writestr(name, picture)
    return out.getvalue()


def slides() -> bytes:
    """A presentation with an object and two pictures."""
    held_object = made.ole({"\x01Ole10Native": office.package("r.csv", b"a,b")})
    return made.ole(
        office.ppt([("x", "", False)], objects=[held_object], pictures=[b"\x89PNG a", b"\x89PNG b"])
    )


# kind -> (maker of a container of three members or more, its name, how many it promises)
KINDS: dict[str, tuple[Make, str, int]] = {
    "zip": (lambda: archives.zip_of({**FILES, "folder/": b""}), "a.zip", 3),
    "tar": (lambda: archives.tar_of(FILES), "a.tar", 3),
    "tar.gz": (lambda: archives.tgz(FILES), "a.tgz", 3),
    "tar.bz2": (lambda: archives.tbz(FILES), "a.tbz", 3),
    "tar.xz": (lambda: archives.txz(FILES), "a.txz", 3),
    "cab": (lambda: archives.cabinet(FILES), "a.cab", 3),
    "iso": (lambda: archives.archive_of("iso9660", FILES), "a.iso", 3),
    "cpio-newc": (lambda: archives.archive_of("cpio_newc", FILES), "a.cpio", 3),
    "cpio-odc": (lambda: archives.archive_of("cpio_odc", FILES), "a.cpio", 3),
    "cpio-bin": (lambda: archives.archive_of("cpio", FILES), "a.cpio", 3),
    "xar": (lambda: archives.archive_of("xar", FILES), "a.xar", 3),
    "ar": (
        lambda: archives.ar({"a.o": b"a", "a_long_name_of_a_file.o": b"b", "c.o": b"c"}),
        "a",
        3,
    ),
    "ar-bsd": (lambda: archives.archive_of("ar_bsd", {"a": b"a", "b": b"b", "c": b"c"}), "a.a", 3),
    "arj": (lambda: archives.arj(FILES), "a.arj", 3),
    "lha-0": (lambda: archives.lha(FILES), "a.lzh", 3),
    "lha-1": (lambda: archives.lha(FILES, 1), "a.lzh", 3),
    "lha-2": (lambda: archives.lha({**FILES, "in/": b""}, 2), "a.lzh", 3),
    "mbox": (lambda: mail.mbox(letters()), "a.mbox", 3),
    "pdf": (pdf_with_files, "a.pdf", 3),
    "epub": (book, "a.epub", 3),
    "onenote": (lambda: onenote.section(NOTES, [b"a", b"b", b"c"]), "a.one", 3),
    "onenote-365": (lambda: onenote.packaged(NOTES, [b"a", b"b", b"c"]), "b.one", 3),
    "hwp": (lambda: made.ole(oldoffice.hwp(b"", held=HELD)), "a.hwp", 3),
    "hwpx": (lambda: oldoffice.hwpx("", extra=held("BinData/")), "a.hwpx", 3),
    "vsdx": (lambda: oldoffice.vsdx({"P": ["x"]}, extra=held("visio/media/")), "a.vsdx", 3),
    "xps": (lambda: oldoffice.xps([[]], held("Resources/")), "a.xps", 3),
    "publisher": (publication, "a.pub", 3),
    "docx": (lambda: docx.docx(["x"], images=HELD), "a.docx", 3),
    "xlsx": (lambda: holding(xlsx.xlsx([("S", [["x"]])]), "xl/media/"), "a.xlsx", 3),
    "pptx": (lambda: holding(pptx.pptx([("One", [], "")]), "ppt/media/"), "a.pptx", 3),
    "odt": (lambda: holding(odf.odt(["x"]), "Pictures/"), "a.odt", 3),
    "ods": (lambda: holding(odf.ods([("S", [["x"]])]), "Pictures/"), "a.ods", 3),
    "doc": (lambda: made.ole(office.doc([("x\r", "")], **OBJECTS)), "a.doc", 3),
    "xls": (lambda: made.ole(office.xls([["x"]], **OBJECTS)), "a.xls", 3),
    "ppt": (slides, "a.ppt", 3),
    "rtf": (
        lambda: (
            rb"{\rtf1 a{\pict\pngblip 8901}{\*\shppict{\pict\pngblip 8902}}{\nonshppict"
            rb"{\pict\wmetafile8 03}}{\object{\*\objdata 0405}}\par}"
        ),
        "a.rtf",
        3,
    ),
    "iwork": (lambda: iwork.old("sl:document", iwork.storage("Words.")), "a.pages", 3),
}


def swallow(monkeypatch: pytest.MonkeyPatch, k: int) -> None:
    """Have the spool lose the k-th member that is added, without a word."""
    honest = Spool.add
    count = 0

    def add(self: Spool, name: bytes, chunks: Iterable[bytes], *rest: Any, **named: Any) -> None:
        nonlocal count
        count += 1
        if count == k + 1:
            for _ in chunks:  # a reader that goes forward only must still get past it
                pass
            return
        honest(self, name, chunks, *rest, **named)

    monkeypatch.setattr(Spool, "add", add)


@pytest.mark.parametrize("kind", KINDS)
def test_the_count_agrees_with_a_reader_that_loses_nothing(kind: str) -> None:
    make, name, promised = KINDS[kind]
    reading = made.read_bytes(make(), name)
    assert census.counts(reading.type)
    assert (reading.expected, len(reading.members)) == (promised, promised)
    assert "members_missing" not in made.codes(reading)


@pytest.mark.parametrize("k", range(3))
@pytest.mark.parametrize("kind", KINDS)
def test_a_reader_that_swallows_a_member_is_found_out(
    kind: str, k: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, name, promised = KINDS[kind]
    swallow(monkeypatch, k)
    reading = made.read_bytes(make(), name)
    assert (reading.expected, len(reading.members)) == (promised, promised - 1)
    missing = next(p for p in reading.problems if p.code == "members_missing")
    assert missing.detail == f"1 of {promised}"


@pytest.mark.parametrize("kind", KINDS)
def test_the_account_shows_what_a_container_promised_and_what_came(
    kind: str, case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make, name, promised = KINDS[kind]
    (tmp_path / name).write_bytes(make())
    inline = InlineWorkers("assay.casework.tasks")  # in this process, where the loss is
    monkeypatch.setattr("assay.casework.runs.make_pool", lambda *_: inline)
    swallow(monkeypatch, 1)
    case.add([tmp_path / name], ocr="off")
    row = next(r for r in case.account()["rows"] if r["parent"] is None)
    assert (row["expected"], row["read"], row["failed"]) == (promised, promised - 1, 0)
    assert row["status"] == "partly"
    assert "members_missing" in {p["code"] for p in row["problems"]}


# ---------------------------------------------------------------- each counter alone


def test_a_packed_file_promises_one_member() -> None:
    import gzip

    reading = made.read_bytes(gzip.compress(b"a") + gzip.compress(b"b"), "a.txt.gz")
    assert (reading.expected, len(reading.members)) == (1, 1)


def test_a_zip_without_a_directory_promises_nothing_known() -> None:
    body = archives.zip_of(FILES)
    reading = made.read_bytes(body[: body.index(b"PK\1\2")], "a.zip")
    assert reading.expected is None
    assert len(reading.members) == 3


def test_a_zip_whose_end_promises_more_than_its_list_is_said_to_miss_members() -> None:
    body = bytearray(archives.zip_of(FILES))
    at = body.rindex(b"PK\5\6")
    struct.pack_into("<HH", body, at + 8, 5, 5)
    reading = made.read_bytes(bytes(body), "a.zip")
    assert (reading.expected, len(reading.members)) == (5, 3)
    assert "members_missing" in made.codes(reading)


def test_a_zip_of_more_entries_than_its_end_can_say_is_counted_by_its_list() -> None:
    body = bytearray(archives.zip_of({f"{n}": b"" for n in range(300)}))
    at = body.rindex(b"PK\5\6")
    struct.pack_into("<HH", body, at + 8, 44, 44)  # 300 in eight bits, as 65,836 in sixteen
    reading = made.read_bytes(bytes(body), "a.zip")
    assert (reading.expected, len(reading.members)) == (300, 300)


def test_a_zip_with_the_mark_of_an_end_in_its_comment_is_counted() -> None:
    body = archives.zip_of(FILES, comment=b"PK\5\6" + bytes(8) + b"words after it")
    reading = made.read_bytes(body, "a.zip")
    assert reading.expected == 3


def test_a_zip64_archive_is_counted() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for n in range(4):
            with archive.open(f"{n}", "w", force_zip64=True) as entry:
                entry.write(b"alpha")
    assert made.read_bytes(out.getvalue(), "a.zip").expected == 4


def test_a_from_line_inside_a_given_length_is_not_counted() -> None:
    text = b"one\n\nFrom me to you 10:00\nend\n"
    message = b"From: a@x\nSubject: s\nContent-Length: %d\n\n%s" % (len(text), text)
    box = (b"From a@x Thu Mar 14 09:00:00 2019\n" + message + b"\n") * 3
    assert made.read_bytes(box, "a.mbox").expected == 3


def test_a_false_length_does_not_hide_the_messages_after_it() -> None:
    head = b"From a@x Thu Mar 14 09:00:00 2019\nFrom: a@x\nSubject: s\n"
    box = head + b"Content-Length: 100000\n\none\n\n" + (head + b"\ntwo\n\n") * 2
    reading = made.read_bytes(box, "a.mbox")
    assert (reading.expected, len(reading.members)) == (3, 3)


def test_a_message_without_a_body_does_not_swallow_the_next() -> None:
    head = b"From a@x Thu Mar 14 09:00:00 2019\nFrom: a@x\nSubject: s\n\n"
    reading = made.read_bytes(head * 3, "a.mbox")
    assert (reading.expected, len(reading.members)) == (3, 3)


def test_messages_over_the_blocks_that_are_searched_are_each_counted_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from assay.extract.census import postmarks

    box = mail.mbox(letters(40))
    for block in (1500, 2048, 4099):
        monkeypatch.setattr(postmarks, "_BLOCK", block)
        assert made.read_bytes(box, "a.mbox").expected == 40


def test_a_pdf_without_files_promises_nothing_and_is_no_container() -> None:
    reading = made.read_bytes(made.pdf("A page."), "a.pdf")
    assert (reading.expected, reading.container) == (None, False)


def test_files_in_a_pdf_under_a_password_are_counted_with_it() -> None:
    body = made.pdf("A page.", attachments={"a.txt": b"alpha"}, password="tide")
    assert made.read_bytes(body, "a.pdf").expected is None
    assert made.read_bytes(body, "a.pdf", passwords=("ebb", "tide")).expected == 1


def test_a_database_whose_cells_lie_over_each_other_is_not_counted(tmp_path: Path) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "a.db") as book:
        book.execute("PRAGMA page_size = 512")
        book.execute("CREATE TABLE words (word TEXT)")
        book.executemany("INSERT INTO words VALUES (?)", [("word " * 40,)] * 2)
    body = bytearray((tmp_path / "a.db").read_bytes())
    assert made.read_bytes(bytes(body), "a.db").expected == 0
    page = 512  # the table's own page: its one cell is claimed sixty times over
    slot = body[page + 8 : page + 10]
    body[page + 3 : page + 5] = (60).to_bytes(2, "big")
    body[page + 8 : page + 128] = slot * 60
    assert made.read_bytes(bytes(body), "a.db").expected is None
