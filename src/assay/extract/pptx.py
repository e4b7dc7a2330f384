"""PPTX: a slide is a page, with its tables, charts, diagrams, notes and comments.

Slides come in the order of the presentation, hidden ones too: they say so in their label and
are marked as a region. Notes follow the slide's own words after an empty line, then charts
and diagrams, then comments with author and date, old and new kinds. Words that stand on the
slide's layout or master and are no placeholder (a stamp, a footer) follow on the first slide
that shows them.
"""

from __future__ import annotations

import re

from assay.extract.office import Package, drawn, opened
from assay.extract.request import Request
from assay.extract.runs import Kinds, Line, joined, write_page
from assay.extract.transcript import Transcript
from assay.extract.types import PPTX
from assay.extract.xmlstream import short_name
from assay.ports import Card

CARD = Card(
    name="pptx",
    version="2",
    licence="AGPL-3.0-or-later",
    formats=(PPTX,),
    limits="shapes come in the order of the file, not as the eye reads the slide",
)
_SHAPE = re.compile(rb"<p:sp[ >].*?</p:sp>", re.DOTALL)
_EXTRAS: tuple[tuple[str, Kinds], ...] = (
    ("notesSlide", ("notes",)), ("comments", ("comment",)), ("comment", ("comment",)),
)  # fmt: skip


def read_pptx(request: Request, transcript: Transcript) -> None:
    """Read a presentation. A file without slides gives problem `damaged`."""
    with opened(request, transcript) as package:
        if request.only is None:
            _read_slides(package, transcript)
            package.read_properties()
        package.take_members()
        if request.only is None:
            package.say_what_is_left()


def _read_slides(package: Package, transcript: Transcript) -> None:
    main = package.main("ppt/presentation.xml")
    listed = _Slides()
    present = package.stream(main, listed)
    related = package.relations(main)
    slides = [related[i][1] for i in listed.ids if i in related]
    slides = [part for part in slides if package.has(part)]
    if not slides:
        slides = [n for n in package.names("ppt/slides/slide") if n.endswith(".xml")]
        slides.sort(key=lambda n: (len(n), n))
        if not present or slides:
            transcript.trouble("damaged", "", "no list of slides")
    for name in package.names("ppt/slides/slide"):
        if name.endswith(".xml") and name not in slides and name.count("/") == 2:
            slides.append(name)  # a slide that the list leaves out is still in the file
            transcript.note("slide:unlisted", name)
    names = _authors(package)
    for part in slides:
        _read_slide(package, transcript, part, names)
    for part in package.names("ppt/"):
        low = part.lower()
        if low.endswith(".xml") and low not in package.claimed and "/_rels/" not in low:
            _read_beside(package, transcript, part, names)


def _read_slide(package: Package, transcript: Transcript, part: str, names: dict[str, str]) -> None:
    slide = _Lines(names)
    package.stream(part, slide)
    lines = slide.finish()
    words, charts = drawn(package, part)
    if words:
        lines += [Line(), *(Line(text, ("text_box",)) for text in words)]
    if charts:
        lines += [Line(), *(Line(text, ("chart",)) for text in charts)]
    for kind, kinds in _EXTRAS:
        for found_kind, target in package.relations(part).values():
            if found_kind == kind:
                more = _Lines(names, number=kind == "notesSlide")
                package.stream(target, more)
                extra = [line for line in more.finish() if line.text.strip()]
                for line in extra:
                    line.cover(kinds)
                if extra:
                    lines += [Line(), *extra]
    lines += _shown_behind(package, part, names)
    if slide.hidden:
        whole = joined(lines, "\n")
        whole.cover(("hidden",))
        lines = [whole]
    write_page(transcript, lines, label="hidden" if slide.hidden else "")


def _shown_behind(package: Package, part: str, names: dict[str, str]) -> list[Line]:
    """Words of the layout and the master that are no placeholders, when they are first shown."""
    found: list[Line] = []
    for layout in package.related(part).get("slideLayout", ()):
        for place in (layout, *package.related(layout).get("slideMaster", ())):
            if place.lower() in package.claimed or not package.has(place):
                continue
            behind = _Lines(names, placeholders=False)
            if _says_something(package, place):
                package.stream(place, behind)
            words, charts = drawn(package, place)
            lines = [x for x in behind.finish() if x.text.strip()]
            lines += [Line(text) for text in (*words, *charts)]
            for line in lines:
                line.cover(("header",))
            found += lines
    return [Line(), *found] if found else []


def _read_beside(
    package: Package, transcript: Transcript, part: str, names: dict[str, str]
) -> None:
    """Layouts and masters that no slide shows, and tags: read for what else stands there."""
    low = part.lower()
    if low.startswith(("ppt/slidelayouts/", "ppt/slidemasters/", "ppt/notesmasters/",
                       "ppt/handoutmasters/")):  # fmt: skip
        behind = _Lines(names, placeholders=False)
        if _says_something(package, part):
            package.stream(part, behind)
        lines = [x for x in behind.finish() if x.text.strip()]
        words, charts = drawn(package, part)
        lines += [Line(text) for text in (*words, *charts)]
        for line in lines:
            line.cover(("hidden",))
        if lines:
            write_page(transcript, lines, label="not shown")
    elif low.startswith("ppt/tags/"):
        package.stream(part, _Tags(transcript))
    elif low.startswith("ppt/notesslides/"):
        more = _Lines(names)
        package.stream(part, more)
        lines = [x for x in more.finish() if x.text.strip()]
        for line in lines:
            line.cover(("notes",))
        if lines:
            write_page(transcript, lines, label="notes without a slide")
    elif low.startswith("ppt/comments/"):
        more = _Lines(names)
        package.stream(part, more)
        lines = [x for x in more.finish() if x.text.strip()]
        for line in lines:
            line.cover(("comment",))
        if lines:
            write_page(transcript, lines, label="comments without a slide")


