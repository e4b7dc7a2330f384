"""Locators: W3C Web Annotation selectors that say where a passage stands.

Offsets count Unicode code points in the exhibit's whole stored text, start included,
end excluded. They never count bytes or UTF-16 units. Boxes are in points of the page,
origin at the upper left of the page as it is shown, as (left, top, right, bottom).
"""

from __future__ import annotations

import msgspec


class TextPosition(msgspec.Struct, frozen=True):
    """W3C TextPositionSelector: exact and brittle."""

    start: int
    end: int


class TextQuote(msgspec.Struct, frozen=True):
    """W3C TextQuoteSelector: tolerant and slow. `prefix` and `suffix` are up to 32 code points."""

    exact: str
    prefix: str = ""
    suffix: str = ""


class Box(msgspec.Struct, frozen=True):
    """A rectangle on a page, in points, origin at the upper left."""

    left: float
    top: float
    right: float
    bottom: float


class Locator(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a passage stands in an exhibit.

    `page` counts from 1 and is where the passage starts; a passage over a page break is one
    locator. `boxes` are on `page`. `sheet`, `row` and `column` (from 1) tell a cell; `part` a
    mail header, field or note.
    """

    exhibit: str
    position: TextPosition | None = None
    quote: TextQuote | None = None
    page: int | None = None
    boxes: tuple[Box, ...] = ()
    sheet: str | None = None
    row: int | None = None
    column: int | None = None
    part: str | None = None


class Passage(msgspec.Struct, frozen=True):
    """A derivative, a locator and the exact text that stands there."""

    locator: Locator
    exact: str
