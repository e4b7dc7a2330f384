"""Does the draft check give the right verdict, and how many quotations a second?

    python bench/draft.py --corpus DIR [--count 2000] [--seed 7] [--wrong N] [--json out.json]

DIR holds `polnear` (news, brat files) and `pdnc` (novels, CSV). Their texts are the case: each
article is an exhibit of one page, each novel one of pages of 3,000 characters. Speakers are the
gold annotation. Part of the exhibits gets OCR noise (3, 8, 15 % of characters). Quotations are made
from gold quotations and changed with lists that stand here alone; `unseen` are the changes made by
them. Words that deny and modal verbs are necessarily in the classifier's tables too.

A draft of twenty quotations at a time is checked. Time is CPU time of this process; the index is
counted apart. A quotation that by chance stands word for word elsewhere in the case is not used.
"""

from __future__ import annotations

import argparse
import ast
import csv
import hashlib
import itertools
import json
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from assay.corroborate import words as tables
from assay.corroborate.draft import check_quotations
from assay.corroborate.sources import Held, Page, letters_of
from assay.corroborate.speakers import is_name
from assay.corroborate.tokens import fold, tokens
from assay.model.statement import Heard, Mention, Statement, Stretch

PAGE = 3_000


class Source(NamedTuple):
    """One exhibit: its name, its text, and its quotations."""

    name: str
    text: str
    quotations: list[Gold]


class Gold(NamedTuple):
    """One gold quotation: its pieces, and its speaker's name, "" for none."""

    pieces: tuple[tuple[int, int], ...]
    speaker: str


class Case(NamedTuple):
    """One quotation of a draft and what is right for it."""

    text: str
    speaker: str | None
    verdict: str
    how: str
    unseen: bool
    noise: int
    source: str


# ---------------------------------------------------------------- the corpora


def polnear(folder: Path) -> Iterator[Source]:
    """The articles with their quotations in marks."""
    for part in ("train", "dev"):
        annotated: dict[str, Path] = {}
        for path in sorted((folder / part / "attributions").glob("*.ann")):
            annotated.setdefault(path.stem.rsplit("_", 1)[0], path)
        for path in sorted((folder / part / "text").glob("*.txt")):
            text = path.read_bytes().decode("utf-8")
            found: list[Gold] = []
            if path.stem in annotated:
                found = brat(annotated[path.stem].read_text(encoding="utf-8"), text)
            yield Source(path.stem, text, found)


def brat(annotations: str, text: str) -> list[Gold]:
    """The attributions whose content is wholly in marks."""
    spans: dict[str, tuple[str, list[tuple[int, int]]]] = {}
    found: list[Gold] = []
    for line in annotations.split("\n"):
        fields = line.split("\t")
        if line.startswith("T") and len(fields) > 1:
            kind, _, places = fields[1].partition(" ")
            pieces = []
            for piece in places.split(";"):
                start, _, end = piece.strip().partition(" ")
                pieces.append((int(start), int(end)))
            spans[fields[0]] = (kind, pieces)
        elif line.startswith("E") and len(fields) > 1:
            roles = dict(part.split(":") for part in fields[1].split(" ") if ":" in part)
            content = spans.get(roles.get("Content", ""))
            source = spans.get(roles.get("Source", ""))
            if content is None or len(content[1]) != 1:
                continue
            start, end = content[1][0]
            while end > start and text[end - 1] in ".,; ":
                end -= 1
            if end - start < 10 or text[start] not in '“"' or text[end - 1] not in '”"':
                continue
            inside = text[start + 1 : end - 1]
            if any(mark in inside for mark in '“”"'):
                continue
            name = ""
            if source:
                surface = text[source[1][0][0] : source[1][-1][1]]
                if is_name(surface) and len(surface) < 60:
                    name = surface
            found.append(Gold(((start + 1, end - 1),), name))
    return found


