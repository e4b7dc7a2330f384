"""What a word is: whether it is one, and whether it denies, limits or counts.

Word lists come from pyspellchecker (MIT; counts of words from film subtitles, in English, German,
Spanish, French, Russian, Arabic and others). A word of the case's own texts is a word too when it
stands on several pages. Everything here works on folded words (`tokens.fold`).
"""

from __future__ import annotations

import gzip
import json
import re
from functools import lru_cache
from importlib import resources

NEGATIONS = frozenset(
    # English
    "no not never none nobody nothing nowhere neither nor without cannot cant hardly scarcely"
    " barely rarely seldom noone nay nought naught aint nowise"
    # German
    " nicht kein keine keinen keinem keiner keines nie niemals niemand nichts ohne weder kaum"
    # French
    " pas jamais rien aucun aucune sans non personne ni guere"
    # Spanish
    " nunca jamas nada nadie ningun ninguno ninguna sin tampoco"
    # Russian
    " не ни нет никогда никто ничего ничто нигде без нельзя невозможно едва"
    # Arabic
    " لا لم لن ليس ليست غير بدون دون لست ليسوا"
    # Chinese, one character a token
    " 不 没 沒 無 无 非 未 别 別 莫 勿 否".split()
)
_NT = re.compile(
    r"^(do|does|did|is|are|was|were|has|have|had|ca|wo|would|could|should|must|need|might|may|"
    r"sha|ought|dare|ai|us|mus)n'?t$"
)
_NT_STEMS = {"ca": "can", "wo": "will", "sha": "shall", "ai": "is"}
MODALS = frozenset(
    (
        "can could may might must shall should will would ought need needs needed ll d soll"
        " sollte sollen muss musste müssen kann konnte können darf dürfen wird würde peut"
        " pourrait doit devrait puede podría debe debería может могут мог должен должна"
        " должны следует обязан может быть 会 能 可 必 须 應 应 该"
    ).split()
)
HEDGES = frozenset(
    (
        "allegedly perhaps maybe possibly probably reportedly supposedly apparently"
        " presumably seemingly purportedly conceivably likely arguably almost nearly hardly"
        " barely scarcely vielleicht angeblich möglicherweise vermutlich wahrscheinlich wohl"
        " fast peut-être apparemment probablement quizás quizá acaso supuestamente возможно"
        " вероятно якобы наверное может предположительно ربما لعل"
    ).split()
)
# a denial -> what it denies
OPPOSITES: dict[str, tuple[str, ...]] = {
    "not": ("now", "so", "just"),
    "no": ("a", "the", "some", "any"),
    "nothing": ("something", "everything", "anything"),
    "nobody": ("somebody", "everybody", "anybody"),
    "none": ("all", "one", "some", "most"),
    "never": ("ever", "always", "even"),
    "nowhere": ("somewhere", "everywhere"),
    "neither": ("either", "both"),
    "nor": ("or", "and"),
    "without": ("with",),
    "cannot": ("can",),
    "hardly": ("clearly", "really"),
}
OPPOSED: dict[str, tuple[str, ...]] = {}
for _denied, _others in OPPOSITES.items():
    for _other in _others:
        OPPOSED[_other] = (*OPPOSED.get(_other, ()), _denied)
_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non", "anti", "mis", "de", "не", "a")

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen"
    " fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SCALES = {
    "hundred": 100,
    "thousand": 1_000,
    "million": 1_000_000,
    "billion": 1_000_000_000,
    "trillion": 10**12,
    "dozen": 12,
}
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth"
).split()
SPELLED = (*_UNITS, *_TENS, *_ORDINALS)
NUMBER_WORDS: dict[str, float] = {
    **{word: number for number, word in enumerate(_UNITS)},
    **{word: 10 * number for number, word in enumerate(_TENS, 2)},
    **_SCALES,
    **{word + "s": value for word, value in _SCALES.items()},
    **{word: number for number, word in enumerate(_ORDINALS, 1)},
    "half": 0.5,
    "quarter": 0.25,
    "twice": 2,
    "once": 1,
    "thrice": 3,
    "both": 2,
    "double": 2,
    "triple": 3,
    "twentieth": 20,
    "hundredth": 100,
    "fortnight": 14,
    "score": 20,
}
for _n, _tens in enumerate(_TENS, 2):
    for _m, _unit in enumerate(_UNITS[1:10], 1):
        NUMBER_WORDS[_tens + _unit] = 10 * _n + _m
