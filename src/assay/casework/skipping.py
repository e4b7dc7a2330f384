"""Skip one exhibit of a run that is going on, from wherever somebody asks.

The run looks for requests a few times a second. It ends the worker that reads the exhibit, or
passes it over when its turn comes; pages that wait for OCR wait no more. The exhibit then has
problem `skipped`, and `assay retry` reads it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.engines import requests
from assay.engines.lease import holder
from assay.errors import UsageError
from assay.model import places

if TYPE_CHECKING:
    from assay.casework.case import Case


def ask(folder: Path, digest: str) -> None:
    """Leave the request. Needs no open case, so that a key in the terminal can ask too."""
    requests.leave(folder / places.SKIP_FILE, digest)


def skip(case: Case, reference: str | dict[str, Any]) -> dict[str, Any]:
    """Ask the run that holds the case to skip an exhibit. Raises NotFound, UsageError."""
    case.refresh()
    digest = case.resolve(reference).exhibit
    held = holder(case.folder / places.LOCK_FILE)
    if held is None:
        raise UsageError(
            "skip", "nothing is being read in this case now",
            "An exhibit can be skipped while `assay add` or `assay retry` runs.",
        )  # fmt: skip
    row = case.catalogue.row(digest)
    done = row is not None and row.state == "read" and row.status != "unread"
    if done and row is not None and not case.catalogue.waits_for_ocr(row.id):
        raise UsageError(
            "skip", "this exhibit has been read already", "`assay show` has what it holds."
        )
    ask(case.folder, digest)
    shown = case.catalogue.appearances(row.id) if row is not None else []
    return {
        "schema": "assay/skip/1",
        "exhibit": digest,
        "path": shown[0].display if shown else "",
        "run": str(held.get("doing", "")),
    }
