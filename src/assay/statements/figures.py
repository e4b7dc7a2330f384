"""Find the numbers, amounts and shares that a text names, as intervals.

"Over a million" is (1,000,000, ∞), "hundreds of thousands" is [200,000, 1,000,000), "two to three"
is [2, 4). Intervals are half-open; `assay.model.statement.Figure` says how wide an exact number is.
What a text leaves vague is given these bounds:

| words | interval |
|---|---|
| more than n, over n | (n, ∞) |
| at least n, n or more | [n, ∞) |
| fewer than n, under n | (-∞, n) |
| up to n, at most n | (-∞, n], which is n and its last place |
| about n, around n, some n | [0.9 n, 1.1 n) |
| nearly n, almost n | [0.9 n, n) |
| dozens, hundreds | [24, 100), [200, 1,000) |
| thousands, millions | [2,000, 1,000,000), [2,000,000, 1,000,000,000): up to the next such word |
| tens of n, hundreds of n | [20 n, 100 n), [200 n, 1,000 n) |
| several hundred, a few thousand | [200, 1,000), [2,000, 10,000) |
| a third | a hundredth of the value wide |

Ordinals are no figures, nor are the digits of dates, times, telephone numbers, addresses, sections
and names ("Boeing 777", "COVID-19"). A length of time is a figure with a unit: year, month, week,
day, h, min, s. Offsets are code points.
"""

from __future__ import annotations

import importlib
import re
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from assay.model.statement import Figure, Mention
from assay.statements.dates import parts
from assay.statements.figures_words import (
    CURRENCY_CODES,
    CURRENCY_SIGNS,
    SMALLER,
    SYMBOLS,
    TIMES,
    FigureWords,
)
from assay.statements.numerals import Number, Tokens
from assay.statements.numerals_languages import beside, language_of, languages_in, tokens_of


@dataclass(slots=True)
class Amount:
    """A figure while it is put together. `core` is where its number alone stands."""

    start: int
    end: int
    core: tuple[int, int]
    low: float | None
    high: float | None
    low_included: bool = True
    unit: str = ""
    scale: float = 1
    spoken: bool = False
    exact: bool = True
    ranged: bool = False  # two numbers
    noun_at: int = 0


class Stretches:
    """Stretches of a text, and whether another one touches none of them."""

    def __init__(self, spans: Iterable[tuple[int, int]]) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        for start, end in sorted(spans):
            if self.ends and start <= self.ends[-1]:
                self.ends[-1] = max(self.ends[-1], end)
            else:
                self.starts.append(start)
                self.ends.append(end)

    def leave(self, start: int, end: int) -> bool:
        """Whether nothing stands between two offsets."""
        index = bisect_right(self.starts, start) - 1
        if index >= 0 and self.ends[index] > start:
            return False
        return index + 1 >= len(self.starts) or self.starts[index + 1] >= end


def figures(text: str, language: str | None) -> tuple[Figure, ...]:
    """The figures that the text names, in its order; they never overlap.

    `language` is an ISO 639-1 code; None: the grammars whose scripts occur. Nothing is raised,
    whatever the text.
    """
    found: list[Figure] = []
    names = languages_in(text, language)
    # what any grammar takes for a date is no figure of another
    dated = (
        Stretches((part.start, part.end) for name in names for part in parts(text, name))
        if len(names) > 1
        else Stretches(())
    )
    for place, name in enumerate(names):
        words = words_of(name)
        for amount in amounts(text, name):
            if place and not beside(name, text, amount.start, amount.end):
                continue
            if not dated.leave(amount.start, amount.end):
                continue
            figure = _figure(amount, text, words, name)
            if figure is not None:
                found.append(figure)
    found.sort(key=lambda figure: (figure.start, -figure.end))
    kept: list[Figure] = []
    for figure in found:
        if not kept or figure.start >= kept[-1].end:
            kept.append(figure)
    return tuple(kept)


def words_of(name: str) -> FigureWords:
    """The words around numbers of a language, made at first use."""
    return _words_of(name)


@lru_cache(maxsize=16)
def _words_of(name: str) -> FigureWords:
    module, function = FUNCTIONS.get(name, FUNCTIONS["en"])
    made = importlib.import_module("assay.statements." + module)
    found: FigureWords = getattr(made, function)()
    return found


# language -> where its words around numbers are made
FUNCTIONS = {
    "en": ("figures_words", "english"),
    "zh": ("figures_chinese", "chinese"),
    "de": ("figures_european", "german"),
    "fr": ("figures_european", "french"),
    "es": ("figures_european", "spanish"),
    "ru": ("figures_european", "russian"),
    "ar": ("figures_arabic", "arabic"),
}


