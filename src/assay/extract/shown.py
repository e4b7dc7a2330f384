"""What a cell shows: number formats of workbooks (ECMA-376 part 1, 18.8.30 and 18.8.31).

A cell's text is what the sheet shows, and behind it in square brackets the value as stored
where the two differ much, so that either is found:

- a share, a fraction, a power of ten, a scaled amount: `25% [0.25]`, `1/4 [0.25]`;
- a rounded one that loses over half a cent or over a hundredth of itself: `1,235 [1234.56]`;
- a date in another spelling than ISO 8601: `8-May-07 [2007-05-08]`;
- a number whose digits are parted or filled up: `123-45-6789 [123456789]`.

Signs of currencies, grouped thousands and noughts at the end are no such difference: the
search finds `1,234,567` by 1234567 too. A format that depends on the reader's computer (the
short date of the system) shows nothing that the file says: there the value stands alone, and
so it does where a format names months in a language other than English. A format that hides
its value (`;;;`) hides nothing here. Rounding is half up on the decimal value, as sheets do.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, NamedTuple

from assay.extract.sheets import BREAK, cell_text, date_text, epoch, is_date_format

BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    12: "# ?/?", 13: "# ??/??", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 37: "#,##0;(#,##0)", 38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)", 40: "#,##0.00;(#,##0.00)", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss.0", 48: "##0.0E+0", 49: "@",
}  # fmt: skip
DATES = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_LONGEST = 255  # a format code has no more characters
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_(?P<space>.)|\*(?P<fill>.)'
    r"|\[(?P<bracket>[^\]]*)\]|(?P<general>General)|(?P<meridiem>AM/PM|A/P)"
    r"|(?P<date>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+)|(?P<power>[Ee][+-])|(?P<digit>[0#?])"
    r"|(?P<sign>[.,%/@])|(?P<other>.)",
    re.DOTALL | re.IGNORECASE,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)\s*(-?[\d.]+)\Z")
_ENGLISH = frozenset((0x00, 0x7F, 0x09))  # the low ten bits of a locale: none given, or English
_SYSTEM = frozenset(("F800", "F400", "X-SYSDATE", "X-SYSTIME"))
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July", "August"),
    *("September", "October", "November", "December"),
)
_DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
_ISO_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_DIGITS = re.compile("[0-9]+")
_LEAST_LOSS = Decimal("0.005")
_NONE: Mapping[int, str] = {}
Form = Callable[[Any], str]


class _Token(NamedTuple):
    """A piece of a format: `kind` is a group of _TOKEN, or `text` or `elapsed`."""

    kind: str
    text: str


class _Section(NamedTuple):
    tokens: tuple[_Token, ...]
    condition: tuple[str, Decimal] | None
    foreign: bool  # of the computer, or of a language that is not English


def form_of(code: str, number: int = 0, from_1904: bool = False) -> Form | None:
    """What turns a value of that format into text, None where the plain value is the text.

    `number` is the format's place in the table of built-in ones, `code` its own code or "".
    """
    if not code:
        code = BUILT_IN.get(number, "")
    if not code or code.lower() == "general" or code == "@" or len(code) > _LONGEST:
        return None
    return _form(code, from_1904)


class Forms:
    """What the cell styles of a workbook do to a value, by their places in its list."""

    def __init__(
        self, styles: Sequence[int] = (), codes: Mapping[int, str] = _NONE, from_1904: bool = False
    ) -> None:
        """`styles`: the format's number of each style; `codes`: formats that the file defines."""
        self._from_1904 = from_1904
        self._forms = [form_of(codes.get(n, ""), n, from_1904) for n in styles]
        self._dates = frozenset(
            place
            for place, n in enumerate(styles)
            if (is_date_format(codes[n]) if n in codes else n in DATES)
        )

    @property
    def styled(self) -> tuple[int, ...]:
        """The styles that change how a value reads."""
        return tuple(place for place, form in enumerate(self._forms) if form)

    def form(self, style: int) -> Form | None:
        """What turns a value of this style into text, None where the plain value is the text."""
        return self._forms[style] if 0 <= style < len(self._forms) else None

    def text(self, style: int, value: Any) -> str:
        """The text of a stored value: a number of days is a date where its style says so."""
        form = self.form(style)
        if form is not None:
            return form(value)
        if style in self._dates and isinstance(value, int | float):
            return date_text(value, self._from_1904)
        return cell_text(value)


