"""Speakers of quotations that have no frame: whose turn it is.

In a news text a quotation that fills the next paragraph goes on with the speaker before it. In a
dialogue the speakers take turns, and whoever acts beside a quotation in its paragraph speaks it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assay.statements.frames import Span

if TYPE_CHECKING:
    from assay.statements.frames import Frame
    from assay.statements.persons import Cast
    from assay.statements.words import Words

_FAR = 3  # paragraphs without a quotation that end a conversation


class Turn(NamedTuple):
    """One frame in the order of turns: the mention and the name of its speaker, if known."""

    paragraph: int
    quoted: bool
    source: Span | None
    name: str | None
    framed: bool


def is_dialogue(words: Words, quoted: list[tuple[Span, ...]]) -> bool:
    """Whether a text is a story with dialogue and not a report: its quotations ask and exclaim."""
    if len(quoted) < 8:
        return False
    lively = sum(
        any(words.words[at] in {"?", "!"} for span in spans for at in range(span.start, span.end))
        for spans in quoted
    )
    return lively >= 0.22 * len(quoted)


def take(
    words: Words,
    cast: Cast,
    turns: list[Turn],
    found: list[Frame],
    dialogue: bool,
) -> list[tuple[Span, str | None] | None]:
    """For each turn without a source: the mention that speaks, with its name, or None."""
    out: list[tuple[Span, str | None] | None] = [None] * len(turns)
    past: list[tuple[int, str | None, Span | None]] = []  # (paragraph, name, mention)
    for number, turn in enumerate(turns):
        if not turn.quoted:
            if turn.name is not None and not dialogue:
                past.append((turn.paragraph, turn.name, turn.source))
            continue
        name, source = turn.name, turn.source
        if source is None and not turn.framed:
            guess: tuple[Span, str | None] | None = None
            if past and past[-1][0] == turn.paragraph:
                guess = _again(past[-1])
            elif dialogue:
                guess = _actor(words, cast, found[number]) or _alternate(past, turn.paragraph)
            elif past and turn.paragraph - past[-1][0] == 1:
                guess = _again(past[-1])
            if guess is not None:
                out[number] = guess
                source, name = guess
        past.append((turn.paragraph, name, source))
    return out


def _again(before: tuple[int, str | None, Span | None]) -> tuple[Span, str | None] | None:
    _, name, mention = before
    return (mention, name) if mention is not None else None


def _alternate(
    past: list[tuple[int, str | None, Span | None]], paragraph: int
) -> tuple[Span, str | None] | None:
    """Who spoke before the one who spoke last."""
    if not past or paragraph - past[-1][0] > _FAR:
        return None
    last_paragraph, last_name, _ = past[-1]
    reach = last_paragraph
    for before, name, mention in reversed(past[:-1]):
        if reach - before > _FAR or last_paragraph - before > 12:
            break
        reach = before
        if before == last_paragraph:
            continue
        if mention is not None and name is not None and name != last_name:
            return mention, name
    return None


def _actor(words: Words, cast: Cast, frame: Frame) -> tuple[Span, str | None] | None:
    """The one who is the subject of a sentence beside the quotation, in its paragraph."""
    piece = frame.content[0]
    first, end = words.paragraph_of(piece.start)
    free = [
        at
        for at in range(first, min(end, first + 400))
        if not any(span.start <= at < span.end for span in frame.content)
    ]
    if not free:
        return None
    marks = {'"', "“", "”", "'", "‘", "’", ",", "—", "--", "«", "»"}
    heads = [at for at in free if words.words[at] not in marks]
    if not heads:
        return None
    for at in heads[:1]:
        low = words.words[at].lower()
        if low in ("he", "she"):
            span = Span(at, at + 1)
            return span, cast.resolve(at, at + 1, []).name
        for named in cast.inside(at, at + 4):
            if named.start in free:
                return Span(named.start, named.end), cast.named_in_full(named, named.start)
    return None
