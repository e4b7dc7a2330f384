"""Events: one line of a log, a header with its payload apart.

The header says which log, which place in it, what came before, of which type and for whom,
and holds a salted commitment to the payload: it can be shown to a partner without giving
away a short, guessable payload. The event's id is the SHA-256 of the stored header bytes.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

Audience = Literal["private", "desk", "share"]
AUDIENCES: tuple[Audience, ...] = ("private", "desk", "share")
EVENT_FORMAT = "assay/event/1"


class Header(msgspec.Struct, frozen=True):
    """The header of an event.

    `sequence` counts from 0 in the log; `previous` is the id of the event before it, "" for the
    first. `heads` maps the ids of other logs seen to (their size, id of their last event), only
    those that changed since this log's last event. `commitment` is 64 hex digits.
    """

    log: str
    sequence: int
    previous: str
    type: str
    audience: Audience
    commitment: str
    heads: dict[str, tuple[int, str]] = {}


class Event(msgspec.Struct, frozen=True):
    """A header with its id and its payload; `payload` is None where it was withdrawn.

    A payload has `at` (wall time: testimony, never a tie-breaker), `subject` (what it is about:
    a digest, an event id or "") and `body`.
    """

    id: str
    header: Header
    payload: dict[str, Any] | None

    @property
    def at(self) -> str:
        """When the writer's clock says it was written; "" where withdrawn."""
        return str(self.payload.get("at", "")) if self.payload else ""

    @property
    def subject(self) -> str:
        """What it is about; "" where withdrawn or about the case."""
        return str(self.payload.get("subject", "")) if self.payload else ""

    @property
    def body(self) -> dict[str, Any]:
        """The rest of the payload; empty where withdrawn."""
        body = self.payload.get("body", {}) if self.payload else {}
        return body if isinstance(body, dict) else {}
