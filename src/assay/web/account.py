"""The account page: what came in, what could be read, what not, and what to do about it.

Rows are exhibits, counted as the account counts them. The page shows one screenful of them; the
CSV and the JSON have them all.
"""

from __future__ import annotations

from collections import Counter
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assay.casework.desk import meaning_of
from assay.web import wording
from assay.web.address import PAGE, whole
from assay.web.desk import desk_of

SHOWS = ("problems", "all", "read", "partly", "unread", "not_received")


class Chosen(msgspec.Struct, frozen=True):
    """Which rows of the account are shown."""

    show: str = "problems"
    code: str = ""
    path: str = ""
    page: int = 1

    def url(self, **changes: Any) -> str:
        """The address of these rows, with changes."""
        other = msgspec.structs.replace(self, **{"page": 1, **changes})
        pairs = [
            (name, str(value))
            for name, value, plain in (
                ("show", other.show, "problems"),
                ("code", other.code, ""),
                ("path", other.path, ""),
                ("p", other.page, 1),
            )
            if value != plain
        ]
        return "/account" + (f"?{urlencode(pairs)}" if pairs else "")


class Cause(msgspec.Struct, frozen=True):
    """One code of a problem: what it means, and how many exhibits have it."""

    code: str
    means: str
    next_step: str
    exhibits: int


async def account(request: Request) -> Response:
    """`/account`."""
    params = request.query_params
    show = params.get("show", "problems")
    chosen = Chosen(
        show if show in SHOWS else "problems",
        params.get("code", ""),
        params.get("path", "").strip(),
        whole(params.get("p"), 1) or 1,
    )
    desk = desk_of(request)
    value = await desk.lanes.slow.run(lambda case: case.account())
    rows = [row for row in value["rows"] if _wanted(row, chosen)]
    left = [row for row in value["not_received"] if _among(str(row["path"]), chosen.path)]
    if chosen.show not in ("all", "problems", "not_received") or chosen.code:
        left = [row for row in left if row["code"] == chosen.code]
    if chosen.show == "not_received":
        rows = []
    first = (chosen.page - 1) * PAGE
    both = [*rows, *({**row, "exhibit": None, "status": "not_received"} for row in left)]
    return desk.render(
        "account.html",
        account=value,
        causes=_causes(value),
        chosen=chosen,
        rows=both[first : first + PAGE],
        first=first,
        total=len(both),
        pages=-(-len(both) // PAGE),
        means=meaning_of,
        signed=params.get("signed", ""),
        title="Account",
    )


def _wanted(row: dict[str, Any], chosen: Chosen) -> bool:
    if chosen.show == "problems" and not row["problems"] and row["status"] == "read":
        return False
    if chosen.show in ("read", "partly", "unread") and row["status"] != chosen.show:
        return False
    if chosen.code and all(problem["code"] != chosen.code for problem in row["problems"]):
        return False
    return any(
        _among(str(place["display"]), chosen.path) for place in row["paths"] or [{"display": ""}]
    )


def _among(path: str, part: str) -> bool:
    return part.casefold() in path.casefold()


def _causes(value: dict[str, Any]) -> list[Cause]:
    count: Counter[str] = Counter()
    steps: dict[str, str] = {}
    for row in value["rows"]:
        for code in {problem["code"] for problem in row["problems"]}:
            count[code] += 1
        for problem in row["problems"]:
            steps.setdefault(problem["code"], problem["next_step"])
    for row in value["not_received"]:
        count[row["code"]] += 1
        steps.setdefault(row["code"], row["next_step"])
    return [
        Cause(code, meaning_of(code), steps[code], number) for code, number in count.most_common()
    ]


async def as_csv(request: Request) -> Response:
    """`/account.csv`: all rows, or those with problems (`?problems=1`)."""
    only = request.query_params.get("problems") == "1"
    text = await desk_of(request).lanes.slow.run(lambda case: case.account_csv(problems_only=only))
    name = f"account-{wording.today()}.csv"
    return Response(
        text.encode("utf-8-sig"),  # without the mark a spreadsheet misreads names
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def sign(request: Request) -> Response:
    """`POST /account/sign`: a statement of completeness into the ledger."""
    event = await desk_of(request).lanes.writing.run(lambda case: case.sign_account())
    return RedirectResponse(f"/account?signed={event['id']}", 303)
