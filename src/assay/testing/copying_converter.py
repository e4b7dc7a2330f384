"""The port `Converter` without any program: it hands out copies that it was given.

For tests of rooms above. A type that it was given no copy for is `damaged`.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping
from pathlib import Path

from assay.ports import Card, Converted


class CopyingConverter:
    """`copies`: media type -> (ending, bytes of the copy)."""

    def __init__(self, copies: Mapping[str, tuple[str, bytes]]) -> None:
        self._copies = dict(copies)
        self.asked: list[str] = []
        self.slow = 0.0  # seconds that a copy takes

    @property
    def card(self) -> Card:
        """A card that names the types it has copies for."""
        return Card(
            name="copier",
            version="1",
            licence="AGPL-3.0-or-later",
            formats=tuple(self._copies),
        )

    @property
    def formats(self) -> frozenset[str]:
        """The types it has copies for."""
        return frozenset(self._copies)

    def convert(
        self, place: Path, media: str, scratch: Path, stop: threading.Event | None = None
    ) -> Converted:
        """The copy for this type."""
        self.asked.append(media)
        if stop is not None and (stop.is_set() or (self.slow and stop.wait(self.slow))):
            return Converted(code="skipped")
        if media not in self._copies or not place.exists():
            return Converted(code="damaged", detail="no copy")
        ending, body = self._copies[media]
        made = scratch / f".office-{uuid.uuid4().hex}.{ending}"
        made.write_bytes(body)
        return Converted(place=made)
