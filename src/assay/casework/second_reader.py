"""Exhibits that our readers could not read, handed to another program at the end of the path.

A reading that left nothing, of a type that the converter knows, waits here until all else is
read. Then the converter makes a copy, a jailed worker reads the copy as any exhibit, and the
reading is entered under the original with what happened: `read_by_other` names the program, and
what our own reader said of a broken file stays. Members of the copy are entered below
`from the copy`, and their bytes are kept, since nobody can have them from the original again; what
the program draws by itself (thumbnails, replacements of objects) is no member.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import msgspec

from assay.casework import tasks
from assay.engines.catalogue import Waiting
from assay.extract.problems import NO_MAIN_PART, problem
from assay.model.finding import Examination
from assay.model.reading import Problem, Reading
from assay.ports import Converted, Converter

_FROM_COPY = b"from the copy"
_DRAWN = (b"Thumbnails", b"ObjectReplacements")  # folders of a copy that its program draws
_CAUSES = frozenset(("no_reader", "damaged", "truncated", "crashed", "unsupported"))


def wanted(reading: Reading) -> bool:
    """Tell whether a reading left nothing for a reason that another program could overcome.

    A package without the part that holds the document has nothing for anybody.
    """
    if any(p.detail in NO_MAIN_PART for p in reading.problems):
        return False
    return any(p.fatal and p.code in _CAUSES for p in reading.problems)


class Candidate(msgspec.Struct, frozen=True):
    """An exhibit that waits, where its bytes are, and what our reader said of it."""

    waiting: Waiting
    place: str
    reading: Reading


class SecondReader:
    """The queue before the converter, and what comes out of it."""

    def __init__(self, converter: Converter, scratch: Path, at_once: int) -> None:
        self._converter = converter
        self._scratch = scratch
        self._at_once = max(at_once, 1)
        self._queue: deque[Candidate] = deque()
        self._running: dict[Future[Converted], Candidate] = {}
        self._since: dict[int, float] = {}  # exhibit -> when it was handed over
        self._stops: dict[int, threading.Event] = {}
        self._threads: ThreadPoolExecutor | None = None
        self._formats = converter.formats

    def wants(self, reading: Reading) -> bool:
        """Tell whether a reading left nothing and the converter knows its type."""
        return wanted(reading) and reading.type in self._formats

    def keep(self, candidate: Candidate) -> None:
        """Have an exhibit wait."""
        self._queue.append(candidate)

    def keeps(self, exhibit: int) -> bool:
        """Tell whether the bytes of an exhibit are still needed here."""
        some = (*self._queue, *self._running.values())
        return any(candidate.waiting.id == exhibit for candidate in some)

    def pending(self) -> int:
        """Exhibits that wait or are with the converter."""
        return len(self._queue) + len(self._running)

    def made(self, patience: float) -> list[tuple[Candidate, Converted]]:
        """Keep the converter busy; what it has made within `patience` seconds."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self._at_once, thread_name_prefix="converter")
        while self._queue and len(self._running) < self._at_once:
            candidate = self._queue.popleft()
            stop = self._stops[candidate.waiting.id] = threading.Event()
            self._since[candidate.waiting.id] = time.monotonic()
            task = self._threads.submit(
                self._converter.convert,
                Path(candidate.place),
                candidate.reading.type,
                self._scratch,
                stop,
            )
            self._running[task] = candidate
        done, _ = wait(self._running, patience, return_when=FIRST_COMPLETED)
        for task in done:
            exhibit = self._running[task].waiting.id
            self._since.pop(exhibit, None)
            self._stops.pop(exhibit, None)
        return [(self._running.pop(task), task.result()) for task in done]

    def running(self) -> list[tuple[int, str, float]]:
        """(exhibit, digest, seconds) of what is with the converter now."""
        now = time.monotonic()
        some = [candidate.waiting for candidate in self._running.values()]
        return [(w.id, w.digest, now - self._since.get(w.id, now)) for w in some]

    def skip(self, exhibit: int) -> list[Candidate] | None:
        """Let an exhibit wait no more, or end its copy; None where it is not here.

        Gives those that waited; a copy that was begun comes out of `made` as `skipped`.
        """
        waited = [c for c in self._queue if c.waiting.id == exhibit]
        for candidate in waited:
            self._queue.remove(candidate)
        stop = self._stops.get(exhibit)
        if stop is not None:
            stop.set()
        return waited if waited or stop is not None else None

    def close(self) -> None:
        """Stop taking on, and end what runs."""
        self._queue.clear()
        for stop in self._stops.values():
            stop.set()
        if self._threads is not None:
            self._threads.shutdown(wait=True, cancel_futures=True)
            self._threads = None

    def entered(self, candidate: Candidate, answer: tasks.ReadAnswer) -> tasks.ReadAnswer | None:
        """The reading of the copy as one of the original; None where the copy gave no words."""
        copy = answer.reading
        if not copy.text.strip():
            return None
        name = self.name
        kept = [
            msgspec.structs.replace(p, fatal=False)
            for p in candidate.reading.problems
            if p.code != "no_reader"
        ]
        problems: list[Problem] = [problem("read_by_other", "", name), *kept, *copy.problems]
        members = tuple(
            msgspec.structs.replace(m, name=(_FROM_COPY, *m.name), secret=True)
            for m in copy.members
            if not m.name[0].startswith(_DRAWN)
        )
        found = msgspec.structs.replace(
            copy.metadata, found=(("read-by", name), *copy.metadata.found)
        )
        reading = msgspec.structs.replace(
            copy, type=candidate.reading.type, metadata=found, members=members,
            container=bool(members), expected=None, problems=tuple(problems),
        )  # fmt: skip
        return msgspec.structs.replace(
            answer, reading=reading, examination=Examination(), look=False
        )

    @property
    def name(self) -> str:
        """The program with its version, as events name it."""
        card = self._converter.card
        return f"{card.name} {card.version}"
