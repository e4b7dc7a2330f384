"""DOCX: the body in its order, with tables, text boxes, headers, notes and comments.

Cells of a row are divided by tabs. Headers stand before the body, footers after it, then
foot- and endnotes under their number, then comments with author and date, so that they are
never taken for words of the body. What was inserted or deleted under change tracking, hidden
runs, headers, text boxes and comments are readable and marked as regions. Text boxes are read
once, from the newer of their two forms. Numbers of lists stand before
their paragraphs, as Word counts them. Field codes other than page numbers and the like,
document variables and form fields are metadata. A page is `reading.page_chars` characters.
"""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet

from assay.extract.docx_lists import Lists
from assay.extract.office import Package, attribute, drawn, opened
from assay.extract.problems import NO_DOCUMENT
from assay.extract.request import Request
from assay.extract.runs import Kinds, Line, joined, write_paragraph
from assay.extract.transcript import Transcript
from assay.extract.types import DOCX
from assay.model.reading import RegionKind
from assay.ports import Card

CARD = Card(
    name="docx",
    version="3",
    licence="AGPL-3.0-or-later",
    formats=(DOCX,),
    limits="pages are by length, not as printed",
)
_BREAKS = {"w:tab": "\t", "w:br": "\n", "w:cr": "\n", "w:noBreakHyphen": "\u2011"}
_BREAKS |= {"w:softHyphen": "\u00ad", "w:ptab": "\t"}
_TEXT = frozenset(("w:t", "w:delText", "m:t", "a:t"))
_CHANGED: dict[str, RegionKind] = {
    "w:del": "deleted", "w:moveFrom": "deleted", "w:ins": "inserted", "w:moveTo": "inserted",
    "w:cellDel": "deleted", "w:cellIns": "inserted",
}  # fmt: skip
_NOTES = frozenset(("w:footnote", "w:endnote", "w:comment"))
_OFF = frozenset(("0", "false", "off"))
_SAID = {
    "w:docVar": ("w:name", "w:val"), "w:listItem": ("w:displayText", "w:value"),
    "w:listEntry": ("", "w:val"), "w:alias": ("", "w:val"), "w:helpText": ("", "w:val"),
    "w:statusText": ("", "w:val"), "w:query": ("", "w:val"), "w:connectString": ("", "w:val"),
}  # fmt: skip
# Fields whose code says nothing beyond its result.
_FIELD_NAMES = (
    "PAGE NUMPAGES SECTIONPAGES SECTION TOC PAGEREF REF NOTEREF SEQ STYLEREF DATE TIME CREATEDATE"
    " SAVEDATE PRINTDATE FORMTEXT FORMCHECKBOX FORMDROPDOWN SYMBOL = EQ LISTNUM AUTONUM INDEX TITLE"
    " AUTHOR FILENAME NUMWORDS NUMCHARS EDITTIME REVNUM SUBJECT ADVANCE XE TC GOTOBUTTON"
)
_SWITCHES = re.compile(r"\\\*\s*(?:\"[^\"]*\"|\S+)|\\[a-zA-Z]+\d*(?:\s+\d+(?=\())?|\\")
_PLAIN_FIELDS = frozenset(_FIELD_NAMES.split())
_FIELDS = 20_000
_LOOK_NAMES = (
    "w:rPr w:b w:bCs w:i w:iCs w:sz w:szCs w:rFonts w:lang w:color w:spacing w:ind w:jc w:u"
    " w:kern w:shd w:tcPr w:tcW w:tblPr w:tblW w:tblGrid w:gridCol w:tcBorders w:tblBorders w:top"
    " w:left w:bottom w:right w:insideH w:insideV w:trPr w:trHeight w:vAlign w:vMerge w:gridSpan"
    " w:tabs w:proofErr w:bookmarkStart w:bookmarkEnd w:hyperlink w:sectPr"
    " w:pgSz w:pgMar w:cols w:docGrid w:noProof w:rtl w:cs w:bidi"
    " w:keepNext w:highlight w:snapToGrid"
    " w:lastRenderedPageBreak"
    " w:widowControl w:outlineLvl w:contextualSpacing w:rsid"
)
_LOOKS = frozenset(_LOOK_NAMES.split())


