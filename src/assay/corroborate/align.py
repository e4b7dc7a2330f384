"""Lay a quotation beside its source, token by token.

A dynamic programme over tokens whose costs come from how alike two tokens are. The quotation must
be used up; the source may begin and end anywhere. One token may face two, since an OCR engine
joins and parts words. Tokens of the source that stand outside its quotation marks ("…," she said,
"…") cost next to nothing to leave out, and so does what stands at an ellipsis of the quotation.
Words in square brackets are the writer's own and face anything.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from assay.corroborate.tokens import Token, letters, shape

Floats = npt.NDArray[np.float64]

_LOOSE = 0.04  # leaving out what the source itself sets apart
_GAP = 0.75
_JOIN = 0.1
_ENDS = 6  # tokens from which two at each end may be misread, else one


class Step(NamedTuple):
    """Tokens `[low, high)` of the quotation face `[begin, end)` of the source."""

    kind: Literal["equal", "changed", "added", "dropped"]
    low: int
    high: int
    begin: int
    end: int


class Laid(NamedTuple):
    """The steps in order; the source's tokens used are `[begin, end)`; cost 0: word for word."""

    steps: list[Step]
    begin: int
    end: int
    cost: float


def unlike(ours: Sequence[str], theirs: Sequence[str]) -> Floats:
    """How unlike tokens are, shape (len(ours), len(theirs)): 0 is the same, 1 has nothing alike."""
    return np.asarray(
        cdist(ours, theirs, scorer=Levenshtein.normalized_distance, dtype=np.float32),
        dtype=np.float64,
    )


def letters_apart(ours: Sequence[str], theirs: Sequence[str]) -> Floats:
    """How many letters differ between tokens, shape (len(ours), len(theirs))."""
    return np.asarray(
        cdist(ours, theirs, scorer=Levenshtein.distance, dtype=np.uint8), dtype=np.float64
    )


def lay(
    ours: Sequence[Token],
    theirs: Sequence[Token],
    *,
    free: frozenset[int] = frozenset(),
    gaps: frozenset[int] = frozenset(),
    loose: Sequence[bool] = (),
    fixed: bool = False,
) -> Laid:
    """Align a quotation's tokens with a stretch of its source.

    `free`: numbers of our tokens that stand in square brackets. `gaps`: before which of our
    tokens an ellipsis stands. `loose[j]`: the source sets token j apart. `fixed`: the source
    must be used up too.
    """
    rows, columns = len(ours), len(theirs)
    our_words = [letters(token.norm) or token.norm for token in ours]
    their_words = [letters(token.norm) or token.norm for token in theirs]
    # letters that look alike are alike: "rninister" faces "minister"
    our_words, their_words = list(map(shape, our_words)), list(map(shape, their_words))
    different = unlike(our_words, their_words)
    lengths = np.maximum(
        np.array([len(word) for word in our_words])[:, None],
        np.array([len(word) for word in their_words])[None, :],
    )
    substituted = np.minimum(0.12 + np.minimum(1.5 * different, 0.35 * different * lengths), 1.3)
    same: dict[str, list[int]] = {}
    for column, token in enumerate(theirs):
        same.setdefault(token.norm, []).append(column)
    for row, token in enumerate(ours):
        if token.norm in same:
            substituted[row, same[token.norm]] = 0.0
    # numbers are alike or not: one wrong digit is no slip; but a cheap pair keeps them facing
    leave_theirs = np.array([_GAP if len(word) > 1 else 0.45 for word in their_words])
    if len(loose) == columns:
        leave_theirs = np.where(np.array(loose, dtype=bool), _LOOSE, leave_theirs)
    leave_ours = [
        0.05 if number in free else (_GAP if len(word) > 1 else 0.45)
        for number, word in enumerate(our_words)
    ]
    for number in free:
        # rather the source's own words in brackets than none
        substituted[number] = np.minimum(0.2 * substituted[number], 0.1)
    # at the ends the source has words enough: a misread one is likelier than none at all
    for number in {0, rows - 1, *((1, rows - 2) if rows > _ENDS else ())}:
        np.minimum(substituted[number], leave_ours[number] - 0.05, out=substituted[number])
    pairs_theirs = [a + b for a, b in itertools.pairwise(their_words)]
    pairs_ours = [a + b for a, b in itertools.pairwise(our_words)]
    joined = (
        np.minimum(_JOIN + 0.3 * letters_apart(our_words, pairs_theirs), 2.0)
        if pairs_theirs
        else None
    )
    parted = (
        np.minimum(_JOIN + 0.3 * letters_apart(pairs_ours, their_words), 2.0)
        if pairs_ours
        else None
    )
    table = np.zeros((rows + 1, columns + 1))
    sums = np.concatenate([[0.0], np.cumsum(leave_theirs)])
    if fixed:
        table[0] = sums
    all_sums = sums
    cheap = sums * _LOOSE
    for row in range(1, rows + 1):
        before = table[row - 1]
        best = before + leave_ours[row - 1]
        np.minimum(best[1:], before[:-1] + substituted[row - 1], out=best[1:])
        if joined is not None:
            np.minimum(best[2:], before[:-2] + joined[row - 1], out=best[2:])
        if parted is not None and row > 1:
            np.minimum(best[1:], table[row - 2][:-1] + parted[row - 2], out=best[1:])
        sums = cheap if row in gaps or row - 1 in free or row in free else all_sums
        best = np.minimum.accumulate(best - sums) + sums
        table[row] = best
    end = columns if fixed else int(np.argmin(table[rows]))
    cost = float(table[rows, end])
    steps: list[Step] = []
    row, column = rows, end
    while row > 0:
        here = table[row, column]
        before = table[row - 1]
        if column > 0 and _same(here, before[column - 1] + substituted[row - 1, column - 1]):
            equal = ours[row - 1].norm == theirs[column - 1].norm
            kind: Literal["equal", "changed"] = "equal" if equal else "changed"
            steps.append(Step(kind, row - 1, row, column - 1, column))
            row, column = row - 1, column - 1
        elif (
            joined is not None
            and column > 1
            and _same(here, before[column - 2] + joined[row - 1, column - 2])
        ):
            steps.append(Step("changed", row - 1, row, column - 2, column))
            row, column = row - 1, column - 2
        elif (
            parted is not None
            and row > 1
            and column > 0
            and _same(here, table[row - 2, column - 1] + parted[row - 2, column - 1])
        ):
            steps.append(Step("changed", row - 2, row, column - 1, column))
            row, column = row - 2, column - 1
        elif _same(here, before[column] + leave_ours[row - 1]):
            steps.append(Step("added", row - 1, row, column, column))
            row -= 1
        elif column > 0:
            steps.append(Step("dropped", row, row, column - 1, column))
            column -= 1
        else:  # rounding: what is left of ours was added
            steps.append(Step("added", row - 1, row, column, column))
            row -= 1
    while fixed and column > 0:
        steps.append(Step("dropped", 0, 0, column - 1, column))
        column -= 1
    steps.reverse()
    return Laid(steps, column, end, cost)


def _same(one: float, other: float) -> bool:
    return abs(one - other) < 1e-7
