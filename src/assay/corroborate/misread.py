"""Was the source misread in a place, or did the writer put another word there?

Two accounts of one differing place are weighed. *Misread*: the source has the draft's word, and a
reader with the page's rate of slips made of it what stands there (`channel.log_read`). *Changed*:
the source has another word, which was read as what stands there, and the writer put theirs for
it. The other word is what stands there itself where that is a word; a fellow of the draft's word
(another pronoun, preposition, tense); a denial or its opposite; or any word of that length. The
likelier account wins.

1. A page without misread words has no slips but in tokens that are no words: there a word for a
   word is a change, however alike they look.
2. What a denial explains is told: an account with a denial put in or taken out counts as if it
   were some hundred times likelier than it is.
3. A number that can be read is that number.

Probabilities are natural logarithms. `rate` is the share of letters that went wrong, in [0, 1).
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rapidfuzz.distance import Levenshtein

from assay.corroborate.channel import log_read, slips_between, takes_for
from assay.corroborate.lexicon import Lexicon, slips
from assay.corroborate.tokens import is_han, letters, shape, shared_start
from assay.corroborate.words import (
    MODALS,
    OPPOSED,
    OPPOSITES,
    SPELLED,
    denial,
    fellows,
    frequency,
    nt_stem,
    prefix_of,
    value,
)

NOISY = 0.01  # rate from which a page is misread
_WORDS = 1.6e9  # words that the English list was counted over
_CHANGE = math.log(0.01)  # a writer changes one word in a hundred
_FELLOW = math.log(0.5)  # ... and puts one of its fellows
_LIKE_ONES = 8  # of which no more than so many come into question
_KIN = math.log(0.05)  # ... or another form of the same word
_DENIAL = 7.0  # what an account with a denial is given in advance
_OPPOSITE = math.log(0.3)
_BESIDE = math.log(0.05)
_OTHER_DENIAL = math.log(0.001)
_NUMBER = 4.0  # and one with another number
_MODAL = 2.5  # or another modal verb
_RAREST = -14.0
_SLIP_OF_ANY = -2.0  # a slip of some word nobody named: which letter, and into what
_UNKNOWN = -16.0  # a word that is on no list
_CASE = -10.0  # one that the case has on several pages
_UNKNOWN_NAME = -13.0
_LOOKS_ALIKE = 2.0  # -log of the share of slips, under which two letters look alike
_MARGIN = 1.0
# any common word of a length is about as likely as this
_ANY = {1: -3.5, 2: -4.5, 3: -6.0, 4: -7.5, 5: -8.5}
_ANY_LONGER = -9.5
_CLEAN = 1e-8  # the rate of a page that shows no slips, for tokens that are words
_TYPO = 2e-3  # and for those that are none
_MARK_OF_DENIAL = re.compile(r"'t$|n'(?![rs])\w?$")
_DENYING = ("un", "in", "im", "il", "ir", "dis", "non", "mis")
_DENIALS = ("not", "no", "never", "nothing", "nobody", "none", "without", "cannot")
_RARE_DENIAL = 100_000  # how often a denial stands in the list that is hardly one
_SHORTEST = 2  # letters of a denial all of which must be there ("no")
_LISTED = 300  # how often the denying form of a word stands in the list
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def may_be_lost(ours: str, rate: float) -> bool:
    """Whether a reader may have lost a word whole: a letter that stands alone, and no "a".

    Where an "a" is missing, a "no" may have stood.
    """
    return rate >= NOISY and len(ours) == 1 and ours not in OPPOSED


def is_noise(ours: str, theirs: str, lexicon: Lexicon, rate: float, *, named: bool = False) -> bool:
    """Whether a source's token is a misreading of the draft's word.

    `named`: the source writes it as a name. What was weighed once is remembered in the lexicon.
    """
    key = (ours, theirs, rate, named)
    known = lexicon.weighed.get(key)
    if known is None:
        known = lexicon.weighed[key] = _weigh(ours, theirs, lexicon, rate, named)
    return known


def _weigh(ours: str, theirs: str, lexicon: Lexicon, rate: float, named: bool) -> bool:
    one, two = letters(ours), letters(theirs)
    if not one or not two or is_han(ours) or is_han(theirs):
        return False
    theirs_value = value(theirs)
    if any(character.isdigit() for character in ours):
        return theirs_value is None and _same_digits(one, two, rate)
    if not denial(ours) and (
        (denial(theirs) and not (rate >= NOISY and _seldom_denies(theirs, lexicon)))
        or _MARK_OF_DENIAL.search(theirs)
    ):
        return False
    if (prefix_of(ours, theirs) and lexicon.listed(theirs)) or denying_slip(ours, theirs):
        return False
    if denial(ours) and (
        2 * slips_between(one, two)[0] > len(one) + 1 or len(two) < len(one) == _SHORTEST
    ):
        return False  # a denial is there where half of it can be read
    listed = lexicon.listed(theirs)
    often = 0 if listed else lexicon.count(theirs)
    # an engine misreads a common word in the same way again and again
    real = listed or (
        often >= 3
        and often * 50 > lexicon.count(ours)
        and not plainly_misread(ours, theirs, lexicon)
    )
    here = rate
    if rate < NOISY:
        here = _CLEAN if real or (named and lexicon.frequency(ours) < 1_000_000) else _TYPO
    misread = log_read(one, two, here)
    if misread <= max(_changes(ours, theirs, here), default=_RAREST * 9) + _MARGIN:
        return False
    stands = _CHANGE + len(two) * math.log1p(-here)  # the writer put theirs for what stands there
    if theirs_value is not None:
        stands += _NUMBER
    if listed:
        stands += max(_commonness(theirs, lexicon), _KIN if _kin(one, two) else _RAREST)
    elif any(map(str.isdigit, two)):
        stands += _RAREST  # no word at all
    else:
        stands += _CASE if real else _UNKNOWN_NAME if named else _UNKNOWN
    if misread <= stands + _MARGIN:
        return False
    return listed or misread > _any_other(one, two, lexicon, here, misread - _MARGIN) + _MARGIN


def plainly_misread(ours: str, theirs: str, lexicon: Lexicon) -> bool:
    """Whether a token is no word and one look-alike slip from the draft's, which is one."""
    if not lexicon.listed(ours) or lexicon.listed(theirs):
        return False
    count, cost = slips_between(letters(ours), letters(theirs))
    return count == 1 and cost < _LOOKS_ALIKE