def says_more(code: str) -> bool:
    """Tell whether a field's code says more than the result that stands in the text."""
    return bool(code) and code.split(" ", 1)[0].upper() not in _PLAIN_FIELDS


def drawn_by(code: str) -> str:
    """The words that a field draws from its own code: an `EQ` has no result beside it.

    So do phonetic guides over Chinese and Japanese words; switches and fonts are left out.
    """
    if code[:3].upper() not in ("EQ ", "EQ\\"):
        return ""
    words = _SWITCHES.sub(" ", code[2:])
    return " ".join(re.sub(r"[(),;]", " ", words).split())


def read_docx(request: Request, transcript: Transcript) -> None:
    """Read a Word file. Raises Stop with `damaged` where there is no document part."""
    with opened(request, transcript) as package:
        main = package.main("word/document.xml")
        package.chunks_of_text.update(package.related(main).get("aFChunk", ()))
        if request.only is None:
            _read_text(package, transcript, main)
            package.read_properties()
        package.take_members()
        if request.only is None:
            package.say_what_is_left()


def _read_text(package: Package, transcript: Transcript, main: str) -> None:
    if not package.has(main):
        transcript.trouble("damaged", "", NO_DOCUMENT)
        return
    changes = Changes(_hidden_styles(package, main), Lists(package, main))
    related = package.related(main)

    def read(part: str, kinds: Kinds) -> None:
        if part.lower() in package.claimed:
            return
        body = Body(transcript, changes, kinds)
        package.stream(part, body)
        body.close()
        words, charts = drawn(package, part)
        for line in words:
            write_paragraph(transcript, Line(line), ("text_box", *kinds))
        for line in charts:
            write_paragraph(transcript, Line(line), ("chart", *kinds))

    for part in related.get("header", ()):
        read(part, ("header",))
    read(main, ())
    for kind, kinds in _AFTER:
        for part in related.get(kind, ()):
            read(part, kinds)
    for part in related.get("settings", ()):
        package.stream(part, Body(transcript, changes, ()))
        package.relations(part)
    for part in related.get("glossaryDocument", ()):
        read(part, ("hidden",))
        for kind, targets in package.related(part).items():
            if kind in ("header", "footer", "footnotes", "endnotes", "comments"):
                for target in targets:
                    read(target, ("hidden",))
    changes.say(transcript)


_AFTER: tuple[tuple[str, Kinds], ...] = (
    ("footer", ("footer",)), ("footnotes", ()), ("endnotes", ()), ("comments", ("comment",)),
)  # fmt: skip


class Changes:
    """What the parts of one document have in common: counts of changes, fields, styles."""

    def __init__(self, hidden: AbstractSet[str], lists: Lists) -> None:
        self.hidden = hidden
        self.lists = lists
        self.counts = {"deleted": 0, "inserted": 0}
        self.authors: dict[str, None] = {}
        self.fields: dict[str, None] = {}
        self.said: dict[tuple[str, str], None] = {}

    def say(self, transcript: Transcript) -> None:
        """Note them."""
        for what, count in self.counts.items():
            if count:
                transcript.note(f"tracked:{what}", count)
        for author in self.authors:
            transcript.note("tracked:author", author)
        for code in self.fields:
            transcript.note("field", code)
        for name, value in self.said:
            transcript.note(name, value)


class _Styles:
    """Names of the styles whose text is hidden."""

    def __init__(self) -> None:
        self.hidden: set[str] = set()
        self._style = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "w:style":
            self._style = attribute(attributes, "w:styleId")
        elif tag == "w:vanish" and self._style and not _is_off(attributes):
            self.hidden.add(self._style)

    def end(self, tag: str) -> None:
        if tag == "w:style":
            self._style = ""

    def data(self, text: str) -> None:
        pass


def _hidden_styles(package: Package, main: str) -> frozenset[str]:
    styles = _Styles()
    for part in package.related(main).get("styles", ()):
        body = package.bytes_of(part)
        if b"vanish" in body:  # rare: most files are spared the pass
            package.stream(part, styles)
    return frozenset(styles.hidden)


def _is_off(attributes: dict[str, str]) -> bool:
    return attribute(attributes, "w:val") in _OFF


