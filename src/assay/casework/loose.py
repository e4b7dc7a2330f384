"""What is looked at outside any case: a file, a bag. Nothing of it is kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from assay.casework import tasks
from assay.custody.account import status_of
from assay.errors import WorkerLost
from assay.examine.examine import ORDER
from assay.model.draft import Check
from assay.model.exhibit import display_component
from assay.model.finding import Examination
from assay.model.reading import Page, Reading
from assay.model.statement import Heard
from assay.ports import Task, Workers
from assay.proof.digests import digest_of_stream
from assay.settings import Settings

_PACK = msgspec.msgpack.Encoder()


def verify_bag(folder: Path) -> dict[str, Any]:
    """`report` of a BagIt folder."""
    from assay.verify.bag import verify_bag as check
    from assay.verify.case import report_to_json

    return report_to_json(check(folder))


def examine_file(path: Path) -> list[dict[str, Any]]:
    """`finding`s of a file as it is, examined in the sandbox. Raises WorkerLost."""
    from assay.casework.examining import finding_json

    digest, _, answer, looked = _read(path, look=True)
    name = display_component(path.name.encode("utf-8", "surrogateescape"))
    found = (*answer.examination.findings, *looked.findings)
    found = tuple(sorted(found, key=lambda f: (ORDER[f.notice], f.page or 0)))
    failed = (*answer.examination.failed, *looked.failed)
    if failed:
        raise WorkerLost(
            f"exhibit {digest}",
            "a detector did not come to its end: " + ", ".join(" ".join(f) for f in failed),
        )
    return [finding_json(digest, name, finding) for finding in found]


def listen_to_file(path: Path, said_on: str | None) -> tuple[str, Reading, Heard]:
    """(digest, reading, what was heard) of a file as it is. Raises WorkerLost.

    `said_on`: the text's own day, ISO 8601; else the day that the file names for itself.
    """
    from assay.casework.listener import day
    from assay.index.write import day_of

    digest, _, answer, _ = _read(path, look=False)
    reading, settings = answer.reading, Settings()
    named = day(day_of(reading.metadata))
    item = tasks.ListenItem(
        reading.text[: settings.statements.chars],
        reading.metadata.language,
        said_on or (named.isoformat() if named else None),
    )
    with _jailed() as (pool, _):
        task = Task(
            1, "listen", _PACK.encode(tasks.ListenRequest((item,))), settings.statements.seconds
        )
        body = _ask(pool, task, "statements could not be looked for in the file")
    heard = msgspec.msgpack.decode(body, type=list[Heard])[0]
    return digest, reading, heard


def comment_on_file(path: Path | None, text: str, checks: tuple[Check, ...], author: str) -> bytes:
    """A draft as DOCX with its checks as comments, made in the sandbox. Raises WorkerLost.

    `path` is the draft where it is a DOCX itself, None where one is made from `text`.
    """
    from assay.custody.accession import now

    place = str(path.resolve()) if path is not None else ""
    with _jailed(path) as (pool, scratch):
        request = tasks.CommentRequest(place, text, checks, author, now(), str(scratch))
        task = Task(1, "comment", _PACK.encode(request), Settings().limits.seconds)
        untrusted_name = msgspec.msgpack.decode(
            _ask(pool, task, "comments could not be put into the draft"), type=str
        )
        return (scratch / Path(untrusted_name).name).read_bytes()


@contextmanager
def _jailed(path: Path | None = None) -> Iterator[tuple[Workers, Path]]:
    """(one jailed worker that may read beside `path`, the folder it may write)."""
    from assay.engines.sandbox import Pool

    with tempfile.TemporaryDirectory(prefix="assay-") as scratch:
        pool = Pool(
            "assay.casework.tasks", 1,
            readable=[path.resolve().parent] if path is not None else [],
            writable=[Path(scratch)], memory=Settings().limits.memory,
        )  # fmt: skip
        try:
            yield pool, Path(scratch)
        finally:
            pool.close()


def _read(path: Path, look: bool) -> tuple[str, int, tasks.ReadAnswer, Examination]:
    """(digest, size, reading, findings from the bytes where `look`). Raises WorkerLost."""
    settings = Settings()
    with path.open("rb") as stream:
        digest, size = digest_of_stream(stream)
    failed = "the file could not be read"
    with _jailed(path) as (pool, scratch):
        name = path.name.encode("utf-8", "surrogateescape")
        item = tasks.ReadItem(str(path.resolve()), name)
        request = tasks.ReadRequest((item,), str(scratch), settings.limits, settings.reading)
        body = _ask(pool, Task(1, "read", _PACK.encode(request), settings.limits.seconds), failed)
        answer = msgspec.msgpack.decode(body, type=list[tasks.ReadAnswer])[0]
        looked = Examination()
        if look and answer.look:
            reading = answer.reading
            question = tasks.LookRequest(
                str(path.resolve()), reading.type, reading.metadata, settings.limits,
                pages=answer.pages,
            )  # fmt: skip
            task = Task(2, "look", _PACK.encode(question), settings.limits.seconds)
            looked = msgspec.msgpack.decode(_ask(pool, task, failed), type=Examination)
    return digest, size, answer, looked


def _ask(pool: Workers, task: Task, failed: str) -> bytes:
    pool.submit(task)
    outcome = pool.outcomes(task.seconds + 10)[0]
    if outcome.code:
        raise WorkerLost(
            outcome.code, f"{failed}: {outcome.code}",
            "Take it into a case with `assay add`: its settings can raise the limits, and the"
            " account keeps what could be read.",
        )  # fmt: skip
    return outcome.body


def show_file(path: Path, page: int | None) -> dict[str, Any]:
    """`exhibit` of a file as it is, read in the sandbox. Raises WorkerLost."""
    digest, size, answer, _ = _read(path, look=False)
    reading = answer.reading
    display = display_component(path.name.encode("utf-8", "surrogateescape"))
    failed = sum(member.problem is not None for member in reading.members)
    plain = {
        key: value
        for key, value in msgspec.to_builtins(reading.metadata).items()
        if key != "found" and value
    }
    return {
        "schema": "assay/exhibit/1",
        "exhibit": digest,
        "path": display,
        "paths": [{"display": display}],
        "type": reading.type,
        "status": status_of(reading.status, failed),
        "size": size,
        "chars": len(reading.text),
        "language": reading.metadata.language,
        "metadata": {**plain, "found": [list(pair) for pair in reading.metadata.found]},
        "page_count": len(reading.pages),
        "pages": [
            {
                "page": p.number,
                "start": p.start,
                "text": reading.text[p.start : p.end],
                "source": p.source,
                "confidence": p.confidence,
                **_regions(reading, p),
            }
            for p in reading.pages
            if page is None or p.number == page
        ],
        "members": [
            {
                "exhibit": m.digest or None,
                "path": display + "!/" + "/".join(display_component(c) for c in m.name),
                "ordinal": m.ordinal,
            }
            for m in reading.members
        ],
        "parents": [],
        "thread": [],
        "thread_more": False,
        "expected": reading.expected,
        "unclaimed": reading.unclaimed,
        "problems": [msgspec.to_builtins(p) for p in reading.problems],
    }


def _regions(reading: Reading, page: Page) -> dict[str, Any]:
    """The regions of a page in its own offsets, where it has any."""
    found = [
        [region.start - page.start, region.end - page.start, region.kind]
        for region in reading.regions
        if page.start <= region.start < max(page.end, page.start + 1)
    ]
    return {"regions": found} if found else {}