def _changes(ours: str, theirs: str, rate: float) -> Iterator[float]:
    """The accounts by which a writer put `ours` for a likely word that was read as `theirs`."""
    two = letters(theirs)
    reach = Levenshtein.distance(letters(ours), two) + 1
    # "could't" shows its denial: nobody put that in
    shown = _DENIAL if nt_stem(ours) and _MARK_OF_DENIAL.search(theirs) else 0.0
    for other, ahead in _others(ours):
        if Levenshtein.distance(other, two) <= reach:
            yield _CHANGE + ahead - shown + log_read(other, two, rate)


def _any_other(one: str, two: str, lexicon: Lexicon, rate: float, enough: float) -> float:
    """The likeliest account by which a writer put `one` for any word that was read as `two`.

    Words that lie one slip from `two` are looked for where that may be as likely as `enough`;
    that some word lies two slips from it is taken for granted.
    """
    size = _CHANGE + _ANY.get(len(two), _ANY_LONGER)
    slip = math.log(rate) + _SLIP_OF_ANY
    if size + slip < enough:
        return size + slip
    best = size + 2 * slip
    if lexicon.language == "en" and two.isascii():
        for other in _one_slip_away(two):
            if other != one and (count := lexicon.frequency(other)) > 1_000:
                best = max(best, _CHANGE + math.log(count / _WORDS) + log_read(other, two, rate))
        return best
    return size + slip


def _one_slip_away(seen: str) -> Iterator[str]:
    yield from takes_for(seen)
    for at in range(len(seen)):
        yield seen[:at] + seen[at + 1 :]
        for letter in _LETTERS:
            yield seen[:at] + letter + seen[at + 1 :]
            yield seen[:at] + letter + seen[at:]


