"""German, French, Spanish, Russian: their number words, and how they are read."""

from __future__ import annotations

import re
from functools import lru_cache

from assay.statements import dates_european, figures_european
from assay.statements.dates_words import Rules
from assay.statements.numerals import (
    Alphabet,
    Fold,
    Number,
    Roles,
    Style,
    Tokens,
    roles_of_number,
)
from assay.statements.numerals_languages import Language, make
from assay.statements.numerals_words import Words, each, merge

_GERMAN_SMALL = {
    "null": 0, "ein": 1, "eins": 1, "eine": 1, "einen": 1, "einem": 1, "einer": 1, "zwei": 2, "zwo": 2,
    "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11,
    "zwölf": 12, "dreizehn": 13, "vierzehn": 14, "fünfzehn": 15, "sechzehn": 16, "siebzehn": 17,
    "achtzehn": 18, "neunzehn": 19,
}  # fmt: skip
_GERMAN_TENS = {
    "zwanzig": 20, "dreißig": 30, "dreissig": 30, "vierzig": 40, "fünfzig": 50, "sechzig": 60,
    "siebzig": 70, "achtzig": 80, "neunzig": 90,
}  # fmt: skip
_GERMAN_BELOW_100 = re.compile(
    rf"(?:({'|'.join(sorted(_GERMAN_SMALL, key=len, reverse=True))})(?:und)?)?"
    rf"({'|'.join(_GERMAN_TENS)})?"
)


def _below_100(text: str) -> int | None:
    if text in _GERMAN_SMALL:
        return _GERMAN_SMALL[text]
    if text in _GERMAN_TENS:
        return _GERMAN_TENS[text]
    unit, mark, tens = text.partition("und")
    if mark and unit in _GERMAN_SMALL and tens in _GERMAN_TENS and 1 <= _GERMAN_SMALL[unit] <= 9:
        return _GERMAN_SMALL[unit] + _GERMAN_TENS[tens]
    return None


def _below_1000(text: str) -> int | None:
    hundreds, mark, rest = text.partition("hundert")
    if not mark:
        return _below_100(text)
    count = _below_100(hundreds) if hundreds else 1
    rest = rest.removeprefix("und") if rest.startswith("und") else rest
    more = _below_100(rest) if rest else 0
    if count is None or more is None or count > 99:
        return None
    return count * 100 + more


def german_number(text: str) -> int | None:
    """The value of a German number in one word, below a million; None for another word."""
    if len(text) > 60 or not text.isalpha():
        return None
    thousands, mark, rest = text.partition("tausend")
    if not mark:
        return _below_1000(text)
    count = _below_1000(thousands) if thousands else 1
    rest = rest.removeprefix("und") if rest.startswith("und") else rest
    more = _below_1000(rest) if rest else 0
    if count is None or more is None:
        return None
    return count * 1000 + more


_STEM = re.compile(
    "null|ein|zw[eo]|drei|vier|fünf|sech|sieb|acht|neun|zehn|elf|zwölf|hundert|tausend"
)


_WEEKDAYS = {
    "montag": 0, "dienstag": 1, "mittwoch": 2, "donnerstag": 3, "freitag": 4, "samstag": 5,
    "sonntag": 6,
}  # fmt: skip
_DAY_PART = re.compile(
    rf"({'|'.join(_WEEKDAYS)})(?:morgen|vormittag|mittag|nachmittag|abend|nacht)"
)


def _guess_german(word: str) -> Roles | None:
    day = _DAY_PART.fullmatch(word)
    if day is not None:
        return {"weekday": _WEEKDAYS[day.group(1)]}
    if not _STEM.match(word):
        return None
    if word.endswith(("fach", "mal", "er")):
        return None
    value = german_number(word)
    if value is None:
        return None
    if value < 20:
        return {"small": value}
    return roles_of_number(Number(value, name=word))


_HOUR_MINUTES = re.compile(r"h([0-5]\d)")
_ROMAN = re.compile(r"([ivx]{1,6})(?:e|ème|er)")
_ROMAN_VALUES = {
    name: number
    for number, name in enumerate(
        "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi xvii xviii xix xx xxi".split(), 1
    )
}


