"""Which engine stands behind each port: the one place that picks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from assay.model import places
from assay.settings import Settings

if TYPE_CHECKING:
    from assay.casework.case import Case
    from assay.ports import SearchEngine, Workers


def open_index(folder: Path, settings: Settings) -> SearchEngine:
    """The search engine of a case."""
    from assay.engines.tantivy_index import TantivyIndex
    from assay.index.analysis import ANALYSIS

    return TantivyIndex(folder, settings.search, ANALYSIS)


def make_pool(case: Case, kind: str, size: int, scratch: Path) -> Workers:
    """Jailed workers: `read` and `view` for exhibits, `ocr` for pages."""
    from assay.engines.sandbox import Pool

    limits = case.settings.limits
    return Pool(
        "assay.casework.tasks",
        size,
        readable=[case.folder / places.ORIGINALS, case.folder / places.SPOOL],
        writable=[scratch],
        memory=limits.ocr_memory if kind == "ocr" else limits.memory,
        cpu_seconds=limits.cpu_seconds,
        file_size=limits.member,
    )
