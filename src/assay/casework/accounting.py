"""The account of a case: custody/account.py over what the catalogue holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from assay.casework.annotating import write
from assay.custody.accession import now
from assay.custody.account import Account, Line, Trouble, as_csv, status_of, sum_up
from assay.custody.log import Entry
from assay.engines.catalogue import Row
from assay.extract.problems import problem
from assay.model.exhibit import RawPath
from assay.model.reading import Status
from assay.proof import canonical, digests

if TYPE_CHECKING:
    from assay.casework.case import Case


def path_json(path: RawPath, display: str, container: str | None) -> dict[str, Any]:
    """A path as the contract gives it."""
    value: dict[str, Any] = {"display": display}
    raw = path.raw_b64()
    if raw is not None:
        value["raw_b64"] = raw
    if container is not None:
        value["container"] = container
        value["member"] = display.rpartition("!/")[2]
    return value


def assemble(case: Case, problems_only: bool) -> Account:
    """The account as values."""
    case.refresh()
    catalogue = case.catalogue
    paths = catalogue.all_paths()
    problems = catalogue.problems_of_all()
    members = catalogue.member_counts()
    pictures = catalogue.ocr_waiting_counts()
    rows = list(catalogue.rows())
    digest_of = {row.id: row.digest for row in rows}
    lines: list[Line] = []
    for row in rows:
        places = paths.get(row.id, [])
        taken, failed = members.get(row.id, (0, 0))
        container = row.container or taken or failed
        troubles = [Trouble(p.code, p.where, p.next_step) for p in problems.get(row.id, [])]
        if failed:
            said = {(t.code, t.where) for t in troubles}
            troubles += [
                Trouble(code, f"member {ordinal + 1}", step)
                for ordinal, _, code, step in catalogue.failed_members(row.id)
                if (code, f"member {ordinal + 1}") not in said
            ]
        if row.state == "new":
            waiting = problem("not_read_yet")
            troubles.append(Trouble(waiting.code, "", waiting.next_step))
        waiting_pages = pictures.get(row.id, 0)
        if waiting_pages:
            late = problem("ocr_waiting", f"{waiting_pages} of {row.page_count} pages")
            troubles.append(Trouble(late.code, late.where, late.next_step))
        status = standing(row, failed, waiting_pages)
        parent = next((digest_of.get(p[2]) for p in places if p[2] is not None), None)
        if any(p[2] is None for p in places):
            parent = None
        line = Line(
            exhibit=row.digest,
            path=places[0][1] if places else "",
            paths=tuple(
                path_json(path, display, digest_of.get(up) if up else None)
                for path, display, up, _ in places
            ),
            parent=parent,
            type=row.type,
            status=status,
            chars=row.chars,
            expected=row.expected if container else None,
            read=taken if container else None,
            failed=failed if container else None,
            problems=tuple(troubles),
        )
        if not problems_only or troubles or status != "read":
            lines.append(line)
    left = []
    for display, path, code, detail in catalogue.left_out():
        item = path_json(path, display, None)
        left.append(
            {"path": display, "paths": [item], "code": code, "detail": detail,
             "next_step": problem(code).next_step}
        )  # fmt: skip
    account = sum_up(
        lines,
        not_received=tuple(left),
        waiting=sum(row.state == "new" for row in rows),
        ocr_waiting=catalogue.progress()[2],
        withdrawn=len(catalogue.withdrawn()),
        jail=catalogue.fact("jail"),
    )
    if problems_only:
        whole = {"read": 0, "partly": 0, "unread": 0}
        for line in sum_up(lines).rows:
            whole[line.status] += 1
        read = len(rows) - whole["partly"] - whole["unread"]
        account = msgspec.structs.replace(account, exhibits=len(rows), read=read)
    return account


def standing(row: Row, failed: int, waiting_pages: int) -> Status:
    """How far an exhibit is read, with its members and its pages for OCR."""
    if row.state == "new":
        return "unread"
    return status_of(cast("Status", row.status), failed, waiting_pages, row.page_count)


def account(case: Case, *, problems_only: bool) -> dict[str, Any]:
    """`account` as the contract gives it."""
    value = msgspec.to_builtins(assemble(case, problems_only))
    return {"schema": "assay/account/1", **value}


def account_csv(case: Case, *, problems_only: bool) -> str:
    """The account as CSV."""
    return as_csv(assemble(case, problems_only))


def sign_account(case: Case) -> dict[str, Any]:
    """A statement of completeness: the counts, and the digest of all rows, as an event."""
    found = assemble(case, False)
    rows = [
        [line.exhibit, line.status, line.chars, [p.code for p in line.problems]]
        for line in found.rows
    ]
    body = {
        "exhibits": found.exhibits,
        "read": found.read,
        "partly": found.partly,
        "unread": found.unread,
        "not_received": len(found.not_received),
        "ocr_waiting": found.ocr_waiting,
        "rows": digests.digest_of(canonical.encode(rows)),
        "jail": found.jail,
    }
    return write(case, [Entry("account", "desk", "", body, now())])[0]
