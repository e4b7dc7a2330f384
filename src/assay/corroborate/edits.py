"""Say what kind of change lies between a quotation and its source, or that a reader slipped.

How alike two texts are cannot tell: "not" put in changes a sentence less than three misread
letters in a hundred. So each token that differs is looked at. It is *noise* when the source's
token is no word and a slip of a character explains it from the draft's; all else alters.

1. Tokens whose letters are the same differ in form alone, unless joining them loses a denial
   ("not able", "notable").
2. Numbers that have the same value are the same.
3. A source's token that is a real word is never noise, but on a page that is itself full of
   misread words, and there only where no writer would put the one for the other.
4. A token that stands nearer to a denial, or to another common word, than to the draft's word is
   no slip of the draft's word.
5. What was added is what was dropped elsewhere: the order was changed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA, Levenshtein

from assay.corroborate.align import Laid, Step
from assay.corroborate.tokens import Token, is_han, letters
from assay.corroborate.words import (
    MODALS,
    denial,
    frequency,
    nt_stem,
    prefix_of,
    same_class,
    total,
    value,
)
from assay.model.draft import Edit, EditKind

NOISY = 0.07  # share of tokens near a quotation that are no words, from which a page is misread
_SHAPES = (
    ("rn", "m"), ("vv", "w"), ("cl", "d"), ("ii", "u"), ("li", "h"), ("0", "o"), ("1", "l"),
    ("|", "l"), ("i", "l"), ("j", "l"), ("5", "s"), ("8", "b"), ("6", "b"), ("9", "g"), ("q", "g"),
    ("c", "e"), ("o", "e"), ("y", "v"), ("u", "n"), ("f", "t"), ("2", "z"), ("$", "s"), ("h", "b"),
    ("и", "п"), ("н", "п"), ("ш", "щ"), ("з", "3"),
)  # fmt: skip
_SMALL = {1: frozenset(("a", "i", "o", "y", "e", "à", "и", "в", "с", "к", "о", "у", "я", "а", "و"))}
_FLOOR = {2: 3_000, 3: 1_000, 4: 120}
_INSIDE = "abcdefghijklmnopqrstuvwxyz"


@lru_cache(maxsize=50_000)
def shape(word: str) -> str:
    """A word with characters that look alike made one."""
    for seen, meant in _SHAPES:
        word = word.replace(seen, meant)
    return word


@lru_cache(maxsize=200_000)
def slips(one: str, other: str) -> float:
    """How many slips of a reader lead from one word to the other; look-alikes count half."""
    plain: float = OSA.distance(one, other)
    if plain <= 0.5:
        return plain
    alike = OSA.distance(shape(one), shape(other)) + 0.5
    return min(plain, alike)


class Lexicon:
    """Which words are words: a language's list, and the case's own texts."""

    def __init__(self, count: Callable[[str], int], language: str = "en") -> None:
        """`count` says on how many pages of the case a folded word stands."""
        self.count = count
        self.language = language
        self._real: dict[str, bool] = {}

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
            return norm in _SMALL[1]
        if any(character.isdigit() for character in norm):
            return value(norm) is not None
        if denial(norm):
            return True
        floor = _FLOOR.get(len(norm), 30)
        if frequency(norm, self.language) >= floor:
            return True
        if "'" in norm:
            first, _, rest = norm.rpartition("'")
            return rest in ("s", "ll", "re", "ve", "d", "m", "t") and self.listed(first)
        return False

    def real(self, norm: str, than: str) -> bool:
        """Whether a source's token is a word and no misreading of `than`.

        A token that stands on three pages is one, unless the other stands on fifty times more:
        an engine misreads a common word in the same way again and again.
        """
        if self.listed(norm):
            return True
        here = self.count(norm)
        return here >= 3 and here * 50 > self.count(than)

    def known(self, norm: str) -> bool:
        """Whether a draft's word is one, by the list or by the case."""
        return self.listed(norm) or self.count(norm) > 0

    def nearer(self, seen: str, than: float) -> bool:
        """Whether a common word lies fewer than `than` slips from a token: one letter changed."""
        if len(seen) < 4 or not seen.isascii() or self.language != "en":
            return False
        for at in range(len(seen)):
            left, right = seen[:at], seen[at + 1 :]
            if frequency(left + right) > 2_000:
                return than > 1
            for letter in _INSIDE:
                if frequency(left + letter + right) > 2_000:
                    return than > 1
        return False

    def misread(self, norms: Sequence[str]) -> float:
        """The share of tokens that are no words: how badly this part was read, in [0, 1]."""
        looked = [norm for norm in norms if not norm.isdigit()]
        if len(looked) < 5:
            return 0.0
        return sum(not self.listed(norm) for norm in looked) / len(looked)


