"""The draft page: a draft pasted or chosen, beside what the case says.

The draft goes through the sandbox like any file and is kept nowhere: not in the case, not in the
address, not in a session. What can be saved is made from what the browser sends again.
"""

from __future__ import annotations

import itertools
import tempfile
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from assay.casework.case import Case
from assay.errors import AssayError, UsageError
from assay.locate.boxes import boxes_of
from assay.model.draft import ALARMS
from assay.model.reading import Words
from assay.web import typeset
from assay.web.api import json_answer
from assay.web.desk import desk_of, form_of

MOST = 64 << 20  # bytes of a draft that is sent as a file
_SHOWN = 3  # places in the case that are shown for one check
_ENDINGS = {"docx": "docx", "footnotes": "md", "json": "json"}
_ROOM = 6.0  # points around a cut-out
_BESIDE = 24.0  # points left and right of the words
_TALL = 160.0  # points; a cut-out is not taller
_WIDE = 260.0  # points; nor narrower, so that its letters have the size of the page's


class CutOut(msgspec.Struct, frozen=True):
    """A part of a page's picture: the page in points, and what of it is seen."""

    url: str
    width: float
    height: float
    left: float
    top: float
    wide: float
    tall: float
    marks: tuple[tuple[float, float, float, float], ...]


class Piece(msgspec.Struct, frozen=True):
    """A run of the draft; `checks` are the numbers of those that it belongs to."""

    text: str
    checks: tuple[int, ...] = ()
    verdict: str = ""


class Row(msgspec.Struct, frozen=True):
    """A paragraph of the draft and the checks that begin in it."""

    pieces: tuple[Piece, ...]
    checks: tuple[int, ...]


async def ask(request: Request) -> Response:
    """`GET /draft`: where a draft is pasted or chosen."""
    return desk_of(request).render("draft.html", value=None, title="Draft")


async def check(request: Request) -> Response:
    """`POST /draft`: the draft with what the case says in its margin."""
    desk = desk_of(request)
    name, body = await _sent(request)

    def work(case: Case) -> dict[str, Any]:
        if name is None:
            value = case.draft_text(body.decode("utf-8", "replace"))
        else:
            with tempfile.TemporaryDirectory(prefix="assay-") as folder:
                place = Path(folder) / name
                place.write_bytes(body)
                value = case.draft(place)
        return {"value": value, "cut_outs": cut_outs(case, value["checks"])}

    found = await desk.lanes.slow.run(work)
    value = found["value"]
    return desk.render(
        "draft.html",
        title="Draft",
        rows=rows_of(value["text"], value["checks"]),
        shown=_SHOWN,
        **found,
    )


