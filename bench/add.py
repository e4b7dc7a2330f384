"""`assay add` whole: files per CPU-second, waiting of the workers, memory.

    .venv/bin/python bench/add.py rate --corpus DIR [--times 5]     against bare extractous
    .venv/bin/python bench/add.py mailbox [--files 100000]          messages of 1 kB in one mbox
    .venv/bin/python bench/add.py waits [--files 2000]              2,000 generated DOCX
    .venv/bin/python bench/add.py memory [--files 10000 100000] [--ocr]
    .venv/bin/python bench/add.py tenths [--files 100000]           rate of each tenth
    .venv/bin/python bench/add.py searchable --corpus DIR [--times 5]   listening on and off

With OCR off, and with nobody listening for who said what unless LISTEN=auto is set: both are
queues behind the text.

CPU counts the program and all its workers. Memory is the sum of PSS (shared pages divided
among those who share them) over all processes of the run, sampled five times a second.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ADD = """
import sys
from pathlib import Path
import msgspec
from assay.casework.case import Case
place, ocr, listen, *paths = sys.argv[1:]
with Case.init(Path(place)) as case:
    statements = msgspec.structs.replace(case.settings.statements, listen=listen)
    case.settings = msgspec.structs.replace(case.settings, statements=statements)
    added = case.add([Path(p) for p in paths], ocr=ocr)
    waits = case.last_waits
    print(added["exhibits"], added["unread"], waits[0], waits[1])
"""

# Listening for who said what is a queue behind the text, as OCR is: measured apart.
LISTEN = os.environ.get("LISTEN", "off")


def cpu_of(command: list[str], env: dict[str, str] | None = None) -> tuple[float, float, str]:
    """(CPU-seconds of the command and all it started, wall seconds, what it printed)."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        print(done.stderr[-2000:], file=sys.stderr)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return spent, wall, done.stdout.strip()


def rate(corpus: Path, times: int) -> None:
    """Files per CPU-second of both, the least of so many runs in turn.

    extractous reads each file in a process that is replaced where it hangs or dies (see
    bench/extract.py); such files, the start of its process and what the comparison itself does
    are left out of its time, and of nothing of ours.
    """
    from extract import Reader

    paths = sorted(path for path in corpus.rglob("*") if path.is_file())
    ours: list[float] = []
    theirs: list[float] = []
    bad: set[Path] = set()
    if importlib.util.find_spec("extractous") is None:
        sys.exit("extractous is not installed: pip install it beside Assay, then measure again")
    reader = Reader("extractous")
    reader.read(paths[0])
    said = ""
    for _ in range(times):
        with tempfile.TemporaryDirectory() as name:
            spent, _, said = cpu_of(
                [sys.executable, "-c", ADD, f"{name}/case", "off", LISTEN, str(corpus)]
            )
        ours.append(spent)
        total = 0.0
        for path in paths:
            if path not in bad:
                _, status, cpu = reader.read(path)
                total += cpu
                if status in ("died", "timeout"):
                    bad.add(path)
                    reader.read(paths[0])
        theirs.append(total)
        print(f"  assay add {spent:.2f} CPU-s, extractous {total:.2f} CPU-s", flush=True)
    reader.close()
    least = min(ours), min(theirs)
    good = len(paths) - len(bad)
    exhibits = int(said.split()[0])
    print(f"assay add   {len(paths) / least[0]:7.1f} files per CPU-s, of all runs {listed(ours)}")
    print(
        f"            {exhibits / least[0]:7.1f} exhibits (files and members) per CPU-s: {exhibits}"
    )
    print(f"extractous  {good / least[1]:7.1f} files per CPU-s, of all runs {listed(theirs)};"
          f" {len(bad)} left out")  # fmt: skip
    print(f"ratio       {len(paths) / least[0] / (good / least[1]):7.2f}")


def listed(seconds: list[float]) -> str:
    """CPU-seconds from the least to the most."""
    return ", ".join(f"{one:.1f}" for one in sorted(seconds)) + " CPU-s"


