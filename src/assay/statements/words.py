"""Cut a text into tokens, sentences and paragraphs, by rule and in one pass.

A token is a word, a number, a clitic ("'s", "n't") or one mark. A paragraph ends at an empty line;
in a text that is not wrapped by hand, at every line's end. A sentence ends at a mark that ends
sentences, closing marks included, and always at a paragraph's end. Nothing is normalised: every
place is a code point of the text as given.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOKEN = re.compile(
    r"""
      (?P<abbr>(?:[^\W\d_]\.){2,})                        # U.S., e.g.
    | (?P<title>(?:Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Reps|Sens|Gov|Gen|Lt|Col|Sgt|Capt|Cmdr|Adm|Maj|St|Rev
        |Hon|Jr|Sr|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec|vs|Inc|Corp|Ltd|Co|No|Calif
        |Fla|Ariz|Mich|Ill|Pa|Va|Conn|Mass|Wash|Wis|Minn|Tenn|Tex|Okla|Colo|Nev|Ga|Ala|Ark|La|Ky
        |Ind|Mo|Del|Md|Ore|Penn|Messrs|Mme|Mlle|M|Atty|Supt|Pres|Ald|Det|Insp)\.(?=[\s,)’”"]))
    | (?P<num>\d+(?:[.,:/]\d+)*(?:st|nd|rd|th|s|%|k|m|bn)?(?![^\W\d_]))
    | (?P<neg>[^\W\d_]+?(?=n['’]t\b))                     # do|n't
    | (?P<nt>n['’]t\b)
    | (?P<clitic>['’](?:s|re|ve|ll|d|m|S|RE|VE|LL|D|M)\b)
    | (?P<word>[^\W_]+(?:[-‐‑&][^\W_]+|['’](?!(?:s|re|ve|ll|d|m|t|S)\b)[^\W\d_]+|['’]t\b)*)
    | (?P<dash>--+|—|–)
    | (?P<dots>\.\.+|…)
    | (?P<tick>``|'')
    | (?P<other>[^\s])
    """,
    re.VERBOSE,
)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_BLANK = re.compile(
    r"\n[ \t\r\f\xa0\u3000]*(?:\n[ \t\r\f\xa0\u3000]*)+|\r\n?[ \t]*(?:\r\n?[ \t]*)+"
)
_LINE = re.compile(r"\r\n|\n|\r|\u2028|\u2029|\f")

_ENDS = frozenset(".!?…。！？؟۔")
_DOTS = frozenset({"...", "....", "…", "..", "……"})
_CLOSERS = frozenset("”’\"'»›」』)]）】“")
_STARTERS = frozenset("“‘\"'«‹„「『(［（[—–-¿¡•")
_MONTHS = frozenset("jan feb mar apr jun jul aug sept sep oct nov dec".split())
_LASTING = frozenset(
    "mr mrs ms dr prof sen rep reps sens gov gen lt col sgt capt cmdr adm maj st rev hon messrs mme"
    " mlle m atty supt pres ald det insp vs no".split()
)


class Words(NamedTuple):
    """The tokens of a text: `words[i]` is exactly the text's `[starts[i], ends[i])`.

    `sentences` and `paragraphs` are token indices at which one begins; both begin with 0 where
    there is a token.
    """

    words: list[str]
    starts: list[int]
    ends: list[int]
    sentences: list[int]
    paragraphs: list[int]

    def sentence_of(self, token: int) -> tuple[int, int]:
        """The sentence that holds a token, as token indices, end excluded."""
        at = bisect_right(self.sentences, token) - 1
        end = self.sentences[at + 1] if at + 1 < len(self.sentences) else len(self.words)
        return self.sentences[at], end

    def paragraph_of(self, token: int) -> tuple[int, int]:
        """The paragraph that holds a token, as token indices, end excluded."""
        at = bisect_right(self.paragraphs, token) - 1
        end = self.paragraphs[at + 1] if at + 1 < len(self.paragraphs) else len(self.words)
        return self.paragraphs[at], end

    def set_apart(self) -> bool:
        """Whether commas have spaces before them: cut into words, often with a sentence a line."""
        commas = [at for at, word in enumerate(self.words) if word == "," and at]
        apart = sum(self.starts[at] > self.ends[at - 1] for at in commas)
        return apart > 0.8 * len(commas)

    def only(self, kept: Sequence[int]) -> Words:
        """The text with some of its tokens alone: whole paragraphs, by their tokens' numbers."""
        heads, firsts = set(self.paragraphs), set(self.sentences)
        return Words(
            [self.words[at] for at in kept],
            [self.starts[at] for at in kept],
            [self.ends[at] for at in kept],
            [new for new, at in enumerate(kept) if at in firsts],
            [new for new, at in enumerate(kept) if at in heads],
        )

    def at_or_after(self, place: int) -> int:
        """The first token that ends after a place in the text."""
        return bisect_right(self.ends, place)


def paragraphs(text: str) -> list[tuple[int, int]]:
    """The paragraphs of a text as stretches without the line ends around them."""
    breaks = _BLANK if _wrapped(text) else _LINE
    found: list[tuple[int, int]] = []
    at = 0
    for gap in breaks.finditer(text):
        if gap.start() > at and not text[at : gap.start()].isspace():
            found.append((at, gap.start()))
        at = gap.end()
    if at < len(text) and not text[at:].isspace():
        found.append((at, len(text)))
    return found


def _wrapped(text: str) -> bool:
    """Whether lines end by width, as in mail and plain-text books, and not by sense."""
    head = text[:20_000]
    lines = [line for line in _LINE.split(head) if line.strip()]
    if len(lines) < 4:
        return False
    followed = [(line, after) for line, after in pairwise(lines) if 30 <= len(line.rstrip()) <= 120]
    if len(followed) < max(3, len(lines) // 4):
        return False
    # a line that breaks off within a sentence goes on with a small letter
    torn = sum(
        1
        for line, after in followed
        if line.rstrip()[-1:] not in _ENDS and after.lstrip()[:1].islower()
    )
    return torn >= 0.25 * len(followed)


def cut(text: str) -> Words:
    """Tokens, sentences and paragraphs of a text."""
    words: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    sentences: list[int] = []
    firsts: list[int] = []
    for begin, end in paragraphs(text):
        first = len(words)
        for match in _TOKEN.finditer(text, begin, end):
            word = match.group()
            if len(word) > 1 and _CJK.match(word):
                # scripts without spaces: a character a token
                at = match.start()
                for offset, letter in enumerate(word):
                    words.append(letter)
                    starts.append(at + offset)
                    ends.append(at + offset + 1)
                continue
            words.append(word)
            starts.append(match.start())
            ends.append(match.end())
        if len(words) == first:
            continue
        firsts.append(first)
        sentences.append(first)
        _sentences(words, starts, ends, first, sentences)
    return Words(words, starts, ends, sentences, firsts)


def _sentences(
    words: list[str], starts: list[int], ends: list[int], first: int, sentences: list[int]
) -> None:
    """Append where sentences begin among the tokens from `first` on, but the first itself."""
    count = len(words)
    at = first
    while at < count:
        word = words[at]
        last = word[-1]
        if last not in _ENDS:
            at += 1
            continue
        if word in _DOTS or (len(word) > 1 and last == "."):
            # dots and abbreviations end a sentence only where what follows looks like a start
            strict = True
            if len(word) > 1 and word[:-1].lower() in _LASTING:
                at += 1
                continue
        else:
            strict = False
        after = at + 1
        while after < count and (
            (words[after] in _CLOSERS and starts[after] == ends[after - 1])
            or words[after] in _ENDS
            or words[after] == "''"
        ):
            after += 1
        if after >= count:
            return
        follower = words[after]
        spaced = starts[after] > ends[after - 1]
        wide = last in "。！？"
        begins = (
            follower[0].isupper()
            or follower in _STARTERS
            or follower == "``"
            or follower[0].isdigit()
            or not follower[0].isascii()
        )
        if wide or (spaced and begins and not (strict and not _opens(words, at, after))):
            sentences.append(after)
        at = after


def _opens(words: list[str], at: int, after: int) -> bool:
    """Whether a sentence may begin at `after`, behind an abbreviation or dots at `at`."""
    word, follower = words[at], words[after]
    if word[:-1].lower() in _MONTHS and follower[0].isdigit():
        return False
    if after > at + 1:
        return True  # a closing mark stands between
    if word in _DOTS:
        return follower[0].isupper()
    if follower in _STARTERS:
        return follower not in "-–—("
    # "the U.S. Senate" goes on, "in the U.S. The senator" does not
    return follower in _FIRST_WORDS


_FIRST_WORDS = frozenset(
    "The A An He She It They We I In On At But And This That These Those There His Her Their"
    " If When While As After Before For Mr. Mrs. Ms. Dr. Still Yet However Some Many Most So"
    " What Now Its Our You Last Even Since Among According Asked".split()
)
