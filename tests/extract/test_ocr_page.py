import random
from itertools import pairwise

import pytest
from PIL import Image, ImageChops, ImageDraw

from assay.errors import EngineError
from assay.extract.ocr.assemble import assemble, mean_confidence
from assay.extract.ocr.ink import (
    apart,
    cut_pieces,
    even_out,
    find_ink,
    find_lie,
    find_pieces,
    fullest_part,
    level,
    map_back,
    turn_upright,
)
from assay.extract.ocr.page import read_page
from assay.ports import Card, OcrWord, Recognizer


def draw_lines(rows: int = 12, wide: int = 1000, high: int = 1400) -> Image.Image:
    """A page of bars that lie like words in lines."""
    page = Image.new("L", (wide, high), "white")
    pen = ImageDraw.Draw(page)
    chance = random.Random(7)
    for row in range(rows):
        x = 100
        while x < wide - 180:
            length = chance.randint(20, 60)
            pen.rectangle((x, 120 + 45 * row, x + length, 140 + 45 * row), fill="black")
            x += length + 14
    return page


class Reader:
    """A recogniser that says what it is told to, and remembers what it was shown."""

    def __init__(
        self, *words: OcrWord, here: tuple[str, ...] = ("eng",), fails: bool = False
    ) -> None:
        self.words = list(words)
        self.here = here
        self.fails = fails
        self.shown: list[tuple[tuple[int, int], str, bool]] = []

    @property
    def card(self) -> Card:
        return Card("reader", "1", "AGPL-3.0-or-later")

    def card_for(self, language: str) -> Card:
        return Card("reader", f"1 {language}", "AGPL-3.0-or-later")

    def languages(self) -> frozenset[str]:
        return frozenset(self.here)

    def recognise(
        self, picture: Image.Image, language: str, dpi: int, block: bool = False
    ) -> list[OcrWord]:
        self.shown.append((picture.size, language, block))
        if self.fails:
            raise EngineError("reader", "it failed")
        return self.words


def word(text: str, x: int = 0, line: int = 0, block: int = 0, sure: float = 95.0) -> OcrWord:
    return OcrWord(text, (x, 10, x + 10 * len(text), 30), sure, line, block)


# ---------------------------------------------------------------- failures are no empty text


def test_a_page_whose_ocr_crashed_is_a_problem_and_not_a_blank_page() -> None:
    page = read_page(draw_lines(), 100, [Reader(fails=True)], where="page 3")
    assert page.verdict == "failed"
    assert [(p.code, p.where) for p in page.problems] == [("ocr_failed", "page 3")]


def test_a_blank_page_is_blank_and_no_failure() -> None:
    reader = Reader(word("ghost"))
    page = read_page(Image.new("L", (800, 1100), "white"), 100, [reader])
    assert (page.verdict, page.text, page.problems) == ("blank", "", ())
    assert reader.shown == []


def test_a_grey_and_noisy_empty_page_is_blank() -> None:
    noise = Image.effect_noise((800, 1100), 28).point(lambda v: min(255, v + 90))
    assert read_page(noise, 100, [Reader()]).verdict == "blank"


def test_ink_without_words_is_a_picture_and_no_failure() -> None:
    page = read_page(draw_lines(), 100, [Reader()])
    assert (page.verdict, page.text, page.problems) == ("picture", "", ())


def test_a_named_language_without_its_model_is_a_problem_with_the_command_that_adds_it() -> None:
    page = read_page(draw_lines(), 100, [Reader(word("text"))], langs=["ka"], where="page 1")
    assert page.verdict == "failed"
    assert page.problems[0].code == "ocr_missing_language"
    assert "apt-get install tesseract-ocr-kat" in page.problems[0].next_step


def test_without_any_model_every_page_says_so() -> None:
    page = read_page(draw_lines(), 100, [])
    assert [p.code for p in page.problems] == ["ocr_missing_language"]


def test_a_page_that_reads_badly_next_to_a_language_without_model_names_it() -> None:
    reader = Reader(word("gibberish", sure=20.0))
    page = read_page(draw_lines(), 100, [reader], neighbours=["ka", "ka"])
    assert page.text == "gibberish"
    assert [p.code for p in page.problems] == ["ocr_missing_language"]


