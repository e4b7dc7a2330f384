"""Pictures of every kind: frames, words in the file, and what lies beside the picture."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import made
import pillow_heif
import pytest
from PIL import Image, PngImagePlugin

from assay.extract.picture import draw, raster
from assay.extract.spool import Spool
from assay.model.reading import Reading
from assay.settings import Limits
from assay.testing.makers import images

FILM = b"\0\0\0\x14ftypisom\0\0\0\1mp42" + bytes(range(1, 200))


def encoded(kind: str, size: tuple[int, int] = (40, 20), **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "orange").save(out, kind, **more)
    return out.getvalue()


def heic(size: tuple[int, int] = (64, 32), pages: int = 1, **more: object) -> bytes:
    out = io.BytesIO()
    book = pillow_heif.HeifFile()
    for number in range(pages):
        book.add_from_pillow(Image.new("RGB", size, (number * 40, 90, 30)))
    book.save(out, **more)
    return out.getvalue()


def with_thumbnail(picture: bytes, thumbnail: bytes) -> bytes:
    """A JPEG with an EXIF block whose second directory holds `thumbnail`."""
    first = struct.pack("<H", 0) + struct.pack("<I", 14)
    second = struct.pack("<HHHIIHHIII", 2, 0x201, 4, 1, 44, 0x202, 4, 1, len(thumbnail), 0)
    tiff = (b"II*\0" + struct.pack("<I", 8) + first + second).ljust(44, b"\0") + thumbnail
    return segment(picture, 0xE1, b"Exif\0\0" + tiff)


def segment(picture: bytes, marker: int, data: bytes) -> bytes:
    return (
        picture[:2] + bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data + picture[2:]
    )


def with_second(first: bytes, second: bytes) -> bytes:
    """Two JPEGs one after another, listed by an MPF segment in the first."""
    tiff = b"II*\0" + struct.pack("<I", 8) + struct.pack("<HHHIII", 1, 0xB002, 7, 32, 26, 0)
    entries = struct.pack("<IIIHH", 0x030000, 0, 0, 0, 0)
    whole = len(segment(first, 0xE2, b"MPF\0" + tiff + bytes(32)))
    base = 2 + 4 + 4  # where the TIFF header of the segment lies
    entries += struct.pack("<IIIHH", 0, len(second), whole - base, 0, 0)
    return segment(first, 0xE2, b"MPF\0" + tiff + entries) + second


def names(reading: Reading) -> list[bytes]:
    return [member.name[-1] for member in reading.members]


def test_a_heic_picture_waits_for_ocr_and_can_be_drawn(tmp_path: Path) -> None:
    body = heic((320, 160))
    reading = made.read_bytes(body, "a.heic")
    assert (reading.type, reading.status) == ("image/heic", "read")
    assert [p.wants_ocr for p in reading.pages] == [True]
    path = tmp_path / "a"
    path.write_bytes(body)
    assert raster(path, 1, 200, Limits()).size == (320, 160)
    assert draw(path, 1, 64, Limits())[:4] == b"RIFF"


def test_a_picture_too_small_for_words_does_not_wait_for_ocr_and_says_so() -> None:
    reading = made.read_bytes(encoded("PNG", (160, 120)), "thumbnail.png")
    assert [page.wants_ocr for page in reading.pages] == [False]
    assert ("image:left without OCR", "page 1: 160 x 120") in reading.metadata.found


def test_every_picture_of_a_heif_file_is_a_page(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(heic(pages=3))
    assert len(made.read_bytes(path.read_bytes(), "a.heic").pages) == 3
    second, third = raster(path, 2, 72, Limits()), raster(path, 3, 72, Limits())
    assert second.getpixel((5, 5)) != third.getpixel((5, 5))


def test_a_heic_without_its_pixels_still_tells_its_exif() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Maker of cameras"
    body = heic(exif=exif.tobytes())
    reading = made.read_bytes(body.replace(b"hvc1", b"xxxx").replace(b"hvcC", b"xxxx"), "a.heic")
    assert made.codes(reading) == {"damaged"}
    assert ("exif:Make", "Maker of cameras") in reading.metadata.found


@pytest.mark.parametrize(
    ("kind", "media"),
    [("WEBP", "image/webp"), ("AVIF", "image/avif"), ("JPEG2000", "image/jp2"),
     ("PCX", "image/x-pcx"), ("TGA", "image/x-tga"), ("PPM", "image/x-portable-anymap"),
     ("BMP", "image/bmp"), ("ICO", "image/vnd.microsoft.icon"), ("GIF", "image/gif")],
)  # fmt: skip
def test_a_picture_of_each_kind_is_told_by_content_and_waits_for_ocr(kind: str, media: str) -> None:
    reading = made.read_bytes(encoded(kind, (256, 256)), "picture")
    assert reading.type == media
    assert reading.status == "read"
    assert [p.wants_ocr for p in reading.pages] == [True]


def test_frames_that_a_person_could_read_are_pages_of_a_moving_picture(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), (n * 50, 9, 9)) for n in range(5)]
    out = io.BytesIO()
    frames[0].save(
        out, "GIF", save_all=True, append_images=frames[1:], duration=[50, 900, 50, 50, 2000]
    )
    reading = made.read_bytes(out.getvalue(), "a.gif")
    assert len(reading.pages) == 3
    assert ("image:frames", "5") in reading.metadata.found
    path = tmp_path / "a"
    path.write_bytes(out.getvalue())
    assert raster(path, 3, 72, Limits()).getpixel((1, 1)) == (200, 9, 9)


def test_words_in_chunks_and_comments_can_be_found() -> None:
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Title", "The crane at night", zip=True)
    chunks.add_itxt("Comment", "Кран ночью")
    png = made.read_bytes(encoded("PNG", pnginfo=chunks), "a.png")
    assert made.page_of(png, 2) == "The crane at night\nКран ночью"
    jpeg = made.read_bytes(segment(encoded("JPEG"), 0xFE, "ein Hafen, früh".encode()), "a.jpg")
    assert made.page_of(jpeg, 2) == "ein Hafen, früh"
    assert ("image:comment", "ein Hafen, früh") in jpeg.metadata.found


def test_a_caption_in_exif_can_be_found() -> None:
    exif = Image.Exif()
    exif[0x010E] = "The pilot on the pier"
    exif[0x9C9C] = "seen from the north".encode("utf-16-le")
    reading = made.read_bytes(encoded("JPEG", exif=exif), "a.jpg")
    assert made.page_of(reading, 2) == "The pilot on the pier\nseen from the north"


def test_a_thumbnail_a_second_picture_and_a_film_are_members() -> None:
    small, other = encoded("JPEG", (8, 8)), encoded("JPEG", (30, 30))
    body = with_thumbnail(with_second(encoded("JPEG"), other), small)
    body = body + FILM  # the offsets of MPF count from its own segment
    reading = made.read_bytes(body, "a.jpg")
    assert names(reading) == [b"exif-thumbnail.jpg", b"picture-2.jpg", b"motion.mp4"]
    assert [m.size for m in reading.members] == [len(small), len(other), len(FILM)]
    assert reading.expected == 3
    assert reading.status == "read"


@pytest.mark.parametrize("lost", [1, 2, 3])
def test_a_part_of_a_picture_that_the_reader_loses_is_missed(
    lost: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = Spool.add_bytes
    met: list[bytes] = []

    def forgetful(self: Spool, name: bytes, data: bytes, modified: str | None = None) -> None:
        met.append(name)
        if len(met) != lost:
            taken(self, name, data, modified)

    monkeypatch.setattr(Spool, "add_bytes", forgetful)
    body = with_second(encoded("JPEG"), encoded("JPEG", (30, 30)))
    body = with_thumbnail(body, encoded("JPEG", (8, 8))) + FILM
    reading = made.read_bytes(body, "a.jpg")
    assert ("members_missing", "1 of 3") in [(p.code, p.detail) for p in reading.problems]


def test_bytes_behind_a_picture_that_nothing_knows_are_said() -> None:
    for kind in ("JPEG", "PNG"):
        reading = made.read_bytes(encoded(kind) + bytes(range(1, 255)) * 2, "a")
        assert made.codes(reading) == {"part_unclaimed"}
    hidden = made.read_bytes(encoded("PNG") + made.pdf("behind"), "a.png")
    assert names(hidden) == [b"behind-the-end.pdf"]
    assert hidden.expected == 1


def test_a_turned_picture_is_shown_and_read_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    body = encoded("JPEG", (40, 20), exif=exif)
    reading = made.read_bytes(body, "a.jpg")
    assert (reading.pages[0].width, reading.pages[0].height) == (20, 40)
    path = tmp_path / "a"
    path.write_bytes(body)
    assert raster(path, 1, 72, Limits()).size == (20, 40)


def test_a_picture_of_medicine_is_recognised_and_said_to_be_unread() -> None:
    reading = made.read_bytes(bytes(128) + b"DICM" + bytes(50), "a.dcm")
    assert reading.type == "application/dicom"
    assert made.codes(reading) == {"no_reader"}


def test_a_frame_that_is_broken_costs_no_frame_before_it() -> None:
    out = io.BytesIO()
    frame = Image.new("L", (40, 30), 255)
    frame.save(out, "TIFF", save_all=True, append_images=[frame, frame])
    body = bytearray(out.getvalue())
    places = []
    at = struct.unpack_from("<I", body, 4)[0]
    while at:
        places.append(at)
        at = struct.unpack_from("<I", body, at + 2 + 12 * struct.unpack_from("<H", body, at)[0])[0]
    width = body.index(struct.pack("<H", 256), places[1] + 2)
    body[width : width + 2] = struct.pack("<H", 65000)
    reading = made.read_bytes(bytes(body), "a.tiff")
    assert len(reading.pages) == 1
    assert [(p.code, p.where) for p in reading.problems] == [("truncated", "page 2")]


# ---------------------------------------------------------------- JBIG2


def two_sheets() -> list[Image.Image]:
    sheets = []
    for left in (40, 200):
        sheet = Image.new("L", (400, 300), 255)
        sheet.paste(0, (left, 60, left + 90, 200))
        sheets.append(sheet)
    return sheets


@pytest.mark.parametrize("heads_first", [False, True])
def test_each_page_of_a_jbig2_file_waits_for_ocr_and_is_drawn_as_it_was(
    heads_first: bool, tmp_path: Path
) -> None:
    sheets = two_sheets()
    body = images.jbig2(sheets, dpi=150, heads_first=heads_first)
    reading = made.read_bytes(body, "scan.jb2")
    assert reading.type == "image/x-jbig2"
    assert [page.wants_ocr for page in reading.pages] == [True, True]
    assert reading.pages[0].width == 400 * 72 / 150
    assert made.codes(reading) == set()
    (tmp_path / "scan.jb2").write_bytes(body)
    for number, sheet in enumerate(sheets, 1):
        drawn = raster(tmp_path / "scan.jb2", number, 200, Limits())
        assert drawn.convert("L").tobytes() == sheet.tobytes()


def test_a_jbig2_file_that_is_cut_off_keeps_its_whole_pages_and_says_so() -> None:
    whole = images.jbig2(two_sheets())
    reading = made.read_bytes(whole[:-40], "scan.jb2")
    assert len(reading.pages) == 2 and "truncated" in made.codes(reading)
    none = made.read_bytes(whole[:20], "scan.jb2")
    assert (none.status, made.codes(none)) == ("unread", {"damaged"})


def test_a_jbig2_page_of_gigapixels_ends_at_the_limit() -> None:
    body = images.jbig2([Image.new("L", (400, 300), 255)])
    large = body.replace(struct.pack(">II", 400, 300), struct.pack(">II", 70_000, 70_000))
    assert "limit_pixels" in made.codes(made.read_bytes(large, "scan.jb2"))


def test_no_byte_of_a_jbig2_file_can_make_its_reader_slip() -> None:
    body = images.jbig2([Image.new("L", (60, 40), 0)])
    for at in range(len(body)):
        for value in (0, 0x7F, 0xE0, 0xFF):
            broken = body[:at] + bytes([value]) + body[at + 1 :]
            reading = made.read_bytes(broken, "scan.jb2")
            assert reading.pages or reading.problems or reading.text
