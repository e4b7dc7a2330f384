"""Search and name lists over a case: index/ finds, the catalogue gives texts and paths."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from assay.casework.accounting import path_json
from assay.index.explain import explain
from assay.index.find import FACETS
from assay.index.find import search as find
from assay.index.query import parse

if TYPE_CHECKING:
    from assay.casework.case import Case
    from assay.engines.catalogue import Catalogue

_AROUND = 32


def resolver(catalogue: Catalogue) -> Any:
    """What `tag:`, `has:` and `in:` stand for: digests of exhibits (of containers for `in:`)."""

    def resolve(field: str, value: str) -> Iterable[str]:
        if field == "tag":
            return catalogue.annotated("tag", value)
        if field == "in":
            return catalogue.find_path(value) or catalogue.find_container(value)
        if value == "note":
            return catalogue.annotated("note")
        if value == "finding":
            return catalogue.with_finding()
        if value == "problem":
            return catalogue.with_problem()
        return ()

    return resolve


def search(
    case: Case,
    query: str,
    limit: int,
    offset: int,
    facets: bool,
    sort: Literal["score", "date", "path"],
) -> dict[str, Any]:
    """`hits` as the contract gives it. Raises QueryError, EngineError."""
    case.refresh()
    began = time.perf_counter()
    catalogue = case.catalogue
    tree = parse(query)
    found = find(
        case.engine(),
        tree,
        catalogue.page_texts,
        limit=limit,
        offset=offset,
        sort=sort,
        facets=FACETS if facets else (),
        resolve=resolver(catalogue),
        snippet_chars=case.settings.search.snippet_chars,
    )
    counts = catalogue.counts()
    hits = []
    for hit in found.hits:
        row = catalogue.row(hit.exhibit)
        if row is None:
            continue  # withdrawn by another process between two lines of this one
        places = catalogue.appearances(row.id)
        page = catalogue.page(row.id, hit.page)
        hits.append(
            {
                "exhibit": hit.exhibit,
                "path": places[0].display if places else "",
                "paths": [path_json(p.path, p.display, p.parent) for p in places],
                "page": hit.page,
                "score": round(hit.score, 4),
                "snippet": hit.snippet,
                "snippet_start": hit.start,
                "marks": [list(mark) for mark in hit.marks],
                "locator": _locator(hit, page.start if page else 0, page.text if page else ""),
                "type": row.type,
                "language": row.language,
                "date": _day(row.date),
                "source": page.source if page else "native",
            }
        )
    return {
        "schema": "assay/hits/1",
        "query": query,
        "total": found.total,
        "seconds": round(time.perf_counter() - began, 4),
        "facets": {name: [list(pair) for pair in pairs] for name, pairs in found.facets.items()},
        "hits": hits,
        "pages": counts["pages"],
        "unread": {"exhibits": counts["unread"] + counts["new"], "pages": counts["pages_unread"]},
        "reading": explain(tree),
    }


def _locator(hit: Any, start: int, text: str) -> dict[str, Any]:
    """The first mark as a locator, offsets in the exhibit's whole text; else the page."""
    value: dict[str, Any] = {"exhibit": hit.exhibit, "page": hit.page}
    if hit.marks:
        low, high = hit.marks[0]
        value |= {
            "start": start + low,
            "end": start + high,
            "exact": text[low:high],
            "prefix": text[max(0, low - _AROUND) : low],
            "suffix": text[high : high + _AROUND],
        }
    return value


def _day(date: int | None) -> str | None:
    if date is None:
        return None
    return f"{date // 10000:04d}-{date // 100 % 100:02d}-{date % 100:02d}"


def marks(case: Case, query: str, digest: str, page: int) -> list[list[int]]:
    """The places on one page that a query matches, in code points of the page's text."""
    from assay.index.highlight import marks as mark

    row = case.catalogue.row(digest)
    text = case.catalogue.page_text(row.id, page) if row is not None else None
    if not text or not query.strip():
        return []
    return [list(place) for place in mark(parse(query), text)]


def names(case: Case, content: bytes, *, fuzzy: bool) -> Iterator[dict[str, Any]]:
    """`name` for each line of a list that is not empty or a comment."""
    from assay.index.names import find_names, read_names

    case.refresh()
    catalogue = case.catalogue
    paths: dict[str, str] = {}

    def path_of(digest: str) -> str:
        if digest not in paths:
            row = catalogue.exhibit_id(digest)
            first = catalogue.appearances(row) if row is not None else []
            paths[digest] = first[0].display if first else ""
        return paths[digest]

    for found in find_names(case.engine(), read_names(content), catalogue.page_texts, fuzzy=fuzzy):
        value: dict[str, Any] = {"schema": "assay/name/1", **msgspec.to_builtins(found)}
        for place in value["where"]:
            place["path"] = path_of(place["exhibit"])
        yield value
