"""Words recovered by type, against Tika, kreuzberg, LibreOffice, PyMuPDF and extractous.

    python bench/agreed.py --corpus DIR --tika tika-app.jar [--cache DIR] [--kinds pdf,doc]
    python bench/agreed.py --corpus DIR --tika tika-app.jar --speed

A word counts where at least two readers other than Assay have it; in a second count Tika and
extractous, which is Tika in another body, are one. For each reader: the share
of those words that it has. Noise: the share of Assay's words that no other reader has; names of
members and labels of pages are found where others write them into their text, and are no noise,
since they stand in no text of Assay. Members of containers are read too, by all. OCR is off.
Tika runs warm, in one JVM for all files. Readers' answers are kept in --cache by digest, so that
a second run reads with Assay alone.

--speed: CPU seconds a kind of Assay's reading leg (PDF with word boxes) and of Tika, whole
processes, the collector and compiler of the JVM too; least of --times passes after one to
warm up.

kreuzberg and extractous are found where they are installed (`pip install` them beside Assay or
name the interpreter that has them with --python); `soffice` on the path is LibreOffice.
"""

from __future__ import annotations

import argparse
import base64
import collections
import hashlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from extract import Reader, kind_of, words_of  # type: ignore[import-not-found]

SECONDS = 60
FAMILIES = {
    "PDF": "pdf",
    "Office": "doc docx docm xls xlsx xlsb ppt pptx pptm rtf odt ods odp",
    "HTML and mail": "html htm mhtml eml msg mbox",
}
CALC = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
WRITER = ("doc", "docx", "docm", "rtf", "odt", "wps", "wpd", "hwp", "html", "fb2", "mif", "pages")
SHEETS = ("xls", "xlsx", "xlsb", "ods", "numbers", "dbf", "csv")
SLIDES = ("ppt", "pptx", "pptm", "odp", "key", "odg", "vsd", "vsdx", "pub")


