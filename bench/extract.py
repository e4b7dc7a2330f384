"""Measure the readers against others on a folder of real files.

    python bench/extract.py --corpus DIR [--against extractous,pymupdf] [--times 5]

1. PDF: CPU of the text with word boxes against pypdfium2's bare text on the same pages, and
   the files that are not empty against PyMuPDF. A word counts only if a second, independent
   reader has it; the words nobody else has are printed beside it.
2. Each kind: the words of the others that Assay has too, and the files that another reader
   opens and Assay leaves unread.
3. Files per CPU-second, members read too.

Text alone is compared, no metadata; of mails the headers that stand in the text. Names of sheets
and of members, which the others write into their text, count for Assay where it shows them: as
labels of pages and names of members.
Each reader works in a process of its own, which is killed and replaced where a file takes too
long or too much memory. A reader that is not installed is named and left out. Times are CPU
seconds; of several runs the least counts.
"""

from __future__ import annotations

import argparse
import collections
import importlib.util
import json
import os
import re
import resource
import select
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

SECONDS = 20
MEMORY = 3 << 30
# a worker keeps its scratch folder; to make one a file on a disk would be most of the time
MEMORY_DISK = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
HAN = "\u2e80-\u2fdf\u3005\u3007\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
WORD = re.compile(f"[{HAN}]|[^\\W_{HAN}]{{2,}}")


