"""Mailboxes: each message is a member, told apart by `From ` lines (RFC 4155).

A `From ` line counts at the start and after an empty line. Where a message gives its
Content-Length and a `From ` line or the end follows there, the length is trusted, so an
unquoted `From ` in a body does not split it (mboxcl, mboxcl2). One `>` is taken off quoted
lines (mboxo, mboxrd), but not where an unquoted line shows that nothing was quoted (mboxcl2).
The `From ` lines, which name the sender and the time of the delivery, are the text of the mailbox.
Mailboxes of old Macs, whose lines end with CR, are read the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, Protocol

from assay.extract.charset import decode
from assay.extract.mail import put_line
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="mbox",
    version="2",
    licence="AGPL-3.0-or-later",
    formats=("application/mbox",),
    limits="an unquoted `From ` line with a date in a body splits its message",
)
_LINE = 1 << 20  # bytes of a line that are looked at together
_BODY = 1 << 28  # bytes of a body whose length is trusted
_FROM = re.compile(
    rb"From [^\r\n]*\d{1,2}:\d\d|From [^\s@]+@?[^\s]*[ \t]*\r?$|From -\s|From \S+ \S"
)
_QUOTED = re.compile(rb"^>(>*From )", re.MULTILINE)
_BARE = re.compile(rb"^From ", re.MULTILINE)
_LENGTH = re.compile(rb"content-length:\s*(\d{1,12})\s*$", re.IGNORECASE)
_EMPTY = (b"\n", b"\r\n", b"\r")


class _Stream(Protocol):
    def readline(self, size: int = -1, /) -> bytes: ...
    def read(self, size: int = -1, /) -> bytes: ...
    def tell(self) -> int: ...
    def seek(self, place: int, /) -> int: ...


def read_mbox(request: Request, transcript: Transcript) -> None:
    """Read a mailbox. Raises Stop at the limits of containers."""
    transcript.container = True
    transcript.vouch()
    spool = transcript.members()
    with request.path.open("rb") as opened:
        box = _Box(_lines_of(opened, transcript))
        number, telling = 0, request.only is None
        while box.next_message():
            number += 1
            name = b"%06d.eml" % number
            if telling and not box.postmark.startswith((b"From - ", b"From ???@???")):
                mark = decode(box.postmark).text.rstrip()
                telling = put_line(transcript, f"{number:06d} {mark}")
            if spool.wanted():
                spool.add(name, box.chunks())
            else:
                for _ in box.chunks():
                    pass
                spool.skip()
                if request.only is not None and number > request.only:
                    break
    if box.unquoted:
        transcript.note("mbox:unquoted", box.unquoted)


def _lines_of(stream: BinaryIO, transcript: Transcript) -> _Stream:
    """The stream by the line ends that it has."""
    first = stream.readline(_LINE)
    stream.seek(0)
    if b"\r" in first.rstrip(b"\r\n"):
        transcript.note("mbox:lines", "CR")
        return _Carriage(stream)
    return stream


class _Carriage:
    """A stream whose lines end with CR alone."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._held = b""

    def readline(self, size: int = -1, /) -> bytes:
        """The next line with its CR."""
        while (at := self._held.find(b"\r")) < 0 and len(self._held) < _LINE:
            more = self._stream.read(1 << 16)
            if not more:
                break
            self._held += more
        cut = at + 1 if at >= 0 else len(self._held)
        line, self._held = self._held[:cut], self._held[cut:]
        return line

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes."""
        data = self._held + self._stream.read(max(size - len(self._held), 0))
        data, self._held = data[:size], data[size:]
        return data

    def tell(self) -> int:
        """Where the next byte stands."""
        return self._stream.tell() - len(self._held)

    def seek(self, place: int, /) -> int:
        """Go to a place."""
        self._held = b""
        return self._stream.seek(place)


class _Box:
    """Reads one message after another, line by line."""

    def __init__(self, stream: _Stream) -> None:
        self._stream = stream
        self._ahead: bytes | None = None
        self.unquoted = 0
        self.postmark = b""

    def next_message(self) -> bool:
        """Go to the next `From ` line; False at the end."""
        line = self._ahead if self._ahead is not None else self._stream.readline(_LINE)
        self._ahead = None
        while line and not line.startswith((b"From ", b">From ")):
            line = self._stream.readline(_LINE)
        self.postmark = line[:1000]
        return bool(line)

    def chunks(self) -> Iterator[bytes]:
        """The bytes of the message, without its `From ` line and the empty line at its end."""
        head, length = self._headers()
        if self._ahead is not None:
            yield b"".join(head)
            return
        if length is not None and (body := self._by_length(length)) is not None:
            yield b"".join((*head, body))
            return
        yield from self._by_lines(head)

    def _headers(self) -> tuple[list[bytes], int | None]:
        lines: list[bytes] = []
        length: int | None = None
        readline = self._stream.readline
        while line := readline(_LINE):
            if line.startswith(b"From ") and lines and lines[-1] in _EMPTY:
                self._ahead = line
                break
            lines.append(line)
            if line[:1] in b"cC" and (match := _LENGTH.match(line)):
                length = int(match.group(1))
            if line in _EMPTY:
                break
        return lines, length

    def _by_length(self, length: int) -> bytes | None:
        place = self._stream.tell()
        if length > _BODY:
            return None
        body = self._stream.read(length)
        after = self._stream.readline(_LINE)
        while after in _EMPTY:
            after = self._stream.readline(_LINE)
        if len(body) == length and (not after or after.startswith(b"From ")):
            self._ahead = after or None
            if b">From " in body and not _BARE.search(body):
                body, count = _QUOTED.subn(rb"\1", body)
                self.unquoted += count
            return body
        self._stream.seek(place)
        return None

    def _by_lines(self, block: list[bytes]) -> Iterator[bytes]:
        size = 0
        empty: bytes | None = b""  # the line that ended the headers is an empty one
        readline = self._stream.readline
        while line := readline(_LINE):
            if empty is not None:
                if line.startswith(b"From ") and _FROM.match(line):
                    self._ahead = line
                    break
                block.append(empty)
                empty = None
            if line in _EMPTY:
                empty = line
                continue
            if line[:1] == b">" and _QUOTED.match(line):
                line = line[1:]
                self.unquoted += 1
            block.append(line)
            size += len(line)
            if size > _LINE:
                yield b"".join(block)
                block, size = [], 0
        if block:
            yield b"".join(block)
