"""Every address of the desk, on one page, and what is said where something fails.

Failures are pages in plain words with a code, JSON under /api/, a line for htmx. No stack trace
reaches the browser, and no words of an exhibit reach the terminal.
"""

from __future__ import annotations

import sys
import traceback

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from assay.errors import AssayError, EngineError
from assay.web import account, annotate, api, custody, delivery, draft, reader, search, statements
from assay.web.desk import HERE, Desk, by_htmx, desk_of, digest_in, progress_values
from assay.web.guard import Guard


def application(desk: Desk) -> ASGIApp:
    """The desk as an ASGI application."""

    def refuse(request: Request, status: int, code: str, what: str) -> Response:
        if request.url.path.startswith("/api/"):
            value = {"schema": "assay/error/1", "code": code, "what": what, "next_step": ""}
            return api.json_answer(value, status)
        return desk.render("refused.html", status, code=code, what=what, again=request.url.path)

    app = Starlette(
        routes=[
            Route("/", search.start),
            Route("/enter", enter),
            Route("/enter/again", enter_again, methods=["POST"]),
            Route("/search", search.search),
            Route("/exhibit/{digest}", reader.read),
            Route("/exhibit/{digest}/original", delivery.original),
            Route("/exhibit/{digest}/searchable", delivery.searchable),
            Route("/exhibit/{digest}/note", annotate.note, methods=["POST"]),
            Route("/exhibit/{digest}/tag", annotate.tag, methods=["POST"]),
            Route("/exhibit/{digest}/{page:int}", reader.read),
            Route("/exhibit/{digest}/{page:int}/picture", delivery.picture),
            Route("/account", account.account),
            Route("/account.csv", account.as_csv),
            Route("/account/sign", account.sign, methods=["POST"]),
            Route("/statements", statements.statements),
            Route("/draft", draft.ask),
            Route("/draft", draft.check, methods=["POST"]),
            Route("/draft/save", draft.save, methods=["POST"]),
            Route("/custody", custody.custody),
            Route("/custody/verify", custody.verify, methods=["GET", "POST"]),
            Route("/exhibit/{digest}/skip", skip, methods=["POST"]),
            Route("/progress", progress),
            Route("/progress/now", now),
            Mount(
                "/api/v1", routes=[*api.ROUTES, Route("/draft", draft.as_json, methods=["POST"])]
            ),
            Mount("/static", StaticFiles(directory=HERE / "static")),
        ],
        exception_handlers={
            AssayError: failed,
            HTTPException: not_there,
            Exception: broken,
        },
    )
    app.state.desk = desk
    # around everything, so that the answer to a mistake of the desk carries the headers too
    return Guard(app, desk.sessions, desk.port, refuse)


async def enter(request: Request) -> Response:
    """`/enter?token=`: a session for a token that was not used yet."""
    desk = desk_of(request)
    session = desk.sessions.exchange(request.query_params.get("token", ""))
    if session is None:
        return desk.render(
            "refused.html", 403, code="token_used",
            what="This address has been used already, or is not one of this desk.", again="/",
        )  # fmt: skip
    response = RedirectResponse("/search", 303)
    response.set_cookie(desk.sessions.cookie, session, httponly=True, samesite="strict", path="/")
    return response


async def enter_again(request: Request) -> Response:
    """`POST /enter/again`: print a new address in the terminal."""
    desk = desk_of(request)
    printed = desk.sessions.announce_again()
    return desk.render(
        "refused.html", 200 if printed else 429, code="printed" if printed else "wait",
        what="A new address stands in the terminal in which `assay serve` runs."
        if printed else "A new address was printed moments ago, or cannot be printed here.",
        again="/",
    )  # fmt: skip


async def progress(request: Request) -> Response:
    """`/progress`: the line in the header, asked for every few seconds."""
    desk = desk_of(request)
    status = await desk.lanes.reading.run(lambda case: case.status())
    return desk.render("_progress.html", **progress_values(status))


async def now(request: Request) -> Response:
    """`/progress/now`: what the account page shows of a run that is going on."""
    desk = desk_of(request)
    status = await desk.lanes.reading.run(lambda case: case.status())
    return desk.render("_now.html", **progress_values(status))


async def skip(request: Request) -> Response:
    """`POST /exhibit/{digest}/skip`: ask the run to skip it."""
    digest = digest_in(request)
    await desk_of(request).lanes.reading.run(lambda case: case.skip(digest))
    if by_htmx(request):
        return Response("asked to skip it", media_type="text/plain")
    return RedirectResponse("/account#now", 303)


async def failed(request: Request, error: Exception) -> Response:
    """A failure that Assay names."""
    assert isinstance(error, AssayError)
    if request.url.path.startswith("/api/"):
        return api.failure(error)
    template = "_failed.html" if by_htmx(request) else "failed.html"
    headers = {"HX-Retarget": "#said", "HX-Reswap": "innerHTML"} if by_htmx(request) else None
    return desk_of(request).render(
        template, api.status_of(error), headers, code=api.code_of(error),
        what=_sentence(error), next_step=error.next_step, title="Not done",
    )  # fmt: skip


async def not_there(request: Request, error: Exception) -> Response:
    """An address that leads nowhere, or is asked in a way it does not answer to."""
    status = error.status_code if isinstance(error, HTTPException) else 404
    if request.url.path.startswith("/api/"):
        value = {"schema": "assay/error/1", "code": "no_page", "what": "no such address"}
        return api.json_answer(value, status)
    return desk_of(request).render(
        "failed.html", status, code="no_page", what="There is no page at this address.",
        next_step="Go to the search page.", title="No such page",
    )  # fmt: skip


async def broken(request: Request, error: Exception) -> Response:
    """A mistake in Assay itself: its place goes to the terminal, without values."""
    places = [
        f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)
    ]
    print(f"assay: {type(error).__name__} at {' < '.join(reversed(places[-4:]))}", file=sys.stderr)  # noqa: T201
    return await failed(
        request,
        EngineError(
            "desk", f"it made a mistake of its own ({type(error).__name__})",
            "Nothing is lost. The place is in the terminal; report it.",
        ),
    )  # fmt: skip


def _sentence(error: AssayError) -> str:
    words = f"{error.subject}: {error.what}" if error.subject else error.what
    return words[:1].upper() + words[1:] + ("" if words.endswith(".") else ".")
