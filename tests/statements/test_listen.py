"""Statements of a text: who, what, to whom."""

from __future__ import annotations

import datetime

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


def test_a_sentence_that_ends_with_its_frame_is_whole_what_the_source_said() -> None:
    text = "Officials told the crew that nobody may land, the harbour report says."
    one = only(text)
    assert said(text, one) == ["Officials told the crew that nobody may land"]
    assert one.speaker is not None
    assert one.speaker.surface == "the harbour report"


def test_a_frame_right_behind_a_quotation_overrules_the_one_before_it() -> None:
    text = (
        "Berg met the crews on Monday and added, “We open the harbour again in May,” Keller said."
    )
    one = next(o for o in listen(text, language="en").statements if o.kind == "direct")
    assert one.speaker is not None
    assert one.speaker.surface == "Keller"


def test_the_chain_names_what_the_words_came_through() -> None:
    text = (
        "The harbour papers were obtained by the Port Union and shared with three newspapers, "
        "The Daily Anchor reports.\n\n"
        "Nine ships were lost, according to a May 3 column by The Daily Anchor."
    )
    steps = [step.name for one in listen(text, language="en").statements for step in one.via]
    assert "the Port Union" in steps
    assert "The Daily Anchor" in steps


def test_the_time_of_speaking_is_read_from_the_frame_and_settled_by_the_day_of_writing() -> None:
    text = "Anna Berg said on Tuesday, Nov. 26, that the harbour was closed to all ships."
    (one,) = listen(text, language="en", said_on=datetime.date(2019, 11, 27)).statements
    assert one.when is not None
    assert one.when.since == "2019-11-26"


def test_without_a_model_the_rules_answer_and_say_so() -> None:
    text = "“The harbour is closed,” Anna Berg told reporters. The ships stay out."
    heard = listen(text, language="en", model=None)
    assert heard.method == "rules"
    (one,) = heard.statements
    assert one.addressee is not None
    assert one.addressee.surface == "reporters"


def test_the_shipped_model_answers_for_english() -> None:
    assert listen("Anna Berg said the harbour was closed to ships.").method == "model"


def test_an_organisation_named_before_is_what_the_ministry_means() -> None:
    text = (
        "The Ministry of Ports closed the harbour.\n\n"
        "“It opens again in May,” the ministry said in a statement."
    )
    (one,) = [o for o in listen(text, language="en").statements if o.kind == "direct"]
    assert one.speaker is not None
    assert one.speaker.name == "Ministry of Ports"


def test_quotation_marks_that_fill_a_text_take_no_longer_than_the_text_is_long() -> None:
    assert listen("“" * 500_000).statements == ()


def test_a_place_in_a_long_text_is_a_place_of_the_whole_text() -> None:
    part = "The harbour is wide and the ships are many here.\n\n" * 6_000
    text = part + "“The harbour is closed,” Anna Berg said."
    one = listen(text, language="en", model=None).statements[-1]
    assert said(text, one) == ["The harbour is closed,"]
    assert one.speaker is not None
    assert text[one.speaker.start : one.speaker.end] == "Anna Berg"


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
