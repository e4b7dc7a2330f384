"""Builders: from the named parts of a rule to a `Part` that can be settled.

A builder is named in a language's rules and takes what the rule found. It returns None where the
words turn out to be no time: a month of 32 days, "may" that is a verb, "1990" that counts people.
All languages share these builders; they differ in words and in the order of words alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from assay.statements.dates_settle import Part, make_day
from assay.statements.numerals import Number, Rule, Tokens

# Words after which four digits are a year.
BEFORE_A_YEAR = frozenset(
    "in since until till by from of during before after to through and or between early late mid "
    "year summer winter spring fall autumn the a around circa back is was until back throughout "
    "midway late- early- mid- post pre class fiscal for ago than as at".split()
)
NOT_BEFORE_A_YEAR = frozenset(
    "than over about around nearly almost some least most only room page no no. number "
    "nos article section flight route highway windows chapter bus".split()
)


class Hit:
    """What a rule found: the match over the letters, and the tokens that they stand for."""

    __slots__ = ("groups", "match", "order", "tokens")

    def __init__(self, match: re.Match[str], tokens: Tokens, order: str, rule: Rule) -> None:
        self.match, self.tokens, self.order, self.groups = match, tokens, order, rule.groups

    def span(self, name: str) -> tuple[int, int]:
        """The tokens of a named part; (-1, -1) where it is not there."""
        for group in self.groups.get(name, ()):
            span = self.match.span(group)
            if span[0] >= 0:
                return span
        return (-1, -1)

    def has(self, name: str) -> bool:
        return self.span(name)[0] >= 0

    def roles(self, name: str) -> Any:
        first = self.span(name)[0]
        return self.tokens.meanings[first] if first >= 0 else {}

    def get(self, name: str, *roles: str) -> Any:
        """The value of the first of these roles that the token of this name plays."""
        found = self.roles(name)
        for role in roles:
            value = found.get(role)
            if value is not None:
                return int(value.value) if isinstance(value, Number) and value.whole else value
        return None

    def count(self, name: str) -> float | None:
        """A count: a number, or "few"."""
        roles = self.roles(name)
        if "num" in roles:
            number: Number = roles["num"]
            return number.value if number.low is None else number.low
        value: float | None = roles.get("few") or roles.get("a") or roles.get("small")
        return value

    def text(self, name: str) -> str:
        if not self.has(name):
            return ""
        first, last = self.span(name)
        return (
            self.tokens.text[self.tokens.starts[first] : self.tokens.starts[last]].lower().strip()
        )

    def whole(self) -> str:
        return self.tokens.text[self.start : self.end]

    @property
    def start(self) -> int:
        return self.tokens.starts[self.match.start()]

    @property
    def end(self) -> int:
        return self.tokens.starts[self.match.end()]

    def part(self, kind: str, **fields: Any) -> Part:
        first, last = self.match.span()
        # neither a space nor a break belongs to what was found
        letters = self.tokens
        while first < last and letters.text[letters.starts[first]].isspace():
            first += 1
        while last > first and letters.text[letters.starts[last] - 1].isspace():
            last -= 1
        return Part(letters.starts[first], letters.starts[last], kind, **fields)

    def in_range(self) -> bool:
        """Whether "two to" stands before: then the words are the end of a range of lengths."""
        words: list[int] = []
        index = self.match.start() - 1
        while index >= 0 and len(words) < 2:
            if " " not in self.tokens.meanings[index]:
                words.append(index)
            index -= 1
        return (
            len(words) == 2
            and self.tokens.word(words[0]).lower() in RANGE_WORDS
            and "num" in self.tokens.meanings[words[1]]
        )

    def before(self) -> str:
        """The word before, in lower case."""
        index = self.match.start() - 1
        while index >= 0 and " " in self.tokens.meanings[index]:
            index -= 1
        return self.tokens.word(index).lower() if index >= 0 else ""

    def before_roles(self) -> Any:
        index = self.match.start() - 1
        while index >= 0 and " " in self.tokens.meanings[index]:
            index -= 1
        return self.tokens.meanings[index] if index >= 0 else {}

    def after(self) -> str:
        """The word after, as written."""
        index = self.match.end()
        while index < len(self.tokens.meanings) and " " in self.tokens.meanings[index]:
            index += 1
        return self.tokens.word(index) if index < len(self.tokens.meanings) else ""

    def after_roles(self) -> Any:
        index = self.match.end()
        while index < len(self.tokens.meanings) and " " in self.tokens.meanings[index]:
            index += 1
        return self.tokens.meanings[index] if index < len(self.tokens.meanings) else {}


# what stands between the two numbers of a range
RANGE_WORDS = frozenset("to or - – — 到 至 ~ до или bis oder à ou a o الى إلى أو".split())
# the reason of a part that stands for nothing alone
BARE = "bare"

Builder = Callable[[Hit], Part | None]
BUILDERS: dict[str, Builder] = {}


def builder(function: Builder) -> Builder:
    BUILDERS[function.__name__] = function
    return function


def full_year(number: int, digits: int = 2) -> int:
    """A year of two digits: 00 to 49 are of this century, 50 to 99 of the last."""
    if digits > 2 or number > 99:
        return number
    return 2000 + number if number < 50 else 1900 + number


def year_in(hit: Hit) -> int | None:
    if hit.has("y"):
        year = hit.get("y", "year", "yy")
        if year is None:
            return None
        return full_year(year, 4 if "year" in hit.roles("y") else 2)
    if hit.has("yy"):
        return full_year(hit.get("yy", "yy"))
    return None


def day_in(hit: Hit, name: str = "d") -> int | None:
    value = hit.get(name, "day", "ordinal", "int")
    return value if isinstance(value, int) and 1 <= value <= 31 else None


def mod_in(hit: Hit) -> int | None:
    shift: int | None = hit.get("mod", "mod")
    return shift


def part_in(hit: Hit) -> str:
    return hit.get("part", "part") or ""


def weak(hit: Hit, name: str) -> bool:
    """Whether the word is more often another word than this time, as it is written here."""
    roles = hit.roles(name)
    return "weak" in roles and "upper" not in roles


@builder
def day(hit: Hit) -> Part | None:
    year, month, number = year_in(hit), hit.get("m", "month"), day_in(hit)
    weekday = hit.get("wd", "weekday")
    if month is None or number is None:
        return None
    if year is not None and make_day(year, month, number) is None:
        return hit.part("vague", why="the calendar has no such day")
    if make_day(2000, month, number) is None:
        return hit.part("vague", why="the calendar has no such day")
    if hit.has("mod") and year is None:
        return hit.part(
            "day", month=month, day=number, weekday=weekday, shift=mod_in(hit), unit="year"
        )
    return hit.part("day", year=year, month=month, day=number, weekday=weekday)


@builder
def numeric(hit: Hit) -> Part | None:
    text = hit.tokens.text[
        hit.tokens.starts[hit.span("nd")[0]] : hit.tokens.starts[hit.span("nd")[1]]
    ]
    pieces = [int(piece) for piece in re.split(r"\D", text)]
    widths = [len(piece) for piece in re.split(r"\D", text)]
    mark = next(c for c in text if not c.isdigit())
    found = readings(pieces, widths, mark, hit.order)
    if not found:
        if mark == "." or widths[0] != 4:
            return None
        return hit.part("vague", why="the calendar has no such day")
    first, *rest = found
    other = rest[0] if rest else None
    part = hit.part(
        "day",
        year=first[0],
        month=first[1],
        day=first[2],
        other=other,
        why="as written" if other is None else "day and month could be the other way round",
    )
    weekday = hit.get("wd", "weekday")
    if weekday is not None:
        fits = [d for d in found if (r := make_day(*d)) and r.weekday() == weekday]
        if fits and fits[0] != first:
            part.year, part.month, part.day = fits[0]
        if fits:
            part.other, part.why = None, "the weekday fits"
    return part


def readings(
    pieces: list[int], widths: list[int], mark: str, order: str
) -> list[tuple[int, int, int]]:
    """The dates that three numbers can mean, the likeliest first; `order` is the language's."""
    a, b, c = pieces
    if widths[0] == 4:
        orders = [(a, b, c)]
    elif order == "ymd" and widths[2] == 2 and mark == "-":
        orders = [(full_year(a), b, c)]
    elif mark == "." or order != "mdy":
        orders = [(full_year(c, widths[2]), b, a), (full_year(c, widths[2]), a, b)]
    else:
        orders = [(full_year(c, widths[2]), a, b), (full_year(c, widths[2]), b, a)]
    out = []
    for one in orders:
        if make_day(*one) is not None and one not in out:
            out.append(one)
    if mark == "." and out and order != "mdy":
        out = out[:1]
    return out


