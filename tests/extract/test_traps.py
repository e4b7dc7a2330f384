"""A hundred files that are made to hurt: each ends within its limits, and says why.

They are read by a jailed worker as in a case, one after another, with the limits small so that
the whole suite is quick. A trap may cost its exhibit a problem, never its reader a crash, and
never the next exhibit anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import made
import msgspec
import pytest

from assay import settings
from assay.casework import tasks
from assay.engines.sandbox import Pool
from assay.extract.problems import PROBLEMS
from assay.model.reading import Reading
from assay.ports import Outcome, Task
from assay.testing.makers.traps import TRAPS

LIMITS = msgspec.structs.replace(
    settings.Limits(), seconds=20.0, memory=768 << 20, output=64 << 20, member=32 << 20,
    members=100_000, text=20_000_000, pages=2000, cells=2_000_000, pixels=40_000_000,
    line=10_000_000,
)  # fmt: skip
# What ends the worker and not the reading: the trap is in a library that counts nothing.
BY_THE_JAIL = {"timeout", "memory", "crashed"}


class Reader:
    """One jailed worker that reads traps, as a case's workers do."""

    def __init__(self, folder: Path) -> None:
        self.inside = folder / "in"
        self.scratch = folder / "out"
        self.inside.mkdir()
        self.scratch.mkdir()
        self._count = 0
        self.pool = Pool(
            "assay.casework.tasks", 1, readable=[self.inside], writable=[self.scratch],
            memory=LIMITS.memory,
        )  # fmt: skip

    def read(self, name: str, body: bytes) -> tuple[Outcome, Reading | None]:
        self._count += 1
        path = self.inside / "exhibit"
        path.write_bytes(body)
        item = tasks.ReadItem(str(path), name.encode())
        request = tasks.ReadRequest((item,), str(self.scratch), LIMITS, settings.Reading())
        self.pool.submit(Task(self._count, "read", msgspec.msgpack.encode(request), LIMITS.seconds))
        outcome = self.pool.outcomes(LIMITS.seconds + 30)[0]
        if outcome.code:
            return outcome, None
        answers = msgspec.msgpack.decode(outcome.body, type=list[tasks.ReadAnswer])
        return outcome, answers[0].reading


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    found = Reader(tmp_path_factory.mktemp("traps"))
    yield found
    found.pool.close()


def codes(reading: Reading) -> set[str]:
    return {p.code for p in reading.problems} | {
        m.problem.code for m in reading.members if m.problem
    }


def test_there_are_a_hundred_traps_and_each_is_named_by_its_trick() -> None:
    assert len(TRAPS) >= 100
    assert all(name.count("_") >= 2 for name in TRAPS)


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_ends_within_its_limits_and_the_next_exhibit_is_read(
    reader: Reader, name: str
) -> None:
    for path in reader.scratch.iterdir():
        path.unlink()
    outcome, reading = reader.read(*TRAPS[name]())
    if reading is None:
        assert outcome.code in BY_THE_JAIL
    else:
        assert codes(reading) <= PROBLEMS.keys()
        assert reading.text or reading.pages or reading.members or reading.problems
        assert len(reading.text) <= LIMITS.text
        assert len(reading.pages) <= LIMITS.pages
        assert len(reading.members) <= LIMITS.members
        assert sum(m.size for m in reading.members) <= LIMITS.output + LIMITS.member
        places = [(page.start, page.end) for page in reading.pages]
        assert all(start <= end <= len(reading.text) for start, end in places)
        assert places == sorted(places)
        assert "root:x:0:0" not in reading.text
        spooled = {m.spool for m in reading.members if m.spool}
        assert {p.name for p in reader.scratch.iterdir() if not p.name.startswith(".")} <= spooled
    assert not Path("/tmp/escaped.txt").exists()
    after, honest = reader.read("after.txt", b"the next exhibit")
    assert after.code == ""
    assert honest is not None
    assert honest.text == "the next exhibit"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("zip_that_unpacks_to_a_thousand_times_itself", "bomb"),
        ("zip_whose_entries_overlap", "bomb"),
        ("zip_that_promises_more_than_it_holds", "members_missing"),
        ("gzip_of_zeros", "bomb"),
        ("tar_with_a_negative_size", "damaged"),
        ("tar_whose_pax_size_lies", "truncated"),
        ("png_of_sixty_thousand_squared", "limit_pixels"),
        ("png_whose_text_unpacks_to_fifty_megabytes", "limit_text"),
        ("xml_nested_a_hundred_thousand_deep", "limit_nesting"),
        ("docx_that_holds_a_hundred_megabytes_of_xml", "bomb"),
        ("xlsx_whose_shared_words_multiply", "limit_text"),
        ("ods_that_repeats_a_cell_a_billion_times", "limit_cells"),
        ("mail_with_parts_three_thousand_deep", "limit_mime"),
        ("mail_with_a_header_of_ten_megabytes", "limit_line"),
        ("text_of_one_line_of_sixty_megabytes", "limit_line"),
        ("csv_with_a_million_columns", "limit_cells"),
        ("rar_that_is_its_mark_alone", "truncated"),
        ("gif_whose_second_frame_is_sixty_thousand_squared", "limit_pixels"),
        ("message_whose_table_of_sectors_is_a_circle", "damaged"),
        ("workbook_whose_directory_goes_round_its_sectors", "damaged"),
    ],
)
def test_what_a_trap_was_stopped_at_is_said(reader: Reader, name: str, code: str) -> None:
    _, reading = reader.read(*TRAPS[name]())
    assert reading is not None
    assert code in codes(reading)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mail_with_a_header_of_ten_megabytes", "Subject: s"),
        ("mail_whose_recipients_are_all_brackets", "words"),
        ("rtf_whose_pictures_stand_in_each_other", "words"),
        ("mail_whose_words_are_encoded_a_hundred_thousand_times", "AAAA"),
        ("calendar_folded_two_hundred_thousand_times", "xxxx"),
        ("html_whose_formats_must_be_opened_again", "x"),
        ("mail_whose_signature_stands_above_long_lines", "words"),
        ("svg_whose_parts_use_each_other_thirty_times", "words"),
    ],
)
def test_what_stands_beside_a_trick_is_read(reader: Reader, name: str, words: str) -> None:
    _, reading = reader.read(*TRAPS[name]())
    assert reading is not None
    assert words in reading.text


def test_every_one_of_very_many_parts_of_a_mail_is_read(reader: Reader) -> None:
    _, reading = reader.read(*TRAPS["mail_with_fifty_thousand_parts"]())
    assert reading is not None
    assert reading.text.splitlines().count("x") == 50_000


def test_a_mail_with_more_parts_than_allowed_says_how_many_it_left() -> None:
    _, body = TRAPS["mail_with_fifty_thousand_parts"]()
    reading = made.read_bytes(body, "a.eml", members=100)
    left = [p for p in reading.problems if p.code == "limit_members"]
    assert [p.detail for p in left] == ["49900 parts more"]
    assert reading.text.splitlines().count("x") == 100
