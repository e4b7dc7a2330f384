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

LEAST = 0.2  # confidence; what is less sure is shown where it is asked for
KINDS = ("direct", "indirect", "mixed")


class Wanted(msgspec.Struct, frozen=True):
    """Which statements are shown."""

    speaker: str = ""
    kind: str = ""
    unsure: bool = False  # those too that are probably none
    page: int = 1

    def url(self, **changes: Any) -> str:
        """The address of these statements, with changes."""
        other = msgspec.structs.replace(self, **{"page": 1, **changes})
        pairs = [
            (name, str(value))
            for name, value, plain in (
                ("speaker", other.speaker, ""), ("kind", other.kind, ""),
                ("unsure", int(other.unsure), 0), ("p", other.page, 1),
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
        params.get("unsure") == "1",
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
            least=0.0 if wanted.unsure else LEAST,
        )
        return {"found": page, "speakers": case.speakers()}

    values = await desk.lanes.reading.run(look)
    return desk.render(
        "statements.html",
        wanted=wanted,
        kinds=KINDS,
        pages=-(-values["found"]["total"] // PAGE),
        title="Statements",
        **values,
    )
