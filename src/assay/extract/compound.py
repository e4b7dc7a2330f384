"""Objects inside OLE2 compound files: found, unwrapped, or set up as files of their own.

Word, Excel and PowerPoint keep an embedded object as a storage. Where it only wraps a file
(a package with its original name, an OOXML package, a PDF, an OpenDocument file), that file
is given, byte for byte. Any other object becomes a compound file of its own that holds the
same streams: the document an Office program would open from it. The file is built the same
way each time, so its digest stands for its content.

Sources: [MS-CFB], [MS-OLEDS] 2.3.6 (OLE 1.0 native data), as far as Office writes them.
"""

from __future__ import annotations

import struct
import uuid
from array import array
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

Tree = dict[str, "bytes | Tree"]

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_DIFAT = 0xFFFFFFFC  # from here on marks, not sectors
_SMALL = 4096  # streams below this size live in the mini stream
_DEPTH = 24
NATIVE = "\x01ole10native"
# Streams of an embedding that say how it is shown or linked, and hold nothing of its own.
AROUND = frozenset(
    ("\x01ole", "\x01compobj", "\x03objinfo", "\x03linkinfo", "\x03printer", "\x03olepres",
     "\x03ocxname", "\x03accessobjsiteData".lower(), "\x01olink", "\x03pic", "\x03print")
)  # fmt: skip


def opened(source: Path | BytesIO) -> Any:
    """The file as olefile opens it. Raises OSError where it is none.

    A header may say that a sector has gigabytes, and olefile asks for as many. The format knows
    two sizes, 512 and 4,096; a few more are let through.
    """
    import olefile  # type: ignore[import-untyped]

    if isinstance(source, BytesIO):
        head = source.getbuffer()[:32]
    else:
        with source.open("rb") as stream:
            head = memoryview(stream.read(32))
    if len(head) == 32 and not 7 <= int.from_bytes(head[30:32], "little") <= 16:
        raise OSError("sectors of an impossible size")
    return olefile.OleFileIO(source if isinstance(source, BytesIO) else str(source))


