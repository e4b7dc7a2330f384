"""Mails that hang together are shown together, wherever in the case they lie."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assay.casework.case import Case
from assay.testing.makers import mail


def letter(number: int, date: str, answers: int | None = None) -> bytes:
    return mail.eml(
        f"Words of {number}.", sender="a@x.org", to=["b@x.org"], subject=f"Letter {number}",
        date=date, message_id=f"<{number}@x>",
        in_reply_to="" if answers is None else f"<{answers}@x>",
    )  # fmt: skip


def subjects(case: Case, path: str) -> list[Any]:
    return [mail["subject"] for mail in case.show(path)["thread"]]


def filled(case: Case, folder: Path) -> Case:
    folder.mkdir()
    first = letter(1, "2019-03-14T09:00:00+01:00")
    third = letter(3, "2019-03-14T08:30:00-05:00", 2)  # later than the second, by its zone
    (folder / "box.mbox").write_bytes(mail.mbox([first, third]))
    (folder / "second.eml").write_bytes(letter(2, "2019-03-14T10:00:00+01:00", 1))
    (folder / "other.eml").write_bytes(letter(9, "2019-03-14T10:00:00+01:00"))
    case.add([folder], ocr="off")
    return case


def test_a_mail_shows_the_others_of_its_thread_the_oldest_first(case: Case, tmp_path: Path) -> None:
    filled(case, tmp_path / "usb")
    assert subjects(case, "usb/second.eml") == ["Letter 1", "Letter 3"]
    assert subjects(case, "usb/box.mbox!/000001.eml") == ["Letter 2", "Letter 3"]
    assert subjects(case, "usb/other.eml") == []


def test_answers_to_a_mail_that_is_not_here_hang_together(case: Case, tmp_path: Path) -> None:
    folder = tmp_path / "usb"
    folder.mkdir()
    for number in (4, 5):
        name = f"{number}.eml"
        (folder / name).write_bytes(letter(number, f"2019-03-1{number}T09:00:00Z", 1))
    case.add([folder], ocr="off")
    assert subjects(case, "usb/4.eml") == ["Letter 5"]


def test_a_withdrawn_mail_leaves_its_thread(case: Case, tmp_path: Path) -> None:
    filled(case, tmp_path / "usb")
    case.withdraw("usb/second.eml", authority="a court", reason="an order")
    assert subjects(case, "usb/box.mbox!/000001.eml") == []


def test_a_large_mailbox_gets_more_time_than_a_small_exhibit(case: Case, tmp_path: Path) -> None:
    limits = case.settings.limits
    assert limits.wall(0) == limits.seconds
    assert limits.wall(1 << 30) == limits.seconds + 1024 * limits.mib_seconds
