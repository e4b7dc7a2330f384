"""Pictures: kind, size, resolution, EXIF and other metadata; the words wait for OCR.

Each frame of a TIFF or HEIF is a page that wants OCR. Of a moving picture those frames are
pages that stand for half a second or longer, so that a person could read them, and the first.
The pixels are not decoded here: size and metadata come from the headers, so a picture with
more pixels than allowed still gives them. Words that stand in the file as words (a caption, a
comment) follow on a page of their own; thumbnails and pictures behind the picture are members.
"""

from __future__ import annotations

import re
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import PIL
from PIL import ExifTags, Image, ImageFile

from assay.extract import dates, image_parts, jbig2
from assay.extract.problems import LEFT_WITHOUT_OCR, Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="image",
    version=f"1 pillow {PIL.__version__}",
    licence="AGPL-3.0-or-later",
    formats=(
        "image/png", "image/jpeg", "image/gif", "image/tiff", "image/bmp", "image/webp",
        "image/jp2", "image/avif", "image/vnd.microsoft.icon", "image/heic", "image/heif",
        "image/vnd.adobe.photoshop", "image/x-pcx", "image/x-tga", "image/x-portable-anymap",
        "image/x-icns", "image/x-jbig2",
    ),
    limits="camera raw files are named, not read; of a layered picture the whole is read",
)  # fmt: skip
_KINDS = (
    "PNG", "JPEG", "GIF", "TIFF", "BMP", "WEBP", "JPEG2000", "AVIF", "ICO", "PSD", "PCX",
    "TGA", "PPM", "ICNS", "DIB", "CUR",
)  # fmt: skip
_PAGED = ("TIFF", "HEIF", "JBIG2")
_MOVING = ("GIF", "WEBP", "PNG", "AVIF")
_STANDING = 500  # milliseconds for which a frame must stand to be read by a person
_LOOKED_AT = 300  # frames of a moving picture that are looked at
_WORDS = (
    "ImageDescription", "UserComment", "XPTitle", "XPComment", "XPSubject", "XPKeywords",
    "dc:title", "dc:description", "dc:subject", "photoshop:Headline",
)  # fmt: skip
_VALUE = 4000  # characters of one metadata value
_MARKS = 500  # pairs of one block
_FRAMES = 5000
# What Pillow lets out where a frame is broken.
_BROKEN = (
    EOFError, OSError, ValueError, SyntaxError, TypeError, KeyError, IndexError, AttributeError,
    struct.error,
)  # fmt: skip

ImageFile.LOAD_TRUNCATED_IMAGES = True  # half a scan is better than none; the frame says so
Image.MAX_IMAGE_PIXELS = None  # our own limit counts, and is reported


