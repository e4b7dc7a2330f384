"""Put the model's stretches together into frames: content with its cue and its source.

Quotation marks overrule the model: a quotation that it took in half is taken whole, one that it
passed over is an utterance by itself, and nothing within one is a frame.
"""

from __future__ import annotations

from math import exp, log
from typing import TYPE_CHECKING

from assay.statements import linker
from assay.statements.cues import tongue
from assay.statements.frames import (
    Frame,
    Page,
    Span,
    Speech,
    cues_of,
    is_speech,
    left_of,
    named,
    right_of,
    saying,
)

if TYPE_CHECKING:
    from assay.statements.quotes import Quote
    from assay.statements.tagger import Model, Tagged
    from assay.statements.words import Words

_DASHES = frozenset({"-", "—", "–", "--"})
_APART = frozenset({":", ".", "!", "?", "”", ";", '"', "…"})
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
            cues.append(_bare(words, one.start, one.end))
            cue_sure.append(one.sure)
        else:
            sources.append(_bare(words, one.start, one.end))
            source_sure.append(one.sure)
    scene = linker.Scene(words, inside, sources, cues, contents)

    def tie(what: str, span: Span, kind: str, others: list[Span]) -> linker.Tied:
        if model.ties:
            return linker.tie(model.ties, scene, what, span, kind, others)
        return linker.nearest(scene, span, kind, others)

    fallback = Fallback(words, said)
    by_cue: dict[int, list[tuple[int, float]]] = {}
    alone: list[tuple[int, float]] = []
    by_group: dict[int, int] = {}
    for number, span in enumerate(contents):
        tied = tie("content", span, "cue", cues)
        if tied.chosen is not None and _signed(words, span) is not None:
            tied = linker.Tied(None, tied.sure)
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
        to = tie("cue", cue, "source", sources)
        source = sources[to.chosen] if to.chosen is not None else None
        signals = (
            min(sure[number] for number, _ in members),
            cue_sure[chosen],
            min(by for _, by in members),
            source_sure[to.chosen] if to.chosen is not None else 0.5,
            to.sure,
        )
        ruled = source is None
        if source is None:
            source = fallback.subject(cue, sources)
        else:
            source = fallback.antecedent(source)
        content = tuple(contents[number] for number, _ in members)
        found.append(_frame(model, inside, content, cue, source, signals, ruled))
    for number, by in alone:
        signals = (sure[number], 0.5, by, 0.5, 0.5)
        cue_or_none, source = fallback.frame(contents[number], sources)
        found.append(_frame(model, inside, (contents[number],), cue_or_none, source, signals, True))
    found.sort(key=lambda frame: frame.content[0].start)
    return found


def _bare(words: Words, start: int, end: int) -> Span:
    """A stretch without a comma or stop at its end."""
    while end - start > 1 and words.words[end - 1] in {",", ";"}:
        end -= 1
    return Span(start, end)


class Fallback:
    """What the rules say where the model found a cue without its source, or no cue."""

    def __init__(self, words: Words, said: list[Speech]) -> None:
        self._words = words
        self._said = said
        self._page: Page | None = None

    def _ready(self) -> Page:
        if self._page is None:
            table = tongue("en")
            assert table is not None
            self._page = Page(self._words, self._said, table)
        return self._page

    def subject(self, cue: Span, sources: list[Span]) -> Span | None:
        """The source of a cue: the noun phrase before it, or the last source of its sentence."""
        page = self._ready()
        start, end = self._words.sentence_of(cue.start)
        left = left_of(page, start, cue.start)
        if left is not None:
            return left[0]
        behind = page.inside[cue.start - 1] >= 0 if cue.start else False
        if page.low[cue.end - 1] in page.tongue.inverted or behind:
            right = right_of(page, cue.end, end)
            if right is not None:
                return right
        before = [one for one in sources if start <= one.start and one.end <= cue.start]
        if before:
            return before[-1]
        # "…, saying", "by softly echoing", "as if to say": the subject of the sentence
        return saying(page, start, cue.start)

    def antecedent(self, source: Span) -> Span:
        """Whom "who …" speaks of, where more than that word was taken for the source."""
        page = self._ready()
        if page.low[source.start] != "who" or source.end - source.start < 2:
            return source
        start, _ = self._words.sentence_of(source.start)
        end = source.start
        while end > start and page.low[end - 1] == ",":
            end -= 1
        return named(page, start, end) or source

    def frame(self, content: Span, sources: list[Span]) -> tuple[Span | None, Span | None]:
        """Cue and source for a content that has none, in its own sentences."""
        page = self._ready()
        signed = _signed(self._words, content)
        if signed is not None:
            return None, signed
        spots = {self._words.sentence_of(content.start), self._words.sentence_of(content.end - 1)}
        if content.end < len(self._words.words):
            spots.add(self._words.sentence_of(content.end))
        best: tuple[int, Span, Span] | None = None
        for start, end in spots:
            if end - start > 300:
                continue
            for cue, source, _ in cues_of(page, start, end):
                if cue.start < content.end and content.start < cue.end:
                    continue
                low, high = min(cue.start, source.start), max(cue.end, source.end)
                gap = low - content.end if low >= content.end else content.start - high
                if 0 <= gap <= 6 and (best is None or gap < best[0]):
                    best = (gap, cue, source)
        if best is not None:
            return best[1], best[2]
        start, _ = self._words.sentence_of(content.start)
        before = [one for one in sources if start <= one.start and one.end <= content.start]
        if before and content.start - before[-1].end <= 8:
            return None, before[-1]
        return None, None


def _signed(words: Words, content: Span) -> Span | None:
    """The name in a line of its own below a quotation: "- Clinton"."""
    if content.end >= len(words.words) or words.words[content.end] not in _DASHES:
        return None
    start, end = words.paragraph_of(content.end)
    if start != content.end or not 1 < end - start <= 10:
        return None
    last = start + 1
    while last < end and words.words[last] not in {",", ".", "("}:
        last += 1
    named = last > start + 1 and words.words[start + 1][0].isupper()
    return Span(start + 1, last) if named else None


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
        apart = speech.outer == 0 or words.words[speech.outer - 1] in _APART
        if apart and is_speech(words, speech):
            fresh, before = True, False
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


def _frame(
    model: Model,
    inside: list[int],
    content: tuple[Span, ...],
    cue: Span | None,
    source: Span | None,
    signals: tuple[float, ...],
    ruled: bool,
) -> Frame:
    """A frame with its confidence. `ruled`: its source, or its cue too, was found by rule."""

    def odds(share: float) -> float:
        share = min(max(share, 0.01), 0.995)
        return log(share / (1 - share))

    first = content[0]
    quoted = inside[first.start] >= 0
    words, framing, by, sourced, to = (odds(signal) for signal in signals)
    size = sum(span.end - span.start for span in content)
    traits = (
        1.0,
        words,
        framing,
        by,
        sourced,
        to,
        float(quoted),
        float(quoted) * words,
        float(source is None),
        float(cue is None),
        float(ruled),
        float(ruled and quoted),
        float(size < 4),
        float(len(content) > 1),
        float(len(content) > 2),
        float(source is None and quoted),
    )
    if model.curve:
        score = sum(a * b for a, b in zip(model.curve, traits, strict=True))
        sure = 1 / (1 + exp(-max(-30.0, min(30.0, score))))
    else:
        sure = min(signals[0], signals[2])
    return Frame(content, cue, source, sure, traits)
