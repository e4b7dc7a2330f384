"""Make PDFs (ISO 32000) with text that is drawn right and comes out in logical order.

A page is a sequence of blocks: a str is a paragraph, the others are below. Fonts are cut to
the glyphs in use by HarfBuzz and embedded with their way back to Unicode, so Latin, Cyrillic,
Chinese, Arabic and Uyghur are all native text. pdfium moves vowel marks, and hyphens and colons
beside figures, in right-to-left lines: texts that must come back exactly avoid them. Lengths
are points, origin at the upper left of an A4 page for blocks; ids are derived from the content,
so the same words give the same bytes.
"""

from __future__ import annotations

import io
import math
import random
import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec
import pikepdf
import uharfbuzz  # type: ignore[import-untyped]
from PIL import Image

from assay.testing.makers.fonts import Script, Style, load_face
from assay.testing.makers.typeset import (
    Run,
    break_lines,
    measure,
    runs_right_to_left,
    shape_line,
)

PAGE_WIDTH, PAGE_HEIGHT = 595.0, 842.0
MARGIN = 62.0

Colour = tuple[float, float, float]
BLACK: Colour = (0.0, 0.0, 0.0)
GREY: Colour = (0.4, 0.4, 0.4)
INK: Colour = (0.12, 0.16, 0.45)
RED: Colour = (0.72, 0.1, 0.12)


class Line(msgspec.Struct, frozen=True):
    """A paragraph. `start` and `end` follow its direction. `after` is the room below it.

    `covered`: pieces of its text that a black box hides from view (and from view only).
    """

    text: str
    size: float = 10.5
    style: Style = "serif"
    align: Literal["start", "center", "end"] = "start"
    after: float = 7.0
    colour: Colour = BLACK
    covered: tuple[str, ...] = ()
    indent: float = 0.0


class Rule(msgspec.Struct, frozen=True):
    """A line across the page."""

    thickness: float = 0.8
    colour: Colour = BLACK
    after: float = 10.0


class Gap(msgspec.Struct, frozen=True):
    """Empty room."""

    height: float


class Letterhead(msgspec.Struct, frozen=True):
    """The head of an office's paper: a mark, its name, its address, a rule."""

    name: str
    address: str = ""
    colour: Colour = (0.07, 0.24, 0.38)
    mark: Literal["anchor", "crest", "none"] = "anchor"


class Table(msgspec.Struct, frozen=True):
    """Ruled rows; the first is the head. `widths` are shares of the page's width."""

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    size: float = 9.0
    after: float = 10.0


class Stamp(msgspec.Struct, frozen=True):
    """A round or square rubber stamp with its middle at (x, y), turned by `angle` degrees.

    It takes no room. Without `y` it stands beside the block before it.
    """

    lines: tuple[str, ...]
    x: float = 440.0
    y: float | None = None
    angle: float = 12.0
    colour: Colour = RED
    round: bool = True
    size: float = 9.0


class Signature(msgspec.Struct, frozen=True):
    """A scrawl drawn from the name's letters, and the name in print below."""

    name: str
    role: str = ""
    align: Literal["start", "end"] = "start"


class Picture(msgspec.Struct, frozen=True):
    """A JPEG over the whole page, as a scanner writes it. `dpi` gives the page's size."""

    jpeg: bytes
    dpi: int = 200


Block = str | Line | Rule | Gap | Letterhead | Table | Stamp | Signature | Picture
Page = Sequence[Block]


class _Face:
    """One face as it is embedded: its resource name and the code of each (glyph, text)."""

    def __init__(self, name: str, codes: dict[tuple[int, str], int]) -> None:
        self.name = name
        self.codes = codes


class _Placed(msgspec.Struct, frozen=True):
    """A run with its left end on the baseline at (x, y), y counted upwards."""

    run: Run
    size: float
    x: float
    y: float


