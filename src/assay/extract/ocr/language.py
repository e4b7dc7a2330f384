"""Choose one model for a page by a first look at a few of its lines.

Reading a page with the wrong model of the right script costs more errors than anything else
(Uyghur read as Arabic: 39 %), and reading it with several costs their sum. So a strip of
two lines is read instead, first with what the neighbours suggest. A model that reads
letters of another script says so by its confidence, and models of one script are told apart
by letters that only one of the languages has.

The rule: the first language that convinces ends the search. Confidences are percent, over
characters.

Languages are named as Tesseract names its models (ISO 639-3, chi_sim, chi_tra); neighbours
and --langs may also be ISO 639-1.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from assay.extract.language import language_of
from assay.ports import OcrWord

# ISO 639-1 (and a few other spellings) -> models, the likeliest first.
_MODELS: dict[str, tuple[str, ...]] = {
    "af": ("afr",), "am": ("amh",), "ar": ("ara",), "az": ("aze",), "be": ("bel",),
    "bg": ("bul",), "bn": ("ben",), "bo": ("bod",), "bs": ("bos",), "ca": ("cat",),
    "cs": ("ces",), "cy": ("cym",), "da": ("dan",), "de": ("deu",), "el": ("ell",),
    "en": ("eng",), "eo": ("epo",), "es": ("spa",), "et": ("est",), "eu": ("eus",),
    "fa": ("fas",), "fi": ("fin",), "fr": ("fra",), "ga": ("gle",), "gl": ("glg",),
    "gu": ("guj",), "he": ("heb",), "hi": ("hin",), "hr": ("hrv",), "hu": ("hun",),
    "hy": ("hye",), "id": ("ind",), "is": ("isl",), "it": ("ita",), "ja": ("jpn",),
    "ka": ("kat",), "kk": ("kaz",), "km": ("khm",), "ko": ("kor",), "ku": ("kmr",),
    "ky": ("kir",), "la": ("lat",), "lo": ("lao",), "lt": ("lit",), "lv": ("lav",),
    "mk": ("mkd",), "mn": ("mon",), "mr": ("mar",), "ms": ("msa",), "my": ("mya",),
    "nb": ("nor",), "ne": ("nep",), "nl": ("nld",), "nn": ("nor",), "no": ("nor",),
    "pl": ("pol",), "ps": ("pus",), "pt": ("por",), "ro": ("ron",), "ru": ("rus",),
    "sk": ("slk",), "sl": ("slv",), "sq": ("sqi",), "sr": ("srp",), "sv": ("swe",),
    "sw": ("swa",), "ta": ("tam",), "te": ("tel",), "tg": ("tgk",), "th": ("tha",),
    "tr": ("tur",), "tt": ("tat",), "ug": ("uig",), "uk": ("ukr",), "ur": ("urd",),
    "uz": ("uzb",), "vi": ("vie",), "zh": ("chi_sim", "chi_tra"),
    "zh-hans": ("chi_sim",), "zh-hant": ("chi_tra",), "zh-cn": ("chi_sim",),
    "zh-tw": ("chi_tra",), "zho": ("chi_sim", "chi_tra"), "chi": ("chi_sim", "chi_tra"),
    "ger": ("deu",), "fre": ("fra",), "per": ("fas",), "cze": ("ces",), "dut": ("nld",),
}  # fmt: skip

_SCRIPTS = {
    "Cyrillic": "rus kaz ukr bel bul srp mkd mon kir tat tgk uzb_cyrl aze_cyrl",
    "Arabic": "uig ara fas urd pus snd kur_ara",
    "Han": "chi_sim chi_tra",
    "Kana": "jpn",
    "Hangul": "kor",
    "Greek": "ell grc",
    "Hebrew": "heb yid",
    "Devanagari": "hin mar nep san",
    "Georgian": "kat",
    "Armenian": "hye",
    "Thai": "tha",
    "Tibetan": "bod dzo",
    "Ethiopic": "amh tir",
}
_SCRIPT_OF = {model: script for script, models in _SCRIPTS.items() for model in models.split()}
# Who looks first where nothing is known. Within a script the one whose letters hold most of
# the others': `uig` reads Arabic at 85 %, `ara` reads Uyghur at 49 %.
_ORDER = [
    "eng",
    "rus",
    "uig",
    "ara",
    "chi_sim",
    "kaz",
    "fas",
    "chi_tra",
    "jpn",
    "kor",
    "ell",
    "heb",
]
_PREFIXES = {
    "Cyrillic": ("CYRILLIC",),
    "Arabic": ("ARABIC",),
    "Han": ("CJK",),
    "Kana": ("CJK", "HIRAGANA", "KATAKANA"),
    "Hangul": ("HANGUL", "CJK"),
    "Ethiopic": ("ETHIOPIC",),
    "Latin": ("LATIN",),
}
# Letters that a language has and its neighbours in the script have not.
_OWN_LETTERS = {
    "kaz": "әғқңөұүһіӘҒҚҢӨҰҮҺІ",
    "kir": "ңөүҢӨҮ",
    "ukr": "їєґіЇЄҐІ",
    "bel": "ўіЎІ",
    "srp": "ђјљњћџЂЈЉЊЋЏ",
    "uig": "ېۈۆۇەڭ",
    "fas": "پچژگ",
    "urd": "ٹڈڑںےھ",
}
_CONVINCED = 88.0  # the strip of a noisy page read by its own model has 90 and more
_LIKELY = 72.0  # the right model on a bad page
_WORTH_SETTLING = 50.0  # a model of the right script: `rus` reads Kazakh at 65 to 80
_OWN_SHARE = 0.015
_LEAST = 12  # characters below which a look says little


@dataclass(frozen=True)
class Look:
    """What a first look found: the language, how well it reads (percent), the strip's text."""

    language: str
    confidence: float
    text: str


