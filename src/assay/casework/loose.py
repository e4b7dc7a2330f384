"""What is looked at outside any case: a file, a bag. Nothing of it is kept."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import msgspec

from assay.casework import tasks
from assay.custody.account import status_of
from assay.errors import WorkerLost
from assay.model.exhibit import display_component
from assay.model.reading import Page, Reading
from assay.ports import Task
from assay.proof.digests import digest_of_stream
from assay.settings import Settings


def verify_bag(folder: Path) -> dict[str, Any]:
    """`report` of a BagIt folder."""
    from assay.verify.bag import verify_bag as check
    from assay.verify.case import report_to_json

    return report_to_json(check(folder))


def show_file(path: Path, page: int | None) -> dict[str, Any]:
    """`exhibit` of a file as it is, read in the sandbox. Raises WorkerLost."""
    from assay.engines.sandbox import Pool

    settings = Settings()
    with path.open("rb") as stream:
        digest, size = digest_of_stream(stream)
    with tempfile.TemporaryDirectory(prefix="assay-") as scratch:
        name = path.name.encode("utf-8", "surrogateescape")
        item = tasks.ReadItem(str(path.resolve()), name)
        request = tasks.ReadRequest((item,), scratch, settings.limits, settings.reading)
        pool = Pool(
            "assay.casework.tasks", 1, readable=[path.resolve().parent], writable=[Path(scratch)],
            memory=settings.limits.memory,
        )  # fmt: skip
        try:
            pool.submit(Task(1, "read", msgspec.msgpack.encode(request), settings.limits.seconds))
            outcome = pool.outcomes(settings.limits.seconds + 10)[0]
        finally:
            pool.close()
    if outcome.code:
        raise WorkerLost(outcome.code, f"the file could not be read: {outcome.code}")
    reading = msgspec.msgpack.decode(outcome.body, type=list[tasks.ReadAnswer])[0].reading
    display = display_component(name)
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
