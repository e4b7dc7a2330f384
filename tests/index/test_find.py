"""From query to hits, in both engines: totals, marks and facets against the texts themselves."""

import hashlib
import itertools
import random
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import oracle
import pytest
from test_highlight import WORDS, asked, expected, passage

from assay.engines.tantivy_index import TantivyIndex
from assay.errors import QueryError
from assay.index.find import Hits, search
from assay.index.write import day_of, folders, page_for_index
from assay.model.reading import Metadata
from assay.ports import SearchEngine
from assay.settings import Search
from assay.testing.memory_index import MemoryIndex


def digest(name: str) -> str:
    return "sha256:" + hashlib.sha256(name.encode()).hexdigest()


class Shelf:
    """Texts in an engine, and the way back to them."""

    def __init__(self, engine: SearchEngine) -> None:
        self.engine = engine
        self.texts: dict[tuple[str, int], str] = {}
        self.asked_for = 0

    def put(self, name: str, *pages: str, **about: object) -> None:
        for number, text in enumerate(pages, 1):
            self.texts[digest(name), number] = text
            path = [f"{name}.txt"]
            self.engine.add([page_for_index(digest(name), number, text, path, **about)])  # type: ignore[arg-type]

    def read(self, keys: list[tuple[str, int]]) -> list[str]:
        self.asked_for += len(keys)
        return [self.texts[key] for key in keys]

    def search(self, query: str, **options: object) -> Hits:
        return search(self.engine, query, self.read, **options)  # type: ignore[arg-type]

    def names(self, query: str, **options: object) -> list[str]:
        found = self.search(query, limit=1000, **options)
        assert found.total == len(found.hits)
        known = {digest(n): n for n in self.known()}
        return sorted(known[hit.exhibit] for hit in found.hits)

    def known(self) -> Iterable[str]:
        return [a + b for a, b in itertools.product(["", *"abcdefghij"], "abcdefghij0123456789")]


@pytest.fixture(params=["memory", "tantivy"])
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Shelf]:
    settings = Search(writer_memory=16 << 20)
    engine = MemoryIndex() if request.param == "memory" else TantivyIndex(tmp_path, settings)
    yield Shelf(engine)
    engine.close()


def test_a_number_is_found_however_its_thousands_are_written(shelf: Shelf) -> None:
    for name, text in (
        ("a", "paid 1234567 at last"), ("b", "paid 1,234,567.00 EUR"), ("c", "1 234 567 Kč"),
        ("d", "1 234 and 567"), ("e", "paid 1.234.567,00"),
    ):  # fmt: skip
        shelf.put(name, text)
    shelf.engine.commit()
    assert shelf.names("1234567") == shelf.names("1,234,567") == ["a", "b", "c", "e"]
    assert shelf.names('"paid 1234567"') == ["a", "b", "e"]
    assert shelf.names("=1234567") == ["a"]
    hit = shelf.search("1234567 EUR").hits[0]
    assert hit.exhibit == digest("b")


def test_hits_carry_the_exact_total_and_marks_in_the_text_of_the_page(shelf: Shelf) -> None:
    shelf.put("a", "first page", "The Harbour master of the harbour " + "x " * 300)
    shelf.put("b", "no such word")
    shelf.engine.commit()
    found = shelf.search("harbour")
    assert found.total == 1
    hit = found.hits[0]
    assert (hit.exhibit, hit.page, hit.marks) == (digest("a"), 2, ((4, 11), (26, 33)))
    text = shelf.texts[digest("a"), 2]
    assert text[hit.start : hit.start + len(hit.snippet)] == hit.snippet
    assert "Harbour master" in hit.snippet and len(hit.snippet) <= 240
    assert hit.score > 0


