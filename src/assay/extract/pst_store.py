"""The layers of an Outlook store: pages, blocks, nodes, heaps, property and table contexts.

PST and OST of every age ([MS-PST]): 32-bit (ANSI), 64-bit (Unicode), and the 64-bit files with
pages of 4 KiB whose blocks may be packed by zlib (OST since 2013). Both ciphers of the format
are substitutions without a key and are undone. Nothing is held but a bounded number of pages, so
memory stays flat however large the store is. Every walk has a budget: a loop ends as `Broken`.

Own code, because the bindings of libpff give neither messages inside messages nor the map of
named properties (docs/adr/0010-outlook-stores.md); libpff counts in census/outlook.py instead.
"""

from __future__ import annotations

import struct
import zlib
from collections import OrderedDict
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

_PAGES = 512  # pages kept
_DEPTH = 12  # levels of a tree
_SUBNODES = 200_000  # entries of one node's tree of nodes
_BLOCKS = 300_000  # blocks of one node
MESSAGE, ATTACHMENT, FOLDER, SEARCH, CONTENTS, HIDDEN = 0x04, 0x05, 0x02, 0x03, 0x0E, 0x08
ROOT, STORE, NAMES = 0x122, 0x21, 0x61
RECIPIENTS, ATTACHMENTS = 0x692, 0x671

# [MS-PST] 5.1: two rotors; a third undoes the first
_ROTORS = bytes.fromhex(
    "41361362a8216ebbf416cc047f64e85d1ef2cb2a74c55e35d295479e962d9a884c7d843fdbac31b6485ff6c4d839"
    "8be7233b388ec8c1df25b120a546604e9cfbaad35651457c550007c92b9d859b09a08fadb30f63ab894bd7a7155a"
    "716642bf264a6b98faea7753b270052cfd593a867ece06eb827857c78d43afb41cd45bcde2e9274fc3087280cfb0"
    "eff5286dbe304d3492d50e3c2232e5e4f99fc2d10a8112e1ee918376e397e6618a1779a4b7dc907a5c8c02a6ca69"
    "de501a1193b9528758fced1d37491b6ae0293399bd6cd994f340546ff0c673b8d63e6518441fdd6710f10c19ecae"
    "03a1147ba90bfff8a3c0a201f72ebc2468750dfeba2fb5d0da3d14530f56b3c87a9ceb65481716159f02cc547c83"
    "000d0c0ba262a876dbd9edc7c5a4dcac8574d6d0a79bae9a967166c36399b8dd73928e847da55ed15d93b1575150"
    "808952944f4e0a6bbc8d7f6e47464140440111cb033ff7f4e1a98f3c3af9fbf0193082092ec99da08649ee6f4d6d"
    "c42d813425871b88aafc06a11238fd4c4272641337246a757743ffe6b44b365ce4d8353d45b92cecb7312b290768"
    "a30e697b189e2139be281a5b78f523ca2ab0af3efe048ce7e5983295d3f64ae8a6eae9f3d52f7020f21f0567ad55"
    "10cecde3273bdabad7c226d4911dd21c2233f8faf15aefcf90b68bb5bdc0bf08971e6ce261e0c6c159abbb58de5f"
    "df60797eb28a"
)
_R, _S = _ROTORS[:256], _ROTORS[256:]
_I = bytes(_R.index(byte) for byte in range(256))


class Broken(Exception):
    """A structure of the store cannot be followed."""


class Entry(NamedTuple):
    """A node: its data block, its tree of nodes (0: none), its parent."""

    nid: int
    data: int
    sub: int
    parent: int


