"""What one word or phrase of a query matches, token by token. Positions count tokens from 0.

A leaf stands for one or more sequences of tests (both readings of Arabic script, a hyphen joined
or not). A page matches where the tokens of a sequence stand in this order with at most `slop`
other tokens between them in all. The engine's query (compile.py) and the marks (highlight.py) are
both made from these sequences, so they cannot disagree about what a query means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import product

import msgspec

from assay.index.analysis import (
    BLOCK_CHARS,
    Located,
    is_unspaced,
    locate_blocks,
    locate_tokens,
    query_readings,
    query_written,
)
from assay.index.pattern import Automaton
from assay.index.tree import Item, Kind, Words

_MAX_SEQUENCES = 64


class TokenTest(msgspec.Struct, frozen=True):
    """What one token must be.

    `token` is a folded token, a prefix of one, the centre of an edit distance, or a pattern;
    `written` is the spelling that `exact` asks for.
    """

    kind: Kind
    token: str
    edits: int = 0
    written: str = ""


Sequence = tuple[TokenTest, ...]


@lru_cache(maxsize=4096)
def sequences(leaf: Words) -> tuple[Sequence, ...]:
    """The sequences of tests that a leaf stands for; never empty for a parsed leaf."""
    found: dict[Sequence, None] = {}
    for combination in product(*(_of_item(item) for item in leaf.items)):
        found[tuple(test for part in combination for test in part)] = None
        if len(found) == _MAX_SEQUENCES:
            break
    return tuple(found)


def _of_item(item: Item) -> list[Sequence]:
    if item.kind == "regex":
        return [(TokenTest("regex", item.text),)]
    if item.kind == "exact":
        return [
            tuple(TokenTest("exact", folded, written=written) for folded, written in tokens)
            for tokens in query_written(item.text)
        ]
    readings = query_readings(item.text, numbers=item.kind == "plain")
    if item.kind == "fuzzy":
        return [
            (TokenTest("fuzzy", tokens[0], item.edits),) for tokens in readings if len(tokens) == 1
        ]
    if item.kind == "prefix":
        return list(dict.fromkeys(s for tokens in readings for s in _prefixes(tokens)))
    return [tuple(TokenTest("plain", token) for token in tokens) for tokens in readings]


def _prefixes(tokens: tuple[str, ...]) -> list[Sequence]:
    """A prefix may end inside a word or be the whole word: then a final yeh is ی."""
    head = tuple(TokenTest("plain", token) for token in tokens[:-1])
    last = tokens[-1]
    if is_unspaced(last):
        return [(*head, TokenTest("plain", last))]
    if last.endswith("ی"):
        return [(*head, TokenTest("plain", last)), (*head, TokenTest("prefix", last[:-1] + "ي"))]
    return [(*head, TokenTest("prefix", last))]


class PageTokens:
    """The tokens of one page, ready to be asked which of them pass a test."""

    def __init__(self, located: Located) -> None:
        self.located = located
        self.tokens = located.tokens

    def passing(self, test: TokenTest) -> list[int]:
        """The positions of the tokens that pass, in order."""
        if test.kind == "plain":
            return self._equal(test.token)
        if test.kind == "exact":
            written = self.located.written
            return [p for p in self._equal(test.token) if written(p) == test.written]
        matches = _matcher(test)
        passing = {token for token in set(self.tokens) if matches(token)}
        return [p for p, token in enumerate(self.tokens) if token in passing] if passing else []

    def _equal(self, token: str) -> list[int]:
        found: list[int] = []
        at = -1
        for _ in range(self.tokens.count(token)):
            at = self.tokens.index(token, at + 1)
            found.append(at)
        return found

    def runs(self, leaf: Words) -> list[tuple[int, int]]:
        """Where a leaf matches: (first, last) positions, both included.

        A phrase without slop is one run from its first to its last token; with slop every token
        that takes part in a match is a run of its own.
        """
        found: set[tuple[int, int]] = set()
        for sequence in sequences(leaf):
            if leaf.slop:
                places = [self.passing(test) for test in sequence]
                if all(places):
                    found.update((p, p) for p in _near(places, leaf.slop))
            else:
                found.update(self._phrase(sequence))
        return sorted(found)

    def places(self, leaf: Words) -> list[tuple[int, int]]:
        """Where a leaf matches, as code points of the page's text."""
        return [self.located.place(first, last) for first, last in self.runs(leaf)]

    def _phrase(self, sequence: Sequence) -> list[tuple[int, int]]:
        last = len(sequence) - 1
        starts = self.passing(sequence[0])
        if not last or not starts:
            return [(p, p) for p in starts]
        if all(test.kind == "plain" for test in sequence):
            wanted = [test.token for test in sequence]
            return [(p, p + last) for p in starts if self.tokens[p : p + last + 1] == wanted]
        later = [set(self.passing(test)) for test in sequence[1:]]
        return [
            (p, p + last)
            for p in starts
            if all(p + i in passing for i, passing in enumerate(later, 1))
        ]


def page_tokens(text: str, leaves: list[Words]) -> Iterator[PageTokens]:
    """A page for these leaves: at once, or block by block where it is long.

    Every match lies in one of the blocks; one near an edge may be found in two.
    """
    if len(text) <= BLOCK_CHARS:
        yield PageTokens(locate_tokens(text))
        return
    reach = max((leaf.slop + len(s) for leaf in leaves for s in sequences(leaf)), default=1)
    for located in locate_blocks(text, reach):
        yield PageTokens(located)


def places_of(leaf: Words, text: str) -> set[tuple[int, int]]:
    """Where one leaf matches in a page, as code points of its text."""
    return {place for page in page_tokens(text, [leaf]) for place in page.places(leaf)}


def _near(places: list[list[int]], slop: int) -> set[int]:
    """The positions that take part in an ordered match within the window that slop allows."""
    taking_part: set[int] = set()
    for first in places[0]:
        end = first + len(places) - 1 + slop
        windows = [[first], *([p for p in ps if first < p <= end] for ps in places[1:])]
        forward: list[int] = []
        for window in windows:
            before = forward[-1] if forward else -1
            reached = next((p for p in window if p > before), None)
            if reached is None:
                break
            forward.append(reached)
        else:
            backward = [0] * len(windows)
            after = end + 1
            for i in range(len(windows) - 1, -1, -1):
                after = backward[i] = max(p for p in windows[i] if p < after)
            for window, low, high in zip(windows, forward, backward, strict=True):
                taking_part.update(p for p in window if low <= p <= high)
    return taking_part


@lru_cache(maxsize=256)
def _matcher(test: TokenTest) -> Callable[[str], bool]:
    if test.kind == "regex":
        return Automaton(test.token).matches
    if test.kind == "prefix":
        return lambda token: token.startswith(test.token)
    return lambda token: within_edits(token, test.token, test.edits)


def within_edits(a: str, b: str, edits: int) -> bool:
    """Tell whether two tokens are at most `edits` (1 or 2) insertions, deletions, changes apart."""
    if abs(len(a) - len(b)) > edits:
        return False
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(b, 1):
            cost = min(row[j] + 1, row[j - 1] + 1, previous + (char != other))
            previous, row[j] = row[j], cost
        if min(row) > edits:
            return False
    return row[-1] <= edits
