"""The shipped weights: small, and without any words of what they were trained on."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from assay.statements import net, tagger
from assay.statements.words import cut


def test_the_weights_are_under_ten_megabytes_and_hold_numbers_alone() -> None:
    assert tagger._SHIPPED.stat().st_size < 10_000_000
    with np.load(tagger._SHIPPED, allow_pickle=False) as stored:
        assert {stored[name].dtype.kind for name in stored} <= {"i", "f"}


def test_an_inside_label_follows_its_own_beginning_alone() -> None:
    model = tagger.shipped()
    assert model is not None
    words = cut("The mayor said that the harbour was closed, according to two officials.")
    labels, _ = model.labels(words, [])
    before = 0
    for label in labels.tolist():
        if label in (2, 4, 6):
            assert before in (label, label - 1)
        before = label


def test_the_best_labels_are_those_of_an_exhaustive_search() -> None:
    chance = np.random.default_rng(3)
    scores = chance.normal(size=(5, 3)).astype(np.float32)
    steps = chance.normal(size=(3, 3)).astype(np.float32)
    first = chance.normal(size=3).astype(np.float32)
    every = np.array(np.meshgrid(*[range(3)] * 5)).reshape(5, -1).T

    def score(path: np.ndarray) -> float:
        return float(
            first[path[0]]
            + sum(scores[at, label] for at, label in enumerate(path))
            + sum(steps[a, b] for a, b in pairwise(path))
        )

    best = max(every, key=score)
    assert net.best(scores, steps, first, [(0, 5)]).tolist() == best.tolist()
