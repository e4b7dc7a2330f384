"""Numbers that are more than a cardinal: fractions, and words for an order of size."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from assay.statements.numerals import Number, Rule, Tokens

_UNITS = {
    **dict(zip("one two three four five six seven eight nine".split(), range(1, 10), strict=True)),
    **{
        word: 10 * place
        for place, word in enumerate(
            "ten twenty thirty forty fifty sixty seventy eighty ninety".split(), 1
        )
    },
}
Maker = Callable[[re.Match[str], Tokens, Rule], Number | None]
NUMBERS: dict[str, Maker] = {}


def maker(function: Maker) -> Maker:
    NUMBERS[function.__name__] = function
    return function


def roles_at(match: re.Match[str], tokens: Tokens, rule: Rule, name: str) -> Any:
    for group in rule.groups.get(name, ()):
        if match.start(group) >= 0:
            return tokens.meanings[match.start(group)]
    return {}


def value_at(match: re.Match[str], tokens: Tokens, rule: Rule, name: str) -> float | None:
    roles = roles_at(match, tokens, rule, name)
    if "num" in roles:
        number: Number = roles["num"]
        return number.value if number.low is None else None
    return 1 if roles else None


def share(value: float) -> Number:
    """A fraction; it is a hundredth of its value wide."""
    return Number(value, abs(value) / 100, fraction=True)


@maker
def fraction(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """ "two thirds", "a hundredth", "one over three", "1/4", each perhaps "of a million"."""
    upper = value_at(match, tokens, rule, "n")
    roles = roles_at(match, tokens, rule, "d")
    lower = roles.get("den")
    if lower is None and "num" in roles:
        lower = roles["num"].value
    if upper is None:
        upper = 1
    if not lower or upper > 1e6:
        return None
    value = upper / lower
    name = roles_at(match, tokens, rule, "n").get("num")
    mixed = _AND_UNIT.search(name.name) if name is not None and not name.digits else None
    part = (
        sum(_UNITS.get(word, 0) for word in re.split(r"[\s-]+", mixed.group(2).lower()))
        if mixed
        else 0
    )
    if mixed is not None and 0 < part < lower:
        # "twenty and three fifths" is 20.6, "twenty-three fifths" 4.6
        times = roles_at(match, tokens, rule, "m")
        scale = _factor(times) if times else _SCALES.get((mixed.group(1) or "").lower(), 1)
        value = upper - part + part / lower * scale
        return Number(int(value)) if value == int(value) else share(value)
    tens = _TENS_AT_END.search(name.name) if name is not None and not name.digits else None
    if tens is not None and upper >= 100 and lower < 10 and not roles_at(match, tokens, rule, "m"):
        # "one hundred thirty-fifths": hundred of thirty-fifths
        size = _UNITS[tens.group(1).lower()]
        return share((upper - size) / (size + lower))
    whole = roles_at(match, tokens, rule, "w")
    if whole:
        number = whole.get("num")
        if number is None:
            return None
        value += number.value
    times = roles_at(match, tokens, rule, "m")
    if times:
        value *= _factor(times)
    if value == int(value) and value >= 1:
        return Number(int(value), name=_text(match, tokens))
    return share(value)


@maker
def pointed(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """ "nought point nought three", "five point eleven"."""
    first, *rest = [
        tokens.meanings[index]["num"]
        for index in range(match.start(), match.end())
        if "num" in tokens.meanings[index]
    ]
    if not first.whole or any(number.digits or not number.whole for number in rest):
        return None
    if len(rest) > 1 and any(number.value > 9 for number in rest):
        return None
    digits = "".join(str(int(number.value)) for number in rest)
    return Number(float(f"{int(first.value)}.{digits}"), 10.0 ** -len(digits))


_AND_UNIT = re.compile(
    r"(?:\b(thousand|million|billion|trillion)\s+)?\band\s+([a-z]+(?:[\s-]+[a-z]+)?)$",
    re.IGNORECASE,
)
_TENS_AT_END = re.compile(
    r"(?<!and)\s+(twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)$", re.IGNORECASE
)
_SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}


@maker
def of_ordinal(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """ "three twenty-firsts", "a twenty-first"."""
    tens = roles_at(match, tokens, rule, "t").get("num")
    ordinal = roles_at(match, tokens, rule, "o")
    lower = ordinal.get("ordinal") or ordinal.get("den")
    word = tokens.word(match.end() - 1).lower()
    if lower is None and word in ("firsts", "seconds"):
        lower = 1 if word == "firsts" else 2
    upper = value_at(match, tokens, rule, "n") or 1
    if lower is None:
        return None
    if tens is not None:
        if tens.digits or tens.value % 10 or not 20 <= tens.value <= 90 or lower > 2:
            return None
        lower += tens.value
    return share(upper / lower) if lower > 20 else None


@maker
def one_in(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """ "one in three", "nine-in-ten": in words, or of 10, 100 and so on."""
    upper = roles_at(match, tokens, rule, "n")["num"]
    lower = roles_at(match, tokens, rule, "d")["num"]
    if not upper.whole or not lower.whole or not 0 < upper.value < lower.value:
        return None
    if lower.digits and lower.value > 10 and lower.value not in (20, 50, 100, 1000, 10_000):
        return None
    if upper.digits and upper.value > 9:
        return None
    return share(upper.value / lower.value)


@maker
def slash(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """ "1/4": one that reads like a share, no date and no score."""
    upper, lower = value_at(match, tokens, rule, "n"), value_at(match, tokens, rule, "d")
    if upper is None or not lower or upper > 99 or lower > 1000:
        return None
    return share(upper / lower) if upper % lower else Number(int(upper // lower))


@maker
def half(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    value = 0.5
    times = roles_at(match, tokens, rule, "m")
    if times:
        value *= _factor(times)
        return Number(int(value), name=_text(match, tokens))
    return share(value)


def _factor(roles: Any) -> float:
    if "num" in roles:
        return float(roles["num"].value)
    return float(roles.get("mult") or roles.get("dozen") or 1)


def _text(match: re.Match[str], tokens: Tokens) -> str:
    return tokens.text[tokens.starts[match.start()] : tokens.starts[match.end()]]


ORDERS = [12, 100, 1000, 10**6, 10**9, 10**12, 10**15]


@maker
def order(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """ "hundreds", "tens of thousands", "thousands"."""
    first = roles_at(match, tokens, rule, "o")["orders"]
    rest = roles_at(match, tokens, rule, "r")
    if rest:
        unit = rest.get("orders") or (rest["num"].value if "num" in rest else rest.get("mult"))
        if unit is None:
            return None
        if first >= 1000:
            return None
        return vague(2 * first * unit, 10 * first * unit)
    if first == 10:
        return None
    if first in (10_000, 100_000):
        return vague(2 * first, 10 * first)  # Zehntausende, Hunderttausende
    above = [size for size in ORDERS if size > first]
    return vague(2 * first, 100 if first < 100 else above[0])


def vague(low: float, high: float) -> Number:
    return Number(low, low=low, high=high)


@maker
def several(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """ "several hundred", "a few thousand", "a couple of million"."""
    roles = roles_at(match, tokens, rule, "n")
    number: Number = roles["num"]
    if number.digits or number.value not in (12, 100, 1000, 10000, 10**6, 10**8, 10**9, 10**12):
        return None
    return vague(2 * number.value, 10 * number.value if number.value != 12 else 100)


@maker
def few(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """ "a few", "several" before a unit of time."""
    return vague(2, 10)


@maker
def one(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """ "a year": one."""
    return Number(1)


@maker
def one_and_half(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    return Number(1.5, 0.1, fraction=True)


@maker
def approx(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """ "une centaine": about a hundred, a tenth to either side."""
    size = roles_at(match, tokens, rule, "o").get("approx")
    if not size:
        return None
    times = roles_at(match, tokens, rule, "m")
    factor = times["num"].value if "num" in times else times.get("mult") or times.get("orders") or 1
    value = size * factor
    return Number(value, low=0.9 * value, high=1.1 * value)


@maker
def several_orders(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """ "несколько тысяч", "plusieurs centaines", "einige hundert": two to ten of them."""
    roles = roles_at(match, tokens, rule, "o")
    size = roles.get("orders")
    if size is None and "num" in roles:
        number: Number = roles["num"]
        if number.digits or number.low is not None or number.value < 10:
            return None
        size = number.value
    if size is None:
        size = roles.get("mult") or roles.get("dozen")
    if size is None:
        return None
    times = roles_at(match, tokens, rule, "m")
    if times:
        size *= (
            times["num"].value if "num" in times else times.get("mult") or times.get("orders") or 1
        )
    return vague(2 * size, 10 * size)


@maker
def half_of(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    roles = roles_at(match, tokens, rule, "m")
    factor = roles["num"].value if "num" in roles else roles.get("mult")
    return Number(int(factor / 2), name="x") if factor else None


@maker
def ordinal_part(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """ "una cuarta parte"."""
    lower = roles_at(match, tokens, rule, "o").get("ordinal")
    return share(1 / lower) if lower and 3 <= lower <= 10 else None


@maker
def half_year(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    """полгода: half a year in one word."""
    return Number(0.5, 0.1, fraction=True, name="unit:year")


@maker
def plain_half(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    return share(0.5)


@maker
def one_part(match: re.Match[str], tokens: Tokens, rule: Rule) -> Number | None:
    lower = roles_at(match, tokens, rule, "d").get("den")
    return share(1 / lower) if lower else None
