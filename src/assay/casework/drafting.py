"""A draft beside the case: the draft is read as any file is, and kept nowhere.

Its words are laid beside the pages of the case. A case of a few million characters is held in
memory whole; of a larger one only the pages are looked at that search finds for the rarest words
of each quotation.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from assay.corroborate.draft import alarming, check
from assay.corroborate.sources import Held, Page, Sources
from assay.corroborate.tokens import is_han, tokens
from assay.corroborate.wording import with_footnotes
from assay.errors import QueryError, UsageError
from assay.model.draft import Check, Evidence
from assay.model.reading import Reading
from assay.model.statement import Figure, Heard, Mention, Moment, Statement, Step, Stretch

if TYPE_CHECKING:
    from assay.casework.case import Case

_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_HELD = 6_000_000  # code points of a case that are held in memory
_RARE = 8  # words of a quotation that search is asked for
_PAGES = 50  # pages that are looked at for one quotation


class Checked(msgspec.Struct, frozen=True):
    """A draft's text and type, what was heard in it, and the checks."""

    text: str
    type: str
    heard: Heard
    checks: tuple[Check, ...]
    problems: tuple[str, ...]  # of reading the draft itself: codes
    unheard: int  # texts of the case that nobody has listened to: speakers there are unknown


def check_draft(case: Case, path: Path) -> Checked:
    """Check the draft in a file. Raises WorkerLost where it cannot be read."""
    from assay.casework.loose import listen_to_file

    case.refresh()
    _, reading, heard = listen_to_file(path, None)
    return _checked(case, reading, heard)


def check_text(case: Case, text: str) -> Checked:
    """Check a draft that was pasted."""
    with tempfile.TemporaryDirectory(prefix="assay-") as scratch:
        path = Path(scratch) / "draft.txt"
        path.write_text(text, encoding="utf-8")
        return check_draft(case, path)


def _checked(case: Case, reading: Reading, heard: Heard) -> Checked:
    fatal = next((p for p in reading.problems if p.fatal), None)
    if fatal is not None:
        raise UsageError(
            "draft", f"it could not be read: {fatal.code}",
            "Save it as DOCX, ODT, HTML, Markdown or plain text, without a password.",
        )  # fmt: skip
    checks = tuple(check(reading.text, heard, sources_of(case)))
    waiting = case.catalogue.spoken.counts()["waiting"]
    problems = tuple(dict.fromkeys(p.code for p in reading.problems))
    return Checked(reading.text, reading.type, heard, checks, problems, waiting)


def commented(checked: Checked, path: Path, author: str) -> bytes:
    """The draft as DOCX with a comment at each place that was checked. Raises WorkerLost."""
    from assay.casework.loose import comment_on_file

    own = path if checked.type == _DOCX else None
    return comment_on_file(own, checked.text, checked.checks, author)


def noted(checked: Checked) -> str:
    """The draft as Markdown with footnotes that are ready to paste."""
    return with_footnotes(checked.text, checked.checks)


def refuse_to_overwrite(*targets: Path | None) -> None:
    """Raises UsageError where a file that is to be written is there already."""
    for target in targets:
        if target is not None and target.exists():
            raise UsageError(
                "draft", "a file of the name that was given is there already", "Name another one."
            )


def draft_json(checked: Checked) -> dict[str, Any]:
    """`draft` as the contract gives it, with the draft's text and what was not established."""
    counts: dict[str, int] = {}
    for item in checked.checks:
        counts[item.verdict] = counts.get(item.verdict, 0) + 1
    missing = [
        "whether what was said is true, and whether what is not in this case was said elsewhere"
    ]
    if checked.problems:
        codes = ", ".join(checked.problems)
        missing.append(f"what stands in parts of the draft that were not read whole ({codes})")
    if checked.unheard:
        missing.append(
            f"speakers in {checked.unheard} texts that nobody has listened to yet:"
            " `assay add` goes on with them"
        )
    return {
        "schema": "assay/draft/1",
        "alarm": alarming(checked.checks),
        "counts": counts,
        "checks": [check_json(item) for item in checked.checks],
        "text": checked.text,
        "not_established": missing,
    }


def check_json(item: Check) -> dict[str, Any]:
    """One check as the contract gives it."""
    return {
        "start": item.start,
        "end": item.end,
        "text": item.text,
        "kind": item.kind,
        "speaker": item.speaker,
        "verdict": item.verdict,
        "edits": [{"kind": e.kind, "draft": e.draft, "source": e.source} for e in item.edits],
        "evidence": [evidence_json(e) for e in item.evidence],
    }


def evidence_json(evidence: Evidence) -> dict[str, Any]:
    """A place in the case as the contract gives it."""
    return {
        "exhibit": evidence.exhibit,
        "path": evidence.path,
        "page": evidence.page,
        "start": evidence.start,
        "end": evidence.end,
        "exact": evidence.exact,
        "note": evidence.note,
    }


def sources_of(case: Case) -> Sources:
    """What the case gives a check: all its pages where they fit into memory, else search."""
    chars = sum(row.chars for row in case.catalogue.rows())
    ears = _Ears(case)
    return Held(_pages(case), ears.heard) if chars <= _HELD else Searched(case, ears)


