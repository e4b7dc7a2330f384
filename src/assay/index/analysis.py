"""Cut text into the tokens that are searched. Offsets count code points, end excluded.

One law: the tokens of `analyse` (fast, no offsets, for writing the index) are the tokens of
`locate_tokens` (with offsets, for pages that are shown), and a query is cut by the same rules.

What is decided here:

- Text is NFKC; letters fold as letters.py says. Stored text is never changed.
- Words of scripts with spaces are tokens. Characters of scripts without (Han, kana, Thai …)
  are a token each, so that phrases are exact, also mixed ones ("3亿人民币" is five tokens). White
  space and line ends between two such characters do not part them (王　伟 is 王伟, and a line may
  end inside a word); punctuation between them does: it becomes a token `·` that no query can
  name. Adjacent pairs go into the field `han` as well, where a Chinese word is found fast.
- A hyphen at the end of a line between a letter and a small letter is taken out with the line
  end: "inter-\\nnational" is `international`. All other hyphens part; a query `well-known` looks
  for `well known` and `wellknown`. Soft hyphens and joiners (also the Persian ZWNJ) vanish.
- Apostrophes part: `O'Brien` is the phrase `o brien`, `l'État` is found by `etat`.
- A number of a query is also looked for with its thousands grouped, or joined: 1234567 finds
  `1,234,567`, `1 234 567` and `1.234.567`, and each of them finds 1234567; from five digits on.
- A token is cut after 200 characters, on both sides.
- Two readings of Arabic script. ى at the end of a word is another spelling of ي in Arabic and
  Persian and a letter of its own in Uyghur (also Kazakh and Kurdish). A page is read as
  "uyghur" where the letters ې ۆ ۇ ۈ ۋ ە ڭ, or ى inside a word, make up 4 % of its Arabic letters,
  else as "arabic": then a final ي or ى becomes ی (U+06CC), which stands for either and occurs
  in no folded text otherwise. A query is tried in both readings, so neither spills over.
- Simplified and traditional Chinese are not folded into each other; Korean and Tibetan
  are words as they are spaced.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterator
from functools import cached_property
from itertools import accumulate
from operator import add
from typing import Literal, NamedTuple

from assay.index.letters import CLASSES, EXACTS, FOLDS, GAP, UNSPACED, UNSPACED_CHAR

# Goes into the recipe of an index: another value means that the index must be made again.
ANALYSIS = f"1/unicode-{unicodedata.unidata_version}"
TOKEN_CHARS = 200  # a longer token is cut here

Reading = Literal["arabic", "uyghur"]

_HYPHEN_AT_LINE_END = re.compile(
    # the hyphen first: a search for it alone is quick, and what stands before it is asked then
    "[-\u2010](?<=[^\\W\\d_][-\u2010])[ \t]*(?:\r\n|[\n\r\u2028\x0b\x0c\x85])[ \t]*"
)
_UNSPACED_RUN = re.compile(f"[{UNSPACED}{GAP}]+")
# A number of five digits or more, and one in groups of three: 1,234 and 1 234 567 and 1.234.567,
# but 1.234 may be a decimal. What stands behind a point or comma is no whole number.
_LONG_NUMBER = re.compile(r"(?<![\w.,])[1-9][0-9]{4,14}(?!\w)")
_GROUPED = re.compile(
    r"(?<![\w.,])[1-9][0-9]{0,2}(?:([,'\u2019 \xa0\u202f])[0-9]{3}(?:\1[0-9]{3}){0,3}"
    r"|(?:\.[0-9]{3}){2,4})(?!\w|[.,']?[0-9]{3})"
)
_SEPARATORS = re.compile("[ \x1e]+")
_CLASSED_TOKENS = re.compile("u+|w(?:[wx]*w)?")
_ARABIC_RUN = re.compile("[\u0620-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff]+")
_UYGHUR_SIGN = re.compile("[ېۆۇۈۋەڭ]|ى(?=[\u0620-\u064a\u066e-\u06d3\u06d5])")
# More marks in a row than any script has: normalising them takes quadratic time.
_MARK_FLOOD = re.compile("[^\\w\\s\x00-\u02ff\u2010-\u20cf\u2100-\u2bff\u3000-\u303f]{64}")
_FLOOD_CHARS = 64
BLOCK_CHARS = 200_000  # a longer page is cut block by block
_BORDER = re.compile("[0-9A-Za-z](?=\n[0-9A-Za-z])|[.!?؟。！？](?=[\\s\u4e00-\u9fff])")


class Analysis(NamedTuple):
    """A page's tokens for the engine, each field joined by single spaces.

    `words`: all tokens in order. `han`: pairs of adjacent characters of unspaced scripts, `·`
    between runs. `exact`: the distinct words as they are written, without order.
    """

    words: str
    han: str
    exact: str


class Located:
    """The tokens of a page, or of a block of a long one, and the place of any of them on demand.

    `tokens` are those of `analyse`, in order; in a block the last few of the block before it come
    first (`carried`, with their places), so that a phrase may run over its edge. `base` is where
    the block begins; `arabic` as in `_tokens`. Places are code points of the page's text.
    """

    def __init__(self, text: str, base: int, arabic: bool | None, carried: list[Carried]) -> None:
        self._normal = normal = _normalise_with_map(text)
        self._joined = _line_end_hyphens(normal.text)
        self._base = base
        plain = _join_lines(normal.text) if self._joined else normal.text
        self._own = _tokens(plain, arabic, pairs=False)[0]
        self._carried = carried
        if carried and self._own and is_unspaced(self._own[0]) and is_unspaced(carried[-1].token):
            self._carried = [*carried, Carried(GAP, 0, 0, GAP)]
        self.tokens = [*(c.token for c in self._carried), *self._own] if carried else self._own

    def place(self, first: int, last: int) -> tuple[int, int]:
        """Where the tokens from `first` to `last`, both included, stand in the page's text."""
        before = len(self._carried)
        if first < before:
            start = self._carried[first].start
        else:
            start = self._base + self._normal.start_of(self._spans[first - before][0])
        if last < before:
            return start, self._carried[last].end
        return start, self._base + self._normal.end_of(self._spans[last - before][1])

    def written(self, at: int) -> str:
        """A token as it is written, for `=exactly`."""
        before = len(self._carried)
        if at < before:
            return self._carried[at].written
        start, end = self._spans[at - before]
        return GAP if start < 0 else _written(_join_lines(self._normal.text[start:end]))

    def carry(self, count: int) -> list[Carried]:
        """The last `count` tokens with their places, for the next block."""
        kept = range(max(0, len(self.tokens) - count), len(self.tokens))
        return [
            Carried(self.tokens[i], *((0, 0) if self.tokens[i] == GAP else self.place(i, i)),
                    self.written(i))
            for i in kept
        ]  # fmt: skip

    @cached_property
    def _spans(self) -> list[tuple[int, int]]:
        """The place of each own token in the normalised text; (-1, -1) for a gap."""
        text = self._normal.text
        classes = text.translate(CLASSES)
        if self._joined:
            classes = _blank_out(classes, self._joined)
        spans = _token_spans(classes)
        gaps = self._own.count(GAP)
        if len(spans) + gaps != len(self._own):  # bare marks fold to nothing
            spans = [(a, b) for a, b in spans if text[a:b].translate(FOLDS).strip()]
        return _leave_gaps(self._own, spans) if gaps else spans