class Body:
    """Writes paragraphs as they end. Text boxes inside one are written after it."""

    def __init__(self, transcript: Transcript, changes: Changes, kinds: Kinds) -> None:
        self._transcript = transcript
        self._changes = changes
        self._kinds = kinds
        self._line = Line()
        self._rows: list[list[list[Line]]] = []  # open tables: cells of the open row
        self._boxes: list[tuple[Line, list[list[list[Line]]]]] = []
        self._after: list[Line] = []
        self._open: list[RegionKind] = []  # changes that are open here
        self._run: Kinds = ()
        self._styled: Kinds = ()
        self._in_run = False
        self._list = self._level = self._paragraph = ""  # what the open paragraph counts by
        self._earlier = False  # inside what the paragraph was before a change
        self._fallback = 0
        self._choices: list[bool] = []  # whether the open alternatives had a first choice
        self._collect = False
        self._instruction = False
        self._code: list[list[str]] = []
        self._label = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if tag in _LOOKS:
            return
        if tag == "w:r":
            self._in_run = True
            self._run = self._styled
        elif tag in _TEXT:
            self._collect = not self._fallback
        elif tag == "w:p":
            self._styled = ()
            self._list, self._level, self._paragraph = "", "", ""
        elif tag == "w:numId":
            if not self._earlier:
                self._list = attribute(attributes, "w:val")
        elif tag == "w:ilvl":
            if not self._earlier:
                self._level = attribute(attributes, "w:val")
        elif tag == "w:pPrChange":
            self._earlier = True
        elif tag in _CHANGED:
            self._change(_CHANGED[tag], attributes)
        elif tag == "mc:Fallback":
            if self._fallback or not self._choices or self._choices[-1]:
                self._fallback += 1
        elif self._fallback:
            return
        elif tag in _BREAKS:
            if self._in_run:
                self._line.add(_BREAKS[tag], self._now())
        elif tag == "w:tr":
            self._rows.append([])
        elif tag == "w:tc":
            if self._rows:
                self._rows[-1].append([])
        elif tag == "w:vanish":
            if self._in_run and not _is_off(attributes):
                self._run = ("hidden",)
        elif tag in ("w:rStyle", "w:pStyle"):
            self._style(tag, attribute(attributes, "w:val"))
        elif tag == "w:txbxContent":
            self._boxes.append((self._line, self._rows))
            self._line, self._rows = Line(), []
        elif tag in _NOTES:
            self._label = _label(tag, attributes)
        else:
            self._rarer(tag, attributes)

    def _rarer(self, tag: str, attributes: dict[str, str]) -> None:
        if tag in ("w:footnoteReference", "w:endnoteReference"):
            number = attribute(attributes, "w:id")
            if number:
                self._line.add(f"[{number}]", self._now())
        elif tag == "w:sym":
            self._line.add(_symbol(attribute(attributes, "w:char")), self._now())
        elif tag == "wp:docPr" or tag.endswith(":docPr"):
            for name in ("title", "descr"):
                if attributes.get(name):
                    self._after.append(Line(attributes[name], self._now()))
        elif tag == "v:textpath" and attributes.get("string"):
            self._after.append(Line(attributes["string"], (*self._now(), "text_box")))
        elif tag.startswith("v:") and attributes.get("alt"):
            self._after.append(Line(attributes["alt"], self._now()))
        elif tag == "mc:AlternateContent":
            self._choices.append(False)
        elif tag == "mc:Choice" and self._choices:
            self._choices[-1] = True
        elif tag == "w:instrText":
            self._instruction = True
        elif tag == "w:fldSimple":
            self._field(attribute(attributes, "w:instr"))
        elif tag == "w:fldChar":
            kind = attribute(attributes, "w:fldCharType")
            if kind == "begin":
                self._code.append([])
            elif kind in ("separate", "end") and self._code:
                self._field("".join(self._code.pop()))
        elif tag in _SAID:
            name, value = (attribute(attributes, n) if n else "" for n in _SAID[tag])
            kind = tag[2:] + (f":{name}" if name else "")
            if value and len(self._changes.said) < _FIELDS:
                self._changes.said[(kind, value)] = None

    def _put_number(self) -> None:
        label = self._changes.lists.label(self._list, self._level, self._paragraph)
        if label:
            self._line.add(label + " ")

    def _style(self, tag: str, name: str) -> None:
        if tag == "w:pStyle" and not self._earlier:
            self._paragraph = name
        if name in self._changes.hidden:
            if tag == "w:pStyle":
                self._styled = ("hidden",)
            elif self._in_run:
                self._run = ("hidden",)

    def _change(self, kind: RegionKind, attributes: dict[str, str]) -> None:
        self._open.append(kind)
        if not self._fallback:
            self._changes.counts[kind] += 1
            author = attribute(attributes, "w:author")
            if author and len(self._changes.authors) < 1000:
                self._changes.authors[author] = None

    def _field(self, code: str) -> None:
        code = " ".join(code.split())
        if says_more(code) and len(self._changes.fields) < _FIELDS:
            self._changes.fields[code] = None
        if not self._code and (words := drawn_by(code)):
            self._line.add(words, self._now())

    def _now(self) -> Kinds:
        if not self._open and not self._boxes:
            return self._run
        box: Kinds = ("text_box",) if self._boxes else ()
        return (*self._run, *dict.fromkeys(self._open), *box)

    def end(self, tag: str) -> None:
        if tag in _TEXT:
            self._collect = False
        elif tag == "w:r":
            self._in_run = False
            self._run = ()
        elif tag == "w:pPrChange":
            self._earlier = False
        elif tag == "w:pPr":
            if self._changes.lists and not self._earlier and not self._fallback:
                self._put_number()
        elif tag in _CHANGED:
            if self._open:
                self._open.pop()
        elif tag == "mc:Fallback":
            self._fallback -= self._fallback > 0
        elif tag == "mc:AlternateContent":
            if self._choices and not self._fallback:
                self._choices.pop()
        elif tag == "w:instrText":
            self._instruction = False
        elif self._fallback:
            return
        elif tag in ("w:p", "a:p"):
            self._write()
            self._styled = ()
        elif tag == "w:tr" and self._rows:
            self._end_row()
        elif tag == "w:txbxContent" and self._boxes:
            self._line, self._rows = self._boxes.pop()

    def data(self, text: str) -> None:
        if self._collect:
            self._line.add(text, self._now() if self._open or self._boxes else self._run)
        elif self._instruction and self._code:
            self._code[-1].append(text)

    def label(self, text: str) -> None:
        """Put a label before the next paragraph that is not empty."""
        self._label = text

    def close(self) -> None:
        """Write what an early end of the part left open."""
        while self._boxes:
            if self._line:
                self._write()
            self._line, self._rows = self._boxes.pop()
        if self._line or self._after:
            self._write()
        while self._rows:
            self._end_row()

    def _write(self) -> None:
        line, self._line = self._line, Line()
        if self._label and line.text.strip():
            labelled = Line(self._label)
            labelled.extend(line)
            line, self._label = labelled, ""
        after, self._after = self._after, []
        if self._rows and self._rows[-1]:
            self._rows[-1][-1].extend(x for x in (line, *after) if x)
            return
        for each in (line, *after) if line or not after else after:
            write_paragraph(self._transcript, each, self._kinds)

    def _end_row(self) -> None:
        cells = self._rows.pop()
        line = joined((joined(cell, " ") for cell in cells), "\t")
        if self._rows and self._rows[-1]:
            self._rows[-1][-1].append(line)  # a table in a cell
        else:
            write_paragraph(self._transcript, line, self._kinds)


def _label(tag: str, attributes: dict[str, str]) -> str:
    """How a note or comment is marked apart from the body."""
    number = attribute(attributes, "w:id")
    if tag != "w:comment":
        return "" if number in ("-1", "0") and attribute(attributes, "w:type") else f"[{number}] "
    author = attribute(attributes, "w:author")
    when = attribute(attributes, "w:date")
    return f"[comment {number} · {author} · {when}] " if when else f"[comment {number} · {author}] "


def _symbol(code: str) -> str:
    """A symbol by its code; those of symbol fonts stand 0xF000 higher."""
    try:
        value = int(code, 16)
    except ValueError:
        return ""
    if 0xF000 <= value <= 0xF0FF:
        value -= 0xF000
    return chr(value) if 0x20 <= value < 0x110000 and not 0xD800 <= value < 0xE000 else ""
