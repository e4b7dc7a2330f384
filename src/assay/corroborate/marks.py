"""Find what stands in quotation marks in a draft.

Marks of all scripts, straight ones too. A mark that opens a further paragraph of the same
quotation goes on with it. An apostrophe is no mark: single marks count only where they stand at
the edge of a word and have a partner in the same paragraph. Offsets count code points.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import Levenshtein

from assay.corroborate.tokens import Token, tokens
from assay.corroborate.words import denial

PAIRS = {
    "“": "”",
    "„": "“”",
    "‟": "”",
    "«": "»",
    "»": "«",
    "「": "」",
    "『": "』",
    "﹁": "﹂",
    "《": "》",
    "‹": "›",
    "＂": "＂",
}
CLOSING = frozenset("”»」』﹂›")
OPENING = frozenset("“„‟«「『﹁‹")
_TITLES = frozenset("《")  # a title of a work, no utterance
_PARAGRAPH = re.compile(r"\n[^\S\n]*\n|\r\n[^\S\n]*\r\n|\u2029|\n(?=[^\S\n]*[“«「\"])")
_CLAUSE_STOP = re.compile(r"[.,;:!?—]|--")
_LONGEST = 6_000


_DOUBLED = re.compile(r"''|``")


def plain_marks(text: str) -> str:
    """A text of the same length in which doubled apostrophes, a typewriter's marks, are one mark.

    >>> plain_marks("He said, ''No.''")
    'He said,  "No." '
    """
    if "''" not in text and "``" not in text:
        return text

    def mark(match: re.Match[str]) -> str:
        before = text[match.start() - 1] if match.start() else " "
        return ' "' if before.isspace() or before in "([—-" else '" '

    return _DOUBLED.sub(mark, text)


class Quoted(NamedTuple):
    """`[start, end)` between the marks, without white space at its edges."""

    start: int
    end: int


def quoted(text: str) -> list[Quoted]:
    """The stretches in quotation marks, outermost ones alone, in order."""
    text = plain_marks(text)
    found: list[Quoted] = []
    at = 0
    length = len(text)
    while at < length:
        character = text[at]
        end = None
        if character == '"':
            end = _straight(text, at) if _may_open(text, at) else None
        elif character in PAIRS and character != "»":
            end = _partner(text, at)
        elif character == "»" and _may_open(text, at):
            end = _partner(text, at)  # »so«, as in German books
        elif character in "‘'" and _may_open(text, at):
            end = _single(text, at)
        if end is None:
            at += 1
            continue
        if character not in _TITLES:
            start, stop = at + 1, end
            while start < stop and text[start].isspace():
                start += 1
            while stop > start and text[stop - 1].isspace():
                stop -= 1
            if start < stop:
                found.append(Quoted(start, stop))
        at = end + 1
    return found


def _may_open(text: str, at: int) -> bool:
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    return not before.isalnum() and not after.isspace() and before not in ".,!?"


def _may_close(text: str, at: int) -> bool:
    before = text[at - 1] if at else " "
    after = text[at + 1] if at + 1 < len(text) else " "
    return not before.isspace() and not after.isalnum()


def _partner(text: str, at: int) -> int | None:
    """The closing mark of the opening one at `at`; marks of the same kind may nest."""
    opening, closing = text[at], PAIRS[text[at]]
    depth = 0
    place = at + 1
    limit = min(len(text), at + _LONGEST)
    while place < limit:
        character = text[place]
        if character in closing and character != opening:
            if depth == 0:
                return place
            depth -= 1
        elif character == opening:
            if opening in closing:
                return place
            if not _begins_paragraph(text, place):
                depth += 1
        elif character == '"' and closing == "”" and depth == 0 and _may_close(text, place):
            return place  # one curly, one straight: typed over
        place += 1
    return None


def _straight(text: str, at: int) -> int | None:
    place = text.find('"', at + 1, at + _LONGEST)
    while place >= 0:
        if _may_close(text, place):
            return place
        if _begins_paragraph(text, place):
            place = text.find('"', place + 1, at + _LONGEST)
            continue
        if "\n\n" in text[at:place]:
            return None  # the partner is missing: do not run into the next quotation
        place = text.find('"', place + 1, at + _LONGEST)
    return None


def _single(text: str, at: int) -> int | None:
    closing = "’'" if text[at] == "‘" else "'"
    limit = min(len(text), at + 1_500)
    stop = text.find("\n\n", at, limit)
    limit = stop if stop >= 0 else limit
    best = None
    for place in range(at + 1, limit):
        character = text[place]
        if character in closing and _may_close(text, place):
            before = text[place - 1]
            if before in ".,!?…;:" or not before.isalnum():
                return place
            if best is None:
                best = place
        elif character == text[at] and _may_open(text, place):
            break
    # "the ’90s … the boys’" is no quotation: a lone word edge needs two words between
    if best is not None and (" " in text[at:best] or text[at] == "‘"):
        return best
    return None


def _begins_paragraph(text: str, at: int) -> bool:
    line = text.rfind("\n", 0, at)
    return line >= 0 and not text[line + 1 : at].strip()


def set_apart(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The stretches of `text[start:end]` between a closing mark and the next opening one.

    "…," she said, "…": what stands between is not part of what was said. A stretch over 300
    characters is none: then two quotations stand there, not two pieces of one.
    """
    part = plain_marks(text[start:end])
    if part != text[start:end]:
        return [(low + start, high + start) for low, high in set_apart(part, 0, len(part))]
    found: list[tuple[int, int]] = []
    left: int | None = None
    last = start
    for place in range(start, end):
        character = text[place]
        if character not in _MARKS:
            continue
        if character in CLOSING or (character == '"' and _closes(text, place)):
            if left is not None:
                found.append((left, _clause_end(text, left, place)))
            left = place
        else:
            if left is None:
                # its partner was misread: back to where the clause began
                found.append((_clause_begin(text, last, place), place + 1))
            elif place - left <= 300 and (
                _ends_speech(text, left) or not _denies(text, left, place)
            ):
                found.append((left, place + 1))
            left = None
        last = place + 1
    if left is not None:
        found.append((left, _clause_end(text, left, end)))
    return found