for _words in (
    "null eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "zéro un deux trois quatre cinq six sept huit neuf dix onze douze",
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "ноль один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать",
    "〇 一 二 三 四 五 六 七 八 九 十",
):
    for _n, _word in enumerate(_words.split()):
        NUMBER_WORDS.setdefault(_word, _n)
for _word, _value in (
    ("百", 100), ("千", 1_000), ("万", 10_000), ("萬", 10_000), ("亿", 10**8), ("億", 10**8),
    ("hundert", 100), ("tausend", 1_000), ("cent", 100), ("mille", 1_000), ("cien", 100),
    ("mil", 1_000), ("сто", 100), ("тысяч", 1_000), ("тысячи", 1_000), ("миллион", 10**6),
    ("миллионов", 10**6), ("millions", 10**6), ("millionen", 10**6), ("milliarden", 10**9),
):  # fmt: skip
    NUMBER_WORDS.setdefault(_word, _value)

# words of which one stands for another without looking odd: a difference here is never a slip
_CLASSES = tuple(
    frozenset(words.split())
    for words in (
        "he she we they it i you him her them us me his hers its our ours their theirs your my"
        " mine yours who whom",
        "is was are were be been being am isn't wasn't",
        "has had have having",
        "do does did done",
        "in on at of to by for from into onto with within off up down over under out upon about",
        "this that these those",
        "a an the some any all every each few many much most more less least fewer both either",
        "and or but nor yet so",
        "when where why who what how then there here than while whether",
        "always never often sometimes ever once still just only even also too very quite",
        "now not new no nor note known know",
        "before after since until ago during",
        "say says said see saw seen",
        "man men woman women",
        "win won lose lost loss",
        "good god bad",
        "hire fire",
        "war wars",
        "may can will would could should shall might must",
        "come came gone go goes went",
        "take took taken give gave given get got",
        "first last next past",
        "yes no",
        "will well",
        "best worst better worse",
        "big bigger small high low higher lower",
        "legal illegal",
        "left right",
        "true untrue false",
        "rise raise fall fell rose raised risen",
        "buy sell bought sold",
        "accept except expect",
        "affect effect",
        "live leave love lie",
        "told hold sold",
        "black white",
        "east west north south",
    )
)


@lru_cache(maxsize=100_000)
def denial(norm: str) -> str:
    """What a word denies: "" for nothing, else "not" or the word's stem with a mark.

    >>> denial("don't") == denial("dont") != ""
    True
    """
    if norm in NEGATIONS:
        return "not"
    if _NT.match(norm):
        return "not"
    return ""


@lru_cache(maxsize=100_000)
def nt_stem(norm: str) -> str:
    """The verb of a word like "don't" ("do"), "" for other words."""
    match = _NT.match(norm)
    if not match and norm in ("cannot", "cant"):
        return "can"
    if not match:
        return ""
    return _NT_STEMS.get(match[1], match[1])


def prefix_of(one: str, other: str) -> str:
    """The denying prefix by which one word is the other ("unhappy", "happy" -> "un"), or ""."""
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    if len(shorter) < 3:
        return ""
    for prefix in _PREFIXES:
        if longer == prefix + shorter:
            return prefix
    if longer == shorter + "less" or (
        longer.endswith("less") and shorter.endswith("ful") and longer[:-4] == shorter[:-3]
    ):
        return "less"
    return ""


@lru_cache(maxsize=10_000)
def fellows(norm: str) -> tuple[str, ...]:
    """The words that a writer might put for a word without its looking odd."""
    return tuple({word for words in _CLASSES if norm in words for word in words if word != norm})


def same_class(one: str, other: str) -> bool:
    """Whether a writer might put one for the other: no slip of a reader explains that better."""
    return any(one in words and other in words for words in _CLASSES)


@lru_cache(maxsize=1)
def _numbers() -> re.Pattern[str]:
    return re.compile(r"^\d+(?:[.,]\d+)*(?:st|nd|rd|th|s|k|m|bn|pm|am)?$")


@lru_cache(maxsize=100_000)
def value(norm: str) -> float | None:
    """The number that a token names by itself, None for other words."""
    if _numbers().match(norm):
        digits = re.match(r"\d+(?:[.,]\d+)*", norm)
        try:
            return float(digits[0].replace(",", ".")) if digits else None
        except ValueError:
            return None
    return NUMBER_WORDS.get(norm)


