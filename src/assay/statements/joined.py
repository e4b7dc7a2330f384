"""Put the model's stretches together into frames: content with its cue and its source.

Quotation marks overrule the model: a quotation that it took in half is taken whole, one that it
passed over is an utterance by itself, and nothing within one is a frame.
"""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

from assay.statements import linker
from assay.statements.frames import Frame, Span, Speech, is_speech

if TYPE_CHECKING:
    from assay.statements.quotes import Quote
    from assay.statements.tagger import Model, Tagged
    from assay.statements.words import Words

_MARKS = frozenset("“”\"„«»‹›「」『』‘’'`,.:;—–-()…") | {"``", "''", "--", "..."}


def frames(model: Model, words: Words, quotes: list[Quote], said: list[Speech]) -> list[Frame]:
    """The frames of a text by the model."""
    tagged = model.spans(words, quotes)
    inside = [-1] * len(words.words)
    for number, speech in enumerate(said):
        for at in range(speech.outer, speech.close):
            inside[at] = number
    contents, sure, taken = _contents(words, said, tagged)
    sources: list[Span] = []
    cues: list[Span] = []
    cue_sure: list[float] = []
    source_sure: list[float] = []
    for one in tagged:
        if one.kind == "content" or any(at in taken for at in range(one.start, one.end)):
            continue
        if one.kind == "cue":
            cues.append(Span(one.start, one.end))
            cue_sure.append(one.sure)
        else:
            sources.append(Span(one.start, one.end))
            source_sure.append(one.sure)
    scene = linker.Scene(words, inside, sources, cues, contents)

    def tie(what: str, span: Span, kind: str, others: list[Span]) -> linker.Tied:
        if model.ties:
            return linker.tie(model.ties, scene, what, span, kind, others)
        return linker.nearest(scene, span, kind, others)

    by_cue: dict[int, list[tuple[int, float]]] = {}
    alone: list[tuple[int, float]] = []
    by_group: dict[int, int] = {}
    for number, span in enumerate(contents):
        tied = tie("content", span, "cue", cues)
        group = said[inside[span.start]].group if inside[span.start] >= 0 else -1
        chosen = tied.chosen
        if chosen is None and group in by_group:
            chosen = by_group[group]
        if chosen is None:
            alone.append((number, tied.sure))
            continue
        if group >= 0:
            by_group[group] = chosen
        by_cue.setdefault(chosen, []).append((number, tied.sure))
    found: list[Frame] = []
    for chosen, members in sorted(by_cue.items()):
        cue = cues[chosen]
        tied = tie("cue", cue, "source", sources)
        source = sources[tied.chosen] if tied.chosen is not None else None
        signals = (
            min(sure[number] for number, _ in members),
            cue_sure[chosen],
            min(by for _, by in members),
            source_sure[tied.chosen] if tied.chosen is not None else 0.5,
            tied.sure,
        )
        found.append(
            Frame(tuple(contents[number] for number, _ in members), cue, source,
                  _confidence(model, signals, inside, contents[members[0][0]], source is None, 0),
                  signals)
        )  # fmt: skip
    for number, by in alone:
        span = contents[number]
        signals = (sure[number], 0.5, by, 0.5, 0.5)
        found.append(
            Frame((span,), None, None, _confidence(model, signals, inside, span, True, 1), signals)
        )
    found.sort(key=lambda frame: frame.content[0].start)
    return found


def _contents(
    words: Words, said: list[Speech], tagged: list[Tagged]
) -> tuple[list[Span], list[float], set[int]]:
    """Stretches of content, how probable each is, and the tokens that are taken by them."""
    mine: dict[int, int] = {}
    spans: list[Tagged] = [one for one in tagged if one.kind == "content"]
    for number, one in enumerate(spans):
        for at in range(one.start, one.end):
            mine[at] = number
    heads = {one.start for one in spans}
    probable = {one.start: one.sure for one in spans}
    for speech in said:
        size = speech.close - speech.outer
        covered = sum(at in mine for at in range(speech.outer, speech.close))
        whole = covered * 2 >= size or is_speech(words, speech)
        if not whole:
            if covered == 0:
                continue
            if covered < 0.3 * size:
                continue
        owner = next((mine[at] for at in range(speech.outer, speech.close) if at in mine), -1)
        fresh = speech.outer not in mine
        before = speech.outer - 1 in mine
        known = spans[owner].sure if owner >= 0 else 0.3
        for at in range(speech.outer, speech.close):
            # within a quotation nothing begins anew
            if at in heads and at > speech.outer:
                heads.discard(at)
            mine.setdefault(at, owner if owner >= 0 else len(spans) + speech.group)
        if fresh and not before:
            heads.add(speech.outer)
            probable[speech.outer] = min(known, probable.get(speech.outer, 1.0))
    found: list[Span] = []
    sure: list[float] = []
    tokens = sorted(mine)
    start = -1
    for index, at in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else -1
        if start < 0:
            start = at
        if following != at + 1 or following in heads:
            if any(words.words[k] not in _MARKS for k in range(start, at + 1)):
                found.append(Span(start, at + 1))
                sure.append(probable.get(start, 0.4))
            start = -1
    return found, sure, set(mine)


def traits_of(
    signals: tuple[float, ...], quoted: bool, no_source: bool, alone: bool, size: int
) -> list[float]:
    """What the curve of confidence is computed from."""

    def odds(share: float) -> float:
        share = min(max(share, 0.01), 0.995)
        return log(share / (1 - share))

    content, cue, by, source, to = signals
    return [
        1.0,
        odds(content),
        odds(cue),
        odds(by),
        odds(source),
        odds(to),
        float(quoted),
        float(no_source and not alone),
        float(alone),
        float(alone and quoted),
        float(size < 4),
        float(quoted) * odds(content),
    ]


def _confidence(
    model: Model,
    signals: tuple[float, ...],
    inside: list[int],
    span: Span,
    no_source: bool,
    alone: int,
) -> float:
    quoted = inside[span.start] >= 0
    if not model.curve:
        return min(signals[0], signals[2])
    values = traits_of(signals, quoted, no_source, bool(alone), span.end - span.start)
    score = sum(a * b for a, b in zip(model.curve, values, strict=True))
    from math import exp

    return 1 / (1 + exp(-max(-30.0, min(30.0, score))))
