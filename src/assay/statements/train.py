"""Train the English model: `python -m assay.statements.train --corpus DIR`.

Reads PolNeAR's train part and nothing else for the tagger. Every tenth document, by the CRC-32 of
its name, is held back for choosing and calibrating. The weights hold hashed features and learned
vectors, and no words of the corpus.
"""

from __future__ import annotations

import argparse
import re
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from assay.statements import net, quotes, words
from assay.statements.traits import Traits, hashed, traits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]
    Ints = NDArray[np.int64]

_T = re.compile(r"(T\d+)\t(\w+) (\d[\d; ]*)\t")
_E = re.compile(r"E\d+\t(.*)")


class Relation(NamedTuple):
    """One attribution of the corpus: stretches of content, of its cue and of its source."""

    content: list[tuple[int, int]]
    cue: list[tuple[int, int]]
    source: list[tuple[int, int]]


class Paper(NamedTuple):
    """One text of the corpus with its attributions."""

    name: str
    text: str
    relations: list[Relation]

    @property
    def held_back(self) -> bool:
        """Whether it is kept for choosing."""
        return zlib.crc32(self.name.encode()) % 10 == 0


def polnear(folder: Path) -> Iterator[Paper]:
    """The texts of one part of PolNeAR, each with its first annotator's attributions."""
    taken: set[str] = set()
    for path in sorted((folder / "attributions").iterdir()):
        name = path.stem.rsplit("_", 1)[0]
        source = folder / "text" / f"{name}.txt"
        if name in taken or not source.exists():
            continue
        taken.add(name)
        with source.open(encoding="utf-8", newline="") as file:
            text = file.read()
        marked: dict[str, tuple[str, list[tuple[int, int]]]] = {}
        relations: list[Relation] = []
        with path.open(encoding="utf-8", newline="") as file:
            for line in file:
                if match := _T.match(line):
                    pieces = []
                    for piece in match[3].split(";"):
                        start, end = piece.split()
                        pieces.append((int(start), int(end)))
                    marked[match[1]] = (match[2], pieces)
                elif match := _E.match(line):
                    parts: dict[str, list[tuple[int, int]]] = {
                        "Content": [], "Cue": [], "Source": []
                    }  # fmt: skip
                    for item in match[1].split():
                        key = item.partition(":")[2]
                        if key in marked and marked[key][0] in parts:
                            parts[marked[key][0]].extend(marked[key][1])
                    relations.append(
                        Relation(
                            sorted(parts["Content"]), sorted(parts["Cue"]), sorted(parts["Source"])
                        )
                    )
        yield Paper(name, text, relations)


class Sheet(NamedTuple):
    """A text made ready: its traits, features and gold labels, and what the labels were made of."""

    paper: Paper
    words: words.Words
    traits: Traits
    rows: dict[str, Ints]
    features: NDArray[np.int32]
    gold: Ints


def gold_labels(cut: words.Words, relations: list[Relation]) -> Ints:
    """The label of each token, as numbers of `net.LABELS`."""
    labels = np.zeros(len(cut.words), dtype=np.int64)
    starts = np.array(cut.starts)
    ends = np.array(cut.ends)
    for relation in relations:
        for number, pieces in ((1, relation.source), (3, relation.cue), (5, relation.content)):
            for start, end in pieces:
                first = int(np.searchsorted(ends, start, side="right"))
                last = int(np.searchsorted(starts, end, side="left"))
                free = [at for at in range(first, last) if labels[at] == 0]
                for before, at in zip([-2, *free], free, strict=False):
                    labels[at] = number + (before == at - 1)
    return labels


def sheet(paper: Paper) -> Sheet:
    """Make a text ready."""
    cut = words.cut(paper.text)
    found = quotes.quotes(paper.text, words.paragraphs(paper.text))
    made = traits(cut, found)
    features = hashed(made, net.BITS).astype(np.int32)
    return Sheet(paper, cut, made, net.inputs(made), features, gold_labels(cut, paper.relations))


WIDTHS = {"v_low": 48, "v_ending": 16, "v_shape": 8, "v_kind": 16, "v_state": 8, "v_position": 8}


