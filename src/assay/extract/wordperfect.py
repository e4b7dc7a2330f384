"""WordPerfect 5 and 6 to X: text with its functions passed over, notes and headers behind it.

Text that WordPerfect keeps to undo a deletion is kept and marked. Letters of the multinational,
typographic, Greek, Hebrew and Cyrillic sets become Unicode; those of other sets become U+FFFD.
"""

from __future__ import annotations

import struct

import olefile  # type: ignore[import-untyped]

from assay.extract import compound
from assay.extract.lines import Line, Span, flow, split, tidy
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.model.reading import RegionKind
from assay.ports import Card

CARD = Card(
    name="wordperfect",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/vnd.wordperfect",),
    limits="files under a password stay closed; graphics boxes are not taken out",
)
_DOCUMENT = (1, 10)  # product and type of file
_FIXED_6 = {
    0xF0: 4, 0xF1: 5, 0xF2: 3, 0xF3: 3, 0xF4: 3, 0xF5: 3, 0xF6: 4, 0xF7: 4, 0xF8: 4, 0xF9: 5,
    0xFA: 5, 0xFB: 6, 0xFC: 6, 0xFD: 8, 0xFE: 8,
}  # fmt: skip
_FIXED_5 = {
    0xC0: 4, 0xC1: 9, 0xC2: 11, 0xC3: 3, 0xC4: 3, 0xC5: 5, 0xC6: 6, 0xC7: 7, 0xC8: 4, 0xC9: 5,
    0xCA: 6, 0xCB: 6, 0xCC: 8, 0xCD: 10, 0xCE: 10, 0xCF: 12,
}  # fmt: skip
# Letters that version 6 writes as one byte, from 1 to 32.
_SHORT = "\0åÅæÆäÄáàâãÃçÇëéÉèêíñÑøØõÕöÖüÜúùß"
_LATIN = (
    "\u0300·\u0303\u0302\u0335\u0338\u0301\u0308\u0304\u0313\u0315ʼ\u0326\u0315°\u0307\u030b\u0327"
    "\u0328\u030c\u0337\u0305\u0306ßĸjÁáÂâÄäÀàÅåÆæÇçÉéÊêËëÈèÍíÎîÏïÌìÑñÓóÔôÖöÒòÚúÛûÜüÙùŸÿÃãĐđØøÕõÝýÐðÞþĂăĀāĄąĆć"
    "ČčĈĉĊċĎďĚěĖėĒēĘęǴǵĞğǦǧĢģĜĝĠġĤĥĦħİiĪīĮįĨĩĲĳĴĵĶķĹĺĽľĻļĿŀŁłŃńŉŉŇňŅņŐőŌōŒœŔŕŘřŖŗŚśŠšŞşŜŝ"
    "ŤťŢţŦŧŬŭŰűŪūŲųŮůŨũŴŵŶŷŹźŽžŻżŊŋ"
)
_TYPE = "●○■•*¶§¡¿«»£¥₧ƒªº½¼¢²ⁿ®©¤¾³‛’‘‟”“–—‹›○□†‡™℠℞●◦■▪□▫‒ﬀﬃﬄﬁﬂ…$₣₢₠₤‚„⅓⅔⅛⅜⅝⅞ⓂⓅ€℅℆‰№—¹"
_GREEK = "ΑαΒβΒϐΓγΔδΕεΖζΗηΘθΙιΚκΛλΜμΝνΞξΟοΠπΡρΣσΣςΤτΥυΦφΧχΨψΩωΆάΈέΉήΊίΪϊΌόΎύΫϋΏώεϑϰϖϱςϒϕω"
_HEBREW = "אבגדהוזחטיךכלםמןנסעףפץצקרשת"
_CYRILLIC = (
    "АаБбВвГгДдЕеЁёЖжЗзИиЙйКкЛлМмНнОоПпРрСсТтУуФфХхЦцЧчШшЩщЪъЫыЬьЭэЮюЯяӘәЃѓҐґҒғЂђЄєЄєҖҗЅѕ"
    "\0\0ИиІіЇї\0\0ЈјЌќҚқӃӄҜҝЉљҢңЊњѺѻѠѡЋћЎўӮӯҮүҰұƔɣҲҳХхҺһѾѿЏџҶҷҸҹ"
)
_SETS = {1: _LATIN, 4: _TYPE, 8: _GREEK, 9: _HEBREW, 10: _CYRILLIC}
_PACKETS = 65_536