def _guess_marks(word: str) -> Roles | None:
    """ "h30" of 19h30, and "XXe"."""
    match = _HOUR_MINUTES.fullmatch(word)
    if match is not None:
        return {"hmin": int(match.group(1))}
    match = _ROMAN.fullmatch(word)
    if match is not None and match.group(1) in _ROMAN_VALUES:
        return {"ordinal": _ROMAN_VALUES[match.group(1)]}
    return None


def ordinals_by_mark(tokens: Tokens, language: Language) -> list[Fold]:
    """ "1er", "2e", "3-го", "5ª": an ordinal by the letters behind it."""
    out = []
    for match in language.folder("(n:<dg>)'-'?(e:<ordinal_mark>)").finditer(tokens.letters):
        first, last = match.span()
        number: Number = tokens.meanings[first]["num"]
        if number.value > 100 and language.name != "ru":
            continue
        if number.value >= 1000:
            continue
        if language.name == "ru" and number.value in (20, 30, 40, 50, 60, 70, 80, 90):
            if tokens.word(last - 1).lower() in ("е", "х", "м"):
                continue  # a decade
        out.append(Fold(first, last, {"ordinal": int(number.value)}))
    return out


def halves(tokens: Tokens, language: Language) -> list[Fold]:
    """ "two and a half" as the language says it: deux et demi, dos y medio, два с половиной."""
    out = []
    for match in language.folder(_HALVES[language.name]).finditer(tokens.letters):
        first, last = match.span()
        number: Number = tokens.meanings[first]["num"]
        if number.low is not None:
            continue
        scale = 1.0
        for factor in (1e9, 1e6, 1e3):
            if number.value >= factor and not number.digits:
                scale = factor
                break
        value = number.value + scale / 2
        out.append(
            Fold(
                first,
                last,
                roles_of_number(
                    Number(value, scale / 10 if scale > 1 else 0.1, fraction=scale == 1)
                ),
            )
        )
    return out


_HALVES = {
    "de": "(n:<num>)'einhalb'",
    "fr": "(n:<num>) 'et' ('demi'|'demie')",
    "es": "(n:<num>) 'y' ('medio'|'media')",
    "ru": "(n:<num>) 'с' 'половиной'",
}


def _language(
    name: str,
    words: Words,
    style: Style,
    dates: tuple[Words, Rules],
    figures: Rules,
    marks: str,
    **patterns: str | bool | None,
) -> Language:
    date_words, date_rules = dates
    table = merge(words, date_words, {mark: {"ordinal_mark": None} for mark in marks.split()})
    table.setdefault("'", {})["apos"] = None
    holidays = []
    for holiday, some in dates_european.HOLIDAYS[name].items():
        holidays.append(("'" + some.replace("'", "§") + "'", "holiday:" + holiday))
        for phrase in some.split("|"):
            table.setdefault(phrase.split()[0].partition("'")[0], {})["hol"] = None
    made: tuple[Roles, ...] = (
        {"ordinal": None},
        {"ordinal": None, "upper": None},
        {"hmin": None},
        {"weekday": None},
        {"weekday": None, "upper": None},
        {"small": None},
        {"hundred": None},
        {"mult": None},
    )
    alphabet = Alphabet({}, decimal=",", made=made)
    if name == "de":
        alphabet.guess = _guess_german
    elif name in ("fr", "es"):
        alphabet.guess = _guess_marks
    core = (
        "<month|weekday|mod|unit|tunit|season|deictic|clock|numdate|iso|clockword|yearmonth|now|vagueword|"
        "hol|year|ordinal|roman>|'uhr'|'heures'|'horas'|<day>'.'<m12>'.'|<dec2>'.'"
    )
    around = (
        "' '|<num|month|weekday|mod|unit|tunit|season|ordinal|a|few|part|daypart|clock|numdate|apos|year|dec2|"
        f"ordinal_mark|hol>|{_quoted(date_rules)}|','|'.'|'-'|'/'|'('|')'"
    )
    return make(
        name,
        table,
        alphabet,
        style,
        "dmy",
        {"dates": [*date_rules, *holidays], "figures": figures},
        {
            "dates": f"({around}){{0,12}}({core})({around})*",
            "figures": "<num|orders|few|few_number|a|den|demi|approx>|'полгода'|'la' <ordinal>|'half'",
        },
        [ordinals_by_mark, halves],
        ["(n:<dg>)'-'?(e:<ordinal_mark>)", _HALVES[name]],
        **patterns,
    )


