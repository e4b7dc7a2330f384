"""A draft beside a case: read like any file, kept nowhere, with what can be made of it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from assay.casework import drafting
from assay.casework.case import Case
from assay.errors import UsageError
from assay.model.statement import Figure, Heard, Mention, Statement, Stretch
from assay.testing.leak import harbour
from assay.testing.makers.docx import docx

SAID = "The channel was sounded in May and nobody was told of the result."
TEXT = f"“{SAID}” Director Edmund Raske told reporters.\n\nOver 300 crowns were paid.\n"


@pytest.fixture
def told(case: Case, tmp_path: Path) -> Case:
    folder = tmp_path / "leak"
    folder.mkdir()
    (folder / "minutes.txt").write_text(TEXT)
    (folder / "other.txt").write_text("The tide table of the year.\n" * 40)
    case.add([folder])
    return case


def verdicts(value: dict[str, Any]) -> list[str]:
    return [item["verdict"] for item in value["checks"] if item["kind"] == "quotation"]


def drafted(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "story.docx"
    path.write_bytes(docx(text.split("\n")))
    return path


def test_a_verbatim_quotation_has_its_place_in_the_case(told: Case, tmp_path: Path) -> None:
    value = told.draft(drafted(tmp_path, f"“{SAID}” Raske said."))
    assert verdicts(value) == ["verbatim"] and not value["alarm"]
    evidence = value["checks"][0]["evidence"][0]
    page = told.show(evidence["exhibit"], evidence["page"])["pages"][0]["text"]
    assert page[evidence["start"] : evidence["end"]] == evidence["exact"]


def test_a_negation_put_in_sets_off_the_alarm(told: Case, tmp_path: Path) -> None:
    changed = SAID.replace("was sounded", "was not sounded")
    value = told.draft(drafted(tmp_path, f"“{changed}” Raske said."))
    assert verdicts(value) == ["altered"] and value["alarm"]


def test_words_of_one_given_to_another_are_misattributed(told: Case, tmp_path: Path) -> None:
    value = told.draft(drafted(tmp_path, f"“{SAID}” said Minister Ada Brandt."))
    assert verdicts(value) == ["misattributed"]


def test_a_case_too_large_for_memory_gives_the_same_verdicts_by_search(
    told: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"“{SAID}” Raske said.", f"“{SAID.replace('May', 'June')}” Raske said."]
    paths = []
    for number, text in enumerate(texts):
        paths.append(tmp_path / f"{number}.txt")
        paths[-1].write_text(text)
    whole = [verdicts(told.draft(path)) for path in paths]
    monkeypatch.setattr(drafting, "_HELD", 0)
    assert [verdicts(told.draft(path)) for path in paths] == whole == [["verbatim"], ["altered"]]


def test_a_docx_gets_its_comments_and_keeps_its_words(told: Case, tmp_path: Path) -> None:
    out = tmp_path / "checked.docx"
    told.draft(drafted(tmp_path, f"“{SAID}” Raske said."), docx=out)
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as package:
        comments = package.read("word/comments.xml").decode()
        body = package.read("word/document.xml").decode()
    assert "minutes.txt" in comments and "commentRangeStart" in body
    with Case.init(tmp_path / "second") as second:
        second.add([out])
        assert SAID in second.show("checked.docx")["pages"][0]["text"]


def test_footnotes_name_the_exhibit(told: Case, tmp_path: Path) -> None:
    out = tmp_path / "notes.md"
    told.draft(drafted(tmp_path, f"“{SAID}” Raske said."), footnotes=out)
    assert "minutes.txt" in out.read_text(encoding="utf-8") and "[^1]" in out.read_text("utf-8")


def test_nothing_is_written_over(told: Case, tmp_path: Path) -> None:
    out = tmp_path / "notes.md"
    out.write_text("mine")
    with pytest.raises(UsageError):
        told.draft(drafted(tmp_path, "x"), footnotes=out)
    assert out.read_text() == "mine"


def test_a_draft_that_cannot_be_read_is_said_and_never_called_clean(
    told: Case, tmp_path: Path
) -> None:
    path = tmp_path / "broken.docx"
    whole = docx([f"“{SAID}”"])
    path.write_bytes(whole[:300])
    assert "truncated" in " ".join(told.draft(path)["not_established"])
    path.write_bytes(b"%PDF-1.7\nnothing")
    with pytest.raises(UsageError, match="could not be read"):
        told.draft(path)


def test_what_is_cut_out_for_a_page_counts_from_its_start() -> None:
    speaker = Mention("Raske", 2, 7, "Edmund Raske")
    statement = Statement("direct", (Stretch(10, 20), Stretch(25, 40)), 0.9, speaker=speaker)
    heard = Heard((statement,), (Figure("300", 12, 15, 300.0), Figure("4", 2, 3, 4.0)))
    cut = drafting.cut_out(heard, 10, 30)
    assert cut.statements[0].content == (Stretch(0, 10), Stretch(15, 20))
    assert cut.statements[0].speaker is not None
    assert cut.statements[0].speaker.name == "Edmund Raske"
    assert [f.start for f in cut.figures] == [2]


def test_the_draft_of_the_demo_is_wrong_where_it_is_meant_to_be(case: Case, tmp_path: Path) -> None:
    harbour.build(tmp_path / "leak")
    case.add([tmp_path / "leak"], ocr="off")
    path = tmp_path / "draft.md"
    path.write_text(harbour.draft(), encoding="utf-8")
    value = case.draft(path)
    wrong = [(c["kind"], c["verdict"], c["text"][:16]) for c in value["checks"]
             if c["verdict"] not in ("verbatim", "agrees")]  # fmt: skip
    assert wrong == [
        ("quotation", "altered", "The East Channel"),
        ("quotation", "misattributed", "Our customers ca"),
        ("figure", "disagrees", "4.92 million"),
        ("name", "spelled_otherwise", "Tobias Lenck"),
    ]
    assert verdicts(value).count("verbatim") == 1
