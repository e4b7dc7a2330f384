"""Embedded OLE objects as files: what they wrap is a member; equations are text.

OOXML keeps an object that is no OOXML itself as a part `oleObject1.bin`, a compound file. A
wrapped file becomes a member under its original name. An equation is read as its characters
in their order. Streams of a kind that nothing here knows are said to be there.
"""

from __future__ import annotations

import re
from typing import Any

import olefile  # type: ignore[import-untyped]

from assay.extract import compound
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="embedded",
    version="1 olefile",
    licence="AGPL-3.0-or-later",
    formats=("application/x-ole-package", "application/x-ole-storage"),
    limits="equations come as a row of characters; of controls, the words are found by search",
)
_WORDS = re.compile(rb"[\x20-\x7e]{3,}|(?:[\x20-\x7e]\x00){3,}")


def read_embedded(request: Request, transcript: Transcript) -> None:
    """Read a compound file that is an embedded object. Raises Stop with `damaged`."""
    if not olefile.isOleFile(str(request.path)):
        raise Stop("damaged", "", "no compound file")
    with compound.opened(request.path) as ole:
        inside = {k.name.lower(): k.name for k in compound.children(ole, ())}
        found = compound.wrapped(ole, (), inside)
        if found is not None:
            name, body = found
            transcript.container = True
            transcript.members().add_bytes(name or b"embedded", body)
            return
        if "equation native" in inside:
            body = ole.openstream([inside["equation native"]]).read()
            transcript.page(equation(body))
            return
        if "\x03ocxname" in inside:
            _control(ole, transcript)
            return
        if not inside:
            raise Stop("damaged", "", "a compound file in which no part is named")
        left = [k for k in compound.children(ole, ()) if not _says_nothing(k.name)]
        if not left:
            return
        first, *_ = left
        raise Stop("no_reader", "", f"an OLE object of {len(left)} parts, {_plain(first.name)}")


def _says_nothing(name: str) -> bool:
    return compound.is_around(name) or name.lower().startswith("\x05")


def _plain(name: str) -> str:
    return re.sub(r"[^\w .-]", "", name)[:32]


def _control(ole: Any, transcript: Transcript) -> None:
    """The words of a form control: its streams are of many kinds, so they are searched."""
    lines: list[str] = []
    for entry in compound.children(ole, ()):
        if entry.entry_type == 2 and (not compound.is_around(entry.name) or "OCX" in entry.name):
            body = ole.openstream([entry.name]).read()
            lines += [m.replace(b"\0", b"").decode("ascii") for m in _WORDS.findall(body)]
    transcript.page("\n".join(lines))


def equation(body: bytes) -> str:
    """The characters of an equation in MTEF 2 to 5, a space where a new part begins."""
    head = int.from_bytes(body[:2], "little")
    data = body[head if 20 <= head <= 64 else 28 :]
    if len(data) < 5:
        return ""
    version = data[0]
    at = 5
    if version >= 5:
        at = data.find(b"\0", 5) + 2  # the application's key, then the options
    out: list[str] = []
    end = len(data)
    while 0 < at < end:
        at = _equation_record(data, at, version, out)
    return re.sub(r"  +", " ", "".join(out)).strip()


def _equation_record(data: bytes, at: int, version: int, out: list[str]) -> int:
    """Take in one record; gives the place of the next, or the end where it is not known."""
    tag = data[at]
    at += 1
    if version >= 5:
        kind = tag
        options = 0
        if kind in (1, 2, 3, 4, 5, 6) and at < len(data):
            options = data[at]
            at += 1
        nudged, null = options & 8, kind == 1 and options & 1
        spaced, ruled = kind == 1 and options & 4, kind in (1, 4) and options & 2
    else:
        kind, options = tag & 15, tag >> 4
        nudged, null = options & 8, kind == 1 and options & 1
        spaced, ruled = kind == 1 and options & 4, kind in (1, 4) and options & 2
    if nudged and kind in (1, 2, 3, 4, 5, 6):
        at += 6 if data[at : at + 2] == b"\x80\x80" else 2
    if kind == 1:
        at += 2 * bool(spaced)
        if null:
            return at
        if ruled:
            return at
        out.append(" ")
        return at
    if kind == 2:
        return _equation_character(data, at, version, options, out)
    if kind == 3:
        at += 2 if version < 5 else 1  # selector, variation
        if version >= 5:
            at += 2 if data[at : at + 1] >= b"\x80" else 1
        return at + 1
    if kind == 4:
        return at + 2
    if kind == 5:
        rows, columns = (data[at + 3 : at + 5] + b"\0\0")[:2]
        return at + 5 + -(-(2 * rows + 2) // 8) + -(-(2 * columns + 2) // 8)
    if kind == 6:
        return at + 1
    if kind == 7:
        return at + 1 + 3 * data[at] if at < len(data) else at
    if kind == 8:
        if version >= 5:
            return at + 2
        place = data.find(b"\0", at + 2)
        return place + 1 if place >= 0 else len(data)
    if kind == 9:
        how = data[at] if at < len(data) else 0
        return at + {0x65: 3, 0x64: 5 if version >= 5 else 4}.get(how, 2)
    if version >= 5 and kind == 15:
        return at + 1
    if version >= 5 and kind == 16:
        how = data[at] if at < len(data) else 0
        at += 1 + (8 if how & 1 else 6)
        place = data.find(b"\0", at) if how & 4 else at - 1
        return place + 1 if place >= 0 else len(data)
    if version >= 5 and kind >= 17:
        if kind == 17:
            place = data.find(b"\0", at + 1)
            return place + 1 if place >= 0 else len(data)
        if kind == 18 or kind == 19:
            return _equation_preferences(data, at, kind)
        if kind >= 100:
            return at + 1 + (data[at] if at < len(data) else 0)
        return len(data)
    return at


def _equation_preferences(data: bytes, at: int, kind: int) -> int:
    if kind == 19:
        place = data.find(b"\0", at)
        return place + 1 if place >= 0 else len(data)
    return len(data) if at + 1 >= len(data) else _past_sizes(data, at + 1)


def _past_sizes(data: bytes, at: int) -> int:
    """Past the sizes, spaces and styles of an equation's preferences: nibbles, ended by 0xF."""
    for _ in range(2):
        if at >= len(data):
            return at
        count, at = data[at], at + 1
        nibbles = 0
        while count and at < len(data):
            for half in (data[at] >> 4, data[at] & 15):
                if half == 15:
                    count -= 1
                nibbles += 1
                if not count:
                    break
            at += 1
    if at < len(data):
        count, at = data[at], at + 1
        for _ in range(count):
            at += 2 if data[at : at + 1] not in (b"\0", b"") else 1
    return at


def _equation_character(data: bytes, at: int, version: int, options: int, out: list[str]) -> int:
    at += 1  # the typeface
    if version >= 5:
        if not options & 0x20:
            out.append(_sign(int.from_bytes(data[at : at + 2], "little")))
            at += 2
        at += 1 if options & 4 else 0
        at += 2 if options & 16 else 0
        return at
    if version >= 3:
        out.append(_sign(int.from_bytes(data[at : at + 2], "little")))
        return at + 2
    out.append(_sign(data[at] if at < len(data) else 0))
    return at + 1


def _sign(code: int) -> str:
    return chr(code) if code >= 32 and not 0xD800 <= code <= 0xDFFF and code < 0xE000 else " "
