"""How likely a reader's slips are to have made one run of letters out of another.

A reader of pictures (an OCR engine, a tired typist) is a noisy channel: with a certain *rate* a
letter goes wrong, and a letter that goes wrong becomes one that looks alike far more often than
any other. `log_read(meant, seen, rate)` is the logarithm of the probability of the best way in
which `meant` may have been read as `seen`. Spaces are characters: they are lost and put in like
others. Everything works on folded letters; marks are left out before.

The shares below say what becomes of a letter that goes wrong. They are rounded by hand from what
engines are known to do; nothing here depends on them to within a factor of two.

Source: the noisy channel of spelling correction (Kernighan, Church, Gale 1990).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache

# each letter, and what it is taken for because it looks alike; in both directions
_GROUPS = (
    "ec", "eo", "co", "ea", "ao", "ac", "il", "i1", "ij", "l1", "it", "lt", "tf", "ft", "fl", "rt",
    "l|", "i|", "1|", "fi", "hb", "h6", "b6", "hk", "kl", "nr", "nu", "nm", "nh", "hn", "uv", "un",
    "vy", "vw", "uw", "wm", "rn", "rv", "gq", "gy", "g9", "q9", "yg", "qo", "s5", "sa", "sz", "s3",
    "z2", "o0", "d0", "0q", "do", "da", "dl", "cl", "b8", "s8", "3e", "e6", "pn", "po", "bo", "kx",
    "xz", "ny", "mr", "ui", "ni", "hl", "li", "t1", "7t", "pf", "gp", "jl", "ог", "ип", "ин", "нп",
    "шщ", "з3", "еc", "ес", "гт", "ьъ", "ий", "её", "мн",
)  # fmt: skip
_ALIKE = frozenset(pair for one in _GROUPS for pair in (one, one[::-1]))
# two letters for one, and one for two
_PAIRS = {
    ("m", "rn"), ("m", "nn"), ("m", "in"), ("m", "ni"), ("m", "iu"), ("w", "vv"), ("w", "uv"),
    ("d", "cl"), ("d", "ol"), ("h", "li"), ("h", "ii"), ("u", "ii"), ("n", "ii"), ("n", "ri"),
    ("b", "lo"), ("a", "ci"), ("k", "lc"), ("ы", "ьi"), ("ю", "io"), ("u", "li"), ("u", "il"),
}  # fmt: skip
_SPLIT = frozenset(_PAIRS)
_MERGED = frozenset((two, one) for one, two in _PAIRS)
_THIN = frozenset("iltr1|jfnc")  # what dirt and edges are read as

# -log of the share of slips that are of this kind, and this letter among those of the kind
_COST_ALIKE = 1.5
_COST_PAIR = 2.2
_COST_OTHER = 4.9
_COST_LOST = 2.2
_COST_THIN = 4.2  # a thin letter put in
_COST_PUT_IN = 5.4
_COST_SPACE_LOST = 0.9
_COST_SPACE_PUT_IN = 3.8
_SLIP = 2.5  # -log(rate) at which the best way is chosen: a rate of 8 %


@lru_cache(maxsize=300_000)
def slips_between(meant: str, seen: str) -> tuple[int, float]:
    """(how many slips, -log of the share of such slips) on the likeliest way; the rate left out."""
    # what is alike at both ends was read right
    low, stop = 0, min(len(meant), len(seen))
    while low < stop and meant[low] == seen[low]:
        low += 1
    high = 0
    stop -= low
    while high < stop and meant[-1 - high] == seen[-1 - high]:
        high += 1
    if low or high:
        return _between(meant[low : len(meant) - high], seen[low : len(seen) - high])
    return _between(meant, seen)


@lru_cache(maxsize=100_000)
def _between(meant: str, seen: str) -> tuple[int, float]:
    if not meant:
        return len(seen), sum(map(_put_in, seen))
    if not seen:
        return len(meant), sum(map(_lost, meant))
    width = len(seen) + 1
    row = [(0.0, 0)]
    put_in = [_put_in(letter) + _SLIP for letter in seen]
    for cost in put_in:
        row.append((row[-1][0] + cost, row[-1][1] + 1))
    before: list[tuple[float, int]] = []
    for number, letter in enumerate(meant):
        lost = _lost(letter) + _SLIP
        two_meant = meant[number - 1] + letter if number else ""
        new = [(row[0][0] + lost, row[0][1] + 1)]
        for column in range(1, width):
            other = seen[column - 1]
            diagonal, slipped = row[column - 1]
            if letter == other:
                best = (diagonal, slipped)
            else:
                best = (diagonal + _swapped(letter, other) + _SLIP, slipped + 1)
            up, above = row[column]
            if up + lost < best[0]:
                best = (up + lost, above + 1)
            left, beside = new[column - 1]
            if left + put_in[column - 1] < best[0]:
                best = (left + put_in[column - 1], beside + 1)
            if column > 1 and (letter, seen[column - 2] + other) in _SPLIT:
                far, count = row[column - 2]
                if far + _COST_PAIR + _SLIP < best[0]:
                    best = (far + _COST_PAIR + _SLIP, count + 1)
            if number and (two_meant, other) in _MERGED:
                far, count = before[column - 1]
                if far + _COST_PAIR + _SLIP < best[0]:
                    best = (far + _COST_PAIR + _SLIP, count + 1)
            new.append(best)
        before, row = row, new
    total, count = row[-1]
    return count, total - count * _SLIP


def _put_in(letter: str) -> float:
    if letter == " ":
        return _COST_SPACE_PUT_IN
    return _COST_THIN if letter in _THIN else _COST_PUT_IN


def _lost(letter: str) -> float:
    return _COST_SPACE_LOST if letter == " " else _COST_LOST


def _swapped(letter: str, other: str) -> float:
    if letter + other in _ALIKE:
        return _COST_ALIKE
    if letter == " " or other == " ":
        return _COST_OTHER + 1.0
    return _COST_OTHER


def log_read(meant: str, seen: str, rate: float) -> float:
    """Log probability that `meant` was read as `seen` where a share `rate` of letters goes wrong.

    >>> log_read("right", "night", 0.08) > log_read("right", "sight", 0.08)
    True
    """
    count, cost = slips_between(meant, seen)
    right = max(0, len(meant) - count)
    return count * math.log(rate) + right * math.log1p(-rate) - cost


_LOOKS = {
    letter: tuple(sorted(one[0] for one in _ALIKE if one[1] == letter))
    for letter in {one[1] for one in _ALIKE}
}


def takes_for(seen: str) -> Iterator[str]:
    """The words that a token may have been read from with one look-alike slip."""
    for at, letter in enumerate(seen):
        for meant in _LOOKS.get(letter, ()):
            yield seen[:at] + meant + seen[at + 1 :]
    for meant, two in _PAIRS:
        at = seen.find(two)
        if at >= 0:
            yield seen[:at] + meant + seen[at + len(two) :]
