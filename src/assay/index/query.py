"""Read what a person typed into a tree. Positions count code points of the query, from 0.

    query   = or
    or      = and { OR and }
    and     = not { [AND] not }              words side by side mean AND
    not     = NOT not | atom
    atom    = ( or ) | "a phrase" | "near words"~5 | name~1 | pre* | /regex/ | =exactly
            | ="Exactly this" | field:atom | field:value | date:[2017-01 TO 2018-12] | word

AND, OR and NOT are operators in capitals only. Curly and angle quotation marks are quotation
marks. A Chinese text without spaces is one phrase; so is `well-known`. `"a b"~5` finds the words
in this order with at most 5 others between them in all. `name~1` allows one edit (2 at most), for
words long enough not to match everything. `/regex/` is matched against one folded word at a time
and must match it whole; with spaces between words it is a phrase of such patterns. `=Exactly` tells
case and diacritics apart.

Whatever cannot be read raises QueryError with its place and what to write instead: a query never
answers with silence or with everything because of how it was typed.
"""

from __future__ import annotations

import datetime
import re
from typing import NoReturn

from assay.errors import QueryError
from assay.index.analysis import fold, is_unspaced, normalise, query_readings
from assay.index.pattern import Automaton, PatternError
from assay.index.tree import (
    FIELDS,
    HAS,
    VALUE_FIELDS,
    And,
    DateRange,
    Item,
    Not,
    Or,
    PageRange,
    Tree,
    Value,
    Words,
)

MAX_CHARS = 10_000
MAX_LEAVES = 1_000
MAX_DEPTH = 100

_OPEN_QUOTES = '"“”„‟«»＂'
_SPACE = re.compile(r"\s+")
_WORD = re.compile(rf"[^\s(){_OPEN_QUOTES}]+")
_FIELD = re.compile(r"([A-Za-z_]+):")
_OPERATOR = re.compile(rf"(AND|OR|NOT)(?=[\s(){_OPEN_QUOTES}]|$)")
_TILDE = re.compile(r"~(\d*)")
_PROBES = ("q", "xyzzy", "жук", "7", "شمس", "\u0915\u093f")  # what matches all of them matches all
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?\Z")


def parse(query: str) -> Tree:
    """Read a query. Raises QueryError with a position and a next step, and nothing else."""
    if len(query) > MAX_CHARS:
        raise QueryError(
            query[:80], MAX_CHARS, f"the query is longer than {MAX_CHARS} characters",
            "Use `assay names` for long lists.",
        )  # fmt: skip
    return _Parser(query).whole()


