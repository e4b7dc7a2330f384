"""Footnotes to paste, and a DOCX whose comments our own reader sees."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import pytest

from assay import settings
from assay.corroborate.commented import NotCommented, comment_on, new_docx
from assay.corroborate.draft import check
from assay.corroborate.sources import Held, Page
from assay.corroborate.wording import footnotes, with_footnotes
from assay.extract.read import read
from assay.model.draft import Check
from assay.model.reading import Reading
from assay.model.statement import Heard
from assay.testing.makers import docx

SOURCE = "The ferry sank in 1931 with forty barrels of salt. Nobody was hurt, but the pier fell."
CASE = Held([Page("sha256:" + "ab" * 32, "log/ferry.txt", 3, SOURCE)])
DRAFT = (
    "It was long ago.\n"
    "“The ferry sank in 1931 with forty barrels of salt,” says the log.\n"
    "It goes on: “The ferry sank in 1932 with forty barrels of salt”.\n"
    "A whale, says another, “was seen by all three clerks of the port”."
)
AT = "2031-05-02T08:00:00Z"


def checks_of(text: str) -> list[Check]:
    return check(text, Heard(), CASE)


def read_docx(body: bytes) -> Reading:
    with tempfile.TemporaryDirectory() as folder:
        path, scratch = Path(folder) / "bytes", Path(folder) / "scratch"
        path.write_bytes(body)
        scratch.mkdir()
        return read(path, b"a.docx", scratch, settings.Limits(), settings.Reading(), (), 0)


def words_of(reading: Reading) -> str:
    return reading.text.split("[comment")[0].strip()


def test_a_footnote_names_path_page_and_digest_and_never_covers_a_fault() -> None:
    one, two = footnotes(checks_of(DRAFT))
    assert one.text.startswith("log/ferry.txt, p. 3 (sha256:abababababab, characters 0–49")
    assert "Altered" not in one.text
    assert "Altered. Number: the draft has “1932”, the source “1931”." in two.text


def test_the_marks_of_footnotes_stand_behind_the_closing_mark() -> None:
    written = with_footnotes(DRAFT, checks_of(DRAFT))
    assert "of salt,”[^1] says" in written
    assert "of salt”.[^2]" in written
    assert written.rstrip().splitlines()[-2].startswith("[^1]: log/ferry.txt")


def test_a_draft_without_quotations_has_no_footnotes() -> None:
    assert with_footnotes("Nothing here.", checks_of("Nothing here.")) == "Nothing here."


def test_a_docx_of_plain_text_has_the_words_and_a_comment_for_each_quotation() -> None:
    reading = read_docx(new_docx(DRAFT, checks_of(DRAFT), author="Draft check", at=AT))
    assert words_of(reading).split() == DRAFT.split()
    comments = reading.text.split("[comment")[1:]
    assert len(comments) == 3
    assert all("Draft check" in comment for comment in comments)
    assert "Word for word" in comments[0]
    assert "“1932”" in comments[1]
    assert "Not found" in comments[2]


def test_a_comment_is_anchored_at_the_words_it_is_about() -> None:
    body = new_docx(DRAFT, checks_of(DRAFT), author="d", at=AT)
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        document = package.read("word/document.xml").decode()
    inside = document.split('commentRangeStart w:id="1"')[1].split('commentRangeEnd w:id="1"')[0]
    assert "The ferry sank in 1932 with forty barrels of salt" in inside
    assert "says" not in inside


def test_a_copy_of_a_docx_keeps_its_words_and_its_own_comments() -> None:
    lines = DRAFT.split("\n")
    original = docx.docx(lines, comments=["look here"], footnotes=["a note"], deleted=["gone"])
    text = read_docx(original).text
    done = comment_on(original, text, checks_of(text), author="d", at=AT)
    again = read_docx(done.body)
    assert words_of(again) == words_of(read_docx(original))
    assert again.text.count("[comment") == 4
    assert "look here" in again.text
    assert done.unplaced == ()
    assert again.status == "read"


def test_equal_words_get_their_comments_where_each_stands() -> None:
    quote = "“forty barrels of salt”"
    draft = f"First {quote} here.\nThen {quote} there."
    body = new_docx(draft, checks_of(draft), author="d", at=AT)
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        document = package.read("word/document.xml").decode()
    first, second = document.split("Then ")
    assert 'commentRangeStart w:id="0"' in first
    assert 'commentRangeStart w:id="1"' in second


def test_words_that_stand_outside_the_body_are_told_at_its_end() -> None:
    original = docx.docx(["The body says nothing."])
    text = "“The ferry sank in 1931 with forty barrels of salt”"
    done = comment_on(original, text, checks_of(text), author="d", at=AT)
    assert [one.text for one in done.unplaced] == [text[1:-1]]
    assert "“The ferry sank in 1931" in read_docx(done.body).text


@pytest.mark.parametrize("body", [b"", b"no zip", docx.docx(["x"])[:200]])
def test_what_is_no_docx_is_refused_and_not_spoiled(body: bytes) -> None:
    with pytest.raises(NotCommented):
        comment_on(body, "x", [], author="d", at=AT)


def test_a_copy_says_nothing_of_when_it_was_made_beyond_its_comments() -> None:
    body = new_docx("x", [], author="d", at=AT)
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        assert {info.date_time for info in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
