"""Mail of every kind: what is new, what is quoted, who signed, what hangs on what."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import made
import pytest

from assay.extract.spool import Spool
from assay.model.reading import Reading
from assay.testing.makers import mail


def letter(body: str = "The cargo leaves tonight.\n", **other: Any) -> bytes:
    values: dict[str, Any] = {
        "sender": "Ana Voss <ana@port.example>", "to": ["b@port.example"],
        "subject": "Груз — tonight", "date": "2019-03-14T09:00:00+01:00",
    }  # fmt: skip
    return mail.eml(body, **(values | other))


def regions(reading: Reading, kind: str) -> list[str]:
    """The text of each region of a kind."""
    return [reading.text[r.start : r.end] for r in reading.regions if r.kind == kind]


# ---------------------------------------------------------------- quoted and signed


def test_lines_with_arrows_and_the_line_that_announces_them_are_quoted() -> None:
    body = "Agreed.\n\nOn Thu, 14 Mar 2019 at 09:00, B wrote:\n> The cargo\n> leaves.\n\nAna\n"
    reading = made.read_bytes(letter(body), "a.eml")
    said = "On Thu, 14 Mar 2019 at 09:00, B wrote:\n> The cargo\n> leaves.\n"
    assert regions(reading, "quoted") == [said]


@pytest.mark.parametrize(
    "divider",
    (
        "-----Original Message-----",
        "-----Ursprüngliche Nachricht-----",
        "-----Message d'origine-----",
        "-----Mensaje original-----",
        "-----Исходное сообщение-----",
        "-----原始邮件-----",
        "-----الرسالة الأصلية-----",
    ),
)
def test_all_that_follows_a_divider_is_quoted_in_each_language(divider: str) -> None:
    reading = made.read_bytes(letter(f"New words.\n\n{divider}\nOld words.\n"), "a.eml")
    assert regions(reading, "quoted") == [f"{divider}\nOld words.\n"]
    assert "New words." in reading.text


@pytest.mark.parametrize(
    "block",
    (
        "From: B\nSent: Thursday 9:00\nTo: A\nSubject: s\n",
        "Von: B\nGesendet: Donnerstag\nAn: A\nBetreff: s\n",
        "De : B\nEnvoyé : jeudi\nÀ : A\nObjet : s\n",
        "De: B\nEnviado el: jueves\nPara: A\nAsunto: s\n",
        "От: B\nОтправлено: четверг\nКому: A\nТема: s\n",
        "发件人: B\n发送时间: 星期四\n收件人: A\n主题: s\n",
    ),
)
def test_a_block_of_headers_in_a_body_begins_a_quotation(block: str) -> None:
    reading = made.read_bytes(letter(f"New words.\n\n{block}\nOld words.\n"), "a.eml")
    assert [q.rstrip() for q in regions(reading, "quoted")] == [f"{block}\nOld words."]


def test_prose_with_an_arrow_or_a_colon_is_not_quoted() -> None:
    body = "We met on Monday.\nHe wrote: nothing.\nA > B, and 2 > 1.\nFrom: here on\n"
    assert not made.read_bytes(letter(body), "a.eml").regions


def test_a_signature_begins_at_its_mark() -> None:
    reading = made.read_bytes(letter("Yes.\n\n-- \nAna Voss\nPort\n"), "a.eml")
    assert regions(reading, "signature") == ["-- \nAna Voss\nPort\n"]


@pytest.mark.parametrize(
    "quoted",
    (
        "<blockquote>Old words</blockquote>",
        '<div class="gmail_quote">Old words</div>',
        '<div id="divRplyFwdMsg">From: B</div><div>Old words</div>',
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p>From: B</p></div>Old words',
    ),
)
def test_what_mail_programs_mark_as_quoted_in_a_page_is_quoted(quoted: str) -> None:
    page = f"<html><body><p>New words</p>{quoted}</body></html>".encode()
    body = b"From: a@x\r\nTo: b@x\r\nSubject: s\r\nContent-Type: text/html\r\n\r\n" + page
    reading = made.read_bytes(body, "a.eml")
    (found,) = regions(reading, "quoted")
    assert "Old words" in found
    assert "New words" not in found


# ---------------------------------------------------------------- threads


def test_a_mail_names_itself_and_those_that_it_answers() -> None:
    body = letter(message_id="<three@x>", headers=(
        ("References", "<one@x> <two@x>"), ("In-Reply-To", "<two@x>"),
    ))  # fmt: skip
    metadata = made.read_bytes(body, "a.eml").metadata
    assert metadata.message_id == "three@x"
    assert metadata.references == ("one@x", "two@x")


# ---------------------------------------------------------------- parts


def test_a_file_written_into_the_text_is_a_member(tmp_path: Path) -> None:
    body = "See below.\nbegin 644 note.txt\n$86)C9 \n \nend\nBye.\n"
    raw = b"From: a@x\r\nTo: b@x\r\nSubject: s\r\n\r\n" + body.encode()
    reading = made.read_bytes(raw, "a.eml", scratch=tmp_path)
    assert (tmp_path / reading.members[0].spool).read_bytes() == b"abcd"
    assert (reading.expected, reading.status) == (1, "read")
    assert "[note.txt]" in reading.text


def test_a_part_that_lies_elsewhere_is_said() -> None:
    raw = (
        b'From: a@x\r\nTo: b@x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nHi'
        b"\r\n--b\r\nContent-Type: image/png\r\nX-Apple-Content-Length: 900\r\n\r\n\r\n--b--\r\n"
    )
    assert made.codes(made.read_bytes(raw, "a.eml")) == {"part_unclaimed"}


def test_a_message_of_apple_mail_reads_as_a_mail_with_what_was_kept_of_it() -> None:
    raw = letter()
    plist = (
        b'<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict><key>flags</key>'
        b"<integer>5</integer><key>date-received</key><integer>1552554000</integer></dict></plist>"
    )
    reading = made.read_bytes(b"%d\n" % len(raw) + raw + plist, "1.emlx")
    assert reading.type == "message/x-emlx"
    assert reading.metadata.subject == "Груз — tonight"
    assert ("emlx:state", "read, answered") in reading.metadata.found
    assert ("emlx:date-received", "2019-03-14T09:00:00Z") in reading.metadata.found
    assert reading.status == "read"


def test_a_message_of_apple_mail_that_ends_early_is_said_to() -> None:
    raw = letter()
    assert "truncated" in made.codes(made.read_bytes(b"%d\n" % (len(raw) + 9) + raw, "1.emlx"))


# ---------------------------------------------------------------- PGP


def test_an_encrypted_text_is_said_and_a_signed_one_is_read() -> None:
    sealed = "-----BEGIN PGP MESSAGE-----\n\nhQEMA\n-----END PGP MESSAGE-----\n"
    assert made.codes(made.read_bytes(letter(sealed), "a.eml")) == {"encrypted"}
    clear = (
        "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nThe cargo leaves.\n"
        "-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n"
    )
    for body, name in ((letter(clear), "a.eml"), (clear.encode(), "a.asc")):
        reading = made.read_bytes(body, name)
        assert "The cargo leaves." in reading.text
        assert reading.status == "read"
        assert regions(reading, "signature")[0].startswith("-----BEGIN PGP SIGNATURE")


def test_a_mail_under_pgp_is_said_to_be_encrypted_and_so_is_its_member(tmp_path: Path) -> None:
    packet = b"\x85\x00\x0c\x03" + bytes.fromhex("0123456789abcdef") + b"\x01\0\0"
    armor = b"-----BEGIN PGP MESSAGE-----\r\n\r\n%s\r\n-----END PGP MESSAGE-----\r\n"
    raw = (
        b'From: a@x\r\nTo: b@x\r\nContent-Type: multipart/encrypted; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--b\r\n"
        b"Content-Type: application/octet-stream; name=x.asc\r\n\r\n"
        + armor % base64.b64encode(packet)
        + b"\r\n--b--\r\n"
    )
    reading = made.read_bytes(raw, "a.eml", scratch=tmp_path)
    assert made.codes(reading) == {"encrypted"}
    (member,) = reading.members
    inner = made.read_bytes((tmp_path / member.spool).read_bytes(), "x.asc")
    assert inner.status == "unread"
    assert made.codes(inner) == {"encrypted"}
    assert ("pgp:encrypted for key", "0123456789ABCDEF") in inner.metadata.found
    assert reading.expected == 1


# ---------------------------------------------------------------- S/MIME


def cms(kind: int, *inside: bytes) -> bytes:
    """A CMS envelope of a kind with the elements given in it."""

    def element(tag: int, body: bytes) -> bytes:
        size = len(body)
        head = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
        return bytes([tag]) + head + body

    oid = element(6, bytes.fromhex("2a864886f70d0107") + bytes([kind]))
    return element(0x30, oid + element(0xA0, element(0x30, b"".join(inside))))


def signed(content: bytes) -> bytes:
    data = b"\x06\x09" + bytes.fromhex("2a864886f70d010701")
    octets = b"\x04\x82" + len(content).to_bytes(2, "big") + content
    carried = b"\xa0\x82" + len(octets).to_bytes(2, "big") + octets
    inner = b"\x30\x82" + (len(data) + len(carried)).to_bytes(2, "big") + data + carried
    return cms(2, b"\x02\x01\x01", b"\x31\x00", inner, b"\x31\x00")


def test_what_is_signed_is_opened_and_its_content_is_a_member(tmp_path: Path) -> None:
    content = letter()
    reading = made.read_bytes(signed(content), "smime.p7m", scratch=tmp_path)
    assert reading.members[0].name == (b"content.eml",)
    assert (tmp_path / reading.members[0].spool).read_bytes() == content
    assert reading.status == "read"


def test_what_is_encrypted_for_a_certificate_is_said() -> None:
    sealed = cms(3, b"\x02\x01\x00", b"\x31\x00")
    reading = made.read_bytes(sealed, "smime.p7m")
    assert (reading.status, made.codes(reading)) == ("unread", {"encrypted"})
    raw = letter(attachments=[mail.Attachment("smime.p7m", sealed, "application/pkcs7-mime")])
    assert made.codes(made.read_bytes(raw, "a.eml")) == {"encrypted"}


def test_an_envelope_that_is_cut_is_a_problem() -> None:
    assert made.codes(made.read_bytes(signed(letter())[:40], "smime.p7m")) <= {
        "damaged", "truncated",
    }  # fmt: skip
    assert made.codes(made.read_bytes(signed(letter())[:40], "smime.p7m"))


# ---------------------------------------------------------------- mailboxes


def test_a_mailbox_of_an_old_mac_is_told_apart_by_its_carriage_returns(tmp_path: Path) -> None:
    body = mail.mbox([letter(), letter(message_id="<2@x>")]).replace(b"\n", b"\r")
    reading = made.read_bytes(body, "In", scratch=tmp_path)
    assert (reading.type, reading.expected, len(reading.members)) == ("application/mbox", 2, 2)
    inner = made.read_bytes((tmp_path / reading.members[1].spool).read_bytes(), "2.eml")
    assert inner.metadata.message_id == "2@x"
    assert "The cargo leaves tonight." in inner.text


def test_a_length_with_quoted_lines_is_unquoted_and_one_without_is_left_alone(
    tmp_path: Path,
) -> None:
    for text, wanted in (
        (b">From me\nend\n", b"From me\nend\n"),
        (b"\nFrom me 10:00\n>From you\n", b"\nFrom me 10:00\n>From you\n"),
    ):
        raw = b"From: a@x\nSubject: s\nContent-Length: %d\n\n%s" % (len(text), text)
        box = b"From a@x Thu Mar 14 09:00:00 2019\n" + raw + b"\n"
        reading = made.read_bytes(box, "a.mbox", scratch=tmp_path)
        assert (tmp_path / reading.members[0].spool).read_bytes().endswith(b"\n\n" + wanted)
        assert (reading.expected, reading.status) == (1, "read")


# ---------------------------------------------------------------- the account


@pytest.fixture
def lose(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make every reader lose one member: `lose(2)` the second that it hands over."""

    def losing(k: int) -> None:
        add, seen = Spool.add, [0]

        def forgetful(self: Spool, *args: Any, **kwargs: Any) -> None:
            seen[0] += 1
            if seen[0] != k:
                add(self, *args, **kwargs)

        monkeypatch.setattr(Spool, "add", forgetful)

    return losing


