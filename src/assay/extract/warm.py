"""Import what most exhibits need, once, before workers are forked and their jail is closed.

Each worker would otherwise import it by itself; the language model alone takes a third of a
second to unpack. What is rare (Office passwords, archives by libarchive) stays lazy.
"""

from __future__ import annotations

import importlib
import os
import tempfile

from assay.extract.language import language_of

_ASIDE = ("/dev/shm", "/tmp", "/var/tmp")
_COMMON = (
    "pypdfium2", "pikepdf", "PIL.Image", "selectolax.lexbor", "chardet", "assay.extract.read",
    "assay.extract.pdf", "assay.extract.html", "assay.extract.eml", "assay.extract.docx",
    "assay.extract.xlsx", "assay.extract.image",
)  # fmt: skip


def warm_up() -> None:
    """Import the common readers and unpack the language model."""
    for name in _COMMON:
        importlib.import_module(name)
    # the language model is unpacked through a temporary file of many megabytes: nothing of an
    # exhibit, and not to be laid on the disk of a case that may be full
    before = tempfile.tempdir
    tempfile.tempdir = next((p for p in _ASIDE if os.access(p, os.W_OK)), before)
    try:
        language_of("a sentence that is long enough to have a language of its own")
    finally:
        tempfile.tempdir = before
