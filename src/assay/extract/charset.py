"""Bytes to text: which character set, and what did not fit.

Order: a byte order mark; what the format declares, if all bytes fit it; UTF-16 without a mark,
where it makes letters of nearly all; charsets of seven bits that shift between sets (ISO 2022,
HZ), by their shifts; UTF-8, strictly; then chardet 7 on the bytes around the first that are not
ASCII. Bytes that fit nothing are replaced by U+FFFD and counted, so that the caller can say so.
Line ends are kept; the mark is dropped and named.
"""

from __future__ import annotations

import codecs
import re
import unicodedata

import msgspec

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# Names that are used for a wider set than they stand for (WHATWG Encoding Standard).
_WIDER = {
    "iso-8859-1": "cp1252", "latin-1": "cp1252", "latin1": "cp1252", "us-ascii": "cp1252",
    "ascii": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030",
    "gb_2312-80": "gb18030", "ks_c_5601-1987": "cp949", "euc-kr": "cp949", "shift_jis": "cp932",
    "shift-jis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "iso-8859-9": "cp1254",
    "tis-620": "cp874", "iso-8859-11": "cp874", "big5": "big5hkscs", "x-x-big5": "big5hkscs",
    "unicode-1-1-utf-8": "utf-8", "utf8": "utf-8", "unicode": "utf-16", "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman", "unicode-1-1-utf-7": "utf-7", "iso-8859-8-i": "iso-8859-8",
    "iso-2022-cn": "gb18030", "x-mac-cyrillic": "mac-cyrillic", "x-mac-ce": "mac-latin2",
}  # fmt: skip
# Codecs of Python that are no character sets, or that can be driven to eat memory.
_REFUSED = frozenset(
    (
        "base64", "bz2", "hex", "idna", "punycode", "quopri", "rot13", "uu", "zlib", "mbcs", "oem",
        "unicode_escape", "raw_unicode_escape", "undefined", "charmap",
    )
)  # fmt: skip
_HIGH = re.compile(rb"[\x80-\xff\x1b\x00]|~\{")
_WIDE = re.compile(r"[^\x00-\x7f]")
_SAMPLE = 65_536
_LOOKED_AT = 8192
_PLAIN = frozenset(("cp1252", "utf-8", "ascii"))
_PAUSE = re.compile("[ \n\r\t\u3002]")
_JAPANESE = re.compile(rb"\x1b\$(?:[@BA]|\([CD])")
_HZ = re.compile(rb"~\{((?:[\x21-\x77][\x21-\x7e])+?)~\}")
_HZ_LEAST = 6  # characters in all: less may be a template's own marks


class Decoded(msgspec.Struct, frozen=True):
    """Text with the name of its character set. `replaced` counts U+FFFD put in by us."""

    text: str
    charset: str
    mark: bool = False
    guessed: bool = False
    replaced: int = 0


def known(name: str) -> str | None:
    """The codec for a declared charset, None where there is no such character set."""
    label = name.strip().strip("\"'").lower()
    label = _WIDER.get(label, label)
    try:
        codec = codecs.lookup(label).name
    except (LookupError, ValueError):
        return None
    return None if codec.replace("-", "_").split("_codec")[0] in _REFUSED else codec


def decode(data: bytes, declared: str | None = None) -> Decoded:
    """Decode bytes as the module says. Never fails."""
    for mark, charset in _MARKS:
        if data.startswith(mark):
            return _decode_as(data[len(mark) :], charset, mark=True)
    codec = known(declared) if declared else None
    if codec in _PLAIN and b"\x1b$" in data:
        codec = _shifted(data) or codec  # these hold it too, but nobody writes an escape in them
    if codec:
        try:
            return Decoded(data.decode(codec), codec)
        except (UnicodeError, ValueError):
            pass
    seen = wide(data[:_LOOKED_AT]) or _shifted(data)
    if seen is not None:
        try:
            return Decoded(data.decode(seen), seen, guessed=True)
        except (UnicodeError, ValueError):
            pass
    if 0 not in data[:4096]:
        try:
            return Decoded(data.decode("utf-8"), "utf-8")
        except UnicodeDecodeError:
            pass
        if _mostly_utf8(data):
            return _decode_as(data, "utf-8")
    return _guess(data, codec)