def pdnc(folder: Path) -> Iterator[Source]:
    """The novels with their quotations."""
    for path in sorted(folder.glob("*/novel_text.txt")):
        text = path.read_bytes().decode("utf-8").replace("\r\n", "\n")
        found: list[Gold] = []
        with (path.parent / "quotation_info.csv").open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                pieces = []
                for start, end in ast.literal_eval(row["quoteByteSpans"]):
                    while start < end and not text[start].isalnum():
                        start += 1
                    while (
                        end > start and not text[end - 1].isalnum() and text[end - 1] not in ".!?"
                    ):
                        end -= 1
                    if start < end:
                        pieces.append((start, end))
                if pieces:
                    speaker = row["speaker"] if is_name(row["speaker"]) else ""
                    found.append(Gold(tuple(pieces), speaker))
        yield Source(path.parent.name, text, found)


def aliases_of(folder: Path) -> dict[str, set[str]]:
    """Folded name -> all names of that person, over all novels."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in folder.glob("*/character_info.csv"):
        with path.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                names = {row["Main Name"], *ast.literal_eval(row["Aliases"])}
                for name in names:
                    found[fold(name)] |= names
    return found


# ---------------------------------------------------------------- noise

LOOKALIKES = {
    "e": "co", "c": "eo", "o": "ce0", "a": "eo", "i": "l1j", "l": "1I|", "n": "ru", "m": "nrn",
    "u": "nv", "h": "bli", "b": "hl6", "t": "fl", "f": "t", "s": "5a", "g": "q9", "r": "nt",
    "d": "cl", "w": "vv", "v": "y", "y": "v", "O": "0Q", "I": "l1", "S": "5", "B": "8", "T": "I",
}  # fmt: skip


def noised(text: str, share: float, dice: random.Random) -> tuple[str, list[int]]:
    """A text as a bad scan gives it, and where each character of the clean one went."""
    out: list[str] = []
    places: list[int] = []
    size = 0
    for character in text:
        places.append(size)
        written = character
        if dice.random() < share and character != "\n":
            roll = dice.random()
            if character == " ":
                written = "" if roll < 0.4 else "  " if roll < 0.7 else " "
            elif not character.isalnum():
                written = "" if roll < 0.3 else dice.choice(".,'") if roll < 0.6 else character
            elif roll < 0.62 and character in LOOKALIKES:
                written = dice.choice(LOOKALIKES[character])
            elif roll < 0.78:
                written = dice.choice("abcdefghijklmnoprstuvwyz")
            elif roll < 0.9:
                written = ""
            else:
                written = character + dice.choice("il.,'trn ")
        out.append(written)
        size += len(written)
    places.append(size)
    return "".join(out), places


def with_noise(source: Source, share: float, dice: random.Random) -> Source:
    """The exhibit as a bad scan, its gold places moved along."""
    text, places = noised(source.text, share, dice)
    moved = [
        Gold(tuple((places[start], places[end]) for start, end in gold.pieces), gold.speaker)
        for gold in source.quotations
    ]
    return Source(source.name, text, moved)


# ---------------------------------------------------------------- changes
# written down before the classifier was run on any of it

SWAPS = dict(
    pair.split(":")
    for pair in (
        "people:folks country:nation america:canada president:premier money:funding state:region"
        " time:season think:claim great:splendid good:decent bad:dreadful big:huge little:tiny"
        " man:fellow woman:lady child:kid house:cottage room:hall friend:cousin friends:rivals"
        " world:planet party:faction campaign:crusade candidate:contender voters:donors vote:ballot"
        " election:contest debate:quarrel policy:plan government:administration law:decree"
        " work:toil job:post jobs:wages tax:levy taxes:fees war:conflict peace:calm support:oppose"
        " supported:opposed against:behind agree:differ believe:insist know:suspect want:refuse"
        " love:hate like:despise hope:dread help:hinder start:finish begin:end stop:keep"
        " open:shut increase:cut strong:weak rich:poor old:young happy:sad right:wrong"
        " true:doubtful easy:hard first:final early:late long:short high:modest public:private"
        " morning:evening night:noon today:yesterday week:month year:decade"
        " day:night hour:minute father:uncle mother:aunt brother:nephew sister:niece"
        " husband:butler wife:widow boy:lad girl:maid dear:poor sure:unsure certain:doubtful"
        " better:gentler best:finest worse:stranger beautiful:plain pretty:ugly nice:odd"
        " important:trivial different:similar every:another many:several much:enough"
        " always:usually often:seldomly together:alone really:hardly-ever come:leave go:stay"
        " going:refusing get:lose give:sell take:leave make:break made:broke tell:ask said:sang"
        " hear:smell see:paint look:laugh talk:whisper walk:dance fight:bargain win:draw"
        " women:girls men:lads family:clan business:trade company:firm american:british"
        " clinton:romney trump:cruz hillary:laura donald:harold obama:biden"
    ).split()
)
INVENTED = (
    "Averill Bexley Corrigan Delacourt Everard Fenwick Garraway Hollis Ingram Jessop Kessler"
    " Lorimer Mayhew Northcott Oakley Pemberton Quill Ravenel Selwyn Thackeray Underhill Vane"
).split()
DENIALS_IN = (
    ("is", "is not"), ("are", "are not"), ("was", "was not"), ("were", "were not"),
    ("will", "will not"), ("can", "cannot"), ("would", "would not"), ("should", "should not"),
    ("have", "have not"), ("has", "has not"), ("do", "do not"), ("did", "did not"),
    ("is", "isn’t"), ("are", "aren't"), ("was", "wasn’t"), ("would", "wouldn’t"),
    ("can", "can't"), ("have", "haven’t"), ("will", "won’t"), ("could", "couldn’t"),
    ("is", "is never"), ("have", "have never"), ("are", "are no longer"), ("is", "is hardly"),
    ("is", "is by no means"), ("was", "was anything but"), ("are", "are far from"),
    ("will", "will under no circumstances"), ("would", "would scarcely"), ("am", "am not"),
    ("all", "none"), ("everybody", "nobody"), ("everyone", "no one"), ("something", "nothing"),
    ("with", "without"), ("possible", "impossible"), ("fair", "unfair"), ("able", "unable"),
    ("likely", "unlikely"), ("legal", "illegal"), ("happy", "unhappy"), ("kind", "unkind"),
    ("certain", "uncertain"), ("necessary", "unnecessary"), ("pleasant", "unpleasant"),
    ("now", "not"), ("so", "not"),
)  # fmt: skip
DENIALS_OUT = (
    (r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should)n[’']t\b", r"\1"),
    (r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should|will|may|might|must) not\b",
     r"\1"),
    (r"\bcan(?:not| not|[’']t)\b", "can"), (r"\bwon[’']t\b", "will"), (r"\bnever ", ""),
    (r"\bnot (?=a\b|the\b|so\b|to\b|in\b|only\b)", ""), (r"\bno (?=\w+)", "a "),
    (r"\bwithout\b", "with"), (r"\bnothing\b", "something"), (r"\bnobody\b", "somebody"),
    (r"\bno one\b", "someone"), (r"\bhardly ", ""), (r"\bun(?=happy|fair|able|likely|kind)", ""),
    (r"\bim(?=possible)", ""), (r"\bnot\b", "now"), (r"\bneither\b", "either"),
    (r"\bnone of\b", "all of"),
)  # fmt: skip
MODALS = (
    ("will", "may"),
    ("will", "would"),
    ("must", "might"),
    ("should", "must"),
    ("may", "will"),
    ("can", "could"),
    ("could", "should"),
    ("would", "will"),
    ("might", "will"),
    ("shall", "may"),
    ("need to", "ought to"),
    ("have to", "may"),
    ("is going to", "might"),
)
CUT_AFTER = (
    "but", "if", "unless", "except", "although", "though", "until", "without", "however",
    "only if", "as long as", "provided", "rather than", "instead of", "or not", "even if",
    "perhaps", "if only", "not", "unless",
)  # fmt: skip
CUT_BEFORE = (
    r"\bI (?:do not|don[’']t|did not|didn[’']t|never) (?:think|believe|know|suppose)(?: that)? ",
    r"\bI (?:think|believe|suppose|guess|hope|fancy|imagine|fear|wish)(?: that)? ",
    r"\b(?:perhaps|maybe|possibly|probably) ",
    r"\b(?:If|if|Unless|unless) [^.!?;“”\"]{8,60}, ",
    r"\bnot (?=the|a|so|very|really|going)",
    r"\b(?:may|might|could) (?=be |have )",
    r"\b(?:it is|it[’']s) not (?:true |clear |certain )?that ",
    r"\bI doubt (?:that |if |whether )?",
    r"\bI(?:[’']m| am) not sure (?:that |if )?",
)
HARMLESS = (", and ", "; ", " because ", " when ", ", which ", ", who ", ". ", "! ", " to ", ": ")
NUMBERS = "two three four five six seven eight nine ten twelve twenty thirty fifty hundred".split()


def plain(text: str) -> str:
    """A quotation's words on one line, as a writer types them."""
    return re.sub(r"\s+", " ", text).strip()


