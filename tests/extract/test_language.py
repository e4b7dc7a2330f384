"""Which language a text is in: plainly English at once, all else by the model."""

from __future__ import annotations

import pytest

from assay.extract import language

ENGLISH = (
    "The ministry said that the cargo was counted twice, and that it would return to the port "
    "with the captain. They have not been told by whom the letters were sent to his office."
)
OTHERS = {
    "de": (
        "Das Ministerium erklärte, die Ladung sei im Hafen zweimal gezählt worden, und der Kapitän "
        "habe den Brief selbst an die Behörde geschickt; the of and to with."
    ),
    "nl": (
        "Het ministerie zei dat de lading in de haven twee keer was geteld en dat de kapitein de "
        "brief zelf aan de dienst had gestuurd, maar wie dat heeft gedaan is niet bekend."
    ),
    "fr": (
        "Le ministère a déclaré que la cargaison avait été comptée deux fois dans le port et que "
        "le capitaine avait lui-même envoyé la lettre à ses services."
    ),
}


def test_plain_english_is_told_without_asking_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(language, "_identifier", None)
    assert language.language_of(ENGLISH) == "en"
    assert language.language_of(ENGLISH.replace("said", "“said”")) == "en"


@pytest.mark.parametrize("code", sorted(OTHERS))
def test_a_few_english_words_do_not_make_a_text_english(code: str) -> None:
    assert language.language_of(OTHERS[code]) == code


def test_words_in_a_list_without_grammar_are_left_to_the_model() -> None:
    assert not language._is_english("cargo port night ship crane invoice the of and".split() * 2)
