"""Windows shortcuts (LNK): where they point, when, on which disk and computer (MS-SHLLINK).

A shortcut is evidence that a file was opened: its target's path, size and three times, the
serial number and name of the disk, the name of the computer and an address of its network card.
All of it is text, a line a fact, and metadata as found.
"""

from __future__ import annotations

import datetime
import struct
import uuid

from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="shortcut",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/x-ms-shortcut",),
    limits="of the shell's list of items the names alone are read",
)
_ORIGIN = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)
_DRIVES = {2: "removable", 3: "fixed", 4: "network", 5: "CD", 6: "RAM disk"}
_STRINGS = ("description", "relative-path", "working-folder", "arguments", "icon")


def read_shortcut(request: Request, transcript: Transcript) -> None:
    """Read a shortcut. Raises Stop with `truncated`."""
    body = request.path.read_bytes()[: 1 << 20]
    if len(body) < 76:
        raise Stop("truncated", "", "shorter than its header")
    facts: list[tuple[str, str]] = []
    cut = False
    try:
        _read(body, facts)
    except (struct.error, IndexError, ValueError, OverflowError):
        cut = True
    for name, value in facts:
        transcript.note(f"lnk:{name}", value)
    named = dict(facts)
    transcript.created, transcript.modified = named.get("created"), named.get("written")
    transcript.page("\n".join(f"{name}: {value}" for name, value in facts))
    if cut:
        raise Stop("truncated", "", "a block that runs past the end")


def _read(body: bytes, facts: list[tuple[str, str]]) -> None:
    flags, attributes = struct.unpack_from("<II", body, 20)
    for name, at in (("created", 28), ("accessed", 36), ("written", 44)):
        if moment := _moment(*struct.unpack_from("<Q", body, at)):
            facts.append((name, moment))
    (size,) = struct.unpack_from("<I", body, 52)
    facts.append(("size", str(size)))
    if attributes & 0x10:
        facts.append(("kind", "folder"))
    at = 76
    if flags & 1:
        (length,) = struct.unpack_from("<H", body, at)
        names = _items(body[at + 2 : at + 2 + length])
        if names:
            facts.append(("items", "\\".join(names)))
        at += 2 + length
    if flags & 2:
        (length,) = struct.unpack_from("<I", body, at)
        _place(body[at : at + length], facts)
        at += length
    for number, name in enumerate(_STRINGS):
        if flags >> (2 + number) & 1:
            (count,) = struct.unpack_from("<H", body, at)
            wide = 2 if flags & 0x80 else 1
            raw = body[at + 2 : at + 2 + count * wide]
            if len(raw) < count * wide:
                raise ValueError
            facts.append((name, raw.decode("utf-16-le" if wide == 2 else "cp1252", "replace")))
            at += 2 + count * wide
    while at + 8 <= len(body):
        length, signature = struct.unpack_from("<II", body, at)
        if length < 8:
            return
        _extra(signature, body[at : at + length], facts)
        at += length


def _place(block: bytes, facts: list[tuple[str, str]]) -> None:
    """LinkInfo: the disk, the path on it, or the share."""
    head, flags, disk, base, share, suffix = struct.unpack_from("<IIIIII", block, 4)
    if flags & 1:
        _, kind, serial, label = struct.unpack_from("<IIII", block, disk)
        facts.append(("disk", f"{_DRIVES.get(kind, 'unknown')}, serial {serial:08X}"))
        if label != 0x14 and (name := _ended(block, disk + label)):
            facts.append(("disk-label", name))
        path = _ended(block, base)
        if head >= 0x24:
            (wide,) = struct.unpack_from("<I", block, 28)
            path = _ended_wide(block, wide) or path
        facts.append(("target", path + _ended(block, suffix)))
    if flags & 2:
        (name_at,) = struct.unpack_from("<I", block, share + 8)
        facts.append(("target", "\\".join(
            part for part in (_ended(block, share + name_at), _ended(block, suffix)) if part
        )))  # fmt: skip


def _extra(signature: int, block: bytes, facts: list[tuple[str, str]]) -> None:
    if signature == 0xA0000003 and len(block) >= 96:
        facts.append(("machine", _ended(block, 16)))
        for name, at in (
            ("volume-id", 32),
            ("file-id", 48),
            ("born-volume-id", 64),
            ("born-file-id", 80),
        ):
            identity = uuid.UUID(bytes_le=block[at : at + 16])
            facts.append((name, str(identity)))
            if name == "file-id" and identity.version == 1:
                ticks = identity.time - 0x01B21DD213814000
                moment = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
                moment += datetime.timedelta(microseconds=ticks // 10)
                facts.append(("file-id-made", moment.strftime("%Y-%m-%dT%H:%M:%SZ")))
                address = f"{identity.node:012x}"
                parts = [address[n : n + 2] for n in range(0, 12, 2)]
                facts.append(("network-card", ":".join(parts)))
    elif signature == 0xA0000001 and (path := _ended_wide(block, 268) or _ended(block, 8)):
        facts.append(("environment-target", path))


def _items(block: bytes) -> list[str]:
    """Names in the shell's list of items: the long form where there is one."""
    names: list[str] = []
    at = 0
    while at + 2 <= len(block):
        length = int.from_bytes(block[at : at + 2], "little")
        if length < 4:
            break
        item = block[at : at + length]
        at += length
        if item[2] & 0x70 == 0x20 and item[2] != 0x2E:
            names.append(_ended(item, 3))
        elif item[2] & 0x70 == 0x30:
            short = _ended_wide(item, 14) if item[2] & 4 else _ended(item, 14)
            mark = item.find(b"\x04\0\xef\xbe")
            long = ""
            if mark >= 4:
                version = int.from_bytes(item[mark - 2 : mark], "little")
                skip = {3: 16, 7: 34, 8: 38, 9: 42}.get(version, 42)
                long = _ended_wide(item, mark + skip - 0)
            names.append(long or short)
    return [name for name in names if name]


def _ended(block: bytes, at: int) -> str:
    end = block.find(b"\0", at)
    return block[at : end if end >= 0 else len(block)].decode("cp1252", "replace")


def _ended_wide(block: bytes, at: int) -> str:
    end = at
    while end + 1 < len(block) and block[end : end + 2] != b"\0\0":
        end += 2
    return block[at:end].decode("utf-16-le", "replace")


def _moment(ticks: int) -> str:
    if not ticks:
        return ""
    moment = _ORIGIN + datetime.timedelta(microseconds=ticks // 10)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