@functools.lru_cache(maxsize=4096)
def _form(code: str, from_1904: bool) -> Form | None:
    try:
        sections = [_section(part) for part in _parts(code)]
    except (ValueError, InvalidOperation):
        return None
    tokens = [token for section in sections for token in section.tokens]
    if all(t.kind == "general" or (t.kind == "text" and not t.text) for t in tokens):
        return None

    @functools.lru_cache(maxsize=512, typed=True)
    def form(value: Any) -> str:
        try:
            return _text(value, sections, from_1904)
        except (ValueError, OverflowError, InvalidOperation, ArithmeticError):
            return cell_text(value)

    plans = [_plan(section) for section in sections[:2]]
    if len(sections) > 2 or any(plan is None for plan in plans):
        return form
    up, down = plans[0], plans[-1]

    def quick(value: Any) -> str:
        """The same as `form`, for the layouts that most cells have."""
        if type(value) is not float or not -1e15 < value < 1e15:
            return form(value)
        plan = up if value >= 0 else down
        assert plan is not None
        number = Decimal(repr(abs(value)))
        near = number.quantize(plan.step, ROUND_HALF_UP)
        loss = abs(near - number)
        if loss > _LEAST_LOSS or loss * 100 > number or not near:
            return form(value)
        minus = "-" if value < 0 and up is down else ""
        return f"{minus}{plan.before}{near:{plan.layout}}{plan.after}"

    return quick


class _Plan(NamedTuple):
    """A number between two words: a step to round to, and a layout of Python's `format`."""

    before: str
    after: str
    step: Decimal
    layout: str


def _plan(section: _Section) -> _Plan | None:
    """How a section is written where it is a plain number between two words, else None."""
    if section.condition or section.foreign:
        return None
    layout = "".join(
        t.text if t.kind in ("digit", "sign") else "t" if t.kind == "text" else "x"
        for t in section.tokens
    )
    match = re.fullmatch(r"(t*)(#,##0|0)(\.0+)?(t*)", layout)
    if match is None:
        return None
    words = [t.text for t in section.tokens if t.kind == "text"]
    decimals = max(len(match[3] or "") - 1, 0)
    before, after = "".join(words[: len(match[1])]), "".join(words[len(match[1]) :])
    if "  " in before + after:
        return None
    comma = "," if match[2] == "#,##0" else ""
    return _Plan(before.lstrip(), after.rstrip(), Decimal(1).scaleb(-decimals), f"{comma}f")


def _parts(code: str) -> list[str]:
    """The sections of a format: a semicolon in quotes, brackets or behind \\ parts nothing."""
    parts, last = [], 0
    for match in _TOKEN.finditer(code):
        if match.lastgroup == "other" and match[0] == ";":
            parts.append(code[last : match.start()])
            last = match.end()
    return [*parts, code[last:]][:4]


def _section(part: str) -> _Section:
    tokens: list[_Token] = []
    condition = None
    foreign = system = False
    for match in _TOKEN.finditer(part):
        kind = match.lastgroup or "other"
        text = match[kind]
        if kind == "bracket":
            found = _CONDITION.match(text)
            if found:
                condition = (found[1], Decimal(found[2]))
            elif text and set(text.lower()) <= set("h") | set("m") | set("s"):
                tokens.append(_Token("elapsed", text.lower()))
            elif text.startswith("$"):
                sign, _, locale = text[1:].rpartition("-") if "-" in text else (text[1:], "", "")
                tokens.append(_Token("text", sign))
                system = system or locale.upper() in _SYSTEM
                foreign = foreign or _is_foreign(locale)
            continue
        if kind in ("quoted", "escaped", "other"):
            kind = "text"
        elif kind == "space":
            kind, text = "text", " "
        elif kind == "fill":
            kind, text = "text", ""
        elif kind == "date":
            text = text.lower()
        tokens.append(_Token(kind, text))
    names = any(t.kind == "date" and t.text[0] in "md" and len(t.text) > 2 for t in tokens)
    return _Section(tuple(tokens), condition, system or (foreign and names))


