"""A pool of long-lived jailed processes: the body of the port `Workers`.

The pool keeps `size` workers busy. Each has a few tasks lying ready, so that it never waits
for this program; only the task that was running is lost when a worker dies, and the others
go to the next. A worker that has nothing to do takes a task that lies ready with another.

The rule: a task gets exactly one outcome, whatever its worker does. What comes from a worker
is untrusted: lengths are checked before anything is read, answers count only for the task
that was running, and anything else ends the worker.

One thread of the pool watches the clock and the workers; `submit`, `skip` and `outcomes` may
be called from any thread. Workers are started from that thread alone, because the kernel
ends them with the thread that started them: a killed program leaves none behind.

Sizes are bytes, times seconds.
"""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import msgspec

from assay.engines import jail
from assay.engines.jailed_worker import (
    COMMAND_LIMIT,
    FRAME,
    HEAD_LIMIT,
    OUT_OF_MEMORY,
    TICKET,
    Charge,
    frame,
)
from assay.errors import EngineError
from assay.ports import Jail, Outcome, Task

__all__ = ["Pool", "Waits", "probe"]

_STARTS = 3  # a worker that fails to start this often in a row never will
_LOSSES = 3  # how often a task may be handed on before it has begun
_NEAR_LIMIT = 0.7  # a worker that died with this share of its memory in use died of it


class Waits(msgspec.Struct, frozen=True):
    """Seconds that the workers waited for a task and worked on one, over all workers."""

    waiting: float
    working: float
    tasks: int

    @property
    def share(self) -> float:
        """The part of their time that workers waited, 0 to 1."""
        total = self.waiting + self.working
        return self.waiting / total if total else 0.0


class _Hello(msgspec.Struct, frozen=True, array_like=True, tag="hello"):
    jail: Jail


class _Start(msgspec.Struct, frozen=True, array_like=True, tag="start"):
    task: int
    waited: float


class _Done(msgspec.Struct, frozen=True, array_like=True, tag="done"):
    task: int
    seconds: float
    cpu_seconds: float
    code: str
    detail: str
    last: bool


_read_head = msgspec.msgpack.Decoder(_Hello | _Start | _Done).decode
_CODES = frozenset({"", "crashed", "memory", "output"})


class _Seat:
    """One worker as the pool sees it."""

    def __init__(self, name: int, stream: socket.socket, tickets: socket.socket) -> None:
        self.name = name
        self.stream = stream
        self.tickets = tickets
        self.recall: socket.socket | None = None
        self.greeted = False
        self.outgoing: deque[memoryview] = deque()
        self.incoming = bytearray()
        self.ready: dict[int, Task] = {}  # sent, not begun, in order
        self.running: Task | None = None
        self.began = 0.0
        self.closed = False  # its stream has ended
        self.status: tuple[int, int, float] | None = None  # wait status, peak memory, CPU
        self.leaving = False  # it said that it ends by itself
        self.doomed = False  # it was killed by us, and its task answered

    @property
    def load(self) -> int:
        return len(self.ready) + (self.running is not None)


