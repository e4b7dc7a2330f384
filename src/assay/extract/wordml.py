"""Word 2003 XML (`w:wordDocument`) and packages in one XML file (`pkg:package`, Flat OPC).

A package in one file is written out as the zip that it stands for, below the scratch folder, and
read as that. Word 2003 XML holds everything in one stream: its body goes to the reader of DOCX
(docx.py), whose elements it shares; changes, comments and notes stand inside the body there and
are told apart here. Headers and footers are read where their section ends; comments, foot- and
endnotes come after the body. Pictures, objects and macros (`binData`) are members.
"""

from __future__ import annotations

import base64
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any

from assay.extract import dates, types
from assay.extract.docx import Body, Changes
from assay.extract.docx_lists import Lists
from assay.extract.office import attribute
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.runs import Kinds
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.extract.xmlstream import parse_file, short_name
from assay.ports import Card

CARD = Card(
    name="wordml",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(types.WORDML, types.FLAT_OPC),
    limits="pages are by length, not as printed",
)
_PART = re.compile(
    rb"<pkg:part\b([^>]*)>\s*(?:<pkg:xmlData\b[^>]*>(.*?)</pkg:xmlData>"
    rb"|<pkg:binaryData\b[^>]*>(.*?)</pkg:binaryData>)?",
    re.DOTALL,
)
_NAME = re.compile(rb"\spkg:name\s*=\s*[\"']([^\"']+)[\"']")
_KIND = re.compile(rb"\spkg:contentType\s*=\s*[\"']([^\"']+)[\"']")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")
_ASIDE: dict[str, Kinds] = {"w:hdr": ("header",), "w:ftr": ("footer",)}
_CHANGED = {"Word.Insertion": "w:ins", "Word.Deletion": "w:del"}
_READERS = (
    (b"wordprocessingml", types.DOCX, "docx", "read_docx"),
    (b"spreadsheetml", types.XLSX, "xlsx", "read_xlsx"),
    (b"presentationml", types.PPTX, "pptx", "read_pptx"),
)
_Event = tuple[str, Any, Any]


# ---------------------------------------------------------------- a package in one file


def read_flat_package(request: Request, transcript: Transcript) -> None:
    """Read the package that the file stands for. Raises Stop with `damaged` or a limit."""
    body = request.path.read_bytes() if _fits(request) else b""
    if not body:
        raise Stop("limit_member", "", f"over {request.limits.memory // 8} bytes")
    place = request.scratch / ".package.zip"
    try:
        main = _write_package(body, place)
        for mark, media, file, function in _READERS:
            if mark in main:
                read: Callable[[Request, Transcript], None] = getattr(
                    import_module(f"assay.extract.{file}"), function
                )
                read(replace(request, path=place, type=media), transcript)
                return
        raise Stop("damaged", "", "no main part")
    finally:
        place.unlink(missing_ok=True)


def _fits(request: Request) -> bool:
    return request.path.stat().st_size <= request.limits.memory // 8


def _write_package(body: bytes, place: Any) -> bytes:
    """Write the parts as a zip; the content type of its main part, b"" for none."""
    main = b""
    with zipfile.ZipFile(place, "w", zipfile.ZIP_STORED) as out:
        seen: set[str] = set()
        for match in _PART.finditer(body):
            found = _NAME.search(match[1])
            name = found[1].decode("utf-8", "replace").lstrip("/") if found else ""
            if not name or name in seen:
                continue
            seen.add(name)
            kind = _KIND.search(match[1])
            if kind and b"main+xml" in kind[1]:
                main = main or kind[1]
            packed = re.sub(rb"\s", b"", match[3] or b"")
            content = match[2] if match[2] is not None else _unpacked(packed)
            out.writestr(name, content.strip() if match[2] is not None else content)
    return main


def _unpacked(packed: bytes) -> bytes:
    good = _BASE64.match(packed.decode("ascii", "replace"))
    clean = (good[0] if good else "").rstrip("=")
    return base64.b64decode(clean[: len(clean) - (len(clean) % 4 == 1)] + "==")


# ---------------------------------------------------------------- Word 2003


def read_wordml(request: Request, transcript: Transcript) -> None:
    """Read a Word 2003 document. One that breaks off keeps what stands before the break."""
    book = _Flat(transcript, request.only is not None)
    broken = parse_file(request.path, book, request.limits)
    if broken:
        transcript.trouble("damaged", "", broken)
    book.close()