def _quoted(rules: Rules) -> str:
    """The words that rules name, as one set."""
    words: set[str] = set()
    for source, _ in rules:
        for some in re.findall(r"'([^']+)'", source):
            for phrase in some.split("|"):
                words.update(re.findall(r"[^\W\d_]+", phrase))
    return "'" + "|".join(sorted(words)) + "'"


@lru_cache(maxsize=1)
def german() -> Language:
    words = merge(
        {word: {"small": value} for word, value in _GERMAN_SMALL.items()},
        {word: {"tens": value} for word, value in _GERMAN_TENS.items()},
        each(
            "mult",
            "million/millionen/mio=1000000 milliarde/milliarden/mrd=1000000000 "
            "billion/billionen=1000000000000 tausend=1000 tsd=1000",
        ),
        {"hundert": {"hundred": None}, "und": {"and": None}, "dutzend": {"dozen": 12}},
        each("orders", "dutzende/dutzenden=12 hunderte/hunderten=100 tausende/tausenden/tausender=1000 zehntausende/zehntausenden=10000 hunderttausende/hunderttausenden=100000 millionen=1000000 milliarden=1000000000"),
        each("den", "hälfte=2 drittel=3 viertel=4 fünftel=5 sechstel=6 achtel=8 zehntel=10 hundertstel=100"),
        {"paar": {"few_number": None}, "einige": {"few_number": None}, "mehrere": {"few_number": None}, "wenige": {"few_number": None}},
        {"anderthalb": {"small": 1.5}, "eineinhalb": {"small": 1.5}, "zweieinhalb": {"small": 2.5}, "dreieinhalb": {"small": 3.5}},
    )  # fmt: skip
    return _language(
        "de",
        words,
        Style(joiner="nothing"),
        dates_european.german(),
        figures_european.GERMAN,
        "ten te",
        joins=r",? ?(?:um|gegen|am|den|im|vom|ab)? ?|, (?:den|dem) ",
        range_from=r"\b(?:von|vom|zwischen|zwischen dem|ab)\s+(?:dem )?$",
        range_to=r" ?[-–—] ?| bis (?:zum |Ende |einschließlich )?",
        range_and=r" und (?:dem )?",
        between=r"\s*zwischen",
        ahead=r"\b(?:wird|werden|soll|sollen|will|wollen|plant|geplant|bis|ab)\b",
    )


