"""The account: what was received, what could be read of it, what not and why.

Pure: values in, rows out. Zero is shown as zero, unknown as None. `expected`, `read` and
`failed` count the members of a container, `unclaimed` the parts of an exhibit that no reader
claimed.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
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
    unclaimed: int | None = None


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


def csv_head() -> str:
    """The first line of the account as CSV."""
    return _csv(
        ["exhibit", "path", "parent", "type", "status", "chars", "expected", "read", "failed",
         "code", "where", "next_step", "unclaimed"]
    )  # fmt: skip


def csv_of_line(line: Line) -> str:
    """A row as CSV, a problem a line; cells that a spreadsheet would run are quoted with '."""
    container = line.read is not None
    head = [
        line.exhibit, _tame(line.path), line.parent or "", line.type, line.status, line.chars,
        _number(line.expected) if container else "", _number(line.read) if container else "",
        _number(line.failed) if container else "",
    ]  # fmt: skip
    return "".join(
        _csv([*head, trouble.code, trouble.where, trouble.next_step, _number(line.unclaimed)])
        for trouble in line.problems or (Trouble("", "", ""),)
    )


def csv_of_left(left: Mapping[str, Any]) -> str:
    """A path that was not taken in, as CSV."""
    return _csv(
        ["", _tame(str(left["path"])), "", "", "not received", "", "", "", "",
         left["code"], left.get("detail", ""), left["next_step"], ""]
    )  # fmt: skip


def _csv(cells: Sequence[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow(cells)
    return out.getvalue()


def _number(value: int | None) -> str:
    return "unknown" if value is None else str(value)


def _tame(text: str) -> str:
    """A name that begins like a formula must not be run by the spreadsheet that opens the CSV."""
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t") else text
