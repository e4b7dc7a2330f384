"""Word 97 to 2003, and older ones: the text by its piece table ([MS-DOC] 2.4.1).

The body comes first, then footnotes and endnotes under their number, headers and footers, comments
with author and date, and text boxes; cells are divided by tabs, paragraphs of lists have their
numbers (doc_lists.py). Text that was inserted, deleted or hidden is readable and marked, by the
character properties ([MS-DOC] 2.4.6.2). Field codes other than page numbers and the like are
metadata, their results text. Embedded objects, pictures and macros are members.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import olefile  # type: ignore[import-untyped]

from assay.extract import compound, oleparts
from assay.extract.doc_lists import Piece, labels_of, lists_of
from assay.extract.docx import drawn_by, says_more
from assay.extract.ole_properties import note_properties
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.runs import Kinds, Line, write_paragraph
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="doc",
    version="3 olefile",
    licence="AGPL-3.0-or-later",
    formats=("application/msword",),
    limits="Word 95 and older give text alone; an empty cell may divide a row",
)
_WORD_97 = 0xC1  # the first version whose text stands in pieces
_PIECES = 2_000_000
_RUNS = 5_000_000
_OTHER = str.maketrans(
    {"\x0b": "\n", "\x0c": "\n", "\x1e": "\u2011", "\x1f": "\u00ad", "\x0e": "\n"}
    | dict.fromkeys("\x00\x01\x02\x03\x04\x05\x06\x08\x10\x11\x12", "")
)
_TOKENS = re.compile("([\r\x07\x13\x14\x15])")
_DELETED, _INSERTED, _VANISH, _PICTURE = 0x0800, 0x0801, 0x083C, 0x6A03
_DATA, _OLE = 0x0806, 0x080A
_WANTED = tuple(struct.pack("<H", sprm) for sprm in (_DELETED, _INSERTED, _VANISH, _PICTURE))
_OPERANDS = (1, 1, 2, 4, 2, 2, -1, 3)
# Places in the table of the file information block ([MS-DOC] 2.5.6 to 2.5.8).
_STYLES, _PAPX, _LISTS, _OVERRIDES = 1, 13, 73, 74
_FOOTNOTES, _ENDNOTES, _COMMENTS, _HEADERS, _CHPX = (2, 3), (46, 47), (4, 5), 11, 12
_VARIABLES, _ASSOCIATED, _OWNERS, _REVISERS, _ART, _WHEN = 60, 32, 36, 51, 50, 112


def read_doc(request: Request, transcript: Transcript) -> None:
    """Read a Word file. Raises Stop with `encrypted`, `damaged` or `truncated`."""
    if not olefile.isOleFile(str(request.path)):
        _read_before_ole(request, transcript)
        return
    with compound.opened(request.path) as ole:
        if not ole.exists("WordDocument"):
            raise Stop("damaged", "", "no WordDocument stream")
        main = ole.openstream("WordDocument").read()
        if len(main) < 0x60:
            raise Stop("truncated", "", "the header")
        version, flags = struct.unpack_from("<H", main, 2)[0], struct.unpack_from("<H", main, 10)[0]
        if flags & 0x0100:
            _unseal(request, transcript)
            return
        word: _Word | None = None
        if version >= _WORD_97:
            name = "1Table" if flags & 0x0200 else "0Table"
            if not ole.exists(name):
                raise Stop("damaged", "", "no table stream")
            data = ole.openstream("Data").read() if ole.exists("Data") else b""
            word = _Word(main, ole.openstream(name).read(), data, transcript)
        if request.only is None:
            if word is None:
                _write_old(_old_text(main), transcript)
            else:
                word.write()
        for path in oleparts.object_storages(ole, ("ObjectPool",), ""):
            oleparts.take_object(ole, path, path[-1].strip("_"), transcript)
        oleparts.take_macros(ole, transcript)
        if word is not None:
            word.take_pictures()
        if request.only is None:
            oleparts.note_stored_data(ole, transcript)
            oleparts.say_what_is_left(ole, transcript)
            note_properties(ole, transcript)


def _unseal(request: Request, transcript: Transcript) -> None:
    from assay.extract.sealed import read_sealed

    if transcript.secret:
        raise Stop("encrypted")
    read_sealed(request, transcript)


# ---------------------------------------------------------------- before Word 97


def _read_before_ole(request: Request, transcript: Transcript) -> None:
    """Word 1 and 2, and Write: the text lies in one run that the header tells."""
    with request.path.open("rb") as stream:
        main = stream.read(64 << 20)
    if main[:2] in (b"\x31\xbe", b"\x32\xbe") and len(main) > 128:
        end = struct.unpack_from("<I", main, 14)[0]
        from assay.extract import charset

        _write_old(charset.decode(main[128:end]).text, transcript)
        return
    if len(main) < 0x60:
        raise Stop("no_reader", "", "Word before version 6")
    _write_old(_old_text(main), transcript)


def _old_text(main: bytes) -> str:
    start, end = struct.unpack_from("<II", main, 0x18)
    if not 0 < start <= end <= len(main):
        raise Stop("damaged", "", "the text lies outside the file")
    from assay.extract import charset

    return charset.decode(main[start:end].replace(b"\0", b"")).text


def _write_old(text: str, transcript: Transcript) -> None:
    for line in _lines(((text.replace("\r\n", "\r"), ()),), {}):
        write_paragraph(transcript, line)


# ---------------------------------------------------------------- Word 97 and later


class _Word:
    """One document: its streams, its pieces, and what its tables say."""

    def __init__(self, main: bytes, table: bytes, data: bytes, transcript: Transcript) -> None:
        self._main = main
        self._table = table
        self._data = data
        self._transcript = transcript
        self._pieces: list[tuple[int, int, int, int]] = []  # cp, letters, place, bytes a letter
        self._spans: list[tuple[int, int, Kinds]] = []
        self._places: list[int] = []  # of pictures in the data stream
        self._fields: dict[str, None] = {}
        self._text = self._take_pieces()
        try:
            self._take_runs()
        except (struct.error, IndexError):
            transcript.trouble("damaged", "", "the character properties")
        self._starts = [span[0] for span in self._spans]
        self._labels: dict[int, str] = {}
        try:
            self._number_lists()
        except (struct.error, IndexError):
            transcript.trouble("damaged", "", "the numbers of lists")

    def _number_lists(self) -> None:
        """The numbers that stand before paragraphs of lists, by position."""
        listed = self._part(_LISTS)
        if len(listed) < 2:
            return
        behind = struct.unpack_from("<I", self._main, 0x9A + 8 * _LISTS)[0] + len(listed)
        lists = lists_of(
            listed, self._table[behind:], self._part(_OVERRIDES), self._part(_STYLES), _sprms
        )
        pieces = [Piece(at, letters * w, cp, w) for cp, letters, at, w in self._pieces]
        papx = self._part(_PAPX)
        self._labels = labels_of(self._main, papx, self._text, pieces, lists, _sprms)

    def _part(self, number: int) -> bytes:
        """A part of the table stream, by its place in the file information block."""
        at = 0x9A + 8 * number
        count = struct.unpack_from("<H", self._main, 0x98)[0]
        if number >= max(count, 93) or at + 8 > len(self._main):
            return b""
        place, length = struct.unpack_from("<II", self._main, at)
        return self._table[place : place + length]

    def _take_pieces(self) -> str:
        """All text of the file in the order of its piece table, a character a position."""
        complex_part = self._part(33)
        at = 0
        while complex_part[at : at + 1] == b"\x01":
            at += 3 + struct.unpack_from("<H", complex_part, at + 1)[0]
        if complex_part[at : at + 1] != b"\x02":
            raise Stop("damaged", "", "no piece table")
        size = struct.unpack_from("<I", complex_part, at + 1)[0]
        plc = complex_part[at + 5 : at + 5 + size]
        count = (len(plc) - 4) // 12
        if count < 1 or count > _PIECES:
            raise Stop("damaged", "", "the piece table")
        ends = struct.unpack_from(f"<{count + 1}I", plc)
        out: list[str] = []
        at = 0
        for number in range(count):
            where = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * number + 2)[0]
            letters = ends[number + 1] - ends[number]
            if letters <= 0 or letters > len(self._main):
                continue
            if where & 0x40000000:
                start, width = (where & 0x3FFFFFFF) // 2, 1
                piece = self._main[start : start + letters].decode("cp1252", "replace")
            else:
                start, width = where & 0x3FFFFFFF, 2
                raw = self._main[start : start + 2 * letters]
                piece = raw.decode("utf-16-le", "replace")
                if len(piece) != letters and len(raw) == 2 * letters:  # surrogates: one a place
                    piece = "".join(map(chr, struct.unpack(f"<{letters}H", raw)))
            self._pieces.append((at, len(piece), start, width))
            at += len(piece)
            out.append(piece)
        return "".join(out)

    def _take_runs(self) -> None:
        """Stretches that are inserted, deleted or hidden, and places of pictures."""
        plc = self._part(_CHPX)
        count = (len(plc) - 4) // 8
        if count < 1:
            return
        by_place = sorted(
            (place, letters * width, cp, width) for cp, letters, place, width in self._pieces
        )
        starts = [piece[0] for piece in by_place]
        seen = 0
        for page in struct.unpack_from(f"<{count}I", plc, 4 * (count + 1)):
            block = self._main[(page & 0x3FFFFF) * 512 :][:512]
            if len(block) < 512:
                continue
            runs = block[511]
            places = struct.unpack_from(f"<{runs + 1}I", block)
            seen += runs
            if seen > _RUNS:
                self._transcript.trouble("damaged", "", "more runs than a file can have")
                return
            for number in range(runs):
                offset = 2 * block[4 * (runs + 1) + number]
                if not offset:
                    continue
                properties = block[offset + 1 : offset + 1 + block[offset]]
                if any(sprm in properties for sprm in _WANTED):
                    kinds = self._kinds_of(properties)
                    if kinds:
                        self._spread(places[number], places[number + 1], kinds, by_place, starts)
        self._spans.sort()

    def _kinds_of(self, properties: bytes) -> Kinds:
        kinds: list[Any] = []
        place = -1
        other = False
        for sprm, operand in _sprms(properties):
            if sprm == _PICTURE:
                place = struct.unpack("<I", operand)[0]
            elif sprm in (_DATA, _OLE):
                other = other or operand != b"\0"
            elif operand in (b"\x01", b"\x81"):
                kind = {_DELETED: "deleted", _INSERTED: "inserted", _VANISH: "hidden"}.get(sprm)
                if kind:
                    kinds.append(kind)
        if place >= 0 and not other:
            self._places.append(place)
        return tuple(dict.fromkeys(kinds))

    def _spread(
        self, low: int, high: int, kinds: Kinds, by_place: list[tuple[int, int, int, int]],
        starts: list[int],
    ) -> None:  # fmt: skip
        """Turn a stretch of the stream into stretches of the text."""
        at = max(bisect_right(starts, low) - 1, 0)
        while at < len(by_place) and by_place[at][0] < high:
            place, size, cp, width = by_place[at]
            first, last = max(low, place), min(high, place + size)
            if first < last:
                begin = cp + (first - place) // width
                self._spans.append((begin, cp + (last - place) // width, kinds))
            at += 1

    # ------------------------------------------------------------ text

    def write(self) -> None:
        """Write all texts of the document and note what it says of itself."""
        note = self._transcript.note
        lengths = [max(n, 0) for n in struct.unpack_from("<8i", self._main, 0x4C)]
        starts = [sum(lengths[:n]) for n in range(8)]
        body, feet, heads, comments, ends = starts[0], starts[1], starts[2], starts[4], starts[5]
        marks = {**self._references(_FOOTNOTES, 14), **self._references(_ENDNOTES, 14)}
        self._flow(body, body + lengths[0], (), marks)
        self._notes(feet, lengths[1], _FOOTNOTES)
        self._notes(ends, lengths[5], _ENDNOTES)
        self._margins(heads, lengths[2])
        self._flow(starts[3], starts[3] + lengths[3], ("hidden",), {})
        self._comments(comments, lengths[4])
        self._flow(starts[6], starts[6] + lengths[6], ("text_box",), {})
        self._flow(starts[7], starts[7] + lengths[7], ("text_box",), {})
        for words in oleparts.art_words(_art(self._part(_ART))):
            write_paragraph(self._transcript, Line(words), ("text_box",))
        for kind in ("deleted", "inserted"):
            count = sum(1 for _, _, kinds in self._spans if kind in kinds)
            if count:
                note(f"tracked:{kind}", count)
        for author in _strings(self._part(_REVISERS)):
            if author and author != "Unknown":
                note("tracked:author", author)
        for code in self._fields:
            note("field", code)
        for number, value in enumerate(_strings(self._part(_ASSOCIATED))):
            name = {1: "template", 8: "merge:data", 9: "merge:header"}.get(number)
            if name and value:
                note(name, value)
        for name, value in _variables(self._part(_VARIABLES)):
            note(f"docVar:{name}", value)

    def _flow(self, start: int, end: int, kinds: Kinds, marks: dict[int, str]) -> None:
        lines = _lines(self._chunks(start, min(end, len(self._text)), marks), self._fields)
        while lines and not lines[-1]:
            lines.pop()
        for line in lines:
            write_paragraph(self._transcript, line, kinds)

    def _chunks(self, start: int, end: int, marks: dict[int, str]) -> Iterator[tuple[str, Kinds]]:
        """The text between two positions, cut where its kind changes or a mark is put in."""
        if self._labels:
            both = {cp: self._labels[cp] for cp in self._labels if start <= cp < end}
            marks = both | {cp: both.get(cp, "") + mark for cp, mark in marks.items()}
        cuts = sorted(cp for cp in marks if start <= cp < end)
        cuts.append(end)
        at = start
        for cut in cuts:
            number = max(bisect_right(self._starts, at) - 1, 0)
            while at < cut:
                while number < len(self._spans) and self._spans[number][1] <= at:
                    number += 1
                if number >= len(self._spans) or self._spans[number][0] >= cut:
                    yield self._text[at:cut], ()
                    break
                first, last, kinds = self._spans[number]
                if first > at:
                    yield self._text[at:first], ()
                    at = first
                last = min(last, cut)
                yield self._text[at:last], kinds
                at = last
            at = cut
            if cut in marks:
                yield marks[cut], ()

    def _references(self, tables: tuple[int, int], size: int) -> dict[int, str]:
        """Position -> `[n]` where a note is referred to."""
        plc = self._part(tables[0])
        count = (len(plc) - 4) // (4 + 2)
        if count < 1:
            return {}
        places = struct.unpack_from(f"<{count}I", plc)
        return {place: f"[{number}]" for number, place in enumerate(places, 1)}

    def _notes(self, start: int, length: int, tables: tuple[int, int]) -> None:
        ranges = self._ranges(tables[1], start, length)
        for number, (a, b) in enumerate(ranges, 1):
            lines = [x for x in _lines(self._chunks(a, b, {}), self._fields) if x.text.strip()]
            for place, line in enumerate(lines):
                whole = Line(f"[{number}] " if not place and len(ranges) > 0 else "")
                whole.extend(line)
                write_paragraph(self._transcript, whole)
        if not ranges and length:
            self._flow(start, start + length, (), {})

    def _ranges(self, table: int, start: int, length: int) -> list[tuple[int, int]]:
        """Where the texts of notes, comments or margins begin and end."""
        plc = self._part(table)
        count = len(plc) // 4
        if count < 2 or not length:
            return []
        ends = [min(n, length) for n in struct.unpack_from(f"<{count}I", plc)]
        found = [(start + a, start + b) for a, b in pairwise(ends) if a < b]
        covered = max((b for _, b in found), default=start)
        if covered < start + length - 2:
            found.append((covered, start + length))
        return found

    def _margins(self, start: int, length: int) -> None:
        plc = self._part(_HEADERS)
        count = len(plc) // 4
        if count < 8 or not length:
            self._flow(start, start + length, ("header",), {})
            return
        ends = [min(n, length) for n in struct.unpack_from(f"<{count}I", plc)]
        for number, (a, b) in enumerate(pairwise(ends)):
            if a >= b or number < 6:  # the first six divide notes from the text
                continue
            kinds: Kinds = ("header",) if (number - 6) % 6 in (0, 1, 4) else ("footer",)
            for line in _lines(self._chunks(start + a, start + b, {}), self._fields):
                if line.text.strip():
                    write_paragraph(self._transcript, line, kinds)

    def _comments(self, start: int, length: int) -> None:
        ranges = self._ranges(_COMMENTS[1], start, length)
        if not ranges:
            self._flow(start, start + length, ("comment",), {})
            return
        references = self._part(_COMMENTS[0])
        count = max((len(references) - 4) // 34, 0)
        owners = _owners(self._part(_OWNERS))
        times = self._part(_WHEN)
        for number, (a, b) in enumerate(ranges):
            who = when = ""
            if number < count:
                at = 4 * (count + 1) + 30 * number
                index = struct.unpack_from("<H", references, at + 20)[0]
                who = owners[index] if index < len(owners) else ""
            if 18 * number + 4 <= len(times):
                when = moment(struct.unpack_from("<I", times, 18 * number)[0])
            head = " · ".join(m for m in (f"comment {number}", who, when) if m)
            lines = [x for x in _lines(self._chunks(a, b, {}), self._fields) if x.text.strip()]
            for place, line in enumerate(lines):
                whole = Line("" if place else f"[{head}] ")
                whole.extend(line)
                write_paragraph(self._transcript, whole, ("comment",))

    # ------------------------------------------------------------ pictures

    def take_pictures(self) -> None:
        """Enter pictures of all kinds: in the line, floating, and metafiles of older writers."""
        for body in (self._data, self._main):
            oleparts.take_pictures(self._transcript, body, oleparts.swept(body))
        data = self._data
        for place in sorted(set(self._places)):
            if place + 68 > len(data):
                continue
            size, head, how = struct.unpack_from("<IHH", data, place)
            at, end = place + head, min(place + size, len(data))
            if how == 8 and end - at > 22:
                spool = self._transcript.members()
                spool.add_bytes(b"picture-%d.wmf" % (len(spool) + 1), data[at:end])


def _art(body: bytes) -> bytes:
    """The drawings of a document as one row of records: a byte divides the parts."""
    out = bytearray()
    at = 0
    while at + 8 <= len(body):
        kind = struct.unpack_from("<H", body, at + 2)[0]
        if kind not in (0xF000, 0xF002):
            at += 1
            continue
        size = 8 + struct.unpack_from("<I", body, at + 4)[0]
        out += body[at : at + size]
        at += size
    return bytes(out)


def _sprms(properties: bytes) -> Iterator[tuple[int, bytes]]:
    """(code, operand) of a list of property modifiers."""
    at = 0
    while at + 2 <= len(properties):
        sprm = struct.unpack_from("<H", properties, at)[0]
        at += 2
        size = _OPERANDS[sprm >> 13]
        if size < 0:
            size = 1 + (properties[at] if at < len(properties) else 0)
        yield sprm, properties[at : at + size].ljust(size, b"\0")
        at += size


def _lines(chunks: Any, fields: dict[str, None]) -> list[Line]:
    """Lines of runs: paragraphs and rows end them, fields keep their result alone.

    The codes of fields that say more than their result are entered in `fields`.
    """
    lines = [Line()]
    codes: list[list[str] | None] = []  # open fields; None behind the code
    cell = False
    for text, kinds in chunks:
        for token in _TOKENS.split(text):
            if not token:
                continue
            if token == "\x07":
                if cell:
                    lines.append(Line())
                cell = not cell
                continue
            if cell:
                lines[-1].add("\t")
                cell = False
            if token == "\x13":
                codes.append([])
            elif token == "\x14" or token == "\x15":
                if codes and codes[-1] is not None:
                    code = " ".join("".join(codes[-1]).translate(_OTHER).split())
                    _keep_code(code, fields)
                    codes[-1] = None
                    if not any(code is not None for code in codes):
                        lines[-1].add(drawn_by(code), kinds)
                if codes and token == "\x15":
                    codes.pop()
            elif codes and any(code is not None for code in codes):
                if codes[-1] is not None:
                    codes[-1].append(token)
            elif token == "\r":
                lines.append(Line())
            else:
                words = token.translate(_OTHER)
                if words:
                    lines[-1].add(words, kinds)
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _keep_code(code: str, fields: dict[str, None]) -> None:
    if says_more(code) and len(fields) < 20_000:
        fields[code] = None


def _strings(body: bytes) -> list[str]:
    """The strings of an STTB ([MS-DOC] 2.2.4)."""
    found: list[str] = []
    try:
        wide = body[:2] == b"\xff\xff"
        count, extra = struct.unpack_from("<HH", body, 2 if wide else 0)
        at = 6 if wide else 4
        for _ in range(count):
            if wide:
                length = struct.unpack_from("<H", body, at)[0]
                found.append(body[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace"))
                at += 2 + 2 * length + extra
            else:
                length = body[at]
                found.append(body[at + 1 : at + 1 + length].decode("cp1252", "replace"))
                at += 1 + length + extra
    except (struct.error, IndexError):
        pass
    return found


def _owners(body: bytes) -> list[str]:
    found: list[str] = []
    at = 0
    while at + 2 <= len(body):
        length = struct.unpack_from("<H", body, at)[0]
        found.append(body[at + 2 : at + 2 + 2 * length].decode("utf-16-le", "replace"))
        at += 2 + 2 * length
    return found


def _variables(body: bytes) -> list[tuple[str, str]]:
    """Names and values of document variables ([MS-DOC] 2.9.286)."""
    names = _strings(body)
    if not names:
        return []
    try:
        extra = struct.unpack_from("<H", body, 4)[0]
        at = 6 + sum(2 + 2 * len(name.encode("utf-16-le")) // 2 + extra for name in names)
        values = _owners(body[at:])
    except (struct.error, IndexError):
        values = []
    return list(zip(names, values, strict=False))


def moment(packed: int) -> str:
    """A DTTM ([MS-DOC] 2.9.64) as ISO 8601 without a zone."""
    minute, hour, day = packed & 63, packed >> 6 & 31, packed >> 11 & 31
    month, year = packed >> 16 & 15, (packed >> 20 & 511) + 1900
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60):
        return ""
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}"
