"""Text files of every kind: plain, Markdown, source code; JSON and XML that stand in lines.

The text is the decoded bytes and nothing else: line ends are kept, and only a leading byte
order mark is dropped, and recorded. One page; form feeds split pages. A line longer than
`limits.line` ends the reading there.
"""

from __future__ import annotations

import re

from assay.extract import charset
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="plain",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(
        "text/plain", "text/markdown", "text/css",
        "text/javascript",
        "application/yaml",
    ),
    limits="a charset that no bytes tell apart may be guessed wrong; the guess is recorded",
)  # fmt: skip

_XML_CHARSET = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)[\"']")


def read_plain(request: Request, transcript: Transcript) -> None:
    """Read a text file. Raises Stop at `limits.text`, `limits.pages` or `limits.line`."""
    transcript.vouch()
    data, whole = take_in(request)
    declared = None
    if request.type.endswith("xml") and (match := _XML_CHARSET.search(data[:1024])):
        declared = match.group(1).decode("ascii")
    decoded = charset.decode(data, declared)
    note_charset(transcript, decoded)
    text = decoded.text
    long = long_line(text, request.limits.line)
    for number, piece in enumerate((text if long is None else text[:long]).split("\f")):
        if number:
            transcript.write("\f")
        begin = transcript.length
        try:
            transcript.write(piece)
        finally:
            transcript.enter(begin)
    if long is not None:
        raise Stop("limit_line", f"character {long + 1}")
    if not whole:
        raise cut_short(request)


def take_in(request: Request) -> tuple[bytes, bool]:
    """(bytes, all of them): as many as the limits of text and of memory leave room for.

    The bytes, the text and its copies on the way out take about eight times their size. What is
    cut ends with a line where it can, else with a whole character of any width.
    """
    size = request.path.stat().st_size
    budget = min(request.limits.text * 4 + 4, max(request.limits.memory // 8, 1 << 20))
    with request.path.open("rb") as stream:
        data = stream.read(min(budget, size))
    if len(data) == size:
        return data, True
    data = data[: len(data) // 4 * 4]
    if 0 not in data[:4096]:
        data = data[: data.rfind(b"\n", len(data) // 2) + 1] or data
    return data, False


def cut_short(request: Request) -> Stop:
    """The end of a reading that `take_in` cut."""
    step = "Raise limits.text and limits.memory in case.toml and run `assay retry`."
    detail = f"over {min(request.limits.text * 4, request.limits.memory // 8)} bytes"
    return Stop("limit_text", "", detail, step)


def note_charset(transcript: Transcript, decoded: charset.Decoded) -> None:
    """Record how bytes became text, and say so where some did not fit."""
    transcript.note("charset", decoded.charset)
    if decoded.mark:
        transcript.note("byte-order-mark", decoded.charset)
    if decoded.guessed:
        transcript.note("charset-guessed-by", "chardet")
    if decoded.replaced:
        transcript.trouble(
            "charset_guess", "", f"{decoded.replaced} places read as {decoded.charset}"
        )


def long_line(text: str, limit: int) -> int | None:
    """Where a line grows longer than allowed, None where none does."""
    if len(text) <= limit:
        return None
    start = 0
    while start < len(text):
        end = text.find("\n", start, start + limit + 1)
        if end < 0:
            return start + limit if len(text) - start > limit else None
        start = end + 1
    return None
