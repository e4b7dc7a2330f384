"""A draft checked against a case: what the draft says, what the case says, how they differ.

Places in a draft are code points of its extracted text, start included, end excluded. Places of
an evidence are code points of the page that it names. A verdict compares words with words; it
never says that what was said is true.
"""

from __future__ import annotations

from typing import Literal

import msgspec

CheckKind = Literal["quotation", "figure", "date", "name"]
Verdict = Literal[
    "verbatim",
    "altered",
    "truncated",
    "spliced",
    "misattributed",
    "translation",
    "agrees",
    "disagrees",
    "spelled_otherwise",
    "not_found",
]
EditKind = Literal["negation", "number", "name", "modal", "word", "order", "noise"]

# a newsroom's checks stop on these (exit code 30)
ALARMS: frozenset[Verdict] = frozenset({"altered", "truncated", "spliced", "misattributed"})


class Edit(msgspec.Struct, frozen=True):
    """Words of the draft and what the source has in their place; "" for nothing.

    `noise` is a slip of whoever read the source's picture: it alters nothing.
    """

    kind: EditKind
    draft: str
    source: str


class Evidence(msgspec.Struct, frozen=True):
    """Where the case says it: `exact` is exactly `[start, end)` of the page's text."""

    exhibit: str
    path: str
    page: int
    start: int
    end: int
    exact: str
    note: str = ""


class Check(msgspec.Struct, frozen=True):
    """One quotation, figure, date or name of a draft.

    `text` is exactly `[start, end)` of the draft, a quotation without its marks. `speaker` is
    whom the draft names for it, None where it names nobody.
    """

    start: int
    end: int
    text: str
    kind: CheckKind
    speaker: str | None
    verdict: Verdict
    edits: tuple[Edit, ...] = ()
    evidence: tuple[Evidence, ...] = ()
