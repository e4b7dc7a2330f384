"""PowerPoint 97 to 2003: a slide is a page, with notes and comments ([MS-PPT]).

The slides are those of the last saved state: found through the current edit and the persist
directory, not by searching, because the file keeps older states. Where that chain is broken
all text of the stream is given as one page, and the file is said to be damaged. Hidden slides
are read and marked, so are notes, comments, headers and footers. Words of the masters that
are no placeholders, and targets of links, follow. Pictures, embedded objects and macros are
members.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Any

import olefile  # type: ignore[import-untyped]

from assay.extract import compound, oleparts
from assay.extract.ole_properties import note_properties
from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.runs import Kinds, Line, joined, write_page
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="ppt",
    version="2 olefile",
    licence="AGPL-3.0-or-later",
    formats=("application/vnd.ms-powerpoint",),
    limits="tables come cell by cell; shapes come in the order of the file",
)
_DOCUMENT_LIST, _PERSIST, _EDIT, _DIRECTORY = 0x0FF0, 0x03F3, 0x0FF5, 0x1772
_CHARS, _BYTES, _STRING, _SLIDE_ATOM, _COMMENT = 0x0FA0, 0x0FA8, 0x0FBA, 0x03EF, 0x2EE0
_OBJECT, _TAGGED, _SHOW, _MARGIN, _HEADER = 0x1011, 0x138B, 0x03F9, 0x0FD9, 0x0FAE
_LINK, _COMMENT_ATOM, _PLACEHOLDER, _SHAPE, _ART, _MASTER_TEXT = (
    0x0FD7, 0x2EE1, 0x0BC3, 0xF004, 0xF00B, 0x0F9F,
)  # fmt: skip
_NAMES_OF = (0x0FCC, 0x0FCE, 0x1006, 0x100D)  # containers of what objects and sounds are called
_EDITS = 1000
_DEPTH = 40
_UNPACKED = 256 << 20


def read_ppt(request: Request, transcript: Transcript) -> None:
    """Read a presentation. Raises Stop with `encrypted` or `damaged`."""
    if not olefile.isOleFile(str(request.path)):
        raise Stop("no_reader", "", "PowerPoint before version 97")
    with compound.opened(request.path) as ole:
        folder = _folder(ole)
        body = ole.openstream([*folder, "PowerPoint Document"]).read()
        pictures = _stream(ole, [*folder, "Pictures"])
        user = _stream(ole, [*folder, "Current User"])
        sealed = user[12:16] == b"\xdf\xc4\xd1\xf3"
        if sealed or (ole.exists("EncryptedSummary") and not transcript.secret):
            if transcript.secret:
                raise Stop("encrypted")
            from assay.extract.sealed import read_sealed

            read_sealed(request, transcript)
            return
        deck = _Deck(body)
        try:
            deck.find(user)
        except (struct.error, KeyError, ValueError, StopIteration):
            if request.only is None:
                transcript.trouble("damaged", "", "no current state")
                words = "\n".join(_texts(body, 0, len(body), 0))
                transcript.page(words)
        else:
            if request.only is None:
                deck.write(transcript)
        for kind, version, start, stop in deck.objects():
            _take_object(body, kind, version, start, stop, transcript)
        oleparts.take_pictures(
            transcript, pictures, oleparts.pictures_in(pictures, 0, len(pictures))
        )
        if request.only is None:
            oleparts.note_stored_data(ole, transcript)
            oleparts.say_what_is_left(ole, transcript, "pp97_dualstorage", "encryptedsummary")
            note_properties(ole, transcript)


def _folder(ole: Any) -> list[str]:
    """Where the streams lie: files for two versions at once keep the newer in a storage."""
    for folder in (["PP97_DUALSTORAGE"], []):
        if ole.exists([*folder, "PowerPoint Document"]):
            return folder
    raise Stop("no_reader", "", "PowerPoint 95")


def _stream(ole: Any, path: list[str]) -> bytes:
    return bytes(ole.openstream(path).read()) if ole.exists(path) else b""


def _take_object(
    body: bytes, kind: int, version: int, start: int, stop: int, transcript: Transcript
) -> None:
    """An embedded object, control or macro project: a compound file, mostly compressed."""
    spool = transcript.members()
    name = b"object-%d" % (len(spool) + 1)
    if not spool.wanted():
        spool.skip()
        return
    data = body[start:stop]
    if version >> 4 & 1:
        machine = zlib.decompressobj()
        try:
            data = machine.decompress(data[4:], _UNPACKED)
            if machine.unconsumed_tail:
                transcript.trouble("limit_member", f"member {len(spool) + 1}")
        except zlib.error:
            try:  # what comes before the break
                data = b""
                machine = zlib.decompressobj()
                for at in range(start + 4, stop, 512):
                    if len(data) > _UNPACKED:
                        break
                    data += machine.decompress(body[at : min(at + 512, stop)])
            except zlib.error:
                pass
            if not data:
                spool.refuse(name, problem("damaged", f"member {len(spool) + 1}", "zlib"))
                return
            transcript.trouble("damaged", f"member {len(spool) + 1}", "zlib")
    import io

    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        from assay.extract import compound

        try:
            with compound.opened(io.BytesIO(data)) as inner:
                inside = {k.name.lower(): k.name for k in compound.children(inner, ())}
                found = compound.wrapped(inner, (), inside)
        except Exception:  # noqa: BLE001 - taken as it is: its own reader says what is broken
            found = None
        if found is not None:
            name, data = found[0] or name, found[1]
    spool.add_bytes(name, data)


def _records(body: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """(type, instance, start, end) of the records between two places."""
    end = min(end, len(body))
    while at + 8 <= end:
        version, kind, length = struct.unpack_from("<HHI", body, at)
        start, at = at + 8, min(at + 8 + length, end)
        yield kind, version, start, at


def _texts(body: bytes, at: int, end: int, depth: int) -> Iterator[str]:
    """The words of all text records, whatever holds them."""
    for line in _lines(body, at, end, depth, True):
        yield line.text


def _lines(body: bytes, at: int, end: int, depth: int, placeholders: bool) -> Iterator[Line]:
    """The words of all text records as lines; of a master without what placeholders say."""
    for kind, version, start, stop in _records(body, at, end):
        if kind == _CHARS:
            yield Line(_clean(body[start:stop].decode("utf-16-le", "replace")))
        elif kind == _BYTES:
            yield Line(_clean(body[start:stop].decode("latin-1")))
        elif kind == _STRING and depth and version >> 4 in (0, 1):
            continue  # names of shapes and styles
        elif kind == _SHAPE and not placeholders and _is_placeholder(body, start, stop):
            continue
        elif kind == _ART:
            for words in oleparts.art_words(body[start - 8 : stop]):
                yield Line(words)
        elif kind == _MARGIN:
            yield from _margin(body, start, stop)
        elif kind == _COMMENT:
            yield from _comment(body, start, stop)
        elif (version & 15 == 15 or kind == _TAGGED) and depth < _DEPTH:
            yield from _lines(body, start, stop, depth + 1, placeholders)


def _is_placeholder(body: bytes, at: int, end: int) -> bool:
    return any(
        kind == _PLACEHOLDER
        for outer, _, start, stop in _records(body, at, end)
        if outer == 0xF011
        for kind, *_ in _records(body, start, stop)
    )


def _margin(body: bytes, at: int, end: int) -> Iterator[Line]:
    """Date, header and footer that a slide or the notes carry."""
    for kind, version, start, stop in _records(body, at, end):
        if kind == _STRING:
            words = body[start:stop].decode("utf-16-le", "replace").strip("\0 ")
            kinds: Kinds = ("header",) if version >> 4 == 1 else ("footer",)
            if words:
                yield Line(words, kinds)


def _comment(body: bytes, at: int, end: int) -> Iterator[Line]:
    said = {0: "", 1: "", 2: ""}
    when = ""
    for kind, version, start, stop in _records(body, at, end):
        if kind == _STRING:
            said[version >> 4] = body[start:stop].decode("utf-16-le", "replace")
        elif kind == _COMMENT_ATOM and stop - start >= 20:
            year, month, _, day, hour, minute = struct.unpack_from("<6H", body, start + 4)
            if 1 <= month <= 12 and 1 <= day <= 31:
                when = f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}"
    who = f"{said[0]} ({said[2]})" if said[2] else said[0]
    head = " · ".join(m for m in ("comment", who.strip(), when) if m)
    yield Line(f"[{head}] {_clean(said[1])}", ("comment",))


def _clean(text: str) -> str:
    return text.replace("\r", "\n").replace("\x0b", "\n").replace("\x00", "")


class _Deck:
    """The last saved state of a presentation."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._places: dict[int, int] = {}
        self._document = 0
        self._said: set[str] = set()

    def find(self, user: bytes) -> None:
        """Follow the edits. Raises struct.error, KeyError or ValueError where they break."""
        edit = struct.unpack_from("<I", user, 16)[0]
        self._places, self._document = _persisted(self._body, edit)
        next(_records(self._body, self._places[self._document], len(self._body)))

    def objects(self) -> list[tuple[int, int, int, int]]:
        """Records of embedded objects, those of earlier states too, in their order."""
        body = self._body
        return [r for r in _records(body, 0, len(body)) if r[0] == _OBJECT]

    def earlier(self, said: set[str]) -> list[Line]:
        """Words of slides and notes of earlier states that the last one does not hold."""
        body = self._body
        now = set(self._places.values())
        found: dict[str, None] = {}
        for kind, _, start, stop in _records(body, 0, len(body)):
            if kind in (0x03EE, 0x03F0) and start - 8 not in now:
                for text in _texts(body, start, stop, 1):
                    if text.strip() and text.strip() != "*" and text not in said:
                        found[text] = None
        return [Line(text, ("hidden",)) for text in found]

    def write(self, transcript: Transcript) -> None:
        """Write a page a slide, then what stands on masters and beside the slides."""
        body = self._body
        _, _, start, end = next(_records(body, self._places[self._document], len(body)))
        lists: dict[int, list[tuple[int, int, list[str]]]] = {}
        beside: list[Line] = []
        for kind, version, s, e in _records(body, start, end):
            if kind == _DOCUMENT_LIST:
                lists[version >> 4] = _listed(body, s, e)
            elif kind == _MARGIN:
                beside += _margin(body, s, e)
            elif kind == 0x0409:
                self._note_links(s, e, transcript)
        notes = {identity: reference for reference, identity, _ in lists.get(2, [])}
        for reference, _, outline in lists.get(0, []):
            self._slide(transcript, reference, outline, notes)
        for identity, reference in notes.items():
            if identity >= 0:  # notes whose slide is not in the list
                lines = self._of(reference, True)
                if lines:
                    for line in lines:
                        line.cover(("notes",))
                    write_page(transcript, lines, label="notes without a slide")
        masters: list[Line] = []
        for reference, _, _ in lists.get(1, []):
            masters += self._of(reference, False)
        for line in masters:
            if not line.spans:
                line.cover(("header",))
        lines = list({line.text: line for line in (*masters, *beside)}.values())
        if lines:
            write_page(transcript, lines, label="on masters")
        earlier = self.earlier(self._said)
        if earlier:
            write_page(transcript, earlier, label="earlier states (hidden)")

    def _of(self, reference: int, placeholders: bool) -> list[Line]:
        place = self._places.get(reference)
        record = None if place is None else next(_records(self._body, place, len(self._body)), None)
        if record is None:
            return []
        _, _, start, stop = record
        found = _lines(self._body, start, stop, 1, placeholders)
        lines = [line for line in found if line.text.strip() and line.text.strip() != "*"]
        self._said.update(line.text for line in lines)
        return lines

    def _slide(
        self, transcript: Transcript, reference: int, outline: list[str], notes: dict[int, int]
    ) -> None:
        lines = [Line(text) for text in outline]
        self._said.update(outline)
        hidden = False
        place = self._places.get(reference)
        record = None if place is None else next(_records(self._body, place, len(self._body)), None)
        if record is not None:
            _, _, start, stop = record
            lines += self._of(reference, True)
            hidden = _is_hidden(self._body, start, stop)
            noted = notes.pop(_notes_of(self._body, start, stop), None)
            said = self._of(noted, True) if noted is not None else []
            for line in said:
                line.cover(("notes",))
            if said:
                lines += [Line(), *said]
        if hidden:
            whole = joined(lines, "\n")
            whole.cover(("hidden",))
            lines = [whole]
        write_page(transcript, lines, label="hidden" if hidden else "")

    def _note_links(self, at: int, end: int, transcript: Transcript) -> None:
        """Targets of links, and names of linked and embedded objects."""
        for kind, _, start, stop in _records(self._body, at, end):
            if kind == _LINK:
                for inner, version, s, e in _records(self._body, start, stop):
                    if inner == _STRING and version >> 4 == 1:
                        target = self._body[s:e].decode("utf-16-le", "replace").strip("\0")
                        transcript.note("link:hyperlink", target)
            elif kind in _NAMES_OF:
                for inner, version, s, e in _records(self._body, start, stop):
                    if inner == _STRING:
                        said = self._body[s:e].decode("utf-16-le", "replace").strip("\0")
                        transcript.note(f"object:{version >> 4}", said)


