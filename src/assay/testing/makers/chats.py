"""Make exports of chats, as the programs write them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any


def whatsapp(
    messages: Sequence[tuple[str, str, str]], *, form: str = "{0}, {1} - ", end: str = "\n"
) -> bytes:
    """An exported chat. Messages are (date and time parted by a space, sender, words).

    `form` frames date and time; a message without a sender is one of the system.
    """
    out = []
    for when, sender, words in messages:
        date, _, clock = when.partition(" ")
        out.append(form.format(date, clock) + (f"{sender}: {words}" if sender else words))
    return (end.join(out) + end).encode()


def telegram(
    name: str, messages: Sequence[dict[str, Any]], kind: str = "private_group"
) -> dict[str, Any]:
    """One chat of Telegram's result.json."""
    filled = [{"id": n, "type": "message", **m} for n, m in enumerate(messages, 1)]
    return {"name": name, "type": kind, "id": 77, "messages": filled}


def telegram_page(title: str, messages: Sequence[tuple[str, str, str]]) -> bytes:
    """A messages.html of Telegram. Messages are (time, sender, inner HTML); no sender joins."""
    rows = []
    for number, (when, sender, inner) in enumerate(messages, 1):
        name = f'<div class="from_name">{sender}</div>' if sender else ""
        joined = "" if sender else " joined"
        rows.append(
            f'<div class="message default clearfix{joined}" id="message{number}">'
            f'<div class="body"><div class="pull_right date details" title="{when}">x</div>'
            f"{name}{inner}</div></div>"
        )
    page = (
        '<!DOCTYPE html><html><head><meta charset="utf-8"/><title>Exported Data</title></head>'
        '<body><div class="page_wrap"><div class="page_header"><div class="content">'
        f'<div class="text bold">{title}</div></div></div><div class="page_body chat_page">'
        '<div class="history"><div class="message service" id="message-1">'
        '<div class="body details">14 March 2019</div></div>'
    )
    return (page + "".join(rows) + "</div></div></div></body></html>").encode()


def as_json(value: Any) -> bytes:
    """JSON as the exports have it: UTF-8, indented by one space."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def json_lines(values: Sequence[Any]) -> bytes:
    """A value a line."""
    return b"".join(json.dumps(v, ensure_ascii=False).encode() + b"\n" for v in values)
