"""Findings of a case, and of a file outside any: what detectors saw, as the contract gives it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from assay.errors import NotFound
from assay.model.finding import Finding

if TYPE_CHECKING:
    from assay.casework.case import Case


def finding_json(exhibit: str, path: str, finding: Finding) -> dict[str, Any]:
    """`finding` as the contract gives it."""
    value: dict[str, Any] = {
        "schema": "assay/finding/1",
        "exhibit": exhibit,
        "path": path,
        "code": finding.code,
        "notice": finding.notice,
        "where": finding.where,
        "observed": finding.observed,
        "innocent": finding.innocent,
        "suspicious": finding.suspicious,
        "limits": finding.limits,
        "by_hand": finding.by_hand,
        "page": finding.page,
        "boxes": [list(finding.boxes[n : n + 4]) for n in range(0, len(finding.boxes), 4)],
        "exact": list(finding.exact),
    }
    return value


def findings(case: Case, references: Sequence[str]) -> Iterator[dict[str, Any]]:
    """Findings of the exhibits named, of all where none is; the most urgent first.

    Raises NotFound for a name that is not in the case, before anything is given.
    """
    case.refresh()
    catalogue = case.catalogue
    rows = []
    for reference in references:
        row = catalogue.row(case.resolve(reference).exhibit)
        if row is None:
            raise NotFound(f"exhibit {reference}", "it is not in this case", "")
        rows.append(row)
    return _given(case, [row.id for row in rows] if references else [None])


def _given(case: Case, rows: Sequence[int | None]) -> Iterator[dict[str, Any]]:
    catalogue = case.catalogue
    paths: dict[int, tuple[str, str]] = {}
    for asked in rows:
        for exhibit, finding in catalogue.findings(asked):
            if exhibit not in paths:
                places = catalogue.appearances(exhibit)
                digest = catalogue.row_by_id(exhibit).digest
                paths[exhibit] = (digest, places[0].display if places else "")
            yield finding_json(*paths[exhibit], finding)
