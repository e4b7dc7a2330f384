"""What a PDF holds beside pages, notes, fields and attachments: so that nothing stays unnamed.

Walked by pikepdf from the catalogue and the pages. Scripts are kept as metadata, as found.
Words that stand for a figure or an abbreviation (`Alt`, `E` of the structure tree) are text.
What a signature says of itself (name, time, place, reason) is text; nothing is verified here.
Named as unclaimed: files that hang on the catalogue or a page and in no names tree, the forms of
an attachment for other systems (`DOS`, `Mac`, `Unix`), private data that a program left as streams
(`PieceInfo`), small pictures of pages (`Thumb`). The reader
can stand behind a count of zero only where no page shows a picture of its own beside its text:
nobody reads the words in that picture. What no page or catalogue leads to is not counted here:
earlier states of a file are findings.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from assay.extract import dates

_SCRIPT = 40_000  # characters of a script that are kept
_SCRIPTS = 200
_ELEMENTS = 20_000  # of the structure tree
_PIXELS = 10_000  # a smaller picture is a rule, a bullet or a logo without words
_NEST = 4  # forms inside forms
_DEPTH = 32  # of a tree of names or fields
_SAID = ("/Name", "/M", "/Location", "/ContactInfo", "/Reason")
_Id = tuple[int, int]
_STREAMS = 5  # levels of private data


@dataclass
class Parts:
    """What was found. `whole`: everything that the pages lead to has a reader or is named."""

    scripts: list[str] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)
    signed: list[str] = field(default_factory=list)  # who signed, when, where, why: a line each
    unclaimed: dict[str, int] = field(default_factory=dict)
    whole: bool = True

    def name(self, what: str, count: int) -> None:
        """Add to the parts that nobody claims."""
        if count:
            self.unclaimed[what] = self.unclaimed.get(what, 0) + count


def parts_of(pdf: pikepdf.Pdf) -> Parts:
    """Walk the catalogue and all pages."""
    found = Parts()
    root = pdf.Root
    _scripts(root, found)
    names = root.get("/Names")
    if isinstance(names, pikepdf.Dictionary):
        for action in _leaves(names.get("/JavaScript")):
            _script(action, found)
    filed = {_id(f) for f in _leaves(names.get("/EmbeddedFiles"))} if isinstance(
        names, pikepdf.Dictionary) else set()  # fmt: skip
    _associated(root, filed, found)
    if isinstance(names, pikepdf.Dictionary):
        more = sum(_other_forms(f) for f in _leaves(names.get("/EmbeddedFiles")))
        found.name("attachments in another form for another system", more)
    found.name("sets of private data of a program", _private(root))
    met: set[_Id] = set()
    for page in pdf.pages:
        _look_at(page.obj, filed, met, found)
    _read_structure(root.get("/StructTreeRoot"), found)
    form = root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        _signatures(form.get("/Fields"), found, [_ELEMENTS])
    return found


def _signatures(fields: Any, found: Parts, left: list[int], depth: int = 0) -> None:
    """The signatures among the fields of a form (ISO 32000-1, 12.8.1)."""
    if depth > _DEPTH or not isinstance(fields, pikepdf.Array):
        return
    for at in range(len(fields)):
        left[0] -= 1
        if left[0] < 0:
            found.whole = False
            return
        one = fields[at]
        if not isinstance(one, pikepdf.Dictionary):
            continue
        value = one.get("/V")
        if isinstance(value, pikepdf.Dictionary) and "/ByteRange" in value:
            said = {key: _words(value.get(key)) for key in _SAID}
            when = dates.from_pdf(said.pop("/M")) or ""
            reason = said.pop("/Reason")
            marks = " · ".join(m for m in ("signed", said.pop("/Name"), when, *said.values()) if m)
            found.signed.append(f"[{marks}] {reason}".rstrip())
        _signatures(one.get("/Kids"), found, left, depth + 1)


def _words(value: Any) -> str:
    """A text string. Some programs write UTF-8 without the mark that it needs."""
    if not isinstance(value, pikepdf.String):
        return ""
    try:
        return bytes(value).decode().strip("\0 ")
    except UnicodeDecodeError:
        return str(value).strip("\0 ")


def _look_at(page: Any, filed: set[_Id], met: set[_Id], found: Parts) -> None:
    _scripts(page, found)
    _associated(page, filed, found)
    found.name("sets of private data of a program", _private(page))
    found.name("small pictures of pages", "/Thumb" in page)
    marks = page.get("/Annots")
    if isinstance(marks, pikepdf.Array):
        for at in range(min(len(marks), _ELEMENTS)):
            mark = marks[at]
            if isinstance(mark, pikepdf.Dictionary):
                _scripts(mark, found)
    if found.whole and _shows_pictures(page.get("/Resources"), met, 0):
        found.whole = False


def _id(value: Any) -> _Id:
    number, generation = value.objgen if value.is_indirect else (0, 0)
    return number, generation


def _pairs(table: Any) -> list[tuple[str, Any]]:
    return list(table.items())


def _leaves(node: Any, depth: int = 0) -> Iterator[Any]:
    """The values of a names tree."""
    if depth > _DEPTH or not isinstance(node, pikepdf.Dictionary):
        return
    names, kids = node.get("/Names"), node.get("/Kids")
    if isinstance(names, pikepdf.Array):
        for at in range(1, len(names), 2):
            yield names[at]
    if isinstance(kids, pikepdf.Array):
        for at in range(len(kids)):
            yield from _leaves(kids[at], depth + 1)


# ---------------------------------------------------------------- scripts


def _scripts(holder: Any, found: Parts) -> None:
    """The scripts of an object's actions."""
    for key in ("/OpenAction", "/A"):
        if key in holder:
            _script(holder.get(key), found)
    more = holder.get("/AA")
    if isinstance(more, pikepdf.Dictionary):
        for _, action in _pairs(more):
            _script(action, found)


