"""What is found by what, script by script; and that the two paths cut alike."""

import itertools
import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assay.index.analysis import (
    TOKEN_CHARS,
    analyse,
    fold,
    locate_blocks,
    locate_tokens,
    normalise,
    query_readings,
    reading_of,
)
from assay.index.highlight import marks
from assay.index.query import parse

LETTERS = (
    "a Z é ß ﬁ İ Ｆ ½ 3 ٣ ４ й и ё Ё Қ 中 国 亿 ー カ ガ ｶﾞ ㎏ ㈱ ไ ำ ก ى ي ی ك ک أ ئ ۇ ې ە ـ ة "
    "한 각 क ि א ּ"
)
MARKS = " \n\t-‐'’.,，。·、\u3000\u00ad\u200b\u200c\u200d\ufeff\u0301\u0306\u0308\u0323\u064b\u0654"
WHOLE = (
    "-\n",
    "-\r\n ",
    "\ufe0f",
    "\U0002000b",
    "\U000e0100",
    "\x00",
    "\x1e",
    "\ud800",
    "😀",
    "\u0345",
)
PIECES = st.sampled_from((*LETTERS.split(), *MARKS, *WHOLE))
TEXTS = st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=60))


@settings(max_examples=600, deadline=None)
@given(TEXTS)
@example("中，\u0301国")
@example("\u0301中，国a")
def test_both_paths_cut_every_text_into_the_same_tokens(text: str) -> None:
    located = locate_tokens(text)
    assert located.tokens == analyse(text).words.split()
    for i, token in enumerate(located.tokens):
        if token != "·":
            start, end = located.place(i, i)
            assert 0 <= start < end <= len(text)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_every_written_token_of_a_word_is_in_the_exact_field(text: str) -> None:
    located, exact = locate_tokens(text), set(analyse(text).exact.split())
    for i, token in enumerate(located.tokens):
        if token != "·" and len(located.written(i)) > 1:
            assert located.written(i) in exact


@settings(max_examples=300, deadline=None)
@given(
    st.lists(TEXTS, min_size=1, max_size=12),
    st.sampled_from([" ", "\n", ". ", "。", "x\ny", "国。"]),
)
def test_a_long_page_cut_in_blocks_has_the_same_tokens_and_places(
    parts: list[str], joint: str
) -> None:
    text = joint.join(parts)
    with pytest.MonkeyPatch.context() as patch:
        whole, entry = locate_tokens(text), analyse(text)
        patch.setattr("assay.index.analysis.BLOCK_CHARS", 8)
        assert analyse(text) == entry
        places = {}
        for located in locate_blocks(text, 2):
            for i, token in enumerate(located.tokens):
                if token != "·":
                    places[located.place(i, i)] = (token, located.written(i))
        assert places == {
            whole.place(i, i): (token, whole.written(i))
            for i, token in enumerate(whole.tokens)
            if token != "·"
        }
        queries = [f'"{a} {b}"' for a, b in itertools.pairwise(whole.tokens) if "·" not in (a, b)]
        for query in queries[:3]:
            tree = parse(query)
            expected = marks(tree, text)
            patch.setattr("assay.index.leaves.BLOCK_CHARS", 8)
            assert marks(tree, text) == expected
            patch.undo()
            patch.setattr("assay.index.analysis.BLOCK_CHARS", 8)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_normalising_in_pieces_is_normalising(text: str) -> None:
    assert locate_tokens(text)._normal.text == unicodedata.normalize("NFKC", text)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
