"""Make Pages, Keynote and Numbers files by hand: the XML of '09 and the archives since 2013.

Since there is no writer but iWork itself, archives are written here byte by byte: protobuf
fields, archive headers, Snappy chunks (literals and one copy).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

from assay.testing.makers import archives

_SPACES = " ".join(
    f'xmlns:{prefix}="http://developer.apple.com/namespaces/{name}"'
    for prefix, name in (
        ("sf", "sf"),
        ("sfa", "sfa"),
        ("sl", "sl"),
        ("ls", "ls"),
        ("key", "keynote2"),
    )
)
PREVIEWS = {
    "QuickLook/Preview.pdf": b"%PDF-1.3 preview",
    "QuickLook/Thumbnail.jpg": b"\xff\xd8\xff thumbnail",
    "photo.png": b"\x89PNG\r\n\x1a\n photo",
}


def storage(*paragraphs: str, kind: str = "body") -> str:
    """A text storage of '09. Paragraphs are XML."""
    body = "".join(f"<sf:p>{p}<sf:br/></sf:p>" for p in paragraphs)
    return (
        f'<sf:text-storage sf:kind="{kind}"><sf:text-body>{body}</sf:text-body></sf:text-storage>'
    )


def old(
    root: str, content: str, name: str = "index.xml", extra: Mapping[str, bytes] | None = None
) -> bytes:
    """A file of '09: `root` is `sl:document`, `key:presentation` or `ls:document`."""
    import gzip

    body = f'<?xml version="1.0"?><{root} {_SPACES}>{content}</{root}>'.encode()
    if name.endswith(".gz"):
        body = gzip.compress(body, mtime=0)
    return archives.zip_of(
        {**(PREVIEWS if extra is None else extra), "buildVersionHistory.plist": b"x", name: body}
    )


# ---------------------------------------------------------------- protobuf and Snappy


def varint(value: int) -> bytes:
    """A number as protobuf writes it."""
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


def field(number: int, value: int | float | bytes | str) -> bytes:
    """One field: int as varint, float as a double, all else by length."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    if isinstance(value, float):
        return varint(number << 3 | 1) + struct.pack("<d", value)
    body = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(body)) + body


def ref(number: int, identity: int) -> bytes:
    """A field that refers to an object."""
    return field(number, field(1, identity))


def snappy(body: bytes) -> bytes:
    """Raw Snappy data: literals, and a copy where the last bytes repeat the ones before."""
    out = varint(len(body))
    half = len(body) // 2
    tail = b""
    if 4 <= half < 65 and body[:half] == body[half : 2 * half] and len(body) == 2 * half:
        tail = bytes([(half - 1) << 2 | 2]) + struct.pack("<H", half)
        body = body[:half]
    for at in range(0, len(body), 60):
        piece = body[at : at + 60]
        out += bytes([(len(piece) - 1) << 2]) + piece
    return out + tail


def component(objects: Sequence[tuple[int, int, bytes]]) -> bytes:
    """An `.iwa`: (identifier, type, message) one behind the other, in chunks of 64 KiB."""
    content = b""
    for identity, kind, body in objects:
        about = field(1, kind) + field(3, len(body))
        header = field(1, identity) + field(2, about)
        content += varint(len(header)) + header + body
    chunks = b""
    for at in range(0, len(content), 65536):
        packed = snappy(content[at : at + 65536])
        chunks += b"\0" + len(packed).to_bytes(3, "little") + packed
    return chunks


def text(words: str, kind: int = 3, more: bytes = b"") -> bytes:
    """A text storage: kind 0 body, 1 header, 3 box, 4 notes."""
    return field(1, kind) + field(3, words) + more


def new(
    components: Mapping[str, Sequence[tuple[int, int, bytes]]],
    extra: Mapping[str, bytes] | None = None,
    nested: bool = False,
) -> bytes:
    """A file since 2013. `nested` puts the index into a zip of its own, as packages had it."""
    parts = {f"Index/{name}.iwa": component(objects) for name, objects in components.items()}
    others = {
        "preview.jpg": b"\xff\xd8\xff preview", "Data/a.png": b"\x89PNG a", "Data/b.mov": b"film",
    } if extra is None else extra  # fmt: skip
    index = {"Index.zip": archives.zip_of(parts)} if nested else parts
    return archives.zip_of({**index, **others, "Metadata/Properties.plist": b"bplist00"})


def table(
    identity: int, name: str, rows: Sequence[Sequence[str | float | None]], version: int = 5
) -> list[tuple[int, int, bytes]]:
    """A table of texts and numbers as objects `identity` to `identity` + 2."""
    strings: list[str] = []
    lines = b""
    for number, row in enumerate(rows):
        cells, offsets = b"", b""
        for value in row:
            if value is None:
                offsets += b"\xff\xff"
                continue
            offsets += struct.pack("<H", len(cells))
            if isinstance(value, str):
                strings.append(value)
                kind, flags, body = 3, (8 if version >= 5 else 16), struct.pack("<I", len(strings))
            else:
                kind, flags, body = 2, (2 if version >= 5 else 32), struct.pack("<d", value)
            if version >= 5:
                cells += bytes([version, kind]) + bytes(6) + struct.pack("<I", flags) + body
            else:
                cells += bytes([version, kind, 0, 0]) + struct.pack("<I", flags) + bytes(4) + body
        places = (6, 7) if version >= 5 else (3, 4)
        lines += field(
            5,
            field(1, number)
            + field(2, len(row))
            + field(places[0], cells)
            + field(places[1], offsets),
        )
    listed = field(1, 1) + b"".join(
        field(3, field(1, n) + field(2, 1) + field(3, s)) for n, s in enumerate(strings, 1)
    )
    tiles = field(1, field(1, 0) + ref(2, identity + 1)) + field(2, 256)
    store = field(3, tiles) + ref(4, identity + 2)
    model = field(1, "A-1") + field(4, store) + field(6, len(rows)) + field(8, name)
    return [(identity, 6001, model), (identity + 1, 6002, lines), (identity + 2, 6005, listed)]