def _script(action: Any, found: Parts, depth: int = 0) -> None:
    if depth > _NEST or not isinstance(action, pikepdf.Dictionary):
        return
    if action.get("/S") == "/JavaScript":
        code = action.get("/JS")
        if isinstance(code, pikepdf.Stream):
            text = code.read_bytes()[: 4 * _SCRIPT].decode("utf-8", "replace")
        else:
            text = str(code) if isinstance(code, pikepdf.String) else ""
        if text and text not in found.scripts:
            if len(found.scripts) >= _SCRIPTS or len(text) > _SCRIPT:
                found.name("scripts in part or not at all", 1)
            if len(found.scripts) < _SCRIPTS:
                found.scripts.append(text[:_SCRIPT])
    following = action.get("/Next")
    steps: Any = following if isinstance(following, pikepdf.Array) else [following]
    for at in range(min(len(steps), 20)):
        _script(steps[at], found, depth + 1)


# ---------------------------------------------------------------- files, private data, pictures


def _associated(holder: Any, filed: set[_Id], found: Parts) -> None:
    files = holder.get("/AF")
    if isinstance(files, pikepdf.Array):
        count = sum(1 for at in range(min(len(files), 1000)) if _id(files[at]) not in filed)
        found.name("associated files", count)


def _other_forms(attached: Any) -> int:
    """Further streams of an attachment beside the one that is taken."""
    forms = attached.get("/EF") if isinstance(attached, pikepdf.Dictionary) else None
    if not isinstance(forms, pikepdf.Dictionary):
        return 0
    return max(len({_id(form) for _, form in _pairs(forms)}) - 1, 0)


def _private(holder: Any) -> int:
    pieces = holder.get("/PieceInfo")
    if not isinstance(pieces, pikepdf.Dictionary):
        return 0
    return sum(1 for _, piece in _pairs(pieces) if _has_stream(piece, _STREAMS))


def _has_stream(value: Any, depth: int) -> bool:
    if isinstance(value, pikepdf.Stream):
        return True
    if depth and isinstance(value, pikepdf.Dictionary):
        return any(_has_stream(inner, depth - 1) for _, inner in _pairs(value))
    return False


def _shows_pictures(resources: Any, met: set[_Id], depth: int) -> bool:
    """Tell whether a page or form may draw a picture that is large enough for words."""
    if depth > _NEST or not isinstance(resources, pikepdf.Dictionary):
        return False
    things = resources.get("/XObject")
    if not isinstance(things, pikepdf.Dictionary):
        return False
    for _, thing in _pairs(things):
        if not isinstance(thing, pikepdf.Stream) or thing.objgen in met:
            continue
        met.add(thing.objgen)
        if thing.get("/Subtype") == "/Image":
            if int(thing.get("/Width", 0)) * int(thing.get("/Height", 0)) > _PIXELS:
                return True
        elif _shows_pictures(thing.get("/Resources"), met, depth + 1):
            return True
    return False


# ---------------------------------------------------------------- words for figures


def _read_structure(tree: Any, found: Parts) -> None:
    """Words that stand for what a page shows, in the order of the structure tree."""
    if not isinstance(tree, pikepdf.Dictionary):
        return
    waiting: list[Any] = [tree]
    met: set[_Id] = set()
    left = _ELEMENTS
    while waiting:
        node = waiting.pop()
        # by the kind as the library has it: its `isinstance` costs a call of Python each
        kind = getattr(node, "_type_code", None)
        if kind is pikepdf.ObjectType.array:
            kids = list(node.as_list())[:left]
            waiting += [kid for kid in reversed(kids) if not isinstance(kid, int)]
            continue
        if kind is not pikepdf.ObjectType.dictionary:
            continue
        place: _Id = node.objgen
        if place[0]:
            if place in met:
                continue
            met.add(place)
        left -= 1
        if left < 0:
            found.whole = False
            return
        for key in ("/Alt", "/E"):
            said = node.get(key) if key in node else None
            if isinstance(said, pikepdf.String) and str(said).strip():
                found.spoken.append(str(said).strip())
        if "/K" in node:
            waiting.append(node.get("/K"))
