"""Frames in languages other than English, by patterns over paragraphs.

Quotations are first masked, so that a pattern sees a paragraph as words and blocks of speech. Each
language has a table of verbs and of phrases like "according to" in `tongue_tables`, and the same
few shapes: speech and verb and speaker, speaker and verb and speech or clause, phrase, speaker and
clause, clause and verb and speaker. Every part of a pattern is bounded, so time is linear.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from assay.statements.frames import Frame, Span, Speech, is_speech
from assay.statements.quotes import Quote
from assay.statements.tongue_tables import TABLES

if TYPE_CHECKING:
    from assay.statements.tongue_tables import Shape
    from assay.statements.words import Words

_MASK = "\ue000"
_LONGEST = 3_000


class _Ready(NamedTuple):
    shapes: tuple[tuple[re.Pattern[str], float], ...]
    within: re.Pattern[str] | None
    dash: re.Pattern[str] | None
    after_source: re.Pattern[str] | None
    before_source: re.Pattern[str] | None


@cache
def _ready(code: str) -> _Ready | None:
    table = TABLES.get(code)
    if table is None:
        return None

    def compiled(shape: Shape) -> tuple[re.Pattern[str], float]:
        return re.compile(shape.pattern), shape.sure

    return _Ready(
        tuple(compiled(shape) for shape in table.shapes),
        re.compile(table.within) if table.within else None,
        re.compile(table.dash) if table.dash else None,
        re.compile(table.after_source) if table.after_source else None,
        re.compile(table.before_source) if table.before_source else None,
    )


def known(code: str) -> bool:
    """Whether there are rules for a language here."""
    return code in TABLES


def divided(
    text: str, paragraphs: list[tuple[int, int]], quotes: list[Quote], code: str
) -> list[Quote]:
    """Quotations with those added that dashes mark, and those cut in two that hold their frame.

    "«No —dijo él—, no iré»" is two pieces of speech with a frame between them.
    """
    ready = _ready(code)
    if ready is None:
        return quotes
    out: list[Quote] = []
    for quote in quotes:
        inner = text[quote.start : quote.end]
        match = None
        if ready.within is not None and not quote.depth and not quote.title and len(inner) < 600:
            match = ready.within.search(inner)
        if match is None:
            out.append(quote)
            continue
        first = quote.start + match.end("q1")
        second = quote.start + match.start("q2")
        out.append(quote._replace(end=first, close=first))
        out.append(quote._replace(outer=second, start=second))
    if ready.dash is not None:
        for begin, end in paragraphs:
            if end - begin > _LONGEST or text[begin : begin + 1] not in "—–-":
                continue
            match = ready.dash.match(text[begin:end])
            if match is None:
                continue
            for name in ("q1", "q2"):
                if match.groupdict().get(name):
                    a, b = begin + match.start(name), begin + match.end(name)
                    out.append(Quote(a, a, b, b, 0, -begin - 1, True, False))
    out.sort(key=lambda quote: (quote.outer, -quote.close))
    return out


def frames(
    text: str,
    words: Words,
    paragraphs: list[tuple[int, int]],
    quotes: list[Quote],
    said: list[Speech],
    code: str,
) -> list[Frame]:
    """The frames of a text in the language `code`."""
    ready = _ready(code)
    if ready is None:
        return []
    outer = [quote for quote in quotes if not quote.depth and not quote.title]
    starts = [quote.outer for quote in outer]
    found: list[Frame] = []
    taken: set[int] = set()
    for begin, end in paragraphs:
        end = min(end, begin + _LONGEST)
        masked = list(text[begin:end])
        first = bisect_left(starts, begin)
        at = first
        while at < len(outer) and outer[at].outer < end:
            a, b = outer[at].outer - begin, min(outer[at].close, end) - begin
            masked[a:b] = _MASK * (b - a)
            at += 1
        _paragraph("".join(masked), begin, words, ready, found, taken, outer[first:at])
    for speech in said:
        if speech.outer not in taken and is_speech_anywhere(words, speech, code):
            found.append(Frame((Span(speech.outer, speech.close),), None, None, 0.3))
    found.sort(key=lambda frame: frame.content[0].start)
    return found


def is_speech_anywhere(words: Words, speech: Speech, code: str) -> bool:
    """Whether a quotation without a frame is an utterance: a whole sentence, or long."""
    if code in ("en", "zh", "ja"):
        last = words.words[speech.end - 1]
        return speech.end - speech.start >= 6 and (last in "。！？!?.…" or is_speech(words, speech))
    last = words.words[speech.end - 1]
    after = words.words[speech.close] if speech.close < len(words.words) else "."
    head = speech.outer == 0 or words.words[speech.outer - 1] in {".", "!", "?", "؟", "۔"}
    size = speech.end - speech.start
    return size >= 4 and head and (last in {".", "!", "?", "؟", "…"} or after in {".", "!", "?"})


def _paragraph(
    masked: str,
    begin: int,
    words: Words,
    ready: _Ready,
    found: list[Frame],
    taken: set[int],
    quotes: list[Quote],
) -> None:
    used = bytearray(len(masked))
    for pattern, sure in ready.shapes:
        at = 0
        while True:
            match = pattern.search(masked, at)
            if match is None:
                break
            at = max(match.end(), at + 1)
            groups = match.groupdict()
            pieces: list[tuple[int, int]] = []
            for name in ("q1", "q2", "c1", "c2"):
                if groups.get(name):
                    a, b = match.span(name)
                    while a < b and (masked[a].isspace() or masked[a] in ",،，:"):
                        a += 1
                    while b > a and (masked[b - 1].isspace() or masked[b - 1] in ",،，"):
                        b -= 1
                    if b > a:
                        pieces.append((a, b))
            source = match.span("s") if groups.get("s") else None
            cue = match.span("v") if groups.get("v") else None
            spans = [*pieces, *([cue] if cue else [])]
            if not pieces or any(any(used[a:b]) for a, b in spans):
                # what was taken may hide a frame behind it
                at = match.start() + 1 if match.start() + 1 > at - len(match.group()) else at
                at = max(at, match.start() + 1)
                continue
            if source is not None:
                source = _source(masked, source, ready)
            for a, b in spans:
                used[a:b] = b"\1" * (b - a)
            content: list[Span] = []
            for a, b in sorted(pieces):
                span = _tokens(words, begin + a, begin + b)
                if span is not None:
                    content.append(span)
                    taken.update(range(span.start, span.end))
            if content:
                found.append(
                    Frame(
                        tuple(content),
                        _tokens(words, begin + cue[0], begin + cue[1]) if cue else None,
                        _tokens(words, begin + source[0], begin + source[1]) if source else None,
                        sure,
                        (),
                        (begin + source[0], begin + source[1]) if source else None,
                    )
                )
    # a quotation right behind a framed one, in the same paragraph, goes on with it
    for quote in quotes:
        span = _tokens(words, quote.outer, quote.close)
        if span is None or span.start in taken or not found:
            continue
        last = found[-1]
        anchor = last.source or last.cue
        if (
            anchor is not None
            and 0 <= span.start - anchor.end <= 8
            and (last.content[0].start < anchor.start)
        ):
            found[-1] = last._replace(content=(*last.content, span))
            taken.update(range(span.start, span.end))


def _source(masked: str, span: tuple[int, int], ready: _Ready) -> tuple[int, int] | None:
    """A source without what stands around it: adverbs, particles, the place of speaking."""
    a, b = span
    if ready.before_source is not None:
        match = ready.before_source.match(masked, a, b)
        if match and match.end() < b:
            a = match.end()
    if ready.after_source is not None:
        match = ready.after_source.search(masked, a, b)
        if match and match.start() > a:
            b = match.start()
    while a < b and (masked[a].isspace() or masked[a] in ",،，"):
        a += 1
    while b > a and (masked[b - 1].isspace() or masked[b - 1] in ",،，"):
        b -= 1
    return (a, b) if b > a else None


def _tokens(words: Words, start: int, end: int) -> Span | None:
    first = words.at_or_after(start)
    last = bisect_left(words.starts, end)
    return Span(first, last) if last > first else None
