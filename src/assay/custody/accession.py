"""Accession: taking what was handed over into custody, losing nothing on the way.

`walk` names everything under the handed-over paths, also what cannot be taken (symlinks,
sockets, folders that may not be opened). `take` copies one file into the vault, hashing the
bytes that it copies. Nothing counts until the vault has synced and the events are written:
that is `casework`'s order, see casework/path.py. Sizes are bytes, times RFC 3339 in UTC.
"""

from __future__ import annotations

import base64
import errno
import os
import platform
import stat as stat_module
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

import msgspec

from assay.custody.log import Entry
from assay.errors import UsageError
from assay.model.exhibit import RawPath
from assay.ports import Blobs
from assay.settings import Custody

Kind = Literal["file", "symlink", "special", "unreadable"]


class Found(msgspec.Struct, frozen=True):
    """Something under a handed-over path. `place` is its absolute raw path on this machine.

    `mark` changes whenever the file changes (device, inode, size, times in ns); "" where it
    could not be asked.
    """

    path: RawPath
    place: bytes
    kind: Kind
    size: int
    modified: str | None
    mark: str
    detail: str = ""


class Taken(msgspec.Struct, frozen=True):
    """A file whose bytes are in the vault. `changed`: it changed while it was read, each time."""

    found: Found
    digest: str
    size: int
    new: bool
    changed: bool = False


class NotTaken(msgspec.Struct, frozen=True):
    """Something that was found and not taken; `code` is in docs/problems.md.

    `target` is where a symlink leads: it may name a person's folders and goes into a private
    event alone.
    """

    found: Found
    code: str
    detail: str = ""
    target: bytes = b""


class Circumstances(msgspec.Struct, frozen=True, omit_defaults=True):
    """How exhibits came: private, in an event of its own.

    `roots` are absolute display paths of folders (of a single file: its folder). `accession`
    ties the events of one run together.
    """

    accession: str
    roots: tuple[str, ...]
    user: str
    host: str
    device: str
    mounts: tuple[str, ...]
    clock: str
    program: str
    source: str = ""
    channel: str = ""
    terms: str = ""
    origin: Literal["leaked", "collected"] = "leaked"


def now() -> str:
    """The wall time, RFC 3339 in UTC to the second: testimony, never a tie-breaker."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def rfc3339(nanoseconds: int) -> str | None:
    """A file time in UTC with its nanoseconds; None where no calendar holds it."""
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
    fraction = f".{rest:09d}" if rest else ""
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + "Z"


def walk(handed: Path, avoid: Path | None = None) -> Iterator[Found]:
    """Everything under a handed-over path, in the order of raw names; never follows a link.

    The path of a file begins with the name of what was handed over. `avoid` (the case itself) is
    left out. Raises UsageError where `handed` does not exist.
    """
    root = os.path.abspath(os.fsencode(handed))
    if not os.path.lexists(root):
        raise UsageError("add", "one of the paths does not exist", "Check its spelling.")
    shunned = os.path.realpath(os.fsencode(avoid)) if avoid is not None else None
    base = os.path.basename(root) or b"root"
    yield from _descend(root, (base,), shunned)


def _descend(root: bytes, names: tuple[bytes, ...], shunned: bytes | None) -> Iterator[Found]:
    """Depth first with an own stack: a tree may be deeper than Python's."""
    stack: list[tuple[bytes, tuple[bytes, ...]]] = [(root, names)]
    while stack:
        place, parts = stack.pop()
        try:
            status = os.lstat(place)
        except OSError as error:
            yield _unreadable(place, parts, error)
            continue
        if not stat_module.S_ISDIR(status.st_mode):
            yield _found(place, parts, status)
            continue
        if shunned is not None and os.path.realpath(place) == shunned:
            continue
        try:
            with os.scandir(place) as entries:
                children = sorted((entry.name for entry in entries), reverse=True)
        except OSError as error:
            yield _unreadable(place, parts, error)
            continue
        stack.extend((os.path.join(place, name), (*parts, name)) for name in children)


def _mark(status: os.stat_result) -> str:
    return (
        f"{status.st_dev}.{status.st_ino}.{status.st_size}"
        f".{status.st_mtime_ns}.{status.st_ctime_ns}"
    )


def _found(place: bytes, parts: tuple[bytes, ...], status: os.stat_result) -> Found:
    mode = status.st_mode
    detail = ""
    kind: Kind
    if stat_module.S_ISREG(mode):
        kind = "file"
    elif stat_module.S_ISLNK(mode):
        kind = "symlink"
    else:
        kind = "special"
        detail = next(
            (
                name
                for test, name in (
                    (stat_module.S_ISSOCK, "socket"),
                    (stat_module.S_ISFIFO, "pipe"),
                    (stat_module.S_ISCHR, "character device"),
                    (stat_module.S_ISBLK, "block device"),
                )
                if test(mode)
            ),
            "special file",
        )
    return Found(
        RawPath.of(*parts), place, kind, status.st_size, rfc3339(status.st_mtime_ns),
        _mark(status), detail,
    )  # fmt: skip


def _unreadable(place: bytes, parts: tuple[bytes, ...], error: OSError) -> Found:
    name = errno.errorcode.get(error.errno or 0, "EIO")
    return Found(RawPath.of(*parts), place, "unreadable", 0, None, "", name)


