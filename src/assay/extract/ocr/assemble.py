"""Make the text of a page from the words that were recognised, and say where each stands.

Lines end with a line feed, blocks with an empty line. Words of a line are joined by a space,
but for Han: Chinese knows no spaces, and an engine's cuts between characters are no words of
the text. Order is the engine's, which is logical order: in Arabic and Uyghur lines the first
word is the one on the right.

Starts and ends count code points of the page's text; boxes are tenths of a point.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from assay.model.reading import Words
from assay.ports import OcrWord

_HAN = re.compile(
    r"[\u2e80-\u2fdf\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]"
)

Box = tuple[float, float, float, float]


def assemble(
    words: Sequence[OcrWord], place: Callable[[tuple[int, int, int, int]], Box]
) -> tuple[str, Words]:
    """The text of a page and its word boxes.

    `place` maps a box of the picture to the page, in tenths of a point.
    """
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    boxes: list[int] = []
    at = 0
    before: OcrWord | None = None
    for word in words:
        if before is not None:
            gap = _between(before, word)
            parts.append(gap)
            at += len(gap)
        parts.append(word.text)
        starts.append(at)
        at += len(word.text)
        ends.append(at)
        left, top, right, bottom = place(word.box)
        boxes += [round(left), round(top), round(right), round(bottom)]
        before = word
    return "".join(parts), Words(
        tuple(starts),
        tuple(ends),
        tuple(boxes),
        tuple(round(min(max(w.confidence, 0.0), 100.0)) for w in words),
    )


def _between(before: OcrWord, word: OcrWord) -> str:
    if word.block != before.block:
        return "\n\n"
    if word.line != before.line:
        return "\n"
    left, right = _HAN.match(before.text[-1]), _HAN.match(word.text[0])
    if left and right:
        return ""
    if left or right:
        # a figure or a Latin word in a Chinese line: a space only where there is one to see
        high = max(1, min(before.box[3] - before.box[1], word.box[3] - word.box[1]))
        apart = max(word.box[0] - before.box[2], before.box[0] - word.box[2])
        return " " if apart > 0.45 * high else ""
    return " "


def mean_confidence(words: Sequence[OcrWord]) -> float | None:
    """The confidence of a page in percent: of its words, by their length. None without words."""
    count = sum(len(word.text) for word in words)
    if not count:
        return None
    total: float = sum(word.confidence * len(word.text) for word in words)
    return round(total / count, 1)
