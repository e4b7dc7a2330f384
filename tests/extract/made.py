"""Exhibits made by hand for the tests of the readers, and one call that reads them."""

from __future__ import annotations

import io
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
