"""Statements against gold data: `python statements.py --corpus DIR [--article FILE] [--only PART]`.

PolNeAR's dev part is only read to report: nothing is trained, chosen or calibrated on it. A stretch
is compared by its words: marks, spaces and stops at its ends do not count, since the program gives
a direct quotation without its marks and the corpus with them.
"""

from __future__ import annotations

import argparse
import ast
import bisect
import csv
import datetime
import hashlib
import re
import resource
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np

from assay.statements import tagger, train, words
from assay.statements.quotes import quotes
from assay.statements.read import listen

WORD = re.compile(r"\w")


class Ruler:
    """Which word tokens a stretch of a text holds."""

    def __init__(self, text: str) -> None:
        self.cut = words.cut(text)
        self.starts = np.array(self.cut.starts)
        self.ends = np.array(self.cut.ends)
        self.rank: list[int] = []  # the number of each word among the words, -1 for a mark
        count = 0
        for word in self.cut.words:
            self.rank.append(count if WORD.search(word) else -1)
            count += self.rank[-1] >= 0

    def __call__(self, pieces: Any) -> frozenset[int]:
        held: set[int] = set()
        for start, end in pieces:
            first = int(np.searchsorted(self.ends, start, side="right"))
            last = int(np.searchsorted(self.starts, end, side="left"))
            held.update(self.rank[at] for at in range(first, last) if self.rank[at] >= 0)
        return frozenset(held)


def f1(good: int, ours: int, theirs: int) -> tuple[float, float, float]:
    p, r = good / max(ours, 1), good / max(theirs, 1)
    return 100 * p, 100 * r, 200 * p * r / max(p + r, 1e-9)


def runs(held: frozenset[int]) -> list[frozenset[int]]:
    """Pieces of neighbouring words."""
    out: list[set[int]] = []
    for at in sorted(held):
        if out and at - 1 in out[-1]:
            out[-1].add(at)
        else:
            out.append({at})
    return [frozenset(one) for one in out]


def pieces(mention: Any) -> list[tuple[int, int]]:
    return [(mention.start, mention.end)] if mention is not None else []


def polnear(folder: Path, model: Any) -> tuple[dict[str, Any], list[tuple[float, bool]]]:
    exact = {kind: [0, 0, 0] for kind in ("source", "cue", "content", "whole")}
    near = [0, 0, 0, 0]
    covered = [0, 0]
    speaker: dict[str, list[int]] = {k: [0, 0, 0] for k in ("direct", "indirect", "mixed")}
    curve: list[tuple[float, bool]] = []
    seconds, count = 0.0, 0
    for paper in train.polnear(folder):
        if folder.name == "train" and not paper.held_back:
            continue
        began = time.process_time()
        heard = listen(paper.text, language="en", model=model)
        seconds += time.process_time() - began
        count += 1
        ruler = Ruler(paper.text)
        quoted = ruler(
            (q.start, q.end)
            for q in quotes(paper.text, words.paragraphs(paper.text))
            if not q.depth
        )
        ours = [
            (
                ruler((c.start, c.end) for c in one.content),
                ruler(pieces(one.cue)),
                ruler(pieces(one.speaker)),
                one,
            )
            for one in heard.statements
        ]
        gold = [(ruler(r.content), ruler(r.cue), ruler(r.source)) for r in paper.relations]
        gold = [g for g in gold if g[0]]
        # each piece of content, and each attribution's content whole
        count_up(exact["content"], [p for o in ours for p in runs(o[0])],
                 [p for g in gold for p in runs(g[0])])  # fmt: skip
        count_up(exact["whole"], [o[0] for o in ours], [g[0] for g in gold])
        count_up(exact["cue"], [o[1] for o in ours if o[1]], [g[1] for g in gold if g[1]])
        count_up(exact["source"], list({o[2] for o in ours if o[2]}),
                 list({g[2] for g in gold if g[2]}))  # fmt: skip
        all_gold = frozenset().union(*(g[0] for g in gold)) if gold else frozenset()
        all_ours = frozenset().union(*(o[0] for o in ours)) if ours else frozenset()
        near[0] += sum(bool(o[0] & all_gold) for o in ours)
        near[1] += len(ours)
        near[2] += sum(bool(g[0] & all_ours) for g in gold)
        near[3] += len(gold)
        for content, _, source in gold:
            share = len(content & quoted) / len(content)
            kind = "direct" if share > 0.95 else "indirect" if share == 0 else "mixed"
            if kind == "direct":
                covered[0] += len(content & all_ours)
                covered[1] += len(content)
            if not source:
                continue
            best = max(ours, key=lambda o: len(o[0] & content), default=None)
            speaker[kind][0] += 1
            if best is not None and best[0] & content:
                speaker[kind][1] += 1
                speaker[kind][2] += bool(best[2] & source)
        for mine, _, who, one in ours:
            best_gold = max(gold, key=lambda g: len(g[0] & mine), default=None)
            right = False
            if best_gold is not None and mine:
                shared = len(best_gold[0] & mine)
                right = shared / len(best_gold[0] | mine) >= 0.5 and (
                    bool(who & best_gold[2]) or (not who and not best_gold[2])
                )
            curve.append((one.confidence, right))
    result: dict[str, Any] = {kind: f1(*value) for kind, value in exact.items()}
    loose_p, loose_r = near[0] / max(near[1], 1), near[2] / max(near[3], 1)
    result["content any"] = (
        100 * loose_p, 100 * loose_r, 200 * loose_p * loose_r / max(loose_p + loose_r, 1e-9)
    )  # fmt: skip
    result["direct words covered"] = 100 * covered[0] / max(covered[1], 1)
    for kind, (asked, found, right) in speaker.items():
        result[f"speaker {kind}"] = (
            100 * right / max(asked, 1), 100 * right / max(found, 1), asked
        )  # fmt: skip
    result["texts a CPU-second"] = count / seconds
    return result, curve


