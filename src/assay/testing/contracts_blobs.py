"""What every body of the port `Blobs` keeps: inherit it and give it a store.

class TestFolder(BlobsContract):
    @pytest.fixture
    def blobs(self, tmp_path): return FolderBlobs(tmp_path / "blobs", tmp_path / "tmp")
"""

from __future__ import annotations

import io
from typing import Any

from assay.errors import NotFound
from assay.ports import Blobs
from assay.proof.digests import digest_of


class BlobsContract:
    """The laws of the port, one a test."""

    def test_bytes_come_back_under_the_digest_of_their_content(self, blobs: Blobs) -> None:
        """What `put` returns is SHA-256, and it opens to the same bytes."""
        digest = blobs.put(b"words")
        blobs.sync()
        assert digest == digest_of(b"words")
        with blobs.open(digest) as stream:
            assert stream.read() == b"words"

    def test_a_stream_of_any_length_is_hashed_while_it_is_copied(self, blobs: Blobs) -> None:
        """Shorter, longer and exactly as long as the chunk, and empty."""
        for size in (0, 1, 63, 64, 65, 1000):
            data = bytes(n % 251 for n in range(size))
            assert blobs.put_stream(io.BytesIO(data), 64) == (digest_of(data), size, True)
            blobs.sync()
            with blobs.open(digest_of(data)) as stream:
                assert stream.read() == data

    def test_long_runs_of_zeros_come_back_as_they_were(self, blobs: Blobs) -> None:
        """A store may keep holes; nobody may notice."""
        data = bytes(300) + b"x" + bytes(300)
        digest, size, _ = blobs.put_stream(io.BytesIO(data), 100)
        blobs.sync()
        assert size == 601
        with blobs.open(digest) as stream:
            assert stream.read() == data

    def test_the_same_bytes_twice_are_new_once(self, blobs: Blobs) -> None:
        """Before and after the sync."""
        assert blobs.put_stream(io.BytesIO(b"same"), 64)[2] is True
        assert blobs.put_stream(io.BytesIO(b"same"), 64)[2] is False
        blobs.sync()
        assert blobs.put_stream(io.BytesIO(b"same"), 64)[2] is False
        blobs.sync()
        assert list(blobs.digests()) == [digest_of(b"same")]

    def test_what_is_not_there_is_said(self, blobs: Blobs) -> None:
        """`open` and `place` raise NotFound, `has` is False, `destroy` is no error."""
        missing = digest_of(b"never put")
        assert not blobs.has(missing)
        blobs.destroy(missing)
        for ask in (blobs.open, blobs.place):
            assert _refused(ask, missing)

    def test_destroyed_bytes_are_gone(self, blobs: Blobs) -> None:
        """And the others stay."""
        first, second = blobs.put(b"first"), blobs.put(b"second")
        blobs.sync()
        blobs.destroy(first)
        assert not blobs.has(first)
        assert _refused(blobs.open, first)
        assert list(blobs.digests()) == [second]

    def test_a_place_holds_the_bytes_for_those_who_need_a_path(self, blobs: Blobs) -> None:
        """Workers read from it."""
        digest = blobs.put(b"for a worker")
        blobs.sync()
        assert blobs.place(digest).read_bytes() == b"for a worker"

    def test_digests_come_in_order(self, blobs: Blobs) -> None:
        """So that two walks over a store can be compared."""
        wanted = sorted(blobs.put(bytes([n])) for n in range(20))
        blobs.sync()
        assert list(blobs.digests()) == wanted


def _refused(ask: Any, digest: str) -> bool:
    try:
        ask(digest)
    except NotFound:
        return True
    return False
