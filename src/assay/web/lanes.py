"""Threads that each hold a `Case` of their own, so that slow work never waits before quick work.

A `Case` belongs to the thread that opened it (its catalogue is a SQLite connection). A lane is a
queue with one or more such threads. Search has a lane, drawing another, verification a third: a
page that takes a minute to draw delays other pictures, never a search or a note.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from assay.casework.case import Case

Answer = TypeVar("Answer")
_Work = tuple["Future[Any]", Callable[[Case], Any]]


class Lane:
    """A queue of work on a case with `threads` threads behind it, each with its own case."""

    def __init__(self, name: str, open_case: Callable[[], Case], threads: int = 1) -> None:
        self._open = open_case
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._threads = [
            threading.Thread(target=self._work, name=f"{name}-{number}", daemon=True)
            for number in range(threads)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, work: Callable[[Case], Answer]) -> Future[Answer]:
        """Queue work; the future holds what it returns or raises."""
        future: Future[Answer] = Future()
        self._queue.put((future, work))
        return future

    async def run(self, work: Callable[[Case], Answer]) -> Answer:
        """Do work on a case and wait for it without holding up the server."""
        return await asyncio.wrap_future(self.submit(work))

    def close(self) -> None:
        """End the threads after what is queued, and close their cases in them."""
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(timeout=10)

    def _work(self) -> None:
        case: Case | None = None
        while (item := self._queue.get()) is not None:
            future, work = item
            if not future.set_running_or_notify_cancel():
                continue  # the browser went away before its turn came
            try:
                if case is None:
                    case = self._open()
                future.set_result(work(case))
            except BaseException as error:  # noqa: BLE001 - the one who waits gets it
                future.set_exception(error)
        if case is not None:
            case.close()


class Lanes:
    """The lanes of a desk."""

    def __init__(self, open_case: Callable[[], Case]) -> None:
        self.reading = Lane("reading", open_case, 2)
        self.writing = Lane("writing", open_case)
        self.drawing = Lane("drawing", open_case)  # viewers of one case share a folder
        self.slow = Lane("slow", open_case)  # the account and the ledger of a large case
        self.verifying = Lane("verifying", open_case)

    def close(self) -> None:
        """End all lanes."""
        for lane in (self.reading, self.writing, self.drawing, self.slow, self.verifying):
            lane.close()
