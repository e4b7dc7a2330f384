"""What reading an exhibit yields: text in pages, metadata, members, problems.

One text derivative an exhibit; pages are ranges in it. Stored text is never normalised.
A failure is never an empty text: it is a `Problem` with a code and a next step.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Source = Literal["native", "ocr"]
Status = Literal["read", "partly", "unread"]


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that could not be read, and what to do about it.

    `code` is one of those in docs/problems.md. `where` says which part ("page 3", "member 4",
    "header Subject", "" for the whole exhibit) and holds no words of the exhibit. `fatal`
    means that nothing of the exhibit could be read.
    """

    code: str
    where: str = ""
    next_step: str = ""
    detail: str = ""
    fatal: bool = False


class Words(msgspec.Struct, frozen=True, array_like=True):
    """Word boxes of one page, as parallel arrays of the same length.

    `starts`, `ends`: code points in the page's text. `boxes`: four numbers a word in tenths of
    a point (left, top, right, bottom; origin at the upper left of the page as shown).
    `confidences`: percent 0 to 100 for OCR, empty for native text.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    boxes: tuple[int, ...]
    confidences: tuple[int, ...] = ()


RegionKind = Literal[
    "quoted", "boilerplate", "comment", "inserted", "deleted", "hidden", "notes", "header",
    "footer", "text_box", "chart", "signature", "ocr", "garbled",
]  # fmt: skip


class Region(msgspec.Struct, frozen=True, array_like=True):
    """A stretch of the text that is not the exhibit's plain running text, and why.

    `start` and `end` are code points in the whole text, end excluded, inside one page. `kind`:
    quoted (from an earlier message), boilerplate (menus and the like around a main text),
    comment, inserted and deleted (tracked changes), hidden (a hidden sheet, row, slide or run),
    notes (of a speaker), header and footer of a page, text_box, chart, signature (of a mail),
    ocr (recognised on a picture beside native text), garbled (native text whose characters are
    not those that the page shows). Regions may lie inside each other.
    """

    start: int
    end: int
    kind: RegionKind


class Page(msgspec.Struct, frozen=True, omit_defaults=True):
    """A page: a range of the exhibit's text.

    `number` counts from 1. `start` and `end` are code points in the whole text; what stands
    between two pages (a form feed, say) belongs to neither. `label` names a sheet or slide.
    `width` and `height` are in points where the format has pages that can be drawn.
    `wants_ocr`: the page is a picture without usable text and waits for OCR.
    """

    number: int
    start: int
    end: int
    label: str = ""
    source: Source = "native"
    confidence: float | None = None
    width: float | None = None
    height: float | None = None
    words: Words | None = None
    wants_ocr: bool = False


class Member(msgspec.Struct, frozen=True, omit_defaults=True):
    """A member of a container, written out to `spool` while its container was read.

    `name` is the raw path inside the container, component by component. `spool` is the file
    name in the scratch folder, "" where the member could not be taken out: then `problem` says
    why. `secret` is true where the container can only be opened with a password.
    """

    ordinal: int
    name: tuple[bytes, ...]
    digest: str = ""
    size: int = 0
    spool: str = ""
    modified: str | None = None
    secret: bool = False
    problem: Problem | None = None


class Metadata(msgspec.Struct, frozen=True, omit_defaults=True):
    """Metadata as found, and the few that are normalised.

    `found`: (name, value) pairs in the order of the file, names as the format spells them,
    prefixed where the format has several places (`xmp:CreatorTool`, `core:creator`,
    `header:Subject`). `created` and `modified` are RFC 3339 where the file gives a zone, else
    ISO 8601 without one; None where the file says nothing or nothing readable. `message_id` is
    that of a mail, and `references` are those that it answers, the oldest first.
    """

    found: tuple[tuple[str, str], ...] = ()
    title: str | None = None
    author: str | None = None
    created: str | None = None
    modified: str | None = None
    language: str | None = None
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    subject: str | None = None
    sent: str | None = None
    message_id: str | None = None
    references: tuple[str, ...] = ()


class Reading(msgspec.Struct, frozen=True, omit_defaults=True):
    """Everything that one reader got from one exhibit.

    `type` is the media type found in the content (`application/pdf`). `text` is the whole text.
    `expected` counts the members that the container's own index promises, None where it has
    none or it could not be read: extract/census counts them, by code that the readers do not
    share. `members` holds one entry for each that was met, also for
    those that failed. `unclaimed` counts parts that the reader met and left unread; 0 is said
    only by a reader that goes through every part, None means that nobody knows. `outline`:
    (level from 0, title, page) triples.
    """

    type: str
    text: str = ""
    pages: tuple[Page, ...] = ()
    metadata: Metadata = Metadata()
    members: tuple[Member, ...] = ()
    problems: tuple[Problem, ...] = ()
    expected: int | None = None
    container: bool = False
    outline: tuple[tuple[int, str, int], ...] = ()
    regions: tuple[Region, ...] = ()
    unclaimed: int | None = None

    @property
    def status(self) -> Status:
        """`unread` where nothing was got, `partly` where something is missing, else `read`."""
        if any(p.fatal for p in self.problems):
            return "unread"
        if self.problems or any(m.problem for m in self.members):
            return "partly"
        return "read"
