"""One append-only log of one person on one device, as files.

    logs/<log id>/origin.json    whose log this is; the log id is a hash of it
                  headers        one canonical JSON header a line
                  payloads/NNN   salted payloads, a thousand a file, apart from the headers
                  tree           leaf hashes, 32 bytes each, made again where it is short
                  checkpoints    a line each: signed tree head, and the frontier to go on from

Order on disk: payloads, then headers, then the checkpoint; `append` returns when all three
are durable. What a kill leaves behind is a last line without its end (cut off on the next
append) or payloads without headers (the same). Nothing acknowledged is ever cut.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from assay.custody.persons import Person, Witness
from assay.errors import BadLog, DiskFull
from assay.model import places
from assay.model.event import Audience, Event, Header
from assay.proof import canonical, events, merkle, note, origins


class Entry(msgspec.Struct, frozen=True):
    """An event before it is written. `at` is RFC 3339; `body` holds no floats."""

    type: str
    audience: Audience
    subject: str
    body: dict[str, Any]
    at: str


def log_identity(case_id: str, person: Person) -> dict[str, str]:
    """The origin of a log, with its id in `log`: the hash of all the rest."""
    origin = {
        "format": "assay/log/1",
        "case": case_id,
        "name": person.name,
        "device": person.device,
        "key": person.public_key.hex(),
    }
    return {**origin, "log": origins.log_id(origin)}


class Log:
    """A log that can be read; and appended to by the person whose log it is."""

    def __init__(self, folder: Path, person: Person | None = None) -> None:
        self._folder = folder
        self._person = person
        self.origin: dict[str, str] = json.loads(
            (folder / places.LOG_ORIGIN).read_text(encoding="utf-8")
        )
        self.id = self.origin["log"]
        # what the last append left, so that the next need not look again
        self._seen_bytes = -1
        self._size = 0
        self._last = ""
        self._frontier = merkle.Frontier()
        self._heads: dict[str, tuple[int, str]] = {}

    @classmethod
    def own(cls, logs: Path, case_id: str, person: Person) -> Log:
        """The person's log on this device, made where there is none yet."""
        for folder in sorted(logs.iterdir()) if logs.is_dir() else ():
            path = folder / places.LOG_ORIGIN
            if path.exists():
                origin = json.loads(path.read_text(encoding="utf-8"))
                same = origin.get("key") == person.public_key.hex()
                if same and origin.get("device") == person.device:
                    return cls(folder, person)
        origin = log_identity(case_id, person)
        folder = logs / origin["log"]
        scratch = logs / f".{origin['log']}.{os.getpid()}"
        (scratch / places.LOG_PAYLOADS).mkdir(parents=True)
        for name in (places.LOG_HEADERS, places.LOG_TREE, places.LOG_CHECKPOINTS):
            (scratch / name).touch(mode=0o600)
        with (scratch / places.LOG_ORIGIN).open("wb") as stream:
            stream.write(canonical.encode(origin))
            stream.flush()
            os.fsync(stream.fileno())
        try:
            scratch.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise  # not a race with another process of the same person
        _sync_folder(logs)
        return cls(folder, person)

    # ------------------------------------------------------------ appending

    def append(self, entries: Sequence[Entry], witness: Witness | None = None) -> list[Event]:
        """Write events, durable on return, under one signed checkpoint.

        Raises DiskFull (nothing of the group counts then) and BadLog where the log on the disk
        is shorter than its own last checkpoint.
        """
        if self._person is None:
            raise BadLog(f"log {self.id}", "it is another person's log: only they append to it")
        if not entries:
            return []
        with _locked(self._folder):
            self._catch_up()
            before = self._lengths()
            try:
                written = self._write(entries)
            except OSError as error:
                self._cut(before)
                self._seen_bytes = -1
                if error.errno in (28, 122):  # ENOSPC, EDQUOT
                    raise DiskFull(
                        f"log {self.id}",
                        "no space is left on the disk; nothing acknowledged is lost",
                        "Free some space and run the same command again.",
                    ) from error
                raise
        if witness is not None:
            witness.remember(self.id, self._size, self._frontier.root())
        return written

    def _write(self, entries: Sequence[Entry]) -> list[Event]:
        heads = self._foreign_heads()
        fresh = {log: head for log, head in heads.items() if self._heads.get(log) != head}
        previous, sequence = self._last, self._size
        frontier = merkle.Frontier(self._frontier.size, self._frontier.hashes)
        written: list[Event] = []
        headers: list[bytes] = []
        leaves: list[bytes] = []
        segments: dict[str, list[bytes]] = {}
        for entry in entries:
            payload_value = {"at": entry.at, "subject": entry.subject, "body": entry.body}
            payload = canonical.encode(payload_value)
            salt = os.urandom(events.SALT_SIZE)
            header = Header(
                log=self.id,
                sequence=sequence,
                previous=previous,
                type=entry.type,
                audience=entry.audience,
                commitment=events.commitment(salt, payload),
                heads=fresh,
            )
            fresh = {}
            line = events.encode_header(header)
            leaf = merkle.leaf_hash(line)
            frontier.append(leaf)
            headers.append(line + b"\n")
            leaves.append(leaf)
            segments.setdefault(places.segment_name(sequence), []).append(
                events.encode_payload_line(salt, payload) + b"\n"
            )
            previous = events.event_id(line)
            written.append(Event(previous, header, payload_value))
            sequence += 1
        for name, lines in segments.items():
            _append(self._folder / places.LOG_PAYLOADS / name, b"".join(lines), durable=True)
        if len(segments) > 1 or sequence - len(entries) == 0:
            _sync_folder(self._folder / places.LOG_PAYLOADS)
        _append(self._folder / places.LOG_HEADERS, b"".join(headers), durable=True)
        _append(self._folder / places.LOG_TREE, b"".join(leaves), durable=False)
        self._sign(frontier, heads)
        self._frontier, self._size, self._last, self._heads = frontier, sequence, previous, heads
        self._seen_bytes = (self._folder / places.LOG_HEADERS).stat().st_size
        return written

    def _sign(self, frontier: merkle.Frontier, heads: dict[str, tuple[int, str]]) -> None:
        assert self._person is not None
        checkpoint = note.Checkpoint(
            origins.checkpoint_origin(self.origin), frontier.size, frontier.root(), heads
        )
        text = note.sign(
            note.checkpoint_text(checkpoint),
            origins.verifier_of(self.origin).name,
            self._person.private_key,
        )
        line = canonical.encode({"frontier": [h.hex() for h in frontier.hashes], "note": text})
        _append(self._folder / places.LOG_CHECKPOINTS, line + b"\n", durable=True)

    def _lengths(self) -> dict[Path, int]:
        names = (places.LOG_HEADERS, places.LOG_TREE, places.LOG_CHECKPOINTS)
        found = {self._folder / name: (self._folder / name).stat().st_size for name in names}
        for path in (self._folder / places.LOG_PAYLOADS).iterdir():
            found[path] = path.stat().st_size
        return found

    def _cut(self, lengths: dict[Path, int]) -> None:
        """Take back what a failed append wrote."""
        for path in (self._folder / places.LOG_PAYLOADS).iterdir():
            if path not in lengths:
                path.unlink()
        for path, length in lengths.items():
            if path.stat().st_size > length:
                os.truncate(path, length)

    def _catch_up(self) -> None:
        """Learn where the log stands, and cut off what a kill left half written."""
        path = self._folder / places.LOG_HEADERS
        if self._seen_bytes == path.stat().st_size:
            return
        size, last = _last_header(path, repair=True)
        checkpoint, frontier = self.last_checkpoint(repair=True)
        if checkpoint is not None and checkpoint.size > size:
            raise BadLog(
                f"log {self.id}",
                f"it has {size} events, but its own checkpoint counts {checkpoint.size}",
                "Events were removed. Run `assay verify` and restore the log from a backup.",
            )
        if frontier.size < size:
            for index, line in enumerate(_lines(path)):
                if index >= frontier.size:
                    frontier.append(merkle.leaf_hash(line))
        self._mend_tree(path, size)
        self._mend_payloads(size)
        self._size, self._last, self._frontier = size, last, frontier
        self._heads = dict(checkpoint.heads) if checkpoint is not None else {}
        self._seen_bytes = path.stat().st_size

    def _mend_tree(self, headers: Path, size: int) -> None:
        tree = self._folder / places.LOG_TREE
        if tree.stat().st_size != size * merkle.HASH_SIZE:
            leaves = b"".join(merkle.leaf_hash(line) for line in _lines(headers))
            tree.write_bytes(leaves)

    def _mend_payloads(self, size: int) -> None:
        """Cut payloads that have no header: their events were never acknowledged."""
        folder = self._folder / places.LOG_PAYLOADS
        last = places.segment_name(size)
        for path in folder.iterdir():
            if path.name > last:
                path.unlink()
        path = folder / last
        if path.exists():
            keep = size % places.EVENTS_PER_SEGMENT
            data = path.read_bytes()
            end = 0
            for _ in range(keep):
                end = data.index(b"\n", end) + 1
            if end < len(data):
                os.truncate(path, end)

    def last_checkpoint(
        self, repair: bool = False
    ) -> tuple[note.Checkpoint | None, merkle.Frontier]:
        """The newest signed tree head and the frontier at its size. Raises BadLog, BadSignature."""
        path = self._folder / places.LOG_CHECKPOINTS
        line = _last_line(path, repair)
        if line is None:
            return None, merkle.Frontier()
        value = json.loads(line)
        checkpoint = note.read_checkpoint(
            note.open_note(value["note"], origins.verifier_of(self.origin))
        )
        frontier = merkle.Frontier(checkpoint.size, [bytes.fromhex(h) for h in value["frontier"]])
        if frontier.root() != checkpoint.root:
            raise BadLog(
                f"log {self.id}",
                "the frontier beside its last checkpoint does not give the signed root",
                "Run `assay verify` and restore the log from a backup.",
            )
        return checkpoint, frontier

    def _foreign_heads(self) -> dict[str, tuple[int, str]]:
        heads: dict[str, tuple[int, str]] = {}
        for folder in sorted(self._folder.parent.iterdir()):
            if folder.name == self.id or folder.name.startswith("."):
                continue
            path = folder / places.LOG_HEADERS
            if path.exists():
                size, last = _last_header(path, repair=False)
                if size:
                    heads[folder.name] = (size, last)
        return heads

    # ------------------------------------------------------------ reading

    def size(self) -> int:
        """Events whose header is complete on the disk."""
        return _last_header(self._folder / places.LOG_HEADERS, repair=False)[0]

    def read(self, start: int = 0) -> Iterator[Event]:
        """Events from sequence number `start` on, in order.

        Raises BadLog where a line is malformed or a payload does not match its commitment.
        """
        segment, lines = "", list[bytes]()
        for sequence, raw in enumerate(_lines(self._folder / places.LOG_HEADERS)):
            if sequence < start:
                continue
            header = events.decode_header(raw)
            name = places.segment_name(sequence)
            if name != segment:
                segment = name
                path = self._folder / places.LOG_PAYLOADS / name
                lines = path.read_bytes().split(b"\n") if path.exists() else []
            place = sequence % places.EVENTS_PER_SEGMENT
            if place >= len(lines) or not lines[place]:
                raise BadLog(f"log {self.id}", f"the payload of event {sequence} is missing")
            yield Event(events.event_id(raw), header, _payload(self.id, header, lines[place]))

    def destroy_payloads(self, sequences: Sequence[int]) -> None:
        """Remove payloads for good; headers and commitments stay (withdrawal).

        Each segment is written anew beside the old one, made durable and put in its place.
        """
        with _locked(self._folder):
            self._catch_up()
            wanted: dict[str, list[int]] = {}
            for sequence in sequences:
                wanted.setdefault(places.segment_name(sequence), []).append(
                    sequence % places.EVENTS_PER_SEGMENT
                )
            for name, spots in wanted.items():
                path = self._folder / places.LOG_PAYLOADS / name
                lines = path.read_bytes().split(b"\n")
                for spot in spots:
                    lines[spot] = events.WITHDRAWN
                scratch = path.with_name(f".{name}.{os.getpid()}")
                with scratch.open("wb") as stream:
                    stream.write(b"\n".join(lines))
                    stream.flush()
                    os.fsync(stream.fileno())
                _overwrite(path)
                scratch.replace(path)
                _sync_folder(path.parent)


