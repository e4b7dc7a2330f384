"""VBA projects: the source of each module, unpacked by hand ([MS-OVBA] 2.4.1).

A project is a compound file (`vbaProject.bin` in OOXML; in older files a storage that is set
up as one). Its `dir` stream names the modules and says where their source begins; a project
whose `dir` is broken is searched module by module. A module is a page under its name. The
compiled code beside the source is not read. Words on forms follow as found.
"""

from __future__ import annotations

import re
import struct
from typing import Any

import olefile  # type: ignore[import-untyped]

from assay.extract import compound
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

MEDIA = "application/vnd.ms-office.vbaproject"
CARD = Card(
    name="vba",
    version="1 olefile",
    licence="AGPL-3.0-or-later",
    formats=(MEDIA,),
    limits="compiled code is not read, so a module whose source was removed looks empty",
)
_CODEPAGE, _STREAM, _WIDE, _OFFSET, _NAME, _VERSION = 0x03, 0x1A, 0x32, 0x31, 0x19, 0x09
_REFERENCES = (0x0D, 0x0E, 0x33)
_WORDS = re.compile(rb"[\x20-\x7e]{4,}|(?:[\x20-\x7e]\x00){4,}")


class Broken(Exception):
    """Compressed data breaks off or is none. Holds what came out before."""

    def __init__(self, before: bytes) -> None:
        super().__init__()
        self.before = before


def read_vba(request: Request, transcript: Transcript) -> None:
    """Read the modules of a project. Raises Stop with `damaged`."""
    if not olefile.isOleFile(str(request.path)):
        raise Stop("damaged", "", "no compound file")
    with compound.opened(request.path) as ole:
        folder = _folder(ole)
        if folder is None:
            raise Stop("damaged", "", "no VBA storage")
        names = {k.name.lower(): k.name for k in compound.children(ole, folder)}
        modules, codec, references = _listed(ole, folder, names)
        for reference in references:
            transcript.note("vba:reference", reference)
        done = {"dir", "_vba_project"}
        for label, stream, offset in modules:
            if stream.lower() not in names:
                transcript.trouble("damaged", f"module {len(done) - 1}", "its stream is missing")
                continue
            done.add(stream.lower())
            body = ole.openstream([*folder, names[stream.lower()]]).read()
            _module(transcript, label, body, offset, codec)
        for low, name in names.items():
            if low not in done and not low.startswith("__srp_"):
                body = ole.openstream([*folder, name]).read()
                _module(transcript, name, body, None, codec)
        _forms(ole, folder[:-1], transcript)


def _folder(ole: Any) -> tuple[str, ...] | None:
    for entry in ole.listdir(streams=True, storages=False):
        if len(entry) > 1 and entry[-1].lower() == "dir" and entry[-2].lower() == "vba":
            return tuple(entry[:-1])
    return next(
        (
            tuple(e[:-1])
            for e in ole.listdir(streams=True, storages=False)
            if len(e) > 1 and e[-1].lower() == "_vba_project"
        ),
        None,
    )


def _listed(
    ole: Any, folder: tuple[str, ...], names: dict[str, str]
) -> tuple[list[tuple[str, str, int]], str, list[str]]:
    """(name, stream, offset of the source) of each module, the charset, the references."""
    codec = "cp1252"
    if "dir" not in names:
        return [], codec, []
    try:
        listing = unpack(ole.openstream([*folder, names["dir"]]).read())
    except Broken as broken:
        listing = broken.before
    modules: list[tuple[str, str, int]] = []
    references: list[str] = []
    label = stream = ""
    at = 0
    while at + 6 <= len(listing):
        kind, size = struct.unpack_from("<HI", listing, at)
        body = listing[at + 6 : at + 6 + size]
        at += 6 + (6 if kind == _VERSION else size)
        if kind == _CODEPAGE and size == 2:
            codec = f"cp{struct.unpack('<H', body)[0]}"
            try:
                b"".decode(codec)
            except LookupError:
                codec = "cp1252"
        elif kind == _NAME:
            label = body.decode(codec, "replace")
        elif kind == _STREAM:
            stream = body.decode(codec, "replace")
        elif kind == _WIDE and stream:
            stream = body.decode("utf-16-le", "replace") or stream
        elif kind == _OFFSET and size == 4:
            modules.append((label or stream, stream, struct.unpack("<I", body)[0]))
            stream = ""
        elif kind in _REFERENCES:
            length = int.from_bytes(body[:4], "little")
            references.append(body[4 : 4 + length].decode(codec, "replace"))
    return modules, codec, references


