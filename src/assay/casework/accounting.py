"""The account of a case: custody/account.py over what the catalogue holds.

Rows are made in groups from row numbers that the catalogue has sifted, so a page of fifty costs
fifty rows, whatever the size of the case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

import msgspec

from assay.casework.annotating import write
from assay.custody.accession import now
from assay.custody.account import Account, Line, Trouble, csv_head, csv_of_left, csv_of_line
from assay.custody.log import Entry
from assay.engines.catalogue import Row
from assay.engines.overview import LeftOut, Sift
from assay.errors import UsageError
from assay.extract.problems import PROBLEMS, problem
from assay.model.exhibit import RawPath
from assay.model.reading import Status
from assay.proof import canonical, digests

if TYPE_CHECKING:
    from assay.casework.case import Case

STATUSES = ("read", "partly", "unread", "not_received")
_GROUP = 500  # rows made at once
_LISTED = 20  # paths and failed members of a row on a page; the exhibit's own page has all


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


def sift_of(
    case: Case,
    *,
    problems: bool = False,
    status: Sequence[str] = (),
    code: str = "",
    type: str = "",
    under: str = "",
) -> Sift:
    """The rows that a user asks for. `type` is a media type or a part of one (pdf, image).

    Raises UsageError for a status or a code that there is not.
    """
    for name in status:
        if name not in STATUSES:
            raise UsageError("status", f"it is none of {', '.join(STATUSES)}", "")
    if code and code not in PROBLEMS:
        raise UsageError("code", "there is no such problem", "docs/problems.md lists them all.")
    types: tuple[str, ...] = ()
    if type:
        known = [name for name, _ in case.catalogue.overview.types()]
        low = type.casefold()
        types = tuple(n for n in known if n == type) or tuple(n for n in known if low in n)
        types = types or (type,)
    return Sift(problems, tuple(dict.fromkeys(status)), code, types, under.strip())


def lines(case: Case, ids: Sequence[int], *, listed: int | None = None) -> Iterator[Line]:
    """Rows of the account; at most `listed` paths and failed members each, None for all."""
    for start in range(0, len(ids), _GROUP):
        yield from _group(case, ids[start : start + _GROUP], listed)


def _group(case: Case, ids: Sequence[int], listed: int | None) -> Iterator[Line]:
    catalogue, overview = case.catalogue, case.catalogue.overview
    members = overview.member_counts(ids)
    pictures = overview.ocr_waiting_counts(ids)
    places = catalogue.paths_of(ids, listed)
    problems = catalogue.problems_of(ids)
    for row in catalogue.rows_by_id(ids):
        taken, failed = members.get(row.id, (0, 0))
        troubles = [Trouble(p.code, p.where, p.next_step) for p in problems.get(row.id, ())]
        if failed:
            said = {(t.code, t.where) for t in troubles}
            troubles += [
                Trouble(code, f"member {ordinal + 1}", step)
                for ordinal, _, code, step in catalogue.failed_members(row.id, listed)
                if (code, f"member {ordinal + 1}") not in said
            ]
        yield _line(row, places.get(row.id, ()), taken, failed, pictures.get(row.id, 0), troubles)


def _line(
    row: Row,
    places: Sequence[tuple[RawPath, str, str | None]],
    taken: int,
    failed: int,
    waiting: int,
    troubles: list[Trouble],
) -> Line:
    container = row.container or taken or failed
    if row.state == "new":
        late = problem("not_read_yet")
        troubles.append(Trouble(late.code, "", late.next_step))
    if waiting:
        late = problem("ocr_waiting", f"{waiting} of {row.page_count} pages")
        troubles.append(Trouble(late.code, late.where, late.next_step))
    received = any(parent is None for _, _, parent in places)
    return Line(
        exhibit=row.digest,
        path=places[0][1] if places else "",
        paths=tuple(path_json(path, display, parent) for path, display, parent in places),
        parent=None if received or not places else places[0][2],
        type=row.type,
        status=cast("Status", row.standing),
        chars=row.chars,
        expected=row.expected if container else None,
        read=taken if container else None,
        failed=failed if container else None,
        problems=tuple(troubles),
        unclaimed=row.unclaimed if row.state == "read" else None,
    )


def command_in(next_step: str) -> str:
    """The command that a next step names between backticks, "" where it names none."""
    for part in next_step.split("`")[1::2]:
        if part.startswith(("assay ", "sudo ")):
            return part
    return ""


def _left(item: LeftOut) -> dict[str, Any]:
    return {
        "path": item.display,
        "paths": [path_json(item.path, item.display, None)],
        "code": item.code,
        "detail": item.detail,
        "next_step": problem(item.code).next_step,
    }


def _head(case: Case) -> dict[str, Any]:
    """The counts of the whole case, whatever is shown of it."""
    counts = case.catalogue.counts()
    return {
        "exhibits": counts["exhibits"],
        "read": counts["read"],
        "partly": counts["partly"],
        "unread": counts["unread"] + counts["new"],
        "waiting": counts["new"],
        "ocr_waiting": counts["ocr_waiting"],
        "withdrawn": counts["withdrawn"],
        "jail": case.catalogue.fact("jail"),
    }


def assemble(case: Case, sift: Sift) -> Account:
    """The account as values."""
    case.refresh()
    overview = case.catalogue.overview
    return Account(
        rows=tuple(lines(case, overview.ids(sift))),
        not_received=tuple(_left(item) for item in overview.left_out(sift)),
        **_head(case),
    )


def account(case: Case, sift: Sift) -> dict[str, Any]:
    """`account` as the contract gives it."""
    return {"schema": "assay/account/1", **msgspec.to_builtins(assemble(case, sift))}


def account_page(case: Case, sift: Sift, first: int, count: int) -> dict[str, Any]:
    """A page of the account: `count` rows from `first` on, and what there is to sift by.

    Beside the counts of the case: `total` rows that pass, `left_out` (paths of the case that were
    not taken), `causes` (each code of a problem in this case, the most frequent first), `types`
    ([media type, exhibits] pairs).
    """
    case.refresh()
    overview = case.catalogue.overview
    total, shown = overview.page(sift, first, count)
    left_total = overview.left_out_count(sift)
    missing = count - len(shown)
    left = overview.left_out(sift, max(0, first - total), missing) if missing else []
    rows = []
    paths = overview.path_counts(shown)
    for number, line in zip(shown, lines(case, shown, listed=_LISTED), strict=True):
        rows.append({**msgspec.to_builtins(line), "path_count": paths.get(number, 0)})
    return {
        **_head(case),
        "left_out": case.catalogue.counts()["left_out"],
        "total": total + left_total,
        "rows": rows,
        "not_received": [_left(item) for item in left],
        "causes": [
            _cause(code, number, step or problem(code).next_step)
            for code, number, step in overview.causes()
        ],
        "types": overview.types(),
    }


def _cause(code: str, count: int, next_step: str) -> dict[str, Any]:
    return {
        "code": code,
        "means": PROBLEMS[code].means,
        "next_step": next_step,
        "command": command_in(next_step),
        "count": count,
    }


def account_csv(case: Case, sift: Sift) -> Iterator[str]:
    """The account as CSV, in pieces."""
    case.refresh()
    overview = case.catalogue.overview
    yield csv_head()
    for line in lines(case, overview.ids(sift)):
        yield csv_of_line(line)
    for item in overview.left_out(sift):
        yield csv_of_left(_left(item))


def sign_account(case: Case) -> dict[str, Any]:
    """A statement of completeness: the counts, and the digest of all rows, as an event."""
    found = assemble(case, Sift())
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
