"""Does what stood around a quotation change its sense?

A careful set of rules over the words just before and just after, within the same sentence and
the same pair of marks. It asks whether the cut left out

- after the end: "but", "if", "unless", "except" and their like;
- before the start: a condition, a denial that governs what follows ("I do not think that"), a
  hedge ("allegedly", "I guess"), or a verb of possibility that the quotation begins behind.

The rules see words, not sense: what they do not know passes as whole.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from assay.corroborate.channel import log_read
from assay.corroborate.marks import CLOSING, OPENING, plain_marks
from assay.corroborate.tokens import Token, letters, tokens
from assay.corroborate.words import HEDGES, MODALS, counted, denial, frequency

_AFTER = {
    "en": frozenset(
        (
            "but if unless except although though however until without otherwise provided"
            " providing assuming supposing lest allegedly reportedly supposedly perhaps maybe"
            " possibly probably yet"
        ).split()
    ),
    "de": frozenset("aber wenn falls sofern außer obwohl jedoch".split()),
    "fr": frozenset("mais si sauf bien".split()),
    "es": frozenset("pero si salvo excepto aunque".split()),
    "ru": frozenset("но если однако хотя кроме".split()),
    "ar": frozenset("لكن ولكن إذا إلا".split()),
}
_AFTER_TWO = frozenset(
    (
        "only if", "even if", "or not", "and yet", "if not", "but not", "and not", "rather than",
        "instead of", "other than", "apart from", "aside from", "as if", "as though", "as long",
        "so long", "only when", "but only", "or so", "or maybe", "or perhaps", "at least",
        "sort of", "kind of", "not really", "i think", "i guess", "i believe", "i suppose",
        "i hope", "on condition", "in case", "if and", "à moins", "a menos", "à condition",
    )
)  # fmt: skip
_AFTER_HAN = ("但", "可是", "如果", "除非", "除了", "然而", "不过", "不過", "虽然", "雖然")
_NEXT_SENTENCE = frozenset(
    "but however unless except yet aber jedoch mais cependant pero но однако".split()
)
_BEFORE_START = {
    "en": frozenset("if unless suppose supposing assuming provided imagine".split()),
    "de": frozenset("wenn falls".split()),
    "fr": frozenset(("si",)),
    "es": frozenset(("si",)),
    "ru": frozenset("если как-будто".split()),
}
_OPENS_CLAUSE = frozenset(
    (
        "and but so because which who whom whose when where while since as than or und aber"
        " weil et mais pero porque и а потому что"
    ).split()
)
_BELIEF = frozenset(
    (
        "think thinks thought believe believes believed guess guesses suppose supposes"
        " supposed feel feels felt suspect suspects suspected assume assumes assumed doubt"
        " doubts doubted hope hopes hoped fear fears feared imagine imagines wish wishes"
        " wished seem seems seemed appear appears appeared claim claims claimed alleged"
        " alleges rumored rumoured pretend pretends pretended heard deny denies denied"
        " possible impossible likely unlikely expect expects expected dream dreams dreamed"
        " fancy fancies fancied reckon reckons reckoned bet"
    ).split()
)
_TELLING = tuple(
    sorted(
        _AFTER["en"]
        | _BEFORE_START["en"]
        | _BELIEF
        | HEDGES
        | {pair.split()[0] for pair in _AFTER_TWO if pair.isascii()}
        | set("not no never nothing nobody none neither nor hardly cannot may might could".split())
        | {f"{verb}n't" for verb in "do does did is are was were has have had would could".split()}
        | {"can't", "won't"}
    )
)
_RUN_ON = ("but", "not", "if", "unless", "never")  # words that the next one ran on to
_CERTAIN = 400_000  # how often a word stands in the list that is hardly ever a misread one
_COMMONEST = 300  # words that a misread one is held against
_STOPS = ".!?。！？…"
_SENTENCE = re.compile(
    r"[.!?…。！？]+[\"”’»'\)\]]*(?:\s+|\s?--\s?)(?=[\"“‘«„\(\[]?\W*[A-ZÀ-ÞА-ЯЁ\d])"
    r"|[。！？]|\n\s*\n"
)
_ABBREVIATED = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|Prof|Gen|Col|Sgt|Lt|Capt|Sen|Rep|Gov|St|Jr|Sr|vs|No|Nov|Dec|Jan|Feb|Mar"
    r"|Apr|Jun|Jul|Aug|Sept|Sep|Oct|U\.S|U\.N|a\.m|p\.m|etc|Inc|Corp|Co)|\b[A-Z])\.$"
)
REACH = 320
_Rate = Callable[[], float]


def left_of(text: str, start: int, low: int = 0) -> str:
    """What stands before `start` in the same sentence and the same pair of marks."""
    begin = max(low, start - REACH)
    part = plain_marks(text[begin:start])
    for at in range(len(part) - 1, -1, -1):
        character = part[at]
        if character in CLOSING and not _far(part[at + 1 :]):
            return ""
        if character in OPENING or character in CLOSING or character in '\x00"':
            part = part[at + 1 :]
            break
    return part[_last_sentence(part) :]


def _far(between: str) -> bool:
    # a closing mark just before: the quotation follows a reporting clause
    return len(between.split()) > 1


def _last_sentence(part: str) -> int:
    cut = 0
    for match in _SENTENCE.finditer(part):
        if not _ABBREVIATED.search(part[: match.start() + 1]):
            cut = match.end()
    tail = part.rstrip().rstrip("\"”’»')]-—").rstrip()
    if tail and tail[-1] in _STOPS and not _ABBREVIATED.search(tail):
        return len(part)
    return cut


def right_of(text: str, end: int, high: int | None = None) -> tuple[str, bool]:
    """(what follows in the same pair of marks, whether a sentence ended first).

    Where the marks close after a comma and open again after a reporting clause, what follows is
    read on behind it.
    """
    stop = min(len(text) if high is None else high, end + REACH)
    part = plain_marks(text[end:stop])
    at = 0
    while at < len(part) and not part[at].isalnum():
        character = part[at]
        if character in CLOSING or (character == '"' and (at == 0 or not part[at - 1].isspace())):
            before = part[:at].strip()
            return (_behind(part[at + 1 :]), False) if before in (",", "—", "--") else ("", True)
        if character in OPENING or character == "\x00" or character == '"':
            return "", True
        if character in ")]" and at == 0:
            return "", True
        at += 1
    between = part[:at]
    if "\n\n" in between.replace(" ", ""):
        return part[at:], True
    ended = any(mark in between for mark in _STOPS) and not _ABBREVIATED.search(
        text[max(0, end - 6) : end] + between.strip()[:1]
    )
    return part[at:], ended


def _behind(rest: str) -> str:
    """What the speaker goes on with behind ',” she said, “', "" where the sentence ended."""
    for at, character in enumerate(rest[:160]):
        if character in ".!?\x00" or rest.startswith("\n\n", at):
            return ""
        if character in OPENING or (character == '"' and at):
            # without a clause between, another speaker begins
            return rest[at + 1 :] if rest[:at].strip() else ""
    return ""


class Cut(NamedTuple):
    """Words that were left out, and whether they stood after the quotation or before it."""

    words: str
    after: bool


def changed_by(
    text: str,
    start: int,
    end: int,
    beside: Sequence[Token],
    low: int = 0,
    high: int | None = None,
    language: str = "en",
    rate: _Rate = float,
) -> Cut | None:
    """The words around `text[start:end]` that change its sense, None where none do.

    `beside` are the tokens of the draft's own sentence around the quotation: what the writer
    says in their own words ("He did not believe it was …") was not left out. `rate` gives the
    share of letters that were misread there; it is asked where a word stands on no list.
    """
    said = {token.norm for token in beside}
    after = _after(text, end, said, high, language, rate)
    if after:
        return Cut(after, True)
    before = _before(text, start, said, low, language, rate)
    return Cut(before, False) if before else None


@lru_cache(maxsize=1)
def _candidates() -> tuple[tuple[str, str, float], ...]:
    """The words of these rules and the commonest of the language: word, letters, log count."""
    counts = counted("en")
    common = sorted(counts, key=lambda word: -counts[word])[:_COMMONEST]
    return tuple(
        (word, letters(word), math.log(max(frequency(word), 2)))
        for word in sorted({*_TELLING, *common})
    )


@lru_cache(maxsize=20_000)
def _meant(norm: str, rate: float) -> str:
    """The word of these rules that a token was probably misread from, else the token as it is.

    A word is weighed by how common it is and by how likely a reader makes the token of it; what
    the token is as it stands, by how common that is.
    """
    if len(norm) < 2 or rate <= 0 or frequency(norm) > _CERTAIN:
        return norm
    seen = letters(norm)
    best, likeliest = norm, math.log(max(frequency(norm), 2)) + len(seen) * math.log1p(-rate)
    for word, plain, common in _candidates():
        reach = min(2, len(seen) // 2)
        if abs(len(plain) - len(seen)) <= reach and Levenshtein.distance(plain, seen) <= reach:
            likely = common + log_read(plain, seen, rate)
            if likely > likeliest:
                best, likeliest = word, likely
    if best == norm and not frequency(norm):
        for word in _RUN_ON:
            rest = norm.removeprefix(word)
            if rest != norm and len(rest) > 2 and frequency(rest) > 1_000:
                return word
    return best


def _read(text: str, found: list[Token], rate: _Rate) -> list[Token]:
    """The tokens as they were meant, where one of them is no word."""
    if all(frequency(token.norm) or text[token.start].isupper() for token in found):
        return found
    share = round(rate(), 2)
    return [token._replace(norm=_meant(token.norm, share)) for token in found]


def _after(
    text: str, end: int, said: set[str], high: int | None, language: str, rate: _Rate
) -> str:
    rest, ended = right_of(text, end, high)
    if not rest:
        return ""
    if rest.startswith(_AFTER_HAN):
        return rest[:2]
    following = _read(rest, tokens(rest, 0, 60)[:3], rate)
    if not following:
        return ""
    first = following[0].norm
    if ended:
        if first in _NEXT_SENTENCE and first not in said:
            return rest[: following[0].end]
        return ""
    if first in _AFTER.get(language, ()) and first not in said:
        return rest[: following[0].end]
    if len(following) > 1:
        pair = f"{first} {following[1].norm}"
        if pair in _AFTER_TWO and first not in said:
            return rest[: following[1].end]
    if denial(first) and not said & {"not", first}:
        return rest[: following[0].end]
    return ""


def _before(text: str, start: int, said: set[str], low: int, language: str, rate: _Rate) -> str:
    left = left_of(text, start, low)
    before = _read(left, tokens(left), rate)
    if not before:
        return ""
    conditions = _BEFORE_START.get(language, frozenset())
    denied_beside = any(denial(word) for word in said)
    # "But if you want to, my dear, [ask him]": the condition governs what follows it
    if before[-1].norm not in ("and", "but", "so", "or"):
        for token in before:
            if token.norm in conditions and token.norm not in said:
                return left[token.start : before[-1].end]
    last = before[-1].norm
    if last in conditions and last not in said:
        return left[before[-1].start : before[-1].end]
    if last in HEDGES and last not in said:
        return left[before[-1].start : before[-1].end]
    if last in MODALS and last not in said and last not in ("will", "would", "can"):
        return left[before[-1].start : before[-1].end]
    # the clause that governs the quotation: back to a mark or to a word that opens a new one
    clause: list[Token] = []
    for token, later in zip(reversed(before), [None, *reversed(before)], strict=False):
        between = left[token.end : later.start] if later else left[token.end :]
        if any(mark in between for mark in ",;:—–") or "--" in between:
            break
        if token.norm in _OPENS_CLAUSE:
            break
        clause.append(token)
        if len(clause) == 9:
            break
    if not clause:
        return ""
    whole = left[clause[-1].start : clause[0].end]
    norms = [token.norm for token in clause]
    if any(denial(norm) for norm in norms) and not denied_beside:
        return whole
    if any(norm in HEDGES for norm in norms) and not said & HEDGES:
        return whole
    # "I think that", "it seems to me"
    ends = norms[0]
    if ends in ("that", "to", "dass", "que", "что", "like") and len(norms) > 1:
        ends = norms[1]
    elif ends in ("me", "us") and len(norms) > 2 and norms[1] == "to":
        ends = norms[2]
    if ends in _BELIEF and ends not in said and not said & _BELIEF:
        return whole
    return ""
