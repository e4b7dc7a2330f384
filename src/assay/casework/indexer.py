"""Step 5 of the path: hand pages that are new or changed to the search engine.

States of an exhibit in the catalogue: 0 not in the index as it is, 3 given to the engine, 1
committed. What was given and not committed when a run ended goes back to 0, so nothing is
lost and nothing doubled: an exhibit's old pages are removed before its new ones are added.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from assay.engines.catalogue import Catalogue, Row
from assay.index.analysis import Analysis
from assay.index.write import page_for_index
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
        self._tokens: dict[int, list[Analysis]] = {}  # exhibit -> its pages, cut by a worker
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

    def offer(self, exhibit: int, tokens: Sequence[tuple[str, str, str]]) -> None:
        """Tokens that the worker cut while it had the text; without them they are cut here."""
        if tokens:
            self._tokens[exhibit] = [Analysis(*three) for three in tokens]

    def _add(self, rows: list[Row]) -> None:
        self._engine.remove(row.digest for row in rows)
        for row in rows:
            pages = pages_of(self._catalogue, row, self._tokens.pop(row.id, None))
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


def pages_of(
    catalogue: Catalogue, row: Row, tokens: list[Analysis] | None = None
) -> list[IndexedPage]:
    """The pages of an exhibit as the engine stores them.

    An exhibit without any page (unread, or a bare container) gets one without words, so that
    its path, type and metadata are found all the same.
    """
    metadata, _ = catalogue.metadata(row.id)
    paths = [place.display for place in catalogue.appearances(row.id)]
    ancestors = catalogue.ancestors(row.id)
    pages = [(p.number, p.text, p.source) for p in catalogue.pages(row.id)] or [(1, "", "native")]
    if tokens is None or len(tokens) != len(pages) or any(p[2] != "native" for p in pages):
        bodies: list[Analysis | None] = [None] * len(pages)
    else:
        bodies = list(tokens)
    return [
        page_for_index(
            row.digest,
            number,
            text,
            paths,
            metadata=metadata,
            ancestors=ancestors,
            type=row.type,
            lang=row.language or "",
            flags=("ocr",) if source == "ocr" else (),
            body=body,
        )
        for (number, text, source), body in zip(pages, bodies, strict=True)
    ]
