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
from operator import add
from typing import Literal, NamedTuple

from assay.index.letters import (
    CLASSES,
    EXACTS,
    FOLDS,
    GAP,
    UNSPACED,
    UNSPACED_CHAR,
)

# Goes into the recipe of an index: another value means that the index must be made again.
ANALYSIS = f"1/unicode-{unicodedata.unidata_version}"
TOKEN_CHARS = 200  # a longer token is cut here

Reading = Literal["arabic", "uyghur"]

_HYPHEN_AT_LINE_END = re.compile(
    "(?<=[^\\W\\d_])[-\u2010][ \t]*(?:\r\n|[\n\r\u2028\x0b\x0c\x85])[ \t]*"
)
_UNSPACED_RUN = re.compile(f"[{UNSPACED}{GAP}]+")
_SEPARATORS = re.compile("[ \x1e]+")
_CLASSED_TOKEN = re.compile("u|w(?:[wx]*w)?")
_ARABIC_RUN = re.compile("[\u0620-\u064a\u066e-\u06d3\u06d5\u06fa-\u06ff]+")
_UYGHUR_SIGN = re.compile("[ېۆۇۈۋەڭ]|ى(?=[\u0620-\u064a\u066e-\u06d3\u06d5])")
# More marks in a row than any script has: normalising them takes quadratic time.
_MARK_FLOOD = re.compile("[^\\w\\s\x00-\u02ff\u2010-\u20cf\u2100-\u2bff\u3000-\u303f]{64}")
_FLOOD_CHARS = 64


class Analysis(NamedTuple):
    """A page's tokens for the engine, each field joined by single spaces.

    `words`: all tokens in order. `han`: pairs of adjacent characters of unspaced scripts, `·`
    between runs. `exact`: the distinct words as they are written, without order.
    """

    words: str
    han: str
    exact: str


class Located(NamedTuple):
    """A page's tokens with their places: token i stands at starts[i] to ends[i] of the text.

    A gap `·` has an empty place.
    """

    tokens: list[str]
    starts: list[int]
    ends: list[int]
    written: list[str]  # the same tokens as they are written, for `=exactly`


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
        return _normalise_with_map(text)[0]
    return unicodedata.normalize("NFKC", text)


def analyse(text: str) -> Analysis:
    """Cut a page for the index, fast. `locate_tokens` gives the same tokens with their places."""
    normal = _join_lines(normalise(text))
    exact = {token[:TOKEN_CHARS] for token in normal.translate(EXACTS).split()}
    tokens, han = _tokens(normal)
    return Analysis(" ".join(tokens), han, " ".join(sorted(exact)))


def fold(text: str) -> str:
    """The folded tokens of a text, joined by single spaces."""
    return " ".join(_tokens(_join_lines(normalise(text)))[0])


def locate_tokens(text: str) -> Located:
    """Cut a page with the place of every token. About a quarter of the speed of `analyse`."""
    normal, places = _normalise_with_map(text)
    classes = normal.translate(CLASSES)
    joined = _line_end_hyphens(normal)
    if joined:
        classes = _blank_out(classes, joined)
    arabic = reading_of(_join_lines(normal)) == "arabic"
    found = Located([], [], [], [])
    known: dict[str, tuple[str, str]] = {}
    last_end, last_unspaced = 0, False
    for match in _CLASSED_TOKEN.finditer(classes):
        start, end = match.span()
        raw = normal[start:end]
        if raw not in known:
            known[raw] = _spell(_join_lines(raw) if joined else raw, arabic)
        folded, written = known[raw]
        if not folded:
            continue
        unspaced = classes[start] == "u"
        if unspaced and last_unspaced and "." in classes[last_end:start]:
            place = places[start][0] if places else start
            _append(found, GAP, place, place, GAP)
        if places:
            _append(found, folded, places[start][0], places[end - 1][1], written)
        else:
            _append(found, folded, start, end, written)
        last_end, last_unspaced = end, unspaced
    return found


