"""Pages go to OCR once, sealed ones too, and what is left out is said."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import msgspec
import pikepdf
import pytest
from PIL import Image

from assay.casework import doctor
from assay.casework.case import Case
from assay.extract.ocr import page as ocr
from assay.extract.problems import problem
from assay.testing.inline_workers import InlineWorkers
from assay.testing.makers import archives, images
from assay.testing.makers.pdf import pdf, scanned_pdf


@pytest.fixture
def recognised(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The sizes of pictures that an engine was shown, each of which reads `dredging`."""
    shown: list[tuple[int, int]] = []

    def read(picture: Image.Image, *_: Any, **__: Any) -> ocr.OcrPage:
        shown.append(picture.size)
        return ocr.OcrPage("text", "dredging of basin nine", confidence=91.0, language="eng")

    monkeypatch.setattr(ocr, "read_page", read)
    monkeypatch.setattr("assay.casework.recognisers.recognisers", lambda: [object()])
    monkeypatch.setattr(
        "assay.casework.runs.make_pool", lambda *_: InlineWorkers("assay.casework.tasks")
    )
    return shown


def drawn(text: str) -> Image.Image:
    return images.render_page([text], dpi=100)


def test_the_same_picture_in_two_exhibits_is_recognised_once_and_found_in_both(
    case: Case, tmp_path: Path, recognised: list[tuple[int, int]]
) -> None:
    scan, other = drawn("one page"), drawn("another page")
    (tmp_path / "a.pdf").write_bytes(scanned_pdf([scan, other], dpi=100, title="first"))
    (tmp_path / "b.pdf").write_bytes(scanned_pdf([scan], dpi=100, title="second"))
    case.add([tmp_path / "a.pdf"])
    assert len(recognised) == 2
    case.add([tmp_path / "b.pdf"])
    assert len(recognised) == 2
    assert case.search("dredging")["total"] == 3
    first, second = (case.resolve(name).exhibit for name in ("a.pdf", "b.pdf"))
    assert case.catalogue.ocr_kept(second, 1) == case.catalogue.ocr_kept(first, 1)
    assert case.catalogue.ocr_kept(first, 2) not in (None, case.catalogue.ocr_kept(first, 1))
    case.rebuild()
    assert case.search("dredging")["total"] == 3
    assert len(recognised) == 2


def test_the_same_picture_twice_in_one_file_is_recognised_once(
    case: Case, tmp_path: Path, recognised: list[tuple[int, int]]
) -> None:
    scan = drawn("one page")
    (tmp_path / "a.pdf").write_bytes(scanned_pdf([scan, scan, scan], dpi=100))
    case.add([tmp_path / "a.pdf"])
    assert len(recognised) == 1
    assert case.search("dredging")["total"] == 3


def test_a_page_that_was_kept_and_lost_is_recognised_again(
    case: Case, tmp_path: Path, recognised: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = drawn("one page")
    (tmp_path / "a.pdf").write_bytes(scanned_pdf([scan], dpi=100, title="first"))
    (tmp_path / "b.pdf").write_bytes(scanned_pdf([scan], dpi=100, title="second"))
    case.add([tmp_path / "a.pdf"])
    monkeypatch.setattr("assay.engines.catalogue.Catalogue.ocr_of_picture", lambda *_: None)
    case.add([tmp_path / "b.pdf"])
    assert len(recognised) == 2
    assert case.search("dredging")["total"] == 2


def sealed(body: bytes, password: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(body)) as document:
        document.save(out, encryption=pikepdf.Encryption(owner=password, user=password))
    return out.getvalue()


def test_a_scan_in_a_sealed_pdf_is_recognised_once_its_password_is_given(
    case: Case, tmp_path: Path, recognised: list[tuple[int, int]]
) -> None:
    (tmp_path / "a.pdf").write_bytes(sealed(scanned_pdf([drawn("x")], dpi=100), "heron"))
    case.add([tmp_path / "a.pdf"])
    assert recognised == []
    case.retry(passwords=["wrong", "heron"])
    assert len(recognised) == 1
    assert case.search("dredging")["total"] == 1
    assert [row["status"] for row in case.account()["rows"]] == ["read"]


def test_a_scan_in_a_sealed_archive_is_recognised_once_its_password_is_given(
    case: Case, tmp_path: Path, recognised: list[tuple[int, int]]
) -> None:
    scan = images.encode(drawn("x"), "PNG", dpi=100)
    (tmp_path / "a.zip").write_bytes(archives.encrypted_zip({"scan.png": scan}, "heron"))
    case.add([tmp_path / "a.zip"])
    assert recognised == []
    case.retry(passwords=["heron"])
    assert len(recognised) == 1
    assert case.search("dredging")["total"] == 1


def test_a_picture_too_small_for_words_is_left_without_ocr_and_that_is_said(
    case: Case, tmp_path: Path, recognised: list[tuple[int, int]]
) -> None:
    (tmp_path / "icon.png").write_bytes(images.encode(drawn("x").resize((150, 120)), "PNG"))
    (tmp_path / "scan.png").write_bytes(images.encode(drawn("x").resize((500, 400)), "PNG"))
    case.add([tmp_path / "icon.png", tmp_path / "scan.png"])
    assert recognised == [(500, 400)]
    rows = {row["path"]: row for row in case.account()["rows"]}
    icon = rows["icon.png"]
    assert icon["status"] == "read"
    assert [p["code"] for p in icon["problems"]] == ["ocr_too_small"]
    assert not rows["scan.png"]["problems"]


def test_doctor_names_a_language_pack_that_is_missing_and_the_command_that_adds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "eng.traineddata").write_bytes(b"a model")
    monkeypatch.setenv("TESSDATA_PREFIX", str(tmp_path))
    checks = {check["name"]: check for check in doctor._ocr()}
    assert checks["OCR English"]["ok"]
    uyghur = checks["OCR Uyghur"]
    assert (uyghur["ok"], uyghur["command"]) == (False, "apt-get install tesseract-ocr-uig")


