"""Take one member out of a container again, for a download or a rebuild.

It runs the same reader as the first time and asks it for one ordinal, so an ordinal means
the same member as in the reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from assay import settings
from assay.errors import NotFound
from assay.extract.read import read_request
from assay.extract.request import Request
from assay.extract.volumes import Neighbour


def open_member(
    path: Path,
    ordinal: int,
    scratch: Path,
    limits: settings.Limits,
    passwords: Sequence[str] = (),
    name: bytes = b"",
    neighbours: Sequence[Neighbour] = (),
) -> Path:
    """The member with this ordinal, as a file in `scratch` named by its digest.

    `name` is the container's own last name, as it was when it was first read; `neighbours` are
    the other volumes where it is a split set. Raises
    NotFound where the container has no such member or it cannot be taken out.
    """
    request = Request(
        path, name, scratch, limits, settings.Reading(), tuple(passwords), only=ordinal,
        neighbours=tuple(neighbours),
    )  # fmt: skip
    reading = read_request(request)
    for member in reading.members:
        if member.ordinal == ordinal and member.spool:
            return scratch / member.spool
    code = next((m.problem.code for m in reading.members if m.problem), "")
    what = f"member {ordinal + 1} cannot be taken out"
    raise NotFound("container", f"{what} ({code})" if code else what, "Run `assay account`.")
