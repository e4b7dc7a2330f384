"""Which texts are exports of chats: told by their shape, never by their name.

A WhatsApp export is a text whose first line, and several after it, begin with a date, a time and
a sender; log files look alike, so their levels are no senders, and a year-first date in brackets
needs more to be a chat. Exports in JSON are told by the names of their first keys.
"""

from __future__ import annotations

import re

WHATSAPP = "text/x-whatsapp-chat"
JSON = "application/x-chat+json"
TELEGRAM_HTML = "application/x-chat+html"
SMS = "application/x-sms+xml"

MARKS = "[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]*"
_HALF = (
    r"(?:[AaPp]\.?[ \u00a0\u202f]?[Mm]\.?|上午|下午|凌晨|早上|中午|晚上|오전|오후|午前|午後"
    r"|[صم]|ق\.ظ|ب\.ظ|SA|CH|PTG|PG|de\.|du\.)"
)
_NUMBERS = r"\d{1,4}(?:[./-]|년|年)[ \u200f]?\d{1,2}(?:[./-]|월|月)[ \u200f]?\d{1,4}[.日일]?"
_CLOCK = r"\d{1,2}[:.]\d{2}(?:[:.]\d{2})?"
_BETWEEN = r"[ \u00a0\u202f](?:(?:à|às|a las|um|at|kl\.?|klo|la|о|в)[ \u00a0])?"


def _stamp(kind: str) -> str:
    """A date and a time; the groups are named by `kind`."""
    return (
        rf"(?P<date_{kind}>{_NUMBERS})(?P<comma_{kind}>[,،]?){_BETWEEN}"
        rf"(?P<before_{kind}>{_HALF})?[ \u00a0\u202f]?(?P<time_{kind}>{_CLOCK})"
        rf"[ \u00a0\u202f]?(?P<after_{kind}>{_HALF})?"
    )


# iOS writes `[date, time] sender: words`, Android `date, time - sender: words`
HEAD = re.compile(
    rf"^{MARKS}(?:\[{MARKS}{_stamp('ios')}{MARKS}\][ \u00a0]"
    rf"|{_stamp('android')}[ \u00a0]?[-–][ \u00a0])"
    rf"{MARKS}(?:(?P<sender>[^:\n]{{1,80}}?){MARKS}:(?:[ \u00a0]|$))?",
    re.MULTILINE,
)
_MAYBE = re.compile(rb"(?:\xef\xbb\xbf|\xe2\x80[\x8e\x8f\xaa-\xae]|\[)*\d")


def stamp(match: re.Match[str]) -> tuple[str, str, str]:
    """(date, time, half of the day) of a match of HEAD, as they stand there."""
    kind = "ios" if match["date_ios"] else "android"
    half = match[f"before_{kind}"] or match[f"after_{kind}"] or ""
    return match[f"date_{kind}"], match[f"time_{kind}"], half


_LEVEL = re.compile(
    r"(?:^|[\s.\]])(?:INFO|ERROR|WARN|WARNING|DEBUG|TRACE|FATAL|NOTICE|CRITICAL|SEVERE|ALERT"
    r"|EMERGENCY)\b|[/\\=]|\(\d+\)$",
    re.IGNORECASE,
)
_TELEGRAM = re.compile(
    rb"\"type\"\s*:\s*\"(?:personal_chat|bot_chat|saved_messages|verification_codes|replies"
    rb"|(?:private|public)_(?:group|supergroup|channel))\""
)
_JSON = (
    (rb"\"participants\"\s*:\s*\[", rb"\"(?:sender_name|timestamp_ms)\""),
    (rb"\"guild\"\s*:\s*\{", rb"\"channel\"\s*:\s*\{"),
    (rb"\A\s*\[\s*\{", rb"\"ts\"\s*:\s*\"\d{9,11}\.\d{3,6}\""),
    (rb"\A\s*\[?\s*\{\s*\"envelope\"\s*:\s*\{", rb"\"timestamp\"\s*:\s*\d{12,13}"),
    (rb"\A\s*\[?\s*\{\s*\"date\"\s*:", rb"\"sender\"\s*:[^\n]*\"body\"\s*:"),
    (rb"\A\s*\{\s*\"version\"\s*:", rb"\"backupTimeMs\"\s*:"),
    (rb"\"conversationId\"\s*:", rb"\"(?:sent_at|timestamp)\"\s*:\s*\d{12,13}"),
)


def chat_kind(head: bytes) -> str | None:
    """The media type of a chat by the first bytes of its text (UTF-8), None where it is none."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:1] in (b"{", b"["):
        if json_chat(start):
            return JSON
        if start[:1] == b"{":
            return None
    if start[:1] == b"<":
        named = b"<smses" in start or b"<calls" in start
        if named and re.search(rb"<(?:smses|calls)\s[^>]*\bcount\s*=", start):
            return SMS
        if b'class="page_wrap"' in start and re.search(rb"class=\"(?:history|page_body)", start):
            return TELEGRAM_HTML
        return None
    if not _MAYBE.match(start):
        return None
    return WHATSAPP if is_whatsapp(head.decode("utf-8", "replace")) else None


def json_chat(start: bytes) -> bool:
    """Tell whether the keys at the start are those of an export of chats."""
    if _TELEGRAM.search(start) and re.search(rb"\"(?:messages|chats)\"\s*:", start):
        return True
    if b'"personal_information"' in start and b'"user_id"' in start and b'"about"' in start:
        return True
    return any(re.search(one, start) and re.search(two, start) for one, two in _JSON)


def is_whatsapp(text: str) -> bool:
    """Tell whether a text is a WhatsApp chat: its first line and several others are messages."""
    lines = [line for line in text[:6000].splitlines() if line.strip()]
    if len(text) > 4000:
        lines = lines[:-1]  # cut by the window
    if not lines or not (first := HEAD.match(lines[0])):
        return False
    heads = [match for line in lines if (match := HEAD.match(line))]
    senders = [m["sender"] for m in heads if m["sender"] and not _LEVEL.search(m["sender"])]
    if any(m["sender"] and _LEVEL.search(m["sender"]) for m in heads):
        return False
    bare = first["date_ios"] and not first["comma_ios"] and not stamp(first)[2]
    if bare and re.match(r"\d{4}[-/]", first["date_ios"]):
        return False  # as logs begin
    if len(senders) >= 3 and len(set(senders)) < len(senders):
        return True
    return len(heads) >= 2 and len(senders) >= 1 and len(heads) == len(lines)
