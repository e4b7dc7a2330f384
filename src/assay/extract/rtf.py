"""RTF: one pass over its tokens with the code page of each font.

Bytes are gathered and decoded by the charset of the font they stand in, so a Chinese font
inside a Cyrillic file comes out right; `\\u` characters skip their stand-ins. Field codes,
pictures, styles and list tables are no text. Deleted text under change tracking is not in
the text but counted. Notes and comments stand apart at the end. Groups nest on a list, not
on the stack, so a million of them do no harm.

Source: Rich Text Format 1.9.1.
"""

from __future__ import annotations

import codecs
import re

from assay.extract.plain import cut_short, take_in
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="rtf",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/rtf",),
    limits="embedded objects and pictures are not taken out; symbol fonts come as Latin letters",
)
_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|[\r\n\0]+"
    rb"|([^\\{}\r\n\0]+)|\\",
    re.DOTALL,
)
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
_NO_TEXT = frozenset(
    (
        b"colortbl", b"stylesheet", b"pict", b"objdata", b"fldinst", b"nonshppict", b"shprslt",
        b"sn", b"sv", b"filetbl", b"listtable", b"listoverridetable", b"revtbl", b"rsidtbl",
        b"themedata", b"colorschememapping", b"datastore", b"latentstyles", b"generator",
        b"xmlnstbl", b"mmathPr", b"objclass", b"objname", b"bkmkstart", b"bkmkend", b"tc", b"xe",
        b"rxe", b"private", b"template", b"pntxta", b"pntxtb", b"atnid", b"atnref", b"atndate",
        b"falt", b"panose", b"upr", b"ftnsep", b"ftnsepc", b"ftncn", b"aftnsep", b"aftnsepc",
        b"aftncn", b"pnseclvl", b"wgrffmtfilter", b"mhtmltag", b"htmltag", b"picprop", b"blipuid",
        b"do", b"background",
    )
)  # fmt: skip
_STARRED_TEXT = frozenset((b"shpinst", b"shptxt", b"annotation", b"ud", b"shppict", b"atnauthor"))
_INFO = frozenset(
    (b"title", b"author", b"subject", b"operator", b"keywords", b"comment", b"doccomm",
     b"company", b"manager", b"category", b"creatim", b"revtim", b"printim")
)  # fmt: skip
_GROUPS = 1_000_000


class _State:
    """What a group inherits: the charset, what to do with text, how many stand-ins follow \\u."""

    __slots__ = ("codec", "deleted", "place", "skip", "uc")

    def __init__(self, codec: str, skip: bool, uc: int, deleted: bool, place: str) -> None:
        self.codec = codec
        self.skip = skip
        self.uc = uc
        self.deleted = deleted
        self.place = place


def read_rtf(request: Request, transcript: Transcript) -> None:
    """Read an RTF file. Raises Stop at limits; `truncated` where groups stay open."""
    data, whole = take_in(request)
    reader = _Reader(data, transcript)
    reader.run()
    reader.finish()
    if not whole:
        raise cut_short(request)


def words_of(data: bytes, request: Request) -> str:
    """The words of an RTF that is part of something else."""
    apart = Transcript(request)
    reader = _Reader(data, apart)
    reader.run()
    reader.finish()
    apart.end_flow()
    return apart.text()