def _figure(amount: Amount, text: str, words: FigureWords, name: str) -> Figure | None:
    low, high = amount.low, amount.high
    if low is not None and high is not None and not low < high:
        return None
    for bound in (low, high):
        if bound is not None and not abs(bound) < 1e300:
            return None
    return Figure(
        surface=text[amount.start : amount.end],
        start=amount.start,
        end=amount.end,
        low=_whole(low),
        low_included=amount.low_included,
        high=_whole(high),
        unit=amount.unit,
        of=_counted(amount, text, words, name),
    )


def _whole(value: float | None) -> float | None:
    """The bound without the dust of binary fractions."""
    if value is None or isinstance(value, int):
        return value
    if abs(value) < 1e15:
        value = round(value, 12) if abs(value) < 1 else float(f"{value:.15g}")
    return int(value) if value == int(value) and abs(value) < 1e18 else value


# Telephone numbers and the like: groups of digits with marks between them.
_GROUPS = re.compile(
    r"(?<![\w.,$€£])(?:\+\d{1,3}[- ./]?)?(?:\(\d{1,5}\)[- ./]?)?"
    r"\d{1,5}(?:[-/.]\d{2,7}){2,5}(?![\w%])"
    r"|(?<!\w)\+\d{1,3}(?:[- ./]?\(?\d{1,5}\)?){2,6}(?!\w)"
    r"|(?<![\w.,])\(\d{2,5}\)\s?\d{3,4}[- ]\d{3,5}(?!\w)"
    r"|(?<![\w.,$€£])0\d{2,5}[ /-]\d{3,8}(?!\w)"
)


@lru_cache(maxsize=2)
def amounts(text: str, name: str) -> tuple[Amount, ...]:
    """The amounts of a text in one language, in their order."""
    reader = Reader(text, name)
    return tuple(reader.read())


