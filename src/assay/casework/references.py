"""What a user names: an exhibit by digest, by its beginning or by path; a passage by locator.

Forms: `sha256:<64 hex>`, at least six hex digits of it, a display path, any of these with
`#START-END` (code points in the whole text) or `#page=N`, or a locator as JSON.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import msgspec

from assay.errors import NotFound, UsageError
from assay.model.exhibit import is_digest
from assay.model.locator import Locator, TextPosition, TextQuote

if TYPE_CHECKING:
    from assay.casework.case import Case

_RANGE = re.compile(r"(?P<what>.+)#(?:page=(?P<page>\d+)|(?P<start>\d+)-(?P<end>\d+))\Z", re.DOTALL)
_HEX = re.compile(r"(?:sha256:)?([0-9a-f]{6,64})\Z")


class Reference(msgspec.Struct, frozen=True):
    """An exhibit, and a passage or page in it where one was named."""

    exhibit: str
    locator: Locator | None = None
    page: int | None = None


def resolve(case: Case, reference: str | dict[str, Any]) -> Reference:
    """Find what is named. Raises NotFound, UsageError (ambiguous or malformed)."""
    if isinstance(reference, str) and reference.lstrip().startswith("{"):
        try:
            reference = json.loads(reference)
        except ValueError as error:
            raise UsageError("locator", "it is not JSON", "Copy it from `assay search --json`.") \
                from error  # fmt: skip
    if isinstance(reference, dict):
        return _from_json(case, reference)
    if match := _RANGE.match(reference):
        digest = _exhibit(case, match["what"])
        if match["page"]:
            return Reference(digest, page=int(match["page"]))
        return Reference(digest, _positioned(case, digest, int(match["start"]), int(match["end"])))
    return Reference(_exhibit(case, reference))


def _positioned(case: Case, digest: str, start: int, end: int) -> Locator:
    from assay.locate.anchor import locator_for

    row = case.catalogue.exhibit_id(digest)
    assert row is not None
    locator = locator_for(digest, case.catalogue.text(row), start, end)
    return msgspec.structs.replace(locator, page=page_at(case, row, start))


def page_at(case: Case, exhibit: int, offset: int) -> int | None:
    """The number of the page that holds this code point of the whole text."""
    number = None
    for page in case.catalogue.pages(exhibit):
        if page.start > offset:
            break
        number = page.number
    return number


def _from_json(case: Case, value: dict[str, Any]) -> Reference:
    try:
        digest = _exhibit(case, str(value["exhibit"]))
        page = int(value["page"]) if value.get("page") else None
        position = None
        if value.get("start") is not None and value.get("end") is not None:
            position = TextPosition(int(value["start"]), int(value["end"]))
        quote = None
        if value.get("exact"):
            quote = TextQuote(
                str(value["exact"]), str(value.get("prefix", "")), str(value.get("suffix", ""))
            )
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError("locator", "a field is missing or wrong", "") from error
    if position is None and quote is None:
        return Reference(digest, page=page)
    if quote is None and position is not None:
        return Reference(digest, _positioned(case, digest, position.start, position.end), page)
    return Reference(digest, Locator(digest, position, quote, page), page)


def _exhibit(case: Case, text: str) -> str:
    catalogue = case.catalogue
    if is_digest(text) and catalogue.row(text) is not None:
        return text
    if match := _HEX.match(text):
        found = catalogue.find_digests(match[1])
        if len(found) == 1:
            return found[0]
        if len(found) > 1:
            raise UsageError("exhibit", "several digests begin so", "Give more of its digits.")
    found = catalogue.find_path(text)
    if len(found) == 1:
        return found[0]
    if len(found) > 1:
        raise UsageError(
            "exhibit", "several exhibits have this path", "Name it by its digest: `assay account`."
        )
    if is_digest(text) and catalogue.is_withdrawn(text):
        raise NotFound(
            f"exhibit {text}", "it was withdrawn", "`assay ledger` says by whom and why."
        )
    raise NotFound(
        "exhibit", "this case has no exhibit of that digest or path", "`assay account` lists all."
    )


def locator_json(locator: Locator) -> dict[str, Any]:
    """A locator as the contract gives it: flat, offsets in the exhibit's whole text."""
    value: dict[str, Any] = {"exhibit": locator.exhibit}
    if locator.position is not None:
        value |= {"start": locator.position.start, "end": locator.position.end}
    if locator.quote is not None:
        value |= {
            "exact": locator.quote.exact,
            "prefix": locator.quote.prefix,
            "suffix": locator.quote.suffix,
        }
    if locator.page is not None:
        value["page"] = locator.page
    return value