def test_all_recognises_a_page_with_text_too_and_keeps_both(
    case: Case, tmp_path: Path, recognised: list[tuple[int, int]]
) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf([["the heron stands"]]))
    case.add([tmp_path / "a.pdf"], ocr="auto")
    assert recognised == []
    (tmp_path / "b.pdf").write_bytes(pdf([["the heron flies"]]))
    case.add([tmp_path / "b.pdf"], ocr="all")
    assert len(recognised) == 1
    page = case.show("b.pdf")["pages"][0]
    assert page["text"] == "the heron flies\n\ndredging of basin nine"
    start, end, kind = page["regions"][-1]
    assert (page["text"][start:end], kind) == ("dredging of basin nine", "ocr")


# ---------------------------------------------------------------- doubts, and another try


Answers = list[ocr.OcrPage]
NOISE = ocr.OcrPage("text", "1` ¥ ڵ“ 0121", confidence=31.0, language="uig")
WORDS = ocr.OcrPage("text", "dredging of basin nine", confidence=91.0, language="eng")
PICTURE = ocr.OcrPage("picture", language="eng")


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """What an engine answers, one after another."""
    coming: Answers = []
    monkeypatch.setattr(ocr, "read_page", lambda *_, **__: coming.pop(0))
    monkeypatch.setattr("assay.casework.recognisers.recognisers", lambda: [object()])
    monkeypatch.setattr(
        "assay.casework.runs.make_pool", lambda *_: InlineWorkers("assay.casework.tasks")
    )
    return coming


def told(case: Case) -> tuple[str, list[str]]:
    row = case.account()["rows"][0]
    return row["status"], [problem["code"] for problem in row["problems"]]


def scan(tmp_path: Path) -> Path:
    path = tmp_path / "a.pdf"
    path.write_bytes(scanned_pdf([drawn("one page")], dpi=100))
    return path


def test_a_page_read_as_noise_is_partly_read_and_in_no_language(
    case: Case, tmp_path: Path, answers: Answers
) -> None:
    answers[:] = [NOISE]
    case.add([scan(tmp_path)])
    assert told(case) == ("partly", ["ocr_doubtful"])
    assert case.show("a.pdf")["language"] is None
    case.rebuild()  # nothing is recognised twice, and its doubts are not forgotten
    assert told(case) == ("partly", ["ocr_doubtful"])


def test_a_doubtful_page_is_recognised_anew_by_retry_and_its_doubts_end_with_it(
    case: Case, tmp_path: Path, answers: Answers
) -> None:
    answers[:] = [NOISE, WORDS]
    case.add([scan(tmp_path)])
    case.retry(passwords=["heron"])
    assert told(case) == ("partly", ["ocr_doubtful"])  # passwords alone open no page picture
    case.retry()
    assert told(case) == ("read", [])
    assert case.search("dredging")["total"] == 1
    case.rebuild()
    assert told(case) == ("read", [])


@pytest.mark.parametrize("code", ["ocr_lines_unread", "limit_ocr_pixels"])
def test_a_page_read_in_part_is_recognised_anew_by_retry(
    case: Case, tmp_path: Path, answers: Answers, code: str
) -> None:
    answers[:] = [msgspec.structs.replace(WORDS, problems=(problem(code),)), WORDS]
    case.add([scan(tmp_path)])
    assert told(case) == ("partly", [code])
    case.retry()
    assert told(case) == ("read", [])


def test_a_page_without_words_keeps_saying_so_until_a_language_is_named(
    case: Case, tmp_path: Path, answers: Answers
) -> None:
    answers[:] = [PICTURE, WORDS]
    case.add([scan(tmp_path)])
    assert told(case) == ("read", ["ocr_no_words"])
    case.retry()
    assert told(case) == ("read", ["ocr_no_words"])
    case.retry(langs=["ell"])
    assert told(case) == ("read", [])
    assert answers == []


def test_a_named_exhibit_is_recognised_anew_in_a_named_language(
    case: Case, tmp_path: Path, answers: Answers
) -> None:
    answers[:] = [WORDS, msgspec.structs.replace(WORDS, text="dredging of basin ten")]
    case.add([scan(tmp_path)])
    case.retry(["a.pdf"])
    assert case.search("nine")["total"] == 1
    case.retry(["a.pdf"], langs=["eng"])
    assert case.search("ten")["total"] == 1
    assert case.search("nine")["total"] == 0


def test_what_a_later_recognition_replaced_is_destroyed_with_its_exhibit(
    case: Case, tmp_path: Path, answers: Answers
) -> None:
    answers[:] = [NOISE, WORDS]
    case.add([scan(tmp_path)])
    case.retry()
    kept = [str(k) for e in case.catalogue.events(["ocr"]) for k in e["body"]["kept"]]
    assert len(set(kept)) == 2
    assert all(case.kept().has(name) for name in kept)
    case.withdraw("a.pdf", "a court", "a name in it")
    assert not any(case.kept().has(name) for name in kept)
