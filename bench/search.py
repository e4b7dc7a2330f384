"""How fast are searches and name lists over a large case, and does the index equal a scan?

    nice python bench/search.py --dir /tmp/bench-search [--pages 1000000] [--json out.json]

It makes N pages of 1,500 characters on average (Latin 40 %, Cyrillic 20 %, Han 20 %, Arabic and
Uyghur 20 %; words drawn by Zipf's law), keeps their text in SQLite as a catalogue would, builds the
index, and gives SQLite FTS5 the same tokens. Then it measures each kind of query, warm: the CPU
time of the whole call (parse, compile, exact total, ten hits with text, marks and snippet), the
least of five passes for each query, p50 and p95 over the queries. Last, 10,000 names by index and
by hyperscan over the raw text, which must agree. Times are CPU-seconds of this process (all its
threads), sizes bytes.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import itertools
import json
import os
import random
import resource
import sqlite3
import sys
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

from assay.engines.tantivy_index import TantivyIndex
from assay.index.analysis import ANALYSIS, analyse
from assay.index.find import search
from assay.index.names import find_names, read_names
from assay.index.write import page_for_index
from assay.settings import Search

SCRIPTS = ("latin", "cyrillic", "han", "arabic", "uyghur")
SHARES = (40, 20, 20, 10, 10)
LETTERS = {
    "latin": "etaoinshrdlcumwfgypbvk",
    "cyrillic": "оеаинтсрвлкмдпуязбгчйх",
    "han": "".join(map(chr, range(0x4E00, 0x4E00 + 4000))),
    "arabic": "اليمنترهوسدبعفقكحجصطشخ",
    "uyghur": "ىاەنلرقتدشېۇسغبكمۇيپھۈ",
}
WORDS = 200_000  # of each script
NAMES = 10_000
NAMED = 0.02  # of the pages hold a name of the list
PER_EXHIBIT = 8  # pages of an exhibit


class Language:
    """A made-up language: words of one script, frequent ones short, drawn by Zipf's law."""

    def __init__(self, script: str, rng: random.Random) -> None:
        self.script, self.rng = script, rng
        letters = LETTERS[script]
        weights = [1 / (i + 3) for i in range(len(letters))]
        words: dict[str, None] = {}
        while len(words) < WORDS:
            rank = len(words)
            size = (1 if rank < 500 else 2 if rank < 60_000 else 3) if script == "han" else (
                2 if rank < 60 else 3 + int(min(rank, 50_000) ** 0.14) + rng.randint(0, 4)
            )  # fmt: skip
            words["".join(rng.choices(letters, weights, k=size))] = None
        self.words = list(words)
        self.cumulative = list(itertools.accumulate(1 / (i + 2.7) for i in range(WORDS)))
        sample = rng.choices(self.words, cum_weights=self.cumulative, k=5000)
        self.word_size = sum(map(len, sample)) / len(sample) + (0.1 if script == "han" else 1.15)

    def text(self, size: int) -> str:
        """A page of about `size` characters."""
        count = max(1, int(size / self.word_size))
        words = self.rng.choices(self.words, cum_weights=self.cumulative, k=count)
        space, stop = ("", "，") if self.script == "han" else (" ", ". ")
        lines = []
        for start in range(0, count, 14):
            line = space.join(words[start : start + 14])
            lines.append(line[:1].upper() + line[1:])
        return (stop + "\n" * (self.script != "han")).join(lines)

    def name(self) -> str:
        """A name of two words (one of three characters in Han) that is no common phrase."""
        if self.script == "han":
            return "".join(self.rng.choices(LETTERS["han"][2000:], k=4))
        first, last = (self.rng.choice(self.words[20_000:]).capitalize() for _ in range(2))
        return f"{first} {last}"


