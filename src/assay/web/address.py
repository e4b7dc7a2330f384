"""What the address bar holds: query, filters, order, place in the list. Read once, made once.

`View` is everything that another browser needs to show the same list. Filters are parameters and
become part of the query, in its own language, when the case is asked.
"""

from __future__ import annotations

import re
from typing import Any, Literal, cast
from urllib.parse import urlencode

import msgspec
from starlette.datastructures import QueryParams

PAGE = 50  # hits on a page of results
SORTS = ("score", "date", "path")
FILTERS = ("type", "lang", "date", "folder")
Sort = Literal["score", "date", "path"]
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?", re.ASCII)


class View(msgspec.Struct, frozen=True):
    """A list of hits. `page` counts pages of the list from 1."""

    q: str = ""
    type: tuple[str, ...] = ()
    lang: tuple[str, ...] = ()
    date: tuple[str, ...] = ()
    folder: tuple[str, ...] = ()
    sort: Sort = "score"
    page: int = 1

    @property
    def filters(self) -> list[tuple[str, str]]:
        """(field, value) of each filter."""
        return [(name, value) for name in FILTERS for value in getattr(self, name)]

    @property
    def filtered(self) -> bool:
        """Tell whether anything narrows the list beside the query."""
        return bool(self.filters)

    @property
    def browsing(self) -> bool:
        """Without a query the desk lists exhibits by their first page, ordered by path."""
        return not self.q.strip()

    def query(self) -> str:
        """The query for the case: what was typed and the filters, in the query language."""
        parts = [] if self.browsing else [self.q.strip()]
        if self.filtered and parts:
            parts = [f"({parts[0]})"]
        if self.browsing:
            parts = ["page:1"]
        for name in FILTERS:
            values = getattr(self, name)
            if values:
                one_of = " OR ".join(_written(name, value) for value in values)
                parts.append(f"({one_of})" if len(values) > 1 else one_of)
        return " ".join(parts)

    def shift(self) -> int:
        """Characters that `query` puts before what was typed."""
        lead = len(self.q) - len(self.q.lstrip())
        return (1 if self.filtered else 0) - lead

    def pairs(self, *, place: bool = True) -> list[tuple[str, str]]:
        """The parameters that say this, defaults left out."""
        found = [("q", self.q)] if self.q else []
        found += self.filters
        if self.sort != "score":
            found.append(("sort", self.sort))
        if place and self.page > 1:
            found.append(("p", str(self.page)))
        return found

    def search_url(self, **changes: Any) -> str:
        """The address of the list, with changes; a change of filters starts at its beginning."""
        view = msgspec.structs.replace(self, **changes)
        if changes and "page" not in changes:
            view = msgspec.structs.replace(view, page=1)
        pairs = view.pairs()
        return "/search" + (f"?{urlencode(pairs)}" if pairs else "")

    def toggled(self, name: str, value: str) -> str:
        """The address with one filter put on, or taken off."""
        values = getattr(self, name)
        after = tuple(v for v in values if v != value) if value in values else (*values, value)
        return self.search_url(**{name: after})

    def hit_url(self, exhibit: str, page: int | None, nth: int | None = None) -> str:
        """The address of a page in the reader that knows which hit of which list it is."""
        pairs = self.pairs(place=False)
        if nth is not None:
            pairs.append(("n", str(nth)))
        return exhibit_url(exhibit, page, pairs)


def exhibit_url(exhibit: str, page: int | None = None, pairs: list[tuple[str, str]] | None = None,
                fragment: str = "") -> str:  # fmt: skip
    """The address of an exhibit or one of its pages."""
    place = f"/exhibit/{exhibit.removeprefix('sha256:')}" + (f"/{page}" if page else "")
    return place + (f"?{urlencode(pairs)}" if pairs else "") + (f"#{fragment}" if fragment else "")


def passage_url(locator: dict[str, Any] | None, exhibit: str, page: int | None) -> str:
    """The address of a passage: the page that holds it, with the passage marked."""
    if locator and locator.get("start") is not None:
        pairs = [("start", str(locator["start"])), ("end", str(locator["end"]))]
        return exhibit_url(exhibit, locator.get("page") or page, pairs)
    return exhibit_url(exhibit, page)


def view_of(params: QueryParams) -> View:
    """Read an address. What is not understood counts as not said."""
    sort = params.get("sort", "score")
    return View(
        q=params.get("q", ""),
        type=_values(params, "type"),
        lang=_values(params, "lang"),
        date=tuple(value for value in _values(params, "date") if _DAY.fullmatch(value)),
        folder=_values(params, "folder"),
        sort=cast(Sort, sort if sort in SORTS else "score"),
        page=whole(params.get("p"), 1) or 1,
    )


def whole(text: str | None, least: int = 0) -> int | None:
    """A whole number of at least `least`, None where there is none."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 12:
        return None
    value = int(text)
    return value if value >= least else None


def _values(params: QueryParams, name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in params.getlist(name) if value))[:20]


def _written(name: str, value: str) -> str:
    """A filter in the query language."""
    if name == "date":
        return f"date:{value}"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    for mark in "“”„‟«»＂":
        escaped = escaped.replace(mark, "\\" + mark)
    return f'{name}:"{escaped}"'