@contextmanager
def opened(path: Path) -> Iterator[Image.Image]:
    """The picture, pixels not decoded. Raises Stop with `damaged`."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            picture = Image.open(path, formats=_kinds(path))
        except _BROKEN as error:
            raise Stop("damaged", "", type(error).__name__) from None
        with picture:
            yield picture


# the modules of Pillow that read _KINDS; asked for one that is not loaded, it loads all 45
_PLUGINS = (
    "Png", "Jpeg", "Mpo", "Gif", "Tiff", "Bmp", "WebP", "Jpeg2K", "Avif", "Ico", "Psd", "Pcx",
    "Tga", "Ppm", "Icns", "Cur",
)  # fmt: skip


def _load_plugins() -> None:
    """Import what opens the kinds of picture that are read here."""
    for name in _PLUGINS:
        with suppress(ImportError):
            import_module(f"PIL.{name}ImagePlugin")


_load_plugins()


def _kinds(path: Path) -> tuple[str, ...]:
    """The kinds to try; HEIF and JBIG2 have readers apart, loaded where the first bytes ask."""
    with path.open("rb") as stream:
        head = stream.read(16)
    if head.startswith(jbig2.MAGIC):
        jbig2.register()
        return ("JBIG2",)
    if head[4:8] != b"ftyp" or head[8:12] in (b"avif", b"avis"):
        return _KINDS
    import pillow_heif

    pillow_heif.options.DECODE_THREADS = 1  # a worker has one core
    pillow_heif.options.THUMBNAILS = False
    pillow_heif.register_heif_opener()
    return ("HEIF",)


def frames_of(picture: Image.Image) -> tuple[list[int], int]:
    """(frames that are pages, all frames). The page pictures count by the same list."""
    try:
        count = int(getattr(picture, "n_frames", 1) or 1)
    except _BROKEN:
        return _frames_met(picture)
    if picture.format in _PAGED:
        return list(range(count)), count
    if picture.format not in _MOVING or count < 2:
        return [0], count
    shown = [0]
    for number in range(1, min(count, _LOOKED_AT)):
        try:
            picture.seek(number)
        except (*_BROKEN, MemoryError):  # a frame may be larger than all before it
            break
        if float(picture.info.get("duration", 0) or 0) >= _STANDING:
            shown.append(number)
    picture.seek(0)
    return shown, count


def _frames_met(picture: Image.Image) -> tuple[list[int], int]:
    """The same where the list of frames is broken: one more is counted than can be reached."""
    met = 1
    try:
        while met < _FRAMES:
            picture.seek(met)
            met += 1
    except _BROKEN:
        pass
    picture.seek(0)
    return list(range(met + 1)), met + 1


def read_image(request: Request, transcript: Transcript) -> None:
    """Read a picture's frames as pages. Raises Stop with `damaged` or `limit_pixels`."""
    if request.only is not None:
        with opened(request.path) as picture:
            kind = picture.format or ""
        image_parts.take_parts(request.path, kind, transcript)
        return
    try:
        _read_frames(request, transcript)
    except Stop as stop:
        if stop.problem.code == "damaged":
            _note_exif_alone(request, transcript)
        raise


def _read_frames(request: Request, transcript: Transcript) -> None:
    with opened(request.path) as picture:
        kind = picture.format or ""
        words = _note(picture, transcript, request)
        frames, count = frames_of(picture)
        if count > 1 and kind != "TIFF":
            transcript.note("image:frames", count)
        too_many = False
        for page, number in enumerate(frames[:_FRAMES], 1):
            if number:
                try:
                    picture.seek(number)
                except _BROKEN:
                    transcript.trouble("truncated", f"page {page}", f"{count} promised")
                    break
                except MemoryError:  # a frame may be far larger than those before it
                    transcript.trouble("memory", f"page {page}")
                    break
            width, height = picture.size
            if width * height > request.limits.pixels:
                too_many = True
                transcript.trouble("limit_pixels", f"page {page}", f"{width} x {height}")
            across, down = _turned(picture)
            dpi = resolution(picture)
            small = width * height < request.options.ocr_least
            if small:
                transcript.note(LEFT_WITHOUT_OCR, f"page {page}: {width} x {height}")
            transcript.page(
                "",
                width=across * 72 / dpi,
                height=down * 72 / dpi,
                wants_ocr=not small and width * height <= request.limits.pixels,
            )
        if words:
            transcript.page("\n".join(words), "words in the file")
        if len(frames) > _FRAMES:
            raise Stop("limit_pages", f"page {_FRAMES + 1}")
        if not too_many:
            _look_for_end(request, picture, transcript)
    image_parts.take_parts(request.path, kind, transcript)
    promised = any(n == "xmp:item:Semantic" and v == "MotionPhoto" for n, v in transcript.found)
    if promised and not any(m.name == (b"motion.mp4",) for m in transcript.members().members):
        transcript.trouble("members_missing", "motion photo", "its film is not in the file")


def _note_exif_alone(request: Request, transcript: Transcript) -> None:
    """EXIF of a picture whose pixels cannot be had, found by its mark."""
    with request.path.open("rb") as stream:
        body = stream.read(1 << 20)
    found = re.search(rb"Exif\0\0(?=II\*\0|MM\0\*)", body)
    if found is None:
        return
    exif = Image.Exif()
    try:
        exif.load(body[found.start() :])
        for name, value in _pairs(exif):
            transcript.note(f"exif:{name}", value)
    except Exception:  # noqa: BLE001 - broken like the rest
        return


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
    if picture.format == "JBIG2" and not getattr(picture, "whole", True):
        transcript.trouble("truncated", "", "no end mark of JBIG2")
    mark = {"PNG": b"IEND", "JPEG": b"\xff\xd9", "MPO": b"\xff\xd9"}.get(picture.format or "")
    if mark is None:
        return
    with request.path.open("rb") as stream:
        size = request.path.stat().st_size
        stream.seek(max(0, size - (1 << 16)))
        if mark not in stream.read():
            transcript.trouble("truncated", "", f"no end mark of {picture.format}")


