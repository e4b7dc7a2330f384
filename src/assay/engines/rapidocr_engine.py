"""The OCR engine for Chinese pages: RapidOCR, whose wheel carries the PP-OCR models.

Optional (requirements/han.txt). It finds lines by one network and reads them by another, at a
tenth of Tesseract's errors on Chinese and a quarter of its speed. The classifier for turned
lines is off: pages come upright, and it turns short lines upside down. Nothing is fetched:
the models are given by their place inside the wheel.

A word is one Han character, or a run of other letters between spaces. The engine returns lines
in no order that columns survive, so they are put into reading order here. Boxes count pixels,
confidences percent.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import re
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from PIL import Image

from assay.errors import EngineError
from assay.ports import Card, OcrWord

_FIND_LINES = "PP-OCRv6_det_small.onnx"
_READ_LINES = "PP-OCRv6_rec_small.onnx"
_HAN = re.compile(
    r"[\u2e80-\u2fdf\u3000-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]"
)

Box = tuple[int, int, int, int]


def is_installed() -> bool:
    """Tell whether the engine and its runtime are there, without loading them."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime"))


class RapidOcr:
    """A body of the port `Recognizer`. Loads its models (0.4 GB) at the first page."""

    def __init__(self) -> None:
        if not is_installed():
            raise EngineError(
                "rapidocr", "it is not installed", "pip install -r requirements/han.txt"
            )
        self._engine: Any = None

    @property
    def card(self) -> Card:
        """Name, version and licence; the version holds the digests of the models."""
        digests = " ".join(f"{name}:{_digest(_models() / name)[:16]}" for name in _NAMES)
        return Card(
            name="rapidocr",
            version=f"{importlib.metadata.version('rapidocr')} {digests}",
            licence="Apache-2.0",
            formats=("image/*",),
            limits="Chinese pages; lines from left to right",
        )

    def card_for(self, language: str) -> Card:
        """One model reads simplified and traditional characters."""
        return self.card

    def languages(self) -> frozenset[str]:
        """Chinese, simplified and traditional, where the wheel has its models."""
        here = all((_models() / name).is_file() for name in _NAMES)
        return frozenset({"chi_sim", "chi_tra"}) if here else frozenset()

    def recognise(
        self, picture: Image.Image, language: str, dpi: int, block: bool = False
    ) -> list[OcrWord]:
        """Read a picture. Raises EngineError."""
        if language not in self.languages():
            raise EngineError("rapidocr", f"it has no model for {language!r}")
        engine = self._load()
        pixels = np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])
        try:
            found = engine(pixels, use_cls=False, return_word_box=True, return_single_char_box=True)
        except MemoryError:
            raise
        except Exception as error:  # the engine raises what its networks raise
            if "alloc" in str(error):
                raise MemoryError from error  # the runtime's own word for it
            raise EngineError("rapidocr", f"it failed with {type(error).__name__}") from error
        if found.txts is None or found.boxes is None:
            return []
        lines = [
            _Line(
                text=text,
                score=100 * float(score),
                box=_around(quad),
                quad=tuple((float(x), float(y)) for x, y in quad),
                pieces=tuple(
                    (str(piece[0]), 100 * float(piece[1]), _around(piece[2])) for piece in pieces
                ),
            )
            for text, score, quad, pieces in zip(
                found.txts, found.scores, found.boxes, _pieces(found), strict=True
            )
        ]
        words: list[OcrWord] = []
        for at, block_at, line in in_reading_order(lines):
            words += _split(line, at, block_at)
        return words

    def _load(self) -> Any:
        if self._engine is None:
            from rapidocr import RapidOCR

            runtime = "EngineConfig.onnxruntime"
            self._engine = RapidOCR(
                params={
                    "Global.log_level": "critical",
                    "Global.text_score": 0.0,  # what is unsure is kept, with its confidence
                    # 7 points at 200 dots an inch read no worse, at 0.7 of the memory and time
                    "Global.max_side_len": 1600,
                    "Rec.rec_batch_num": 1,
                    "Det.model_path": str(_models() / _FIND_LINES),
                    "Rec.model_path": str(_models() / _READ_LINES),
                    # a worker a core: threads inside one only wait for each other
                    f"{runtime}.intra_op_num_threads": 1,
                    f"{runtime}.inter_op_num_threads": 1,
                }
            )
        return self._engine


_NAMES = (_FIND_LINES, _READ_LINES)


class _Line(msgspec.Struct, frozen=True):
    """A line as the engine found it; `quad` its corners from the upper left, clockwise."""

    text: str
    score: float
    box: Box
    quad: tuple[tuple[float, float], ...] = ()
    pieces: tuple[tuple[str, float, Box], ...] = ()


def _pieces(found: Any) -> list[Any]:
    results = list(found.word_results or ())
    # it leaves out lines for which it has no boxes, so that the two no longer belong together
    return results if len(results) == len(found.txts) else [()] * len(found.txts)


