"""WARC and ARC: captures of the web, record by record (ISO 28500; the ARC format of 1996).

The text has a line for each record (time, kind, address, status, media type, id), the heads of
requests and responses (region `header`), and the words of warcinfo and metadata records. The
bodies of responses, resources and conversions are members under their address; so are the bodies
of requests that have one. Digests of blocks and payloads are checked; a mismatch is the member's
problem `checksum`. Revisits say what they repeat. Files packed record by record or as a whole are
read alike; behind a break reading goes on with the next record that can be found.
"""

from __future__ import annotations

import base64
import hashlib
import re
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from assay.extract import captured, dates
from assay.extract.captured import Head
from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.spool import GRACE, MemberBroken
from assay.extract.transcript import Transcript
from assay.ports import Card
from assay.settings import Limits

CARD = Card(
    name="warc",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/warc", "application/x-internet-archive"),
    limits="bodies under brotli or zstandard are kept packed; continued records are not joined",
)
_BLOCK = 1 << 17
_LINE = 1 << 16
_FIELDS = 1 << 20  # bytes of one head that are looked at
_SHOWN = 200_000  # characters of one warcinfo or metadata record
_BEGIN = re.compile(rb"WARC/\d+\.\d+[ \t]*\r?\n")
_ARC = re.compile(
    rb"(\S+:.*) (\S+) (\d{8,17}) (\S+) (?:(\d{3}|-) (\S+) (\S+) (\d+) (\S+) )?(\d+)[ \t]*\r?\n"
)
_BODY_APART = frozenset(("request", "response"))
_IN_TEXT = frozenset(("warcinfo", "metadata"))
_ALGORITHMS = {"sha1": "sha1", "sha-1": "sha1", "sha256": "sha256", "sha-256": "sha256",
               "md5": "md5", "sha512": "sha512", "sha-512": "sha512"}  # fmt: skip


class Gap(Exception):
    """The packed stream broke here; it goes on behind the break."""


class Source:
    """The bytes of the file, unpacked where it is packed. Use it with `with`."""

    def __init__(self, stream: BinaryIO, size: int, limits: Limits) -> None:
        self._stream = stream
        self._size = size
        self._limits = limits
        self._buffer = bytearray()
        self._at = 0
        self._raw = b""
        self._count = 0
        self.packed = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        self._engine: Any = None
        self.cut = False  # the packed stream ended before its own end

    def read(self, size: int) -> bytes:
        """Up to `size` bytes, b"" at the end. Raises Gap at a break of the packing."""
        if self._at >= len(self._buffer) and not self._fill():
            return b""
        piece = bytes(self._buffer[self._at : self._at + size])
        self._at += len(piece)
        return piece

    def line(self) -> bytes:
        """The next line with its end, at most `_LINE` bytes of it; b"" at the end."""
        while True:
            end = self._buffer.find(b"\n", self._at)
            if end >= 0:
                end += 1
                break
            if len(self._buffer) - self._at >= _LINE or not self._fill(keep=True):
                end = min(len(self._buffer), self._at + _LINE)
                break
        piece = bytes(self._buffer[self._at : end])
        self._at = end
        return piece

    def back(self, piece: bytes) -> None:
        """Put a line back that was just read."""
        self._at -= len(piece)

    def _fill(self, keep: bool = False) -> bool:
        if self._at:
            del self._buffer[: self._at]
            self._at = 0
        if not keep:
            self._buffer.clear()
        while True:
            if not self.packed:
                chunk = self._stream.read(_BLOCK)
                self._buffer += chunk
                return bool(chunk)
            self._raw = self._raw or self._stream.read(_BLOCK)
            if not self._raw:
                self.cut = self.cut or self._engine is not None
                self._engine = None
                return False
            if self._inflate():
                return True

    def _inflate(self) -> bool:
        """Unpack a little. True where bytes came out."""
        if self._engine is None:
            self._raw = self._raw.lstrip(b"\0") or self._stream.read(_BLOCK)
            if not self._raw:
                return False
            self._engine = zlib.decompressobj(31)
        try:
            out = self._engine.decompress(self._raw, _BLOCK)
        except zlib.error:
            self._engine = None
            self._resume()
            raise Gap from None
        self._raw = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail
        if self._engine.eof:
            self._engine = None
        self._buffer += out
        self._count += len(out)
        if self._count > GRACE and self._count > self._limits.ratio * max(self._size, 1):
            raise Stop("bomb", "", f"over {self._limits.ratio} times its size")
        if self._count > 4 * self._limits.output:
            raise Stop("limit_output", "", f"over {4 * self._limits.output} bytes")
        return bool(out)

    def _resume(self) -> None:
        """Go to the next place where a packed record may begin."""
        raw = self._raw[1:]
        while (at := raw.find(b"\x1f\x8b\x08")) < 0:
            more = self._stream.read(_BLOCK)
            if not more:
                self._raw = b""
                return
            raw = raw[-2:] + more
        self._raw = raw[at:]


