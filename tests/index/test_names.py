"""Name lists: every line answers, every place is found. Lines count from 1."""

import random

import hyperscan
import pytest
from test_find import Shelf, digest

from assay.index.names import find_names, read_names
from assay.testing.memory_index import MemoryIndex


def test_a_list_is_read_line_by_line_and_a_bad_line_never_stops_it() -> None:
    content = (
        '\ufeffAnna Müller,born 1970,x\r\n\n# a comment\n"Smith, John",y\n"unclosed,z\n'
        ",only second\n"
        "...\n王伟\n" + "x" * 2000 + "\n"
    ).encode() + b"\xff\xfe bad\nlast"
    lines = list(read_names(content))
    assert [(n.line, n.name[:12], bool(n.problem)) for n in lines] == [
        (1, "Anna Müller", False), (4, "Smith, John", False), (5, '"unclosed,z', True),
        (6, "", True), (7, "...", True), (8, "王伟", False),
        (9, "x" * 12, True), (10, "\ufffd\ufffd bad", True),
        (11, "last", False),
    ]  # fmt: skip
    assert lines[0].columns == ("born 1970", "x")


def test_a_list_saved_as_utf_16_is_read() -> None:
    assert [n.name for n in read_names("王伟\nAnna\n".encode("utf-16"))] == ["王伟", "Anna"]


def shelf_of(*texts: str) -> Shelf:
    shelf = Shelf(MemoryIndex())
    for i, text in enumerate(texts):
        shelf.put("abcdefghij"[i], text)
    shelf.engine.commit()
    return shelf


def test_every_name_answers_in_order_with_all_its_places_or_none() -> None:
    shelf = shelf_of("Anna Müller met ANNA MULLER.", "x 王伟, 王　伟", "nobody")
    names = read_names("Anna Müller\nNo Body\n...\n王伟\n".encode())
    found = list(find_names(shelf.engine, names, shelf.read))
    assert [(n.line, n.hits, bool(n.problem)) for n in found] == [
        (1, 2, False), (2, 0, False), (3, 0, True), (4, 2, False),
    ]  # fmt: skip
    assert [(p.exact, p.start, p.how) for p in found[0].where] == [
        ("Anna Müller", 0, "exact"), ("ANNA MULLER", 16, "folded"),
    ]  # fmt: skip
    assert [(p.exhibit, p.page, p.exact, p.how) for p in found[3].where] == [
        (digest("b"), 1, "王伟", "exact"), (digest("b"), 1, "王　伟", "folded"),
    ]  # fmt: skip


def test_a_name_inside_a_longer_word_is_no_place() -> None:
    shelf = shelf_of("Annabel Annas anna-bel xAnna")
    found = list(find_names(shelf.engine, read_names(b"Anna"), shelf.read))
    assert [p.exact for p in found[0].where] == ["anna"]


def test_fuzzy_places_are_found_only_if_asked_for_and_named_so() -> None:
    shelf = shelf_of("Sergei Ivanow and Sergej Ivanov and Sergei Ivanov, Lee, Leo")
    names = list(read_names(b"Sergei Ivanov\nLee\n"))
    strict = list(find_names(shelf.engine, names, shelf.read))
    assert [n.hits for n in strict] == [1, 1]
    loose = list(find_names(shelf.engine, names, shelf.read, fuzzy=True))
    assert [(p.exact, p.how) for p in loose[0].where] == [
        ("Sergei Ivanow", "fuzzy"), ("Sergej Ivanov", "fuzzy"), ("Sergei Ivanov", "exact"),
    ]  # fmt: skip
    assert loose[1].hits == 1


def test_a_limit_on_places_never_changes_the_count() -> None:
    shelf = shelf_of("anna " * 50, "anna " * 30)
    found = next(find_names(shelf.engine, read_names(b"Anna"), shelf.read, places=7))
    assert (found.hits, len(found.where)) == (80, 7)


def test_a_name_on_more_pages_than_are_asked_for_at_once_is_found_on_all(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("assay.index.names._FIRST", 2)
    monkeypatch.setattr("assay.index.names._MORE", 3)
    monkeypatch.setattr("assay.index.names._BATCH_PAGES", 4)
    shelf = shelf_of(*["anna x anna"] * 10)
    found = next(find_names(shelf.engine, read_names(b"Anna"), shelf.read))
    assert found.hits == 20
    assert len({place.exhibit for place in found.where}) == 10


def test_a_list_by_index_equals_a_scan_by_hyperscan() -> None:
    rng = random.Random(11)
    parts = [
        "".join(rng.choices(letters, k=rng.randint(2, 5)))
        for letters in ("abdeiklmnorstu", "абвдеиклмнорст", "中国人王伟李娜张强", "ابتدرسعلمنه")
        for _ in range(25)
    ]
    names = sorted({" ".join(rng.choices(parts, k=rng.choice([1, 2, 2]))) for _ in range(700)})
    texts = [
        "".join(w + rng.choice([" ", " ", ", ", "\n"]) for w in rng.choices(parts, k=300))
        for _ in range(10)
    ]
    shelf = shelf_of(*texts)
    by_index = {
        (found.name, place.exhibit, place.start)
        for found in find_names(shelf.engine, read_names("\n".join(names).encode()), shelf.read)
        for place in found.where
        if place.how == "exact"
    }
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[b"".join(b"\\x%02x" % c for c in name.encode()) for name in names],
        ids=list(range(len(names))),
        elements=len(names),
        flags=[hyperscan.HS_FLAG_SOM_LEFTMOST] * len(names),
    )
    by_scan = set()
    for (exhibit, _), text in shelf.texts.items():
        raw = text.encode()
        matches: list[tuple[int, int, int]] = []
        database.scan(raw, match_event_handler=lambda i, s, e, f, c, m=matches: m.append((i, s, e)))
        for which, start, end in matches:
            first, last = len(raw[:start].decode()), len(raw[:end].decode())
            before, after = text[first - 1 : first], text[last : last + 1]
            lone = "\u4e00" <= text[first] <= "\u9fff", "\u4e00" <= text[last - 1] <= "\u9fff"
            if (lone[0] or not before.isalpha()) and (lone[1] or not after.isalpha()):
                by_scan.add((names[which], exhibit, first))
    assert by_index == by_scan
    assert len(by_index) > 300