def fresh(hidden: int, seed: int) -> dict[str, Floats]:
    """Weights before any training."""
    from assay.statements.traits import CLASSES, PLACES, SHAPES, STATES

    chance = np.random.default_rng(seed)
    sizes = {
        "v_low": 1 << net.LOW_BITS, "v_ending": 1 << net.ENDING_BITS, "v_shape": SHAPES,
        "v_kind": CLASSES, "v_state": STATES, "v_position": PLACES,
    }  # fmt: skip
    made: dict[str, Any] = {
        name: chance.normal(0, 0.3, (size, WIDTHS[name])) for name, size in sizes.items()
    }
    wide = sum(WIDTHS.values())
    made["in_w"] = chance.normal(0, (2 / wide) ** 0.5, (wide, hidden))
    made["in_b"] = np.zeros(hidden)
    for at in range(len(net.DILATIONS)):
        made[f"c{at}_w"] = chance.normal(0, 0.5 * (2 / (3 * hidden)) ** 0.5, (3 * hidden, hidden))
        made[f"c{at}_b"] = np.zeros(hidden)
    count = len(net.LABELS)
    made["out_w"] = chance.normal(0, 0.02, (hidden, count))
    made["out_b"] = np.zeros(count)
    made["linear"] = np.zeros((1 << net.BITS, count))
    made["steps"] = np.zeros((count, count))
    made["first"] = np.zeros(count)
    return {name: value.astype(np.float32) for name, value in made.items()}


def forbidden(count: int) -> Floats:
    """Steps that no labelling takes: inside after anything but its own beginning or inside."""
    barred = np.zeros((count, count), dtype=np.float32)
    for inside in (2, 4, 6):
        for before in range(count):
            if before not in (inside, inside - 1):
                barred[before, inside] = -1e4
    return barred


class Joined(NamedTuple):
    """Several texts laid end to end."""

    rows: dict[str, Ints]
    features: Ints
    gold: Ints
    segments: list[tuple[int, int]]
    filled: Ints


def joined(sheets: list[Sheet]) -> Joined:
    """Lay texts end to end, with the empty places between them that they bring."""
    rows = {name: np.concatenate([each.rows[name] for each in sheets]) for name in net.VECTORS}
    features = np.concatenate([each.features for each in sheets]).astype(np.int64)
    gold: list[Ints] = []
    segments: list[tuple[int, int]] = []
    filled: list[Ints] = []
    base = 0
    for each in sheets:
        full = np.zeros(len(each.traits.low), dtype=np.int64)
        full[each.traits.place] = each.gold
        gold.append(full)
        filled.append(each.traits.place + base)
        for start, end in each.traits.segments:
            segments.append(
                (int(each.traits.place[start]) + base, int(each.traits.place[end - 1]) + 1 + base)
            )
        base += len(full)
    return Joined(rows, features, np.concatenate(gold), segments, np.concatenate(filled))


def chain(
    scores: Floats, steps: Floats, first: Floats, gold: Ints, segments: list[tuple[int, int]]
) -> tuple[float, Floats, Floats, Floats]:
    """Loss of a CRF and its gradient by scores, steps and first (forward and backward, scaled)."""
    count = scores.shape[1]
    gradient = np.zeros_like(scores)
    by_step = np.zeros((count, count))
    by_first = np.zeros(count)
    order = sorted(segments, key=lambda segment: segment[0] - segment[1])
    starts = np.array([start for start, _ in order])
    lengths = np.array([end - start for start, end in order])
    longest = int(lengths[0])
    alive = np.searchsorted(-lengths, -np.arange(longest), side="left")
    high = scores.max(axis=1, keepdims=True)
    each = np.exp(scores - high).astype(np.float64)
    move = np.exp(steps.astype(np.float64))
    alphas = np.zeros((longest, len(order), count))
    front = each[starts] * np.exp(first.astype(np.float64))
    total = front.sum(axis=1, keepdims=True)
    front /= total
    logs = float(np.log(total).sum())
    alphas[0] = front
    for step in range(1, longest):
        many = int(alive[step])
        front = (front[:many] @ move) * each[starts[:many] + step]
        total = front.sum(axis=1, keepdims=True)
        front = front / total
        logs += float(np.log(total).sum())
        alphas[step, :many] = front
    beta = np.ones((len(order), count))
    for step in range(longest - 1, -1, -1):
        many = int(alive[step])
        marginal = alphas[step, :many] * beta[:many]
        marginal /= marginal.sum(axis=1, keepdims=True)
        gradient[starts[:many] + step] = marginal
        if step:
            ahead = each[starts[:many] + step] * beta[:many]
            before = alphas[step - 1, :many]
            # the scale of each pair: its expectation sums to one
            norm = ((before @ move) * ahead).sum(axis=1, keepdims=True)
            by_step += move * ((before / norm).T @ ahead)
            beta[:many] = ahead @ move.T
            beta[:many] /= beta[:many].sum(axis=1, keepdims=True)
        else:
            by_first += marginal.sum(axis=0)
    inside = np.concatenate([np.arange(start, end) for start, end in order])
    loss = logs + float(high[inside].sum()) - float(scores[inside, gold[inside]].sum())
    gradient[inside, gold[inside]] -= 1
    np.subtract.at(by_first, gold[starts], 1)
    loss -= float(first[gold[starts]].sum())
    heads = np.zeros(len(scores), dtype=bool)
    heads[starts] = True
    later = inside[~heads[inside]]
    np.subtract.at(by_step, (gold[later - 1], gold[later]), 1)
    loss -= float(steps[gold[later - 1], gold[later]].sum())
    return loss, gradient, by_step.astype(np.float32), by_first.astype(np.float32)


