"""Arabic: its number words, and how its dates and figures are read.

Forms of one letter (أ إ آ, ى, ة) are read as one, in a copy beside the text. "And", "for", "in" and
the article are written as one with the next word and are taken off it where a known word is left.
"""

from __future__ import annotations

import re
from functools import lru_cache

from assay.statements import dates_arabic, figures_arabic
from assay.statements.numerals import Alphabet, Fold, Roles, Style, Tokens, cutter
from assay.statements.numerals_languages import Language, make
from assay.statements.numerals_words import Words, each, merge

LETTERS = {ord("أ"): ord("ا"), ord("إ"): ord("ا"), ord("آ"): ord("ا"), ord("ٱ"): ord("ا"),
           ord("ى"): ord("ي"), ord("ة"): ord("ه"), ord("ی"): ord("ي"), ord("ک"): ord("ك")}  # fmt: skip
_MARKS = re.compile("[\u064b-\u065f\u0640\u0670]")
_PREFIXES = ("و", "ف", "ب", "ل", "ك")


def plain(text: str) -> str:
    """A word without marks of vowels and with one form for each letter."""
    return _MARKS.sub("", text).translate(LETTERS)


def _plain_words(words: Words) -> Words:
    return merge(*({plain(word): roles} for word, roles in words.items()))


_UNITS = "ثلاث=3 اربع=4 خمس=5 ست=6 سبع=7 ثمان=8 ثماني=8 تسع=9"


def _numbers() -> Words:
    hundreds = " ".join(
        f"{pair.split('=')[0]}{ending}={int(pair.split('=')[1]) * 100}"
        for pair in _UNITS.split()
        for ending in ("مائه", "مئه")
    )
    return merge(
        each(
            "small",
            "صفر=0 واحد/واحده/احد/احدي=1 اثنان/اثنين/اثنتان/اثنتين/اثنا/اثني/اثنتا/اثنتي=2 ثلاث/ثلاثه=3 "
            "اربع/اربعه=4 خمس/خمسه=5 ست/سته=6 سبع/سبعه=7 ثمان/ثماني/ثمانيه=8 تسع/تسعه=9 عشر/عشره=10",
        ),
        each(
            "tens",
            "عشرون/عشرين=20 ثلاثون/ثلاثين=30 اربعون/اربعين=40 خمسون/خمسين=50 ستون/ستين=60 "
            "سبعون/سبعين=70 ثمانون/ثمانين=80 تسعون/تسعين=90",
        ),
        each("hundreds", "مئتان/مئتين/مائتان/مائتين/مئتا/مائتا/مئتي/مائتي=200 " + hundreds),
        each("mult", "الف/الاف/الفا=1000 مليون/ملايين/مليونا=1000000 مليار/مليارات/بليون/بلايين=1000000000 تريليون/ترليون/تريليونات/تريليونا=1000000000000"),
        each("dual", "الفان/الفين/الفا=2000 مليونان/مليونين/مليونا=2000000 ملياران/مليارين=2000000000"),
        {"مائه": {"hundred": None}, "مئه": {"hundred": None}, "ميه": {"hundred": None}, "و": {"and": None},
         "دزينه": {"dozen": 12}, "دسته": {"dozen": 12}},
        each("orders", "عشرات=10 مئات=100 الاف=1000 ملايين=1000000 مليارات=1000000000"),
        each("den", "نصف=2 ثلث/اثلاث/ثلثا/ثلثي/ثلثين/ثلثان=3 ربع/ارباع=4 اخماس=5 اسداس=6 اسباع=7 اثمان=8 اتساع=9 اعشار=10"),
        {"بضع": {"few_number": None}, "بضعه": {"few_number": None}, "عده": {"few_number": None}},
    )  # fmt: skip


_MONTHS = "(a:'كانون'|'تشرين') (b:<ordinal>)"
_HIJRI = "(a:'ربيع'|'جمادي'|'ذو'|'ذي') (b:<ordinal|hijri_second>)"


def months(tokens: Tokens, language: Language) -> list[Fold]:
    """Months of two words: كانون الثاني, ربيع الأول."""
    out = []
    for match in language.folder(_MONTHS).finditer(tokens.letters):
        first, last = match.span()
        second = tokens.meanings[match.start("b__0")]["ordinal"]
        name = plain(tokens.word(first))
        month = {("كانون", 1): 12, ("كانون", 2): 1, ("تشرين", 1): 10, ("تشرين", 2): 11}.get(
            (name, second)
        )
        if month is not None:
            out.append(Fold(first, last, {"month": month}))
    return out


