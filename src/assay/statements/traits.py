"""Traits of tokens for the model: small numbers and hashes, computed for a whole text at once.

What depends on a word alone is computed once a word and kept; everything else is arithmetic on
arrays. A hash is CRC-32, so a trait is the same on every machine, and no word of the texts that the
model was trained on is in its weights.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, NamedTuple

from assay.statements import english

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from assay.statements.quotes import Quote
    from assay.statements.words import Words

    Ints = NDArray[numpy.int64]

PAD = 3  # empty places between paragraphs, so that what is near in the text only looks near
SHAPES = 40
CLASSES = 96
STATES = 12
NESTED = 10
PLACES = 16
_KEPT = 200_000
_kept: dict[str, int] = {}
_rows: list[NDArray[numpy.int64]] = []  # one array, grown by doubling: row of each kept word


def _of(word: str) -> tuple[int, int, int, int, int]:
    """(hash of the word, of its ending, of its beginning, shape, class) of one token."""
    low = word.lower()
    plain = "".join("0" if letter.isdigit() else letter for letter in low)[:40]
    plain = plain.replace("’", "'")
    raw = plain.encode("utf-8", "surrogatepass")
    shape = 0
    if word[0].isalpha():
        shape = 1 if word.islower() else 2 if word.isupper() else 3 if word[0].isupper() else 4
        shape = shape * 4 + min(3, len(word) // 4)
    elif word[0].isdigit():
        shape = 20 + min(3, len(word) - 1)
    else:
        shape = 24 + ",.!?:;“”\"'‘’-—()".find(word[0]) % 16
    return (
        zlib.crc32(raw),
        zlib.crc32(plain[-3:].encode("utf-8", "surrogatepass"), 7),
        zlib.crc32(plain[:4].encode("utf-8", "surrogatepass"), 9),
        shape,
        english.kind_of(word),
    )


def _table(words: list[str]) -> Ints:
    """The five numbers of each token, shape (tokens, 5)."""
    import numpy as np

    if len(_kept) > _KEPT:
        _kept.clear()
        _rows.clear()
    fresh = {word for word in words if word not in _kept}
    if fresh:
        have = len(_kept)
        rows = np.array([_of(word) for word in fresh], dtype=np.int64)
        _kept.update(zip(fresh, range(have, have + len(fresh)), strict=True))
        if not _rows:
            _rows.append(np.zeros((4096, 5), dtype=np.int64))
        while len(_rows[0]) < len(_kept):
            _rows[0] = np.concatenate((_rows[0], np.zeros_like(_rows[0])))
        _rows[0][have : len(_kept)] = rows
    if not words:
        return np.zeros((0, 5), dtype=np.int64)
    index = np.fromiter(map(_kept.__getitem__, words), dtype=np.int64, count=len(words))
    table: Ints = _rows[0][index]
    return table


class Traits(NamedTuple):
    """Arrays over the tokens of a text with `PAD` empty places around each paragraph.

    `place[i]` is where token i stands in the arrays; `sentence` the number of its sentence, -1 for
    the empty places.
    """

    place: Ints
    low: Ints
    ending: Ints
    beginning: Ints
    shape: Ints
    kind: Ints
    state: Ints
    position: Ints
    sentence: Ints
    segments: list[tuple[int, int]]


def traits(words: Words, quotes: list[Quote], longest: int = 320) -> Traits:
    """The traits of a text's tokens. A segment is at most `longest` tokens of a paragraph."""
    import numpy as np

    count = len(words.words)
    table = _table(words.words)
    heads = np.array([*words.paragraphs, count], dtype=np.int64)
    lengths = np.diff(heads)
    place = np.arange(count, dtype=np.int64) + PAD * (
        1 + np.repeat(np.arange(len(lengths), dtype=np.int64), lengths)
    )
    size = count + PAD * (len(lengths) + 1)

    def spread(column: NDArray[numpy.int64], empty: int) -> Ints:
        full = np.full(size, empty, dtype=np.int64)
        full[place] = column
        return full

    starts = np.array(words.starts, dtype=np.int64)
    state = np.zeros(count, dtype=np.int64)
    for quote in quotes:
        if quote.title:
            continue
        first = int(np.searchsorted(starts, quote.outer))
        last = int(np.searchsorted(starts, quote.close))
        if quote.depth:
            within = state[first:last]
            state[first:last] = np.where((within == 1) | (within == 5), NESTED, within)
            continue
        state[first:last] = 1
        if quote.start > quote.outer:
            state[first] = 2
        if quote.closed and last > first:
            state[last - 1] = 3
        length = last - first
        if length <= 6:  # scare quotes and titles are short
            state[first:last] += 4
    firsts = np.array([*words.sentences, count], dtype=np.int64)
    sizes = np.diff(firsts)
    number = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    inner = np.arange(count, dtype=np.int64) - np.repeat(firsts[:-1], sizes)
    left = np.repeat(sizes, sizes) - inner - 1
    position = np.minimum(inner, 3) * 4 + np.minimum(left, 3)
    segments: list[tuple[int, int]] = []
    for first, after in zip(heads[:-1].tolist(), heads[1:].tolist(), strict=True):
        at = first
        while after - at > longest:
            segments.append((at, at + longest))
            at += longest
        segments.append((at, after))
    return Traits(
        place,
        spread(table[:, 0], 0),
        spread(table[:, 1], 0),
        spread(table[:, 2], 0),
        spread(table[:, 3], SHAPES - 1),
        spread(table[:, 4], CLASSES - 1),
        spread(state, STATES - 1),
        spread(position, 0),
        spread(number, -1),
        segments,
    )


