"""Everything pluggable, as one Protocol a port, with the values that cross it.

A port has an engine in engines/, an in-memory body in testing/ and one contract suite in
testing/contracts.py that both pass. Only casework/ picks an engine.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal, Protocol

import msgspec


class Card(msgspec.Struct, frozen=True):
    """What a plugin says of itself. It goes into the recipe of every derivative it makes.

    `network` is true where it needs one; a case must then allow it by name.
    """

    name: str
    version: str
    licence: str
    network: bool = False
    formats: tuple[str, ...] = ()
    limits: str = ""


# ---------------------------------------------------------------- blobs


class Blobs(Protocol):
    """A write-once store of bytes named by their digest."""

    def has(self, digest: str) -> bool:
        """Tell whether the bytes are here."""
        ...

    def put(self, data: bytes) -> str:
        """Store bytes and return their digest. They are durable after `sync`."""
        ...

    def put_stream(self, stream: BinaryIO, chunk: int) -> tuple[str, int, bool]:
        """Store a stream; (digest, size, new). Hashes while copying; durable after `sync`.

        Raises DiskFull; a failed read raises its own OSError and leaves nothing behind.
        """
        ...

    def sync(self) -> None:
        """Make everything put so far durable. Returns only when it is on the disk."""
        ...

    def open(self, digest: str) -> BinaryIO:
        """Open for reading. Raises NotFound."""
        ...

    def place(self, digest: str) -> Path:
        """The path of the bytes, for workers that read them. Raises NotFound."""
        ...

    def destroy(self, digest: str) -> None:
        """Remove the bytes for good (withdrawal). No error where they are gone already."""
        ...

    def digests(self) -> Iterator[str]:
        """All digests that are here, in order."""
        ...


# ---------------------------------------------------------------- search

# Fields of an indexed page. TEXT fields hold tokens joined by one space, already folded by
# index/; KEYWORD fields hold values that match whole. The engine never analyses text.
# `exact` holds the distinct words of a page as they are written, without order: engines need keep
# no positions for it. `han` holds pairs of adjacent characters, runs parted by a token `·`.
TEXT_FIELDS = ("words", "exact", "han", "path", "author", "from", "to", "subject", "meta")
KEYWORD_FIELDS = ("type", "lang", "exhibit", "container", "has", "folder")


class IndexedPage(msgspec.Struct, frozen=True):
    """One page as the engine stores it.

    `text` maps a TEXT field to its tokens joined by single spaces; `keywords` maps a KEYWORD
    field to its values. `date` is yyyymmdd or None. `sort_path` orders hits by path.
    """

    exhibit: str
    page: int
    text: dict[str, str]
    keywords: dict[str, tuple[str, ...]]
    date: int | None = None
    sort_path: str = ""


class Term(msgspec.Struct, frozen=True, tag=True):
    """One token in a TEXT field, or one value in a KEYWORD field."""

    field: str
    token: str


class Phrase(msgspec.Struct, frozen=True, tag=True):
    """Tokens in this order, with at most `slop` positions of play."""

    field: str
    tokens: tuple[str, ...]
    slop: int = 0


class Pattern(msgspec.Struct, frozen=True, tag=True):
    """Tokens that match a regular expression as a whole (prefixes are `abc.*`)."""

    field: str
    regex: str


class Near(msgspec.Struct, frozen=True, tag=True):
    """Tokens within `distance` edits (Levenshtein, 1 or 2) of `token`."""

    field: str
    token: str
    distance: int


class AnyOf(msgspec.Struct, frozen=True, tag=True):
    """Any of these values in a field: for long lists of exhibits or expanded words."""

    field: str
    tokens: tuple[str, ...]


class Dates(msgspec.Struct, frozen=True, tag=True):
    """yyyymmdd from `low` to `high`, both included; None for open."""

    low: int | None
    high: int | None


class PageNumber(msgspec.Struct, frozen=True, tag=True):
    """A page number from `low` to `high`, both included."""

    low: int
    high: int


class Pages(msgspec.Struct, frozen=True, tag=True):
    """Exactly these pages, as (exhibit, page): what a re-check of stored text has found."""

    keys: tuple[tuple[str, int], ...]


class All(msgspec.Struct, frozen=True, tag=True):
    """Every page."""


class And(msgspec.Struct, frozen=True, tag=True):
    """All of `parts`."""

    parts: tuple[EngineQuery, ...]


class Or(msgspec.Struct, frozen=True, tag=True):
    """Any of `parts`."""

    parts: tuple[EngineQuery, ...]


class Not(msgspec.Struct, frozen=True, tag=True):
    """Everything but `part`; right by itself too, not only beside a positive part."""

    part: EngineQuery


EngineQuery = (
    Term | Phrase | Pattern | Near | AnyOf | Dates | PageNumber | Pages | All | And | Or | Not
)


class EngineHit(msgspec.Struct, frozen=True):
    """One page found. `score` is BM25 of the engine: higher is nearer, 0 where sorted otherwise."""

    exhibit: str
    page: int
    score: float


class EngineHits(msgspec.Struct, frozen=True):
    """`total` is exact. `facets` maps a facet to (value, pages) pairs, most pages first."""

    total: int
    hits: tuple[EngineHit, ...]
    facets: dict[str, tuple[tuple[str, int], ...]] = {}


class SearchEngine(Protocol):
    """Stores pages and answers engine queries. One writer at a time, any number of readers."""

    def add(self, pages: Iterable[IndexedPage]) -> None:
        """Add pages. They are found after `commit`."""
        ...

    def remove(self, exhibits: Iterable[str]) -> None:
        """Remove all pages of these exhibits. Takes effect at `commit`."""
        ...

    def commit(self) -> None:
        """Make everything since the last commit durable and findable, or raise."""
        ...

    def find(
        self,
        query: EngineQuery,
        limit: int,
        offset: int = 0,
        sort: Literal["score", "date", "path"] = "score",
        facets: Sequence[str] = (),
    ) -> EngineHits:
        """Find pages, all of them reachable by `offset`.

        `date` sorts the oldest first and pages without a date last; ties, and `path`, go by
        `sort_path`, page number, exhibit. Ties of score are broken by the engine, the same way
        until the next commit. `facets` names KEYWORD fields, or `year` (yyyy) and `month`
        (yyyymm) of the date; every value is counted, exactly. `Or` of nothing finds nothing,
        `And` of nothing everything.
        """
        ...

    def tokens(self, field: str, prefix: str, limit: int) -> list[str]:
        """Tokens of a TEXT field that begin with `prefix`, at most `limit`, in order."""
        ...

    def count(self) -> int:
        """Pages that can be found."""
        ...

    def close(self) -> None:
        """Give up the writer and its threads."""
        ...


# ---------------------------------------------------------------- OCR


class OcrWord(msgspec.Struct, frozen=True, array_like=True):
    """A word that was recognised: text, box in pixels (left, top, right, bottom), percent.

    `line` and `block` number from 0 in reading order; a change of line is a line end in the
    text, a change of block an empty line. `each` is the confidence of every character and
    `spots` its box, where the engine says them, () where not.
    """

    text: str
    box: tuple[int, int, int, int]
    confidence: float
    line: int
    block: int
    each: tuple[float, ...] = ()
    spots: tuple[tuple[int, int, int, int], ...] = ()


class Recognizer(Protocol):
    """An OCR engine: a page picture in, words out."""

    @property
    def card(self) -> Card:
        """Name, version and licence; the version holds the digests of the models."""
        ...

    def card_for(self, language: str) -> Card:
        """The card with the digest of one model: what the recipe of a page holds."""
        ...

    def languages(self) -> frozenset[str]:
        """ISO 639-3 codes (chi_sim, chi_tra for Han as Tesseract spells them) that it can read."""
        ...

    def recognise(
        self, picture: Any, language: str, dpi: int, block: bool = False
    ) -> list[OcrWord]:
        """Read a PIL picture (mode L or RGB) in one language. Raises EngineError.

        `block`: the picture is a few level lines and needs no analysis of its layout.
        """
        ...


# ---------------------------------------------------------------- speech


class Heard(msgspec.Struct, frozen=True):
    """Words that were heard from `begin` to `end` (seconds); `confidence` is percent, 0 to 100."""

    begin: float
    end: float
    text: str
    confidence: float


class Transcriber(Protocol):
    """Writes down what is said in a recording. Runs in the jail, from a model on this disk.

    A plugin is an entry point of the group `assay.transcribers`: a callable that takes the
    model's folder and gives a Transcriber. It never downloads anything.
    """

    @property
    def card(self) -> Card:
        """Name, version and licence; the version names the model."""
        ...

    def transcribe(self, path: Path, language: str) -> Iterator[Heard]:
        """What is said, in its order; `language` is ISO 639-1, "" to find it out.

        Raises EngineError, also half-way: what was heard before stays.
        """
        ...


# ---------------------------------------------------------------- another program's reading


class Converted(msgspec.Struct, frozen=True):
    """What became of a conversion: a file that our readers know, or why there is none.

    `code` is "" where `place` holds the copy; else timeout, crashed or damaged.
    """

    place: Path | None = None
    code: str = ""
    detail: str = ""


class Converter(Protocol):
    """Makes a copy of an exhibit in a format that our readers know, with another program."""

    @property
    def card(self) -> Card:
        """Name, version, licence, and the media types that it may be asked for.

        It may start the program to ask for its version.
        """
        ...

    @property
    def formats(self) -> frozenset[str]:
        """The media types alone, without asking the program anything."""
        ...

    def convert(
        self, place: Path, media: str, scratch: Path, stop: threading.Event | None = None
    ) -> Converted:
        """A copy of the exhibit at `place`, of the type `media`, in `scratch`. Never raises.

        Ends soon after `stop` is set, as `skipped`.
        """
        ...


# ---------------------------------------------------------------- workers


class Task(msgspec.Struct, frozen=True):
    """One request to a jailed worker. `kind` names a function, `body` its msgpack argument."""

    id: int
    kind: str
    body: bytes
    seconds: float


class Outcome(msgspec.Struct, frozen=True):
    """What became of a task: `body` is the msgpack answer, or `code` a problem code.

    `code` is "" when the task answered; else timeout, crashed, memory, output. `seconds` is the
    wall time it took, `cpu_seconds` the worker's CPU time.
    """

    id: int
    body: bytes = b""
    code: str = ""
    detail: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0


class Jail(msgspec.Struct, frozen=True):
    """What holds a worker in: shown by doctor, the account and the log.

    `files` and `network`: how each is refused ("landlock", "seccomp", "bubblewrap", "" for not
    at all). `limits`: rlimits hold.
    """

    files: str
    network: str
    processes: str
    limits: bool

    @property
    def whole(self) -> bool:
        """True where a parser can reach neither files, network nor other processes."""
        return bool(self.files and self.network and self.processes and self.limits)


class Workers(Protocol):
    """A pool of long-lived jailed processes."""

    def submit(self, task: Task) -> None:
        """Queue a task; never blocks."""
        ...

    def outcomes(self, timeout: float | None = None) -> list[Outcome]:
        """Wait for at least one outcome, or until `timeout` seconds; [] on timeout or when idle."""
        ...

    def pending(self) -> int:
        """Tasks without an outcome yet."""
        ...

    def running(self) -> list[tuple[int, float]]:
        """(task id, seconds since it started) of what is being worked on now."""
        ...

    def skip(self, task: int) -> bool:
        """End one task now with code `skipped`. False where it is not pending."""
        ...

    def jail(self) -> Jail:
        """How the workers are held in, as probed on this machine."""
        ...

    def close(self) -> None:
        """End all workers."""
        ...


Progress = Callable[[dict[str, Any]], None]
