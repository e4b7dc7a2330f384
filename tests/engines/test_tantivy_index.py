"""The contract, and a permanent test for each trap of the library. Counts pages."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from assay import ports
from assay.engines.tantivy_index import TantivyIndex
from assay.errors import CaseHeld, EngineError
from assay.ports import And, Near, Not, Pattern, Phrase, SearchEngine, Term
from assay.settings import Search
from assay.testing.contracts_search import SearchEngineContract, digest, page

SMALL = Search(writer_memory=16 << 20)


class TestTantivyIndex(SearchEngineContract):
    def open_engine(self, folder: Path) -> SearchEngine:
        return TantivyIndex(folder / "index", SMALL)


def filled(folder: Path, *pages: ports.IndexedPage) -> TantivyIndex:
    engine = TantivyIndex(folder, SMALL)
    engine.add(pages)
    engine.commit()
    return engine


def total(engine: TantivyIndex, query: ports.EngineQuery) -> int:
    return engine.find(query, 10).total


def test_trap_1_a_digit_does_not_swallow_the_han_behind_it(tmp_path: Path) -> None:
    from assay.index.write import page_for_index

    engine = filled(tmp_path, page_for_index(digest(1), 1, "共3亿人民币", ["a.txt"]))
    assert total(engine, Term("han", "人民")) == 1
    assert total(engine, Phrase("words", ("3", "亿", "人"))) == 1
    engine.close()


def test_trap_2_exclusions_and_patterns_are_not_misread(tmp_path: Path) -> None:
    engine = filled(tmp_path, page(1, "a b"), page(2, "a"), page(3, "word words wird"))
    assert total(engine, And((Term("words", "a"), Not(Term("words", "b"))))) == 1
    assert total(engine, Not(Term("words", "a"))) == 1
    assert total(engine, Pattern("words", "wor.*")) == 1
    assert total(engine, Near("words", "ward", 1)) == 1
    engine.close()


def test_trap_4_slop_never_accepts_the_reversed_order(tmp_path: Path) -> None:
    engine = filled(tmp_path, page(1, "b a"), page(2, "b x a"), page(3, "a x x b"))
    assert total(engine, Phrase("words", ("a", "b"), 5)) == 1
    engine.close()


def test_trap_6_pairs_of_han_have_positions_of_their_own(tmp_path: Path) -> None:
    engine = filled(tmp_path, page(1, "x", han="国人 中国"), page(2, "x", han="中国 国人"))
    assert total(engine, Phrase("han", ("中国", "国人"))) == 1
    engine.close()


def test_trap_7_an_index_opened_again_cuts_tokens_as_before(tmp_path: Path) -> None:
    filled(tmp_path, page(1, "a b c")).close()
    engine = TantivyIndex(tmp_path, SMALL)
    assert total(engine, Phrase("words", ("b", "c"))) == 1
    engine.add([page(2, "b c d")])
    engine.commit()
    assert total(engine, Phrase("words", ("b", "c"))) == 2
    engine.close()


def test_trap_8_a_second_writer_is_told_that_the_case_is_held(tmp_path: Path) -> None:
    first = filled(tmp_path, page(1, "a"))
    second = TantivyIndex(tmp_path, SMALL)
    with pytest.raises(CaseHeld):
        second.add([page(2, "a")])
    assert total(second, Term("words", "a")) == 1
    first.close()
    second.add([page(2, "a")])
    second.commit()
    assert total(second, Term("words", "a")) == 2
    second.close()


def test_trap_8_a_killed_writer_loses_no_acknowledged_commit(tmp_path: Path) -> None:
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from assay.engines.tantivy_index import TantivyIndex\n"
        "from assay.testing.contracts_search import page\n"
        "engine = TantivyIndex(Path(sys.argv[1]))\n"
        "for n in range(10_000):\n"
        "    engine.add([page(n, 'a')]); engine.commit(); print(n + 1, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout
        acknowledged = 0
        for line in child.stdout:
            acknowledged = int(line)
            if acknowledged == 7:
                os.kill(child.pid, signal.SIGKILL)
    engine = TantivyIndex(tmp_path, SMALL)
    assert engine.count() >= acknowledged >= 7
    engine.add([page(20_000, "b")])
    engine.commit()
    assert total(engine, Term("words", "b")) == 1
    engine.close()


def test_a_reader_sees_what_another_process_commits(tmp_path: Path) -> None:
    reader = filled(tmp_path, page(1, "a"))
    reader.close()
    script = (
        "import sys\nfrom pathlib import Path\n"
        "from assay.engines.tantivy_index import TantivyIndex\n"
        "from assay.testing.contracts_search import page\n"
        "engine = TantivyIndex(Path(sys.argv[1]))\n"
        "engine.add([page(2, 'a')]); engine.commit(); engine.close()\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    assert total(reader, Term("words", "a")) == 2


@pytest.mark.parametrize("pattern", ["meta.json", "*.store", "*.term", "*.idx"])
def test_a_damaged_index_says_to_rebuild(tmp_path: Path, pattern: str) -> None:
    filled(tmp_path, *(page(n, f"a w{n}") for n in range(500))).close()
    for place in tmp_path.glob(pattern):
        content = place.read_bytes()
        place.chmod(0o600)
        place.write_bytes(content[: len(content) // 3])
    with pytest.raises(EngineError, match="assay rebuild"):
        TantivyIndex(tmp_path, SMALL).find(Term("words", "a"), 10)


@pytest.mark.parametrize("kind", ["store", "term", "idx", "pos", "fast", "fieldnorm"])
def test_a_flipped_bit_in_any_file_is_named_by_the_check(tmp_path: Path, kind: str) -> None:
    engine = filled(tmp_path, *(page(n, f"a w{n}", 20170101) for n in range(500)))
    engine.remove([digest(3)])
    engine.commit()
    engine.close()
    assert engine.damaged() == []
    place = next(tmp_path.glob(f"*.{kind}"))
    content = bytearray(place.read_bytes())
    content[len(content) // 3] ^= 4
    place.chmod(0o600)
    place.write_bytes(content)
    assert engine.damaged() == [place.name]


def test_a_panic_inside_the_library_is_a_failure_of_the_engine(tmp_path: Path) -> None:
    filled(tmp_path, *(page(n, f"a w{n} w{n % 7}") for n in range(2000))).close()
    (place,) = tmp_path.glob("*.idx")
    content = place.read_bytes()
    place.chmod(0o600)
    place.write_bytes(bytes(b ^ 0xFF for b in content[:-200]) + content[-200:])
    engine = TantivyIndex(tmp_path, SMALL)
    with pytest.raises(EngineError, match="assay rebuild"):
        for n in range(200):
            engine.find(And((Term("words", "a"), Term("words", f"w{n}"))), 10)


def test_an_index_without_its_list_of_segments_says_to_rebuild(tmp_path: Path) -> None:
    filled(tmp_path, page(1, "a")).close()
    (tmp_path / "meta.json").unlink()
    with pytest.raises(EngineError, match="assay rebuild"):
        TantivyIndex(tmp_path, SMALL)


def test_an_index_of_other_rules_of_analysis_is_refused(tmp_path: Path) -> None:
    TantivyIndex(tmp_path, SMALL, "rules 1").close()
    TantivyIndex(tmp_path, SMALL, "rules 1").close()
    with pytest.raises(EngineError, match="assay rebuild"):
        TantivyIndex(tmp_path, SMALL, "rules 2")


def test_what_was_not_committed_is_dropped_at_close(tmp_path: Path) -> None:
    engine = filled(tmp_path, page(1, "a"))
    engine.add([page(2, "a")])
    engine.close()
    assert TantivyIndex(tmp_path, SMALL).count() == 1


def test_values_beyond_the_librarys_limit_are_still_found(tmp_path: Path) -> None:
    long = "/".join(["folder"] * 20_000)
    engine = filled(tmp_path, page(1, "a", sort_path=long, folder=(long,)))
    assert total(engine, Term("folder", long)) == 1
    assert engine.find(Term("words", "a"), 10, sort="path").total == 1
    assert len(engine.find(Term("words", "a"), 10, sort="path").hits) == 1
    engine.close()


def test_batches_of_equal_score_hold_every_page_once(tmp_path: Path) -> None:
    engine = TantivyIndex(tmp_path, SMALL)
    for start in range(0, 3000, 500):
        engine.add(page(n, "a b") for n in range(start, start + 500))
        engine.commit()
    for query in (Term("words", "a"), Pattern("words", "a.*"), Not(Term("words", "z"))):
        seen = [
            hit.exhibit
            for start in range(0, 3000, 700)
            for hit in engine.find(query, 700, start).hits
        ]
        assert len(seen) == len(set(seen)) == 3000
    engine.close()


def test_importing_the_engine_does_not_import_the_library() -> None:
    script = "import sys, assay.engines.tantivy_index; sys.exit('tantivy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
