"""Find what stands in quotation marks, in every script, with a state machine.

One pass over the marks of a text, with a stack of those that are open. What is open at a
paragraph's end goes on only where the next paragraph opens with the same mark again (the printers'
custom), or where a mark that tells opening from closing is closed soon; otherwise it ends with its
paragraph. So a mark that was left out spoils one paragraph and never the rest of the text.
Apostrophes are told from single quotation marks by their neighbours. Marks of titles (《》) are
kept apart from marks of speech.
"""

from __future__ import annotations

import re
from typing import NamedTuple

# opening mark -> the marks that close it
PAIRS = {
    "“": "”",
    "„": "“”",
    "‟": "”",
    "«": "»",
    "‹": "›",
    "「": "」",
    "『": "』",
    "《": "》",
    "〈": "〉",
    "〝": "〞〟",
    "‘": "’",
    "‚": "‘’",
    "``": "''",
    '"': '"',
    "'": "'",
    "＂": "＂",
    "»": "«",
    "›": "‹",
}
_MIXED = frozenset('“”"')
TITLES = frozenset("《〈")
_MARK = re.compile(r"``|''|[“”„‟«»‹›「」『』《》〈〉〝〞〟‘’‚\"'＂]")
# how far beyond its paragraph an open mark may look for its end
_SOON_PARAGRAPHS = 6
_SOON_CHARS = 4_000
_DEEPEST = 8
# of a text of a sentence a line
_LINES_AHEAD = 40
_APART = frozenset("\"'’")
_BEFORE_CLOSING = frozenset(",.!?;:…-—–'’)_*")


class Quote(NamedTuple):
    """A stretch in quotation marks: the text's `[start, end)` without, `[outer, close)` with them.

    `depth` is 0 for a quotation that stands in no other. `group` is shared by the pieces of one
    quotation that goes over paragraphs. `closed` is false where the end was never marked. `title`:
    the marks are those of the titles of works.
    """

    outer: int
    start: int
    end: int
    close: int
    depth: int
    group: int
    closed: bool
    title: bool


class _Open(NamedTuple):
    mark: str
    outer: int
    start: int
    group: int


def quotes(text: str, paragraphs: list[tuple[int, int]]) -> list[Quote]:
    """All stretches in quotation marks, outer ones before those within them."""
    found: list[Quote] = []
    stack: list[_Open] = []
    marks = [
        [(mark.group(), mark.start()) for mark in _MARK.finditer(text, begin, end)]
        for begin, end in paragraphs
    ]
    groups = 0
    apart = _set_apart(text, marks)
    for number, (begin, end) in enumerate(paragraphs):
        inside = marks[number]
        skip = -1
        if stack:
            stack, skip = _carried(stack, text, paragraphs, marks, number, apart)
        straight = sum(1 for mark, _ in inside if mark == '"')
        for at, (mark, place) in enumerate(inside):
            if place <= skip:
                continue
            plain = PAIRS.get(mark, mark) in apart and _between(text, mark, place)
            if (
                mark in "'’‘"
                and not plain
                and _apostrophe(text, mark, place, stack, inside, at, end)
            ):
                continue
            closing = _closes(text, mark, place, stack, 0 if plain else straight)
            if closing is not None:
                opened = stack[closing]
                del stack[closing:]
                if place > opened.start:
                    found.append(
                        Quote(opened.outer, opened.start, place, place + len(mark), closing,
                              opened.group, True, opened.mark in TITLES)
                    )  # fmt: skip
            elif len(stack) < _DEEPEST and (
                _opens(text, mark, place, begin) or (plain and mark in PAIRS)
            ):
                groups += 1
                stack.append(_Open(mark, place, place + len(mark), groups))
        if stack:
            for depth, opened in enumerate(stack):
                if end > opened.start and (opened.mark not in "'‘‚" or PAIRS[opened.mark] in apart):
                    found.append(
                        Quote(opened.outer, opened.start, end, end, depth, opened.group, False,
                              opened.mark in TITLES)
                    )  # fmt: skip
            stack = [
                opened
                for opened in stack
                if opened.mark not in "'‘‚" or PAIRS[opened.mark] in apart
            ]
    found.sort(key=lambda quote: (quote.outer, -quote.close))
    return found


def _carried(
    stack: list[_Open],
    text: str,
    paragraphs: list[tuple[int, int]],
    marks: list[list[tuple[str, int]]],
    number: int,
    apart: frozenset[str],
) -> tuple[list[_Open], int]:
    """What stays open in paragraph `number`, and the place of the last repeated opening mark."""
    begin, end = paragraphs[number]
    at = begin
    while at < end and text[at].isspace():
        at += 1
    first = stack[0]
    if text.startswith(first.mark, at):
        # opened again at the paragraph's head; what was open within it starts anew there
        if first.mark in "\"'" and not (first.mark in apart or _opens(text, first.mark, at, begin)):
            return [], -1
        start = at + len(first.mark)
        return [_Open(first.mark, at, start, first.group)], at
    if first.mark in PAIRS and first.mark not in "\"'＂‘":
        left = _SOON_CHARS
        for ahead in range(number, min(number + _SOON_PARAGRAPHS, len(paragraphs))):
            for mark, place in marks[ahead][:200]:
                if place - begin > left or mark == first.mark:
                    return [], -1
                if mark in PAIRS[first.mark]:
                    return [_Open(first.mark, at, at, first.group)], -1
    closer = PAIRS[first.mark]
    if closer in apart and _ends_ahead(text, marks, number, begin, closer):
        return [_Open(first.mark, at, at, first.group)], -1
    return [], -1


