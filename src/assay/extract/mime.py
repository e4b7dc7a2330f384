"""Messages taken apart by their boundaries, from the outside in (RFC 2045, 2046).

Own code in place of the standard parser, which needs quadratic time and the stack for
nested parts. Each part keeps its exact bytes, so that a nested message can be checked
against a signature later. Depth is counted by the caller's limit.
"""

from __future__ import annotations

import base64
import binascii
import quopri
import re
from dataclasses import dataclass, field
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.parser import BytesHeaderParser

_BLANK = re.compile(rb"\r?\n\r?\n|\r\r|\A\r?\n")
_PARTS = 1_000_000  # of one message, where the caller gives no limit
_HEADERS = 1 << 20  # bytes of a header block that are looked at as they stand
_FIELD = 1 << 16  # bytes of one field of a longer header block
_WORD = re.compile(r"=\?[\w.+-]+(?:\*[\w-]+)?\?[bBqQ]\?[^?]*\?=")


@dataclass
class Part:
    """One part. `body` is as it stands in the message, still encoded."""

    headers: Message
    body: bytes
    broken: bool = False
    dropped: int = 0  # parts beyond the limit, which were not taken
    shortened: int = 0  # header fields that were too long to be kept whole
    children: list[Part] = field(default_factory=list)
    _by_name: dict[str, list[str]] | None = None

    @property
    def type(self) -> str:
        """The media type in lower case, text/plain where none is given."""
        return self.headers.get_content_type()

    def values(self, *names: str) -> list[str]:
        """The values of the headers so named, in the message's order, as they stand there."""
        if self._by_name is None:
            self._by_name = {}
            for header, value in self.headers.raw_items():
                self._by_name.setdefault(header.lower(), []).append(str(value))
        if len(names) == 1:
            return self._by_name.get(names[0].lower(), [])
        wanted = {name.lower() for name in names}
        return [str(v) for n, v in self.headers.raw_items() if n.lower() in wanted]

    @property
    def charset(self) -> str | None:
        """The declared charset."""
        try:
            value = self.headers.get_param("charset")
        except (ValueError, TypeError, LookupError):
            return None
        if isinstance(value, tuple):
            value = value[2]
        return value if isinstance(value, str) and value else None

    @property
    def filename(self) -> str:
        """The name given to the part, decoded; "" for none."""
        for header, name in (("content-disposition", "filename"), ("content-type", "name")):
            try:
                value = self.headers.get_param(name, header=header)
            except (ValueError, TypeError, LookupError):
                continue
            if isinstance(value, tuple):
                charset, _, raw = value
                try:
                    value = raw.encode("latin-1", "replace").decode(charset or "utf-8", "replace")
                except LookupError:
                    value = raw
            if isinstance(value, str) and value:
                return words(value)
        return ""

    @property
    def disposition(self) -> str:
        """attachment, inline or ""."""
        try:
            return self.headers.get_content_disposition() or ""
        except (ValueError, TypeError):
            return ""

    def decoded(self) -> tuple[bytes, bool]:
        """(the bytes under the transfer encoding, whether they were whole)."""
        encoding = (
            str(self.headers.get("content-transfer-encoding", ""))
            .strip()
            .lower()
            .replace("-bit", "bit")
        )
        if encoding == "base64":
            return decode_base64(self.body)
        if encoding == "quoted-printable":
            return quopri.decodestring(self.body), True
        if encoding in ("x-uuencode", "uuencode", "uue", "x-uue"):
            return decode_uu(self.body)
        return self.body, encoding in ("", "7bit", "8bit", "binary", "none")


def take_apart(
    raw: bytes, depth_limit: int, depth: int = 0, digest: bool = False, most: int = _PARTS
) -> Part:
    """The message as a tree. Parts below `depth_limit` stay whole and are marked broken.

    `most` parts of one multipart are taken; how many were beyond it is said.
    """
    match = _BLANK.search(raw)
    head, body = (raw[: match.start()], raw[match.end() :]) if match else (raw, b"")
    if match and match.start() == 0 and match.end() <= 2:
        head = b""
    shortened = 0
    if len(head) > _HEADERS:
        head, shortened = _shorten(head)
    headers = BytesHeaderParser().parsebytes(head.lstrip(b"\r\n") + b"\n\n")
    if digest and "content-type" not in headers:
        headers["Content-Type"] = "message/rfc822"
    part = Part(headers, body, shortened=shortened)
    if headers.get_content_maintype() != "multipart":
        return part
    boundary = _boundary(headers)
    if not boundary or depth >= depth_limit:
        part.broken = True
        return part
    pieces, closed = _split(body, boundary)
    part.broken = not pieces or not closed
    inner = headers.get_content_type() == "multipart/digest"
    part.dropped = max(len(pieces) - most, 0)
    part.children = [
        take_apart(piece, depth_limit, depth + 1, inner, most) for piece in pieces[:most]
    ]
    return part


