"""Exports of chats in JSON: Telegram, Signal, Facebook and Instagram, Slack, Discord.

Each platform's messages become lines of a conversation (see chat). Whatever a message holds that is
not shown by name is shown as `key: value`, so no words of it are lost; numbers that only serve the
program are left out. An export that cannot be parsed to its end is kept as plain text, and said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from assay.extract.chat import Conversation, Message, moment
from assay.extract.chat_kinds import JSON
from assay.extract.plain import read_plain, take_in
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="chat_json",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(JSON,),
    limits="media lie beside the export and are exhibits of their own",
)
_DEPTH = 12

Table = dict[str, Any]


def read_chat_json(request: Request, transcript: Transcript) -> None:
    """Read an export. Raises Stop at `limits.text` or `limits.pages`."""
    data, whole = take_in(request)
    try:
        export = _parse(data) if whole else None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        export = None
    for fits, write in _PLATFORMS if export is not None else ():
        if fits(export):
            write(export, transcript)
            return
    if export is None:
        transcript.trouble("damaged", "", "no readable JSON; kept as text")
    read_plain(request, transcript)


def _parse(data: bytes) -> Any:
    """One value, or a list of the values of its lines."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return msgspec.json.decode(data)
    except msgspec.DecodeError:
        lines = [line for line in data.splitlines() if line.strip()]
        if len(lines) < 2:
            raise
        return [msgspec.json.decode(line) for line in lines]


def _tables(value: Any) -> list[Table]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _table(value: Any) -> Table:
    return value if isinstance(value, dict) else {}


