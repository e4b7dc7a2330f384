"""OpenDocument packages under a password, opened with one that is given.

The manifest says for each part how it was encrypted: Blowfish or AES, keys by PBKDF2 or
Argon2. A password is tried on the smallest part first, by its checksum. What is opened is
written as a plain package in the scratch folder and lies there only while it is read.

Sources: OpenDocument 1.2 part 3, 3.4; LibreOffice's extensions (AES-GCM, Argon2id, one
encrypted package in the place of the parts).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import zipfile
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assay.extract import formats, types
from assay.extract.office import Package, attribute
from assay.extract.problems import Stop

_ARGON_MEMORY = 256 << 10  # KiB that a key derivation may ask for
_ROUNDS = 5_000_000
_MOST = 512 << 20  # bytes of one part


@dataclass
class Seal:
    """How one part was encrypted."""

    part: str
    cipher: str = ""
    vector: bytes = b""
    derivation: str = "PBKDF2"
    key_size: int = 16
    rounds: int = 1024
    salt: bytes = b""
    start: str = "sha1"
    checksum: bytes = b""
    checksum_kind: str = ""
    memory: int = 0
    lanes: int = 1


class Manifest:
    """The seals of a manifest, by part."""

    def __init__(self) -> None:
        self.seals: list[Seal] = []
        self._part = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.partition(":")[2]
        if local == "file-entry":
            self._part = attribute(attributes, "manifest:full-path")
        elif local == "encryption-data":
            seal = Seal(self._part)
            seal.checksum_kind = attribute(attributes, "manifest:checksum-type").lower()
            seal.checksum = _plain(attribute(attributes, "manifest:checksum"))
            self.seals.append(seal)
        elif self.seals:
            self._detail(self.seals[-1], local, attributes)

    def _detail(self, seal: Seal, local: str, attributes: dict[str, str]) -> None:
        named = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        if local == "algorithm":
            seal.cipher = named.get("algorithm-name", "").lower()
            seal.vector = _plain(named.get("initialisation-vector", ""))
        elif local == "key-derivation":
            seal.derivation = named.get("key-derivation-name", "PBKDF2")
            seal.key_size = _number(named.get("key-size", ""), 16)
            seal.rounds = _number(named.get("iteration-count", ""), 1024)
            seal.salt = _plain(named.get("salt", ""))
            if "argon2" in seal.derivation.lower() or "argon2-memory" in named:
                seal.derivation = "argon2id"
                seal.rounds = _number(named.get("argon2-iterations", ""), 3)
                seal.memory = _number(named.get("argon2-memory", ""), 65536)
                seal.lanes = _number(named.get("argon2-lanes", ""), 4)
        elif local == "start-key-generation":
            name = named.get("start-key-generation-name", "").lower()
            seal.start = "sha256" if "sha256" in name else "sha1"

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


def _plain(text: str) -> bytes:
    try:
        return base64.b64decode(text)
    except (binascii.Error, ValueError):
        return b""


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() else default


def open_package(package: Package, seals: list[Seal]) -> None:
    """Read the package with a password that is given. Raises Stop with `encrypted`."""
    transcript, request = package.transcript, package.request
    transcript.note("encryption", f"OpenDocument password, {seals[0].cipher.rpartition('#')[2]}")
    found = [s for s in seals if package.entry(s.part) is not None]
    found.sort(key=lambda s: getattr(package.entry(s.part), "packed", 0))
    password = next((p for p in request.passwords if found and _opens(package, found[0], p)), None)
    if password is None:
        raise Stop("encrypted", "", "OpenDocument")
    place = request.aside("unsealed")
    try:
        _write(package, {s.part: s for s in found}, password, place)
        media = types.sniff(place, request.suffix)
        reader = formats.reader_for(media)
        if reader is None:
            raise Stop("no_reader", "", media)
        transcript.type, transcript.secret = media, True
        reader(replace(request, path=place, type=media), transcript)
    finally:
        place.unlink(missing_ok=True)


def _write(package: Package, seals: dict[str, Seal], password: str, place: Path) -> None:
    """A plain package of all parts; a lone encrypted package is it already."""
    if "encrypted-package" in seals:
        body = _opened(package.bytes_of("encrypted-package", 1 << 30), seals["encrypted-package"],
                       password)  # fmt: skip
        place.write_bytes(body or b"")
        return
    with zipfile.ZipFile(place, "w") as out:
        for name, entry in package.archive.by_name.items():
            if entry.folder or name == "META-INF/manifest.xml":
                continue
            body = package.bytes_of(name, 1 << 30)
            if name in seals:
                plain = _opened(body, seals[name], password)
                if plain is None:
                    package.transcript.trouble("damaged", f"part {name}", "its encryption")
                    continue
                body = plain
            out.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)


def _opens(package: Package, seal: Seal, password: str) -> bool:
    return _opened(package.bytes_of(seal.part, 1 << 30), seal, password) is not None


def _opened(body: bytes, seal: Seal, password: str) -> bytes | None:
    """The part as it was, None where the password does not open it."""
    try:
        packed = _decrypted(body, seal, _key(seal, password))
    except Exception as error:
        if isinstance(error, Stop):
            raise
        return None
    if seal.checksum and not _holds(packed, seal):
        return None
    try:
        machine = zlib.decompressobj(-15)
        plain = machine.decompress(packed, _MOST)
        return plain if machine.eof or plain else packed
    except zlib.error:
        return packed if packed[:2] == b"PK" else None


def _holds(packed: bytes, seal: Seal) -> bool:
    kind = "sha256" if "sha256" in seal.checksum_kind else "sha1"
    part = packed[:1024] if "1k" in seal.checksum_kind else packed
    return hashlib.new(kind, part).digest() == seal.checksum


def _key(seal: Seal, password: str) -> bytes:
    start = hashlib.new(seal.start, password.encode("utf-8")).digest()
    if seal.derivation == "argon2id":
        from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

        if seal.memory > _ARGON_MEMORY:
            raise Stop("unsupported", "", f"Argon2 with {seal.memory} KiB")
        return Argon2id(
            salt=seal.salt, length=seal.key_size, iterations=seal.rounds, lanes=seal.lanes,
            memory_cost=seal.memory,
        ).derive(start)  # fmt: skip
    if seal.rounds > _ROUNDS:
        raise Stop("unsupported", "", f"PBKDF2 with {seal.rounds} rounds")
    return hashlib.pbkdf2_hmac("sha1", start, seal.salt, seal.rounds, seal.key_size)


def _decrypted(body: bytes, seal: Seal, key: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    if "gcm" in seal.cipher:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if body[: len(seal.vector)] == seal.vector:
            body = body[len(seal.vector) :]
        return AESGCM(key).decrypt(seal.vector, body, None)
    if "blowfish" in seal.cipher:
        from cryptography.hazmat.decrepit.ciphers.algorithms import Blowfish
        from cryptography.hazmat.decrepit.ciphers.modes import CFB

        mode: Any = CFB(seal.vector)
        cipher: Any = Cipher(Blowfish(key), mode).decryptor()
        return bytes(cipher.update(body) + cipher.finalize())
    if "cbc" not in seal.cipher:
        raise Stop("unsupported", "", f"cipher {seal.cipher.rpartition('#')[2]}")
    opener = Cipher(algorithms.AES(key), modes.CBC(seal.vector)).decryptor()
    padded = opener.update(body) + opener.finalize()
    fill = padded[-1] if padded else 0
    return padded[:-fill] if 1 <= fill <= 16 else padded
