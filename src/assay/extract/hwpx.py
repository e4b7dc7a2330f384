"""HWPX, the XML of Hangul: sections in their order, tables by rows, notes and comments marked."""

from __future__ import annotations

import re

from assay.extract import dates
from assay.extract.lines import Line, clean, flow
from assay.extract.office import Package, attribute, opened
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.model.reading import RegionKind

_SECTION = re.compile(r"Contents/section(\d+)\.xml", re.IGNORECASE)
_KINDS: dict[str, RegionKind] = {
    "hp:header": "header", "hp:footer": "footer", "hp:hiddenComment": "comment",
    "hp:drawText": "text_box",
}  # fmt: skip
_LOCKED = "Open it in Hangul with its password and save a copy without one; then add the copy."


def read_hwpx(request: Request, transcript: Transcript) -> None:
    """Read a document. Raises Stop with `encrypted` or `damaged`."""
    with opened(request, transcript) as package:
        locks = _Locks()
        package.stream("META-INF/manifest.xml", locks)
        if locks.sealed:
            raise Stop("encrypted", "", "Hangul password", _LOCKED)
        if request.only is None:
            sections = [m for n in package.names("Contents/") if (m := _SECTION.fullmatch(n))]
            if not sections:
                transcript.trouble("damaged", "", "no sections")
            for match in sorted(sections, key=lambda m: int(m.group(1))):
                section = _Section()
                package.stream(match.group(), section)
                flow(transcript, section.finish())
            _about(package, transcript)
        package.take_members(("BinData/", "Preview/PrvImage"))


def _about(package: Package, transcript: Transcript) -> None:
    found = _Metadata()
    package.stream("Contents/content.hpf", found)
    for name, value in found.found.items():
        transcript.note(f"hwpx:{name}", value)
    transcript.title = found.found.get("title")
    transcript.author = found.found.get("creator")
    transcript.created = dates.from_iso(found.found.get("CreatedDate", ""))
    transcript.modified = dates.from_iso(found.found.get("ModifiedDate", ""))


class _Locks:
    def __init__(self) -> None:
        self.sealed = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.sealed = self.sealed or tag.endswith("encryption-data")

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Metadata:
    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self._name = ""
        self._text: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        self._name = "title" if tag == "opf:title" else ""
        if tag == "opf:meta":
            self._name = attribute(attributes, "name")

    def end(self, tag: str) -> None:
        value = "".join(self._text).strip()
        if self._name and value:
            self.found.setdefault(self._name, value)
        self._name = ""

    def data(self, text: str) -> None:
        self._text.append(text)


class _Section:
    """Paragraphs of a section; what stands inside a paragraph comes behind it."""

    def __init__(self) -> None:
        self._lines: list[list[Line]] = [[]]  # of the section, then of each open paragraph
        self._text: list[list[str]] = []
        self._kinds: list[tuple[str, RegionKind]] = []
        self._rows: list[list[str]] = []
        self._collect = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "hp:p":
            self._text.append([])
            self._lines.append([])
        elif tag in ("hp:t", "hp:script"):
            self._collect = True
        elif tag == "hp:tab" and self._text:
            self._text[-1].append("\t")
        elif tag == "hp:lineBreak" and self._text:
            self._text[-1].append("\n")
        elif tag in ("hp:nbSpace", "hp:fwSpace") and self._text:
            self._text[-1].append(" ")
        elif tag == "hp:tr":
            self._rows.append([])
        elif tag == "hp:tc":
            self._lines.append([])
        if tag in _KINDS:
            self._kinds.append((tag, _KINDS[tag]))

    def end(self, tag: str) -> None:
        if tag == "hp:p" and self._text:
            kind = self._kinds[-1][1] if self._kinds else None
            label = "[comment] " if kind == "comment" else ""
            inner = self._lines.pop()
            text = clean("".join(self._text.pop()))
            if text.strip() or (not inner and kind is None):
                self._lines[-1] += [Line(label + part, kind) for part in text.split("\n")]
            self._lines[-1] += inner
        elif tag in ("hp:t", "hp:script"):
            self._collect = False
        elif tag == "hp:tc" and len(self._lines) > 1:
            cell = self._lines.pop()
            if self._rows:
                self._rows[-1].append(" ".join(line.text for line in cell if line.text))
        elif tag == "hp:tr" and self._rows:
            self._lines[-1].append(Line("\t".join(self._rows.pop())))
        if self._kinds and self._kinds[-1][0] == tag:
            self._kinds.pop()

    def data(self, text: str) -> None:
        if self._collect and self._text:
            self._text[-1].append(text)

    def finish(self) -> list[Line]:
        """All lines; those of what was open at a break too."""
        for text in self._text:
            self._lines[-1].append(Line(clean("".join(text))))
        return [line for lines in self._lines for line in lines]
