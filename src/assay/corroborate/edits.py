"""Say what kind of change lies between a quotation and its source, or that a reader slipped.

How alike two texts are cannot tell: "not" put in changes a sentence less than three misread
letters in a hundred. So each place that differs is looked at. It is *noise* where a reader with
the page's rate of slips is a likelier cause than a writer (`misread`); all else alters.

1. Tokens whose letters are the same differ in form alone, unless joining them loses a denial
   ("not able", "notable").
2. Numbers that have the same value are the same.
3. What was added is what was dropped elsewhere: the order was changed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from assay.corroborate.align import Laid, Step
from assay.corroborate.lexicon import Lexicon, slips
from assay.corroborate.misread import NOISY, denying_slip, is_noise, may_be_lost, run_together
from assay.corroborate.tokens import Token, is_han, letters
from assay.corroborate.words import MODALS, denial, prefix_of, total, value
from assay.model.draft import Edit, EditKind

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
    rate: float,
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
        found += block.judge(lexicon, rate, held)
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

    def judge(self, lexicon: Lexicon, rate: float, held: list[bool]) -> list[_Row]:
        if not self.steps:
            return []
        mine = [n for step in self.steps for n in range(step.low, step.high)]
        other = [n for step in self.steps for n in range(step.begin, step.end)]
        if self.bracketed:
            return self._in_brackets(lexicon, rate, held)
        our_norms = tuple(self.ours[n].norm for n in mine)
        their_norms = tuple(self.theirs[n].norm for n in other)
        if mine and other:
            if self._form_alone(our_norms, their_norms, lexicon, rate):
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
            found += self._one(step, lexicon, rate, held)
        real = [row for row in found if row[0].kind != "noise"]
        if (
            real
            and len(self.steps) > 1
            and mine
            and other
            and not any(edit.kind == "negation" for edit, _, _ in real)
            and self._noise_as_a_whole(mine, other, lexicon, rate)
        ):
            for number in mine:
                held[number] = True
            return [self._row("noise", mine, other)]
        return found

    def _form_alone(
        self,
        our_norms: tuple[str, ...],
        their_norms: tuple[str, ...],
        lexicon: Lexicon,
        rate: float,
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
            return rate >= NOISY or not (lexicon.listed(without) and lexicon.listed(with_mark))
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
        self, mine: list[int], other: list[int], lexicon: Lexicon, rate: float
    ) -> bool:
        """Whether words ran into each other: the block's letters decide, not its words."""
        our_norms = [self.ours[n].norm for n in mine]
        their_norms = [self.theirs[n].norm for n in other]
        while our_norms and their_norms and our_norms[0] == their_norms[0]:
            our_norms, their_norms = our_norms[1:], their_norms[1:]
        while our_norms and their_norms and our_norms[-1] == their_norms[-1]:
            our_norms, their_norms = our_norms[:-1], their_norms[:-1]
        if not our_norms or not their_norms or any(map(_has_digit, our_norms)):
            return False
        whole = [
            norm
            for norm in their_norms
            if len(norm) > 2 and norm not in our_norms and lexicon.listed(norm)
        ]
        if len(whole) > (0 if rate < NOISY else len(their_norms) // 3):
            return False
        if self._others_word(our_norms, their_norms, lexicon):
            return False
        return run_together(our_norms, their_norms, lexicon, rate)

    def _others_word(
        self, our_norms: Sequence[str], their_norms: Sequence[str], lexicon: Lexicon
    ) -> bool:
        """Whether the source has a longer word, well read, that none of the draft's is like."""
        return any(
            len(norm) > 3
            and lexicon.listed(norm)
            and all(slips(letters(ours), letters(norm)) > 1.0 for ours in our_norms)
            and letters(norm) not in "".join(map(letters, our_norms))
            for norm in their_norms
        )

    def _in_brackets(self, lexicon: Lexicon, rate: float, held: list[bool]) -> list[_Row]:
        """Words in square brackets are openly the writer's; a denial that they hide is told.

        What stands beside them is judged like everything else, and so are brackets that the
        source has at that place: those are the source's own words.
        """
        theirs = [n for step in self.steps for n in range(step.begin, step.end)]
        if any(_inside_brackets(self.their_text, self.theirs[n].start) for n in theirs):
            return [row for step in self.steps for row in self._one(step, lexicon, rate, held)]
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
                found += self._one(step, lexicon, rate, held)
        for number in mine:
            held[number] = True
        denied = sum(bool(denial(self.ours[n].norm)) for n in mine)
        if denied != sum(bool(denial(self.theirs[n].norm)) for n in other):
            found.append(self._row("negation", mine, other))
        return found

    def _one(self, step: Step, lexicon: Lexicon, rate: float, held: list[bool]) -> list[_Row]:
        mine, other = list(range(step.low, step.high)), list(range(step.begin, step.end))
        if step.kind == "dropped":
            token = self.theirs[step.begin]
            if self._stray(token, lexicon, rate):
                return [self._row("noise", mine, other)]
            return [self._row(self._kind(mine, other, lexicon), mine, other)]
        if step.kind == "added":
            token = self.ours[step.low]
            lost = not is_han(token.norm) and value(token.norm) is None
            if lost and may_be_lost(token.norm, rate):
                held[step.low] = True
                return [self._row("noise", mine, other)]
            return [self._row(self._kind(mine, other, lexicon), mine, other)]
        our_norms = tuple(self.ours[n].norm for n in mine)
        their_norms = tuple(self.theirs[n].norm for n in other)
        if self._form_alone(our_norms, their_norms, lexicon, rate):
            for number in mine:
                held[number] = True
            return []
        torn = any(self._torn_denial(self.theirs[n]) for n in other)
        if torn and not any(map(denial, our_norms)):
            return [self._row("negation", mine, other)]
        if len(mine) == len(other) == 1:
            named = self._reads_as_name(self.theirs[other[0]])
            noise = is_noise(our_norms[0], their_norms[0], lexicon, rate, named=named)
        else:
            one, two = "".join(map(letters, our_norms)), "".join(map(letters, their_norms))
            real = all(lexicon.listed(norm) for norm in their_norms)
            if rate >= NOISY and slips(one, two) <= 1.0:
                # a letter that stands alone is lost easily
                real = real and all(len(norm) > 1 for norm in our_norms)
            noise = (
                not real
                and not self._others_word(our_norms, their_norms, lexicon)
                and run_together(our_norms, their_norms, lexicon, rate)
            )
        if noise:
            for number in mine:
                held[number] = True
            return [self._row("noise", mine, other)]
        return [self._row(self._kind(mine, other, lexicon), mine, other)]

    def _torn_denial(self, token: Token) -> bool:
        """Whether a token is what a rate mark left of a denial ("can,t")."""
        before = self.their_text[max(0, token.start - 12) : token.start]
        return token.norm in ("t", "nt") and _AUXILIARY.search(before) is not None

    def _stray(self, token: Token, lexicon: Lexicon, rate: float) -> bool:
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
            return norm not in ("a", "i", "n") or (norm != "n" and rate >= NOISY)
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
            slipped = not lexicon.listed(two) and denying_slip(one, two)
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
        if not _begins_sentence(token, text):
            return True
        return lexicon.frequency(token.norm) < 2_000

    def _reads_as_name(self, token: Token) -> bool:
        """Whether the source writes a token with a capital that no sentence gives it."""
        capital = self.their_text[token.start].isupper()
        return capital and not _begins_sentence(token, self.their_text)

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


def _begins_sentence(token: Token, text: str) -> bool:
    before = text[max(0, token.start - 3) : token.start].rstrip()
    return not before or before[-1] in '.!?“"«„‘:' or token.start == 0


def _has_digit(norm: str) -> bool:
    return any(character.isdigit() for character in norm)


def _like_denial(norm: str) -> bool:
    """Whether a rate token looks most like a denial ("n0t")."""
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


_AUXILIARY = re.compile(
    r"(?:do|does|did|is|are|was|were|has|have|had|ca|wo|could|would|should|must|need|might)n?\W*$",
    re.IGNORECASE,
)
