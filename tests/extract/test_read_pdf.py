"""PDF: the words, where they stand on the page, and what hangs on it beside them."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import made
import pikepdf
import pytest

from assay import settings
from assay.errors import NotFound
from assay.extract.member import open_member
from assay.extract.picture import draw, raster
from assay.extract.problems import Stop
from assay.model.reading import Page, Reading

XMP = b"""<?xpacket begin="" id="x"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmp:CreatorTool="Press 3"><dc:creator><rdf:Seq><rdf:li>A. Voss</rdf:li></rdf:Seq></dc:creator>
 </rdf:Description></rdf:RDF></x:xmpmeta>"""


def words_of(reading: Reading, page: Page) -> list[tuple[str, tuple[int, ...]]]:
    """(word, box) of each word of a page."""
    assert page.words is not None
    text = reading.text[page.start : page.end]
    spans = zip(page.words.starts, page.words.ends, strict=True)
    return [
        (text[start:end], page.words.boxes[4 * n : 4 * n + 4])
        for n, (start, end) in enumerate(spans)
    ]


def test_each_page_gives_its_lines() -> None:
    reading = made.read_bytes(made.pdf("Berth 4\nis closed", "second"), "a.pdf")
    assert made.page_of(reading) == "Berth 4\nis closed"
    assert made.page_of(reading, 2) == "second"
    assert (reading.pages[0].width, reading.pages[0].height) == (612, 792)
    assert reading.status == "read"


def test_a_word_has_the_box_where_it_stands() -> None:
    reading = made.read_bytes(made.pdf("one two\nthree"), "a.pdf")
    found = dict(words_of(reading, reading.pages[0]))
    assert list(found) == ["one", "two", "three"]
    left, top, right, bottom = found["one"]
    # 12 point Helvetica at 72, 700 of a page 792 high
    assert 710 <= left <= 730
    assert 780 <= top < 920 <= bottom <= 970
    assert left < right < found["two"][0]
    assert found["three"][1] > top


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_boxes_follow_the_rotation_of_the_page(turn: int, tmp_path: Path) -> None:
    body = made.pdf("BLACKWORD", rotate=turn, box=(50, 20, 450, 820))
    reading = made.read_bytes(body, "a.pdf")
    (_, box) = words_of(reading, reading.pages[0])[0]
    path = tmp_path / "a"
    path.write_bytes(body)
    picture = raster(path, 1, 72, settings.Limits()).convert("L").point(lambda v: 255 - v)
    ink = picture.getbbox()
    assert ink is not None
    # the loose box covers the ink, and not much more
    left, top, right, bottom = (n / 10 for n in box)
    assert left - 2 <= ink[0] and top - 2 <= ink[1] and right + 2 >= ink[2] and bottom + 2 >= ink[3]
    assert (right - left) * (bottom - top) < 5 * (ink[2] - ink[0]) * (ink[3] - ink[1])


def test_notes_and_fields_follow_the_text_of_their_page_without_boxes() -> None:
    body = made.pdf("body", "next", notes={0: "a note"}, fields={1: ("Ship", "MV Aurora")})
    reading = made.read_bytes(body, "a.pdf")
    assert made.page_of(reading) == "body\n\na note"
    assert made.page_of(reading, 2) == "next\n\nf: MV Aurora\nShip"
    assert [w for w, _ in words_of(reading, reading.pages[0])] == ["body"]


def changed(body: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    """A PDF with its objects changed."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(body)) as pdf:
        change(pdf)
        pdf.save(out)
    return out.getvalue()


def annotated(*marks: dict[str, object], fields: bool = False) -> bytes:
    """A PDF of one page with annotations of the keys given."""

    def put(pdf: pikepdf.Pdf) -> None:
        rows = [
            pdf.make_indirect(pikepdf.Dictionary(
                Type=pikepdf.Name.Annot, Rect=[9, 9, 99, 99],
                **{k: pikepdf.String(v) if isinstance(v, str) else v for k, v in mark.items()},
            ))
            for mark in marks
        ]  # fmt: skip
        pdf.pages[0].Annots = pikepdf.Array(rows)
        if fields:
            pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(rows))

    return changed(made.pdf("body"), put)