def _set_apart(text: str, marks: list[list[tuple[str, int]]]) -> frozenset[str]:
    """The marks that stand between spaces, as where a text was cut into words.

    Such a straight mark does not tell whether it opens or closes: they take turns. Sentences stand
    on lines of their own there, so a quotation goes over them.
    """
    counts: dict[str, list[int]] = {}
    for some in marks:
        for mark, place in some:
            if mark in _APART:
                count = counts.setdefault(mark, [0, 0])
                # 's and ’em are no marks
                count[0] += mark == '"' or not text[place + 1 : place + 2].isalnum()
                count[1] += _between(text, mark, place)
    return frozenset(
        mark for mark, (all_of, apart) in counts.items() if apart > 1 and apart >= 0.8 * all_of
    )


def _between(text: str, mark: str, place: int) -> bool:
    """Whether a mark has a space or the text's edge on both sides."""
    end = place + len(mark)
    return (not place or text[place - 1].isspace()) and not text[end : end + 1].strip()


def _ends_ahead(
    text: str, marks: list[list[tuple[str, int]]], number: int, begin: int, closer: str
) -> bool:
    """Whether the next such mark can end what is open: a stop or a comma stands before it."""
    for ahead in range(number, min(number + _LINES_AHEAD, len(marks))):
        for mark, place in marks[ahead]:
            if mark == closer and _between(text, mark, place):
                before = text[max(0, place - 2) : place].strip()
                return place - begin < _SOON_CHARS and before[-1:] in _BEFORE_CLOSING
    return False


def _opens(text: str, mark: str, place: int, begin: int) -> bool:
    if mark not in PAIRS:
        return False
    after = text[place + len(mark) : place + len(mark) + 1]
    before = text[place - 1] if place > begin else " "
    if mark in "\"'＂":
        if not after or after.isspace():
            return False
        # 6" or 5'10" is a measure
        return not (before.isalnum() and not _wide(before))
    if mark == "»":
        return not (before.isalnum() or before in ".,!?…") and bool(after) and not after.isspace()
    return True


def _wide(letter: str) -> bool:
    return letter > "\u2e80"


def _closes(text: str, mark: str, place: int, stack: list[_Open], straight: int) -> int | None:
    """The depth of the open mark that this one closes."""
    if mark in _MIXED and stack and stack[-1].mark in _MIXED and stack[-1].mark != mark:
        # “ … " and “ … “: typed by hand, told by the spaces around
        before = text[place - 1 : place]
        after = text[place + len(mark) : place + len(mark) + 1]
        if not before.isspace() and not after.isalnum() and mark not in PAIRS[stack[-1].mark]:
            return len(stack) - 1
    if mark == "“" and stack and stack[-1].mark == "“":
        before = text[place - 1 : place]
        if before in ",.!?…" and not text[place + 1 : place + 2].isalnum():
            return len(stack) - 1
    for depth in range(len(stack) - 1, -1, -1):
        opened = stack[depth]
        if mark in PAIRS[opened.mark] and (len(mark) == len(PAIRS[opened.mark]) or mark != ""):
            if mark in '"＂' and straight % 2 and _looks_opening(text, mark, place):
                # an odd mark in this paragraph: this one begins something, the open one never ended
                del stack[depth:]
                return None
            return depth
    return None


def _looks_opening(text: str, mark: str, place: int) -> bool:
    before = text[place - 1 : place]
    after = text[place + len(mark) : place + len(mark) + 1]
    return before.isspace() and (after.isalnum() or after in "‘'(")


def _apostrophe(
    text: str,
    mark: str,
    place: int,
    stack: list[_Open],
    marks: list[tuple[str, int]],
    at: int,
    end: int,
) -> bool:
    """Whether a mark that may be a single quotation mark stands within or at a word instead."""
    before = text[place - 1 : place]
    after = text[place + 1 : place + 2]
    if before.isalnum() and after.isalnum():
        return not (_wide(before) or _wide(after))
    depth = next((d for d, o in enumerate(stack) if o.mark in "'‘‚"), None)
    if depth is not None and mark in PAIRS[stack[depth].mark]:
        if before.isspace() or (after.isalnum() and not _wide(after)):
            return True  # ’em, ’90s
        if before in "sS" and not after.isalnum():
            # "the workers’ union" within a quotation that closes later
            return after == " " and _later(text, mark, marks, at, stack[depth], end)
        return False
    if mark == "’":
        return all(o.mark != "‚" for o in stack)
    if mark == "‘":
        if any(o.mark == "‚" for o in stack):
            return False
        return after.isdigit() or not _later(text, "’", marks, at, None, end)
    # a straight one opens where a word begins and another closes it in the same paragraph
    if before.isalnum() or not after or after.isspace():
        return True
    return not _later(text, "'", marks, at, None, end)


def _later(
    text: str,
    mark: str,
    marks: list[tuple[str, int]],
    at: int,
    opened: _Open | None,
    end: int,
) -> bool:
    """Whether a mark further on in this paragraph can close a single quotation."""
    for other, place in marks[at + 1 : at + 40]:
        if opened is None and other in "‘" and mark == "’":
            return False
        if other != mark:
            if opened is not None and other in '”"':
                return False
            continue
        before = text[place - 1 : place]
        after = text[place + 1 : place + 2] if place + 1 < end else ""
        if before.isspace() or (after.isalnum() and not _wide(after)):
            continue
        if opened is not None and before in "sS" and after == " ":
            continue
        return True
    return False
