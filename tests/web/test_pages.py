"""What the pages say: search, reader, account, custody, notes, and the same JSON."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest
from hostile import HTML, UNSEEN
from serving import serving

from assay.casework.case import Case
from assay.web.address import PAGE


def hits_of(text: str) -> list[str]:
    """The addresses of the hits of a page."""
    return [html.unescape(found) for found in re.findall(r'class="open" href="([^"]+)"', text)]


def words_of(text: str) -> str:
    """The words of a page, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


# ---------------------------------------------------------------- what an exhibit cannot do


@pytest.mark.parametrize("query", ["tideword", "tide", "type:text", ""])
def test_no_markup_of_an_exhibit_or_its_name_reaches_the_page(
    client: httpx.Client, query: str
) -> None:
    found = client.get("/search", params={"q": query})
    pages = [found.text, *(client.get(url).text for url in hits_of(found.text)[:8])]
    pages += [client.get(url).text for url in ("/account?show=all", "/custody?events=all")]
    for text in pages:
        assert "<script>document" not in text and "<img src=x" not in text
        assert "<svg xmlns" not in text and "Web <b>test" not in text
        assert "\u202e" not in text and "\x1b" not in text


def test_a_hostile_page_is_shown_as_the_words_it_holds(
    client: httpx.Client, digests: dict[str, str]
) -> None:
    text = client.get(f"/exhibit/{digests['tide.html'][7:]}/1").text
    assert "&lt;script&gt;document.title=&#39;RUN&#39;&lt;/script&gt;" in text
    assert "Harbour tide table" in words_of(text)


def test_a_hostile_name_is_shown_with_its_controls_named(client: httpx.Client) -> None:
    found = client.get("/search", params={"q": "hostile tideword"})
    assert len(hits_of(found.text)) == 1
    reader = client.get(hits_of(found.text)[0]).text
    assert "&lt;img src=x onerror=alert(1)&gt;" in reader
    assert r"\u{202e}fdp.txt" in words_of(reader)


@pytest.mark.parametrize("name", ["tide.html", "drawing.svg", "sub/memo.docx", "broken.docx"])
def test_an_original_leaves_as_an_attachment_of_no_type(
    client: httpx.Client, digests: dict[str, str], leak: Path, name: str
) -> None:
    answer = client.get(f"/exhibit/{digests[name][7:]}/original")
    assert answer.content == (leak / name).read_bytes()
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_member_leaves_as_an_attachment_too(
    client: httpx.Client, digests: dict[str, str]
) -> None:
    (digest,) = [d for path, d in digests.items() if path.endswith("list.csv")]
    answer = client.get(f"/exhibit/{digest[7:]}/original")
    assert answer.content == b"a,b\n1,2\n"
    assert answer.headers["content-disposition"].endswith("''list.csv")


def test_a_format_that_cannot_be_drawn_gives_words_and_no_picture(
    client: httpx.Client, digests: dict[str, str]
) -> None:
    for name in ("tide.html", "drawing.svg"):
        answer = client.get(f"/exhibit/{digests[name][7:]}/1/picture?width=640")
        assert answer.status_code in (404, 422)
        assert answer.headers["content-type"].startswith("text/plain")
        assert HTML[:20] not in answer.content


def test_control_and_bidi_characters_become_boxes_with_their_names(
    client: httpx.Client, digests: dict[str, str]
) -> None:
    text = client.get(f"/exhibit/{digests['unseen.txt'][7:]}/1").text
    assert ">ESC</span>" in text and ">RLO</span>" in text and ">PDF</span>" in text
    assert "RIGHT-TO-LEFT OVERRIDE (U+202E)" in text


# ---------------------------------------------------------------- search


def test_hits_stand_beside_what_could_not_be_read(client: httpx.Client) -> None:
    text = client.get("/search", params={"q": "pilot"}).text
    found = client.get("/api/v1/search", params={"q": "pilot"}).json()
    words = words_of(text)
    assert f"{found['total']} hits in {found['pages']} pages" in words
    assert f"{found['unread']['exhibits']} exhibit" in words and "could not be read" in words
    assert text.count("<mark") == sum(len(hit["marks"]) for hit in found["hits"])