class _Canvas:
    """What is drawn on one page, in order: operators as text, and placed runs."""

    def __init__(self) -> None:
        self.drawn: list[str | _Placed] = []
        self.pictures: list[Picture] = []

    def operate(self, *operators: str) -> None:
        self.drawn += operators

    def write(
        self, text: str, x: float, y: float, style: Style, size: float, *, right: bool | None = None
    ) -> None:
        """Write one line of text with its left end at x and its baseline y above the foot."""
        for run in shape_line(text, style, right=right):
            self.drawn.append(_Placed(run, size, x, y))
            x += run.width * size / 1000


def _embed(document: pikepdf.Pdf, canvases: Sequence[_Canvas]) -> dict[tuple[Script, Style], _Face]:
    """Embed every glyph that the canvases use, one subset a face."""
    used: dict[tuple[Script, Style], dict[tuple[int, str], None]] = {}
    for canvas in canvases:
        for item in canvas.drawn:
            if isinstance(item, _Placed):
                mine = used.setdefault((item.run.script, item.run.style), {})
                for glyph in item.run.glyphs:
                    mine[glyph.number, glyph.text] = None
    faces: dict[tuple[Script, Style], _Face] = {}
    fonts = pikepdf.Dictionary()
    for key, wanted in used.items():
        name = f"F{len(faces) + 1}"
        codes, font = _embed_face(document, key, list(wanted))
        faces[key] = _Face(name, codes)
        fonts[f"/{name}"] = font
    document.Root["/AssayFonts"] = document.make_indirect(fonts)
    return faces


def _embed_face(
    document: pikepdf.Pdf, key: tuple[Script, Style], wanted: list[tuple[int, str]]
) -> tuple[dict[tuple[int, str], int], pikepdf.Object]:
    """Embed one face; the code of each (glyph, text), and the font.

    A TrueType face has a map from codes to glyphs, so that one glyph may stand for several
    texts; a CFF face has none: there the code is the glyph's number in the subset.
    """
    script, style = key
    face = load_face(script, style)
    cff = "CFF " in face.table_tags
    scale = 1000 / face.upem
    cut = uharfbuzz.SubsetInput()
    for number, _ in wanted:
        cut.glyph_set.add(number)
    cut.flags = uharfbuzz.SubsetFlags.NO_LAYOUT_CLOSURE
    if cff:
        cut.flags |= uharfbuzz.SubsetFlags.CFF_IDENTITY_CHARSET
    for tag in ("GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG"):
        cut.drop_table_tag_set.add(int.from_bytes(tag.encode(), "big"))
    plan = uharfbuzz.SubsetPlan(face, cut)
    program = bytes(plan.execute().blob.data)
    moved = dict(plan.old_to_new_glyph_mapping.items())
    codes = {pair: moved[pair[0]] if cff else number for number, pair in enumerate(wanted, 1)}
    texts: dict[int, str] = {}
    widths: dict[int, float] = {}
    font = uharfbuzz.Font(face)
    for (number, text), code in codes.items():
        texts.setdefault(code, text)
        widths[code] = font.get_glyph_h_advance(number) * scale
    name = pikepdf.Name(f"/ASSAYA+Noto{script.title()}{style.title().replace('-', '')}")
    stream = document.make_stream(program)
    if cff:
        stream.Subtype = pikepdf.Name.OpenType
    else:
        stream.Length1 = len(program)
    descriptor = pikepdf.Dictionary(
        Type=pikepdf.Name.FontDescriptor,
        FontName=name,
        Flags=4,
        FontBBox=[-200, -300, 1200, 1000],
        ItalicAngle=0,
        Ascent=1000,
        Descent=-300,
        CapHeight=700,
        StemV=80,
    )
    descriptor["/FontFile3" if cff else "/FontFile2"] = stream
    below = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.CIDFontType0 if cff else pikepdf.Name.CIDFontType2,
        BaseFont=name,
        CIDSystemInfo=pikepdf.Dictionary(
            Registry=pikepdf.String("Adobe"), Ordering=pikepdf.String("Identity"), Supplement=0
        ),
        FontDescriptor=document.make_indirect(descriptor),
        DW=1000,
        W=pikepdf.Array(
            [x for code in sorted(widths) for x in (code, pikepdf.Array([round(widths[code])]))]
        ),
    )
    if not cff:
        below.CIDToGIDMap = document.make_stream(
            b"\0\0" + b"".join(moved[number].to_bytes(2, "big") for number, _ in wanted)
        )
    return codes, document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type0,
            BaseFont=name,
            Encoding=pikepdf.Name("/Identity-H"),
            DescendantFonts=[document.make_indirect(below)],
            ToUnicode=document.make_stream(_to_unicode(texts)),
        )
    )


