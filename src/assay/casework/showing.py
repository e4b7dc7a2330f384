"""What an exhibit is: text by pages, metadata, members, parents, problems, notes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from assay.casework.accounting import path_json
from assay.casework.examining import finding_json
from assay.casework.references import locator_json
from assay.engines.catalogue import AppearanceRow, PageRow, Row
from assay.errors import NotFound
from assay.extract.problems import problem

if TYPE_CHECKING:
    from assay.casework.case import Case

_THREAD = 200  # mails of a thread that are listed


def show(case: Case, reference: str | dict[str, Any], page: int | None) -> dict[str, Any]:
    """`exhibit` as the contract gives it; with `page` that page alone, with its word boxes."""
    case.refresh()
    found = case.resolve(reference)
    row = case.catalogue.row(found.exhibit)
    if row is None:
        raise NotFound(f"exhibit {found.exhibit}", "it is not in this case", "")
    number = page or found.page or (found.locator.page if found.locator else None)
    value = _exhibit(case, row, number)
    if found.locator is not None:
        value["locator"] = locator_json(found.locator)
    return value


def show_all(case: Case) -> Iterator[dict[str, Any]]:
    """Every exhibit with all its pages, in the order in which they came."""
    case.refresh()
    last = 0
    while rows := list(case.catalogue.rows(last, 200)):
        for row in rows:
            yield _exhibit(case, row, None)
        last = rows[-1].id


def _exhibit(case: Case, row: Row, number: int | None) -> dict[str, Any]:
    catalogue = case.catalogue
    places = catalogue.appearances(row.id)
    metadata, outline = catalogue.metadata(row.id)
    failed = catalogue.failed_members(row.id)
    problems = [msgspec.to_builtins(p) for p in catalogue.problems(row.id)]
    if row.state == "new":
        problems.append(msgspec.to_builtins(problem("not_read_yet")))
    waiting = catalogue.ocr_waiting_count(row.id)
    if waiting:
        where = f"{waiting} of {row.page_count} pages"
        problems.append(msgspec.to_builtins(problem("ocr_waiting", where)))
    plain = {
        key: value
        for key, value in msgspec.to_builtins(metadata).items()
        if key != "found" and value
    }
    return {
        "schema": "assay/exhibit/1",
        "exhibit": row.digest,
        "path": places[0].display if places else "",
        "paths": [path_json(p.path, p.display, p.parent) for p in places],
        "type": row.type,
        "status": row.standing,
        "size": row.size,
        "chars": row.chars,
        "language": row.language,
        "held": row.held,
        "metadata": {**plain, "found": [list(pair) for pair in metadata.found]},
        "page_count": row.page_count,
        "pages": _pages(case, row, number),
        "outline": [{"level": lv, "title": title, "page": page} for lv, title, page in outline],
        "expected": row.expected,
        "unclaimed": row.unclaimed if row.state == "read" else None,
        "members": [
            {"exhibit": digest, "path": display, "ordinal": ordinal}
            for ordinal, digest, _, display in catalogue.members(row.id)
        ],
        "failed_members": [
            {"ordinal": ordinal, "path": display, "code": code, "next_step": step}
            for ordinal, display, code, step in failed
        ],
        **_thread(case, row),
        "parents": list(dict.fromkeys(p.parent for p in places if p.parent)),
        "problems": [{key: p[key] for key in ("code", "where", "next_step", "detail") if key in p}
                     for p in problems],
        "annotations": catalogue.annotations(row.digest),
        "findings": [
            finding_json(row.digest, places[0].display if places else "", finding)
            for _, finding in catalogue.findings(row.id)
        ],
        "received": _received(case, row.digest, places),
    }  # fmt: skip


def _thread(case: Case, row: Row) -> dict[str, Any]:
    """The other mails of the case in the same thread, the oldest first."""
    rows = case.catalogue.thread(row.id, _THREAD)
    mails = []
    for number in rows:
        if number == row.id:
            continue
        other = case.catalogue.row_by_id(number)
        places = case.catalogue.appearances(number)
        about, _ = case.catalogue.metadata(number)
        mails.append(
            {
                "exhibit": other.digest,
                "path": places[0].display if places else "",
                "sent": about.sent,
                "sender": about.sender,
                "subject": about.subject,
            }
        )
    mails.sort(key=lambda mail: (*_moment(mail["sent"]), mail["exhibit"]))
    return {"thread": mails[:_THREAD], "thread_more": len(rows) > _THREAD}


def _moment(sent: str | None) -> tuple[bool, datetime]:
    """Sorts by the moment, whatever the zone; a mail without a date comes last."""
    try:
        moment = datetime.fromisoformat(sent or "")
    except ValueError:
        return (True, datetime.max.replace(tzinfo=UTC))
    return (False, moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _received(case: Case, digest: str, places: list[AppearanceRow]) -> dict[str, Any]:
    """When it came (of a member: nothing), and when its file was last changed before that."""
    value: dict[str, Any] = {}
    at = case.catalogue.first_event_at(digest, "received")
    if at:
        value["at"] = at
    if places and places[0].modified:
        value["modified"] = places[0].modified
    return value


def _pages(case: Case, row: Row, number: int | None) -> list[dict[str, Any]]:
    if number is None:
        return [_page(page) for page in case.catalogue.pages(row.id)]
    page = case.catalogue.page(row.id, number)
    if page is None:
        if row.page_count == 0:
            return []
        raise NotFound(
            f"exhibit {row.digest}", f"it has no page {number}", f"It has {row.page_count} pages."
        )
    return [_page(page, boxes=True)]


def _page(page: PageRow, boxes: bool = False) -> dict[str, Any]:
    value: dict[str, Any] = {
        "page": page.number,
        "start": page.start,
        "text": page.text,
        "source": page.source,
        "confidence": None if page.confidence is None else round(page.confidence, 1),
    }
    if page.label:
        value["label"] = page.label
    if page.width is not None:
        value |= {"width": page.width, "height": page.height}
    if page.regions:
        value["regions"] = [list(msgspec.structs.astuple(region)) for region in page.regions]
    if page.wants_ocr:
        value["wants_ocr"] = True
    if boxes and page.words is not None:
        value["words"] = {
            "starts": list(page.words.starts),
            "ends": list(page.words.ends),
            "boxes": list(page.words.boxes),
            "confidences": list(page.words.confidences),
        }
    return value
