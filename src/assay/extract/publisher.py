"""Microsoft Publisher: the text of its boxes, and its pictures as members.

Since version 98 the text stands in chunks, box after box. Before that it is searched for in the
contents, and the file is said to be read in part.
"""

from __future__ import annotations

import olefile  # type: ignore[import-untyped]

from assay.extract import blips, compound, quill, salvage
from assay.extract.lines import Line, flow, split, tidy
from assay.extract.ole_properties import read_properties
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="publisher",
    version="1 olefile",
    licence="AGPL-3.0-or-later",
    formats=("application/x-mspublisher",),
    limits="boxes come in the order of the file, not of the page; before 98 text is searched for",
)
_TEXT = ["Quill", "QuillSub", "CONTENTS"]
_PICTURES = (["Escher", "EscherDelayStm"], ["EscherDelayStm"])


def read_publisher(request: Request, transcript: Transcript) -> None:
    """Read a publication. Raises Stop with `damaged`."""
    try:
        ole = compound.opened(request.path)
    except OSError:
        raise Stop("damaged", "", "the compound file") from None
    with ole:
        if request.only is None:
            _tell(ole, transcript)
        for name in _PICTURES:
            if ole.get_type(name) == olefile.STGTY_STREAM:
                _take(ole.openstream(name).read(), transcript)
            elif ole.exists(name):
                transcript.trouble("damaged", f"part {name[-1]}", "a folder where a stream belongs")
    read_properties(request.path, transcript)


def _tell(ole: olefile.OleFileIO, transcript: Transcript) -> None:
    if ole.exists(_TEXT):
        words, whole = quill.text(ole.openstream(_TEXT).read())
        if not whole:
            transcript.trouble("truncated", "", "the text chunk")
        flow(transcript, tidy(split(words, None, [])))
        return
    if not ole.exists("Contents"):
        raise Stop("damaged", "", "no text stream")
    for line in salvage.runs(ole.openstream("Contents").read()):
        flow(transcript, [Line(line)])
    transcript.trouble("unsupported", "", "a version before 98: its text was searched for")


def _take(body: bytes, transcript: Transcript) -> None:
    for ending, start, end in blips.pictures(body):
        spool = transcript.members()
        spool.add_bytes(b"picture-%d.%s" % (len(spool) + 1, ending.encode()), body[start:end])