def _says_something(package: Package, part: str) -> bool:
    """Tell by a quick look whether a layout holds words outside its placeholders: few do."""
    body = package.bytes_of(part)
    rest = _SHAPE.sub(lambda m: b"" if b"<p:ph" in m.group() else m.group(), body)
    return b"<a:t" in rest or b"<p:text" in rest or b"descr=" in rest or b"<p:sp" not in body


def _authors(package: Package) -> dict[str, str]:
    listed = _Authors()
    package.stream("ppt/commentAuthors.xml", listed)
    package.stream("ppt/authors.xml", listed)
    return listed.names


class _Authors:
    def __init__(self) -> None:
        self.names: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("p:cmAuthor", "p188:author"):
            self.names[attributes.get("id", "")] = attributes.get("name", "")

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Tags:
    def __init__(self, transcript: Transcript) -> None:
        self._transcript = transcript

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "p:tag":
            self._transcript.note(f"tag:{attributes.get('name', '')}", attributes.get("val", ""))

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Slides:
    def __init__(self) -> None:
        self.ids: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "p:sldId":
            self.ids += [v for k, v in attributes.items() if short_name(k) == "r:id"]

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Lines:
    """The lines of a slide, notes page, layout or list of comments.

    `placeholders` off leaves out what a placeholder says: on a layout it is a prompt. `number`
    leaves out the field of the slide's number, which notes pages repeat.
    """

    def __init__(
        self, authors: dict[str, str], placeholders: bool = True, number: bool = False
    ) -> None:
        self.hidden = False
        self._lines: list[Line] = []
        self._authors = authors
        self._placeholders = placeholders
        self._number = number
        self._line: list[str] = []
        self._rows: list[list[list[str]]] = []
        self._collect = False
        self._fallback = 0
        self._choices: list[bool] = []
        self._shape_at = 0
        self._dropped = False
        self._unseen: list[int] = []  # depth of shapes that are hidden
        self._depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if tag == "mc:AlternateContent":
            if not self._fallback:
                self._choices.append(False)
        elif tag == "mc:Choice":
            if self._choices and not self._fallback:
                self._choices[-1] = True
        elif tag == "mc:Fallback":
            if self._fallback or not self._choices or self._choices[-1]:
                self._fallback += 1
        elif self._fallback:
            return
        elif tag in ("a:t", "p:text", "m:t"):
            self._collect = True
        elif tag == "a:br":
            self._line.append("\n")
        elif tag == "a:tr":
            self._rows.append([])
        elif tag == "a:tc":
            if self._rows:
                self._rows[-1].append([])
        elif tag == "p:sp":
            self._dropped = False
        elif tag == "p:ph":
            self._dropped = not self._placeholders or (
                self._number and attributes.get("type") == "sldNum"
            )
        elif tag == "p:sld":
            self.hidden = attributes.get("show") in ("0", "false")
        elif tag in ("p:cm", "p188:cm", "p188:reply"):
            self._comment(attributes)
        elif tag == "p:cNvPr":
            if attributes.get("hidden") in ("1", "true"):
                self._unseen.append(self._depth - 2)
            for name in ("title", "descr"):
                if attributes.get(name):
                    self._put(attributes[name])

    def _comment(self, attributes: dict[str, str]) -> None:
        who = self._authors.get(attributes.get("authorId", ""), "")
        when = attributes.get("dt", "") or attributes.get("created", "")
        self._line.append(f"[comment · {who} · {when}] ")

    def end(self, tag: str) -> None:
        self._depth -= 1
        while self._unseen and self._depth < self._unseen[-1]:
            self._unseen.pop()
        if tag == "mc:Fallback":
            self._fallback -= self._fallback > 0
        elif self._fallback:
            return
        elif tag == "mc:AlternateContent":
            if self._choices:
                self._choices.pop()
        elif tag in ("a:t", "p:text", "m:t"):
            self._collect = False
            if tag == "p:text":
                self._flush()
        elif tag == "a:p":
            self._flush()
        elif tag == "a:tr" and self._rows:
            cells = self._rows.pop()
            line = "\t".join(" ".join(cell) for cell in cells)
            if self._rows and self._rows[-1]:
                self._rows[-1][-1].append(line)
            else:
                self._put(line)
        elif tag in ("p:sp", "p188:cm"):
            self._dropped = False

    def data(self, text: str) -> None:
        if self._collect and not self._fallback:
            self._line.append(text)

    def _flush(self) -> None:
        line = "".join(self._line)
        self._line.clear()
        if not line:
            return
        if self._rows and self._rows[-1]:
            self._rows[-1][-1].append(line)
        else:
            self._put(line)

    def _put(self, text: str) -> None:
        if not self._dropped:
            self._lines.append(Line(text, ("hidden",) if self._unseen else ()))

    def finish(self) -> list[Line]:
        """All lines, also where the part broke off."""
        self._flush()
        while self._rows:
            for cell in self._rows.pop():
                self._put(" ".join(cell))
        return self._lines
