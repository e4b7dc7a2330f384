"""Sentence frames by rule: who stands with which verb of saying, and what was said.

A frame is a cue with its source: "Pompeo said", "said Emma", "according to the ministry". Its
content is the quotation that stands at the frame, or the rest of the sentence. The rules read
tokens alone and need no grammar; they answer where no model does.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from assay.statements.cues import Tongue
    from assay.statements.quotes import Quote
    from assay.statements.words import Words

_COMMAS = frozenset({",", "،", "，"})
_BREAKS = frozenset({";", ":", "—", "–", "--", "(", ")", "؛", "…", "...", "[", "]"})
_FINAL = frozenset({".", "!", "?", "…", "...", "؟", "۔", "。"})
_OPENERS = frozenset({"“", '"', "„", "«", "「", "『", "‘", "'", "``", "»", "‹"})
_LONGEST_SOURCE = 28


class Span(NamedTuple):
    """A stretch of tokens, end excluded."""

    start: int
    end: int


class Frame(NamedTuple):
    """An attribution as tokens: pieces of content, and the cue and source where there are any.

    `sure` is the share of frames like it that are right; `signals` what a model's was made of.
    `exact` is the source's place in the text where it is less than its tokens ("لوزارة").
    """

    content: tuple[Span, ...]
    cue: Span | None
    source: Span | None
    sure: float
    signals: tuple[float, ...] = ()
    exact: tuple[int, int] | None = None


class Speech(NamedTuple):
    """A quotation as tokens: its marks are `[outer, close)`, its words `[start, end)`."""

    outer: int
    start: int
    end: int
    close: int
    depth: int
    group: int
    closed: bool


def speeches(words: Words, quotes: list[Quote]) -> list[Speech]:
    """The outermost quotations of a text as token stretches, titles left out."""
    from bisect import bisect_left

    found: list[Speech] = []
    for quote in quotes:
        if quote.title or quote.depth:
            continue
        outer = bisect_left(words.starts, quote.outer)
        start = bisect_left(words.starts, quote.start)
        end = bisect_left(words.starts, quote.end)
        close = bisect_left(words.starts, quote.close)
        if end > start:
            found.append(Speech(outer, start, end, close, 0, quote.group, quote.closed))
    return found


def is_speech(words: Words, speech: Speech) -> bool:
    """Whether a quotation may be an utterance by itself, and not a scare quote or a title."""
    size = speech.end - speech.start
    last = words.words[speech.end - 1]
    if size <= 2 and last not in "?!,.":
        return False
    if last in {",", ".", "?", "!", "…", "—", "--", "...", "。", "！", "？", "，", "؟"}:
        return size >= 2
    return size >= 8


class Page:
    """What all rules look at: tokens in small letters, and which quotation each stands in."""

    def __init__(self, words: Words, said: list[Speech], tongue: Tongue) -> None:
        self.words = words
        self.low = [word.lower().replace("’", "'") for word in words.words]
        self.tongue = tongue
        self.said = said
        self.inside = [-1] * len(words.words)
        for number, speech in enumerate(said):
            for at in range(speech.outer, speech.close):
                self.inside[at] = number


def frames(words: Words, said: list[Speech], tongue: Tongue) -> list[Frame]:
    """All frames of a text, in its order."""
    page = Page(words, said, tongue)
    bounds = [*words.sentences, len(words.words)]
    found: list[Frame] = []
    taken: dict[int, int] = {}  # quotation -> the frame that has it
    for start, end in pairwise(bounds):
        _sentence(page, start, end, found, taken)
    _leftover(page, found, taken)
    found.sort(key=lambda frame: frame.content[0].start if frame.content else 0)
    return found


def _sentence(page: Page, start: int, end: int, found: list[Frame], taken: dict[int, int]) -> None:
    if end - start > 400:
        return
    cues = cues_of(page, start, end)
    used: list[Span] = []
    for cue, source, kind in cues:
        if any(cue.start < span.end and span.start < cue.end for span in used):
            continue
        frame = _framed(page, start, end, cue, source, kind, taken, len(found))
        if frame is None:
            continue
        found.append(frame)
        used.append(cue)
        used.extend(frame.content)
        if frame.source:
            used.append(frame.source)


def cues_of(page: Page, start: int, end: int) -> list[tuple[Span, Span, str]]:
    """Cues of a sentence with their sources: (cue, source, "verb" or "according")."""
    low, tongue = page.low, page.tongue
    found: list[tuple[Span, Span, str]] = []
    at = start
    while at < end:
        if page.inside[at] >= 0:
            at += 1
            continue
        phrase = next(
            (p for p in tongue.according.get(low[at], ()) if low[at : at + len(p)] == list(p)), None
        )
        if phrase is not None:
            cue = Span(at, at + len(phrase))
            source = right_of(page, cue.end, end, stop_at_verb=True)
            if source is not None:
                found.append((cue, source, "according"))
                at = source.end
                continue
        if low[at] in tongue.participles and at > start:
            subject = saying(page, start, at) if low[at - 1] in _COMMAS else None
            if subject is not None:
                found.append((Span(at, at + 1), subject, "verb"))
                at += 1
                continue
        if low[at] in tongue.verbs and not _noun(page, at, start):
            cue_end = at + 1
            if cue_end < end and low[cue_end] in tongue.particles:
                cue_end += 1
            left = left_of(page, start, at)
            source = None
            cue_start = at
            if left is not None:
                source, cue_start = left
            elif low[at] in tongue.inverted:
                source = right_of(page, cue_end, end)
            if source is not None:
                found.append((Span(cue_start, cue_end), source, "verb"))
        at += 1
    return found


def saying(page: Page, start: int, at: int) -> Span | None:
    """The subject of "…, saying" and "by saying": the first noun phrase of its sentence."""
    low = page.low
    end = start
    while (
        end < at
        and end - start < 12
        and not (
            low[end] in page.tongue.auxiliaries
            or low[end] in page.tongue.verbs
            or low[end] in _COMMAS
            or page.inside[end] >= 0
            or (end > start and page.words.words[end].islower() and low[end].endswith(("ed", "s")))
        )
    ):
        end += 1
    return named(page, start, end)


def _noun(page: Page, at: int, start: int) -> bool:
    """Whether a word that could be a verb of saying stands as a noun or an infinitive."""
    if at == start:
        return False
    before = page.low[at - 1]
    return before in page.tongue.before_nouns


def left_of(page: Page, start: int, at: int) -> tuple[Span, int] | None:
    """The source to the left of a verb, and where the cue begins (with its auxiliaries)."""
    low, tongue = page.low, page.tongue
    cue = at
    while cue > start and (
        low[cue - 1] in tongue.auxiliaries
        or (low[cue - 1].endswith("ly") and tongue.code == "en" and len(low[cue - 1]) > 4)
    ):
        cue -= 1
    # walk back to a boundary: a quotation, a mark, a conjunction
    floor = start
    for back in range(cue - 1, max(start, cue - _LONGEST_SOURCE) - 1, -1):
        if page.inside[back] >= 0 or low[back] in _BREAKS:
            floor = back + 1
            break
    else:
        floor = max(start, cue - _LONGEST_SOURCE)
    parts: list[tuple[int, int]] = []
    head = floor
    for here in range(floor, cue):
        if low[here] in _COMMAS:
            parts.append((head, here))
            head = here + 1
    parts.append((head, cue))
    last = parts[-1]
    if last[0] == last[1]:
        # "Adrian Zenz, a security expert, said"
        if len(parts) >= 3 and parts[-2][1] - parts[-2][0] <= 14:
            first = named(page, *parts[-3])
            if first is not None and parts[-2][0] < parts[-2][1]:
                return Span(first.start, parts[-2][1]), cue
        if len(parts) >= 2 and parts[-2][1] == cue - 1:
            return None
        return None
    span = named(page, *last)
    if span is None:
        return None
    return span, cue


def named(page: Page, start: int, end: int) -> Span | None:
    """The noun phrase that ends at `end`, where it can stand for somebody."""
    low, words, tongue = page.low, page.words.words, page.tongue
    if start >= end:
        return None
    last = low[end - 1]
    if last in tongue.pronouns:
        return Span(end - 1, end)
    head = start
    for here in range(start, end):
        if low[here] in tongue.subordinators or low[here] in tongue.verbs_before:
            head = here + 1
    while head < end and (low[head] in tongue.openers or low[head] in _COMMAS):
        head += 1
    if head >= end or end - head > 16:
        return None
    phrase = range(head, end)
    if low[head] in tongue.pronouns and end - head > 1:
        return None
    capital = any(words[here][0].isupper() for here in phrase if here > start or end - head > 1)
    capital = capital or (end - head == 1 and words[head][0].isupper())
    role = any(low[here] in tongue.roles for here in phrase)
    # "the harbour master said"
    described = low[head] in tongue.articles and end - head in (2, 3, 4)
    if not (capital or role or described):
        return None
    if low[end - 1] in tongue.no_ends:
        return None
    return Span(head, end)


def right_of(page: Page, start: int, end: int, *, stop_at_verb: bool = False) -> Span | None:
    """The source that follows a cue ("said Emma", "according to the ministry")."""
    low, words, tongue = page.low, page.words.words, page.tongue
    at = start
    if at < end and low[at] in tongue.pronouns:
        return Span(at, at + 1)
    while at < end and at - start < _LONGEST_SOURCE:
        word = low[at]
        if page.inside[at] >= 0 or word in _FINAL or word in _BREAKS or word in _OPENERS:
            break
        if word in _COMMAS:
            # an apposition belongs to it: "said Heiko Maas, the foreign minister."
            if (
                at + 1 < end
                and not stop_at_verb
                and low[at + 1] in tongue.articles
                and any(low[k] in tongue.roles for k in range(at + 1, min(at + 10, end)))
            ):
                at += 1
                continue
            break
        if at > start and (word in tongue.stops or word in tongue.subordinators):
            break
        if stop_at_verb and at > start + 1 and word in tongue.auxiliaries:
            break
        at += 1
    if at == start:
        return None
    phrase = range(start, at)
    good = any(words[k][0].isupper() for k in phrase) or any(low[k] in tongue.roles for k in phrase)
    if stop_at_verb:
        good = good or low[start] in tongue.articles
    if not good and not any(not words[k][0].isascii() for k in phrase):
        return None
    if not good and tongue.cased:
        return None
    return Span(start, at)


def _framed(
    page: Page,
    start: int,
    end: int,
    cue: Span,
    source: Span,
    kind: str,
    taken: dict[int, int],
    number: int,
) -> Frame | None:
    """The frame with its content, or None where nothing was said."""
    low = page.low
    head, tail = min(cue.start, source.start), max(cue.end, source.end)
    pieces: list[Span] = []
    before = head - 1
    while before >= start and low[before] in _COMMAS:
        before -= 1
    # a quotation that ends right before the frame
    if before >= 0 and before >= start - 1 and page.inside[before] >= 0:
        speech = page.said[page.inside[before]]
        if speech.close == before + 1 and page.inside[before] not in taken:
            pieces.extend(_run_back(page, page.inside[before], taken, number))
    after = tail
    if kind == "verb" and low[cue.start : cue.end] and _takes_addressee(page, cue):
        after = _past_addressee(page, tail, end)
    quote_after = _quote_after(page, after, end)
    if pieces:
        if quote_after is not None and quote_after not in taken:
            speech = page.said[quote_after]
            if speech.outer - after <= 24 and not _cue_between(page, after, speech.outer):
                pieces.append(Span(speech.outer, speech.close))
                taken[quote_after] = number
        return Frame(tuple(pieces), cue, source, 0.9)
    if quote_after is not None and quote_after not in taken:
        speech = page.said[quote_after]
        gap = [w for w in low[after : speech.outer] if w not in _COMMAS and w not in _BREAKS]
        marked = speech.outer > 0 and (
            low[speech.outer - 1] in _COMMAS or low[speech.outer - 1] in {":", "："}
        )
        if (not gap or gap[-1:] == ["that"] or (marked and len(gap) <= 14)) and (
            is_speech(page.words, speech) or not gap or marked
        ):
            taken[quote_after] = number
            extra = [Span(speech.outer, speech.close)]
            if speech.close < end and low[speech.close] not in _FINAL and not gap:
                # the sentence goes on behind a fragment: all of it was said
                extra = [Span(speech.outer, _trim(page, speech.close, end))]
            return Frame(tuple(extra), cue, source, 0.85)
    return _indirect(page, start, end, cue, source, kind, after, taken, number)


def _trim(page: Page, start: int, end: int) -> int:
    while end > start and page.low[end - 1] in _FINAL:
        end -= 1
    return end


def _indirect(
    page: Page,
    start: int,
    end: int,
    cue: Span,
    source: Span,
    kind: str,
    after: int,
    taken: dict[int, int],
    number: int,
) -> Frame | None:
    low, tongue = page.low, page.tongue
    head, tail = min(cue.start, source.start), max(cue.end, source.end)
    stop = _trim(page, start, end)
    comma_before = head > start and low[head - 1] in _COMMAS
    rest = stop - tail
    content: Span | None = None
    sure = 0.6
    if kind == "according":
        if head - start <= 2:
            first = tail + (tail < stop and low[tail] in _COMMAS)
            content = Span(first, stop)
        else:
            content = Span(start, head - comma_before)
        sure = 0.8
    elif comma_before and head - start > 4 and (rest <= 10) and not _that_at(page, after, stop):
        content = Span(start, head - 1)
        sure = 0.75
    elif _that_at(page, after, stop):
        content = Span(after, stop)
        sure = 0.8
    elif low[cue.end - 1] in tongue.clausal and stop - after >= 3:
        if source.start > cue.start:
            return None
        content = Span(after, stop)
        sure = 0.55
    if content is None or content.end - content.start < 2:
        return None
    for at in range(content.start, content.end):
        if page.inside[at] >= 0:
            taken.setdefault(page.inside[at], number)
    return Frame((content,), cue, source, sure)


def _that_at(page: Page, after: int, stop: int) -> bool:
    """Whether a clause with "that" begins here, a few words of time or place before it allowed."""
    for at in range(after, min(after + 8, stop)):
        if page.low[at] in page.tongue.that:
            return True
        if page.inside[at] >= 0:
            return False
    return False


def _takes_addressee(page: Page, cue: Span) -> bool:
    return any(page.low[at] in page.tongue.telling for at in range(cue.start, cue.end))


def _past_addressee(page: Page, at: int, end: int) -> int:
    """Where the content may begin behind "told X": at a that, a comma or a quotation."""
    low, tongue = page.low, page.tongue
    begin = at
    while at < end and at - begin < 14:
        if low[at] in tongue.that or low[at] in _COMMAS or page.inside[at] >= 0:
            return at
        if low[at] in _BREAKS or low[at] in _FINAL:
            return at
        at += 1
    # "told me he was going": the pronoun begins the clause
    for at in range(begin + 1, min(begin + 8, end)):
        if low[at] in tongue.pronouns or low[at] in tongue.articles:
            return at
    return begin


def _quote_after(page: Page, at: int, end: int) -> int | None:
    last = min(end, page.words.paragraph_of(at)[1] - 1) if at < len(page.inside) else 0
    for here in range(at, last + 1):
        if page.inside[here] >= 0:
            number = page.inside[here]
            return number if page.said[number].outer == here else None
    return None


def _cue_between(page: Page, start: int, end: int) -> bool:
    return any(page.low[at] in page.tongue.verbs for at in range(start, end))


def _run_back(page: Page, number: int, taken: dict[int, int], frame: int) -> list[Span]:
    """The quotation before a frame, with what belongs to it over paragraphs."""
    group = page.said[number].group
    first = number
    while first > 0 and page.said[first - 1].group == group and first - 1 not in taken:
        first -= 1
    for each in range(first, number + 1):
        taken[each] = frame
    return [Span(page.said[each].outer, page.said[each].close) for each in range(first, number + 1)]


def _leftover(page: Page, found: list[Frame], taken: dict[int, int]) -> None:
    """Quotations without a frame: they go on with the one before, or stand alone."""
    low = page.low
    for number, speech in enumerate(page.said):
        if number in taken:
            continue
        first, _ = page.words.paragraph_of(speech.outer)
        previous = number - 1
        if previous >= 0 and previous in taken and taken[previous] < len(found):
            before = page.said[previous]
            frame = found[taken[previous]]
            same_paragraph = before.outer >= first
            last = frame.source or frame.cue
            anchored = last is not None and last.end <= speech.outer
            at_head = (
                speech.outer == 0
                or low[speech.outer - 1] in _FINAL
                or (anchored and speech.outer - (last.end if last else 0) <= 2)
            )
            if before.group == speech.group or (
                same_paragraph and at_head and is_speech(page.words, speech)
            ):
                found[taken[previous]] = frame._replace(
                    content=(*frame.content, Span(speech.outer, speech.close))
                )
                taken[number] = taken[previous]
                continue
        if is_speech(page.words, speech):
            taken[number] = len(found)
            found.append(Frame((Span(speech.outer, speech.close),), None, None, 0.35))
