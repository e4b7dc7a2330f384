"""PDF: native text with word boxes, fields, notes, outline, attachments, metadata.

A page is a page. Names and values of form fields, notes with their authors and addresses of links
follow the native text of their page in a paragraph of their own, without boxes. Titles of the
outline that do not stand on the page they point to are a page of their own at the end. A file that
pdfium refuses is re-saved by pikepdf into the scratch folder and tried again; the answer then
says `repaired`. A page of pictures without usable text waits for OCR, and so does one whose text
layer is garbage; the layer stays, as a region `garbled`.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from assay.extract import pdf_extras, pdf_meta
from assay.extract.garbled import garbled
from assay.extract.pdf_text import page_text
from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="pdf",
    version=f"3 pypdfium2 {pypdfium2.version.PYPDFIUM_INFO.version}",
    licence="AGPL-3.0-or-later",
    formats=("application/pdf",),
    limits="text drawn as shapes and fonts without a Unicode mapping wait for OCR",
)
_BY_KEY = "Ask the holder of the key for an open copy; custody is complete without it."
_OUTLINE = 20_000  # entries


def read_pdf(request: Request, transcript: Transcript) -> None:
    """Read a PDF. Raises Stop with `encrypted`, `damaged` or a limit."""
    with opened(request, transcript) as document:
        file_pages: list[int] | None = None
        if request.only is None:
            file_pages = _read_pages(document, transcript, request.watch)
            _read_outline(document, transcript)
            _write_outline(transcript)
            pdf_meta.read_metadata(request, document, transcript)
        _take_attachments(document, transcript, file_pages)


@contextmanager
def opened(request: Request, transcript: Transcript | None = None) -> Iterator[Any]:
    """The document, opened with a password or after a repair where it must be.

    Raises Stop with `encrypted` or `damaged`.
    """
    repaired: Path | None = None
    found = _try_open(request.path, request.passwords)
    if found is not None:
        document, secret = found
    else:
        repaired = request.aside("repaired")
        try:
            document, secret = _repair(request, repaired)
        except Stop:
            repaired.unlink(missing_ok=True)
            raise
        if transcript is not None:
            transcript.trouble("repaired")
    if transcript is not None:
        transcript.secret = transcript.secret or secret
    try:
        yield document
    finally:
        document.close()
        if repaired is not None:
            repaired.unlink(missing_ok=True)


def _try_open(path: Path, passwords: tuple[str, ...]) -> tuple[Any, bool] | None:
    """(document, whether a password opened it); None where pdfium cannot open it.

    Raises Stop with `encrypted`.
    """
    locked = False
    for password in (None, *passwords):
        try:
            document = pypdfium2.PdfDocument(path, password=password)
        except pypdfium2.PdfiumError as error:
            if error.err_code == pdfium.FPDF_ERR_SECURITY:
                raise Stop("encrypted", "", "for the holder of a certificate", _BY_KEY) from None
            if error.err_code != pdfium.FPDF_ERR_PASSWORD:
                return None
            locked = True
            continue
        if len(document) == 0:
            document.close()
            return None
        return document, password is not None
    if locked:
        raise Stop("encrypted")
    return None


def _repair(request: Request, place: Path) -> tuple[Any, bool]:
    import pikepdf

    for password in ("", *request.passwords):
        try:
            with pikepdf.open(request.path, password=password) as broken:
                broken.save(place)
            break
        except pikepdf.PasswordError:
            continue
        except (pikepdf.PdfError, ValueError, RuntimeError, KeyError, TypeError) as error:
            raise Stop("damaged", "", type(error).__name__) from None
    else:
        raise Stop("encrypted")
    found = _try_open(place, request.passwords)
    if found is None:
        raise Stop("damaged", "", "no pages, also after a repair")
    return found[0], found[1] or bool(password)


def _read_pages(
    document: Any, transcript: Transcript, watch: Callable[[int, Any], None] | None
) -> list[int]:
    """Write all pages; the indices of those with files on their annotations."""
    form = None
    if document.get_formtype() != pdfium.FORMTYPE_NONE:
        try:
            document.init_forms()
            form = document.formenv.raw if document.formenv else None
        except pypdfium2.PdfiumError:
            pass  # without it only values inherited from a parent are missed
    failed: list[int] = []
    garbage: dict[str, list[int]] = {}  # why a text layer is garbage -> pages
    with_files: list[int] = []
    raw = document.raw
    for index in range(len(document)):
        page = pdfium.FPDF_LoadPage(raw, index)
        if not page:
            failed.append(index + 1)
            transcript.page("")
            continue
        try:
            if form:
                pdfium.FORM_OnAfterLoadPage(page, form)
            beside = _read_page(raw, index, page, form, transcript, garbage)
            if beside is None:
                failed.append(index + 1)
            elif beside.files:
                with_files.append(index)
            if watch is not None:
                watch(index, page)
        finally:
            if form:
                pdfium.FORM_OnBeforeClosePage(page, form)
            pdfium.FPDF_ClosePage(page)
    if document.get_formtype() in (pdfium.FORMTYPE_XFA_FULL, pdfium.FORMTYPE_XFA_FOREGROUND):
        for text in pdf_meta.xfa_texts(document, transcript.limits):
            transcript.page(text, label="XFA")
    for why, pages in garbage.items():
        transcript.note("pdf:text layer garbled", f"{why}: page {_listed(pages)}")
    if failed:
        listed = _listed(failed)
        transcript.trouble("page_failed", f"page {listed}", f"{len(failed)} pages")
        if len(failed) == len(document) and not transcript.length:
            raise Stop("damaged", "", "no page could be loaded")
    return with_files


def _listed(pages: list[int]) -> str:
    return ", ".join(str(n) for n in pages[:20]) + (" …" if len(pages) > 20 else "")


def _read_page(
    raw: Any,
    index: int,
    page: Any,
    form: Any,
    transcript: Transcript,
    garbage: dict[str, list[int]],
) -> pdf_extras.Beside | None:
    """Write a page; what its annotations hold, None where the page fails."""
    width, height = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    textpage = pdfium.FPDFText_LoadPage(page)
    if not textpage:
        transcript.page("", width=width, height=height)
        return None
    try:
        text, words = page_text(page, textpage)
    finally:
        pdfium.FPDFText_ClosePage(textpage)
    why = garbled(text)
    layer = len(text)
    wants = bool(why) or pdf_extras.wants_ocr(page, text)
    limit = transcript.limits.annotations
    beside = pdf_extras.beside(raw, page, form, text, limit)
    place = f"page {len(transcript.pages) + 1}"
    if beside.more:
        transcript.trouble("limit_annotations", place, f"{beside.more} more than {limit}")
    if beside.media:
        transcript.trouble("part_unclaimed", place, f"{beside.media} films, sounds or 3D models")
    if beside.drawn:
        said = "\n".join((text, *(line.text for line in beside.lines)))
        beside.lines += pdf_extras.drawn(raw, index, said)
    if beside.lines:
        text += "\n\n" if text else ""
    extras = len(text)
    text += "\n".join(line.text for line in beside.lines)
    start = transcript.page(text, width=width, height=height, words=words, wants_ocr=wants)
    if why:
        # kept as it is beside what will be recognised: it may hold what nobody sees
        transcript.mark("garbled", start, start + layer)
        garbage.setdefault(why, []).append(len(transcript.pages))
    extras += start
    for line in beside.lines:
        for kind, a, b in line.spans:
            transcript.mark(kind, extras + a, extras + b)
        extras += len(line.text) + 1
    return beside


def _read_outline(document: Any, transcript: Transcript) -> None:
    try:
        for number, mark in enumerate(document.get_toc(max_depth=15)):
            if number >= _OUTLINE:
                break
            destination = mark.get_dest()
            index = destination.get_index() if destination else None
            title = mark.get_title()
            if title:
                transcript.outline.append(
                    (
                        mark.level,
                        title.replace("\x00", ""),
                        (index if index is not None else -1) + 1,
                    )
                )
    except (pypdfium2.PdfiumError, ValueError, RecursionError):
        transcript.note("pdf:outline", "broken")


def _write_outline(transcript: Transcript) -> None:
    """Titles that the page they point to does not show, so that they are searched too."""
    if not transcript.outline:
        return
    text = transcript.text()
    shown: dict[int, str] = {}
    titles = []
    for level, title, number in transcript.outline:
        if number not in shown and 0 < number <= len(transcript.pages):
            page = transcript.pages[number - 1]
            shown[number] = _folded(text[page.start : page.end])
        there = shown.get(number, "")
        if _folded(title) not in there:
            titles.append("  " * min(level, 15) + title)
    if titles:
        transcript.page("\n".join(titles), label="Outline")


def _folded(text: str) -> str:
    return "".join(text.split()).casefold()


def _take_attachments(document: Any, transcript: Transcript, file_pages: list[int] | None) -> None:
    """Take the embedded files, then those of annotations on `file_pages` (None: look at all)."""
    raw = document.raw
    count = pdfium.FPDFDoc_GetAttachmentCount(raw)
    attached = [pdfium.FPDFDoc_GetAttachment(raw, n) for n in range(max(count, 0))]
    for item in attached:
        _take(item, transcript)
    for index in range(len(document)) if file_pages is None else file_pages:
        page = pdfium.FPDF_LoadPage(raw, index)
        if not page:
            continue
        try:
            for item in pdf_extras.file_annotations(page, transcript.limits.annotations):
                _take(item, transcript)
        finally:
            pdfium.FPDF_ClosePage(page)


def _take(item: Any, transcript: Transcript) -> None:
    if not item:
        return
    spool = transcript.members()
    length = pdfium.FPDFAttachment_GetName(item, None, 0)
    name = b"attachment"
    if length > 2:
        buffer = ctypes.create_string_buffer(length)
        pdfium.FPDFAttachment_GetName(
            item, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length
        )
        name = buffer.raw[: length - 2].decode("utf-16-le", "replace").encode()
    size = ctypes.c_ulong()
    if not pdfium.FPDFAttachment_GetFile(item, None, 0, size):
        spool.refuse(name, problem("damaged", f"member {len(spool) + 1}", "no embedded file"))
        return
    body = ctypes.create_string_buffer(max(size.value, 1))
    pdfium.FPDFAttachment_GetFile(item, body, size.value, size)
    spool.add_bytes(name, body.raw[: size.value])
