"""Numbers of list paragraphs in a Word file, counted as Word counts them.

The numbers stand nowhere in the file: a paragraph says which list and level it belongs to,
by itself or by its style, and the list says how it counts (ECMA-376 part 1, 17.9). Bullets
are no words and are left out. Lists count on across the document, as its parts are read.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from assay.extract.office import Package, attribute

LEVELS = 9
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass
class Level:
    """How one level counts: its first number, its format, its text with `%1` to `%9`."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    legal: bool = False


@dataclass
class Numbered:
    """A list: its levels, and how far each has been counted."""

    levels: dict[int, Level] = field(default_factory=dict)
    link: str = ""  # a style that holds the levels
    style: str = ""  # the style that this list is for
    counts: dict[int, int] = field(default_factory=dict)


class Lists:
    """The lists of a document, and the styles that belong to one."""

    def __init__(self, package: Package | None, main: str) -> None:
        """The lists that the part `main` relates to; without a package there are none."""
        self._lists: dict[str, Numbered] = {}
        self._numbers: dict[str, tuple[str, dict[int, int]]] = {}  # list, restarts by level
        self._restarted: set[tuple[str, int]] = set()
        self._styles: dict[str, tuple[str, int]] = {}
        if package is None:
            return
        parts = package.related(main).get("numbering", ())
        for part in parts:
            package.stream(part, _Definitions(self._lists, self._numbers))
        if self._numbers:
            styles = _Styles()
            for part in package.related(main).get("styles", ()):
                package.stream(part, styles)
            self._styles = styles.resolved()

    def __bool__(self) -> bool:
        return bool(self._numbers)

    def define(self, name: str, listed: Numbered) -> None:
        """Enter a list."""
        self._lists[name] = listed

    def refer(self, number: str, name: str, restarts: dict[int, int]) -> None:
        """Enter a number by which paragraphs name a list; `restarts`: level -> first number."""
        self._numbers[number] = (name, restarts)

    def belongs(self, style: str, number: str, level: int) -> None:
        """Enter a style whose paragraphs belong to a list."""
        self._styles[style] = (number, level)

    def knows(self, style: str) -> bool:
        """Tell whether paragraphs of a style belong to a list."""
        return style in self._styles

    def label(self, number: str, level: str, style: str) -> str:
        """The number that stands before a paragraph, "" where none does.

        `number` and `level` are what the paragraph itself says, "" where it says nothing.
        """
        given = self._styles.get(style)
        if not number and given:
            number = given[0]
        place = int(level) if level.isdecimal() else given[1] if given else 0
        found = self._numbers.get(number)
        if found is None or not 0 <= place < LEVELS:
            return ""
        owner, restarts = found
        listed = self._lists.get(owner)
        if listed is None:
            return ""
        levels = self._levels(listed)
        how = levels.get(place, Level())
        if place in restarts and (number, place) not in self._restarted:
            self._restarted.add((number, place))
            listed.counts[place] = restarts[place]
        else:
            before = listed.counts.get(place)
            listed.counts[place] = how.start if before is None else before + 1
        for deeper in [p for p in listed.counts if p > place]:
            del listed.counts[deeper]
        if how.form in ("bullet", "none"):
            return ""
        text = how.text
        for upper in range(place + 1):
            form = levels.get(upper, Level())
            count = listed.counts.get(upper, form.start)
            shown = _written(count, "decimal" if how.legal and upper != place else form.form)
            text = text.replace(f"%{upper + 1}", shown)
        return text.strip()

    def _levels(self, listed: Numbered) -> dict[int, Level]:
        """The levels of a list; some only name the style whose list has them."""
        if listed.levels or not listed.link:
            return listed.levels
        for other in self._lists.values():
            if other.style == listed.link and other.levels:
                return other.levels
        return {}


