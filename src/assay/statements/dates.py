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
from collections.abc import Callable
from functools import lru_cache

from assay.model.statement import Moment
from assay.statements.dates_build import BARE, BUILDERS, Hit
from assay.statements.dates_settle import Part, Settled, settle
from assay.statements.numerals import Tokens
from assay.statements.numerals_languages import (
    Grammar,
    Language,
    beside,
    language_of,
    languages_in,
    tokens_of,
)


def dates(text: str, language: str | None, said_on: datetime.date | None) -> tuple[Moment, ...]:
    """The dates and times that the text names, in its order; they never overlap.

    `language` is an ISO 639-1 code; None: the grammars whose scripts occur. `said_on` is the day on
    which the text was written or published. Nothing is raised, whatever the text.
    """
    if said_on is not None and not 100 <= said_on.year <= 9900:
        said_on = None  # nothing was written then; and the calendar must have room around it
    out: list[Moment] = []
    for place, name in enumerate(languages_in(text, language)):
        for part in parts(text, name):
            if place and not beside(name, text, part.start, part.end):
                continue
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
    try:
        settled = settle(part, said_on, near)
    except (OverflowError, ValueError):
        settled = Settled(why="outside the calendar")
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
    found: list[Part] = []
    for rule in grammar.candidates(letters[first:last]):
        at = first
        while True:
            match = rule.pattern.search(letters, at, last)
            if match is None or match.end() == match.start():
                break
            hit = Hit(match, tokens, language.order, rule)
            if rule.builder.startswith("holiday:"):
                part: Part | None = hit.part(
                    "holiday", unit=rule.builder[8:], shift=hit.get("mod", "mod")
                )
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
    "lunar",
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
    """Join a day and its time, and the two ends of a range; drop what means nothing alone."""
    found = _folded(found, text, lambda a, b, gap: _clocks(a, b, gap, text, language))
    found = _folded(found, text, lambda a, b, gap: _join(a, b, gap, language))
    found = _folded(found, text, lambda a, b, gap: _range(a, b, gap, text, language))
    return [part for part in found if part.base is not None or part.why != BARE]


def _folded(
    found: list[Part], text: str, join: Callable[[Part, Part, str], Part | None]
) -> list[Part]:
    """The parts, each pair of neighbours that `join` takes as one."""
    out: list[Part] = []
    for part in found:
        while out:
            gap = text[out[-1].end : part.start]
            both = join(out[-1], part, gap) if len(gap) <= 24 else None
            if both is None:
                break
            out.pop()
            part = both
        out.append(part)
    return out


def _clocks(first: Part, second: Part, gap: str, text: str, language: Language) -> Part | None:
    """ "from 4pm to half past five": two times of one day."""
    if first.kind != "time" or second.kind != "time" or first.until_clock or second.until_clock:
        return None
    if first.base is not None or second.base is not None:
        return None
    lead = _lead(first, text, language)
    if not _is_to(gap, lead, text, language, second.end):
        return None
    if first.clock and second.clock:
        # "11:30 to 3 pm" begins in the same half of the day where that is before its end
        if first.open_half and not second.open_half and first.clock[0] < 12 <= second.clock[0]:
            later = (first.clock[0] + 12, first.clock[1], first.clock[2])
            if later < second.clock:
                first.clock = later
        elif second.open_half and not first.open_half and second.clock <= first.clock:
            second.clock = ((second.clock[0] + 12) % 24, second.clock[1], second.clock[2])
    first.open_half = first.open_half and second.open_half
    first.until_clock = second.clock
    if lead is not None:
        first.start = lead
    first.end = second.end
    _take_tail(first, text, language)
    return first


def _take_tail(part: Part, text: str, language: Language) -> None:
    """Take in the word that closes a range in some languages."""
    if language.range_after is not None:
        tail = language.range_after.match(text, part.end)
        if tail is not None:
            part.end = tail.end()


def _lead(first: Part, text: str, language: Language) -> int | None:
    """Where "from" or "between" before a range begins, None where there is none."""
    if language.range_from is None:
        return None
    match = language.range_from.search(text, max(0, first.start - 14), first.start)
    return match.start() if match is not None else None


def _is_to(gap: str, lead: int | None, text: str, language: Language, end: int) -> bool:
    """Whether the words between two times make them the ends of a range."""
    if language.range_to is not None and language.range_to.fullmatch(gap):
        return True
    if language.range_and is not None and language.range_after is not None:
        # "2007年与2009年间": what follows closes the range
        if language.range_and.fullmatch(gap) and language.range_after.match(text, end):
            return True
    return (
        lead is not None
        and language.range_and is not None
        and language.range_and.fullmatch(gap) is not None
        and (language.between is None or language.between.match(text, lead) is not None)
    )


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
    if second.kind == "year" and second.fixed is not None and gap.strip(" ,") in ("", "of"):
        day = first.base if first.kind in _TIMES else first
        whole_year = (second.fixed[1] - second.fixed[0]).days < 367 and not second.part
        if day is not None and day.kind in ("day", "holiday") and day.year is None and whole_year:
            if day.shift is None and day.last is None:
                day.year = second.fixed[0].year
                first.end = second.end
                return first
    if first.kind == "year" and first.fixed is not None and second.kind == "holiday":
        whole_year = (first.fixed[1] - first.fixed[0]).days < 367 and not first.part
        if whole_year and second.year is None and second.shift is None and not gap.strip(" 的"):
            second.year, second.start = first.fixed[0].year, first.start
            return second
    if second.kind == "unit" and second.unit == "year" and first.kind == "holiday":
        if first.year is None and first.shift is None and gap.strip() in ("", "of"):
            first.shift, first.unit_of_shift = second.shift, "year"
            first.end = second.end
            return first
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


def _range(first: Part, second: Part, gap: str, text: str, language: Language) -> Part | None:
    """The range of two parts with "to" between them, None where that is not said."""
    if first.last is not None or second.last is not None:
        return None
    lead = _lead(first, text, language)
    if not _is_to(gap, lead, text, language, second.end):
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
        first.start = lead
    first.end = second.end
    _take_tail(first, text, language)
    return first
