"""What class a character belongs to, and what letter it folds to. Counts single characters.

Every character of a normalised (NFKC) text is one of:

    w   letter, digit or mark of a script that sets spaces between words
    u   letter or mark of a script that does not: Han, kana, Thai, Lao, Khmer, Burmese, Yi …
    x   invisible: soft hyphen, joiners, bidi controls, tatweel; it neither shows nor parts
    _   white space (and U+200B)
    .   everything else: punctuation, symbols, controls, private use, lone surrogates

Folding makes one spelling of what people take for the same letter. The rule is a table a
script, never "strip all marks", which would turn й into и:

    all       casefold (ß → ss, ς → σ); decimal digits of any script → ASCII
    Latin,    all diacritics go; ø ł đ ħ ŧ ı æ œ ð þ as a newspaper would spell them
    Greek
    Cyrillic  ё → е, ѐ → е, ѝ → и and stress accents; й ї ў ѓ ќ and all other letters stay
    Arabic    harakat and Koranic marks go; أ إ آ ٱ → ا, ة ۀ ہ ۂ ۃ → ه, ک ڪ → ك, ی → ي, ۓ → ے;
              ؤ ئ ء stay, and so do the Uyghur letters ې ۆ ۇ ۈ ۋ ە ڭ ژ چ پ گ ھ ئ and ى
              (for ى at the end of an Arabic word see analysis.py)
    Hebrew,   points go
    Syriac
    others    as they are

The tables fill themselves as characters are met: nothing is computed at import.
"""

from __future__ import annotations

import re
import unicodedata

# Scripts that do not set spaces between words, as the inside of a regex class.
UNSPACED = (
    "\u0e01-\u0e3a\u0e40-\u0e4e"  # Thai
    "\u0e81-\u0ebd\u0ec0-\u0ecd\u0edc-\u0edf"  # Lao
    "\u1000-\u103f\u1050-\u108f\u109a-\u109d\ua9e0-\ua9ef\ua9fa-\ua9fe\uaa60-\uaa7f"  # Burmese
    "\u1780-\u17d3\u17d7\u17dc\u17dd"  # Khmer
    "\u1950-\u1974\u1980-\u19c9\u1a20-\u1a7c"  # Tai Le, New Tai Lue, Tai Tham
    "\u2e80-\u2fdf\u3005\u3007\u3021-\u3029\u3038-\u303b"  # Han: radicals, iteration, zero
    "\u3041-\u3096\u3099\u309a\u309d-\u309f\u30a1-\u30fa\u30fc-\u30ff\u31f0-\u31ff"  # kana
    "\u3105-\u312f\u31a0-\u31bf"  # Bopomofo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # Han
    "\ua000-\ua48c"  # Yi
    "\U0001aff0-\U0001b16f\U00020000-\U0003fffd"  # kana and Han of the higher planes
)
UNSPACED_CHAR = re.compile(f"[{UNSPACED}]")

# What parts two characters of an unspaced script: a token of its own in the index, so that
# a phrase does not run over a comma. It is punctuation, so no query can name it.
GAP = "\u00b7"

_INVISIBLE = frozenset("\u0640\u034f\u02bd\u02be\u02bf\u115f\u1160\u3164\uffa0")
_APOSTROPHES = frozenset("\u02b9\u02ba\u02bb\u02bc\u02c8\u02ca\u02cb\ua78b\ua78c")
_LATIN = {
    "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe",
    "ð": "d", "þ": "th", "ƀ": "b",
}  # fmt: skip
_CYRILLIC = {"ё": "е", "ѐ": "е", "ѝ": "и"}
_ARABIC = {
    "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ٲ": "ا", "ٳ": "ا",
    "ة": "ه", "ۀ": "ه", "ہ": "ه", "ۂ": "ه", "ۃ": "ه",
    "ک": "ك", "ڪ": "ك", "ی": "ي", "ۓ": "ے",
}  # fmt: skip
_LETTERS = _LATIN | _CYRILLIC | _ARABIC

# Marks that go: general combining marks, Cyrillic, Hebrew, Arabic, Syriac. Those of Indic,
# Thai and other scripts are vowels and stay.
_PASSING_MARK = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed"
    "\u0711\u0730-\u074a\u0898-\u089f\u08ca-\u08e1\u08e3-\u08ff"
    "\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]"
)


def class_of(char: str) -> str:
    """The class of one character of an NFKC text: `w`, `u`, `x`, `_` or `.`."""
    category = unicodedata.category(char)
    if char in _INVISIBLE or "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef":
        return "x"
    if category == "Cf":
        return "_" if char == "\u200b" else "x"
    if char.isspace() or category[0] == "Z":
        return "_"
    if char in _APOSTROPHES:
        return "."
    if category[0] in "LM" or category == "Nl":
        return "u" if UNSPACED_CHAR.match(char) else "w"
    return "w" if category[0] == "N" else "."


def fold_letter(char: str) -> str:
    """The folded spelling of one character of class `w` or `u`: one, several or no characters.

    Its caller gives characters of an NFKC text; the result holds no white space.
    """
    return "".join(_fold_cased(part) for part in char.casefold())


def _fold_cased(char: str) -> str:
    if char in _LETTERS:
        return _LETTERS[char]
    if unicodedata.category(char)[0] == "M":
        return "" if _PASSING_MARK.match(char) else char
    digit = unicodedata.decimal(char, None)
    if digit is not None:
        return str(digit)
    base = unicodedata.normalize("NFKD", char)[0]
    if _is_latin_or_greek(base):
        letters = (c for c in unicodedata.normalize("NFKD", char) if not _PASSING_MARK.match(c))
        return "".join(_LATIN.get(c, c) for c in letters)
    return char


def _is_latin_or_greek(char: str) -> bool:
    return (
        char <= "\u024f"
        or "\u0370" <= char <= "\u03ff"
        or "\u1e00" <= char <= "\u1fff"
        or "\u2c60" <= char <= "\u2c7f"
        or "\ua720" <= char <= "\ua7ff"
    )


class _Table(dict[int, str]):
    """A table for `str.translate` that works out each character when it is first met."""


class ClassTable(_Table):
    """Maps each character to the letter of its class: the text keeps its length."""

    def __missing__(self, code: int) -> str:
        value = class_of(chr(code))
        self[code] = value
        return value


class FoldTable(_Table):
    """Maps letters to their fold, white space to a space, the rest to U+001E, invisible to none.

    `str.split` takes U+001E for white space too, so a text without unspaced scripts needs no
    second step.
    """

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = class_of(char)
        value = {"x": "", "_": " ", ".": "\x1e"}.get(kind)
        if value is None:
            value = fold_letter(char)
        self[code] = value
        return value


class ExactTable(_Table):
    """Keeps letters and marks as they are; parts as FoldTable does; unspaced scripts part too."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        kind = class_of(char)
        value = {"x": "", "_": " ", ".": " ", "u": " "}.get(kind, char)
        self[code] = value
        return value


CLASSES = ClassTable()
FOLDS = FoldTable()
EXACTS = ExactTable()
