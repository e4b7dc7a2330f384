"""Marks against a brute-force scan, 2,000 random queries a script. Offsets count code points."""

import random
import unicodedata

import oracle
import pytest

from assay.index.highlight import marks, snippet
from assay.index.query import parse

WORDS = {
    script: tuple(words.split())
    for script, words in {
        "Latin": "Harbour harbour Müller Straße notice São Đặng øl café naïve Zürich port ports "
        "3rd O'Brien İzmir œuvre well-known inter state l'État x ﬁnal Ｆｕｌｌ ½",
        "Cyrillic": "Порт порт йод ёлка Ёлка елка Иванов ИВАНОВ за\u0301мок Қазақ қазақ й и ї "
        "из-за под объявление 12 №5 Україна",
        "Han": "中国 人民 中华人民共和国 国 习近平 3亿人民币 亿 ABC 北京市 京 カタカナ "
        "ひらがな １２ 々人 港口",
        "Arabic": "على علي كتاب كِتَابٌ كتـاب أحمد احمد إلى مدرسة مدرسه ميناء مصر ٣٤ 34 ﻛﺘﺎﺏ ی "
        "القاضي القاضى",
        "Uyghur": "ئۇيغۇر خەلق رايونى يازدى يازدي بىر بير كىتاب ھۆكۈمەت ئالدى قارشى ۋە ۋىلايەت "
        "ژۇرنال ڭ پورت",
    }.items()
}
JOINS = {
    "Latin": [" ", " ", " ", ", ", "\n", "-\n", "-", ". ", "\u00ad", " (", "\u200d"],
    "Cyrillic": [" ", " ", " ", ", ", "\n", "-\n", " — ", "\u00a0", "»"],
    "Han": ["", "", "", "，", " ", "\u3000", "\n", "。", "、", "\u200b", " · "],
    "Arabic": [" ", " ", " ", "، ", "\n", "\u200c", "؟ ", "\u200f "],
    "Uyghur": [" ", " ", " ", "، ", "\n", "؛ ", "-"],
}


def passage(rng: random.Random, script: str, size: int) -> str:
    pieces = []
    for _ in range(size):
        word = rng.choice(WORDS[script])
        if rng.random() < 0.1:
            word = unicodedata.normalize("NFD", word)
        if rng.random() < 0.1:
            word = word.upper()
        pieces += [word, rng.choice(JOINS[script])]
    return "".join(pieces)


def asked(rng: random.Random, script: str) -> tuple[str, list[tuple[str, str, int]]]:
    """A query as text, and the leaves it should be read as."""
    how = rng.choice(["plain", "plain", "phrase", "phrase", "prefix", "fuzzy", "exact", "near"])
    word = rng.choice(WORDS[script])
    if how == "phrase":
        joiner = "" if script == "Han" and rng.random() < 0.6 else " "
        text = joiner.join(rng.choices(WORDS[script], k=rng.choice([2, 2, 3])))
        return f'"{text}"', [("plain", text, 0)]
    if how == "near":
        text, slop = (
            " ".join(rng.choices(WORDS[script], k=rng.choice([2, 2, 3]))),
            rng.randint(1, 4),
        )
        return f'"{text}"~{slop}', [("plain", text, slop)]
    if how == "prefix":
        stem = word[: rng.randint(1, len(word))]
        if any(oracle.kind(c) in ("letter", "lone") for c in stem) and oracle.words(stem):
            return f"{stem}*", [("prefix", stem, 0)]
    if how == "fuzzy":
        tokens = oracle.words(word)
        if len(tokens) == 1 and len(tokens[0][0]) > 2:
            return f"{word}~1", [("fuzzy", word, 0)]
    if how == "exact":
        return f"={word}", [("exact", word, 0)]
    return word, [("plain", word, 0)]


def spellings(wanted: str) -> list[str]:
    """A query with a hyphen inside also looks for the word without it."""
    out = ""
    for i, char in enumerate(wanted):
        inside = 0 < i < len(wanted) - 1 and wanted[i - 1].isalpha() and wanted[i + 1].isalpha()
        out += "" if char == "-" and inside else char
    return [wanted] if out == wanted else [wanted, out]


def expected(leaves: list[tuple[str, str, int]], text: str) -> list[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    for how, wanted, slop in leaves:
        for spelling in spellings(wanted):
            found |= oracle.scan(how, spelling, text, slop)
    return oracle.united(found)


@pytest.mark.parametrize("script", list(WORDS))
def test_marks_equal_a_scan_that_shares_no_code_with_the_index(script: str) -> None:
    rng = random.Random(script)
    marked = 0
    for _ in range(2000):
        text = passage(rng, script, rng.randint(3, 24))
        query, leaves = asked(rng, script)
        if rng.random() < 0.2:
            other, more = asked(rng, script)
            query, leaves = f"{query} OR {other}", leaves + more
        found = marks(parse(query), text)
        assert found == expected(leaves, text), (query, text)
        marked += bool(found)
    assert marked > 400


def test_what_stands_under_not_or_in_a_field_is_not_marked() -> None:
    text = "alpha beta gamma"
    assert marks(parse("alpha NOT beta"), text) == [(0, 5)]
    assert marks(parse("alpha NOT (beta NOT gamma)"), text) == [(0, 5), (11, 16)]
    assert marks(parse("author:alpha type:pdf"), text) == []


def test_a_mark_covers_letters_that_change_their_number_when_folded() -> None:
    text = "die große ﬁnale Straße"
    assert [text[s:e] for s, e in marks(parse("strasse OR finale OR grosse"), text)] == [
        "große", "ﬁnale", "Straße",
    ]  # fmt: skip


def test_the_words_of_a_near_query_are_marked_one_by_one_and_only_in_order() -> None:
    text = "port b a port x harbour"
    assert marks(parse('"port harbour"~1'), text) == [(9, 13), (16, 23)]
    assert marks(parse('"harbour port"~9'), text) == []


def test_a_snippet_is_a_piece_of_the_page_that_shows_the_marks() -> None:
    text = "x " * 500 + "the harbour master spoke " + "y " * 500
    places = marks(parse("harbour"), text)
    shown, start = snippet(text, places, 100)
    assert text[start : start + len(shown)] == shown
    assert len(shown) <= 100
    assert start <= places[0][0] and places[0][1] <= start + len(shown)


def test_a_snippet_without_marks_is_the_beginning() -> None:
    assert snippet("word " * 100, [], 52)[1] == 0
    assert snippet("short", [], 52) == ("short", 0)


def test_a_snippet_prefers_the_place_with_most_marks() -> None:
    text = "alpha " + "x " * 300 + "alpha beta alpha " + "y " * 300
    shown, _ = snippet(text, marks(parse("alpha OR beta"), text), 60)
    assert "alpha beta alpha" in shown


def test_a_snippet_of_a_mark_longer_than_itself_is_still_a_piece_of_the_page() -> None:
    text = "中" * 1000
    shown, start = snippet(text, marks(parse("中" * 500), text), 50)
    assert text[start : start + len(shown)] == shown and 0 < len(shown) <= 50
