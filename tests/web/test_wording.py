"""Words, numbers, addresses and file names."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import QueryParams

from assay.extract.formats import known_types
from assay.web import wording
from assay.web.address import View, view_of
from assay.web.delivery import attachment


@pytest.mark.parametrize(
    ("raw", "shown"),
    [("2017-03-14", "14 March 2017"), ("2017-03", "March 2017"), ("2017", "2017"),
     ("2017-03-14T18:22:05Z", "14 March 2017"), ("2017-13-40", "2017"), ("", ""),
     (None, ""), ("yesterday", "yesterday")],
)  # fmt: skip
def test_a_date_is_written_out_and_what_is_none_stays(raw: str | None, shown: str) -> None:
    assert wording.day(raw) == shown


def test_a_time_names_its_zone() -> None:
    assert wording.moment("2017-03-14T18:22:05Z") == "14 March 2017, 18:22 UTC"
    assert wording.moment("2017-03-14T18:22:05+08:00") == "14 March 2017, 18:22 +08:00"
    assert wording.moment("2017-03-14T18:22:05") == "14 March 2017, 18:22"
    assert wording.moment("2017-03-14") == "14 March 2017"


def test_thousands_are_spaced_and_unknown_is_said() -> None:
    assert wording.number(1204) == "1\u202f204"
    assert wording.number(999) == "999"
    assert wording.number(None) == "unknown"
    assert wording.counted(1, "page") == "1 page"
    assert wording.counted(8140, "page") == "8\u202f140 pages"


@pytest.mark.parametrize(
    ("holder", "words"),
    [
        (None, ""),
        ({"doing": "add", "progress": {}}, "add is starting"),
        ({"progress": {"read": 1204, "exhibits": 8140, "done_now": 1000, "seconds": 100}},
         "reading 1\u202f204 of 8\u202f140 · 12 min"),
        ({"progress": {"read": 5, "exhibits": 10, "seconds": 1, "receiving": True}},
         "reading 5 of 10 · still receiving"),
        ({"progress": {"read": 9, "exhibits": 9, "ocr_waiting": 60, "ocr_done": 30, "seconds": 60}},
         "recognising 30 of 90 pages · 2 min"),
    ],
)  # fmt: skip
def test_the_line_in_the_header_says_how_far_and_how_long(
    holder: dict[str, Any] | None, words: str
) -> None:
    assert wording.progress(holder) == words


def test_an_event_of_a_newer_program_is_still_a_sentence() -> None:
    assert "claim" in wording.event_words({"type": "claim", "body": {}})
    assert "withdrawn" in wording.event_words({"type": "note", "body": None})


@given(st.text())
def test_no_file_name_can_break_the_header_or_change_its_kind(name: str) -> None:
    header = attachment(name)
    assert header.startswith("attachment; filename*=UTF-8''")
    assert header.isascii() and header.isprintable()
    given_name = unquote(header.partition("''")[2])
    assert given_name and len(given_name.encode()) <= 180
    assert not set(given_name) & set('/\\:"<>|?*\r\n\x00\u202e\u2066')
    assert given_name not in (".", "..")


def test_a_long_name_keeps_its_ending() -> None:
    assert unquote(attachment("长" * 300 + ".docx")).endswith(".docx")


VALUES = st.lists(st.text(min_size=1), max_size=3, unique=True).map(tuple)


@given(st.text(), VALUES, VALUES, st.sampled_from(["score", "date", "path"]), st.integers(1, 99))
def test_an_address_opens_the_same_view(
    q: str, types: tuple[str, ...], folders: tuple[str, ...], sort: Any, page: int
) -> None:
    view = View(q=q, type=types, folder=folders, sort=sort, page=page)
    query = view.search_url(page=page).partition("?")[2]
    assert view_of(QueryParams(query)) == view


@pytest.mark.parametrize(
    ("query", "view"),
    [("sort=shoe&p=-1", View()), ("p=0", View()), ("p=²", View()), ("date=2017-99-99x", View()),
     ("date=2017&date=2017", View(date=("2017",))), ("q=%FF", View(q="\ufffd"))],
)  # fmt: skip
def test_an_address_that_is_not_understood_counts_as_not_said(query: str, view: View) -> None:
    assert view_of(QueryParams(query)) == view


def test_every_type_that_is_read_has_a_name_for_readers() -> None:
    assert [media for media in known_types() if wording.type_name(media) == media] == []
