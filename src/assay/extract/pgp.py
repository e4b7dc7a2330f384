"""OpenPGP (RFC 9580, RFC 4880): what is encrypted is said, with the keys it is for.

A clear-signed text is read as text. A signature gives the key and the time it names; a public
key its user ids. Nothing is decrypted or verified. Armor is taken off with own code; packets
are walked by their headers alone.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator

from assay.extract import dates
from assay.extract.mail import plain_text, put_pieces
from assay.extract.problems import Stop
from assay.extract.quotes import marks_in
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="pgp",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/pgp-encrypted",),
    limits="nothing is decrypted or verified",
)
_ARMOR = re.compile(
    rb"-----BEGIN PGP ([A-Z ]+?)-----[^\n]*\n(?:[^\n:]{1,60}:[^\n]*\n)*\s*\n?(.*?)"
    rb"(?:-----END PGP [A-Z ]+?-----|\Z)",
    re.DOTALL,
)
_SECRET = "Ask a holder of the key to decrypt it and add the result; custody of it is complete."
_PACKETS = 100_000


def read_pgp(request: Request, transcript: Transcript) -> None:
    """Say what it is. Raises Stop with `encrypted` for a message that is."""
    transcript.vouch()
    size = min(request.path.stat().st_size, request.limits.text)
    with request.path.open("rb") as stream:
        data = stream.read(size)
    if b"-----BEGIN PGP SIGNED MESSAGE-----" in data[:200]:
        decoded = plain_text(data, None)
        transcript.note("pgp:signed", "in the text")
        marks = marks_in(decoded.text)
        if (at := decoded.text.find("-----BEGIN PGP SIGNATURE-----")) >= 0:
            marks.append(("signature", at, len(decoded.text)))
        put_pieces(transcript, [(decoded.text, marks)])
    lines: list[str] = []
    encrypted = False
    for label, packets in _messages(data):
        if label:
            transcript.note("pgp:block", label)
        for tag, body in _packets(packets):
            if tag == 1:
                key = body[1:9].hex().upper() if body[:1] == b"\x03" else ""
                transcript.note("pgp:encrypted for key", (key.strip("0") and key) or "not named")
            if tag in (9, 18, 20, 3):
                encrypted = True
            elif tag == 13:
                lines.append("User: " + body.decode("utf-8", "replace"))
            elif tag in (6, 5) and body[:1] == b"\x04":
                made = dates.from_epoch(int.from_bytes(body[1:5], "big"))
                lines.append(f"{'Secret' if tag == 5 else 'Public'} key, made {made}")
            elif tag == 2:
                lines += _signature(body, transcript)
        encrypted = encrypted or label == "MESSAGE"
    if not transcript.pages and (lines or not encrypted):
        transcript.page("\n".join(dict.fromkeys(lines)))
    if encrypted:
        raise Stop("encrypted", "", "PGP", _SECRET)


def _messages(data: bytes) -> Iterator[tuple[str, bytes]]:
    """(label, packets) of each armored block, or the bare packets."""
    if not data.startswith(b"-----BEGIN PGP "):
        yield "", data
        return
    for match in _ARMOR.finditer(data):
        label = match.group(1).decode("ascii", "replace").strip()
        if label == "SIGNED MESSAGE":
            at = match.group(0).rfind(b"-----BEGIN PGP SIGNATURE-----")
            if at >= 0:
                yield from _messages(match.group(0)[at:])
            continue
        body = re.sub(rb"\n=[A-Za-z0-9+/]{4}\s*\Z", b"", match.group(2).rstrip() + b"\n")
        clean = re.sub(rb"[^A-Za-z0-9+/=]", b"", body)
        try:
            yield label, binascii.a2b_base64(clean)
        except (binascii.Error, ValueError):
            yield label, b""


def _packets(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(tag, body) of each packet; the body of a long or open one is cut short."""
    at = 0
    for _ in range(_PACKETS):
        if at + 1 >= len(data) or not data[at] & 0x80:
            return
        first = data[at]
        if first & 0x40:
            tag, size, at = first & 0x3F, data[at + 1], at + 2
            if 192 <= size < 224 and at < len(data):
                size, at = (size - 192 << 8) + data[at] + 192, at + 1
            elif size == 255:
                size, at = int.from_bytes(data[at : at + 4], "big"), at + 4
            elif size >= 224:
                yield tag, data[at : at + 1024]
                return
        else:
            tag, width = first >> 2 & 15, 1 << (first & 3)
            if width == 8:
                yield tag, data[at + 1 : at + 1025]
                return
            size, at = int.from_bytes(data[at + 1 : at + 1 + width], "big"), at + 1 + width
        yield tag, data[at : at + min(size, 1 << 16)]
        at += size


def _signature(body: bytes, transcript: Transcript) -> list[str]:
    """The key and the time that a signature names (version 4 and later)."""
    if body[:1] not in (b"\x04", b"\x05", b"\x06") or len(body) < 6:
        return []
    wide = 4 if body[:1] == b"\x06" else 2
    at, lines = 4, []
    for _ in range(2):
        end = at + wide + int.from_bytes(body[at : at + wide], "big")
        at += wide
        while at < min(end, len(body)):
            size, at = body[at], at + 1
            if 192 <= size < 255 and at < len(body):
                size, at = (size - 192 << 8) + body[at] + 192, at + 1
            elif size == 255:
                size, at = int.from_bytes(body[at : at + 4], "big"), at + 4
            kind, value = body[at] & 0x7F if at < len(body) else 0, body[at + 1 : at + size]
            at += max(size, 1)
            if kind == 2 and len(value) == 4:
                when = dates.from_epoch(int.from_bytes(value, "big"))
                transcript.note("pgp:signed at", when or "")
                lines.append(f"Signed at: {when}")
            elif kind == 16:
                transcript.note("pgp:signed with key", value.hex().upper())
                lines.append(f"Signed with key: {value.hex().upper()}")
            elif kind == 28:
                transcript.note("pgp:signer", value.decode("utf-8", "replace"))
                lines.append("Signer: " + value.decode("utf-8", "replace"))
        at = end
    return lines