def test_a_photograph_without_words_names_no_language_of_its_neighbours() -> None:
    page = read_page(draw_lines(), 100, [Reader()], neighbours=["ka", "ka"])
    assert (page.verdict, page.problems) == ("picture", ())


# ---------------------------------------------------------------- the path


def test_a_page_is_read_once_as_a_whole_after_a_look_at_a_strip() -> None:
    reader = Reader(word("The"), word("harbour", 40))
    page = read_page(draw_lines(), 100, [reader])
    assert [block for _, _, block in reader.shown] == [True, False]
    (strip, _, _), (whole, _, _) = reader.shown
    assert strip[1] < whole[1] / 5
    assert (page.text, page.verdict, page.language) == ("The harbour", "text", "eng")
    assert page.engine == Card("reader", "1 eng", "AGPL-3.0-or-later")
    assert page.confidence == 95.0


def test_the_first_recogniser_reads_and_the_last_one_looks() -> None:
    good, cheap = Reader(word("good"), here=("eng",)), Reader(word("cheap words"), here=("eng",))
    assert read_page(draw_lines(), 100, [good, cheap]).text == "good"
    assert [block for _, _, block in good.shown] == [False]
    assert [block for _, _, block in cheap.shown] == [True]


def test_boxes_are_tenths_of_a_point_of_the_page_as_shown() -> None:
    page = read_page(draw_lines(), 200, [Reader(OcrWord("words", (100, 50, 200, 80), 90, 0, 0))])
    assert page.words is not None
    assert page.words.boxes == (360, 180, 720, 288)
    assert (page.words.starts, page.words.ends, page.words.confidences) == ((0,), (5,), (90,))


@pytest.mark.parametrize("dpi", [96, 100, 150, 200, 400])
def test_the_resolution_that_engines_see_is_near_200_and_boxes_stay_in_points(dpi: int) -> None:
    drawn = draw_lines(wide=5 * dpi, high=7 * dpi) if dpi < 300 else draw_lines(5 * dpi, 3000, 4200)

    class Measure(Reader):
        def recognise(
            self, picture: Image.Image, language: str, dpi: int, block: bool = False
        ) -> list[OcrWord]:
            assert 150 <= dpi <= 300
            if block:
                return [word("The harbour")]
            return [OcrWord("all", (0, 0, *picture.size), 90, 0, 0)]

    page = read_page(drawn, dpi, [Measure()])
    assert page.words is not None
    points = [side * 720 / dpi for side in drawn.size]
    assert all(abs(a - b) <= 20 for a, b in zip(page.words.boxes[2:], points, strict=True))


def test_a_resolution_that_makes_a_sheet_of_metres_is_not_believed() -> None:
    class Measure(Reader):
        def recognise(
            self, picture: Image.Image, language: str, dpi: int, block: bool = False
        ) -> list[OcrWord]:
            assert (dpi, max(picture.size) < 3000) == (200, True)
            return [word("The harbour")]

    assert read_page(draw_lines(20, 3000, 4000), 72, [Measure()]).text == "The harbour"


@pytest.mark.parametrize(("pixels", "said"), [(1_000_000, ["limit_ocr_pixels"]), (9_000_000, [])])
def test_a_sheet_that_the_limit_of_pixels_makes_coarse_is_said(
    pixels: int, said: list[str]
) -> None:
    reader = Reader(word("The harbour"))
    page = read_page(draw_lines(20, 2200, 3000), 200, [reader], pixels=pixels)
    (wide, high), _, _ = reader.shown[-1]
    assert wide * high <= 1.02 * pixels
    assert [p.code for p in page.problems] == said
    assert page.words is not None
    assert max(page.words.boxes) > 100


