"""What a detector is given: the bytes, what they are, and what reading found in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from assay.model.reading import Metadata
from assay.settings import Limits


class Unfinished(Exception):
    """A detector met a limit, and names its setting after it gave what it found."""


@dataclass(frozen=True)
class Subject:
    """An exhibit to be examined. `now` is this computer's clock, ISO 8601 in UTC."""

    path: Path
    type: str
    metadata: Metadata
    limits: Limits
    now: str
    passwords: tuple[str, ...] = ()
    pages: tuple[int, ...] | None = None  # those of a PDF to be looked at, from 0; None for all
    found: dict[str, str] = field(default_factory=dict)  # the first value of each name

    @classmethod
    def of(
        cls, path: Path, type: str, metadata: Metadata, limits: Limits, now: str,
        passwords: tuple[str, ...] = (), pages: tuple[int, ...] | None = None,
    ) -> Subject:  # fmt: skip
        """A subject, with the metadata as found by name."""
        found: dict[str, str] = {}
        for name, value in metadata.found:
            found.setdefault(name, value)
        return cls(path, type, metadata, limits, now, passwords, pages, found)
