"""Fuzz one parser, led by coverage, and keep what it finds.

`python fuzz/one.py NAME OUT [libFuzzer options] SEEDS`. Every input goes through
`assay.extract.read.read`, as a jailed worker would call it, with small limits. A finding is

- `escaped`: an exception other than the promised OSError comes out of `read`;
- `slow`: more CPU time than `SLOW` seconds for at most 64 KiB;
- `memory`: the address space of a worker does not suffice;
- `offsets`: pages that do not ascend or leave the text, regions outside their page;
- `members`: a member with neither digest nor problem, or one whose bytes are not in the scratch;
- `outside`: a file is made, moved or removed outside the scratch, a program or socket opened
  (seen by Python's audit hook: what a C library does by itself is the jail's business);
- `slip`: the reader failed in a way that says nothing about the file (`TypeError` and its like;
  an index or key that is missing where no reader expected that). `read` makes a problem of it,
  so nothing is lost in silence, but the rest of the exhibit is.

Each kind of finding is kept once a place, as OUT/NAME-kind-place, and fuzzing goes on.
Zip packages are mutated inside: the directory and the checksums of the mutant are right.
"""

from __future__ import annotations

import contextlib
import importlib
import io
import os
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["assay.extract"]):
    from assay.extract import census, formats, problems, read, transcript, types
    from targets import targets

import msgspec

from assay import settings
from assay.model.reading import Reading

SLOW = 5.0
LIMITS = msgspec.structs.replace(
    settings.Limits(), output=16 << 20, member=8 << 20, members=2000, text=2_000_000, pages=500,
    cells=200_000, pixels=4_000_000, line=1_000_000,
)  # fmt: skip
OPTIONS = settings.Reading()
SLIPS = (
    TypeError, AttributeError, NameError, AssertionError, UnboundLocalError, ZeroDivisionError,
)  # fmt: skip
UNEXPECTED = (*SLIPS, KeyError, IndexError, StopIteration)  # where only `read` itself caught them
_WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


class Watch:
    """Sees what a reading does outside its scratch."""

    def __init__(self, inside: str) -> None:
        self.inside = inside
        self.on = False
        self.seen: list[str] = []
        sys.addaudithook(self.hear)

    def hear(self, event: str, args: tuple[object, ...]) -> None:
        """One audit event."""
        if not self.on:
            return
        if event == "open":
            path, _, flags = args
            if isinstance(flags, int) and flags & _WRITES:
                self._place(event, path)
        elif event in ("os.mkdir", "os.remove", "os.rmdir", "os.truncate", "os.chmod"):
            self._place(event, args[0])
        elif event in ("os.rename", "os.link", "os.symlink"):
            self._place(event, args[0])
            self._place(event, args[1])
        elif event in ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork",
                       "socket.connect", "socket.bind"):  # fmt: skip
            self.seen.append(event)

    def _place(self, event: str, path: object) -> None:
        if isinstance(path, int):
            return
        place = os.path.abspath(os.fsdecode(path))  # type: ignore[arg-type]
        if not place.startswith(self.inside) and place != "/dev/null":
            self.seen.append(f"{event}-{Path(place).name}")


class Fuzzer:
    """One parser under fuzzing."""

    def __init__(self, name: str, out: Path) -> None:
        self.name = name
        self.out = out
        self.media = targets()[name]
        self.home = tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)
        self.scratch = Path(self.home) / "scratch"
        self.exhibit = Path(self.home) / "exhibit"
        self.watch = Watch(str(self.scratch) + "/")
        self.count = 0
        self.slip: BaseException | None = None
        self._sniff = types.sniff
        types.sniff = self.sniff
        # a library's work, the same for all: a worker has the model from before its jail closed
        read.language_of = lambda text: None
        trouble = transcript.Transcript.trouble

        def noted(one: object, code: str, *rest: str, **more: str) -> None:
            error = sys.exc_info()[1]
            by_read = sys._getframe(1).f_code.co_name == "read_request"
            if isinstance(error, UNEXPECTED if by_read else SLIPS) and code in (
                "damaged",
                "part_damaged",
            ):
                self.slip = error
            trouble(one, code, *rest, **more)  # type: ignore[arg-type]

        transcript.Transcript.trouble = noted  # type: ignore[method-assign, assignment]

    def sniff(self, path: Path, suffix: str) -> str:
        """The type as found where it is this parser's, else the parser's first type."""
        media = self._sniff(path, suffix)
        return media if media in self.media else self.media[0]

    def found(self, kind: str, place: str, body: bytes, words: str = "") -> None:
        """Keep a finding once."""
        safe = "".join(c if c.isalnum() or c in "._-" else "_" for c in place)[:80]
        path = self.out / f"{self.name}-{kind}-{safe}"
        if not path.exists():
            path.write_bytes(body)
            path.with_name(path.name + ".txt").write_text(words or place, encoding="utf-8")

    def one(self, body: bytes) -> None:
        """Read one input and judge the reading."""
        if not body:
            return
        self.count += 1
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir()
        self.exhibit.write_bytes(body)
        self.slip = None
        self.watch.seen.clear()
        began = time.process_time()
        reading = None
        self.watch.on = True
        try:
            reading = read.read(self.exhibit, b"exhibit", self.scratch, LIMITS, OPTIONS)
        except Exception as error:  # noqa: BLE001 - this is what is looked for
            self.watch.on = False
            self.found("escaped", _place(error), body, "".join(traceback.format_exception(error)))
        finally:
            self.watch.on = False
        seconds = time.process_time() - began
        if seconds > SLOW:
            self.found("slow", f"{seconds:.0f}s", body)
        if self.slip is not None:
            text = "".join(traceback.format_exception(self.slip))
            self.found("slip", _place(self.slip), body, text)
        for seen in self.watch.seen:
            self.found("outside", seen, body)
        if reading is not None:
            for kind, place in wrong(reading, self.scratch):
                self.found(kind, place, body)


