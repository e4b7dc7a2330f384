"""Pictures: kind, size, resolution, EXIF and other metadata; the words wait for OCR.

Each frame of a TIFF is a page that wants OCR; of a moving picture the first frame alone.
The pixels are not decoded here: size and metadata come from the headers, so a picture with
more pixels than allowed still gives them.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import PIL
from PIL import ExifTags, Image, ImageFile

from assay.extract import dates
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="image",
    version=f"1 pillow {PIL.__version__}",
    licence="AGPL-3.0-or-later",
    formats=(
        "image/png", "image/jpeg", "image/gif", "image/tiff", "image/bmp", "image/webp",
        "image/jp2", "image/avif", "image/vnd.microsoft.icon",
    ),
    limits="camera raw, HEIC and Photoshop files are named, not read",
)  # fmt: skip
_KINDS = ("PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "JPEG2000", "AVIF", "ICO")
_VALUE = 4000  # characters of one metadata value
_MARKS = 500  # pairs of one block
_FRAMES = 5000

ImageFile.LOAD_TRUNCATED_IMAGES = True  # half a scan is better than none; the frame says so
Image.MAX_IMAGE_PIXELS = None  # our own limit counts, and is reported


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """The picture, pixels not decoded. Raises Stop with `damaged`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            picture = Image.open(path, formats=_KINDS)
        except (OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError) as error:
            raise Stop("damaged", "", type(error).__name__) from None
        with picture:
            yield picture


def read_image(request: Request, transcript: Transcript) -> None:
    """Read a picture's frames as pages. Raises Stop with `damaged` or `limit_pixels`."""
    with opened(request.path) as picture:
        frames = getattr(picture, "n_frames", 1) if picture.format == "TIFF" else 1
        _note(picture, transcript, request)
        too_many = False
        for number in range(min(frames, _FRAMES)):
            if number:
                try:
                    picture.seek(number)
                except (EOFError, OSError, ValueError, SyntaxError):
                    transcript.trouble("truncated", f"page {number + 1}", f"{frames} promised")
                    break
            width, height = picture.size
            if width * height > request.limits.pixels:
                too_many = True
                transcript.trouble("limit_pixels", f"page {number + 1}", f"{width} x {height}")
            across, down = _turned(picture)
            dpi = resolution(picture)
            transcript.page(
                "",
                width=across * 72 / dpi,
                height=down * 72 / dpi,
                wants_ocr=width * height <= request.limits.pixels,
            )
        if frames > _FRAMES:
            raise Stop("limit_pages", f"page {_FRAMES + 1}")
        if not too_many:
            _look_for_end(request, picture, transcript)


def resolution(picture: Image.Image) -> float:
    """Pixels an inch as the picture says, 72 where it says nothing sensible."""
    found = picture.info.get("dpi")
    try:
        dpi = float(found[0]) if found else 72.0
    except (TypeError, ValueError, IndexError, ZeroDivisionError):
        return 72.0
    return dpi if 20 <= dpi <= 4800 else 72.0


def _turned(picture: Image.Image) -> tuple[int, int]:
    """(width, height) as the picture is shown, by its EXIF orientation."""
    try:
        turned = _exif_of(picture).get(ExifTags.Base.Orientation, 1) in (5, 6, 7, 8)
    except Exception:  # noqa: BLE001 - broken EXIF: shown as stored
        turned = False
    return (picture.height, picture.width) if turned else picture.size


def _look_for_end(request: Request, picture: Image.Image, transcript: Transcript) -> None:
    """Say where a JPEG or PNG ends early."""
    mark = {"PNG": b"IEND", "JPEG": b"\xff\xd9"}.get(picture.format or "")
    if mark is None:
        return
    with request.path.open("rb") as stream:
        size = request.path.stat().st_size
        stream.seek(max(0, size - (1 << 16)))
        if mark not in stream.read():
            transcript.trouble("truncated", "", f"no end mark of {picture.format}")


