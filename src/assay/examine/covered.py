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
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import numpy
import pypdfium2
import pypdfium2.raw as pdfium

from assay.examine.subject import Subject, Unfinished
from assay.model.finding import Finding
from assay.ports import Card
from assay.settings import Limits

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
_AROUND = 4  # pixels drawn around what is looked at
_EDGE = 1000.0  # points: a page larger than 4 times this is drawn smaller
_COVERS = {
    pdfium.FPDF_ANNOT_SQUARE: "a drawn box", pdfium.FPDF_ANNOT_REDACT: "a redaction mark",
    pdfium.FPDF_ANNOT_STAMP: "a stamp", pdfium.FPDF_ANNOT_FREETEXT: "a text field",
    pdfium.FPDF_ANNOT_HIGHLIGHT: "a highlight", pdfium.FPDF_ANNOT_INK: "a drawn line",
    pdfium.FPDF_ANNOT_LINE: "a drawn line", pdfium.FPDF_ANNOT_POLYGON: "a drawn box",
    pdfium.FPDF_ANNOT_CIRCLE: "a drawn circle", pdfium.FPDF_ANNOT_STRIKEOUT: "a thick strike",
    pdfium.FPDF_ANNOT_UNDERLINE: "a thick line",
}  # fmt: skip


def _entry(function: Any, result: Any, *kinds: Any) -> Callable[..., int]:
    """The same entry point without ctypes' release of the GIL and without argument objects.

    Handles and places in memory are plain addresses. A page of a map has 50,000 objects, and
    looking at each costs several calls.
    """
    address = ctypes.cast(function, ctypes.c_void_p).value or 0
    found: Callable[..., int] = ctypes.PYFUNCTYPE(result, *kinds)(address)
    return found


_P, _I = ctypes.c_void_p, ctypes.c_int
_char_box = _entry(pdfium.FPDFText_GetCharBox, _I, _P, _I, _P, _P, _P, _P)
_object_of = _entry(pdfium.FPDFPage_GetObject, _P, _P, _I)
_part_of = _entry(pdfium.FPDFFormObj_GetObject, _P, _P, _I)
_parts = _entry(pdfium.FPDFFormObj_CountObjects, _I, _P)
_type = _entry(pdfium.FPDFPageObj_GetType, _I, _P)
_bounds = _entry(pdfium.FPDFPageObj_GetBounds, _I, _P, _P, _P, _P, _P)
_fill = _entry(pdfium.FPDFPageObj_GetFillColor, _I, _P, _P, _P, _P, _P)
_matrix = _entry(pdfium.FPDFPageObj_GetMatrix, _I, _P, _P)
_draw_mode = _entry(pdfium.FPDFPath_GetDrawMode, _I, _P, _P, _P)
_stroke_width = _entry(pdfium.FPDFPageObj_GetStrokeWidth, _I, _P, _P)
_text_object = _entry(pdfium.FPDFText_GetTextObject, _P, _P, _I)
_render_mode = _entry(pdfium.FPDFTextObj_GetTextRenderMode, _I, _P)


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
    """A finding for each page with covered text; `subject.pages` are those to look at.

    Raises Unfinished, last, where a page has more objects or annotations than the limits allow.
    """
    if subject.pages is not None and not subject.pages:
        return
    document = None
    for password in (None, *subject.passwords):
        try:
            document = pypdfium2.PdfDocument(subject.path, password=password)
            break
        except pypdfium2.PdfiumError:
            continue
    if document is None:
        return  # the reader says why it cannot be opened
    cut = ""
    limits = subject.limits
    try:
        for index in range(len(document)) if subject.pages is None else subject.pages:
            try:
                page = document[index]
            except pypdfium2.PdfiumError:
                continue
            try:
                cut = cut or _over(page.raw, limits)
                found = _look(page, limits)
            finally:
                page.close()
            if found is not None:
                yield _finding(index + 1, *found)
    finally:
        document.close()
    if cut:
        raise Unfinished(cut)


def _over(page: Any, limits: Limits) -> str:
    """The setting that a page is over, "" for none."""
    if pdfium.FPDFPage_CountObjects(page) > limits.page_objects:
        return "limits.page_objects"
    if pdfium.FPDFPage_GetAnnotCount(page) > limits.annotations:
        return "limits.annotations"
    return ""