# signs that somebody's words or thoughts may follow: verbs and nouns of them, "that", a colon
_SIGNS = english.ANY_CUE | {2, 34, 40, 41, 42}
_STOPS = frozenset({".", "!", "?", "…", "...", "”", '"', "''"})


def worth(words: Words, quotes: list[Quote]) -> NDArray[numpy.bool_]:
    """Of each token, whether its paragraph may hold somebody's words or thoughts.

    A heading, a row or a line of code ends without a stop; where it holds no verb or noun of
    saying either, there is nothing to find: in the texts held back from training 1 of 2,700
    statements.
    """
    import numpy as np

    heads = np.array(words.paragraphs, dtype=np.int64)
    sign = np.isin(_table(words.words)[:, 4], list(_SIGNS))
    starts = np.array(words.starts, dtype=np.int64)
    marks = np.searchsorted(starts, [quote.outer for quote in quotes if not quote.title])
    sign[marks[marks < len(sign)]] = True
    lasts = np.append(heads[1:], len(sign)) - 1
    sign[lasts] |= [words.words[at] in _STOPS for at in lasts.tolist()]
    found: NDArray[numpy.bool_] = np.repeat(
        np.logical_or.reduceat(sign, heads), np.diff([*heads, len(sign)])
    )
    return found


_MIX = 0x9E3779B97F4A7C15
_FOLD = 0xC2B2AE3D27D4EB4F


def hashed(traits: Traits, bits: int) -> NDArray[numpy.int32]:
    """The hashed features of every place, shape (places, templates), each below 2 ** bits."""
    import numpy as np

    with np.errstate(over="ignore"):
        return _hashed(traits, bits)


