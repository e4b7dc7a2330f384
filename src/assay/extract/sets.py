"""Whether an exhibit is a part of a split set: what its name promises, held against its content.

The first part of a set reads all of it; every other part says that it belongs to it and holds
nothing of its own. A name alone makes no set: two archives called `.001` and `.002` that do not
go on in each other stay two archives.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from assay.extract import types
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.extract.volumes import LAST, Volumes, volumes_of

# what is cut into parts by size alone, so that the parts joined are the whole
_CUT = frozenset({
    types.SEVENZIP, types.ZIP, types.RAR, types.GZIP, types.BZIP2, types.XZ, types.TAR, types.DISK,
    "application/zstd", "application/x-iso9660-image", "application/x-vmdk", "application/x-lz4",
    "application/x-luks", "application/x-cpio",
})  # fmt: skip
_ENDINGS = (
    b".7z", b".zip", b".rar", b".tar", b".gz", b".tgz", b".bz2", b".xz", b".zst", b".iso", b".dd",
    b".img", b".raw", b".vmdk", b".tbz2", b".txz",
)  # fmt: skip


def set_of(request: Request) -> Volumes | None:
    """The set that the exhibit is a part of, None where it stands alone."""
    for volumes in volumes_of(request.name, request.path, request.neighbours):
        if _holds(volumes, request):
            return _counted(volumes) if volumes.family == "zip" and volumes.whole else volumes
    return None


def _counted(volumes: Volumes) -> Volumes:
    """A zip set with the parts missing that the end record counts."""
    parts = dict(volumes.parts)
    wanted = range(1, _disk(parts[LAST]) + 1)
    return replace(volumes, missing=tuple(n for n in wanted if n not in parts))


def _holds(volumes: Volumes, request: Request) -> bool:
    family = volumes.family
    if family.startswith("ewf"):
        return request.type in (types.EWF, "application/x-ewf-logical")
    if family in ("rar", "rar-old"):
        return request.type == types.RAR and _is_rar_volume(request.path, len(volumes.parts) > 1)
    if family == "zip":
        if volumes.whole:
            return _is_spanned(dict(volumes.parts)[LAST])
        return request.type == types.UNKNOWN or _begins(request.path, b"PK\x07\x08")
    if volumes.whole and len(volumes.parts) > 1:
        first = volumes.parts[0][1]
        media = request.type if volumes.first else types.sniff(first, "")
        return media in _CUT and _is_even(volumes)
    if volumes.whole:
        return False
    stem = request.name.lower().rpartition(b".")[0]
    return request.type == types.UNKNOWN and stem.endswith(_ENDINGS)


def _is_even(volumes: Volumes) -> bool:
    """A set that was cut by size: all parts are of one size, and the last is no larger."""
    sizes = [path.stat().st_size for _, path in volumes.parts]
    return all(size == sizes[0] for size in sizes[:-1]) and sizes[-1] <= sizes[0]


def _begins(path: Path, magic: bytes) -> bool:
    with path.open("rb") as stream:
        return stream.read(len(magic)) == magic


def _is_spanned(path: Path) -> bool:
    """Tell whether the end record of a zip names a disk beyond the first."""
    return _disk(path) > 0


def _disk(path: Path) -> int:
    """The number of the disk that a zip's end record stands on, 0 without one."""
    with path.open("rb") as stream:
        stream.seek(max(path.stat().st_size - 0x10100, 0))
        tail = stream.read()
    at = tail.rfind(b"PK\x05\x06")
    number = int.from_bytes(tail[at + 4 : at + 6], "little") if at >= 0 else 0
    return 0 if number == 0xFFFF else number


def _is_rar_volume(path: Path, company: bool) -> bool:
    """Tell whether the main header says volume; an encrypted one says nothing, company does."""
    with path.open("rb") as stream:
        head = stream.read(64)
    if head.startswith(b"Rar!\x1a\x07\x00"):
        return len(head) > 12 and head[9] == 0x73 and bool(head[10] & 1)
    return company or _rar5_volume(head)


def _rar5_volume(head: bytes) -> bool:
    """The volume flag of a RAR 5 main header; a header that is encrypted tells nothing."""
    at = 12

    def number() -> int:
        nonlocal at
        value = shift = 0
        while at < len(head):
            byte = head[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        return value

    number()  # size
    kind, flags = number(), number()
    if flags & 1:
        number()  # size of the extra area
    return kind == 1 and bool(number() & 1)


def with_set(request: Request, volumes: Volumes) -> Request:
    """The request for the part that reads the set."""
    paths = volumes.paths
    missing = tuple(n for n in volumes.missing if n != LAST)
    media = types.ZIP if volumes.family == "zip" else request.type
    return replace(request, type=media, volumes=tuple(paths), missing=missing)


def enter_part(request: Request, transcript: Transcript, volumes: Volumes) -> None:
    """Say of a part that is not the first what it is, and whether the set can be read."""
    transcript.note("volume:number", volumes.number)
    transcript.container = True
    transcript.expected = 0
    if volumes.whole and transcript.type == types.UNKNOWN:
        transcript.type = types.sniff(volumes.parts[0][1], "")


def say_missing(transcript: Transcript, volumes: Volumes) -> None:
    """A problem for each part that is not there."""
    for number in volumes.missing[:1000]:
        say_volume(transcript, number)


def say_volume(transcript: Transcript, number: int) -> None:
    """Problem `volume_missing` for one part."""
    where = "the last volume (.zip)" if number == LAST else f"volume {number}"
    transcript.trouble("volume_missing", where)


def say_cut(request: Request, transcript: Transcript) -> None:
    """Where bytes that were cut by size end too early, the next part is what is missing."""
    if not any(p.code == "truncated" for p in transcript.problems):
        return
    for volumes in volumes_of(request.name, request.path, request.neighbours):
        if volumes.family in ("numbered", "lettered") and not volumes.missing:
            say_volume(transcript, volumes.parts[-1][0] + 1)