def query_readings(text: str) -> tuple[tuple[str, ...], ...]:
    """The token sequences that words of a query may stand for: one, or a few where they differ.

    Both readings of Arabic script, and hyphenated words also joined. `()` where the text holds
    nothing that is indexed.
    """
    readings = (
        tuple(_tokens(_join_lines(normalise(spelling)), arabic)[0])
        for spelling in _spellings(text)
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
            sequences[tuple(zip(folded, found.written, strict=True))] = None
    return tuple(sequence for sequence in sequences if sequence)


def _spellings(text: str) -> list[str]:
    joined = re.sub("(?<=[^\\W\\d_])[-\u2010\u2011](?=[^\\W\\d_])", "", text)
    return [text] if joined == text else [text, joined]


def is_unspaced(token: str) -> bool:
    """Tell whether a token is a character of a script without spaces, or a gap between two."""
    return token == GAP or (len(token) == 1 and UNSPACED_CHAR.match(token) is not None)


def _tokens(normal: str, arabic: bool | None = None) -> tuple[list[str], str]:
    """The folded tokens and the `han` field of an NFKC text whose lines are joined."""
    folded = normal.translate(FOLDS)
    pairs = ""
    if UNSPACED_CHAR.search(folded):
        folded = _SEPARATORS.sub(_part_or_join, folded)
        runs = [run.split(GAP) for run in _UNSPACED_RUN.findall(folded)]
        pairs = f" {GAP} ".join(
            " ".join(map(add, run, run[1:])) for parts in runs for run in parts if len(run) > 1
        )
        folded = _UNSPACED_RUN.sub(_space_out, folded)
    tokens = folded.split()
    if max(map(len, tokens), default=0) > TOKEN_CHARS:
        tokens = [token[:TOKEN_CHARS] for token in tokens]
    if ("ي" in folded or "ى" in folded) and (
        reading_of(normal) == "arabic" if arabic is None else arabic
    ):
        tokens = [_final_yeh(token) for token in tokens]
    return tokens, pairs


def _part_or_join(separators: re.Match[str]) -> str:
    """What stands between two characters of unspaced scripts: nothing or a gap; else a space."""
    text, (start, end) = separators.string, separators.span()
    if UNSPACED_CHAR.match(text, end) and start and UNSPACED_CHAR.match(text, start - 1):
        return GAP if "\x1e" in separators[0] else ""
    return " "


def _space_out(run: re.Match[str]) -> str:
    return f" {' '.join(run[0])} "


def _final_yeh(token: str) -> str:
    return token[:-1] + "ی" if token[-1] in "يى" else token


def _spell(raw: str, arabic: bool) -> tuple[str, str]:
    """One token folded, and as it is written."""
    folded = raw.translate(FOLDS)[:TOKEN_CHARS]
    if arabic and folded:
        folded = _final_yeh(folded)
    written = raw if UNSPACED_CHAR.match(raw) else raw.translate(EXACTS)[:TOKEN_CHARS]
    return folded, written


def _append(found: Located, token: str, start: int, end: int, written: str) -> None:
    found.tokens.append(token)
    found.starts.append(start)
    found.ends.append(end)
    found.written.append(written)


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


_starters: dict[str, bool] = {}


def _starts_cluster(char: str) -> bool:
    """Tell whether normalisation never joins this character to the one before it."""
    known = _starters.get(char)
    if known is None:
        first = unicodedata.normalize("NFKD", char)[0]
        jamo = "\u1160" <= first <= "\u11ff"
        known = _starters[char] = unicodedata.category(first)[0] != "M" and not jamo
    return known


def _normalise_with_map(text: str) -> tuple[str, list[tuple[int, int]] | None]:
    """NFKC and, for each of its characters, its place in `text`; None where nothing moved."""
    flood = not text.isascii() and _MARK_FLOOD.search(text) is not None
    if not flood and unicodedata.is_normalized("NFKC", text):
        return text, None
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    at, length = 0, len(text)
    while at < length:
        end = at + 1
        while end < length and not _starts_cluster(text[end]):
            end += 1
            if flood and end - at >= _FLOOD_CHARS:
                break
        cluster = text[at:end]
        normal = unicodedata.normalize("NFKC", cluster)
        pieces.append(normal)
        if normal == cluster:
            places.extend((i, i + 1) for i in range(at, end))
        else:
            places.extend([(at, end)] * len(normal))
        at = end
    return "".join(pieces), places
