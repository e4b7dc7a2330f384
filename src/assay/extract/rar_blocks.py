"""The blocks of RAR archives, version 4 and 5, read by hand: names, places, keys.

RAR 5 after the format's public description (RAR 5.0 archive format, RARLAB); RAR 4 after the
notes that come with its archiver and what free readers do. Headers may be encrypted: then each
is opened with a key from the password. What a file's bytes are packed with is not undone here.

Offsets and sizes are bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from assay.extract import dates

MAGIC4, MAGIC5 = b"Rar!\x1a\x07\x00", b"Rar!\x1a\x07\x01\x00"
_HEADER_LIMIT = 2 << 20
_LINKS = {1: "symlink", 2: "symlink", 3: "junction", 4: "hardlink", 5: "copy"}


class RarBroken(Exception):
    """The blocks end or break here. `code` is a problem's, `detail` says at what."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Cipher5:
    """How a RAR 5 file or header is encrypted. `check` is b"" where no password can be told."""

    salt: bytes
    power: int
    vector: bytes = b""
    check: bytes = b""
    tweaked: bool = False


@dataclass(frozen=True)
class Piece:
    """Packed bytes of a file in one volume, and how they are encrypted there."""

    path: Path
    at: int
    size: int
    cipher: Cipher5 | None = None
    salt: bytes = b""  # RAR 4


@dataclass
class Entry:
    """A file of the archive. `method` is 0 where it is stored; `version` is of the packing."""

    name: bytes
    size: int
    crc: int | None
    method: int
    version: int
    modified: str | None = None
    blake: bytes = b""
    info: int = 0  # RAR 5: compression info; RAR 4: flags
    folder: bool = False
    solid: bool = False
    encrypted: bool = False
    link: str = ""
    target: bytes = b""
    service: bool = False
    before: bool = False  # goes on from the volume before
    after: bool = False  # goes on in the next volume
    pieces: list[Piece] = field(default_factory=list)


def entries_of(path: Path, passwords: tuple[str, ...], facts: dict[str, str]) -> Iterator[Entry]:
    """The entries of one volume, each with its one piece, in their order.

    `facts` takes what the archive says of itself. Raises RarBroken where it can go no further.
    """
    with path.open("rb") as stream:
        start = find_start(stream)
        stream.seek(start)
        if stream.read(8) == MAGIC5:
            yield from _entries5(stream, path, passwords, facts)
        else:
            stream.seek(start + 7)
            yield from _entries4(stream, path, passwords, facts)


def find_start(stream: BinaryIO) -> int:
    """Where the signature stands: at 0, or behind a program that unpacks itself."""
    stream.seek(0)
    head = stream.read(1 << 20)
    at = min((n for n in (head.find(MAGIC4), head.find(MAGIC5)) if n >= 0), default=-1)
    if at < 0:
        raise RarBroken("damaged", "no signature")
    return at


# ---------------------------------------------------------------- RAR 5