def _place(error: BaseException) -> str:
    """The last line of Assay that the error went through."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if "/assay/" in f.filename]
    last = frames[-1] if frames else None
    where = f"{Path(last.filename).stem}.{last.name}.{last.lineno}" if last else ""
    return f"{type(error).__name__}-{where}"


def wrong(reading: Reading, scratch: Path) -> list[tuple[str, str]]:
    """What no reading may hold, as (kind, words)."""
    found: list[tuple[str, str]] = []
    last = 0
    for number, page in enumerate(reading.pages):
        if not last <= page.start <= page.end <= len(reading.text):
            found.append(("offsets", "pages do not ascend"))
            break
        if page.number != number + 1:
            found.append(("offsets", "page numbers"))
            break
        last = page.end
    for region in reading.regions:
        if not any(p.start <= region.start < region.end <= p.end for p in reading.pages):
            found.append(("offsets", f"region {region.kind} outside its page"))
            break
    for member in reading.members:
        if member.digest is None and member.problem is None:
            found.append(("members", "neither digest nor problem"))
        if member.spool and not (scratch / member.spool).is_file():
            found.append(("members", "its bytes are not there"))
    spooled = {m.spool for m in reading.members if m.spool}
    if {p.name for p in scratch.iterdir()} - spooled:
        found.append(("members", "a file in the scratch that no member names"))
    if any(p.code not in problems.PROBLEMS for p in reading.problems):
        found.append(("members", "a code that is not known"))
    if any(p.code == "memory" for p in reading.problems):
        found.append(("memory", "out of it"))
    hollow = reading.container and reading.expected == 0  # zero is zero: an archive of folders
    if not (reading.text or reading.pages or reading.members or reading.problems or hollow):
        found.append(("silence", "nothing and no reason"))
    return found


def mutate(body: bytes, largest: int, seed: int) -> bytes:
    """A mutant; in a zip package one part is changed and all sums are made anew."""
    dice = random.Random(seed)
    if body[:2] == b"PK" and dice.random() < 0.85:
        with contextlib.suppress(Exception), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return _inside(body, largest, dice)
    return atheris.Mutate(body, largest)


def _inside(body: bytes, largest: int, dice: random.Random) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = [(info.filename, archive.read(info)) for info in archive.infolist()[:60]]
    at = dice.randrange(len(parts))
    if dice.random() < 0.05:
        del parts[at]
    else:
        part = parts[at][1][: largest // 2]
        parts[at] = (parts[at][0], atheris.Mutate(part, max(len(part) * 2, 64)))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts:
            archive.writestr(name, part)
    return out.getvalue()[:largest]


def main() -> None:
    """Fuzz what the arguments name."""
    name, out = sys.argv[1], Path(sys.argv[2])
    space = LIMITS.memory + (512 << 20)  # libFuzzer and the tables of coverage take their share
    resource.setrlimit(resource.RLIMIT_AS, (space, space))
    os.environ["MALLOC_ARENA_MAX"] = "2"
    warnings.simplefilter("ignore")
    fuzzer = Fuzzer(name, out)
    tempfile.gettempdir()  # looks for a place by writing there, once

    with atheris.instrument_imports(include=["assay.extract"]):
        for media in fuzzer.media:
            formats.reader_for(media)
            if census.counts(media):
                importlib.import_module(f"assay.extract.census.{census._BY_TYPE[media][0]}")
    atheris.Setup(
        [sys.argv[0], *sys.argv[3:]], fuzzer.one, custom_mutator=mutate, internal_libfuzzer=True
    )
    try:
        atheris.Fuzz()
    finally:
        shutil.rmtree(fuzzer.home, ignore_errors=True)


if __name__ == "__main__":
    main()