def _is_foreign(locale: str) -> bool:
    try:
        return int(locale or "0", 16) & 0x3FF not in _ENGLISH
    except ValueError:
        return not locale.lower().startswith("en")


def shown_rows(
    rows: Iterable[Sequence[Any]],
    column: int,
    styled: Iterator[tuple[int, int, int]],
    forms: Forms,
) -> Iterator[list[str]]:
    """Rows of values as rows of text, from the first row on; `column` columns stand before them.

    `styled` gives (row from 1, column from 0, style) of the cells that a format changes, from
    the top; a cell that comes too late keeps its plain value.
    """
    beyond = (1 << 30, 0, 0)
    at = next(styled, beyond)
    for number, row in enumerate(rows, 1):
        cells = ["" if value == "" else cell_text(value) for value in row]  # most are empty
        while at[0] <= number:
            place = at[1] - column
            if at[0] == number and 0 <= place < len(cells) and cells[place]:
                cells[place] = BREAK.sub(" ", forms.text(at[2], row[place]))
            at = next(styled, beyond)
        yield cells


def beside_words(words: str, value: str, kind: str) -> str:
    """Words that a sheet keeps with a value, and behind them the value where they differ much.

    `kind` is OpenDocument's type of the value. The words may be in any language's spelling of
    numbers, so their digits alone are compared with those of the value.
    """
    if kind == "date":
        plain = value.replace("T", " ").removesuffix(" 00:00:00")
        return _beside(words, plain) if _ISO_DATE.match(plain) else words
    if kind not in ("float", "currency", "percentage"):
        return words
    try:
        number = Decimal(value)
        plain = cell_text(float(value))
    except (ValueError, InvalidOperation):
        return words
    if "%" in words or kind == "percentage":
        return _beside(words, plain)
    digits = "".join(_DIGITS.findall(words)).lstrip("0")
    for places in range(16) if len(value) < 40 else ():
        near = abs(number).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        if f"{near:f}".replace(".", "").lstrip("0") == digits:
            loss = abs(near - abs(number))
            small = loss <= _LEAST_LOSS and loss * 100 <= abs(number)
            return words if small else _beside(words, plain)
    return _beside(words, plain)


# ---------------------------------------------------------------- a value


def _text(value: Any, sections: list[_Section], from_1904: bool) -> str:
    plain = _plain(value, from_1904)
    if isinstance(value, bool):
        return plain
    if isinstance(value, str):
        last = sections[-1]
        if any(t.text == "@" for t in last.tokens) and (len(sections) in (1, 4)):
            said = "".join(value if t.text == "@" else t.text for t in last.tokens)
            return said.strip() if said.strip() else value
        return value
    serial = _serial(value, from_1904)
    if serial is None:
        return plain
    number = Decimal(repr(serial))
    section, negative = _choose(number, sections)
    if section is None or section.foreign:
        return date_text(serial, from_1904) if section and _is_date(section) else plain
    if _is_date(section):
        said = _date(serial, section, from_1904)
        return said if _is_time(serial, section) else _beside(said, date_text(serial, from_1904))
    if any(t.kind == "general" for t in section.tokens):
        return "".join(
            plain if t.kind == "general" else t.text
            for t in section.tokens if t.kind in ("text", "general")
        ).strip()  # fmt: skip
    said, scaled, left = _number(abs(number), section)
    if negative and any(c.isdigit() and c != "0" for c in said):
        said = "-" + said
    said = " ".join(said.split())
    if not said:
        return plain
    loss = abs(left - abs(number))
    if scaled or loss > _LEAST_LOSS or loss * 100 > abs(number) or not _spells(said, left):
        return _beside(said, plain)
    return said


