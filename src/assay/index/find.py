"""Answer a query: exact total, hits with snippets and marks, facets. Counts pages.

The engine finds pages; their text comes from the catalogue through `text_of`, and marks are made
from it. A page whose text does not match the query is a bug here, not a matter of taste: what the
engine cannot express is re-checked on the stored text before anything is counted (compile.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import msgspec

from assay import ports
from assay.index.compile import Resolver, compile_query, no_digests
from assay.index.highlight import marks_of_leaves, snippet
from assay.index.leaves import page_tokens
from assay.index.query import parse
from assay.index.tree import Tree, Words, leaves_of

TextOf = Callable[[list[tuple[str, int]]], list[str]]
"""[(exhibit, page)…] -> the stored text of each, in the same order."""

FACETS = ("type", "lang", "date", "folder")
_CANDIDATES = 20_000  # asked of the engine at once in a re-check
_TEXTS = 500  # read from the catalogue at once


class Hit(msgspec.Struct, frozen=True):
    """One page found. `marks` are code points in the page's text; `snippet` begins at `start`."""

    exhibit: str
    page: int
    score: float
    snippet: str
    start: int
    marks: tuple[tuple[int, int], ...]


class Hits(msgspec.Struct, frozen=True):
    """`total` counts all pages that match; `facets` maps a facet to (value, pages) pairs."""

    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[tuple[str, int], ...]] = {}


def search(
    engine: ports.SearchEngine,
    query: str | Tree,
    text_of: TextOf,
    *,
    limit: int = 10,
    offset: int = 0,
    sort: Literal["score", "date", "path"] = "score",
    facets: Sequence[str] = (),
    resolve: Resolver = no_digests,
    snippet_chars: int = 240,
) -> Hits:
    """Answer a query with pages `offset` to `offset + limit` of all hits.

    `facets` names any of FACETS; `date` counts years, or months where all hits are of one year.
    Raises QueryError with the place in the query, EngineError.
    """
    tree = parse(query) if isinstance(query, str) else query
    asked = compile_query(tree, resolve, lambda leaf, among: matching(engine, leaf, among, text_of))
    wanted = [f for facet in facets for f in (("year", "month") if facet == "date" else (facet,))]
    found = engine.find(asked, limit, offset, sort, wanted)
    texts = text_of([(hit.exhibit, hit.page) for hit in found.hits]) if found.hits else []
    leaves = leaves_of(tree)
    hits = []
    for hit, text in zip(found.hits, texts, strict=True):
        places = marks_of_leaves(leaves, text)
        shown, start = snippet(text, places, snippet_chars)
        hits.append(Hit(hit.exhibit, hit.page, hit.score, shown, start, tuple(places)))
    return Hits(found.total, tuple(hits), {f: _facet(f, found.facets) for f in facets})


def matching(
    engine: ports.SearchEngine, leaf: Words, candidates: ports.EngineQuery, text_of: TextOf
) -> Iterator[tuple[str, int]]:
    """The candidates whose stored text really holds a word or phrase, read page by page."""
    offset = 0
    while True:
        # by score, because deep pages sorted by text are slow
        found = engine.find(candidates, _CANDIDATES, offset, "score").hits
        for start in range(0, len(found), _TEXTS):
            keys = [(hit.exhibit, hit.page) for hit in found[start : start + _TEXTS]]
            for key, text in zip(keys, text_of(keys), strict=True):
                if any(page.runs(leaf) for page in page_tokens(text, [leaf])):
                    yield key
        offset += len(found)
        if len(found) < _CANDIDATES:
            return


def _facet(
    facet: str, counted: dict[str, tuple[tuple[str, int], ...]]
) -> tuple[tuple[str, int], ...]:
    if facet != "date":
        return counted[facet]
    if len(counted["year"]) != 1:
        return tuple(sorted(counted["year"]))
    return tuple(sorted((f"{month[:4]}-{month[4:]}", pages) for month, pages in counted["month"]))
