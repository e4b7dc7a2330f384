"""The custody page: whose logs there are, what they say, and whether all of it still holds.

A verification runs in its own lane and tells how far it is; the last report stays until the desk
is closed. Events are shown newest first, as sentences, with their body as stored beside them.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assay.casework.case import Case
from assay.casework.desk import display_of, paths_of
from assay.errors import AssayError
from assay.web import wording
from assay.web.address import PAGE, passage_url, whole
from assay.web.desk import Desk, by_htmx, desk_of

CHECKS = 200  # failed or passed checks listed of each kind


class Entry(msgspec.Struct, frozen=True):
    """An event as a line of the ledger."""

    id: str
    number: int
    log: str
    sequence: int
    author: str
    at: str
    audience: str
    words: str
    path: str
    url: str
    quote: str
    exact: str
    body: str


async def custody(request: Request) -> Response:
    """`/custody`."""
    params = request.query_params
    page = whole(params.get("p"), 1) or 1
    everything = params.get("events") == "all"

    def look(case: Case) -> dict[str, Any]:
        found = case.ledger_page((page - 1) * PAGE, PAGE, decided=not everything)
        subjects = [str(event["subject"]) for _, event in found["items"]]
        paths = paths_of(case, [s for s in subjects if s.startswith("sha256:")])
        return {
            "logs": case.logs(),
            "withdrawn": case.withdrawn(),
            "entries": [_entry(number, event, paths) for number, event in found["items"]],
            "total": found["total"],
            "events": found["events"],
        }

    desk = desk_of(request)
    values = await desk.lanes.reading.run(look)
    return desk.render(
        "custody.html",
        title="Custody",
        everything=everything,
        number=page,
        pages=-(-values["total"] // PAGE),
        verification=desk.verification,
        **report_values(desk),
        **values,
    )


def _entry(number: int, event: dict[str, Any], paths: dict[str, str]) -> Entry:
    body = event["body"] or {}
    subject = str(event["subject"] or "")
    locator = body.get("locator")
    path = paths.get(subject, "")
    named = path or (display_of(body["path"]) if event["type"] == "not_received" and body else "")
    return Entry(
        id=event["id"],
        number=number,
        log=event["log"],
        sequence=event["sequence"],
        author=event["author"],
        at=event["at"],
        audience=event["audience"],
        words=wording.event_words(event),
        path=named,
        url=passage_url(locator, subject, body.get("page")) if path else "",
        quote=str(body.get("text", "")) if event["type"] == "note" else "",
        exact=str(locator.get("exact", "")) if locator else "",
        body=json.dumps(event["body"], ensure_ascii=False, indent=2, sort_keys=True),
    )


async def verify(request: Request) -> Response:
    """`POST /custody/verify`: begin; `GET`: how far it is, or its report."""
    desk = desk_of(request)
    if request.method == "POST":
        if desk.verification.begin():
            desk.lanes.verifying.submit(lambda case: _verify(case, desk))
        if not by_htmx(request):
            return RedirectResponse("/custody#verify", 303)
    return desk.render("_verify.html", verification=desk.verification, **report_values(desk))


def _verify(case: Case, desk: Desk) -> None:
    try:
        desk.verification.end(case.verify(desk.verification.tell))
    except AssayError as error:
        desk.verification.end(None, str(error))
    except BaseException:
        desk.verification.end(None, "The verification itself failed. Run `assay verify`.")
        raise


def report_values(desk: Desk) -> dict[str, Any]:
    """The last report: what failed in full, what held by name and number."""
    report = desk.verification.report
    if report is None:
        return {"report": None, "failed": [], "held": []}
    failed = [check for check in report["checks"] if not check["ok"]]
    held: dict[str, list[dict[str, Any]]] = {}
    for check in report["checks"]:
        if check["ok"]:
            held.setdefault(check["name"], []).append(check)
    return {
        "report": report,
        "failed": failed[:CHECKS],
        "held": [(name, len(checks), checks[0]["detail"]) for name, checks in held.items()],
    }
