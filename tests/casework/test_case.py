"""The main job, whole: what goes in is found, accounted for, proven, and can be taken out."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.casework.case import Case
from assay.engines.lease import Lease, holder
from assay.errors import CaseExists, CaseHeld, CaseTooNew, NotFound, Refused, UsageError
from assay.model import places
from assay.testing.makers import archives


def answers(case: Case) -> dict[str, Any]:
    """What a case says, without what differs from run to run (ids of events, times)."""
    account = case.account()
    rows = [{k: v for k, v in row.items() if k != "paths"} for row in account["rows"]]
    shown = {
        item["exhibit"]: (item["path"], item["type"], [p["text"] for p in item["pages"]])
        for item in case.show_all()
    }
    hits = {
        query: sorted((h["exhibit"], h["page"]) for h in case.search(query, 1000)["hits"])
        for query in ("dredging", "deep words", "survey", "type:docx", "in:pack-3.zip")
    }
    return {
        "rows": sorted(rows, key=lambda row: (row["exhibit"], row["path"])),
        "shown": shown,
        "hits": hits,
        "counts": {k: account[k] for k in ("exhibits", "read", "partly", "unread")},
    }


def test_every_file_has_a_row_with_its_digest_and_what_became_of_it(
    filled: Case, folder: Path
) -> None:
    from assay.proof.digests import digest_of

    account = filled.account()
    received = {digest_of(path.read_bytes()) for path in folder.iterdir()}
    assert received <= {row["exhibit"] for row in account["rows"] if row["parent"] is None}
    assert account["exhibits"] == len(account["rows"])
    assert account["read"] + account["partly"] + account["unread"] == account["exhibits"]
    broken = next(row for row in account["rows"] if row["path"].endswith("broken.docx"))
    assert broken["status"] != "read"
    assert broken["problems"][0]["next_step"]


def test_members_at_any_depth_are_exhibits_of_their_own(filled: Case) -> None:
    hit = filled.search('"deep words 3"')["hits"][0]
    assert hit["path"] == "usb/pack-3.zip!/inner.zip!/deep.txt"
    container = filled.show("usb/pack-3.zip")
    assert container["expected"] == 2
    assert {m["path"] for m in container["members"]} == {
        "usb/pack-3.zip!/inner.zip",
        "usb/pack-3.zip!/plain.txt",
    }
    member = filled.show(hit["exhibit"])
    assert member["parents"] == [
        m["exhibit"] for m in container["members"] if m["path"].endswith("inner.zip")
    ]
    assert filled.original(hit["exhibit"]).read_bytes() == b"deep words 3"


def test_a_second_add_of_the_same_folder_takes_nothing_and_reads_nothing(
    filled: Case, folder: Path
) -> None:
    before = answers(filled)
    events = len(filled.ledger())
    added = filled.add([folder], ocr="off")
    assert (added["received"], added["known"], added["exhibits"]) == (0, 26, 0)
    assert answers(filled) == before
    assert len(filled.ledger()) == events


def test_the_same_bytes_under_a_new_path_are_found_under_both(filled: Case, tmp_path: Path) -> None:
    second = tmp_path / "second"
    second.mkdir()
    shutil.copy(tmp_path / "usb" / "memo-0.txt", second / "other name.txt")
    filled.add([second], ocr="off")
    shown = filled.show("usb/memo-0.txt")
    assert [p["display"] for p in shown["paths"]] == ["usb/memo-0.txt", "second/other name.txt"]
    assert filled.search('path:"other name"')["total"] == 1


def test_a_case_verifies_and_so_does_its_copy_on_another_disk(filled: Case, tmp_path: Path) -> None:
    assert filled.verify()["ok"]
    shutil.copytree(filled.folder, tmp_path / "moved")
    with Case(tmp_path / "moved") as moved:
        assert moved.verify()["ok"]
        assert answers(moved) == answers(filled)


def test_rebuild_gives_the_same_answers(filled: Case) -> None:
    filled.note("usb/memo-0.txt", "read this first")
    filled.tag("usb/memo-0.txt", ["key"])
    before = answers(filled)
    shutil.rmtree(filled.folder / places.DERIVED)
    filled.close()
    rebuilt = filled.rebuild()
    assert rebuilt["differs"] == []
    assert answers(filled) == before
    assert filled.search("tag:key")["total"] == 1
    assert (
        filled.annotations(filled.resolve("usb/memo-0.txt").exhibit)[0]["value"]
        == "read this first"
    )


def test_a_locator_from_a_hit_shows_notes_and_tags_the_very_words(filled: Case) -> None:
    hit = filled.search("dredging", 1)["hits"][0]
    event = filled.note(hit["locator"], "who paid?")
    assert event["body"]["locator"]["exact"] == "dredging"
    low, high = hit["marks"][0]
    page = filled.show(hit["exhibit"], hit["page"])["pages"][0]
    assert page["text"][low:high] == "dredging"
    whole = "".join(p["text"] for p in filled.show(hit["exhibit"])["pages"])
    assert whole[hit["locator"]["start"] : hit["locator"]["end"]] == "dredging"
    assert filled.search("has:note")["total"] == 1


def test_tags_come_off_again_and_the_ledger_keeps_both(filled: Case) -> None:
    filled.tag("usb/memo-0.txt", ["payment", "key"])
    filled.tag("usb/memo-0.txt", ["Payment"], remove=True)
    assert filled.tags() == [("key", 1)]
    kinds = [event["type"] for event in filled.ledger()]
    assert kinds[-3:] == ["tag", "tag", "untag"]
    with pytest.raises(UsageError):
        filled.tag("usb/memo-0.txt", ["payment"], remove=True)


def test_names_are_looked_up_and_a_bad_line_stops_nothing(filled: Case) -> None:
    found = list(filled.names(b'Survey 2\nNobody\n"open\n\xff\xfe bad\nplain 3,x\n'))
    assert [(item["line"], item["hits"] > 0, bool(item.get("problem"))) for item in found] == [
        (1, True, False),
        (2, False, False),
        (3, False, True),
        (4, False, True),
        (5, True, False),
    ]
    assert found[0]["where"][0]["path"].startswith("usb/mail-2.eml")


def test_what_is_withdrawn_is_gone_from_every_file_of_the_case(
    filled: Case, tmp_path: Path
) -> None:
    secret = tmp_path / "leak"
    secret.mkdir()
    body = "Zwiebelfisch quokkamilk testimony of the night watch\n"
    inner = archives.zip_of({"quokka-list.txt": ("xylophonic " + body).encode()})
    (secret / "quokkafile.zip").write_bytes(
        archives.zip_of({"in.zip": inner, "a.txt": body.encode()})
    )
    filled.add([secret], ocr="off")
    digest = filled.resolve("leak/quokkafile.zip").exhibit
    filled.note(digest, "quokkanote")
    filled.tag(digest, ["quokkatag"])
    filled.search("quokkamilk")
    event = filled.withdraw(digest, "Court of Varnholt", "order 7/31")
    assert event["subject"] == digest
    filled.close()
    words = [
        b"quokka",
        b"Zwiebelfisch",
        b"zwiebelfisch",
        b"xylophonic",
        b"night watch",
        b"testimony",
    ]
    originals = {p.name for p in (filled.folder / places.ORIGINALS).rglob("*") if p.is_file()}
    assert digest[9:] not in originals
    for path in filled.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not any(word in data for word in words), path
            assert b"quokka" not in path.name.encode()
    report = filled.verify()
    assert report["ok"], [c for c in report["checks"] if not c["ok"]]
    assert digest in {item["subject"] for item in report["withdrawn"]}
    assert filled.search("quokkamilk")["total"] == 0
    with pytest.raises(NotFound, match="withdrawn"):
        filled.show(digest)
    again = filled.add([secret], ocr="off")
    assert again["received"] == 0
    assert filled.account()["not_received"][0]["code"] == "withdrawn"
    assert filled.verify()["ok"]


def test_a_member_of_a_container_that_stays_cannot_be_withdrawn_alone(filled: Case) -> None:
    member = filled.show("usb/pack-3.zip")["members"][0]["exhibit"]
    with pytest.raises(Refused, match="inside a container"):
        filled.withdraw(member, "court", "order")


def test_a_note_is_withdrawn_without_its_exhibit(filled: Case) -> None:
    event = filled.note("usb/memo-0.txt", "regretted wombatwords")
    filled.withdraw(event["id"], "its author", "a slip")
    filled.close()
    for path in (filled.folder / places.LOGS).rglob("*"):
        if path.is_file():
            assert b"wombatwords" not in path.read_bytes()
    assert filled.verify()["ok"]
    assert filled.show("usb/memo-0.txt")["annotations"] == []


def test_a_kill_in_the_middle_of_a_withdrawal_is_finished_by_the_next_run(
    filled: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = filled.resolve("usb/memo-0.txt").exhibit
    monkeypatch.setattr("assay.casework.withdrawing._destroy_payloads", lambda *a: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        filled.withdraw(digest, "court", "order")
    monkeypatch.undo()
    filled.close()
    assert not filled.verify()["ok"]
    filled.retry()
    assert filled.verify()["ok"]
    assert not filled.vault().has(digest)


def test_a_second_run_on_the_same_case_says_who_holds_it(filled: Case, folder: Path) -> None:
    with (
        Lease(filled.folder / places.LOCK_FILE, "Ana", "add"),
        pytest.raises(CaseHeld, match="Ana holds it: `add`, process"),
    ):
        filled.add([folder])
    assert holder(filled.folder / places.LOCK_FILE) is None


def test_a_note_and_a_search_do_not_wait_for_the_one_who_holds_the_case(filled: Case) -> None:
    with Lease(filled.folder / places.LOCK_FILE, "Ana", "add"):
        assert filled.note("usb/memo-0.txt", "meanwhile")["type"] == "note"
        assert filled.search("dredging")["total"] > 0


def test_a_live_case_is_copied_whole_and_the_copy_verifies(filled: Case, tmp_path: Path) -> None:
    filled.note("usb/memo-0.txt", "kept in the copy")
    filled.backup(tmp_path / "copy.tar")
    with tarfile.open(tmp_path / "copy.tar") as tar:
        tar.extractall(tmp_path / "restored", filter="data")
    with Case(tmp_path / "restored" / "case") as copy:
        copy.rebuild()
        assert answers(copy) == answers(filled)
        assert copy.verify()["ok"]
    with pytest.raises(UsageError, match="exists"):
        filled.backup(tmp_path / "copy.tar")


def test_an_encrypted_archive_is_opened_by_retry_and_its_members_are_kept(
    case: Case, tmp_path: Path
) -> None:
    (tmp_path / "locked.zip").write_bytes(
        archives.encrypted_zip({"statement.txt": b"account 7731 twice"}, "heron")
    )
    case.add([tmp_path / "locked.zip"], ocr="off")
    assert case.search("7731")["total"] == 0
    row = case.account()["rows"][0]
    assert row["status"] == "unread" and row["failed"] == 1
    case.retry(passwords=["wrong", "heron"])
    hit = case.search("7731")["hits"][0]
    assert case.vault().has(hit["exhibit"])
    assert case.verify()["ok"]
    for path in case.folder.rglob("*"):
        if path.is_file() and places.ORIGINALS not in path.parts:
            assert b"heron" not in path.read_bytes()
    before = case.search("7731")["total"]
    case.rebuild()
    assert case.search("7731")["total"] == before


def test_an_init_on_a_folder_that_holds_something_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    with pytest.raises(CaseExists):
        Case.init(tmp_path)


def test_a_case_of_a_newer_format_is_refused(case: Case) -> None:
    path = case.folder / places.CASE_FILE
    path.write_text(path.read_text().replace("format = 1", "format = 99"))
    with pytest.raises(CaseTooNew):
        Case(case.folder)


def test_nothing_in_case_toml_is_secret_or_absolute(filled: Case) -> None:
    text = (filled.folder / places.CASE_FILE).read_text()
    assert str(filled.folder) not in text
    assert "/" not in text.split("[engines]")[0]


def test_the_account_as_csv_has_a_line_an_exhibit_and_runs_no_formula(
    case: Case, tmp_path: Path
) -> None:
    (tmp_path / "=cmd.txt").write_text("x")
    case.add([tmp_path / "=cmd.txt"], ocr="off")
    assert "'=cmd.txt" in "".join(case.account_csv())


def test_a_signed_account_is_an_event_that_counts_the_same(filled: Case) -> None:
    event = filled.sign_account()
    account = filled.account()
    assert event["body"]["exhibits"] == account["exhibits"]
    assert event["body"]["unread"] == account["unread"]


RUN = """
import os, sys
from pathlib import Path
from assay.casework.case import Case
case = Case(Path(sys.argv[1]))
case.add([Path(sys.argv[2])], ocr="off")
"""


def start_add(case: Path, folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", RUN, str(case), str(folder)],
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def test_a_kill_leaves_a_case_that_goes_on_and_verifies(
    case: Case, tmp_path: Path, make_folder: Callable[[Path, int], Path]
) -> None:
    folder = make_folder(tmp_path / "usb", 150)
    case.close()
    run = start_add(case.folder, folder)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and not (case.folder / places.CATALOGUE).exists():
        time.sleep(0.01)
    time.sleep(0.8)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    assert case.verify()["ok"]
    case.add([folder], ocr="off")
    assert case.verify()["ok"]
    with Case.init(tmp_path / "whole") as whole:
        whole.add([folder], ocr="off")
        assert answers(case) == answers(whole)


def test_interrupting_keeps_what_is_done(
    case: Case, tmp_path: Path, make_folder: Callable[[Path, int], Path]
) -> None:
    folder = make_folder(tmp_path / "usb", 150)
    calls = []

    def interrupt(state: dict[str, Any]) -> None:
        calls.append(state)
        if len(calls) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        case.add([folder], ocr="off", report=interrupt)
    assert case.verify()["ok"]
    done = case.catalogue.total_reads()
    case.add([folder], ocr="off")
    total = case.catalogue.counts()["exhibits"]
    assert case.catalogue.total_reads() - total <= max(1, 0.02 * done)


def test_the_events_of_a_run_name_source_and_paths_in_a_private_event_alone(
    case: Case, folder: Path
) -> None:
    case.add([folder], ocr="off", source="Robin", channel="by hand")
    events = case.ledger()
    with_source = [e for e in events if "Robin" in json.dumps(e["body"])]
    assert [e["audience"] for e in with_source] == ["private"]
    for event in events:
        if event["audience"] != "private":
            assert str(folder.parent) not in json.dumps(event["body"])
            # as a word: a short name may stand inside the name of a library
            host = rf"\b{re.escape(os.uname().nodename)}\b"
            assert not re.search(host, json.dumps(event["body"]))


def test_members_with_the_same_bytes_in_many_containers_are_lost_in_none(
    case: Case, tmp_path: Path
) -> None:
    folder = tmp_path / "leak"
    folder.mkdir()
    for number in range(40):
        with zipfile.ZipFile(folder / f"{number}.zip", "w") as archive:
            archive.writestr(f"{number}.txt", f"of its own {number}")
            archive.writestr("same.txt", "the same in all of them")
    case.add([folder])
    account = case.account()
    assert {row["status"] for row in account["rows"]} == {"read"}
    shown = next(row for row in account["rows"] if row["path"].endswith("same.txt"))
    assert len(shown["paths"]) == 40


@pytest.mark.parametrize("names", [("a.zip", "b.zip"), ("b.zip", "a.zip")])
def test_the_path_of_a_member_in_two_containers_does_not_depend_on_which_was_read_first(
    case: Case, tmp_path: Path, names: tuple[str, str]
) -> None:
    for name in names:  # one run each, so that the order of reading is known
        (tmp_path / name).write_bytes(
            archives.zip_of({"same.txt": b"the cargo was counted twice", name: name.encode()})
        )
        case.add([tmp_path / name], ocr="off")
    hit = case.search("cargo")["hits"][0]
    assert hit["path"] == "a.zip!/same.txt"
    assert [place["display"] for place in hit["paths"]] == ["a.zip!/same.txt", "b.zip!/same.txt"]
    row = next(r for r in case.account()["rows"] if r["exhibit"] == hit["exhibit"])
    assert row["path"] == "a.zip!/same.txt"