def count_up(counts: list[int], ours: list[Any], theirs: list[Any]) -> None:
    left = Counter(theirs)
    for one in ours:
        if left[one] > 0:
            left[one] -= 1
            counts[0] += 1
    counts[1] += len(ours)
    counts[2] += len(theirs)


def article(path: Path, model: Any) -> dict[str, Any]:
    """The sample article against the list that was written by hand, kept as places and digests."""
    here = Path(__file__).parent.parent / "tests" / "statements" / "sample_article.toml"
    with here.open("rb") as file:
        listed = tomllib.load(file)
    with path.open(encoding="utf-8", newline="") as text_file:
        text = text_file.read()
    if hashlib.sha256(text.encode()).hexdigest() != listed["digest"]:
        raise SystemExit("this is not the article that the list was written for")
    heard = listen(text, language="en", said_on=datetime.date(2019, 11, 26), model=model)
    ruler = Ruler(text)
    counts: dict[str, list[int]] = {}

    def mark(name: str, right: bool) -> None:
        count = counts.setdefault(name, [0, 0])
        count[0] += right
        count[1] += 1

    def digest(name: str | None) -> str:
        return hashlib.sha256((name or "").encode()).hexdigest()[:16]

    def met(mention: Any, place: list[Any]) -> bool:
        return mention is not None and mention.start < place[1] and place[0] < mention.end

    used: set[int] = set()
    for want in listed["statement"]:
        content = ruler((a, b) for a, b, _ in want["content"])
        shared = [
            len(content & mine) / len(content | mine)
            for mine in (ruler((c.start, c.end) for c in one.content) for one in heard.statements)
        ]
        best = max(range(len(shared)), key=shared.__getitem__)
        mark("statements found", shared[best] >= 0.5)
        if shared[best] < 0.5:
            continue
        used.add(best)
        one = heard.statements[best]
        mark("content exact", shared[best] == 1)
        mark("kind", one.kind == want["kind"])
        mark("speaker", met(one.speaker, want["speaker"]))
        mark("cue", met(one.cue, want["cue"]))
        if "name" in want:
            mark("name", one.speaker is not None and digest(one.speaker.name) == want["name"])
        if "role" in want:
            mark("role", one.speaker is not None and digest(one.speaker.role) == want["role"])
        mark("anonymous", one.speaker is not None and one.speaker.anonymous == want["anonymous"])
        for name in ("addressee", "where", "when"):
            if name in want:
                mark(name, met(getattr(one, name), want[name]))
        for place in want.get("via", ()):
            mark("chain", any(met(step, place) for step in one.via))
    mark("nothing else heard", len(used) == len(heard.statements))
    for want in listed["figure"]:
        own = [f for f in heard.figures if met(f, want["span"])]
        mark("figures", any(
            f.low == want.get("low") and f.high == want.get("high")
            and f.low_included == want["low_included"] for f in own
        ))  # fmt: skip
    for want in listed["date"]:
        own_dates = [d for d in heard.dates if met(d, want["span"])]
        mark("dates", any(d.since == want["since"] and d.until == want["until"] for d in own_dates))
    return {name: f"{right} of {asked}" for name, (right, asked) in counts.items()}


