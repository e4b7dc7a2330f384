"""Which lines of a web page are its main text, and which stand around it.

Two looks, both cheap. While the tree is walked, an element is hidden by its attributes, and beside
the main text by its tag, role or class. Then, line by line, links give menus away: a line that is
mostly links is boilerplate, a long one that is not is main text, and short ones go with what stands
around them (after Kohlschütter, Fankhauser and Nejdl, Boilerplate Detection Using Shallow Text
Features, 2010). A page that would be boilerplate altogether has none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, Protocol

from assay.model.reading import RegionKind

TAGS = frozenset(("nav", "header", "footer", "aside", "main", "article", "template"))
_ROLES = frozenset(("navigation", "banner", "contentinfo", "complementary", "search", "menu"))
_CLASS = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|menubar|sidebar|footer|breadcrumbs?|cookies?|toolbar"
    r"|pagination|masthead|skip-?link)(?:$|[\s_-])",
    re.IGNORECASE,
)
_UNSEEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_LONG = 80  # characters of a line that is text for itself
_ENOUGH = 140  # characters of main text below which a page is taken as a list of links
_WHOLE = ("html", "body")


class Lines(Protocol):
    """A page's lines with what was seen of each."""

    lines: list[str]
    kinds: list[RegionKind | None]
    linked: list[int]
    titled: list[bool]
    main: bool


def kind_of(tag: str, attributes: dict[str, Any], within: list[tuple[int, str]]) -> str:
    """hidden, boilerplate, main or "" for an element; `within`: (identity, kind) around it."""
    if tag == "template" or "hidden" in attributes:
        return "hidden"
    style = attributes.get("style")
    if style and _UNSEEN.search(style):
        return "hidden"
    role = attributes.get("role")
    if tag in ("main", "article") or role in ("main", "article"):
        return "" if _inside("boilerplate", within) else "main"
    if tag in ("nav", "aside") or role in _ROLES:
        return "boilerplate"
    if tag in ("header", "footer"):
        return "" if _inside("main", within) else "boilerplate"
    if tag in _WHOLE or (within and _inside("main", within)):
        return ""
    for name in ("id", "class"):
        value = attributes.get(name)
        if value and _stands_around(value):
            return "boilerplate"
    return ""


def _inside(kind: str, within: list[tuple[int, str]]) -> bool:
    return any(other == kind for _, other in within)


@lru_cache(maxsize=4096)
def _stands_around(value: str) -> bool:
    """Tell whether an id or class names a menu or the like; a page repeats its few."""
    return _CLASS.search(value) is not None


def settle(page: Lines) -> None:
    """Give every line its kind; those that are hidden keep theirs."""
    verdicts = [_verdict(page, at) for at in range(len(page.lines))]
    _settle_short(verdicts)
    good = sum(len(page.lines[at]) for at, verdict in enumerate(verdicts) if verdict == "good")
    if good < _ENOUGH:
        # no running text: only what the page itself sets apart, unless that were all of it
        rest = any(kind is None for kind in page.kinds)
        page.kinds[:] = [None if k == "boilerplate" and not rest else k for k in page.kinds]
        return
    for at, verdict in enumerate(verdicts):
        if page.kinds[at] is None and verdict == "bad":
            page.kinds[at] = "boilerplate"


def _verdict(page: Lines, at: int) -> str:
    line, kind = page.lines[at], page.kinds[at]
    if kind == "hidden":
        return "hidden"
    if kind == "boilerplate":
        return "bad"
    words = len(line.strip())
    share = page.linked[at] / max(words, 1)
    if page.titled[at]:
        return "short"
    if share > 0.5:
        return "bad" if words < 400 or share > 0.8 else "good"
    if words >= _LONG and share < 0.3:
        return "good"
    return "short"


def _settle_short(verdicts: list[str]) -> None:
    """A short line between two of one kind is of that kind; else it is main text."""
    ahead: list[str] = [""] * len(verdicts)
    last = ""
    for at in range(len(verdicts) - 1, -1, -1):
        ahead[at] = last
        if verdicts[at] in ("good", "bad"):
            last = verdicts[at]
    before = ""
    for at, verdict in enumerate(verdicts):
        if verdict == "short":
            both_bad = before != "good" and ahead[at] != "good"
            verdicts[at] = "bad" if both_bad and "bad" in (before, ahead[at]) else "near"
        elif verdict in ("good", "bad"):
            before = verdict