def _words(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _rest(item: Table, known: frozenset[str]) -> Iterator[str]:
    """What is left of a message, as `key: value`."""
    for key, value in item.items():
        if key not in known:
            yield from _leaves(key, value, 0)


def _leaves(name: str, value: Any, depth: int) -> Iterator[str]:
    if depth > _DEPTH:
        return
    if isinstance(value, str) and value.strip():
        yield f"{name}: {value}"
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(key, inner, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(name, inner, depth + 1)


# ---------------------------------------------------------------- Telegram

_TELEGRAM_KNOWN = frozenset(
    (
        "id", "type", "date", "date_unixtime", "edited", "edited_unixtime", "from", "from_id",
        "actor", "actor_id", "text", "text_entities", "photo", "file", "file_name", "thumbnail",
        "media_type", "mime_type", "reactions", "forwarded_from", "forwarded_from_id",
        "via_bot", "poll", "location_information", "contact_information", "sticker_emoji",
        "action", "members", "contact_vcard", "saved_from", "reply_to_peer_id",
    )
)  # fmt: skip


def _is_telegram(export: Any) -> bool:
    if not isinstance(export, dict):
        return False
    single = "messages" in export and "type" in export and "id" in export
    return single or "chats" in export or ("about" in export and "personal_information" in export)


def _telegram(export: Table, transcript: Transcript) -> None:
    out = Conversation(transcript, "Telegram")
    chats = [export] if "messages" in export else []
    for group in ("chats", "left_chats"):
        chats += _tables(_table(export.get(group)).get("list"))
    owner = _table(export.get("personal_information"))
    for line in _rest(owner, frozenset()):
        transcript.note("telegram:owner", line[:1000])
    for chat in chats:
        kind = _words(chat.get("type"))
        out.begin(_words(chat.get("name")) or kind.replace("_", " "), kind.replace("_", " "))
        by_number: dict[Any, str] = {}
        for item in _tables(chat.get("messages")):
            message = _telegram_message(item, by_number)
            by_number[item.get("id")] = f"{message.sender}: {message.text}"[:200]
            out.add(message)
    left = {k: v for k, v in export.items() if k not in ("chats", "left_chats", "messages")}
    if "messages" not in export:
        beside = list(_rest(left, frozenset(("about",))))
        if beside:
            out.begin("Beside the chats")
            for line in beside:
                transcript.paragraph(line)
    out.finish()


def _telegram_message(item: Table, by_number: dict[Any, str]) -> Message:
    service = item.get("type") == "service"
    message = Message(
        when=moment(item.get("date_unixtime")) or _words(item.get("date")),
        sender=_words(item.get("from")) or _words(item.get("from_id")),
        text=_telegram_text(item.get("text")),
        system=service,
    )
    if service:
        actor = _words(item.get("actor")) or _words(item.get("actor_id"))
        what = _words(item.get("action")).replace("_", " ")
        members = item.get("members")
        who = ", ".join(str(m) for m in members if m) if isinstance(members, list) else ""
        message.text = " ".join(p for p in (actor, what, who, message.text) if p)
    if item.get("edited_unixtime") or item.get("edited"):
        edited = moment(item.get("edited_unixtime")) or _words(item.get("edited"))
        message.edited = edited.replace("T", " ")
    reply = item.get("reply_to_message_id")
    if reply is not None:
        message.quoted = by_number.get(reply, f"message {reply}")
    for key in ("photo", "file", "contact_vcard"):
        if isinstance(item.get(key), str):
            kind = _words(item.get("media_type")).replace("_", " ") or key.replace("_", " ")
            name = _words(item.get("file_name")) if key == "file" else ""
            named = f" ({name})" if name and not item[key].endswith(name) else ""
            message.media.append(f"{kind}: {item[key]}{named}")
    if item.get("forwarded_from"):
        message.remarks.append(f"forwarded from {item['forwarded_from']}")
    if item.get("via_bot"):
        message.remarks.append(f"via {item['via_bot']}")
    place = _table(item.get("location_information"))
    if place:
        message.remarks.append(f"location: {place.get('latitude')}, {place.get('longitude')}")
    contact = [str(v) for v in _table(item.get("contact_information")).values() if v]
    if contact:
        message.remarks.append("contact: " + " ".join(contact))
    poll = _table(item.get("poll"))
    if poll:
        answers = [f"{a.get('text')} ({a.get('voters')})" for a in _tables(poll.get("answers"))]
        message.remarks.append(
            f"poll: {_telegram_text(poll.get('question'))} " + "; ".join(answers)
        )
    if item.get("sticker_emoji"):
        message.remarks.append(f"sticker {item['sticker_emoji']}")
    message.remarks += _reactions(item.get("reactions"))
    message.remarks += _rest(item, _TELEGRAM_KNOWN)
    return message


def _telegram_text(value: Any) -> str:
    """Text is a string, or a list of strings and pieces with a form; hidden links are shown."""
    if isinstance(value, str):
        return value
    out: list[str] = []
    for piece in value if isinstance(value, list) else ():
        if isinstance(piece, str):
            out.append(piece)
        elif isinstance(piece, dict):
            text, href = _words(piece.get("text")), _words(piece.get("href"))
            out.append(f"{text} <{href}>" if href and href != text else text)
    return "".join(out)


def _reactions(value: Any) -> list[str]:
    found = []
    for item in _tables(value):
        mark = item.get("emoji") or item.get("reaction") or item.get("name") or ""
        by = item.get("actor") or item.get("name") if item.get("emoji") else item.get("actor")
        who = [_words(r.get("from")) for r in _tables(item.get("recent"))] or [_words(by)]
        users = item.get("users")
        who += [u if isinstance(u, str) else _words(_table(u).get("name"))
                for u in (users if isinstance(users, list) else ())]  # fmt: skip
        names = ", ".join(w for w in who if w)
        found.append(f"reaction {mark}" + (f" by {names}" if names else ""))
    return found


# ---------------------------------------------------------------- Facebook, Instagram


def _is_facebook(export: Any) -> bool:
    return isinstance(export, dict) and "participants" in export and "messages" in export


def _facebook(export: Table, transcript: Transcript) -> None:
    instagram = "instagram" in str(export.get("thread_path", "")) or any(
        "instagram" in str(m.get("share", "")) for m in _tables(export["messages"])[:200]
    )
    out = Conversation(transcript, "Instagram" if instagram else "Facebook")
    out.begin(_unmangled(_words(export.get("title"))))
    for person in _tables(export.get("participants")):
        out.meet(_unmangled(_words(person.get("name"))))
    messages = _tables(export["messages"])
    messages.sort(key=lambda m: m.get("timestamp_ms", 0) if isinstance(m.get("timestamp_ms"), int)
                  else 0)  # fmt: skip
    for item in messages:
        message = Message(
            when=moment(item.get("timestamp_ms"), 1000),
            sender=_unmangled(_words(item.get("sender_name"))),
            text=_unmangled(_words(item.get("content"))),
            deleted=bool(item.get("is_unsent")),
        )
        for key, value in item.items():
            for part in _tables(value):
                if isinstance(part.get("uri"), str):
                    message.media.append(f"{key}: {part['uri']}")
        sticker = _table(item.get("sticker"))
        if isinstance(sticker.get("uri"), str):
            message.media.append(f"sticker: {sticker['uri']}")
        share = _table(item.get("share"))
        message.remarks += [_unmangled(line) for line in _leaves("share", share, 0)]
        message.remarks += [_unmangled(r) for r in _reactions(item.get("reactions"))]
        out.add(message)
    out.finish()


def _unmangled(text: str) -> str:
    """Facebook writes each byte of UTF-8 as a character: put them together again."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return text


# ---------------------------------------------------------------- Slack, Discord

_SLACK_KNOWN = frozenset(
    (
        "type", "subtype", "ts", "user", "text", "user_profile", "username", "files", "reactions",
        "edited", "thread_ts", "parent_user_id", "client_msg_id", "team", "user_team", "blocks",
        "source_team", "replies", "reply_users", "latest_reply", "last_read", "bot_id", "app_id",
        "upload", "display_as_bot", "bot_profile", "icons", "inviter", "hidden", "event_ts",
    )
)  # fmt: skip


def _is_slack(export: Any) -> bool:
    first = _tables(export)[:5]
    return bool(first) and all("ts" in m and "type" in m for m in first)


def _slack(export: list[Any], transcript: Transcript) -> None:
    out = Conversation(transcript, "Slack")
    names: dict[str, str] = {}
    items = _tables(export)
    for item in items:
        profile = _table(item.get("user_profile"))
        name = profile.get("real_name") or profile.get("display_name") or profile.get("name")
        if name:
            names[str(item.get("user"))] = str(name)
    out.begin("")
    for item in items:
        user = str(item.get("user") or item.get("bot_id") or "")
        sender = names.get(user) or _words(item.get("username")) or user
        subtype = _words(item.get("subtype"))
        message = Message(
            when=moment(item.get("ts")),
            sender=sender,
            text=_slack_text(_words(item.get("text")), names),
            system=subtype.startswith(("channel_", "group_")) or subtype in ("pinned_item",),
            deleted=subtype == "tombstone" or bool(item.get("hidden")),
        )
        edited = _table(item.get("edited"))
        if edited:
            message.edited = moment(edited.get("ts")).replace("T", " ") or "yes"
        for file in _tables(item.get("files")):
            named = file.get("name") or file.get("title") or file.get("id") or ""
            where = _words(file.get("url_private"))
            message.media.append(f"file: {named}" + (f" {where}" if where else ""))
        thread = item.get("thread_ts")
        if thread and thread != item.get("ts"):
            message.remarks.append("in the thread of " + moment(thread).replace("T", " "))
        for reaction in _tables(item.get("reactions")):
            users = reaction.get("users")
            who = [names.get(str(u), str(u)) for u in (users if isinstance(users, list) else ())]
            message.remarks.append(f"reaction {reaction.get('name')} by {', '.join(who)}")
        message.remarks += _rest(item, _SLACK_KNOWN)
        out.add(message)
    out.finish()


def _slack_text(text: str, names: dict[str, str]) -> str:
    for user, name in names.items():
        text = text.replace(f"<@{user}>", f"@{name}")
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _is_discord(export: Any) -> bool:
    return isinstance(export, dict) and "channel" in export and "messages" in export


def _discord(export: Table, transcript: Transcript) -> None:
    out = Conversation(transcript, "Discord")
    guild, channel = _table(export.get("guild")), _table(export.get("channel"))
    out.begin(" / ".join(str(p["name"]) for p in (guild, channel) if p.get("name")))
    for line in _leaves("topic", channel.get("topic"), 0):
        transcript.paragraph(line)
    by_number: dict[Any, str] = {}
    for item in _tables(export["messages"]):
        author = _table(item.get("author"))
        kind = str(item.get("type") or "Default")
        message = Message(
            when=_words(item.get("timestamp"))[:19],
            sender=_words(author.get("nickname")) or _words(author.get("name")),
            text=_words(item.get("content")),
            system=kind not in ("Default", "Reply", "0", "19"),
            edited=_words(item.get("timestampEdited"))[:19].replace("T", " "),
        )
        if message.system:
            message.text = f"{message.sender} {message.text or kind}".strip()
        reply = _table(item.get("reference")).get("messageId")
        if reply is not None:
            message.quoted = by_number.get(reply, f"message {reply}")
        by_number[item.get("id")] = f"{message.sender}: {message.text}"[:200]
        for file in _tables(item.get("attachments")):
            message.media.append(
                f"file: {file.get('fileName') or ''} {file.get('url') or ''}".strip()
            )
        for embed in _tables(item.get("embeds")):
            message.remarks += _leaves("embed", embed, 0)
        for reaction in _tables(item.get("reactions")):
            message.remarks.append(f"reaction {_table(reaction.get('emoji')).get('name')}")
        out.add(message)
    out.finish()


# ---------------------------------------------------------------- Signal


def _is_signal(export: Any) -> bool:
    items = _signal_items(export)[:50]
    keys = {key for item in items for key in item}
    return bool(keys & {"envelope", "chatItem", "backupTimeMs"}) or (
        "body" in keys and bool(keys & {"sent_at", "conversationId", "sender"})
    )


def _signal_items(export: Any) -> list[Table]:
    if isinstance(export, dict):
        for key in ("messages", "messsages"):  # one tool's spelling
            if isinstance(export.get(key), list):
                return _tables(export[key])
        return [export]
    return _tables(export)


def _signal(export: Any, transcript: Transcript) -> None:
    out = Conversation(transcript, "Signal")
    items = _signal_items(export)
    keys = {key for item in items[:50] for key in item}
    if keys & {"chatItem", "backupTimeMs", "recipient"}:
        _signal_backup(items, out)
    elif "envelope" in keys:
        out.begin("")
        for item in items:
            for message in _signal_envelope(item):
                out.add(message)
    else:
        _signal_desktop(items, out)
    out.finish()


def _signal_desktop(items: list[Table], out: Conversation) -> None:
    """Messages as the desktop program stores them, or as signal-export writes them."""
    groups: dict[str, list[Table]] = {}
    for item in items:
        groups.setdefault(str(item.get("conversationName") or item.get("conversationId") or ""),
                          []).append(item)  # fmt: skip
    for name, inside in groups.items():
        out.begin(name)
        for item in inside:
            sent = item.get("sent_at") or item.get("timestamp")
            kind = _words(item.get("type"))
            mine = kind == "outgoing"
            message = Message(
                when=moment(sent, 1000) or _words(item.get("date")),
                sender="(owner)" if mine else _words(item.get("sender"))
                or _words(item.get("source")) or _words(item.get("sourceUuid")),
                text=_words(item.get("body")),
                system=kind not in ("", "incoming", "outgoing"),
                deleted=bool(item.get("deletedForEveryone") or item.get("isErased")),
                edited="yes" if item.get("editHistory") else "",
            )  # fmt: skip
            if message.system:
                message.text = " ".join(p for p in (kind, message.text) if p)
            quote = item.get("quote")
            message.quoted = _words(quote) or _words(_table(quote).get("text"))
            for old in _tables(item.get("editHistory"))[1:]:
                message.remarks.append("before: " + _words(old.get("body")))
            message.media += _signal_files(item.get("attachments"))
            message.remarks += _reactions(item.get("reactions"))
            out.add(message)


def _signal_files(value: Any) -> list[str]:
    found = []
    for file in _tables(value):
        names = [file.get(k) for k in ("fileName", "filename", "name", "path", "id", "contentType")]
        shown = list(dict.fromkeys(str(n) for n in names if n))
        found.append("file: " + " ".join(shown))
    return found


def _signal_envelope(item: Table) -> Iterator[Message]:
    """One line of signal-cli."""
    envelope = _table(item.get("envelope")) or _table(_table(item.get("params")).get("envelope"))
    sender = (
        _words(envelope.get("sourceName")) or _words(envelope.get("sourceNumber"))
        or _words(envelope.get("source"))
    )  # fmt: skip
    sync = _table(_table(envelope.get("syncMessage")).get("sentMessage"))
    edit = _table(envelope.get("editMessage"))
    edited = "yes" if edit or sync.get("editMessage") else ""
    data = (
        _table(edit.get("dataMessage"))
        or _table(_table(sync.get("editMessage")).get("dataMessage"))
        or sync
        or _table(envelope.get("dataMessage"))
    )
    if not data:
        return
    if sync:
        sender = f"{sender or item.get('account') or '(owner)'}"
    message = Message(
        when=moment(data.get("timestamp") or envelope.get("timestamp"), 1000),
        sender=sender,
        text=_words(data.get("message")),
        edited=edited,
        deleted=bool(data.get("remoteDelete")),
        quoted=_words(_table(data.get("quote")).get("text")),
        media=_signal_files(data.get("attachments")),
    )
    to = _words(sync.get("destination")) or _words(sync.get("destinationNumber"))
    group = _table(data.get("groupInfo"))
    if to:
        message.remarks.append(f"to {to}")
    if group:
        message.remarks.append(f"group {group.get('groupName') or group.get('groupId')}")
    reaction = _table(data.get("reaction"))
    if reaction:
        message.remarks.append(f"reaction {reaction.get('emoji')}")
    for contact in _tables(data.get("contacts")):
        message.remarks += _leaves("contact", contact, 0)
    yield message


def _signal_backup(items: list[Table], out: Conversation) -> None:
    """The frames of a plain backup: people, chats, then the messages of each chat."""
    people: dict[str, str] = {}
    chats: dict[str, str] = {}
    inside: dict[str, list[Table]] = {}
    for item in items:
        if "recipient" in item:
            one = _table(item["recipient"])
            people[str(one.get("id"))] = _signal_name(one)
        elif "chat" in item:
            chat = _table(item["chat"])
            chats[str(chat.get("id"))] = str(chat.get("recipientId"))
        elif "chatItem" in item:
            frame = _table(item["chatItem"])
            inside.setdefault(str(frame.get("chatId")), []).append(frame)
    for chat_id, frames in inside.items():
        out.begin(people.get(chats.get(chat_id, ""), f"chat {chat_id}"))
        for frame in frames:
            out.add(_signal_frame(frame, people))


def _signal_name(one: Table) -> str:
    contact = _table(one.get("contact"))
    if contact:
        name = " ".join(
            str(contact[k]) for k in ("profileGivenName", "profileFamilyName") if contact.get(k)
        )
        return name or str(contact.get("systemGivenName") or contact.get("e164") or "")
    group = _table(_table(_table(one.get("group")).get("snapshot")).get("title"))
    if group:
        return str(group.get("title") or "group")
    return "(owner)" if "self" in one else str(next((k for k in one if k != "id"), ""))


def _signal_frame(frame: Table, people: dict[str, str]) -> Message:
    standard = _table(frame.get("standardMessage"))
    quote = _table(standard.get("quote"))
    message = Message(
        when=moment(frame.get("dateSent"), 1000),
        sender=people.get(str(frame.get("authorId")), str(frame.get("authorId") or "")),
        text=_words(_table(standard.get("text")).get("body")),
        deleted="remoteDeletedMessage" in frame,
        edited="yes" if frame.get("revisions") else "",
        quoted=_words(_table(quote.get("text")).get("body")),
        system="updateMessage" in frame,
    )
    for file in _tables(standard.get("attachments")):
        pointer = _table(file.get("pointer"))
        named = pointer.get("fileName") or pointer.get("contentType") or ""
        message.media.append(f"file: {named}")
    for old in _tables(frame.get("revisions")):
        body = _words(_table(_table(old.get("standardMessage")).get("text")).get("body"))
        message.remarks.append("before: " + body)
    for one in _tables(standard.get("reactions")):
        by = people.get(str(one.get("authorId")), "")
        message.remarks.append(f"reaction {one.get('emoji')}" + (f" by {by}" if by else ""))
    known = ("standardMessage", "revisions", "chatId", "authorId", "dateSent", "incoming",
             "outgoing", "directionless")  # fmt: skip
    left = list(_rest(frame, frozenset(known)))
    if message.system or not standard:
        message.text = " ".join(p for p in (message.text, *left) if p) or message.text
        if message.system and not message.text:
            message.text = ", ".join(_table(frame.get("updateMessage")))
    return message


_PLATFORMS: tuple[tuple[Callable[[Any], bool], Callable[[Any, Transcript], None]], ...] = (
    (_is_facebook, _facebook),
    (_is_discord, _discord),
    (_is_telegram, _telegram),
    (_is_signal, _signal),
    (_is_slack, _slack),
)