def parts() -> bytes:
    return letter(
        html="<p>The cargo</p>",
        attachments=[
            mail.Attachment("a.csv", b"a,b\r\n", "text/csv"),
            mail.Attachment("m.eml", letter(), "message/rfc822"),
            mail.Attachment("n.txt", b"notes", "text/plain"),
        ],
    )


@pytest.mark.parametrize("k", (1, 2, 3))
def test_a_part_that_the_reader_loses_is_missed(lose: Any, k: int) -> None:
    assert made.read_bytes(parts(), "a.eml").expected == 3
    lose(k)
    assert made.codes(made.read_bytes(parts(), "a.eml")) == {"members_missing"}


@pytest.mark.parametrize("k", (1, 2, 3))
def test_a_message_that_the_reader_of_mailboxes_loses_is_missed(lose: Any, k: int) -> None:
    box = mail.mbox([letter(message_id=f"<{n}@x>") for n in range(3)])
    lose(k)
    assert made.codes(made.read_bytes(box, "a.mbox")) == {"members_missing"}


def test_the_postmarks_of_a_mailbox_are_its_text_and_a_limit_of_text_loses_no_message() -> None:
    box = mail.mbox([letter(message_id=f"<{n}@x>") for n in range(3)])
    reading = made.read_bytes(box, "a.mbox")
    assert "000003 From ana@port.example Thu Mar 14 09:00:00 2019" in reading.text
    cut = made.read_bytes(box, "a.mbox", text=60)
    assert made.codes(cut) == {"limit_text"}
    assert len(cut.members) == 3


