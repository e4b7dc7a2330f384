"""A PDF of page pictures with their words: other readers find the words at their places."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from assay.casework.case import Case
from assay.errors import NotFound, UsageError
from assay.extract.searchable import Sheet, write_searchable
from assay.model.reading import Words
from assay.settings import Limits
from assay.testing.makers import pdf as makers

# (word, left, top, right, bottom in tenths of a point) on a page of 300 x 200 points
LINES = {
    "harbour": (200, 300, 900, 420),
    "第三宿舍": (1000, 300, 1600, 420),
    "الميناء": (200, 700, 800, 820),
    "Порт": (1000, 700, 1500, 820),
    "ئاسبېست": (200, 1100, 900, 1220),
}


def sheet(number: int = 1) -> Sheet:
    text = " ".join(LINES)
    starts, ends, boxes, at = [], [], [], 0
    for word, box in LINES.items():
        starts.append(at)
        ends.append(at + len(word))
        boxes += box
        at += len(word) + 1
    return Sheet(number, text, Words(tuple(starts), tuple(ends), tuple(boxes)), 300.0, 200.0)


def made(tmp_path: Path) -> bytes:
    path = tmp_path / "scan.png"
    Image.new("L", (600, 400), 230).save(path)
    out = io.BytesIO()
    assert write_searchable(path, [sheet()], 150, Limits(), out) == len(LINES)
    return out.getvalue()


@pytest.mark.parametrize("word", LINES)
def test_a_word_of_any_script_is_found_by_another_reader_at_its_place(
    tmp_path: Path, word: str
) -> None:
    document = pypdfium2.PdfDocument(made(tmp_path))
    textpage = document[0].get_textpage()
    assert word in textpage.get_text_bounded()
    found = textpage.search(word).get_next()
    assert found is not None
    left, bottom, right, top = textpage.get_rect(textpage.count_rects(*found) - 1)
    wanted = LINES[word]
    assert abs(left - wanted[0] / 10) < 3
    assert abs(right - wanted[2] / 10) < 8  # the last letter is narrower than its place
    assert wanted[1] / 10 - 3 < 200 - top
    assert 200 - bottom < wanted[3] / 10 + 3
    document.close()


def test_the_words_are_not_painted_and_the_picture_is(tmp_path: Path) -> None:
    document = pypdfium2.PdfDocument(made(tmp_path))
    drawn = document[0].render(scale=1, grayscale=True).to_numpy()
    assert drawn.max() - drawn.min() <= 4
    document.close()


def test_the_file_is_well_formed_and_says_who_made_it(tmp_path: Path) -> None:
    with pikepdf.open(io.BytesIO(made(tmp_path))) as document:
        assert len(document.pages) == 1
        assert document.get_warnings() == []
        assert document.docinfo["/Producer"] == "Assay"
        assert set(document.docinfo.keys()) == {"/Producer", "/Title"}


@pytest.mark.needs("tesseract-ocr-eng", "tesseract-ocr-osd")
def test_a_recognised_scan_of_a_case_is_exported_with_its_words(case: Case, tmp_path: Path) -> None:
    source = makers.pdf([["The dredging contract was signed in March."]])
    page = pypdfium2.PdfDocument(source)[0].render(scale=200 / 72).to_pil()
    (tmp_path / "scan.pdf").write_bytes(makers.scanned_pdf([page]))
    case.add([tmp_path / "scan.pdf"], langs=["eng"])
    target = tmp_path / "out.pdf"
    exported = case.searchable("scan.pdf", target)
    assert (exported["pages"], exported["bytes"]) == (1, target.stat().st_size)
    document = pypdfium2.PdfDocument(target)
    assert "dredging" in document[0].get_textpage().get_text_bounded()
    document.close()
    with pytest.raises(UsageError):
        case.searchable("scan.pdf", target)


def test_an_exhibit_without_recognised_pages_is_refused(case: Case, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("words")
    case.add([tmp_path / "a.txt"])
    with pytest.raises(NotFound):
        case.searchable("a.txt", tmp_path / "out.pdf")


@pytest.mark.needs("tesseract-ocr-eng", "tesseract-ocr-osd")
@pytest.mark.parametrize("dpi", [None, 150, 300])
def test_the_words_of_a_picture_stand_where_they_are_on_its_page_whatever_its_resolution(
    case: Case, tmp_path: Path, dpi: int | None
) -> None:
    source = makers.pdf([["The dredging contract was signed in March."]])
    document = pypdfium2.PdfDocument(source)
    textpage = document[0].get_textpage()
    found = textpage.search("signed").get_next()
    assert found is not None
    share = (textpage.get_charbox(found[0])[0]) / document[0].get_width()
    picture = document[0].render(scale=(dpi or 200) / 72).to_pil().convert("L")
    document.close()
    picture.save(tmp_path / "scan.png", **({"dpi": (dpi, dpi)} if dpi else {}))
    case.add([tmp_path / "scan.png"], langs=["eng"])
    page = case.show("scan.png", 1)["pages"][0]
    words = page["words"]
    at = next(
        n
        for n, start in enumerate(words["starts"])
        if page["text"][start : words["ends"][n]] == "signed"
    )
    assert abs(words["boxes"][4 * at] / 10 / page["width"] - share) < 0.01
