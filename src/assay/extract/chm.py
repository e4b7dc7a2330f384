"""Compiled HTML help (CHM): its topics in the order of the table of contents.

Each topic begins a page; topics that the table does not name follow in the order of the
directory. The outline is the table of contents. Pictures and whatever else the
author put in are members; the indexes that the compiler made are the file's own workings. Words
of the table and of the index stand at the end (region `boilerplate`). Topics without a declared
charset are read by the code page of the help file's language.
"""

from __future__ import annotations

import posixpath
import re
import struct
from collections import Counter
from html import unescape
from urllib.parse import unquote

from assay.extract import dates
from assay.extract.html import render, write
from assay.extract.itss import Store, Stored, opened
from assay.extract.request import Request
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="chm",
    version="1 libarchive",
    licence="AGPL-3.0-or-later",
    formats=("application/vnd.ms-htmlhelp",),
    limits="a table of contents that is stored in binary alone is not read",
)
_TOPIC = (b".htm", b".html", b".xhtml", b".xht")
_LISTS = (b".hhc", b".hhk")
_TOKEN = re.compile(r"<(/?)(ul|object|param)\b((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>", re.IGNORECASE)
_GIVEN = re.compile(r"(name|value)\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
# code pages by the primary language of a Windows language id
_PAGES = {
    0x01: "cp1256", 0x02: "cp1251", 0x05: "cp1250", 0x08: "cp1253", 0x0D: "cp1255", 0x0E: "cp1250",
    0x11: "cp932", 0x12: "cp949", 0x15: "cp1250", 0x18: "cp1250", 0x19: "cp1251", 0x1A: "cp1250",
    0x1B: "cp1250", 0x1E: "cp874", 0x1F: "cp1254", 0x20: "cp1256", 0x22: "cp1251", 0x23: "cp1251",
    0x24: "cp1250", 0x25: "cp1257", 0x26: "cp1257", 0x27: "cp1257", 0x29: "cp1256", 0x2A: "cp1258",
    0x2F: "cp1251", 0x3F: "cp1251", 0x40: "cp1251",
}  # fmt: skip
_META = re.compile(rb"<meta[^>]{0,300}?charset\s*=", re.IGNORECASE)


def read_chm(request: Request, transcript: Transcript) -> None:
    """Read a help file. Raises Stop with `damaged`, `tool_missing` or a limit."""
    store = opened(request.path, request.scratch, request.limits)
    try:
        early = len(store.broken)
        for detail in store.broken:
            transcript.trouble("truncated", "", detail)
        _Help(store, request, transcript).read()
        for detail in store.broken[early:]:
            transcript.trouble("damaged", "", detail)
    finally:
        store.close()


class _Help:
    def __init__(self, store: Store, request: Request, transcript: Transcript) -> None:
        self._store = store
        self._request = request
        self._transcript = transcript
        self._charset = _code_page(store.language)
        self._lost: Counter[str] = Counter()

    def read(self) -> None:
        """Topics, then the lists, then the members."""
        own = [f for f in self._store.files if is_own(f.name)]
        topics = {f.name.lower(): f for f in own if f.name.lower().endswith(_TOPIC)}
        lists = [f for f in own if f.name.lower().endswith(_LISTS)]
        if self._request.only is None:
            contents, default = self._describe()
            entries = self._entries(contents, lists)
            self._write_topics(entries, topics, default)
            self._write_lists(entries, lists)
        styles = [f for f in own if f.name.lower().endswith(b".css")]
        for stored in styles:
            self._transcript.note("chm:style-sheet", stored.name.decode("utf-8", "replace"))
        shown = {f.name for f in (*topics.values(), *lists, *styles)}
        members = [f for f in own if f.name not in shown]
        if members:
            self._transcript.container = True
            spool = self._transcript.members()
            for stored in members:
                if spool.wanted():
                    spool.add(stored.name.lstrip(b"/"), self._store.chunks(stored))
                else:
                    spool.skip()

    def _describe(self) -> tuple[bytes, bytes]:
        """(name of the table of contents, name of the first topic), from the file's own record."""
        transcript = self._transcript
        transcript.note("chm:language", f"0x{self._store.language:04x}")
        stored = self._store.find(b"#SYSTEM")
        contents = default = b""
        try:
            record = self._store.read(stored, 1 << 20) if stored else b""
        except MemberBroken as broken:
            transcript.trouble(broken.code, "part #SYSTEM", broken.detail)
            return b"", b""
        at = 4
        while at + 4 <= len(record):
            code, size = struct.unpack_from("<HH", record, at)
            value = record[at + 4 : at + 4 + size]
            at += 4 + size
            text = value.partition(b"\0")[0].decode(self._charset, "replace")
            if code == 0:
                contents = value.partition(b"\0")[0]
            elif code == 2:
                default = value.partition(b"\0")[0]
            elif code == 3:
                transcript.title = text
            elif code == 9:
                transcript.note("chm:compiler", text)
            elif code == 10 and size >= 4:
                made = dates.from_epoch(int.from_bytes(value[:4], "little"))
                transcript.note("chm:timestamp", made or "")
        return contents, default

    def _text(self, stored: Stored) -> str:
        """A list of the help file as text; "" where it cannot be had."""
        try:
            raw = self._store.read(stored)
        except MemberBroken as broken:
            self._transcript.trouble(broken.code, self._where(stored), broken.detail)
            return ""
        try:
            return raw.decode("utf-8")
        except UnicodeDecodeError:
            return raw.decode(self._charset, "replace")

    def _where(self, stored: Stored) -> str:
        return f"entry {self._store.files.index(stored) + 1}"

    def _entries(self, contents: bytes, lists: list[Stored]) -> list[tuple[int, str, str]]:
        """The table of contents as (level, title, target)."""
        stored = self._store.find(contents) if contents else None
        if stored is None:
            stored = next((f for f in lists if f.name.lower().endswith(b".hhc")), None)
        return sitemap(self._text(stored)) if stored else []

    def _write_topics(
        self, entries: list[tuple[int, str, str]], topics: dict[bytes, Stored], default: bytes
    ) -> None:
        transcript = self._transcript
        pages: dict[bytes, int] = {}
        first = b"/" + default.lstrip(b"/").lower()
        order = [first] if default and first in topics else []
        places = [_place(target, topics, self._charset) for _, _, target in entries]
        order += [place for place in places if place]
        order += list(topics)
        for name in dict.fromkeys(order):
            transcript.end_flow()
            pages[name] = len(transcript.pages) + 1
            self._write_topic(topics[name])
        for code, count in self._lost.items():
            transcript.trouble(code, "topics", f"{count} of {len(topics)}")
        for (level, title, _), place in zip(entries, places, strict=True):
            page = pages.get(place or b"", 0)
            if title and page:
                transcript.outline.append((level, title, min(page, max(len(transcript.pages), 1))))

    def _write_topic(self, stored: Stored) -> None:
        try:
            body = self._store.read(stored)
        except MemberBroken as broken:
            self._lost[broken.code] += 1
            return
        declared = None
        if not _META.search(body[:8192]):
            try:
                body.decode("utf-8")
            except UnicodeDecodeError:
                declared = self._charset
        rendered = render(body, declared, self._request.limits)[0]
        if rendered.title and rendered.title not in rendered.lines[:3]:
            self._transcript.paragraph(rendered.title)
        write(rendered, self._transcript)

    def _write_lists(self, entries: list[tuple[int, str, str]], lists: list[Stored]) -> None:
        words = [title for _, title, _ in entries]
        for stored in lists:
            if stored.name.lower().endswith(b".hhk"):
                words += [title for _, title, _ in sitemap(self._text(stored))]
        transcript = self._transcript
        unique = [word for word in dict.fromkeys(words) if word.strip()]
        if not unique:
            return
        transcript.end_flow()
        start = transcript.length
        for word in unique:
            transcript.paragraph(word)
        transcript.mark("boilerplate", start)


def is_own(name: bytes) -> bool:
    """Tell whether a file is the author's: not a folder, not the compiler's."""
    return name.startswith(b"/") and not name.endswith(b"/") and name[1:2] not in (b"#", b"$")


def sitemap(text: str) -> list[tuple[int, str, str]]:
    """(level, title, target) of each object of a table of contents or an index."""
    found: list[tuple[int, str, str]] = []
    level = -1
    given: dict[str, str] = {}
    for match in _TOKEN.finditer(text):
        closing, tag, rest = match.group(1), match.group(2).lower(), match.group(3)
        if tag == "ul":
            level += -1 if closing else 1
        elif tag == "param":
            pair = {k.lower(): unescape(v.strip("\"'")) for k, v in _GIVEN.findall(rest)}
            if "name" in pair:
                given.setdefault(pair["name"].lower(), pair.get("value", ""))
        elif closing:
            if given.get("name") or given.get("local"):
                found.append((max(level, 0), given.get("name", ""), given.get("local", "")))
            given = {}
    return found


def _place(target: str, topics: dict[bytes, Stored], charset: str) -> bytes | None:
    """The topic that a target of the table means."""
    path = target.partition("#")[0].replace("\\", "/")
    path = path.rpartition("::")[2].strip()
    if not path:
        return None
    for form in (path, unquote(path)):
        clean = posixpath.normpath("/" + form.lstrip("/"))
        for name in (clean.encode("utf-8", "replace"), clean.encode(charset, "replace")):
            if name.lower() in topics:
                return name.lower()
    return None


def _code_page(language: int) -> str:
    primary, variant = language & 0x3FF, language >> 10
    if primary == 0x04:
        return "gb18030" if variant in (0x02, 0x04) else "big5"
    if primary == 0x1A and variant == 0x03:
        return "cp1251"  # Serbian in Cyrillic
    return _PAGES.get(primary, "cp1252")
