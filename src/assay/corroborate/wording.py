"""Say what a check found, in plain words: for footnotes, comments and lists."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from assay.model.draft import Check, Evidence

_SAYS = {
    "verbatim": "Word for word in the case.",
    "altered": "Altered.",
    "truncated": "Truncated: what stood before or after changes the sense.",
    "spliced": "Spliced from several places.",
    "misattributed": "Misattributed: the case gives these words to another speaker.",
    "translation": "Perhaps a translation: no words are shared, compare by hand.",
    "agrees": "Agrees with the case.",
    "disagrees": "Disagrees with the case.",
    "spelled_otherwise": "Spelled otherwise in the case.",
    "not_found": "Not found in the case.",
}


class Footnote(msgspec.Struct, frozen=True):
    """A note to paste: it belongs behind code point `at` of the draft."""

    number: int
    at: int
    text: str


def summary(check: Check) -> str:
    """What was found, in a sentence or two; edits as draft and source beside each other."""
    parts = [_SAYS[check.verdict]]
    for edit in check.edits:
        if edit.kind == "noise":
            continue
        ours = f"“{edit.draft}”" if edit.draft else "nothing"
        theirs = f"“{edit.source}”" if edit.source else "nothing"
        parts.append(f"{edit.kind.capitalize()}: the draft has {ours}, the source {theirs}.")
    if any(edit.kind == "noise" for edit in check.edits):
        parts.append("The source was misread in places; that alters nothing.")
    return " ".join(parts)


def place(evidence: Evidence) -> str:
    """Where it stands: path, page, short digest, and a place that finds it again."""
    digest = evidence.exhibit.removeprefix("sha256:")[:12]
    note = f"; {evidence.note}" if evidence.note else ""
    return (
        f"{evidence.path}, p. {evidence.page} (sha256:{digest},"
        f" characters {evidence.start}–{evidence.end} of the page{note})"
    )


def footnotes(checks: Iterable[Check]) -> list[Footnote]:
    """A note for each quotation that stands in the case, in the draft's order.

    One that was altered, cut, spliced or misattributed says so: a note never covers a fault.
    """
    notes: list[Footnote] = []
    found = (one for one in checks if one.kind == "quotation" and one.evidence)
    for number, check in enumerate(sorted(found, key=lambda one: (one.start, one.end)), 1):
        where = "; ".join(place(evidence) for evidence in check.evidence)
        fault = "" if check.verdict == "verbatim" else f" {summary(check)}"
        notes.append(Footnote(number, check.end, f"{where}.{fault}"))
    return notes


_CLOSING = "”»」』’\"'.,"


def with_footnotes(text: str, checks: Sequence[Check]) -> str:
    """The draft as Markdown, a mark behind each quotation and the notes below.

    The mark stands behind the closing quotation mark; the draft's own text is not changed.
    """
    notes = footnotes(checks)
    parts: list[str] = []
    last = 0
    for note in notes:
        at = note.at
        while at < len(text) and text[at] in _CLOSING:
            at += 1
        at = max(at, last)
        parts += [text[last:at], f"[^{note.number}]"]
        last = at
    parts.append(text[last:])
    below = "\n".join(f"[^{note.number}]: {note.text}" for note in notes)
    return "".join(parts) + (f"\n\n{below}\n" if notes else "")
