"""Read the picture of a page: is anything on it, how is it turned, in which language, what.

The order: find the ink; a page without any is blank and that is no failure. Level the lines
and turn them upright, by a first look at a strip where the picture itself does not tell up
from down. Choose one model by the same look. Read once; lines that this model hardly reads
are looked at again, and read by a model of another script where one convinces.

The rule: what could not be read is a problem with a code and a next step, and never an
empty page. A page of which nothing is known to be wrong and that has no words is a picture.

Boxes are tenths of a point from the upper left corner of the page as it is shown, that is
of the picture as it came in.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import msgspec
from PIL import Image

from assay.errors import EngineError
from assay.extract.ocr.assemble import Box, assemble, mean_confidence
from assay.extract.ocr.colour import Inks, find_stamps, part_inks, without_rim
from assay.extract.ocr.han import HAN, han_of
from assay.extract.ocr.ink import (
    WINDOW,
    Ink,
    Piece,
    apart,
    cut_pieces,
    even_out,
    find_ink,
    find_lie,
    find_pieces,
    fullest_part,
    level,
    map_back,
    turn_upright,
)
from assay.extract.ocr.language import Look, first_look, models_for, script_of
from assay.extract.ocr.second import Region, doubtful_regions, read_again
from assay.extract.ocr.shape import guess_shape
from assay.extract.problems import problem
from assay.model.reading import Problem, Words
from assay.ports import Card, OcrWord, Recognizer

_LEAST_SKEW = 0.3  # below it turning blurs more than it helps
_UPRIGHT = 66.0  # a look this good was at an upright page
_SMALLEST = (10, 40)  # pixels of the shorter and longer side: below them no word can be told
_HOPELESS = 40.0  # a look this bad is at no text, or at one that no model reads
_QUICK_SIDE = 1300
_PIECES = 3  # of lines, where one does not tell the language
_GOOD_DPI = 200  # more is not read better; less loses marks and dots
_LEAST_DPI = 150  # below it small print is lost
PIXELS = 8_000_000  # of a page at most: the setting reading.ocr_pixels
_STAMP = 75.0  # percent: of a stamp's words
_MARGIN = 6  # pixels around lines that are read again
_HARDLY = 50.0  # percent: lines of which no word can be trusted
_SAID = 24  # characters of such lines, from which they are said: not a logo or a signature
_POOR = 55.0  # a look this bad may be at a language that no model knows

Verdict = Literal["text", "blank", "picture", "failed"]


class OcrPage(msgspec.Struct, frozen=True, omit_defaults=True):
    """What was recognised on one page.

    `verdict`: text; blank, where there is no ink; picture, where there is ink and no word;
    failed, where `problems` says why. `language` is the model that read it, `engine` the card
    of its engine, both empty where none did; `others` are the cards of models that read lines in
    other scripts. `turned` is by how many degrees the picture had
    to be turned counter-clockwise, `skew` by how many its lines rise.
    """

    verdict: Verdict
    text: str = ""
    words: Words | None = None
    confidence: float | None = None
    language: str = ""
    engine: Card | None = None
    others: tuple[Card, ...] = ()
    turned: int = 0
    skew: float = 0.0
    problems: tuple[Problem, ...] = ()


def read_page(
    picture: Image.Image,
    dpi: int,
    recognizers: Sequence[Recognizer],
    langs: Sequence[str] = (),
    neighbours: Sequence[str] = (),
    where: str = "",
    pixels: int = PIXELS,
) -> OcrPage:
    """Read a page picture (any mode) of `dpi` dots an inch; one of more `pixels` is scaled down.

    For each language the first of `recognizers` that knows it reads the page, and the last
    takes the first look: put the better one first and the cheaper one last. `langs`: the
    languages a person named, () for a choice; `neighbours`: those of the pages and exhibits
    around. `where` names the page in a problem. Raises nothing that an engine raises.
    """
    inks = _inks(picture)
    picture = inks.page
    missing = _missing(recognizers, langs)
    if missing is not None:
        return OcrPage("failed", problems=(_no_model(missing, where),))
    if find_ink(picture).blank:
        return OcrPage("blank")
    if min(picture.size) < _SMALLEST[0] or max(picture.size) < _SMALLEST[1]:
        return OcrPage("picture")
    try:
        return _read(inks, dpi, recognizers, langs, neighbours, where, pixels)
    except EngineError as error:
        detail = f"{error.subject}: {error.what}"
        return OcrPage("failed", problems=(problem("ocr_failed", where, detail),))


@dataclass(frozen=True)
class Looked:
    """A page made ready to be read: in which language, how it was turned, its pixels upright.

    `size` and `dpi` are those of the picture before it was turned, `tenths` how many tenths of
    a point one of its pixels measures; `lines` is its ink, upright and without rules.
    """

    look: Look
    quarter: int
    skew: float
    upright: Image.Image
    size: tuple[int, int]
    dpi: int
    tenths: float
    lines: Ink


def look_at(
    picture: Image.Image,
    dpi: int,
    recognizers: Sequence[Recognizer],
    langs: Sequence[str] = (),
    neighbours: Sequence[str] = (),
    pixels: int = PIXELS,
) -> Looked | None:
    """Turn a page picture (mode L) upright and choose its language by a first look.

    None where no model is there. Raises EngineError.
    """
    tenths = 720 / dpi
    picture, dpi, scale = _resize(picture, dpi, pixels)
    tenths /= scale
    ink = find_ink(picture)
    picture = even_out(picture, ink)
    lie = find_lie(ink)
    skew = lie.skew if abs(lie.skew) >= _LEAST_SKEW else 0.0
    best: Looked | None = None
    for quarter in (90, 270, 0, 180) if lie.sideways else (0, 180, 90, 270):
        along = (quarter % 180 == 90) == lie.sideways
        angle = skew if along else 0.0
        lines = level(ink, quarter, angle)
        pieces = find_pieces(lines)
        if best is not None and not pieces:
            continue  # nothing that could be read this way up
        upright = turn_upright(picture, quarter, angle)
        view = _View(upright, lines, pieces, dpi)
        look = _look(view, recognizers, langs, neighbours)
        if look is None:
            return None
        if best is None or look.confidence > best.look.confidence:
            best = Looked(look, quarter, angle, upright, picture.size, dpi, tenths, lines)
        if best.look.confidence >= _UPRIGHT:
            break
        if quarter in (180, 270) and best.look.confidence >= _HOPELESS:
            break  # it is read one way up, if badly
    return best


def _read(
    inks: Inks,
    dpi: int,
    recognizers: Sequence[Recognizer],
    langs: Sequence[str],
    neighbours: Sequence[str],
    where: str,
    pixels: int,
) -> OcrPage:
    seen = look_at(inks.page, dpi, recognizers, langs, neighbours, pixels)
    if seen is None:
        return OcrPage("failed", problems=(_no_model(["eng"], where),))
    look = seen.look
    engine = _engine_for(look.language, recognizers)
    assert engine is not None  # whoever looked has the model
    words = _recognise(engine, seen.upright, look, seen.dpi)
    words, models = _read_others(words, seen, recognizers, langs)
    if inks.stamps is not None:
        after = 1 + max((max(w.line, w.block) for w in words), default=-1)
        words += _read_stamps(inks.stamps, seen, engine, after)

    def place(box: tuple[int, int, int, int]) -> Box:
        sides = map_back(box, seen.quarter, seen.skew, seen.size, seen.upright.size)
        left, top, right, bottom = (side * seen.tenths for side in sides)
        return left, top, right, bottom

    text, boxes = assemble(words, place)
    language, *others = models
    engine = _engine_for(language, recognizers)
    if language in HAN and _reads_all_han(engine):
        language = han_of(text) or language
    return OcrPage(
        verdict="text" if words else "picture",
        text=text,
        words=boxes if words else None,
        confidence=mean_confidence(words),
        language=language,
        engine=engine.card_for(language) if engine else None,
        others=tuple(
            by.card_for(name) for name in others if (by := _engine_for(name, recognizers))
        ),
        turned=seen.quarter,
        skew=round(seen.skew, 2),
        problems=(
            *_doubts(look, recognizers, langs, neighbours if words else (), where),
            *_unread(words, look.language, where),
            *_shrunk(inks.page, seen, pixels, where),
        ),
    )


def _read_stamps(stamps: Image.Image, seen: Looked, engine: Recognizer, line: int) -> list[OcrWord]:
    """The words of stamps that can be read, behind those of the page, numbered from `line` on.

    What runs along a rim is not read, and what is not sure is no word of a stamp.
    """
    alone = stamps.resize(seen.size, Image.Resampling.BILINEAR, reducing_gap=2.0)
    upright = turn_upright(alone, seen.quarter, seen.skew)
    words: list[OcrWord] = []
    for box in find_stamps(upright):
        stamp = without_rim(upright.crop(box))
        lie = find_lie(find_ink(stamp))
        skew = 0.0 if lie.sideways else lie.skew
        level_one = turn_upright(stamp, 0, skew)
        found = engine.recognise(level_one, seen.look.language, seen.dpi, block=True)
        told = [word for word in found if any(map(str.isalnum, word.text))]
        for row in (list(some) for _, some in groupby(told, key=lambda word: word.line)):
            text = "".join(word.text for word in row)
            if (mean_confidence(row) or 0) < _STAMP or sum(map(str.isalnum, text)) < 2:
                continue
            for word in row:
                inner = map_back(word.box, 0, skew, stamp.size, level_one.size)
                at = tuple(round(side) + box[n % 2] for n, side in enumerate(inner))
                left, top, right, bottom = at
                words.append(
                    msgspec.structs.replace(
                        word, box=(left, top, right, bottom), line=line, block=line, spots=()
                    )
                )
            line += 1
    return words


def _read_others(
    words: list[OcrWord],
    seen: Looked,
    recognizers: Sequence[Recognizer],
    langs: Sequence[str],
) -> tuple[list[OcrWord], list[str]]:
    """The words of a page, lines in another script read again; models, the main one first."""
    upright, scale = seen.upright, seen.lines.scale

    def choose(regions: Sequence[Region], used: Sequence[str]) -> str | None:
        boxes = [box for region in regions for box in region.boxes]
        pieces = [
            Piece(
                box[0] // scale, box[1] // scale,
                min(box[2] // scale, box[0] // scale + WINDOW), box[3] // scale, 1.0,
            )
            for box in sorted(boxes, key=lambda box: box[0] - box[2])
        ]  # fmt: skip
        view = _View(upright, seen.lines, pieces, seen.dpi)
        scripts = {script_of(model) for model in used}
        look = _look(view, recognizers, langs, (), scripts)
        return look.language if look is not None and look.confidence >= _UPRIGHT else None

    def read(language: str, boxes: Sequence[tuple[int, int, int, int]]) -> list[OcrWord]:
        # on a sheet of the page's size: two lines cut out tightly are taken for many columns
        engine = _engine_for(language, recognizers)
        assert engine is not None  # whoever looked has the model
        sheet = Image.new(upright.mode, upright.size, "white")
        for left, top, right, bottom in boxes:
            wider = left - _MARGIN, top - _MARGIN, right + _MARGIN, bottom + _MARGIN
            sheet.paste(upright.crop(wider), wider[:2])
        found = engine.recognise(sheet, language, seen.dpi)
        return [word for word in found if word.text.strip()]

    return read_again(words, seen.look.language, choose, read)


def _shrunk(picture: Image.Image, seen: Looked, pixels: int, where: str) -> tuple[Problem, ...]:
    """A problem where the limit of pixels left a large sheet too coarse for small print."""
    if picture.width * picture.height <= pixels or seen.dpi >= _LEAST_DPI:
        return ()
    if seen.size[0] * seen.size[1] < 0.95 * pixels:
        return ()  # it is small for another reason
    return (problem("limit_ocr_pixels", where, f"{seen.dpi} dots an inch"),)


def _unread(words: Sequence[OcrWord], language: str, where: str) -> tuple[Problem, ...]:
    """A problem where lines of a page that is read otherwise are hardly read."""
    regions = [
        region
        for region in doubtful_regions(words, language)
        if region.length >= _SAID and (mean_confidence(region.words) or 0.0) < _HARDLY
    ]
    if not regions:
        return ()
    count = sum(len(region.boxes) for region in regions)
    return (problem("ocr_lines_unread", where, f"{count} line{'s' if count > 1 else ''}"),)


def _recognise(engine: Recognizer, upright: Image.Image, look: Look, dpi: int) -> list[OcrWord]:
    """Read the whole page; a photograph is read at a low resolution first, then if need be anew.

    The grain of a photograph costs an engine half a minute. What is large enough to be read on
    one is found at the low resolution too, and then the whole is read.
    """
    if look.confidence < _HOPELESS and max(upright.size) > _QUICK_SIDE:
        share = _QUICK_SIDE / max(upright.size)
        quick = upright.reduce(max(2, round(1 / share)))
        words = engine.recognise(quick, look.language, max(70, round(dpi * share)))
        if (mean_confidence(words) or 0.0) < _HOPELESS:
            back = upright.width / quick.width
            return [_grow(word, back) for word in words if word.text.strip()]
    found = engine.recognise(upright, look.language, dpi)
    return [word for word in found if word.text.strip()]


def _grow(word: OcrWord, scale: float) -> OcrWord:
    left, top, right, bottom = (round(side * scale) for side in word.box)
    return msgspec.structs.replace(word, box=(left, top, right, bottom))


def _resize(picture: Image.Image, dpi: int, pixels: int = PIXELS) -> tuple[Image.Image, int, float]:
    """The picture at a resolution that engines read well: (picture, dots an inch, scale).

    A resolution that would make a sheet of two feet is not believed: cameras write 72.
    """
    long_side = max(picture.size)
    if long_side > 24 * dpi:
        dpi = max(dpi, round(long_side / 11.7))  # as if it were the long side of A4
    scale = _GOOD_DPI / dpi
    if not (scale > 1.3 and long_side * scale <= 3500) and not (
        scale < 0.75 and long_side * scale >= 1600
    ):
        scale = 1.0
    scale = min(scale, 3.0)
    most = (pixels / (picture.width * picture.height)) ** 0.5
    if scale > most:
        scale = most
    if scale == 1.0:
        return picture, dpi, scale
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    kind = Image.Resampling.LANCZOS if scale > 1 else Image.Resampling.BILINEAR
    return picture.resize(size, kind, reducing_gap=2.0), max(1, round(dpi * scale)), scale


class _View:
    """A page turned one way, and the pieces of its lines that a look is taken at."""

    def __init__(self, page: Image.Image, lines: Ink, pieces: list[Piece], dpi: int) -> None:
        self.dpi = dpi
        self._page = page
        self._lines = lines
        self._pieces = pieces
        if not pieces and (whole := fullest_part(lines)) is not None:
            self._pieces = [whole]
        self._cut: dict[bool, Image.Image] = {}

    def cut(self, wide: bool) -> Image.Image:
        """One piece of a line, or a few where `wide`."""
        if wide not in self._cut:
            chosen = apart(self._pieces, _PIECES if wide else 1)
            self._cut[wide] = cut_pieces(self._page, chosen, self._lines) if chosen else self._page
        return self._cut[wide]


def _look(
    view: _View,
    recognizers: Sequence[Recognizer],
    langs: Sequence[str],
    neighbours: Sequence[str],
    without: Collection[str] = (),
) -> Look | None:
    """Take the first look at pieces of the page's lines, by models of no script in `without`."""
    scouts = {
        name: r  # the last one wins
        for r in recognizers
        for name in r.languages()
        if script_of(name) not in without
    }
    if not langs and _reads_all_han(_engine_for("chi_sim", recognizers)):
        scouts.pop("chi_tra", None)  # one model reads both: its text will tell them apart

    def read(language: str, wide: bool) -> list[OcrWord]:
        return scouts[language].recognise(view.cut(wide), language, view.dpi, block=True)

    return first_look(read, scouts, langs, neighbours, guess_shape(view.cut(False)), view.cut)


