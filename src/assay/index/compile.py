"""Turn a query tree into what an engine is asked. Positions count tokens.

Most leaves are expressed exactly. Those that an engine cannot express (a phrase with a prefix or a
pattern in it, a phrase that must be written exactly so, words near each other with much play) are
asked for as candidates, and a callable `settle` re-checks the candidates' stored text. Its answer
goes back into the query as `Pages`, so totals, facets, sorting and NOT stay exact and every hit
reachable. The cost of a re-check is reading each candidate's page once: about 2,000 pages a second.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from itertools import pairwise
from math import comb

from assay import ports
from assay.errors import QueryError
from assay.index.analysis import is_unspaced
from assay.index.leaves import Sequence, TokenTest, sequences
from assay.index.letters import GAP
from assay.index.pattern import portable
from assay.index.tree import And, DateRange, Not, Or, PageRange, Tree, Value, Words

Resolver = Callable[[str, str], Iterable[str]]
"""(field, value) -> digests of exhibits: tag, has (note, finding, problem), in (a path)."""

Settle = Callable[[Words, ports.EngineQuery], Iterable[tuple[str, int]]]
"""(leaf, candidates) -> the pages whose text it really matches."""

NOTHING = ports.Or(())
MAX_GAPS = 64  # phrases that one `near` may cost the engine; above, candidates are re-checked

# Short names for media types whose last part is not what people call them.
_TYPES = {
    "docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document",),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",),
    "pptx": ("application/vnd.openxmlformats-officedocument.presentationml.presentation",),
    "doc": ("application/msword",),
    "xls": ("application/vnd.ms-excel",),
    "ppt": ("application/vnd.ms-powerpoint",),
    "odt": ("application/vnd.oasis.opendocument.text",),
    "ods": ("application/vnd.oasis.opendocument.spreadsheet",),
    "odp": ("application/vnd.oasis.opendocument.presentation",),
    "mail": ("message/rfc822", "application/mbox", "application/vnd.ms-outlook"),
    "eml": ("message/rfc822",),
    "txt": ("text/plain",),
    "md": ("text/markdown",),
    "tsv": ("text/tab-separated-values",),
    "jpg": ("image/jpeg",),
    "svg": ("image/svg+xml",),
    "7z": ("application/x-7z-compressed",),
    "gz": ("application/gzip",),
    "bz2": ("application/x-bzip2",),
}
# Codes of ISO 639-1, -2 and -3, and names of OCR models, that mean one language.
_LANGUAGES = (
    ("en", "eng"), ("ru", "rus"), ("kk", "kaz"), ("ar", "ara", "arb"), ("ug", "uig"),
    ("zh", "zho", "chi", "cmn", "chi_sim", "chi_tra"), ("de", "deu", "ger"), ("fr", "fra", "fre"),
    ("es", "spa"), ("it", "ita"), ("pt", "por"), ("nl", "nld", "dut"), ("pl", "pol"),
    ("uk", "ukr"), ("be", "bel"), ("tr", "tur"), ("uz", "uzb"), ("ky", "kir"), ("tg", "tgk"),
    ("fa", "fas", "per"), ("ur", "urd"), ("ps", "pus"), ("ku", "kur", "ckb"), ("he", "heb"),
    ("ja", "jpn"), ("ko", "kor"), ("vi", "vie"), ("th", "tha"), ("bo", "bod", "tib"),
    ("mn", "mon"), ("hi", "hin"), ("id", "ind"), ("el", "ell", "gre"), ("cs", "ces", "cze"),
)  # fmt: skip


def no_digests(field: str, value: str) -> Iterable[str]:
    """The resolver of a case without tags, notes or containers."""
    return ()


def compile_query(tree: Tree, resolve: Resolver, settle: Settle) -> ports.EngineQuery:
    """The engine's query that finds exactly the pages that the tree describes.

    `settle` is called once for each leaf that the engine cannot express, with candidates already
    narrowed by the rest of the query. Raises QueryError for what only page text can answer.
    """
    known: dict[tuple[str, str], tuple[str, ...]] = {}

    def resolved(field: str, value: str) -> tuple[str, ...]:
        if (field, value) not in known:
            known[field, value] = tuple(resolve(field, value))
        return known[field, value]

    def build(node: Tree, upper: ports.EngineQuery | None, wanted: bool) -> ports.EngineQuery:
        """Exact where `upper` is given; else at least (wanted) or at most everything meant."""
        if isinstance(node, Words):
            query, exact = words_query(node)
            if exact:
                return query
            if upper is None:
                return query if wanted else NOTHING
            return ports.Pages(tuple(settle(node, ports.And((query, upper)))))
        if isinstance(node, And):
            return ports.And(tuple(build(part, upper, wanted) for part in node.parts))
        if isinstance(node, Or):
            return ports.Or(tuple(build(part, upper, wanted) for part in node.parts))
        if isinstance(node, Not):
            return ports.Not(build(node.part, upper, not wanted))
        return value_query(node, resolved)

    if all(words_query(leaf)[1] for leaf in _all_words(tree)):
        return build(tree, None, True)
    return build(tree, build(tree, None, True), True)


def _all_words(tree: Tree) -> Iterable[Words]:
    if isinstance(tree, Words):
        yield tree
    elif isinstance(tree, And | Or):
        for part in tree.parts:
            yield from _all_words(part)
    elif isinstance(tree, Not):
        yield from _all_words(tree.part)


def words_query(leaf: Words) -> tuple[ports.EngineQuery, bool]:
    """The engine's query for a word or phrase, and whether it is exact or only candidates.

    Raises QueryError where only candidates can be had and there is no text to re-check.
    """
    found = [_sequence_query(s, leaf.slop, leaf.field) for s in sequences(leaf)]
    exact = all(is_exact for _, is_exact in found)
    if leaf.field and not exact:
        raise QueryError(
            leaf.items[0].text,
            0,
            f"`{leaf.field}:` takes words, phrases and single prefixes or patterns",
            "Use several conditions joined by AND.",
        )
    queries = tuple(query for query, _ in found)
    return (queries[0] if len(queries) == 1 else ports.Or(queries)), exact


def _sequence_query(sequence: Sequence, slop: int, field: str) -> tuple[ports.EngineQuery, bool]:
    words = field or "words"
    if len(sequence) == 1:
        return _token_query(sequence[0], words), True
    tokens = tuple(test.token for test in sequence)
    kinds = {test.kind for test in sequence}
    if kinds <= {"plain", "exact"}:
        query, exact = _phrase_query(tokens, slop, field)
        if kinds == {"plain"}:
            return query, exact
        written = [test for test in sequence if test.kind == "exact"]
        parts = (_token_query(test, words) for test in written if test.token != GAP)
        return ports.And((query, *parts)), all(is_unspaced(t.token) for t in written) and exact
    return ports.And(tuple(_token_query(t, words) for t in sequence if t.token != GAP)), False


def _phrase_query(tokens: tuple[str, ...], slop: int, field: str) -> tuple[ports.EngineQuery, bool]:
    unspaced = all(len(t) == 1 and t != GAP and is_unspaced(t) for t in tokens)
    if unspaced and not slop and not field:
        pairs = tuple(a + b for a, b in pairwise(tokens))
        if len(pairs) == 1:
            return ports.Term("han", pairs[0]), True
        return ports.Phrase("han", pairs), True
    if comb(len(tokens) - 1 + slop, slop) <= MAX_GAPS:
        return ports.Phrase(field or "words", tokens, slop), True
    return ports.And(tuple(ports.Term(field or "words", t) for t in tokens)), False


def _token_query(test: TokenTest, field: str) -> ports.EngineQuery:
    if test.kind == "prefix":
        return ports.Pattern(field, test.token + ".*")
    if test.kind == "fuzzy":
        return ports.Near(field, test.token, test.edits)
    if test.kind == "regex":
        return ports.Pattern(field, portable(test.token))
    if test.kind == "exact" and not is_unspaced(test.token):
        return ports.Term("exact", test.written)
    return ports.Term(field, test.token)


def value_query(
    node: Value | DateRange | PageRange, resolve: Callable[[str, str], tuple[str, ...]]
) -> ports.EngineQuery:
    """The engine's query for a field that holds a value."""
    if isinstance(node, DateRange):
        return ports.Dates(node.low, node.high)
    if isinstance(node, PageRange):
        return ports.PageNumber(node.low or 1, node.high or 2**31)
    field, value = node.field, node.value
    if field == "tag":
        return ports.AnyOf("exhibit", resolve("tag", value))
    if field == "has":
        if value == "ocr":
            return ports.Term("has", "ocr")
        return ports.AnyOf("exhibit", resolve("has", value))
    if field == "exhibit":
        return _digest_query("exhibit", value)
    if field == "in":
        if re.fullmatch(r"sha256:[0-9a-f]{6,64}|[0-9a-f]{64}", value):
            return _digest_query("container", value)
        return ports.AnyOf("container", resolve("in", value))
    if field == "type":
        return _type_query(value)
    if field == "lang":
        return ports.AnyOf("lang", next((c for c in _LANGUAGES if value in c), (value,)))
    return ports.Term(field, value.strip("/"))


def _digest_query(field: str, value: str) -> ports.EngineQuery:
    digits = value.removeprefix("sha256:")
    if len(digits) == 64:
        return ports.Term(field, "sha256:" + digits)
    return ports.Pattern(field, f"sha256:{digits}.*")


def _type_query(value: str) -> ports.EngineQuery:
    if "/" in value:
        return ports.Term("type", value)
    if value in _TYPES:
        return ports.AnyOf("type", _TYPES[value])
    escaped = re.sub(r"([.+*?()|\[\]{}^$#&~\\-])", r"\\\1", value)
    return ports.Or(
        (
            ports.Pattern("type", f".*/(x-)?{escaped}"),
            ports.Pattern("type", f"{escaped}/.*"),
        )
    )
