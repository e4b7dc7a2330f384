"""OneNote sections: a page is a page, its outlines in order, then what was written earlier.

The title comes first, then text boxes, tables (cells divided by tabs) and pictures in the order
of the page. Words that OneNote recognised on a picture are marked as such. A section keeps
earlier states of its pages: text that stands there and nowhere in the present page is given
behind it, marked as deleted. Embedded files and pictures are members, in the order of the store.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from assay.extract import charset, dates, types
from assay.extract.lines import Line, Span, clean, lay, tidy
from assay.extract.onefss import open_packaged
from assay.extract.onestore import (
    Id,
    Properties,
    Space,
    Store,
    StoreBroken,
    Thing,
    open_store,
    properties,
)
from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.spool import CHUNK
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="onenote",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/onenote", types.ONETOC),
    limits="ink is not read; sections under a password stay closed",
)
_PACKAGED = bytes.fromhex("2fe98d63d4a6c14b9a36b3fc2511a5b7")
_CONTENT, _METADATA = 1, 2  # roles of roots
_SECTION, _PAGE, _PICTURE, _ROW, _TABLE_CELL = 0x60007, 0x6000B, 0x60011, 0x60023, 0x60024
_UNICODE, _ASCII, _TITLE = 0x1C001C22, 0x1C003498, 0x1C001CF3
_ALT, _URL, _FILE_NAME, _PICTURE_NAME = 0x1C001E58, 0x1C001E20, 0x1C001D9C, 0x1C001DD7
_AUTHOR, _MODIFIED, _CREATED = 0x1C001D75, 0x14001D7A, 0x14001D09
_STRUCTURE, _OWN, _BELOW = 0x24001D5F, 0x24001C1F, 0x24001C20
_FOLLOWED = (_STRUCTURE, _OWN, _BELOW, 0x20001C3F, 0x20001D9B)
_PAGES = 0x2C001D63
_TEXTS = (_UNICODE, _ASCII)
_LINK = re.compile('\ufddfHYPERLINK "([^"]*)"')
_REFERENCE = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
_EPOCH = datetime(1980, 1, 1, tzinfo=UTC)
_DEEP = 200


def read_onenote(request: Request, transcript: Transcript) -> None:
    """Read a section or a table of contents. Raises Stop with `damaged` or `encrypted`."""
    with request.path.open("rb") as stream:
        size = request.path.stat().st_size
        if size < 68:
            raise Stop("truncated", "", "the header")
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as body:
            _read(body, request, transcript)  # type: ignore[arg-type]


def _read(body: bytes, request: Request, transcript: Transcript) -> None:
    packaged = bytes(body[48:64]) == _PACKAGED
    try:
        store = open_packaged(body) if packaged else open_store(body)
    except StoreBroken as broken:
        raise Stop("damaged", "", str(broken)) from None
    if store.broken:
        transcript.trouble("damaged", "the store", f"{store.broken} lists are broken")
    names: dict[str, str] = {}
    told: set[str] = set()
    lost = 0
    for space in _pages_of(store):
        page = _Page(space, transcript, names, told)
        if request.only is None:
            lost += page.tell()
        else:
            page.name_files()
    if store.encrypted:
        transcript.trouble("encrypted", "pages", "section password", _LOCKED)
    if lost:
        transcript.trouble("damaged", "pages", f"{lost} without the present state")
    if transcript.title is None and transcript.pages:
        transcript.title = transcript.pages[0].label or None
    _take_files(body, store, names, transcript)


_LOCKED = "Open the section in OneNote with its password, remove the password, add the copy."


def _pages_of(store: Store) -> list[Space]:
    """The spaces that are pages in the order of the section, then those it does not name."""
    by_id = {space.identity: space for space in store.spaces}
    ordered: list[Space] = []
    for space in store.spaces:
        things, roots = space.present()
        root = things.get(roots.get(_CONTENT, (b"", 0)))
        if root is None or root.kind != _SECTION:
            continue
        for thing in _below(things, roots[_CONTENT]):
            for name, value in properties(thing):
                if name == _PAGES and isinstance(value, list):
                    ordered += [by_id[i] for i in value if isinstance(i, tuple) and i in by_id]
    seen = {id(space) for space in ordered}
    rest = [space for space in store.spaces if id(space) not in seen]
    unique = list({id(space): space for space in ordered}.values())
    return unique + [s for s in rest if not _is_section(s)] + [s for s in rest if _is_section(s)]


def _is_section(space: Space) -> bool:
    things, roots = space.present()
    root = things.get(roots.get(_CONTENT, (b"", 0)))
    return root is not None and root.kind == _SECTION


def _below(things: dict[Id, Thing], root: Id) -> Iterator[Thing]:
    """An object and all below it, as the references go."""
    waiting, met = [root], set()
    while waiting:
        identity = waiting.pop()
        thing = things.get(identity)
        if thing is None or identity in met:
            continue
        met.add(identity)
        yield thing
        for name, value in properties(thing):
            if name in _FOLLOWED and isinstance(value, list):
                waiting += [i for i in reversed(value) if isinstance(i, tuple)]


class _Page:
    def __init__(
        self, space: Space, transcript: Transcript, names: dict[str, str], told: set[str]
    ) -> None:
        self.told = told  # lines of the pages before
        self.space = space
        self.out = transcript
        self.names = names
        self.things, self.roots = space.present()
        self._met: set[Id] = set()

    def tell(self) -> bool:
        """Lay the page down; tells whether its present state could not be found."""
        lines: list[Line] = []
        root = self.roots.get(_CONTENT)
        lost = bool(self.space.revisions) and (root is None or root not in self.things)
        if root is not None:
            lines = tidy(self._lines(root, 0))
        self._about()
        now = {line.text.strip() for line in lines}
        now |= {part.strip() for line in lines for part in line.text.split("\t")}
        known = self.told | now if _is_section(self.space) else now
        earlier = [t for t in self._earlier() if t.strip() and t.strip() not in known]
        title = clean(self._title())
        if title.strip() and title.strip() not in now and not _is_section(self.space):
            lines = [Line(title), *lines]
            earlier = [t for t in earlier if t != title]
        if earlier:
            lines += [Line(""), Line("[earlier text]")] if lines else [Line("[earlier text]")]
            lines += [Line(text, "deleted") for text in earlier]
        self.told |= now | set(earlier)
        if lines:
            lay(self.out, lines, title)
        return lost and not earlier

    def name_files(self) -> None:
        """Give embedded files their names, without laying text down."""
        root = self.roots.get(_CONTENT)
        if root is not None:
            self._lines(root, 0)

    def _lines(self, identity: Id, depth: int) -> list[Line]:
        thing = self.things.get(identity)
        if thing is None or identity in self._met or depth > _DEEP:
            return []
        self._met.add(identity)
        own = properties(thing)
        lines = self._words(thing, own)
        values = dict(own)
        for name in _FOLLOWED:
            value = values.get(name)
            if not isinstance(value, list):
                continue
            inner = [self._lines(i, depth + 1) for i in value if isinstance(i, tuple)]
            if thing.kind == _ROW:
                lines.append(_row(inner))
            else:
                lines += [line for part in inner for line in part]
        return lines

    def _words(self, thing: Thing, own: Properties) -> list[Line]:
        found: list[Line] = []
        values = {name: value for name, value in own if isinstance(value, bytes)}
        text = _text_of(values)
        if thing.kind == _PICTURE:
            alt = _wide(values.get(_ALT, b""))
            found += [Line(line) for line in alt.split("\n") if line.strip()]
            found += [Line(line, "ocr") for line in text.split("\n") if line.strip()]
            text = ""
        for name in (_FILE_NAME, _PICTURE_NAME):
            if name in values:
                self._name_container(own, _wide(values[name]))
        if _FILE_NAME in values:
            found.append(Line(f"[{_wide(values[_FILE_NAME])}]"))
        link = _wide(values.get(_URL, b""))
        if link and link not in text:
            text = f"{text} <{link}>" if text else f"<{link}>"
        found += [Line(line) for line in text.split("\n")] if text else []
        return found

    def _name_container(self, own: Properties, name: str) -> None:
        for key, value in own:
            if key in (0x20001C3F, 0x20001D9B) and isinstance(value, list):
                for identity in value:
                    holder = self.things.get(identity) if isinstance(identity, tuple) else None
                    if holder is not None and holder.file:
                        self.names.setdefault(_key(holder.file), name)

    def _title(self) -> str:
        root = self.things.get(self.roots.get(_METADATA, (b"", 0)))
        return _wide(dict(_bytes(properties(root))).get(_TITLE, b"")) if root else ""

    def _about(self) -> None:
        """Authors and times of the page's objects."""
        for thing in self.things.values():
            for name, value in properties(thing):
                if name == _AUTHOR and isinstance(value, bytes):
                    author = _wide(value)
                    if author and ("onenote:author", author) not in self.out.found:
                        self.out.note("onenote:author", author)
                        self.out.author = self.out.author or author
                elif name in (_MODIFIED, _CREATED) and isinstance(value, int) and value:
                    self._moment(name, value)

    def _moment(self, name: int, seconds: int) -> None:
        moment = dates.in_utc(_EPOCH + timedelta(seconds=seconds))
        if name == _CREATED and (self.out.created is None or moment < self.out.created):
            self.out.created = moment
        elif name == _MODIFIED and (self.out.modified is None or moment > self.out.modified):
            self.out.modified = moment

    def _earlier(self) -> list[str]:
        """Texts of all revisions, each once, in the order of the file."""
        found: dict[str, None] = {}
        for revision in self.space.revisions:
            for thing in revision.things.values():
                if thing.kind != _PICTURE:
                    values = dict(_bytes(properties(thing)))
                    for part in (_text_of(values), _wide(values.get(_TITLE, b""))):
                        found.update(dict.fromkeys(part.split("\n")))
        return list(found)