def _note(picture: Image.Image, transcript: Transcript, request: Request) -> None:
    transcript.note("image:format", picture.format or "")
    transcript.note("image:size", f"{picture.width} x {picture.height}")
    transcript.note("image:mode", picture.mode)
    if picture.info.get("dpi"):
        transcript.note("image:dpi", round(resolution(picture)))
    if getattr(picture, "is_animated", False) and picture.format != "TIFF":
        transcript.note("image:frames", getattr(picture, "n_frames", 1))
    for key, value in list(picture.info.items())[:_MARKS]:
        if isinstance(value, str) and key not in ("XML:com.adobe.xmp",):
            transcript.note(f"image:{key}", value[:_VALUE])
        elif key == "comment" and isinstance(value, bytes):
            transcript.note("image:comment", value[:_VALUE].decode("utf-8", "replace"))
    exif = _exif(picture)
    for name, value in exif:
        transcript.note(f"exif:{name}", value)
    found = dict(exif)
    packet = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp")
    if packet:
        from assay.extract.xmp import read_xmp

        body = packet if isinstance(packet, bytes) else str(packet).encode()
        pairs = read_xmp(body, request.limits)
        for name, value in pairs:
            transcript.note(f"xmp:{name}", value)
        found = {**dict(reversed(pairs)), **found}
    _note_iptc(picture, transcript)
    transcript.author = found.get("Artist") or found.get("dc:creator")
    transcript.title = found.get("dc:title") or found.get("ImageDescription")
    taken = found.get("DateTimeOriginal") or found.get("DateTimeDigitized")
    zone = found.get("OffsetTimeOriginal", "").strip()
    if taken:
        transcript.created = dates.from_iso(taken + zone) or dates.from_iso(taken)
    transcript.created = transcript.created or dates.from_iso(found.get("xmp:CreateDate", ""))
    transcript.modified = dates.from_iso(found.get("DateTime", "")) or dates.from_iso(
        found.get("xmp:ModifyDate", "")
    )


def _exif(picture: Image.Image) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    try:
        exif = _exif_of(picture)
        blocks: list[tuple[Any, dict[int, str]]] = [(exif, ExifTags.TAGS)]
        for ifd, names in (
            (ExifTags.IFD.Exif, ExifTags.TAGS),
            (ExifTags.IFD.GPSInfo, ExifTags.GPSTAGS),
        ):
            blocks.append((exif.get_ifd(ifd), names))
        for block, names in blocks:
            for tag, value in list(block.items())[:_MARKS]:
                if tag in (34665, 34853, 40965, 37500, 700, 33723, 34377, 34675):
                    continue  # places of other blocks, and blocks of bytes
                name = names.get(tag, f"0x{tag:04x}")
                pairs.append((name, _written(value)))
    except Exception:  # noqa: BLE001 - broken EXIF is no reason not to read the picture
        pairs.append(("broken", "EXIF could not be read to its end"))
    return [(name, value) for name, value in pairs if value]


def _exif_of(picture: Image.Image) -> Image.Exif:
    """The EXIF block of a picture.

    Pillow decodes a PNG whole before it answers, since the block may stand behind the pixels;
    where none stands there that is time for nothing.
    """
    if picture.format == "PNG" and "exif" not in picture.info and not _has_late_chunks(picture):
        return Image.Image.getexif(picture)
    return picture.getexif()


def _has_late_chunks(picture: Image.Image) -> bool:
    """Tell whether a PNG has EXIF or words behind its pixels. Leaves its stream where it was."""
    stream: Any = getattr(picture, "fp", None)
    if stream is None:
        return False  # decoded already: what stood behind the pixels is known
    before = stream.tell()
    try:
        stream.seek(8)
        behind = False
        while len(head := stream.read(8)) == 8:
            kind = head[4:]
            if kind == b"IDAT":
                behind = True
            elif behind and kind in (b"eXIf", b"tEXt", b"iTXt", b"zTXt"):
                return True
            stream.seek(int.from_bytes(head[:4], "big") + 4, 1)
        return False
    finally:
        stream.seek(before)


def _written(value: Any) -> str:
    if isinstance(value, bytes):
        text = value.removeprefix(b"ASCII\0\0\0").strip(b"\0 ")
        if len(text) > 200 or not text.isascii():
            return f"{len(value)} bytes"
        return text.decode("ascii").replace("\0", "")
    if isinstance(value, tuple):
        return " ".join(_written(v) for v in value[:64])
    return str(value).strip("\0 ")[:_VALUE]


def _note_iptc(picture: Image.Image, transcript: Transcript) -> None:
    from PIL import IptcImagePlugin

    names = {5: "ObjectName", 80: "By-line", 105: "Headline", 116: "Copyright", 120: "Caption"}
    try:
        found = IptcImagePlugin.getiptcinfo(picture) or {}  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - a broken block of it is no reason not to read
        return
    for (record, number), value in found.items():
        if record == 2 and number in names:
            one = value[0] if isinstance(value, list) else value
            transcript.note(f"iptc:{names[number]}", one[:_VALUE].decode("utf-8", "replace"))
