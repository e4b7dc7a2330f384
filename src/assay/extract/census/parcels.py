"""Members of office files that are zips: what their directory lists less their own workings."""

from __future__ import annotations

import re
from collections.abc import Callable

from assay.extract.census.central import directory_of
from assay.extract.request import Request

_IWORK = (
    b"index.xml", b"index.apxl", b"index.xml.gz", b"index.apxl.gz", b"Index.zip",
    b"Metadata/DocumentIdentifier", b".iwph", b".iwpv2",
)  # fmt: skip
_PICTURES = (b".png", b".jpg", b".jpeg", b".tif", b".tiff", b".wdp", b".jxr", b".gif")
_XML = (b".xml", b".rels")


def count_iwork(request: Request) -> int | None:
    """Entries beside the index, its components and property lists."""
    return _count(
        request, lambda name: name in _IWORK or name[-4:] == b".iwa" or name[-6:] == b".plist"
    )


def count_hwpx(request: Request) -> int | None:
    """Pictures and objects, and the preview; a file of the older kind is another counter's."""
    with request.path.open("rb") as stream:
        if stream.read(2) != b"PK":
            return None
    return _below(request, (b"BinData/", b"Preview/PrvImage"))


def count_visio(request: Request) -> int | None:
    """Media and embedded files of a drawing in XML; unknown for the older kind."""
    return _below(request, (b"visio/media/", b"visio/embeddings/", b"docProps/thumb"))


def count_xps(request: Request) -> int | None:
    """Pictures; one that lies in pieces counts once."""
    found = directory_of(request.path)
    if found is None:
        return None
    names = {re.sub(rb"/\[\d+\](?:\.last)?\.piece$", b"", name) for name, _ in found[1]}
    return sum(1 for name in names if name.lower().endswith(_PICTURES))


def _below(request: Request, folders: tuple[bytes, ...]) -> int | None:
    return _count(request, lambda name: not name.startswith(folders) or name.endswith(_XML))


def _count(request: Request, own: Callable[[bytes], bool]) -> int | None:
    found = directory_of(request.path)
    if found is None:
        return None
    return sum(
        1 for name, size in found[1] if not own(name) and not (name.endswith(b"/") and not size)
    )
