"""Make books and help files by hand: CHM, FB2, MOBI and DjVu, for which Python has no writer."""

from __future__ import annotations

import base64
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from assay.testing.makers.archives import zip_of

_FRAME = 0x8000


# ---------------------------------------------------------------- compiled help


def _encint(value: int) -> bytes:
    out = bytes([value & 0x7F])
    while value := value >> 7:
        out = bytes([value & 0x7F | 0x80]) + out
    return out


def _lzx_frame(piece: bytes, first: bool) -> bytes:
    """One frame as an uncompressed LZX block; the first after a reset has one bit more."""
    bits = (0 << 27 if first else 0) | 3 << 24 | len(piece)
    width = 28 if first else 27
    bits <<= 32 - width
    words = struct.pack("<HH", bits >> 16, bits & 0xFFFF)
    return words + struct.pack("<3I", 1, 1, 1) + piece + b"\0" * (len(piece) % 2)


def chm(
    files: Mapping[str, bytes],
    *,
    contents: str = "",
    title: str = "",
    language: int = 0x409,
    default: str = "",
) -> bytes:
    """Compiled help of files in their order. `contents` names the table of contents among them."""
    packed = bytearray()
    listed: list[tuple[bytes, int, int, int]] = []
    for name, body in files.items():
        listed.append((b"/" + name.encode(), 1, len(packed), len(body)))
        packed += body
    starts, content = [], bytearray()
    for number, at in enumerate(range(0, len(packed), _FRAME)):
        starts.append(len(content))
        content += _lzx_frame(bytes(packed[at : at + _FRAME]), number % 2 == 0)
    control = struct.pack("<I4s5I", 6, b"LZXC", 2, 2, 2, 1, 0)
    resets = struct.pack("<4I3Q", 2, len(starts), 8, 40, len(packed), len(content), _FRAME)
    resets += struct.pack(f"<{len(starts)}Q", *starts)
    system = struct.pack("<I", 3)
    for code, value in ((0, contents), (2, default), (3, title), (9, "maker 1")):
        raw = value.encode() + b"\0"
        system += struct.pack("<HH", code, len(raw)) + raw if value else b""
    system += struct.pack("<HHI", 10, 4, 1552554000)
    plain = bytearray()
    store = "::DataSpace/Storage/MSCompressed/"
    transform = store + "Transform/{7FC28940-9D31-11D0-9B27-00A0C91E9C7C}/InstanceData/"
    for name, body in (
        ("/#SYSTEM", system), (store + "ControlData", control), (transform + "ResetTable", resets),
        (store + "Content", bytes(content)),
    ):  # fmt: skip
        listed.append((name.encode(), 0, len(plain), len(body)))
        plain += body
    listed.append((b"/", 0, 0, 0))
    pages: list[bytes] = [b""]
    for raw, section, offset, size in sorted(listed, key=lambda e: e[0].lower()):
        entry = _encint(len(raw)) + raw + _encint(section) + _encint(offset) + _encint(size)
        if len(pages[-1]) + len(entry) > 4096 - 20 - 2:
            pages.append(b"")
        pages[-1] += entry
    directory = b""
    for number, page in enumerate(pages):
        after = number + 1 if number + 1 < len(pages) else 0xFFFFFFFF
        free = 4096 - 20 - len(page)
        before = number - 1 if number else 0xFFFFFFFF
        directory += b"PMGL" + struct.pack("<4I", free, 0, before, after) + page + bytes(free)
    itsp = b"ITSP" + struct.pack(
        "<10I", 1, 0x54, 10, 4096, 2, 1, 0xFFFFFFFF, 0, len(pages) - 1, 0xFFFFFFFF
    )
    itsp += struct.pack("<II", len(pages), language) + bytes(0x54 - 52)
    start = 0x60 + 0x18
    head = b"ITSF" + struct.pack("<5I", 3, 0x60, 1, 0, language) + bytes(32)
    head += struct.pack("<4Q", 0x60, 0x18, start, len(itsp) + len(directory))
    head += struct.pack("<Q", start + len(itsp) + len(directory))
    return head + bytes(0x18) + itsp + directory + bytes(plain)


def sitemap(entries: Sequence[tuple[int, str, str]]) -> bytes:
    """A table of contents: (level, title, target)."""
    out, level = ["<HTML><BODY>"], -1
    for depth, title, target in entries:
        while level < depth:
            out.append("<UL>")
            level += 1
        while level > depth:
            out.append("</UL>")
            level -= 1
        out.append(
            '<LI><OBJECT type="text/sitemap">'
            f'<param name="Name" value="{title}"><param name="Local" value="{target}"></OBJECT>'
        )
    return ("\n".join(out) + "</UL>" * (level + 1)).encode()


# ---------------------------------------------------------------- FictionBook