class Store:
    """An open store. Raises Broken where its header is none."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        head = stream.read(1024)
        self._end = stream.seek(0, 2)
        if head[:4] != b"!BDN" or len(head) < 564:
            raise Broken("header")
        self.version = struct.unpack_from("<H", head, 10)[0]
        self.offline = head[8:10] == b"SO"
        self.wide = self.version >= 20
        self.large = self.version >= 36
        if self.wide:
            self._nbt, self._bbt = (struct.unpack_from("<Q", head, at)[0] for at in (224, 240))
            self.size = struct.unpack_from("<Q", head, 184)[0]
            self.cipher = head[513]
        else:
            self._nbt, self._bbt = (struct.unpack_from("<I", head, at)[0] for at in (188, 196))
            self.size = struct.unpack_from("<I", head, 168)[0]
            self.cipher = head[461]
        self._pages: OrderedDict[int, tuple[int, int, int, bytes]] = OrderedDict()

    # ------------------------------------------------------------ pages

    def _go(self, place: int) -> None:
        """Go to a place of the file. Raises Broken where it has none such."""
        if place >= self._end:
            raise Broken("place")
        self._stream.seek(place)

    def _page(self, place: int) -> tuple[int, int, int, bytes]:
        """(level, entries, size of one, their bytes) of a page of a tree."""
        if (kept := self._pages.get(place)) is not None:
            self._pages.move_to_end(place)
            return kept
        size = 4096 if self.large else 512
        self._go(place)
        page = self._stream.read(size)
        if len(page) < size:
            raise Broken("page")
        if self.large:
            count, _, width, level = struct.unpack_from("<HHBB", page, 4056)
            kind = page[4072]
        elif self.wide:
            count, _, width, level, kind = *page[488:492], page[496]
        else:
            count, _, width, level, kind = *page[496:500], page[500]
        if kind not in (0x80, 0x81) or not width or level > _DEPTH or count * width > size:
            raise Broken("page")
        found = (level, count, width, page[: count * width])
        self._pages[place] = found
        if len(self._pages) > _PAGES:
            self._pages.popitem(last=False)
        return found

    def _find(self, place: int, key: int) -> bytes:
        """The leaf entry with a key. Raises Broken where there is none."""
        form = "<Q" if self.wide else "<I"
        for _ in range(_DEPTH):
            level, count, width, body = self._page(place)
            low, high = 0, count
            while low < high:
                middle = (low + high) // 2
                if struct.unpack_from(form, body, middle * width)[0] <= key:
                    low = middle + 1
                else:
                    high = middle
            if not low:
                raise Broken("no entry")
            entry = body[(low - 1) * width : low * width]
            if not level:
                if struct.unpack_from(form, entry)[0] != key:
                    raise Broken("no entry")
                return entry
            place = struct.unpack_from(form, entry, 16 if self.wide else 8)[0]
        raise Broken("tree")

    def nodes(self) -> Iterator[Entry]:
        """Every node of the store, by its number. Pages that cannot be read are left out."""
        yield from self._nodes(self._nbt, _DEPTH)

    def _nodes(self, place: int, budget: int) -> Iterator[Entry]:
        try:
            level, count, width, body = self._page(place)
        except Broken:
            self.lost = True
            return
        for at in range(0, count * width, width):
            if level:
                if budget:
                    inner = struct.unpack_from(
                        "<Q" if self.wide else "<I", body, at + (16 if self.wide else 8)
                    )[0]
                    yield from self._nodes(inner, budget - 1)
            else:
                yield self._entry(body[at : at + width])

    lost = False  # pages of the tree of nodes could not be read

    def _entry(self, raw: bytes) -> Entry:
        if self.wide:
            nid, data, sub, parent = struct.unpack_from("<QQQI", raw)
        else:
            nid, data, sub, parent = struct.unpack_from("<IIII", raw)
        return Entry(nid & 0xFFFFFFFF, data, sub, parent)

    def node(self, nid: int) -> Entry:
        """A node by its number. Raises Broken."""
        return self._entry(self._find(self._nbt, nid))

    # ------------------------------------------------------------ blocks

    def block(self, bid: int) -> bytes:
        """The bytes of a block, unpacked and deciphered. Raises Broken."""
        raw = self._find(self._bbt, bid & ~1)
        if self.large:
            place, size, whole = struct.unpack_from("<QHH", raw, 8)
        elif self.wide:
            place, size = struct.unpack_from("<QH", raw, 8)
            whole = size
        else:
            place, size = struct.unpack_from("<IH", raw, 4)
            whole = size
        self._go(place)
        body = self._stream.read(size)
        if len(body) < size:
            raise Broken("block")
        if whole != size and whole:
            try:
                body = zlib.decompressobj().decompress(body, whole)
            except zlib.error:
                raise Broken("packed block") from None
        if bid & 2:
            return body
        if self.cipher == 1:
            return body.translate(_I)
        if self.cipher == 2:
            return _cyclic(body, bid & 0xFFFFFFFF)
        return body

    def data(self, bid: int, budget: int = 3) -> Iterator[bytes]:
        """The data blocks under a block: itself, or those that its list names."""
        if not bid:
            return
        body = self.block(bid)
        if not bid & 2:
            yield body
            return
        kind, level, count = struct.unpack_from("<BBH", body)
        if kind != 1 or not budget or count > _BLOCKS:
            raise Broken("list of blocks")
        width, form = (8, "<Q") if self.wide else (4, "<I")
        for number in range(count):
            inner = struct.unpack_from(form, body, 8 + number * width)[0]
            if level > 1 and not inner & 2:
                raise Broken("list of blocks")
            yield from self.data(inner, budget - 1)

    def subnodes(self, bid: int) -> dict[int, Entry]:
        """The nodes inside a node."""
        found: dict[int, Entry] = {}
        self._into(bid, found, 3)
        return found

    def _into(self, bid: int, found: dict[int, Entry], budget: int) -> None:
        if not bid:
            return
        body = self.block(bid)
        kind, level, count = struct.unpack_from("<BBH", body)
        if kind != 2 or not budget or len(found) > _SUBNODES:
            raise Broken("nodes of a node")
        at = 8 if self.wide else 4
        for _ in range(count):
            if level:
                _, inner = struct.unpack_from("<QQ" if self.wide else "<II", body, at)
                at += 16 if self.wide else 8
                self._into(inner, found, budget - 1)
            else:
                nid, data, sub = struct.unpack_from("<QQQ" if self.wide else "<III", body, at)
                at += 24 if self.wide else 12
                nid &= 0xFFFFFFFF
                found[nid] = Entry(nid, data, sub, 0)


def _cyclic(body: bytes, key: int) -> bytes:
    """The second cipher ([MS-PST] 5.2): the rotors turn with the number of the block."""
    word = (key ^ key >> 16) & 0xFFFF
    out = bytearray(len(body))
    for at, byte in enumerate(body):
        low, high = word & 0xFF, word >> 8
        byte = _R[(byte + low) & 0xFF]
        byte = _S[(byte + high) & 0xFF]
        byte = _I[(byte - high) & 0xFF]
        out[at] = (byte - low) & 0xFF
        word = (word + 1) & 0xFFFF
    return bytes(out)


# ---------------------------------------------------------------- heaps


class Heap:
    """A heap on a node, with the nodes inside that hold what is too large for it."""

    def __init__(self, store: Store, data: int, sub: int) -> None:
        self.store = store
        self._sub = sub
        self._inside: dict[int, Entry] | None = None
        self.blocks = list(store.data(data))
        if not self.blocks or len(self.blocks[0]) < 12 or self.blocks[0][2] != 0xEC:
            raise Broken("heap")
        self.kind = self.blocks[0][3]
        self.root = struct.unpack_from("<I", self.blocks[0], 4)[0]

    @property
    def inside(self) -> dict[int, Entry]:
        """The nodes inside the node."""
        if self._inside is None:
            self._inside = self.store.subnodes(self._sub)
        return self._inside

    def piece(self, hid: int) -> bytes:
        """What a heap id names. Raises Broken."""
        if not hid:
            return b""
        if self.store.large:
            number, index = hid >> 19, hid >> 5 & 0x3FFF
        else:
            number, index = hid >> 16, hid >> 5 & 0x7FF
        if number >= len(self.blocks) or not index:
            raise Broken("heap id")
        block = self.blocks[number]
        try:
            table = struct.unpack_from("<H", block)[0]
            count = struct.unpack_from("<H", block, table)[0]
            if index > count:
                raise Broken("heap id")
            start, end = struct.unpack_from("<HH", block, table + 4 + (index - 1) * 2)
        except struct.error:
            raise Broken("heap") from None
        return block[start:end]

    def chunks(self, hnid: int) -> Iterator[bytes]:
        """What a heap id or a node inside names, in blocks."""
        if not hnid & 0x1F:
            yield self.piece(hnid)
            return
        node = self.inside.get(hnid)
        if node is None:
            raise Broken("node inside")
        yield from self.store.data(node.data)

    def tree(self, hid: int) -> Iterator[tuple[int, bytes]]:
        """(key, record) pairs of a tree on the heap ([MS-PST] 2.3.2)."""
        head = self.piece(hid)
        if len(head) < 8 or head[0] != 0xB5:
            raise Broken("tree on a heap")
        _, key, width, levels, root = struct.unpack_from("<BBBBI", head)
        yield from self._leaves(root, key, width, levels)

    def _leaves(self, hid: int, key: int, width: int, levels: int) -> Iterator[tuple[int, bytes]]:
        if levels > _DEPTH or not hid:
            return
        body = self.piece(hid)
        step = key + (4 if levels else width)
        for at in range(0, len(body) - step + 1, step):
            if levels:
                inner = struct.unpack_from("<I", body, at + key)[0]
                yield from self._leaves(inner, key, width, levels - 1)
            else:
                yield (
                    int.from_bytes(body[at : at + key], "little"),
                    body[at + key : at + step],
                )


_INLINE = {2: 2, 3: 4, 4: 4, 10: 4, 11: 1}


class Properties:
    """A property context: values by tag, taken when they are asked for."""

    def __init__(self, heap: Heap) -> None:
        if heap.kind != 0xBC:
            raise Broken("property context")
        self.heap = heap
        self.slots: dict[int, tuple[int, int]] = {
            tag: struct.unpack_from("<HI", record)
            for tag, record in heap.tree(heap.root)
            if len(record) >= 6
        }

    def value(self, tag: int) -> tuple[int, bytes] | None:
        """(type, bytes) of a property, None where it is not there. Raises Broken."""
        slot = self.slots.get(tag)
        if slot is None:
            return None
        kind, held = slot
        if kind in _INLINE:
            return kind, struct.pack("<I", held)[: _INLINE[kind]]
        return kind, b"".join(self.heap.chunks(held))


class Table:
    """A table context: the numbers of its rows, and their cells."""

    def __init__(self, heap: Heap) -> None:
        if heap.kind != 0x7C:
            raise Broken("table context")
        self.heap = heap
        head = heap.piece(heap.root)
        if len(head) < 22 or head[0] != 0x7C:
            raise Broken("table context")
        count = head[1]
        self._width = struct.unpack_from("<H", head, 8)[0]
        self._bits = struct.unpack_from("<H", head, 6)[0]
        self._index, self._rows = struct.unpack_from("<II", head, 10)
        self._columns: dict[int, tuple[int, int, int, int]] = {}
        for number in range(count):
            kind, tag, place, size, bit = struct.unpack_from("<HHHBB", head, 22 + number * 8)
            self._columns[tag] = (kind, place, size, bit)

    def numbers(self) -> list[int]:
        """The row ids, in the order of the rows: for folders and attachments node numbers."""
        return [row for row, _ in self.heap.tree(self._index)]

    def rows(self) -> Iterator[dict[int, tuple[int, bytes]]]:
        """Each row as values by tag."""
        if not self._rows or not self._width:
            return
        wanted = len(self.numbers())
        for block in self.heap.chunks(self._rows):
            for at in range(0, len(block) - self._width + 1, self._width):
                if not wanted:
                    return
                wanted -= 1
                yield self._row(block[at : at + self._width])

    def _row(self, row: bytes) -> dict[int, tuple[int, bytes]]:
        found: dict[int, tuple[int, bytes]] = {}
        for tag, (kind, place, size, bit) in self._columns.items():
            byte = self._bits + bit // 8
            if byte >= len(row) or not row[byte] >> (7 - bit % 8) & 1:
                continue
            cell = row[place : place + size]
            if kind in _INLINE or kind in (0x14, 0x40, 5, 6, 7):
                found[tag] = (kind, cell)
            elif len(cell) == 4:
                try:
                    held = struct.unpack("<I", cell)[0]
                    found[tag] = (kind, b"".join(self.heap.chunks(held)))
                except Broken:
                    continue
        return found
