"""Tell a text layer whose characters are not those that the page shows.

A PDF draws glyphs; which letters they are stands beside them (ToUnicode), and may be missing,
shifted, scrambled on purpose, or written in another encoding. The page looks right and its
text is garbage. A layer is called garbled only where much of it breaks a rule that text in any
language keeps; short pages, tables, formulas and code are never judged by their words. The
cost is a few passes over the page's text by regular expressions.

Calling it garbled destroys nothing: the layer stays, and the page is recognised beside it.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from itertools import pairwise

# glyphs that nobody mapped: private use, replacement characters, control characters
_STRANGE = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f\x7f-\x9f]")
_STRANGE_RUN = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f\x7f-\x9f]{3,}")
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f]")  # a shifted alphabet has one for each space
_LETTERS = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"(?<![^\s(«\"„“'])[^\W\d_]{4,20}(?![^\s.,;:!?)»\"”“'])")  # with white around
_LATIN_1 = re.compile("[\u00c0-\u00ff]")  # what other alphabets become when read as Latin-1
_HAN = re.compile("[\u4e00-\u9fff]")
_SYMBOLS = re.compile("[!-,/:;<>?@\\[-^`{}~\u00a1-\u00bf]")  # no dots, dashes, rules of a table
_VOWELS = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøœùúûüýÿāăąēėęěīįıőōūůűųаеёиоуыэюяіїєөүұәӣӯў")
_ALPHABETS = re.compile("[a-zß-ÿ\u0100-\u017f\u0430-\u045f\u0490-\u04ff]+")  # Latin and Cyrillic

_LEAST_STRANGE = 20
_STRANGE_SHARE = 0.25  # of all characters: a formula page has private brackets, not a quarter
_LEAST_LETTERS = 300
_LEAST_WORDS = 40
_SCANT_VOWELS = 0.24  # of the letters of words: languages of both alphabets have 0.34 to 0.5
_FEW_TURNS = 0.53  # of the letter pairs: how many go from vowel to consonant or back
_LEAST_HAN = 80
_COMMON_HAN = 0.65  # of the Han characters: text has 0.95 and more, any at random 0.3
_ENOUGH = 6_000  # characters of a page that are looked at


def garbled(text: str) -> str:
    """Why the text of a page is taken for garbage, in a word or two; "" where it is not.

    `unmapped`: glyphs without a character. `wrong encoding`: another alphabet read as Latin-1.
    `no letters`: symbols where words should be. `no words`: letters that no language puts so.
    """
    head = text[:_ENOUGH]
    if len(head) < _LEAST_STRANGE:
        return ""
    strange = len(_STRANGE.findall(head))
    if strange >= _LEAST_STRANGE:
        # bullets and ornaments stand alone; words that nobody mapped are runs
        runs = sum(len(run) for run in _STRANGE_RUN.findall(head))
        solid = sum(not char.isspace() for char in head)
        if runs * 2 > strange and strange > _STRANGE_SHARE * solid:
            return "unmapped"
        if len(_CONTROL.findall(head)) * 30 > solid:
            return "unmapped"
    if " the " in head and " of " in head:
        return ""  # most English pages; what is scrambled has no such words
    letters = _LETTERS.findall(head)
    if _are_symbols(head, len(letters)):
        return "no letters"
    if len(letters) >= _LEAST_LETTERS and len(_LATIN_1.findall(head)) * 2 > len(letters):
        return "wrong encoding"
    if _are_rare_han(head) or _are_no_words(head) or _are_fused(head):
        return "no words"
    return ""


def _are_symbols(text: str, letters: int) -> bool:
    symbols = Counter(_SYMBOLS.findall(text))
    count = sum(symbols.values())
    if count < 200 or len(symbols) < 12:
        return False
    return count > letters + sum(char.isdigit() for char in text)


def _are_rare_han(text: str) -> bool:
    han = _HAN.findall(text)
    return len(han) >= _LEAST_HAN and sum(map(_is_common, han)) < _COMMON_HAN * len(han)


@lru_cache(maxsize=8192)
def _is_common(char: str) -> bool:
    """Among the characters in use, which the national standards list first."""
    for standard, last in (("gb2312", 0xD7), ("big5", 0xC6), ("shift_jis", 0x97)):
        try:
            if char.encode(standard)[0] <= last:
                return True
        except UnicodeEncodeError:
            continue
    return False


def _are_no_words(text: str) -> bool:
    """Letters of the Latin or Cyrillic alphabet that no language puts so.

    By how letters alternate: languages put vowels between consonants, so among the pairs of
    letters inside words most go from one to the other. A shifted or scrambled alphabet does
    not. Each word counts once, so that a table of one abbreviation proves nothing.
    """
    words = [
        word
        for word in dict.fromkeys(_WORD.findall(text))
        if not (word.isupper() and len(word) < 6) and _ALPHABETS.fullmatch(word.lower())
    ]
    if len(words) < _LEAST_WORDS or sum(map(len, words)) < _LEAST_LETTERS:
        return False
    vowels = pairs = turns = letters = 0
    for word in words:
        kinds = [char in _VOWELS for char in word.lower()]
        vowels += sum(kinds)
        letters += len(kinds)
        pairs += len(kinds) - 1
        turns += sum(a != b for a, b in pairwise(kinds))
    return vowels < _SCANT_VOWELS * letters or turns < _FEW_TURNS * pairs


def _are_fused(text: str) -> bool:
    """A shifted alphabet whose spaces are gone with it: long runs with hardly a vowel."""
    if len(text) < 20 * (len(text.split()) + 1):
        return False
    letters = _LETTERS.findall(text.lower())
    known = [char for char in letters if _ALPHABETS.fullmatch(char)]
    if len(known) < _LEAST_LETTERS or len(set(known)) < 15:  # fewer: sequences of a genome
        return False
    return sum(char in _VOWELS for char in known) < _SCANT_VOWELS * len(known)
