"""The bytes of an event: header, commitment, payload line.

Test vectors in docs/event-format.md. Rule: hash and sign the bytes that were stored, never
the object that was parsed from them.

- Header: canonical JSON, one line of the file `headers`.
- Commitment: SHA-256(salt || payload), salt = 32 random bytes, payload = canonical JSON.
- Payload line: `<salt in hex> <payload>`; `-` once it was withdrawn.
"""

from __future__ import annotations

import hashlib
from typing import Any, get_args

from assay.errors import BadLog, UsageError
from assay.model.event import EVENT_FORMAT, Audience, Header
from assay.proof import canonical

SALT_SIZE = 32
WITHDRAWN = b"-"
_KNOWN = {"format", "log", "sequence", "previous", "type", "audience", "commitment", "heads"}


def event_id(header: bytes) -> str:
    """The id of an event: SHA-256 of its stored header bytes, 64 hex digits."""
    return hashlib.sha256(header).hexdigest()


def commitment(salt: bytes, payload: bytes) -> str:
    """SHA-256(salt || payload) in hex. The salt is fixed in length, so the split is unambiguous."""
    if len(salt) != SALT_SIZE:
        raise UsageError("event", f"a salt is {SALT_SIZE} bytes, not {len(salt)}", "")
    return hashlib.sha256(salt + payload).hexdigest()


def encode_header(header: Header) -> bytes:
    """The canonical bytes of a header, without a line end."""
    value: dict[str, Any] = {
        "format": EVENT_FORMAT,
        "log": header.log,
        "sequence": header.sequence,
        "previous": header.previous,
        "type": header.type,
        "audience": header.audience,
        "commitment": header.commitment,
    }
    if header.heads:
        value["heads"] = {log: [size, event] for log, (size, event) in header.heads.items()}
    return canonical.encode(value)


def decode_header(data: bytes) -> Header:
    """The header in stored bytes; fields that this program does not know are left alone.

    Raises BadLog where the bytes are not a canonical header of this format.
    """
    try:
        value = canonical.decode(data)
    except UsageError as error:
        raise BadLog("event header", error.what) from error
    if not isinstance(value, dict) or value.get("format") != EVENT_FORMAT:
        raise BadLog("event header", f"it is not of the format {EVENT_FORMAT}")
    try:
        heads = {
            log: (int(size), str(event)) for log, (size, event) in value.get("heads", {}).items()
        }
        audience: Audience = value["audience"]
        if audience not in get_args(Audience):
            raise ValueError
        return Header(
            log=str(value["log"]),
            sequence=int(value["sequence"]),
            previous=str(value["previous"]),
            type=str(value["type"]),
            audience=audience,
            commitment=str(value["commitment"]),
            heads=heads,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadLog("event header", "a field is missing or of the wrong kind") from error


def encode_payload_line(salt: bytes, payload: bytes) -> bytes:
    """The payload as a line of its segment, without the line end."""
    return salt.hex().encode("ascii") + b" " + payload


def decode_payload_line(line: bytes) -> tuple[bytes, bytes] | None:
    """(salt, payload) of a stored line, None where it was withdrawn. Raises BadLog."""
    if line == WITHDRAWN:
        return None
    head, space, payload = line.partition(b" ")
    if not space or len(head) != 2 * SALT_SIZE or head != head.lower():
        raise BadLog("event payload", "the line is malformed")
    try:
        return bytes.fromhex(head.decode("ascii")), payload
    except ValueError as error:
        raise BadLog("event payload", "the salt is not hex") from error