def total(norms: tuple[str, ...]) -> float | None:
    """The number that several tokens name together ("three hundred"), None where they do not."""
    values = [value(norm) for norm in norms if norm not in ("and", "a")]
    if not values or any(number is None for number in values):
        return None
    whole = current = 0.0
    for number in values:
        assert number is not None
        if number in (100.0, 12.0) and current:
            current *= number
        elif number >= 1_000 and current and number in (1e3, 1e4, 1e6, 1e8, 1e9, 1e12):
            whole += current * number
            current = 0.0
        else:
            current += number
    return whole + current


# ---------------------------------------------------------------- word lists

_LANGUAGES = {"latin": ("en", "de", "fr", "es"), "cyrillic": ("ru",), "arabic": ("ar",)}


@lru_cache(maxsize=16)
def counted(language: str) -> dict[str, int]:
    """How often each folded word of a language stands in its list."""
    place = resources.files("spellchecker") / "resources" / f"{language}.json.gz"
    with place.open("rb") as packed, gzip.open(packed) as plain:
        counts: dict[str, int] = json.load(plain)
    return counts


def frequency(norm: str, language: str = "en") -> int:
    """How often a folded word stands in the list of a language; 0 where it is not in it."""
    counts = counted(language)
    found = counts.get(norm, 0)
    if not found and norm.endswith("'s"):
        return counts.get(norm[:-2], 0)
    return int(found)


_AMERICAN = (
    (re.compile("our"), "or"),
    (re.compile(r"re(s|d)?$"), r"er\1"),
    (re.compile(r"([iy])s(e|es|ed|er|ers|ing|ation|ations)$"), r"\1z\2"),
    (re.compile(r"ll(ed|er|ers|ing)$"), r"l\1"),
    (re.compile(r"enc(e|es)$"), r"ens\1"),
    (re.compile(r"ogue(s)?$"), r"og\1"),
    (re.compile(r"mme(s)?$"), r"m\1"),
    (re.compile("(?:ae|oe)(?=[a-z]{2})"), "e"),
)
_BRITISH = re.compile("our|re|[iy]s|ll|enc|ogue|mme|[ao]e")


@lru_cache(65_536)
def spelled_in_american(norm: str) -> tuple[str, ...]:
    """How an American may spell a word: the list of English lacks many British forms."""
    if not _BRITISH.search(norm):
        return ()
    return tuple(other for form, instead in _AMERICAN if (other := form.sub(instead, norm)) != norm)


def script_of(text: str) -> str:
    """The script that most letters of a text are in: latin, cyrillic, arabic, han, other."""
    if text[:600].isascii():
        return "latin"
    counts = {"latin": 0, "cyrillic": 0, "arabic": 0, "han": 0, "other": 0}
    for character in text[:600]:
        code = ord(character)
        if not character.isalpha():
            continue
        if code < 0x250 or 0x1E00 <= code < 0x1F00:
            counts["latin"] += 1
        elif 0x400 <= code < 0x530:
            counts["cyrillic"] += 1
        elif 0x600 <= code < 0x780 or 0xFB50 <= code < 0xFF00:
            counts["arabic"] += 1
        elif 0x3040 <= code < 0xA000:
            counts["han"] += 1
        else:
            counts["other"] += 1
    return max(counts, key=lambda script: counts[script])


_COMMON = {
    "en": frozenset("the of and to in is that was for it with he she on as they are we".split()),
    "de": frozenset("der die das und ist nicht ein eine den von zu mit sich auf für im".split()),
    "fr": frozenset("le la les des et est que dans un une du pour qui pas au sur il".split()),
    "es": frozenset("el la los las de que y en un una es por con para del se no".split()),
}


def language_of(text: str) -> str:
    """The language of a text as far as its script and its commonest words tell."""
    script = script_of(text)
    if script == "cyrillic":
        return "ru"
    if script == "arabic":
        return "ar"
    if script != "latin":
        return "zh" if script == "han" else ""
    words = re.findall(r"[^\W\d_]+", text.lower())
    scores = {name: sum(word in common for word in words) for name, common in _COMMON.items()}
    best = max(scores, key=lambda name: scores[name])
    return best if scores[best] else "en"