def _to_unicode(texts: Mapping[int, str]) -> bytes:
    lines = [
        f"<{cid:04X}> <{text.encode('utf-16-be').hex().upper()}>"
        for cid, text in sorted(texts.items())
        if text
    ]
    blocks = [
        f"{len(lines[n : n + 100])} beginbfchar\n" + "\n".join(lines[n : n + 100]) + "\nendbfchar\n"
        for n in range(0, len(lines), 100)
    ]
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        + "".join(blocks)
        + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


def _show(placed: _Placed, face: _Face) -> str:
    """The operators that draw a run: codes, and the steps where a glyph is not at its place."""
    out = [f"BT /{face.name} {placed.size:g} Tf 1 0 0 1 {placed.x:.2f} {placed.y:.2f} Tm"]
    array = ""
    font = uharfbuzz.Font(load_face(placed.run.script, placed.run.style))
    scale = 1000 / font.face.upem
    for glyph in placed.run.glyphs:
        own = round(font.get_glyph_h_advance(glyph.number) * scale)
        code = face.codes[glyph.number, glyph.text]
        before, after = round(glyph.dx), round(glyph.advance - glyph.dx) - own
        if glyph.dy:
            out.append(f"[{array}] TJ" if array else "")
            lift = f"{glyph.dy * placed.size / 1000:.2f} Ts"
            out.append(f"{lift} [{-before} <{code:04X}> {-after}] TJ 0 Ts")
            array = ""
            continue
        array += (
            (f"{-before} " if before else "") + f"<{code:04X}>" + (f" {-after} " if after else "")
        )
    if array:
        out.append(f"[{array}] TJ")
    out.append("ET")
    return " ".join(filter(None, out)).replace("> <", "><").replace("><", "")


def _colour(colour: Colour) -> str:
    red, green, blue = colour
    return f"{red:g} {green:g} {blue:g} rg {red:g} {green:g} {blue:g} RG"


def _circle(x: float, y: float, radius: float) -> str:
    k = 0.5523 * radius
    return (
        f"{x + radius:.2f} {y:.2f} m "
        f"{x + radius:.2f} {y + k:.2f} {x + k:.2f} {y + radius:.2f} {x:.2f} {y + radius:.2f} c "
        f"{x - k:.2f} {y + radius:.2f} {x - radius:.2f} {y + k:.2f} {x - radius:.2f} {y:.2f} c "
        f"{x - radius:.2f} {y - k:.2f} {x - k:.2f} {y - radius:.2f} {x:.2f} {y - radius:.2f} c "
        f"{x + k:.2f} {y - radius:.2f} {x + radius:.2f} {y - k:.2f} {x + radius:.2f} {y:.2f} c"
    )


def _draw_mark(canvas: _Canvas, kind: str, x: float, y: float, colour: Colour) -> None:
    """A mark of 30 points with its middle at (x, y)."""
    canvas.operate("q", _colour(colour), "1.6 w 1 J", f"{_circle(x, y, 17)} S")
    if kind == "anchor":
        canvas.operate(
            f"{_circle(x, y + 9, 2.4)} S",
            f"{x} {y + 6.5} m {x} {y - 11} l S {x - 5} {y + 3.5} m {x + 5} {y + 3.5} l S",
            f"{x - 9.5} {y - 3} m {x - 8} {y - 13} {x + 8} {y - 13} {x + 9.5} {y - 3} c S",
        )
    else:
        canvas.operate(
            f"{x - 8} {y + 9} m {x + 8} {y + 9} l {x + 8} {y - 1} l {x + 6} {y - 8} {x} {y - 11} "
            f"{x} {y - 11} c {x} {y - 11} {x - 6} {y - 8} {x - 8} {y - 1} c h S",
            f"{x - 8} {y + 3} m {x + 8} {y + 3} l S {x} {y + 3} m {x} {y - 10} l S",
        )
    canvas.operate("Q")


