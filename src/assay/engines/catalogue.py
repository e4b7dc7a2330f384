"""The catalogue: what a case holds, as SQLite in derived/. A cache of logs and readings.

Everything in it can be made again: exhibits, appearances, notes and tags from the logs, pages
and metadata by reading. So its transactions need not survive a power cut (WAL, synchronous
NORMAL), but they survive a kill at any instant. Plain sqlite3 and no query builder: see
docs/adr/0001. Offsets count code points; page numbers from 1; sizes are bytes.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from assay.engines import overview, spoken
from assay.errors import DiskFull, EngineError
from assay.model.exhibit import RawPath
from assay.model.finding import Finding
from assay.model.reading import Metadata, Problem, Reading, Region, Words

SCHEMA = 5

_TABLES = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE applied (log TEXT PRIMARY KEY, events INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE events (
  id TEXT PRIMARY KEY, log TEXT NOT NULL, sequence INTEGER NOT NULL, type TEXT NOT NULL,
  audience TEXT NOT NULL, subject TEXT NOT NULL, at TEXT NOT NULL, author TEXT NOT NULL,
  body TEXT, heads TEXT
) WITHOUT ROWID;
CREATE INDEX events_by_subject ON events (subject, type);
CREATE TABLE exhibits (
  id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, size INTEGER NOT NULL,
  held INTEGER NOT NULL,              -- 1: in originals/, 0: inside a container only
  depth INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'new',  -- new, read
  recipe TEXT NOT NULL DEFAULT '', status TEXT NOT NULL DEFAULT 'unread',
  type TEXT NOT NULL DEFAULT '', language TEXT, date INTEGER,
  chars INTEGER NOT NULL DEFAULT 0, page_count INTEGER NOT NULL DEFAULT 0,
  container INTEGER NOT NULL DEFAULT 0, expected INTEGER,
  metadata BLOB, outline BLOB, text_digest TEXT NOT NULL DEFAULT '',
  seconds REAL NOT NULL DEFAULT 0,
  logged INTEGER NOT NULL DEFAULT 0, indexed INTEGER NOT NULL DEFAULT 0,
  reads INTEGER NOT NULL DEFAULT 0, changed INTEGER NOT NULL DEFAULT 0,
  unclaimed INTEGER,                  -- parts that no reader claimed, NULL where unknown
  standing TEXT NOT NULL DEFAULT 'unread',  -- status with members and OCR: see overview.py
  flawed INTEGER NOT NULL DEFAULT 1,  -- 1: the account has a reason to name it
  look INTEGER NOT NULL DEFAULT 0     -- 1: its bytes are still to be looked into
);
CREATE INDEX exhibits_to_look ON exhibits (id) WHERE look = 1;
CREATE INDEX exhibits_new ON exhibits (state, id);
CREATE INDEX exhibits_unlogged ON exhibits (logged) WHERE logged = 0 AND state = 'read';
CREATE INDEX exhibits_unindexed ON exhibits (id) WHERE indexed = 0 AND state = 'read';
CREATE INDEX exhibits_given ON exhibits (id) WHERE indexed = 3;
CREATE TABLE appearances (
  id INTEGER PRIMARY KEY, exhibit INTEGER NOT NULL, parent INTEGER NOT NULL DEFAULT 0,
  ordinal INTEGER NOT NULL DEFAULT 0, raw BLOB NOT NULL, display TEXT NOT NULL,
  size INTEGER NOT NULL, modified TEXT, event TEXT NOT NULL DEFAULT '',
  UNIQUE (exhibit, parent, ordinal, raw)
);
CREATE INDEX appearances_by_parent ON appearances (parent, ordinal);
CREATE INDEX appearances_by_display ON appearances (display, exhibit);
CREATE TABLE sources (
  place BLOB NOT NULL, mark TEXT NOT NULL, digest TEXT NOT NULL, PRIMARY KEY (place)
) WITHOUT ROWID;
CREATE INDEX sources_by_digest ON sources (digest);
CREATE TABLE left_out (
  raw BLOB NOT NULL, code TEXT NOT NULL, display TEXT NOT NULL, detail TEXT NOT NULL,
  event TEXT NOT NULL, PRIMARY KEY (raw, code)
) WITHOUT ROWID;
CREATE TABLE pages (
  exhibit INTEGER NOT NULL, number INTEGER NOT NULL, text TEXT NOT NULL, gap TEXT NOT NULL,
  label TEXT NOT NULL, source TEXT NOT NULL, confidence REAL, width REAL, height REAL,
  wants_ocr INTEGER NOT NULL, words BLOB, native TEXT, regions BLOB,
  PRIMARY KEY (exhibit, number)
) WITHOUT ROWID;
CREATE TABLE problems (
  id INTEGER PRIMARY KEY, exhibit INTEGER NOT NULL, stage TEXT NOT NULL, code TEXT NOT NULL,
  place TEXT NOT NULL, next_step TEXT NOT NULL, detail TEXT NOT NULL, fatal INTEGER NOT NULL
);
CREATE INDEX problems_by_exhibit ON problems (exhibit);
CREATE TABLE findings (
  id INTEGER PRIMARY KEY, exhibit INTEGER NOT NULL, code TEXT NOT NULL, rank INTEGER NOT NULL,
  page INTEGER, body BLOB NOT NULL
);
CREATE INDEX findings_by_exhibit ON findings (exhibit);
CREATE TABLE threads (
  exhibit INTEGER NOT NULL, id TEXT NOT NULL, own INTEGER NOT NULL, PRIMARY KEY (exhibit, id)
) WITHOUT ROWID;
CREATE INDEX threads_by_id ON threads (id);
CREATE TABLE failed_members (
  parent INTEGER NOT NULL, ordinal INTEGER NOT NULL, raw BLOB NOT NULL, display TEXT NOT NULL,
  code TEXT NOT NULL, next_step TEXT NOT NULL, PRIMARY KEY (parent, ordinal)
) WITHOUT ROWID;
CREATE TABLE ocr_queue (
  exhibit INTEGER NOT NULL, page INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'waiting',
  PRIMARY KEY (exhibit, page)
) WITHOUT ROWID;
CREATE TABLE ocr_kept (
  digest TEXT NOT NULL, page INTEGER NOT NULL, recipe TEXT NOT NULL, kept TEXT NOT NULL,
  picture TEXT NOT NULL, PRIMARY KEY (digest, page)
) WITHOUT ROWID;
CREATE INDEX ocr_by_picture ON ocr_kept (picture, recipe);
CREATE TABLE annotations (
  event TEXT PRIMARY KEY, kind TEXT NOT NULL, digest TEXT NOT NULL, page INTEGER,
  value TEXT NOT NULL, locator TEXT NOT NULL, author TEXT NOT NULL, at TEXT NOT NULL,
  audience TEXT NOT NULL, sequence INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX annotations_by_digest ON annotations (digest, kind);
CREATE INDEX annotations_by_value ON annotations (kind, value);
CREATE TABLE withdrawn (
  digest TEXT PRIMARY KEY, event TEXT NOT NULL, author TEXT NOT NULL, at TEXT NOT NULL,
  authority TEXT NOT NULL, reason TEXT NOT NULL
) WITHOUT ROWID;
"""

