"""What a figure counts: a guess at the head of the noun phrase after it.

No parser stands behind this. English and the languages that put words before a noun give the first
plural of the words up to a stop word, or else the last of them; German its first capital letter;
French and Spanish the first word; Chinese the words up to a particle. A wrong guess is possible,
and the figure is right without it.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"\s*(?:[-–]\s?)?([^\W\d_][\w'’-]*)")
_OF = {
    "en": re.compile(
        r"\s+of\s+(?:(?:the|its|their|all|his|her|our|those|these|this|that)\s+)?", re.I
    ),
    "fr": re.compile(r"\s+(?:des|du|de la|de l['’]|de|d['’])\s*", re.I),
    "es": re.compile(r"\s+(?:de los|de las|de la|del|de)\s+", re.I),
    "de": re.compile(r"\s+(?:der|des|von|aller)\s+", re.I),
}
IRREGULAR = frozenset(
    "people men women children police troops personnel staff cattle sheep feet teeth mice fish "
    "aircraft spacecraft media data criteria lives wives families countries cities companies"
    " clergy others crew".split()
)
LONGEST_PHRASE = 8


def head_noun(
    text: str, end: int, stops: frozenset[str], name: str, unit: str
) -> tuple[int, int] | None:
    """Where the head noun stands, None where none is found."""
    if name == "zh":
        return _chinese(text, end)
    at = end
    of = _OF.get(name)
    found = of.match(text, at, at + 24) if of is not None else None
    if found is not None:
        at = found.end()
    elif unit:
        return None
    words: list[tuple[int, int]] = []
    for _ in range(LONGEST_PHRASE):
        match = _WORD.match(text, at, at + 60)
        if match is None or "\n\n" in text[at : match.start(1)]:
            break
        word = match.group(1).lower()
        if word in stops:
            break
        at = match.end()
        if word.endswith(("'s", "’s")):
            words = []  # whose they are, not what they are
            continue
        words.append(match.span(1))
    if not words:
        return None
    return _choose(text, words, name)


def _choose(text: str, words: list[tuple[int, int]], name: str) -> tuple[int, int] | None:
    if name == "de":
        capital = [span for span in words[:4] if text[span[0]].isupper()]
        return capital[0] if capital else None
    if name in ("fr", "es", "ar"):
        return words[0]
    if name == "ru":
        for span in words[:4]:
            if not re.search(
                r"(?:ых|их|ого|его|ой|ей|ые|ие|ый|ий|ую)$", text[slice(*span)].lower()
            ):
                return span
        return words[0]
    last: tuple[int, int] | None = None
    for span in words:
        word = text[slice(*span)].lower().rstrip("'’")
        plural = word in IRREGULAR or (
            word.endswith("s")
            and not word.endswith(("ss", "us", "is", "'s", "’s"))
            and len(word) > 3
        )
        if plural:
            last = span
        elif last is not None:
            break
    if last is not None:
        return last
    return words[min(len(words), 3) - 1]


_MEASURES = "名个位人次名只头条件台架艘辆户家所座起项种份张枚颗栋间"
_PARTICLES = re.compile(r"[的了是在和与被将已而或及等于从到对把向就都也不]|[^\u4e00-\u9fff]")


def _chinese(text: str, end: int) -> tuple[int, int] | None:
    at = end
    if text[at : at + 1] in _MEASURES and text[at : at + 1]:
        if text[at] == "人" and not re.match("[口员民质]", text[at + 1 : at + 2]):
            return at, at + 1
        if text[at] != "人":
            at += 1
    stop = _PARTICLES.search(text, at, at + 12)
    last = stop.start() if stop else min(len(text), at + 12)
    if stop and stop.group() == "的":
        second = _PARTICLES.search(text, last + 1, last + 9)
        second_end = second.start() if second else min(len(text), last + 9)
        if second_end > last + 1:
            return last + 1, min(second_end, last + 5)
    if last <= at:
        return None
    return at, min(last, at + 4)