class _Layout:
    """Places blocks one below another on one page."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.canvas = _Canvas()
        self.top = MARGIN - 8
        self.width = PAGE_WIDTH - 2 * MARGIN

    def room(self, height: float) -> float:
        """Take `height` points; the baseline's y, counted upwards. Raises ValueError."""
        self.top += height
        if self.top > PAGE_HEIGHT - 40:
            raise ValueError(f"page {self.number} holds more than its paper: move blocks on")
        return PAGE_HEIGHT - self.top

    def place(self, block: Block) -> None:
        """Draw a block and move down."""
        match block:
            case str():
                self.line(Line(block))
            case Line():
                self.line(block)
            case Rule():
                y = self.room(4)
                self.canvas.operate(
                    f"q {_colour(block.colour)} {block.thickness:g} w {MARGIN:g} {y:.2f} m "
                    f"{PAGE_WIDTH - MARGIN:g} {y:.2f} l S Q"
                )
                self.room(block.after)
            case Gap():
                self.room(block.height)
            case Letterhead():
                self.letterhead(block)
            case Table():
                self.table(block)
            case Stamp():
                self.stamp(block)
            case Signature():
                self.signature(block)
            case Picture():
                self.canvas.pictures.append(block)

    def line(self, block: Line) -> None:
        right = runs_right_to_left(block.text)
        leading = block.size * (1.75 if right else 1.45)
        width = self.width - block.indent
        self.canvas.operate("q " + _colour(block.colour))
        boxes: list[str] = []
        at = 0
        for text in break_lines(block.text, block.style, block.size, width):
            y = self.room(leading)
            wide = measure(text, block.style, block.size, right=right)
            free = {"start": 0.0, "center": (width - wide) / 2, "end": width - wide}[block.align]
            x = (
                PAGE_WIDTH - MARGIN - block.indent - free - wide
                if right
                else MARGIN + block.indent + free
            )
            self.canvas.write(text, x, y, block.style, block.size, right=right)
            at = block.text.find(text, at)
            for words in block.covered:
                start = block.text.find(words)
                low, high = max(start, at) - at, min(start + len(words), at + len(text)) - at
                if start >= 0 and low < high:
                    before = measure(text[:low], block.style, block.size)
                    over = measure(text[low:high], block.style, block.size)
                    left = x + wide - before - over if right else x + before
                    boxes.append(
                        f"{left - 1:.2f} {y - block.size * 0.3:.2f} {over + 2:.2f} "
                        f"{block.size * 1.25:.2f} re f"
                    )
            at += len(text)
        self.canvas.operate("Q")
        if boxes:
            self.canvas.operate("q 0 0 0 rg", *boxes, "Q")
        self.top += block.after

    def letterhead(self, block: Letterhead) -> None:
        right = runs_right_to_left(block.name)
        y = self.room(22)
        inset = 0.0 if block.mark == "none" else 44.0
        if inset:
            middle = PAGE_WIDTH - MARGIN - 18 if right else MARGIN + 18
            _draw_mark(self.canvas, block.mark, middle, y - 6, block.colour)
        edge = PAGE_WIDTH - MARGIN - inset
        self.canvas.operate("q " + _colour(block.colour))
        wide = measure(block.name, "sans-bold", 15)
        x = edge - wide if right else MARGIN + inset
        self.canvas.write(block.name, x, y, "sans-bold", 15, right=right)
        self.canvas.operate(_colour(GREY))
        if block.address:
            y = self.room(15)
            wide = measure(block.address, "sans", 7.5)
            x = edge - wide if right else MARGIN + inset
            self.canvas.write(block.address, x, y, "sans", 7.5, right=right)
        self.canvas.operate("Q")
        self.top += 6
        self.place(Rule(1.6, block.colour, 14))

    def table(self, block: Table) -> None:
        self.top += 3
        columns = len(block.rows[0])
        shares = block.widths or (1.0,) * columns
        widths = [self.width * share / sum(shares) for share in shares]
        right = runs_right_to_left(" ".join(block.rows[0]))
        for number, row in enumerate(block.rows):
            style: Style = "sans-bold" if number == 0 else "sans"
            cells = [
                break_lines(c, style, block.size, w - 8) for c, w in zip(row, widths, strict=True)
            ]
            leading = block.size * 1.5
            height = max(map(len, cells)) * leading + 5
            foot = self.room(height)
            x = PAGE_WIDTH - MARGIN if right else MARGIN
            self.canvas.operate("q 0.45 w 0.35 0.35 0.35 RG")
            if number == 0:
                self.canvas.operate(
                    f"0.9 0.92 0.94 rg {MARGIN:g} {foot:.2f} {self.width:g} {height:.2f} re f "
                    "0 0 0 rg"
                )
            for lines, wide in zip(cells, widths, strict=True):
                left = x - wide if right else x
                self.canvas.operate(f"{left:.2f} {foot:.2f} {wide:.2f} {height:.2f} re S")
                for place, text in enumerate(lines):
                    y = foot + height - leading * (place + 1) + 1
                    long = measure(text, style, block.size)
                    figure = re.fullmatch(r"[\d\s.,%–−-]+(?: ?[A-Z]{3}| ?m)?", text) is not None
                    far = (figure and not right) or (right and not figure)
                    at = left + wide - long - 4 if far else left + 4
                    self.canvas.write(text, at, y, style, block.size)
                x = left if right else x + wide
            self.canvas.operate("Q")
        self.top += block.after

    def stamp(self, block: Stamp) -> None:
        turn = math.radians(block.angle)
        cos, sin = math.cos(turn), math.sin(turn)
        wide = max(measure(line, "sans-bold", block.size) for line in block.lines)
        middle = max(self.top - 30, MARGIN + 60) if block.y is None else block.y
        self.canvas.operate(
            f"q {_colour(block.colour)} {cos:.4f} {sin:.4f} {-sin:.4f} {cos:.4f} "
            f"{block.x:g} {PAGE_HEIGHT - middle:g} cm"
        )
        leading = block.size * 1.45
        height = leading * len(block.lines)
        if block.round:
            radius = math.hypot(wide, height) / 2 + 5
            self.canvas.operate(
                f"1.8 w {_circle(0, 0, radius + 4)} S 0.7 w {_circle(0, 0, radius)} S"
            )
        else:
            box = f"{-wide / 2 - 8:.2f} {-height / 2 - 5:.2f} {wide + 16:.2f} {height + 10:.2f}"
            self.canvas.operate(f"1.8 w {box} re S")
        for number, line in enumerate(block.lines):
            long = measure(line, "sans-bold", block.size)
            y = height / 2 - leading * (number + 1) + block.size * 0.4
            self.canvas.write(line, -long / 2, y, "sans-bold", block.size)
        self.canvas.operate("Q")

    def signature(self, block: Signature) -> None:
        y = self.room(46)
        chance = random.Random(block.name)
        x = MARGIN + 6 if block.align == "start" else PAGE_WIDTH - MARGIN - 150
        path = [f"{x:.1f} {y + 6:.1f} m"]
        for step in range(9):
            ahead = x + 12 * step
            up = chance.uniform(6, 30 if step in (0, 4) else 17)
            path.append(
                f"{ahead + chance.uniform(-4, 8):.1f} {y + up:.1f} "
                f"{ahead + chance.uniform(2, 14):.1f} {y - chance.uniform(-6, 9):.1f} "
                f"{ahead + 12:.1f} {y + chance.uniform(2, 12):.1f} c"
            )
        path.append(
            f"{x + 128:.1f} {y + 2:.1f} {x + 60:.1f} {y - 7:.1f} {x + 4:.1f} {y - 1:.1f} c S"
        )
        self.canvas.operate(f"q {_colour(INK)} 1.1 w 1 J 1 j", *path, "Q")
        for text, size in ((block.name, 10.0), (block.role, 8.5)):
            if text:
                y = self.room(size * 1.5)
                self.canvas.write(text, x, y, "serif", size)
        self.top += 8