@builder
def iso_time(hit: Hit) -> Part | None:
    text = hit.get("iso", "iso")
    date, _, clock = text.partition("T")
    year, month, number = (int(piece) for piece in date.split("-"))
    pieces = [int(piece) for piece in clock.split(":")]
    if make_day(year, month, number) is None or pieces[0] > 23 or pieces[1] > 59:
        return None
    base = hit.part("day", year=year, month=month, day=number, why="as written")
    second = pieces[2] if len(pieces) > 2 and pieces[2] < 60 else 0
    return hit.part(
        "time", clock=(pieces[0], pieces[1], second), seconds=len(pieces) > 2, base=base
    )


@builder
def year_month_numeric(hit: Hit) -> Part | None:
    year, month = (int(piece) for piece in hit.get("ym", "yearmonth").split("-"))
    if not 1500 <= year <= 2199:
        return None
    return hit.part("month", year=year, month=month, why="as written")


@builder
def slash_day(hit: Hit) -> Part | None:
    first, second = day_in(hit, "md"), day_in(hit)
    if first is None or second is None:
        return None
    year = year_in(hit)
    sure = hit.has("wd") or year is not None or hit.before() in (
        "on", "by", "until", "from", "to", "since", "till", "before", "after", "between", "and",
        "or",        "-", "back", ",",
    )  # fmt: skip
    if not sure and (
        first > 12 or first == 1 or hit.after() not in ("", ".", ",", "?", "!", "-", "to")
    ):
        return None
    month, number = first, second
    other = None
    if hit.order != "mdy":
        month, number = second, first
    if month > 12 and number <= 12:
        month, number = number, month
    elif number <= 12 and month != number:
        other = (month, number)
    probe = year if year is not None else 2000
    if make_day(probe, month, number) is None:
        if make_day(2000, month, number) is None:
            return None
        return hit.part("vague", why="the calendar has no such day")
    part = hit.part("day", year=year, month=month, day=number, weekday=hit.get("wd", "weekday"))
    if other is not None and year is not None:
        part.other = (year, other[1], other[0])
        part.why = "day and month could be the other way round"
    return part