class Reader:
    """Goes through the numbers of a text once, from left to right."""

    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.language = language_of(name)
        self.words = words_of(name)
        self.tokens: Tokens = tokens_of(text, name)
        self.flat = self.tokens.flat
        taken = [(part.start, part.end) for part in parts(text, name)]
        self.taken = Stretches(taken + calls(self.flat))
        self.at = 0  # nothing before this offset is free any more

    def free(self, start: int, end: int) -> bool:
        """Whether no date and nothing before stands here."""
        return start >= self.at and self.taken.leave(start, end)

    def read(self) -> list[Amount]:
        out: list[Amount] = []
        pattern = self.language.grammar("figures").region
        letters = self.tokens.letters
        at = 0
        while True:
            match = pattern.search(letters, at)
            if match is None:
                break
            at = match.start() + 1
            amount, last = self.amount(match.start())
            if amount is None:
                continue
            out.append(amount)
            self.at = amount.end
            at = max(at, last)
        return self.joined(self.with_bare(out))

    def with_bare(self, found: list[Amount]) -> list[Amount]:
        """Add "more than a year" where the language says it without a number."""
        if self.words.bare is None:
            return found
        taken = {n for amount in found for n in range(amount.start, amount.end)}
        for match in self.words.bare.finditer(self.flat):
            start, end = match.span()
            unit = self.words.units.get(match.group("unit").lower())
            self.at = 0
            if unit is None or not self.free(start, end) or not taken.isdisjoint(range(start, end)):
                continue
            amount = Amount(
                match.start("unit"), end, match.span("unit"), 1, 2, unit=unit, spoken=True
            )
            self.bound(amount)
            found.append(amount)
        found.sort(key=lambda amount: amount.start)
        return found

    def amount(self, index: int) -> tuple[Amount | None, int]:
        """The amount that begins at a token, with its unit and bounds; the token after it."""
        found = self.number(index)
        if found is None:
            return None, index + 1
        number, last = found
        start, end = self.tokens.starts[index], self.tokens.starts[last]
        if not self.free(start, end) or not self.is_amount(index, last, number):
            return None, index + 1
        amount = Amount(start, end, (start, end), number.value, number.value + number.step)
        amount.spoken = not number.digits
        if number.low is not None:
            amount.low, amount.high, amount.exact = number.low, number.high, False
            if number.high == float("inf"):
                amount.high, amount.low_included = None, False
        if number.name == "%":
            amount.unit = "%"
        elif number.name.startswith("unit:"):
            amount.unit = number.name[5:]
        if not self.words.spaced or self.flat[end : end + 1] != ".":
            pass
        elif _CUT_SHORT.search(self.flat, max(0, end - 5), end):
            follow = r"\.\s?[^\W\d_]" if self.name == "de" else r"\.\s?[^\W\d_A-ZА-ЯЁ]"
            if re.match(follow, self.flat[end : end + 3]):
                amount.end += 1  # the full stop of "тыс."
        if self.name == "en" and amount.spoken and number.low is None:
            first = self.tokens.meanings[index]
            before = self.flat[max(0, start - 3) : start].lower()
            if before in (" a ", "a ") and "num" in first and _begins(self.flat[start:end]):
                amount.start = start - 2
                amount.core = (start - 2, end)
        self.minus(amount)
        self.short(amount, number)
        self.sign(amount)
        self.unit(amount)
        last = max(last, self.upper(amount, number, last))
        self.bound(amount)
        while last < len(self.tokens.meanings) and self.tokens.starts[last] < amount.end:
            last += 1
        return amount, last

    def number(self, index: int) -> tuple[Number, int] | None:
        """The number at a token: a cardinal, a fraction, or an order of size."""
        tokens, letters = self.tokens, self.tokens.letters
        fractions = self.language.grammar("figures").rules
        for rule in fractions:
            match = rule.pattern.match(letters, index)
            if match is not None:
                from assay.statements.figures_build import NUMBERS

                made = NUMBERS[rule.builder](match, tokens, rule)
                if made is not None:
                    return made, match.end()
        roles = tokens.meanings[index]
        number = roles.get("num")
        return (number, index + 1) if number is not None else None

    def is_amount(self, index: int, last: int, number: Number) -> bool:
        """Whether the number counts or measures, and is no label, code or part of a name."""
        start, end = self.tokens.starts[index], self.tokens.starts[last]
        flat = self.flat
        digits = number.digits
        before = flat[start - 1] if start else ""
        after = flat[end : end + 1]
        if digits:
            if digits.isdigit() and (len(digits) > 15 or (len(digits) > 1 and digits[0] == "0")):
                return False  # an identifier
            if before and ((before.isalnum() and not _of_script(before)) or before in "_#@&=/\\"):
                if before == "/" and not flat[max(0, start - 2)].isdigit():
                    return False
                if before != "/":
                    return False
            if (
                before == "-"
                and start > 1
                and flat[start - 2].isalpha()
                and not _of_script(flat[start - 2])
            ):
                return False
            if (
                before == "."
                and start > 1
                and flat[start - 2].isalnum()
                and not flat[start - 2].isdigit()
            ):
                # "u.k.12" is a code, "end.12" a slip
                return False
            if (
                after.isalpha()
                and after.isascii()
                and not self.unit_at(end)
                and not self.short_at(end)
            ):
                return False
            if after == "_" or (
                after in "GT" and after and self.short_at(end) and self.tail(start) != "$"
            ):
                return False
            if self.words.spaced:
                word = self.word_before(index)
                if word.lower().rstrip(".") in self.words.labels and digits.isdigit():
                    return False
                if self.is_list_item(start, end):
                    return False
                if self.in_name(index, last, word, number):
                    return False
        elif not self.words.spaced and before == "第":
            return False
        elif number.name == "order":
            return flat[end : end + 1] in ("余", "多") or self.bound_before(start) is not None
        elif (
            self.language.articles and self.tokens.word(index) in ("一", "壹") and last == index + 1
        ):
            return self.is_chinese_one(start, end)
        if self.name == "ar" and flat[start:end] in ("المائه", "المئه"):
            return False  # a part of "per cent"
        if not digits and self.words.ones:
            if self.text[start:end].lower() in self.words.ones:
                # an article, unless a bound stands before it
                near = max(0, start - 40)
                unit, unit_end = self._unit_at(end)
                half = _AND_HALF.get(self.name)
                return bool(
                    self.bound_before(start)
                    or self.words.minus.search(flat, near, start)
                    or (unit and half and half.match(flat, unit_end))
                )
        if not digits and self.words.spaced and self.name == "en":
            return self.is_english_amount(index, last, number)
        return True

    def tail(self, start: int) -> str:
        """The last letter or mark before an offset, over two spaces at most; "" for none."""
        index = start - 1
        while index > max(0, start - 3) and self.flat[index] in " \n\r":
            index -= 1
        return self.flat[index] if index >= 0 else ""

    def bound_before(self, start: int) -> re.Match[str] | None:
        """A word before an offset that makes a number a bound."""
        # digits, commas and the like end none: a table is passed quickly
        last = self.tail(start)
        if not last or last.isdigit() or last in _NO_BOUND:
            return None
        return self.words.before.search(self.flat, max(0, start - 40), start)

    def word_before(self, index: int) -> str:
        index -= 1
        while index >= 0 and " " in self.tokens.meanings[index]:
            index -= 1
        if index >= 0 and self.tokens.word(index) == ".":
            index -= 1
        return (
            self.flat[self.tokens.starts[index] : self.tokens.starts[index + 1]]
            if index >= 0
            else ""
        )

    def word_after(self, index: int) -> str:
        """The second word after a token: what follows its unit."""
        words = re.match(r"[\s-]*\w+\s*(\w+|[^\w\s]|)", self.flat[self.tokens.starts[index] :][:60])
        return words.group(1).lower() if words else ""

    def is_list_item(self, start: int, end: int) -> bool:
        """ "1. " or "(2)" at the beginning of a line, with words after it."""
        line = self.flat.rfind("\n", 0, start) + 1
        return (
            self.flat[line:start].strip(" (") == ""
            and re.match(r"[.)]\s+\S", self.flat[end : end + 6]) is not None
        )

    def in_name(self, index: int, last: int, word: str, number: Number) -> bool:
        """A number right after a name, with nothing after it that it could count."""
        if not word or not word[0].isupper() or not number.digits.isdigit() or number.value > 9999:
            return False
        start, end = self.tokens.starts[index], self.tokens.starts[last]
        if self.flat[start - 1 : start] != " " or word == "I" or word in CURRENCY_CODES:
            return False
        if self.name != "en" or (word.isupper() and len(word) > 3):
            return False
        roles = self.language.alphabet.look_up(word)[1]
        if "word" not in roles:
            return False
        head = self.flat[: start - 1 - len(word)].rstrip(" ")
        if not head or head[-1] in '.!?\n:;”"':
            return False
        following = re.match(r"[ -]?([^\W\d_]+)", self.flat[end : end + 30])
        if following is None:
            return True
        after = following.group(1)
        if self.unit_at(end) or "mult" in self.language.alphabet.look_up(after)[1]:
            return False
        return not (after.islower() and after not in self.words.stops)

    def is_english_amount(self, index: int, last: int, number: Number) -> bool:
        """Whether number words count: "the one", "no one" and "one of them" do not."""
        text = self.text[self.tokens.starts[index] : self.tokens.starts[last]].lower()
        if text in ("a", "an"):
            start = self.tokens.starts[index]
            if self.bound_before(start):
                return True
            if self.word_before(index).lower() not in _BEFORE_A_UNIT:
                return False
            after = self.word_after(last)
            return after not in (
                "that",
                "when",
                "-",
                "'",
                "’",
                "like",
                "in",
            ) and not after.startswith("'")
        if text in ("half", "a half"):
            # alone it is a share where a bound or nothing is beside it
            start, end = self.tokens.starts[index], self.tokens.starts[last]
            if self.bound_before(start):
                return True
            rest = self.flat[end : end + 12]
            return (
                re.match(r"\s+[A-Za-z]|-", rest) is None
                or re.match(
                    r"[\s-]+(?:of|the|a|an|its|their|his|her|all|as|that|this|hours?|years?|days?|"
                    r"centur|months?|weeks?|dozen)\b",
                    rest,
                )
                is not None
            )
        if text in ("all", "full", "whole", "entire", "another"):
            unit = re.match(r"[\s-]*(\w+)", self.flat[self.tokens.starts[last] :][:24])
            return unit is not None and not unit.group(1).endswith("s")
        if text == "one" and not self.unit_at(self.tokens.starts[last]):
            before = self.word_before(index).lower()
            if before in ("the", "which", "that", "this", "no", "any", "every", "each", "another",
                          "some", "-", "other", "first", "last", "loved", "good", "day",
                          "someone", "to"):  # fmt: skip
                return False
            rest = self.flat[self.tokens.starts[last] : self.tokens.starts[last] + 12].lower()
            if re.match(r"\s*(?:'s|'|another\b|of\b|-on-|-by-|-time\b|-way\b|-sided)", rest):
                return False
        return not (text == "second" or text == "quarter")

    def is_chinese_one(self, start: int, end: int) -> bool:
        """Whether 一 counts: 一名 is "a", 至少一名 at least one."""
        if self.bound_before(start):
            return True
        if self.unit_at(end):
            return True
        if (
            self.flat[start - 1 : start]
            and self.flat[start - 1 : start] in "第另某每这那哪任逐不统唯同单之"
        ):
            return False
        after = self.flat[end : end + 2]
        return after[:1] not in self.language.articles and after not in self.language.articles

    def minus(self, amount: Amount) -> None:
        if not (self.tail(amount.start) == "-" or self.tail(amount.start).isalpha()):
            return
        match = self.words.minus.search(self.flat, max(0, amount.start - 12), amount.start)
        if match is not None and match.group().strip() != "-":
            if self.bound_before(amount.start):
                return  # "al menos"
        if match is None or amount.low is None or amount.high is None:
            return
        if (
            match.group().strip() == "-"
            and match.start()
            and self.flat[match.start() - 1] not in " (\n\t:=,"
        ):
            return
        if (
            match.group() == "- "
            and re.search(r"[\w)]\s*$", self.flat[max(0, match.start() - 3) : match.start()])
            and self.unit_at(amount.end) not in ("°C", "°F", "°")
        ):
            return
        amount.start = match.start()
        step = amount.high - amount.low
        amount.low, amount.high = -amount.low, -amount.low + step
        amount.core = (amount.start, amount.core[1])

    def short_at(self, end: int) -> str:
        match = re.match(
            r"(?:k|K|M|m|bn|b|B|mn|mln|tn|MM|mm|G|T)(?![A-Za-z0-9_À-ɏ])", self.flat[end : end + 4]
        )
        return match.group() if match else ""

    def short(self, amount: Amount, number: Number) -> None:
        """ "10k", "$5m", "US$ 1MM": thousands and millions in one letter."""
        if not number.digits or number.fraction:
            return
        word = self.short_at(amount.end)
        money = (
            self.words.signs.search(self.flat, max(0, amount.start - 8), amount.start) is not None
        )
        factor = {"k": 1e3, "K": 1e3, "M": 1e6, "bn": 1e9, "mn": 1e6, "mln": 1e6, "tn": 1e12,
                  "B": 1e9, "G": 1e9, "T": 1e12}.get(word)  # fmt: skip
        if word == "b" and "." in number.digits:
            factor = 1e9
        elif word in ("m", "b", "mm", "MM"):
            factor = (
                {"m": 1e6, "b": 1e9, "mm": 1e6, "MM": 1e6}[word] if money or word == "MM" else None
            )
        if word and factor and word in ("G", "T") and not money:
            factor = None
        width = len(word)
        if not word:
            # "-2.5 M", "1,674.5 G"
            spaced = re.match(r" (M|G|K|k|MM|mm)(?![\w.])", self.flat[amount.end : amount.end + 5])
            if spaced and (money or spaced.group(1) in ("M", "G", "k", "K")):
                factor = {"M": 1e6, "G": 1e9, "K": 1e3, "k": 1e3, "MM": 1e6, "mm": 1e6}[
                    spaced.group(1)
                ]
                width = len(spaced.group())
        if factor is None or amount.low is None or amount.high is None:
            return
        step = amount.high - amount.low
        amount.low *= factor
        # "10k" is written to the thousand, but as a whole number it is exact
        amount.high = amount.low + (step * factor if step < 1 else 1)
        amount.scale = factor
        amount.end += width
        amount.core = (amount.core[0], amount.end)

    def sign(self, amount: Amount) -> None:
        """A sign or code of a currency before the number."""
        last = self.tail(amount.start)
        if not last or last.isdigit() or last in ',;:()[]|\n\t-/%"=':
            return
        match = self.words.signs.search(self.flat, max(0, amount.start - 10), amount.start)
        if match is None:
            match = self.words.signs.search(self.text, max(0, amount.start - 10), amount.start)
        if match is None:
            self.percent_before(amount)
            return
        word = match.group(1)
        code = CURRENCY_SIGNS.get(re.sub(r"\s", "", word), word)
        if word in ("¥", "￥"):
            code = self.words.yen
        if code not in CURRENCY_CODES:
            return
        amount.unit = code
        amount.start = match.start(1)
        before = self.flat[max(0, amount.start - 2) : amount.start]
        if (
            before.endswith("-")
            and not before[:1].isalnum()
            and amount.low is not None
            and amount.high is not None
            and amount.low > 0
        ):
            amount.start -= 1
            step = amount.high - amount.low
            amount.low, amount.high = -amount.low, -amount.low + step

    def percent_before(self, amount: Amount) -> None:
        """ "percent of twenty", "بالمائة 210"."""
        if self.words.percent is None:
            return
        match = self.words.percent.search(self.flat, max(0, amount.start - 16), amount.start)
        if match is not None and self.free(match.start(), amount.start):
            amount.unit, amount.start = "%", match.start()

    def unit_at(self, end: int) -> str:
        return self._unit_at(end)[0]

    def _unit_at(self, end: int) -> tuple[str, int]:
        """The unit that stands at an offset, and where it ends; ("", end) for none."""
        flat = self.flat
        gap = re.match(r"\s?-?\s?|\s*[\[{<(]?", flat[end : end + 3])
        at = end + (gap.end() if gap else 0)
        if not self.words.spaced:
            return self._unit_unspaced(end)
        bracket = at > end and flat[at - 1] in "[{<("
        words = re.match(
            r"[^\W\d_]+\.?(?:/[a-z]+)?[²³23]?|[%°‰℃℉$€£¥₽₴₹₩₪₺₾₸฿₱₫￥]\s?(?:[CcFf]\b)?",
            flat[at : at + 24],
        )
        if words is None:
            if flat[at : at + 1] in "[{<(":
                inner = re.match(r"[\[{<(]([A-Za-z°%]{1,4})[\]}>)]", flat[at : at + 7])
                if inner and inner.group(1) in SYMBOLS:
                    return SYMBOLS[inner.group(1)], at + inner.end()
            return "", end
        del bracket
        # the longest of up to four words
        longest = re.match(r"[^\W\d_]+\.?(?:[-\s][^\W\d_]+\.?){0,3}", flat[at : at + 48])
        if longest is not None:
            tried = longest.group()
            while tried:
                name = re.sub(r"[-\s]+", " ", tried.lower())
                found = self.words.units.get(name) or self.words.units.get(name.rstrip("."))
                if found is not None:
                    if not name.endswith(".") or name not in self.words.units:
                        tried = tried.rstrip(".")
                    return found, at + len(tried)
                cut = max(tried.rfind(" "), tried.rfind("-"), tried.rfind("\n"))
                if cut < 0:
                    break
                tried = tried[:cut].rstrip("-\n ")
        word = words.group().rstrip()
        if word in CURRENCY_SIGNS:
            return (self.words.yen if word in "¥￥" else CURRENCY_SIGNS[word]), at + len(word)
        for tried in (word, word.rstrip(".")):
            if tried in SYMBOLS and not flat[at + len(tried) : at + len(tried) + 1].isalnum():
                if tried in ("A", "V", "W", "s", "in", "t", "bar", "L", "l", "g", "m") and at > end:
                    if tried in ("A", "in", "s", "V", "W", "bar", "L"):
                        continue
                return SYMBOLS[tried], at + len(tried)
        if word in CURRENCY_CODES:
            return word, at + len(word)
        return "", end

    def _unit_unspaced(self, end: int) -> tuple[str, int]:
        flat = self.flat
        at = end
        while at < len(flat) and flat[at] == " " and at - end < 2:
            at += 1
        places = [n for n in range(at, min(len(flat), at + 20)) if flat[n] != " "][:8]
        compact = "".join(flat[n] for n in places)
        for length in range(len(compact), 0, -1):
            found = self.words.units.get(compact[:length])
            # letters may be spaced out, but a short word is not put together so
            if found is not None and (length > 2 or places[length - 1] - at < length):
                return found, places[length - 1] + 1
        match = re.match(r"[A-Za-zµμ°℃℉%‰²³/]+\d?", flat[at : at + 8])
        if match:
            tried = match.group()
            while tried:
                found = SYMBOLS.get(tried) or (tried if tried in CURRENCY_CODES else None)
                rest = flat[at + len(tried) : at + len(tried) + 1]
                if found is not None and rest.isascii() and rest.isalpha():
                    found = None  # a part of a longer word
                if found is not None:
                    return found, at + len(tried)
                tried = tried[:-1]
        if flat[at : at + 1] in ("€", "$", "£"):
            return CURRENCY_SIGNS[flat[at]], at + 1
        return "", end

    def unit(self, amount: Amount) -> None:
        unit, end = self._unit_at(amount.end)
        if not unit and self.words.link:
            # "3,5 millions d'euros", "trillions of dollars"
            link = re.compile(self.words.link).match(self.flat, amount.end)
            if link is not None:
                unit, end = self._unit_at(link.end())
                large = amount.low is not None and amount.low >= 1000
                if not large or unit not in CURRENCY_CODES | _COINS:
                    unit = ""
        if not unit or not self.free(amount.end, end):
            return
        if amount.unit:
            # "$5 US dollars", and "$3 a day" has its unit already
            if unit == amount.unit and unit in CURRENCY_CODES:
                amount.end = end
            return
        amount.unit, amount.end = unit, end
        pattern = _AND_HALF.get(self.name)
        if unit in TIMES and pattern and amount.exact and amount.low is not None:
            more = pattern.match(self.flat, end, end + 24)
            if more is not None and self.free(end, more.end()):
                amount.low += 0.25 if more.group().endswith("quarter") else 0.5
                amount.high = amount.low + 0.1
                amount.end = more.end()
        if (
            self.name == "zh"
            and self.flat[amount.end : amount.end + 1] == "半"
            and not amount.unit.startswith("°")
        ):
            if amount.low is not None and amount.high is not None and amount.exact:
                amount.low += 0.5
                amount.high = amount.low + 0.1
                amount.end += 1
        if unit == "‰" and amount.low is not None and amount.high is not None:
            amount.unit, amount.low, amount.high = "%", amount.low / 10, amount.high / 10

    def upper(self, amount: Amount, number: Number, last: int) -> int:
        """The second number of a range: "two to three", "5-20%", "between A and B"."""
        flat, tokens = self.flat, self.tokens
        both = (
            self.words.both.search(flat, max(0, amount.start - 12), amount.start)
            if self.tail(amount.start).isalpha()
            else None
        )
        gap = self.words.both_and.match(flat, amount.end) if both else None
        closed = False
        if not both and not self.words.spaced:
            gap = self.words.both_and.match(flat, amount.end)
            closed = gap is not None and bool(gap.group())
        if gap is None or not gap.group():
            gap = self.words.to.match(flat, amount.end)
            closed = False
        if gap is None or not gap.group():
            return 0
        at = gap.end()
        sign = re.match(r"(?:US|C|A|HK)?[$€£¥]\s?", flat[at : at + 5])
        if sign:
            at += sign.end()
        index = bisect_right(tokens.starts, at) - 1
        if index >= len(tokens.meanings) or tokens.starts[index] != at or index < last:
            return 0
        found = self.number(index)
        if found is None or not self.free(at, tokens.starts[found[1]]):
            return 0
        upper, end_index = found
        end = tokens.starts[end_index]
        if upper.low is not None or number.low is not None or upper.value is None:
            return 0
        if closed and gap.group().strip() in ("和", "与") and not _BETWEEN_AFTER.match(flat, end):
            return 0
        second = Amount(at, end, (at, end), upper.value, upper.value + upper.step)
        if sign:
            code = CURRENCY_SIGNS.get(sign.group().strip(), "")
            if code != amount.unit and not (code == "USD" and amount.unit in CURRENCY_CODES):
                return 0
            second.unit = amount.unit
        self.short(second, upper)
        unit, unit_end = self._unit_at(second.end)
        if unit and self.free(second.end, unit_end) and amount.unit not in CURRENCY_CODES:
            second.unit, second.end = unit, unit_end
        if amount.unit and second.unit and second.unit != amount.unit:
            return 0
        if amount.unit == "%" and second.unit != "%":
            return 0
        word = gap.group().strip().lower()
        if word in ("or", "或", "или", "oder", "ou", "o", "أو") and not (
            amount.low is not None
            and second.low is not None
            and 0 < second.low - amount.low <= max(2, amount.low)
        ):
            return 0
        low, high = amount.low, second.high
        if low is None or high is None or second.low is None:
            return 0
        scale = second.scale if second.scale > 1 else _scale_of(upper)
        if (
            scale > 1
            and amount.scale == 1
            and low < 1000
            and _scale_of(number) == 1
            and low * scale < second.low
        ):
            low *= scale
        if not low < second.low:
            return 0
        after = flat[second.end : second.end + 1]
        if after.isalnum() and not unit and self.words.spaced:
            return 0
        amount.low, amount.high, amount.end = low, high, second.end
        amount.ranged = True
        amount.unit = amount.unit or second.unit
        amount.exact = False
        amount.core = (amount.core[0], end)
        if both:
            amount.start = both.start()
        return end_index

    def bound(self, amount: Amount) -> None:
        """Words before and after that make the number a bound."""
        flat = self.flat
        kind = ""
        match = self.bound_before(amount.start)
        if match is not None:
            kind = self.words.bounds.get(_spaced(match.group(1)), "")
            if kind == "exact" or (kind == "most" and self.is_fall(match.start(1))):
                kind = ""
            elif kind and self.free(match.start(1), amount.start):
                amount.start = match.start(1)
            else:
                kind = ""
        after = self.words.after.match(flat, amount.end)
        if after is not None and self.free(amount.end, after.end(1)):
            later = self.words.after_bounds.get(_spaced(after.group(1)), "")
            if _GOES_ON.match(flat, after.end(1)):
                later = ""  # "above 1000 and below 1500": the word belongs to what follows
            if later and not (
                after.group(1) == "+" and flat[after.end() : after.end() + 1].isdigit()
            ):
                if not kind or kind == "about":
                    kind = later
                amount.end = after.end(1)
                if not amount.unit:
                    self.unit(amount)
        low, high = amount.low, amount.high
        if not kind or low is None or high is None:
            return
        amount.exact = False
        if kind == "over":
            amount.low, amount.high, amount.low_included = low, None, False
        elif kind == "least":
            amount.low, amount.high = low, None
        elif kind == "under":
            amount.low, amount.high = None, low
        elif kind == "most":
            amount.low, amount.high = None, high
        elif kind == "about" and amount.ranged:
            pass  # "about 20 to 30" is as wide as it says
        elif kind == "about":
            width = abs(low) / 10 or 1
            amount.low = low - width
            amount.high = max(low + width, high)
        elif kind == "nearly" and low > 0:
            amount.low, amount.high = low * 0.9, low

    def is_fall(self, start: int) -> bool:
        """Whether "to" says where a fall ends: "um 5 % bis 4 Milliarden" is no bound."""
        before = self.flat[max(0, start - 12) : start].rstrip().lower()
        return before.endswith(("%", "процента", "процентов", "prozent", "pour cent", "por ciento"))

    def joined(self, found: list[Amount]) -> list[Amount]:
        """Put "3 dollars" and "50 cents" together."""
        out: list[Amount] = []
        for amount in found:
            if out and amount.exact and out[-1].exact:
                last = out[-1]
                factor = SMALLER.get((last.unit, amount.unit))
                gap = self.flat[last.end : amount.start]
                if factor and self.words.spaced:
                    near = re.fullmatch(r"\s*(?:,\s*)?(?:and\s+|und\s+|et\s+|y\s+|и\s+|و\s*)?", gap)
                else:
                    near = re.fullmatch(r"[\s,，零又]*", gap) if factor else None
                if (
                    factor
                    and near is not None
                    and last.low is not None
                    and amount.low is not None
                    and amount.high is not None
                ):
                    step = (amount.high - amount.low) * factor
                    last.low += amount.low * factor
                    last.high = last.low + step
                    last.end = amount.end
                    last.core = (last.core[0], amount.core[1])
                    continue
            out.append(amount)
        return out


