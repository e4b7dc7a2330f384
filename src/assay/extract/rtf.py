"""RTF: one pass over its tokens with the code page of each font.

Bytes are gathered and decoded by the charset of the font they stand in, so a Chinese font
inside a Cyrillic file comes out right; `\\u` characters skip their stand-ins. Styles and
list tables are no text. Text that was inserted, deleted or hidden is readable and marked, so
are headers, footers and text boxes. Notes stand under their number at the end, comments with
author and date after them. Pictures and embedded objects are members; codes of fields that
say more than their result, document variables and properties are metadata. Groups nest on a
list, not on the stack, so a million of them do no harm.

Source: Rich Text Format 1.9.1.
"""

from __future__ import annotations

import codecs
import re
import struct
from typing import Any

from assay.extract import compound
from assay.extract.plain import cut_short, take_in
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.runs import Kinds, Line, without_last_tabs, write_paragraph
from assay.extract.transcript import Transcript
from assay.model.reading import RegionKind
from assay.ports import Card

CARD = Card(
    name="rtf",
    version="3",
    licence="AGPL-3.0-or-later",
    formats=("application/rtf",),
    limits="symbol fonts come as Latin letters; list numbers are those the writer kept as text",
)
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n\0]+"
    rb"|([^\\{}\r\n\0]+)|\\",
    re.DOTALL,
)
_DATA = re.compile(rb"[^\\{}]+")
_HEX = re.compile(rb"[^0-9A-Fa-f]+")
_CHARSETS = {
    77: "mac-roman", 78: "shift_jis", 128: "cp932", 129: "cp949", 130: "johab", 134: "gbk",
    136: "cp950", 161: "cp1253", 162: "cp1254", 163: "cp1258", 177: "cp1255", 178: "cp1256",
    186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250", 254: "cp437", 255: "cp850",
}  # fmt: skip
_SYMBOLS = {
    b"tab": "\t", b"line": "\n", b"emdash": "\u2014", b"endash": "\u2013", b"lquote": "\u2018",
    b"rquote": "\u2019", b"ldblquote": "\u201c", b"rdblquote": "\u201d", b"bullet": "\u2022",
    b"emspace": "\u2003", b"enspace": "\u2002", b"qmspace": "\u2005", b"zwj": "\u200d",
    b"zwnj": "\u200c", b"ltrmark": "\u200e", b"rtlmark": "\u200f", b"lbr": "\n",
    b"softline": "\n",
}  # fmt: skip
_ENDS = frozenset((b"par", b"sect", b"page", b"column", b"row", b"nestrow"))
_CELLS = frozenset((b"cell", b"nestcell"))
# Groups whose text says nothing.
_NO_TEXT = frozenset(
    (
        b"colortbl", b"stylesheet", b"filetbl", b"listtable", b"listoverridetable", b"rsidtbl",
        b"themedata", b"colorschememapping", b"datastore", b"latentstyles", b"generator",
        b"xmlnstbl", b"mmathPr", b"bkmkstart", b"bkmkend", b"tc", b"xe", b"rxe", b"private",
        b"pntxta", b"pntxtb", b"atnref", b"falt", b"panose", b"upr", b"ftnsep",
        b"ftnsepc", b"ftncn", b"aftnsep", b"aftnsepc", b"aftncn", b"pnseclvl", b"wgrffmtfilter",
        b"mhtmltag", b"htmltag", b"picprop", b"blipuid", b"objclass", b"objname",
    )
)  # fmt: skip
_TWICE = frozenset((b"shprslt", b"nonshppict"))  # what stands elsewhere in a newer form
_STARRED_TEXT = frozenset(
    (b"shpinst", b"ud", b"shppict", b"do", b"background", b"objdata", b"docvar", b"userprops",
     b"formfield")
)  # fmt: skip
_MARGINS: dict[bytes, RegionKind] = {
    b"header": "header", b"headerl": "header", b"headerr": "header", b"headerf": "header",
    b"footer": "footer", b"footerl": "footer", b"footerr": "footer", b"footerf": "footer",
}  # fmt: skip
# Groups that are taken in apart from the text -> how their words are noted, "" for those that
# have a step of their own.
_APART = {
    b"atnid": "", b"atnauthor": "", b"atndate": "", b"fldinst": "", b"revtbl": "", b"sn": "",
    b"sv": "",
    b"propname": "", b"staticval": "", b"template": "template", b"ffl": "control:entry",
    b"ffname": "control:name", b"ffdeftext": "control:default", b"ffhelptext": "control:help",
    b"ffstattext": "control:status", b"mmconnectstr": "merge:connection", b"mmquery": "merge:query",
    b"mmdatasource": "merge:data", b"mmheadersource": "merge:header", b"linkval": "link:property",
    b"docvar": "", b"hlinkbase": "link:base", b"hlsrc": "link:hyperlink", b"hlfr": "link:text",
}  # fmt: skip
_INFO = frozenset(
    (b"title", b"author", b"subject", b"operator", b"keywords", b"comment", b"doccomm",
     b"company", b"manager", b"category", b"creatim", b"revtim", b"printim", b"hlinkbase")
)  # fmt: skip
_PICTURES = {
    b"pngblip": b"png", b"jpegblip": b"jpg", b"emfblip": b"emf", b"wmetafile": b"wmf",
    b"dibitmap": b"bmp", b"wbitmap": b"bmp", b"macpict": b"pict",
}  # fmt: skip
_GROUPS = 1_000_000
_NOTED = 20_000


