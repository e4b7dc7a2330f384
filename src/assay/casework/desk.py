"""What the desk asks of a case beside the commands: names for digests.

Functions over `Case`, so that the door itself sees no room but casework.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.casework.case import Case


def paths_of(case: Case, digests: Iterable[str]) -> dict[str, str]:
    """The display path of the first appearance of each exhibit; "" for what is not here."""
    found: dict[str, str] = {}
    for digest in digests:
        row = case.catalogue.exhibit_id(digest) if digest else None
        places = case.catalogue.appearances(row) if row is not None else []
        found[digest] = places[0].display if places else ""
    return found


def page_holding(case: Case, digest: str, offset: int) -> int:
    """The page that holds a code point of an exhibit's whole text; 1 where there is none."""
    from assay.casework.references import page_at

    row = case.catalogue.exhibit_id(digest)
    return (page_at(case, row, offset) if row is not None else None) or 1


def statements_on(case: Case, digest: str, page: int, least: float) -> list[dict[str, Any]]:
    """The statements of a confidence of at least `least` that begin on a page."""
    from assay.casework.stating import told

    row = case.catalogue.exhibit_id(digest)
    found = told(case, row) if row is not None else None
    return [] if found is None else list(found.statements(page, least))


def meaning_of(code: str) -> str:
    """What a problem's code means, in words; the code itself where it has none here."""
    from assay.extract.problems import PROBLEMS

    kind = PROBLEMS.get(code)
    return kind.means if kind is not None else code


def display_of(path: Any) -> str:
    """The display form of a path as an event holds it; "" where it is none."""
    from assay.custody.accession import path_from_json

    try:
        return path_from_json(path).display
    except (KeyError, TypeError, ValueError):
        return ""


def check_query(query: str) -> None:
    """Raise QueryError where a query cannot be read as it was typed."""
    from assay.index.query import parse

    parse(query)