def fb2(
    sections: Sequence[tuple[str, Sequence[str]]],
    *,
    title: str,
    author: tuple[str, str] = ("Ana", "Voss"),
    notes: Sequence[tuple[str, str]] = (),
    pictures: Mapping[str, bytes] | None = None,
    charset: str = "utf-8",
) -> bytes:
    """A book of sections (title, paragraphs), with notes (id, text) and pictures by name."""
    body = "".join(
        f"<section><title><p>{name}</p></title>"
        + "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        + "</section>"
        for name, paragraphs in sections
    )
    text = f'<?xml version="1.0" encoding="{charset}"?>\n'
    text += (
        '<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" '
        'xmlns:l="http://www.w3.org/1999/xlink"><description><title-info><genre>prose</genre>'
        f"<author><first-name>{author[0]}</first-name><last-name>{author[1]}</last-name></author>"
        f"<book-title>{title}</book-title>"
        "<annotation><p>About <strong>it</strong>.</p></annotation>"
        "<lang>ru</lang></title-info><document-info><id>77</id>"
        '<date value="2019-03-14">then</date></document-info></description>'
        f"<body><title><p>{title}</p></title>{body}</body>"
    )
    if notes:
        inside = "".join(f'<section id="{i}"><p>{t}</p></section>' for i, t in notes)
        text += f'<body name="notes">{inside}</body>'
    for picture, data in (pictures or {}).items():
        packed = base64.b64encode(data).decode()
        text += f'<binary id="{picture}" content-type="image/png">{packed}</binary>'
    return (text + "</FictionBook>").encode(charset)


# ---------------------------------------------------------------- Mobipocket


def _palmdoc(text: bytes) -> bytes:
    """PalmDOC compression that uses every form of it: literals, pairs with a space, copies."""
    out = bytearray()
    at = 0
    while at < len(text):
        piece = text[at : at + 10]
        found = -1
        length = 0
        for size in range(min(10, len(piece)), 2, -1):
            found = text.rfind(piece[:size], max(0, at - 2047), at)
            if found >= 0:
                length = size
                break
        if found >= 0:
            code = 0x8000 | (at - found) << 3 | (length - 3)
            out += code.to_bytes(2, "big")
            at += length
        elif text[at] == 0x20 and at + 1 < len(text) and 0x40 <= text[at + 1] < 0x80:
            out.append(text[at + 1] ^ 0x80)
            at += 2
        elif 9 <= text[at] < 0x80 or text[at] == 0:
            out.append(text[at])
            at += 1
        else:
            out += bytes([1, text[at]])
            at += 1
    return bytes(out)


