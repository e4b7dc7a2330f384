"""What waits in the catalogue is found without walking what is done."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assay.engines.catalogue import Catalogue
from assay.model.reading import Page, Reading

ASKED: dict[str, Callable[[Catalogue], object]] = {
    "unread": lambda catalogue: catalogue.unread(0, 512),
    "unindexed": lambda catalogue: catalogue.unindexed(200),
    "unlogged": lambda catalogue: catalogue.unlogged(200),
    "unfinished_index": lambda catalogue: catalogue.unfinished_index(),
    "confirm_indexed": lambda catalogue: catalogue.confirm_indexed(),
    "to_look": lambda catalogue: catalogue.to_look(),
    "progress": lambda catalogue: catalogue.progress(),
    "ocr_waiting": lambda catalogue: catalogue.ocr_waiting(100),
}


def with_exhibits(count: int) -> Catalogue:
    """A catalogue of so many exhibits, all read, logged and indexed."""
    catalogue = Catalogue(":memory:")
    with catalogue.writing():
        rows = [
            catalogue.add_exhibit(f"sha256:{n:064x}", n, held=True, depth=0)[0]
            for n in range(count)
        ]
        for row in rows:
            reading = Reading("text/plain", "words", (Page(1, 0, 5),))
            catalogue.store_reading(row, reading, (None,), "", None, "", 0.0, again=False)
        catalogue.set_logged(rows)
        catalogue.set_indexed(rows)
    return catalogue


def steps(catalogue: Catalogue, ask: Callable[[Catalogue], object]) -> int:
    """How many steps SQLite takes to answer."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    catalogue._db.set_progress_handler(step, 1)
    try:
        ask(catalogue)
    finally:
        catalogue._db.set_progress_handler(None, 0)
    return taken


@pytest.mark.parametrize("name", ASKED)
def test_what_a_run_asks_all_the_time_costs_the_same_however_much_is_done(name: str) -> None:
    few, many = with_exhibits(100), with_exhibits(2000)
    for catalogue in (few, many):
        catalogue.progress()  # what is there is counted once
    assert steps(many, ASKED[name]) <= steps(few, ASKED[name]) + 20


def test_the_count_of_exhibits_follows_what_comes_and_what_is_removed() -> None:
    catalogue = with_exhibits(5)
    assert catalogue.progress() == (5, 0, 0)
    row, _ = catalogue.add_exhibit("sha256:" + "f" * 64, 1, held=True, depth=0)
    assert catalogue.progress() == (6, 1, 0)
    catalogue.remove_exhibit(row, "sha256:" + "f" * 64)
    assert catalogue.progress() == (5, 0, 0)
