"""Statements on their way: from an added file to `statements`, the desk and a withdrawal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from assay.casework import tasks
from assay.casework.case import Case
from assay.casework.stating import statements_of_file
from assay.errors import NotFound
from assay.model.statement import Heard
from assay.settings import Statements
from assay.testing.makers import mail
from assay.testing.makers.docx import docx

MINUTES = (
    "Minutes of the harbour board.\n\n"
    "“The channel was never sounded,” Director Edmund Raske told reporters on Monday. "
    "“Nobody asked us to.”\n\n"
    "The harbour master said that the loan was paid out in May.\n"
)
TABLE = 'name,words\nRaske,"“The channel was never sounded,” Raske told reporters."\n'


@pytest.fixture
def heard(case: Case, tmp_path: Path) -> Case:
    folder = tmp_path / "leak"
    folder.mkdir()
    (folder / "minutes.txt").write_text(MINUTES)
    (folder / "table.csv").write_text(TABLE)
    (folder / "plain.docx").write_bytes(docx(["A list of berths.", "One to nine."]))
    case.add([folder], ocr="off")
    return case


def said(items: list[dict[str, Any]]) -> list[tuple[str, str | None, str]]:
    """(kind, speaker, the first words) of statements."""
    return [
        (item["kind"], (item["speaker"] or {}).get("name"), item["exact"][:11])
        for item in items
        if item["schema"] == "assay/statement/1"
    ]


def statements(case: Case, *names: str) -> list[dict[str, Any]]:
    return list(case.statements(names, ["statement"]))


def with_settings(case: Case, **changes: Any) -> None:
    case.settings = msgspec.structs.replace(case.settings, statements=Statements(**changes))


def test_what_was_said_in_an_added_text_is_given_with_its_speaker(heard: Case) -> None:
    found = said(statements(heard))
    assert ("direct", "Edmund Raske", "The channel") in found
    assert heard.unheard() == 0


def test_pieces_of_a_broken_quotation_are_one_statement(heard: Case) -> None:
    item = statements(heard)[0]
    page = heard.show("leak/minutes.txt")["pages"][0]["text"]
    pieces = [page[piece["start"] : piece["end"]] for piece in item["quotes"]]
    assert pieces == ["The channel was never sounded,", "Nobody asked us to."]


def test_a_locator_of_a_statement_opens_its_words(heard: Case) -> None:
    item = statements(heard)[0]
    shown = heard.show(item["locator"])
    assert shown["exhibit"] == item["exhibit"]
    assert shown["pages"][0]["page"] == item["page"]


def test_tables_are_passed_over_and_count_as_listened_to(heard: Case) -> None:
    assert statements(heard, "leak/table.csv") == []
    assert heard.catalogue.spoken.counts()["exhibits"] == 3


def test_an_exhibit_that_is_not_there_is_said_before_anything_is_given(heard: Case) -> None:
    with pytest.raises(NotFound):
        heard.statements(["leak/nowhere.txt"])


def test_a_rebuild_gives_the_same_statements(heard: Case) -> None:
    before = list(heard.statements())
    heard.rebuild()
    assert list(heard.statements()) == before


def test_a_second_add_listens_to_nothing_again(
    heard: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored: list[int] = []
    plain = type(heard.catalogue.spoken).store

    def counted(self: Any, exhibit: int, recipe: str, what: Heard) -> None:
        stored.append(exhibit)
        plain(self, exhibit, recipe, what)

    monkeypatch.setattr(type(heard.catalogue.spoken), "store", counted)
    (tmp_path / "leak" / "more.txt").write_text(MINUTES.replace("May", "June"))
    heard.add([tmp_path / "leak"], ocr="off")
    assert len(stored) == 1


def test_listening_that_is_off_leaves_texts_waiting_and_says_so(case: Case, tmp_path: Path) -> None:
    (tmp_path / "minutes.txt").write_text(MINUTES)
    with_settings(case, listen="off")
    case.add([tmp_path / "minutes.txt"])
    assert statements(case) == [] and case.unheard() == 1
    with_settings(case)
    case.add([tmp_path / "minutes.txt"])
    assert statements(case) and case.unheard() == 0


def test_other_settings_of_listening_listen_again(heard: Case, tmp_path: Path) -> None:
    with_settings(heard, chars=60)
    heard.add([tmp_path / "leak"])
    problems = heard.show("leak/minutes.txt")["problems"]
    assert [p["code"] for p in problems] == ["listen_limit"]
    assert not any(item["locator"]["end"] > 60 for item in statements(heard))


def test_a_text_over_the_limit_is_read_whole_all_the_same(heard: Case, tmp_path: Path) -> None:
    with_settings(heard, chars=60)
    heard.add([tmp_path / "leak"])
    assert heard.show("leak/minutes.txt")["status"] == "read"


def test_a_worker_that_dies_costs_one_text_one_problem(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The jail ends whoever listens too long: here everybody does."""
    (tmp_path / "long.txt").write_text(MINUTES * 400)
    with_settings(case, seconds=0.001)
    case.add([tmp_path / "long.txt"])
    assert [p["code"] for p in case.show("long.txt")["problems"]] == ["not_listened"]
    assert case.search("sounded")["total"] > 0
    assert statements(case) == []