def _beside(said: str, plain: str) -> str:
    """What is shown, and behind it the value, where it says something else."""
    return said if said == plain or not said else f"{said} [{plain}]"


def _spells(said: str, number: Decimal) -> bool:
    """Tell whether the whole part stands there as one run of digits: not in `123-45-6789`."""
    whole = str(int(number))
    return whole == "0" or whole in _DIGITS.findall(said.replace(",", ""))


def _plain(value: Any, from_1904: bool) -> str:
    if isinstance(value, datetime.timedelta):
        return cell_text(value / datetime.timedelta(days=1))
    return cell_text(value)


def _serial(value: Any, from_1904: bool) -> float | None:
    """A value as the number of days that the file holds, None where it is none."""
    if isinstance(value, int | float):
        return float(value) if abs(value) < 1e300 else None
    if isinstance(value, datetime.timedelta):
        return value / datetime.timedelta(days=1)
    if isinstance(value, datetime.time):
        value = datetime.datetime.combine(epoch(False), value)
        from_1904 = False
    elif type(value) is datetime.date:
        value = datetime.datetime.combine(value, datetime.time())
    if isinstance(value, datetime.datetime):
        days = (value - epoch(from_1904)) / datetime.timedelta(days=1)
        return days - 1 if not from_1904 and 1 < days < 61 else days
    return None


def _choose(number: Decimal, sections: list[_Section]) -> tuple[_Section | None, bool]:
    """The section for a number, and whether a minus goes before it."""
    numeric = sections[:3]
    if any(s.condition for s in numeric):
        for section in numeric:
            if section.condition is None or _meets(number, section.condition):
                return section, number < 0
        return None, False
    if len(numeric) == 1:
        return numeric[0], number < 0
    if number < 0:
        return numeric[1], False
    if number == 0 and len(numeric) > 2:
        return numeric[2], False
    return numeric[0], False


def _meets(number: Decimal, condition: tuple[str, Decimal]) -> bool:
    sign, other = condition
    return {
        "<": number < other, "<=": number <= other, ">": number > other,
        ">=": number >= other, "=": number == other, "<>": number != other,
    }[sign]  # fmt: skip


# ---------------------------------------------------------------- numbers


def _number(number: Decimal, section: _Section) -> tuple[str, bool, Decimal]:
    """(text, whether it is scaled, the value that the text tells) of a number without sign."""
    tokens = list(section.tokens)
    places = [i for i, t in enumerate(tokens) if t.kind == "digit"]
    if not places:
        return "".join(t.text for t in tokens if t.text != "," and t.text != "@"), False, number
    if any(t.kind == "power" for t in tokens):
        return _power(number, tokens)
    if any(t.text == "/" and t.kind == "sign" for t in tokens):
        found = _fraction(number, tokens)
        if found:
            return found
    percent = sum(1 for t in tokens if t.text == "%" and t.kind == "sign")
    point = next((i for i, t in enumerate(tokens) if t == ("sign", ".")), len(tokens))
    scale = 0
    grouped = False
    for i, t in enumerate(tokens):
        if t == ("sign", ","):
            if any(p > i for p in places if p < point) and any(p < i for p in places):
                grouped = True
            elif i > places[0]:
                scale += 1
    decimals = sum(1 for p in places if p > point)
    shift = 2 * percent - 3 * scale
    shown = number.scaleb(shift).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole, _, rest = f"{shown:f}".partition(".")
    said = _fill_whole(whole.lstrip("0"), tokens[:point], grouped)
    if point < len(tokens):
        tail = _fill_rest(rest, tokens[point + 1 :])
        said += ("." + tail) if tail[:1].isdigit() else tail
    return said, shift != 0 and number != 0, shown.scaleb(-shift)


