"""Figures, dates and names of a draft beside those of the case.

A figure of the case speaks of the same object when its unit is the same, what it counts has the
same head noun, and its sentence shares names or telling words with the draft's. Then intervals
decide: they touch, and the figures agree; they are disjoint, and the figures disagree. Where no
figure speaks of the same object, nothing was found, and that is said.

A name is spelled otherwise when the case never has it so, but has one that differs by a letter or
two. A name that the case has as well is never called a slip of another.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from rapidfuzz.distance import OSA

from assay.corroborate.sources import Page, Sources
from assay.corroborate.speakers import TITLES
from assay.corroborate.tokens import fold, tokens
from assay.corroborate.words import NUMBER_WORDS, frequency
from assay.model.draft import Check, CheckKind, Edit, Evidence, Verdict
from assay.model.statement import Figure, Heard, Moment

_END = re.compile(
    r"(?<!\b[A-Z])(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bNov)(?<!\bDec)[.!?]\s+|[。！？]|\n\s*\n"
)
_STOP = frozenset(
    (
        "the a an and or but of to in on at by for from with as is are was were be been it"
        " its this that these those he she they we i you his her their our said say says"
        " told not no more most than over about around nearly almost least some any all"
        " other which who whom when where there had has have do does did would could should"
        " will can may might one two three four five six seven eight nine ten hundred"
        " thousand million billion per cent percent up down out into after before during"
        " last next year years month months week weeks day days people"
    ).split()
)
_MONTHS = frozenset(
    (
        "january february march april may june july august september october november"
        " december monday tuesday wednesday thursday friday saturday sunday"
    ).split()
)
_PAGES = 30


class _Around(NamedTuple):
    """The telling words of a sentence, and which of them are names."""

    words: frozenset[str]
    names: frozenset[str]


@lru_cache(maxsize=50_000)
def stem(norm: str) -> str:
    """A word without the endings of number, for comparing head nouns."""
    word = norm.removesuffix("'s").removesuffix("'")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


_IRREGULAR = {"men": "man", "women": "woman", "children": "child", "people": "person"}


def _head(surface: str) -> str:
    found = [token.norm for token in tokens(surface)]
    if not found:
        return ""
    return _IRREGULAR.get(found[-1], stem(found[-1]))


def sentence_at(text: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around `[start, end)`, at most 600 characters."""
    low = max(0, start - 300)
    begin = low
    for match in _END.finditer(text, low, start):
        begin = match.end()
    found = _END.search(text, end, min(len(text), end + 300))
    return begin, found.start() + 1 if found else min(len(text), end + 300)


def _around(text: str, start: int, end: int) -> _Around:
    begin, stop = sentence_at(text, start, end)
    words: set[str] = set()
    names: set[str] = set()
    for token in tokens(text, begin, stop):
        if start <= token.start < end or token.norm in _STOP or token.norm in NUMBER_WORDS:
            continue
        if token.norm[0].isdigit() or (len(token.norm) < 3 and token.norm.isascii()):
            continue
        words.add(stem(token.norm))
        if text[token.start].isupper() and token.start > begin and token.norm not in _MONTHS:
            names.add(stem(token.norm))
    return _Around(frozenset(words), frozenset(names))


def _pages(text: str, start: int, end: int, sources: Sources) -> Iterable[Page]:
    begin, stop = sentence_at(text, start, end)
    for number, page in enumerate(sources.seek(text[begin:stop])):
        if number >= _PAGES:
            break
        yield page


def _evidence(page: Page, start: int, end: int, note: str = "") -> Evidence:
    return Evidence(page.exhibit, page.path, page.page, start, end, page.text[start:end], note)


# ---------------------------------------------------------------- figures


def apart(one: Figure, other: Figure) -> bool:
    """Whether two intervals share no value."""
    return _ends_before(one, other) or _ends_before(other, one)


def _ends_before(one: Figure, other: Figure) -> bool:
    return one.high is not None and other.low is not None and one.high <= other.low


