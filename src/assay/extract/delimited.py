"""Delimited text: CSV and TSV with any delimiter, quoting and charset.

The text is the decoded bytes, line ends and quotes kept, as of any text file. A table of more
than `reading.sheet_rows` records is cut into pages at the ends of records. Each page but the
first begins with the header record once more, marked as a region `header`, so that a record is
readable where it is found: the text without those regions and without the form feeds between
pages is the decoded bytes. See docs/adr/0008.

A record may hold line ends inside quotes. A quote that is never closed would swallow the rest:
after `_RUN` lines it is taken for a mere character, and said. The delimiter is the one that
divides the first records into the most even rows; a first line `sep=;` names it.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice, pairwise

from assay.extract import charset
from assay.extract.plain import cut_short, note_charset, take_in
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="delimited",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("text/csv", "text/tab-separated-values"),
    limits="columns of fixed width are kept as they stand; their borders are not looked for",
)
DELIMITERS = ",;\t|^\x01\x1f~"
_SEP = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_RUN = 500  # lines that one quoted field may span
_SAMPLE = 40  # records looked at for the delimiter
_HEADER = 20_000  # characters of a header that is repeated; a longer one is no header


def read_delimited(request: Request, transcript: Transcript) -> None:
    """Read a delimited text. Raises Stop at `limits.text`, `pages`, `line` or `cells`."""
    transcript.vouch()
    data, whole = take_in(request)
    decoded = charset.decode(data)
    note_charset(transcript, decoded)
    text = decoded.text
    fixed = _SEP.match(text)
    begin = fixed.end() if fixed else 0
    named = fixed.group(1) if fixed else None
    delimiter = named or _guess(text, begin)
    ends = _record_ends(text, begin, delimiter, request, transcript)
    early: list[int] = []
    reached: Stop | None = None
    try:
        early.extend(islice(ends, _SAMPLE))
    except Stop as stop:
        reached = stop
    head = _header(text, begin, early, delimiter)
    transcript.note("csv:delimiter", _name(delimiter))
    transcript.note("csv:columns", _width(head, delimiter))
    repeated = head if len(head) <= _HEADER else ""
    _write_pages(text, chain(early, ends), repeated, delimiter, request, transcript)
    if reached is not None:
        raise reached
    if not whole:
        raise cut_short(request)


def _header(text: str, begin: int, ends: list[int], delimiter: str) -> str:
    """The record that names the columns: the first that is as wide as most.

    What stands before it (a title, a notice) is narrower.
    """
    records = [text[a:b] for a, b in pairwise([begin, *ends])]
    widths = [_bare(record).count(delimiter) for record in records]
    usual = Counter(w for w in widths if w).most_common(1)
    if not usual:
        return ""
    return next(r for r, w in zip(records, widths, strict=True) if w >= usual[0][0])


def _write_pages(
    text: str,
    ends: Iterable[int],
    head: str,
    delimiter: str,
    request: Request,
    transcript: Transcript,
) -> None:
    """Write the text in pages of whole records."""
    size = max(request.options.sheet_rows, 2)
    start, from_row, left = 0, 1, request.limits.cells
    page: list[int] = []
    reached: Stop | None = None
    try:
        for end in ends:
            page.append(end)
            if len(page) == size and end < len(text):
                left -= text.count(delimiter, start, end) + size
                if left < 0:
                    break
                _page(text[start:end], head if start else "", from_row, size, transcript)
                start, from_row = end, from_row + size
                page.clear()
    except Stop as stop:
        reached = stop
    if page and left >= 0:
        left -= text.count(delimiter, start, page[-1]) + len(page)
    while page and left < 0:
        end = page.pop()
        left += text.count(delimiter, page[-1] if page else start, end) + 1
        reached = Stop("limit_cells", f"character {end + 1}", f"over {request.limits.cells} cells")
    if page and start:
        _page(text[start : page[-1]], head, from_row, len(page), transcript)
    elif page:
        try:
            transcript.write(text[: page[-1]])
        finally:
            transcript.enter(0)
    transcript.note("csv:records", from_row - 1 + len(page))
    if reached is not None:
        raise reached


def _page(piece: str, head: str, from_row: int, rows: int, transcript: Transcript) -> None:
    if transcript.pages:
        transcript.write("\f")
    begin = transcript.length
    try:
        transcript.write(head)
        transcript.mark("header", begin)
        transcript.write(piece)
    finally:
        transcript.enter(begin, f"rows {from_row}-{from_row + rows - 1}")


def _record_ends(
    text: str, begin: int, delimiter: str, request: Request, transcript: Transcript
) -> Iterator[int]:
    """Where each record ends, line end included. The count of quotes tells what is inside one."""
    quoted = '"' in text
    opening = re.compile(rf'(?:^|{re.escape(delimiter)}) ?"', re.MULTILINE)
    at, limit, size = begin, request.limits.line, len(text)
    newline = "\n" if "\n" in text else "\r"
    while at < size:
        end = at
        lines = 0
        inside = False
        after = at
        while end < size:
            found = text.find(newline, end, end + limit + 1)
            if found < 0 and size - end > limit:
                yield end + limit
                raise Stop("limit_line", f"character {end + limit + 1}")
            stop = size if found < 0 else found + 1
            if quoted:
                marks = text.count('"', end, stop)
                if marks:
                    if inside:
                        inside = marks % 2 == 0
                    elif marks % 2 and opening.search(text, end, stop):
                        inside = True
            end = stop
            lines += 1
            if not inside:
                break
            if lines == 1:
                after = end
            if lines > _RUN or end >= size:
                transcript.trouble("damaged", f"character {at + 1}", "a quote is not closed")
                end = after
                break
        at = end
        yield end


def _guess(text: str, begin: int) -> str:
    """The delimiter, by how evenly it divides the first lines; a comma where none does."""
    lines = [line for line in text[begin : begin + 65_536].splitlines()[:_SAMPLE] if line.strip()]
    best, most = ",", 0.0
    for delimiter in DELIMITERS:
        counts = Counter(_bare(line).count(delimiter) for line in lines)
        width, often = max(counts.items(), key=lambda c: (c[0] > 0, c[1], c[0]), default=(0, 0))
        if not width:
            continue
        score = often / len(lines) * (1 + min(width, 20) / 20)
        if score > most:
            best, most = delimiter, score
    return best


def _bare(line: str) -> str:
    """The line without what stands in quotes."""
    return re.sub(r'"[^"]*"?', "", line) if '"' in line else line


def _width(head: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([head.rstrip("\r\n")], delimiter=delimiter), []))
    except csv.Error:
        return head.count(delimiter) + 1


def _name(delimiter: str) -> str:
    names = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe", "^": "caret", "~": "tilde"}
    return names.get(delimiter, f"U+{ord(delimiter):04X}")
