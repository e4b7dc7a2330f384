"""DjVu: the text layer of each page with its word boxes; pages without one wait for OCR.

Annotations (links and notes on a page) follow its text as region `comment`. The outline and the
metadata are the document's. A document that the library refuses as a whole is taken apart by its
chunks, and each page that still stands is read by itself. Pages are drawn by the same library, so
OCR needs nothing else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from assay.extract import dates
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.model.reading import Words
from assay.ports import Card

CARD = Card(
    name="djvu",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("image/vnd.djvu",),
    limits="documents whose pages lie in other files are read page by page, as those files",
)
# columns, regions and paragraphs end with controls of their own; as lines they are readable
_ENDS = str.maketrans({"\x0b": "\n", "\x1d": "\n", "\x1f": "\n", "\0": " "})
_PAGE = re.compile(rb"FORM(....)DJVU", re.DOTALL)


def library() -> Any:
    """The library, held to one thread: each of its threads would cost address space."""
    os.environ.setdefault("RAYON_NUM_THREADS", "1")
    import djvu_rs

    return djvu_rs


def read_djvu(request: Request, transcript: Transcript) -> None:
    """Read a document. Raises Stop at `limits.pages` or `limits.text`."""
    if request.path.stat().st_size > request.limits.memory // 4:
        raise Stop("limit_member", "", f"over {request.limits.memory // 4} bytes")
    pages = _describe(request.path, transcript)
    number = 0
    for number, page in enumerate(pages, 1):
        if page is None:
            transcript.trouble("page_failed", f"page {number}")
            transcript.page("")
            continue
        _read_page(page, number, transcript)
    if not number:
        raise Stop("damaged", "", "no page")


def opened(path: Path) -> Any:
    """The document at `path`. Raises Stop with `damaged` where it cannot be opened."""
    document = safely(library().Document.open, str(path))
    if document is None:
        raise Stop("damaged", "", "not opened")
    return document


def safely(call: Any, *given: Any, **more: Any) -> Any:
    """The answer of the library, None where it fails. Its panics are no Exception."""
    try:
        return call(*given, **more)
    except (KeyboardInterrupt, SystemExit, MemoryError):
        raise
    except BaseException as error:
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            return None
        raise


def _describe(path: Path, transcript: Transcript) -> Iterator[Any]:
    """Note what the document says of itself; its pages one by one, None for one that fails."""
    document = safely(library().Document.open, str(path))
    if document is None:
        return _salvaged(path, transcript)
    metadata = safely(document.metadata) or {}
    for name, value in metadata.items():
        if isinstance(value, str):
            transcript.note(f"djvu:{name}", value)
    for name, value in metadata.get("extra") or ():
        transcript.note(f"djvu:{name}", value)
    transcript.title, transcript.author = metadata.get("title"), metadata.get("author")
    given = {str(k).lower(): str(v) for k, v in metadata.get("extra") or ()}
    transcript.created = dates.from_pdf(given.get("creationdate", "")) or None
    transcript.modified = dates.from_pdf(given.get("moddate", "")) or None
    count = document.page_count()
    _outline(safely(document.bookmarks) or [], 0, count, transcript)
    return (safely(document.page, index) for index in range(count))


def _outline(entries: list[Any], level: int, count: int, transcript: Transcript) -> None:
    for entry in entries:
        target = str(entry.get("url", "")).lstrip("#")
        page = int(target) if target.isdigit() else 0
        if entry.get("title") and 1 <= page <= count:
            transcript.outline.append((level, entry["title"], page))
        elif entry.get("title"):
            transcript.note("djvu:bookmark", f"{entry['title']} {target}".strip())
        if level < 50:
            _outline(entry.get("children") or [], level + 1, count, transcript)


def _salvaged(path: Path, transcript: Transcript) -> Iterator[Any]:
    """The pages that stand in the file as chunks, each opened by itself."""
    data = path.read_bytes()
    indirect = b"DIRM" in data[:32] and len(data) > 24 and not data[24] & 0x80
    if indirect:
        raise Stop("unsupported", "", "its pages lie in other files", "Add the files beside it.")
    found = list(_PAGE.finditer(data))
    if found:
        transcript.trouble("repaired", "", "taken apart by its chunks")
    for match in found:
        size = int.from_bytes(match.group(1), "big")
        if match.start() + 8 + size > len(data):
            transcript.trouble("truncated", "", "the last page is cut")
        body = data[match.start() : match.start() + 8 + size]
        size = len(body) - 8
        body = b"AT&TFORM" + size.to_bytes(4, "big") + body[8:]
        document = safely(library().Document.from_bytes, body)
        yield safely(document.page, 0) if document is not None else None


def _read_page(page: Any, number: int, transcript: Transcript) -> None:
    dpi = page.dpi or 300
    width, height = page.width * 72 / dpi, page.height * 72 / dpi
    layer = safely(page.text_layer)
    text = (layer["text"] if layer else safely(page.text) or "").translate(_ENDS)
    words = _words(layer["zones"], text, dpi) if layer else None
    notes = _notes(page)
    shown = "\n".join([text.rstrip("\n"), *notes]) if notes and text.strip() else text
    shown = "\n".join(notes) if notes and not text.strip() else shown
    transcript.page(shown, width=width, height=height, words=words, wants_ocr=not text.strip())
    if notes:
        extent = len("\n".join(notes))
        transcript.mark("comment", transcript.length - extent)


def _notes(page: Any) -> list[str]:
    """What is written on a page's annotations."""
    annotations = safely(page.annotations)
    found: list[str] = []
    for area in annotations[1] if annotations else ():
        parts = [area.get("description") or "", area.get("url") or ""]
        line = " ".join(part for part in parts if part)
        if line and not re.fullmatch(r"#[+-]?\d+", line):
            found.append(line)
    return found


def _words(zones: list[Any], text: str, dpi: int) -> Words | None:
    """The boxes of words, found in the text in their order."""
    starts: list[int] = []
    ends: list[int] = []
    boxes: list[int] = []
    at = 0
    waiting = list(reversed(zones))
    while waiting:
        zone = waiting.pop()
        if zone["kind"] != "Word":
            waiting += reversed(zone["children"])
            continue
        word = zone["text"].translate(_ENDS).strip()
        place = text.find(word, at) if word else -1
        if place < 0:
            continue
        rect = zone["rect"]
        starts.append(place)
        ends.append(at := place + len(word))
        edges = (rect["x"], rect["y"], rect["x"] + rect["width"], rect["y"] + rect["height"])
        boxes += (round(edge * 720 / dpi) for edge in edges)
    return Words(tuple(starts), tuple(ends), tuple(boxes)) if starts else None
