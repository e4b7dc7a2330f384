"""Sentences written by hand in seven languages: who says what in each."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from assay.statements.languages import told
from assay.statements.read import listen

FOLDER = Path(__file__).parent / "sentences"
EDGES = ' \n\u00a0.,:;!?،。，؟؛…—–-"“”„«»‹›「」『』'


def rows(code: str) -> list[list[str]]:
    loaded: list[list[str]] = tomllib.loads((FOLDER / f"{code}.toml").read_text("utf-8"))[
        "sentences"
    ]
    return loaded


CODES = sorted(path.stem for path in FOLDER.glob("*.toml"))


@pytest.mark.parametrize("code", CODES)
def test_nine_in_ten_sentences_give_their_speaker_and_words_exactly(code: str) -> None:
    right = heard_in_all = said_in_all = 0
    for text, *rest in rows(code):
        statements = listen(text, language=code).statements
        heard_in_all += len(statements)
        said_in_all += bool(rest)
        for one in statements:
            words = [text[piece.start : piece.end].strip(EDGES) for piece in one.content]
            who = one.speaker.surface.strip(EDGES) if one.speaker else ""
            if rest and who == rest[0].strip(EDGES) and words == [w.strip(EDGES) for w in rest[1:]]:
                right += 1
                break
    assert right >= 0.9 * said_in_all
    assert right >= 0.9 * heard_in_all


@pytest.mark.parametrize("code", CODES)
def test_the_language_is_told_from_a_text_of_some_sentences(code: str) -> None:
    assert told(" ".join(row[0] for row in rows(code))) == code


@pytest.mark.parametrize(
    ("code", "text", "names"),
    [
        (
            "de",
            "Außenminister Karl Huber sagte: „Es ist spät.“ „Ich bleibe“, sagte Huber.",
            ["Karl Huber", "Karl Huber"],
        ),
        (
            "fr",
            "Le ministre Paul Girard a dit : « Il est tard. » Le ministre a dit que tout va bien.",
            ["Paul Girard", "Paul Girard"],
        ),
        (
            "ru",
            "Министр Иван Петров сказал: «Уже поздно». «Я остаюсь», — сказал Петров.",
            ["Иван Петров", "Иван Петров"],
        ),
        ("zh", "外交部发言人李华说：“很晚了。”她说：“好。”", ["李华", "李华"]),
        ("ar", "قال الوزير سامي خوري: «الوقت متأخر». وقال خوري إن الوضع جيد.", ["سامي خوري"] * 2),
    ],
)
def test_a_later_mention_is_led_to_the_full_name(code: str, text: str, names: list[str]) -> None:
    heard = listen(text, language=code).statements
    assert [one.speaker.name for one in heard if one.speaker] == names
