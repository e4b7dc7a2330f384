"""The structure of a 7z archive: its header, and the streams that its coders make.

The header is read by hand (7zFormat.txt of the LZMA SDK), packed or encrypted as it may be.
Coders are undone by libraries: LZMA, LZMA2, Delta, BZip2 and Deflate by the standard library,
PPMd, Deflate64 and the branch filters by small libraries of their own, AES-256 by
`cryptography`, BCJ2 here. Every stream is a generator, so that nothing is held whole.

Offsets and sizes are bytes.
"""

from __future__ import annotations

import bz2
import hashlib
import lzma
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from assay.extract.spool import CHUNK, MemberBroken
from assay.extract.unpacking import fed, inflated

MAGIC = b"7z\xbc\xaf\x27\x1c"
HEADER_LIMIT = 256 << 20  # of the header, unpacked: a million names need some 100 MiB
_COUNT_LIMIT = 10_000_000
_AES = b"\x06\xf1\x07\x01"
_NAMES = {
    b"\x00": "copy", b"\x21": "lzma2", b"\x03\x01\x01": "lzma", b"\x03": "delta",
    b"\x04": "x86", b"\x05": "ppc", b"\x06": "ia64", b"\x07": "arm", b"\x08": "armt",
    b"\x09": "sparc", b"\x03\x03\x01\x03": "x86", b"\x03\x03\x02\x05": "ppc",
    b"\x03\x03\x04\x01": "ia64", b"\x03\x03\x05\x01": "arm", b"\x03\x03\x07\x01": "armt",
    b"\x03\x03\x08\x05": "sparc", b"\x03\x03\x01\x1b": "bcj2", b"\x03\x04\x01": "ppmd",
    b"\x04\x01\x08": "deflate", b"\x04\x01\x09": "deflate64", b"\x04\x02\x02": "bzip2",
    b"\x04\xf7\x11\x01": "zstd", b"\x04\xf7\x11\x04": "lz4", b"\x0a": "arm64",
    _AES: "aes",
}  # fmt: skip


class NotSeven(Exception):
    """The header cannot be read. `code` is a problem's."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class Coder:
    """One step of unpacking: its method, inputs, outputs and properties."""

    method: bytes
    inputs: int
    outputs: int
    properties: bytes

    @property
    def name(self) -> str:
        """The method's name, its number in hex where it is not known."""
        return _NAMES.get(self.method, self.method.hex())


@dataclass
class Folder:
    """Coders bound together, which unpack some streams into one."""

    coders: list[Coder]
    bound: list[tuple[int, int]]  # (input, output) that it is connected to
    packed: list[int]  # inputs that read from the archive
    first_pack: int = 0
    sizes: list[int] = field(default_factory=list)  # of each output
    crc: int | None = None

    @property
    def encrypted(self) -> bool:
        """Tell whether one of the coders is a cipher."""
        return any(coder.method == _AES for coder in self.coders)

    @property
    def main(self) -> int:
        """The output that nothing reads: what the folder holds."""
        used = {out for _, out in self.bound}
        for number in range(sum(c.outputs for c in self.coders)):
            if number not in used:
                return number
        raise NotSeven("damaged", "no output")

    @property
    def size(self) -> int:
        """Unpacked bytes."""
        return self.sizes[self.main]


@dataclass
class Streams:
    """Where packed bytes lie, and what unpacks them."""

    pack_at: int = 0
    pack_sizes: list[int] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)
    parts: list[list[tuple[int, int | None]]] = field(default_factory=list)  # (size, CRC)


