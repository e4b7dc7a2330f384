"""Listen to one text: the statements, figures and dates in it.

The order is: words, quotation marks, frames (by the model where there is one for the language, by
rules elsewhere), persons, and what stands around each utterance. Every step is linear in the
length of the text. A text that is a table or code is passed over.
"""

from __future__ import annotations

import datetime
import re
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Literal

import msgspec

from assay.model.statement import (
    Figure,
    Heard,
    Mention,
    Moment,
    Statement,
    StatementKind,
    Stretch,
)
from assay.statements import around, dialogue, frames, joined, tagger, tongues, turns
from assay.statements.cues import tongue
from assay.statements.dates import dates
from assay.statements.figures import figures
from assay.statements.languages import told
from assay.statements.naming import Names
from assay.statements.persons import Cast, Who
from assay.statements.quotes import quotes
from assay.statements.words import Words, cut, paragraphs

if TYPE_CHECKING:
    from assay.statements.frames import Frame, Span, Speech
    from assay.statements.quotes import Quote
    from assay.statements.tagger import Model

_CHUNK = 200_000
_SHORT = 1_000  # of a text so short figures and dates are given whatever it is
# what is less probable than this, and stands in no quotation marks, is left out
_LEAST = 0.08
_LETTER = re.compile(r"[^\W\d_]")
_ODD = re.compile(r"[{}=<>|;\\\t_#]|\d")
_EDGES = frozenset("“”\"„«»‹›「」『』‘’'`〝〞〟")
_WORKS = frozenset(
    "reading read watching watched published titled entitled sang singing performed wrote".split()
)
_SPACE = frozenset(" \t\r\n\f\xa0\u3000,")


def listen(
    text: str,
    *,
    language: str | None = None,
    said_on: datetime.date | None = None,
    model: Model | Literal["shipped"] | None = "shipped",
) -> Heard:
    """The statements, figures and dates of a whole text.

    `language` is an ISO 639-1 code, told from the text where it is None. `said_on` is the text's
    own date. `model` answers for English; without one the rules do. Never raises for any text.
    """
    if model == "shipped":
        model = tagger.shipped()
    methods: set[str] = set()
    statements: list[Statement] = []
    counted: list[Figure] = []
    dated: list[Moment] = []
    for begin, end in _chunks(text):
        part = text[begin:end]
        prose = _prose(part)
        if not prose and len(text) > _SHORT:
            continue  # a table or code
        moments = dates(part, language, said_on)
        for figure in figures(part, language):
            counted.append(_figure_moved(figure, begin) if begin else figure)
        dated.extend(_moment_moved(moment, begin) if begin else moment for moment in moments)
        if not prose:
            continue
        spoken = (language or told(part)).lower()[:2]
        methods.add("model" if model is not None and spoken == "en" else "rules")
        for one in _statements(part, spoken, model, moments):
            statements.append(_moved(one, begin) if begin else one)
    return Heard(
        tuple(statements), tuple(counted), tuple(dated), " and ".join(sorted(methods)) or "rules"
    )


