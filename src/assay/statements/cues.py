"""Cue tables: for each language the words that frame what somebody said.

Written by hand, one table a language, all forms in small letters and spelled out.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from assay.statements import english


class Tongue(NamedTuple):
    """The words of one language that the rules stand on.

    `verbs` make a frame, `inverted` those before their source, `clausal` those whose content may
    follow without a word like "that", `telling` those whose object is the person told. `according`
    maps the first word of a phrase ("according to") to the phrases. `before_nouns` are words after
    which a verb's form is a noun or an infinitive. `openers` may begin a sentence before its
    subject and are no part of it. `stops` end a source that follows its cue.
    """

    code: str
    verbs: frozenset[str]
    inverted: frozenset[str]
    clausal: frozenset[str]
    telling: frozenset[str]
    according: dict[str, tuple[tuple[str, ...], ...]]
    that: frozenset[str]
    pronouns: frozenset[str]
    articles: frozenset[str]
    roles: frozenset[str]
    auxiliaries: frozenset[str]
    particles: frozenset[str]
    before_nouns: frozenset[str]
    subordinators: frozenset[str]
    verbs_before: frozenset[str]
    openers: frozenset[str]
    stops: frozenset[str]
    no_ends: frozenset[str]
    participles: frozenset[str] = frozenset()
    cased: bool = True


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(*phrases: str) -> dict[str, tuple[tuple[str, ...], ...]]:
    table: dict[str, tuple[tuple[str, ...], ...]] = {}
    for phrase in sorted(phrases, key=len, reverse=True):
        parts = tuple(phrase.split())
        table[parts[0]] = (*table.get(parts[0], ()), parts)
    return table


def _english() -> Tongue:
    return Tongue(
        code="en",
        verbs=english.FINITE | english.PLAIN,
        inverted=english.PLAIN,
        clausal=_words(
            "said says claimed claims believes thinks told tells warned argued argues added"
            " acknowledged admitted announced insisted insists suggested suggests estimated"
            " confirmed declared contends conceded explained predicted reported maintains alleged"
        ),
        telling=_words("told tells informed informs reminded assured asked asks warned urged"),
        according=_phrases("according to", "in the words of"),
        that=_words("that"),
        pronouns=_words("i he she we they you who"),
        articles=_words("the a an"),
        roles=english.ROLES,
        auxiliaries=_words(
            "has have had also then later once recently repeatedly previously reportedly already"
            " often even never still again now is was were be been just only first further would"
            " will 's 'd 've did does do who not publicly"
        ),
        particles=_words("out that"),
        before_nouns=_words(
            "to a an the his her their its our my your this that these those no some any such of"
            " for in by with on and other false"
        )
        - {"that", "in", "and", "on", "with"},
        subordinators=_words(
            "that which because although though while when if whether as since but and or where"
            " what how why so than until unless after before"
        )
        - {"and"},
        verbs_before=_words("is are was were be been has have had said says will would"),
        openers=_words(
            "but and yet so still however meanwhile then or nor also now today yesterday later"
            " instead thus moreover in on at during for by"
        ),
        stops=_words(
            "on in at during after before that when while as about because if to with from since"
            " and last this earlier later yesterday today recently through via by for over but"
            " is was are were who which whose"
        ),
        participles=_words(
            "saying adding telling arguing insisting noting warning claiming writing"
            " declaring calling asking"
        ),
        no_ends=_words("to of the a an in on at for with by that it this"),
    )


@cache
def tongue(code: str) -> Tongue | None:
    """The table of a language by its ISO 639-1 code, None where there is none."""
    if code == "en":
        return _english()
    return None