class Adam:
    """Adam with sparse rows for the large tables."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        self.mean = {name: np.zeros_like(value) for name, value in weights.items()}
        self.square = {name: np.zeros_like(value) for name, value in weights.items()}
        self.time = 0

    def step(self, weights: dict[str, Floats], gradients: dict[str, Any], rate: float) -> None:
        """Move the weights. A gradient is an array, or (rows, array) for some rows of it."""
        self.time += 1
        warm = (1 - 0.999**self.time) ** 0.5 / (1 - 0.9**self.time)
        for name, gradient in gradients.items():
            if isinstance(gradient, tuple):
                rows, values = gradient
                if name == "linear":  # Adagrad: rare features keep a high rate
                    square = self.square[name][rows] + values * values
                    self.square[name][rows] = square
                    weights[name][rows] -= (
                        LINEAR_RATE * rate / BASE * values / (np.sqrt(square) + 1e-6)
                    )
                    continue
                mean = self.mean[name][rows] * 0.9 + 0.1 * values
                square = self.square[name][rows] * 0.999 + 0.001 * values * values
                self.mean[name][rows] = mean
                self.square[name][rows] = square
                weights[name][rows] -= rate * warm * mean / (np.sqrt(square) + 1e-8)
            else:
                mean, square = self.mean[name], self.square[name]
                mean *= 0.9
                mean += 0.1 * gradient
                square *= 0.999
                square += 0.001 * gradient * gradient
                weights[name] -= rate * warm * mean / (np.sqrt(square) + 1e-8)


BASE = 2e-3
LINEAR_RATE = 0.05


def summed(rows: Ints, values: Floats) -> tuple[Ints, Floats]:
    """The gradient of looked-up rows, each row once."""
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    heads = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    return ordered[heads], np.add.reduceat(values[order], heads, axis=0)


def learn(
    weights: dict[str, Floats],
    batch: Joined,
    chance: np.random.Generator,
    drop: float,
    unknown: float,
    barred: Floats,
) -> tuple[float, dict[str, Any]]:
    """The loss of a batch and its gradient."""
    rows = dict(batch.rows)
    size = len(batch.gold)
    if unknown:
        forget = chance.random(size) < unknown
        rows["v_low"] = np.where(forget, 0, rows["v_low"])
        forget = chance.random(size) < unknown
        rows["v_ending"] = np.where(forget, 0, rows["v_ending"])
    looked = np.concatenate([weights[name][rows[name]] for name in net.VECTORS], axis=1)

    def mask(shape: tuple[int, ...]) -> Floats:
        kept = chance.random(shape, dtype=np.float32) >= drop
        return (kept / np.float32(1 - drop)).astype(np.float32)

    mask_in = mask(looked.shape)
    looked = looked * mask_in
    raw = looked @ weights["in_w"] + weights["in_b"]
    hidden = np.maximum(raw, 0)
    kept = [(raw > 0)]
    sides: list[Floats] = []
    masks: list[Floats] = []
    for at, by in enumerate(net.DILATIONS):
        side = net.beside(hidden, by)
        raw = side @ weights[f"c{at}_w"] + weights[f"c{at}_b"]
        dropped = mask(raw.shape)
        hidden = hidden + np.maximum(raw, 0) * dropped
        sides.append(side)
        kept.append(raw > 0)
        masks.append(dropped)
    mask_out = mask(hidden.shape)
    last = hidden * mask_out
    out = last @ weights["out_w"] + weights["out_b"]
    # some features are left out, so that the network learns too
    linear = weights["linear"][batch.features].sum(axis=1)
    spared = (chance.random((size, 1), dtype=np.float32) >= 0.15).astype(np.float32)
    out = out + linear * spared
    loss, gradient, by_step, by_first = chain(
        out, weights["steps"] + barred, weights["first"], batch.gold, batch.segments
    )
    grads: dict[str, Any] = {"steps": by_step, "first": by_first}
    inside = batch.filled
    count = batch.features.shape[1]
    flat = batch.features[inside].ravel()
    keyed = np.bincount(flat, minlength=1 << net.BITS)
    touched = np.flatnonzero(keyed)
    back = np.zeros(1 << net.BITS, dtype=np.int64)
    back[touched] = np.arange(len(touched))
    local = back[flat]
    spread = (gradient * spared)[inside]
    grads["linear"] = (
        touched,
        np.stack(
            [
                np.bincount(local, np.repeat(spread[:, label], count), len(touched))
                for label in range(spread.shape[1])
            ],
            axis=1,
        ).astype(np.float32),
    )
    grads["out_w"] = last.T @ gradient
    grads["out_b"] = gradient.sum(axis=0)
    down: Any = (gradient @ weights["out_w"].T) * mask_out
    for at in range(len(net.DILATIONS) - 1, -1, -1):
        by = net.DILATIONS[at]
        through = down * masks[at] * kept[at + 1]
        grads[f"c{at}_w"] = sides[at].T @ through
        grads[f"c{at}_b"] = through.sum(axis=0)
        side = through @ weights[f"c{at}_w"].T
        width = down.shape[1]
        down = down + side[:, width : 2 * width]
        down[:-by] += side[by:, :width]
        down[by:] += side[:-by, 2 * width :]
    through = down * kept[0]
    grads["in_w"] = looked.T @ through
    grads["in_b"] = through.sum(axis=0)
    side = (through @ weights["in_w"].T) * mask_in
    at = 0
    for name in net.VECTORS:
        width = weights[name].shape[1]
        grads[name] = summed(rows[name], np.ascontiguousarray(side[:, at : at + width]))
        at += width
    return loss, grads


def spans(labels: Ints) -> set[tuple[str, int, int]]:
    """The stretches of a labelling: (kind, first token, token after the last)."""
    found: set[tuple[str, int, int]] = set()
    kind, start = 0, 0
    for at, label in enumerate([*labels.tolist(), 0]):
        going = label in (2, 4, 6) and kind == label - 1
        if kind and not going:
            found.add((net.LABELS[kind][2:], start, at))
            kind = 0
        if label in (1, 3, 5) or (label and not going):
            kind, start = (label if label in (1, 3, 5) else label - 1), at
    return found


def measure(weights: dict[str, Floats], sheets: list[Sheet]) -> dict[str, tuple[float, ...]]:
    """Exact precision, recall and F1 of each kind of stretch, and by any overlap."""
    counts = {kind: [0, 0, 0] for kind in ("source", "cue", "content")}
    near = {kind: [0, 0, 0, 0] for kind in counts}
    for each in sheets:
        found = spans(tag(weights, each))
        gold = spans(each.gold)
        for kind in counts:
            ours = {span for span in found if span[0] == kind}
            theirs = {span for span in gold if span[0] == kind}
            counts[kind][0] += len(ours & theirs)
            counts[kind][1] += len(ours)
            counts[kind][2] += len(theirs)
            mark = np.zeros(len(each.gold) + 1, dtype=bool)
            for _, start, end in theirs:
                mark[start:end] = True
            near[kind][0] += sum(bool(mark[start:end].any()) for _, start, end in ours)
            mark[:] = False
            for _, start, end in ours:
                mark[start:end] = True
            near[kind][1] += sum(bool(mark[start:end].any()) for _, start, end in theirs)
    out: dict[str, tuple[float, ...]] = {}
    for kind, (good, ours_n, theirs_n) in counts.items():
        precision, recall = good / max(ours_n, 1), good / max(theirs_n, 1)
        loose_p, loose_r = near[kind][0] / max(ours_n, 1), near[kind][1] / max(theirs_n, 1)
        out[kind] = (
            100 * precision, 100 * recall,
            200 * precision * recall / max(precision + recall, 1e-9),
            200 * loose_p * loose_r / max(loose_p + loose_r, 1e-9),
        )  # fmt: skip
    return out


def tag(weights: dict[str, Floats], each: Sheet) -> Ints:
    """The best labels of a text's tokens."""
    out = net.scores(weights, each.rows, each.features.astype(np.int64))
    places = each.traits.place
    compact = out[places]
    return net.best(
        compact, weights["steps"] + forbidden(len(net.LABELS)), weights["first"],
        each.traits.segments,
    )  # fmt: skip


