"""OpenDocument text, presentations and drawings; a slide or drawing page is a page.

The text comes in its order with tables (cells divided by tabs), embedded charts, formulas and
documents in their place, notes under their number and comments with author and date at the
end. Inserted and deleted text is readable where it stands and marked, so are hidden text,
headers, footers, text boxes and speaker notes. Pictures, binary objects, earlier versions and
macros are members; links out of the file are metadata. Workbooks are read in ods.py.
"""

from __future__ import annotations

import re

from assay.extract import dates, types
from assay.extract.odf_sealed import Manifest, open_package
from assay.extract.office import Package, attribute, opened
from assay.extract.request import Request
from assay.extract.runs import (
    Kinds,
    Line,
    joined,
    without_last_tabs,
    write_page,
    write_paragraph,
)
from assay.extract.transcript import Transcript
from assay.model.reading import RegionKind
from assay.ports import Card

CARD = Card(
    name="odf",
    version="2",
    licence="AGPL-3.0-or-later",
    formats=tuple(
        types.ODF + kind
        for kind in (
            "text", "presentation", "graphics", "text-master", "text-web",
        )
    ),
    limits="pages of a text are by length, not as printed",
)  # fmt: skip

_NO_CONTENT = re.compile(
    r"mimetype|meta-inf/.*|.*\.rdf|layout-cache|configurations2/.*|(?:.*/)?settings\.xml"
    r"|(?:.*/)?(?:script|dialog)-l[bc]\.xml|.+/(?:meta|styles)\.xml|.*\.rels|fonts/.*"
    r"|.*/mimetype|versionlist\.xml"
)
_SOURCES = ("basic/", "dialogs/", "scripts/", "customxml/")


def read_odf(request: Request, transcript: Transcript) -> None:
    """Read an OpenDocument file. Raises Stop with `encrypted` or `damaged`."""
    with opened(request, transcript) as package:
        if unsealed(package):
            return
        prepare(package)
        if request.only is None:
            _read_text(package, transcript)
            read_properties(package)
        package.take_members()
        if request.only is None:
            package.say_what_is_left()


def unsealed(package: Package) -> bool:
    """Open and read a package that is under a password; False where it is not.

    Raises Stop with `encrypted` where no password given opens it.
    """
    manifest = Manifest()
    package.stream("META-INF/manifest.xml", manifest)
    if not manifest.seals:
        return False
    open_package(package, manifest.seals)
    return True


def prepare(package: Package) -> None:
    """Say which parts hold nothing, and which XML parts are members by themselves."""
    package.nothing_in = _NO_CONTENT
    package.chunks_of_text.update(
        name for name in package.archive.by_name if name.lower().startswith(_SOURCES)
    )


def read_properties(package: Package) -> None:
    """Note the properties of meta.xml and normalise the common ones."""
    collected = Properties()
    package.stream("meta.xml", collected)
    collected.note(package.transcript)
    if package.has("META-INF/documentsignatures.xml"):
        package.transcript.note("signature", "the package carries a digital signature")


def note_link(transcript: Transcript, tag: str, href: str) -> None:
    """Note a target outside the file."""
    if ":" in href or href.startswith(("../", "/", "\\")):
        transcript.note(f"link:{tag.partition(':')[2]}", href)


def margins_of(package: Package) -> list[Line]:
    """Headers, footers and words of master pages that are no placeholders."""
    margins = _Margins()
    package.stream("styles.xml", margins)
    return list({line.text: line for line in margins.lines}.values())


def object_lines(package: Package, folder: str) -> list[Line]:
    """The lines of an embedded chart, formula or document, read once."""
    part = f"{folder}/content.xml"
    if part.lower() in package.claimed or not package.has(part):
        return []
    inside = _Object()
    package.stream(part, inside)
    return inside.finish()


def slides_of(kind: str) -> str:
    """The element that is a page in a kind of document, "" where none is."""
    return "draw:page" if kind.endswith(("presentation", "graphics")) else ""


