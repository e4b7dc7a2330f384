"""A consistent copy of a live case, as one tar file.

Logs only grow, so a copy that takes checkpoints before headers, headers before payloads and
payloads before blobs holds everything that its checkpoints promise, whatever is written
meanwhile. The search index is left out: `assay rebuild` makes it.
"""

from __future__ import annotations

import io
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.errors import DiskFull, UsageError
from assay.model import places

if TYPE_CHECKING:
    from assay.casework.case import Case


def backup(case: Case, target: Path) -> dict[str, Any]:
    """Write the copy; the file gets its name when it is whole. Raises UsageError, DiskFull."""
    if target.exists():
        raise UsageError("backup", "the file exists", "Name a new file.")
    if not target.absolute().parent.is_dir():
        raise UsageError("backup", "its folder does not exist", "Make the folder first.")
    scratch = target.with_name(target.name + ".part")
    count = size = 0
    try:
        with (
            scratch.open("wb") as out,
            tarfile.open(fileobj=out, mode="w", dereference=False) as tar,
        ):
            for place in _in_order(case.folder):
                data = case.folder / place
                length = data.stat().st_size
                info = tarfile.TarInfo(f"{case.folder.name}/{place}")
                info.mode, info.mtime = 0o600, int(data.stat().st_mtime)
                with data.open("rb") as stream:
                    if place.startswith(places.LOGS):
                        # it may grow while it is copied: exactly the length that was seen
                        whole = stream.read(length)
                        info.size = len(whole)
                        tar.addfile(info, io.BytesIO(whole))
                    else:
                        info.size = length
                        tar.addfile(info, stream)
                count += 1
                size += info.size
            out.flush()
            os.fsync(out.fileno())
        scratch.replace(target)
    except OSError as error:
        scratch.unlink(missing_ok=True)
        if error.errno in (28, 122):
            raise DiskFull("backup", "no space is left there", "Name another disk.") from error
        raise
    return {"schema": "assay/backup/1", "path": str(target), "files": count, "bytes": size}


def _in_order(folder: Path) -> Iterator[str]:
    """Relative places in the order in which a copy is consistent."""
    yield places.CASE_FILE
    logs = [p for p in sorted((folder / places.LOGS).iterdir()) if not p.name.startswith(".")]
    for name in (
        places.LOG_ORIGIN, places.LOG_CHECKPOINTS, places.LOG_TREE, places.LOG_HEADERS,
    ):  # fmt: skip
        for log in logs:
            yield f"{places.LOGS}/{log.name}/{name}"
    for log in logs:
        for segment in sorted((log / places.LOG_PAYLOADS).iterdir()):
            if not segment.name.startswith("."):
                yield f"{places.LOGS}/{log.name}/{places.LOG_PAYLOADS}/{segment.name}"
    for store in (places.KEPT, places.ORIGINALS):
        for blob in sorted((folder / store).glob("*/*")):
            yield f"{store}/{blob.parent.name}/{blob.name}"
