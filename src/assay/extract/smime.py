"""S/MIME and other CMS envelopes (RFC 5652): what is signed is opened, what is encrypted is said.

A signed message carries its content inside it: the content is a member, read like any exhibit.
A detached signature carries none: who signed, with which certificate and when, is its text. No
signature is verified here: that needs a time, and a trust that is a person's to give. The
structure is BER, walked with own code, since mail programs write lengths left open, which
stricter parsers refuse.
"""

from __future__ import annotations

import binascii
import re
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from assay.extract import dates
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.spool import GRACE
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="smime",
    version="1 cryptography",
    licence="AGPL-3.0-or-later",
    formats=("application/pkcs7-mime",),
    limits="signatures are not checked; what is encrypted for a certificate stays closed",
)
_PKCS7 = bytes.fromhex("2a864886f70d0107")  # 1.2.840.113549.1.7
_KINDS = {
    _PKCS7 + b"\x01": "data", _PKCS7 + b"\x02": "signed", _PKCS7 + b"\x03": "encrypted",
    _PKCS7 + b"\x04": "encrypted", _PKCS7 + b"\x06": "encrypted",
    bytes.fromhex("2a864886f70d0109100117"): "encrypted",  # authenticated and enveloped
    bytes.fromhex("2a864886f70d0109100109"): "compressed",
}  # fmt: skip
_SIGNED_AT = bytes.fromhex("2a864886f70d010905")
_NEST = 60
_KEY = "Ask a holder of the key to decrypt it and add the result; custody of it is complete."


class _Node(NamedTuple):
    """One element: its tag byte, where it and its content begin, where both end."""

    tag: int
    start: int
    end: int
    after: int
    begin: int


def read_smime(request: Request, transcript: Transcript) -> None:
    """Open a signed envelope. Raises Stop with `encrypted` or `damaged`."""
    if request.path.stat().st_size > request.limits.member:
        raise Stop("limit_member", "", f"over {request.limits.member} bytes")
    transcript.vouch()
    data = der_of(request.path.read_bytes())
    try:
        kind, content = _open(data)
    except (ValueError, IndexError, StopIteration):
        raise Stop("damaged", "", "no CMS structure") from None
    transcript.note("cms:kind", kind or "unknown")
    if _node(data, 0).after > len(data):
        transcript.trouble("truncated", "", "the envelope ends early")
    if kind == "encrypted":
        for name in _recipients(data, content):
            transcript.note("cms:recipient", name)
        raise Stop("encrypted", "", "S/MIME", _KEY)
    try:
        if kind == "signed":
            _signed(data, content, request, transcript)
        elif kind == "compressed":
            _compressed(data, content, request, transcript)
        elif kind == "data":
            _give(b"".join(_octets(data, content)), request, transcript)
        else:
            raise Stop("unsupported", "", "a CMS type that is not read here")
    except (ValueError, IndexError, StopIteration):
        raise Stop("truncated", "", "the CMS structure ends early") from None


def kind_of(raw: bytes) -> str:
    """signed, encrypted, compressed, data; "" for what is no envelope."""
    try:
        return _open(der_of(raw))[0]
    except (ValueError, IndexError, StopIteration):
        return ""


def der_of(raw: bytes) -> bytes:
    """The binary structure under PEM or bare base64."""
    if raw[:1] == b"\x30":
        return raw
    match = re.search(rb"-----BEGIN [A-Z0-9 ]+-----(.*?)-----END", raw, re.DOTALL)
    body = match.group(1) if match else raw
    try:
        return binascii.a2b_base64(b"".join(body.split()))
    except (binascii.Error, ValueError):
        return raw


# ---------------------------------------------------------------- BER


def _node(data: bytes, at: int, depth: int = 0) -> _Node:
    """The element at `at`. An open length is closed by walking what is inside."""
    if depth > _NEST:
        raise ValueError("nested too deep")
    begin, tag = at, data[at]
    at += 1
    if tag & 0x1F == 0x1F:
        while data[at] & 0x80:
            at += 1
        at += 1
    size = data[at]
    at += 1
    if size == 0x80:
        end = at
        while data[end : end + 2] != b"\0\0":
            end = _node(data, end, depth + 1).after
            if end >= len(data):
                raise ValueError("an open length without its end")
        return _Node(tag, at, end, end + 2, begin)
    if size & 0x80:
        count = size & 0x7F
        if count > 8:
            raise ValueError("no length")
        size = int.from_bytes(data[at : at + count], "big")
        at += count
    return _Node(tag, at, min(at + size, len(data)), at + size, begin)


def _inside(data: bytes, node: _Node) -> Iterator[_Node]:
    at = node.start
    while at < node.end:
        child = _node(data, at)
        # one that claims more than holds it would be walked again behind it, and so on
        yield child._replace(end=min(child.end, node.end))
        at = child.after


def _octets(data: bytes, node: _Node) -> Iterator[bytes]:
    """The bytes of an octet string, whole or in pieces. Raises ValueError beyond `_NEST`."""
    open_ones = [iter((node,))]
    while open_ones:
        for child in open_ones[-1]:
            if not child.tag & 0x20:
                yield data[child.start : child.end]
                continue
            if len(open_ones) > _NEST:
                raise ValueError("nested too deep")
            open_ones.append(_inside(data, child))
            break
        else:
            open_ones.pop()


