"""OpenDocument text, presentations and drawings; a slide or drawing page is a page.

The text comes in its order with tables (cells divided by tabs), notes under their number
and comments marked apart at the end. Deleted text under change tracking is not in the text
but counted in the metadata. Headers and footers come from the master pages. Workbooks go
through calamine (xlsx.py).
"""

from __future__ import annotations

from assay.extract import dates, types
from assay.extract.office import Package, attribute, opened
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.extract.xmlstream import Broken, parse
from assay.ports import Card

CARD = Card(
    name="odf",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=tuple(
        types.ODF + kind
        for kind in (
            "text", "presentation", "graphics", "text-master", "text-web", "text-flat-xml",
        )
    ),
    limits="pages of a text are by length, not as printed; an encrypted file is named only",
)  # fmt: skip

MEMBER_FOLDERS = ("Pictures/", "media/", "Thumbnails/", "Object", "embeddings/")


def read_odf(request: Request, transcript: Transcript) -> None:
    """Read an OpenDocument file. Raises Stop with `encrypted` or `damaged`."""
    if request.type.endswith("flat-xml"):
        body = _Body(transcript, "", headers=True)
        with request.path.open("rb") as stream:
            try:
                parse(iter(lambda: stream.read(1 << 18), b""), body, request.limits)
            except Broken as broken:
                transcript.trouble("damaged", "", str(broken))
        body.close()
        return
    with opened(request, transcript) as package:
        check_encryption(package)
        if request.only is None:
            counts = _read_text(package, transcript)
            if counts:
                transcript.note("tracked:deleted", counts)
            read_properties(package)
        package.take_members(MEMBER_FOLDERS)


def check_encryption(package: Package) -> None:
    """Raise Stop with `encrypted` where the manifest says that the content is."""
    manifest = _Manifest()
    package.stream("META-INF/manifest.xml", manifest)
    if manifest.encrypted:
        raise Stop("encrypted", "", "OpenDocument", "Open it in LibreOffice and save a copy.")


def read_properties(package: Package) -> None:
    """Note the properties of meta.xml and normalise the common ones."""
    collected = _Properties()
    package.stream("meta.xml", collected)
    transcript = package.transcript
    for name, value in collected.found:
        transcript.note(name, value)
    found = dict(reversed(collected.found))
    transcript.title = found.get("dc:title")
    transcript.author = found.get("meta:initial-creator") or found.get("dc:creator")
    transcript.created = dates.from_iso(found.get("meta:creation-date", ""))
    transcript.modified = dates.from_iso(found.get("dc:date", ""))


def _read_text(package: Package, transcript: Transcript) -> int:
    if not package.has("content.xml"):
        transcript.trouble("damaged", "", "no content part")
    slides = "draw:page" if package.request.type.endswith(("presentation", "graphics")) else ""
    if not slides:
        master = _Body(transcript, "", headers=True)
        package.stream("styles.xml", master)
        master.close()
    body = _Body(transcript, slides)
    package.stream("content.xml", body)
    body.close()
    for name in package.names("Object "):
        if name.endswith("/content.xml"):
            inside = _Body(transcript, "")
            package.stream(name, inside)
            inside.close()
    return body.deleted


class _Manifest:
    def __init__(self) -> None:
        self.encrypted = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "manifest:encryption-data":
            self.encrypted = True

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Properties:
    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self._text: list[str] = []
        self._label = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        self._label = attribute(attributes, "meta:name") if tag == "meta:user-defined" else ""

    def end(self, tag: str) -> None:
        value = "".join(self._text).strip()
        self._text.clear()
        if value:
            self.found.append((f"{tag}:{self._label}" if self._label else tag, value))

    def data(self, text: str) -> None:
        self._text.append(text)


_LINES = frozenset(("text:p", "text:h"))
_REGIONS = frozenset(("style:header", "style:footer", "style:header-left", "style:footer-left",
                      "style:header-first", "style:footer-first"))  # fmt: skip


