"""One exhibit of a run can be skipped, from wherever somebody asks, and is read by `retry`."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from assay.casework import skipping, tasks
from assay.casework.case import Case
from assay.cli.main import run
from assay.cli.progress import Progress, answer, describe, now_reading
from assay.engines import requests
from assay.errors import UsageError
from assay.model import places
from assay.ports import Outcome, Task
from assay.testing.inline_workers import InlineWorkers
from assay.testing.makers import images

SLOW = b"slow.txt"


class StubbornWorkers(InlineWorkers):
    """Does every task but those that read `slow.txt` or recognise a page: these run on."""

    def __init__(self) -> None:
        super().__init__("assay.casework.tasks")
        self.stuck: dict[int, Task] = {}

    def outcomes(self, timeout: float | None = None) -> list[Outcome]:
        """The next outcome of what ends by itself or was skipped."""
        while self._queue and self._is_slow(self._queue[0]):
            task = self._queue.popleft()
            self.stuck[task.id] = task
        found = super().outcomes(timeout)
        if not found:
            time.sleep(0.01)
        return found

    def _is_slow(self, task: Task) -> bool:
        if task.kind == "ocr":
            return True
        if task.kind != "read":
            return False
        request = msgspec.msgpack.decode(task.body, type=tasks.ReadRequest)
        return any(item.name == SLOW for item in request.items)

    def pending(self) -> int:
        """What is stuck pends too."""
        return super().pending() + len(self.stuck)

    def running(self) -> list[tuple[int, float]]:
        """What is stuck has been running for half a minute."""
        return [(number, 31.0) for number in self.stuck]

    def skip(self, task: int) -> bool:
        """End a task that is stuck, or take one out of the queue."""
        if task in self.stuck:
            del self.stuck[task]
            self._skipped.append(Outcome(task, code="skipped"))
            return True
        return super().skip(task)


class IdleWorkers(InlineWorkers):
    """Does nothing at all until it is told to."""

    told = False

    def outcomes(self, timeout: float | None = None) -> list[Outcome]:
        """Nothing, or the next outcome."""
        if not IdleWorkers.told:
            time.sleep(0.01)
            return []
        return super().outcomes(timeout)


@pytest.fixture
def stubborn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Runs have such workers."""
    monkeypatch.setattr("assay.casework.runs.make_pool", lambda *_: StubbornWorkers())


def write(folder: Path, *, large: bool) -> Path:
    """Some texts and a slow one, alone in its task or together with the others."""
    folder.mkdir()
    for n in range(40):
        (folder / f"quick-{n:02d}.txt").write_text(f"quick words {n}")
    (folder / SLOW.decode()).write_text("slow words " * (20_000 if large else 1))
    return folder


def of_path(case: Case, path: str) -> dict[str, Any]:
    """The row of the account with this path."""
    return next(row for row in case.account()["rows"] if row["path"] == path)