class Bytes:
    """The bytes of a header, read from front to back. Raises NotSeven at their end."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.at = 0

    def take(self, count: int) -> bytes:
        """The next bytes."""
        if count < 0 or self.at + count > len(self.body):
            raise NotSeven("damaged", "the header ends early")
        self.at += count
        return self.body[self.at - count : self.at]

    def byte(self) -> int:
        """One byte."""
        return self.take(1)[0]

    def number(self) -> int:
        """A number of one to nine bytes."""
        first = self.byte()
        mask, value = 0x80, 0
        for place in range(8):
            if not first & mask:
                return value | (first & (mask - 1)) << (8 * place)
            value |= self.byte() << (8 * place)
            mask >>= 1
        return value

    def count(self) -> int:
        """A number of things, which must be a sensible one."""
        value = self.number()
        if value > _COUNT_LIMIT:
            raise NotSeven("damaged", "a count beyond reason")
        return value

    def bits(self, count: int) -> list[bool]:
        """So many flags, eight a byte."""
        packed = self.take(-(-count // 8))
        return [bool(packed[n >> 3] & 0x80 >> (n & 7)) for n in range(count)]

    def flags(self, count: int) -> list[bool]:
        """Flags that may all be set by one byte."""
        return [True] * count if self.byte() else self.bits(count)

    def digests(self, count: int) -> list[int | None]:
        """A CRC for each thing that has one."""
        return [
            struct.unpack("<I", self.take(4))[0] if there else None for there in self.flags(count)
        ]


def streams_of(body: Bytes) -> Streams:
    """Read a StreamsInfo, to its end mark."""
    found = Streams()
    counts: list[int] | None = None
    while (kind := body.byte()) != 0:
        if kind == 6:
            found.pack_at = 32 + body.number()
            count = body.count()
            while (kind := body.byte()) != 0:
                if kind == 9:
                    found.pack_sizes = [body.number() for _ in range(count)]
                elif kind == 10:
                    body.digests(count)
                else:
                    raise NotSeven("damaged", "pack info")
        elif kind == 7:
            _folders(body, found)
        elif kind == 8:
            counts = _parts(body, found)
        else:
            raise NotSeven("damaged", "streams info")
    if counts is None:
        found.parts = [[(f.size, f.crc)] for f in found.folders]
    return found


def _folders(body: Bytes, found: Streams) -> None:
    if body.byte() != 11:
        raise NotSeven("damaged", "folders")
    count = body.count()
    if body.byte():
        raise NotSeven("unsupported", "folders in another stream")
    pack = 0
    for _ in range(count):
        folder = _folder(body)
        folder.first_pack = pack
        pack += len(folder.packed)
        found.folders.append(folder)
    if body.byte() != 12:
        raise NotSeven("damaged", "sizes")
    for folder in found.folders:
        folder.sizes = [body.number() for _ in range(sum(c.outputs for c in folder.coders))]
    while (kind := body.byte()) != 0:
        if kind != 10:
            raise NotSeven("damaged", "unpack info")
        for folder, crc in zip(found.folders, body.digests(count), strict=True):
            folder.crc = crc


def _folder(body: Bytes) -> Folder:
    coders = []
    for _ in range(body.count()):
        flags = body.byte()
        method = body.take(flags & 15)
        inputs, outputs = (body.count(), body.count()) if flags & 16 else (1, 1)
        properties = body.take(body.count()) if flags & 32 else b""
        coders.append(Coder(method, inputs, outputs, properties))
        if len(coders) > 32 or inputs > 32 or outputs > 32:
            raise NotSeven("damaged", "too many coders")
    inputs = sum(c.inputs for c in coders)
    outputs = sum(c.outputs for c in coders)
    if not coders or outputs < 1:
        raise NotSeven("damaged", "no coder")
    bound = [(body.count(), body.count()) for _ in range(outputs - 1)]
    missing = inputs - len(bound)
    if missing == 1:
        taken = {i for i, _ in bound}
        packed = [i for i in range(inputs) if i not in taken][:1]
    else:
        packed = [body.count() for _ in range(missing)]
    return Folder(coders, bound, packed)


def _parts(body: Bytes, found: Streams) -> list[int]:
    counts = [1] * len(found.folders)
    kind = body.byte()
    if kind == 13:
        counts = [body.count() for _ in found.folders]
        kind = body.byte()
    sizes: list[list[int]] = []
    for folder, count in zip(found.folders, counts, strict=True):
        mine: list[int] = []
        for _ in range(count - 1):
            mine.append(body.number() if kind == 9 else 0)
        if count:
            mine.append(folder.size - sum(mine))
        if any(size < 0 for size in mine):
            raise NotSeven("damaged", "sizes of parts")
        sizes.append(mine)
    if kind == 9:
        kind = body.byte()
    known = [n == 1 and f.crc is not None for f, n in zip(found.folders, counts, strict=True)]
    wanted = sum(n for n, k in zip(counts, known, strict=True) if not k)
    given: list[int | None] = [None] * wanted
    while kind != 0:
        if kind == 10:
            given = body.digests(wanted)
        else:
            body.take(body.count())
        kind = body.byte()
    left = iter(given)
    found.parts = [
        [(size, folder.crc if sure else next(left, None)) for size in mine]
        for folder, mine, sure in zip(found.folders, sizes, known, strict=True)
    ]
    return counts


# ---------------------------------------------------------------- the header


def header_of(stream: BinaryIO, passwords: tuple[str, ...]) -> tuple[bytes, str | None]:
    """(header unpacked, the password that it needed or None).

    Raises NotSeven: `truncated` where the archive ends before its header, `encrypted` where no
    password opens it, `damaged`, `unsupported`.
    """
    stream.seek(0)
    start = stream.read(32)
    if len(start) < 32 or not start.startswith(MAGIC):
        raise NotSeven("damaged", "no start header")
    offset, size, crc = struct.unpack("<QQI", start[12:32])
    if zlib.crc32(start[12:32]) != struct.unpack("<I", start[8:12])[0]:
        raise NotSeven("damaged", "the start header's checksum")
    if not size:
        return b"\x01\x00", None
    if size > HEADER_LIMIT:
        raise NotSeven("damaged", "a header beyond reason")
    stream.seek(32 + offset)
    body = stream.read(size)
    if len(body) < size:
        raise NotSeven("truncated", "the archive ends before its header")
    if zlib.crc32(body) != crc:
        raise NotSeven("damaged", "the header's checksum")
    used: str | None = None
    for _ in range(4):
        if body[:1] != b"\x17":
            return body, used
        body, found = _unpacked(stream, body, passwords)
        used = found if found is not None else used
    raise NotSeven("damaged", "a header packed too often")


def _unpacked(
    stream: BinaryIO, body: bytes, passwords: tuple[str, ...]
) -> tuple[bytes, str | None]:
    walk = Bytes(body)
    walk.byte()
    streams = streams_of(walk)
    if not streams.folders:
        raise NotSeven("damaged", "no header stream")
    folder = streams.folders[0]
    if folder.size > HEADER_LIMIT:
        raise NotSeven("damaged", "a header beyond reason")
    tries: tuple[str | None, ...] = passwords if folder.encrypted else (None,)
    for password in tries:
        try:
            found = b"".join(unpack(stream, streams, folder, password))
        except MemberBroken as broken:
            if broken.code == "unsupported":
                raise NotSeven("unsupported", broken.detail) from None
            continue
        if len(found) == folder.size and (folder.crc is None or zlib.crc32(found) == folder.crc):
            return found, password
    raise NotSeven("encrypted" if folder.encrypted else "damaged", "" if tries else "header")


# ---------------------------------------------------------------- unpacking


def unpack(
    stream: BinaryIO, streams: Streams, folder: Folder, password: str | None
) -> Iterator[bytes]:
    """What a folder holds, in chunks. Raises MemberBroken."""
    return _output(stream, streams, folder, folder.main, password, 0)


def _output(
    stream: BinaryIO, streams: Streams, folder: Folder, number: int, password: str | None, deep: int
) -> Iterator[bytes]:
    if deep > 32:
        raise MemberBroken("damaged", "coders in a circle")
    first_input = first_output = 0
    for coder in folder.coders:
        if first_output <= number < first_output + coder.outputs:
            break
        first_input += coder.inputs
        first_output += coder.outputs
    else:
        raise MemberBroken("damaged", "no such output")
    sources = []
    for place in range(first_input, first_input + coder.inputs):
        to = next((out for into, out in folder.bound if into == place), None)
        if to is not None:
            sources.append(_output(stream, streams, folder, to, password, deep + 1))
            continue
        if place not in folder.packed:
            raise MemberBroken("damaged", "an input without a source")
        index = folder.first_pack + folder.packed.index(place)
        if index >= len(streams.pack_sizes):
            raise MemberBroken("damaged", "no such packed stream")
        at = streams.pack_at + sum(streams.pack_sizes[:index])
        sources.append(_slices(stream, at, streams.pack_sizes[index]))
    return _decoded(coder, sources, folder.sizes[number], password)


def _slices(stream: BinaryIO, at: int, length: int) -> Iterator[bytes]:
    while length > 0:
        stream.seek(at)
        chunk = stream.read(min(length, CHUNK))
        if not chunk:
            raise MemberBroken("truncated", "the archive ends inside it")
        at += len(chunk)
        length -= len(chunk)
        yield chunk


def _decoded(
    coder: Coder, sources: list[Iterator[bytes]], size: int, password: str | None
) -> Iterator[bytes]:
    name, source = coder.name, sources[0]
    properties = coder.properties
    if name == "copy":
        return _only(source, size)
    if name in ("lzma", "lzma2"):
        spec = _lzma_filter(name, properties)
        return _only(_fed(source, lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[spec])), size)
    if name == "bzip2":
        return _only(_fed(source, bz2.BZ2Decompressor()), size)
    if name == "deflate":
        return _only(_inflated(source), size)
    if name == "deflate64":
        return _only(_inflated64(source), size)
    if name == "ppmd":
        return _ppmd(source, properties, size)
    if name == "delta":
        return _only(_delta(source, properties[0] + 1 if properties else 1), size)
    if name in ("x86", "ppc", "ia64", "arm", "armt", "sparc"):
        return _only(_branched(source, name, size), size)
    if name == "bcj2" and len(sources) == 4:
        return _bcj2(sources, size)
    if name == "aes":
        if password is None:
            raise MemberBroken("encrypted")
        return _only(_deciphered(source, properties, password), size)
    raise MemberBroken("unsupported", f"packed by 7z method {name}")


def _only(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The chunks cut at `size`: a cipher fills up its last block."""
    left = size
    for chunk in chunks:
        if left <= 0:
            return
        yield chunk[:left]
        left -= len(chunk)


