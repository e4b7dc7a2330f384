"""Say in words how a query was read, for the page that has no hits. Counts nothing.

The words of the query itself are quoted as the index sees them, so that a reader notices what
was folded or taken apart.
"""

from __future__ import annotations

from assay.index.analysis import is_unspaced
from assay.index.leaves import Sequence, TokenTest, sequences
from assay.index.letters import GAP
from assay.index.tree import And, DateRange, Not, Or, PageRange, Tree, Value, Words


def explain(tree: Tree) -> str:
    """One sentence that tells how the query was read."""
    return f"Pages {_clause(tree)}."


def _clause(tree: Tree) -> str:
    if isinstance(tree, Words):
        return _words(tree)
    if isinstance(tree, And):
        return " and ".join(_grouped(part) for part in tree.parts)
    if isinstance(tree, Or):
        return " or ".join(_grouped(part) for part in tree.parts)
    if isinstance(tree, Not):
        return f"that are not among those {_grouped(tree.part)}"
    if isinstance(tree, DateRange):
        return f"with a date {_span(_day(tree.low), _day(tree.high))}"
    if isinstance(tree, PageRange):
        return f"with a number {_span(tree.low, tree.high)}"
    return _value(tree)


def _grouped(tree: Tree) -> str:
    text = _clause(tree)
    return f"({text})" if isinstance(tree, And | Or) else text


def _words(leaf: Words) -> str:
    alternatives = " or ".join(dict.fromkeys(_sequence(s) for s in sequences(leaf)))
    where = f"whose field {leaf.field} holds" if leaf.field else "that hold"
    if leaf.slop:
        alternatives += f", in this order with at most {leaf.slop} other words between them in all"
    return f"{where} {alternatives}"


def _sequence(sequence: Sequence) -> str:
    if all(test.kind == "plain" for test in sequence):
        kind = "the word" if len(sequence) == 1 else "the phrase"
        return f"{kind} “{_joined([t.token for t in sequence])}”"
    if all(test.kind == "exact" for test in sequence):
        shown = _joined([test.written for test in sequence])
        return f"“{shown}” written exactly so"
    return ", then ".join(_test(test) for test in sequence)


def _joined(tokens: list[str]) -> str:
    """Tokens as a reader would write them: characters without spaces stand together."""
    text, last_unspaced = "", False
    for token in tokens:
        shown = "、" if token == GAP else token
        together = text and is_unspaced(token) and last_unspaced
        text += shown if not text or together else f" {shown}"
        last_unspaced = is_unspaced(token)
    return text


def _test(test: TokenTest) -> str:
    return {
        "plain": f"the word “{test.token}”",
        "exact": f"“{test.written}” written exactly so",
        "prefix": f"a word that begins with “{test.token}”",
        "fuzzy": f"a word at most {test.edits} letter{'s' * (test.edits > 1)} from “{test.token}”",
        "regex": f"a word that matches the pattern {test.token}",
    }[test.kind]


def _value(node: Value) -> str:
    return {
        "type": f"of the type “{node.value}”",
        "lang": f"in the language “{node.value}”",
        "tag": f"of exhibits with the tag “{node.value}”",
        "exhibit": f"of the exhibit {node.value}",
        "has": "read by OCR" if node.value == "ocr" else f"of exhibits with a {node.value}",
        "in": f"of exhibits in the container “{node.value}”",
        "folder": f"of exhibits in the folder “{node.value}”",
    }[node.field]


def _day(day: int | None) -> str | None:
    return None if day is None else f"{day // 10000:04d}-{day // 100 % 100:02d}-{day % 100:02d}"


def _span(low: object, high: object) -> str:
    if low == high:
        return f"of {low}"
    if low is None:
        return f"up to {high}" if high is not None else "of any size"
    return f"from {low}" if high is None else f"from {low} to {high}"
