"""Withdrawal: destroy what must go, keep the proof that it was there.

Order: the event first (so that a kill half way is finished by the next run), then payloads,
originals, kept derivatives, pictures, the catalogue (written anew) and the index (made anew:
a search engine only marks what it deletes). Header and commitment of each event stay.
"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

from assay.casework.annotating import write
from assay.casework.engines import open_index
from assay.casework.indexer import Indexer
from assay.custody.accession import now
from assay.custody.log import Entry, Log
from assay.errors import Refused, UsageError
from assay.model import places

if TYPE_CHECKING:
    from assay.casework.case import Case


def withdraw(case: Case, reference: str, authority: str, reason: str) -> dict[str, Any]:
    """Withdraw an exhibit with its members, or one event. Returns the `withdrawn` event.

    Raises Refused for a member of a container that stays, and for an event that others rest on.
    """
    if not authority.strip() or not reason.strip():
        raise UsageError("withdraw", "authority or reason is empty", "Say who asks, and why.")
    with case.lease("withdraw"):
        case.refresh()
        finish(case)
        event = case.catalogue.event_log(reference)
        if event is not None:
            return _withdraw_event(case, reference, event, authority, reason)
        digest = case.resolve(reference).exhibit
        going = _going(case, digest)
        events = [item[0] for gone in going for item in case.catalogue.events_about(gone)]
        body = {
            "authority": authority,
            "reason": reason,
            "events": sorted(set(events)),
            "destroyed": sorted(going - {digest}),
            "kept": [],
        }
        # what was kept is named, so that verify knows that it is meant to be gone
        body["destroyed"] = sorted((going - {digest}) | _kept_of(case, going))
        written = write(case, [Entry("withdrawn", "desk", digest, body, now())])[0]
        finish(case)
    return written


def _kept_of(case: Case, going: set[str]) -> set[str]:
    """What was recognised of these exhibits and of no other, also what a later run replaced."""
    theirs, others = set[str](), set[str]()
    for event in case.catalogue.events(["ocr"]):
        names = (event["body"] or {}).get("kept", ())
        (theirs if event["subject"] in going else others).update(str(name) for name in names)
    return theirs - others


def _going(case: Case, digest: str) -> set[str]:
    """The exhibit and everything that is only inside it."""
    catalogue = case.catalogue
    row = catalogue.row(digest)
    assert row is not None
    if any(place.parent for place in catalogue.appearances(row.id)):
        raise Refused(
            f"exhibit {digest}",
            "it is inside a container, whose original holds its bytes",
            "Withdraw the container: `assay show` names it under parents.",
        )
    going = {digest, *catalogue.inside(row.id)}
    while True:
        staying = set()
        for member in going - {digest}:
            exhibit = catalogue.exhibit_id(member)
            places_of = catalogue.appearances(exhibit) if exhibit is not None else []
            if any(place.parent is None or place.parent not in going for place in places_of):
                staying.add(member)
        if not staying:
            return going
        going -= staying


def _withdraw_event(
    case: Case, reference: str, event: tuple[str, int, str, str], authority: str, reason: str
) -> dict[str, Any]:
    kind = event[2]
    if kind not in ("note", "tag", "untag", "circumstances", "account"):
        raise Refused(
            f"event {reference}",
            f"it is of type {kind}: exhibits rest on it",
            "Withdraw the exhibit instead.",
        )
    body = {"authority": authority, "reason": reason, "events": [reference], "destroyed": []}
    written = write(case, [Entry("withdrawn", "desk", reference, body, now())])[0]
    finish(case)
    return written


def finish(case: Case) -> None:
    """Carry out every withdrawal in the log that is not carried out yet; needs the lease."""
    catalogue = case.catalogue
    orders = [e for e in catalogue.events(["withdrawn"]) if e["body"] is not None]
    done = {name for name in catalogue.fact("withdrawals").split(",") if name}
    todo = [order for order in orders if order["id"] not in done]
    if not todo:
        return
    vault, kept = case.vault(), case.kept()
    for order in todo:
        body = order["body"]
        _destroy_payloads(case, [str(item) for item in body.get("events", [])])
        for digest in (str(order["subject"]), *(str(item) for item in body.get("destroyed", []))):
            if not digest.startswith("sha256:"):
                continue
            vault.destroy(digest)
            kept.destroy(digest)
            name = digest.removeprefix("sha256:")
            shutil.rmtree(case.folder / places.PICTURES / name, ignore_errors=True)
            for spool in ("", "in", "view", "view/in"):
                (case.folder / places.SPOOL / spool / name).unlink(missing_ok=True)
            with catalogue.writing():
                exhibit = catalogue.exhibit_id(digest)
                if exhibit is not None:
                    catalogue.remove_exhibit(exhibit, digest)
                catalogue.forget_source_of(digest)
        with catalogue.writing():
            catalogue.forget_bodies(str(item) for item in body.get("events", []))
            catalogue.remove_annotations(str(item) for item in body.get("events", []))
    catalogue.scrub()
    _index_anew(case)
    catalogue.set_fact("withdrawals", ",".join(sorted(done | {o["id"] for o in todo})))


def _destroy_payloads(case: Case, events: list[str]) -> None:
    by_log: dict[str, list[int]] = {}
    for event in events:
        place = case.catalogue.event_log(event)
        if place is not None:
            by_log.setdefault(place[0], []).append(place[1])
    for log, sequences in by_log.items():
        Log(case.folder / places.LOGS / log).destroy_payloads(sequences)


def _index_anew(case: Case) -> None:
    """Deleted pages stay in the segments of a search engine: only a new index forgets them."""
    if case._engine is not None:
        case._engine.close()
        case._engine = None
    shutil.rmtree(case.folder / places.INDEX, ignore_errors=True)
    with case.catalogue.writing():
        case.catalogue.set_all_unindexed()
    engine = open_index(case.folder / places.INDEX, case.settings)
    try:
        Indexer(case.catalogue, engine, case.settings.search).add_waiting(True)
    finally:
        engine.close()
