"""The command line: the contract's exit codes and JSON, messages with a next step."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from assay.casework.case import Case
from assay.cli.main import COMMANDS, cli, run
from assay.cli.progress import describe, time_left
from assay.testing.makers import archives
from assay.testing.makers.docx import docx


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    folder = tmp_path / "usb"
    folder.mkdir()
    (folder / "memo.txt").write_text("the dredging contract\n")
    (folder / "نامە.docx").write_bytes(docx(["بۇ خەت ۋارنھولىم پورتى ھەققىدە"]))
    return folder


@pytest.fixture
def harbour(tmp_path: Path, usb: Path, capsys: pytest.CaptureFixture[str]) -> str:
    place = str(tmp_path / "harbour")
    assert run(["init", place]) == 0
    assert run(["--case", place, "add", str(usb), "--ocr", "off"]) == 0
    capsys.readouterr()
    return place


def out(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_the_first_command_says_the_next_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", str(tmp_path / "c")]) == 0
    assert "add PATH" in capsys.readouterr().out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_with_an_example(name: str) -> None:
    found = CliRunner().invoke(cli, [name, "--help"])
    assert found.exit_code == 0
    assert "Example:" in found.output
    assert COMMANDS[name]


@pytest.mark.parametrize(
    ("arguments", "schema"),
    [
        (["search", "dredging", "--json"], "assay/hits/1"),
        (["account", "--json"], "assay/account/1"),
        (["show", "usb/memo.txt", "--json"], "assay/exhibit/1"),
        (["ledger", "--json"], "assay/list/1"),
        (["note", "usb/memo.txt", "words", "--json"], "assay/event/1"),
        (["tag", "usb/memo.txt", "key", "--json"], "assay/list/1"),
        (["verify", "--json"], "assay/report/1"),
        (["doctor", "--json"], "assay/doctor/1"),
        (["retry", "--json"], "assay/added/1"),
        (["rebuild", "--json"], "assay/added/1"),
    ],
)
def test_json_is_one_object_with_its_schema_wherever_the_case_is_named(
    harbour: str, capsys: pytest.CaptureFixture[str], arguments: list[str], schema: str
) -> None:
    assert run(["--case", harbour, *arguments]) == 0
    assert out(capsys)["schema"] == schema
    assert run([arguments[0], "--case", harbour, *arguments[1:]]) == 0
    assert out(capsys)["schema"] == schema


def test_hits_carry_what_the_contract_names(
    harbour: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["--case", harbour, "search", "dredging", "--json", "--facets"])
    found = out(capsys)
    assert found["total"] == 1
    (hit,) = found["hits"]
    assert {"exhibit", "path", "paths", "page", "score", "snippet", "marks", "locator"} <= set(hit)
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", hit["exhibit"])
    assert "the dredging contract"[slice(*hit["marks"][0])] == "dredging"
    assert found["facets"]["type"] == [["text/plain", 1]]


def test_uyghur_is_found_from_the_command_line(
    harbour: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["--case", harbour, "search", "ۋارنھولىم", "--json"])
    assert out(capsys)["hits"][0]["path"] == "usb/نامە.docx"


def test_lists_can_be_had_one_object_a_line(
    harbour: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["--case", harbour, "show", "--all", "--jsonl"])
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["schema"] for line in lines] == ["assay/exhibit/1"] * 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["search", "(dredging"], 2),
        (["search"], 2),
        (["nonsense"], 2),
        (["show", "nothing/like/this"], 10),
        (["add", "/no/such/folder"], 2),
        (["tag", "usb/memo.txt", ""], 2),
        (["withdraw", "usb/memo.txt"], 2),
    ],
)
def test_failures_have_the_exit_code_of_the_contract_and_no_trace(
    harbour: str, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int
) -> None:
    assert run(["--case", harbour, *arguments]) == code
    said = capsys.readouterr()
    assert said.err
    assert "Traceback" not in said.err


def test_a_query_that_cannot_be_read_says_where_and_why(
    harbour: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--case", harbour, "search", "dredging AND ("]) == 2
    assert "at character" in capsys.readouterr().err


def test_exhibits_that_could_not_be_read_are_exit_code_3(
    tmp_path: Path, usb: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (usb / "locked.zip").write_bytes(archives.encrypted_zip({"a.txt": b"x"}, "heron"))
    place = str(tmp_path / "c")
    run(["init", place])
    assert run(["--case", place, "add", str(usb), "--ocr", "off"]) == 3
    assert "assay account --problems" in capsys.readouterr().out
    (tmp_path / "words").write_text("heron\n")
    assert run(["--case", place, "retry", "--passwords", str(tmp_path / "words")]) == 0


def test_a_case_that_does_not_verify_is_exit_code_20(
    harbour: str, capsys: pytest.CaptureFixture[str]
) -> None:
    victim = next(Path(harbour, "originals").glob("*/*"))
    victim.chmod(0o600)
    victim.write_bytes(b"other bytes")
    assert run(["verify", harbour]) == 20
    said = capsys.readouterr().out
    assert "FAILED" in said
    assert said.splitlines()[-1].startswith("Not checked")


def test_without_a_case_the_next_step_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["account"]) == 10
    assert "assay init" in capsys.readouterr().err


def test_the_nearest_case_above_is_found(
    harbour: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(harbour) / "logs")
    assert run(["search", "dredging", "--json"]) == 0
    assert out(capsys)["total"] == 1


def test_a_file_outside_any_case_is_shown_and_leaves_nothing(
    tmp_path: Path, usb: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    assert run(["show", str(usb / "memo.txt"), "--json"]) == 0
    assert out(capsys)["pages"][0]["text"] == "the dredging contract\n"
    assert sorted(tmp_path.rglob("*")) == before


def test_control_and_bidi_characters_of_a_leak_never_reach_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "usb"
    folder.mkdir()
    (folder / "a\u202egnp.txt").write_text("evil \x1b[31m words \u202e here")
    place = str(tmp_path / "c")
    run(["init", place])
    run(["--case", place, "add", str(folder)])
    run(["--case", place, "search", "evil"])
    run(["--case", place, "account"])
    run(["--case", place, "show", next(iter(Case(Path(place)).account()["rows"]))["exhibit"]])
    said = capsys.readouterr().out
    assert "evil" in said
    assert not any(char in said for char in "\x1b\u202e")


def test_a_hand_over_note_is_written_without_paths(
    tmp_path: Path, usb: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(tmp_path / "c")
    run(["init", place])
    note = tmp_path / "note.txt"
    run(
        [
            "--case",
            place,
            "add",
            str(usb),
            "--ocr",
            "off",
            "--handover",
            str(note),
            "--channel",
            "post",
        ]
    )
    text = note.read_text()
    assert "2 files" in text and "post" in text
    assert str(usb) not in text


def test_progress_says_how_much_how_fast_and_how_long() -> None:
    state = {
        "phase": "reading", "read": 1204, "exhibits": 8140, "seen": 8140, "receiving": False,
        "ocr_waiting": 0, "ocr_done": 0, "done_now": 1204, "seconds": 12.0, "problems": 3,
        "slow": [{"exhibit": "sha256:9f31c0aa11223344", "seconds": 14}],
    }  # fmt: skip
    said = describe(state)
    assert said.startswith("reading 1 204 of 8 140 · 100 a second · 69 s left · 3 problems")
    assert "slow: 9f31c0aa1122 since 14 s" in said
    assert time_left(4000) == "67 min"


def test_help_and_search_import_only_what_they_need() -> None:
    program = (
        "import sys\nfrom assay.cli.main import run\nrun(['--help'])\n"
        "heavy = {'tantivy', 'cryptography', 'sqlite3', 'lxml', 'pypdfium2', 'starlette'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"


def test_interrupting_says_that_everything_done_is_kept(
    harbour: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*args: object, **named: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Case, "rebuild", interrupted)
    assert run(["--case", harbour, "rebuild"]) == 130
    assert "kept" in capsys.readouterr().err
