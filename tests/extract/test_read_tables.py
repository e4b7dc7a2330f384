"""CSV of every kind, SQLite, dBASE and Access: rows readable where they are found."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import made
import pytest

from assay.extract.spool import Spool
from assay.model.reading import Reading
from assay.testing.makers import databases, parquet

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


def without_headers(reading: Reading) -> str:
    """The text without what pages repeat, and without what stands between pages."""
    parts: list[str] = []
    for page in reading.pages:
        begin = page.start
        for region in reading.regions:
            if region.kind == "header" and region.start == begin:
                begin = region.end
        parts.append(reading.text[begin : page.end])
    return "".join(parts)


# ---------------------------------------------------------------- delimited text

LONG = "id;name\r\n" + "".join(f'{n};"a ""b""\r\nc"\r\n' for n in range(25))


def test_a_long_table_repeats_its_header_on_each_page_and_keeps_its_text() -> None:
    reading = made.read_bytes(LONG.encode(), "a.csv", options={"sheet_rows": 10})
    assert [p.label for p in reading.pages] == ["rows 1-10", "rows 11-20", "rows 21-26"]
    assert all(made.page_of(reading, n).startswith("id;name\r\n") for n in (1, 2, 3))
    assert made.page_of(reading, 2).startswith('id;name\r\n9;"a')
    assert without_headers(reading) == LONG


def test_a_short_table_is_one_page_of_its_decoded_bytes() -> None:
    body = "\ufeffимя\tгод\nАнна\t1970\n"
    reading = made.read_bytes(body.encode("utf-16-le"), "a.tsv")
    assert reading.text == body[1:]
    assert len(reading.pages) == 1
    assert reading.regions == ()


@pytest.mark.parametrize("mark", [",", ";", "\t", "|", "^", "\x01"])
def test_the_delimiter_is_found_and_named(mark: str) -> None:
    body = "".join(f'a{n}{mark}"b, c; {n}"{mark}d\n' for n in range(8))
    reading = made.read_bytes(body.encode(), "a.csv")
    names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", "^": "caret"}
    assert ("csv:delimiter", names.get(mark, "U+0001")) in reading.metadata.found
    assert ("csv:columns", "3") in reading.metadata.found


def test_a_first_line_that_names_the_delimiter_decides() -> None:
    reading = made.read_bytes(b"sep=^\r\na^b;c;d\r\n1^2;3;4\r\n", "a.csv")
    assert ("csv:delimiter", "caret") in reading.metadata.found
    assert reading.text.startswith("sep=^\r\n")


def test_the_header_is_the_first_row_that_is_as_wide_as_most() -> None:
    body = "A title\n\nid,name,year\n" + "".join(f"{n},x,19{n:02}\n" for n in range(30))
    reading = made.read_bytes(body.encode(), "a.csv", options={"sheet_rows": 10})
    assert made.page_of(reading, 2).startswith("id,name,year\n")
    assert without_headers(reading) == body


def test_a_quote_that_is_never_closed_swallows_no_table() -> None:
    body = 'a,b\n1,"open\n' + "".join(f"{n},x\n" for n in range(2000))
    reading = made.read_bytes(body.encode(), "a.csv")
    assert made.codes(reading) == {"damaged"}
    assert len(reading.pages) > 9
    assert without_headers(reading) == body


def test_a_table_without_an_ending_in_its_name_is_told_by_its_lines() -> None:
    body = "".join(f"{n}\x01name {n}\x01{n * n}\n" for n in range(20))
    assert made.read_bytes(body.encode(), "part-00000").type.startswith("text/tab")
    prose = "One line, and a second.\nNo, not a table, at all.\nThis, too, is prose.\n" * 4
    assert made.read_bytes(prose.encode(), "a.txt").type == "text/plain"


def test_cells_over_the_limit_end_a_table_with_what_came_before() -> None:
    reading = made.read_bytes(b"a,b\n" * 50, "a.csv", cells=20)
    assert made.codes(reading) == {"limit_cells"}
    assert reading.text == "a,b\n" * 10


# ---------------------------------------------------------------- SQLite


def sqlite(path: Path, *, wal: bool = False) -> bytes:
    path.unlink(missing_ok=True)
    with sqlite3.connect(path) as book:
        book.execute(
            "create table people (id integer primary key, name text, weight real, picture blob,"
            " check (id > 0))"
        )
        book.execute("create table pairs (a text, b int, c text, primary key (b, a)) without rowid")
        book.execute("create view heavy as select name from people where weight > 80")
        for n in range(1, 301):
            picture = PNG * 300 if n % 100 == 0 else b"abc"
            book.execute(
                "insert into people values (?, ?, ?, ?)",
                (n, f"Name {n} " * (n % 40), n / 2, picture),
            )
            book.execute("insert into pairs values (?, ?, ?)", (f"a{n}", n, f"c{n} " * 90))
        book.execute("alter table people add column late text default 'later'")
    book.close()
    return path.read_bytes()


def test_every_row_of_a_database_is_a_line_under_its_columns(tmp_path: Path) -> None:
    reading = made.read_bytes(sqlite(tmp_path / "a"), "a.db")
    assert reading.status == "read"
    assert reading.pages[0].label == "people rows 1-200"
    lines = [line for line in reading.text.replace("\f", "\n").split("\n") if "\t" in line]
    people = [line.split("\t") for line in lines if line.endswith("later")]
    assert lines[0] == "id\tname\tweight\tpicture\tlate"
    assert [row[0] for row in people] == [str(n) for n in range(1, 301)]
    assert people[38][1:4] == ["Name 39 " * 39, "19.5", "[3 bytes]"]
    pairs = [line for line in lines if re.match(r"\d+\ta\d+\t", line)]
    assert len(pairs) == 300 and pairs[299] == "300\ta300\t" + "c300 " * 90
    assert "create view heavy" in made.page_of(reading, len(reading.pages)).lower()


def test_files_in_cells_are_members_and_counted_apart(tmp_path: Path) -> None:
    body = sqlite(tmp_path / "a")
    reading = made.read_bytes(body, "a.db")
    assert [m.name for m in reading.members] == [
        (b"people", b"100-picture.png"), (b"people", b"200-picture.png"),
        (b"people", b"300-picture.png"),
    ]  # fmt: skip
    assert {m.size for m in reading.members} == {len(PNG * 300)}
    assert reading.expected == 3


@pytest.mark.parametrize("kind", ["a.db", "a.mdb"])
def test_a_file_in_a_cell_that_the_reader_loses_is_missed(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = sqlite(tmp_path / "a") if kind == "a.db" else attachments()
    taken = Spool.add_bytes
    met: list[bytes] = []

    def forgetful(self: Spool, name: bytes, data: bytes, modified: str | None = None) -> None:
        met.append(name)
        if len(met) != 2:
            taken(self, name, data, modified)

    monkeypatch.setattr(Spool, "add_bytes", forgetful)
    reading = made.read_bytes(body, kind)
    assert ("members_missing", "1 of 3") in [(p.code, p.detail) for p in reading.problems]


def test_deleted_rows_in_free_pages_are_said_to_be_unread(tmp_path: Path) -> None:
    sqlite(tmp_path / "a")
    with sqlite3.connect(tmp_path / "a") as book:
        book.execute("delete from pairs where b > 20")
    book.close()
    reading = made.read_bytes((tmp_path / "a").read_bytes(), "a.db")
    assert "part_unclaimed" in made.codes(reading)
    assert "c300 c300" not in reading.text


def test_a_broken_page_costs_its_own_rows(tmp_path: Path) -> None:
    body = bytearray(sqlite(tmp_path / "a"))
    at = body.index(b"Name 150 Name 150") // 4096 * 4096
    body[at] = 0x55
    reading = made.read_bytes(bytes(body), "a.db")
    assert "damaged" in made.codes(reading)
    assert "Name 1 " in reading.text and "Name 299 " in reading.text
    assert "Name 150 " not in reading.text


def test_a_database_that_is_cut_off_says_so_and_gives_what_is_there(tmp_path: Path) -> None:
    body = sqlite(tmp_path / "a")
    reading = made.read_bytes(body[: len(body) // 2], "a.db")
    assert "truncated" in made.codes(reading)
    assert "Name 1 " in reading.text


def test_a_tree_that_meets_itself_ends(tmp_path: Path) -> None:
    body = bytearray(sqlite(tmp_path / "a"))
    page = next(n for n in range(1, len(body) // 4096) if body[n * 4096] == 5)
    body[page * 4096 + 8 : page * 4096 + 12] = (page + 1).to_bytes(4, "big")
    reading = made.read_bytes(bytes(body), "a.db")
    assert "damaged" in made.codes(reading)


# ---------------------------------------------------------------- dBASE


def test_records_of_dbase_are_rows_and_deleted_ones_are_marked() -> None:
    body = databases.dbf(
        [("NAME", "C", 12), ("BORN", "D", 8), ("SUM", "N", 8), ("OK", "L", 1)],
        [("Иванов".encode("cp866"), b"19700102", b"  12.50", b"T"),
         ("Петров".encode("cp866"), b"", b"3", b"F")],
        deleted=frozenset({1}), driver=0x26,
    )  # fmt: skip
    reading = made.read_bytes(body, "a.dbf")
    assert reading.status == "read"
    assert (
        reading.text == "NAME\tBORN\tSUM\tOK\nИванов\t1970-01-02\t12.50\tTRUE\nПетров\t\t3\tFALSE"
    )
    (region,) = reading.regions
    assert (region.kind, reading.text[region.start : region.end]) == (
        "deleted",
        "Петров\t\t3\tFALSE",
    )


def test_the_charset_of_dbase_is_guessed_from_its_words_where_none_is_named() -> None:
    words = ["虽然该指令经过重新发布", "新疆维吾尔自治区", "公安局文件"]
    body = databases.dbf([("T", "C", 30)], [[w.encode("gb18030")] for w in words])
    reading = made.read_bytes(body, "a.dbf")
    assert reading.text.split("\n")[1:] == words


def test_memos_beside_a_table_are_named_in_it_and_read_in_their_own_file() -> None:
    table = made.read_bytes(
        databases.dbf([("T", "C", 4), ("M", "M", 10)], [[b"a", b"         8"]], version=0xF5),
        "a.dbf",
    )
    assert made.codes(table) == {"part_unclaimed"}
    assert "[memo block 8]" in table.text
    memos = made.read_bytes(databases.fpt([b"first memo", b"second"]), "a.fpt")
    assert memos.text == "[block 8] first memo\n[block 9] second\n"


def test_a_table_of_dbase_that_is_cut_off_says_how_many_records_are_left() -> None:
    body = databases.dbf([("T", "C", 10)], [[b"word"]] * 20)
    reading = made.read_bytes(body[:-60], "a.dbf")
    assert [(p.code, p.detail) for p in reading.problems] == [("truncated", "14 of 20 records")]


# ---------------------------------------------------------------- Access

COLUMNS = (("ID", "long"), ("Name", "text"), ("Note", "memo"), ("Good", "bool"), ("On", "date"))
PEOPLE = [(n, f"Имя {n}", f"words {n} " * (n * 20), n % 2 == 0, 42_000.0 + n) for n in range(1, 31)]


def attachments() -> bytes:
    columns = (("FileName", "text"), ("FileType", "text"), ("FileData", "ole"))
    rows = [(f"{n}.png", "png", bytes(8) + (20).to_bytes(4, "little") + bytes(16) + PNG * n)
            for n in (1, 100, 3)]  # fmt: skip
    return databases.access({"f_ab_Data": (columns, rows)})


@pytest.mark.parametrize("key", [b"\0\0\0\0", b"\x01\x80\x30\x07"])
def test_every_row_of_an_access_table_is_a_line_encoded_or_not(key: bytes) -> None:
    body = databases.access({"People": (COLUMNS, PEOPLE)}, key=key, queries=["Old ones"])
    reading = made.read_bytes(body, "a.mdb")
    assert reading.status == "read"
    lines = reading.text.split("\n")
    assert lines[0] == "ID\tName\tNote\tGood\tOn"
    assert lines[30] == f"30\tИмя 30\t{'words 30 ' * 600}\tTRUE\t2015-01-26"
    assert len(lines) == 31
    assert ("access:query", "Old ones") in reading.metadata.found


def test_attachments_of_access_are_members_under_their_names() -> None:
    reading = made.read_bytes(attachments(), "a.accdb")
    assert [(m.name[-1], m.size) for m in reading.members] == [
        (b"1.png", len(PNG)), (b"100.png", len(PNG) * 100), (b"3.png", len(PNG) * 3)
    ]  # fmt: skip
    assert reading.expected == 3


def test_pages_that_no_key_opens_are_said_to_be_encrypted() -> None:
    body = bytearray(databases.access({"People": (COLUMNS, PEOPLE)}))
    body[4096:] = databases.rc4(b"unknown", bytes(body[4096:]))
    reading = made.read_bytes(bytes(body), "a.mdb")
    assert made.codes(reading) == {"encrypted"}
    assert reading.status == "unread"


def test_an_access_file_that_is_cut_off_gives_the_rows_before() -> None:
    body = databases.access({"People": (COLUMNS, PEOPLE)})
    reading = made.read_bytes(body[:-4096], "a.mdb")
    assert "damaged" in made.codes(reading)
    assert "ID\tName" in reading.text


# ---------------------------------------------------------------- Parquet

NAMES = [None if n % 7 == 0 else f"Имя {n % 11}" for n in range(2500)]


@pytest.mark.parametrize("dictionary", [False, True])
def test_every_row_of_a_parquet_table_is_a_line_under_its_columns(dictionary: bool) -> None:
    body = parquet.parquet({"id": list(range(2500)), "name": NAMES}, dictionary=dictionary)
    reading = made.read_bytes(body, "a.parquet")
    assert reading.status == "read"
    assert reading.pages[1].label == "rows 201-400"
    assert made.page_of(reading, 2).startswith("id\tname\n200\tИмя 2\n")
    lines = [line for line in reading.text.replace("\f", "\n").split("\n") if line != "id\tname"]
    assert lines == [f"{n}\t{name or ''}".rstrip("\t") for n, name in enumerate(NAMES)]


def test_a_parquet_table_that_is_cut_off_or_sealed_says_so() -> None:
    body = parquet.parquet({"id": [1, 2], "name": ["a", "b"]})
    assert made.codes(made.read_bytes(body[:-9], "a.parquet")) == {"truncated"}
    assert made.codes(made.read_bytes(body[:-4] + b"PARE", "a.parquet")) == {"encrypted"}


def test_a_broken_page_of_parquet_costs_its_column_in_its_group() -> None:
    body = parquet.parquet({"id": list(range(10)), "name": ["word"] * 10}, group=5)
    at = body.index(b"\4\0\0\0word")
    reading = made.read_bytes(body[:at] + b"\xff" + body[at + 1 :], "a.parquet")
    assert [(p.code, p.where) for p in reading.problems] == [("damaged", "row group 1, column 2")]
    assert reading.text.endswith("4\n5\tword\n6\tword\n7\tword\n8\tword\n9\tword")


def test_a_parquet_table_over_the_limit_of_cells_is_a_problem() -> None:
    body = parquet.parquet({"id": list(range(100)), "name": ["word"] * 100}, group=10)
    assert "limit_cells" in made.codes(made.read_bytes(body, "a.parquet", cells=50))


@pytest.mark.parametrize("dictionary", [False, True])
def test_whatever_byte_of_a_parquet_table_is_wrong_the_reader_knows_what_it_met(
    dictionary: bool,
) -> None:
    body = parquet.parquet({"name": ["aa", None, "bb"], "sum": [1, 2, 3]}, dictionary=dictionary)
    for at in range(4, len(body) - 8):
        for wrong in (body[at] ^ 0x0F, body[at] ^ 0xF0, 0xFF):
            broken = body[:at] + bytes((wrong,)) + body[at + 1 :]
            reading = made.read_bytes(broken, "a.parquet")
            details = {p.detail for p in reading.problems}
            assert not details & {"TypeError", "AttributeError", "KeyError", "RuntimeError"}
            assert reading.text or reading.problems or reading.pages


def test_an_access_database_whose_catalogue_names_nothing_is_damaged_and_not_empty() -> None:
    assert made.codes(made.read_bytes(databases.access({}), "a.mdb")) == {"damaged"}


def test_an_access_catalogue_whose_map_points_nowhere_is_damaged() -> None:
    body = bytearray(databases.access({"People": (COLUMNS, PEOPLE)}))
    body[2 * 4096 + 55 : 2 * 4096 + 59] = b"\0\xff\xff\xff"
    reading = made.read_bytes(bytes(body), "a.mdb")
    assert [p.detail for p in reading.problems] == ["the map of the catalogue's pages"]
