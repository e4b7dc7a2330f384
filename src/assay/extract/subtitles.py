"""Subtitle files: SRT, WebVTT, ASS and SSA, MicroDVD's numbers left as they stand.

The text is the decoded bytes, as of any text file: times and words stand in it already. What is
added are facts: how many cues there are, and the time of the last.
"""

from __future__ import annotations

import re

from assay.extract.plain import read_plain
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="subtitles",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/x-subrip", "text/vtt", "text/x-ssa"),
)
_TIME = re.compile(
    r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,](\d{2,3})\s*(?:-->|,)\s*(?:(\d+):)?(\d{1,2}):(\d{2})"
)


def read_subtitles(request: Request, transcript: Transcript) -> None:
    """Read a file of subtitles. Raises Stop as `read_plain`."""
    try:
        read_plain(request, transcript)
    finally:
        cues = 0
        last = ""
        for match in _TIME.finditer(transcript.text()):
            cues += 1
            hours, minutes, seconds = match.group(5, 6, 7)
            last = max(last, f"{int(hours or 0):02}:{minutes:>02}:{seconds}")
        transcript.note("subtitles:cues", cues)
        transcript.note("subtitles:last", last)