def _huff(pieces: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
    """(tables, texts): a code of eight bits for each byte but 0xFF, which means a packed phrase."""
    short = b"".join(struct.pack(">I", 0xFF << 8 | 0x80 | 8) for _ in range(256))
    huff = b"HUFF" + struct.pack(">III", 0x18, 24, 24 + 1024) + bytes(8) + short + bytes(256)
    # a code counts from the top, so the phrase of code n is number 255 - n
    phrases = [(bytes([255 - n]), 0x8000) for n in range(256)]
    phrases[0] = (b"the", 0)  # stored packed: three codes
    listing, bodies = b"", b""
    for phrase, flag in phrases:
        listing += struct.pack(">H", 512 + len(bodies))
        bodies += struct.pack(">H", flag | len(phrase)) + phrase
    cdic = b"CDIC" + struct.pack(">III", 0x10, 256, 8) + listing + bodies
    return [huff, cdic], [piece.replace(b"the", b"\xff") for piece in pieces]


def mobi(
    page: str,
    *,
    title: str,
    author: str = "Ana Voss",
    pictures: Sequence[bytes] = (),
    packed: str = "palmdoc",
    locked: bool = False,
) -> bytes:
    """A Mobipocket book of one page of HTML, packed by palmdoc, huff or none."""
    raw = page.encode()
    pieces = [raw[at : at + 4096] for at in range(0, len(raw), 4096)]
    tables: list[bytes] = []
    if packed == "huff":
        tables, texts = _huff(pieces)
    else:
        texts = [_palmdoc(piece) if packed == "palmdoc" else piece for piece in pieces]
    compression = {"palmdoc": 2, "huff": 17480, "none": 1}[packed]
    exth = b""
    for code, value in ((100, author), (106, "2019-03-14"), (524, "en")):
        data = value.encode()
        exth += struct.pack(">II", code, len(data) + 8) + data
    exth = b"EXTH" + struct.pack(">II", len(exth) + 12, 3) + exth
    exth += b"\0" * (-len(exth) % 4)
    name = title.encode()
    size = 232
    first_picture = 1 + len(texts) + len(tables)
    head = struct.pack(
        ">HHIHHHH", compression, 0, len(raw), len(texts), 4096, 2 if locked else 0, 0
    )
    mobi_head = bytearray(size)
    mobi_head[:24] = b"MOBI" + struct.pack(">5I", size, 2, 65001, 7, 6)
    struct.pack_into(">II", mobi_head, 68, 16 + size + len(exth), len(name))
    struct.pack_into(">I", mobi_head, 92, first_picture)
    struct.pack_into(">II", mobi_head, 96, 1 + len(texts), len(tables))
    struct.pack_into(">I", mobi_head, 112, 0x40)
    record = head + bytes(mobi_head) + exth + name + bytes(4)
    records = [record, *texts, *tables, *pictures, b"\xe9\x8e\x0d\x0a"]
    out = title.encode()[:31].ljust(32, b"\0") + struct.pack(">HHIIIIII", 0, 0, 0, 0, 0, 0, 0, 0)
    out += b"BOOKMOBI" + struct.pack(">IIH", 0, 0, len(records))
    at = len(out) + 8 * len(records) + 2
    listing, bodies = b"", b""
    for number, body in enumerate(records):
        listing += struct.pack(">II", at + len(bodies), number)
        bodies += body
    return out + listing + bytes(2) + bodies


# ---------------------------------------------------------------- DjVu

# three pages of 400 x 120 pixels at 100 dpi, each with two bars on it, as cjb2 and djvm pack them
_PAGES = (
    "QVQmVEZPUk0AAADqREpWTURJUk0AAAApgQADAAAAQgAAAH4AAAC6///av4of6FzpjQgB6EuB+BjopNmEZjn9JT8A"
    "Rk9STQAAADRESlZVSU5GTwAAAAoBkAB4GABkABYBU2piegAAABaAW66jQwnRknkz/ST5dyO78/652Fd/Rk9STQAA"
    "ADRESlZVSU5GTwAAAAoBkAB4GABkABYBU2piegAAABaAW66jQwnRknkz/SSeuiju/P+v52HfRk9STQAAADRESlZV"
    "SU5GTwAAAAoBkAB4GABkABYBU2piegAAABaAW66jQwnRknkz/SR5Xwju/P+xWK3f"
)


def djvu(
    pages: Sequence[Sequence[str]],
    *,
    title: str = "",
    bookmarks: Sequence[tuple[str, int]] = (),
    note: str = "",
) -> bytes:
    """A document of three pages with bars on them. `pages` give the lines of their text layers.

    Words of a line stand 100 pixels apart and are 80 wide. `note` is an annotation of page 2.
    """
    import djvu_rs

    editor: Any = djvu_rs.Editor.from_bytes(base64.b64decode("".join(_PAGES)))
    for number, lines in enumerate(pages):
        if not lines:
            continue
        zones = []
        for row, line in enumerate(lines):
            words = [
                {"kind": "Word", "rect": _rect(100 * n, 30 * row, 80, 20), "text": word}
                for n, word in enumerate(line.split())
            ]
            zones.append(
                {"kind": "Line", "rect": _rect(0, 30 * row, 400, 20), "text": line,
                 "children": words}
            )  # fmt: skip
        text = "\n".join(lines)
        whole = {"kind": "Page", "rect": _rect(0, 0, 400, 120), "text": text, "children": zones}
        editor.set_page_text_layer(number, {"text": text, "zones": [whole]})
    if title:
        editor.set_metadata({"title": title, "author": "Ana Voss", "extra": [("Shelf", "7")]})
    if bookmarks:
        editor.set_bookmarks(
            [{"title": name, "url": f"#{page}", "children": []} for name, page in bookmarks]
        )
    if note:
        area: dict[str, Any] = {"shape": {"Rect": _rect(1, 1, 9, 9)}, "description": note}
        area["url"] = "https://x.example/"
        editor.set_page_annotations(1, {}, [area])
    made: bytes = editor.to_bytes()
    return made


def _rect(left: int, top: int, width: int, height: int) -> dict[str, int]:
    return {"x": left, "y": top, "width": width, "height": height}


def epub(chapters: Mapping[str, str], spine: Sequence[str], more: Mapping[str, bytes]) -> bytes:
    """An EPUB: names of pages -> their body, which of them the spine has, other files."""
    items = "".join(f'<item id="{n}" href="{n}"/>' for n in chapters)
    order = "".join(f'<itemref idref="{n}"/>' for n in spine)
    files = {
        "mimetype": b"application/epub+zip",
        "META-INF/container.xml": (
            b'<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
            b'<rootfile full-path="OPS/b.opf"/></rootfiles></container>'
        ),
        "OPS/b.opf": (
            f'<package xmlns="http://www.idpf.org/2007/opf"><manifest>{items}</manifest>'
            f"<spine>{order}</spine></package>"
        ).encode(),
        **{f"OPS/{n}": f"<html><body>{b}</body></html>".encode() for n, b in chapters.items()},
        **{f"OPS/{n}": body for n, body in more.items()},
    }
    return zip_of(files, stored=("mimetype",))
