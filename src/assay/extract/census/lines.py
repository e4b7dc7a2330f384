"""Files written into calendars and cards, counted by the properties that carry them."""

from __future__ import annotations

import re

from assay.extract.request import Request

_CARRIES = re.compile(
    rb"^[A-Za-z0-9_.-]+(?:;[^:\r\n]*(?:\r?\n[ \t][^:\r\n]*)*)?"
    rb";(?:ENCODING=)?(?:\"?)(?:B|BASE64)\"?(?=[;:\r\n])"
    rb"|^[A-Za-z0-9_.-]+(?:;[^:\r\n]*)?:(?:\r?\n[ \t])?data:[^,\r\n]*;(?:\r?\n[ \t])?base64",
    re.MULTILINE | re.IGNORECASE,
)


def count_written_in(request: Request) -> int | None:
    """Properties whose value is base64."""
    return sum(1 for _ in _CARRIES.finditer(request.path.read_bytes()))
