"""Run the detectors that fit an exhibit. One that fails is named; the others go on.

Some need only what reading found and run beside it (`examine`). Those that open the bytes again
run as a task of their own (`look_into`), so that one that hangs or dies costs no reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module

from assay.examine.subject import Subject
from assay.model.finding import Examination, Finding
from assay.ports import Card

Detector = Callable[[Subject], Iterable[Finding]]
_BESIDE = (("at_odds", "find_odds"),)
# media type -> (file, function) of what opens the bytes
_INTO: dict[str, tuple[tuple[str, str], ...]] = {
    "application/pdf": (
        ("revisions", "find_revisions"),
        ("covered", "find_covered"),
        ("features", "find_newer"),
    ),
}
ORDER = {"high": 0, "medium": 1, "low": 2}


def wants_look(media: str) -> bool:
    """Tell whether exhibits of this media type are looked into."""
    return media in _INTO


def examine(subject: Subject) -> Examination:
    """Findings from what reading found. Never raises."""
    return _run(subject, _BESIDE)


def look_into(subject: Subject) -> Examination:
    """Findings from the bytes. Never raises."""
    return _run(subject, _INTO.get(subject.type, ()))


def _run(subject: Subject, detectors: Sequence[tuple[str, str]]) -> Examination:
    findings: list[Finding] = []
    failed: list[tuple[str, str]] = []
    for file, function in detectors:
        detector: Detector = getattr(import_module(f"assay.examine.{file}"), function)
        try:
            # one by one: what a detector saw before it failed is kept
            for finding in detector(subject):
                findings.append(finding)
        except Exception as error:  # noqa: BLE001 - a detector that breaks is a fact to be said
            failed.append((file, type(error).__name__))
    return Examination(tuple(findings), tuple(failed))


def cards() -> tuple[Card, ...]:
    """What every detector says of itself."""
    files = [file for file, _ in _BESIDE] + [file for row in _INTO.values() for file, _ in row]
    return tuple(import_module(f"assay.examine.{file}").CARD for file in files)