def test_a_list_is_paged_by_fifty_and_every_hit_is_reachable(client: httpx.Client) -> None:
    first = hits_of(client.get("/search", params={"q": "quayword"}).text)
    second = hits_of(client.get("/search", params={"q": "quayword", "p": "2"}).text)
    assert len(first) == PAGE and len(second) == 5
    assert len({url.partition("?")[0] for url in first + second}) == 55
    beyond = client.get("/search", params={"q": "quayword", "p": "9"})
    assert "ends before this page" in beyond.text


def test_a_page_of_fifty_hits_is_painted_with_under_100_kilobytes(client: httpx.Client) -> None:
    page = client.get("/search", params={"q": "quayword"})
    first_paint = [page, client.get("/static/desk.css"), client.get("/static/theme.js")]
    assert sum(len(answer.content) for answer in first_paint) < 100_000


def test_a_query_that_cannot_be_read_says_where_and_keeps_what_was_typed(
    client: httpx.Client,
) -> None:
    answer = client.get("/search", params={"q": 'pilot AND "harbour'})
    assert answer.status_code == 400
    assert 'value="pilot AND &#34;harbour"' in answer.text
    assert "at character 11" in words_of(answer.text)
    assert "never closed" in words_of(answer.text)
    assert not hits_of(answer.text)


def test_filters_do_not_move_the_place_of_an_error(client: httpx.Client) -> None:
    filtered = {"q": 'pilot AND "harbour', "type": "text/plain", "lang": "en"}
    assert "at character 11" in words_of(client.get("/search", params=filtered).text)


def test_while_somebody_types_an_error_changes_only_the_line_under_the_box(
    client: httpx.Client,
) -> None:
    part = client.get("/search", params={"q": "(pilot"}, headers={"HX-Request": "true"})
    assert part.status_code == 200
    assert part.headers["hx-retarget"] == "#said"
    assert "<html" not in part.text and "never closed" in words_of(part.text)
    good = client.get("/search", params={"q": "pilot"}, headers={"HX-Request": "true"})
    assert "<html" not in good.text and hits_of(good.text)
    assert good.headers["hx-replace-url"] == "/search?q=pilot"


def test_while_somebody_types_the_first_hits_come_alone_and_the_rest_after(
    client: httpx.Client,
) -> None:
    typed = {"HX-Request": "true"}
    whole = client.get("/search", params={"q": "quayword"})
    first = client.get("/search", params={"q": "quayword"}, headers=typed).text
    (rest,) = re.findall(r'class="tail" hx-get="([^"]+)"', first)
    tail = client.get(html.unescape(rest), headers=typed).text
    assert len(hits_of(first)) == 12 and "<html" not in tail
    assert hits_of(first) + hits_of(tail) == hits_of(whole.text)
    assert 'class="tail"' not in tail and 'class="tail"' not in whole.text
    few = client.get("/search", params={"q": "pilot"}, headers=typed).text
    assert 'class="tail"' not in few


def test_no_hits_says_how_the_query_was_read_and_what_was_not(client: httpx.Client) -> None:
    words = words_of(client.get("/search", params={"q": "zzyzx"}).text)
    assert "It was read as: Pages that hold the word “zzyzx”." in words
    assert "could not be looked into" in words


def test_a_filter_narrows_both_sides_of_an_or(client: httpx.Client) -> None:
    both = client.get("/search", params={"q": "pilot OR quayword", "type": "message/rfc822"})
    assert len(hits_of(both.text)) == 1
    one_of = client.get("/search", params=[("q", "pilot"), ("folder", "leak/sub")])
    assert len(hits_of(one_of.text)) == 1


def test_brackets_that_a_filter_would_mend_stay_wrong(client: httpx.Client) -> None:
    answer = client.get("/search", params={"q": "pilot) OR (quayword", "type": "text/plain"})
    assert answer.status_code == 400 and not hits_of(answer.text)


@pytest.mark.parametrize("value", ['a"b', "a\\", "“", ") OR (", "*", "\x00", "a" * 500])
@pytest.mark.parametrize("name", ["type", "lang", "folder"])
def test_a_filter_of_any_characters_is_a_value_and_never_a_query(
    client: httpx.Client, name: str, value: str
) -> None:
    answer = client.get("/search", params={"q": "pilot", name: value})
    assert answer.status_code in (200, 400)
    assert not hits_of(answer.text)


