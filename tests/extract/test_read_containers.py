"""Mail, mailboxes and archives: every member counted twice, none lost, none by its own name."""

from __future__ import annotations

import hashlib
import io
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import made
import pytest

from assay import settings
from assay.errors import NotFound
from assay.extract.member import open_member
from assay.extract.zipped import Archive
from assay.testing.makers import archives, mail

FILES = {"a.txt": b"alpha", "in/b.txt": b"beta", "empty": b""}


def names(reading: object) -> list[bytes]:
    return [b"/".join(m.name) for m in reading.members]  # type: ignore[attr-defined]


# ---------------------------------------------------------------- zip


def test_each_entry_of_a_zip_is_a_member_under_its_digest(tmp_path: Path) -> None:
    body = archives.zip_of({**FILES, "folder/": b""})
    reading = made.read_bytes(body, "a.zip", scratch=tmp_path)
    assert names(reading) == [b"a.txt", b"in/b.txt", b"empty"]
    assert (reading.expected, reading.container, reading.status) == (3, True, "read")
    for member, content in zip(reading.members, FILES.values(), strict=True):
        assert member.spool == hashlib.sha256(content).hexdigest()
        assert (tmp_path / member.spool).read_bytes() == content


def test_names_that_climb_are_kept_raw_and_never_written(tmp_path: Path) -> None:
    scratch = tmp_path / "deep" / "scratch"
    scratch.mkdir(parents=True)
    body = archives.zip_of({"../../evil.txt": b"x", "/abs": b"y"})
    reading = made.read_bytes(body, "a.zip", scratch=scratch)
    assert names(reading) == [b"../../evil.txt", b"/abs"]
    assert not (tmp_path / "evil.txt").exists()
    assert {p.name for p in scratch.iterdir()} == {m.spool for m in reading.members}


def test_duplicate_names_are_members_of_their_own() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("a.txt", "one")
        archive.writestr("a.txt", "two")
    reading = made.read_bytes(out.getvalue(), "a.zip")
    assert len({m.digest for m in reading.members}) == 2


def test_names_in_another_charset_stay_raw() -> None:
    raw = "отчёт.txt".encode("cp866")
    body = archives.zip_of({"#########": b"x"}).replace(b"#" * 9, raw)
    assert names(made.read_bytes(body, "a.zip")) == [raw]


def test_a_zip_cut_short_gives_what_is_there() -> None:
    body = archives.zip_of({"a.txt": b"whole", "b.txt": bytes(range(256)) * 40})
    reading = made.read_bytes(body[: body.index(b"b.txt") + 60], "a.zip")
    assert reading.members[0].problem is None
    assert reading.members[1].problem is not None
    assert made.codes(reading) >= {"truncated"}


def test_an_encrypted_zip_says_so_and_opens_with_its_password() -> None:
    body = archives.encrypted_zip({"a.txt": b"secret"}, "tide")
    assert made.codes(made.read_bytes(body, "a.zip")) == {"encrypted"}
    reading = made.read_bytes(body, "a.zip", passwords=("ebb", "tide"))
    assert reading.members[0].digest == "sha256:" + hashlib.sha256(b"secret").hexdigest()
    assert reading.members[0].secret