def searchable(corpus: Path, times: int) -> None:
    """Wall seconds until all text is searchable and until the end, listening off and on in turn."""
    import msgspec

    from assay.casework.case import Case

    for _ in range(times):
        for listen in ("off", "auto"):
            with tempfile.TemporaryDirectory() as name, Case.init(Path(name) / "case") as case:
                statements = msgspec.structs.replace(case.settings.statements, listen=listen)
                case.settings = msgspec.structs.replace(case.settings, statements=statements)
                began, moments = time.monotonic(), []

                def tell(
                    state: dict[str, object], moments: list[float] = moments, began: float = began
                ) -> None:
                    if not state["phase"]:  # a leg has settled: the first is that of the text
                        moments.append(time.monotonic() - began)

                case.add([corpus], ocr="off", report=tell)
                whole = time.monotonic() - began
                print(f"  listening {listen:5} searchable {moments[0]:6.1f} s, end {whole:6.1f} s",
                      flush=True)  # fmt: skip


def waits(files: int) -> None:
    """The share of their time that workers wait, on generated DOCX of five pages."""
    from assay.testing.makers.docx import docx

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "docx")
        folder.mkdir()
        for number in range(files):
            lines = [f"Paragraph {n} of memo {number} about basin {n % 9}. " * 4 for n in range(60)]
            (folder / f"memo-{number}.docx").write_bytes(docx(lines))
        spent, wall, said = cpu_of(
            [sys.executable, "-c", ADD, f"{name}/case", "off", LISTEN, str(folder)]
        )
    exhibits, _, waiting, working = said.split()
    share = float(waiting) / (float(waiting) + float(working))
    print(f"{exhibits} exhibits, {spent:.1f} CPU-s, {wall:.1f} s; workers waited {share:.1%}")


def mailbox(messages: int) -> None:
    """Messages per CPU-second and memory of one mailbox of messages of 1 kB."""
    import random

    words = [
        "harbour",
        "basin",
        "dredging",
        "invoice",
        "barge",
        "quarter",
        "contract",
        "minutes",
        "river",
        "gate",
        "pilot",
    ]
    chance = random.Random(5)
    with tempfile.TemporaryDirectory() as name:
        with open(f"{name}/box.mbox", "w", encoding="utf-8") as box:
            for number in range(messages):
                at = f"10:{number // 60 % 60:02d}:{number % 60:02d}"
                body = "\n".join(" ".join(chance.choices(words, k=10)) for _ in range(10))
                box.write(
                    f"From a@example.org Mon Mar  3 {at} 2031\nFrom: Person {number % 97} "
                    f"<p{number % 97}@example.org>\nTo: Desk <desk@example.org>\n"
                    f"Subject: Report {number}\nDate: Mon, 03 Mar 2031 {at} +0000\n"
                    f"Message-ID: <{number}@example.org>\n\n{body}\n\n"
                )
        command = [sys.executable, "-c", ADD, f"{name}/case", "off", LISTEN, f"{name}/box.mbox"]
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall, peak = peak_of(command)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{messages} messages: {spent:.1f} CPU-s, {messages / spent:.0f} per CPU-s,"
        f" {wall:.0f} s, {peak / 1024:.0f} MB at most"
    )


def peak_of(command: list[str]) -> tuple[float, int]:
    """(wall seconds, largest sum of PSS in kB) of a command and all it starts."""
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
    peak = 0
    began = time.perf_counter()
    while run.poll() is None:
        peak = max(peak, pss_of_session(run.pid))
        time.sleep(0.2)
    return time.perf_counter() - began, peak


def memory(counts: list[int], ocr: str) -> None:
    """The largest sum of PSS while so many small files are added."""
    for count in counts:
        with tempfile.TemporaryDirectory() as name:
            folder = small_files(Path(name), count)
            if ocr != "off":
                from assay.testing.makers.images import encode, render_page

                for number in range(12):
                    page = render_page([f"Scanned line {n} of page {number}" for n in range(30)])
                    (folder / f"scan-{number}.png").write_bytes(encode(page, "PNG"))
            wall, peak = peak_of(
                [sys.executable, "-c", ADD, f"{name}/case", ocr, LISTEN, str(folder)]
            )
        print(f"{count} files, ocr {ocr}: {peak / 1024:.0f} MB at most, {wall:.0f} s")


