"""Patterns mean the same to us, to Python and to the engine, and never hang."""

import random
import re
import time

import pytest

from assay.index.pattern import Automaton, PatternError, portable


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("port", "port", "ports"), ("port.*", "portal", "airport"), ("Müll.r", "muller", "muler"),
        ("[A-C]at", "bat", "dat"), ("[^a-c]at", "dat", "bat"), ("a|bc", "bc", "abc"),
        ("(ab)+", "abab", "aba"), ("x{2,3}", "xxx", "xxxx"), ("x{2,}", "xxxxx", "x"),
        ("x{2}", "xx", "xxx"), (r"\d+", "2017", "20a"), ("stra(ß)e", "strasse", "strase"),
        ("Ёлк[аи]", "елка", "елку"), ("عل[يى]", "علی", "علو"), ("(?:a)?b", "b", "aab"),
        (r"\w\w", "ab", "a"),
    ],
)  # fmt: skip
def test_a_pattern_matches_whole_folded_words(pattern: str, yes: str, no: str) -> None:
    assert Automaton(pattern).matches(yes) and re.fullmatch(portable(pattern), yes)
    assert not Automaton(pattern).matches(no) and not re.fullmatch(portable(pattern), no)


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "[", "a{3,1}", "a{x}", "*a", "^a", "a$", r"\bA", r"(a)\1", "(?=a)", "a+?", "a b",
     "o'b", "中", "[.]", "(a{100}){100}", "(" * 100 + ")" * 100, "\\", "[z-a]"],
)  # fmt: skip
def test_what_means_nothing_inside_a_word_is_refused_with_a_way_out(pattern: str) -> None:
    with pytest.raises(PatternError) as raised:
        portable(pattern)
    assert raised.value.next_step


def test_the_automaton_agrees_with_python_on_random_patterns() -> None:
    rng = random.Random(5)

    def make(depth: int) -> str:
        kind = rng.randrange(9 if depth else 3)
        if kind < 2:
            return rng.choice("abc")
        if kind == 2:
            return rng.choice([".", "[ab]", "[^a]", "[a-b]"])
        if kind < 5:
            return make(depth - 1) + make(depth - 1)
        if kind == 5:
            return f"({make(depth - 1)}|{make(depth - 1)})"
        return f"({make(depth - 1)}){rng.choice(['*', '+', '?', '{2}', '{1,2}'])}"

    for _ in range(400):
        pattern = make(3)
        automaton = Automaton(pattern)
        for _ in range(20):
            token = "".join(rng.choices("abc", k=rng.randrange(7)))
            assert automaton.matches(token) == bool(re.fullmatch(pattern, token)), (pattern, token)


def test_a_pattern_that_hangs_other_engines_answers_at_once() -> None:
    begun = time.process_time()
    assert not Automaton("(a+)+(a*)*(a|a)*b").matches("a" * 200)
    assert time.process_time() - begun < 60  # backtracking would take longer than the universe
