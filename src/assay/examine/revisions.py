"""Earlier revisions inside a PDF: recovered and compared with the last one.

A PDF that is saved incrementally keeps its earlier states: new objects and a new cross-reference
section are appended, and each state ends with `startxref`, an offset and `%%EOF` (ISO 32000-1,
7.5.6). The first bytes of the file up to such an end are the earlier document, whole. An end
counts only where its offset leads to a cross-reference section in the bytes before it, so that
a PDF packed inside the file, or the first part of a linearised one, is not taken for a revision.

Words are compared line by line, page by page, and pictures by what each state shows on a page.
"""

from __future__ import annotations

import ctypes
import difflib
import hashlib
import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium

from assay.examine.subject import Subject, Unfinished
from assay.model.finding import Finding, Notice
from assay.ports import Card

CARD = Card(
    name="revisions",
    version=f"1 pypdfium2 {pypdfium2.version.PYPDFIUM_INFO.version}",
    licence="AGPL-3.0-or-later",
    formats=("application/pdf",),
    limits="words and pictures are compared; a file that was saved anew keeps no earlier state",
)
_END = re.compile(rb"startxref\s{1,4}(\d{1,12})\s{1,4}%%EOF[ \t]{0,4}(?:\r\n|\r|\n)?")
_SECTION = re.compile(rb"\s{0,4}(?:xref\b|\d{1,10}\s{1,4}\d{1,5}\s{1,4}obj\b)")
_LINES = 60  # changed lines that a finding quotes
_PICTURE = 64 << 20  # bytes of a picture beyond which its size alone counts
_LONG = 4000  # lines of a page beyond which they are compared as sets


def ends_of(data: bytes | mmap.mmap) -> list[int]:
    """The lengths in bytes of all states of the file, the last one included, in order."""
    ends: list[int] = []
    linearised = b"/Linearized" in data[:2048]
    for number, match in enumerate(_END.finditer(data)):
        offset = int(match[1])
        if offset <= 0 or offset >= match.start():
            continue  # 0: the first part of a linearised file
        if linearised and number == 0 and offset > match.end():
            continue
        if _SECTION.match(data[offset : offset + 32]):
            ends.append(match.end())
    return ends


def has_earlier(path: Path, largest: int) -> bool:
    """Tell whether a file holds more than one state. Raises OSError."""
    if not 0 < path.stat().st_size <= largest:
        return False
    with path.open("rb") as stream, mmap.mmap(
        stream.fileno(), 0, access=mmap.ACCESS_READ
    ) as data:  # fmt: skip
        return len(ends_of(data)) > 1


def find_revisions(subject: Subject) -> Iterator[Finding]:
    """A finding for each earlier state of the file, the newest `limits.states`.

    Raises Unfinished, last, where there are more, or a page has more objects than allowed.
    """
    size = subject.path.stat().st_size
    if size == 0 or size > subject.limits.member:
        return
    with subject.path.open("rb") as stream, mmap.mmap(
        stream.fileno(), 0, access=mmap.ACCESS_READ
    ) as data:  # fmt: skip
        ends = ends_of(data)
        if len(ends) < 2:
            return
        most = subject.limits.page_objects
        last = _state(data[: ends[-1]], subject.passwords, most)
        first = max(len(ends) - 1 - subject.limits.states, 0)
        cut = any(page.cut for page in last or ())
        for number in range(first, len(ends) - 1):
            state = _state(data[: ends[number]], subject.passwords, most)
            cut = cut or any(page.cut for page in state or ())
            yield _compare(number + 1, len(ends), ends[number], size, state, last)
        if first or cut:
            raise Unfinished("limits.states" if first else "limits.page_objects")


@dataclass(frozen=True)
class _Page:
    lines: list[str]
    pictures: list[tuple[int, bytes]]  # (bytes as stored, digest of them)
    cut: bool = False  # there were more objects than were looked at


def _state(data: bytes, passwords: tuple[str, ...], most: int) -> list[_Page] | None:
    """The pages of a state, None where it cannot be opened."""
    for password in (None, *passwords):
        try:
            document = pypdfium2.PdfDocument(data, password=password)
        except pypdfium2.PdfiumError:
            continue
        try:
            return [_page(document, index, most) for index in range(len(document))]
        finally:
            document.close()
    return None


