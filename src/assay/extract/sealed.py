"""Office files under a password ([MS-OFFCRYPTO]), opened with one that is given.

The decrypted package is read as what it is, and its members are marked secret: without the
password they cannot be had again. It lies in the scratch folder only while it is read.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache

from assay.extract import formats, types
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="sealed",
    version="1 msoffcrypto",
    licence="AGPL-3.0-or-later",
    formats=("application/x-ooxml-encrypted",),
    limits="rights-managed files, whose key is on a server, stay closed",
)
# What Excel uses to encrypt a workbook that is only protected against changes.
_BUILT_IN = "VelvetSweatshop"


@cache
def _derive_once() -> None:
    """Have msoffcrypto derive a key once where it would twice, to check it and to use it.

    Its own source asks for that; 100,000 rounds of SHA-512 are most of the time that such a
    file takes.
    """
    from msoffcrypto.method.ecma376_agile import ECMA376Agile  # type: ignore[import-untyped]

    derive = ECMA376Agile._derive_iterated_hash_from_password
    ECMA376Agile._derive_iterated_hash_from_password = staticmethod(lru_cache(1)(derive))


def read_sealed(request: Request, transcript: Transcript) -> None:
    """Open with each password in turn. Raises Stop with `encrypted` where none opens it."""
    import msoffcrypto  # type: ignore[import-untyped]

    _derive_once()
    transcript.note("encryption", "office password")
    place = request.aside("unsealed")
    try:
        for password in (_BUILT_IN, *request.passwords):
            try:
                with request.path.open("rb") as sealed, place.open("wb") as out:
                    office = msoffcrypto.OfficeFile(sealed)
                    office.load_key(password=password, verify_password=True)
                    office.decrypt(out)
            except Exception as error:
                if isinstance(error, OSError) and error.errno is not None:
                    raise
                continue  # a wrong password and a broken file fail alike; the next one may do
            media = types.sniff(place, request.suffix)
            reader = formats.reader_for(media)
            if reader is None or media == "application/x-ooxml-encrypted":
                raise Stop("no_reader", "", media)
            transcript.type = media
            transcript.secret = password != _BUILT_IN
            reader(replace(request, path=place, type=media), transcript)
            return
    finally:
        place.unlink(missing_ok=True)
    raise Stop("encrypted")