def _open(data: bytes) -> tuple[str, _Node]:
    """(kind, the structure in it) of a ContentInfo."""
    outer = _node(data, 0)
    if outer.tag != 0x30:
        raise ValueError("no sequence")
    parts = list(_inside(data, outer))
    if parts[0].tag != 0x06:
        raise ValueError("no content type")
    kind = _KINDS.get(data[parts[0].start : parts[0].end], "")
    return kind, next(_inside(data, parts[1]))


# ---------------------------------------------------------------- what is in it


def _signed(data: bytes, content: _Node, request: Request, transcript: Transcript) -> None:
    parts = list(_inside(data, content))
    inner = next(p for p in parts[1:] if p.tag == 0x30)
    carried = list(_inside(data, inner))
    lines: list[str] = []
    for part in parts:
        if part.tag == 0xA0:
            for certificate in _inside(data, part):
                lines += _certificate(data, certificate, transcript)
    signers = next((p for p in reversed(parts) if p.tag == 0x31), None)
    if signers is not None:
        for number, signer in enumerate(_inside(data, signers), 1):
            at = _signing_time(data, signer)
            if at:
                transcript.note(f"cms:signer {number} signed at", at)
                lines.append(f"Signed at: {at}")
    if request.only is None:
        transcript.page("\n".join(lines))
    if len(carried) > 1:
        _give(b"".join(_octets(data, next(_inside(data, carried[1])))), request, transcript)
    else:
        transcript.note("cms:detached", "the signature alone: what was signed lies beside it")


def _certificate(data: bytes, node: _Node, transcript: Transcript) -> list[str]:
    """Who a certificate names, and who vouches for it."""
    from cryptography import x509

    try:
        found = x509.load_der_x509_certificate(data[node.begin : node.after])
        subject, issuer = found.subject.rfc4514_string(), found.issuer.rfc4514_string()
        addresses: list[str] = []
        try:
            names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
            addresses = list(names.value.get_values_for_type(x509.RFC822Name))
        except Exception:  # noqa: BLE001 - a certificate without it, or with a broken one
            addresses = []
        serial = f"{found.serial_number:x}"
    except Exception:  # noqa: BLE001 - certificates of the wild break in many ways
        transcript.note("cms:certificate", "one that could not be read")
        return []
    shown = ", ".join(addresses)
    transcript.note("cms:certificate", f"{subject}; serial {serial}; issued by {issuer}")
    if shown:
        transcript.note("cms:address", shown)
    ends = f" <{shown}>" if shown else ""
    return [f"Certificate: {subject}{ends}", f"Issued by: {issuer}"]


def _signing_time(data: bytes, signer: _Node) -> str | None:
    at = data.find(_SIGNED_AT, signer.start, signer.end)
    if at < 0:
        return None
    try:
        moment = next(_inside(data, _node(data, at + len(_SIGNED_AT))))
        text = data[moment.start : moment.end].decode("ascii")
    except (ValueError, IndexError, StopIteration):
        return None
    if moment.tag == 0x17:
        text = ("20" if text[:2] < "50" else "19") + text
    return dates.from_pdf(text.replace("Z", "+00'00'")) if text[:14].isdigit() else None


def _recipients(data: bytes, content: _Node) -> list[str]:
    """The issuers and serial numbers of those that it was encrypted for."""
    found: list[str] = []
    try:
        infos = next(p for p in _inside(data, content) if p.tag == 0x31)
        for info in _inside(data, infos):
            parts = list(_inside(data, info))
            if len(parts) > 1 and parts[1].tag == 0x30:
                _, serial = list(_inside(data, parts[1]))[:2]
                number = int.from_bytes(data[serial.start : serial.end], "big")
                found.append(f"certificate with serial {number:x}")
    except (ValueError, IndexError, StopIteration):
        pass
    return found


def _compressed(data: bytes, content: _Node, request: Request, transcript: Transcript) -> None:
    inner = next(p for p in list(_inside(data, content))[2:] if p.tag == 0x30)
    carried = list(_inside(data, inner))
    packed = b"".join(_octets(data, next(_inside(data, carried[1]))))
    room = max(GRACE, request.limits.ratio * len(packed))
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(packed, room)
    except zlib.error:
        raise Stop("damaged", "", "the compressed content") from None
    if unpacker.unconsumed_tail:
        raise Stop("bomb", "", f"over {request.limits.ratio} times its size")
    _give(plain, request, transcript)


def _give(body: bytes, request: Request, transcript: Transcript) -> None:
    """Hand over the content as the one member."""
    transcript.container = True
    spool = transcript.members()
    name = request.name.rsplit(b"/", 1)[-1]
    for ending in (b".p7m", b".p7s", b".p7c", b".pem"):
        if name.lower().endswith(ending):
            name = name[: -len(ending)]
    if b"." not in name or name == b"smime":
        name = b"content.eml"
    spool.add_bytes(name, body)
