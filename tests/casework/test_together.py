"""Small exhibits are read several to a task; what one of them does costs no other."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from assay.casework import tasks
from assay.casework.case import Case
from assay.settings import Limits, Reading


def test_a_request_for_several_is_answered_in_its_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "_ENOUGH", 600.0)
    items = []
    for number in range(3):
        place = tmp_path / f"memo-{number}.txt"
        place.write_text(f"memo number {number}")
        items.append(tasks.ReadItem(str(place), place.name.encode()))
    request = tasks.ReadRequest(tuple(items), str(tmp_path), Limits(), Reading())
    found = tasks.read_exhibits(msgspec.msgpack.encode(request))
    answers = msgspec.msgpack.decode(found, type=list[tasks.ReadAnswer])
    assert [answer.reading.text for answer in answers] == [f"memo number {n}" for n in range(3)]


def test_what_a_slow_exhibit_leaves_of_a_request_is_not_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "_ENOUGH", -1.0)
    place = tmp_path / "memo.txt"
    place.write_text("memo")
    items = (tasks.ReadItem(str(place), b"memo.txt"),) * 4
    request = tasks.ReadRequest(items, str(tmp_path), Limits(), Reading())
    found = tasks.read_exhibits(msgspec.msgpack.encode(request))
    assert len(msgspec.msgpack.decode(found, type=list[tasks.ReadAnswer])) == 1


def test_one_exhibit_that_ends_its_worker_costs_the_others_of_its_task_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assay.casework import legs

    # so little time for a task of several that none is done: each is asked for again, alone
    monkeypatch.setattr(legs, "_TOGETHER_SECONDS", 0.0)
    folder = tmp_path / "usb"
    folder.mkdir()
    for number in range(60):
        (folder / f"memo-{number}.txt").write_text(f"memo number {number} on the basin")
    with Case.init(tmp_path / "case") as case:
        added = case.add([folder], ocr="off")
        assert (added["exhibits"], added["unread"], added["problems"]) == (60, 0, 0)
        assert case.search("basin", limit=1)["total"] == 60
        assert case.catalogue.total_reads() == 60
