"""What lies between a disk image's file and its sectors: E01, VMDK, VHD, VDI, QCOW, DMG, ciphers.

Each layer is a seekable thing that gives bytes at an offset. The libraries are libewf, libvmdk,
libvhdi, libqcow and libmodi; VDI is read here; BitLocker and LUKS are opened by libbde and
libluksde with the passwords that are given. Offsets and sizes are bytes of the medium.
"""

from __future__ import annotations

import contextlib
import io
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from assay.extract import types, volumes
from assay.extract.problems import Stop
from assay.extract.request import Request

_VDI_FREE, _VDI_BLOCKS = 0xFFFFFFFE, 1 << 24


class Medium(Protocol):
    """Sectors that can be read anywhere."""

    size: int

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes, fewer at the end. Raises OSError."""
        ...

    def close(self) -> None:
        """Close what is open below."""
        ...


class Plain:
    """A raw image, of one file or of volumes cut by size."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._stream = volumes.opened(paths)
        self._stream.seek(0, 2)
        self.size = self._stream.tell()

    def read_at(self, offset: int, count: int) -> bytes:
        """Bytes at an offset."""
        self._stream.seek(offset)
        return self._stream.read(count)

    def close(self) -> None:
        """Close the files."""
        self._stream.close()


class Virtual:
    """A VDI of VirtualBox: a table says where each block of the medium stands in the file.

    Raises Stop with `unsupported` for one that holds the difference to another only, with
    `damaged` or `truncated` for a header that cannot be.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as stream:
            head = stream.read(512)
        kind = struct.unpack_from("<I", head, 76)[0]
        table, self._data, self.size, self._block, extra, count = struct.unpack_from(
            "<II20xQIII", head, 340
        )
        if kind == 4:
            raise Stop("unsupported", "", "a VDI that needs the one it was made from")
        if not self._block or count > _VDI_BLOCKS or count * self._block < self.size:
            raise Stop("damaged", "", "the header of a VDI")
        self._step = self._block + extra
        self._extra = extra
        self._stream = path.open("rb")
        self._stream.seek(table)
        raw = self._stream.read(4 * count)
        if len(raw) < 4 * count:
            self._stream.close()
            raise Stop("truncated", "", "the table of a VDI")
        self._table = struct.unpack(f"<{len(raw) // 4}I", raw[: len(raw) // 4 * 4])

    def read_at(self, offset: int, count: int) -> bytes:
        """Bytes at an offset; blocks that were never written are noughts."""
        found = []
        end = min(offset + count, self.size)
        while offset < end:
            number, inside = divmod(offset, self._block)
            size = min(self._block - inside, end - offset)
            place = self._table[number] if number < len(self._table) else _VDI_FREE
            if place >= _VDI_FREE:
                found.append(bytes(size))
            else:
                self._stream.seek(self._data + place * self._step + self._extra + inside)
                chunk = self._stream.read(size)
                found.append(chunk)
                if len(chunk) < size:
                    break  # the file ends early
            offset += size
        return b"".join(found)

    def close(self) -> None:
        """Close the file."""
        self._stream.close()


class Library:
    """A medium that one of the libraries reads."""

    def __init__(self, handle: Any, size: int, *streams: BinaryIO) -> None:
        self.handle = handle
        self.size = size
        self._streams = streams

    def close(self) -> None:
        """Close the library's handle and the files below it."""
        with contextlib.suppress(OSError):
            self.handle.close()
        for stream in self._streams:
            stream.close()

    def read_at(self, offset: int, count: int) -> bytes:
        """Bytes at an offset."""
        count = min(count, self.size - offset)
        if count <= 0:
            return b""
        found: bytes = self.handle.read_buffer_at_offset(count, offset)
        return found


