"""Telegram's export as pages (messages.html): the same lines as its export in JSON.

A message without a sender's name joins the one before it. What hangs on a message (a picture, a
file, a reply, a forwarding) is shown in brackets with the words that the page has for it.
"""

from __future__ import annotations

import re
from typing import Any

from assay.extract import charset, dates
from assay.extract.chat import Conversation, Message
from assay.extract.chat_kinds import TELEGRAM_HTML
from assay.extract.html import read_html
from assay.extract.plain import cut_short, note_charset, take_in
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="chat_telegram",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(TELEGRAM_HTML,),
    limits="media lie beside the page and are exhibits of their own",
)
_STAMP = re.compile(r"(\d\d)\.(\d\d)\.(\d{4}) (\d\d:\d\d:\d\d)(?: UTC([+-]\d\d:\d\d))?")
_SPACE = re.compile(r"\s+")


def read_telegram(request: Request, transcript: Transcript) -> None:
    """Read a page of an export. One without messages is read as any page."""
    from selectolax.lexbor import LexborHTMLParser

    data, whole = take_in(request)
    decoded = charset.decode(data, "utf-8")
    tree = LexborHTMLParser(decoded.text)
    messages = tree.css("div.message")
    if not messages:
        read_html(request, transcript)
        return
    note_charset(transcript, decoded)
    out = Conversation(transcript, "Telegram")
    title = tree.css_first("div.page_header div.text.bold") or tree.css_first("div.page_header")
    out.begin(_words(title))
    sender = ""
    for node in messages:
        message = _message(node, sender)
        sender = message.sender or sender
        out.add(message)
    out.finish()
    if not whole:
        raise cut_short(request)


def _message(node: Any, before: str) -> Message:
    classes = (node.attributes.get("class") or "").split()
    if "service" in classes:
        return Message(text=_words(node.css_first("div.body")), system=True)
    name = _first_outside(node, "div.from_name", "div.forwarded")
    date = node.css_first("div.date")
    message = Message(
        when=_moment(date.attributes.get("title") or "" if date is not None else ""),
        sender=_words(name) or before,
    )
    texts = [_lines(part) for part in node.css("div.text")]
    message.text = "\n".join(text for text in texts if text)
    forwarded = node.css_first("div.forwarded div.from_name")
    if forwarded is not None:
        message.remarks.append("forwarded from " + _words(forwarded))
    reply = node.css_first("div.reply_to")
    if reply is not None:
        link = reply.css_first("a[href]")
        place = (link.attributes.get("href") or "").rpartition("go_to_")[2] if link else ""
        message.quoted = re.sub(r"^message", "message ", place)
        message.quoted = message.quoted or _words(reply)
    for media in node.css("div.media_wrap"):
        links = [a.attributes.get("href") or "" for a in media.css("a[href]")]
        shown = " ".join(part for part in (_words(media), *links) if part)
        message.media.append(shown or "media")
    for reaction in node.css("span.reaction, div.reaction"):
        message.remarks.append("reaction " + _words(reaction))
    return message


def _first_outside(node: Any, wanted: str, around: str) -> Any:
    inner = {n.mem_id for n in node.css(f"{around} {wanted}")}
    return next((n for n in node.css(wanted) if n.mem_id not in inner), None)


def _words(node: Any) -> str:
    return _SPACE.sub(" ", node.text(deep=True, separator=" ")).strip() if node is not None else ""


def _lines(node: Any) -> str:
    """The text of a message: `br` ends a line, a hidden link is shown behind its words."""
    out: list[str] = []
    skip: set[int] = set()
    for part in node.traverse(include_text=True):
        if part.tag == "a":
            href, text = part.attributes.get("href") or "", part.text(deep=True).strip()
            plain = href.removeprefix("tel:").removeprefix("mailto:").rstrip("/")
            known = ("", text, f"https://{text}", f"http://{text}")
            out.append(text if plain in known else f"{text} <{href}>")
            skip.update(n.mem_id for n in part.traverse(include_text=True))
        elif part.mem_id in skip:
            continue
        elif part.tag == "-text":
            out.append(_SPACE.sub(" ", part.text_content or ""))
        elif part.tag == "br":
            out.append("\n")
    return "\n".join(line.strip() for line in "".join(out).split("\n")).strip()


def _moment(title: str) -> str:
    match = _STAMP.search(title)
    if match is None:
        return title
    day, month, year, clock, zone = match.groups()
    return dates.from_iso(f"{year}-{month}-{day}T{clock}{zone or ''}") or title