def _engine_for(language: str, recognizers: Sequence[Recognizer]) -> Recognizer | None:
    return next((r for r in recognizers if language in r.languages()), None)


def _reads_all_han(engine: Recognizer | None) -> bool:
    """Whether one model reads simplified and traditional characters: an engine for Chinese."""
    return engine is not None and engine.languages() == frozenset(HAN)


def _missing(recognizers: Sequence[Recognizer], langs: Sequence[str]) -> list[str] | None:
    """The languages to install before anything can be read; None where something can."""
    available = frozenset[str]().union(*(r.languages() for r in recognizers))
    wanted = models_for(langs)
    if wanted:
        return None if available.intersection(wanted) else wanted
    return None if available else ["eng"]


def _doubts(
    look: Look,
    recognizers: Sequence[Recognizer],
    langs: Sequence[str],
    neighbours: Sequence[str],
    where: str,
) -> tuple[Problem, ...]:
    """A problem where the page reads badly and a language that was named or near is missing.

    Neighbours say nothing of a page on which no word at all was found: most are photographs.
    """
    if look.confidence >= _POOR:
        return ()
    available = frozenset[str]().union(*(r.languages() for r in recognizers))
    absent = [m for m in models_for([*langs, *neighbours]) if m not in available]
    return (_no_model(absent, where),) if absent else ()


def _no_model(models: Sequence[str], where: str) -> Problem:
    packages = " ".join(f"tesseract-ocr-{m.lower().replace('_', '-')}" for m in models)
    return problem(
        "ocr_missing_language",
        where,
        detail=", ".join(models),
        next_step=f"apt-get install {packages}, then `assay retry`.",
    )


def _inks(picture: Image.Image) -> Inks:
    """The picture in grey, as engines see it; what is transparent shows white paper."""
    if picture.mode in ("1", "L") and "transparency" not in picture.info:
        return Inks(picture.convert("L"))
    if "A" in picture.getbands() or "transparency" in picture.info:
        layer = picture.convert("RGBA")
        paper = Image.new("RGBA", layer.size, "white")
        picture = Image.alpha_composite(paper, layer)
    if picture.mode.startswith(("I", "F")):
        return Inks(picture.convert("L"))
    return part_inks(picture.convert("RGB"))
