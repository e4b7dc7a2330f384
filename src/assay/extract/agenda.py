"""Calendars and address cards (iCalendar RFC 5545, vCard 2.1 to 4.0) as readable text.

Folded lines are joined, escapes and quoted-printable undone, the charset of a value taken from
its own parameter. Each event, task, journal entry or card is a paragraph, a property a line,
under the name that a reader knows; a property without one keeps its own, so that none is lost.
Times are written as ISO 8601 with the zone that the file names. Behind it all stand the lines as
the file has them, set apart, for what is looked for in its own spelling (`20190314T090000`,
`RRULE`, rules of time zones). Pictures, sounds and files that are written into a property are
members.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from collections.abc import Iterator
from typing import NamedTuple

from assay.extract import charset, dates
from assay.extract.plain import cut_short, note_charset, take_in
from assay.extract.problems import problem
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="agenda",
    version="2",
    licence="AGPL-3.0-or-later",
    formats=("text/calendar", "text/vcard"),
    limits="repeated events are given by their rule, not one by one",
)
_LINE = re.compile(r"([A-Za-z0-9_.-]+)((?:;(?:\"[^\"]*\"|[^\":;\n])*)*):(.*)", re.DOTALL)
_PARAM = re.compile(r";([^=;:\"]+)(?:=((?:\"[^\"]*\"|[^\";:]|)*))?")
_TIME = re.compile(r"(\d{4})-?(\d\d)-?(\d\d)(?:T(\d\d):?(\d\d):?(\d\d)?(Z|[+-]\d\d:?\d\d)?)?$")
_ESCAPE = re.compile(r"\\([nN,;:\\])")
_DATA = re.compile(r"data:([\w.+/-]*)((?:;[^,;]*)*),", re.IGNORECASE)
_NAMES = {
    "SUMMARY": "Summary", "DTSTART": "Start", "DTEND": "End", "DUE": "Due",
    "COMPLETED": "Completed", "DURATION": "Duration", "LOCATION": "Location",
    "DESCRIPTION": "Description", "ORGANIZER": "Organizer", "ATTENDEE": "Attendee",
    "CONTACT": "Contact", "COMMENT": "Comment", "STATUS": "Status", "CATEGORIES": "Categories",
    "RRULE": "Repeats", "EXDATE": "Except", "RDATE": "Also on", "URL": "Address",
    "ATTACH": "Attached", "CREATED": "Created", "LAST-MODIFIED": "Changed",
    "RECURRENCE-ID": "Instead of", "PERCENT-COMPLETE": "Per cent done", "PRIORITY": "Priority",
    "CLASS": "Class", "GEO": "Place", "RESOURCES": "Resources", "TRIGGER": "Alarm",
    "FN": "Name", "N": "Full name", "NICKNAME": "Nickname", "ORG": "Organisation",
    "TITLE": "Title", "ROLE": "Role", "TEL": "Telephone", "EMAIL": "E-mail", "ADR": "Address",
    "LABEL": "Label", "BDAY": "Birthday", "ANNIVERSARY": "Anniversary", "NOTE": "Note",
    "IMPP": "Instant message", "RELATED": "Related", "MEMBER": "Member", "REV": "Changed",
    "PHOTO": "Photo", "LOGO": "Logo", "SOUND": "Sound", "KEY": "Key", "TZ": "Time zone",
    "GENDER": "Gender", "LANG": "Language",
}  # fmt: skip
_TIMES = frozenset(
    ("DTSTART", "DTEND", "DUE", "COMPLETED", "CREATED", "LAST-MODIFIED", "DTSTAMP", "EXDATE",
     "RDATE", "RECURRENCE-ID", "BDAY", "ANNIVERSARY", "REV")
)  # fmt: skip
_KINDS = {
    "VEVENT": "Event", "VTODO": "Task", "VJOURNAL": "Journal", "VFREEBUSY": "Busy times",
    "VCARD": "Card", "VALARM": "Alarm",
}  # fmt: skip
_ABOUT = frozenset(("PRODID", "CALSCALE", "METHOD"))  # of the calendar: metadata, not words
_QUIET = frozenset(("BEGIN", "END", "VERSION"))
_BINARY = frozenset(("B", "BASE64"))
_PEOPLE = ("ORGANIZER", "ATTENDEE")


class _Property(NamedTuple):
    name: str
    params: dict[str, list[str]]
    value: str
    line: str

    def param(self, name: str) -> str:
        """A parameter, "" where it is not there."""
        return ", ".join(self.params.get(name, ()))


def read_agenda(request: Request, transcript: Transcript) -> None:
    """Read calendars or cards. A missing end is `truncated`. Raises Stop at `limits.text`."""
    data, whole = take_in(request)
    decoded = charset.decode(data)
    if request.only is None:
        note_charset(transcript, decoded)
    transcript.vouch()
    reader = _Reader(request, transcript, decoded.charset)
    for one in _properties(decoded.text):
        reader.take(one)
    reader.finish()
    if not whole:
        raise cut_short(request)


def _properties(text: str) -> Iterator[_Property]:
    """Each property with its folds undone."""
    for line in _unfolded(text):
        match = _LINE.match(line)
        if not match:
            if line.strip():
                yield _Property("", {}, line, line)
            continue
        params: dict[str, list[str]] = {}
        for name, value in _PARAM.findall(match.group(2)):
            key, said = name.strip().upper(), value.strip('"')
            if not value and "=" not in match.group(2).partition(name)[2][:1]:
                # vCard 2.1 leaves the name of the parameter out
                key, said = ("ENCODING" if key in _CODINGS else "TYPE"), key
            params.setdefault(key, []).append(said)
        name = match.group(1).rpartition(".")[2].upper()
        yield _Property(name, params, match.group(3), line)


_CODINGS = frozenset(("QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT", "B", "Q"))


def _unfolded(text: str) -> Iterator[str]:
    held: str | None = None
    soft = False
    for line in re.split(r"\r\n|\n|\r", text):
        if held is not None and soft:
            held = held[:-1] + line
        elif held is not None and line[:1] in (" ", "\t"):
            held += line[1:]
        else:
            if held is not None:
                yield held
            held = line
        # a soft line end of quoted-printable, which vCard 2.1 uses in place of folds
        head = held.partition(":")[0].upper()
        soft = held.endswith("=") and "QUOTED-PRINTABLE" in head
    if held is not None:
        yield held


class _Reader:
    def __init__(self, request: Request, transcript: Transcript, codec: str) -> None:
        self._request = request
        self._transcript = transcript
        self._codec = codec
        self._open: list[str] = []
        self._lines: list[str] = []
        self._count = 0
        self._people: list[str] = []
        self._written: list[str] = []

    def take(self, one: _Property) -> None:
        """Take in a property."""
        self._written.append(one.line)
        if one.name == "BEGIN":
            kind = one.value.strip().upper()
            if kind in _KINDS and kind != "VALARM":
                self._flush()
                self._count += 1
            self._open.append(kind)
            if kind in _KINDS:
                self._lines.append(f"[{_KINDS[kind].lower()}]")
            return
        if one.name == "END":
            kind = one.value.strip().upper()
            if kind in self._open:
                while self._open and self._open.pop() != kind:
                    continue
            if kind in _KINDS and kind != "VALARM":
                self._flush()
            return
        if one.name in _QUIET or "VTIMEZONE" in self._open:
            return
        value = self._value(one)
        if value is None:
            self._written.pop()  # bytes
            return
        about = len(self._open) == 1 and self._open[0] == "VCALENDAR"
        if about:
            self._transcript.note(f"calendar:{one.name}", value)
            if one.name == "X-WR-CALNAME":
                self._transcript.title = value
            if one.name in _ABOUT or one.name.startswith("X-"):
                return
        self._enter(one, value)

    def _enter(self, one: _Property, value: str) -> None:
        label = _NAMES.get(one.name, one.name or "?")
        kinds = [k for k in one.params.get("TYPE", ()) if k]
        if kinds and one.name in ("TEL", "EMAIL", "ADR", "IMPP", "URL", "LABEL"):
            label += f" ({', '.join(k.lower() for k in kinds)})"
        self._lines.append(f"{label}: {value}" if one.name else value)
        transcript = self._transcript
        if one.name in ("SUMMARY", "FN") and self._count == 1 and not transcript.subject:
            transcript.subject = value
        if one.name in _PEOPLE:
            if one.name == "ORGANIZER" and not transcript.sender:
                transcript.sender = transcript.author = value
            elif one.name == "ATTENDEE":
                self._people.append(value)
        if one.name == "CREATED":
            transcript.created = transcript.created or dates.from_iso(value)
        elif one.name in ("LAST-MODIFIED", "REV"):
            transcript.modified = transcript.modified or dates.from_iso(value)

    def _value(self, one: _Property) -> str | None:
        """The value as a reader reads it; None for bytes that became a member."""
        coding = one.param("ENCODING").upper()
        value = one.value
        match = _DATA.match(value)
        if match or coding in _BINARY:
            packed = value[match.end() :] if match else value
            kind = (match.group(1) if match else one.param("TYPE") or one.param("FMTTYPE")).lower()
            if not match or "base64" in match.group(2).lower():
                self._keep(one, packed, kind)
                return None
        if coding in ("QUOTED-PRINTABLE", "Q"):
            raw = quopri.decodestring(value.encode(self._codec, "replace"))
            value = charset.decode(raw, one.param("CHARSET") or None).text
        if one.name in _TIMES:
            return ", ".join(_moment(v, one.param("TZID")) for v in value.split(",") if v.strip())
        if one.name in _PEOPLE:
            place = re.sub(r"^mailto:", "", value.strip(), flags=re.IGNORECASE)
            name, state = one.param("CN"), one.param("PARTSTAT")
            shown = f"{name} <{place}>" if name and name != place else place
            return f"{shown} ({state.lower()})" if state else shown
        if one.name in ("N", "ADR", "ORG"):
            parts = re.split(r"(?<!\\);", value)
            value = ", ".join(p.strip() for p in parts if p.strip())
        return _ESCAPE.sub(lambda m: "\n" if m[1] in "nN" else m[1], value).strip()

    def _keep(self, one: _Property, packed: str, kind: str) -> None:
        spool = self._transcript.members()
        given = one.param("FILENAME") or one.param("X-FILENAME") or one.param("X-APPLE-FILENAME")
        ending = kind.rpartition("/")[2].replace("jpeg", "jpg")
        ending = ending if re.fullmatch(r"[a-z0-9]{1,8}", ending) else "bin"
        name = given or f"{_NAMES.get(one.name, one.name).lower()}-{len(spool) + 1}.{ending}"
        raw = name.replace("/", "_").encode("utf-8", "replace")
        try:
            body = base64.b64decode(re.sub(r"\s", "", packed), validate=True)
        except (binascii.Error, ValueError):
            body = b""
        if body:
            spool.add_bytes(raw, body)
        else:
            spool.refuse(raw, problem("damaged", f"member {len(spool) + 1}", "base64"))
        self._lines.append(f"{_NAMES.get(one.name, one.name)}: [{name}]")

    def _flush(self) -> None:
        if self._lines and self._request.only is None:
            self._transcript.paragraph("\n".join(self._lines))
            self._transcript.write("\n")
        self._lines.clear()

    def finish(self) -> None:
        """Write what is left; say what was not closed."""
        self._flush()
        transcript = self._transcript
        transcript.recipients = tuple(dict.fromkeys(self._people))[:1000]
        transcript.title = transcript.title or transcript.subject
        transcript.note("agenda:entries", self._count)
        if self._open:
            transcript.trouble("truncated", "", f"{self._open[-1]} is not closed")
        if self._written and self._request.only is None:
            start = transcript.paragraph("[as written]\n" + "\n".join(self._written))
            transcript.mark("boilerplate", start)


def _moment(value: str, zone: str) -> str:
    """A time of the file as ISO 8601; the zone that it names stands after it."""
    match = _TIME.match(value.strip())
    if not match:
        return value.strip()
    year, month, day, hour, minute, second, offset = match.groups()
    text = f"{year}-{month}-{day}"
    if hour:
        text += f"T{hour}:{minute}:{second or '00'}{offset or ''}"
    return f"{text} ({zone})" if zone else text
