"""Stamps over text: the text is read as if there were none, and coloured text is no stamp."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from assay.engines.tesseract import Tesseract
from assay.extract.ocr.colour import find_stamps, part_inks, without_rim
from assay.extract.ocr.page import read_page
from assay.testing.makers.images import age_page, render_page, stamp_page

ENGLISH = (
    "The board of the harbour authority met on Monday to discuss the new budget. The "
    "engineer answered that the old quay would not survive another winter. "
)


@pytest.fixture(scope="module")
def page() -> Image.Image:
    return render_page([ENGLISH * 6])


@pytest.fixture(scope="module")
def tesseract() -> Tesseract:
    return Tesseract()


@pytest.mark.needs("tesseract-ocr-eng", "fonts-noto-core")
@pytest.mark.parametrize("worn", [False, True])
@pytest.mark.parametrize("ink", ["red", "blue"])
def test_the_text_under_a_coloured_stamp_is_read(
    tesseract: Tesseract, page: Image.Image, ink: str, worn: bool
) -> None:
    shown = stamp_page(page, ["HARBOUR", "OFFICE"], ink=ink, at=(600, 150))
    if worn:
        shown = age_page(shown, colour=True, skew=0.6, noise=8, quality=70)
    found = read_page(shown, 200, [tesseract]).text.split()
    assert sum(word in found for word in ENGLISH.split()) == len(ENGLISH.split())
    there = " ".join(found)
    assert there.count("another winter.") >= 6


@pytest.mark.needs("tesseract-ocr-eng", "fonts-noto-core")
def test_the_words_of_a_stamp_stand_behind_those_of_the_page_with_their_place(
    tesseract: Tesseract, page: Image.Image
) -> None:
    shown = stamp_page(page, ["OFFICE"], at=(600, 150), size=420, tilt=8)
    read = read_page(shown, 200, [tesseract])
    assert read.text.rindex("OFFICE") > read.text.rindex("winter.")
    assert read.words is not None
    at = next(n for n, start in enumerate(read.words.starts) if "OFFICE" in read.text[start:][:8])
    left, top, right, bottom = (side / 3.6 for side in read.words.boxes[4 * at : 4 * at + 4])
    assert 600 < left < right < 1020
    assert 150 < top < bottom < 570


@pytest.mark.needs("fonts-noto-core")
@pytest.mark.parametrize("ink", ["red", "blue"])
def test_black_ink_stays_and_coloured_ink_goes_where_they_lie_over_each_other(
    page: Image.Image, ink: str
) -> None:
    inks = part_inks(stamp_page(page, ["OFFICE"], ink=ink, at=(600, 150)))
    clean = np.asarray(page.convert("L"), dtype=int)
    without = np.asarray(inks.page, dtype=int)
    assert (np.abs(clean - without) > 60).mean() < 0.0005
    assert inks.stamps is not None
    (box,) = find_stamps(inks.stamps)
    assert all(abs(a - b) < 40 for a, b in zip(box, (600, 150, 1020, 570), strict=True))


@pytest.mark.parametrize("colour", [(20, 40, 180), (190, 20, 30)])
def test_a_heading_in_colour_that_lies_over_nothing_is_no_stamp(
    colour: tuple[int, int, int],
) -> None:
    page = Image.new("RGB", (1000, 1400), "white")
    pen = ImageDraw.Draw(page)
    for row in range(20):
        ink = colour if row < 2 else (0, 0, 0)
        for x in range(100, 900, 60):
            pen.rectangle((x, 100 + 60 * row, x + 40, 120 + 60 * row), fill=ink)
    inks = part_inks(page)
    assert inks.stamps is None
    assert inks.page.tobytes() == page.convert("L").tobytes()


def test_the_rim_of_a_stamp_is_taken_away_and_its_letters_are_not() -> None:
    stamp = Image.new("L", (400, 400), 255)
    pen = ImageDraw.Draw(stamp)
    pen.ellipse((5, 5, 394, 394), outline=60, width=8)
    pen.rectangle((150, 180, 250, 220), fill=60)
    left = without_rim(stamp).point(lambda v: 255 - v).getbbox()
    assert left == (150, 180, 251, 221)
