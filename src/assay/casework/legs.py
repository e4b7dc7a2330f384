"""The legs of the path: each takes what the one before it gave, and can be resumed.

One thread writes the catalogue and the index; receiving runs in its own thread, reading in
jailed workers. Groups keep the costs of durability small: an event, an index commit, a
transaction is written for many exhibits at once, within a second or so.
"""

from __future__ import annotations

import collections
import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import msgspec

from assay.casework import tasks
from assay.casework.engines import could_convert
from assay.casework.indexer import Indexer
from assay.casework.listener import Listener
from assay.casework.neighbours import beside, is_volume, waits_for_others
from assay.casework.receiver import Receiver
from assay.casework.replay import apply_written
from assay.casework.second_reader import Candidate, SecondReader, wanted
from assay.custody import accession
from assay.custody.log import Entry, Log
from assay.custody.persons import Witness
from assay.engines.catalogue import Catalogue, Row, Waiting
from assay.engines.folder import FolderBlobs
from assay.engines.sandbox import Pool
from assay.errors import NotFound
from assay.extract.problems import LEFT_WITHOUT_OCR, problem
from assay.index.write import day_of
from assay.model.exhibit import RawPath
from assay.model.finding import Examination
from assay.model.reading import Member, Problem, Reading
from assay.ports import Converter, Outcome, Task, Workers
from assay.settings import Settings

_ANSWERS = msgspec.msgpack.Decoder(list[tasks.ReadAnswer])
_OCR = msgspec.msgpack.Decoder(tasks.OcrAnswer)
_LOOK = msgspec.msgpack.Decoder(Examination)
_PACK = msgspec.msgpack.Encoder()

_IN_FLIGHT = 64 << 20  # bytes of exhibits with the workers at once
_SMALL = 64 << 10  # bytes; smaller exhibits are read several to a task
_TOGETHER = 16  # exhibits in one task
_TOGETHER_SECONDS = 2.0  # wall time for those; who outlives it is asked for again, alone

_SLOW = 3  # seconds from which an exhibit is called slow
_RUNNING_SHOWN = 4  # exhibits named by the display
_PATH_SHOWN = 300  # characters of a path in it: the heartbeat has a fixed size

PoolMaker = Callable[[str], Workers]


class Tally(msgspec.Struct):
    """What a run did, counted."""

    received: int = 0
    known: int = 0
    left_out: int = 0
    exhibits: int = 0
    members: int = 0
    pages: int = 0
    problems: int = 0
    unread: int = 0
    bytes: int = 0
    ocr_pages: int = 0


