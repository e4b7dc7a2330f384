"""Measure the pool of jailed workers: waiting, throughput, and how soon it recovers.

Run as `python bench/workers.py [--size N] [--tasks N]`. Times are seconds of wall time; the
share is of the workers' own time. Goals: workers wait under 10 % of their time while there is
work, and the next task is answered within 0.3 s after a worker died.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import msgspec

from assay.casework import tasks
from assay.engines.sandbox import Pool, probe
from assay.ports import Task
from assay.settings import Limits, Reading
from assay.testing.poisoned_tasks import MARK

ENTRY = "assay.testing.faulty_tasks"


def run(size: int, kind: str, body: bytes, tasks: int) -> None:
    """Do `tasks` tasks with at most 32 a worker pending, and print what that took."""
    with Pool(ENTRY, size) as pool:
        pool.jail()
        began = time.perf_counter()
        sent = done = 0
        while done < tasks:
            while sent < tasks and pool.pending() < 32 * size:
                pool.submit(Task(sent, kind, body, 30))
                sent += 1
            done += len(pool.outcomes())
        seconds = time.perf_counter() - began
        waits = pool.waits()
    rate, name = tasks / seconds, f"{kind} {body.decode()[:8]}"
    print(f"{name:<16} {rate:9.0f} tasks/s   workers waited {waits.share:6.1%} of their time")


def recover(kind: str, limit: float, times: int = 10) -> None:
    """Print the longest time from a fault's end to the next answer."""
    worst = 0.0
    with Pool(ENTRY, 1) as pool:
        pool.jail()
        for _ in range(times):
            began = time.perf_counter()
            pool.submit(Task(1, kind, b"", limit))
            ended = pool.outcomes()[0]
            pool.submit(Task(2, "echo", b"", 30))
            pool.outcomes()
            worst = max(worst, time.perf_counter() - began - ended.seconds)
    print(f"after {kind:<10} the next answer comes within {worst * 1000:6.1f} ms")


def recover_reading(kind: str, limit: float, times: int = 10) -> None:
    """The same with the workers of a case: a poisoned exhibit, then a text."""
    worst = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder, scratch = Path(name, "in"), Path(name, "out")
        folder.mkdir()
        scratch.mkdir()
        (folder / "bad").write_bytes(MARK + kind.encode())
        (folder / "good").write_text("the next exhibit")

        def read(number: int, what: str, seconds: float) -> Task:
            item = tasks.ReadItem(str(folder / what), b"a.txt")
            asked = tasks.ReadRequest((item,), str(scratch), Limits(), Reading())
            return Task(number, "read", msgspec.msgpack.encode(asked), seconds)

        with Pool("assay.testing.poisoned_tasks", 1, [folder], [scratch]) as pool:
            pool.jail()
            for _ in range(times):
                began = time.perf_counter()
                pool.submit(read(1, "bad", limit))
                ended = pool.outcomes()[0]
                assert ended.code, ended
                pool.submit(read(2, "good", 30))
                assert not pool.outcomes()[0].code
                worst = max(worst, time.perf_counter() - began - ended.seconds)
    print(f"after {kind:<10} the next exhibit is read within {worst * 1000:6.1f} ms")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=2)
    parser.add_argument("--tasks", type=int, default=1000)
    options = parser.parse_args()
    began = time.perf_counter()
    held = probe()
    print(f"jail: {held} (found in {time.perf_counter() - began:.2f} s)")
    run(options.size, "echo", b"x" * 200, options.tasks * 5)
    for length in (b"0.001", b"0.005", b"0.02"):
        run(options.size, "sleep", length, options.tasks)
    for kind, limit in (("abort", 30.0), ("eat memory", 30.0), ("hang", 0.2)):
        recover(kind, limit)
    for kind, limit in (("abort", 30.0), ("eat", 30.0), ("hang", 0.5)):
        recover_reading(kind, limit)


if __name__ == "__main__":
    main()
