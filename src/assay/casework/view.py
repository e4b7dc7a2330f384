"""Looking at an exhibit: page pictures and members, made in a jailed worker.

Pictures are cached in derived/pictures as WebP, by digest, page and width; members that are
taken out again lie in derived/spool/view, bounded in bytes. Both are caches.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from assay.casework import tasks
from assay.casework.neighbours import beside, is_volume
from assay.errors import EngineError, NotFound, UsageError, WorkerLost
from assay.extract.searchable import Sheet
from assay.model import places
from assay.ports import Task, Workers
from assay.proof.digests import digest_of_stream

if TYPE_CHECKING:
    from assay.casework.case import Case

# types whose pages are pictures that a worker draws
_DRAWN = frozenset(("application/pdf", "image/vnd.djvu"))
WIDTHS = (320, 640, 960, 1280, 1920)
_VIEW_BYTES = 2 << 30
_PACK = msgspec.msgpack.Encoder()


class Viewer:
    """Draws pages and takes members out, one at a time, in its own worker."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._pool: Workers | None = None
        self._serial = 0
        self._lock = threading.Lock()
        self._view = case.folder / places.SPOOL / "view"

    def close(self) -> None:
        """End the worker."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None

    def picture(self, digest: str, page: int, width: int) -> bytes:
        """A page as WebP. Raises NotFound, EngineError (with the reason)."""
        fitting = next((w for w in WIDTHS if w >= width), WIDTHS[-1])
        folder = self._case.folder / places.PICTURES / digest.removeprefix("sha256:")
        place = folder / f"{page}-{fitting}.webp"
        if place.exists():
            return place.read_bytes()
        source = self.original(digest)
        limits = self._case.settings.limits
        data = self._do(
            "picture", tasks.PictureRequest(str(source), page, fitting, limits), limits.seconds
        )
        if data[:4] != b"RIFF" or data[8:12] != b"WEBP":
            raise EngineError(f"exhibit {digest}", "the picture is not WebP: it is not shown", "")
        folder.mkdir(parents=True, exist_ok=True)
        scratch = place.with_suffix(".part")
        scratch.write_bytes(data)
        scratch.replace(place)
        return data

    def searchable(self, digest: str, target: Path) -> dict[str, Any]:
        """Write the recognised pages of an exhibit with their words to `target`, as a PDF.

        `exported` as the contract gives it. Raises NotFound where nothing was recognised.
        """
        catalogue, settings = self._case.catalogue, self._case.settings
        row = catalogue.row(digest)
        if row is None:
            raise NotFound(f"exhibit {digest}", "it is not in this case", "")
        sheets = tuple(
            Sheet(page.number, page.text, page.words, page.width, page.height)
            for page in catalogue.pages(row.id, words=True)
            if page.width is not None
        )
        drawn = row.type in _DRAWN or row.type.startswith("image/")
        if not drawn or not any(page.source == "ocr" for page in catalogue.pages(row.id)):
            raise NotFound(
                f"exhibit {digest}", "no page of it was recognised by OCR",
                "Run `assay retry` where pages wait, or save the original.",
            )  # fmt: skip
        source = self.original(digest)
        inbox = self._view / "in"
        inbox.mkdir(parents=True, exist_ok=True)
        request = tasks.SearchableRequest(
            str(source), sheets, settings.reading.dpi, str(inbox), settings.limits
        )
        seconds = settings.limits.seconds + 2.0 * len(sheets)
        name, words = msgspec.msgpack.decode(
            self._do("searchable", request, seconds), type=tuple[str, int]
        )
        if name != "searchable.pdf" or not (inbox / name).is_file():
            raise EngineError("searchable", "the worker did not bring it", "")
        try:
            with (inbox / name).open("rb") as made, target.open("xb") as out:
                shutil.copyfileobj(made, out)
        except FileExistsError:
            raise UsageError(
                "--pdf", "the file is there already", "Name one that is not there yet."
            ) from None
        finally:
            (inbox / name).unlink()
        with target.open("rb") as stream:
            made_digest, size = digest_of_stream(stream)
        return {
            "schema": "assay/exported/1",
            "exhibit": digest,
            "pages": len(sheets),
            "words": words,
            "bytes": size,
            "digest": made_digest,
        }

    def original(self, digest: str) -> Path:
        """Where an exhibit's bytes are. Raises NotFound, EngineError."""
        case = self._case
        row = case.catalogue.row(digest)
        if row is None:
            raise NotFound(f"exhibit {digest}", "it is not in this case", "")
        vault = case.vault()
        if vault.has(digest):
            return vault.place(digest)
        name = digest.removeprefix("sha256:")
        for place in (case.folder / places.SPOOL / name, self._view / name):
            if place.exists():
                return place
        way = case.catalogue.way_in(row.id)
        if not way:
            raise NotFound(f"exhibit {digest}", "no container is known that holds it", "")
        current = vault.place(way[0][0])
        self._make_room()
        for container, ordinal in way:
            current = self._take(current, ordinal, container)
        with current.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        if found != name:
            raise EngineError(
                f"exhibit {digest}",
                "its container gives other bytes now",
                "Run `assay verify`, then `assay rebuild`.",
            )
        return current

    def _take(self, container: Path, ordinal: int, digest: str) -> Path:
        inbox = self._view / "in"
        inbox.mkdir(parents=True, exist_ok=True)
        limits = self._case.settings.limits
        last, others = self._volumes(digest)
        request = tasks.MemberRequest(
            str(container), ordinal, str(inbox), limits, name=last, beside=others
        )
        body = self._do("member", request, limits.wall(container.stat().st_size))
        untrusted_name = msgspec.msgpack.decode(body, type=str)
        if "/" in untrusted_name or not (inbox / untrusted_name).is_file():
            raise EngineError("member", "the worker did not bring it", "")
        source = inbox / untrusted_name
        with source.open("rb") as stream:
            name = hashlib.file_digest(stream, "sha256").hexdigest()
        return source.replace(self._view / name)

    def _volumes(self, digest: str) -> tuple[bytes, tuple[tuple[bytes, str], ...]]:
        """A container's raw last name, and the other volumes where it is one of a split set."""
        catalogue = self._case.catalogue
        row = catalogue.row(digest)
        around = catalogue.appearances(row.id) if row is not None else []
        if row is None or not around:
            return b"", ()
        name = around[0].path.name
        if not is_volume(name):
            return name, ()
        others = beside(catalogue, row.id)
        return name, tuple((other.name, str(self.original(other.digest))) for other in others)

    def _make_room(self) -> None:
        """Remove the oldest members that were taken out for looking."""
        if not self._view.is_dir():
            return
        files = sorted(
            (p for p in self._view.iterdir() if p.is_file()), key=lambda p: p.stat().st_mtime
        )
        total = sum(p.stat().st_size for p in files)
        for path in files:
            if total <= _VIEW_BYTES:
                return
            total -= path.stat().st_size
            path.unlink()

    def _do(self, kind: str, request: msgspec.Struct, seconds: float) -> bytes:
        with self._lock:
            if self._pool is None:
                from assay.casework.engines import make_pool

                (self._view / "in").mkdir(parents=True, exist_ok=True)
                self._pool = make_pool(self._case, "view", 1, self._view / "in")
            self._serial += 1
            self._pool.submit(Task(self._serial, kind, _PACK.encode(request), seconds))
            while True:
                for outcome in self._pool.outcomes(seconds + 5):
                    if outcome.id != self._serial:
                        continue
                    if outcome.code:
                        raise WorkerLost(outcome.code, f"the page cannot be drawn: {outcome.code}")
                    return outcome.body
