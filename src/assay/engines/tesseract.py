"""The OCR engine Tesseract, through tesserocr: a page picture in, words with boxes out.

Models are those that the system has (Debian's tesseract-ocr-* packages), found at run time.
Three options are always given: the two noise filters are off, because they drop whole lines
of Arabic and Uyghur, and the resolution is said, because a wrong guess shuffles lines. Words
come in reading order: in lines from right to left the first word is the one on the right, and
the letters of each are in logical order.

Boxes count pixels of the picture, confidences percent. One model is loaded for a language,
and at most `kept` of them stay in memory.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter, OrderedDict
from functools import cached_property, lru_cache
from pathlib import Path
from statistics import median
from typing import Any

import tesserocr
from PIL import Image

from assay.errors import EngineError
from assay.ports import Card, OcrWord

# Of these the first look compares single characters: simplified against traditional.
_BY_CHARACTER = frozenset({"chi_sim", "chi_tra", "chi_sim_vert", "chi_tra_vert"})
_NOT_LANGUAGES = frozenset({"osd", "equ", "snum"})
_VARIABLES = {"textord_noise_rejrows": "0", "textord_noise_rejwords": "0"}

_FEW, _SHORT = 8, 12  # words of a page, characters of half its lines: below them a page may be cut
_CERTAIN, _SURER = 88.0, 4.0  # percent


def find_models() -> Path | None:
    """The folder of the system's models, None where there is none.

    $TESSDATA_PREFIX first, then Debian's place (the newest version), then the common ones.
    """
    places = [Path(os.environ["TESSDATA_PREFIX"])] if os.environ.get("TESSDATA_PREFIX") else []
    places += sorted(Path("/usr/share/tesseract-ocr").glob("*/tessdata"), reverse=True)
    places += [Path("/usr/share/tessdata"), Path("/usr/local/share/tessdata")]
    return next((p for p in places if any(p.glob("*.traineddata"))), None)


class Tesseract:
    """A body of the port `Recognizer`. Not for several threads at once."""

    def __init__(self, models: Path | None = None, kept: int = 12) -> None:
        self._models = models or find_models()
        self._kept = max(1, kept)
        self._loaded: OrderedDict[str, Any] = OrderedDict()

    @property
    def card(self) -> Card:
        """Name, version and licence; the version holds a digest of every model there is."""
        return self._card(sorted(self.languages()))

    def card_for(self, language: str) -> Card:
        """The card of one model: what goes into the recipe of a page that it read."""
        return self._card([language])

    def _card(self, languages: list[str]) -> Card:
        digests = [f"{name}:{_digest(self._place(name))[:16]}" for name in languages]
        return Card(
            name="tesseract",
            version=" ".join([_version(), *digests]),
            licence="Apache-2.0",
            formats=("image/*",),
            limits="one model a page; no handwriting",
        )

    def languages(self) -> frozenset[str]:
        """The languages whose models are installed, as Tesseract spells them."""
        return self._languages

    @cached_property
    def _languages(self) -> frozenset[str]:
        if self._models is None:
            return frozenset()
        return frozenset(p.stem for p in self._models.glob("*.traineddata")) - _NOT_LANGUAGES

    def _place(self, language: str) -> Path:
        if self._models is None or language not in self._languages:
            raise EngineError("tesseract", f"it has no model for {language!r}")
        return self._models / f"{language}.traineddata"

    def recognise(
        self, picture: Image.Image, language: str, dpi: int, block: bool = False
    ) -> list[OcrWord]:
        """Read a picture in one language. Raises EngineError.

        `block`: it is a few level lines. Told nothing, Tesseract takes two lines of Chinese
        for many short columns; and of a page with few lines of Arabic it now and then makes
        such columns whatever it is told. Then the page is read once more as scattered text, and
        that is taken where it is surer of it.
        """
        mode = tesserocr.PSM.SINGLE_BLOCK if block else tesserocr.PSM.AUTO
        words = self._read(picture, language, dpi, mode)
        if not _is_chopped(words):
            return words
        again = self._read(picture, language, dpi, tesserocr.PSM.SPARSE_TEXT)
        return again if _sure(again) > _sure(words) + _SURER else words

    def _read(self, picture: Image.Image, language: str, dpi: int, mode: int) -> list[OcrWord]:
        api = self._load(language)
        api.SetPageSegMode(mode)
        if picture.mode not in ("L", "RGB"):
            picture = picture.convert("L")
        try:
            api.SetImage(picture)
            api.SetSourceResolution(max(70, dpi))
            if not api.Recognize():
                raise EngineError("tesseract", "it did not recognise the picture")
            return _take_characters(api) if language in _BY_CHARACTER else _take_words(api)
        except RuntimeError as error:
            raise EngineError("tesseract", f"it failed with {type(error).__name__}") from error
        finally:
            api.Clear()

    def _load(self, language: str) -> Any:
        if language in self._loaded:
            self._loaded.move_to_end(language)
            return self._loaded[language]
        folder = self._place(language).parent
        while len(self._loaded) >= self._kept:
            self._loaded.popitem(last=False)[1].End()
        try:
            api = tesserocr.PyTessBaseAPI(
                path=str(folder),
                lang=language,
                psm=tesserocr.PSM.AUTO,
                oem=tesserocr.OEM.LSTM_ONLY,
            )
        except RuntimeError as error:
            what = f"its model for {language} cannot be loaded"
            raise EngineError(
                "tesseract", what, f"Install the package {package_of(language)} again."
            ) from error
        for name, value in _VARIABLES.items():
            if not api.SetVariable(name, value):
                raise EngineError("tesseract", f"it does not know the option {name}")
        self._loaded[language] = api
        return api

    def close(self) -> None:
        """Free all models."""
        while self._loaded:
            self._loaded.popitem()[1].End()


def _is_chopped(words: list[OcrWord]) -> bool:
    """Whether lines are as short as where lines were taken for columns, and hardly sure."""
    if len(words) < _FEW or _sure(words) >= _CERTAIN:
        return False
    lines = Counter[int]()
    for word in words:
        lines[word.line] += len(word.text)
    return median(lines.values()) <= _SHORT


def _sure(words: list[OcrWord]) -> float:
    count = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / max(1, count)


def package_of(language: str) -> str:
    """The Debian package that holds a model."""
    return f"tesseract-ocr-{language.lower().replace('_', '-')}"


@lru_cache(maxsize=256)
def _digest(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@lru_cache(maxsize=1)
def _version() -> str:
    return str(tesserocr.tesseract_version()).split("\n", 1)[0].removeprefix("tesseract ")


def _take_words(api: Any) -> list[OcrWord]:
    """The words that were found.

    From the table and not from the iterator: tesserocr's iterator gives the letters of a
    right-to-left word in the order in which they stand on the paper.
    """
    words: list[OcrWord] = []
    paragraphs: dict[tuple[str, str], int] = {}
    lines: dict[tuple[str, str, str], int] = {}
    for row in api.GetTSVText(0).split("\n"):
        cells = row.split("\t")
        if len(cells) < 12 or cells[0] != "5":  # five is the level of words
            continue
        text = cells[11].strip()
        if not text:
            continue
        block = paragraphs.setdefault((cells[2], cells[3]), len(paragraphs))
        line = lines.setdefault((cells[2], cells[3], cells[4]), len(lines))
        left, top, width, height = (int(cell) for cell in cells[6:10])
        box = (left, top, left + width, top + height)
        words.append(OcrWord(text, box, float(cells[10]), line, block))
    return words


def _take_characters(api: Any) -> list[OcrWord]:
    """Words with the confidence and box of each character: of lines from left to right."""
    words: list[OcrWord] = []
    line = block = -1
    for at in tesserocr.iterate_level(api.GetIterator(), tesserocr.RIL.SYMBOL):
        begins = at.IsAtBeginningOf(tesserocr.RIL.WORD)
        block += at.IsAtBeginningOf(tesserocr.RIL.PARA)
        line += at.IsAtBeginningOf(tesserocr.RIL.TEXTLINE)
        try:
            text = at.GetUTF8Text(tesserocr.RIL.SYMBOL).strip()
        except RuntimeError:
            continue  # a place where nothing was recognised
        if not text:
            continue
        each = (float(at.Confidence(tesserocr.RIL.SYMBOL)),) * len(text)
        spots = (tuple(at.BoundingBox(tesserocr.RIL.SYMBOL)),) * len(text)
        if begins or not words or words[-1].line != line:
            box = at.BoundingBox(tesserocr.RIL.WORD)
            sure = float(at.Confidence(tesserocr.RIL.WORD))
            words.append(OcrWord(text, box, sure, line, block, each, spots))
        else:
            last = words[-1]
            text, each, spots = last.text + text, last.each + each, last.spots + spots
            words[-1] = OcrWord(text, last.box, last.confidence, line, block, each, spots)
    return words
