"""Make office files that nobody writes any more, byte by byte from what is known of them.

Works, WordPerfect, Hangul, Publisher and Visio give the streams of a compound file (or the whole
file where it is none); HWPX, XPS, MIF and the XML of Visio give the file.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence

from assay.testing.makers import archives

# ---------------------------------------------------------------- Works and Publisher


def chunks(text: str, tables: int = 1) -> bytes:
    """A chunk stream whose text is cut into as many chunks as there are tables of entries."""
    share = -(-len(text) // tables)
    heads, contents = b"", b""
    start = 0x18 + tables * 32
    for number in range(tables):
        raw = text[number * share : (number + 1) * share].encode("utf-16-le")
        following = 0x18 + (number + 1) * 32 if number + 1 < tables else 0xFFFFFFFF
        heads += struct.pack("<HHI", 0x01F8, 1, following)
        heads += struct.pack("<H4sHI4sII", 24, b"TEXT", number, 1, b"TEXT",
                             start + len(contents), len(raw))  # fmt: skip
        contents += raw
    return b"CHNKINK \4\0\7\0\1\0\0\3".ljust(0x18, b"\0") + heads + contents


def works(body: str, header: str = "", footer: str = "", dos: bool = False) -> bytes:
    """A document of Works 2 to 4: 8-bit text behind a header of 256 bytes."""
    charset = "cp850" if dos else "cp1252"
    parts = [part.encode(charset) for part in (header, footer, body)]
    places = [0x100]
    for part in parts:
        places.append(places[-1] + len(part))
    head = bytearray(0x100)
    head[:4] = b"\x01\xfe\x32\0" if dos else b"\x06\xfe\x01P"
    struct.pack_into("<4I", head, 0x1A, *places)
    return bytes(head) + b"".join(parts)


# ---------------------------------------------------------------- WordPerfect


def _prefix(version: int, start: int, encrypted: int = 0, size: int = 0, index: int = 0) -> bytes:
    head = b"\xffWPC" + struct.pack("<IBBBBHH", start, 1, 10, version, 0, encrypted, index)
    return head + struct.pack("<II", 5, size) + bytes(8)


def wordperfect6(
    body: bytes, packets: Sequence[bytes] = (), encrypted: bool = False, cut: int = 0
) -> bytes:
    """A document of WordPerfect 6: `packets` are texts of the index, numbered from 1."""
    index = 32
    place = index + 14 * (len(packets) + 1)
    entries, contents = struct.pack("<HH", 2, len(packets) + 1).ljust(14, b"\0"), b""
    for text in packets:
        packet = struct.pack("<HII", 1, 10, len(text)) + text
        entries += struct.pack("<BBHHII", 0, 8, 1, 0, len(packet), place + len(contents))
        contents += packet
    start = place + len(contents)
    head = _prefix(2, start, int(encrypted), start + len(body), index)
    whole = head + entries + contents + body
    return whole[: len(whole) - cut]


def wordperfect5(body: bytes) -> bytes:
    """A document of WordPerfect 5."""
    return _prefix(0, 16)[:16] + body


def six_function(
    code: int, group: int, content: bytes = b"", prefixes: Sequence[int] = ()
) -> bytes:
    """A function of variable length of version 6, with the packets it refers to."""
    inside = bytes([0x80 if prefixes else 0])
    if prefixes:
        inside += bytes([len(prefixes)]) + struct.pack(f"<{len(prefixes)}H", *prefixes)
    inside += content
    size = 4 + len(inside) + 4
    return struct.pack("<BBH", code, group, size) + inside + struct.pack("<HBB", size, group, code)


def five_function(code: int, group: int, content: bytes) -> bytes:
    """A function of variable length of version 5."""
    size = len(content) + 4
    return struct.pack("<BBH", code, group, size) + content + struct.pack("<HBB", size, group, code)


# ---------------------------------------------------------------- Hangul


def record(tag: int, level: int, body: bytes = b"") -> bytes:
    """A record of a section; long ones give their size apart."""
    if len(body) < 0xFFF:
        return struct.pack("<I", tag | level << 10 | len(body) << 20) + body
    return struct.pack("<II", tag | level << 10 | 0xFFF << 20, len(body)) + body


def paragraph(text: str, level: int = 0, objects: int = 0) -> bytes:
    """A paragraph, with places of objects behind its words."""
    units = b"".join(struct.pack("<8H", 11, 1, 2, 3, 4, 5, 6, 11) for _ in range(objects))
    return record(66, level, bytes(22)) + record(
        67, level + 1, text.encode("utf-16-le") + units + b"\r\0"
    )


def control(name: str, level: int, *inside: bytes) -> bytes:
    """A control (`tbl `, `head`, `tcmt` …) with what it holds."""
    return record(71, level, name.encode()[::-1] + bytes(12)) + b"".join(inside)


def cells(rows: Sequence[Sequence[str]], level: int) -> bytes:
    """The record of a table and its cells."""
    out = record(77, level, bytes(20))
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            out += record(72, level, struct.pack("<HIHHH", 1, 0, 0, column, row) + bytes(20))
            out += paragraph(text, level)
    return out


def hwp(
    *sections: bytes, flags: int = 1, held: Mapping[str, bytes] | None = None
) -> dict[str, bytes | dict[str, bytes]]:
    """The streams of a Hangul 5 file. Flags: 1 packed, 2 under a password, 4 for distribution."""
    head = b"HWP Document File".ljust(32, b"\0") + struct.pack("<II", 0x05000300, flags)
    bodies = {}
    for number, section in enumerate(sections):
        body = deflate(section) if flags & 1 else section
        bodies[f"Section{number}"] = _veil(body) if flags & 4 else body
    tree: dict[str, bytes | dict[str, bytes]] = {
        "FileHeader": head.ljust(256, b"\0"),
        "\x05HwpSummaryInformation": b"x",
        "ViewText" if flags & 4 else "BodyText": bodies,
    }
    if held:
        tree["BinData"] = {name: deflate(body) for name, body in held.items()}
    return tree


def deflate(body: bytes) -> bytes:
    """Raw deflate."""
    packing = zlib.compressobj(wbits=-15)
    return packing.compress(body) + packing.flush()


def _veil(body: bytes) -> bytes:
    """A section of a file for distribution: the key lies masked before the enciphered bytes."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    seed = 0x12345
    key = bytes(range(40, 56))
    plain = bytearray(256)
    start = 4 + (seed & 15)
    plain[start : start + 16] = key
    state, mask, left = seed, 0, 0
    held = bytearray(struct.pack("<I", seed) + plain[4:])
    for at in range(256):
        if not left:
            state = (state * 214013 + 2531011) & 0xFFFFFFFF
            mask = state >> 16 & 0xFF
            state = (state * 214013 + 2531011) & 0xFFFFFFFF
            left = (state >> 16 & 15) + 1
        if at >= 4:
            held[at] ^= mask
        left -= 1
    closing = Cipher(algorithms.AES(key), modes.ECB()).encryptor()
    return record(28, 0, bytes(held)) + closing.update(body.ljust(-(-len(body) // 16) * 16, b"\0"))


def hwpx(*sections: str, sealed: bool = False, extra: Mapping[str, bytes] | None = None) -> bytes:
    """An HWPX file; sections are the XML of paragraphs."""
    space = 'xmlns:hp="http://www.hancom.co.kr/hwpml/2011/paragraph"'
    manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
    lock = "<x><encryption-data/></x>" if sealed else "<x/>"
    files = {
        "mimetype": b"application/hwp+zip",
        "META-INF/manifest.xml": f'<m xmlns="{manifest}">{lock}</m>'.encode(),
        "Contents/content.hpf": (
            b'<p xmlns:opf="http://www.idpf.org/2007/opf/"><opf:metadata>'
            b'<opf:title>Harbour</opf:title><opf:meta name="creator">Ana</opf:meta>'
            b'<opf:meta name="CreatedDate">2019-03-14T09:00:00Z</opf:meta></opf:metadata></p>'
        ),
    }  # fmt: skip
    for number, section in enumerate(sections):
        files[f"Contents/section{number}.xml"] = f"<s {space}>{section}</s>".encode()
    return archives.zip_of({**files, **(extra or {})})


# ---------------------------------------------------------------- Visio


def visio(
    pages: Sequence[Sequence[str]],
    masters: Sequence[str] = (),
    version: int = 11,
    packed: bool = True,
) -> bytes:
    """The stream of a drawing: a trailer that leads to pages and masters, these to chunks."""
    body = bytearray(0x40)
    body[:20] = b"Visio (TM) Drawing\r\n"
    body[0x1A] = version

    def stream(kind: int, content: bytes, form: int) -> bytes:
        if packed and version >= 6:
            form |= 2
            content = pack(content)
        place = len(body)
        body.extend(content)
        if version >= 6:
            return struct.pack("<IIIIH", kind, 0, place, len(content), form)
        return struct.pack("<HHIII", kind, form, 0, place, len(content))

    def leading(kind: int, pointers: Sequence[bytes], form: int) -> bytes:
        if version >= 6:
            content = struct.pack("<I", 4) + struct.pack("<II", len(pointers), 0)
            if packed:
                content = bytes(4) + content
            return stream(kind, content + b"".join(pointers), form)
        at = {0x1D: 30, 0x14: 130}.get(kind, 10)
        content = bytes(at) + struct.pack("<H", len(pointers)) + b"".join(pointers)
        return stream(kind, content, form)

    def shape(text: str) -> bytes:
        raw = text.encode("utf-16-le") + b"\0\0" if version > 6 else text.encode("cp1252") + b"\0"
        chunk = bytes(8) + raw
        other = b"\xaa" * 6
        if version >= 6:
            parted = b"\xbb" * (12 if version > 6 else 8)  # behind a chunk with a list
            content = struct.pack("<IIIIHB", 0x65, 1, 1, len(other), 0, 0) + other + parted
            content += struct.pack("<IIIIHB", 14, 2, 0, len(chunk), 0, 0) + chunk
        else:
            content = struct.pack("<HHBBHI", 0x65, 1, 0, 0, 0, len(other)) + other
            content += struct.pack("<HHBBHI", 14, 2, 0, 0, 0, len(chunk)) + chunk
        return stream(0x48, content, 0xD4)

    top = [leading(0x1D, [shape(text) for text in masters], 0x50)] if masters else []
    for page in pages:
        top.append(leading(0x15 if version >= 6 else 0x27, [shape(t) for t in page], 0x50))
    pointer = leading(0x14, top, 0x50)
    body[0x24 : 0x24 + len(pointer)] = pointer
    return bytes(body)


def pack(content: bytes) -> bytes:
    """A stream as Visio packs it: letters, and a copy where four zeros follow four zeros."""
    out = bytearray()
    flags, group, count = 0, bytearray(), 0

    def close() -> None:
        nonlocal flags, group, count
        if count:
            out.append(flags)
            out.extend(group)
        flags, group, count = 0, bytearray(), 0

    at = 0
    while at < len(content):
        if at >= 4 and content[at - 4 : at + 4] == bytes(8):
            place = (at - 4 - 18) & 4095  # in a ring whose first place is the 18th
            group += bytes([place & 0xFF, place >> 4 & 0xF0 | 1])
            at += 4
        else:
            flags |= 1 << count
            group.append(content[at])
            at += 1
        count += 1
        if count == 8:
            close()
    close()
    return bytes(out)


def vsdx(
    pages: Mapping[str, Sequence[str]],
    masters: Sequence[str] = (),
    extra: Mapping[str, bytes] | None = None,
) -> bytes:
    """A drawing in XML: page name -> texts of its shapes. Pages are stored backwards."""
    space = 'xmlns="http://schemas.microsoft.com/office/visio/2012/main"'
    office = "http://schemas.openxmlformats.org/"
    relations = f"{office}officeDocument/2006/relationships"
    fact = "<Cell N='Label' V='Port'/><Cell N='Value' V='Aden'/>"

    def part(shapes: Sequence[str], section: str = "Property") -> bytes:
        inner = "".join(
            f"<Shape><Text><cp IX='0'/>{text}</Text>"
            f"<Section N='{section}'><Row>{fact}</Row></Section></Shape>"
            for text in shapes
        )
        return f"<PageContents {space}><Shapes>{inner}</Shapes></PageContents>".encode()

    kind = "application/vnd.ms-visio.drawing.main+xml"
    files: dict[str, bytes] = {
        "[Content_Types].xml": (
            f'<Types xmlns="{office}package/2006/content-types">'
            f'<Override PartName="/visio/document.xml" ContentType="{kind}"/></Types>'
        ).encode(),
        "visio/document.xml": f"<VisioDocument {space}/>".encode(),
    }
    listed, linked = "", ""
    for number, shapes in reversed(list(enumerate(pages.values(), 1))):
        files[f"visio/pages/page{number}.xml"] = part(shapes)
    for number, name in enumerate(pages, 1):
        listed += f'<Page ID="{number}" Name="{name}"><Rel r:id="r{number}"/></Page>'
        linked += f'<Relationship Id="r{number}" Type="{relations}/page" '
        linked += f'Target="page{number}.xml"/>'
    pages_xml = f'<Pages {space} xmlns:r="{relations}">{listed}</Pages>'
    files["visio/pages/pages.xml"] = pages_xml.encode()
    files["visio/pages/_rels/pages.xml.rels"] = (
        f'<Relationships xmlns="{office}package/2006/relationships">{linked}</Relationships>'
    ).encode()
    for number, text in enumerate(masters, 1):
        files[f"visio/masters/master{number}.xml"] = part([text], "Other")
    entry = "<CommentEntry>who says?</CommentEntry>"
    files["visio/comments.xml"] = (
        f"<Comments {space}><CommentList>{entry}</CommentList></Comments>".encode()
    )
    return archives.zip_of({**files, **(extra or {})})


# ---------------------------------------------------------------- XPS and MIF


def xps(
    pages: Sequence[Sequence[tuple[float, float, str]]],
    extra: Mapping[str, bytes] | None = None,
    pieces: bool = False,
) -> bytes:
    """An XPS document: runs of (x, y, text) a page. `pieces` interleaves every part."""
    space = 'xmlns="http://schemas.microsoft.com/xps/2005/06"'
    files: dict[str, bytes] = {
        "FixedDocSeq.fdseq": (
            f'<S {space}><DocumentReference Source="Documents/1/F.fdoc"/></S>'.encode()
        ),
        "Documents/1/F.fdoc": (
            f"<D {space}>"
            + "".join(f'<PageContent Source="Pages/{n}.fpage"/>' for n in range(1, len(pages) + 1))
            + "</D>"
        ).encode(),
    }
    for number, runs in enumerate(pages, 1):
        glyphs = "".join(
            f'<Glyphs OriginX="{x}" OriginY="{y}" FontRenderingEmSize="10" UnicodeString="{text}"/>'
            for x, y, text in runs
        )
        files[f"Documents/1/Pages/{number}.fpage"] = (
            f'<FixedPage Width="816" Height="1056" {space}>{glyphs}</FixedPage>'.encode()
        )
    if pieces:
        files = {
            f"{name}/[{n}]{'.last' if n else ''}.piece": body[n * 60 : 60 if not n else None]
            for name, body in files.items()
            for n in (0, 1)
        } | {"FixedDocSeq.fdseq": files["FixedDocSeq.fdseq"]}
    return archives.zip_of({**files, **(extra or {})})


def mif(*paragraphs: str, version: str = "2015", table: Sequence[Sequence[str]] = ()) -> bytes:
    """A MIF file; paragraphs are written as they stand, so escapes are the caller's."""

    def para(text: str) -> str:
        return f"<Para <Pgf <PgfTag `Body'>> <ParaLine <String `{text}'> > >\n"

    rows = "".join(
        "<Row " + "".join(f"<Cell <CellContent {para(cell)}> >" for cell in row) + ">"
        for row in table
    )
    tables = f"<Tbls <Tbl <TblBody {rows}> > >" if table else ""
    flow = "".join(map(para, paragraphs))
    body = f"<MIFFile {version}> # generated\n<Units Uin>\n{tables}<TextFlow <TFTag `A'> {flow}>\n"
    return body.encode("utf-8" if float(version) >= 8 else "mac_roman")
