"""EMF and WMF: the words that were drawn, and the bitmaps in them (MS-EMF, MS-WMF, MS-EMFPLUS).

Text records in the order of drawing; what stands at one height is a line. Bitmaps are members,
as BMP. Shapes are not drawn: what a curve spells stays unread.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="metafile",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("image/emf", "image/wmf"),
    limits="words drawn as curves or as the numbers of glyphs are not read",
)
_LARGEST = 256 << 20
_GLYPHS = 0x10  # ETO_GLYPH_INDEX: numbers of glyphs, not characters
_BITMAPS = {76: 84, 77: 84, 80: 48, 81: 48, 114: 84, 115: 84}  # record -> place of its four words
_WMF_BITMAPS = {0x0940: 16, 0x0B41: 20, 0x0F43: 22, 0x0D33: 18}

Piece = tuple[int, str]  # height, words


def read_metafile(request: Request, transcript: Transcript) -> None:
    """Read a metafile. Raises Stop with `truncated` or `damaged`."""
    if request.path.stat().st_size > _LARGEST:
        raise Stop("limit_member", "", f"over {_LARGEST} bytes")
    body = request.path.read_bytes()
    transcript.container = True
    reader = _Emf(transcript) if request.type == "image/emf" else _Wmf(transcript)
    stop: Stop | None = None
    try:
        reader.read(body)
    except Stop as reached:
        stop = reached
    except (struct.error, IndexError):
        stop = Stop("damaged", "", "a record")
    if request.only is None:
        transcript.page("\n".join(_in_lines(reader.pieces)))
        if reader.glyphs:
            transcript.trouble(
                "unsupported", "text", f"{reader.glyphs} pieces as numbers of glyphs"
            )
    if stop is not None:
        raise stop


def _in_lines(pieces: list[Piece]) -> Iterator[str]:
    line: list[str] = []
    height: int | None = None
    for at, words in pieces:
        if line and at != height:
            yield " ".join(line)
            line = []
        height = at
        if words.strip("\0 "):
            line.append(words.strip("\0"))
    if line:
        yield " ".join(line)


class _Reader:
    def __init__(self, transcript: Transcript) -> None:
        self.pieces: list[Piece] = []
        self.glyphs = 0
        self._transcript = transcript

    def read(self, body: bytes) -> None:
        """Read all records."""
        raise NotImplementedError

    def _bitmap(self, head: bytes, bits: bytes) -> None:
        """Enter a device-independent bitmap as a BMP."""
        if len(head) < 16 or not bits:
            return
        spool = self._transcript.members()
        whole = b"BM" + struct.pack("<IHHI", 14 + len(head) + len(bits), 0, 0, 14 + len(head))
        spool.add_bytes(f"bitmap-{len(spool) + 1}.bmp".encode(), whole + head + bits)


class _Emf(_Reader):
    def read(self, body: bytes) -> None:
        """Read the records of an EMF."""
        at = 0
        ended = False
        while at + 8 <= len(body):
            kind, size = struct.unpack_from("<II", body, at)
            if size < 8 or size % 4:
                raise Stop("damaged", f"byte {at}", "a record of no size")
            record = body[at : at + size]
            at += size
            if kind == 1:
                self._header(record)
            elif kind in (83, 84):
                self._text(record, wide=kind == 84)
            elif kind == 108:
                self._small(record)
            elif kind == 70:
                self._comment(record)
            elif kind in _BITMAPS and len(record) >= _BITMAPS[kind] + 16:
                head_at, head_size, bits_at, bits_size = struct.unpack_from(
                    "<IIII", record, _BITMAPS[kind]
                )
                self._bitmap(
                    record[head_at : head_at + head_size], record[bits_at : bits_at + bits_size]
                )
            elif kind == 14:
                ended = True
                break
        if not ended:
            raise Stop("truncated", "", "no last record")

    def _header(self, record: bytes) -> None:
        count, at = struct.unpack_from("<II", record, 60)
        if count and at:
            words = record[at : at + 2 * count].decode("utf-16-le", "replace")
            self._transcript.note("emf:description", " ".join(words.replace("\0", " ").split()))

    def _text(self, record: bytes, wide: bool) -> None:
        _, height, count, at, options = struct.unpack_from("<iiIII", record, 36)
        if options & _GLYPHS:
            self.glyphs += 1
            return
        raw = record[at : at + count * (2 if wide else 1)]
        self.pieces.append((height, raw.decode("utf-16-le" if wide else "cp1252", "replace")))

    def _small(self, record: bytes) -> None:
        _, height, count, options = struct.unpack_from("<iiII", record, 8)
        if options & _GLYPHS:
            self.glyphs += 1
            return
        at = 36 if options & 0x100 else 52
        wide = not options & 0x200
        raw = record[at : at + count * (2 if wide else 1)]
        self.pieces.append((height, raw.decode("utf-16-le" if wide else "cp1252", "replace")))

    def _comment(self, record: bytes) -> None:
        """EMF+ hides in comments: DrawString and DrawDriverString."""
        if record[12:16] != b"EMF+":
            return
        at = 16
        while at + 12 <= len(record):
            kind, _, size, _ = struct.unpack_from("<HHII", record, at)
            if size < 12:
                return
            piece = record[at + 12 : at + size]
            at += size
            if kind == 0x401C and len(piece) >= 28:
                (count,) = struct.unpack_from("<I", piece, 8)
                (height,) = struct.unpack_from("<f", piece, 16)
                words = piece[28 : 28 + 2 * count].decode("utf-16-le", "replace")
                self.pieces.append((_rounded(height), words))
            elif kind == 0x4036 and len(piece) >= 16:
                options, _, count = struct.unpack_from("<III", piece, 4)
                if not options & 1:
                    self.glyphs += 1
                    continue
                words = piece[16 : 16 + 2 * count].decode("utf-16-le", "replace")
                place = 16 + 2 * count + 4
                height = struct.unpack_from("<f", piece, place)[0] if len(piece) >= place + 4 else 0
                self.pieces.append((_rounded(height), words))


def _rounded(height: float) -> int:
    return int(height) if abs(height) < 1e9 else 0


class _Wmf(_Reader):
    def read(self, body: bytes) -> None:
        """Read the records of a WMF, with or without the header for placing it."""
        at = 22 if body[:4] == b"\xd7\xcd\xc6\x9a" else 0
        at += 2 * int.from_bytes(body[at + 2 : at + 4], "little")
        while at + 6 <= len(body):
            size, kind = struct.unpack_from("<IH", body, at)
            if size < 3:
                raise Stop("damaged", f"byte {at}", "a record of no size")
            record = body[at + 6 : at + 2 * size]
            at += 2 * size
            if kind == 0:
                return
            if kind == 0x0521:
                (count,) = struct.unpack_from("<h", record)
                end = 2 + count + count % 2
                height = struct.unpack_from("<h", record, end)[0] if len(record) >= end + 2 else 0
                self.pieces.append((height, record[2 : 2 + count].decode("cp1252", "replace")))
            elif kind == 0x0A32:
                height, _, count, options = struct.unpack_from("<hhhH", record)
                if options & _GLYPHS:
                    self.glyphs += 1
                    continue
                begin = 16 if options & 6 else 8
                words = record[begin : begin + count].decode("cp1252", "replace")
                self.pieces.append((height, words))
            elif kind in _WMF_BITMAPS:
                self._packed(record[_WMF_BITMAPS[kind] :])
        raise Stop("truncated", "", "no last record")

    def _packed(self, dib: bytes) -> None:
        """A bitmap whose pixels follow its header and colours at once."""
        if len(dib) < 40:
            return
        head, _, _, _, depth, packing = struct.unpack_from("<IiiHHI", dib)
        (used,) = struct.unpack_from("<I", dib, 32)
        colours = used or (1 << depth if depth <= 8 else 0)
        start = head + 4 * colours + (12 if packing == 3 else 0)
        self._bitmap(dib[:start], dib[start:])
