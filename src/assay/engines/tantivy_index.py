"""The search engine on Tantivy: one folder, one writer, any number of readers. Counts pages.

It never analyses text: TEXT fields come as tokens joined by single spaces and are cut at white
space, KEYWORD fields match whole. Only exhibit and page are stored; text comes from the catalogue.
What Tantivy does otherwise than the port says is mended here, each with a test: a query of
exclusions alone finds nothing there (so `Not` stands beside "all"); slop accepts words in another
order (so a phrase with slop becomes exact phrases, one a way to leave gaps); documents without a
sort field have no fixed place (so each page carries one sorting key a kind of order).

Removed pages leave the results at `commit`; their words leave the disk only when Tantivy merges
their segment, which it cannot be asked to do: a withdrawal makes the index again in a new folder.

The library is imported when an index is opened, not before.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from assay import ports
from assay.errors import AssayError, CaseHeld, DiskFull, EngineError
from assay.settings import Search

_MARK = "assay-index.txt"  # which analysis made the tokens in this folder
_LAYOUT = "2"
_FOOTER_MAGIC = 1337  # at the end of every file that Tantivy writes
_VALUE_CHARS = 1000  # Tantivy drops values over 65,530 bytes in silence
_MAX_GAPS = 5_000
_MAX_FACET_VALUES = 20_000
_FACETS = ("type", "lang", "folder", "has", "year", "month")
_REBUILD = "Run `assay rebuild`: the index is made again from the case, nothing is lost."


class TantivyIndex:
    """Body of the port SearchEngine in `folder`, which is made where it is missing.

    `analysis` names the rules by which the tokens were cut; a folder made by others is refused.
    Raises EngineError where the folder is damaged, CaseHeld where another process is writing.
    """

    def __init__(self, folder: Path, settings: Search | None = None, analysis: str = "") -> None:
        import tantivy

        self._tantivy = tantivy
        self._folder = folder
        self._settings = settings or Search()
        self._schema = self._build_schema()
        self._writer: Any = None
        self._index = self._open(f"{_LAYOUT} {analysis}\n")
        self._seen = self._stamp()
        self._searcher = self._index.searcher()

    # ------------------------------------------------------------ the folder

    def _open(self, mark: str) -> Any:
        meta = self._folder / "meta.json"
        with _translating("it cannot be opened"):
            if not meta.exists():
                self._folder.mkdir(parents=True, exist_ok=True)
                if any(self._folder.iterdir()):
                    raise EngineError("index", "its list of segments is missing", _REBUILD)
                (self._folder / _MARK).write_text(mark)
            elif (self._folder / _MARK).read_text() != mark:
                raise EngineError("index", "it was made by other rules of analysis", _REBUILD)
            index = self._tantivy.Index(self._schema, path=str(self._folder))
            index.config_reader("manual")
            index.reload()
            return index

    def _build_schema(self) -> Any:
        builder = self._tantivy.SchemaBuilder()
        for field in ports.TEXT_FIELDS:
            option = "basic" if field == "exact" else "position"
            builder.add_text_field(field, tokenizer_name="whitespace", index_option=option)
        for field in ports.KEYWORD_FIELDS:
            builder.add_text_field(
                field,
                tokenizer_name="raw",
                index_option="basic",
                stored=field == "exhibit",
                fast=field in _FACETS,
            )
        for field in ("by_path", "by_date", "place"):
            builder.add_text_field(
                field, tokenizer_name="raw", index_option="basic", fast=field != "place"
            )
        builder.add_unsigned_field("page", stored=True, indexed=True, fast=True)
        builder.add_unsigned_field("day", indexed=True, fast=True)
        builder.add_unsigned_field("year", fast=True)
        builder.add_unsigned_field("month", fast=True)
        return builder.build()

    def _stamp(self) -> tuple[int, int, int]:
        try:
            found = (self._folder / "meta.json").stat()
        except OSError as error:
            raise EngineError("index", "its list of segments is gone", _REBUILD) from error
        return found.st_mtime_ns, found.st_ino, found.st_size

    def _reader(self) -> Any:
        """A searcher over the latest commit of any process."""
        stamp = self._stamp()
        if stamp != self._seen:
            with _translating("a new commit cannot be read"):
                self._index.reload()
            self._searcher = self._index.searcher()
            self._seen = stamp
        return self._searcher

    # ------------------------------------------------------------ writing

    def _open_writer(self) -> Any:
        if self._writer is None:
            with _translating("it cannot be written"):
                # one thread: pages keep the order of addition
                self._writer = self._index.writer(max(self._settings.writer_memory, 16 << 20), 1)
        return self._writer

    def add(self, pages: Iterable[ports.IndexedPage]) -> None:
        """Add pages. They are found after `commit`."""
        writer = self._open_writer()
        for page in pages:
            with _translating("a page could not be added"):
                writer.add_document(self._document(page))

    def _document(self, page: ports.IndexedPage) -> Any:
        document = self._tantivy.Document()
        for field, tokens in page.text.items():
            if tokens:
                document.add_text(field, tokens)
        for field, values in page.keywords.items():
            for value in dict.fromkeys(values):
                document.add_text(field, value[:_VALUE_CHARS])
        if "exhibit" not in page.keywords:
            document.add_text("exhibit", page.exhibit)
        document.add_unsigned("page", page.page)
        by_path = f"{page.sort_path[:_VALUE_CHARS]}\x01{page.page:09d}\x01{page.exhibit[7:23]}"
        day = page.date
        document.add_text("by_path", by_path)
        document.add_text("by_date", f"{99999999 if day is None else day:08d}\x01{by_path}")
        document.add_text("place", _place(page.exhibit, page.page))
        if day is not None:
            document.add_unsigned("day", day)
            document.add_unsigned("year", day // 10_000)
            document.add_unsigned("month", day // 100)
        return document

    def remove(self, exhibits: Iterable[str]) -> None:
        """Remove all pages of these exhibits. Takes effect at `commit`."""
        writer = self._open_writer()
        for exhibit in exhibits:
            writer.delete_documents_by_term("exhibit", exhibit)

    def commit(self) -> None:
        """Make everything since the last commit durable and findable, or raise."""
        if self._writer is None:
            return
        with _translating("a commit failed"):
            self._writer.commit()

    def close(self) -> None:
        """Give up the writer and its threads; what was not committed is dropped."""
        if self._writer is not None:
            writer, self._writer = self._writer, None
            with _translating("it could not be closed"):
                writer.rollback()
                writer.wait_merging_threads()

    # ------------------------------------------------------------ finding

    def find(
        self,
        query: ports.EngineQuery,
        limit: int,
        offset: int = 0,
        sort: Literal["score", "date", "path"] = "score",
        facets: Sequence[str] = (),
    ) -> ports.EngineHits:
        """Find pages, as the port says. Reads the latest commit of any process."""
        searcher = self._reader()
        with _translating("a search failed"):
            asked = self._build(query)
            order: dict[str, Any] = {}
            if sort != "score":
                order = {"order_by_field": f"by_{sort}", "order": self._tantivy.Order.Asc}
            result = searcher.search(asked, limit=max(limit, 1), offset=offset, count=True, **order)
            hits = tuple(
                self._hit(searcher, score if sort == "score" else 0.0, address)
                for score, address in result.hits[: max(limit, 0)]
            )
            counted = self._facets(searcher, asked, facets) if facets else {}
        return ports.EngineHits(int(result.count), hits, counted)

    @staticmethod
    def _hit(searcher: Any, score: float, address: Any) -> ports.EngineHit:
        document = searcher.doc(address)
        return ports.EngineHit(
            document.get_first("exhibit"), document.get_first("page"), float(score)
        )

    def _facets(
        self, searcher: Any, query: Any, facets: Sequence[str]
    ) -> dict[str, tuple[tuple[str, int], ...]]:
        request = {
            facet: {
                # each segment gives all its values, so that the sums are exact
                "terms": {"field": facet, "size": _MAX_FACET_VALUES, "segment_size": 50_000_000}
            }
            for facet in facets
        }
        answer = searcher.aggregate(query, request)
        return {
            facet: tuple(
                sorted(
                    ((_shown(b["key"]), int(b["doc_count"])) for b in answer[facet]["buckets"]),
                    key=lambda pair: (-pair[1], pair[0]),
                )
            )
            for facet in facets
        }

    def tokens(self, field: str, prefix: str, limit: int) -> list[str]:
        """Tokens of a TEXT field that begin with `prefix`, at most `limit`, in order."""
        with _translating("the list of words cannot be read"):
            found = self._reader().terms_with_prefix(field, prefix)
        return sorted(token for token, _ in found)[:limit]

    def damaged(self) -> list[str]:
        """Names of segment files whose content is not what was written: for `assay doctor`.

        Opening an index does not read it whole, so a flipped bit would else go unnoticed.
        """
        kinds = (".store", ".term", ".idx", ".pos", ".fast", ".fieldnorm", ".del")
        return sorted(
            place.name
            for place in self._folder.iterdir()
            if place.suffix in kinds and not _is_whole(place)
        )

    def count(self) -> int:
        """Pages that can be found."""
        return int(self._reader().num_docs)

    # ------------------------------------------------------------ queries

    @cached_property
    def _query(self) -> Any:
        return self._tantivy.Query

    def _build(self, query: ports.EngineQuery) -> Any:
        if isinstance(query, ports.And):
            return self._build_and(query)
        if isinstance(query, ports.Or):
            should = self._tantivy.Occur.Should
            parts = [(should, self._build(part)) for part in query.parts]
            return self._query.boolean_query(parts) if parts else self._query.empty_query()
        if isinstance(query, ports.Not):
            return self._build_and(ports.And((query,)))
        if isinstance(query, ports.Phrase):
            return self._build_phrase(query)
        if isinstance(query, ports.All):
            return self._unscored(self._query.all_query())
        if isinstance(query, ports.Term) and query.field in ports.TEXT_FIELDS:
            option = "basic" if query.field == "exact" else "position"
            return self._query.term_query(self._schema, query.field, query.token, option)
        if isinstance(query, ports.Near):
            return self._query.fuzzy_term_query(
                self._schema, query.field, query.token, query.distance, False
            )
        return self._unscored(self._build_filter(query))

    def _build_filter(
        self,
        query: ports.Term
        | ports.Pattern
        | ports.AnyOf
        | ports.Dates
        | ports.PageNumber
        | ports.Pages,
    ) -> Any:
        if isinstance(query, ports.Term):
            value = query.token[:_VALUE_CHARS]
            return self._query.term_query(self._schema, query.field, value, "basic")
        if isinstance(query, ports.Pattern):
            return self._query.regex_query(self._schema, query.field, query.regex)
        if isinstance(query, ports.Dates):
            return self._range("day", query.low or 0, query.high)
        if isinstance(query, ports.PageNumber):
            return self._range("page", query.low, query.high)
        if isinstance(query, ports.Pages):
            field, values = "place", [_place(exhibit, page) for exhibit, page in query.keys]
        else:
            field, values = query.field, [value[:_VALUE_CHARS] for value in query.tokens]
        if not values:
            return self._query.empty_query()
        return self._query.term_set_query(self._schema, field, values)

    def _unscored(self, query: Any) -> Any:
        """A condition narrows a search and says nothing about how near a page is."""
        return self._query.const_score_query(query, 0.0)

    def _range(self, field: str, low: int, high: int | None) -> Any:
        kind = self._tantivy.FieldType.Unsigned
        return self._query.range_query(self._schema, field, kind, low, high)

    def _build_and(self, query: ports.And) -> Any:
        occur = self._tantivy.Occur
        parts = []
        for part in query.parts:
            if isinstance(part, ports.Not):
                parts.append((occur.MustNot, self._build(part.part)))
            else:
                parts.append((occur.Must, self._build(part)))
        if not any(kind == occur.Must for kind, _ in parts):
            parts.append((occur.Must, self._build(ports.All())))
        return self._query.boolean_query(parts)

    def _build_phrase(self, query: ports.Phrase) -> Any:
        if query.field == "exact":
            raise EngineError("index", "the field `exact` keeps no order", "")
        if len(query.tokens) == 1:
            return self._build(ports.Term(query.field, query.tokens[0]))
        phrases = []
        for gaps in _gaps(len(query.tokens) - 1, query.slop):
            position, words = 0, [(0, query.tokens[0])]
            for gap, token in zip(gaps, query.tokens[1:], strict=True):
                position += 1 + gap
                words.append((position, token))
            phrases.append(self._query.phrase_query(self._schema, query.field, words))
            if len(phrases) > _MAX_GAPS:
                raise EngineError("index", "a phrase with too much play", "Ask for fewer words.")
        if len(phrases) == 1:
            return phrases[0]
        should = self._tantivy.Occur.Should
        return self._query.boolean_query([(should, phrase) for phrase in phrases])


def _gaps(count: int, play: int) -> Iterator[tuple[int, ...]]:
    """Every way to leave at most `play` positions free in `count` gaps."""
    if count == 0:
        yield ()
        return
    for first in range(play + 1):
        for rest in _gaps(count - 1, play - first):
            yield (first, *rest)


def _place(exhibit: str, page: int) -> str:
    """The name of one page."""
    return f"{exhibit[7:]}#{page}"


def _shown(key: Any) -> str:
    return str(int(key)) if isinstance(key, float) else str(key)


@contextmanager
def _translating(what: str) -> Iterator[None]:
    """Turn a failure of the library into one of ours. Its own words may hold a path: they go."""
    try:
        yield
    except AssayError:
        raise
    except BaseException as error:
        # a panic inside the library is no Exception, by its own choice
        panic = type(error).__name__ == "PanicException"
        if not panic and not isinstance(error, ValueError | OSError | RuntimeError):
            raise
        text = str(error)
        if re.search(r"No space left|StorageFull|os error 28", text):
            raise DiskFull(
                "index", "the disk is full", "Free some space and run the command again."
            ) from error
        if re.search(r"LockBusy|acquire Lock", text):
            raise CaseHeld(
                "index", "another process is writing", "Wait until it is done."
            ) from error
        raise EngineError("index", f"{what} ({type(error).__name__})", _REBUILD) from error


def _is_whole(place: Path) -> bool:
    """Check a segment's file against the CRC-32 in its own footer: text, length, magic number."""
    size = place.stat().st_size
    with place.open("rb") as file:
        if size < 8:
            return False
        file.seek(size - 8)
        length, magic = struct.unpack("<II", file.read(8))
        if magic != _FOOTER_MAGIC or length > size - 8:
            return False
        file.seek(size - 8 - length)
        stated = re.search(rb'"crc":(\d+)', file.read(length))
        file.seek(0)
        left, found = size - 8 - length, 0
        while left:
            block = file.read(min(left, 1 << 20))
            left -= len(block)
            found = zlib.crc32(block, found)
    return stated is not None and int(stated[1]) == found
