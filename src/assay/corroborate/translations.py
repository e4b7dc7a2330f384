"""Offer the source of a quotation that stands in another language.

No words are shared, so a candidate is found by what a translation keeps: figures and names. A
statement of a page in another language is offered beside the draft's words when both hold the
same numbers (two, or one of three digits and more), or one number and one name. Whether it says
the same is for a person to judge: the verdict says that it is offered, no more.
"""

from __future__ import annotations

from assay.corroborate.sources import Sources
from assay.corroborate.tokens import tokens
from assay.corroborate.values import sound
from assay.corroborate.words import frequency, language_of, value
from assay.model.draft import Evidence

_NOTE = "in another language; compare by hand"


def translation_of(text: str, speaker: str | None, sources: Sources) -> tuple[Evidence, ...]:
    """Statements in another language that may be what `text` translates; at most three."""
    numbers, names = _kept(text)
    if speaker:
        names |= {sound(token.norm) for token in tokens(speaker) if len(token.norm) > 3}
    if not numbers and len(names) < 2:
        return ()
    language = language_of(text)
    found: list[tuple[int, Evidence]] = []
    wanted = " ".join(
        [
            *(text[token.start : token.end] for token in tokens(text) if _tells(text, token.start)),
            *([speaker] if speaker else []),
        ]
    )
    for number, page in enumerate(sources.seek(wanted)):
        if number >= 20:
            break
        if language_of(page.text) == language:
            continue
        for statement in sources.heard(page).statements:
            pieces = statement.content or statement.quotes
            if not pieces:
                continue
            start, end = pieces[0].start, pieces[-1].end
            said = page.text[start:end]
            theirs, their_names = _kept(said)
            same = numbers & theirs
            shared = len(names & their_names)
            long = sum(value_ >= 100 for value_ in same)
            if len(same) >= 2 or long or (same and shared) or shared >= 3:
                weight = 2 * len(same) + long + shared
                found.append(
                    (
                        weight,
                        Evidence(page.exhibit, page.path, page.page, start, end, said, _NOTE),
                    )
                )
    found.sort(key=lambda row: -row[0])
    return tuple(evidence for _, evidence in found[:3])


def _tells(text: str, at: int) -> bool:
    return text[at].isdigit() or text[at].isupper()


def _kept(text: str) -> tuple[set[float], set[str]]:
    """The numbers in digits and the names of a text: what a translation leaves as it is."""
    numbers: set[float] = set()
    names: set[str] = set()
    for token in tokens(text):
        if token.norm[0].isdigit():
            known = value(token.norm)
            if known is not None:
                numbers.add(known)
        elif text[token.start].isupper() and len(token.norm) > 3 and frequency(token.norm) < 5_000:
            names.add(sound(token.norm))
    return numbers, names