class _Definitions:
    """Reads the numbering part."""

    def __init__(
        self, lists: dict[str, Numbered], numbers: dict[str, tuple[str, dict[int, int]]]
    ) -> None:
        self._lists = lists
        self._numbers = numbers
        self._list: Numbered | None = None
        self._level: Level | None = None
        self._number = ""
        self._place = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        value = attribute(attributes, "w:val")
        if tag == "w:abstractNum":
            self._list = Numbered()
            self._lists[attribute(attributes, "w:abstractNumId")] = self._list
        elif tag == "w:num":
            self._number, self._list = attribute(attributes, "w:numId"), None
        elif tag == "w:abstractNumId" and self._number:
            self._numbers[self._number] = (value, {})
        elif tag in ("w:lvl", "w:lvlOverride"):
            given = attribute(attributes, "w:ilvl")
            self._place = int(given) if given.isdecimal() else 0
            if tag == "w:lvl" and self._list is not None:
                self._level = self._list.levels[self._place] = Level()
        elif tag == "w:startOverride" and self._number in self._numbers:
            if value.isdecimal():
                self._numbers[self._number][1][self._place] = int(value)
        elif self._list is not None and tag in ("w:numStyleLink", "w:styleLink"):
            if tag == "w:numStyleLink":
                self._list.link = value
            else:
                self._list.style = value
        elif self._level is not None:
            self._detail(tag, value)

    def _detail(self, tag: str, value: str) -> None:
        level = self._level
        assert level is not None
        if tag == "w:start" and value.isdecimal():
            level.start = int(value)
        elif tag == "w:numFmt":
            level.form = value
        elif tag == "w:lvlText":
            level.text = value
        elif tag == "w:isLgl":
            level.legal = value not in ("0", "false", "off")

    def end(self, tag: str) -> None:
        if tag == "w:lvl":
            self._level = None
        elif tag == "w:abstractNum":
            self._list = None
        elif tag == "w:num":
            self._number = ""

    def data(self, text: str) -> None:
        pass


class _Styles:
    """Which paragraph styles belong to a list, by themselves or by the style below them."""

    def __init__(self) -> None:
        self._own: dict[str, tuple[str, str]] = {}
        self._below: dict[str, str] = {}
        self._style = ""
        self._number = self._level = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "w:style":
            self._style = attribute(attributes, "w:styleId")
            self._number = self._level = ""
        elif tag == "w:basedOn":
            self._below[self._style] = attribute(attributes, "w:val")
        elif tag == "w:numId":
            self._number = attribute(attributes, "w:val")
        elif tag == "w:ilvl":
            self._level = attribute(attributes, "w:val")

    def end(self, tag: str) -> None:
        if tag == "w:style" and (self._number or self._level):
            self._own[self._style] = (self._number, self._level)

    def data(self, text: str) -> None:
        pass

    def resolved(self) -> dict[str, tuple[str, int]]:
        """Style -> (number, level)."""
        found: dict[str, tuple[str, int]] = {}
        for style in {*self._own, *self._below}:
            number = level = ""
            at, steps = style, 0
            while at and steps < 20 and not (number and level):
                own = self._own.get(at, ("", ""))
                number, level = number or own[0], level or own[1]
                at, steps = self._below.get(at, ""), steps + 1
            if number:
                found[style] = (number, int(level) if level.isdecimal() else 0)
        return found


def _written(number: int, form: str) -> str:
    """A number in one of the forms that Word counts in; others as digits."""
    if form in ("lowerLetter", "upperLetter") and 0 < number <= 26 * 30:
        letter = chr(97 + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return letter if form == "lowerLetter" else letter.upper()
    if form in ("lowerRoman", "upperRoman") and 0 < number < 4000:
        out = ""
        for value, sign in _ROMAN:
            out += sign * (number // value)
            number %= value
        return out if form == "lowerRoman" else out.upper()
    if form == "decimalZero":
        return f"{number:02d}"
    if form == "ordinal":
        ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
        return f"{number}{'th' if number % 100 in (11, 12, 13) else ending}"
    return "" if form in ("bullet", "none") else str(number)
