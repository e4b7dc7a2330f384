"""Mailboxes: each message is a member, told apart by `From ` lines (RFC 4155).

A `From ` line counts at the start and after an empty line. Where a message gives its
Content-Length and a `From ` line or the end follows there, the length is trusted, so an
unquoted `From ` in a body does not split it. One `>` is taken off quoted lines (mboxrd).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="mbox",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/mbox",),
    limits="an unquoted `From ` line with a date in a body splits its message",
)
_LINE = 1 << 20  # bytes of a line that are looked at together
_FROM = re.compile(
    rb"From [^\r\n]*\d{1,2}:\d\d|From [^\s@]+@?[^\s]*[ \t]*\r?$|From -\s|From \S+ \S"
)
_QUOTED = re.compile(rb">+From ")
_LENGTH = re.compile(rb"content-length:\s*(\d{1,12})\s*$", re.IGNORECASE)


def read_mbox(request: Request, transcript: Transcript) -> None:
    """Read a mailbox. Raises Stop at the limits of containers."""
    transcript.container = True
    transcript.vouch()
    spool = transcript.members()
    unquoted = 0
    with request.path.open("rb") as stream:
        box = _Box(stream)
        number = 0
        while box.next_message():
            number += 1
            name = b"%06d.eml" % number
            if spool.wanted():
                spool.add(name, box.chunks())
            else:
                for _ in box.chunks():
                    pass
                spool.skip()
        unquoted = box.unquoted
    if unquoted:
        transcript.note("mbox:unquoted", unquoted)


class _Box:
    """Reads one message after another, line by line."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._ahead: bytes | None = None
        self.unquoted = 0

    def next_message(self) -> bool:
        """Go to the next `From ` line; False at the end."""
        line = self._ahead if self._ahead is not None else self._stream.readline(_LINE)
        self._ahead = None
        while line and not line.startswith((b"From ", b">From ")):
            line = self._stream.readline(_LINE)
        return bool(line)

    def chunks(self) -> Iterator[bytes]:
        """The bytes of the message, without its `From ` line and the empty line at its end."""
        head, length = self._headers()
        yield b"".join(head)
        if self._ahead is not None:
            return
        if length is not None and (body := self._by_length(length)) is not None:
            yield body
            return
        yield from self._by_lines()

    def _headers(self) -> tuple[list[bytes], int | None]:
        lines: list[bytes] = []
        length: int | None = None
        while line := self._stream.readline(_LINE):
            if line.startswith(b"From ") and lines and lines[-1] in (b"\n", b"\r\n"):
                self._ahead = line
                break
            lines.append(line)
            if match := _LENGTH.match(line):
                length = int(match.group(1))
            if line in (b"\n", b"\r\n"):
                break
        return lines, length

    def _by_length(self, length: int) -> bytes | None:
        place = self._stream.tell()
        if length > 1 << 28:
            return None
        body = self._stream.read(length)
        after = self._stream.readline(_LINE)
        while after in (b"\n", b"\r\n"):
            after = self._stream.readline(_LINE)
        if len(body) == length and (not after or after.startswith(b"From ")):
            self._ahead = after or None
            return body
        self._stream.seek(place)
        return None

    def _by_lines(self) -> Iterator[bytes]:
        block: list[bytes] = []
        size = 0
        empty: bytes | None = b""  # the line that ended the headers is an empty one
        while line := self._stream.readline(_LINE):
            if empty is not None:
                if line.startswith(b"From ") and _FROM.match(line):
                    self._ahead = line
                    break
                block.append(empty)
                empty = None
            if line in (b"\n", b"\r\n"):
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
