"""MP4, QuickTime, 3GP: dates, device, place, tracks, tags, covers and text tracks."""

from __future__ import annotations

import datetime
import re
import struct
from collections.abc import Iterator
from typing import BinaryIO

from assay.extract.boxes import Box, boxes, samples
from assay.extract.media_found import Cue, Found, keep_tag, rows_of
from assay.extract.problems import Stop
from assay.extract.request import Request

_ORIGIN = datetime.datetime(1904, 1, 1, tzinfo=datetime.UTC)
_HANDLERS = {b"vide": "video", b"soun": "sound"}
_TEXTS = (b"text", b"sbtl", b"subt", b"clcp")
_TAG = re.compile(r"<[^>]*>")


def look(request: Request, found: Found) -> None:
    """Read the boxes. Raises Stop with `truncated` where the film's index is not there."""
    size = request.path.stat().st_size
    with request.path.open("rb") as stream:
        top = list(boxes(stream, 0, size))
        brand = next((b for b in top if b.kind == b"ftyp"), None)
        if brand is not None:
            found.notes.append(("media:brand", brand.read(4).decode("latin-1").strip()))
        movie = next((b for b in top if b.kind == b"moov"), None)
        if movie is None:
            raise Stop("truncated", "", "no index of the film")
        if any(b.end >= size and b.kind == b"mdat" for b in top) and movie.start > size:
            found.troubles.append(("truncated", "", "the film ends early"))
        head = movie.find(b"mvhd")
        if head is not None:
            _movie_head(head.read(200), found)
        for number, track in enumerate((b for b in movie.inside() if b.kind == b"trak"), 1):
            try:
                _track(stream, track, number, found)
            except (struct.error, ZeroDivisionError, IndexError):
                found.troubles.append(("damaged", f"track {number}", "its tables"))
        for way in ((b"udta",), (b"meta",)):
            holder = movie.find(*way)
            if holder is not None:
                _tags(holder, found)


def _movie_head(body: bytes, found: Found) -> None:
    wide = body[0] == 1
    made, changed, scale, length = struct.unpack_from(">QQIQ" if wide else ">IIII", body, 4)
    if scale:
        found.duration = length / scale
    for name, value in (("created", made), ("modified", changed)):
        if 0 < value < 1 << 33:
            moment = (_ORIGIN + datetime.timedelta(seconds=value)).strftime("%Y-%m-%dT%H:%M:%SZ")
            found.notes.append((f"media:{name}", moment))
            if name == "created" and value > 2_082_844_800:
                found.created = moment


def _track(stream: BinaryIO, track: Box, number: int, found: Found) -> None:
    media = track.find(b"mdia")
    handler = media.find(b"hdlr") if media else None
    head = media.find(b"mdhd") if media else None
    table = media.find(b"minf", b"stbl") if media else None
    if media is None or handler is None or head is None or table is None:
        return
    kind = handler.read(24)[8:12]
    body = head.read(64)
    wide = body[0] == 1
    scale, length = struct.unpack_from(">IQ" if wide else ">II", body, 20 if wide else 12)
    (packed,) = struct.unpack_from(">H", body, 32 if wide else 20)
    language = "".join(chr((packed >> shift & 31) + 0x60) for shift in (10, 5, 0))
    language = language if language.isalpha() and packed > 0x400 else ""
    entry = table.find(b"stsd")
    format_ = entry.read(200)[8:] if entry else b""
    codec = format_[4:8]
    told = [_HANDLERS.get(kind, kind.decode("latin-1")), codec.decode("latin-1").strip()]
    if kind == b"vide" and len(format_) >= 36:
        told.append("{} x {}".format(*struct.unpack_from(">HH", format_, 32)))
    elif kind == b"soun" and len(format_) >= 36:
        channels, _, _, _, rate = struct.unpack_from(">HHHHI", format_, 24)
        told.append(f"{channels} channels, {rate >> 16} Hz")
    told += [language] if language and language != "und" else []
    found.notes.append((f"media:track-{number}", ", ".join(t for t in told if t)))
    found.sound |= kind == b"soun"
    if scale and (found.duration is None or not found.duration):
        found.duration = length / scale
    if kind in _TEXTS and scale:
        cues = rows_of(_cues(samples(stream, table, scale), codec))
        label = f"subtitles {language}".strip() if kind != b"text" else "text track"
        if cues:
            found.tracks.append((f"{label} (track {number})", cues))
        elif codec in (b"c608", b"c708"):
            found.troubles.append(
                ("unsupported", f"track {number}", "captions of the broadcast kind")
            )