def goes_round(stream: BinaryIO) -> bool:
    """Tell whether a chain of sectors comes back to itself, which no honest file's does.

    For libraries that follow such a chain until no memory is left.
    """
    head = stream.read(512)
    if len(head) < 512 or (size := 1 << (head[30] & 31)) not in (512, 4096):
        return False
    most = stream.seek(0, 2) // size + 1

    def sector(number: int) -> array[int]:
        stream.seek((number + 1) * size)
        block = stream.read(size)
        return array("I", block[: len(block) // 4 * 4])

    tables = array("I", head[76:])
    following = struct.unpack_from("<I", head, 68)[0]
    while following < _DIFAT:
        block = sector(following)
        if len(tables) > 109 + most * size // 4 or not block:
            return bool(block)
        tables.extend(block[:-1])
        following = block[-1]
    table = array("I")
    for number in tables:
        if number < _DIFAT:
            table.extend(sector(number))
            if len(table) > most * size // 4:
                return True
    if _has_ring(table):
        return True
    small = array("I")
    number = struct.unpack_from("<I", head, 60)[0]
    while number < len(table):
        small.extend(sector(number))
        number = table[number]
    return _has_ring(small)


def _has_ring(table: array[int]) -> bool:
    state = bytearray(len(table))  # 1 on the way that is walked, 2 on one that came to an end
    for start in range(len(table)):
        way: list[int] = []
        at = start
        while at < len(table) and not state[at]:
            state[at] = 1
            way.append(at)
            at = table[at]
        if at < len(table) and state[at] == 1:
            return True
        for place in way:
            state[place] = 2
    return False


def children(ole: Any, path: tuple[str, ...]) -> list[Any]:
    """The directory entries right below a storage, in the order of the file's own tree."""
    entry = ole.root
    for name in path:
        entry = next((k for k in entry.kids if k.name.lower() == name.lower()), None)
        if entry is None:
            return []
    return list(entry.kids)


def is_around(name: str) -> bool:
    """Tell whether a stream only says how an object is shown or linked."""
    low = name.lower()
    return low in AROUND or low.startswith(("\x02olepres", "\x03meta", "\x03eprint"))


def unwrap(ole: Any, path: tuple[str, ...], name: str) -> tuple[bytes, bytes]:
    """(name, bytes) of the object in the storage at `path`; `name` where it has none itself.

    Raises OSError and ValueError where its streams cannot be read.
    """
    inside = {k.name.lower(): k.name for k in children(ole, path)}
    found = wrapped(ole, path, inside)
    if found is not None:
        given, body = found
        return given or name.encode(), body
    return name.encode(), written(tree_of(ole, path), clsid_of(ole, path))


def wrapped(ole: Any, path: tuple[str, ...], inside: dict[str, str]) -> tuple[bytes, bytes] | None:
    """(original name or b"", bytes) of the file that an embedding wraps, None where it is none."""
    if NATIVE in inside:
        body = ole.openstream([*path, inside[NATIVE]]).read()
        return native(body)
    for stream in ("package", "embeddedodf", "package_stream"):
        if stream in inside:
            return b"", ole.openstream([*path, inside[stream]]).read()
    if "contents" in inside and all(
        is_around(k) or k == "contents" or k == "\x05summaryinformation" for k in inside
    ):
        body = ole.openstream([*path, inside["contents"]]).read()
        if body[:5] == b"%PDF-" or "\x03ocxname" not in inside:
            return b"", body
    return None


def native(body: bytes) -> tuple[bytes, bytes]:
    """(original name, bytes) of an Ole10Native stream; the name is b"" where there is none."""
    try:
        return _package(body)
    except (struct.error, ValueError, IndexError):
        size = int.from_bytes(body[:4], "little")
        return b"", body[4 : 4 + size] if 0 < size <= len(body) - 4 else body[4:]


def _package(body: bytes) -> tuple[bytes, bytes]:
    at = 4
    if struct.unpack_from("<H", body, at)[0] != 2:
        raise ValueError
    at += 2
    label, at = _text(body, at)
    path, at = _text(body, at)
    at += 4  # two numbers that tell an embedding from a link
    length = struct.unpack_from("<I", body, at)[0]
    if length > 4096:
        raise ValueError
    at += 4 + length
    size = struct.unpack_from("<I", body, at)[0]
    at += 4
    if size > len(body) - at:
        raise ValueError
    data = body[at : at + size]
    name = label or _last(path)
    try:  # newer writers repeat the three names in UTF-16
        wide: list[str] = []
        at += size
        for _ in range(3):
            letters = struct.unpack_from("<I", body, at)[0]
            if letters > 4096:
                raise ValueError
            wide.append(body[at + 4 : at + 4 + 2 * letters].decode("utf-16-le"))
            at += 4 + 2 * letters
        if wide[1].strip("\0"):
            name = wide[1].strip("\0").encode()
    except (struct.error, ValueError):
        pass
    return _last(name), data


def _text(body: bytes, at: int) -> tuple[bytes, int]:
    end = body.index(b"\0", at, at + 4096)
    return body[at:end], end + 1


def _last(path: bytes) -> bytes:
    return path.replace(b"\\", b"/").rpartition(b"/")[2]


def tree_of(ole: Any, path: tuple[str, ...], depth: int = 0) -> Tree:
    """The streams and storages below a storage."""
    tree: Tree = {}
    if depth > _DEPTH:
        return tree
    for entry in children(ole, path):
        inner = (*path, entry.name)
        if entry.entry_type == 1:
            tree[entry.name] = tree_of(ole, inner, depth + 1)
        elif entry.entry_type == 2:
            tree[entry.name] = ole.openstream(list(inner)).read()
    return tree


def clsid_of(ole: Any, path: tuple[str, ...]) -> bytes:
    """The class of a storage, 16 zero bytes where it has none."""
    entry = ole.root
    for name in path:
        entry = next((k for k in entry.kids if k.name.lower() == name.lower()), None)
        if entry is None:
            return bytes(16)
    try:
        return uuid.UUID(entry.clsid).bytes_le
    except (ValueError, AttributeError):
        return bytes(16)


# ---------------------------------------------------------------- writing


def written(tree: Tree, clsid: bytes = bytes(16)) -> bytes:
    """A compound file that holds `tree`: version 3, or 4 where it is large."""
    builder = _Builder(4096 if _size(tree) > 6 << 20 else 512)
    return builder.build(tree, clsid)


def _size(tree: Tree) -> int:
    return sum(len(v) if isinstance(v, bytes) else _size(v) for v in tree.values())


class _Builder:
    def __init__(self, sector: int) -> None:
        self._sector = sector
        self._body: list[bytes] = []
        self._links: list[int] = []
        self._mini = bytearray()
        self._mini_links: list[int] = []
        self._entries: list[list[Any]] = []

    def build(self, tree: Tree, clsid: bytes) -> bytes:
        """The whole file."""
        self._enter("Root Entry", tree, 5)
        mini = bytes(self._mini)
        self._entries[0][5:7] = [self._store(mini) if mini else _END, len(mini)]
        directory = b"".join(
            self._entry(e, clsid if n == 0 else bytes(16)) for n, e in enumerate(self._entries)
        )
        first_directory = self._store(directory)
        count_directory = -(-len(directory) // self._sector)
        packed = struct.pack(f"<{len(self._mini_links)}I", *self._mini_links)
        first_mini = self._store(packed, b"\xff") if packed else _END
        count_mini = -(-len(packed) // self._sector)
        per = self._sector // 4
        tables = 1
        while tables * per < len(self._body) + tables:
            tables += 1
        start = len(self._body)
        links = self._links + [_FAT] * tables
        table = struct.pack(f"<{len(links)}I", *links).ljust(tables * self._sector, b"\xff")
        wide = self._sector == 4096
        head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
        head += struct.pack("<HHHHH6x", 0x3E, 4 if wide else 3, 0xFFFE, 12 if wide else 9, 6)
        head += struct.pack("<II", count_directory if wide else 0, tables)
        head += struct.pack("<IIIIIII", first_directory, 0, _SMALL, first_mini, count_mini, _END, 0)
        places = [start + n for n in range(tables)][:109]
        head += struct.pack("<109I", *places, *[_FREE] * (109 - len(places)))
        return head.ljust(self._sector, b"\0") + b"".join(self._body) + table

    def _enter(self, name: str, value: bytes | Tree, kind: int) -> int:
        number = len(self._entries)
        entry: list[Any] = [name, kind, _FREE, _FREE, _FREE, 0, 0]
        self._entries.append(entry)
        if isinstance(value, bytes):
            entry[6] = len(value)
            if not value:
                entry[5] = _END
            elif len(value) < _SMALL:
                entry[5] = self._store_small(value)
            else:
                entry[5] = self._store(value)
            return number
        items = sorted(value.items(), key=lambda kv: (len(kv[0]), kv[0].upper()))
        numbers = [self._enter(k, v, 2 if isinstance(v, bytes) else 1) for k, v in items]
        entry[4] = self._balance(numbers)
        return number

    def _balance(self, numbers: list[int]) -> int:
        """Link siblings into a balanced tree; gives its root."""
        if not numbers:
            return _FREE
        middle = len(numbers) // 2
        entry = self._entries[numbers[middle]]
        entry[2] = self._balance(numbers[:middle])
        entry[3] = self._balance(numbers[middle + 1 :])
        return numbers[middle]

    def _entry(self, entry: list[Any], clsid: bytes) -> bytes:
        name, kind, left, right, child, first, size = entry
        raw = name[:31].encode("utf-16-le")
        links = struct.pack("<HBB3I", len(raw) + 2, kind, 1, left, right, child)
        out: bytes = raw.ljust(64, b"\0") + links + clsid + bytes(20)
        return out + struct.pack("<IQ", first, size)

    def _store(self, body: bytes, fill: bytes = b"\0") -> int:
        first = len(self._body)
        for at in range(0, max(len(body), 1), self._sector):
            self._body.append(body[at : at + self._sector].ljust(self._sector, fill))
            self._links.append(len(self._body))
        self._links[-1] = _END
        return first

    def _store_small(self, body: bytes) -> int:
        first = len(self._mini_links)
        for at in range(0, len(body), 64):
            self._mini += body[at : at + 64].ljust(64, b"\0")
            self._mini_links.append(len(self._mini_links) + 1)
        self._mini_links[-1] = _END
        return first


def records(body: bytes, at: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """(type, version and instance, start, end) of Office art records between two places."""
    end = min(end, len(body))
    while at + 8 <= end:
        version, kind, length = struct.unpack_from("<HHI", body, at)
        start, at = at + 8, min(at + 8 + length, end)
        yield kind, version, start, at