class Tika:
    """Apache Tika in one warm JVM."""

    def __init__(self, jar: Path) -> None:
        self._jar = jar
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, path: Path) -> tuple[str, str, float]:
        """(text, status, CPU seconds) of a file."""
        if self._process is None or self._process.poll() is not None:
            source = Path(__file__).with_name("TikaReader.java")
            self._process = subprocess.Popen(
                ["java", "-Xmx2g", "-cp", str(self._jar), str(source)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            )  # fmt: skip
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(os.fsencode(path) + b"\n")
        process.stdin.flush()
        ready, _, _ = select.select([process.stdout], [], [], SECONDS)
        line = process.stdout.readline() if ready else b""
        if not line:
            process.kill()
            process.wait()
            self._process = None
            return "", "died" if ready else "timeout", 0.0
        status, spent, text = line.decode().rstrip("\n").split("\t")
        return base64.b64decode(text).decode("utf-8", "replace"), status, int(spent) / 1e9

    def close(self) -> None:
        """End the JVM."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


def libreoffice(path: Path, profile: Path) -> str:
    """LibreOffice's text export, sheets as CSV, slides through a PDF; "" for other kinds."""
    kind = kind_of(path)
    if kind in SHEETS:
        target = CALC
    elif kind in WRITER:
        target = "txt:Text (encoded):UTF8"
    elif kind in SLIDES:
        target = "pdf"
    else:
        return ""
    with tempfile.TemporaryDirectory() as out:
        _text_of([
            "soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to",
            target, "--outdir", out, str(path),
        ])  # fmt: skip
        texts = []
        for made in sorted(Path(out).iterdir()):
            if made.suffix == ".pdf":
                import pypdfium2

                texts += [page.get_textpage().get_text_range() for page in
                          pypdfium2.PdfDocument(made)]  # fmt: skip
            else:
                texts.append(made.read_bytes().decode("utf-8", "replace"))
        return "\n".join(texts)


def _text_of(command: list[str]) -> str:
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=SECONDS, check=False,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode("utf-8", "replace")


OTHERS = ("kreuzberg", "extractous", "pymupdf")  # readers of bench/extract.py
ENGINE = {"extractous": "tika"}  # the same readers in another body


def agreed_by(
    readers: list[str], found: dict[str, dict[Path, set[str]]], path: Path, engine: dict[str, str]
) -> set[str]:
    """The words of a file that two readers have which are not of one engine."""
    votes: dict[str, set[str]] = collections.defaultdict(set)
    for name in readers:
        for word in found[name][path]:
            votes[word].add(engine.get(name, name))
    return {word for word, engines in votes.items() if len(engines) >= 2}


class Cache:
    """Words of a file by a reader, kept by the file's digest."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder

    def get(self, reader: str, path: Path, make: object) -> set[str]:
        """The kept words, or those that `make` gives, kept."""
        if self._folder is None:
            return words_of(make())  # type: ignore[operator]
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:32]
        place = self._folder / reader / f"{digest}.json"
        if place.exists():
            return set(json.loads(place.read_text()))
        words = words_of(make())  # type: ignore[operator]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(sorted(words), ensure_ascii=False))
        return words


def compare(paths: list[Path], options: argparse.Namespace) -> None:
    """Print the table by kind."""
    cache = Cache(options.cache)
    tika = Tika(options.tika) if options.tika else None
    python = options.python
    others: list[str] = ["tika"] if tika else []
    for name in OTHERS:
        if subprocess.run([python, "-c", f"import {name}"], capture_output=True).returncode == 0:
            others.append(name)
    if shutil.which("soffice"):
        others.append("libreoffice")
    readers = {name: Reader(name, python) for name in OTHERS if name in others}
    print("against " + ", ".join(others))
    found: dict[str, dict[Path, set[str]]] = {name: {} for name in ["assay", *others]}
    status: dict[Path, str] = {}
    named: dict[Path, set[str]] = {}
    assay = Reader("assay")
    with tempfile.TemporaryDirectory() as profile:
        for path in paths:
            words, status[path], _ = assay.read(path)
            found["assay"][path] = words
            named[path] = assay.named
            if tika:
                found["tika"][path] = cache.get("tika", path, lambda p=path: tika.read(p)[0])
            for name, reader in readers.items():
                if name == "pymupdf" and kind_of(path) != "pdf":
                    found[name][path] = set()
                else:
                    found[name][path] = cache.get(
                        name, path, lambda p=path, r=reader: " ".join(r.read(p)[0])
                    )
            if "libreoffice" in others:
                found["libreoffice"][path] = cache.get(
                    "libreoffice", path, lambda p=path: libreoffice(p, Path(profile))
                )
    for reader in (assay, *readers.values()):
        reader.close()
    if tika:
        tika.close()
    kinds = collections.defaultdict(list)
    for path in paths:
        kinds[kind_of(path)].append(path)
    print("\n| kind | files | words | assay | " + " | ".join(others) + " | noise | first |"
          " words of two engines | assay | first |")  # fmt: skip
    print("|---" * (9 + len(others)) + "|")
    behind: list[tuple[int, Path]] = []
    for kind, group in sorted(kinds.items(), key=lambda k: (-len(k[1]), k[0])):
        noise = ours = 0
        totals: list[int] = []
        firsts: list[str] = []
        shares: list[dict[str, int]] = []
        for engine in ({}, ENGINE):
            agreed = {path: agreed_by(others, found, path, engine) for path in group}
            totals.append(sum(map(len, agreed.values())))
            have = {n: sum(len(found[n][p] & agreed[p]) for p in group) for n in found}
            shares.append(have)
            firsts.append(", ".join(n for n in found if have[n] == max(have.values())))
            if not engine:
                lost = [(len(agreed[p] - found["assay"][p]), p) for p in group]
                behind += [pair for pair in lost if pair[0]]
        for path in group:
            text = found["assay"][path] - named[path]
            ours += len(text)
            noise += len(text.difference(*(found[n][path] for n in others)))
        if not totals[0]:
            print(f"| {kind} | {len(group)} | 0 |" + " |" * (6 + len(others)))
            continue
        cells = " | ".join(f"{shares[0][n] / totals[0]:.1%}" for n in found)
        apart = f"{shares[1]['assay'] / totals[1]:.1%} | {firsts[1]}" if totals[1] else " | "
        print(
            f"| {kind} | {len(group)} | {totals[0]} | {cells} | {noise / max(ours, 1):.1%} "
            f"| {firsts[0]} | {totals[1]} | {apart} |", flush=True,
        )  # fmt: skip
    if options.lost:
        print("\nWords that two others have and Assay has not, by file:")
        for lost, path in sorted(behind, reverse=True, key=lambda b: b[0])[: options.lost]:
            words = agreed_by(others, found, path, {}) - found["assay"][path]
            print(
                f"  {lost:>5} {path}  [{status[path]}]  {' '.join(sorted(words)[: options.shown])}"
            )


def speed(paths: list[Path], options: argparse.Namespace) -> None:
    """Print CPU seconds by family of kinds, Assay's reading leg against warm Tika."""
    print("\n| | files | assay, CPU-s | tika, CPU-s | ratio |\n|---|---|---|---|---|")
    for family, endings in FAMILIES.items():
        group = [p for p in paths if kind_of(p) in endings.split()]
        spent: dict[str, dict[Path, float]] = {"assay": {}, "tika": {}}
        assay, tika = Reader("assay"), Tika(options.tika)
        for turn in range(options.times + 1):
            for path in group:
                for name, (_, status, seconds) in (
                    ("assay", assay.read(path)), ("tika", tika.read(path)),
                ):  # fmt: skip
                    if turn and status not in ("died", "timeout"):
                        before = spent[name].get(path, seconds)
                        spent[name][path] = min(before, seconds)
        assay.close()
        tika.close()
        both = [p for p in group if p in spent["assay"] and p in spent["tika"]]
        if not both:
            continue
        ours, theirs = (sum(spent[n][p] for p in both) for n in ("assay", "tika"))
        print(f"| {family} | {len(both)} | {ours:.2f} | {theirs:.2f} | {theirs / ours:.1f} |")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--tika", type=Path)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--kinds", default="")
    parser.add_argument("--lost", type=int, default=0, help="name that many files that lose words")
    parser.add_argument("--shown", type=int, default=12, help="words named of each of them")
    parser.add_argument("--speed", action="store_true")
    parser.add_argument("--times", type=int, default=3)
    options = parser.parse_args()
    paths = sorted(p for p in options.corpus.rglob("*") if p.is_file() and p.name != "README.md")
    if options.kinds:
        paths = [p for p in paths if kind_of(p) in options.kinds.split(",")]
    began = time.process_time()
    if options.speed:
        speed(paths, options)
    else:
        compare(paths, options)
    print(
        f"\n{len(paths)} files, {time.process_time() - began:.0f} s of this process",
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
