"""From what a text says of a time to the interval that it means.

A `Part` is what the words give: perhaps a month and a day, perhaps "last" and "week". It is settled
against the day on which the text was written, which may be unknown. What then stays open is left
open: `since` and `until` are None, and `candidates` lists what would fit, the nearest first.

Choices that a reader may want to know:
- "early" and "late" mean the first and the second half of what follows, "mid" its middle half.
- "two months ago" is that calendar month, "three years ago" that calendar year: nobody who says so
  counts days. The day that counting would give is the candidate.
- A weekday alone is the last one, today included, unless the sentence looks ahead; "last Friday" is
  the Friday before it where that is less than three days back.
- The morning is from 8 to 12, the afternoon to 16, the evening to 20, the night to 24 o'clock.
- Seasons are those of the north, from the first of a month.
"""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

# How many years to either side are tried where a text leaves the year open, and how many are named.
YEARS_TRIED = 30
CANDIDATES = 8
DAY = dt.timedelta(days=1)

Interval = tuple[dt.datetime, dt.datetime]


@dataclass(slots=True)
class Settled:
    """What a part means. `since` and `until` are ISO 8601, both None where it stays open."""

    since: str | None = None
    until: str | None = None
    why: str = ""
    candidates: tuple[str, ...] = ()


@dataclass(slots=True)
class Part:
    """What the words of one place in a text say of a time. Offsets in code points."""

    start: int
    end: int
    kind: str  # what is known decides how it is settled; see `interval_of`
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    unit: str = ""
    unit_of_shift: str = ""  # "year" in "Christmas of last year"
    shift: int | None = None  # in units, from the day of writing; None for no relation to it
    count: int = 1
    steps: tuple[tuple[float, str], ...] = ()  # "2 years and 21 days", with the sign of time
    part: str = ""  # early, mid, late, start, end
    nth: int = 0
    clock: tuple[int, int, int] | None = None
    seconds: bool = False
    open_half: bool = False  # the clock could be before or after noon
    span: tuple[int, int] | None = None  # a part of a day, in hours
    ahead: bool = False  # the sentence looks ahead
    fixed: Interval | None = None
    other: tuple[int, int, int] | None = None  # the second reading of 1/2/2019: year, month, day
    why: str = ""
    until_clock: tuple[int, int, int] | None = None
    last: Part | None = None  # the end of a range
    base: Part | None = None  # "two days before yesterday", "tuesday of next week"


def midnight(day: dt.date) -> dt.datetime:
    return dt.datetime(day.year, day.month, day.day)


def days_in(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]


def make_day(year: int | None, month: int | None, day: int | None) -> dt.date | None:
    """The day, or None where the calendar has none."""
    if year is None or month is None or day is None:
        return None
    if not (1 <= year <= 9998 and 1 <= month <= 12 and 1 <= day <= days_in(year, month)):
        return None
    return dt.date(year, month, day)


def add_months(day: dt.date, months: int) -> dt.date | None:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9998:
        return None
    return dt.date(year, month + 1, min(day.day, days_in(year, month + 1)))


def add(day: dt.datetime, count: float, unit: str) -> dt.datetime | None:
    """A moment moved by so many units; None where it leaves the calendar."""
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12, "decade": 120, "century": 1200}
    try:
        if unit in months:
            whole = int(count * months[unit])
            moved = add_months(day.date(), whole)
            if moved is None:
                return None
            out = dt.datetime.combine(moved, day.time())
            rest = count * months[unit] - whole
            return out + dt.timedelta(days=round(rest * 30)) if rest else out
        seconds = {
            "second": 1, "minute": 60, "hour": 3600, "day": 86400, "night": 86400,
            "week": 604800, "weekend": 604800, "fortnight": 1209600,
        }  # fmt: skip
        return day + dt.timedelta(seconds=count * seconds.get(unit, 86400))
    except (OverflowError, ValueError):
        return None


