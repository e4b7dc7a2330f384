"""Choose one model for a page by a first look at a few of its lines.

Reading a page with the wrong model of the right script costs more errors than anything else
(Uyghur read as Arabic: 39 %), and reading it with several costs their sum. So a piece of one
line is read instead, first with what the neighbours and the shape of the letters suggest, and
within a script by the model that knows the most letters: the letters that it finds say which
language it is, mostly without another look. Where they do not, the models of the script are
compared on three pieces.

The rule: the first language that convinces ends the search. Confidences are percent, over
characters.

Languages are named as Tesseract names its models (ISO 639-3, chi_sim, chi_tra); neighbours
and --langs may also be ISO 639-1.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from assay.extract.language import language_of
from assay.extract.ocr.han import HAN, telling
from assay.extract.ocr.shape import Shape
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
# the others': `uig` reads Arabic at 85 %, `ara` reads Uyghur at 49 %; `kaz` reads Russian at
# 93 %, `rus` reads Kazakh at 74 %.
_ORDER = [
    "eng",
    "kaz",
    "rus",
    "uig",
    "ara",
    "chi_sim",
    "fas",
    "chi_tra",
    "jpn",
    "kor",
    "ell",
    "heb",
]
# Scripts that are not looked at before the others when letters have this shape.
_NOT_FIRST: dict[Shape, Callable[[str], bool]] = {
    "square": lambda script: script not in {"Han", "Kana", "Hangul"},
    "joined": lambda script: script != "Arabic",
    "upright": lambda script: script in {"Han", "Kana", "Arabic"},
    "": lambda script: False,
}
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
    "mon": "өүӨҮ",
    "tat": "әҗңөүһӘҖҢӨҮҺ",
    "tgk": "ғӣқӯҳҷҒӢҚӮҲҶ",
    "mkd": "ѓѕјљњќџЃЅЈЉЊЌЏ",
    "ukr": "їєґіЇЄҐІ",
    "bel": "ўіЎІ",
    "srp": "ђјљњћџЂЈЉЊЋЏ",
    "uig": "ېۈۆۇڭ",  # and not ە, as which a final ه is read
    "fas": "پچژگ",
    "urd": "ٹڈڑںےھ",
}
_CONVINCED = 88.0  # a piece of a noisy page read by its own model has 90 and more
_LIKELY = 72.0  # the right model on a bad page
_WORTH_SETTLING = 50.0  # a model of the right script: `rus` reads Kazakh at 65 to 80
_KNOWN = 80.0  # a model that knows the letters of the page, if perhaps not its words
_NO_LETTERS = 60.0  # a look at no letters, or at those of another script, is no better
_OWN_SHARE = 0.03
_RARE_SHARE = {"fas": 0.01}  # its four letters are 3 in 100 of a Persian text, and none of others
_LEAST = 12  # characters below which a look says little
_ENOUGH = 40  # letters of one piece
# Letters of a text in a language among which is one of its own, but for 3 times in 1,000.
_SEEN_IN = {"uig": 23, "kaz": 38, "ukr": 58, "bel": 60, "urd": 60, "kir": 110}


@dataclass(frozen=True)
class Look:
    """What a first look found: the language, how well it reads (percent), the text of the pieces.

    Where the letters said that it is another language than that of the model that looked, the
    confidence is still that model's.
    """

    language: str
    confidence: float
    text: str
    telling: float = 0.0  # for simplified or for traditional characters: han.telling


Reader = Callable[[str, bool], list[OcrWord]]


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
    shape: Shape = "",
    shown: Callable[[bool], Image.Image | None] = lambda wide: None,
) -> Look | None:
    """Choose the language of a page.

    `read` recognises a piece of a line in one language, or, where its second argument is true,
    a few of them; it is called at most once for each language and of these two.
    `langs` limits the choice to what a person named; `neighbours` are the languages of the
    pages and exhibits around, repeated as often as they occur; `shape` is that of the letters;
    `shown` gives the picture that `read` sees. None where no model is available.
    """
    return _Choice(read, available, langs, neighbours, shape, shown).make()


class _Choice:
    def __init__(
        self,
        read: Reader,
        available: Iterable[str],
        langs: Sequence[str],
        neighbours: Sequence[str],
        shape: Shape,
        shown: Callable[[bool], Image.Image | None],
    ) -> None:
        self._read = read
        self._shown = shown
        self._shape = shape
        self._looks: dict[tuple[str, bool], Look] = {}
        self._told: list[str] = []  # what the words themselves say
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
        best = self._settle(max(self._looks.values(), key=lambda look: look.confidence))
        if best.confidence > _NO_LETTERS and not self._is_in_script(best):
            return replace(best, confidence=_NO_LETTERS)  # digits of a page that is upside down
        return best

    def _scouts(self) -> list[str]:
        """One candidate for each script; first those whose letters have the shape of these."""
        first: dict[str, str] = {}
        for model in self._candidates:
            first.setdefault(script_of(model), model)
        late = _NOT_FIRST[self._shape]
        return sorted(first.values(), key=lambda model: late(script_of(model)))

    def _look(self, model: str, wide: bool = False) -> Look:
        found = self._looks.get((model, wide))
        if found is None:
            words = self._read(model, wide)
            count = sum(len(word.text) for word in words)
            mean = sum(word.confidence * len(word.text) for word in words) / max(count, 1)
            if count < _LEAST:
                mean *= count / _LEAST
            text = " ".join(word.text for word in words)
            told = telling(words, model, self._shown(wide)) if model in HAN else 0.0
            found = Look(model, mean, text, told)
            self._looks[model, wide] = found
        return found

    def _is_in_script(self, look: Look) -> bool:
        letters = [char for char in look.text if char.isalpha()]
        if not letters:
            return False
        script = script_of(look.language)
        prefixes = _PREFIXES.get(script, (script.upper(),))
        own = sum(unicodedata.name(char, "").startswith(prefixes) for char in letters)
        return own * 2 > len(letters)

    def _settle(self, look: Look) -> Look:
        """Find the language among those of one script, of which `look` is the first tried."""
        script = script_of(look.language)
        rivals = [m for m in self._candidates if script_of(m) == script and m != look.language]
        if not rivals or self._is_confirmed(look, rivals):
            return look
        if look.language in _OWN_LETTERS:
            told = self._by_text(look, rivals)
            if told is None and _letters(look.text) < 3 * _ENOUGH:
                look = self._look(look.language, wide=True)
                told = self._by_text(look, rivals)
            if told is not None:
                return told
        if script == "Latin" or len(rivals) > 3:
            # too many models to try each: what does the text itself say
            self._told = models_for([language_of(look.text) or ""])
            if self._told[:1] != [look.language] or look.confidence < _CONVINCED:
                look = self._look(look.language, wide=True)
                self._told = models_for([language_of(look.text) or ""])
            rivals = [m for m in rivals if m in self._told or (self._named and len(rivals) <= 3)]
            rivals = rivals[:3]
            if not rivals:
                return look
        looks = [self._look(model, wide=True) for model in (look.language, *rivals)]
        return max(looks, key=self._weigh)

    def _is_confirmed(self, look: Look, rivals: Sequence[str]) -> bool:
        """True where the first look is enough: own letters, or the neighbours' language."""
        if look.confidence >= _CONVINCED and self._has_own_letters(look, rivals):
            return True
        # `rus` next to Russian pages is as sure of itself as on no other language
        return (
            look.language in self._around[:1]
            and look.confidence >= _CONVINCED + 4
            and look.language not in _OWN_LETTERS
            and script_of(look.language) not in {"Latin", "Han"}
        )

    def _by_text(self, look: Look, rivals: Sequence[str]) -> Look | None:
        """The language by a text that a model read which knows the letters. None: unsure."""
        told = self._by_letters(look, rivals)
        if told is None:
            return None
        if told == look.language or look.confidence >= _KNOWN:
            return replace(look, language=told)
        # not its words: `uig` reads Persian at 64 to 81
        own = self._look(told)
        return own if own.confidence >= look.confidence else None

    def _by_letters(self, look: Look, rivals: Sequence[str]) -> str | None:
        """The language by its letters and words, read by a model that knows the letters."""
        text, letters = look.text, _letters(look.text)
        if self._has_own_letters(look, rivals):
            return look.language
        family = [look.language, *rivals]
        told = [m for m in models_for([language_of(text) or ""]) if m in family]
        if told and letters >= _ENOUGH:
            return told[0]
        counts = {m: self._count_own(text, m, ()) for m in family if m in _OWN_LETTERS}
        some = [m for m, count in counts.items() if _is_much(m, count, letters)]
        if some:
            return told[0] if told and told[0] in some else None
        if letters < max(_SEEN_IN.get(m, 3 * _ENOUGH) for m in counts):
            return None  # a few words may lack the letters of their language
        if max(counts.values()) > letters // (3 * _ENOUGH):
            return None
        plain = [m for m in rivals if m not in _OWN_LETTERS]
        if len(plain) > 1:
            plain = [m for m in told if m in plain]
        return plain[0] if plain else None

    def _weigh(self, look: Look) -> tuple[float, int]:
        if look.language in HAN:
            return look.telling, 0
        weight = look.confidence + (5 if look.language in self._told else 0)
        if look.language in _OWN_LETTERS:
            # its letters are in the text, or the text is in a language that has none of them
            weight += 8 if self._has_own_letters(look) else -8
        if look.language in self._around[:1]:
            weight += 1.5
        return weight, -self._candidates.index(look.language)

    def _has_own_letters(self, look: Look, rivals: Sequence[str] = ()) -> bool:
        """Whether letters of the language, and of none of its rivals, are in the text."""
        if look.language not in _OWN_LETTERS:
            return False
        own = self._count_own(look.text, look.language, rivals)
        return _is_much(look.language, own, _letters(look.text))

    def _count_own(self, text: str, language: str, rivals: Sequence[str]) -> int:
        others = "".join(_OWN_LETTERS.get(m, "") for m in rivals if m != language)
        own = set(_OWN_LETTERS[language]) - set(others)
        return sum(char in own for char in text)


def _is_much(language: str, own: int, letters: int) -> bool:
    return own >= max(2, _RARE_SHARE.get(language, _OWN_SHARE) * letters)


def _letters(text: str) -> int:
    return sum(char.isalpha() for char in text)
