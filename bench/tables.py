"""Tables of 20,000 rows: CPU-seconds of Assay's readers beside the library that others would use.

    python bench/tables.py [--rows N]

Material is made here: the same rows as CSV, JSON lines, SQLite, dBASE, Access and Parquet. The
whole reading is measured (type, text, pages, language), the others give their rows as Python
values alone. A library that is not installed is left out. Least of three runs.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import io
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from assay import settings
from assay.extract.read import read
from assay.testing.makers import databases, parquet


def rows_of(count: int) -> list[tuple[int, str, str]]:
    """Numbers, names and notes."""
    return [(n, f"Имя {n % 977} of {n}", f"words of row {n} " * (n % 5 + 1)) for n in range(count)]


def make(folder: Path, count: int) -> dict[str, Path]:
    """The same rows in every format."""
    rows = rows_of(count)
    made = {kind: folder / f"a.{kind}" for kind in
            ("csv", "jsonl", "sqlite", "dbf", "mdb", "parquet")}  # fmt: skip
    out = io.StringIO()
    csv.writer(out).writerows([("id", "name", "note"), *rows])
    made["csv"].write_text(out.getvalue(), encoding="utf-8")
    lines = [json.dumps({"id": i, "name": n, "note": w}) for i, n, w in rows]
    made["jsonl"].write_text("\n".join(lines), encoding="utf-8")
    with sqlite3.connect(made["sqlite"]) as book:
        book.execute("create table a (id integer primary key, name text, note text)")
        book.executemany("insert into a values (?, ?, ?)", rows)
    fields = [("ID", "C", 8), ("NAME", "C", 40), ("NOTE", "C", 120)]
    cells = [[str(i).encode(), n.encode(), w.encode()] for i, n, w in rows]
    made["dbf"].write_bytes(databases.dbf(fields, cells))
    # a usage map of the maker names 512 pages
    columns = (("ID", "long"), ("Name", "text"), ("Note", "text"))
    made["mdb"].write_bytes(databases.access({"A": (columns, rows[:6000])}))
    body = {"id": [r[0] for r in rows], "name": [r[1] for r in rows], "note": [r[2] for r in rows]}
    made["parquet"].write_bytes(parquet.parquet(body, group=5000))
    return made


def by_csv(path: Path) -> int:
    """csv of the standard library."""
    with path.open(encoding="utf-8", newline="") as stream:
        return sum(1 for _ in csv.reader(stream))


def by_json(path: Path) -> int:
    """json of the standard library."""
    with path.open(encoding="utf-8") as stream:
        return sum(1 for line in stream if json.loads(line))


def by_sqlite3(path: Path) -> int:
    """sqlite3 of the standard library."""
    with sqlite3.connect(path) as book:
        return len(book.execute("select * from a").fetchall())


def by_pyarrow(path: Path) -> int:
    """pyarrow, to Python values."""
    import pyarrow.parquet as pq  # type: ignore[import-not-found, unused-ignore]

    return len(pq.read_table(path).to_pylist())


OTHERS: dict[str, tuple[str, Callable[[Path], int]]] = {
    "csv": ("csv", by_csv), "jsonl": ("json", by_json), "sqlite": ("sqlite3", by_sqlite3),
    "parquet": ("pyarrow", by_pyarrow),
}  # fmt: skip


def spent(run: Callable[[], object]) -> float:
    """CPU-seconds, least of three."""
    least = float("inf")
    for _ in range(3):
        begin = time.process_time()
        run()
        least = min(least, time.process_time() - begin)
    return least


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    count = parser.parse_args().rows
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as scratch:
        made = make(Path(folder), count)
        print("format      bytes    rows   Assay s   rows/s   other, s, times")
        for kind, path in made.items():

            def whole(path: Path = path) -> object:
                return read(
                    path, path.name.encode(), Path(scratch), settings.Limits(), settings.Reading()
                )

            reading = read(
                path, path.name.encode(), Path(scratch), settings.Limits(), settings.Reading()
            )
            rows = reading.text.replace("\f", "\n").count("\n")
            mine = spent(whole)
            told = ""
            if kind in OTHERS and importlib.util.find_spec(OTHERS[kind][0]) is not None:
                name, other = OTHERS[kind]
                theirs = spent(lambda path=path, other=other: other(path))  # type: ignore[misc]
                told = f"{name} {theirs:.3f} {mine / theirs:.1f}"
            print(f"{kind:<8} {path.stat().st_size:>9} {rows:>7} {mine:>8.3f} {rows / mine:>9.0f}"
                  f"   {told}   {reading.status}")  # fmt: skip


if __name__ == "__main__":
    main()
