"""A search engine that keeps pages in a list and looks at every one of them. Counts pages.

It answers by the plainest reading of the port, so it is the yardstick for the real engines. The
score is the number of times the wanted tokens occur; higher is nearer, 0 where nothing is scored.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Literal

from assay import ports


class MemoryIndex:
    """Body of the port SearchEngine in memory."""

    def __init__(self) -> None:
        self._pages: list[ports.IndexedPage] = []
        self._added: list[ports.IndexedPage] = []
        self._removed: set[str] = set()

    def add(self, pages: Iterable[ports.IndexedPage]) -> None:
        """Add pages. They are found after `commit`."""
        self._added.extend(pages)

    def remove(self, exhibits: Iterable[str]) -> None:
        """Remove all pages of these exhibits. Takes effect at `commit`."""
        gone = set(exhibits)
        self._removed |= gone
        self._added = [page for page in self._added if page.exhibit not in gone]

    def commit(self) -> None:
        """Make everything since the last commit findable."""
        self._pages = [p for p in self._pages if p.exhibit not in self._removed] + self._added
        self._added, self._removed = [], set()

    def find(
        self,
        query: ports.EngineQuery,
        limit: int,
        offset: int = 0,
        sort: Literal["score", "date", "path"] = "score",
        facets: Sequence[str] = (),
    ) -> ports.EngineHits:
        """Find pages, as the port says."""
        found = [page for page in self._pages if _matches(query, page)]
        scores = {id(page): float(_count(query, page)) for page in found}
        if sort == "score":
            found.sort(key=lambda page: -scores[id(page)])
        else:
            by_date = sort == "date"
            found.sort(
                key=lambda page: (
                    (99999999 if page.date is None else page.date) if by_date else 0,
                    page.sort_path,
                    page.page,
                    page.exhibit,
                )
            )
        hits = tuple(
            ports.EngineHit(p.exhibit, p.page, scores[id(p)] if sort == "score" else 0.0)
            for p in found[offset : offset + max(limit, 0)]
        )
        return ports.EngineHits(len(found), hits, {f: _facet(f, found) for f in facets})

    def tokens(self, field: str, prefix: str, limit: int) -> list[str]:
        """Tokens of a TEXT field that begin with `prefix`, at most `limit`, in order."""
        found = {token for page in self._pages for token in _tokens(page, field)}
        return sorted(token for token in found if token.startswith(prefix))[:limit]

    def count(self) -> int:
        """Pages that can be found."""
        return len(self._pages)

    def close(self) -> None:
        """Drop what was not committed."""
        self._added, self._removed = [], set()


def _tokens(page: ports.IndexedPage, field: str) -> list[str]:
    if field == "exhibit":
        return [page.exhibit]
    if field in ports.KEYWORD_FIELDS:
        return list(page.keywords.get(field, ()))
    return page.text.get(field, "").split()


def _facet(facet: str, pages: list[ports.IndexedPage]) -> tuple[tuple[str, int], ...]:
    counted: Counter[str] = Counter()
    for page in pages:
        if facet in ("year", "month"):
            if page.date is not None:
                counted[str(page.date // (10_000 if facet == "year" else 100))] += 1
        else:
            counted.update(set(_tokens(page, facet)))
    return tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))


def _matches(query: ports.EngineQuery, page: ports.IndexedPage) -> bool:
    if isinstance(query, ports.And):
        return all(_matches(part, page) for part in query.parts)
    if isinstance(query, ports.Or):
        return any(_matches(part, page) for part in query.parts)
    if isinstance(query, ports.Not):
        return not _matches(query.part, page)
    if isinstance(query, ports.All):
        return True
    if isinstance(query, ports.Dates):
        low, high = query.low or 0, 99999999 if query.high is None else query.high
        return page.date is not None and low <= page.date <= high
    if isinstance(query, ports.PageNumber):
        return query.low <= page.page <= query.high
    if isinstance(query, ports.Pages):
        return (page.exhibit, page.page) in query.keys
    return _count(query, page) > 0


def _count(query: ports.EngineQuery, page: ports.IndexedPage) -> int:
    """How often the wanted tokens occur."""
    if isinstance(query, ports.And | ports.Or):
        return sum(_count(part, page) for part in query.parts)
    if isinstance(query, ports.Term):
        return _tokens(page, query.field).count(query.token)
    if isinstance(query, ports.AnyOf):
        return sum(token in query.tokens for token in _tokens(page, query.field))
    if isinstance(query, ports.Pattern):
        pattern = re.compile(query.regex)
        return sum(bool(pattern.fullmatch(token)) for token in _tokens(page, query.field))
    if isinstance(query, ports.Near):
        return sum(
            _edits(token, query.token) <= query.distance for token in _tokens(page, query.field)
        )
    if isinstance(query, ports.Phrase):
        tokens = _tokens(page, query.field)
        return sum(_phrase_at(query, tokens, start) for start in range(len(tokens)))
    return 0


def _phrase_at(query: ports.Phrase, tokens: list[str], start: int) -> bool:
    """Tell whether the phrase begins at this position: its tokens in order, gaps within slop."""
    later = len(query.tokens) - 1
    window = range(start + 1, min(len(tokens), start + 1 + later + query.slop))
    return tokens[start] == query.tokens[0] and any(
        all(tokens[p] == token for p, token in zip(places, query.tokens[1:], strict=True))
        for places in combinations(window, later)
    )


def _edits(a: str, b: str) -> int:
    """The Levenshtein distance."""
    row = list(range(len(b) + 1))
    for i, char in enumerate(a, 1):
        following = [i]
        for j, other in enumerate(b, 1):
            following.append(min(row[j] + 1, following[-1] + 1, row[j - 1] + (char != other)))
        row = following
    return row[-1]