@builder
def dash_day(hit: Hit) -> Part | None:
    part = slash_day(hit)
    if part is None or not (day_in(hit, "md") or 0) <= 12:
        return None
    if hit.order != "mdy":
        return None
    part.start = hit.tokens.starts[hit.span("md")[0]]
    return part


@builder
def dotted_day(hit: Hit) -> Part | None:
    digits = hit.roles("dd")["dec2"].digits
    first, second = (int(piece) for piece in re.split(r"[.,]", digits))
    month, number = (first, second) if hit.order == "mdy" else (second, first)
    if month > 12:
        month, number = number, month
    if make_day(2000, month, number) is None:
        return None
    part = hit.part("day", month=month, day=number, weekday=hit.get("wd", "weekday"))
    if not hit.has("wd"):
        part.start = hit.tokens.starts[hit.span("dd")[0]]
    return part


@builder
def dayofmonth(hit: Hit) -> Part | None:
    number = day_in(hit)
    if number is None:
        return None
    return hit.part("dayofmonth", day=number, weekday=hit.get("wd", "weekday"), shift=mod_in(hit))


_NOUN_ENDS = frozenset(".,!?;)\"'” \n")


@builder
def dayofmonth_alone(hit: Hit) -> Part | None:
    """ "the 27th": a day only where no noun follows that it could count."""
    after = hit.after()
    roles = hit.roles("d")
    if "word" in hit.after_roles() or "num" in hit.after_roles() or "unit" in hit.after_roles():
        return None
    if hit.before() not in (
        "on",
        "for",
        "by",
        "until",
        "from",
        "to",
        "since",
        "till",
        "before",
        "after",
        "back",
        "around",
    ):
        return None
    if after and after[0] not in ".,!?":
        return None
    if (
        hit.before() in ("to", "from", "after", "before", "by")
        and "num" not in roles
        and not any(c.isdigit() for c in hit.whole())
    ):
        return None
    return dayofmonth(hit)


@builder
def dayofmonth_on(hit: Hit) -> Part | None:
    part = dayofmonth(hit)
    if part is not None:
        part.start = hit.tokens.starts[hit.span("d")[0]]
    return part


@builder
def days(hit: Hit) -> Part | None:
    month, first, second = hit.get("m", "month"), day_in(hit), day_in(hit, "d2")
    if month is None or first is None or second is None:
        return None
    year = year_in(hit)
    if weak(hit, "m") and year is None and "ordinal" not in hit.roles("d"):
        return None
    if (
        make_day(year or 2000, month, first) is None
        or make_day(year or 2000, month, second) is None
    ):
        return None
    if second <= first:
        return None
    part = hit.part("day", year=year, month=month, day=first)
    part.last = hit.part("day", year=year, month=month, day=second)
    return part


@builder
def days_of_unit(hit: Hit) -> Part | None:
    first, second = day_in(hit), day_in(hit, "d2")
    if first is None or second is None or second <= first:
        return None
    part = hit.part("dayofmonth", day=first, shift=mod_in(hit))
    part.last = hit.part("dayofmonth", day=second, shift=mod_in(hit))
    return part


@builder
def month(hit: Hit) -> Part | None:
    number = hit.get("m", "month")
    year, shift = year_in(hit), mod_in(hit)
    if number is None:
        return None
    if hit.has("mod") and hit.has("u"):
        return hit.part("month", month=number, shift=shift, unit="year", part=part_in(hit))
    if year is None and shift is None and weak(hit, "m"):
        return None
    return hit.part("month", year=year, month=number, shift=shift, part=part_in(hit))


@builder
def month_alone(hit: Hit) -> Part | None:
    roles = hit.roles("m")
    name = hit.text("m")
    if hit.before() == "$":
        return None
    if "weak" in roles and name in (
        "may",
        "march",
        "mar",
        "jan",
        "sep",
        "dec",
        "august",
        "jun",
        "apr",
    ):
        if "upper" not in roles:
            if name == "may" or hit.before() not in ("in", "since", "by", "until", "during"):
                return None
            return hit.part("month", month=hit.get("m", "month"))
        after = hit.after_roles()
        if name in ("may", "march", "jan", "mar") and hit.before() not in (
            "in", "since", "by", "until", "till", "from", "to", "of", "during", "and", "last",
            "next",
            "this",            "between", "through", "or", "after", "before",
        ):  # fmt: skip
            return None
        if name in ("may", "jan", "mar", "august") and "upper" in after:
            return None
    elif "upper" not in roles and len(name) <= 4 and name not in ("june", "july", "sept"):
        if hit.before() not in ("in", "since", "by", "until", "during", ","):
            return None
    return hit.part("month", month=hit.get("m", "month"))


@builder
def year_month(hit: Hit) -> Part | None:
    year, number = hit.get("y", "year"), hit.get("mm", "m12")
    if not 1900 <= year <= 2099:
        return None
    return hit.part("month", year=year, month=number)


@builder
def weekday_of_week(hit: Hit) -> Part | None:
    base = Part(hit.start, hit.end, "unit", unit="week", shift=mod_in(hit))
    return hit.part("weekday", weekday=hit.get("wd", "weekday"), base=base)


@builder
def weekday(hit: Hit) -> Part | None:
    return hit.part("weekday", weekday=hit.get("wd", "weekday"), shift=mod_in(hit))