@pytest.mark.parametrize("script", list(WORDS))
def test_totals_and_hits_equal_a_scan_of_all_pages(shelf: Shelf, script: str) -> None:
    rng = random.Random(script + "find")
    for name in list(shelf.known())[:50]:
        shelf.put(name, passage(rng, script, rng.randint(2, 9)))
    shelf.engine.commit()
    for _ in range(60):
        query, leaves = asked(rng, script)
        other, more = asked(rng, script)
        shape = rng.choice(["{}", "{}", "{} {}", "{} OR {}", "{} NOT {}", "NOT {}", "NOT ({} {})"])
        full = shape.format(query, other)

        def holds(text: str, some: list[tuple[str, str, int]]) -> bool:
            return bool(expected(some, text))

        rule: Callable[[bool, bool], bool] = {
            "{}": lambda a, b: a, "{} {}": lambda a, b: a and b, "{} OR {}": lambda a, b: a or b,
            "{} NOT {}": lambda a, b: a and not b, "NOT {}": lambda a, b: not a,
            "NOT ({} {})": lambda a, b: not (a and b),
        }[shape]  # fmt: skip
        wanted = {
            key for key, text in shelf.texts.items() if rule(holds(text, leaves), holds(text, more))
        }
        found = shelf.search(full, limit=500)
        assert {(hit.exhibit, hit.page) for hit in found.hits} == wanted, full
        assert found.total == len(wanted)


def test_not_is_right_alone(shelf: Shelf) -> None:
    shelf.put("a", "alpha")
    shelf.put("b", "beta")
    shelf.engine.commit()
    assert shelf.names("NOT alpha") == ["b"]
    assert shelf.names("NOT nosuchword") == ["a", "b"]
    assert shelf.names("NOT (alpha OR beta)") == []


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ('"harbour mast*"', ["a", "b"]),
        ("/harb.*r m.+/", ["a", "b"]),
        ('="Harbour Master"', ["b"]),
        ("=harbour", ["a", "c"]),
        ("=Harbour", ["b"]),
        ('"harbour of master the old"~20', ["c"]),
        ('NOT ="Harbour Master"', ["a", "c", "d"]),
        ('NOT "harbour mast*"', ["c", "d"]),
        ('"harbour mast*" OR other', ["a", "b", "d"]),
        ('"harbour mast*" NOT ="Harbour Master"', ["a"]),
        ("=中国人", ["d"]),
    ],
)
def test_what_the_engine_cannot_express_is_checked_on_the_stored_text(
    shelf: Shelf, query: str, names: list[str]
) -> None:
    shelf.put("a", "the harbour master")
    shelf.put("b", "the Harbour Master")
    shelf.put("c", "harbour here of there master x the y old; master harbour")
    shelf.put("d", "another thing, other 中国人")
    shelf.engine.commit()
    assert shelf.names(query) == names


def test_a_check_of_stored_text_reads_only_pages_that_the_rest_of_the_query_leaves(
    shelf: Shelf,
) -> None:
    for name in "abcdefghij":
        shelf.put(name, f"Big Port {name}{name}")
    shelf.engine.commit()
    shelf.asked_for = 0
    assert shelf.names('="Big Port" AND cc') == ["c"]
    assert shelf.asked_for <= 3