def test_without_a_query_the_exhibits_are_listed_by_path(client: httpx.Client) -> None:
    text = client.get("/search").text
    assert "exhibits in this case" in words_of(text)
    assert len(hits_of(text)) == PAGE


def test_an_empty_case_says_what_to_do_next(tmp_path: Path) -> None:
    Case.init(tmp_path / "empty", "Empty").close()
    with serving(lambda: Case(tmp_path / "empty")) as served, served.client() as client:
        text = client.get("/search").text
        assert f"assay --case {tmp_path / 'empty'} add" in text
        for path in ("/account", "/custody", "/search?q=x", "/progress"):
            assert client.get(path).status_code == 200


# ---------------------------------------------------------------- reader


def test_the_marks_of_a_page_are_those_that_the_case_gives(
    client: httpx.Client, digests: dict[str, str], held: Path
) -> None:
    digest = digests["sub/memo.docx"]
    text = client.get(f"/exhibit/{digest[7:]}/1", params={"q": "pilot OR logbook"}).text
    with Case(held) as case:
        marks = case.marks("pilot OR logbook", digest, 1)
        page = case.show(digest, 1)["pages"][0]["text"]
    shown = re.findall(r'<mark class="mark" data-at="(\d+)" data-mark="\d+">([^<]*)</mark>', text)
    assert [(int(at), words) for at, words in shown] == [
        (low, page[low:high]) for low, high in marks
    ]
    assert len(marks) == 2


def test_the_reader_says_where_the_words_come_from(
    client: httpx.Client, digests: dict[str, str]
) -> None:
    words = words_of(client.get(f"/exhibit/{digests['sub/memo.docx'][7:]}").text)
    assert "Text of the file itself" in words
    assert "typeset here from the stored text" in words
    assert "also at 1 other path" in words and "leak/sub/copy.docx" in words
    assert "Lenk" in words


def test_members_and_parents_lead_to_each_other(
    client: httpx.Client, digests: dict[str, str]
) -> None:
    letter = client.get(f"/exhibit/{digests['letter.eml'][7:]}").text
    (archive,) = [d for path, d in digests.items() if path.endswith("list.zip")]
    assert f'href="/exhibit/{archive[7:]}"' in letter
    inner = client.get(f"/exhibit/{archive[7:]}").text
    assert f'href="/exhibit/{digests["letter.eml"][7:]}"' in inner


def test_what_cannot_be_read_shows_its_type_size_problem_and_next_step(
    client: httpx.Client, digests: dict[str, str]
) -> None:
    words = words_of(client.get(f"/exhibit/{digests['old.dwg'][7:]}").text)
    rows = client.get("/api/v1/account", params={"problems": "1"}).json()["rows"]
    (row,) = [row for row in rows if row["exhibit"] == digests["old.dwg"]]
    assert "186 bytes" in words and "not read" in words
    assert row["problems"][0]["next_step"].replace("`", "") in words
    assert row["problems"][0]["code"] in words


def test_a_long_page_is_shown_in_parts_and_opens_at_its_mark(
    client: httpx.Client, digests: dict[str, str]
) -> None:
    url = f"/exhibit/{digests['long.txt'][7:]}/1"
    marked = client.get(url, params={"q": "needleword"}).text
    assert "part 5 of 5" in words_of(marked) and ">needleword</mark>" in marked
    first = client.get(url, params={"q": "needleword", "part": "1"}).text
    assert "part 1 of 5" in words_of(first) and "marks also in part 5" in words_of(first)
    assert len(first) < 200_000


def test_a_hit_knows_its_neighbours_in_the_list(client: httpx.Client) -> None:
    listed = hits_of(client.get("/search", params={"q": "quayword", "sort": "path"}).text)
    third = client.get(listed[2]).text
    before, after = (
        html.unescape(re.findall(rf'id="{name}"[^>]* href="([^"]+)"', third)[0])
        for name in ("before", "after")
    )
    assert (before, after) == (listed[1], listed[3])
    assert "3 of 55" in words_of(third)
    assert 'id="before"' not in client.get(listed[0]).text


def test_a_passage_opens_by_its_place_in_the_whole_text(
    client: httpx.Client, digests: dict[str, str]
) -> None:
    start = UNSEEN.index("\U0001f6a2")
    text = client.get(f"/exhibit/{digests['unseen.txt'][7:]}?start={start}&end={start + 6}").text
    assert f'<mark class="place" data-at="{start}">\U0001f6a2 line</mark>' in text


