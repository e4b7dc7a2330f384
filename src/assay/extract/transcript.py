"""What a reader writes while it reads: text in pages, metadata, problems, members.

It is filled from front to back. Whatever was written before a failure stays, so a failure
half-way costs the other half only. Offsets count code points; pages ascend, and what is
written between two pages (a form feed) belongs to neither.

Text is kept as the format gives it. Two things alone are changed, because they cannot be
stored: a lone surrogate becomes U+FFFD of the same length. NUL is a character like
another and stays. No normalisation, no trimming.
"""

from __future__ import annotations

import re
from bisect import bisect_right

from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.spool import Spool
from assay.model.reading import (
    Member,
    Metadata,
    Page,
    Problem,
    Reading,
    Region,
    RegionKind,
    Words,
)

_SURROGATE = re.compile("[\ud800-\udfff]")


def storable(text: str) -> str:
    """The text without lone surrogates: each becomes U+FFFD, so no offset moves."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text)
    return text


class Transcript:
    """The growing reading of one exhibit."""

    def __init__(self, request: Request) -> None:
        self.limits = request.limits
        self.page_chars = max(request.options.page_chars, 1)
        self.only = request.only
        self.length = 0
        self.pages: list[Page] = []
        self.problems: list[Problem] = []
        self.outline: list[tuple[int, str, int]] = []
        self.regions: list[Region] = []
        self.found: list[tuple[str, str]] = []
        self.type = request.type
        self.title: str | None = None
        self.author: str | None = None
        self.created: str | None = None
        self.modified: str | None = None
        self.language: str | None = None
        self.sender: str | None = None
        self.recipients: tuple[str, ...] = ()
        self.subject: str | None = None
        self.sent: str | None = None
        self.message_id: str | None = None
        self.references: tuple[str, ...] = ()
        self.expected: int | None = None
        self.beyond = 0  # members met that no index promises: deleted, or in local headers only
        self.container = False
        self.vouched = False  # the reader goes through every part of the exhibit
        self.secret = False  # opened with a password: its members cannot be had without it
        self.spool: Spool | None = None
        self._parts: list[str] = []
        self._flow_start: int | None = None
        self._scratch = request.scratch
        self._packed = request.path.stat().st_size

    # ------------------------------------------------------------ text

    def write(self, text: str) -> None:
        """Add text at the end. Raises Stop at `limits.text`, keeping what fits."""
        if self.length + len(text) > self.limits.text:
            text = text[: self.limits.text - self.length]
            self._parts.append(text)
            self.length += len(text)
            raise Stop("limit_text", "", f"over {self.limits.text} characters")
        self._parts.append(text)
        self.length += len(text)

    def page(
        self,
        text: str,
        label: str = "",
        width: float | None = None,
        height: float | None = None,
        words: Words | None = None,
        wants_ocr: bool = False,
    ) -> int:
        """Add a whole page, with a form feed between it and the one before.

        Gives the place where its text begins.
        """
        self.end_flow()
        if self.pages:
            self.write("\f")
        start = self.length
        try:
            self.write(text)
        finally:
            self.enter(start, label, width, height, words, wants_ocr)
        return start

    def enter(
        self,
        start: int,
        label: str = "",
        width: float | None = None,
        height: float | None = None,
        words: Words | None = None,
        wants_ocr: bool = False,
    ) -> None:
        """Enter what was written since `start` as a page. Raises Stop at `limits.pages`."""
        if len(self.pages) >= self.limits.pages:
            raise Stop("limit_pages", f"page {len(self.pages) + 1}")
        self.pages.append(
            Page(
                number=len(self.pages) + 1,
                start=start,
                end=self.length,
                label=storable(label),
                width=width,
                height=height,
                words=words,
                wants_ocr=wants_ocr,
            )
        )

    def paragraph(self, text: str) -> int:
        """Add a paragraph of a format without pages; pages end where paragraphs do.

        Gives the place where its text begins.
        """
        if self._flow_start is None:
            if self.pages:
                self.write("\f")
            self._flow_start = self.length
        elif self.length - self._flow_start >= self.page_chars:
            self.end_flow()
            self.write("\f")
            self._flow_start = self.length
        start = self.length
        self.write(text)
        self.write("\n")
        return start

    def end_flow(self) -> None:
        """Close the page that paragraphs were being added to, if there is one."""
        if self._flow_start is not None:
            start, self._flow_start = self._flow_start, None
            self.enter(start)

    def mark(self, kind: RegionKind, start: int, end: int | None = None) -> None:
        """Say of the text from `start` to `end` (the end so far) what kind of text it is.

        A stretch over several pages becomes a region on each of them when reading ends.
        """
        end = self.length if end is None else end
        if start < end:
            self.regions.append(Region(start, end, kind))

    # ------------------------------------------------------------ the rest

    def note(self, name: str, value: object) -> None:
        """Keep a piece of metadata as found; empty values are not kept."""
        text = str(value)
        if text:
            self.found.append((storable(name), storable(text)))

    def trouble(self, code: str, where: str = "", detail: str = "", next_step: str = "") -> None:
        """Record a problem, once for the same code and place."""
        if not any(p.code == code and p.where == where for p in self.problems):
            self.problems.append(problem(code, where, detail, next_step=next_step))

    def stopped(self, stop: Stop) -> None:
        """Record what a reader was stopped by, once for the same code and place."""
        met = stop.problem
        if not any(p.code == met.code and p.where == met.where for p in self.problems):
            self.problems.append(met)

    def vouch(self) -> None:
        """Say that this reader claims every part of the exhibit, or names the one it does not.

        Only then are no unclaimed parts shown as zero; else they are unknown.
        """
        self.vouched = True

    def _unclaimed(self) -> int | None:
        """Parts named as `part_unclaimed`; a detail may begin with how many it stands for."""
        left = 0
        for trouble in self.problems:
            if trouble.code == "part_unclaimed":
                number = trouble.detail.partition(" ")[0]
                left += int(number) if number.isascii() and number.isdigit() else 1
        whole = all(p.code in ("part_unclaimed", "charset_guess") for p in self.problems)
        return left or (0 if self.vouched and whole else None)

    def members(self) -> Spool:
        """The spool that takes the members in; made at the first call."""
        if self.spool is None:
            self.spool = Spool(self._scratch, self.limits, self._packed, self.only, self.secret)
        return self.spool

    @property
    def empty(self) -> bool:
        """Tell whether nothing of the exhibit was got: no text, no page, no member."""
        return (
            not self.length
            and not any(p.wants_ocr for p in self.pages)
            and not (self.spool and any(m.spool for m in self.spool.members))
        )

    def text(self) -> str:
        """The whole text so far."""
        if len(self._parts) != 1:
            self._parts = ["".join(self._parts)]
        self._parts[0] = storable(self._parts[0])
        return self._parts[0]

    def finish(self) -> Reading:
        """The reading, as far as it got."""
        try:
            self.end_flow()
        except Stop as stop:
            self.stopped(stop)
        members: tuple[Member, ...] = tuple(self.spool.members) if self.spool else ()
        return Reading(
            type=self.type,
            text=self.text(),
            pages=tuple(self.pages),
            metadata=Metadata(
                found=tuple(self.found),
                title=_value(self.title),
                author=_value(self.author),
                created=self.created,
                modified=self.modified,
                language=self.language,
                sender=_value(self.sender),
                recipients=tuple(storable(r) for r in self.recipients),
                subject=_value(self.subject),
                sent=self.sent,
                message_id=_value(self.message_id),
                references=tuple(storable(r) for r in self.references),
            ),
            members=members,
            problems=tuple(self.problems),
            expected=self.expected,
            container=self.container or bool(members),
            outline=tuple((level, storable(title), page) for level, title, page in self.outline),
            regions=_by_page(self.regions, self.pages) if self.regions else (),
            unclaimed=self._unclaimed(),
        )


def _value(text: str | None) -> str | None:
    stripped = text.strip() if text else ""
    return storable(stripped) or None


def _by_page(regions: list[Region], pages: list[Page]) -> tuple[Region, ...]:
    """Regions cut at the ends of pages, in their order; both lists are short or sorted."""
    starts = [page.start for page in pages]
    found: list[Region] = []
    for region in sorted(regions, key=lambda r: (r.start, -r.end)):
        at = max(bisect_right(starts, region.start) - 1, 0)
        while at < len(pages) and pages[at].start < region.end:
            start = max(region.start, pages[at].start)
            end = min(region.end, pages[at].end)
            if start < end:
                found.append(Region(start, end, region.kind))
            at += 1
    return tuple(found)
