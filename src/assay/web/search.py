"""The search page: what was asked, what was found, and what could not be looked into.

One function answers the whole page and, asked by htmx while somebody types, its part below the
box. A query that cannot be read changes nothing but the line under the box.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assay.casework.case import Case
from assay.casework.desk import check_query
from assay.errors import QueryError
from assay.web import typeset, wording
from assay.web.address import FILTERS, PAGE, View, view_of, whole
from assay.web.desk import by_htmx, desk_of

FIRST = 12  # hits that come at once while somebody types
FACETS_SHOWN = 8
FOLDERS_SHOWN = 14
REST_SHOWN = 100  # a case with many containers has thousands of folders
_TITLES = {"type": "Type", "lang": "Language", "date": "Date", "folder": "Folder"}


class Choice(msgspec.Struct, frozen=True):
    """One value of a facet: `share` is its part of the largest, 0 to 100."""

    value: str
    label: str
    count: int
    chosen: bool
    url: str
    share: int = 0
    depth: int = 0


class Facet(msgspec.Struct, frozen=True):
    """A facet with its values, most pages first; dates by year in order."""

    name: str
    title: str
    choices: tuple[Choice, ...]
    rest: tuple[Choice, ...] = ()
    beyond: int = 0  # values that are not listed at all


class Hit(msgspec.Struct, frozen=True):
    """A hit as a row of the list."""

    url: str
    path: str
    page: int
    day: str
    raw_day: str
    type: str
    language: str
    lang: str | None
    pieces: list[typeset.Piece]
    others: int
    nth: int
    ocr: bool


async def start(request: Request) -> Response:
    """`/`: the search page."""
    query = request.url.query
    return RedirectResponse("/search" + (f"?{query}" if query else ""), 303)


async def search(request: Request) -> Response:
    """`/search`: the list of hits, or of exhibits where nothing was asked.

    While somebody types the first hits come alone, and the rest of the page of the list after a
    pause: marking fifty pages takes longer than a letter does.
    """
    view = view_of(request.query_params)
    desk = desk_of(request)
    partly = by_htmx(request)
    after = min(whole(request.query_params.get("tail")) or 0, PAGE) if partly else 0
    count = FIRST if partly and not after else PAGE - after
    try:
        found, status = await desk.lanes.reading.run(
            lambda case: look(case, view, after, count, facets=not after)
        )
    except QueryError as error:
        wrong = said_of(error, view)
        if partly:
            return desk.render("_said.html", headers={"HX-Retarget": "#said"}, wrong=wrong)
        counts = (await desk.lanes.reading.run(lambda case: case.status()))["counts"]
        return desk.render(
            "search.html", 400, view=view, wrong=wrong, found=None, counts=counts, title=view.q
        )
    values = {"view": view, "wrong": None, "counts": status["counts"], **shown(found, view, after)}
    more = bool(partly and not after and found and len(found["hits"]) == FIRST < found["total"])
    values |= {"tail": f"/search?{urlencode([*view.pairs(), ('tail', FIRST)])}" if more else ""}
    if after:
        return desk.render("_hits.html", **values)
    if partly:
        return desk.render(
            "_answer.html", headers={"HX-Replace-Url": view.search_url(page=view.page)},
            title=view.q, **values,
        )  # fmt: skip
    return desk.render("search.html", title=view.q, **values)


def look(
    case: Case, view: View, after: int, count: int, *, facets: bool
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Ask the case for `count` hits of a page of the list, without the first `after`.

    `None` for the hits of a case without an exhibit. Raises QueryError.
    """
    status = case.status()
    if not status["counts"]["exhibits"]:
        return None, status
    if not view.browsing:
        check_query(view.q)  # `a) OR (b` must not become right by what filters put around it
    sort = "path" if view.browsing and view.sort == "score" else view.sort
    offset = (view.page - 1) * PAGE + after
    return case.search(view.query(), count, offset, facets=facets, sort=sort), status