def _shorten(head: bytes) -> tuple[bytes, int]:
    """(a long header block with each field cut at 64 KiB, how many were cut)."""
    fields = re.split(rb"(?:\r\n|\n|\r)(?![ \t])", head)
    long = sum(len(field) > _FIELD for field in fields)
    return b"\n".join(field[:_FIELD] for field in fields), long


def _boundary(headers: Message) -> bytes:
    try:
        value = headers.get_boundary()
    except (ValueError, TypeError, LookupError):
        return b""
    return value.encode("latin-1", "replace") if value else b""


def _split(body: bytes, boundary: bytes) -> tuple[list[bytes], bool]:
    """(the parts between the delimiters, whether the last one was closed)."""
    # the dashes first: a search for them is quick, and what stands before them is asked then
    delimiter = re.compile(b"--" + re.escape(boundary) + rb"(--)?[ \t]*(?=\r?\n|\r|\Z)")
    pieces: list[bytes] = []
    start: int | None = None
    for match in delimiter.finditer(body):
        at = match.start()
        if at and body[at - 1] not in b"\r\n":
            continue
        if start is not None:
            at -= 2 if body[at - 2 : at] == b"\r\n" else 1
            pieces.append(_without_line_end(body[start:at]))
        if match.group(1):
            return pieces, True
        start = match.end()
    if start is not None:
        pieces.append(_without_line_end(body[start:]))
    return pieces, False


def _without_line_end(piece: bytes) -> bytes:
    """A part without the line end that belongs to the delimiter before it."""
    if piece.startswith(b"\r\n"):
        return piece[2:]
    return piece[1:] if piece[:1] in (b"\n", b"\r") else piece


def decode_base64(body: bytes) -> tuple[bytes, bool]:
    """(the bytes, whether nothing but base64 stood there)."""
    packed = b"".join(body.split())
    try:
        return base64.b64decode(packed, validate=True), True
    except (binascii.Error, ValueError):
        pass
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", packed)
    whole = len(clean) // 4 * 4
    rest = clean[whole:]
    tail = base64.b64decode(rest + b"=" * (4 - len(rest))) if len(rest) > 1 else b""
    return base64.b64decode(clean[:whole]) + tail, False


def decode_uu(body: bytes) -> tuple[bytes, bool]:
    """(the bytes of a file in uuencode, whether it came to its end)."""
    out = bytearray()
    whole = False
    for line in body.splitlines():
        if line.startswith(b"begin "):
            continue
        if line.strip() == b"end":
            whole = True
            break
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            count = (((line[0] - 32) & 63) * 4 + 5) // 3 if line else 0
            try:
                out += binascii.a2b_uu(line[:count])
            except binascii.Error:
                return bytes(out), False
    return bytes(out), whole


_BETWEEN = re.compile(r"(?<=\?=)[ \t]+(?==\?)")  # white space that RFC 2047 leaves out
_RUN = 200  # encoded words that are decoded at once: the library's cost grows with their square


def _runs_of_words(text: str) -> list[str]:
    """The text in runs of few encoded words, cut where white space does not count."""
    if text.count("=?") <= _RUN:
        return [text]
    parts = _BETWEEN.split(text)
    return [" ".join(parts[n : n + _RUN]) for n in range(0, len(parts), _RUN)]


def words(value: object) -> str:
    """A header's value with its encoded words decoded (RFC 2047) and its folds undone.

    Raw 8-bit bytes, which should not be there, are decoded by charset detection.
    """
    text = str(value)
    if text.isascii() and "=?" not in text:
        if "\n" not in text and "\r" not in text:
            return text.strip()
    elif any("\udc80" <= c <= "\udcff" for c in text):
        from assay.extract import charset

        text = charset.decode(text.encode("utf-8", "surrogateescape")).text
    text = re.sub(r"\r?\n[ \t]*", " ", text).replace("\r", " ")
    if "=?" not in text:
        return text.strip()
    out: list[str] = []
    try:
        pieces = [found for run in _runs_of_words(text) for found in decode_header(run)]
        for piece, charset_name in pieces:
            if isinstance(piece, str):
                out.append(piece)
                continue
            from assay.extract import charset

            out.append(
                piece.decode("ascii", "replace")
                if charset_name is None and piece.isascii()
                else charset.decode(piece, charset_name).text
            )
    except (ValueError, LookupError, binascii.Error, HeaderParseError):
        return text.strip()
    return "".join(out).strip()
