"""Pages in two scripts: lines that the page's model hardly reads are read by another."""

from collections.abc import Sequence

import pytest

from assay.engines.tesseract import Tesseract
from assay.extract.ocr.page import read_page
from assay.extract.ocr.second import Box, Region, doubtful_regions, read_again
from assay.ports import OcrWord
from assay.testing.makers.fonts import Style
from assay.testing.makers.images import age_page, render_page

PARAGRAPHS = {
    "eng": "The board of the harbour authority met on Monday to discuss the new budget. The "
    "engineer answered that the old quay would not survive another winter of storms.",
    "rus": "Правление портовой администрации собралось в понедельник обсудить новый бюджет. "
    "Секретаря попросили хранить все черновики, заметки и записи до конца проверки.",
    "uig": "پورت باشقارمىسى يېڭى خامچوتنى مۇزاكىرە قىلىش ئۈچۈن دۈشەنبە كۈنى يىغىن ئاچتى. "
    "شىمالىي بېكەتنىڭ ھېساباتىدىن بىر كران ئۈچۈن يېزىلغان ئىككى تالون تېپىلدى.",
    "ara": "اجتمع مجلس إدارة الميناء يوم الاثنين لمناقشة الميزانية الجديدة. وأجاب المهندس بأن "
    "الرصيف القديم لن يتحمل شتاء آخر.",
    "chi_sim": "书记员奉命保存全部草稿、笔记和电话记录，直到调查结束。渔民抱怨说，每到星期四夜里，"
    "排水口附近的水就有柴油味。请各部门提前准备有关材料，并把复印件交给办公室。",
}


@pytest.fixture(scope="module")
def tesseract() -> Tesseract:
    return Tesseract()


def told(text: str) -> set[str]:
    return set("".join(char if char.isalpha() else " " for char in text).split())


def pieces(text: str) -> list[str]:
    """Words of a text that are long enough to stand in it alone; of Chinese three characters."""
    if text == PARAGRAPHS["chi_sim"]:
        return [text[at : at + 3] for at in range(0, len(text), 3)]
    return [word for word in text.split() if len(word) > 4]


@pytest.mark.needs(
    *(f"tesseract-ocr-{name}" for name in ("eng", "rus", "ara", "uig", "chi-sim", "chi-tra")),
    "fonts-noto-core", "fonts-noto-cjk",
)  # fmt: skip
@pytest.mark.parametrize(
    ("first", "second", "worn", "style"),
    [
        ("rus", "uig", False, "serif"),
        ("eng", "rus", True, "sans"),
        ("ara", "eng", False, "serif"),
        ("chi_sim", "eng", False, "sans"),
        ("eng", "chi_sim", False, "serif"),
    ],
)
def test_both_scripts_of_a_page_are_read(
    tesseract: Tesseract, first: str, second: str, worn: bool, style: Style
) -> None:
    a, b = PARAGRAPHS[first], PARAGRAPHS[second]
    shown = render_page([a, a, a, b, a], style=style)
    page = read_page(age_page(shown) if worn else shown, 200, [tesseract])
    assert page.language == first
    assert len(page.others) == 1
    assert f"{second}:" in page.others[0].version
    assert page.problems == ()
    for text in (a, b):
        if text == PARAGRAPHS["chi_sim"]:
            found = sum(char in page.text for char in text) / len(text)
        else:
            found = len(told(text) & told(page.text)) / len(told(text))
        assert found >= 0.85
    # where it stands: between the paragraphs around it
    places = [
        [at for piece in pieces(text) if (at := find(piece)) >= 0]
        for text, find in ((a, page.text.find), (b, page.text.find), (a, page.text.rfind))
    ]
    assert min(places[0]) < min(places[1]) < max(places[2])


@pytest.mark.needs("tesseract-ocr-eng", "tesseract-ocr-rus", "fonts-noto-core")
def test_lines_in_a_script_that_no_model_reads_are_said(tesseract: Tesseract) -> None:
    english = PARAGRAPHS["eng"]
    shown = render_page([english, english, PARAGRAPHS["rus"], english])
    page = read_page(shown, 200, [tesseract], langs=["en"])
    (said,) = page.problems
    assert said.code == "ocr_lines_unread"
    assert int(said.detail.split()[0]) >= 2
    assert page.verdict == "text"


@pytest.mark.needs("tesseract-ocr-eng", "fonts-noto-core")
def test_a_page_in_one_script_is_read_once(tesseract: Tesseract) -> None:
    page = read_page(age_page(render_page([PARAGRAPHS["eng"]] * 3)), 200, [tesseract])
    assert (page.others, page.problems) == ((), ())


def line(text: str, row: int, sure: float, block: int = 0, left: int = 0) -> list[OcrWord]:
    return [
        OcrWord(
            word, (left + 90 * n, 40 * row, left + 90 * n + 80, 40 * row + 30), sure, row, block
        )
        for n, word in enumerate(text.split())
    ]


PAGE = [
    *line("The board met on Monday", 0, 95),
    *line("IIpaBsleHue NOpTOBoH cobpasiocb", 1, 20),
    *line("HOBBIM 6r0/pKeT nepxkarb", 2, 30),
    *line("to discuss the budget", 3, 96),
]


def test_lines_below_each_other_are_one_region() -> None:
    (region,) = doubtful_regions(PAGE, "eng")
    assert region.lines == range(1, 3)
    assert region.box == (0, 40, 260, 110)
    assert len(region.boxes) == 2


def test_doubtful_lines_in_two_columns_are_two_regions() -> None:
    words = [
        *PAGE,
        *line("IIpaBsleHue NOpTOBoH", 4, 20, block=1, left=900),
    ]
    moved = [*words[:-2], *line("IIpaBsleHue NOpTOBoH", 3, 20, 1, 900)]
    assert len(doubtful_regions(moved, "eng")) == 2


def test_a_short_noise_and_a_page_of_noise_are_no_region() -> None:
    assert doubtful_regions([*line("The board met", 0, 95), *line("#% 7", 1, 10)], "eng") == []
    assert doubtful_regions(line("#% 7 IIpaBsleHue NOpTOBoH", 0, 10), "eng") == []


def test_what_is_read_again_no_better_is_kept_as_it_was() -> None:
    def read(language: str, boxes: Sequence[Box]) -> list[OcrWord]:
        return line("Правление порта", 1, 40)

    assert read_again(PAGE, "eng", lambda regions, used: "rus", read) == (PAGE, ["eng"])


def test_what_is_read_again_stands_in_its_place_and_lines_are_numbered_anew() -> None:
    asked: list[list[str]] = []

    def choose(regions: Sequence[Region], used: Sequence[str]) -> str | None:
        asked.append(list(used))
        return "rus"

    def read(language: str, boxes: Sequence[Box]) -> list[OcrWord]:
        return [*line("Правление порта", 1, 94), *line("собралось", 2, 93)]

    words, used = read_again(PAGE, "eng", choose, read)
    assert used == ["eng", "rus"]
    assert asked == [["eng"]]
    assert " ".join(word.text for word in words) == (
        "The board met on Monday Правление порта собралось to discuss the budget"
    )
    assert [word.line for word in words] == [0] * 5 + [1] * 2 + [2] + [3] * 4
    assert [word.block for word in words] == [0] * 5 + [1] * 3 + [2] * 4