@pytest.mark.parametrize(
    "path", ["/exhibit/xyz", f"/exhibit/{'0' * 64}", "/exhibit/{memo}/99", "/exhibit/{memo}/x"]
)
def test_what_is_not_there_is_a_page_in_plain_words(
    client: httpx.Client, digests: dict[str, str], path: str
) -> None:
    answer = client.get(path.format(memo=digests["sub/memo.docx"][7:]))
    assert answer.status_code == 404
    assert "Code:" in words_of(answer.text) and "Traceback" not in answer.text


def test_an_address_with_a_broken_query_still_shows_its_page(
    client: httpx.Client, digests: dict[str, str]
) -> None:
    answer = client.get(f"/exhibit/{digests['sub/memo.docx'][7:]}/1?q=((&n=3")
    assert answer.status_code == 200 and "The pilot left at dawn" in words_of(answer.text)


# ---------------------------------------------------------------- account and custody


def test_the_account_page_gives_the_counts_and_reasons_of_the_account(
    client: httpx.Client,
) -> None:
    account = client.get("/api/v1/account").json()
    words = words_of(client.get("/account").text)
    assert f"Of {account['exhibits']} exhibits" in words
    assert f"{account['unread']} not" in words
    for row in account["rows"]:
        for problem in row["problems"]:
            assert problem["code"] in words
            assert problem["next_step"].replace("`", "") in words
    everything = client.get("/account", params={"show": "all"}).text
    assert len(hits_of(everything)) == PAGE
    inside = client.get("/account", params={"show": "all", "under": "leak/sub"}).text
    assert len(hits_of(inside)) == 1


def test_the_account_is_narrowed_by_type_problem_and_folder(client: httpx.Client) -> None:
    account = client.get("/api/v1/account").json()
    for field, name in (("type", "type"), ("status", "show")):
        for value in {row[field] for row in account["rows"]}:
            told = client.get("/account", params={"show": "all", name: value}).text
            count = sum(row[field] == value for row in account["rows"])
            assert f"{count} row{'' if count == 1 else 's'} as CSV" in words_of(told)
            answer = client.get("/api/v1/account", params={field: value}).json()
            assert [r["exhibit"] for r in answer["rows"]] == [
                r["exhibit"] for r in account["rows"] if r[field] == value
            ]
    code = next(p["code"] for row in account["rows"] for p in row["problems"])
    having = [r for r in account["rows"] if code in {p["code"] for p in r["problems"]}]
    assert len(hits_of(client.get("/account", params={"code": code}).text)) == len(having)
    sifted = client.get("/account.csv", params={"code": code}).content.decode("utf-8-sig")
    assert {line.split(",")[0] for line in sifted.splitlines()[1:]} == {
        row["exhibit"] for row in having
    }


def test_what_a_container_promised_stands_beside_what_came(client: httpx.Client) -> None:
    text = words_of(client.get("/account", params={"show": "all", "type": "application/zip"}).text)
    assert re.search(r"\d+ read of (\d+|unknown) expected", text)


def test_an_unknown_filter_of_the_account_is_refused_and_says_so(client: httpx.Client) -> None:
    answer = client.get("/api/v1/account", params={"code": "no_such_code"})
    assert (answer.status_code, answer.json()["code"]) == (400, "usage_error")


def test_the_csv_is_that_of_the_command_line(client: httpx.Client, held: Path) -> None:
    answer = client.get("/account.csv")
    assert answer.headers["content-disposition"].startswith("attachment")
    with Case(held) as case:
        assert answer.content.decode("utf-8-sig") == "".join(case.account_csv())


def test_signing_the_account_writes_one_event(client: httpx.Client) -> None:
    before = client.get("/api/v1/ledger").json()["items"]
    answer = client.post("/account/sign")
    assert answer.status_code == 303
    after = client.get("/api/v1/ledger", params={"since": str(len(before))}).json()["items"]
    assert [event["type"] for event in after] == ["account"]
    words = words_of(client.get(answer.headers["location"]).text)
    assert f"Signed. The statement is event {after[0]['id'][:12]}" in words
    assert "signed the account" in words_of(client.get("/custody").text)