def may_hold_covered(page: Any, limits: Limits) -> bool:
    """Tell whether a page has to be looked at: something lies over words, or it is too large.

    For a page that a reader has loaded already; its picture, which costs most, is not drawn.
    """
    if _over(page, limits):
        return True
    drawn = _Drawn(limits)
    drawn.take_page(page)
    return drawn.may_cover()


def _look(page: Any, limits: Limits) -> tuple[dict[str, int], list[str], list[int]] | None:
    """(covered characters by kind of cover, covered runs of text, their boxes), or None."""
    drawn = _Drawn(limits)
    drawn.take_page(page.raw)
    if not drawn.may_cover():
        return None
    textpage = page.get_textpage()
    try:
        return _covered(page, textpage.raw, drawn)
    finally:
        textpage.close()


_Matrix = tuple[float, float, float, float, float, float]
_SAME: _Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
_PAIRS = 1 << 20  # of a cover and a text that are compared at once


class _Drawn:
    """What a page draws, in its order: covers, and the place of each text object."""

    def __init__(self, limits: Limits) -> None:
        self._most, self._annotations = limits.page_objects, limits.annotations
        self.covers: list[_Cover] = []
        self.texts: dict[int, int] = {}  # address of a text object -> its order
        self._placed: list[_Matrix] = []  # of text objects: where their form lies
        self._count = 0
        self._floats = (ctypes.c_float * 4)()
        self._words = (ctypes.c_uint * 4)()
        place = ctypes.addressof(self._floats)
        self._at_floats = (place, place + 4, place + 8, place + 12)
        place = ctypes.addressof(self._words)
        self._at_words = (place, place + 4, place + 8, place + 12)

    def may_cover(self) -> bool:
        """Leave only covers that lie over a text object, or under it in its colour; tell if any."""
        if not self.covers or not self.texts:
            return False
        things = list(self.texts)
        known, texts = self._text_boxes(things)
        orders = numpy.fromiter(self.texts.values(), numpy.int64)
        covers = numpy.array([(c.left, c.bottom, c.right, c.top) for c in self.covers])
        at_once = max(_PAIRS // len(things), 1)
        kept: list[_Cover] = []
        for first in range(0, len(covers), at_once):
            part = covers[first : first + at_once, :, None]
            over = (
                (texts[0] < part[:, 2]) & (texts[2] > part[:, 0])
                & (texts[1] < part[:, 3]) & (texts[3] > part[:, 1]) & known
            )  # fmt: skip
            for at in numpy.flatnonzero(over.any(axis=1)).tolist():
                cover = self.covers[first + at]
                under = numpy.flatnonzero(over[at])
                if bool((orders[under] < cover.order).any()) or (
                    cover.colour is not None
                    and any(_alike(self.colour(things[n]), cover.colour) for n in under.tolist())
                ):
                    kept.append(cover)
        self.covers = kept
        return bool(kept)

    def _text_boxes(self, things: list[int]) -> tuple[Any, Any]:
        """(whether a text object has a box, left, bottom, right, top of all on the page)."""
        sides = numpy.zeros((len(things), 4), numpy.float32)
        start = sides.ctypes.data
        ways = (range(start + n, start + n + 16 * len(things), 16) for n in (0, 4, 8, 12))
        known = numpy.fromiter(map(_bounds, things, *ways), numpy.int64, len(things)) != 0
        found = sides.astype(float)
        for number, matrix in enumerate(self._placed):
            if matrix is not _SAME:
                found[number] = _box(found[number].tolist(), matrix)
        return known, found.T

    def take_page(self, page: Any) -> None:
        """All objects and annotations of a page."""
        raw = ctypes.cast(page, ctypes.c_void_p).value
        count = min(pdfium.FPDFPage_CountObjects(page), self._most)
        things = list(map(_object_of, repeat(raw), range(count)))
        kinds = list(map(_type, things))
        noted = pdfium.FPDFPage_GetAnnotCount(page)
        if not noted and set(kinds) <= {pdfium.FPDF_PAGEOBJ_TEXT}:
            return  # words alone
        self._take(things, kinds, _SAME, 0)
        rect = pdfium.FS_RECTF()
        for number in range(min(noted, self._annotations)):
            annot = pdfium.FPDFPage_GetAnnot(page, number)
            if not annot:
                continue
            kind = _COVERS.get(pdfium.FPDFAnnot_GetSubtype(annot))
            hidden = pdfium.FPDFAnnot_GetFlags(annot) & pdfium.FPDF_ANNOT_FLAG_HIDDEN
            if kind and not hidden and pdfium.FPDFAnnot_GetRect(annot, rect):
                low, high = sorted((rect.bottom, rect.top))
                self.covers.append(_Cover(math.inf, kind, rect.left, low, rect.right, high))
            pdfium.FPDFPage_CloseAnnot(annot)

    def _take(self, things: list[int], kinds: list[int], matrix: _Matrix, depth: int) -> None:
        """Objects that are drawn one after another, with what their forms hold."""
        for thing, kind in zip(things, kinds, strict=True):
            if depth and self._count > self._most:
                return
            self._count += 1
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                self.texts[thing] = self._count
                self._placed.append(matrix)
            elif kind != pdfium.FPDF_PAGEOBJ_FORM:
                self._take_shape(thing, kind, matrix)
            elif depth < _NEST:
                own = pdfium.FS_MATRIX()
                _matrix(thing, ctypes.addressof(own))
                inner = _times((own.a, own.b, own.c, own.d, own.e, own.f), matrix)
                count = min(_parts(thing), self._most)
                parts = list(map(_part_of, repeat(thing), range(count)))
                self._take(parts, list(map(_type, parts)), inner, depth + 1)

    def _take_shape(self, thing: int, kind: int, matrix: _Matrix) -> None:
        colour = None
        if kind == pdfium.FPDF_PAGEOBJ_PATH:
            if not _draw_mode(thing, self._at_words[0], self._at_words[1]):
                return
            if not self._words[0] and not (self._words[1] and self._is_thick(thing)):
                return
            name = "a filled box"
        elif kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            name = "a picture"
        elif kind == pdfium.FPDF_PAGEOBJ_SHADING:
            name = "a shaded area"
        else:
            return
        if _bounds(thing, *self._at_floats):
            box = _box(self._floats, matrix)
            if box[2] - box[0] > 1 and box[3] - box[1] > 1:
                if kind == pdfium.FPDF_PAGEOBJ_PATH:
                    colour = self.colour(thing)
                self.covers.append(_Cover(self._count, name, *box, colour))

    def colour(self, thing: int) -> tuple[int, int, int] | None:
        """The fill colour of a shape or a text, None where it has none."""
        if not _fill(thing, *self._at_words):
            return None
        return self._words[0], self._words[1], self._words[2]

    def _is_thick(self, thing: int) -> bool:
        """Tell whether a stroke is as wide as a line of text is high."""
        return bool(_stroke_width(thing, self._at_floats[0])) and self._floats[0] >= 4


def _alike(mine: tuple[int, int, int] | None, other: tuple[int, int, int] | None) -> bool:
    """Tell whether two colours cannot be told apart."""
    return (
        mine is not None
        and other is not None
        and all(abs(a - b) <= _FLAT for a, b in zip(mine, other, strict=True))
    )


def _times(a: _Matrix, b: _Matrix) -> _Matrix:
    """The matrix that does `a`, then `b` (ISO 32000-1, 8.3.4)."""
    return (
        a[0] * b[0] + a[1] * b[2], a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2], a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4], a[4] * b[1] + a[5] * b[3] + b[5],
    )  # fmt: skip