def word_changed(text: str, dice: random.Random, listed: bool) -> str | None:
    """One word put for another: from the list, or drawn from an unrelated sentence."""
    found = [token for token in tokens(text) if len(token.norm) > 2]
    if listed:
        found = [token for token in found if token.norm in SWAPS]
    else:
        found = [token for token in found if len(token.norm) > 4]
    if not found:
        return None
    token = dice.choice(found)
    new = SWAPS[token.norm] if listed else dice.choice(DRAWN)
    if fold(new) == token.norm:
        return None
    if text[token.start].isupper():
        new = new.capitalize()
    return text[: token.start] + new + text[token.end :]


DRAWN: list[str] = []


def denial_in(text: str, dice: random.Random) -> str | None:
    pairs = list(DENIALS_IN)
    dice.shuffle(pairs)
    for old, new in pairs:
        match = re.search(rf"\b{old}\b(?! not|n?[’'])", text)
        if match:
            return text[: match.start()] + new + text[match.end() :]
    return None


def denial_out(text: str, dice: random.Random) -> str | None:
    pairs = list(DENIALS_OUT)
    dice.shuffle(pairs)
    for old, new in pairs:
        changed, count = re.subn(old, new, text, count=1)
        if count:
            return changed
    return None


def number_changed(text: str, dice: random.Random) -> str | None:
    digits = list(re.finditer(r"\d+", text))
    if digits:
        match = dice.choice(digits)
        old = match[0]
        at = dice.randrange(len(old))
        new = old[:at] + dice.choice([d for d in "123456789" if d != old[at]]) + old[at + 1 :]
        return text[: match.start()] + new + text[match.end() :]
    found = [token for token in tokens(text) if token.norm in NUMBERS]
    if not found:
        return None
    token = dice.choice(found)
    new = dice.choice([word for word in NUMBERS if word != token.norm])
    return text[: token.start] + new + text[token.end :]