def _chunks(text: str) -> list[tuple[int, int]]:
    """Stretches of a long text, cut at paragraphs."""
    if len(text) <= _CHUNK:
        return [(0, len(text))] if text else []
    found: list[tuple[int, int]] = []
    at = 0
    while at < len(text):
        end = min(len(text), at + _CHUNK)
        if end < len(text):
            for mark in ("\n\n", "\n", " "):
                cutting = text.rfind(mark, at + _CHUNK // 2, end)
                if cutting > 0:
                    end = cutting + len(mark)
                    break
        found.append((at, end))
        at = end
    return found


def _prose(text: str) -> bool:
    """Whether a text is sentences, as far as its beginning, middle and end show."""
    size = len(text)
    samples = text if size <= 12_000 else text[:4000] + text[size // 2 :][:4000] + text[-4000:]
    letters = len(_LETTER.findall(samples))
    if letters < 4:
        return False
    odd = len(_ODD.findall(samples))
    return odd <= 0.25 * letters


def _statements(
    text: str, language: str, model: Model | None, moments: tuple[Moment, ...]
) -> list[Statement]:
    table = tongue(language)
    if table is None and not tongues.known(language):
        return []
    words = cut(text)
    if not words.words:
        return []
    blocks = paragraphs(text)
    marked = tongues.divided(text, blocks, quotes(text, blocks), language)
    speeches = frames.speeches(words, marked)
    if table is None:
        found = tongues.frames(text, words, blocks, marked, speeches, language)
    elif model is not None and language == "en":
        found = joined.frames(model, words, marked, speeches)
    else:
        found = frames.frames(words, speeches, table)
    return _dressed(text, words, marked, found, moments, language, speeches)


def _dressed(
    text: str,
    words: Words,
    marked: list[Quote],
    found: list[Frame],
    moments: tuple[Moment, ...],
    language: str,
    said: list[Speech],
) -> list[Statement]:
    """Frames as statements: with speakers resolved and what stands around them."""
    cast = Cast(words)
    low = [word.lower().replace("’", "'") for word in words.words]
    before: list[str] = []
    out: list[Statement] = []
    outers = sorted(
        (quote.outer, quote.start, quote.end, quote.close)
        for quote in marked
        if not quote.depth and not quote.title
    )
    hearings = _hearings(words, cast, found, outers, said)
    names = Names(text, language)
    for frame, (source, who, told_how) in zip(found, hearings, strict=True):
        stretches = [
            Stretch(words.starts[piece.start], words.ends[piece.end - 1])
            for piece in frame.content
            if piece.end > piece.start
        ]
        content, quoted, kind = _pieces(text, stretches, outers)
        if not content or _work(text, words, frame, quoted):
            continue
        if frame.sure < _LEAST and kind == "indirect":
            continue
        speaker: Mention | None = None
        if source is not None:
            first, last = words.starts[source.start], words.ends[source.end - 1]
            if frame.exact is not None and source == frame.source:
                first, last = frame.exact
            if language != "en":
                who = names.resolve(text[first:last], first)
            speaker = Mention(text[first:last], first, last, who.name, who.role, who.anonymous)
            if speaker.name:
                before.append(speaker.name)
        told = around.around(text, words, low, frame.content, frame.cue, frame.source, bool(quoted))
        cue = None
        if frame.cue is not None:
            cue = around.mention(text, words, frame.cue.start, frame.cue.end)
        addressee = told.addressee
        if addressee is not None:
            first = words.at_or_after(addressee.start)
            last = words.at_or_after(addressee.end - 1) + 1
            who = cast.resolve(first, last, before)
            addressee = Mention(addressee.surface, addressee.start, addressee.end, who.name or None)
        out.append(
            Statement(
                kind,
                tuple(content),
                frame.sure * told_how,
                tuple(quoted),
                speaker,
                cue,
                addressee,
                _when(moments, told.frame, frame.cue or frame.source, words),
                told.where,
                told.via,
            )
        )
    out.sort(key=lambda one: (one.content[0].start, one.content[0].end))
    return out


def _work(text: str, words: Words, frame: Frame, quoted: list[Stretch]) -> bool:
    """Whether what stands in the marks is the title of a work that somebody reads or watches."""
    if not quoted or frame.cue is None:
        return False
    if words.words[frame.cue.end - 1].lower() not in _WORKS:
        return False
    first = text[quoted[0].start : quoted[0].end].replace("-", " ").split()
    return len(first) < 12 and all(
        word[0].isupper() or not word[0].isalpha() or len(word) < 5 for word in first
    )


def _hearings(
    words: Words,
    cast: Cast,
    found: list[Frame],
    outers: list[tuple[int, int, int, int]],
    said: list[Speech],
) -> list[tuple[Span | None, Who, float]]:
    """(mention, whom it stands for, how sure beside the frame) of each frame's speaker."""
    heads = {words.at_or_after(outer) for outer, _, _, _ in outers}
    quoted = [bool(frame.content) and frame.content[0].start in heads for frame in found]
    before: list[str] = []
    people: list[tuple[Span | None, Who, float]] = []
    listed: list[turns.Turn] = []
    for frame, direct in zip(found, quoted, strict=True):
        who = Who(None, None, False)
        if frame.source is not None:
            who = cast.resolve(frame.source.start, frame.source.end, before)
            if who.name:
                before.append(who.name)
        people.append((frame.source, who, 1.0))
        place = frame.content[0].start if frame.content else 0
        listed.append(
            turns.Turn(bisect_right(words.paragraphs, place) - 1, direct, frame.source, who.name,
                       frame.cue is not None)
        )  # fmt: skip
    if dialogue.is_story(words, said):
        guesses = dialogue.speakers(
            words,
            cast,
            [
                dialogue.Frame(frame.content, frame.source, who) if direct else None
                for frame, direct, (_, who, _) in zip(found, quoted, people, strict=True)
            ],
        )
    else:
        guesses = turns.take(listed)
    for number, guess in enumerate(guesses):
        if guess is not None:
            people[number] = (guess[0], Who(guess[1], None, False), 0.8)
    return people


def _pieces(
    text: str, stretches: list[Stretch], outers: list[tuple[int, int, int, int]]
) -> tuple[list[Stretch], list[Stretch], StatementKind]:
    """(pieces without the marks of a direct quotation, quoted pieces, kind) of what was said."""
    content: list[Stretch] = []
    quoted: list[Stretch] = []
    plain = 0
    for piece in sorted(stretches, key=lambda piece: piece.start):
        start, end = piece.start, piece.end
        at = bisect_left(outers, (start, -1, -1, -1))
        if at and outers[at - 1][3] > start:
            at -= 1
        bare = start
        while at < len(outers) and outers[at][0] < end:
            outer, first, last, close = outers[at]
            inner, outside = max(first, start), min(last, end)
            # « words » are set off with spaces
            while inner < outside and text[inner].isspace():
                inner += 1
            while outside > inner and text[outside - 1].isspace():
                outside -= 1
            if outside > inner:
                quoted.append(Stretch(inner, outside))
            if outer > bare:
                plain += len(text[bare:outer].strip(" \n\r\t,.:;"))
            bare = max(bare, min(close, end))
            at += 1
        plain += len(text[bare:end].strip(" \n\r\t,.:;")) if end > bare else 0
        trimmed = _trimmed(text, start, end, outers)
        if trimmed.end > trimmed.start:
            content.append(trimmed)
    kind: StatementKind = "indirect" if not quoted else "direct" if plain <= 2 else "mixed"
    if kind == "direct":
        # a piece that is one quotation gives its words alone
        content = [
            Stretch(one.start, one.end) for one in quoted
        ] or content  # fmt: skip
    return content, quoted, kind


def _trimmed(text: str, start: int, end: int, outers: list[tuple[int, int, int, int]]) -> Stretch:
    """A piece without spaces around it."""
    del outers
    while start < end and text[start] in _SPACE:
        start += 1
    while end > start and text[end - 1] in _SPACE:
        end -= 1
    return Stretch(start, end)


def _when(
    moments: tuple[Moment, ...],
    frame: tuple[Stretch, ...],
    anchor: Span | None,
    words: Words,
) -> Moment | None:
    """The time of speaking: the date in the frame that is nearest to its cue."""
    if anchor is None or not moments:
        return None
    place = words.starts[anchor.start]
    best: Moment | None = None
    for piece in frame:
        at = bisect_left(moments, piece.start, key=lambda moment: moment.start)
        while at < len(moments) and moments[at].end <= piece.end:
            moment = moments[at]
            if best is None or abs(moment.start - place) < abs(best.start - place):
                best = moment
            at += 1
    return best


def _moment_moved(moment: Moment, by: int) -> Moment:
    return msgspec.structs.replace(moment, start=moment.start + by, end=moment.end + by)


def _figure_moved(figure: Figure, by: int) -> Figure:
    of = figure.of
    if of is not None:
        of = msgspec.structs.replace(of, start=of.start + by, end=of.end + by)
    return msgspec.structs.replace(figure, start=figure.start + by, end=figure.end + by, of=of)


def _moved(one: Statement, by: int) -> Statement:
    """A statement of a part as one of the whole text."""

    def mention(other: Mention | None) -> Mention | None:
        if other is None:
            return None
        return Mention(other.surface, other.start + by, other.end + by, other.name, other.role,
                       other.anonymous)  # fmt: skip

    def stretches(pieces: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
        return tuple(Stretch(piece.start + by, piece.end + by) for piece in pieces)

    return Statement(
        one.kind,
        stretches(one.content),
        one.confidence,
        stretches(one.quotes),
        mention(one.speaker),
        mention(one.cue),
        mention(one.addressee),
        _moment_moved(one.when, by) if one.when else None,
        mention(one.where),
        tuple(type(step)(step.name, step.start + by, step.end + by) for step in one.via),
    )
