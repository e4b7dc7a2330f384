"""WACZ: a packed collection of web captures (WACZ 1.1.1). Every entry of the zip is a member.

The text is what the collection says of itself and its pages: title, address, time and words of
each line in pages/*.jsonl. Each resource that datapackage.json lists is compared with its digest
and size, and datapackage.json itself with its digest; what is listed and not there is said. A
signature is noted, not checked.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any

from assay.extract import dates, types
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.extract.zipped import Archive, Entry, NotZip
from assay.ports import Card

CARD = Card(
    name="wacz",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(types.WACZ,),
    limits="the signature over the digest of datapackage.json is noted, not checked",
)
_JSON = 64 << 20
_ERRORS = (MemberBroken, zlib.error, ValueError, OSError, EOFError)


def read_wacz(request: Request, transcript: Transcript) -> None:
    """Read a collection. Raises Stop with `damaged` or a limit of containers."""
    transcript.container = True
    transcript.vouch()
    try:
        archive = Archive(request.path)
    except NotZip:
        raise Stop("damaged", "", "no zip entries") from None
    with archive:
        if archive.salvaged:
            transcript.trouble("truncated", "", "the zip has no directory at its end")
        digests = _Package(archive, transcript)
        if request.only is None:
            _read_pages(archive, transcript)
        spool = transcript.members()
        for entry in archive.entries:
            if entry.folder:
                continue
            if not spool.wanted():
                spool.skip()
                continue
            wanted = digests.of(entry)
            spool.add(entry.name, _checked(archive, entry, wanted), entry.modified)
        if request.only is None:
            digests.say_missing()


def _checked(archive: Archive, entry: Entry, wanted: tuple[str, int | None]) -> Any:
    hashed, size = wanted
    algorithm, _, value = hashed.partition(":")
    algorithm = algorithm.replace("-", "").lower()
    total = hashlib.new(algorithm) if algorithm in ("sha256", "sha1", "md5", "sha512") else None
    count = 0
    for chunk in archive.chunks(entry):
        count += len(chunk)
        if total is not None:
            total.update(chunk)
        yield chunk
    if total is not None and total.hexdigest() != value.lower():
        raise MemberBroken("checksum", "the digest in datapackage.json does not match")
    if size is not None and size != count:
        raise MemberBroken("checksum", "the size in datapackage.json does not match")


class _Package:
    """What datapackage.json promises."""

    def __init__(self, archive: Archive, transcript: Transcript) -> None:
        self._archive = archive
        self._transcript = transcript
        self._wanted: dict[str, tuple[str, int | None]] = {}
        self._met: set[str] = set()
        raw = self._bytes("datapackage.json")
        if raw is None:
            transcript.trouble("damaged", "", "no datapackage.json")
            return
        self._read_digest(raw)
        try:
            package = json.loads(raw)
        except ValueError:
            package = None
        if not isinstance(package, dict):
            transcript.trouble("damaged", "", "datapackage.json is not readable")
            return
        for name in ("title", "description", "created", "modified", "software", "wacz_version",
                     "mainPageURL", "mainPageUrl", "mainPageDate", "mainPageTS"):  # fmt: skip
            if isinstance(package.get(name), str | int | float):
                transcript.note(f"wacz:{name}", package[name])
        transcript.title = str(package.get("title") or "") or None
        transcript.created = dates.from_iso(str(package.get("created", "")))
        transcript.modified = dates.from_iso(str(package.get("modified", "")))
        resources = package.get("resources")
        for item in resources if isinstance(resources, list) else ():
            if isinstance(item, dict) and isinstance(item.get("path"), str):
                hashed, size = item.get("hash"), item.get("bytes")
                self._wanted[item["path"]] = (
                    hashed if isinstance(hashed, str) else "",
                    size if isinstance(size, int) else None,
                )

    def _bytes(self, name: str) -> bytes | None:
        entry = self._archive.by_name.get(name)
        try:
            return None if entry is None else self._archive.read(entry, _JSON)
        except _ERRORS as error:
            self._transcript.trouble("damaged", f"part {name}", type(error).__name__)
            return None

    def _read_digest(self, raw: bytes) -> None:
        found = self._bytes("datapackage-digest.json")
        if found is None:
            return
        try:
            digest = json.loads(found)
            promised = str(digest["hash"])
            signed = digest.get("signedData")
        except (ValueError, KeyError, TypeError, AttributeError):
            self._transcript.trouble("damaged", "part datapackage-digest.json", "not readable")
            return
        if promised != "sha256:" + hashlib.sha256(raw).hexdigest():
            self._transcript.trouble(
                "checksum", "part datapackage.json", "the digest beside it does not match"
            )
        if isinstance(signed, dict):
            by = signed.get("domain") or signed.get("publicKey") or signed.get("software") or ""
            self._transcript.note("wacz:signed-by", str(by)[:200])
            self._transcript.note("wacz:signed-on", signed.get("created", ""))
            self._transcript.note("wacz:signature", "there, not checked")

    def of(self, entry: Entry) -> tuple[str, int | None]:
        """(digest, size) promised for an entry."""
        name = entry.name.decode("utf-8", "replace")
        self._met.add(name)
        return self._wanted.get(name, ("", None))

    def say_missing(self) -> None:
        """Say which resources are listed and not there."""
        missing = sum(1 for name in self._wanted if name not in self._met)
        if missing:
            self._transcript.trouble(
                "members_missing", "part datapackage.json", f"{missing} of {len(self._wanted)}"
            )
        self._transcript.note("wacz:resources", len(self._wanted))


def _read_pages(archive: Archive, transcript: Transcript) -> None:
    """The lines of pages/*.jsonl as text: a page of the capture a paragraph."""
    for name, entry in archive.by_name.items():
        if not (name.startswith("pages/") and name.endswith((".jsonl", ".json"))):
            continue
        try:
            lines = archive.read(entry, _JSON).split(b"\n")
        except _ERRORS as error:
            transcript.trouble("damaged", f"part {name}", type(error).__name__)
            continue
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                page = json.loads(line)
            except ValueError:
                page = None
            if not isinstance(page, dict):
                transcript.trouble("damaged", f"part {name}", f"line {number}")
                continue
            shown = [str(page.get(key) or "") for key in ("ts", "title", "url")]
            if page.get("url"):
                transcript.paragraph(" ".join(word for word in shown if word))
            if isinstance(page.get("text"), str) and page["text"].strip():
                transcript.paragraph(page["text"])
