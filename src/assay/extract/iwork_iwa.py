"""What the archives of iWork since 2013 say: text storages, tables, comments, in order.

From a slide, a sheet or the body the references are followed as they stand, which is the order
in which iWork keeps shapes. What themes and templates hold is not followed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import timedelta

from assay.extract.iwa import Fields, IwaBroken, Message, fields, references
from assay.extract.iwork_xml import EPOCH
from assay.extract.lines import Line, Span, clean, flow, lay, split, tidy
from assay.extract.transcript import Transcript
from assay.model.reading import RegionKind

_SHOW, _NODE, _SLIDE = 2, 4, (5, 6)  # of Keynote
_SHEET = 2  # of Numbers
_PAGES = 10000
_STORAGES = (2001, 2005)
_BUBBLE, _COMMENT = 2014, 3056
_TABLE, _TILE, _LIST = 6001, 6002, 6005
# Not followed: other slides, themes, calculation, and what a person's view is like.
_ELSEWHERE = frozenset((1, 2, 3, 4, 5, 6, 10, 10000, 10001, 210, 401, 402, *range(4000, 4100)))
_TEMPLATES = (
    "MasterSlide", "TemplateSlide", "DocumentStylesheet", "ThemeStylesheet", "Metadata",
    "ViewState", "DocumentMetadata", "ObjectContainer",
)  # fmt: skip
_KINDS: dict[int, RegionKind] = {1: "header", 4: "notes"}
_BLANK = 0xFFFF


class Objects:
    """All messages of a file by their identifiers."""

    def __init__(self) -> None:
        self.by_id: dict[int, Message] = {}
        self.slides = False

    @staticmethod
    def templates(component: str) -> bool:
        """Tell whether a component belongs to the template, or says nothing of the content."""
        return component.rpartition("/")[2].startswith(_TEMPLATES)

    def add(self, message: Message) -> None:
        """Take a message in; the first one of an identifier is the object itself."""
        self.by_id.setdefault(message.identity, message)
        self.slides = self.slides or message.component.startswith("Slide")

    def fields(self, identity: int) -> Fields:
        """The fields of an object; none where it is not there or broken."""
        message = self.by_id.get(identity)
        if message is None:
            return []
        try:
            return fields(message.body)
        except IwaBroken:
            return []

    def kind(self, identity: int) -> int:
        """The type of an object, -1 where it is not there."""
        message = self.by_id.get(identity)
        return message.kind if message else -1


def tell(objects: Objects, transcript: Transcript) -> None:
    """Lay the text of a file down, page by page."""
    seen: set[int] = set()
    if objects.kind(1) == _PAGES:
        transcript.type = "application/vnd.apple.pages"
        roots = [*_refs(objects.fields(1), 4), 1]
        flow(transcript, _ordered(_gather(objects, roots, seen, pages=True)))
    elif objects.slides:
        transcript.type = "application/vnd.apple.keynote"
        for slide, hidden in _slides(objects):
            lines = _ordered(_gather(objects, [slide], seen))
            lay(transcript, lines, "hidden" if hidden else "")
    else:
        sheets = [s for s in _refs(objects.fields(1), 1) if objects.kind(s) == _SHEET]
        if sheets:
            transcript.type = "application/vnd.apple.numbers"
        for sheet in sheets:
            name = _text(objects.fields(sheet), 1)
            lay(transcript, _ordered(_gather(objects, [sheet], seen, tables=True)), clean(name))
    if not transcript.length:  # another order than the known ones: all text as it comes
        rest = [i for i, m in objects.by_id.items() if m.kind in (*_STORAGES, _TABLE, _COMMENT)]
        lines = _ordered(_gather(objects, rest, set()))
        if lines:
            flow(transcript, lines)


def _slides(objects: Objects) -> Iterator[tuple[int, bool]]:
    """(slide, hidden) in the order of the show; those that no node names come last."""
    told: set[int] = set()
    nodes: list[int] = []
    for identity, message in objects.by_id.items():
        if message.kind == _SHOW:
            for tree in (v for n, v in objects.fields(identity) if n == 3 and isinstance(v, bytes)):
                branches = _fields(tree)
                nodes += _refs(branches, 2) or _refs(branches, 1)
    nodes.reverse()
    met: set[int] = set()
    while nodes:
        node = nodes.pop()
        if node in met or objects.kind(node) != _NODE:
            continue
        met.add(node)
        own = objects.fields(node)
        for slide in _refs(own, 2):
            if objects.kind(slide) in _SLIDE and slide not in told:
                told.add(slide)
                yield slide, any(n == 4 and v == 1 for n, v in own)
        nodes += reversed(_refs(own, 1))
    for identity, message in objects.by_id.items():
        if message.kind in _SLIDE and identity not in told:
            yield identity, False


def _ordered(lines: list[Line]) -> list[Line]:
    """Running text first, then notes, headers and comments."""
    own = tidy([line for line in lines if line.kind in (None, "text_box")])
    beside = [line for line in lines if line.kind not in (None, "text_box") and line.text.strip()]
    return [*own, *([Line("")] if own and beside else []), *beside]


def _gather(
    objects: Objects, roots: list[int], seen: set[int], pages: bool = False, tables: bool = False
) -> list[Line]:
    """The lines of all that the roots lead to."""
    lines: list[Line] = []
    waiting = list(reversed(roots))
    first = set(roots)
    while waiting:
        identity = waiting.pop()
        message = objects.by_id.get(identity)
        if message is None or identity in seen:
            continue
        if message.kind in _ELSEWHERE and identity not in first:
            continue
        seen.add(identity)
        if message.kind in _STORAGES:
            lines += _storage(objects.fields(identity), pages)
        elif message.kind == _COMMENT:
            lines.append(_comment(objects, objects.fields(identity)))
        elif message.kind == _TABLE:
            lines += [Line(row) for row in _rows(objects, identity, seen, tables)]
        if message.kind == _BUBBLE:  # its shape holds the words of the comment once more
            waiting += _refs(objects.fields(identity), 2)
        else:
            waiting += reversed([r for r in references(message.body) if r in objects.by_id])
    return lines


def _storage(own: Fields, pages: bool) -> list[Line]:
    raw = "".join(v.decode("utf-8", "replace") for n, v in own if n == 3 and isinstance(v, bytes))
    if not clean(raw).strip():
        return []
    what = next((v for n, v in own if n == 1 and isinstance(v, int)), 3)
    kind: RegionKind | None = _KINDS.get(what)
    if pages and what == 3:
        kind = "text_box"
    changes: list[Span] = []
    for number, change in ((21, "inserted"), (22, "deleted")):
        for table in (v for n, v in own if n == number and isinstance(v, bytes)):
            changes += _runs(raw, table, "inserted" if change == "inserted" else "deleted")
    return tidy(split(raw, kind, changes))


def _runs(raw: str, table: bytes, kind: RegionKind) -> list[Span]:
    """Stretches that an attribute table names: each begins at an index and ends at the next."""
    marks: list[tuple[int, bool]] = []
    for number, value in _fields(table):
        if number == 1 and isinstance(value, bytes):
            entry = _fields(value)
            at = next((v for n, v in entry if n == 1 and isinstance(v, int)), 0)
            marks.append((at, any(n == 2 for n, _ in entry)))
    units = raw.encode("utf-16-le", "surrogatepass") if any(c > "\uffff" for c in raw) else b""

    def place(at: int) -> int:
        if not units:
            return min(at, len(raw))
        return len(units[: 2 * at].decode("utf-16-le", "ignore"))

    ends = [at for at, _ in marks[1:]] + [len(units) // 2 or len(raw)]
    return [(place(at), place(end), kind) for (at, on), end in zip(marks, ends, strict=True) if on]


def _comment(objects: Objects, own: Fields) -> Line:
    who = [_text(objects.fields(author), 1) for author in _refs(own, 3)]
    when = [v for n, v in own if n == 2 and isinstance(v, bytes)]
    stamp = _seconds(dict(_fields(when[0])).get(1, b"")) if when else ""
    label = " · ".join(clean(part) for part in ("comment", *who, stamp) if part)
    return Line(f"[{label}] {clean(_text(own, 1))}", "comment")


def _seconds(value: int | bytes) -> str:
    if not isinstance(value, bytes) or len(value) != 8:
        return ""
    return _moment(struct.unpack("<d", value)[0])


def _moment(seconds: float) -> str:
    try:
        moment = EPOCH + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return ""
    return f"{moment:%Y-%m-%d %H:%M:%S}".removesuffix(" 00:00:00")


# ---------------------------------------------------------------- tables


def _rows(objects: Objects, table: int, seen: set[int], named: bool) -> list[str]:
    """The rows of a table, cells divided by tabs; rows without words are left out."""
    own = objects.fields(table)
    store = next((v for n, v in own if n == 4 and isinstance(v, bytes)), b"")
    parts = _fields(store)
    strings = _strings(objects, _refs(parts, 4), seen)
    rich = _strings(objects, _refs(parts, 17), seen)
    rows: dict[int, list[str]] = {}
    for tiles in (v for n, v in parts if n == 3 and isinstance(v, bytes)):
        sized = next((v for n, v in _fields(tiles) if n == 2 and isinstance(v, int)), 256) or 256
        for tile in (v for n, v in _fields(tiles) if n == 1 and isinstance(v, bytes)):
            number = next((v for n, v in _fields(tile) if n == 1 and isinstance(v, int)), 0)
            for identity in _refs(_fields(tile), 2):
                for at, cells in _tile(objects.fields(identity), strings, rich):
                    rows[number * sized + at] = cells
    title = clean(_text(own, 8)) if named else ""
    lines = ["\t".join(rows[at]).rstrip("\t") for at in sorted(rows)]
    return [line for line in (title, *lines) if line]


def _strings(objects: Objects, lists: list[int], seen: set[int]) -> dict[int, str]:
    """Key -> text of a list of a table, plain strings and formatted ones."""
    found: dict[int, str] = {}
    for identity in lists:
        for number, value in objects.fields(identity):
            if number != 3 or not isinstance(value, bytes):
                continue
            entry = _fields(value)
            key = next((v for n, v in entry if n == 1 and isinstance(v, int)), 0)
            found[key] = _text(entry, 3)
            for payload in _refs(entry, 9):
                seen.add(payload)
                for storage in _refs(objects.fields(payload), 1):
                    seen.add(storage)
                    found[key] = "\n".join(
                        line.text for line in _storage(objects.fields(storage), False)
                    )
    return found


def _tile(
    own: Fields, strings: dict[int, str], rich: dict[int, str]
) -> Iterator[tuple[int, list[str]]]:
    for number, value in own:
        if number != 5 or not isinstance(value, bytes):
            continue
        row = dict(_fields(value))
        at = row.get(1, 0)
        new = bool(row.get(6)) and bool(row.get(7))
        cells, offsets = (row.get(6), row.get(7)) if new else (row.get(3), row.get(4))
        if (
            not isinstance(cells, bytes)
            or not isinstance(offsets, bytes)
            or not isinstance(at, int)
        ):
            continue
        wide = 4 if row.get(8) else 1
        texts: list[str] = []
        for place in struct.unpack(f"<{len(offsets) // 2}H", offsets[: len(offsets) // 2 * 2]):
            text = ""
            if place != _BLANK and place * wide < len(cells):
                try:
                    text = _cell(cells[place * wide :], strings, rich)
                except (struct.error, OverflowError):
                    text = ""
            texts.append(clean(text).replace("\n", " "))
        yield at, texts


def _cell(cell: bytes, strings: dict[int, str], rich: dict[int, str]) -> str:
    """One cell as text: flags say which values follow, in one order a version."""
    value: float | None = None
    when: float | None = None
    key = inner = -1
    if cell[0] >= 5:
        kind, flags, at = cell[1], struct.unpack_from("<I", cell, 8)[0], 12
        if flags & 1:
            value, at = _decimal(cell[at : at + 16]), at + 16
        if flags & 2:
            value, at = struct.unpack_from("<d", cell, at)[0], at + 8
        if flags & 4:
            when, at = struct.unpack_from("<d", cell, at)[0], at + 8
        if flags & 8:
            key, at = struct.unpack_from("<I", cell, at)[0], at + 4
        if flags & 16:
            inner = struct.unpack_from("<I", cell, at)[0]
    else:
        kind, flags = cell[1 if cell[0] == 4 else 2], struct.unpack_from("<I", cell, 4)[0]
        at = (12 if cell[0] > 1 else 8) + 4 * (flags & 0x0D8E).bit_count()
        if flags & 0x0200:
            inner, at = struct.unpack_from("<I", cell, at)[0], at + 4
        at += 4 * (flags & 0x3000).bit_count()
        if flags & 0x0010:
            key, at = struct.unpack_from("<I", cell, at)[0], at + 4
        if flags & 0x0020:
            value, at = struct.unpack_from("<d", cell, at)[0], at + 8
        if flags & 0x0040:
            when = struct.unpack_from("<d", cell, at)[0]
    if kind == 5:
        return _moment(when) if when is not None else ""
    if kind == 9:
        return rich.get(inner, strings.get(key, ""))
    if kind == 6:
        return "true" if value else "false"
    if kind in (2, 7, 10) and value is not None:
        return f"{value:.15g}"
    return strings.get(key, "")


def _decimal(number: bytes) -> float:
    """A 128-bit decimal; the text shows fifteen digits of it."""
    exponent = ((number[15] & 0x7F) << 7 | number[14] >> 1) - 0x1820
    mantissa = int.from_bytes(number[:14], "little") | (number[14] & 1) << 112
    if abs(exponent) > 300:
        return 0.0
    value = float(mantissa) * 10.0**exponent if exponent > 0 else mantissa / 10**-exponent
    return -value if number[15] & 0x80 else value


# ---------------------------------------------------------------- fields


def _fields(body: bytes) -> Fields:
    try:
        return fields(body)
    except IwaBroken:
        return []


def _refs(own: Fields, number: int) -> list[int]:
    """Identifiers that the fields of this number refer to."""
    found: list[int] = []
    for n, value in own:
        if n == number and isinstance(value, bytes):
            found += [v for m, v in _fields(value) if m == 1 and isinstance(v, int)]
    return found


def _text(own: Fields, number: int) -> str:
    return next(
        (v.decode("utf-8", "replace") for n, v in own if n == number and isinstance(v, bytes)), ""
    )
