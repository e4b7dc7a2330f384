"""Cut a text into tokens and fold them, so that what differs in form alone is equal.

A token is a word, a number, one Han or kana character, or a sign that counts (%, $ …). Marks,
dashes and spaces are no tokens. Offsets count code points of the text given.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Prefix

HAN = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
APOSTROPHES = "'’‘ʼ`´′＇"
# "a|one": a bar between letters is a misread letter
_WORD = rf"[^\W_{HAN}]+(?:(?:[\u0300-\u036f\u00ad\u200b-\u200d]+|\|(?=[^\W_{HAN}]))[^\W_{HAN}]*)*"
_TOKEN = re.compile(
    rf"(?:\d{{1,3}}(?:[ \u00a0\u202f\u2009’']\d{{3}}(?!\d))+(?:[.,]\d+)?|\d+(?:[.,]\d+)*)"
    rf"(?![^\W_{HAN}])"
    rf"|[{HAN}]"
    rf"|{_WORD}(?:[{APOSTROPHES}](?=[^\W_{HAN}]){_WORD})*"
    r"|[%‰$€£¥₽&]"
)
_IGNORED = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
_HAN_CHARACTER = re.compile(rf"[{HAN}]")


class Token(NamedTuple):
    """`norm` is the folded form of `[start, end)`."""

    norm: str
    start: int
    end: int


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """A word without what is form alone: case, width, accents of Latin letters, apostrophe's shape.

    >>> fold("Don’t") == fold("don't")
    True
    """
    if word.isascii():
        return word.lower().replace("`", "'")
    word = unicodedata.normalize("NFKC", _IGNORED.sub("", word)).casefold()
    for mark in APOSTROPHES[1:]:
        word = word.replace(mark, "'")
    taken_apart = unicodedata.normalize("NFD", word)
    if taken_apart != word:
        # й is a letter of its own, é is an e: marks go from Latin letters only
        kept: list[str] = []
        for character in taken_apart:
            if unicodedata.combining(character) and kept and kept[-1].isascii():
                continue
            kept.append(character)
        word = unicodedata.normalize("NFC", "".join(kept))
    return word


@lru_cache(maxsize=200_000)
def _norm(word: str) -> str:
    if word[0].isdigit() and not word.isdigit():
        return plain_number(fold(word))
    return fold(word)


def plain_number(word: str) -> str:
    """A written number with a full stop for decimals and nothing between thousands."""
    groups = re.split("[, \u00a0\u202f\u2009’']", word)
    if len(groups) > 1 and all(len(group.split(".")[0]) == 3 for group in groups[1:]):
        return "".join(groups)
    dots = word.split(".")
    if len(dots) > 2 and all(len(group) == 3 for group in dots[1:]):
        return "".join(dots)
    return word


def tokens(text: str, start: int = 0, end: int | None = None) -> list[Token]:
    """The tokens of `text[start:end]`, in order, with places in the whole text."""
    found = _TOKEN.finditer(text, start, len(text) if end is None else end)
    return [Token(_norm(match.group()), match.start(), match.end()) for match in found]


def words_in(text: str) -> set[str]:
    """The folded tokens of a text, each once: without their places this costs a fifth."""
    return {_norm(word) for word in set(_TOKEN.findall(text))}


def shared_start(one: str, other: str) -> int:
    """How many characters two texts have in common from their beginning."""
    return Prefix.similarity(one, other)


def is_han(word: str) -> bool:
    """Whether a token is one character of a script without spaces."""
    return len(word) == 1 and _HAN_CHARACTER.match(word) is not None


def letters(norm: str) -> str:
    """The letters and digits alone: what is left where apostrophes went lost."""
    return norm.replace("'", "").replace(".", "").replace(",", "")


_SHAPES = (
    ("rn", "m"), ("vv", "w"), ("cl", "d"), ("ii", "u"), ("li", "h"), ("0", "o"), ("1", "l"),
    ("|", "l"), ("i", "l"), ("j", "l"), ("5", "s"), ("8", "b"), ("6", "b"), ("9", "g"), ("q", "g"),
    ("c", "e"), ("o", "e"), ("y", "v"), ("u", "n"), ("f", "l"), ("t", "l"), ("2", "z"), ("$", "s"),
    ("h", "b"), ("и", "п"), ("н", "п"), ("ш", "щ"), ("з", "3"),
)  # fmt: skip


@lru_cache(maxsize=50_000)
def shape(word: str) -> str:
    """A word with characters that look alike made one."""
    for seen, meant in _SHAPES:
        word = word.replace(seen, meant)
    return word
