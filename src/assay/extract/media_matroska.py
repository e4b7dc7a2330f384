"""Matroska and WebM: facts, tracks, tags, chapters, attached files, text subtitles (RFC 9559)."""

from __future__ import annotations

import datetime
import re
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from assay.extract.media_found import Cue, Found, keep_tag, rows_of
from assay.extract.problems import Stop
from assay.extract.request import Request

_ORIGIN = datetime.datetime(2001, 1, 1, tzinfo=datetime.UTC)
_SEGMENT, _INFO, _TRACKS, _CLUSTER = 0x18538067, 0x1549A966, 0x1654AE6B, 0x1F43B675
_ATTACHMENTS, _TAGS, _CHAPTERS = 0x1941A469, 0x1254C367, 0x1043A770
_TOP = (_INFO, _TRACKS, _CLUSTER, _ATTACHMENTS, _TAGS, _CHAPTERS, 0x114D9B74, 0x1C53BB6B)
_KINDS = {1: "video", 2: "sound", 17: "subtitles"}
_PIECE = 64 << 20
_MARKS = re.compile(r"\{\\[^}]*\}|<[^>]*>")

Element = tuple[int, int, int]  # id, begin of its content, end


def look(request: Request, found: Found) -> None:
    """Read the elements. Raises Stop with `damaged` where there is no segment."""
    size = request.path.stat().st_size
    with request.path.open("rb") as stream:
        segment = next((e for e in elements(stream, 0, size) if e[0] == _SEGMENT), None)
        if segment is None:
            raise Stop("damaged", "", "no segment")
        if segment[2] > size:
            found.troubles.append(("truncated", "", f"{size} of {segment[2]} bytes"))
        _Film(stream, found).read(segment[1], min(segment[2], size))


def elements(stream: BinaryIO, start: int, end: int) -> Iterator[Element]:
    """The elements between two places; one of unknown size goes to the end."""
    at = start
    while at < end:
        stream.seek(at)
        head = stream.read(12)
        if len(head) < 2 or not head[0]:
            return
        wide = 9 - head[0].bit_length()
        if wide > 4 or len(head) < wide + 1 or not head[wide]:
            return
        name = int.from_bytes(head[:wide], "big")
        long = 9 - head[wide].bit_length()
        size = int.from_bytes(head[wide : wide + long], "big") & ((1 << 7 * long) - 1)
        begin = at + wide + long
        if size == (1 << 7 * long) - 1:
            size = end - begin
        yield name, begin, begin + size
        at = begin + size


