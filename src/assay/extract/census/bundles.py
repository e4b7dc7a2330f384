"""Members of CAB, ISO 9660, CPIO, XAR, LHA, ARJ and AR, counted from their own headers.

The reader has libarchive walk them; here each is walked by hand, as its format says. Regular
files count: no folders, links or devices. A hard link counts where it carries content of its
own. A set of several volumes is not counted.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from typing import IO

from assay.extract.request import Request

_SECTOR = 2048
_MOST = 5_000_000  # headers
_TOC = 64 << 20  # bytes of an unpacked table of contents
_KIND, _FILE, _FOLDER = 0o170000, 0o100000, 0o040000


def count_cabinet(request: Request) -> int | None:
    """Entries of a cabinet's directory ([MS-CAB] 2.3)."""
    if len(request.volumes) > 1:
        return None
    with request.path.open("rb") as stream:
        head = stream.read(36)
        if head[:4] != b"MSCF":
            return None
        return int(struct.unpack_from("<H", head, 28)[0])


# ---------------------------------------------------------------- CPIO


def count_cpio(request: Request) -> int | None:
    """Regular files of a CPIO; a further name of a file counts where content stands with it."""
    met: set[tuple[int, int]] = set()
    count = 0
    with request.path.open("rb") as stream:
        for mode, inode, links, size in _cpio_headers(stream):
            if mode & _KIND not in (_FILE, 0):
                continue
            again = links > 1 and inode in met
            met.add(inode)
            count += not again or size > 0
    return count