class Judged(NamedTuple):
    """The edits; which of our tokens have their like in the source; and tokens left out inside."""

    edits: list[Edit]
    held: list[bool]
    left_out: int


def judge(
    laid: Laid,
    ours: Sequence[Token],
    theirs: Sequence[Token],
    our_text: str,
    their_text: str,
    lexicon: Lexicon,
    misread: float,
    *,
    free: frozenset[int] = frozenset(),
    gaps: frozenset[int] = frozenset(),
    loose: Sequence[bool] = (),
) -> Judged:
    """Classify what differs between tokens that `lay` has laid side by side."""
    held = [False] * len(ours)
    found: list[tuple[Edit, tuple[str, ...], tuple[str, ...]]] = []
    longest = 0
    steps = laid.steps
    at = 0
    while at < len(steps):
        step = steps[at]
        if step.kind == "equal":
            held[step.low] = True
            at += 1
            continue
        stop = at
        while stop < len(steps) and steps[stop].kind != "equal":
            stop += 1
        block = _Block(steps[at:stop], ours, theirs, our_text, their_text, free, gaps, loose)
        run = sum(part.kind == "dropped" for part in block.steps)
        longest = max(longest, run)
        found += block.judge(lexicon, misread, held)
        at = stop
    edits = [edit for edit, _, _ in found]
    real = [row for row in found if row[0].kind != "noise"]
    if len(real) > 1:
        added = Counter(norm for _, mine, _ in real for norm in mine)
        dropped = Counter(norm for _, _, other in real for norm in other)
        if added == dropped:
            order = Edit(
                "order",
                " ".join(edit.draft for edit, _, _ in real if edit.draft),
                " ".join(edit.source for edit, _, _ in real if edit.source),
            )
            edits = [edit for edit in edits if edit.kind == "noise"] + [order]
    return Judged(edits, held, longest)


