"""What a PDF page shows beside its content: form fields, notes, links and other annotations.

A field gives a line with its name and value (`Off` for a box that is not ticked) and one with what
it is called for a person (`TU`). A note gives `[subject · author] words`, marked as a comment:
the subject (`Subj`) as its program wrote it, or the kind of note, and the author (`T`). A link
gives its address where the page does not show it. Each line stands once. What an annotation alone
draws (the words of a stamp, of a signature's seal, of a field without a value, of the choices of
a list) is read from a copy of the page into which its annotations are drawn: pdfium's text has
the page's own content. A page has a picture that waits for OCR where its text is poor and pictures
or drawn shapes cover it.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pypdfium2.raw as pdfium

from assay.extract.pdf_text import whole_text
from assay.extract.runs import Kinds, Line

_POOR = 16  # letters and digits: less than a page number and a stamp
_THIN = 200  # letters and digits: a stamp or a header over a scan
_SHAPES = 60  # drawn paths that may be outlined letters
_NO_LETTERS = re.compile(r"[\W_]+")
_UNMAPPED = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08]+")  # glyphs nobody mapped to Unicode
_WIDGET, _LINK, _POPUP = pdfium.FPDF_ANNOT_WIDGET, pdfium.FPDF_ANNOT_LINK, pdfium.FPDF_ANNOT_POPUP
_NOTES = {
    pdfium.FPDF_ANNOT_TEXT: "note", pdfium.FPDF_ANNOT_FREETEXT: "text box",
    pdfium.FPDF_ANNOT_HIGHLIGHT: "highlight", pdfium.FPDF_ANNOT_UNDERLINE: "underlined",
    pdfium.FPDF_ANNOT_SQUIGGLY: "underlined", pdfium.FPDF_ANNOT_STRIKEOUT: "struck out",
    pdfium.FPDF_ANNOT_CARET: "insertion", pdfium.FPDF_ANNOT_STAMP: "stamp",
    pdfium.FPDF_ANNOT_INK: "drawing", pdfium.FPDF_ANNOT_REDACT: "to be redacted",
    pdfium.FPDF_ANNOT_FILEATTACHMENT: "file",
}  # fmt: skip
_MEDIA = frozenset(
    (
        pdfium.FPDF_ANNOT_THREED, pdfium.FPDF_ANNOT_RICHMEDIA, pdfium.FPDF_ANNOT_MOVIE,
        pdfium.FPDF_ANNOT_SOUND, pdfium.FPDF_ANNOT_SCREEN,
    )
)  # fmt: skip
_CHOICES = (pdfium.FPDF_FORMFIELD_COMBOBOX, pdfium.FPDF_FORMFIELD_LISTBOX)
_SHOWS = re.compile(r"\b(?:T[jJ]|Do)\b")  # operators that show text, or a form
_WORDS = re.compile(r"\w+")
_COMMENT: Kinds = ("comment",)


@dataclass
class Beside:
    """What the annotations of a page say and hold."""

    lines: list[Line] = field(default_factory=list)
    files: bool = False  # one of them carries a file
    media: int = 0  # films, sounds and models: nobody reads them
    more: int = 0  # annotations beyond the limit
    drawn: bool = False  # one of them shows text that none of the lines says


def beside(raw: Any, page: Any, form: Any, shown: str, limit: int) -> Beside:
    """Look at up to `limit` annotations of a page whose own text is `shown`."""
    found = Beside()
    seen: set[str] = set()
    count = pdfium.FPDFPage_GetAnnotCount(page)
    found.more = max(count - limit, 0)
    for number in range(min(count, limit)):
        annot = pdfium.FPDFPage_GetAnnot(page, number)
        if not annot:
            continue
        try:
            kind = pdfium.FPDFAnnot_GetSubtype(annot)
            found.files = found.files or kind == pdfium.FPDF_ANNOT_FILEATTACHMENT
            found.media += kind in _MEDIA
            said = False
            for line in _lines(raw, annot, kind, form, shown):
                said = said or line.text.strip()[-1:] not in ("", ":", "]")
                if line.text.strip() and line.text not in seen:
                    seen.add(line.text)
                    found.lines.append(line)
            if kind == _WIDGET and form:
                # a list shows what its choices are called, and its value may be another word
                said = said and pdfium.FPDFAnnot_GetFormFieldType(form, annot) not in _CHOICES
            if not (said or found.drawn or kind in _MEDIA or kind in (_LINK, _POPUP)):
                found.drawn = _draws_text(annot)
        finally:
            pdfium.FPDFPage_CloseAnnot(annot)
    return found


def _draws_text(annot: Any) -> bool:
    """Tell whether the appearance of an annotation shows text, or a form that may."""
    length = pdfium.FPDFAnnot_GetAP(annot, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0)
    return bool(_SHOWS.search(_fetched(length, lambda b: pdfium.FPDFAnnot_GetAP(
        annot, pdfium.FPDF_ANNOT_APPEARANCEMODE_NORMAL, b, length
    ))))  # fmt: skip


def drawn(raw: Any, index: int, said: str) -> list[Line]:
    """The lines of a page, its annotations drawn into it, with a word that is not in `said`."""
    copy = pdfium.FPDF_CreateNewDocument()
    try:
        if not pdfium.FPDF_ImportPagesByIndex(copy, raw, (ctypes.c_int * 1)(index), 1, 0):
            return []
        page = pdfium.FPDF_LoadPage(copy, 0)
        done = page and pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY)
        pdfium.FPDF_ClosePage(page)
        page = pdfium.FPDF_LoadPage(copy, 0) if done == pdfium.FLATTEN_SUCCESS else None
        textpage = pdfium.FPDFText_LoadPage(page) if page else None
        try:
            text = whole_text(textpage) if textpage else ""
        finally:
            pdfium.FPDFText_ClosePage(textpage)
            pdfium.FPDF_ClosePage(page)
    finally:
        pdfium.FPDF_CloseDocument(copy)
    known = set(_WORDS.findall(said))
    lines = dict.fromkeys(line.strip() for line in text.splitlines())
    return [Line(line) for line in lines if not known.issuperset(_WORDS.findall(line))]


def _lines(raw: Any, annot: Any, kind: int, form: Any, shown: str) -> Iterator[Line]:
    if kind == _POPUP:
        return  # the window of another annotation, whose words it repeats
    if kind == _WIDGET:
        name = _field_name(annot, form) if form else ""
        value = _string(annot, b"V") or (_field_value(annot, form) if form else "")
        head = name or _string(annot, b"T")
        yield Line(f"{head}: {value}".rstrip() if head else value)
        yield Line(_string(annot, b"TU"))
        yield Line(_string(annot, b"Contents"))
        return
    if kind == _LINK:
        address = _address(raw, annot)
        yield Line("" if address in shown else address)
        yield Line(_string(annot, b"Contents"))
        return
    words = _string(annot, b"Contents")
    marks = [_string(annot, b"Subj"), _string(annot, b"T")]
    if any(marks):
        marks[0] = marks[0] or _NOTES.get(kind, "drawing")
        words = f"[{' · '.join(m for m in marks if m)}] {words}".rstrip()
    yield Line(words, _COMMENT)


def _address(raw: Any, annot: Any) -> str:
    """The address that a link leads to, "" for a place in the document."""
    link = pdfium.FPDFAnnot_GetLink(annot)
    action = pdfium.FPDFLink_GetAction(link) if link else None
    if not action or pdfium.FPDFAction_GetType(action) != pdfium.PDFACTION_URI:
        return ""
    length = pdfium.FPDFAction_GetURIPath(raw, action, None, 0)
    buffer = ctypes.create_string_buffer(max(length, 1))
    pdfium.FPDFAction_GetURIPath(raw, action, buffer, length)
    return buffer.value.decode("utf-8", "replace")


def file_annotations(page: Any, limit: int) -> Iterator[Any]:
    """The files that hang on up to `limit` annotations of a page, as pdfium attachments."""
    for number in range(min(pdfium.FPDFPage_GetAnnotCount(page), limit)):
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
    text = _fetched(length, lambda b: pdfium.FPDFAnnot_GetStringValue(annot, key, b, length))
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _field_name(annot: Any, form: Any) -> str:
    """A field's name, with those of its parents before it."""
    length = pdfium.FPDFAnnot_GetFormFieldName(form, annot, None, 0)
    return _fetched(length, lambda b: pdfium.FPDFAnnot_GetFormFieldName(form, annot, b, length))


def _field_value(annot: Any, form: Any) -> str:
    """A field's value where it stands in a parent of the widget, or is a state (`Off`)."""
    if pdfium.FPDFAnnot_GetFormFieldType(form, annot) in (
        pdfium.FPDF_FORMFIELD_PUSHBUTTON,
        pdfium.FPDF_FORMFIELD_SIGNATURE,
    ):
        return ""
    length = pdfium.FPDFAnnot_GetFormFieldValue(form, annot, None, 0)
    text = _fetched(length, lambda b: pdfium.FPDFAnnot_GetFormFieldValue(form, annot, b, length))
    return text.replace("\r\n", "\n").replace("\r", "\n")


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
