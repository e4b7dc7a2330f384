"""Metadata of a PDF: its information dictionary and XMP packet, scripts, XFA forms as text.

Read through pikepdf, which gives every key of the dictionary, also private ones. Where it
cannot open the file, pdfium's eight standard keys are all there is.
"""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pypdfium2.raw as pdfium

from assay.extract import dates
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.extract.xmlstream import Broken, parse_bytes
from assay.extract.xmp import read_xmp
from assay.settings import Limits

if TYPE_CHECKING:
    from assay.extract.pdf_parts import Parts

_PACKET = 16 << 20


def read_metadata(request: Request, document: Any, transcript: Transcript) -> None:
    """Note all metadata as found; title, author and times from the dictionary, then XMP."""
    info, packet, parts = _by_pikepdf(request)
    if info is None:
        info = {k: v for k, v in document.get_metadata_dict().items() if v}
    for key, value in info.items():
        transcript.note(f"pdf:{key}", value)
    pairs = read_xmp(packet, request.limits) if packet else []
    for name, value in pairs:
        transcript.note(f"xmp:{name}", value)
    found = dict(reversed(pairs))  # the first of each name counts
    if parts is not None:
        _take_parts(parts, transcript)
    transcript.title = info.get("Title") or found.get("dc:title")
    transcript.author = info.get("Author") or found.get("dc:creator")
    transcript.created = dates.from_pdf(info.get("CreationDate", "")) or dates.from_iso(
        found.get("xmp:CreateDate", "")
    )
    transcript.modified = dates.from_pdf(info.get("ModDate", "")) or dates.from_iso(
        found.get("xmp:ModifyDate", "")
    )


def _take_parts(parts: Parts, transcript: Transcript) -> None:
    """Write what else was found, name what nobody reads, vouch for the rest."""
    for script in parts.scripts:
        transcript.note("pdf:script", script)
    shown = "".join(transcript.text().split()).casefold() if parts.spoken else ""
    unsaid = [s for s in dict.fromkeys(parts.spoken) if "".join(s.split()).casefold() not in shown]
    if unsaid:
        transcript.page("\n".join(unsaid), label="Words for figures")
    if parts.signed:
        transcript.page("\n".join(dict.fromkeys(parts.signed)), label="Signatures")
    for what, count in parts.unclaimed.items():
        transcript.trouble("part_unclaimed", what, f"{count} {what}")
    if parts.whole:
        transcript.vouch()


def _by_pikepdf(request: Request) -> tuple[dict[str, str] | None, bytes, Parts | None]:
    import pikepdf

    from assay.extract.pdf_parts import parts_of

    for password in ("", *request.passwords):
        try:
            with pikepdf.open(request.path, password=password) as pdf:
                info: dict[str, str] = {}
                if "/Info" in pdf.trailer:
                    table: Any = pdf.trailer["/Info"]
                    if isinstance(table, pikepdf.Dictionary):
                        info = {str(k)[1:]: _plain(v) for k, v in table.items()}
                packet = pdf.Root.get("/Metadata")
                body = packet.read_bytes() if isinstance(packet, pikepdf.Stream) else b""
                try:
                    parts = parts_of(pdf)
                except (pikepdf.PdfError, ValueError, RuntimeError, KeyError, TypeError,
                        AttributeError, RecursionError):  # fmt: skip
                    parts = None  # a broken tree: what it holds stays unknown
                return {k: v for k, v in info.items() if v}, body[:_PACKET], parts
        except pikepdf.PasswordError:
            continue
        except (pikepdf.PdfError, ValueError, RuntimeError, KeyError, TypeError, AttributeError):
            return None, b"", None
    return None, b"", None


def _plain(value: Any) -> str:
    import pikepdf

    if isinstance(value, pikepdf.String):
        return str(value).rstrip("\x00")
    if isinstance(value, pikepdf.Name):
        return str(value)
    return "" if isinstance(value, pikepdf.Dictionary | pikepdf.Stream) else str(value)


class _Words:
    """The text of an XFA packet: one line a text node."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self._skip = 0
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._close()
        if tag.endswith(("script", "image")):
            self._skip += 1

    def end(self, tag: str) -> None:
        self._close()
        if tag.endswith(("script", "image")):
            self._skip -= 1

    def data(self, text: str) -> None:
        if not self._skip:
            self._text.append(text)

    def _close(self) -> None:
        line = "".join(self._text).strip()
        self._text.clear()
        if line:
            self.lines.append(line)


def xfa_texts(document: Any, limits: Limits) -> Iterator[str]:
    """The words of an XFA form: its template, then what was filled in."""
    raw = document.raw
    for number in range(max(pdfium.FPDF_GetXFAPacketCount(raw), 0)):
        length = pdfium.FPDF_GetXFAPacketName(raw, number, None, 0)
        label = ctypes.create_string_buffer(max(length, 1))
        pdfium.FPDF_GetXFAPacketName(raw, number, label, length)
        if label.value not in (b"template", b"datasets"):
            continue
        size = ctypes.c_ulong()
        pdfium.FPDF_GetXFAPacketContent(raw, number, None, 0, size)
        body = ctypes.create_string_buffer(max(size.value, 1))
        pdfium.FPDF_GetXFAPacketContent(raw, number, body, size.value, size)
        words = _Words()
        try:
            parse_bytes(body.raw[: size.value], words, limits)
        except Broken:
            pass  # what was before the break is kept
        if words.lines:
            yield "\n".join(words.lines)
