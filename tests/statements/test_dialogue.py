"""Who speaks in a dialogue: turns, names that are called, what is done beside the words."""

from __future__ import annotations

from assay.statements.read import listen

OPENING = "“Where is the boat?” asked Anna Berg.\n\n“In the harbour!” said Tom Keller.\n\n"


def speakers(text: str) -> list[str | None]:
    return [
        one.speaker.name if one.speaker else None
        for one in listen(text, language="en").statements
        if one.quotes
    ]


def test_speakers_without_a_frame_take_turns() -> None:
    text = OPENING + (
        "“Is it safe there?”\n\n“As safe as anywhere!”\n\n“And the crew?”\n\n“All at home!”\n\n"
        "“Who told you?”\n\n“They did!”\n"
    )
    assert speakers(text) == ["Anna Berg", "Tom Keller"] * 4


def test_who_is_spoken_to_by_name_does_not_speak() -> None:
    text = OPENING + (
        "“Is it safe there, Tom?”\n\n“As safe as anywhere, Anna!”\n\n“And the crew, Tom?”\n\n"
        "“Look there!”\n\n“Where?”\n\n“Right there, Anna!”\n"
    )
    assert speakers(text) == ["Anna Berg", "Tom Keller"] * 4


def test_who_acts_beside_the_words_speaks_them_out_of_turn() -> None:
    text = OPENING + (
        "Tom Keller put down his cup. “I will see for myself!”\n\n“Must you?”\n\n“I must!”\n\n"
        "“And the crew?”\n\n“They come too!”\n\n“Good!”\n"
    )
    assert speakers(text)[2:5] == ["Tom Keller", "Anna Berg", "Tom Keller"]


def test_lines_without_a_letter_end_a_conversation() -> None:
    text = OPENING * 4 + "* * *\n\n“Is anybody here?”\n\n“Nobody!”\n"
    assert speakers(text)[-2:] == [None, None]
