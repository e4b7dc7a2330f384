"""The far end of the pool: a nursery that forks workers, and what each worker does.

Started as `python -m assay.engines.jailed_worker` by engines/sandbox.py and by nobody else.
The nursery imports the entry module once, warms it up, and then forks a worker in a few
milliseconds whenever the pool asks: a crash costs a fork and not a start of Python, and the
workers share the memory of what was imported. It reads no exhibit, so it needs no jail.

A worker closes itself in, says how, and then takes tickets until it is ended. A ticket is a
task's number; the task's body lies ready in the stream beside it. The pool can take back a
ticket that no worker has begun, so a slow exhibit never holds up those queued behind it:
bodies without a ticket are passed over.

The rule: what a worker says is checked by the pool, and a worker says no words of an
exhibit but in its answer. Failures name the kind of exception and the line of our code.

Sizes are bytes, times seconds.
"""

from __future__ import annotations

import gc
import importlib
import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import msgspec

from assay.engines import jail

# A frame: the length of its head and of its body, the head in msgpack, the body as it is.
FRAME = struct.Struct("<IQ")
TICKET = struct.Struct("<Q")
HEAD_LIMIT = 1 << 16
OUT_OF_MEMORY = 77  # exit status of a worker that had no memory left to say so
COMMAND_LIMIT = 1 << 16


class Charge(msgspec.Struct, frozen=True):
    """What the pool tells the nursery at its start, as the one argument of the command."""

    entry: str
    command: int  # the number of the socket to the pool
    readable: tuple[str, ...]
    writable: tuple[str, ...]
    limit: jail.Limit
    output: int
    fences: tuple[str, ...]
    outside: tuple[str, str]
    retire: float  # share of the memory limit in use at which a worker is replaced


Tasks = dict[str, Callable[[bytes], bytes]]


# ---------------------------------------------------------------- frames


