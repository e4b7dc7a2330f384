"""Members of mail, counted from the outside: boundaries, storages, attributes.

None of it calls a reader. A message is walked by its boundaries, and a part counts as a member
where it is no text that is shown; an Outlook message by the
attachment storages in the directory of its envelope; winmail.dat by its attributes.
"""

from __future__ import annotations

import binascii
import re
import struct

from assay.extract.census.web import data_in
from assay.extract.request import Request

_TYPE = re.compile(rb"^content-type[ \t]*:[ \t]*\"?([\w.+-]+/[\w.+-]+)", re.I | re.M)
_BOUNDARY = re.compile(
    rb"boundary(?:\*0?\*?)?[ \t]*=[ \t]*(?:\"((?:[^\"\\]|\\.)*)\"|'([^']*)'|([^\s;]+))", re.I
)
_NAMED = re.compile(rb"[;\s](?:file)?name(?:\*\d*\*?)?[ \t]*=[ \t]*(?:\"[^\"]|[^\s\";])", re.I)
_ATTACHED = re.compile(rb"^content-disposition[ \t]*:[ \t]*\"?attachment", re.I | re.M)
_CODING = re.compile(rb"^content-transfer-encoding[ \t]*:[ \t]*\"?([\w-]+)", re.I | re.M)
_PARTIAL = re.compile(rb"^x-apple-content-length[ \t]*:", re.I | re.M)
_SHOWN = frozenset(
    (b"text/plain", b"text/html", b"text/enriched", b"text/richtext", b"message/delivery-status",
     b"text/rfc822-headers", b"message/disposition-notification", b"message/feedback-report",
     b"message/global-delivery-status", b"message/global-headers")
)  # fmt: skip
_PLAIN_SHOWN = frozenset((b"text/plain", b"text/html", b"text/enriched", b"text/richtext"))
_ELSEWHERE = (b"message/external-body", b"message/partial")
_CODED_FILE = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} \S[^\r\n]*\r?\n", re.M)
_CODED_END = re.compile(rb"^(?:end|====)[ \t]*\r?$", re.M)


def count_eml(request: Request) -> int | None:
    """Parts of the message that are no text shown."""
    raw = request.path.read_bytes()
    return _Walk(request.limits.mime_depth).count(raw.removeprefix(b"\xef\xbb\xbf"))


def count_emlx(request: Request) -> int | None:
    """The same for a message of Apple Mail, whose length stands before it."""
    first, _, rest = request.path.read_bytes().partition(b"\n")
    return _Walk(request.limits.mime_depth).count(rest[: int(first)])


class _Walk:
    """One message, part by part. `shown` tells whether some of its text was shown before."""

    def __init__(self, depth: int) -> None:
        self._depth = depth
        self._shown = False

    def count(self, part: bytes, depth: int = 0, digest: bool = False) -> int:
        """Members in a part."""
        part = part.lstrip(b"\r\n") if depth == 0 else part
        head, body = _halves(part)
        match = _TYPE.search(head)
        kind = match.group(1).lower() if match else b"message/rfc822" if digest else b"text/plain"
        if kind.startswith(b"multipart/"):
            return self._many(kind, head, body, depth)
        if _PARTIAL.search(head) and not body.strip():
            return 0
        named = bool(_NAMED.search(head))
        text = kind in _SHOWN
        if kind in _PLAIN_SHOWN and (_ATTACHED.search(head) or (named and self._shown)):
            text = False
        if text:
            self._shown = True
            return data_in(_decoded(head, body)) if kind == b"text/html" else _coded_files(body)
        if kind in _ELSEWHERE or (
            kind == b"application/pgp-encrypted" and len(body) < 200 and b"Version" in body
        ):
            return 0
        return 1

    def _many(self, kind: bytes, head: bytes, body: bytes, depth: int) -> int:
        flat = re.sub(rb"\r?\n[ \t]+", b" ", head)
        match = _BOUNDARY.search(flat[flat.lower().find(b"content-type") :])
        if depth >= self._depth:
            return 1 if body.strip() else 0
        if match is None:
            return 0
        mark = re.sub(rb"\\(.)", rb"\1", next(g for g in match.groups() if g is not None))
        total, start, at = 0, -1, 0
        needle = b"--" + mark.rstrip()
        while (at := body.find(needle, at)) >= 0:
            after = at + len(needle)
            closing = body[after : after + 2] == b"--"
            rest = body[after + 2 * closing : after + 2 * closing + 200].split(b"\n", 1)[0]
            begins = at == 0 or body[at - 1 : at] in (b"\n", b"\r")
            if not begins or rest.strip(b" \t\r"):
                at = after
                continue
            if start >= 0:
                piece = _without_break(body[start:at])
                total += self.count(piece, depth + 1, kind == b"multipart/digest")
            if closing:
                return total
            start = body.find(b"\n", after)
            start = len(body) if start < 0 else start + 1
            at = after
        if start >= 0:
            total += self.count(body[start:], depth + 1, kind == b"multipart/digest")
        return total


