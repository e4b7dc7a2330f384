"""JBIG2 pictures by themselves (ITU-T T.88, annex D): pages of a scan, as Pillow shows pictures.

pdfium decodes JBIG2 as it stands in a PDF: the segments of one page, without the file's header
and marks of an end. So each page is put into a PDF of that one picture. Widths are pixels.
"""

from __future__ import annotations

import struct
from typing import Any, NamedTuple

from PIL import Image, ImageFile

MAGIC = b"\x97JB2\r\n\x1a\n"
_PAGE, _PAGE_ENDS, _STRIPE_ENDS, _FILE_ENDS = 48, 49, 50, 51
_GENERIC = 38
_OPEN = 0xFFFFFFFF  # a height or a length that is not known yet
_REGION = 18  # bytes of a generic region before its data
_MOST = 100_000  # segments
_INCH = 0.0254  # metres


class _Segment(NamedTuple):
    kind: int
    page: int
    head: bytes
    data: bytes


class Page(NamedTuple):
    """One page: its size, its dots an inch (0: not said), what a PDF holds of it."""

    width: int
    height: int
    dpi: float
    stream: bytes


class Jbig2Picture(ImageFile.ImageFile):
    """A picture of one or more black and white pages. `seek` goes to another one."""

    format = "JBIG2"
    format_description = "JBIG2"

    def _open(self) -> None:
        assert self.fp is not None
        self._found, self.whole = pages_of(self.fp.read())
        if not self._found:
            raise SyntaxError("no page in it")
        self.n_frames = len(self._found)
        self.is_animated = self.n_frames > 1
        self._at = 0
        self._turn_to(0)

    def _turn_to(self, frame: int) -> None:
        page = self._found[frame]
        self._at, self._drawn = frame, False
        self._size, self._mode = (page.width, page.height), "L"
        if page.dpi:
            self.info["dpi"] = (page.dpi, page.dpi)

    def seek(self, frame: int) -> None:
        """Go to a page, from 0. Raises EOFError where there is none."""
        if not 0 <= frame < self.n_frames:
            raise EOFError("no such page")
        if frame != self._at:
            self._turn_to(frame)

    def tell(self) -> int:
        """The number of the page, from 0."""
        return self._at

    def load(self) -> Any:
        """Decode the page. Raises OSError where it is broken."""
        if not self._drawn:
            self.im = _decoded(self._found[self._at]).im
            self._drawn = True
        return Image.Image.load(self)


def register() -> None:
    """Have Pillow open such pictures."""
    Image.register_open(Jbig2Picture.format, Jbig2Picture, lambda prefix: prefix.startswith(MAGIC))


def pages_of(body: bytes) -> tuple[list[Page], bool]:
    """(the pages of a file, in order; whether its segments are all there)."""
    segments, whole = _segments(body)
    common: list[bytes] = []
    held: dict[int, list[_Segment]] = {}
    for segment in segments:
        if segment.kind in (_PAGE_ENDS, _FILE_ENDS):
            continue
        if segment.page:
            held.setdefault(segment.page, []).append(segment)
        else:
            common.append(segment.head + segment.data)
    found: list[Page] = []
    for own in held.values():
        about = next((s.data for s in own if s.kind == _PAGE and len(s.data) >= 19), None)
        if about is None:
            continue
        width, height, across = struct.unpack_from(">III", about)
        if height == _OPEN:  # told by the end of the last stripe
            ends = [s.data for s in own if s.kind == _STRIPE_ENDS and len(s.data) >= 4]
            height = max((struct.unpack(">I", end[:4])[0] + 1 for end in ends), default=0)
        if width and height:
            dpi = round(across * _INCH, 1) if across < 1_000_000 else 0.0
            stream = b"".join([*common, *(s.head + s.data for s in own)])
            found.append(Page(width, height, dpi, stream))
    return found, whole


def _segments(body: bytes) -> tuple[list[_Segment], bool]:
    """(segments, whether none is cut off); heads say page 1, since a PDF has no other."""
    if not body.startswith(MAGIC) or len(body) < 13:
        return [], False
    found: list[_Segment] = []
    whole = False
    flags = body[8]
    at = 9 if flags & 2 else 13
    waiting: list[tuple[int, int, bytes, int]] = []
    try:
        for _ in range(_MOST):
            if at >= len(body):
                break
            kind, page, head, size, at = _head(body, at)
            if flags & 1:  # each head before its data
                end = _end(body, at, kind, size)
                found.append(_Segment(kind, page, head, body[at:end]))
                at = end
            else:  # all heads, then all data
                waiting.append((kind, page, head, size))
            if kind == _FILE_ENDS:
                whole = True
                break
    except (IndexError, struct.error):
        pass  # cut off: what came before is kept
    for kind, page, head, size in waiting:
        found.append(_Segment(kind, page, head, body[at : at + size]))
        at += size
    return found, whole and at <= len(body)


def _head(body: bytes, at: int) -> tuple[int, int, bytes, int, int]:
    """(kind, page, head as a PDF has it, bytes of data, where it ends) of a segment (7.2)."""
    start = at
    number, flags = struct.unpack_from(">IB", body, at)
    at += 5
    count = body[at] >> 5
    if count == 7:
        count = struct.unpack_from(">I", body, at)[0] & 0x1FFFFFFF
        at += 4 + (count + 8) // 8
    else:
        at += 1
    at += count * (1 if number <= 256 else 2 if number <= 65536 else 4)
    wide = bool(flags & 0x40)
    page = struct.unpack_from(">I" if wide else ">B", body, at)[0]
    own = struct.pack(">I" if wide else ">B", min(page, 1))
    head = body[start:at] + own
    at += len(own)
    size = struct.unpack_from(">I", body, at)[0]
    return flags & 0x3F, page, head + body[at : at + 4], size, at + 4


def _end(body: bytes, at: int, kind: int, size: int) -> int:
    if size != _OPEN or kind != _GENERIC:
        return min(at + size, len(body))
    # a region of a length that was not known: its data ends with a mark and a count of rows
    mark = b"\0\0" if body[at + _REGION - 1] & 1 else b"\xff\xac"
    end = body.find(mark, at + _REGION)
    return len(body) if end < 0 else min(end + 6, len(body))


def _decoded(page: Page) -> Image.Image:
    import pypdfium2

    about = (
        b"<</Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 1"
        b"/ColorSpace/DeviceGray/Filter/JBIG2Decode/Length %d>>"
        % (page.width, page.height, len(page.stream))
    )
    draw = b"q %d 0 0 %d 0 0 cm /P Do Q" % (page.width, page.height)
    parts = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]/Contents 4 0 R"
        b"/Resources<</XObject<</P 5 0 R>>>>>>" % (page.width, page.height),
        b"<</Length %d>>stream\n%s\nendstream" % (len(draw), draw),
        b"%s stream\n%s\nendstream" % (about, page.stream),
    )
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, part in enumerate(parts, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    ends = (table, len(out))
    out += b"xref\n0 6\n0000000000 65535 f \n%strailer<</Size 6/Root 1 0 R>>\nstartxref\n%d" % ends
    try:
        with pypdfium2.PdfDocument(bytes(out)) as document:
            pictures = list(document[0].get_objects())
            if not pictures:
                raise OSError("no picture was decoded")
            drawn: Image.Image = pictures[0].get_bitmap().to_pil().convert("L")
            return drawn
    except pypdfium2.PdfiumError as error:
        raise OSError("the page is broken") from error