class _Flat:
    """Hands the events of the body on, and keeps apart what stands inside it."""

    def __init__(self, transcript: Transcript, silent: bool) -> None:
        self._transcript = transcript
        self._silent = silent
        self._hidden: set[str] = set()
        self._changes = Changes(self._hidden, Lists(None, ""))
        self._body = Body(transcript, self._changes, ())
        self._sink: Body | None = None
        self._aside: Body | None = None
        self._later: list[tuple[Kinds, list[_Event]]] = []
        self._kept: list[list[_Event]] = []  # notes and comments that are open
        self._open: list[str] = []  # what the open annotations were taken for
        self._style = ""
        self._property = ""
        self._binary: str | None = None
        self._text: list[str] = []
        self._notes = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if tag == "w:binData":
            self._binary = attribute(attributes, "w:name") or "object"
            self._text = []
        elif tag == "aml:annotation":
            self._annotation(attributes)
        elif tag in ("w:footnote", "w:endnote") and self._sink is not None:
            self._notes += 1
            self._forward("start", "w:t", {})
            self._forward("data", f"[{self._notes}]", None)
            self._forward("end", "w:t", None)
            self._keep((), f"[{self._notes}] ")
        elif tag in _ASIDE:
            self._aside = Body(self._transcript, self._changes, _ASIDE[tag])
        elif tag == "w:style":
            self._style = attribute(attributes, "w:styleId")
        elif tag == "w:vanish" and self._style:
            if attribute(attributes, "w:val") not in ("off", "0", "false"):
                self._hidden.add(self._style)
        elif tag.startswith("o:"):
            self._property, self._text = tag[2:], []
        elif tag == "w:body":
            self._sink = self._body
        elif tag == "wx:t":  # the number of a list's paragraph, as it is shown
            number = attribute(attributes, "wx:val")
            if any(c.isalnum() for c in number):
                self._forward("start", "w:t", {})
                self._forward("data", number + " ", None)
                self._forward("end", "w:t", None)
        elif tag == "w:hlink":
            self._note("link:hyperlink", attribute(attributes, "w:dest"))
        else:
            self._forward("start", tag, attributes)

    def _annotation(self, attributes: dict[str, str]) -> None:
        kind = attribute(attributes, "w:type")
        author = attribute(attributes, "aml:author")
        when = attribute(attributes, "aml:createdate")
        if kind in _CHANGED:
            self._forward("start", _CHANGED[kind], {"w:author": author})
        elif kind == "Word.Comment":
            marks = " · ".join(m for m in ("comment", author, when) if m)
            self._keep(("comment",), f"[{marks}] ")
        self._open.append(kind)

    def _keep(self, kinds: Kinds, label: str) -> None:
        events: list[_Event] = [("label", label, None)]
        self._later.append((kinds, events))
        self._kept.append(events)

    def _forward(self, what: str, first: Any, second: Any) -> None:
        if self._kept:
            self._kept[-1].append((what, first, second))
        elif (sink := self._aside or self._sink) is not None and not self._silent:
            _tell(sink, what, first, second)

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "w:binData":
            self._member("".join(self._text))
            self._binary = None
            self._text = []
        elif tag == "aml:annotation":
            kind = self._open.pop() if self._open else ""
            if kind in _CHANGED:
                self._forward("end", _CHANGED[kind], None)
            elif kind == "Word.Comment" and self._kept:
                self._kept.pop()
        elif tag in ("w:footnote", "w:endnote") and self._sink is not None:
            if self._kept:
                self._kept.pop()
        elif tag in _ASIDE:
            if self._aside is not None and not self._silent:
                self._aside.close()
            self._aside = None
        elif tag == "w:style":
            self._style = ""
        elif tag.startswith("o:"):
            name, self._property = self._property, ""
            if not self._silent:
                describe(name, "".join(self._text).strip(), self._transcript, "word")
            self._text = []
        elif tag == "w:body":
            self._body.close()
            self._sink = None
        else:
            self._forward("end", tag, None)

    def data(self, text: str) -> None:
        """Character data."""
        if self._binary is not None or self._property:
            self._text.append(text)
        else:
            self._forward("data", text, None)

    def _note(self, name: str, value: str) -> None:
        if not self._silent:
            self._transcript.note(name, value)

    def _member(self, packed: str) -> None:
        self._transcript.container = True
        spool = self._transcript.members()
        name = (self._binary or "object").removeprefix("wordml://").replace("/", "_")
        if spool.wanted():
            spool.add(name.encode("utf-8", "replace"), bytes_of("".join(packed.split())))
        else:
            spool.skip()

    def close(self) -> None:
        """Write what was kept for the end, and what a break left open."""
        if self._silent:
            return
        self._body.close()
        for kinds, events in self._later:
            body = Body(self._transcript, self._changes, kinds)
            for what, first, second in events:
                _tell(body, what, first, second)
            body.close()
        self._changes.say(self._transcript)


def describe(name: str, value: str, transcript: Transcript, prefix: str) -> None:
    """Note a property of an Office 2003 document (`o:DocumentProperties`)."""
    if not value:
        return
    transcript.note(f"{prefix}:{name}", value)
    if name == "Title":
        transcript.title = value
    elif name == "Author":
        transcript.author = value
    elif name == "Created":
        transcript.created = dates.from_iso(value)
    elif name == "LastSaved":
        transcript.modified = dates.from_iso(value)


def _tell(body: Body, what: str, first: Any, second: Any) -> None:
    if what == "start":
        body.start(first, {short_name(k): v for k, v in second.items()} if second else {})
    elif what == "end":
        body.end(first)
    elif what == "data":
        body.data(first)
    else:
        body.label(first)


def bytes_of(packed: str) -> Iterator[bytes]:
    """Base64 without white space, decoded as far as it goes. Raises MemberBroken for the rest."""
    good = _BASE64.match(packed)
    yield _unpacked(packed.encode("ascii", "replace"))
    if good is None or good.end() != len(packed):
        raise MemberBroken("damaged", "base64")
