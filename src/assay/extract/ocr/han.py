"""Tell simplified from traditional Chinese by what two models make of the same lines.

Each model writes characters of its own script alone, so what it reads proves nothing; how sure
it is, and the ink, do. Characters that one script has and the other has not are those that
only one of two national character sets holds: GB 2312 (1980) and Big5 (1984).

Three things tell, each weak alone: how sure a model is of all characters, how sure of those
that only its script has, both as log-odds (confidences crowd under 100, where 99 and 97 percent
are as far apart as 80 and 60), and how much ink these hold beside the others: characters that
were simplified hold about as much as those that never were, their traditional forms a quarter
more. The weights were fitted on 120 pages of the tuning set of bench/ocr_pages.py.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image

from assay.ports import OcrWord

HAN = ("chi_sim", "chi_tra")
"""The models for simplified and for traditional characters."""

_ALL, _OWN, _INK, _EVEN = 6.0, 2.4, 6.5, 2.9
_USUAL_INK = 0.1  # where no character tells: between the two scripts
_LEAST, _MOST = 1.0, 99.9  # percent


@lru_cache(maxsize=4096)
def _only_in(char: str) -> str:
    """The model whose script alone has the character; "" where both have it, or neither."""
    simple, full = _has("gb2312", char), _has("big5", char)
    return "" if simple == full else "chi_sim" if simple else "chi_tra"


def _has(charset: str, char: str) -> bool:
    try:
        char.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff"


def han_of(text: str) -> str | None:
    """chi_sim or chi_tra by the characters of a text; None where they say nothing."""
    only = [_only_in(char) for char in text if _is_han(char)]
    simple, full = only.count("chi_sim"), only.count("chi_tra")
    if simple == full:
        return None
    return "chi_sim" if simple > full else "chi_tra"


def telling(words: Sequence[OcrWord], model: str, picture: Image.Image | None) -> float:
    """How much speaks for a model by what it read on a picture; compare it with the other's.

    In nats of odds, up to a sum that both share. Without the picture the ink says nothing.
    """
    each = [
        (char, sure)
        for word in words
        for char, sure in zip(
            word.text, word.each or (word.confidence,) * len(word.text), strict=True
        )
        if _is_han(char)
    ]
    if not each:
        return -math.inf
    every = [_log_odds(sure) for _, sure in each]
    own = [_log_odds(sure) for char, sure in each if _only_in(char) == model] or every
    seen = _ALL * sum(every) / len(every) + _OWN * sum(own) / len(own)
    ink = _INK * _ink_beside_others(words, model, picture)
    return seen + ink - _EVEN if model == "chi_tra" else seen - ink


def _log_odds(percent: float) -> float:
    bounded = min(max(percent, _LEAST), _MOST)
    return math.log(bounded / (100 - bounded))


def _ink_beside_others(words: Sequence[OcrWord], model: str, picture: Image.Image | None) -> float:
    """The logarithm of how much more ink the script's own characters hold than the others."""
    spots = [
        (char, spot)
        for word in words
        for char, spot in zip(word.text, word.spots, strict=False)
        if _is_han(char)
    ]
    if picture is None or not spots:
        return _USUAL_INK
    grey = np.asarray(picture.convert("L"), dtype=np.float32)
    paper, dark = np.percentile(grey, (85, 2))
    ink = grey < (paper + dark) / 2
    own: list[float] = []
    others: list[float] = []
    for char, (left, top, right, bottom) in spots:
        if (share := ink[top:bottom, left:right]).size:
            (own if _only_in(char) == model else others).append(float(share.mean()))
    if not sum(own) or not sum(others):
        return _USUAL_INK
    return math.log(sum(own) / len(own) / (sum(others) / len(others)))
