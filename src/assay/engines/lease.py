"""One writer of a case: a lock that the system gives back however the holder ends.

`add`, `retry`, `rebuild` and `withdraw` hold it; notes and tags never wait for it. The lock
file says who holds it and how far they are, for the desk and for the one who is refused.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Any

from assay.errors import CaseHeld, UnsafeFileSystem

NETWORK = frozenset(
    [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ncpfs",
        "fuse.sshfs",
        "fuse.rclone",
        "fuse.s3fs",
        "fuse.davfs",
    ]
)


_ROOM = 16 << 10  # bytes of a heartbeat, filled up with spaces


class Lease:
    """Hold a case for writing. A context manager; raises CaseHeld with who holds it."""

    def __init__(self, path: Path, person: str, doing: str) -> None:
        self._path = path
        self._about = {
            "pid": os.getpid(),
            "person": person,
            "doing": doing,
            "since": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        }
        self._fd = -1

    def __enter__(self) -> Lease:
        self._fd = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(self._fd)
        except OSError as error:
            os.close(self._fd)
            held = holder(self._path) or {}
            raise CaseHeld(
                "case",
                f"{held.get('person', 'somebody')} holds it: `{held.get('doing', 'add')}`, "
                f"process {held.get('pid', '?')}, since {held.get('since', '?')}",
                "Wait until that run ends, or stop it: it goes on later where it stopped.",
            ) from error
        self.beat({})
        return self

    def beat(self, progress: dict[str, Any]) -> None:
        """Write the heartbeat: who, what, how far."""
        value = {**self._about, "beat": int(time.time()), "progress": progress}
        data = json.dumps(value).encode()
        os.pwrite(self._fd, data[:_ROOM].ljust(_ROOM), 0)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.ftruncate(self._fd, 0)
        os.close(self._fd)


def _lock(fd: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        # a byte beyond what is ever written: the file stays readable for others
        os.lseek(fd, 1 << 20, os.SEEK_SET)
        msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)


def holder(path: Path) -> dict[str, Any] | None:
    """Who holds the case now and how far they are; None where nobody does."""
    try:
        fd = os.open(path, os.O_RDWR)
    except OSError:
        return None
    try:
        try:
            _lock(fd)
            return None
        except OSError:
            data = os.pread(fd, _ROOM, 0) if hasattr(os, "pread") else b"{}"
            value = json.loads(data or b"{}")
            return value if isinstance(value, dict) else {}
    except ValueError:
        return {}
    finally:
        os.close(fd)


def file_system(path: Path) -> str:
    """The type of the file system that holds `path`, "" where the system does not say."""
    try:
        device = path.stat().st_dev
        wanted = f"{os.major(device)}:{os.minor(device)}"
        for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
            left, _, right = line.partition(" - ")
            if left.split(" ")[2] == wanted:
                return right.split(" ")[0]
    except (OSError, IndexError, AttributeError):
        pass
    return ""


def refuse_network_drive(path: Path) -> None:
    """Raise UnsafeFileSystem where locks do not hold across computers."""
    kind = file_system(path)
    if kind in NETWORK:
        raise UnsafeFileSystem(
            "case",
            f"it stands on a network drive ({kind}), where locks do not hold",
            "Keep the case on a disk of this computer; copy it with `assay backup`.",
        )
