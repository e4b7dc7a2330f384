"""A person's signing key and this device, in the user's config folder, outside every case.

Files are 0600: `person.json` (name, Ed25519 seed, room for a passphrase) and `device.json`
(a random id bound to the machine, so that a home folder copied to a second laptop does not
fork a log). `$ASSAY_CONFIG` moves the folder.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import sys
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.errors import CaseError


class Person(msgspec.Struct, frozen=True):
    """Who signs. `seed` is the private key, 32 bytes; it never enters a case."""

    name: str
    seed: bytes
    device: str

    @property
    def private_key(self) -> Ed25519PrivateKey:
        """The key that signs checkpoints."""
        return Ed25519PrivateKey.from_private_bytes(self.seed)

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that anybody may know."""
        return self.private_key.public_key().public_bytes_raw()

    @property
    def fingerprint(self) -> str:
        """The first 16 hex digits of SHA-256 of the public key."""
        return hashlib.sha256(self.public_key).hexdigest()[:16]


def config_folder() -> Path:
    """`$ASSAY_CONFIG`, else `$XDG_CONFIG_HOME/assay`, else `~/.config/assay` (or the like)."""
    if own := os.environ.get("ASSAY_CONFIG"):
        return Path(own)
    if sys.platform == "win32":
        base = Path(os.environ.get("APPDATA", str(Path.home())))
    else:
        base = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return base / "assay"


def _write_private(path: Path, value: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = path.with_name(f"{path.name}.{os.getpid()}")
    fd = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as stream:
        json.dump(value, stream)
        stream.flush()
        os.fsync(stream.fileno())
    try:
        os.link(scratch, path)
    except FileExistsError:
        pass  # another process made it first: theirs counts
    except OSError:
        scratch.replace(path)
    scratch.unlink(missing_ok=True)


def _machine() -> str:
    """A hash that is the same on this machine only; never the machine's id itself."""
    try:
        identity = Path("/etc/machine-id").read_text(encoding="ascii").strip()
    except OSError:
        identity = ""
    if not identity:
        import uuid

        identity = f"{uuid.getnode():x}"
    return hashlib.sha256(b"assay device\n" + identity.encode()).hexdigest()


def person(name: str | None = None) -> Person:
    """The person of this config folder; makes the key on first use.

    `name` is used only then; without it the person is called after the key. Raises CaseError
    where the folder cannot be read or written, or the key needs a passphrase.
    """
    folder = config_folder()
    path = folder / "person.json"
    try:
        if not path.exists():
            seed = secrets.token_bytes(32)
            short = hashlib.sha256(
                Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
            ).hexdigest()[:4]
            given = name or os.environ.get("ASSAY_PERSON") or f"person-{short}"
            _write_private(
                path, {"format": 1, "name": given, "seed": seed.hex(), "passphrase": None}
            )
        value = json.loads(path.read_text(encoding="utf-8"))
        if value.get("passphrase") is not None:
            raise CaseError(
                "your key", "it is locked with a passphrase, which this version cannot open", ""
            )
        return Person(str(value["name"]), bytes.fromhex(value["seed"]), _device(folder))
    except (OSError, ValueError, KeyError) as error:
        raise CaseError(
            "your key",
            "the config folder cannot be used",
            "Set ASSAY_CONFIG to a folder that you can read and write.",
        ) from error


def _device(folder: Path) -> str:
    path = folder / "device.json"
    machine = _machine()
    if path.exists():
        value = json.loads(path.read_text(encoding="utf-8"))
        if value.get("machine") == machine:
            return str(value["id"])
        path.rename(path.with_name(f"device-{value.get('id', 'old')}.json"))
    _write_private(path, {"format": 1, "id": secrets.token_hex(8), "machine": machine})
    return str(json.loads(path.read_text(encoding="utf-8"))["id"])


class Witness:
    """Remembers, outside the case, the newest checkpoint of each log that this person saw.

    A case whose last events and checkpoints were both cut off is consistent in itself; only
    somebody who saw the longer log can tell.
    """

    def __init__(self, case_id: str) -> None:
        self._folder = config_folder() / "witness" / case_id

    def remember(self, log: str, size: int, root: bytes) -> None:
        """Keep (size, root) of a log if it is the longest seen."""
        known = self.known().get(log)
        if known is not None and known[0] >= size:
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            scratch = self._folder / f"{log}.{os.getpid()}"
            scratch.write_text(f"{size} {root.hex()}\n", encoding="ascii")
            scratch.replace(self._folder / log)
        except OSError:
            pass  # a witness is a second line of defence: a read-only home must not stop work

    def known(self) -> dict[str, tuple[int, bytes]]:
        """Log id -> (size, root) of the newest checkpoint seen."""
        found: dict[str, tuple[int, bytes]] = {}
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if "." in path.name:
                    continue
                try:
                    size, root = path.read_text(encoding="ascii").split()
                    found[path.name] = (int(size), bytes.fromhex(root))
                except (OSError, ValueError):
                    continue
        return found
