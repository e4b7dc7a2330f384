"""The shipped weights: small, and without any words of what they were trained on."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from assay.statements import net, tagger
from assay.statements.traits import hashed, traits, worth
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


def test_a_network_asked_in_blocks_answers_as_if_asked_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = tagger.shipped()
    assert model is not None
    words = cut("The mayor said the harbour was closed.\n\nTwo officials denied it.\n\n" * 12)
    made = traits(words, [])
    rows = net.inputs(made)
    features = hashed(made, net.BITS)
    whole = net.scores(model.weights, rows, features)
    monkeypatch.setattr(net, "_BLOCK", 50)
    assert np.allclose(net.scores(model.weights, rows, features), whole, atol=1e-4)


def test_bytes_looked_up_as_words_sum_to_what_the_table_of_numbers_gives() -> None:
    chance = np.random.default_rng(5)
    table = chance.integers(-127, 128, size=(64, 7)).astype(np.int8)
    scale = chance.random(7).astype(np.float32)
    features = chance.integers(0, 64, size=(30, 70)).astype(np.int32)
    plain = net._linear({"linear": table * scale}, features)
    quick = net._linear({"linear": net.in_words(table), "linear.scale": scale}, features)
    assert np.allclose(plain, quick, atol=1e-3)


def test_a_heading_without_a_word_of_speech_is_not_looked_at_and_a_sentence_is() -> None:
    words = cut("Harbour dues and tables\n\nThe boat left the harbour.\n\nWhat the mayor said")
    kept = worth(words, []).tolist()
    starts = words.paragraphs
    assert [kept[at] for at in starts] == [False, True, True]
    assert words.only([at for at, keep in enumerate(kept) if keep]).paragraphs == [0, 6]


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