NOTE, WIDGET, LINK = pikepdf.Name.Text, pikepdf.Name.Widget, pikepdf.Name.Link


def test_a_note_tells_its_author_and_subject_and_is_marked_as_a_comment() -> None:
    body = annotated(
        {"Subtype": NOTE, "T": "A. Voss", "Subj": "Sticky Note", "Contents": "who paid?"},
        {"Subtype": pikepdf.Name.Highlight, "T": "A. Voss"},
        {"Subtype": pikepdf.Name.Popup, "T": "A. Voss", "Contents": "who paid?"},
    )
    reading = made.read_bytes(body, "a.pdf")
    lines = ["[Sticky Note · A. Voss] who paid?", "[highlight · A. Voss]"]
    assert reading.text == "body\n\n" + "\n".join(lines)
    assert made.kinds_of(reading) == {"comment": lines}


def test_a_box_tells_its_name_and_whether_it_is_ticked() -> None:
    name = pikepdf.Name
    box = {"Subtype": WIDGET, "FT": name.Btn}
    states = pikepdf.Dictionary(N=pikepdf.Dictionary(Paid=pikepdf.Dictionary()))
    body = annotated(
        {**box, "T": "cash", "V": name.Paid, "AS": name.Paid, "AP": states},
        {**box, "T": "cheque", "V": name.Off, "AS": name.Off, "AP": states},
        {"Subtype": WIDGET, "FT": name.Tx, "T": "sum"},
        fields=True,
    )
    text = made.read_bytes(body, "a.pdf").text
    assert text.splitlines()[2:] == ["cash: Paid", "cheque: Off", "sum:"]


def test_the_address_of_a_link_is_text_where_the_page_does_not_show_it() -> None:
    address = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("http://port.example/a"))
    body = annotated({"Subtype": LINK, "A": address}, {"Subtype": LINK, "A": address})
    assert made.read_bytes(body, "a.pdf").text == "body\n\nhttp://port.example/a"


def test_titles_of_the_outline_that_no_page_shows_are_a_page_of_their_own() -> None:
    body = made.pdf("Chapter one", "b", outline=(("Chapter  One", 0), ("Secret annex", 1)))
    reading = made.read_bytes(body, "a.pdf")
    assert [p.label for p in reading.pages] == ["", "", "Outline"]
    assert made.page_of(reading, 3) == "Secret annex"


def test_a_pdf_of_words_alone_has_no_unclaimed_part_and_one_with_a_picture_unknown_ones() -> None:
    assert made.read_bytes(made.pdf("words", notes={0: "n"}), "a.pdf").unclaimed == 0

    def picture(pdf: pikepdf.Pdf) -> None:
        image = pikepdf.Stream(pdf, bytes(200 * 200))
        image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        image.Width = image.Height = 200
        form = pikepdf.Stream(pdf, b"/Im1 Do")
        form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        form.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im1=image))
        pdf.pages[0].Resources.XObject = pikepdf.Dictionary(Fm1=form)

    assert made.read_bytes(changed(made.pdf("words" * 60), picture), "a.pdf").unclaimed is None


def test_films_private_data_and_files_beside_the_names_tree_are_named_as_unclaimed() -> None:
    def hide(pdf: pikepdf.Pdf) -> None:
        data = pikepdf.Dictionary(Private=pikepdf.Stream(pdf, b"%!PS drawing"))
        pdf.pages[0].PieceInfo = pikepdf.Dictionary(Sketch=data)
        pdf.pages[0].Thumb = pikepdf.Stream(pdf, b"\0")
        spec = pikepdf.Dictionary(Type=pikepdf.Name.Filespec, F=pikepdf.String("a.xml"))
        pdf.Root.AF = pikepdf.Array([pdf.make_indirect(spec)])

    film = annotated({"Subtype": pikepdf.Name.RichMedia})
    reading = made.read_bytes(changed(film, hide), "a.pdf")
    assert {p.where for p in reading.problems} == {
        "page 1", "associated files", "sets of private data of a program",
        "small pictures of pages",
    }  # fmt: skip
    assert reading.unclaimed == 4