def aes_zip(content: bytes, password: str) -> bytes:
    """A zip of one member under AE-2 with AES-256, made by the format's description."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    salt = bytes(range(16))
    keys = hashlib.pbkdf2_hmac("sha1", password.encode(), salt, 1000, 66)
    block = Cipher(algorithms.AES(keys[:32]), modes.ECB()).encryptor()
    stream = b"".join(
        block.update(n.to_bytes(16, "little")) for n in range(1, len(content) // 16 + 2)
    )
    cipher = bytes(a ^ b for a, b in zip(content, stream, strict=False))
    import hmac

    packed = salt + keys[64:] + cipher + hmac.digest(keys[32:64], cipher, "sha1")[:10]
    extra = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, 0)
    head = struct.pack("<HHHHHIIIHH", 51, 1, 99, 0, 0x5821, 0, len(packed), len(content), 1, 11)
    local = b"PK\3\4" + head + b"a" + extra + packed
    central = b"PK\1\2" + struct.pack("<H", 51) + head + struct.pack("<HHHII", 0, 0, 0, 0, 0)
    central += b"a" + extra
    end = struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + b"PK\5\6" + end


def test_a_zip_under_aes_opens_with_its_password() -> None:
    content = b"secret words in blocks of sixteen and some"
    reading = made.read_bytes(aes_zip(content, "tide"), "a.zip", passwords=("tide",))
    assert reading.members[0].digest == "sha256:" + hashlib.sha256(content).hexdigest()
    assert made.codes(made.read_bytes(aes_zip(content, "tide"), "a.zip")) == {"encrypted"}


def test_a_bomb_stops_after_little_and_names_the_setting(tmp_path: Path) -> None:
    body = made.many_zeros_zip(200, 1 << 20)
    reading = made.read_bytes(body, "a.zip", scratch=tmp_path, ratio=50)
    assert reading.problems[0].code == "bomb"
    assert "limits.ratio" in reading.problems[0].next_step
    assert sum(m.size for m in reading.members) < 32 << 20
    assert reading.expected == 200


def test_a_zip_behind_other_bytes_is_read() -> None:
    body = b"#!/bin/sh\nexit\n\0\0\0" + archives.zip_of({"a.txt": b"alpha"})
    assert names(made.read_bytes(body, "a.bin")) == [b"a.txt"]


def test_other_methods_of_packing_are_unpacked(tmp_path: Path) -> None:
    for number, method in enumerate((zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA)):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.writestr("a", b"words " * 999)
        reading = made.read_bytes(out.getvalue(), f"{number}.zip")
        assert (reading.status, reading.members[0].size) == ("read", 5994)


def test_a_zip64_archive_is_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive, archive.open("a", "w", force_zip64=True) as entry:
        entry.write(b"alpha")
    path = tmp_path / "a"
    path.write_bytes(out.getvalue())
    with Archive(path) as opened:
        assert opened.read(opened.entries[0], 99) == b"alpha"


def test_a_member_opens_again_by_its_ordinal(tmp_path: Path) -> None:
    path = tmp_path / "c"
    path.write_bytes(archives.zip_of(FILES))
    assert open_member(path, 1, tmp_path, settings.Limits()).read_bytes() == b"beta"
    with pytest.raises(NotFound):
        open_member(path, 3, tmp_path, settings.Limits())


# ---------------------------------------------------------------- tar and packed files


@pytest.mark.parametrize(
    ("make", "name"),
    [(archives.tar_of, "a.tar"), (archives.tgz, "a.tgz"), (archives.tbz, "a.tar.bz2"),
     (archives.txz, "a.tar.xz")],
)  # fmt: skip
def test_each_file_of_a_tar_is_a_member(make: object, name: str) -> None:
    reading = made.read_bytes(make(FILES), name)  # type: ignore[operator]
    assert names(reading) == [b"a.txt", b"in/b.txt", b"empty"]
    assert (reading.expected, reading.status) == (3, "read")
    assert reading.members[0].modified == "2019-03-14T09:00:00Z"


def test_links_and_folders_of_a_tar_are_noted_and_not_counted() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, kind in (("f", tarfile.DIRTYPE), ("s", tarfile.SYMTYPE), ("p", tarfile.FIFOTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd" if kind == tarfile.SYMTYPE else ""
            archive.addfile(entry)
        entry = tarfile.TarInfo("é" * 120)
        entry.size = 5
        archive.addfile(entry, io.BytesIO(b"alpha"))
    reading = made.read_bytes(out.getvalue(), "a.tar")
    assert (len(reading.members), reading.expected, reading.status) == (1, 1, "read")
    assert ("tar:symlink", "s -> /etc/passwd") in reading.metadata.found


def test_a_tar_cut_short_gives_what_is_there() -> None:
    body = archives.tar_of({"a": b"alpha", "b": b"x" * 9000})
    reading = made.read_bytes(body[:4000], "a.tar")
    assert reading.members[0].problem is None
    assert reading.status == "partly"
    assert "truncated" in made.codes(reading)


def test_a_packed_file_is_one_member_with_its_name() -> None:
    import gzip

    out = io.BytesIO()
    with gzip.GzipFile("ledger.csv", "wb", fileobj=out, mtime=0) as packed:
        packed.write(b"a,b")
    reading = made.read_bytes(out.getvalue(), "x.gz")
    assert names(reading) == [b"ledger.csv"]
    assert (reading.expected, reading.status) == (1, "read")


def test_a_packed_file_cut_short_keeps_what_came_out() -> None:
    import gzip
    import random

    body = gzip.compress(random.Random(1).randbytes(300_000))
    reading = made.read_bytes(body[:200_000], "x.gz")
    assert reading.members[0].size > 100_000
    assert made.codes(reading) == {"truncated"}


def test_a_packed_bomb_is_stopped() -> None:
    body = zlib.compress(bytes(64 << 20), 9)
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packed.compress(bytes(64 << 20)) + packed.flush()
    assert len(body) < len(bomb) + 100
    assert made.codes(made.read_bytes(bomb, "a.gz", ratio=100)) == {"bomb"}


@pytest.mark.needs("libarchive13")
def test_each_file_of_a_7z_is_a_member(tmp_path: Path) -> None:
    body = archives.seven_zip({"a.txt": b"alpha", "in/b.txt": b"beta"})
    reading = made.read_bytes(body, "a.7z")
    assert names(reading) == [b"a.txt", b"in/b.txt"]
    assert (reading.expected, reading.status) == (2, "read")
    path = tmp_path / "a"
    path.write_bytes(body)
    assert open_member(path, 1, tmp_path, settings.Limits()).read_bytes() == b"beta"


# ---------------------------------------------------------------- mail


def letter(**other: object) -> bytes:
    return mail.eml(
        "The cargo leaves tonight.\n", sender="Ana Voss <ana@port.example>",
        to=["b@port.example"], cc=["Порт <c@port.example>"], subject="Груз — tonight",
        date="2019-03-14T09:00:00+01:00", **other,
    )  # type: ignore[arg-type]  # fmt: skip


def test_the_text_of_a_mail_begins_with_its_headers() -> None:
    reading = made.read_bytes(letter(), "a.eml")
    lines = reading.text.splitlines()
    assert lines[0] == "From: Ana Voss <ana@port.example>"
    assert "Subject: Груз — tonight" in lines
    assert lines[lines.index("") + 1] == "The cargo leaves tonight."
    assert reading.status == "read"


def test_the_headers_of_a_mail_are_metadata() -> None:
    metadata = made.read_bytes(letter(), "a.eml").metadata
    assert metadata.sender == "Ana Voss <ana@port.example>"
    assert metadata.recipients == ("b@port.example", "Порт <c@port.example>")
    assert metadata.subject == "Груз — tonight"
    assert metadata.sent == "2019-03-14T09:00:00+01:00"


def test_attachments_and_nested_messages_are_members_with_their_bytes(tmp_path: Path) -> None:
    inner = letter()
    body = letter(
        attachments=[
            mail.Attachment("отчёт.csv", b"a,b\r\n", "text/csv"),
            mail.Attachment("m.eml", inner, "message/rfc822"),
        ]
    )
    reading = made.read_bytes(body, "a.eml", scratch=tmp_path)
    assert [m.name[0].decode() for m in reading.members] == ["отчёт.csv", "m.eml"]
    assert reading.members[0].digest == "sha256:" + hashlib.sha256(b"a,b\r\n").hexdigest()
    nested = made.read_bytes((tmp_path / reading.members[1].spool).read_bytes(), "m.eml")
    assert nested.metadata.subject == "Груз — tonight"
    assert reading.expected == 2


def test_the_plain_text_is_shown_where_html_stands_beside_it() -> None:
    reading = made.read_bytes(letter(html="<p>The cargo leaves <b>tonight</b>.</p>"), "a.eml")
    assert reading.text.count("The cargo leaves tonight.") == 1
    assert not reading.members


def test_html_follows_the_plain_text_where_it_says_more() -> None:
    reading = made.read_bytes(letter(html="<p>Destroy this page after reading it</p>"), "a.eml")
    assert "The cargo leaves tonight." in reading.text
    assert "Destroy this page" in reading.text


def test_a_mail_of_three_thousand_nested_parts_is_read_in_time() -> None:
    body = b"at the bottom"
    head = b""
    for n in range(3000):
        head += b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (n, n)
    reading = made.read_bytes(b"From: a@x\r\nTo: b@x\r\nSubject: s\r\n" + head + body, "a.eml")
    assert "limit_mime" in made.codes(reading)


def test_raw_eight_bit_headers_are_decoded() -> None:
    body = b"From: a@x.org\r\nTo: b@x.org\r\nSubject: " + "Груз".encode() + b"\r\n\r\nx"
    assert made.read_bytes(body, "a.eml").metadata.subject == "Груз"


def test_each_message_of_a_mailbox_is_a_member(tmp_path: Path) -> None:
    second = letter(message_id="<2@x>").replace(b"The cargo", b"From here the cargo")
    body = mail.mbox([letter(), second])
    reading = made.read_bytes(body, "a.mbox", scratch=tmp_path)
    assert (len(reading.members), reading.expected, reading.status) == (2, 2, "read")
    last = (tmp_path / reading.members[1].spool).read_bytes()
    assert last.rstrip() == second.replace(b"\r\n", b"\n").rstrip()
    assert ("mbox:unquoted", "1") in reading.metadata.found


def test_an_unquoted_from_line_inside_a_given_length_does_not_split() -> None:
    text = b"one\n\nFrom me to you 10:00\nend\n"
    message = b"From: a@x\nSubject: s\nContent-Length: %d\n\n%s" % (len(text), text)
    box = b"From a@x Thu Mar 14 09:00:00 2019\n" + message + b"\n"
    reading = made.read_bytes(box + box, "a.mbox")
    assert (len(reading.members), reading.expected, reading.status) == (2, 2, "read")


def test_a_member_of_a_mailbox_opens_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(mail.mbox([letter(), letter(message_id="<two@x>")]))
    again = open_member(path, 1, tmp_path, settings.Limits())
    assert b"<two@x>" in again.read_bytes()
