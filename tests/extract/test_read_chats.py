"""Exports of chats: a line a message, nobody's words lost, and no other text taken for a chat."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import made
import pytest

from assay.extract.chat_kinds import JSON, SMS, TELEGRAM_HTML, WHATSAPP
from assay.extract.spool import Spool
from assay.model.reading import Reading
from assay.testing.makers import chats

CHAT = [
    ("14/03/2019 09:00", "", "Messages are end-to-end encrypted."),
    ("14/03/2019 09:01", "Ana Voss", "The cargo leaves tonight.\nPier: 7"),
    ("14/03/2019 09:02", "Bo", "IMG-001.jpg (file attached)"),
    ("15/03/2019 09:03", "Ana Voss", "This message was deleted"),
    ("15/03/2019 10:03", "Bo", "yes <This message was edited>"),
]
FORMS = [
    ("{0}, {1} - ", lambda s: s),
    ("[{0}, {1}:07] ", lambda s: s),
    ("\u200e[{0}, {1}:07\u202fAM] ", lambda s: s),
    ("{0}, {1} am - ", lambda s: s),
    ("{0}, {1} a.\u00a0m. - ", lambda s: s),
    ("[{0}, {1}] ", lambda s: s.replace("/", ".")),
    ("{0} {1} - ", lambda s: s.replace("/", "-")),
    ("{0} à {1} - ", lambda s: s),
]


def noted(reading: Reading, name: str) -> list[str]:
    return [value for key, value in reading.metadata.found if key == name]


def marked(reading: Reading, kind: str) -> list[str]:
    return [reading.text[r.start : r.end].strip() for r in reading.regions if r.kind == kind]


# ---------------------------------------------------------------- WhatsApp


@pytest.mark.parametrize(("form", "change"), FORMS)
def test_a_whatsapp_chat_is_told_by_its_shape_and_its_text_stays(form: str, change: Any) -> None:
    body = chats.whatsapp([(change(w), s, t) for w, s, t in CHAT], form=form)
    reading = made.read_bytes(body, "export.txt")
    assert reading.type == WHATSAPP
    assert reading.text == body.decode()
    assert noted(reading, "chat:participant") == ["Ana Voss (2)", "Bo (2)"]
    assert noted(reading, "chat:first")[0].startswith("2019-03-14T09:00")
    assert reading.metadata.modified is not None
    assert reading.metadata.modified.startswith("2019-03-15T10:03")
    assert noted(reading, "chat:dates") == ["day-month-year"]
    assert reading.status == "read"


def test_a_whatsapp_chat_says_what_was_sent_deleted_and_edited() -> None:
    reading = made.read_bytes(chats.whatsapp(CHAT), "a.txt")
    assert noted(reading, "chat:file") == ["IMG-001.jpg"]
    assert (noted(reading, "chat:deleted"), noted(reading, "chat:edited")) == (["1"], ["1"])
    assert noted(reading, "chat:system") == ["1"]
    assert marked(reading, "deleted") == ["This message was deleted"]


def test_a_chinese_export_is_read_with_its_halves_of_the_day() -> None:
    body = chats.whatsapp(
        [("2019/3/14 上午9:00", "王", "货今晚走"), ("2019/3/14 下午9:05", "李", "好"),
         ("2019/3/14 下午9:06", "王", "再见")], form="{0} {1} - ",
    )  # fmt: skip
    reading = made.read_bytes(body, "a.txt")
    assert reading.type == WHATSAPP
    assert noted(reading, "chat:last") == ["2019-03-14T21:06:00"]


def test_the_order_of_the_date_is_taken_from_all_dates_or_said_to_be_guessed() -> None:
    sure = [("3/14/19 9:00 AM", "Ana", "a"), ("3/14/19 9:01 PM", "Bo", "b"),
            ("3/15/19 9:02 AM", "Ana", "c")]  # fmt: skip
    reading = made.read_bytes(chats.whatsapp(sure), "a.txt")
    assert noted(reading, "chat:dates") == ["month-day-year"]
    assert noted(reading, "chat:last") == ["2019-03-15T09:02:00"]
    guess = [(w.replace("14", "4").replace("15", "5"), s, t) for w, s, t in sure]
    reading = made.read_bytes(chats.whatsapp(guess), "a.txt")
    assert noted(reading, "chat:dates") == ["month-day-year (guessed)"]


def test_a_chat_that_signal_export_wrote_is_told_from_whatsapp() -> None:
    body = chats.whatsapp(
        [("2019-03-14 09:00", "Me", "one"), ("2019-03-14 09:01", "Bo", "two"),
         ("2019-03-14 09:02", "Me", "three")], form="[{0}, {1}] ",
    )  # fmt: skip
    reading = made.read_bytes(body, "chat.md")
    assert (noted(reading, "chat:platform"), reading.text) == (["Signal"], body.decode())


def test_pages_of_a_chat_end_where_messages_do_and_hold_all_of_it() -> None:
    many = [(f"14/03/2019 09:{n % 60:02d}", "Ana" if n % 2 else "Bo", "words\nmore " * 9)
            for n in range(200)]  # fmt: skip
    body = chats.whatsapp(many)
    reading = made.read_bytes(body, "a.txt")
    assert len(reading.pages) > 3
    assert "".join(reading.text[p.start : p.end] for p in reading.pages) == body.decode()
    assert all(made.page_of(reading, p.number).startswith("14/03/2019") for p in reading.pages)


@pytest.mark.parametrize(
    "text",
    [
        "2019-03-14 09:00:00,123 - root - INFO - started\n" * 9,
        "[2019-03-14 09:00:00] production.ERROR: failed: x\n" * 9,
        "[2019-03-14 09:00:00] Ana: x\n" * 9,
        "14/03/2019, 09:00 - WARNING: disk full\n14/03/2019, 09:01 - INFO: ok\n" * 5,
        "14.03.2019 09:00 - 10:00 Meeting: budget\nThen lunch\nAnd so on\nAnd on\n",
        "14/03/2019, 09:00 - Ana: a quotation in a letter\n" + "and much else besides\n" * 9,
        "Dear all,\n" + "14/03/2019, 09:00 - Ana: a\n14/03/2019, 09:00 - Bo: b\n" * 3,
        "1.2.3, 4 - 5: 6\n" * 9,
    ],
)
def test_text_that_only_looks_like_a_chat_is_plain(text: str) -> None:
    reading = made.read_bytes(text.encode(), "a.txt")
    assert (reading.type, reading.text) == ("text/plain", text)


# ---------------------------------------------------------------- Telegram

TELEGRAM: list[dict[str, Any]] = [
    {"date": "2019-03-14T10:00:00", "date_unixtime": "1552554000", "from": "Ana", "text": "one"},
    {
        "date": "2019-03-14T10:01:00", "date_unixtime": "1552554060", "from": "Bo",
        "text": ["see ", {"type": "text_link", "text": "this", "href": "https://x.example/"}],
        "edited_unixtime": "1552554090", "reply_to_message_id": 1,
        "photo": "photos/p_1.jpg", "forwarded_from": "Cem",
        "reactions": [{"type": "emoji", "emoji": "👍", "count": 1, "recent": [{"from": "Ana"}]}],
    },
    {
        "type": "service", "date": "2019-03-14T10:02:00", "actor": "Ana",
        "action": "invite_members", "members": ["Dora"], "text": "",
    },
    {
        "date": "2019-03-14T10:03:00", "from": "Ana", "text": "", "file": "files/plan.pdf",
        "media_type": "video_file", "new_field": {"inner": "unheard-of words"},
        "location_information": {"latitude": 53.5, "longitude": 8.1},
        "poll": {"question": "Sail?", "answers": [{"text": "aye", "voters": 2}]},
    },
]  # fmt: skip


def test_a_telegram_chat_becomes_lines_with_what_hangs_on_them() -> None:
    body = chats.as_json(chats.telegram("Pier 7", TELEGRAM))
    reading = made.read_bytes(body, "result.json")
    assert reading.type == JSON
    assert reading.text.splitlines() == [
        "Pier 7 (private group)",
        "2019-03-14 09:00:00Z Ana: one",
        "> Ana: one",
        "2019-03-14 09:01:00Z Bo: see this <https://x.example/> [photo: photos/p_1.jpg]"
        " [edited 2019-03-14 09:01:30Z] [forwarded from Cem] [reaction 👍 by Ana]",
        "2019-03-14 10:02:00 [Ana invite members Dora]",
        "2019-03-14 10:03:00 Ana: [video file: files/plan.pdf] [location: 53.5, 8.1]"
        " [poll: Sail? aye (2)] [inner: unheard-of words]",
    ]
    assert (reading.metadata.title, reading.status) == ("Pier 7", "read")
    assert noted(reading, "chat:participant") == ["Ana (2)", "Bo (1)"]
    assert noted(reading, "chat:edited") == ["1"]
    assert marked(reading, "quoted") == ["> Ana: one"]


def test_each_chat_of_a_whole_telegram_export_has_its_page() -> None:
    export = {
        "about": "Here is the data you requested.",
        "personal_information": {"user_id": 1, "first_name": "Ana", "phone_number": "+49 1"},
        "contacts": {"list": [{"first_name": "Cem", "phone_number": "+90 2"}]},
        "chats": {"list": [chats.telegram("One", TELEGRAM), chats.telegram("Two", TELEGRAM[:1])]},
    }
    reading = made.read_bytes(chats.as_json(export), "result.json")
    assert reading.type == JSON
    assert [(title, page) for _, title, page in reading.outline][:2] == [("One", 1), ("Two", 2)]
    assert made.page_of(reading, 2).startswith("Two (private group)\n2019-03-14 09:00:00Z Ana: one")
    assert "+90 2" in reading.text


def test_a_telegram_page_becomes_the_same_lines() -> None:
    stamp = "14.03.2019 10:00:00 UTC+01:00"
    page = chats.telegram_page(
        "Pier 7",
        [
            (stamp, "Ana", '<div class="text">one<br>two <a href="https://x.example/">this</a>'
             "</div>"),
            (stamp, "", '<div class="media_wrap"><a class="p" href="photos/p.jpg"></a></div>'),
            (stamp, "Bo", '<div class="reply_to details">In reply to <a href="#go_to_message1">this'
             '</a></div><div class="forwarded body"><div class="from_name">Cem</div>'
             '<div class="text">moved</div></div>'),
        ],
    )  # fmt: skip
    reading = made.read_bytes(page, "messages.html")
    assert reading.type == TELEGRAM_HTML
    assert reading.text.splitlines() == [
        "Pier 7",
        "[14 March 2019]",
        "2019-03-14 09:00:00Z Ana: one",
        "two this <https://x.example/>",
        "2019-03-14 09:00:00Z Ana: [photos/p.jpg]",
        "> message 1",
        "2019-03-14 09:00:00Z Bo: moved [forwarded from Cem]",
    ]
    assert noted(reading, "chat:participant") == ["Ana (2)", "Bo (1)"]


# ---------------------------------------------------------------- Signal


def test_lines_of_signal_cli_become_a_conversation() -> None:
    lines = [
        {"envelope": {"sourceName": "Ana", "timestamp": 1552554000000, "dataMessage": {
            "timestamp": 1552554000000, "message": "one", "quote": {"text": "zero"},
            "attachments": [{"contentType": "image/png", "filename": "p.png"}]}}, "account": "+49"},
        {"envelope": {"source": "+49", "timestamp": 1552554060000, "syncMessage": {"sentMessage": {
            "destination": "+491", "timestamp": 1552554060000, "message": "two"}}}},
        {"envelope": {"source": "+49", "timestamp": 1552554060000, "receiptMessage": {}}},
        {"envelope": {"sourceName": "Ana", "timestamp": 1552554061000, "dataMessage": {
            "timestamp": 1552554061000, "remoteDelete": {"timestamp": 1}}}},
    ]  # fmt: skip
    reading = made.read_bytes(chats.json_lines(lines), "signal.jsonl")
    assert reading.type == JSON
    assert reading.text.splitlines() == [
        "> zero",
        "2019-03-14 09:00:00Z Ana: one [file: p.png image/png]",
        "2019-03-14 09:01:00Z +49: two [to +491]",
        "2019-03-14 09:01:01Z Ana: [deleted]",
    ]
    assert noted(reading, "chat:platform") == ["Signal"]
    assert marked(reading, "deleted") == ["[deleted]"]


def test_a_plain_backup_of_signal_names_its_people_and_chats() -> None:
    frames = [
        {"version": "1", "backupTimeMs": "1552554000000"},
        {"recipient": {"id": "1", "self": {}}},
        {"recipient": {"id": "2", "contact": {"e164": "491", "profileGivenName": "Ana"}}},
        {"chat": {"id": "5", "recipientId": "2"}},
        {"chatItem": {"chatId": "5", "authorId": "2", "dateSent": "1552554000000", "incoming": {},
                      "standardMessage": {"text": {"body": "one"}},
                      "revisions": [{"standardMessage": {"text": {"body": "none"}}}]}},
        {"chatItem": {"chatId": "5", "authorId": "1", "dateSent": "1552554060000", "outgoing": {},
                      "standardMessage": {"text": {"body": "two"},
                                          "attachments": [{"pointer": {"fileName": "a.pdf"}}]}}},
    ]  # fmt: skip
    reading = made.read_bytes(chats.json_lines(frames), "main.jsonl")
    assert reading.text.splitlines() == [
        "Ana",
        "2019-03-14 09:00:00Z Ana: one [edited] [before: none]",
        "2019-03-14 09:01:00Z (owner): two [file: a.pdf]",
    ]


@pytest.mark.parametrize(
    "messages",
    [
        [{"id": "1", "conversationId": "c", "type": "incoming", "sent_at": 1552554000000,
          "source": "Ana", "body": "one"}],
        {"messages": [{"conversationId": "c", "type": "incoming", "timestamp": 1552554000000,
                       "source": "Ana", "body": "one", "conversationName": "c"}]},
    ],
)  # fmt: skip
def test_messages_of_the_signal_desktop_become_lines(messages: Any) -> None:
    reading = made.read_bytes(chats.as_json(messages), "a.json")
    assert reading.text.splitlines() == ["c", "2019-03-14 09:00:00Z Ana: one"]


# ---------------------------------------------------------------- the others


def test_words_of_facebook_are_put_together_again_and_stand_in_their_order() -> None:
    mangled = "Поток".encode().decode("latin-1")
    export = {
        "participants": [{"name": "Ana"}, {"name": "Bo"}],
        "messages": [
            {"sender_name": "Bo", "timestamp_ms": 1552554060000, "content": "two",
             "photos": [{"uri": "photos/p.jpg"}],
             "reactions": [{"reaction": "\u00f0\u009f\u0091\u008d", "actor": "Ana"}]},
            {"sender_name": "Ana", "timestamp_ms": 1552554000000, "content": mangled},
        ],
        "title": "Bo", "thread_path": "inbox/bo_1",
    }  # fmt: skip
    reading = made.read_bytes(chats.as_json(export), "message_1.json")
    assert reading.text.splitlines() == [
        "Bo",
        "2019-03-14 09:00:00Z Ana: Поток",
        "2019-03-14 09:01:00Z Bo: two [photos: photos/p.jpg] [reaction 👍 by Ana]",
    ]


def test_a_day_of_slack_becomes_lines_with_names() -> None:
    day = [
        {"type": "message", "user": "U1", "text": "hi <@U2> &amp; all", "ts": "1552554000.000100",
         "user_profile": {"real_name": "Ana"}, "edited": {"user": "U1", "ts": "1552554001.000000"}},
        {"type": "message", "user": "U2", "text": "yes", "ts": "1552554060.000100",
         "thread_ts": "1552554000.000100", "user_profile": {"real_name": "Bo"},
         "files": [{"name": "plan.pdf"}], "attachments": [{"fallback": "a preview"}]},
        {"type": "message", "subtype": "channel_join", "user": "U1", "text": "<@U1> has joined",
         "ts": "1552554061.000100"},
    ]  # fmt: skip
    reading = made.read_bytes(chats.as_json(day), "2019-03-14.json")
    assert reading.text.splitlines() == [
        "2019-03-14 09:00:00Z Ana: hi @Bo & all [edited 2019-03-14 09:00:01Z]",
        "2019-03-14 09:01:00Z Bo: yes [file: plan.pdf] [in the thread of 2019-03-14 09:00:00Z]"
        " [fallback: a preview]",
        "2019-03-14 09:01:01Z [@Ana has joined]",
    ]


def test_a_channel_of_discord_becomes_lines() -> None:
    export = {
        "guild": {"name": "Port"}, "channel": {"name": "pier"},
        "messages": [
            {"id": "1", "type": "Default", "timestamp": "2019-03-14T09:00:00.000+00:00",
             "timestampEdited": None, "content": "one",
             "author": {"name": "ana", "nickname": "Ana"},
             "attachments": [{"fileName": "a.pdf", "url": "https://x.example/a.pdf"}]},
            {"id": "2", "type": "Reply", "timestamp": "2019-03-14T09:01:00.000+00:00",
             "content": "two", "author": {"name": "bo"}, "reference": {"messageId": "1"}},
        ],
    }  # fmt: skip
    reading = made.read_bytes(chats.as_json(export), "pier.json")
    assert reading.text.splitlines() == [
        "Port / pier",
        "2019-03-14 09:00:00 Ana: one [file: a.pdf https://x.example/a.pdf]",
        "> Ana: one",
        "2019-03-14 09:01:00 bo: two",
    ]


def backup(count: int = 3) -> bytes:
    picture = base64.b64encode(b"\x89PNG").decode()
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><smses count="{count}">'
        '<sms address="+491" date="1552554000000" type="1" body="one" contact_name="Ana"/>'
        '<sms address="+491" date="1552554060000" type="2" body="two&#10;lines"'
        ' contact_name="Ana"/>'
        '<mms address="+491" date="1552554120000" msg_box="1" contact_name="Ana"><parts>'
        '<part seq="0" ct="text/plain" text="three"/>'
        f'<part seq="1" ct="image/png" cl="p.png" text="null" data="{picture}"/>'
        "</parts></mms></smses>"
    ).encode()


def test_a_backup_of_short_messages_becomes_lines_and_members(tmp_path: Path) -> None:
    reading = made.read_bytes(backup(), "sms.xml", scratch=tmp_path)
    assert reading.type == SMS
    assert reading.text.splitlines() == [
        "2019-03-14 09:00:00Z Ana +491: one",
        "2019-03-14 09:01:00Z (owner): two",
        "lines [to Ana +491]",
        "2019-03-14 09:02:00Z Ana +491: three [image/png: p.png]",
    ]
    assert (tmp_path / reading.members[0].spool).read_bytes() == b"\x89PNG"
    assert (reading.expected, reading.status, reading.metadata.title) == (1, "read", "Ana +491")


def test_a_backup_that_holds_fewer_messages_than_it_says_is_said_to() -> None:
    assert made.codes(made.read_bytes(backup(9), "sms.xml")) == {"truncated"}
    cut = backup()[:-40]
    reading = made.read_bytes(cut, "sms.xml")
    assert "damaged" in made.codes(reading)
    assert "two" in reading.text


def test_a_backup_of_short_messages_that_loses_a_member_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Spool, "add", lambda *given, **more: None)
    assert "members_missing" in made.codes(made.read_bytes(backup(), "sms.xml"))


def test_an_export_that_breaks_off_is_kept_as_text() -> None:
    body = chats.as_json(chats.telegram("Pier 7", TELEGRAM))[:-30]
    reading = made.read_bytes(body, "result.json")
    assert made.codes(reading) == {"damaged"}
    assert reading.text == body.decode()


def test_json_that_is_no_chat_stays_json() -> None:
    body = b'{"messages": [{"body": "x"}], "type": "queue"}'
    assert made.read_bytes(body, "a.json").type == "application/json"
