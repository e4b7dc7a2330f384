"""Every failure that Assay raises, in one tree, with the exit code of each leaf.

    AssayError                      10
    ├── UsageError                   2   the command or a value in it is wrong
    │   └── QueryError               2   a query that cannot be read: where and why
    ├── CaseError                   10
    │   ├── NoCase                  10   no case.toml here or above
    │   ├── CaseExists              10   init on a folder that is not empty
    │   ├── CaseTooNew              10   a format newer than this program
    │   ├── CaseHeld                40   another process is writing
    │   └── UnsafeFileSystem        10   locks do not hold there
    ├── NotFound                    10   no such exhibit, page, event
    ├── Refused                     10   would break a rule of custody
    ├── DiskFull                    50
    ├── VerificationFailed          20
    │   ├── BadProof                20   a Merkle proof that does not hold
    │   ├── BadSignature            20   a signed note nobody known has signed
    │   └── BadLog                  20   a log that is not what its headers promise
    ├── AnchorLost                  10   a passage that is not where it was, or in several places
    └── EngineError                 10   an engine failed in a way it does not name itself
        └── WorkerLost              10   a jailed worker died; the exhibit gets a problem

Exit code 1 is Python's own, 2 is usage, 3 is "done, but some exhibits could not be
read" and is no exception, 130 is an interruption.

A message has three parts: subject, what happened, next step. It holds no words of
an exhibit, no source's name and no home path, because logs leak.
"""

from __future__ import annotations


class AssayError(Exception):
    """A failure with a subject, what happened and what to do next.

    `str()` gives two lines: `subject: what` and, indented, the next step.
    """

    exit_code = 10

    def __init__(self, subject: str, what: str, next_step: str = "") -> None:
        super().__init__(subject, what, next_step)
        self.subject = subject
        self.what = what
        self.next_step = next_step

    def __str__(self) -> str:
        head = f"{self.subject}: {self.what}" if self.subject else self.what
        return f"{head}\n  {self.next_step}" if self.next_step else head


class UsageError(AssayError):
    """The command, or a value in it, is wrong."""

    exit_code = 2


class QueryError(UsageError):
    """A query that cannot be read. `position` counts code points from 0."""

    def __init__(self, query: str, position: int, what: str, next_step: str = "") -> None:
        super().__init__("query", f"{what} (at character {position + 1})", next_step)
        self.query = query
        self.position = position


class CaseError(AssayError):
    """The case folder cannot be used as it is."""


class NoCase(CaseError):
    """No case.toml here or in a folder above."""


class CaseExists(CaseError):
    """`init` on a folder that already holds something."""


class CaseTooNew(CaseError):
    """The case was written by a newer program."""


class CaseHeld(CaseError):
    """Another process holds the case."""

    exit_code = 40


class UnsafeFileSystem(CaseError):
    """A file system on which locks do not hold."""


class NotFound(AssayError):
    """No such exhibit, page, member or event in this case."""


class Refused(AssayError):
    """The request would break a rule of custody."""


class DiskFull(AssayError):
    """No space is left; nothing acknowledged is lost."""

    exit_code = 50


class VerificationFailed(AssayError):
    """What was checked is not what it promises to be."""

    exit_code = 20


class BadProof(VerificationFailed):
    """A Merkle proof that does not hold."""


class BadSignature(VerificationFailed):
    """A signed note whose signature does not hold."""


class BadLog(VerificationFailed):
    """A log whose headers, payloads or checkpoints disagree."""


class AnchorLost(AssayError):
    """The passage is not where it was, or in several places: an anchor never guesses."""


class EngineError(AssayError):
    """An engine failed in a way that it has no own name for."""


class WorkerLost(EngineError):
    """A jailed worker died, hung or ate its memory. `code` is the problem's code."""

    def __init__(self, code: str, what: str, next_step: str = "") -> None:
        super().__init__("worker", what, next_step)
        self.code = code
