"""Make archives: zip, tar and 7z, whole, encrypted and as a bomb.

Every entry carries one fixed time. Names are str, or bytes where they are not UTF-8.
"""

from __future__ import annotations

import base64
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from bz2 import compress as bz2_compress
from collections.abc import Mapping

# 2019-03-14T09:00:00Z, the time of every entry.
ENTRY_TIME = 1552554000
_ZIP_TIME = (2019, 3, 14, 9, 0, 0)
_DOS_TIME = 9 << 11
_DOS_DATE = (2019 - 1980) << 9 | 3 << 5 | 14


def zip_of(
    files: Mapping[str, bytes],
    *,
    stored: tuple[str, ...] = (),
    comment: bytes = b"",
    extra: bytes = b"",
) -> bytes:
    """A zip of `files` in their order, deflated but for the names in `stored`.

    A name that ends in `/` makes a folder.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = comment
        for name, body in files.items():
            entry = zipfile.ZipInfo(name, date_time=_ZIP_TIME)
            entry.create_system = 3
            entry.extra = extra
            folder = name.endswith("/")
            entry.external_attr = (0o40755 << 16 | 0x10) if folder else 0o100644 << 16
            plain = folder or name in stored
            entry.compress_type = zipfile.ZIP_STORED if plain else zipfile.ZIP_DEFLATED
            archive.writestr(entry, body)
    return out.getvalue()


def packed_zip(name: str, body: bytes, method: int, packed: bytes) -> bytes:
    """A zip of one entry whose packed bytes are given, for methods that nothing here writes."""
    raw = name.encode()
    crc = zlib.crc32(body)
    fields = (63, 0, method, _DOS_TIME, _DOS_DATE, crc, len(packed), len(body), len(raw), 0)
    local = b"PK\3\4" + struct.pack("<5H3L2H", *fields) + raw + packed
    central = b"PK\1\2" + struct.pack("<H", 63) + struct.pack("<5H3L2H", *fields)
    central += struct.pack("<3H2L", 0, 0, 0, 0, 0) + raw
    end = struct.pack("<4H2LH", 0, 0, 1, 1, len(central), len(local), 0)
    return local + central + b"PK\5\6" + end


def spanned(body: bytes, size: int) -> list[bytes]:
    """The volumes of a zip: its places are counted anew from the volume that each is in."""
    end = body.rindex(b"PK\5\6")
    count, length, start = struct.unpack_from("<HII", body, end + 10)
    cuts = [*range(0, start, size)]
    last = len(cuts) - 1
    out = bytearray(body)
    at = start
    for _ in range(count):
        n, m, k = struct.unpack_from("<3H", out, at + 28)
        offset = struct.unpack_from("<I", out, at + 42)[0]
        struct.pack_into("<H", out, at + 34, offset // size)
        struct.pack_into("<I", out, at + 42, offset % size)
        at += 46 + n + m + k
    struct.pack_into("<HHHHII", out, end + 4, last, last, count, count, length, start - cuts[-1])
    return [bytes(out[n : n + size]) for n in cuts[:-1]] + [bytes(out[cuts[-1] :])]


def _crypt_table() -> list[int]:
    table = []
    for number in range(256):
        value = number
        for _ in range(8):
            value = value >> 1 ^ 0xEDB88320 if value & 1 else value >> 1
        table.append(value)
    return table


def _encipher(body: bytes, password: bytes) -> bytes:
    """Traditional PKWARE encryption (APPNOTE 6.3.10, section 6.1)."""
    table = _crypt_table()
    keys = [0x12345678, 0x23456789, 0x34567890]

    def turn(byte: int) -> None:
        keys[0] = keys[0] >> 8 ^ table[(keys[0] ^ byte) & 0xFF]
        keys[1] = ((keys[1] + (keys[0] & 0xFF)) * 134775813 + 1) & 0xFFFFFFFF
        keys[2] = keys[2] >> 8 ^ table[(keys[2] ^ keys[1] >> 24) & 0xFF]

    for byte in password:
        turn(byte)
    out = bytearray()
    for byte in body:
        mask = keys[2] & 0xFFFF | 2
        out.append(byte ^ (mask * (mask ^ 1) >> 8 & 0xFF))
        turn(byte)
    return bytes(out)


def encrypted_zip(files: Mapping[str, bytes], password: str) -> bytes:
    """A zip with every member under the traditional encryption that most tools still read."""
    out = bytearray()
    central = bytearray()
    for name, body in files.items():
        raw = name.encode("utf-8")
        crc = zlib.crc32(body)
        squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = squeeze.compress(body) + squeeze.flush()
        # Eleven bytes that should be random, and one that tells a wrong password.
        packed = _encipher(bytes(range(11)) + bytes([crc >> 24]) + packed, password.encode())
        fields = (20, 0x801, 8, _DOS_TIME, _DOS_DATE, crc, len(packed), len(body), len(raw), 0)
        offset = len(out)
        out += b"PK\3\4" + struct.pack("<5H3L2H", *fields) + raw + packed
        central += b"PK\1\2" + struct.pack("<H", 0x314) + struct.pack("<5H3L2H", *fields)
        central += struct.pack("<3H2L", 0, 0, 0, 0o100644 << 16, offset) + raw
    end = struct.pack("<4H2LH", 0, 0, len(files), len(files), len(central), len(out), 0)
    return bytes(out + central + b"PK\5\6" + end)


def zip_bomb(size: int = 5 << 30, *, piece: int = 32 << 20) -> bytes:
    """A zip of about 24 KB that unpacks to `size` zero bytes.

    Its members are of `piece` bytes each, packed by bzip2 to some 60 bytes. No two of them
    overlap, so a reader that looks for overlaps alone is not warned.
    """
    packed = bz2_compress(bytes(piece))
    crc = zlib.crc32(bytes(piece))
    out = bytearray()
    central = bytearray()
    count = max(1, size // piece)
    for number in range(count):
        raw = f"tides-{number:03d}.dat".encode()
        fields = (46, 0, 12, _DOS_TIME, _DOS_DATE, crc, len(packed), piece, len(raw), 0)
        offset = len(out)
        out += b"PK\3\4" + struct.pack("<5H3L2H", *fields) + raw + packed
        central += b"PK\1\2" + struct.pack("<H", 0x32E) + struct.pack("<5H3L2H", *fields)
        central += struct.pack("<3H2L", 0, 0, 0, 0o100644 << 16, offset) + raw
    end = struct.pack("<4H2LH", 0, 0, count, count, len(central), len(out), 0)
    return bytes(out + central + b"PK\5\6" + end)


def tar_of(files: Mapping[str | bytes, bytes]) -> bytes:
    """A tar (PAX; raw names where they are bytes) of `files` in their order."""
    out = io.BytesIO()
    with tarfile.open(
        fileobj=out, mode="w", format=tarfile.GNU_FORMAT, encoding="utf-8", errors="surrogateescape"
    ) as archive:
        for name, body in files.items():
            text = name if isinstance(name, str) else name.decode("utf-8", "surrogateescape")
            entry = tarfile.TarInfo(text)
            entry.size = len(body)
            entry.mtime = ENTRY_TIME
            entry.mode = 0o644
            archive.addfile(entry, io.BytesIO(body))
    return out.getvalue()


def tgz(files: Mapping[str | bytes, bytes]) -> bytes:
    """A tar.gz of `files`."""
    return gzip.compress(tar_of(files), mtime=ENTRY_TIME)


def tbz(files: Mapping[str | bytes, bytes]) -> bytes:
    """A tar.bz2 of `files`."""
    return bz2_compress(tar_of(files))


def txz(files: Mapping[str | bytes, bytes]) -> bytes:
    """A tar.xz of `files`."""
    return lzma.compress(tar_of(files))


def seven_zip(files: Mapping[str, bytes]) -> bytes:
    """A 7z of `files` by libarchive (Debian package libarchive13).

    Raises MissingPackage where the library is not there.
    """
    from assay.testing.makers.fonts import MissingPackage

    try:
        import libarchive
    except (ImportError, OSError, AttributeError, TypeError) as error:
        raise MissingPackage(
            "7z", "the library that writes it is missing", "libarchive13"
        ) from error
    out = io.BytesIO()

    def write(block: bytes) -> int:
        out.write(block)
        return len(block)

    with libarchive.custom_writer(write, "7zip") as archive:
        for name, body in files.items():
            archive.add_file_from_memory(name, len(body), body, mtime=(ENTRY_TIME, 0))
    return out.getvalue()


def archive_of(format_name: str, files: Mapping[str, bytes]) -> bytes:
    """An archive by libarchive (`iso9660`, `cpio_newc`, `cpio_odc`, `cpio`, `xar`, `ar_bsd`)."""
    import libarchive

    out = io.BytesIO()

    def write(block: bytes) -> int:
        out.write(block)
        return len(block)

    with libarchive.custom_writer(write, format_name) as archive:
        for name, body in files.items():
            archive.add_file_from_memory(name, len(body), body, mtime=(ENTRY_TIME, 0))
    return out.getvalue()


def ar(files: Mapping[str, bytes]) -> bytes:
    """An AR as GNU writes it: a table of symbols, one of long names, modes without a kind."""
    names = "".join(f"{name}/\n" for name in files if len(name) > 15).encode()

    def entry(head: bytes, mode: bytes, body: bytes) -> bytes:
        said = head.ljust(16) + b"0".ljust(12) + b"0".ljust(6) + b"0".ljust(6) + mode.ljust(8)
        return said + str(len(body)).encode().ljust(10) + b"`\n" + body + b"\n" * (len(body) & 1)

    out = b"!<arch>\n" + entry(b"/", b"0", bytes(4)) + entry(b"//", b"", names)
    for name, body in files.items():
        long = len(name) > 15
        head = f"/{names.index(name.encode())}" if long else name + "/"
        out += entry(head.encode(), b"644", body)
    return out


def cpio_with_links(*links: str, body: bytes) -> bytes:
    """A CPIO (newc) of one file under several names, as GNU writes it: its bytes with the last."""
    out = b""
    for number, name in enumerate([*links, "TRAILER!!!"]):
        end = name == "TRAILER!!!"
        held = body if number == len(links) - 1 else b""
        f = (0 if end else 7, 0 if end else 0o100644, 0, 0, len(links), 0, len(held), 0, 0, 0, 0,
             len(name) + 1, 0)  # fmt: skip
        head = b"070701" + b"".join(b"%08X" % v for v in f) + name.encode() + b"\0"
        out += head + bytes(-len(head) % 4) + held + bytes(-len(held) % 4)
    return out


def cabinet(files: Mapping[str, bytes]) -> bytes:
    """A cabinet of one folder whose files are not packed ([MS-CAB])."""
    entries = b""
    at = 0
    for name, body in files.items():
        entries += struct.pack("<IIHHHH", len(body), at, 0, 0x4E6E, 0, 0x20) + name.encode() + b"\0"
        at += len(body)
    whole = b"".join(files.values())
    data_at = 36 + 8 + len(entries)
    data = struct.pack("<IHH", 0, len(whole), len(whole)) + whole
    head = b"MSCF" + struct.pack(
        "<IIIIIBBHHHHH", 0, data_at + len(data), 0, 44, 0, 3, 1, 1, len(files), 0, 0, 0
    )
    return head + struct.pack("<IHH", data_at, 1, 0) + entries + data


def lha(files: Mapping[str, bytes], level: int = 0) -> bytes:
    """An LHA of stored files (`-lh0-`), with headers of level 0, 1 or 2."""
    out = b""
    for name, body in files.items():
        method = b"-lhd-" if name.endswith("/") else b"-lh0-"
        sizes = struct.pack("<II", len(body), len(body))
        crc = struct.pack("<H", _crc16(body))
        if level == 2:
            said = struct.pack("<HB", len(name) + 3, 1) + name.encode()
            rest = method + sizes + struct.pack("<IBB", ENTRY_TIME, 0x20, 2) + crc + b"U"
            rest += said + b"\5\0\0\0\0\0\0"  # the last: a checksum of the header, 0 so far
            rest += b"\0" if (len(rest) + 2) % 256 == 0 else b""
            header = struct.pack("<H", len(rest) + 2) + rest
            summed = struct.pack("<H", _crc16(header))
            place = header.index(said) + len(said) + 3
            out += header[:place] + summed + header[place + 2 :] + body
            continue
        rest = method + sizes + struct.pack("<IBB", 0x4E6E0000, 0x20, level)
        rest += bytes([len(name)]) + name.encode() + crc + (b"U\0\0" if level else b"")
        out += bytes([len(rest), sum(rest) & 255]) + rest + body
    return out + b"\0"


ARJ_WORDS = b"the dredging of basin four is paid twice. " * 20
_ARJ_PACKED = (
    "AC5MjozP9AZ218D19aO0bWBiI9GbQG3dguWWxewio/TRcVjmQdDCFRvpo3wlMplPkg=="  # by ARJ 3.10, method 1
)


def arj(files: Mapping[str, bytes], *, flags: int = 0, method: int = 0) -> bytes:
    """An ARJ; with method 1 each content must be `ARJ_WORDS`, whose packed bytes are known."""

    def header(name: str, kind: int, packed: bytes, body: bytes) -> bytes:
        said = struct.pack(
            "<BBBBBBBBIIIIHHH", 30, 11, 1, 2, 0 if kind == 2 else flags,
            0 if kind == 2 else method, kind, 0, 0x4E6E4800, len(packed), len(body),
            zlib.crc32(body), 0, 0o644, 0,
        ) + name.encode() + b"\0\0"  # fmt: skip
        crc = struct.pack("<I", zlib.crc32(said))
        return b"\x60\xea" + struct.pack("<H", len(said)) + said + crc + b"\0\0"

    out = header("a.arj", 2, b"", b"")
    for name, body in files.items():
        packed = body
        if method == 1:
            assert body == ARJ_WORDS
            packed = base64.b64decode(_ARJ_PACKED)
        out += header(name, 0, packed, body) + packed
    return out + b"\x60\xea\0\0"


def _crc16(body: bytes) -> int:
    crc = 0
    for byte in body:
        crc ^= byte
        for _ in range(8):
            crc = crc >> 1 ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def packed_by(packing: str, body: bytes) -> bytes:
    """Bytes packed by libarchive (`zstd`, `lz4`, `compress`, `lzip`)."""
    import libarchive

    out = io.BytesIO()

    def write(block: bytes) -> int:
        out.write(block)
        return len(block)

    with libarchive.custom_writer(write, "raw", packing) as archive:
        archive.add_file_from_memory("a", len(body), body)
    return out.getvalue()
