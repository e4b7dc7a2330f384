"""Check a draft against a case: each quotation, figure, date and name beside what the case says.

    check(text, heard, sources) -> list[Check]

`text` is the draft's extracted text, `heard` what was heard in it (statements give the speakers
that the draft names; figures; dates), `sources` a `corroborate.sources.Sources`:

- `Held(pages, heard=function)` holds pages in memory and indexes them; up to some ten million
  characters this is the quick way. Build it once, check many drafts.
- A case's own object with `seek(words)`, `heard(page)`, `count(word)` and `near(name)`: only the
  pages that `seek` finds for the draft's quotations are looked at.

`aliases` may give further names of a speaker (folded name -> names), `progress` is called with
the number of quotations done. The checks come in the order of the draft. `text[start:end]` is
each check's `text`. Nothing is raised for any text.

`alarming(checks)` tells whether exit code 30 is due. `wording.footnotes(checks)` and
`wording.with_footnotes(text, checks)` make what a writer pastes, `commented.comment_on(docx, text,
checks, author=…, at=…)` and `commented.new_docx(text, checks, …)` a DOCX with comments.

How a quotation is checked:

1. Where do its letters stand exactly (marks, spaces and dashes left out)? Else: where do its seeds
   lie (`sources.Seeds.regions`)?
2. Each such place is laid beside it token by token (`align`), and what differs is judged (`edits`).
3. What of it has no like there is looked for elsewhere: two places are a splice.
4. Where the source names another speaker for that place, it is misattributed.
5. What stood around it there is read (`context`): a sense that was cut off is a truncation.
6. Of several places the one with the mildest verdict is given: these words do stand there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from rapidfuzz.fuzz import ratio

from assay.corroborate import context, values
from assay.corroborate.align import Laid, lay
from assay.corroborate.edits import Judged, judge
from assay.corroborate.lexicon import Lexicon, Reading, rate_of, slips
from assay.corroborate.marks import quoted, reporting, set_apart
from assay.corroborate.misread import NOISY, plainly_misread
from assay.corroborate.sources import Held, Letters, Page, Region, Seeds, Sources, letters_of
from assay.corroborate.speakers import is_name, name_of, told_apart
from assay.corroborate.tokens import Token, is_han, tokens
from assay.corroborate.translations import translation_of
from assay.model.draft import ALARMS, Check, Edit, Evidence, Verdict
from assay.model.statement import Heard, Statement

_ELLIPSIS = re.compile(r"[\[(]?\s?(?:…|\.\s?\.\s?\.(?:\s?\.)?|⋯⋯?|—\s?—\s?—)\s?[\])]?")
_BRACKETED = re.compile(r"\[([^\[\]\n]{1,80})\]")
_ENOUGH = 0.55  # of the quotation's tokens must have their like, or it is not found
_CLAUSE = 320  # characters that a reporting clause may take
_TELLS = 30  # letters of a quotation that stands word for word, for which no other place is sought
_NONE = 99  # alterations of a quotation for which no place was found
_APART = 8  # tokens left out in silence from which two pieces are two places
_WHITE = re.compile(r"\s")
_AROUND = 450  # characters around a place from which the rate of slips is told
_STRETCH = 450  # ... in stretches of so many
_RANK = {"verbatim": 0, "truncated": 1, "altered": 2, "spliced": 3, "misattributed": 4}


class Quotation(NamedTuple):
    """A quotation of the draft, taken apart.

    `free`: tokens in square brackets. `gaps`: tokens before which an ellipsis stands.
    """

    start: int
    end: int
    speaker: str | None
    tokens: list[Token]
    free: frozenset[int]
    gaps: frozenset[int]


class _Found(NamedTuple):
    """What one place makes of a quotation."""

    verdict: Verdict
    edits: tuple[Edit, ...]
    spans: tuple[tuple[int, int], ...]
    notes: tuple[str, ...]
    alterations: int


def check(
    text: str,
    heard: Heard,
    sources: Sources,
    *,
    aliases: Mapping[str, Collection[str]] | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Check]:
    """Check every quotation, figure, date and name of a draft; in the draft's order."""
    checks = check_quotations(text, heard, sources, aliases=aliases, progress=progress)
    checks += values.check_figures(text, heard, sources)
    checks += values.check_dates(text, heard, sources)
    checks += values.check_names(text, heard, sources)
    return sorted(checks, key=lambda one: (one.start, one.end))


