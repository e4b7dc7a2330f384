"""Text under boxes and pictures of a PDF: redactions that cover and do not remove.

On each page, filled shapes, pictures and annotations that are drawn over text, and shapes that
lie under text of their own colour, are candidates. Whether they hide it is settled by the
picture of the page: characters count as covered only where their whole place on it has one
colour, so that a reader of the page cannot see them, and a copy-and-paste gives them. Text that
is invisible by its own mode (the words behind a scan) does not count.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy
import pypdfium2
import pypdfium2.raw as pdfium

from assay.examine.subject import Subject
from assay.model.finding import Finding
from assay.ports import Card

CARD = Card(
    name="covered",
    version=f"1 pypdfium2 {pypdfium2.version.PYPDFIUM_INFO.version}",
    licence="AGPL-3.0-or-later",
    formats=("application/pdf",),
    limits="a removal that left no text cannot be told from a page that never had any",
)
_SCALE = 2.0  # pixels a point: the thinnest stroke of 6 pt text still shows
_FLAT = 12  # grey values of 255 by which a flat surface may vary
_NEST = 8  # forms inside forms
_OBJECTS = 50_000  # of a page
_EDGE = 1000.0  # points: a page larger than 4 times this is drawn smaller
_COVERS = {
    pdfium.FPDF_ANNOT_SQUARE: "a drawn box", pdfium.FPDF_ANNOT_REDACT: "a redaction mark",
    pdfium.FPDF_ANNOT_STAMP: "a stamp", pdfium.FPDF_ANNOT_FREETEXT: "a text field",
    pdfium.FPDF_ANNOT_HIGHLIGHT: "a highlight", pdfium.FPDF_ANNOT_INK: "a drawn line",
    pdfium.FPDF_ANNOT_LINE: "a drawn line", pdfium.FPDF_ANNOT_POLYGON: "a drawn box",
    pdfium.FPDF_ANNOT_CIRCLE: "a drawn circle", pdfium.FPDF_ANNOT_STRIKEOUT: "a thick strike",
    pdfium.FPDF_ANNOT_UNDERLINE: "a thick line",
}  # fmt: skip

# The same entry point without ctypes' release of the GIL and without argument objects.
_CharBox = Callable[[Any, int, int, int, int, int], int]
_char_box: _CharBox = ctypes.PYFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_int, *([ctypes.c_void_p] * 4)
)(ctypes.cast(pdfium.FPDFText_GetCharBox, ctypes.c_void_p).value or 0)


@dataclass(frozen=True)
class _Cover:
    """Something that may hide text: page space in points, origin at the lower left.

    `order` counts what is drawn on the page; an annotation comes after all of it. `colour` is that
    of a filled shape, None where it has none of its own.
    """

    order: float
    kind: str
    left: float
    bottom: float
    right: float
    top: float
    colour: tuple[int, int, int] | None = None


def find_covered(subject: Subject) -> Iterator[Finding]:
    """A finding for each page with covered text."""
    document = None
    for password in (None, *subject.passwords):
        try:
            document = pypdfium2.PdfDocument(subject.path, password=password)
            break
        except pypdfium2.PdfiumError:
            continue
    if document is None:
        return  # the reader says why it cannot be opened
    try:
        for index in range(len(document)):
            try:
                page = document[index]
            except pypdfium2.PdfiumError:
                continue
            try:
                found = _look(page)
            finally:
                page.close()
            if found is not None:
                yield _finding(index + 1, *found)
    finally:
        document.close()


def _look(page: Any) -> tuple[dict[str, int], list[str], list[int]] | None:
    """(covered characters by kind of cover, covered runs of text, their boxes), or None."""
    drawn = _Drawn()
    drawn.take_page(page.raw)
    if not drawn.may_cover():
        return None
    textpage = page.get_textpage()
    try:
        return _covered(page, textpage.raw, drawn)
    finally:
        textpage.close()


_Matrix = tuple[float, float, float, float, float, float]


class _Drawn:
    """What a page draws, in its order: covers, and the place of each text object."""

    def __init__(self) -> None:
        self.covers: list[_Cover] = []
        self.texts: dict[int, int] = {}  # address of a text object -> its order
        self._boxes: list[tuple[float, ...]] = []  # of text objects: order, box, colour
        self._count = 0
        self._sides = [ctypes.c_float() for _ in range(4)]

    def may_cover(self) -> bool:
        """Leave only covers that lie over a text object, or under it in its colour; tell if any."""
        if not self.covers or not self._boxes:
            return False
        texts = numpy.array(self._boxes)
        kept = []
        for cover in self.covers:
            over = (
                (texts[:, 1] < cover.right) & (texts[:, 3] > cover.left)
                & (texts[:, 2] < cover.top) & (texts[:, 4] > cover.bottom)
            )  # fmt: skip
            before = texts[:, 0] < cover.order
            if cover.colour is not None:
                shade = numpy.abs(texts[:, 5:] - numpy.array(cover.colour)).max(axis=1) <= _FLAT
                before |= shade
            if bool((over & before).any()):
                kept.append(cover)
        self.covers = kept
        return bool(kept)

    def take_page(self, raw: Any) -> None:
        """All objects and annotations of a page."""
        for number in range(min(pdfium.FPDFPage_CountObjects(raw), _OBJECTS)):
            self._take(pdfium.FPDFPage_GetObject(raw, number), (1, 0, 0, 1, 0, 0), 0)
        rect = pdfium.FS_RECTF()
        for number in range(min(pdfium.FPDFPage_GetAnnotCount(raw), 5000)):
            annot = pdfium.FPDFPage_GetAnnot(raw, number)
            if not annot:
                continue
            kind = _COVERS.get(pdfium.FPDFAnnot_GetSubtype(annot))
            hidden = pdfium.FPDFAnnot_GetFlags(annot) & pdfium.FPDF_ANNOT_FLAG_HIDDEN
            if kind and not hidden and pdfium.FPDFAnnot_GetRect(annot, rect):
                low, high = sorted((rect.bottom, rect.top))
                self.covers.append(_Cover(math.inf, kind, rect.left, low, rect.right, high))
            pdfium.FPDFPage_CloseAnnot(annot)

    def _take(self, thing: Any, matrix: _Matrix, depth: int) -> None:
        self._count += 1
        kind = pdfium.FPDFPageObj_GetType(thing)
        if kind == pdfium.FPDF_PAGEOBJ_TEXT:
            self.texts[ctypes.cast(thing, ctypes.c_void_p).value or 0] = self._count
            if pdfium.FPDFPageObj_GetBounds(thing, *self._sides):
                box = _box([side.value for side in self._sides], matrix)
                self._boxes.append((self._count, *box, *(_colour(thing) or (-999, -999, -999))))
            return
        if kind == pdfium.FPDF_PAGEOBJ_FORM:
            if depth < _NEST:
                own = pdfium.FS_MATRIX()
                pdfium.FPDFPageObj_GetMatrix(thing, own)
                inner = _times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
                for number in range(min(pdfium.FPDFFormObj_CountObjects(thing), _OBJECTS)):
                    if self._count > _OBJECTS:
                        return
                    self._take(pdfium.FPDFFormObj_GetObject(thing, number), inner, depth + 1)
            return
        colour = None
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            mode, stroke = ctypes.c_int(), ctypes.c_int()
            if not pdfium.FPDFPath_GetDrawMode(thing, mode, stroke):
                return
            if not mode.value and not (stroke.value and _thick(thing)):
                return
            name = "a filled box"
            colour = _colour(thing)
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            name = "a picture"
        elif kind == pdfium.FPDF_PAGEOBJ_SHADING:
            name = "a shaded area"
        else:
            return
        if pdfium.FPDFPageObj_GetBounds(thing, *self._sides):
            box = _box([side.value for side in self._sides], matrix)
            if box[2] - box[0] > 1 and box[3] - box[1] > 1:
                self.covers.append(_Cover(self._count, name, *box, colour))


def _colour(thing: Any) -> tuple[int, int, int] | None:
    """The fill colour of a shape or a text, None where it has none."""
    parts = [ctypes.c_uint() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetFillColor(thing, *parts):
        return None
    return parts[0].value, parts[1].value, parts[2].value


def _thick(thing: Any) -> bool:
    """Tell whether a stroke is as wide as a line of text is high."""
    width = ctypes.c_float()
    return bool(pdfium.FPDFPageObj_GetStrokeWidth(thing, width)) and width.value >= 4


def _times(a: _Matrix, b: _Matrix) -> _Matrix:
    """The matrix that does `a`, then `b` (ISO 32000-1, 8.3.4)."""
    return (
        a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4], a[4] * b[1] + a[5] * b[3] + b[5],
    )  # fmt: skip


def _box(sides: list[float], m: _Matrix) -> tuple[float, float, float, float]:
    left, bottom, right, top = sides
    corners = [(x * m[0] + y * m[2] + m[4], x * m[1] + y * m[3] + m[5])
               for x in (left, right) for y in (bottom, top)]  # fmt: skip
    xs, ys = [c[0] for c in corners], [c[1] for c in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _covered(
    page: Any, textpage: Any, drawn: _Drawn
) -> tuple[dict[str, int], list[str], list[int]] | None:
    count = pdfium.FPDFText_CountChars(textpage)
    if count <= 0:
        return None
    boxes = _char_boxes(textpage, count)
    middle_x, middle_y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    real = (boxes[:, 2] - boxes[:, 0] > 0.3) & (boxes[:, 3] - boxes[:, 1] > 0.3)
    under = numpy.full(count, -1)
    covers = drawn.covers
    for number, cover in enumerate(covers):
        inside = (
            real
            & (middle_x > cover.left) & (middle_x < cover.right)
            & (middle_y > cover.bottom) & (middle_y < cover.top)
        )  # fmt: skip
        under[inside] = number
    candidates = [
        index
        for index in numpy.flatnonzero(under >= 0).tolist()
        if _may_hide(textpage, index, drawn.texts, covers[int(under[index])])
    ]
    if not candidates:
        return None
    picture, to_pixels = _draw(page)
    hidden = [index for index in candidates if _flat(picture, to_pixels(boxes[index]))]
    return _runs(page, textpage, hidden, boxes, under, covers, picture, to_pixels)


def _may_hide(textpage: Any, index: int, texts: dict[int, int], cover: _Cover) -> bool:
    """Tell whether a character is painted, and the cover after it, or under it in its colour."""
    thing = pdfium.FPDFText_GetTextObject(textpage, index)
    if not thing:
        return False
    mode = pdfium.FPDFTextObj_GetTextRenderMode(thing)
    if mode in (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP):
        return False
    if texts.get(ctypes.cast(thing, ctypes.c_void_p).value or 0, 0) < cover.order:
        return True
    mine = _colour(thing)
    return (
        cover.colour is not None
        and mine is not None
        and all(abs(a - b) <= _FLAT for a, b in zip(mine, cover.colour, strict=True))
    )


def _char_boxes(textpage: Any, count: int) -> Any:
    """float, shape (count, 4): left, bottom, right, top of the ink of each character."""
    # pdfium's order: left, right, bottom, top
    found = numpy.zeros((count, 4))
    place = found.ctypes.data
    raw = ctypes.cast(textpage, ctypes.c_void_p).value
    for index in range(count):
        _char_box(raw, index, place, place + 8, place + 16, place + 24)
        place += 32
    return found[:, (0, 2, 1, 3)]


def _draw(page: Any) -> tuple[Any, Any]:
    """(grey picture, from a box in page space to pixel bounds)."""
    scale = _SCALE
    width, height = page.get_size()
    if max(width, height) > 4 * _EDGE:
        scale = _SCALE * 4 * _EDGE / max(width, height)
    bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=True, grayscale=True)
    picture = bitmap.to_numpy()
    if picture.ndim == 3:
        picture = picture[:, :, 0]
    x, y = ctypes.c_int(), ctypes.c_int()
    wide, high = int(picture.shape[1]), int(picture.shape[0])

    def to_pixels(box: Any) -> tuple[int, int, int, int]:
        corners = []
        for px, py in ((box[0], box[1]), (box[2], box[3])):
            pdfium.FPDF_PageToDevice(page.raw, 0, 0, wide, high, 0, px, py, x, y)
            corners.append((x.value, y.value))
        (x0, y0), (x1, y1) = corners
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    return picture, to_pixels


def _flat(picture: Any, bounds: tuple[int, int, int, int]) -> bool:
    left, top, right, bottom = bounds
    patch = picture[max(top, 0) : bottom + 1, max(left, 0) : right + 1]
    if patch.size < 4:
        return False
    return int(patch.max()) - int(patch.min()) <= _FLAT


def _runs(
    page: Any, textpage: Any, hidden: list[int], boxes: Any, under: Any, covers: list[_Cover],
    picture: Any, to_pixels: Any,
) -> tuple[dict[str, int], list[str], list[int]] | None:  # fmt: skip
    """Join hidden characters that follow each other; runs without letters or digits go."""
    runs: list[list[int]] = []
    for index in hidden:
        if runs and _follows(textpage, boxes, runs[-1][-1], index):
            runs[-1].append(index)
        else:
            runs.append([index])
    kinds: dict[str, int] = {}
    words: list[str] = []
    places: list[int] = []
    for run in runs:
        text = _text(textpage, run[0], run[-1] + 1)
        part = boxes[run]
        box = (part[:, 0].min(), part[:, 1].min(), part[:, 2].max(), part[:, 3].max())
        # a bold l is one colour by itself; the room between two of them tells
        if sum(char.isalnum() for char in text) < 2 or not _flat(picture, to_pixels(box)):
            continue
        words.append(text)
        name = covers[int(under[run[0]])].kind
        kinds[name] = kinds.get(name, 0) + len(run)
        high, wide = picture.shape
        width, height = page.get_size()
        left, top, right, bottom = to_pixels(box)
        across, down = width / wide * 10, height / high * 10
        places += (round(left * across), round(top * down))
        places += (round(right * across), round(bottom * down))
    return (kinds, words, places) if words else None


def _follows(textpage: Any, boxes: Any, last: int, index: int) -> bool:
    """Tell whether two characters stand on one line with nothing but white space between."""
    if index - last > 3 or not all(
        pdfium.FPDFText_GetUnicode(textpage, i) in (0, 9, 10, 13, 32, 0xA0)
        for i in range(last + 1, index)
    ):
        return False
    return bool(boxes[last][1] < boxes[index][3] and boxes[index][1] < boxes[last][3])


def _text(textpage: Any, start: int, end: int) -> str:
    units = [pdfium.FPDFText_GetUnicode(textpage, i) for i in range(start, end)]
    text = "".join(chr(u) for u in units if 0 < u < 0x110000 and not 0xD800 <= u < 0xE000)
    return " ".join(text.split())


_LABELS = frozenset(
    {
        "confidential",
        "deleted",
        "exempt",
        "privilege",
        "privileged",
        "redacted",
        "redaction",
        "sealed",
        "withheld",
    }
)


def _finding(page: int, kinds: dict[str, int], words: list[str], boxes: list[int]) -> Finding:
    count = sum(kinds.values())
    label = all(word.strip(".:[]()").lower() in _LABELS for run in words for word in run.split())
    by = ", ".join(f"{number} under {kind}" for kind, number in kinds.items())
    return Finding(
        code="pdf_text_covered",
        notice="low" if label else "high",
        where=f"page {page}",
        observed=f"{count} characters in {len(words)} places are in the text of the page and"
        f" cannot be seen on its picture: {by}."
        + (" They say what such a box is for." if label else ""),
        innocent="A label, a page number or a placeholder was painted over when the layout was"
        " made, or text has the colour of what lies behind it.",
        suspicious="Somebody meant to remove these words and covered them: they can be copied out"
        " of the file. Publishing the file as it is would publish them.",
        limits="What was removed for good leaves no trace here. Whether covering was meant as a"
        " redaction does not follow from the file.",
        by_hand=f"pdftotext -f {page} -l {page} FILE - and compare with the page as a viewer"
        " shows it; or select the box in a viewer and copy.",
        page=page,
        boxes=tuple(boxes),
        exact=tuple(words),
    )