def read_wordperfect(request: Request, transcript: Transcript) -> None:
    """Read a document. Raises Stop with `encrypted`, `damaged` or `no_reader`."""
    body = _bytes_of(request)
    if len(body) < 16 or body[:4] != b"\xffWPC":
        raise Stop("damaged", "", "no WordPerfect header")
    start = struct.unpack_from("<I", body, 4)[0]
    if body[12:14] != b"\0\0":
        raise Stop("encrypted", "", "WordPerfect password", _LOCKED)
    if (body[8], body[9]) != _DOCUMENT:
        raise Stop("no_reader", "", f"WordPerfect product {body[8]}, type {body[9]}")
    if start > len(body):
        raise Stop("truncated", "", "before the text")
    transcript.note("wordperfect:version", f"{body[10]}.{body[11]}")
    if body[10] >= 2:
        text = _Six(body, start)
        _flow(transcript, text)
        for kind, more in _packets(body, text.notes):
            _flow(transcript, more, kind)
        if len(body) < struct.unpack_from("<I", body, 20)[0]:
            transcript.trouble("truncated", "", "shorter than its header says")
        return
    old = _Five(body, start)
    _flow(transcript, old)
    for kind, more in old.beside:
        _flow(transcript, more, kind)


_LOCKED = "Open it in WordPerfect with its password and save a copy without one; add the copy."


def _bytes_of(request: Request) -> bytes:
    if olefile.isOleFile(str(request.path)):
        with compound.opened(request.path) as ole:
            if not ole.exists("PerfectOffice_MAIN"):
                raise Stop("damaged", "", "no text stream")
            body: bytes = ole.openstream("PerfectOffice_MAIN").read()
            return body
    return request.path.read_bytes()


