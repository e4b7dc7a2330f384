"""Books and help files: chapters in their order, every part met, locks said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import made
import pytest

from assay import settings
from assay.errors import NotFound
from assay.extract.member import open_member
from assay.extract.picture import raster
from assay.extract.spool import Spool
from assay.model.reading import Reading
from assay.testing.makers import books


def names(reading: Reading) -> list[bytes]:
    return [b"/".join(m.name) for m in reading.members]


def marked(reading: Reading, kind: str) -> str:
    return "".join(reading.text[r.start : r.end] for r in reading.regions if r.kind == kind)


def drop(monkeypatch: pytest.MonkeyPatch, k: int) -> None:
    """Make readers lose the k-th member without a trace."""
    add, seen = Spool.add, [0]

    def losing(spool: Spool, *given: object, **more: object) -> None:
        seen[0] += 1
        if seen[0] != k:
            add(spool, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Spool, "add", losing)


# ---------------------------------------------------------------- compiled help


def help_file(**other: object) -> bytes:
    files = {
        "b.htm": b"<title>Second</title><p>The second topic",
        "a.htm": b"<title>First</title><p>The first topic" + b" and more" * 9000,
        "alone.htm": "<p>Причал".encode("cp1251"),
        "img/crane.gif": b"GIF89a" + bytes(range(256)) * 300,
        "style.css": b"p{}",
        "notes.txt": b"as told",
        "toc.hhc": books.sitemap([(0, "Start", "a.htm"), (1, "Next", "b.htm#x"), (0, "Gone", "z")]),
        "index.hhk": books.sitemap([(0, "dredging, costs of", "b.htm")]),
    }
    return books.chm(files, contents="toc.hhc", title="Harbour", language=0x419, **other)  # type: ignore[arg-type]


@pytest.mark.needs("libarchive13")
def test_topics_of_a_help_file_stand_in_the_order_of_its_contents(tmp_path: Path) -> None:
    reading = made.read_bytes(help_file(), "a.chm", scratch=tmp_path)
    assert reading.type == "application/vnd.ms-htmlhelp"
    first, second, third = (reading.text.index(w) for w in ("The first", "The second", "Причал"))
    assert first < second < third
    assert reading.outline[0] == (0, "Start", 1)
    level, title, page = reading.outline[1]
    assert (level, title) == (1, "Next")
    assert "The second topic" in made.page_of(reading, page)
    assert (reading.metadata.title, reading.status) == ("Harbour", "read")
    assert "dredging, costs of" in marked(reading, "boilerplate")
    assert names(reading) == [b"img/crane.gif", b"notes.txt"]
    assert (tmp_path / reading.members[0].spool).read_bytes()[6:] == bytes(range(256)) * 300
    assert reading.expected == 2
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


@pytest.mark.needs("libarchive13")
def test_a_member_of_a_help_file_opens_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(help_file())
    assert open_member(path, 1, tmp_path, settings.Limits()).read_bytes() == b"as told"


@pytest.mark.needs("libarchive13")
def test_a_help_file_that_loses_a_member_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    drop(monkeypatch, 1)
    reading = made.read_bytes(help_file(), "a.chm")
    assert [p.detail for p in reading.problems if p.code == "members_missing"] == ["1 of 2"]


@pytest.mark.needs("libarchive13")
def test_a_help_file_cut_short_gives_what_is_there() -> None:
    body = help_file()
    reading = made.read_bytes(body[: len(body) - 70_000], "a.chm")
    assert "The second topic" in reading.text
    assert {"damaged", "truncated"} & made.codes(reading)
    assert len(reading.members) == 2
    head_only = made.read_bytes(body[:3000], "a.chm")
    assert head_only.status == "unread"


@pytest.mark.needs("libarchive13")
def test_a_break_in_a_help_file_costs_what_lies_in_it() -> None:
    body = bytearray(help_file())
    mark, at = (1).to_bytes(4, "little") * 3, -1
    for _ in range(5):  # the fifth frame, first of the third stretch
        at = body.index(mark, at + 1)
    body[at - 4 : at] = b"\xff" * 4
    reading = made.read_bytes(bytes(body), "a.chm")
    assert "The first topic" in reading.text
    assert "The second topic" in reading.text
    assert [m.problem.code for m in reading.members if m.problem] == ["damaged", "damaged"]
    assert reading.status == "partly"


@pytest.mark.needs("libarchive13")
def test_a_help_file_that_would_unpack_to_too_much_is_stopped() -> None:
    reading = made.read_bytes(help_file(), "a.chm", output=10_000)
    assert "limit_output" in made.codes(reading)


# ---------------------------------------------------------------- DjVu


def scan() -> bytes:
    return books.djvu(
        [["The cargo leaves", "tonight"], ["Second page"], []],
        title="Harbour", bookmarks=[("Start", 1), ("End", 3)], note="ask Ana",
    )  # fmt: skip


def test_the_text_layer_of_a_scan_is_read_with_the_boxes_of_its_words() -> None:
    reading = made.read_bytes(scan(), "a.djvu")
    assert reading.type == "image/vnd.djvu"
    assert [made.page_of(reading, n) for n in (1, 3)] == ["The cargo leaves\ntonight", ""]
    assert made.page_of(reading, 2) == "Second page\nask Ana https://x.example/"
    assert marked(reading, "comment") == "ask Ana https://x.example/"
    words = reading.pages[0].words
    assert words is not None
    assert (words.starts, words.ends) == ((0, 4, 10, 17), (3, 9, 16, 24))
    assert words.boxes[4:8] == (720, 0, 1296, 144)
    assert (reading.pages[0].width, reading.pages[0].height) == (288.0, 86.4)
    assert [p.wants_ocr for p in reading.pages] == [False, False, True]
    assert reading.outline == ((0, "Start", 1), (0, "End", 3))
    assert (reading.metadata.title, reading.metadata.author) == ("Harbour", "Ana Voss")
    assert ("djvu:Shelf", "7") in reading.metadata.found


def test_a_page_of_a_scan_can_be_drawn_for_ocr(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(scan())
    picture = raster(path, 3, 200, settings.Limits())
    assert picture.size == (800, 240)
    low, high = picture.convert("L").getextrema()
    assert (low, high) == (0, 255)
    with pytest.raises(NotFound):
        raster(path, 4, 200, settings.Limits())


def test_a_scan_cut_short_gives_the_pages_that_stand() -> None:
    body = scan()
    cut = body[: body.rindex(b"FORM") + 30]
    reading = made.read_bytes(cut, "a.djvu")
    assert "The cargo leaves" in reading.text
    assert made.codes(reading) & {"truncated", "page_failed", "repaired", "damaged"}
    assert made.read_bytes(b"AT&TFORM\0\0\0\4DJVU", "a.djvu").status == "unread"


# ---------------------------------------------------------------- FictionBook


def novel(charset: str = "utf-8") -> bytes:
    return books.fb2(
        [("Глава 1", ["Груз уходит &nbsp;сегодня.", "Рыба & чипсы"]), ("Глава 2", ["Конец."])],
        title="Причал", author=("Анна", "Фосс"), notes=[("n1", "Сноска.")],
        pictures={"cover.png": b"\x89PNG", "map.png": b"\x89PNG2"}, charset=charset,
    )  # fmt: skip


@pytest.mark.parametrize("charset", ["utf-8", "windows-1251", "utf-16"])
def test_a_fictionbook_is_read_in_order_with_its_description(charset: str) -> None:
    body = novel(charset)
    if charset == "utf-16":
        body = novel().decode().replace("&nbsp;", " ").replace("&", "&amp;", 1).encode("utf-16")
        body = body.replace('"utf-8"'.encode("utf-16-le"), '"utf-16"'.encode("utf-16-le"))
    reading = made.read_bytes(body, "a.fb2")
    assert reading.type == "application/x-fictionbook+xml"
    assert [" ".join(line.split()) for line in reading.text.splitlines()] == [
        "prose", "Анна", "Фосс", "Причал", "About it.", "ru", "77", "then",
        "Причал", "Глава 1", "Груз уходит сегодня.", "Рыба & чипсы", "Глава 2",
        "Конец.", "Сноска.",
    ]  # fmt: skip
    metadata = reading.metadata
    assert (metadata.title, metadata.author, metadata.language) == ("Причал", "Анна Фосс", "ru")
    assert marked(reading, "notes").strip() == "Сноска."
    assert [title for _, title, _ in reading.outline] == ["Причал", "Глава 1", "Глава 2"]
    assert names(reading) == [b"cover.png", b"map.png"]
    assert (reading.expected, reading.status) == (2, "read")


def test_a_fictionbook_cut_short_keeps_what_was_there() -> None:
    body = novel()
    reading = made.read_bytes(body[: body.index("Конец".encode())], "a.fb2")
    assert "Груз уходит" in reading.text
    assert made.codes(reading) == {"damaged"}


# ---------------------------------------------------------------- Mobipocket


PAGE = "<html><head><guide></guide></head><body><h1>The tides</h1><p>the ships and the other </p>"


@pytest.mark.parametrize("packed", ["palmdoc", "huff", "none"])
def test_a_mobipocket_book_is_read_however_it_is_packed(packed: str, tmp_path: Path) -> None:
    page = PAGE + "".join(f"<p>the line {n} of the harbour, é</p>" for n in range(400))
    body = books.mobi(page, title="Tides", pictures=[b"\x89PNG", b"GIF89a"], packed=packed)
    reading = made.read_bytes(body, "a.mobi", scratch=tmp_path)
    assert reading.type == "application/x-mobipocket-ebook"
    lines = reading.text.replace("\f", "").splitlines()
    assert lines[:2] == ["The tides", "the ships and the other"]
    assert lines[2:] == [f"the line {n} of the harbour, é" for n in range(400)]
    metadata = reading.metadata
    assert (metadata.title, metadata.author) == ("Tides", "Ana Voss")
    assert (metadata.created, metadata.language) == ("2019-03-14", "en")
    assert [(tmp_path / m.spool).read_bytes() for m in reading.members] == [b"\x89PNG", b"GIF89a"]
    assert (reading.expected, reading.status) == (2, "read")


def test_a_phrase_that_holds_itself_ends_as_a_problem() -> None:
    body = books.mobi(PAGE, title="Tides", packed="huff")
    body = body.replace(b"\x00\x03the", b"\x00\x03\xff\xffe")  # two codes of the phrase itself
    reading = made.read_bytes(body, "a.mobi")
    assert made.codes(reading) == {"damaged"}


def test_a_book_under_drm_is_said_to_be_locked_and_its_pictures_are_taken() -> None:
    body = books.mobi(PAGE, title="Tides", pictures=[b"\x89PNG"], locked=True)
    reading = made.read_bytes(body, "a.azw")
    assert made.codes(reading) == {"encrypted"}
    assert "DRM" in reading.problems[0].next_step
    assert (reading.text, len(reading.members), reading.metadata.title) == ("", 1, "Tides")


def test_a_mobipocket_book_cut_short_says_so() -> None:
    body = books.mobi(PAGE * 200, title="Tides", packed="none", pictures=[b"\x89PNG"])
    reading = made.read_bytes(body[: len(body) // 2], "a.mobi")
    assert "the ships" in reading.text
    assert "truncated" in made.codes(reading)


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (novel, "a.fb2"),
        (lambda: books.mobi(PAGE, title="T", pictures=[b"GIF8", b"\x89PNG"]), "a.mobi"),
    ],
)
def test_a_book_that_loses_a_picture_says_so(
    make: Callable[[], bytes], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(monkeypatch, 2)
    reading = made.read_bytes(make(), name)
    assert [p.detail for p in reading.problems if p.code == "members_missing"] == ["1 of 2"]


@pytest.mark.parametrize(
    ("first", "media"),
    [(b"ITOLITLS\1\0\0\0", "application/x-ms-reader"), (b"TPZ0", "application/x-topaz-ebook"),
     (b"L\0R\0F\0", "application/x-sony-bbeb")],
)  # fmt: skip
def test_books_that_no_reader_opens_are_recognised(first: bytes, media: str) -> None:
    reading = made.read_bytes(first + bytes(200), "a")
    assert (reading.type, made.codes(reading)) == (media, {"no_reader"})


def test_pages_of_an_epub_outside_its_spine_come_after_it() -> None:
    pages = {"a.xhtml": "<nav>Contents</nav>", "b.xhtml": "<p>The ships</p>", "n.xhtml": "<p>Notes"}
    reading = made.read_bytes(books.epub(pages, ["b.xhtml"], {"x.HTML": b"<p>loose"}), "a.epub")
    assert reading.text.split() == ["The", "ships", "Contents", "Notes", "loose"]
    assert reading.status == "read"