def said_of(error: QueryError, view: View) -> dict[str, Any]:
    """A query error for the line under the box: what, where, what to write instead."""
    shift = 0 if error.query == view.q else view.shift()
    at = min(max(0, error.position - shift), len(view.q))
    what = error.what.rpartition(" (at character")[0] or error.what
    return {
        "what": what[:1].upper() + what[1:],
        "next_step": error.next_step,
        "position": at + 1,
        "before": view.q[max(0, at - 24) : at],
        "at": view.q[at : at + 1],
        "after": view.q[at + 1 : at + 25],
    }


def shown(found: dict[str, Any] | None, view: View, after: int = 0) -> dict[str, Any]:
    """What the templates need, from what the case gave."""
    if found is None:
        return {"found": None, "hits": [], "facets": [], "pages": 0, "chosen": []}
    first = (view.page - 1) * PAGE + after + 1
    hits = [_hit(item, view, nth) for nth, item in enumerate(found["hits"], first)]
    facets = [_facet(name, found["facets"].get(name) or [], view) for name in FILTERS]
    return {
        "found": found,
        "hits": hits,
        "facets": [facet for facet in facets if facet.choices],
        "pages": -(-found["total"] // PAGE),
        "chosen": [
            Choice(value, label_of(name, value), 0, True, view.toggled(name, value))
            for name, value in view.filters
        ],
    }


def _hit(item: dict[str, Any], view: View, nth: int) -> Hit:
    day = wording.compact_day(item.get("date"))
    language = str(item.get("language") or "")
    return Hit(
        url=view.hit_url(item["exhibit"], item["page"], nth),
        path=str(item["path"]),
        page=item["page"],
        day=wording.day(day),
        raw_day=day,
        type=str(item.get("type") or ""),
        language=wording.language_name(language),
        lang=wording.lang_attribute(language),
        pieces=_snippet(item),
        others=len(item["paths"]) - 1,
        nth=nth,
        ocr=item.get("source") == "ocr",
    )


def _snippet(item: dict[str, Any]) -> list[typeset.Piece]:
    """The snippet, with dots where the page goes on before or after it."""
    text, start = str(item["snippet"]), int(item.get("snippet_start") or 0)
    pieces = typeset.snippet(text, start, item["marks"])
    before = [typeset.Piece(start, "… ")] if start else []
    after = [typeset.Piece(start + len(text), " …")] if text[-1:].isalnum() else []
    return [*before, *pieces, *after]


def _facet(name: str, values: list[list[Any]], view: View) -> Facet:
    pairs = [(str(value), int(count)) for value, count in values]
    if name == "date":
        pairs.sort()
    largest = max((count for _, count in pairs), default=1) or 1
    put_on = getattr(view, name)
    number = len(pairs)
    if name != "date":
        pairs = pairs[: FOLDERS_SHOWN + REST_SHOWN]
    choices = [
        Choice(
            value,
            label_of(name, value),
            count,
            value in put_on,
            view.toggled(name, value),
            max(2, round(100 * count / largest)) if count else 0,
        )
        for value, count in pairs
    ]
    if name == "date":
        return Facet(name, _TITLES[name], tuple(choices))
    cut = FOLDERS_SHOWN if name == "folder" else FACETS_SHOWN
    first, rest = choices[:cut], choices[cut : cut + REST_SHOWN]
    beyond = number - len(first) - len(rest)
    if name == "folder":
        return Facet(name, _TITLES[name], _as_tree(first), _as_tree(rest), beyond)
    return Facet(name, _TITLES[name], tuple(first), tuple(rest), beyond)


def _as_tree(choices: list[Choice]) -> tuple[Choice, ...]:
    """Folders below the folders that hold them, each by what its name adds."""
    found: list[Choice] = []
    above: list[str] = []
    for choice in sorted(choices, key=lambda choice: choice.value.casefold()):
        while above and not choice.value.startswith((above[-1] + "/", above[-1] + "!/")):
            above.pop()
        label = choice.value[len(above[-1]) :].lstrip("!").lstrip("/") if above else choice.value
        found.append(msgspec.structs.replace(choice, label=label, depth=min(len(above), 4)))
        above.append(choice.value)
    return tuple(found)


def label_of(name: str, value: str) -> str:
    """A facet's value in words."""
    if name == "type":
        return wording.type_name(value)
    if name == "lang":
        return wording.language_name(value) or "not known"
    if name == "date":
        return wording.day(value)
    return value
