"""Put the model's stretches together into frames: content with its cue and its source.

Quotation marks overrule the model: a quotation that it took in half is taken whole, one that it
passed over is an utterance by itself, and nothing within one is a frame.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from itertools import pairwise
from math import exp, log
from typing import TYPE_CHECKING, NamedTuple

from assay.statements import dialogue, linker, tagger
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
_CLOSERS = frozenset({"”", '"', "''", "’", "'", "»", "“"})
_STOPS = frozenset({".", "!", "?", "…", "..."})
_OF_TIME = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday on in late early earlier this last a"
    " an the at week month year morning afternoon evening night yesterday today recently"
    " statement interview news conference report email speech ,".split()
)
_CLOSING = 0.9
_BARE_SUBJECTS = frozenset({"it", "this", "that", "these", "those", "which"})
_BEHIND = 0.97  # how sure a frame right behind a quotation is
_MARKS = frozenset("“”\"„«»‹›「」『』‘’'`,.:;—–-()…") | {"``", "''", "--", "..."}


def frames(model: Model, words: Words, quotes: list[Quote], said: list[Speech]) -> list[Frame]:
    """The frames of a text by the model."""
    tagged = model.spans(words, quotes)
    inside = [-1] * len(words.words)
    for number, speech in enumerate(said):
        for at in range(speech.outer, speech.close):
            inside[at] = number
    fallback = Fallback(words, said)
    closing = fallback.closings()
    tagged = _cleared(tagged, closing)
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
    behind: dict[int, tuple[Span, Span]] = {}
    for number, span in enumerate(contents):
        frame = closing.get(span.start) or fallback.behind(span)
        if frame is not None:
            behind[number] = frame[:2]
    for verb, who in behind.values():
        _put(cues, cue_sure, verb)
        _put(sources, source_sure, who)
    source_of = {_place(cues, verb): _place(sources, who) for verb, who in behind.values()}
    scene = linker.Scene(words, inside, sources, cues, contents)

    def tie(what: str, span: Span, kind: str, others: list[Span]) -> linker.Tied:
        if model.ties:
            return linker.tie(model.ties, scene, what, span, kind, others)
        return linker.nearest(scene, span, kind, others)

    # in a story whoever spoke last does not go on in the next paragraph
    story = dialogue.is_story(words, said) and not words.set_apart()
    by_cue: dict[int, list[tuple[int, float]]] = {}
    alone: list[tuple[int, float]] = []
    by_group: dict[int, int] = {}
    for number, span in enumerate(contents):
        if number in behind:
            tied = linker.Tied(_place(cues, behind[number][0]), _BEHIND)
        else:
            tied = tie("content", span, "cue", cues)
        if tied.chosen is not None and (
            _signed(words, span) is not None
            or (story and _before_its_paragraph(words, span, cues[tied.chosen]))
        ):
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
        if chosen in source_of:
            to = linker.Tied(source_of[chosen], _BEHIND)
        else:
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


def _before_its_paragraph(words: Words, content: Span, cue: Span) -> bool:
    """Whether a cue stands before the content's paragraph, and does not announce it."""
    head = words.paragraph_of(content.start)[0]
    return cue.end <= head and words.words[head - 1] not in {":", ","}


def _cleared(tagged: list[Tagged], closing: dict[int, Closing]) -> list[Tagged]:
    """The model's stretches with the contents of sentences that end with their frame, each whole.

    What the model found in such a content is left out: a frame within another's words.
    """
    if not closing:
        return tagged
    within: set[int] = set()
    framing: set[int] = set()
    for one in closing.values():
        within.update(range(one.content.start, one.content.end))
        for span in (one.cue, one.source):
            framing.update(range(span.start, span.end))
    kept = [
        one
        for one in tagged
        if within.isdisjoint(range(one.start, one.end))
        and (one.kind != "content" or framing.isdisjoint(range(one.start, one.end)))
    ]
    kept.extend(
        tagger.Tagged("content", one.content.start, one.content.end, _CLOSING)
        for one in closing.values()
    )
    return sorted(kept, key=lambda one: one.start)


