"""A plugin of pytest that keeps what the tests of the readers read, as seeds of the fuzz run.

`ASSAY_SEEDS=DIR pytest -p seeds tests/extract` (with `PYTHONPATH=fuzz`) writes every exhibit of
at most 64 KiB that a test gives to `read` into DIR, by parser. So each fixture that a maker can
make is a seed, without a list that somebody would have to keep.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import tempfile
from pathlib import Path

from assay.extract import types
from targets import targets

LARGEST = 64 << 10
_FILE_OF = {media: file for file, media_s in targets().items() for media in media_s}
_sniff = types.sniff


def _keep(path: Path, suffix: str) -> str:
    media = _sniff(path, suffix)
    file = _FILE_OF.get(media)
    if file is not None and 0 < path.stat().st_size <= LARGEST:
        body = path.read_bytes()
        folder = Path(os.environ["ASSAY_SEEDS"]) / file
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha256(body).hexdigest()[:16]).write_bytes(body)
    return media


def by_hand(folder: Path) -> None:
    """Seeds of kinds whose fixtures in the tests are too large."""
    with tempfile.TemporaryDirectory() as name:
        for size in (512, 1024):
            place = Path(name, f"{size}.db")
            with contextlib.closing(sqlite3.connect(place)) as book:
                book.execute(f"PRAGMA page_size = {size}")
                book.execute("CREATE TABLE people (name TEXT, sum REAL, scan BLOB)")
                book.execute("CREATE INDEX by_name ON people (name)")
                book.execute("CREATE TABLE marks (a INTEGER PRIMARY KEY, b) WITHOUT ROWID")
                rows = [(f"person {n}" * n, n / 7, bytes(n * 40)) for n in range(20)]
                book.executemany("INSERT INTO people VALUES (?, ?, ?)", rows)
                book.executemany("INSERT INTO marks VALUES (?, ?)", [(1, "x"), (2, None)])
                book.commit()
            (folder / "sqlite").mkdir(parents=True, exist_ok=True)
            (folder / "sqlite" / place.name).write_bytes(place.read_bytes())


if "ASSAY_SEEDS" in os.environ:
    types.sniff = _keep
