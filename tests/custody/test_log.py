"""Logs: what is acknowledged stays, what a kill leaves is mended, what is cut is noticed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from assay.custody.ledger import in_order
from assay.custody.log import Entry, Log, logs_of
from assay.custody.persons import Person, person
from assay.errors import BadLog, VerificationFailed
from assay.model import places
from assay.proof import merkle

AT = "2031-05-02T09:00:00Z"


def entry(number: int, kind: str = "note") -> Entry:
    return Entry(kind, "desk", f"sha256:{number:064x}", {"text": f"note {number}"}, AT)


def entries(start: int, count: int) -> list[Entry]:
    return [entry(start + n) for n in range(count)]


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


@pytest.fixture
def ana() -> Person:
    return person()


@pytest.fixture
def log(logs: Path, ana: Person) -> Log:
    return Log.own(logs, "case", ana)


def root_on_disk(log: Log, logs: Path) -> bytes:
    lines = (logs / log.id / places.LOG_HEADERS).read_bytes().split(b"\n")[:-1]
    return merkle.root([merkle.leaf_hash(line) for line in lines])


def test_events_are_read_back_in_order_with_their_payloads(log: Log) -> None:
    written = log.append(entries(0, 5)) + log.append(entries(5, 1200))
    found = list(log.read())
    assert found == written
    assert [event.header.sequence for event in found] == list(range(1205))
    assert found[1204].body == {"text": "note 1204"}
    assert list(log.read(1203)) == written[1203:]


def test_each_append_is_signed_over_the_root_of_all_headers(log: Log, logs: Path) -> None:
    for start in range(0, 60, 7):
        log.append(entries(start, 7))
        checkpoint, frontier = log.last_checkpoint()
        assert checkpoint is not None
        assert checkpoint.root == root_on_disk(log, logs) == frontier.root()
        assert checkpoint.size == start + 7


def test_the_same_person_finds_the_same_log_again(logs: Path, log: Log, ana: Person) -> None:
    log.append(entries(0, 3))
    again = Log.own(logs, "case", ana)
    assert again.id == log.id
    again.append(entries(3, 1))
    assert [event.header.sequence for event in log.read()] == [0, 1, 2, 3]
    assert log.append(entries(4, 1))[0].header.sequence == 4


def test_two_processes_of_one_person_write_one_chain(logs: Path, log: Log, ana: Person) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from assay.custody.log import Entry, Log\nfrom assay.custody.persons import person\n"
        f"log = Log.own(Path({str(logs)!r}), 'case', person())\n"
        "for n in range(40):\n"
        f"    log.append([Entry('note', 'desk', '', {{'n': n}}, {AT!r})])\n"
    )
    runs = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
    for n in range(40):
        log.append(entries(n, 1))
    assert [run.wait() for run in runs] == [0, 0]
    found = list(log.read())
    assert len(found) == 120
    assert [event.header.previous for event in found[1:]] == [event.id for event in found[:-1]]


@pytest.mark.parametrize("cut", [1, 7, 150, 400])
@pytest.mark.parametrize("name", [places.LOG_HEADERS, places.LOG_TREE])
def test_a_half_written_tail_is_mended_on_the_next_append(
    logs: Path, ana: Person, name: str, cut: int
) -> None:
    log = Log.own(logs, "case", ana)
    log.append(entries(0, 4))
    path = logs / log.id / name
    # what a kill between header and checkpoint leaves: the start of another append
    with path.open("ab") as stream:
        stream.write(b'{"audience":"desk"'[: min(cut, 18)] if name == places.LOG_HEADERS else b"x")
    fresh = Log.own(logs, "case", ana)
    fresh.append(entries(4, 1))
    assert [event.header.sequence for event in fresh.read()] == [0, 1, 2, 3, 4]
    assert path.stat().st_size % (1 if name == places.LOG_HEADERS else 32) == 0


def test_payloads_without_headers_are_cut_because_nobody_was_told_of_them(
    logs: Path, ana: Person
) -> None:
    log = Log.own(logs, "case", ana)
    log.append(entries(0, 4))
    segment = logs / log.id / places.LOG_PAYLOADS / "00000000"
    with segment.open("ab") as stream:
        stream.write(b"00" * 32 + b" {}\n" + b"half")
    fresh = Log.own(logs, "case", ana)
    fresh.append(entries(4, 1))
    assert [event.body for event in fresh.read()] == [{"text": f"note {n}"} for n in range(5)]


def test_headers_that_have_no_checkpoint_yet_are_kept_and_signed_by_the_next_append(
    logs: Path, ana: Person
) -> None:
    log = Log.own(logs, "case", ana)
    log.append(entries(0, 2))
    path = logs / log.id / places.LOG_CHECKPOINTS
    signed = path.stat().st_size
    log.append(entries(2, 3))
    os.truncate(path, signed + 20)  # the kill came while the checkpoint was written
    fresh = Log.own(logs, "case", ana)
    fresh.append(entries(5, 1))
    checkpoint, _ = fresh.last_checkpoint()
    assert checkpoint is not None
    assert checkpoint.size == 6
    assert checkpoint.root == root_on_disk(fresh, logs)


def test_a_log_shorter_than_its_checkpoint_is_not_written_on(logs: Path, ana: Person) -> None:
    log = Log.own(logs, "case", ana)
    log.append(entries(0, 4))
    path = logs / log.id / places.LOG_HEADERS
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    with pytest.raises(BadLog, match="its own checkpoint counts 4"):
        Log.own(logs, "case", ana).append(entries(4, 1))


def test_a_forged_frontier_is_noticed_before_anything_is_signed(logs: Path, ana: Person) -> None:
    log = Log.own(logs, "case", ana)
    log.append(entries(0, 4))
    path = logs / log.id / places.LOG_CHECKPOINTS
    value = json.loads(path.read_bytes())
    value["frontier"] = ["00" * 32]
    path.write_bytes(json.dumps(value, sort_keys=True, separators=(",", ":")).encode() + b"\n")
    with pytest.raises(VerificationFailed):
        Log.own(logs, "case", ana).append(entries(4, 1))


def test_another_persons_log_cannot_be_appended_to(logs: Path, log: Log) -> None:
    log.append(entries(0, 1))
    (reader,) = logs_of(logs)
    with pytest.raises(BadLog, match="another person"):
        reader.append(entries(1, 1))


def test_destroyed_payloads_leave_headers_and_the_rest(log: Log) -> None:
    log.append(entries(0, 1100))
    log.destroy_payloads([0, 1050])
    found = list(log.read())
    assert [e.header.sequence for e in found if e.payload is None] == [0, 1050]
    assert found[1051].body == {"text": "note 1051"}
    log.append(entries(1100, 1))
    assert len(list(log.read())) == 1101


def test_no_byte_of_a_destroyed_payload_stays_in_the_log(log: Log, logs: Path) -> None:
    secret = Entry("note", "desk", "", {"text": "unmistakable-words"}, AT)
    log.append([entry(0), secret, entry(2)])
    log.destroy_payloads([1])
    for path in (logs / log.id).rglob("*"):
        if path.is_file():
            assert b"unmistakable" not in path.read_bytes()


def second_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Person:
    monkeypatch.setenv("ASSAY_CONFIG", str(tmp_path / "other"))
    return person("Ben")


def test_a_log_records_the_heads_of_the_others_that_it_has_seen(
    logs: Path, log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = log.append(entries(0, 3))
    ben = Log.own(logs, "case", second_person(tmp_path, monkeypatch))
    assert ben.id != log.id
    (seen, after) = ben.append(entries(10, 2))
    assert seen.header.heads == {log.id: (3, first[-1].id)}
    assert after.header.heads == {}
    (answer,) = log.append(entries(3, 1))
    assert answer.header.heads == {ben.id: (2, after.id)}
    (quiet,) = ben.append(entries(12, 1))
    assert quiet.header.heads == {log.id: (4, answer.id)}


def test_the_ledger_is_causal_and_the_same_however_the_logs_are_merged(
    logs: Path, log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ben = Log.own(logs, "case", second_person(tmp_path, monkeypatch))
    for n in range(6):
        (log if n % 2 else ben).append(entries(n, 2))
    events = [*log.read(), *ben.read()]
    ordered = in_order(events)
    assert ordered == in_order(list(reversed(events)))
    place = {event.id: n for n, event in enumerate(ordered)}
    by_place = {(e.header.log, e.header.sequence): e.id for e in events}
    for event in events:
        if event.header.previous:
            assert place[event.header.previous] < place[event.id]
        for other, (size, _) in event.header.heads.items():
            assert place[by_place[(other, size - 1)]] < place[event.id]


def test_a_home_folder_copied_to_another_machine_does_not_fork_the_log(
    logs: Path, log: Log, ana: Person, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ASSAY_CONFIG", str(tmp_path / "copied"))
    mine = person("Ana")
    here = Log.own(logs, "case", mine)
    monkeypatch.setattr("assay.custody.persons._machine", lambda: "another machine")
    there = Log.own(logs, "case", person())
    assert person().public_key == mine.public_key
    assert there.id != here.id


def test_the_key_is_readable_by_nobody_else(own_config: Path, ana: Person) -> None:
    assert ((own_config / "person.json").stat().st_mode & 0o077) == 0