def name_changed(text: str, dice: random.Random) -> str | None:
    found = [
        token
        for token in tokens(text)[1:]
        if text[token.start].isupper()
        and len(token.norm) > 3
        and "'" not in token.norm
        and text[token.start - 2 : token.start - 1] not in (".", "!", "?", ":")
    ]
    if not found:
        return None
    token = dice.choice(found)
    return text[: token.start] + dice.choice(INVENTED) + text[token.end :]


def modal_changed(text: str, dice: random.Random) -> str | None:
    pairs = list(MODALS)
    dice.shuffle(pairs)
    for old, new in pairs:
        match = re.search(rf"\b{old}\b(?! not|n[’'])", text)
        if match:
            return text[: match.start()] + new + text[match.end() :]
    return None


def order_changed(text: str, dice: random.Random) -> str | None:
    found = tokens(text)
    at = dice.randrange(1, len(found) - 3)
    one, two = found[at], found[at + dice.choice((1, 2))]
    if one.norm == two.norm:
        return None
    a, b = text[one.start : one.end], text[two.start : two.end]
    return text[: one.start] + b + text[one.end : two.start] + a + text[two.end :]


def cut_after(text: str, dice: random.Random) -> str | None:
    """The part before "but", "if" …, whole words, six at least."""
    found = [
        match
        for word in set(CUT_AFTER)
        for match in re.finditer(rf"[,;—-]*\s{word}\s", text)
        if len(text[: match.start()].split()) >= 6 and len(text[match.end() :].split()) >= 2
    ]
    if not found:
        return None
    match = dice.choice(found)
    kept = text[: match.start()]
    start = max(kept.rfind(". "), kept.rfind("! "), kept.rfind("? "))
    return kept[start + 2 :] if start >= 0 and len(kept[start + 2 :].split()) >= 6 else kept