@lru_cache(maxsize=20_000)
def _others(ours: str) -> tuple[tuple[str, float], ...]:
    """What a writer may have put a word for, and how likely that is, given that they put one."""
    found: dict[str, float] = {}

    def add(word: str, ahead: float) -> None:
        word = letters(word)
        if word and word != letters(ours):
            found[word] = max(found.get(word, -99.0), ahead)

    near = fellows(ours)
    for word in near:
        add(
            word,
            _FELLOW - math.log(min(len(near), _LIKE_ONES)) + (_MODAL if ours in MODALS else 0.0),
        )
    if ours in SPELLED:
        for word in SPELLED:
            add(word, _FELLOW - math.log(len(SPELLED)) + _NUMBER)
    if denial(ours):
        for word in (nt_stem(ours), *OPPOSITES.get(ours, ())):
            add(word, _OPPOSITE + _DENIAL)
        for word in ("now", "so", "yet", "but", "most", "just"):
            add(word, _OTHER_DENIAL + _DENIAL)
    else:
        for word in _DENIALS:
            add(word, _OTHER_DENIAL + _DENIAL)
        for word in OPPOSED.get(ours, ()):
            add(word, _OPPOSITE + _DENIAL)
        if ours in NEGATABLE:
            add(NT_FORMS.get(ours, ours + "nt"), _OPPOSITE + _DENIAL)
    if not denial(ours):
        # a denial beside the word that ran into it: "it'srot"
        for word in (ours + "not", "not" + ours, ours + "un", ours + "in"):
            add(word, _BESIDE + _DENIAL)
    for prefix in _DENYING:
        rest = ours.removeprefix(prefix)
        for word in (rest, prefix + ours):
            if word != ours and min(len(word), len(ours)) > 3 and frequency(word) > _LISTED:
                add(word, _OPPOSITE + _DENIAL)
    return tuple(found.items())


def _commonness(norm: str, lexicon: Lexicon) -> float:
    count = lexicon.frequency(norm)
    return max(_RAREST, math.log(count / _WORDS)) if count else _RAREST


def _seldom_denies(norm: str, lexicon: Lexicon) -> bool:
    """Whether a denial is so rare that a misread word is likelier ("nay", "pas" in English)."""
    return lexicon.frequency(norm) < _RARE_DENIAL and not nt_stem(norm)


_ENDINGS = frozenset(("", *"s es d ed ing er est ly n en t y ies ied e".split()))


def _kin(one: str, two: str) -> bool:
    """Whether two words are forms of one, as far as their ends tell."""
    same = shared_start(one, two)
    return same >= 3 and one[same:] in _ENDINGS and two[same:] in _ENDINGS


_AS_DIGIT = {
    "o": "0", "l": "1", "i": "1", "|": "1", "z": "2", "s": "5", "b": "8", "g": "9", "q": "9",
}  # fmt: skip


def _same_digits(one: str, two: str, rate: float) -> bool:
    """Whether a digit was read as a letter, and what can be read of the others is the same."""
    if shape(one) == shape(two):
        return True
    if rate < NOISY or len(one) != len(two):
        return False
    same = sum(a == b for a, b in zip(one, two, strict=True))
    meant = all(
        _AS_DIGIT.get(b, b if b.isdigit() else a) == a for a, b in zip(one, two, strict=True)
    )
    return same * 2 > len(one) and meant


# ---------------------------------------------------------------- words run together


def run_together(ours: Sequence[str], theirs: Sequence[str], lexicon: Lexicon, rate: float) -> bool:
    """Whether words that ran into each other, or were torn, are a misreading of the draft's.

    Each of the draft's words must be a misreading by itself, of the letters that face it: where
    one word was put for another its letters are not met, however long its neighbours are.
    """
    if _each_met(ours, theirs, lexicon, rate):
        return True
    if rate < NOISY or denial_lost(ours, theirs):  # the "t" of "can,t" is no dirt
        return False
    kept = [norm for norm in theirs if len(norm) > 1]  # dirt reads as a letter
    return bool(kept) and len(kept) < len(theirs) and _each_met(ours, kept, lexicon, rate)