def words_of(text: str) -> set[str]:
    """The words that are compared: NFKC, case folded, at least two letters, Han one by one."""
    return set(WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


# ---------------------------------------------------------------- readers (in their own process)


Answer = tuple[str, str, str]  # text, status, names shown beside the text


def assay_reader() -> Callable[[Path], Answer]:
    from assay import settings
    from assay.extract.read import read

    def all_of(path: Path, name: bytes, depth: int) -> tuple[list[str], str, list[str]]:
        with tempfile.TemporaryDirectory(dir=MEMORY_DISK) as scratch:
            place = Path(scratch)
            reading = read(path, name, place, settings.Limits(), settings.Reading(), depth=depth)
            names = [p.label for p in reading.pages]
            names += [b"/".join(m.name).decode("utf-8", "replace") for m in reading.members]
            texts = [reading.text]
            for member in reading.members:
                if member.spool:
                    inside = all_of(place / member.spool, member.name[-1], depth + 1)
                    texts += inside[0]
                    names += inside[2]
            waits = any(p.wants_ocr for p in reading.pages)
            status = "waits for OCR" if waits and not reading.text else reading.status
            return texts, status, names

    def run(path: Path) -> Answer:
        texts, status, names = all_of(path, path.name.encode(), 0)
        return "\n".join(texts), status, "\n".join(names)

    return run


def extractous_reader() -> Callable[[Path], Answer]:
    import extractous

    reader = extractous.Extractor().set_extract_string_max_length(100_000_000)

    def run(path: Path) -> Answer:
        text, _ = reader.extract_file_to_string(str(path))
        return text, "read", ""

    return run


def kreuzberg_reader() -> Callable[[Path], Answer]:
    import kreuzberg

    config = kreuzberg.ExtractionConfig(disable_ocr=True, use_cache=False)

    def all_of(found: Any) -> list[str]:
        inside = [child["result"] for child in found.children or ()]
        return [found.content, *(text for one in inside for text in all_of(one))]

    def run(path: Path) -> Answer:
        return "\n".join(all_of(kreuzberg.extract_file_sync(path, config=config))), "read", ""

    return run


def pymupdf_reader() -> Callable[[Path], Answer]:
    import pymupdf

    pymupdf.TOOLS.mupdf_display_errors(False)

    def run(path: Path) -> Answer:
        with pymupdf.open(path) as document:
            texts = []
            for page in document:
                texts.append(page.get_text())
                texts += [a.info.get("content", "") for a in page.annots()]
                texts += [str(w.field_value or "") for w in page.widgets()]
            return "\n".join(texts), "read", ""

    return run


READERS = {
    "assay": assay_reader,
    "extractous": extractous_reader,
    "kreuzberg": kreuzberg_reader,
    "pymupdf": pymupdf_reader,
}


def serve(name: str) -> None:
    """Read paths from stdin, one a line; answer with one JSON line each."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if name not in ("extractous", "kreuzberg"):  # they reserve more than they use
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    out = sys.stdout
    sys.stdout = sys.stderr
    run = READERS[name]()
    for line in sys.stdin:
        path = Path(json.loads(line))
        begin = time.process_time()
        try:
            text, status, names = run(path)
        except BaseException as error:  # noqa: BLE001 - any failure of a reader is its answer
            text, status, names = "", f"failed: {type(error).__name__}", ""
        spent = time.process_time() - begin
        found = words_of(text)
        answer = [sorted(found), status, spent, sorted(words_of(names) - found)]
        print(json.dumps(answer), file=out, flush=True)


class Reader:
    """A reader in a process of its own."""

    def __init__(self, name: str, python: str = sys.executable) -> None:
        self.name = name
        self._python = python
        self.named: set[str] = set()  # words of the last file that stand in names alone
        self._process: subprocess.Popen[str] | None = None

    def read(self, path: Path) -> tuple[set[str], str, float]:
        """(words, those of names too, status, CPU seconds) of a file."""
        self.named = set()
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [self._python, __file__, "--worker", self.name],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                env={**os.environ, "PATH": "/nowhere"},  # others would start tesseract
            )  # fmt: skip
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        try:
            process.stdin.write(json.dumps(str(path)) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            return set(), "died", 0.0
        ready, _, _ = select.select([process.stdout], [], [], SECONDS)
        line = process.stdout.readline() if ready else ""
        if not line:
            process.kill()
            process.wait()
            self._process = None
            print(f"{self.name}: {path.name} {'died' if ready else 'timeout'}", file=sys.stderr)
            return set(), "died" if ready else "timeout", 0.0
        words, status, spent, names = json.loads(line)
        self.named = set(names)
        return set(words) | self.named, status, spent

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


# ---------------------------------------------------------------- PDF: cost of the word boxes


def cost_of_boxes(paths: list[Path], times: int) -> dict[str, float]:
    """CPU seconds for all pages: bare text, text with boxes, and the whole reader."""
    least: dict[str, float] = {}
    for _ in range(times):
        for kind in ("bare", "boxes", "read"):
            done = subprocess.run(
                [sys.executable, __file__, "--cost", kind],
                input="\n".join(map(str, paths)), capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode == 0:
                spent = float(done.stdout)
                least[kind] = min(least.get(kind, spent), spent)
    return least


def cost(kind: str) -> None:
    """Do one pass over the files on stdin and print its CPU seconds, start-up left out."""
    import pypdfium2

    from assay import settings
    from assay.extract.pdf_text import page_text
    from assay.extract.read import read

    paths = [Path(line) for line in sys.stdin.read().splitlines()]

    def pass_over(some: Iterable[Path]) -> None:
        for path in some:
            if kind == "read":
                with tempfile.TemporaryDirectory() as scratch:
                    read(path, b"a.pdf", Path(scratch), settings.Limits(), settings.Reading())
                continue
            try:
                document = pypdfium2.PdfDocument(path)
            except pypdfium2.PdfiumError:
                continue  # a .pdf that is something else
            for index in range(len(document)):
                try:
                    page = document[index]
                    textpage = page.get_textpage()
                except pypdfium2.PdfiumError:
                    continue
                if kind == "bare":
                    textpage.get_text_range()
                else:
                    page_text(page.raw, textpage.raw)
                textpage.close()
                page.close()
            document.close()

    pass_over(paths[:3])  # imports and caches
    begin = time.process_time()
    pass_over(paths)
    print(time.process_time() - begin)


# ---------------------------------------------------------------- the comparison


def kind_of(path: Path) -> str:
    """The ending of a file's name, which is how the corpus is sorted."""
    return path.suffix.lower().lstrip(".") or "none"


def measure(corpus: Path, names: list[str], times: int) -> dict[str, Any]:
    """Read every file with every reader. CPU is the least of `times` runs where it compares."""
    paths = sorted(p for p in corpus.rglob("*") if p.is_file() and p.name != "README.md")
    found: dict[str, dict[Path, tuple[set[str], str, float]]] = {}
    for name in names:
        reader = Reader(name)
        mine = [p for p in paths if name != "pymupdf" or kind_of(p) == "pdf"]
        reader.read(mine[0])  # start-up is not counted
        results: dict[Path, tuple[set[str], str, float]] = {}
        for _ in range(times):
            for path in mine:
                if path in results and results[path][1] in ("died", "timeout"):
                    continue  # it would only happen again, and its CPU is not counted
                words, status, spent = reader.read(path)
                before = results.get(path)
                results[path] = (words, status, min(spent, before[2]) if before else spent)
        reader.close()
        found[name] = results
    return {"paths": paths, "found": found}


def report(taken: dict[str, Any], names: list[str]) -> None:
    """Print the tables."""
    found = taken["found"]
    pdfs = [p for p in taken["paths"] if kind_of(p) == "pdf"]
    print(
        f"\nPDF files that are not empty, of {len(pdfs)} (a word counts if another reader has it)"
    )
    for name in names:
        if name == "extractous":
            continue
        others = [n for n in names if n != name]
        full = alone = total = 0
        for path in pdfs:
            words = found[name][path][0]
            agreed = set().union(*(found[n][path][0] for n in others)) if others else words
            full += bool(words & agreed)
            total += len(words)
            alone += len(words - agreed)
        share = alone / total if total else 0.0
        print(f"  {name:<12} {full:>4}   words nobody else has: {share:.1%} of {total}")

    others = [n for n in names if n != "assay"]
    print(
        "\nBy kind: files, read, partly, unread, words of the others that Assay has too, and back"
    )
    kinds = collections.defaultdict(list)
    for path in taken["paths"]:
        kinds[kind_of(path)].append(path)
    left, opened = [], 0
    for kind, paths in sorted(kinds.items(), key=lambda k: -len(k[1])):
        status = collections.Counter(found["assay"][p][1] for p in paths)
        cells = []
        for name in others:
            shared = theirs = ours = 0
            for path in paths:
                if path not in found[name]:
                    continue
                a, b = found["assay"][path][0], found[name][path][0]
                shared, theirs, ours = shared + len(a & b), theirs + len(b), ours + len(a)
            if theirs:
                cells.append(f"{name} {shared / theirs:.0%}, {shared / max(ours, 1):.0%}")
        for path in paths:
            if any(len(found[n][path][0]) > 0 for n in others if path in found[n]):
                opened += 1
                if found["assay"][path][1] in ("unread", "died", "timeout"):
                    left.append(path)
        told = ", ".join(f"{v} {k}" for k, v in status.most_common())
        print(f"  {kind:<7} {len(paths):>4}  {told:<44} {'; '.join(cells)}")
    share = len(left) / opened if opened else 0.0
    print(f"\nUnread by Assay of {opened} that another reader opens: {len(left)} ({share:.1%})")
    by_kind = collections.Counter(kind_of(p) for p in left)
    print("  " + ", ".join(f"{v} {k}" for k, v in by_kind.most_common()))

    print("\nFiles per CPU-second, members read too")
    for name in names:
        spent = sum(r[2] for r in found[name].values())
        print(f"  {name:<12} {len(found[name]) / spent:>8.1f}   ({spent:.2f} s)")
    for name in others:
        same = list(found[name])
        mine = sum(found["assay"][p][2] for p in same)
        theirs = sum(found[name][p][2] for p in same)
        print(f"  Assay is {theirs / mine:.1f} times {name} on its {len(same)} files")


def main() -> None:
    """Run it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path)
    parser.add_argument("--against", default="extractous,pymupdf")
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    parser.add_argument("--cost", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        serve(options.worker)
        return
    if options.cost:
        cost(options.cost)
        return
    if options.corpus is None:
        parser.error("--corpus DIR is needed")
    names = ["assay"]
    for name in filter(None, options.against.split(",")):
        if name not in READERS:
            parser.error(f"no reader {name}: {', '.join(READERS)}")
        if importlib.util.find_spec(name) is None:
            print(f"{name} is not installed and left out: pip install -r requirements/bench.in")
        else:
            names.append(name)
    taken = measure(options.corpus, names, options.times)
    good = [
        path
        for path, (_, status, _) in taken["found"]["assay"].items()
        if kind_of(path) == "pdf" and status in ("read", "waits for OCR")
    ]
    costs = cost_of_boxes(good, options.times)
    print(f"PDF, all pages of {len(good)} files, CPU seconds, least of {options.times}")
    for kind, what in (
        ("bare", "pypdfium2's bare text"),
        ("boxes", "text with word boxes"),
        ("read", "whole reader: fields, outline, metadata, members, language"),
    ):
        if kind in costs and "bare" in costs:
            print(f"  {costs[kind]:>7.3f}  {costs[kind] / costs['bare']:.2f}x  {what}")
    report(taken, names)


if __name__ == "__main__":
    main()
