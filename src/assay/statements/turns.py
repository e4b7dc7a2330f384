"""Speakers of quotations that have no frame in a report: it goes on with the one before.

In a dialogue the speakers take turns instead: see dialogue.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from assay.statements.frames import Span


class Turn(NamedTuple):
    """One frame in the order of turns: the mention and the name of its speaker, if known."""

    paragraph: int
    quoted: bool
    source: Span | None
    name: str | None
    framed: bool


def take(turns: list[Turn]) -> list[tuple[Span, str | None] | None]:
    """For each turn without a source: the mention that speaks, with its name, or None."""
    out: list[tuple[Span, str | None] | None] = [None] * len(turns)
    past: tuple[int, str | None, Span | None] | None = None  # (paragraph, name, mention)
    for number, turn in enumerate(turns):
        name, source = turn.name, turn.source
        if not turn.quoted and name is None:
            continue
        if turn.quoted and source is None and not turn.framed and past is not None:
            paragraph, name_before, mention = past
            if mention is not None and turn.paragraph - paragraph <= 1:
                out[number] = (mention, name_before)
                source, name = mention, name_before
        past = (turn.paragraph, name, source)
    return out
