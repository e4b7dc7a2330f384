"""Who speaks in a dialogue: the turns of each conversation are weighed together.

A story seldom says who speaks: the persons of a conversation take turns, whoever is spoken to by
name is not the one who speaks and often answers, and whoever acts beside the words says them. Each
of these signs has a weight; the speakers of a conversation are those that together weigh most, with
each choice among the few persons who speak or are named near by (Viterbi over pairs of turns).
The weights were set by hand, from the customs of print, two of them with an eye on the novels
that docs/benchmarks/statements.md measures; none was fitted.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from assay.statements.frames import Span, is_speech

if TYPE_CHECKING:
    from assay.statements.frames import Speech
    from assay.statements.persons import Cast, Who
    from assay.statements.words import Words

_GENDERS = {"he": "m", "she": "f"}
_FAR = 150  # tokens without a quotation that end a conversation
_NEAR = 80  # tokens before a conversation in which its persons are named
_MOST = 6  # persons in question
_NOBODY = ""
# weights
_UNKNOWN = -2.5  # nobody who is in question
_AGAIN = -2.0  # the same speaker in the next paragraph
_RETURN = 1.5  # whoever spoke before the last one
_BEAT = 6.0  # acts beside the words
_CALLED = -4.0  # is spoken to by name in these words
_ANSWERS = 1.5  # was spoken to by name in the words before
_OTHER_GENDER = -8.0
_NO_GENDER = -0.7
_SPEAKS = 1.0  # speaks with a frame in this conversation
_EXPLICIT = 20.0
_EDGES = frozenset(
    {",", ".", "!", "?", ";", ":", "—", "--", "-", '"', "“", "”", "'", "‘", "’", "``", "''"}
)


class Frame(NamedTuple):
    """One quotation: its pieces, its speaker's mention and whom that names."""

    content: tuple[Span, ...]
    source: Span | None
    who: Who


class _Turn:
    """What one speaker says at a stretch, and what tells who that is."""

    def __init__(self, number: int, frame: Frame) -> None:
        self.members = [number]
        self.start = frame.content[0].start
        self.end = frame.content[-1].end
        self.key = _NOBODY  # whom its frame names
        self.gender = ""
        self.beat = _NOBODY
        self.called: set[str] = set()
        self.near: dict[str, Span] = {}  # persons named beside it, with their last mention


def is_story(words: Words, said: list[Speech]) -> bool:
    """Whether a text is a story with dialogue and not a report: its quotations ask and exclaim."""
    spoken = [speech for speech in said if is_speech(words, speech)]
    lively = sum(
        any(words.words[at] in {"?", "!"} for at in range(speech.start, speech.end))
        for speech in spoken
    )
    return len(spoken) >= 8 and lively >= 0.22 * len(spoken)


def speakers(
    words: Words, cast: Cast, frames: list[Frame | None]
) -> list[tuple[Span, str | None] | None]:
    """For each quotation whose frame names nobody: the mention that speaks, with its name.

    A frame is None where something else than a quotation stands in the list.
    """
    inside = [False] * len(words.words)
    for frame in frames:
        for piece in frame.content if frame else ():
            inside[piece.start : piece.end] = [True] * (piece.end - piece.start)
    cast.learn_genders(inside)
    out: list[tuple[Span, str | None] | None] = [None] * len(frames)
    talk: list[_Turn] = []
    for turn in _turns(words, cast, frames, inside):
        if talk and (turn.start - talk[-1].end > _FAR or _broken(words, talk[-1].end, turn.start)):
            _settle(cast, talk, frames, out)
            talk = []
        talk.append(turn)
    _settle(cast, talk, frames, out)
    return out


def _broken(words: Words, start: int, end: int) -> bool:
    """Whether a line without a letter, as "* * *", stands between two turns."""
    first = bisect_left(words.paragraphs, start)
    heads = words.paragraphs[first : bisect_left(words.paragraphs, end) + 1]
    return any(
        not any(words.words[at][0].isalpha() for at in range(head, after))
        for head, after in pairwise(heads)
    )


def _turns(words: Words, cast: Cast, frames: list[Frame | None], inside: list[bool]) -> list[_Turn]:
    found: list[_Turn] = []
    last_end = 0
    for number, frame in enumerate(frames):
        if frame is None or not frame.content:
            continue
        key, gender = _told(words, frame)
        before = found[-1] if found else None
        if (
            before is not None
            and words.paragraph_of(before.end - 1) == words.paragraph_of(frame.content[0].start)
            and (not key or not before.key or key == before.key)
            and (not gender or not before.gender or gender == before.gender)
        ):
            turn = before
            turn.members.append(number)
            turn.end = max(turn.end, frame.content[-1].end)
        else:
            turn = _Turn(number, frame)
            found.append(turn)
        turn.key = turn.key or key
        turn.gender = turn.gender or gender
        for piece in frame.content:
            for named in cast.inside(piece.start, piece.end):
                edges = (
                    words.words[named.start - 1 : named.start],
                    words.words[named.end : named.end + 1],
                )
                if all(edge and edge[0] in _EDGES for edge in edges):
                    turn.called.add(cast.named_in_full(named, named.start))
        first = max(last_end, turn.start - _NEAR)
        for named in cast.inside(first, turn.start):
            if not inside[named.start] and cast.is_person(named):
                turn.near[cast.named_in_full(named, named.start)] = Span(named.start, named.end)
        last_end = frame.content[-1].end
    for turn in found:
        if not turn.key and not turn.gender:
            _beside(words, cast, turn, inside)
    return found


