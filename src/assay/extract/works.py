"""Microsoft Works, word processor: versions 2 to 4 (8-bit text) and 2000 to 9 (chunks).

Header and footer stand before the body in the file of the older ones and are given behind it.
"""

from __future__ import annotations

import struct

import olefile  # type: ignore[import-untyped]

from assay.extract import compound, quill
from assay.extract.lines import Line, flow, split, tidy
from assay.extract.ole_properties import read_properties
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.model.reading import RegionKind
from assay.ports import Card

CARD = Card(
    name="works",
    version="1 olefile",
    licence="AGPL-3.0-or-later",
    formats=("application/vnd.ms-works",),
    limits="pictures and embedded objects are not taken out; Works databases are not read",
)
_PLACES = 0x1A  # four places: header, footer, body, end
_SHEET = b"\xff\x00\x02\x00"


def read_works(request: Request, transcript: Transcript) -> None:
    """Read a Works document. Raises Stop with `damaged`, `truncated` or `no_reader`."""
    if olefile.isOleFile(str(request.path)):
        with compound.opened(request.path) as ole:
            names = {name[0].upper(): name for name in ole.listdir() if len(name) == 1}
            inside = sum(1 for name in ole.listdir() if name[0].startswith("MatadorObject"))
            stream = names.get("CONTENTS") or names.get("MN0")
            if stream is None:
                raise Stop("damaged", "", "no text stream")
            body = ole.openstream(stream).read()
        if inside:
            transcript.trouble("part_unclaimed", "embedded objects", f"{inside} parts")
    else:
        body = request.path.read_bytes()
    if body.startswith(b"CHNK"):
        words, whole = quill.text(body)
        if not whole:
            transcript.trouble("truncated", "", "the text chunk")
        flow(transcript, tidy(split(words, None, [])))
    elif body.startswith(_SHEET):
        raise Stop("no_reader", "", "Works spreadsheet or database")
    else:
        _old(body, transcript)
    read_properties(request.path, transcript)


def _old(body: bytes, transcript: Transcript) -> None:
    if len(body) < 0x100 or body[1] != 0xFE:
        raise Stop("damaged", "", "no Works header")
    charset = "cp850" if body[0] == 1 else "cp1252"  # DOS, Windows
    places = struct.unpack_from("<4I", body, _PLACES)
    kinds: tuple[RegionKind | None, ...] = ("header", "footer", None)
    parts: list[list[Line]] = []
    last = max(places[0], 0x100)
    for kind, end in zip(kinds, places[1:], strict=True):
        if end > len(body):
            transcript.trouble("truncated", "", "the text")
        words = body[last:end].decode(charset, "replace") if end > last else ""
        last = max(last, end)
        parts.append(tidy(split(words.replace("\x1f", ""), kind, [])))
    if not any(parts):
        raise Stop("damaged", "", "no text where the header says")
    flow(transcript, parts[2] + parts[0] + parts[1])