TENTHS = """
import os, sys, threading, time
from pathlib import Path
from assay.casework.case import Case
from assay.casework.legs import Legs

TICK = os.sysconf("SC_CLK_TCK")

def fields_of(place):
    return [int(x) for x in place.read_text().rpartition(")")[2].split()[1:15]]

def cpu():
    # of this process and of all below it, living or ended
    parents, spent = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = fields_of(entry / "stat")
            except OSError:
                continue
            parents[int(entry.name)] = fields[0]
            spent[int(entry.name)] = sum(fields[10:14]) / TICK
    below = {os.getpid()}
    while fresh := {c for c, p in parents.items() if p in below} - below:
        below |= fresh
    return sum(spent[number] for number in below)

count, seen, receiving, entered = int(sys.argv[3]), [], 0.0, 0.0
plain = Legs.receive
def receive(legs):
    global entered
    began = time.thread_time()
    plain(legs)
    entered += time.thread_time() - began
Legs.receive = receive
def report(state):
    global receiving
    for thread in threading.enumerate():
        if thread.name == "receiver":
            try:
                fields = fields_of(Path(f"/proc/self/task/{thread.native_id}/stat"))
            except OSError:
                continue
            receiving = sum(fields[10:12]) / TICK
    done = state["read"] - state["indexing"]
    if done >= len(seen) * count / 10:
        seen.append((done, state["seconds"], cpu() - receiving - entered))
with Case.init(Path(sys.argv[1])) as case:
    case.add([Path(sys.argv[2])], ocr="off", report=report)
for (a, s, c), (b, t, d) in zip(seen, seen[1:]):
    print(f"{a} to {b}: {(b - a) / (t - s):.0f} a second, {(b - a) / (d - c):.0f} a CPU-second")
rates = [(b - a) / (d - c) for (a, _, c), (b, _, d) in zip(seen, seen[1:])]
print(f"the last to the first: {rates[-1] / rates[0]:.2f}")
print(f"receiving, apart: {receiving + entered:.0f} CPU-s")
"""


def tenths(count: int) -> None:
    """Exhibits read and indexed to the end, in each tenth of a run: a second, a CPU-second.

    The CPU of the program and its workers counts, also of workers that still run. Receiving goes
    ahead of reading, so all of it falls into the first tenths: hashing, copying and the entry of
    what came in are counted apart.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = small_files(Path(name), count)
        run = [sys.executable, "-c", TENTHS, f"{name}/case", str(folder), str(count)]
        subprocess.run(run, check=True)


def small_files(place: Path, count: int) -> Path:
    """A folder of so many notes of 20 lines, a thousand a folder."""
    folder = place / "files"
    folder.mkdir()
    for number in range(count):
        part = folder / str(number // 1000)
        if number % 1000 == 0:
            part.mkdir()
        body = f"note {number} on basin {number % 97}\n" * 20
        (part / f"note-{number}.txt").write_text(body)
    return folder


def pss_of_session(leader: int) -> int:
    """The sum of PSS in kB of all processes below `leader`."""
    below = {leader}
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int(
                    (entry / "stat").read_text().rpartition(")")[2].split()[1]
                )
            except OSError:
                continue
    changed = True
    while changed:
        fresh = {child for child, parent in parents.items() if parent in below} - below
        below |= fresh
        changed = bool(fresh)
    total = 0
    for pid in below:
        try:
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        except OSError:
            continue
    return total


def main() -> None:
    """Choose the bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "what", choices=["rate", "waits", "mailbox", "memory", "tenths", "searchable"]
    )
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--files", type=int, nargs="*")
    parser.add_argument("--ocr", action="store_true")
    given = parser.parse_args()
    os.environ.setdefault("ASSAY_CONFIG", tempfile.mkdtemp())
    if given.what == "rate":
        if given.corpus is None:
            parser.error("rate needs --corpus DIR")
        rate(given.corpus, given.times)
    elif given.what == "waits":
        waits((given.files or [2000])[0])
    elif given.what == "tenths":
        tenths((given.files or [100_000])[0])
    elif given.what == "searchable":
        searchable(given.corpus, given.times)
    elif given.what == "mailbox":
        mailbox((given.files or [100_000])[0])
    else:
        memory(given.files or [10_000, 100_000], "auto" if given.ocr else "off")


if __name__ == "__main__":
    main()