def litbank(folder: Path, model: Any) -> dict[str, Any]:
    """LitBank: whether the speaker is a mention, or has a name, of the right entity."""
    right = found = asked = 0
    for path in sorted((folder / "quotations" / "tsv").glob("*.ann")):
        lines = path.with_suffix(".txt").read_text(encoding="utf-8").split("\n")
        text, places, at = "", {}, 0
        for number, line in enumerate(lines):
            for token, word in enumerate(line.split(" ")):
                places[number, token] = (at, at + len(word))
                at += len(word) + 1
        text = "\n".join(lines)
        spans: dict[str, tuple[int, int]] = {}
        speakers: dict[str, str] = {}
        for row in path.read_text(encoding="utf-8").splitlines():
            cells = row.split("\t")
            if cells[0] == "QUOTE":
                first = places[int(cells[2]), int(cells[3])]
                last = places[int(cells[4]), int(cells[5])]
                spans[cells[1]] = (first[0], last[1])
            elif cells[0] == "ATTRIB":
                speakers[cells[1]] = cells[2]
        mentions: dict[str, tuple[int, int, str, str]] = {}
        entities: dict[str, list[tuple[int, int, str, str]]] = {}
        coref = folder / "coref" / "tsv" / path.name
        for row in coref.read_text(encoding="utf-8").splitlines():
            cells = row.split("\t")
            if cells[0] == "MENTION":
                first = places[int(cells[2]), int(cells[3])]
                last = places[int(cells[4]), int(cells[5])]
                mentions[cells[1]] = (first[0], last[1], cells[6], cells[-1])
            elif cells[0] == "COREF" and cells[1] in mentions:
                entities.setdefault(cells[2], []).append(mentions[cells[1]])
        heard = listen(text, language="en", model=model).statements
        for quote, (start, end) in spans.items():
            if quote not in speakers:
                continue
            asked += 1
            best = nearest(heard, start, end)
            if best is None or best.speaker is None:
                continue
            found += 1
            who = best.speaker
            own = entities.get(speakers[quote], [])
            names = {bare(surface) for _, _, surface, kind in own if kind == "PROP"}
            right += bool(who.name and bare(who.name) in names) or any(
                (a <= who.start and who.end <= b) or (who.start <= a and b <= who.end)
                for a, b, _, _ in own
            )
    return {"speaker LitBank": (100 * right / asked, 100 * right / max(found, 1), asked)}


