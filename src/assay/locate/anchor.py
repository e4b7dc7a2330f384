"""Find a quotation again in the text it was taken from.

A locator has two parts, as in the W3C Web Annotation model: a position, exact and brittle,
and a quote with its surroundings, tolerant and slow. The position is tried first. When the
text was extracted anew and the position no longer holds, the quote must match in exactly one
place, or the answer is a failure: an anchor never guesses.

Offsets count Unicode code points in the derivative's stored text, start included, end
excluded. They never count bytes or UTF-16 units.
"""

from __future__ import annotations

import re

import msgspec

from assay.errors import AnchorLost, UsageError
from assay.model.locator import Locator, Passage, TextPosition, TextQuote

SURROUNDINGS = 32


class Anchored(msgspec.Struct, frozen=True):
    """Where a passage stands now. `moved` is true where the position had to be given up."""

    passage: Passage
    moved: bool


def locator_for(exhibit: str, text: str, start: int, end: int, page: int | None = None) -> Locator:
    """The locator of `text[start:end]`, with up to 32 code points on each side.

    Raises UsageError where the range is empty or not inside the text.
    """
    if not 0 <= start < end <= len(text):
        raise UsageError("locator", f"{start}-{end} is not a range of a text of {len(text)}", "")
    return Locator(
        exhibit=exhibit,
        position=TextPosition(start, end),
        quote=TextQuote(
            text[start:end],
            text[max(0, start - SURROUNDINGS) : start],
            text[end : end + SURROUNDINGS],
        ),
        page=page,
    )


def anchor(locator: Locator, text: str) -> Anchored:
    """The passage that a locator names in `text`.

    1. The position, where the quote's exact words stand there (or no quote is given).
    2. The exact words with their surroundings, where that is one place.
    3. The exact words, where they occur once.
    4. The same with runs of white space taken as equal, for text with other line ends.

    Raises AnchorLost where no step gives exactly one place.
    """
    position, quote = locator.position, locator.quote
    if position is not None and 0 <= position.start < position.end <= len(text):
        found = text[position.start : position.end]
        if quote is None or (found == quote.exact and _fits(quote, text, position)):
            return Anchored(Passage(locator, found), moved=False)
    if quote is None or not quote.exact:
        raise AnchorLost("locator", "its position is outside the text, and it has no quote", "")
    for places in (_with_surroundings(quote, text), _exactly(quote, text), _loosely(quote, text)):
        if len(places) == 1:
            start, end = places[0]
            there = TextPosition(start, end)
            moved = position != there
            fresh = msgspec.structs.replace(locator, position=there, boxes=())
            return Anchored(Passage(fresh, text[start:end]), moved=moved)
        if len(places) > 1:
            break  # a looser comparison cannot make it fewer
    what = "its words are not in the text" if not places else "its words stand in several places"
    raise AnchorLost("locator", what, "Open the exhibit and mark the passage again.")


def _fits(quote: TextQuote, text: str, position: TextPosition) -> bool:
    """Whether the surroundings agree, or the words are unique anyway."""
    before = text[max(0, position.start - len(quote.prefix)) : position.start]
    after = text[position.end : position.end + len(quote.suffix)]
    if before == quote.prefix and after == quote.suffix:
        return True
    return len(_exactly(quote, text)) == 1


def _with_surroundings(quote: TextQuote, text: str) -> list[tuple[int, int]]:
    whole = quote.prefix + quote.exact + quote.suffix
    start = len(quote.prefix)
    return [(at + start, at + start + len(quote.exact)) for at in _places(whole, text)]


def _exactly(quote: TextQuote, text: str) -> list[tuple[int, int]]:
    return [(at, at + len(quote.exact)) for at in _places(quote.exact, text)]


def _places(needle: str, text: str) -> list[int]:
    """The first two places of `needle`, overlapping ones too: more than one is all that counts."""
    found: list[int] = []
    at = text.find(needle)
    while at >= 0 and len(found) < 2:
        found.append(at)
        at = text.find(needle, at + 1)
    return found


def _loosely(quote: TextQuote, text: str) -> list[tuple[int, int]]:
    words = quote.exact.split()
    if not words:
        return []
    pattern = re.compile(r"\s+".join(re.escape(word) for word in words))
    found: list[tuple[int, int]] = []
    at = 0
    while len(found) < 2 and (match := pattern.search(text, at)):
        found.append(match.span())
        at = match.start() + 1
    return found
