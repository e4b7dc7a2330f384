"""Notes, tags and the ledger: what people decide goes into the log first, then the catalogue."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from assay.casework.references import locator_json
from assay.casework.replay import apply_written
from assay.custody.accession import now
from assay.custody.ledger import in_order
from assay.custody.log import Entry, logs_of
from assay.engines.overview import QUIET
from assay.errors import EngineError, UsageError
from assay.model import places
from assay.model.event import AUDIENCES, Audience, Event, Header

if TYPE_CHECKING:
    from assay.casework.case import Case


def write(case: Case, entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """Write events; durable on return. The catalogue follows, at once or on the next look."""
    log = case.log()
    written = log.append(entries, case.witness())
    try:
        with case.catalogue.writing():
            apply_written(case.catalogue, log, written)
    except EngineError:
        pass  # busy or damaged: the event is safe, and the catalogue is made from events
    return [event_json(event, log.origin["name"]) for event in written]


def event_json(event: Event, author: str) -> dict[str, Any]:
    """An event as the contract gives it."""
    return {
        "schema": "assay/event/1",
        "id": event.id,
        "log": event.header.log,
        "sequence": event.header.sequence,
        "type": event.header.type,
        "author": author,
        "at": event.at,
        "audience": event.header.audience,
        "subject": event.subject,
        "body": event.body if event.payload is not None else None,
    }


def _audience(audience: str) -> Audience:
    for known in AUDIENCES:
        if audience == known:
            return known
    raise UsageError("audience", "it is none of private, desk, share", "")


def note(case: Case, reference: str | dict[str, Any], text: str, audience: str) -> dict[str, Any]:
    """Write a note. Raises UsageError for an empty one."""
    if not text.strip():
        raise UsageError("note", "it is empty", "Write what you saw and why it matters.")
    found = case.resolve(reference)
    body: dict[str, Any] = {"text": text}
    if found.page or (found.locator and found.locator.page):
        body["page"] = found.page or (found.locator.page if found.locator else None)
    if found.locator is not None:
        body["locator"] = locator_json(found.locator)
    return write(case, [Entry("note", _audience(audience), found.exhibit, body, now())])[0]


def tag(
    case: Case, reference: str | dict[str, Any], tags: Sequence[str], remove: bool, audience: str
) -> list[dict[str, Any]]:
    """Put tags on, or take them off: taking off names the events that put them on."""
    found = case.resolve(reference)
    locator = locator_json(found.locator) if found.locator is not None else None
    entries: list[Entry] = []
    for name in dict.fromkeys(unicodedata.normalize("NFC", tag).strip() for tag in tags):
        if not name or any(unicodedata.category(char) == "Cc" for char in name):
            raise UsageError("tag", "it is empty or holds a control character", "")
        if not remove:
            body: dict[str, Any] = {"tag": name}
            if found.page:
                body["page"] = found.page
            if locator:
                body["locator"] = locator
            entries.append(Entry("tag", _audience(audience), found.exhibit, body, now()))
            continue
        case.refresh()
        removes = [
            item["event"]
            for item in case.catalogue.annotations(found.exhibit)
            if item["kind"] == "tag"
            and item["value"].lower() == name.lower()
            and (locator is None or item["locator"] == locator)
        ]
        if not removes:
            raise UsageError("tag", "it is not on this exhibit", "`assay show` lists its tags.")
        entries.append(
            Entry(
                "untag",
                _audience(audience),
                found.exhibit,
                {"tag": name, "removes": removes},
                now(),
            )
        )
    return write(case, entries)


def ledger(case: Case, since: int) -> list[dict[str, Any]]:
    """All events in causal order, without the first `since`."""
    case.refresh()
    order = [event for event, _ in _order(case)][since:]
    return [_as_json(row) for at in range(0, len(order), 500)
            for row in case.catalogue.events_by_id(order[at : at + 500])]  # fmt: skip


def ledger_page(case: Case, first: int, count: int, *, decided: bool) -> dict[str, Any]:
    """`count` events from `first` on, newest first, each with its number in the ledger.

    `decided`: only what people decided, without what `add` writes. `total` of these and `events`
    of the whole ledger. One log is read from its index alone; several are put in order once, and
    again when one of them has grown.
    """
    case.refresh()
    overview = case.catalogue.overview
    events, chosen = overview.event_counts()
    total = chosen if decided else events
    if overview.event_logs() <= 1:
        ids = overview.newest_events(first, count, decided=decided)
        rows = case.catalogue.events_by_id(ids)
        numbers = [row["sequence"] + 1 for row in rows]
    else:
        numbered = overview.once("ledger", lambda: list(enumerate(_order(case), 1)))
        wanted = [
            (number, event)
            for number, (event, kind) in reversed(numbered)
            if not decided or kind not in QUIET
        ][first : first + count]
        rows = case.catalogue.events_by_id([event for _, event in wanted])
        numbers = [number for number, _ in wanted]
    items = [(number, _as_json(row)) for number, row in zip(numbers, rows, strict=True)]
    return {"total": total, "events": events, "items": items}


def _order(case: Case) -> list[tuple[str, str]]:
    """(id, type) of every event, in causal order."""
    kinds: dict[str, str] = {}
    events = []
    for event, log, sequence, kind, heads in case.catalogue.event_places():
        seen = {other: (head[0], head[1]) for other, head in heads.items()}
        kinds[event] = kind
        events.append(Event(event, Header(log, sequence, "", kind, "desk", "", seen), None))
    return [(event.id, kinds[event.id]) for event in in_order(events)]


def _as_json(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "schema": "assay/event/1",
        **{key: row[key] for key in ("id", "log", "sequence", "type", "author", "at")},
        **{key: row[key] for key in ("audience", "subject", "body")},
    }


def logs(case: Case) -> list[dict[str, Any]]:
    """Every log: whose it is, how long, its last checkpoint as it was signed."""
    import hashlib
    import json

    found = []
    for log in logs_of(case.folder / places.LOGS):
        path = case.folder / places.LOGS / log.id / places.LOG_CHECKPOINTS
        lines = path.read_bytes().split(b"\n")[:-1] if path.exists() else []
        last = json.loads(lines[-1])["note"] if lines else ""
        key = bytes.fromhex(log.origin["key"])
        found.append(
            {
                "log": log.id,
                "author": log.origin["name"],
                "device": log.origin["device"],
                "fingerprint": hashlib.sha256(key).hexdigest()[:16],
                "events": log.size(),
                "checkpoints": len(lines),
                "checkpoint": last,
            }
        )
    return found
