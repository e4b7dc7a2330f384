"""Read the lines of a page that are in another script than the rest, by a second model.

A model makes noise of a script that it does not know, and is not sure of it: 5 to 55 percent
where its own lines have 82 and more (seven pairs of scripts, clean and worn). Such lines are
looked at as those of a page are, by models of other scripts alone, and read again by the one that
convinces; an ordinary page has none and costs nothing more. Models for Chinese know Latin
letters, so there lines of those are doubtful too.

The rule: lines that no model reads are kept as they came out, and counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import msgspec

from assay.extract.ocr.assemble import mean_confidence
from assay.extract.ocr.han import HAN
from assay.ports import OcrWord

Box = tuple[int, int, int, int]
Read = Callable[[str, Sequence[Box]], list[OcrWord]]

_DOUBTFUL = 60.0  # percent: of a line, below which it is noise or hardly read
_READ = 72.0  # of lines read again, from which they are taken
_BETTER = 3.0
_LEAST = 12  # characters of a region: a number or a signature is not worth a model
_NEAR = 2.5  # heights of a line between two of one region
_ROUNDS = 2  # scripts beside the first


@dataclass(frozen=True)
class Region:
    """Lines below each other that are hardly read: their place among the lines, box, words."""

    lines: range
    box: Box
    boxes: tuple[Box, ...]
    words: tuple[OcrWord, ...]

    @property
    def length(self) -> int:
        """Characters that were made of it."""
        return sum(len(word.text) for word in self.words)


def doubtful_regions(words: Sequence[OcrWord], language: str) -> list[Region]:
    """Where a page that was read in `language` has lines of which the model is not sure.

    Empty where it is sure of none: then there is no text to tell them from.
    """
    lines = _lines(words)
    doubtful = [_is_doubtful(line, language) for line in lines]
    if all(doubtful):
        return []
    found: list[Region] = []
    run: list[int] = []
    for at in range(len(lines) + 1):
        goes_on = at < len(lines) and doubtful[at]
        if run and not (goes_on and _is_below(around(lines[run[-1]]), around(lines[at]))):
            inside = [word for place in run for word in lines[place]]
            boxes = tuple(around(lines[place]) for place in run)
            found.append(Region(range(run[0], run[-1] + 1), around(inside), boxes, tuple(inside)))
            run = []
        if goes_on:
            run.append(at)
    return [region for region in found if region.length >= _LEAST]


def read_again(
    words: Sequence[OcrWord],
    language: str,
    choose: Callable[[Sequence[Region], Sequence[str]], str | None],
    read: Read,
) -> tuple[list[OcrWord], list[str]]:
    """The words, regions read again that another model reads better; and the models.

    Of these the first is the one that read most of the page.

    `choose` names a model for regions, of none of the scripts of the models given, None where
    none convinces; `read` reads in a language what the page has in boxes.
    """
    found = list(words)
    used = {language: _area(words)}  # of the page that each read
    for _ in range(_ROUNDS):
        regions = doubtful_regions(found, language)
        if len(used) > 1:
            regions = [region for region in regions if _mean(region.words) < _DOUBTFUL]
        other = choose(regions, list(used)) if regions else None
        if other is None:
            break
        anew = read(other, [region.box for region in regions])
        better: dict[int, tuple[Region, list[OcrWord]]] = {}
        for region in regions:
            again = [word for word in anew if _is_inside(word.box, region.box)]
            if _mean(again) >= max(_READ, _mean(region.words) + _BETTER):
                better[region.lines.start] = (region, again)
        if not better:
            break
        found = _replace(_lines(found), better)
        used[language] -= sum(_area(region.words) for region, _ in better.values())
        used[other] = sum(_area(again) for _, again in better.values())
    return found, sorted(used, key=lambda name: -used[name])


def _mean(words: Sequence[OcrWord]) -> float:
    return mean_confidence(words) or 0.0


def _area(words: Sequence[OcrWord]) -> int:
    return sum((w.box[2] - w.box[0]) * (w.box[3] - w.box[1]) for w in words)


def _replace(
    lines: Sequence[Sequence[OcrWord]], better: dict[int, tuple[Region, list[OcrWord]]]
) -> list[OcrWord]:
    """The lines in their order, those of regions by what was read anew; numbered again."""
    parts: list[tuple[int, Sequence[OcrWord]]] = []  # which reading, its words
    covered: range = range(0)
    for at, line in enumerate(lines):
        if at in better:
            region, again = better[at]
            covered = region.lines
            parts.append((at + 1, again))
        elif at not in covered:
            parts.append((0, line))
    found: list[OcrWord] = []
    before: tuple[tuple[int, int], tuple[int, int, int]] | None = None
    block = row = -1
    for reading, part in parts:
        for word in part:
            now = (reading, word.block), (reading, word.block, word.line)
            block += before is None or now[0] != before[0]
            row += before is None or now[1] != before[1]
            found.append(msgspec.structs.replace(word, block=block, line=row))
            before = now
    return found


def _lines(words: Sequence[OcrWord]) -> list[list[OcrWord]]:
    return [list(line) for _, line in groupby(words, key=lambda word: (word.block, word.line))]


def _is_doubtful(line: Sequence[OcrWord], language: str) -> bool:
    if _mean(line) < _DOUBTFUL:
        return True
    letters = [char for word in line for char in word.text if char.isalpha()]
    return language in HAN and sum(char.isascii() for char in letters) * 2 > len(letters)


def around(words: Iterable[OcrWord]) -> Box:
    """The box around words."""
    lefts, tops, rights, bottoms = zip(*(word.box for word in words), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _is_inside(box: Box, larger: Box) -> bool:
    """Whether the middle of a box lies in another."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return larger[0] <= x <= larger[2] and larger[1] <= y <= larger[3]


def _is_below(above: Box, box: Box) -> bool:
    """Whether a line stands under the one before it, in the same column."""
    high = min(above[3] - above[1], box[3] - box[1])
    near = above[1] <= box[1] <= above[3] + _NEAR * high
    return near and box[0] < above[2] and box[2] > above[0]
