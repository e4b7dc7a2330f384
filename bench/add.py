"""`assay add` whole: files per CPU-second, waiting of the workers, memory.

    .venv/bin/python bench/add.py rate --corpus DIR [--times 5]     against bare extractous
    .venv/bin/python bench/add.py waits [--files 2000]              2,000 generated DOCX
    .venv/bin/python bench/add.py memory [--files 10000 100000] [--ocr]
    .venv/bin/python bench/add.py tenths [--files 100000]           rate of each tenth

CPU counts the program and all its workers. Memory is the sum of PSS (shared pages divided
among those who share them) over all processes of the run, sampled five times a second.
"""

from __future__ import annotations

import argparse
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
from assay.casework.case import Case
with Case.init(Path(sys.argv[1])) as case:
    added = case.add([Path(p) for p in sys.argv[3:]], ocr=sys.argv[2])
    waits = case.last_waits
    print(added["exhibits"], added["unread"], waits[0], waits[1])
"""

EXTRACTOUS = """
import sys
from pathlib import Path
from extractous import Extractor
done = failed = 0
extractor = Extractor().set_extract_string_max_length(50_000_000)
for path in sorted(Path(sys.argv[1]).rglob("*")):
    if not path.is_file():
        continue
    try:
        extractor.extract_file_to_string(str(path))
        done += 1
    except BaseException:
        failed += 1
print(done, failed)
"""


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
    """Files per CPU-second of both, the best of so many runs in turn."""
    files = sum(1 for path in corpus.rglob("*") if path.is_file())
    best: dict[str, tuple[float, float, str]] = {}
    for _ in range(times):
        with tempfile.TemporaryDirectory() as name:
            ours = cpu_of([sys.executable, "-c", ADD, f"{name}/case", "off", str(corpus)])
        bare = {**os.environ, "PATH": "/nowhere"}  # it would start Tesseract for every picture
        theirs = cpu_of([sys.executable, "-c", EXTRACTOUS, str(corpus)], bare)
        for label, found in (("assay add", ours), ("extractous", theirs)):
            best[label] = min(found, best.get(label, found))
    for label, (spent, wall, said) in best.items():
        speed = f"{files / spent:8.1f} files per CPU-s {spent:8.1f} CPU-s {wall:7.1f} s"
        print(f"{label:<12}{speed}  {said}")
    print(f"ratio       {best['extractous'][0] / best['assay add'][0]:8.2f}")


def waits(files: int) -> None:
    """The share of their time that workers wait, on generated DOCX of five pages."""
    from assay.testing.makers.docx import docx

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name, "docx")
        folder.mkdir()
        for number in range(files):
            lines = [f"Paragraph {n} of memo {number} about basin {n % 9}. " * 4 for n in range(60)]
            (folder / f"memo-{number}.docx").write_bytes(docx(lines))
        spent, wall, said = cpu_of([sys.executable, "-c", ADD, f"{name}/case", "off", str(folder)])
    exhibits, _, waiting, working = said.split()
    share = float(waiting) / (float(waiting) + float(working))
    print(f"{exhibits} exhibits, {spent:.1f} CPU-s, {wall:.1f} s; workers waited {share:.1%}")


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
            run = subprocess.Popen(
                [sys.executable, "-c", ADD, f"{name}/case", ocr, str(folder)],
                stdout=subprocess.PIPE, text=True, start_new_session=True,
            )  # fmt: skip
            peak = 0
            began = time.perf_counter()
            while run.poll() is None:
                peak = max(peak, pss_of_session(run.pid))
                time.sleep(0.2)
            wall = time.perf_counter() - began
        print(f"{count} files, ocr {ocr}: {peak / 1024:.0f} MB at most, {wall:.0f} s")


TENTHS = """
import os, sys
from pathlib import Path
from assay.casework.case import Case

def cpu():
    # of this process and of what it started, living or ended
    total, mine = sum(os.times()[:4]), os.getsid(0)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and entry.name != str(os.getpid()):
            try:
                if os.getsid(int(entry.name)) == mine:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                    total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
            except OSError:
                continue
    return total

count, seen = int(sys.argv[3]), []
def report(state):
    if state["read"] >= len(seen) * count / 10:
        seen.append((state["read"], state["seconds"], cpu()))
with Case.init(Path(sys.argv[1])) as case:
    case.add([Path(sys.argv[2])], ocr="off", report=report)
    seen.append((count, 0.0, cpu()))
for (a, s, c), (b, t, d) in zip(seen, seen[1:]):
    wall = f"{(b - a) / (t - s):.0f} a second, " if t > s and b > a else ""
    print(f"{a} to {b}: {wall}{(b - a) / max(d - c, 0.01):.0f} a CPU-second")
"""


def tenths(count: int) -> None:
    """Exhibits a second, and a CPU-second of the whole session, in each tenth of a run."""
    with tempfile.TemporaryDirectory() as name:
        folder = small_files(Path(name), count)
        run = [sys.executable, "-c", TENTHS, f"{name}/case", str(folder), str(count)]
        subprocess.run(run, check=True, start_new_session=True)


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
    parser.add_argument("what", choices=["rate", "waits", "memory", "tenths"])
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
    else:
        memory(given.files or [10_000, 100_000], "auto" if given.ocr else "off")


if __name__ == "__main__":
    main()