class _Body:
    """Writes paragraphs, or pages where `slides` names the element that is one."""

    def __init__(self, transcript: Transcript, slides: str, headers: bool = False) -> None:
        self.deleted = 0
        self._transcript = transcript
        self._slides = slides
        self._open = not headers
        self._headers = headers
        self._lines: list[list[str]] = []
        self._rows: list[list[list[str]]] = []
        self._page: list[str] | None = None
        self._later: list[str] = []
        self._asides: list[tuple[str, list[list[str]], list[list[list[str]]]]] = []
        self._aside: list[str] = []
        self._pending_notes: list[str] = []
        self._removed = 0
        self._skip = 0
        self._meta = ""
        self._label = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "text:tracked-changes":
            self._removed += 1
        elif tag == "text:deletion":
            self.deleted += 1
        elif tag == "office:binary-data":
            self._skip += 1
        elif tag == "office:body" or (self._headers and tag in _REGIONS):
            self._open = True
        elif self._removed or not self._open:
            return
        elif tag in _LINES:
            self._lines.append([])
        elif tag == "text:s" and self._lines:
            count = attribute(attributes, "text:c")
            self._lines[-1].append(" " * min(int(count) if count.isdecimal() else 1, 1000))
        elif tag == "text:tab" and self._lines:
            self._lines[-1].append("\t")
        elif tag == "text:line-break" and self._lines:
            self._lines[-1].append("\n")
        elif tag == "table:table-row":
            self._rows.append([])
        elif tag in ("table:table-cell", "table:covered-table-cell") and self._rows:
            self._rows[-1].append([])
        elif tag in ("text:note", "office:annotation"):
            self._asides.append((tag, self._lines, self._rows))
            self._lines, self._rows, self._aside = [], [], []
        elif tag in ("text:note-citation", "dc:creator", "dc:date") and self._asides:
            self._meta = tag
        elif tag in ("svg:title", "svg:desc"):
            self._lines.append([])
        elif tag == self._slides and self._slides:
            self._page = []
            self._label = attribute(attributes, "draw:name")

    def end(self, tag: str) -> None:
        if tag == "text:tracked-changes":
            self._removed -= 1
        elif tag == "office:binary-data":
            self._skip -= 1
        elif self._headers and tag in _REGIONS:
            self._open = False
        elif self._removed or not self._open:
            return
        elif (tag in _LINES or tag in ("svg:title", "svg:desc")) and self._lines:
            self._write("".join(self._lines.pop()))
        elif tag == "table:table-row" and self._rows:
            cells = self._rows.pop()
            self._write("\t".join(" ".join(cell) for cell in cells).rstrip("\t"))
        elif tag in ("text:note", "office:annotation") and self._asides:
            self._end_aside()
        elif tag == self._meta:
            self._meta = ""
        elif tag == self._slides and self._page is not None:
            lines, self._page = self._page, None
            self._transcript.page("\n".join(lines + self._later), label=self._label)
            self._later = []

    def data(self, text: str) -> None:
        if self._removed or self._skip or not self._open:
            return
        if self._meta:
            self._aside.append(text)
        elif self._lines:
            self._lines[-1].append(text)

    def close(self) -> None:
        """Write what an early end left open, then notes and comments."""
        while self._asides:
            self._end_aside()
        for line in self._lines:
            self._write("".join(line))
        if self._page is not None:
            self._transcript.page("\n".join(self._page + self._later), label=self._label)
            return
        for text in self._later:
            self._transcript.paragraph(text)

    def _end_aside(self) -> None:
        kind, lines, rows = self._asides.pop()
        note = " ".join("".join(line) for line in self._lines)
        marks = " · ".join(m for m in (self._aside if kind == "office:annotation" else []) if m)
        number = "".join(self._aside) if kind == "text:note" else ""
        self._lines, self._rows = lines, rows
        if kind == "text:note" and self._lines:
            self._lines[-1].append(f"[{number}]")
        head = f"[{number}] " if number else f"[comment · {marks}] "
        body = " ".join(self._pending_notes + ([note] if note else []))
        self._pending_notes = []
        if body.strip():
            self._later.append(head + body)

    def _write(self, line: str) -> None:
        if self._asides:
            self._pending_notes = [*self._pending_notes, line]
        elif self._rows and self._rows[-1]:
            if line:
                self._rows[-1][-1].append(line)
        elif self._page is not None:
            if line:
                self._page.append(line)
        else:
            self._transcript.paragraph(line)
