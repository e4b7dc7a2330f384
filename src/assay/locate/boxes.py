"""From a range of a page's text to rectangles on the page, by its word boxes.

Offsets count code points in the page's text. Word boxes are in tenths of a point, origin at
the upper left of the page as shown; the boxes given back are in points.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from assay.model.locator import Box
from assay.model.reading import Words


def boxes_of(words: Words, start: int, end: int) -> list[Box]:
    """The rectangles that cover `[start, end)`: one a line, made of the words it touches.

    A range inside a word gets the share of the word's box that its characters have.
    """
    if start >= end:
        return []
    first = bisect_right(words.ends, start)
    last = bisect_left(words.starts, end)
    found: list[Box] = []
    for index in range(first, last):
        left, top, right, bottom = (value / 10 for value in words.boxes[4 * index : 4 * index + 4])
        length = words.ends[index] - words.starts[index]
        if length > 1 and (start > words.starts[index] or end < words.ends[index]):
            width = right - left
            begin = max(start, words.starts[index]) - words.starts[index]
            stop = min(end, words.ends[index]) - words.starts[index]
            left, right = left + width * begin / length, left + width * stop / length
        box = Box(left, top, right, bottom)
        if found and _one_line(found[-1], box):
            before = found[-1]
            found[-1] = Box(
                min(before.left, left),
                min(before.top, top),
                max(before.right, right),
                max(before.bottom, bottom),
            )
        else:
            found.append(box)
    return found


def _one_line(a: Box, b: Box) -> bool:
    """Whether two boxes overlap by more than half of the lower one's height."""
    overlap = min(a.bottom, b.bottom) - max(a.top, b.top)
    return overlap > 0.5 * min(a.bottom - a.top, b.bottom - b.top)