def unit_of(unit: str, day: dt.date, shift: int) -> Interval | None:
    """The calendar's unit that a day lies in, moved by `shift` units."""
    moved = add(midnight(day), shift, "month" if unit == "month" else unit)
    if unit in ("month", "quarter", "half", "year", "decade", "century"):
        moved = add(midnight(day.replace(day=1)), shift, unit)
    if moved is None:
        return None
    base = moved.date()
    try:
        if unit == "day":
            return midnight(base), midnight(base + DAY)
        if unit == "night":
            return midnight(base) + dt.timedelta(hours=20), midnight(base + DAY)
        if unit in ("week", "fortnight"):
            first = base - base.weekday() * DAY
            return midnight(first), midnight(first + 7 * DAY)
        if unit == "weekend":
            first = base - base.weekday() * DAY + 5 * DAY
            return midnight(first), midnight(first + 2 * DAY)
        if unit == "month":
            return month_of(base.year, base.month)
        if unit == "quarter":
            return quarter_of(base.year, (base.month - 1) // 3 + 1)
        if unit == "half":
            return half_of(base.year, (base.month - 1) // 6 + 1)
        if unit == "year":
            return year_of(base.year)
        if unit == "decade":
            return years_of(base.year // 10 * 10, 10)
        if unit == "century":
            return years_of((base.year - 1) // 100 * 100 + 1, 100)
        if unit in ("hour", "minute", "second"):
            return None
    except (OverflowError, ValueError):
        return None
    return None


def month_of(year: int, month: int) -> Interval | None:
    first = make_day(year, month, 1)
    if first is None:
        return None
    return midnight(first), midnight(first) + dt.timedelta(days=days_in(year, month))


def quarter_of(year: int, quarter: int) -> Interval | None:
    return months_of(year, quarter * 3 - 2, 3)


def half_of(year: int, half: int) -> Interval | None:
    return months_of(year, half * 6 - 5, 6)


def months_of(year: int, month: int, count: int) -> Interval | None:
    first = make_day(year, month, 1)
    last = add_months(first, count) if first else None
    if first is None or last is None:
        return None
    return midnight(first), midnight(last)


def year_of(year: int) -> Interval | None:
    return years_of(year, 1)


def years_of(year: int, count: int) -> Interval | None:
    if not (year >= 1 and year + count <= 9998):
        return None
    return dt.datetime(year, 1, 1), dt.datetime(year + count, 1, 1)


SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "winter": 12}


def season_of(year: int, season: str) -> Interval | None:
    return months_of(year, SEASONS[season], 3)


def part_of(span: Interval | None, part: str) -> Interval | None:
    """The early, middle or late part of an interval."""
    if span is None or not part:
        return span
    first, last = span
    days = (last - first).days
    if part.endswith(" ten"):
        tens = {"first": (0, 10), "second": (10, 20), "third": (20, days)}[part.split()[0]]
        return first + tens[0] * DAY, first + min(tens[1], days) * DAY
    if days == 7:
        cut = first + 3 * DAY
    elif 28 <= days <= 31:
        cut = first + 15 * DAY
    elif 365 <= days <= 366:
        cut = dt.datetime(first.year, 7, 1)
    elif days >= 3652:
        cut = dt.datetime(first.year + (last.year - first.year) // 2, 1, 1)
    else:
        cut = first + (last - first) / 2
        cut = cut.replace(hour=0, minute=0, second=0) if days > 2 else cut
    if part in ("early", "start"):
        return first, cut
    if part in ("late", "end"):
        return cut, last
    quarter = (last - first) / 4
    if days <= 2:
        return first + quarter, last - quarter
    whole = dt.timedelta(days=quarter.days)
    return first + whole, last - whole


def nearest(spans: list[Interval], written: dt.date) -> list[Interval]:
    """Intervals by their distance from a day. What is to come counts as three times as far: texts
    tell of what has been."""
    at = midnight(written)

    def distance(span: Interval) -> tuple[float, bool]:
        if span[0] <= at < span[1]:
            return (0, False)
        if span[1] <= at:
            return ((at - span[1]).total_seconds() + 1, False)
        return ((span[0] - at).total_seconds() * 3, True)

    return sorted(spans, key=distance)


def iso(moment: dt.datetime, whole_days: bool, seconds: bool = False) -> str:
    if whole_days:
        return moment.date().isoformat()
    return moment.isoformat(timespec="seconds" if seconds or moment.second else "minutes")


def _with_year(part: Part, year: int) -> Interval | None:
    """What the part means in a given year."""
    if part.kind == "day":
        day = make_day(year, part.month, part.day)
        if day is None or (part.weekday is not None and day.weekday() != part.weekday):
            return None
        return midnight(day), midnight(day) + DAY
    if part.kind == "month" and part.month:
        return month_of(year, part.month)
    if part.kind == "quarter":
        return quarter_of(year, part.nth)
    if part.kind == "half":
        return half_of(year, part.nth)
    if part.kind == "season":
        return season_of(year, part.unit)
    if part.kind == "holiday":
        return holiday(part.unit, year)
    if part.kind == "week of month" and part.month:
        return week_of_month(year, part.month, part.nth)
    if part.kind == "weekday of month" and part.month and part.weekday is not None:
        return weekday_of_month(year, part.month, part.weekday, part.nth)
    if part.kind == "week of year":
        try:
            first = dt.date.fromisocalendar(year, part.nth, 1)
        except ValueError:
            return None
        return midnight(first), midnight(first + 7 * DAY)
    if part.kind == "nth week of year":
        first = dt.date.fromisocalendar(year, 1, 1) + (part.nth - 1) * 7 * DAY
        return midnight(first), midnight(first + 7 * DAY)
    if part.kind == "week with day":
        day = make_day(year, part.month, part.day)
        if day is None:
            return None
        first = day - day.weekday() * DAY
        return midnight(first), midnight(first + 7 * DAY)
    return None


def week_of_month(year: int, month: int, nth: int) -> Interval | None:
    """The nth week of a month, from Monday; -1 is the last. Its first week holds its first Monday
    unless the month begins on Tuesday to Thursday, as weeks of a year are counted."""
    span = month_of(year, month)
    if span is None:
        return None
    first = span[0] - span[0].weekday() * DAY
    if span[0].weekday() > 3:
        first += 7 * DAY
    if nth == -1:
        last = span[1] - DAY
        first = last - last.weekday() * DAY
        if (span[1] - first).days < 4:
            first -= 7 * DAY
    else:
        first += (nth - 1) * 7 * DAY
    return first, first + 7 * DAY


def weekday_of_month(year: int, month: int, weekday: int, nth: int) -> Interval | None:
    span = month_of(year, month)
    if span is None or not -1 <= nth <= 5:
        return None
    if nth == -1:
        day = span[1] - DAY - ((span[1].weekday() - 1 - weekday) % 7) * DAY
    else:
        day = span[0] + ((weekday - span[0].weekday()) % 7 + 7 * (nth - 1)) * DAY
    return (day, day + DAY) if day < span[1] else None


FIXED_DAYS = {
    "new year": (1, 1), "new year's eve": (12, 31), "christmas": (12, 25),
    "christmas eve": (12, 24), "boxing day": (12, 26), "valentine": (2, 14),
    "halloween": (10, 31), "independence": (7, 4), "labour": (5, 1), "women": (3, 8),
    "april fool": (4, 1), "earth day": (4, 22), "epiphany": (1, 6), "all saints": (11, 1),
    "st patrick": (3, 17), "veterans": (11, 11), "armistice": (11, 11), "youth cn": (5, 4),
    "children cn": (6, 1), "army cn": (8, 1), "party cn": (7, 1), "teachers cn": (9, 10),
    "national cn": (10, 1), "trees cn": (3, 12), "singles": (11, 11), "double 12": (12, 12),
    "girls cn": (3, 7), "juneteenth": (6, 19), "guy fawkes": (11, 5),
    "groundhog": (2, 2), "cinco de mayo": (5, 5), "st george": (4, 23),
    "victory ru": (5, 9), "unity de": (10, 3), "bastille": (7, 14),
    "nov 4 ru": (11, 4), "russia day": (6, 12), "defender ru": (2, 23), "martinmas": (11, 11),
    "hispanidad": (10, 12), "white lover": (3, 14), "inauguration": (1, 20), "pi day": (3, 14),
}  # fmt: skip
# nth weekday of a month: month, weekday, nth
FLOATING_DAYS = {
    "thanksgiving": (11, 3, 4), "mother": (5, 6, 2), "father": (6, 6, 3), "labor us": (9, 0, 1),
    "memorial": (5, 0, -1), "mlk": (1, 0, 3), "presidents": (2, 0, 3), "columbus": (10, 0, 2),
    "black friday": (11, 4, 4),
}  # fmt: skip
EASTER_DAYS = {
    "easter": 0, "good friday": -2, "easter monday": 1, "palm sunday": -7, "ash wednesday": -46,
    "ascension": 39, "pentecost": 49, "whit monday": 50, "corpus christi": 60,
    "clean monday": -48, "mardi gras": -47,
}  # fmt: skip
LUNAR_DAYS = {
    "spring festival": (1, 1), "lantern": (1, 15), "dragon boat": (5, 5), "qixi": (7, 7),
    "mid-autumn": (8, 15), "double ninth": (9, 9), "lunar eve": (12, 30), "ghost": (7, 15),
    "laba": (12, 8),
}  # fmt: skip


def easter(year: int) -> dt.date:
    """Easter Sunday of the Gregorian calendar (the anonymous algorithm, Nature 1876)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    f = (b + 8) // 25
    g = (b - f + 1) // 3
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return dt.date(year, month, day + 1)


def holiday(name: str, year: int) -> Interval | None:
    """The day of a holiday in a year, None where it is not known."""
    day: dt.date | None = None
    if name in FIXED_DAYS:
        month, number = FIXED_DAYS[name]
        day = make_day(year, month, number)
    elif name in FLOATING_DAYS:
        month, weekday, nth = FLOATING_DAYS[name]
        return weekday_of_month(year, month, weekday, nth)
    elif name in EASTER_DAYS and 1583 <= year <= 9000:
        day = easter(year) + EASTER_DAYS[name] * DAY
    elif name == "election us" and 1 <= year <= 9000:
        span = weekday_of_month(year, 11, 0, 1)
        return (span[0] + DAY, span[1] + DAY) if span else None
    elif name == "qingming":
        day = make_day(year, 4, 4 if year % 4 in (0, 1) else 5)
    elif name in LUNAR_DAYS:
        from assay.statements.dates_calendars import lunar_to_day

        month, number = LUNAR_DAYS[name]
        if name == "lunar eve":
            first = lunar_to_day(year, 1, 1)
            day = first - DAY if first else None
        else:
            day = lunar_to_day(year, month, number)
    if day is None:
        return None
    return midnight(day), midnight(day) + DAY


def settle(part: Part, written: dt.date | None, near: int) -> Settled:
    """Settle a part. `written` is the day of writing or None; `near` is a year that the text
    itself, or else the present, suggests: candidates are sorted by their distance from it."""
    if part.last is not None:
        return _range(part, written, near)
    if part.kind in ("time", "daypart") and part.base is None:
        return _time_alone(part, written)
    spans, why = intervals(part, written, near)
    settled = written is not None or not _needs_year(part)
    if not spans:
        return Settled(why=why)
    texts = [_texts(part, span) for span in spans]
    firsts = tuple(dict.fromkeys(first for first, _ in texts))
    if not settled:
        return Settled(why=why, candidates=firsts[:CANDIDATES])
    since, until = texts[0]
    rest = tuple(first for first in firsts if first != since)
    return Settled(since, until, why, rest[:CANDIDATES])


def _texts(part: Part, span: Interval) -> tuple[str, str]:
    first, last = span
    whole = part.clock is None and not (first.hour or first.minute or last.hour or last.minute)
    whole = whole and not (first.second or last.second)
    return iso(first, whole, part.seconds), iso(last, whole, part.seconds)


def _needs_year(part: Part) -> bool:
    """Whether more than one year fits, so that only candidates can be given without a date."""
    if part.kind in (
        "day", "month", "quarter", "half", "season", "holiday", "week of month",
        "weekday of month", "week of year", "week with day", "nth week of year",
    ):  # fmt: skip
        return part.year is None and part.shift is None
    if part.kind in ("cycle", "lunar", "hijri") and part.fixed is None:
        return True
    return part.base is not None and _needs_year(part.base)


def intervals(part: Part, written: dt.date | None, near: int) -> tuple[list[Interval], str]:
    """The intervals that a part can mean, the best first, and how they were found."""
    if part.kind in ("time", "daypart") and part.base is not None:
        days, why = intervals(part.base, written, near)
        out = []
        for first, _last in days:
            if part.kind == "daypart" and part.span:
                day = first
                low, high = part.span
                out.append((day + dt.timedelta(hours=low), day + dt.timedelta(hours=high)))
            else:
                out.append(_at(first, part))
        if part.open_half and part.clock and part.until_clock is None:
            more = [(a + dt.timedelta(hours=12), b + dt.timedelta(hours=12)) for a, b in out]
            out = [pair for both in zip(out, more, strict=True) for pair in both]
        elif part.open_half and part.until_clock:
            out += [(a + dt.timedelta(hours=12), b + dt.timedelta(hours=12)) for a, b in out]
        return out, why
    if part.fixed is not None:
        return _parted([part.fixed], part), part.why
    if part.kind == "vague":
        return [], part.why or "no time is named"
    if part.base is not None and part.kind in ("weekday", "span", "steps", "nth"):
        return _on_base(part, written, near)
    if part.kind in ("cycle", "lunar"):
        return _lunar(part, written, near)
    if part.kind == "hijri":
        return _hijri(part, written, near)
    relative = part.shift is not None or part.kind in (
        "steps",
        "weekday",
        "dayofmonth",
        "now",
        "rest",
        "unit",
        "span",
    )
    if relative and written is None and part.kind not in ("day",):
        return [], "depends on the day of writing, which is not known"
    if part.kind in ("now",):
        assert written is not None
        return [(midnight(written), midnight(written) + DAY)], "the day of writing"
    if part.kind == "unit":
        assert written is not None
        return _unit(part, written), _from(written)
    if part.kind == "span":
        assert written is not None
        return _span(part, written), _from(written)
    if part.kind == "rest":
        assert written is not None
        span = unit_of(part.unit, written, 0)
        return ([(midnight(written), span[1])] if span else []), _from(written)
    if part.kind == "steps":
        assert written is not None
        return _steps(part, midnight(written), _from(written))
    if part.kind == "weekday":
        assert written is not None
        return _weekday(part, written), _from(written)
    if part.kind == "dayofmonth":
        assert written is not None
        return _day_of_month(part, written), _from(written)
    year = part.year
    if year is None and part.shift is not None and written is not None:
        if part.kind == "month" and part.unit == "":
            return _parted(_month_shifted(part, written), part), _from(written)
        if part.kind in ("season", "holiday", "day") and "year" not in (
            part.unit,
            part.unit_of_shift,
        ):
            return _parted(_near_shifted(part, written), part), _from(written)
        year = written.year + part.shift
        if part.kind == "quarter" and part.nth == 0:
            return [], ""
    if year is not None:
        span = _with_year(part, year)
        if span is None and part.kind == "day" and part.weekday is not None:
            # the weekday is wrong, or the year is
            written_day = make_day(year, part.month, part.day)
            if written_day is not None:
                return [
                    (midnight(written_day), midnight(written_day) + DAY)
                ], "the weekday does not fit this date"
        if span is None:
            return [], "the calendar has no such day"
        out = [span]
        if part.other is not None:
            other = make_day(*part.other)
            if other is not None:
                out.append((midnight(other), midnight(other) + DAY))
        why = part.why or (
            "as written" if part.shift is None else _from(written or dt.date(1, 1, 1))
        )
        return _parted(out, part), why
    return _open_year(part, written, near)


def _from(written: dt.date) -> str:
    return f"counted from {written.isoformat()}"


def _parted(spans: list[Interval], part: Part) -> list[Interval]:
    out = [part_of(span, part.part) for span in spans]
    return [span for span in out if span is not None]


def _at(day: dt.datetime, part: Part) -> Interval:
    hour, minute, second = part.clock or (0, 0, 0)
    first = day + dt.timedelta(hours=hour, minutes=minute, seconds=second)
    if part.until_clock is not None:
        hour, minute, second = part.until_clock
        last = day + dt.timedelta(hours=hour, minutes=minute, seconds=second)
        return first, last if last > first else last + DAY
    return first, first + dt.timedelta(seconds=1 if part.seconds else 60)


def _unit(part: Part, written: dt.date) -> list[Interval]:
    shift = part.shift or 0
    span = unit_of(part.unit, written, shift)
    return _parted([span], part) if span else []


def _span(part: Part, written: dt.date) -> list[Interval]:
    """ "the next three months", "the past 20 years": from the day of writing on, or up to it."""
    now = midnight(written)
    if part.unit in ("hour", "minute", "second"):
        other = add(now, part.count * (part.shift or 1), part.unit)
        return [] if other is None else [(min(now, other), max(now, other))]
    if (part.shift or 0) > 0:
        first = now + DAY
        last = add(first, part.count, part.unit)
        return [(first, last)] if last else []
    first_or_none = add(now, -part.count, part.unit)
    return [(first_or_none, now)] if first_or_none else []


def _steps(part: Part, now: dt.datetime, why: str) -> tuple[list[Interval], str]:
    at: dt.datetime | None = now
    finest = ""
    order = ["second", "minute", "hour", "day", "night", "week", "weekend", "fortnight", "month",
             "quarter", "half", "year", "decade", "century"]  # fmt: skip
    for count, unit in part.steps:
        if at is None:
            break
        at = add(at, count, unit)
        if not finest or order.index(unit) < order.index(finest):
            finest = unit
    if at is None:
        return [], "outside the calendar"
    if finest in ("second", "minute", "hour"):
        return [(at, at + dt.timedelta(minutes=1))], why
    day = midnight(at.date())
    exact = (day, day + DAY)
    if finest in ("month", "quarter"):
        whole = unit_of("month", at.date(), 0)
        return ([whole, exact] if whole else [exact]), why
    if finest in ("year", "decade", "century"):
        whole = unit_of("year", at.date(), 0)
        return ([whole, exact] if whole else [exact]), why
    return [exact], why


def _weekday(part: Part, written: dt.date) -> list[Interval]:
    weekday = part.weekday or 0
    back = (written.weekday() - weekday) % 7
    past = written - back * DAY
    future = past if back == 0 else past + 7 * DAY
    week = written - written.weekday() * DAY + weekday * DAY
    if part.shift is None:
        first, second = (future, past) if part.ahead else (past, future)
        if first == second:
            second = first + 7 * DAY
    elif part.shift == 0:
        first = second = week
    elif part.shift < 0:
        before = past if back else past - 7 * DAY
        first, second = (before, week - 7 * DAY)
        if back < 3:
            first, second = second, first
    else:
        first, second = week + 7 * DAY, future
    days = [first] if first == second else [first, second]
    return [(midnight(day), midnight(day) + DAY) for day in days]


def _day_of_month(part: Part, written: dt.date) -> list[Interval]:
    spans = []
    months = range(-1, 2) if part.weekday is None else range(-12, 13)
    for shift in months if part.shift is None else (part.shift,):
        month = add_months(written.replace(day=1), shift)
        day = make_day(month.year, month.month, part.day) if month else None
        if day and (part.weekday is None or day.weekday() == part.weekday):
            spans.append((midnight(day), midnight(day) + DAY))
    return nearest(spans, written)


def _month_shifted(part: Part, written: dt.date) -> list[Interval]:
    """ "last November", "next June": the nearest one before or after this month."""
    month, shift = part.month or 1, part.shift or 0
    year = written.year
    if shift < 0 and month >= written.month:
        year -= 1
    elif shift > 0 and month <= written.month:
        year += 1
    span = month_of(year, month)
    return [span] if span else []


def _near_shifted(part: Part, written: dt.date) -> list[Interval]:
    """ "last fall", "next Christmas"."""
    shift = part.shift or 0
    spans = [_with_year(part, written.year + n) for n in (-2, -1, 0, 1, 2)]
    at = midnight(written)
    real = [span for span in spans if span is not None]
    if shift < 0:
        return [span for span in real if span[1] <= at][-1:]
    if shift > 0:
        return [span for span in real if span[0] > at][:1]
    this = _with_year(part, written.year)
    return [this] if this else []


def _on_base(part: Part, written: dt.date | None, near: int) -> tuple[list[Interval], str]:
    """A day or week within what another part says: "tuesday of next week"."""
    assert part.base is not None
    bases, why = intervals(part.base, written, near)
    out = []
    for first, last in bases:
        if part.kind == "steps":
            more, _ = _steps(part, first, why)
            out += more[:1]
        elif part.kind == "weekday" and part.weekday is not None:
            day = first + ((part.weekday - first.weekday()) % 7) * DAY
            if part.nth:
                day += (part.nth - 1) * 7 * DAY
            if day < last:
                out.append((day, day + DAY))
        elif part.kind == "nth":
            start = first + (part.nth - 1) * DAY
            if part.nth == -1:
                start = last - DAY
            if start < last:
                out.append((start, start + DAY))
    return out, why


def _hijri(part: Part, written: dt.date | None, near: int) -> tuple[list[Interval], str]:
    """A month or day of the Islamic calendar whose year is open."""
    from assay.statements.dates_calendars import hijri_month, hijri_to_day, hijri_year_of

    centre = written or dt.date(min(max(near, 1), 9997), 7, 1)
    year = hijri_year_of(centre)
    spans: list[Interval] = []
    for one in (year - 1, year, year + 1):
        if part.day is None:
            month = hijri_month(one, part.month or 1)
            if month is not None:
                spans.append((midnight(month[0]), midnight(month[1])))
        else:
            day = hijri_to_day(one, part.month or 1, part.day)
            if day is not None:
                spans.append((midnight(day), midnight(day) + DAY))
    at = midnight(centre)
    if part.shift is not None:
        if written is None:
            return [], "depends on the day of writing, which is not known"
        if part.shift < 0:
            spans = [span for span in spans if span[1] <= at][-1:]
        elif part.shift > 0:
            spans = [span for span in spans if span[0] > at][:1]
    return nearest(spans, centre), "the tabular Islamic calendar; a day more or less by sight"


def _lunar(part: Part, written: dt.date | None, near: int) -> tuple[list[Interval], str]:
    """A year of the cycle of sixty, or a day of the Chinese calendar whose year is open."""
    from assay.statements.dates_calendars import lunar_to_day, lunar_year

    middle = written.year if written is not None else near
    if part.shift is not None:
        if written is None:
            return [], "depends on the day of writing, which is not known"
        years = [middle + part.shift]
    elif part.kind == "cycle" or part.nth:
        place = part.nth if part.kind == "cycle" else part.nth - 1
        first = middle - (middle - 4 - place) % 60
        years = [first, first + 60, first - 60]
    else:
        years = [middle - 1, middle, middle + 1]
    spans: list[Interval] = []
    for year in years:
        if part.kind == "cycle":
            found = lunar_year(year)
            if found is not None:
                spans.append((midnight(found[0]), midnight(found[1])))
        else:
            day = lunar_to_day(year, part.month or 1, part.day or 1, part.unit == "leap")
            if day is not None:
                spans.append((midnight(day), midnight(day) + DAY))
    if not spans:
        return [], "the calendar has no such day"
    centre = written or dt.date(min(max(near, 1), 9997), 7, 1)
    return nearest(spans, centre)[:3], "the Chinese calendar, by astronomy"


def _open_year(part: Part, written: dt.date | None, near: int) -> tuple[list[Interval], str]:
    """Find the year: the nearest to the day of writing in which the date fits."""
    middle = written.year if written is not None else near
    spans = []
    for year in range(max(1, middle - YEARS_TRIED), min(9997, middle + YEARS_TRIED) + 1):
        span = part_of(_with_year(part, year), part.part)
        if span is not None:
            spans.append(span)
    if not spans:
        return [], "no year fits"
    centre = written or dt.date(min(max(near, 1), 9997), 7, 1)
    spans = nearest(spans, centre)
    if written is None:
        why = (
            "the year is not given; these fit the weekday"
            if part.weekday is not None
            else "the year is not given"
        )
        return spans[:CANDIDATES], why
    why = "the year nearest to the day of writing"
    if part.weekday is not None:
        return spans[:1], "the nearest year in which the weekday fits"
    # one before and one after: which was meant is a guess
    best = spans[0]
    if part.ahead and best[1] <= midnight(written):
        later = [span for span in spans if span[0] > midnight(written)]
        if later:
            return [later[0], best], "the next one: the sentence looks ahead"
    if best[0] <= midnight(written):
        other = [span for span in spans if span[0] > midnight(written)][:1]
    else:
        other = [span for span in spans if span[0] <= midnight(written)][:1]
    return [best, *other], why


def _time_alone(part: Part, written: dt.date | None) -> Settled:
    """A time of day without its day: times alone, as ISO 8601 writes them."""
    if part.kind == "daypart" and part.span:
        low, high = part.span
        return Settled(f"{low % 24:02}:00", f"{high % 24:02}:00", "a part of some day")
    hour, minute, second = part.clock or (0, 0, 0)
    day = dt.datetime(2000, 1, 1)
    first, last = _at(day, part)
    del hour, minute, second
    form = "seconds" if part.seconds else "minutes"
    candidates: tuple[str, ...] = ()
    if part.open_half:
        candidates = ((first + dt.timedelta(hours=12)).time().isoformat(form),)
    return Settled(
        first.time().isoformat(form), last.time().isoformat(form), "a time of some day", candidates
    )


def _range(part: Part, written: dt.date | None, near: int) -> Settled:
    """ "from A to B": from the beginning of A to the end of B."""
    first, last = part, part.last
    assert last is not None
    part.last = None
    try:
        times = ("time", "daypart")
        if first.kind in times and first.base is None and last.kind in times and last.base is None:
            a, b = settle(first, written, near), settle(last, written, near)
            return Settled(a.since, b.since if last.kind == "time" else b.until, a.why, ())
        lows, why = intervals(first, written, near)
        highs, why_last = intervals(last, written, near)
    finally:
        part.last = last
    if not lows or not highs:
        return Settled(why=why if not lows else why_last)
    needs = written is None and (_needs_year(first) or _needs_year(last))
    if needs:
        return Settled(
            why=why, candidates=tuple(_texts(first, span)[0] for span in lows)[:CANDIDATES]
        )
    low = lows[0]
    later = [span for span in highs if span[1] > low[0]]
    clock = last.clock is not None
    high = (later or highs)[0]
    end = high[0] if clock else high[1]
    if end <= low[0]:
        # "from November to March" over the turn of a year
        earlier = [span for span in lows if span[0] < end]
        if earlier:
            low = earlier[0]
        else:
            return Settled(why="its end stands before its beginning")
    whole = all(not (m.hour or m.minute or m.second) for m in (low[0], end)) and first.clock is None
    return Settled(
        iso(low[0], whole and not clock, first.seconds),
        iso(end, whole and not clock, last.seconds),
        why,
    )
