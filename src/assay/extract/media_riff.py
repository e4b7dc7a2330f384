"""WAV and AVI (RIFF), AMR, and films and recordings of which only the kind is told."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from assay.extract import charset, dates
from assay.extract.media_found import Found, keep_tag
from assay.extract.problems import Stop
from assay.extract.request import Request

_FORMATS = {1: "PCM", 2: "ADPCM", 3: "PCM float", 6: "A-law", 7: "mu-law", 0x31: "GSM 6.10",
            0x55: "MP3", 0xFF: "AAC", 0x161: "WMA", 0xFFFE: "extensible"}  # fmt: skip
_AMR = (13, 14, 16, 18, 20, 21, 27, 32, 6, 1, 1, 1, 1, 1, 1, 1)
_AMR_WIDE = (18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 1, 1, 1, 1, 1, 1)
_BROADCAST = (
    ("description", 0, 256), ("originator", 256, 32), ("reference", 288, 32),
    ("date", 320, 10), ("time", 330, 8),
)  # fmt: skip
_CHUNKS = 100_000


def look(request: Request, found: Found) -> None:
    """Read the chunks of a RIFF file."""
    size = request.path.stat().st_size
    with request.path.open("rb") as stream:
        head = stream.read(12)
        promised = int.from_bytes(head[4:8], "little") + 8
        if promised > size + 1 and promised < 0xFFFFFF00:
            found.troubles.append(("truncated", "", f"{size} of {promised} bytes"))
        facts = _Facts(stream, found)
        facts.read(12, size)
        facts.settle()


def _chunks(stream: BinaryIO, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    at = start
    for _ in range(_CHUNKS):
        stream.seek(at)
        head = stream.read(8)
        if len(head) < 8 or at >= end:
            return
        kind, size = head[:4], int.from_bytes(head[4:], "little")
        yield kind, at + 8, min(at + 8 + size, end)
        at += 8 + size + size % 2


class _Facts:
    def __init__(self, stream: BinaryIO, found: Found) -> None:
        self._stream = stream
        self._found = found
        self._rate = 0  # bytes a second
        self._data = 0
        self._track = 0
        self._stream_kind = b""
        self._idit = ""

    def _bytes(self, start: int, end: int, limit: int = 1 << 20) -> bytes:
        self._stream.seek(start)
        return self._stream.read(min(end - start, limit))

    def read(self, start: int, end: int) -> None:
        """Read chunks, and lists of chunks."""
        for kind, begin, stop in _chunks(self._stream, start, end):
            if kind == b"LIST":
                form = self._bytes(begin, begin + 4)
                if form == b"INFO":
                    for name, first, last in _chunks(self._stream, begin + 4, stop):
                        words = self._bytes(first, last).rstrip(b"\0 ")
                        if words:
                            keep_tag(self._found, "info", name.decode("latin-1"),
                                     charset.decode(words).text)  # fmt: skip
                elif form in (b"hdrl", b"strl"):
                    self.read(begin + 4, stop)
            elif kind == b"fmt ":
                self._wave(self._bytes(begin, stop))
            elif kind == b"data":
                self._data = stop - begin
            elif kind == b"bext":
                self._broadcast(self._bytes(begin, stop))
            elif kind == b"avih":
                body = self._bytes(begin, stop)
                if len(body) >= 20:
                    per_frame, frames = struct.unpack_from("<I12xI", body)
                    self._found.duration = per_frame * frames / 1e6
            elif kind == b"strh":
                self._stream_kind = self._bytes(begin, begin + 8)
            elif kind == b"strf":
                self._avi_track(self._bytes(begin, stop))
            elif kind == b"IDIT":
                said = self._bytes(begin, stop).strip(b"\0 \n").decode("latin-1")
                self._found.notes.append(("media:IDIT", said))
                self._found.created = dates.from_iso(said)

    def _wave(self, body: bytes) -> None:
        if len(body) < 16:
            return
        code, channels, rate, self._rate = struct.unpack_from("<HHII", body)
        told = f"{_FORMATS.get(code, hex(code))}, {channels} channels, {rate} Hz"
        self._found.notes.append(("media:track-1", f"sound, {told}"))
        self._found.sound = True

    def _avi_track(self, body: bytes) -> None:
        self._track += 1
        kind, codec = self._stream_kind[:4], self._stream_kind[4:8]
        told = kind.decode("latin-1")
        if kind == b"vids" and len(body) >= 20:
            wide, high = struct.unpack_from("<ii", body, 4)
            named = (codec.strip(b"\0") or body[16:20]).decode("latin-1")
            told = f"video, {named}, {wide} x {abs(high)}"
        elif kind == b"auds" and len(body) >= 8:
            code, channels, rate = struct.unpack_from("<HHI", body)
            told = f"sound, {_FORMATS.get(code, hex(code))}, {channels} channels, {rate} Hz"
            self._found.sound = True
        elif kind == b"txts":
            self._found.troubles.append(("unsupported", f"track {self._track}", "a text stream"))
        self._found.notes.append((f"media:track-{self._track}", told))

    def _broadcast(self, body: bytes) -> None:
        """The description of a broadcast wave: EBU Tech 3285."""
        for name, at, size in _BROADCAST:
            words = body[at : at + size].split(b"\0")[0].strip()
            if words:
                keep_tag(self._found, "bext", name, charset.decode(words).text)
        day, hour = body[320:330], body[330:338]
        said = day.decode("latin-1").replace(":", "-") + "T"
        said += hour.decode("latin-1").replace("-", ":")
        self._found.created = dates.from_iso(said) or self._found.created

    def settle(self) -> None:
        """The length of a WAV by its bytes."""
        if self._found.duration is None and self._rate:
            self._found.duration = self._data / self._rate


def look_bare(request: Request, found: Found) -> None:
    """AMR by its frames; of other kinds only that there is sound."""
    if request.type == "audio/midi":
        return  # notes, not sound: nobody speaks
    found.sound = True
    if request.type != "audio/amr":
        return
    with request.path.open("rb") as stream:
        head = stream.read(9)
        wide = head.startswith(b"#!AMR-WB\n")
        at = 9 if wide else 6
        if not wide and not head.startswith(b"#!AMR\n"):
            raise Stop("unsupported", "", "several channels")
        stream.seek(at)
        body = stream.read(1 << 28)
    sizes = _AMR_WIDE if wide else _AMR
    frames = place = 0
    while place < len(body):
        place += sizes[body[place] >> 3 & 15]
        frames += 1
    found.duration = frames * 0.02
    found.notes.append(("media:track-1", f"sound, AMR{'-WB' if wide else ''}"))