_METADATA = msgspec.msgpack.Decoder(Metadata)
_WORDS = msgspec.msgpack.Decoder(Words)
_REGIONS = msgspec.msgpack.Decoder(tuple[Region, ...])
_FINDING = msgspec.msgpack.Decoder(Finding)
_RANK = {"high": 0, "medium": 1, "low": 2}
_RAW = msgspec.msgpack.Decoder(RawPath)
_PACK = msgspec.msgpack.Encoder()
_WORDS_BYTES = 64 << 20  # of one page, unpacked: two million words


class Row(msgspec.Struct, frozen=True):
    """An exhibit as the catalogue holds it. `standing`: its status with members and OCR."""

    id: int
    digest: str
    size: int
    held: bool
    depth: int
    state: str
    recipe: str
    status: str
    type: str
    language: str | None
    date: int | None
    chars: int
    page_count: int
    container: bool
    expected: int | None
    text_digest: str
    seconds: float
    unclaimed: int | None = None
    standing: str = "unread"


_ROW = (
    "id, digest, size, held, depth, state, recipe, status, type, language, date, chars, "
    "page_count, container, expected, text_digest, seconds, unclaimed, standing"
)

# Which of an exhibit's places is its first: where it was received, in the order of receiving, then
# members by their paths. Members are met in the order in which workers answer, so their rows' order
# would differ from run to run.
_FIRST_PLACE = "a.parent > 0, CASE WHEN a.parent > 0 THEN a.display END, a.id"


class Waiting(msgspec.Struct, frozen=True):
    """An exhibit that is to be read. `name`: the raw last name it first came under."""

    id: int
    digest: str
    held: bool
    depth: int
    size: int
    name: bytes


class Beside(msgspec.Struct, frozen=True):
    """An exhibit that lies beside another one, under its raw last name."""

    id: int
    digest: str
    held: bool
    state: str
    name: bytes


class PageRow(msgspec.Struct, frozen=True):
    """A page as stored. `start` counts code points in the exhibit's text as it is now."""

    number: int
    start: int
    text: str
    gap: str
    label: str
    source: str
    confidence: float | None
    width: float | None
    height: float | None
    wants_ocr: bool
    words: Words | None = None
    regions: tuple[Region, ...] = ()  # offsets in the page's text


class AppearanceRow(msgspec.Struct, frozen=True):
    """A place where an exhibit was found; `parent` is a digest or None."""

    path: RawPath
    display: str
    size: int
    modified: str | None
    parent: str | None
    ordinal: int


_EVENT = "id, log, sequence, type, audience, subject, at, author, body, heads"


def _event(row: Sequence[Any]) -> dict[str, Any]:
    return {
        "id": row[0], "log": row[1], "sequence": row[2], "type": row[3],
        "audience": row[4], "subject": row[5], "at": row[6], "author": row[7],
        "body": json.loads(row[8]) if row[8] is not None else None,
        "heads": json.loads(row[9]) if row[9] else {},
    }  # fmt: skip


def _row(values: Sequence[Any]) -> Row:
    row = list(values)
    row[3], row[13] = bool(row[3]), bool(row[13])
    return Row(*row)


def _failure(error: sqlite3.Error) -> Exception:
    """The failure of this project that stands for one of SQLite."""
    if "full" in str(error):
        return DiskFull(
            "catalogue", "no space is left on the disk",
            "Free some space and run the same command again: it goes on where it stopped.",
        )  # fmt: skip
    return EngineError(
        "catalogue", f"it cannot be used ({type(error).__name__})",
        "Run `assay rebuild`: it makes derived/ anew and loses nothing.",
    )  # fmt: skip


def _pack_regions(reading: Reading) -> dict[int, bytes]:
    """Page number -> its regions, packed, with offsets in the page's text."""
    found: dict[int, list[Region]] = {}
    pages = reading.pages
    at = 0
    for region in reading.regions:
        while at + 1 < len(pages) and pages[at + 1].start <= region.start:
            at += 1
        start = pages[at].start
        moved = Region(region.start - start, region.end - start, region.kind)
        found.setdefault(pages[at].number, []).append(moved)
    return {number: _PACK.encode(regions) for number, regions in found.items()}


def _beside(native: Words | None, length: int, words: Words | None, shift: int) -> Words | None:
    """Boxes of the native words of a page, in its first `length` characters, and of others."""
    count = sum(end <= length for end in native.ends) if native is not None else 0
    if native is None or not count:
        native = Words((), (), ())
    words = words or Words((), (), ())
    if not count and not words.starts:
        return None
    return Words(
        (*native.starts[:count], *(start + shift for start in words.starts)),
        (*native.ends[:count], *(end + shift for end in words.ends)),
        (*native.boxes[: 4 * count], *words.boxes),
        (*(100 for _ in range(count)), *words.confidences),
    )


def _unpack_regions(packed: bytes | None) -> tuple[Region, ...]:
    return _REGIONS.decode(packed) if packed else ()


class _Connection(sqlite3.Connection):
    """A connection whose failures are this project's, wherever a statement stands."""

    def execute(self, *args: Any) -> sqlite3.Cursor:
        """As in sqlite3. Raises DiskFull, EngineError."""
        try:
            return super().execute(*args)
        except sqlite3.Error as error:
            raise _failure(error) from error

    def executemany(self, *args: Any) -> sqlite3.Cursor:
        """As in sqlite3. Raises DiskFull, EngineError."""
        try:
            return super().executemany(*args)
        except sqlite3.Error as error:
            raise _failure(error) from error