def test_a_check_of_stored_text_goes_through_all_candidates_batch_by_batch(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assay.index.find._CANDIDATES", 3)
    monkeypatch.setattr("assay.index.find._TEXTS", 2)
    for i, name in enumerate(list(shelf.known())[:31]):
        shelf.put(name, "Big Port" if i % 2 else "big port")
    shelf.engine.commit()
    assert len(shelf.names('="Big Port"')) == 15
    assert len(shelf.names('NOT ="Big Port"')) == 16
    assert shelf.search('="Big Port"', limit=4, offset=12).total == 15
    assert len(shelf.search('="Big Port"', limit=4, offset=12).hits) == 3


def test_fields_find_what_metadata_and_paths_hold(shelf: Shelf) -> None:
    about = Metadata(
        author="Anna Müller", sender="ivan@example.org", recipients=("Li Wei", "王伟"),
        subject="Dredging 疏浚", sent="2017-03-14T10:00:00Z",
        found=(("core:lastModifiedBy", "Ömer Voss"), ("app:Company", "Halcyon Shipping")),
    )  # fmt: skip
    box = digest("box")
    shelf.put(
        "a", "text one", "text two", metadata=about, type="message/rfc822", lang="en",
        ancestors=[box], flags=["ocr"],
    )  # fmt: skip
    shelf.put("b", "text one", type="application/pdf", lang="uig")
    shelf.engine.commit()
    one = {
        "author:muller", 'author:"anna muller"', "author:ann*", "author:mueler~2", "from:ivan",
        'to:"li wei"', "to:王伟", "subject:疏浚", "subject:dredg*",
        "meta:omer", 'meta:"halcyon shipping"', "type:mail", "type:message/rfc822",
        "lang:eng", "date:2017", "date:2017-03-14", "date:[2017-01 TO 2018-12]", "has:ocr",
        f"in:{box}", f"in:{box[:20]}", f"exhibit:{digest('a')}", f"exhibit:{digest('a')[7:17]}",
        "path:a.txt", "NOT type:pdf", "text NOT lang:uig", "page:2",
    }  # fmt: skip
    for query in one:
        assert set(shelf.names(query)) == {"a"}, query
    for query in ("type:pdf", "lang:ug", "NOT date:2017", "NOT has:ocr"):
        assert shelf.names(query) == ["b"], query
    for query in (
        "author:ivan",
        "halcyon",
        "meta:halcyon page:2",
        "subject:王伟",
        "date:2016",
        "page:3",
        "type:rfc822 type:pdf",
        "two page:1",
    ):
        assert shelf.names(query) == [], query


def test_tags_notes_and_containers_are_asked_of_the_case(shelf: Shelf) -> None:
    shelf.put("a", "text", ancestors=[digest("box")])
    shelf.put("b", "text")
    shelf.engine.commit()
    calls = []

    def resolve(field: str, value: str) -> list[str]:
        calls.append((field, value))
        return {"tag": [digest("a")], "has": [digest("b")], "in": [digest("box")]}[field]

    assert shelf.names('tag:"to do"', resolve=resolve) == ["a"]
    assert shelf.names("NOT tag:x", resolve=resolve) == ["b"]
    assert shelf.names("has:note OR has:problem", resolve=resolve) == ["b"]
    assert shelf.names("in:mail/box.zip", resolve=resolve) == ["a"]
    assert calls[0] == ("tag", "to do") and calls[-1] == ("in", "mail/box.zip")


def test_what_only_page_text_can_answer_is_refused_in_a_field(shelf: Shelf) -> None:
    with pytest.raises(QueryError, match="author"):
        shelf.search('author:"anna mu*"')


def test_facets_count_the_hits_by_type_language_date_and_folder(shelf: Shelf) -> None:
    dates = ["2016-05-01", "2017-01-02", "2017-06-03"]
    for i, name in enumerate("abcdef"):
        shelf.put(
            name, "text" if name != "f" else "other", type=f"x/{i % 2}", lang="en",
            metadata=Metadata(created=dates[i % 3]),
        )  # fmt: skip
    shelf.engine.commit()
    facets = shelf.search("text", facets=("type", "lang", "date", "folder")).facets
    assert facets == {
        "type": (("x/0", 3), ("x/1", 2)),
        "lang": (("en", 5),),
        "date": (("2016", 2), ("2017", 3)),
        "folder": (),
    }
    months = shelf.search("text date:2017", facets=("date",)).facets
    assert months == {"date": (("2017-01", 2), ("2017-06", 1))}


def test_a_page_without_words_to_mark_shows_its_beginning(shelf: Shelf) -> None:
    shelf.put("a", "some text here", type="text/plain")
    shelf.engine.commit()
    hit = shelf.search("type:text/plain").hits[0]
    assert (hit.snippet, hit.start, hit.marks) == ("some text here", 0, ())


def test_the_folders_of_a_path_are_those_above_it_and_containers_count_as_one() -> None:
    assert folders(["a/b/c.pdf"]) == ("a", "a/b")
    assert folders(["m.zip!/in/x.eml!/y.pdf", "y.pdf"]) == ("m.zip", "m.zip!/in", "m.zip!/in/x.eml")


def test_the_day_of_an_exhibit_is_when_it_was_sent_else_created_else_changed() -> None:
    assert day_of(Metadata(sent="2017-03-14T23:00:00+08:00", created="2016-01-01")) == 20170314
    assert day_of(Metadata(created="2016", modified="2018-01-01")) == 20160101
    assert day_of(Metadata(created="yesterday", modified="2018-02-03T00:00:00Z")) == 20180203
    assert day_of(Metadata(created="0000-13-45")) is None


def test_the_oracle_itself_finds_what_it_should() -> None:
    assert oracle.scan("plain", "harbour", "a Harbour x") == {(2, 9)}
    assert oracle.scan("plain", "中国", "在中国，") == {(1, 3)}
    assert oracle.scan("plain", "a b", "b x a y b", 1) == {(4, 5), (8, 9)}