def _without_break(piece: bytes) -> bytes:
    """A part without the line end that belongs to the boundary after it."""
    if piece.endswith(b"\r\n"):
        return piece[:-2]
    return piece[:-1] if piece[-1:] in (b"\n", b"\r") else piece


def _halves(part: bytes) -> tuple[bytes, bytes]:
    """Header block and body, at the first empty line."""
    if part[:1] in (b"\n", b"\r"):
        return b"", part.lstrip(b"\r\n")
    for gap in (b"\n\n", b"\n\r\n", b"\r\r"):
        at = part.find(gap)
        if at >= 0:
            other = [p for g in (b"\n\n", b"\n\r\n", b"\r\r") if (p := part.find(g)) >= 0]
            at = min(other)
            gap = next(g for g in (b"\n\r\n", b"\n\n", b"\r\r") if part.startswith(g, at))
            return part[:at], part[at + len(gap) :]
    return part, b""


def _decoded(head: bytes, body: bytes) -> bytes:
    """A page under its transfer encoding, as far as that can be undone."""
    match = _CODING.search(head)
    coding = match.group(1).lower() if match else b""
    if coding == b"quoted-printable":
        return binascii.a2b_qp(body)
    if coding == b"base64":
        try:
            return binascii.a2b_base64(body)
        except (binascii.Error, ValueError):
            return b""
    return body


def _coded_files(body: bytes) -> int:
    count, at = 0, 0
    if len(re.findall(rb"^begin", body, re.MULTILINE)) > 300:
        return 0  # then the reader looks for none, and says so
    while match := _CODED_FILE.search(body, at):
        end = _CODED_END.search(body, match.end())
        if end is None:
            return count
        lines = body[match.end() : end.start()].split(b"\n")
        if all(len(line) <= 91 for line in lines):
            count, at = count + 1, end.end()
        else:
            at = match.end()
    return count


# ---------------------------------------------------------------- Outlook


def count_msg(request: Request) -> int | None:
    """Attachment storages at the root of the message, by the directory of its envelope."""
    with request.path.open("rb") as stream:
        data = stream.read(request.limits.member)
    shift = struct.unpack_from("<H", data, 30)[0]
    if not 7 <= shift <= 20:
        return None
    size = 1 << shift
    table = list(struct.unpack_from("<109I", data, 76))
    extra, left = struct.unpack_from("<II", data, 68)
    if left > len(data) // size:
        return None  # more sectors than bytes for them: they would come back to themselves
    while extra < 0xFFFFFFFA and left:
        block = struct.unpack_from(f"<{size // 4}I", data, (extra + 1) * size)
        table += block[:-1]
        extra, left = block[-1], left - 1
    sector = struct.unpack_from("<I", data, 48)[0]
    entries: list[tuple[str, int, int, int, int]] = []
    seen: set[int] = set()
    while sector < 0xFFFFFFFA and sector not in seen:
        seen.add(sector)
        start = (sector + 1) * size
        for at in range(start, min(start + size, len(data) - 127), 128):
            length = min(struct.unpack_from("<H", data, at + 64)[0], 64)
            name = data[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
            entries.append((name, data[at + 66], *struct.unpack_from("<III", data, at + 68)))
        row, column = divmod(sector, size // 4)
        sector = struct.unpack_from("<I", data, (table[row] + 1) * size + column * 4)[0]
    waiting, met, count = [entries[0][4]], set[int](), 0
    while waiting:
        number = waiting.pop()
        if number >= len(entries) or number in met:
            continue
        met.add(number)
        name, kind, before, after, _ = entries[number]
        waiting += (before, after)
        count += kind == 1 and name.lower().startswith("__attach_version1.0_")
    return count


def count_tnef(request: Request) -> int | None:
    """Attachments of a winmail.dat: attributes that begin one (attAttachRendData)."""
    count = 0
    with request.path.open("rb") as stream:
        stream.seek(6)
        while len(head := stream.read(9)) == 9:
            kind, size = struct.unpack_from("<HxxI", head, 1)
            count += kind == 0x9002
            stream.seek(size + 2, 1)
    return count
