"""Conversations: what every reader of chats writes, a message a line.

A line is `time sender: words`. Times are UTC where the export gives moments (then they end in Z),
else as they stand. What is said about a message follows in brackets: edited, forwarded, media,
the reactions. A quoted message stands before its answer (region `quoted`); a deleted one keeps
its place (region `deleted`). Messages of the system have no sender and are bracketed. Pages end
where messages do; several conversations of one export are parted by a page, and listed in the
outline.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from assay.extract import dates
from assay.extract.transcript import Transcript

_PARTICIPANTS = 1000


@dataclass
class Message:
    """One message. `when` is ISO 8601; `remarks` are shown in brackets behind the words."""

    when: str = ""
    sender: str = ""
    text: str = ""
    system: bool = False
    deleted: bool = False
    edited: str = ""
    quoted: str = ""
    media: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


class Conversation:
    """Writes messages into a transcript and counts what an overview needs."""

    def __init__(self, transcript: Transcript, platform: str) -> None:
        self._transcript = transcript
        self._people: Counter[str] = Counter()
        self._titles: list[str] = []
        self._first = self._last = ""
        self.count: Counter[str] = Counter()
        transcript.note("chat:platform", platform)

    def begin(self, title: str, about: str = "") -> None:
        """Begin a conversation on a page of its own."""
        transcript = self._transcript
        transcript.end_flow()
        title = title.strip()
        if title:
            transcript.outline.append((0, title, len(transcript.pages) + 1))
            transcript.paragraph(f"{title} ({about})" if about else title)
        self._titles.append(title)

    def meet(self, person: str) -> None:
        """Somebody takes part, also where they say nothing."""
        if person:
            self._people[person] += 0

    def add(self, message: Message) -> None:
        """Write one message. Raises Stop at the limits of text."""
        transcript = self._transcript
        self._see(message)
        head = " ".join(part for part in (_clock(message.when), message.sender) if part)
        tail: list[str] = [f"[{name}]" for name in message.media]
        if message.edited:
            tail.append("[edited]" if message.edited == "yes" else f"[edited {message.edited}]")
        tail += [f"[{remark}]" for remark in message.remarks if remark]
        words = message.text
        if message.system:
            words, head = f"[{words}]", _clock(message.when)
        elif message.deleted and not words:
            words = "[deleted]"
        if message.quoted:
            start = self._next()
            transcript.paragraph(f"> {message.quoted}")
            transcript.mark("quoted", max(start, transcript.length - len(message.quoted) - 3))
        line = " ".join(part for part in (words, *tail) if part)
        glue = " " if message.system or not message.sender else ": "
        transcript.paragraph(f"{head}{glue}{line}" if head else line)
        if message.deleted:
            transcript.mark("deleted", transcript.length - len(line) - 1, transcript.length - 1)

    def _next(self) -> int:
        return self._transcript.length

    def _see(self, message: Message) -> None:
        self.count["system" if message.system else "messages"] += 1
        if message.sender and not message.system:
            self._people[message.sender] += 1
        if message.edited:
            self.count["edited"] += 1
        if message.deleted:
            self.count["deleted"] += 1
        self.count["media"] += len(message.media)
        if message.when:
            self._first = min(self._first or message.when, message.when)
            self._last = max(self._last, message.when)

    def finish(self) -> None:
        """Note participants, dates and counts."""
        note_chat(self._transcript, self._people, self._first, self._last, self.count)
        if not self._transcript.title:
            self._transcript.title = next((t for t in self._titles if t), None)


def note_chat(
    transcript: Transcript, people: Counter[str], first: str, last: str, count: Counter[str]
) -> None:
    """Note what an overview of a conversation shows."""
    for person, messages in people.most_common(_PARTICIPANTS):
        transcript.note("chat:participant", f"{person} ({messages})")
    transcript.recipients = tuple(person for person, _ in people.most_common(_PARTICIPANTS))
    for name in ("messages", "system", "media", "edited", "deleted"):
        if count[name] or name == "messages":
            transcript.note(f"chat:{name}", count[name])
    transcript.note("chat:first", first)
    transcript.note("chat:last", last)
    transcript.created, transcript.modified = dates.from_iso(first), dates.from_iso(last)


def _clock(when: str) -> str:
    return when.replace("T", " ")


def moment(value: Any, per_second: int = 1) -> str:
    """RFC 3339 for seconds (or parts of them, `per_second`) since 1970, "" for none."""
    try:
        return dates.from_epoch(float(value) / per_second) or ""
    except (TypeError, ValueError, OverflowError):
        return ""
