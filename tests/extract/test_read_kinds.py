"""Types by content, pictures, and what every reading keeps whatever comes in."""

from __future__ import annotations

import io
import random
import subprocess
import sys
from pathlib import Path

import made
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as budget
from hypothesis import strategies as st
from PIL import Image

from assay import settings
from assay.extract import formats, types
from assay.extract.picture import draw, raster
from assay.extract.request import Request
from assay.testing.makers import archives, docx, images, mail, odf, pptx, rtf, texts, xlsx

SAMPLES = {
    "application/pdf": made.pdf("words of the page"),
    types.DOCX: docx.docx(["words"]),
    types.XLSX: xlsx.xlsx([("S", [["words"]])]),
    types.PPTX: pptx.pptx([("words", [], "")]),
    types.ODF + "text": odf.odt(["words"]),
    types.ODF + "spreadsheet": odf.ods([("S", [["words"]])]),
    types.ODF + "presentation": odf.odp([("words", [], "")]),
    "application/rtf": rtf.rtf(["words"]),
    "text/html": texts.html_article("t", ["words"]),
    "message/rfc822": mail.eml(
        "words", sender="a@x.org", to=["b@x.org"], subject="s", date="2019-03-14T09:00:00Z"
    ),
    "application/zip": archives.zip_of({"a": b"words"}),
    "application/x-tar": archives.tar_of({"a": b"words"}),
    "application/gzip": archives.tgz({"a": b"words"}),
    "application/x-xz": archives.txz({"a": b"words"}),
    "application/x-bzip2": archives.tbz({"a": b"words"}),
    "image/png": images.encode(Image.new("L", (9, 9)), "PNG"),
    "image/jpeg": images.encode(Image.new("L", (9, 9)), "JPEG"),
    "image/tiff": images.encode(Image.new("L", (9, 9)), "TIFF"),
    "text/plain": b"words and words\n",
}


@pytest.mark.parametrize("media", sorted(SAMPLES))
def test_the_type_is_told_by_content_whatever_the_name(media: str) -> None:
    reading = made.read_bytes(SAMPLES[media], "thing.dat")
    assert reading.type == media
    assert reading.status == "read"


def test_a_name_that_disagrees_with_the_content_is_recorded() -> None:
    found = dict(made.read_bytes(SAMPLES["application/pdf"], "memo.docx").metadata.found)
    assert found["name-disagrees"] == ".docx but application/pdf"


@pytest.mark.parametrize(
    ("head", "media"),
    [
        (b"Rar!\x1a\x07\x01\x00", "application/vnd.rar"),
        (b"!BDN" + bytes(20), "application/vnd.ms-outlook-pst"),
        (b"\x28\xb5\x2f\xfd" + bytes(20), "application/zstd"),
        (b"MZ" + bytes(40), "application/vnd.microsoft.portable-executable"),
        (b"\0\0\0\x18ftypheic" + bytes(20), "image/heic"),
    ],
)
def test_what_has_no_reader_is_named(head: bytes, media: str, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(head)
    assert types.sniff(path, "") == media


def test_every_registered_reader_has_a_card_and_reads_what_it_says() -> None:
    told = {media for card in formats.cards() for media in card.formats}
    assert told == formats.known_types()
    assert all(formats.reader_for(media) for media in told)


def test_reading_text_loads_no_engine() -> None:
    code = (
        "import sys, pathlib, tempfile\n"
        "from assay import settings\n"
        "from assay.extract.read import read\n"
        "d = pathlib.Path(tempfile.mkdtemp()); p = d / 'a'; p.write_text('no. 17')\n"
        "read(p, b'a.txt', d, settings.Limits(), settings.Reading())\n"
        "bad = {'pikepdf', 'pypdfium2', 'PIL', 'lxml', 'selectolax', 'libarchive', 'numpy'}\n"
        "sys.exit(', '.join(bad & set(sys.modules)) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@budget(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(SAMPLES)), st.integers(0, 2**32), st.integers(1, 20))
def test_a_mutilated_file_never_comes_back_empty_without_a_reason(
    media: str, seed: int, flips: int
) -> None:
    chance = random.Random(seed)
    body = bytearray(SAMPLES[media])
    for _ in range(flips):
        body[chance.randrange(len(body))] ^= 1 << chance.randrange(8)
    if chance.random() < 0.3:
        del body[chance.randrange(len(body)) :]
    reading = made.read_bytes(bytes(body), "a")
    empty = not reading.text and not reading.members and not reading.problems
    assert not empty or any(p.wants_ocr for p in reading.pages) or reading.pages or not body
    reading.text.encode()
    for page, following in zip(reading.pages, reading.pages[1:], strict=False):
        assert page.start <= page.end <= following.start
    assert all(p.end <= len(reading.text) for p in reading.pages)


# ---------------------------------------------------------------- pictures


def exif_jpeg() -> bytes:
    picture = Image.new("RGB", (40, 20), "white")
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif[0x013B] = "A. Voss"
    exif.get_ifd(0x8769)[0x9003] = "2019:03:14 09:00:00"
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=exif, dpi=(144, 144))
    return out.getvalue()


def test_a_picture_is_a_page_with_its_metadata() -> None:
    reading = made.read_bytes(exif_jpeg(), "a.jpg")
    assert (reading.pages[0].width, reading.pages[0].height) == (10, 20)
    assert reading.metadata.author == "A. Voss"
    assert reading.metadata.created == "2019-03-14T09:00:00"
    assert ("image:size", "40 x 20") in reading.metadata.found


def test_each_frame_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    body = images.encode_pages([Image.new("L", (30, n)) for n in (10, 20, 30)], "TIFF", dpi=72)
    reading = made.read_bytes(body, "a.tiff")
    assert [p.height for p in reading.pages] == [10, 20, 30]
    path = tmp_path / "a"
    path.write_bytes(body)
    assert raster(path, 3, 200, settings.Limits()).size == (30, 30)


def test_a_picture_is_drawn_as_it_is_held(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(exif_jpeg())
    with Image.open(io.BytesIO(draw(path, 1, 100, settings.Limits()))) as drawn:
        assert drawn.size == (100, 200)
    assert raster(path, 1, 200, settings.Limits()).info["dpi"] == (144, 144)


def test_a_picture_cut_short_says_so() -> None:
    chance = random.Random(1)
    noise = Image.frombytes("L", (200, 200), chance.randbytes(40_000))
    body = images.encode(noise, "JPEG")
    reading = made.read_bytes(body[: len(body) // 2], "a.jpg")
    assert made.codes(reading) == {"truncated"}
    assert reading.status == "partly"


def test_two_workers_with_one_scratch_folder_never_write_to_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = Request(tmp_path, b"", tmp_path, settings.Limits(), settings.Reading())
    mine = request.aside("unsealed")
    monkeypatch.setattr("os.getpid", lambda: 1)
    assert request.aside("unsealed") != mine
    assert mine.parent == tmp_path


def test_the_first_magic_number_in_the_list_that_fits_is_the_type() -> None:
    for at, magic, _ in types._MAGIC:
        head = (bytes(at) + magic).ljust(64, b"x")
        first = next(m for place, number, m in types._MAGIC if head.startswith(number, place))
        if types.magic_of(head) and not head.startswith((b"PK", b"RIFF")):
            assert types.magic_of(head) == first
