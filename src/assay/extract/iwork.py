"""Pages, Keynote and Numbers, of the XML years (to '09) and of the IWA years (since 2013).

All of it lies in a zip. What iWork itself lives on is read; everything else in it (pictures,
previews, films, sounds, the preview PDF) is a member, in the order of the directory. Under a
password the parts are encrypted by iWork's own means: that is said, and not opened here.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from assay.extract import iwa, iwork_xml
from assay.extract.iwork_iwa import Objects, tell
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.spool import GRACE, MemberBroken
from assay.extract.transcript import Transcript
from assay.extract.xmlstream import Broken, parse
from assay.extract.zipped import Archive, Entry, NotZip
from assay.ports import Card

CARD = Card(
    name="iwork",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(
        "application/vnd.apple.pages",
        "application/vnd.apple.keynote",
        "application/vnd.apple.numbers",
        "application/vnd.apple.iwork",
    ),
    limits="files under a password stay closed; charts since 2013 are not read; formulas by result",
)
_XML = ("index.xml", "index.apxl", "index.xml.gz", "index.apxl.gz")
_WORKINGS = frozenset((*_XML, "Index.zip", "Metadata/DocumentIdentifier", ".iwph", ".iwpv2"))
_OWN_CIPHER = (0x636B, 0x636C)  # methods of a zip that only iWork knows
_COMPONENT = 256 << 20
_LOCKED = "Open it in iWork with its password and save a copy without one; then add the copy."


def read_iwork(request: Request, transcript: Transcript) -> None:
    """Read a file of any year. Raises Stop with `encrypted` or `damaged`."""
    try:
        archive = Archive(request.path)
    except NotZip:
        raise Stop("damaged", "", "no zip entries") from None
    with archive:
        if archive.salvaged:
            transcript.trouble("truncated", "", "the zip has no directory at its end")
        if ".iwpv2" in archive.by_name or any(e.method in _OWN_CIPHER for e in archive.entries):
            raise Stop("encrypted", "", "iWork password", _LOCKED)
        if request.only is None:
            _read_text(request, transcript, archive)
        _take_members(transcript, archive)


def _read_text(request: Request, transcript: Transcript, archive: Archive) -> None:
    for name in _XML:
        if (entry := archive.by_name.get(name)) is not None:
            _read_xml(request, transcript, archive, entry)
            return
    nested = archive.by_name.get("Index.zip")
    if nested is None:
        _read_iwa(transcript, archive, "Index/")
        return
    place = request.aside("index")
    try:
        _copy(archive, nested, place, transcript)
        with Archive(place) as inner:
            _read_iwa(transcript, inner, "")
    except NotZip:
        transcript.trouble("damaged", "part Index.zip", "no zip entries")
    finally:
        place.unlink(missing_ok=True)


def _copy(archive: Archive, entry: Entry, place: Path, transcript: Transcript) -> None:
    size = 0
    with place.open("wb") as out:
        for chunk in archive.chunks(entry):
            size += len(chunk)
            if size > transcript.limits.member:
                raise Stop("limit_member", "part Index.zip")
            out.write(chunk)


def _read_xml(request: Request, transcript: Transcript, archive: Archive, entry: Entry) -> None:
    body = iwork_xml.Body(transcript)
    chunks = archive.chunks(entry)
    if entry.name.endswith(b".gz"):
        chunks = _gunzip(chunks)
    try:
        parse(_weighed(chunks, request), body, request.limits)
    except MemberBroken as broken:
        transcript.trouble(broken.code, "the index", broken.detail)
    except (Broken, zlib.error) as broken:
        transcript.trouble("damaged", "the index", str(broken))
    except Stop as stop:
        transcript.problems.append(stop.problem)
    body.finish()
    if not body.met:
        raise Stop("damaged", "the index", "not of iWork")


def _weighed(chunks: Iterator[bytes], request: Request) -> Iterator[bytes]:
    packed, size = request.path.stat().st_size, 0
    for chunk in chunks:
        size += len(chunk)
        if size > GRACE and size > request.limits.ratio * packed:
            raise Stop("bomb", "the index", f"over {request.limits.ratio} times its size")
        yield chunk


def _gunzip(chunks: Iterator[bytes]) -> Iterator[bytes]:
    unpacking = zlib.decompressobj(31)
    for chunk in chunks:
        waiting = chunk
        while waiting:
            piece = unpacking.decompress(waiting, 1 << 20)
            waiting = unpacking.unconsumed_tail
            if piece:
                yield piece
    yield unpacking.flush()


def _read_iwa(transcript: Transcript, archive: Archive, folder: str) -> None:
    objects = Objects()
    components = 0
    left = min(transcript.limits.output, 2 * _COMPONENT)
    for name, entry in archive.by_name.items():
        if not name.startswith(folder) or not name.endswith(".iwa"):
            continue
        components += 1
        component = name.removeprefix(folder)
        if component.startswith("Index/"):
            component = component.removeprefix("Index/")
        if objects.templates(component):
            continue
        try:
            content = iwa.unpacked(archive.read(entry, _COMPONENT), min(left, _COMPONENT))
            left -= len(content)
            for message in iwa.messages(content, component):
                objects.add(message)
        except MemberBroken as broken:
            transcript.trouble(broken.code, f"part {component}", broken.detail)
        except (iwa.IwaBroken, zlib.error) as broken:
            transcript.trouble("damaged", f"part {component}", str(broken))
    if not components:
        transcript.trouble("damaged", "", "no index")
    tell(objects, transcript)


def _take_members(transcript: Transcript, archive: Archive) -> None:
    for entry in archive.entries:
        name = entry.name.decode("utf-8", "replace")
        if entry.folder or name in _WORKINGS or name.endswith((".iwa", ".plist")):
            continue
        spool = transcript.members()
        if spool.wanted():
            spool.add(entry.name, archive.chunks(entry), entry.modified)
        else:
            spool.skip()
