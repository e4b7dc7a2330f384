"""What a reader is asked: where the bytes are, what it may do, how far it may go.

`only` asks for a single member by its ordinal: all others are counted but not taken out.
`neighbours` are the files beside the exhibit that may be parts of one set with it; `volumes`
are the parts of that set in their order, the exhibit among them, () where it is no set.
`watch` is shown each page of a PDF (index, pdfium's handle) while it is loaded.
A reader gets a `Request` and a `Transcript`; it writes into the transcript as it goes, so
that whatever it got before a failure is kept.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from assay import settings
from assay.extract.volumes import Neighbour
from assay.ports import Transcriber


@dataclass(frozen=True)
class Request:
    """One reading that is asked for. `path` is the exhibit's bytes, `name` its last name."""

    path: Path
    name: bytes
    scratch: Path
    limits: settings.Limits
    options: settings.Reading
    passwords: tuple[str, ...] = ()
    depth: int = 0
    type: str = ""
    only: int | None = None
    transcriber: Transcriber | None = None
    watch: Callable[[int, Any], None] | None = None
    traits: frozenset[str] = field(default_factory=frozenset)
    neighbours: tuple[Neighbour, ...] = ()
    volumes: tuple[Path, ...] = ()
    missing: tuple[int, ...] = ()

    def aside(self, name: str) -> Path:
        """A place for a file of the reader's own; workers share the scratch folder."""
        return self.scratch / f".{name}-{os.getpid()}"

    @property
    def suffix(self) -> str:
        """The name's ending in lower case without the dot, "" for none."""
        stem, dot, ending = self.name.rpartition(b".")
        return ending.decode("ascii", "replace").lower() if dot and stem else ""
