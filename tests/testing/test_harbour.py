"""The sample leak holds what its ground truth says, as readers see it that know neither."""

import email
import email.policy
import hashlib
import io
import mailbox
import os
import zipfile
from pathlib import Path

import lxml.etree
import lxml.html
import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from assay.testing.leak import builder, harbour
from assay.testing.leak.builder import LeakBuilder
from assay.testing.leak.truth import FileTruth, GroundTruth, holds, truth_from_json
from assay.testing.makers import fonts, pdf

pytestmark = pytest.mark.needs("fonts-noto-core", "fonts-noto-cjk", "libarchive13")


@pytest.fixture(scope="module")
def leak() -> LeakBuilder:
    return harbour.harbour()


@pytest.fixture(scope="module")
def truth(leak: LeakBuilder) -> GroundTruth:
    return leak.truth()


@pytest.fixture(scope="module")
def folder(leak: LeakBuilder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("harbour")
    leak.write(place)
    return place


def raw_of(file: FileTruth) -> bytes:
    import base64

    return base64.b64decode(file.raw_b64) if file.raw_b64 else file.path.encode()


def pages_of(body: bytes, file: FileTruth) -> list[str]:
    """The text of each page by readers other than Assay's; one page where there are none."""
    kind = file.type
    if kind == "application/pdf":
        document = pypdfium2.PdfDocument(body)
        try:
            return [page.get_textpage().get_text_range() for page in document]
        finally:
            document.close()
    if "wordprocessingml" in kind or "opendocument.text" in kind:
        part = "word/document.xml" if "wordprocessingml" in kind else "content.xml"
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            return ["".join(lxml.etree.fromstring(package.read(part)).itertext())]
    if "spreadsheet" in kind:
        book = CalamineWorkbook.from_filelike(io.BytesIO(body))
        return [
            "\n".join(str(c) for row in book.get_sheet_by_name(n).to_python() for c in row)
            for n in book.sheet_names
        ]
    if "presentationml" in kind:
        with zipfile.ZipFile(io.BytesIO(body)) as package:
            names = package.namelist()
            texts = []
            for number in range(1, (file.pages or 0) + 1):
                parts = [f"ppt/slides/slide{number}.xml", f"ppt/notesSlides/notesSlide{number}.xml"]
                roots = [lxml.etree.fromstring(package.read(p)) for p in parts if p in names]
                texts.append("".join("".join(root.itertext()) for root in roots))
            return texts
    if kind == "text/html":
        page = lxml.html.fromstring(body)
        return [page.text_content()]
    if kind == "message/rfc822":
        message = email.message_from_bytes(body, policy=email.policy.default)
        part = message.get_body(("plain",))
        assert part is not None
        return [f"{message['Subject']}\n{part.get_content()}"]
    if kind == "application/rtf":
        return [decode_rtf(body)]
    for charset in ("utf-8", "utf-16", "gb18030", "koi8-r", "cp1251", "cp1256"):
        try:
            text = body.decode(charset)
        except UnicodeDecodeError:
            continue
        if all(holds(text, s) for s in file.sentences):
            return [text]
    return [""]


def decode_rtf(body: bytes) -> str:
    import re

    source = body.decode("ascii")
    found = re.search(r"ansicpg(\d+)", source)
    assert found is not None
    encoding = "gbk" if found[1] == "936" else f"cp{found[1]}"
    source = re.sub(
        r"(?:\\'[0-9a-f]{2})+",
        lambda m: bytes.fromhex(m[0].replace("\\'", "")).decode(encoding),
        source,
    )
    source = re.sub(r"\\u(-?\d+)\?", lambda m: chr(int(m[1]) & 0xFFFF), source)
    return re.sub(r"\\[a-z]+-?\d* ?", "\n", source)


def test_the_leak_has_about_eighty_files_in_five_languages(truth: GroundTruth) -> None:
    assert 75 <= len(truth.files) <= 110
    assert truth.left_out == ()
    for language in ("eng", "zho", "uig", "rus", "ara"):
        assert sum(language in file.languages for file in truth.files) >= 7, language
    assert {n for file in truth.files for n in file.special} >= {
        "encrypted",
        "truncated",
        "bomb",
        "earlier revision",
        "bad redaction",
        "altered copy",
        "odd name",
        "empty",
        "symlink",
        "hidden sheet",
        "attachment",
        "form",
    }


def test_two_builds_give_the_same_bytes_and_the_same_truth(leak: LeakBuilder) -> None:
    again = harbour.harbour()
    assert again.bodies() == leak.bodies()
    assert again.truth().to_json() == leak.truth().to_json()


def test_the_truth_survives_json(truth: GroundTruth) -> None:
    assert truth_from_json(truth.to_json()) == truth


def test_every_file_on_disk_has_a_truth_with_its_digest_and_no_other(
    truth: GroundTruth, folder: Path
) -> None:
    root = os.fsencode(folder)
    found = {
        os.path.relpath(os.path.join(base, name), root)
        for base, _, names in os.walk(root)
        for name in names
    }
    assert found == {raw_of(file) for file in truth.files}
    for file in truth.files:
        place = os.path.join(root, raw_of(file))
        if file.link:
            assert os.readlink(place) == file.link.encode()
            continue
        with open(place, "rb") as stream:
            body = stream.read()
        assert (len(body), "sha256:" + hashlib.sha256(body).hexdigest()) == (file.size, file.digest)


def test_every_key_sentence_is_in_its_file_on_its_page(
    truth: GroundTruth, leak: LeakBuilder
) -> None:
    bodies = leak.bodies()
    checked = 0
    for file in truth.files:
        if file.scan or not file.sentences:
            continue
        pages = pages_of(bodies[raw_of(file)], file)
        for sentence in file.sentences:
            assert holds(pages[sentence.page - 1], sentence), (file.path, sentence)
            checked += 1
    assert checked > 90


def test_scans_hold_no_text(truth: GroundTruth, leak: LeakBuilder) -> None:
    bodies = leak.bodies()
    scans = [file for file in truth.files if file.scan]
    assert {file.type for file in scans} == {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "image/tiff",
    }
    for file in scans:
        if file.type == "application/pdf":
            assert "".join(pages_of(bodies[raw_of(file)], file)).strip() == ""


def test_members_of_mails_and_archives_have_the_digests_of_the_truth(
    truth: GroundTruth, folder: Path
) -> None:
    def attached(message: email.message.Message) -> list[bytes]:
        return [
            part.get_payload(decode=True)
            for part in message.walk()
            if part.get_content_disposition() == "attachment"
            and part.get_content_type() != "message/rfc822"
        ]

    met: set[str] = set()
    for path in folder.joinpath("mail").iterdir():
        if path.suffix == ".mbox":
            box = mailbox.mbox(path)
            bodies = [body for message in box for body in attached(message)]
            box.close()
        else:
            bodies = attached(email.message_from_bytes(path.read_bytes()))
        for body in bodies:
            met.add("sha256:" + hashlib.sha256(body).hexdigest())
            if body[:2] == b"PK" and b"[Content_Types]" not in body:
                with zipfile.ZipFile(io.BytesIO(body)) as package:
                    for name in package.namelist():
                        inner = package.read(name)
                        met.add("sha256:" + hashlib.sha256(inner).hexdigest())
    promised = {
        member.digest
        for file in truth.files
        if file.path.startswith("mail/")
        for member in GroundTruth("", "", (file,)).every()[1:]
        if member.type != "message/rfc822" and "bank.zip!/" not in member.path
    }
    assert promised and promised <= met


def test_a_zip_lies_in_a_zip_in_a_mail_in_a_mailbox(truth: GroundTruth) -> None:
    file = truth.at("mail/sandt.mbox!/000003.eml!/vouchers.zip!/bank.zip!/account holders.txt")
    assert file.sentences and file.digest


def test_same_bytes_altered_copy_and_copied_text_are_what_they_are_called(
    truth: GroundTruth, leak: LeakBuilder
) -> None:
    bodies = leak.bodies()
    twins = [file for file in truth.files if file.same_as]
    assert twins and all(truth.at(file.same_as).digest == file.digest for file in twins)
    (altered,) = (file for file in truth.files if file.altered_from)
    first = truth.at(altered.altered_from)
    texts = [" ".join(pages_of(bodies[raw_of(f)], f)) for f in (first, altered)]
    assert "9.4 metres, at buoy E12" in texts[0] and "11.4 metres, at buoy E12" in texts[1]
    copies = [file for file in truth.files if file.copies]
    assert len(copies) == 2
    shared = "measured 9.4 metres of water at buoy E12"
    for file in (*copies, truth.at(copies[0].copies)):
        assert holds(pages_of(bodies[raw_of(file)], file)[0], shared)


def test_the_password_of_the_locked_report_is_said_in_a_mail(
    truth: GroundTruth, leak: LeakBuilder
) -> None:
    locked = truth.at("board/Internal audit 2019-01.pdf")
    assert locked.password.encode() in leak.bodies()[b"mail/sandt.mbox"]
    body = leak.bodies()[raw_of(locked)]
    with pytest.raises(pypdfium2.PdfiumError):
        pypdfium2.PdfDocument(body)
    document = pypdfium2.PdfDocument(body, password=locked.password)
    assert holds(document[0].get_textpage().get_text_range(), locked.hidden[0])
    document.close()
    assert harbour.STATEMENTS_PASSWORD == "kaimbank" + "7731"
    with zipfile.ZipFile(io.BytesIO(leak.bodies()[b"finance/Kaimbank statements.zip"])) as bank:
        assert b"repayment" in bank.read("statement 2018-06.txt", b"kaimbank7731")


def test_hidden_words_are_in_the_file_and_not_in_its_shown_text(
    truth: GroundTruth, leak: LeakBuilder
) -> None:
    briefing = truth.at("board/Briefing for the Council 2018-09-20.pdf")
    body = leak.bodies()[raw_of(briefing)]
    shown = pages_of(body, briefing)[0]
    before = pages_of(body[: body.index(b"%%EOF") + 6], briefing)[0]
    for sentence in briefing.hidden:
        assert not holds(shown, sentence) and holds(before, sentence)


def test_searches_name_files_that_hold_their_words(truth: GroundTruth, leak: LeakBuilder) -> None:
    assert len(truth.searches) >= 10
    bodies = leak.bodies()
    for search in truth.searches:
        for hit in search.hits:
            file = truth.at(hit)
            if file.scan or "!/" in hit or "date:" in search.query:
                continue
            text = " ".join(pages_of(bodies[raw_of(file)], file)).lower()
            words = [w.strip('"').lower() for w in search.query.split(" OR ")]
            assert any(holds(text, w) for w in words), (search.query, hit)


@pytest.mark.needs("tesseract-ocr-eng", "tesseract-ocr-uig")
@pytest.mark.parametrize(
    ("path", "model", "words"),
    [
        ("scans/Order of 17 May, photocopy.pdf", "eng", "not to leave this house"),
        ("scans/ئىشچىلارنىڭ ئىلتىماسى.pdf", "uig", "ئاپرېل"),
    ],
)
def test_a_scan_can_be_read_by_ocr(leak: LeakBuilder, path: str, model: str, words: str) -> None:
    import tesserocr

    from assay.testing.makers.images import draw_pdf

    page = draw_pdf(leak.bodies()[path.encode()], dpi=200)[0]
    folder = next(Path("/usr/share").glob("tesseract-ocr/*/tessdata"))
    with tesserocr.PyTessBaseAPI(path=f"{folder}/", lang=model) as reader:
        reader.SetVariable("textord_noise_rejrows", "0")
        reader.SetVariable("textord_noise_rejwords", "0")
        reader.SetImage(page)
        reader.SetSourceResolution(200)
        assert holds(reader.GetUTF8Text(), words)


def test_without_fonts_the_leak_leaves_out_what_needs_them_and_says_so(
    monkeypatch, tmp_path
) -> None:
    fonts.load_face.cache_clear()
    monkeypatch.setattr(fonts, "FONT_FOLDER", tmp_path)
    try:
        from assay.testing.makers import typeset

        typeset._font.cache_clear()
        typeset._width.cache_clear()
        truth = harbour.harbour().truth()
    finally:
        fonts.load_face.cache_clear()
        typeset._font.cache_clear()
        typeset._width.cache_clear()
    left = {one.path for one in truth.left_out}
    assert "surveys/S-18-05 East Channel.pdf" in left
    assert {one.package for one in truth.left_out} <= {"fonts-noto-core", "fonts-noto-cjk"}
    assert truth.at("letters/2018/2018-05-17 Survey not to be released.docx")


def test_a_key_sentence_that_is_not_in_the_words_is_refused() -> None:
    with pytest.raises(ValueError, match="in no page"):
        builder.memo("a.txt", [["one"]], keys=["two"])


def test_the_builder_tells_what_it_wrote(tmp_path: Path) -> None:
    leak = (
        LeakBuilder("small")
        .memo("a/memo.docx", "The depth is 9.4 metres.", keys=["9.4 metres"])
        .memo("a/memo.pdf", pdf.Line("Глубина 9,4 метра", size=14), languages=("rus",))
        .mail("m.eml", "hello", sender="a@a.example", to=["b@b.example"], subject="s",
              date="2018-01-01T00:00:00+00:00", attached=[builder.made("x.txt", b"x")])
        .sheet("s.csv", ("a", 1), ("b", 2))
        .zip("z.zip", builder.made("in.txt", b"inside"))
        .copy("copy.docx", "a/memo.docx")
        .file("empty", b"", special=("empty",))
        .link("link", "a/memo.docx")
    )  # fmt: skip
    truth = leak.write(tmp_path)
    assert truth == leak.truth()
    assert truth.at("copy.docx").same_as == "a/memo.docx"
    assert truth.at("z.zip!/in.txt").digest == "sha256:" + hashlib.sha256(b"inside").hexdigest()
    assert truth.at("m.eml!/x.txt").size == 1
    assert (tmp_path / "link").is_symlink()
    with pytest.raises(ValueError, match="two files"):
        leak.file("empty", b"")