@builder
def weekday_short(hit: Hit) -> Part | None:
    """A weekday cut short: "Sun" is one only where a date is likely."""
    if "wdfull" in hit.roles("wd"):
        return weekday(hit)
    if "upper" not in hit.roles("wd") and hit.before() not in ("on", "week"):
        return None
    if hit.before() not in (
        "on",
        "or",
        "and",
        "week",
        "last",
        "next",
        "to",
        "until",
        "from",
        "-",
        ",",
        "",
    ):
        return None
    if hit.after()[:1].isalpha() and hit.after()[:1].isupper():
        return None
    return weekday(hit)


@builder
def weekday_steps(hit: Hit) -> Part | None:
    count = hit.get("n", "int")
    if count is None or not 1 <= count <= 60:
        return None
    sign = -1 if hit.text("dir") == "ago" else 1
    base = hit.part("weekday", weekday=hit.get("wd", "weekday"), ahead=sign > 0)
    return hit.part("steps", steps=(((count - 1) * sign, "week"),), base=base)


@builder
def nth_weekday(hit: Hit) -> Part | None:
    nth = -1 if hit.text("nth") == "last" else hit.get("nth", "ordinal")
    if nth is None or nth > 5:
        return None
    number = hit.get("m", "month")
    if number is None:
        base = hit.part("unit", unit="month", shift=mod_in(hit))
        return hit.part("weekday", weekday=hit.get("wd", "weekday"), nth=nth, base=base)
    return hit.part(
        "weekday of month",
        year=year_in(hit),
        month=number,
        weekday=hit.get("wd", "weekday"),
        nth=nth,
    )


@builder
def edge_day(hit: Hit) -> Part | None:
    """ "the last day of this month"."""
    month_number = hit.get("m", "month")
    if month_number is not None:
        base = hit.part("month", year=year_in(hit), month=month_number)
    else:
        base = hit.part("unit", unit=hit.get("u", "unit"), shift=mod_in(hit) or 0)
    return hit.part("nth", nth=-1 if hit.text("nth") == "last" else 1, base=base)


@builder
def steps_from_weekday(hit: Hit) -> Part | None:
    count = hit.count("n") if hit.has("n") else 1
    if count is None or count > 1000:
        return None
    base = hit.part("weekday", weekday=hit.get("wd", "weekday"), shift=mod_in(hit), ahead=True)
    return hit.part("steps", steps=((count, hit.get("u", "unit")),), base=base)


@builder
def weekdays(hit: Hit) -> Part | None:
    """ "Monday to Friday", "Mon-Fri"."""
    lead = hit.whole().lower().startswith(("from", "between"))
    if " and " in hit.whole().lower() and not lead:
        return None
    part = hit.part("weekday", weekday=hit.get("wd", "weekday"))
    part.last = hit.part("weekday", weekday=hit.get("wd2", "weekday"))
    return part


@builder
def short_year(hit: Hit) -> Part | None:
    """ "in '69"."""
    part = year_part(hit, full_year(hit.get("yy", "yy")))
    if part is not None:
        part.start = hit.tokens.starts[hit.span("yy")[0]] - 1
    return part


@builder
def part_of_day(hit: Hit) -> Part | None:
    """ "the end of tomorrow", "the end of this Sunday"."""
    if hit.has("wd"):
        return hit.part("weekday", weekday=hit.get("wd", "weekday"), shift=mod_in(hit))
    return hit.part("unit", unit="day", shift=hit.get("deic", "deictic"), part=part_in(hit))


@builder
def eod(hit: Hit) -> Part | None:
    return hit.part("unit", unit="day", shift=0, part="end")


@builder
def nine_eleven(hit: Hit) -> Part | None:
    """ "9/11" is that day of 2001, unless words before make it a date like others."""
    if hit.before() in ("on", "by", "until", "from", "to", "since", "between", "and", "/", "-"):
        return None
    return hit.part("day", year=2001, month=9, day=11, why="the day of 2001 that is called so")


@builder
def deictic(hit: Hit) -> Part | None:
    if hit.before() == "usa":
        return None  # a newspaper
    return hit.part("unit", unit="day", shift=hit.get("deic", "deictic"))


@builder
def deictic_step(hit: Hit) -> Part | None:
    shift = hit.get("deic", "deictic")
    return hit.part("unit", unit="day", shift=shift * 2)


@builder
def day_after(hit: Hit) -> Part | None:
    if hit.has("deic"):
        if hit.after()[:1].isalnum() or hit.before() in ("day",):
            return None
        return hit.part("unit", unit="day", shift=-1 if hit.text("deic") == "before" else 1)
    return hit.part("unit", unit="day", shift=0)


@builder
def steps_from_day(hit: Hit) -> Part | None:
    count = hit.count("n")
    if count is None or count > 10_000:
        return None
    sign = -1 if hit.text("dir") == "before" else 1
    shift = hit.get("deic", "deictic") or 0
    unit = hit.get("u", "unit")
    base = hit.part("unit", unit="day", shift=shift)
    return hit.part("steps", steps=((count * sign, unit),), base=base)


@builder
def unit(hit: Hit) -> Part | None:
    name = hit.get("u", "unit")
    if weak(hit, "u") or name is None:
        return None
    if hit.text("u").endswith("s") and hit.text("u") not in ("yrs",):
        return None
    shift = mod_in(hit)
    if name == "night" and hit.text("mod") in ("past", "previous"):
        return None
    text = hit.text("part")
    if text == "later" and shift == 0 and name == "day":
        return None
    return hit.part("unit", unit=name, shift=shift, part=part_in(hit))