def _put(spans: list[Span], sure: list[float], span: Span) -> None:
    """Add a stretch in its place. One that the model found there is taken, up to the last word."""
    at = bisect_left(spans, span)
    if at and spans[at - 1].end > span.start:
        at -= 1
    if at == len(spans) or spans[at].start >= span.end:
        spans.insert(at, span)
        sure.insert(at, _BEHIND)
    elif spans[at].end < span.end and (at + 1 == len(spans) or spans[at + 1].start >= span.end):
        spans[at] = Span(spans[at].start, span.end)


def _place(spans: list[Span], span: Span) -> int:
    """The number of the first stretch that overlaps one."""
    return bisect_right(spans, span.start, key=lambda one: one.end)


def _bare(words: Words, start: int, end: int) -> Span:
    """A stretch without a comma or stop at its end."""
    while end - start > 1 and words.words[end - 1] in {",", ";"}:
        end -= 1
    return Span(start, end)


class Closing(NamedTuple):
    """A sentence's frame at its end or beginning, with all the rest as its content."""

    cue: Span
    source: Span
    content: Span


def _after_comma(page: Page, at: int, stop: int) -> Span | None:
    """What follows the first comma outside quotations, within a few words."""
    for here in range(at, min(at + 25, stop - 3)):
        if page.inside[here] >= 0:
            return None
        if page.low[here] == ",":
            return Span(here + 1, stop)
    return None


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

    def closings(self) -> dict[int, Closing]:
        """Sentences that are one content with its frame: "…, according to X.", "…, X said Monday."

        By the first token of each content. Also "According to X, …".
        """
        page = self._ready()
        low = page.low
        found: dict[int, Closing] = {}
        for start, end in pairwise([*self._words.sentences, len(low)]):
            stop = end
            while stop > start and low[stop - 1] in _STOPS:
                stop -= 1
            if not 6 <= stop - start <= 150 or page.inside[start] >= 0:
                continue
            for cue, source, kind in cues_of(page, start, end):
                head, tail = min(cue.start, source.start), max(cue.end, source.end)
                rest = range(tail, next((at for at in range(tail, stop) if low[at] == ";"), stop))
                content: Span | None = Span(start, head - 1)
                plain = kind == "according" or all(low[at] in _OF_TIME for at in rest)
                if kind == "according" and head - start <= 2:
                    content = _after_comma(page, tail, stop)
                elif (
                    head - start < 6
                    or low[head - 1] != ","
                    or page.inside[head - 1] >= 0
                    or len(rest) > 16
                    or not plain
                ):
                    continue
                if content is not None:
                    found[content.start] = Closing(cue, source, content)
                    break
        return found

    def behind(self, content: Span) -> tuple[Span, Span] | None:
        """Cue and source right behind a quotation that ends with a comma: "…," Pompeo said.

        Or with another mark, where the sentence goes on: "…?" asked Pompeo. No other frame is so
        sure: it holds also where a cue stands before the quotation.
        """
        words = self._words.words
        last = content.end - 1
        if last < 1 or words[last] not in _CLOSERS or words[last - 1] not in {",", "?", "!"}:
            return None
        page = self._ready()
        if page.inside[last] < 0 or content.end >= self._words.paragraph_of(last)[1]:
            return None
        if words[last - 1] != "," and not words[content.end][0].islower():
            return None
        end = self._words.sentence_of(content.end)[1]
        head = content.end + (words[content.end] == ",")
        for cue, source, _ in cues_of(page, content.end, end):
            return (cue, source) if min(cue.start, source.start) == head else None
        return None

    def subject(self, cue: Span, sources: list[Span]) -> Span | None:
        """The source of a cue: the noun phrase before it, or the last source of its sentence."""
        page = self._ready()
        start, end = self._words.sentence_of(cue.start)
        left = left_of(page, start, cue.start)
        if left is not None:
            return left[0]
        if cue.start > start and page.low[cue.start - 1] in _BARE_SUBJECTS:
            return Span(cue.start - 1, cue.start)
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
