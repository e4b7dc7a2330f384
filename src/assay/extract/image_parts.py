"""What lies inside a picture's file beside the picture: previews, second pictures, films, words.

A JPEG is walked segment by segment to the end of its first picture. An EXIF thumbnail can show
what the picture showed before it was cut or painted over; an MPF list names further pictures;
behind the end may lie the film of a motion photo, or anything. Each is a member. Words that
stand in the file as words (comments, captions, text chunks) are given to be found.
"""

from __future__ import annotations

import re
import struct
import zlib
from pathlib import Path

from assay.extract import tables
from assay.extract.transcript import Transcript

_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")
_LONG = 256 << 20  # a picture file that is larger is not looked through
_SEGMENTS = 10_000
_SLACK = 64  # bytes behind the end that are padding


class Jpeg:
    """The segments of a JPEG up to the end of its first picture. `end` is 0 where there is none."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.segments: list[tuple[int, int, int]] = []  # marker, begin of its data, end
        self.end = 0
        at = 2
        while at + 4 <= len(body) and len(self.segments) < _SEGMENTS:
            found = _MARKER.search(body, at)
            if found is None:
                return
            marker = body[found.start() + 1]
            if marker == 0xD9:
                self.end = found.end()
                return
            length = int.from_bytes(body[found.end() : found.end() + 2], "big")
            stop = found.end() + max(length, 2)
            self.segments.append((marker, found.end() + 2, min(stop, len(body))))
            at = stop

    def data(self, marker: int, begin: bytes) -> list[tuple[int, bytes]]:
        """(place, data) of the segments of a kind that begin so."""
        return [
            (start, self.body[start:end])
            for kind, start, end in self.segments
            if kind == marker and self.body.startswith(begin, start)
        ]


def take_parts(path: Path, kind: str, transcript: Transcript) -> None:
    """Take the pictures and films inside a JPEG or PNG as members."""
    if path.stat().st_size > _LONG or kind not in ("JPEG", "MPO", "PNG"):
        return
    body = path.read_bytes()
    if kind == "PNG":
        end = body.rfind(b"IEND")
        if end > 0:
            _trailing(body, end + 8, transcript)
        return
    jpeg = Jpeg(body)
    for _, data in jpeg.data(0xE1, b"Exif\0"):
        if thumbnail := thumbnail_in(data[6:]):
            _take(transcript, "exif-thumbnail.jpg", thumbnail)
    if jpeg.end:
        covered = jpeg.end
        for number, (start, end) in enumerate(second_pictures(jpeg), 2):
            _take(transcript, f"picture-{number}.jpg", body[start:end])
            covered = max(covered, end)
        _trailing(body, covered, transcript)


def _take(transcript: Transcript, name: str, body: bytes) -> None:
    transcript.container = True
    transcript.members().add_bytes(name.encode(), body)


def _trailing(body: bytes, end: int, transcript: Transcript) -> None:
    """Bytes behind the picture: the film of a motion photo, another file, or unclaimed."""
    rest = body[end:]
    if len(rest.strip(b"\0\xff \r\n")) <= _SLACK:
        return
    transcript.note("image:bytes-behind-the-end", len(rest))
    film = film_in(rest)
    if film >= 0:
        _take(transcript, "motion.mp4", rest[film:])
    elif media := tables.file_in(rest):
        _take(transcript, f"behind-the-end.{tables.ending(media)}", rest)
    else:
        transcript.trouble("part_unclaimed", "behind the picture's end", f"{len(rest)} bytes")


def film_in(rest: bytes) -> int:
    """Where an MP4 begins in the bytes behind a picture, -1 where none does."""
    at = rest.find(b"ftyp")
    while at >= 4:
        if 8 <= int.from_bytes(rest[at - 4 : at], "big") <= 512:
            return at - 4
        at = rest.find(b"ftyp", at + 4)
    return -1


def thumbnail_in(tiff: bytes) -> bytes:
    """The JPEG that the second directory of an EXIF block points to, b"" for none."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return b""
    try:
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        (second,) = struct.unpack_from(f"{order}I", tiff, first + 2 + 12 * count)
        (count,) = struct.unpack_from(f"{order}H", tiff, second)
        if not second:
            return b""
        found: dict[int, int] = {}
        for number in range(min(count, 200)):
            tag, kind, _ = struct.unpack_from(f"{order}HHI", tiff, second + 2 + 12 * number)
            shape = "H" if kind == 3 else "I"
            found[tag] = struct.unpack_from(order + shape, tiff, second + 10 + 12 * number)[0]
    except struct.error:
        return b""
    start, length = found.get(0x201, 0), found.get(0x202, 0)
    piece = tiff[start : start + length]
    return piece if start and piece.startswith(b"\xff\xd8\xff") else b""


