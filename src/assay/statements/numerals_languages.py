"""The languages whose figures and dates are read, and which of them a text is in.

A language is a lexicon, the way it puts numbers together, the rules of its dates and figures, and a
few patterns for the words between two dates. All of it is made at first use.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from assay.statements.numerals import (
    Alphabet,
    Fold,
    Rule,
    Style,
    Tokens,
    cardinals,
    folded,
    read,
    rule,
    words_in,
)
from assay.statements.numerals_words import Words

Folder = Callable[[Tokens, "Language"], list[Fold]]


@dataclass(slots=True)
class Grammar:
    """Rules, compiled. `region` matches where a search is worth it: a core letter and what may
    stand around it."""

    rules: list[Rule]
    region: re.Pattern[str]
    by_letter: dict[str, frozenset[int]] = field(default_factory=dict)
    always: frozenset[int] = frozenset()

    def index(self) -> None:
        """Note which rules a letter can bring into play."""
        found: dict[str, set[int]] = {}
        always = set()
        for number, one in enumerate(self.rules):
            if not one.need:
                always.add(number)
            for letter in one.need:
                found.setdefault(letter, set()).add(number)
        self.by_letter = {letter: frozenset(numbers) for letter, numbers in found.items()}
        self.always = frozenset(always)

    def candidates(self, letters: str) -> list[Rule]:
        """The rules that can match within these letters, in their order."""
        none: frozenset[int] = frozenset()
        numbers = self.always.union(*(self.by_letter.get(letter, none) for letter in set(letters)))
        return [self.rules[number] for number in sorted(numbers)]


@dataclass(slots=True)
class Language:
    """One language. `order` is its order of numeric dates: dmy, mdy or ymd."""

    name: str
    alphabet: Alphabet
    style: Style | None
    order: str
    rules: dict[str, list[tuple[str, str]]]
    core: dict[str, str]  # the roles that begin a search
    folds: list[Folder] = field(default_factory=list)
    joins: re.Pattern[str] | None = None  # between a day and its time
    range_from: re.Pattern[str] | None = None  # before a range
    range_to: re.Pattern[str] | None = None  # between its ends
    range_and: re.Pattern[str] | None = None  # between its ends after "between"
    range_after: re.Pattern[str] | None = None  # after a range
    between: re.Pattern[str] | None = None  # the word that "and" goes with, where not all do
    ahead: re.Pattern[str] | None = None  # words of what is to come
    articles: frozenset[str] = frozenset()  # what "one" stands before as an article
    grammars: dict[str, Grammar] = field(default_factory=dict)

    def grammar(self, name: str) -> Grammar:
        found = self.grammars.get(name)
        if found is None:
            rules = [rule(self.alphabet, source, made) for source, made in self.rules[name]]
            region = rule(self.alphabet, self.core[name])
            found = self.grammars[name] = Grammar(rules, region.pattern)
            found.index()
        return found

    def folder(self, source: str) -> re.Pattern[str]:
        """A rule of a fold, compiled once."""
        key = "fold:" + source
        found = self.grammars.get(key)
        if found is None:
            found = self.grammars[key] = Grammar([], rule(self.alphabet, source).pattern)
        return found.region


def make(
    name: str,
    words: Words,
    alphabet: Alphabet,
    style: Style | None,
    order: str,
    rules: dict[str, list[tuple[str, str]]],
    core: dict[str, str],
    folds: list[Folder],
    extra: list[str],
    **patterns: str | bool | None,
) -> Language:
    """Make a language. Words that a rule names get a role of their own, before letters are given.

    `extra` are rules of folds, which are compiled later but name words too.
    """
    alphabet.words = words
    sources = [source for some in rules.values() for source, _ in some]
    for source in [*sources, *core.values(), *extra]:
        for word in words_in(source, alphabet.cut, alphabet.fold):
            known = alphabet.words.get(word)
            if known is None:
                # a word with an article keeps the roles of the word
                guessed = alphabet.guess(word) if alphabet.guess is not None else None
                known = alphabet.words[word] = dict(guessed or {})
            known["=" + word] = None
    alphabet.words.setdefault("-", {})["=-"] = None
    alphabet.settle()
    compiled = {
        key: re.compile(value, re.IGNORECASE)
        for key, value in patterns.items()
        if isinstance(value, str)
    }
    return Language(name, alphabet, style, order, rules, core, folds, **compiled)  # type: ignore[arg-type]


# language -> where it is made
MODULES = {
    "en": ("numerals_english", "language"),
    "zh": ("numerals_chinese", "language"),
    "de": ("numerals_european", "german"),
    "fr": ("numerals_european", "french"),
    "es": ("numerals_european", "spanish"),
    "ru": ("numerals_european", "russian"),
    "ar": ("numerals_arabic", "language"),
}


@lru_cache(maxsize=16)
def language_of(name: str) -> Language:
    """The language of a code; English for one that is not known."""
    module, function = MODULES.get(name, MODULES["en"])
    made = importlib.import_module("assay.statements." + module)
    language: Language = getattr(made, function)()
    return language


@lru_cache(maxsize=2)
def tokens_of(text: str, name: str) -> Tokens:
    """The tokens of a text with its numbers folded."""
    language = language_of(name)
    tokens = read(text, language.alphabet)
    if language.style is not None:
        tokens = folded(
            tokens, cardinals(tokens, language.alphabet, language.style), language.alphabet
        )
    for fold in language.folds:
        tokens = folded(tokens, fold(tokens, language), language.alphabet)
    return tokens


_HAN = re.compile("[㐀-鿿]")
_CYRILLIC = re.compile("[Ѐ-ӿ]")
_ARABIC = re.compile("[ء-ي]")
_LATIN = re.compile("[A-Za-zÀ-ɏ]{2}")
_COMMON = {
    "en": "the of and to in that was for is on with said at from by have been",
    "de": "der die und das den von ist des mit nicht ein eine auf dem für sich im wurde",
    "fr": "le la les des et du une est dans que pour par sur qui pas au il ont été",
    "es": "el la los las de que y en un una por con del se para fue no su",
}
_WORDS = {name: frozenset(words.split()) for name, words in _COMMON.items()}
_SCRIPTS = {"zh": _HAN, "ru": _CYRILLIC, "ar": _ARABIC}
# Enough of a text to tell its language.
SAMPLE = 20_000


def languages_in(text: str, language: str | None) -> tuple[str, ...]:
    """The grammars to run over a text: the language that was named, if any, then those of the
    scripts that occur."""
    found: list[str] = []
    if language in MODULES:
        found.append(language)
    for name, script in (("zh", _HAN), ("ru", _CYRILLIC), ("ar", _ARABIC)):
        if name in MODULES and name not in found and script.search(text):
            found.append(name)
    latin = {"en", "de", "fr", "es"}
    if not latin & set(found) and (language is None or language not in MODULES):
        if _LATIN.search(text) or not found:
            found.append(_latin(text))
    return tuple(found)


def beside(name: str, text: str, start: int, end: int) -> bool:
    """Whether the script of a language stands in a stretch or right beside it. In a text of two
    scripts the second grammar speaks for its own alone."""
    script = _SCRIPTS.get(name, _LATIN)
    return script.search(text, max(0, start - 2), min(len(text), end + 2)) is not None


def _latin(text: str) -> str:
    words = re.findall(r"[^\W\d_]+", text[:SAMPLE].lower())
    scores = {
        name: sum(word in common for word in words)
        for name, common in _WORDS.items()
        if name in MODULES
    }
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] > scores["en"] else "en"
