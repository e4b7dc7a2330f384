"""Exhibits made by hand for the tests of the readers, and one call that reads them."""

from __future__ import annotations

import io
import struct
import tempfile
import zlib
from pathlib import Path
from typing import Any

import msgspec
import pikepdf

from assay import settings
from assay.extract.read import read
from assay.model.reading import Reading


def read_bytes(
    body: bytes,
    name: str | bytes = b"exhibit",
    scratch: Path | None = None,
    passwords: tuple[str, ...] = (),
    depth: int = 0,
    options: dict[str, Any] | None = None,
    **limits: Any,
) -> Reading:
    """Read bytes under a name, with the limits given."""
    raw = name.encode() if isinstance(name, str) else name
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bytes"
        path.write_bytes(body)
        place = scratch or Path(folder) / "scratch"
        place.mkdir(exist_ok=True)
        bounds = msgspec.structs.replace(settings.Limits(), **limits)
        chosen = msgspec.structs.replace(settings.Reading(), **(options or {}))
        return read(path, raw, place, bounds, chosen, passwords, depth)


def codes(reading: Reading) -> set[str]:
    """All problem codes of a reading, those of its members too."""
    return {p.code for p in reading.problems} | {
        m.problem.code for m in reading.members if m.problem
    }


def page_of(reading: Reading, number: int = 1) -> str:
    """The text of one page."""
    page = reading.pages[number - 1]
    return reading.text[page.start : page.end]


def kinds_of(reading: Reading) -> dict[str, list[str]]:
    """Kind of region -> the words of each region of it, in their order."""
    found: dict[str, list[str]] = {}
    for region in reading.regions:
        found.setdefault(region.kind, []).append(reading.text[region.start : region.end])
    return found


def pdf(
    *pages: str,
    rotate: int = 0,
    box: tuple[int, int, int, int] = (0, 0, 612, 792),
    info: dict[str, str] | None = None,
    xmp: bytes = b"",
    attachments: dict[str, bytes] | None = None,
    notes: dict[int, str] | None = None,
    fields: dict[int, tuple[str, str]] | None = None,
    password: str = "",
    picture: bool = False,
    outline: tuple[tuple[str, int], ...] = (),
) -> bytes:
    """A PDF; each page is a content stream (Helvetica is `/F1`), or words placed at 72, 700.

    `notes` and `fields` map a page index to the words of a note, or (tooltip, value).
    """
    out = pikepdf.new()
    font = out.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica
        )
    )
    for index, text in enumerate(pages):
        content = text if text.startswith(("BT", "q")) or not text else _placed(text)
        resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
        if picture:
            image = pikepdf.Stream(out, zlib.compress(bytes(64 * 64)))
            image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
            image.Width = image.Height = 64
            image.ColorSpace, image.BitsPerComponent = pikepdf.Name.DeviceGray, 8
            image.Filter = pikepdf.Name.FlateDecode
            resources.XObject = pikepdf.Dictionary(Im1=image)
            content += f" q {box[2]} 0 0 {box[3]} 0 0 cm /Im1 Do Q"
        page = pikepdf.Dictionary(
            Type=pikepdf.Name.Page,
            MediaBox=list(box),
            Resources=resources,
            Contents=pikepdf.Stream(out, content.encode("latin-1")),
            Rotate=rotate,
        )
        out.pages.append(pikepdf.Page(out.make_indirect(page)))
        marks: list[Any] = []
        if notes and index in notes:
            marks.append(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Text,
                    Rect=[10, 10, 30, 30], Contents=pikepdf.String(notes[index]),
                )
            )  # fmt: skip
        if fields and index in fields:
            label, value = fields[index]
            widget = out.make_indirect(
                pikepdf.Dictionary(
                    Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Widget, FT=pikepdf.Name.Tx,
                    T=pikepdf.String("f"), TU=pikepdf.String(label), V=pikepdf.String(value),
                    Rect=[50, 50, 200, 70],
                )
            )  # fmt: skip
            marks.append(widget)
            out.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([widget]))
        if marks:
            out.pages[index].Annots = pikepdf.Array([out.make_indirect(m) for m in marks])
    if info:
        out.trailer.Info = out.make_indirect(
            pikepdf.Dictionary({f"/{k}": v for k, v in info.items()})
        )
    if xmp:
        packet = pikepdf.Stream(out, xmp)
        packet.Type, packet.Subtype = pikepdf.Name.Metadata, pikepdf.Name.XML
        out.Root.Metadata = packet
    for name, body in (attachments or {}).items():
        out.attachments[name] = body
    if outline:
        with out.open_outline() as tree:
            for title, number in outline:
                tree.root.append(pikepdf.OutlineItem(title, number))
    stream = io.BytesIO()
    encryption: Any = pikepdf.Encryption(owner=password, user=password) if password else False
    out.save(stream, encryption=encryption)
    return stream.getvalue()


def _placed(text: str) -> str:
    lines = "".join(f"({line}) Tj T* " for line in text.split("\n"))
    return f"BT /F1 12 Tf 14 TL 72 700 Td {lines}ET"


def many_zeros_zip(entries: int, size: int) -> bytes:
    """A small zip whose entries unpack to `size` zero bytes each."""
    from assay.testing.makers.archives import zip_of

    return zip_of({f"{n}.bin": bytes(size) for n in range(entries)})


def ole(tree: dict[str, Any]) -> bytes:
    """A compound file of streams (bytes) and storages (dicts), each stream in whole sectors.

    Streams are filled up with zeros to 4,096 bytes, below which a file would need a second
    kind of sector.
    """
    sectors: list[bytes] = []
    links: list[int] = []
    entries: list[list[Any]] = []  # name, kind, left, right, child, first sector, size

    def store(body: bytes) -> int:
        first = len(sectors)
        count = max(1, -(-len(body) // 512))
        for number in range(count):
            sectors.append(body[number * 512 : number * 512 + 512].ljust(512, b"\0"))
            links.append(first + number + 1)
        links[-1] = 0xFFFFFFFE
        return first

    def enter(name: str, value: bytes | dict[str, Any], kind: int) -> int:
        number = len(entries)
        entries.append([name, kind, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE, 0])
        if isinstance(value, bytes):
            body = value.ljust(4096, b"\0")
            entries[number][5:] = [store(body), len(body)]
            return number
        last = None
        for key, inner in sorted(value.items(), key=lambda kv: (len(kv[0]), kv[0].upper())):
            child = enter(key, inner, 2 if isinstance(inner, bytes) else 1)
            if last is None:
                entries[number][4] = child
            else:
                entries[last][3] = child
            last = child
        return number

    enter("Root Entry", tree, 5)
    directory = b""
    for name, kind, left, right, child, first, size in entries:
        raw = name.encode("utf-16-le")
        directory += raw.ljust(64, b"\0") + struct.pack(
            "<HBB3I", len(raw) + 2, kind, 1, left, right, child
        )
        directory += bytes(36) + struct.pack("<IQ", first, size)
    place = store(directory)
    tables = -(-(len(sectors) + 8) // 128)
    fat = len(sectors)
    links += [0xFFFFFFFD] * tables
    table = struct.pack(f"<{len(links)}I", *links).ljust(tables * 512, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<IIIIIIIII", 0, tables, place, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    head += struct.pack("<109I", *range(fat, fat + tables), *[0xFFFFFFFF] * (109 - tables))
    return head + b"".join(sectors) + table