class Carried(NamedTuple):
    """A token of the block before, with its place and its spelling."""

    token: str
    start: int
    end: int
    written: str


def _token_spans(classes: str) -> list[tuple[int, int]]:
    """Where the tokens stand in a text that is given as classes of characters."""
    if "u" not in classes and "x" not in classes:
        # the common case, without a step of Python for each match of a pattern
        sizes = [len(word) for word in classes.replace(".", "_").split("_")]
        ends = accumulate(sizes)
        return [
            (end - size + k, end + k)
            for k, (size, end) in enumerate(zip(sizes, ends, strict=True))
            if size
        ]
    spans: list[tuple[int, int]] = []
    for match in _CLASSED_TOKENS.finditer(classes):
        start, end = match.span()
        if classes[start] == "u":
            spans.extend(zip(range(start, end), range(start + 1, end + 1), strict=True))
        else:
            spans.append((start, end))
    return spans


def _leave_gaps(tokens: list[str], spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans of tokens, with (-1, -1) put in for each gap."""
    placed: list[tuple[int, int]] = []
    at, gap = 0, -1
    for _ in range(tokens.count(GAP)):
        gap = tokens.index(GAP, gap + 1)
        following = at + gap - len(placed)
        placed.extend(spans[at:following])
        placed.append((-1, -1))
        at = following
    return placed + spans[at:]


class Normal:
    """An NFKC text with the way back to the text it was made from.

    `edges` hold the ends of each stretch that normalisation changed, in the normalised text and
    in the original: [(normal start, normal end, start, end)…]; all other characters moved by
    whole stretches.
    """

    def __init__(self, text: str, edges: list[tuple[int, int, int, int]]) -> None:
        self.text = text
        self._edges = edges

    def start_of(self, at: int) -> int:
        """The place in the original of the character at `at`."""
        edge = self._edge(at)
        if edge is None:
            return at
        return edge[2] if at < edge[1] else edge[3] + at - edge[1]

    def end_of(self, at: int) -> int:
        """The end in the original of the character that ends at `at`."""
        edge = self._edge(at - 1)
        if edge is None:
            return at
        return edge[3] if at <= edge[1] else edge[3] + at - edge[1]

    def _edge(self, at: int) -> tuple[int, int, int, int] | None:
        """The last changed stretch that begins at or before a character."""
        found = bisect_right(self._edges, at, key=lambda edge: edge[0])
        return self._edges[found - 1] if found else None


def reading_of(normal: str) -> Reading:
    """Which reading of Arabic script a whole NFKC text has (see the head of the module)."""
    signs = len(_UYGHUR_SIGN.findall(normal))
    if not signs:
        return "arabic"
    letters = sum(map(len, _ARABIC_RUN.findall(normal)))
    return "uyghur" if signs * 25 >= letters else "arabic"


def normalise(text: str) -> str:
    """NFKC in time linear in the text: a flood of marks is normalised piece by piece."""
    if text.isascii():
        return text
    if _MARK_FLOOD.search(text):
        return _normalise_with_map(text).text
    return unicodedata.normalize("NFKC", text)


def analyse(text: str) -> Analysis:
    """Cut a page for the index, fast. `locate_tokens` gives the same tokens with their places."""
    normal = _join_lines(normalise(text))
    arabic = _reads_arabic(normal)
    words: list[str] = []
    pairs: list[str] = []
    exact: set[str] = set()
    last = ""
    for start, end in _blocks(normal):
        block = normal[start:end]
        exact.update(block.translate(EXACTS).split())
        tokens, han = _tokens(block, arabic)
        if not tokens:
            continue
        if last and is_unspaced(last) and is_unspaced(tokens[0]):
            words.append(GAP)
        words.append(" ".join(tokens))
        if han:
            pairs.append(han)
        last = tokens[-1]
    if max(map(len, exact), default=0) > TOKEN_CHARS:
        exact = {token[:TOKEN_CHARS] for token in exact}
    return Analysis(" ".join(words), f" {GAP} ".join(pairs), " ".join(sorted(exact)))


def fold(text: str) -> str:
    """The folded tokens of a text, joined by single spaces."""
    return " ".join(_tokens(_join_lines(normalise(text)))[0])


def locate_tokens(text: str) -> Located:
    """Cut a whole text with the place of every token, at about half the speed of `analyse`."""
    return Located(text, 0, None, [])


def locate_blocks(text: str, reach: int) -> Iterator[Located]:
    """Cut a page block by block, so that memory does not grow with the page.

    `reach`: how many tokens a match can span. Every match lies within one of the blocks, some
    within two.
    """
    arabic = _reads_arabic(_join_lines(normalise(text)))
    carried: list[Carried] = []
    for start, end in _blocks(text):
        located = Located(text[start:end], start, arabic, carried)
        yield located
        # a gap may stand before the carried tokens' first neighbour: one more is kept
        carried = located.carry(reach + 1) if end < len(text) else []


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Cut a long text where no token, pair, hyphenated word or cluster of marks is cut in two.

    That is behind a letter or digit of ASCII before a line that begins with one, or behind the
    full stop of a sentence. Characters of unspaced scripts on both sides of a cut have a full stop
    between them, hence a gap.
    """
    at = 0
    while len(text) - at > 2 * BLOCK_CHARS:
        border = _BORDER.search(text, at + BLOCK_CHARS)
        if border is None:
            break
        yield at, border.end()
        at = border.end()
    yield at, len(text)


def _reads_arabic(normal: str) -> bool:
    """Tell whether a final yeh of this text is to be folded."""
    yeh = "ي" in normal or "ى" in normal or "ی" in normal
    return yeh and reading_of(normal) == "arabic"


def query_readings(text: str, numbers: bool = True) -> tuple[tuple[str, ...], ...]:
    """The token sequences that words of a query may stand for: one, or a few where they differ.

    Both readings of Arabic script, hyphenated words also joined, and `numbers` also with their
    thousands grouped or joined. `()` where the text holds nothing that is indexed.
    """
    readings = (
        tuple(_tokens(_join_lines(normalise(spelling)), arabic)[0])
        for spelling in _spellings(text, numbers)
        for arabic in (False, True)
    )
    return tuple(dict.fromkeys(tokens for tokens in readings if tokens))


def query_written(text: str) -> tuple[tuple[tuple[str, str], ...], ...]:
    """As `query_readings`, for `=exactly`: each token folded and as it is written."""
    sequences: dict[tuple[tuple[str, str], ...], None] = {}
    for spelling in _spellings(text):
        found = locate_tokens(spelling)
        for arabic in (False, True):
            folded = _tokens(_join_lines(normalise(spelling)), arabic)[0]
            written = map(found.written, range(len(found.tokens)))
            sequences[tuple(zip(folded, written, strict=True))] = None
    return tuple(sequence for sequence in sequences if sequence)


def _spellings(text: str, numbers: bool = False) -> list[str]:
    joined = re.sub("(?<=[^\\W\\d_])[-\u2010\u2011](?=[^\\W\\d_])", "", text)
    found = [text] if joined == text else [text, joined]
    if numbers and len(text) > 4:
        found.append(_LONG_NUMBER.sub(lambda n: f"{int(n[0]):,}", text))
        found.append(_GROUPED.sub(lambda n: re.sub(r"\D", "", n[0]), text))
    return list(dict.fromkeys(found))


def is_unspaced(token: str) -> bool:
    """Tell whether a token is a character of a script without spaces, or a gap between two."""
    return token == GAP or (len(token) == 1 and UNSPACED_CHAR.match(token) is not None)


def _tokens(normal: str, arabic: bool | None = None, pairs: bool = True) -> tuple[list[str], str]:
    """The folded tokens and the `han` field of an NFKC text whose lines are joined.

    `arabic` decides how Arabic script is read, None by the text itself. `pairs`: `han` is wanted.
    """
    folded = normal.translate(FOLDS)
    han = ""
    if UNSPACED_CHAR.search(folded):
        folded = _SEPARATORS.sub(_part_or_join, folded)
        if pairs:
            runs = [run.split(GAP) for run in _UNSPACED_RUN.findall(folded)]
            han = f" {GAP} ".join(
                " ".join(map(add, run, run[1:])) for parts in runs for run in parts if len(run) > 1
            )
        folded = _UNSPACED_RUN.sub(_space_out, folded)
    tokens = folded.split()
    if max(map(len, tokens), default=0) > TOKEN_CHARS:
        tokens = [token[:TOKEN_CHARS] for token in tokens]
    if _reads_arabic(normal) if arabic is None else arabic:
        tokens = [_final_yeh(token) for token in tokens]
    return tokens, han


def _part_or_join(separators: re.Match[str]) -> str:
    """What stands between two characters of unspaced scripts: nothing or a gap; else a space."""
    text, (start, end) = separators.string, separators.span()
    if (
        start > 0
        and end < len(text)
        and CLASSES[ord(text[start - 1])] == "u"
        and CLASSES[ord(text[end])] == "u"
    ):
        return GAP if "\x1e" in separators[0] else ""
    return " "


def _space_out(run: re.Match[str]) -> str:
    return f" {' '.join(run[0])} "


def _final_yeh(token: str) -> str:
    return token[:-1] + "ی" if token[-1] in "يى" else token


def _written(raw: str) -> str:
    """One token of an NFKC text as it is written."""
    return raw if UNSPACED_CHAR.match(raw) else raw.translate(EXACTS)[:TOKEN_CHARS]


def _line_end_hyphens(normal: str) -> list[tuple[int, int]]:
    """The places of hyphens with the line end behind them that part no word."""
    if "-" not in normal and "\u2010" not in normal:
        return []
    return [
        match.span()
        for match in _HYPHEN_AT_LINE_END.finditer(normal)
        if normal[match.end() : match.end() + 1].islower()
    ]


def _join_lines(normal: str) -> str:
    """Take out hyphens at line ends where the word goes on with a small letter."""
    places = _line_end_hyphens(normal)
    if not places:
        return normal
    pieces, last = [], 0
    for start, end in places:
        pieces.append(normal[last:start])
        last = end
    pieces.append(normal[last:])
    return "".join(pieces)


def _blank_out(classes: str, places: list[tuple[int, int]]) -> str:
    pieces, last = [], 0
    for start, end in places:
        pieces += [classes[last:start], "x" * (end - start)]
        last = end
    pieces.append(classes[last:])
    return "".join(pieces)


class _StabilityTable(dict[int, str]):
    """Maps a character to `m` (joins the one before), `c` (changed by NFKC alone) or `o`."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        first = unicodedata.normalize("NFKD", char)[0]
        if unicodedata.category(first)[0] == "M" or "\u1160" <= first <= "\u11ff":
            value = "m"
        else:
            value = "o" if unicodedata.is_normalized("NFKC", char) else "c"
        self[code] = value
        return value


_STABILITY = _StabilityTable()
_UNSTABLE = re.compile("[oc]?m+|c")
_UNSTABLE_IN_A_FLOOD = re.compile(f"[oc]?m{{1,{_FLOOD_CHARS}}}|c")


def _normalise_with_map(text: str) -> Normal:
    """NFKC with the way back. What a cluster of letter and marks becomes has the whole's place."""
    flood = not text.isascii() and _MARK_FLOOD.search(text) is not None
    if not flood and unicodedata.is_normalized("NFKC", text):
        return Normal(text, [])
    pieces: list[str] = []
    edges: list[tuple[int, int, int, int]] = []
    last = moved = 0  # moved: how much longer the normalised text is so far
    clusters = _UNSTABLE_IN_A_FLOOD if flood else _UNSTABLE
    for match in clusters.finditer(text.translate(_STABILITY)):
        start, end = match.span()
        cluster = text[start:end]
        normal = unicodedata.normalize("NFKC", cluster)
        if normal == cluster:
            continue
        pieces += [text[last:start], normal]
        edges.append((start + moved, start + moved + len(normal), start, end))
        moved += len(normal) - len(cluster)
        last = end
    pieces.append(text[last:])
    return Normal("".join(pieces), edges)
