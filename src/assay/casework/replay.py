"""From events to the catalogue: what the logs say, made searchable.

Every event goes through `apply` once, whether this process wrote it, another one did, or it
was read back after `derived/` was removed. Unknown types are kept for the ledger and change
nothing else, so that a newer program's events survive an older one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from assay.custody.accession import path_from_json
from assay.custody.log import Log, logs_of
from assay.engines.catalogue import Catalogue
from assay.model.event import Event


def catch_up(catalogue: Catalogue, logs: Path) -> int:
    """Apply every event that the catalogue does not know yet; returns how many there were."""
    count = 0
    for log in logs_of(logs):
        known = catalogue.applied(log.id)
        if log.size() <= known:
            continue
        with catalogue.writing():
            known = catalogue.applied(log.id)
            for event in log.read(known):
                apply(catalogue, event, log)
                known += 1
                count += 1
            catalogue.set_applied(log.id, known)
    return count


def apply_written(catalogue: Catalogue, log: Log, written: Iterable[Event]) -> None:
    """Apply events that were just appended; inside the caller's transaction.

    Where another process appended in between, the gap is left to the next `catch_up`, which
    finds the same events and changes nothing twice.
    """
    known = catalogue.applied(log.id)
    for event in written:
        apply(catalogue, event, log)
        if event.header.sequence == known:
            known += 1
    catalogue.set_applied(log.id, known)


def apply(catalogue: Catalogue, event: Event, log: Log) -> None:
    """Apply one event; applying it twice is the same as once."""
    header, body = event.header, event.body
    author = log.origin["name"]
    catalogue.add_event(
        event.id,
        log.id,
        header.sequence,
        header.type,
        header.audience,
        event.subject,
        event.at,
        author,
        None if event.payload is None else body,
        {key: list(value) for key, value in header.heads.items()},
    )
    if event.payload is None:
        return
    match header.type:
        case "received":
            _received(catalogue, event)
        case "not_received":
            path = path_from_json(body["path"])
            catalogue.add_left_out(path, str(body["code"]), str(body["detail"]), event.id)
        case "read":
            for digest in body.get("originals", []):
                catalogue.add_exhibit(str(digest), 0, held=True, depth=1)
        case "ocr":
            catalogue.add_ocr_kept(
                event.subject,
                int(body["page"]),
                str(body["recipe"]),
                str(body["kept"][0]),
                str(body["picture"]),
            )
        case "note" | "tag":
            _annotation(catalogue, event, author)
        case "untag":
            catalogue.remove_annotations(str(item) for item in body.get("removes", []))
        case "withdrawn":
            _withdrawn(catalogue, event, author)
        case _:
            pass


def _received(catalogue: Catalogue, event: Event) -> None:
    if catalogue.is_withdrawn(event.subject):
        return
    body = event.body
    size = int(body["size"])
    exhibit, _ = catalogue.add_exhibit(event.subject, size, held=True, depth=0)
    added = catalogue.add_appearance(
        exhibit, path_from_json(body["path"]), size, body.get("modified"), event=event.id
    )
    if added:
        catalogue.set_indexed([exhibit], 0)  # found under its new path too
    if body.get("changed_while_read"):
        catalogue.set_changed(exhibit)


def _annotation(catalogue: Catalogue, event: Event, author: str) -> None:
    body = event.body
    locator = body.get("locator")
    catalogue.add_annotation(
        event.id,
        event.header.type,
        event.subject,
        body.get("page"),
        str(body.get("text", body.get("tag", ""))),
        json.dumps(locator, sort_keys=True) if locator else "",
        author,
        event.at,
        event.header.audience,
        event.header.sequence,
    )


def _withdrawn(catalogue: Catalogue, event: Event, author: str) -> None:
    body = event.body
    for digest in (event.subject, *(str(item) for item in body.get("destroyed", []))):
        catalogue.add_withdrawn(
            digest,
            event.id,
            author,
            event.at,
            str(body.get("authority", "")),
            str(body.get("reason", "")),
        )
        exhibit = catalogue.exhibit_id(digest)
        if exhibit is not None:
            catalogue.remove_exhibit(exhibit, digest)
    gone = [str(item) for item in body.get("events", [])]
    catalogue.forget_bodies(gone)
    catalogue.remove_annotations(gone)
