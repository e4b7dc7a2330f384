"""Pages and captures of the web: main text told from its surroundings, every record accounted."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import made
import pytest

from assay import settings
from assay.extract.member import open_member
from assay.extract.spool import Spool
from assay.model.reading import Reading
from assay.testing.makers import archives, web

PAGE = b"<title>Tides</title><p>The harbour has paid for dredging.</p>"
LONG = "The harbour authority has paid for dredging that never took place, says a memo. " * 3


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


# ---------------------------------------------------------------- pages


def test_menus_and_footers_are_boilerplate_and_the_story_is_not() -> None:
    page = (
        "<nav><a href=/a>Home</a></nav><div class='menu'><a href=/b>Sports news</a></div>"
        f"<h1>The tides</h1><p>{LONG}</p><p>Short.</p>"
        "<div><a href=/c>Seven other stories</a></div><footer>Imprint</footer>"
    )
    reading = made.read_bytes(f"<!doctype html><body>{page}".encode(), "a.html")
    around = marked(reading, "boilerplate").split()
    assert around == ["Home", "Sports", "news", "Seven", "other", "stories", "Imprint"]
    assert reading.status == "read"


def test_a_page_without_scripts_has_no_unclaimed_part_and_one_with_a_script_unknown_ones() -> None:
    for more, unclaimed in (
        (b"<!-- a remark of three words -->", 0),
        (b'<script type="application/ld+json">{"headline": "x"}</script>', 0),
        (b"<script>document.write('paid')</script>", None),
        (b"<!--[if IE]><p>for one browser<![endif]-->", None),
    ):
        assert made.read_bytes(PAGE + more, "a.html").unclaimed == unclaimed


def test_a_page_that_is_all_links_has_no_boilerplate() -> None:
    page = "<body>" + "".join(f"<li><a href=/{n}>Paper {n}</a></li>" for n in range(30))
    reading = made.read_bytes(b"<!doctype html>" + page.encode(), "a.html")
    assert "Paper 29" in reading.text
    assert not reading.regions


@pytest.mark.parametrize(
    "hiding", ["hidden", "style='display: none'", "style='color:red;visibility:hidden'"]
)
def test_hidden_words_are_kept_and_marked_and_part_no_sentence(hiding: str) -> None:
    page = f"<!doctype html><p>ships <span {hiding}>secret</span>left</p>"
    reading = made.read_bytes(page.encode(), "a.html")
    assert reading.text.split("\n")[:2] == ["ships left", "secret"]
    assert marked(reading, "hidden").strip() == "secret"


def test_comments_are_kept_and_marked_but_not_those_that_tell_browsers_apart() -> None:
    page = b"<!doctype html><p>seen</p><!-- ask Ana first --><!--[if IE]><p>old</p><![endif]-->"
    reading = made.read_bytes(page, "a.html")
    assert marked(reading, "comment").strip() == "ask Ana first"
    assert "old" not in reading.text


def test_a_page_says_who_wrote_it_and_when_and_where_it_points() -> None:
    page = (
        b"<!doctype html><html lang=de><head><link rel=canonical href='https://x.example/t'>"
        b'<script type="application/ld+json">{"@graph":[{"headline":"H","author":{"name":"Ana"},'
        b'"datePublished":"2019-03-14T09:00:00Z","dateModified":"2019-03-15T09:00:00Z"}]}</script>'
        b"</head><body><a href='/memo'>a memo</a><iframe src='/ad'></iframe>"
        b"<form><input type=hidden name=token value=t0k><input type=checkbox checked value=yes>"
    )
    metadata = made.read_bytes(page, "a.html").metadata
    assert (metadata.title, metadata.author) == ("H", "Ana")
    assert (metadata.created, metadata.modified) == ("2019-03-14T09:00:00Z", "2019-03-15T09:00:00Z")
    found = dict(metadata.found)
    assert found["html:canonical"] == "https://x.example/t"
    assert (found["html:link"], found["html:frame"]) == ("/memo", "/ad")
    assert found["form:token"] == "t0k"


def test_data_written_into_a_page_is_a_member(tmp_path: Path) -> None:
    page = (
        b"<!doctype html><style>b{background:url(data:image/gif;base64,R0lGODlhAQ==)}</style>"
        b"<img alt=crane src='data:image/png;base64,iVBORw=='><a href='data:text/plain,a%20b'>x</a>"
        b"<iframe srcdoc='<p>inner'></iframe><!-- <img src='data:image/png,no'> -->"
    )
    reading = made.read_bytes(page, "a.html", scratch=tmp_path)
    assert (len(reading.members), reading.expected, reading.status) == (4, 4, "read")
    bodies = {(tmp_path / m.spool).read_bytes() for m in reading.members}
    assert bodies == {b"GIF89a\x01", b"\x89PNG", b"a b", b"<p>inner"}


def test_data_that_is_no_base64_is_a_member_with_a_problem() -> None:
    reading = made.read_bytes(b"<!doctype html><p>x<img src='data:image/png;base64,!!'>", "a.html")
    assert made.codes(reading) == {"damaged"}
    assert (len(reading.members), reading.expected) == (1, 1)


# ---------------------------------------------------------------- WARC and ARC


def capture(packed: bool = False) -> bytes:
    chunked = b"5\r\nships\r\n4;x=y\r\n out\r\n0\r\n\r\n"
    records = [
        web.warc_record("warcinfo", "", b"software: maker/1\r\noperator: Ana\r\n"),
        web.warc_record("request", "http://port.example/", b"GET / HTTP/1.1\r\nHost: port\r\n\r\n"),
        web.warc_record("response", "http://port.example/", web.http(PAGE)),
        web.warc_record(
            "request", "http://port.example/send", b"POST /send HTTP/1.1\r\n\r\nname=Voss"
        ),
        web.warc_record(
            "response", "https://port.example/a/b?c=1",
            web.http(gzip.compress(b"packed words"), "Content-Encoding: gzip", media="text/plain"),
        ),
        web.warc_record(
            "response", "http://port.example/c", web.http(chunked, "Transfer-Encoding: chunked")
        ),
        web.warc_record("metadata", "http://port.example/", b"via: http://other.example/\r\n"),
        web.warc_record(
            "revisit", "http://port.example/again", b"HTTP/1.1 200 OK\r\n\r\n",
            WARC_Refers_To_Target_URI="http://port.example/", WARC_Refers_To_Date=web.TIME,
        ),
        web.warc_record("resource", "dns:port.example", b"192.0.2.7"),
    ]  # fmt: skip
    return web.warc(records, packed=packed)


@pytest.mark.parametrize("packed", [False, True])
def test_each_body_of_a_warc_is_a_member_under_its_address(packed: bool, tmp_path: Path) -> None:
    reading = made.read_bytes(capture(packed), "a.warc.gz", scratch=tmp_path)
    assert reading.type == "application/warc"
    assert names(reading) == [
        b"port.example/index", b"request/port.example/send", b"port.example/a/b?c=1",
        b"port.example/c", b"dns/port.example",
    ]  # fmt: skip
    bodies = [(tmp_path / m.spool).read_bytes() for m in reading.members]
    assert bodies == [PAGE, b"name=Voss", b"packed words", b"ships out", b"192.0.2.7"]
    assert (reading.expected, reading.status, reading.unclaimed) == (5, "read", 0)
    assert reading.members[0].modified == web.TIME


def test_every_record_of_a_warc_is_said_in_its_text() -> None:
    reading = made.read_bytes(capture(), "a.warc")
    lines = reading.text.splitlines()
    assert f"{web.TIME} request GET / HTTP/1.1 http://port.example/" in lines
    assert f"{web.TIME} response http://port.example/ 200 OK text/html" in lines
    assert (
        f"{web.TIME} revisit http://port.example/again of http://port.example/ {web.TIME}" in lines
    )
    assert "via: http://other.example/" in lines
    found = dict(reading.metadata.found)
    assert (found["warcinfo:operator"], found["records:response"]) == ("Ana", "3")
    assert found["digests"] == "14 of 14 hold"
    assert "Host: port" in marked(reading, "header")


def test_a_payload_that_does_not_match_its_digest_is_said_and_kept() -> None:
    body = capture().replace(b"dredging", b"drinking")
    reading = made.read_bytes(body, "a.warc")
    assert reading.members[0].problem is not None
    assert reading.members[0].problem.code == "checksum"
    assert reading.members[0].size == len(PAGE)
    assert dict(reading.metadata.found)["digests"] == "12 of 14 hold"


def test_a_warc_cut_short_gives_what_is_there() -> None:
    whole = capture()
    reading = made.read_bytes(whole[: whole.index(b"paid for dredging")], "a.warc")
    assert len(reading.members) == 1
    assert made.codes(reading) == {"truncated"}
    packed = capture(packed=True)
    reading = made.read_bytes(packed[: len(packed) - 20], "a.warc.gz")
    assert len(reading.members) >= 4
    assert "truncated" in made.codes(reading)


def test_reading_goes_on_behind_a_record_that_is_broken() -> None:
    packed = bytearray(capture(packed=True))
    at = packed.index(b"\x1f\x8b", packed.index(b"\x1f\x8b", 20) + 20)
    packed[at + 40 : at + 60] = bytes(20)
    reading = made.read_bytes(bytes(packed), "a.warc.gz")
    assert "damaged" in made.codes(reading)
    assert b"dns/port.example" in names(reading)
    wrong = capture().replace(b"Content-Length: 31", b"Content-Length: 3l")
    reading = made.read_bytes(b"WARC/1.0\r\nWARC-Type: response\r\n\r\n" + wrong, "a.warc")
    assert b"dns/port.example" in names(reading)


def test_a_warc_that_loses_a_member_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    drop(monkeypatch, 3)
    reading = made.read_bytes(capture(), "a.warc")
    assert [p.detail for p in reading.problems if p.code == "members_missing"] == ["1 of 5"]


def test_a_packed_warc_that_unpacks_to_far_more_is_stopped() -> None:
    record = web.warc_record("response", "http://x.example/", web.http(bytes(40 << 20)))
    reading = made.read_bytes(web.warc([record], packed=True), "a.warc.gz", ratio=20)
    assert "bomb" in made.codes(reading)


def test_members_of_a_warc_go_on_where_its_text_is_full() -> None:
    reading = made.read_bytes(capture(), "a.warc", text=60)
    assert (len(reading.members), len(reading.text)) == (5, 60)
    assert made.codes(reading) == {"limit_text"}


def test_a_body_that_only_claims_to_be_packed_or_chunked_stays_as_it_is(tmp_path: Path) -> None:
    answer = web.http(PAGE, "Content-Encoding: gzip", "Transfer-Encoding: chunked")
    body = web.warc([web.warc_record("response", "http://x.example/p", answer)])
    reading = made.read_bytes(body, "a.warc", scratch=tmp_path)
    assert (tmp_path / reading.members[0].spool).read_bytes() == PAGE


def test_a_body_under_brotli_is_unpacked(tmp_path: Path) -> None:
    import brotli

    answer = web.http(brotli.compress(PAGE * 50), "Content-Encoding: br")
    body = web.warc([web.warc_record("response", "http://x.example/p", answer)])
    reading = made.read_bytes(body, "a.warc", scratch=tmp_path)
    assert (tmp_path / reading.members[0].spool).read_bytes() == PAGE * 50


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_each_page_of_an_arc_is_a_member(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    body = web.arc({"http://x.example/": web.http(PAGE), "http://x.example/a b": web.http(b"two")})
    reading = made.read_bytes(pack(body), "a.arc", scratch=tmp_path)
    assert names(reading) == [b"x.example/index", b"x.example/a b"]
    assert (tmp_path / reading.members[1].spool).read_bytes() == b"two"
    assert (reading.expected, reading.status) == (2, "read")


def test_a_member_of_a_warc_opens_again(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(capture(packed=True))
    assert open_member(path, 2, tmp_path, settings.Limits()).read_bytes() == b"packed words"


# ---------------------------------------------------------------- WACZ

PAGES = (
    b'{"format": "json-pages-1.0"}\n{"url": "http://x.example/", "title": "T", "text": "said"}\n'
)


def collection(**other: str) -> bytes:
    return web.wacz(
        {"archive/data.warc.gz": capture(packed=True), "pages/pages.jsonl": PAGES}, **other
    )


def test_a_wacz_gives_its_files_and_the_words_of_its_pages() -> None:
    reading = made.read_bytes(collection(title="Harbour"), "a.wacz")
    assert reading.type == "application/wacz"
    assert names(reading)[0] == b"archive/data.warc.gz"
    assert (len(reading.members), reading.expected, reading.status) == (4, 4, "read")
    assert reading.text.splitlines() == ["T http://x.example/", "said"]
    assert (reading.metadata.title, reading.metadata.created) == ("Harbour", web.TIME)


def test_a_file_of_a_wacz_that_does_not_match_is_said() -> None:
    reading = made.read_bytes(collection(wrong="archive/data.warc.gz"), "a.wacz")
    assert reading.members[0].problem is not None
    assert reading.members[0].problem.code == "checksum"


def test_a_listing_of_a_wacz_that_was_changed_is_said() -> None:
    stored = {"archive/a.warc": b"x", "datapackage.json": b'{"title": "changed", "resources": []}',
              "datapackage-digest.json": b'{"hash": "sha256:00"}'}  # fmt: skip
    assert made.codes(made.read_bytes(archives.zip_of(stored), "a.wacz")) == {"checksum"}


def test_a_file_that_a_wacz_lists_and_does_not_hold_is_said() -> None:
    assert made.codes(made.read_bytes(collection(missing="gone"), "a.wacz")) == {"members_missing"}


def test_a_wacz_that_loses_a_member_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    drop(monkeypatch, 1)
    reading = made.read_bytes(collection(), "a.wacz")
    assert [p.detail for p in reading.problems if p.code == "members_missing"] == ["1 of 4"]


# ---------------------------------------------------------------- HAR, MHTML, web archives


def recording() -> bytes:
    return web.har(
        [
            {"url": "https://x.example/", "body": "<p>page"},
            {"url": "https://x.example/send", "sent": "name=Voss"},
            {"url": "https://x.example/i.png", "body": b"\x89PNG", "media": "image/png"},
        ]
    )


def test_a_recording_gives_its_requests_as_text_and_its_contents_as_members() -> None:
    reading = made.read_bytes(recording(), "a.har")
    assert reading.type == "application/har+json"
    assert names(reading) == [b"x.example/index", b"x.example/i.png"]
    assert (reading.expected, reading.status) == (2, "read")
    assert "POST https://x.example/send 200 OK text/html" in reading.text
    assert "name=Voss" in reading.text
    assert marked(reading, "header").count("Server: tide") == 3


def saved() -> bytes:
    page = f"<html><title>T</title><p>main words<img src='data:image/gif,GIF'>{LONG}</html>"
    parts = [
        ("https://x.example/i.png", "image/png", b"\x89PNG"),
        ("https://x.example/f.html", "text/html", b"<p>frame"),
    ]
    return web.mhtml(page, parts, address="https://x.example/")


def test_a_saved_page_shows_its_main_part_and_keeps_the_others(tmp_path: Path) -> None:
    reading = made.read_bytes(saved(), "page", scratch=tmp_path)
    assert reading.type == "multipart/related"
    assert reading.text.startswith("main words")
    assert names(reading) == [b"x.example/i.png", b"x.example/f.html", b"data-1.gif"]
    assert (tmp_path / reading.members[1].spool).read_bytes() == b"<p>frame"
    assert (reading.expected, reading.status) == (3, "read")
    assert reading.metadata.title == "T"


def test_a_saved_page_cut_short_says_so() -> None:
    body = saved()
    reading = made.read_bytes(body[: body.index(b"f.html")], "a.mht")
    assert "truncated" in made.codes(reading)
    assert "main words" in reading.text


@pytest.mark.parametrize("binary", [True, False])
def test_an_archive_of_safari_shows_its_page_and_keeps_its_parts(binary: bool) -> None:
    body = web.webarchive(
        "<p>main words", [("https://x.example/i.png", "image/png", b"\x89PNG")],
        [("https://x.example/f", "<p>frame")], address="https://x.example/", binary=binary,
    )  # fmt: skip
    reading = made.read_bytes(body, "a.webarchive")
    assert reading.text.strip() == "main words"
    assert names(reading) == [b"x.example/i.png", b"x.example/f"]
    assert (reading.expected, reading.status) == (2, "read")


@pytest.mark.parametrize("make", [recording, saved])
def test_a_saved_page_or_recording_that_loses_a_member_says_so(
    make: Callable[[], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(monkeypatch, 2)
    assert "members_missing" in made.codes(made.read_bytes(make(), "a"))


def test_an_archive_of_safari_that_loses_a_member_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [("https://x.example/i.png", "image/png", b"\x89PNG")] * 2
    body = web.webarchive("<p>main", parts, address="https://x.example/")
    drop(monkeypatch, 1)
    assert "members_missing" in made.codes(made.read_bytes(body, "a"))


def test_a_web_archive_whose_list_closes_what_it_never_opened_is_damaged() -> None:
    body = web.webarchive("<p>main", (), address="https://x.example/", binary=False)
    broken = body.replace(b"<dict>", b"<key>x</key><dict>", 1)
    reading = made.read_bytes(broken, "a.webarchive")
    assert [p.detail for p in reading.problems if p.code == "damaged"] == ["IndexError"]