def _around(quad: Any) -> Box:
    xs, ys = [float(p[0]) for p in quad], [float(p[1]) for p in quad]
    return round(min(xs)), round(min(ys)), round(max(xs)), round(max(ys))


@lru_cache(maxsize=1)
def _models() -> Path:
    spec = importlib.util.find_spec("rapidocr")
    return Path(str(spec.origin if spec else "")).parent / "models"


@lru_cache(maxsize=8)
def _digest(place: Path) -> str:
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ---------------------------------------------------------------- words of a line


def _split(line: _Line, at: int, block: int) -> list[OcrWord]:
    """The words of a line, each with its box."""
    places = _places(line)
    words: list[OcrWord] = []
    run: list[tuple[str, float, Box]] = []

    def end_run() -> None:
        if run:
            sure = sum(score for _, score, _ in run) / len(run)
            boxes = [box for _, _, box in run]
            around = (
                min(b[0] for b in boxes),
                min(b[1] for b in boxes),
                max(b[2] for b in boxes),
                max(b[3] for b in boxes),
            )
            words.append(OcrWord("".join(c for c, _, _ in run), around, sure, at, block))
            run.clear()

    for char, score, box in places:
        if char.isspace() or _HAN.match(char):
            end_run()
            if not char.isspace():
                words.append(OcrWord(char, box, score, at, block))
        else:
            run.append((char, score, box))
    end_run()
    return words


def _places(line: _Line) -> list[tuple[str, float, Box]]:
    """Each character of the line's text with its confidence and box.

    As the engine says, where its pieces are the text; else by sharing out the line's width.
    """
    pieces = [piece for piece in line.pieces if piece[0].strip()]
    if [p[0] for p in pieces] == [c for c in line.text if not c.isspace()]:
        rest = iter(pieces)
        return [(c, line.score, line.box) if c.isspace() else next(rest) for c in line.text]
    left, top, right, bottom = line.box
    shares = [2 if _HAN.match(char) else 1 for char in line.text]
    total, found, done = sum(shares), [], 0
    for char, share in zip(line.text, shares, strict=True):
        start = left + (right - left) * done // total
        done += share
        end = left + (right - left) * done // total
        found.append((char, line.score, (start, top, max(end, start + 1), bottom)))
    return found


# ---------------------------------------------------------------- reading order


def in_reading_order(lines: Sequence[_Line]) -> list[tuple[int, int, _Line]]:
    """(line, block, piece) in reading order: columns from left to right, rows from above.

    By cutting the page at white space, first between columns, then between rows (XY-cut:
    Nagy and Seth, 1984). Pieces in one row share a line; a gap of nearly a line ends a block.
    """
    if not lines:
        return []
    usual = sorted(line.box[3] - line.box[1] for line in lines)[len(lines) // 2] or 1
    ordered: list[tuple[int, int, _Line]] = []
    at = block = -1
    for column in _cut(list(lines), usual):
        block += 1
        bottom: int | None = None
        for row in _rows(column):
            top = min(line.box[1] for line in row)
            if bottom is not None and top - bottom > 0.9 * usual:
                block += 1
            at += 1
            ordered += [(at, block, line) for line in sorted(row, key=lambda x: x.box[0])]
            bottom = max(line.box[3] for line in row)
    return ordered


def _cut(lines: list[_Line], usual: int) -> list[list[_Line]]:
    """Cut into regions that are read one after the other."""
    columns = _groups(lines, 0, 1.0 * usual)
    if len(columns) > 1 and all(len(column) > 1 for column in columns):
        return [part for column in columns for part in _cut(column, usual)]
    bands = _groups(lines, 1, 1.5 * usual)
    if len(bands) > 1:
        return [part for band in bands for part in _cut(band, usual)]
    return [lines]


def _groups(lines: list[_Line], axis: int, gap: float) -> list[list[_Line]]:
    """Groups of lines that are apart by `gap` along an axis (0: across, 1: down)."""
    groups: list[list[_Line]] = []
    end = 0.0
    for line in sorted(lines, key=lambda x: x.box[axis]):
        if not groups or line.box[axis] - end > gap:
            groups.append([])
            end = line.box[axis + 2]
        groups[-1].append(line)
        end = max(end, line.box[axis + 2])
    return groups


def _rows(lines: list[_Line]) -> list[list[_Line]]:
    """Lines whose middles are level, from above."""
    rows: list[list[_Line]] = []
    for line in sorted(lines, key=lambda x: x.box[1] + x.box[3]):
        if rows:
            last = rows[-1][-1].box
            level = abs((line.box[1] + line.box[3]) - (last[1] + last[3])) / 2
            apart = line.box[0] >= last[2] - 2 or line.box[2] <= last[0] + 2
            if apart and level < 0.5 * min(line.box[3] - line.box[1], last[3] - last[1]):
                rows[-1].append(line)
                continue
        rows.append([line])
    return rows
