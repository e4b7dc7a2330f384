"""Measure mail: a mailbox of many messages, and Outlook stores against pff-tools.

    python bench/mail.py --messages 100000 [--add]
    python bench/mail.py --stores DIR

1. A generated mailbox of messages of about 1 KB: CPU seconds of the reading leg (the mailbox and
   each of its messages, counted apart too) and the peak of memory at a tenth and at the end;
   with --add the same through `assay add` in a new case, all processes together.
2. Each PST and OST below DIR: the messages and attachments that Assay met, those that pffexport
   writes, and what libpff counts.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from assay import settings
from assay.extract.read import read
from assay.model.reading import Reading

_WORDS = (
    "cargo port night ship crane invoice payment harbour manifest customs officer container seal "
    "meeting tomorrow transfer account bank agreed signed letter witness copy Voss Berg Lindqvist"
).split()


def write_mailbox(place: Path, count: int) -> None:
    """A mailbox of `count` messages of about 1 KB, ten to a thread."""
    chosen = random.Random(1)
    with place.open("wb") as out:
        for n in range(count):
            lines = (" ".join(chosen.choice(_WORDS) for _ in range(11)) for _ in range(9))
            head = (
                f"From p{n % 97}@port.example Thu Mar 14 09:00:00 2019\n"
                f"From: Person {n % 97} <p{n % 97}@port.example>\n"
                f"To: Person {n % 89} <q{n % 89}@port.example>\n"
                f"Subject: Message {n} about {chosen.choice(_WORDS)}\n"
                f"Date: Thu, 14 Mar 2019 {n // 3600 % 24:02d}:{n // 60 % 60:02d}:{n % 60:02d}"
                " +0100\n"
                f"Message-ID: <{n}@port.example>\nIn-Reply-To: <{n // 10 * 10}@port.example>\n"
                "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\n"
            )
            out.write((head + "\n".join(lines) + "\n\n").encode())


def peak() -> float:
    """The most memory that this process has used, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure_reading(box: Path) -> None:
    """The reading leg in one process."""
    limits, options = settings.Limits(), settings.Reading()
    with tempfile.TemporaryDirectory(dir=box.parent) as folder:
        scratch = Path(folder)
        began = time.process_time()
        reading = read(box, b"box.mbox", scratch, limits, options)
        opened = time.process_time() - began
        print(f"mailbox  {len(reading.members)} of {reading.expected} members, {opened:.1f} CPU-s,"
              f" peak {peak():.0f} MB")  # fmt: skip
        began, wrong = time.process_time(), 0
        for number, member in enumerate(reading.members, 1):
            inner = read(scratch / member.spool, member.name[-1], scratch, limits, options, depth=1)
            wrong += inner.status != "read" or not inner.metadata.message_id
            if number in (len(reading.members) // 10, len(reading.members)):
                spent = time.process_time() - began
                print(f"messages {number} read, {number / spent:.0f} a CPU-second,"
                      f" peak {peak():.0f} MB")  # fmt: skip
        spent = time.process_time() - began + opened
        print(f"together {len(reading.members) / spent:.0f} a CPU-second; {wrong} not whole")


def measure_add(box: Path) -> None:
    """The whole path in a new case, all processes together."""
    with tempfile.TemporaryDirectory(dir=box.parent) as folder:
        case, home = Path(folder) / "case", Path(folder) / "home"
        environment = {**os.environ, "XDG_CONFIG_HOME": str(home), "HOME": str(home)}
        program = [str(Path(sys.executable).with_name("assay"))]
        subprocess.run([*program, "init", str(case)], env=environment, check=True,
                       capture_output=True)  # fmt: skip
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.monotonic()
        said = subprocess.run([*program, "--case", str(case), "add", str(box)], env=environment,
                              check=True, capture_output=True, text=True)  # fmt: skip
        wall = time.monotonic() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(said.stdout.strip())
        print(f"assay add {spent:.0f} CPU-s, {wall:.0f} s of wall time,"
              f" largest process {after.ru_maxrss / 1024:.0f} MB")  # fmt: skip


def count_met(path: Path, name: bytes, depth: int = 0) -> tuple[int, int, int]:
    """(messages, attachments, failed) below a store or a message, at any depth."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        limits, options = settings.Limits(), settings.Reading()
        reading: Reading = read(path, name, scratch, limits, options, depth=depth)
        messages = attachments = failed = 0
        for member in reading.members:
            failed += member.problem is not None
            if member.name[-1].endswith(b".eml") and member.spool:
                messages += 1
                attachments += depth > 0  # an item inside an item is an attachment of it
                more = count_met(scratch / member.spool, member.name[-1], depth + 1)
                messages, attachments, failed = (
                    messages + more[0], attachments + more[1], failed + more[2],
                )  # fmt: skip
            elif depth:
                attachments += 1
        return messages, attachments, failed


def count_exported(path: Path) -> tuple[int, int]:
    """(messages, attachments) that pffexport writes."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "out"
        subprocess.run(["pffexport", "-q", "-m", "items", "-t", str(target), str(path)],
                       capture_output=True, check=False)  # fmt: skip
        heads = list(Path(folder).glob("out.export/**/OutlookHeaders.txt"))
        held = list(Path(folder).glob("out.export/**/Attachments/*"))
        return len(heads), len(held)


def measure_stores(folder: Path) -> None:
    """Each store against pff-tools."""
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() in (".pst", ".ost")):
        with tempfile.TemporaryDirectory() as scratch:
            reading = read(path, path.name.encode(), Path(scratch), settings.Limits(),
                           settings.Reading())  # fmt: skip
        met = count_met(path, path.name.encode())
        exported = count_exported(path)
        print(f"{path.relative_to(folder)}: assay {met[0]} messages, {met[1]} attachments,"
              f" {met[2]} failed; pffexport {exported[0]}, {exported[1]}; in folders"
              f" {len(reading.members)} of {reading.expected} by libpff")  # fmt: skip


def main() -> None:
    """Run what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int)
    parser.add_argument("--add", action="store_true")
    parser.add_argument("--stores", type=Path)
    parser.add_argument("--scratch", type=Path, default=Path(tempfile.gettempdir()))
    chosen = parser.parse_args()
    if chosen.messages:
        with tempfile.TemporaryDirectory(dir=chosen.scratch) as folder:
            box = Path(folder) / "box.mbox"
            write_mailbox(box, chosen.messages)
            print(f"{chosen.messages} messages, {box.stat().st_size / 1e6:.0f} MB")
            (measure_add if chosen.add else measure_reading)(box)
    if chosen.stores:
        measure_stores(chosen.stores)


if __name__ == "__main__":
    main()