def _pages(case: Case) -> Iterator[Page]:
    for row in case.catalogue.rows():
        if not row.chars:
            continue
        places = case.catalogue.appearances(row.id)
        path = places[0].display if places else ""
        for page in case.catalogue.pages(row.id):
            yield Page(row.digest, path, page.number, page.text)


class _Ears:
    """What was heard on a page, cut out of what was heard in its exhibit."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._known: dict[str, tuple[Heard, dict[int, tuple[int, int]]]] = {}

    def heard(self, page: Page) -> Heard:
        """Statements, figures and dates of a page, with places in its text."""
        if page.exhibit not in self._known:
            row = self._case.catalogue.exhibit_id(page.exhibit)
            heard = self._case.catalogue.spoken.of(row) if row is not None else None
            spans: dict[int, tuple[int, int]] = {}
            if row is not None and heard is not None:
                for stored in self._case.catalogue.pages(row):
                    spans[stored.number] = (stored.start, stored.start + len(stored.text))
            self._known[page.exhibit] = (heard or Heard(), spans)
        heard, spans = self._known[page.exhibit]
        if page.page not in spans:
            return Heard()
        return cut_out(heard, *spans[page.page])


class Searched:
    """Sources that ask the search engine: for cases too large for memory."""

    def __init__(self, case: Case, ears: _Ears) -> None:
        self._case, self._ears = case, ears
        self._counts: dict[str, int] = {}

    def seek(self, words: str) -> Iterable[Page]:
        """Pages that hold the rarest of the words."""
        wanted = sorted(
            {term for term in _terms(words) if self.count(term)},
            key=lambda term: (self.count(term), term),
        )[:_RARE]
        if not wanted:
            return []
        found = self._find(" OR ".join(f'"{term}"' for term in wanted), _PAGES)
        pages = []
        for hit in found["hits"]:
            row = self._case.catalogue.exhibit_id(hit["exhibit"])
            text = self._case.catalogue.page_text(row, hit["page"]) if row is not None else None
            if text is not None:
                pages.append(Page(hit["exhibit"], hit["path"], hit["page"], text))
        return pages

    def heard(self, page: Page) -> Heard:
        """What was heard on a page."""
        return self._ears.heard(page)

    def count(self, word: str) -> int:
        """On how many pages a word stands."""
        if word not in self._counts:
            self._counts[word] = int(self._find(f'"{word}"', 0)["total"])
        return self._counts[word]

    def near(self, name: str) -> Iterable[str]:
        """Words that are a letter away from a name, as they stand on the pages."""
        found: dict[str, None] = {}
        query = f"{name}~1"
        for hit in self._find(query, 20)["hits"]:
            row = self._case.catalogue.exhibit_id(hit["exhibit"])
            text = self._case.catalogue.page_text(row, hit["page"]) if row is not None else None
            for start, end in self._case.marks(query, hit["exhibit"], hit["page"]):
                if text is not None and text[start:end].casefold() != name.casefold():
                    found[text[start:end]] = None
        return list(found)

    def _find(self, query: str, limit: int) -> dict[str, Any]:
        try:
            return self._case.search(query, limit=limit)
        except QueryError:
            return {"hits": [], "total": 0}  # a word that the query language cannot hold


def _terms(words: str) -> Iterator[str]:
    """Words to search for; runs of Han in pieces of four characters."""
    for token in tokens(words):
        text = token.norm
        if '"' in text or "\\" in text or not any(map(str.isalnum, text)):
            continue
        yield text
    run = ""
    for character in [*words, " "]:
        if is_han(character):
            run += character
            continue
        for at in range(0, max(len(run) - 3, 0), 2):
            yield run[at : at + 4]
        run = ""


def cut_out(heard: Heard, start: int, end: int) -> Heard:
    """What was heard inside `[start, end)` of a text, with places counted from `start`."""

    def inside(low: int, high: int) -> bool:
        return start <= low and high <= end

    def mention(item: Mention | None) -> Mention | None:
        if item is None or not inside(item.start, item.end):
            # a speaker who is named on another page is still the speaker: only the place goes
            return None if item is None else msgspec.structs.replace(item, start=0, end=0)
        return msgspec.structs.replace(item, start=item.start - start, end=item.end - start)

    def stretches(some: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
        return tuple(
            Stretch(max(s.start, start) - start, min(s.end, end) - start)
            for s in some
            if s.start < end and start < s.end
        )

    def statement(item: Statement) -> Statement | None:
        content = stretches(item.content)
        if not content:
            return None
        return msgspec.structs.replace(
            item,
            content=content,
            quotes=stretches(item.quotes),
            speaker=mention(item.speaker),
            cue=mention(item.cue),
            addressee=mention(item.addressee),
            where=mention(item.where),
            via=tuple(
                Step(s.name, s.start - start, s.end - start)
                for s in item.via
                if inside(s.start, s.end)
            ),
        )

    def figure(item: Figure) -> Figure:
        return msgspec.structs.replace(
            item, start=item.start - start, end=item.end - start, of=mention(item.of)
        )

    def moment(item: Moment) -> Moment:
        return msgspec.structs.replace(item, start=item.start - start, end=item.end - start)

    return Heard(
        tuple(s for s in map(statement, heard.statements) if s is not None),
        tuple(figure(f) for f in heard.figures if inside(f.start, f.end)),
        tuple(moment(d) for d in heard.dates if inside(d.start, d.end)),
        heard.method,
    )