def _draw_pages(pages: Sequence[Page]) -> list[_Canvas]:
    canvases = []
    for number, blocks in enumerate(pages, 1):
        layout = _Layout(number)
        for block in blocks:
            layout.place(block)
        canvases.append(layout.canvas)
    return canvases


def _content(
    canvas: _Canvas, faces: Mapping[tuple[Script, Style], _Face], size: tuple[float, float]
) -> bytes:
    out = [
        item if isinstance(item, str) else _show(item, faces[item.run.script, item.run.style])
        for item in canvas.drawn
    ]
    for number in range(len(canvas.pictures)):
        out.insert(0, f"q {size[0]:.2f} 0 0 {size[1]:.2f} 0 0 cm /P{number} Do Q")
    return "\n".join(out).encode("ascii")


def _pdf_time(moment: str) -> str:
    """RFC 3339 as a PDF date: 2018-05-14T09:00:00Z is D:20180514090000Z."""
    clock = moment[:19].replace("-", "").replace("T", "").replace(":", "")
    zone = moment[19:]
    return f"D:{clock}Z" if zone == "Z" else f"D:{clock}{zone[:3]}'{zone[4:6]}'"


def _document(
    pages: Sequence[Page], title: str, author: str, created: str, modified: str, creator: str
) -> tuple[pikepdf.Pdf, list[_Canvas], dict[tuple[Script, Style], _Face]]:
    document = pikepdf.new()
    canvases = _draw_pages(pages)
    faces = _embed(document, canvases)
    fonts = document.Root["/AssayFonts"]
    del document.Root["/AssayFonts"]
    for canvas in canvases:
        _add_page(document, canvas, faces, fonts)
    document.docinfo["/Title"] = pikepdf.String(title)
    document.docinfo["/Author"] = pikepdf.String(author)
    document.docinfo["/Creator"] = pikepdf.String(creator)
    document.docinfo["/CreationDate"] = pikepdf.String(_pdf_time(created))
    document.docinfo["/ModDate"] = pikepdf.String(_pdf_time(modified or created))
    return document, canvases, faces


