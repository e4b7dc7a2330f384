"""Messages of a mailbox, counted by their `From ` lines (RFC 4155) in large blocks.

The lines are looked for in blocks of some megabytes, by their surroundings, and not line by
line as the reader goes. Only what a length that is given and true spans over is not counted:
a `From ` line there is part of a body.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from assay.extract.request import Request

_BLOCK = 4 << 20
_HEAD = 64 << 10  # bytes of a message in which its length must stand
_LONGEST = 1 << 28  # a length beyond it is not believed
# a postmark: `From `, and a time of day, an address alone, a dash or a word and more
_POSTMARK = re.compile(
    rb"From [^\r\n]*\d{1,2}:\d\d|From [^\s@]+@?[^\s]*[ \t]*\r?(?=\n|\Z)|From -\s|From \S+ \S"
)
_AFTER_EMPTY = re.compile(rb"\n\r?\n(?=From )")
_START = re.compile(rb"(?:\A|\n)(>?From )")
_LENGTH = re.compile(rb"(?:\A|\n)content-length:[ \t]*(\d{1,12})[ \t]*\r?\n", re.IGNORECASE)
_CARRIAGE = re.compile(rb"(?=\r\rFrom [^\r\n]{0,250}\d{1,2}:\d\d)")
_END_OF_HEAD = re.compile(rb"\n\r?\n")


def count_mbox(request: Request) -> int | None:
    """The messages of the mailbox; None where no `From ` line begins it."""
    with request.path.open("rb") as stream, request.path.open("rb") as beside:
        if b"\r" in stream.readline(_HEAD).rstrip(b"\r\n"):
            return _by_carriages(beside)
        stream.seek(0)
        start = _first(stream)
        if start is None:
            return None
        count = 1
        free = _end_of_body(beside, start)  # postmarks before this place are inside a body
        for place in _postmarks(stream, start + 1):
            if place >= free:
                count += 1
                free = _end_of_body(beside, place)
        return count


def _by_carriages(stream: BinaryIO) -> int:
    """The same for a mailbox of an old Mac, whose lines end with CR alone."""
    count, held = 0, b"\r\r"
    while True:
        block = stream.read(_BLOCK)
        view = held + block
        stop = max(len(view) - 300, 0) if block else len(view)
        count += sum(found.start() < stop for found in _CARRIAGE.finditer(view))
        if not block:
            return count
        held = view[stop:]


def _first(stream: BinaryIO) -> int | None:
    """Where the first line that begins a message stands."""
    base, held = 0, b""
    while block := stream.read(_BLOCK):
        view = held + block
        if (found := _START.search(view)) and (base == 0 or found.start(1) > 0):
            return base + found.start(1)
        held = view[-8:]
        base += len(view) - len(held)
    return None


def _postmarks(stream: BinaryIO, start: int) -> Iterator[int]:
    """Places of `From ` lines after an empty line, from `start` on."""
    base = max(start - 4, 0)
    stream.seek(base)
    held = b""
    while True:
        block = stream.read(_BLOCK)
        view = held + block
        # a line that may go on in the next block is looked at there
        stop = len(view) if not block else max(len(view) - 1024, 0)
        for found in _AFTER_EMPTY.finditer(view):
            at = found.end()
            if at >= stop:
                break
            if base + at >= start and _POSTMARK.match(view, at):
                yield base + at
        if not block:
            return
        keep = max(stop - 4, 0)
        held = view[keep:]
        base += keep
        start = max(start, base + min(4, stop))


def _end_of_body(stream: BinaryIO, place: int) -> int:
    """Where the body of the message at `place` ends by its length, `place` without a true one."""
    stream.seek(place)
    head = stream.read(4096)
    first = head.find(b"\n") + 1
    end = _END_OF_HEAD.search(head, max(first - 1, 0))
    if end is None:
        head += stream.read(_HEAD)
        end = _END_OF_HEAD.search(head, max(first - 1, 0))
    if end is None:
        return place
    lengths = _LENGTH.findall(head, max(first - 1, 0), end.end())
    if not lengths or int(lengths[-1]) > _LONGEST:
        return place
    after = place + end.end() + int(lengths[-1])
    stream.seek(after)
    following = stream.read(4096)
    while following and not following.strip(b"\r\n"):
        following = stream.read(4096)
    if following.lstrip(b"\r\n").startswith(b"From "):
        return after
    stream.seek(0, 2)
    return after if not following and stream.tell() >= after else place
