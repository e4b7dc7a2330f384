"""Which engine stands behind each port: the one place that picks."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from assay.model import places
from assay.settings import Settings

if TYPE_CHECKING:
    from assay.casework.case import Case
    from assay.ports import Converter, SearchEngine, Workers


def open_index(folder: Path, settings: Settings) -> SearchEngine:
    """The search engine of a case."""
    from assay.engines.tantivy_index import TantivyIndex
    from assay.index.analysis import ANALYSIS

    return TantivyIndex(folder, settings.search, ANALYSIS)


def make_pool(case: Case, kind: str, size: int, scratch: Path) -> Workers:
    """Jailed workers: `read` and `view` for exhibits, `ocr` for pages, `hear` for sound."""
    from assay.engines.sandbox import Pool

    limits, reading = case.settings.limits, case.settings.reading
    readable = [case.folder / places.ORIGINALS, case.folder / places.SPOOL]
    memory, cpu_seconds = limits.memory, limits.cpu_seconds
    if kind == "ocr":
        memory = limits.ocr_memory
    elif kind == "hear":
        memory, size = limits.hear_memory, 1  # it takes all cores by itself
        cpu_seconds = limits.hear_seconds * (os.cpu_count() or 1)
        readable.append(Path(reading.transcriber_model).expanduser().resolve())
    size, memory = share(reading.memory or memory_of_computer() // 2, size, memory)
    return Pool(
        "assay.casework.tasks",
        size,
        readable=readable,
        writable=[scratch],
        memory=memory,
        cpu_seconds=cpu_seconds,
        file_size=limits.member,
    )


OWN_MEMORY = 512 << 20  # bytes of the program itself: its index writer, caches, what waits


def share(budget: int, workers: int, each: int) -> tuple[int, int]:
    """(workers, bytes of each) that fit into `budget` bytes beside the program itself.

    Fewer workers before smaller ones: an exhibit that needs its limit should get it. One worker is
    always there, with what is left, 256 MiB at least.
    """
    room = max(budget - OWN_MEMORY, 256 << 20)
    return max(1, min(workers, room // max(each, 1))), min(each, room)


def memory_of_computer() -> int:
    """Bytes of main memory; 8 GiB where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (ValueError, OSError, AttributeError):
        return 8 << 30


def make_converter(settings: Settings) -> Converter | None:
    """The program that is the last resort for office files; None where there is none."""
    if settings.reading.libreoffice == "off":
        return None
    from assay.engines.libreoffice import LibreOffice, available

    if not available():
        return None
    limits = settings.limits
    return LibreOffice(limits.converter_memory, limits.converter_seconds, limits.member)


def could_convert(media: str) -> str:
    """The command that adds what could read this type, "" where nothing could."""
    from assay.engines.libreoffice import FILTERS, PACKAGES

    return PACKAGES if media in FILTERS else ""
