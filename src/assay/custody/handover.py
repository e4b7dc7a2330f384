"""The hand-over note: what was received, to print, sign and keep with the medium.

Plain text, 78 columns. It names the accession, the count and size of what came, the root of
the log that holds the events, and leaves lines for two signatures. Paths stay out of it: the
note may lie on a desk.
"""

from __future__ import annotations

import textwrap

from assay.custody.accession import Circumstances


def handover_note(
    case: str,
    circumstances: Circumstances,
    *,
    received: int,
    left_out: int,
    size: int,
    log: str,
    events: int,
    root: str,
    person: str,
    at: str,
) -> str:
    """The note as text."""
    rows = [
        ("Case", case),
        ("Accession", circumstances.accession),
        ("Received", f"{received} files, {size} bytes; {left_out} found and not taken"),
        ("At", f"{at} ({circumstances.clock})"),
        ("By", person),
        ("Channel", circumstances.channel or "not stated"),
        ("Source", circumstances.source or "not stated"),
        ("Terms", circumstances.terms or "none stated"),
        ("Origin", circumstances.origin),
        ("Log", f"{log}, {events} events"),
        ("Root", f"{root[:32]} {root[32:]}"),
        ("Program", circumstances.program),
    ]
    lines = ["HAND-OVER NOTE", "=" * 78, ""]
    for name, value in rows:
        body = textwrap.wrap(value, 64) or [""]
        lines.append(f"{name:<14}{body[0]}")
        lines.extend(" " * 14 + more for more in body[1:])
    lines += [
        "",
        *textwrap.wrap(
            "Whoever holds the case can prove with `assay verify` that every file counted here is "
            "there unchanged, and that nothing was added to or taken from this accession since.",
            78,
        ),
        "",
        "",
        "Handed over   ______________________________   Date ______________________",
        "",
        "",
        "Received      ______________________________   Date ______________________",
        "",
    ]
    return "\n".join(lines)
