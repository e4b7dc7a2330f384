"""Look for a list of names in a case: every place of every name. Lines count from 1.

A list has a name or a CSV row a line: the name is the first column, the others are kept. Empty
lines and lines that begin with # are skipped. A bad line becomes a result with a problem; it never
stops the list. Names without a place are listed too.

A name is looked up as a phrase, so word borders, scripts and folding are those of the search. The
pages found are read once for all names of a batch, and the places come from their text:

    exact     the same characters stand there
    folded    the same after folding (case, diacritics, line ends, Arabic readings)
    fuzzy     one letter of one word is other, missing or too many; only if asked for, in names of
              5 letters or more, in words of 4 or more

Names are not transliterated: a list should hold the spellings of each script.
"""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterable, Iterator
from typing import Literal

import msgspec

from assay import ports
from assay.index.analysis import is_unspaced, query_readings
from assay.index.compile import words_query
from assay.index.find import TextOf
from assay.index.leaves import PageTokens, page_tokens
from assay.index.tree import Item, Words

How = Literal["exact", "folded", "fuzzy", "transliterated"]

MAX_LINE = 1_000  # characters of a name
FUZZY_NAME, FUZZY_WORD = 5, 4  # letters that a name and a word need to be matched with an edit
_BATCH_NAMES = 500
_BATCH_PAGES = 50_000  # pages remembered before they are read
_FIRST, _MORE = 1_000, 20_000  # hits asked of the engine at first, and then at once
_TEXTS = 500


class NameLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of a list. `problem` says why it cannot be looked for, "" where it can."""

    line: int
    name: str
    columns: tuple[str, ...] = ()
    problem: str = ""


class Place(msgspec.Struct, frozen=True):
    """Where a name stands: code points in the page's text, and the words that stand there."""

    exhibit: str
    page: int
    start: int
    end: int
    exact: str
    how: How


class NameFound(msgspec.Struct, frozen=True):
    """A line's answer: `hits` counts all places; `where` lists them, or the first of them."""

    line: int
    name: str
    hits: int
    where: tuple[Place, ...]
    columns: tuple[str, ...] = ()
    problem: str = ""