def _add_page(
    document: pikepdf.Pdf,
    canvas: _Canvas,
    faces: Mapping[tuple[Script, Style], _Face],
    fonts: pikepdf.Object,
) -> None:
    size = (PAGE_WIDTH, PAGE_HEIGHT)
    resources = pikepdf.Dictionary(Font=fonts)
    shown = pikepdf.Dictionary()
    for number, picture in enumerate(canvas.pictures):
        with Image.open(io.BytesIO(picture.jpeg)) as image:
            wide, high, mode = image.width, image.height, image.mode
        size = (wide * 72 / picture.dpi, high * 72 / picture.dpi)
        stream = document.make_stream(picture.jpeg)
        stream.Type, stream.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
        stream.Width, stream.Height, stream.BitsPerComponent = wide, high, 8
        stream.ColorSpace = pikepdf.Name.DeviceGray if mode == "L" else pikepdf.Name.DeviceRGB
        stream.Filter = pikepdf.Name.DCTDecode
        shown[f"/P{number}"] = stream
    if canvas.pictures:
        resources.XObject = shown
    page = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=[0, 0, round(size[0], 2), round(size[1], 2)],
        Resources=resources,
        Contents=document.make_stream(_content(canvas, faces, size)),
    )
    document.pages.append(pikepdf.Page(page))


