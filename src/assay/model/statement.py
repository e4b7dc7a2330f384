"""Who said what: an utterance that a text gives to somebody, and the figures and dates in a text.

All places are code points in the text that was read, start included, end excluded. A stretch
never takes in what stands between its pieces, so a quotation that is broken by "he said" is two
stretches. Nothing here says that what was said is true, or that it was said.
"""

from __future__ import annotations

from typing import Literal

import msgspec

StatementKind = Literal["direct", "indirect", "mixed"]


class Stretch(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of text: `start` and `end` in code points, end excluded."""

    start: int
    end: int


class Mention(msgspec.Struct, frozen=True, omit_defaults=True):
    """Words that stand for somebody, and who that is within the same text.

    `surface` is exactly the text's `[start, end)`. `name` is the full name that the text gives
    elsewhere, None where it gives none. `role` is the title or office that the text gives
    ("Secretary of State"). `anonymous`: the text describes the person and keeps the name back
    ("an unnamed official").
    """

    surface: str
    start: int
    end: int
    name: str | None = None
    role: str | None = None
    anonymous: bool = False


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One step of the chain by which words reached the text: a body or person and its place."""

    name: str
    start: int
    end: int


class Moment(msgspec.Struct, frozen=True, omit_defaults=True):
    """A date, time or span of time that a text names.

    `surface` is exactly the text's `[start, end)`. `since` (included) and `until` (excluded) are
    ISO 8601 dates or times without a zone; both None where the text alone does not settle them.
    `why` says in a few words how the date was settled, `candidates` which values would fit where
    it was not. In JSON they are called `from` and `to`.
    """

    surface: str
    start: int
    end: int
    since: str | None = None
    until: str | None = None
    why: str = ""
    candidates: tuple[str, ...] = ()


class Figure(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number, amount or share that a text names, as an interval.

    `low` and `high` bound it, None for no bound. `high` is always excluded, `low` where
    `low_included` is false. An exact number n is [n, n + step): a step is 1 for whole values and
    one unit of the last place written for others, so "300" is [300, 301), "two to three" [2, 4)
    and "5.3 per cent" [5.3, 5.4). `unit` is an ISO 4217 code, "%", or a unit's symbol, "" for a
    plain count. `of` is what is counted: the head noun ("detainees"), None where the text does
    not say.
    """

    surface: str
    start: int
    end: int
    low: float | None = None
    low_included: bool = True
    high: float | None = None
    unit: str = ""
    of: Mention | None = None


class Statement(msgspec.Struct, frozen=True, omit_defaults=True):
    """An utterance attributed in a text.

    `content` holds every piece of what was said, in the text's order (a direct quotation without
    its marks); `quotes` the pieces that stand in quotation marks. `confidence` is a calibrated
    probability in [0, 1] that the content and the speaker are right. `when` and `where` give
    the time and the place of speaking as the text names them. `via` is the chain by which the
    words came, the one nearest to the speaker first.
    """

    kind: StatementKind
    content: tuple[Stretch, ...]
    confidence: float
    quotes: tuple[Stretch, ...] = ()
    speaker: Mention | None = None
    cue: Mention | None = None
    addressee: Mention | None = None
    when: Moment | None = None
    where: Mention | None = None
    via: tuple[Step, ...] = ()


class Heard(msgspec.Struct, frozen=True, omit_defaults=True):
    """What listening to one text yields. `method` says whether a model or rules alone answered."""

    statements: tuple[Statement, ...] = ()
    figures: tuple[Figure, ...] = ()
    dates: tuple[Moment, ...] = ()
    method: str = ""