def _row(cells: list[list[Line]]) -> Line:
    """The cells of a row as one line, divided by tabs."""
    text = ""
    spans: list[Span] = []
    for number, cell in enumerate(cells):
        text += "\t" if number else ""
        first = True
        for line in cell:
            if not line.text:
                continue
            text += "" if first else " "
            first = False
            if line.kind is not None:
                spans.append((len(text), len(text) + len(line.text), line.kind))
            spans += [(s + len(text), e + len(text), kind) for s, e, kind in line.spans]
            text += line.text
    return Line(text, None, tuple(spans))


def _bytes(own: Properties) -> list[tuple[int, bytes]]:
    return [(name, value) for name, value in own if isinstance(value, bytes)]


def _text_of(values: dict[int, bytes]) -> str:
    if values.get(_UNICODE, b"").strip(b"\0"):
        return _wide(values[_UNICODE])
    narrow = values.get(_ASCII, b"").rstrip(b"\0")
    return clean(charset.decode(narrow).text) if narrow else ""


def _wide(value: bytes) -> str:
    text = value[: len(value) // 2 * 2].decode("utf-16-le", "replace").rstrip("\0")
    return clean(_LINK.sub(r"<\1> ", text))


def _key(reference: str) -> str:
    found = _REFERENCE.search(reference)
    return found.group() if found else reference


def _take_files(body: bytes, store: Store, names: dict[str, str], transcript: Transcript) -> None:
    endings: dict[str, str] = {}
    for space in store.spaces:
        for revision in space.revisions:
            for thing in revision.things.values():
                if thing.file and thing.ending:
                    endings.setdefault(_key(thing.file), thing.ending)
    for number, (reference, place, length) in enumerate(store.files, 1):
        spool = transcript.members()
        ending = endings.get(reference, "") or _ending(
            body[place : place + 8] if place > 0 else b""
        )
        name = names.get(reference) or f"file-{number}{ending}"
        raw = name.replace("/", "_").encode("utf-8", "replace")
        if place < 0:
            spool.refuse(raw, problem("damaged", f"member {number}", "not where its list says"))
            continue
        end = min(place + length, len(body))  # the length is the file's word for it
        piece = (bytes(body[at : min(at + CHUNK, end)]) for at in range(place, end, CHUNK))
        spool.add(raw, piece)
        if place + length > len(body):
            transcript.trouble("truncated", f"member {number}", "the file ends inside it")


def _ending(head: bytes) -> str:
    for magic, ending in ((b"\x89PNG", ".png"), (b"\xff\xd8", ".jpg"), (b"GIF8", ".gif")):
        if bytes(head).startswith(magic):
            return ending
    return ""
