"""Twenty files that kill, hang or swell their reader, among a thousand that do not."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.casework.case import Case
from assay.engines.sandbox import Pool
from assay.testing.makers.traps import TRAPS
from assay.testing.poisoned_tasks import KINDS, MARK

MEMORY = 1 << 30  # for the program and all workers
OWN = {b"hang": "timeout", b"abort": "crashed", b"eat": "memory"}
BOMBS = (
    "zip_that_unpacks_to_a_thousand_times_itself", "gzip_of_zeros", "zip_whose_entries_overlap",
    "png_of_sixty_thousand_squared", "docx_that_holds_a_hundred_megabytes_of_xml",
)  # fmt: skip
SETTINGS = f"""
[settings.limits]
seconds = 2.0
[settings.reading]
memory = {MEMORY}
"""


def pss_of_tree(leader: int) -> int:
    """Bytes of all processes from `leader` down, shared pages divided among those who share."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(fields[1])
            except OSError:
                continue
    below = {leader}
    while fresh := {child for child, parent in parents.items() if parent in below} - below:
        below |= fresh
    total = 0
    for number in below:
        try:
            lines = Path(f"/proc/{number}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total << 10


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_twenty_poisoned_files_among_a_thousand_cost_one_problem_each_and_nobody_else_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_folder: Callable[[Path, int], Path]
) -> None:
    folder = make_folder(tmp_path / "usb", 1000)
    (folder / "broken.docx").unlink()
    poisoned: dict[str, str] = {}
    for number in range(5):
        for kind in KINDS:
            name = f"memo-{number * 195:03d}-{kind.decode()}.txt"  # among the others, in order
            (folder / name).write_bytes(MARK + kind + b" %d" % number)
            poisoned[name] = OWN[kind]
    for trick in BOMBS:
        given, body = TRAPS[trick]()
        (folder / f"note-{trick}-{given}").write_bytes(body)
        poisoned[f"note-{trick}-{given}"] = ""
    monkeypatch.setattr(
        "assay.engines.sandbox.Pool",
        lambda entry, *rest, **more: Pool("assay.testing.poisoned_tasks", *rest, **more),
    )
    Case.init(tmp_path / "case").close()
    with (tmp_path / "case" / "case.toml").open("a", encoding="utf-8") as table:
        table.write(SETTINGS)

    most, ended = 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not ended.is_set():
            most = max(most, pss_of_tree(os.getpid()))
            time.sleep(0.1)

    before = pss_of_tree(os.getpid())
    watcher = threading.Thread(target=watch)
    watcher.start()
    with Case(tmp_path / "case") as case:
        try:
            case.add([folder], ocr="off", jobs=2)
        finally:
            ended.set()
            watcher.join()
        rows = case.account()["rows"]
        assert case.verify()["ok"]
        assert case.search('"deep words"', 5000)["total"] == 200
    received = {r["path"].removeprefix("usb/"): r for r in rows if r["parent"] is None}
    assert len(received) == 1000 + len(poisoned) == 1020
    for name, code in poisoned.items():
        # a directory that lists a file 2,000 times over also promises what a bomb cuts off
        fatal = [p for p in received[name]["problems"] if p["code"] != "members_missing"]
        assert len(fatal) == 1 and fatal[0]["next_step"], (name, fatal)
        assert fatal[0]["code"] == code or (not code and fatal[0]["code"] in (
            "bomb", "limit_pixels", "limit_output")), (name, fatal)  # fmt: skip
        assert received[name]["status"] in ("unread", "partly")
    good = [r for r in rows if r["path"].removeprefix("usb/").split("!")[0] not in poisoned]
    assert Counter(r["status"] for r in good) == {"read": len(good)}
    assert most - before < MEMORY
