"""Real pages through the real engines: few, because each costs a second."""

import importlib.util
from itertools import pairwise

import pytest
from PIL import Image, ImageOps

from assay.engines.rapidocr_engine import RapidOcr, _Line, in_reading_order
from assay.engines.tesseract import Tesseract, package_of
from assay.errors import EngineError
from assay.extract.ocr.page import OcrPage, look_at, read_page
from assay.testing.makers.fonts import Style
from assay.testing.makers.images import age_page, render_page

ENGLISH = (
    "The board of the harbour authority met on Monday to discuss the new budget. The "
    "engineer answered that the old quay would not survive another winter."
)
UYGHUR = (
    "پورت باشقارمىسى يېڭى خامچوتنى مۇزاكىرە قىلىش ئۈچۈن دۈشەنبە كۈنى يىغىن ئاچتى. "
    "شىمالىي بېكەتنىڭ ھېساباتىدىن بىر بېكەت ئۈچۈن يېزىلغان ئىككى تالون تېپىلدى."
)
ARABIC = (
    "اجتمع مجلس إدارة الميناء يوم الاثنين لمناقشة الميزانية الجديدة. وأجاب المهندس بأن "
    "الرصيف القديم لن يتحمل شتاء آخر."
)
LETTERS = {
    "chi_sim": "书记员奉命保存全部草稿、笔记和电话记录，直到调查结束。"
    "渔民抱怨说，每到星期四夜里，排水口附近的水就有柴油味。"
    "请各部门提前准备有关材料，并把复印件交给办公室。谁也说不清是谁签的字。",
    "chi_tra": "書記員奉命保存全部草稿、筆記和電話記錄，直到調查結束。"
    "漁民抱怨說，每到星期四夜裡，排水口附近的水就有柴油味。"
    "請各部門提前準備有關材料，並把影本交給辦公室。誰也說不清是誰簽的字。",
}
CHINESE = "港务局董事会星期一开会，讨论新的预算。工程师回答，旧码头撑不过下一个冬天。"


@pytest.fixture(scope="module")
def tesseract() -> Tesseract:
    return Tesseract()


def folded(page: OcrPage) -> str:
    return " ".join(page.text.split())


def render(text: str, high: int = 600) -> Image.Image:
    return render_page([text]).crop((0, 0, 1653, high))


@pytest.mark.needs("tesseract-ocr-eng", "fonts-noto-core")
@pytest.mark.parametrize("quarter", [0, 90, 180, 270])
def test_a_page_turned_any_way_is_read_with_boxes_where_it_shows_the_words(
    tesseract: Tesseract, quarter: int
) -> None:
    shown = age_page(render(ENGLISH, 900)).rotate(quarter, expand=True)
    page = read_page(shown, 200, [tesseract])
    assert folded(page) == ENGLISH
    assert page.language == "eng"
    assert page.turned == (360 - quarter) % 360
    assert page.words is not None
    wide, high = (side * 3.6 for side in shown.size)
    boxes = [page.words.boxes[i : i + 4] for i in range(0, len(page.words.boxes), 4)]
    assert all(0 <= b[0] < b[2] <= wide and 0 <= b[1] < b[3] <= high for b in boxes)
    middles = [((b[0] + b[2]) / 2, (b[1] + b[3]) / 2) for b in boxes[:4]]
    for (x, y), (next_x, next_y) in pairwise(middles):
        ahead = {0: next_x - x, 90: y - next_y, 180: x - next_x, 270: next_y - y}[quarter]
        assert ahead > 50


@pytest.mark.needs("tesseract-ocr-uig", "tesseract-ocr-ara", "tesseract-ocr-eng", "fonts-noto-core")
def test_uyghur_is_told_from_arabic_and_stands_in_logical_order(tesseract: Tesseract) -> None:
    page = read_page(render(UYGHUR), 200, [tesseract])
    assert page.language == "uig"
    assert "باشقارمىسى يېڭى خامچوتنى مۇزاكىرە قىلىش ئۈچۈن" in folded(page)
    assert page.confidence is not None
    assert page.confidence > 80
    words = page.words
    assert words is not None
    assert words.boxes[0] > words.boxes[4]  # the second word stands left of the first
    assert len(words.confidences) == len(words.starts)


@pytest.mark.needs("tesseract-ocr-chi-sim", "tesseract-ocr-chi-tra", "fonts-noto-cjk")
def test_chinese_is_read_without_spaces_between_characters(tesseract: Tesseract) -> None:
    page = read_page(render(CHINESE), 200, [tesseract], neighbours=["zh"])
    assert page.language == "chi_sim"
    assert "港务局董事会星期一开会" in page.text


@pytest.mark.needs("tesseract-ocr-chi-sim", "tesseract-ocr-chi-tra", "fonts-noto-cjk")
@pytest.mark.parametrize("worn", [False, True])
@pytest.mark.parametrize("style", ["serif", "sans", "sans-bold"])
@pytest.mark.parametrize("language", ["chi_sim", "chi_tra"])
def test_the_model_for_the_characters_of_the_page_is_chosen(
    tesseract: Tesseract, language: str, style: Style, worn: bool
) -> None:
    page = render_page([LETTERS[language]], style=style).crop((0, 0, 1653, 600))
    seen = look_at(age_page(page) if worn else page.convert("L"), 200, [tesseract])
    assert seen is not None
    assert seen.look.language == language