def test_data_written_into_a_mail_is_a_member(tmp_path: Path) -> None:
    packed = base64.b64encode(b"GIF89a picture").decode()
    page = f'<p>Look</p><img src="data:image/gif;base64,{packed}">'
    reading = made.read_bytes(letter(html=page), "a.eml", scratch=tmp_path)
    assert (tmp_path / reading.members[0].spool).read_bytes() == b"GIF89a picture"
    assert (reading.members[0].name, reading.expected) == ((b"data-1.gif",), 1)


def test_a_few_words_that_stand_in_the_page_alone_are_shown_with_their_lines() -> None:
    body = "\n".join(f"Line number {n} of the long letter about ports" for n in range(40))
    page = "".join(f"<p>{line}</p>" for line in body.split("\n")) + "<p>Destroy this letter</p>"
    text = made.read_bytes(letter(body, html=page), "a.eml").text
    assert text.rstrip().endswith("Destroy this letter")
    assert text.count("Line number 7 ") == 1


def test_ten_thousand_beginnings_of_files_in_a_text_cost_a_problem_and_no_time() -> None:
    reading = made.read_bytes(letter("begin 644 x\n" * 100_000), "a.eml")
    assert made.codes(reading) == {"part_unclaimed"}


def test_a_coded_word_that_cannot_be_read_stays_as_it_stands() -> None:
    raw = b"From: a@x\r\nTo: b@x\r\nSubject: =?utf-8?b?A?= cargo\r\n\r\nWords\r\n"
    reading = made.read_bytes(raw, "a.eml")
    assert "cargo" in (reading.metadata.subject or "")
    assert reading.status == "read"