def test_tokens_hold_no_white_space_and_no_surrogate(text: str) -> None:
    analysis = analyse(text)
    for field in analysis:
        field.encode("utf-8")
        assert field == " ".join(field.split())
        assert all(len(token) <= TOKEN_CHARS for token in field.split())


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("muller", "Herr MÜLLER"), ("strasse", "Straße"), ("lodz", "Łódź"), ("dang", "Đặng"),
        ("oresund", "Øresund"), ("istanbul", "İSTANBUL"), ("σοφος", "ΣΟΦΌΣ"), ("елка", "Ёлка"),
        ("замок", "за\u0301мок"), ("йод", "и\u0306од"), ("კარი", "კარი"), ("fine", "ﬁne"),
        ("3", "٣"), ("2017", "２０１７"), ("2017", "۲۰۱۷"), ("कि", "कि"),
        ("كتاب", "كِتَـابٌ"), ("كتاب", "ﻛﺘﺎﺏ"), ("احمد", "أحمد"), ("الى", "إلى"), ("مدرسه", "مدرسة"),
        ("على", "علي"), ("علي", "على"), ("کتاب", "كتاب"), ("میخواهم", "می\u200cخواهم"),
        ("يازدى", "ئۇ يازدى"), ("王伟", "王　伟"), ("中国", "中\n国"), ("中国", "中\u200b国"),
        ("カタカナ", "ｶﾀｶﾅ"), ("がく", "か\u3099く"), ("ไทย", "ประเทศไทย"), ("ខ្មែរ", "ភាសាខ្មែរ"),
        ("international", "inter-\nnational"), ("international", "inter\u00adnational"),
        ("obrien", "o\u200dbrien"), ("O'Brien", "O’Brien"), ("etat", "l'État"),
        ("well-known", "well known"), ("well-known", "well-\nknown"), ("国", "中国人"),
        ("々", "人々"), ("𠀋", "𠀋人"), ("3亿人民币", "约3亿人民币。"), ("한국", "한국 사람"),
        ("saud", "Saʿūd"), ("c", "C++"), ("aser", "a\u034fser"),
    ],
)  # fmt: skip
def test_a_spelling_finds_what_people_take_for_the_same(asked: str, page: str) -> None:
    assert marks(parse(asked), page)


@pytest.mark.parametrize(
    ("asked", "page"),
    [
        ("и", "й"), ("иод", "йод"), ("казак", "қазақ"), ("يازدي", "ئۇ يازدى"), ("بير", "ئۇ بىر"),
        ("يازدى", "ئۇ يازدي"), ("ۇ", "و"), ("قارشي", "قارشى ۋە"), ("中国", "中，国"),
        ("中国", "国中"), ("Marxistleninist", "Marxist-\nLeninist"), ("obrien", "O'Brien"),
        ("20172018", "2017-\n2018"), ("مسوول", "مسؤول"), ("人", "亻"), ("港", "巷"),
    ],
)  # fmt: skip
def test_letters_that_differ_stay_apart(asked: str, page: str) -> None:
    assert not marks(parse(asked), page)


def test_a_page_is_read_as_uyghur_by_its_letters_and_as_arabic_else() -> None:
    assert reading_of("شىنجاڭ ئۇيغۇر ئاپتونوم رايونى") == "uyghur"
    assert reading_of("بىر") == "uyghur"
    assert reading_of("ذهب علي على") == "arabic"
    one_name_in_a_long_page = "كتب الصحفي تقريرا طويلا عن الميناء والمدينة " * 3 + "ئۇيغۇر"
    assert reading_of(one_name_in_a_long_page) == "arabic"


def test_han_is_indexed_as_adjacent_pairs_with_gaps_between_runs() -> None:
    assert analyse("中国人，abc 好 3亿元").han == "中国 国人 · 亿元"
    assert analyse("中国人，好").words == "中 国 人 · 好"


def test_a_digit_does_not_swallow_the_han_behind_it() -> None:
    assert analyse("3亿人民币").words == "3 亿 人 民 币"


def test_a_long_token_is_cut_and_its_whole_is_still_found() -> None:
    long = "x" * 70_000
    assert analyse(long).words == "x" * TOKEN_CHARS
    assert marks(parse(f"a OR {'x' * 5000}"), f"a {long}") == [(0, 1), (2, 70_002)]


def test_a_flood_of_marks_is_cut_in_linear_time_and_alike() -> None:
    flood = "a" + "\u0315\u0300" * 60_000 + " word"
    assert analyse(flood).words == "a word"
    assert locate_tokens(flood).tokens == ["a", "word"]
    assert marks(parse("word"), flood) == [(len(flood) - 4, len(flood))]
    assert normalise(flood) == locate_tokens(flood)._normal.text


def test_a_query_is_tried_in_both_readings_only_where_they_differ() -> None:
    assert query_readings("كتاب") == (("كتاب",),)
    assert query_readings("على") == (("على",), ("علی",))
    assert query_readings("...") == ()
    assert fold("Größe") == "grosse"


def test_a_number_is_looked_for_with_its_thousands_grouped_and_joined() -> None:
    grouped, joined = ("1", "234", "567"), ("1234567",)
    assert query_readings("1234567") == (joined, grouped)
    for text in ("1,234,567", "1.234.567", "1'234'567", "1 234 567", "1\u202f234\u202f567"):
        assert query_readings(text) == (grouped, joined)
    assert query_readings("1234567", numbers=False) == (joined,)
    for text in ("2017", "1.234", "3.14159265", "a1234567", "2017-03-12", "0123456"):
        assert len(query_readings(text)) == 1
