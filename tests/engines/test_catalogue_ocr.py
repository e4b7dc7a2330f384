"""Recognised text beside the native text of a page."""

from __future__ import annotations

from assay.engines.catalogue import Catalogue, pack_words
from assay.model.reading import Page, Reading, Region, Words


def test_native_text_stays_beside_what_was_recognised_with_its_boxes_and_regions() -> None:
    catalogue = Catalogue(":memory:")
    exhibit, _ = catalogue.add_exhibit("sha256:" + "0" * 64, 9, held=True, depth=0)
    native = Words((0, 5), (4, 9), (1, 2, 3, 4, 5, 6, 7, 8))
    page = Page(1, 0, 10, words=native, wants_ocr=True)
    marked = (Region(0, 9, "garbled"),)
    reading = Reading("application/pdf", "7KLV SDJH\n", (page,), regions=marked)
    with catalogue.writing():
        catalogue.store_reading(exhibit, reading, (pack_words(native),), "", None, "", 0.0)
    for text in ("This page", "This page again"):  # a second time changes the second part only
        found = Words((0,), (4,), (9, 9, 9, 9), (81,))
        with catalogue.writing():
            catalogue.store_ocr(exhibit, 1, text, 81.0, found, "en")
        shown = catalogue.page(exhibit, 1)
        assert shown is not None
        assert shown.text == f"7KLV SDJH\n\n{text}"
        assert shown.regions == (Region(0, 9, "garbled"), Region(11, len(shown.text), "ocr"))
        assert shown.words == Words(
            (0, 5, 11), (4, 9, 15), (1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 9), (100, 100, 81)
        )


def test_a_page_without_native_text_is_its_recognised_text_and_no_region() -> None:
    catalogue = Catalogue(":memory:")
    exhibit, _ = catalogue.add_exhibit("sha256:" + "0" * 64, 9, held=True, depth=0)
    with catalogue.writing():
        reading = Reading("image/png", "", (Page(1, 0, 0, wants_ocr=True),))
        catalogue.store_reading(exhibit, reading, (None,), "", None, "", 0.0)
        found = Words((0,), (4,), (9, 9, 9, 9), (81,))
        catalogue.store_ocr(exhibit, 1, "This page", 81.0, found, "en")
    shown = catalogue.page(exhibit, 1)
    assert shown is not None
    assert (shown.text, shown.regions, shown.words) == ("This page", (), found)
