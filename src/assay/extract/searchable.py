"""A PDF of page pictures with their recognised words as invisible text, to be searched elsewhere.

Each page is the picture that was recognised, as JPEG, and over it the words at the places where
recognition saw them, in text that is not painted (ISO 32000-1, 9.3.6, mode 3). The words have one
font without outlines whose every character is an em wide; `Tz` stretches it to the word's box.
What a reader copies comes from the font's ToUnicode map, so any script can be copied. Words of
right-to-left scripts are written from the left, as they are seen: readers turn them round.

Runs in the jail: it draws untrusted bytes. It is written page by page, so that the memory of
one page is enough.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import msgspec

from assay.extract.picture import raster
from assay.model.reading import Words
from assay.settings import Limits

_QUALITY = 75
_PRODUCER = b"Assay"


class Sheet(msgspec.Struct, frozen=True):
    """A page: its number, text and word boxes; `width` and `height` in points, None by dpi."""

    number: int
    text: str
    words: Words | None
    width: float | None = None
    height: float | None = None


def write_searchable(
    path: Path, sheets: Sequence[Sheet], dpi: int, limits: Limits, out: BinaryIO,
    passwords: Sequence[str] = (),
) -> int:  # fmt: skip
    """Write the PDF to `out`; returns how many words it holds. Raises as `picture.raster`."""
    writer = _Writer(out)
    count = 0
    pages: list[int] = []
    for sheet in sheets:
        picture = raster(path, sheet.number, dpi, limits, passwords)
        own = picture.info.get("dpi")
        scale = 72 / float(own[0]) if own and float(own[0]) > 0 else 72 / dpi
        width = sheet.width or picture.width * scale
        height = sheet.height or picture.height * scale
        body = io.BytesIO()
        picture.save(body, "JPEG", quality=_QUALITY)
        space = b"/DeviceGray" if picture.mode == "L" else b"/DeviceRGB"
        image = writer.stream(
            body.getvalue(),
            b"/Type /XObject /Subtype /Image /Width %d /Height %d /BitsPerComponent 8 "
            b"/ColorSpace %b /Filter /DCTDecode" % (picture.width, picture.height, space),
        )
        shown, found = writer.words(sheet, height)
        count += found
        content = writer.stream(b"q %.2f 0 0 %.2f 0 0 cm /I Do Q\n" % (width, height) + shown, b"")
        pages.append(
            writer.object(
                b"<< /Type /Page /Parent 1 0 R /MediaBox [0 0 %.2f %.2f] /Contents %d 0 R "
                b"/Resources << /Font << /F 2 0 R >> /XObject << /I %d 0 R >> >> >>"
                % (width, height, content, image)
            )
        )
    writer.finish(pages)
    return count


class _Writer:
    """Objects 1 (page tree) and 2 (font) are written last: only then is known what they hold."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._at = 0
        self._places: dict[int, int] = {}
        self._next = 3
        self._codes: dict[str, int] = {}
        self._put(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)

    def object(self, body: bytes, number: int | None = None) -> int:
        """Write an object and give its number."""
        if number is None:
            number, self._next = self._next, self._next + 1
        self._places[number] = self._at
        self._put(b"%d 0 obj\n%b\nendobj\n" % (number, body))
        return number

    def stream(self, body: bytes, about: bytes) -> int:
        """Write a stream and give its number."""
        return self.object(b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(body), about, body))

    def words(self, sheet: Sheet, height: float) -> tuple[bytes, int]:
        """(operators that write the words of a page unseen, how many)."""
        if sheet.words is None:
            return b"", 0
        parts = [b"BT 3 Tr"]
        boxes = sheet.words.boxes
        count = 0
        for n, (start, end) in enumerate(zip(sheet.words.starts, sheet.words.ends, strict=True)):
            word = sheet.text[start:end]
            left, top, right, bottom = (side / 10 for side in boxes[4 * n : 4 * n + 4])
            size = max(bottom - top, 1.0)
            if not word or right <= left:
                continue
            codes = b"".join(b"%04X" % self._code(char) for char in _as_seen(word))
            stretch = 100 * (right - left) / (len(word) * size)
            parts.append(
                b"/F %.2f Tf %.2f Tz 1 0 0 1 %.2f %.2f Tm <%b> Tj"
                % (size, stretch, left, height - bottom + 0.2 * size, codes)
            )
            count += 1
        parts.append(b"ET")
        return b"\n".join(parts), count

    def _code(self, char: str) -> int:
        return self._codes.setdefault(char, len(self._codes) % 0xFFFF + 1)

    def finish(self, pages: Sequence[int]) -> None:
        """Write font, page tree, catalogue and the table of all objects."""
        lines = [
            b"<%04X> <%b>" % (code, char.encode("utf-16-be").hex().upper().encode())
            for char, code in self._codes.items()
        ]
        blocks = [lines[n : n + 100] for n in range(0, len(lines), 100)]
        cmap = (
            b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap\n"
            b"/CMapName /Words def /CMapType 2 def\n"
            b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
            + b"\n".join(
                b"%d beginbfchar\n%b\nendbfchar" % (len(block), b"\n".join(block))
                for block in blocks
            )
            + b"\nendcmap CMapName currentdict /CMap defineresource pop end end"
        )
        unicode = self.stream(cmap, b"")
        metrics = self.object(
            b"<< /Type /FontDescriptor /FontName /Unseen /Flags 4 /FontBBox [0 -200 1000 800] "
            b"/ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>"
        )
        inner = self.object(
            b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Unseen /CIDSystemInfo "
            b"<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> /DW 1000 "
            b"/CIDToGIDMap /Identity /FontDescriptor %d 0 R >>" % metrics
        )
        self.object(
            b"<< /Type /Font /Subtype /Type0 /BaseFont /Unseen /Encoding /Identity-H "
            b"/DescendantFonts [%d 0 R] /ToUnicode %d 0 R >>" % (inner, unicode), 2,
        )  # fmt: skip
        kids = b" ".join(b"%d 0 R" % page for page in pages)
        self.object(b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, len(pages)), 1)
        root = self.object(b"<< /Type /Catalog /Pages 1 0 R >>")
        info = self.object(b"<< /Producer (%b) /Title (Page pictures with words) >>" % _PRODUCER)
        table = self._at
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % self._next)
        for number in range(1, self._next):
            self._put(b"%010d 00000 n \n" % self._places[number])
        self._put(
            b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
            % (self._next, root, info, table)
        )


def _as_seen(word: str) -> str:
    """The characters from left to right, as the word is seen on the page."""
    turned = sum(unicodedata.bidirectional(char) in ("R", "AL") for char in word)
    return word[::-1] if turned * 2 > len(word) else word