def read_exactly(descriptor: int, size: int) -> bytes:
    """Read `size` bytes. Raises EOFError where the other end is closed before that."""
    if size <= 0:
        return b""
    first = os.read(descriptor, size)
    if len(first) == size:
        return first
    parts = bytearray(first)
    while len(parts) < size:
        part = os.read(descriptor, min(size - len(parts), 1 << 20))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def write_all(descriptor: int, data: bytes | memoryview) -> None:
    """Write all of `data`, waiting where the other end is slow."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def frame(head: object, size: int) -> bytes:
    """The first bytes of a frame whose body has `size` bytes."""
    packed = msgspec.msgpack.encode(head)
    return FRAME.pack(len(packed), size) + packed


# ---------------------------------------------------------------- a worker


class Worker:
    """One jailed process: takes tickets, answers tasks, watches its own size."""

    def __init__(self, charge: Charge, tasks: Tasks, stream: int, tickets: int) -> None:
        self.charge = charge
        self.tasks = tasks
        self.stream = stream
        self.tickets = tickets
        self.size = -1  # a descriptor of /proc/self/statm, opened before the jail closes

    def serve(self) -> None:
        """Close in, then answer until the pool ends this process."""
        _raise_oom_score()
        self.size = os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
        held = jail.close_in(
            [Path(p) for p in self.charge.readable],
            [Path(p) for p in self.charge.writable],
            self.charge.limit,
            frozenset(self.charge.fences),
            self.charge.outside,
        )
        write_all(self.stream, frame(["hello", held], 0))
        ended = 0.0
        while True:
            ticket = os.read(self.tickets, TICKET.size)
            if len(ticket) != TICKET.size:
                return
            kind, body = self.take_body(TICKET.unpack(ticket)[0])
            began = time.monotonic()
            waited = began - ended if ended else 0.0
            number = TICKET.unpack(ticket)[0]
            write_all(self.stream, frame(["start", number, waited], 0))
            last = self.answer(number, kind, body, began)
            ended = time.monotonic()
            if last:
                return

    def take_body(self, number: int) -> tuple[str, bytes]:
        """The kind and body of a task, passing over those whose ticket was taken back."""
        while True:
            head_size, size = FRAME.unpack(read_exactly(self.stream, FRAME.size))
            head = msgspec.msgpack.decode(
                read_exactly(self.stream, head_size), type=tuple[int, str]
            )
            body = read_exactly(self.stream, size)
            if head[0] == number:
                return head[1], body

    def answer(self, number: int, kind: str, body: bytes, began: float) -> bool:
        """Do one task and say what became of it. True where this worker has to be replaced."""
        cpu = time.process_time()
        code = detail = ""
        found = b""
        try:
            jail.allow_cpu(self.charge.limit.cpu_seconds)
            found = self.tasks[kind](body)
            if len(found) > self.charge.output:
                code, detail = "output", f"{len(found)} bytes"
        except MemoryError:
            found, code = b"", "memory"
        except BaseException as error:  # noqa: BLE001  a parser may raise anything, also SystemExit
            code, detail = "crashed", describe(error)
            if isinstance(error, OSError) and error.errno == 12:
                code = "memory"  # ENOMEM from the kernel rather than from Python
            del error
        if code:
            found = b""
        try:
            last = code == "memory" or self.is_swollen()
            used = time.process_time() - cpu
            head = ["done", number, time.monotonic() - began, used, code, detail, last]
            write_all(self.stream, frame(head, len(found)))
            write_all(self.stream, found)
        except MemoryError:
            os._exit(OUT_OF_MEMORY)
        return last

    def is_swollen(self) -> bool:
        """True where so much memory is in use that the next task would have too little."""
        pages = int(os.pread(self.size, 64, 0).split(b" ", 1)[0])
        return pages * _PAGE > self.charge.limit.memory * self.charge.retire


_PAGE = os.sysconf("SC_PAGE_SIZE")


def _raise_oom_score() -> None:
    """Let the kernel end a worker before the program, when the machine has no memory left."""
    try:
        Path("/proc/self/oom_score_adj").write_text("800")
    except OSError:
        return  # a courtesy to the machine; the limits hold without it


def describe(error: BaseException) -> str:
    """Name an exception and the line of our code it came from, without its words."""
    place = ""
    step: TracebackType | None = error.__traceback__
    while step is not None:
        path = Path(step.tb_frame.f_code.co_filename)
        if "assay" in path.parts and path.name != Path(__file__).name:
            place = f" at {'/'.join(path.parts[-2:])}:{step.tb_lineno}"
        step = step.tb_next
    return f"{type(error).__name__}{place}"


# ---------------------------------------------------------------- the nursery


class Nursery:
    """Forks workers at the pool's word, and tells it when one has ended and how."""

    def __init__(self, charge: Charge, command: socket.socket, tasks: Tasks) -> None:
        self.charge = charge
        self.command = command
        self.tasks = tasks
        self.children: dict[int, int] = {}  # process -> the pool's name for it

    def serve(self) -> None:
        """Work until the pool closes its end."""
        reader, writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(writer)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        poll = select.poll()
        poll.register(self.command, select.POLLIN)
        poll.register(reader, select.POLLIN)
        self.say(["ready"])
        while True:
            ready = dict(poll.poll())
            if reader in ready:
                os.read(reader, 4096)
                self.bury()
            if self.command.fileno() in ready and not self.obey():
                break
        for child in list(self.children):
            os.kill(child, signal.SIGKILL)
        for child in list(self.children):
            os.waitpid(child, 0)

    def obey(self) -> bool:
        """Take one command. False where the pool is gone or wants this to end."""
        data, descriptors, _, _ = socket.recv_fds(self.command, COMMAND_LIMIT, 2)
        if not data:
            return False
        word, name = msgspec.msgpack.decode(data, type=tuple[str, int])
        if word == "spawn":
            self.spawn(name, descriptors[0], descriptors[1])
        elif word == "kill":
            # only one that was not waited for yet: its number cannot belong to another
            for child, of in self.children.items():
                if of == name:
                    os.kill(child, signal.SIGKILL)
        return word != "quit"

    def spawn(self, name: int, stream: int, tickets: int) -> None:
        """Fork a worker that owns the two descriptors."""
        nursery = os.getpid()
        child = os.fork()
        if child == 0:
            status = 1
            try:
                jail.die_with_parent()
                if os.getppid() != nursery:
                    return
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                self.command.close()
                Worker(self.charge, self.tasks, stream, tickets).serve()
                status = 0
            except MemoryError:
                status = OUT_OF_MEMORY
            finally:
                os._exit(status)
        self.children[child] = name
        os.close(stream)
        os.close(tickets)

    def bury(self) -> None:
        """Wait for those that have ended and say how."""
        while self.children:
            try:
                child, status, used = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if child == 0:
                return
            name = self.children.pop(child, None)
            if name is not None:
                cpu = used.ru_utime + used.ru_stime
                self.say(["gone", name, status, used.ru_maxrss * 1024, cpu])

    def say(self, words: list[object]) -> None:
        self.command.send(msgspec.msgpack.encode(words))


def main() -> int:
    """Start the nursery that the argument describes. Returns its exit status."""
    jail.die_with_parent()
    os.umask(0o077)
    charge = msgspec.json.decode(sys.argv[1], type=Charge)
    with socket.socket(fileno=charge.command) as command:
        command.set_inheritable(False)
        try:
            module = importlib.import_module(charge.entry)
            prepare = getattr(module, "prepare", None)
            if prepare is not None:
                prepare()
            nursery = Nursery(charge, command, dict(module.TASKS))
        except Exception as error:  # noqa: BLE001  whatever the entry raises keeps it from starting
            words = f"{type(error).__name__}: {error}"[:2000]
            command.send(msgspec.msgpack.encode(["failed", words]))
            return 1
        gc.collect()
        gc.freeze()  # keep what was imported in pages that the workers share
        nursery.serve()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
