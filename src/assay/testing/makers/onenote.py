"""Make OneNote sections by hand: the store of the desktop and the packaging of Office 365.

A page is given as a tree of nodes; the makers give identifiers, write property sets and lists,
and the chain of revisions. Descriptions: MS-ONESTORE, MS-ONE, MS-FSSHTTPB.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

SECTION, SERIES, META, MANIFEST, PAGE = 0x60007, 0x60008, 0x20030, 0x60037, 0x6000B
OUTLINE, ELEMENT, TEXT, PICTURE = 0x6000C, 0x6000D, 0x6000E, 0x60011
TABLE, ROW, CELL, FILE, HELD = 0x60022, 0x60023, 0x60024, 0x60035, 0x80036
WORDS, NARROW, TITLE, AUTHOR = 0x1C001C22, 0x1C003498, 0x1C001CF3, 0x1C001D75
FILE_NAME, CONTAINER, BELOW, OWN, PAGES = 0x1C001D9C, 0x20001D9B, 0x24001C20, 0x24001C1F, 0x2C001D63
DESKTOP = uuid.UUID("109add3f-911b-49f5-a5d0-1791edc8aed8").bytes_le
PACKAGED = uuid.UUID("638de92f-a6d4-4bc1-9a36-b3fc2511a5b7").bytes_le
_TYPE = uuid.UUID("7b5c52e4-d88c-4da7-aeb1-5378d02996d3").bytes_le
_OBJECTS = uuid.UUID(int=7).bytes_le
_NIL = bytes(20)
_NONE = b"\xff" * 8 + bytes(4)


@dataclass
class Node:
    """An object: its type, its texts and numbers, and the nodes it refers to by property."""

    kind: int
    values: dict[int, str | bytes | int] = field(default_factory=dict)
    below: dict[int, list[Node]] = field(default_factory=dict)
    file: int = -1  # the embedded file it holds
    number: int = 0
    spaces: tuple[int, ...] = ()


def text(words: str, narrow: bool = False) -> Node:
    """A paragraph."""
    value: str | bytes = words.encode("cp1252") if narrow else words
    return Node(TEXT, {NARROW if narrow else WORDS: value})


def outline(*nodes: Node) -> Node:
    """An outline whose elements hold one node each."""
    return Node(OUTLINE, below={BELOW: [Node(ELEMENT, below={OWN: [n]}) for n in nodes]})


def table(rows: Sequence[Sequence[str]]) -> Node:
    """A table of texts."""
    return Node(
        TABLE,
        below={
            BELOW: [
                Node(
                    ROW, below={BELOW: [Node(CELL, below={BELOW: [outline(text(c))]}) for c in row]}
                )
                for row in rows
            ]
        },
    )


def attached(name: str, file: int) -> Node:
    """An embedded file by its name and its number in the store."""
    return Node(FILE, {FILE_NAME: name}, {CONTAINER: [Node(HELD, file=file)]})


@dataclass
class Page:
    """A page: its title, what stands on it now, and what stood there in earlier revisions."""

    title: str
    now: list[Node]
    before: list[list[Node]] = field(default_factory=list)

    def states(self) -> list[tuple[Node, Node]]:
        """(content, metadata) of each revision, the oldest first."""
        return [
            (Node(MANIFEST, below={OWN: [Node(PAGE, below={BELOW: nodes})]}),
             Node(META, {TITLE: self.title, AUTHOR: "Ana"}))
            for nodes in (*self.before, self.now)
        ]  # fmt: skip


def _numbered(root: Node, start: int) -> list[Node]:
    """The node and all below it, with numbers from `start`."""
    nodes = [root]
    for node in nodes:
        for inner in node.below.values():
            nodes += inner
    for number, node in enumerate(nodes, start):
        node.number = number
    return nodes


def _property_set(node: Node, streams: bool = True) -> bytes:
    references = [n.number for inner in node.below.values() for n in inner]
    names: list[int] = []
    data = b""
    for name, value in node.values.items():
        names.append(name)
        if isinstance(value, int):
            data += struct.pack("<I", value)
            continue
        raw = value.encode("utf-16-le") + b"\0\0" if isinstance(value, str) else value
        data += struct.pack("<I", len(raw)) + raw
    for name, inner in node.below.items():
        names.append(name)
        if name >> 26 == 9:
            data += struct.pack("<I", len(inner))
    if node.spaces:
        names.append(PAGES)
        data += struct.pack("<I", len(node.spaces))
    body = struct.pack("<H", len(names)) + struct.pack(f"<{len(names)}I", *names) + data
    if not streams:
        return body
    head = struct.pack("<I", len(references) | (0 if node.spaces else 1 << 31))
    head += b"".join(struct.pack("<I", number & 255) for number in references)
    if node.spaces:
        head += struct.pack("<I", len(node.spaces))
        head += b"".join(struct.pack("<I", 1 << 8 | number) for number in node.spaces)
    return head + body


# ---------------------------------------------------------------- the desktop's store


class _Store:
    def __init__(self) -> None:
        self.body = bytearray(1024)
        self._lists = 16

    def put(self, piece: bytes) -> int:
        place = len(self.body)
        self.body += piece
        return place

    def list(self, nodes: Sequence[bytes], fragments: int = 1) -> tuple[int, int]:
        """(place, length) of a list, in one fragment or more."""
        self._lists += 1
        share = -(-len(nodes) // fragments)
        following = _NONE
        for number in reversed(range(fragments)):
            inner = b"".join(nodes[number * share : (number + 1) * share])
            piece = struct.pack("<QII", 0xA4567AB1F5F7F4C4, self._lists, number)
            piece += inner + bytes(4) + following + struct.pack("<Q", 0x8BC215C38233BA4B)
            following = struct.pack("<QI", self.put(piece), len(piece))
        return struct.unpack("<QI", following)


def _node(number: int, rest: bytes, target: tuple[int, int] | None = None, kind: int = 2) -> bytes:
    reference = struct.pack("<QI", *target) if target else b""
    size = 4 + len(reference) + len(rest)
    head = number | size << 10 | (kind if target else 0) << 27 | 1 << 31
    return struct.pack("<I", head) + reference + rest


def _exguid(number: int, guid: bytes = _OBJECTS) -> bytes:
    return guid + struct.pack("<I", number)


def section(
    pages: Sequence[Page], files: Sequence[bytes] = (), locked: bool = False, fragments: int = 1
) -> bytes:
    """A section of the desktop's OneNote. Pages are listed backwards in the file's root list."""
    store = _Store()
    references = []
    for number, held_bytes in enumerate(files):
        held = uuid.UUID("bde316e7-2665-4511-a4c4-8d4d0b7a9eac").bytes_le
        held += struct.pack("<QIQ", len(held_bytes), 0, 0) + held_bytes
        held += uuid.UUID(int=9).bytes_le
        guid = uuid.UUID(int=100 + number).bytes_le
        references.append(_node(0x094, guid, (store.put(held), len(held)), 1))
    root: list[bytes] = [_node(0x004, _exguid(1))]
    owner = Node(
        SECTION, below={BELOW: [Node(SERIES, spaces=tuple(n + 2 for n in range(len(pages))))]}
    )
    spaces = [(1, [(owner, Node(META))])] + [(n + 2, p.states()) for n, p in enumerate(pages)]
    for identity, states in reversed(spaces):
        nodes = [_node(0x014, _exguid(identity) + bytes(4))]
        for revision, (content, meta) in enumerate(states):
            below = _exguid(1000 * identity + revision - 1) if revision else _NIL
            nodes.append(
                _node(0x01E, _exguid(1000 * identity + revision) + below + struct.pack("<IH", 1, 0))
            )
            nodes += _declared(store, revision, content, meta, fragments)
            if locked and identity > 1:
                nodes.append(_node(0x07C, bytes(8)))
            nodes.append(_node(0x01C, b""))
        revisions = store.list(nodes)
        manifests = store.list([_node(0x00C, _exguid(identity)), _node(0x010, b"", revisions)])
        root.append(_node(0x008, _exguid(identity), manifests))
    if files:
        root.append(_node(0x090, b"", store.list(references, min(fragments, len(references)))))
    place, length = store.list(root)
    store.body[:16], store.body[48:64] = _TYPE, DESKTOP
    store.body[172:184] = struct.pack("<QI", place, length)
    return bytes(store.body)


def _declared(
    store: _Store, revision: int, content: Node, meta: Node, fragments: int
) -> list[bytes]:
    nodes = _numbered(content, 1 + 60 * revision)
    meta.number = 250
    group = [
        _node(0x0B4, _exguid(5)), _node(0x022, b""),
        _node(0x024, struct.pack("<I", 0) + _OBJECTS),
        _node(0x024, struct.pack("<I", 1) + _OBJECTS),
        _node(0x028, b""),
    ]  # fmt: skip
    for node in [*nodes, meta]:
        head = struct.pack("<II", node.number, node.kind)
        if node.file >= 0:
            name = f"<ifndf>{{{uuid.UUID(int=100 + node.file)}}}"
            strings = b"".join(
                struct.pack("<I", len(s)) + s.encode("utf-16-le") for s in (name, ".bin")
            )
            group.append(_node(0x072, head + b"\1" + strings))
            continue
        body = _property_set(node)
        group.append(_node(0x0A4, head + b"\1\1", (store.put(body), len(body)), 1))
    group.append(_node(0x0B8, b""))
    return [
        _node(0x0B0, _exguid(5), store.list(group, fragments)),
        _node(0x05A, _exguid(content.number) + struct.pack("<I", 1)),
        _node(0x05A, _exguid(meta.number) + struct.pack("<I", 2)),
    ]


# ---------------------------------------------------------------- the packaging of Office 365


def _compact(value: int) -> bytes:
    if not value:
        return b"\0"
    for width in range(1, 8):
        if value < 1 << 7 * width:
            return (value << width | 1 << width - 1).to_bytes(width, "little")
    return b"\x80" + struct.pack("<Q", value)


def _id(number: int) -> bytes:
    """An extended GUID in the shortest of its forms."""
    if number < 32:
        return bytes([number << 3 | 4]) + _OBJECTS
    if number < 1024:
        return struct.pack("<H", number << 6 | 32) + _OBJECTS
    return (number << 7 | 64).to_bytes(3, "little") + _OBJECTS


def _stream(kind: int, body: bytes, compound: bool = False) -> bytes:
    if kind < 64 and len(body) < 128:
        return struct.pack("<H", compound << 2 | kind << 3 | len(body) << 9) + body
    if len(body) < 0x7FFF:
        return struct.pack("<I", 2 | compound << 2 | kind << 3 | len(body) << 17) + body
    return struct.pack("<I", 2 | compound << 2 | kind << 3 | 0x7FFF << 17) + _compact(
        len(body)
    ) + body  # fmt: skip


def _element(identity: int, kind: int, *inside: bytes) -> bytes:
    serial = b"\x80" + bytes(24)
    head = _stream(0x01, _id(identity) + serial + _compact(kind), True)
    return head + b"".join(inside) + bytes([0x01 << 2 | 1])


def packaged(pages: Sequence[Page], files: Sequence[bytes] = ()) -> bytes:
    """A section as Office 365 gives it out."""
    elements = b""
    cells: list[bytes] = []
    places: list[bytes] = []
    for number, held_bytes in enumerate(files):
        blob = _stream(0x02, _compact(len(held_bytes)) + held_bytes)
        elements += _element(9000 + number, 10, blob)
    owner = Node(
        SECTION, below={BELOW: [Node(SERIES, spaces=tuple(n + 2 for n in range(len(pages))))]}
    )
    spaces = [(1, [(owner, Node(META))])] + [(n + 2, p.states()) for n, p in enumerate(pages)]
    for identity, states in spaces:
        base = 0
        for revision, (content, meta) in enumerate(states):
            own = 100 * identity + 10 * revision
            nodes = [*_numbered(content, 1 + 60 * revision), meta]
            meta.number = 250
            elements += _element(own, 5, *_group(nodes))
            elements += _element(
                own + 1, 4,
                _stream(0x1A, _id(own + 2) + (_id(base) if base else b"\0")),
                _stream(0x0A, _id(1) + _id(content.number)), _stream(0x0A, _id(2) + _id(250)),
                _stream(0x19, _id(own)),
            )  # fmt: skip
            places.append(_stream(0x0D, _id(own + 2) + _id(own + 1) + b"\0"))
            base = own + 2
        elements += _element(5000 + identity, 3, _stream(0x0B, _id(base)))
        cells.append(_stream(0x0E, _id(1) + _id(identity) + _id(5000 + identity) + b"\0"))
    index = _element(8000, 1, *cells, *places)
    body = _TYPE + bytes(32) + PACKAGED + bytes(4)
    body += _stream(0x7A, _id(8000) + bytes(16), True) + _stream(0x15, b"\0", True)
    return body + index + elements + bytes([0x15 << 2 | 1]) + struct.pack("<H", 0x7A << 2 | 3)


def _group(nodes: Sequence[Node]) -> list[bytes]:
    declared, answers = b"", b""
    for node in nodes:
        identity = _id(node.number)
        declared += _stream(0x18, identity + _compact(4) + _compact(4) + b"\0\0")
        answers += _stream(0x16, b"\0\0" + _compact(4) + struct.pack("<I", node.kind))
        if node.file >= 0:
            declared += _stream(0x05, identity + _id(9000 + node.file) + _compact(2) + b"\0\0")
            answers += _stream(0x1C, b"\0\0" + _id(9000 + node.file))
            continue
        body = _property_set(node)
        references = [n.number for inner in node.below.values() for n in inner]
        declared += _stream(0x18, identity + _compact(1) + _compact(len(body)) + b"\0\0")
        things = _compact(len(references)) + b"".join(_id(n) for n in references)
        spaces = _compact(len(node.spaces)) + b"".join(_id(1) + _id(s) for s in node.spaces)
        answers += _stream(0x16, things + spaces + _compact(len(body)) + body)
    return [_stream(0x1D, b"", True), declared, b"\x75", _stream(0x1E, b"", True), answers, b"\x79"]