class _Block:
    """Neighbouring steps that differ."""

    def __init__(
        self,
        steps: Sequence[Step],
        ours: Sequence[Token],
        theirs: Sequence[Token],
        our_text: str,
        their_text: str,
        free: frozenset[int],
        gaps: frozenset[int],
        loose: Sequence[bool],
    ) -> None:
        self.ours, self.theirs = ours, theirs
        self.our_text, self.their_text = our_text, their_text
        self.free = free
        bracketed = any(number in free for step in steps for number in range(step.low, step.high))
        self.bracketed = bracketed
        kept: list[Step] = []
        for step in steps:
            if step.kind == "dropped":
                if len(loose) > step.begin and loose[step.begin]:
                    continue  # the source sets it apart: "…," she said, "…"
                if step.low in gaps:
                    continue  # an honest ellipsis
            kept.append(step)
        self.steps = kept

    def judge(
        self, lexicon: Lexicon, misread: float, held: list[bool]
    ) -> list[tuple[Edit, tuple[str, ...], tuple[str, ...]]]:
        if not self.steps:
            return []
        mine = [n for step in self.steps for n in range(step.low, step.high)]
        other = [n for step in self.steps for n in range(step.begin, step.end)]
        if self.bracketed:
            return self._in_brackets(mine, other, lexicon, held)
        our_norms = tuple(self.ours[n].norm for n in mine)
        their_norms = tuple(self.theirs[n].norm for n in other)
        if mine and other:
            if self._form_alone(our_norms, their_norms, lexicon):
                for number in mine:
                    held[number] = True
                return []
            value_here = total(our_norms)
            if value_here is not None and value_here == total(their_norms):
                for number in mine:
                    held[number] = True
                return []
        found = []
        for step in self.steps:
            found += self._one(step, lexicon, misread, held)
        real = [row for row in found if row[0].kind != "noise"]
        if (
            real
            and len(self.steps) > 1
            and mine
            and other
            and self._noise_as_a_whole(our_norms, their_norms, lexicon, misread)
        ):
            for number in mine:
                held[number] = True
            return [self._row("noise", mine, other)]
        return found

    def _form_alone(
        self, our_norms: tuple[str, ...], their_norms: tuple[str, ...], lexicon: Lexicon
    ) -> bool:
        """Rule 1."""
        joined = "".join(letters(norm) for norm in our_norms)
        if joined != "".join(letters(norm) for norm in their_norms):
            return False
        if len(our_norms) == len(their_norms) == 1:
            one, other = our_norms[0], their_norms[0]
            if "'" in one and "'" in other:
                return one == other
            with_mark, without = (one, other) if "'" in one else (other, one)
            if denial(with_mark) or denial(without):
                return bool(denial(with_mark)) == bool(denial(without)) or "'" in with_mark
            # "we're" and "were" are two words, "dont" is none
            return not (lexicon.listed(without) and lexicon.listed(with_mark))
        if any(norm[0].isdigit() for norm in our_norms + their_norms):
            return our_norms == their_norms or not any(
                value(norm) is not None for norm in our_norms + their_norms
            )  # "1.5" and "15" have the same digits
        denied = sum(bool(denial(norm)) for norm in our_norms)
        their_denied = sum(bool(denial(norm)) for norm in their_norms)
        if denied == their_denied:
            return True
        single = their_norms if len(their_norms) < len(our_norms) else our_norms
        # "isnot" is no word of its own, "notable" is; "cannot" denies as "can not" does
        return all(bool(denial(norm)) or not lexicon.listed(norm) for norm in single)

    def _noise_as_a_whole(
        self,
        our_norms: tuple[str, ...],
        their_norms: tuple[str, ...],
        lexicon: Lexicon,
        misread: float,
    ) -> bool:
        if sum(lexicon.listed(norm) for norm in their_norms if len(norm) > 2) > (
            0 if misread < NOISY else len(their_norms) // 3
        ):
            return False
        if any(value(norm) is not None for norm in our_norms + their_norms):
            return False
        denied = sum(bool(denial(norm)) for norm in our_norms)
        if denied != sum(bool(denial(norm)) for norm in their_norms):
            return False
        one, other = "".join(map(letters, our_norms)), "".join(map(letters, their_norms))
        return slips(one, other) <= max(1.0, len(one) * (0.2 if misread < NOISY else 0.34))

    def _in_brackets(
        self, mine: list[int], other: list[int], lexicon: Lexicon, held: list[bool]
    ) -> list[tuple[Edit, tuple[str, ...], tuple[str, ...]]]:
        """Words in square brackets are openly the writer's; a denial that they hide is told."""
        for number in mine:
            held[number] = True
        denied = sum(bool(denial(self.ours[n].norm)) for n in mine)
        their = sum(bool(denial(self.theirs[n].norm)) for n in other)
        outside = [n for n in mine if n not in self.free]
        if denied != their and (their or outside):
            return [self._row("negation", mine, other)]
        return []

    def _one(
        self, step: Step, lexicon: Lexicon, misread: float, held: list[bool]
    ) -> list[tuple[Edit, tuple[str, ...], tuple[str, ...]]]:
        mine, other = list(range(step.low, step.high)), list(range(step.begin, step.end))
        if step.kind == "dropped":
            token = self.theirs[step.begin]
            if self._stray(token, lexicon, misread):
                return [self._row("noise", mine, other)]
            return [self._row(self._kind(mine, other, lexicon), mine, other)]
        if step.kind == "added":
            token = self.ours[step.low]
            lost = len(token.norm) == 1 and not is_han(token.norm) and value(token.norm) is None
            if lost and misread >= NOISY:
                held[step.low] = True
                return [self._row("noise", mine, other)]
            return [self._row(self._kind(mine, other, lexicon), mine, other)]
        our_norms = tuple(self.ours[n].norm for n in mine)
        their_norms = tuple(self.theirs[n].norm for n in other)
        if self._form_alone(our_norms, their_norms, lexicon):
            for number in mine:
                held[number] = True
            return []
        if len(mine) == len(other) == 1:
            noise = is_noise(our_norms[0], their_norms[0], lexicon, misread)
        else:
            one, two = "".join(map(letters, our_norms)), "".join(map(letters, their_norms))
            noise = (
                sum(bool(denial(norm)) for norm in our_norms)
                == sum(bool(denial(norm)) for norm in their_norms)
                and not all(lexicon.listed(norm) for norm in their_norms)
                and slips(one, two) <= max(1.0, len(one) * (0.2 if misread < NOISY else 0.34))
                and not any(value(norm) is not None for norm in our_norms + their_norms)
            )
        if noise:
            for number in mine:
                held[number] = True
            return [self._row("noise", mine, other)]
        return [self._row(self._kind(mine, other, lexicon), mine, other)]

    def _stray(self, token: Token, lexicon: Lexicon, misread: float) -> bool:
        """Whether a token of the source is dirt, or the number of a note set on a word."""
        norm = token.norm
        if denial(norm) or is_han(norm):
            return False
        if norm.isdigit():
            before = self.their_text[token.start - 1 : token.start]
            return len(norm) < 4 and bool(before) and (before.isalpha() or before in '.,;”"’')
        if value(norm) is not None:
            return False
        if len(norm) == 1:
            return norm not in ("a", "i") or misread >= NOISY
        if lexicon.listed(norm):
            return False
        return len(norm) <= 2 or (misread >= NOISY and len(norm) <= 4)

    def _kind(self, mine: list[int], other: list[int], lexicon: Lexicon) -> EditKind:
        ours = [self.ours[n] for n in mine]
        theirs = [self.theirs[n] for n in other]
        for token in (*ours, *theirs):
            if denial(token.norm):
                return "negation"
        for token in theirs:
            if not lexicon.listed(token.norm) and _like_denial(token.norm):
                return "negation"
        if len(ours) == len(theirs) == 1:
            one, two = ours[0].norm, theirs[0].norm
            if prefix_of(one, two) or _denying_slip(one, two):
                return "negation"
        if any(value(token.norm) is not None for token in (*ours, *theirs)):
            return "number"
        if any(token.norm in MODALS or _modal(token.norm) for token in (*ours, *theirs)):
            return "modal"
        if any(self._name(token, self.our_text, lexicon) for token in ours) or any(
            self._name(token, self.their_text, lexicon) for token in theirs
        ):
            return "name"
        return "word"

    def _name(self, token: Token, text: str, lexicon: Lexicon) -> bool:
        surface = text[token.start : token.end]
        if not surface[:1].isupper() or token.norm.split("'")[0] == "i":
            return False
        before = text[max(0, token.start - 3) : token.start].rstrip()
        begins = not before or before[-1] in '.!?“"«„‘:' or token.start == 0
        if not begins:
            return True
        return frequency(token.norm, lexicon.language or "en") < 2_000

    def _row(
        self, kind: EditKind, mine: list[int], other: list[int]
    ) -> tuple[Edit, tuple[str, ...], tuple[str, ...]]:
        draft = self.our_text[self.ours[mine[0]].start : self.ours[mine[-1]].end] if mine else ""
        source = (
            self.their_text[self.theirs[other[0]].start : self.theirs[other[-1]].end]
            if other
            else ""
        )
        return (
            Edit(kind, draft, source),
            tuple(self.ours[n].norm for n in mine),
            tuple(self.theirs[n].norm for n in other),
        )