def test_verify_now_shows_the_report_of_the_case(client: httpx.Client) -> None:
    answer = client.post("/custody/verify", headers={"HX-Request": "true"})
    assert answer.status_code == 200
    for _ in range(600):
        state = client.get("/custody/verify").text
        if "every 700ms" not in state:
            break
    assert "Everything holds." in words_of(state)
    report = client.post("/api/v1/verify").json()
    assert report["ok"] and report["schema"] == "assay/report/1"


def test_the_ledger_is_read_as_sentences(client: httpx.Client) -> None:
    words = words_of(client.get("/custody?events=all&p=2").text)
    assert "took into custody leak/" in words


# ---------------------------------------------------------------- notes and tags


def test_a_note_on_a_passage_holds_the_words_that_stand_there(
    client: httpx.Client, digests: dict[str, str]
) -> None:
    digest = digests["unseen.txt"]
    start = UNSEEN.index("\U0001f6a2")
    form = {"text": "what <b>is</b> this?", "page": "1", "start": str(start), "end": str(start + 6)}
    part = client.post(
        f"/exhibit/{digest[7:]}/note", data=form, headers={"HX-Request": "true"}
    ).text
    assert "what &lt;b&gt;is&lt;/b&gt; this?" in part and "<b>is" not in part
    shown = client.get(f"/api/v1/exhibits/{digest}").json()
    (note,) = [item for item in shown["annotations"] if item["kind"] == "note"]
    assert note["locator"]["exact"] == "\U0001f6a2 line"
    reader = client.get(f"/exhibit/{digest[7:]}").text
    assert f'<span class=" noted" data-at="{start}">\U0001f6a2 line</span>' in reader
    assert "wrote a note on page 1 of" in words_of(client.get("/custody").text)


def test_a_tag_is_put_on_found_and_taken_off(client: httpx.Client, digests: dict[str, str]) -> None:
    digest = digests["sub/memo.docx"]
    place = f"/exhibit/{digest[7:]}/tag"
    part = client.post(place, data={"tag": "to ask, مۇھىم"}, headers={"HX-Request": "true"})
    assert "to ask" in part.text and "مۇھىم" in part.text
    assert len(hits_of(client.get("/search", params={"q": 'tag:"to ask"'}).text)) == 1
    off = {"tag": "to ask", "remove": "1"}
    assert "to ask" not in words_of(
        client.post(place, data=off, headers={"HX-Request": "true"}).text
    )
    again = client.post(place, data=off, headers={"HX-Request": "true"})
    assert "not on this exhibit" in words_of(again.text)
    assert client.post(place, data=off).status_code == 400


@pytest.mark.parametrize(
    "form",
    [{"text": "  "}, {"text": "x", "audience": "world"}, {"text": "x", "start": "9", "end": "3"},
     {"text": "x", "start": "-1", "end": "4"}, {}],
)  # fmt: skip
def test_a_note_that_cannot_be_kept_writes_nothing_and_loses_no_word(
    client: httpx.Client, digests: dict[str, str], form: dict[str, str]
) -> None:
    place = f"/exhibit/{digests['sub/memo.docx'][7:]}/note"
    before = len(client.get("/api/v1/ledger").json()["items"])
    answer = client.post(place, data={"page": "1", **form}, headers={"HX-Request": "true"})
    assert 'class="wrong"' in answer.text
    assert len(client.get("/api/v1/ledger").json()["items"]) == before


