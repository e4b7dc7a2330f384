"""winmail.dat: what Outlook wraps around a rich mail (TNEF, [MS-OXTNEF]).

Attributes follow one another with a checksum each. The body and the fields of the item are the
text; attachments are members; an item inside is a member written out as a mail (mapi.py). An
attribute whose checksum fails is kept and said.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator

from assay.extract import charset, mapi
from assay.extract.mail import Threads, note_thread, put_text
from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="tnef",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/vnd.ms-tnef",),
    limits="objects of other programs inside a rich body are said and not opened",
)
SIGNATURE = 0x223E9F78
_SUBJECT, _BODY, _FROM, _MESSAGE_ID = 0x8004, 0x800C, 0x8000, 0x8009
_SENT, _CODEPAGE, _CLASS, _PROPS, _RECIPIENTS = 0x8005, 0x9007, 0x8008, 0x9003, 0x9004
_REND, _TITLE, _DATA, _ATTACHED_PROPS = 0x9002, 0x8010, 0x800F, 0x9005
_FIXED = {2: 2, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 2, 20: 8, 64: 8, 72: 16}
_COUNT = 100_000


class _TnefItem(mapi.Item):
    """One item of the stream, or one of its recipients or attachments."""

    def __init__(self, codec: str | None) -> None:
        self.named = {}
        self.codec = codec
        self.props: dict[int, tuple[int, bytes]] = {}
        self.people: list[mapi.Item] = []
        self.attachments: list[_TnefItem] = []
        self.data: bytes | None = None
        self.title = ""
        self.opened: Callable[[], _TnefItem] | None = None

    def value(self, tag: int) -> tuple[int, bytes] | None:
        """A property."""
        return self.props.get(tag)

    def recipients(self) -> list[mapi.Item]:
        """The recipients in their order."""
        return self.people

    def attached(self) -> Iterable[mapi.Attached]:
        """The attachments in their order."""
        for item in self.attachments:
            yield item.as_attachment()

    def set(self, tag: int, text: str) -> None:
        """A string from an attribute, where no property says it."""
        if text and tag not in self.props:
            self.props[tag] = (0x1F, text.encode("utf-16-le", "replace"))

    def as_attachment(self) -> mapi.Attached:
        """This as an attachment."""
        if self.title:
            self.set(mapi.LONG_NAME, self.title)
        if self.opened is not None:
            return mapi.Attached(self, inside=self.opened)
        data = self.data
        if data is None:
            found = self.props.get(mapi.DATA)
            if found is not None and found[0] == 0x0102:
                data = found[1]
            elif found is not None:
                return mapi.Attached(self, other="an OLE object")
        if data is None:
            return mapi.Attached(self, other="no bytes")
        whole = data
        return mapi.Attached(self, chunks=lambda: iter((whole,)))


def read_tnef(request: Request, transcript: Transcript) -> None:
    """Read a stream. Raises Stop with `damaged`, `limit_member`."""
    if request.path.stat().st_size > request.limits.member:
        raise Stop("limit_member", "", f"over {request.limits.member} bytes")
    data = request.path.read_bytes()
    transcript.vouch()
    transcript.container = True
    item = _parse(data, transcript)
    if request.only is None:
        _note(item, transcript)
        body = mapi.body_of(item, request.limits.text)
        if body.damaged:
            transcript.trouble("damaged", "part body", "the packed RTF")
        head = [f"{name}: {value}" for name, value in mapi.head(item)] + mapi.listed(item)
        put_text(request, transcript, head, body, mapi.fields(item))
    _members(item, request, transcript)


def _note(item: _TnefItem, transcript: Transcript) -> None:
    transcript.subject = transcript.title = item.text(mapi.SUBJECT) or None
    transcript.sender = transcript.author = mapi.sender(item) or None
    transcript.recipients = tuple(dict.fromkeys(shown for _, shown in mapi.people(item)))
    transcript.sent = transcript.created = item.at(mapi.SENT) or item.at(mapi.RECEIVED)
    transcript.note("tnef:class", item.text(mapi.CLASS))
    note_thread(
        transcript,
        Threads(
            item.text(mapi.MESSAGE_ID),
            item.text(mapi.REFERENCES),
            item.text(mapi.REPLY_TO),
            item.binary(mapi.INDEX) or b"",
        ),
    )


def _members(item: _TnefItem, request: Request, transcript: Transcript) -> None:
    limits = request.limits
    for number, attached in enumerate(item.attached(), 1):
        spool = transcript.members()
        raw = (attached.name.replace("/", "_") or f"attachment-{number}").encode("utf-8", "replace")
        where = f"member {len(spool) + 1}"
        if attached.inside is not None:
            try:
                inner = attached.inside()
            except (ValueError, IndexError, struct.error):
                spool.refuse(raw, problem("damaged", where, "an item inside"))
                continue
            name = mapi.safe_name(attached.name or inner.text(mapi.SUBJECT)).encode()
            spool.add(name, mapi.write_out(inner, "TNEF", limits.text, limits.mime_depth))
        elif attached.chunks is None:
            code = "damaged" if attached.other == "no bytes" else "part_unclaimed"
            spool.refuse(raw, problem(code, where, attached.other))
        elif not any(attached.chunks()):
            spool.refuse(raw, problem("damaged", where, "no bytes"))
        else:
            spool.add(raw, attached.chunks())


# ---------------------------------------------------------------- the stream


def _parse(data: bytes, transcript: Transcript, depth: int = 0) -> _TnefItem:
    """The item of a stream. What is broken in it becomes a problem; what was read stays."""
    if depth > transcript.limits.mime_depth:
        transcript.trouble("limit_mime")
        return _TnefItem(None)
    if struct.unpack_from("<I", data)[0] != SIGNATURE:
        raise ValueError("no TNEF")
    item = _TnefItem(_codec(data))
    current: _TnefItem | None = None
    try:
        for kind, body, sound in _attributes(data):
            if not sound:
                transcript.trouble("checksum", f"attribute {kind:#06x}")
            if kind == _REND:
                current = _TnefItem(item.codec)
                item.attachments.append(current)
            elif kind in (_TITLE, _DATA, _ATTACHED_PROPS):
                if current is None:
                    current = _TnefItem(item.codec)
                    item.attachments.append(current)
                _of_attachment(current, kind, body, transcript, depth)
            else:
                _of_item(item, kind, body)
    except (struct.error, IndexError, ValueError):
        transcript.trouble("truncated", "", "the stream ends early")
    return item


def _attributes(data: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """(kind, bytes, whether the checksum holds) of each attribute."""
    at = 6
    while at < len(data):
        if at + 9 > len(data):
            raise ValueError("cut")
        kind, size = struct.unpack_from("<HxxI", data, at + 1)
        body = data[at + 9 : at + 9 + size]
        if len(body) < size or at + 11 + size > len(data):
            yield kind, body, False
            raise ValueError("cut")
        promised = struct.unpack_from("<H", data, at + 9 + size)[0]
        yield kind, body, sum(body) & 0xFFFF == promised
        at += 11 + size


def _codec(data: bytes) -> str | None:
    try:
        for kind, body, _ in _attributes(data):
            if kind == _CODEPAGE:
                return charset.known(f"cp{struct.unpack_from('<I', body)[0]}")
    except (ValueError, struct.error):
        pass
    return None


def _of_item(item: _TnefItem, kind: int, body: bytes) -> None:
    def text() -> str:
        return charset.decode(body.rstrip(b"\0"), item.codec).text

    if kind == _SUBJECT:
        item.set(mapi.SUBJECT, text())
    elif kind == _BODY:
        item.set(mapi.BODY, text())
    elif kind == _CLASS:
        known = {"ipm.microsoft mail.note": "IPM.Note"}
        item.set(mapi.CLASS, known.get(text().lower(), text()))
    elif kind == _FROM and len(body) > 8:
        _, _, name_size, at_size = struct.unpack_from("<HHHH", body)
        name = body[8 : 8 + name_size].rstrip(b"\0")
        place = body[8 + name_size : 8 + name_size + at_size].rstrip(b"\0")
        item.set(mapi.SENDER, charset.decode(name, item.codec).text)
        item.set(mapi.SENDER_SMTP, place.decode("ascii", "replace").split(":", 1)[-1])
    elif kind == _PROPS:
        _properties(body, 0, item)
    elif kind == _RECIPIENTS:
        count, at = struct.unpack_from("<I", body)[0], 4
        for _ in range(min(count, _COUNT)):
            person = _TnefItem(item.codec)
            at = _properties(body, at, person)
            item.people.append(person)


def _of_attachment(
    current: _TnefItem, kind: int, body: bytes, transcript: Transcript, depth: int
) -> None:
    if kind == _TITLE:
        current.title = charset.decode(body.rstrip(b"\0"), current.codec).text
    elif kind == _DATA:
        current.data = body
    else:
        _properties(body, 0, current)
        found = current.props.get(mapi.DATA)
        if found is not None and found[0] == 0x000D and len(found[1]) > 20:
            inner = found[1][16:]
            if inner[:4] == struct.pack("<I", SIGNATURE):
                current.opened = lambda: _parse(inner, transcript, depth + 1)
        if mapi.LONG_NAME in current.props:
            current.title = ""


def _properties(body: bytes, at: int, item: _TnefItem) -> int:
    """Take in a list of properties; gives where it ends."""
    (count,) = struct.unpack_from("<I", body, at)
    at += 4
    for _ in range(min(count, _COUNT)):
        kind, tag = struct.unpack_from("<HH", body, at)
        at += 4
        if tag >= 0x8000:
            group = body[at : at + 16]
            how, number = struct.unpack_from("<II", body, at + 16)
            at += 24
            if how == 0:
                item.named[(group, number)] = tag
            else:
                name = body[at : at + number].decode("utf-16-le", "replace").rstrip("\0")
                item.named[(group, name.lower())] = tag
                at += number + -number % 4
        several = bool(kind & 0x1000)
        base = kind & 0xFFF
        values: list[bytes] = []
        amount = 1
        if several or base not in _FIXED:
            (amount,) = struct.unpack_from("<I", body, at)
            at += 4
        for _ in range(min(amount, _COUNT)):
            if base in _FIXED:
                size = _FIXED[base]
            else:
                (size,) = struct.unpack_from("<I", body, at)
                at += 4
            if at + size > len(body):
                raise ValueError("cut")
            values.append(body[at : at + size])
            at += size + -size % 4
        if not values:
            continue
        if several and base in (0x1E, 0x1F):
            gap = b"\0\0" if base == 0x1F else b"\0"
            item.props[tag] = (kind, gap.join(v.rstrip(b"\0") if base == 0x1E else v[:-2]
                                              for v in values))  # fmt: skip
        else:
            item.props[tag] = (kind, values[0])
    return at
