"""Find the dates and times that a text names, and settle what they mean.

`dates` gives every place where a text names a point or a stretch of time: "Tuesday, Nov. 26",
"last week", "from April 2017 to June 2018", "the 1990s". A length of time ("two years") is no date
but a figure. A day without its year is settled by the day on which the text was written, where the
caller knows it. Otherwise `since` and `until` stay None and `candidates` says what would fit.

The words and the rules of each language are in `dates_words.py` and its kin, what the words make
in `dates_build.py`, and how that is settled in `dates_settle.py`. Offsets are code points.
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache

from assay.model.statement import Moment
from assay.statements.dates_build import BUILDERS, Hit
from assay.statements.dates_settle import Part, settle
from assay.statements.numerals import Tokens
from assay.statements.numerals_languages import (
    Grammar,
    Language,
    language_of,
    languages_in,
    tokens_of,
)


def dates(text: str, language: str | None, said_on: datetime.date | None) -> tuple[Moment, ...]:
    """The dates and times that the text names, in its order; they never overlap.

    `language` is an ISO 639-1 code; None: the grammars whose scripts occur. `said_on` is the day on
    which the text was written or published. Nothing is raised, whatever the text.
    """
    out: list[Moment] = []
    for name in languages_in(text, language):
        for part in parts(text, name):
            out.append(_moment(part, text, said_on))
    if len(out) > 1:
        out.sort(key=lambda moment: (moment.start, -moment.end))
        out = _apart(out)
    return tuple(out)


def _apart(moments: list[Moment]) -> list[Moment]:
    kept: list[Moment] = []
    for moment in moments:
        if not kept or moment.start >= kept[-1].end:
            kept.append(moment)
    return kept


def _moment(part: Part, text: str, said_on: datetime.date | None) -> Moment:
    near = _year_near(text) if said_on is None else said_on.year
    settled = settle(part, said_on, near)
    return Moment(
        surface=text[part.start : part.end],
        start=part.start,
        end=part.end,
        since=settled.since,
        until=settled.until,
        why=settled.why,
        candidates=settled.candidates,
    )


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@lru_cache(maxsize=4)
def _year_near(text: str) -> int:
    """The latest year that the text's beginning names, else the present one."""
    years = [int(year) for year in _YEAR.findall(text, 0, 200_000)]
    present = datetime.datetime.now(datetime.UTC).year
    years = [year for year in years if year <= present + 1]
    return max(years) if years else present


@lru_cache(maxsize=2)
def parts(text: str, name: str) -> tuple[Part, ...]:
    """The parts of a text in one language, combined, in their order."""
    language = language_of(name)
    tokens = tokens_of(text, name)
    grammar = language.grammar("dates")
    found: list[Part] = []
    letters = tokens.letters
    for region in grammar.region.finditer(letters):
        first, last = region.span()
        found += _parts_between(tokens, grammar, language, first, min(last + 3, len(letters)))
    found = _longest(found)
    return tuple(_combined(found, text, language))


def _parts_between(
    tokens: Tokens, grammar: Grammar, language: Language, first: int, last: int
) -> list[Part]:
    letters = tokens.letters
    here = set(letters[first:last])
    found: list[Part] = []
    for rule in grammar.rules:
        if rule.need.isdisjoint(here):
            continue
        at = first
        while True:
            match = rule.pattern.search(letters, at, last)
            if match is None or match.end() == match.start():
                break
            hit = Hit(match, tokens, language.order, rule)
            if rule.builder.startswith("holiday:"):
                part: Part | None = hit.part("holiday", unit=rule.builder[8:])
            else:
                part = BUILDERS[rule.builder](hit)
            if part is not None:
                part.ahead = part.ahead or _looks_ahead(hit, language)
                found.append(part)
                at = match.end()
            else:
                at = match.start() + 1
    return found


def _looks_ahead(hit: Hit, language: Language) -> bool:
    """Whether the words before, in the same sentence, speak of what is to come."""
    before = hit.tokens.text[max(0, hit.start - 70) : hit.start]
    cut = max(before.rfind(". "), before.rfind("\n\n"), before.rfind("。"))
    return language.ahead is not None and language.ahead.search(before, cut + 1) is not None


def _longest(found: list[Part]) -> list[Part]:
    """The longest parts that do not overlap; of equal ones the one whose rule comes first."""
    order = sorted(range(len(found)), key=lambda i: (found[i].start - found[i].end, i))
    kept: list[Part] = []
    taken: set[int] = set()
    for index in order:
        part = found[index]
        if part.start >= part.end:
            continue
        places = range(part.start, part.end)
        if part.start in taken or part.end - 1 in taken or not taken.isdisjoint(places):
            continue
        taken.update(places)
        kept.append(part)
    kept.sort(key=lambda part: part.start)
    return kept


