"""Members of office files that are zips: what their directory lists less their own workings."""

from __future__ import annotations

from collections.abc import Callable

from assay.extract.census.central import directory_of
from assay.extract.request import Request

_IWORK = (
    b"index.xml", b"index.apxl", b"index.xml.gz", b"index.apxl.gz", b"Index.zip",
    b"Metadata/DocumentIdentifier", b".iwph", b".iwpv2",
)  # fmt: skip


def count_iwork(request: Request) -> int | None:
    """Entries beside the index, its components and property lists."""
    return _count(
        request, lambda name: name in _IWORK or name[-4:] == b".iwa" or name[-6:] == b".plist"
    )


def _count(request: Request, own: Callable[[bytes], bool]) -> int | None:
    found = directory_of(request.path)
    if found is None:
        return None
    return sum(
        1 for name, size in found[1] if not own(name) and not (name.endswith(b"/") and not size)
    )