def _read_text(package: Package, transcript: Transcript) -> None:
    if not package.has("content.xml"):
        transcript.trouble("damaged", "", "no content part")
    slides = slides_of(package.request.type)
    margins = margins_of(package)
    if not slides:
        for line in margins:
            write_paragraph(transcript, line)
    body = Body(transcript, slides, package)
    package.stream("content.xml", body)
    body.close()
    if slides and margins:
        write_page(transcript, margins, label="on master pages")
    for name in list(package.archive.by_name):
        if name.endswith("/content.xml"):
            for line in object_lines(package, name.removesuffix("/content.xml")):
                write_paragraph(transcript, line)


class Properties:
    """Takes in the properties of a document (`office:meta`)."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self._text: list[str] = []
        self._label = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        self._label = attribute(attributes, "meta:name") if tag == "meta:user-defined" else ""
        href = attribute(attributes, "xlink:href")
        if href:
            self.found.append((f"link:{tag.partition(':')[2]}", href))

    def end(self, tag: str) -> None:
        value = "".join(self._text).strip()
        self._text.clear()
        if value:
            self.found.append((f"{tag}:{self._label}" if self._label else tag, value))

    def data(self, text: str) -> None:
        self._text.append(text)

    def note(self, transcript: Transcript) -> None:
        """Note them all, and normalise the common ones."""
        for name, value in self.found:
            transcript.note(name, value)
        found = dict(reversed(self.found))
        transcript.title = found.get("dc:title")
        transcript.author = found.get("meta:initial-creator") or found.get("dc:creator")
        transcript.created = dates.from_iso(found.get("meta:creation-date", ""))
        transcript.modified = dates.from_iso(found.get("dc:date", ""))


_LINES = frozenset(("text:p", "text:h"))
_HEADERS = frozenset(("style:header", "style:header-left", "style:header-first"))
_FOOTERS = frozenset(("style:footer", "style:footer-left", "style:footer-first"))


_SHOWN = ("", "footer", "header", "date-time")  # shapes of a master whose words are no prompt


class _Margins:
    """Headers, footers, and shapes of master pages, in the styles part."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self._kinds: Kinds = ()
        self._line: list[str] | None = None
        self._master = 0
        self._placeholder = 0
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if tag in _HEADERS:
            self._kinds = ("header",)
        elif tag in _FOOTERS:
            self._kinds = ("footer",)
        elif tag == "style:master-page":
            self._master = self._depth
        elif tag.startswith("draw:") and self._master and not self._placeholder:
            if attribute(attributes, "presentation:class") not in _SHOWN:
                self._placeholder = self._depth
        elif tag == "presentation:notes" and self._master and not self._placeholder:
            self._placeholder = self._depth
        if tag in _LINES and (self._kinds or self._master) and not self._placeholder:
            self._line = []
        elif self._line is not None and tag in ("text:s", "text:tab", "text:line-break"):
            self._line.append("\n" if tag == "text:line-break" else " ")

    def end(self, tag: str) -> None:
        if tag in _LINES and self._line is not None:
            words = "".join(self._line)
            self._line = None
            if words.strip():
                self.lines.append(Line(words, self._kinds or ("header",)))
        elif tag in _HEADERS or tag in _FOOTERS:
            self._kinds = ()
        if self._depth == self._placeholder:
            self._placeholder = 0
        if self._depth == self._master:
            self._master = 0
        self._depth -= 1

    def data(self, text: str) -> None:
        if self._line is not None:
            self._line.append(text)