def _note(picture: Image.Image, transcript: Transcript, request: Request) -> list[str]:
    """Note the metadata; the words among it, each once."""
    transcript.note("image:format", picture.format or "")
    transcript.note("image:size", f"{picture.width} x {picture.height}")
    transcript.note("image:mode", picture.mode)
    if picture.info.get("dpi"):
        transcript.note("image:dpi", round(resolution(picture)))
    words: list[str] = []
    for key, value in list(picture.info.items())[:_MARKS]:
        if isinstance(value, str) and key not in ("XML:com.adobe.xmp",):
            transcript.note(f"image:{key}", value[:_VALUE])
        elif key == "comment" and isinstance(value, bytes) and picture.format == "GIF":
            text = value[:_VALUE].decode("utf-8", "replace")
            transcript.note("image:comment", text)
            words.append(text)
    said, cut = image_parts.comments_of(request.path, picture.format or "")
    if cut:
        transcript.trouble("limit_text", "comments")
    for name, value in said:
        if name == "comment":
            transcript.note("image:comment", value[:_VALUE])
    said = [(n, v) for n, v in said if n != "XML:com.adobe.xmp" and not v.lstrip().startswith("<")]
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
    iptc = _note_iptc(picture, transcript)
    words += [value for _, value in said]
    words += [found[name] for name in _WORDS if found.get(name)]
    words += [value for _, value in iptc]
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
    return list(dict.fromkeys(word.strip() for word in words if word.strip()))


def _exif(picture: Image.Image) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    try:
        pairs += _pairs(_exif_of(picture))
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


def _pairs(exif: Image.Exif) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
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
            if 0x9C9B <= tag <= 0x9C9F and isinstance(value, bytes | tuple):
                value = bytes(value).decode("utf-16-le", "replace").strip("\0")
            pairs.append((name, _written(value)))
    return pairs


def _written(value: Any) -> str:
    if isinstance(value, bytes):
        if value.startswith(b"UNICODE\0"):
            body = value[8:]
            order = "utf-16-be" if body[:1] == b"\0" else "utf-16-le"
            return body.decode(order, "replace").strip("\0 \ufeff")[:_VALUE]
        text = value.removeprefix(b"ASCII\0\0\0").strip(b"\0 ")
        if len(text) > 200 or not text.isascii():
            return f"{len(value)} bytes"
        return text.decode("ascii").replace("\0", "")
    if isinstance(value, tuple):
        return " ".join(_written(v) for v in value[:64])
    return str(value).strip("\0 ")[:_VALUE]


_IPTC = {
    5: "ObjectName", 25: "Keywords", 55: "DateCreated", 80: "By-line", 85: "By-lineTitle",
    90: "City", 95: "Province", 101: "Country", 105: "Headline", 110: "Credit", 115: "Source",
    116: "Copyright", 120: "Caption", 122: "Writer",
}  # fmt: skip
_SPOKEN = (5, 25, 105, 120)


def _note_iptc(picture: Image.Image, transcript: Transcript) -> list[tuple[str, str]]:
    """Note the IPTC fields; (name, value) of those that are words about the picture."""
    from PIL import IptcImagePlugin

    spoken: list[tuple[str, str]] = []
    try:
        found = IptcImagePlugin.getiptcinfo(picture) or {}  # type: ignore[arg-type]
    except Exception:  # noqa: BLE001 - a broken block of it is no reason not to read
        return spoken
    for (record, number), value in found.items():
        if record != 2 or number not in _IPTC:
            continue
        for one in value if isinstance(value, list) else [value]:
            raw = one[:_VALUE]
            try:
                text = raw.decode("utf-8")
            except UnicodeDecodeError:
                text = raw.decode("cp1252", "replace")
            transcript.note(f"iptc:{_IPTC[number]}", text)
            if number in _SPOKEN:
                spoken.append((_IPTC[number], text))
    return spoken