class Window(io.RawIOBase):
    """A stretch of a medium as a file, which the libraries for ciphers ask for."""

    def __init__(self, medium: Medium, start: int, size: int) -> None:
        self._medium = medium
        self._start = start
        self.size = size
        self._at = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a byte of the stretch."""
        self._at = max((0, self._at, self.size)[whence] + offset, 0)
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes."""
        left = max(self.size - self._at, 0)
        count = left if size < 0 else min(size, left)
        chunk = self._medium.read_at(self._start + self._at, count) if count else b""
        self._at += len(chunk)
        return chunk

    def get_size(self) -> int:
        """Bytes of the stretch, as the libraries ask for it."""
        return self.size

    def read_at(self, offset: int, count: int) -> bytes:
        """Bytes at an offset of the stretch."""
        return self._medium.read_at(self._start + offset, min(count, max(self.size - offset, 0)))


def medium_of(request: Request) -> Medium:
    """The sectors that an image holds. Raises Stop with `damaged` or `unsupported`."""
    paths = list(request.volumes) or [request.path]
    kind = request.type
    if kind in (types.DISK, "application/x-luks", "application/x-iso9660-image"):
        return Plain(paths)
    try:
        if kind == types.EWF:
            import pyewf

            ewf = pyewf.handle()
            ewf.open([str(path) for path in paths])
            return Library(ewf, ewf.get_media_size())
        if kind == "application/x-virtualbox-vdi":
            return Virtual(paths[0])
        return _other(kind, paths[0])
    except (OSError, MemoryError, struct.error) as error:
        raise Stop("damaged", "", type(error).__name__) from None


def _other(kind: str, path: Path) -> Medium:
    with contextlib.ExitStack() as undo:
        stream = undo.enter_context(path.open("rb"))
        streams = [stream]
        if kind == "application/x-vmdk":
            import pyvmdk

            disk = pyvmdk.handle()
            disk.open_file_object(stream)
            if disk.get_parent_filename():
                raise Stop("unsupported", "", "a VMDK that needs the one it was made from")
            streams.append(undo.enter_context(path.open("rb")))
            disk.open_extent_data_files_as_file_objects([streams[1]])
        elif kind in ("application/x-vhd", "application/x-vhdx"):
            import pyvhdi

            disk = pyvhdi.file()
            disk.open_file_object(stream)
            if disk.get_parent_filename():
                raise Stop("unsupported", "", "a VHD that needs the one it was made from")
        elif kind == "application/x-qemu-disk":
            import pyqcow

            disk = pyqcow.file()
            disk.open_file_object(stream)
            if disk.is_locked():
                raise Stop("encrypted", "", "QCOW")
            if disk.get_backing_filename():
                raise Stop("unsupported", "", "a QCOW that needs the one it was made from")
        else:
            import pymodi

            disk = pymodi.handle()
            disk.open_file_object(stream)
        undo.pop_all()
        return Library(disk, disk.get_media_size(), *streams)


def cipher_of(medium: Medium, start: int, size: int) -> str:
    """What a stretch is encrypted by: BitLocker, LUKS, FileVault, or "" for nothing known."""
    head = medium.read_at(start, min(size, 512))
    if head[3:11] == b"-FVE-FS-" or head[424:432] == b"\x3b\xd6\x67\x49\x29\x2e\xd8\x4a":
        return "BitLocker"
    if head[:6] == b"LUKS\xba\xbe":
        return "LUKS"
    if head[88:90] == b"CS" and head[:4].strip(b"\0"):
        return "FileVault"
    return ""


def unlocked(
    medium: Medium, start: int, size: int, cipher: str, passwords: Sequence[str]
) -> Medium | None:
    """The plain bytes of an encrypted stretch; None where no password opens it."""
    for password in passwords:
        try:
            if cipher == "BitLocker":
                import pybde

                for set_secret in ("set_password", "set_recovery_password"):
                    opened = pybde.volume()
                    try:
                        getattr(opened, set_secret)(password)
                        opened.open_file_object(Window(medium, start, size))
                    except (OSError, ValueError, TypeError):
                        continue  # a password is no recovery key, and the other way round
                    if not opened.is_locked():
                        return Library(opened, opened.get_size())
            elif cipher == "LUKS":
                import pyluksde

                opened = pyluksde.volume()
                opened.set_password(password)
                opened.open_file_object(Window(medium, start, size))
                if not opened.is_locked():
                    return Library(opened, opened.get_size())
        except (OSError, MemoryError, ValueError):
            continue
    return None