def wide(head: bytes) -> str | None:
    """UTF-16 without a mark by the first bytes of a text, None where they are none.

    Nearly all of it must be letters and there must be a space or the full stop of a script that
    has none: bytes of other kinds give many letters of Chinese by chance, but not these.
    """
    if 0 not in head and b"\x30\x02" not in head and b"\x02\x30" not in head:
        return None
    sample = head[: len(head) // 2 * 2]
    for charset in ("utf-16-le", "utf-16-be"):
        text = sample.decode(charset, "replace")
        if len(text) < 8 or text.count("\ufffd") > 1:  # the last letter may be cut
            continue
        good = sum(map(_is_text, text))
        if good >= 0.95 * len(text) and _PAUSE.search(text):
            return charset
    return None


def _is_text(letter: str) -> bool:
    return (
        " " <= letter <= "~" or letter.isalnum() or letter in "\t\r\n\u3000，。、：；？！《》「」"
        or unicodedata.category(letter)[0] == "M"
    )  # fmt: skip


def _shifted(data: bytes) -> str | None:
    """A charset of seven bits by the sequences that shift between its sets (RFC 1468, 1557, 1843).

    Such a text is good ASCII too, so nothing else would tell.
    """
    if b"\x1b$" in data:
        if b"\x1b$)C" in data:
            return "iso2022_kr"
        return "iso2022_jp_2" if _JAPANESE.search(data) and data.isascii() else None
    if b"~{" in data and data.isascii():
        pairs = sum(len(match.group(1)) // 2 for match in _HZ.finditer(data))
        return "hz" if pairs >= _HZ_LEAST else None
    return None


def _guess(data: bytes, declared: str | None) -> Decoded:
    """The character set by statistics; the declared one again where nothing else fits."""
    import chardet

    first = _HIGH.search(data)
    start = max(0, first.start() - 512) // 4 * 4 if first else 0
    sample = data[start : start + _SAMPLE]
    tried: list[str] = []
    for answer in chardet.detect_all(bytes(sample), ignore_threshold=True)[:6]:
        codec = known(answer["encoding"] or "")
        if codec is None or codec in tried:
            continue
        tried.append(codec)
        try:
            return Decoded(data.decode(codec), codec, guessed=True)
        except (UnicodeError, ValueError):
            continue
    best = declared or (tried[0] if tried else "utf-8")
    return _decode_as(data, best, guessed=True)


def _mostly_utf8(data: bytes) -> bool:
    """Tell whether nearly all characters that are not ASCII are good UTF-8.

    No other charset gives many well-formed sequences by chance, so a few bad bytes are damage.
    """
    first = _HIGH.search(data)
    start = max(0, first.start() - 8) if first else 0
    text = data[start : start + _SAMPLE].decode("utf-8", "replace")
    wrong = text.count("\ufffd")
    right = len(_WIDE.findall(text)) - wrong
    return right >= 8 and right > 4 * wrong


def _decode_as(data: bytes, charset: str, mark: bool = False, guessed: bool = False) -> Decoded:
    try:
        return Decoded(data.decode(charset), charset, mark, guessed)
    except (UnicodeError, ValueError):
        pass
    try:
        text = data.decode(charset, "replace")
    except (UnicodeError, ValueError):
        charset, text = "utf-8", data.decode("utf-8", "replace")
    own = data.count("\ufffd".encode()) if charset == "utf-8" else 0
    return Decoded(text, charset, mark, guessed, max(text.count("\ufffd") - own, 1))