@builder
def unit_this(hit: Hit) -> Part | None:
    name = hit.get("u", "unit")
    part = part_in(hit) or ("end" if hit.text("part") == "eod" else "late" if hit.has("in") else "")
    if name in (None, "night") or hit.text("u").endswith("s"):
        return None
    return hit.part("unit", unit=name, shift=0, part=part)


@builder
def unit_the(hit: Hit) -> Part | None:
    """ "the quarter", "the year": this one, where nothing says which else."""
    name = hit.get("u", "unit")
    after = hit.after().lower()
    if hit.before() in ("of", "for", "in", "over", "during", "") or name in ("weekend", "quarter"):
        if name in ("day", "century", "decade") and hit.before() not in ("of",):
            return None
        if (
            after in ("of", "that", "when", "after", "before", "to", "ended", "ending")
            and name != "quarter"
        ):
            return None
        if after.startswith(("'", "’")) or after == "-":
            return None
        return hit.part("unit", unit=name, shift=0, why="taken as the one of writing")
    return None


@builder
def unit_bare(hit: Hit) -> Part | None:
    return hit.part("unit", unit="weekend", shift=0)


@builder
def this_past(hit: Hit) -> Part | None:
    return _this(hit, -1)


@builder
def this_coming(hit: Hit) -> Part | None:
    return _this(hit, 1)


def _this(hit: Hit, shift: int) -> Part | None:
    roles = hit.roles("u")
    if "weekday" in roles:
        return hit.part("weekday", weekday=roles["weekday"], ahead=shift > 0)
    if "season" in roles:
        return hit.part("season", unit=roles["season"], shift=shift)
    return hit.part("unit", unit=roles["unit"], shift=shift)


@builder
def span(hit: Hit) -> Part | None:
    name = hit.get("u", "unit", "tunit")
    shift = mod_in(hit)
    if name is None or shift is None:
        return None
    count: float | None = 1
    if hit.has("n"):
        count = hit.count("n")
    elif hit.has("few"):
        count = hit.get("few", "few")
    if count is None or not 0 < count <= 5000:
        return None
    if shift == 0:
        return None
    if count == 1 and hit.has("n") and "unit" in hit.roles("u"):
        return hit.part("unit", unit=name, shift=shift)
    return hit.part("span", unit=name, shift=shift, count=int(count) if count >= 1 else 1)


@builder
def rest(hit: Hit) -> Part | None:
    name = hit.get("u", "unit")
    if name in (None, "night"):
        return None
    return hit.part("rest", unit=name)


@builder
def week_after_next(hit: Hit) -> Part | None:
    return hit.part("unit", unit="week", shift=2)


@builder
def unit_after_mod(hit: Hit) -> Part | None:
    sign = -1 if hit.text("dir") == "before" else 1
    shift = mod_in(hit) or 0
    if sign != (1 if shift > 0 else -1):
        return None
    return hit.part("unit", unit=hit.get("u", "unit"), shift=shift * 2)


@builder
def to_date(hit: Hit) -> Part | None:
    name = "month" if hit.whole().lower() == "mtd" else "year"
    part = hit.part("unit", unit=name, shift=0)
    part = hit.part("unit", unit=name, shift=0, part="")
    part.last = hit.part("steps", steps=((-1, "day"),))
    return part


def direction(hit: Hit) -> int:
    value = hit.get("dir", "dir")
    if isinstance(value, int):
        return value
    return -1 if hit.text("dir") in ("ago", "earlier", "before", "back") else 1


@builder
def steps(hit: Hit) -> Part | None:
    if hit.in_range():
        return None
    sign = direction(hit)
    out: list[tuple[float, str]] = []
    for count, name in (("n", "u"), ("n2", "u2"), ("n3", "u3")):
        if hit.has(count) and hit.has(name):
            value, word = hit.count(count), hit.get(name, "unit", "tunit")
            if value is None or word is None or value > 100_000:
                return None
            out.append((value * sign, word))
    return hit.part("steps", steps=tuple(out)) if out else None


@builder
def steps_a(hit: Hit) -> Part | None:
    count = float(hit.get("few", "few") or 1)
    name = hit.get("u", "unit", "tunit")
    if name is None:
        return None
    return hit.part("steps", steps=((count * direction(hit), name),))


@builder
def steps_in(hit: Hit) -> Part | None:
    """ "in two weeks" looks ahead, unless something was done within two weeks."""
    count = hit.count("n") if hit.has("n") else hit.get("few", "few") if hit.has("few") else 1
    name = hit.get("u", "unit", "tunit")
    if count is None or name is None or count > 1000:
        return None
    after = hit.after().lower()
    if after in ("of", "to", "since", "from", "-") or hit.before() in (
        "once",
        "times",
        "time",
        "first",
        "more",
    ):
        return None
    return hit.part("steps", steps=((count, name),))


@builder
def unit_ago(hit: Hit) -> Part | None:
    return hit.part("steps", steps=((-1, hit.get("u", "unit")),))


@builder
def quarter(hit: Hit) -> Part | None:
    number = hit.get("q", "ordinal")
    name = "half" if hit.text("qu") == "half" else "quarter"
    if number is None or number > (2 if name == "half" else 4):
        return None
    shift = mod_in(hit)
    year = year_in(hit)
    if (
        name == "half"
        and year is None
        and shift is None
        and not hit.whole().lower().endswith("year")
    ):
        return None
    return hit.part(name, year=year, nth=number, shift=shift, unit="year")


