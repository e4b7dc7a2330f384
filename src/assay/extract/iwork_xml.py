"""iWork '05 to '09: the XML of Pages, Keynote and Numbers, as a stream.

What belongs to styles and prototypes is passed over: it is the template's, not the writer's. What
stands on master slides comes last, marked. Comments, headers and footers stand before the body
in the file and are given behind it; notes stand behind their slide.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from assay.extract import dates
from assay.extract.lines import Line, clean, flow, lay, split, tidy
from assay.extract.office import attribute
from assay.extract.transcript import Transcript
from assay.model.reading import RegionKind

_TEMPLATE = frozenset(
    (
        "key:stylesheet", "sl:stylesheet", "ls:stylesheet", "ls:printingss",
        "sl:section-prototypes", "sf:section-prototypes", "ls:tabular-prototypes", "sf:styles",
        "sl:prototype", "ls:chart-prototypes", "ls:style-order",
    )
)  # fmt: skip
_STORAGE = frozenset(("sf:text-storage", "ls:header-storage", "ls:footer-storage"))
_BREAKS = frozenset(
    ("sf:br", "sf:crbr", "sf:lnbr", "sf:pgbr", "sf:ctbr", "sf:sectbr", "sf:layoutbr")
)
_PLACES: dict[str, RegionKind] = {
    "sf:headers": "header", "ls:header-storage": "header", "sf:footers": "footer",
    "ls:footer-storage": "footer", "sf:annotations": "comment", "key:notes": "notes",
    "sf:sticky-note": "comment", "key:sticky-note": "comment", "sf:comment-info": "comment",
}  # fmt: skip
_CHART = frozenset(("sf:chart-row_names", "sf:chart-column_names"))
_CELLS = frozenset(("t", "n", "d", "f", "b", "du", "g", "s", "o", "pm", "cb", "st", "sl", "e"))
_VALUE = ("sfa:s", "sf:v", "sf:cell-date", "sfa:string")
EPOCH = datetime(2001, 1, 1)  # noqa: DTZ001 - the dates of a sheet have no zone
_VALUES = frozenset(("ct", "so", "rt", "rn", "rd", "rb", "rdu"))
_DATES = {"sl:SLCreationDateProperty": "created", "sl:SLLastModifiedDateProperty": "modified"}
_ROOTS = {
    "sl:document": "application/vnd.apple.pages",
    "key:presentation": "application/vnd.apple.keynote",
    "ls:document": "application/vnd.apple.numbers",
}


class Body:
    """Takes the XML in and lays text down page by page."""

    def __init__(self, transcript: Transcript) -> None:
        self.met = False  # the root element of an iWork file
        self._out = transcript
        self._template = 0
        self._places: list[tuple[str, RegionKind]] = []
        self._lines: list[Line] = []  # of the body, or of this slide or sheet
        self._masters: list[Line] = []  # words on master slides, which show through
        self._foot: list[Line] = []  # footnotes, which stand before the body
        self._beside: list[Line] = []  # headers, footers, comments and notes
        self._text: list[list[str]] = []  # the paragraph of each open storage
        self._after: list[list[Line]] = []  # storages inside a paragraph, until it ends
        self._in_p: list[bool] = []
        self._footnotes = 0
        self._ghost = 0
        self._ghosts = False
        self._label = ""
        self._table: _Table | None = None
        self._chart = 0
        self._metadata = ""
        self._property = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if self._template or tag in _TEMPLATE:
            self._template += 1
            return
        if tag in _ROOTS:
            self._out.type = _ROOTS[tag]
            self.met = True
        elif tag in _STORAGE:
            self._text.append([])
            self._after.append([])
            self._in_p.append(False)
        elif tag == "sf:p" and self._text:
            self._in_p[-1] = True
        elif tag in _BREAKS and self._text:
            self._text[-1].append("\n")
        elif tag == "sf:tab" and self._text:
            self._text[-1].append("\t")
        elif tag == "sf:ghost-text":
            self._ghost += 1
        elif tag == "sf:footnotes":
            self._footnotes += 1
        elif tag == "key:slide":
            self._label = "hidden" if attribute(attributes, "key:hidden") == "true" else ""
        elif tag == "ls:workspace":
            self._label = attribute(attributes, "ls:workspace-name")
        elif tag == "sf:tabular-model":
            shown = attribute(attributes, "sf:name-is-visible") == "true"
            self._table = _Table(attribute(attributes, "sf:name") if shown else "")
        elif self._table is not None:
            self._table.start(tag, attributes)
        elif tag in _CHART:
            self._chart += 1
        elif tag == "sf:chart-name":
            self._lines.append(Line(clean(attribute(attributes, "sfa:string")), "chart"))
        else:
            self._about(tag, attributes)
        if tag in _PLACES:
            self._places.append((tag, _PLACES[tag]))

    def _about(self, tag: str, attributes: dict[str, str]) -> None:
        """Metadata, and the words of charts, which stand in attributes."""
        local = tag.partition(":")[2]
        if local in ("metadata", "publication-info"):
            self._metadata = local
        elif tag in _DATES:
            self._property = tag
        elif local == "date" and self._property:
            value = attribute(attributes, "sf:val")
            self._out.note(f"iwork:{_DATES[self._property]}", value)
            setattr(self._out, _DATES[self._property], dates.from_iso(_with_zone(value)))
            self._property = ""
        elif local == "string":
            value = attribute(attributes, "sfa:string")
            if self._chart and value:
                self._lines.append(Line(clean(value), "chart"))
            elif self._metadata == "metadata" and value and self._property:
                self._out.note(f"iwork:{self._property}", value)
                if self._property == "title":
                    self._out.title = self._out.title or value
                elif self._property == "authors":
                    self._out.author = self._out.author or value
        elif self._metadata == "metadata":
            self._property = local

    def end(self, tag: str) -> None:
        """An element ends."""
        if self._template:
            self._template -= 1
            return
        if tag == "sf:p" and self._text:
            self._in_p[-1] = False
            self._paragraph()
        elif tag in _STORAGE and self._text:
            self._text.pop()
            self._in_p.pop()
            after = self._after.pop()
            if self._after and self._in_p[-1]:
                self._after[-1] += after
            else:
                self._put(after)
        elif tag == "sf:ghost-text":
            self._ghost -= 1
        elif tag == "sf:footnotes":
            self._footnotes -= 1
        elif tag == "sf:tabular-model" and self._table is not None:
            self._put([Line(line) for line in self._table.finish()])
            self._table = None
        elif self._table is not None:
            self._table.end(tag)
        elif tag in _CHART:
            self._chart -= 1
        elif tag in ("key:slide", "ls:workspace"):
            self._page()
        elif tag == "key:theme-list":
            found = [line for line in (*self._lines, *self._beside) if line.text.strip()]
            self._masters = [Line(line.text, "boilerplate") for line in found]
            self._lines, self._beside = [], []
        elif tag.endswith(":metadata"):
            self._metadata = self._property = ""
        if self._places and self._places[-1][0] == tag:
            self._places.pop()

    def data(self, text: str) -> None:
        """Words count inside a paragraph only."""
        if self._text and not self._template and self._in_p[-1]:
            self._text[-1].append(text)
            self._ghosts = self._ghosts or bool(self._ghost)

    def _paragraph(self) -> None:
        text = "".join(self._text[-1]).removesuffix("\n")
        self._text[-1].clear()
        kind: RegionKind | None = self._places[-1][1] if self._places else None
        if kind is None and self._ghosts:
            kind = "boilerplate"  # what the template says where nothing was written
        self._ghosts = False
        after, self._after[-1] = self._after[-1], []
        own = [*split(text, kind, []), *after]
        if len(self._after) > 1 and self._in_p[-2]:
            self._after[-1] += own  # it goes behind the paragraph around it
        else:
            self._put(own)

    def _put(self, lines: list[Line]) -> None:
        if self._footnotes:
            self._foot += [line for line in lines if line.text.strip()]
            return
        for text, kind, _ in lines:
            if self._places and kind is None:
                kind = self._places[-1][1]
            if kind in (None, "boilerplate"):
                self._lines.append(Line(text, kind))
            elif text.strip():
                label = "[comment] " if kind == "comment" else ""
                self._beside.append(Line(label + text, kind))

    def _page(self) -> None:
        lines = tidy(self._lines)
        if self._beside:
            lines += [*([Line("")] if lines else []), *self._in_order()]
        lay(self._out, lines, self._label)
        self._lines, self._beside = [], []

    def _in_order(self) -> list[Line]:
        """Notes, then headers, footers and comments: by chance the alphabet backwards."""
        return sorted(self._beside, key=lambda line: line.kind or "", reverse=True)

    def finish(self) -> None:
        """Lay down what is left: all of a Pages file, or the rest of a broken one."""
        if self._out.pages:
            if tidy(self._lines) or self._beside:
                self._page()
            if self._masters:
                lay(self._out, self._masters, "master slides")
            return
        flow(self._out, tidy(self._lines) + self._foot + self._in_order())


class _Table:
    """The cells of a table; `ct` says how far a cell lies behind the one before, 256 a row."""

    def __init__(self, name: str) -> None:
        self._rows: list[str] = [name] if name else []
        self._row: list[str] = []
        self._at = 0  # 256 times the row, and the column
        self._value: str | None = None
        self._depth = 0
        self._choices: dict[str, str] = {}  # of a pop-up menu, by their identifiers
        self._choice = ""
        self._in_menu = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.partition(":")[2]
        if self._value is None:
            if local in _CELLS:
                step = attribute(attributes, "sf:ct")
                before = self._at >> 8
                self._at += int(step) if step.isdecimal() and len(step) < 8 else 1
                if self._at >> 8 != before:
                    self._flush()
                self._value = _first(attributes, _VALUE)
                self._depth = 1
            return
        self._depth += 1
        if local == "menu-choices":
            self._in_menu = self._depth
        elif self._in_menu:
            self._choice = attribute(attributes, "sfa:ID") or self._choice
            value = _first(attributes, _VALUE)
            if value and len(self._choices) < 100_000:
                self._choices[self._choice] = value
        elif local == "proxied-cell-ref":
            self._value = self._choices.get(attribute(attributes, "sfa:IDREF"), self._value)
        elif not self._value and local in _VALUES:
            self._value = _first(attributes, _VALUE)

    def end(self, tag: str) -> None:
        if self._value is None:
            return
        if self._depth == self._in_menu:
            self._in_menu = 0
        self._depth -= 1
        if self._depth:
            return
        if self._value:
            self._row += [""] * ((self._at & 255) - len(self._row))
            self._row.append(clean(self._value).replace("\n", " "))
        self._value = None

    def _flush(self) -> None:
        if self._row:
            self._rows.append("\t".join(self._row))
        self._row = []

    def finish(self) -> list[str]:
        self._flush()
        return self._rows


def _first(attributes: dict[str, str], names: tuple[str, ...]) -> str:
    for name in names:
        if value := attribute(attributes, name):
            return {"sf:cell-date": _day, "sf:v": _number}.get(name, str)(value)
    return ""


def _number(value: str) -> str:
    """3601.5999999999999 as the sheet shows it, 3601.6."""
    try:
        return f"{float(value):.15g}"
    except ValueError:
        return value


def _day(seconds: str) -> str:
    """A moment, which counts from 2001, as it is written; its time only where it has one."""
    try:
        moment = EPOCH + timedelta(seconds=float(seconds))
    except (ValueError, OverflowError):
        return seconds
    return f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(" 00:00:00")


def _with_zone(value: str) -> str:
    """`2010-05-09T12:34:38-0700` with a colon in its zone, as ISO 8601 wants."""
    if len(value) > 5 and value[-5] in "+-" and value[-4:].isdigit():
        return f"{value[:-2]}:{value[-2:]}"
    return value