def _hashed(traits: Traits, bits: int) -> NDArray[numpy.int32]:
    import numpy as np

    size = len(traits.low)
    wide = np.uint64
    low = traits.low.astype(wide)
    kind = traits.kind.astype(wide)
    state = traits.state.astype(wide)
    shape = traits.shape.astype(wide)
    columns: list[NDArray[numpy.uint64]] = []

    def at(column: NDArray[numpy.uint64], by: int) -> NDArray[numpy.uint64]:
        if by == 0:
            return column
        moved = np.zeros(size, dtype=wide)
        if by > 0:
            moved[:-by] = column[by:]
        else:
            moved[-by:] = column[:by]
        return moved

    mix, fold = wide(_MIX), wide(_FOLD)
    shift, over = wide(29), wide(64 - bits)

    def put(*parts: NDArray[numpy.uint64]) -> None:
        value = np.full(size, len(columns) + 1, dtype=wide) * fold
        for part in parts:
            value = (value ^ (part + wide(0x7F4A7C15))) * mix
            value ^= value >> shift
        columns.append((value * fold) >> over)

    lows = {by: at(low, by) for by in range(-4, 5)}
    kinds = {by: at(kind, by) for by in range(-5, 6)}
    states = {by: at(state, by) for by in (-1, 0, 1)}
    for by in range(-4, 5):
        put(lows[by])
    for by in (-2, -1, 0, 1):
        put(lows[by], lows[by + 1])
    put(lows[-1], lows[0], lows[1])
    put(lows[0], state)
    ending = traits.ending.astype(wide)
    for by in (-1, 0, 1):
        put(at(ending, by))
    put(traits.beginning.astype(wide))
    for by in (-2, -1, 0, 1, 2):
        put(at(shape, by))
    put(at(shape, -1), shape, at(shape, 1))
    for by in range(-5, 6):
        put(kinds[by])
    for by in (-3, -2, -1, 0, 1, 2):
        put(kinds[by], kinds[by + 1])
    put(kinds[-2], kinds[-1], kinds[0])
    put(kinds[-1], kinds[0], kinds[1])
    put(kinds[0], kinds[1], kinds[2])
    put(kinds[-3], kinds[-2], kinds[-1], kinds[0])
    put(kinds[0], kinds[1], kinds[2], kinds[3])
    put(states[-1], states[0], states[1])
    put(state, kind)
    put(state, kinds[-1], kinds[1])
    put(traits.position.astype(wide))
    put(traits.position.astype(wide), kind)
    for column in _sentence(traits):
        put(column.astype(wide))
        put(column.astype(wide), kind)
        put(column.astype(wide), state)
    # a template's column lies together: columns are what is asked for
    return np.stack([column.astype(np.int32) for column in columns]).T


def _sentence(traits: Traits) -> list[Ints]:
    """What the rest of a token's sentence holds: the nearest cue on each side, how it ends."""
    import numpy as np

    size = len(traits.low)
    index = np.arange(size, dtype=np.int64)
    outside = (traits.state == 0) | (traits.state == STATES - 1)
    cue = np.isin(traits.kind, list(english.CUE_CLASSES)) & outside
    loose = np.isin(traits.kind, list(english.ANY_CUE))
    comma = traits.kind == 32
    commas = np.cumsum(comma)
    quoted = ~outside
    out: list[Ints] = []
    for which in (cue, loose):
        before = np.maximum.accumulate(np.where(which, index, -1))
        before = np.concatenate(([-1], before[:-1]))
        after = np.minimum.accumulate(np.where(which, index, size)[::-1])[::-1]
        after = np.concatenate((after[1:], [size]))
        for near in (before, after):
            safe = np.clip(near, 0, size - 1)
            same = (near >= 0) & (near < size) & (traits.sentence[safe] == traits.sentence)
            distance = np.abs(near - index)
            bucket = np.select([distance < 4, distance < 8, distance < 16], [distance, 4, 5], 6)
            between = np.minimum(np.abs(commas[safe] - commas), 2)
            value = np.where(same, 1 + traits.kind[safe] * 64 + bucket * 4 + between, 0)
            out.append(value)
    # the head and the tail of the sentence
    number = traits.sentence
    starts = np.flatnonzero(np.concatenate(([True], number[1:] != number[:-1])))
    ends = np.concatenate((starts[1:], [size])) - 1
    group = np.cumsum(np.concatenate(([0], (number[1:] != number[:-1]).astype(np.int64))))
    tail2 = traits.kind[np.maximum(ends - 1, starts)]
    tail3 = traits.kind[np.maximum(ends - 2, starts)]
    head = traits.kind[starts]
    has = np.add.reduceat(quoted.astype(np.int64), starts) > 0
    out.append((tail2 * 128 + tail3)[group])
    out.append((head * 2 + has)[group])
    return out