@builder
def quarter_name(hit: Hit) -> Part | None:
    roles = hit.roles("q")
    year, shift = year_in(hit), mod_in(hit)
    if "quartername" in roles:
        return hit.part("quarter", year=year, nth=roles["quartername"], shift=shift, unit="year")
    return hit.part("half", year=year, nth=roles["halfname"], shift=shift, unit="year")


@builder
def last_quarter(hit: Hit) -> Part | None:
    name = "half" if hit.text("qu") == "half" else "quarter"
    return hit.part(name, year=year_in(hit), nth=2 if name == "half" else 4)


@builder
def season(hit: Hit) -> Part | None:
    year = year_in(hit)
    shift = mod_in(hit)
    if year is None and shift is None and weak(hit, "sea") and hit.text("sea") == "fall":
        return None
    return hit.part(
        "season", year=year, unit=hit.get("sea", "season"), shift=shift, part=part_in(hit)
    )


@builder
def season_in(hit: Hit) -> Part | None:
    if hit.text("sea") == "fall":
        return None
    part = hit.part("season", unit=hit.get("sea", "season"))
    part.start = hit.tokens.starts[hit.span("sea")[0]]
    return part


@builder
def year(hit: Hit) -> Part | None:
    number = year_in(hit)
    if number is None:
        return hit.part("unit", unit="year", shift=mod_in(hit), part=part_in(hit))
    if not 1 <= number <= 2199:
        return None
    return year_part(hit, number)


def year_part(hit: Hit, number: int) -> Part | None:
    from assay.statements.dates_settle import year_of

    span = year_of(number)
    if span is None:
        return None
    return hit.part("year", fixed=span, part=part_in(hit), why="as written")


@builder
def year_alone(hit: Hit) -> Part | None:
    """Four digits alone are a year where the words around let them be."""
    number = hit.get("y", "year")
    roles = hit.roles("y")
    before, after = hit.before(), hit.after()
    index = hit.match.start()
    glued = hit.tokens.text[max(0, hit.start - 1) : hit.start]
    if glued and (glued in "$£€¥₽#-/.,@" or glued.isalnum()):
        if glued in "#@$£€¥₽" or glued.isalnum():
            return None
        if glued in "-/." and index >= 2 and "word" in hit.tokens.meanings[index - 2]:
            return None
    if before in NOT_BEFORE_A_YEAR or before in "$£€¥₽#":
        return None if before else _year_bare(hit, number)
    if "dg" not in roles:
        if not 1500 <= number <= 2099 or number % 100 == 0:
            return None
        if before not in ("in", "since", "until", "till", "by", "from", "of", "year", "to", "through",
                          "during", "and", "before", "after"):  # fmt: skip
            return None
        if "word" in hit.after_roles() and after[:1].islower() and after.endswith("s"):
            return None
        return year_part(hit, number)
    return _year_bare(hit, number)


# What counts things, not years.
_COUNTED = frozenset(
    "people men women children troops soldiers police dollars euros pounds yen yuan percent per "
    "times miles km meters metres feet years days hours months weeks million billion thousand "
    "barrels tons tonnes gallons degrees calories words pages votes jobs units".split()
)


def _year_bare(hit: Hit, number: int) -> Part | None:
    before, after = hit.before(), hit.after().lower()
    if after in _COUNTED or after in ("%", "°"):
        return None
    roles = hit.after_roles()
    if "unit" in roles or "tunit" in roles or "mult" in roles or "short" in roles:
        return None
    strong = before in (
        "in", "since", "until", "till", "during", "before", "after", "by", "late", "early", "mid",
        "year", "summer", "winter", "(", "©", "spring", "fall", "autumn", "through", "circa",
    )  # fmt: skip
    if strong and 1000 <= number <= 2199:
        # "in 1500 homes" counts
        plural = after.endswith("s") and len(after) > 3 and not after.endswith("ss")
        if plural and before in ("in", "by", "after", "before", "through") and number % 100 == 0:
            return None
        return year_part(hit, number)
    if not 1800 <= number <= 2099:
        return None
    if before in BEFORE_A_YEAR or before in (",", ";", "-", "/", ".", "”", '"', "", "'s", ":"):
        return year_part(hit, number)
    if (
        after
        in ("", ".", ",", ")", ";", ":", "?", "!", "and", "or", "to", "-", "was", "is", "h1", "h2")
        or number >= 1900
    ):
        return year_part(hit, number)
    return None


@builder
def season_years(hit: Hit) -> Part | None:
    """ "2014-15", "2017/18"."""
    first, second = hit.get("y", "year"), hit.get("y2", "yy")
    if first is None or second is None or second != (first + 1) % 100 or not 1800 <= first <= 2099:
        return None
    from assay.statements.dates_settle import years_of

    return hit.part("year", fixed=years_of(first, 2), why="as written")


@builder
def decade(hit: Hit) -> Part | None:
    from assay.statements.dates_settle import years_of

    number = hit.get("y", "year")
    if number is None or number % 10 or "dg" not in hit.roles("y"):
        return None
    span = years_of(number, 100 if number % 100 == 0 and number < 2000 else 10)
    return hit.part("decade", fixed=span, part=part_in(hit), why="as written") if span else None


