"""The pages of statements and of a draft: what they say, and what an exhibit cannot do there."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

import httpx
import pytest
from serving import serving

from assay.casework.case import Case
from assay.testing.makers.docx import docx
from assay.testing.makers.pdf import pdf
from assay.web.draft import rows_of

SAID = "The channel was sounded in May and nobody was told."
MINUTES = (
    f"“{SAID}” Director Edmund Raske told reporters on Monday.\n\n"
    "“<script>document.title='RUN'</script> is what they wrote to us,” Mara Lenk said.\n\n"
    "“The pilots knew,” Director Edmund Raske said. “Nobody asked them.”\n\n"
    "The board paid over 300 crowns.\n"
)


def words_of(text: str) -> str:
    """The words of a page, without its tags."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", "", text)).split())


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder = tmp_path_factory.mktemp("stated")
    leak = folder / "leak"
    leak.mkdir()
    (leak / "minutes.txt").write_text(MINUTES)
    letter = [f"“{SAID}” Director Edmund Raske said.", "Nothing else was said."]
    (leak / "letter.pdf").write_bytes(pdf([letter]))
    with Case.init(folder / "case", "Stated") as case:
        case.add([leak], ocr="off")
    with serving(lambda: Case(folder / "case")) as served, served.client() as client:
        yield client


def posted(client: httpx.Client, text: str) -> str:
    answer = client.post("/draft", data={"text": text})
    assert answer.status_code == 200, answer.text
    return answer.text


def test_statements_are_listed_with_their_speakers_and_lead_to_their_place(
    client: httpx.Client,
) -> None:
    text = client.get("/statements").text
    assert "Edmund Raske" in words_of(text)
    links = [html.unescape(url) for url in re.findall(r'class="open" href="([^"]+)"', text)]
    reader = client.get(links[0])
    assert reader.status_code == 200 and "The channel was sounded" in words_of(reader.text)


def test_a_broken_quotation_is_shown_without_what_stands_between_its_pieces(
    client: httpx.Client,
) -> None:
    text = words_of(client.get("/statements").text)
    assert "The pilots knew, … Nobody asked them." in text


def test_a_list_narrowed_to_a_speaker_holds_nobody_else(client: httpx.Client) -> None:
    text = words_of(client.get("/statements", params={"speaker": "lenk"}).text)
    assert "Mara Lenk" in text and SAID not in text


def test_what_is_less_sure_is_counted_and_one_link_away(client: httpx.Client) -> None:
    every = client.get("/statements?sure=0").text
    sure = client.get("/statements?sure=80").text
    left = every.count('class="one"') - sure.count('class="one"')
    assert left > 0 and "less sure than that" not in every
    assert f"{left} more statement" in words_of(sure) and 'href="/statements?sure=0"' in sure


def test_words_that_are_markup_are_shown_as_words(client: httpx.Client) -> None:
    for path in ("/statements", "/statements?speaker=%3Cscript%3E"):
        text = client.get(path).text
        assert "<script>document" not in text and '"<script>"' not in text
    assert "<script>document" not in posted(client, MINUTES)


def test_the_reader_names_who_speaks_on_the_page(client: httpx.Client) -> None:
    rows = client.get("/api/v1/account").json()["rows"]
    digest = next(r["exhibit"] for r in rows if r["path"].endswith("minutes.txt"))[7:]
    text = words_of(client.get(f"/exhibit/{digest}/1").text)
    assert "Statements on this page" in text


def test_the_api_gives_what_the_command_gives(client: httpx.Client) -> None:
    items = client.get("/api/v1/statements", params={"kind": "statement"}).json()["items"]
    assert items and {item["schema"] for item in items} == {"assay/statement/1"}


def test_a_quotation_of_a_draft_stands_beside_its_source(client: httpx.Client) -> None:
    text = posted(client, f"Raske spoke. “{SAID}” he said.")
    assert "Word for word." in words_of(text)
    assert "cut-out" in text and "/picture?width=" in text


def test_a_word_that_was_turned_round_is_named_on_both_sides(client: httpx.Client) -> None:
    changed = SAID.replace("was sounded", "was not sounded")
    text = words_of(posted(client, f"“{changed}” he said."))
    assert "Altered." in text and "negation" in text
    assert "At least one quotation is not what the case says." in text


def test_a_draft_that_is_sent_as_a_file_is_read_as_one(client: httpx.Client) -> None:
    body = docx([f"“{SAID}” he said."])
    answer = client.post("/draft", files={"file": ("story.docx", body)}, data={"text": ""})
    assert "Word for word." in words_of(answer.text)


def test_an_empty_draft_is_refused_in_words(client: httpx.Client) -> None:
    answer = client.post("/draft", data={"text": "  "})
    assert answer.status_code == 400
    assert "Nothing was pasted" in words_of(answer.text) or "nothing was pasted" in answer.text


def test_what_is_saved_is_an_attachment_of_no_type(client: httpx.Client) -> None:
    for kind, ending in (("docx", "docx"), ("footnotes", "md"), ("json", "json")):
        answer = client.post("/draft/save", data={"text": f"“{SAID}” he said.", "as": kind})
        assert answer.headers["content-type"] == "application/octet-stream"
        assert f'draft-checked.{ending}"' in answer.headers["content-disposition"]
        assert answer.content
    assert client.post("/draft/save", data={"text": "x", "as": "exe"}).status_code == 400


def test_a_draft_is_kept_nowhere(
    client: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    word = "zanzibarword"
    posted(client, f"“{word} {SAID}” he said.")
    folder = next(tmp_path_factory.getbasetemp().glob("stated*/case"))
    for path in folder.rglob("*"):
        assert not path.is_file() or word.encode() not in path.read_bytes()


def test_every_letter_of_a_draft_is_shown_once_whatever_lies_over_it() -> None:
    text = "One “two three” four.\n\nFive 300 six.\n"
    checks = [
        {"start": 5, "end": 14, "verdict": "verbatim"},
        {"start": 9, "end": 30, "verdict": "altered"},
        {"start": 29, "end": 32, "verdict": "agrees"},
    ]
    rows = rows_of(text, checks)
    shown = ["".join(piece.text for piece in row.pieces) for row in rows]
    assert shown == ["One “two three” four.", "Five 300 six."]
    assert [number for row in rows for number in row.checks] == [1, 2, 3]


def test_the_api_checks_a_draft_too(client: httpx.Client) -> None:
    value = client.post("/api/v1/draft", json={"text": f"“{SAID}” he said."}).json()
    assert value["schema"] == "assay/draft/1"
    quotation = next(item for item in value["checks"] if item["kind"] == "quotation")
    assert quotation["verdict"] == "verbatim"
    assert value["text"][quotation["start"] : quotation["end"]] == quotation["text"]
    assert client.post("/api/v1/draft", json={}).status_code == 400