def logs_of(folder: Path, person: Person | None = None) -> list[Log]:
    """Every log of a case, by id; those of `person` can be appended to."""
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if not path.name.startswith(".") and (path / places.LOG_ORIGIN).exists():
            log = Log(path)
            if person is not None and log.origin.get("key") == person.public_key.hex():
                log = Log(path, person)
            found.append(log)
    return found


def _payload(log: str, header: Header, line: bytes) -> dict[str, Any] | None:
    pair = events.decode_payload_line(line)
    if pair is None:
        return None
    salt, payload = pair
    if events.commitment(salt, payload) != header.commitment:
        raise BadLog(
            f"log {log}",
            f"the payload of event {header.sequence} does not match its commitment",
            "Run `assay verify` and restore the log from a backup.",
        )
    value = canonical.decode(payload)
    return value if isinstance(value, dict) else {}


def _append(path: Path, data: bytes, durable: bool) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]
        if durable:
            os.fsync(fd)
    finally:
        os.close(fd)


def _overwrite(path: Path) -> None:
    """Write zeros over a file before its name goes, where the medium writes in place."""
    with path.open("r+b") as stream:
        stream.write(bytes(path.stat().st_size))
        stream.flush()
        os.fsync(stream.fileno())


def _lines(path: Path) -> Iterator[bytes]:
    """Complete lines, without their ends."""
    with path.open("rb") as stream:
        for line in stream:
            if line.endswith(b"\n"):
                yield line[:-1]