def _box(sides: Any, m: _Matrix) -> tuple[float, float, float, float]:
    left, bottom, right, top = sides
    if m is _SAME:
        return left, bottom, right, top
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
        if _may_hide(textpage, index, drawn, covers[int(under[index])])
    ]
    if not candidates:
        return None
    part = boxes[candidates]
    picture = _Picture(
        page, (part[:, 0].min(), part[:, 1].min(), part[:, 2].max(), part[:, 3].max())
    )
    hidden = [index for index in candidates if picture.is_flat(boxes[index])]
    return _runs(textpage, hidden, boxes, under, covers, picture)


def _may_hide(textpage: Any, index: int, drawn: _Drawn, cover: _Cover) -> bool:
    """Tell whether a character is painted, and the cover after it, or under it in its colour."""
    thing = _text_object(ctypes.cast(textpage, ctypes.c_void_p).value, index)
    if not thing:
        return False
    if _render_mode(thing) in _UNPAINTED:
        return False
    if drawn.texts.get(thing, 0) < cover.order:
        return True
    return _alike(drawn.colour(thing), cover.colour)


_UNPAINTED = (pdfium.FPDF_TEXTRENDERMODE_INVISIBLE, pdfium.FPDF_TEXTRENDERMODE_CLIP)


def _char_boxes(textpage: Any, count: int) -> Any:
    """float, shape (count, 4): left, bottom, right, top of the ink of each character."""
    # pdfium's order: left, right, bottom, top
    found = numpy.zeros((count, 4))
    start = found.ctypes.data
    raw = ctypes.cast(textpage, ctypes.c_void_p).value
    ways = (range(start + n, start + n + 32 * count, 32) for n in (0, 8, 16, 24))
    deque(map(_char_box, repeat(raw), range(count), *ways), maxlen=0)
    return found[:, (0, 2, 1, 3)]