def take(found: Found, blobs: Blobs, settings: Custody) -> Taken | NotTaken:
    """Copy one file into the vault. Never raises for what is wrong with the file itself.

    A file that changes while it is read is read again up to `settings.changed_tries` times;
    then the bytes that were read are taken and `changed` is set. Raises DiskFull.
    """
    if found.kind == "symlink":
        try:
            target = os.readlink(found.place)
        except OSError:
            target = b""
        return NotTaken(found, "symlink", target=target)
    if found.kind == "special":
        return NotTaken(found, "special_file", found.detail)
    if found.kind == "unreadable":
        return NotTaken(found, "unreadable", found.detail)
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    # O_NONBLOCK: a pipe put in the file's place between walk and open must not hang the run
    flags |= getattr(os, "O_NONBLOCK", 0)
    for attempt in range(max(1, settings.changed_tries)):
        try:
            fd = os.open(found.place, flags)
        except OSError as error:
            return NotTaken(found, "unreadable", errno.errorcode.get(error.errno or 0, "EIO"))
        with os.fdopen(fd, "rb", buffering=0) as stream:
            before = os.fstat(fd)
            if not stat_module.S_ISREG(before.st_mode):
                return NotTaken(found, "special_file", "it was replaced by a special file")
            try:
                digest, size, new = blobs.put_stream(cast("BinaryIO", stream), settings.chunk)
            except OSError as error:
                return NotTaken(found, "unreadable", errno.errorcode.get(error.errno or 0, "EIO"))
            after = os.fstat(fd)
        steady = _mark(before) == _mark(after) and size == after.st_size
        if steady or attempt + 1 >= settings.changed_tries:
            fresh = msgspec.structs.replace(
                found, size=size, modified=rfc3339(after.st_mtime_ns), mark=_mark(after)
            )
            return Taken(fresh, digest, size, new, changed=not steady)
    raise AssertionError("unreachable")


def path_to_json(path: RawPath) -> list[list[Any]]:
    """A raw path for an event: strings where UTF-8 gives the bytes back, `{"b64": …}` elsewhere."""
    return [[_component(raw) for raw in part] for part in path.parts]


def _component(raw: bytes) -> Any:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return {"b64": base64.b64encode(raw).decode("ascii")}


def path_from_json(value: list[list[Any]]) -> RawPath:
    """The raw path that `path_to_json` wrote."""
    return RawPath(
        tuple(
            tuple(
                base64.b64decode(item["b64"]) if isinstance(item, dict) else str(item).encode()
                for item in part
            )
            for part in value
        )
    )


def received_entry(taken: Taken, accession: str, at: str) -> Entry:
    """The event of one appearance taken in."""
    body: dict[str, Any] = {
        "accession": accession,
        "path": path_to_json(taken.found.path),
        "size": taken.size,
    }
    if taken.found.modified:
        body["modified"] = taken.found.modified
    if taken.changed:
        body["changed_while_read"] = True
    return Entry("received", "desk", taken.digest, body, at)


def not_received_entry(left: NotTaken, accession: str, at: str) -> Entry:
    """The event of something that was found and could not be taken."""
    body: dict[str, Any] = {
        "accession": accession,
        "path": path_to_json(left.found.path),
        "code": left.code,
        "detail": left.detail,
    }
    return Entry("not_received", "desk", "", body, at)


def links_entry(left: Sequence[NotTaken], accession: str, at: str) -> Entry | None:
    """The private event that says where symlinks lead; None where there is none."""
    links = [
        {"path": path_to_json(item.found.path), "target": _component(item.target)}
        for item in left
        if item.code == "symlink"
    ]
    if not links:
        return None
    return Entry("links", "private", "", {"accession": accession, "links": links}, at)


def circumstances_entry(circumstances: Circumstances, at: str) -> Entry:
    """The private event that holds what must not travel: who, where from, by which way."""
    body = msgspec.to_builtins(circumstances)
    return Entry("circumstances", "private", "", body, at)


def circumstances_here(
    accession: str,
    handed: Sequence[Path],
    program: str,
    *,
    source: str = "",
    channel: str = "",
    terms: str = "",
    origin: Literal["leaked", "collected"] = "leaked",
    device: str = "",
) -> Circumstances:
    """The circumstances of an accession on this machine, now."""
    import getpass

    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = ""
    # of a single file only its folder: the name belongs to the exhibit and goes with it
    roots = tuple(str(p.absolute() if p.is_dir() else p.absolute().parent) for p in handed)
    return Circumstances(
        accession=accession,
        roots=roots,
        user=user,
        host=platform.node(),
        device=device,
        mounts=tuple(mount_of(p) for p in handed),
        clock=clock_source(),
        program=program,
        source=source,
        channel=channel,
        terms=terms,
        origin=origin,
    )


def clock_source() -> str:
    """Whether the clock is set from outside, as far as the system says."""
    if Path("/run/systemd/timesync/synchronized").exists():
        return "system clock, synchronised by systemd-timesyncd"
    for name in ("chronyd", "ntpd"):
        if any(Path(folder, f"{name}.pid").exists() for folder in ("/run", f"/run/{name}")):
            return f"system clock, {name} is running"
    return "system clock, synchronisation unknown"


def mount_of(path: Path) -> str:
    """The file system on which a path stands: type, device and mount point; "" where unknown."""
    if sys.platform != "linux":
        return ""
    try:
        device = path.stat().st_dev
        wanted = f"{os.major(device)}:{os.minor(device)}"
        for line in Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines():
            left, _, right = line.partition(" - ")
            fields, tail = left.split(" "), right.split(" ")
            if fields[2] == wanted:
                return f"{tail[0]} {tail[1]} on {fields[4]}"
    except (OSError, IndexError):
        pass
    return ""