async def save(request: Request) -> Response:
    """`POST /draft/save` with text and `as`: docx, footnotes or json, to be saved."""
    form = await form_of(request)
    text, kind = form.get("text", ""), form.get("as", "json")
    if kind not in _ENDINGS:
        raise UsageError("draft", "it is none of docx, footnotes, json", "Choose one of them.")

    def work(case: Case) -> bytes:
        if kind == "json":
            return msgspec.json.encode(case.draft_text(text))
        with tempfile.TemporaryDirectory(prefix="assay-") as folder:
            place, out = Path(folder) / "draft.txt", Path(folder) / "out"
            place.write_text(text, encoding="utf-8")
            if kind == "docx":
                case.draft(place, docx=out)
            else:
                case.draft(place, footnotes=out)
            return out.read_bytes()

    body = await desk_of(request).lanes.slow.run(work)
    name = f"draft-checked.{_ENDINGS[kind]}"
    return Response(
        body,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def as_json(request: Request) -> Response:
    """POST draft {text}: `draft`."""
    from assay.web.api import json_of

    value = await json_of(request)
    text = value.get("text")
    if not isinstance(text, str):
        raise UsageError("text", "it is missing", "Give the draft as text.")
    return json_answer(await desk_of(request).lanes.slow.run(lambda case: case.draft_text(text)))


async def _sent(request: Request) -> tuple[str | None, bytes]:
    """(file name or None for pasted text, bytes) of what was sent. Raises UsageError."""
    kind = request.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        form = await form_of(request)
        return None, _some(form.get("text", "").encode())
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST:
            raise UsageError("draft", f"it is longer than {MOST >> 20} MiB", "Send a shorter one.")
    head = f"Content-Type: {kind}\r\nMIME-Version: 1.0\r\n\r\n".encode("latin-1", "replace")
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    text = b""
    for part in message.iter_parts() if message.is_multipart() else ():
        payload = part.get_payload(decode=True)
        if not isinstance(payload, bytes):
            continue
        untrusted_name = part.get_filename()
        if untrusted_name and payload:
            # the name tells nothing but an ending: the type is found in the bytes
            ending = Path(untrusted_name).suffix.lower()
            plain = ending if ending[1:].isalnum() and len(ending) <= 6 else ""
            return f"draft{plain}", payload
        if part.get_param("name", header="content-disposition") == "text":
            text = payload.replace(b"\r\n", b"\n")  # a browser sends pasted lines so
    return None, _some(text)


def _some(text: bytes) -> bytes:
    if not text.strip():
        raise UsageError("draft", "nothing was pasted or chosen", "Paste it, or choose a file.")
    return text


def rows_of(text: str, checks: list[dict[str, Any]]) -> list[Row]:
    """The draft by paragraphs, cut where checks begin and end."""
    found: list[Row] = []
    at = 0
    for line in text.split("\n"):
        end = at + len(line)
        here = [
            (number, max(item["start"], at), min(item["end"], end))
            for number, item in enumerate(checks, 1)
            if item["start"] < end and item["end"] > at
        ]
        edges = sorted({at, end, *(edge for _, low, high in here for edge in (low, high))})
        pieces = []
        for low, high in itertools.pairwise(edges):
            over = [n for n, first, last in here if first <= low and high <= last]
            # of a figure inside a quotation the inner one is what is seen, unless the outer alarms
            inner = min(
                over,
                key=lambda n: (
                    checks[n - 1]["verdict"] not in ALARMS,
                    checks[n - 1]["end"] - checks[n - 1]["start"],
                ),
                default=0,
            )
            verdict = checks[inner - 1]["verdict"] if inner else ""
            pieces.append(Piece(typeset.plain(text[low:high]), tuple(over), verdict))
        begin = tuple(
            n
            for n, low, _ in here
            if at <= checks[n - 1]["start"] == low and not _goes_without_saying(checks[n - 1])
        )
        if line.strip():
            found.append(Row(tuple(pieces), begin))
        at = end + 1
    return found


def _goes_without_saying(item: dict[str, Any]) -> bool:
    """A name that is written as in the case needs no place in the margin: it is underlined."""
    return item.get("kind") == "name" and item["verdict"] == "agrees"


def cut_outs(case: Case, checks: list[dict[str, Any]]) -> dict[tuple[int, int], CutOut]:
    """(number of the check, of its place) -> the part of the page picture where it stands."""
    found: dict[tuple[int, int], CutOut] = {}
    pages: dict[tuple[str, int], dict[str, Any] | None] = {}
    for number, item in enumerate(checks, 1):
        if _goes_without_saying(item):
            continue
        for nth, place in enumerate(item["evidence"][:_SHOWN]):
            key = (place["exhibit"], place["page"])
            if key not in pages:
                pages[key] = _page(case, *key)
            page = pages[key]
            made = None if page is None else _cut(place, page)
            if made is not None:
                found[number, nth] = made
    return found


def _page(case: Case, digest: str, number: int) -> dict[str, Any] | None:
    try:
        shown = case.show(digest, number)["pages"]
    except AssayError:
        return None
    page = shown[0] if shown else None
    return page if page and page.get("width") and page.get("height") and page.get("words") else None


def _cut(place: dict[str, Any], page: dict[str, Any]) -> CutOut | None:
    words = Words(
        tuple(page["words"]["starts"]), tuple(page["words"]["ends"]), tuple(page["words"]["boxes"])
    )
    boxes = boxes_of(words, place["start"], place["end"])
    if not boxes:
        return None
    top = max(min(box.top for box in boxes) - _ROOM, 0.0)
    bottom = min(max(box.bottom for box in boxes) + _ROOM, page["height"])
    left = max(min(box.left for box in boxes) - _BESIDE, 0.0)
    right = min(max(box.right for box in boxes) + _BESIDE, page["width"])
    wide = min(max(right - left, _WIDE), page["width"])
    left = min(left, page["width"] - wide)
    digest = str(place["exhibit"]).removeprefix("sha256:")
    return CutOut(
        f"/exhibit/{digest}/{place['page']}/picture?width=960",
        round(page["width"], 1),
        round(page["height"], 1),
        round(left, 1),
        round(top, 1),
        round(wide, 1),
        round(min(bottom - top, _TALL), 1),
        tuple(
            (
                round(box.left - 1, 1), round(box.top - 1, 1),
                round(box.right - box.left + 2, 1), round(box.bottom - box.top + 2, 1),
            )
            for box in boxes
        ),
    )  # fmt: skip
