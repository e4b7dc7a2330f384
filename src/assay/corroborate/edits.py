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

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA, Levenshtein

from assay.corroborate.align import Laid, Step
from assay.corroborate.tokens import Token, is_han, letters, shape
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
    same_class,
    spelled_in_american,
    total,
    value,
)
from assay.model.draft import Edit, EditKind

NOISY = 0.05  # share of tokens near a quotation that are no words, from which a page is misread
BAD = 0.2  # from which every sentence is misread
WORST = 0.36  # from which hardly a word is left whole
_SMALL = {1: frozenset(("a", "i", "o", "y", "e", "à", "и", "в", "с", "к", "о", "у", "я", "а", "و"))}
_FLOOR = {2: 3_000, 3: 1_000, 4: 120}
_INSIDE = "abcdefghijklmnopqrstuvwxyz"


@lru_cache(maxsize=200_000)
def slips(one: str, other: str) -> float:
    """How many slips of a reader lead from one word to the other; look-alikes count half."""
    plain: float = OSA.distance(one, other)
    if plain <= 0.5:
        return plain
    alike = OSA.distance(shape(one), shape(other)) + 0.5
    return min(plain, alike)


_SOME = 3  # tokens that are no words, from which a part may have been read badly


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

    def real(self, norm: str, than: str) -> bool:
        """Whether a source's token is a word and no misreading of `than`.

        A token that stands on three pages is one, unless the other stands on fifty times more:
        an engine misreads a common word in the same way again and again. So is a listed one,
        but where the other is a thousand times more common ("yon", "you").
        """
        if self.listed(norm):
            return frequency(norm, self.language) * 1_000 >= frequency(than, self.language)
        if self.listed(than) and (
            slips(letters(than), letters(norm)) <= 0.5 or frequency(than, self.language) > 200_000
        ):
            return False  # a token that is on no list, where a word that looks alike fits
        here = self.count(norm)
        return here >= 3 and here * 50 > self.count(than)

    def known(self, norm: str) -> bool:
        """Whether a draft's word is one, by the list or by the case."""
        return self.listed(norm) or self.count(norm) > 0

    def nearer(self, seen: str, than: str, apart: float) -> bool:
        """Whether a token is rather a slip of another word, of which `than` is a fellow.

        "decreasc" lies two letters from "increase" and one from "decrease": the writer may have
        put the one for the other. A fellow shares four letters at an end.
        """
        if len(seen) < 6 or not seen.isascii() or self.language != "en" or apart <= 1.0:
            return False
        head, tail = than[:4], than[-4:]
        if slips(head, seen[:4]) > 1.0 and slips(tail, seen[-4:]) > 1.0:
            return False
        for at in range(len(seen)):
            left, right = seen[:at], seen[at + 1 :]
            for letter in ("", *_INSIDE):
                word = left + letter + right
                alike = word.startswith(head) or word.endswith(tail)
                if alike and word != than and frequency(word) > 1_000:
                    return True
        return False

    def misread(self, text: str, found: Sequence[Token]) -> float:
        """The share of tokens that are no words: how badly this part was read, in [0, 1].

        Names are left aside: they are on no list. One or two such tokens are no bad reading: a
        text has words of its trade.
        """
        looked = [
            token.norm
            for token in found
            if not text[token.start].isupper() and not token.norm.isdigit()
        ]
        if len(looked) < 5:
            return 0.0
        bad = sum(not self.listed(norm) for norm in looked)
        return bad / len(looked) if bad >= _SOME else 0.0


