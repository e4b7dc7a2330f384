"""Pages go to OCR once, sealed ones too, and what is left out is said."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from assay.casework import doctor
from assay.casework.case import Case
from assay.extract.ocr import page as ocr
from assay.testing.inline_workers import InlineWorkers
from assay.testing.makers import archives, images
from assay.testing.makers.pdf import scanned_pdf


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
    assert set(case.catalogue.ocr_kept_of(second)) < set(case.catalogue.ocr_kept_of(first))
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