def _told(words: Words, frame: Frame) -> tuple[str, str]:
    """(whom a frame names, the gender of its pronoun) where it tells."""
    source = frame.source
    if source is None:
        return _NOBODY, ""
    low = words.words[source.start].lower()
    if source.end - source.start == 1 and low in _GENDERS:
        return _NOBODY, _GENDERS[low]
    if frame.who.name:
        return frame.who.name, ""
    return " ".join(words.words[source.start : source.end]).lower(), ""


def _beside(words: Words, cast: Cast, turn: _Turn, inside: list[bool]) -> None:
    """The subject of the first sentence beside the words, in their paragraph."""
    first, end = words.paragraph_of(turn.start)
    marks = _EDGES | {"«", "»"}
    for at in range(first, min(end, first + 400)):
        if inside[at] or words.words[at] in marks:
            continue
        low = words.words[at].lower()
        if low in _GENDERS:
            turn.gender = _GENDERS[low]
        for named in cast.inside(at, at + 3):
            if not inside[named.start] and cast.is_person(named):
                turn.beat = cast.named_in_full(named, named.start)
                turn.near[turn.beat] = Span(named.start, named.end)
                break
        return


def _settle(
    cast: Cast,
    talk: list[_Turn],
    frames: list[Frame | None],
    out: list[tuple[Span, str | None] | None],
) -> None:
    """Choose the speakers of one conversation."""
    if not talk or all(turn.key for turn in talk):
        return
    spans: dict[str, Span] = {}
    weight: dict[str, float] = {}
    framed: set[str] = set()
    names: set[str] = set()
    for turn in talk:
        for name, span in turn.near.items():
            spans.setdefault(name, span)
            names.add(name)
            weight[name] = weight.get(name, 0) + 0.5
        for number in turn.members:
            frame = frames[number]
            if turn.key and frame is not None and frame.source is not None:
                spans.setdefault(turn.key, frame.source)
                if frame.who.name:
                    names.add(turn.key)
                elif not cast.describes(frame.source.start, frame.source.end):
                    continue
                framed.add(turn.key)
                weight[turn.key] = weight.get(turn.key, 0) + 2
        for name in turn.called:
            weight[name] = weight.get(name, 0) + 1
    if not framed and not any(turn.beat or turn.called for turn in talk):
        return
    chosen = sorted((key for key in weight if key in spans), key=lambda key: -weight[key])[:_MOST]
    genders = {key: cast.gender_of(key) or cast.gender_of_words(key) for key in chosen}
    keys = [_NOBODY, *chosen]

    def fit(number: int, key: str) -> float:
        turn = talk[number]
        if turn.key:
            return _EXPLICIT if key == turn.key else 0.0
        if not key:
            return _UNKNOWN
        score = _SPEAKS if key in framed else 0.0
        score += min(0.5, 0.1 * weight[key])
        if turn.gender:
            known = genders[key]
            score += _NO_GENDER if not known else _OTHER_GENDER if known != turn.gender else 0.0
        if key == turn.beat:
            score += _BEAT
        elif key in turn.near:
            score += 0.3
        if key in turn.called:
            score += _CALLED
        if number and key in talk[number - 1].called:
            score += _ANSWERS
        return score

    def step(before: str, last: str, key: str) -> float:
        if not key:
            return 0.0
        return _AGAIN if key == last else _RETURN if key == before else 0.0

    # the best path to each pair (speaker before, last speaker)
    back: list[dict[tuple[str, str], tuple[str, str]]] = []
    best: dict[tuple[str, str], float] = {(_NOBODY, _NOBODY): 0.0}
    for number in range(len(talk)):
        fits = {key: fit(number, key) for key in keys}
        ahead: dict[tuple[str, str], float] = {}
        came: dict[tuple[str, str], tuple[str, str]] = {}
        for (before, last), score in best.items():
            for key in keys:
                total = score + fits[key] + step(before, last, key)
                if total > ahead.get((last, key), -1e9):
                    ahead[last, key] = total
                    came[last, key] = (before, last)
        best = ahead
        back.append(came)
    pair = max(best, key=best.__getitem__)
    for number in range(len(talk) - 1, -1, -1):
        turn, key = talk[number], pair[1]
        pair = back[number][pair]
        if turn.key or not key:
            continue
        for member in turn.members:
            frame = frames[member]
            assert frame is not None
            out[member] = (frame.source or spans[key], key if key in names else None)
