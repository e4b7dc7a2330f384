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
from PIL import Image, ImageChops

_LONG_SIDE = 1300  # pixels of the reduced copy: at 11 points a line is still 9 pixels high
_TILE = 32
_POINTS = 25_000  # ink pixels that the angle is measured on
_WIDEST_SKEW = 15.0
_TALLEST = 60  # pixels of the reduced copy: letters of a poster
WINDOW = 400  # pixels of the reduced copy: 50 letters of 11 points
_RULE = 128  # pixels of the reduced copy in a row: the rule of a table, and no letter
_NEAR = 25.0  # greys between a tile of paper and the smooth surface through most of them
_MOSTLY = 0.6  # of the tiles are paper
_SHADOW = 60.0  # greys below the surface: what is darker is no paper
_UNEVEN = 24.0  # greys between the lightest and the darkest paper
_BLANK = 0.0002  # share of the page that dust may cover


@dataclass(frozen=True)
class Ink:
    """What is printed: a mask, and how many pixels of the picture one of its pixels spans.

    `light` is the brightness of the paper, tile by tile; None where letters are light on dark.
    """

    mask: npt.NDArray[np.bool_]
    scale: int
    light: npt.NDArray[np.float32] | None = None

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
    inverted = float(np.median(level[::3, ::3])) < 100
    if inverted:
        level = 255 - level
    light = _light(level)
    depth = _spread(light, level.shape) - level
    # the scatter of the paper itself: half of all pixels lie within 0.67 sigma
    some = depth[::3, ::3]
    noise = float(np.median(np.abs(some - np.median(some)))) / 0.67
    # beyond 35 it is no noise of a scanner but the grain of a photograph
    mask = depth > (max(28.0, 5 * noise) if noise < 35 else 70.0)
    return Ink(_without_specks(mask), scale, None if inverted else light)