def same_unit(one: str, other: str) -> bool:
    """Whether two units are one, "per cent" and "%" too."""
    plain = {"percent": "%", "per cent": "%", "$": "USD", "€": "EUR", "£": "GBP"}
    return fold(plain.get(one, one)) == fold(plain.get(other, other))


def check_figures(text: str, heard: Heard, sources: Sources) -> list[Check]:
    """Each figure of the draft: agrees, disagrees or not found."""
    found: list[Check] = []
    memory = _Memory(sources)
    for figure in heard.figures:
        if figure.low is None and figure.high is None:
            continue
        around = _around(text, figure.start, figure.end)
        head = _head(figure.of.surface) if figure.of else ""
        best: tuple[float, Verdict, Evidence, str] | None = None
        for page in _pages(text, figure.start, figure.end, sources):
            for other in memory.heard(page).figures:
                if not same_unit(figure.unit, other.unit):
                    continue
                other_head = _head(other.of.surface) if other.of else ""
                if head and other_head and head != other_head:
                    continue
                there = memory.around(page, other.start, other.end)
                score = _alike(around, there, {head})
                same = bool(head) and head == other_head
                differs = apart(figure, other)
                enough = 0.3 if differs else 0.12
                if not same:
                    enough += 0.15
                if score < enough:
                    continue
                rank = score + (0.0 if differs else 1.0) + (0.2 if same else 0.0)
                if best is None or rank > best[0]:
                    evidence = _evidence(page, other.start, other.end)
                    best = (rank, "disagrees" if differs else "agrees", evidence, other.surface)
        edits: tuple[Edit, ...] = ()
        if best and best[1] == "disagrees":
            edits = (Edit("number", figure.surface, best[3]),)
        found.append(
            _check(text, figure.start, figure.end, "figure", best[1] if best else "not_found",
                   edits, (best[2],) if best else ())
        )  # fmt: skip
    return found


def _alike(one: _Around, other: _Around, without: set[str]) -> float:
    """How much two sentences share, in [0, 1]: names weigh twice."""
    ours, theirs = one.words - without, other.words - without
    if not ours or not theirs:
        return 0.0
    shared = ours & theirs
    names = one.names & other.names
    clash = one.names - other.words and other.names - one.words and not names
    weight = len(shared) + len(names)
    whole = min(len(ours) + len(one.names), len(theirs) + len(other.names))
    return weight / max(3, whole) * (0.5 if clash else 1.0)


