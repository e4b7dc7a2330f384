"""OpenDocument in one XML file (FODT, FODS, FODP): its text, its properties, what it carries.

The text goes to the reader of the packages (odf.py). Pictures and objects stand in the file as
base64 (`office:binary-data`); they are members, named by their first bytes. A workbook is read as
its tables, row by row.
"""

from __future__ import annotations

from assay.extract import types
from assay.extract.odf import Body, Properties, slides_of
from assay.extract.office import attribute
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.extract.wordml import bytes_of
from assay.extract.xmlstream import parse_file
from assay.ports import Card

CARD = Card(
    name="odf_flat",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(types.ODF + "text-flat-xml",),
    limits="pages of a text are by length, not as printed",
)


def read_flat_odf(request: Request, transcript: Transcript) -> None:
    """Read a flat file. One that breaks off keeps what stands before the break.

    Raises Stop at a limit.
    """
    flat = _Flat(request, transcript)
    try:
        broken = parse_file(request.path, flat, request.limits)
    finally:
        flat.close()
    if broken:
        transcript.trouble("damaged", "", broken)


class _Flat:
    """Hands each part of the file to the one that reads it."""

    def __init__(self, request: Request, transcript: Transcript) -> None:
        self._silent = request.only is not None
        self._transcript = transcript
        self._properties = Properties()
        self._body = Body(transcript, "", None)
        self._in_meta = False
        self._binary: list[str] | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if tag == "office:document":
            kind = attribute(attributes, "office:mimetype").removeprefix(types.ODF)
            self._body = Body(self._transcript, slides_of(kind), None)
        elif tag == "office:meta":
            self._in_meta = True
        elif tag == "office:binary-data":
            self._binary = []
        elif self._in_meta:
            self._properties.start(tag, attributes)
        elif not self._silent:
            self._body.start(tag, attributes)

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == "office:meta":
            self._in_meta = False
        elif tag == "office:binary-data":
            self._member("".join(self._binary or ()))
            self._binary = None
        elif self._in_meta:
            self._properties.end(tag)
        elif not self._silent:
            self._body.end(tag)

    def data(self, text: str) -> None:
        """Character data."""
        if self._binary is not None:
            self._binary.append(text)
        elif self._in_meta:
            self._properties.data(text)
        elif not self._silent:
            self._body.data(text)

    def _member(self, packed: str) -> None:
        spool = self._transcript.members()
        if not spool.wanted():
            spool.skip()
            return
        packed = "".join(packed.split())
        head = b"".join(bytes_of(packed[:128]))
        media = types.magic_of(head)
        ending = media.rpartition("/")[2].removeprefix("x-").replace("jpeg", "jpg")
        kind = "picture" if media.startswith("image/") else "object"
        name = f"{kind}-{len(spool) + 1}" + (f".{ending}" if media else "")
        spool.add(name.encode(), bytes_of(packed))

    def close(self) -> None:
        """Write what a break left open, and note the properties."""
        if not self._silent:
            self._body.close()
            self._properties.note(self._transcript)
