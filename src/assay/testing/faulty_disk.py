"""A disk that is full from the n-th write on: what a run meets on a laptop at night.

`full_after(n)` lets n calls of `os.write` pass and answers every later one with ENOSPC, until
its block ends. It reaches vault, kept derivatives and logs; SQLite and the index write by
themselves, for them tests use a small file system.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock


@contextmanager
def full_after(writes: int) -> Iterator[list[int]]:
    """Let `writes` calls pass. Yields a list whose first item counts the calls refused."""
    refused = [0]
    left = [writes]
    real = os.write

    def write(fd: int, data: bytes) -> int:
        if fd <= 2 or _is_pipe(fd):
            return real(fd, data)
        if left[0] <= 0:
            refused[0] += 1
            raise OSError(errno.ENOSPC, "No space left on device")
        left[0] -= 1
        return real(fd, data)

    with mock.patch.object(os, "write", write):
        yield refused


def _is_pipe(fd: int) -> bool:
    """Pipes and sockets between processes need no disk."""
    import stat

    mode = os.fstat(fd).st_mode
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)