class Pool:
    """Jailed workers that do the tasks of one entry module.

    `entry` names a module with `TASKS: dict[str, Callable[[bytes], bytes]]` and, where it
    wants one, a function `prepare()` that runs once before any jail is closed. `readable` and
    `writable` are the only places of the file system that a worker reaches beside the program
    itself. `memory`, `cpu_seconds` (for one task) and `output` (bytes of one answer) are
    enforced on both sides. `depth` tasks lie ready with each worker.
    """

    @property
    def size(self) -> int:
        """How many workers it keeps."""
        return self._size

    def __init__(
        self,
        entry: str,
        size: int,
        readable: Sequence[Path] = (),
        writable: Sequence[Path] = (),
        memory: int = 1 << 30,
        cpu_seconds: float = 120.0,
        output: int = 256 << 20,
        file_size: int = 4 << 30,
        depth: int = 4,
        fences: frozenset[str] = jail.FENCES,
        retire: float = 0.75,
    ) -> None:
        self._entry = entry
        self._size = max(1, size)
        self._readable = tuple(str(p.resolve()) for p in readable)
        self._writable = tuple(str(p.resolve()) for p in writable)
        self._limit = jail.Limit(memory=memory, cpu_seconds=cpu_seconds, file_size=file_size)
        self._output = output
        self._depth = max(1, depth)
        self._fences = fences
        self._retire = retire

        self._lock = threading.RLock()
        self._news = threading.Condition(self._lock)
        self._queue: deque[Task] = deque()
        self._handed_on: dict[int, int] = {}
        self._seats: dict[int, _Seat] = {}
        self._open: set[int] = set()  # tasks without an outcome
        self._outcomes: deque[Outcome] = deque()
        self._names = 0
        self._jail: Jail | None = None
        self._failures: list[str] = []
        self._broken = ""
        self._closing = False
        self._waiting = self._working = 0.0
        self._done = 0
        self._wrapped = False  # inside bubblewrap
        self._may_wrap = "bubblewrap" in fences and jail.bubblewrap() is not None
        self._nursery: subprocess.Popen[bytes] | None = None
        self._command: socket.socket | None = None
        self._is_up = False
        self._wake_reader, self._wake_writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._thread = threading.Thread(target=self._watch, name=f"pool {entry}", daemon=True)
        self._thread.start()

    # ------------------------------------------------------------ the port

    def submit(self, task: Task) -> None:
        """Queue a task; never blocks. Raises EngineError where no worker can be started."""
        with self._lock:
            self._check()
            if task.id in self._open:
                raise ValueError(f"task {task.id} is pending already")
            self._open.add(task.id)
            self._queue.append(task)
            self._feed()

    def outcomes(self, timeout: float | None = None) -> list[Outcome]:
        """Wait for at least one outcome; [] after `timeout` seconds, or when nothing is pending.

        Raises EngineError where no worker can be started.
        """
        until = None if timeout is None else time.monotonic() + timeout
        with self._news:
            while not self._outcomes and self._open:
                self._check()
                left = None if until is None else until - time.monotonic()
                if left is not None and left <= 0:
                    return []
                self._news.wait(left)
            found = list(self._outcomes)
            self._outcomes.clear()
            return found

    def pending(self) -> int:
        """Tasks whose outcome was not fetched yet."""
        with self._lock:
            return len(self._open) + len(self._outcomes)

    def running(self) -> list[tuple[int, float]]:
        """(task id, seconds since it began) of what is being worked on now."""
        now = time.monotonic()
        with self._lock:
            return [
                (seat.running.id, now - seat.began)
                for seat in self._seats.values()
                if seat.running is not None and not seat.doomed
            ]

    def skip(self, task: int) -> bool:
        """End one task now with code `skipped`. False where it has an outcome already."""
        with self._lock:
            if task not in self._open:
                return False
            for queued in self._queue:
                if queued.id == task:
                    self._queue.remove(queued)
                    break
            else:
                for seat in list(self._seats.values()):
                    if not seat.doomed and seat.running is not None and seat.running.id == task:
                        self._end(seat, "skipped")
                        return True
                    if not seat.doomed and task in seat.ready:
                        if not self._recall(seat, task):
                            # begun at this moment: the worker goes, the others move on
                            del seat.ready[task]
                            self._settle(Outcome(id=task, code="skipped"))
                            self._take_back(seat)
                        return True
            self._settle(Outcome(id=task, code="skipped"))
            return True

    def jail(self) -> Jail:
        """How the workers are held in, as the first of them found by trying.

        Waits for it to start. Raises EngineError where it cannot.
        """
        with self._news:
            while self._jail is None:
                self._check()
                self._news.wait(1.0)
            return self._jail

    def close(self) -> None:
        """End all workers. What is pending gets no outcome. Further calls do nothing."""
        with self._lock:
            if self._closing:
                return
            self._closing = True
            self._open.clear()
            self._news.notify_all()
        self._wake()
        self._thread.join(10)
        os.close(self._wake_reader)
        os.close(self._wake_writer)

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    # ------------------------------------------------------------ beyond the port

    def waits(self) -> Waits:
        """How long workers waited for tasks and how long they worked, so far."""
        with self._lock:
            return Waits(self._waiting, self._working, self._done)

    # ------------------------------------------------------------ under the lock

    def _check(self) -> None:
        if self._closing:
            raise EngineError("workers", "the pool is closed")
        if self._broken:
            raise EngineError(
                "workers", f"they do not start: {self._broken}", "Run `assay doctor`."
            )

    def _wake(self) -> None:
        try:
            os.write(self._wake_writer, b".")
        except BlockingIOError:
            pass  # it is awake already

    def _settle(self, outcome: Outcome) -> None:
        """Give a task its outcome, unless it has one."""
        if outcome.id in self._open:
            self._open.discard(outcome.id)
            self._handed_on.pop(outcome.id, None)
            self._outcomes.append(outcome)
            self._news.notify_all()

    def _feed(self) -> None:
        """Lay tasks ready with the workers, the least busy first."""
        seats = [s for s in self._seats.values() if s.greeted and not (s.doomed or s.leaving)]
        if not seats:
            return
        while self._queue:
            seat = min(seats, key=lambda s: s.load)
            if seat.load >= self._depth:
                return
            self._lay(seat, self._queue.popleft())
        for seat in seats:
            if seat.load == 0:
                self._move_to(seat, seats)

    def _lay(self, seat: _Seat, task: Task) -> None:
        seat.ready[task.id] = task
        seat.outgoing.append(memoryview(frame([task.id, task.kind], len(task.body)) + task.body))
        self._send(seat)
        try:
            seat.tickets.send(TICKET.pack(task.id))
        except OSError:
            pass  # the worker is gone; its end is noticed by its stream

    def _send(self, seat: _Seat) -> None:
        try:
            while seat.outgoing:
                sent = seat.stream.send(seat.outgoing[0])
                if sent < len(seat.outgoing[0]):
                    seat.outgoing[0] = seat.outgoing[0][sent:]
                else:
                    seat.outgoing.popleft()
        except BlockingIOError:
            self._wake()
        except OSError:
            seat.outgoing.clear()

    def _move_to(self, idle: _Seat, seats: list[_Seat]) -> None:
        """Give an idle worker a task that lies ready with another."""
        for seat in sorted(seats, key=lambda s: -len(s.ready)):
            if seat is idle or seat.running is None or not seat.ready or seat.recall is None:
                continue
            try:
                number = TICKET.unpack(seat.recall.recv(TICKET.size))[0]
            except OSError:
                continue  # the worker was quicker
            task = seat.ready.pop(number, None)
            if task is not None:
                self._lay(idle, task)
                return

    def _recall(self, seat: _Seat, number: int) -> bool:
        """Take one task back out of what lies ready with a worker. False where it has begun."""
        untouched: list[Task] = []
        while seat.recall is not None:
            try:
                ticket = seat.recall.recv(TICKET.size)
            except OSError:
                break
            task = seat.ready.pop(TICKET.unpack(ticket)[0], None)
            if task is not None:
                untouched.append(task)
        for task in untouched:
            if task.id == number:
                self._settle(Outcome(id=number, code="skipped"))
            else:
                self._lay(seat, task)
        return number not in self._open

    def _take_back(self, seat: _Seat) -> None:
        """End a worker that is needed no more, without an outcome for what it was doing."""
        if seat.running is not None:
            seat.ready = {seat.running.id: seat.running, **seat.ready}
            seat.running = None
        self._kill(seat)

    def _end(self, seat: _Seat, code: str, detail: str = "") -> None:
        """Kill a worker whose running task has come to this end."""
        if seat.running is not None:
            seconds = time.monotonic() - seat.began
            self._count(seconds)
            self._settle(Outcome(seat.running.id, code=code, detail=detail, seconds=seconds))
            seat.running = None
        self._kill(seat)

    def _kill(self, seat: _Seat) -> None:
        seat.doomed = True
        self._hand_on(seat)
        self._tell(["kill", seat.name])
        self._fill()

    def _hand_on(self, seat: _Seat) -> None:
        """Put what a worker never began back at the head of the queue."""
        back: list[Task] = []
        for task in seat.ready.values():
            times = self._handed_on.get(task.id, 0) + 1
            self._handed_on[task.id] = times
            if times >= _LOSSES and not seat.doomed:
                self._settle(Outcome(task.id, code="crashed", detail="lost with three workers"))
            elif task.id in self._open:
                back.append(task)
        seat.ready.clear()
        self._queue.extendleft(reversed(back))

    def _count(self, seconds: float) -> None:
        self._working += seconds
        self._done += 1

    # ------------------------------------------------------------ the nursery

    def _tell(self, words: list[object], descriptors: Sequence[int] = ()) -> None:
        if self._command is not None:
            try:
                socket.send_fds(self._command, [msgspec.msgpack.encode(words)], descriptors)
            except OSError:
                pass  # it is gone, which its socket says too

    def _start_nursery(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        charge = Charge(
            entry=self._entry,
            command=theirs.fileno(),
            readable=self._readable,
            writable=self._writable,
            limit=self._limit,
            output=self._output,
            fences=tuple(sorted(self._fences)),
            outside=jail.namespaces(),
            retire=self._retire,
        )
        words = [sys.executable, "-s", "-P", "-m", "assay.engines.jailed_worker"]
        words.append(msgspec.json.encode(charge).decode())
        if self._wrapped:
            places = [Path(p) for p in self._readable], [Path(p) for p in self._writable]
            words = [*jail.bubblewrap_command(*places), *words]
        try:
            self._nursery = subprocess.Popen(
                words,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=self._environment(),
                cwd="/",
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        except OSError as error:
            self._failed(f"{type(error).__name__} {error.errno}")
            ours.close()
            return
        finally:
            theirs.close()
        ours.setblocking(False)
        self._command = ours
        self._is_up = False

    def _environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        scratch = self._writable[0] if self._writable else "/nonexistent"
        return {**kept, **_ENVIRONMENT, "TMPDIR": scratch, "HOME": "/nonexistent"}

    def _failed(self, why: str) -> None:
        """Note that the nursery did not start, and give up after a few times."""
        self._failures.append(why)
        if self._wrapped:
            # bubblewrap is installed but does not work here: go on without, and say so
            self._wrapped = self._may_wrap = False
            self._failures.clear()
        elif len(self._failures) >= _STARTS:
            self._broken = self._failures[-1]
            self._news.notify_all()

    def _hear(self) -> None:
        """Take what the nursery says."""
        while self._command is not None:
            try:
                data = self._command.recv(COMMAND_LIMIT)
            except BlockingIOError:
                return
            except OSError:
                data = b""
            if not data:
                self._lose_nursery()
                return
            words = msgspec.msgpack.decode(data)
            if words[0] == "ready":
                self._is_up = True
                self._fill()
            elif words[0] == "failed":
                self._failed(str(words[1]))
                self._is_up = True  # counted once
            elif words[0] == "gone" and (seat := self._seats.get(words[1])) is not None:
                seat.status = (words[2], words[3], words[4])
                self._listen(seat)
                self._finish(seat)

    def _lose_nursery(self) -> None:
        """The nursery ended, and every worker with it."""
        if not self._is_up:
            self._failed("it ended before it was ready")
        self._stop_nursery()
        for seat in list(self._seats.values()):
            self._listen(seat)
            seat.status = seat.status or (signal.SIGKILL, 0, 0.0)
            seat.closed = True
            self._finish(seat)

    def _stop_nursery(self) -> None:
        if self._command is not None:
            self._command.close()
            self._command = None
        if self._nursery is not None:
            try:
                self._nursery.wait(5 if self._is_up else 0.2)
            except subprocess.TimeoutExpired:
                self._nursery.kill()
                self._nursery.wait()
            self._nursery = None

    def _fill(self) -> None:
        """Start workers until there are enough."""
        if self._command is None or not self._is_up or self._closing:
            return
        alive = sum(not (s.doomed or s.leaving or s.closed) for s in self._seats.values())
        for _ in range(self._size - alive):
            self._names += 1
            stream, far_stream = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
            tickets, far_tickets = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            stream.setblocking(False)
            tickets.setblocking(False)
            seat = _Seat(self._names, stream, tickets)
            # a second hold of the worker's end, to take back tickets that it has not read;
            # read without waiting, as the flag would be shared with the worker
            seat.recall = _Recall(fileno=os.dup(far_tickets.fileno()))
            self._tell(["spawn", seat.name], [far_stream.fileno(), far_tickets.fileno()])
            far_stream.close()
            far_tickets.close()
            self._seats[seat.name] = seat

    # ------------------------------------------------------------ the workers' words

    def _listen(self, seat: _Seat) -> None:
        """Take what a worker has said, as far as it has come."""
        while not seat.closed:
            try:
                untrusted = seat.stream.recv(1 << 18)
            except BlockingIOError:
                return
            except OSError:
                untrusted = b""
            if not untrusted:
                seat.closed = True
                if not seat.doomed:
                    # closed by its end or by a parser: either way it answers no more
                    self._tell(["kill", seat.name])
                return
            if seat.doomed:
                continue
            seat.incoming += untrusted
            if not self._take_frames(seat):
                seat.incoming.clear()

    def _take_frames(self, seat: _Seat) -> bool:
        """Take the whole frames that have come. False where the worker had to be ended."""
        while len(seat.incoming) >= FRAME.size:
            head_size, size = FRAME.unpack_from(seat.incoming)
            if head_size > HEAD_LIMIT:
                self._end(seat, "crashed", "its answer cannot be read")
                return False
            if size > self._output:
                self._end(seat, "output", f"{size} bytes")
                return False
            start = FRAME.size + head_size
            if len(seat.incoming) < start + size:
                return True
            try:
                head = _read_head(memoryview(seat.incoming)[FRAME.size : start])
            except (msgspec.MsgspecError, UnicodeDecodeError):
                self._end(seat, "crashed", "its answer cannot be read")
                return False
            body = bytes(memoryview(seat.incoming)[start : start + size])
            del seat.incoming[: start + size]
            if not self._take(seat, head, body):
                self._end(seat, "crashed", "it answered what it was not asked")
                return False
        return True

    def _take(self, seat: _Seat, head: _Hello | _Start | _Done, body: bytes) -> bool:
        """Act on one frame. False where it is none that this worker may send now."""
        if isinstance(head, _Hello):
            if seat.greeted:
                return False
            self._greet(seat, head.jail)
        elif isinstance(head, _Start):
            task = seat.ready.pop(head.task, None)
            if task is None or seat.running is not None:
                return False
            seat.running, seat.began = task, time.monotonic()
            self._waiting += min(max(head.waited, 0.0), 1e6)
        else:
            task = seat.running
            if task is None or head.task != task.id or head.code not in _CODES:
                return False
            seat.running = None
            seconds = time.monotonic() - seat.began
            self._count(seconds)
            self._settle(
                Outcome(task.id, body, head.code, head.detail[:500], seconds, head.cpu_seconds)
            )
            if head.last:
                seat.leaving = True
                self._hand_on_from_leaver(seat)
                self._fill()
        return True

    def _hand_on_from_leaver(self, seat: _Seat) -> None:
        back = [task for task in seat.ready.values() if task.id in self._open]
        seat.ready.clear()
        self._queue.extendleft(reversed(back))

    def _greet(self, seat: _Seat, held: Jail) -> None:
        if self._may_wrap and not self._wrapped and not held.whole:
            # a fence is missing: begin anew inside bubblewrap, before any task has run
            self._wrapped = True
            self._tell(["quit", 0])
            return
        seat.greeted = True
        self._failures.clear()
        if self._jail is None:
            self._jail = held
            self._news.notify_all()

    def _finish(self, seat: _Seat) -> None:
        """Close the account of a worker that has ended."""
        if not seat.closed or seat.status is None:
            return
        status, peak, cpu = seat.status
        if seat.running is not None:
            code, detail = _read_death(status, peak, self._limit.memory)
            seconds = time.monotonic() - seat.began
            self._count(seconds)
            self._settle(Outcome(seat.running.id, b"", code, detail, seconds, cpu))
            seat.running = None
        if not seat.greeted and not seat.doomed and not self._wrapped:
            self._failed(f"a worker ended at once ({_read_death(status, peak, 0)[1]})")
        self._hand_on(seat)
        seat.stream.close()
        seat.tickets.close()
        if seat.recall is not None:
            seat.recall.close()
        del self._seats[seat.name]
        if self._command is not None:
            self._fill()

    # ------------------------------------------------------------ the thread

    def _watch(self) -> None:
        """Keep the workers going until the pool is closed."""
        while True:
            with self._lock:
                if self._closing:
                    break
                if self._command is None and not self._broken:
                    self._start_nursery()
                self._feed()
                poll = self._poll()
                timeout = self._until_deadline()
            ready = dict(poll.poll(timeout))
            with self._lock:
                if ready.pop(self._wake_reader, None):
                    os.read(self._wake_reader, 1 << 16)
                for seat in list(self._seats.values()):
                    events = ready.get(seat.stream.fileno(), 0)
                    if events & select.POLLOUT:
                        self._send(seat)
                    if events & ~select.POLLOUT:
                        self._listen(seat)
                        self._finish(seat)
                if self._command is not None and self._command.fileno() in ready:
                    self._hear()
                self._stop_late()
        with self._lock:
            self._tell(["quit", 0])
            self._stop_nursery()
            for seat in self._seats.values():
                seat.stream.close()
                seat.tickets.close()
                if seat.recall is not None:
                    seat.recall.close()
            self._seats.clear()

    def _poll(self) -> select.poll:
        poll = select.poll()
        poll.register(self._wake_reader, select.POLLIN)
        if self._command is not None:
            poll.register(self._command, select.POLLIN)
        for seat in self._seats.values():
            if not seat.closed:
                events = select.POLLIN | (select.POLLOUT if seat.outgoing else 0)
                poll.register(seat.stream, events)
        return poll

    def _until_deadline(self) -> float | None:
        """Milliseconds until the first task has used up its time; None where none runs."""
        ends = [
            seat.began + seat.running.seconds
            for seat in self._seats.values()
            if seat.running is not None and not seat.doomed
        ]
        if not ends:
            return None if self._command is not None or self._broken else 50.0
        return max(0.0, (min(ends) - time.monotonic()) * 1000 + 1)

    def _stop_late(self) -> None:
        now = time.monotonic()
        for seat in list(self._seats.values()):
            if seat.running is None or seat.doomed or seat.closed:
                continue
            if now >= seat.began + seat.running.seconds:
                self._listen(seat)  # it may have answered at the last moment
                if seat.running is not None and now >= seat.began + seat.running.seconds:
                    self._end(seat, "timeout", f"after {seat.running.seconds:g} s")


class _Recall(socket.socket):
    """The worker's own end of its tickets, read without waiting."""

    def recv(self, size: int, flags: int = 0) -> bytes:
        return super().recv(size, flags | socket.MSG_DONTWAIT)


def _read_death(status: int, peak: int, memory: int) -> tuple[str, str]:
    """The problem code and a few words for how a worker died with a task."""
    if os.WIFEXITED(status):
        number = os.WEXITSTATUS(status)
        return ("memory", "") if number == OUT_OF_MEMORY else ("crashed", f"exit {number}")
    number = os.WTERMSIG(status)
    if number == signal.SIGXCPU:
        return "timeout", "its CPU time was used up"
    name = signal.Signals(number).name if number in set(signal.Signals) else f"signal {number}"
    if memory and peak >= memory * _NEAR_LIMIT:
        return "memory", name
    return "crashed", name


# What a worker gets of this program's environment, and what it gets set.
_PASSED_ON = ("PYTHONPATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "TZ", "VIRTUAL_ENV")
_ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "PATH": "/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",  # the same exhibit gives the same answer on the next day
    "OMP_NUM_THREADS": "1",  # a worker a core: threads inside one only wait for each other
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",  # each further arena takes 64 MiB of the address space
}


def probe(fences: frozenset[str] = jail.FENCES) -> Jail:
    """Find out what holds on this machine, by closing in a worker and trying each fence.

    Takes about a tenth of a second. Where no worker can be started at all, nothing holds.
    """
    try:
        with Pool("assay.engines.jail", 1, fences=fences) as pool:
            return pool.jail()
    except EngineError:
        return Jail(files="", network="", processes="", limits=False)