Reader = Callable[[str], list[OcrWord]]


def models_for(names: Iterable[str]) -> list[str]:
    """The models for languages as people and metadata name them, in order, each once."""
    found: dict[str, None] = {}
    for name in names:
        key = name.strip().lower()
        for model in _MODELS.get(key) or _MODELS.get(key.split("-")[0]) or (key,):
            if model:
                found[model] = None
    return list(found)


def script_of(model: str) -> str:
    """The script that a model reads; Latin where the table does not say otherwise."""
    return _SCRIPT_OF.get(model, "Latin")


def first_look(
    read: Reader,
    available: Iterable[str],
    langs: Sequence[str] = (),
    neighbours: Sequence[str] = (),
) -> Look | None:
    """Choose the language of a strip of text.

    `read` recognises the strip in one language; it is called once for each that is tried.
    `langs` limits the choice to what a person named; `neighbours` are the languages of the
    pages and exhibits around, repeated as often as they occur. None where none is available.
    """
    return _Choice(read, available, langs, neighbours).make()


class _Choice:
    def __init__(
        self,
        read: Reader,
        available: Iterable[str],
        langs: Sequence[str],
        neighbours: Sequence[str],
    ) -> None:
        self._read = read
        self._looks: dict[str, Look] = {}
        self._told: list[str] = []  # what the words themselves say, in Latin script
        here = frozenset(available)
        named = [model for model in models_for(langs) if model in here]
        around = Counter(model for name in neighbours for model in models_for([name])[:1])
        self._around = [model for model, _ in around.most_common() if model in here]
        self._named = bool(langs)
        if self._named:
            self._candidates = named
        else:
            rest = [m for m in _ORDER if m in here]
            order = dict.fromkeys([*self._around, *rest, *sorted(here)])
            self._candidates = list(order)

    def make(self) -> Look | None:
        if not self._candidates:
            return None
        if len(self._candidates) == 1:
            return self._look(self._candidates[0])
        for scout in self._scouts():
            look = self._look(scout)
            if look.confidence >= _WORTH_SETTLING and self._is_in_script(look):
                settled = self._settle(look)
                if settled.confidence >= _LIKELY:
                    return settled
        return self._settle(max(self._looks.values(), key=lambda look: look.confidence))

    def _scouts(self) -> list[str]:
        """One candidate for each script, in their order."""
        first: dict[str, str] = {}
        for model in self._candidates:
            first.setdefault(script_of(model), model)
        return list(first.values())

    def _look(self, model: str) -> Look:
        if model not in self._looks:
            words = self._read(model)
            count = sum(len(word.text) for word in words)
            mean = sum(word.confidence * len(word.text) for word in words) / max(count, 1)
            if count < _LEAST:
                mean *= count / _LEAST
            self._looks[model] = Look(model, mean, " ".join(word.text for word in words))
        return self._looks[model]

    def _is_in_script(self, look: Look) -> bool:
        letters = [char for char in look.text if char.isalpha()]
        if not letters:
            return False
        script = script_of(look.language)
        prefixes = _PREFIXES.get(script, (script.upper(),))
        own = sum(unicodedata.name(char, "").startswith(prefixes) for char in letters)
        return own * 2 > len(letters)

    def _settle(self, look: Look) -> Look:
        """Compare the languages of one script, of which `look` is the first that was tried."""
        script = script_of(look.language)
        rivals = [m for m in self._candidates if script_of(m) == script and m != look.language]
        if not rivals:
            return look
        if script == "Latin" or len(rivals) > 3:
            # too many models to try each: what does the text itself say
            self._told = models_for([language_of(look.text) or ""])
            rivals = [m for m in rivals if m in self._told or (self._named and len(rivals) <= 3)]
            rivals = rivals[:3]
        if look.confidence >= _CONVINCED and self._has_own_letters(look):
            return look
        looks = [look, *(self._look(model) for model in rivals)]
        return max(looks, key=self._weigh)

    def _weigh(self, look: Look) -> tuple[float, int]:
        weight = look.confidence + (5 if look.language in self._told else 0)
        if look.language in _OWN_LETTERS:
            # its letters are in the text, or the text is in a language that has none of them
            weight += 8 if self._has_own_letters(look) else -8
        if look.language in self._around[:1]:
            weight += 1.5
        if look.language == "chi_tra":
            weight -= 4  # it reads simplified characters as sure of itself as traditional ones
        return weight, -self._candidates.index(look.language)

    def _has_own_letters(self, look: Look) -> bool:
        own = _OWN_LETTERS.get(look.language)
        if own is None:
            return False
        letters = sum(char.isalpha() for char in look.text)
        return len(re.findall(f"[{own}]", look.text)) >= max(2, _OWN_SHARE * letters)
