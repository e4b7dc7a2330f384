"""Counts of a whole case and slices of its account, quick on a hundred thousand exhibits.

What the account says of an exhibit follows from its reading, its members and its pages for OCR.
SQLite keeps it beside the exhibit: triggers set `standing` (read, partly, unread; the rule of
custody/account.py) and `flawed` (there is something to name) whenever one of these changes, so
that counting and sifting read indexes alone. Answers are kept until the catalogue changes.

Ids are row numbers, in the order in which exhibits came.
"""

from __future__ import annotations

import sqlite3
import time
from array import array
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import msgspec

from assay.model.exhibit import RawPath

T = TypeVar("T")

_SETTLE = """
UPDATE exhibits SET standing = CASE
  WHEN state = 'new' THEN 'unread'
  WHEN status <> 'read' THEN status
  WHEN EXISTS (SELECT 1 FROM ocr_queue q WHERE q.exhibit = {id} AND q.state = 'waiting') THEN
    CASE WHEN (SELECT count(*) FROM ocr_queue q WHERE q.exhibit = {id} AND q.state = 'waiting')
      >= page_count THEN 'unread' ELSE 'partly' END
  WHEN EXISTS (SELECT 1 FROM failed_members f WHERE f.parent = {id}) THEN 'partly'
  ELSE 'read' END,
flawed = state = 'new' OR status <> 'read'
  OR EXISTS (SELECT 1 FROM problems p WHERE p.exhibit = {id})
  OR EXISTS (SELECT 1 FROM ocr_queue q WHERE q.exhibit = {id} AND q.state = 'waiting')
  OR EXISTS (SELECT 1 FROM failed_members f WHERE f.parent = {id})
WHERE id = {id}"""
# events that `add` writes, not a person's hand
QUIET = ("received", "not_received", "circumstances", "read", "ocr", "recipe", "jail")
_QUIET = ", ".join(f"'{kind}'" for kind in QUIET)
# while an exhibit is new its reading is being replaced: it is settled once, at the end
_IF_READ = "WHEN (SELECT state FROM exhibits WHERE id = {id}) = 'read'"


def _trigger(name: str, moment: str, column: str, *, always: bool = False) -> str:
    condition = "" if always else _IF_READ.format(id=column)
    return f"CREATE TRIGGER {name} {moment} {condition} BEGIN {_SETTLE.format(id=column)}; END"


STATEMENTS = (
    "CREATE INDEX exhibits_counted ON exhibits (state, standing, page_count, size, held)",
    "CREATE INDEX exhibits_by_standing ON exhibits (standing)",
    "CREATE INDEX exhibits_by_type ON exhibits (type)",
    "CREATE INDEX exhibits_flawed ON exhibits (flawed) WHERE flawed = 1",
    "CREATE INDEX problems_by_code ON problems (code, exhibit)",
    "CREATE INDEX failed_by_code ON failed_members (code, parent)",
    "CREATE INDEX ocr_queue_waiting ON ocr_queue (exhibit, page) WHERE state = 'waiting'",
    "CREATE INDEX pages_wanting ON pages (exhibit) WHERE wants_ocr = 1",
    "CREATE INDEX left_out_by_display ON left_out (display)",
    "CREATE INDEX events_in_order ON events (log, sequence, type)",
    f"CREATE INDEX events_decided ON events (log, sequence) WHERE type NOT IN ({_QUIET})",
    _trigger("settle_read", "AFTER UPDATE OF state, status, page_count ON exhibits", "new.id",
             always=True),
    _trigger("settle_waits", "AFTER INSERT ON ocr_queue", "new.exhibit"),
    _trigger("settle_recognised", "AFTER UPDATE OF state ON ocr_queue", "new.exhibit"),
    _trigger("settle_queue", "AFTER DELETE ON ocr_queue", "old.exhibit"),
    _trigger("settle_failed", "AFTER INSERT ON failed_members", "new.parent"),
    _trigger("settle_met", "AFTER DELETE ON failed_members", "old.parent"),
    _trigger("settle_problem", "AFTER INSERT ON problems", "new.exhibit"),
    _trigger("settle_solved", "AFTER DELETE ON problems", "old.exhibit"),
)  # fmt: skip