def read_names(content: bytes) -> Iterator[NameLine]:
    """Read a list. Takes UTF-8, with or without a mark, and UTF-16 with one."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = content.decode("utf-16", "replace").encode("utf-8", "replace")
    content = content.removeprefix(codecs.BOM_UTF8)
    for number, raw in enumerate(content.replace(b"\r\n", b"\n").split(b"\n"), 1):
        try:
            line = raw.decode("utf-8").strip()
        except UnicodeDecodeError:
            shown = raw.decode("utf-8", "replace").strip()
            yield NameLine(number, shown[:MAX_LINE], (), "the line is not UTF-8")
            continue
        if line and not line.startswith("#"):
            yield _read_line(number, line)


def _read_line(number: int, line: str) -> NameLine:
    try:
        row = next(csv.reader([line], strict=True, skipinitialspace=True))
    except csv.Error as error:
        return NameLine(number, line[:MAX_LINE], (), f"the line is not CSV: {error}")
    name, columns = row[0].strip(), tuple(row[1:])
    if not name:
        return NameLine(number, "", columns, "the first column is empty")
    if len(name) > MAX_LINE:
        return NameLine(
            number, name[:MAX_LINE], columns, f"the name is longer than {MAX_LINE} characters"
        )
    if not query_readings(name):
        return NameLine(number, name, columns, "the name holds no letter or digit")
    return NameLine(number, name, columns)


def find_names(
    engine: ports.SearchEngine,
    lines: Iterable[NameLine],
    text_of: TextOf,
    *,
    fuzzy: bool = False,
    places: int | None = None,
) -> Iterator[NameFound]:
    """Look for each line's name; answers come in the order of the lines.

    `places` limits how many places a name lists; `hits` counts all of them all the same. The cost
    is a query a name and reading each page that holds a name once a batch of 500 names.
    """
    batch: list[NameLine] = []
    for line in lines:
        batch.append(line)
        if len(batch) == _BATCH_NAMES:
            yield from _find_batch(engine, batch, text_of, fuzzy, places)
            batch = []
    yield from _find_batch(engine, batch, text_of, fuzzy, places)


class _Search:
    """One name of a batch and what was found of it so far."""

    def __init__(self, name: str, fuzzy: bool) -> None:
        self.name = name
        self.leaf = Words((Item("plain", name),), quoted=True)
        self.loose = fuzzy_leaves(name) if fuzzy else ()
        self.hits = 0
        self.where: list[Place] = []

        self.strict: set[tuple[int, int]] = set()  # places on the page being read
        self.spans: set[tuple[int, int]] = set()

    def read(self, page: PageTokens) -> None:
        """Look at a page, or a block of a long one."""
        self.strict.update(page.places(self.leaf))
        for leaf in self.loose:
            self.spans.update(page.places(leaf))

    def take_down(self, key: tuple[str, int], text: str, places: int | None) -> None:
        """Take down the places on the page that was read."""
        strict, spans = self.strict, self.spans | self.strict
        self.strict, self.spans = set(), set()
        self.hits += len(spans)
        for start, end in sorted(spans):
            if places is not None and len(self.where) >= places:
                return
            found = text[start:end]
            how: How = "exact" if found == self.name else "folded"
            if (start, end) not in strict:
                how = "fuzzy"
            self.where.append(Place(key[0], key[1], start, end, found, how))


def fuzzy_leaves(name: str) -> tuple[Words, ...]:
    """The phrases in which one word of a name may have one edit; none for short names."""
    leaves: dict[Words, None] = {}
    for tokens in query_readings(name):
        if sum(map(len, tokens)) < FUZZY_NAME:
            continue
        for i, token in enumerate(tokens):
            if len(token) < FUZZY_WORD or is_unspaced(token):
                continue
            before, after = " ".join(tokens[:i]), " ".join(tokens[i + 1 :])
            items = [Item("plain", before)] if before else []
            items.append(Item("fuzzy", token, 1))
            items += [Item("plain", after)] if after else []
            leaves[Words(tuple(items), quoted=True)] = None
    return tuple(leaves)


def _find_batch(
    engine: ports.SearchEngine,
    batch: list[NameLine],
    text_of: TextOf,
    fuzzy: bool,
    places: int | None,
) -> Iterator[NameFound]:
    searches = {line.name: _Search(line.name, fuzzy) for line in batch if not line.problem}
    pages: dict[tuple[str, int], list[_Search]] = {}
    for search in searches.values():
        for keys in _pages_of(engine, search):
            for key in keys:
                pages.setdefault(key, []).append(search)
            if len(pages) >= _BATCH_PAGES:
                _read_pages(pages, text_of, places)
                pages = {}
    _read_pages(pages, text_of, places)
    for line in batch:
        if line.problem:
            yield NameFound(line.line, line.name, 0, (), line.columns, line.problem)
        else:
            found = searches[line.name]
            yield NameFound(line.line, line.name, found.hits, tuple(found.where), line.columns)


def _pages_of(engine: ports.SearchEngine, search: _Search) -> Iterator[list[tuple[str, int]]]:
    """The pages that may hold a name, in order of path; of very many, in order of score.

    Deep pages sorted by text are slow.
    """
    queries = [words_query(leaf)[0] for leaf in (search.leaf, *search.loose)]
    query = queries[0] if len(queries) == 1 else ports.Or(tuple(queries))
    found = engine.find(query, _FIRST, 0, "path")
    if found.total <= _FIRST:
        yield [(hit.exhibit, hit.page) for hit in found.hits]
        return
    for offset in range(0, found.total, _MORE):
        found = engine.find(query, _MORE, offset, "score")
        yield [(hit.exhibit, hit.page) for hit in found.hits]


def _read_pages(
    pages: dict[tuple[str, int], list[_Search]], text_of: TextOf, places: int | None
) -> None:
    keys = list(pages)
    for start in range(0, len(keys), _TEXTS):
        some = keys[start : start + _TEXTS]
        for key, text in zip(some, text_of(some), strict=True):
            leaves = [leaf for search in pages[key] for leaf in (search.leaf, *search.loose)]
            for page in page_tokens(text, leaves):
                for search in pages[key]:
                    search.read(page)
            for search in pages[key]:
                search.take_down(key, text, places)