class _Object:
    """Lines of an embedded chart, formula, sheet or text."""

    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._line: list[str] = []
        self._rows: list[list[list[str]]] = []
        self._kinds: Kinds = ()
        self._math: list[str] = []
        self._collect = False
        self._leaf = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "office:chart":
            self._kinds = ("chart",)
        elif tag in _LINES:
            self._collect = True
        elif tag == "table:table-row":
            self._rows.append([])
        elif tag in ("table:table-cell", "table:covered-table-cell") and self._rows:
            self._rows[-1].append([])
        elif tag.rpartition(":")[2] in ("mi", "mn", "mo", "mtext", "annotation"):
            self._leaf = True

    def end(self, tag: str) -> None:
        if tag in _LINES:
            self._collect = False
            words = "".join(self._line)
            self._line.clear()
            if self._rows and self._rows[-1]:
                self._rows[-1][-1].append(words)
            elif words.strip():
                self._lines.append(Line(words, self._kinds))
        elif tag == "table:table-row" and self._rows:
            words = "\t".join(" ".join(cell) for cell in self._rows.pop()).rstrip("\t")
            if words.strip():
                self._lines.append(Line(words, self._kinds))
        elif tag.rpartition(":")[2] in ("mi", "mn", "mo", "mtext", "annotation"):
            self._leaf = False
            if tag.endswith("annotation"):
                words = "".join(self._math)
                self._math.clear()
                if words.strip():
                    self._lines.append(Line(words.strip()))
            else:
                self._math.append(" ")

    def data(self, text: str) -> None:
        if self._collect:
            self._line.append(text)
        elif self._leaf:
            self._math.append(text)

    def finish(self) -> list[Line]:
        """All lines, also where the part broke off."""
        if "".join(self._math).strip():
            self._lines.append(Line("".join(self._math).strip()))
        return self._lines