def _is_hidden(body: bytes, at: int, end: int) -> bool:
    for kind, _, start, stop in _records(body, at, end):
        if kind == _SHOW and stop - start >= 12:
            return bool(body[start + 10] & 4)
    return False


def _notes_of(body: bytes, at: int, end: int) -> int:
    for kind, _, start, _ in _records(body, at, end):
        if kind == _SLIDE_ATOM:
            found: int = struct.unpack_from("<I", body, start + 16)[0]
            return found
    return 0


def _listed(body: bytes, at: int, end: int) -> list[tuple[int, int, list[str]]]:
    """(persist reference, slide id, outline text) of each slide of a list."""
    slides: list[tuple[int, int, list[str]]] = []
    for kind, _, start, stop in _records(body, at, end):
        if kind == _PERSIST:
            reference, identity = (
                struct.unpack_from("<I", body, start)[0],
                struct.unpack_from("<I", body, start + 12)[0],
            )
            slides.append((reference, identity, []))
        elif slides and kind == _CHARS:
            slides[-1][2].append(_clean(body[start:stop].decode("utf-16-le", "replace")))
        elif slides and kind == _BYTES:
            slides[-1][2].append(_clean(body[start:stop].decode("latin-1")))
    return slides


def _persisted(body: bytes, edit: int) -> tuple[dict[int, int], int]:
    """(object -> place, the document's object): newer edits hide older ones."""
    places: dict[int, int] = {}
    document = 0
    for _ in range(_EDITS):
        kind, _, start, _ = next(_records(body, edit, len(body)), (0, 0, 0, 0))
        if kind != _EDIT:
            raise ValueError
        before, directory, reference = struct.unpack_from("<III", body, start + 8)
        document = document or reference
        kind, _, s, e = next(_records(body, directory, len(body)), (0, 0, 0, 0))
        if kind != _DIRECTORY:
            raise ValueError
        while s + 4 <= e:
            head = struct.unpack_from("<I", body, s)[0]
            first, count = head & 0xFFFFF, head >> 20
            s += 4
            for number in range(count):
                if s + 4 > e:
                    break
                places.setdefault(first + number, struct.unpack_from("<I", body, s)[0])
                s += 4
        if not before:
            return places, document
        edit = before
    raise ValueError
