from collections.abc import Callable

import pytest

from assay.extract.ocr.language import first_look, models_for, script_of
from assay.ports import OcrWord

TEXTS = {
    "eng": "The board of the harbour authority met on Monday to discuss the new budget",
    "deu": "Der Vorstand der Hafenbehörde tagte am Montag, um den neuen Haushalt zu beraten",
    "rus": "Правление портовой администрации собралось в понедельник обсудить новый бюджет",
    "kaz": "Порт әкімшілігінің басқармасы жаңа бюджетті талқылау үшін дүйсенбі күні жиналды",
    "ara": "اجتمع مجلس إدارة الميناء يوم الاثنين لمناقشة الميزانية الجديدة للعام المقبل",
    "uig": "پورت باشقارمىسى يېڭى خامچوتنى مۇزاكىرە قىلىش ئۈچۈن دۈشەنبە كۈنى يىغىن ئاچتى",
    "chi_sim": "港务局董事会星期一开会讨论新的预算",
    "chi_tra": "港務局董事會星期一開會討論新的預算",
}
# What was measured on noisy strips: (language of the page, model) -> confidence.
SURE = {
    ("rus", "kaz"): 94.5, ("kaz", "rus"): 74.0, ("ara", "uig"): 85.0, ("uig", "ara"): 48.6,
    ("chi_sim", "chi_tra"): 93.0, ("chi_tra", "chi_sim"): 83.5, ("eng", "chi_sim"): 86.0,
    ("eng", "chi_tra"): 89.7, ("eng", "uig"): 55.7, ("kaz", "chi_sim"): 51.4,
    ("deu", "eng"): 93.0, ("eng", "deu"): 95.0,
}  # fmt: skip
GARBLED = {"eng": "TlopT Gack 17 ap", "rus": "Те Боага оЁ Ве", "uig": "7116 100810 011186"}


class Strip:
    """A strip in one language, as models of others read it; counts the looks."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.looks: list[str] = []

    def read(self, model: str) -> list[OcrWord]:
        self.looks.append(model)
        if model == self.language:
            text, sure = TEXTS[model], 93.0
        else:
            sure = SURE.get((self.language, model), 30.0)
            related = script_of(model) == script_of(self.language)
            text = TEXTS[self.language] if related else GARBLED.get(model, "8 9 #")
            if (self.language, model) == ("eng", "chi_sim"):
                text = TEXTS["eng"]
        return [OcrWord(word, (0, 0, 9, 9), sure, 0, 0) for word in text.split()]


@pytest.fixture
def look() -> Callable[..., tuple[str, list[str]]]:
    def take(
        page: str, *, here: str = " ".join(TEXTS), langs: str = "", near: str = ""
    ) -> tuple[str, list[str]]:
        strip = Strip(page)
        found = first_look(strip.read, here.split(), langs.split(), near.split())
        return (found.language if found else "", strip.looks)

    return take


Look = Callable[..., tuple[str, list[str]]]


@pytest.mark.parametrize("language", list(TEXTS))
def test_a_page_whose_neighbours_say_nothing_is_read_by_its_own_model(
    look: Look, language: str
) -> None:
    assert look(language)[0] == language


@pytest.mark.parametrize("language", list(TEXTS))
@pytest.mark.parametrize("near", ["en en", "ru", "ug", "zh", "ar en"])
def test_wrong_neighbours_do_not_mislead_the_look(look: Look, language: str, near: str) -> None:
    assert look(language, near=near)[0] == language


@pytest.mark.parametrize(("language", "near"), [("uig", "ug ug en"), ("kaz", "kk")])
def test_right_neighbours_make_one_look_enough(look: Look, language: str, near: str) -> None:
    assert look(language, near=near) == (language, [language])


@pytest.mark.parametrize("language", list(TEXTS))
def test_no_model_looks_twice_and_few_look_at_all(look: Look, language: str) -> None:
    looks = look(language)[1]
    assert len(looks) == len(set(looks)) <= 6


def test_a_single_named_language_is_taken(look: Look) -> None:
    assert look("rus", langs="kaz") == ("kaz", ["kaz"])


def test_of_several_named_languages_the_one_that_fits_is_taken(look: Look) -> None:
    assert look("uig", langs="en ug ar")[0] == "uig"
    assert look("rus", langs="en ug ar")[0] not in {"rus", "kaz"}


def test_without_a_model_there_is_no_look(look: Look) -> None:
    assert look("eng", here="") == ("", [])
    assert look("eng", here="rus", langs="en") == ("", [])


def test_languages_go_by_their_names_of_two_and_three_letters() -> None:
    assert models_for(["ug", "zh", "KK", "en-GB", "eng", "zh-Hant"]) == [
        "uig", "chi_sim", "chi_tra", "kaz", "eng",
    ]  # fmt: skip


def test_an_empty_strip_convinces_nobody(look: Look) -> None:
    found = first_look(lambda _: [], ["eng", "rus"])
    assert found is not None
    assert found.confidence == 0
