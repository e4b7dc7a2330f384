"""What a verification found: checks with subjects, what was withdrawn, what was not checked."""

from __future__ import annotations

import msgspec


class Check(msgspec.Struct, frozen=True):
    """One check. `subject` names what was checked by digest, log or place, never by its words."""

    name: str
    ok: bool
    detail: str
    subject: str = ""


class Withdrawn(msgspec.Struct, frozen=True):
    """Something that a person took out, with authority and reason."""

    subject: str
    by: str
    at: str
    authority: str
    reason: str


class Report(msgspec.Struct, frozen=True):
    """The result of a verification; `ok` is true where every check is."""

    ok: bool
    checks: tuple[Check, ...]
    withdrawn: tuple[Withdrawn, ...] = ()
    not_checked: tuple[str, ...] = ()
