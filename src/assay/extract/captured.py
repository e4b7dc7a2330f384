"""What captures of the web share: a member's name from its address, and the body of a response.

A body is taken out of its chunks (RFC 9112, 7.1) and its content encoding (gzip, deflate,
brotli). Servers and crawlers often declare what they did not do: a body that is declared chunked
or packed and does not begin so is passed on as it stands. One that breaks later is kept up to the
break.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from assay.extract.spool import MemberBroken

UNPACKED = frozenset(("gzip", "x-gzip", "deflate", "br"))
_SIZE = re.compile(rb"\s*([0-9a-fA-F]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LINE = 4096
_SCHEME = re.compile(rb"([A-Za-z][\w+.-]*):/*")


def name_of(address: bytes) -> bytes:
    """A member's name for an address: host and path; a folder's page is called `index`.

    The scheme is kept where it is not that of the web, as in `dns/host`.
    """
    address = address.strip().strip(b"<>")
    match = _SCHEME.match(address)
    scheme, rest = (match.group(1).lower(), address[match.end() :]) if match else (b"", address)
    if scheme not in (b"", b"http", b"https"):
        rest = scheme + b"/" + rest
    elif b"/" not in rest.partition(b"?")[0] and match:
        host, mark, query = rest.partition(b"?")
        rest = host + b"/" + mark + query
    if not rest or rest.endswith(b"/"):
        rest += b"index"
    return rest.replace(b"/?", b"/index?", 1) if b"/?" in rest else rest


class Head:
    """The start line and the fields of an HTTP message, as they stand in it."""

    def __init__(self, raw: bytes) -> None:
        self.text = raw.decode("utf-8", "replace").replace("\r\n", "\n").strip("\n")
        self.start, _, rest = self.text.partition("\n")
        self.fields: dict[str, str] = {}
        for line in rest.split("\n"):
            name, colon, value = line.partition(":")
            if colon:
                self.fields.setdefault(name.strip().lower(), value.strip())

    @property
    def status(self) -> str:
        """The status of a response, "" where there is none."""
        words = self.start.split(None, 2)
        return words[1] if len(words) > 1 and words[0].startswith("HTTP/") else ""

    @property
    def media(self) -> str:
        """The declared media type without its parameters."""
        return self.fields.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def chunked(self) -> bool:
        """Tell whether the body is declared to be chunked."""
        return "chunked" in self.fields.get("transfer-encoding", "").lower()

    @property
    def encodings(self) -> list[str]:
        """The declared content encodings, the innermost first."""
        listed = self.fields.get("content-encoding", "").lower().split(",")
        return [word for word in (item.strip() for item in listed) if word not in ("", "identity")]


def unchunked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The body without its chunk sizes; as it stands where it does not begin with one."""
    buffer = bytearray()
    first = True
    for chunk in chunks:
        buffer += chunk
        if len(buffer) >= _LINE:
            break
    if not _SIZE.match(buffer):
        yield bytes(buffer)
        yield from chunks
        return
    while True:
        while (
            b"\n" not in buffer[2:]
            and len(buffer) < _LINE
            and (more := next(chunks, None)) is not None
        ):
            buffer += more
        match = _SIZE.match(buffer)
        if match is None:
            if buffer.strip() or not first:
                raise MemberBroken("damaged", "a chunk without its size")
            return
        first = False
        size = int(match.group(1), 16)  # before the buffer that the match looks into changes
        del buffer[: match.end()]
        if not size:
            return
        while size:
            if not buffer:
                more = next(chunks, None)
                if more is None:
                    raise MemberBroken("truncated", "the last chunk is missing")
                buffer += more
            piece = bytes(buffer[:size])
            del buffer[:size]
            size -= len(piece)
            yield piece


def unpacked(chunks: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """The body out of one content encoding of `UNPACKED`."""
    if encoding == "br":
        yield from _unbrotli(chunks)
        return
    first = b""
    for chunk in chunks:
        first += chunk
        if len(first) >= 2:
            break
    if encoding == "deflate":
        zlib_header = len(first) >= 2 and first[0] & 15 == 8 and int.from_bytes(first[:2]) % 31 == 0
        engine = zlib.decompressobj(15 if zlib_header else -15)
    elif first.startswith(b"\x1f\x8b"):
        engine = zlib.decompressobj(31)
    else:
        yield first
        yield from chunks
        return
    whole = False
    for chunk in _then(first, chunks):
        piece = chunk
        while piece:
            try:
                out = engine.decompress(piece, 1 << 20)
            except zlib.error:
                raise MemberBroken("damaged", f"content-encoding {encoding}") from None
            if out:
                yield out
            piece = engine.unconsumed_tail
        whole = engine.eof
        if whole:
            for _ in chunks:  # what follows the packed body is read to the end and dropped
                pass
            return
    if first and not whole:
        raise MemberBroken("truncated", f"content-encoding {encoding}")


def _unbrotli(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Brotli has no mark to begin with: what does not unpack from its start stays as it stands."""
    import brotli

    engine = brotli.Decompressor()
    started = False
    for chunk in chunks:
        try:
            out = engine.process(chunk, output_buffer_limit=1 << 20)
            while out or not engine.can_accept_more_data():
                started = True
                yield out
                if engine.is_finished():
                    break
                out = engine.process(b"", output_buffer_limit=1 << 20)
        except brotli.error:
            if started:
                raise MemberBroken("damaged", "content-encoding br") from None
            yield chunk
            yield from chunks
            return
        if engine.is_finished():
            for _ in chunks:
                pass
            return
    if started and not engine.is_finished():
        raise MemberBroken("truncated", "content-encoding br")


def _then(first: bytes, chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from chunks
