"""The reader: a page as a picture beside its text, and what is known of its exhibit.

Offsets count code points of the page's text; the picture's marks are in points of the page, made
from word boxes. A format without pages has no picture: its stored text is typeset, and said to be.
"""

from __future__ import annotations

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from assay.casework.case import Case
from assay.casework.desk import meaning_of, page_holding, paths_of, statements_on
from assay.errors import QueryError
from assay.locate.boxes import boxes_of
from assay.model.reading import Words
from assay.web import typeset, wording
from assay.web.address import View, exhibit_url, view_of, whole
from assay.web.delivery import WIDTHS
from assay.web.desk import desk_of, digest_in

MARKS = 500  # marks drawn on one page
LEAST = 0.2  # confidence of a statement that stands beside its page
LISTED = 100  # members listed; the rest are a search away
PANES = ("picture", "text", "about")


class Rectangle(msgspec.Struct, frozen=True):
    """A mark in the picture, in points of the page; `mark` is its number in the text."""

    mark: int
    x: float
    y: float
    width: float
    height: float
    place: bool = False


class Neighbour(msgspec.Struct, frozen=True):
    """The hit before or after this one."""

    url: str
    path: str


async def read(request: Request) -> Response:
    """`/exhibit/{digest}` and `/exhibit/{digest}/{page}`."""
    desk = desk_of(request)
    digest = digest_in(request)
    params = request.query_params
    view = view_of(params)
    nth = whole(params.get("n"), 1)
    start, end = whole(params.get("start")), whole(params.get("end"))
    asked = request.path_params.get("page")

    def look(case: Case) -> dict[str, Any]:
        page = int(asked) if asked is not None else page_holding(case, digest, start or 0)
        return gather(case, digest, page, view, nth)

    values = await desk.lanes.reading.run(look)
    values |= page_values(values["exhibit"], values["marks"], start, end, whole(params.get("part")))
    pane = params.get("pane", "")
    kept = [*view.pairs(place=False), *([("n", str(nth))] if nth else [])]

    def here(number: int, **more: int) -> str:
        pairs = [*kept, *((name, str(value)) for name, value in more.items())]
        return exhibit_url(digest, number, pairs)

    return desk.render(
        "reader.html",
        view=view,
        nth=nth,
        pane=pane if pane in PANES else "",
        here=here,
        title=str(values["exhibit"]["path"]).rpartition("/")[2],
        widths=WIDTHS,
        listed=LISTED,
        means=meaning_of,
        finding_name=wording.finding_name,
        **values,
    )


def gather(case: Case, digest: str, page: int, view: View, nth: int | None) -> dict[str, Any]:
    """Everything that the case is asked for, in one go. Raises NotFound."""
    shown = case.show(digest, page)
    marks: list[list[int]] = []
    before: Neighbour | None = None
    after: Neighbour | None = None
    total = 0
    try:
        if shown["pages"] and not view.browsing:
            marks = [list(mark) for mark in case.marks(view.q, shown["exhibit"], page)]
        if nth is not None:
            first = max(0, nth - 2)
            sort = "path" if view.browsing and view.sort == "score" else view.sort
            found = case.search(view.query(), limit=nth + 1 - first, offset=first, sort=sort)
            total = int(found["total"])
            around = {
                first + index + 1: Neighbour(
                    view.hit_url(hit["exhibit"], hit["page"], first + index + 1), str(hit["path"])
                )
                for index, hit in enumerate(found["hits"])
            }
            before, after = around.get(nth - 1), around.get(nth + 1)
    except QueryError:
        pass  # an address with a broken query still shows its page
    return {
        "exhibit": shown,
        "number": page,
        "marks": marks,
        "before": before,
        "after": after,
        "total": total,
        "spoken": statements_on(case, shown["exhibit"], page, LEAST),
        "tags": case.tags(),
        "parents": [(parent, path) for parent, path in paths_of(case, shown["parents"]).items()],
    }


def page_values(
    shown: dict[str, Any],
    marks: list[list[int]],
    start: int | None,
    end: int | None,
    part: int | None,
) -> dict[str, Any]:
    """The page's text in pieces and the marks in its picture."""
    if not shown["pages"]:
        return {"page": None, "drawn": False, "source": "", "lines": []}
    page = {"label": "", "wants_ocr": False, **shown["pages"][0]}
    text = str(page["text"])
    place = _place(page, start, end)
    ranges = typeset.parts(text)
    if part is None:
        focus = place[0] if place else marks[0][0] if marks else 0
        number = typeset.part_at(ranges, focus)
    else:
        number = min(max(part, 1), len(ranges)) - 1
    words = _words(page.get("words"))
    notes = [
        (max(0, low), min(high, len(text)))
        for low, high in _noted(shown["annotations"], page["start"])
        if high > 0 and low < len(text)
    ]
    marked = {typeset.part_at(ranges, low) for low, _ in marks}
    return {
        "page": page,
        "source": wording.source_line(page, page.get("language") or shown.get("language")),
        "lines": typeset.lines(
            text,
            ranges[number],
            marks,
            _unsure(words),
            notes,
            place,
            [(start, end, kind) for start, end, kind in page.get("regions", [])],
        ),
        "rectangles": _rectangles(words, marks, place),
        "parts": ranges,
        "part": number,
        "outside": sorted(item + 1 for item in marked if item != number),
        "drawn": page.get("width") is not None and page.get("height") is not None,
    }


def _place(page: dict[str, Any], start: int | None, end: int | None) -> tuple[int, int] | None:
    if start is None or end is None:
        return None
    low, high = start - page["start"], end - page["start"]
    low, high = max(0, low), min(high, len(page["text"]))
    return (low, high) if low < high else None


def _words(value: dict[str, Any] | None) -> Words | None:
    if not value:
        return None
    return Words(
        tuple(value["starts"]),
        tuple(value["ends"]),
        tuple(value["boxes"]),
        tuple(value.get("confidences") or ()),
    )


def _unsure(words: Words | None) -> list[tuple[int, int, int]]:
    if words is None or not words.confidences:
        return []
    return [
        (start, end, round(sure))
        for start, end, sure in zip(words.starts, words.ends, words.confidences, strict=True)
        if sure < typeset.UNSURE and start < end
    ]


def _noted(annotations: list[dict[str, Any]], base: int) -> list[tuple[int, int]]:
    found = []
    for item in annotations:
        locator = item.get("locator")
        if locator and locator.get("start") is not None:
            found.append((int(locator["start"]) - base, int(locator["end"]) - base))
    return found


def _rectangles(
    words: Words | None, marks: list[list[int]], place: tuple[int, int] | None
) -> list[Rectangle]:
    if words is None:
        return []
    found = [
        Rectangle(
            number,
            round(box.left - 1, 1),
            round(box.top - 1, 1),
            round(box.right - box.left + 2, 1),
            round(box.bottom - box.top + 2, 1),
            number == 0,
        )
        for number, (low, high) in [
            *([(0, place)] if place else []),
            *enumerate([(m[0], m[1]) for m in marks[:MARKS]], 1),
        ]
        for box in boxes_of(words, low, high)
    ]
    return [item for item in found if item.width > 0 and item.height > 0]
