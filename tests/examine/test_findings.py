"""Detectors against files made to hold what they look for, and files that are innocent."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import msgspec
import pikepdf
import pytest

from assay import settings
from assay.examine import examine as room
from assay.examine.examine import cards, examine, look_into
from assay.examine.moments import moment, slack
from assay.examine.releases import released
from assay.examine.revisions import ends_of
from assay.examine.subject import Subject
from assay.extract.read import read
from assay.model.finding import Examination, Finding
from assay.model.reading import Metadata
from assay.testing.makers import pdf as makers

NOW = "2026-01-01T00:00:00+00:00"


def subject(folder: Path, body: bytes, media: str = "application/pdf", **about: object) -> Subject:
    path = folder / "exhibit"
    path.write_bytes(body)
    metadata = msgspec.convert(about, Metadata)
    return Subject.of(path, media, metadata, settings.Limits(), NOW)


def seen(folder: Path, body: bytes) -> tuple[Finding, ...]:
    found = look_into(subject(folder, body))
    assert found.failed == ()
    return found.findings


def odds(folder: Path, media: str = "application/pdf", **about: object) -> list[str]:
    return [f.code for f in examine(subject(folder, b"x", media, **about)).findings]


# ---------------------------------------------------------------- revisions


def two_states() -> bytes:
    return makers.pdf_with_revision(
        [["The director ordered the survey withheld."]], [["It was decided to withhold it."]]
    )


def test_the_earlier_wording_of_a_pdf_that_was_saved_on_top_is_recovered(tmp_path: Path) -> None:
    found = [f for f in seen(tmp_path, two_states()) if f.code == "pdf_earlier_revision"]
    assert [(f.notice, f.where, f.page) for f in found] == [("high", "revision 1 of 2", 1)]
    assert any("ordered the survey" in words for words in found[0].exact if words[0] == "-")
    assert any("It was decided" in words for words in found[0].exact if words[0] == "+")


def test_the_command_by_hand_cuts_the_file_where_the_earlier_state_ends(tmp_path: Path) -> None:
    body = two_states()
    found = next(f for f in seen(tmp_path, body) if f.code == "pdf_earlier_revision")
    match = re.search(r"head -c (\d+)", found.by_hand)
    assert match
    with pikepdf.open(io.BytesIO(body[: int(match[1])])) as earlier:
        assert len(earlier.pages) == 1


def test_a_pdf_that_was_saved_once_has_no_earlier_revision(tmp_path: Path) -> None:
    body = makers.pdf([["One state."]])
    assert len(ends_of(body)) == 1
    assert not [f for f in seen(tmp_path, body) if f.code == "pdf_earlier_revision"]


def test_a_linearised_pdf_has_one_state_although_it_ends_twice(tmp_path: Path) -> None:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(makers.pdf([["One."], ["Two."]]))) as document:
        document.save(out, linearize=True)
    assert out.getvalue().count(b"%%EOF") == 2
    assert len(ends_of(out.getvalue())) == 1


def test_a_pdf_that_is_packed_inside_another_is_no_revision_of_it() -> None:
    inner = makers.pdf([["Inside."]])
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(makers.pdf([["Outside."]]))) as document:
        document.Root.Packed = document.make_indirect(pikepdf.Stream(document, inner))
        document.save(
            out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none
        )
    assert out.getvalue().count(b"%%EOF") == 2
    assert len(ends_of(out.getvalue())) == 1


def test_a_picture_that_was_taken_off_a_page_is_said(tmp_path: Path) -> None:
    from PIL import Image

    scan = Image.effect_noise((60, 60), 90).convert("RGB")
    first = makers.scanned_pdf([scan])
    with pikepdf.open(io.BytesIO(first)) as document:
        number = document.pages[0].obj.Contents.objgen[0]
        size, root = int(document.trailer.Size), document.Root.objgen[0]
    before = int(re.findall(rb"startxref\s+(\d+)", first)[-1])
    place = len(first)
    later = first + b"%d 0 obj\n<< /Length 1 >>\nstream\n \nendstream\nendobj\n" % number
    table = len(later)
    later += b"xref\n%d 1\n%010d 00000 n \n" % (number, place)
    later += b"trailer\n<< /Size %d /Root %d 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (
        size, root, before, table,
    )  # fmt: skip
    found = [f for f in seen(tmp_path, later) if f.code == "pdf_earlier_revision"]
    assert [f.notice for f in found] == ["high"]
    assert "1 picture of it are not in the last state" in found[0].observed


# ---------------------------------------------------------------- covered text


def test_words_under_a_black_box_are_found_with_their_place(tmp_path: Path) -> None:
    body = makers.badly_redacted_pdf(
        [["The witness is Mira Halloran of Quay 4."]], ["Mira Halloran"]
    )
    found = [f for f in seen(tmp_path, body) if f.code == "pdf_text_covered"]
    assert [(f.notice, f.where, f.page) for f in found] == [("high", "page 1", 1)]
    assert "".join(found[0].exact).replace(" ", "") == "MiraHalloran"
    assert len(found[0].boxes) == 4 * len(found[0].exact)
    left, top, right, bottom = found[0].boxes[:4]
    assert 0 < left < right < 6000
    assert 0 < top < bottom < 8500


def test_a_page_without_boxes_has_no_covered_text(tmp_path: Path) -> None:
    assert not seen(tmp_path, makers.pdf([["The witness is Mira Halloran of Quay 4."]]))


def drawn(content: bytes) -> bytes:
    """A page of 200 x 100 points with this content, in Helvetica."""
    out = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page(page_size=(200, 100))
        font = pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
        page = document.pages[0]
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        page.Contents = pikepdf.Stream(document, content)
        document.save(out)
    return out.getvalue()


TEXT = b"BT /F 20 Tf 20 40 Td (Halloran) Tj ET "
BOX = b"10 30 150 40 re f "


@pytest.mark.parametrize(
    ("law", "content", "covered"),
    [
        ("a box over text hides it", TEXT + BOX, True),
        ("a white box over text hides it too", TEXT + b"1 g " + BOX, True),
        ("a shaded cell under text hides nothing", b".8 g " + BOX + b"0 g " + TEXT, False),
        ("black text on a box of the same black is hidden", BOX + TEXT, True),
        ("white text on a black box is read", BOX + b"1 g " + TEXT, False),
        ("a frame hides nothing", TEXT + b"10 30 150 40 re S ", False),
        ("a box beside text hides nothing", TEXT + b"150 80 40 10 re f ", False),
        ("text that is never painted is not covered", b"3 Tr " + TEXT + BOX, False),
    ],
)
def test_text_counts_as_covered_only_where_nobody_can_see_it(
    tmp_path: Path, law: str, content: bytes, covered: bool
) -> None:
    found = [f for f in seen(tmp_path, drawn(content)) if f.code == "pdf_text_covered"]
    assert bool(found) == covered, law
    if covered:
        assert found[0].exact == ("Halloran",)


def test_a_label_on_a_redaction_is_worth_less_notice_than_a_name(tmp_path: Path) -> None:
    label = TEXT.replace(b"Halloran", b"REDACTED")
    found = [f for f in seen(tmp_path, drawn(label + BOX)) if f.code == "pdf_text_covered"]
    assert [f.notice for f in found] == ["low"]


# ---------------------------------------------------------------- metadata at odds


def test_a_file_changed_before_it_was_created_is_said(tmp_path: Path) -> None:
    assert odds(tmp_path, created="2019-05-01T10:00:00Z", modified="2018-05-01T10:00:00Z") == [
        "dates_out_of_order"
    ]


def test_dates_without_a_zone_may_differ_by_what_zones_differ(tmp_path: Path) -> None:
    assert not odds(tmp_path, created="2019-05-01T10:00:00", modified="2019-05-01T01:00:00")


def test_a_date_that_has_not_come_is_said(tmp_path: Path) -> None:
    assert odds(tmp_path, created="2031-05-01T10:00:00Z") == ["date_ahead"]


def test_two_dates_for_one_event_are_said(tmp_path: Path) -> None:
    found = (("pdf:CreationDate", "D:20190501100000Z"), ("xmp:xmp:CreateDate", "2017-01-01T00:00Z"))
    assert odds(tmp_path, found=found) == ["dates_differ_inside"]


def test_a_file_dated_before_its_program_came_out_is_said(tmp_path: Path) -> None:
    found = (("pdf:Producer", "LibreOffice 7.4"),)
    assert odds(tmp_path, created="2016-05-01T10:00:00Z", found=found) == ["date_before_program"]
    assert not odds(tmp_path, created="2023-05-01T10:00:00Z", found=found)


def test_a_program_whose_version_is_not_known_gives_no_finding() -> None:
    assert released("Harbour Writer 3") is None
    assert released("Microsoft® Word 2016") == ("Microsoft® Word 2016", "2015-03")


def test_a_name_that_says_another_type_is_said(tmp_path: Path) -> None:
    found = (("name-disagrees", ".jpg but application/pdf"),)
    assert odds(tmp_path, found=found) == ["type_against_name"]


def test_a_mail_that_was_taken_before_it_was_sent_is_said(tmp_path: Path) -> None:
    hop = "from a by b; Mon, 4 Mar 2019 09:00:00 +0100"
    found = (("header:Date", "Tue, 5 Mar 2019 09:00:00 +0100"), ("header:Received", hop))
    assert odds(tmp_path, "message/rfc822", found=found) == ["mail_dates_at_odds"]
    agreed = (("header:Date", "Mon, 4 Mar 2019 08:58:00 +0100"), ("header:Received", hop))
    assert not odds(tmp_path, "message/rfc822", found=agreed)


def test_more_editing_than_time_is_said(tmp_path: Path) -> None:
    about = {"created": "2019-05-01T10:00:00Z", "modified": "2019-05-01T11:00:00Z"}
    assert odds(tmp_path, found=(("app:TotalTime", "600"),), **about) == ["editing_time_too_long"]
    assert not odds(tmp_path, found=(("app:TotalTime", "50"),), **about)


def test_a_pdf_that_uses_more_than_its_version_and_its_dates_know_is_said(tmp_path: Path) -> None:
    body = b"%PDF-1.3\n1 0 obj\n<< /Type /ObjStm >>\nendobj\n"
    found = examine(subject(tmp_path, body, created="1999-01-01T00:00:00Z")).findings
    assert {f.code for f in found} == {"pdf_newer_than_version", "date_before_format"}


# ---------------------------------------------------------------- the room


def test_a_detector_that_raises_is_named_and_the_others_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(of: Subject) -> list[Finding]:
        raise ValueError

    monkeypatch.setattr("assay.examine.revisions.find_revisions", broken)
    body = makers.badly_redacted_pdf([["Mira Halloran spoke."]], ["Mira Halloran"])
    found = look_into(subject(tmp_path, body))
    assert found.failed == (("revisions", "ValueError"),)
    assert [f.code for f in found.findings] == ["pdf_text_covered"]


def test_every_finding_says_both_readings_its_limits_and_a_way_to_check(tmp_path: Path) -> None:
    found = seen(tmp_path, two_states())
    assert found
    for finding in found:
        for text in (finding.observed, finding.innocent, finding.suspicious, finding.limits,
                     finding.by_hand):  # fmt: skip
            assert text.strip()


def test_a_type_without_a_detector_for_its_bytes_is_not_opened_again(tmp_path: Path) -> None:
    assert not room.wants_look(subject(tmp_path, b"words", "text/plain"))
    assert look_into(subject(tmp_path, b"words", "text/plain")) == Examination()


def test_every_detector_has_a_card_with_its_limits() -> None:
    assert all(card.limits and not card.network for card in cards())


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("D:20191126093000+08'00'", "2019-11-26 01:30 UTC"),
        ("2019-11-26T09:30:00-05:00", "2019-11-26 14:30 UTC"),
        ("2019:11:26 09:30:00", "2019-11-26 09:30 (no zone)"),
        ("20191126", "2019-11-26 00:00 (no zone)"),
    ],
)
def test_a_date_as_formats_write_it_is_one_moment(text: str, utc: str) -> None:
    assert str(moment(text)) == utc


@pytest.mark.parametrize("text", ["", "spring", "2019-13-45", "D:2019", None])
def test_what_is_no_date_is_no_moment(text: str | None) -> None:
    assert moment(text) is None


def test_moments_with_zones_are_compared_by_the_minute() -> None:
    sure, unsure = moment("2019-11-26T09:30Z"), moment("2019-11-26 09:30")
    assert sure and unsure
    assert slack(sure).total_seconds() < slack(sure, unsure).total_seconds()


def within(of: Subject, **limits: int) -> Subject:
    """The subject under other limits."""
    return replace(of, limits=msgspec.structs.replace(settings.Limits(), **limits))


def test_a_page_with_more_than_a_detector_looks_at_is_said_and_the_rest_examined(
    tmp_path: Path,
) -> None:
    found = look_into(within(subject(tmp_path, drawn(TEXT + BOX)), page_objects=1))
    said = "met limits.page_objects: the rest was not looked at"
    assert found.failed == (("covered", said),)


def test_more_earlier_states_than_are_opened_is_said(tmp_path: Path) -> None:
    found = look_into(within(subject(tmp_path, two_states()), states=0))
    assert ("revisions", "met limits.states: the rest was not looked at") in found.failed


def test_a_state_with_more_objects_than_are_looked_at_is_said(tmp_path: Path) -> None:
    found = look_into(within(subject(tmp_path, two_states()), page_objects=0))
    assert ("revisions", "met limits.page_objects: the rest was not looked at") in found.failed
    assert found.findings


# ---------------------------------------------------------------- seen while it is read


def watched(folder: Path, body: bytes) -> Subject:
    """The subject as its reading leaves it: with the pages that have to be looked at."""
    path = folder / "exhibit"
    path.write_bytes(body)
    watch = room.PageWatch(settings.Limits())
    read(path, b"exhibit.pdf", folder, settings.Limits(), settings.Reading(), watch=watch)
    assert not watch.failed
    return replace(subject(folder, body), pages=tuple(watch.pages))


def test_a_pdf_with_nothing_over_its_words_and_one_state_is_not_opened_again(
    tmp_path: Path,
) -> None:
    assert not room.wants_look(watched(tmp_path, makers.pdf([["Nothing to see."]])))


def test_pages_that_are_kept_while_reading_give_what_a_look_at_all_gives(tmp_path: Path) -> None:
    body = makers.badly_redacted_pdf([["Clean."], ["Mira Halloran spoke."]], ["Mira Halloran"])
    found = watched(tmp_path, body)
    assert found.pages == (1,)
    assert room.wants_look(found)
    assert look_into(found) == look_into(subject(tmp_path, body))
    assert look_into(found).findings


def test_an_earlier_state_is_looked_into_though_no_page_is(tmp_path: Path) -> None:
    found = watched(tmp_path, two_states())
    assert found.pages == ()
    assert room.wants_look(found)
    assert look_into(found) == look_into(subject(tmp_path, two_states()))


def test_a_watch_that_fails_has_all_pages_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("assay.examine.covered.may_hold_covered")
    watch = room.PageWatch(settings.Limits())
    watch(0, None)
    assert watch.failed