@builder
def decade_short(hit: Hit) -> Part | None:
    from assay.statements.dates_settle import years_of

    number = hit.get("dec", "decadeword", "yy")
    if number is None or number % 10:
        return None
    if hit.before() in ("his", "her", "their", "my", "your", "its"):
        return None  # an age
    if hit.has("dec") and "yy" in hit.roles("dec"):
        if "dg" not in hit.roles("dec") or not (
            {"the", "'"} & {w for w in re.split(r"[\s\d]|(')", hit.whole().lower()) if w}
            or hit.before() in ("the", "'", "early", "late", "mid")
        ):
            return None
        if number < 20:
            return None
    elif hit.before() not in ("the", "early", "late", "mid") and "the" not in hit.whole().lower():
        return None
    century = 1900 if number >= 20 else 2000
    span = years_of(century + number, 10)
    return (
        hit.part("decade", fixed=span, part=part_in(hit), why="taken as the last such decade")
        if span
        else None
    )


@builder
def century(hit: Hit) -> Part | None:
    from assay.statements.dates_settle import years_of

    number = hit.get("cn", "ordinal")
    if number is None or not 1 <= number <= 30:
        return None
    span = years_of((number - 1) * 100 + 1, 100)
    return hit.part("century", fixed=span, part=part_in(hit), why="as written") if span else None


@builder
def week_number(hit: Hit) -> Part | None:
    number = hit.get("n", "int")
    if number is None or not 1 <= number <= 53 or hit.before() in ("a", "per", "each", "every"):
        return None
    return hit.part("week of year", nth=number, shift=0, unit="year")


@builder
def nth_week(hit: Hit) -> Part | None:
    nth = -1 if hit.text("w") == "last" else hit.get("w", "ordinal")
    if nth is None or nth > 53:
        return None
    number, year, shift = hit.get("m", "month"), year_in(hit), mod_in(hit)
    if number is not None:
        return hit.part("week of month", year=year, month=number, nth=nth)
    if hit.get("u", "unit") == "month":
        base = hit.part("unit", unit="month", shift=shift or 0)
        if nth == -1:
            nth = 4
        return hit.part("nth", nth=(nth - 1) * 7 + 1, base=base)
    if nth == -1:
        return None
    return hit.part(
        "nth week of year", year=year, nth=nth, shift=None if year else shift or 0, unit="year"
    )


@builder
def week_with_day(hit: Hit) -> Part | None:
    month_number, number = hit.get("m", "month"), day_in(hit)
    if make_day(2000, month_number, number) is None:
        return None
    return hit.part("week with day", year=year_in(hit), month=month_number, day=number)


PARTS_OF_DAY = {
    "tonight": (20, 24), "tonite": (20, 24), "overnight": (20, 24), "midmorning": (10, 11),
    "midafternoon": (14, 15), "lunchtime": (11, 13),
}  # fmt: skip


def hours_of(hit: Hit) -> tuple[int, int] | None:
    text = hit.text("dp")
    if text in PARTS_OF_DAY:
        return PARTS_OF_DAY[text]
    roles = hit.roles("dp")
    if "nightword" in roles:
        low, high = 20, 24
    elif "daypart" in roles:
        low, high = (int(piece) for piece in str(roles["daypart"]).split("-"))
    else:
        return None
    part = part_in(hit)
    middle = (low + high) // 2
    if part in ("early", "start"):
        return low, middle
    if part in ("late", "end"):
        return middle, high
    if part == "mid":
        return middle, middle + 1
    return low, high


@builder
def daypart(hit: Hit) -> Part | None:
    hours = hours_of(hit)
    if hours is None:
        return None
    return hit.part("daypart", span=hours)


@builder
def daypart_bare(hit: Hit) -> Part | None:
    """ "morning": a time only beside a day; `dates.py` drops it where none stands there."""
    hours = hours_of(hit)
    return None if hours is None else hit.part("daypart", span=hours, why=BARE)


@builder
def tonight_at(hit: Hit) -> Part | None:
    hour = hit.get("h", "hour")
    half = half_in(hit)
    if hour is None or hour > 24:
        return None
    late = hour + 12 if 4 < hour < 12 else hour % 24
    found = to_24(hour, hit, half) if half is not None else (late, False)
    if found is None:
        return None
    base = hit.part("unit", unit="day", shift=0)
    return hit.part("time", clock=(found[0], 0, 0), base=base)


@builder
def daypart_day(hit: Hit) -> Part | None:
    hours = hours_of(hit)
    if hours is None:
        return None
    base = hit.part("unit", unit="day", shift=hit.get("deic", "deictic"))
    return hit.part("daypart", span=hours, base=base)


@builder
def daypart_mod(hit: Hit) -> Part | None:
    hours = hours_of(hit)
    if hours is None:
        return None
    shift = mod_in(hit) or 0
    base = hit.part("unit", unit="day", shift=shift)
    return hit.part("daypart", span=hours, base=base)


def to_24(hour: int, hit: Hit, half: Any) -> tuple[int, bool] | None:
    """The hour on a clock of 24, and whether it stays open which half of the day it is."""
    if half is not None:
        if hour > 12:
            return (hour, False) if hour < 24 else None
        return hour % 12 + half, False
    hours = hours_of(hit) if hit.has("dp") else None
    if hours is not None:
        if hour > 12:
            return hour % 24, False
        if hour == 12 and "nightword" in hit.roles("dp"):
            return 0, False
        if hours[0] >= 12 and hour < 12:
            if "nightword" in hit.roles("dp") and hour < 5:
                return hour, False
            return hour + 12, False
        return hour % 24 if hour != 12 or hours[0] >= 12 else 0, False
    return hour % 24, 1 <= hour < 12


def half_in(hit: Hit, name: str = "ap") -> int | None:
    if not hit.has(name):
        return None
    roles = hit.roles(name)
    value: int | None = roles.get("ampm", roles.get("apshort"))
    return value


