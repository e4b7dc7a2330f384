"""Kills, full disks and two at once: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.casework.case import Case
from assay.errors import AssayError, DiskFull
from assay.model import places
from assay.testing.faulty_disk import full_after

MakeFolder = Callable[[Path, int], Path]

RUN = """
import sys
from pathlib import Path
from assay.casework.case import Case
case = Case(Path(sys.argv[1]))
case.add([Path(sys.argv[2])], ocr="off")
"""


def answers(case: Case) -> dict[str, Any]:
    """What a case says of every exhibit, without what differs from run to run."""
    rows = case.account()["rows"]
    return {
        "rows": sorted(
            (r["exhibit"], r["path"], r["status"], r["type"], r["chars"], str(r["problems"]))
            for r in rows
        ),
        "text": {e["exhibit"]: [p["text"] for p in e["pages"]] for e in case.show_all()},
        "hits": {
            q: sorted((h["exhibit"], h["page"]) for h in case.search(q, 5000)["hits"])
            for q in ("dredging", "survey", '"deep words"', "plain", "basin")
        },
    }


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_twenty_kills_at_random_moments_leave_the_same_case_as_none(
    case: Case, tmp_path: Path, make_folder: MakeFolder
) -> None:
    folder = make_folder(tmp_path / "usb", 1500)
    case.close()
    chance = random.Random(7)
    landed = 0
    while landed < 20:
        run = subprocess.Popen(
            [sys.executable, "-c", RUN, str(case.folder), str(folder)],
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(0.4 + chance.random() * 0.9)
        assert run.poll() is None, "the folder is too small: a run ended before its kill"
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        landed += 1
        if landed % 5 == 0:
            assert case.verify()["ok"]
            case.close()
    case.add([folder], ocr="off")
    assert case.verify()["ok"]
    with Case.init(tmp_path / "whole") as whole:
        whole.add([folder], ocr="off")
        assert answers(case) == answers(whole)
        reads = whole.catalogue.total_reads()
        # the kills may each cost what was with the workers, which is not finished; of what was
        # finished, under 2 % is done twice
        assert case.catalogue.total_reads() - reads <= 0.02 * reads
    received = [e["subject"] for e in case.ledger() if e["type"] == "received"]
    assert len(received) - len(set(received)) <= 0.02 * len(received)


@pytest.fixture(scope="module")
def unharmed(tmp_path_factory: pytest.TempPathFactory, own_config: Path) -> dict[str, Any]:
    """What a case on ten exhibits says when nothing goes wrong."""
    from .conftest import write_folder

    root = tmp_path_factory.mktemp("unharmed")
    with Case.init(root / "case") as case:
        case.add([write_folder(root / "usb", 10)], ocr="off")
        return answers(case)


SOME = [0, 1, 4, 9, 20, 45]
POINTS = [pytest.param(n, marks=() if n in SOME else pytest.mark.slow) for n in range(50)]


@pytest.mark.parametrize("writes", POINTS)
def test_a_disk_that_is_full_at_any_point_stops_with_an_error_and_a_case_that_verifies(
    tmp_path: Path, make_folder: MakeFolder, unharmed: dict[str, Any], writes: int
) -> None:
    folder = make_folder(tmp_path / "usb", 10)
    with Case.init(tmp_path / "case") as case:
        try:
            with full_after(writes) as refused:
                case.add([folder], ocr="off")
        except DiskFull as error:
            assert error.next_step
            assert error.exit_code == 50
        else:
            assert refused[0] == 0
        assert case.verify()["ok"]
        case.close()
        case.add([folder], ocr="off")
        assert case.verify()["ok"]
        assert answers(case) == unharmed


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A file system of so many kilobytes; needs root."""
    mounted: list[Path] = []

    def make(kilobytes: int) -> Path:
        place = tmp_path / f"disk-{len(mounted)}"
        place.mkdir()
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(place)], check=True
        )
        mounted.append(place)
        return place

    yield make
    for place in mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.slow
@pytest.mark.skipif(os.geteuid() != 0, reason="not run: needs root to mount a small disk")
@pytest.mark.timeout(900)
def test_a_small_file_system_that_fills_stops_clearly_at_each_of_50_sizes(
    small_disk: Callable[[int], Path], tmp_path: Path, make_folder: MakeFolder
) -> None:
    folder = make_folder(tmp_path / "usb", 40)
    stopped = 0
    for step in range(50):
        disk = small_disk(150 + step * 24)
        case = None
        try:
            case = Case.init(disk / "case")
            case.add([folder], ocr="off")
        except (AssayError, OSError) as error:
            if not isinstance(error, OSError):
                assert isinstance(error, DiskFull), (step, error)
            else:
                assert error.errno == 28, (step, error)
            stopped += 1
        if case is not None:
            assert case.verify()["ok"], (step, [c for c in case.verify()["checks"] if not c["ok"]])
            case.close()
    assert stopped >= 40
    # room is made: the same case goes on where it stopped
    disk = small_disk(400)
    with Case.init(disk / "case") as case, pytest.raises(DiskFull):
        case.add([folder], ocr="off")
    subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
    with Case(disk / "case") as case:
        case.add([folder], ocr="off")
        assert case.verify()["ok"]
        assert case.account()["exhibits"] >= 41


@pytest.mark.slow
def test_a_note_is_saved_within_a_second_while_a_folder_is_added(
    case: Case, tmp_path: Path, make_folder: MakeFolder
) -> None:
    folder = make_folder(tmp_path / "usb", 1200)
    case.add([folder / "memo-0.txt"], ocr="off")
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, str(case.folder), str(folder)], stderr=subprocess.DEVNULL
    )
    try:
        slowest = 0.0
        count = 0
        while run.poll() is None and count < 25:
            began = time.monotonic()
            case.note("memo-0.txt", f"note {count}")
            slowest = max(slowest, time.monotonic() - began)
            count += 1
            time.sleep(0.05)
    finally:
        assert run.wait() == 0
    assert count >= 10
    assert slowest < 1.0
    assert case.verify()["ok"]
    assert len(case.annotations(case.resolve("memo-0.txt").exhibit)) == count


def test_a_worker_that_dies_costs_its_exhibit_and_no_other(
    case: Case, tmp_path: Path, make_folder: MakeFolder
) -> None:
    from assay.settings import Limits, Settings

    folder = make_folder(tmp_path / "usb", 10)
    # a memory limit that only the large table exceeds
    (folder / "huge.csv").write_text("a,b\n" * 30_000_000)
    case.settings = Settings(limits=Limits(memory=300 << 20))
    case.add([folder], ocr="off")
    account = case.account()
    rows = {row["path"].rpartition("/")[2]: row for row in account["rows"]}
    assert rows["huge.csv"]["status"] != "read"
    assert rows["huge.csv"]["problems"][0]["code"] in ("memory", "limit_text")
    assert rows["huge.csv"]["type"]
    assert rows["memo-0.txt"]["status"] == "read"
    assert sum(row["status"] == "read" for row in account["rows"]) >= len(rows) - 2
    assert (case.folder / places.ORIGINALS).is_dir()
