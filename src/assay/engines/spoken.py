"""What was heard in the texts of a case: statements, figures and dates, as SQLite keeps them.

One row an exhibit holds everything that listening gave, packed; one row a statement makes it found
by speaker and in the order of the texts. `heard` says how far an exhibit is: it waits while it has
no row, and has none again as soon as its text changes. All of it is derived and can be made again.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterator, Sequence

import msgspec

from assay.errors import EngineError
from assay.model.statement import Heard

TABLES = (
    "CREATE TABLE heard (exhibit INTEGER PRIMARY KEY, recipe TEXT NOT NULL,"
    " statements INTEGER NOT NULL, figures INTEGER NOT NULL, dates INTEGER NOT NULL,"
    " body BLOB NOT NULL)",
    "CREATE TABLE spoken (exhibit INTEGER NOT NULL, number INTEGER NOT NULL,"
    " speaker TEXT NOT NULL, kind TEXT NOT NULL, confidence REAL NOT NULL,"
    " PRIMARY KEY (exhibit, number)) WITHOUT ROWID",
    "CREATE INDEX spoken_by_speaker ON spoken (speaker, exhibit, number)",
)
_PACK = msgspec.msgpack.Encoder()
_HEARD = msgspec.msgpack.Decoder(Heard)
_MOST = 1 << 30  # bytes of one exhibit's statements, unpacked


class Unheard(msgspec.Struct, frozen=True):
    """An exhibit whose text waits for a listener. `date` is its day as yyyymmdd."""

    id: int
    type: str
    language: str | None
    date: int | None
    chars: int


class Spoken:
    """Reads and writes through the connection of a catalogue."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def waiting(self, after: int, limit: int) -> list[Unheard]:
        """Exhibits with text that nobody listened to as it is now, from row number `after` on.

        One with pages that wait for OCR comes when these are recognised.
        """
        return [
            Unheard(*row)
            for row in self._db.execute(
                "SELECT id, type, language, date, chars FROM exhibits e"
                " WHERE id > ? AND state = 'read' AND chars > 0"
                " AND NOT EXISTS (SELECT 1 FROM heard h WHERE h.exhibit = e.id)"
                " AND NOT EXISTS (SELECT 1 FROM ocr_queue q"
                "  WHERE q.exhibit = e.id AND q.state = 'waiting')"
                " ORDER BY id LIMIT ?",
                (after, limit),
            )
        ]

    def store(self, exhibit: int, recipe: str, heard: Heard) -> None:
        """Replace what was heard in an exhibit."""
        self.forget(exhibit)
        self._db.execute(
            "INSERT INTO heard VALUES (?,?,?,?,?,?)",
            (
                exhibit, recipe, len(heard.statements), len(heard.figures), len(heard.dates),
                zlib.compress(_PACK.encode(heard), 1),
            ),
        )  # fmt: skip
        self._db.executemany(
            "INSERT INTO spoken VALUES (?,?,?,?,?)",
            (
                (
                    exhibit, number,
                    "" if s.speaker is None else s.speaker.name or s.speaker.surface,
                    s.kind, s.confidence,
                )
                for number, s in enumerate(heard.statements)
            ),
        )  # fmt: skip

    def forget(self, exhibit: int) -> None:
        """Have an exhibit listened to again."""
        self._db.execute("DELETE FROM heard WHERE exhibit = ?", (exhibit,))
        self._db.execute("DELETE FROM spoken WHERE exhibit = ?", (exhibit,))
        self._db.execute("DELETE FROM problems WHERE exhibit = ? AND stage = 'listen'", (exhibit,))

    def forget_other_recipes(self, recipe: str) -> None:
        """Have exhibits listened to again that another version or other settings listened to."""
        for (exhibit,) in self._db.execute(
            "SELECT exhibit FROM heard WHERE recipe <> ?", (recipe,)
        ).fetchall():
            self.forget(exhibit)

    def of(self, exhibit: int) -> Heard | None:
        """What was heard in an exhibit, None where nobody has listened yet."""
        row = self._db.execute("SELECT body FROM heard WHERE exhibit = ?", (exhibit,)).fetchone()
        if row is None:
            return None
        inflate = zlib.decompressobj()
        data = inflate.decompress(row[0], _MOST)
        if inflate.unconsumed_tail:
            raise EngineError("catalogue", "the statements of an exhibit are larger than any", "")
        return _HEARD.decode(data)

    def exhibits(self, *, statements: bool = False) -> list[int]:
        """Row numbers of the exhibits in which anything (or a statement) was heard."""
        some = "statements > 0" if statements else "statements + figures + dates > 0"
        rows = self._db.execute(f"SELECT exhibit FROM heard WHERE {some} ORDER BY exhibit")
        return [row[0] for row in rows]

    def counts(self) -> dict[str, int]:
        """exhibits listened to, statements, figures, dates, and exhibits that wait."""
        row = self._db.execute(
            "SELECT count(*), coalesce(sum(statements), 0), coalesce(sum(figures), 0),"
            " coalesce(sum(dates), 0) FROM heard"
        ).fetchone()
        waiting = self._db.execute(
            "SELECT count(*) FROM exhibits e WHERE state = 'read' AND chars > 0"
            " AND NOT EXISTS (SELECT 1 FROM heard h WHERE h.exhibit = e.id)"
        ).fetchone()[0]
        return {
            "exhibits": row[0], "statements": row[1], "figures": row[2], "dates": row[3],
            "waiting": waiting,
        }  # fmt: skip

    def speakers(self, limit: int = 200) -> list[tuple[str, int]]:
        """(speaker, statements), by name alone: a list to choose from, no ranking of persons."""
        return list(
            self._db.execute(
                "SELECT speaker, count(*) FROM spoken WHERE speaker <> ''"
                " GROUP BY speaker ORDER BY speaker LIMIT ?",
                (limit,),
            )
        )

    def places(
        self, speaker: str | None, kind: str | None, least: float, first: int, count: int
    ) -> tuple[int, list[tuple[int, int]]]:
        """(total, (exhibit, number of the statement)…) of a page of the list, by exhibit.

        `speaker` is found anywhere in the name, whatever its case; `least` is a confidence.
        """
        terms: list[str] = ["confidence >= ?"]
        values: list[str | float] = [least]
        if speaker:
            terms.append("speaker LIKE ? ESCAPE '\\'")
            tamed = speaker.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
            values.append(f"%{tamed}%")
        if kind:
            terms.append("kind = ?")
            values.append(kind)
        where = f" WHERE {' AND '.join(terms)}"
        total = self._db.execute(f"SELECT count(*) FROM spoken{where}", values).fetchone()[0]
        rows = self._db.execute(
            f"SELECT exhibit, number FROM spoken{where} ORDER BY exhibit, number LIMIT ? OFFSET ?",
            (*values, count, first),
        )
        return total, [(row[0], row[1]) for row in rows]

    def several(self, exhibits: Sequence[int]) -> Iterator[tuple[int, Heard]]:
        """What was heard in some exhibits, those that nobody listened to left out."""
        for exhibit in exhibits:
            heard = self.of(exhibit)
            if heard is not None:
                yield exhibit, heard