def _fill_whole(digits: str, tokens: list[_Token], grouped: bool) -> str:
    """Digits put into their places, from the right; the first place takes all that are left."""
    found: list[str] = []
    left = len(digits)
    written = 0
    first = next((i for i, t in enumerate(tokens) if t.kind == "digit"), None)
    for i in range(len(tokens) - 1, -1, -1):
        token = tokens[i]
        if token.kind == "digit":
            taken = digits[left - 1 : left] if left else {"0": "0", "?": " "}.get(token.text, "")
            left = max(left - 1, 0)
            more = [taken]
            if i == first:
                more += reversed(digits[:left])
                left = 0
            for digit in more:
                if digit.isdigit():
                    if grouped and written and written % 3 == 0:
                        found.append(",")
                    written += 1
                found.append(digit)
        elif token != ("sign", ","):
            found.append(token.text[::-1])
    return "".join(reversed(["".join(reversed(f)) for f in found]))


def _fill_rest(digits: str, tokens: list[_Token]) -> str:
    """Digits behind the point; those that may be left out are where they are noughts."""
    last = len(digits.rstrip("0"))
    found = []
    at = 0
    for token in tokens:
        if token.kind == "digit":
            digit = digits[at : at + 1]
            found.append(digit if at < last or token.text == "0" else "")
            at += 1
        elif token != ("sign", ","):
            found.append(token.text)
    return "".join(found)


def _power(number: Decimal, tokens: list[_Token]) -> tuple[str, bool, Decimal]:
    """A number times a power of ten; the places before the point tell the step of the power."""
    mark = next(i for i, t in enumerate(tokens) if t.kind == "power")
    head, tail = tokens[:mark], tokens[mark + 1 :]
    point = next((i for i, t in enumerate(head) if t == ("sign", ".")), len(head))
    step = max(sum(1 for t in head[:point] if t.kind == "digit"), 1)
    decimals = sum(1 for t in head[point:] if t.kind == "digit")
    power = number.adjusted() if number else 0
    power -= power % step
    shown = number.scaleb(-power).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    if shown >= 10**step:
        power += step
        shown = number.scaleb(-power).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    whole, _, rest = f"{shown:f}".partition(".")
    said = _fill_whole(whole.lstrip("0") or "0", head[:point], False)
    if point < len(head):
        said += "." + _fill_rest(rest, head[point + 1 :])
    sign = "-" if power < 0 else tokens[mark].text[1].replace("-", "")
    least = sum(1 for t in tail if t.text == "0" and t.kind == "digit")
    after = "".join(t.text for t in tail if t.kind == "text")
    return f"{said}E{sign}{abs(power):0{max(least, 1)}d}{after}", True, shown.scaleb(power)


def _fraction(number: Decimal, tokens: list[_Token]) -> tuple[str, bool, Decimal] | None:
    """A whole number and the nearest fraction with so many places, or with a given divisor."""
    slash = next(i for i, t in enumerate(tokens) if t == ("sign", "/"))
    before = [i for i in range(slash) if tokens[i].kind == "digit"]
    after = tokens[slash + 1 :]
    if not before:
        return None
    start = before[-1]
    while start - 1 in before:
        start -= 1
    mixed = start != before[0]
    given = "".join(t.text for t in after if t.kind == "text" or t.kind == "digit").strip()
    whole = int(number) if mixed else 0
    rest = number - whole
    fixed = re.match(r"[1-9]\d*", given)
    if fixed:
        below = int(fixed[0])
        above = int((rest * below).quantize(Decimal(1), ROUND_HALF_UP))
    else:
        most = 10 ** min(max(sum(1 for t in after if t.kind == "digit"), 1), 4) - 1
        from fractions import Fraction

        near = Fraction(rest).limit_denominator(most)
        above, below = near.numerator, near.denominator
    if mixed and above == below:
        whole, above = whole + 1, 0
    lead = "".join(t.text for t in tokens[: before[0]] if t.kind == "text")
    told = Decimal(whole) + Decimal(above) / below
    if mixed and not above:
        return f"{lead}{whole}", told != number, told
    said = f"{whole} {above}/{below}" if mixed and whole else f"{above}/{below}"
    return lead + said, True, told


# ---------------------------------------------------------------- dates and times


