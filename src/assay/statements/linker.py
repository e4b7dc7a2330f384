"""Tie what was said to its cue, and a cue to its source, among the stretches that were found.

Each choice is among a few candidates near by and "none", scored by a logistic model over hashed
traits of the pair: order, distance, what stands between. Where there is no model the nearest one
in the same sentence is taken.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from functools import cache
from math import exp
from typing import TYPE_CHECKING, NamedTuple

from assay.statements.english import kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.statements.frames import Span
    from assay.statements.words import Words

BITS = 14
_REACH = 90
_SIDE = 3


class Tied(NamedTuple):
    """The choice for one stretch: which candidate, None for none, and how probable it is."""

    chosen: int | None
    sure: float


@cache
def key(name: str) -> int:
    """The row of a trait."""
    return zlib.crc32(name.encode()) & ((1 << BITS) - 1)


class Scene:
    """What the traits of pairs are read from, computed once a text."""

    def __init__(
        self,
        words: Words,
        inside: Sequence[int],
        sources: list[Span],
        cues: list[Span],
        contents: list[Span],
    ) -> None:
        self.words = words
        self.inside = inside
        self.sources = sources
        self.cues = cues
        self.contents = contents
        self.starts = {
            "source": [span.start for span in sources],
            "cue": [span.start for span in cues],
            "content": [span.start for span in contents],
        }
        count = len(words.words)
        sentence = [0] * (count + 1)
        number = -1
        heads = set(words.sentences)
        paragraph = [0] * (count + 1)
        block = -1
        blocks = set(words.paragraphs)
        commas = [0] * (count + 1)
        for at, word in enumerate(words.words):
            if at in heads:
                number += 1
            if at in blocks:
                block += 1
            sentence[at] = number
            paragraph[at] = block
            commas[at + 1] = commas[at] + (word == ",")
        self.sentence = sentence
        self.paragraph = paragraph
        self.commas = commas

    def between(self, kind: str, start: int, end: int) -> int:
        """How many stretches of a kind begin within `[start, end)`."""
        starts = self.starts[kind]
        return bisect_left(starts, end) - bisect_left(starts, start)

    def near(self, kind: str, spans: list[Span], span: Span) -> list[int]:
        """The candidates of a kind around a stretch, as numbers."""
        at = bisect_left(self.starts[kind], span.start)
        found = [
            number
            for number in range(max(0, at - _SIDE), min(len(spans), at + _SIDE))
            if spans[number].end > span.start - _REACH and spans[number].start < span.end + _REACH
        ]
        # long stretches: what follows right behind one
        behind = bisect_left(self.starts[kind], span.end)
        for number in range(max(at + _SIDE, behind), min(len(spans), behind + 2)):
            if spans[number].start < span.end + _REACH:
                found.append(number)
        return found


def _bucket(distance: int) -> str:
    if distance < 6:
        return str(distance)
    return "9" if distance < 10 else "20" if distance < 20 else "40" if distance < 40 else "90"


def pair(scene: Scene, what: str, span: Span, kind: str, other: Span) -> list[int]:
    """The traits of a pair, as rows of the table. `what` is the kind of `span`."""
    words = scene.words.words
    before = other.end <= span.start
    gap_start, gap_end = (other.end, span.start) if before else (span.end, other.start)
    gap_end = max(gap_start, gap_end)
    distance = gap_end - gap_start
    side = f"{what}{kind}{'<' if before else '>'}"
    far = min(
        3, abs(scene.sentence[other.start] - scene.sentence[span.start if before else span.end - 1])
    )
    block = min(2, abs(scene.paragraph[other.start] - scene.paragraph[span.start]))
    quoted = scene.inside[span.start] >= 0
    edge = words[gap_start] if distance else "-"
    edge = edge if not edge[0].isalnum() else "w"
    near = words[gap_end - 1] if distance else "-"
    near = near if not near[0].isalnum() else "w"
    between = "".join(
        str(min(2, scene.between(name, gap_start, gap_end)))
        for name in ("source", "cue", "content")
    )
    shut = words[span.end - 1] if before else words[span.start]
    lead = words[span.end] if span.end < len(words) else "$"
    beyond = words[other.end] if other.end < len(words) else "$"
    beyond = beyond if not beyond[0].isalnum() else "w"
    # whether the other stands right before another stretch that it may belong to
    claimed = scene.between("content", other.end, other.end + 3) if not before else 0
    start = scene.words.sentences
    opening = span.start == start[min(len(start) - 1, scene.sentence[span.start])]
    names = (
        side,
        f"{side}x{beyond}{claimed}",
        f"{side}x{beyond}{claimed}q{quoted}s{far}p{block}",
        f"{side}d{_bucket(distance)}",
        f"{side}d{_bucket(distance)}q{quoted}s{far}",
        f"{side}s{far}p{block}",
        f"{side}s{far}p{block}q{quoted}",
        f"{side}b{between}",
        f"{side}b{between}q{quoted}s{far}",
        f"{side}e{edge}{near}",
        f"{side}e{edge}{near}{_bucket(distance)}",
        f"{side}k{kind_of(words[other.start])}",
        f"{side}k{kind_of(words[other.end - 1])}q{quoted}s{far}",
        f"{side}w{words[other.start].lower()}",
        f"{side}w{words[span.start].lower()}",
        f"{side}o{opening}s{far}q{quoted}",
        f"{side}c{min(3, scene.commas[gap_end] - scene.commas[gap_start])}s{far}",
        f"{side}l{lead if not lead[0].isalnum() else 'w'}{shut if not shut[0].isalnum() else 'w'}",
    )
    return [key(name) for name in names]


def none(scene: Scene, what: str, span: Span, kind: str) -> list[int]:
    """The traits of tying a stretch to nothing."""
    quoted = scene.inside[span.start] >= 0
    words = scene.words.words
    start = scene.words.sentences
    opening = span.start == start[min(len(start) - 1, scene.sentence[span.start])]
    head = scene.words.paragraphs
    begins = span.start == head[min(len(head) - 1, scene.paragraph[span.start])]
    size = min(4, (span.end - span.start) // 5)
    base = f"{what}{kind}0"
    return [
        key(name)
        for name in (
            base,
            f"{base}q{quoted}",
            f"{base}q{quoted}o{opening}",
            f"{base}q{quoted}p{begins}",
            f"{base}z{size}q{quoted}",
            f"{base}w{words[span.start].lower()}",
            f"{base}k{kind_of(words[span.start])}",
        )
    ]


def tie(
    weights: Sequence[float], scene: Scene, what: str, span: Span, kind: str, others: list[Span]
) -> Tied:
    """The best candidate for a stretch."""
    numbers = scene.near(kind, others, span)
    scores = [sum(weights[row] for row in none(scene, what, span, kind))]
    for number in numbers:
        scores.append(sum(weights[row] for row in pair(scene, what, span, kind, others[number])))
    top = max(range(len(scores)), key=scores.__getitem__)
    high = scores[top]
    total = sum(exp(max(-50.0, score - high)) for score in scores)
    return Tied(None if top == 0 else numbers[top - 1], 1 / total)


def nearest(scene: Scene, span: Span, kind: str, others: list[Span]) -> Tied:
    """The nearest candidate in the same or a neighbouring sentence, without a model."""
    best: tuple[int, int] | None = None
    for number in scene.near(kind, others, span):
        other = others[number]
        distance = other.start - span.end if other.start >= span.end else span.start - other.end
        apart = min(
            abs(scene.sentence[other.start] - scene.sentence[span.start]),
            abs(scene.sentence[other.start] - scene.sentence[span.end - 1]),
        )
        cost = max(0, distance) + 30 * apart
        if cost < 40 and (best is None or cost < best[0]):
            best = (cost, number)
    return Tied(best[1], 0.6) if best else Tied(None, 0.4)
