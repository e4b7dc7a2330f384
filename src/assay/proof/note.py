"""C2SP signed notes and tree-head checkpoints (c2sp.org/signed-note, c2sp.org/tlog-checkpoint).

A note is a text that ends in a line end, an empty line, and signature lines
`— <key name> <base64(key hash || signature)>`. A checkpoint is a note whose text begins with
the log's origin, its size in decimal and its root in base64; ours goes on with one extension
line a foreign log head: `head <log id> <size> <event id>`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from assay.errors import BadSignature

ED25519 = b"\x01"
_NAME = re.compile(r"[^\s+]+\Z")


class Verifier(msgspec.Struct, frozen=True):
    """A public key with the name that its signature lines carry. `key` is 32 bytes."""

    name: str
    key: bytes

    @property
    def key_hash(self) -> bytes:
        """The first four bytes of SHA-256(name || 0x0A || 0x01 || key)."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.key).digest()[:4]

    def vkey(self) -> str:
        """The key as one line: `name+hash+base64`."""
        body = base64.b64encode(ED25519 + self.key).decode()
        return f"{self.name}+{self.key_hash.hex()}+{body}"


class Checkpoint(msgspec.Struct, frozen=True):
    """A signed tree head. `root` is 32 bytes; `heads` maps a log id to (size, event id)."""

    origin: str
    size: int
    root: bytes
    heads: dict[str, tuple[int, str]] = {}


def sign(text: str, name: str, key: Ed25519PrivateKey) -> str:
    """A signed note of `text`, which must end in a line end."""
    if not text.endswith("\n") or not _NAME.match(name):
        raise BadSignature("note", "the text does not end in a line end, or the name has a space")
    verifier = Verifier(name, key.public_key().public_bytes_raw())
    blob = verifier.key_hash + key.sign(text.encode("utf-8"))
    return f"{text}\n— {name} {base64.b64encode(blob).decode()}\n"


def open_note(note: str, verifier: Verifier) -> str:
    """The text of a note that `verifier` has signed.

    Signatures by other keys are passed over, as the specification asks. Raises BadSignature
    where the note is malformed, has no signature by this key, or one that does not hold.
    """
    cut = note.rfind("\n\n")
    if cut < 0 or not note.endswith("\n"):
        raise BadSignature("note", "it has no signature part")
    text, lines = note[: cut + 1], note[cut + 2 :].splitlines()
    found = False
    for line in lines:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—":
            raise BadSignature("note", "a signature line is malformed")
        try:
            blob = base64.b64decode(parts[2], validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadSignature("note", "a signature is not base64") from error
        if len(blob) < 5:
            raise BadSignature("note", "a signature is too short")
        if base64.b64encode(blob).decode() != parts[2]:
            # base64 has spare bits in its last character: two spellings of one signature
            raise BadSignature("note", "a signature is not in canonical base64")
        if parts[1] != verifier.name or blob[:4] != verifier.key_hash:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(verifier.key).verify(blob[4:], text.encode("utf-8"))
        except InvalidSignature as error:
            raise BadSignature("note", "the signature does not hold") from error
        found = True
    if not found:
        raise BadSignature("note", "it is not signed by the log's key")
    return text


def checkpoint_text(checkpoint: Checkpoint) -> str:
    """The text of a checkpoint, ready to be signed."""
    lines = [checkpoint.origin, str(checkpoint.size), base64.b64encode(checkpoint.root).decode()]
    for log, (size, event) in sorted(checkpoint.heads.items()):
        lines.append(f"head {log} {size} {event}")
    return "\n".join(lines) + "\n"


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in a note's text. Raises BadSignature where it is not one."""
    lines = text.splitlines()
    try:
        origin, size, root64 = lines[:3]
        root = base64.b64decode(root64, validate=True)
        if len(root) != 32 or str(int(size)) != size:
            raise ValueError
        heads: dict[str, tuple[int, str]] = {}
        for line in lines[3:]:
            word, log, count, event = line.split(" ")
            if word != "head":
                raise ValueError
            heads[log] = (int(count), event)
    except ValueError as error:
        raise BadSignature("checkpoint", "its text is malformed") from error
    checkpoint = Checkpoint(origin, int(size), root, heads)
    if checkpoint_text(checkpoint) != text:
        raise BadSignature("checkpoint", "its text is not in canonical form")
    return checkpoint
