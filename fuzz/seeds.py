"""A plugin of pytest that keeps what the tests of the readers read, as seeds of the fuzz run.

`ASSAY_SEEDS=DIR pytest -p seeds tests/extract` (with `PYTHONPATH=fuzz`) writes every exhibit of
at most 64 KiB that a test gives to `read` into DIR, by parser. So each fixture that a maker can
make is a seed, without a list that somebody would have to keep.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from assay.extract import types
from targets import targets

LARGEST = 64 << 10
_FILE_OF = {media: file for file, media_s in targets().items() for media in media_s}
_sniff = types.sniff


def _keep(path: Path, suffix: str) -> str:
    media = _sniff(path, suffix)
    file = _FILE_OF.get(media)
    if file is not None and 0 < path.stat().st_size <= LARGEST:
        body = path.read_bytes()
        folder = Path(os.environ["ASSAY_SEEDS"]) / file
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha256(body).hexdigest()[:16]).write_bytes(body)
    return media


types.sniff = _keep