def said(measured: dict[str, tuple[float, ...]]) -> str:
    """Figures as a line."""
    return "  ".join(
        f"{kind} P{p:.1f} R{r:.1f} F{f:.1f} any {near:.1f}"
        for kind, (p, r, f, near) in measured.items()
    )


def train(
    sheets: list[Sheet],
    chosen: list[Sheet],
    *,
    epochs: int,
    hidden: int,
    seed: int = 1,
    batch: int = 4,
    drop: float = 0.25,
    unknown: float = 0.1,
    tell: Any = print,
) -> dict[str, Floats]:
    """Train the tagger. The mean of the weights over the last third of the steps is returned."""
    weights = fresh(hidden, seed)
    adam = Adam(weights)
    chance = np.random.default_rng(seed)
    barred = forbidden(len(net.LABELS))
    total = epochs * ((len(sheets) + batch - 1) // batch)
    done, kept = 0, 0
    mean: dict[str, Any] = {}
    for epoch in range(epochs):
        began = time.time()
        order = chance.permutation(len(sheets))
        loss = 0.0
        for at in range(0, len(order), batch):
            lot = joined([sheets[i] for i in order[at : at + batch]])
            part, grads = learn(weights, lot, chance, drop, unknown, barred)
            loss += part
            size = 1 / max(1.0, len(lot.filled) / 1000)
            for name, gradient in grads.items():
                if isinstance(gradient, tuple):
                    grads[name] = (gradient[0], gradient[1] * np.float32(size))
                else:
                    grads[name] = gradient * np.float32(size)
            rate = BASE * min(1.0, done / 100 + 0.05) * max(0.03, 1 - done / total)
            adam.step(weights, grads, rate)
            done += 1
            if done > total * 0.7 and done % 20 == 0:
                kept += 1
                for name, value in weights.items():
                    mean[name] = (
                        mean[name] + (value - mean[name]) / kept if kept > 1 else (value.copy())
                    )
        tell(f"epoch {epoch + 1}: loss {loss:.0f}, {time.time() - began:.0f} s; "
             f"{said(measure(weights, chosen))}", flush=True)  # fmt: skip
    tell(f"mean: {said(measure(mean, chosen))}", flush=True)
    return {name: value.astype(np.float32) for name, value in mean.items()}


def main() -> None:
    """Train on DIR/polnear/train and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--hidden", type=int, default=96)
    parser.add_argument("--part", type=int, default=1, help="use every Nth text only")
    parser.add_argument("--drop", type=float, default=0.25)
    parser.add_argument("--unknown", type=float, default=0.1)
    options = parser.parse_args()
    papers = list(polnear(options.corpus / "polnear" / "train"))
    learned = [sheet(paper) for paper in papers if not paper.held_back][:: options.part]
    held = [sheet(paper) for paper in papers if paper.held_back]
    print(len(learned), "texts to learn from,", len(held), "held back", flush=True)
    train(learned, held, epochs=options.epochs, hidden=options.hidden, drop=options.drop,
          unknown=options.unknown)  # fmt: skip


if __name__ == "__main__":
    main()
