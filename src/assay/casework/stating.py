"""Statements, figures and dates of a case, or of a file outside any, as the contract gives them.

Listening counts in an exhibit's whole text; here each place is given on its page. A statement
that runs over a page break is cut for `exact` at its page's end, and whole in `content` and in the
locator. The id of a statement is the digest of (exhibit, exact words, ordinal among equal ones), so
that it outlives other statements coming and going.
"""

from __future__ import annotations

import bisect
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from assay.casework.references import locator_json
from assay.errors import NotFound
from assay.locate.anchor import locator_for
from assay.model.statement import Figure, Heard, Mention, Moment, Statement, Step, Stretch
from assay.proof import canonical, digests

if TYPE_CHECKING:
    from assay.casework.case import Case

_Item = TypeVar("_Item", Figure, Moment)
KINDS = ("statement", "figure", "date")


class Sheet(msgspec.Struct, frozen=True):
    """A page of the text: its number, and where it starts and ends in the whole."""

    number: int
    start: int
    end: int


class Told:
    """One exhibit's text with its pages, and what was heard in it, given as the contract has it."""

    def __init__(
        self, exhibit: str, path: str, text: str, sheets: Sequence[Sheet], heard: Heard
    ) -> None:
        self._exhibit, self._path, self._text, self._heard = exhibit, path, text, heard
        self._sheets = list(sheets) or [Sheet(1, 0, len(text))]
        self._starts = [sheet.start for sheet in self._sheets]
        self._figures = sorted(heard.figures, key=_begin)
        self._dates = sorted(heard.dates, key=_begin)

    def _sheet(self, offset: int) -> Sheet:
        return self._sheets[max(bisect.bisect_right(self._starts, offset) - 1, 0)]

    def _place(self, start: int, end: int) -> dict[str, Any]:
        sheet = self._sheet(start)
        end = min(end, max(sheet.end, start + 1))
        return {"page": sheet.number, "start": start - sheet.start, "end": end - sheet.start}

    def _pieces(self, stretches: Sequence[Stretch]) -> list[dict[str, Any]]:
        """Stretches by page: one that runs over a break is a piece on each of its pages."""
        found = []
        for stretch in stretches:
            at = stretch.start
            while at < stretch.end:
                sheet = self._sheet(at)
                after = bisect.bisect_right(self._starts, at)
                following = self._starts[after] if after < len(self._starts) else stretch.end
                end = min(stretch.end, max(sheet.end, at + 1))
                if self._text[at:end].strip():
                    found.append(self._place(at, end))
                at = max(following, end) if end < stretch.end else end
        return found

    def _mention(self, mention: Mention | None, *keys: str) -> dict[str, Any] | None:
        if mention is None:
            return None
        value = {"surface": mention.surface, **self._place(mention.start, mention.end)}
        return value | {key: getattr(mention, key) for key in keys}

    def _step(self, step: Step) -> dict[str, Any]:
        return {"name": step.name, **self._place(step.start, step.end)}

    def statements(self, page: int | None = None, least: float = 0.0) -> Iterator[dict[str, Any]]:
        """`statement` of each in the order of the text; those that begin on `page` alone.

        Those of a confidence below `least` are left out.
        """
        seen: Counter[str] = Counter()
        for statement in self._heard.statements:
            exact = self._text[statement.content[0].start : statement.content[-1].end]
            ordinal = seen[exact]
            seen[exact] += 1
            if page is not None and self._sheet(statement.content[0].start).number != page:
                continue
            if statement.confidence >= least:
                yield self._statement(statement, ordinal)

    def _statement(self, statement: Statement, ordinal: int) -> dict[str, Any]:
        content = statement.content
        start, end = content[0].start, content[-1].end
        name = canonical.encode([self._exhibit, self._text[start:end], ordinal])
        place = self._place(start, end)
        sheet = self._sheet(start)
        locator = msgspec.structs.replace(
            locator_for(self._exhibit, self._text, start, end), page=sheet.number
        )
        return {
            "schema": "assay/statement/1",
            "id": digests.digest_of(name),
            "exhibit": self._exhibit,
            "path": self._path,
            **place,
            "exact": self._text[sheet.start + place["start"] : sheet.start + place["end"]],
            "kind": statement.kind,
            "content": self._pieces(content),
            "quotes": self._pieces(statement.quotes),
            "confidence": round(statement.confidence, 3),
            "speaker": self._mention(statement.speaker, "name", "role", "anonymous"),
            "cue": self._mention(statement.cue),
            "addressee": self._mention(statement.addressee, "name"),
            "when": None if statement.when is None else self._moment(statement.when),
            "place": self._mention(statement.where),
            "via": [self._step(step) for step in statement.via],
            "figures": [self._figure(f) for f in _inside(self._figures, content)],
            "dates": [self._date(d) for d in _inside(self._dates, content)],
            "locator": locator_json(locator),
        }

    def _figure(self, figure: Figure) -> dict[str, Any]:
        return {
            "schema": "assay/figure/1",
            "exhibit": self._exhibit,
            "path": self._path,
            **self._place(figure.start, figure.end),
            "surface": figure.surface,
            "low": figure.low,
            "low_included": figure.low_included,
            "high": figure.high,
            "unit": figure.unit,
            "of": self._mention(figure.of),
        }

    def _moment(self, moment: Moment) -> dict[str, Any]:
        return {
            **self._place(moment.start, moment.end),
            "surface": moment.surface,
            "from": moment.since,
            "to": moment.until,
            "why": moment.why,
            "candidates": _candidates(moment),
            "fits": list(moment.candidates),
        }

    def _date(self, moment: Moment) -> dict[str, Any]:
        return {
            "schema": "assay/date/1",
            "exhibit": self._exhibit,
            "path": self._path,
            **self._moment(moment),
        }

    def everything(self, kinds: Sequence[str] = KINDS) -> Iterator[dict[str, Any]]:
        """Statements, then figures, then dates, each in the order of the text."""
        if "statement" in kinds:
            yield from self.statements()
        if "figure" in kinds:
            yield from map(self._figure, self._heard.figures)
        if "date" in kinds:
            yield from map(self._date, self._heard.dates)


