"""WhatsApp's exported chats, and those that signal-export writes alike.

The text stays as it was decoded; pages end where messages do.

The order of day and month is not said in the file: it is taken from all its dates together, and
the choice is noted. Participants, counts, first and last date are metadata; names of attached
files are noted. Messages that say they were deleted are marked so.
"""

from __future__ import annotations

import re
from collections import Counter

from assay.extract import charset
from assay.extract.chat import note_chat
from assay.extract.chat_kinds import HEAD, MARKS, WHATSAPP, stamp
from assay.extract.plain import cut_short, long_line, note_charset, take_in
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="chat_whatsapp",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(WHATSAPP,),
    limits="the zone of the times is not in the export",
)
_NAME = r"[^<>\n]{1,200}\.\w{2,5}"
_FILE = re.compile(
    rf"{MARKS}<[^:<>\n]{{3,30}}: ({_NAME})>|{MARKS}(?=\S)({_NAME}) \([^)\n]+\)$", re.MULTILINE
)
_OMITTED = re.compile(
    rf"{MARKS}<[^<>\n:]{{5,40}}>{MARKS}$|{MARKS}(?:image|video|audio|sticker|GIF|document) omitted"
)
_DELETED = re.compile(
    rf"{MARKS}(?:This message was deleted|You deleted this message|Diese Nachricht wurde gelöscht"
    r"|Du hast diese Nachricht gelöscht|Se eliminó este mensaje|Eliminaste este mensaje"
    r"|Ce message a été supprimé|Vous avez supprimé ce message|Mensagem apagada"
    r"|Você apagou esta mensagem|Questo messaggio è stato eliminato|Данное сообщение удалено"
    r"|Вы удалили данное сообщение|Dit bericht is verwijderd|此消息已删除|您删除了此消息"
    r"|此訊息已刪除|تم حذف هذه الرسالة|Bu mesaj silindi)"
)
_EDITED = re.compile(
    r"<(?:This message was edited|Diese Nachricht wurde bearbeitet|Se editó este mensaje\.?"
    r"|Ce message a été modifié|Mensagem editada|Данное сообщение изменено)>"
)
_AFTERNOON = re.compile(r"[Pp]\.?[ \u00a0\u202f]?[Mm]|下午|晚上|오후|午後|م|ب\.ظ|CH")
_NUMBER = re.compile(r"\d+")


def read_whatsapp(request: Request, transcript: Transcript) -> None:
    """Read an exported chat. Raises Stop at `limits.text`, `limits.pages` or `limits.line`."""
    data, whole = take_in(request)
    transcript.vouch()
    decoded = charset.decode(data)
    note_charset(transcript, decoded)
    text = decoded.text
    long = long_line(text, request.limits.line)
    if long is not None:
        text = text[:long]
    heads = list(HEAD.finditer(text))
    _describe(text, heads, transcript)
    _write(text, [match.start() for match in heads], transcript)
    if long is not None:
        raise Stop("limit_line", f"character {long + 1}")
    if not whole:
        raise cut_short(request)


def _write(text: str, starts: list[int], transcript: Transcript) -> None:
    """The text as it is, in pages that begin with a message."""
    begin = 0
    for start in [*starts[1:], len(text)]:
        if start - begin >= transcript.page_chars or start == len(text):
            place = transcript.length
            try:
                transcript.write(text[begin:start])
            finally:
                transcript.enter(place)
            begin = start


def _describe(text: str, heads: list[re.Match[str]], transcript: Transcript) -> None:
    transcript.note("chat:platform", _platform(heads))
    stamps = [stamp(match) for match in heads]
    order, sure = _order([s[0] for s in stamps], any(s[2] for s in stamps[:50]))
    transcript.note("chat:dates", order + ("" if sure else " (guessed)"))
    people: Counter[str] = Counter()
    count: Counter[str] = Counter()
    moments: list[str] = []
    for at, match in enumerate(heads):
        end = heads[at + 1].start() if at + 1 < len(heads) else len(text)
        sender, words = match["sender"], text[match.end() : end].strip()
        if sender is None:
            count["system"] += 1
        else:
            people[sender.strip()] += 1
            count["messages"] += 1
        if moment := _moment(stamps[at], order):
            moments.append(moment)
        if attached := _FILE.match(words):
            count["media"] += 1
            transcript.note("chat:file", attached.group(1) or attached.group(2))
        elif _OMITTED.match(words):
            count["media left out"] += 1
        if _DELETED.match(words):
            count["deleted"] += 1
            transcript.mark("deleted", match.end(), match.end() + len(words))
        if _EDITED.search(words):
            count["edited"] += 1
    note_chat(transcript, people, min(moments, default=""), max(moments, default=""), count)
    transcript.note("chat:media-left-out", count["media left out"] or "")


def _platform(heads: list[re.Match[str]]) -> str:
    """signal-export writes the same shape, but ISO dates and no seconds, as WhatsApp never does."""
    first = heads[0] if heads else None
    if first is not None and re.fullmatch(r"\d{4}-\d\d-\d\d", first["date_ios"] or ""):
        return "WhatsApp" if first["time_ios"].count(":") == 2 else "Signal"
    return "WhatsApp"


def _order(dates_found: list[str], halves: bool) -> tuple[str, bool]:
    """(year-month-day, day-month-year or month-day-year, whether the dates settle it)."""
    numbers = [[int(n) for n in _NUMBER.findall(date)][:3] for date in dates_found]
    numbers = [n for n in numbers if len(n) == 3]
    first, second = max((n[0] for n in numbers), default=0), max((n[1] for n in numbers), default=0)
    if first > 31:
        return "year-month-day", True
    if first > 12 and second <= 12:
        return "day-month-year", True
    if second > 12 and first <= 12:
        return "month-day-year", True
    # nothing settles it: who writes AM and PM with slashes writes the month first
    american = halves and all("/" in date for date in dates_found[:50])
    return ("month-day-year" if american else "day-month-year"), False


def _moment(parts: tuple[str, str, str], order: str) -> str:
    date = [int(n) for n in _NUMBER.findall(parts[0])]
    clock = [int(n) for n in _NUMBER.findall(parts[1])]
    half = parts[2]
    if len(date) < 3:
        return ""
    places = {"year-month-day": (0, 1, 2), "day-month-year": (2, 1, 0), "month-day-year": (2, 0, 1)}
    year, month, day = (date[at] for at in places[order])
    year += 2000 if year < 100 else 0
    hour, minute = clock[0], clock[1]
    if half:
        late = bool(_AFTERNOON.match(half))
        hour = hour % 12 + 12 if late else (0 if hour == 12 else hour)
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60):
        return ""
    second = clock[2] if len(clock) > 2 else 0
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"
