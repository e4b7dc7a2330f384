"""The account page by page: the same rows, counts and causes as the account in one piece."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assay.casework.case import Case
from assay.custody.account import status_of
from assay.engines.catalogue import Catalogue
from assay.engines.overview import Sift
from assay.errors import UsageError
from assay.extract.problems import problem
from assay.model.exhibit import RawPath
from assay.model.reading import Page, Problem, Reading


@pytest.fixture
def mixed(case: Case, make_folder: Callable[[Path, int], Path], tmp_path: Path) -> Case:
    """A case with every state, a link that was left, and members."""
    folder = make_folder(tmp_path / "usb", 15)
    (folder / "sub").mkdir()
    (folder / "sub" / "odd.bin").write_bytes(bytes(range(256)))  # no format that is known
    (folder / "sub2").mkdir()
    (folder / "sub2" / "near.txt").write_text("near the folder, not in it")
    (folder / "sub" / "link").symlink_to("nowhere")
    (folder / "far").symlink_to("nowhere")
    case.add([folder], ocr="off")
    return case


def of_pages(case: Case, count: int, **sift: Any) -> list[tuple[str, str]]:
    """(digest, path) of all rows, gathered page by page."""
    found: list[tuple[str, str]] = []
    total = 1
    while len(found) < total:
        page = case.account_page(len(found), count, **sift)
        total = page["total"]
        part = [*page["rows"], *page["not_received"]]
        found += [(row.get("exhibit", ""), row["path"]) for row in part]
        assert part or not total
    return found


@pytest.mark.parametrize("count", [1, 7, 500])
@pytest.mark.parametrize(
    "sift",
    [{}, {"problems_only": True}, {"status": ("partly", "unread")}, {"code": "no_reader"},
     {"code": "symlink"}, {"type": "text/plain"}, {"type": "zip"}, {"under": "usb/sub"},
     {"under": "usb/pack-3.zip"}, {"status": ("not_received",)},
     {"under": "usb/sub/", "status": ("not_received",)}],
)  # fmt: skip
def test_pages_give_the_rows_of_the_whole(mixed: Case, sift: dict[str, Any], count: int) -> None:
    whole = mixed.account(**sift)
    rows = [(r["exhibit"], r["path"]) for r in whole["rows"]]
    rows += [("", r["path"]) for r in whole["not_received"]]
    assert of_pages(mixed, count, **sift) == rows
    assert rows


def test_filters_give_what_can_be_counted_in_the_whole(mixed: Case) -> None:
    everything = mixed.account()["rows"]
    for row in mixed.account(under="usb/sub")["rows"]:
        assert row["path"].startswith("usb/sub/")
    assert {r["path"] for r in mixed.account(under="usb/pack-3.zip")["rows"]} == {
        "usb/pack-3.zip", "usb/pack-3.zip!/inner.zip", "usb/pack-3.zip!/inner.zip!/deep.txt",
        "usb/pack-3.zip!/plain.txt",
    }  # fmt: skip
    page = mixed.account_page(0, 1)
    causes = {cause["code"]: cause["count"] for cause in page["causes"]}
    counted = Counter(code for row in everything for code in {p["code"] for p in row["problems"]})
    counted.update(left["code"] for left in mixed.account()["not_received"])
    assert causes == dict(counted)
    assert dict(page["types"]) == dict(Counter(row["type"] for row in everything))
    states = Counter(row["status"] for row in everything)
    assert (page["read"], page["partly"], page["unread"]) == (
        states["read"], states["partly"], states["unread"],
    )  # fmt: skip


def test_zero_is_zero_and_unknown_is_null(mixed: Case) -> None:
    rows = {row["path"]: row for row in mixed.account()["rows"]}
    assert rows["usb/memo-0.txt"]["unclaimed"] == 0
    assert rows["usb/sub/odd.bin"]["unclaimed"] is None
    assert (rows["usb/memo-0.txt"]["expected"], rows["usb/memo-0.txt"]["read"]) == (None, None)
    assert rows["usb/pack-3.zip"]["expected"] == 2
    text = "".join(mixed.account_csv())
    assert ",unknown\r\n" in text and ",0\r\n" in text


def test_a_mail_part_that_no_reader_claims_is_counted(case: Case, tmp_path: Path) -> None:
    (tmp_path / "a.eml").write_bytes(
        b"From: a@x.example\nTo: b@x.example\nSubject: s\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nhello\n'
        b'--b\nContent-Type: message/external-body; access-type=URL; URL="http://x.invalid"\n\n'
        b"Content-Type: text/plain\n\n\n--b--\n"
    )
    case.add([tmp_path / "a.eml"], ocr="off")
    row = case.account()["rows"][0]
    assert row["unclaimed"] == 1
    assert case.show(row["exhibit"])["unclaimed"] == 1


@pytest.mark.parametrize("sift", [{"status": ("fine",)}, {"code": "nonsense"}])
def test_a_filter_that_there_is_not_is_refused(filled: Case, sift: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        filled.account(**sift)


@pytest.mark.parametrize("seed", range(12))
def test_the_standing_of_an_exhibit_follows_every_change(seed: int) -> None:
    """What SQLite keeps beside an exhibit is what the rule says, whatever happened to it."""
    chance = random.Random(seed)
    catalogue = Catalogue(":memory:")
    ids = [catalogue.add_exhibit(f"sha256:{n:064x}", 1, held=True, depth=0)[0] for n in range(4)]
    for _ in range(120):
        exhibit = chance.choice(ids)
        match chance.randrange(8):
            case 0 | 1:
                count = chance.randrange(4)
                pages = tuple(
                    Page(n + 1, n, n + 1, wants_ocr=chance.random() < 0.5) for n in range(count)
                )
                troubles = (Problem("damaged", fatal=chance.random() < 0.3),)
                if chance.random() < 0.6:
                    troubles = ()
                reading = Reading("text/plain", "x" * count, pages, problems=troubles)
                catalogue.store_reading(exhibit, reading, [None] * count, "", None, "", 0.0)
            case 2:
                catalogue.ocr_done(exhibit, 1, chance.choice(["done", "failed", "blank"]))
            case 3:
                catalogue.ocr_forget(exhibit, catalogue.row_by_id(exhibit).digest, None)
            case 4:
                catalogue.add_failed_member(exhibit, 0, RawPath.of(b"a"), "damaged", "")
            case 5:
                catalogue.set_new(exhibit)
            case 6:
                catalogue.add_problems(exhibit, "ocr", [problem("ocr_no_words", "page 1")])
            case _:
                catalogue.set_status(exhibit, chance.choice(["partly", "read"]))
        flawed = set(catalogue.overview.ids(Sift(problems=True)))
        for number in ids:
            row = catalogue.row_by_id(number)
            waiting = catalogue.ocr_waiting_count(number)
            failed = len(catalogue.failed_members(number))
            status: Any = row.status
            rule = status_of(status, failed, waiting, row.page_count)
            assert row.standing == ("unread" if row.state == "new" else rule)
            named = bool(
                row.state == "new" or waiting or failed or catalogue.problems(number)
                or row.status != "read"
            )  # fmt: skip
            assert (number in flawed) == named


@pytest.mark.parametrize("persons", [1, 2])
def test_pages_of_the_ledger_are_the_ledger_from_its_end(
    filled: Case, persons: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest = filled.account()["rows"][0]["exhibit"]
    filled.note(digest, "first")
    for n in range(1, persons):
        monkeypatch.setenv("ASSAY_CONFIG", str(tmp_path / f"person-{n}"))
        with Case(filled.folder) as other:
            other.note(digest, f"of person {n}")
    filled.tag(digest, ["last"])
    ledger = list(enumerate(filled.ledger(), 1))
    assert len({event["log"] for _, event in ledger}) == persons
    for decided in (True, False):
        whole = [
            (n, event) for n, event in ledger if not decided or event["type"] in ("note", "tag")
        ]
        found: list[Any] = []
        while len(found) < len(whole):
            page = filled.ledger_page(len(found), 5, decided=decided)
            assert (page["total"], page["events"]) == (len(whole), len(ledger))
            found += page["items"]
        assert found == whole[::-1]
