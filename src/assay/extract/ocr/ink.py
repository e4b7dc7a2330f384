"""Find the ink on a page picture: whether there is any, how it is turned, where lines stand.

Everything is measured on a reduced copy, whose pixels average away the noise of a scanner,
against the paper's own brightness around each place, so that a shadow is no ink. It costs
some hundredths of a second, where recognising the page costs one.

Angles are degrees, counter-clockwise; boxes are pixels of the full picture (left, top,
right, bottom).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image

_LONG_SIDE = 1300  # pixels of the reduced copy: at 11 points a line is still 9 pixels high
_TILE = 32
_POINTS = 60_000  # ink pixels that the angle is measured on
_WIDEST_SKEW = 15.0
_TALLEST_STRIP = 90  # pixels of the reduced copy: two lines of 30 points
_BLANK = 0.0002  # share of the page that dust may cover


@dataclass(frozen=True)
class Ink:
    """What is printed: a mask, and how many pixels of the picture one of its pixels spans."""

    mask: npt.NDArray[np.bool_]
    scale: int

    @property
    def share(self) -> float:
        """The part of the page that is ink, 0 to 1."""
        return float(self.mask.mean()) if self.mask.size else 0.0

    @property
    def blank(self) -> bool:
        """True where nothing is printed but what dust and noise explain."""
        return self.share < _BLANK


def find_ink(picture: Image.Image) -> Ink:
    """Find the ink of a picture. Light letters on dark ground count as ink too."""
    grey = picture.convert("L")
    scale = max(1, round(max(grey.size) / _LONG_SIDE))
    level = np.asarray(grey.reduce(scale), dtype=np.float32)
    if float(np.median(level)) < 100:
        level = 255 - level
    depth = _paper(level) - level
    # the scatter of the paper itself: half of all pixels lie within 0.67 sigma
    noise = float(np.median(np.abs(depth - np.median(depth)))) / 0.67
    # beyond 35 it is no noise of a scanner but the grain of a photograph
    mask = depth > (max(28.0, 5 * noise) if noise < 35 else 70.0)
    return Ink(_without_specks(mask), scale)


def _paper(level: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The brightness of the paper at every place: of each tile the brighter part."""
    high, wide = level.shape
    rows, columns = max(1, high // _TILE), max(1, wide // _TILE)
    cut = level[: rows * (high // rows), : columns * (wide // columns)]
    tiles = cut.reshape(rows, high // rows, columns, wide // columns).swapaxes(1, 2)
    bright = np.percentile(tiles.reshape(rows, columns, -1), 80, axis=2).astype(np.float32)
    spread = Image.fromarray(bright).resize((wide, high), Image.Resampling.BILINEAR)
    return np.asarray(spread, dtype=np.float32)


def _without_specks(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The mask without pixels that have no neighbour."""
    padded = np.pad(mask, 1)
    near = padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2] | padded[1:-1, 2:]
    return mask & near


# ---------------------------------------------------------------- how it is turned


@dataclass(frozen=True)
class Lie:
    """How the lines lie: `skew` degrees from level; `sideways` where they run up or down."""

    skew: float
    sideways: bool


def find_lie(ink: Ink) -> Lie:
    """Measure how the lines lie by the sharpness of the profile across them."""
    ys, xs = np.nonzero(ink.mask)
    if len(ys) > _POINTS:
        chosen = np.linspace(0, len(ys) - 1, _POINTS).astype(np.int64)
        ys, xs = ys[chosen], xs[chosen]
    if len(ys) < 50:
        return Lie(0.0, False)
    level, sharp = _best_angle(ys, xs)
    # a picture turned by a right angle: (y, x) -> (x, -y)
    upright, sharp_sideways = _best_angle(xs, -ys)
    sideways = sharp_sideways > 1.6 * sharp
    return Lie(upright if sideways else level, sideways)


def _best_angle(ys: npt.NDArray[Any], xs: npt.NDArray[Any]) -> tuple[float, float]:
    # half degrees near level, where pages lie, and whole ones beyond
    near = [step / 2 for step in range(-12, 13)]
    wide = [float(step) for step in range(7, int(_WIDEST_SKEW) + 1)]
    coarse = [*near, *wide, *(-step for step in wide)]
    best = max(coarse, key=lambda angle: (_sharpness(ys, xs, angle), -abs(angle)))
    if abs(best) > 6:
        halves = [best - 0.5, best, best + 0.5]
        best = max(halves, key=lambda angle: _sharpness(ys, xs, angle))
    fine = [best + step / 10 for step in range(-4, 5)]
    best = max(fine, key=lambda angle: _sharpness(ys, xs, angle))
    return best, _sharpness(ys, xs, best)


def _sharpness(ys: npt.NDArray[Any], xs: npt.NDArray[Any], angle: float) -> float:
    """How sharply the profile rises and falls when the page is level at this angle."""
    profile = _profile(ys, xs, angle)
    return float(np.square(np.diff(profile)).sum()) / float(profile.sum())


def _profile(ys: npt.NDArray[Any], xs: npt.NDArray[Any], angle: float) -> npt.NDArray[Any]:
    rows = np.rint(ys + xs * np.tan(np.radians(angle))).astype(np.int64)
    return np.bincount(rows - rows.min()).astype(np.float64)


def turn_upright(picture: Image.Image, quarter: int, skew: float) -> Image.Image:
    """The picture turned counter-clockwise by `quarter` (0, 90, 180, 270), then levelled.

    `skew` is the angle by which the lines rise. The picture grows, nothing is cut off.
    """
    if quarter:
        picture = picture.transpose(
            {
                90: Image.Transpose.ROTATE_90,
                180: Image.Transpose.ROTATE_180,
                270: Image.Transpose.ROTATE_270,
            }[quarter]
        )
    if not skew:
        return picture
    white = 255 if picture.mode == "L" else (255, 255, 255)
    return picture.rotate(-skew, Image.Resampling.BICUBIC, expand=True, fillcolor=white)


def map_back(
    box: tuple[int, int, int, int],
    quarter: int,
    skew: float,
    size: tuple[int, int],
    upright: tuple[int, int],
) -> tuple[float, float, float, float]:
    """Where a box of the upright picture lies in the picture as it is.

    `size` and `upright` are (width, height) before and after `turn_upright`.
    """
    wide, high = size if quarter in (0, 180) else (size[1], size[0])
    angle = np.radians(skew)
    cosine, sine = float(np.cos(angle)), float(np.sin(angle))
    corners: list[tuple[float, float]] = []
    for x, y in ((box[0], box[1]), (box[2], box[1]), (box[2], box[3]), (box[0], box[3])):
        from_middle_x, from_middle_y = x - upright[0] / 2, y - upright[1] / 2
        turned_x = from_middle_x * cosine + from_middle_y * sine + wide / 2
        turned_y = -from_middle_x * sine + from_middle_y * cosine + high / 2
        if quarter == 90:
            turned_x, turned_y = size[0] - turned_y, turned_x
        elif quarter == 180:
            turned_x, turned_y = size[0] - turned_x, size[1] - turned_y
        elif quarter == 270:
            turned_x, turned_y = turned_y, size[1] - turned_x
        corners.append((turned_x, turned_y))
    left, top = min(c[0] for c in corners), min(c[1] for c in corners)
    right, bottom = max(c[0] for c in corners), max(c[1] for c in corners)
    return (
        min(max(left, 0.0), size[0]),
        min(max(top, 0.0), size[1]),
        min(max(right, 0.0), size[0]),
        min(max(bottom, 0.0), size[1]),
    )


# ---------------------------------------------------------------- a few lines


def count_lines(ink: Ink) -> int:
    """How many lines of about the same height an upright picture has: few on a photograph."""
    heights = [end - start for start, end in _bands(ink)]
    usual = float(np.median(heights)) if heights else 0.0
    return sum(0.6 * usual <= height <= 1.7 * usual for height in heights)


def _bands(ink: Ink) -> list[tuple[int, int]]:
    """The rows that hold ink, as (start, end) pairs with white between them."""
    profile = ink.mask.sum(axis=1).astype(np.float64)
    if not profile.any():
        return []
    smooth = np.convolve(profile, np.ones(3) / 3, mode="same")
    on = np.flatnonzero(smooth > 0.12 * float(np.percentile(smooth[smooth > 0], 90)))
    breaks = np.flatnonzero(np.diff(on) > 1)
    starts = on[np.concatenate(([0], breaks + 1))]
    ends = on[np.concatenate((breaks, [len(on) - 1]))] + 1
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=True) if b - a >= 4]


def find_strip(ink: Ink, lines: int = 2) -> tuple[int, int, int, int]:
    """The box of a few lines of body text: the fullest `lines` that follow each other.

    Of an upright picture. Where no lines can be told apart, the fullest part of their height.
    """
    high, wide = ink.mask.shape
    profile = ink.mask.sum(axis=1).astype(np.float64)
    if not profile.any():
        middle = max(0, (high - _TALLEST_STRIP) // 2)
        bottom = min(high, middle + _TALLEST_STRIP)
        return 0, middle * ink.scale, wide * ink.scale, bottom * ink.scale
    bands = _bands(ink) or [(0, high)]
    usual = float(np.median([b - a for a, b in bands]))
    bands = [(a, b) for a, b in bands if b - a <= 2.5 * usual] or bands
    best, fullest = (bands[0][0], bands[0][1]), -1.0
    for first in range(len(bands)):
        chosen = bands[first : first + lines]
        if any(after[0] - before[1] > 3 * usual for before, after in pairwise(chosen)):
            continue
        filled = float(profile[chosen[0][0] : chosen[-1][1]].sum())
        if filled > fullest:
            best, fullest = (chosen[0][0], chosen[-1][1]), filled
    if best[1] - best[0] > _TALLEST_STRIP:
        # no lines but a picture, or letters of a poster: the fullest part of it
        sums = np.convolve(profile[best[0] : best[1]], np.ones(_TALLEST_STRIP), mode="valid")
        top = best[0] + int(np.argmax(sums))
        best = (top, top + _TALLEST_STRIP)
    columns = np.flatnonzero(ink.mask[best[0] : best[1]].any(axis=0))
    margin = min(max(4, round(usual * 0.7)), 20)
    left, right = (int(columns[0]), int(columns[-1]) + 1) if len(columns) else (0, wide)
    return (
        max(0, left - margin) * ink.scale,
        max(0, best[0] - margin) * ink.scale,
        min(wide, right + margin) * ink.scale,
        min(high, best[1] + margin) * ink.scale,
    )