class _Film:
    def __init__(self, stream: BinaryIO, found: Found) -> None:
        self._stream = stream
        self._found = found
        self._scale = 1_000_000
        self._texts: dict[int, tuple[str, str, bool]] = {}  # track -> label, codec, packed
        self._cues: dict[int, list[Cue]] = {}
        self._number = 0

    def _bytes(self, element: Element, limit: int = _PIECE) -> bytes:
        self._stream.seek(element[1])
        return self._stream.read(min(element[2] - element[1], limit))

    def _number_in(self, element: Element) -> int:
        return int.from_bytes(self._bytes(element, 8), "big")

    def _words(self, element: Element) -> str:
        return self._bytes(element, 1 << 20).decode("utf-8", "replace").strip("\0")

    def _inside(self, element: Element, end: int) -> Iterator[Element]:
        return elements(self._stream, element[1], min(element[2], end))

    def read(self, start: int, end: int) -> None:
        """Read a segment from its start."""
        for element in elements(self._stream, start, end):
            kind = element[0]
            if kind == _INFO:
                self._info(element, end)
            elif kind == _TRACKS:
                for entry in self._inside(element, end):
                    if entry[0] == 0xAE:
                        self._track(entry, end)
            elif kind == _CLUSTER and self._texts:
                self._cluster(element, end)
            elif kind == _ATTACHMENTS:
                for entry in self._inside(element, end):
                    if entry[0] == 0x61A7:
                        self._attachment(entry, end)
            elif kind == _TAGS:
                self._tags(element, end)
            elif kind == _CHAPTERS:
                cues = list(self._chapters(element, end))
                if cues:
                    self._found.tracks.append(("chapters", cues))
        for track, cues in self._cues.items():
            label = self._texts[track][0]
            self._found.tracks.append((label, rows_of(iter(cues))))

    def _info(self, element: Element, end: int) -> None:
        names = {0x4D80: "muxing-app", 0x5741: "writing-app", 0x7BA9: "title"}
        length = 0.0
        for entry in self._inside(element, end):
            if entry[0] == 0x2AD7B1:
                self._scale = self._number_in(entry) or 1_000_000
            elif entry[0] == 0x4489:
                body = self._bytes(entry, 8)
                if len(body) in (4, 8):
                    (length,) = struct.unpack(">d" if len(body) == 8 else ">f", body)
            elif entry[0] == 0x4461:
                ticks = int.from_bytes(self._bytes(entry, 8), "big", signed=True)
                moment = _ORIGIN + datetime.timedelta(microseconds=ticks // 1000)
                self._found.created = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
                self._found.notes.append(("media:created", self._found.created))
            elif entry[0] in names:
                keep_tag(self._found, "media", names[entry[0]], self._words(entry))
        if length > 0:
            self._found.duration = length * self._scale / 1e9

    def _track(self, element: Element, end: int) -> None:
        number, kind, codec, language, name, packed = 0, 0, "", "", "", False
        size: list[str] = []
        for entry in self._inside(element, end):
            if entry[0] == 0xD7:
                number = self._number_in(entry)
            elif entry[0] == 0x83:
                kind = self._number_in(entry)
            elif entry[0] == 0x86:
                codec = self._words(entry)
            elif entry[0] in (0x22B59C, 0x22B59D):
                language = self._words(entry)
            elif entry[0] == 0x536E:
                name = self._words(entry)
            elif entry[0] == 0x6D80:
                packed = True  # zlib is the one way that is in use for text
            elif entry[0] == 0xE0:
                sides = {e[0]: self._number_in(e) for e in self._inside(entry, end)}
                size = [f"{sides.get(0xB0, 0)} x {sides.get(0xBA, 0)}"]
        told = [_KINDS.get(kind, f"kind {kind}"), codec, *size, language, name]
        self._found.notes.append((f"media:track-{number}", ", ".join(t for t in told if t)))
        self._found.sound |= kind == 2
        if kind == 17 and codec.startswith("S_TEXT"):
            label = " ".join(t for t in ("subtitles", language, name) if t)
            self._texts[number] = (f"{label} (track {number})", codec, packed)
            self._cues[number] = []
        elif kind == 17:
            self._found.troubles.append(("unsupported", f"track {number}", f"subtitles as {codec}"))

    def _cluster(self, element: Element, end: int) -> None:
        base = 0
        for entry in self._inside(element, end):
            if entry[0] in _TOP:
                return  # a cluster of unknown size ends where the next begins
            if entry[0] == 0xE7:
                base = self._number_in(entry)
            elif entry[0] == 0xA3:
                self._block(entry, base, 0)
            elif entry[0] == 0xA0:
                block, length = None, 0
                for inner in self._inside(entry, end):
                    if inner[0] == 0xA1:
                        block = inner
                    elif inner[0] == 0x9B:
                        length = self._number_in(inner)
                if block is not None:
                    self._block(block, base, length)

    def _block(self, element: Element, base: int, length: int) -> None:
        head = self._bytes(element, 12)
        if len(head) < 4 or not head[0]:
            return
        wide = 9 - head[0].bit_length()
        track = int.from_bytes(head[:wide], "big") & ((1 << 7 * wide) - 1)
        if track not in self._texts:
            return
        _, codec, packed = self._texts[track]
        (offset,) = struct.unpack_from(">h", head, wide)
        body = self._bytes(element, 1 << 20)[wide + 3 :]
        if packed and body[:1] == b"\x78":
            try:
                body = zlib.decompressobj().decompress(body, 1 << 20)
            except zlib.error:
                pass  # not packed after all
        text = body.decode("utf-8", "replace")
        if codec in ("S_TEXT/ASS", "S_TEXT/SSA"):
            text = text.split(",", 8)[-1].replace("\\N", " ").replace("\\n", " ")
        begin = (base + offset) * self._scale / 1e9
        text = _MARKS.sub("", text).strip("\0 \r\n")
        self._cues[track].append(Cue(begin, begin + length * self._scale / 1e9, text))

    def _attachment(self, element: Element, end: int) -> None:
        name, body = "", b""
        for entry in self._inside(element, end):
            if entry[0] == 0x466E:
                name = self._words(entry)
            elif entry[0] == 0x465C:
                body = self._bytes(entry, 1 << 30)
        self._number += 1
        self._found.members.append((name or f"attached-{self._number}", body))

    def _tags(self, element: Element, end: int) -> None:
        for entry in self._inside(element, end):
            if entry[0] in (0x7373, 0x67C8):
                found = {e[0]: e for e in self._inside(entry, end)}
                if 0x45A3 in found and 0x4487 in found:
                    value = self._words(found[0x4487])
                    keep_tag(self._found, "tag", self._words(found[0x45A3]), value)
                self._tags(entry, end)

    def _chapters(self, element: Element, end: int) -> Iterator[Cue]:
        for entry in self._inside(element, end):
            if entry[0] == 0x45B9:
                yield from self._chapters(entry, end)
            elif entry[0] == 0xB6:
                begin = stop = 0
                words: list[str] = []
                for inner in self._inside(entry, end):
                    if inner[0] == 0x91:
                        begin = self._number_in(inner)
                    elif inner[0] == 0x92:
                        stop = self._number_in(inner)
                    elif inner[0] == 0x80:
                        words += [self._words(e) for e in self._inside(inner, end) if e[0] == 0x85]
                if words:
                    yield Cue(begin / 1e9, max(stop, begin) / 1e9, " / ".join(words))
