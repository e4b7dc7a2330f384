"""Turn a text into tokens, and number words into numbers.

Figures and dates are found in one way in all languages. A text is cut into tokens that cover it
without gaps. A lexicon says which roles a token can play ("second" is an ordinal and a unit of
time). Every set of roles is one letter of a small alphabet, so that a text becomes a string of
such letters, and a grammar becomes regular expressions over it. They are short, quick, and their
repetitions are bounded, so a hostile text costs no more than its length.

Numbers are folded first: "two hundred and five" becomes one token that plays the roles of 205.

Offsets count code points in the text as it was given. Nothing here is normalised in place: forms
that differ (full-width digits, marks of Arabic vowels) are folded in lookups alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

Roles = Mapping[str, Any]

# A number of more digits is an identifier, and int() of a megabyte of them would not end.
LONGEST = 18
# Words that were looked up are remembered; a text of noise must not fill the memory.
REMEMBERED = 60_000

# Full-width forms and other marks that stand for ASCII ones, one code point for one.
# the wide comma ends clauses: it is folded between wide digits alone
_WIDE: dict[str, str] = {chr(0xFF01 + n): chr(0x21 + n) for n in range(94) if n != 11}
_WIDE_COMMA = re.compile("(?<=[０-９])，(?=[０-９])")
FOLDED = str.maketrans(
    {
        **_WIDE,
        "　": " ",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u2007": " ",
        "–": "-",
        "—": "-",
        "‒": "-",
        "−": "-",
        "‐": "-",
        "\u2011": "-",
        "～": "~",
        "〜": "~",
        "’": "'",
        "ʼ": "'",
        "‘": "'",
        "٪": "%",
        "٫": ".",
        "٬": ",",
        "،": ",",
        "\u200e": " ",
        "\u200f": " ",
        "\u202a": " ",
        "\u202c": " ",
        "۔": ".",
    }
)

_DATES = "|".join(
    rf"\d{{4}}{mark}\d{{1,2}}{mark}\d{{1,2}}(?!\d|{mark}\d)"
    rf"|\d{{1,2}}{mark}\d{{1,2}}{mark}(?:\d{{4}}|\d\d)(?!\d|{mark}\d)"
    for mark in ("-", "/", r"\.")
)
_FOLDED_LETTERS = frozenset(chr(code) for code in FOLDED)

# what begins with a digit, the longest shapes first
_NUMBERS = rf"""
(?=[\d.])(?:
 \d{{4}}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?                        # ISO 8601
 |\d{{1,3}}(?:\.\d{{1,3}}){{3,8}}(?!\d)                          # an address of the net, a section
 |(?<![\d/.,])(?:{_DATES})
 |\d{{4}}-(?:0[1-9]|1[0-2])(?![\d]|-\d)                        # a year and a month
 |[0-2]?\d:[0-5]\d(?::[0-5]\d)?(?!\d)                        # a time
 |\d{{1,12}}(?:[.,]\d{{1,9}})?\^[-+]{{0,2}}\d{{1,3}}(?!\d)          # a power
 |\d{{1,12}}(?:[.,]\d{{1,9}})?e[-+]?\d{{1,3}}(?!\w)
 |(?<![\d.,])\d{{1,3}}(?:,\d{{3}}){{1,6}}(?:\.\d{{1,9}})?(?!\d|,\d|\.\d)
 |(?<![\d.,])\d{{1,3}}(?:\.\d{{3}}){{1,6}}(?:,\d{{1,9}})?(?!\d|\.\d|,\d)
 |(?<![\d.,])\d{{1,3}}(?:['\ ]\d{{3}}){{1,6}}(?:[.,]\d{{1,9}})?(?!\d|[.,]\d)
 |(?<![\d.,])\d{{1,3}}(?:,\d{{2}}){{1,4}},\d{{3}}(?:\.\d{{1,9}})?(?!\d|,\d)
 |(?<!\d[.,])\d{{1,18}}[.,]\d{{1,18}}(?!\d|[.,]\d)             # a decimal
 |(?<![\w.])\.\d{{1,9}}(?!\d)
 |\d+
)"""
_OTHER = r"|\s+|,+|\.+|-+|\$+|'s?|."


def cutter(word: str) -> re.Pattern[str]:
    """The pattern that cuts a text into tokens; `word` says what a word is."""
    return re.compile(
        rf"(?:https?://|www\.)\S{{1,400}}|{word}|" + _NUMBERS + _OTHER, re.VERBOSE | re.DOTALL
    )


@dataclass(slots=True)
class Number:
    """A number as written: its value, the step of its last place, and how it was written."""

    value: float
    step: float = 1
    digits: str = ""  # the digits as written, "" where words were
    fraction: bool = False
    low: float | None = None  # "hundreds": an interval by itself
    high: float | None = None
    name: str = ""  # the words, where the number's shape decides ("二零零八")

    @property
    def whole(self) -> bool:
        return not self.fraction and self.low is None and self.value == int(self.value)


@dataclass(slots=True)
class Tokens:
    """A text in tokens: the letter of each, where each begins, and what it can mean."""

    text: str
    letters: str
    starts: list[int]
    meanings: list[Roles]
    flat: str  # the text with full-width and other forms as the ASCII ones

    def end(self, index: int) -> int:
        """Where the token ends."""
        return self.starts[index + 1]

    def word(self, index: int) -> str:
        return self.text[self.starts[index] : self.starts[index + 1]]


# A word of a script with upper and lower case; figures after it belong to it: B12, A1B2C3.
LATIN = r"[^\W\d_]+(?:\d[^\W_]*)?"

NOTHING: Roles = {}
SPACE: Roles = {" ": None}
BREAK: Roles = {"\n": None}
WORD: Roles = {"word": None}
MARK: Roles = {"mark": None}


@dataclass(slots=True)
class Alphabet:
    """The letters of one language: a letter for each set of roles, and the roles of each word."""

    words: dict[str, dict[str, Any]]
    fold: Callable[[str], str] = str.lower
    guess: Callable[[str], Roles | None] | None = None  # for compounds that no list can hold
    decimal: str = "."
    made: tuple[Roles, ...] = ()  # roles that folds give
    split: Callable[[str], tuple[str, ...]] | None = None  # for words that are written together
    cut: re.Pattern[str] = field(default_factory=lambda: cutter(LATIN))
    letters_for_letters: dict[int, int] | None = None  # forms that are looked up as others
    letters: dict[frozenset[str], str] = field(default_factory=dict)
    known: dict[str, tuple[str, Roles]] = field(default_factory=dict)

    def teach(self, words: Iterable[str], role: str) -> None:
        for word in words:
            self.words.setdefault(word, {})[role] = None

    def settle(self) -> None:
        """Give every set of roles its letter. After this no new role can appear."""
        for roles in (SPACE, BREAK, WORD, MARK, {"word": None, "upper": None}):
            self._letter(roles)
        for roles in self.words.values():
            self._letter(roles)
            self._letter({**roles, "upper": None})
        for roles in (*_SPECIAL, *self.made):
            self._letter(roles)
        for sample in _samples():
            self._letter(roles_of_number(sample))

    def _letter(self, roles: Roles) -> str:
        key = frozenset(roles)
        letter = self.letters.get(key)
        if letter is None:
            letter = self.letters[key] = chr(0xE000 + len(self.letters))
        return letter

    def of(self, roles: Roles) -> str:
        """The letter of a set of roles; the plainest one for a set that was never met."""
        letter = self.letters.get(frozenset(roles))
        if letter is None:
            plain = "num" if "num" in roles else "word"
            letter = self.letters[frozenset({plain})]
        return letter

    def letters_with(self, role: str) -> str:
        return "".join(letter for key, letter in self.letters.items() if role in key)

    def look_up(self, token: str) -> tuple[str, Roles]:
        """The letter and the roles of a token."""
        found = self.known.get(token)
        if found is None:
            if len(self.known) > REMEMBERED:
                self.known.clear()
            roles = self._roles(token)
            found = self.known[token] = (self.of(roles), roles)
        return found

    def _roles(self, token: str) -> Roles:
        first = token[0]
        if first.isspace():
            return BREAK if token.count("\n") > 1 else SPACE
        if first.isdecimal() or (first == "." and len(token) > 1 and token[1].isdecimal()):
            return roles_of_digits(token, self.decimal)
        word = self.fold(token)
        roles: Roles | None = self.words.get(word)
        if roles is None and self.guess is not None and first.isalpha():
            roles = self.guess(word)
        if roles is None:
            if not first.isalpha():
                if len(token) > 1 and token == first * len(token):
                    return MARK
                return MARK if not token[0].isalnum() else WORD
            roles = WORD
        if first.isupper() and first.lower() != first:
            return {**roles, "upper": None}
        return roles


def flattened(text: str) -> str:
    """The text with full-width and other forms as the ASCII ones, code point for code point."""
    if text.isascii():
        return text
    if "，" in text:
        text = _WIDE_COMMA.sub(",", text)
    for letter in set(text) & _FOLDED_LETTERS:
        text = text.replace(letter, FOLDED[ord(letter)])
    return text


def read(text: str, alphabet: Alphabet) -> Tokens:
    """Cut a text into tokens. They cover it from end to end."""
    flat = flattened(text)
    if alphabet.letters_for_letters is not None:
        flat = flat.translate(alphabet.letters_for_letters)
    words: list[str] = alphabet.cut.findall(flat)
    if alphabet.split is not None:
        split = alphabet.split
        words = [piece for word in words for piece in split(word)]
    seen: dict[str, tuple[str, Roles]] = {word: alphabet.look_up(word) for word in set(words)}
    return Tokens(
        text,
        "".join([seen[word][0] for word in words]),
        [0, *accumulate(map(len, words))],
        [seen[word][1] for word in words],
        flat,
    )


def roles_of_number(number: Number) -> Roles:
    """What a number can be in a date or a time, by its value and how it was written."""
    roles: dict[str, Any] = {"num": number}
    if not number.whole or number.value < 0:
        if number.digits and number.step < 1 and re.fullmatch(r"\d?\d[.,]\d\d?", number.digits):
            roles["dec2"] = number
        if number.low is not None:
            roles["vague"] = number
        return roles
    value, digits = int(number.value), number.digits
    roles["int"] = number
    plain = digits.isdigit() if digits else True
    if not plain:
        return roles
    width = len(digits)
    if digits:
        roles["dg"] = number
    if 1 <= value <= 31 and width <= 2:
        roles["day"] = number
    if 1 <= value <= 12 and width <= 2:
        roles["m12"] = number
    if 0 <= value <= 24 and width <= 2:
        roles["hour"] = number
    if 0 <= value <= 59 and (width == 2 or not digits):
        roles["min"] = number
    if width == 2 or (not digits and 10 <= value <= 99):
        roles["yy"] = number
    if (width == 4 or not digits) and 1000 <= value <= 2199:
        roles["year"] = number
    if width in (3, 4) and value % 100 < 60 and 1 <= value // 100 <= 12:
        roles["hhmm"] = number
    if not digits and 11 <= value <= 20:
        roles["cent"] = number
    return roles


def _samples() -> Iterable[Number]:
    for value in range(2300):
        yield Number(value, digits=str(value))
        if value < 100:
            yield Number(value, digits=f"{value:02}")
        yield Number(value)
    yield Number(5000, digits="5000")
    yield Number(50000)
    yield Number(50000, digits="50,000")
    yield Number(8.3, 0.01, "8.30")
    yield Number(8.333, 0.001, "8.333")
    yield Number(0.5, 0.5, fraction=True)
    yield Number(200, low=200, high=1000)
    yield Number(-5)


_SPECIAL: tuple[Roles, ...] = tuple(
    {role: None} for role in ("numdate", "yearmonth", "clock", "iso", "skip")
)

_GROUPED = re.compile(r"\d{1,3}(?:([,. '])\d{3})+(?:[.,]\d+)?")
_LAKH = re.compile(r"\d{1,3}(?:,\d{2})+,\d{3}(?:\.\d+)?")


def roles_of_digits(token: str, decimal: str) -> Roles:
    """What a token that begins with a digit can be. `decimal` is the language's decimal mark."""
    if token.isdecimal():
        if len(token) > LONGEST:
            return {"skip": None}
        return roles_of_number(Number(int(token), digits=_ascii(token)))
    plain = _ascii(token)
    if "T" in plain and plain[4:5] == "-":
        return {"iso": plain}
    if ":" in plain:
        return {"clock": plain}
    if "^" in plain:
        base, power = plain.split("^")
        sign = -1 if power.startswith("-") and not power.startswith("--") else 1
        exponent = sign * int(power.lstrip("+-"))
        try:
            value = float(base.replace(",", ".")) ** exponent
        except (OverflowError, ZeroDivisionError):
            return {"skip": None}
        return roles_of_number(Number(value, abs(value) / 100, plain, fraction=True))
    if "e" in plain:
        try:
            value = float(plain.replace(",", "."))
        except ValueError:
            return {"skip": None}
        if value in (float("inf"), 0.0):
            return {"skip": None}
        mantissa, power = plain.split("e")
        places = len(mantissa.replace(",", ".").partition(".")[2])
        step = 10.0 ** (int(power) - places)
        if value + step == float("inf"):
            return {"skip": None}
        return roles_of_number(Number(value, step, plain))
    if re.fullmatch(r"\d{4}-\d\d", plain):
        return {"yearmonth": plain}
    if re.fullmatch(r"\d{1,4}([-/.])\d{1,2}[-/.]\d{1,4}", plain):
        return {"numdate": plain}
    if plain.count(".") >= 3 and not _GROUPED.fullmatch(plain):
        return {"skip": None}
    number = decimal_of(plain, decimal)
    return {"skip": None} if number is None else roles_of_number(number)


def decimal_of(plain: str, decimal: str) -> Number | None:
    """A number in ASCII digits with marks of grouping and decimals, as the language writes it.

    A single mark before three digits groups where it is not the language's decimal mark; in
    English "4.800" is 4.8 and "4,800" four thousand eight hundred, in German the other way round.
    """
    grouped = _GROUPED.fullmatch(plain) or _LAKH.fullmatch(plain)
    marks = [c for c in plain if not c.isdigit()]
    if not marks:
        return Number(int(plain), digits=plain)
    whole, places = plain, ""
    if grouped and (len(set(marks)) > 1 or len(marks) > 1 or marks[0] != decimal):
        if len(set(marks)) > 1:
            cut = plain.rfind(marks[-1])
            whole, places = plain[:cut], plain[cut + 1 :]
    elif len(marks) == 1 and marks[0] in ".,":
        whole, places = plain.split(marks[0])
    else:
        return None
    digits = re.sub(r"\D", "", whole) or "0"
    if len(digits) > LONGEST:
        return None
    value: float = int(digits)
    if places:
        value = float(f"{digits}.{places}")
        return Number(value, 10.0 ** -len(places), plain)
    return Number(value, digits=plain)


def _ascii(token: str) -> str:
    """The token with the decimal digits of any script as ASCII ones."""
    if token.isascii():
        return token
    return "".join(str(int(c)) if c.isdecimal() else c for c in token)


@dataclass(slots=True)
class Fold:
    """What stands in place of some tokens from here on: `first` to `last`, `last` excluded."""

    first: int
    last: int
    roles: Roles


def folded(tokens: Tokens, folds: list[Fold], alphabet: Alphabet) -> Tokens:
    """The tokens with each fold as one token. Folds stand in order and do not overlap."""
    if not folds:
        return tokens
    letters, starts, meanings, at = [], [], [], 0
    for fold in folds:
        letters.append(tokens.letters[at : fold.first])
        starts += tokens.starts[at : fold.first + 1]
        meanings += tokens.meanings[at : fold.first]
        letters.append(alphabet.of(fold.roles))
        meanings.append(fold.roles)
        at = fold.last
    letters.append(tokens.letters[at:])
    starts += tokens.starts[at:]
    meanings += tokens.meanings[at:]
    return Tokens(tokens.text, "".join(letters), starts, meanings, tokens.flat)


@dataclass(slots=True)
class Group:
    """A cardinal while it is read: what the thousands so far make, and the group after them."""

    total: float = 0
    group: float = 0
    open: bool = False  # the group has begun
    top: float = float("inf")  # the multiplier before; the next must be smaller
    step: float = 1
    rough: bool = False  # written with decimals: each factor widens the step
    only_digits: str = ""
    spoken: bool = False

    @property
    def value(self) -> float:
        return self.total + self.group


# Roles of a word in a cardinal, and how each may go on:
#   small   1 to 19, 0 by itself alone      tens   20, 30 … 90      hundreds   200 … 900 in one word
#   hundred 100, as a factor                mult   1,000 and up     dozen      12, as a factor
_SPOKEN = ("small", "tens", "hundred", "hundreds", "mult", "dozen")
# A cardinal of more words than this is no number that anybody says.
LONGEST_CARDINAL = 40


def cardinals(tokens: Tokens, alphabet: Alphabet, style: Style) -> list[Fold]:
    """Find numbers in words, and in digits with words ("3 million")."""
    folds = []
    last = 0
    for match in style.begins(alphabet).finditer(tokens.letters):
        first = match.start()
        if first < last:
            continue
        found = cardinal(tokens, first, style)
        if found is None:
            continue
        last, number = found
        folds.append(Fold(first, last, roles_of_number(number)))
    return folds


@dataclass(slots=True)
class Style:
    """How a language puts cardinals together."""

    joiner: str = "and"  # the role of the word between parts
    hyphen: bool = True
    unit_first: bool = False  # "one and twenty" is 21
    scores: tuple[int, ...] = ()  # tens after which 10 to 19 may follow (soixante-dix)
    four_twenties: bool = False
    joins_digits: bool = False  # "and" before digits goes on with the number: 3 hundred and 21
    teen_after: bool = False  # ten after a unit makes 13 to 19 (ثلاثة عشر)
    joined_only: bool = False  # parts are added with the joiner alone; without it they multiply
    _begins: re.Pattern[str] | None = None

    def begins(self, alphabet: Alphabet) -> re.Pattern[str]:
        if self._begins is None:
            # a number in digits needs a word after it to be folded
            self._begins = rule(
                alphabet,
                "<small|tens|hundred|hundreds|dozen|mult|dual>|<num>(?=_'-'?_<mult|hundred|dozen>)",
            ).pattern
        return self._begins


def cardinal(tokens: Tokens, first: int, style: Style) -> tuple[int, Number] | None:
    """The cardinal that begins at a token: the token after it and its value, or None."""
    state = Group()
    saved: tuple[Group, int] | None = None
    at = end = first
    joined = False
    meanings = tokens.meanings
    count = len(meanings)
    for _ in range(LONGEST_CARDINAL):
        if at >= count:
            break
        roles = meanings[at]
        if not _take(state, roles, joined, style, at == first):
            if saved is not None and ("hundred" in roles or "mult" in roles):
                state, end = saved
            break
        end = at = at + 1
        # what may stand before the next part
        look, joined = at, False
        while look < count and look - at < 4:
            roles = meanings[look]
            if " " in roles or (style.hyphen and "=-" in roles):
                look += 1
            elif style.joiner in roles and not joined:
                joined = True
                look += 1
            else:
                break
        if look >= count or (look == at and not joined and not _sticks(meanings[at])):
            break
        if joined:
            saved = (Group(**{f: getattr(state, f) for f in Group.__slots__}), end)
        at = look
    if end == first:
        return None
    value = state.value
    if state.only_digits and not state.spoken:
        return None
    if value == int(value):
        value = int(value)
    elif state.step == 1:
        state.step = 0.1  # "anderthalb"
    return end, Number(
        value, state.step, name=tokens.text[tokens.starts[first] : tokens.starts[end]]
    )


def _sticks(roles: Roles) -> bool:
    return "mult" in roles


def _take(state: Group, roles: Roles, joined: bool, style: Style, first: bool) -> bool:
    """Put one more word to the number; False where the number cannot go on with it."""
    group = int(state.group) if state.group == int(state.group) else -1
    if style.joined_only and not first and not joined:
        # without "and" a word multiplies, or makes a teen
        if style.teen_after and roles.get("small") == 10 and 0 < group % 100 < 10:
            state.group += 10
            return True
        if "mult" not in roles and "hundred" not in roles and "dozen" not in roles:
            return False
    if "dual" in roles and ("mult" not in roles or first):
        value = roles["dual"]
        if state.open or value / 2 >= state.top:
            return False
        state.total += value
        state.top = value / 2
        state.spoken = True
        return True
    if "small" in roles:
        value = roles["small"]
        if value == 0 and not first:
            return False
        below = group % 100
        if (
            state.open
            and group >= 0
            and not (
                (value < 10 and below >= 20 and below % 10 == 0)
                or (below == 0 and group > 0)
                or (below in style.scores and 10 <= value < 20)
            )
        ):
            return False
        if group < 0 or (state.open and group == 0 and not state.total):
            return False
        state.group += value
    elif "tens" in roles:
        value = roles["tens"]
        if group < 0:
            return False
        if style.four_twenties and value == 20 and group % 100 == 4:
            state.group += 76
        elif style.unit_first and joined and 0 < group % 100 < 10:
            state.group += value
        elif state.open and group % 100:
            return False
        else:
            state.group += value
    elif "hundreds" in roles:
        if state.open:
            return False
        state.group = roles["hundreds"]
    elif "hundred" in roles:
        if state.open and not 0 < state.group < 100:
            return False
        state.group = (state.group if state.open else 1) * 100
        state.step *= 100 if state.rough else 1
    elif "dozen" in roles:
        if not state.open and (not first or "orders" in roles or "counted" in roles):
            return False
        state.group = (state.group if state.open else 1) * roles["dozen"]
    elif "mult" in roles:
        factor = roles["mult"]
        if first and "orders" in roles:
            return False  # "millions", "тысячи": an order, no number
        if factor < state.top:
            if not state.open and not first:
                # "a thousand million"
                if state.total == 0:
                    return False
                state.total *= factor
                state.spoken = True
                return True
            state.total += (state.group if state.open else 1) * factor
        elif not state.open and state.total:
            state.total *= factor  # "hundred thousand million"
        elif state.open and state.total and not joined and state.total < factor:
            state.total = (
                state.total + state.group
            ) * factor  # "two thousand five hundred million"
        else:
            return False
        if state.rough:
            state.step *= factor
        state.group, state.open, state.top = 0, False, factor
        state.spoken = True
        return True
    elif "num" in roles and ("dg" in roles or roles["num"].digits):
        number: Number = roles["num"]
        if number.fraction:
            return False
        if state.open:
            # "3 hundred and 21"
            whole = joined and style.joins_digits and number.whole and number.value < 100
            if not whole or state.group % 100 or not state.group:
                return False
            state.group += number.value
            return True
        if not first:
            return False
        state.group = number.value
        state.step = number.step
        state.rough = number.step < 1
        state.only_digits = number.digits
        state.open = True
        return True
    else:
        return False
    state.open = state.spoken = True
    return True


_RULE = re.compile(r"'([^']+)'|<([^<>]+)>|\((\w+):|(\(\?[=!]|\()|(_)|( )|([*+?]|\{[\d,]+\})|(.)")


@dataclass(slots=True)
class Rule:
    """A compiled rule, and letters of which a text must hold one for the rule to match at all."""

    pattern: re.Pattern[str]
    need: frozenset[str]
    builder: str = ""
    # a named part may stand in several alternatives; each has a group of its own
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)


def rule(alphabet: Alphabet, source: str, builder: str = "") -> Rule:
    """Compile a rule. `<role>` and `<a|b>` stand for tokens of a role, `'word|two words'` for
    words, `_` for space that may be missing, ` ` for space, `(name:…)` for a named part."""
    out: list[str] = []
    # one frame an open bracket: the needs of its alternatives, of the one at hand, is it optional
    frames: list[_Frame] = [_Frame()]
    groups: dict[str, tuple[str, ...]] = {}
    for match in _RULE.finditer(source):
        words, roles, name, bracket, maybe, space, count, other = match.groups()
        frame = frames[-1]
        if words is not None:
            phrases = [_phrase(alphabet, phrase) for phrase in words.split("|")]
            out.append("(?:" + "|".join(text for text, _ in phrases) + ")")
            frame.items.append(frozenset().union(*(first for _, first in phrases)))
        elif roles is not None:
            letters = _letters(alphabet, roles.split("|"))
            out.append(_class(letters))
            frame.items.append(letters)
        elif name is not None:
            group = f"{name}__{len(groups.get(name, ()))}"
            groups[name] = (*groups.get(name, ()), group)
            out.append(f"(?P<{group}>")
            frames.append(_Frame())
        elif bracket:
            look = bracket != "("
            out.append(bracket if look else "(?:")
            frames.append(_Frame(look=look))
        elif maybe or space:
            out.append(_class(_letters(alphabet, [" "])) + ("?" if maybe else ""))
            frame.items.append(None)
        elif count:
            out.append(count)
            if frame.items and count in ("?", "*"):
                frame.items[-1] = None
        elif other == "|":
            out.append("|")
            frame.close()
        elif other == ")":
            out.append(")")
            frames.pop()
            frame.close()
            need = None if frame.look else frame.need()
            frames[-1].items.append(need)
        else:
            out.append(other)
    frames[0].close()
    return Rule(re.compile("".join(out)), frames[0].need() or frozenset(), builder, groups)


@dataclass(slots=True)
class _Frame:
    """A bracket of a rule while it is compiled."""

    look: bool = False
    items: list[frozenset[str] | None] = field(default_factory=list)
    alternatives: list[frozenset[str] | None] = field(default_factory=list)

    def close(self) -> None:
        sure = [item for item in self.items if item]
        self.alternatives.append(min(sure, key=len) if sure else None)
        self.items = []

    def need(self) -> frozenset[str] | None:
        out: frozenset[str] = frozenset()
        for need in self.alternatives:
            if need is None:
                return None
            out |= need
        return out


def _phrase(alphabet: Alphabet, phrase: str) -> tuple[str, frozenset[str]]:
    """The pattern of some words, and the letters of the first of them."""
    out, first = [], frozenset[str]()
    for token in alphabet.cut.findall(phrase.replace("§", "'")):
        if token.isspace():
            out.append(_class(_letters(alphabet, [" "])))
        else:
            letters = _letters(alphabet, ["=" + alphabet.fold(token)])
            first = first or letters
            out.append(_class(letters))
    return "".join(out), first


def words_in(source: str, cut: re.Pattern[str], fold: Callable[[str], str]) -> list[str]:
    """The words that a rule names literally."""
    return [
        fold(token)
        for match in _RULE.finditer(source)
        if match.group(1)
        for phrase in match.group(1).split("|")
        for token in cut.findall(phrase.replace("§", "'"))
        if not token.isspace()
    ]


def _letters(alphabet: Alphabet, roles: list[str]) -> frozenset[str]:
    return frozenset(letter for role in roles for letter in alphabet.letters_with(role))


def _class(letters: frozenset[str]) -> str:
    if not letters:
        return "(?!)"
    return "[" + "".join(sorted(letters)) + "]"