def test_scripts_are_metadata_and_words_for_figures_are_text() -> None:
    def speak(pdf: pikepdf.Pdf) -> None:
        script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
        pdf.Root.OpenAction = script
        figure = pikepdf.Dictionary(S=pikepdf.Name.Figure, Alt=pikepdf.String("C:/voss/map.png"))
        pdf.Root.StructTreeRoot = pikepdf.Dictionary(K=pikepdf.Array([figure]))

    reading = made.read_bytes(changed(made.pdf("words"), speak), "a.pdf")
    assert ("pdf:script", "app.alert(1)") in reading.metadata.found
    assert made.page_of(reading, 2) == "C:/voss/map.png"
    assert reading.unclaimed == 0


def test_metadata_of_the_dictionary_and_of_xmp_is_found() -> None:
    info = {"Title": "Order 17", "CreationDate": "D:20190314093000+01'00'", "Scanner": "S-1"}
    metadata = made.read_bytes(made.pdf("x", info=info, xmp=XMP), "a.pdf").metadata
    assert (metadata.title, metadata.author) == ("Order 17", "A. Voss")
    assert metadata.created == "2019-03-14T08:30:00Z"
    assert ("pdf:Scanner", "S-1") in metadata.found
    assert ("xmp:xmp:CreatorTool", "Press 3") in metadata.found


def test_the_outline_points_to_pages() -> None:
    body = made.pdf("a", "b", outline=(("First", 0), ("Second", 1)))
    assert made.read_bytes(body, "a.pdf").outline == ((0, "First", 1), (0, "Second", 2))


def test_attachments_are_members_that_can_be_opened_again(tmp_path: Path) -> None:
    body = made.pdf("x", attachments={"ledger.csv": b"a,b", "notes.txt": b"words"})
    reading = made.read_bytes(body, "a.pdf")
    assert [m.name for m in reading.members] == [(b"ledger.csv",), (b"notes.txt",)]
    path = tmp_path / "a"
    path.write_bytes(body)
    assert open_member(path, 1, tmp_path, settings.Limits()).read_bytes() == b"words"
    with pytest.raises(NotFound):
        open_member(path, 2, tmp_path, settings.Limits())


def test_a_password_that_is_given_opens_the_file_and_marks_its_members() -> None:
    body = made.pdf("secret words", password="tide", attachments={"a.txt": b"a"})
    reading = made.read_bytes(body, "a.pdf", passwords=("wrong", "tide"))
    assert reading.text == "secret words"
    assert reading.members[0].secret
    assert reading.status == "read"


def test_a_wrong_password_leaves_it_unread() -> None:
    reading = made.read_bytes(made.pdf("x", password="tide"), "a.pdf", passwords=("wrong",))
    assert (reading.status, made.codes(reading)) == ("unread", {"encrypted"})


def test_a_page_of_a_picture_waits_for_ocr() -> None:
    reading = made.read_bytes(made.pdf("", picture=True), "a.pdf")
    assert reading.pages[0].wants_ocr
    assert reading.status == "read"


def test_a_stamp_over_a_scan_does_not_keep_it_from_ocr() -> None:
    assert made.read_bytes(made.pdf("EXHIBIT No. 000123", picture=True), "a").pages[0].wants_ocr


def test_a_page_of_text_over_a_picture_does_not_wait() -> None:
    words = "\n".join("a line of quite ordinary words" for _ in range(20))
    assert not made.read_bytes(made.pdf(words, picture=True), "a").pages[0].wants_ocr


def test_an_empty_page_does_not_wait_for_ocr() -> None:
    assert not made.read_bytes(made.pdf("", "text"), "a.pdf").pages[0].wants_ocr


def test_a_page_is_drawn_as_webp_of_the_width_asked_for(tmp_path: Path) -> None:
    import io

    from PIL import Image

    path = tmp_path / "a"
    path.write_bytes(made.pdf("drawn"))
    body = draw(path, 1, 300, settings.Limits())
    with Image.open(io.BytesIO(body)) as picture:
        assert (picture.format, picture.width) == ("WEBP", 300)
    with pytest.raises(NotFound):
        draw(path, 2, 300, settings.Limits())


