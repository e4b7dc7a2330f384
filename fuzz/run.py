"""Fuzz one parser after another and print what came of it, as a table for docs/reliability.md.

`python fuzz/run.py --minutes 5 [--out DIR] [--jobs 1] [NAME …]`. Seeds are what the tests of the
readers read; what libFuzzer adds to them lies in OUT/corpus and is used by the next run. A parser
that ends (a crash, a hang of 30 s) is begun again until its minutes are over, and counts.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import seeds
from targets import targets

HERE = Path(__file__).parent
LARGEST = 64 << 10


def gather(out: Path) -> None:
    """Run the tests of the readers once and keep what they read."""
    seeds.by_hand(out / "seeds")
    environment = {**os.environ, "PYTHONPATH": str(HERE), "ASSAY_SEEDS": str(out / "seeds")}
    subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "seeds", "-m", "not slow and not browser",
         "--deselect", "tests/extract/test_traps.py", "-p", "no:warnings", "-x",
         "--maxfail", "1000", "tests/extract"],
        cwd=HERE.parent, env=environment, check=False, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def fuzz(name: str, minutes: float, out: Path) -> tuple[str, float, float, int, int, list[str]]:
    """Fuzz one parser.

    Gives its name, minutes by the clock and of CPU, executions, how often it ended by itself
    and its findings.
    """
    corpus, seeds, findings = out / "corpus" / name, out / "seeds" / name, out / "findings"
    for folder in (corpus, seeds, findings):
        folder.mkdir(parents=True, exist_ok=True)
    began, done, ends = time.monotonic(), 0, 0
    spent = 0.0
    while (left := minutes * 60 - (time.monotonic() - began)) > 2:
        command = [
            sys.executable, str(HERE / "one.py"), name, str(findings),
            f"-max_total_time={int(left)}", f"-max_len={LARGEST}", "-timeout=30",
            "-rss_limit_mb=1536", "-print_final_stats=1", "-len_control=0",
            f"-artifact_prefix={findings}/{name}-", str(corpus), str(seeds),
        ]  # fmt: skip
        log = out / f"{name}.log"
        with log.open("wb") as told_to:
            child = subprocess.Popen(
                command, stdout=subprocess.DEVNULL, stderr=told_to,
                env={**os.environ, "PYTHONPATH": str(HERE), "PYTHONHASHSEED": "0"},
            )  # fmt: skip
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
        spent += usage.ru_utime + usage.ru_stime
        words = log.read_text(encoding="utf-8", errors="replace")
        told = re.search(r"number_of_executed_units:\s*(\d+)", words)
        steps = re.findall(r"^#(\d+)\s", words, re.MULTILINE)
        done += int(told[1]) if told else int(steps[-1]) if steps else 0
        ends += child.returncode != 0
        if child.returncode and ends > 50:
            break
    found = sorted(p.name for p in findings.glob(f"{name}-*") if p.suffix != ".txt")
    return name, (time.monotonic() - began) / 60, spent / 60, done, ends, found


def main() -> None:
    """Fuzz what the arguments name."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--out", type=Path, default=Path("fuzz-out"))
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("names", nargs="*")
    options = parser.parse_args()
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    if not (out / "seeds").is_dir():
        gather(out)
    names = options.names or list(targets())
    print("| parser | minutes | of CPU | executions | ended | findings |", flush=True)
    print("|---|---|---|---|---|---|", flush=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        for name, minutes, spent, done, ends, found in pool.map(
            lambda name: fuzz(name, options.minutes, out), names
        ):
            kept = ", ".join(found) or "none"
            figures = f"{minutes:.1f} | {spent:.1f} | {done} | {ends}"
            print(f"| {name} | {figures} | {kept} |", flush=True)


if __name__ == "__main__":
    main()