def _like_denial(norm: str) -> bool:
    """Whether a misread token looks most like a denial ("n0t")."""
    return len(norm) > 2 and any(slips(word, norm) <= 0.5 for word in ("not", "never", "without"))


def _modal(norm: str) -> bool:
    return "'" in norm and norm.rpartition("'")[2] in ("ll", "d")


def _denying_slip(one: str, two: str) -> bool:
    """Whether one of two words is the other made to deny, read with a slip or two (rule 4)."""
    return _denies_more(one, two) or _denies_more(two, one)


def _denies_more(plain: str, seen: str) -> bool:
    """Whether `seen` lies nearer to a denying form of `plain` than to `plain`."""
    if plain == seen or len(plain) < 2:
        return False
    word, token = letters(plain), letters(seen)
    if nt_stem(plain) or denial(plain):
        return False
    stems = {"can": "cant", "will": "wont", "shall": "shant"}
    here = Levenshtein.distance(word, token)
    if word in _NEGATABLE:
        for form in {stems.get(word, word + "nt"), word + "not", word + "nt"}:
            if Levenshtein.distance(form, token) < here and len(token) > len(word):
                return True
    if len(word) >= 4 and len(token) >= len(word) + 2:
        for prefix in ("un", "in", "im", "dis", "non", "ir", "il"):
            if Levenshtein.distance(prefix + word, token) < here:
                return True
    return False


