"""Make Outlook stores (PST, OST) by hand ([MS-PST]): no writer of them exists.

Three ages: `ansi` (32-bit), `unicode` (64-bit), `large` (pages of 4 KiB, blocks packed by zlib).
Three ciphers: 0 none, 1 and 2 those of the format. Numbers of nodes are counted, never random.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

Age = Literal["ansi", "unicode", "large"]
Value = str | int | bytes | bool | float
_MAXIMUM = 8176
_ROOT, _STORE, _NAMES = 0x122, 0x21, 0x61
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


class File(msgspec.Struct, frozen=True):
    """An attachment: bytes, or an item inside."""

    name: str
    body: bytes = b""
    inside: Item | None = None


class Item(msgspec.Struct, frozen=True):
    """An item. `more` maps tags to values beside subject and body; `named` has
    (last digits of the property set, id) for a tag.
    """

    subject: str
    body: str = ""
    kind: str = "IPM.Note"
    to: Sequence[str] = ()
    files: Sequence[File] = ()
    more: Mapping[int, Value] = {}
    named: Mapping[tuple[int, int], Value] = {}


def moment(seconds: int) -> bytes:
    """Seconds since 1970 as the store writes a time."""
    return struct.pack("<Q", (seconds + 11644473600) * 10**7)


class _Store:
    def __init__(self, age: Age, cipher: int) -> None:
        self.age = age
        self.cipher = cipher
        self.wide = age != "ansi"
        self.blocks: list[tuple[int, bytes]] = []
        self.nodes: list[tuple[int, int, int, int]] = []
        self.names: dict[tuple[int, int], int] = {(0x2008, 0x8554): 0x8000}
        self._next = 4

    # ------------------------------------------------------------ blocks

    def block(self, body: bytes, internal: bool = False) -> int:
        bid = self._next | (2 if internal else 0)
        self._next += 4
        self.blocks.append((bid, body))
        return bid

    def data(self, body: bytes) -> int:
        """A block, or a list of blocks."""
        if len(body) <= _MAXIMUM:
            return self.block(body)
        parts = [self.block(body[at : at + _MAXIMUM]) for at in range(0, len(body), _MAXIMUM)]
        form = "Q" if self.wide else "I"
        head = struct.pack("<BBHI", 1, 1, len(parts), len(body))
        return self.block(head + struct.pack(f"<{len(parts)}{form}", *parts), True)

    def inside(self, nodes: Sequence[tuple[int, int, int]]) -> int:
        """A tree of nodes inside a node."""
        if not nodes:
            return 0
        form = "<QQQ" if self.wide else "<III"
        head = struct.pack("<BBHI" if self.wide else "<BBH", 2, 0, len(nodes),
                           *([0] if self.wide else []))  # fmt: skip
        return self.block(head + b"".join(struct.pack(form, *n) for n in sorted(nodes)), True)

    # ------------------------------------------------------------ heaps

    def heap(self, kind: int, pieces: Sequence[bytes], root: int) -> int:
        """A heap of one block; `root` is the number of a piece, from 1."""
        at, starts, body = 12, [], b""
        for piece in pieces:
            starts.append(at)
            body += piece
            at += len(piece)
        pad = -at % 2
        starts.append(at)
        table = struct.pack("<HH", len(pieces), 0) + struct.pack(f"<{len(starts)}H", *starts)
        head = struct.pack("<HBBII", at + pad, 0xEC, kind, root << 5, 0)
        assert at + pad + len(table) <= _MAXIMUM, "too large for the maker"
        return self.block(head + body + bytes(pad) + table)

    def context(
        self, values: Mapping[int, Value], nodes: Sequence[tuple[int, int, int]] = ()
    ) -> tuple[int, int]:
        """(data, tree of nodes) of a property context."""
        pieces: list[bytes] = [b"", b""]
        records = b""
        extra = list(nodes)
        for tag, value in sorted(values.items()):
            kind, raw = self.typed(tag, value)
            if kind in (3, 11):
                held = int.from_bytes(raw, "little")
            elif len(raw) > 3000:
                held = (0x800 + len(extra)) << 5 | 0x1F
                extra.append((held, self.data(raw), 0))
            elif raw:
                pieces.append(raw)
                held = len(pieces) << 5
            else:
                held = 0
            records += struct.pack("<HHI", tag, kind, held)
        pieces[0] = struct.pack("<BBBBI", 0xB5, 2, 6, 0, 2 << 5 if records else 0)
        pieces[1] = records
        return self.heap(0xBC, pieces, 1), self.inside(extra)

    def typed(self, tag: int, value: Value) -> tuple[int, bytes]:
        if isinstance(value, bool):
            return 11, bytes([value])
        if isinstance(value, int):
            return 3, struct.pack("<I", value)
        if isinstance(value, float):
            return 5, struct.pack("<d", value)
        if isinstance(value, str):
            if self.wide:
                return 0x1F, value.encode("utf-16-le")
            return 0x1E, value.encode("cp1251")
        times = (0x39, 0xE06, 0x3007, 0x3008)
        if tag in times or (len(value) == 8 and tag >= 0x8000):
            return 0x40, value
        return (0x0D, value) if tag == 0x3701 and len(value) == 8 else (0x102, value)

    def table(self, rows: Sequence[tuple[int, Mapping[int, Value]]]) -> tuple[int, int]:
        """(data, tree of nodes) of a table context."""
        tags = sorted({tag for _, row in rows for tag in row})
        columns = [(0x67F2, 3, 0, 4, 0), (0x67F3, 3, 4, 4, 1)]
        kinds: dict[int, int] = {}
        for number, tag in enumerate(tags):
            value = next(row[tag] for _, row in rows if tag in row)
            kinds[tag] = self.typed(tag, value)[0]
            columns.append((tag, kinds[tag], 8 + number * 4, 4, 2 + number))
        end = 8 + len(tags) * 4
        bits = (len(columns) + 7) // 8
        width = end + bits
        pieces: list[bytes] = [b"", b"", b"", b""]
        body = b""
        for number, (nid, row) in enumerate(rows):
            cells = struct.pack("<II", nid, number + 1)
            have = bytearray(bits)
            have[0] |= 0xC0
            for place, tag in enumerate(tags):
                cell = bytes(4)
                if tag in row:
                    kind, raw = self.typed(tag, row[tag])
                    have[(2 + place) // 8] |= 0x80 >> ((2 + place) % 8)
                    if kind == 3:
                        cell = raw
                    elif raw:
                        pieces.append(raw)
                        cell = struct.pack("<I", len(pieces) << 5)
                cells += cell
            body += cells + bytes(have)
        extra: list[tuple[int, int, int]] = []
        rows_at = 0
        if len(body) > 3000:
            step = _MAXIMUM // width * width
            parts = [body[at : at + step] for at in range(0, len(body), step)]
            rows_at = 0x900 << 5 | 0x1F
            if len(parts) == 1:
                extra.append((rows_at, self.block(parts[0]), 0))
            else:
                bids = [self.block(p.ljust(_MAXIMUM, b"\0")) for p in parts[:-1]]
                bids.append(self.block(parts[-1]))
                form = "Q" if self.wide else "I"
                total = _MAXIMUM * (len(parts) - 1) + len(parts[-1])
                head = struct.pack("<BBHI", 1, 1, len(bids), total)
                listed = self.block(head + struct.pack(f"<{len(bids)}{form}", *bids), True)
                extra.append((rows_at, listed, 0))
        elif body:
            pieces[3] = body
            rows_at = 4 << 5
        head = struct.pack("<BBHHHH", 0x7C, len(columns), end, end, end, width)
        head += struct.pack("<III", 2 << 5, rows_at, 0)
        for tag, kind, place, size, bit in sorted(columns, key=lambda c: (c[0], c[1])):
            head += struct.pack("<HHHBB", kind, tag, place, size, bit)
        pieces[0] = head
        slot = 4 if self.wide else 2
        listed_rows = sorted((nid, number) for number, (nid, _) in enumerate(rows))
        index = b"".join(
            struct.pack("<I", nid) + number.to_bytes(slot, "little") for nid, number in listed_rows
        )
        levels, top = 0, 3
        if len(index) > 3000:
            step = 3000 // (4 + slot) * (4 + slot)
            upper = b""
            for at in range(0, len(index), step):
                pieces.append(index[at : at + step])
                upper += index[at : at + 4] + struct.pack("<I", len(pieces) << 5)
            index, levels = upper, 1
        pieces[1] = struct.pack("<BBBBI", 0xB5, 4, slot, levels, top << 5 if index else 0)
        pieces[2] = index
        return self.heap(0x7C, pieces, 1), self.inside(extra)

    # ------------------------------------------------------------ nodes

    def node(self, nid: int, parts: tuple[int, int], parent: int = 0) -> None:
        self.nodes.append((nid, *parts, parent))

    def item(self, item: Item) -> tuple[int, int]:
        """(data, tree of nodes) of an item with its recipients and attachments."""
        values: dict[int, Value] = {0x1A: item.kind, 0x37: item.subject, 0xE07: 1}
        if item.body:
            values[0x1000] = item.body
        if not self.wide:
            values[0x3FFD] = 1251
        values |= item.more
        for key, value in item.named.items():
            tag = self.names.setdefault(key, 0x8000 + len(self.names))
            values[tag] = value
        nodes: list[tuple[int, int, int]] = []
        if item.to:
            rows: list[tuple[int, Mapping[int, Value]]] = [
                (number, {0x3001: name, 0x3003: f"{name}@port.example", 0xC15: 1})
                for number, name in enumerate(item.to)
            ]
            nodes.append((0x692, *self.table(rows)))
        if item.files:
            listed: list[tuple[int, Mapping[int, Value]]] = []
            for number, file in enumerate(item.files, 1):
                nid = (0x400 + number) << 5 | 5
                listed.append((nid, {0x3705: 5 if file.inside else 1}))
                nodes.append((nid, *self.attached(file)))
            nodes.append((0x671, *self.table(listed)))
        return self.context(values, nodes)

    def attached(self, file: File) -> tuple[int, int]:
        if file.inside is None:
            body = file.body
            return self.context({0x3701: body, 0x3707: file.name, 0x3705: 1})
        nid = 0x500 << 5 | 4
        pointer = struct.pack("<II", nid, 1000)
        return self.context(
            {0x3701: pointer, 0x3001: file.name, 0x3705: 5},
            [(nid, *self.item(file.inside))],
        )

    # ------------------------------------------------------------ the file

    def written(self) -> bytes:
        """The whole file."""
        out = bytearray(0x4600)
        places: list[tuple[int, int, int, int]] = []
        unit, trailer = (512, 24) if self.age == "large" else (64, 16 if self.wide else 12)
        for bid, body in self.blocks:
            whole = len(body)
            if not bid & 2:
                body = self.ciphered(body, bid)
                if self.age == "large" and len(body) > 64:
                    body = zlib.compress(body)
            place = len(out)
            size = len(body) + trailer
            size += -size % unit
            tail = self.trailer(body, place, bid, whole)
            out += body + bytes(size - len(body) - trailer) + tail
            places.append((bid, place, len(body), whole))
        page = 4096 if self.age == "large" else 512
        out += bytes(-len(out) % page)
        bbt = self.tree(out, 0x80, [self.placed(*p) for p in sorted(places)])
        nbt = self.tree(out, 0x81, [self.entered(*n) for n in sorted(self.nodes)])
        out[:1024] = self.header(len(out), nbt, bbt).ljust(1024, b"\0")
        return bytes(out)

    def placed(self, bid: int, place: int, size: int, whole: int) -> bytes:
        if self.age == "large":
            return struct.pack("<QQHHHH", bid, place, size, whole, 2, 0)
        if self.wide:
            return struct.pack("<QQHHI", bid, place, size, 2, 0)
        return struct.pack("<IIHH", bid, place, size, 2)

    def entered(self, nid: int, data: int, sub: int, parent: int) -> bytes:
        if self.wide:
            return struct.pack("<QQQII", nid, data, sub, parent, 0)
        return struct.pack("<IIII", nid, data, sub, parent)

    def tree(self, out: bytearray, kind: int, entries: list[bytes]) -> tuple[int, int]:
        """(bid, place) of the root of a tree of pages."""
        room = {"ansi": 496, "unicode": 488, "large": 4056}[self.age]
        level = 0
        while True:
            width = len(entries[0]) if entries else 24
            most = room // width
            above: list[bytes] = []
            root = (0, 0)
            for at in range(0, max(len(entries), 1), most):
                chosen = entries[at : at + most]
                root = self.page(out, kind, level, width, chosen)
                form = "<QQQ" if self.wide else "<III"
                key = struct.unpack_from("<Q" if self.wide else "<I", chosen[0])[0] if chosen else 0
                above.append(struct.pack(form, key, *root))
            if len(above) == 1:
                return root
            entries, level = above, level + 1

    def page(
        self, out: bytearray, kind: int, level: int, width: int, entries: list[bytes]
    ) -> tuple[int, int]:
        place, bid = len(out), self._next | 1
        self._next += 4
        signature = _signature(place, bid)
        body = b"".join(entries)
        if self.age == "large":
            body = body.ljust(4056, b"\0")
            body += struct.pack("<HHBB10x", len(entries), 4056 // width, width, level)
            tail = struct.pack("<BBHIQ8x", kind, kind, signature, _crc(body), bid)
        elif self.wide:
            body = body.ljust(488, b"\0")
            body += struct.pack("<BBBB4x", len(entries), 488 // width, width, level)
            tail = struct.pack("<BBHIQ", kind, kind, signature, _crc(body), bid)
        else:
            body = body.ljust(496, b"\0")
            body += struct.pack("<BBBB", len(entries), 496 // width, width, level)
            tail = struct.pack("<BBHII", kind, kind, signature, bid, _crc(body))
        out += body + tail
        return bid, place

    def trailer(self, body: bytes, place: int, bid: int, whole: int) -> bytes:
        signature = _signature(place, bid)
        if self.age == "large":
            return struct.pack("<HHIQHHI", len(body), signature, _crc(body), bid, 0, whole, 0)
        if self.wide:
            return struct.pack("<HHIQ", len(body), signature, _crc(body), bid)
        return struct.pack("<HHII", len(body), signature, bid, _crc(body))

    def ciphered(self, body: bytes, bid: int) -> bytes:
        if self.cipher == 1:
            return body.translate(_ROTORS[:256])
        if self.cipher == 2:
            return _turned(body, bid)
        return body

    def header(self, size: int, nbt: tuple[int, int], bbt: tuple[int, int]) -> bytes:
        version = {"ansi": 14, "unicode": 23, "large": 36}[self.age]
        client = b"SO" if self.age == "large" else b"SM"
        start = client + struct.pack("<HHBBII", version, 19, 1, 1, 0, 0)
        if not self.wide:
            body = start + struct.pack("<IIII", self._next, self._next, 1, 0)[:12]
            body += bytes(128)  # node counters
            root = struct.pack("<IIIIIIIIIBBH", 0, size, 0x4400, 0, 0, *nbt, *bbt, 1, 0, 0)
            body = (bytes(8) + body).ljust(164, b"\0") + root
            body = body.ljust(460, b"\xff") + bytes([0x80, self.cipher])
            body = body.ljust(512, b"\0")
        else:
            root = struct.pack("<IQQQQQQQQBBHI", 0, size, 0x4400, 0, 0, *nbt, *bbt, 1, 0, 0, 0)
            body = (bytes(8) + start).ljust(180, b"\0") + root
            body = body.ljust(512, b"\xff") + bytes([0x80, self.cipher])
            body = body.ljust(564, b"\0")
        sums = struct.pack("<I", _crc(body[8 : 8 + 471]))
        body = b"!BDN" + sums + body[8:]
        if self.wide:
            body = body[:524] + struct.pack("<I", _crc(body[8:524])) + body[528:]
        return body


def _turned(body: bytes, bid: int) -> bytes:
    """The cyclic cipher, which undoes itself."""
    first, second = _ROTORS[:256], _ROTORS[256:]
    word = (bid ^ bid >> 16) & 0xFFFF
    out = bytearray()
    for byte in body:
        low, high = word & 0xFF, word >> 8
        turned = second[(first[(byte + low) & 0xFF] + high) & 0xFF]
        out.append((first.index((turned - high) & 0xFF) - low) & 0xFF)
        word = (word + 1) & 0xFFFF
    return bytes(out)


def _signature(place: int, bid: int) -> int:
    mixed = (place ^ bid) & 0xFFFFFFFF
    return (mixed >> 16 ^ mixed) & 0xFFFF


def _crc(body: bytes) -> int:
    """The checksum of the format: CRC-32 that begins with zero and is not turned over."""
    return zlib.crc32(body, 0xFFFFFFFF) ^ 0xFFFFFFFF


def pst(
    folders: Mapping[str, Sequence[Item]],
    *,
    age: Age = "unicode",
    cipher: int = 1,
    password: int = 0,
    astray: Sequence[Item] = (),
    missing: int = 0,
) -> bytes:
    """A store. Folders are paths with `/`, parents made as needed.

    `astray` are items that no folder lists; `missing` rows of the first folder name items that
    are not there.
    """
    store = _Store(age, cipher)
    numbers: dict[str, int] = {}
    items: dict[str, list[Item]] = {}
    for path, listed in folders.items():
        parts = path.split("/")
        for depth in range(1, len(parts) + 1):
            numbers.setdefault("/".join(parts[:depth]), (0x401 + len(numbers)) << 5 | 2)
        items[path] = list(listed)
    message = 0x10001
    names = {_ROOT: ""} | {nid: path for path, nid in numbers.items()}
    for nid, path in names.items():
        parent = numbers.get(path.rpartition("/")[0], _ROOT) if nid != _ROOT else _ROOT
        listed = items.get(path, [])
        rows: list[tuple[int, Mapping[int, Value]]] = []
        for item in listed:
            number = message << 5 | 4
            message += 1
            store.node(number, store.item(item), nid)
            rows.append((number, {0x37: item.subject[:20]} if len(listed) < 50 else {0xE07: 1}))
        if path and listed and missing:
            rows += [((0x90000 + n) << 5 | 4, {0x37: "gone"}) for n in range(missing)]
            missing = 0
        below: list[tuple[int, Mapping[int, Value]]]
        below = [(n, {0x3001: p.rpartition("/")[2]}) for p, n in numbers.items()
                 if n != nid and numbers.get(p.rpartition("/")[0], _ROOT) == nid]  # fmt: skip
        store.node(
            nid,
            store.context(
                {
                    0x3001: path.rpartition("/")[2] or "root",
                    0x3602: len(rows),
                    0x3603: 0,
                    0x360A: bool(below),
                }
            ),
            parent,
        )
        store.node(nid & ~0x1F | 0x0D, store.table(below))
        store.node(nid & ~0x1F | 0x0E, store.table(rows))
        store.node(nid & ~0x1F | 0x0F, store.table([]))
    for item in astray:
        store.node(message << 5 | 4, store.item(item), 0x7777 << 5 | 2)
        message += 1
    about: dict[int, Value] = {0x3001: "Store of the port", 0xFF9: bytes(range(16))}
    if password:
        about[0x67FF] = password
    store.node(_STORE, store.context(about))
    groups = sorted({group for group, _ in store.names})
    guids = b"".join(
        struct.pack("<IHH", 0x00060000 | g, 0, 0) + bytes.fromhex("c000000000000046")
        for g in groups
    )
    entries = b"".join(
        struct.pack("<IHH", number, (3 + groups.index(group)) << 1, tag - 0x8000)
        for (group, number), tag in store.names.items()
    )
    store.node(_NAMES, store.context({1: 251, 2: guids, 3: entries, 4: b""}))
    return store.written()


def made_of(count: int, **other: Any) -> bytes:
    """A store of so many short messages in one folder."""
    listed = [Item(f"Message {n}", f"The cargo leaves at {n}.") for n in range(count)]
    return pst({"Inbox": listed}, **other)
