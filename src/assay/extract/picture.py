"""Draw a page: a WebP picture for the desk, pixels for OCR.

PDF by pdfium with its annotations and form fields, DjVu by djvu-rs, pictures by Pillow with their
EXIF orientation. Runs inside the jailed worker like any reader. Sizes are pixels; a page that
would take more than `limits.pixels` is refused, not shrunk, where a resolution was asked.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assay.errors import NotFound
from assay.extract import types
from assay.extract.problems import Stop
from assay.settings import Limits

if TYPE_CHECKING:
    from PIL import Image

_QUALITY = 80
_WEBP_SIDE = 16_383


def draw(path: Path, page: int, width: int, limits: Limits, passwords: Sequence[str] = ()) -> bytes:
    """A WebP picture of page `page` (from 1), `width` pixels wide.

    Raises NotFound where there is no such page or the format has no pages to draw, and Stop
    where the page cannot be drawn within the limits.
    """
    width = max(16, min(width, 8000))
    picture = _page(path, page, limits, None, width, passwords).convert("RGB")
    if picture.width != width:
        height = max(1, round(picture.height * width / picture.width))
        picture = picture.resize((width, min(height, _WEBP_SIDE)), reducing_gap=2.0)
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=_QUALITY, method=2)
    return out.getvalue()


def raster(
    path: Path, page: int, dpi: int, limits: Limits, passwords: Sequence[str] = ()
) -> Image.Image:
    """The pixels of page `page` (from 1), mode L or RGB.

    A PDF page is drawn at `dpi`; a picture keeps its own pixels, since scaling adds nothing,
    and its `info["dpi"]` says what they measure. Raises as `draw`.
    """
    picture = _page(path, page, limits, dpi, None, passwords)
    own = picture.info.get("dpi")
    if picture.mode != "L":
        picture = picture.convert("RGB")
    if own:
        picture.info["dpi"] = own
    return picture


def _page(
    path: Path,
    page: int,
    limits: Limits,
    dpi: int | None,
    width: int | None,
    passwords: Sequence[str],
) -> Image.Image:
    media = types.sniff(path, "")
    if media == "application/pdf":
        return _pdf_page(path, page, limits, dpi, width, passwords)
    if media == "image/vnd.djvu":
        return _djvu_page(path, page, limits, dpi, width)
    if media.startswith("image/") and media != "image/svg+xml":
        return _frame(path, page, limits)
    raise NotFound("page", f"{media} has no pages that can be drawn", "Read its text instead.")


def _frame(path: Path, page: int, limits: Limits) -> Image.Image:
    from PIL import Image, ImageOps

    from assay.extract.image import frames_of, opened, resolution

    with opened(path) as picture:
        if page != 1:
            try:
                picture.seek(frames_of(picture)[0][page - 1])
            except (EOFError, OSError, ValueError, IndexError) as error:
                raise NotFound("page", f"there is no page {page}") from error
        if picture.width * picture.height > limits.pixels:
            raise Stop("limit_pixels", f"page {page}", f"{picture.width} x {picture.height}")
        dpi = resolution(picture)
        try:
            picture.load()
            shown = ImageOps.exif_transpose(picture)
        except (OSError, ValueError, SyntaxError, TypeError, IndexError) as error:
            raise Stop("damaged", f"page {page}", type(error).__name__) from None
        if shown.mode in ("I;16", "I;16B", "I", "F"):
            low, high = shown.convert("F").getextrema()
            span = max(float(high) - float(low), 1.0)  # type: ignore[arg-type]
            shown = shown.convert("F").point(lambda v: (v - float(low)) * 255 / span).convert("L")  # type: ignore[arg-type]
        if shown.mode in ("RGBA", "LA", "PA", "P", "RGBa", "La"):
            over = shown.convert("RGBA")
            paper = Image.new("RGBA", over.size, "white")
            shown = Image.alpha_composite(paper, over).convert("RGB")
        elif shown.mode in ("1", "L"):
            shown = shown.convert("L")
        else:
            shown = shown.convert("RGB")
        shown.info["dpi"] = (dpi, dpi)
        return shown


def _djvu_page(
    path: Path, page: int, limits: Limits, dpi: int | None, width: int | None
) -> Image.Image:
    from assay.extract.djvu import opened, safely

    document = opened(path)
    if not 1 <= page <= document.page_count():
        raise NotFound("page", f"there is no page {page}")
    drawn = safely(document.page, page - 1)
    if drawn is None:
        raise Stop("page_failed", f"page {page}")
    own = drawn.dpi or 300
    wanted = float(dpi or (width or 1) * own / max(drawn.width, 1))
    scale = wanted / own
    if drawn.width * scale * drawn.height * scale > limits.pixels:
        raise Stop("limit_pixels", f"page {page}", f"{drawn.width * scale:.0f} pixels wide")
    pixels = safely(drawn.render, wanted)
    if pixels is None:
        raise Stop("page_failed", f"page {page}")
    picture: Image.Image = pixels.to_pil().convert("RGB")
    if dpi:
        picture.info["dpi"] = (dpi, dpi)
    return picture


def _pdf_page(
    path: Path,
    page: int,
    limits: Limits,
    dpi: int | None,
    width: int | None,
    passwords: Sequence[str],
) -> Image.Image:
    import tempfile

    import pypdfium2
    import pypdfium2.raw as pdfium

    from assay.extract.pdf import opened
    from assay.extract.request import Request
    from assay.settings import Reading

    with tempfile.TemporaryDirectory() as scratch:
        request = Request(path, b"", Path(scratch), limits, Reading(), tuple(passwords))
        with opened(request) as document:
            if not 1 <= page <= len(document):
                raise NotFound("page", f"there is no page {page}")
            if document.get_formtype() != pdfium.FORMTYPE_NONE:
                try:
                    document.init_forms()
                except pypdfium2.PdfiumError:
                    pass  # drawn without the fields' values
            try:
                drawn: Any = document[page - 1]
            except pypdfium2.PdfiumError:
                raise Stop("page_failed", f"page {page}") from None
            across, down = drawn.get_size()
            scale = dpi / 72 if dpi else (width or 1) / max(across, 1.0)
            if across * scale * down * scale > limits.pixels:
                raise Stop("limit_pixels", f"page {page}", f"{across * scale:.0f} pixels wide")
            if across * scale < 1 or down * scale < 1:
                raise Stop("page_failed", f"page {page}", "a page of no size")
            bitmap = drawn.render(scale=scale, may_draw_forms=True, rev_byteorder=True)
            picture: Image.Image = bitmap.to_pil().copy()
            bitmap.close()
            drawn.close()
            if dpi:
                picture.info["dpi"] = (dpi, dpi)
            return picture