class _Parser:
    def __init__(self, query: str) -> None:
        self.query = query
        self.at = 0
        self.depth = 0
        self.leaves = 0

    def fail(self, what: str, next_step: str, at: int | None = None) -> NoReturn:
        raise QueryError(self.query, self.at if at is None else at, what, next_step)

    # ------------------------------------------------------------ structure

    def whole(self) -> Tree:
        self.skip_space()
        if self.at == len(self.query):
            self.fail("there is nothing to look for", "Type a word, or a field such as type:pdf.")
        tree = self.alternatives("")
        if self.at < len(self.query):
            self.fail("a ) without its (", "Take it out, or put the text in quotes.")
        return tree

    def alternatives(self, field: str) -> Tree:
        parts = [self.together(field)]
        while self.take_operator("OR"):
            parts.append(self.together(field))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def together(self, field: str) -> Tree:
        parts = [self.negated(field)]
        while True:
            self.skip_space()
            if self.at == len(self.query) or self.query[self.at] == ")":
                break
            if self.next_operator() == "OR":
                break
            self.take_operator("AND")
            parts.append(self.negated(field))
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def negated(self, field: str) -> Tree:
        start = self.at
        if not self.take_operator("NOT"):
            return self.atom(field)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail("too many levels of NOT and ( )", "Simplify the query.", start)
        part = self.negated(field)
        self.depth -= 1
        return Not(part)

    def atom(self, field: str) -> Tree:
        self.skip_space()
        if self.at == len(self.query) or self.query[self.at] == ")":
            self.fail(
                "a word is missing here",
                "Put a word here, or put AND, OR or NOT in quotes to look for them.",
            )
        operator = self.next_operator()
        if operator:
            self.fail(
                f"{operator} stands where a word is expected",
                f'Put a word before it, or write "{operator}" in quotes to look for it.',
            )
        if self.query[self.at] == "(":
            return self.group(field)
        if not field:
            named = _FIELD.match(self.query, self.at)
            if named:
                tree = self.fielded(named)
                if tree is not None:
                    return tree
        return self.leaf(field)

    def group(self, field: str) -> Tree:
        start = self.at
        self.at += 1
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail("too many levels of NOT and ( )", "Simplify the query.", start)
        self.skip_space()
        if self.query[self.at : self.at + 1] == ")":
            self.fail("nothing stands between ( and )", "Take them out.", start)
        tree = self.alternatives(field)
        if self.query[self.at : self.at + 1] != ")":
            self.fail("this ( is never closed", "Add a ) or take it out.", start)
        self.at += 1
        self.depth -= 1
        return tree

    # ------------------------------------------------------------ fields

    def fielded(self, named: re.Match[str]) -> Tree | None:
        """A field and its value; None where the colon belongs to a word (http://, `Re: …`)."""
        name, start = named[1].lower(), self.at
        after = self.query[named.end() : named.end() + 1]
        if name not in FIELDS:
            if not after or after.isspace() or self.query.startswith("//", named.end()):
                return None
            self.fail(
                f"there is no field `{named[1]}`",
                f"Fields are {', '.join(FIELDS)}. Put the text in quotes if it is no field.",
                start,
            )
        if not after or after.isspace() or after == ")":
            self.fail(
                f"a value is missing after `{name}:`",
                "Write it right behind the colon, without a space.",
                named.end(),
            )
        self.at = named.end()
        if name == "date":
            return self.dates()
        if name == "page":
            return self.pages()
        if after == "(":
            return self.group(name)
        return self.leaf(name)

    def bracketed(self, what: str) -> tuple[str, int, str, int]:
        """The two ends of `[a TO b]` with their positions."""
        start = self.at
        end = self.query.find("]", start)
        found = re.match(
            r"\[\s*(\S+)\s+TO\s+(\S+)\s*\]\Z", self.query[start : end + 1] if end > 0 else ""
        )
        if not found:
            self.fail(
                f"a range of {what} is not written like this",
                "Write [low TO high], with * for an open end.",
                start,
            )
        self.at = end + 1
        self.count_leaf(start)
        return found[1], start + found.start(1), found[2], start + found.start(2)

    def dates(self) -> Tree:
        start = self.at
        if self.query[start] == "[":
            low, low_at, high, high_at = self.bracketed("dates")
            lowest = None if low == "*" else self.day(low, low_at)[0]
            highest = None if high == "*" else self.day(high, high_at)[1]
            if lowest is not None and highest is not None and lowest > highest:
                self.fail("the range ends before it begins", "Turn the two dates round.", start)
            if lowest is None and highest is None:
                self.fail(
                    "a range open at both ends finds everything", "Give one end a date.", start
                )
            return DateRange(lowest, highest)
        text = self.word_text()
        return DateRange(*self.day(text, start))

    def day(self, text: str, at: int) -> tuple[int, int]:
        """The first and last day that a date stands for."""
        found = _DAY.match(fold_digits(text))
        if not found:
            self.fail("this is not read as a date", "Write 2017, 2017-03 or 2017-03-31.", at)
        year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
        try:
            datetime.date(year, month if found[2] else 1, day if found[3] else 1)
        except ValueError:
            self.fail("there is no such date", "Write 2017, 2017-03 or 2017-03-31.", at)
        if not month:
            return year * 10000 + 101, year * 10000 + 1231
        base = year * 10000 + month * 100
        return (base + day, base + day) if day else (base + 1, base + 31)

    def pages(self) -> Tree:
        start = self.at
        if self.query[start] == "[":
            low, low_at, high, high_at = self.bracketed("pages")
            lowest = None if low == "*" else self.page_number(low, low_at)
            highest = None if high == "*" else self.page_number(high, high_at)
            if lowest is not None and highest is not None and lowest > highest:
                self.fail("the range ends before it begins", "Turn the two numbers round.", start)
            return PageRange(lowest, highest)
        number = self.page_number(self.word_text(), start)
        return PageRange(number, number)

    def page_number(self, text: str, at: int) -> int:
        digits = fold_digits(text)
        if not re.fullmatch(r"[0-9]{1,9}", digits) or int(digits) < 1:
            self.fail("this is not a page number", "Write page:3 or page:[2 TO 5].", at)
        return int(digits)

    def value(self, field: str) -> Tree:
        start = self.at
        self.count_leaf(start)
        if self.query[start] in _OPEN_QUOTES:
            text = self.quoted_text().strip()
        else:
            text = self.word_text()
        if not text:
            self.fail(f"a value is missing after `{field}:`", "Write it behind the colon.", start)
        if field == "has" and text.lower() not in HAS:
            self.fail(
                f"has: does not know `{text[:40]}`", f"Write has:{', has:'.join(HAS)}.", start
            )
        if field == "exhibit" and not re.fullmatch(r"(sha256:)?[0-9a-f]{6,64}", text.lower()):
            self.fail(
                "this is not a digest",
                "Write sha256: and the hexadecimal digits, or at least the first six.",
                start,
            )
        if field in ("has", "exhibit", "type", "lang"):
            text = text.lower()
        return Value(field, text)

    # ------------------------------------------------------------ words

    def leaf(self, field: str) -> Tree:
        if field in VALUE_FIELDS:
            return self.value(field)
        start = self.at
        char = self.query[start]
        self.count_leaf(start)
        if char == "=":
            self.at += 1
            return self.exactly(field, start)
        if char in _OPEN_QUOTES:
            return self.phrase(field, start)
        if char == "/" and not self.query.startswith("//", start):
            return self.regex(field, start)
        if char == "-" and re.match(rf"-[\w{_OPEN_QUOTES}(]", self.query[start : start + 2]):
            self.fail(
                "a minus does not exclude here",
                "Write NOT before the word, or put the text in quotes.",
            )
        return self.word(field, start)

    def exactly(self, field: str, start: int) -> Tree:
        if field:
            self.fail("= looks in the text of pages only", "Leave it out behind a field.", start)
        after = self.query[self.at : self.at + 1]
        if not after or after.isspace() or after in "()":
            self.fail("a word is missing after =", 'Write =Word or ="Several words".', start)
        text = self.quoted_text() if after in _OPEN_QUOTES else self.word_text()
        self.need_tokens(text, start)
        return Words((Item("exact", text),), quoted=after in _OPEN_QUOTES)

    def phrase(self, field: str, start: int) -> Tree:
        text = self.quoted_text()
        slop = 0
        tilde = _TILDE.match(self.query, self.at)
        if tilde:
            if not tilde[1] or int(fold_digits(tilde[1])) > 1000:
                self.fail("a number from 0 to 1000 is missing after ~", 'Write "near words"~5.')
            slop = int(tilde[1])
            self.at = tilde.end()
        self.need_tokens(text, start)
        items: list[Item] = []
        plain: list[str] = []
        for piece in text.split():
            if piece.endswith("*") and len(piece) > 1 and query_readings(piece):
                if plain:
                    items.append(Item("plain", " ".join(plain)))
                    plain = []
                items.append(Item("prefix", piece[:-1]))
            else:
                plain.append(piece)
        if plain:
            items.append(Item("plain", " ".join(plain)))
        items = [item for item in items if query_readings(item.text)]
        return Words(tuple(items), slop, field, quoted=True)

    def regex(self, field: str, start: int) -> Tree:
        end = start + 1
        while end < len(self.query) and self.query[end] != "/":
            end += 2 if self.query[end] == "\\" else 1
        if end >= len(self.query):
            self.fail(
                "this / is never closed", "Write /pattern/, or put the text in quotes.", start
            )
        pattern = normalise(self.query[start + 1 : end].replace("\\/", "/"))
        self.at = end + 1
        if not pattern.strip():
            self.fail("nothing stands between / and /", "Write a pattern there.", start)
        items = []
        for piece in _split_at_spaces(pattern):
            try:
                every_word = all(map(Automaton(piece).matches, _PROBES))
            except PatternError as error:
                self.fail(str(error), error.next_step, start + 1)
            if every_word:
                self.fail("this pattern matches every word", "Put a letter into it.", start + 1)
            items.append(Item("regex", piece))
        return Words(tuple(items), 0, field)

    def word(self, field: str, start: int) -> Tree:
        text = self.word_text()
        fuzzy = re.search(r"~(\d*)\Z", text)
        if fuzzy:
            return self.fuzzy(text[: fuzzy.start()], fuzzy[1], field, start)
        if "~" in text[1:-1] and re.search(r"~\w*\Z", text):
            self.fail(
                "~ is followed by something that is no number",
                "Write name~1, or use quotes.",
                start,
            )
        stem = text.rstrip("*")
        if "*" in stem and stem.strip("*"):
            self.fail(
                "* works at the end of a word only",
                "Write a pattern: /.*word/ or /wo.*d/.",
                start + text.index("*"),
            )
        if re.search(r"\w\?\w", text):
            self.fail(
                "? stands for no letter here", "Write a pattern: /wo.d/.", start + text.index("?")
            )
        if not query_readings(text):
            what = "* alone would find everything" if set(text) == {"*"} else (
                "there is no letter or digit here, so nothing to look for"
            )  # fmt: skip
            self.fail(what, "Take it out, or write a word.", start)
        if text.endswith("*"):
            return Words((Item("prefix", stem),), 0, field)
        return Words((Item("plain", text),), 0, field)

    def fuzzy(self, text: str, digits: str, field: str, start: int) -> Tree:
        edits = int(digits) if digits else 1
        if edits not in (1, 2):
            self.fail("~ takes 1 or 2 edits behind a word", "Write name~1 or name~2.", start)
        readings = query_readings(text)
        if not readings:
            self.fail("a word is missing before ~", "Write name~1.", start)
        for tokens in readings[:1]:
            if len(tokens) > 1 or is_unspaced(tokens[0]):
                self.fail(
                    "~ works on one word of a script with spaces",
                    "Write each word with its own ~, or look for the phrase itself.", start,
                )  # fmt: skip
            if len(tokens[0]) <= 2 * edits:
                self.fail(
                    f"the word is too short for ~{edits}: it would match almost everything",
                    f"A word of {2 * edits + 1} letters or more can have {edits}.", start,
                )  # fmt: skip
        return Words((Item("fuzzy", text, edits),), 0, field)

    # ------------------------------------------------------------ pieces

    def skip_space(self) -> None:
        found = _SPACE.match(self.query, self.at)
        if found:
            self.at = found.end()

    def next_operator(self) -> str:
        self.skip_space()
        found = _OPERATOR.match(self.query, self.at)
        return found[1] if found else ""

    def take_operator(self, name: str) -> bool:
        if self.next_operator() != name:
            return False
        self.at += len(name)
        self.skip_space()
        return True

    def count_leaf(self, at: int) -> None:
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            self.fail(f"the query has more than {MAX_LEAVES} words", "Use `assay names`.", at)

    def word_text(self) -> str:
        found = _WORD.match(self.query, self.at)
        if not found:
            self.fail("a word is missing here", "Write it right behind the colon.")
        self.at = found.end()
        return found[0]

    def quoted_text(self) -> str:
        """The text between quotation marks; `\\"` stands for a mark itself."""
        start = self.at
        end = start + 1
        while end < len(self.query) and self.query[end] not in _OPEN_QUOTES:
            end += 2 if self.query[end] == "\\" else 1
        if end >= len(self.query):
            self.fail(
                "this quotation mark is never closed", "Add the closing one, or take it out.", start
            )
        self.at = end + 1
        return re.sub(r"\\(.)", r"\1", self.query[start + 1 : end])

    def need_tokens(self, text: str, at: int) -> None:
        if not query_readings(text):
            self.fail(
                "there is no letter or digit between the quotation marks", "Write a word there.", at
            )  # fmt: skip


def _split_at_spaces(pattern: str) -> list[str]:
    """Cut a pattern at spaces outside classes and groups."""
    pieces, current, inside, at = [], "", 0, 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            current += pattern[at : at + 2]
            at += 2
            continue
        if char in "([":
            inside += 1
        elif char in ")]":
            inside -= 1
        if char.isspace() and inside == 0:
            if current:
                pieces.append(current)
            current = ""
        else:
            current += char
        at += 1
    return [*pieces, current] if current else pieces


def fold_digits(text: str) -> str:
    """Digits of any script as ASCII, everything else as it is."""
    return "".join(fold(char) if char.isdecimal() else char for char in text)