class Catalogue:
    """The catalogue of one case. One object a thread; any number of processes."""

    def __init__(self, path: Path | str, *, create: bool = True) -> None:
        self._path = str(path)
        self._counted = (0, 0)  # exhibits up to a row number
        self._overview: overview.Overview | None = None
        self._spoken: spoken.Spoken | None = None
        fresh = self._path == ":memory:" or not Path(self._path).exists()
        if fresh and create and self._path != ":memory:":
            Path(self._path).parent.mkdir(parents=True, exist_ok=True)
        try:
            self._db = sqlite3.connect(
                self._path, timeout=30, isolation_level=None, factory=_Connection
            )
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")
            self._db.execute("PRAGMA secure_delete = ON")
            self._db.execute("PRAGMA cache_size = -65536")
            self._db.execute("PRAGMA temp_store = MEMORY")
            if fresh:
                self._create()
            version = self._db.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise _failure(error) from error
        if version != SCHEMA:
            raise EngineError(
                "catalogue", f"it has layout {version}, this program needs {SCHEMA}",
                "Run `assay rebuild`: it makes derived/ anew and loses nothing.",
            )  # fmt: skip

    def _create(self) -> None:
        with self.writing():
            if self._db.execute("PRAGMA user_version").fetchone()[0] == 0:
                for statement in (*_TABLES.split(";\n"), *overview.STATEMENTS, *spoken.TABLES):
                    self._db.execute(statement)
                self._db.execute(f"PRAGMA user_version = {SCHEMA}")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """One transaction; nothing of it stays where the block raises."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise _failure(error) from error

    def close(self) -> None:
        """Give up the file."""
        self._db.close()

    # ------------------------------------------------------------ facts and events

    def fact(self, name: str) -> str:
        """A remembered value, "" where there is none."""
        row = self._db.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def set_fact(self, name: str, value: str) -> None:
        """Remember a value."""
        self._db.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", (name, value))

    def applied(self, log: str) -> int:
        """How many events of a log the catalogue knows."""
        row = self._db.execute("SELECT events FROM applied WHERE log = ?", (log,)).fetchone()
        return int(row[0]) if row else 0

    def set_applied(self, log: str, events: int) -> None:
        """Note how many events of a log the catalogue knows now."""
        self._db.execute("INSERT OR REPLACE INTO applied VALUES (?, ?)", (log, events))

    def add_event(
        self, event_id: str, log: str, sequence: int, kind: str, audience: str, subject: str,
        at: str, author: str, body: dict[str, Any] | None, heads: dict[str, Any],
    ) -> None:  # fmt: skip
        """Store an event for the ledger."""
        self._db.execute(
            "INSERT OR IGNORE INTO events VALUES (?,?,?,?,?,?,?,?,?,?)",
            (
                event_id, log, sequence, kind, audience, subject, at, author,
                None if body is None else msgspec.json.encode(body).decode(),
                json.dumps(heads) if heads else None,
            ),
        )  # fmt: skip

    def events(self, kinds: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        """Events as dictionaries, in the order of logs and sequence numbers."""
        sql = f"SELECT {_EVENT} FROM events"
        if kinds:
            sql += f" WHERE type IN ({','.join('?' * len(kinds))})"
        for row in self._db.execute(sql + " ORDER BY log, sequence", tuple(kinds)):
            yield _event(row)

    def events_by_id(self, ids: Sequence[str]) -> list[dict[str, Any]]:
        """Events as dictionaries, in the order of their ids as given."""
        sql = f"SELECT {_EVENT} FROM events WHERE id IN ({','.join('?' * len(ids))})"
        found = {row[0]: _event(row) for row in self._db.execute(sql, tuple(ids))}
        return [found[event] for event in ids if event in found]

    def event_places(self) -> list[tuple[str, str, int, str, dict[str, list[Any]]]]:
        """(id, log, sequence, type, heads) of every event: what its place in the ledger needs."""
        return [
            (*row[:4], json.loads(row[4]) if row[4] else {})
            for row in self._db.execute("SELECT id, log, sequence, type, heads FROM events")
        ]

    def event_log(self, event_id: str) -> tuple[str, int, str, str] | None:
        """(log, sequence, type, subject) of an event."""
        row = self._db.execute(
            "SELECT log, sequence, type, subject FROM events WHERE id = ?", (event_id,)
        ).fetchone()
        return (row[0], row[1], row[2], row[3]) if row else None

    def events_about(self, subject: str) -> list[tuple[str, str, int, str]]:
        """(id, log, sequence, type) of the events whose subject this is."""
        return list(
            self._db.execute(
                "SELECT id, log, sequence, type FROM events WHERE subject = ?", (subject,)
            )
        )

    def first_event_at(self, subject: str, kind: str) -> str:
        """When the first event of this type about a subject was written, "" without one."""
        row = self._db.execute(
            "SELECT min(at) FROM events WHERE subject = ? AND type = ?", (subject, kind)
        ).fetchone()
        return str(row[0]) if row and row[0] else ""

    def forget_bodies(self, event_ids: Iterable[str]) -> None:
        """Remove the payloads of withdrawn events from the catalogue."""
        self._db.executemany(
            "UPDATE events SET body = NULL, subject = '', at = '' WHERE id = ?",
            ((event,) for event in event_ids),
        )

    # ------------------------------------------------------------ exhibits

    def exhibit_id(self, digest: str) -> int | None:
        """The row number of an exhibit."""
        row = self._db.execute("SELECT id FROM exhibits WHERE digest = ?", (digest,)).fetchone()
        return int(row[0]) if row else None

    def add_exhibit(self, digest: str, size: int, *, held: bool, depth: int) -> tuple[int, bool]:
        """(row number, whether it is new) of an exhibit."""
        cursor = self._db.execute(
            "INSERT OR IGNORE INTO exhibits (digest, size, held, depth) VALUES (?, ?, ?, ?)",
            (digest, size, int(held), depth),
        )
        if cursor.rowcount:
            return int(cursor.lastrowid or 0), True
        row = self.exhibit_id(digest)
        assert row is not None
        if held:
            self._db.execute("UPDATE exhibits SET held = 1 WHERE id = ? AND held = 0", (row,))
        return row, False

    def add_appearance(
        self, exhibit: int, path: RawPath, size: int, modified: str | None,
        parent: int = 0, ordinal: int = 0, event: str = "",
    ) -> bool:  # fmt: skip
        """Add a place where an exhibit was found; False where it is known."""
        cursor = self._db.execute(
            "INSERT OR IGNORE INTO appearances"
            " (exhibit, parent, ordinal, raw, display, size, modified, event)"
            " VALUES (?,?,?,?,?,?,?,?)",
            (exhibit, parent, ordinal, _PACK.encode(path), path.display, size, modified, event),
        )
        return bool(cursor.rowcount)

    def has_appearance(self, digest: str, path: RawPath) -> bool:
        """Tell whether these bytes were received under this path before."""
        row = self._db.execute(
            "SELECT 1 FROM appearances a JOIN exhibits e ON e.id = a.exhibit"
            " WHERE e.digest = ? AND a.parent = 0 AND a.raw = ?",
            (digest, _PACK.encode(path)),
        ).fetchone()
        return row is not None

    def source(self, place: bytes) -> tuple[str, str]:
        """(mark, digest) of a file when it was last taken in, ("", "") where it never was."""
        row = self._db.execute(
            "SELECT mark, digest FROM sources WHERE place = ?", (place,)
        ).fetchone()
        return (str(row[0]), str(row[1])) if row else ("", "")

    def add_source(self, place: bytes, mark: str, digest: str) -> None:
        """Remember that the file at this place was taken in as it is."""
        self._db.execute("INSERT OR REPLACE INTO sources VALUES (?, ?, ?)", (place, mark, digest))

    def forget_source_of(self, digest: str) -> None:
        """Remove the remembered places of an exhibit: they hold its names."""
        self._db.execute("DELETE FROM sources WHERE digest = ?", (digest,))

    def add_left_out(self, path: RawPath, code: str, detail: str, event: str) -> bool:
        """Remember something that was found and not taken; False where it is known."""
        cursor = self._db.execute(
            "INSERT OR IGNORE INTO left_out VALUES (?,?,?,?,?)",
            (_PACK.encode(path), code, path.display, detail, event),
        )
        return bool(cursor.rowcount)

    def has_left_out(self, path: RawPath, code: str) -> bool:
        """Tell whether this was left out for this reason before."""
        row = self._db.execute(
            "SELECT 1 FROM left_out WHERE raw = ? AND code = ?", (_PACK.encode(path), code)
        ).fetchone()
        return row is not None

    def row(self, digest: str) -> Row | None:
        """An exhibit by its digest."""
        found = self._db.execute(f"SELECT {_ROW} FROM exhibits WHERE digest = ?", (digest,))
        values = found.fetchone()
        return _row(values) if values else None

    def row_by_id(self, exhibit: int) -> Row:
        """An exhibit by its row number."""
        return _row(
            self._db.execute(f"SELECT {_ROW} FROM exhibits WHERE id = ?", (exhibit,)).fetchone()
        )

    def rows_by_id(self, exhibits: Sequence[int]) -> list[Row]:
        """Exhibits by their row numbers, in the order of these."""
        marks = ",".join("?" * len(exhibits))
        sql = f"SELECT {_ROW} FROM exhibits WHERE id IN ({marks})"
        found = {values[0]: _row(values) for values in self._db.execute(sql, tuple(exhibits))}
        return [found[exhibit] for exhibit in exhibits if exhibit in found]

    def rows(self, after: int = 0, limit: int = -1) -> Iterator[Row]:
        """Exhibits in the order in which they came, from row number `after` on."""
        sql = f"SELECT {_ROW} FROM exhibits WHERE id > ? ORDER BY id LIMIT ?"
        for values in self._db.execute(sql, (after, limit)):
            yield _row(values)

    def find_digests(self, prefix: str, limit: int = 3) -> list[str]:
        """Digests that begin with `prefix` (of the hex digits)."""
        low = "sha256:" + prefix
        return [
            row[0]
            for row in self._db.execute(
                "SELECT digest FROM exhibits WHERE digest >= ? AND digest < ? LIMIT ?",
                (low, low + "g", limit),
            )
        ]

    def find_path(self, display: str) -> list[str]:
        """Digests of the exhibits that appear under this display path."""
        return [
            row[0]
            for row in self._db.execute(
                "SELECT DISTINCT e.digest FROM appearances a JOIN exhibits e ON e.id = a.exhibit"
                " WHERE a.display = ?",
                (display,),
            )
        ]

    def unread(self, after: int, limit: int) -> list[Waiting]:
        """Exhibits that are not read yet, from row number `after` on."""
        return [
            Waiting(row[0], row[1], bool(row[2]), row[3], row[4], _RAW.decode(row[5]).name)
            if row[5]
            else Waiting(row[0], row[1], bool(row[2]), row[3], row[4], b"")
            for row in self._db.execute(
                "SELECT id, digest, held, depth, size, (SELECT raw FROM appearances"
                " WHERE exhibit = exhibits.id ORDER BY id LIMIT 1) FROM exhibits"
                " WHERE state = 'new' AND id > ? ORDER BY id LIMIT ?",
                (after, limit),
            )
        ]

    def forget_other_recipes(self, recipe: str) -> None:
        """Have exhibits read again that were read with another recipe (a new version, say)."""
        self._db.execute(
            "UPDATE exhibits SET state = 'new' WHERE state = 'read' AND recipe <> ?", (recipe,)
        )

    def set_status(self, exhibit: int, status: str) -> None:
        """Change how far an exhibit could be read."""
        self._db.execute("UPDATE exhibits SET status = ? WHERE id = ?", (status, exhibit))

    def progress(self) -> tuple[int, int, int]:
        """(exhibits, not read yet, pages waiting for OCR)."""
        known, last = self._counted  # only what came since is counted: this is asked all the time
        more, last = self._db.execute(
            "SELECT count(*), coalesce(max(id), ?) FROM exhibits WHERE id > ?", (last, last)
        ).fetchone()
        self._counted = (known + more, last)
        row = self._db.execute(
            "SELECT (SELECT count(*) FROM exhibits WHERE state = 'new'),"
            " (SELECT count(*) FROM ocr_queue WHERE state = 'waiting')"
        ).fetchone()
        return self._counted[0], row[0], row[1]

    def unfinished_index(self) -> int:
        """Exhibits that were read and are not found by search yet as they are."""
        row = self._db.execute(
            "SELECT (SELECT count(*) FROM exhibits INDEXED BY exhibits_unindexed"
            " WHERE indexed = 0 AND state = 'read')"
            " + (SELECT count(*) FROM exhibits WHERE indexed = 3)"
        ).fetchone()
        return int(row[0])

    def set_new(self, exhibit: int) -> None:
        """Have an exhibit read again."""
        self._db.execute("UPDATE exhibits SET state = 'new' WHERE id = ?", (exhibit,))

    def set_changed(self, exhibit: int) -> None:
        """Note that the file changed each time it was read on being received."""
        self._db.execute("UPDATE exhibits SET changed = 1 WHERE id = ?", (exhibit,))

    def history(self, exhibit: int) -> tuple[int, bool]:
        """(how often it was read, whether the file changed while it was received)."""
        row = self._db.execute(
            "SELECT reads, changed FROM exhibits WHERE id = ?", (exhibit,)
        ).fetchone()
        return (row[0], bool(row[1])) if row else (0, False)

    def total_reads(self) -> int:
        """How often exhibits were read since the catalogue was made (for the resume test)."""
        return int(self._db.execute("SELECT coalesce(sum(reads), 0) FROM exhibits").fetchone()[0])

    @property
    def overview(self) -> overview.Overview:
        """Counts of the whole case and slices of its account."""
        if self._overview is None:
            self._overview = overview.Overview(self._db)
        return self._overview

    @property
    def spoken(self) -> spoken.Spoken:
        """Statements, figures and dates that were heard in the texts."""
        if self._spoken is None:
            self._spoken = spoken.Spoken(self._db)
        return self._spoken

    def counts(self) -> dict[str, int]:
        """exhibits, new, pages, waiting (for OCR), unreadable pages, problems and others."""
        return self.overview.counts()

    # ------------------------------------------------------------ readings

    def store_reading(
        self, exhibit: int, reading: Reading, words: Sequence[bytes | None], recipe: str,
        date: int | None, text_digest: str, seconds: float, *, again: bool = True,
    ) -> None:  # fmt: skip
        """Replace everything that reading yields for an exhibit, but its members.

        `again`: it was read before, so that there is something to replace. `words` holds
        `pack_words` of each page: packed where the page was read, because the boxes of a page
        are a thousand numbers that the one writer need not look at.
        """
        db = self._db
        if again:
            db.execute("DELETE FROM pages WHERE exhibit = ?", (exhibit,))
            db.execute("DELETE FROM problems WHERE exhibit = ?", (exhibit,))
            db.execute("DELETE FROM failed_members WHERE parent = ?", (exhibit,))
            db.execute("DELETE FROM ocr_queue WHERE exhibit = ?", (exhibit,))
            db.execute("DELETE FROM findings WHERE exhibit = ?", (exhibit,))
            db.execute("DELETE FROM threads WHERE exhibit = ?", (exhibit,))
            db.execute("UPDATE exhibits SET look = 0 WHERE id = ?", (exhibit,))
            self.spoken.forget(exhibit)
        text = reading.text
        regions = _pack_regions(reading) if reading.regions else {}
        following = [page.start for page in reading.pages[1:]]
        if reading.pages:
            following.append(len(text))
        db.executemany(
            "INSERT INTO pages VALUES (?,?,?,?,?,?,?,?,?,?,?,NULL,?)",
            (
                (
                    exhibit, page.number, text[page.start : page.end], text[page.end : after],
                    page.label, page.source, page.confidence, page.width, page.height,
                    int(page.wants_ocr), packed, regions.get(page.number),
                )
                for page, after, packed in zip(reading.pages, following, words, strict=True)
            ),
        )  # fmt: skip
        if waiting := [(exhibit, page.number) for page in reading.pages if page.wants_ocr]:
            db.executemany("INSERT INTO ocr_queue (exhibit, page) VALUES (?, ?)", waiting)
        if reading.problems:
            self.add_problems(exhibit, "read", reading.problems)
        about = reading.metadata
        if about.message_id or about.references:
            ids = dict.fromkeys(about.references, 0)
            if about.message_id:
                ids[about.message_id] = 1
            db.executemany(
                "INSERT INTO threads VALUES (?,?,?)", ((exhibit, i, own) for i, own in ids.items())
            )
        db.execute(
            "UPDATE exhibits SET state = 'read', recipe = ?, status = ?, type = ?, language = ?,"
            " date = ?, chars = ?, page_count = ?, container = ?, expected = ?, metadata = ?,"
            " outline = ?, text_digest = ?, seconds = ?, unclaimed = ?, logged = 0, indexed = 0,"
            " reads = reads + 1 WHERE id = ?",
            (
                recipe, reading.status, reading.type, reading.metadata.language, date, len(text),
                len(reading.pages), int(reading.container), reading.expected,
                _PACK.encode(reading.metadata),
                _PACK.encode(reading.outline) if reading.outline else None,
                text_digest, seconds, reading.unclaimed, exhibit,
            ),
        )  # fmt: skip

    def add_problems(self, exhibit: int, stage: str, problems: Sequence[Problem]) -> None:
        """Add problems of one stage (read, ocr)."""
        self._db.executemany(
            "INSERT INTO problems (exhibit, stage, code, place, next_step, detail, fatal)"
            " VALUES (?,?,?,?,?,?,?)",
            (
                (exhibit, stage, p.code, p.where, p.next_step, p.detail, int(p.fatal))
                for p in problems
            ),
        )

    def set_look(self, exhibit: int, wanted: bool) -> None:
        """Note whether an exhibit's bytes are still to be looked into."""
        self._db.execute("UPDATE exhibits SET look = ? WHERE id = ?", (int(wanted), exhibit))

    def to_look(self) -> list[int]:
        """Row numbers of exhibits that were read and not looked into: a run was cut off."""
        return [
            row[0]
            for row in self._db.execute(
                "SELECT id FROM exhibits INDEXED BY exhibits_to_look"
                " WHERE look = 1 AND state = 'read' ORDER BY id"
            )
        ]

    def add_findings(self, exhibit: int, findings: Sequence[Finding]) -> None:
        """Add findings of an exhibit."""
        self._db.executemany(
            "INSERT INTO findings (exhibit, code, rank, page, body) VALUES (?,?,?,?,?)",
            ((exhibit, f.code, _RANK[f.notice], f.page, _PACK.encode(f)) for f in findings),
        )

    def findings(self, exhibit: int | None = None) -> Iterator[tuple[int, Finding]]:
        """(row number, finding), those to be seen first in front; of one exhibit or of all."""
        some = "" if exhibit is None else " WHERE exhibit = ?"
        for row in self._db.execute(
            f"SELECT exhibit, body FROM findings{some} ORDER BY rank, exhibit, page, id",
            () if exhibit is None else (exhibit,),
        ):
            yield row[0], _FINDING.decode(row[1])

    def with_finding(self) -> list[str]:
        """Digests of exhibits with a finding."""
        return [
            row[0]
            for row in self._db.execute(
                "SELECT DISTINCT e.digest FROM findings f JOIN exhibits e ON e.id = f.exhibit"
            )
        ]

    def add_failed_member(
        self, parent: int, ordinal: int, path: RawPath, code: str, next_step: str
    ) -> None:
        """Remember a member that could not be taken out of its container."""
        self._db.execute(
            "INSERT OR REPLACE INTO failed_members VALUES (?,?,?,?,?,?)",
            (parent, ordinal, _PACK.encode(path), path.display, code, next_step),
        )

    def forget_members(self, parent: int) -> None:
        """Remove the appearances that a container gave, before it is read again."""
        self._db.execute("DELETE FROM appearances WHERE parent = ?", (parent,))

    def orphans(self) -> list[tuple[int, str]]:
        """(row number, digest) of exhibits without any appearance left."""
        return [
            (row[0], row[1])
            for row in self._db.execute(
                "SELECT id, digest FROM exhibits e WHERE NOT EXISTS"
                " (SELECT 1 FROM appearances a WHERE a.exhibit = e.id)"
            )
        ]

    def remove_exhibit(self, exhibit: int, digest: str) -> None:
        """Remove every trace of an exhibit that is not an event."""
        for table in ("pages", "problems", "findings", "ocr_queue", "threads", "heard", "spoken"):
            self._db.execute(f"DELETE FROM {table} WHERE exhibit = ?", (exhibit,))
        self._db.execute("DELETE FROM failed_members WHERE parent = ?", (exhibit,))
        self._db.execute("DELETE FROM appearances WHERE exhibit = ? OR parent = ?", (exhibit,) * 2)
        self._db.execute("DELETE FROM annotations WHERE digest = ?", (digest,))
        self._db.execute("DELETE FROM ocr_kept WHERE digest = ?", (digest,))
        self._db.execute("DELETE FROM exhibits WHERE id = ?", (exhibit,))
        self._counted = (0, 0)

    def scrub(self) -> None:
        """Write the file anew, so that nothing removed is left in free pages or the WAL."""
        self._db.execute("VACUUM")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def unlogged(self, limit: int) -> list[Row]:
        """Exhibits whose reading has no event yet."""
        sql = f"SELECT {_ROW} FROM exhibits WHERE logged = 0 AND state = 'read' LIMIT ?"
        return [_row(values) for values in self._db.execute(sql, (limit,))]

    def set_logged(self, exhibits: Iterable[int]) -> None:
        """Note that the readings of these exhibits have events."""
        self._db.executemany(
            "UPDATE exhibits SET logged = 1 WHERE id = ?", ((exhibit,) for exhibit in exhibits)
        )

    def unindexed(self, limit: int) -> list[Row]:
        """Exhibits that were read and are not found by search as they are now."""
        sql = (
            f"SELECT {_ROW} FROM exhibits INDEXED BY exhibits_unindexed"
            " WHERE indexed = 0 AND state = 'read' ORDER BY id LIMIT ?"
        )  # by itself SQLite walks all that was ever read, and the run slows down as it goes on
        return [_row(values) for values in self._db.execute(sql, (limit,))]

    def confirm_indexed(self) -> None:
        """What was given to the engine and not changed since is committed."""
        self._db.execute("UPDATE exhibits SET indexed = 1 WHERE indexed = 3")

    def take_back_uncommitted(self) -> None:
        """What an ended run gave to the engine without a commit is given again."""
        self._db.execute("UPDATE exhibits SET indexed = 0 WHERE indexed = 3")

    def set_indexed(self, exhibits: Iterable[int], value: int = 1) -> None:
        """Note that these exhibits are (or are not) in the index as they are."""
        self._db.executemany(
            "UPDATE exhibits SET indexed = ? WHERE id = ?",
            ((value, exhibit) for exhibit in exhibits),
        )

    def set_all_unindexed(self) -> None:
        """Have every exhibit indexed again."""
        self._db.execute("UPDATE exhibits SET indexed = 0")

    # ------------------------------------------------------------ pages

    def page_text(self, exhibit: int, number: int) -> str | None:
        """The text of one page."""
        row = self._db.execute(
            "SELECT text FROM pages WHERE exhibit = ? AND number = ?", (exhibit, number)
        ).fetchone()
        return None if row is None else str(row[0])

    def page_texts(self, places: Sequence[tuple[str, int]]) -> list[str]:
        """The texts of pages by (digest, number), "" for one that is gone meanwhile."""
        found = []
        for digest, number in places:
            row = self._db.execute(
                "SELECT p.text FROM exhibits e JOIN pages p ON p.exhibit = e.id"
                " WHERE e.digest = ? AND p.number = ?",
                (digest, number),
            ).fetchone()
            found.append("" if row is None else str(row[0]))
        return found

    def pages(self, exhibit: int, *, words: bool = False) -> Iterator[PageRow]:
        """All pages of an exhibit with their offsets in its text."""
        start = 0
        columns = "number, text, gap, label, source, confidence, width, height, wants_ocr, regions"
        extra = ", words" if words else ""
        for row in self._db.execute(
            f"SELECT {columns}{extra} FROM pages WHERE exhibit = ? ORDER BY number", (exhibit,)
        ):
            yield PageRow(
                row[0], start, row[1], row[2], row[3], row[4], row[5], row[6], row[7],
                bool(row[8]), unpack_words(row[10]) if words else None, _unpack_regions(row[9]),
            )  # fmt: skip
            start += len(row[1]) + len(row[2])

    def page(self, exhibit: int, number: int) -> PageRow | None:
        """One page with its word boxes; its start costs a sum over the pages before it."""
        row = self._db.execute(
            "SELECT number, text, gap, label, source, confidence, width, height, wants_ocr, words,"
            " regions FROM pages WHERE exhibit = ? AND number = ?",
            (exhibit, number),
        ).fetchone()
        if row is None:
            return None
        start = self._db.execute(
            "SELECT coalesce(sum(length(text) + length(gap)), 0) FROM pages"
            " WHERE exhibit = ? AND number < ?",
            (exhibit, number),
        ).fetchone()[0]
        return PageRow(
            row[0], start, row[1], row[2], row[3], row[4], row[5], row[6], row[7],
            bool(row[8]), unpack_words(row[9]), _unpack_regions(row[10]),
        )  # fmt: skip

    def text(self, exhibit: int) -> str:
        """The whole text of an exhibit."""
        return "".join(page.text + page.gap for page in self.pages(exhibit))

    def metadata(self, exhibit: int) -> tuple[Metadata, tuple[tuple[int, str, int], ...]]:
        """(metadata, outline) of an exhibit."""
        row = self._db.execute(
            "SELECT metadata, outline FROM exhibits WHERE id = ?", (exhibit,)
        ).fetchone()
        metadata = _METADATA.decode(row[0]) if row and row[0] else Metadata()
        outline = msgspec.msgpack.decode(row[1]) if row and row[1] else []
        return metadata, tuple((item[0], item[1], item[2]) for item in outline)

    def problems(self, exhibit: int) -> list[Problem]:
        """The problems of an exhibit, those of its members apart."""
        return [
            Problem(row[0], row[1], row[2], row[3], bool(row[4]))
            for row in self._db.execute(
                "SELECT code, place, next_step, detail, fatal FROM problems"
                " WHERE exhibit = ? ORDER BY id",
                (exhibit,),
            )
        ]

    def problems_of(self, exhibits: Sequence[int]) -> dict[int, list[Problem]]:
        """Row number -> problems, for a group of rows of the account."""
        found: dict[int, list[Problem]] = {}
        marks = ",".join("?" * len(exhibits))
        for row in self._db.execute(
            "SELECT exhibit, code, place, next_step, detail, fatal FROM problems"
            f" WHERE exhibit IN ({marks}) ORDER BY id",
            tuple(exhibits),
        ):
            found.setdefault(row[0], []).append(
                Problem(row[1], row[2], row[3], row[4], bool(row[5]))
            )
        return found

    def appearances(self, exhibit: int) -> list[AppearanceRow]:
        """Every place where an exhibit was found, the first one first."""
        return [
            AppearanceRow(_RAW.decode(row[0]), row[1], row[2], row[3], row[4], row[5])
            for row in self._db.execute(
                "SELECT a.raw, a.display, a.size, a.modified, p.digest, a.ordinal"
                " FROM appearances a LEFT JOIN exhibits p ON p.id = a.parent"
                f" WHERE a.exhibit = ? ORDER BY {_FIRST_PLACE}",
                (exhibit,),
            )
        ]

    def beside(self, exhibit: int, parent: str | None, prefix: str, limit: int) -> list[Beside]:
        """What else lies in the same folder of the same container under a display prefix."""
        return [
            Beside(row[0], row[1], bool(row[2]), row[3], path.name)
            for row in self._db.execute(
                "SELECT e.id, e.digest, e.held, e.state, a.raw, p.digest"
                " FROM appearances a INDEXED BY appearances_by_display"
                " JOIN exhibits e ON e.id = a.exhibit LEFT JOIN exhibits p ON p.id = a.parent"
                " WHERE a.display >= ? AND a.display < ? ORDER BY a.display LIMIT ?",
                (prefix, prefix + "\U0010ffff", limit),
            )
            if row[5] == parent and (path := _RAW.decode(row[4])).name
        ]

    def paths_of(
        self, exhibits: Sequence[int], limit: int | None = None
    ) -> dict[int, list[tuple[RawPath, str, str | None]]]:
        """Row number -> (path, display, digest of the container) of the first `limit` places."""
        return {
            exhibit: [
                (_RAW.decode(row[0]), row[1], row[2])
                for row in self._db.execute(
                    "SELECT a.raw, a.display, p.digest FROM appearances a"
                    " LEFT JOIN exhibits p ON p.id = a.parent"
                    f" WHERE a.exhibit = ? ORDER BY {_FIRST_PLACE} LIMIT ?",
                    (exhibit, -1 if limit is None else limit),
                )
            ]
            for exhibit in exhibits
        }

    def members(self, parent: int) -> list[tuple[int, str, RawPath, str]]:
        """(ordinal, digest, path, display) of the members that were taken out."""
        return [
            (row[0], row[1], _RAW.decode(row[2]), row[3])
            for row in self._db.execute(
                "SELECT a.ordinal, e.digest, a.raw, a.display FROM appearances a"
                " JOIN exhibits e ON e.id = a.exhibit WHERE a.parent = ? ORDER BY a.ordinal, a.id",
                (parent,),
            )
        ]

    def thread(self, exhibit: int, most: int) -> list[int]:
        """Row numbers of the mails that hang together with this one, itself too.

        Two hang together where one names the other, or both name a third, at any distance. The
        walk ends with `most` and one more, so that the caller can tell that there are others.
        """
        found = {exhibit: None}
        ids: set[str] = set()
        waiting = [exhibit]
        while waiting and len(found) <= most:
            row = waiting.pop(0)
            for (name,) in self._db.execute("SELECT id FROM threads WHERE exhibit = ?", (row,)):
                if name in ids:
                    continue
                ids.add(name)
                for (other,) in self._db.execute(
                    "SELECT exhibit FROM threads WHERE id = ? ORDER BY exhibit LIMIT ?",
                    (name, most + 1),
                ):
                    if other not in found:
                        found[other] = None
                        waiting.append(other)
        return list(found)[: most + 1]

    def failed_members(
        self, parent: int, limit: int | None = None
    ) -> list[tuple[int, str, str, str]]:
        """(ordinal, display, code, next step) of the members that were not taken out."""
        return list(
            self._db.execute(
                "SELECT ordinal, display, code, next_step FROM failed_members"
                " WHERE parent = ? ORDER BY ordinal LIMIT ?",
                (parent, -1 if limit is None else limit),
            )
        )

    def placed(self, exhibit: int) -> list[tuple[str, int]]:
        """(display, the container's row number or 0) of an exhibit's places, the first first."""
        return list(
            self._db.execute(
                "SELECT a.display, a.parent FROM appearances a"
                f" WHERE a.exhibit = ? ORDER BY {_FIRST_PLACE}",
                (exhibit,),
            )
        )

    def ancestors(self, exhibit: int) -> list[str]:
        """Digests of all containers around an exhibit, at any depth."""
        return [
            row[0]
            for row in self._db.execute(
                "WITH RECURSIVE up(id) AS (SELECT parent FROM appearances"
                " WHERE exhibit = ? AND parent > 0 UNION SELECT a.parent FROM appearances a"
                " JOIN up ON a.exhibit = up.id WHERE a.parent > 0)"
                " SELECT e.digest FROM up JOIN exhibits e ON e.id = up.id",
                (exhibit,),
            )
        ]

    def way_in(self, exhibit: int) -> list[tuple[str, int]]:
        """How to reach an exhibit's bytes: [(digest held in originals, ordinal), …].

        The first entry names a held exhibit; each ordinal opens the next level; the list is
        empty where the exhibit itself is held.
        """
        steps: list[tuple[str, int]] = []
        current = exhibit
        for _ in range(1000):
            row = self.row_by_id(current)
            if row.held:
                return list(reversed(steps))
            up = self._db.execute(
                "SELECT a.parent, a.ordinal, p.digest FROM appearances a"
                " JOIN exhibits p ON p.id = a.parent WHERE a.exhibit = ? ORDER BY a.id LIMIT 1",
                (current,),
            ).fetchone()
            if up is None:
                return []
            steps.append((up[2], up[1]))
            current = up[0]
        return []

    # ------------------------------------------------------------ OCR

    def ocr_waiting(
        self, limit: int, after: tuple[int, int] = (0, 0)
    ) -> list[tuple[int, str, int]]:
        """(row number, digest, page) of pages that wait for OCR."""
        return [
            (row[0], row[1], row[2])
            for row in self._db.execute(
                "SELECT q.exhibit, e.digest, q.page FROM ocr_queue q"
                " JOIN exhibits e ON e.id = q.exhibit WHERE q.state = 'waiting'"
                " AND (q.exhibit, q.page) > (?, ?) ORDER BY q.exhibit, q.page LIMIT ?",
                (*after, limit),
            )
        ]

    def queue_all_pages_of(self, exhibit: int) -> None:
        """Have every page that can be drawn recognised, also those with good text."""
        self._db.execute(
            "INSERT OR IGNORE INTO ocr_queue (exhibit, page) SELECT exhibit, number FROM pages"
            " WHERE exhibit = ? AND width IS NOT NULL AND source = 'native'",
            (exhibit,),
        )

    def waits_for_ocr(self, exhibit: int) -> bool:
        """Tell whether a page of the exhibit waits for OCR, so that its bytes are needed."""
        row = self._db.execute(
            "SELECT 1 FROM ocr_queue WHERE exhibit = ? AND state = 'waiting'", (exhibit,)
        ).fetchone()
        return row is not None

    def ocr_waiting_count(self, exhibit: int) -> int:
        """Pages of one exhibit that wait for OCR."""
        row = self._db.execute(
            "SELECT count(*) FROM ocr_queue WHERE state = 'waiting' AND exhibit = ?", (exhibit,)
        ).fetchone()
        return int(row[0])

    def ocr_done(self, exhibit: int, page: int, state: str) -> None:
        """Close a page's place in the queue: done, blank or failed."""
        self._db.execute(
            "UPDATE ocr_queue SET state = ? WHERE exhibit = ? AND page = ?", (state, exhibit, page)
        )

    def ocr_give_up(self, exhibit: int, but: Sequence[int] = ()) -> int:
        """Have pages of an exhibit wait for OCR no more, all `but` some; returns how many."""
        marks = ",".join("?" * len(but))
        return self._db.execute(
            "UPDATE ocr_queue SET state = 'failed' WHERE exhibit = ? AND state = 'waiting'"
            f" AND page NOT IN ({marks})",
            (exhibit, *but),
        ).rowcount

    def ocr_forget(self, exhibit: int, digest: str, codes: frozenset[str] | None) -> int:
        """Let go of what was recognised on pages with a problem of these codes, or on all (None).

        The text that was kept stays where it is; it is no longer this page's. Returns how many
        pages are to be recognised once more, with those whose recognition failed.
        """
        failed = "SELECT page FROM ocr_queue WHERE exhibit = ? AND state = 'failed'"
        pages = {row[0] for row in self._db.execute(failed, (exhibit,))}
        kept = "SELECT page FROM ocr_kept WHERE digest = ?"
        recognised = {row[0] for row in self._db.execute(kept, (digest,))}
        if codes is not None:
            places = {p.where for p in self.problems(exhibit) if p.code in codes}
            recognised = {page for page in recognised if f"page {page}" in places}
        pages |= recognised
        self._db.executemany(
            "DELETE FROM ocr_kept WHERE digest = ? AND page = ?", ((digest, p) for p in pages)
        )
        return len(pages)

    def store_ocr(
        self, exhibit: int, number: int, text: str, confidence: float | None,
        words: Words | None, language: str | None,
    ) -> None:  # fmt: skip
        """Put recognised text in a page's place; native text of the page stays in front of it.

        Where there is any, its regions and word boxes stay too, and what was recognised is a
        region `ocr`. Boxes of native words count as sure.
        """
        row = self._db.execute(
            "SELECT coalesce(native, text), words, regions FROM pages"
            " WHERE exhibit = ? AND number = ?",
            (exhibit, number),
        ).fetchone()
        native = row[0]
        kept = native.rstrip() if text else native
        joined = f"{kept}\n\n{text}" if kept and text else kept or text
        shift = len(joined) - len(text)
        regions = [
            Region(region.start, min(region.end, len(kept)), region.kind)
            for region in _unpack_regions(row[2])
            if region.kind != "ocr" and region.start < len(kept)
        ]
        if kept:
            if text:
                regions.append(Region(shift, len(joined), "ocr"))
            words = _beside(unpack_words(row[1]), len(kept), words, shift)
        self._db.execute(
            "UPDATE pages SET text = ?, native = ?, source = 'ocr', confidence = ?, words = ?,"
            " wants_ocr = 0, regions = ? WHERE exhibit = ? AND number = ?",
            (
                joined, native, confidence, pack_words(words),
                _PACK.encode(tuple(regions)) if regions else None, exhibit, number,
            ),
        )  # fmt: skip
        self.spoken.forget(exhibit)
        self._db.execute(
            "UPDATE exhibits SET indexed = 0, language = coalesce(language, ?), chars ="
            " (SELECT sum(length(text) + length(gap)) FROM pages WHERE exhibit = ?) WHERE id = ?",
            (language, exhibit, exhibit),
        )

    def add_ocr_kept(self, digest: str, page: int, recipe: str, kept: str, picture: str) -> None:
        """Remember where the recognised text of a page is kept."""
        self._db.execute(
            "INSERT OR REPLACE INTO ocr_kept VALUES (?,?,?,?,?)",
            (digest, page, recipe, kept, picture),
        )

    def ocr_kept(self, digest: str, page: int) -> tuple[str, str] | None:
        """(recipe, kept digest) of a page that was recognised."""
        row = self._db.execute(
            "SELECT recipe, kept FROM ocr_kept WHERE digest = ? AND page = ?", (digest, page)
        ).fetchone()
        return (row[0], row[1]) if row else None

    def ocr_pictures(self, recipe: str) -> Iterable[str]:
        """The pictures that were recognised by a recipe."""
        for (picture,) in self._db.execute(
            "SELECT DISTINCT picture FROM ocr_kept WHERE recipe = ?", (recipe,)
        ):
            yield picture

    def ocr_of_picture(self, picture: str, recipe: str) -> str | None:
        """The kept digest for the same picture and recipe, met in another place."""
        row = self._db.execute(
            "SELECT kept FROM ocr_kept WHERE picture = ? AND recipe = ? LIMIT 1",
            (picture, recipe),
        ).fetchone()
        return row[0] if row else None

    def languages_near(self, exhibit: int, span: int = 40) -> list[str]:
        """Languages of the exhibits received around this one, most frequent first."""
        return [
            row[0]
            for row in self._db.execute(
                "SELECT language FROM exhibits WHERE id BETWEEN ? AND ? AND language IS NOT NULL"
                " GROUP BY language ORDER BY count(*) DESC, language",
                (exhibit - span, exhibit + span),
            )
        ]

    # ------------------------------------------------------------ annotations

    def add_annotation(
        self, event: str, kind: str, digest: str, page: int | None, value: str, locator: str,
        author: str, at: str, audience: str, sequence: int,
    ) -> None:  # fmt: skip
        """Add a note or a tag."""
        self._db.execute(
            "INSERT OR IGNORE INTO annotations VALUES (?,?,?,?,?,?,?,?,?,?)",
            (event, kind, digest, page, value, locator, author, at, audience, sequence),
        )

    def remove_annotations(self, events: Iterable[str]) -> None:
        """Remove notes or tags by the events that made them."""
        self._db.executemany("DELETE FROM annotations WHERE event = ?", ((e,) for e in events))

    def annotations(self, digest: str) -> list[dict[str, Any]]:
        """Notes and tags on an exhibit, in the order of their times."""
        return [
            {
                "event": row[0], "kind": row[1], "page": row[2], "value": row[3],
                "locator": json.loads(row[4]) if row[4] else None, "author": row[5],
                "at": row[6], "audience": row[7],
            }
            for row in self._db.execute(
                "SELECT event, kind, page, value, locator, author, at, audience FROM annotations"
                " WHERE digest = ? ORDER BY at, sequence, event",
                (digest,),
            )
        ]  # fmt: skip

    def tag_events(self, digest: str, tag: str, locator: str) -> list[str]:
        """Events that put this tag on this place."""
        rows = self._db.execute(
            "SELECT event FROM annotations"
            " WHERE kind = 'tag' AND digest = ? AND value = ? AND locator = ?",
            (digest, tag, locator),
        )
        return [row[0] for row in rows]

    def find_container(self, name: str) -> list[str]:
        """Digests of containers whose path ends in this name."""
        rows = self._db.execute(
            "SELECT DISTINCT e.digest FROM appearances a JOIN exhibits e ON e.id = a.exhibit"
            " WHERE e.container = 1 AND (a.display = ? OR a.display LIKE ? ESCAPE '\\')",
            (name, "%/" + name.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")),
        )
        return [row[0] for row in rows]

    def annotated(self, kind: str, value: str | None = None) -> list[str]:
        """Digests of exhibits with a note, or with this tag (case-blind)."""
        sql = "SELECT DISTINCT digest FROM annotations WHERE kind = ?"
        if value is None:
            return [row[0] for row in self._db.execute(sql, (kind,))]
        sql += " AND lower(value) = lower(?)"
        return [row[0] for row in self._db.execute(sql, (kind, value))]

    def tags(self) -> list[tuple[str, int]]:
        """(tag, exhibits) of the case."""
        return list(
            self._db.execute(
                "SELECT value, count(DISTINCT digest) FROM annotations WHERE kind = 'tag'"
                " GROUP BY value ORDER BY 2 DESC, 1"
            )
        )

    def with_problem(self, code: str | None = None) -> list[str]:
        """Digests of exhibits with a problem (of this code)."""
        sql = (
            "SELECT DISTINCT e.digest FROM exhibits e JOIN problems p ON p.exhibit = e.id"
            " WHERE (? IS NULL OR p.code = ?) UNION SELECT e.digest FROM exhibits e"
            " JOIN failed_members f ON f.parent = e.id WHERE (? IS NULL OR f.code = ?)"
        )
        return [row[0] for row in self._db.execute(sql, (code,) * 4)]

    def with_ocr(self) -> list[str]:
        """Digests of exhibits that have recognised pages."""
        sql = (
            "SELECT DISTINCT e.digest FROM pages p JOIN exhibits e ON e.id = p.exhibit"
            " WHERE p.source = 'ocr'"
        )
        return [row[0] for row in self._db.execute(sql)]

    def inside(self, container: int) -> list[str]:
        """Digests of everything inside a container, at any depth."""
        return [
            row[0]
            for row in self._db.execute(
                "WITH RECURSIVE down(id) AS (SELECT exhibit FROM appearances WHERE parent = ?"
                " UNION SELECT a.exhibit FROM appearances a JOIN down ON a.parent = down.id)"
                " SELECT e.digest FROM down JOIN exhibits e ON e.id = down.id",
                (container,),
            )
        ]

    # ------------------------------------------------------------ withdrawal

    def add_withdrawn(
        self, digest: str, event: str, author: str, at: str, authority: str, reason: str
    ) -> None:
        """Remember that something was withdrawn."""
        self._db.execute(
            "INSERT OR IGNORE INTO withdrawn VALUES (?,?,?,?,?,?)",
            (digest, event, author, at, authority, reason),
        )

    def is_withdrawn(self, digest: str) -> bool:
        """Tell whether an exhibit was withdrawn."""
        row = self._db.execute("SELECT 1 FROM withdrawn WHERE digest = ?", (digest,)).fetchone()
        return row is not None

    def withdrawn(self) -> list[dict[str, str]]:
        """What was withdrawn, by whom, when and why."""
        names = ("digest", "event", "author", "at", "authority", "reason")
        return [
            dict(zip(names, row, strict=True))
            for row in self._db.execute(f"SELECT {', '.join(names)} FROM withdrawn ORDER BY at")
        ]

    def backup_to(self, target: Path) -> None:
        """A consistent copy of the catalogue while others write."""
        copy = sqlite3.connect(target)
        try:
            self._db.backup(copy)
        finally:
            copy.close()


def pack_words(words: Words | None) -> bytes | None:
    """Word boxes, small: level 1 is a third of the time of 6 for a tenth more bytes."""
    return None if words is None else zlib.compress(_PACK.encode(words), 1)


def unpack_words(blob: bytes | None) -> Words | None:
    """The boxes that `pack_words` packed."""
    if blob is None:
        return None
    # it comes from a worker that may have been taken over: never inflate without a bound
    inflate = zlib.decompressobj()
    data = inflate.decompress(blob, _WORDS_BYTES)
    if inflate.unconsumed_tail:
        raise EngineError("catalogue", "the word boxes of a page are larger than any page", "")
    return _WORDS.decode(data)