class _Walk:
    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0

    def number(self) -> int:
        value = shift = 0
        while True:
            if self.at >= len(self.body) or shift > 63:
                raise RarBroken("damaged", "a number")
            byte = self.body[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    def take(self, count: int) -> bytes:
        if count < 0 or self.at + count > len(self.body):
            raise RarBroken("damaged", "a header ends early")
        self.at += count
        return self.body[self.at - count : self.at]


def blocks5(stream: BinaryIO, passwords: tuple[str, ...]) -> Iterator[tuple[int, _Walk, int, int]]:
    """(type, header behind the type, where its data begins, its size) of each block."""
    key = b""
    while True:
        body = _header5(stream, key)
        if body is None:
            return
        walk = _Walk(body)
        kind = walk.number()
        if kind == 4:
            key = _header_key5(walk, passwords)
            continue
        place = walk.at
        flags = walk.number()
        if flags & 1:
            walk.number()
        size = walk.number() if flags & 2 else 0
        walk.at = place
        at = stream.tell()
        yield kind, walk, at, size
        if kind == 5:
            return
        stream.seek(at + size)


def _header5(stream: BinaryIO, key: bytes) -> bytes | None:
    if key:
        vector = stream.read(16)
        first = stream.read(16)
        if len(vector) < 16:
            return None
        if len(first) < 16:
            raise RarBroken("truncated", "a header")
        machine = _aes(key, vector)
        head = machine.update(first)
    else:
        head = stream.read(7)
        if not head:
            return None
    walk = _Walk(head[4:] + b"\0")
    size = walk.number()
    if not size or size > _HEADER_LIMIT:
        raise RarBroken("damaged", "the size of a header")
    total = 4 + walk.at + size
    more = total - len(head)
    if key:
        packed = stream.read(max(more, 0) + -max(more, 0) % 16)
        head += machine.update(packed)
    elif more < 0:
        stream.seek(more, 1)
    else:
        head += stream.read(more)
    head = head[:total]
    if len(head) < total:
        raise RarBroken("truncated", "a header")
    if zlib.crc32(head[4:]) != struct.unpack("<I", head[:4])[0]:
        raise RarBroken("encrypted" if key else "damaged", "a header's checksum")
    rest: bytes = head[4 + walk.at :]
    return rest


def _header_key5(walk: _Walk, passwords: tuple[str, ...]) -> bytes:
    walk.number()  # flags of the block
    walk.number()  # version
    flags = walk.number()
    power = walk.take(1)[0]
    cipher = Cipher5(walk.take(16), power, b"", walk.take(12) if flags & 1 else b"")
    for password in passwords:
        if opens5(cipher, password):
            return key5(cipher, password)
    raise RarBroken("encrypted", "names and bytes")


def _entries5(
    stream: BinaryIO, path: Path, passwords: tuple[str, ...], facts: dict[str, str]
) -> Iterator[Entry]:
    for kind, walk, at, size in blocks5(stream, passwords):
        if kind in (2, 3):
            entry = _file5(walk, path, at, size)
            entry.service = kind == 3
            yield entry
            stream.seek(at + size)
        elif kind == 5:
            walk.number()
            facts["end"] = "1" if walk.number() & 1 else "0"
        elif kind == 1:
            if walk.number() & 1:
                walk.number()
            flags = walk.number()
            facts["volume"] = "1" if flags & 1 else "0"
            facts["number"] = str(walk.number() if flags & 2 else 0)


def _file5(walk: _Walk, path: Path, at: int, size: int) -> Entry:
    flags = walk.number()
    extra = walk.number() if flags & 1 else 0
    if flags & 2:
        walk.number()
    kind = walk.number()
    unpacked = walk.number()
    walk.number()  # attributes
    modified = None
    if kind & 2:
        modified = dates.from_epoch(struct.unpack("<I", walk.take(4))[0])
    crc = struct.unpack("<I", walk.take(4))[0] if kind & 4 else None
    info = walk.number()
    walk.number()  # system
    name = walk.take(walk.number())
    entry = Entry(
        name, -1 if kind & 8 else unpacked, crc, info >> 7 & 7, info & 63, modified, info=info,
        folder=bool(kind & 1), solid=bool(info & 64), before=bool(flags & 8),
        after=bool(flags & 16),
    )  # fmt: skip
    cipher = None
    walk.at = len(walk.body) - extra
    while extra and walk.at < len(walk.body):
        length = walk.number()
        record = _Walk(walk.take(length))
        what = record.number()
        if what == 1:
            record.number()
            marks = record.number()
            power = record.take(1)[0]
            salt, vector = record.take(16), record.take(16)
            check = record.take(12) if marks & 1 else b""
            cipher = Cipher5(salt, power, vector, check, bool(marks & 2))
            entry.encrypted = True
        elif what == 2 and record.number() == 0:
            entry.blake = record.take(32)
        elif what == 3:
            marks = record.number()
            if marks & 2:
                entry.modified = (
                    dates.from_epoch(struct.unpack("<I", record.take(4))[0])
                    if marks & 1
                    else dates.from_filetime(struct.unpack("<Q", record.take(8))[0])
                )
        elif what == 5:
            entry.link = _LINKS.get(record.number(), "link")
            record.number()
            entry.target = record.take(record.number())
    entry.pieces.append(Piece(path, at, size, cipher))
    return entry


_KEYS: dict[tuple[str, bytes, int], tuple[bytes, bytes, bytes]] = {}


def _keys5(cipher: Cipher5, password: str) -> tuple[bytes, bytes, bytes]:
    """(key of the bytes, key of the checksums, check value) by PBKDF2, as RAR 5 counts rounds."""
    place = (password, cipher.salt, cipher.power)
    if place not in _KEYS:
        if cipher.power > 24:
            raise RarBroken("unsupported", f"2^{cipher.power} rounds of its key")
        secret = password.encode("utf-8", "surrogatepass")
        rounds = 1 << cipher.power
        key, sums, check = (
            hashlib.pbkdf2_hmac("sha256", secret, cipher.salt, rounds + more)
            for more in (0, 16, 32)
        )
        folded = bytes(check[n] ^ check[n + 8] ^ check[n + 16] ^ check[n + 24] for n in range(8))
        _KEYS[place] = (key, sums, folded)
    return _KEYS[place]


def forget_keys() -> None:
    """Drop what was derived from passwords."""
    _KEYS.clear()
    _KEYS4.clear()


def key5(cipher: Cipher5, password: str) -> bytes:
    """The AES key of a password."""
    return _keys5(cipher, password)[0]


def opens5(cipher: Cipher5, password: str) -> bool:
    """Tell whether the password fits; True too where the archive keeps no check value."""
    if not cipher.check:
        return True
    if hashlib.sha256(cipher.check[:8]).digest()[:4] != cipher.check[8:]:
        return True  # the check value itself is broken
    return _keys5(cipher, password)[2] == cipher.check[:8]


def tweaked_crc(cipher: Cipher5, password: str, crc: int) -> int:
    """The checksum as an encrypted file keeps it, from the plain one."""
    mixed = hmac.digest(_keys5(cipher, password)[1], struct.pack("<I", crc), "sha256")
    out = 0
    for (word,) in struct.iter_unpack("<I", mixed):
        out ^= word
    return out


def tweaked_blake(cipher: Cipher5, password: str, digest: bytes) -> bytes:
    """The BLAKE2sp hash as an encrypted file keeps it, from the plain one."""
    return hmac.digest(_keys5(cipher, password)[1], digest, "sha256")


def _aes(key: bytes, vector: bytes) -> Any:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    return Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()


def plain(entry: Entry, password: str | None) -> Iterator[bytes]:
    """The packed bytes of an entry over all its volumes, deciphered."""
    for piece in entry.pieces:
        machine = None
        if entry.encrypted:
            assert password is not None
            if piece.cipher is not None:
                machine = _aes(key5(piece.cipher, password), piece.cipher.vector)
            else:
                machine = _aes(*key4(password, piece.salt))
        with piece.path.open("rb") as stream:
            stream.seek(piece.at)
            left = piece.size
            while left > 0:
                chunk = stream.read(min(left, 1 << 20))
                if not chunk:
                    raise RarBroken("truncated", "the archive ends inside it")
                left -= len(chunk)
                yield chunk if machine is None else machine.update(chunk)


# ---------------------------------------------------------------- RAR 4


def blocks4(
    stream: BinaryIO, passwords: tuple[str, ...], facts: dict[str, str]
) -> Iterator[tuple[int, int, bytes, int, int]]:
    """(type, flags, header, where its data begins, its size) of each block."""
    hidden = False
    password: str | None = None
    while True:
        if hidden:
            salt = stream.read(8)
            if len(salt) < 8:
                return
            place = stream.tell()
            body = None
            for word in [password] if password is not None else passwords:
                stream.seek(place)
                body = _hidden4(stream, str(word), salt)
                if body is not None:
                    password = word
                    break
            if body is None:
                raise RarBroken("encrypted" if password is None else "damaged", "a header")
        else:
            body = stream.read(7)
            if len(body) < 7:
                if body.strip(b"\0"):
                    raise RarBroken("truncated", "a header")
                return
            size = struct.unpack_from("<H", body, 5)[0]
            if size < 7:
                raise RarBroken("damaged", "the size of a header")
            body += stream.read(size - 7)
            if len(body) < size:
                raise RarBroken("truncated", "a header")
        kind, flags = body[2], struct.unpack_from("<H", body, 3)[0]
        data = struct.unpack_from("<I", body, 7)[0] if flags & 0x8000 and len(body) >= 11 else 0
        if kind in (0x74, 0x7A) and flags & 0x100 and len(body) >= 40:
            data |= struct.unpack_from("<I", body, 32)[0] << 32
        at = stream.tell()
        yield kind, flags, body, at, data
        if kind == 0x73:
            hidden = bool(flags & 0x80)
            facts["volume"] = "1" if flags & 1 else "0"
        if kind == 0x7B:
            facts["end"] = "1" if flags & 1 else "0"
            return
        stream.seek(at + data)


def _hidden4(stream: BinaryIO, password: str, salt: bytes) -> bytes | None:
    """A header deciphered; None where its checksum does not hold."""
    machine = _aes(*key4(password, salt))
    first = stream.read(16)
    if len(first) < 16:
        raise RarBroken("truncated", "a header")
    head: bytes = machine.update(first)
    size = struct.unpack_from("<H", head, 5)[0]
    if size < 7:
        return None
    packed = stream.read(max(size - 16, 0) + -max(size - 16, 0) % 16)
    head = (head + machine.update(packed))[:size]
    if zlib.crc32(head[2:]) & 0xFFFF != struct.unpack_from("<H", head)[0]:
        return None
    return head


def _entries4(
    stream: BinaryIO, path: Path, passwords: tuple[str, ...], facts: dict[str, str]
) -> Iterator[Entry]:
    for kind, flags, body, at, data in blocks4(stream, passwords, facts):
        if kind == 0x74 or (kind == 0x7A and flags & 0x8000):
            entry = _file4(body, flags, path, at, data)
            entry.service = kind == 0x7A
            yield entry
            stream.seek(at + data)


def _file4(body: bytes, flags: int, path: Path, at: int, data: int) -> Entry:
    if len(body) < 32:
        raise RarBroken("damaged", "a header ends early")
    size, system, crc, time, version, method, length, attributes = struct.unpack_from(
        "<IBIIBBHI", body, 11
    )
    place = 32
    if flags & 0x100:
        high = struct.unpack_from("<I", body, 36)[0] if len(body) >= 40 else 0
        size |= high << 32
        place += 8
    raw = body[place : place + length]
    place += length
    salt = body[place : place + 8] if flags & 0x400 else b""
    place += len(salt)
    odd = 0
    if flags & 0x1000 and body[place + 1 : place + 2] and body[place + 1] & 0xC0 == 0xC0:
        odd = 1  # the DOS time counts in pairs of seconds
    name = _name4(raw) if flags & 0x200 else raw
    folder = flags & 0xE0 == 0xE0
    entry = Entry(
        name.replace(b"\\", b"/"), size, crc, method - 0x30, version, _dos(time, odd), info=flags,
        folder=folder, solid=bool(flags & 0x10), encrypted=bool(flags & 4) and not folder,
        before=bool(flags & 1), after=bool(flags & 2),
    )  # fmt: skip
    if system == 3 and attributes >> 12 & 15 == 10:
        entry.link = "symlink"
    entry.pieces.append(Piece(path, at, data, None, salt))
    return entry


def _dos(time: int, odd: int) -> str | None:
    date, clock = time >> 16, time & 0xFFFF
    year, month, day = (date >> 9) + 1980, (date >> 5) & 15, date & 31
    hour, minute, second = clock >> 11, (clock >> 5) & 63, (clock & 31) * 2 + odd
    if not (1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60 and second < 60):
        return None
    return f"{year:04d}-{month:02d}-{day:02d}T{hour:02d}:{minute:02d}:{second:02d}"


def _name4(raw: bytes) -> bytes:
    """A name in two forms: plain bytes, a zero, and what turns them into UTF-16."""
    plain_name, zero, packed = raw.partition(b"\0")
    if not zero:
        return raw  # UTF-8
    if not packed:
        return plain_name
    high, at = packed[0], 1
    out = bytearray()
    flags = bits = 0
    try:
        while at < len(packed):
            if not bits:
                flags, bits, at = packed[at], 8, at + 1
            bits -= 2
            kind = flags >> bits & 3
            if kind == 0:
                out += bytes([packed[at], 0])
                at += 1
            elif kind == 1:
                out += bytes([packed[at], high])
                at += 1
            elif kind == 2:
                out += packed[at : at + 2]
                at += 2
            else:
                length, at = packed[at], at + 1
                start = len(out) // 2
                if length & 0x80:
                    shift, at = packed[at], at + 1
                    for n in range((length & 0x7F) + 2):
                        out += bytes([(plain_name[start + n] + shift) & 0xFF, high])
                else:
                    for n in range(length + 2):
                        out += bytes([plain_name[start + n], 0])
    except IndexError:
        pass
    return out.decode("utf-16-le", "surrogatepass").encode("utf-8", "surrogatepass")


_KEYS4: dict[tuple[str, bytes], tuple[bytes, bytes]] = {}


def key4(password: str, salt: bytes) -> tuple[bytes, bytes]:
    """(key, vector) of RAR 3 and 4: SHA-1 over 2^18 rounds of password, salt and counter."""
    place = (password, salt)
    if place in _KEYS4:
        return _KEYS4[place]
    import numpy as np

    seed = password.encode("utf-16-le", "surrogatepass")[:254] + salt
    state = hashlib.sha1(usedforsecurity=False)
    vector = bytearray()
    for group in range(16):
        first = group << 14
        state.update(seed + struct.pack("<I", first)[:3])
        vector.append(state.copy().digest()[19])
        count = (1 << 14) - 1
        table = np.frombuffer((seed + bytes(3)) * count, dtype=np.uint8).copy().reshape(count, -1)
        counters = np.arange(first + 1, first + 1 + count, dtype="<u4").view(np.uint8)
        table[:, -3:] = counters.reshape(count, 4)[:, :3]
        state.update(table.tobytes())
    words = struct.unpack(">4I", state.digest()[:16])
    if len(_KEYS4) > 64:
        _KEYS4.clear()
    _KEYS4[place] = (struct.pack("<4I", *words), bytes(vector))
    return _KEYS4[place]
