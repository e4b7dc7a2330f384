"""Rows of a table become pages of lines, in one way for every kind of database.

A row is a line, cells are divided by tabs; a tab or line end inside a cell becomes a space, so
that line and column still tell the cell. A table is paged at `reading.sheet_rows` rows; every
page begins with the names of the columns, so that a row is readable where it is found. From
the second page on those names are marked as `header`: they stand there for the reader, and
once in the table. The label says the table and the rows, counted from 1.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Sequence
from typing import Any

from assay.extract import types
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript

BREAK = re.compile(r"[\t\r\n\v\f\x00\x1c-\x1e\x85\u2028\u2029]+")
_LABEL = 200


class Tables:
    """Writes the tables of one exhibit; the cells of all of them count together."""

    def __init__(self, request: Request, transcript: Transcript) -> None:
        self._transcript = transcript
        self._rows = max(request.options.sheet_rows, 2)
        self._cells = request.limits.cells
        self._limit = request.limits.cells

    def table(
        self,
        label: str,
        header: Sequence[str],
        rows: Iterable[tuple[str, Sequence[str]]],
    ) -> int:
        """Write one table and give the number of its rows.

        Each row is (kind, cells): kind is "" or "deleted" for a row that the table holds as
        deleted. Raises Stop with `limit_cells`.
        """
        label = label[:_LABEL]
        head = "\t".join(_plain(name) for name in header)
        width = max(len(header), 1)
        lines: list[str] = []
        deleted: list[int] = []
        count = first = 0
        try:
            for kind, cells in rows:
                self._cells -= width
                if self._cells < 0:
                    raise Stop("limit_cells", f"row {count + 1}", f"over {self._limit} cells")
                if len(lines) == self._rows:
                    self._page(label, head, lines, deleted, first, True)
                    lines, deleted, first = [], [], count
                if kind == "deleted":
                    deleted.append(len(lines))
                lines.append("\t".join(map(_plain, cells)).rstrip("\t"))
                count += 1
        finally:
            self._page(label, head, lines, deleted, first, first > 0)
        return count

    def _page(
        self, label: str, head: str, lines: list[str], deleted: list[int], first: int, many: bool
    ) -> None:
        if many:
            label = f"{label} rows {first + 1}-{first + len(lines)}".lstrip()
        transcript = self._transcript
        transcript.end_flow()
        if transcript.pages:
            transcript.write("\f")
        begin = transcript.length
        body = "\n".join([head, *lines]) if head else "\n".join(lines)
        try:
            transcript.write(body)
        finally:
            transcript.enter(begin, label)
        if first and head:
            transcript.mark("header", begin, begin + len(head))
        if deleted:
            at = begin + (len(head) + 1 if head else 0)
            gone = set(deleted)
            for number, line in enumerate(lines):
                if number in gone:
                    transcript.mark("deleted", at, at + len(line))
                at += len(line) + 1


def _plain(text: str) -> str:
    return text if text.isprintable() else BREAK.sub(" ", text)


def cell(value: Any) -> str:
    """A value as text: whole numbers without a point, dates in ISO 8601, nothing as ""."""
    kind = type(value)
    if kind is str:
        return str(value)
    if value is None:
        return ""
    if kind is bool:
        return "TRUE" if value else "FALSE"
    if kind is float:
        return str(int(value)) if value.is_integer() and abs(value) < 1e17 else repr(value)
    if kind is datetime.datetime:
        whole = value.time() == datetime.time()
        return str(value.date()) if whole else str(value.isoformat(" "))
    if isinstance(value, bytes | bytearray | memoryview):
        return f"[{len(value)} bytes]"
    return str(value.isoformat() if hasattr(value, "isoformat") else value)


def file_in(value: bytes) -> str:
    """The media type of a cell's bytes where they are a file of a known kind, else ""."""
    return types.magic_of(value[:512]) if len(value) > 16 else ""


_ENDING = {
    "application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif",
    "image/tiff": "tif", "image/bmp": "bmp", "image/webp": "webp", "image/heic": "heic",
    "application/zip": "zip", "application/gzip": "gz", "application/rtf": "rtf",
    "application/x-plist": "plist", "application/vnd.sqlite3": "sqlite", "audio/mpeg": "mp3",
    "video/mp4": "mp4", "audio/x-wav": "wav", "application/x-7z-compressed": "7z",
}  # fmt: skip


def ending(media: str) -> str:
    """A name's ending for a file that has no name of its own."""
    return _ENDING.get(media, "bin")
