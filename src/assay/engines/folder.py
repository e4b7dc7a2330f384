"""Blobs in a folder: written once, named by their SHA-256, acknowledged in groups.

Rules: a blob is hashed while it is copied; it gets its final name by an exclusive link and
only after its bytes are on the disk, so that a name that exists always has all its bytes;
`sync` returns when names too are on the disk. On Linux one syncfs for a group replaces an
fsync a file. Where the file system can share extents (FICLONE), a large original is cloned
and the clone is what is hashed. Sizes are bytes.
"""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from assay.errors import DiskFull, NotFound
from assay.model.places import blob_place, digest_of_place

_FICLONE = 0x40049409
_CLONE_FROM = 1 << 20  # smaller files are not worth the attempt
_SYNCFS_FROM = 8  # fewer pending files are synced one by one


def _disk_full(place: str) -> DiskFull:
    return DiskFull(
        place,
        "no space is left on the disk",
        "Free some space and run the same command again: it goes on where it stopped.",
    )


def raise_if_full(error: OSError, place: str) -> None:
    """Raise DiskFull where the system says that no space or quota is left."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        raise _disk_full(place) from error


class FolderBlobs:
    """A write-once store in `folder`; half-written bytes stand in `tmp` (same file system)."""

    def __init__(self, folder: Path, tmp: Path) -> None:
        self._folder = folder
        self._tmp = tmp
        self._pending: dict[str, tuple[Path, int]] = {}
        self._serial = 0
        self._clones = sys.platform == "linux"
        self._made: set[str] = set()
        folder.mkdir(parents=True, exist_ok=True)
        tmp.mkdir(parents=True, exist_ok=True)

    def has(self, digest: str) -> bool:
        """Tell whether the bytes are here, synced or not."""
        return digest in self._pending or (self._folder / blob_place(digest)).exists()

    def put(self, data: bytes) -> str:
        """Store bytes and return their digest. They are durable after `sync`."""
        digest = "sha256:" + hashlib.sha256(data).hexdigest()
        if self.has(digest):
            return digest
        try:
            path, fd = self._scratch()
            try:
                _write_all(fd, memoryview(data))
                self._pending[digest] = (path, fd)
            except BaseException:
                os.close(fd)
                path.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise_if_full(error, self._folder.name)
            raise
        return digest

    def put_stream(self, stream: BinaryIO, chunk: int) -> tuple[str, int, bool]:
        """Store a stream: (digest, size, whether it is new here). See the port."""
        try:
            path, fd = self._scratch()
        except OSError as error:
            raise_if_full(error, self._folder.name)
            raise
        keep = False
        try:
            state = hashlib.sha256()
            if not self._clone(stream, fd):
                size = self._copy(stream, fd, state, chunk)
            else:
                size = _hash_fd(fd, state, chunk)
            digest = "sha256:" + state.hexdigest()
            if self.has(digest):
                return digest, size, False
            self._pending[digest] = (path, fd)
            keep = True
            return digest, size, True
        finally:
            if not keep:
                os.close(fd)
                path.unlink(missing_ok=True)

    def _scratch(self) -> tuple[Path, int]:
        self._serial += 1
        path = self._tmp / f"{os.getpid()}-{self._folder.name}-{self._serial}"
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        return path, os.open(path, flags, 0o600)

    def _clone(self, stream: BinaryIO, fd: int) -> bool:
        """Share the source's extents where source and vault stand on such a file system."""
        if not self._clones:
            return False
        try:
            source = stream.fileno()
            if os.fstat(source).st_size < _CLONE_FROM:
                return False
            import fcntl

            fcntl.ioctl(fd, _FICLONE, source)
            return True
        except (OSError, ValueError) as error:
            # another file system may stand behind the next path, but a vault that cannot
            # clone at all says EOPNOTSUPP: asking again would cost a call a file
            if isinstance(error, OSError) and error.errno in (errno.EOPNOTSUPP, errno.ENOTTY):
                self._clones = False
            return False

    def _copy(self, stream: BinaryIO, fd: int, state: hashlib._Hash, chunk: int) -> int:
        """Hash while copying. A chunk of zeros is left out as a hole, so sparse stays sparse."""
        size = 0
        hole = False
        # a megabyte cleared for each of a thousand small files costs more than copying them
        buffer = bytearray(min(chunk, max(_size_of(stream) + 1, 4096)))
        view = memoryview(buffer)
        while count := stream.readinto(buffer):  # type: ignore[attr-defined]
            state.update(view[:count])
            try:
                if count == chunk and buffer[0] == 0 and buffer.count(0) == chunk:
                    os.lseek(fd, count, os.SEEK_CUR)
                    hole = True
                else:
                    _write_all(fd, view[:count])
                    hole = False
            except OSError as error:
                raise_if_full(error, self._folder.name)
                raise
            size += count
        if hole:
            os.ftruncate(fd, size)
        return size

    def sync(self) -> None:
        """Make everything put so far durable, contents before names."""
        if not self._pending:
            return
        try:
            self._sync_contents()
            folders = set()
            for digest, (path, fd) in self._pending.items():
                final = self._folder / blob_place(digest)
                if final.parent.name not in self._made:
                    final.parent.mkdir(exist_ok=True)
                    self._made.add(final.parent.name)
                    folders.add(self._folder)
                if hasattr(os, "fchmod"):
                    os.fchmod(fd, 0o400)
                os.close(fd)
                _name_exclusively(path, final)
                folders.add(final.parent)
            self._pending.clear()
            _sync_folders(folders, self._folder)
        except OSError as error:
            raise_if_full(error, self._folder.name)
            raise

    def _sync_contents(self) -> None:
        if len(self._pending) >= _SYNCFS_FROM and syncfs(self._tmp):
            return
        for _, fd in self._pending.values():
            os.fsync(fd)

    def forget(self, digest: str) -> None:
        """Take back what was put and not synced; what is durable stays."""
        pending = self._pending.pop(digest, None)
        if pending is not None:
            path, fd = pending
            os.close(fd)
            path.unlink(missing_ok=True)

    def discard_pending(self) -> None:
        """Forget what was put but not synced (after a failure)."""
        for path, fd in self._pending.values():
            try:
                os.close(fd)
            except OSError:
                pass  # closed by a sync that failed half way
            path.unlink(missing_ok=True)
        self._pending.clear()

    def open(self, digest: str) -> BinaryIO:
        """Open for reading. Raises NotFound."""
        return self.place(digest).open("rb")

    def place(self, digest: str) -> Path:
        """The path of the bytes. Raises NotFound."""
        path = self._folder / blob_place(digest)
        if not path.exists():
            raise NotFound(f"exhibit {digest}", "its bytes are not in this case", "")
        return path

    def destroy(self, digest: str) -> None:
        """Overwrite where the medium allows, remove, and make the removal durable."""
        path = self._folder / blob_place(digest)
        if not path.exists():
            return
        path.chmod(0o600)
        with path.open("r+b") as stream:
            left = path.stat().st_size
            while left > 0:
                left -= stream.write(bytes(min(left, 1 << 20)))
            stream.flush()
            os.fsync(stream.fileno())
        path.unlink()
        _sync_folders({path.parent}, self._folder)

    def digests(self) -> Iterator[str]:
        """All digests that are here, in order. Names that are no digest are passed over."""
        for folder in sorted(self._folder.iterdir()):
            if folder.is_dir() and len(folder.name) == 2:
                for path in sorted(folder.iterdir()):
                    digest = digest_of_place(f"{folder.name}/{path.name}")
                    if len(digest) == 71:
                        yield digest


