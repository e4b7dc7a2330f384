"""What a draft is checked against: pages, and a quick way to the place where words may stand.

`Sources` is what the check asks of whoever holds the case. `Held` answers it from pages in
memory, by an index of seeds: every run of six letters (four Han characters) of the text, marks
and spaces left out, with its places. A quotation shares seeds with its source also where an
OCR engine misread one letter in six. Five million characters take about a second and 150 MB;
a larger case gives a `Sources` whose `seek` asks its search engine, and only the pages found are
put into seeds.

Offsets are code points of the joined text; `Seeds.place` gives them back as page and place.
"""

from __future__ import annotations

import bisect
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import msgspec
import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

from assay.corroborate.lexicon import Lexicon
from assay.corroborate.tokens import APOSTROPHES, fold, is_han, tokens, words_in
from assay.corroborate.words import language_of
from assay.model.statement import Heard

SEED = 6  # letters
SEED_HAN = 4  # characters
_BITS = 22
_COMMON = 400  # a seed with more places says little
_SHORT = 60  # letters of a quotation of which every few are looked for where seeds fail
_WALL = "\n\x00\n"  # between pages that do not follow each other
_KEPT_SIGNS = frozenset("%‰$€£¥₽&")


class Page(msgspec.Struct, frozen=True):
    """A page of an exhibit: its digest, the path shown, the page's number and its stored text."""

    exhibit: str
    path: str
    page: int
    text: str


class Sources(Protocol):
    """What the check asks of a case."""

    def seek(self, words: str) -> Iterable[Page]:
        """Pages on which these words, or most of the rare ones among them, may stand; best first.

        Called once for each quotation and for the sentence around each figure. A page that is
        left out is not checked against; one too many costs time alone. 20 to 50 are enough.
        """
        ...

    def heard(self, page: Page) -> Heard:
        """The statements, figures and dates of a page, with places in the page's text.

        Called for pages on which something was found, so it may be slow.
        """
        ...

    def count(self, word: str) -> int:
        """On how many pages of the case a word stands, in any case; 0 for none."""
        ...

    def near(self, name: str) -> Iterable[str]:
        """Words of the case written nearly like `name`, one to three letters apart.

        What is too far, or a common word, is left out by the check.
        """
        ...


class Place(msgspec.Struct, frozen=True):
    """A part of one page: the page, and start and end in its text."""

    page: Page
    start: int
    end: int


class Region(msgspec.Struct, frozen=True):
    """Where seeds of a quotation lie along one diagonal.

    `first` and `last` are seeds as (letter of the quotation, letter of the folded text);
    `seeds` is how many of the quotation's seeds lie here.
    """

    first: tuple[int, int]
    last: tuple[int, int]
    seeds: int


class Letters(msgspec.Struct, frozen=True):
    """A text without marks and spaces, as numbers, and where each letter stood."""

    folded: npt.NDArray[np.uint32]
    origin: npt.NDArray[np.int64]

    def string(self) -> str:
        """The letters as a string."""
        return self.folded.tobytes().decode("utf-32-le", "surrogatepass")


