"""Mobipocket, Kindle (AZW, AZW3) and PalmDOC books: their words, EXTH metadata, pictures.

The text is HTML packed by PalmDOC or by Huffman codes with phrases (HUFF/CDIC). A file that holds
the book twice, in the old and the new form, is read in the old one, and says so. Books under DRM
are said to be locked; their metadata and pictures stand in the clear and are taken. Pictures,
sound, film and the source that some makers add are members; indexes and fonts are the file's own
workings.

Source: the MobileRead wiki's pages on MOBI, PDB and EXTH.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field

from assay.extract import charset, dates
from assay.extract.html import render
from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.extract.types import MOBI, PALMDOC
from assay.ports import Card

CARD = Card(
    name="mobi",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(MOBI, PALMDOC),
    limits="DRM stays closed; pages are by length",
)
_EXTH = {
    100: "author", 101: "publisher", 102: "imprint", 103: "description", 104: "isbn",
    105: "subject", 106: "published", 107: "review", 108: "contributor", 109: "rights",
    110: "subject-code", 111: "type", 112: "source", 113: "asin", 503: "title", 504: "asin",
    524: "language", 535: "creator-build",
}  # fmt: skip
_NONE = 0xFFFFFFFF
_RECORD = 1 << 20  # bytes that one record or phrase may unpack to; writers make 4,096
_STEP = "Ask for a copy without DRM; custody of it is complete."
# (first bytes of a record, bytes of its head, ending)
_MEDIA = (
    (b"\xff\xd8\xff", 0, "jpg"), (b"\x89PNG", 0, "png"), (b"GIF8", 0, "gif"), (b"BM", 0, "bmp"),
    (b"SRCS", 16, "zip"), (b"AUDI", 12, "mp3"), (b"VIDE", 12, "mp4"),
)  # fmt: skip


@dataclass
class _Header:
    """What the first record says."""

    compression: int
    length: int
    records: int
    locked: int
    codec: str = "cp1252"
    version: int = 0
    trailing: int = 0
    huff: int = 0
    huffs: int = 0
    flows: int = _NONE
    title: str = ""
    found: list[tuple[int, bytes]] = field(default_factory=list)


def read_mobi(request: Request, transcript: Transcript) -> None:
    """Read a book. Raises Stop with `damaged`, `encrypted` or a limit."""
    if request.path.stat().st_size > request.limits.memory // 4:
        raise Stop("limit_member", "", f"over {request.limits.memory // 4} bytes")
    records = _records(request.path.read_bytes(), transcript)
    header = _header(records[0])
    _describe(header, transcript)
    stop: Stop | None = None
    if not header.locked and request.only is None:
        try:
            body = _text(header, records, request, transcript)
            _show(body, header, records, request, transcript)
        except Stop as reached:
            stop = reached
    _take_members(records, header, transcript)
    if stop is not None:
        raise stop
    if header.locked:
        raise Stop("encrypted", "", f"DRM of kind {header.locked}", _STEP)


def _records(data: bytes, transcript: Transcript) -> list[bytes]:
    """The records of the Palm database."""
    if len(data) < 80:
        raise Stop("truncated", "", "no list of records")
    count = int.from_bytes(data[76:78], "big")
    places = [
        int.from_bytes(data[78 + 8 * n : 82 + 8 * n], "big")
        for n in range(count)
        if 82 + 8 * n <= len(data)
    ]
    if not places or places[0] >= len(data):
        raise Stop("truncated", "", "no records")
    if len(places) < count or places[-1] > len(data):
        transcript.trouble("truncated", "", "records are missing")
    ends = [*places[1:], len(data)]
    return [
        data[start:end] if start <= end else b"" for start, end in zip(places, ends, strict=True)
    ]


def _header(record: bytes) -> _Header:
    if len(record) < 16:
        raise Stop("damaged", "", "no header")
    compression, _, length, count, _, locked, _ = struct.unpack_from(">HHIHHHH", record)
    header = _Header(compression, length, count, locked)
    if record[16:20] != b"MOBI":
        return header
    size, _, encoding = struct.unpack_from(">III", record, 20)
    header.codec = "utf-8" if encoding == 65001 else charset.known(f"cp{encoding}") or "cp1252"
    header.version = _word(record, 36)
    header.huff, header.huffs = _word(record, 112), _word(record, 116)
    if size >= 0xE4 and len(record) >= 244:
        header.trailing = int.from_bytes(record[242:244], "big")
    if header.version >= 8:
        header.flows = _word(record, 192)
    start, length = _word(record, 84), _word(record, 88)
    header.title = record[start : start + min(length, 4096)].decode(header.codec, "replace")
    if _word(record, 128) & 0x40:
        header.found = _exth(record[16 + size :])
    return header


def _word(record: bytes, at: int) -> int:
    return int.from_bytes(record[at : at + 4], "big") if at + 4 <= len(record) else 0


def _exth(data: bytes) -> list[tuple[int, bytes]]:
    if data[:4] != b"EXTH":
        return []
    found: list[tuple[int, bytes]] = []
    at = 12
    for _ in range(min(_word(data, 8), 2000)):
        code, size = _word(data, at), _word(data, at + 4)
        if size < 8 or at + size > len(data):
            break
        found.append((code, data[at + 8 : at + size]))
        at += size
    return found


def _describe(header: _Header, transcript: Transcript) -> None:
    authors: list[str] = []
    transcript.title = header.title or None
    for code, value in header.found:
        name = _EXTH.get(code)
        if name is None:
            continue
        text = value.decode(header.codec, "replace")
        transcript.note(f"exth:{name}", text)
        if code == 100:
            authors.append(text)
        elif code == 106:
            transcript.created = dates.from_iso(text)
        elif code == 503:
            transcript.title = text
        elif code == 524 and text:
            transcript.language = text.lower()[:2]
    transcript.author = ", ".join(authors) or None
    transcript.note("mobi:version", header.version or "")
    both = next((v for c, v in header.found if c == 121 and len(v) == 4), b"")
    if both and int.from_bytes(both, "big") != _NONE and header.version < 8:
        transcript.note("mobi:second-form", "the book stands here twice; the older form was read")


def _text(header: _Header, records: list[bytes], request: Request, transcript: Transcript) -> bytes:
    """The packed text, unpacked record by record, as far as it goes."""
    unpack: Callable[[bytes], bytes]
    if header.compression == 1:
        unpack = bytes
    elif header.compression == 2:
        unpack = unpack_palmdoc
    elif header.compression == 17480:
        unpack = _Phrases(records[header.huff : header.huff + max(header.huffs, 1)]).record
    else:
        raise Stop("unsupported", "", f"compression {header.compression}")
    out: list[bytes] = []
    total = 0
    limit = request.limits.text * 4
    for number, record in enumerate(records[1 : header.records + 1], 1):
        try:
            piece = unpack(_without_trailing(record, header.trailing))
        except (IndexError, ValueError, RecursionError):
            transcript.trouble("damaged", f"record {number}", "its packed text is broken")
            continue
        total += len(piece)
        if total > limit:
            transcript.trouble("limit_text", "", f"over {limit} bytes")
            break
        out.append(piece)
    if len(records) - 1 < header.records:
        transcript.trouble("truncated", "", f"{header.records - len(records) + 1} records of text")
    return b"".join(out)


def _without_trailing(record: bytes, flags: int) -> bytes:
    """A record without what stands behind its text; each bit above the first is one such entry."""
    for _ in range(bin(flags >> 1).count("1")):
        size = shift = 0
        for byte in reversed(record[-4:]):
            size |= (byte & 0x7F) << shift
            shift += 7
            if byte & 0x80:
                break
        record = record[: len(record) - min(size, len(record))]
    if flags & 1 and record:
        record = record[: len(record) - (record[-1] & 3) - 1]
    return record


def unpack_palmdoc(data: bytes) -> bytes:
    """PalmDOC: literals, runs of literals, copies from before, and letters with a space."""
    out = bytearray()
    at, end = 0, len(data)
    while at < end:
        byte = data[at]
        at += 1
        if byte >= 0xC0:
            out += b" "
            out.append(byte ^ 0x80)
        elif byte >= 0x80:
            if at >= end:
                break
            pair = (byte << 8 | data[at]) & 0x3FFF
            at += 1
            distance, length = pair >> 3, (pair & 7) + 3
            if not 0 < distance <= len(out):
                raise ValueError
            if distance >= length:
                start = len(out) - distance
                out += out[start : start + length]
            else:
                for _ in range(length):
                    out.append(out[-distance])
        elif 1 <= byte <= 8:
            out += data[at : at + byte]
            at += byte
        else:
            out.append(byte)
    return bytes(out)


class _Phrases:
    """HUFF/CDIC: Huffman codes for phrases, which may be packed themselves."""

    def __init__(self, records: list[bytes]) -> None:
        huff = records[0] if records else b""
        if huff[:4] != b"HUFF":
            raise Stop("damaged", "", "no table of codes")
        short, long = _word(huff, 8), _word(huff, 12)
        self._short = [_word(huff, short + 4 * n) for n in range(256)]
        self._least, self._most = [0], [0]
        for size in range(1, 33):
            low, high = _word(huff, long + 8 * size - 8), _word(huff, long + 8 * size - 4)
            self._least.append(low << (32 - size))
            self._most.append(((high + 1) << (32 - size)) - 1)
        self._phrases: list[tuple[bytes, bool]] = []
        for record in records[1:]:
            if record[:4] == b"CDIC":
                self._read(record)
        self._open: set[int] = set()  # phrases that are being unpacked

    def _read(self, record: bytes) -> None:
        promised, bits = _word(record, 8), _word(record, 12)
        for n in range(min(1 << min(bits, 20), promised - len(self._phrases))):
            at = 16 + int.from_bytes(record[16 + 2 * n : 18 + 2 * n], "big")
            head = int.from_bytes(record[at : at + 2], "big")
            phrase = record[at + 2 : at + 2 + (head & 0x7FFF)]
            self._phrases.append((phrase, bool(head & 0x8000)))

    def record(self, data: bytes) -> bytes:
        """The text of one record, whatever became of the one before it; see `unpack`."""
        self._open.clear()
        return self.unpack(data)

    def unpack(self, data: bytes) -> bytes:
        """The text of packed bytes. Raises IndexError or ValueError where a code has no phrase."""
        if len(self._open) > 32:
            raise ValueError
        bits = len(data) * 8
        window = int.from_bytes(data + bytes(8), "big")
        width = bits + 64
        at = size_so_far = 0
        out: list[bytes] = []
        while True:
            code = window >> (width - at - 32) & 0xFFFFFFFF
            entry = self._short[code >> 24]
            size, most = entry & 0x1F, entry >> 8
            if not size:
                raise ValueError
            if entry & 0x80:
                most = ((most + 1) << (32 - size)) - 1
            else:
                while code < self._least[size]:
                    size += 1
                most = self._most[size]
            at += size
            if at > bits:
                return b"".join(out)
            number = (most - code) >> (32 - size)
            phrase, plain = self._phrases[number]
            if not plain:
                if number in self._open:
                    raise ValueError  # a phrase inside itself
                self._open.add(number)
                phrase = self.unpack(phrase)
                self._open.discard(number)
                self._phrases[number] = (phrase, True)
            size_so_far += len(phrase)
            if size_so_far > _RECORD:
                raise ValueError
            out.append(phrase)


def _show(
    body: bytes,
    header: _Header,
    records: list[bytes],
    request: Request,
    transcript: Transcript,
) -> None:
    end = len(body)
    if header.flows < len(records) and records[header.flows][:4] == b"FDST":
        end = min(_word(records[header.flows], 16) or end, end)  # style sheets stand behind
    if request.type == PALMDOC and b"<" not in body[:2000]:
        text = charset.decode(body, None).text
        for line in text.splitlines():
            if line.strip():
                transcript.paragraph(line)
        return
    for line in render(body[:end], header.codec, request.limits)[0].lines:
        transcript.paragraph(line)


def _take_members(records: list[bytes], header: _Header, transcript: Transcript) -> None:
    spool = transcript.members()
    for number, record in enumerate(records[header.records + 1 :], header.records + 1):
        for mark, head, ending in _MEDIA:
            if record.startswith(mark):
                name = f"record-{number:05d}.{ending}".encode()
                if len(record) <= head:
                    where = f"member {len(spool) + 1}"
                    spool.refuse(name, problem("damaged", where, "no bytes"))
                else:
                    spool.add_bytes(name, record[head:])
                break
    if len(spool):
        transcript.container = True
    else:
        transcript.spool = None