class _Picture:
    """The grey picture of the part of a page that holds a box (page space, points)."""

    def __init__(self, page: Any, box: tuple[float, float, float, float]) -> None:
        self._page = page
        self._width, self._height = page.get_size()
        scale = _SCALE * min(1.0, 4 * _EDGE / max(self._width, self._height, 1.0))
        self._wide = max(math.ceil(self._width * scale), 1)
        self._high = max(math.ceil(self._height * scale), 1)
        left, top, right, bottom = self._device(box)
        self._left, self._top = max(left - _AROUND, 0), max(top - _AROUND, 0)
        wide = max(min(right + _AROUND, self._wide) - self._left, 1)
        high = max(min(bottom + _AROUND, self._high) - self._top, 1)
        bitmap = pypdfium2.PdfBitmap.new_native(wide, high, pdfium.FPDFBitmap_Gray)
        pdfium.FPDFBitmap_FillRect(bitmap.raw, 0, 0, wide, high, 0xFFFFFFFF)
        pdfium.FPDF_RenderPageBitmap(
            bitmap.raw, page.raw, -self._left, -self._top, self._wide, self._high, 0,
            pdfium.FPDF_ANNOT | pdfium.FPDF_GRAYSCALE | pdfium.FPDF_RENDER_NO_SMOOTHIMAGE,
        )  # fmt: skip
        pixels = bitmap.to_numpy()
        self._pixels = pixels[:, :, 0] if pixels.ndim == 3 else pixels

    def _device(self, box: Any) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in pixels of the whole page."""
        x, y = ctypes.c_int(), ctypes.c_int()
        corners = []
        for px, py in ((box[0], box[1]), (box[2], box[3])):
            pdfium.FPDF_PageToDevice(self._page.raw, 0, 0, self._wide, self._high, 0, px, py, x, y)
            corners.append((x.value, y.value))
        (x0, y0), (x1, y1) = corners
        return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)

    def is_flat(self, box: Any) -> bool:
        """Tell whether the box has one colour."""
        left, top, right, bottom = self._device(box)
        patch = self._pixels[
            max(top - self._top, 0) : bottom - self._top + 1,
            max(left - self._left, 0) : right - self._left + 1,
        ]
        return patch.size >= 4 and int(patch.max()) - int(patch.min()) <= _FLAT

    def tenths(self, box: Any) -> tuple[int, int, int, int]:
        """The box as findings give it: tenths of a point from the upper left."""
        left, top, right, bottom = self._device(box)
        across, down = self._width / self._wide * 10, self._height / self._high * 10
        return round(left * across), round(top * down), round(right * across), round(bottom * down)


def _runs(
    textpage: Any, hidden: list[int], boxes: Any, under: Any, covers: list[_Cover],
    picture: _Picture,
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
        if sum(char.isalnum() for char in text) < 2 or not picture.is_flat(box):
            continue
        words.append(text)
        name = covers[int(under[run[0]])].kind
        kinds[name] = kinds.get(name, 0) + len(run)
        places += picture.tenths(box)
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
