"""The account: what was received, what could be read of it, what not and why.

Pure: values in, rows out. Zero is shown as zero, unknown as None. `expected`, `read` and
`failed` count the members of a container.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any

import msgspec

from assay.model.reading import Status


class Trouble(msgspec.Struct, frozen=True):
    """A problem as the account shows it."""

    code: str
    where: str
    next_step: str


class Line(msgspec.Struct, frozen=True):
    """One exhibit of the account. `parent` is the digest of its container, None if received."""

    exhibit: str
    path: str
    paths: tuple[dict[str, Any], ...]
    parent: str | None
    type: str
    status: Status
    chars: int
    expected: int | None
    read: int | None
    failed: int | None
    problems: tuple[Trouble, ...]


class Account(msgspec.Struct, frozen=True):
    """The whole account. `not_received`: what was found and could not be taken into custody."""

    exhibits: int
    read: int
    partly: int
    unread: int
    rows: tuple[Line, ...]
    not_received: tuple[dict[str, Any], ...] = ()
    waiting: int = 0
    ocr_waiting: int = 0
    withdrawn: int = 0
    jail: str = ""


def status_of(
    status: Status, failed_members: int = 0, waiting_pages: int = 0, pages: int = 0
) -> Status:
    """The status with members and OCR taken into account.

    A container that lost a member is partly read. Pages that wait for OCR are not read: an
    exhibit of nothing but such pages is unread.
    """
    if status == "read" and waiting_pages:
        return "unread" if waiting_pages >= pages else "partly"
    if status == "read" and failed_members:
        return "partly"
    return status


def sum_up(rows: Iterable[Line], **extra: Any) -> Account:
    """The account of some rows."""
    lines = tuple(rows)
    count = {"read": 0, "partly": 0, "unread": 0}
    for line in lines:
        count[line.status] += 1
    return Account(
        exhibits=len(lines),
        read=count["read"],
        partly=count["partly"],
        unread=count["unread"],
        rows=lines,
        **extra,
    )


def as_csv(account: Account) -> str:
    """The rows as CSV, a problem a line; cells that a spreadsheet would run are quoted with '."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(
        ["exhibit", "path", "parent", "type", "status", "chars", "expected", "read", "failed",
         "code", "where", "next_step"]
    )  # fmt: skip
    for line in account.rows:
        head = [
            line.exhibit, _tame(line.path), line.parent or "", line.type, line.status, line.chars,
            _number(line.expected), _number(line.read), _number(line.failed),
        ]  # fmt: skip
        for trouble in line.problems or (Trouble("", "", ""),):
            writer.writerow([*head, trouble.code, trouble.where, trouble.next_step])
    for left in account.not_received:
        writer.writerow(
            ["", _tame(str(left["path"])), "", "", "not received", "", "", "", "",
             left["code"], left.get("detail", ""), left["next_step"]]
        )  # fmt: skip
    return out.getvalue()


def _number(value: int | None) -> str:
    return "unknown" if value is None else str(value)


def _tame(text: str) -> str:
    """A name that begins like a formula must not be run by the spreadsheet that opens the CSV."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t") else text