class Body:
    """Writes paragraphs, or pages where `slides` names the element that is one."""

    def __init__(self, transcript: Transcript, slides: str, package: Package | None) -> None:
        self._transcript = transcript
        self._package = package
        self._slides = slides
        self._open = False
        self._lines: list[Line] = []
        self._rows: list[list[list[Line]]] = []
        self._page: list[Line] | None = None
        self._page_hidden = False
        self._later: list[Line] = []
        self._asides: list[tuple[str, list[Line], list[list[list[Line]]], list[Line]]] = []
        self._aside: list[str] = []
        self._skip = 0
        self._meta = ""
        self._label = ""
        # styles that hide
        self._style = ""
        self._unseen: set[str] = set()
        self._unseen_pages: set[str] = set()
        # what surrounds the text that comes
        self._around: list[tuple[str, RegionKind | None]] = []
        self._kinds: Kinds = ()
        # tracked changes
        self._changes = 0
        self._change = ""
        self._kind_of_change = ""
        self._inserted: set[str] = set()
        self._removed: dict[str, list[Line]] = {}
        self._open_changes: list[str] = []
        self._authors: dict[str, None] = {}
        self._counts = {"deleted": 0, "inserted": 0}

    # ------------------------------------------------------------ starts

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in _LINES:
            if self._open:
                self._lines.append(Line())
                if self._unseen and attribute(attributes, "text:style-name") in self._unseen:
                    self._enter(tag, "hidden")
                else:
                    self._enter(tag, None)
        elif tag == "text:span":
            hidden = self._unseen and attribute(attributes, "text:style-name") in self._unseen
            self._enter(tag, "hidden" if hidden else None)
        elif tag == "text:s" and self._lines:
            count = attribute(attributes, "text:c")
            self._lines[-1].add(
                " " * min(int(count) if count.isdecimal() else 1, 1000), self._kinds
            )
        elif tag == "text:tab" and self._lines:
            self._lines[-1].add("\t", self._kinds)
        elif tag == "text:line-break" and self._lines:
            self._lines[-1].add("\n", self._kinds)
        elif tag == "table:table-row":
            self._rows.append([])
        elif tag in ("table:table-cell", "table:covered-table-cell"):
            if self._rows:
                self._rows[-1].append([])
        elif tag == "office:body":
            self._open = True
        elif tag == "office:binary-data":
            self._skip += 1
        elif self._open:
            self._rarer(tag, attributes)
        else:
            self._styled(tag, attributes)

    def _styled(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "style:style":
            self._style = attribute(attributes, "style:name")
        elif tag == "style:text-properties":
            if attribute(attributes, "text:display") == "none":
                self._unseen.add(self._style)
        elif tag == "style:drawing-page-properties":
            if attribute(attributes, "presentation:visibility") == "hidden":
                self._unseen_pages.add(self._style)
        elif tag in _HEADERS or tag in _FOOTERS:  # of a flat file
            self._open = True
            self._enter(tag, "header" if tag in _HEADERS else "footer")

    def _rarer(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("text:note", "office:annotation"):
            self._asides.append((tag, self._lines, self._rows, []))
            self._lines, self._rows, self._aside = [], [], []
        elif tag in ("text:note-citation", "dc:creator", "dc:date"):
            if self._asides or self._changes:
                self._meta = tag
        elif tag in _OWN_LINES:
            self._lines.append(Line())
        elif tag == self._slides:
            self._page = []
            self._label = attribute(attributes, "draw:name")
            self._page_hidden = attribute(attributes, "draw:style-name") in self._unseen_pages
        elif tag == "draw:text-box":
            self._enter(tag, "text_box" if not self._slides else None)
        elif tag == "presentation:notes":
            self._enter(tag, "notes")
        elif tag == "text:section":
            self._enter(tag, "hidden" if attribute(attributes, "text:display") == "none" else None)
        elif tag in ("text:hidden-text", "text:hidden-paragraph"):
            words = attribute(attributes, "text:string-value")
            if words and self._lines:
                self._lines[-1].add(words, (*self._kinds, "hidden"))
            self._enter(tag, "hidden")
        elif tag.startswith("text:change") or tag in _CHANGE_TAGS:
            self._changed(tag, attributes)
        elif tag == "draw:object":
            self._object(attribute(attributes, "xlink:href"))
        else:
            self._noted(tag, attributes)

    def _noted(self, tag: str, attributes: dict[str, str]) -> None:
        note = self._transcript.note
        if tag in _LINKING:
            note_link(self._transcript, tag, attribute(attributes, "xlink:href"))
        elif tag == "text:user-field-decl":
            name = attribute(attributes, "text:name")
            for key in ("office:string-value", "office:value"):
                note(f"variable:{name}", attribute(attributes, key))
        elif tag == "text:database-display" or tag == "form:form":
            for key in ("text:database-name", "text:table-name", "form:datasource"):
                note(f"connection:{key}", attribute(attributes, key))
        elif tag.startswith("form:"):
            for key in ("label", "value", "current-value", "title"):
                note(f"control:{key}", attribute(attributes, f"form:{key}"))

    def _changed(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "text:tracked-changes":
            self._changes += 1
        elif tag == "text:changed-region":
            self._change = attribute(attributes, "text:id") or attribute(attributes, "xml:id")
        elif tag in ("text:insertion", "text:deletion"):
            kind = tag.partition(":")[2]
            self._kind_of_change = kind
            self._counts["deleted" if kind == "deletion" else "inserted"] += 1
            if kind == "insertion":
                self._inserted.add(self._change)
            self._enter(tag, "deleted" if kind == "deletion" else None)
        elif tag == "text:change":
            self._put_back(attribute(attributes, "text:change-id"))
        elif tag == "text:change-start":
            change = attribute(attributes, "text:change-id")
            if change in self._inserted:
                self._open_changes.append(change)
                self._sum_up()
        elif tag == "text:change-end":
            change = attribute(attributes, "text:change-id")
            if change in self._open_changes:
                self._open_changes.remove(change)
                self._sum_up()

    def _put_back(self, change: str) -> None:
        """Deleted text stands where it was deleted."""
        lines = self._removed.pop(change, [])
        if not lines:
            return
        whole = joined(lines, "\n")
        if self._lines:
            self._lines[-1].extend(whole)
        else:
            self._write(whole)

    def _object(self, href: str) -> None:
        folder = href.removeprefix("./").rstrip("/")
        if self._package is not None and folder:
            for line in object_lines(self._package, folder):
                self._write(line)

    def _enter(self, tag: str, kind: RegionKind | None) -> None:
        self._around.append((tag, kind))
        if kind:
            self._sum_up()

    def _leave(self, tag: str) -> None:
        if self._around and self._around[-1][0] == tag:
            _, kind = self._around.pop()
            if kind:
                self._sum_up()

    def _sum_up(self) -> None:
        kinds = dict.fromkeys(kind for _, kind in self._around if kind)
        if self._open_changes:
            kinds["inserted"] = None
        self._kinds = tuple(kinds)

    # ------------------------------------------------------------ ends

    def end(self, tag: str) -> None:
        if tag in _LINES:
            if self._open and self._lines:
                self._write(self._lines.pop())
                self._leave(tag)
        elif tag == "table:table-row":
            if self._rows:
                cells = self._rows.pop()
                line = joined((joined(cell, " ") for cell in cells), "\t")
                if self._open:
                    self._write(without_last_tabs(line))
        elif tag == "office:binary-data":
            self._skip -= 1
        elif not self._open:
            return
        elif tag in ("text:note", "office:annotation"):
            if self._asides:
                self._end_aside()
        elif tag == self._meta:
            self._meta = ""
        elif tag in _OWN_LINES:
            if self._lines:
                line = self._lines.pop()
                if tag.endswith("-decl"):
                    line.cover(("header",) if "header" in tag else ("footer",))
                    self._later.append(line)
                else:
                    self._write(line)
        elif tag == "text:tracked-changes":
            self._changes -= 1
        elif tag == self._slides:
            self._end_page()
        elif tag in _HEADERS or tag in _FOOTERS:
            self._leave(tag)
            self._open = False
        elif tag == "office:body":
            self._open = False
        else:
            self._leave(tag)

    def data(self, text: str) -> None:
        if self._skip or not self._open:
            return
        if self._meta:
            if self._asides:
                self._aside.append(text)
            elif self._meta == "dc:creator" and len(self._authors) < 1000:
                self._authors[text] = None
        elif self._lines:
            self._lines[-1].add(text, self._kinds)

    def _end_page(self) -> None:
        if self._page is None:
            return
        lines, self._page = [*self._page, *self._later], None
        self._later = []
        if self._page_hidden:
            whole = joined(lines, "\n")
            whole.cover(("hidden",))
            lines = [whole]
            self._label = f"{self._label} (hidden)".strip()
        write_page(self._transcript, lines, label=self._label)

    def close(self) -> None:
        """Write what an early end left open, then notes and comments."""
        while self._asides:
            self._end_aside()
        for line in self._lines:
            self._write(line)
        self._lines = []
        self._end_page()
        for lines in self._removed.values():  # deletions whose place the text does not tell
            self._later += lines
        for line in self._later:
            write_paragraph(self._transcript, line)
        for what, count in self._counts.items():
            if count:
                self._transcript.note(f"tracked:{what}", count)
        for author in self._authors:
            self._transcript.note("tracked:author", author)

    def _end_aside(self) -> None:
        kind, lines, rows, pending = self._asides.pop()
        note = joined([*pending, *(line for line in self._lines if line)], " ")
        marks = " · ".join(m for m in (self._aside if kind == "office:annotation" else []) if m)
        number = "".join(self._aside) if kind == "text:note" else ""
        self._lines, self._rows = lines, rows
        if kind == "text:note" and self._lines:
            self._lines[-1].add(f"[{number}]", self._kinds)
        head = f"[{number}] " if number else f"[comment · {marks}] "
        if note.text.strip():
            whole = Line(head)
            whole.extend(note)
            if kind == "office:annotation":
                whole.cover(("comment",))
            self._later.append(whole)

    def _write(self, line: Line) -> None:
        if self._asides:
            self._asides[-1][3].append(line)
        elif self._changes:
            if line:
                self._removed.setdefault(self._change, []).append(line)
        elif self._rows and self._rows[-1]:
            if line:
                self._rows[-1][-1].append(line)
        elif self._page is not None:
            if line:
                self._page.append(line)
        else:
            write_paragraph(self._transcript, line)


_OWN_LINES = frozenset(
    ("svg:title", "svg:desc", "presentation:footer-decl", "presentation:header-decl",
     "presentation:date-time-decl")
)  # fmt: skip
_CHANGE_TAGS = frozenset(("text:tracked-changes", "text:insertion", "text:deletion"))
_LINKING = frozenset(
    ("text:a", "draw:a", "draw:image", "text:section-source", "draw:plugin", "draw:floating-frame",
     "draw:object-ole", "presentation:sound", "text:script", "office:dde-source",
     "presentation:event-listener", "script:event-listener")
)  # fmt: skip