class _Reader:
    def __init__(self, data: bytes, transcript: Transcript) -> None:
        self._data = data
        self._transcript = transcript
        self._default = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0
        self._font_default = 0
        self._state = _State("", False, 1, False, "")
        self._stack: list[_State] = []
        self._bytes = bytearray()
        self._out: dict[str, list[str]] = {"": []}
        self._notes: list[str] = []
        self._info: dict[str, list[str]] = {}
        self._time: dict[str, int] = {}
        self._stand_ins = 0
        self._deleted = 0
        self._author = ""
        self._replaced = 0

    # ------------------------------------------------------------ the pass

    def run(self) -> None:
        """Go over all tokens."""
        data, at, starred, fresh = self._data, max(self._data.find(b"{\\rtf"), 0), False, False
        match = _TOKEN.match
        length = len(data)
        while at < length:
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
                    at += max(int(number or 0), 0)
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
        self._state = _State(state.codec, state.skip, state.uc, state.deleted, state.place)
        self._stand_ins = 0

    def _shut(self) -> None:
        self._flush()
        self._stand_ins = 0
        if not self._stack:
            return
        closed = self._state
        self._state = self._stack.pop()
        if closed.place != self._state.place:
            self._end_place(closed.place)

    def _destination(self, word: bytes, starred: bool) -> bool:
        """Enter a destination; False where the word is none."""
        state = self._state
        if word in _NO_TEXT:
            state.skip = True
        elif word == b"fonttbl":
            state.skip, state.place = True, "fonts"
        elif word in (b"footnote", b"annotation"):
            self._enter("note")
        elif word in (b"header", b"footer", b"headerl", b"headerr", b"headerf", b"footerl",
                      b"footerr", b"footerf"):  # fmt: skip
            self._enter("margin")
        elif word == b"atnauthor":
            self._enter("atnauthor")
        elif word in _INFO and any(s.place == "info" for s in self._stack[-2:]):
            self._enter(f"info:{word.decode()}")
            if word.endswith(b"tim"):
                self._time = {}
        elif word == b"info":
            state.place = "info"
            state.skip = True
        elif starred and word not in _STARRED_TEXT:
            state.skip = True
        else:
            return word in _STARRED_TEXT
        return True

    def _enter(self, place: str) -> None:
        if self._state.skip and not place.startswith("info:"):
            return
        self._state.skip = False
        self._state.place = place
        self._out[place] = []

    def _end_place(self, place: str) -> None:
        text = _joined(self._out.pop(place, []))
        if place == "note":
            if text.strip():
                head = f"[comment · {self._author}] " if self._author else "[note] "
                self._notes.append(head + text.strip())
            self._author = ""
        elif place == "atnauthor":
            self._author = text.strip()
        elif place == "margin":
            if text.strip():
                self._notes.append(text.strip("\n"))
        elif place.startswith("info:"):
            name = place[5:]
            if self._time:
                t = self._time
                text = (
                    f"{t.get('yr', 0):04d}-{t.get('mo', 1):02d}-{t.get('dy', 1):02d}"
                    f"T{t.get('hr', 0):02d}:{t.get('min', 0):02d}"
                )
                self._time = {}
            if text.strip():
                self._info.setdefault(name, []).append(text.strip())

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
            self._set_deleted(False)
            self._use_font(self._font_default)
        elif word == b"deleted":
            self._set_deleted(number != 0)
        elif word in (b"yr", b"mo", b"dy", b"hr", b"min") and state.place.startswith("info:"):
            self._time[word.decode()] = max(0, min(number or 0, 9999))

    def _use_font(self, number: int) -> None:
        self._flush()
        self._font = number
        self._state.codec = self._fonts.get(number, "")

    def _set_deleted(self, deleted: bool) -> None:
        self._flush()
        if deleted and not self._state.deleted:
            self._deleted += 1
        self._state.deleted = deleted

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
        elif not self._state.skip and not self._state.deleted:
            self._bytes += byte

    def _plain(self, plain: bytes) -> None:
        if self._stand_ins:
            taken = min(self._stand_ins, len(plain))
            self._stand_ins -= taken
            plain = plain[taken:]
        if not self._state.skip and not self._state.deleted:
            self._bytes += plain

    # ------------------------------------------------------------ text

    def _put(self, text: str) -> None:
        if not self._state.skip and not self._state.deleted:
            self._out.setdefault(self._place(), []).append(text)

    def _place(self) -> str:
        return self._state.place if self._state.place in self._out else ""

    def _flush(self) -> None:
        if not self._bytes:
            return
        codec = self._state.codec or self._default
        body = bytes(self._bytes)
        self._bytes.clear()
        try:
            text = body.decode(codec)
        except (UnicodeDecodeError, LookupError):
            text = body.decode(codec, "replace")
            self._replaced += 1
        self._out.setdefault(self._place(), []).append(text)

    def _end_line(self) -> None:
        self._flush()
        if self._state.skip:
            return
        if self._place():
            self._put("\n")
            return
        self._transcript.paragraph(_joined(self._out[""]).rstrip("\t"))
        self._out[""] = []

    def finish(self) -> None:
        """Write what is left: the open line, the notes, the metadata."""
        self._flush()
        left_open = len(self._stack)
        for place in [p for p in self._out if p]:
            self._end_place(place)
        rest = _joined(self._out[""])
        if rest.strip():
            self._transcript.paragraph(rest)
        for note in self._notes:
            self._transcript.paragraph(note)
        if left_open:
            self._transcript.trouble("truncated", "", f"{left_open} groups stay open")
        if self._replaced:
            self._transcript.trouble("charset_guess", "", f"{self._replaced} runs of text")
        if self._deleted:
            self._transcript.note("tracked:deleted", self._deleted)
        self._transcript.note("charset", self._default)
        for name, values in self._info.items():
            for value in values:
                self._transcript.note(f"rtf:{name}", value)
        info = {name: values[0] for name, values in self._info.items()}
        self._transcript.title = info.get("title")
        self._transcript.author = info.get("author")
        from assay.extract import dates

        self._transcript.created = dates.from_iso(info.get("creatim", ""))
        self._transcript.modified = dates.from_iso(info.get("revtim", ""))


def _joined(parts: list[str]) -> str:
    """The text with surrogate pairs from two \\u words made one character."""
    text = "".join(parts)
    try:
        text.encode()
        return text
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _codec(name: str) -> str | None:
    name = {"cp10000": "mac-roman", "cp65001": "utf-8", "cp936": "gbk", "cp0": "cp1252"}.get(
        name, name
    )
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None
