"""How the pages of an Access database are encoded, and the keys that decode them.

Every header is masked with a fixed RC4 key. Jet 3 and 4 may encode each page with RC4, by a key
that stands in the header itself: no password is needed. An ACCDB that is encrypted with a
password holds an EncryptionInfo of MS-OFFCRYPTO (agile) in its first page; each page is AES-CBC
with its number in the initial vector, as Jackcess Encrypt has found.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable

from assay.extract.problems import Stop
from assay.extract.xmlstream import Broken, parse_bytes
from assay.settings import Limits

_MASK = bytes((0xC7, 0xDA, 0x39, 0x6B))
_INFO = 0x299
_SPIN = 10_000_000


class Codec:
    """Decodes pages. `secret` is true where a password was needed."""

    def __init__(self, code_page: int, page: Callable[[bytes, int], bytes] | None) -> None:
        self.code_page = code_page
        self.secret = False
        self.encoded = page is not None
        self._page = page

    def decode(self, body: bytes, number: int) -> bytes:
        """The bytes of a page as they were before it was encoded."""
        return body if self._page is None else self._page(body, number)


def codec_for(head: bytes, old: bool, passwords: tuple[str, ...]) -> Codec:
    """The codec that the first page asks for. Raises Stop with `encrypted`."""
    clear = rc4(_MASK, head[0x18 : 0x18 + (126 if old else 128)])
    code_page = int.from_bytes(clear[0x3C - 0x18 : 0x3E - 0x18], "little")
    key = clear[0x3E - 0x18 : 0x42 - 0x18]
    info = _encryption_info(head) if not old else b""
    if info:
        codec = _agile(info, key, passwords, code_page)
        if codec is None:
            raise Stop("encrypted")
        codec.secret = True
        return codec
    if key == b"\0\0\0\0":
        return Codec(code_page, None)
    return Codec(code_page, lambda body, number: rc4(_with_page(key, number), body))


def _encryption_info(head: bytes) -> bytes:
    length = int.from_bytes(head[_INFO : _INFO + 2], "little")
    info = head[_INFO + 2 : _INFO + 2 + length]
    return info if length > 8 and b"<encryption" in info[:400] else b""


class _Facts:
    """The attributes of an agile EncryptionInfo."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.key: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.rpartition("}")[2]
        if local == "keyData":
            self.values = attributes
        elif local == "encryptedKey":
            self.key = attributes

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


def _with_page(key: bytes, number: int) -> bytes:
    return (int.from_bytes(key, "little") ^ number).to_bytes(4, "little")


def _agile(info: bytes, key: bytes, passwords: tuple[str, ...], code_page: int) -> Codec | None:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
    from msoffcrypto.method.ecma376_agile import ECMA376Agile  # type: ignore[import-untyped]

    found = _Facts()
    try:
        parse_bytes(info[8:], found, Limits(), short=False)
        data, own = found.values, found.key
        salt, block = base64.b64decode(data["saltValue"]), int(data["blockSize"])
        name = data["hashAlgorithm"].lower().replace("-", "")
        digest, spin, bits = own["hashAlgorithm"], int(own["spinCount"]), int(own["keyBits"])
        seasoning = base64.b64decode(own["saltValue"])
        sealed = base64.b64decode(own["encryptedKeyValue"])
        asked = base64.b64decode(own["encryptedVerifierHashInput"])
        answer = base64.b64decode(own["encryptedVerifierHashValue"])
        if spin > _SPIN or name not in hashlib.algorithms_available:
            return None
    except (Broken, KeyError, ValueError):
        return None  # an EncryptionInfo that is not understood opens nothing
    for password in passwords:
        try:
            good = ECMA376Agile.verify_password(
                password, seasoning, digest, asked, answer, spin, bits
            )
            secret = b""
            if good:
                secret = ECMA376Agile.makekey_from_password(
                    password, seasoning, digest, sealed, spin, bits
                )
        except Exception:  # noqa: BLE001 - the next password may do
            continue
        if not good:
            continue

        def page(body: bytes, number: int, secret: bytes = secret) -> bytes:
            vector = hashlib.new(name, salt + _with_page(key, number)).digest()
            vector = vector[:block].ljust(block, b"\x36")
            opened = Cipher(algorithms.AES(secret), modes.CBC(vector)).decryptor()
            return opened.update(body) + opened.finalize()

        return Codec(code_page, page)
    return None


def rc4(key: bytes, body: bytes) -> bytes:
    """RC4 of `body`: the same call encodes and decodes."""
    box = list(range(256))
    j = 0
    for i in range(256):
        j = (j + box[i] + key[i % len(key)]) & 255
        box[i], box[j] = box[j], box[i]
    out = bytearray(len(body))
    i = j = 0
    for n, byte in enumerate(body):
        i = (i + 1) & 255
        a = box[i]
        j = (j + a) & 255
        b = box[j]
        box[i], box[j] = b, a
        out[n] = byte ^ box[(a + b) & 255]
    return bytes(out)
