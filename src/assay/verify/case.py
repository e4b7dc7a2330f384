"""Verify a case folder.

The protocol, step by step (numbers stand at the code):

(1)  case.toml names a format that this program knows.
(2)  Each log's id is the hash of its origin, and its origin names this case.
(3)  Each header is canonical, names its log, its place and the header before it.
(4)  Each payload matches the commitment in its header, or is marked as withdrawn.
(5)  The stored tree holds the leaf hash of each header.
(6)  Each checkpoint is signed by the log's key and states the root of the headers so far.
(7)  The last checkpoint covers all headers, and none that is not there.
(8)  Heads of other logs, in headers and checkpoints, are events that those logs hold.
(9)  No log is shorter than a checkpoint that this computer saw before, or differs from it.
(10) Every original that an event received is there and has its digest, or is withdrawn.
(11) Every kept derivative that an event cites is there and has its digest, or is withdrawn.
(12) Nothing lies in originals/ or kept/ that no event names.
(13) A payload is missing only where an event withdraws it.

One failure never hides the next: every check runs, every failure is named.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from assay.errors import AssayError, BadLog, BadSignature, CaseTooNew, NoCase, UsageError
from assay.model import places
from assay.model.event import Header
from assay.proof import canonical, digests, events, merkle, note, origins
from assay.verify.report import Check, Report, Withdrawn


class _Facts(msgspec.Struct):
    """What the events of all logs promise, gathered while they are checked."""

    received: dict[str, str] = {}
    kept: dict[str, str] = {}
    withdrawn: dict[str, Withdrawn] = {}
    withdrawn_events: set[str] = set()
    missing_payloads: list[tuple[str, str]] = []
    sizes: dict[str, int] = {}
    ids: dict[str, list[str]] = {}
    leaves: dict[str, list[bytes]] = {}
    foreign: list[tuple[str, str, int, str]] = []
    unsigned: dict[str, int] = {}


def verify_case(
    case: Path,
    known: Mapping[str, tuple[int, bytes]] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Report:
    """Check everything in a case folder.

    `known` maps log ids to (size, root) of checkpoints seen before on this computer. `progress`
    is told (what, done, total) now and then. Raises NoCase and CaseTooNew; everything else is a
    failed check.
    """
    checks: list[Check] = []
    facts = _Facts()
    case_id = _case_id(case)  # (1)
    logs = sorted(p for p in (case / places.LOGS).glob("*") if not p.name.startswith("."))
    for folder in logs:
        checks += _check_log(folder, case_id, facts)
    checks += _check_heads(facts)  # (8)
    checks += _check_known(facts, known or {})  # (9)
    report = progress or (lambda what, done, total: None)
    checks += _check_blobs(case / places.ORIGINALS, "originals", facts.received, facts, report)
    checks += _check_blobs(case / places.KEPT, "kept", facts.kept, facts, report)
    checks += _check_missing(facts)  # (13)
    not_checked = [
        "whether the exhibits are genuine",
        "time: the order of events is proven, their date is the writer's clock",
    ]
    for log, count in facts.unsigned.items():
        not_checked.append(
            f"{count} events at the end of log {log} have no checkpoint yet: "
            "the next event that is written signs them"
        )
    return Report(
        ok=all(check.ok for check in checks),
        checks=tuple(checks),
        withdrawn=tuple(facts.withdrawn.values()),
        not_checked=tuple(not_checked),
    )


def _case_id(case: Path) -> str:
    path = case / places.CASE_FILE
    if not path.exists():
        raise NoCase("verify", "there is no case.toml in this folder", "Name the case's folder.")
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        version, case_id = int(table["format"]), str(table["id"])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, ValueError, TypeError) as error:
        raise NoCase("case.toml", "it cannot be read", "Restore it from a backup.") from error
    if version > places.FORMAT:
        raise CaseTooNew("case.toml", f"format {version} is newer than this program", "Update.")
    return case_id


# ---------------------------------------------------------------- logs


def _check_log(folder: Path, case_id: str, facts: _Facts) -> list[Check]:
    checks: list[Check] = []
    name = folder.name
    try:
        origin = _origin(folder, case_id)  # (2)
        checks.append(Check("origin", True, f"log of {origin['name']}", name))
    except (AssayError, OSError) as error:
        what = error.what if isinstance(error, AssayError) else "origin.json cannot be opened"
        return [Check("origin", False, what, name)]
    leaves: list[bytes] = []
    ids: list[str] = []
    bad = 0
    try:
        for sequence, raw, header, payload, problem in _events(folder, name):
            leaves.append(merkle.leaf_hash(raw))
            event = events.event_id(raw)
            if problem is None and header is not None:
                problem = _chain(header, name, sequence, ids[-1] if ids else "")  # (3)
            ids.append(event)
            if problem is not None:
                bad += 1
                checks.append(Check("event", False, problem, f"{name} event {sequence}"))
            if header is not None:
                for other, (size, head) in header.heads.items():
                    facts.foreign.append((name, other, size, head))
                _gather(header, payload, event, origin["name"], facts)
    except OSError:
        checks.append(Check("event", False, "the headers cannot be opened", name))
    if not bad:
        checks.append(Check("events", True, f"{len(ids)} headers and payloads match", name))
    facts.sizes[name], facts.ids[name], facts.leaves[name] = len(ids), ids, leaves
    checks += _check_tree(folder, name, leaves)
    checks += _check_checkpoints(folder, origin, leaves, facts)
    return checks


def _origin(folder: Path, case_id: str) -> dict[str, str]:
    try:
        origin = canonical.decode((folder / places.LOG_ORIGIN).read_bytes())
        strings = {str(key): str(value) for key, value in origin.items()}
        if origins.log_id(strings) != folder.name or strings["log"] != folder.name:
            raise BadLog("log", "its id is not the hash of its origin")
        if strings["case"] != case_id:
            raise BadLog("log", "it belongs to another case")
        origins.verifier_of(strings)
        strings["name"]
        return strings
    except (UsageError, KeyError, ValueError, AttributeError) as error:
        raise BadLog("log", "its origin is malformed") from error


def _events(
    folder: Path, name: str
) -> Iterator[tuple[int, bytes, Header | None, dict[str, Any] | None, str | None]]:
    """(sequence, header bytes, header, payload, what is wrong) of each complete header."""
    segment, lines = "", list[bytes]()
    with (folder / places.LOG_HEADERS).open("rb") as stream:
        for sequence, raw in enumerate(stream):
            if not raw.endswith(b"\n"):
                return  # half written by a kill: never acknowledged
            raw = raw[:-1]
            wanted = places.segment_name(sequence)
            if wanted != segment:
                segment = wanted
                path = folder / places.LOG_PAYLOADS / wanted
                lines = path.read_bytes().split(b"\n") if path.exists() else []
            try:
                header = events.decode_header(raw)
            except BadLog as error:
                yield sequence, raw, None, None, error.what
                continue
            spot = sequence % places.EVENTS_PER_SEGMENT
            # the last piece of a split has no line end: such a payload is not whole
            line = lines[spot] if spot < len(lines) - 1 else None
            payload, problem = _open_payload(header, line)  # (4)
            yield sequence, raw, header, payload, problem


def _open_payload(header: Header, line: bytes | None) -> tuple[dict[str, Any] | None, str | None]:
    if line is None:
        return None, "its payload is missing"
    try:
        pair = events.decode_payload_line(line)
        if pair is None:
            return None, None
        if events.commitment(*pair) != header.commitment:
            return None, "its payload does not match the commitment in its header"
        value = canonical.decode(pair[1])
    except AssayError as error:
        return None, f"its payload: {error.what}"
    return (value, None) if isinstance(value, dict) else (None, "its payload is no object")


def _chain(header: Header, log: str, sequence: int, previous: str) -> str | None:
    if header.log != log:
        return "it belongs to another log"
    if header.sequence != sequence:
        return f"it says that it is event {header.sequence}"
    if header.previous != previous:
        return "it does not follow the event before it"
    return None


def _gather(
    header: Header, payload: dict[str, Any] | None, event: str, by: str, facts: _Facts
) -> None:
    if payload is None:
        facts.missing_payloads.append((header.log, event))
        return
    subject, body = str(payload.get("subject", "")), payload.get("body", {})
    place = f"{header.log} event {header.sequence}"
    if header.type == "received":
        facts.received.setdefault(subject, place)
    for digest in body.get("originals", []):
        facts.received.setdefault(str(digest), place)
    for digest in body.get("kept", []):
        facts.kept.setdefault(str(digest), place)
    if header.type == "withdrawn":
        facts.withdrawn[subject] = Withdrawn(
            subject,
            by,
            str(payload.get("at", "")),
            str(body.get("authority", "")),
            str(body.get("reason", "")),
        )
        facts.withdrawn_events.update(str(item) for item in body.get("events", []))
        for digest in body.get("destroyed", []):
            facts.withdrawn.setdefault(str(digest), facts.withdrawn[subject])


def _check_tree(folder: Path, name: str, leaves: list[bytes]) -> list[Check]:  # (5)
    try:
        stored = (folder / places.LOG_TREE).read_bytes()
    except OSError:
        return [Check("tree", False, "the stored tree cannot be opened", name)]
    usable = len(stored) - len(stored) % merkle.HASH_SIZE
    wanted = b"".join(leaves)
    # it is written after the headers and may lag behind them by one killed append
    if stored[:usable] != wanted[:usable] or usable > len(wanted):
        size = merkle.HASH_SIZE
        first = next(
            (
                i
                for i in range(max(usable, len(wanted)) // size)
                if stored[i * size : (i + 1) * size] != wanted[i * size : (i + 1) * size]
            ),
            0,
        )
        return [Check("tree", False, f"leaf {first} is not the hash of its header", name)]
    if usable < len(wanted):
        detail = f"{usable // merkle.HASH_SIZE} of {len(leaves)} leaves; made again on writing"
        return [Check("tree", True, detail, name)]
    return [Check("tree", True, f"{len(leaves)} leaves", name)]


def _check_checkpoints(
    folder: Path, origin: dict[str, str], leaves: list[bytes], facts: _Facts
) -> list[Check]:  # (6), (7)
    name = folder.name
    verifier = origins.verifier_of(origin)
    frontier = merkle.Frontier()
    checks: list[Check] = []
    count = last = 0
    try:
        data = (folder / places.LOG_CHECKPOINTS).read_bytes()
    except OSError:
        return [Check("checkpoint", False, "the checkpoints cannot be opened", name)]
    # what follows the last line end was half written by a kill
    for number, line in enumerate(data.split(b"\n")[:-1]):
        subject = f"{name} checkpoint {number}"
        try:
            checkpoint = _checkpoint(line, verifier, origin, frontier, leaves, last)
        except (AssayError, ValueError, KeyError, TypeError) as error:
            what = error.what if isinstance(error, AssayError) else "it is malformed"
            checks.append(Check("checkpoint", False, what, subject))
            continue
        for other, (size, head) in checkpoint.heads.items():
            facts.foreign.append((name, other, size, head))
        last = checkpoint.size
        count += 1
    if not checks:
        checks.append(Check("checkpoints", True, f"{count} signed, the last at size {last}", name))
    if last < len(leaves):
        facts.unsigned[name] = len(leaves) - last
    return checks


def _checkpoint(
    line: bytes,
    verifier: note.Verifier,
    origin: dict[str, str],
    frontier: merkle.Frontier,
    leaves: list[bytes],
    last: int,
) -> note.Checkpoint:
    value = canonical.decode(line)
    checkpoint = note.read_checkpoint(note.open_note(value["note"], verifier))
    if checkpoint.origin != origins.checkpoint_origin(origin):
        raise BadSignature("checkpoint", "it belongs to another log")
    if checkpoint.size < last:
        raise BadLog("checkpoint", "it is shorter than the one before it")
    if checkpoint.size > len(leaves):
        raise BadLog(
            "checkpoint",
            f"it counts {checkpoint.size} events, but {len(leaves)} are here: events were removed",
        )
    while frontier.size < checkpoint.size:
        frontier.append(leaves[frontier.size])
    if frontier.root() != checkpoint.root:
        raise BadLog("checkpoint", f"the first {checkpoint.size} headers do not give its root")
    if [h.hex() for h in frontier.hashes] != value["frontier"]:
        raise BadLog("checkpoint", "the frontier beside it is not that of its tree")
    return checkpoint


def _check_heads(facts: _Facts) -> list[Check]:
    checks = []
    for log, other, size, head in facts.foreign:
        ids = facts.ids.get(other)
        if ids is None:
            detail = f"it has seen log {other}, which is not in this case"
        elif size > len(ids) or size < 1 or ids[size - 1] != head:
            detail = f"it has seen an event {size} of log {other} that is not there"
        else:
            continue
        checks.append(Check("heads", False, detail, log))
    return checks


def _check_known(facts: _Facts, known: Mapping[str, tuple[int, bytes]]) -> list[Check]:
    checks = []
    for log, (size, root) in known.items():
        leaves = facts.leaves.get(log)
        if leaves is None:
            detail = "this computer has seen this log, and it is not here"
        elif size > len(leaves):
            detail = f"this computer has seen {size} events, {len(leaves)} are here: removed"
        elif merkle.root(leaves[:size]) != root:
            detail = f"the first {size} events are not those that this computer has seen"
        else:
            continue
        checks.append(Check("rollback", False, detail, log))
    return checks


# ---------------------------------------------------------------- blobs


def _check_blobs(
    folder: Path,
    name: str,
    promised: dict[str, str],
    facts: _Facts,
    progress: Callable[[str, int, int], None],
) -> list[Check]:
    checks: list[Check] = []
    good = withdrawn = 0
    for done, digest in enumerate(sorted(promised)):  # (10), (11)
        progress(name, done, len(promised))
        path = folder / places.blob_place(digest)
        if digest in facts.withdrawn:
            withdrawn += 1
            if path.exists():
                checks.append(Check(name, False, "it is withdrawn, but its bytes are here", digest))
            continue
        try:
            with path.open("rb") as stream:
                found, _ = digests.digest_of_stream(stream)
        except FileNotFoundError:
            checks.append(Check(name, False, "its bytes are missing", digest))
            continue
        except OSError:
            checks.append(Check(name, False, "its bytes cannot be read", digest))
            continue
        if found != digest:
            checks.append(Check(name, False, "its bytes have changed", digest))
        else:
            good += 1
    failed = len(checks)
    checks += _strangers(folder, name, promised, facts)  # (12)
    if not failed:
        rest = f", {withdrawn} withdrawn" if withdrawn else ""
        checks.append(Check(name, True, f"{good} of {len(promised) - withdrawn} match{rest}"))
    return checks


def _strangers(folder: Path, name: str, promised: dict[str, str], facts: _Facts) -> list[Check]:
    """Files that no event names. What a kill left between vault and log is whole and named so."""
    checks = []
    for path in sorted(folder.glob("*/*")):
        place = f"{path.parent.name}/{path.name}"
        digest = places.digest_of_place(place)
        if digest in promised:
            continue
        if digest in facts.withdrawn:
            checks.append(Check(name, False, "it is withdrawn, but its bytes are here", digest))
            continue
        try:
            with path.open("rb") as stream:
                found, _ = digests.digest_of_stream(stream)
        except OSError:
            found = ""
        if found == digest:
            detail = "no event names it: left by an interrupted run, taken up by the next"
            checks.append(Check(name, True, detail, digest))
        else:
            checks.append(Check(name, False, "a file that no event names", f"{name}/{place}"))
    return checks


def _check_missing(facts: _Facts) -> list[Check]:
    checks = []
    for log, event in facts.missing_payloads:
        if event not in facts.withdrawn_events:
            checks.append(
                Check("payload", False, "it is gone and no event withdraws it", f"{log} {event}")
            )
    return checks


def report_to_json(report: Report) -> dict[str, Any]:
    """The report as the contract gives it."""
    value: dict[str, Any] = json.loads(msgspec.json.encode(report))
    return {"schema": "assay/report/1", **value}
