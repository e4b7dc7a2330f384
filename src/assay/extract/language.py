"""The language of a text, by py3langid on a sample of it.

None where the text is too short to tell: 20 letters, or 4 Han characters. Uyghur in Arabic
script is settled by its own letters first, since they are no other language's.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

_CERTAIN = 0.8  # below it the answer is a guess, and none is given
_LANGUAGES = (
    "af", "am", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en",
    "es", "et", "eu", "fa", "fi", "fr", "ga", "gl", "gu", "he", "hi", "hr", "hu", "hy", "id",
    "is", "it", "ja", "ka", "kk", "km", "kn", "ko", "ku", "ky", "lo", "lt", "lv", "mk", "ml",
    "mn", "mr", "ms", "mt", "ne", "nl", "no", "pa", "pl", "ps", "pt", "ro", "ru", "si", "sk",
    "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "ug", "uk", "ur", "vi", "zh",
)  # fmt: skip
_SAMPLE = 2000
_LETTERS = re.compile(r"[^\W\d_]")
_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_ARABIC = re.compile(r"[\u0620-\u06ff]")
# ې, ۋ, ۇ, ۈ, ۆ and ە with hamza carriers: Uyghur vowels; Kazakh in Arabic script lacks ې and ۈ
_UYGHUR = re.compile(r"[\u06d0\u06c8]")


def language_of(text: str) -> str | None:
    """The ISO 639-1 code of the text's language, None where there is too little to tell."""
    sample = text[: 4 * _SAMPLE]
    if len(text) > 8 * _SAMPLE:  # a second look behind title pages and headers
        middle = len(text) // 2
        sample = text[: 2 * _SAMPLE] + " " + text[middle : middle + 2 * _SAMPLE]
    letters = len(_LETTERS.findall(sample))
    if letters < 20 and len(_HAN.findall(sample)) < 4:
        return None
    arabic = len(_ARABIC.findall(sample))
    if arabic * 2 > letters and len(_UYGHUR.findall(sample)) * 60 > arabic:
        return "ug"
    code, certainty = _identifier().classify(" ".join(sample.split())[:_SAMPLE])
    return str(code) if certainty >= _CERTAIN else None


@cache
def _identifier() -> Any:
    """The identifier, held to languages that leaks are written in: among all 140 that it knows
    a list of names or sums comes out as Ikalanga or Nigerian Pidgin."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    found = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    found.set_languages(list(_LANGUAGES))
    return found
