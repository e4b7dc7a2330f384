"""Disk images: E01, raw and of virtual machines; partitions, file systems, deleted files.

Every file is a member under its path, with the number of its partition in front where there are
partitions. The image's own text is a list: the times of each file's inode (modified, accessed,
changed, created), its size, its inode and its path. Deleted files whose content the file system
still gives are members below `$deleted/`; those whose content is gone stand in the list alone.
What the file system keeps for itself (the MFT and its like) is no member. Space that no file
claims is not searched, and that is said.

File systems by The Sleuth Kit: NTFS, FAT, exFAT, ext2 to ext4, HFS+, UFS, ISO 9660. Where the
time of one exhibit runs out, what was got is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assay.extract import dates, disk_layers, types
from assay.extract.disk_layers import Medium, Window
from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.spool import CHUNK, MemberBroken
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="disk",
    version="2 sleuthkit",
    licence="AGPL-3.0-or-later",
    formats=(
        types.EWF, "application/x-ewf-logical", types.DISK, "application/x-vmdk",
        "application/x-vhd", "application/x-vhdx", "application/x-qemu-disk",
        "application/x-virtualbox-vdi",
        "application/x-apple-diskimage", "application/x-luks",
    ),
    limits="unallocated space is not searched; APFS, XFS and Btrfs are named, not read",
)  # fmt: skip
_CARVE = "Search the image with a carving tool where deleted content matters."
_FILE, _FOLDER, _LINK, _VIRTUAL = 1, 2, 6, (10, 11)  # kinds of inode
_GONE, _THERE = 2, 1  # flags: not in use, in use
_NTFS, _NTFS_OWN = 1, 24  # its first inodes are the file system's own
_DATA, _DATA_DEFAULT = 128, 1  # NTFS attribute; what other file systems call it
_TABLES = (b"$ALLOC_BITMAP", b"$UPCASE_TABLE", b"$VOLUME_LABEL")  # of exFAT
_HFS_OWN = (b"$ExtentsFile", b"$CatalogFile", b"$BadBlockFile", b"$AllocationFile", b"$StartupFile",
            b"$AttributesFile")  # fmt: skip
_DEPTH = 200
_SHARE = 0.8  # of the time of one exhibit, after which what was got is kept


@dataclass(frozen=True)
class _Part:
    """A stretch of the medium that may hold a file system."""

    label: str
    start: int
    size: int
    kind: str = ""


def read_disk(request: Request, transcript: Transcript) -> None:
    """Read an image. Raises Stop with `damaged`, `encrypted`, `timeout` or a limit."""
    transcript.container = True
    if request.type == "application/x-ewf-logical":
        _Logical(request, transcript).take()
        return
    if request.type == types.EWF:
        _check_end(request, transcript)
    with contextlib.closing(disk_layers.medium_of(request)) as medium:
        _Reading(request, transcript, medium).take()


def _check_end(request: Request, transcript: Transcript) -> None:
    """Where the last volume of an E01 says that it goes on, the next one is missing."""
    paths = list(request.volumes) or [request.path]
    with paths[-1].open("rb") as stream:
        at, seen = 13, b""
        for _ in range(100_000):
            stream.seek(at)
            head = stream.read(24)
            if len(head) < 24:
                break
            seen = head[:16].rstrip(b"\0")
            following = int.from_bytes(head[16:24], "little")
            if following <= at:
                break
            at = following
    if seen == b"next" and not request.missing:
        transcript.trouble("volume_missing", f"volume {len(paths) + 1}")


class _Clock:
    """Says when most of the time of one exhibit is used up."""

    def __init__(self, request: Request) -> None:
        self._end = time.monotonic() + _SHARE * request.limits.seconds
        self.seconds = request.limits.seconds

    @property
    def late(self) -> bool:
        """Tell whether it is."""
        return time.monotonic() > self._end


class _Reading:
    def __init__(self, request: Request, transcript: Transcript, medium: Medium) -> None:
        self._request = request
        self._transcript = transcript
        self._medium = medium
        self._clock = _Clock(request)
        self._listing = request.only is None
        self._secret = False
        self._recovered = self._gone = self._own = 0

    def take(self) -> None:
        """Enter the files of all partitions."""
        transcript = self._transcript
        self._describe()
        parts = self._parts()
        found = 0
        for part in parts:
            found += self._part(part)
        if self._listing:
            if self._recovered or self._gone:
                transcript.note("disk:deleted", f"{self._recovered} with content")
                transcript.note("disk:deleted", f"{self._gone} whose content is gone")
            transcript.note("disk:own", f"{self._own} files of the file systems themselves")
            transcript.trouble("part_unclaimed", "", "1 part: unallocated space", _CARVE)
            self._verify()
        if not found and not any(p.code != "part_unclaimed" for p in transcript.problems):
            raise Stop("unsupported", "", "no file system that is known here")

    def _describe(self) -> None:
        self._transcript.note("disk:bytes", self._medium.size)
        handle = getattr(self._medium, "handle", None)
        if self._request.type == types.EWF and handle is not None and self._listing:
            for name, value in sorted(handle.get_header_values().items()):
                self._transcript.note(f"ewf:{name}", value)
            for name, value in sorted(handle.get_hash_values().items()):
                self._transcript.note(f"ewf:{name}", value)

    def _verify(self) -> None:
        """Hash the medium and compare it with what was written at the acquisition."""
        handle = getattr(self._medium, "handle", None)
        if self._request.type != types.EWF or handle is None:
            return
        given = {k.upper(): v.lower() for k, v in handle.get_hash_values().items()}
        wanted = [name for name in ("MD5", "SHA1") if name in given]
        if not wanted:
            self._transcript.note("ewf:verified", "no: it keeps no hash")
            return
        states = {name: hashlib.new(name.lower(), usedforsecurity=False) for name in wanted}
        try:
            for at in range(0, self._medium.size, CHUNK):
                if self._clock.late:
                    self._transcript.note("ewf:verified", "no: the time allowed was used up")
                    return
                chunk = self._medium.read_at(at, CHUNK)
                for state in states.values():
                    state.update(chunk)
        except OSError:
            self._transcript.note("ewf:verified", "no: not all of it can be read")
            return
        for name, state in states.items():
            if state.hexdigest() != given[name]:
                self._transcript.trouble("checksum", "acquisition hash", name)
                self._transcript.note("ewf:verified", f"{name} differs")
                return
        self._transcript.note("ewf:verified", " and ".join(wanted) + " match")

    # ------------------------------------------------------------ partitions

    def _parts(self) -> list[_Part]:
        import pytsk3

        try:
            table = pytsk3.Volume_Info(_image(self._medium, 0, self._medium.size))
        except OSError:
            return [_Part("", 0, self._medium.size)]
        sector = int(table.info.block_size)
        found: list[_Part] = []
        for part in table:
            if int(part.flags) != 1:  # tables and gaps
                continue
            kind = part.desc.decode("utf-8", "replace")
            start, size = int(part.start) * sector, int(part.len) * sector
            found.append(_Part(f"partition {len(found) + 1}", start, size, kind))
            self._transcript.note(f"disk:partition {len(found)}", f"{kind}, {size} bytes")
        # a boot sector of a file system can look like a table with nothing in it
        return found or [_Part("", 0, self._medium.size)]

    def _part(self, part: _Part) -> int:
        """Read one partition; 1 where a file system was found in it."""
        import pytsk3

        medium: Medium = self._medium
        start, size = part.start, min(part.size, self._medium.size - part.start)
        if size <= 0:
            self._transcript.trouble("truncated", part.label, "the image ends before it")
            return 0
        cipher = disk_layers.cipher_of(medium, start, size)
        self._secret = False
        if cipher:
            self._transcript.note("encryption", cipher)
            plain = disk_layers.unlocked(medium, start, size, cipher, self._request.passwords)
            if plain is None:
                self._transcript.trouble("encrypted", part.label, cipher)
                return 0
            medium, start, size, self._secret = plain, 0, plain.size, True
        try:
            system = pytsk3.FS_Info(_image(medium, start, size))
        except OSError:
            self._transcript.trouble("unsupported", part.label, self._unknown(medium, start, part))
            return 0
        self._files(system, part)
        return 1

    @staticmethod
    def _unknown(medium: Medium, start: int, part: _Part) -> str:
        head = medium.read_at(start, 4096)
        if head[32:36] == b"NXSB":
            return "APFS"
        if head[:4] == b"XFSB":
            return "XFS"
        if head[:8] == b"LABELONE" or head[512:520] == b"LABELONE":
            return "LVM"
        if head[4086:4096] == b"SWAPSPACE2":
            return "swap space, which holds no files"
        return f"no file system that is known here ({part.kind or 'no partitions'})"

    # ------------------------------------------------------------ files

    def _files(self, system: Any, part: _Part) -> None:
        kind = int(system.info.ftype)
        root = int(system.info.root_inum)
        prefix = f"{part.label}/".encode() if part.label else b""
        if self._listing:
            title = part.label or "file system"
            self._transcript.paragraph(
                f"{title}: modified, accessed, changed, created, bytes, inode, path"
            )
        self._folder(system, system.open_dir(inode=root), prefix, b"", kind == _NTFS, {root}, 0)

    def _folder(
        self, system: Any, folder: Any, prefix: bytes, path: bytes, ntfs: bool, seen: set[int],
        depth: int,
    ) -> None:  # fmt: skip
        if depth > _DEPTH:
            self._transcript.trouble("limit_nesting", "", "folders of a file system")
            return
        for entry in folder:
            if self._clock.late:
                raise Stop("timeout", f"member {len(self._transcript.members()) + 1}")
            name = bytes(entry.info.name.name or b"")
            if name in (b".", b"..", b""):
                continue
            meta = entry.info.meta
            if meta is None:
                if path == b"$OrphanFiles/":
                    continue  # a place that was never in use
                self._gone += 1
                self._line(None, path + name, "deleted, its content is gone")
                continue
            number, what = int(meta.addr), int(meta.type)
            if ntfs and number < _NTFS_OWN:
                self._own += number != 5
                continue
            own = name in _TABLES or (number < 16 and name in _HFS_OWN)
            if what == _VIRTUAL[0] or (own and not path):
                self._own += 1
                continue
            if what in (_FOLDER, _VIRTUAL[1]):
                if number in seen:
                    continue
                seen.add(number)
                deleted = what == _FOLDER and int(meta.flags) & _GONE
                try:
                    inner = entry.as_directory()
                except OSError:
                    self._transcript.trouble("damaged", "", "a folder of the file system")
                    continue
                if deleted:
                    self._line(meta, path + name + b"/", "deleted")
                self._folder(system, inner, prefix, path + name + b"/", ntfs, seen, depth + 1)
                continue
            self._file(entry, meta, prefix, path + name)

    def _file(self, entry: Any, meta: Any, prefix: bytes, path: bytes) -> None:
        lost = bool(int(entry.info.name.flags) & _GONE)
        freed = bool(int(meta.flags) & _GONE)
        what = int(meta.type)
        if what == _LINK and not freed:
            target = bytes(meta.link or b"").decode("utf-8", "replace")
            self._line(meta, path, f"link to {target}")
            self._transcript.note("disk:link", f"{path.decode('utf-8', 'replace')} -> {target}")
            return
        if what != _FILE:
            self._line(meta, path, "special" if not lost else "deleted")
            return
        size = int(meta.size)
        if lost or freed:
            # a name that points at an inode in use again points at another file's content
            if not freed or not size or not self._has_content(entry):
                self._gone += 1
                self._line(meta if freed else None, path, "deleted, its content is gone")
                return
            self._recovered += 1
            self._transcript.beyond += 1
            self._line(meta, path, "deleted, its content may be overwritten in part")
            self._enter(entry, meta, prefix + b"$deleted/" + path, None, size)
            return
        self._line(meta, path, "")
        self._enter(entry, meta, prefix + path, None, size)
        for attribute in entry:
            stream = attribute.info.name
            if int(attribute.info.type) == _DATA and stream:
                self._transcript.beyond += 1
                name = prefix + path + b":" + bytes(stream)
                self._enter(entry, meta, name, attribute, int(attribute.info.size))

    @staticmethod
    def _has_content(entry: Any) -> bool:
        try:
            return len(entry.read_random(0, 1)) == 1
        except OSError:
            return False

    def _enter(self, entry: Any, meta: Any, name: bytes, attribute: Any, size: int) -> None:
        spool = self._transcript.members()
        modified = dates.from_epoch(float(meta.mtime))
        if size > self._request.limits.member:
            spool.refuse(
                name, problem("limit_member", f"member {len(spool) + 1}", f"{size} bytes"),
                modified, self._secret,
            )  # fmt: skip
            return
        spool.add(name, self._chunks(entry, attribute, size), modified, self._secret)

    def _chunks(self, entry: Any, attribute: Any, size: int) -> Iterator[bytes]:
        at = 0
        while at < size:
            count = min(CHUNK, size - at)
            try:
                if attribute is None:
                    chunk = entry.read_random(at, count)
                else:
                    chunk = entry.read_random(
                        at, count, int(attribute.info.type), int(attribute.info.id)
                    )
            except OSError:
                raise MemberBroken("damaged", "its sectors cannot be read") from None
            if not chunk:
                raise MemberBroken("truncated", "the image ends inside it")
            at += len(chunk)
            if self._clock.late:
                raise Stop("timeout", f"member {len(self._transcript.members())}")
            yield chunk

    def _line(self, meta: Any, path: bytes, remark: str) -> None:
        if not self._listing:
            return
        shown = path.decode("utf-8", "replace")
        if meta is None:
            self._transcript.paragraph(f"-\t-\t-\t-\t-\t-\t{shown} ({remark})")
            return
        times = (meta.mtime, meta.atime, meta.ctime, meta.crtime)
        moments = "\t".join(dates.from_epoch(float(t)) or "-" for t in times)
        tail = f" ({remark})" if remark else ""
        self._transcript.paragraph(f"{moments}\t{int(meta.size)}\t{int(meta.addr)}\t{shown}{tail}")


def _image(medium: Medium, start: int, size: int) -> Any:
    """The stretch as what The Sleuth Kit reads from."""
    import pytsk3

    window = Window(medium, start, size)

    class Image(pytsk3.Img_Info):  # type: ignore[misc]
        """Reads where it is told."""

        def __init__(self) -> None:
            super().__init__(url="")

        def close(self) -> None:
            """Nothing to close: the medium outlives its parts."""

        def read(self, offset: int, count: int) -> bytes:
            """Bytes at an offset; zeros stand for what an image cut short has lost."""
            return window.read_at(offset, count)

        def get_size(self) -> int:
            """Bytes of the stretch."""
            return size

    return Image()


class _Logical:
    """A logical image (L01): files without a file system around them."""

    def __init__(self, request: Request, transcript: Transcript) -> None:
        import pyewf

        self._transcript = transcript
        self._listing = request.only is None
        self._handle = pyewf.handle()
        try:
            self._handle.open([str(p) for p in request.volumes or [request.path]])
        except OSError as error:
            raise Stop("damaged", "", type(error).__name__) from None

    def take(self) -> None:
        """Enter all files."""
        root = self._handle.get_root_file_entry()
        if root is None:
            raise Stop("damaged", "", "no list of files")
        self._below(root, b"", 0)

    def _below(self, entry: Any, path: bytes, depth: int) -> None:
        if depth > _DEPTH:
            raise Stop("limit_nesting")
        for number in range(entry.get_number_of_sub_file_entries()):
            inner = entry.get_sub_file_entry(number)
            name = path + str(inner.get_name() or number).encode("utf-8", "surrogatepass")
            if inner.get_number_of_sub_file_entries():
                self._below(inner, name + b"/", depth + 1)
                continue
            modified = dates.from_epoch(float(inner.get_modification_time_as_integer() or 0))
            self._transcript.members().add(name, self._chunks(inner), modified)

    @staticmethod
    def _chunks(entry: Any) -> Iterator[bytes]:
        size = int(entry.get_size() or 0)
        at = 0
        while at < size:
            try:
                chunk = entry.read_buffer_at_offset(min(CHUNK, size - at), at)
            except OSError:
                raise MemberBroken("damaged", "libewf") from None
            if not chunk:
                raise MemberBroken("truncated", "libewf")
            at += len(chunk)
            yield chunk