def _last_line(path: Path, repair: bool) -> bytes | None:
    """The last complete line; `repair` cuts off what follows it."""
    size = path.stat().st_size
    block = 4096
    with path.open("rb") as stream:
        while True:
            start = max(0, size - block)
            stream.seek(start)
            data = stream.read(size - start)
            end = data.rfind(b"\n")
            if end >= 0:
                begin = data.rfind(b"\n", 0, end)
                if begin >= 0 or start == 0:
                    if repair and start + end + 1 < size:
                        os.truncate(path, start + end + 1)
                    return data[begin + 1 : end]
            elif start == 0:
                if repair and size:
                    os.truncate(path, 0)
                return None
            block *= 8


def _last_header(path: Path, repair: bool) -> tuple[int, str]:
    """(number of events, id of the last) from the last complete line."""
    line = _last_line(path, repair)
    if line is None:
        return 0, ""
    return events.decode_header(line).sequence + 1, events.event_id(line)


def _sync_folder(folder: Path) -> None:
    try:
        fd = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # Windows does not open folders; its names are durable with the file
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold a log for the milliseconds of one append, against other processes of its person."""
    fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            import fcntl

            fcntl.flock(fd, fcntl.LOCK_EX)
        except ImportError:  # Windows
            import msvcrt

            msvcrt.locking(fd, msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
        yield
    finally:
        os.close(fd)