@pytest.mark.needs("tesseract-ocr-eng", "fonts-noto-core")
def test_a_noisy_page_that_grows_dark_to_one_side_is_read_as_a_whole(tesseract: Tesseract) -> None:
    page = age_page(render_page([ENGLISH] * 8), skew=0, gradient=0.5, noise=20)
    assert folded(read_page(page, 200, [tesseract])) == " ".join([ENGLISH] * 8)


@pytest.mark.needs("tesseract-ocr-ara", "fonts-noto-core")
@pytest.mark.parametrize("paragraphs", [1, 3])
@pytest.mark.parametrize("size", [10.5, 11, 11.5])
def test_a_page_of_a_few_arabic_lines_is_not_taken_for_columns(
    tesseract: Tesseract, size: float, paragraphs: int
) -> None:
    shown = render_page([ARABIC] * paragraphs, size=size)
    words = set(folded(read_page(shown, 200, [tesseract], langs=["ar"])).split())
    assert len(words & set(ARABIC.split())) >= 0.9 * len(set(ARABIC.split()))


@pytest.mark.needs("tesseract-ocr-eng", "fonts-noto-core")
def test_models_are_bounded_and_give_the_same_answer_again() -> None:
    small = Tesseract(kept=1)
    strip = render(ENGLISH, 300)
    first = small.recognise(strip, "eng", 200, block=True)
    if "rus" in small.languages():
        small.recognise(strip, "rus", 200, block=True)
        assert list(small._loaded) == ["rus"]
    assert small.recognise(strip, "eng", 200, block=True) == first
    small.close()
    assert not small._loaded


@pytest.mark.needs("tesseract-ocr-eng")
def test_the_card_of_a_model_holds_its_digest_alone(tesseract: Tesseract) -> None:
    card = tesseract.card_for("eng")
    assert "eng:" in card.version
    assert "rus:" not in card.version
    assert not card.network


def test_a_language_without_model_is_an_engine_error(tesseract: Tesseract) -> None:
    with pytest.raises(EngineError, match="no model"):
        tesseract.recognise(Image.new("L", (100, 100)), "tlh", 200)


def test_packages_are_named_as_debian_names_them() -> None:
    assert package_of("chi_sim") == "tesseract-ocr-chi-sim"


# ---------------------------------------------------------------- Chinese pages


needs_rapidocr = pytest.mark.skipif(
    importlib.util.find_spec("rapidocr") is None,
    reason="rapidocr is not installed (requirements/han.txt)",
)


@needs_rapidocr
@pytest.mark.needs("fonts-noto-cjk")
def test_rapidocr_reads_a_chinese_page_character_by_character() -> None:
    words = RapidOcr().recognise(age_page(render(CHINESE + "共有1284艘 ABC 船。")), "chi_sim", 200)
    assert "".join(word.text for word in words) == CHINESE + "共有1284艘ABC船。"
    assert [word.text for word in words][:3] == ["港", "务", "局"]
    assert "1284" in [word.text for word in words]
    first, second = words[0].box, words[1].box
    assert first[0] < first[2] <= second[0] + 6
    assert all(0 < word.confidence <= 100 for word in words)


def lay(*boxes: tuple[int, int, int, int]) -> list[str]:
    lines = [_Line(str(n), 99.0, box) for n, box in enumerate(boxes)]
    return [f"{at}.{block}:{line.text}" for at, block, line in in_reading_order(lines)]


def test_columns_are_read_one_after_the_other() -> None:
    left = [(100, y, 400, y + 30) for y in (100, 140, 180)]
    right = [(500, y, 800, y + 30) for y in (100, 140, 180)]
    boxes = [box for pair in zip(left, right, strict=True) for box in pair]
    assert lay(*boxes) == ["0.0:0", "1.0:2", "2.0:4", "3.1:1", "4.1:3", "5.1:5"]


def test_pieces_of_one_row_share_a_line() -> None:
    assert lay((300, 102, 500, 131), (100, 100, 290, 130), (100, 140, 500, 170)) == [
        "0.0:1",
        "0.0:0",
        "1.0:2",
    ]


def test_a_wide_gap_ends_a_block() -> None:
    assert lay((100, 100, 500, 130), (100, 190, 500, 220)) == ["0.0:0", "1.1:1"]


@pytest.mark.needs("tesseract-ocr-eng", "fonts-noto-core")
@pytest.mark.parametrize("quarter", [90, 180, 270])
def test_a_single_line_is_read_whichever_way_it_is_turned(
    tesseract: Tesseract, quarter: int
) -> None:
    line = "The engineer answered that the old quay would not survive."
    shown = render(line, 300).rotate(quarter, expand=True)
    page = read_page(shown, 200, [tesseract])
    assert (folded(page), page.turned) == (line, (360 - quarter) % 360)


@pytest.mark.needs("tesseract-ocr-eng", "fonts-noto-core")
def test_white_letters_on_black_are_read(tesseract: Tesseract) -> None:
    page = read_page(ImageOps.invert(render(ENGLISH, 300).convert("L")), 200, [tesseract])
    assert (folded(page), page.language) == (ENGLISH, "eng")
