"""What every search engine must do: a class of tests that each engine's test file inherits.

`open_engine` is all that an engine's file adds. The tests speak tokens, not text: engines never
analyse. Counts pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from assay import ports
from assay.ports import And, AnyOf, Dates, Near, Not, Or, PageNumber, Pages, Pattern, Phrase, Term


def digest(number: int) -> str:
    """A digest made up for tests."""
    return "sha256:" + hashlib.sha256(str(number).encode()).hexdigest()


def page(
    number: int,
    words: str,
    date: int | None = None,
    sort_path: str = "",
    at: int = 1,
    han: str = "",
    **keywords: tuple[str, ...],
) -> ports.IndexedPage:
    """Page `at` of exhibit `number` with these tokens."""
    text = {"words": words, "exact": words, "han": han, "path": sort_path.replace("/", " ")}
    return ports.IndexedPage(
        digest(number), at, text, {"exhibit": (digest(number),), **keywords}, date, sort_path
    )


class SearchEngineContract:
    """Inherit it as `class TestMyEngine(SearchEngineContract)` and define `open_engine`."""

    def open_engine(self, folder: Path) -> ports.SearchEngine:
        """An engine that keeps what it keeps in `folder`."""
        raise NotImplementedError

    @contextmanager
    def engine(self, folder: Path, *pages: ports.IndexedPage) -> Iterator[ports.SearchEngine]:
        """An engine that holds these pages."""
        engine = self.open_engine(folder)
        try:
            if pages:
                engine.add(pages)
                engine.commit()
            yield engine
        finally:
            engine.close()

    def found(self, engine: ports.SearchEngine, query: ports.EngineQuery) -> list[int]:
        """The numbers of the exhibits found, in order of number."""
        hits = engine.find(query, 1000)
        assert hits.total == len(hits.hits)
        numbers = {digest(n): n for n in range(1000)}
        return sorted(numbers[hit.exhibit] for hit in hits.hits)

    def test_an_empty_index_answers_that_it_holds_nothing(self, tmp_path: Path) -> None:
        with self.engine(tmp_path) as engine:
            assert engine.count() == 0
            assert engine.find(Term("words", "a"), 10) == ports.EngineHits(0, ())
            assert engine.tokens("words", "", 10) == []

    def test_a_page_is_found_after_commit_and_not_before(self, tmp_path: Path) -> None:
        with self.engine(tmp_path) as engine:
            engine.add([page(1, "harbour master")])
            assert engine.count() == 0
            engine.commit()
            assert engine.count() == 1
            assert self.found(engine, Term("words", "harbour")) == [1]

    def test_a_removed_exhibit_loses_all_its_pages_at_commit(self, tmp_path: Path) -> None:
        pages = [page(1, "a", at=1), page(1, "a", at=2), page(2, "a")]
        with self.engine(tmp_path, *pages) as engine:
            engine.remove([digest(1)])
            assert engine.count() == 3
            engine.commit()
            assert engine.count() == 1
            assert self.found(engine, Term("words", "a")) == [2]

    def test_pages_added_again_after_a_removal_are_found(self, tmp_path: Path) -> None:
        with self.engine(tmp_path, page(1, "old")) as engine:
            engine.remove([digest(1)])
            engine.add([page(1, "new")])
            engine.commit()
            assert self.found(engine, Term("words", "old")) == []
            assert self.found(engine, Term("words", "new")) == [1]

    def test_a_token_is_matched_whole_and_never_analysed(self, tmp_path: Path) -> None:
        with self.engine(tmp_path, page(1, "Ünder-way x"), page(2, "under way")) as engine:
            assert self.found(engine, Term("words", "Ünder-way")) == [1]
            assert self.found(engine, Term("words", "under")) == [2]
            assert self.found(engine, Term("words", "ünder-way")) == []

    def test_a_phrase_keeps_order_and_neighbours(self, tmp_path: Path) -> None:
        pages = [page(1, "a b c"), page(2, "b a c"), page(3, "a x b"), page(4, "3 亿 人 民 币")]
        with self.engine(tmp_path, *pages) as engine:
            assert self.found(engine, Phrase("words", ("a", "b"))) == [1]
            assert self.found(engine, Phrase("words", ("a", "b", "c"))) == [1]
            assert self.found(engine, Phrase("words", ("3", "亿", "人", "民", "币"))) == [4]
            assert self.found(engine, Phrase("words", ("a",))) == [1, 2, 3]

    def test_a_phrase_with_the_same_token_twice_needs_it_twice(self, tmp_path: Path) -> None:
        with self.engine(tmp_path, page(1, "a b"), page(2, "a a b")) as engine:
            assert self.found(engine, Phrase("words", ("a", "a"))) == [2]
            assert self.found(engine, Phrase("words", ("a", "a"), 3)) == [2]

    def test_slop_leaves_gaps_but_never_turns_the_order_round(self, tmp_path: Path) -> None:
        pages = [
            page(1, "a x b"),
            page(2, "a x x b"),
            page(3, "b a"),
            page(4, "b x a"),
            page(5, "a b"),
        ]
        with self.engine(tmp_path, *pages) as engine:
            assert self.found(engine, Phrase("words", ("a", "b"), 0)) == [5]
            assert self.found(engine, Phrase("words", ("a", "b"), 1)) == [1, 5]
            assert self.found(engine, Phrase("words", ("a", "b"), 2)) == [1, 2, 5]
            assert self.found(engine, Phrase("words", ("a", "b"), 9)) == [1, 2, 5]

    def test_slop_counts_all_gaps_of_a_phrase_together(self, tmp_path: Path) -> None:
        pages = [page(1, "a x b x c"), page(2, "a x b c"), page(3, "a b x x c"), page(4, "a c b")]
        with self.engine(tmp_path, *pages) as engine:
            assert self.found(engine, Phrase("words", ("a", "b", "c"), 1)) == [2]
            assert self.found(engine, Phrase("words", ("a", "b", "c"), 2)) == [1, 2, 3]

    def test_a_phrase_of_pairs_does_not_run_over_a_gap(self, tmp_path: Path) -> None:
        pages = [page(1, "x", han="中国 国人"), page(2, "x", han="中国 · 国人")]
        with self.engine(tmp_path, *pages) as engine:
            assert self.found(engine, Phrase("han", ("中国", "国人"))) == [1]

    def test_not_is_right_alone_in_a_group_and_twice(self, tmp_path: Path) -> None:
        with self.engine(tmp_path, page(1, "a b"), page(2, "a"), page(3, "c")) as engine:
            a, b = Term("words", "a"), Term("words", "b")
            assert self.found(engine, Not(a)) == [3]
            assert self.found(engine, And((a, Not(b)))) == [2]
            assert self.found(engine, And((Not(a), Not(b)))) == [3]
            assert self.found(engine, Or((Not(a), b))) == [1, 3]
            assert self.found(engine, Not(Not(a))) == [1, 2]
            assert self.found(engine, Not(And((a, Not(b))))) == [1, 3]

    def test_or_of_nothing_finds_nothing_and_its_opposite_everything(self, tmp_path: Path) -> None:
        with self.engine(tmp_path, page(1, "a"), page(2, "b")) as engine:
            assert self.found(engine, Or(())) == []
            assert self.found(engine, Not(Or(()))) == [1, 2]
            assert self.found(engine, And(())) == [1, 2]
            assert self.found(engine, ports.All()) == [1, 2]
            assert self.found(engine, AnyOf("words", ())) == []
            assert self.found(engine, Pages(())) == []

    def test_a_pattern_matches_whole_tokens(self, tmp_path: Path) -> None:
        pages = [page(1, "harbour"), page(2, "harbours"), page(3, "arbour"), page(4, "порты")]
        with self.engine(tmp_path, *pages) as engine:
            assert self.found(engine, Pattern("words", "harbour")) == [1]
            assert self.found(engine, Pattern("words", "harbour.*")) == [1, 2]
            assert self.found(engine, Pattern("words", "[^·]*arb[a-z]+")) == [1, 2, 3]
            assert self.found(engine, Pattern("words", "порт(ы|ов)")) == [4]

    def test_near_counts_edits_in_characters_and_a_swap_is_two(self, tmp_path: Path) -> None:
        pages = [page(1, "ivanov"), page(2, "ivanow"), page(3, "ivnaov"), page(4, "иванов")]
        with self.engine(tmp_path, *pages) as engine:
            assert self.found(engine, Near("words", "ivanov", 1)) == [1, 2]
            assert self.found(engine, Near("words", "ivanov", 2)) == [1, 2, 3]
            assert self.found(engine, Near("words", "иваноф", 1)) == [4]

    def test_keywords_match_whole(self, tmp_path: Path) -> None:
        pages = [
            page(1, "a", type=("application/pdf",), folder=("letters", "letters/2017 a")),
            page(2, "a", type=("text/plain",)),
        ]
        with self.engine(tmp_path, *pages) as engine:
            assert self.found(engine, Term("type", "application/pdf")) == [1]
            assert self.found(engine, Term("type", "pdf")) == []
            assert self.found(engine, Term("folder", "letters/2017 a")) == [1]
            assert self.found(engine, Pattern("type", ".*/(x-)?pdf")) == [1]
            assert self.found(engine, AnyOf("exhibit", (digest(2), digest(9)))) == [2]
            assert self.found(engine, Term("exhibit", digest(1))) == [1]

    def test_dates_and_page_numbers_include_both_ends(self, tmp_path: Path) -> None:
        pages = [page(1, "a", 20170101), page(2, "a", 20171231, at=2), page(3, "a", at=3)]
        with self.engine(tmp_path, *pages) as engine:
            assert self.found(engine, Dates(20170101, 20171231)) == [1, 2]
            assert self.found(engine, Dates(20170102, None)) == [2]
            assert self.found(engine, Dates(None, 20170101)) == [1]
            assert self.found(engine, Dates(None, None)) == [1, 2]
            assert self.found(engine, PageNumber(2, 3)) == [2, 3]

    def test_single_pages_can_be_asked_for(self, tmp_path: Path) -> None:
        pages = [page(1, "a", at=1), page(1, "a", at=12), page(2, "a", at=1)]
        with self.engine(tmp_path, *pages) as engine:
            hits = engine.find(Pages(((digest(1), 12), (digest(2), 1), (digest(3), 1))), 10)
            assert sorted((hit.exhibit, hit.page) for hit in hits.hits) == sorted(
                [(digest(1), 12), (digest(2), 1)]
            )

    def test_every_hit_is_reachable_once_and_the_total_is_the_same_on_each_page(
        self, tmp_path: Path
    ) -> None:
        pages = [page(n, "a " * (n % 7 + 1), 20170101 + n % 3, f"p/{n % 5}") for n in range(57)]
        with self.engine(tmp_path, *pages) as engine:
            for sort in ("score", "date", "path"):
                seen = []
                for offset in range(0, 60, 10):
                    hits = engine.find(Term("words", "a"), 10, offset, sort)
                    assert hits.total == 57
                    seen += [hit.exhibit for hit in hits.hits]
                assert sorted(seen) == sorted(digest(n) for n in range(57))
            assert engine.find(Term("words", "a"), 10, 500_000) == ports.EngineHits(57, ())
            assert engine.find(Term("words", "a"), 0) == ports.EngineHits(57, ())

    def test_sorting_by_path_goes_on_by_page_number(self, tmp_path: Path) -> None:
        pages = [
            page(1, "a", None, "b", 10),
            page(1, "a", None, "b", 9),
            page(2, "a", None, "a/z", 2),
        ]
        with self.engine(tmp_path, *pages) as engine:
            hits = engine.find(Term("words", "a"), 10, sort="path").hits
            assert [(h.exhibit, h.page) for h in hits] == [
                (digest(2), 2), (digest(1), 9), (digest(1), 10),
            ]  # fmt: skip

    def test_sorting_by_date_puts_pages_without_one_last(self, tmp_path: Path) -> None:
        pages = [page(1, "a"), page(2, "a", 20200101), page(3, "a", 19991231)]
        with self.engine(tmp_path, *pages) as engine:
            hits = engine.find(Term("words", "a"), 10, sort="date").hits
            assert [hit.exhibit for hit in hits] == [digest(3), digest(2), digest(1)]

    def test_the_page_that_says_it_more_often_comes_first(self, tmp_path: Path) -> None:
        with self.engine(tmp_path, page(1, "a x x x"), page(2, "a a a x")) as engine:
            hits = engine.find(Term("words", "a"), 10).hits
            assert [hit.exhibit for hit in hits] == [digest(2), digest(1)]
            assert hits[0].score > hits[1].score > 0

    def test_facets_count_the_pages_found_exactly(self, tmp_path: Path) -> None:
        pages = [
            page(
                n,
                "a" if n % 2 else "b",
                20170101 + 10_000 * (n % 3) if n % 4 else None,
                type=("application/pdf" if n % 5 else "text/plain",),
                folder=("top", f"top/{n % 10}", "top"),
            )
            for n in range(200)
        ]
        with self.engine(tmp_path) as engine:
            for start in range(0, 200, 40):
                engine.add(pages[start : start + 40])
                engine.commit()
            names = ("type", "folder", "year", "month")
            facets = engine.find(Term("words", "a"), 1, facets=names).facets
            odd = [n for n in range(200) if n % 2]
            assert facets["type"] == (
                ("application/pdf", sum(n % 5 > 0 for n in odd)),
                ("text/plain", sum(n % 5 == 0 for n in odd)),
            )
            assert facets["folder"][0] == ("top", 100)
            assert dict(facets["folder"])["top/7"] == 20
            dated = [2017 + n % 3 for n in odd if n % 4]
            assert dict(facets["year"]) == {str(y): dated.count(y) for y in set(dated)}
            assert dict(facets["month"])["201701"] == dated.count(2017)

    def test_tokens_come_in_order_and_no_more_than_asked(self, tmp_path: Path) -> None:
        with self.engine(tmp_path, page(1, "port porter"), page(2, "export portal port")) as engine:
            assert engine.tokens("words", "port", 10) == ["port", "portal", "porter"]
            assert engine.tokens("words", "port", 2) == ["port", "portal"]
