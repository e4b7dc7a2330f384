"""Outlook messages: headers, body, attachments ([MS-OXMSG]).

The text has the shape of a mail's: From, To, Cc, Date, Subject, an empty line, the body. The
plain body is taken, else HTML, else the packed RTF. Attachments are members with their bytes.
A message inside the message has no bytes of its own that any program could open: its words
follow as a page, and its attachments are members too.
"""

from __future__ import annotations

import struct
from datetime import UTC, datetime, timedelta
from typing import Any

import olefile  # type: ignore[import-untyped]

from assay.extract import charset, dates
from assay.extract.html import render
from assay.extract.problems import problem
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="msg",
    version="1 olefile",
    licence="AGPL-3.0-or-later",
    formats=("application/vnd.ms-outlook",),
    limits="contacts, tasks and other items give their subject and body alone",
)
_SUBJECT, _BODY, _HTML, _RTF = 0x0037, 0x1000, 0x1013, 0x1009
_SENDER, _SENDER_AT, _SENDER_SMTP, _HEADERS = 0x0C1A, 0x0C1F, 0x5D01, 0x007D
_TO, _CC, _BCC, _SENT, _RECEIVED, _CREATED, _CHANGED = (
    0x0E04, 0x0E03, 0x0E02, 0x0039, 0x0E06, 0x3007, 0x3008,
)  # fmt: skip
_NAME, _AT, _SMTP, _KIND = 0x3001, 0x3003, 0x39FE, 0x0C15
_LONG_NAME, _SHORT_NAME, _DATA = 0x3707, 0x3704, 0x3701
_CODEPAGE, _INTERNET_CODEPAGE = 0x3FFD, 0x3FDE
_START = b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern "
_START += b"\\fscript \\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0"
_START += b"\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"


def read_msg(request: Request, transcript: Transcript) -> None:
    """Read a message. Nesting beyond `limits.mime_depth` gives problem `limit_mime`."""
    with olefile.OleFileIO(str(request.path)) as ole:
        item = _Item(ole, [], 32)
        if request.only is None:
            _note(item, transcript)
        _read(item, request, transcript, 0)