def _size_of(stream: BinaryIO) -> int:
    """What the system says of a stream's size, 0 where it says nothing."""
    try:
        return os.fstat(stream.fileno()).st_size
    except (OSError, ValueError):
        return 0


def _write_all(fd: int, view: memoryview) -> None:
    while view:
        view = view[os.write(fd, view) :]


def _hash_fd(fd: int, state: hashlib._Hash, chunk: int) -> int:
    os.lseek(fd, 0, os.SEEK_SET)
    size = 0
    while data := os.read(fd, chunk):
        state.update(data)
        size += len(data)
    return size


def _name_exclusively(path: Path, final: Path) -> None:
    """Give the final name without ever replacing what has it."""
    try:
        os.link(path, final)
    except FileExistsError:
        pass  # the same bytes, put by another process: theirs are complete
    except OSError as error:
        if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS):
            raise
        # a file system without hard links (FAT): the name is free as far as we can see
        if not final.exists():
            path.rename(final)
            return
    path.unlink()


def syncfs(path: Path) -> bool:
    """Flush the whole file system that holds `path`. False where the system has no such call."""
    if sys.platform != "linux":
        return False
    try:
        call = ctypes.CDLL(None, use_errno=True).syncfs
    except AttributeError:
        return False
    fd = os.open(path, os.O_RDONLY)
    try:
        if call(fd) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
    finally:
        os.close(fd)
    return True


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, where the system lets a folder be opened."""
    try:
        fd = os.open(folder, os.O_RDONLY)
    except OSError:
        return  # Windows: names are durable with the file
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _sync_folders(folders: set[Path], root: Path) -> None:
    if len(folders) >= _SYNCFS_FROM and syncfs(root):
        return
    for folder in folders:
        sync_folder(folder)
