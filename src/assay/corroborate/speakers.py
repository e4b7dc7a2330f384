"""Are two names one speaker?

Names are compared by their words: titles go, a family name alone fits a full name, initials fit a
body's name. Only two names that both stand, and share nothing, are two speakers; a description
("the ministry", "an official") is never at odds with a name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rapidfuzz.distance import OSA

from assay.corroborate.tokens import fold, is_han, tokens
from assay.model.statement import Mention

_MEN = frozenset("mr sir lord king prince herr monsieur señor don mister father uncle".split())
_WOMEN = frozenset(
    "mrs ms miss lady dame queen princess frau madame mme señora doña mother aunt".split()
)
TITLES = (
    _MEN
    | _WOMEN
    | frozenset(
        (
            "dr prof professor president vice secretary minister prime chancellor senator sen"
            " rep representative congressman congresswoman governor gov mayor general gen"
            " colonel col captain capt major sergeant sgt lieutenant lt judge justice attorney"
            " chief director ambassador spokesman spokeswoman spokesperson chairman chairwoman"
            " ceo the of state former then acting deputy foreign first der die das la le el a an"
            " and und his her jr sr ii iii rev reverend bishop pope saint st imam sheikh hajji"
            " commissioner officer detective inspector doctor nurse analyst author writer editor"
            " reporter"
        ).split()
    )
)
_PRONOUNS = frozenset(
    (
        "he she they it we i you him her them his who one everyone nobody someone er sie es"
        " il elle el ella он она они"
    ).split()
)


def name_of(speaker: Mention | None) -> str | None:
    """The name of a speaker, None where the text gives a description or a pronoun alone."""
    if speaker is None or speaker.anonymous:
        return None
    for name in (speaker.name, speaker.surface):
        if name and is_name(name):
            return name
    return None


def is_name(name: str) -> bool:
    """Whether words are a name: some word is written as one and is no title or pronoun."""
    for token in tokens(name):
        surface = name[token.start : token.end]
        if token.norm in TITLES or token.norm in _PRONOUNS:
            continue
        if not surface[0].islower():
            return True
    return False


def told_apart(one: str, other: str, aliases: Mapping[str, Collection[str]] | None = None) -> bool:
    """Whether two names are certainly two speakers.

    `aliases` gives further names of a name (folded); two names that share one are one speaker.
    """
    if not is_name(one) or not is_name(other):
        return False
    ones = {one, *(aliases or {}).get(fold(one), ())}
    others = {other, *(aliases or {}).get(fold(other), ())}
    if {fold(name) for name in ones} & {fold(name) for name in others}:
        return False
    return all(_apart(a, b) for a in filter(is_name, ones) for b in filter(is_name, others))


def _apart(one: str, other: str) -> bool:
    a, b = _words(one), _words(other)
    if not a or not b:
        return False
    if _gender(one) * _gender(other) < 0:
        return True
    if _initials(one, b) or _initials(other, a):
        return False
    if is_han(a[0]) or is_han(b[0]):
        joined, wider = "".join(a), "".join(b)
        return joined not in wider and wider not in joined
    shared = [word for word in a if any(_like(word, their) for their in b)]
    if not shared:
        return True
    if len(a) > 1 and len(b) > 1 and _like(a[-1], b[-1]) and len(shared) == 1:
        # one family name, two given names; "H. Clinton" and "Hillary Clinton" are one
        return not (a[0][0] == b[0][0] and (len(a[0]) == 1 or len(b[0]) == 1)) and not (
            a[0].startswith(b[0][:3]) or b[0].startswith(a[0][:3])
        )
    return False


def _like(one: str, other: str) -> bool:
    if one == other:
        return True
    return len(one) > 5 and len(other) > 5 and OSA.distance(one, other) <= 1


def _words(name: str) -> list[str]:
    found = [token.norm.removesuffix("'s") for token in tokens(name)]
    return [word for word in found if word not in TITLES]


def _gender(name: str) -> int:
    words = {token.norm for token in tokens(name)}
    return (1 if words & _MEN else 0) - (1 if words & _WOMEN else 0)


def _initials(short: str, words: list[str]) -> bool:
    plain = "".join(character for character in short if character.isalpha())
    return (
        len(words) > 1
        and 2 <= len(plain) <= 6
        and plain.isupper()
        and plain.casefold() == "".join(word[0] for word in words)
    )
