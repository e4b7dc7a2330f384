"""The language of a text, by py3langid on a sample of it.

None where the text is too short to tell: 20 letters, or 4 Han characters. Uyghur in Arabic
script is settled by its own letters first, since they are no other language's.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

_CERTAIN = 0.8  # below it the answer is a guess, and none is given
_SURE = 0.995  # of a part of the sample: then the whole of it is not asked
_PART = 300
_LANGUAGES = (
    "af", "am", "ar", "az", "be", "bg", "bn", "bs", "ca", "cs", "cy", "da", "de", "el", "en",
    "es", "et", "eu", "fa", "fi", "fr", "ga", "gl", "gu", "he", "hi", "hr", "hu", "hy", "id",
    "is", "it", "ja", "ka", "kk", "km", "kn", "ko", "ku", "ky", "lo", "lt", "lv", "mk", "ml",
    "mn", "mr", "ms", "mt", "ne", "nl", "no", "pa", "pl", "ps", "pt", "ro", "ru", "si", "sk",
    "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "ug", "uk", "ur", "vi", "zh",
)  # fmt: skip
_ARRAYS = ("ptc", "pc", "moves", "rows", "features")  # of the unpacked model
_SAMPLE = 2000
_ENGLISH = frozenset(
    (
        "the", "The", "of", "and", "And", "to", "with", "from", "this", "This", "that", "That",
        "which", "would", "their", "they", "They", "been", "were", "there", "have", "has", "your",
        "are", "you", "by", "our", "it", "we", "We", "his", "she", "She", "what", "When", "when",
    )
)  # fmt: skip
_ENGLISH_LEAST = 8
_NO_LETTERS = re.compile(r"[\W\d_]+")
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
    letters = len(_NO_LETTERS.sub("", sample))
    if letters < 20 and len(_HAN.findall(sample)) < 4:
        return None
    if not sample.isascii():
        arabic = len(_ARABIC.findall(sample))
        if arabic * 2 > letters and len(_UYGHUR.findall(sample)) * 60 > arabic:
            return "ug"
    words = sample.split()
    if len(sample.encode("ascii", "ignore")) * 50 >= len(sample) * 49 and _is_english(words):
        return "en"
    sample = " ".join(words)[:_SAMPLE]
    if len(sample) > 2 * _PART:
        # three places of it settle most texts, at a fraction of the cost
        third = _PART // 3
        middle = (len(sample) - third) // 2
        part = sample[:third] + sample[middle : middle + third] + sample[-third:]
        code, certainty = _identifier().classify(part)
        if certainty >= _SURE:
            return str(code)
    code, certainty = _identifier().classify(sample)
    return str(code) if certainty >= _CERTAIN else None


def _is_english(words: list[str]) -> bool:
    """Tell whether words are plainly English, at a tenth of the cost of asking the model.

    Every eighth word is one of those that English prose cannot do without (a third of it is) and
    that are no words of another language of Latin letters.
    """
    found = sum(word in _ENGLISH for word in words)
    return found >= _ENGLISH_LEAST and found * 8 >= len(words)


@cache
def _identifier() -> Any:
    """The identifier, held to languages that leaks are written in: among all 140 that it knows
    a list of names or sums comes out as Ikalanga or Nigerian Pidgin."""
    from py3langid.langid import LanguageIdentifier

    model = _unpacked_model()
    if model is None:
        model = _packed_model()
    ptc, pc, classes, moves, rows, features = model
    return LanguageIdentifier(ptc, pc, classes, moves, features, True, tk_row=rows)


def _packed_model() -> tuple[Any, ...]:
    """The model as its package holds it, cut to our languages. Costs most of a second."""
    from py3langid.langid import MODEL_DIR, MODEL_FILE
    from py3langid.modelio import load_model

    ptc, pc, classes, *automaton = load_model(MODEL_DIR / MODEL_FILE)
    ours = [place for place, code in enumerate(classes) if code in _LANGUAGES]
    return (ptc[:, ours], pc[ours], [classes[place] for place in ours], *automaton)


def _unpacked_model() -> tuple[Any, ...] | None:
    """The same as set-up laid it down, mapped from its files; None where it did not."""
    import numpy

    place = _unpacked_place()
    if not place.is_dir():
        return None
    ptc, pc, moves, rows, features = (
        numpy.load(place / f"{name}.npy", mmap_mode="r") for name in _ARRAYS
    )
    classes = json.loads((place / "classes.json").read_text(encoding="utf-8"))
    # views on the mapped files: a plain array would copy 40 MB, numpy answers items slowly
    # (and `asarray`, since items of a memmap are memmaps again, which costs ten times as much)
    return (
        numpy.asarray(ptc), numpy.asarray(pc), classes, memoryview(moves), rows.tolist(),
        features.tolist(),
    )  # fmt: skip


def _unpacked_place() -> Path:
    """Where set-up lays the unpacked model, named by what it was made from."""
    from py3langid.langid import MODEL_DIR, MODEL_FILE

    state = hashlib.sha256((MODEL_DIR / MODEL_FILE).read_bytes())
    state.update(" ".join(_LANGUAGES).encode())
    return Path(sys.prefix, "share", "assay", f"languages-{state.hexdigest()[:16]}")


def unpack_model() -> Path:
    """Lay the model down unpacked, so that no run has to do it; returns where.

    For set-up, which calls `python -m assay.extract.language`. Nothing depends on it but time.
    Raises OSError where the environment of the program cannot be written.
    """
    import numpy

    place = _unpacked_place()
    if place.is_dir():
        return place
    ptc, pc, classes, moves, rows, features = _packed_model()
    place.parent.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(dir=place.parent))
    for name, values in zip(_ARRAYS, (ptc, pc, moves, rows, features), strict=True):
        numpy.save(scratch / f"{name}.npy", numpy.asarray(values))
    (scratch / "classes.json").write_text(json.dumps(classes), encoding="utf-8")
    scratch.chmod(0o755)
    try:
        scratch.rename(place)
    except OSError:
        shutil.rmtree(scratch)  # another set-up was quicker, or the disk refuses
        if not place.is_dir():
            raise
    return place


if __name__ == "__main__":
    unpack_model()
