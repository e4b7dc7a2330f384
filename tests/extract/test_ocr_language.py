from collections.abc import Callable

import pytest
from PIL import Image, ImageDraw

from assay.extract.ocr.han import han_of, telling
from assay.extract.ocr.ink import cut_pieces, find_ink, find_pieces
from assay.extract.ocr.language import first_look, models_for, script_of
from assay.extract.ocr.shape import Shape, guess_shape
from assay.ports import OcrWord
from assay.testing.makers.images import render_page

TEXTS = {
    "eng": "The board of the harbour authority met on Monday to discuss the new budget",
    "deu": "Der Vorstand der Hafenbehörde tagte am Montag, um den neuen Haushalt zu beraten",
    "rus": "Правление портовой администрации собралось в понедельник обсудить новый бюджет",
    "kaz": "Порт әкімшілігінің басқармасы жаңа бюджетті талқылау үшін дүйсенбі күні жиналды",
    "ara": "اجتمع مجلس إدارة الميناء يوم الاثنين لمناقشة الميزانية الجديدة للعام المقبل",
    "uig": "پورت باشقارمىسى يېڭى خامچوتنى مۇزاكىرە قىلىش ئۈچۈن دۈشەنبە كۈنى يىغىن ئاچتى",
    "kir": "Порттун башкармасы жаңы бюджетти талкуулоо үчүн дүйшөмбү күнү чогулду жана чечти",
    "fas": "هیئت مدیره بندر روز دوشنبه برای گفتگو درباره بودجه جدید تشکیل جلسه داد و چند پرسش شنید",
    "chi_sim": "港务局董事会星期一开会讨论新的预算",
    "chi_tra": "港務局董事會星期一開會討論新的預算",
}
# What was measured on noisy strips: (language of the page, model) -> confidence.
SURE = {
    ("rus", "kaz"): 94.5, ("kaz", "rus"): 74.0, ("ara", "uig"): 85.0, ("uig", "ara"): 48.6,
    ("chi_sim", "chi_tra"): 93.0, ("chi_tra", "chi_sim"): 83.5, ("eng", "chi_sim"): 86.0,
    ("eng", "chi_tra"): 89.7, ("eng", "uig"): 55.7, ("kaz", "chi_sim"): 51.4,
    ("kir", "kaz"): 88.0, ("kir", "rus"): 89.0, ("kaz", "kir"): 78.0, ("rus", "kir"): 90.0,
    ("fas", "uig"): 71.0, ("fas", "ara"): 88.0, ("ara", "fas"): 77.0, ("uig", "fas"): 50.0,
    ("deu", "eng"): 93.0, ("eng", "deu"): 95.0,
}  # fmt: skip
GARBLED = {"eng": "TlopT Gack 17 ap", "rus": "Те Боага оЁ Ве", "uig": "7116 100810 011186"}


class Strip:
    """A strip in one language, as models of others read it; counts the looks."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.looks: list[str] = []
        self.asked: list[tuple[str, bool]] = []

    def read(self, model: str, wide: bool) -> list[OcrWord]:
        self.looks.append(model)
        self.asked.append((model, wide))
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
def test_no_model_looks_twice_at_the_same_and_few_look_at_all(language: str) -> None:
    strip = Strip(language)
    first_look(strip.read, TEXTS)
    assert len(strip.asked) == len(set(strip.asked)) <= 6
    assert len(set(strip.looks)) <= 5


@pytest.mark.parametrize(
    ("language", "shape", "looks"),
    [
        ("ara", "joined", ["uig"]),
        ("uig", "joined", ["uig"]),
        ("rus", "upright", ["eng", "kaz"]),
        ("kaz", "upright", ["eng", "kaz"]),
        ("chi_sim", "square", ["chi_sim", "chi_sim", "chi_tra"]),
    ],
)
def test_the_shape_of_letters_and_the_letters_themselves_spare_looks(
    language: str, shape: Shape, looks: list[str]
) -> None:
    strip = Strip(language)
    found = first_look(strip.read, TEXTS, shape=shape)
    assert (found.language if found else "", strip.looks) == (language, looks)


@pytest.mark.parametrize("language", list(TEXTS))
@pytest.mark.parametrize("shape", ["square", "joined", "upright"])
def test_a_wrong_guess_at_the_shape_costs_looks_and_no_error(language: str, shape: Shape) -> None:
    found = first_look(Strip(language).read, TEXTS, shape=shape)
    assert found is not None
    assert found.language == language


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
    found = first_look(lambda model, wide: [], ["eng", "rus"])
    assert found is not None
    assert found.confidence == 0


def test_simplified_and_traditional_are_told_by_characters_that_only_one_of_them_has() -> None:
    assert han_of(TEXTS["chi_sim"]) == "chi_sim"
    assert han_of(TEXTS["chi_tra"]) == "chi_tra"
    assert han_of("大小山水") is None


def test_characters_of_one_script_alone_that_hold_more_ink_are_traditional() -> None:
    def odds(full: int) -> float:
        """How much more speaks for traditional where its own characters have `full` strokes."""
        picture = Image.new("L", (400, 60), "white")
        pen = ImageDraw.Draw(picture)
        found = {}
        for model, text in (("chi_sim", "国人会大"), ("chi_tra", "國人會大")):
            spots = tuple((10 + 50 * at, 10, 50 + 50 * at, 50) for at in range(4))
            for at, (left, top, right, _) in enumerate(spots):
                for stroke in range(6 if at % 2 else full):
                    pen.line((left, top + 3 * stroke, right, top + 3 * stroke), fill="black")
            word = OcrWord(text, (10, 10, 200, 50), 95.0, 0, 0, (95.0,) * 4, spots)
            found[model] = telling([word], model, picture)
        return found["chi_tra"] - found["chi_sim"]

    assert odds(9) > 0 > odds(6)


def test_digits_of_a_page_that_is_upside_down_do_not_convince() -> None:
    found = first_look(
        lambda model, wide: [OcrWord("10111141 131710112", (0, 0, 9, 9), 90.0, 0, 0)],
        ["eng", "rus"],
    )
    assert found is not None
    assert found.confidence == 60.0


@pytest.mark.needs("fonts-noto-core", "fonts-noto-cjk")
@pytest.mark.parametrize(
    ("language", "shape"),
    [("eng", "upright"), ("rus", "upright"), ("ara", "joined"), ("uig", "joined"),
     ("chi_sim", "square"), ("chi_tra", "square")],
)  # fmt: skip
def test_the_shape_of_letters_tells_the_kind_of_script(language: str, shape: Shape) -> None:
    page = render_page([TEXTS[language]])
    ink = find_ink(page)
    assert guess_shape(cut_pieces(page, find_pieces(ink)[:1], ink)) == shape
