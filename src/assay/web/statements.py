"""The statements page: who said what in this case, each with its place.

One screenful of statements in the order of the exhibits, sifted by speaker and kind. The address
holds both. A list of names to choose from is in the order of the alphabet: nobody is ranked.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from assay.casework.case import Case
from assay.web.address import PAGE, whole
from assay.web.desk import desk_of

SURE = (80, 50, 20, 0)  # of a hundred such are right; what is less sure is shown on request
PLAIN = 50  # more often right than not
KINDS = ("direct", "indirect", "mixed")


class Wanted(msgspec.Struct, frozen=True):
    """Which statements are shown."""

    speaker: str = ""
    kind: str = ""
    sure: int = PLAIN  # of a hundred such are right, at least
    page: int = 1

    def url(self, **changes: Any) -> str:
        """The address of these statements, with changes."""
        other = msgspec.structs.replace(self, **{"page": 1, **changes})
        pairs = [
            (name, str(value))
            for name, value, plain in (
                ("speaker", other.speaker, ""), ("kind", other.kind, ""),
                ("sure", other.sure, PLAIN), ("p", other.page, 1),
            )
            if value != plain
        ]  # fmt: skip
        return "/statements" + (f"?{urlencode(pairs)}" if pairs else "")


def wanted_of(params: QueryParams) -> Wanted:
    """Read an address. What is not understood counts as not said."""
    kind = params.get("kind", "")
    return Wanted(
        params.get("speaker", "").strip(),
        kind if kind in KINDS else "",
        sure if (sure := whole(params.get("sure"))) in SURE else PLAIN,
        whole(params.get("p"), 1) or 1,
    )


async def statements(request: Request) -> Response:
    """`/statements`."""
    wanted = wanted_of(request.query_params)
    desk = desk_of(request)

    def look(case: Case) -> dict[str, Any]:
        page = case.statements_page(
            (wanted.page - 1) * PAGE,
            PAGE,
            wanted.speaker or None,
            wanted.kind or None,
            least=wanted.sure / 100,
        )
        every = page["total"]
        if wanted.sure:
            every = case.statements_page(
                0, 1, wanted.speaker or None, wanted.kind or None, least=0.0
            )["total"]
        return {"found": page, "every": every, "speakers": case.speakers()}

    values = await desk.lanes.reading.run(look)
    return desk.render(
        "statements.html",
        wanted=wanted,
        kinds=KINDS,
        choices=SURE,
        pages=-(-values["found"]["total"] // PAGE),
        title="Statements",
        **values,
    )
