"""Whose log it is: the origin that names a log, and the key that signs its checkpoints.

A log's id is a hash of its origin, so neither name nor key nor case can be put in its place.
"""

from __future__ import annotations

from assay.proof import canonical, events, note


def log_id(origin: dict[str, str]) -> str:
    """32 hex digits of SHA-256 over the canonical origin without its `log` field."""
    rest = {key: value for key, value in origin.items() if key != "log"}
    return events.event_id(canonical.encode(rest))[:32]


def verifier_of(origin: dict[str, str]) -> note.Verifier:
    """The key that signs the checkpoints of this log."""
    return note.Verifier(f"assay/{origin['log'][:16]}", bytes.fromhex(origin["key"]))


def checkpoint_origin(origin: dict[str, str]) -> str:
    """The first line of this log's checkpoints."""
    return f"assay/{origin['case']}/{origin['log']}"