class _Text:
    """Text as it grows, and which stretches of it were deleted."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.deleted: list[Span] = []
        self._since: int | None = None

    def say(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def undo(self, begins: bool) -> None:
        if begins and self._since is None:
            self._since = self.length
        elif not begins and self._since is not None:
            if self._since < self.length:
                self.deleted.append((self._since, self.length, "deleted"))
            self._since = None

    def letter(self, value: int, charset: int) -> None:
        letters = _SETS.get(charset)
        if charset == 0:
            found = chr(value) if 32 <= value < 127 else ""
        elif letters is not None and value < len(letters) and letters[value] != "\0":
            found = letters[value]
        else:
            found = "\ufffd"
        self.say(found)

    def lines(self, kind: RegionKind | None) -> list[Line]:
        return tidy(split("".join(self.parts), kind, self.deleted))


def _flow(transcript: Transcript, text: _Text, kind: RegionKind | None = None) -> None:
    flow(transcript, text.lines(kind))


class _Six(_Text):
    """Text of version 6 and later. `notes`: packet -> what kind of text it is."""

    def __init__(self, body: bytes, at: int, end: int | None = None) -> None:
        super().__init__()
        self.notes: dict[int, RegionKind | None] = {}
        end = len(body) if end is None else min(end, len(body))
        while at < end:
            code = body[at]
            if code >= 0xF0:
                at = self._fixed(body, at, code)
            elif code >= 0xD0:
                at = self._variable(body, at, code, end)
            else:
                at += 1
                if code <= 32:
                    self.say(_SHORT[code] if code else "")
                elif code < 127:
                    self.say(chr(code))
                elif code == 0x80:
                    self.say(" ")
                elif code == 0x81:
                    self.say("\xa0")
                elif code == 0x84:
                    self.say("-")
                elif code == 0x8A:  # a page number as it was last shown
                    stop = body.find(b"\x8b", at, at + 64)
                    at = stop + 1 if stop >= 0 else at
                elif code == 0xC6:
                    self.say("\t")
                elif code in (0x87, 0x89) or 0xB4 <= code <= 0xCC:
                    self.say("\n")
                elif code in (0xCD, 0xCE, 0xCF):
                    self.say(" ")

    def _fixed(self, body: bytes, at: int, code: int) -> int:
        if code == 0xF0 and at + 2 < len(body):
            self.letter(body[at + 1], body[at + 2])
        elif code == 0xF1 and at + 1 < len(body) and body[at + 1] in (0, 1):
            self.undo(body[at + 1] == 0)
        return at + _FIXED_6.get(code, 1)

    def _variable(self, body: bytes, at: int, code: int, end: int) -> int:
        if at + 4 > end:
            return end
        group = body[at + 1]
        size: int = max(struct.unpack_from("<H", body, at + 2)[0], 4)
        if code == 0xD0:
            if group == 10:
                self.say("\t")
            elif 4 <= group <= 19 or 23 <= group <= 28:
                self.say("\n")
            else:
                self.say(" ")
        elif code == 0xE0:
            self.say("\t")
        elif code in (0xD4, 0xD6, 0xD7) and at + 6 <= end and body[at + 4] & 0x80:
            kind: RegionKind | None = None
            if code == 0xD6:
                kind = "header" if group < 2 else "footer"
            count = min(body[at + 5], (size - 6) // 2)
            for number in struct.unpack_from(f"<{count}H", body[: at + size], at + 6):
                self.notes.setdefault(number, kind)
        return at + size


def _packets(
    body: bytes, notes: dict[int, RegionKind | None]
) -> list[tuple[RegionKind | None, _Text]]:
    """Texts that lie in the index of the file: headers, footers, notes, comments."""
    found: list[tuple[RegionKind | None, _Text]] = []
    at = struct.unpack_from("<H", body, 14)[0]
    if at < 16 or at + 14 > len(body):
        return found
    count = struct.unpack_from("<H", body, at + 2)[0]
    for number in range(1, min(count, _PACKETS)):
        entry = at + 14 * number
        if entry + 14 > len(body):
            break
        kind, size, place = body[entry + 1], *struct.unpack_from("<II", body, entry + 6)
        if kind != 0x08 or place + 6 > len(body) or size < 6:
            continue
        blocks, first = struct.unpack_from("<HI", body, place)
        begin = place + max(first, 6 + 4 * blocks) if first < size else place + 6 + 4 * blocks
        text = _Six(body, begin, place + size)
        if text.length:
            found.append((notes.get(number), text))
    return found


class _Five(_Text):
    """Text of version 5. `beside`: headers, footers and notes, which stand inside functions."""

    def __init__(self, body: bytes, at: int, end: int | None = None, depth: int = 0) -> None:
        super().__init__()
        self.beside: list[tuple[RegionKind | None, _Text]] = []
        end = len(body) if end is None else min(end, len(body))
        breaks: dict[int, str] = {
            10: "\n", 11: " ", 12: "\n", 13: " ", 0x8C: "\n", 0x99: "\n", 0xA0: "\xa0",
            0xA9: "-", 0xAA: "-", 0xAB: "-", **dict.fromkeys(range(0x90, 0x96), " "),
        }  # fmt: skip
        while at < end:
            code = body[at]
            if code >= 0xD0:
                if at + 4 > end:
                    break
                size = struct.unpack_from("<H", body, at + 2)[0]
                self._inside(body, at, code, size, depth)
                at += 4 + size
            elif code >= 0xC0:
                if code == 0xC0 and at + 2 < end:
                    self.letter(body[at + 1], body[at + 2])
                elif code == 0xC1:
                    self.say("\t")
                at += _FIXED_5[code]
            else:
                at += 1
                if 32 <= code < 127:
                    self.say(chr(code))
                elif code in breaks:
                    self.say(breaks[code])

    def _inside(self, body: bytes, at: int, code: int, size: int, depth: int) -> None:
        """The text that headers and footers (D5) and notes (D6) hold behind their settings."""
        begin = at + 4 + (18 if code == 0xD5 else 10)
        if code not in (0xD5, 0xD6) or depth > 3 or begin >= at + size:
            return
        text = _Five(body, begin, at + size, depth + 1)
        if text.length:
            kind: RegionKind | None = None
            if code == 0xD5:
                kind = "header" if body[at + 1] < 2 else "footer"
            self.beside.append((kind, text))