class _Item:
    """A storage of the file with its properties: a message, a recipient or an attachment."""

    def __init__(self, ole: Any, path: list[str], header: int) -> None:
        self.ole = ole
        self.path = path
        self.names = {
            entry[len(path)]
            for entry in ole.listdir(streams=True, storages=True)
            if len(entry) > len(path) and entry[: len(path)] == path
        }
        self._fixed: dict[int, bytes] = {}
        if "__properties_version1.0" in self.names:
            body = ole.openstream([*path, "__properties_version1.0"]).read()
            for at in range(header, len(body) - 15, 16):
                self._fixed[struct.unpack_from("<H", body, at + 2)[0]] = body[at + 8 : at + 16]

    def text(self, tag: int) -> str:
        """A string property, "" where it is not there."""
        if (raw := self._stream(tag, "001F")) is not None:
            return raw.decode("utf-16-le", "replace").rstrip("\0")
        if (raw := self._stream(tag, "001E")) is not None:
            return charset.decode(raw, self.codec).text.rstrip("\0")
        return ""

    def binary(self, tag: int) -> bytes | None:
        """A binary property."""
        return self._stream(tag, "0102")

    def number(self, tag: int) -> int:
        """A number property, 0 where it is not there."""
        return int.from_bytes(self._fixed.get(tag, b"")[:4], "little")

    def moment(self, tag: int) -> str | None:
        """A time property (FILETIME) as RFC 3339 in UTC."""
        ticks = int.from_bytes(self._fixed.get(tag, b""), "little")
        if not ticks:
            return None
        try:
            return dates.in_utc(datetime(1601, 1, 1, tzinfo=UTC) + timedelta(0, ticks // 10**7))
        except (OverflowError, ValueError):
            return None

    @property
    def codec(self) -> str | None:
        """The charset of 8-bit strings, where the message says it."""
        page = self.number(_CODEPAGE) or self.number(_INTERNET_CODEPAGE)
        return charset.known(f"cp{page}") if page and page != 65001 else "utf-8" if page else None

    def inside(self, prefix: str, header: int) -> list[_Item]:
        """The storages of a kind, in their order."""
        names = sorted(n for n in self.names if n.lower().startswith(prefix))
        return [_Item(self.ole, [*self.path, name], header) for name in names]

    def _stream(self, tag: int, kind: str) -> bytes | None:
        name = f"__substg1.0_{tag:04X}{kind}"
        if name not in self.names:
            return None
        body: bytes = self.ole.openstream([*self.path, name]).read()
        return body


def _recipients(item: _Item) -> list[tuple[int, str]]:
    """(1 to, 2 cc, 3 bcc; `Name <address>`) of each recipient."""
    found = []
    for one in item.inside("__recip_version1.0_", 8):
        name, at = one.text(_NAME), one.text(_SMTP) or one.text(_AT)
        shown = f"{name} <{at}>" if name and at and name != at else name or at
        if shown:
            found.append((one.number(_KIND) & 3, shown))
    return found


def _sender(item: _Item) -> str:
    name, at = item.text(_SENDER), item.text(_SENDER_SMTP) or item.text(_SENDER_AT)
    return f"{name} <{at}>" if name and at and name != at else name or at


def _note(item: _Item, transcript: Transcript) -> None:
    from email.parser import HeaderParser

    for name, value in HeaderParser().parsestr(item.text(_HEADERS)).items():
        transcript.note(f"header:{name}", value)
    transcript.subject = item.text(_SUBJECT) or None
    transcript.title = transcript.subject
    transcript.sender = transcript.author = _sender(item) or None
    transcript.recipients = tuple(dict.fromkeys(shown for _, shown in _recipients(item)))
    transcript.sent = item.moment(_SENT) or item.moment(_RECEIVED)
    transcript.created = item.moment(_CREATED) or transcript.sent
    transcript.modified = item.moment(_CHANGED)
    transcript.note("msg:received", item.moment(_RECEIVED) or "")


def _read(item: _Item, request: Request, transcript: Transcript, depth: int) -> None:
    if request.only is None:
        transcript.page("\n".join(_lines(item, request, transcript)))
    for number, attached in enumerate(item.inside("__attach_version1.0_", 8), 1):
        body = attached.binary(_DATA)
        name = attached.text(_LONG_NAME) or attached.text(_SHORT_NAME) or attached.text(_NAME)
        if body is not None:
            raw = (name or f"attachment-{number}").encode("utf-8", "replace")
            spool = transcript.members()
            if body:
                spool.add_bytes(raw, body)
            else:
                spool.refuse(raw, problem("damaged", f"member {len(spool) + 1}", "no bytes"))
            continue
        inner = [n for n in attached.names if n.upper() == f"__SUBSTG1.0_{_DATA:04X}000D"]
        nested = _Item(attached.ole, [*attached.path, inner[0]], 24) if inner else None
        if nested is None or "__properties_version1.0" not in nested.names:
            transcript.trouble("part_unclaimed", f"attachment {number}", "an OLE object")
        elif depth >= request.limits.mime_depth:
            transcript.trouble("limit_mime", f"attachment {number}")
        else:
            _read(nested, request, transcript, depth + 1)


def _lines(item: _Item, request: Request, transcript: Transcript) -> list[str]:
    people = _recipients(item)
    shown = [("From", _sender(item))]
    for kind, name, fallback in ((1, "To", _TO), (2, "Cc", _CC), (3, "Bcc", _BCC)):
        listed = "; ".join(who for k, who in people if k == kind) or item.text(fallback)
        shown.append((name, listed))
    shown += [("Date", item.moment(_SENT) or ""), ("Subject", item.text(_SUBJECT))]
    head = [f"{name}: {value}" for name, value in shown if value]
    return [*head, "", _body(item, request, transcript)]


def _body(item: _Item, request: Request, transcript: Transcript) -> str:
    text = item.text(_BODY).replace("\r\n", "\n")
    if text.strip():
        return text
    html = item.binary(_HTML) or item.text(_HTML).encode()
    if html:
        return "\n".join(render(html, None, request.limits)[0].lines)
    packed = item.binary(_RTF)
    if not packed:
        return text
    from assay.extract.rtf import words_of

    try:
        return words_of(unpack(packed, request.limits.text), request)
    except (ValueError, IndexError, struct.error):
        transcript.trouble("damaged", "part body", "the packed RTF")
        return text


def unpack(packed: bytes, limit: int) -> bytes:
    """RTF from its packed form ([MS-OXRTFCP]). Raises ValueError for anything else."""
    _, size, magic = struct.unpack_from("<III", packed)
    if magic == 0x414C454D:
        return packed[16 : 16 + size]
    if magic != 0x75465A4C:
        raise ValueError("no packed RTF")
    window = bytearray(4096)
    window[: len(_START)] = _START
    write, at, out = len(_START), 16, bytearray()
    while at < len(packed) and len(out) <= limit:
        control = packed[at]
        at += 1
        for bit in range(8):
            if not control >> bit & 1:
                if at >= len(packed):
                    return bytes(out)
                out.append(packed[at])
                window[write] = packed[at]
                write, at = (write + 1) & 4095, at + 1
                continue
            if at + 1 >= len(packed):
                return bytes(out)
            reference = packed[at] << 8 | packed[at + 1]
            at += 2
            read, length = reference >> 4, (reference & 15) + 2
            if read == write:
                return bytes(out)
            for _ in range(length):
                byte = window[read]
                out.append(byte)
                window[write] = byte
                read, write = (read + 1) & 4095, (write + 1) & 4095
    return bytes(out)
