"""Blobs in a folder: exclusive names, whole bytes, nothing half written."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from assay.engines import folder as folder_engine
from assay.engines.folder import FolderBlobs
from assay.errors import DiskFull, NotFound
from assay.proof.digests import digest_of
from assay.testing.contracts_blobs import BlobsContract
from assay.testing.memory_blobs import MemoryBlobs


@pytest.fixture
def blobs(tmp_path: Path) -> FolderBlobs:
    return FolderBlobs(tmp_path / "blobs", tmp_path / "tmp")


class TestFolderBlobs(BlobsContract):
    """The folder keeps the laws of the port."""


class TestMemoryBlobs(BlobsContract):
    """So does the store in memory."""

    @pytest.fixture
    def blobs(self, tmp_path: Path) -> MemoryBlobs:
        return MemoryBlobs(tmp_path)


def test_bytes_have_their_name_only_after_they_are_synced(
    blobs: FolderBlobs, tmp_path: Path
) -> None:
    digest = blobs.put(b"words")
    assert blobs.has(digest)
    assert list((tmp_path / "blobs").rglob("*")) == []
    blobs.sync()
    with blobs.open(digest) as stream:
        assert stream.read() == b"words"
    assert list((tmp_path / "tmp").iterdir()) == []


def test_what_is_there_is_never_replaced(blobs: FolderBlobs, tmp_path: Path) -> None:
    digest = blobs.put(b"first")
    blobs.sync()
    inode = blobs.place(digest).stat().st_ino
    other = FolderBlobs(tmp_path / "blobs", tmp_path / "tmp")
    other._pending = {}
    path, fd = other._scratch()
    os.write(fd, b"forged")
    other._pending[digest] = (path, fd)
    other.sync()
    assert blobs.place(digest).stat().st_ino == inode
    assert blobs.place(digest).read_bytes() == b"first"


def test_blobs_are_read_only_where_the_file_system_can(blobs: FolderBlobs) -> None:
    digest = blobs.put(b"words")
    blobs.sync()
    assert blobs.place(digest).stat().st_mode & 0o222 == 0


@pytest.mark.parametrize("count", [1, 30])
def test_a_group_of_any_size_is_there_after_sync(blobs: FolderBlobs, count: int) -> None:
    digests = {blobs.put_stream(io.BytesIO(bytes([n]) * n), 64)[0] for n in range(count)}
    blobs.sync()
    assert set(blobs.digests()) == digests


def test_a_full_disk_is_an_error_with_a_next_step_and_leaves_nothing(
    blobs: FolderBlobs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(fd: int, data: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(folder_engine.os, "write", full)
    with pytest.raises(DiskFull, match="run the same command again"):
        blobs.put(b"x" * 100)
    with pytest.raises(DiskFull):
        blobs.put_stream(io.BytesIO(b"y" * 100), 64)
    monkeypatch.undo()
    assert list((tmp_path / "tmp").iterdir()) == []


def test_destroyed_bytes_are_gone_and_asking_twice_is_no_error(blobs: FolderBlobs) -> None:
    digest = blobs.put(b"words")
    blobs.sync()
    blobs.destroy(digest)
    blobs.destroy(digest)
    assert not blobs.has(digest)
    with pytest.raises(NotFound):
        blobs.open(digest)


def test_what_is_forgotten_before_the_sync_never_gets_a_name(blobs: FolderBlobs) -> None:
    digest, _, _ = blobs.put_stream(io.BytesIO(b"withdrawn"), 64)
    blobs.forget(digest)
    blobs.sync()
    assert list(blobs.digests()) == []
    assert digest == digest_of(b"withdrawn")


def test_a_file_system_without_links_still_gets_whole_blobs(
    blobs: FolderBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(source: object, target: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(folder_engine.os, "link", no_links)
    digest = blobs.put(b"on a stick")
    blobs.sync()
    assert blobs.place(digest).read_bytes() == b"on a stick"