class _State:
    """What a group inherits: charset, what to do with text, how many stand-ins follow \\u."""

    __slots__ = ("codec", "drop", "kinds", "place", "skip", "uc")

    def __init__(
        self, codec: str, skip: bool, uc: int, kinds: Kinds, place: str, drop: bool
    ) -> None:
        self.codec = codec
        self.skip = skip
        self.uc = uc
        self.kinds = kinds
        self.place = place
        self.drop = drop


def read_rtf(request: Request, transcript: Transcript) -> None:
    """Read an RTF file. Raises Stop at limits; `truncated` where groups stay open."""
    data, whole = take_in(request)
    reader = _Reader(data, transcript, members=True)
    reader.run()
    reader.finish()
    if not whole:
        raise cut_short(request)


def words_of(data: bytes, request: Request) -> str:
    """The words of an RTF that is part of something else."""
    apart = Transcript(request)
    reader = _Reader(data, apart, members=False)
    reader.run()
    reader.finish()
    apart.end_flow()
    return apart.text()


class _Reader:
    def __init__(self, data: bytes, transcript: Transcript, members: bool) -> None:
        self._data = data
        self._transcript = transcript
        self._members = members
        self._default = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._font_default = 0
        self._state = _State("", False, 1, (), "", False)
        self._stack: list[_State] = []
        self._bytes = bytearray()
        self._high = ""  # the first half of a pair that two \\u words write
        self._out: dict[str, Line] = {"": Line()}
        self._after: list[Line] = []  # text boxes of the open paragraph
        self._notes: list[tuple[Line, Kinds]] = []
        self._comments: list[Line] = []
        self._info: dict[str, list[str]] = {}
        self._time: dict[str, int] = {}
        self._stand_ins = 0
        self._counts = {"deleted": 0, "inserted": 0}
        self._author = self._initials = ""
        self._when = ""
        self._replaced = 0
        self._number = 0
        self._name = ""
        self._noted: dict[tuple[str, str], None] = {}
        self._object: bytearray | None = None  # the data of the picture or object that is open
        self._what = b""  # its kind, b"object" for an object
        self._depth = 0  # of the group that holds it

    # ------------------------------------------------------------ the pass

    def run(self) -> None:
        """Go over all tokens."""
        data, at, starred, fresh = self._data, max(self._data.find(b"{\\rtf"), 0), False, False
        match = _TOKEN.match
        length = len(data)
        while at < length:
            within = self._object is not None and len(self._stack) == self._depth
            if self._object is not None and within and (run := _DATA.match(data, at)):
                self._object += run.group()
                at = run.end()
                fresh = False
                continue
            token = match(data, at)
            if token is None:  # cannot be: the last alternatives take every byte
                at += 1
                continue
            at = token.end()
            word, number, hexes, symbol, brace, plain = token.groups()
            if brace == b"{":
                self._open()
                starred, fresh = False, True
                continue
            if brace == b"}":
                self._shut()
                fresh = False
                continue
            if word is not None:
                if word == b"bin":
                    count = max(int(number or 0), 0)
                    if self._object is not None and len(self._stack) == self._depth:
                        self._object += data[at : at + count].hex().encode()
                    at += count
                elif fresh and self._destination(word, starred):
                    pass
                else:
                    self._word(word, None if number is None else int(number))
                fresh = False
                continue
            if symbol == b"*":
                starred = True
                continue
            if hexes is not None:
                self._byte(bytes((int(hexes, 16),)))
            elif plain is not None:
                self._plain(plain)
            elif symbol is not None:
                self._symbol(symbol)
            fresh = False

    def _open(self) -> None:
        self._flush()
        if len(self._stack) >= _GROUPS:
            raise Stop("limit_nesting", "", f"over {_GROUPS} groups")
        state = self._state
        self._stack.append(state)
        self._state = _State(
            state.codec, state.skip, state.uc, state.kinds, state.place, state.drop
        )
        self._stand_ins = 0

    def _shut(self) -> None:
        self._flush()
        self._stand_ins = 0
        if not self._stack:
            return
        if self._object is not None and len(self._stack) == self._depth:
            self._end_object()
        closed = self._state
        self._state = self._stack.pop()
        if closed.place != self._state.place:
            self._end_place(closed.place)
        elif closed.place == "docvar" and "docvar" in self._out:
            self._out["docvar"].add("\0")  # between the name and the value

    def _destination(self, word: bytes, starred: bool) -> bool:
        """Enter a destination; False where the word is none."""
        state = self._state
        if word in _TWICE:
            state.skip = state.drop = True
        elif word == b"pict" or word == b"objdata":
            self._begin_object(word)
        elif word in _INFO and any(s.place == "info" for s in self._stack[-2:]):
            self._enter(f"info:{word.decode()}", True)
            if word.endswith(b"tim"):
                self._time = {}
        elif word in _NO_TEXT:
            state.skip = True
        elif word == b"fonttbl":
            state.skip, state.place = True, "fonts"
        elif word in (b"footnote", b"annotation"):
            self._enter(word.decode())
            if word == b"footnote" and state.place == "footnote":
                self._number += 1
        elif word in _MARGINS:
            self._enter(word.decode())
        elif word in (b"shptxt", b"dptxbxtext"):
            self._enter(f"box:{len(self._stack)}")
        elif word in _APART:
            self._enter(word.decode(), True)
        elif word == b"info":
            state.place = "info"
            state.skip = True
        elif starred and word not in _STARRED_TEXT:
            state.skip = True
        else:
            return word in _STARRED_TEXT
        return True

    def _enter(self, place: str, even_skipped: bool = False) -> None:
        if self._state.drop or (self._state.skip and not even_skipped):
            return
        self._state.skip = False
        self._state.place = place
        self._state.kinds = ()
        self._out[place] = Line()

    def _end_place(self, place: str) -> None:
        line = self._out.pop(place, Line())
        text = line.text
        if place == "footnote":
            if text.strip():
                self._notes.append((_headed(f"[{self._number}] ", line), ()))
                self._put(f"[{self._number}]")
        elif place == "annotation":
            who = f"{self._author} ({self._initials})" if self._initials else self._author
            head = " · ".join(m for m in ("comment", who.strip(), self._when) if m)
            if text.strip():
                self._comments.append(_headed(f"[{head}] ", line))
            self._author = self._when = self._initials = ""
        elif place.encode() in _MARGINS:
            if text.strip():
                self._notes.append((_headed("", line), (_MARGINS[place.encode()],)))
        elif place.startswith("box:"):
            if text.strip():
                boxed = _headed("", line)
                boxed.cover(("text_box",))
                self._after.append(boxed)
        elif place.startswith("info:"):
            self._end_info(place[5:], text)
        else:
            self._end_apart(place, text.strip())

    def _end_info(self, name: str, text: str) -> None:
        if self._time:
            t = self._time
            text = (
                f"{t.get('yr', 0):04d}-{t.get('mo', 1):02d}-{t.get('dy', 1):02d}"
                f"T{t.get('hr', 0):02d}:{t.get('min', 0):02d}"
            )
            self._time = {}
        if text.strip():
            self._info.setdefault(name, []).append(text.strip())

    def _end_apart(self, place: str, text: str) -> None:
        if place == "atnauthor":
            self._author = text
        elif place == "atnid":
            self._initials = text
        elif place == "atndate":
            self._when = _packed_time(text)
        elif place == "fldinst":
            from assay.extract.docx import drawn_by, says_more

            code = " ".join(text.split())
            if says_more(code):
                self._note("field", code)
            if words := drawn_by(code):
                self._put(words)
        elif place == "revtbl":
            for author in text.split(";"):
                if author.strip() and author.strip() != "Unknown":
                    self._note("tracked:author", author.strip())
        elif place in ("sn", "propname"):
            self._name = text
        elif place == "sv":
            if self._name in ("gtextUNICODE", "wzDescription") and text:
                self._after.append(Line(text, ("text_box",)))
            elif self._name == "pihlShape" and text:
                self._note("link:hyperlink", text)
        elif place == "staticval":
            self._note(f"custom:{self._name}", text)
        elif place == "docvar":
            name, _, value = text.partition("\0")
            self._note(f"docVar:{name.strip()}", value.strip("\0 "))
        elif place.encode() in _APART:
            self._note(_APART[place.encode()], text)

    def _note(self, name: str, value: str) -> None:
        if value and len(self._noted) < _NOTED:
            self._noted[(name, value)] = None

    # ------------------------------------------------------------ pictures and objects

    def _begin_object(self, word: bytes) -> None:
        state = self._state
        state.skip = True
        if not state.drop and self._object is None:
            self._object = bytearray()
            self._what = b"object" if word == b"objdata" else b""
            self._depth = len(self._stack)

    def _end_object(self) -> None:
        raw, self._object = self._object, None
        if raw is None or not self._members:
            return
        digits = _HEX.sub(b"", raw)
        if not digits:
            return
        spool = self._transcript.members()
        kind = b"object" if self._what == b"object" else b"picture"
        name = b"%s-%d" % (kind, len(spool) + 1)
        if not spool.wanted():
            spool.skip()
            return
        data = bytes.fromhex(digits[: len(digits) // 2 * 2].decode("ascii"))
        if self._what == b"object":
            given, data, link = _unwrapped(data)
            if link:
                self._note("link:object", link)
            spool.add_bytes(given or name, data)
            return
        ending = _PICTURES.get(self._what, b"")
        if ending == b"bmp":
            from assay.extract.oleparts import bitmap_file

            data = bitmap_file(data)
        spool.add_bytes(name + b"." + ending if ending else name, data)

    # ------------------------------------------------------------ tokens

    def _word(self, word: bytes, number: int | None) -> None:
        state = self._state
        if self._stand_ins and word != b"u" and word in _SYMBOLS:
            self._stand_ins -= 1
            return
        if word == b"u":
            self._flush()
            self._put(chr((number or 0) & 0xFFFF))
            self._stand_ins = state.uc
        elif word in _ENDS:
            self._end_line()
        elif word in _CELLS:
            self._flush()
            self._put("\t")
        elif word in _SYMBOLS:
            self._flush()
            self._put(_SYMBOLS[word])
        elif word == b"f":
            self._use_font(number or 0)
        elif word in (b"fcharset", b"cpg"):
            if state.place == "fonts" and number is not None:
                codec = _CHARSETS.get(number) if word == b"fcharset" else _codec(f"cp{number}")
                if codec:
                    self._fonts[self._font] = codec
        elif word == b"uc":
            state.uc = max(0, min(number if number is not None else 1, 8))
        elif word == b"ansicpg":
            self._default = _codec(f"cp{number}") or self._default
        elif word in (b"mac", b"pc", b"pca"):
            self._default = {b"mac": "mac-roman", b"pc": "cp437", b"pca": "cp850"}[word]
        elif word == b"deff":
            self._font_default = number or 0
        elif word == b"plain":
            if state.kinds:
                self._flush()
                state.kinds = ()
            self._use_font(self._font_default)
        elif word in _RUN_KINDS:
            self._set_kind(_RUN_KINDS[word], number != 0)
        elif word in (b"yr", b"mo", b"dy", b"hr", b"min") and state.place.startswith("info:"):
            self._time[word.decode()] = max(0, min(number or 0, 9999))
        elif word in _PICTURES and self._object is not None and self._what != b"object":
            self._what = word

    def _use_font(self, number: int) -> None:
        self._flush()
        self._font = number
        self._state.codec = self._fonts.get(number, "")

    def _set_kind(self, kind: RegionKind, on: bool) -> None:
        state = self._state
        if on == (kind in state.kinds):
            return
        self._flush()
        if on:
            state.kinds = (*state.kinds, kind)
            if kind in self._counts and not state.skip:
                self._counts[kind] += 1
        else:
            state.kinds = tuple(k for k in state.kinds if k != kind)

    def _symbol(self, symbol: bytes) -> None:
        if self._stand_ins:
            self._stand_ins -= 1
            return
        if symbol in (b"\\", b"{", b"}"):
            self._byte(symbol)
        elif symbol in (b"\r", b"\n"):
            self._end_line()
        else:
            found = {b"~": "\u00a0", b"_": "\u2011", b"-": "\u00ad", b"\t": "\t"}.get(symbol)
            if found:
                self._flush()
                self._put(found)

    def _byte(self, byte: bytes) -> None:
        if self._stand_ins:
            self._stand_ins -= 1
        elif not self._state.skip:
            self._bytes += byte

    def _plain(self, plain: bytes) -> None:
        if self._stand_ins:
            taken = min(self._stand_ins, len(plain))
            self._stand_ins -= taken
            plain = plain[taken:]
        if not self._state.skip:
            self._bytes += plain

    # ------------------------------------------------------------ text

    def _put(self, text: str) -> None:
        if self._state.skip:
            return
        if self._high and not "\udc00" <= text <= "\udfff":
            self._lone()
        if "\ud800" <= text < "\udc00":
            self._high = text
            return
        if "\udc00" <= text <= "\udfff":
            pair = (self._high + text).encode("utf-16-le", "surrogatepass")
            text, self._high = pair.decode("utf-16-le", "replace"), ""
        self._here().add(text, self._state.kinds)

    def _lone(self) -> None:
        """A first half whose second never came."""
        self._high = ""
        self._here().add("\ufffd", self._state.kinds)

    def _here(self) -> Line:
        return self._out[self._place()]

    def _place(self) -> str:
        return self._state.place if self._state.place in self._out else ""

    def _flush(self) -> None:
        if not self._bytes:
            return
        if self._high:
            self._lone()
        codec = self._state.codec or self._default
        body = bytes(self._bytes)
        self._bytes.clear()
        try:
            text = body.decode(codec)
        except (UnicodeDecodeError, LookupError):
            text = body.decode(codec, "replace")
            self._replaced += 1
        self._here().add(text, self._state.kinds)

    def _end_line(self) -> None:
        self._flush()
        if self._state.skip:
            return
        if self._place():
            self._put("\n")
            return
        write_paragraph(self._transcript, without_last_tabs(self._out[""]))
        self._out[""] = Line()
        self._write_after()

    def _write_after(self) -> None:
        after, self._after = self._after, []
        for line in after:
            write_paragraph(self._transcript, line)

    def finish(self) -> None:
        """Write what is left: the open line, the notes, the metadata."""
        self._flush()
        if self._high:
            self._lone()
        left_open = len(self._stack)
        if self._object is not None:
            self._end_object()
        for place in [p for p in self._out if p]:
            self._end_place(place)
        rest = self._out[""]
        if rest.text.strip():
            write_paragraph(self._transcript, rest)
        self._write_after()
        for line, kinds in self._notes:
            write_paragraph(self._transcript, line, kinds)
        for line in self._comments:
            write_paragraph(self._transcript, line, ("comment",))
        note = self._transcript.note
        if left_open:
            self._transcript.trouble("truncated", "", f"{left_open} groups stay open")
        if self._replaced:
            self._transcript.trouble("charset_guess", "", f"{self._replaced} runs of text")
        for what, count in self._counts.items():
            if count:
                note(f"tracked:{what}", count)
        for name, value in self._noted:
            note(name, value)
        note("charset", self._default)
        for name, values in self._info.items():
            for value in values:
                note(f"rtf:{name}", value)
        info = {name: values[0] for name, values in self._info.items()}
        self._transcript.title = info.get("title")
        self._transcript.author = info.get("author")
        from assay.extract import dates

        self._transcript.created = dates.from_iso(info.get("creatim", ""))
        self._transcript.modified = dates.from_iso(info.get("revtim", ""))


_RUN_KINDS: dict[bytes, RegionKind] = {
    b"deleted": "deleted", b"revised": "inserted", b"v": "hidden",
}  # fmt: skip


def _headed(head: str, line: Line) -> Line:
    """A line with a label before it and no empty lines around it."""
    text = line.text
    first = len(text) - len(text.lstrip("\n \t"))
    last = len(text.rstrip("\n \t"))
    whole = Line(head)
    shift = len(head) - first
    whole.add(text[first:last])
    whole.spans = [
        (kind, max(a, first) + shift, min(b, last) + shift)
        for kind, a, b in line.spans
        if max(a, first) < min(b, last)
    ]
    return whole


def _packed_time(text: str) -> str:
    """A date of Word, packed into a signed number, as ISO 8601 without a zone."""
    from assay.extract.doc import moment

    try:
        return moment(int(text) & 0xFFFFFFFF)
    except ValueError:
        return ""


def _unwrapped(data: bytes) -> tuple[bytes, bytes, str]:
    """(name, bytes, link) of OLE 1.0 object data ([MS-OLEDS] 2.2.4 and 2.2.5)."""
    try:
        kind = struct.unpack_from("<I", data, 4)[0]
        at = 8
        strings: list[bytes] = []
        for _ in range(3):
            length = struct.unpack_from("<I", data, at)[0]
            if length > 4096:
                raise ValueError
            strings.append(data[at + 4 : at + 4 + length].rstrip(b"\0"))
            at += 4 + length
        if kind == 1:
            return b"", data, strings[1].decode("cp1252", "replace")
        size = struct.unpack_from("<I", data, at)[0]
        body = data[at + 4 : at + 4 + size]
    except (struct.error, ValueError):
        place = data.find(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
        body, strings = data[place:] if place >= 0 else data, [b""]
    return (*_opened(body, strings[0]), "")


def _opened(body: bytes, known: bytes) -> tuple[bytes, bytes]:
    """(name, bytes) of what an object wraps; the object itself where it wraps nothing."""

    if known == b"Package":
        return compound.native(b"\0\0\0\0" + body)
    if body[:8] != b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        return b"", body
    import io

    try:
        with compound.opened(io.BytesIO(body)) as ole:
            inside: dict[str, Any] = {k.name.lower(): k.name for k in compound.children(ole, ())}
            found = compound.wrapped(ole, (), inside)
    except Exception:  # noqa: BLE001 - taken as it is: its own reader says what is broken
        found = None
    return found if found is not None else (b"", body)


def _codec(name: str) -> str | None:
    name = {"cp10000": "mac-roman", "cp65001": "utf-8", "cp936": "gbk", "cp0": "cp1252"}.get(
        name, name
    )
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None