def digest(number: int) -> str:
    return "sha256:" + hashlib.sha256(str(number // PER_EXHIBIT).encode()).hexdigest()


def corpus(pages: int, seed: int) -> tuple[list[str], Iterator[tuple[str, str]]]:
    """The list of names, half of them in the corpus, and the pages as (script, text)."""
    rng = random.Random(seed)
    languages = {script: Language(script, rng) for script in SCRIPTS}
    names = list(dict.fromkeys(
        languages[script].name() for script in rng.choices(SCRIPTS, SHARES, k=NAMES * 2)
    ))[:NAMES]  # fmt: skip
    present = {s: [] for s in SCRIPTS}
    for name in names[: NAMES // 2]:
        present[next(s for s in SCRIPTS if name.split()[-1].lower()[-1] in LETTERS[s])].append(name)

    def make() -> Iterator[tuple[str, str]]:
        for _ in range(pages):
            script = rng.choices(SCRIPTS, SHARES)[0]
            text = languages[script].text(rng.randint(200, 2800))
            if rng.random() < NAMED and present[script]:
                name = rng.choice(present[script])
                spelled = name.upper() if rng.random() < 0.2 else name
                lines = text.split("\n")
                lines.insert(rng.randint(0, len(lines)), spelled)
                text = "\n".join(lines)
            yield script, text

    return names, make()


def build(folder: Path, pages: int, seed: int) -> dict[str, float]:
    """Make the corpus, the catalogue, the index and the FTS5 table."""
    names, made = corpus(pages, seed)
    (folder / "names.txt").write_text("\n".join(names), "utf-8")
    texts = sqlite3.connect(folder / "texts.db")
    texts.execute("PRAGMA journal_mode=OFF")
    texts.execute("PRAGMA synchronous=OFF")
    texts.execute("CREATE TABLE page (id INTEGER PRIMARY KEY, script TEXT, text TEXT)")
    fts = sqlite3.connect(folder / "fts.db")
    fts.execute("PRAGMA journal_mode=OFF")
    fts.execute("PRAGMA synchronous=OFF")
    fts.execute(
        "CREATE VIRTUAL TABLE page USING fts5"
        "(words, content='', tokenize='unicode61 remove_diacritics 0')"
    )
    engine = TantivyIndex(folder / "index", Search(), ANALYSIS)
    cost = dict.fromkeys(("generate", "analyse", "index", "fts5", "text_bytes"), 0.0)
    number = 0
    while True:
        started = time.process_time()
        batch = list(itertools.islice(made, 5000))
        generated = time.process_time()
        if not batch:
            break
        texts.executemany(
            "INSERT INTO page VALUES (?, ?, ?)",
            [(number + i, script, text) for i, (script, text) in enumerate(batch)],
        )
        begun = time.process_time()
        entries = [
            page_for_index(
                digest(number + i), (number + i) % PER_EXHIBIT + 1, text,
                [f"{script}/{(number + i) // 8000}/{(number + i) // PER_EXHIBIT}.txt"],
                type="text/plain", lang=script,
            )
            for i, (script, text) in enumerate(batch)
        ]  # fmt: skip
        analysed = time.process_time()
        engine.add(entries)
        if number // 20_000 != (number + len(batch)) // 20_000:
            engine.commit()
        indexed = time.process_time()
        fts.executemany(
            "INSERT INTO page (rowid, words) VALUES (?, ?)",
            # FTS5 would take the gap for white space and let a phrase run over it
            [(number + i, e.text["words"].replace("·", "gap")) for i, e in enumerate(entries)],
        )
        done = time.process_time()
        cost["generate"] += generated - started
        cost["analyse"] += analysed - begun
        cost["index"] += indexed - analysed
        cost["fts5"] += done - indexed
        cost["text_bytes"] += sum(len(text.encode()) for _, text in batch)
        number += len(batch)
        if number % 50_000 == 0:
            print(f"  {number} pages, {time.process_time():.0f} CPU-s", file=sys.stderr, flush=True)
    begun = time.process_time()
    engine.commit()
    engine.close()
    cost["index"] += time.process_time() - begun
    texts.commit()
    texts.execute("PRAGMA optimize")
    begun = time.process_time()
    fts.commit()
    fts.execute("INSERT INTO page(page) VALUES ('optimize')")
    fts.commit()
    cost["fts5"] += time.process_time() - begun
    cost["index_bytes"] = sum(p.stat().st_size for p in (folder / "index").iterdir())
    cost["fts5_bytes"] = (folder / "fts.db").stat().st_size
    return cost


def text_reader(folder: Path, pages: int) -> Callable[[list[tuple[str, int]]], list[str]]:
    """The catalogue's part: texts by exhibit and page."""
    base = {digest(n): n for n in range(0, pages, PER_EXHIBIT)}
    texts = sqlite3.connect(folder / "texts.db")

    def text_of(keys: list[tuple[str, int]]) -> list[str]:
        wanted = [base[exhibit] + page - 1 for exhibit, page in keys]
        marks = ",".join("?" * len(wanted))
        found = dict(texts.execute(f"SELECT id, text FROM page WHERE id IN ({marks})", wanted))
        return [found[n] for n in wanted]

    return text_of


def kinds(folder: Path, pages: int, each: int, seed: int) -> dict[str, list[tuple[str, str]]]:
    """(query, the same for FTS5) of each kind, drawn from the pages themselves."""
    rng = random.Random(seed + 1)
    texts = sqlite3.connect(folder / "texts.db")

    def any_page(han: bool) -> list[str]:
        while True:
            script, text = texts.execute(
                "SELECT script, text FROM page WHERE id = ?", (rng.randrange(pages),)
            ).fetchone()
            tokens = analyse(text).words.split()
            if (script == "han") == han and len(tokens) > 8:
                return tokens

    drawn: dict[str, list[tuple[str, str]]] = {
        k: [] for k in ("word", "and", "phrase", "prefix", "han")
    }
    while len(drawn["word"]) < each:
        tokens = any_page(han=False)
        # half as often as they are written, half from the rarer words of the page
        word = rng.choice(tokens) if rng.random() < 0.5 else max(rng.sample(tokens, 4), key=len)
        other = rng.choice(tokens)
        drawn["word"].append((word, f'"{word}"'))
        drawn["and"].append((f"{word} AND {other}", f'"{word}" AND "{other}"'))
        at, size = rng.randrange(len(tokens) - 3), rng.choice((2, 3))
        phrase = " ".join(tokens[at : at + size])
        drawn["phrase"].append((f'"{phrase}"', f'"{phrase}"'))
        long = max(rng.sample(tokens, 3), key=len)
        stem = long[: max(3, len(long) - 3)]
        drawn["prefix"].append((f"{stem}*", f'"{stem}"*'))
        tokens = any_page(han=True)
        runs = [r for r in " ".join(tokens).replace("·", "|").split("|") if len(r.split()) > 4]
        run = rng.choice(runs).split()
        at, size = rng.randrange(len(run) - 3), rng.choice((2, 2, 3, 4))
        drawn["han"].append(("".join(run[at : at + size]), f'"{" ".join(run[at : at + size])}"'))
    return drawn


def percentiles(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "p50_ms": round(ordered[len(ordered) // 2] * 1000, 2),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 2),
        "max_ms": round(ordered[-1] * 1000, 2),
    }


def measure(folder: Path, pages: int, each: int, seed: int) -> dict[str, dict[str, object]]:
    """CPU time of each kind of query, by Assay and by FTS5; totals must be the same."""
    engine = TantivyIndex(folder / "index", Search(), ANALYSIS)
    text_of = text_reader(folder, pages)
    fts = sqlite3.connect(folder / "fts.db")
    results: dict[str, dict[str, object]] = {}
    for kind, queries in kinds(folder, pages, each, seed).items():
        ours, theirs, totals, differ = [], [], [], 0
        for query, asked in queries:
            times = []
            for _ in range(5):
                begun = time.process_time()
                hits = search(engine, query, text_of, limit=10)
                times.append(time.process_time() - begun)
            assert hits.total and all(hit.marks for hit in hits.hits), query
            ours.append(min(times))
            totals.append(hits.total)
            times = []
            for _ in range(2):
                begun = time.process_time()
                total = fts.execute(
                    "SELECT count(*) FROM page WHERE page MATCH ?", (asked,)
                ).fetchone()[0]
                fts.execute(
                    "SELECT rowid FROM page WHERE page MATCH ? ORDER BY rank LIMIT 10", (asked,)
                ).fetchall()
                times.append(time.process_time() - begun)
            theirs.append(min(times))
            differ += total != hits.total
        facets = []
        for query, _ in queries[:20]:
            begun = time.process_time()
            search(engine, query, text_of, limit=10, facets=("type", "lang", "date", "folder"))
            facets.append(time.process_time() - begun)
        results[kind] = {
            **percentiles(ours),
            "median_total": sorted(totals)[len(totals) // 2],
            "largest_total": max(totals),
            "fts5": percentiles(theirs),
            "totals_that_differ_from_fts5": differ,
            "with_facets": percentiles(facets),
        }
        print(f"  {kind}: {results[kind]}", file=sys.stderr, flush=True)
    for query, _ in kinds(folder, pages, 1, seed)["word"]:
        begun = time.process_time()
        deep = search(engine, f"NOT {query}", text_of, limit=10, offset=pages // 2)
        assert len(deep.hits) == 10
        results["offset_of_half_the_pages"] = {"ms": round((time.process_time() - begun) * 1000, 1)}
        begun = time.process_time()
        search(engine, f"NOT {query}", text_of, limit=10, offset=pages // 2, sort="path")
        results["the_same_by_path"] = {"ms": round((time.process_time() - begun) * 1000, 1)}
    return results


def name_lists(folder: Path, pages: int) -> dict[str, object]:
    """10,000 names by index and by a scan of the raw text: the exact places must be equal."""
    import hyperscan

    engine = TantivyIndex(folder / "index", Search(), ANALYSIS)
    text_of = text_reader(folder, pages)
    content = (folder / "names.txt").read_bytes()
    best, found = 1e9, []
    for _ in range(5):
        begun = time.process_time()
        found = list(find_names(engine, read_names(content), text_of))
        best = min(best, time.process_time() - begun)
    by_index = {
        (name.name, p.exhibit, p.page, p.start)
        for name in found
        for p in name.where
        if p.how == "exact"
    }
    names = content.decode().split("\n")
    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    begun = time.process_time()
    database.compile(
        expressions=[_escaped(name) for name in names],
        ids=list(range(len(names))),
        elements=len(names),
        flags=[hyperscan.HS_FLAG_SOM_LEFTMOST] * len(names),
    )
    compiled = time.process_time() - begun
    by_scan: set[tuple[str, str, int, int]] = set()
    scanning = 0.0
    texts = sqlite3.connect(folder / "texts.db")
    rows = texts.execute("SELECT id, text FROM page ORDER BY id")
    while block := rows.fetchmany(200):
        encoded = [text.encode() for _, text in block]
        joined = b"\n\n".join(encoded)
        matches: list[tuple[int, int, int]] = []

        def note(which: int, start: int, end: int, flags: int, context: object) -> None:
            matches.append((which, start, end))  # noqa: B023

        begun = time.process_time()
        database.scan(joined, match_event_handler=note)
        scanning += time.process_time() - begun
        ends = list(itertools.accumulate(len(e) + 2 for e in encoded))
        for which, start, _ in matches:
            row = next(i for i, e in enumerate(ends) if start < e)
            number, text = block[row]
            at = len(encoded[row][: start - (ends[row - 1] if row else 0)].decode())
            if _bordered(text, at, at + len(names[which])):
                by_scan.add((names[which], digest(number), number % PER_EXHIBIT + 1, at))
    return {
        "names": len(names),
        "cpu_seconds": round(best, 2),
        "names_found": sum(name.hits > 0 for name in found),
        "places": sum(name.hits for name in found),
        "exact_places": len(by_index),
        "exact_places_by_scan": len(by_scan),
        "only_by_index": len(by_index - by_scan),
        "only_by_scan": len(by_scan - by_index),
        "scan_cpu_seconds": round(scanning, 2),
        "scan_compile_cpu_seconds": round(compiled, 2),
    }


def _escaped(name: str) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in name.encode())


def _bordered(text: str, start: int, end: int) -> bool:
    """Word borders on both sides; Han needs none."""
    if "\u4e00" <= text[start] <= "\u9fff":
        return True

    def letter(at: int) -> bool:
        return 0 <= at < len(text) and unicodedata.category(text[at])[0] in "LMN"

    return not letter(start - 1) and not letter(end)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--dir", type=Path, required=True, help="scratch folder, made new")
    options.add_argument("--pages", type=int, default=1_000_000)
    options.add_argument("--queries", type=int, default=200, help="of each kind")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--reuse", action="store_true", help="the folder holds a corpus already")
    options.add_argument("--json", type=Path)
    chosen = options.parse_args()
    folder: Path = chosen.dir
    folder.mkdir(parents=True, exist_ok=chosen.reuse)
    report: dict[str, object] = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "pages": chosen.pages,
        "python": sys.version.split()[0],
        "cores": os.cpu_count(),
    }
    if not chosen.reuse:
        report["build"] = {
            k: round(v, 1) for k, v in build(folder, chosen.pages, chosen.seed).items()
        }
        print(f"  build: {report['build']}", file=sys.stderr, flush=True)
    report["queries"] = measure(folder, chosen.pages, chosen.queries, chosen.seed)
    report["name_list"] = name_lists(folder, chosen.pages)
    report["peak_memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    text = json.dumps(report, indent=1)
    print(text)
    if chosen.json:
        chosen.json.write_text(text)


if __name__ == "__main__":
    main()
