"""FrameMaker: MIF, its text form, by its paragraphs; binary files by a search for text.

Table cells come row by row, divided by tabs, before the flow that they are anchored in, as the
file has them.
"""

from __future__ import annotations

import re

from assay.extract import salvage
from assay.extract.lines import Line, flow
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="mif",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/vnd.mif", "application/vnd.framemaker"),
    limits="binary FrameMaker files are not understood: text is searched for in them",
)
_TOKEN = re.compile(rb"<\s*(\w+)|`((?:[^'\\]|\\.)*)'|(>)|([^\s<>`]+)", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9A-Fa-f]{1,2}) ?|u([0-9A-Fa-f]{4})|(.))", re.DOTALL)
_LETTERS = {"t": "\t", "q": "'", "Q": "`", ">": ">", "\\": "\\", "n": "\n"}
_CHARS = {
    "Tab": "\t", "HardReturn": "\n", "HardSpace": "\xa0", "SoftHyphen": "\xad", "EmDash": "—",
    "EnDash": "–", "HardHyphen": "-", "Bullet": "•", "Dagger": "†", "DoubleDagger": "‡",
    "Cent": "¢", "Pound": "£", "Yen": "¥", "NumberSpace": " ", "ThinSpace": " ", "EnSpace": " ",
    "EmSpace": " ",
}  # fmt: skip


def read_mif(request: Request, transcript: Transcript) -> None:
    """Read a file of either form. Raises Stop with `damaged`."""
    body = request.path.read_bytes()
    if body.startswith(b"<MakerFile"):
        lines = salvage.runs(body[16:])
        flow(transcript, [Line(line) for line in lines])
        transcript.trouble("unsupported", "", "binary FrameMaker: its text was searched for")
        return
    version = re.match(rb"<MIFFile\s+([\d.]+)", body)
    if version is None:
        raise Stop("damaged", "", "no MIF header")
    transcript.note("mif:version", version.group(1).decode("ascii"))
    _Reader(body, transcript, float(version.group(1).split(b".")[0] or b"0")).read()


class _Reader:
    def __init__(self, body: bytes, transcript: Transcript, version: float) -> None:
        self._body = body
        self._out = transcript
        self._charset = "utf-8" if version >= 8 else "mac_roman"
        self._open: list[str] = []
        self._words: list[str] = []
        self._cells: list[str] | None = None
        self._cell: list[str] = []

    def read(self) -> None:
        for match in _TOKEN.finditer(self._body):
            name, quoted, close, bare = match.groups()
            if name is not None:
                self._start(name.decode("latin-1"))
            elif close is not None:
                self._end()
            elif self._open and "Para" in self._open:
                if quoted is not None and self._open[-1] == "String":
                    self._words.append(self._text(quoted))
                elif bare is not None and self._open[-1] == "Char":
                    self._words.append(_CHARS.get(bare.decode("latin-1"), ""))
        if self._open:
            self._out.trouble("truncated", "", f"{len(self._open)} statements are not closed")
            while self._open:
                self._end()

    def _start(self, name: str) -> None:
        self._open.append(name)
        if len(self._open) > self._out.limits.xml_depth:
            raise Stop("limit_nesting", "", f"over {self._out.limits.xml_depth} statements")
        if name == "Row":
            self._cells = []
        elif name == "Cell":
            self._cell = []
        elif name == "Para":
            self._words = []

    def _end(self) -> None:
        if not self._open:
            return
        name = self._open.pop()
        if name == "Para":
            text = "".join(self._words)
            self._words = []
            if self._cells is not None and "Cell" in self._open:
                self._cell.append(text)
            elif text.strip():
                flow(self._out, [Line(line) for line in text.split("\n")])
        elif name == "Cell" and self._cells is not None:
            self._cells.append(" ".join(part for part in self._cell if part))
        elif name == "Row" and self._cells is not None:
            if any(self._cells):
                flow(self._out, [Line("\t".join(self._cells))])
            self._cells = None

    def _text(self, raw: bytes) -> str:
        def letter(match: re.Match[str]) -> str:
            if match.group(1):
                return bytes([int(match.group(1), 16)]).decode("mac_roman")
            if match.group(2):
                return chr(int(match.group(2), 16))
            return _LETTERS.get(match.group(3), match.group(3))

        return _ESCAPE.sub(letter, raw.decode(self._charset, "replace"))
