"""The same JSON as the command line, at /api/v1/.

One function a command; failures are objects too: `assay/error/1` with a code, what happened and
the next step. Requests that change something carry JSON.
"""

from __future__ import annotations

import re
from typing import Any, cast

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assay.casework.case import Case
from assay.errors import AssayError, NotFound, QueryError, UsageError
from assay.web.address import SORTS, Sort, whole
from assay.web.annotate import audience_of
from assay.web.desk import body_of, desk_of, digest_in

_MOST = 1000  # hits in one answer


def json_answer(value: Any, status: int = 200) -> Response:
    """A value of the contract."""
    return Response(msgspec.json.encode(value), status, media_type="application/json")


def listed(items: list[Any]) -> dict[str, Any]:
    """A list as one object."""
    return {"schema": "assay/list/1", "items": items}


def code_of(error: AssayError) -> str:
    """The code of a failure: its class in small letters."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()


def status_of(error: AssayError) -> int:
    """The HTTP status of a failure."""
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, UsageError):
        return 400
    return 409 if error.exit_code == 40 else 507 if error.exit_code == 50 else 500


def failure(error: AssayError) -> Response:
    """A failure as JSON."""
    value: dict[str, Any] = {
        "schema": "assay/error/1",
        "code": code_of(error),
        "subject": error.subject,
        "what": error.what,
        "next_step": error.next_step,
    }
    if isinstance(error, QueryError):
        value |= {"query": error.query, "position": error.position}
    return json_answer(value, status_of(error))


async def search(request: Request) -> Response:
    """GET search?q=&limit=&offset=&facets=1&sort="""
    params = request.query_params
    limit = min(_asked(params.get("limit"), 10), _MOST)
    offset = _asked(params.get("offset"), 0)
    facets = params.get("facets") in ("1", "true")
    if params.get("sort", "score") not in SORTS:
        raise UsageError("sort", "it is none of score, date, path", "")
    sort = cast(Sort, params.get("sort", "score"))
    return json_answer(
        await desk_of(request).lanes.reading.run(
            lambda case: case.search(params.get("q", ""), limit, offset, facets=facets, sort=sort)
        )
    )


async def exhibit(request: Request) -> Response:
    """GET exhibits/{digest}?page="""
    digest = digest_in(request)
    text = request.query_params.get("page")
    page = None if text is None else _asked(text, 1, least=1)
    return json_answer(
        await desk_of(request).lanes.reading.run(lambda case: case.show(digest, page))
    )


async def account(request: Request) -> Response:
    """GET account?problems=1&status=&code=&type=&under="""
    params = request.query_params
    only = params.get("problems") in ("1", "true")
    status = tuple(params.getlist("status"))
    sift = {name: params.get(name, "") for name in ("code", "type", "under")}
    return json_answer(
        await desk_of(request).lanes.slow.run(
            lambda case: case.account(problems_only=only, status=status, **sift)
        )
    )


async def findings(request: Request) -> Response:
    """GET findings?exhibit="""
    named = [name for name in request.query_params.getlist("exhibit") if name]
    return json_answer(
        listed(await desk_of(request).lanes.slow.run(lambda case: list(case.examine(named))))
    )


async def statements(request: Request) -> Response:
    """GET statements?exhibit=&kind=statement|figure|date"""
    params = request.query_params
    named = [name for name in params.getlist("exhibit") if name]
    kinds = [kind for kind in params.getlist("kind") if kind] or ["statement", "figure", "date"]
    return json_answer(
        listed(
            await desk_of(request).lanes.slow.run(lambda case: list(case.statements(named, kinds)))
        )
    )


async def ledger(request: Request) -> Response:
    """GET ledger?since="""
    since = _asked(request.query_params.get("since"), 0)
    return json_answer(
        listed(await desk_of(request).lanes.slow.run(lambda case: case.ledger(since)))
    )


async def status(request: Request) -> Response:
    """GET status"""
    return json_answer(await desk_of(request).lanes.reading.run(lambda case: case.status()))


async def verify(request: Request) -> Response:
    """POST verify: the report, when it is done."""
    return json_answer(await desk_of(request).lanes.verifying.run(lambda case: case.verify()))


async def note(request: Request) -> Response:
    """POST note {reference, text, audience}"""
    value = await json_of(request)
    reference, audience = _reference(value), audience_of(str(value.get("audience", "desk")))
    text = str(value.get("text", ""))
    return json_answer(
        await desk_of(request).lanes.writing.run(lambda case: case.note(reference, text, audience))
    )


async def tag(request: Request) -> Response:
    """POST tag {reference, tags, remove, audience}"""
    value = await json_of(request)
    reference, audience = _reference(value), audience_of(str(value.get("audience", "desk")))
    tags, remove = value.get("tags"), value.get("remove") is True
    if not isinstance(tags, list) or not tags or not all(isinstance(item, str) for item in tags):
        raise UsageError("tags", "it is no list of words", "")

    def write(case: Case) -> list[dict[str, Any]]:
        return case.tag(reference, tags, remove=remove, audience=audience)

    return json_answer(listed(await desk_of(request).lanes.writing.run(write)))


def _asked(text: str | None, plain: int, least: int = 0) -> int:
    if text is None:
        return plain
    value = whole(text, least)
    if value is None:
        raise UsageError("number", f"a whole number of at least {least} is meant", "")
    return value


async def json_of(request: Request) -> dict[str, Any]:
    """The JSON object of a request. Raises UsageError."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise UsageError("request", "its Content-Type is not application/json", "")
    try:
        value = msgspec.json.decode(await body_of(request))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UsageError("request", "it is not JSON", "") from error
    if not isinstance(value, dict):
        raise UsageError("request", "it is no JSON object", "")
    return value


def _reference(value: dict[str, Any]) -> str | dict[str, Any]:
    reference = value.get("reference")
    if isinstance(reference, str | dict) and reference:
        return reference
    raise UsageError("reference", "it is missing", "Give a digest, a path or a locator.")


async def skip(request: Request) -> Response:
    """POST skip {reference}"""
    reference = _reference(await json_of(request))
    return json_answer(await desk_of(request).lanes.reading.run(lambda case: case.skip(reference)))


ROUTES = [
    Route("/search", search),
    Route("/exhibits/{digest}", exhibit),
    Route("/account", account),
    Route("/findings", findings),
    Route("/statements", statements),
    Route("/ledger", ledger),
    Route("/status", status),
    Route("/skip", skip, methods=["POST"]),
    Route("/verify", verify, methods=["POST"]),
    Route("/note", note, methods=["POST"]),
    Route("/tag", tag, methods=["POST"]),
]