def _light(level: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The brightness of the paper: of each tile the brighter part."""
    high, wide = level.shape
    rows, columns = max(1, high // _TILE), max(1, wide // _TILE)
    cut = level[: rows * (high // rows), : columns * (wide // columns)]
    tiles = cut.reshape(rows, high // rows, columns, wide // columns).swapaxes(1, 2)
    if tiles.shape[2] >= 16 and tiles.shape[3] >= 16:
        tiles = tiles[:, :, ::2, ::2]  # a quarter of the pixels tells as much
    return np.percentile(tiles.reshape(rows, columns, -1), 80, axis=2).astype(np.float32)


def _spread(light: npt.NDArray[np.float32], shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """The brightness of the paper at every place of a picture of `shape` (high, wide)."""
    spread = Image.fromarray(light).resize((shape[1], shape[0]), Image.Resampling.BILINEAR)
    return np.asarray(spread, dtype=np.float32)


def even_out(picture: Image.Image, ink: Ink) -> Image.Image:
    """The picture (mode L) on evenly white paper, where a shadow or uneven light lies on it.

    Engines cut ink from paper at one grey for the whole page: of a noisy page that grows darker
    to one side they lose half the text and say nothing. What is much darker than the paper around,
    a photograph or a bar with white letters, is no paper and keeps its grey.
    """
    if ink.light is None or min(ink.light.shape) < 3:
        return picture
    smooth = _fit(ink.light)
    if (np.abs(ink.light - smooth) < _NEAR).mean() < _MOSTLY:
        return picture  # a photograph: there is no one sheet of paper
    paper = np.where(ink.light > smooth - _SHADOW, ink.light, smooth)
    if np.ptp(paper) < _UNEVEN:
        return picture
    lift = Image.fromarray(np.clip(255 - paper, 0, 255).astype(np.uint8))
    return ImageChops.add(picture, lift.resize(picture.size, Image.Resampling.BILINEAR))


def _fit(light: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """The smooth surface (of second degree) that most tiles lie near."""
    y, x = (axis / 2 - 1 for axis in np.indices(light.shape) / np.array(light.shape).max() * 4)
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1).reshape(-1, 6)
    values = light.reshape(-1).astype(np.float64)
    near = values >= np.median(values) - _SHADOW
    for _ in range(4):
        weights = np.linalg.lstsq(terms[near], values[near], rcond=None)[0]
        apart = np.abs(terms @ weights - values)
        near = apart <= max(8.0, 2 * float(np.median(apart)))
    fitted: npt.NDArray[np.float64] = terms @ weights
    return fitted.reshape(light.shape)


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
        # by chance: every third point of each row would be a pattern of its own
        chosen = np.random.default_rng(len(ys)).integers(0, len(ys), _POINTS)
        ys, xs = ys[chosen], xs[chosen]
    if len(ys) < 50:
        return Lie(0.0, False)
    skew, sharp = _best_angle(ys, xs)
    # a picture turned by a right angle: (y, x) -> (x, -y)
    upright, sharp_sideways = _best_angle(xs, -ys)
    sideways = sharp_sideways > 1.6 * sharp
    if 0.5 * sharp < sharp_sideways < 2 * sharp:
        # columns of Chinese are as sharp at their sides: lines have more white between them
        sideways = _white(level(ink, 90, upright)) > _white(level(ink, 0, skew))
    return Lie(upright if sideways else skew, sideways)


def _white(ink: Ink) -> float:
    """The share of white rows among the rows of lines, in windows across the page."""
    white = lines = 0.0
    for left in range(0, max(1, ink.mask.shape[1] - WINDOW // 2), WINDOW // 2):
        bands = _bands(ink.mask[:, left : left + WINDOW].sum(axis=1))
        if len(bands) < 2:
            continue
        usual = float(np.median([bottom - top for top, bottom in bands]))
        for (top, bottom), (below, _) in pairwise(bands):
            lines += bottom - top
            if below - bottom < 2.5 * usual:  # else it is no gap between two lines
                white += min(below - bottom, usual)
    return white / (white + lines) if lines else 0.0


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
    return picture.rotate(-skew, Image.Resampling.BILINEAR, expand=True, fillcolor=white)


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


# ---------------------------------------------------------------- lines and pieces of them


@dataclass(frozen=True)
class Piece:
    """A piece of one line: its box in pixels of the mask, and the share of its width with ink."""

    left: int
    top: int
    right: int
    bottom: int
    full: float

    @property
    def high(self) -> int:
        """Pixels from the top of its letters to their bottom."""
        return self.bottom - self.top


def level(ink: Ink, quarter: int, skew: float) -> Ink:
    """The mask turned as `turn_upright` turns the picture, without rules of tables and forms."""
    mask = np.rot90(ink.mask, quarter // 90)
    if skew:
        drawn = Image.fromarray(mask.astype(np.uint8) * 255)
        mask = np.asarray(drawn.rotate(-skew, Image.Resampling.NEAREST, expand=True)) > 0
    return Ink(_without_rules(mask), ink.scale)


def _without_rules(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """The mask without straight runs that no letter has, and what touches them."""
    rules = _rules(mask) | _rules(mask.T).T
    if not rules.any():
        return mask
    padded = np.pad(rules, 1)
    near = padded[1:-1, 1:-1] | padded[:-2, 1:-1] | padded[2:, 1:-1]
    near |= padded[1:-1, :-2] | padded[1:-1, 2:]
    return mask & ~near


def _rules(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """What lies on a rule from left to right, also where it steps to the next row."""
    thick = np.pad(mask, ((1, 1), (0, 0)))
    return _runs(thick[1:-1] | thick[:-2] | thick[2:], _RULE) & mask


def _runs(mask: npt.NDArray[np.bool_], long: int) -> npt.NDArray[np.bool_]:
    """Where at least `long` pixels (a power of two) in a row are ink, from left to right."""
    if mask.shape[1] <= long:
        return np.zeros_like(mask)
    starts, step = mask.copy(), 1
    while step < long:  # after each turn a pixel says that 2 * step from it on are ink
        starts[:, :-step] &= starts[:, step:]
        starts[:, -step:] = False
        step *= 2
    if not starts.any():
        return starts
    step = 1
    while step < long:
        starts[:, step:] |= starts[:, :-step].copy()
        step *= 2
    return starts


def find_pieces(ink: Ink) -> list[Piece]:
    """Pieces of lines, the fullest first, of a mask that is level and has no rules.

    Each is cut from a window of the page, so that columns and cells of a table do not run into
    each other, and is about as high as most. Empty where nothing on the page lies in lines.
    """
    wide = ink.mask.shape[1]
    across = min(wide, WINDOW)
    found: list[Piece] = []
    for left in range(0, max(1, wide - across // 2), across // 2):
        window = ink.mask[:, left : left + across]
        for top, bottom in _bands(window.sum(axis=1)):
            columns = np.asarray(window[top:bottom].any(axis=0))
            if left > 0:
                _drop_half(columns, bottom - top)
            if left + across < wide:
                _drop_half(columns[::-1], bottom - top)
            found.append(_piece(columns, left, top, bottom))
    letters = [piece for piece in found if piece.right - piece.left > 1.5 * piece.high]
    if not letters:
        return []
    weight = np.array([piece.full * (piece.right - piece.left) for piece in letters])
    heights = np.array([piece.high for piece in letters])
    order = np.argsort(heights)
    middle = int(np.searchsorted(np.cumsum(weight[order]), weight.sum() / 2))
    usual = float(heights[order][min(middle, len(order) - 1)])
    alike = [p for p in letters if 0.6 * usual <= p.high <= 1.5 * usual and p.high <= _TALLEST]
    return sorted(alike, key=lambda p: (-round(p.full * (p.right - p.left) / across, 1), p.top))


def _drop_half(columns: npt.NDArray[np.bool_], high: int) -> None:
    """Leave out the letter that the edge of the window, the first column, may cut through."""
    white = np.flatnonzero(~columns[: 2 * high])
    if len(white):
        columns[: int(white[0])] = False


def _piece(columns: npt.NDArray[np.bool_], left: int, top: int, bottom: int) -> Piece:
    inked = np.flatnonzero(columns)
    if not len(inked):
        return Piece(left, top, left, bottom, 0.0)
    # words of one line stand nearer to each other than a column to the next
    gaps = np.flatnonzero(np.diff(inked) > 2.0 * (bottom - top))
    starts = inked[np.concatenate(([0], gaps + 1))]
    ends = inked[np.concatenate((gaps, [len(inked) - 1]))] + 1
    longest = int(np.argmax(ends - starts))
    start, end = int(starts[longest]), int(ends[longest])
    return Piece(left + start, top, left + end, bottom, float(columns[start:end].mean()))


def _bands(profile: npt.NDArray[Any]) -> list[tuple[int, int]]:
    """The rows that hold ink, as (start, end) pairs with white between them."""
    smooth = np.convolve(profile, np.ones(3) / 3, mode="same")
    inked = smooth[smooth > 0]
    if not len(inked):
        return []
    on = np.flatnonzero(smooth > 0.12 * float(np.percentile(inked, 90)))
    breaks = np.flatnonzero(np.diff(on) > 1)
    starts = on[np.concatenate(([0], breaks + 1))]
    ends = on[np.concatenate((breaks, [len(on) - 1]))] + 1
    return [(int(a), int(b)) for a, b in zip(starts, ends, strict=True) if b - a >= 4]


def apart(pieces: list[Piece], count: int) -> list[Piece]:
    """The first `count` pieces that share no line with each other, or if need be no place."""
    chosen: list[Piece] = []
    for within_lines in (False, True):
        for piece in pieces:
            if len(chosen) == count:
                return chosen
            if all(
                piece.bottom <= c.top
                or piece.top >= c.bottom
                or (within_lines and (piece.right <= c.left or piece.left >= c.right))
                for c in chosen
            ):
                chosen.append(piece)
    return chosen


def fullest_part(ink: Ink) -> Piece | None:
    """The fullest strip of a picture on which no lines can be told apart. None without ink."""
    profile = ink.mask.sum(axis=1).astype(np.float64)
    if not profile.any():
        return None
    tall = min(len(profile), _TALLEST)
    top = int(np.argmax(np.convolve(profile, np.ones(tall), mode="valid")))
    columns = np.flatnonzero(ink.mask[top : top + tall].any(axis=0))
    if not len(columns):
        return None
    return Piece(int(columns[0]), top, int(columns[-1]) + 1, top + tall, 1.0)


def cut_pieces(picture: Image.Image, pieces: list[Piece], ink: Ink) -> Image.Image:
    """The pieces of an upright picture, each a line below the other on white paper."""
    margin = max(3, round(0.4 * float(np.median([piece.high for piece in pieces]))))
    boxes = [
        (
            max(0, (piece.left - margin) * ink.scale),
            max(0, (piece.top - margin) * ink.scale),
            min(picture.width, (piece.right + margin) * ink.scale),
            min(picture.height, (piece.bottom + margin) * ink.scale),
        )
        for piece in pieces
    ]
    if len(boxes) == 1:
        return picture.crop(boxes[0])
    wide = max(box[2] - box[0] for box in boxes)
    sheet = Image.new("L", (wide, sum(box[3] - box[1] for box in boxes)), 255)
    top = 0
    for box in boxes:
        sheet.paste(picture.crop(box), (0, top))
        top += box[3] - box[1]
    return sheet
