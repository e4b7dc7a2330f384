"""What our readers could not read is handed to another program, and the account says so."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from assay.casework.case import Case
from assay.casework.second_reader import wanted
from assay.extract.problems import NO_DOCUMENT, problem
from assay.model.reading import Reading
from assay.testing.copying_converter import CopyingConverter
from assay.testing.makers import archives
from assay.testing.makers.odf import odt

DOC = b"HWP Document File V3.00 \x1a\1\2\3\4\5" + bytes(600)  # no reader here knows it


@pytest.fixture
def converter(monkeypatch: pytest.MonkeyPatch) -> CopyingConverter:
    made = CopyingConverter({"application/x-hwp": ("odt", odt(["The pilot left."]))})
    monkeypatch.setattr("assay.casework.runs.make_converter", lambda _: made)
    return made


def row_of(case: Case, name: str) -> dict[str, object]:
    rows = case.account()["rows"]
    found: dict[str, object] = next(r for r in rows if str(r["path"]).endswith(name))
    return found


def test_a_file_without_a_reader_is_read_from_a_copy_and_marked(
    case: Case, tmp_path: Path, converter: CopyingConverter
) -> None:
    (tmp_path / "old.hwp").write_bytes(DOC)
    added = case.add([tmp_path / "old.hwp"], ocr="off")
    assert (added["exhibits"], added["unread"]) == (1, 0)
    row = row_of(case, "old.hwp")
    assert (row["type"], row["status"]) == ("application/x-hwp", "partly")
    assert [p["code"] for p in row["problems"]] == ["read_by_other"]  # type: ignore[index,attr-defined]
    shown = case.show(str(row["exhibit"]))
    assert shown["metadata"]["found"][0] == ["read-by", "copier 1"]
    assert case.search("pilot")["total"] == 1


def test_a_member_of_a_container_is_read_from_a_copy_too(
    case: Case, tmp_path: Path, converter: CopyingConverter
) -> None:
    (tmp_path / "a.zip").write_bytes(archives.zip_of({"old.hwp": DOC, "b.txt": b"words"}))
    case.add([tmp_path / "a.zip"], ocr="off")
    assert row_of(case, "old.hwp")["status"] == "partly"
    assert not [p for p in (case.folder / "spool").rglob("*") if p.is_file()]


def test_members_of_a_copy_are_exhibits_whose_bytes_are_kept_and_what_was_drawn_is_none(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = io.BytesIO(odt(["The pilot left."]))
    with zipfile.ZipFile(copy, "a") as package:
        package.writestr("Objects/note.txt", "the berth was paid twice")
        package.writestr("Thumbnails/thumbnail.png", "drawn by the program")
    made = CopyingConverter({"application/x-hwp": ("odt", copy.getvalue())})
    monkeypatch.setattr("assay.casework.runs.make_converter", lambda _: made)
    (tmp_path / "old.hwp").write_bytes(DOC)
    case.add([tmp_path / "old.hwp"], ocr="off")
    paths = {str(r["path"]).partition("!/")[2] for r in case.account()["rows"]}
    assert paths == {"", "from the copy/Objects/note.txt"}
    [hit] = case.search("berth")["hits"]
    assert case.verify()["ok"]
    assert case.original(hit["exhibit"]).read_bytes() == b"the berth was paid twice"


def test_a_copy_that_is_being_made_is_skipped_and_said_to_be(
    case: Case, tmp_path: Path, converter: CopyingConverter
) -> None:
    converter.slow = 60.0
    (tmp_path / "old.hwp").write_bytes(DOC)
    asked: list[str] = []

    def watch(state: dict[str, Any]) -> None:
        if converter.asked and not asked:
            with Case(case.folder) as other:
                asked.append(other.skip("old.hwp")["path"])

    added = case.add([tmp_path / "old.hwp"], ocr="off", report=watch)
    assert (asked, added["unread"]) == (["old.hwp"], 1)
    row = row_of(case, "old.hwp")
    codes = [p["code"] for p in row["problems"]]  # type: ignore[attr-defined]
    assert (row["status"], codes) == ("unread", ["no_reader", "skipped"])
    converter.slow = 0.0
    case.retry()
    assert row_of(case, "old.hwp")["status"] == "partly"


def test_a_copy_without_words_leaves_the_exhibit_unread(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = CopyingConverter({"application/x-hwp": ("odt", odt([""]))})
    monkeypatch.setattr("assay.casework.runs.make_converter", lambda _: empty)
    (tmp_path / "old.hwp").write_bytes(DOC)
    case.add([tmp_path / "old.hwp"], ocr="off")
    row = row_of(case, "old.hwp")
    assert (row["status"], len(empty.asked)) == ("unread", 1)


def test_what_our_readers_can_read_is_never_handed_on(
    case: Case, tmp_path: Path, converter: CopyingConverter
) -> None:
    (tmp_path / "a.odt").write_bytes(odt(["Words."]))
    (tmp_path / "b.txt").write_bytes(b"words\n")
    case.add([tmp_path], ocr="off")
    assert converter.asked == []


def test_without_another_program_the_next_step_says_what_to_install(
    case: Case, tmp_path: Path
) -> None:
    (tmp_path / "old.hwp").write_bytes(DOC)
    case.add([tmp_path / "old.hwp"], ocr="off")
    [trouble] = row_of(case, "old.hwp")["problems"]  # type: ignore[misc]
    assert trouble["code"] == "no_reader"
    assert "apt-get install bubblewrap libreoffice-writer" in trouble["next_step"]


def test_a_log_names_the_program_whose_copy_was_read(
    case: Case, tmp_path: Path, converter: CopyingConverter
) -> None:
    (tmp_path / "old.hwp").write_bytes(DOC)
    case.add([tmp_path / "old.hwp"], ocr="off")
    bodies = [e["body"] for e in case.catalogue.events(["read"])]
    assert [b.get("by") for b in bodies if b][-1] == "copier 1"


def test_a_package_without_its_document_is_handed_to_nobody() -> None:
    nothing = problem("damaged", "", NO_DOCUMENT, fatal=True)
    assert not wanted(Reading("", problems=(problem("truncated", fatal=True), nothing)))
    assert wanted(Reading("", problems=(problem("truncated", fatal=True),)))
