"""Signed notes and checkpoints."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from assay.errors import BadSignature
from assay.proof import note

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
NAME = "assay/test"
VERIFIER = note.Verifier(NAME, KEY.public_key().public_bytes_raw())
TEXT = "assay/case/log\n3\n" + base64.b64encode(bytes(32)).decode() + "\n"


def test_a_note_opens_to_the_text_that_was_signed() -> None:
    assert note.open_note(note.sign(TEXT, NAME, KEY), VERIFIER) == TEXT


def test_the_example_of_the_specification_verifies() -> None:
    # c2sp.org/signed-note: the key and note that its text gives as an example
    key = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    name, _, body = key.split("+", 2)
    verifier = note.Verifier(name, base64.b64decode(body)[1:])
    assert verifier.vkey() == key
    text = (
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n"
    )
    signed = (
        text + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZ"
        "SNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
    )
    assert note.open_note(signed, verifier) == text


def test_another_key_does_not_open_it() -> None:
    other = note.Verifier(NAME, Ed25519PrivateKey.generate().public_key().public_bytes_raw())
    with pytest.raises(BadSignature):
        note.open_note(note.sign(TEXT, NAME, KEY), other)


@pytest.mark.parametrize("place", range(0, 150, 7))
def test_a_note_with_any_bit_changed_does_not_open(place: int) -> None:
    signed = note.sign(TEXT, NAME, KEY).encode()
    for bit in range(8):
        forged = bytearray(signed)
        forged[place % len(forged)] ^= 1 << bit
        try:
            changed = forged.decode()
        except UnicodeDecodeError:
            continue
        with pytest.raises(BadSignature):
            note.open_note(changed, VERIFIER)


def test_a_signature_spelled_with_other_spare_bits_is_refused() -> None:
    text = TEXT
    while True:
        signed = note.sign(text, NAME, KEY)
        if signed.endswith("=\n"):
            break
        text = "x" + text
    spot = signed.rindex("=") - 1
    while signed[spot] == "=":
        spot -= 1
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    twin = alphabet[alphabet.index(signed[spot]) ^ 1]
    with pytest.raises(BadSignature):
        note.open_note(signed[:spot] + twin + signed[spot + 1 :], VERIFIER)


def test_a_checkpoint_is_read_back_with_the_heads_it_has_seen() -> None:
    checkpoint = note.Checkpoint(
        "assay/c/l", 7, bytes(range(32)), {"ab": (3, "ff"), "aa": (1, "0")}
    )
    assert note.read_checkpoint(note.checkpoint_text(checkpoint)) == checkpoint


@pytest.mark.parametrize(
    "text", ["a\n1\n", "a\n01\n" + "A" * 43 + "=\n", "a\n1\nAAAA\n", TEXT + "tail 1 2\n", ""]
)
def test_a_text_that_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(BadSignature):
        note.read_checkpoint(text)
