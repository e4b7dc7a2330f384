"""English: how its numbers, dates and figures are read."""

from __future__ import annotations

from assay.statements import dates_words, figures_words
from assay.statements.numerals import Alphabet, Fold, Number, Tokens, roles_of_number
from assay.statements.numerals_languages import Language, make
from assay.statements.numerals_words import ENGLISH, english, merge

_AMPM = "(ap:'a'|'p')_'.'?_'m'(_'.')?"
_ORDINAL = "(n:<dg>)<ordinal_mark>|(t:<num>)(_'-'_| )(o:<unit_ordinal>)"
_YEAR = "(c:<cent>)(_'-'_| )(yy:<yy>)"
_HALF = "(n:<num>) 'and' (<a> )?((h:'half')|(q:'quarter'))( (m:<num>))?|(n2:<num>) (a2:<dg>)'/'(b2:<dg>)"


def marks(tokens: Tokens, language: Language) -> list[Fold]:
    """ "p. m." as one word."""
    out = []
    for match in language.folder(_AMPM).finditer(tokens.letters):
        first, last = match.span()
        if tokens.starts[last] - tokens.starts[first] > 6:
            continue
        word = tokens.word(match.start("ap__0"))
        out.append(Fold(first, last, {"ampm": 0 if word in "aA" else 12}))
    return out


def ordinals(tokens: Tokens, language: Language) -> list[Fold]:
    """ "22nd", "twenty-second"."""
    out = []
    for match in language.folder(_ORDINAL).finditer(tokens.letters):
        first, last = match.span()
        if match.start("n__0") >= 0:
            number: Number = tokens.meanings[first]["num"]
            out.append(Fold(first, last, {"ordinal": int(number.value)}))
            continue
        number = tokens.meanings[match.start("t__0")]["num"]
        unit = tokens.meanings[match.start("o__0")]["unit_ordinal"]
        if number.digits or not number.whole or number.value % 10 or number.value % 100 == 10:
            continue
        if (
            tokens.word(match.start("o__0")).lower() == "second"
            and " " in tokens.meanings[last - 2]
        ):
            # "twenty second delay"
            if tokens.meanings[last : last + 1] and "word" in tokens.meanings[last]:
                continue
        out.append(Fold(first, last, {"ordinal": int(number.value) + unit}))
    return out


def years(tokens: Tokens, language: Language) -> list[Fold]:
    """ "nineteen ninety-six"."""
    out = []
    for match in language.folder(_YEAR).finditer(tokens.letters):
        first, last = match.span()
        century = tokens.meanings[match.start("c__0")]["num"]
        rest = tokens.meanings[match.start("yy__0")]["num"]
        if century.digits or rest.digits or not 15 <= century.value <= 20:
            continue
        value = int(century.value * 100 + rest.value)
        out.append(Fold(first, last, {"year": Number(value)}))
    return out


def halves(tokens: Tokens, language: Language) -> list[Fold]:
    """ "two and a half", "2 1/4"."""
    out = []
    for match in language.folder(_HALF).finditer(tokens.letters):
        first, last = match.span()
        if match.start("n__0") >= 0:
            number: Number = tokens.meanings[match.start("n__0")]["num"]
            more = 0.5 if match.start("h__0") >= 0 else 0.25
            scale = 1.0
            times = 1.0
            if match.start("m__0") >= 0:
                # "two and a half million"; another number ends the fold before it
                word = tokens.meanings[match.start("m__0")]["num"].name.lower()
                if word in SCALES:
                    times = SCALES[word]
                else:
                    last = match.start("m__0") - 1
            if times > 1:
                value = (
                    number.value + more * times
                    if number.value >= times
                    else (number.value + more) * times
                )
                out.append(Fold(first, last, roles_of_number(Number(int(value), name="x million"))))
                continue
            words = number.name.lower().replace("-", " ").split()
            if words and words[-1] in SCALES and number.value >= SCALES[words[-1]]:
                scale = SCALES[words[-1]]
        else:
            number = tokens.meanings[match.start("n2__0")]["num"]
            upper = tokens.meanings[match.start("a2__0")]["num"]
            lower = tokens.meanings[match.start("b2__0")]["num"]
            if not lower.value or not number.whole or upper.value > 99 or lower.value > 100:
                continue
            more, scale = upper.value / lower.value, 1.0
        if number.low is not None:
            continue
        value = number.value + more * scale
        out.append(Fold(first, last, roles_of_number(Number(value, value / 100, fraction=True))))
    return out


