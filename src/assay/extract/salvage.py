"""Text searched for in bytes of a format that nobody has described: runs of letters.

A last means. What comes out is in the order of the file, can lack words and hold crumbs of
other things, and whoever uses it says so by a problem.
"""

from __future__ import annotations

import re

_NARROW = re.compile(rb"[\x20-\x7e\x85\x91-\x97\xa0-\xff\t\r\n]{5,}")
_WIDE = re.compile(rb"(?:[\x20-\x7e\xa0-\xff\t\r\n]\x00){5,}")
_WORD = re.compile(r"[^\W\d_]{3,}")


def runs(body: bytes) -> list[str]:
    """Runs of text that hold a word, 16-bit ones and 8-bit ones, in the order of the file."""
    found: list[tuple[int, str]] = []
    for match in _WIDE.finditer(body):
        found.append((match.start(), match.group().decode("utf-16-le")))
    for match in _NARROW.finditer(body):
        try:
            text = match.group().decode("utf-8")
        except UnicodeDecodeError:
            text = match.group().decode("cp1252", "replace")
        found.append((match.start(), text))
    lines: list[str] = []
    for _, text in sorted(found):
        for line in re.split(r"[\r\n]+", text):
            letters = sum(c.isalnum() or c.isspace() for c in line)
            if _WORD.search(line) and letters * 4 >= len(line) * 3:
                lines.append(line.strip())
    return lines