class Legs:
    """One run over one case. See casework/path.py for the order."""

    def __init__(
        self,
        *,
        settings: Settings,
        catalogue: Catalogue,
        vault: FolderBlobs,
        kept: FolderBlobs,
        log: Log,
        witness: Witness,
        indexer: Indexer,
        spool: Path,
        make_pool: PoolMaker,
        recipe: str,
        receiver: Receiver | None = None,
        converter: Converter | None = None,
        passwords: Sequence[str] = (),
        report: Callable[[dict[str, Any]], None] | None = None,
        skips: Callable[[], list[str]] = list,
    ) -> None:
        self._settings = settings
        self._catalogue = catalogue
        self._vault = vault
        self._kept = kept
        self._log = log
        self._witness = witness
        self._indexer = indexer
        self._spool = spool
        self._inbox = spool / "in"
        self._make_pool = make_pool
        self._recipe = recipe
        self._receiver = receiver
        self._second = SecondReader(converter, spool / "in", self._workers()) if converter else None
        self._copies: dict[int, tuple[Candidate, Path]] = {}  # task -> whose copy it reads
        self._read_by: set[int] = set()  # exhibits whose text another program gave
        self._passwords = tuple(passwords)
        self._report = report or (lambda state: None)
        self._skips = skips
        self._unwanted: set[int] = set()  # exhibits that somebody asked to skip
        self._pace: collections.deque[tuple[float, int]] = collections.deque(maxlen=60)
        self.tally = Tally()
        self.waits = (0.0, 0.0)  # seconds that workers waited for a task, and worked on one
        self._ready: collections.deque[Waiting] = collections.deque()
        self._queued: set[int] = set()  # what is in _ready or with a worker
        self._missed: collections.Counter[int] = collections.Counter()
        self._loaded_to = 0
        self._load_after = 0.0  # when to ask the catalogue again: nothing was there a moment ago
        self._sent: dict[int, list[Waiting]] = {}  # task -> what it is to read
        self._sent_count = self._sent_bytes = 0
        self._alone: set[int] = set()  # a task with others ended badly: each by itself now
        self._later: list[Waiting] = []  # volumes of split sets, until all is received
        self._died: dict[int, Outcome] = {}  # task that asks the type -> what became of reading
        self._looking: dict[int, tuple[int, str, bool]] = {}  # task -> (exhibit, digest, waits)
        self._ocr_sent: dict[int, tuple[int, str, int]] = {}
        self._ocr_after = (0, 0)
        self._ocr_known: Path | None = None  # the list of pictures, laid down at the first page
        self._ocr_kept: dict[str, str] = {}  # picture -> kept text, of this run
        self._ocr_entries: list[tuple[Entry, int, tasks.OcrAnswer, str]] = []
        self._unheard: collections.deque[str] | None = None
        self._hear_sent: dict[int, Waiting] = {}
        self._listener: Listener | None = None
        self._serial = 0
        self._pool: Workers | None = None
        self._waiting_outcomes: list[Outcome] = []
        self._last_attest = time.monotonic()
        self._last_report = 0.0
        self._phase = ""
        self._began = time.monotonic()
        self._done_bytes = 0
        self._inbox.mkdir(parents=True, exist_ok=True)
        if receiver is not None:
            receiver.start()

    # ------------------------------------------------------------ state

    def working(self) -> bool:
        """Whether anything is left to receive or read."""
        receiving = self._receiver is not None and not self._receiver.ended
        waits = self._sent or self._looking or self._waiting_outcomes or self._later
        if receiving or waits or self._ready:
            return True
        self._load()
        return bool(self._ready)

    def recognising(self) -> bool:
        """Whether pages are waiting for OCR, and OCR is wanted."""
        if self._settings.reading.ocr == "off":
            return False
        return bool(self._ocr_sent) or bool(self._catalogue.ocr_waiting(1, self._ocr_after))

    # ------------------------------------------------------------ 1 receive

    def receive(self) -> None:
        """Take acknowledged groups over into the catalogue."""
        if self._receiver is None or self._receiver.ended:
            return
        for group in self._receiver.groups():
            self._load_after = 0.0
            with self._catalogue.writing():
                apply_written(self._catalogue, self._log, group.events)
                for taken in group.taken:
                    self._catalogue.add_source(taken.found.place, taken.found.mark, taken.digest)
                for found, digest in group.known:
                    self._catalogue.add_source(found.place, found.mark, digest)
            self.tally.received += len(group.taken)
            self.tally.known += len(group.known)
            self.tally.left_out += len(group.left)
            self.tally.bytes += sum(taken.size for taken in group.taken)

    # ------------------------------------------------------------ 2 read

    def _load(self) -> None:
        """Take the next exhibits that are not read yet, in the order in which they came."""
        for _ in range(2):
            rows = self._catalogue.unread(self._loaded_to, 512)
            while rows:
                self._loaded_to = rows[-1].id
                fresh = [row for row in rows if row.id not in self._queued]
                if fresh:
                    self._ready.extend(fresh)
                    self._queued.update(row.id for row in fresh)
                    return
                rows = self._catalogue.unread(self._loaded_to, 512)
            self._loaded_to = 0  # once more from the start: a container may be new again

    def read(self) -> None:
        """Keep the workers' queues full, then wait a moment for what they have read."""
        if self._pool is None:
            self._pool = self._make_pool("read")
        self._heed()
        receiving = self._receiver is not None and not self._receiver.ended
        # deep enough that workers go on while this thread commits, but few large exhibits
        # at once: what they give waits in memory until it is stored
        if self._later and not receiving:
            self._ready.extend(self._later)
            self._later.clear()
        few, room = 3 * self._workers(), 96 * self._workers()
        if len(self._ready) < room and time.monotonic() > self._load_after:
            before = len(self._ready)
            self._load()
            if len(self._ready) == before:  # all that is not read yet is on its way
                self._load_after = time.monotonic() + 0.3
        while self._ready and self._sent_count < room:
            if self._pool.pending() >= few and self._sent_bytes > _IN_FLIGHT:
                break
            self._send(self._next_together())
        patience = 0.05 if receiving else 0.25
        self._waiting_outcomes = self._pool.outcomes(patience)
        if not self._waiting_outcomes and receiving and not self._sent:
            time.sleep(0.01)
        self._tell("reading")

    def _workers(self) -> int:
        return self._settings.reading.jobs or cores()

    def _next_together(self) -> list[Waiting]:
        """What goes into the next task: one exhibit, or a few small ones.

        Never so many that another worker would have nothing to do.
        """
        found = [self._ready.popleft()]
        if not self._goes_together(found[0]):
            return found
        most = min(_TOGETHER, 1 + len(self._ready) // (4 * self._workers()))
        while len(found) < most and self._ready and self._goes_together(self._ready[0]):
            found.append(self._ready.popleft())
        return found

    def _goes_together(self, waiting: Waiting) -> bool:
        return waiting.size <= _SMALL and waiting.id not in self._alone

    def _send(self, together: Sequence[Waiting]) -> None:
        assert self._pool is not None
        found: list[Waiting] = []
        items: list[tasks.ReadItem] = []
        receiving = self._receiver is not None and not self._receiver.ended
        for waiting in together:
            if waiting.id in self._unwanted:
                self._pass_over(waiting)
                continue
            volume = is_volume(waiting.name)
            if volume and receiving and waits_for_others(waiting.name):
                self._later.append(waiting)
                continue
            place = self._place(waiting.id, waiting.digest, waiting.held)
            if place is None:
                self._queued.discard(waiting.id)
                continue
            others = self._beside(waiting) if volume else ()
            if others is None:
                self._queued.discard(waiting.id)
                continue
            items.append(tasks.ReadItem(place, waiting.name, waiting.depth, others))
            found.append(waiting)
        if not found:
            return
        request = tasks.ReadRequest(
            tuple(items),
            str(self._inbox),
            self._settings.limits,
            self._settings.reading,
            self._passwords,
        )
        seconds = self._settings.limits.wall(max(waiting.size for waiting in found))
        if len(found) > 1:
            seconds = min(seconds, _TOGETHER_SECONDS)
        self._serial += 1
        self._sent[self._serial] = found
        self._count_sent(found, 1)
        self._pool.submit(Task(self._serial, "read", _PACK.encode(request), seconds))

    def _beside(self, waiting: Waiting) -> tuple[tuple[bytes, str], ...] | None:
        """Names and places of the other volumes; None where they have to be brought back."""
        found: list[tuple[bytes, str]] = []
        absent: list[int] = []
        others = beside(self._catalogue, waiting.id)
        for other in others:
            if other.held:
                with contextlib.suppress(NotFound):
                    found.append((other.name, str(self._vault.place(other.digest))))
            elif os.path.exists(self._spooled(other.digest)):
                found.append((other.name, self._spooled(other.digest)))
            else:
                absent.append(other.id)
        if absent:
            self._missed[waiting.id] += 1
            if self._missed[waiting.id] <= 2:
                self._bring_back(absent[0])
                return None
        if others and not self._catalogue.history(waiting.id)[0]:
            # it comes after a volume that was read without it: that one is read again
            with self._catalogue.writing():
                for other in others:
                    if other.state == "read" and self._lacked_it(other.id, other.name):
                        self._catalogue.set_new(other.id)
        return tuple(found)

    def _lacked_it(self, exhibit: int, name: bytes) -> bool:
        if not waits_for_others(name):
            return True  # the `.zip` or `.rar` that was read at once
        return any(p.code == "volume_missing" for p in self._catalogue.problems(exhibit))

    def _count_sent(self, some: Sequence[Waiting], sign: int) -> None:
        self._sent_count += sign * len(some)
        self._sent_bytes += sign * sum(waiting.size for waiting in some)

    def _place(self, exhibit: int, digest: str, held: bool) -> str | None:
        """Where the bytes are: the vault, or the spool for a member."""
        if held:
            try:
                return str(self._vault.place(digest))
            except NotFound:
                self._lose(exhibit)
                return None
        place = self._spooled(digest)
        if os.path.exists(place):
            return place
        self._missed[exhibit] += 1
        if self._missed[exhibit] > 2:
            self._lose(exhibit)
        else:
            self._bring_back(exhibit)
        return None

    def _spooled(self, digest: str) -> str:
        """Where a member lies between its container's reading and its own."""
        return f"{self._spool}/{digest.removeprefix('sha256:')}"

    def _bring_back(self, exhibit: int) -> None:
        """Have the containers around a member read again: the spool was cleared since."""
        with self._catalogue.writing():
            for container, _ in self._catalogue.way_in(exhibit):
                row = self._catalogue.exhibit_id(container)
                if row is not None:
                    self._catalogue.set_new(row)

    def bring_back_for_ocr(self) -> None:
        """Before reading: members whose pages wait for OCR need their bytes again."""
        after = (0, 0)
        while waiting := self._catalogue.ocr_waiting(1000, after):
            for exhibit, digest, page in waiting:
                after = (exhibit, page)
                name = digest.removeprefix("sha256:")
                held = self._catalogue.row_by_id(exhibit).held
                if not held and not (self._spool / name).exists():
                    self._bring_back(exhibit)

    def _lose(self, exhibit: int) -> None:
        """Bytes that an event names and that are not there any more."""
        with self._catalogue.writing():
            reading = Reading("", problems=(problem("original_missing", fatal=True),))
            self._catalogue.store_reading(exhibit, reading, (), self._recipe, None, "", 0.0)

    # ------------------------------------------------------------ 3 record

    def record(self) -> None:
        """Store what was read; members are checked, moved to the spool and become exhibits."""
        outcomes, self._waiting_outcomes = self._waiting_outcomes, []
        if not outcomes:
            return
        done: list[str] = []
        with self._catalogue.writing():
            for outcome in outcomes:
                if outcome.id in self._looking:
                    done += self._take_look(outcome)
                else:
                    done += self._take(outcome)
        for digest in done:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self._spooled(digest))

    def _take(self, outcome: Outcome) -> list[str]:
        """Store what a task has read; returns the digests whose bytes are needed no more."""
        together = self._sent.pop(outcome.id)
        self._count_sent(together, -1)
        if outcome.code and len(together) > 1:
            # one of them ended the worker, nobody knows which
            self._again(together, alone=True)
            return []
        if outcome.code and outcome.id not in self._died:
            self._ask_type(together[0], outcome)
            return []
        answers = self._answers(outcome, len(together))
        if not answers:
            self._again(together, alone=True)
            return []
        done: list[str] = []
        for waiting, answer in zip(together, answers, strict=False):
            self._queued.discard(waiting.id)
            self._alone.discard(waiting.id)
            second = self._offer_to_other(waiting, answer)
            self._store(waiting, answer, answer.seconds or outcome.seconds)
            waits = (
                waiting.held
                or second
                or is_volume(waiting.name)  # the others of its set may need it
                or self._waits(answer.reading)
            )
            if answer.look and self._look(waiting, answer, waits):
                continue
            if not waits:
                done.append(waiting.digest)
        self._again(together[len(answers) :], alone=False)
        return done

    def _waits(self, reading: Reading) -> bool:
        """Whether the bytes are needed once more: for OCR, or to hear what is said."""
        if any(page.wants_ocr for page in reading.pages):
            return True
        return bool(self._settings.reading.transcriber) and any(
            p.code == "not_transcribed" for p in reading.problems
        )

    def _again(self, some: Sequence[Waiting], *, alone: bool) -> None:
        """Put back what a task did not come to."""
        self._ready.extendleft(reversed(some))
        if alone:
            self._alone.update(waiting.id for waiting in some)

    def _look(self, waiting: Waiting, answer: tasks.ReadAnswer, waits: bool) -> bool:
        """Have the bytes of an exhibit that was read looked into; False where they are gone.

        `waits`: the bytes are needed after that too.
        """
        assert self._pool is not None
        place = self._place(waiting.id, waiting.digest, waiting.held)
        if place is None:
            return False
        self._serial += 1
        self._looking[self._serial] = (waiting.id, waiting.digest, waits)
        limits = self._settings.limits
        request = tasks.LookRequest(
            str(place), answer.reading.type, answer.reading.metadata, limits, self._passwords,
            answer.pages,
        )  # fmt: skip
        self._pool.submit(Task(self._serial, "look", _PACK.encode(request), limits.seconds))
        return True

    def _take_look(self, outcome: Outcome) -> list[str]:
        """Store findings; returns the digest whose bytes are needed no more, if so.

        A detector or a worker that failed becomes a problem that says so.
        """
        exhibit, digest, waits = self._looking.pop(outcome.id)
        found = Examination(failed=((outcome.code, outcome.detail),))
        if not outcome.code:
            try:
                found = _LOOK.decode(outcome.body)
            except msgspec.DecodeError:
                found = Examination(failed=(("crashed", "garbage"),))
        self._store_findings(exhibit, found)
        self._catalogue.set_look(exhibit, False)
        return [] if waits else [digest]

    def _store_findings(self, exhibit: int, found: Examination) -> None:
        self._catalogue.add_findings(exhibit, found.findings)
        failed = [
            problem("not_examined", "", f"{name} {why}".strip()) for name, why in found.failed
        ]
        if failed:
            self._catalogue.add_problems(exhibit, "examine", failed)
            self.tally.problems += len(failed)

    def look_again(self) -> None:
        """Before reading: what was read and not looked into when a run ended is read once more."""
        with self._catalogue.writing():
            for exhibit in self._catalogue.to_look():
                self._catalogue.set_new(exhibit)

    def _ask_type(self, waiting: Waiting, died: Outcome) -> None:
        """A reader died: a worker that only looks at the first bytes still says what it was."""
        assert self._pool is not None
        place = self._place(waiting.id, waiting.digest, waiting.held)
        self._serial += 1
        self._sent[self._serial] = [waiting]
        self._count_sent([waiting], 1)
        self._died[self._serial] = died
        body = _PACK.encode(tasks.SniffRequest(str(place), waiting.name))
        self._pool.submit(Task(self._serial, "sniff", body, 5.0))

    def _answers(self, outcome: Outcome, count: int) -> list[tasks.ReadAnswer]:
        """What a task has read, or the problem that it ended with.

        () where several were asked for and the answer cannot be read.
        """
        died = self._died.pop(outcome.id, None)
        if died is not None:
            kind = "" if outcome.code else msgspec.msgpack.decode(outcome.body, type=str)
            failed = problem(died.code, "", died.detail, fatal=True)
            return [tasks.ReadAnswer(Reading(kind, problems=(failed,)), (), "")]
        if not outcome.code:
            try:
                untrusted = _ANSWERS.decode(outcome.body)
                if 0 < len(untrusted) <= count:
                    return untrusted
            except msgspec.DecodeError:
                pass
            if count > 1:
                return []
            outcome = msgspec.structs.replace(outcome, code="crashed", detail="garbage")
        failed = problem(outcome.code, "", outcome.detail, fatal=True)
        return [tasks.ReadAnswer(Reading("", problems=(failed,)), (), "")]

    def _store(self, waiting: Waiting, answer: tasks.ReadAnswer, seconds: float) -> None:
        exhibit, digest, reading = waiting.id, waiting.digest, answer.reading
        reads, changed = self._catalogue.history(exhibit)
        if changed:
            extra = problem("changed_while_read")
            reading = msgspec.structs.replace(reading, problems=(*reading.problems, extra))
        self._catalogue.store_reading(
            exhibit,
            reading,
            answer.words,
            self._recipe,
            day_of(reading.metadata),
            answer.text_digest,
            seconds,
            again=reads > 0,
        )
        if answer.look:
            self._catalogue.set_look(exhibit, True)
        if answer.examination.findings or answer.examination.failed:
            self._store_findings(exhibit, answer.examination)
        self._indexer.offer(exhibit, answer.tokens, reading)
        self.tally.exhibits += 1
        self.tally.pages += len(reading.pages)
        self.tally.problems += len(reading.problems)
        self.tally.unread += reading.status == "unread"
        self._done_bytes += waiting.size
        if reading.members or reading.container:
            self._catalogue.forget_members(exhibit)
            around = self._catalogue.appearances(exhibit)
            path = around[0].path if around else RawPath.of(digest.encode())
            fresh: list[Waiting] = []
            for member in reading.members:
                self._store_member(exhibit, path, waiting.depth, member, fresh)
            # members first: a container's spool is emptied before the next one is opened
            self._ready.extendleft(reversed(fresh))
        if small := [value for name, value in reading.metadata.found if name == LEFT_WITHOUT_OCR]:
            # said, but no reason to call it partly read
            self._catalogue.add_problems(exhibit, "ocr", [problem("ocr_too_small", small[0])])
        self._reuse_ocr(exhibit, digest, reading)
        if self._settings.reading.ocr == "all":
            self._catalogue.queue_all_pages_of(exhibit)

    def _store_member(
        self, parent: int, around: RawPath, depth: int, member: Member, fresh: list[Waiting]
    ) -> None:
        path = around.inside(*member.name)
        failure = member.problem
        place: str | None = None
        if failure is None or member.spool:
            place = self._claim(member)
            if place is None and failure is None and self._is_taken(member):
                place = ""  # another container brought the same bytes a moment before
            if place is None and failure is None:
                failure = problem("member_lost", f"member {member.ordinal + 1}")
        if place is None:
            assert failure is not None
            self._catalogue.add_failed_member(
                parent, member.ordinal, path, failure.code, failure.next_step
            )
            self.tally.problems += 1
            return
        held = False
        if member.secret and not place:
            held = True
        elif member.secret:
            # the container cannot be opened again without its password: keep the bytes
            with open(place, "rb") as stream:
                self._vault.put_stream(stream, self._settings.custody.chunk)
            self._vault.sync()
            held = True
        if self._catalogue.is_withdrawn(member.digest):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(place)
            return
        row, new = self._catalogue.add_exhibit(
            member.digest, member.size, held=held, depth=depth + 1
        )
        self._catalogue.add_appearance(
            row, path, member.size, member.modified, parent, member.ordinal
        )
        self.tally.members += 1
        state = "new" if new else self._catalogue.row_by_id(row).state
        if state == "new":
            if row not in self._queued:
                fresh.append(Waiting(row, member.digest, held, depth + 1, member.size, path.name))
                self._queued.add(row)
        else:
            self._catalogue.set_indexed([row], 0)  # found under its new path too
            if not (self._is_needed(row) or is_volume(path.name)):
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(place)

    def _is_needed(self, exhibit: int) -> bool:
        """Tell whether the spooled bytes of an exhibit that was read are needed once more."""
        return (
            self._catalogue.waits_for_ocr(exhibit)
            or any(looked == exhibit for looked, _, _ in self._looking.values())
            or (self._second is not None and self._second.keeps(exhibit))
        )

    def _is_taken(self, member: Member) -> bool:
        """Tell whether the bytes of a member were checked and taken in already."""
        if member.secret:
            return self._vault.has(member.digest)
        return self._catalogue.exhibit_id(member.digest) is not None

    def _claim(self, member: Member) -> str | None:
        """Move a member out of the workers' reach, if its bytes are what the worker says."""
        untrusted_name = member.spool
        if untrusted_name != member.digest.removeprefix("sha256:") or "/" in untrusted_name:
            return None
        place = f"{self._spool}/{untrusted_name}"
        source = f"{self._inbox}/{untrusted_name}"
        try:
            with open(source, "rb", buffering=0) as stream:
                if member.size <= _SMALL:
                    state = hashlib.sha256(stream.read())
                else:
                    state = hashlib.file_digest(stream, "sha256")
        except FileNotFoundError:
            # two members with the same bytes: the first one has taken it
            return place if os.path.exists(place) else None
        if "sha256:" + state.hexdigest() != member.digest:
            os.unlink(source)
            return None
        os.replace(source, place)
        return place

    # ------------------------------------------------------------ another program

    def _offer_to_other(self, waiting: Waiting, answer: tasks.ReadAnswer) -> bool:
        """Have what left nothing wait for another program; tells whether it does.

        Where there is none, the problem says what would have to be installed.
        """
        reading = answer.reading
        if self._second is not None:
            if self._second.wants(reading):
                place = self._place(waiting.id, waiting.digest, waiting.held)
                if place is not None:
                    self._second.keep(Candidate(waiting, place, reading))
                    return True
            return False
        command = could_convert(reading.type)
        if command and reading.problems and reading.problems[0].fatal and wanted(reading):
            first = msgspec.structs.replace(
                reading.problems[0], next_step=f"Run `{command}`, then `assay retry`."
            )
            answer.reading = msgspec.structs.replace(
                reading, problems=(first, *reading.problems[1:])
            )
        return False

    def converting(self) -> bool:
        """Whether exhibits wait for another program, or copies for a reader."""
        return self._second is not None and bool(self._second.pending() or self._copies)

    def convert(self) -> None:
        """Have another program make copies of what we could not read, and read the copies."""
        assert self._second is not None
        if self._pool is None:
            self._pool = self._make_pool("read")
        self._heed()
        for candidate, made in self._second.made(0.0 if self._copies else 0.5):
            if made.place is not None:
                self._send_copy(candidate, made.place)
            else:
                if made.code == "skipped":
                    self._say_skipped(candidate)
                self._drop(candidate)
        for outcome in self._pool.outcomes(0.25) if self._copies else []:
            candidate, place = self._copies.pop(outcome.id)
            place.unlink(missing_ok=True)
            answers = self._answers(outcome, 1)
            entered = self._second.entered(candidate, answers[0])
            if outcome.code == "skipped":
                self._say_skipped(candidate)
            if entered is not None:
                with self._catalogue.writing():
                    self._read_by.add(candidate.waiting.id)
                    self._store(candidate.waiting, entered, outcome.seconds)
                self.tally.exhibits -= 1  # it was counted when our own reader had it
                self._done_bytes -= candidate.waiting.size
            for member in answers[0].reading.members:
                if member.spool and "/" not in member.spool:
                    (self._inbox / member.spool).unlink(missing_ok=True)
            self._drop(candidate)
        self._tell("reading")

    def _send_copy(self, candidate: Candidate, place: Path) -> None:
        assert self._pool is not None
        item = tasks.ReadItem(str(place), place.name.encode(), candidate.waiting.depth)
        limits = self._settings.limits
        request = tasks.ReadRequest((item,), str(self._inbox), limits, self._settings.reading)
        self._serial += 1
        self._copies[self._serial] = (candidate, place)
        self._pool.submit(Task(self._serial, "read", _PACK.encode(request), limits.seconds))

    def _say_skipped(self, candidate: Candidate) -> None:
        """Another program was to read it, and somebody did not want to wait."""
        said = problem("skipped", "the copy by another program")
        with self._catalogue.writing():
            self._catalogue.add_problems(candidate.waiting.id, "copy", [said])
        self.tally.problems += 1

    def _drop(self, candidate: Candidate) -> None:
        """The bytes of a member are needed no more."""
        if not candidate.waiting.held:
            Path(candidate.place).unlink(missing_ok=True)

    # ------------------------------------------------------------ 4 attest

    def attest(self, now: bool = False) -> None:
        """Write an event for each reading, about once a second."""
        if not now and time.monotonic() - self._last_attest < 1.0:
            return
        self._last_attest = time.monotonic()
        self._attest_ocr()
        while rows := self._catalogue.unlogged(2000):
            at = accession.now()
            troubles = self._catalogue.problems_of([row.id for row in rows])
            entries = [self._read_entry(row, troubles.get(row.id, []), at) for row in rows]
            written = self._log.append(entries, self._witness)
            with self._catalogue.writing():
                apply_written(self._catalogue, self._log, written)
                self._catalogue.set_logged(row.id for row in rows)

    def _read_entry(self, row: Row, troubles: list[Problem], at: str) -> Entry:
        members = self._catalogue.members(row.id) if row.container or row.expected else []
        body: dict[str, Any] = {
            "recipe": row.recipe,
            "type": row.type,
            "status": row.status,
            "text": row.text_digest,
            "pages": row.page_count,
            "problems": [[p.code, p.where] for p in troubles],
        }
        if row.id in self._read_by and self._second is not None:
            body["by"] = self._second.name
        if members or row.container:
            body["expected"] = row.expected
            body["members"] = [[ordinal, digest] for ordinal, digest, _, _ in members]
            secret = [d for _, d, _, _ in members if self._vault.has(d)]
            if secret:
                body["originals"] = secret
        return Entry("read", "desk", row.digest, body, at)

    # ------------------------------------------------------------ 5 index

    def index(self, now: bool = False) -> None:
        """Hand pages that are new or changed to the search engine."""
        self._indexer.add_waiting(now)

    def settle(self) -> None:
        """Finish what is grouped: events, index, workers."""
        if self._second is not None and not self.converting():
            self._second.close()
        if not self.converting():  # which goes on with the same workers
            self._let_workers_go()
        self._tell("indexing", force=True)
        self.attest(now=True)
        self.index(now=True)
        self._tell("", force=True)

    def _let_workers_go(self) -> None:
        if self._pool is not None:
            if isinstance(self._pool, Pool):
                found = self._pool.waits()
                self.waits = (self.waits[0] + found.waiting, self.waits[1] + found.working)
            self._pool.close()
            self._pool = None

    def stop(self) -> None:
        """End early, keeping everything that is done (Ctrl-C)."""
        if self._second is not None:
            self._second.close()
        if self._receiver is not None and not self._receiver.ended:
            self._receiver.stop()
            while not self._receiver.ended:
                self.receive()
                time.sleep(0.01)
        self._let_workers_go()
        self.settle()

    def abandon(self) -> None:
        """End at once after a failure; what is done is in the catalogue and the log."""
        if self._receiver is not None:
            self._receiver.stop()
        if self._second is not None:
            self._second.close()
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def clear_spool(self) -> None:
        """Empty the spool but for members whose pages wait for OCR."""
        waiting: set[str] = set()
        after = (0, 0)
        while rows := self._catalogue.ocr_waiting(1000, after):
            waiting.update(digest.removeprefix("sha256:") for _, digest, _ in rows)
            after = (rows[-1][0], rows[-1][2])
        for folder in (self._spool, self._inbox):
            for path in folder.iterdir():
                if path.is_file() and path.name not in waiting:
                    path.unlink()

    # ------------------------------------------------------------ 7 recognise

    def recognise(self) -> None:
        """Send waiting pages to OCR and store what comes back."""
        if self._pool is None:
            self._pool = self._make_pool("ocr")
        self._heed()
        room = 3 * self._workers()
        if self._pool.pending() < room:
            for exhibit, digest, page in self._catalogue.ocr_waiting(room, self._ocr_after):
                self._ocr_after = (exhibit, page)
                self._send_page(exhibit, digest, page)
        outcomes = self._pool.outcomes(0.5)
        for outcome in outcomes:
            exhibit, digest, page = self._ocr_sent.pop(outcome.id)
            self._store_page(exhibit, digest, page, outcome)
        self._tell("recognising")

    def _send_page(self, exhibit: int, digest: str, page: int, *, anew: bool = False) -> None:
        """`anew`: also where its picture was recognised before."""
        assert self._pool is not None
        row = self._catalogue.row_by_id(exhibit)
        place = self._place(exhibit, digest, row.held)
        if place is None:
            return
        request = tasks.OcrRequest(
            place,
            page,
            self._settings.reading.dpi,
            self._settings.limits,
            self._settings.reading.langs,
            tuple(
                model
                for language in self._catalogue.languages_near(exhibit)
                for model in OCR_MODELS.get(language, ())
            ),
            self._passwords,
            self._settings.reading.ocr_pixels,
            "" if anew else str(self._known_pictures()),
        )
        self._serial += 1
        self._ocr_sent[self._serial] = (exhibit, digest, page)
        self._pool.submit(
            Task(self._serial, "ocr", _PACK.encode(request), self._settings.limits.ocr_seconds)
        )

    def _known_pictures(self) -> Path:
        """The list of pictures that this case has recognised by the present recipe."""
        if self._ocr_known is None:
            self._ocr_known = self._spool / "recognised"
            with self._ocr_known.open("wb") as out:
                for picture in self._catalogue.ocr_pictures(self._recipe):
                    out.write(_of_digest(picture))
        return self._ocr_known

    def _was_kept(self, picture: str) -> tasks.OcrAnswer | None:
        """What a picture was recognised as, and kept."""
        kept = self._ocr_kept.get(picture) or self._catalogue.ocr_of_picture(picture, self._recipe)
        if kept is None or not self._kept.has(kept):
            return None
        if self._ocr_entries:
            self._kept.sync()  # it may be among those that no event names yet
        with self._kept.open(kept) as stream:
            return msgspec.json.decode(stream.read(), type=tasks.OcrAnswer)

    def _store_page(self, exhibit: int, digest: str, page: int, outcome: Outcome) -> None:
        answer = tasks.OcrAnswer("")
        if outcome.code:
            answer.problems = (
                problem("skipped")
                if outcome.code == "skipped"
                else problem("ocr_failed", "", outcome.code),
            )
            answer.verdict = "failed"
        else:
            try:
                answer = _OCR.decode(outcome.body)
            except msgspec.DecodeError:
                answer.problems = (problem("ocr_failed", "", "garbage"),)
                answer.verdict = "failed"
        if answer.verdict == "known":
            before = self._was_kept(answer.picture)
            if before is None:  # withdrawn since
                self._send_page(exhibit, digest, page, anew=True)
                return
            answer = before
        if answer.verdict == "failed":
            with self._catalogue.writing():
                self._say_troubles(exhibit, page, answer)
                self._catalogue.ocr_done(exhibit, page, "failed")
            return
        self.tally.ocr_pages += 1
        self._done_bytes += 1
        kept = self._kept.put(msgspec.json.encode(answer))
        if answer.picture not in self._ocr_kept:
            self._ocr_kept[answer.picture] = kept
            with self._known_pictures().open("ab") as out:
                out.write(_of_digest(answer.picture))
        body = {
            "page": page,
            "recipe": self._recipe,
            "picture": answer.picture,
            "kept": [kept],
            "engine": answer.engine,
            "language": answer.language,
        }
        entry = Entry("ocr", "desk", digest, body, accession.now())
        self._ocr_entries.append((entry, exhibit, answer, kept))

    # ------------------------------------------------------------ 8 hear

    def hearing(self) -> bool:
        """Whether there is sound that a transcriber should write down, and one is set."""
        if not self._settings.reading.transcriber:
            return False
        if self._unheard is None:
            self._unheard = collections.deque(self._catalogue.with_problem("not_transcribed"))
        return bool(self._unheard or self._hear_sent)

    def hear(self) -> None:
        """Send one recording after another to the transcriber; what comes back is its reading."""
        if self._pool is None:
            self._pool = self._make_pool("hear")
        while self._unheard and not self._pool.pending():
            self._send_sound(self._unheard.popleft())
        for outcome in self._pool.outcomes(0.5):
            waiting = self._hear_sent.pop(outcome.id)
            if outcome.code:
                failed = problem("not_transcribed", "transcriber", outcome.code)
                with self._catalogue.writing():
                    self._catalogue.add_problems(waiting.id, "read", [failed])
                continue
            for answer in self._answers(outcome, 1):
                with self._catalogue.writing():
                    self._store(waiting, answer, answer.seconds or outcome.seconds)
        self._tell("hearing")

    def _send_sound(self, digest: str) -> None:
        assert self._pool is not None
        row = self._catalogue.row(digest)
        place = self._place(row.id, digest, row.held) if row is not None else None
        if row is None or place is None:
            return
        names = self._catalogue.appearances(row.id)
        waiting = Waiting(
            row.id, digest, row.held, row.depth, row.size, names[0].path.name if names else b""
        )
        request = tasks.ReadRequest(
            (tasks.ReadItem(place, waiting.name, waiting.depth),), str(self._inbox),
            self._settings.limits, self._settings.reading, self._passwords,
        )  # fmt: skip
        self._serial += 1
        self._hear_sent[self._serial] = waiting
        self._pool.submit(
            Task(self._serial, "hear", _PACK.encode(request), self._settings.limits.hear_seconds)
        )

    # ------------------------------------------------------------ 6 listen

    def listening(self) -> bool:
        """Whether texts wait that nobody listened to as they are, and listening is wanted."""
        if self._settings.statements.listen == "off":
            return False
        if self._listener is None:
            self._listener = Listener(self._catalogue, self._settings, self._workers())
        return self._listener.pending()

    def listen(self) -> None:
        """Send texts to those who find who said what, and store what they heard."""
        assert self._listener is not None
        if self._pool is None:
            self._pool = self._make_pool("listen")
        self._heed()
        self._serial = self._listener.send(self._pool, self._serial)
        for outcome in self._pool.outcomes(0.5):
            self._listener.take(outcome)
        self._tell("listening")

    def more_text(self) -> None:
        """Pages were recognised, sound was written down: these may be listened to now."""
        if self._listener is not None:
            self._listener.start_over()

    def _attest_ocr(self) -> None:
        """Kept text first, then its event, then the catalogue."""
        waiting, self._ocr_entries = self._ocr_entries, []
        if not waiting:
            return
        self._kept.sync()
        written = self._log.append([entry for entry, _, _, _ in waiting], self._witness)
        with self._catalogue.writing():
            apply_written(self._catalogue, self._log, written)
            for entry, exhibit, answer, _ in waiting:
                self._put_text(exhibit, int(entry.body["page"]), answer)
        for entry, exhibit, _, _ in waiting:
            if not self._catalogue.waits_for_ocr(exhibit):
                name = entry.subject.removeprefix("sha256:")
                (self._spool / name).unlink(missing_ok=True)

    def _say_troubles(self, exhibit: int, page: int, answer: tasks.OcrAnswer) -> None:
        """What recognition has to say of a page, also where its text was kept from before."""
        where = f"page {page}"
        troubles = [msgspec.structs.replace(p, where=where) for p in answer.problems]
        if self._doubtful(answer):
            troubles.append(problem("ocr_doubtful", where, f"{answer.confidence:.0f} % sure"))
        if troubles:
            self._catalogue.set_status(exhibit, "partly")
        self.tally.problems += len(troubles)
        if answer.verdict == "picture":
            # said, but no reason to call the exhibit partly read: most are photographs
            troubles.append(problem("ocr_no_words", where))
        self._catalogue.add_problems(exhibit, "ocr", troubles)

    def _doubtful(self, answer: tasks.OcrAnswer) -> bool:
        """Whether a page was recognised with so little certainty that its words are noise."""
        sure = answer.confidence
        return bool(answer.text) and sure is not None and sure < self._settings.reading.ocr_doubt

    def _put_text(self, exhibit: int, page: int, answer: tasks.OcrAnswer) -> None:
        self._indexer.retract(exhibit)
        self._say_troubles(exhibit, page, answer)
        # noise is in no language: its exhibit would be taken for one, and mislead its neighbours
        language = "" if self._doubtful(answer) else answer.language
        self._catalogue.store_ocr(
            exhibit,
            page,
            answer.text,
            answer.confidence,
            answer.words,
            ISO_639_1.get(language) if answer.text else None,
        )
        self._catalogue.ocr_done(exhibit, page, "done" if answer.text else answer.verdict)

    def _reuse_ocr(self, exhibit: int, digest: str, reading: Reading) -> None:
        """Text that was recognised before and kept: a rebuild never recognises twice."""
        for page in reading.pages:
            if not page.wants_ocr:
                continue
            found = self._catalogue.ocr_kept(digest, page.number)
            if found is None or not self._kept.has(found[1]):
                continue
            with self._kept.open(found[1]) as stream:
                answer = msgspec.json.decode(stream.read(), type=tasks.OcrAnswer)
            self._put_text(exhibit, page.number, answer)

    # ------------------------------------------------------------ skipping

    def _heed(self) -> None:
        """Skip what somebody asked to skip: see casework/skipping.py."""
        for digest in self._skips():
            exhibit = self._catalogue.exhibit_id(digest)
            if exhibit is None or self._pool is None:
                continue
            for candidate in (self._second.skip(exhibit) or ()) if self._second else ():
                self._say_skipped(candidate)
                self._drop(candidate)
            going = [
                *(task for task, (c, _) in self._copies.items() if c.waiting.id == exhibit),
                *(self._listener.skip(exhibit) if self._listener is not None else ()),
                *(task for task, some in self._sent.items() if any(w.id == exhibit for w in some)),
                *(task for task, (number, _, _) in self._looking.items() if number == exhibit),
            ]
            pages = {task: page for task, (n, _, page) in self._ocr_sent.items() if n == exhibit}
            if self._catalogue.row_by_id(exhibit).state == "new":
                self._unwanted.add(exhibit)
            for task in (*going, *pages):
                self._pool.skip(task)
            with self._catalogue.writing():
                left = self._catalogue.ocr_give_up(exhibit, tuple(pages.values()))
                if left:
                    said = problem("skipped", f"{left} page{'s' if left > 1 else ''} without OCR")
                    self._catalogue.add_problems(exhibit, "ocr", [said])
                    self._catalogue.set_status(exhibit, "partly")
                    self.tally.problems += 1

    def _pass_over(self, waiting: Waiting) -> None:
        """Its turn has come, and it is not wanted."""
        self._queued.discard(waiting.id)
        reading = Reading("", problems=(problem("skipped", fatal=True),))
        with self._catalogue.writing():
            self._store(waiting, tasks.ReadAnswer(reading, (), ""), 0.0)

    # ------------------------------------------------------------ display

    def _tell(self, phase: str, force: bool = False) -> None:
        """Report how far the run is, at most twice a second."""
        now = time.monotonic()
        if not force and now - self._last_report < 0.5:
            return
        self._last_report = now
        exhibits, new, ocr_waiting = self._catalogue.progress()
        running = self._running()
        receiving = self._receiver is not None and not self._receiver.ended
        done, left = self.tally.exhibits, new
        if phase == "recognising":
            done, left = self.tally.ocr_pages, ocr_waiting
        if phase == "listening" and self._listener is not None:
            done, left = self._listener.done, self._catalogue.spoken.counts()["waiting"]
        self._report(
            {
                "phase": phase,
                "read": exhibits - new,
                "exhibits": exhibits,
                "seen": self._receiver.seen if self._receiver else exhibits,
                "taken": self.tally.received + self.tally.known,
                "receiving": receiving,
                "indexing": self._catalogue.unfinished_index(),
                "ocr_waiting": ocr_waiting,
                "ocr_done": self.tally.ocr_pages,
                "done_now": self.tally.exhibits,
                "bytes_now": self._done_bytes,
                "seconds": now - self._began,
                **self._speed(now, phase, done, left, receiving),
                "listened": self._listener.done if self._listener is not None else 0,
                "listen_waiting": left if phase == "listening" else 0,
                "problems": self.tally.problems,
                "now": running,
                "slow": [item for item in running if item["seconds"] >= _SLOW],
            }
        )

    def _speed(
        self, now: float, phase: str, done: int, left: int, receiving: bool
    ) -> dict[str, float | None]:
        """`rate` a second over the last half minute, `left` in seconds; None where unknown."""
        if phase != self._phase:
            self._pace.clear()  # another phase counts something else
        self._phase = phase
        self._pace.append((now, done))
        since, first = self._pace[0]
        if now - since < 1 or done <= first:
            return {"rate": None, "left": None}
        rate = (done - first) / (now - since)
        return {"rate": round(rate, 3), "left": None if receiving else round(left / rate, 1)}

    def _running(self) -> list[dict[str, Any]]:
        """What is being read now, the longest first: exhibit, path, seconds, page of OCR."""
        found: list[dict[str, Any]] = []
        listened = self._listener.running() if self._listener is not None else {}
        for task, seconds in self._pool.running() if self._pool is not None else ():
            page = others = 0
            if task in self._sent:
                first = self._sent[task][0]
                exhibit, digest, others = first.id, first.digest, len(self._sent[task]) - 1
            elif task in self._looking:
                exhibit, digest, _ = self._looking[task]
            elif task in self._ocr_sent:
                exhibit, digest, page = self._ocr_sent[task]
            elif task in listened:
                exhibit = listened[task]
                digest = self._catalogue.row_by_id(exhibit).digest
            else:
                continue
            places = self._catalogue.paths_of([exhibit], 1)[exhibit]
            item: dict[str, Any] = {
                "exhibit": digest,
                "path": places[0][1][-_PATH_SHOWN:] if places else "",
                "seconds": round(seconds),
            }
            if page:
                item["page"] = page
            if others:
                item["others"] = others
            found.append(item)
        for exhibit, digest, seconds in self._second.running() if self._second else ():
            places = self._catalogue.paths_of([exhibit], 1)[exhibit]
            shown = places[0][1][-_PATH_SHOWN:] if places else ""
            found.append({"exhibit": digest, "path": shown, "seconds": round(seconds)})
        return sorted(found, key=lambda item: -item["seconds"])[:_RUNNING_SHOWN]


def _of_digest(name: str) -> bytes:
    return bytes.fromhex(name.removeprefix("sha256:"))


# Languages of text by ISO 639-1, as readers give them, for the codes of OCR models.
ISO_639_1 = {
    "eng": "en", "deu": "de", "fra": "fr", "spa": "es", "ita": "it", "por": "pt", "nld": "nl",
    "pol": "pl", "ces": "cs", "tur": "tr", "rus": "ru", "ukr": "uk", "kaz": "kk", "kir": "ky",
    "ara": "ar", "uig": "ug", "fas": "fa", "chi_sim": "zh", "chi_tra": "zh", "jpn": "ja",
    "kor": "ko", "uzb": "uz",
}  # fmt: skip


OCR_MODELS: dict[str, tuple[str, ...]] = {}
for _model, _language in ISO_639_1.items():
    OCR_MODELS[_language] = (*OCR_MODELS.get(_language, ()), _model)


def cores() -> int:
    """Processors that this program may use."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