SCALES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "hundred": 1e2}

FOLDS = [_AMPM, _ORDINAL, _YEAR, _HALF]

_AROUND = (
    "' '|<month|weekday|year|day|num|mod|unit|tunit|part|season|ordinal|a|few|dir|deictic|daypart|"
    "clock|numdate|ampm|clockword|nightword|poss|apos|about|quartername|halfname|apshort|dec2|"
    "yearmonth|decadeword>|'the'|'of'|'in'|'at'|'on'|','|'-'|'/'|'.'|'to'|'until'|'till'|'til'|"
    "'through'|'thru'|'and'|'from'|'between'|'half'|'past'|'o'|'clock'|'oclock'|'fiscal'|'s'|'('|"
    "')'|'starting'|'beginning'|'commencing'|'calendar'|'full'|'rest'|'date'|'future'|'these'|"
    "'recent'|'right'|'near'|'term'|'more'|'w'|'c'|'ish'|'mid'|'eve'|'minutes'|'x'|'or'|'this'|<hol>|<apshort>"
)


def _phrases(phrases: str) -> str:
    """A rule of some phrases, the longest first."""
    ordered = sorted(phrases.replace("'", "§").split("|"), key=len, reverse=True)
    return "'" + "|".join(ordered) + "'"


def language() -> Language:
    words = merge(english(), dates_words.english())
    words["p"] = {**words.get("p", {}), "apshort": 12}
    holidays = [
        ("((mod:<mod>) )?" + _phrases(phrases), "holiday:" + name)
        for name, phrases in dates_words.HOLIDAYS.items()
    ]
    for phrases in dates_words.HOLIDAYS.values():
        for phrase in phrases.split("|"):
            words.setdefault(phrase.split()[0].partition("'")[0], {})["hol"] = None
    rules = [*dates_words.RULES, *holidays]
    core = (
        "<month|weekday|year|mod|unit|tunit|season|deictic|daypart|clock|numdate|iso|clockword|"
        "nightword|ampm|yearmonth|quartername|halfname|decadeword|now|dpword|hol>|('on'|'for'|'by'|'until'|'from'|'to'|'after'|'before'|'at'|'since'|'back') ('the' )?<ordinal|day|dec2>|<day>_'/'_<day>|'at' <hour|dec2>"
    )
    return make(
        "en",
        words,
        Alphabet({}, made=({"ordinal": None}, {"ampm": None}, {"year": None})),
        ENGLISH,
        "mdy",
        {"dates": rules, "figures": figures_words.ENGLISH},
        {
            "figures": "<num|orders|few>|('all'|'full'|'whole'|'entire'|'another')(?=_'-'?_<unit|tunit>)|<a>(?=_('-'_)?<den|num|few|unit|tunit|mult>)|<a>(?= 'half')|'half'",
            "dates": f"({_AROUND}){{0,12}}({core})({_AROUND})*",
        },
        [marks, ordinals, years, halves],
        FOLDS,
        joins=r"(?: (?:[ECMP][SD]?T|GMT|UTC|BST|CES?T|local time))?[ ,]*(?:\(|(?:(?:at|on|for|around|about|by|of|in) )*)(?:the )?|-",
        range_from=r"\b(?:from|between) (?:the )?$",
        range_to=r" ?[-–—~] ?|,? (?:to|until|till|til|through|thru) (?:the )?",
        between=r"\s*between",
        range_and=r",? and (?:the )?",
        ahead=r"\b(?:will|would|shall|'ll|plans?|planned|planning|scheduled|expects?|expected|due|to be|going to|set to|upcoming)\b",
    )