def test_what_looks_like_no_text_is_read_small_and_anew_only_if_words_are_found() -> None:
    poor = Reader(word("#%", sure=20.0))
    assert read_page(draw_lines(20, 1500, 2100), 200, [poor]).text == "#%"
    assert max(poor.shown[-1][0]) <= 1300

    class Surprise(Reader):
        def recognise(
            self, picture: Image.Image, language: str, dpi: int, block: bool = False
        ) -> list[OcrWord]:
            self.shown.append((picture.size, language, block))
            return [word("#%", sure=20.0)] if block else [word("HARBOUR OFFICE", sure=90.0)]

    surprise = Surprise()
    assert read_page(draw_lines(20, 1500, 2100), 200, [surprise]).text == "HARBOUR OFFICE"
    assert max(surprise.shown[-1][0]) >= 2100


def test_a_picture_too_small_for_a_letter_is_not_shown_to_an_engine() -> None:
    reader = Reader(word("ghost"))
    icon = Image.new("L", (16, 16), "white")
    ImageDraw.Draw(icon).rectangle((4, 4, 12, 12), fill="black")
    assert read_page(icon, 96, [reader]).verdict == "picture"
    assert reader.shown == []


@pytest.mark.parametrize("mode", ["1", "P", "RGBA", "CMYK", "I;16", "LA"])
def test_pictures_of_every_mode_are_taken(mode: str) -> None:
    drawn = draw_lines()
    picture = Image.new("I;16", drawn.size, 255) if mode == "I;16" else drawn.convert(mode)
    page = read_page(picture, 100, [Reader(word("text here"))])
    assert page.verdict in {"text", "blank"}
    assert page.verdict == "text" or mode == "I;16"


def test_transparent_paper_is_white() -> None:
    layer = Image.new("RGBA", (800, 1100), (0, 0, 0, 0))
    assert read_page(layer, 100, [Reader()]).verdict == "blank"


# ---------------------------------------------------------------- ink


@pytest.mark.parametrize("skew", [-12.0, -4.0, -1.5, -0.8, 0.0, 0.8, 2.0, 5.0, 9.5])
def test_the_skew_of_lines_is_found(skew: float) -> None:
    page = draw_lines().rotate(skew, Image.Resampling.BICUBIC, fillcolor=255)
    lie = find_lie(find_ink(page))
    assert abs(lie.skew - skew) <= 0.25
    assert not lie.sideways


@pytest.mark.parametrize("quarter", [90, 270])
def test_lines_that_run_up_or_down_are_found(quarter: int) -> None:
    page = draw_lines().rotate(quarter, expand=True, fillcolor=255)
    assert find_lie(find_ink(page)).sideways