def cut_before(text: str, dice: random.Random) -> str | None:
    """The part behind "I do not think that …", "If …," and their like."""
    found = [match for pattern in CUT_BEFORE for match in re.finditer(pattern, text)]
    found = [match for match in found if len(text[match.end() :].split()) >= 6]
    if not found:
        return None
    rest = text[dice.choice(found).end() :]
    end = re.search(r"[.!?](?=\s|$)", rest)
    kept = rest[: end.end()] if end else rest
    return kept if len(kept.split()) >= 6 else None


def harmless(text: str, dice: random.Random) -> str | None:
    """The part before a cut that leaves nothing out that matters."""
    found = [
        at
        for mark in HARMLESS
        for at in [match.start() for match in re.finditer(re.escape(mark), text)]
        if len(text[:at].split()) >= 6
    ]
    if not found:
        return None
    at = dice.choice(found)
    rest = text[at:].lstrip(" ,;:.!?").lower()
    if re.match(r"(but|if|unless|however|not|except|though|although|and not|and yet)\b", rest):
        return None
    return text[:at]


def restyled(text: str, dice: random.Random) -> str:
    """The same words with other marks: what a copy desk does."""
    if dice.random() < 0.5:
        text = text.replace("’", "'")
    if dice.random() < 0.3:
        text = text.replace("--", " — ").replace("—", " - ")
    if dice.random() < 0.3 and text[0].isalpha():
        text = f"[{text[0].swapcase()}]{text[1:]}"
    if dice.random() < 0.5:
        text = text.rstrip(".,") + dice.choice((".", ",", ""))
    return text


# ---------------------------------------------------------------- making and running

SHARES = {
    "verbatim": 34, "word": 10, "denial in": 8, "denial out": 8, "number": 6, "name": 6,
    "modal": 5, "order": 4, "cut": 9, "spliced": 5, "wrong speaker": 8,
}  # fmt: skip
CHANGES: dict[str, Callable[[str, random.Random], str | None]] = {
    "denial in": denial_in,
    "denial out": denial_out,
    "number": number_changed,
    "name": name_changed,
    "modal": modal_changed,
    "order": order_changed,
}