_CUES = (
    "said says replied asked cried added told thought remarked exclaimed answered whispered"
    " continued explained began observed shouted repeated returned declared announced wrote"
).split()
_EDGE = re.compile(r"[^\w\s]")
_BEFORE_CUE, _BEHIND_CUE = 4, 9  # tokens that a reporting clause has on either side of its verb


def reporting(text: str, found: Sequence[Token]) -> list[tuple[int, int]]:
    """Reporting clauses whose quotation marks were misread: from mark to mark around such a verb.

    What the speaker says of themselves ("I said") is none, nor is what denies.
    """
    clauses: list[tuple[int, int]] = []
    for number, token in enumerate(found):
        if not _cue(token.norm):
            continue
        low = number
        while low and not _EDGE.search(text, found[low - 1].end, found[low].start):
            low -= 1
        high = number + 1
        while high < len(found) and not _EDGE.search(text, found[high - 1].end, found[high].start):
            high += 1
        inside = [one.norm for one in found[low:high]]
        if (
            number - low > _BEFORE_CUE
            or high - number > _BEHIND_CUE
            or len(inside) < 2
            or {"i", "we", "you"} & set(inside)
            or any(map(denial, inside))
        ):
            continue
        clauses.append((found[low].start, found[high - 1].end))
    return clauses


@lru_cache(maxsize=20_000)
def _cue(norm: str) -> bool:
    return any(
        abs(len(word) - len(norm)) < 2 and Levenshtein.distance(word, norm) <= len(word) // 4
        for word in _CUES
    )


_MARKS = CLOSING | OPENING | {'"'}


def _clause_end(text: str, start: int, end: int) -> int:
    """Where a reporting clause behind a closing mark ends when no mark opens again."""
    match = _CLAUSE_STOP.search(text, start + 1, min(end, start + 80))
    if match is None or _denies(text, start, match.start()):
        return start + 1
    return match.start()


def _clause_begin(text: str, start: int, end: int) -> int:
    """Where a reporting clause before an opening mark begins when no mark closed before."""
    last = None
    for found in _CLAUSE_STOP.finditer(text, max(start, end - 60), max(start, end - 2)):
        last = found
    return last.end() if last and not _denies(text, last.end(), end) else end


def _ends_speech(text: str, at: int) -> bool:
    """Whether a closing mark stands as one does before a reporting clause."""
    return at > 0 and text[at - 1] in ",.?!—-…'’"


def _denies(text: str, start: int, end: int) -> bool:
    """Whether a stretch holds a denial or a paragraph's end: it is not left out unseen."""
    return "\n\n" in text[start:end] or any(
        denial(token.norm) for token in tokens(text, start, end)
    )


def _closes(text: str, at: int) -> bool:
    before = text[at - 1] if at else " "
    return (not before.isspace() and before not in "([—-") or (
        before in "—-" and (at + 1 >= len(text) or not text[at + 1].isalnum())
    )