def clock_of(text: str) -> tuple[int, int, int, bool] | None:
    pieces = [int(piece) for piece in text.split(":")]
    if pieces[0] > 24:
        return None
    return pieces[0], pieces[1], pieces[2] if len(pieces) > 2 else 0, len(pieces) > 2


@builder
def clock(hit: Hit) -> Part | None:
    minute = second = 0
    seconds = padded = False
    if hit.has("c"):
        read = clock_of(hit.get("c", "clock"))
        if read is None:
            return None
        hour, minute, second, seconds = read
        padded = hit.get("c", "clock").startswith("0")
    else:
        hour = hit.get("h", "hour")
        if hit.has("mi"):
            minute = hit.get("mi", "min", "int")
    if hour is None or minute is None or minute > 59:
        return None
    if hit.has("ap") and hour > 12 and half_in(hit) is not None and hour > 23:
        return None
    found = to_24(hour, hit, half_in(hit))
    if found is None:
        return None
    return hit.part(
        "time", clock=(found[0], minute, second), seconds=seconds, open_half=found[1] and not padded
    )


@builder
def clock_dec(hit: Hit) -> Part | None:
    hour, minute = (int(piece) for piece in re.split("[.,]", hit.roles("dec")["dec2"].digits))
    found = to_24(hour, hit, half_in(hit)) if hour <= 24 and minute < 60 else None
    return hit.part("time", clock=(found[0], minute, 0), open_half=found[1]) if found else None


@builder
def clock_dec_at(hit: Hit) -> Part | None:
    digits = hit.roles("dec")["dec2"].digits
    if len(re.split("[.,]", digits)[1]) != 2:
        return None
    return clock_dec(hit)


@builder
def clock_hhmm(hit: Hit) -> Part | None:
    value = hit.get("hm", "hhmm")
    found = to_24(value // 100, hit, half_in(hit))
    return hit.part("time", clock=(found[0], value % 100, 0)) if found else None


@builder
def clock_past(hit: Hit) -> Part | None:
    text = hit.text("past")
    minutes = 30 if text == "half" else 15 if text == "quarter" else hit.get("past", "min", "int")
    hour = hit.get("h", "hour")
    if not isinstance(minutes, int) or hour is None or minutes > 59:
        return None
    if hit.text("to") in ("to", "before") and text not in ("half", "quarter"):
        # "ten to twelve people" is no time
        if "min" not in hit.whole().lower() and not (
            minutes in (5, 10, 20, 25) and (hit.has("ap") or "clock" in hit.whole().lower())
        ):
            return None
    found = to_24(hour, hit, half_in(hit))
    if found is None:
        return None
    total = found[0] * 60 + (minutes if hit.text("to") == "past" else -minutes)
    total %= 1440
    return hit.part("time", clock=(total // 60, total % 60, 0), open_half=found[1])


@builder
def clock_word(hit: Hit) -> Part | None:
    return hit.part("time", clock=(hit.get("cw", "clockword"), 0, 0))


@builder
def midnight(hit: Hit) -> Part | None:
    return hit.part("time", clock=(0, 0, 0))


@builder
def clock_at(hit: Hit) -> Part | None:
    part = clock(hit)
    if part is not None and hit.has("h"):
        part.start = hit.tokens.starts[hit.span("h")[0]]
    return part


@builder
def clock_words(hit: Hit) -> Part | None:
    """ "at ten forty five": in words alone, digits would be a score."""
    if hit.roles("h")["num"].digits or hit.roles("mi")["num"].digits:
        return None
    return clock_at(hit)


@builder
def clock_range(hit: Hit) -> Part | None:
    ends = []
    for names in (("h", "mi", "c"), ("h2", "mi2", "c2")):
        if hit.has(names[2]):
            read = clock_of(hit.get(names[2], "clock"))
            if read is None:
                return None
            ends.append((read[0], read[1]))
        else:
            hour = hit.get(names[0], "hour")
            minute = hit.get(names[1], "min", "int") if hit.has(names[1]) else 0
            if hour is None or minute is None or minute > 59:
                return None
            ends.append((hour, minute))
    last = to_24(ends[1][0], hit, half_in(hit))
    if last is None:
        return None
    first_half = half_in(hit, "ap1")
    first = to_24(ends[0][0], hit, first_half if first_half is not None else half_in(hit))
    if first is None:
        return None
    low = first[0] * 60 + ends[0][1]
    high = last[0] * 60 + ends[1][1]
    if low >= high and first_half is None and low >= 720:
        low -= 720
    return hit.part(
        "time",
        clock=(low // 60, low % 60, 0),
        until_clock=(high // 60, high % 60, 0),
        open_half=last[1] and not hit.has("ap1"),
    )


@builder
def clock_range_bare(hit: Hit) -> Part | None:
    if hit.get("h", "hour") >= hit.get("h2", "hour") or hit.get("h2", "hour") > 12:
        if hit.get("h", "hour") == hit.get("h2", "hour") and hit.has("mi2"):
            return clock_range(hit)
        return None
    if (
        not (hit.has("mi") or hit.has("mi2"))
        and not hit.after_roles().get("deictic", 1) is not None
    ):
        return None
    return clock_range(hit)


@builder
def now(hit: Hit) -> Part | None:
    return hit.part("now")


@builder
def vague(hit: Hit) -> Part | None:
    return hit.part("vague", why="no time is named")


@builder
def holiday(hit: Hit) -> Part | None:
    return None  # made in dates.py, which knows the name
