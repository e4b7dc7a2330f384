"""Outlook stores (PST, OST): each message of each folder is a member.

A member is the item written out as a mail (mapi.py), since a store holds properties and no
messages; its attachments and the messages inside it are in it. Its name is the path of its
folders, its number in the folder and its subject. The text of the store lists its folders. Items
that the tree of nodes holds and no folder lists are members under `recovered`. A row of a folder
whose item cannot be read is a member with a problem. The store's password is no encryption: it is
said, and not needed.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from assay.extract import charset, mapi
from assay.extract.mail import put_line
from assay.extract.problems import Stop, problem
from assay.extract.pst_store import (
    ATTACHMENT,
    ATTACHMENTS,
    CONTENTS,
    FOLDER,
    HIDDEN,
    MESSAGE,
    NAMES,
    RECIPIENTS,
    ROOT,
    SEARCH,
    STORE,
    Broken,
    Entry,
    Heap,
    Properties,
    Store,
    Table,
)
from assay.extract.request import Request
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="pst",
    version="1 libpff",
    licence="AGPL-3.0-or-later",
    formats=("application/vnd.ms-outlook-pst",),
    limits="what was deleted and overwritten in part is not pieced together; rules, views and "
    "other hidden items are counted and not taken out",
)
_PASSWORD = 0x67FF
_COUNT, _UNREAD = 0x3602, 0x3603
_BROKEN = (Broken, struct.error, IndexError, ValueError)
_WIP = 0x10  # encrypted by the system's own means


class _Folder(NamedTuple):
    nid: int
    parent: int
    data: int
    sub: int


def read_pst(request: Request, transcript: Transcript) -> None:
    """Read a store. Raises Stop with `damaged`, `encrypted` or a limit of containers."""
    transcript.container = True
    with request.path.open("rb") as stream:
        try:
            store = Store(stream)
        except _BROKEN:
            raise Stop("damaged", "", "the header of the store") from None
        if store.cipher == _WIP:
            raise Stop("encrypted", "", "by Windows Information Protection")
        if store.cipher not in (0, 1, 2):
            raise Stop("unsupported", "", f"cipher {store.cipher}")
        if store.size > request.path.stat().st_size:
            transcript.trouble("truncated", "", f"{store.size} bytes promised")
        _Reader(store, request, transcript).run()


class _Reader:
    def __init__(self, store: Store, request: Request, transcript: Transcript) -> None:
        self._store = store
        self._request = request
        self._transcript = transcript
        self._folders: dict[int, _Folder] = {}
        self._children: dict[int, list[int]] = {}  # folder -> its messages, by the tree of nodes
        self._named: dict[tuple[bytes, int | str], int] = {}
        self._codec: str | None = None

    def run(self) -> None:
        """Walk the tree of nodes once, then folder after folder."""
        hidden = 0
        searches: list[Entry] = []
        for entry in self._store.nodes():
            kind = entry.nid & 0x1F
            if kind == FOLDER:
                self._folders[entry.nid] = _Folder(entry.nid, entry.parent, entry.data, entry.sub)
            elif kind == MESSAGE:
                self._children.setdefault(entry.parent, []).append(entry.nid)
            elif kind == SEARCH:
                searches.append(entry)
            elif kind == HIDDEN:
                hidden += 1
        if self._store.lost:
            self._transcript.trouble("damaged", "", "pages of the tree of nodes")
        self._note(hidden)
        for nid in self._in_order():
            self._folder(self._folders[nid])
        for entry in searches[:1000]:
            try:
                name = _text(self._properties(entry), mapi.NAME)
            except _BROKEN:
                continue
            if name and self._request.only is None:
                put_line(self._transcript, f"{name}: a search, its items lie in other folders")
        for parent in sorted(self._children):
            self._recovered(self._children[parent], "recovered")

    def _note(self, hidden: int) -> None:
        note = self._transcript.note
        store = self._store
        note("pst:kind", "OST" if store.offline else "PST")
        note("pst:version", store.version)
        note("pst:cipher", ("none", "permuted", "cyclic")[store.cipher])
        note("pst:folders", len(self._folders))
        if hidden:
            note("pst:hidden items", hidden)
        try:
            properties = self._properties(store.node(STORE))
            name = _text(properties, mapi.NAME)
            self._transcript.title = name or None
            password = properties.value(_PASSWORD)
            if password is not None and any(password[1]):
                note("pst:password", "set; it is no encryption and not needed")
        except _BROKEN:
            self._transcript.trouble("damaged", "", "the properties of the store")
        try:
            names = self._properties(store.node(NAMES))
            parts = [(names.value(tag) or (0, b""))[1] for tag in (2, 3, 4)]
            self._named = mapi.named_from(*parts)
        except _BROKEN:
            self._transcript.trouble("damaged", "", "the map of named properties")

    def _properties(self, entry: Entry | _Folder) -> Properties:
        return Properties(Heap(self._store, entry.data, entry.sub))

    def _in_order(self) -> list[int]:
        """Folders, each after its parent; those without one at the end."""
        below: dict[int, list[int]] = {}
        for nid, folder in sorted(self._folders.items()):
            if nid != ROOT and folder.parent in self._folders and folder.parent != nid:
                below.setdefault(folder.parent, []).append(nid)
        order: list[int] = []
        seen: set[int] = set()
        starts = [ROOT] if ROOT in self._folders else []
        for start in (*starts, *sorted(self._folders)):
            waiting = [start]
            while waiting:
                nid = waiting.pop()
                if nid in seen:
                    continue
                seen.add(nid)
                order.append(nid)
                waiting += reversed(below.get(nid, []))
        return order

    def _path(self, folder: _Folder) -> list[str]:
        """The names of the folders from the root down to this one."""
        names: list[str] = []
        current: _Folder | None = folder
        for _ in range(200):
            if current is None or current.nid == ROOT:
                break
            try:
                name = _text(self._properties(current), mapi.NAME)
            except _BROKEN:
                name = ""
            names.append((name or f"folder {current.nid:x}").replace("/", "_").replace("\0", ""))
            above = self._folders.get(current.parent)
            if above is None or above.nid == current.nid:
                break
            current = above
        return names[::-1]

    def _folder(self, folder: _Folder) -> None:
        path = self._path(folder)
        shown = "/".join(path)
        listed: list[int] = []
        try:
            entry = self._store.node(folder.nid & ~0x1F | CONTENTS)
            listed = Table(Heap(self._store, entry.data, entry.sub)).numbers()
        except _BROKEN:
            if self._children.get(folder.nid):
                where = f"folder {folder.nid:x}"
                self._transcript.trouble("damaged", where, "its table of contents")
        there = self._children.pop(folder.nid, [])
        if self._request.only is None and shown:
            put_line(self._transcript, f"{shown}: {len(set(listed))} items")
        rows = [nid for nid in dict.fromkeys(listed) if nid & 0x1F == MESSAGE]
        known = set(rows)
        for number, nid in enumerate(rows, 1):
            self._take(nid, path, number)
        beside = [nid for nid in there if nid not in known]
        if beside:
            self._recovered(beside, "/".join([*path, "recovered"]))

    def _recovered(self, numbers: list[int], place: str) -> None:
        """Items that no folder lists."""
        self._transcript.note("pst:recovered", f"{len(numbers)} items that no folder lists")
        if self._request.only is None:
            put_line(self._transcript, f"{place}: {len(numbers)} items that no folder lists")
        for number, nid in enumerate(numbers, 1):
            self._take(nid, [place], number)

    def _take(self, nid: int, path: list[str], number: int) -> None:
        spool = self._transcript.members()
        if not spool.wanted():
            spool.skip()
            return
        where = f"member {len(spool) + 1}"
        folder = "/".join(path)
        plain = f"{folder}/{number:06d}.eml".lstrip("/").encode("utf-8", "replace")
        try:
            item = self.item(self._store.node(nid))
            subject = item.text(mapi.SUBJECT)
        except _BROKEN:
            spool.refuse(plain, problem("damaged", where, "the item cannot be read"))
            return
        name = f"{folder}/{number:06d} {mapi.safe_name(subject)}".lstrip("/")
        modified = item.at(mapi.CHANGED)
        spool.add(name.encode("utf-8", "replace"), self._written(item), modified)

    def _written(self, item: mapi.Item) -> Iterator[bytes]:
        """The item as a mail; what breaks in it half-way is said of the member."""
        limits = self._request.limits
        try:
            yield from mapi.write_out(item, "PST", limits.text, limits.mime_depth)
        except _BROKEN:
            raise MemberBroken("damaged", "a part of the item cannot be read") from None

    def item(self, entry: Entry) -> _PstItem:
        """The item at a node. Raises Broken."""
        return _PstItem(self._store, entry, self._named)


def _text(properties: Properties, tag: int) -> str:
    found = properties.value(tag)
    if found is None:
        return ""
    if found[0] == 0x1F:
        return found[1].decode("utf-16-le", "replace").rstrip("\0")
    return charset.decode(found[1].rstrip(b"\0"), None).text


class _PstItem(mapi.Item):
    """A message, or an attachment, of the store."""

    def __init__(
        self, store: Store, entry: Entry, named: dict[tuple[bytes, int | str], int]
    ) -> None:
        self._store = store
        self.named = named
        self._heap = Heap(store, entry.data, entry.sub)
        self._props = Properties(self._heap)
        self.choose_codec()

    def value(self, tag: int) -> tuple[int, bytes] | None:
        """A property; several strings as one. Raises Broken."""
        found = self._props.value(tag)
        if found is None:
            return None
        kind, body = found
        if tag == mapi.SUBJECT and body[:2] == b"\x01\0" and kind == 0x1F:
            body = body[4:]  # a mark for the length of the prefix ([MS-PST] 2.5.3.1.1.1)
        elif tag == mapi.SUBJECT and body[:1] == b"\x01" and kind == 0x1E:
            body = body[2:]
        if kind & 0x1000 and kind & 0xFFF in (0x1E, 0x1F):
            body = _joined(body, 2 if kind & 0xFFF == 0x1F else 1)
        return kind, body

    def recipients(self) -> list[mapi.Item]:
        """The recipients, from the table inside the message."""
        node = self._heap.inside.get(RECIPIENTS)
        if node is None:
            return []
        table = Table(Heap(self._store, node.data, node.sub))
        return [_Row(row, self.codec) for row in table.rows()]

    def attached(self) -> Iterable[mapi.Attached]:
        """The attachments that the table lists, then those that it does not."""
        inside = self._heap.inside
        numbers: list[int] = []
        node = inside.get(ATTACHMENTS)
        if node is not None:
            try:
                numbers = Table(Heap(self._store, node.data, node.sub)).numbers()
            except _BROKEN:
                numbers = []
        there = [nid for nid in inside if nid & 0x1F == ATTACHMENT]
        for nid in dict.fromkeys((*numbers, *there)):
            entry = inside.get(nid)
            if entry is None:
                yield mapi.Attached(_Row({}, None), other="no bytes")
                continue
            try:
                yield _PstItem(self._store, entry, self.named).as_attachment()
            except _BROKEN:
                yield mapi.Attached(_Row({}, None), other="cannot be read")

    def as_attachment(self) -> mapi.Attached:
        """This as the attachment that it is."""
        slot = self._props.slots.get(mapi.DATA)
        if slot is None:
            if self.text(mapi.LONG_PATH):
                return mapi.Attached(self, other="a link to a file elsewhere")
            return mapi.Attached(self, other="no bytes")
        kind, held = slot
        if kind != 0x000D:
            return mapi.Attached(self, chunks=lambda: self._heap.chunks(held))
        pointer = self._heap.piece(held)
        nid = struct.unpack_from("<I", pointer)[0]
        entry = self._heap.inside.get(nid)
        if entry is None:
            return mapi.Attached(self, other="no bytes")
        if self.number(mapi.METHOD) == 5:
            return mapi.Attached(self, inside=lambda: _PstItem(self._store, entry, self.named))
        return mapi.Attached(self, chunks=lambda: self._store.data(entry.data))


class _Row(mapi.Item):
    """A row of a table."""

    def __init__(self, row: dict[int, tuple[int, bytes]], codec: str | None) -> None:
        self.named = {}
        self.codec = codec
        self._values = row

    def value(self, tag: int) -> tuple[int, bytes] | None:
        """A cell."""
        return self._values.get(tag)


def _joined(body: bytes, unit: int) -> bytes:
    """The strings of a property that has several ([MS-PST] 2.3.3.4.2)."""
    (count,) = struct.unpack_from("<I", body)
    starts = [*struct.unpack_from(f"<{min(count, 10_000)}I", body, 4), len(body)]
    gap = b"\0" * unit
    return gap.join(body[a:b] for a, b in pairwise(starts))