@pytest.mark.parametrize("large", [True, False])
def test_an_exhibit_that_is_being_read_is_skipped_and_retried(
    case: Case, tmp_path: Path, stubborn: None, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    states: list[dict[str, Any]] = []

    def watch(state: dict[str, Any]) -> None:
        states.append(state)
        if (state["read"] >= 20 and state["slow"]) or len(states) > 200:
            with Case(case.folder) as other:
                asked = other.skip("usb/slow.txt")
            assert asked["path"] == "usb/slow.txt" and asked["run"] == "add"

    added = case.add([write(tmp_path / "usb", large=large)], ocr="off", report=watch)
    assert added["unread"] == 1
    slow = next(item for state in states for item in state["slow"])
    assert slow["seconds"] == 31
    assert large is False or slow["path"] == "usb/slow.txt"
    row = of_path(case, "usb/slow.txt")
    assert (row["status"], [p["code"] for p in row["problems"]]) == ("unread", ["skipped"])
    assert sum(r["status"] == "read" for r in case.account()["rows"]) == 40
    monkeypatch.undo()
    case.retry()
    assert of_path(case, "usb/slow.txt")["status"] == "read"


def test_an_exhibit_whose_turn_has_not_come_is_passed_over(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "assay.casework.runs.make_pool", lambda *_: IdleWorkers("assay.casework.tasks")
    )
    monkeypatch.setattr(IdleWorkers, "told", False)
    folder = tmp_path / "usb"
    folder.mkdir()
    for n in range(600):
        (folder / f"n-{n:03d}.txt").write_text(f"words {n}")
    asked: list[str] = []

    def watch(state: dict[str, Any]) -> None:
        if not asked and state["exhibits"] == 600:
            with Case(case.folder) as other:
                last = other.catalogue.unread(599, 1)[0]  # far behind what workers are given
                asked.append(last.digest)
                other.skip(last.digest)
            IdleWorkers.told = True

    added = case.add([folder], ocr="off", jobs=1, report=watch)
    assert case.show(asked[0])["problems"][0]["code"] == "skipped"
    assert (added["exhibits"], added["unread"]) == (600, 1)


def test_pages_of_an_exhibit_wait_for_ocr_no_more(
    case: Case, tmp_path: Path, stubborn: None
) -> None:
    scan = images.encode(images.render_page(["The gate stays locked until six."]), "PNG")
    (tmp_path / "scan.png").write_bytes(scan)

    def watch(state: dict[str, Any]) -> None:
        if state["phase"] == "recognising" and state["now"]:
            assert (state["now"][0]["path"], state["now"][0]["page"]) == ("scan.png", 1)
            skipping.ask(case.folder, state["now"][0]["exhibit"])

    case.add([tmp_path / "scan.png"], report=watch)
    row = of_path(case, "scan.png")
    assert row["status"] == "partly"
    assert {(p["code"], p["where"]) for p in row["problems"]} == {("skipped", "page 1")}
    assert case.account()["ocr_waiting"] == 0


def test_without_a_run_there_is_nothing_to_skip(filled: Case) -> None:
    with pytest.raises(UsageError, match="nothing is being read"):
        filled.skip(filled.account()["rows"][0]["exhibit"])
    assert run(["--case", str(filled.folder), "skip", "usb/memo-0.txt"]) == 2


def test_what_has_been_read_is_not_skipped(filled: Case) -> None:
    with filled.lease("add"), pytest.raises(UsageError, match="read already"):
        filled.skip("usb/memo-0.txt")


def test_a_request_of_an_earlier_run_is_forgotten(case: Case, tmp_path: Path) -> None:
    from assay.proof.digests import digest_of

    (tmp_path / "a.txt").write_text("words")
    skipping.ask(case.folder, digest_of(b"words"))
    case.add([tmp_path / "a.txt"], ocr="off")
    assert of_path(case, "a.txt")["status"] == "read"


def test_requests_are_taken_once_and_what_is_no_digest_is_passed_over(tmp_path: Path) -> None:
    place = tmp_path / places.SKIP_FILE
    assert requests.take(place) == []
    digest = "sha256:" + "a" * 64
    requests.leave(place, digest)
    requests.leave(place, "../../etc/passwd")
    requests.leave(place, digest)
    assert requests.take(place) == [digest]
    assert requests.take(place) == []
    assert place.stat().st_mode & 0o077 == 0


# ---------------------------------------------------------------- what the terminal says

STATE: dict[str, Any] = {
    "phase": "reading", "read": 1204, "exhibits": 8140, "seen": 8140, "taken": 8140,
    "receiving": False, "indexing": 96, "ocr_waiting": 12, "ocr_done": 0, "done_now": 1204,
    "seconds": 12.0, "rate": 50.0, "left": 138.7, "problems": 0,
    "now": [{"exhibit": "sha256:" + "9" * 64, "path": "usb/a.pdf", "seconds": 14},
            {"exhibit": "sha256:" + "8" * 64, "path": "usb/b.pdf", "seconds": 1, "page": 3}],
}  # fmt: skip


def test_every_phase_has_its_count_and_none_stands_at_the_end() -> None:
    assert describe(STATE) == (
        "reading 1 204 of 8 140 · indexing 96 · 50 a second · 2 min left · 12 pages for OCR then"
    )
    receiving = describe({**STATE, "receiving": True, "taken": 300})
    assert receiving.startswith("receiving, 300 files so far · reading 1 204 of 8 140")
    assert "left" not in receiving
    done = describe({**STATE, "phase": "indexing", "read": 8140})
    assert done == "read 8 140 · indexing 96 · 12 pages for OCR then"
    assert describe({**STATE, "phase": "recognising", "rate": 0.5}).startswith(
        "OCR 0 of 12 pages, all other text is searchable · indexing 96 · 30.0 a minute · 24 s left"
    )
    assert now_reading(STATE, True) == "now usb/a.pdf, 14 s · s skips one"


@pytest.mark.parametrize(
    ("keys", "skipped", "said"),
    [("2", "sha256:" + "8" * 64, "Skipping usb/b.pdf"), ("7", None, "Nothing skipped"),
     ("\x1b", None, "Nothing skipped")],
)  # fmt: skip
def test_the_key_lists_what_is_read_now_and_skips_what_is_chosen(
    keys: str, skipped: str | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    progress = Progress()
    progress(STATE)
    chosen: list[str] = []
    typed = iter(keys)
    answer(progress, lambda: next(typed), chosen.append)
    assert chosen == ([skipped] if skipped else [])
    words = capsys.readouterr().err
    assert "1  usb/a.pdf, 14 s\n2  usb/b.pdf, page 3, 1 s\n" in words
    assert said in words
