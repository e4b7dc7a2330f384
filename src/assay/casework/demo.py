"""The demo: the sample leak, a case on it, everything read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from assay.casework.case import Case
from assay.errors import UsageError
from assay.model import places


class Leak(msgspec.Struct, frozen=True):
    """What the sample leak is: how many files, searches worth trying, what is left out and why."""

    files: int
    searches: tuple[tuple[str, str], ...]
    left_out: tuple[str, ...]
    plot: str
    draft: Path  # a draft on it in which some things are wrong


def build(
    root: Path, report: Callable[[dict[str, Any]], None] | None = None
) -> tuple[Case, Leak, dict[str, Any]]:
    """Write the sample leak below `root/leak`, a draft on it, and a case on it in `root/case`.

    Run again it goes on where it was. Raises UsageError where `root` holds something else.
    """
    from assay.testing.leak import harbour

    leak_folder, case_folder = root / "leak", root / "case"
    if root.exists() and any(root.iterdir()) and not leak_folder.is_dir():
        raise UsageError("demo", "the folder holds something else", "Name a new folder.")
    truth = harbour.build(leak_folder)
    draft = root / "draft.md"
    draft.write_text(harbour.draft(), encoding="utf-8")
    if (case_folder / places.CASE_FILE).exists():
        case = Case(case_folder)
    else:
        case = Case.init(case_folder, "Port of Varnholt")
    added = case.add(
        [leak_folder],
        channel="built by `assay demo`",
        source="the sample leak",
        report=report,
    )
    missing = sorted({f"{item.path} needs {item.package}" for item in truth.left_out})
    return (
        case,
        Leak(
            len(truth.files),
            tuple((search.query, search.why) for search in truth.searches),
            tuple(missing),
            truth.plot,
            draft,
        ),
        added,
    )
