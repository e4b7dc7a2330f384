"""What a PDF page shows beside its content: form fields, notes and other annotations.

Read from the annotation dictionaries: `V` of a field (its value), `TU` (what it is called
for a person), `Contents` (the words of a note or free text). A page has a picture that
waits for OCR where its text is poor and pictures or drawn shapes cover it.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from typing import Any

import pypdfium2.raw as pdfium

_KEYS = (b"V", b"TU", b"Contents")
_ANNOTATIONS = 5000  # of one page
_POOR = 16  # letters and digits: less than a page number and a stamp
_THIN = 200  # letters and digits: a stamp or a header over a scan
_SHAPES = 60  # drawn paths that may be outlined letters
_NO_LETTERS = re.compile(r"[\W_]+")
_UNMAPPED = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08]+")  # glyphs nobody mapped to Unicode


def noted_words(page: Any, form: Any) -> Iterator[str]:
    """The strings of each annotation of a page, in their order, each string once."""
    seen: set[str] = set()
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), _ANNOTATIONS)):
        annot = pdfium.FPDFPage_GetAnnot(page, number)
        if not annot:
            continue
        try:
            widget = pdfium.FPDFAnnot_GetSubtype(annot) == pdfium.FPDF_ANNOT_WIDGET
            for key in _KEYS:
                text = _string(annot, key)
                if not text and key == b"V" and widget and form:
                    text = _field_value(annot, form)
                text = text.replace("\r\n", "\n").replace("\r", "\n")
                if text.strip() and text not in seen:
                    seen.add(text)
                    yield text
        finally:
            pdfium.FPDFPage_CloseAnnot(annot)


def has_files(page: Any) -> bool:
    """Tell whether an annotation of a page carries a file."""
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), _ANNOTATIONS)):
        annot = pdfium.FPDFPage_GetAnnot(page, number)
        if annot:
            kind = pdfium.FPDFAnnot_GetSubtype(annot)
            pdfium.FPDFPage_CloseAnnot(annot)
            if kind == pdfium.FPDF_ANNOT_FILEATTACHMENT:
                return True
    return False


def file_annotations(page: Any) -> Iterator[Any]:
    """The files that hang on annotations of a page, as pdfium attachments."""
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), _ANNOTATIONS)):
        annot = pdfium.FPDFPage_GetAnnot(page, number)
        if not annot:
            continue
        try:
            if pdfium.FPDFAnnot_GetSubtype(annot) == pdfium.FPDF_ANNOT_FILEATTACHMENT:
                attached = pdfium.FPDFAnnot_GetFileAttachment(annot)
                if attached:
                    yield attached
        finally:
            pdfium.FPDFPage_CloseAnnot(annot)


def _string(annot: Any, key: bytes) -> str:
    # a name is a state ("Off"), not words
    if pdfium.FPDFAnnot_GetValueType(annot, key) not in (
        pdfium.FPDF_OBJECT_STRING,
        pdfium.FPDF_OBJECT_STREAM,
        pdfium.FPDF_OBJECT_REFERENCE,
    ):
        return ""
    length = pdfium.FPDFAnnot_GetStringValue(annot, key, None, 0)
    return _fetched(length, lambda b: pdfium.FPDFAnnot_GetStringValue(annot, key, b, length))


def _field_value(annot: Any, form: Any) -> str:
    """A field's value where it stands in a parent of the widget."""
    if pdfium.FPDFAnnot_GetFormFieldType(form, annot) not in (
        pdfium.FPDF_FORMFIELD_TEXTFIELD,
        pdfium.FPDF_FORMFIELD_COMBOBOX,
        pdfium.FPDF_FORMFIELD_LISTBOX,
    ):
        return ""
    length = pdfium.FPDFAnnot_GetFormFieldValue(form, annot, None, 0)
    return _fetched(length, lambda b: pdfium.FPDFAnnot_GetFormFieldValue(form, annot, b, length))


def _fetched(length: int, fetch: Any) -> str:
    """A UTF-16 string of `length` bytes with its end mark, by pdfium's two-step call."""
    if length <= 2:
        return ""
    buffer = ctypes.create_string_buffer(length)
    fetch(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)))
    return buffer.raw[: length - 2].decode("utf-16-le", "replace")


def wants_ocr(page: Any, text: str) -> bool:
    """Tell whether the page is a picture without usable text (see garbled.py for garbage)."""
    head = text[:2000]
    usable = len(_NO_LETTERS.sub("", head))
    strange = len(head) - len(_UNMAPPED.sub("", head))
    if usable >= _THIN and strange < usable:
        return False
    area = pdfium.FPDF_GetPageWidthF(page) * pdfium.FPDF_GetPageHeightF(page)
    covered, shapes = 0.0, 0
    for kind, size in _objects(page):
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE:
            covered = max(covered, size)
        elif kind == pdfium.FPDF_PAGEOBJ_PATH:
            shapes += 1
    if strange > usable:
        return True
    if usable >= _POOR:
        return bool(covered > 0.7 * area)
    return covered > 0 or shapes > _SHAPES


def _objects(page: Any, depth: int = 0) -> Iterator[tuple[int, float]]:
    """(kind, area in square points) of the objects of a page; forms are looked into."""
    count = pdfium.FPDFPage_CountObjects
    fetch = pdfium.FPDFPage_GetObject
    yield from _objects_of(page, count, fetch, depth, [2000])


def _objects_of(
    holder: Any, count: Any, fetch: Any, depth: int, budget: list[int]
) -> Iterator[tuple[int, float]]:
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    for number in range(count(holder)):
        budget[0] -= 1
        if budget[0] < 0:
            return
        item = fetch(holder, number)
        kind = pdfium.FPDFPageObj_GetType(item)
        size = 0.0
        if kind == pdfium.FPDF_PAGEOBJ_IMAGE and pdfium.FPDFPageObj_GetBounds(
            item, left, bottom, right, top
        ):
            size = max((right.value - left.value) * (top.value - bottom.value), 1.0)
        yield kind, size
        if kind == pdfium.FPDF_PAGEOBJ_FORM and depth < 4:
            for inner, area in _objects_of(
                item,
                pdfium.FPDFFormObj_CountObjects,
                pdfium.FPDFFormObj_GetObject,
                depth + 1,
                budget,
            ):
                # a form's own matrix is not applied: an image in it counts as covering
                yield inner, 1e9 if area else 0.0
