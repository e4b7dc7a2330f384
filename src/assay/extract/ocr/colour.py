"""Part the ink of a stamp from the text that it lies on.

Coloured ink is bright in one channel at least, black ink in none: the brightest channel shows a
page without its stamps. That is done only where coloured ink lies over black: a heading or a
letter in blue lies over nothing and stays. What was taken away comes as a picture of its own,
so that the words of the stamp can be read too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw

_LONG_SIDE = 900  # pixels of the reduced copy that stamps are looked for on
_COLOURED = 50  # between the brightest and the darkest channel, beyond the paper's own tint
_BLACK = 110  # the brightest channel of black ink at most
_TILE = 12  # pixels of the reduced copy: the letters of a stamp stand no further apart
_LEAST = 0.0005  # of the page: less coloured ink is no stamp
_SMALL = 4  # tiles: the least that a stamp covers
_OVER_TEXT = 0.01  # of a stamp's box is black ink, at least
_ROUND = 1.2  # the longer side of a round stamp to the shorter, at most
_INSIDE_ROUND = 0.77  # of its width are inside the rings
_EDGE = 0.06  # of a stamp that is not round are its frame

_HALF = [level // 2 for level in range(256)]

Box = tuple[int, int, int, int]


@dataclass(frozen=True)
class Inks:
    """The page in grey (mode L) without its stamps, and the stamps alone; None without any."""

    page: Image.Image
    stamps: Image.Image | None = None


def part_inks(picture: Image.Image) -> Inks:
    """The inks of a page picture (mode RGB); of one without a stamp on its text the grey page."""
    grey = picture.convert("L")
    boxes = _stamped(picture)
    if not boxes:
        return Inks(grey)
    stamps = Image.new("L", picture.size, 255)
    for box in boxes:
        red, green, blue = picture.crop(box).split()
        bright = ImageChops.lighter(ImageChops.lighter(red, green), blue)
        dark = ImageChops.darker(ImageChops.darker(red, green), blue)
        tint = ImageChops.subtract(bright, dark)
        # the brightest channel of a stamp is still greyer than paper
        grey.paste(ImageChops.add(bright, tint.point(_HALF)), box[:2])
        # white where there is no colour, black where there is much
        stamps.paste(ImageChops.invert(tint), box[:2])
    return Inks(grey, stamps)


def find_stamps(stamps: Image.Image) -> list[Box]:
    """The box of each stamp on a picture of stamps alone, in its pixels."""
    scale = max(1, round(max(stamps.size) / _LONG_SIDE))
    small = np.asarray(stamps.reduce(scale))
    return [
        (left * scale, top * scale, right * scale, bottom * scale)
        for left, top, right, bottom in _clusters(small < 255 - _COLOURED)
    ]


def without_rim(stamp: Image.Image) -> Image.Image:
    """A stamp (mode L) in black and white, of its own size, without its rim.

    Of one as wide as high, which is round, the outer part of the circle; of others the edge. The
    text under a stamp breaks its rings, so that they cannot be followed.
    """
    inked = stamp.point([0 if level < 255 - _COLOURED else 255 for level in range(256)])
    box = ImageChops.invert(inked).getbbox()
    if box is None:
        return inked
    wide, high = box[2] - box[0], box[3] - box[1]
    is_round = 1 / _ROUND < wide / high < _ROUND
    share = (1 - _INSIDE_ROUND) / 2 if is_round else _EDGE
    inset = (
        box[0] + share * wide, box[1] + share * high,
        box[2] - share * wide, box[3] - share * high,
    )  # fmt: skip
    inside = Image.new("L", stamp.size, 0)
    pen = ImageDraw.Draw(inside)
    (pen.ellipse if is_round else pen.rectangle)(inset, fill=255)
    return Image.composite(inked, Image.new("L", stamp.size, 255), inside)


def _stamped(picture: Image.Image) -> list[Box]:
    """Boxes of coloured ink that lies over black ink, in pixels of the picture."""
    scale = max(1, round(max(picture.size) / _LONG_SIDE))
    small = np.asarray(picture.reduce(scale), dtype=np.int16)
    bright, dark = small.max(axis=2), small.min(axis=2)
    tint = bright - dark
    coloured = tint > _COLOURED + int(np.median(tint))
    if coloured.mean() < _LEAST:
        return []
    black = bright < _BLACK
    found: list[Box] = []
    for left, top, right, bottom in _clusters(coloured):
        share = black[top:bottom, left:right].mean()
        if share >= _OVER_TEXT:
            found.append(
                (
                    left * scale, top * scale,
                    min(right * scale, picture.width), min(bottom * scale, picture.height),
                )
            )  # fmt: skip
    return found


def _clusters(mask: npt.NDArray[np.bool_]) -> list[Box]:
    """Boxes around ink whose tiles touch, also at their corners."""
    rows, columns = -(-mask.shape[0] // _TILE), -(-mask.shape[1] // _TILE)
    padded = np.zeros((rows * _TILE, columns * _TILE), dtype=bool)
    padded[: mask.shape[0], : mask.shape[1]] = mask
    tiles = padded.reshape(rows, _TILE, columns, _TILE).sum(axis=(1, 3)) >= 2
    left_over = {(int(y), int(x)) for y, x in np.argwhere(tiles)}
    found: list[Box] = []
    while left_over:
        group, edge = [], [left_over.pop()]
        while edge:
            y, x = edge.pop()
            group.append((y, x))
            near = {(y + dy, x + dx) for dy in (-1, 0, 1) for dx in (-1, 0, 1)} & left_over
            left_over -= near
            edge += near
        if len(group) >= _SMALL:
            ys, xs = [y for y, _ in group], [x for _, x in group]
            found.append(
                (
                    min(xs) * _TILE, min(ys) * _TILE,
                    min((max(xs) + 1) * _TILE, mask.shape[1]),
                    min((max(ys) + 1) * _TILE, mask.shape[0]),
                )
            )  # fmt: skip
    return found