def _cpio_headers(stream: IO[bytes]) -> Iterator[tuple[int, tuple[int, int], int, int]]:
    """(mode, (device, inode), links, size) of the entries before the trailer."""
    at = 0
    for _ in range(_MOST):
        stream.seek(at)
        head = stream.read(110)
        if head[:6] in (b"070701", b"070702"):
            f = [int(head[n : n + 8], 16) for n in range(6, 110, 8)]
            mode, inode, links, size, name = f[1], (f[7] << 32 | f[8], f[0]), f[4], f[6], f[11]
            begin, step, start = 110, 4, at + 110
            behind = -(-(begin + name) // step) * step + -(-size // step) * step
        elif head[:6] == b"070707":
            o = [int(head[n : n + 6], 8) for n in range(6, 48, 6)]
            name, size = int(head[59:65], 8), int(head[65:76], 8)
            mode, inode, links, start = o[2], (o[0], o[1]), o[5], at + 76
            behind = 76 + name + size
        elif head[:2] in (b"\xc7\x71", b"\x71\xc7"):
            order = "<" if head[0] == 0xC7 else ">"
            s = struct.unpack_from(f"{order}13H", head)
            mode, inode, links, name, size = s[3], (s[1], s[2]), s[6], s[10], s[11] << 16 | s[12]
            start = at + 26
            behind = 26 + name + (name & 1) + size + (size & 1)
        else:
            raise ValueError
        stream.seek(start)
        if stream.read(11) == b"TRAILER!!!\0":
            return
        yield mode, inode, links, size
        at += behind


# ---------------------------------------------------------------- XAR, AR, LHA


def count_xar(request: Request) -> int | None:
    """Files of the table of contents, a packed XML."""
    with request.path.open("rb") as stream:
        head = stream.read(28)
        if head[:4] != b"xar!":
            return None
        size, _, packed = struct.unpack_from(">HHQ", head, 4)
        stream.seek(size)
        inflate = zlib.decompressobj()
        toc = inflate.decompress(stream.read(min(packed, _TOC)), _TOC)
    if inflate.unconsumed_tail:
        return None
    return len(re.findall(rb"<type\b[^>]*>\s*file\s*</type>", toc))


def count_ar(request: Request) -> int | None:
    """Members of an AR (a Debian package is one) that are no table of symbols or long names."""
    count = 0
    with request.path.open("rb") as stream:
        if stream.read(8) != b"!<arch>\n":
            return None
        at = 8
        while len(head := stream.read(60)) == 60:
            if head[58:60] != b"`\n":
                return None
            size = int(head[48:58])
            count += head[:16].rstrip() not in (b"/", b"//", b"/SYM64/")
            at += 60 + size + (size & 1)
            stream.seek(at)
    return count


def count_lha(request: Request) -> int | None:
    """Entries of an LHA that are no folders, by headers of level 0 to 3."""
    count = at = 0
    with request.path.open("rb") as stream:
        for _ in range(_MOST):
            stream.seek(at)
            head = stream.read(32)
            if len(head) < 22 or (not head[0] and not (head[20] == 2 and head[1])):
                return count
            if not re.fullmatch(rb"-[a-z0-9]{3}-", head[2:7]):
                return None
            packed = struct.unpack_from("<I", head, 7)[0]
            count += head[2:7] != b"-lhd-"
            if head[20] < 2:
                at += head[0] + 2 + packed
            elif head[20] == 2:
                at += struct.unpack_from("<H", head)[0] + packed
            else:
                at += struct.unpack_from("<I", head, 24)[0] + packed
    return None


def count_arj(request: Request) -> int | None:
    """Headers behind the first whose type is a file, binary or text."""
    count = -1
    with request.path.open("rb") as stream:
        at = 0
        for _ in range(_MOST):
            stream.seek(at)
            head = stream.read(20)
            if head[:2] != b"\x60\xea":
                return None
            size = struct.unpack_from("<H", head, 2)[0]
            if not size:
                return None if count < 0 else count
            count += count < 0 or head[10] in (0, 1)
            stream.seek(at + size + 8)
            extra = struct.unpack("<H", stream.read(2))[0]
            stream.seek(at + 16)
            packed = struct.unpack("<I", stream.read(4))[0] if head[10] != 2 else 0
            at += size + 10 + (extra + 4 if extra else 0) + packed
    return None


# ---------------------------------------------------------------- ISO 9660


def count_iso(request: Request) -> int | None:
    """Files of the directory tree, by Joliet's where Rock Ridge names are not there."""
    with request.path.open("rb") as stream:
        roots: dict[str, tuple[int, int]] = {}
        for number in range(16, 80):
            stream.seek(number * _SECTOR)
            head = stream.read(_SECTOR)
            if head[1:6] != b"CD001" or head[0] == 255:
                break
            root = struct.unpack_from("<I4xI", head, 158)
            if head[0] == 1:
                roots.setdefault("plain", root)
            elif head[0] == 2 and head[88:91] in (b"%/@", b"%/C", b"%/E"):
                roots.setdefault("joliet", root)
        if "plain" not in roots:
            return None
        tree = _Tree(stream)
        found = tree.count(roots["plain"])
        if not tree.rock_ridge and "joliet" in roots:
            return _Tree(stream).count(roots["joliet"])
        return found


class _Tree:
    """A walk over the folders of one tree."""

    def __init__(self, stream: IO[bytes]) -> None:
        self.rock_ridge = False
        self._stream = stream
        self._met: set[int] = set()
        self._places: set[int] = set()
        self._files = 0

    def count(self, root: tuple[int, int]) -> int:
        """Files at places of their own; two names of one place are one file."""
        waiting = [root]
        while waiting and len(self._met) < _MOST:
            place, size = waiting.pop()
            if place in self._met:
                continue
            self._met.add(place)
            waiting += self._folder(place, min(size, _TOC))
        return self._files

    def _folder(self, place: int, size: int) -> list[tuple[int, int]]:
        self._stream.seek(place * _SECTOR)
        body = self._stream.read(size)
        inside: list[tuple[int, int]] = []
        at = 0
        while at < len(body):
            length = body[at]
            if not length:
                at = (at // _SECTOR + 1) * _SECTOR
                continue
            record = body[at : at + length]
            at += length
            if len(record) < 34:
                continue
            name = record[33 : 33 + record[32]]
            extent, count = struct.unpack_from("<I4xI", record, 2)
            system = record[33 + record[32] + (record[32] + 1) % 2 :]
            if name == b"\0":
                self.rock_ridge = self.rock_ridge or b"SP\x07\x01" in system or b"RR" in system
                continue
            if name == b"\x01":
                continue
            moved = _field(system, b"CL")
            if record[25] & 2:
                inside.append((extent, count))
            elif moved:
                inside.append(self._moved(struct.unpack_from("<I", moved, 4)[0]))
            elif not record[25] & 0x80 and _is_file(system):
                self._files += not count or extent not in self._places
                if count:
                    self._places.add(extent)
        return inside

    def _moved(self, place: int) -> tuple[int, int]:
        """A folder that stands elsewhere, because it lies too deep: its own record says how big."""
        self._stream.seek(place * _SECTOR)
        return place, struct.unpack_from("<I", self._stream.read(34), 10)[0]


def _field(system: bytes, mark: bytes) -> bytes:
    """A field of the system use area, b"" for none."""
    at = 0
    while at + 4 <= len(system) and system[at + 2] >= 4:
        if system[at : at + 2] == mark:
            return system[at : at + system[at + 2]]
        at += system[at + 2]
    return b""


def _is_file(system: bytes) -> bool:
    """Tell whether Rock Ridge calls it a regular file, where it says what it is."""
    mode = _field(system, b"PX")
    return not mode or struct.unpack_from("<I", mode, 4)[0] & _KIND == _FILE
