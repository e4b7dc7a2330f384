"""Make RAR archives by hand: stored files, version 4 or 5, under a password, in volumes.

Only what is described in public is written; nothing is packed, because packing is not. Salt and
vectors are fixed, so that a fixture is the same each time. Both versions number their rounds.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from collections.abc import Mapping

from assay.testing.makers.archives import ENTRY_TIME

_POWER = 4  # rounds of the key of version 5 as a power of two: few, so that tests are quick
_SALT, _VECTOR = bytes(range(16)), bytes(range(16, 32))
_DOS = ((2019 - 1980) << 9 | 3 << 5 | 14) << 16 | 9 << 11


def _number(value: int) -> bytes:
    out = bytearray()
    while True:
        out.append(value & 0x7F | (0x80 if value >> 7 else 0))
        value >>= 7
        if not value:
            return bytes(out)


def _cbc(key: bytes, vector: bytes, body: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    machine = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    return machine.update(body + bytes(-len(body) % 16))


def _rounds5(password: str, more: int) -> bytes:
    return hashlib.pbkdf2_hmac("sha256", password.encode(), _SALT, (1 << _POWER) + more)


def _check5(password: str) -> bytes:
    value = _rounds5(password, 32)
    folded = bytes(value[n] ^ value[n + 8] ^ value[n + 16] ^ value[n + 24] for n in range(8))
    return folded + hashlib.sha256(folded).digest()[:4]


def _block5(body: bytes, key: bytes = b"") -> bytes:
    head = _number(len(body)) + body
    block = struct.pack("<I", zlib.crc32(head)) + head
    return _VECTOR + _cbc(key, _VECTOR, block) if key else block


def _file5(name: str, body: bytes, whole: bytes, password: str, split: int, link: str) -> bytes:
    """A file's header; `body` is its part in this volume, `split` the flags of volumes."""
    crc = zlib.crc32(whole)
    extra = b""
    packed = len(body)
    if password:
        mixed = hmac.digest(_rounds5(password, 16), struct.pack("<I", crc), "sha256")
        crc = 0
        for (word,) in struct.iter_unpack("<I", mixed):
            crc ^= word
        record = b"\1\0\3" + bytes([_POWER]) + _SALT + _VECTOR + _check5(password)
        extra += _number(len(record)) + record
        packed += -packed % 16
    if link:
        record = b"\5\1\0" + _number(len(link.encode())) + link.encode()
        extra += _number(len(record)) + record
    folder = name.endswith("/")
    head = b"\2" + _number(2 | bool(extra) | split)
    head += _number(len(extra)) if extra else b""
    head += _number(packed) + _number(1 if folder else 6) + _number(len(whole))
    head += _number(0o100644)
    head += b"" if folder else struct.pack("<II", ENTRY_TIME, crc)
    raw = name.rstrip("/").encode()
    return head + _number(0) + _number(1) + _number(len(raw)) + raw + extra


def rar5(
    files: Mapping[str, bytes],
    *,
    password: str = "",
    hide_names: bool = False,
    links: Mapping[str, str] | None = None,
    volume: int = 0,
) -> list[bytes]:
    """The volumes of a RAR 5, one where `volume` (bytes of content in each) is 0.

    A name that ends in `/` makes a folder; `links` are symbolic links by name. Under a password
    only the last volume's padding is right where `volume` is a multiple of 16.
    """
    key = _rounds5(password, 0) if hide_names else b""
    pieces: list[list[tuple[str, bytes, bytes, int, str]]] = [[]]
    room = volume or 1 << 62
    for name, body in files.items():
        at = 0
        while True:
            part = body[at : at + room]
            more = at + len(part) < len(body)
            pieces[-1].append((name, part, body, (8 if at else 0) | (16 if more else 0), ""))
            at, room = at + len(part), room - len(part)
            if room <= 0:
                pieces.append([])
                room = volume
            if not more:
                break
    for name, target in (links or {}).items():
        pieces[-1].append((name, b"", b"", 0, target))
    if not pieces[-1]:
        pieces.pop()
    out = []
    for number, mine in enumerate(pieces):
        archive = b"Rar!\x1a\x07\x01\x00"
        if hide_names:
            body = b"\4\0\0\1" + bytes([_POWER]) + _SALT + _check5(password)
            archive += _block5(body)
        many = len(pieces) > 1
        flags = (1 if many else 0) | (2 if number else 0)
        archive += _block5(b"\1\0" + _number(flags) + (_number(number) if number else b""), key)
        for name, part, whole, split, link in mine:
            archive += _block5(_file5(name, part, whole, password, split, link), key)
            archive += _cbc(_rounds5(password, 0), _VECTOR, part) if password else part
        last = number + 1 == len(pieces)
        out.append(archive + _block5(b"\5\0" + (b"\0" if last else b"\1"), key))
    return out


def _key4(password: str, salt: bytes) -> tuple[bytes, bytes]:
    seed = password.encode("utf-16-le") + salt
    state = hashlib.sha1(usedforsecurity=False)
    vector = b""
    for n in range(1 << 18):
        state.update(seed + struct.pack("<I", n)[:3])
        if not n & 0x3FFF:
            vector += state.copy().digest()[19:20]
    return struct.pack("<4I", *struct.unpack(">4I", state.digest()[:16])), vector


def rar4(files: Mapping[str, bytes], *, password: str = "", hide_names: bool = False) -> bytes:
    """A RAR 4 of stored files. A name that ends in `/` makes a folder."""
    salt = b"saltsalt"
    key, vector = _key4(password, salt) if password else (b"", b"")

    def block(kind: int, flags: int, rest: bytes, hidden: bool = False) -> bytes:
        body = struct.pack("<BHH", kind, flags, 7 + len(rest)) + rest
        whole = struct.pack("<H", zlib.crc32(body) & 0xFFFF) + body
        return salt + _cbc(key, vector, whole) if hidden else whole

    out = b"Rar!\x1a\x07\x00" + block(0x73, 0x80 if hide_names else 0, bytes(6))
    for name, body in files.items():
        folder = name.endswith("/")
        secret = bool(password) and not folder
        packed = _cbc(key, vector, body) if secret else body
        flags = 0x8000 | (0xE0 if folder else 0) | (0x404 if secret else 0)
        raw = name.rstrip("/").replace("/", "\\").encode("ascii")
        rest = struct.pack(
            "<IIBIIBBHI", len(packed), len(body), 2, zlib.crc32(body), _DOS, 29, 0x30, len(raw), 32
        )
        out += block(0x74, flags, rest + raw + (salt if secret else b""), hide_names) + packed
    return out + block(0x7B, 0x4000, b"", hide_names)