def _module(
    transcript: Transcript, label: str, body: bytes, offset: int | None, codec: str
) -> None:
    starts = [offset] if offset is not None else []
    # "Attribute" begins the source; compressed, its first letters stand unpacked
    starts += [m.start() - 3 for m in re.finditer(rb"\x00Attribut\x00?e", body)]
    for start in starts:
        if not 0 <= start < len(body):
            continue
        try:
            source = unpack(body[start:])
        except Broken as broken:
            if not broken.before:
                continue
            source = broken.before
            transcript.trouble("damaged", f"module {len(transcript.pages) + 1}", "its source")
        transcript.page(source.decode(codec, "replace").replace("\r\n", "\n"), label=label)
        return
    if offset is not None:
        where = f"module {len(transcript.pages) + 1}"
        transcript.page("", label=label)
        transcript.trouble("damaged", where, "its source cannot be unpacked")


def _forms(ole: Any, above: tuple[str, ...], transcript: Transcript) -> None:
    """Words of forms: their definition, and strings in the streams of their controls."""
    for entry in compound.children(ole, above):
        if entry.entry_type != 1 or entry.name.lower() == "vba":
            continue
        lines: list[str] = []
        for path in _streams(ole, (*above, entry.name), 0):
            body = ole.openstream(list(path)).read()
            if path[-1].lower() == "\x03vbframe":
                lines += body.decode("cp1252", "replace").splitlines()
            else:
                lines += [m.replace(b"\0", b"").decode("ascii") for m in _WORDS.findall(body)]
        if lines:
            transcript.page("\n".join(lines), label=entry.name)


def _streams(ole: Any, path: tuple[str, ...], depth: int) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for entry in compound.children(ole, path) if depth < 8 else []:
        inner = (*path, entry.name)
        if entry.entry_type == 1:
            found += _streams(ole, inner, depth + 1)
        elif entry.entry_type == 2 and not compound.is_around(entry.name):
            found.append(inner)
    return found


def unpack(data: bytes) -> bytes:
    """Decompress a container of [MS-OVBA] 2.4.1.3. Raises Broken with what came before."""
    if data[:1] != b"\x01":
        raise Broken(b"")
    out = bytearray()
    at = 1
    while at + 2 <= len(data):
        header = struct.unpack_from("<H", data, at)[0]
        if header >> 12 & 7 != 3:
            if at == 1:
                raise Broken(b"")
            break
        end = min(at + (header & 0xFFF) + 3, len(data))
        at += 2
        if not header & 0x8000:
            out += data[at : at + 4096]
            at += 4096
            continue
        start = len(out)
        while at < end:
            flags = data[at]
            at += 1
            for bit in range(8):
                if at >= end:
                    break
                if not flags >> bit & 1:
                    out.append(data[at])
                    at += 1
                    continue
                if at + 2 > end:
                    raise Broken(bytes(out))
                token = struct.unpack_from("<H", data, at)[0]
                at += 2
                done = len(out) - start
                bits = max((done - 1).bit_length(), 4)
                length = (token & (0xFFFF >> bits)) + 3
                back = (token >> (16 - bits)) + 1
                if back > done:
                    raise Broken(bytes(out))
                if back >= length:
                    place = len(out) - back
                    out += out[place : place + length]
                else:
                    for _ in range(length):
                        out.append(out[-back])
    return bytes(out)
