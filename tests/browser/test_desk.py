"""The desk as a person uses it: typing, keys, reading, noting, in several scripts."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sitting import SAID, Sitting

from assay.casework.case import Case

pytestmark = [
    pytest.mark.browser,
    pytest.mark.needs("chromium", "fonts-noto-core", "fonts-noto-cjk", "tesseract-ocr-eng"),
]
AXE = Path(__file__).parent / "vendor" / "axe.min.js"


def type_query(page: Page, words: str, *, wrong: bool = False) -> None:
    """Type into the box as a person does, and wait for what the desk makes of it.

    A query that is `wrong` does not get into the address bar.
    """
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("Control+a")
    with page.expect_response(lambda answer: "/search?" in answer.url):
        page.keyboard.insert_text(words)
    if not wrong:
        page.wait_for_function(
            "words => new URLSearchParams(location.search).get('q') === words", arg=words
        )


def open_hit(page: Page, words: str) -> None:
    """Search and open the first hit by keys."""
    type_query(page, words)
    expect(page.locator(".hit").first).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")


def drawn(page: Page) -> None:
    """Wait until the page picture is there."""
    page.wait_for_function(
        "() => { const p = document.getElementById('page-picture');"
        " return p && p.complete && p.naturalWidth > 0; }"
    )


# ---------------------------------------------------------------- searching


def test_results_come_while_somebody_types_and_nothing_is_loaded_anew(page: Page) -> None:
    page.evaluate("window.stayed = true")
    type_query(page, "surv")
    expect(page.locator(".none h2")).to_have_text("No hits")
    type_query(page, "survey")
    expect(page.locator(".hit")).to_have_count(3)
    assert page.evaluate("window.stayed") is True
    assert page.url.endswith("/search?q=survey")
    assert page.title().startswith("survey")
    expect(page.locator("#q")).to_be_focused()
    marks = page.locator(".snippet mark").all_inner_texts()
    assert marks and {word.lower() for word in marks} == {"survey"}


def test_a_broken_query_keeps_the_results_and_what_was_typed(page: Page) -> None:
    type_query(page, "survey")
    expect(page.locator(".hit")).to_have_count(3)
    type_query(page, 'survey AND "east', wrong=True)
    expect(page.locator("#said")).to_contain_text("at character 12")
    expect(page.locator(".hit")).to_have_count(3)
    expect(page.locator("#q")).to_have_value('survey AND "east')
    type_query(page, 'survey AND "east channel"')
    expect(page.locator("#said")).to_be_empty()
    expect(page.locator(".hit")).to_have_count(1)


def test_filters_stay_while_the_query_changes(page: Page) -> None:
    type_query(page, "survey")
    with page.expect_navigation():
        page.get_by_role("link", name=re.compile("PDF")).click()
    expect(page.locator(".hit")).to_have_count(2)
    type_query(page, "survey OR attached")
    expect(page.locator(".hit")).to_have_count(2)
    assert "type=application" in page.url
    with page.expect_navigation():
        page.get_by_role("link", name="PDF take off").click()
    expect(page.locator(".hit")).to_have_count(3)


@pytest.mark.parametrize(
    ("query", "mark", "direction", "name"),
    [("channel", "channel", "ltr", "survey.pdf"), ("防火门", "防火门", "ltr", "宿舍.pdf"),
     ("доке", "доке", "ltr", "док.docx")],
)  # fmt: skip
def test_a_hit_is_marked_in_its_own_script_and_opens_at_its_place(
    page: Page, query: str, mark: str, direction: str, name: str
) -> None:
    type_query(page, query)
    snippet = page.locator(".hit .snippet").first
    expect(snippet.locator("mark")).to_have_text(mark)
    assert snippet.evaluate("e => getComputedStyle(e).direction") == direction
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("o")
    expect(page.locator("h1")).to_contain_text(name.rpartition(".")[0])
    expect(page.locator("#stored mark.now")).to_have_text(mark)


def test_uyghur_runs_from_right_to_left_in_results_and_in_the_reader(page: Page) -> None:
    type_query(page, "ئاسبېست")
    expect(page.locator(".hit")).to_have_count(2)
    snippet = page.locator(".hit .snippet").first
    assert snippet.evaluate("e => getComputedStyle(e).direction") == "rtl"
    assert snippet.get_attribute("lang") == "ug"
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    line = page.locator("#stored p", has=page.locator("mark"))
    assert line.evaluate("e => getComputedStyle(e).direction") == "rtl"
    expect(line.locator("mark")).to_have_text("ئاسبېست")


def test_the_marks_lie_on_the_same_words_in_picture_and_text(page: Page) -> None:
    for query in ("buoy", "防火门", "ئاسبېست type:pdf", "locked type:image/png"):
        page.goto(re.sub(r"/search.*", "/search", page.url))
        open_hit(page, query)
        drawn(page)
        marks = page.locator("#stored mark")
        boxes = page.locator(".over rect.mark")
        assert marks.count() == 1 and boxes.count() >= 1
        sheet = page.locator("#sheet").bounding_box()
        for box in boxes.all():
            found = box.bounding_box()
            assert found and sheet and found["width"] > 4 and found["height"] > 4
            assert sheet["x"] <= found["x"] and sheet["y"] <= found["y"]
            assert found["x"] + found["width"] <= sheet["x"] + sheet["width"] + 1
            assert found["y"] + found["height"] <= sheet["y"] + sheet["height"] + 1
            assert dark_share(page, found) > 0.03
        page.locator("#back").click()


def dark_share(page: Page, box: Any) -> float:
    """How much of a part of the window is ink: where words stand, a few percent at least."""
    import io

    from PIL import Image

    shot = Image.open(io.BytesIO(page.screenshot(clip=box))).convert("L")
    counts = shot.histogram()
    return sum(counts[:110]) / sum(counts)


def test_recognised_words_are_told_from_native_ones(page: Page) -> None:
    open_hit(page, "locked type:image/png")
    expect(page.locator(".source")).to_contain_text(re.compile(r"OCR English, \d+ % sure"))
    with page.expect_navigation():
        page.locator("#back").click()
    open_hit(page, "buoy")
    expect(page.locator(".source")).to_contain_text("Text of the file itself")


# ---------------------------------------------------------------- keys and the address bar


def test_the_keyboard_is_enough(page: Page) -> None:
    type_query(page, "survey")
    expect(page.locator(".hit")).to_have_count(3)
    page.keyboard.press("Escape")
    expect(page.locator("#q")).not_to_be_focused()
    opened = page.locator("a.open")
    page.keyboard.press("j")
    expect(opened.nth(0)).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(opened.nth(2)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("k")
    expect(opened.nth(0)).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    expect(page.locator(".thread")).to_contain_text("1 of 3")
    with page.expect_navigation():
        page.keyboard.press("j")
    expect(page.locator(".thread")).to_contain_text("2 of 3")
    with page.expect_navigation():
        page.keyboard.press("k")
    expect(page.locator(".thread")).to_contain_text("1 of 3")
    page.keyboard.press("n")
    expect(page.locator("#note-text")).to_be_focused()
    page.keyboard.type("j is a letter here")
    page.keyboard.press("Escape")
    page.keyboard.press("t")
    expect(page.locator("#tag-text")).to_be_focused()
    page.keyboard.press("Escape")
    with page.expect_navigation():
        page.keyboard.press("Escape")
    assert page.url.endswith("/search?q=survey")
    for key, place in (("a", "account"), ("c", "custody"), ("s", "search")):
        page.keyboard.press("g")
        with page.expect_navigation():
            page.keyboard.press(key)
        assert f"/{place}" in page.url
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#help")).not_to_be_visible()


def test_keys_turn_pages_and_walk_the_marks(page: Page) -> None:
    open_hit(page, '"east channel" OR Nobody')
    page.keyboard.press("m")
    expect(page.locator("#stored mark.now")).to_have_text("Nobody")
    expect(page.locator(".over rect.now")).to_have_count(1)
    expect(page.locator("#mark-count")).to_have_text("mark 2 of 2")
    with page.expect_navigation():
        page.keyboard.press("]")
    expect(page.locator(".facts")).to_contain_text("page 2 of 2")
    with page.expect_navigation():
        page.keyboard.press("[")
    expect(page.locator(".facts")).to_contain_text("page 1 of 2")


def test_back_works_and_an_address_opens_the_same_view_elsewhere(sitting: Sitting) -> None:
    page = sitting.page()
    type_query(page, "survey")
    with page.expect_navigation():
        page.get_by_role("link", name="path", exact=True).click()
    listed = page.locator(".hit h2").all_inner_texts()
    page.locator("a.open").nth(1).click()
    expect(page.locator(".thread")).to_contain_text("2 of 3")
    reader, words = page.url, page.locator("#stored").inner_text()
    page.go_back()
    assert page.locator(".hit h2").all_inner_texts() == listed
    expect(page.locator("#q")).to_have_value("survey")
    other = sitting.page(reader.replace(sitting.served.url, ""))
    assert other.locator("#stored").inner_text() == words
    expect(other.locator(".thread")).to_contain_text("2 of 3")


def test_the_next_page_is_drawn_ahead(sitting: Sitting) -> None:
    page = sitting.page()
    with page.expect_request(re.compile(r"/2/picture\?width=")):
        open_hit(page, "buoy")


# ---------------------------------------------------------------- notes


def select(page: Page, words: str) -> None:
    """Select words in the stored text as a mouse would."""
    page.evaluate(
        """words => {
          const walk = document.createTreeWalker(document.getElementById('stored'), 4);
          for (let node = walk.nextNode(); node; node = walk.nextNode()) {
            const at = node.data.indexOf(words);
            if (at < 0) continue;
            const range = document.createRange();
            range.setStart(node, at);
            range.setEnd(node, at + words.length);
            getSelection().removeAllRanges();
            getSelection().addRange(range);
            return;
          }
          throw new Error('not there');
        }""",
        words,
    )


def test_selected_words_become_a_note_at_their_code_points(page: Page, sitting: Sitting) -> None:
    open_hit(page, "=Log")
    select(page, "sail and \U0001f6a2 again")
    expect(page.locator("#selection")).to_contain_text("16 characters, 25 to 41")
    page.keyboard.press("n")
    page.keyboard.type("seen twice")
    page.locator("#note-form button").click()
    expect(page.locator(".note-text")).to_have_text("seen twice")
    expect(page.locator(".note blockquote")).to_have_text("sail and \U0001f6a2 again")
    digest = re.findall(r"/exhibit/([0-9a-f]{64})", page.url)[0]
    answer = page.request.get(f"{sitting.served.url}/api/v1/exhibits/{digest}").json()
    (note,) = [item for item in answer["annotations"] if item["kind"] == "note"]
    assert note["locator"]["exact"] == "sail and \U0001f6a2 again"
    assert (note["locator"]["start"], note["locator"]["end"]) == (25, 41)
    with page.expect_navigation():
        page.locator(".note blockquote a").click()
    expect(page.locator("#stored mark.place")).to_have_text("sail and \U0001f6a2 again")


def test_a_selection_over_lines_and_boxes_is_exact(page: Page) -> None:
    open_hit(page, "sail")
    page.evaluate(
        """() => {
          const lines = document.querySelectorAll('#stored p');
          const range = document.createRange();
          range.setStart(lines[0], 0);
          range.setEnd(lines[1].lastChild.firstChild, lines[1].lastChild.textContent.length);
          getSelection().removeAllRanges();
          getSelection().addRange(range);
        }"""
    )
    expect(page.locator("#selection")).to_contain_text("41 characters, 0 to 41")


def test_a_tag_is_put_on_by_keys_and_found_by_its_link(page: Page) -> None:
    open_hit(page, "доке")
    page.keyboard.press("t")
    page.keyboard.type("dry dock")
    page.keyboard.press("Enter")
    expect(page.locator(".tags li")).to_have_count(1)
    with page.expect_navigation():
        page.locator(".tags a").first.click()
    expect(page.locator(".hit")).to_have_count(1)
    page.locator("a.open").first.click()
    page.get_by_role("button", name="Take the tag dry dock off").click()
    expect(page.locator(".tags li")).to_have_count(0)


def test_a_digest_is_copied_whole(page: Page) -> None:
    open_hit(page, "buoy")
    page.locator("#facts .digest button").click()
    expect(page.locator("#facts .digest button")).to_have_text("copied")
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", page.evaluate("navigator.clipboard.readText()"))


# ---------------------------------------------------------------- safe to look at


def test_a_hostile_page_runs_nothing_and_calls_nobody(page: Page) -> None:
    open_hit(page, "hostileword")
    page.wait_for_load_state("networkidle")
    assert page.title() == "hostile.html · Harbour · Assay"
    assert page.locator("#stored img, #stored script").count() == 0


def test_pictures_stay_blurred_until_asked_for(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("b")
    page.keyboard.press("b")
    open_hit(page, "buoy")
    picture = page.locator("#page-picture")
    assert "blur" in picture.evaluate("e => getComputedStyle(e).filter")
    page.get_by_role("button", name="Show this picture").click()
    assert picture.evaluate("e => getComputedStyle(e).filter") == "none"
    page.reload()
    assert "blur" in picture.evaluate("e => getComputedStyle(e).filter")


def test_the_theme_is_chosen_and_kept_without_a_flash(page: Page) -> None:
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    button = page.locator(".me [data-turn=theme]")
    button.click()
    button.click()
    expect(button).to_have_text("Theme: dark")
    dark = page.evaluate(paper)
    assert dark != light
    page.goto(page.url.replace("/search", "/account"))
    assert page.evaluate(paper) == dark


def test_a_picture_that_cannot_be_drawn_gives_the_reason(page: Page, sitting: Sitting) -> None:
    page.route(re.compile("/picture"), lambda route: route.fulfill(status=422, body="no memory"))
    open_hit(page, "buoy")
    expect(page.locator("#picture-why")).to_contain_text("The reason: no memory.")
    expect(page.locator("#stored")).to_contain_text("nine metres")
    sitting.wrong.clear()  # the browser itself tells of the 422


# ---------------------------------------------------------------- account, custody, narrow


def test_the_account_leads_from_a_reason_to_its_exhibit(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    with page.expect_navigation():
        page.keyboard.press("a")
    expect(page.locator(".causes")).to_contain_text("nothing here reads it yet")
    page.keyboard.press("j")
    expect(page.locator("a.open").first).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("o")
    expect(page.locator("h1")).to_contain_text("old.dwg")
    expect(page.locator("#problems")).to_contain_text("no_reader")


def test_the_account_is_narrowed_and_shows_what_a_container_lost(page: Page) -> None:
    page.goto(page.url.replace("/search", "/account?show=all"))
    page.get_by_label("Type").select_option("application/zip")
    with page.expect_navigation():
        page.locator(".sift").get_by_role("button", name="Show", exact=True).click()
    assert "type=application" in page.url
    row = page.locator(".rows tbody tr", has_text="short.zip")
    expect(row).to_contain_text("2 read of 5 expected, 3 missing")
    expect(row).to_contain_text("promises members")
    with page.expect_navigation():
        row.get_by_role("link", name="list the members of").click()
    expect(page.locator(".rows tbody tr")).to_have_count(3)
    link = page.get_by_role("link", name="rows as CSV")
    text = page.request.get(page.url.split("/account")[0] + str(link.get_attribute("href"))).text()
    assert text.count("\n") == 4 and "short.zip!/a.txt" in text
    with page.expect_navigation():
        page.get_by_role("link", name="take all off").click()
    assert "under=" not in page.url


def test_what_is_not_running_text_is_named_in_words_and_marks_stay_exact(page: Page) -> None:
    open_hit(page, "dredger type:docx")
    labels = page.locator("#stored [data-label]").evaluate_all(
        "all => all.map(e => e.dataset.label)"
    )
    assert {"deleted", "comment", "text box"} <= set(labels)
    shown = page.locator("#stored .of-deleted.opens").first.evaluate(
        "e => getComputedStyle(e, '::before').content"
    )
    assert shown == '"deleted"'
    marks = page.locator("#stored mark").all_inner_texts()
    assert len(marks) >= 4 and {word.lower() for word in marks} == {"dredger"}
    text = page.locator("#stored").evaluate(
        "e => [...e.querySelectorAll('[data-at]')].every(s => s.dataset.at !== '')"
    )
    assert text


def test_what_is_slow_is_named_in_the_header_and_skipped_by_a_button(
    sitting: Sitting, browser_case: Path
) -> None:
    page = sitting.page()
    digest = page.request.get(f"{sitting.served.url}/api/v1/account").json()["rows"][0]["exhibit"]
    item = {"exhibit": digest, "path": "leak/letters/survey.pdf", "seconds": 14, "page": 2}
    state = {
        "phase": "recognising", "read": 9, "exhibits": 9, "seen": 9, "taken": 9,
        "receiving": False, "indexing": 0, "ocr_waiting": 3, "ocr_done": 1, "rate": 0.5,
        "seconds": 20, "now": [item], "slow": [item],
    }  # fmt: skip
    with Case(browser_case) as case, case.lease("add") as lease:
        lease.beat(state)
        row = case.catalogue.row(digest)
        assert row is not None
        with case.catalogue.writing():
            case.catalogue.set_new(row.id)
        try:
            page.goto(sitting.served.url + "/account")
            expect(page.locator("#progress")).to_contain_text("slow: survey.pdf since 14 s")
            expect(page.locator("#run")).to_contain_text("1 of 4 pages, 30.0 a minute")
            page.evaluate(AXE.read_text(encoding="utf-8"))
            assert page.evaluate("async () => (await axe.run()).violations.map(v => v.id)") == []
            with page.expect_response(re.compile("/skip")) as asked:
                page.get_by_role("button", name="Skip leak/letters/survey.pdf").click()
            assert asked.value.status == 200
            assert digest in (browser_case / "case.skip").read_text()
        finally:
            with case.catalogue.writing():
                case.catalogue._db.execute(
                    "UPDATE exhibits SET state = 'read' WHERE id = ?", (row.id,)
                )
    expect(page.locator("#run")).to_contain_text("The run has ended", timeout=8000)


def test_the_account_is_signed_by_its_button(page: Page) -> None:
    page.goto(page.url.replace("/search", "/account"))
    with page.expect_navigation():
        page.get_by_role("button", name="Sign this account").click()
    expect(page.locator(".done")).to_contain_text("Signed.")


def test_verify_now_shows_that_everything_holds(page: Page) -> None:
    page.goto(page.url.replace("/search", "/custody"))
    page.get_by_role("button", name="Verify now").click()
    expect(page.locator(".verdict")).to_contain_text("Everything holds.", timeout=60_000)
    page.reload()
    expect(page.locator(".verdict")).to_contain_text("Everything holds.")


def test_on_a_narrow_window_columns_are_tabs_and_nothing_overflows(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    open_hit(page, "buoy")
    expect(page.locator("#stored")).to_be_visible()
    expect(page.locator("#sheet")).not_to_be_visible()
    page.get_by_role("tab", name="Picture").click()
    drawn(page)
    expect(page.locator("#sheet")).to_be_visible()
    expect(page.locator("#stored")).not_to_be_visible()
    assert "pane=picture" in page.url
    page.reload()
    expect(page.locator("#sheet")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("#note-text")).to_be_focused()
    wide = "document.documentElement.scrollWidth"
    for path in ("/search", "/search?q=survey", "/account?show=all", "/custody?events=all",
                 "/statements", "/draft"):  # fmt: skip
        page.goto(re.sub(r"/exhibit.*|/search.*|/account.*", path, page.url))
        assert page.evaluate(wide) <= 360, path
    page.goto(re.sub(r"/custody.*", "/search?q=survey", page.url))
    expect(page.locator("#facet-list")).not_to_be_visible()
    page.get_by_role("button", name="Narrow the list").click()
    expect(page.locator("#facet-list")).to_be_visible()


def test_a_statement_leads_to_its_words_and_its_speaker(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("w")
    page.wait_for_url("**/statements")
    page.get_by_label("Speaker").fill("marr")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**speaker=marr*")
    expect(page.locator(".stated blockquote")).to_have_count(1)
    expect(page.locator(".said-by b")).to_contain_text("Ines Marr")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#stored mark.place").first).to_be_visible()
    drawn(page)
    assert page.locator("svg.over rect.place").count() >= 1


def test_a_draft_stands_beside_the_page_that_it_changed(page: Page) -> None:
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/draft")
    page.locator("#draft-text").fill(f"Marr said: “{SAID.replace('were held', 'were not held')}”")
    page.get_by_role("button", name="Check it").click()
    expect(page.locator(".margin")).to_contain_text("Altered.")
    expect(page.locator(".margin")).to_contain_text("negation")
    expect(page.locator(".of-draft mark.is-altered").first).to_be_visible()
    cut_out = page.locator("svg.cut-out image").first
    picture = cut_out.get_attribute("href") or ""
    answer = page.request.get(re.sub(r"/draft.*", picture, page.url))
    assert answer.headers["content-type"] == "image/webp"


def test_nothing_jumps_while_a_page_loads(page: Page) -> None:
    page.context.add_init_script(
        "window.jumped = 0; new PerformanceObserver(list => { for (const one of list.getEntries())"
        " if (!one.hadRecentInput) window.jumped += one.value; })"
        ".observe({type: 'layout-shift', buffered: true});"
    )
    for path in ("/search?q=survey", "/account", "/custody"):
        page.goto(re.sub(r"(:\d+)/.*", rf"\1{path}", page.url))
        page.wait_for_load_state("networkidle")
        assert page.evaluate("window.jumped") < 0.01, path
    page.goto(re.sub(r"(:\d+)/.*", r"\1/search", page.url))
    open_hit(page, "buoy")
    drawn(page)
    assert page.evaluate("window.jumped") < 0.01


PAGES = ["/account?show=all&type=application%2Fzip",
         "/search", "/search?q=survey", "/search?q=zzyzx", "/search?q=(", "/account?show=all",
         "/custody?events=all", "/statements", "/draft", "draft", "reader", "regions", "/nowhere",
         "keys"]  # fmt: skip


@pytest.mark.parametrize("width", [1280, 360])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_fault_on_any_page(sitting: Sitting, scheme: Any, width: int) -> None:
    page = sitting.page()
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    axe = AXE.read_text(encoding="utf-8")
    for path in PAGES:
        page.goto(sitting.served.url + (path if path.startswith("/") else "/search"))
        if path == "reader":
            open_hit(page, "locked type:image/png")
            drawn(page)
        if path == "draft":
            page.goto(sitting.served.url + "/draft")
            page.locator("#draft-text").fill(f"“{SAID.replace('were held', 'were not held')}”")
            page.get_by_role("button", name="Check it").click()
            expect(page.locator(".margin li").first).to_be_visible()
        if path == "regions":
            open_hit(page, "dredger type:docx")
        if path == "keys":
            page.keyboard.press("Escape")
            page.keyboard.press("?")
            expect(page.locator("#help")).to_be_visible()
        page.wait_for_load_state("networkidle")
        page.evaluate(axe)
        found = page.evaluate(
            "async () => (await axe.run()).violations.map("
            "v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))"
        )
        assert found == [], f"{path} {scheme} {width}"
    sitting.wrong[:] = [text for text in sitting.wrong if "40" not in text]  # asked for on purpose


def test_without_being_let_in_the_browser_sees_a_page_that_says_how(
    chromium: Any, served: Any
) -> None:
    context = chromium.new_context()
    page = context.new_page()
    page.goto(served.url + "/search?q=survey")
    expect(page.locator("body")).to_contain_text("lets a browser in, once")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert page.evaluate("async () => (await axe.run()).violations.map(v => v.id)") == []
    context.close()


def test_the_desk_leaves_nothing_of_the_case_in_the_browser(page: Page) -> None:
    open_hit(page, "buoy")
    page.go_back()
    page.wait_for_load_state("networkidle")
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "buoy" in kept  # htmx keeps the address, as the browser's own history does
    assert "twelve" not in kept and "Nobody" not in kept and "survey" not in kept