def second_pictures(jpeg: Jpeg) -> list[tuple[int, int]]:
    """(start, end) of the pictures that an MPF list names beside the first (CIPA DC-007)."""
    spans: list[tuple[int, int]] = []
    for place, data in jpeg.data(0xE2, b"MPF\0"):
        tiff = data[4:]
        order = "<" if tiff[:2] == b"II" else ">"
        try:
            (first,) = struct.unpack_from(f"{order}I", tiff, 4)
            (count,) = struct.unpack_from(f"{order}H", tiff, first)
            for number in range(min(count, 50)):
                tag, _, size, where = struct.unpack_from(
                    f"{order}HHII", tiff, first + 2 + 12 * number
                )
                if tag != 0xB002:
                    continue
                for entry in range(1, min(size // 16, 1000)):
                    _, length, offset = struct.unpack_from(f"{order}III", tiff, where + 16 * entry)
                    start = place + 4 + offset
                    if offset and start < len(jpeg.body) and length:
                        spans.append((start, min(start + length, len(jpeg.body))))
        except struct.error:
            continue
    return spans


def comments_of(path: Path, kind: str) -> tuple[list[tuple[str, str]], bool]:
    """((name, words) of a JPEG's comments or a PNG's text chunks, whether some were cut)."""
    if path.stat().st_size > _LONG:
        return [], kind in ("JPEG", "MPO", "PNG")
    if kind in ("JPEG", "MPO"):
        jpeg = Jpeg(path.read_bytes())
        return [("comment", _decoded(data)) for _, data in jpeg.data(0xFE, b"")], False
    if kind == "PNG":
        return png_texts(path.read_bytes())
    return [], False


def png_texts(body: bytes) -> tuple[list[tuple[str, str]], bool]:
    """((keyword, text) of the chunks tEXt, zTXt and iTXt, whether some were cut or left)."""
    pairs: list[tuple[str, str]] = []
    at = 8
    cut = False
    while at + 12 <= len(body):
        if len(pairs) >= _CHUNKS:
            return pairs, True
        length = int.from_bytes(body[at : at + 4], "big")
        kind, data = body[at + 4 : at + 8], body[at + 8 : at + 8 + length]
        at += 12 + length
        if kind not in (b"tEXt", b"zTXt", b"iTXt"):
            continue
        word, _, rest = data.partition(b"\0")
        name = word.decode("latin-1")
        if kind == b"tEXt":
            pairs.append((name, _decoded(rest)))
        elif kind == b"zTXt":
            words, more = _inflated(rest[1:])
            cut |= more
            pairs.append((name, words.decode("latin-1")))
        else:
            packed = rest[:1] == b"\1"
            text = rest[2:].split(b"\0", 2)[-1]
            words, more = _inflated(text) if packed else (text, False)
            cut |= more
            pairs.append((name, words.decode("utf-8", "replace")))
    return pairs, cut


_CHUNKS = 10_000  # text chunks of one picture
_UNPACKED = 1 << 20  # bytes of one text chunk


def _inflated(body: bytes) -> tuple[bytes, bool]:
    """(the unpacked bytes, whether there were more)."""
    unpacker = zlib.decompressobj()
    try:
        words = unpacker.decompress(body, _UNPACKED)
    except zlib.error:
        return b"", True
    return words, bool(unpacker.unconsumed_tail)


def _decoded(body: bytes) -> str:
    """Words without a declared charset: UTF-8 where they are, else Latin-1."""
    body = body.strip(b"\0")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1")