def _begin(item: Figure | Moment) -> int:
    return item.start


def _inside(items: Sequence[_Item], content: Sequence[Stretch]) -> Iterator[_Item]:
    """Those of `items`, sorted by their start, that lie in one of the pieces."""
    for piece in content:
        for at in range(bisect.bisect_left(items, piece.start, key=_begin), len(items)):
            if items[at].start >= piece.end:
                break
            if items[at].end <= piece.end:
                yield items[at]


def _candidates(moment: Moment) -> list[int | str]:
    """What would fit: the years alone where nothing but the year is open, else whole dates."""
    days = {text[5:10] for text in moment.candidates}
    if moment.since is None and len(days) == 1 and "" not in days:
        return [int(text[:4]) for text in moment.candidates]
    return list(moment.candidates)


def words_of(item: dict[str, Any]) -> str:
    """What was said, without what stands between its pieces; those on other pages left out."""
    exact, start = item["exact"], item["start"]
    pieces = [
        exact[piece["start"] - start : piece["end"] - start]
        for piece in item["content"]
        if piece["page"] == item["page"]
    ]
    return " … ".join(" ".join(piece.split()) for piece in pieces if piece)


def told(case: Case, exhibit: int) -> Told | None:
    """What was heard in an exhibit by its row number; None where nobody listened yet."""
    heard = case.catalogue.spoken.of(exhibit)
    if heard is None:
        return None
    text, sheets = "", []
    parts: list[str] = []
    for page in case.catalogue.pages(exhibit):
        sheets.append(Sheet(page.number, page.start, page.start + len(page.text)))
        parts += (page.text, page.gap)
    text = "".join(parts)
    places = case.catalogue.appearances(exhibit)
    digest = case.catalogue.row_by_id(exhibit).digest
    return Told(digest, places[0].display if places else "", text, sheets, heard)


def statements(
    case: Case, references: Sequence[str], kinds: Sequence[str] = KINDS
) -> Iterator[dict[str, Any]]:
    """`statement`, `figure` and `date` of the exhibits named, of all where none is.

    Raises NotFound for a name that is not in the case, before anything is given.
    """
    case.refresh()
    rows = []
    for reference in references:
        row = case.catalogue.row(case.resolve(reference).exhibit)
        if row is None:
            raise NotFound(f"exhibit {reference}", "it is not in this case", "")
        rows.append(row.id)
    return _given(case, rows if references else case.catalogue.spoken.exhibits(), kinds)


def _given(case: Case, rows: Sequence[int], kinds: Sequence[str]) -> Iterator[dict[str, Any]]:
    for row in rows:
        found = told(case, row)
        if found is not None:
            yield from found.everything(kinds)


def page_of(
    case: Case, speaker: str | None, kind: str | None, least: float, first: int, count: int
) -> dict[str, Any]:
    """A page of the case's statements with their total, sifted by speaker, kind and confidence."""
    case.refresh()
    total, places = case.catalogue.spoken.places(speaker, kind, least, first, count)
    items: list[dict[str, Any]] = []
    known: dict[int, list[dict[str, Any]]] = {}
    for exhibit, number in places:
        if exhibit not in known:
            found = told(case, exhibit)
            known = {exhibit: [] if found is None else list(found.statements())}
        if number < len(known[exhibit]):
            items.append(known[exhibit][number])
    return {
        "schema": "assay/list/1",
        "items": items,
        "total": total,
        "counts": case.catalogue.spoken.counts(),
    }


def waiting(case: Case, references: Sequence[str]) -> int:
    """How many of the exhibits named (of all where none is) nobody has listened to yet."""
    if not references:
        return case.catalogue.spoken.counts()["waiting"]
    rows = [case.catalogue.row(case.resolve(name).exhibit) for name in references]
    return sum(
        row is not None and row.chars > 0 and case.catalogue.spoken.of(row.id) is None
        for row in rows
    )


def statements_of_file(
    path: Path, said_on: str | None = None, kinds: Sequence[str] = KINDS
) -> list[dict[str, Any]]:
    """The same of a file as it is, read and listened to in the sandbox. Raises WorkerLost.

    `said_on`: the text's own day, ISO 8601; else the day that the file names for itself.
    """
    from assay.casework.loose import listen_to_file
    from assay.model.exhibit import display_component

    digest, reading, heard = listen_to_file(path, said_on)
    name = display_component(path.name.encode("utf-8", "surrogateescape"))
    sheets = [Sheet(page.number, page.start, page.end) for page in reading.pages]
    return list(Told(digest, name, reading.text, sheets, heard).everything(kinds))