def _save(document: pikepdf.Pdf, **options: Any) -> bytes:
    out = io.BytesIO()
    options = {
        "deterministic_id": True,
        "object_stream_mode": pikepdf.ObjectStreamMode.disable,
        **options,
    }
    document.save(out, **options)
    return out.getvalue()


def pdf(
    pages: Sequence[Page],
    *,
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
    modified: str = "",
    creator: str = "Office writer",
) -> bytes:
    """A PDF of A4 pages, each a sequence of blocks.

    Raises MissingPackage where a font is not there, ValueError where a page is too full.
    """
    document, _, _ = _document(pages, title, author, created, modified, creator)
    return _save(document)


def encrypted_pdf(
    pages: Sequence[Page],
    password: str,
    *,
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
) -> bytes:
    """A PDF that opens with `password` alone (RC4 of 128 bits: the one without random salts)."""
    document, _, _ = _document(pages, title, author, created, "", "Office writer")
    return _save(
        document,
        deterministic_id=False,
        static_id=True,
        encryption=pikepdf.Encryption(
            owner=password + "#", user=password, R=3, aes=False, metadata=False
        ),
    )


def pdf_with_revision(
    first: Sequence[Page],
    second: Sequence[Page],
    *,
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
    modified: str = "2019-03-15T16:20:00Z",
) -> bytes:
    """A PDF that shows `second` and still holds `first`, as an incremental update leaves it.

    Both have the same number of pages. The bytes up to the first %%EOF are the first document.
    """
    if len(first) != len(second):
        raise ValueError("both revisions need the same number of pages")
    document, canvases, faces = _document(
        [*first, *second], title, author, created, "", "Office writer"
    )
    later = [_content(c, faces, (PAGE_WIDTH, PAGE_HEIGHT)) for c in canvases[len(first) :]]
    del document.pages[len(first) :]
    old = _save(document)
    with pikepdf.open(io.BytesIO(old)) as saved:
        numbers = [page.obj.Contents.objgen[0] for page in saved.pages]
        info = saved.docinfo.objgen[0]
        root = saved.Root.objgen[0]
        size = int(saved.trailer.Size)
        mark = bytes(saved.trailer.ID[0]).hex()
    fields = {
        "/Title": pikepdf.String(title),
        "/Author": pikepdf.String(author),
        "/CreationDate": pikepdf.String(_pdf_time(created)),
        "/ModDate": pikepdf.String(_pdf_time(modified)),
    }
    objects = {
        number: b"<< /Length %d >>\nstream\n%b\nendstream" % (len(body), body)
        for number, body in zip(numbers, later, strict=True)
    }
    objects[info] = pikepdf.Dictionary(fields).unparse()
    before = int(re.findall(rb"startxref\s+(\d+)", old)[-1])
    out = bytearray(old)
    entries = []
    for number, body in sorted(objects.items()):
        entries.append(f"{number} 1\n{len(out):010d} 00000 n \n".encode())
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n" + b"".join(entries)
    out += (
        f"trailer\n<< /Size {size} /Root {root} 0 R /Info {info} 0 R /Prev {before} "
        f"/ID [<{mark}> <{mark[::-1]}>] >>\nstartxref\n{start}\n%%EOF\n"
    ).encode()
    return bytes(out)


def badly_redacted_pdf(
    pages: Sequence[Page],
    words: Sequence[str],
    *,
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
) -> bytes:
    """A PDF with a black box over each of `words`, whose text is still there.

    Raises ValueError where one of `words` is in no paragraph: then nothing would be covered.
    """
    covered: list[list[Block]] = []
    found: set[str] = set()
    for page in pages:
        blocks: list[Block] = []
        for block in page:
            line = Line(block) if isinstance(block, str) else block
            if isinstance(line, Line):
                hit = tuple(w for w in words if w in line.text)
                found |= set(hit)
                line = msgspec.structs.replace(line, covered=(*line.covered, *hit)) if hit else line
            blocks.append(line)
        covered.append(blocks)
    if found != set(words):
        raise ValueError("some words to cover are in no paragraph")
    return pdf(covered, title=title, author=author, created=created)