def darken(page: Image.Image, least: int) -> Image.Image:
    """The page in a light that falls off to the right, down to `least` of 255."""
    light = Image.linear_gradient("L").rotate(90).resize(page.size)
    return ImageChops.multiply(page, light.point(lambda v: least + v * (255 - least) // 255))


def test_paper_in_uneven_light_is_made_even_and_its_ink_kept() -> None:
    dark = darken(draw_lines(), 130)
    even = even_out(dark, find_ink(dark))
    assert even.crop((0, 0, even.width, 100)).getextrema()[0] > 235
    there = draw_lines().point(lambda v: 255 * (v < 128)).getbbox()
    assert even.point(lambda v: 255 * (v < 128)).getbbox() == there


def test_a_bar_with_white_letters_is_no_shadow() -> None:
    page = draw_lines()
    pen = ImageDraw.Draw(page)
    pen.rectangle((100, 700, 900, 800), fill=90)
    for x in range(140, 860, 40):
        pen.rectangle((x, 735, x + 20, 765), fill=255)
    dark = darken(page, 180)
    even = even_out(dark, find_ink(dark))
    bar, letters = even.crop((145, 705, 855, 725)), even.crop((142, 738, 158, 762))
    assert bar.getextrema()[1] < letters.getextrema()[0] - 100


def test_a_page_in_even_light_stays_as_it_is() -> None:
    page = draw_lines()
    assert even_out(page, find_ink(page)) is page


def test_pieces_are_of_one_line_and_not_two_of_the_same() -> None:
    ink = find_ink(draw_lines())
    pieces = find_pieces(level(ink, 0, 0.0))
    assert all(18 <= piece.high <= 24 for piece in pieces)
    chosen = apart(pieces, 3)
    assert len({piece.top for piece in chosen}) == 3
    cut = cut_pieces(draw_lines(), chosen, ink)
    assert cut.height <= 3 * 45
    assert cut.width >= 300


def test_of_a_page_of_one_line_pieces_beside_each_other_are_looked_at() -> None:
    chosen = apart(find_pieces(level(find_ink(draw_lines(1)), 0, 0.0)), 3)
    assert len(chosen) >= 2
    ordered = sorted(chosen, key=lambda piece: piece.left)
    assert all(a.right <= b.left for a, b in pairwise(ordered))


def test_pieces_are_found_in_cells_of_a_table_and_hold_none_of_its_rules() -> None:
    page = draw_lines()
    pen = ImageDraw.Draw(page)
    for row in range(14):
        pen.line((80, 107 + 45 * row, 920, 107 + 45 * row), fill="black", width=3)
    for edge in (80, 360, 640, 920):
        pen.line((edge, 107, edge, 107 + 45 * 13), fill="black", width=3)
    pieces = find_pieces(level(find_ink(page), 0, 0.0))
    assert len(pieces) >= 12
    assert all(18 <= piece.high <= 24 for piece in pieces)


def test_a_picture_without_lines_has_no_more_to_look_at_than_one_of_text() -> None:
    photo = Image.effect_noise((50, 70), 120).resize((1000, 1400), Image.Resampling.BICUBIC)
    ink = find_ink(photo)
    assert not ink.blank
    part = fullest_part(ink)
    assert part is not None
    assert part.high <= 60


@pytest.mark.parametrize("quarter", [0, 90, 180, 270])
@pytest.mark.parametrize("skew", [0.0, 2.0, -3.0])
def test_a_box_on_the_upright_page_is_found_again_on_the_page_as_shown(
    quarter: int, skew: float
) -> None:
    upright = Image.new("L", (600, 800), "white")
    ImageDraw.Draw(upright).rectangle((100, 200, 160, 220), fill="black")
    shown = upright.rotate(skew, Image.Resampling.BICUBIC, expand=True, fillcolor=255)
    shown = shown.rotate(-quarter, expand=True)
    again = turn_upright(shown, quarter, skew)
    found = again.point(lambda v: 255 * (v < 128)).getbbox()
    there = shown.point(lambda v: 255 * (v < 128)).getbbox()
    assert found is not None
    assert there is not None
    mapped = map_back(found, quarter, skew, shown.size, again.size)
    grown = 2 + 100 * abs(skew) / 57  # a slanted box has a larger box around it
    assert all(abs(a - b) <= grown for a, b in zip(mapped, there, strict=True))


# ---------------------------------------------------------------- text


def text_of(*words: OcrWord) -> str:
    return assemble(words, lambda box: (0.0, 0.0, 0.0, 0.0))[0]


def test_lines_and_blocks_end_as_on_the_page() -> None:
    words = word("one"), word("two"), word("three", line=1), word("four", line=2, block=1)
    assert text_of(*words) == "one two\nthree\n\nfour"


def test_chinese_words_are_joined_without_spaces() -> None:
    assert text_of(word("港务"), word("局", 20), word("，", 30), word("今年", 40)) == "港务局，今年"


def test_a_figure_in_a_chinese_line_has_a_space_only_where_one_is_seen() -> None:
    assert text_of(word("共有"), word("23", 22), word("艘", 44)) == "共有23艘"
    assert text_of(word("共有"), word("23", 40), word("艘", 80)) == "共有 23 艘"


def test_words_say_where_they_stand_in_the_text() -> None:
    words = word("پورت"), word("باشقارمىسى"), word("ئاچتى.", line=1)
    text, places = assemble(words, lambda box: (0.0, 0.0, 0.0, 0.0))
    found = [text[a:b] for a, b in zip(places.starts, places.ends, strict=True)]
    assert found == ["پورت", "باشقارمىسى", "ئاچتى."]


def test_the_confidence_of_a_page_weighs_words_by_their_length() -> None:
    assert mean_confidence([word("a", sure=0), word("bbb", sure=80)]) == 60.0
    assert mean_confidence([]) is None


def test_the_fake_is_a_recogniser() -> None:
    reader: Recognizer = Reader()
    assert reader.languages() == {"eng"}
