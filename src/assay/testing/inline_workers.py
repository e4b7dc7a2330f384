"""The port `Workers` without any process: tasks run in the caller, one at each fetch.

For tests of rooms above, which want the same answers without the start of a process. There
is no jail and no limit, and `jail()` says so; a task that hangs hangs the caller.
"""

from __future__ import annotations

import importlib
import time
from collections import deque
from collections.abc import Callable

from assay.ports import Jail, Outcome, Task


class InlineWorkers:
    """Does the tasks of an entry module in this process, in the order of their submission."""

    def __init__(self, entry: str) -> None:
        module = importlib.import_module(entry)
        prepare = getattr(module, "prepare", None)
        if prepare is not None:
            prepare()
        self._tasks: dict[str, Callable[[bytes], bytes]] = dict(module.TASKS)
        self._queue: deque[Task] = deque()
        self._skipped: deque[Outcome] = deque()

    def submit(self, task: Task) -> None:
        """Queue a task."""
        if any(queued.id == task.id for queued in self._queue):
            raise ValueError(f"task {task.id} is pending already")
        self._queue.append(task)

    def outcomes(self, timeout: float | None = None) -> list[Outcome]:
        """Do the next task; [] when nothing is pending. `timeout` is not held."""
        if self._skipped:
            return [self._skipped.popleft()]
        return [self._do(self._queue.popleft())] if self._queue else []

    def pending(self) -> int:
        """Tasks whose outcome was not fetched yet."""
        return len(self._queue) + len(self._skipped)

    def running(self) -> list[tuple[int, float]]:
        """Nothing runs between two calls."""
        return []

    def skip(self, task: int) -> bool:
        """Take a task out of the queue. False where it is not pending."""
        for queued in self._queue:
            if queued.id == task:
                self._queue.remove(queued)
                self._skipped.append(Outcome(task, code="skipped"))
                return True
        return False

    def jail(self) -> Jail:
        """There is none."""
        return Jail(files="", network="", processes="", limits=False)

    def close(self) -> None:
        """Drop what is queued."""
        self._queue.clear()

    def _do(self, task: Task) -> Outcome:
        began, cpu = time.monotonic(), time.process_time()
        code = detail = ""
        body = b""
        try:
            body = self._tasks[task.kind](task.body)
        except MemoryError:
            code = "memory"
        except Exception as error:  # noqa: BLE001  a parser may raise anything
            code, detail = "crashed", type(error).__name__
        seconds = time.monotonic() - began
        return Outcome(task.id, body, code, detail, seconds, time.process_time() - cpu)