def _lzma_filter(name: str, properties: bytes) -> dict[str, Any]:
    if name == "lzma2":
        code = properties[0] if properties else 0
        if code > 40:
            raise MemberBroken("damaged", "LZMA2 properties")
        size = 0xFFFFFFFF if code == 40 else (2 | code & 1) << (code // 2 + 11)
        return {"id": lzma.FILTER_LZMA2, "dict_size": max(size, 4096)}
    if len(properties) < 5 or properties[0] >= 225:
        raise MemberBroken("damaged", "LZMA properties")
    first, size = properties[0], struct.unpack_from("<I", properties, 1)[0]
    return {
        "id": lzma.FILTER_LZMA1,
        "dict_size": max(size, 4096),
        "lc": first % 9,
        "lp": first // 9 % 5,
        "pb": first // 45,
    }


def _fed(source: Iterator[bytes], machine: Any) -> Iterator[bytes]:
    try:
        yield from fed(source, machine)
    except (lzma.LZMAError, OSError, ValueError, EOFError) as error:
        raise MemberBroken("damaged", type(error).__name__) from None
    except MemoryError:
        raise MemberBroken("memory") from None


def _inflated(source: Iterator[bytes]) -> Iterator[bytes]:
    try:
        yield from inflated(source)
    except EOFError:
        return  # the size tells whether something is missing
    except zlib.error:
        raise MemberBroken("damaged", "deflate") from None


def inflate64_of(source: Iterator[bytes]) -> Iterator[bytes]:
    """Undo Deflate64. The library gives all that a chunk yields, so chunks are kept small."""
    import inflate64

    machine = inflate64.Inflater()
    try:
        for chunk in source:
            for at in range(0, len(chunk), 4096):
                plain = machine.inflate(chunk[at : at + 4096])
                if plain:
                    yield plain
                if machine.eof:
                    return
    except (ValueError, RuntimeError, EOFError) as error:
        raise MemberBroken("damaged", type(error).__name__) from None


_inflated64 = inflate64_of


def _ppmd(source: Iterator[bytes], properties: bytes, size: int) -> Iterator[bytes]:
    import pyppmd

    if len(properties) < 5:
        raise MemberBroken("damaged", "PPMd properties")
    order, memory = properties[0], struct.unpack_from("<I", properties, 1)[0]
    try:
        machine = pyppmd.Ppmd7Decoder(order, memory)
        left = size
        while left > 0:
            chunk = b""
            if machine.needs_input:
                chunk = next(source, b"")
                if not chunk:
                    chunk = b"\0"  # the last symbols may need a byte that is not there
            plain = machine.decode(chunk, min(left, CHUNK))
            if not plain and not chunk.strip(b"\0") and machine.eof:
                return
            left -= len(plain)
            yield plain
            if not plain and chunk == b"\0":
                return
    except (ValueError, RuntimeError, EOFError) as error:
        raise MemberBroken("damaged", type(error).__name__) from None
    except MemoryError:
        raise MemberBroken("memory") from None


def _delta(source: Iterator[bytes], distance: int) -> Iterator[bytes]:
    history = bytearray(distance)
    at = 0
    for chunk in source:
        out = bytearray(len(chunk))
        for index, byte in enumerate(chunk):
            value = (byte + history[at]) & 0xFF
            history[at] = out[index] = value
            at = at + 1 if at + 1 < distance else 0
        yield bytes(out)


def _branched(source: Iterator[bytes], name: str, size: int) -> Iterator[bytes]:
    import bcj

    makers: dict[str, Any] = {
        "x86": bcj.BCJDecoder, "ppc": bcj.PPCDecoder, "ia64": bcj.IA64Decoder,
        "arm": bcj.ARMDecoder, "armt": bcj.ARMTDecoder, "sparc": bcj.SparcDecoder,
    }  # fmt: skip
    machine = makers[name](size)
    for chunk in source:
        yield machine.decode(chunk)
    yield machine.flush()


class _Feed:
    """Chunks, taken byte by byte or some at once."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = b""
        self._at = 0

    def take(self, count: int) -> bytes:
        """Exactly so many bytes. Raises MemberBroken at the end."""
        out = self._held[self._at : self._at + count]
        self._at += len(out)
        while len(out) < count:
            self._held, self._at = next(self._chunks, b""), 0
            if not self._held:
                raise MemberBroken("truncated", "BCJ2")
            more = self._held[: count - len(out)]
            self._at = len(more)
            out += more
        return out


def _bcj2(sources: list[Iterator[bytes]], size: int) -> Iterator[bytes]:
    """Undo BCJ2: branches of x86 code whose targets lie in two streams (Bcj2.c of the SDK)."""
    main, call, jump, ranges = (_Feed(source) for source in sources)
    chances = [1024] * 258
    width, code = 0xFFFFFFFF, 0
    for byte in ranges.take(5):
        code = (code << 8 | byte) & 0xFFFFFFFF
    before = 0
    out = bytearray()
    place = 0  # of the next byte in the whole
    while place < size:
        byte = main.take(1)[0]
        out.append(byte)
        place += 1
        branch = byte & 0xFE == 0xE8 or (before == 0x0F and byte & 0xF0 == 0x80)
        if not branch:
            before = byte
        elif place < size:
            index = before if byte == 0xE8 else 256 if byte == 0xE9 else 257
            bound = (width >> 11) * chances[index]
            if code < bound:
                width = bound
                chances[index] += (2048 - chances[index]) >> 5
                taken = False
            else:
                width -= bound
                code -= bound
                chances[index] -= chances[index] >> 5
                taken = True
            if width < 1 << 24:
                width = width << 8 & 0xFFFFFFFF
                code = (code << 8 | ranges.take(1)[0]) & 0xFFFFFFFF
            if taken:
                target = struct.unpack(">I", (call if byte == 0xE8 else jump).take(4))[0]
                moved = struct.pack("<I", (target - place - 4) & 0xFFFFFFFF)[: size - place]
                out += moved
                place += len(moved)
                before = moved[-1]
            else:
                before = byte
        if len(out) >= CHUNK:
            yield bytes(out)
            out.clear()
    yield bytes(out)


_KEYS: dict[tuple[str, bytes, int], bytes] = {}


def _key(password: str, salt: bytes, power: int) -> bytes:
    """The key of a password: SHA-256 over 2^power rounds of salt, password and counter."""
    place = (password, salt, power)
    if place in _KEYS:
        return _KEYS[place]
    secret = password.encode("utf-16-le", "surrogatepass")
    if power == 0x3F:
        return (salt + secret).ljust(32, b"\0")[:32]
    if power > 24:
        raise MemberBroken("unsupported", f"2^{power} rounds of its key")
    import numpy as np

    rounds = min(1 << power, 4096)
    block = np.frombuffer((salt + secret + bytes(8)) * rounds, dtype=np.uint8).copy()
    table = block.reshape(rounds, -1)
    state = hashlib.sha256()
    for start in range(0, 1 << power, rounds):
        counters = np.arange(start, start + rounds, dtype="<u8")
        table[:, -8:] = counters.view(np.uint8).reshape(rounds, 8)
        state.update(block.data)
    _KEYS.clear()  # one at a time: a worker keeps no passwords of exhibits before
    _KEYS[place] = state.digest()
    return _KEYS[place]


def forget_keys() -> None:
    """Drop what was derived from passwords."""
    _KEYS.clear()


def _deciphered(source: Iterator[bytes], properties: bytes, password: str) -> Iterator[bytes]:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if not properties:
        raise MemberBroken("damaged", "AES properties")
    first = properties[0]
    second = properties[1] if len(properties) > 1 else 0
    salt_size = (first >> 7 & 1) + (second >> 4) if first & 0xC0 else 0
    vector_size = (first >> 6 & 1) + (second & 15) if first & 0xC0 else 0
    salt = properties[2 : 2 + salt_size]
    vector = properties[2 + salt_size : 2 + salt_size + vector_size].ljust(16, b"\0")
    key = _key(password, salt, first & 0x3F)
    machine = Cipher(algorithms.AES(key), modes.CBC(vector)).decryptor()
    for chunk in source:
        yield machine.update(chunk)
