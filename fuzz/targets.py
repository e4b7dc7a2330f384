"""The parsers that are fuzzed, by name: each file of the registry that takes bytes apart itself.

A name is that of a file in `src/assay/extract/`. `LEFT_OUT` are those whose work is a library's;
what they do around it is small, and the library has fuzzers of its own.
"""

from __future__ import annotations

from assay.extract import formats

LEFT_OUT = {
    "archive": "libarchive",
    "pdf": "pdfium and qpdf",
}


def targets() -> dict[str, tuple[str, ...]]:
    """Name of the parser -> the media types that it reads, in the order of the registry."""
    found: dict[str, tuple[str, ...]] = {}
    for file, _, media in formats._FILES:
        if file not in LEFT_OUT:
            found[file] = (*found.get(file, ()), *media)
    return found
