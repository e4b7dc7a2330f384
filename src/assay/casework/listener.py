"""The queue behind the text: jailed workers listen for who said what, figures and dates.

Texts go to the workers as they stand in the catalogue, so nothing is opened again. Tables, data
and program text are passed over by their type, which the recipe of listening names. A worker
that fails costs one exhibit one problem (stage `listen`); its text stays read and searchable.
"""

from __future__ import annotations

from collections import deque
from datetime import date

import msgspec

from assay.casework import tasks
from assay.engines.catalogue import Catalogue
from assay.engines.spoken import Unheard
from assay.extract.problems import problem
from assay.model.statement import Heard
from assay.ports import Outcome, Task, Workers
from assay.proof import canonical, digests
from assay.settings import Settings

_PACK = msgspec.msgpack.Encoder()
_ANSWER = msgspec.msgpack.Decoder(list[Heard])
_TOGETHER = 16  # exhibits in one task
_CHARS = 60_000  # code points in one task with several exhibits
_QUEUE = 4  # tasks a worker

# Types whose text is rows, records or code: a cell is no sentence. What a mail, a page or a chat
# quotes is heard; a database is searched.
_NO_PROSE = (
    "application/har+json", "application/json", "application/vnd.apache.parquet",
    "application/vnd.apple.numbers", "application/vnd.ms-excel",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.openxmlformats-officedocument.spreadsheetml",
    "application/vnd.sqlite3", "application/vnd.stardivision.calc", "application/x-dbf",
    "application/x-msaccess", "application/x-plist", "application/yaml", "image/svg+xml",
    "text/calendar", "text/css", "text/csv", "text/javascript", "text/tab-separated-values",
    "text/vcard", "text/x-vcard",
)  # fmt: skip


def wants(kind: str) -> bool:
    """Tell whether a text of this media type is prose that somebody can speak in."""
    return not kind.startswith(_NO_PROSE)


def day(value: int | None) -> date | None:
    """A day from yyyymmdd, None where there is none or it is no day."""
    if value is None:
        return None
    try:
        return date(value // 10_000, value // 100 % 100, value % 100)
    except ValueError:
        return None


def listening_recipe(settings: Settings) -> str:
    """The digest of what decides the outcome of listening: program, weights, settings."""
    from assay.statements.version import version

    body = {"listening": version(), "chars": settings.statements.chars, "passed over": _NO_PROSE}
    return digests.digest_of(canonical.encode(body))


class Listener:
    """Sends texts and stores what was heard. One object a run."""

    def __init__(self, catalogue: Catalogue, settings: Settings, workers: int) -> None:
        self._catalogue = catalogue
        self._settings = settings
        self._recipe = listening_recipe(settings)
        self._workers = workers
        self._ready: deque[Unheard] = deque()
        self._after = 0
        self._sent: dict[int, list[Unheard]] = {}
        self._alone: set[int] = set()
        self._unwanted: set[int] = set()  # exhibits that somebody asked to skip
        self.done = 0
        with catalogue.writing():
            catalogue.spoken.forget_other_recipes(self._recipe)

    def start_over(self) -> None:
        """Look at all exhibits again: some were recognised since."""
        self._after = 0

    def pending(self) -> bool:
        """Whether texts wait, or are with a worker."""
        self._load()
        return bool(self._ready or self._sent)

    def _load(self) -> None:
        while not self._ready:
            rows = self._catalogue.spoken.waiting(self._after, 500)
            if not rows:
                return
            self._after = rows[-1].id
            passed = [row for row in rows if not wants(row.type)]
            if passed:
                with self._catalogue.writing():
                    for row in passed:
                        heard = Heard(method="passed over: no prose")
                        self._catalogue.spoken.store(row.id, self._recipe, heard)
            self._ready.extend(row for row in rows if wants(row.type))

    def running(self) -> dict[int, int]:
        """Task -> the first exhibit that it listens to."""
        return {task: some[0].id for task, some in self._sent.items()}

    def skip(self, exhibit: int) -> list[int]:
        """Leave out an exhibit that waits or is with a worker; the tasks that are to be ended."""
        self._unwanted.add(exhibit)
        return [task for task, some in self._sent.items() if any(r.id == exhibit for r in some)]

    def send(self, pool: Workers, serial: int) -> int:
        """Keep the workers' queue full; returns the last number that was given to a task."""
        while len(self._sent) < _QUEUE * self._workers and (self._ready or self._more()):
            together = self._next()
            if together[0].id in self._unwanted:
                with self._catalogue.writing():
                    self._store(together[0], None, "skipped")
                self._ready.extendleft(reversed(together[1:]))
                continue
            items = tuple(self._item(row) for row in together)
            serial += 1
            self._sent[serial] = together
            body = _PACK.encode(tasks.ListenRequest(items))
            pool.submit(Task(serial, "listen", body, self._settings.statements.seconds))
        return serial

    def _more(self) -> bool:
        self._load()
        return bool(self._ready)

    def _next(self) -> list[Unheard]:
        found = [self._ready.popleft()]
        if found[0].id in self._alone:
            return found
        chars = found[0].chars
        while self._ready and len(found) < _TOGETHER:
            row = self._ready[0]
            if row.id in self._alone or row.id in self._unwanted or chars + row.chars > _CHARS:
                break
            chars += row.chars
            found.append(self._ready.popleft())
        return found

    def _item(self, row: Unheard) -> tasks.ListenItem:
        text = self._catalogue.text(row.id)[: self._settings.statements.chars]
        said_on = day(row.date)
        return tasks.ListenItem(text, row.language, said_on.isoformat() if said_on else None)

    def take(self, outcome: Outcome) -> None:
        """Store what a task heard, or the problem it ended with."""
        together = self._sent.pop(outcome.id)
        answers: list[Heard] = []
        if not outcome.code:
            try:
                answers = _ANSWER.decode(outcome.body)
            except msgspec.DecodeError:
                pass
        if len(answers) != len(together) and len(together) > 1:
            # one of them ended the worker, nobody knows which: each by itself now
            self._alone.update(row.id for row in together)
            self._ready.extendleft(reversed(together))
            return
        with self._catalogue.writing():
            for number, row in enumerate(together):
                self._store(row, answers[number] if answers else None, outcome.code or "garbage")

    def _store(self, row: Unheard, heard: Heard | None, code: str) -> None:
        self.done += 1
        if heard is None or not _fits(heard, row.chars):
            heard = Heard(method="failed")
            trouble = [problem("not_listened", "", code)]
        elif row.chars > self._settings.statements.chars:
            trouble = [problem("listen_limit", f"after {self._settings.statements.chars}")]
        else:
            trouble = []
        self._catalogue.spoken.store(row.id, self._recipe, heard)
        if trouble:
            self._catalogue.add_problems(row.id, "listen", trouble)


def _fits(untrusted: Heard, chars: int) -> bool:
    """Whether every place that a worker names lies in the text."""
    spans: list[tuple[int, int]] = []
    for statement in untrusted.statements:
        spans += [(piece.start, piece.end) for piece in (*statement.content, *statement.quotes)]
        if not statement.content:
            return False
        for mention in (statement.speaker, statement.cue, statement.addressee, statement.where):
            if mention is not None:
                spans.append((mention.start, mention.end))
        spans += [(step.start, step.end) for step in statement.via]
    spans += [(figure.start, figure.end) for figure in untrusted.figures]
    spans += [(moment.start, moment.end) for moment in untrusted.dates]
    return all(0 <= start < end <= chars for start, end in spans)