# currencies of several countries, which ISO 4217 has no one code for
_COINS = frozenset("peso franc rial riyal dinar dirham krone lira".split())
_GOES_ON = re.compile(r"\s+(?:than\b|[$€£]?\d|an?\s|or equal)")
_BETWEEN_AFTER = re.compile(r"\s*(?:之间|间)")
# "a year and a half", after the unit
_AND_HALF = {
    "en": re.compile(r"\s+and\s+(?:a\s+)?(?:half|quarter)\b"),
    "fr": re.compile(r"\s+et\s+demie?\b"),
    "es": re.compile(r"\s+y\s+medi[oa]\b"),
    "ru": re.compile(r"\s+с\s+половиной\b"),
    "ar": re.compile(r"\s+و\s?نصف\b"),
}
# marks that no bound, sign or code ends with
_NO_BOUND = frozenset(' ,;:()[]|\n\t-/%"')
# Words before "a year" that make it a length of time and no rate.
_BEFORE_A_UNIT = frozenset(
    "for within than after over about nearly almost during last lasts lasted took takes take least "
    "most spent spend under be is was half around roughly another in leave".split()
)


_ARTICLED = re.compile(r"(?:hundred|thousand|million|billion|trillion|dozen)\b", re.IGNORECASE)


def _begins(text: str) -> bool:
    """Whether a number begins with a word that an article stands before: "a million"."""
    return _ARTICLED.match(text) is not None


