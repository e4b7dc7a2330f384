"""What a query is once it has been read: a tree of words, values, ranges and operators.

query.py makes it, compile.py asks the engine for it, highlight.py marks it, explain.py tells it in
words. Dates are yyyymmdd, page numbers count from 1.
"""

from __future__ import annotations

from typing import Literal

import msgspec

TEXT_FIELDS = ("path", "author", "from", "to", "subject", "meta")
VALUE_FIELDS = ("type", "lang", "tag", "exhibit", "has", "in", "folder")
RANGE_FIELDS = ("date", "page")
FIELDS = TEXT_FIELDS + VALUE_FIELDS + RANGE_FIELDS
HAS = ("note", "finding", "problem", "ocr")


Kind = Literal["plain", "prefix", "fuzzy", "regex", "exact"]


class Item(msgspec.Struct, frozen=True):
    """One piece of a phrase as it was typed: a word, a prefix, a fuzzy word, a pattern."""

    kind: Kind
    text: str
    edits: int = 0


class Words(msgspec.Struct, frozen=True, tag=True):
    """A word or phrase in the page's text (`field` "") or in a field of text.

    The items follow each other in this order with at most `slop` other tokens in all between.
    """

    items: tuple[Item, ...]
    slop: int = 0
    field: str = ""
    quoted: bool = False


class Value(msgspec.Struct, frozen=True, tag=True):
    """A field that holds a value: type, lang, tag, exhibit, has, in, folder."""

    field: str
    value: str


class DateRange(msgspec.Struct, frozen=True, tag=True):
    """yyyymmdd from `low` to `high`, both included; None for open."""

    low: int | None
    high: int | None


class PageRange(msgspec.Struct, frozen=True, tag=True):
    """Page numbers from `low` to `high`, both included; None for open."""

    low: int | None
    high: int | None


class And(msgspec.Struct, frozen=True, tag=True):
    """All of these."""

    parts: tuple[Tree, ...]


class Or(msgspec.Struct, frozen=True, tag=True):
    """Any of these."""

    parts: tuple[Tree, ...]


class Not(msgspec.Struct, frozen=True, tag=True):
    """Everything but this."""

    part: Tree


Tree = Words | Value | DateRange | PageRange | And | Or | Not


def leaves_of(tree: Tree, wanted: bool = True) -> list[Words]:
    """The words and phrases in the text of pages that make a page a hit: none under NOT."""
    if isinstance(tree, Words):
        return [tree] if wanted and not tree.field else []
    if isinstance(tree, And | Or):
        return [leaf for part in tree.parts for leaf in leaves_of(part, wanted)]
    if isinstance(tree, Not):
        return leaves_of(tree.part, not wanted)
    return []
