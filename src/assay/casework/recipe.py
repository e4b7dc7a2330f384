"""The recipe: which tools, versions and limits made the derivatives of a case.

Its digest is part of every derivative's key. It never holds a password or a path.
"""

from __future__ import annotations

from importlib import metadata
from typing import Any

import msgspec

from assay import __version__
from assay.proof import canonical, digests
from assay.settings import Settings

_LIBRARIES = (
    "pypdfium2", "pikepdf", "selectolax", "python-calamine", "xlrd", "olefile",
    "msoffcrypto-tool", "chardet", "py3langid", "libarchive-c", "pillow", "numpy", "tesserocr",
    "pillow-heif", "mutagen", "cramjam",
    "brotli", "djvu-rs",
    "libpff-python",
    "inflate64", "pybcj", "pyppmd", "pytsk3", "libewf-python",
    "libbde-python", "libluksde-python", "libvhdi-python", "libvmdk-python", "libqcow-python",
    "libmodi-python",
)  # fmt: skip


def recipe_of(settings: Settings) -> tuple[str, dict[str, Any]]:
    """(digest, body) of the recipe for reading with these settings."""
    libraries: dict[str, str] = {}
    for name in _LIBRARIES:
        try:
            libraries[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            libraries[name] = ""
    limits = {
        key: str(value) for key, value in msgspec.to_builtins(settings.limits).items()
    }  # strings: canonical JSON has no floats
    reading = {
        "page_chars": settings.reading.page_chars,
        "sheet_rows": settings.reading.sheet_rows,
        "dpi": settings.reading.dpi,
    }
    body = {
        "program": __version__,
        "libraries": libraries,
        "limits": limits,
        "reading": reading,
    }
    return digests.digest_of(canonical.encode(body)), body
