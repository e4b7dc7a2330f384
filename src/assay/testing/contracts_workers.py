"""What every body of the port `Workers` must do.

A test module subclasses `WorkersContract` and says how to start a pool whose entry is
`assay.testing.faulty_tasks`. The laws are those that the rooms above rely on: one outcome a
task, failures as codes, and a pool that goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from assay.ports import Outcome, Task, Workers

ENTRY = "assay.testing.faulty_tasks"


def settle(workers: Workers, count: int) -> dict[int, Outcome]:
    """Fetch until `count` outcomes have come; fails where a task has two."""
    found: dict[int, Outcome] = {}
    while len(found) < count:
        news = workers.outcomes(60)
        assert news, f"{count - len(found)} tasks have no outcome"
        for outcome in news:
            assert outcome.id not in found, f"task {outcome.id} has two outcomes"
            found[outcome.id] = outcome
    return found


class WorkersContract:
    """The laws of the port."""

    def start(self) -> Workers:
        """Start a pool on `ENTRY`."""
        raise NotImplementedError

    @contextmanager
    def open(self) -> Iterator[Workers]:
        """A pool that is closed at the end."""
        workers = self.start()
        try:
            yield workers
        finally:
            workers.close()

    def test_every_task_has_one_outcome_with_its_own_answer(self) -> None:
        with self.open() as workers:
            for number in range(300):
                workers.submit(Task(number, "echo", b"%d" % number, 20.0))
            found = settle(workers, 300)
            assert {n: o.body for n, o in found.items()} == {n: b"%d" % n for n in range(300)}
            assert not any(o.code for o in found.values())
            assert workers.pending() == 0

    def test_a_pool_with_nothing_to_do_answers_at_once(self) -> None:
        with self.open() as workers:
            assert workers.outcomes(60) == []
            assert workers.pending() == 0
            assert workers.running() == []

    def test_an_exception_is_a_crash_without_the_words_of_the_exhibit(self) -> None:
        with self.open() as workers:
            workers.submit(Task(1, "fail", b"", 20.0))
            outcome = settle(workers, 1)[1]
            assert (outcome.code, outcome.body) == ("crashed", b"")
            assert "ValueError" in outcome.detail
            assert "exhibit" not in outcome.detail

    def test_a_request_for_too_much_memory_is_told_as_memory(self) -> None:
        with self.open() as workers:
            workers.submit(Task(1, "ask too much", b"", 20.0))
            workers.submit(Task(2, "echo", b"next", 20.0))
            found = settle(workers, 2)
            assert found[1].code == "memory"
            assert found[2].body == b"next"

    def test_a_kind_that_does_not_exist_is_a_crash(self) -> None:
        with self.open() as workers:
            workers.submit(Task(1, "no such kind", b"", 20.0))
            assert settle(workers, 1)[1].code == "crashed"

    def test_a_queued_task_can_be_skipped_once(self) -> None:
        with self.open() as workers:
            for number in range(20):
                workers.submit(Task(number, "sleep", b"0.02", 20.0))
            assert workers.skip(19)
            assert not workers.skip(19)
            found = settle(workers, 20)
            assert found[19].code == "skipped"
            assert all(not found[n].code for n in range(19))

    def test_what_is_not_pending_cannot_be_skipped(self) -> None:
        with self.open() as workers:
            assert not workers.skip(7)

    def test_a_large_body_goes_in_and_comes_back_whole(self) -> None:
        with self.open() as workers:
            large = bytes(range(256)) * 40_000
            for number in range(3):
                workers.submit(Task(number, "echo", large, 20.0))
            assert all(o.body == large for o in settle(workers, 3).values())

    def test_a_second_close_does_nothing(self) -> None:
        with self.open() as workers:
            workers.submit(Task(1, "sleep", b"0.01", 20.0))
            workers.close()
