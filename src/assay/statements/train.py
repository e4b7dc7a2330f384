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
from assay.statements.tagger import Model, packed, unpacked
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
    features = hashed(made, net.BITS)
    return Sheet(paper, cut, made, net.inputs(made), features, gold_labels(cut, paper.relations))


WIDTHS = {"v_low": 32, "v_ending": 16, "v_shape": 8, "v_kind": 16, "v_state": 8, "v_position": 8}


def fresh(hidden: int, seed: int) -> dict[str, Floats]:
    """Weights before any training."""
    from assay.statements.traits import CLASSES, PLACES, SHAPES, STATES

    chance = np.random.default_rng(seed)
    sizes = {
        "v_low": 1 << net.LOW_BITS, "v_ending": 1 << net.ENDING_BITS, "v_shape": SHAPES,
        "v_kind": CLASSES, "v_state": STATES, "v_position": PLACES,
    }  # fmt: skip
    made: dict[str, Any] = {
        name: chance.normal(0, 0.1 if name == "v_low" else 0.3, (size, WIDTHS[name]))
        for name, size in sizes.items()
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


# What is added to the scores of the labels, in the order of `net.LABELS`: a stretch begins a little
# sooner than the likeliest labelling has it. Chosen on the texts held back: more statements are
# found, and F1 stays as it is.
LEAN = (0.0, 0.7, 0.0, 0.3, 0.0, 0.8, 0.0)
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
    common: NDArray[np.bool_],
    spare: float,
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
    linear = np.zeros_like(out)
    for template in range(batch.features.shape[1]):
        linear += weights["linear"][batch.features[:, template]]
    spared = (chance.random((size, 1), dtype=np.float32) >= spare).astype(np.float32)
    out = out + linear * spared
    loss, gradient, by_step, by_first = chain(
        out, weights["steps"] + barred, weights["first"], batch.gold, batch.segments
    )
    grads: dict[str, Any] = {"steps": by_step, "first": by_first}
    inside = batch.filled
    count = batch.features.shape[1]
    flat = batch.features[inside].ravel()
    keyed = np.bincount(flat, minlength=1 << net.BITS)
    touched = np.flatnonzero((keyed > 0) & common)
    # features that are rare in the corpus are left alone: they would be its text by heart
    back = np.full(1 << net.BITS, len(touched), dtype=np.int64)
    back[touched] = np.arange(len(touched))
    local = back[flat]
    spread = (gradient * spared)[inside]
    grads["linear"] = (
        touched,
        np.stack(
            [
                np.bincount(local, np.repeat(spread[:, label], count), len(touched) + 1)[:-1]
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


def measure(weights: dict[str, Floats], sheets: list[Sheet]) -> dict[str, tuple[float, ...]]:
    """Exact precision, recall and F1 of each kind of stretch, and by any overlap."""
    counts = {kind: [0, 0, 0] for kind in ("source", "cue", "content")}
    near = {kind: [0, 0, 0, 0] for kind in counts}
    for each in sheets:
        found = set(net.stretches(tag(weights, each)))
        gold = set(net.stretches(each.gold))
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
    out = net.scores(weights, each.rows, each.features)
    places = each.traits.place
    compact = out[places] + weights.get("lean", np.float32(0))
    return net.best(
        compact, weights["steps"] + net.forbidden(len(net.LABELS)), weights["first"],
        each.traits.segments,
    )  # fmt: skip


class Lot(NamedTuple):
    """One choice of the linker: the traits of "none" and of each candidate, and which are right."""

    what: str
    rows: list[list[int]]
    right: list[int]


def choices(sheets: list[Sheet], lost: float = 0.0) -> list[Lot]:
    """The linker's choices on gold stretches; a share of cues and sources is lost by chance,
    as the tagger will lose some, so that "none" is learned too."""
    from assay.statements import frames, linker
    from assay.statements.frames import Span

    lots: list[Lot] = []
    chance = np.random.default_rng(2)
    for each in sheets:
        cut = each.words
        text = each.paper.text
        said = frames.speeches(cut, quotes.quotes(text, words.paragraphs(text)))
        inside = [-1] * len(cut.words)
        for number, speech in enumerate(said):
            for at in range(speech.outer, speech.close):
                inside[at] = number
        found: dict[str, list[Span]] = {"source": [], "cue": [], "content": []}
        for label, start, end in net.stretches(each.gold):
            if label != "content" and chance.random() < lost:
                continue
            found[label].append(Span(start, end))
        scene = linker.Scene(cut, inside, found["source"], found["cue"], found["content"])
        owner = owners(each)
        for what, kind in (("content", "cue"), ("cue", "source")):
            for span in found[what]:
                near = scene.near(kind, found[kind], span)
                mine = owner[span.start]
                rows = [linker.none(scene, what, span, kind)]
                rows += [linker.pair(scene, what, span, kind, found[kind][n]) for n in near]
                right = [at + 1 for at, n in enumerate(near) if owner[found[kind][n].start] & mine]
                lots.append(Lot(what, rows, right or [0]))
    return lots


def tied(lots: list[Lot], rounds: int = 6, rate: float = 0.15) -> Floats:
    """Train the linker: softmax over candidates, Adagrad."""
    from assay.statements import linker

    weights = np.zeros(1 << linker.BITS)
    squares = np.full(1 << linker.BITS, 1e-6)
    chance = np.random.default_rng(1)
    for _ in range(rounds):
        for at in chance.permutation(len(lots)):
            lot = lots[at]
            scores = np.array([weights[row].sum() for row in lot.rows])
            share = np.exp(scores - scores.max())
            share /= share.sum()
            good = share[lot.right] + 1e-9
            share[lot.right] -= good / good.sum()
            for row, slope in zip(lot.rows, share, strict=True):
                if abs(slope) < 1e-4:
                    continue
                squares[row] += slope * slope
                weights[row] -= rate * slope / np.sqrt(squares[row])
    return weights.astype(np.float32)


def well_tied(weights: Floats, lots: list[Lot]) -> str:
    """The share of the linker's choices that are right, on gold stretches."""
    good: dict[str, list[int]] = {}
    for lot in lots:
        scores = [float(weights[row].sum()) for row in lot.rows]
        top = max(range(len(scores)), key=scores.__getitem__)
        good.setdefault(lot.what, []).append(top in lot.right)
    return ", ".join(
        f"{what} {100 * sum(right) / len(right):.1f} % of {len(right)}"
        for what, right in good.items()
    )


def owners(each: Sheet) -> list[set[int]]:
    """Which attributions each token belongs to: a source may have several cues."""
    owner: list[set[int]] = [set() for _ in each.words.words]
    starts = np.array(each.words.starts)
    ends = np.array(each.words.ends)
    for number, relation in enumerate(each.paper.relations):
        for pieces in (relation.source, relation.cue, relation.content):
            for start, end in pieces:
                first = int(np.searchsorted(ends, start, side="right"))
                last = int(np.searchsorted(starts, end, side="left"))
                for at in range(first, last):
                    owner[at].add(number)
    return owner


def curve(weights: dict[str, Floats], sheets: list[Sheet]) -> Floats:
    """Fit the curve of confidence on texts that nothing was trained on (logistic regression).

    A statement counts as right where half of the words of it and of an attribution of the corpus
    are shared, and its source overlaps the attribution's source, or neither has one.
    """
    from assay.statements import frames, joined

    model = Model(weights)
    rows: list[tuple[float, ...]] = []
    right: list[bool] = []
    for each in sheets:
        text = each.paper.text
        marks = quotes.quotes(text, words.paragraphs(text))
        starts, ends = np.array(each.words.starts), np.array(each.words.ends)

        def tokens(pieces: list[tuple[int, int]], starts: Any, ends: Any) -> set[int]:
            held: set[int] = set()
            for start, end in pieces:
                first = int(np.searchsorted(ends, start, side="right"))
                held.update(range(first, int(np.searchsorted(starts, end, side="left"))))
            return held

        gold = [
            (tokens(relation.content, starts, ends), tokens(relation.source, starts, ends))
            for relation in each.paper.relations
        ]
        for frame in joined.frames(model, each.words, marks, frames.speeches(each.words, marks)):
            mine = {at for span in frame.content for at in range(span.start, span.end)}
            who = set(range(frame.source.start, frame.source.end)) if frame.source else set()
            best = max(gold, key=lambda one: len(one[0] & mine), default=(set(), set()))
            rows.append(frame.signals)
            right.append(
                len(best[0] & mine) >= 0.5 * len(best[0] | mine)
                and (bool(best[1] & who) or (not who and not best[1]))
            )
    table, goal = np.array(rows), np.array(right, dtype=np.float64)
    fit = np.zeros(table.shape[1])
    for _ in range(60):  # Newton's steps
        share = 1 / (1 + np.exp(-np.clip(table @ fit, -30, 30)))
        slope = table.T @ (share - goal) + 0.5 * fit
        bend = (table * (share * (1 - share))[:, None]).T @ table + 0.5 * np.eye(len(fit))
        fit -= np.linalg.solve(bend, slope)
    return fit.astype(np.float32)


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
    spare: float = 0.15,
    least: int = 3,
    tell: Any = print,
) -> dict[str, Floats]:
    """Train the tagger. The mean of the weights over the last third of the steps is returned."""
    weights = fresh(hidden, seed)
    adam = Adam(weights)
    chance = np.random.default_rng(seed)
    barred = net.forbidden(len(net.LABELS))
    often = np.zeros(1 << net.BITS, dtype=np.int64)
    known = np.zeros(1 << net.LOW_BITS, dtype=np.int64)
    for each in sheets:
        often += np.bincount(each.features[each.traits.place].ravel(), minlength=1 << net.BITS)
        known += np.bincount(each.rows["v_low"], minlength=1 << net.LOW_BITS)
    common = often >= least
    total = epochs * ((len(sheets) + batch - 1) // batch)
    done, kept = 0, 0
    mean: dict[str, Any] = {}
    for epoch in range(epochs):
        began = time.time()
        order = chance.permutation(len(sheets))
        loss = 0.0
        for at in range(0, len(order), batch):
            lot = joined([sheets[i] for i in order[at : at + batch]])
            part, grads = learn(weights, lot, chance, drop, unknown, barred, common, spare)
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
    # words that the corpus has once or never are all alike
    mean["v_low"][known < 2] = mean["v_low"][0]
    tell(f"mean: {said(measure(mean, chosen))}", flush=True)
    return {name: value.astype(np.float32) for name, value in mean.items()}


def main() -> None:
    """Train on DIR/polnear/train and write the weights."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("english.npz"))
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--hidden", type=int, default=96)
    parser.add_argument("--part", type=int, default=1, help="use every Nth text only")
    parser.add_argument("--drop", type=float, default=0.35)
    parser.add_argument("--spare", type=float, default=0.5)
    parser.add_argument("--least", type=int, default=3)
    parser.add_argument("--unknown", type=float, default=0.1)
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    papers = list(polnear(options.corpus / "polnear" / "train"))
    learned = [sheet(paper) for paper in papers if not paper.held_back][:: options.part]
    held = [sheet(paper) for paper in papers if paper.held_back]
    print(len(learned), "texts to learn from,", len(held), "held back", flush=True)
    weights = train(
        learned,
        held,
        epochs=options.epochs,
        hidden=options.hidden,
        drop=options.drop,
        unknown=options.unknown,
        spare=options.spare,
        least=options.least,
        seed=options.seed,
    )
    weights["lean"] = np.array(LEAN, dtype=np.float32)
    weights["ties"] = tied(choices(learned, 0.15))
    print("linker on gold stretches:", well_tied(weights["ties"], choices(held)), flush=True)
    weights["curve"] = curve(unpacked(packed(weights)), held)
    stored = packed(weights)
    np.savez_compressed(options.out, **stored)
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.1f} MB", flush=True)
    print("as shipped:", said(measure(unpacked(stored), held)), flush=True)


if __name__ == "__main__":
    main()