def check_quotations(
    text: str,
    heard: Heard,
    sources: Sources,
    *,
    aliases: Mapping[str, Collection[str]] | None = None,
    progress: Callable[[int], None] | None = None,
) -> list[Check]:
    """Check the quotations of a draft alone."""
    quotations = quotations_of(text, heard)
    checker = Checker(text, sources, quotations, aliases=aliases)
    checks: list[Check] = []
    for number, quotation in enumerate(quotations):
        checks.append(checker.quotation(quotation))
        if progress:
            progress(number + 1)
    return checks


def alarming(checks: Iterable[Check]) -> bool:
    """Whether something was altered, truncated, spliced or misattributed: exit code 30."""
    return any(one.verdict in ALARMS for one in checks)


# ---------------------------------------------------------------- the draft


def quotations_of(text: str, heard: Heard) -> list[Quotation]:
    """The draft's quotations: what stands in marks and is an utterance, with its named speaker.

    Words in marks that no statement holds are taken from three words on: fewer are a title or
    a word held off with tongs.
    """
    found: list[Quotation] = []
    taken: list[tuple[int, int]] = []
    marked = [(start, end) for start, end in quoted(text)]
    for statement in heard.statements:
        for stretch in statement.quotes:
            start, end = max(0, stretch.start), min(len(text), stretch.end)
            if start < end and not any(a < end and start < b for a, b in marked):
                marked.append((start, end))
    for start, end in sorted(marked):
        said = _statement_at(heard.statements, start, end)
        quotation = take_apart(text, start, end, _speaker(said))
        enough = 1 if said is not None else 3
        if sum(1 if not is_han(token.norm) else 0.5 for token in quotation.tokens) < enough:
            continue
        if taken and taken[-1][1] > start:
            continue
        taken.append((start, end))
        found.append(quotation)
    return found


def take_apart(text: str, start: int, end: int, speaker: str | None = None) -> Quotation:
    """A quotation's tokens, with what the writer openly put in or left out."""
    inside = text[start:end]
    plain = inside
    brackets: list[tuple[int, int]] = []
    for match in _BRACKETED.finditer(inside):
        low, high = match.span()
        within = match[1]
        after = inside[high : high + 1]
        if len(within) == 1 and within.isalpha() and after.isalpha():
            # "[T]hey": a capital of the writer's
            plain = plain[:low] + "\u200b" + within + "\u200b" + plain[high:]
        elif not _ELLIPSIS.fullmatch(match[0]):
            brackets.append((low, high))
    found = tokens(plain)
    free = frozenset(
        number
        for number, token in enumerate(found)
        if any(low <= token.start < high for low, high in brackets)
    )
    gaps = set()
    for match in _ELLIPSIS.finditer(inside):
        number = next((n for n, token in enumerate(found) if token.start >= match.end()), None)
        if number:
            gaps.add(number)
    moved = [Token(token.norm, token.start + start, token.end + start) for token in found]
    return Quotation(start, end, speaker, moved, free, frozenset(gaps))


def _statement_at(statements: Sequence[Statement], start: int, end: int) -> Statement | None:
    """The statement whose content shares most with a stretch, None where none touches it."""
    best: Statement | None = None
    most = 0
    for statement in statements:
        shared = sum(
            max(0, min(end, piece.end) - max(start, piece.start))
            for piece in (*statement.content, *statement.quotes)
        )
        if shared > most:
            best, most = statement, shared
    return best


def _speaker(statement: Statement | None) -> str | None:
    if statement is None or statement.speaker is None:
        return None
    return name_of(statement.speaker) or statement.speaker.surface or None