class _Memory:
    """What was heard on pages, asked for once."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._heard: dict[tuple[str, int], Heard] = {}
        self._around: dict[tuple[str, int, int], _Around] = {}

    def heard(self, page: Page) -> Heard:
        key = (page.exhibit, page.page)
        if key not in self._heard:
            self._heard[key] = self._sources.heard(page)
        return self._heard[key]

    def around(self, page: Page, start: int, end: int) -> _Around:
        key = (page.exhibit, page.page, start)
        if key not in self._around:
            self._around[key] = _around(page.text, start, end)
        return self._around[key]


# ---------------------------------------------------------------- dates


def check_dates(text: str, heard: Heard, sources: Sources) -> list[Check]:
    """Each settled date of the draft: agrees, disagrees or not found."""
    found: list[Check] = []
    memory = _Memory(sources)
    for moment in heard.dates:
        if moment.since is None and moment.until is None:
            continue
        around = _around(text, moment.start, moment.end)
        best: tuple[float, Verdict, Evidence, str] | None = None
        for page in _pages(text, moment.start, moment.end, sources):
            for other in memory.heard(page).dates:
                if other.since is None and other.until is None:
                    continue
                score = _alike(around, memory.around(page, other.start, other.end), set())
                differs = dates_apart(moment, other)
                # sentences speak of several days: only near twins may disagree
                if score < (0.55 if differs else 0.2):
                    continue
                rank = score + (0.0 if differs else 1.0)
                if best is None or rank > best[0]:
                    evidence = _evidence(page, other.start, other.end)
                    best = (rank, "disagrees" if differs else "agrees", evidence, other.surface)
        edits: tuple[Edit, ...] = ()
        if best and best[1] == "disagrees":
            edits = (Edit("number", moment.surface, best[3]),)
        found.append(
            _check(text, moment.start, moment.end, "date", best[1] if best else "not_found",
                   edits, (best[2],) if best else ())
        )  # fmt: skip
    return found


def dates_apart(one: Moment, other: Moment) -> bool:
    """Whether two spans of time share no moment."""
    return _over_before(one, other) or _over_before(other, one)


def _over_before(one: Moment, other: Moment) -> bool:
    if one.until is None or other.since is None:
        return False
    until, since = _instant(one.until), _instant(other.since)
    return until is not None and since is not None and until <= since


def _instant(written: str) -> str | None:
    """An ISO date or time, filled up so that two compare as text."""
    parts = written.split("T")
    pieces = parts[0].split("-")
    if not pieces[0].isdigit():
        return None
    day = "-".join([*pieces, "01", "01"][:3])
    try:
        datetime.date.fromisoformat(day)
    except ValueError:
        return None
    return f"{day}T{parts[1] if len(parts) > 1 else '00:00'}"


# ---------------------------------------------------------------- names


def check_names(text: str, heard: Heard, sources: Sources) -> list[Check]:
    """Each name of the draft once: agrees, spelled otherwise, or not found in the case."""
    found: list[Check] = []
    seen: set[str] = set()
    for start, end in names_of(text, heard):
        surface = text[start:end]
        if fold(surface) in seen:
            continue
        seen.add(fold(surface))
        verdict, edits = _spelling(surface, sources)
        evidence: tuple[Evidence, ...] = ()
        wanted = edits[0].source if edits else surface
        if verdict != "not_found":
            for page in list(sources.seek(wanted))[:5]:
                place = _first(page.text, wanted)
                if place:
                    evidence = (_evidence(page, *place),)
                    break
        if verdict == "agrees" and not evidence:
            verdict = "not_found"
        found.append(_check(text, start, end, "name", verdict, edits, evidence))
    return found


def _first(text: str, words: str) -> tuple[int, int] | None:
    """Where a name stands on a page; where its words stand apart, the last of them."""
    parts = [re.escape(words[token.start : token.end]) for token in tokens(words)]
    for pattern in (r"[\W_]+".join(parts), parts[-1]):
        match = re.search(rf"(?<!\w)(?:{pattern})(?!\w)", text, re.IGNORECASE)
        if match:
            return match.span()
    return None


def _spelling(surface: str, sources: Sources) -> tuple[Verdict, tuple[Edit, ...]]:
    words = [token for token in tokens(surface) if token.norm.removesuffix("'s") not in TITLES]
    if not words:
        return "not_found", ()
    missing = [token for token in words if not _stands(token.norm, sources)]
    if not missing:
        return "agrees", ()
    for token in missing:
        norm = token.norm.removesuffix("'s")
        if len(norm) < 4:
            continue
        other = _nearest(norm, sources)
        if other:
            written = surface[token.start : token.end]
            meant = other.capitalize() if written[:1].isupper() else other
            return "spelled_otherwise", (Edit("name", written, meant),)
    return "not_found", ()


def _stands(norm: str, sources: Sources) -> bool:
    return sources.count(norm) > 0 or (norm.endswith("'s") and sources.count(norm[:-2]) > 0)


def _nearest(norm: str, sources: Sources) -> str:
    """The case's name that a name is a slip or another transliteration of, "" for none."""
    best, most = "", 0
    for other in sources.near(norm):
        folded = fold(other).removesuffix("'s")
        same = sound(folded) == sound(norm)
        far = OSA.distance(folded, norm)
        # two letters of a short name make another name; a sound that stays makes it the same
        if folded == norm or not (same or far <= (1 if len(norm) < 8 else 2)):
            continue
        # a common word is no name: "Marsh" is no slip of "march"
        if not same and (folded[:1] != norm[:1] or frequency(folded) > 3_000):
            continue
        count = sources.count(folded)
        if count > most:
            best, most = folded, count
    return best