class _Digests:
    """The digests that a record gives, and what they are taken over."""

    def __init__(self, given: str) -> None:
        self.algorithm = ""
        self._wanted = b""
        name, _, value = given.strip().partition(":")
        self.algorithm = _ALGORITHMS.get(name.lower(), "")
        if self.algorithm:
            size = hashlib.new(self.algorithm).digest_size
            self._wanted = _raw_digest(value.strip(), size)
        self._sums: list[Any] = []

    def over(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """The chunks, as they are summed up."""
        if not self._wanted:
            yield from chunks
            return
        total = hashlib.new(self.algorithm)
        self._sums.append(total)
        for chunk in chunks:
            total.update(chunk)
            yield chunk

    @property
    def given(self) -> bool:
        """Tell whether there is a digest that can be checked."""
        return bool(self._wanted)

    def holds(self) -> bool:
        """Tell whether one of the sums is the digest given."""
        return any(total.digest() == self._wanted for total in self._sums)


def _raw_digest(value: str, size: int) -> bytes:
    try:
        if len(value) == 2 * size:
            return bytes.fromhex(value)
        return base64.b32decode(value.upper() + "=" * (-len(value) % 8))
    except ValueError:
        return b""


def read_warc(request: Request, transcript: Transcript) -> None:
    """Read a capture. Raises Stop at the limits of containers."""
    transcript.container = True
    transcript.vouch()
    with request.path.open("rb") as stream:
        source = Source(stream, request.path.stat().st_size, request.limits)
        reader = _Records(request, transcript, source)
        reader.walk(_next_arc if request.type.endswith("archive") else _next_warc)
        if source.cut:
            transcript.trouble("truncated", "", "the packed data ends early")
    reader.finish()


Record = tuple[str, dict[str, str], int]  # kind, fields, length of the block


def _next_warc(source: Source) -> Record | None:
    """The head of the next record; None at the end. Raises ValueError where there is none."""
    line = source.line()
    while line and not line.strip():
        line = source.line()
    if not line:
        return None
    if not _BEGIN.match(line):
        raise ValueError
    fields: dict[str, str] = {}
    name, size = "", 0
    while (line := source.line()).strip():
        size += len(line)
        if size > _FIELDS:
            raise ValueError
        text = line.decode("utf-8", "replace").rstrip("\r\n")
        if text[:1] in " \t" and name:
            fields[name] += " " + text.strip()
            continue
        name, _, value = text.partition(":")
        name = name.strip().lower()
        fields[name] = value.strip()
    return fields.get("warc-type", "").lower(), fields, int(fields["content-length"])


def _next_arc(source: Source) -> Record | None:
    line = source.line()
    while line and not line.strip():
        line = source.line()
    if not line:
        return None
    match = _ARC.match(line)
    if not match:
        raise ValueError
    address, _, stamp, media = (part.decode("utf-8", "replace") for part in match.groups()[:4])
    fields = {"warc-target-uri": address, "warc-date": _arc_date(stamp), "content-type": media}
    fields["warc-ip-address"] = match.group(2).decode("ascii", "replace")
    kind = "warcinfo" if address.startswith("filedesc:") else "response"
    return kind, fields, int(match.group(10))


def _arc_date(stamp: str) -> str:
    parts = (stamp[:4], stamp[4:6], stamp[6:8])
    clock = [stamp[at : at + 2] or "00" for at in (8, 10, 12)]
    return "-".join(parts) + "T" + ":".join(clock) + "Z"


class _Records:
    def __init__(self, request: Request, transcript: Transcript, source: Source) -> None:
        self._request = request
        self._transcript = transcript
        self._source = source
        self._spool = transcript.members()
        self._left = 0
        self._number = 0
        self._full = False
        self._kinds: dict[str, int] = {}
        self._checked = self._failed = 0
        self._span: list[str] = []

    def walk(self, following: Callable[[Source], Record | None]) -> None:
        """Read every record; behind a place that is none, go on at the next."""
        while True:
            try:
                record = following(self._source)
            except (ValueError, KeyError, Gap):
                self._transcript.trouble("damaged", f"record {self._number + 1}", "no record here")
                if not self._seek(following):
                    return
                continue
            if record is None:
                return
            self._number += 1
            kind, fields, self._left = record
            self._kinds[kind] = self._kinds.get(kind, 0) + 1
            try:
                self._take(kind, fields)
                for _ in self._block():
                    pass
            except Gap:
                self._transcript.trouble("damaged", f"record {self._number}", "packed data")
            except MemberBroken as broken:
                self._transcript.trouble(broken.code, f"record {self._number}", broken.detail)

    def _seek(self, following: Callable[[Source], Record | None]) -> bool:
        begin = _BEGIN if following is _next_warc else _ARC
        while True:
            try:
                line = self._source.line()
            except Gap:
                continue
            if not line:
                return False
            if begin.match(line):
                self._source.back(line)
                return True

    def _block(self) -> Iterator[bytes]:
        """What is left of the record's block."""
        while self._left > 0:
            chunk = self._source.read(min(self._left, _BLOCK))
            if not chunk:
                self._left = 0
                raise MemberBroken("truncated", "the file ends inside the record")
            self._left -= len(chunk)
            yield chunk

    def _take(self, kind: str, fields: dict[str, str]) -> None:
        address = fields.get("warc-target-uri", "").strip("<>")
        when, number = fields.get("warc-date", ""), fields.get("warc-record-id", "")
        self._span.append(when)
        if len(self._span) > 1000:
            self._span = [min(self._span), max(self._span)]
        block = _Digests(fields.get("warc-block-digest", ""))
        payload = _Digests(fields.get("warc-payload-digest", ""))
        chunks = block.over(self._block())
        if kind in _IN_TEXT or kind == "revisit":
            if self._request.only is None:
                self._as_text(kind, fields, chunks)
                self._settle(block, None, f"record {self._number}")
            return
        head, rest = None, chunks
        declared = fields.get("content-type", "").lower()
        if kind in _BODY_APART and not declared.startswith("text/dns"):
            head, rest = _head_of(chunks)
        rest = payload.over(rest)
        if kind == "request":
            first = next(rest, b"")
            self._say(when, kind, head.start if head else "", address, number)
            self._show(head.text if head else "", "header")
            if first:
                self._member(b"request/", address, when, head, _then(first, rest), block, payload)
            else:
                self._settle(block, payload, f"record {self._number}")
            return
        status = head.start.partition(" ")[2] if head else ""
        media = (head.media if head else declared.partition(";")[0]) or ""
        self._say(when, kind, address, status, media, number)
        self._show(head.text if head else "", "header")
        if kind == "continuation":
            where = f"record {self._number}"
            self._transcript.trouble("unsupported", where, "a continued record is not joined")
        self._member(b"", address, when, head, rest, block, payload)

    def _member(
        self,
        prefix: bytes,
        address: str,
        when: str,
        head: Head | None,
        rest: Iterator[bytes],
        block: _Digests,
        payload: _Digests,
    ) -> None:
        name = prefix + captured.name_of(address.encode("utf-8", "surrogateescape"))
        if not self._spool.wanted():
            self._spool.skip()
            return
        where = f"member {len(self._spool) + 1}"
        body = self._body(head, rest, payload, where)

        def checked() -> Iterator[bytes]:
            broken: MemberBroken | None = None
            try:
                yield from body
            except MemberBroken as found:
                broken = found
            except Gap:
                self._left = 0
                raise MemberBroken("damaged", "packed data") from None
            for _ in rest:  # the digests are over all of it
                pass
            if broken is not None:
                raise broken
            failed = self._settle(block, payload, "")
            if failed:
                raise MemberBroken("checksum", failed)

        self._spool.add(name, checked(), dates.from_iso(when))

    def _body(
        self, head: Head | None, raw: Iterator[bytes], payload: _Digests, where: str
    ) -> Iterator[bytes]:
        if head is None:
            return raw
        body = raw
        if head.chunked:
            # some tools take the digest over the chunks, some over what is in them
            body = payload.over(captured.unchunked(body))
        for encoding in reversed(head.encodings):
            if encoding not in captured.UNPACKED:
                self._transcript.trouble("unsupported", where, f"content-encoding {encoding[:20]}")
                break
            body = captured.unpacked(body, encoding)
        return body

    def _settle(self, block: _Digests, payload: _Digests | None, where: str) -> str:
        """Compare the digests; "" where they hold, else which does not."""
        failed = ""
        for name, digest in (("payload", payload), ("block", block)):
            if digest is None or not digest.given:
                continue
            self._checked += 1
            if not digest.holds():
                self._failed += 1
                failed = f"the {name} digest ({digest.algorithm}) does not match"
        if failed and where:
            self._transcript.trouble("checksum", where, failed)
        return failed

    # ------------------------------------------------------------ text

    def _as_text(self, kind: str, fields: dict[str, str], chunks: Iterator[bytes]) -> None:
        address = fields.get("warc-target-uri", "").strip("<>")
        of = ""
        if kind == "revisit":
            target = fields.get("warc-refers-to-target-uri", "").strip("<>")
            moment = fields.get("warc-refers-to-date", "")
            of = " ".join(("of", target or fields.get("warc-refers-to", "an earlier"), moment))
        number = fields.get("warc-record-id", "")
        self._say(fields.get("warc-date", ""), kind, address, of.strip(), number)
        taken, size = [], 0
        for chunk in chunks:
            if size < _SHOWN:
                taken.append(chunk)
            size += len(chunk)
        words = b"".join(taken).decode("utf-8", "replace").replace("\r\n", "\n")
        if kind == "warcinfo":
            for line in words.split("\n")[:200]:
                name, colon, value = line.partition(":")
                if colon and value.strip():
                    self._transcript.note(f"warcinfo:{name.strip()[:60]}", value.strip()[:1000])
        if len(words) > _SHOWN:
            self._transcript.trouble("limit_text", f"record {self._number}", f"over {_SHOWN}")
        self._show(words[:_SHOWN].strip("\n"), "header" if kind == "revisit" else None)

    def _say(self, *words: str) -> None:
        self._show(" ".join(word for word in words if word), None)

    def _show(self, text: str, kind: Any) -> None:
        """Write a paragraph. Where the text is full, the members go on without it."""
        if not text or self._full or self._request.only is not None:
            return
        transcript = self._transcript
        try:
            transcript.paragraph(text)
            if kind:
                transcript.mark(kind, transcript.length - len(text) - 1, transcript.length - 1)
        except Stop as stop:
            self._full = True
            transcript.problems.append(stop.problem)

    def finish(self) -> None:
        """Note what was met."""
        transcript = self._transcript
        for kind, count in self._kinds.items():
            transcript.note(f"records:{kind[:40] or 'without a kind'}", count)
        if self._checked:
            good = self._checked - self._failed
            transcript.note("digests", f"{good} of {self._checked} hold")
        moments = sorted(m for m in map(dates.from_iso, self._span) if m)
        if moments:
            transcript.created, transcript.modified = moments[0], moments[-1]
        if not self._number:
            transcript.problems.append(problem("damaged", "", "no record", fatal=True))
        if not len(self._spool):
            transcript.spool = None


def _head_of(chunks: Iterator[bytes]) -> tuple[Head | None, Iterator[bytes]]:
    """(the head of an HTTP message, the rest); (None, all of it) where it is no such message."""
    buffer = b""
    for chunk in chunks:
        buffer += chunk
        match = re.search(rb"\r?\n\r?\n", buffer)
        if match:
            if not re.match(rb"HTTP/|[A-Z]+ \S", buffer):
                return None, _then(buffer, chunks)
            return Head(buffer[: match.start()]), _then(buffer[match.end() :], chunks)
        if len(buffer) > _FIELDS:
            return None, _then(buffer, chunks)
    if re.match(rb"HTTP/|[A-Z]+ \S+ HTTP/", buffer):
        return Head(buffer), iter(())
    return None, iter((buffer,) if buffer else ())


def _then(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    if first:
        yield first
    yield from chunks
