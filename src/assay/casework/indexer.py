"""Step 5 of the path: hand pages that are new or changed to the search engine.

States of an exhibit in the catalogue: 0 not in the index as it is, 3 given to the engine, 1
committed. What was given and not committed when a run ended goes back to 0, so nothing is
lost and nothing doubled: an exhibit's old pages are removed before its new ones are added.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import NamedTuple

from assay.engines.catalogue import Catalogue, Row
from assay.index.analysis import Analysis, analyse
from assay.index.write import surroundings_of
from assay.model.reading import Metadata, Reading
from assay.ports import IndexedPage, SearchEngine
from assay.settings import Search

_BATCH = 200


class Indexer:
    """Writes the index of one case, in groups."""

    def __init__(self, catalogue: Catalogue, engine: SearchEngine, settings: Search) -> None:
        self._catalogue = catalogue
        self._engine = engine
        self._settings = settings
        self._uncommitted = 0
        self._last_commit = time.monotonic()
        self._last_look = 0.0
        self._offers: dict[int, _Offer] = {}  # exhibit -> what its reading gave already
        with catalogue.writing():
            catalogue.take_back_uncommitted()

    def add_waiting(self, now: bool = False) -> None:
        """Add what waits, about once a second; commit by pages, by time, or `now`."""
        moment = time.monotonic()
        if not now and moment - self._last_look < 0.5:
            return
        self._last_look = moment
        while rows := self._catalogue.unindexed(_BATCH):
            self._add(rows)
            if self._uncommitted >= self._settings.commit_pages:
                self._commit()
        if self._uncommitted and (
            now or moment - self._last_commit > self._settings.commit_seconds
        ):
            self._commit()

    def offer(self, exhibit: int, tokens: Sequence[tuple[str, str, str]], reading: Reading) -> None:
        """Tokens that the worker cut while it had the text; without them they are cut here."""
        if len(tokens) == len(reading.pages):
            pages = [
                (page.number, Analysis(*t)) for page, t in zip(reading.pages, tokens, strict=True)
            ]
            self._offers[exhibit] = _Offer(pages or [_NO_PAGE], reading.metadata)

    def retract(self, exhibit: int) -> None:
        """Take an offer back: the pages were changed since."""
        self._offers.pop(exhibit, None)

    def _add(self, rows: list[Row]) -> None:
        self._engine.remove(row.digest for row in rows)
        above: dict[int, tuple[str, ...]] = {}
        for row in rows:
            pages = _pages_of(self._catalogue, row, self._offers.pop(row.id, None), above)
            self._engine.add(pages)
            self._uncommitted += len(pages)
        with self._catalogue.writing():
            self._catalogue.set_indexed((row.id for row in rows), 3)

    def _commit(self) -> None:
        self._engine.commit()
        with self._catalogue.writing():
            self._catalogue.confirm_indexed()
        self._uncommitted = 0
        self._last_commit = time.monotonic()


def _pages_of(
    catalogue: Catalogue, row: Row, offer: _Offer | None, above: dict[int, tuple[str, ...]]
) -> list[IndexedPage]:
    """The pages of an exhibit as the engine stores them.

    An exhibit without any page (unread, or a bare container) gets one without words, so that
    its path, type and metadata are found all the same. `above`: containers whose ancestors are
    known already; members of one container lie together.
    """
    ancestors: dict[str, None] = {}
    paths: list[str] = []
    for display, parent in catalogue.placed(row.id):
        paths.append(display)
        if parent:
            if parent not in above:
                digest = catalogue.row_by_id(parent).digest
                above[parent] = (digest, *catalogue.ancestors(parent))
            ancestors.update(dict.fromkeys(above[parent]))
    if offer is not None:
        about = offer.metadata
        pages: list[tuple[int, Analysis, tuple[str, ...]]] = [(n, a, ()) for n, a in offer.pages]
    else:
        about, _ = catalogue.metadata(row.id)
        pages = [
            (page.number, analyse(page.text), ("ocr",) if page.source == "ocr" else ())
            for page in catalogue.pages(row.id)
        ] or [(*_NO_PAGE, ())]
    surroundings = surroundings_of(
        row.digest, paths, metadata=about, ancestors=ancestors, type=row.type,
        lang=row.language or "",
    )  # fmt: skip
    return [surroundings.page(number, body, flags) for number, body, flags in pages]


class _Offer(NamedTuple):
    """What a reading gives the index without another look into the catalogue."""

    pages: list[tuple[int, Analysis]]
    metadata: Metadata


_NO_PAGE = (1, Analysis("", "", ""))
