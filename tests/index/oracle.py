"""A brute-force scan that shares no code with the index: what should be marked, and why.

It walks a text character by character, decides from Unicode names and categories what each is,
and tries every place. Slow and plain on purpose. Offsets count code points.
"""

import unicodedata
from functools import cache

UNSPACED = (
    "CJK",
    "HIRAGANA",
    "KATAKANA",
    "KATAKANA-HIRAGANA",
    "THAI",
    "LAO",
    "KHMER",
    "IDEOGRAPHIC",
)
UYGHUR = set("ېۆۇۈۋەڭ")


@cache
def script(char):
    return unicodedata.name(char, "?").split()[0]


@cache
def kind(char):
    """letter, lone (a letter of a script without spaces), space, nothing, other."""
    category = unicodedata.category(char)
    if char == "\u200b":
        return "space"
    if char == "ـ" or category == "Cf":
        return "nothing"
    if char.isspace():
        return "space"
    if category[0] == "M":
        return "lone" if script(char) in UNSPACED else "letter"
    if category[0] in "LN" and char != "ʼ":
        if category[0] == "L" and script(char) in UNSPACED:
            return "lone"
        return "letter"
    return "other"


@cache
def spell(char):
    """The search spelling of one normalised letter."""
    if char.isdecimal():
        return str(int(char))
    out = ""
    for c in char.casefold():
        name = script(c)
        if unicodedata.category(c) == "Mn" and (
            unicodedata.name(c).startswith(("COMBINING", "ARABIC", "HEBREW"))
        ):
            continue
        if name in ("LATIN", "GREEK"):
            c = "".join(x for x in unicodedata.normalize("NFD", c) if not unicodedata.combining(x))
            c = {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"}.get(c, c)
        elif name == "CYRILLIC":
            c = {"ё": "е"}.get(c, c)
        elif name == "ARABIC":
            if c in "أإآٱ":
                c = "ا"
            c = {"ة": "ه", "ک": "ك", "ی": "ي"}.get(c, c)
        out += c
    return out


def atoms(text):
    """(char of the normalised text, its start, its end) for each."""
    at = 0
    while at < len(text):
        end = at + 1
        while (
            end < len(text)
            and unicodedata.category(unicodedata.normalize("NFKD", text[end])[0])[0] == "M"
        ):
            end += 1
        piece = unicodedata.normalize("NFKC", text[at:end])
        for i, char in enumerate(piece):
            yield (char, at + i, at + i + 1) if piece == text[at:end] else (char, at, end)
        at = end


def is_uyghur(chars):
    letters = signs = 0
    for i, char in enumerate(chars):
        if script(char) == "ARABIC" and unicodedata.category(char) == "Lo":
            letters += 1
            after = chars[i + 1] if i + 1 < len(chars) else " "
            inside = (
                char == "ى"
                and script(after) == "ARABIC"
                and unicodedata.category(after) in ("Lo", "Lm")
            )
            signs += char in UYGHUR or inside
    return signs > 0 and signs >= letters * 0.04


def words(text, uyghur=None):
    """(spelling, start, end, as written) of every word; "," parts two lone characters."""
    found = list(atoms(text))
    skip = set()
    for i, (char, _, _) in enumerate(found):  # hyphens at line ends
        if char in "-‐" and i and kind(found[i - 1][0]) == "letter" and found[i - 1][0].isalpha():
            j = i + 1
            while j < len(found) and found[j][0] in " \t":
                j += 1
            if j < len(found) and found[j][0] == "\n":
                j += 1
                while j < len(found) and found[j][0] in " \t":
                    j += 1
                if j < len(found) and found[j][0].islower():
                    skip.update(range(i, j))
    kept = [found[i][0] for i in range(len(found)) if i not in skip]
    if uyghur is None:
        uyghur = is_uyghur(kept)
    out, current = [], []
    comma, after_lone = False, False

    def flush():
        nonlocal comma, after_lone
        if current:
            spelled = "".join(spell(c) for c, _, _ in current)
            if not uyghur and spelled and spelled[-1] in "يى":
                spelled = spelled[:-1] + "¥"
            if spelled:
                written = "".join(c for c, _, _ in current)
                out.append((spelled, current[0][1], current[-1][2], written))
                after_lone = comma = False
            current.clear()

    for i, (char, start, end) in enumerate(found):
        what = "nothing" if i in skip else kind(char)
        if what == "letter":
            current.append((char, start, end))
        elif what == "nothing":
            continue
        else:
            flush()
            if what == "other":
                comma = True
            elif what == "lone":
                if after_lone and comma:
                    out.append((",", start, start, ","))
                out.append((char, start, end, char))
                after_lone, comma = True, False
    flush()
    return out


@cache
def edits(a, b):
    if not a or not b:
        return len(a) + len(b)
    if a[0] == b[0]:
        return edits(a[1:], b[1:])
    if abs(len(a) - len(b)) > 2:
        return 9
    return 1 + min(edits(a[1:], b), edits(a, b[1:]), edits(a[1:], b[1:]))


def scan(how, wanted, text, slop=0):
    """The set of (start, end) that a leaf marks. `how`: plain, prefix, fuzzy, exact."""
    page = words(text)
    marks = set()
    for uyghur in (True, False):
        query = words(wanted, uyghur)
        for first in range(len(page)):
            marks |= places(how, query, page, first, slop)
        if how == "prefix" and not uyghur and query[-1][0].endswith("¥"):
            longer = [*query[:-1], (query[-1][0][:-1] + "ي", 0, 0, "")]
            for first in range(len(page)):
                marks |= places(how, longer, page, first, slop)
    return marks


def fits(how, asked, got):
    if got[0] == "," or asked[0] == ",":
        return got[0] == asked[0]
    if how == "prefix":
        return got[0].startswith(asked[0])
    if how == "exact":
        return got[0] == asked[0] and got[3] == asked[3]
    if how == "fuzzy":
        return edits(got[0], asked[0]) <= 1
    return got[0] == asked[0]


def places(how, query, page, first, slop):
    if not slop:
        piece = page[first : first + len(query)]
        if len(piece) == len(query) and all(
            fits(how if how != "prefix" or i == len(query) - 1 else "plain", q, p)
            for i, (q, p) in enumerate(zip(query, piece, strict=False))
        ):
            return {(piece[0][1], piece[-1][2])}
        return set()
    found = set()

    def go(i, at, path):
        if i == len(query):
            found.update((page[p][1], page[p][2]) for p in path)
            return
        for p in range(at, min(len(page), first + len(query) + slop)):
            if fits(how, query[i], page[p]):
                go(i + 1, p + 1, [*path, p])

    if fits(how, query[0], page[first]):
        go(1, first + 1, [first])
    return found


def united(spans):
    """Overlapping spans made one, by painting characters."""
    out = []
    for start, end in sorted(spans):
        if out and start < out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((start, end))
    return out
