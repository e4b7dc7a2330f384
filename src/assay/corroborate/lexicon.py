"""Which words are words here, and how badly a part of the source was read.

A word is one by the list of its language, or because it stands on several pages of the case. How
many letters in a hundred a reader got wrong is told from the words alone: from the share that are
no words, if enough of them lie one look-alike letter from a common word. A page of dialect, of
parts or of foreign words has many words on no list too, but they resemble no others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from assay.corroborate.channel import takes_for
from assay.corroborate.tokens import fold, is_han, shape
from assay.corroborate.words import counted, denial, frequency, spelled_in_american, value

_SMALL = frozenset(("a", "i", "o", "y", "e", "à", "и", "в", "с", "к", "о", "у", "я", "а", "و"))
_FLOOR = {2: 3_000, 3: 1_000, 4: 120}
_COMMON = 5_000  # how often a word stands in the list that a misread one is held against
_SOME = 3  # words that are none, from which a part may have been read badly
_TELLING = 0.15  # of them must look like a common word
_MANY = 0.12  # share of words on no list that hardly a text has: a third of that must
_FOREIGN = 0.75  # share from which a text is in another language
_UNLISTED = 0.02  # share of words on no list in any text
_BROKEN = 0.9  # of words with a slip become none
_TESTED = 5  # words that are none, of a stretch, that are held against common ones
_BETWEEN = re.compile(r"[-\u2010-\u2015]+")
_EDGES = ".,;:!?…\"'“”‘’„«»()[]_*/"
_INSIDE = re.compile(r"[^\w'’|]")
_MOST = 0.25  # the highest rate that is told from words


@lru_cache(maxsize=200_000)
def slips(one: str, other: str) -> float:
    """How many slips of a reader lead from one word to the other; look-alikes count half."""
    plain: float = OSA.distance(one, other)
    if plain <= 0.5:
        return plain
    alike = OSA.distance(shape(one), shape(other)) + 0.5
    return min(plain, alike)


class Reading(NamedTuple):
    """What a stretch of text shows of its reader: counts that add up over stretches.

    `looked`: words in small letters, of three or more; `letters`: theirs; `bad`: those that are
    no words; `tested`: those of them that were held against common words; `telling`: those of
    them that look like one.
    """

    looked: int = 0
    letters: int = 0
    bad: int = 0
    tested: int = 0
    telling: int = 0


class Lexicon:
    """Which words are words: a language's list, and the case's own texts."""

    def __init__(self, count: Callable[[str], int], language: str = "en") -> None:
        """`count` says on how many pages of the case a folded word stands."""
        self.count = count
        self.language = language
        self._real: dict[str, bool] = {}
        self._seen: dict[str, bool] = {}
        self._telling: dict[str, bool] = {}
        self.weighed: dict[tuple[str, str, float, bool], bool] = {}
        self.readings: dict[tuple[int, int], Reading] = {}

    def listed(self, norm: str) -> bool:
        """Whether the language's list has the word often enough to be one."""
        known = self._real.get(norm)
        if known is None:
            known = self._real[norm] = self._listed(norm)
        return known

    def _listed(self, norm: str) -> bool:
        if is_han(norm) or not self.language or self.language == "zh":
            return True
        if len(norm) == 1:
            return norm in _SMALL
        if any(character.isdigit() for character in norm):
            return value(norm) is not None
        if denial(norm):
            return True
        floor = 3_000 if "'" in norm else _FLOOR.get(len(norm), 30)
        if frequency(norm, self.language) >= floor:
            return True
        if self.language == "en" and any(
            frequency(other) >= floor for other in spelled_in_american(norm)
        ):
            return True
        if "'" in norm:
            first, _, rest = norm.rpartition("'")
            return rest in ("s", "ll", "re", "ve", "d", "m", "t") and self.listed(first)
        return False

    def frequency(self, norm: str) -> int:
        """How often the language's list has a word."""
        return frequency(norm, self.language or "en")

    def known(self, norm: str) -> bool:
        """Whether a draft's word is one, by the list or by the case."""
        return self.listed(norm) or self.count(norm) > 0

    def reading(self, text: str) -> Reading:
        """Count the words of a stretch that are none. Names are left aside: they are on no list."""
        looked = size = bad = tested = telling = 0
        for written in _BETWEEN.sub(" ", text).split():
            word = written.strip(_EDGES)
            if len(word) < 3 or not word[0].isalpha() or word[0].isupper():
                continue
            listed = self._seen.get(word)
            if listed is None:
                if _INSIDE.search(word):
                    continue  # an address, or two words
                listed = self._seen[word] = self.listed(fold(word))
            looked += 1
            size += len(word)
            if not listed:
                bad += 1
                if tested < _TESTED:
                    tested += 1
                    telling += self._looks_like_another(fold(word))
        return Reading(looked, size, bad, tested, telling)

    def _looks_like_another(self, norm: str) -> bool:
        known = self._telling.get(norm)
        if known is None:
            counts = counted(self.language or "en")
            known = self._telling[norm] = any(
                counts.get(other, 0) >= _COMMON for other in takes_for(norm)
            )
        return known


def rate_of(readings: Sequence[Reading]) -> float:
    """The share of letters that went wrong in stretches of text, in [0, 0.25], to a hundredth.

    0: no sign of any. A word of n letters is whole with probability (1 - rate) ** n. One or two
    words that are none, or several that resemble no common word, are no bad reading; and where
    hardly a word is one, the language is another.
    """
    looked, size, bad, tested, telling = (sum(row) for row in zip(*readings, strict=True))
    if bad < _SOME or bad > _FOREIGN * looked:
        return 0.0
    needed = max(2, tested * (_TELLING / 3 if bad > _MANY * looked else _TELLING))
    if telling < needed:
        return 0.0
    share = (bad / looked - _UNLISTED) / (1 - _UNLISTED) / _BROKEN
    if share <= 0:
        return 0.0
    return round(float(min(_MOST, 1 - (1 - min(share, 0.99)) ** (looked / size))), 2)