# ---------------------------------------------------------------- the check


class Checker:
    """Holds what the checks of one draft share: the seeds, the lexicon, what was heard."""

    def __init__(
        self,
        text: str,
        sources: Sources,
        quotations: Sequence[Quotation] = (),
        *,
        aliases: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        """Prepare for `text`. Sources that are not `Held` are asked for each quotation's pages."""
        self.text = text
        self.sources = sources
        self.aliases = aliases
        if isinstance(sources, Held):
            self.seeds = sources.seeds
        else:
            self.seeds = Seeds(_gather(text, sources, quotations))
        self._lexicons = sources.lexicons if isinstance(sources, Held) else {}
        self._heard: dict[tuple[str, int], Heard] = {}
        self.quotations = quotations

    def quotation(self, quotation: Quotation) -> Check:
        """Check one quotation."""
        text = self.text[quotation.start : quotation.end]
        best: _Found | None = None
        for found in self._places(quotation):
            if best is None or _better(found, best):
                best = found
            if best.verdict == "verbatim" and not best.alterations:
                break
        if best is None:
            return self._elsewhere(quotation, text)
        evidence = tuple(
            Evidence(
                place.page.exhibit,
                place.page.path,
                place.page.page,
                place.start,
                place.end,
                place.page.text[place.start : place.end],
                note,
            )
            for (start, end), note in zip(best.spans, best.notes, strict=True)
            for place in self.seeds.places(start, end)
        )
        return Check(
            quotation.start,
            quotation.end,
            text,
            "quotation",
            quotation.speaker,
            best.verdict,
            best.edits,
            evidence,
        )

    def _elsewhere(self, quotation: Quotation, text: str) -> Check:
        evidence = translation_of(text, quotation.speaker, self.sources)
        return Check(
            quotation.start,
            quotation.end,
            text,
            "quotation",
            quotation.speaker,
            "translation" if evidence else "not_found",
            (),
            evidence,
        )

    def _places(self, quotation: Quotation) -> Iterable[_Found]:
        """What each place that may be the source makes of a quotation, likeliest first."""
        if not quotation.tokens:
            return
        inside = self.text[quotation.start : quotation.end]
        whole = letters_of(inside)
        exact: list[tuple[int, int]] = []
        if not quotation.free:
            exact = self.seeds.exactly(whole)
            for start, end in exact:
                found = self._exactly(quotation, start, end)
                if found:
                    yield found
        if exact and len(whole.folded) >= _TELLS:
            return
        regions = self.seeds.regions(whole, 16)
        if exact and (not regions or regions[0].seeds >= len(whole.folded) * 0.9):
            return
        by_words = not regions or regions[0].seeds < 3
        if by_words:
            regions = [*regions, *self.seeds.by_words(inside, whole)]
        done: set[tuple[int, int]] = set()
        fewest = _NONE
        for thorough in (False, True, True):
            for window in self._likely(whole, regions, thorough):
                if window in done or any(
                    start >= window[0] and end <= window[1] for start, end in exact
                ):
                    continue
                done.add(window)
                found = self._lay(quotation, window)
                if found:
                    fewest = min(fewest, found.alterations)
                    yield found
            if fewest < 3 or exact or (thorough and (by_words or fewest < _NONE)):
                return
            if thorough:
                # common seeds hid the place, or hardly a letter there was read right
                regions, by_words = self.seeds.by_words(inside, whole), True

    def _likely(
        self, whole: Letters, regions: Sequence[Region], thorough: bool = False
    ) -> list[tuple[int, int]]:
        """The windows of the regions whose letters are most like the quotation's, best first."""
        if not regions:
            return []
        most = regions[0].seeds
        near = [region for region in regions if region.seeds * 2 > most]
        if len(near) == 1 and most >= 8 and not thorough:
            return [self._window(whole, regions[0], regions)]
        wanted = whole.string()
        scored: list[tuple[float, tuple[int, int]]] = []
        for region in near if most >= 8 and not thorough else regions:
            window = self._window(whole, region, regions)
            if any(window == other for _, other in scored):
                continue
            there = self.seeds.letters_between(*window)
            scored.append((ratio(wanted, there), window))
        scored.sort(key=lambda row: -row[0])
        return [window for score, window in scored[:3] if score > 35 and score > scored[0][0] - 20]

    def _exactly(self, quotation: Quotation, start: int, end: int) -> _Found | None:
        """A place with the same letters: verbatim, unless words were joined or parted."""
        theirs = tokens(self.seeds.text, start, end)
        if [token.norm for token in theirs] == [token.norm for token in quotation.tokens]:
            return self._settle(quotation, [(start, end)], [], [(start, end)])
        return self._lay(quotation, (start, end))

    def _window(self, whole: Letters, region: Region, regions: Sequence[Region]) -> tuple[int, int]:
        """The stretch of text that a region's quotation may take, with room at both ends."""
        size = len(whole.folded)
        low = region.first[1] - region.first[0] - int(region.first[0] * 0.25) - 12
        left = size - region.last[0]
        high = region.last[1] + left + int(left * 0.25) + 12
        for other in regions:
            if other is region:
                continue
            if (
                other.first[0] > region.last[0] - 7
                and 0 < other.first[1] - region.last[1] < (other.first[0] - region.last[0]) + 400
            ):
                rest = size - other.last[0]
                high = max(high, other.last[1] + rest + int(rest * 0.25) + 12)
            elif (
                other.last[0] < region.first[0] + 7
                and 0 < region.first[1] - other.last[1] < (region.first[0] - other.last[0]) + 400
            ):
                low = min(low, other.first[1] - other.first[0] - int(other.first[0] * 0.25) - 12)
        start, end = self.seeds.span(low, high)
        wall_low, wall_high = self.seeds.bounds(int(self.seeds.letters.origin[region.first[1]]))
        start, end = max(start, wall_low), min(end, wall_high)
        text = self.seeds.text
        while start > wall_low and text[start - 1].isalnum() and not is_han(text[start - 1]):
            start -= 1
        while end < wall_high and text[end].isalnum() and not is_han(text[end]):
            end += 1
        return start, end

    def _lay(self, quotation: Quotation, window: tuple[int, int]) -> _Found | None:
        ours = quotation.tokens
        laid, judged, theirs = self._judge(ours, window, quotation.free, quotation.gaps)
        if laid is None or judged is None:
            return None
        if not (judged.held[0] and judged.held[-1]):
            # the rest may stand behind a reporting clause: "…," she said, "…"
            wider = self._wider(window, not judged.held[0], not judged.held[-1])
            more, judged_more, theirs_more = self._judge(
                ours, wider, quotation.free, quotation.gaps
            )
            if more is not None and judged_more is not None and _fuller(judged_more, judged):
                laid, judged, theirs = more, judged_more, theirs_more
        held = sum(judged.held)
        span = (theirs[laid.begin].start, theirs[laid.end - 1].end)
        rest = _unheld(judged.held, laid, ours, theirs)
        pieces: list[tuple[int, int]] = []
        edits = judged.edits
        if rest and held >= 3:
            other = self._piece(quotation, rest, span)
            if other is not None:
                low, high = rest
                first = next((n for n, has in enumerate(judged.held) if has), 0)
                pieces = [span, other] if first < low else [other, span]
                held = sum(has or low <= number < high for number, has in enumerate(judged.held))
                edits = [
                    edit
                    for edit in judged.edits
                    if edit.kind != "noise"
                    and edit.draft
                    and not self._within(edit, quotation, low, high)
                ]
        if held < max(1, _ENOUGH * len(ours)) or (held < 2 and len(ours) > 2):
            return None
        if not pieces and judged.left_out >= _APART:
            before, after = _around_gap(laid, theirs)
            if before and after:
                pieces = [before, after]
        if pieces and quotation.gaps and self._near(pieces):
            pieces = []
        if pieces:
            return self._settle(quotation, pieces, edits, [], spliced=True)
        return self._settle(quotation, [span], edits, _segments(laid, theirs, quotation.gaps))

    def _wider(self, window: tuple[int, int], left: bool, right: bool) -> tuple[int, int]:
        """A window with room for a reporting clause at one end or both, cut at white space."""
        text = self.seeds.text
        wall_low, wall_high = self.seeds.bounds(window[0])
        start = max(wall_low, window[0] - _CLAUSE) if left else window[0]
        end = min(wall_high, window[1] + _CLAUSE) if right else window[1]
        while wall_low < start < window[0] and text[start - 1].isalnum():
            start += 1
        while window[1] < end < wall_high and text[end].isalnum():
            end -= 1
        return start, end

    def _within(self, edit: Edit, quotation: Quotation, low: int, high: int) -> bool:
        piece = self.text[quotation.tokens[low].start : quotation.tokens[high - 1].end]
        return edit.draft in piece

    def _near(self, pieces: Sequence[tuple[int, int]]) -> bool:
        """Whether two pieces that an ellipsis parts stand in one speech, in order."""
        return 0 <= pieces[1][0] - pieces[0][1] < 3_000 and self.seeds.bounds(
            pieces[0][0]
        ) == self.seeds.bounds(pieces[1][0])

    def _judge(
        self,
        ours: Sequence[Token],
        window: tuple[int, int],
        free: frozenset[int],
        gaps: frozenset[int],
    ) -> tuple[Laid | None, Judged | None, list[Token]]:
        text = self.seeds.text
        theirs = tokens(text, *window)
        if not theirs:
            return None, None, theirs
        apart = set_apart(text, *window)
        lexicon = self._lexicon(window[0])
        norms = {token.norm for token in theirs}
        rate = 0.0
        if any(token.norm not in norms for token in ours):
            rate = self._rate(window, lexicon)
        if rate >= NOISY:
            apart += reporting(text, theirs)
        loose = [any(low <= token.start < high for low, high in apart) for token in theirs]
        laid = lay(ours, theirs, free=free, gaps=gaps, loose=loose)
        if laid.begin >= laid.end:
            return None, None, theirs
        if rate < NOISY:
            rate = max(rate, _rate_within(laid, ours, theirs, lexicon))
        judged = judge(
            laid, ours, theirs, self.text, text, lexicon, rate,
            free=free, gaps=gaps, loose=loose,
        )  # fmt: skip
        return laid, judged, theirs

    def _rate(self, window: tuple[int, int], lexicon: Lexicon) -> float:
        """How badly the text around a window was read.

        Never beyond the exhibit: what lies beside it here may be in another script.
        """
        low, high = self.seeds.bounds(window[0])
        first = (max(low, window[0] - _AROUND) - low) // _STRETCH
        last = (min(high, window[1] + _AROUND) - 1 - low) // _STRETCH
        return rate_of([self._reading(low, high, at, lexicon) for at in range(first, last + 1)])

    def _reading(self, low: int, high: int, number: int, lexicon: Lexicon) -> Reading:
        """What the stretch of that number shows of its reader; words across its ends are left."""
        key = (low, number)
        if key not in lexicon.readings:
            begin = low + number * _STRETCH
            end = min(high, begin + _STRETCH)
            part = self.seeds.text[begin:end]
            first = _WHITE.search(part) if begin > low else None
            last = part.rfind(" ") if end < high else -1
            lexicon.readings[key] = lexicon.reading(
                part[first.end() if first else 0 : last if last > 0 else None]
            )
        return lexicon.readings[key]

    def _lexicon(self, at: int) -> Lexicon:
        number = self.seeds.page_at(at)
        language = self.seeds.language(number)
        if language not in self._lexicons:
            self._lexicons[language] = Lexicon(self.sources.count, language)
        return self._lexicons[language]

    def _piece(
        self, quotation: Quotation, rest: tuple[int, int], span: tuple[int, int]
    ) -> tuple[int, int] | None:
        """Where else a run of tokens without a like stands, well away from `span`."""
        low, high = rest
        ours = quotation.tokens[low:high]
        inside = letters_of(self.text[ours[0].start : ours[-1].end])
        if len(ours) < 4 or len(inside.folded) < (11 if not is_han(ours[0].norm) else 5):
            return None
        for start, end in self.seeds.exactly(inside, 5):
            if start >= span[1] or end <= span[0]:
                return start, end
        regions = self.seeds.regions(inside, 8)
        for window in self._likely(inside, regions):
            laid, judged, theirs = self._judge(ours, window, frozenset(), frozenset())
            if laid is None or judged is None:
                continue
            start, end = theirs[laid.begin].start, theirs[laid.end - 1].end
            apart = start >= span[1] or end <= span[0]
            if apart and sum(judged.held) >= 0.75 * len(ours):
                return start, end
        return None

    def _settle(
        self,
        quotation: Quotation,
        spans: Sequence[tuple[int, int]],
        edits: Sequence[Edit],
        segments: Sequence[tuple[int, int]],
        *,
        spliced: bool = False,
    ) -> _Found:
        """The verdict of one place, by precedence."""
        real = [edit for edit in edits if edit.kind != "noise"]
        notes = [""] * len(spans)
        verdict: Verdict = "verbatim"
        beside = self._beside(quotation)
        for number, (start, end) in enumerate(segments):
            # what stands before a segment, up to the one before it
            low, high = self.seeds.bounds(start)
            low = segments[number - 1][1] if number else low
            high = segments[number + 1][0] if number + 1 < len(segments) else high
            language = self.seeds.language(self.seeds.page_at(start))
            cut = context.changed_by(
                self.seeds.text,
                start,
                end,
                beside,
                low,
                high,
                language,
                partial(self._rate, (start, end), self._lexicon(start)),
            )
            if cut and not self._said_next(quotation, start, end, cut.after):
                verdict = "truncated"
                notes[0] = f"left out: {cut.words}"
                break
        if real:
            verdict = "altered"
        if spliced:
            verdict = "spliced"
            notes = [f"piece {number}" for number in range(1, len(spans) + 1)]
        claimed = quotation.speaker
        if claimed and is_name(claimed):
            for number, (start, end) in enumerate(spans):
                said = self._said_by(start, end)
                if said and told_apart(claimed, said, self.aliases):
                    verdict = "misattributed"
                    notes[number] = f"said there by {said}"
        alterations = len(real) + (3 if spliced else 0)
        return _Found(verdict, tuple(edits), tuple(spans), tuple(notes), alterations)

    def _said_by(self, start: int, end: int) -> str | None:
        """The name of whoever the source gives these words to."""
        for place in self.seeds.places(start, end)[:1]:
            statement = _statement_at(self._heard_on(place.page).statements, place.start, place.end)
            if statement is not None:
                return name_of(statement.speaker)
        return None

    def _heard_on(self, page: Page) -> Heard:
        key = (page.exhibit, page.page)
        if key not in self._heard:
            self._heard[key] = self.sources.heard(page)
        return self._heard[key]

    def _beside(self, quotation: Quotation) -> list[Token]:
        """The tokens of the draft's own words in the sentence around a quotation."""
        low = max(0, quotation.start - 160)
        before = re.split(r"[.!?]\s|\n", self.text[low : quotation.start])[-1]
        after = re.split(r"[.!?](?:\s|$)|\n", self.text[quotation.end : quotation.end + 160])[0]
        return tokens(before) + tokens(after)

    def _said_next(self, quotation: Quotation, start: int, end: int, after: bool) -> bool:
        """Whether the draft's neighbouring quotations hold what stands beside this one there."""
        text = self.seeds.text
        if after:
            wanted = [token.norm for token in tokens(text, end, min(len(text), end + 60))[:3]]
        else:
            wanted = [token.norm for token in tokens(text, max(0, start - 60), start)[-3:]]
        for other in self.quotations:
            if other.start == quotation.start or abs(other.start - quotation.start) > 1_500:
                continue
            norms = [token.norm for token in other.tokens]
            if wanted and (norms[:3] if after else norms[-3:]) == wanted:
                return True
        return False


def _rate_within(
    laid: Laid, ours: Sequence[Token], theirs: Sequence[Token], lexicon: Lexicon
) -> float:
    """How badly the place was read, as the draft's own words tell: two misread ones at least."""
    seen = sum(
        step.kind == "changed"
        and step.high - step.low == step.end - step.begin == 1
        and plainly_misread(ours[step.low].norm, theirs[step.begin].norm, lexicon)
        for step in laid.steps
    )
    return seen / max(1, sum(len(token.norm) for token in ours)) if seen > 1 else 0.0


def _better(one: _Found, than: _Found) -> bool:
    return (one.alterations, _RANK.get(one.verdict, 9)) < (
        than.alterations,
        _RANK.get(than.verdict, 9),
    )


def _fuller(one: Judged, than: Judged) -> bool:
    """Whether one judgement finds more of the quotation, or as much with fewer changes."""
    more, less = sum(one.held), sum(than.held)
    return more > less or (more == less and _changes(one) < _changes(than))


def _changes(judged: Judged) -> int:
    return sum(edit.kind != "noise" for edit in judged.edits)


def _unheld(
    held: Sequence[bool], laid: Laid, ours: Sequence[Token], theirs: Sequence[Token]
) -> tuple[int, int] | None:
    """The run of tokens most of which have nothing beside them: [low, high), three or more."""
    weights = [-1.5 if has else 0.0 for has in held]
    for step in laid.steps:
        if held[min(step.low, len(held) - 1)]:
            continue
        if step.kind == "added":
            weights[step.low] = 1.0
        elif step.kind == "changed":
            one = "".join(token.norm for token in ours[step.low : step.high])
            other = "".join(token.norm for token in theirs[step.begin : step.end])
            for number in range(step.low, step.high):
                weights[number] = 0.8 if slips(one, other) * 2 > len(one) else 0.0
    best, total, low = 0.0, 0.0, 0
    run: tuple[int, int] | None = None
    for number, weight in enumerate(weights):
        if total <= 0:
            total, low = 0.0, number
        total += weight
        if total > best:
            best, run = total, (low, number + 1)
    if run is None or best < 2.5 or run[1] - run[0] < 3:
        return None
    return run


def _around_gap(
    laid: Laid, theirs: Sequence[Token]
) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    """What of the source was used before and after the longest stretch left out inside."""
    used = sorted(
        {n for step in laid.steps if step.low < step.high for n in range(step.begin, step.end)}
    )
    widest = max(
        range(1, len(used)), key=lambda number: used[number] - used[number - 1], default=None
    )
    if widest is None:
        return None, None
    before, after = used[:widest], used[widest:]
    return (
        (theirs[before[0]].start, theirs[before[-1]].end),
        (theirs[after[0]].start, theirs[after[-1]].end),
    )


def _segments(laid: Laid, theirs: Sequence[Token], gaps: frozenset[int]) -> list[tuple[int, int]]:
    """The stretches of the source between the quotation's ellipses; each has surroundings."""
    segments: list[list[int]] = [[]]
    left_out = {step.low for step in laid.steps if step.kind == "dropped"}
    for step in laid.steps:
        if step.low in gaps & left_out and step.low < step.high and segments[-1]:
            segments.append([])
        if step.low < step.high and step.begin < step.end:
            segments[-1] += [step.begin, step.end - 1]
    return [(theirs[segment[0]].start, theirs[segment[-1]].end) for segment in segments if segment]


def _gather(text: str, sources: Sources, quotations: Sequence[Quotation]) -> list[Page]:
    """The pages that the case finds for the quotations, in the order of exhibit and page."""
    pages: dict[tuple[str, int], Page] = {}
    for quotation in quotations:
        for page in sources.seek(text[quotation.start : quotation.end]):
            pages.setdefault((page.exhibit, page.page), page)
    return [pages[key] for key in sorted(pages)]
