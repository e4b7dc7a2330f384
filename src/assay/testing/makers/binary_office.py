"""Make what lies in the streams of Word, Excel and PowerPoint files of the OLE kind.

Each function gives the tree of a compound file: names to bytes or to further trees. XLSB,
whose parts are records too, is given as a whole. Texts are in 16-bit letters.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from assay.testing.makers.archives import zip_of
from assay.testing.makers.docx import content_types, relations

Tree = dict[str, Any]
Run = tuple[str, str]  # (text, kind): "", deleted, inserted, hidden

_SPRMS = {"deleted": 0x0800, "inserted": 0x0801, "hidden": 0x083C}
# 2019-03-14 09:00 as Word packs it
_WORD_TIME = 0 | 9 << 6 | 14 << 11 | 3 << 16 | 119 << 20 | 4 << 29


def package(name: str, body: bytes) -> bytes:
    """An Ole10Native stream that wraps a file under its name."""
    path = f"C:\\{name}".encode("cp1252") + b"\0"
    label = name.encode("cp1252") + b"\0"
    inner = struct.pack("<H", 2) + label + path + struct.pack("<HH", 0, 3)
    inner += struct.pack("<I", len(path)) + path + struct.pack("<I", len(body)) + body
    return struct.pack("<I", len(inner)) + inner


def picture(body: bytes) -> bytes:
    """A PNG as an Office art record."""
    return struct.pack("<HHI", 0x6E00, 0xF01E, len(body) + 17) + bytes(17) + body


def vba(modules: Mapping[str, str]) -> Tree:
    """A macro project: its directory and the source of each module, packed as literals."""
    listing = struct.pack("<HIH", 3, 2, 1252)
    streams: Tree = {}
    for name, source in modules.items():
        raw = name.encode("cp1252")
        listing += struct.pack("<HI", 0x19, len(raw)) + raw
        listing += struct.pack("<HI", 0x1A, len(raw)) + raw
        listing += struct.pack("<HII", 0x31, 4, 3)
        streams[name] = b"\1\2\3" + _packed(source.encode("cp1252"))
    return {"VBA": {"dir": _packed(listing), "_VBA_PROJECT": b"\xcc\x61", **streams},
            "PROJECT": b"ID={}\r\n"}  # fmt: skip


def _packed(body: bytes) -> bytes:
    """A compressed container of [MS-OVBA] in which every token is a literal."""
    out = b"\1"
    for at in range(0, len(body), 3000):
        piece = body[at : at + 3000]
        tokens = b"".join(b"\0" + piece[n : n + 8] for n in range(0, len(piece), 8))
        out += struct.pack("<H", 0xB000 | len(tokens) - 1) + tokens
    return out


def doc(
    runs: Sequence[Run],
    *,
    notes: Sequence[str] = (),
    header: str = "",
    footer: str = "",
    comments: Sequence[tuple[str, str]] = (),
    boxes: Sequence[str] = (),
    objects: Mapping[str, Tree] | None = None,
    pictures: Sequence[bytes] = (),
    macros: Mapping[str, str] | None = None,
    listed: Mapping[int, int] | None = None,
) -> Tree:
    """A Word 97 file: runs of the body, notes, margins, comments (author, text), boxes.

    `listed`: paragraph of the body, from 0 -> its level in a list that counts `1.`, `a)`, `1.i`.
    """
    body = "".join(text for text, _ in runs)
    feet = "".join(f"\2{note}\r" for note in notes) + ("\r" if notes else "")
    margins = ["", "", "", "", "", "", "", header + "\r", "", footer + "\r", "", ""]
    heads = "".join(margins) + "\r" if header or footer else ""
    said = "".join(f"\5{text}\r" for _, text in comments) + ("\r" if comments else "")
    box = "".join(f"{text}\r" for text in boxes)
    text = body + feet + heads + said + box
    main = bytearray(0x600)
    struct.pack_into("<HH", main, 0, 0xA5EC, 0xC1)
    struct.pack_into("<H", main, 10, 0x0200)
    struct.pack_into(
        "<8i", main, 0x4C, len(body), len(feet), len(heads), 0, len(said), 0, len(box), 0
    )
    struct.pack_into("<H", main, 0x98, 113)
    start = len(main)
    main += text.encode("utf-16-le")
    main += bytes(-len(main) % 512)
    page = len(main) // 512
    main += _properties(runs, start, len(text))
    if listed:
        main += _paragraphs(body, start, listed)
    table = bytearray()

    def part(number: int, content: bytes) -> None:
        struct.pack_into("<II", main, 0x9A + 8 * number, len(table), len(content))
        table.extend(content)

    piece = struct.pack("<2I", 0, len(text)) + struct.pack("<HIH", 0, start, 0)
    part(33, b"\2" + struct.pack("<I", len(piece)) + piece)
    part(12, struct.pack("<3I", start, start + 2 * len(text), page))
    if listed:
        part(13, struct.pack("<3I", start, start + 2 * len(body), page + 1))
        part(73, struct.pack("<hii", 1, 7, 0) + b"\xff\x0f" * 9 + bytes(2))
        table += b"".join(_level(*level) for level in _LEVELS)
        part(74, struct.pack("<Ii", 1, 7) + bytes(12) + b"\xff" * 4)
    if notes:
        part(
            2, struct.pack(f"<{len(notes) + 1}I", *range(1, len(notes) + 2)) + bytes(2 * len(notes))
        )
        part(3, _ends([len(n) + 2 for n in notes], len(feet)))
    if heads:
        part(11, _ends([len(m) for m in margins], len(heads)))
    if comments:
        rows = b"".join(bytes(20) + struct.pack("<HHHi", n, 0, 0, -1) for n in range(len(comments)))
        part(4, struct.pack(f"<{len(comments) + 1}I", *range(len(comments) + 1)) + rows)
        part(5, _ends([len(t) + 2 for _, t in comments], len(said)))
        part(36, b"".join(struct.pack("<H", len(a)) + a.encode("utf-16-le") for a, _ in comments))
        part(112, b"".join(struct.pack("<I", _WORD_TIME) + bytes(14) for _ in comments))
    tree: Tree = {"WordDocument": bytes(main), "1Table": bytes(table)}
    if pictures:
        tree["Data"] = b"".join(
            struct.pack("<IHH", 68 + len(picture(p)), 68, 0x64) + bytes(60) + picture(p)
            for p in pictures
        )
    if objects:
        tree["ObjectPool"] = {f"_{n}": o for n, o in objects.items()}
    if macros:
        tree["Macros"] = vba(macros)
    return tree


_LEVELS = (("\0.", 0), ("\1)", 4), ("\0.\2", 2), *((("", 255),) * 6))


def _level(text: str, form: int) -> bytes:
    """A level of a list: its text with places for numbers, how they are written."""
    places = bytes(n for n, letter in enumerate(text, 1) if letter < "\t").ljust(9, b"\0")
    head = struct.pack("<iBB", 1, form, 0) + places + bytes(13)
    return head + struct.pack("<H", len(text)) + text.encode("utf-16-le")


def _paragraphs(body: str, start: int, listed: Mapping[int, int]) -> bytes:
    """A page of paragraph properties: those of a list say so."""
    places, offsets, floor = [start], [], 510
    block = bytearray(512)
    for number, paragraph in enumerate(body.split("\r")[:-1]):
        places.append(places[-1] + 2 * len(paragraph) + 2)
        offsets.append(0)
        if number in listed:
            floor -= 10
            said = struct.pack("<BHHHHB", 5, 0, 0x460B, 1, 0x260A, listed[number])
            block[floor : floor + 10] = said
            offsets[-1] = floor // 2
    struct.pack_into(f"<{len(places)}I", block, 0, *places)
    at = 4 * len(places)
    block[at : at + 13 * len(offsets)] = b"".join(bytes((o,)) + bytes(12) for o in offsets)
    block[511] = len(offsets)
    return bytes(block)


def _ends(lengths: Sequence[int], whole: int) -> bytes:
    """Where pieces end, as a list of positions that begins with 0 and closes with the whole."""
    places = [0]
    for length in lengths:
        places.append(places[-1] + length)
    return struct.pack(f"<{len(places) + 1}I", *places, whole)


def _properties(runs: Sequence[Run], start: int, letters: int) -> bytes:
    """A page of character properties: a run a piece of text, and one for what follows."""
    places, offsets, heap = [start], [], b""
    floor = 511
    block = bytearray(512)
    for text, kind in runs:
        places.append(places[-1] + 2 * len(text))
        if kind:
            heap = struct.pack("<BHB", 3, _SPRMS[kind], 1)
            floor = (floor - len(heap)) // 2 * 2
            block[floor : floor + len(heap)] = heap
            offsets.append(floor // 2)
        else:
            offsets.append(0)
    places.append(start + 2 * letters)
    offsets.append(0)
    struct.pack_into(f"<{len(places)}I", block, 0, *places)
    block[4 * len(places) : 4 * len(places) + len(offsets)] = bytes(offsets)
    block[511] = len(offsets)
    return bytes(block)


# ---------------------------------------------------------------- Excel


def _biff(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def _string(text: str) -> bytes:
    return struct.pack("<HB", len(text), 1) + text.encode("utf-16-le")


def xls(
    rows: Sequence[Sequence[str | float]],
    *,
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[int] = (),
    comment: tuple[str, str] | None = None,
    box: str = "",
    header: str = "",
    link: str = "",
    objects: Mapping[str, Tree] | None = None,
    pictures: Sequence[bytes] = (),
    macros: Mapping[str, str] | None = None,
    formats: Sequence[str] = (),
    above: int = 0,
) -> Tree:
    """A workbook of one sheet `S`; rows count from 1, columns from 0, `comment` is on A1.

    `formats` are the number formats of the columns; `above` empty rows stand above the rows.
    """
    sheet = _biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    if header:
        sheet += _biff(0x14, _string(header))
    for column in hidden_columns:
        sheet += _biff(0x7D, struct.pack("<HHHHHH", column, column, 2000, 0, 1, 0))
    sheet += _biff(0x200, struct.pack("<IIHHH", 0, len(rows), 0, max(map(len, rows)), 0))
    for number, cells in enumerate(rows, above):
        flags = 0x20 if number + 1 in hidden_rows else 0
        sheet += _biff(0x208, struct.pack("<HHHHHHHH", number, 0, len(cells), 255, 0, 0, flags, 0))
        for column, cell in enumerate(cells):
            place = struct.pack("<HHH", number, column, column + 1 if formats[column:] else 0)
            if isinstance(cell, str):
                sheet += _biff(0x204, place + _string(cell))
            else:
                sheet += _biff(0x203, place + struct.pack("<d", cell))
    for number, (kind, text) in enumerate(((25, comment[1] if comment else ""), (6, box)), 1):
        if text:
            sheet += _biff(0x5D, struct.pack("<HHHHH", 0x15, 18, kind, number, 0) + bytes(12))
            sheet += _biff(0x1B6, struct.pack("<HHIHHHI", 0, 0, 0, 0, 0, 0, 0)[:10]
                           + struct.pack("<HHI", len(text), 0, 0))  # fmt: skip
            sheet += _biff(0x3C, b"\1" + text.encode("utf-16-le"))
    if comment:
        sheet += _biff(0x1C, struct.pack("<HHHH", 0, 0, 0, 1) + _string(comment[0]) + b"\0")
    if link:
        raw = (link + "\0").encode("utf-16-le")
        moniker = bytes.fromhex("e0c9ea79f9bace118c8200aa004ba90b")
        sheet += _biff(0x1B8, bytes(32) + moniker + struct.pack("<I", len(raw)) + raw)
    sheet += _biff(0x0A, b"")
    head = _biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    head += _biff(0x42, struct.pack("<H", 1200))
    for number, code in enumerate(formats, 164):
        head += _biff(0x41E, struct.pack("<H", number) + _string(code))
    for number in (0, *range(164, 164 + len(formats))):
        head += _biff(0xE0, struct.pack("<HH", 0, number) + bytes(16))
    if pictures:
        art = b"".join(
            struct.pack("<HHI", 0x62, 0xF007, 36 + len(picture(p))) + bytes(20)
            + struct.pack("<III", len(picture(p)), 1, 0) + bytes(4) + picture(p)
            for p in pictures
        )  # fmt: skip
        store = struct.pack("<HHI", 0xF, 0xF001, len(art)) + art
        head += _biff(0xEB, struct.pack("<HHI", 0xF, 0xF000, len(store)) + store)
    first = len(head) + 4 + 10 + 4  # behind the list of sheets and its end
    name = struct.pack("<IBBBB", first, 0, 0, 1, 1) + "S".encode("utf-16-le")
    head += _biff(0x85, name)
    head += _biff(0x0A, b"")
    tree: Tree = {"Workbook": head + sheet}
    for key, held in (objects or {}).items():
        tree[f"MBD{key}"] = held
    if macros:
        tree["_VBA_PROJECT_CUR"] = vba(macros)
    return tree


# ---------------------------------------------------------------- PowerPoint


def record(kind: int, body: bytes, version: int = 0) -> bytes:
    """A record of PowerPoint; `version` 15 says that it holds others."""
    return struct.pack("<HHI", version, kind, len(body)) + body


def ppt(
    slides: Sequence[tuple[str, str, bool]],
    *,
    comment: tuple[str, ...] | None = None,
    master: str = "",
    earlier: str = "",
    objects: Sequence[bytes] = (),
    pictures: Sequence[bytes] = (),
) -> Tree:
    """Slides of (words, notes, hidden); `comment` (author, words, initials) is on the
    first one."""
    import zlib

    out = bytearray()
    places: dict[int, int] = {}

    def place(number: int, body: bytes) -> None:
        places[number] = len(out)
        out.extend(body)

    def words(text: str) -> bytes:
        return record(0x0FA0, text.encode("utf-16-le"))

    def said(instance: int, text: str) -> bytes:
        return record(0x0FBA, text.encode("utf-16-le"), instance << 4)

    if earlier:
        out += record(0x03EE, words(earlier), 0xF)
    listed = noted = b""
    for number, (text, notes, hidden) in enumerate(slides):
        key = 700 + number if notes else 0
        body = record(0x03EF, bytes(16) + struct.pack("<II", key, 0), 2)
        body += record(0x03F9, bytes(10) + bytes([4 if hidden else 0, 0]) + bytes(4))
        body += record(0xF00D, words(text), 0xF)
        if comment and not number:
            when = struct.pack("<8H", 2019, 3, 4, 14, 9, 0, 0, 0)
            inside = b"".join(said(n, words) for n, words in enumerate(comment))
            inside += record(0x2EE1, bytes(4) + when + bytes(8))
            body += record(0x2EE0, inside, 0xF)
        place(10 + number, record(0x03EE, body, 0xF))
        listed += record(0x03F3, struct.pack("<IIIII", 10 + number, 0, 0, 256 + number, 0))
        if notes:
            place(100 + number, record(0x03F0, words(notes), 0xF))
            noted += record(0x03F3, struct.pack("<IIIII", 100 + number, 0, 0, key, 0))
    lists = record(0x0FF0, listed, 0xF) + record(0x0FF0, noted, 0x2F)
    if master:
        place(3, record(0x03F8, record(0xF00D, words(master), 0xF), 0xF))
        row = record(0x03F3, struct.pack("<IIIII", 3, 0, 0, 1 << 31, 0))
        lists += record(0x0FF0, row, 0x1F)
    for number, held in enumerate(objects):
        place(200 + number, record(0x1011, struct.pack("<I", len(held)) + zlib.compress(held), 16))
    place(1, record(0x03E8, lists, 0xF))
    directory = len(out)
    rows = b"".join(struct.pack("<II", 1 << 20 | n, at) for n, at in places.items())
    out += record(0x1772, rows)
    edit = len(out)
    out += record(0x0FF5, struct.pack("<IIIIIII", 0, 0, 0, directory, 1, 3, 0))
    tree: Tree = {
        "PowerPoint Document": bytes(out),
        "Current User": bytes(12) + struct.pack("<II", 0xE391C05F, edit),
    }
    if pictures:
        tree["Pictures"] = b"".join(map(picture, pictures))
    return tree


# ---------------------------------------------------------------- XLSB


def _binary(kind: int, body: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 127 | 128, kind >> 7])
    size = len(body)
    tail = bytes([size & 127 | 128, size >> 7]) if size > 127 else bytes([size])
    return head + tail + body


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def xlsb(
    rows: Sequence[Sequence[str | float]],
    *,
    hidden_rows: Sequence[int] = (),
    hidden_columns: Sequence[int] = (),
    dates: Sequence[int] = (),
    comment: tuple[str, str] | None = None,
    code: str = "",
) -> bytes:
    """A binary workbook of one sheet `S`; numbers in the columns of `dates` are days.

    `code` is the number format of all other cells, "" for the general one.
    """
    sheet = b"".join(_binary(60, struct.pack("<IIIIH", c, c, 2000, 0, 1)) for c in hidden_columns)
    for number, cells in enumerate(rows):
        flags = 0x10 if number + 1 in hidden_rows else 0
        sheet += _binary(0, struct.pack("<IIHBBB", number, 0, 300, 0, flags, 0) + bytes(4))
        for column, cell in enumerate(cells):
            head = struct.pack("<II", column, 1 if column in dates else 2 if code else 0)
            if isinstance(cell, str):
                sheet += _binary(6, head + _wide(cell))
            else:
                sheet += _binary(5, head + struct.pack("<d", cell))
    book = _binary(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("S"))
    styles = _binary(44, struct.pack("<H", 164) + _wide(code)) + _binary(617, b"\3\0\0\0")
    styles += b"".join(_binary(47, struct.pack("<HH", 0, n) + bytes(12)) for n in (0, 14, 164))
    parts = {
        "[Content_Types].xml": content_types(
            {"xl/workbook.bin": "application/vnd.ms-excel.sheet.binary.macroEnabled.main"}, {}
        ),
        "_rels/.rels": relations([("rId1", "officeDocument", "xl/workbook.bin")]),
        "xl/workbook.bin": book,
        "xl/_rels/workbook.bin.rels": relations(
            [("rId1", "worksheet", "worksheets/sheet1.bin"), ("rId2", "styles", "styles.bin")]
        ),
        "xl/worksheets/sheet1.bin": sheet,
        "xl/styles.bin": styles + _binary(618),
    }
    if comment:
        parts["xl/worksheets/_rels/sheet1.bin.rels"] = relations(
            [("rId1", "comments", "../comments1.bin")]
        )
        parts["xl/comments1.bin"] = (
            _binary(632, _wide(comment[0])) + _binary(635, bytes(36))
            + _binary(637, b"\0" + _wide(comment[1]))
        )  # fmt: skip
    return zip_of(parts)