_Row = tuple[Edit, tuple[str, ...], tuple[str, ...]]


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
    found: list[_Row] = []
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
        run = sum(
            part.kind == "dropped" and not _inside_parentheses(their_text, theirs[part.begin].start)
            for part in block.steps
        )
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

    def judge(self, lexicon: Lexicon, misread: float, held: list[bool]) -> list[_Row]:
        if not self.steps:
            return []
        mine = [n for step in self.steps for n in range(step.low, step.high)]
        other = [n for step in self.steps for n in range(step.begin, step.end)]
        if self.bracketed:
            return self._in_brackets(lexicon, misread, held)
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
            and not any(edit.kind == "negation" for edit, _, _ in real)
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
        if len(their_norms) > len(our_norms) and not all(map(lexicon.listed, their_norms)):
            return True  # "no w": a word that was torn
        # "isnot" is no word of its own, "notable" is; "cannot" denies as "can not" does
        return all(bool(denial(norm)) or not lexicon.listed(norm) for norm in single)

    def _noise_as_a_whole(
        self,
        our_norms: tuple[str, ...],
        their_norms: tuple[str, ...],
        lexicon: Lexicon,
        misread: float,
    ) -> bool:
        """Whether words ran into each other: the block's letters decide, not its words."""
        if set(our_norms) & set(their_norms):
            return False  # the same word at another place: the order was changed
        if any(map(_has_digit, our_norms)):
            return False
        whole = [norm for norm in their_norms if len(norm) > 2 and lexicon.listed(norm)]
        if len(whole) > (0 if misread < NOISY else len(their_norms) // 3):
            return False
        if self._others_word(our_norms, their_norms, lexicon):
            return False
        return _run_together(our_norms, their_norms, misread)

    def _others_word(
        self, our_norms: tuple[str, ...], their_norms: tuple[str, ...], lexicon: Lexicon
    ) -> bool:
        """Whether the source has a longer word, well read, that none of the draft's is like."""
        return any(
            len(norm) > 3
            and lexicon.listed(norm)
            and all(slips(letters(ours), letters(norm)) > 1.0 for ours in our_norms)
            and letters(norm) not in "".join(map(letters, our_norms))
            for norm in their_norms
        )

    def _in_brackets(self, lexicon: Lexicon, misread: float, held: list[bool]) -> list[_Row]:
        """Words in square brackets are openly the writer's; a denial that they hide is told.

        What stands beside them is judged like everything else, and so are brackets that the
        source has at that place: those are the source's own words.
        """
        theirs = [n for step in self.steps for n in range(step.begin, step.end)]
        if any(_inside_brackets(self.their_text, self.theirs[n].start) for n in theirs):
            return [row for step in self.steps for row in self._one(step, lexicon, misread, held)]
        found: list[_Row] = []
        mine: list[int] = []
        other: list[int] = []
        for step in self.steps:
            ours = range(step.low, step.high)
            if step.kind == "dropped" and len(other) < 8:
                other.append(step.begin)
            elif all(number in self.free for number in ours) and step.kind != "dropped":
                mine += ours
                other += range(step.begin, step.end)
            else:
                found += self._one(step, lexicon, misread, held)
        for number in mine:
            held[number] = True
        denied = sum(bool(denial(self.ours[n].norm)) for n in mine)
        if denied != sum(bool(denial(self.theirs[n].norm)) for n in other):
            found.append(self._row("negation", mine, other))
        return found

    def _one(self, step: Step, lexicon: Lexicon, misread: float, held: list[bool]) -> list[_Row]:
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
        torn = any(self._torn_denial(self.theirs[n]) for n in other)
        if torn and not any(map(denial, our_norms)):
            return [self._row("negation", mine, other)]
        if len(mine) == len(other) == 1:
            noise = is_noise(our_norms[0], their_norms[0], lexicon, misread)
        else:
            one, two = "".join(map(letters, our_norms)), "".join(map(letters, their_norms))
            real = all(lexicon.listed(norm) for norm in their_norms)
            if misread >= NOISY and slips(one, two) <= 1.0:
                # a letter that stands alone is lost easily
                real = real and all(len(norm) > 1 for norm in our_norms)
            noise = (
                not real
                and not self._others_word(our_norms, their_norms, lexicon)
                and _run_together(our_norms, their_norms, misread)
            )
        if noise:
            for number in mine:
                held[number] = True
            return [self._row("noise", mine, other)]
        return [self._row(self._kind(mine, other, lexicon), mine, other)]

    def _torn_denial(self, token: Token) -> bool:
        """Whether a token is what a misread mark left of a denial ("can,t")."""
        before = self.their_text[max(0, token.start - 12) : token.start]
        return token.norm in ("t", "nt") and _AUXILIARY.search(before) is not None

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
        if self._torn_denial(token):
            return False
        if len(norm) == 1:
            # an "n" may be what is left of "no"
            return norm not in ("a", "i", "n") or (norm != "n" and misread >= NOISY)
        if lexicon.listed(norm) or len(norm) > 2:
            return False
        return norm[0] not in "nmuh" and norm[1] not in "oec0"

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
            slipped = not lexicon.listed(two) and _denying_slip(one, two)
            if prefix_of(one, two) or slipped:
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


def _run_together(ours: Sequence[str], theirs: Sequence[str], misread: float) -> bool:
    """Whether the letters of several tokens are a slip of several others'.

    Each token's own letters must be met in good part: where one word was put for another, its
    are not, however long its neighbours are.
    """
    if _letters_met(ours, theirs, misread):
        return True
    if denial_lost(ours, theirs):
        return False  # the "t" of "can,t" is no dirt
    kept = [norm for norm in theirs if len(norm) > 1]  # dirt reads as a letter
    return bool(kept) and len(kept) < len(theirs) and _letters_met(ours, kept, misread)


def _letters_met(ours: Sequence[str], theirs: Sequence[str], misread: float) -> bool:
    ones, others = [letters(norm) for norm in ours], [letters(norm) for norm in theirs]
    one, other = "".join(ones), "".join(others)
    if any(map(_has_digit, ours)) and shape(one) != shape(other):
        return False
    if sum(character.isdigit() for character in other) > 1 + len(other) // 4:
        return False
    share = 0.2 if misread < NOISY else 0.4 if misread < BAD else 0.45
    if slips(one, other) > max(1.0, len(one) * share) or denial_lost(ours, theirs):
        return False
    if _fellow_fits(ours, theirs):
        return False
    mine, met = bytearray(len(one)), bytearray(len(other))
    for step in Levenshtein.opcodes(one, other):
        same = step.tag == "equal"
        for a, b in zip(
            range(step.src_start, step.src_end), range(step.dest_start, step.dest_end), strict=False
        ):
            mine[a] = met[b] = same or shape(one[a]) == shape(other[b])
    return _each_met(ours, ones, mine) and _each_met(theirs, others, met)


def _has_digit(norm: str) -> bool:
    return any(character.isdigit() for character in norm)


def _each_met(norms: Sequence[str], words: Sequence[str], met: bytearray) -> bool:
    at = 0
    for norm, word in zip(norms, words, strict=True):
        share = sum(met[at : at + len(word)]) / max(1, len(word))
        if len(word) > 2 and share < (0.6 if len(word) == 3 else 0.5 if len(word) == 4 else 0.55):
            return False
        if (denial(norm) or value(norm) is not None) and share < 0.66:
            return False
        at += len(word)
    return True


def denial_lost(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether one side denies and the other, letters slipped or not, does not (rule 4).

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
            if norm in _NEGATABLE:
                put_in = (*put_in, _NT_FORMS.get(norm, norm + "nt"))
        if any(
            Levenshtein.distance(shape("".join((*before, word, *after))), other) < bound
            for word in put_in
        ):
            return True
    if ours_denied == theirs_denied:
        return any(
            Levenshtein.distance(shape("".join((*words[:at], word, *words[at:]))), other) < apart
            for at in range(len(words) + 1)
            for word in ("not", "nt", "no", "never")
        )
    return False


def _fellow_fits(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether the letters lie nearer when a word is put back that a writer may have exchanged."""
    words = list(map(letters, ours))
    other = shape("".join(map(letters, theirs)))
    apart = Levenshtein.distance(shape("".join(words)), other)
    return any(
        Levenshtein.distance(shape("".join((*words[:at], word, *words[at + 1 :]))), other) < apart
        for at, norm in enumerate(ours)
        for word in (SPELLED if norm in SPELLED else fellows(norm))
        if len(word) > 2 and len(norm) > 2
    )


def _like_denial(norm: str) -> bool:
    """Whether a misread token looks most like a denial ("n0t")."""
    return any(
        slips(word, norm) <= (1.0 if len(word) > 3 else 0.5)
        for word in ("not", "no", "never", "without", "nothing", "cannot")
    )


def _inside_brackets(text: str, at: int) -> bool:
    """Whether a place stands in square brackets."""
    opened = text.rfind("[", max(0, at - 80), at)
    return opened >= 0 and "]" not in text[opened:at]


def _inside_parentheses(text: str, at: int) -> bool:
    opened = text.rfind("(", max(0, at - 120), at)
    return opened >= 0 and ")" not in text[opened:at]


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
    here = slips(word, token)
    if word in _NEGATABLE and len(token) > len(word):
        for form in {_NT_FORMS.get(word, word + "nt"), word + "not", word + "nt"}:
            if slips(form, token) <= here:
                return True
    if len(word) >= 4 and len(token) >= len(word) + 2:
        for prefix in ("un", "in", "im", "dis", "non", "ir", "il"):
            if slips(prefix + word, token) < here:
                return True
    return False


_NT_FORMS = {"can": "cant", "will": "wont", "shall": "shant"}
_AUXILIARY = re.compile(
    r"(?:do|does|did|is|are|was|were|has|have|had|ca|wo|could|would|should|must|need|might)n?\W*$",
    re.IGNORECASE,
)
_NEGATABLE = frozenset(
    (
        "do does did is are was were has have had can will would could should must need"
        " might may shall ought"
    ).split()
)


_AS_DIGIT = {
    "o": "0", "l": "1", "i": "1", "|": "1", "z": "2", "s": "5", "b": "8", "g": "9", "q": "9",
}  # fmt: skip
# common words that a denial is a slip away from
_RIVALS = ("now", "so", "yet", "but", "most", "just")
_FAR_RIVALS = (
    "new",
    "nor",
    "note",
    "know",
    "even",
    "ever",
    "every",
    "clever",
    "more",
    "one",
    "with",
)


_CLOSE_TO_DENIAL = frozenset("now nor note new got hot lot know knew ever every also".split())


def _rather_denies(ours: str, seen: str, apart: float) -> bool:
    """Whether a token lies nearer to a denial than to the draft's word, or as near as its rival."""
    margin = 0.0 if ours in _CLOSE_TO_DENIAL else -0.25
    return any(
        slips(word, seen) <= apart + margin
        for word in ("not", "no", "never", "nothing", "nobody", "none", "without", "cannot")
    )


def _allowed(one: str, two: str, misread: float) -> float:
    """How many slips a word may have, by how badly the part around it was read."""
    size = max(len(one), len(two))
    if misread < NOISY:
        return 1.0 if size <= 5 else 2.0
    if size > 5:
        size = min(len(one), len(two))
    if size < 3:
        return 2.0 if misread >= WORST else 1.0
    if misread < BAD:
        return 2.0 if size == 3 and one[0] == two[0] else max(1.0, round(size * 0.38))
    if size < 5:
        return 3.0 if size == 3 and misread >= WORST else 2.0
    return float(round(size * (0.42 if misread < WORST else 0.52)))


def is_noise(ours: str, theirs: str, lexicon: Lexicon, misread: float) -> bool:
    """Whether a source's token is a misreading of the draft's word (rules 3 and 4)."""
    one, two = letters(ours), letters(theirs)
    if not one or not two or is_han(ours) or is_han(theirs):
        return False
    apart = slips(one, two)
    noisy = misread >= NOISY
    size = max(len(one), len(two))
    if apart > _allowed(one, two, misread):
        return False
    ours_value, theirs_value = value(ours), value(theirs)
    if ours[0].isdigit() or ours_value is not None:
        if theirs_value is not None:
            return False
        if any(character.isdigit() for character in ours):
            # a digit read as a letter leaves the others as they are
            same = sum(a == b for a, b in zip(one, two, strict=False))
            meant = all(
                _AS_DIGIT.get(b, b if b.isdigit() else a) == a
                for a, b in zip(one, two, strict=False)
            )
            return shape(one) == shape(two) or (
                noisy and len(one) == len(two) and same * 2 > len(one) and meant
            )
    elif theirs_value is not None:
        return shape(one) == shape(two)  # "1" for "I", "50" for "so"
    if ours_value is not None and any(slips(word, two) < apart for word in SPELLED):
        return False
    if _denying_slip(ours, theirs) or prefix_of(ours, theirs):
        return False
    if denial(ours):
        stem = nt_stem(ours)
        if denial(theirs):
            return False
        marked = "n'" in theirs or theirs.endswith("'t")
        if stem and slips(letters(stem), two) < apart + (0.0 if marked else 0.25):
            return False
        if lexicon.listed(theirs) and lexicon.real(theirs, ours):
            return False
        if not stem and any(slips(word, two) <= apart for word in _RIVALS):
            return False
        if not stem and any(slips(word, two) < apart for word in _FAR_RIVALS):
            return False
        if denial_lost((ours,), (theirs,)):
            return False
        return apart <= 1.0 or (noisy and len(one) > 3 and apart <= 0.34 * len(one) + 0.5)
    if denial(theirs) or _rather_denies(ours, two, apart):
        return False
    if lexicon.real(theirs, ours):
        bad = misread >= BAD
        language = lexicon.language or "en"
        common = frequency(ours, language) > max(1_000_000, 100 * frequency(theirs, language))
        if not noisy or apart > (max(1.0, size * 0.34) if bad else 2.0 if common else 1.0):
            return False
        if same_class(ours, theirs) or (ours in MODALS and theirs in MODALS):
            return False
        return (
            bad
            or common
            or not lexicon.listed(theirs)
            or len(one) <= 4
            or frequency(theirs, language) < 20_000
        ) and lexicon.known(ours)
    close = 99.0 if misread < BAD or ours in MODALS or ours_value is not None else 0.5
    if any(
        slips(letters(word), two) < min(apart, close + 0.01)
        for word in fellows(ours)
        if len(word) > 2
    ):
        return False
    if not lexicon.known(ours):
        return apart <= 1.0
    return not lexicon.nearer(two, one, apart)
