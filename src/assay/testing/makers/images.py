"""Make pictures of pages: drawn from the same blocks as PDFs, then aged like photocopies.

Sizes are pixels, resolution dots an inch. Noise comes from a generator seeded by the caller,
so the same arguments give the same pixels.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

import numpy
import pypdfium2
from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from assay.testing.makers.fonts import Script, Style, font_place, script_of
from assay.testing.makers.pdf import Line, Page, pdf


def draw_pdf(
    body: bytes, *, dpi: int = 200, pages: Sequence[int] | None = None
) -> list[Image.Image]:
    """The pages of a PDF (all, or those counted from 0) as pictures, mode RGB."""
    document = pypdfium2.PdfDocument(body)
    try:
        wanted = range(len(document)) if pages is None else pages
        return [document[n].render(scale=dpi / 72).to_pil().convert("RGB") for n in wanted]
    finally:
        document.close()


def render_page(
    lines: Page, *, style: Style = "serif", size: float = 11.0, dpi: int = 200
) -> Image.Image:
    """One A4 page with `lines` (str or blocks), black on white, mode RGB.

    `size` is the size in points of the lines that are plain str. Raises MissingPackage.
    """
    blocks = [Line(b, size=size, style=style) if isinstance(b, str) else b for b in lines]
    return draw_pdf(pdf([blocks]), dpi=dpi)[0]


def age_page(
    image: Image.Image,
    *,
    skew: float = 0.8,
    blur: float = 0.6,
    gradient: float = 0.12,
    noise: float = 14.0,
    quality: int = 45,
    seed: int = 0,
    colour: bool = False,
) -> Image.Image:
    """The page as a worn scanner gives it.

    `skew` in degrees, `blur` a Gaussian radius in pixels, `gradient` the share of light lost
    from one corner to the other, `noise` the sigma in grey levels, `quality` of JPEG (0: none).
    Grey (mode L) unless `colour`.
    """
    page = image if colour else image.convert("L")
    paper = (250, 247, 238) if colour else 250
    page = page.rotate(skew, Image.Resampling.BICUBIC, fillcolor=paper)
    if blur:
        page = page.filter(ImageFilter.GaussianBlur(blur))
    pixels = numpy.asarray(page, dtype=numpy.float32)
    high, wide = pixels.shape[:2]
    slope = numpy.linspace(0, 0.5, wide)[None, :] + numpy.linspace(0, 0.5, high)[:, None]
    light = (1 - gradient * slope).astype(numpy.float32)
    chance = numpy.random.default_rng(seed)
    grain = chance.standard_normal((high, wide), dtype=numpy.float32) * noise
    if colour:
        light, grain = light[..., None], grain[..., None]
    aged = numpy.clip(pixels * light + grain, 0, 255).astype(numpy.uint8)
    page = Image.fromarray(aged)
    if quality:
        out = io.BytesIO()
        page.save(out, "JPEG", quality=quality)
        page = Image.open(io.BytesIO(out.getvalue()))
        page.load()
    return page


INKS: dict[str, tuple[int, int, int]] = {
    "red": (200, 30, 40), "blue": (40, 50, 190), "grey": (150, 150, 150),
}  # fmt: skip


def stamp_page(
    image: Image.Image,
    words: Sequence[str],
    *,
    ink: str = "red",
    at: tuple[int, int] = (600, 400),
    size: int = 420,
    tilt: float = 12.0,
) -> Image.Image:
    """The page, mode RGB, with a round stamp over what is printed there.

    `words` are lines in its middle (Latin, Cyrillic or Chinese), `ink` one of INKS, `at` the
    left upper corner of its square in pixels, `size` that square's side, `tilt` in degrees.
    Raises MissingPackage.
    """
    seal = Image.new("RGB", (size, size), "white")
    pen = ImageDraw.Draw(seal)
    colour = INKS[ink]
    pen.ellipse((4, 4, size - 5, size - 5), outline=colour, width=max(3, size // 40))
    pen.ellipse(
        (size // 10, size // 10, size - size // 10, size - size // 10), outline=colour, width=2
    )
    step = size // (2 * len(words) + 2)
    for row, line in enumerate(words):
        scripts = (found for char in line if (found := script_of(char)))
        script: Script = next(scripts, "latin")
        place, index = font_place(script, "sans-bold")
        font = ImageFont.truetype(str(place), step, index=index)
        while font.getlength(line) > 0.72 * size and font.size > 8:
            font = font.font_variant(size=font.size - 1)
        middle = size // 2 + round((row - (len(words) - 1) / 2) * 1.5 * step)
        pen.text((size // 2, middle), line, font=font, fill=colour, anchor="mm")
    seal = seal.rotate(tilt, Image.Resampling.BICUBIC, fillcolor="white")
    page = image.convert("RGB")
    under = page.crop((*at, at[0] + size, at[1] + size))
    page.paste(ImageChops.multiply(under, seal), at)
    return page


def encode(image: Image.Image, kind: str, *, dpi: int = 200, quality: int = 60) -> bytes:
    """The picture as PNG, JPEG or TIFF (deflated) with its resolution."""
    return encode_pages([image], kind, dpi=dpi, quality=quality)


def encode_pages(
    images: Sequence[Image.Image], kind: str, *, dpi: int = 200, quality: int = 60
) -> bytes:
    """The pictures as one file; only TIFF holds several."""
    out = io.BytesIO()
    first, rest = images[0], list(images[1:])
    if kind == "TIFF":
        first.save(
            out, "TIFF", compression="tiff_lzw", dpi=(dpi, dpi), save_all=True, append_images=rest
        )
    elif rest:
        raise ValueError(f"{kind} holds one picture")
    elif kind == "JPEG":
        first.save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
    else:
        first.save(out, kind, dpi=(dpi, dpi))
    return out.getvalue()


def jbig2(pages: Sequence[Image.Image], *, dpi: int = 200, heads_first: bool = False) -> bytes:
    """A JBIG2 file (T.88, annex D) of black and white pages, each one region coded as a fax.

    `heads_first`: all heads of segments before all their data, as the standard also allows.
    """
    parts: list[tuple[int, int, bytes]] = []
    for page, picture in enumerate(pages, 1):
        width, height = picture.size
        metre = round(dpi / 0.0254)
        about = struct.pack(">IIIIBH", width, height, metre, metre, 0, 0)
        region = struct.pack(">IIIIBB", width, height, 0, 0, 0, 1) + _fax(picture)
        parts += [(48, page, about), (38, page, region), (49, page, b"")]
    parts.append((51, 0, b""))
    heads = [
        struct.pack(">IBBBI", number, kind, 0, page, len(data))
        for number, (kind, page, data) in enumerate(parts)
    ]
    out = b"\x97JB2\r\n\x1a\n" + struct.pack(">BI", 0 if heads_first else 1, len(pages))
    if heads_first:
        return out + b"".join(heads) + b"".join(data for _, _, data in parts)
    return out + b"".join(head + data for head, (_, _, data) in zip(heads, parts, strict=True))


def _fax(picture: Image.Image) -> bytes:
    """The bits of a picture by ITU-T T.6, taken out of a TIFF of one strip; 1 is black."""
    out = io.BytesIO()
    bits = ImageChops.invert(picture.convert("L")).point(lambda v: 255 * (v > 127), "1")
    bits.save(out, "TIFF", compression="group4", tiffinfo={278: picture.height})
    with Image.open(io.BytesIO(out.getvalue())) as tiff:
        tags = tiff.tag_v2  # type: ignore[attr-defined]
        (start,), (size,) = tags[273], tags[279]
    return out.getvalue()[start : start + size]