def test_a_note_is_kept_while_another_process_holds_the_case(
    client: httpx.Client, digests: dict[str, str], held: Path
) -> None:
    holding = (
        "import sys; from pathlib import Path; from assay.casework.case import Case\n"
        "case = Case(Path(sys.argv[1]))\n"
        "with case.lease('add'):\n    print('held', flush=True); sys.stdin.read()\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", holding, str(held)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    with process:
        assert process.stdout is not None and process.stdin is not None
        assert process.stdout.readline() == "held\n"
        assert "add is starting" in client.get("/progress").text
        place = f"/exhibit/{digests['tide.html'][7:]}/note"
        part = client.post(place, data={"text": "meanwhile"}, headers={"HX-Request": "true"})
        assert part.status_code == 200 and "meanwhile" in part.text
        assert process.poll() is None
        process.stdin.close()
    assert "add is starting" not in client.get("/progress").text


# ---------------------------------------------------------------- the same JSON


def without(value: Any, *names: str) -> Any:
    """A value without what differs from one run to the next."""
    return {key: item for key, item in value.items() if key not in names}


def test_the_api_gives_what_the_case_gives(
    client: httpx.Client, digests: dict[str, str], held: Path
) -> None:
    digest = digests["sub/memo.docx"]
    with Case(held) as case:
        asked = {"q": "pilot OR quayword", "limit": "7", "offset": "3", "facets": "1"}
        found = client.get("/api/v1/search", params={**asked, "sort": "path"}).json()
        mine = case.search("pilot OR quayword", 7, 3, facets=True, sort="path")
        assert without(found, "seconds") == without(mine, "seconds")
        assert client.get(f"/api/v1/exhibits/{digest}").json() == case.show(digest)
        one = client.get(f"/api/v1/exhibits/{digest}", params={"page": "1"}).json()
        assert one == case.show(digest, 1)
        account = json.loads(json.dumps(case.account()))
        assert client.get("/api/v1/account").json() == account
        events = {"schema": "assay/list/1", "items": case.ledger(3)}
        assert client.get("/api/v1/ledger?since=3").json() == events
        assert client.get("/api/v1/status").json() == case.status()


def test_the_api_writes_notes_and_tags(client: httpx.Client, digests: dict[str, str]) -> None:
    digest = digests["letter.eml"]
    event = client.post("/api/v1/note", json={"reference": digest, "text": "by api"}).json()
    assert event["schema"] == "assay/event/1" and event["body"]["text"] == "by api"
    tags = {"reference": {"exhibit": digest, "page": 1}, "tags": ["one", "two"]}
    listed = client.post("/api/v1/tag", json=tags).json()
    assert [item["body"]["tag"] for item in listed["items"]] == ["one", "two"]


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("search?q=(", 400, "query_error"), ("search?q=", 400, "query_error"),
     ("search?q=x&limit=-1", 400, "usage_error"), ("search?q=x&sort=shoe", 400, "usage_error"),
     (f"exhibits/{'0' * 64}", 404, "not_found"), ("exhibits/abc", 404, "not_found"),
     ("nowhere", 404, "no_page")],
)  # fmt: skip
def test_a_failure_of_the_api_is_an_object_with_a_code(
    client: httpx.Client, path: str, status: int, code: str
) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["schema"] == "assay/error/1"


def test_the_account_names_what_is_being_read_and_a_button_asks_to_skip_it(
    tmp_path: Path,
) -> None:
    from assay.engines import requests
    from assay.model import places

    with Case.init(tmp_path / "case", "Busy") as case:
        (tmp_path / "long.txt").write_text("words")
        case.add([tmp_path / "long.txt"], ocr="off")
        digest = case.account()["rows"][0]["exhibit"]
        row = case.catalogue.exhibit_id(digest)
        assert row is not None
        case.catalogue.set_new(row)
    item = {"exhibit": digest, "path": "long.txt", "seconds": 14}
    state = {
        "phase": "reading", "read": 5, "exhibits": 9, "seen": 12, "taken": 9, "receiving": True,
        "indexing": 2, "ocr_waiting": 3, "ocr_done": 0, "rate": 2.0, "seconds": 20,
        "now": [item], "slow": [item],
    }  # fmt: skip
    with serving(lambda: Case(tmp_path / "case")) as served, served.client() as client:
        assert client.post(f"/exhibit/{digest[7:]}/skip").status_code == 400  # nothing runs
        with Case(tmp_path / "case") as case, case.lease("add") as lease:
            lease.beat(state)
            words = words_of(client.get("/account").text)
            assert "9 of 12 paths seen so far" in words and "5 of 9, 2 a second" in words
            assert "2 exhibits to go" in words and "0 of 3 pages" in words
            assert "long.txt 14 s, slow" in words
            header = client.get("/progress").text
            assert f'href="/exhibit/{digest[7:]}"' in header and "since 14 s" in words_of(header)
            answer = client.post(f"/exhibit/{digest[7:]}/skip")
            assert (answer.status_code, answer.headers["location"]) == (303, "/account#now")
            assert client.post("/api/v1/skip", json={"reference": "long.txt"}).status_code == 200
            assert requests.take(tmp_path / "case" / places.SKIP_FILE) == [digest]
        assert "The run has ended" in client.get("/progress/now").text
