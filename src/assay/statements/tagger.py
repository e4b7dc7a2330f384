"""The model at work: labels of a text's tokens, with how probable they are.

The weights are read once a process, on first use. Where they or NumPy are missing there is no
model, and the rules answer.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    from assay.statements.quotes import Quote
    from assay.statements.words import Words

_SHIPPED = Path(__file__).parent / "weights" / "english.npz"


class Tagged(NamedTuple):
    """A stretch that the model found: kind, tokens `[start, end)`, how probable."""

    kind: str
    start: int
    end: int
    sure: float


class Model:
    """Weights made ready: `network` and CRF, the linker's table, the curve of confidence."""

    def __init__(self, weights: dict[str, Any]) -> None:
        from assay.statements import net

        self.weights = weights
        self.steps = weights["steps"] + net.forbidden(len(net.LABELS))
        self.lean = weights.get("lean", 0.0)
        self.ties: list[float] = weights["ties"].tolist() if "ties" in weights else []
        self.curve: list[float] = weights["curve"].tolist() if "curve" in weights else []

    def labels(self, words: Words, quotes: list[Quote]) -> tuple[NDArray[numpy.int64], Any]:
        """The best label of each token, and the probability of that label.

        Paragraphs without any sign of speech or thought are not looked at: they have label 0.
        """
        import numpy as np

        from assay.statements import net
        from assay.statements.traits import hashed, traits, worth

        labels = np.zeros(len(words.words), dtype=np.int64)
        sure = np.ones(len(words.words), dtype=np.float32)
        kept = np.flatnonzero(worth(words, quotes))
        if not len(kept):
            return labels, sure
        if len(kept) < len(labels):
            words = words.only(kept.tolist())
        made = traits(words, quotes)
        rows = net.inputs(made, len(self.weights["v_low"]))
        features = hashed(made, len(self.weights["linear"]).bit_length() - 1)
        scores = net.scores(self.weights, rows, features)[made.place]
        best = net.best(scores + self.lean, self.steps, self.weights["first"], made.segments)
        # how far the chosen label stands above the others at its place
        high = scores.max(axis=1, keepdims=True)
        share = np.exp(scores - high)
        share /= share.sum(axis=1, keepdims=True)
        labels[kept] = best
        sure[kept] = share[np.arange(len(best)), best]
        return labels, sure

    def spans(self, words: Words, quotes: list[Quote]) -> list[Tagged]:
        """The stretches of source, cue and content in a text, in its order."""
        from assay.statements import net

        if not words.words:
            return []
        labels, sure = self.labels(words, quotes)
        found: list[Tagged] = []
        for kind, start, end in net.stretches(labels):
            first, last = float(sure[start]), float(sure[end - 1])
            found.append(Tagged(kind, start, end, min(first, last)))
        return found


def packed(weights: dict[str, Any]) -> dict[str, Any]:
    """Weights as they are shipped: tables as bytes with a scale a column, the rest as halves."""
    import numpy as np

    out: dict[str, Any] = {}
    for name, value in weights.items():
        if value.ndim == 2 and value.size > 4096 and name != "ties":
            scale = np.maximum(np.abs(value).max(axis=0), 1e-9) / 127
            if name == "linear":  # a few rare features are large: they may be cut off
                scale = np.maximum(np.quantile(np.abs(value), 0.99995, axis=0), 1e-9) / 127
            out[f"{name}.scale"] = scale.astype(np.float32)
            out[name] = np.clip(np.rint(value / scale), -127, 127).astype(np.int8)
        else:
            out[name] = value.astype(np.float32)
    return out


def unpacked(stored: Any) -> dict[str, Any]:
    """Weights made ready from what is shipped."""
    import numpy as np

    from assay.statements import net

    out: dict[str, Any] = {}
    names = list(stored.keys())
    for name in names:
        if name.endswith(".scale"):
            continue
        value = stored[name]
        if name == "linear":  # stays as bytes: it is the largest, and looked up most
            out[name] = net.in_words(value)
            out[f"{name}.scale"] = stored[f"{name}.scale"]
            continue
        if f"{name}.scale" in names:
            value = value.astype(np.float32) * stored[f"{name}.scale"]
        out[name] = value.astype(np.float32)
    return out


@cache
def shipped() -> Model | None:
    """The model that comes with the program, None where it or NumPy is missing."""
    if not _SHIPPED.exists():
        return None
    # the network is small: threads would cost more than they bring
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        import numpy as np
    except ImportError:
        return None
    with np.load(_SHIPPED, allow_pickle=False) as stored:
        return Model(unpacked(stored))
