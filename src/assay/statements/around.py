"""What stands around an utterance: whom it was told, when and where, and by which chain it came.

Everything is read from the attribution's own frame: the words of its sentence outside what was
said. Nothing is guessed from elsewhere in the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from assay.model.statement import Mention, Step, Stretch

if TYPE_CHECKING:
    from assay.statements.frames import Span
    from assay.statements.words import Words

_TELLING = frozenset(
    "told tell tells telling informed assured reminded asked warned urged advised notified thanked"
    " addressing addressed".split()
)
_TO_VERBS = frozenset(
    "said says speaking spoke spoken explained wrote remarked testified apologized complained"
    " confessed admitted announced confided whispered replied shouted added talking talked".split()
)
_END = frozenset({".", ",", ";", ":", "!", "?", "“", '"', "”", "—", "–", "--", "(", ")", "…", "«"})
_ENDING = frozenset(
    "that on in at during after before when while as about because if from since last this earlier"
    " later yesterday today recently through via by for over how why what whether of".split()
)
_DAYS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday yesterday today tonight".split()
)
_MONTHS = frozenset(
    "january february march april may june july august september october november december jan."
    " feb. mar. apr. jun. jul. aug. sept. oct. nov. dec.".split()
)
_OCCASIONS = frozenset(
    "conference interview rally debate speech hearing meeting briefing event forum summit testimony"
    " press town-hall breakfast dinner ceremony appearance session gathering convention luncheon"
    " statement".split()
)
# bodies and things through which words come
_CHANNELS = frozenset(
    """report column article story interview statement letter email emails memo document documents
    transcript post tweet editorial op-ed book filing affidavit complaint lawsuit press newspaper
    magazine times post journal news agency reuters ap bloomberg cnn nbc abc cbs msnbc bbc
    wire politico guardian jazeera al-jazeera associated consortium broadcaster website blog
    """.split()
)
_PASSED = frozenset(
    "obtained seen reviewed reported published quoted cited released provided verified leaked"
    " broadcast first".split()
)
_URGING = frozenset(
    "urged urges urging asked asks asking ordered orders told begged implored advised invited"
    " encouraged encourages pressed warned warns instructed".split()
)
_REPORTING = frozenset("reports reported report writes wrote".split())


class Around(NamedTuple):
    """What the frame of an utterance tells beside its speaker."""

    addressee: Mention | None
    where: Mention | None
    via: tuple[Step, ...]
    frame: tuple[Stretch, ...]


def mention(text: str, words: Words, start: int, end: int) -> Mention:
    """A mention of the tokens `[start, end)`."""
    first, last = words.starts[start], words.ends[end - 1]
    return Mention(text[first:last], first, last)


def around(
    text: str,
    words: Words,
    low: list[str],
    content: tuple[Span, ...],
    cue: Span | None,
    source: Span | None,
    quoted: bool,
) -> Around:
    """Read the frame of one utterance."""
    anchor = cue or source
    if anchor is None:
        return Around(None, None, (), ())
    start, end = words.sentence_of(anchor.start)
    for span in (cue, source):
        if span is not None:
            start, end = min(start, span.start), max(end, span.end)
    if end - start > 400:
        return Around(None, None, (), ())
    taken = bytearray(end - start)
    for piece in content:
        for at in range(max(start, piece.start), min(end, piece.end)):
            taken[at - start] = 1
    pieces: list[Stretch] = []
    at = start
    while at < end:
        if taken[at - start]:
            at += 1
            continue
        head = at
        while at < end and not taken[at - start]:
            at += 1
        pieces.append(Stretch(words.starts[head], words.ends[at - 1]))
    addressee = _addressee(text, words, low, cue, source, end, taken, start) if cue else None
    if addressee is None and cue is not None and content and not quoted:
        addressee = _asked(text, words, low, cue, content[0])
    where = _where(text, words, low, anchor, start, end, taken)
    via = _via(text, words, low, cue, source, start, end, taken, quoted)
    return Around(addressee, where, via, tuple(pieces))


def _phrase_end(low: list[str], words: Words, at: int, stop: int) -> int:
    begin = at
    while at < stop and at - begin < 12:
        word = low[at]
        if word in _END:
            break
        if at > begin and (word in _ENDING or word in _DAYS or word in _MONTHS):
            if word == "of" and at > begin:
                at += 1
                continue
            break
        if at > begin and word in ("he", "she", "they", "it", "we", "i", "there"):
            break
        at += 1
    return at


def _addressee(
    text: str,
    words: Words,
    low: list[str],
    cue: Span,
    source: Span | None,
    stop: int,
    taken: bytearray,
    start: int,
) -> Mention | None:
    telling = next((at for at in range(cue.start, cue.end) if low[at] in _TELLING), None)
    free = _free_run(cue.end, stop, taken, start)
    if telling is not None:
        at = telling + 1
        if source is not None and source.start == at:
            at = source.end
        limit = max(free, cue.end)
        end = _phrase_end(low, words, at, limit)
        if (
            end > at
            and (words.words[at][0].isalpha() or words.words[at][0].isupper())
            and (low[at] not in _ENDING)
            # "told The Associated Press he was": the object ends before a new subject
            and not (source is not None and at <= source.start < end)
        ):
            return mention(text, words, at, end)
        return None
    to = next(
        (
            at
            for at in range(cue.start, min(free, cue.end + 3))
            if low[at] == "to"
            and any(low[k] in _TO_VERBS for k in range(max(cue.start - 1, 0), at))
        ),
        None,
    )  # fmt: skip
    if to is not None and to + 1 < free:
        end = _phrase_end(low, words, to + 1, free)
        if end > to + 1 and (
            words.words[to + 1][0].isupper() or low[to + 1] in ("the", "a", "his", "her", "their",
            "reporters", "journalists", "me", "him", "us", "them", "supporters")
        ):  # fmt: skip
            return mention(text, words, to + 1, end)
    return None


def _asked(text: str, words: Words, low: list[str], cue: Span, content: Span) -> Mention | None:
    """Whom something is asked of: "called on the ministry to …", "urged voters to …"."""
    if content.start != cue.end:
        return None
    calls = low[cue.end - 1] == "on" and any(
        low[at].startswith("call") for at in range(cue.start, cue.end)
    )
    if not calls and low[cue.end - 1] not in _URGING:
        return None
    for at in range(content.start + 1, min(content.start + 10, content.end)):
        if low[at] in ("to", "for", "not"):
            return mention(text, words, content.start, at)
        if low[at] in _END or low[at] == "that":
            return None
    return None


def _free_run(at: int, stop: int, taken: bytearray, start: int) -> int:
    while at < stop and not taken[at - start]:
        at += 1
    return at


def _where(
    text: str,
    words: Words,
    low: list[str],
    anchor: Span,
    start: int,
    stop: int,
    taken: bytearray,
) -> Mention | None:
    """ "at a State Department news conference", "in an interview on CNN", "in Berlin"."""
    for at in range(start, stop):
        if taken[at - start] or low[at] not in ("at", "in", "during", "outside", "aboard"):
            continue
        if abs(at - anchor.start) > 30:
            continue
        end = at + 1
        while end < stop and end - at < 14 and not taken[end - start]:
            if low[end] in _END or low[end] in _DAYS or low[end] in _MONTHS:
                break
            if end > at + 1 and low[end] in (
                "that",
                "when",
                "while",
                "as",
                "because",
                "after",
                "before",
                "said",
                "who",
                "which",
            ):
                break
            end += 1
        if end == at + 1:
            continue
        inner = low[at + 1 : end]
        if inner[0].isdigit() or inner[0] in _DAYS or inner[0] in _MONTHS:
            continue
        occasion = any(word in _OCCASIONS for word in inner)
        place = words.words[at + 1][0].isupper() and low[at] in ("in", "at", "outside")
        if occasion or place:
            return mention(text, words, at + 1, end)
    return None


def _via(
    text: str,
    words: Words,
    low: list[str],
    cue: Span | None,
    source: Span | None,
    start: int,
    stop: int,
    taken: bytearray,
    quoted: bool,
) -> tuple[Step, ...]:
    steps: list[Step] = []

    def step(first: int, last: int) -> None:
        begin, end = words.starts[first], words.ends[last - 1]
        surface = text[begin:end]
        if all(known.start != begin for known in steps):
            steps.append(Step(surface, begin, end))

    def known(at: int) -> bool:
        return source is not None and source.start <= at < source.end

    for at in range(start, stop):
        word = low[at]
        if taken[at - start] and (quoted or word not in ("by", "with")):
            continue
        following = low[at + 1] if at + 1 < stop else ""
        if (
            word == "according"
            and following == "to"
            and not known(at + 2)
            and not (cue is not None and cue.start <= at < cue.end)
        ):
            end = _channel_end(low, at + 2, stop, taken, start)
            if end > at + 2:
                step(at + 2, end)
        elif word in _REPORTING and not (cue is not None and cue.start <= at < cue.end):
            # "…, Al-Jazeera reports"
            begin = at
            while (
                begin > start
                and not taken[begin - 1 - start]
                and (words.words[begin - 1][0].isupper() or low[begin - 1] in ("the", "of"))
            ):
                begin -= 1
            if begin < at and begin > start and low[begin - 1] == "," and not known(begin):
                step(begin, at)
        elif (
            word in ("by", "via", "from")
            and any(low[k] in _PASSED for k in range(max(start, at - 3), at))
        ) or (word == "with" and at > start and low[at - 1] == "shared"):
            end = _channel_end(low, at + 1, stop, taken, start, taken[at - start])
            if end > at + 1 and not known(at + 1):
                step(at + 1, end)
        elif word in ("citing", "quoting") and not (cue is not None and cue.start <= at < cue.end):
            end = _channel_end(low, at + 1, stop, taken, start, 0)
            if end > at + 1 and not known(at + 1):
                step(at + 1, end)
    if source is not None:
        # "a Nov. 25 column by The Associated Press"
        for at in range(source.start + 1, source.end - 1):
            if low[at] in ("by", "from", "in") and any(
                low[k] in _CHANNELS for k in range(source.start, at)
            ):
                end = at + 1
                while end < source.end and low[end] not in _END:
                    end += 1
                if words.words[at + 1][0].isupper():
                    step(at + 1, end)
                break
    return tuple(steps)


def _channel_end(
    low: list[str], at: int, stop: int, taken: bytearray, start: int, inside: int = 0
) -> int:
    begin = at
    while at < stop and at - begin < 16 and taken[at - start] == inside:
        if low[at] in _END and low[at] not in ("(",):
            break
        if at > begin and low[at] in (
            "that",
            "which",
            "who",
            "while",
            "but",
            "and",
            "said",
            "when",
            "as",
            "after",
        ):
            break
        at += 1
    return at