@lru_cache(maxsize=1)
def french() -> Language:
    words = merge(
        each(
            "small",
            "zéro/zero=0 un/une=1 deux=2 trois=3 quatre=4 cinq=5 six=6 sept=7 huit=8 neuf=9 dix=10 onze=11 "
            "douze=12 treize=13 quatorze=14 quinze=15 seize=16",
        ),
        each("tens", "vingt/vingts=20 trente=30 quarante=40 cinquante=50 soixante=60 septante=70 huitante=80 nonante=90"),
        each("mult", "mille=1000 million/millions=1000000 milliard/milliards=1000000000 md=1000000000 mds=1000000000 billion/billions=1000000000000"),
        {"cent": {"hundred": None}, "cents": {"hundred": None}, "et": {"and": None}, "douzaine": {"approx": 12}, "douzaines": {"orders": 12}},
        each("approx", "dizaine=10 quinzaine=15 vingtaine=20 trentaine=30 quarantaine=40 cinquantaine=50 soixantaine=60 centaine=100 millier=1000"),
        each("orders", "dizaines=10 centaines=100 milliers=1000 millions=1000000 milliards=1000000000"),
        each("den", "moitié=2 tiers=3 quart/quarts=4 cinquième/cinquièmes=5 sixième=6 dixième/dixièmes=10 centième=100"),
        {"quelques": {"few_number": None}, "plusieurs": {"few_number": None}},
        {"demi": {"demi": None}, "demie": {"demi": None}},
    )  # fmt: skip
    return _language(
        "fr",
        words,
        Style(joiner="and", scores=(60, 80), four_twenties=True),
        dates_european.french(),
        figures_european.FRENCH,
        "er re e ème ère nd nde",
        joins=r",? ?(?:à|vers|le|du|dans la|dans l'|au|de) ?|,? ",
        range_from=r"\b(?:du|de|d'|entre|entre le|depuis le|depuis)\s*(?:le )?$",
        range_to=r" ?[-–—] ?| (?:à|au|jusqu'au|jusqu'en|jusqu'à) (?:la )?",
        range_and=r" et (?:le )?",
        between=r"\s*entre",
        ahead=r"\b(?:va|vont|sera|seront|doit|doivent|devrait|d'ici|prévu|prévue)\b",
    )


@lru_cache(maxsize=1)
def spanish() -> Language:
    words = merge(
        each(
            "small",
            "cero=0 un/uno/una=1 dos=2 tres=3 cuatro=4 cinco=5 seis=6 siete=7 ocho=8 nueve=9 diez=10 once=11 "
            "doce=12 trece=13 catorce=14 quince=15 dieciséis/dieciseis=16 diecisiete=17 dieciocho=18 "
            "diecinueve=19",
        ),
        each(
            "tens",
            "veinte=20 treinta=30 cuarenta=40 cincuenta=50 sesenta=60 setenta=70 ochenta=80 noventa=90",
        ),
        {word: {"num": Number(value, name=word), "int": None} for word, value in (
            ("veintiuno", 21), ("veintiún", 21), ("veintidós", 22), ("veintitrés", 23), ("veinticuatro", 24),
            ("veinticinco", 25), ("veintiséis", 26), ("veintisiete", 27), ("veintiocho", 28), ("veintinueve", 29),
        )},
        each("hundreds", "cien/ciento=100 doscientos/doscientas=200 trescientos/trescientas=300 cuatrocientos/cuatrocientas=400 quinientos/quinientas=500 seiscientos/seiscientas=600 setecientos/setecientas=700 ochocientos/ochocientas=800 novecientos/novecientas=900"),
        each("mult", "mil=1000 millón/millon/millones=1000000 billón/billones=1000000000000"),
        {"y": {"and": None}, "docena": {"dozen": 12}},
        each("orders", "decenas=10 docenas=12 cientos=100 centenares=100 miles=1000 millares=1000 millones=1000000"),
        each("approx", "decena=10 veintena=20 centenar=100 millar=1000 treintena=30 cincuentena=50"),
        each("den", "mitad=2 tercio/tercios=3 cuarto/cuartos=4 quinto/quintos=5 décimo/décimos=10"),
        {"unos": {"few_number": None}, "algunos": {"few_number": None}, "varios": {"few_number": None}, "varias": {"few_number": None}, "pocos": {"few_number": None}},
        {"medio": {"demi": None}, "media": {"demi": None}},
    )  # fmt: skip
    for word, roles in list(words.items()):
        number = roles.get("num")
        if number is not None:
            words[word] = {"small2": number.value}
    for word in list(words):
        value = words[word].pop("small2", None)
        if value is not None:
            words[word] = dict(roles_of_number(Number(value, name=word)))
    return _language(
        "es",
        words,
        Style(joiner="and"),
        dates_european.spanish(),
        figures_european.SPANISH,
        "º ª er ro ra do da",
        joins=r",? ?(?:a las|a la|por la|de la|del|el|en la|sobre las)? ?",
        range_from=r"\b(?:del|de|desde|desde el|entre|entre el)\s+(?:el )?$",
        range_to=r" ?[-–—] ?| (?:a|al|hasta|hasta el) ",
        range_and=r" y (?:el )?",
        between=r"\s*entre",
        ahead=r"\b(?:será|serán|va a|van a|debe|deberá|antes de|previsto|prevista|hasta)\b",
    )