_ORDINAL = "(a:<ordinal>)_'و'_(b:<num>)"


def ordinals(tokens: Tokens, language: Language) -> list[Fold]:
    """الحادي والعشرين: the twenty-first."""
    out = []
    for match in language.folder(_ORDINAL).finditer(tokens.letters):
        unit = tokens.meanings[match.start("a__0")]["ordinal"]
        tens = tokens.meanings[match.start("b__0")]["num"]
        if unit < 10 and not tens.digits and tens.value in (20, 30):
            out.append(Fold(*match.span(), {"ordinal": int(tens.value) + unit}))
    return out


def hijri_months(tokens: Tokens, language: Language) -> list[Fold]:
    out = []
    for match in language.folder(_HIJRI).finditer(tokens.letters):
        first, last = match.span()
        roles = tokens.meanings[match.start("b__0")]
        name = plain(tokens.word(first))
        second = roles.get("hijri_second", roles.get("ordinal"))
        month = {
            ("ربيع", 1): 3, ("ربيع", 2): 4, ("ربيع", 4): 4, ("جمادي", 1): 5, ("جمادي", 2): 6,
            ("جمادي", 4): 6, ("ذو", 11): 11, ("ذو", 12): 12, ("ذي", 11): 11, ("ذي", 12): 12,
        }.get((name, second))  # fmt: skip
        if month is not None:
            out.append(Fold(first, last, {"hmonth": month}))
    return out


@lru_cache(maxsize=1)
def language() -> Language:
    words = _plain_words(merge(_numbers(), dates_arabic.words()))
    for source, _ in [*dates_arabic.RULES, *figures_arabic.RULES]:
        assert plain(source) == source, source
    alphabet = Alphabet(
        {},
        fold=plain,
        decimal=",",
        made=({"month": None}, {"hmonth": None}, {"ordinal": None}, {"small": None}),
        letters_for_letters=LETTERS,
        cut=cutter("[\u0621-\u064a\u0671-\u06d3][\u0621-\u065f\u0640\u0670\u0671-\u06d3]*|[^\\W\\d_]+"),
    )  # fmt: skip

    def split(word: str) -> tuple[str, ...]:
        known = _split.get(word)
        if known is None:
            if len(_split) > 50_000:
                _split.clear()
            known = _split[word] = _pieces(word, alphabet)
        return known

    _split: dict[str, tuple[str, ...]] = {}

    def guess(word: str) -> Roles | None:
        for article in ("ال", "لل"):
            if word.startswith(article) and len(word) > 3:
                return alphabet.words.get(word[2:])
        return None

    alphabet.split = split
    alphabet.guess = guess
    return make(
        "ar",
        words,
        alphabet,
        Style(joiner="and", hyphen=False, unit_first=True, teen_after=True, joined_only=True),
        "dmy",
        {"dates": dates_arabic.RULES, "figures": figures_arabic.RULES},
        {"dates": dates_arabic.REGION, "figures": figures_arabic.REGION},
        [months, hijri_months, ordinals],
        [_MONTHS, _HIJRI, _ORDINAL],
        joins=r"[ ،,]*(?:(?:في|عند|الساعة|يوم|من) ?)*",
        range_from=r"(?<!\w)(?:من|بين|ما بين|منذ)\s+(?:عامي?\s+|عام\s+|يوم\s+)?$",
        range_to=r"\s?[-–—]\s?|\s+(?:إلى|الى|حتى|وحتى|إلى غاية)\s+(?:عام\s+|يوم\s+)?",
        range_and=r"\s+و\s?(?:عام\s+)?",
        between=r"\s*(?:ما )?بين",
        ahead=r"(?:سوف|سي|ست|المقبل|القادم|يعتزم)",
    )


def _pieces(word: str, alphabet: Alphabet) -> tuple[str, ...]:
    """A word and the small words written as one with it."""
    if len(word) < 3 or word[0] not in _PREFIXES:
        return (word,)
    folded = plain(word)
    if folded in alphabet.words or _bare(folded) in alphabet.words:
        return (word,)
    rest = folded[1:]
    if rest in alphabet.words or _bare(rest) in alphabet.words:
        return (word[0], word[1:])
    if rest[:1] in _PREFIXES and (rest[1:] in alphabet.words or _bare(rest[1:]) in alphabet.words):
        return (word[0], word[1], word[2:])
    return (word,)


def _bare(word: str) -> str:
    return word[2:] if word.startswith(("ال", "لل")) and len(word) > 3 else word
