"""Make a page of an exhibit ready for the engine. Counts code points and pages.

Everything a page can be found by is here, so that the same exhibit always gives the same entry:
its text (analysis.py), its paths, its metadata, the containers it came out of. `page_for_index`
takes values and returns a value; storing is the engine's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from assay.index.analysis import Analysis, analyse, fold
from assay.model.reading import Metadata
from assay.ports import IndexedPage

_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_SAID_ELSEWHERE = frozenset(
    f"header:{name}"
    for name in ("from", "to", "cc", "bcc", "subject", "date", "mime-version", "content-type",
                 "content-transfer-encoding")
)  # fmt: skip
_FOLDER_DEPTH = 12  # folders below this are counted with the one above


class Surroundings(NamedTuple):
    """What all pages of an exhibit are found by, beside their own words."""

    exhibit: str
    names: dict[str, str]
    found: str
    keywords: dict[str, tuple[str, ...]]
    day: int | None
    path: str

    def page(self, number: int, body: Analysis, flags: Iterable[str] = ()) -> IndexedPage:
        """One page as the engine stores it. `flags`: what `has:` finds in the index (`ocr`).

        What the exhibit says of itself stands with its first page alone: it may be long.
        """
        text = {"words": body.words, "han": body.han, "exact": body.exact, **self.names}
        if number == 1:
            text["meta"] = self.found
        keywords = {**self.keywords, "has": tuple(dict.fromkeys(flags))}
        return IndexedPage(self.exhibit, number, text, keywords, self.day, self.path)


def surroundings_of(
    exhibit: str,
    paths: Sequence[str],
    *,
    metadata: Metadata | None = None,
    ancestors: Iterable[str] = (),
    type: str = "",
    lang: str = "",
) -> Surroundings:
    """What the pages of an exhibit have in common.

    `paths`: display forms of all appearances, the first one orders hits by path. `ancestors`:
    digests of the containers it is in, at any depth. `type`: media type. `lang`: code of the
    exhibit's language.
    """
    about = metadata or Metadata()
    names = {
        "path": " ".join(fold(path) for path in paths),
        "author": fold(about.author or ""),
        "from": fold(about.sender or ""),
        # a comma between, so that a phrase does not run from one recipient to the next unseen
        "to": " ".join(fold(recipient) for recipient in about.recipients),
        "subject": fold(" \n".join(filter(None, (about.subject, about.title)))),
    }
    found = " \n".join(v for name, v in about.found if name.lower() not in _SAID_ELSEWHERE)
    keywords = {
        "exhibit": (exhibit,),
        "type": (type,) if type else (),
        "lang": (lang,) if lang else (),
        "container": tuple(dict.fromkeys(ancestors)),
        "folder": folders(paths),
    }
    return Surroundings(
        exhibit, names, fold(found), keywords, day_of(about), paths[0] if paths else ""
    )


def page_for_index(
    exhibit: str,
    number: int,
    text: str,
    paths: Sequence[str],
    *,
    metadata: Metadata | None = None,
    ancestors: Iterable[str] = (),
    type: str = "",
    lang: str = "",
    flags: Iterable[str] = (),
) -> IndexedPage:
    """One page as the engine stores it; see `surroundings_of` and `Surroundings.page`."""
    around = surroundings_of(
        exhibit, paths, metadata=metadata, ancestors=ancestors, type=type, lang=lang
    )
    return around.page(number, analyse(text), flags)


def folders(paths: Iterable[str]) -> tuple[str, ...]:
    """The folders above each path, outermost first, containers among them; each once."""
    found: dict[str, None] = {}
    for path in paths:
        ends = [match.start() for match in re.finditer(r"!?/", path)]
        found.update((path[:end], None) for end in ends[:_FOLDER_DEPTH] if end)
    return tuple(found)


def day_of(metadata: Metadata) -> int | None:
    """The day of an exhibit as yyyymmdd: sent, else created, else modified; None without one.

    It is the day as written, in the zone it was written in. Of a year or month alone the first
    day.
    """
    for value in (metadata.sent, metadata.created, metadata.modified):
        match = _DAY.match(value or "")
        if match:
            year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
            if year and 1 <= month <= 12 and 1 <= day <= 31:
                return year * 10_000 + month * 100 + day
    return None