@lru_cache(maxsize=1)
def russian() -> Language:
    words = merge(
        each(
            "small",
            "ноль/нуль=0 один/одна/одно/одного/одной/одну/одному/одним=1 два/две/двух/двум/двумя=2 "
            "три/трех/трёх/трем/трём/тремя=3 четыре/четырех/четырёх/четырем=4 пять/пяти/пятью=5 "
            "шесть/шести=6 семь/семи=7 восемь/восьми=8 девять/девяти=9 десять/десяти=10 "
            "одиннадцать/одиннадцати=11 двенадцать/двенадцати=12 тринадцать/тринадцати=13 "
            "четырнадцать/четырнадцати=14 пятнадцать/пятнадцати=15 шестнадцать/шестнадцати=16 "
            "семнадцать/семнадцати=17 восемнадцать/восемнадцати=18 девятнадцать/девятнадцати=19 "
            "полтора/полторы=1.5 двое/двоих=2 трое/троих=3 четверо/четверых=4 пятеро=5",
        ),
        each(
            "tens",
            "двадцать/двадцати=20 тридцать/тридцати=30 сорок/сорока=40 пятьдесят/пятидесяти=50 "
            "шестьдесят/шестидесяти=60 семьдесят/семидесяти=70 восемьдесят/восьмидесяти=80 "
            "девяносто/девяноста=90",
        ),
        each(
            "hundreds",
            "сто/ста=100 двести/двухсот=200 триста/трехсот/трёхсот=300 четыреста/четырехсот/четырёхсот=400 "
            "пятьсот/пятисот=500 шестьсот/шестисот=600 семьсот/семисот=700 восемьсот/восьмисот=800 "
            "девятьсот/девятисот=900",
        ),
        each(
            "mult",
            "тысяча/тысячу/тысячи/тысяч/тысячам/тысячей/тысячами/тыс=1000 "
            "миллион/миллиона/миллионов/миллиону/миллионом/миллионам/миллионами/млн=1000000 "
            "миллиард/миллиарда/миллиардов/миллиарду/миллиардом/млрд=1000000000 "
            "триллион/триллиона/триллионов/трлн=1000000000000",
        ),
        each("orders", "десятки/десятков/десятками/десяткам/десятках=10 дюжины=12 сотни/сотен/сотнями/сотням/сотнях=100 тысячи/тысячами/тысячам/тысячах=1000 миллионы/миллионами/миллионам/миллионах=1000000 миллиарды/миллиардами=1000000000"),
        each("approx", "десяток/десятка=10 сотня/сотню/сотни=100"),
        each("den", "половина/половину/половины/половине=2 треть/трети/третей=3 четверть/четверти/четвертей=4 пятая/пятую/пятых=5 десятая/десятую/десятых=10 десятой=10"),
        {"несколько": {"few_number": None}, "нескольких": {"few_number": None}, "несколькими": {"few_number": None}},
    )  # fmt: skip
    for word, value in (
        ("полмиллиона", 500_000),
        ("полтысячи", 500),
        ("полмиллиарда", 500_000_000),
        ("полторы", 0),
    ):
        if value:
            words[word] = dict(roles_of_number(Number(value, name=word)))
    words["сотни"].pop("approx", None)
    return _language(
        "ru",
        words,
        Style(joiner="nothing", hyphen=False),
        dates_european.russian(),
        figures_european.RUSSIAN,
        "го й е я м х му ого ая ый ой ых",
        joins=r",? ?(?:в|около|к|с|до)? ?",
        range_from=r"\b(?:с|со|между|от)\s+$",
        range_to=r" ?[-–—] ?| (?:по|до) ",
        range_and=r" и ",
        between=r"\s*между",
        ahead=r"\b(?:будет|будут|планирует|планируют|до|должен|должны|намерен)\b",
    )
