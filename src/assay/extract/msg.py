"""Outlook messages: headers, body, attachments ([MS-OXMSG]).

The text has the shape of a mail's: From, To, Cc, Date, Subject, an empty line, the fields of an
appointment, contact or task, the body. The plain body is taken, and the page after it where it
says more; else the page; else the packed RTF. Attachments are members with their bytes. A
message inside the message has no bytes of its own that any program could open: it is a member
that is written out as a mail (see mapi.py).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator
from typing import Any

from assay.extract import compound, mapi
from assay.extract.mail import Threads, note_thread, put_text
from assay.extract.problems import problem
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="msg",
    version="2 olefile",
    licence="AGPL-3.0-or-later",
    formats=("application/vnd.ms-outlook",),
    limits="objects of other programs inside a rich body are said and not opened",
)
unpack = mapi.unpack
_STREAM = re.compile(r"__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})(?:-([0-9A-F]{8}))?$", re.IGNORECASE)
_CHUNK = 1 << 20


def read_msg(request: Request, transcript: Transcript) -> None:
    """Read a message. Nesting beyond `limits.mime_depth` gives problem `limit_mime`."""
    transcript.vouch()
    with compound.opened(request.path) as ole:
        item = _MsgItem(_File(ole), (), 32)
        if request.only is None:
            _note(item, transcript)
            body = mapi.body_of(item, request.limits.text)
            if body.damaged:
                transcript.trouble("damaged", "part body", "the packed RTF")
            head = [f"{name}: {value}" for name, value in mapi.head(item)] + mapi.listed(item)
            put_text(request, transcript, head, body, mapi.fields(item))
        _members(item, request, transcript)


class _File:
    """The open file: its tree of names, and its map of named properties."""

    def __init__(self, ole: Any) -> None:
        self.ole = ole
        self.codec: str | None = None
        self.tree: dict[tuple[str, ...], list[str]] = {}
        for entry in ole.listdir(streams=True, storages=True):
            self.tree.setdefault(tuple(entry[:-1]), []).append(entry[-1])
        self.named = mapi.named_from(*(self._map(f"__substg1.0_{n:04X}0102") for n in (2, 3, 4)))

    def _map(self, name: str) -> bytes:
        folder = "__nameid_version1.0"
        return self.read((folder, name)) if name in self.tree.get((folder,), ()) else b""

    def read(self, path: tuple[str, ...]) -> bytes:
        """A whole stream."""
        body: bytes = self.ole.openstream(list(path)).read()
        return body

    def chunks(self, path: tuple[str, ...]) -> Iterator[bytes]:
        """A stream in chunks."""
        stream = self.ole.openstream(list(path))
        while chunk := stream.read(_CHUNK):
            yield chunk


class _MsgItem(mapi.Item):
    """A storage of the file: a message, a recipient or an attachment."""

    def __init__(self, file: _File, path: tuple[str, ...], header: int) -> None:
        self._file = file
        self._path = path
        self.named = file.named
        self._streams: dict[int, list[tuple[int, str]]] = {}
        self._fixed: dict[int, tuple[int, bytes]] = {}
        for name in sorted(file.tree.get(path, ())):
            if match := _STREAM.match(name):
                tag, kind = int(match.group(1), 16), int(match.group(2), 16)
                several = kind & 0x1000 and match.group(3) is None
                if several and any(n.startswith(name + "-") for n in file.tree[path]):
                    continue  # the lengths; the values follow, one a stream
                self._streams.setdefault(tag, []).append((kind, name))
        if "__properties_version1.0" in file.tree.get(path, ()):
            body = file.read((*path, "__properties_version1.0"))
            for at in range(header, len(body) - 15, 16):
                kind, tag = struct.unpack_from("<HH", body, at)
                self._fixed[tag] = (kind, body[at + 8 : at + 16])
        self.codec = file.codec
        if not path:
            self.choose_codec()
            file.codec = self.codec  # recipients and attachments say nothing of their own

    def value(self, tag: int) -> tuple[int, bytes] | None:
        """A property: of a stream where there is one, else of the list."""
        if streams := self._streams.get(tag):
            kind = streams[0][0]
            if kind == 0x000D:
                return None
            parts = [self._file.read((*self._path, name)) for _, name in streams]
            if kind & 0x1000:
                gap = b"\0\0" if kind & 0xFFF == 0x1F else b"\0"
                return kind, gap.join(p.rstrip(b"\0") if gap == b"\0" else p for p in parts)
            return kind, parts[0]
        return self._fixed.get(tag)

    def recipients(self) -> list[mapi.Item]:
        """The recipients in their order."""
        return [*self._inside("__recip_version1.0_", 8)]

    def attached(self) -> Iterable[mapi.Attached]:
        """The attachments in their order."""
        for item in self._inside("__attach_version1.0_", 8):
            yield item.as_attachment()

    def _inside(self, prefix: str, header: int) -> Iterator[_MsgItem]:
        for name in sorted(self._file.tree.get(self._path, ())):
            if name.lower().startswith(prefix):
                yield _MsgItem(self._file, (*self._path, name), header)

    def as_attachment(self) -> mapi.Attached:
        """This storage as the attachment that it is."""
        kind, name = next(iter(self._streams.get(mapi.DATA, ())), (0, ""))
        path = (*self._path, name)
        if kind == 0x0102:
            return mapi.Attached(self, chunks=lambda: self._file.chunks(path))
        if kind == 0x000D:
            if "__properties_version1.0" in self._file.tree.get(path, ()):
                return mapi.Attached(self, inside=lambda: _MsgItem(self._file, path, 24))
            return mapi.Attached(self, other="an OLE object")
        if self.text(mapi.LONG_PATH):
            return mapi.Attached(self, other="a link to a file elsewhere")
        return mapi.Attached(self, other="no bytes")


def _note(item: _MsgItem, transcript: Transcript) -> None:
    from email.parser import HeaderParser

    headers = HeaderParser().parsestr(item.text(mapi.HEADERS))
    for name, value in headers.items():
        transcript.note(f"header:{name}", value)
    transcript.subject = item.text(mapi.SUBJECT) or None
    transcript.title = transcript.subject or item.text(mapi.NAME) or None
    transcript.sender = transcript.author = mapi.sender(item) or None
    transcript.recipients = tuple(dict.fromkeys(shown for _, shown in mapi.people(item)))
    transcript.sent = item.at(mapi.SENT) or item.at(mapi.RECEIVED)
    transcript.created = item.at(mapi.CREATED) or transcript.sent
    transcript.modified = item.at(mapi.CHANGED)
    transcript.note("msg:class", item.text(mapi.CLASS))
    transcript.note("msg:received", item.at(mapi.RECEIVED) or "")
    behalf = mapi.who(item, mapi.ON_BEHALF, mapi.ON_BEHALF_SMTP, mapi.ON_BEHALF_AT)
    if behalf and behalf != transcript.sender:
        transcript.note("msg:on-behalf-of", behalf)
    note_thread(
        transcript,
        Threads(
            item.text(mapi.MESSAGE_ID) or str(headers.get("message-id", "")),
            item.text(mapi.REFERENCES) or str(headers.get("references", "")),
            item.text(mapi.REPLY_TO) or str(headers.get("in-reply-to", "")),
            item.binary(mapi.INDEX) or b"",
        ),
    )


def _members(item: _MsgItem, request: Request, transcript: Transcript) -> None:
    limits = request.limits
    for number, attached in enumerate(item.attached(), 1):
        spool = transcript.members()
        name = attached.name
        raw = (name or f"attachment-{number}").encode("utf-8", "replace")
        if attached.inside is not None:
            if not spool.wanted():
                spool.skip()
                continue
            inner = attached.inside()
            if not name.lower().endswith((".msg", ".eml")):
                name = mapi.safe_name(name or inner.text(mapi.SUBJECT), ".msg")
            raw = (name[:-4] + ".eml").encode("utf-8", "replace")
            spool.add(raw, mapi.write_out(inner, "MSG", limits.text, limits.mime_depth))
        elif attached.chunks is None:
            where = f"member {len(spool) + 1}"
            code = "damaged" if attached.other == "no bytes" else "part_unclaimed"
            spool.refuse(raw, problem(code, where, attached.other))
        elif not spool.wanted():
            spool.skip()
        else:
            value = attached.item.value(mapi.DATA)
            if value is not None and not value[1]:
                spool.refuse(raw, problem("damaged", f"member {len(spool) + 1}", "no bytes"))
            else:
                spool.add(raw, attached.chunks())
