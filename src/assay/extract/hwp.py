"""Hangul Word Processor 5 (a compound file) and HWPX (a zip of XML).

Sections come in their order; table cells are divided by tabs. Headers, footers, hidden comments
and text boxes are marked. A file for distribution, whose text is enciphered with a key that lies
in the file itself, is read like any other; one under a password is named. Pictures and embedded
objects are members.

Source: the format description that Hancom publishes ("HWP Document File Formats 5.0").
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import olefile  # type: ignore[import-untyped]

from assay.extract import compound, dates
from assay.extract.hwpx import read_hwpx
from assay.extract.lines import Line, clean, flow
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.spool import GRACE
from assay.extract.transcript import Transcript
from assay.model.reading import RegionKind
from assay.ports import Card

CARD = Card(
    name="hwp",
    version="1 olefile",
    licence="AGPL-3.0-or-later",
    formats=("application/x-hwp", "application/hwp+zip"),
    limits="before version 5 not read; equations by their script; files under a password stay shut",
)
_SEALED, _PACKED, _FOR_VIEWING = 2, 1, 4  # flags of the header
_TEXT, _CONTROL, _LIST, _TABLE, _DISTRIBUTED, _EQUATION = 67, 71, 72, 77, 28, 88
_KINDS: dict[bytes, RegionKind] = {
    b"head": "header", b"foot": "footer", b"tcmt": "comment", b"gso ": "text_box",
}  # fmt: skip
_WIDE = frozenset((*range(1, 10), 11, 12, *range(14, 24)))  # codes of eight letters
_PROPERTIES = {
    2: "title",
    3: "subject",
    4: "author",
    5: "keywords",
    6: "comments",
    8: "last-author",
}
_LOCKED = "Open it in Hangul with its password and save a copy without one; then add the copy."


def read_hwp(request: Request, transcript: Transcript) -> None:
    """Read a document of either kind. Raises Stop with `encrypted`, `damaged`, `no_reader`."""
    if request.type == "application/hwp+zip":
        read_hwpx(request, transcript)
        return
    if not olefile.isOleFile(str(request.path)):
        raise Stop("no_reader", "", "Hangul before version 5")
    with compound.opened(request.path) as ole:
        if not ole.exists("FileHeader"):
            raise Stop("damaged", "", "no file header")
        head = ole.openstream("FileHeader").read()
        if len(head) < 40 or not head.startswith(b"HWP Document File"):
            raise Stop("damaged", "", "no file header")
        version, flags = struct.unpack_from("<II", head, 32)
        transcript.note("hwp:version", ".".join(str(version >> s & 255) for s in (24, 16, 8, 0)))
        _about(ole, transcript)
        if flags & _SEALED:
            raise Stop("encrypted", "", "Hangul password", _LOCKED)
        if request.only is None:
            _sections(ole, flags, transcript)
        _take_members(ole, flags, transcript)


def _about(ole: Any, transcript: Transcript) -> None:
    name = "\x05HwpSummaryInformation"
    if not ole.exists(name):
        return
    try:
        found = ole.getproperties(name, convert_time=True, no_conversion=[10])
    except Exception:  # noqa: BLE001 - metadata that cannot be read is metadata not there
        transcript.note("hwp:broken", "the summary information could not be read")
        return
    for number, label in _PROPERTIES.items():
        value = found.get(number)
        text = value.decode("cp949", "replace") if isinstance(value, bytes) else str(value or "")
        text = text.split("\0")[0]
        transcript.note(f"hwp:{label}", text)
        if label in ("title", "author"):
            setattr(transcript, label, text or None)
    transcript.created, transcript.modified = (_moment(found.get(n)) for n in (12, 13))


def _moment(value: Any) -> str | None:
    if value is None or not hasattr(value, "isoformat") or value.year <= 1601:
        return None
    return dates.from_iso(value.replace(microsecond=0).isoformat() + "Z")


# ---------------------------------------------------------------- text


def _sections(ole: Any, flags: int, transcript: Transcript) -> None:
    folder = "ViewText" if flags & _FOR_VIEWING else "BodyText"
    names = [
        entry
        for entry in ole.listdir()
        if len(entry) == 2 and entry[0] == folder and entry[1].startswith("Section")
    ]
    names.sort(key=lambda entry: (len(entry[1]), entry[1]))
    if not names:
        raise Stop("damaged", "", "no sections")
    for entry in names:
        body = ole.openstream(entry).read()
        if flags & _FOR_VIEWING:
            body = _unveil(body)
        if flags & _PACKED:
            body, whole = inflate(body, transcript)
            if not whole:
                transcript.trouble("damaged", f"part {entry[1]}", "the packed data")
        flow(transcript, _Section(body, transcript).lines)


def inflate(packed: bytes, transcript: Transcript) -> tuple[bytes, bool]:
    """(unpacked bytes, whether the data came to its end). Raises Stop with `bomb`."""
    unpacking = zlib.decompressobj(-15)
    parts: list[bytes] = []
    size, waiting = 0, packed
    try:
        while waiting and not unpacking.eof:
            piece = unpacking.decompress(waiting, 1 << 20)
            waiting = unpacking.unconsumed_tail
            size += len(piece)
            if size > GRACE and size > transcript.limits.ratio * len(packed):
                raise Stop("bomb", "", f"over {transcript.limits.ratio} times its size")
            parts.append(piece)
            if not piece and not waiting:
                break
    except zlib.error:
        return b"".join(parts), False
    return b"".join(parts), unpacking.eof


def _unveil(body: bytes) -> bytes:
    """A section of a file for distribution: AES with a key that the section itself holds."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if len(body) < 260 or body[0] != _DISTRIBUTED:
        raise Stop("damaged", "", "no key of a file for distribution")
    held = bytearray(body[4:260])
    seed: int = struct.unpack_from("<I", held)[0]

    def chance() -> int:
        nonlocal seed
        seed = (seed * 214013 + 2531011) & 0xFFFFFFFF
        return seed >> 16 & 0x7FFF

    mask = left = 0
    for at in range(256):
        if not left:
            mask, left = chance() & 255, (chance() & 15) + 1
        if at >= 4:
            held[at] ^= mask
        left -= 1
    start = 4 + (held[0] & 15)
    sealed = body[260:]
    sealed = sealed[: len(sealed) // 16 * 16]
    opening = Cipher(algorithms.AES(bytes(held[start : start + 16])), modes.ECB()).decryptor()
    return opening.update(sealed) + opening.finalize()


@dataclass
class _Open:
    """A control whose records are being read: a table collects cells, others lines."""

    level: int
    name: bytes
    begun: bool = False  # a table: its own record was met, what follows are cells
    cells: list[tuple[int, list[str]]] = field(default_factory=list)


class _Section:
    """The lines of a section."""

    def __init__(self, body: bytes, transcript: Transcript) -> None:
        self.lines: list[Line] = []
        self._open: list[_Open] = []
        for tag, level, record in self._records(body, transcript):
            while self._open and level <= self._open[-1].level:
                self._close()
            if tag == _TEXT:
                self._say(_words(record))
            elif tag == _CONTROL and len(record) >= 4:
                self._open.append(_Open(level, record[3::-1]))
            elif tag == _TABLE and self._open:
                self._open[-1].begun = True
            elif tag == _LIST and self._open and self._open[-1].begun and len(record) >= 12:
                row = struct.unpack_from("<H", record, 10)[0]
                self._open[-1].cells.append((row, []))
            elif tag == _EQUATION and len(record) >= 6:
                count = struct.unpack_from("<H", record, 4)[0]
                self._say(record[6 : 6 + 2 * count].decode("utf-16-le", "replace"))
        while self._open:
            self._close()

    def _records(self, body: bytes, transcript: Transcript) -> Iterator[tuple[int, int, bytes]]:
        at = 0
        while at + 4 <= len(body):
            head = struct.unpack_from("<I", body, at)[0]
            tag, level, size = head & 0x3FF, head >> 10 & 0x3FF, head >> 20
            if not head:  # padding; a record at each four zeros would be millions of them
                if body.count(0, at) < len(body) - at:
                    transcript.trouble("damaged", "a section", "bytes that are no record")
                return
            at += 4
            if size == 0xFFF and at + 4 <= len(body):
                size = struct.unpack_from("<I", body, at)[0]
                at += 4
            if at + size > len(body):
                transcript.trouble("truncated", "a section")
            yield tag, level, body[at : at + size]
            at += size

    def _say(self, text: str) -> None:
        for control in reversed(self._open):
            if control.name == b"tbl " and control.cells:
                control.cells[-1][1].extend(part for part in text.split("\n") if part)
                return
        kind = next((_KINDS[c.name] for c in reversed(self._open) if c.name in _KINDS), None)
        if kind is not None and not text.strip():
            return
        label = "[comment] " if kind == "comment" else ""
        self.lines += [Line(label + part, kind) for part in text.split("\n")]

    def _close(self) -> None:
        control = self._open.pop()
        if control.name != b"tbl " or not control.cells:
            return
        rows: dict[int, list[str]] = {}
        for row, texts in control.cells:
            rows.setdefault(row, []).append(" ".join(texts))
        self._say("\n".join("\t".join(rows[row]) for row in sorted(rows)))


def _words(record: bytes) -> str:
    """The letters of a paragraph; what stands for an object takes eight places."""
    units = struct.unpack(f"<{len(record) // 2}H", record[: len(record) // 2 * 2])
    out: list[int] = []
    at = 0
    while at < len(units):
        unit = units[at]
        if unit >= 32:
            out.append(unit)
        elif unit == 9:
            out.append(9)
        elif unit == 10:
            out.append(10)
        elif unit in (24, 25, 30, 31):
            out.append({24: 0x2D, 25: 0x2D, 30: 0xA0, 31: 0x20}[unit])
        at += 8 if unit in _WIDE else 1
    return clean(struct.pack(f"<{len(out)}H", *out).decode("utf-16-le", "replace"))


# ---------------------------------------------------------------- members


def _take_members(ole: Any, flags: int, transcript: Transcript) -> None:
    """Pictures and objects of the body, then the picture of the first page."""
    held = sorted(entry for entry in ole.listdir() if len(entry) == 2 and entry[0] == "BinData")
    for entry in held:
        spool = transcript.members()
        if not spool.wanted():
            spool.skip()
            continue
        body = ole.openstream(entry).read()
        if flags & _PACKED:
            unpacked, whole = inflate(body, transcript)
            body = unpacked if whole else body  # some are kept as they are
        name = entry[1].encode("utf-8", "replace").replace(b"/", b"_")
        if name.lower().endswith(b".ole") and len(body) > 12 and body[4:8] == b"\xd0\xcf\x11\xe0":
            body = body[4:]
        spool.add_bytes(name, body)
    if ole.get_type("PrvImage") == olefile.STGTY_STREAM and ole.get_size("PrvImage"):
        body = ole.openstream("PrvImage").read()
        ending = {b"GIF8": b".gif", b"\x89PNG": b".png"}.get(body[:4], b".bmp")
        spool = transcript.members()
        spool.add_bytes(b"PrvImage" + ending, body)
