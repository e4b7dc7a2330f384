"""The arithmetic of the model: a small convolutional network beside hashed features, under a CRF.

Each token's score of each label is a sum of weights of its hashed features (as in a plain
linear-chain CRF) and the answer of a network of dilated convolutions over small learned vectors.
The best sequence of labels is Viterbi's. Only NumPy is needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from assay.statements.traits import Traits

    Floats = NDArray[numpy.float32]
    Ints = NDArray[numpy.int64]
    Weights = dict[str, Floats]
    Buckets = NDArray[numpy.int32]

LABELS = ("O", "B-source", "I-source", "B-cue", "I-cue", "B-content", "I-content")
DILATIONS = (1, 2, 4, 8, 16)
BITS = 20
LOW_BITS = 16
ENDING_BITS = 10
_BLOCK = 1024


def inputs(traits: Traits, low_rows: int = 1 << LOW_BITS) -> dict[str, Ints]:
    """The rows of the learned vectors that each place looks up."""
    import numpy as np

    # 0 is the row of the empty places
    filled = (traits.sentence >= 0).astype(np.int64)
    return {
        "v_low": (traits.low % (low_rows - 1) + 1) * filled,
        "v_ending": (traits.ending % ((1 << ENDING_BITS) - 1) + 1) * filled,
        "v_shape": traits.shape,
        "v_kind": traits.kind,
        "v_state": traits.state,
        "v_position": traits.position,
    }


def forbidden(count: int) -> Floats:
    """Steps that no labelling takes: inside after anything but its own beginning or inside."""
    import numpy as np

    barred = np.zeros((count, count), dtype=np.float32)
    for inside in range(2, count, 2):
        for before in range(count):
            if before not in (inside, inside - 1):
                barred[before, inside] = -1e4
    return barred


def stretches(labels: Ints) -> list[tuple[str, int, int]]:
    """The stretches of a labelling: (kind, first token, token after the last)."""
    found: list[tuple[str, int, int]] = []
    kind, start = 0, 0
    for at, label in enumerate([*labels.tolist(), 0]):
        going = label in (2, 4, 6) and kind == label - 1
        if kind and not going:
            found.append((LABELS[kind][2:], start, at))
            kind = 0
        if label and not going:
            kind, start = (label if label % 2 else label - 1), at
    return found


VECTORS = ("v_low", "v_ending", "v_shape", "v_kind", "v_state", "v_position")


def beside(values: Floats, by: int) -> Floats:
    """Each place's neighbours at distance `by` on the left and right, with itself between."""
    import numpy as np

    size, width = values.shape
    out = np.zeros((size, 3 * width), dtype=np.float32)
    out[:, width : 2 * width] = values
    if size > by:
        out[by:, :width] = values[:-by]
        out[:-by, 2 * width :] = values[by:]
    return out


def scores(weights: Weights, rows: dict[str, Ints], features: Buckets) -> Floats:
    """The score of each label at each place, shape (places, labels).

    The network is asked for a thousand places at a time, so that all that is between stays in the
    processor's cache.
    """
    import numpy as np

    out = _linear(weights, features)
    size = len(out)
    reach = sum(DILATIONS)
    for start in range(0, size, _BLOCK):
        first, last = max(0, start - reach), min(size, start + _BLOCK + reach)
        inner = slice(start - first, start - first + _BLOCK)
        hidden = np.concatenate([weights[name][rows[name][first:last]] for name in VECTORS], axis=1)
        hidden = np.maximum(hidden @ weights["in_w"] + weights["in_b"], 0)
        for at, by in enumerate(DILATIONS):
            hidden = hidden + np.maximum(
                beside(hidden, by) @ weights[f"c{at}_w"] + weights[f"c{at}_b"], 0
            )
        out[start : start + _BLOCK] += hidden[inner] @ weights["out_w"] + weights["out_b"]
    return out


def in_words(table: Floats) -> NDArray[numpy.int64]:
    """A table of bytes, shape (rows, at most 8 labels), as one number a row, found fast."""
    import numpy as np

    full = np.zeros((len(table), 8), dtype=np.int8)
    full[:, : table.shape[1]] = table
    return full.view(np.int64).ravel()


def _linear(weights: Weights, features: Buckets) -> Floats:
    """The summed weights of each place's features."""
    import numpy as np

    linear = weights["linear"]
    size, templates = features.shape
    if "linear.scale" not in weights:
        out = np.zeros((size, linear.shape[1]), dtype=np.float32)
        for template in range(templates):
            out += linear[features[:, template]]
        return out
    # bytes: their sum over up to 256 templates fits into 16 bits
    total = np.zeros((size, 8), dtype=np.int16)
    for template in range(templates):
        total += linear[features[:, template]].view(np.int8).reshape(-1, 8)
    scale: Floats = weights["linear.scale"]
    summed: Floats = total[:, : len(scale)] * scale
    return summed


def best(scores: Floats, steps: Floats, first: Floats, segments: list[tuple[int, int]]) -> Ints:
    """The best label of each place. `steps[a, b]` is the score of b after a (Viterbi, batched).

    `segments` are stretches of `scores` that are labelled independently.
    """
    import numpy as np

    out = np.zeros(len(scores), dtype=np.int64)
    order = sorted(range(len(segments)), key=lambda at: segments[at][0] - segments[at][1])
    group = 256
    for lot in range(0, len(order), group):
        chosen = [segments[at] for at in order[lot : lot + group]]
        starts = np.array([start for start, _ in chosen])
        lengths = np.array([end - start for start, end in chosen])
        longest = int(lengths[0])
        # how many segments are at least so long: they are sorted, longest first
        alive = np.searchsorted(-lengths, -np.arange(longest), side="left")
        back = np.zeros((longest, len(chosen), scores.shape[1]), dtype=np.int8)
        front = scores[starts] + first
        fronts = front.copy()
        for step in range(1, longest):
            many = int(alive[step])
            paths = front[:many, :, None] + steps
            back[step, :many] = paths.argmax(axis=1)
            front = paths.max(axis=1) + scores[starts[:many] + step]
            fronts[:many] = front
        label = fronts.argmax(axis=1)
        rows = np.arange(len(chosen))
        for step in range(longest - 1, -1, -1):
            many = int(alive[step])
            out[starts[:many] + step] = label[:many]
            if step:
                label[:many] = back[step, rows[:many], label[:many]]
    return out
