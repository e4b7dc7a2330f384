"""The text of a PDF page and a box for each of its words.

pdfium gives the text in reading order. A word is a run of characters without white space;
a Han, kana or Hangul-free ideograph is a word by itself, so that a hit in Chinese can be
marked. A word's box joins the loose boxes (font height) of its first and last character:
two calls a word, written side by side into one buffer and turned into integers at once,
which costs a third of the text extraction itself. Boxes are tenths of a point, origin at
the upper left of the page as it is shown.
"""

from __future__ import annotations

import ctypes
import re
from collections import deque
from collections.abc import Callable
from itertools import repeat
from typing import Any

import numpy
import numpy.typing
import pypdfium2.raw as pdfium

from assay.model.reading import Words

_HAN = "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_HAN += "\U00020000-\U0003ffff"
_WORD = re.compile(f"[{_HAN}]|[^\\s{_HAN}]+")
_LINE_END = re.compile("\r\n")
_Places = numpy.typing.NDArray[numpy.int64]
_Box = Callable[[Any, int, int], int]
# The same entry point without ctypes' release of the GIL and without argument objects.
_loose_box: _Box = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(
    ctypes.cast(pdfium.FPDFText_GetLooseCharBox, ctypes.c_void_p).value or 0
)
# What pdfium writes for a hyphen at a line end, and for a character without a mapping.
_MARKS = str.maketrans({"\ufffe": "-", "\x02": "-", "\uffff": "\ufffd"})


def page_text(page: Any, textpage: Any) -> tuple[str, Words]:
    """(text, words) of a page. Lines end with a newline, also where pdfium writes CR LF."""
    count = pdfium.FPDFText_CountChars(textpage)
    if count <= 0:
        return "", Words((), (), ())
    raw = _raw_text(textpage, count)
    direct = len(raw) == count
    spans = numpy.array([match.span() for match in _WORD.finditer(raw)], numpy.int64)
    spans = spans.reshape(-1, 2)
    # what stands behind n line ends of two characters moves n places ahead
    line_ends = numpy.array([match.start() for match in _LINE_END.finditer(raw)], numpy.int64)
    moved = spans - numpy.searchsorted(line_ends, spans[:, :1])
    firsts, lasts = spans[:, 0], spans[:, 1] - 1
    if not direct:
        units_before = _units_before(raw)
        from_text = pdfium.FPDFText_GetCharIndexFromTextIndex
        firsts, lasts = (
            numpy.array([from_text(textpage, units_before(i)) for i in places.tolist()])
            for places in (firsts, lasts)
        )
    boxes = _boxes(page, textpage, firsts, lasts)
    text = _as_read(raw)
    return text, Words(tuple(moved[:, 0].tolist()), tuple(moved[:, 1].tolist()), boxes)


def whole_text(textpage: Any) -> str:
    """The text alone, as `page_text` gives it."""
    count = pdfium.FPDFText_CountChars(textpage)
    return _as_read(_raw_text(textpage, count)) if count > 0 else ""


def _raw_text(textpage: Any, count: int) -> str:
    buffer = ctypes.create_string_buffer(4 * count + 4)
    units = pdfium.FPDFText_GetText(
        textpage, 0, count, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
    )
    raw = buffer.raw[: max(units - 1, 0) * 2].decode("utf-16-le", "surrogatepass")
    return raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _as_read(raw: str) -> str:
    return raw.replace("\r\n", "\n").translate(_MARKS)


def _units_before(text: str) -> Callable[[int], int]:
    """From code points to UTF-16 units, which is how pdfium counts its text."""
    wide = [i for i, char in enumerate(text) if char > "\uffff"]
    if not wide:
        return lambda index: index
    from bisect import bisect_left

    return lambda index: index + bisect_left(wide, index)


def _boxes(page: Any, textpage: Any, firsts: _Places, lasts: _Places) -> tuple[int, ...]:
    count = len(firsts)
    if not count:
        return ()
    longer = numpy.flatnonzero(firsts != lasts)  # a word of one character needs one call
    places = numpy.concatenate((firsts, lasts[longer])).tolist()
    floats = numpy.zeros((len(places), 4), numpy.float32)
    raw = ctypes.cast(textpage, ctypes.c_void_p).value
    address = floats.ctypes.data
    targets = range(address, address + 16 * len(places), 16)
    deque(map(_loose_box, repeat(raw), places, targets), maxlen=0)
    both = numpy.empty((count, 2, 4))
    both[:] = floats[:count, None]
    both[longer, 1] = floats[count:]
    xs, ys = both[:, :, (0, 2)].reshape(-1, 4), both[:, :, (1, 3)].reshape(-1, 4)
    left, right = xs.min(1), xs.max(1)
    bottom, top = ys.min(1), ys.max(1)
    frame = pdfium.FS_RECTF()
    pdfium.FPDF_GetPageBoundingBox(page, frame)
    turned = pdfium.FPDFPage_GetRotation(page)
    if turned == 0:
        sides = (left - frame.left, frame.top - top, right - frame.left, frame.top - bottom)
    elif turned == 1:
        sides = (bottom - frame.bottom, left - frame.left, top - frame.bottom, right - frame.left)
    elif turned == 2:
        sides = (frame.right - right, bottom - frame.bottom, frame.right - left, top - frame.bottom)
    else:
        sides = (frame.top - top, frame.right - right, frame.top - bottom, frame.right - left)
    tenths = numpy.rint(numpy.stack(sides, 1) * 10)
    if not numpy.isfinite(tenths).all():
        numpy.nan_to_num(tenths, copy=False)
    numpy.clip(tenths, -1_000_000, 1_000_000, out=tenths)
    return tuple(tenths.astype(numpy.int64).ravel().tolist())
