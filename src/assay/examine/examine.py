"""Run the detectors that fit an exhibit. One that fails is named; the others go on.

Some need only what reading found and run beside it (`examine`). Those that open the bytes again
run as a task of their own (`look_into`), so that one that hangs or dies costs no reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from importlib import import_module
from typing import Any

from assay.examine.subject import Subject, Unfinished
from assay.model.finding import Examination, Finding
from assay.ports import Card
from assay.settings import Limits

Detector = Callable[[Subject], Iterable[Finding]]
_PDF = "application/pdf"
_BESIDE = (("at_odds", "find_odds"),)
_BESIDE_OF = {_PDF: (*_BESIDE, ("features", "find_newer"))}
# media type -> (file, function) of what opens the bytes
_INTO: dict[str, tuple[tuple[str, str], ...]] = {
    _PDF: (("revisions", "find_revisions"), ("covered", "find_covered")),
}
ORDER = {"high": 0, "medium": 1, "low": 2}


class PageWatch:
    """Sees the pages of a PDF while they are read, and keeps which have to be looked at.

    Most have none: their files need not be opened, nor their pages loaded, a second time.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self.pages: list[int] = []  # from 0
        self.failed = False  # then the look has to see all pages

    def __call__(self, index: int, page: Any) -> None:
        """A page that a reader has loaded (a handle of pdfium). Never raises."""
        try:
            from assay.examine.covered import may_hold_covered

            if may_hold_covered(page, self._limits):
                self.pages.append(index)
        except Exception:  # noqa: BLE001 - a detector that breaks costs no reading
            self.failed = True


def wants_look(subject: Subject) -> bool:
    """Tell whether the bytes of an exhibit that was read have to be looked into.

    `subject.pages` are those that its reader's `PageWatch` kept, None where it saw none.
    """
    if subject.type != _PDF:
        return False
    if subject.pages is None or subject.pages:
        return True
    from assay.examine.revisions import has_earlier

    return has_earlier(subject.path, subject.limits.member)


def examine(subject: Subject) -> Examination:
    """Findings from what reading found, and from bytes that need no parser. Never raises."""
    return _run(subject, _BESIDE_OF.get(subject.type, _BESIDE))


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
        except Unfinished as met:
            failed.append((file, f"met {met}: the rest was not looked at"))
        except Exception as error:  # noqa: BLE001 - a detector that breaks is a fact to be said
            failed.append((file, type(error).__name__))
    return Examination(tuple(findings), tuple(failed))


def cards() -> tuple[Card, ...]:
    """What every detector says of itself."""
    rows = (_BESIDE, *_INTO.values(), *(row[len(_BESIDE) :] for row in _BESIDE_OF.values()))
    files = [file for row in rows for file, _ in row]
    return tuple(import_module(f"assay.examine.{file}").CARD for file in files)