_SOUNDS = (
    ("kh", "h"), ("gh", "g"), ("ph", "f"), ("tch", "c"), ("tsch", "c"), ("ch", "c"), ("sh", "s"),
    ("sch", "s"), ("zh", "z"), ("dj", "j"), ("dzh", "j"), ("q", "k"), ("ck", "k"), ("x", "ks"),
    ("ou", "u"), ("oo", "u"), ("ee", "i"), ("ei", "i"), ("ey", "i"), ("ij", "i"), ("iy", "i"),
    ("yi", "i"), ("w", "v"), ("y", "i"), ("e", "a"), ("o", "u"),
)  # fmt: skip


@lru_cache(maxsize=50_000)
def sound(name: str) -> str:
    """A name without what transliterations differ in: Muhammad and Mohamed are one."""
    word = fold(name)
    for written, heard in _SOUNDS:
        word = word.replace(written, heard)
    return re.sub(r"(.)\1+", r"\1", word).replace("'", "")


def names_of(text: str, heard: Heard) -> list[tuple[int, int]]:
    """The names in a draft: runs of capitalised words inside sentences, and named speakers."""
    spans: list[tuple[int, int]] = []
    run: list[tuple[int, int]] = []
    found = tokens(text)
    for token in found:
        surface = text[token.start : token.end]
        gap = text[run[-1][1] : token.start] if run else ""
        capital = surface[0].isupper() and len(surface) > 1 and token.norm not in _MONTHS
        if capital and _begins(text, token.start):
            capital = frequency(token.norm) < 3_000
        if capital and run and gap in (" ", "-", "\u00a0", ". "):
            run.append((token.start, token.end))
            continue
        if run:
            spans.append((run[0][0], run[-1][1]))
        run = [(token.start, token.end)] if capital else []
    if run:
        spans.append((run[0][0], run[-1][1]))
    kept = [_trimmed(text, start, end) for start, end in spans]
    spoken = [
        (statement.speaker.start, statement.speaker.end)
        for statement in heard.statements
        if statement.speaker and not statement.speaker.anonymous
    ]
    whole = [span for span in kept if span is not None]
    for start, end in spoken:
        surface = text[start:end]
        taken = any(a < end and start < b for a, b in whole)
        named = any(token.norm not in TITLES for token in tokens(surface))
        if named and surface[:1].isupper() and not taken and frequency(fold(surface)) < 3_000:
            whole.append((start, end))
    return sorted(whole)


def _begins(text: str, at: int) -> bool:
    before = text[max(0, at - 4) : at].rstrip(" \t\"“‘'«„(")
    return not before or before[-1] in ".!?:\n" or "\n" in text[max(0, at - 2) : at]


def _trimmed(text: str, start: int, end: int) -> tuple[int, int] | None:
    """A name without "'s" at its end and the titles before it; None where nothing is left."""
    surface = text[start:end]
    for ending in ("'s", "’s"):
        if surface.endswith(ending):
            end -= 2
    found = tokens(text, start, end)
    while found and found[0].norm in TITLES:
        found = found[1:]
    if not found or all(frequency(token.norm) > 20_000 for token in found):
        return None
    return found[0].start, found[-1].end


def _check(
    text: str,
    start: int,
    end: int,
    kind: CheckKind,
    verdict: Verdict,
    edits: Sequence[Edit],
    evidence: Sequence[Evidence],
) -> Check:
    return Check(
        start,
        end,
        text[start:end],
        kind,
        None,
        verdict,
        tuple(edits),
        tuple(evidence),
    )
