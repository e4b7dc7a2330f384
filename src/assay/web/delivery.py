"""What leaves the desk that is not text: page pictures from the sandbox, originals to save.

Rules: a picture is WebP made by the sandbox, or nothing. An original leaves as an attachment of
no type at all, under a name that cannot be taken for another, and is never shown here.
"""

from __future__ import annotations

import tempfile
import unicodedata
from pathlib import Path
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from assay.casework.case import Case
from assay.errors import AssayError, NotFound
from assay.web.address import whole
from assay.web.desk import desk_of, digest_in

WIDTHS = (320, 640, 960, 1280, 1920)  # the browser picks one by the room it has
_NAME_BYTES = 180
_RESERVED = '<>:"/\\|?*'


async def picture(request: Request) -> Response:
    """`/exhibit/{digest}/{page}/picture?width=`: a page as WebP, or why not in plain words."""
    digest, page = digest_in(request), int(request.path_params["page"])
    width = whole(request.query_params.get("width"), 1) or 960
    fitting = next((w for w in WIDTHS if w >= width), WIDTHS[-1])
    try:
        body = await desk_of(request).lanes.drawing.run(
            lambda case: case.picture(digest, page, fitting)
        )
    except AssayError as error:
        status = 404 if isinstance(error, NotFound) else 422
        return PlainTextResponse(error.what, status)
    if body[:4] != b"RIFF" or body[8:12] != b"WEBP":
        return PlainTextResponse("what was drawn is no WebP picture, so it is not shown", 422)
    return Response(body, media_type="image/webp")


async def original(request: Request) -> Response:
    """`/exhibit/{digest}/original`: the bytes as received, to be saved."""
    digest = digest_in(request)

    def find(case: Case) -> tuple[Path, str]:
        place = case.original(digest)
        paths = case.show(digest, 1)["paths"]
        return place, paths[0]["display"] if paths else ""

    place, display = await desk_of(request).lanes.drawing.run(find)
    return FileResponse(
        place,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": attachment(display.rpartition("/")[2]),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "no-store",
        },
    )


async def searchable(request: Request) -> Response:
    """`/exhibit/{digest}/searchable`: its recognised pages as a PDF, to be saved."""
    digest = digest_in(request)

    def make(case: Case) -> tuple[bytes, str]:
        with tempfile.TemporaryDirectory(prefix="assay-") as folder:
            place = Path(folder) / "searchable.pdf"
            case.searchable(digest, place)
            paths = case.show(digest, 1)["paths"]
            return place.read_bytes(), paths[0]["display"] if paths else ""

    body, display = await desk_of(request).lanes.drawing.run(make)
    return Response(
        body,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": attachment(display.rpartition("/")[2] + ".searchable.pdf"),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cache-Control": "no-store",
        },
    )


def attachment(name: str) -> str:
    """Content-Disposition of a download (RFC 6266), its name by RFC 5987 and made safe.

    Control, bidi and reserved characters become `_`, so that no name can look like another type,
    leave its folder or break the header.

    >>> attachment("a/b\\r\\n\\u202efdp.exe")
    "attachment; filename*=UTF-8''a_b___fdp.exe"
    """
    safe = "".join(
        "_" if char in _RESERVED or unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        else char
        for char in name
    ).strip(". ")  # fmt: skip
    stem, dot, ending = safe.rpartition(".")
    if not stem or len(ending.encode()) > 20:
        stem, dot, ending = safe, "", ""
    room = _NAME_BYTES - len((dot + ending).encode())
    stem = stem.encode()[:room].decode("utf-8", "ignore")
    return f"attachment; filename*=UTF-8''{quote((stem + dot + ending) or 'exhibit', safe='')}"