def pdf_with_attachment(
    pages: Sequence[Page],
    files: Mapping[str, bytes],
    *,
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
) -> bytes:
    """A PDF with `files` embedded."""
    document, _, _ = _document(pages, title, author, created, "", "Office writer")
    for name, body in files.items():
        document.attachments[name] = pikepdf.AttachedFileSpec(
            document,
            body,
            description="",
            mime_type="",
            filename=name,
            creation_date=_pdf_time(created),
            mod_date=_pdf_time(created),
        )
    return _save(document)


def _pdf_words(text: str) -> bytes:
    """The inside of a literal string in Windows-1252."""
    raw = text.encode("cp1252")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def pdf_with_form(
    pages: Sequence[Page],
    fields: Mapping[str, str],
    *,
    notes: Sequence[str] = (),
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
) -> bytes:
    """A PDF with filled text fields (name to value) and sticky notes on its last page.

    The values stand in the fields' appearance in Helvetica, so they are Latin letters.
    """
    document, _, _ = _document(pages, title, author, created, "", "Office writer")
    page = document.pages[-1]
    helvetica = document.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font,
            Subtype=pikepdf.Name.Type1,
            BaseFont=pikepdf.Name.Helvetica,
            Encoding=pikepdf.Name.WinAnsiEncoding,
        )
    )
    marks = pikepdf.Array()
    listed = pikepdf.Array()
    page.obj.Resources.Font.Helv = helvetica
    labels = b"".join(
        b"BT /Helv 10 Tf 0 g 62 %d Td (%b) Tj ET 0.5 G 180 %d 330 20 re S\n"
        % (636 - 30 * number, _pdf_words(name), 630 - 30 * number)
        for number, name in enumerate(fields)
    )
    page.contents_add(b"q\n" + labels + b"Q\n")
    for number, (name, value) in enumerate(fields.items()):
        low = 630 - 30 * number
        look = document.make_stream(
            b"/Tx BMC q BT /Helv 10 Tf 0 g 3 6 Td (%b) Tj ET Q EMC" % _pdf_words(value)
        )
        look.Type, look.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        look.BBox = pikepdf.Array([0, 0, 330, 20])
        look.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=helvetica))
        field = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T=pikepdf.String(name),
                TU=pikepdf.String(name),
                V=pikepdf.String(value),
                DA=pikepdf.String("/Helv 10 Tf 0 g"),
                Rect=[180, low, 510, low + 20],
                F=4,
                MK=pikepdf.Dictionary(BC=[0.4, 0.4, 0.4]),
                AP=pikepdf.Dictionary(N=look),
                P=page.obj,
            )
        )
        marks.append(field)
        listed.append(field)
    for number, note in enumerate(notes):
        marks.append(
            document.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot,
                    Subtype=pikepdf.Name.Text,
                    Rect=[540, 700 - 40 * number, 560, 720 - 40 * number],
                    Contents=pikepdf.String(note),
                    T=pikepdf.String(author),
                    M=pikepdf.String(_pdf_time(created)),
                    Name=pikepdf.Name.Note,
                    C=[1, 0.9, 0.4],
                )
            )
        )
    page.obj.Annots = marks
    document.Root.AcroForm = document.make_indirect(
        pikepdf.Dictionary(
            Fields=listed,
            DR=pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=helvetica)),
            DA=pikepdf.String("/Helv 10 Tf 0 g"),
        )
    )
    return _save(document)


def scanned_pdf(
    images: Sequence[Image.Image],
    *,
    dpi: int = 200,
    quality: int = 60,
    title: str = "",
    author: str = "",
    created: str = "2019-03-14T09:00:00Z",
    creator: str = "Office scanner",
) -> bytes:
    """A PDF of pictures alone, a page each, as a scanner makes it: no text in it."""
    pages: list[list[Block]] = []
    for image in images:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality, dpi=(dpi, dpi))
        pages.append([Picture(out.getvalue(), dpi)])
    return pdf(pages, title=title, author=author, created=created, creator=creator)
