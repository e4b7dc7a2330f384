"""How a query is read, and what is refused. Positions count code points from 0."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assay.errors import QueryError
from assay.index.compile import NOTHING, compile_query, no_digests
from assay.index.explain import explain
from assay.index.highlight import marks
from assay.index.query import parse
from assay.index.tree import And, DateRange, Item, Not, Or, PageRange, Tree, Value, Words, leaves_of


def word(text: str, field: str = "") -> Words:
    return Words((Item("plain", text),), 0, field)


A, B, C = word("a"), word("b"), word("c")


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("a", A),
        ("a b", And((A, B))),
        ("a AND b", And((A, B))),
        ("a OR b", Or((A, B))),
        ("a b OR c", Or((And((A, B)), C))),
        ("a OR b AND c", Or((A, And((B, C))))),
        ("a (b OR c)", And((A, Or((B, C))))),
        ("NOT a", Not(A)),
        ("NOT NOT a", Not(Not(A))),
        ("a NOT b", And((A, Not(B)))),
        ("a AND NOT b", And((A, Not(B)))),
        ("NOT (a OR b) c", And((Not(Or((A, B))), C))),
        ("a or and not", And((A, word("or"), word("and"), word("not")))),
        ("ORDER ANDorra", And((word("ORDER"), word("ANDorra")))),
        ('"a b"', Words((Item("plain", "a b"),), quoted=True)),
        ("“a b”", Words((Item("plain", "a b"),), quoted=True)),
        ("«a b»", Words((Item("plain", "a b"),), quoted=True)),
        ('"a b"~5', Words((Item("plain", "a b"),), 5, quoted=True)),
        (
            '"a po* b"',
            Words((Item("plain", "a"), Item("prefix", "po"), Item("plain", "b")), quoted=True),
        ),
        ("name~1", Words((Item("fuzzy", "name", 1),))),
        ("name~", Words((Item("fuzzy", "name", 1),))),
        ("names~2", Words((Item("fuzzy", "names", 2),))),
        ("pre*", Words((Item("prefix", "pre"),))),
        ("/po.*t/", Words((Item("regex", "po.*t"),))),
        ("/a b/", Words((Item("regex", "a"), Item("regex", "b")))),
        ("=US", Words((Item("exact", "US"),))),
        ('="Silk Road"', Words((Item("exact", "Silk Road"),), quoted=True)),
        ("中华人民共和国", word("中华人民共和国")),
        ("type:PDF", Value("type", "pdf")),
        ("tag:Unread", Value("tag", "Unread")),
        ('tag:"to do"', Value("tag", "to do")),
        ("has:note", Value("has", "note")),
        ("author:anna", word("anna", "author")),
        ("author:(anna OR bob)", Or((word("anna", "author"), word("bob", "author")))),
        ('subject:"a b"', Words((Item("plain", "a b"),), 0, "subject", True)),
        ("path:letters/2017", word("letters/2017", "path")),
        ("exhibit:sha256:ABCDEF12", Value("exhibit", "sha256:abcdef12")),
        ("date:2017", DateRange(20170101, 20171231)),
        ("date:2017-02", DateRange(20170201, 20170231)),
        ("date:2017-02-03", DateRange(20170203, 20170203)),
        ("date:[2017-01 TO 2018-12]", DateRange(20170101, 20181231)),
        ("date:[* TO 2018]", DateRange(None, 20181231)),
        ("date:[2018 TO *]", DateRange(20180101, None)),
        ("date:٢٠١٧", DateRange(20170101, 20171231)),
        ("page:3", PageRange(3, 3)),
        ("page:[2 TO *]", PageRange(2, None)),
        ("http://example.org/a", word("http://example.org/a")),
        ("Re: harbour", And((word("Re:"), word("harbour")))),
        ("12:30", word("12:30")),
        ("Author:anna", word("anna", "author")),
    ],
)
def test_a_query_is_read_as_the_language_says(query: str, tree: Tree) -> None:
    assert parse(query) == tree


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("", 0), ("   ", 3), ("a AND", 5), ("AND a", 0), ("a OR OR b", 5), ("NOT", 3), ("(a", 0),
        ("a)", 1), ("()", 0), ('"a', 0), ('a "b', 2), ('""', 0), ('"..."', 0), ("...", 0), ("*", 0),
        ("🙂 a", 0), ("a || b", 2), ("*ing", 0), ("te*t", 2), ("te?t", 2), ("-a", 0), ('-"a"', 0),
        ("nosuch:a", 0), ("type:", 5), ("author: anna", 7), ("has:gold", 4), ("exhibit:xyz", 8),
        ("date:yesterday", 5), ("date:2017-13", 5), ("date:2017-02-31", 5), ("date:2017-02-00", 5),
        ("date:[2018 TO 2017]", 5), ("date:[2017]", 5), ("date:[* TO *]", 5), ("page:0", 5),
        ("page:x", 5), ("page:[5 TO 2]", 5), ("name~3", 0), ("ab~1", 0), ("abcd~2", 0), ("~1", 0),
        ("中国人~1", 0), ("a-b-c~1", 0), ('"a b"~', 5), ("/a", 0), ("//", 0), ("/a(/", 1),
        ("/^a/", 1), (r"/\bport/", 1), ("/.*/", 1), ("/中./", 1), ("/o'brien/", 1), ("/a*?/", 1),
        ("=", 0), ("= a", 0), ("author:=a", 7), ("(" * 200 + "a" + ")" * 200, 100),
        ("NOT " * 200 + "a", 400), ("a " * 1200, 2000), ("a" * 20_000, 10_000),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_where_and_what_to_do(query: str, position: int) -> None:
    with pytest.raises(QueryError) as raised:
        parse(query)
    assert raised.value.position == position
    assert raised.value.what and raised.value.next_step


PIECES = st.sampled_from(
    [*'()"“/=*~:-?\\[]{}|&!.,^$', " ", " AND ", " OR ", " NOT ", "a", "word", "中国", "على", "3",
     "type:", "date:", "date:[2017 TO 2018]", "page:", "author:", "tag:", "has:", "in:", "exhibit:",
     "~1", '"~5', "TO", "\n", "\ud800", "\u0301", "\u200b", "😀", "sha256:", "ß", "\x00", "²"]
)  # fmt: skip


@settings(max_examples=1500, deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=14).map("".join), st.text(max_size=30)))
def test_no_query_crashes_and_none_means_nothing_or_everything_unasked(query: str) -> None:
    try:
        tree = parse(query)
        asked = compile_query(tree, no_digests, lambda leaf, among: ())
    except QueryError as error:
        assert 0 <= error.position <= len(query) and error.next_step
        return
    assert asked != NOTHING
    assert explain(tree).startswith("Pages ")
    assert all(leaf.items for leaf in leaves_of(tree))
    marks(tree, "a word 中国 على 3 ß")


def test_marks_come_from_what_is_wanted_and_not_from_what_is_excluded() -> None:
    tree = parse("a NOT (b NOT c) author:d")
    assert [leaf.items[0].text for leaf in leaves_of(tree)] == ["a", "c"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("Müller", "that hold the word “muller”"),
        ("well-known", "that hold the phrase “well known” or the word “wellknown”"),
        ("中国人", "that hold the phrase “中国人”"),
        (
            "a NOT b",
            "that hold the word “a” and that are not among those that hold the word “b”",
        ),
        (
            '"a b"~3',
            "that hold the phrase “a b”, in this order with at most 3 other words between them "
            "in all",
        ),
        (
            "type:pdf date:2017",
            "of the type “pdf” and with a date from 2017-01-01 to 2017-12-31",
        ),
        (
            "po* OR name~1",
            "that hold a word that begins with “po” or that hold a word at most 1 letter from "
            "“name”",
        ),
        ("/P.rt/", "that hold a word that matches the pattern P.rt"),
        ("=US", "that hold “US” written exactly so"),
        (
            "page:[2 TO *] author:x",
            "with a number from 2 and whose field author holds the word “x”",
        ),
    ],
)
def test_a_query_is_told_in_words_as_it_was_read(query: str, words: str) -> None:
    assert explain(parse(query)) == f"Pages {words}."