def test_a_page_with_more_pixels_than_allowed_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(made.pdf("drawn", box=(0, 0, 14000, 14000)))
    with pytest.raises(Stop, match="limit_pixels"):
        raster(path, 1, 200, settings.Limits(pixels=1_000_000))


def test_text_has_no_page_to_draw(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"words")
    with pytest.raises(NotFound):
        draw(path, 1, 300, settings.Limits())


def drawn(out: pikepdf.Pdf, words: str) -> pikepdf.Object:
    """An appearance that shows words."""
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1)
    font.BaseFont = pikepdf.Name.Helvetica
    stream = out.make_stream(f"BT /F1 10 Tf 2 5 Td ({words}) Tj ET".encode())
    stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
    stream.BBox = [0, 0, 300, 20]
    stream.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    return pikepdf.Dictionary(N=stream)


def with_annotations(*given: dict[str, object]) -> bytes:
    """A page with words of its own, and annotations; those with a field type are fields too."""
    with pikepdf.open(io.BytesIO(made.pdf("Words of the page"))) as out:
        marks = []
        for number, entries in enumerate(given):
            words = entries.pop("words", "")
            mark = pikepdf.Dictionary(Type=pikepdf.Name.Annot, F=4, **entries)
            mark.Rect = [72, 100 + 30 * number, 372, 120 + 30 * number]
            if words:
                mark.AP = drawn(out, str(words))
            marks.append(out.make_indirect(mark))
        out.pages[0].obj.Annots = pikepdf.Array(marks)
        fields = [mark for mark in marks if "/FT" in mark]
        if fields:
            out.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array(fields))
        body = io.BytesIO()
        out.save(body)
    return body.getvalue()


def test_what_a_stamp_alone_draws_is_read_with_its_page() -> None:
    stamp = {"Subtype": pikepdf.Name.Stamp, "words": "RECEIVED 14 March"}
    said = {"Subtype": pikepdf.Name.FreeText, "Contents": "who knew", "words": "who knew"}
    reading = made.read_bytes(with_annotations(stamp, said), "a.pdf")
    text = made.page_of(reading)
    assert "RECEIVED 14 March" in text
    assert text.count("Words of the page") == 1
    assert reading.status == "read"


def test_a_signature_gives_what_its_seal_shows_and_what_it_says_of_itself() -> None:
    value = pikepdf.Dictionary(
        Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], Name="Ana Voß", Reason="I approve",
        M="D:20190314090000+01'00'", Location="Port",
    )  # fmt: skip
    seal = {
        "Subtype": pikepdf.Name.Widget, "FT": pikepdf.Name.Sig, "T": "Signature1", "V": value,
        "words": "Digitally signed",
    }  # fmt: skip
    reading = made.read_bytes(with_annotations(seal), "a.pdf")
    assert "Digitally signed" in made.page_of(reading)
    assert made.page_of(reading, 2) == "[signed · Ana Voß · 2019-03-14T08:00:00Z · Port] I approve"
    assert reading.pages[1].label == "Signatures"


def test_a_list_gives_the_names_of_its_choices_beside_the_value_that_it_stores() -> None:
    choice = {
        "Subtype": pikepdf.Name.Widget, "FT": pikepdf.Name.Ch, "T": "port", "V": "DEHAM",
        "Ff": 1 << 17, "Opt": pikepdf.Array([pikepdf.Array(["DEHAM", "Hamburg"])]),
        "words": "Hamburg",
    }  # fmt: skip
    reading = made.read_bytes(with_annotations(choice), "a.pdf")
    assert "port: DEHAM" in reading.text
    assert "Hamburg" in reading.text


def test_forms_of_an_attachment_for_other_systems_are_named() -> None:
    with pikepdf.open(io.BytesIO(made.pdf("one", attachments={"a.txt": b"one"}))) as out:
        tree = out.Root.Names.EmbeddedFiles.Names
        tree[1].EF.Mac = out.make_stream(b"another")
        body = io.BytesIO()
        out.save(body)
    reading = made.read_bytes(body.getvalue(), "a.pdf")
    assert [p.where for p in reading.problems] == [
        "attachments in another form for another system"]  # fmt: skip