def make(
    clean: dict[str, Source], noise: dict[str, int], count: int, dice: random.Random, held: Held
) -> list[Case]:
    """Quotations with their right verdicts."""
    pool = [
        (source, gold)
        for source in clean.values()
        for gold in source.quotations
        if 8 <= sum(len(source.text[a:b].split()) for a, b in gold.pieces) <= 120
    ]
    dice.shuffle(pool)
    by_noise: dict[int, list[tuple[Source, Gold]]] = defaultdict(list)
    for source, gold in pool:
        by_noise[noise[source.name]].append((source, gold))
    for items in by_noise.values():  # news first: there are fewer of them
        items.sort(key=lambda item: len(item[0].text) > 100_000)
    speakers = sorted({gold.speaker for _, gold in pool if gold.speaker})
    cases: list[Case] = []
    kinds = [kind for kind, share in SHARES.items() for _ in range(share)]
    used: Counter[int] = Counter()
    while len(cases) < count:
        level = dice.choice((0, 0, 0, 0, 3, 8, 15))
        kind = dice.choice(kinds)
        items = by_noise[level]
        case = None
        for _ in range(400):  # few quotations hold a number, or an "unless"
            source, gold = items[int(len(items) * dice.random())]
            if used[id(gold)] < 2:
                case = one(source, gold, kind, level, dice, items, speakers)
            if case is not None:
                break
        if case is None or len(tokens(case.text)) < 6:
            continue
        if case.verdict not in ("verbatim", "truncated", "misattributed"):
            if held.seeds.exactly(letters_of(case.text), 1):
                continue
        elif case.verdict == "truncated" and len(held.seeds.exactly(letters_of(case.text), 2)) > 1:
            continue
        used[id(gold)] += 1
        cases.append(case)
    return cases