def test_what_a_worker_says_of_places_outside_the_text_is_not_taken(
    case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from assay.casework.listener import _fits
    from assay.model.statement import Statement, Stretch

    beyond = Heard((Statement("direct", (Stretch(0, 99),), 0.5),))
    assert not _fits(beyond, 98)
    assert _fits(beyond, 99)
    assert not _fits(Heard((Statement("direct", (), 0.5),)), 99)


def test_the_day_of_a_mail_is_the_day_of_its_text(case: Case, tmp_path: Path) -> None:
    body = mail.eml(
        "The board met on Tuesday, Nov. 26, and paid 300 crowns.",
        sender="a@harbour.example", to=("b@harbour.example",), subject="Board",
        date="2019-11-28T09:00:00Z",
    )  # fmt: skip
    (tmp_path / "board.eml").write_bytes(body)
    case.add([tmp_path / "board.eml"])
    days = [d for d in case.statements((), ["date"]) if "Nov. 26" in d["surface"]]
    assert [d["from"][:10] for d in days] == ["2019-11-26"]


def test_after_a_withdrawal_no_statement_is_left(heard: Case) -> None:
    for name in ("leak/minutes.txt", "leak/table.csv"):
        heard.withdraw(name, authority="a court", reason="an order")
    assert statements(heard) == []
    stored = (heard.folder / "derived" / "catalogue.db").read_bytes()
    assert b"Raske" not in stored


def test_a_page_of_statements_is_sifted_by_speaker_and_kind(heard: Case) -> None:
    assert heard.statements_page(speaker="raske")["total"] == 1
    assert heard.statements_page(speaker="%")["total"] == 0
    assert heard.statements_page(least=1.0)["total"] == 0
    direct = heard.statements_page(kind="direct")
    assert direct["total"] == len(direct["items"]) == 1
    assert [name for name, _ in heard.speakers()] == sorted(n for n, _ in heard.speakers())


def test_a_file_outside_any_case_is_listened_to_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "minutes.txt").write_text(MINUTES)
    found = statements_of_file(tmp_path / "minutes.txt")
    assert ("direct", "Edmund Raske", "The channel") in said(found)


def test_the_day_given_for_a_file_settles_its_dates(tmp_path: Path) -> None:
    (tmp_path / "short.txt").write_text("The board met on Tuesday, Nov. 26, in the old hall.")
    place = tmp_path / "short.txt"
    (open_,) = statements_of_file(place, None, ["date"])
    assert open_["from"] is None and 2019 in open_["candidates"] and "2019-11-26" in open_["fits"]
    (settled,) = statements_of_file(place, "2019-11-28", ["date"])
    assert settled["from"][:10] == "2019-11-26"


def test_a_task_answers_for_each_text_in_order() -> None:
    request = tasks.ListenRequest((tasks.ListenItem("One."), tasks.ListenItem(MINUTES, "en")))
    answer = tasks.listen_to_texts(msgspec.msgpack.encode(request))
    heard = msgspec.msgpack.decode(answer, type=list[Heard])
    assert [len(one.statements) > 0 for one in heard] == [False, True]


def test_a_line_that_is_no_sentence_still_has_its_date_and_its_figure(tmp_path: Path) -> None:
    (tmp_path / "line.txt").write_text("2019年11月26日", encoding="utf-8")
    (found,) = statements_of_file(tmp_path / "line.txt")
    assert found["from"][:10] == "2019-11-26"
    (tmp_path / "line.txt").write_text("1.5亿", encoding="utf-8")
    (found,) = statements_of_file(tmp_path / "line.txt")
    assert found["low"] == 150_000_000


def test_an_exhibit_that_is_skipped_costs_the_others_of_its_task_nothing(
    case: Case, tmp_path: Path
) -> None:
    from assay.casework.listener import Listener
    from assay.ports import Outcome

    folder = tmp_path / "leak"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.txt").write_text(f"Minutes {name}.\n\n{MINUTES}")
    with_settings(case, listen="off")
    case.add([folder])

    class Shelf:
        """Workers that keep what they are given."""

        def __init__(self) -> None:
            self.given: list[Any] = []

        def submit(self, task: Any) -> None:
            self.given.append(task)

    shelf: Any = Shelf()
    listener = Listener(case.catalogue, case.settings, 1)
    assert listener.send(shelf, 0) == 1  # both in one task
    first = case.catalogue.exhibit_id(case.show("leak/a.txt")["exhibit"])
    assert first is not None and listener.skip(first) == [1]
    listener.take(Outcome(1, b"", "skipped"))
    assert listener.send(shelf, 1) == 2
    listener.take(Outcome(2, tasks.listen_to_texts(shelf.given[-1].body)))
    assert not listener.pending()
    problems = {name: case.show(f"leak/{name}.txt")["problems"] for name in ("a", "b")}
    assert [(p["code"], p["detail"]) for p in problems["a"]] == [("not_listened", "skipped")]
    assert problems["b"] == [] and statements(case, "leak/b.txt")
