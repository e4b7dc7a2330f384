"""Mark where a query matches in a page. Offsets count code points of the page's stored text.

Marks are made from the page's stored text by the same tests as the search itself, never by the
engine. A word is a mark, a phrase is one mark from its first to its last character, the words of
`"near words"~5` are a mark each. Marks that overlap become one. What stands under NOT or in a
field is not marked.
"""

from __future__ import annotations

from assay.index.leaves import page_tokens
from assay.index.tree import Tree, Words, leaves_of

Marks = list[tuple[int, int]]


def marks(tree: Tree, text: str) -> Marks:
    """Where a page's text makes it a hit: (start, end) in order, without overlaps."""
    return marks_of_leaves(leaves_of(tree), text)


def marks_of_leaves(leaves: list[Words], text: str) -> Marks:
    """The marks of several words and phrases together."""
    if not leaves:
        return []
    found = {
        place
        for page in page_tokens(text, leaves)
        for leaf in leaves
        for place in page.places(leaf)
    }
    return merge(sorted(found))


def merge(spans: Marks) -> Marks:
    """Spans in order, those that overlap made one. Spans that only touch stay apart."""
    merged: Marks = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def snippet(text: str, places: Marks, chars: int) -> tuple[str, int]:
    """A piece of the page that shows most marks, and its start in the page's text.

    At most `chars` code points, cut at white space where there is some near the cut. The piece is
    a substring of the text, so a mark (s, e) of the page stands at (s - start, e - start) in it.
    """
    if len(text) <= chars:
        return text, 0
    start = _best_start(places, chars)
    start = max(0, min(start, len(text) - chars))
    end = start + chars
    first_mark = next((s for s, e in places if s >= start), end)
    if start:
        gap = _white(text, start, min(start + 20, first_mark))
        start = gap + 1 if gap >= 0 else start
    last_mark = max((e for s, e in places if s < end), default=start)
    if end < len(text):
        gap = max(
            (i for i in range(max(end - 20, last_mark, start), end) if text[i].isspace()),
            default=-1,
        )
        end = gap if gap > start else end
    return text[start:end], start


def _white(text: str, low: int, high: int) -> int:
    return next((i for i in range(low, high) if text[i].isspace()), -1)


def _best_start(places: Marks, chars: int) -> int:
    """Where to begin so that most marks are inside, with a quarter of the room before the first."""
    room = chars - chars // 4
    best, best_count, last = 0, 0, 0
    for i, (start, _) in enumerate(places):
        last = max(last, i)
        while last < len(places) and places[last][1] <= start + room:
            last += 1
        if last - i > best_count or not best_count:
            best, best_count = start - chars // 4, max(1, last - i)
    return best
