"""Measure OCR on rendered pages of known text: errors of our path and of the bare engine.

Run as `python bench/ocr.py [--languages LIST] [--pages N] [--style serif|sans]`. Each page
holds about 300 words at 11 points, drawn with Noto fonts at 200 dots an inch, once clean and
once noisy (0.8 degrees skew, blur, gradient, noise of sigma 14, JPEG at quality 45). Our path
chooses the language by itself, with no neighbours and every model that is installed; the bare
engine is told it. Errors are edits for each 100 characters of the true text, with white space
folded (for Chinese left out); CPU is seconds of this process for one page.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import argparse
import re
import time
from collections.abc import Callable

import tesserocr
from PIL import Image

from assay.engines.tesseract import Tesseract, find_models
from assay.extract.ocr.page import read_page
from assay.ports import Recognizer
from assay.testing.makers.fonts import Style
from assay.testing.makers.images import age_page, render_page
from ocr_texts import PASSAGES, passage

DPI = 200


def edits(a: str, b: str) -> int:
    """The Levenshtein distance, by Myers' bit vectors (1999, after Hyyro)."""
    if not a:
        return len(b)
    places: dict[str, int] = {}
    for n, char in enumerate(a):
        places[char] = places.get(char, 0) | 1 << n
    last, full = 1 << (len(a) - 1), (1 << len(a)) - 1
    up, down, score = full, 0, len(a)
    for char in b:
        same = places.get(char, 0) | down
        right = (((same & up) + up) ^ up) | same
        plus, minus = down | ~(right | up) & full, up & right
        score += bool(plus & last) - bool(minus & last)
        plus, minus = (plus << 1 | 1) & full, (minus << 1) & full
        vertical = places.get(char, 0) | down
        up, down = (minus | ~(vertical | plus)) & full, plus & vertical
    return score


def error_rate(found: str, truth: str, language: str) -> float:
    """Edits in percent of the true text's characters."""
    gap = "" if language.startswith("chi") else " "
    found, truth = (re.sub(r"\s+", gap, text).strip() for text in (found, truth))
    return 100 * edits(truth, found) / len(truth)


def read_bare(picture: Image.Image, language: str) -> str:
    """What Tesseract reads with its own settings, told the language and the resolution."""
    models = str(find_models())
    with tesserocr.PyTessBaseAPI(path=models, lang=language, psm=tesserocr.PSM.AUTO) as api:
        api.SetImage(picture)
        api.SetSourceResolution(DPI)
        return str(api.GetUTF8Text())


def timed(read: Callable[[], str]) -> tuple[str, float]:
    """What `read` gives and the CPU seconds it took."""
    began = time.process_time()
    found = read()
    return found, time.process_time() - began


def engines(han: bool) -> list[Recognizer]:
    """The recognisers of our path, the better one first."""
    found: list[Recognizer] = []
    if han:
        from assay.engines.rapidocr_engine import RapidOcr

        found.append(RapidOcr())
    return [*found, Tesseract()]


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--languages", default=",".join(PASSAGES))
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("--style", choices=("serif", "sans"), default="serif")
    parser.add_argument("--no-rapidocr", action="store_true")
    options = parser.parse_args()
    style: Style = options.style
    recognizers = engines(not options.no_rapidocr)
    print("language  page   chosen   engine      ours %   bare %   ours CPU s   bare CPU s")
    for language in options.languages.split(","):
        truths = [passage(language, 300, seed) for seed in range(options.pages)]
        clean = [render_page([truth], style=style, dpi=DPI) for truth in truths]
        noisy = [age_page(page, seed=n) for n, page in enumerate(clean)]
        for name, pages in (("clean", clean), ("noisy", noisy)):
            ours = bare = ours_cpu = bare_cpu = 0.0
            chosen = set[str]()
            by = set[str]()
            for truth, picture in zip(truths, pages, strict=True):
                began = time.process_time()
                page = read_page(picture, DPI, recognizers)
                ours_cpu += time.process_time() - began
                ours += error_rate(page.text, truth, language)
                chosen.add(page.language)
                by.add(page.engine.name if page.engine else "none")
                text, cpu = timed(lambda p=picture, n=language: read_bare(p, n))  # type: ignore[misc]
                bare_cpu += cpu
                bare += error_rate(text, truth, language)
            n = len(pages)
            print(
                f"{language:<9} {name:<6} {'+'.join(sorted(chosen)):<8} {'+'.join(sorted(by)):<10}"
                f" {ours / n:7.2f}  {bare / n:7.2f}   {ours_cpu / n:10.2f}   {bare_cpu / n:10.2f}",
                flush=True,
            )


if __name__ == "__main__":
    main()
