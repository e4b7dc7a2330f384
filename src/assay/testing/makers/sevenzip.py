"""Make 7z archives by hand: solid or not, under a password, with hidden names, with links.

LZMA2 by the standard library, AES-256 by `cryptography`; the container after 7zFormat.txt.
The salt and the vector are fixed, so that a fixture is the same each time.
"""

from __future__ import annotations

import hashlib
import lzma
import struct
import zlib
from collections.abc import Mapping, Sequence

_POWER = 6  # rounds of the key as a power of two: few, so that tests are quick
_SALT, _VECTOR = b"salt", bytes(range(16))
_MODE_FILE, _MODE_LINK = 0o100644, 0o120777
_FILETIME = (1552554000 + 11_644_473_600) * 10_000_000  # 2019-03-14T09:00:00Z


def _number(value: int) -> bytes:
    """A number as 7z writes it: the first byte says how many follow."""
    for extra in range(8):
        if value < 1 << 7 * (extra + 1):
            low = value & (1 << 8 * extra) - 1
            mark = 0xFF00 >> extra & 0xFF
            return bytes([mark | value >> 8 * extra]) + low.to_bytes(extra, "little")
    return b"\xff" + struct.pack("<Q", value)


def _encrypt(body: bytes, password: str) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    secret = password.encode("utf-16-le")
    rounds = b"".join(_SALT + secret + struct.pack("<Q", n) for n in range(1 << _POWER))
    key = hashlib.sha256(rounds).digest()
    machine = Cipher(algorithms.AES(key), modes.CBC(_VECTOR)).encryptor()
    return machine.update(body + bytes(-len(body) % 16))


class _Writer:
    """Packed streams and the description of the folders that unpack them."""

    def __init__(self, password: str) -> None:
        self.password = password
        self.packed = b""
        self.sizes: list[int] = []
        self.folders = b""
        self.unpacked: list[int] = []
        self.count = 0

    def add(self, body: bytes) -> None:
        """A folder that unpacks to `body`."""
        spec = {"id": lzma.FILTER_LZMA2, "preset": 6, "dict_size": 1 << 20}
        small = lzma.compress(body, lzma.FORMAT_RAW, filters=[spec])
        lzma2 = b"\x21\x21" + b"\x01\x10"  # dictionary of 1 MiB
        if self.password:
            properties = bytes([_POWER | 0xC0, (len(_SALT) - 1) << 4 | 15]) + _SALT + _VECTOR
            aes = b"\x24\x06\xf1\x07\x01" + _number(len(properties)) + properties
            # LZMA2 reads what AES gives: input 0 is bound to output 1
            self.folders += b"\x02" + lzma2 + aes + b"\x00\x01"
            self.unpacked += [len(body), len(small)]
            small = _encrypt(small, self.password)
        else:
            self.folders += b"\x01" + lzma2
            self.unpacked.append(len(body))
        self.packed += small
        self.sizes.append(len(small))
        self.count += 1

    def info(self, at: int, parts: Sequence[Sequence[bytes]] | None) -> bytes:
        """StreamsInfo; `parts` are the files of each folder, None for a packed header."""
        out = b"\x06" + _number(at) + _number(len(self.sizes))
        out += b"\x09" + b"".join(map(_number, self.sizes)) + b"\x00"
        out += b"\x07\x0b" + _number(self.count) + b"\x00" + self.folders
        out += b"\x0c" + b"".join(map(_number, self.unpacked))
        if parts is None:
            return out
        out += b"\x00\x08\x0d" + b"".join(_number(len(files)) for files in parts)
        out += b"\x09" + b"".join(_number(len(f)) for files in parts for f in files[:-1])
        crcs = b"".join(struct.pack("<I", zlib.crc32(f)) for files in parts for f in files)
        return out + b"\x0a\x01" + crcs + b"\x00\x00"


def _bits(flags: Sequence[bool]) -> bytes:
    text = "".join("01"[flag] for flag in flags)
    return bytes(int(text[at : at + 8].ljust(8, "0"), 2) for at in range(0, len(text), 8))


def sevenzip(
    files: Mapping[str, bytes],
    *,
    password: str = "",
    hide_names: bool = False,
    solid: bool = True,
    links: Sequence[str] = (),
) -> bytes:
    """A 7z of `files` in their order; those in `links` are symbolic links to their content."""
    writer = _Writer(password)
    full = [body for body in files.values() if body]
    parts = [full] if solid else [[body] for body in full]
    for group in parts:
        writer.add(b"".join(group))
    hollow = [not body for body in files.values()]
    names = b"\0" + b"".join(name.encode("utf-16-le") + b"\0\0" for name in files)
    attributes = b"\x01\x00" + b"".join(
        struct.pack("<I", 0x8000 | (_MODE_LINK if name in links else _MODE_FILE) << 16)
        for name in files
    )
    times = b"\x01\x00" + struct.pack("<Q", _FILETIME) * len(files)
    header = b"\x01\x04" + writer.info(0, parts) + b"\x05" + _number(len(files))
    properties = [(0x11, names), (0x14, times), (0x15, attributes)]
    if any(hollow):
        properties[:0] = [(0x0E, _bits(hollow)), (0x0F, _bits([True] * sum(hollow)))]
    for kind, value in properties:
        header += bytes([kind]) + _number(len(value)) + value
    header += b"\x00\x00"
    packed = writer.packed
    if hide_names:
        outer = _Writer(password)
        outer.add(header)
        info = outer.info(len(packed), None)
        crc = b"\x0a\x01" + struct.pack("<I", zlib.crc32(header)) + b"\x00\x00"
        header, packed = b"\x17" + info + crc, packed + outer.packed
    start = struct.pack("<QQI", len(packed), len(header), zlib.crc32(header))
    crc = struct.pack("<I", zlib.crc32(start))
    return b"7z\xbc\xaf\x27\x1c\x00\x04" + crc + start + packed + header
