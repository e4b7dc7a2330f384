"""Server CPU of the desk's pages on a generated catalogue of many exhibits.

    nice .venv/bin/python bench/desk.py [EXHIBITS] [FOLDER]

The catalogue and the index are filled directly, as `add` would leave them: nine of ten exhibits
are texts of 60 words, the others mails, PDFs and archives with members; one in twelve has a
problem, one in fifty waits for OCR. Each page is asked for several times through HTTP in one
process; the figure is CPU of that process, client included, in milliseconds: the first time, and
the median of the others. `changing` is asked while another connection writes before each view,
as a run does.
"""

from __future__ import annotations

import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "web"))

from serving import serving

from assay.casework.case import Case
from assay.casework.engines import open_index
from assay.casework.indexer import Indexer
from assay.engines.catalogue import Catalogue
from assay.extract.problems import problem
from assay.model import places
from assay.model.exhibit import RawPath
from assay.model.reading import Page, Reading
from assay.proof.digests import digest_of

TYPES = ["text/plain"] * 9 + ["message/rfc822", "application/pdf", "application/zip"]
CODES = ["no_reader", "encrypted", "damaged", "truncated", "charset_guess"]
WORDS = [f"word{n}" for n in range(5000)]
PAGES = [
    "/search", "/search?q=word17", "/search?q=word17+word23&type=text/plain", "/account",
    "/account?show=all", "/account?show=all&p=1900", "/account?show=read&p=1500",
    "/account?code=encrypted", "/account?show=all&type=application/zip",
    "/account?show=all&under=leak", "/account?show=all&under=leak/d7", "/custody",
    "/custody?events=all", "/custody?events=all&p=1000", "/progress",
]  # fmt: skip


def fill(case: Case, count: int) -> None:
    """Exhibits, readings and events; then the index."""
    chance = random.Random(1)
    catalogue = case.catalogue
    log = case.log()
    for start in range(0, count, 2000):
        with catalogue.writing():
            for n in range(start, min(start + 2000, count)):
                one(catalogue, log.id, n, chance)
            catalogue.set_applied(log.id, 2 * (n + 1))
    engine = open_index(case.folder / places.INDEX, case.settings)
    Indexer(catalogue, engine, case.settings.search).add_waiting(now=True)
    engine.close()


def one(catalogue: Catalogue, log: str, n: int, chance: random.Random) -> None:
    """One exhibit with its two events."""
    text = " ".join(chance.choices(WORDS, k=60))
    digest = digest_of(f"{n} {text}".encode())
    row, _ = catalogue.add_exhibit(digest, len(text), held=True, depth=0)
    path = RawPath.of(b"leak", b"d%d" % (n % 100), b"f%06d.txt" % n)
    catalogue.add_appearance(row, path, len(text), None)
    media = chance.choice(TYPES)
    troubles = (problem(chance.choice(CODES)),) if chance.random() < 0.08 else ()
    pages = (Page(1, 0, len(text), wants_ocr=chance.random() < 0.02),)
    reading = Reading(
        media, text, pages, problems=troubles, unclaimed=0, container=media.endswith("zip"),
        expected=3 if media.endswith("zip") else None,
    )  # fmt: skip
    catalogue.store_reading(row, reading, [None], "r", None, digest, 0.001)
    catalogue.set_logged([row])
    if reading.container:
        for ordinal in range(2):
            catalogue.add_appearance(row, path.inside(b"m%d" % ordinal), 1, None, row, ordinal)
    for k, kind in enumerate(("received", "read")):
        catalogue.add_event(
            digest_of(f"{n} {kind}".encode())[7:], log, 2 * n + k, kind, "desk", digest,
            "2026-11-25T10:00:00Z", "bench", {"type": media, "pages": 1, "problems": []}, {},
        )  # fmt: skip


def measure(folder: Path) -> None:
    """Ask for each page and print what it cost."""
    writer = Catalogue(folder / places.CATALOGUE)
    with serving(lambda: Case(folder)) as served, served.client() as client:
        print(f"{'page':<45}{'first':>8}{'median':>8}{'changing':>10}")
        for page in PAGES:
            first, again, changing = cost(client, page), [], []
            again = [cost(client, page) for _ in range(7)]
            for n in range(5):
                with writer.writing():
                    writer.set_fact("bench", str(n))
                changing.append(cost(client, page))
            print(f"{page:<45}{first:>8.1f}{statistics.median(again):>8.1f}"
                  f"{statistics.median(changing):>10.1f}")  # fmt: skip
    writer.close()


def cost(client: object, page: str) -> float:
    """CPU milliseconds of this process for one answer."""
    began = time.process_time()
    answer = client.get(page)  # type: ignore[attr-defined]
    assert answer.status_code == 200, page
    return 1000 * (time.process_time() - began)


def main() -> None:
    """Generate where there is nothing yet, then measure."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.mkdtemp()) / "case"
    if not (folder / places.CASE_FILE).exists():
        with Case.init(folder, "Bench", "bench") as case:
            began = time.process_time()
            fill(case, count)
            print(f"{count} exhibits generated in {time.process_time() - began:.0f} CPU-s")
    measure(folder)


if __name__ == "__main__":
    main()