def one(
    source: Source,
    gold: Gold,
    kind: str,
    level: int,
    dice: random.Random,
    items: list[tuple[Source, Gold]],
    speakers: list[str],
) -> Case | None:
    """One quotation of a kind, None where the gold one has nothing to change."""
    text = plain(" ".join(source.text[a:b] for a, b in gold.pieces))
    given = gold.speaker if gold.speaker and dice.random() < 0.6 else None
    listed = dice.random() < 0.5

    def made(new: str | None, verdict: str, how: str = kind, unseen: bool = True) -> Case | None:
        if new is None or (letters_same(new, text) and verdict == "altered"):
            return None
        return Case(
            new.strip(" .") if " ." in new[-3:] else new.strip(),
            given,
            verdict,
            how,
            unseen,
            level,
            source.name,
        )

    if kind == "verbatim":
        if listed:
            return made(restyled(text, dice), "verbatim", "verbatim")
        part = harmless(plain(source.text[slice(*gold.pieces[0])]), dice)
        return made(part, "verbatim", "verbatim part")
    if kind == "word":
        return made(word_changed(text, dice, listed), "altered", kind, listed)
    if kind in CHANGES:
        return made(CHANGES[kind](text, dice), "altered")
    if kind == "cut":
        piece = plain(source.text[slice(*gold.pieces[0])])
        new = cut_after(piece, dice) if listed else cut_before(piece, dice)
        return made(new, "truncated", "cut end" if listed else "cut start")
    if kind == "spliced":
        other_source, other = dice.choice(items)
        if other is gold or min(len(gold.pieces), len(other.pieces)) != len(other.pieces):
            return None
        theirs = plain(other_source.text[slice(*other.pieces[0])])
        ours = plain(source.text[slice(*gold.pieces[0])])
        half, rest = ours.split(), theirs.split()
        half, rest = half[: max(5, len(half) // 2)], rest[len(rest) // 2 :]
        if len(half) < 5 or len(rest) < 5:
            return None
        return Case(" ".join(half + rest), None, "spliced", kind, False, level, source.name)
    if not gold.speaker:
        return None
    others = {item.speaker for item in source.quotations if item.speaker}
    pool = sorted(others) if listed else speakers
    wrong = dice.choice(pool)
    if same_person(wrong, gold.speaker):
        return None
    return Case(text, wrong, "misattributed", kind, not listed, level, source.name)


ALIASES: dict[str, set[str]] = {}


def same_person(one: str, other: str) -> bool:
    """Whether two gold names may be one person: an alias, or a word in common."""
    ones = {one, *ALIASES.get(fold(one), ())}
    others = {other, *ALIASES.get(fold(other), ())}
    return any(share_a_word(a, b) for a in ones for b in others)


def share_a_word(one: str, other: str) -> bool:
    plain_words = {"mr", "mrs", "miss", "the", "dr", "of", "lady", "sir"}
    a = {token.norm for token in tokens(one)} - plain_words
    b = {token.norm for token in tokens(other)} - plain_words
    return bool(a & b) or not a or not b


def letters_same(one: str, other: str) -> bool:
    """Whether two texts have the same letters."""
    return letters_of(one).folded.tobytes() == letters_of(other).folded.tobytes()


def pages_of(source: Source) -> Iterator[tuple[Page, Heard]]:
    """The pages of an exhibit, with the gold statements of each."""
    text = source.text
    digest = "sha256:" + hashlib.sha256(source.name.encode()).hexdigest()
    bounds = [0]
    if len(text) > 60_000:
        while len(text) - bounds[-1] > PAGE:
            cut = text.rfind("\n", bounds[-1] + PAGE // 2, bounds[-1] + PAGE)
            bounds.append(cut + 1 if cut > 0 else bounds[-1] + PAGE)
    bounds.append(len(text))
    for number, (low, high) in enumerate(itertools.pairwise(bounds), 1):
        statements = []
        for gold in source.quotations:
            inside = tuple(
                Stretch(max(low, a) - low, min(high, b) - low)
                for a, b in gold.pieces
                if a < high and low < b
            )
            if inside:
                who = Mention(gold.speaker, 0, 0, name=gold.speaker) if gold.speaker else None
                statements.append(Statement("direct", inside, 1.0, quotes=inside, speaker=who))
        yield Page(digest, source.name + ".txt", number, text[low:high]), Heard(tuple(statements))


def drafts(cases: list[Case]) -> Iterator[tuple[str, Heard, list[Case]]]:
    """Drafts of twenty quotations, with the statements that a perfect ear would hear."""
    for first in range(0, len(cases), 20):
        parts: list[str] = []
        statements: list[Statement] = []
        size = 0
        for case in cases[first : first + 20]:
            lead = f"{case.speaker} told the paper: " if case.speaker else "One reads there: "
            begin = size + len(lead) + 1
            piece = Stretch(begin, begin + len(case.text))
            who = None
            if case.speaker:
                end = size + len(case.speaker)
                who = Mention(case.speaker, size, end, name=case.speaker)
            statements.append(Statement("direct", (piece,), 1.0, quotes=(piece,), speaker=who))
            paragraph = f"{lead}“{case.text}”\n\n"
            parts.append(paragraph)
            size += len(paragraph)
        yield "".join(parts), Heard(tuple(statements)), cases[first : first + 20]


def main() -> None:
    """Make, check, count."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--wrong", type=int, default=0, help="print this many wrong verdicts")
    parser.add_argument("--only", default="", help="of these kinds or noises alone")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    dice = random.Random(options.seed)
    clean = {source.name: source for source in polnear(options.corpus / "polnear")}
    clean |= {source.name: source for source in pdnc(options.corpus / "pdnc")}
    ALIASES.update(aliases_of(options.corpus / "pdnc"))
    seen = tables.NEGATIONS | tables.MODALS | tables.HEDGES
    DRAWN.extend(
        word
        for source in list(clean.values())[::9]
        for word in re.findall(r"\b[a-z]{4,9}\b", source.text)
        if word not in seen
    )
    noise: dict[str, int] = {}
    for source in clean.values():
        noise[source.name] = dice.choice((0, 0, 0, 0, 3, 8, 15))
    for novel, level in zip(
        [name for name, source in clean.items() if len(source.text) > 100_000],
        (0, 3, 8, 15, 0, 0),
        strict=False,
    ):
        noise[novel] = level
    shown = [
        with_noise(source, noise[name] / 100, dice) if noise[name] else source
        for name, source in clean.items()
    ]
    heard: dict[tuple[str, int], Heard] = {}
    pages: list[Page] = []
    for source in shown:
        for page, statements in pages_of(source):
            pages.append(page)
            heard[page.exhibit, page.page] = statements
    reference = Held(Page("sha256:" + "0" * 64, name, 1, s.text) for name, s in clean.items())
    cases = make(clean, noise, options.count, dice, reference)
    begin = time.process_time()
    held = Held(pages, lambda page: heard[page.exhibit, page.page])
    held.count("the")
    indexing = time.process_time() - begin
    begin = time.process_time()
    answers: list[tuple[Case, str, object]] = []
    for text, listened, part in drafts(cases):
        checks = check_quotations(text, listened, held, aliases=ALIASES)
        by_text = {found.text: found for found in checks}
        for case in part:
            found = by_text.get(case.text)
            answers.append((case, found.verdict if found else "missed", found))
    spent = time.process_time() - begin
    report(answers, len(cases) / spent, indexing, sum(len(page.text) for page in pages), options)


def report(
    answers: list[tuple[Case, str, object]],
    rate: float,
    indexing: float,
    size: int,
    options: argparse.Namespace,
) -> None:
    """Print what was right."""
    verdicts = ["verbatim", "altered", "truncated", "spliced", "misattributed", "not_found"]
    table: Counter[tuple[str, str]] = Counter()
    how: dict[str, Counter[bool]] = defaultdict(Counter)
    passed: list[Case] = []
    for case, verdict, _ in answers:
        right = verdict == case.verdict
        table[case.verdict, verdict] += 1
        how["all"][right] += 1
        how[f"noise {case.noise} %"][right] += 1
        how[case.how][right] += 1
        how["unseen lists" if case.unseen else "others"][right] += 1
        if case.verdict == "verbatim":
            alarm = verdict in ("altered", "truncated", "spliced", "misattributed")
            how["verbatim without a false alarm"][not alarm] += 1
            how[f"verbatim without a false alarm, noise {case.noise} %"][not alarm] += 1
        if case.how.startswith("denial") and verdict == "verbatim":
            passed.append(case)
    print(f"{len(answers)} quotations over {size} characters; {rate:.0f} a CPU-second, "
          f"index {indexing:.1f} CPU-seconds\n")  # fmt: skip
    print("| right \\ given | " + " | ".join(verdicts) + " |")
    print("|---" * (len(verdicts) + 1) + "|")
    for right_one in verdicts[:-1]:
        row = [str(table[right_one, given]) for given in verdicts]
        print(f"| {right_one} | " + " | ".join(row) + " |")
    print("\n| part | right | of | % |\n|---|---|---|---|")
    for name, counts in sorted(how.items()):
        total = sum(counts.values())
        print(f"| {name} | {counts[True]} | {total} | {100 * counts[True] / total:.1f} |")
    print(f"\nDenials put in or left out that passed as verbatim: {len(passed)}")
    for case in passed:
        print("  PASSED", case)
    for case, verdict, found in answers:
        if case in passed and verdict == "verbatim":
            print("  ", getattr(found, "edits", ""))
    left = options.wrong
    for case, verdict, found in answers:
        if (
            left
            and verdict != case.verdict
            and options.only in f"{case.how} {case.noise} {verdict}"
        ):
            left -= 1
            print(f"\n{case.verdict} -> {verdict} | {case.how} {case.noise}% | {case.speaker}")
            print("  ", case.text)
            print("  ", getattr(found, "edits", ""))
            for row in getattr(found, "evidence", ()):
                print("   =", row.path, row.page, row.note, "|", row.exact)
    if options.json:
        counts_by_name = {name: dict(counts) for name, counts in how.items()}
        options.json.write_text(json.dumps({
            "rate": rate, "indexing": indexing, "size": size, "passed": len(passed),
            "parts": {name: [row.get(True, 0), sum(row.values())]
                      for name, row in counts_by_name.items()},
        }, indent=1))  # fmt: skip


if __name__ == "__main__":
    main()