def _is_date(section: _Section) -> bool:
    return any(t.kind in ("date", "elapsed", "meridiem") for t in section.tokens)


def _is_time(serial: float, section: _Section) -> bool:
    """Tell whether a time alone is shown, which says by itself what it is."""
    kinds = {t.kind for t in section.tokens}
    if "elapsed" in kinds:
        return True
    days = any(
        t.kind == "date" and (t.text[0] in "yd" or (t.text[0] == "m" and not _are_minutes(
            section.tokens, i))) for i, t in enumerate(section.tokens)
    )  # fmt: skip
    return not days and "meridiem" not in kinds and 0 <= serial < 1


def _date(serial: float, section: _Section, from_1904: bool) -> str:
    """A serial day in the spelling of its format."""
    tokens = section.tokens
    fine = 0
    for i, token in enumerate(tokens):
        if token == ("sign", ".") and i and tokens[i - 1].kind in ("date", "elapsed"):
            while i + 1 + fine < len(tokens) and tokens[i + 1 + fine] == ("digit", "0"):
                fine += 1
    ticks = round(serial * 86400 * 10**fine)
    seconds, part = divmod(abs(ticks), 10**fine)
    hours_12 = any(t.kind == "meridiem" for t in tokens)
    moment = None
    if serial >= 0:
        day = seconds // 86400
        if not from_1904 and day < 61:
            day += day >= 1  # the calendar of 1900 has a day that never was
        moment = epoch(from_1904) + datetime.timedelta(days=day, seconds=seconds % 86400)
    elif not any(t.kind == "elapsed" for t in tokens):
        raise ValueError
    found: list[str] = ["-"] if serial < 0 else []
    for i, token in enumerate(tokens):
        if token.kind == "elapsed":
            size = {"h": 3600, "m": 60, "s": 1}[token.text[0]]
            found.append(f"{seconds // size:0{len(token.text)}d}")
        elif token.kind == "date":
            minutes = token.text[0] == "m" and _are_minutes(tokens, i)
            found.append(_date_part(token.text, moment, seconds, hours_12, minutes))
        elif token.kind == "meridiem":
            late = seconds % 86400 >= 43200
            found.append(("PM" if late else "AM") if len(token.text) > 3 else "AP"[late])
        elif token == ("sign", ".") and i and tokens[i - 1].kind in ("date", "elapsed") and fine:
            found.append(f".{part:0{fine}d}")
        elif token.kind in ("text", "sign") and token.text != "@":
            found.append(token.text)
    return " ".join("".join(found).split())


def _are_minutes(tokens: tuple[_Token, ...], place: int) -> bool:
    """An m is minutes behind hours and before seconds, else months."""
    if len(tokens[place].text) > 2:
        return False
    times = ("date", "elapsed")
    before = next((t.text[0] for t in reversed(tokens[:place]) if t.kind in times), "")
    after = next((t.text[0] for t in tokens[place + 1 :] if t.kind in times), "")
    return before in ("h", "s") or after == "s"


def _date_part(
    code: str, moment: datetime.datetime | None, seconds: int, hours_12: bool, minutes: bool
) -> str:
    size = len(code)
    if code[0] == "h":
        hour = seconds // 3600 % 24
        return f"{(hour - 1) % 12 + 1 if hours_12 else hour:0{min(size, 2)}d}"
    if code[0] == "s":
        return f"{seconds % 60:0{min(size, 2)}d}"
    if minutes:
        return f"{seconds // 60 % 60:0{min(size, 2)}d}"
    if moment is None:
        raise ValueError
    if code[0] == "y":
        return f"{moment.year:04d}" if size > 2 else f"{moment.year % 100:02d}"
    if code[0] == "m":
        name = _MONTHS[moment.month - 1]
        if size > 2:
            return name[0] if size == 5 else name[:3] if size == 3 else name
        return f"{moment.month:0{size}d}"
    if size > 2:
        day = _DAYS[moment.weekday()]
        return day[:3] if size == 3 else day
    return f"{moment.day:0{size}d}"
