"""OneNote sections as Office 365 gives them out: the objects in the packaging of MS-FSSHTTPB.

A row of stream objects (a header of 16 or 32 bits with type and length) in which data elements
hold an index, manifests of cells and revisions, groups of objects, and the bytes of embedded
files. It is read into the same `Store` as the file of the desktop ([MS-ONESTORE] 2.7).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from assay.extract.onestore import (
    NOBODY,
    Id,
    Revision,
    Space,
    Store,
    StoreBroken,
    Thing,
    skip_streams,
)

_START = 68
_ELEMENT, _CELL, _REVISION_PLACE = 0x01, 0x0E, 0x0D
_CURRENT, _REVISION, _ROOT, _GROUP = 0x0B, 0x1A, 0x0A, 0x19
_DECLARED, _DECLARED_BLOB, _DATA, _BLOB_REFERENCE, _BLOB = 0x18, 0x05, 0x16, 0x1C, 0x02
_GROUPS, _BLOBS = 5, 10  # types of data elements
_PROPERTIES, _FILE, _KIND = 1, 2, 4  # partitions of an object
_BUDGET = 4_000_000


@dataclass
class _Object:
    data: bytes = b""
    things: list[Id] = field(default_factory=list)
    cells: list[tuple[Id, Id]] = field(default_factory=list)
    blob: Id | None = None


@dataclass
class _Revision:
    identity: Id
    base: Id
    roots: dict[int, Id] = field(default_factory=dict)
    groups: list[Id] = field(default_factory=list)


class _Cursor:
    def __init__(self, body: bytes, at: int, end: int) -> None:
        self.body, self.at, self.end = body, at, end

    def take(self, size: int) -> bytes:
        if size < 0 or self.at + size > self.end:
            raise StoreBroken("short")
        piece = self.body[self.at : self.at + size]
        self.at += size
        return bytes(piece)

    def number(self) -> int:
        """A compact number: the zeros below its first one say how many bytes it has."""
        first = self.take(1)[0]
        if not first:
            return 0
        zeros = (first & -first).bit_length() - 1
        if zeros == 7:
            return int.from_bytes(self.take(8), "little")
        return int.from_bytes(bytes([first]) + self.take(zeros), "little") >> zeros + 1

    def identity(self) -> Id:
        first = self.take(1)[0]
        if not first:
            return NOBODY
        if first & 7 == 4:
            number = first >> 3
        elif first & 63 == 32:
            number = (first | self.take(1)[0] << 8) >> 6
        elif first & 127 == 64:
            number = (first | int.from_bytes(self.take(2), "little") << 8) >> 7
        elif first == 128:
            number = int.from_bytes(self.take(4), "little")
        else:
            raise StoreBroken("identifier")
        return self.take(16), number

    def identities(self) -> list[Id]:
        return [self.identity() for _ in range(self._count())]

    def cells(self) -> list[tuple[Id, Id]]:
        return [(self.identity(), self.identity()) for _ in range(self._count())]

    def _count(self) -> int:
        count = self.number()
        if count > self.end - self.at:
            raise StoreBroken("count")
        return count


def open_packaged(body: bytes) -> Store:
    """Read a packaged section. Raises StoreBroken where nothing of it can be read."""
    return _Package(body).store()


def events(body: bytes, at: int = _START) -> Iterator[tuple[int, int, int]]:
    """(type, where its own bytes begin, where they end) of the stream objects, in order.

    Nested objects follow the bytes of the one around them; ends are passed over.
    """
    size = len(body)
    for _ in range(_BUDGET):
        if at + 2 > size:
            return
        low = body[at] & 3
        if low == 1:
            at += 1
            continue
        if low == 3:
            at += 2
            continue
        if low == 0:
            head = struct.unpack_from("<H", body, at)[0]
            kind, length = head >> 3 & 0x3F, head >> 9 & 0x7F
            at += 2
        else:
            if at + 4 > size:
                return
            head = struct.unpack_from("<I", body, at)[0]
            kind, length = head >> 3 & 0x3FFF, head >> 17 & 0x7FFF
            at += 4
            if length == 0x7FFF:
                cursor = _Cursor(body, at, size)
                length = cursor.number()
                at = cursor.at
        if at + length > size:
            yield kind, at, -1
            return
        yield kind, at, at + length
        at += length


class _Package:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.cells: list[tuple[Id, Id, Id]] = []  # context, space, cell manifest
        self.places: dict[Id, Id] = {}  # revision -> its manifest
        self.current: dict[Id, Id] = {}  # cell manifest -> revision
        self.revisions: dict[Id, _Revision] = {}  # by the manifest's own identifier
        self.groups: dict[Id, dict[tuple[Id, int], _Object]] = {}
        self.blobs: dict[Id, tuple[int, int]] = {}
        self.broken = 0
        self._element: Id = NOBODY
        self._kind = 0
        self._declared: list[tuple[Id, int]] = []
        self._answered = 0
        elements = 0
        for kind, start, end in events(body):
            if end < 0:
                self.broken += 1
                break
            elements += kind == _ELEMENT
            try:
                self._meet(kind, _Cursor(body, start, end))
            except StoreBroken:
                self.broken += 1
        if not elements:
            raise StoreBroken("no data elements")

    def _meet(self, kind: int, at: _Cursor) -> None:
        if kind == _ELEMENT:
            self._element = at.identity()
            if (mark := at.take(1)[0]) == 128:
                at.take(24)
            elif mark:
                raise StoreBroken("serial number")
            self._kind = at.number()
            self._declared, self._answered = [], 0
            if self._kind == _GROUPS:
                self.groups.setdefault(self._element, {})
        elif kind == _CELL:
            context, space = at.identity(), at.identity()
            self.cells.append((context, space, at.identity()))
        elif kind == _REVISION_PLACE:
            revision = at.identity()
            self.places[revision] = at.identity()
        elif kind == _CURRENT and self._kind == 3:
            self.current[self._element] = at.identity()
        elif self._kind == 4 and kind in (_REVISION, _ROOT, _GROUP):
            self._revision(kind, at)
        elif self._kind == _GROUPS:
            self._object(kind, at)
        elif kind == _BLOB and self._kind == _BLOBS:
            length = at.number()
            self.blobs[self._element] = (at.at, min(length, at.end - at.at))

    def _revision(self, kind: int, at: _Cursor) -> None:
        if kind == _REVISION:
            identity = at.identity()
            self.revisions[self._element] = _Revision(identity, at.identity())
        elif (revision := self.revisions.get(self._element)) is not None:
            if kind == _ROOT:
                role = at.identity()
                revision.roots[role[1]] = at.identity()
            else:
                revision.groups.append(at.identity())

    def _object(self, kind: int, at: _Cursor) -> None:
        if kind == _DECLARED:
            identity = at.identity()
            self._declared.append((identity, at.number()))
        elif kind == _DECLARED_BLOB:
            identity = at.identity()
            at.identity()
            self._declared.append((identity, at.number()))
        elif kind in (_DATA, _BLOB_REFERENCE):
            if self._answered >= len(self._declared):
                raise StoreBroken("object")
            key = self._declared[self._answered]
            self._answered += 1
            made = _Object(things=at.identities(), cells=at.cells())
            if kind == _DATA:
                made.data = at.take(at.number())
            else:
                made.blob = at.identity()
            self.groups.setdefault(self._element, {})[key] = made

    # ------------------------------------------------------------ as a store

    def store(self) -> Store:
        store = Store(broken=self.broken)
        names: dict[Id, str] = {}
        for number, (blob, (place, length)) in enumerate(self.blobs.items()):
            names[blob] = str(number)
            store.files.append((str(number), place, length))
        spaces: dict[Id, Space] = {}
        for context, identity, manifest in self.cells:
            space = spaces.get(identity)
            if space is None:
                space = spaces[identity] = Space(identity)
                store.spaces.append(space)
            self._history(space, context, self.current.get(manifest, manifest), names)
        if not store.spaces and self.groups:  # an index that is gone: all objects, in one space
            everything = Revision(NOBODY, NOBODY, NOBODY)
            for group in self.groups.values():
                self._things(group, everything, NOBODY, names)
            store.spaces.append(Space(NOBODY, [everything]))
        return store

    def _history(self, space: Space, context: Id, newest: Id, names: dict[Id, str]) -> None:
        """The revisions of a cell, the oldest first, as a store of the desktop has them."""
        chain: list[_Revision] = []
        met: set[Id] = set()
        while newest not in met and newest != NOBODY:
            met.add(newest)
            revision = self.revisions.get(self.places.get(newest, newest))
            if revision is None:
                break
            chain.append(revision)
            newest = revision.base
        for revision in reversed(chain):
            made = Revision(revision.identity, revision.base, NOBODY, roots=revision.roots)
            for group in revision.groups:
                self._things(self.groups.get(group, {}), made, space.identity, names)
            made.context = context if self._named(context) else NOBODY
            space.revisions.append(made)

    def _named(self, context: Id) -> bool:
        """Tell whether a context is other than the first one met, which is the default."""
        return bool(self.cells) and context != self.cells[0][0]

    def _things(
        self, group: dict[tuple[Id, int], _Object], made: Revision, space: Id, names: dict[Id, str]
    ) -> None:
        for (identity, partition), own in group.items():
            if partition == _KIND and len(own.data) >= 4:
                kind = struct.unpack_from("<I", own.data)[0]
                thing = made.things.setdefault(identity, Thing(kind, b""))
                thing.kind = kind
            elif partition == _PROPERTIES:
                thing = made.things.setdefault(identity, Thing(0, b""))
                thing.body = skip_streams(own.data)
                thing.things = own.things
                thing.spaces = [cell[1] for cell in own.cells if cell[1] != space]
            elif partition == _FILE and own.blob is not None:
                thing = made.things.setdefault(identity, Thing(0, b""))
                thing.file = names.get(own.blob, "")
