"""The revision store of OneNote ([MS-ONESTORE]): lists of file nodes, spaces, revisions, objects.

A section is a file of object spaces, one a page. A space has revisions; each names the one it
builds on and declares the objects that changed, so the present state is the newest revision
over those below it, and what was written before still lies in the file. Lists come in
fragments that may loop or point anywhere: each is walked once, with a budget.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

Id = tuple[bytes, int]  # a GUID and a number
Value = int | bytes | list[Id] | list["Properties"]
Properties = list[tuple[int, Value]]

NOBODY: Id = (bytes(16), 0)
_FRAGMENT = 0xA4567AB1F5F7F4C4
_STORED = bytes.fromhex("e716e3bd65261145a4c48d4d0b7a9eac")  # before an embedded file
_BUDGET = 4_000_000
_DEPTH = 30
_WIDTHS = {0: (8, 1), 1: (4, 1), 2: (2, 8), 3: (4, 8)}  # of a place: bytes, unit
_SIZES = {0: (4, 1), 1: (8, 1), 2: (1, 8), 3: (2, 8)}  # of a length


class StoreBroken(Exception):
    """The store cannot be read from here on. Holds no words."""


@dataclass
class Thing:
    """An object: its type, its property set, and what its references stand for, in order."""

    kind: int
    body: bytes
    things: list[Id] = field(default_factory=list)
    spaces: list[Id] = field(default_factory=list)
    file: str = ""  # of the embedded file it stands for
    ending: str = ""


@dataclass
class Revision:
    """What one revision declares."""

    identity: Id
    below: Id
    context: Id
    things: dict[Id, Thing] = field(default_factory=dict)
    roots: dict[int, Id] = field(default_factory=dict)


@dataclass
class Space:
    """An object space: a page, or the section itself."""

    identity: Id
    revisions: list[Revision] = field(default_factory=list)
    current: Id = NOBODY  # the revision that a role declaration names, if one does

    def present(self) -> tuple[dict[Id, Thing], dict[int, Id]]:
        """(objects, roots) as they stand now: the newest revision over those below it."""
        known = {r.identity: r for r in self.revisions}
        plain = [r for r in self.revisions if r.context == NOBODY] or self.revisions
        newest = known.get(self.current) or (plain[-1] if plain else None)
        things: dict[Id, Thing] = {}
        roots: dict[int, Id] = {}
        met: set[Id] = set()
        while newest is not None and newest.identity not in met:
            met.add(newest.identity)
            for identity, thing in newest.things.items():
                things.setdefault(identity, thing)
            for role, root in newest.roots.items():
                roots.setdefault(role, root)
            newest = known.get(newest.below)
        return things, roots


@dataclass
class Store:
    """All that a section holds. `files`: (name of the reference, place, length) in order."""

    spaces: list[Space] = field(default_factory=list)
    root: Id = NOBODY
    files: list[tuple[str, int, int]] = field(default_factory=list)
    encrypted: bool = False
    broken: int = 0  # lists that could not be walked to their end


@dataclass(frozen=True)
class Node:
    """A file node: its number, what it refers to, and its other bytes."""

    number: int
    place: int
    length: int
    rest: bytes


def open_store(body: bytes) -> Store:
    """Read a store. Raises StoreBroken where not even its root list is there."""
    return _Walk(body).store


class _Walk:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.store = Store()
        self._left = _BUDGET
        if len(body) < 1024:
            raise StoreBroken("header")
        place, length = struct.unpack_from("<QI", body, 172)
        nodes = self._nodes(place, length)
        if not nodes:
            raise StoreBroken("root list")
        for node in nodes:
            if node.number == 0x004 and len(node.rest) >= 20:
                self.store.root = _id(node.rest)
            elif node.number == 0x008 and len(node.rest) >= 20:
                self._space(Space(_id(node.rest)), node)
            elif node.number == 0x090:
                self._files(node)

    # ------------------------------------------------------------ lists

    def _nodes(self, place: int, length: int) -> list[Node]:
        """The nodes of a list, over all its fragments; as far as they can be followed."""
        found: list[Node] = []
        met: set[int] = set()
        while length and 0 < place < len(self.body) and place not in met:
            met.add(place)
            end = min(place + length, len(self.body)) - 20
            if end < place + 16:
                self.store.broken += 1
                break
            if struct.unpack_from("<Q", self.body, place)[0] != _FRAGMENT:
                self.store.broken += 1
                break
            if place + length > len(self.body):
                self.store.broken += 1
            found += self._fragment(place + 16, end)
            place, length = struct.unpack_from("<QI", self.body, end)
            if place == 0xFFFFFFFFFFFFFFFF or not length:
                break
        return found

    def _fragment(self, at: int, end: int) -> Iterator[Node]:
        while at + 4 <= end:
            head = struct.unpack_from("<I", self.body, at)[0]
            number, size, kind = head & 0x3FF, head >> 10 & 0x1FFF, head >> 27 & 15
            if number in (0, 0xFF) or size < 4 or at + size > end:
                return
            self._left -= 1
            if self._left < 0:
                raise StoreBroken("too many nodes")
            inner, stop = at + 4, at + size
            place = length = 0
            if kind in (1, 2):
                width, unit = _WIDTHS[head >> 23 & 3]
                place = _whole(self.body, inner, width, unit)
                inner += width
                width, unit = _SIZES[head >> 25 & 3]
                length = _whole(self.body, inner, width, unit, False)
                inner += width
            yield Node(number, place, length, bytes(self.body[inner:stop]))
            at += size

    def _files(self, node: Node) -> None:
        for entry in self._nodes(node.place, node.length):
            if entry.number != 0x094 or len(entry.rest) < 16:
                continue
            place, length = entry.place, 0
            if bytes(self.body[place : place + 16]) == _STORED:
                length = struct.unpack_from("<Q", self.body, place + 16)[0]
            self.store.files.append((_guid(entry.rest), place + 36 if length else -1, length))

    # ------------------------------------------------------------ spaces and revisions

    def _space(self, space: Space, node: Node) -> None:
        self.store.spaces.append(space)
        lists = [n for n in self._nodes(node.place, node.length) if n.number == 0x010]
        for entry in lists[-1:]:
            self._revisions(space, entry)

    def _revisions(self, space: Space, entry: Node) -> None:
        revision: Revision | None = None
        tables: dict[Id, dict[int, bytes]] = {}
        table: dict[int, bytes] = {}
        for node in self._nodes(entry.place, entry.length):
            number, rest = node.number, node.rest
            if number in (0x01B, 0x01E, 0x01F) and len(rest) >= 40:
                context = _id(rest, 46) if number == 0x01F and len(rest) >= 66 else NOBODY
                revision = Revision(_id(rest), _id(rest, 20), context)
                space.revisions.append(revision)
                table = {}
                tables[revision.identity] = table
            elif number == 0x05C and len(rest) >= 24:
                if struct.unpack_from("<I", rest, 20)[0] == 1:
                    space.current = _id(rest)
            elif number == 0x07C:
                self.store.encrypted = True
            elif revision is None:
                continue
            elif number == 0x0B0:
                group: dict[int, bytes] = {}
                for inner in self._nodes(node.place, node.length):
                    self._declare(inner, revision, group, {})
            else:
                self._declare(node, revision, table, tables.get(revision.below, {}))

    def _declare(
        self, node: Node, revision: Revision, table: dict[int, bytes], below: dict[int, bytes]
    ) -> None:
        number, rest = node.number, node.rest
        if number == 0x024 and len(rest) >= 20:
            table[struct.unpack_from("<I", rest)[0]] = rest[4:20]
        elif number == 0x025 and len(rest) >= 8:
            source, target = struct.unpack_from("<II", rest)
            if source in below:
                table[target] = below[source]
        elif number == 0x026 and len(rest) >= 12:
            source, count, target = struct.unpack_from("<III", rest)
            for step in range(min(count, len(below))):
                if source + step in below:
                    table[target + step] = below[source + step]
        elif number == 0x059 and len(rest) >= 8:
            compact, role = struct.unpack_from("<II", rest)
            revision.roots[role] = _compact(compact, table)
        elif number == 0x05A and len(rest) >= 24:
            revision.roots[struct.unpack_from("<I", rest, 20)[0]] = _id(rest)
        elif number in (0x0A4, 0x0A5, 0x0C4, 0x0C5) and len(rest) >= 8:
            compact, kind = struct.unpack_from("<II", rest)
            revision.things[_compact(compact, table)] = self._thing(node, kind, table)
        elif number in (0x02D, 0x02E) and len(rest) >= 8:
            compact, bits = struct.unpack_from("<II", rest)
            kind = 0x00020000 | bits & 0x3FF  # an object of a table of contents
            revision.things[_compact(compact, table)] = self._thing(node, kind, table)
        elif number in (0x041, 0x042) and len(rest) >= 4:
            identity = _compact(struct.unpack_from("<I", rest)[0], table)
            revision.things[identity] = self._thing(node, 0, table)
        elif number in (0x072, 0x073) and len(rest) >= 9:
            compact, kind = struct.unpack_from("<II", rest)
            at = 9 if number == 0x072 else 12
            name, at = _string(rest, at)
            ending, _ = _string(rest, at)
            thing = Thing(kind, b"", file=name.lower(), ending=ending)
            revision.things[_compact(compact, table)] = thing

    def _thing(self, node: Node, kind: int, table: dict[int, bytes]) -> Thing:
        body = bytes(self.body[node.place : node.place + node.length])
        streams, at = _streams(body)
        things = [_compact(c, table) for c in streams[0]]
        spaces = [_compact(c, table) for c in streams[1]]
        return Thing(kind, body[at:], things, spaces)


def _whole(body: bytes, at: int, width: int, unit: int, place: bool = True) -> int:
    value = int.from_bytes(body[at : at + width], "little")
    if place and value == (1 << 8 * width) - 1:
        return 0  # no place at all
    return value * unit


def _id(body: bytes, at: int = 0) -> Id:
    return body[at : at + 16], struct.unpack_from("<I", body, at + 16)[0]


def _compact(compact: int, table: dict[int, bytes]) -> Id:
    return table.get(compact >> 8, b""), compact & 0xFF


def _guid(body: bytes) -> str:
    import uuid

    return str(uuid.UUID(bytes_le=bytes(body[:16])))


def _string(body: bytes, at: int) -> tuple[str, int]:
    if at + 4 > len(body):
        return "", at
    count = struct.unpack_from("<I", body, at)[0]
    end = at + 4 + 2 * min(count, 65536)
    return body[at + 4 : end].decode("utf-16-le", "replace"), end


def _streams(body: bytes) -> tuple[list[tuple[int, ...]], int]:
    """The three streams of references before a property set, and where it begins."""
    streams: list[tuple[int, ...]] = [(), (), ()]
    at = 0
    for number in range(3):
        if at + 4 > len(body):
            break
        head = struct.unpack_from("<I", body, at)[0]
        count = head & 0xFFFFFF
        at += 4
        if at + 4 * count > len(body):
            break
        streams[number] = struct.unpack_from(f"<{count}I", body, at)
        at += 4 * count
        more = not head >> 31 if number == 0 else head >> 30 & 1
        if not more:
            break
    return streams, at


def skip_streams(body: bytes) -> bytes:
    """A property set without the streams of references before it."""
    return body[_streams(body)[1] :]


def properties(thing: Thing) -> Properties:
    """The properties of an object, as far as they can be read."""
    found: Properties = []
    try:
        _set(thing.body, 0, iter(thing.things), iter(thing.spaces), found, 0)
    except (struct.error, StoreBroken):
        pass  # what stands before the break is kept
    return found


def _set(
    body: bytes, at: int, things: Iterator[Id], spaces: Iterator[Id], found: Properties, depth: int
) -> int:
    if depth > _DEPTH:
        raise StoreBroken("nesting")
    count = struct.unpack_from("<H", body, at)[0]
    names = struct.unpack_from(f"<{count}I", body, at + 2)
    at += 2 + 4 * count
    for name in names:
        kind = name >> 26 & 31
        name &= 0x7FFFFFFF
        value: Value = 0
        if kind in (3, 4, 5, 6):
            size = 1 << kind - 3
            value = int.from_bytes(body[at : at + size], "little")
            at += size
        elif kind == 7:
            size = struct.unpack_from("<I", body, at)[0]
            if at + 4 + size > len(body):
                raise StoreBroken("value")
            value = body[at + 4 : at + 4 + size]
            at += 4 + size
        elif kind in (8, 10, 12):
            value = _take({8: things, 10: spaces}.get(kind), 1)
        elif kind in (9, 11, 13):
            size = struct.unpack_from("<I", body, at)[0]
            at += 4
            value = _take({9: things, 11: spaces}.get(kind), size)
        elif kind in (16, 17):
            size = 1
            if kind == 16:
                size = struct.unpack_from("<I", body, at)[0]
                at += 8 if size else 4
            sets: list[Properties] = []
            for _ in range(min(size, len(body))):
                inner: Properties = []
                at = _set(body, at, things, spaces, inner, depth + 1)
                sets.append(inner)
            value = sets
        elif kind not in (1, 2):
            raise StoreBroken("property type")
        found.append((name, value))
    return at


def _take(source: Iterator[Id] | None, count: int) -> list[Id]:
    taken: list[Id] = []
    if source is not None:
        for identity in source:
            taken.append(identity)
            if len(taken) == count:
                break
    return taken
