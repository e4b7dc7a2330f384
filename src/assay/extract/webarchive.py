"""Safari's web archives: a property list with the page, its parts and its frames.

The text is the words of the main resource. Every other resource is a member under its address,
those of frames too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from assay.extract import captured
from assay.extract.html import show
from assay.extract.plists import plist_of
from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="webarchive",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/x-webarchive",),
    limits="",
)


def read_webarchive(request: Request, transcript: Transcript) -> None:
    """Read an archive. Raises Stop with `damaged` or a limit of containers."""
    transcript.container = True
    transcript.vouch()
    if request.path.stat().st_size > request.limits.memory // 4:
        raise Stop("limit_member", "", f"over {request.limits.memory // 4} bytes")
    try:
        archive = plist_of(request.path.read_bytes())
    except ValueError as error:
        raise Stop("damaged", "", str(error)) from None
    if not isinstance(archive, dict):
        raise Stop("damaged", "", "no archive")
    main = archive.get("WebMainResource")
    if not isinstance(main, dict):
        transcript.trouble("damaged", "", "no main resource")
    elif not _read_main(main, request, transcript):
        main = None  # no page: its bytes are a member like the others
    spool = transcript.members()
    for resource in _resources(archive):
        if resource is main:
            continue
        address = str(resource.get("WebResourceURL") or "resource")
        name = captured.name_of(address.encode("utf-8", "surrogatepass"))
        body = resource.get("WebResourceData")
        if isinstance(body, str):
            body = body.encode("utf-8", "surrogatepass")
        if isinstance(body, bytes):
            spool.add_bytes(name, body)
        else:
            spool.refuse(name, problem("damaged", f"member {len(spool) + 1}", "no bytes"))
    if not len(spool):
        transcript.spool = None


def _read_main(main: dict[str, Any], request: Request, transcript: Transcript) -> bool:
    """Write the words of the page; False where it is none."""
    address = main.get("WebResourceURL")
    transcript.note("webarchive:url", address if isinstance(address, str) else "")
    body, media = main.get("WebResourceData"), str(main.get("WebResourceMIMEType", ""))
    if not isinstance(body, bytes) or "html" not in media:
        return False
    charset = main.get("WebResourceTextEncodingName")
    show(body, charset if isinstance(charset, str) else None, request, transcript)
    return True


def _resources(archive: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every resource in the order of the list, frames behind the page that holds them."""
    waiting = [archive]
    seen: set[int] = set()
    while waiting:
        page = waiting.pop(0)
        if id(page) in seen:  # a list of the binary kind may hold itself
            continue
        seen.add(id(page))
        main = page.get("WebMainResource")
        if isinstance(main, dict):
            yield main
        parts = page.get("WebSubresources")
        yield from (p for p in (parts if isinstance(parts, list) else ()) if isinstance(p, dict))
        frames = page.get("WebSubframeArchives")
        waiting += [f for f in (frames if isinstance(frames, list) else ()) if isinstance(f, dict)]