_NEGATABLE = frozenset(
    (
        "do does did is are was were has have had can will would could should must need"
        " might may shall ought"
    ).split()
)


def is_noise(ours: str, theirs: str, lexicon: Lexicon, misread: float) -> bool:
    """Whether a source's token is a misreading of the draft's word (rules 3 and 4)."""
    one, two = letters(ours), letters(theirs)
    if not one or not two or is_han(ours) or is_han(theirs):
        return False
    apart = slips(one, two)
    noisy = misread >= NOISY
    size = max(len(one), len(two))
    if noisy:
        allowed = max(1.0, round(size * 0.4))
    else:
        allowed = 1.0 if size <= 5 else 2.0
    if apart > allowed:
        return False
    ours_value, theirs_value = value(ours), value(theirs)
    if ours[0].isdigit() or ours_value is not None:
        if theirs_value is not None:
            return False
        if any(character.isdigit() for character in ours):
            # a digit read as a letter leaves the others as they are
            same = sum(a == b for a, b in zip(one, two, strict=False))
            return shape(one) == shape(two) or (
                noisy and len(one) == len(two) and same * 2 > len(one)
            )
    elif theirs_value is not None:
        return False
    if _denying_slip(ours, theirs) or prefix_of(ours, theirs):
        return False
    if denial(ours):
        stem = nt_stem(ours)
        if denial(theirs):
            return False
        if stem and slips(letters(stem), two) < apart:
            return False
        if lexicon.real(theirs, ours):
            return False
        return apart <= 1.0 or (noisy and len(one) > 3)
    if denial(theirs):
        return False
    if lexicon.real(theirs, ours):
        if not noisy or apart > 1.0:
            return False
        if same_class(ours, theirs) or (ours in MODALS and theirs in MODALS):
            return False
        return (
            not lexicon.listed(theirs)
            or len(one) <= 4
            or frequency(theirs, lexicon.language or "en") < 20_000
        ) and lexicon.known(ours)
    if not lexicon.known(ours):
        return apart <= 1.0
    return not (apart > 1.0 and size > 4 and lexicon.nearer(two, apart))