_DAYS = (
    "day",
    "unit",
    "weekday",
    "dayofmonth",
    "steps",
    "holiday",
    "weekday of month",
    "nth",
    "now",
)
_TIMES = ("time", "daypart")


def _combined(found: list[Part], text: str, language: Language) -> list[Part]:
    """Join a day and its time, and the two ends of a range."""
    joined: list[Part] = []
    for part in found:
        while joined:
            last = joined[-1]
            gap = text[last.end : part.start]
            if len(gap) > 24 or (part.last is not None and last.last is not None):
                break
            both = _join(last, part, gap, language)
            if both is None:
                break
            joined.pop()
            part = both
        joined.append(part)
    out: list[Part] = []
    for part in joined:
        if out:
            last = out[-1]
            gap = text[last.end : part.start]
            if len(gap) <= 24 and last.last is None and part.last is None:
                both = _range(last, part, gap, text, language, out)
                if both is not None:
                    out[-1] = both
                    continue
        out.append(part)
    return out


def _day_like(part: Part) -> bool:
    if part.kind == "unit":
        return part.unit in ("day", "night")
    return part.kind in _DAYS and part.last is None


def _join(first: Part, second: Part, gap: str, language: Language) -> Part | None:
    """One part of a day and a time that stand side by side, None where they do not."""
    if language.joins is None or not language.joins.fullmatch(gap):
        return None
    if first.kind in _TIMES and second.kind in _TIMES:
        # "in the afternoon at 7", "tonight at 9:30", "Monday morning from 10am to 12pm"
        part, other = (first, second) if first.kind == "time" else (second, first)
        if part.kind == "time" and other.kind == "daypart" and part.last is None:
            base = part.base or other.base
            if part.base is not None and other.base is not None:
                return None
            clock = part.clock
            if clock and part.open_half and other.span and other.span[0] >= 12:
                if not (other.span[0] >= 20 and clock[0] < 5):
                    part.clock = (clock[0] + 12, clock[1], clock[2])
                    if part.until_clock and part.until_clock[0] < 12:
                        until = part.until_clock
                        part.until_clock = (until[0] + 12, until[1], until[2])
            part.open_half = False
            part.base = base
            part.start, part.end = first.start, second.end
            return part
        return None
    if first.kind in _TIMES and first.base is None and _day_like(second):
        first.base = second
        first.end = second.end
        return first
    if second.kind in _TIMES and second.base is None and _day_like(first):
        second.base = first
        second.start = first.start
        return second
    if first.kind == "weekday" and first.shift is None and first.base is None and second.kind in (
        "day", "dayofmonth", "holiday"
    ):  # fmt: skip
        if second.weekday is None and gap.strip() in ("", ",", ".,", "("):
            if second.kind != "holiday":
                second.weekday = first.weekday
            second.start = first.start
            return second
    return None


def _range(
    first: Part, second: Part, gap: str, text: str, language: Language, before: list[Part]
) -> Part | None:
    """The range of two parts with "to" between them, None where that is not said."""
    if language.range_to is None:
        return None
    lead = (
        language.range_from.search(text, max(0, first.start - 12), first.start)
        if language.range_from
        else None
    )
    plain = language.range_to.fullmatch(gap)
    paired = (
        lead is not None and language.range_and is not None and language.range_and.fullmatch(gap)
    )
    if not plain and not paired:
        return None
    if "vague" in (first.kind, second.kind):
        return None
    if (first.kind in _TIMES) != (second.kind in _TIMES):
        if not (first.kind in _TIMES and first.base is not None) and second.kind not in _TIMES:
            return None
        if second.kind in _TIMES and second.base is None:
            return None
    if gap.strip() in ("-", "–", "—") and first.kind == "weekday" and second.kind != "weekday":
        return None
    if (
        first.kind in ("day", "month", "quarter", "season")
        and second.kind
        in (
            "day",
            "month",
            "quarter",
            "season",
        )
        and first.year is None
        and first.shift is None
    ):
        first.year, first.shift = second.year, second.shift if second.unit == "year" else None
        if first.shift is not None:
            first.unit = "year" if first.kind in ("day", "month") else first.unit
    if first.kind in _TIMES and second.kind in _TIMES:
        if first.base is None and second.base is not None:
            first.base = second.base
        elif second.base is None and first.base is not None:
            second.base = first.base
    first.last = second
    if lead is not None:
        first.start = lead.start()
    first.end = second.end
    if language.range_after is not None:
        tail = language.range_after.match(text, first.end)
        if tail is not None:
            first.end = tail.end()
    return first
