"""The account page: what came in, what could be read, what not, and what to do about it.

Rows are exhibits, counted as the account counts them. The page asks the case for one screenful
of the rows that pass the filters; the CSV and the JSON have them all.
"""

from __future__ import annotations

import shlex
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from assay.casework.case import Case
from assay.casework.desk import meaning_of
from assay.web import wording
from assay.web.address import PAGE, whole
from assay.web.desk import desk_of, progress_values

SHOWS = ("problems", "all", "read", "partly", "unread", "not_received")


class Chosen(msgspec.Struct, frozen=True):
    """Which rows of the account are shown."""

    show: str = "problems"
    code: str = ""
    type: str = ""
    under: str = ""
    page: int = 1

    def url(self, *, csv: bool = False, **changes: Any) -> str:
        """The address of these rows, or of their CSV, with changes."""
        other = msgspec.structs.replace(self, **{"page": 1, **changes})
        usual = "all" if csv else "problems"
        pairs = [
            (name, str(value))
            for name, value, plain in (
                ("show", other.show, usual),
                ("code", other.code, ""),
                ("type", other.type, ""),
                ("under", other.under, ""),
                ("p", other.page, 1),
            )
            if value != plain
        ]
        return f"/account{'.csv' if csv else ''}" + (f"?{urlencode(pairs)}" if pairs else "")

    @property
    def narrowed(self) -> bool:
        """Whether anything beside the state is chosen."""
        return bool(self.code or self.type or self.under)

    def sift(self) -> dict[str, Any]:
        """What the case is asked for."""
        return {
            "problems_only": self.show == "problems",
            "status": (self.show,) if self.show not in ("problems", "all") else (),
            "code": self.code,
            "type": self.type,
            "under": self.under,
        }


def chosen_of(params: QueryParams, usual: str = "problems") -> Chosen:
    """Read an address. What is not understood counts as not said."""
    show, code = params.get("show", usual), params.get("code", "")
    return Chosen(
        show if show in SHOWS else usual,
        code if meaning_of(code) != code else "",
        params.get("type", ""),
        params.get("under", "").strip(),
        whole(params.get("p"), 1) or 1,
    )


async def account(request: Request) -> Response:
    """`/account`."""
    params = request.query_params
    chosen = chosen_of(params)
    first = (chosen.page - 1) * PAGE
    desk = desk_of(request)

    def look(case: Case) -> dict[str, Any]:
        page = case.account_page(first, PAGE, **chosen.sift())
        return {**page, "status": case.status()}

    value = await desk.lanes.reading.run(look)
    left = [{**row, "exhibit": None, "status": "not_received"} for row in value["not_received"]]
    place = shlex.quote(str(desk.about["path"]))
    causes = [
        {**cause, "command": cause["command"].replace("assay ", f"assay --case {place} ", 1)}
        for cause in value["causes"]
    ]
    return desk.render(
        "account.html",
        account=value,
        causes=causes,
        chosen=chosen,
        rows=[*value["rows"], *left],
        pages=-(-value["total"] // PAGE),
        means=meaning_of,
        signed=params.get("signed", ""),
        title="Account",
        **progress_values(value["status"]),
    )


async def as_csv(request: Request) -> Response:
    """`/account.csv`: the rows that pass the filters of the address, else all."""
    chosen = chosen_of(request.query_params, "all")
    text = await desk_of(request).lanes.slow.run(
        lambda case: "".join(case.account_csv(**chosen.sift()))
    )
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