def _scale_of(number: Number) -> float:
    """The factor that stands as the last word of a number: 1e6 for "3 million"."""
    if not number.name or number.value < 1000:
        return 1
    for factor in (1e15, 1e12, 1e9, 1e8, 1e6, 1e4, 1e3):
        if number.value >= factor and number.name[-1:].isalpha():
            return factor if number.value / factor < 1000 else 1
    return 1


def _spaced(text: str) -> str:
    return re.sub(r"\s+", " ", text.lower())


def _of_script(letter: str) -> bool:
    """A letter of a script that puts no space before a figure."""
    return "\u0600" <= letter <= "\u06ff" or "\u3000" <= letter <= "\u9fff"


# words for a thousand and more that are written with a full stop
_CUT_SHORT = re.compile(r"(?:тыс|млн|млрд|трлн|[Mm]io|[Mm]rd|[Tt]sd)$")

# what can hold a telephone number at all; quick to find
_DIGITS = re.compile(r"[+(]?\d[\d()./ -]{5,60}\d")


def calls(flat: str) -> list[tuple[int, int]]:
    """Where telephone numbers and the like stand."""
    out = []
    for near in _DIGITS.finditer(flat):
        for match in _GROUPS.finditer(flat, near.start(), near.end() + 1):
            if _is_call(match.group()):
                out.append(match.span())
    return out


def _is_call(group: str) -> bool:
    """Whether groups of digits are a telephone number or the like, and no range or date."""
    digits = [len(piece) for piece in re.findall(r"\d+", group)]
    return (sum(digits) >= 6 and len(digits) >= 2) or len(digits) > 3


def _counted(amount: Amount, text: str, words: FigureWords, name: str) -> Mention | None:
    """What is counted: the head noun after the figure, by a small guess at the noun phrase."""
    if amount.unit in TIMES or amount.unit.startswith("°"):
        return None
    from assay.statements.figures_nouns import head_noun

    span = head_noun(text, amount.end, words.stops, name, amount.unit)
    if span is None:
        return None
    return Mention(surface=text[slice(*span)], start=span[0], end=span[1])
