"""Notes and tags from the reader. They go into the person's log at once; `add` may be running.

A passage is told by its start and end in code points of the exhibit's whole text; the words that
stand there are taken from the stored text, never from the browser.
"""

from __future__ import annotations

from typing import Any, cast

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assay.casework.case import Audience, Case
from assay.errors import UsageError
from assay.web.address import exhibit_url, whole
from assay.web.desk import by_htmx, desk_of, digest_in, form_of


async def note(request: Request) -> Response:
    """`POST /exhibit/{digest}/note` with text, audience and the place."""
    digest, form = digest_in(request), await form_of(request)
    place, text = place_of(digest, form), form.get("text", "")
    audience = audience_of(form.get("audience", "desk"))
    return await _written(
        request, digest, form, lambda case: [case.note(place, text, audience)], text
    )


async def tag(request: Request) -> Response:
    """`POST /exhibit/{digest}/tag` with tag, remove, audience and the place."""
    digest, form = digest_in(request), await form_of(request)
    place: str | dict[str, Any] = place_of(digest, form)
    tags = [part.strip() for part in form.get("tag", "").split(",") if part.strip()]
    if not tags:
        raise UsageError("tag", "it is empty", "Write a word, or several with commas.")
    remove = form.get("remove") == "1"
    audience = audience_of(form.get("audience", "desk"))
    return await _written(
        request, digest, form, lambda case: case.tag(place, tags, remove=remove, audience=audience)
    )


def place_of(digest: str, form: dict[str, str]) -> str | dict[str, Any]:
    """A passage, a page or the whole exhibit, as `Case` names it. Raises UsageError."""
    page = whole(form.get("page"), 1)
    start, end = whole(form.get("start")), whole(form.get("end"))
    if form.get("start") or form.get("end"):
        if start is None or end is None or end <= start:
            raise UsageError("passage", "its start and end are no range", "Select it again.")
        return f"{digest}#{start}-{end}"
    return f"{digest}#page={page}" if page else digest


def audience_of(name: str) -> Audience:
    """An audience by its name. Raises UsageError."""
    if name not in ("private", "desk", "share"):
        raise UsageError("audience", "it is none of private, desk, share", "")
    return cast(Audience, name)


async def _written(
    request: Request, digest: str, form: dict[str, str], write: Any, text: str = ""
) -> Response:
    """Write, then show what the exhibit carries now; what was typed stays where it failed."""
    desk = desk_of(request)
    failure = ""
    try:
        await desk.lanes.writing.run(write)
    except UsageError as error:
        if not by_htmx(request):
            raise
        failure = f"{error.what[:1].upper()}{error.what[1:]}. {error.next_step}".strip()
    if not by_htmx(request):
        return RedirectResponse(exhibit_url(digest, whole(form.get("page"), 1)), 303)

    def look(case: Case) -> dict[str, Any]:
        return {"annotations": case.annotations(digest), "tags": case.tags()}

    values = await desk.lanes.reading.run(look)
    return desk.render(
        "_annotations.html",
        exhibit={"exhibit": digest, "annotations": values["annotations"]},
        number=whole(form.get("page"), 1),
        tags=values["tags"],
        failure=failure,
        typed=text if failure else "",
    )