def _page(document: Any, index: int, most: int) -> _Page:
    try:
        page = document[index]
    except pypdfium2.PdfiumError:
        return _Page([], [])
    textpage = page.get_textpage()
    text = textpage.get_text_bounded()
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    pictures = []
    count = pdfium.FPDFPage_CountObjects(page.raw)
    for number in range(min(count, most)):
        thing = pdfium.FPDFPage_GetObject(page.raw, number)
        if pdfium.FPDFPageObj_GetType(thing) == pdfium.FPDF_PAGEOBJ_IMAGE:
            size = pdfium.FPDFImageObj_GetImageDataRaw(thing, None, 0)
            body = ctypes.create_string_buffer(max(min(size, _PICTURE), 1))
            if size <= _PICTURE:
                pdfium.FPDFImageObj_GetImageDataRaw(thing, body, size)
            pictures.append((size, hashlib.sha256(body.raw).digest()))
    textpage.close()
    page.close()
    return _Page(lines, pictures, count > most)


def _compare(
    number: int, of: int, length: int, size: int,
    earlier: list[_Page] | None, last: list[_Page] | None,
) -> Finding:  # fmt: skip
    removed: list[str] = []
    added: list[str] = []
    gone_pictures = 0
    touched: list[int] = []
    if earlier is None or last is None:
        said = "It could not be opened, so nothing was compared."
        notice: Notice = "medium"
    else:
        empty = _Page([], [])
        kept = {picture for page in last for picture in page.pictures}
        for index in range(max(len(earlier), len(last))):
            before = earlier[index] if index < len(earlier) else empty
            after = last[index] if index < len(last) else empty
            gone, new = _changes(before.lines, after.lines)
            lost = sum(picture not in kept for picture in before.pictures)
            if gone or new or lost:
                touched.append(index + 1)
            removed += gone
            added += new
            gone_pictures += lost
        said = _in_words(len(earlier), len(last), len(removed), len(added), gone_pictures, touched)
        lost_any = removed or gone_pictures or len(earlier) > len(last)
        notice = "high" if lost_any else "medium" if added or len(earlier) < len(last) else "low"
    exact = [f"- {line}" for line in removed[:_LINES]]
    exact += [f"+ {line}" for line in added[: _LINES - len(exact)]]
    return Finding(
        code="pdf_earlier_revision",
        notice=notice,
        where=f"revision {number} of {of}",
        observed=f"The file holds {of} states of the document. State {number} ends after"
        f" {length} of {size} bytes. {said}",
        innocent="Many programs save changes by appending: filling in a form, signing,"
        " highlighting or adding a note leaves the earlier state in the file.",
        suspicious="Words or pictures were changed or removed after the document was made, and"
        " whoever did it may not have known that the earlier state stays in the file.",
        limits="Words and pictures are compared, not drawings. Who changed it, and when, does not"
        " follow from this. A file that was saved anew as a whole keeps no earlier state.",
        by_hand=f"head -c {length} FILE > revision-{number}.pdf, then open both side by side.",
        page=touched[0] if touched else None,
        exact=tuple(exact),
    )


def _changes(before: list[str], after: list[str]) -> tuple[list[str], list[str]]:
    """(lines that are only in `before`, lines that are only in `after`)."""
    if before == after:
        return [], []
    if max(len(before), len(after)) > _LONG:
        old, new = set(before), set(after)
        return [b for b in before if b not in new], [a for a in after if a not in old]
    gone: list[str] = []
    fresh: list[str] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag != "equal":
            gone += before[a:b]
            fresh += after[c:d]
    # a line that only moved is not one that went
    moved = set(gone) & set(fresh)
    return [g for g in gone if g not in moved], [f for f in fresh if f not in moved]


def _in_words(
    pages: int, last: int, removed: int, added: int, pictures: int, touched: list[int]
) -> str:
    parts = []
    if pages != last:
        parts.append(f"It has {pages} {_s(pages, 'page')}, the last state {last}.")
    if removed or added:
        parts.append(
            f"{removed} {_s(removed, 'line')} of it are not in the last state, and {added} of the"
            " last state are not in it."
        )
    if pictures:
        parts.append(f"{pictures} {_s(pictures, 'picture')} of it are not in the last state.")
    if touched:
        named = ", ".join(str(page) for page in touched[:12]) + (" …" if len(touched) > 12 else "")
        parts.append(f"They differ on page {named}.")
    else:
        parts.append("Its words and pictures are those of the last state.")
    return " ".join(parts)


def _s(count: int, noun: str) -> str:
    return noun if count == 1 else noun + "s"