def _each_met(ours: Sequence[str], theirs: Sequence[str], lexicon: Lexicon, rate: float) -> bool:
    if denial_lost(ours, theirs):
        return False
    if any(map(_MARK_OF_DENIAL.search, theirs)) and not any(map(denial, ours)):
        return False
    return all(
        facing == letters(norm)
        or is_noise(norm, facing, lexicon, rate)
        or (not facing and may_be_lost(norm, rate))
        for norm, facing in zip(ours, _facing(ours, theirs), strict=True)
    )


def _facing(ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """The letters of the source that face each of our words; none is left over."""
    words = list(map(letters, ours))
    seen = "".join(map(letters, theirs))
    steps = Levenshtein.opcodes("".join(words), seen)
    bounds = [0]
    for stop in list(itertools.accumulate(map(len, words)))[:-1]:
        for step in steps:
            if step.src_start < stop <= step.src_end:
                bounds.append(min(step.dest_end, step.dest_start + stop - step.src_start))
                break
    bounds.append(len(seen))
    return [seen[a:b] for a, b in itertools.pairwise(bounds)]


# ---------------------------------------------------------------- denials


NT_FORMS = {"can": "cant", "will": "wont", "shall": "shant"}
NEGATABLE = frozenset(
    (
        "do does did is are was were has have had can will would could should must need"
        " might may shall ought"
    ).split()
)
_CLOSE_TO_DENIAL = frozenset("now nor note new got hot lot know knew ever every also".split())


def denial_lost(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether one side denies and the other, letters slipped or not, does not (rule 2).

    The letters decide: put a denial in, take one out, or put its opposite; where that lies nearer
    to the source than the draft's own words, the denial was put in or taken out by the writer.
    """
    ours_denied = sum(bool(denial(norm)) for norm in ours)
    theirs_denied = sum(bool(denial(norm)) for norm in theirs)
    if theirs_denied > ours_denied:
        return True
    words = list(map(letters, ours))
    other = shape("".join(map(letters, theirs)))
    apart = Levenshtein.distance(shape("".join(words)), other)
    marked = any("n'" in norm for norm in theirs)
    for at, norm in enumerate(ours):
        before, after = words[:at], words[at + 1 :]
        if denial(norm):
            if theirs_denied == ours_denied:
                continue
            put_in: tuple[str, ...] = (nt_stem(norm), *OPPOSITES.get(norm, ()))
            bound = apart + (0 if marked else 1)
        else:
            put_in = OPPOSED.get(norm, ())
            # "noa" is as near to "now" as to "not": the doubt is told
            bound = apart + (1 if norm in _CLOSE_TO_DENIAL and apart else 0)
            if len(norm) <= 5:
                put_in = (*put_in, "not", "no", "never")
            if norm in NEGATABLE:
                put_in = (*put_in, NT_FORMS.get(norm, norm + "nt"))
        if any(
            Levenshtein.distance(shape("".join((*before, word, *after))), other) < bound
            for word in put_in
        ):
            return True
    if ours_denied == theirs_denied:
        bound = apart + (apart > 2)
        return any(
            Levenshtein.distance(shape("".join((*words[:at], word, *words[at:]))), other) < bound
            for at in range(len(words) + 1)
            for word in ("not", "nt", "no", "never")
        )
    return False


def denying_slip(one: str, two: str) -> bool:
    """Whether one of two words is the other made to deny, read with a slip or two (rule 2)."""
    return _denies_more(one, two) or _denies_more(two, one)


def _denies_more(plain: str, seen: str) -> bool:
    """Whether `seen` lies nearer to a denying form of `plain` than to `plain`."""
    if plain == seen or len(plain) < 2:
        return False
    word, token = letters(plain), letters(seen)
    if nt_stem(plain) or denial(plain):
        return False
    here = slips(word, token)
    if word in NEGATABLE and len(token) > len(word):
        for form in {NT_FORMS.get(word, word + "nt"), word + "not", word + "nt"}:
            if slips(form, token) <= here:
                return True
    if len(word) >= 4 and len(token) >= len(word) + 2:
        for prefix in ("un", "in", "im", "dis", "non", "ir", "il"):
            if slips(prefix + word, token) < here:
                return True
    return False