_RAW = msgspec.msgpack.Decoder(RawPath)
_KEPT = 16  # answers that are kept
_FRESH = 1.0  # seconds for which counts are good enough while a run changes them


class Sift(msgspec.Struct, frozen=True):
    """Which rows of the account: all that every given condition holds for.

    `status`: read, partly, unread, not_received; `under`: a folder, a container or a path, in
    display form; `types`: media types; `problems`: only what has something to name.
    """

    problems: bool = False
    status: tuple[str, ...] = ()
    code: str = ""
    types: tuple[str, ...] = ()
    under: str = ""


class LeftOut(msgspec.Struct, frozen=True):
    """Something that was found and not taken into custody."""

    display: str
    path: RawPath
    code: str
    detail: str


class Overview:
    """Reads one catalogue through the connection that it is given."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._version: tuple[int, int] = (-1, -1)
        self._answers: dict[Any, Any] = {}
        self._counts: dict[str, int] = {}
        self._counted = (-1, -1)
        self._counted_at = 0.0

    def once(self, key: Any, ask: Callable[[], T]) -> T:
        """The answer to a question, asked again only where the catalogue has changed."""
        version = self._now()
        if version != self._version:
            self._version, self._answers = version, {}
        if key not in self._answers:
            if len(self._answers) >= _KEPT:
                self._answers.pop(next(iter(self._answers)))
            self._answers[key] = ask()
        answer: T = self._answers[key]
        return answer

    def _now(self) -> tuple[int, int]:
        """What changes whenever this connection or another one has written."""
        return int(self._db.execute("PRAGMA data_version").fetchone()[0]), self._db.total_changes

    # ------------------------------------------------------------ counts

    def counts(self) -> dict[str, int]:
        """Counts of the case; of the last second where a run changes them all the time."""
        version, now = self._now(), time.monotonic()
        own = version[1] != self._counted[1]
        if own or (version != self._counted and now - self._counted_at > _FRESH):
            self._counts, self._counted, self._counted_at = self._count(), version, now
        return dict(self._counts)

    def _count(self) -> dict[str, int]:
        count = dict.fromkeys(
            ("exhibits", "new", "pages", "read", "partly", "unread", "bytes", "members"), 0
        )
        for standing, state, number, pages, size, members in self._db.execute(
            "SELECT standing, state, count(*), sum(page_count), sum(size * held), sum(1 - held)"
            " FROM exhibits GROUP BY state, standing"
        ):
            count["exhibits"] += number
            count["pages"] += pages
            count["bytes"] += size
            count["members"] += members
            count["new" if state == "new" else standing] += number
        one = self._one
        return {
            **count,
            "ocr_waiting": one("SELECT count(*) FROM ocr_queue WHERE state = 'waiting'"),
            "pages_unread": one("SELECT count(*) FROM pages WHERE wants_ocr = 1"),
            "problems": one("SELECT count(*) FROM problems"),
            "appearances": one("SELECT count(*) FROM appearances WHERE parent = 0"),
            "left_out": one("SELECT count(*) FROM left_out"),
            "withdrawn": one("SELECT count(*) FROM withdrawn"),
        }

    def _one(self, sql: str, *values: Any) -> int:
        return int(self._db.execute(sql, values).fetchone()[0])

    def types(self) -> list[tuple[str, int]]:
        """(media type, exhibits), the most frequent first."""
        return self.once(
            "types",
            lambda: [
                (row[0], row[1])
                for row in self._db.execute(
                    "SELECT type, count(*) FROM exhibits GROUP BY type ORDER BY 2 DESC, 1"
                )
            ],
        )

    def causes(self) -> list[tuple[str, int, str]]:
        """(code, exhibits and paths that have it, a next step), the most frequent first."""
        return self.once("causes", self._causes)

    def _causes(self) -> list[tuple[str, int, str]]:
        count: dict[str, int] = {}
        for code, number in self._db.execute(
            "SELECT code, count(*) FROM (SELECT DISTINCT code, exhibit FROM problems)"
            " GROUP BY code UNION ALL SELECT code, count(*) FROM"
            " (SELECT DISTINCT code, parent FROM failed_members f WHERE NOT EXISTS"
            "  (SELECT 1 FROM problems p WHERE p.code = f.code AND p.exhibit = f.parent))"
            " GROUP BY code UNION ALL SELECT code, count(*) FROM left_out GROUP BY code"
            " UNION ALL SELECT 'not_read_yet', count(*) FROM exhibits WHERE state = 'new'"
            " UNION ALL SELECT 'ocr_waiting', count(*) FROM"
            "  (SELECT DISTINCT exhibit FROM ocr_queue WHERE state = 'waiting')"
        ):
            if number:
                count[code] = count.get(code, 0) + number
        steps = {code: self._step(code) for code in count}
        ordered = sorted(count.items(), key=lambda item: (-item[1], item[0]))
        return [(code, number, steps[code]) for code, number in ordered]

    def _step(self, code: str) -> str:
        for sql in (
            "SELECT next_step FROM problems WHERE code = ? LIMIT 1",
            "SELECT next_step FROM failed_members WHERE code = ? LIMIT 1",
        ):
            row = self._db.execute(sql, (code,)).fetchone()
            if row:
                return str(row[0])
        return ""

    # ------------------------------------------------------------ events

    def event_counts(self) -> tuple[int, int]:
        """(events, those that a person wrote)."""
        return self.once(
            "events",
            lambda: (
                self._one("SELECT coalesce(sum(events), 0) FROM applied"),
                self._one(f"SELECT count(*) FROM events WHERE type NOT IN ({_QUIET})"),
            ),
        )

    def event_logs(self) -> int:
        """How many logs the events stand in."""
        return self._one("SELECT count(*) FROM applied")

    def newest_events(self, first: int, count: int, *, decided: bool) -> list[str]:
        """Ids of events of the only log, newest first; `decided`: without those of `add`."""
        condition = f" WHERE type NOT IN ({_QUIET})" if decided else ""
        return [
            row[0]
            for row in self._db.execute(
                f"SELECT id FROM events{condition}"
                " ORDER BY log DESC, sequence DESC LIMIT ? OFFSET ?",
                (count, first),
            )
        ]

    # ------------------------------------------------------------ rows

    def page(self, sift: Sift, first: int, count: int) -> tuple[int, Sequence[int]]:
        """(how many exhibits pass, `count` of them from `first` on)."""
        if sift.code or sift.under:  # these need every one of them, to sort them
            found = self.ids(sift)
            return len(found), found[first : first + count]
        where, values = _where(sift)
        total = self.once(
            ("count", sift), lambda: self._one(f"SELECT count(*) FROM exhibits{where}", *values)
        )
        shown = [
            row[0]
            for row in self._db.execute(
                f"SELECT id FROM exhibits{where} ORDER BY id LIMIT ? OFFSET ?",
                (*values, count, first),
            )
        ]
        return total, shown

    def ids(self, sift: Sift) -> array[int]:
        """The exhibits that pass, in the order in which they came."""
        return self.once(sift, lambda: self._ids(sift))

    def _ids(self, sift: Sift) -> array[int]:
        if sift == Sift(under=sift.under) and sift.under:
            condition, bounds = _under(sift.under)
            sql, values = f"SELECT exhibit FROM appearances WHERE {condition}", bounds
            return array("q", sorted({row[0] for row in self._db.execute(sql, values)}))
        where, values = _where(sift)
        # sorted here: with ORDER BY the planner walks the table itself, which holds metadata
        rows = self._db.execute(f"SELECT id FROM exhibits{where}", values)
        return array("q", sorted(row[0] for row in rows))

    def left_out(self, sift: Sift, offset: int = 0, limit: int = -1) -> list[LeftOut]:
        """What was found, not taken, and passes, in the order of paths."""
        where, values = _left_out(sift)
        return [
            LeftOut(row[0], _RAW.decode(row[1]), row[2], row[3])
            for row in self._db.execute(
                f"SELECT display, raw, code, detail FROM left_out WHERE {where}"
                " ORDER BY display, code LIMIT ? OFFSET ?",
                (*values, limit, offset),
            )
        ]

    def left_out_count(self, sift: Sift) -> int:
        """How many of them there are."""
        where, values = _left_out(sift)
        return self._one(f"SELECT count(*) FROM left_out WHERE {where}", *values)

    def member_counts(self, exhibits: Sequence[int]) -> dict[int, tuple[int, int]]:
        """Container -> (members taken out, members that failed)."""
        found: dict[int, tuple[int, int]] = {}
        for parent, count in self._db.execute(
            "SELECT parent, count(DISTINCT ordinal) FROM appearances"
            f" WHERE parent IN ({_marks(exhibits)}) GROUP BY parent",
            tuple(exhibits),
        ):
            found[parent] = (count, 0)
        for parent, count in self._db.execute(
            f"SELECT parent, count(*) FROM failed_members WHERE parent IN ({_marks(exhibits)})"
            " GROUP BY parent",
            tuple(exhibits),
        ):
            found[parent] = (found.get(parent, (0, 0))[0], count)
        return found

    def path_counts(self, exhibits: Sequence[int]) -> dict[int, int]:
        """Exhibit -> places where it was found."""
        return dict(
            self._db.execute(
                "SELECT exhibit, count(*) FROM appearances"
                f" WHERE exhibit IN ({_marks(exhibits)}) GROUP BY exhibit",
                tuple(exhibits),
            )
        )

    def ocr_waiting_counts(self, exhibits: Sequence[int]) -> dict[int, int]:
        """Exhibit -> pages that wait for OCR."""
        return dict(
            self._db.execute(
                "SELECT exhibit, count(*) FROM ocr_queue WHERE state = 'waiting'"
                f" AND exhibit IN ({_marks(exhibits)}) GROUP BY exhibit",
                tuple(exhibits),
            )
        )


def _marks(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


def _under(path: str) -> tuple[str, tuple[str, ...]]:
    """The condition that a display path is this one or lies inside it, with its values."""
    inside = "(display > ? AND display < ?)"
    place = path.rstrip("/")
    # "0" is the character after "/"
    return (
        f"(display = ? OR {inside} OR {inside})",
        (place, place + "/", place + "0", place + "!/", place + "!0"),
    )


def _where(sift: Sift) -> tuple[str, tuple[Any, ...]]:
    """The condition on exhibits, with its values."""
    conditions: list[str] = []
    values: list[Any] = []
    if sift.problems:
        conditions.append("flawed = 1")
    if sift.status:
        conditions.append(f"standing IN ({_marks(sift.status)})")
        values += sift.status
    if sift.types:
        conditions.append(f"type IN ({_marks(sift.types)})")
        values += sift.types
    if sift.code == "not_read_yet":
        conditions.append("state = 'new'")
    elif sift.code == "ocr_waiting":
        conditions.append("id IN (SELECT exhibit FROM ocr_queue WHERE state = 'waiting')")
    elif sift.code:
        conditions.append(
            "id IN (SELECT exhibit FROM problems WHERE code = ?"
            " UNION SELECT parent FROM failed_members WHERE code = ?)"
        )
        values += (sift.code, sift.code)
    if sift.under:
        condition, bounds = _under(sift.under)
        conditions.append(f"id IN (SELECT exhibit FROM appearances WHERE {condition})")
        values += bounds
    return f" WHERE {' AND '.join(conditions)}" if conditions else "", tuple(values)


def _left_out(sift: Sift) -> tuple[str, tuple[str, ...]]:
    if sift.types or (sift.status and "not_received" not in sift.status):
        return "0", ()
    conditions: list[str] = ["1"]
    values: tuple[str, ...] = ()
    if sift.code:
        conditions.append("code = ?")
        values += (sift.code,)
    if sift.under:
        condition, bounds = _under(sift.under)
        conditions.append(condition)
        values += bounds
    return " AND ".join(conditions), values