def letters_of(text: str, *, walls: bool = False) -> Letters:
    """Fold a text to its letters, digits and signs that count; one code point to one.

    `walls` keeps the marks between exhibits, which no quotation has.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    if codes.size == 0:
        return Letters(np.zeros(0, np.uint32), np.zeros(0, np.int64))
    if codes.size < 2_000:
        folded = np.array([_letter(character) for character in text], dtype=np.uint32)
    else:
        table = np.zeros(int(codes.max()) + 1, dtype=np.uint32)
        for code in np.flatnonzero(np.bincount(codes)):
            table[code] = _letter(chr(code))
        folded = table[codes]
    if not walls:
        folded[folded == 1] = 0
    origin = np.flatnonzero(folded)
    return Letters(folded[origin], origin)


_letters_known: dict[str, int] = {}


def _letter(character: str) -> int:
    known = _letters_known.get(character)
    if known is None:
        known = _letters_known[character] = _letter_of(character)
    return known


def _letter_of(character: str) -> int:
    """The folded code of a character, 0 for one that is left out."""
    if character in APOSTROPHES:
        return 0
    if character in _KEPT_SIGNS:
        return ord(character)
    if character == "\x00":
        return 1  # the wall: no quotation has it
    category = unicodedata.category(character)
    if category[0] not in "LN":
        return 0
    folded = fold(character)
    return ord(folded[0]) if folded else 0


def _hashes(folded: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint64]:
    """A number for the seed that begins at each letter."""
    size = len(folded)
    if size < SEED_HAN:
        return np.zeros(0, np.uint64)
    padded = np.concatenate([folded, np.zeros(SEED, np.uint32)]).astype(np.uint64)
    total = np.zeros(size, np.uint64)
    short = np.zeros(size, np.uint64)
    for step in range(SEED):
        total = total * np.uint64(0x9E3779B97F4A7C15) + padded[step : step + size]
        if step == SEED_HAN - 1:
            short = total.copy()
    wide = (folded >= 0x3040) & ((folded < 0xA000) | (folded >= 0xF900))
    total = np.where(wide, short ^ np.uint64(0x5555), total)
    # the upper bits choose the bucket: mix them
    total ^= total >> np.uint64(31)
    total *= np.uint64(0xBF58476D1CE4E5B9)
    # near the end a seed would run out of letters: 0 is none
    total[max(0, size - SEED + 1) :][~wide[max(0, size - SEED + 1) :]] = 0
    total[size - SEED_HAN + 1 :] = 0
    return total


class Seeds:
    """An index of pages by runs of letters."""

    def __init__(self, pages: Iterable[Page]) -> None:
        """Index pages. Those of one exhibit that follow each other are read as one text."""
        self.pages: list[Page] = []
        self._starts: list[int] = []
        self._runs: list[int] = []
        self._ends: list[int] = []
        parts: list[str] = []
        gap = ""
        at = 0
        for page in pages:
            if self.pages:
                last = self.pages[-1]
                goes_on = last.exhibit == page.exhibit and page.page == last.page + 1
                gap = "\n" if goes_on else _WALL
                parts.append(gap)
                at += len(gap)
            if not self.pages or gap == _WALL:
                self._runs.append(at)
                self._ends.append(at)
            self.pages.append(page)
            self._starts.append(at)
            parts.append(page.text.replace("\x00", " "))
            at += len(page.text)
            self._ends[-1] = at
        self.text = "".join(parts)
        del parts
        self.letters = letters_of(self.text, walls=True)
        self._hashes = _hashes(self.letters.folded)
        bits = min(_BITS, max(8, len(self._hashes).bit_length()))
        self._shift = np.uint64(64 - bits)
        buckets = (self._hashes >> self._shift).astype(np.uint32)
        self._order = np.argsort(buckets, kind="stable").astype(np.int64)
        counts = np.bincount(buckets, minlength=1 << bits)
        self._offsets = np.concatenate([[0], np.cumsum(counts)])
        self._plain: str | None = None
        self._languages: dict[int, str] = {}

    def places(self, start: int, end: int) -> list[Place]:
        """The pages that `text[start:end]` lies on, and where on each."""
        found: list[Place] = []
        number = max(0, bisect.bisect_right(self._starts, start) - 1)
        while number < len(self.pages) and self._starts[number] < end:
            page, begin = self.pages[number], self._starts[number]
            low, high = max(start, begin) - begin, min(end, begin + len(page.text)) - begin
            if low < high:
                found.append(Place(page, low, high))
            number += 1
        return found

    def page_at(self, at: int) -> int:
        """The number of the page, in the order given, that an offset lies on."""
        return max(0, bisect.bisect_right(self._starts, at) - 1)

    def language(self, number: int) -> str:
        """The language of a page, by its number in the order given."""
        known = self._languages.get(number)
        if known is None:
            known = self._languages[number] = language_of(self.pages[number].text[:1_500])
        return known

    def bounds(self, at: int) -> tuple[int, int]:
        """Start and end of the run of pages around an offset: walls bound it."""
        run = max(0, bisect.bisect_right(self._runs, at) - 1)
        return self._runs[run], self._ends[run]

    def regions(self, quotation: Letters, limit: int = 8) -> list[Region]:
        """The regions that share most seeds with a quotation, best first."""
        hashes = _hashes(quotation.folded)
        if not len(hashes) or not len(self._hashes):
            return []
        buckets = (hashes >> self._shift).astype(np.int64)
        low = self._offsets[buckets]
        counts = self._offsets[buckets + 1] - low
        counts[hashes == 0] = 0
        telling = (counts > 0) & (counts <= _COMMON)
        if not telling.any():
            # nothing but common seeds: the rarest few must do
            telling = np.zeros(len(counts), dtype=bool)
            met = np.flatnonzero(counts > 0)
            if not len(met):
                return []
            telling[met[np.argsort(counts[met])[:3]]] = True
        chosen = np.flatnonzero(telling)
        counts, low = counts[chosen], low[chosen]
        total = int(counts.sum())
        first = np.repeat(low - np.concatenate([[0], np.cumsum(counts)[:-1]]), counts)
        where = self._order[first + np.arange(total)]
        at = np.repeat(chosen, counts)
        same = self._hashes[where] == hashes[at]
        where, at = where[same], at[same]
        if not len(where):
            return []
        order = np.argsort(where, kind="stable")
        where, at = where[order], at[order]
        # a step to another diagonal, or far along the text, begins another region
        diagonal = where - at
        reach = max(60, len(quotation.folded))
        order = np.argsort(diagonal, kind="stable")
        where, at, diagonal = where[order], at[order], diagonal[order]
        cuts = np.flatnonzero(np.diff(diagonal) > 12) + 1
        bounds = np.concatenate([[0], cuts, [len(where)]])
        sizes = np.diff(bounds)
        found: list[Region] = []
        for index in np.argsort(-sizes, kind="stable")[: limit * 3]:
            begin, end = int(bounds[index]), int(bounds[index + 1])
            letters_met, texts = at[begin:end], where[begin:end]
            if end - begin > 1 and int(texts.max() - texts.min()) > 2 * reach:
                continue
            one, two = int(letters_met.argmin()), int(letters_met.argmax())
            found.append(
                Region(
                    (int(letters_met[one]), int(texts[one])),
                    (int(letters_met[two]), int(texts[two])),
                    min(end - begin, len(hashes)),
                )
            )
        found.sort(key=lambda region: -region.seeds)
        return found[:limit]

    def by_words(self, quotation: str, whole: Letters, limit: int = 4) -> list[Region]:
        """Regions by the quotation's longest words, where seeds fail: it is short, or shuffled."""
        if len(self.letters.folded) > 40_000_000:
            return []
        if self._plain is None:
            self._plain = self.letters.string()
        votes: list[tuple[int, int]] = []
        words = sorted(
            {token for token in tokens(quotation) if len(token.norm) > 3 or is_han(token.norm)},
            key=lambda token: -len(token.norm),
        )
        needles = [
            (
                int(np.searchsorted(whole.origin, token.start)),
                letters_of(quotation[token.start : token.end]).string(),
            )
            for token in words[:4]
        ]
        letters = whole.string()
        if len(letters) <= _SHORT:
            # a page read so badly that no long word is whole
            needles += [(at, letters[at : at + 5]) for at in range(0, len(letters) - 4, 4)]
        for low, written in needles:
            at = self._plain.find(written) if written else -1
            met: list[tuple[int, int]] = []
            while at >= 0 and len(met) < 300:
                met.append((low, at))
                at = self._plain.find(written, at + 1)
            if len(met) < 300:
                votes += met
        votes.sort(key=lambda vote: vote[1] - vote[0])
        found: list[Region] = []
        first = 0
        for last in range(len(votes)):
            while (votes[last][1] - votes[last][0]) - (votes[first][1] - votes[first][0]) > 25:
                first += 1
            run = votes[first : last + 1]
            distinct = len({low for low, _ in run})
            if distinct > 1:
                found.append(Region(min(run), max(run), distinct))
        found.sort(key=lambda region: -region.seeds)
        return found[:limit]

    def exactly(self, quotation: Letters, limit: int = 50) -> list[tuple[int, int]]:
        """Where the letters of a quotation stand one by one, as [start, end) of the text."""
        wanted = quotation.folded
        size = len(wanted)
        if not size or not len(self.letters.folded):
            return []
        found: list[tuple[int, int]] = []
        hashes = _hashes(wanted)
        if size > SEED and hashes.any():
            buckets = (hashes >> self._shift).astype(np.int64)
            counts = self._offsets[buckets + 1] - self._offsets[buckets]
            counts[hashes == 0] = len(self._order) + 1
            rare = int(counts.argmin())
            low = int(self._offsets[buckets[rare]])
            starts = self._order[low : low + int(counts[rare])] - rare
            starts = starts[(starts >= 0) & (starts + size <= len(self.letters.folded))]
            # compare a few letters of all, then all letters of the few that are left
            for step in (0, size // 2, size - 1):
                starts = starts[self.letters.folded[starts + step] == wanted[step]]
            for start in starts:
                if np.array_equal(self.letters.folded[start : start + size], wanted):
                    found.append(self._span(int(start), int(start) + size))
                    if len(found) >= limit:
                        break
            return found
        if self._plain is None:
            self._plain = self.letters.string()
        needle = wanted.tobytes().decode("utf-32-le", "surrogatepass")
        at = self._plain.find(needle)
        while at >= 0 and len(found) < limit:
            start, end = self._span(at, at + size)
            if self._whole(start, end):
                found.append((start, end))
            at = self._plain.find(needle, at + 1)
        return found

    def _span(self, low: int, high: int) -> tuple[int, int]:
        origin = self.letters.origin
        return int(origin[low]), int(origin[high - 1]) + 1

    def _whole(self, start: int, end: int) -> bool:
        """Whether no word is cut at either end; Han has no words to cut."""
        text = self.text
        before = start > 0 and text[start - 1].isalnum() and not is_han(text[start])
        after = end < len(text) and text[end].isalnum() and not is_han(text[end - 1])
        return not (before or after)

    def letters_between(self, start: int, end: int) -> str:
        """The letters of `text[start:end]`, as a string."""
        low, high = np.searchsorted(self.letters.origin, (start, end))
        part = self.letters.folded[int(low) : int(high)]
        return part.tobytes().decode("utf-32-le", "surrogatepass")

    def span(self, low: int, high: int) -> tuple[int, int]:
        """The text's [start, end) from letter `low` to before letter `high`, kept inside."""
        low = max(0, min(low, len(self.letters.origin) - 1))
        high = max(low + 1, min(high, len(self.letters.origin)))
        return self._span(low, high)


class Held:
    """Sources from pages in memory."""

    def __init__(
        self,
        pages: Iterable[Page],
        heard: Callable[[Page], Heard] | None = None,
    ) -> None:
        """Index `pages`; `heard` gives what was heard on one, by default nothing."""
        self.seeds = Seeds(pages)
        self._heard = heard
        self.lexicons: dict[str, Lexicon] = {}  # by language, for all drafts
        self._sorted: dict[int, list[str]] | None = None
        self._words: dict[str, list[int]] | None = None

    def seek(self, words: str) -> Sequence[Page]:
        """Pages that share the rarest words, most of them first."""
        index = self._by_word()
        wanted = {token.norm for token in tokens(words)}
        lists = sorted((len(index[word]), word) for word in wanted if word in index)
        votes: Counter[int] = Counter()
        for size, word in lists[:12]:
            if votes and size > 2_000:
                break
            for number in index[word]:
                votes[number] += 1
        return [self.seeds.pages[number] for number, _ in votes.most_common(50)]

    def heard(self, page: Page) -> Heard:
        """What was heard on a page."""
        return self._heard(page) if self._heard else Heard()

    def count(self, word: str) -> int:
        """On how many pages a word stands."""
        return len(self._by_word().get(fold(word), ()))

    def near(self, name: str) -> list[str]:
        """Words of the pages that are one to three letters from `name`."""
        folded = fold(name)
        reach = 1 if len(folded) < 5 else 3
        if self._sorted is None:
            self._sorted = {}
            for word in self._by_word():
                self._sorted.setdefault(len(word), []).append(word)
        words = [
            word
            for size in range(len(folded) - reach, len(folded) + reach + 1)
            for word in self._sorted.get(size, ())
        ]
        found = extract(folded, words, scorer=OSA.distance, score_cutoff=reach, limit=60)
        return [word for word, distance, _ in found if distance]

    def _by_word(self) -> dict[str, list[int]]:
        if self._words is None:
            index: dict[str, list[int]] = {}
            for number, page in enumerate(self.seeds.pages):
                for word in words_in(page.text):
                    index.setdefault(word, []).append(number)
            self._words = index
        return self._words
