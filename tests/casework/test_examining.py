"""Findings on their way: from an added file to `examine`, search and the exhibit's page."""

from __future__ import annotations

from pathlib import Path

import pytest

from assay.casework import tasks
from assay.casework.case import Case
from assay.casework.loose import examine_file
from assay.errors import NotFound
from assay.testing.makers import pdf as makers

WORDS = "Mira Halloran"


@pytest.fixture
def examined(case: Case, tmp_path: Path) -> Case:
    folder = tmp_path / "leak"
    folder.mkdir()
    covered = makers.badly_redacted_pdf([[f"The witness is {WORDS} of Quay 4."]], [WORDS])
    (folder / "covered.pdf").write_bytes(covered)
    (folder / "plain.pdf").write_bytes(makers.pdf([["Nothing to see."]]))
    case.add([folder])
    return case


def test_a_finding_of_an_added_file_is_given_by_examine_and_shown_with_the_exhibit(
    examined: Case,
) -> None:
    found = list(examined.examine())
    assert [(f["code"], f["notice"], f["path"].rpartition("/")[2]) for f in found] == [
        ("pdf_text_covered", "high", "covered.pdf")
    ]
    shown = examined.show(found[0]["exhibit"])
    assert [f["code"] for f in shown["findings"]] == ["pdf_text_covered"]
    assert shown["status"] == "read"


def test_examine_of_one_exhibit_gives_its_findings_alone(examined: Case) -> None:
    assert list(examined.examine(["leak/plain.pdf"])) == []
    assert len(list(examined.examine(["leak/covered.pdf"]))) == 1
    with pytest.raises(NotFound):
        examined.examine(["leak/nowhere.pdf"])


def test_has_finding_finds_the_exhibit(examined: Case) -> None:
    hits = examined.search("has:finding")["hits"]
    assert [hit["path"].rpartition("/")[2] for hit in hits] == ["covered.pdf"]


def test_a_rebuild_gives_the_same_findings(examined: Case) -> None:
    before = list(examined.examine())
    examined.rebuild()
    assert list(examined.examine()) == before


def test_a_member_of_a_container_is_examined_like_a_file(case: Case, tmp_path: Path) -> None:
    import zipfile

    with zipfile.ZipFile(tmp_path / "papers.zip", "w") as archive:
        body = makers.badly_redacted_pdf([[f"{WORDS} spoke."]], [WORDS])
        archive.writestr("covered.pdf", body)
    case.add([tmp_path / "papers.zip"])
    assert [f["path"] for f in case.examine()] == ["papers.zip!/covered.pdf"]


def test_a_withdrawn_exhibit_leaves_no_finding_and_no_word_of_it(examined: Case) -> None:
    exhibit = next(iter(examined.examine()))["exhibit"]
    examined.withdraw(exhibit, authority="court", reason="order 7")
    assert list(examined.examine()) == []
    for path in examined.folder.rglob("*"):
        if path.is_file():
            assert b"Halloran" not in path.read_bytes()


def test_a_look_that_dies_costs_no_reading_and_is_said(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker is asked what it cannot understand, and the task ends with an exception there."""
    monkeypatch.setattr(tasks, "LookRequest", lambda *asked: {})
    path = tmp_path / "covered.pdf"
    path.write_bytes(makers.badly_redacted_pdf([[f"{WORDS} spoke."]], [WORDS]))
    case.add([path])
    shown = case.show("covered.pdf")
    assert WORDS.split()[0] in shown["pages"][0]["text"]
    assert shown["status"] == "read"
    assert [p["code"] for p in shown["problems"]] == ["not_examined"]


def test_a_file_outside_any_case_is_examined_in_the_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "covered.pdf"
    path.write_bytes(makers.badly_redacted_pdf([[f"{WORDS} spoke."]], [WORDS]))
    found = examine_file(path)
    assert [f["code"] for f in found] == ["pdf_text_covered"]
    assert found[0]["exhibit"].startswith("sha256:")