def _cues(rows: Iterator[tuple[float, float, bytes]], codec: bytes) -> Iterator[Cue]:
    for begin, end, body in rows:
        if codec == b"wvtt":
            text = "\n".join(_payloads(body))
        elif codec == b"stpp":
            text = _TAG.sub(" ", body.decode("utf-8", "replace"))
        else:
            length = int.from_bytes(body[:2], "big")
            piece = body[2 : 2 + length]
            marked = piece[:2] in (b"\xfe\xff", b"\xff\xfe")
            text = piece.decode("utf-16" if marked else "utf-8", "replace")
        yield Cue(begin, end, text.strip())


def _payloads(body: bytes) -> Iterator[str]:
    """The texts of the cues in a sample of WebVTT."""
    at = 0
    while at + 8 <= len(body):
        size, kind = struct.unpack_from(">I4s", body, at)
        if size < 8:
            return
        if kind == b"vttc":
            yield from _payloads(body[at + 8 : at + size])
        elif kind == b"payl":
            yield _TAG.sub("", body[at + 8 : at + size].decode("utf-8", "replace"))
        at += size


def _tags(holder: Box, found: Found) -> None:
    keys: list[str] = []
    full = holder.kind == b"meta" and holder.read(8)[4:8] != b"hdlr"
    for box in holder.inside(4 if full else 0):
        if box.kind == b"keys":
            keys = list(_keys(box.read()))
        elif box.kind == b"meta":
            _tags(box, found)
        elif box.kind == b"ilst":
            for item in box.inside():
                _item(item, keys, found)
        elif box.kind[:1] == b"\xa9":
            body = box.read(1 << 16)
            length = int.from_bytes(body[:2], "big")
            text = body[4 : 4 + length].decode("utf-8", "replace").strip("\0")
            if text:
                keep_tag(found, "udta", box.kind.decode("latin-1"), text)
        elif box.kind == b"loci":
            body = box.read(1 << 12)
            end = body.find(b"\0", 6) + 2
            if end > 6 and len(body) >= end + 12:
                east, north, high = (v / 65_536 for v in struct.unpack_from(">iii", body, end))
                found.notes.append(("udta:loci", f"{north:.6f} {east:.6f} {high:.1f}"))


def _keys(body: bytes) -> Iterator[str]:
    at = 8
    while at + 8 <= len(body):
        size = int.from_bytes(body[at : at + 4], "big")
        if size < 8:
            return
        yield body[at + 8 : at + size].decode("utf-8", "replace")
        at += size


def _item(item: Box, keys: list[str], found: Found) -> None:
    index = int.from_bytes(item.kind, "big")
    name = keys[index - 1] if 0 < index <= len(keys) else item.kind.decode("latin-1")
    number = 0
    for box in item.inside():
        if box.kind == b"mean" or box.kind == b"name":
            name = f"{name}:{box.read(1000)[4:].decode('utf-8', 'replace')}"
        if box.kind != b"data":
            continue
        body = box.read(1 << 26)
        kind, value = int.from_bytes(body[:4], "big") & 0xFFFFFF, body[8:]
        number += 1
        if item.kind == b"covr" or kind in (13, 14, 27):
            ending = {13: "jpg", 14: "png", 27: "bmp"}.get(kind, "jpg")
            found.members.append((f"cover-{number}.{ending}", value))
        elif kind in (1, 2):
            keep_tag(
                found, "tag", name, value.decode("utf-8" if kind == 1 else "utf-16-be", "replace")
            )
        elif kind in (0, 21, 22) and len(value) <= 8:
            keep_tag(found, "tag", name, int.from_bytes(value, "big"))