def pdnc(folder: Path, model: Any) -> dict[str, Any]:
    """PDNC: whether the speaker's name is one of the right character's, by kind of quotation."""
    counts: dict[str, list[int]] = {}
    seconds, size = 0.0, 0
    for book in sorted(path for path in folder.iterdir() if path.is_dir()):
        with (book / "novel_text.txt").open(encoding="utf-8", newline="") as file:
            text = file.read()
        aliases: dict[str, set[str]] = {}
        with (book / "character_info.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                known = ast.literal_eval(row["Aliases"]) if row["Aliases"].strip() else []
                aliases[row["Main Name"]] = {*known, row["Main Name"]}
        began = time.process_time()
        heard = listen(text, language="en", model=model).statements
        seconds += time.process_time() - began
        size += len(text)
        starts = [one.content[0].start for one in heard]
        with (book / "quotation_info.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                spans = ast.literal_eval(row["quoteByteSpans"])
                kind = row["quoteType"]
                if kind not in ("Explicit", "Anaphoric", "Implicit"):
                    continue
                at = bisect.bisect_left(starts, spans[0][0])
                near = heard[max(0, at - 8) : at + 8]
                best = nearest(near, spans[0][0], spans[0][1])
                mine = (best.speaker.name or "") if best and best.speaker else ""
                for name in (kind, "all"):
                    count = counts.setdefault(name, [0, 0, 0])
                    count[0] += 1
                    count[1] += bool(mine)
                    ours = led(mine, aliases) if mine else set()
                    count[2] += len(ours) == 1 and ours == led(row["speaker"], aliases)
    result: dict[str, Any] = {
        f"speaker PDNC {kind}": (100 * right / asked, 100 * right / max(found, 1), asked)
        for kind, (asked, found, right) in sorted(counts.items())
    }
    result["million characters a CPU-second"] = size / seconds / 1e6
    return result


def led(name: str, aliases: dict[str, set[str]]) -> set[str]:
    """The characters that a name leads to: whose name it is, else whose alias shares most words.

    "Mrs. Elton" is not "Mr. Elton": a title counts where the name with it is somebody's alias.
    """
    plain = plainly(name)
    for who in aliases:
        if plain == plainly(who):
            return {who}
    whole = {who for who, names in aliases.items() if plain in {plainly(n) for n in names}}
    if len(whole) == 1:
        return whole
    words, best, chosen = set(bare(name).split()), 0.0, set[str]()
    for who, names in aliases.items():
        for alias in names:
            other = set(bare(alias).split())
            if not other or not (other <= words or words <= other):
                continue
            score = len(other & words) + (0.5 if other == words else 0)
            if score > best:
                best, chosen = score, {who}
            elif score == best:
                chosen.add(who)
    return chosen


def plainly(name: str) -> str:
    return name.lower().replace(".", "")


def bare(name: str) -> str:
    """A name without its civil title and small differences."""
    parts = [part for part in plainly(name).split() if part not in CIVIL]
    return " ".join(parts)


CIVIL = {"mr", "mrs", "miss", "ms", "dr", "sir", "lady", "the", "master", "reverend", "aunt"}


def nearest(heard: Any, start: int, end: int) -> Any:
    """The statement that shares most with a stretch."""
    best, most = None, 0
    for one in heard:
        shared = sum(max(0, min(end, c.end) - max(start, c.start)) for c in one.content)
        if shared > most:
            best, most = one, shared
    return best


def edges(text: str) -> str:
    return text.strip(' \n\u00a0.,:;!?،。，؟؛…—–-"“”„«»‹›「」『』')


def sentences(folder: Path, wrong: list[str]) -> dict[str, Any]:
    """Our own sentences: a statement is right where its words and its speaker are."""
    result: dict[str, Any] = {}
    for path in sorted(folder.glob("*.toml")):
        with path.open("rb") as file:
            rows = tomllib.load(file)["sentences"]
        good = exact = ours_n = theirs_n = 0
        for text, *rest in rows:
            heard = listen(text, language=path.stem, model=None)
            ours_n += len(heard.statements)
            theirs_n += bool(rest)
            right = False
            for one in heard.statements:
                if not rest:
                    continue
                mine = [edges(text[c.start : c.end]) for c in one.content]
                theirs = [edges(piece) for piece in rest[1:]]
                who = edges(one.speaker.surface) if one.speaker else ""
                near = alike(" ".join(mine), " ".join(theirs))
                if near >= 0.7 and (
                    who == rest[0] or (who and rest[0] and alike(who, rest[0]) >= 0.6)
                ):
                    good += 1
                    right = True
                    exact += mine == theirs and who == edges(rest[0])
                    break
            if not right and (rest or heard.statements):
                wrong.append(
                    f"{path.stem} {text}\n      "
                    + str([
                        (one.speaker.surface if one.speaker else None,
                         [text[c.start : c.end] for c in one.content])
                        for one in heard.statements
                    ])
                )  # fmt: skip
        result[path.stem] = f1(good, ours_n, theirs_n)
        result[f"{path.stem} exact"] = f1(exact, ours_n, theirs_n)
    return result


def alike(a: str, b: str) -> float:
    """Share of common words, of characters where there are no spaces."""
    mine, theirs = (set(a.split()), set(b.split())) if " " in a + b else (set(a), set(b))
    return len(mine & theirs) / max(len(mine | theirs), 1)


def show(name: str, result: dict[str, Any], curve: list[tuple[float, bool]]) -> None:
    print(f"\n{name}")
    for key, value in result.items():
        if isinstance(value, str):
            print(f"  {key:24} {value}")
        elif key.startswith("speaker"):
            print(f"  {key:24} {value[0]:5.1f} % of all, {value[1]:5.1f} % of those found"
                  f" ({value[2]})")  # fmt: skip
        elif isinstance(value, tuple):
            print(f"  {key:24} P {value[0]:5.1f}  R {value[1]:5.1f}  F1 {value[2]:5.1f}")
        else:
            print(f"  {key:24} {value:5.1f}")
    if curve:
        print("  confidence: share that is right")
    for low in (0.9, 0.8, 0.7, 0.5, 0.3, 0.0):
        high = {0.9: 1.01, 0.8: 0.9, 0.7: 0.8, 0.5: 0.7, 0.3: 0.5, 0.0: 0.3}[low]
        held = [right for sure, right in curve if low <= sure < high]
        if held:
            print(f"    {low:.1f} to {min(high, 1.0):.1f}  {100 * sum(held) / len(held):5.1f} %"
                  f" of {len(held)}")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--weights", type=Path)
    parser.add_argument("--part", default="dev")
    parser.add_argument("--only", default="")
    parser.add_argument("--rules", action="store_true", help="also the rules without the model")
    parser.add_argument("--wrong", action="store_true", help="print what is wrong")
    parser.add_argument("--article", type=Path)
    options = parser.parse_args()
    model = tagger.shipped()
    if options.weights:
        with np.load(options.weights) as stored:
            model = tagger.Model(tagger.unpacked(stored))
    if options.corpus and options.only in ("", "polnear"):
        folder = options.corpus / "polnear" / options.part
        show(f"PolNeAR {options.part}, model", *polnear(folder, model))
        if model is not None:
            sheets = [
                train.sheet(paper)
                for paper in train.polnear(folder)
                if folder.name != "train" or paper.held_back
            ]
            print("  tagger alone, stretches of tokens with their marks, as published:")
            for kind, values in train.measure(model.weights, sheets).items():
                print(f"    {kind:22} P {values[0]:5.1f}  R {values[1]:5.1f}  F1 {values[2]:5.1f}"
                      f"  any overlap F1 {values[3]:5.1f}")  # fmt: skip
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(f"  memory at its highest, MB  {most / 1e3:.0f}")
    if options.corpus and options.only in ("", "novels"):
        show("LitBank", litbank(options.corpus / "litbank_quotes", model), [])
        show("PDNC", pdnc(options.corpus / "pdnc", model), [])
    if options.article:
        show("the sample article", article(options.article, model), [])
    if options.only in ("", "sentences"):
        wrong: list[str] = []
        here = Path(__file__).parent.parent / "tests" / "statements" / "sentences"
        show("sentences of our own, rules", sentences(here, wrong), [])
        if options.wrong:
            print("\n".join(wrong))
    if options.corpus and options.rules and options.only in ("", "polnear"):
        folder = options.corpus / "polnear" / options.part
        show(f"PolNeAR {options.part}, rules alone", *polnear(folder, None))


if __name__ == "__main__":
    main()
