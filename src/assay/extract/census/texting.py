"""Media that a backup of short messages promises: the parts with data, counted in its source."""

from __future__ import annotations

import re

from assay.extract.request import Request

_PART = re.compile(rb"<part\b[^>]*?\sdata=[\"'](?!null[\"'])[^\"']")


def count_parts(request: Request) -> int | None:
    """Parts with data of their own; None where the backup has none and so is no container."""
    count, tail = 0, b""
    with request.path.open("rb") as stream:
        while chunk := stream.read(4 << 20):
            block = tail + chunk
            # what begins in this block and may end in the next is counted with the next
            cut = block.rfind(b"<part", max(len(block) - (1 << 16), 0))
            ends = len(block) if cut < 0 or b" data=" in block[cut:-8] else cut
            count += len(_PART.findall(block[:ends]))
            tail = block[ends:]
        count += len(_PART.findall(tail))
    return count or None
