"""Statements of a text: who, what, to whom."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from assay.model.statement import Statement
from assay.statements.read import listen


def only(text: str) -> Statement:
    (one,) = listen(text, language="en").statements
    return one


def said(text: str, one: Statement) -> list[str]:
    return [text[piece.start : piece.end] for piece in one.content]


def test_a_quotation_broken_by_its_frame_is_one_statement_of_two_pieces() -> None:
    text = "“The harbour is closed,” Anna Berg said. “It opens again in May.”"
    one = only(text)
    assert one.kind == "direct"
    assert said(text, one) == ["The harbour is closed,", "It opens again in May."]
    assert one.speaker is not None
    assert one.speaker.surface == "Anna Berg"


def test_a_later_mention_is_resolved_to_the_full_name() -> None:
    text = (
        "Harbour Master Anna Berg came on Monday.\n\n"
        "“The harbour is closed,” Berg said.\n\n"
        "“It opens again in May,” the harbour master said."
    )
    speakers = [one.speaker for one in listen(text, language="en").statements]
    assert [who.name for who in speakers if who] == ["Anna Berg", "Anna Berg"]


def test_a_source_that_is_described_and_kept_back_is_anonymous() -> None:
    text = "“We are deeply worried,” an unnamed harbour official told The Daily Anchor."
    one = only(text)
    assert one.speaker is not None
    assert one.speaker.anonymous
    assert one.speaker.name is None
    assert one.addressee is not None
    assert one.addressee.surface == "The Daily Anchor"


def test_according_to_gives_a_sentence_to_its_source() -> None:
    text = "The harbour lost nine ships in the storm, according to the Ministry of Ports."
    one = only(text)
    assert one.kind == "indirect"
    assert said(text, one) == ["The harbour lost nine ships in the storm"]


def test_a_title_in_marks_is_no_statement() -> None:
    assert listen("She was reading “Moby-Dick” by the window.", language="en").statements == ()


def test_a_table_gives_nothing() -> None:
    rows = "\n".join(f"{n};{n * 7};{n * 13};x_{n}" for n in range(400))
    assert listen(rows).statements == ()


@settings(deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_listened_to_and_every_place_lies_in_it(text: str) -> None:
    for one in listen(text).statements:
        for piece in (*one.content, *one.quotes):
            assert 0 <= piece.start < piece.end <= len(text)
        for who in (one.speaker, one.cue, one.addressee, one.where):
            assert who is None or text[who.start : who.end] == who.surface
