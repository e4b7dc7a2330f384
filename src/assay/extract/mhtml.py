"""MHTML: a page saved with its parts as one message (RFC 2557).

The text is the words of the page itself: the part named by `start`, else the first that is HTML.
Every other part is a member under its address; parts that a browser saved as frames too.
"""

from __future__ import annotations

from assay.extract import captured, dates
from assay.extract.html import show, take_data
from assay.extract.mime import Part, take_apart, words
from assay.extract.plain import note_charset
from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="mhtml",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("multipart/related",),
    limits="",
)
_HTML = ("text/html", "application/xhtml+xml")
_ENDINGS = {"text/html": ".html", "text/css": ".css", "image/png": ".png", "image/jpeg": ".jpg",
            "image/gif": ".gif", "image/svg+xml": ".svg"}  # fmt: skip


def read_mhtml(request: Request, transcript: Transcript) -> None:
    """Read a saved page. Raises Stop at the limits of containers."""
    if request.path.stat().st_size > request.limits.member:
        raise Stop("limit_member", "", f"over {request.limits.member} bytes")
    message = take_apart(request.path.read_bytes(), request.limits.mime_depth)
    for name, value in message.headers.raw_items():
        transcript.note(f"header:{name}", words(value))
    transcript.vouch()
    leaves = list(_leaves(message, transcript, "part 1"))
    main = _main_of(message, leaves)
    rendered = None
    if main is not None:
        body, whole = main.decoded()
        if not whole:
            transcript.trouble("damaged", "", "transfer encoding of the page")
        if main.type in _HTML:
            rendered = show(body, main.charset, request, transcript)
        elif request.only is None:
            from assay.extract import charset

            decoded = charset.decode(body, main.charset)
            note_charset(transcript, decoded)
            for line in decoded.text.splitlines():
                transcript.paragraph(line)
    transcript.title = transcript.title or _first(message, "subject") or None
    transcript.created = transcript.created or dates.from_mail(_first(message, "date"))
    _take_members([leaf for leaf in leaves if leaf is not main], transcript)
    if rendered is not None:
        take_data(rendered, transcript)


def _take_members(parts: list[Part], transcript: Transcript) -> None:
    if not parts:
        return
    transcript.container = True
    spool = transcript.members()
    for number, part in enumerate(parts, 1):
        address = _first(part, "content-location") or part.filename
        inside = _first(part, "content-id").strip("<>")
        ending = _ENDINGS.get(part.type, "")
        named = address or (inside + ending if inside else f"part-{number}{ending}")
        name = captured.name_of(named.encode("utf-8", "surrogatepass"))
        body, whole = part.decoded()
        if not body and part.body.strip():
            where = f"member {len(spool) + 1}"
            spool.refuse(name, problem("damaged", where, "transfer encoding"))
            continue
        if not whole:
            transcript.trouble("damaged", f"member {len(spool) + 1}", "transfer encoding")
        spool.add_bytes(name, body)


def _first(part: Part, name: str) -> str:
    return words(next(iter(part.values(name)), ""))


def _leaves(part: Part, transcript: Transcript, where: str) -> list[Part]:
    """The parts that hold something, in their order."""
    if part.type.startswith("multipart/") and part.broken:
        transcript.trouble("truncated", where, "the last boundary is missing")
    if not part.children:
        return [part] if part.body or not part.type.startswith("multipart/") else []
    found: list[Part] = []
    for number, child in enumerate(part.children, 1):
        found += _leaves(child, transcript, f"{where}.{number}")
    return found


def _main_of(message: Part, leaves: list[Part]) -> Part | None:
    """The page itself."""
    try:
        start = message.headers.get_param("start")
    except (ValueError, TypeError, LookupError):
        start = None
    saved = _first(message, "snapshot-content-location")
    for leaf in leaves:
        if isinstance(start, str) and start and _first(leaf, "content-id") == start:
            return leaf
    for leaf in leaves:
        if saved and leaf.type in _HTML and _first(leaf, "content-location") == saved:
            return leaf
    texts = [leaf for leaf in leaves if leaf.type in _HTML] or [
        leaf for leaf in leaves if leaf.type == "text/plain"
    ]
    return texts[0] if texts else None
