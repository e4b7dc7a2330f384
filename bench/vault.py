"""The vault against bare sha256-and-copy, in CPU-seconds and wall seconds, side by side.

    .venv/bin/python bench/vault.py [--megabytes 2000] [--files 8] [--times 5] [--dir DIR]

Bare: one thread reads, hashes and writes each file with the same chunk and syncs it once at
the end. The vault does the same and names blobs exclusively, read-only, in groups. The
smallest of so many runs in turn is compared. Beside it: many small files, where names count.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import resource
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from assay.engines.folder import FolderBlobs


def spent() -> float:
    """CPU-seconds of this process, user and system."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def bare(files: list[Path], target: Path, chunk: int) -> None:
    """Hash and copy, nothing more; durable at the end."""
    buffer = bytearray(chunk)
    view = memoryview(buffer)
    for number, path in enumerate(files):
        state = hashlib.sha256()
        with (
            path.open("rb", buffering=0) as source,
            (target / str(number)).open("wb", buffering=0) as out,
        ):
            while count := source.readinto(buffer):
                state.update(view[:count])
                out.write(view[:count])
            os.fsync(out.fileno())


def vault(files: list[Path], target: Path, chunk: int) -> None:
    """The same files into a vault, acknowledged in groups of 256."""
    blobs = FolderBlobs(target / "originals", target / "tmp")
    for number, path in enumerate(files, 1):
        with path.open("rb", buffering=0) as source:
            blobs.put_stream(source, chunk)  # type: ignore[arg-type]
        if number % 256 == 0:
            blobs.sync()
    blobs.sync()


def compare(label: str, files: list[Path], folder: Path, times: int) -> None:
    """Run both in turn and print the smallest of each."""
    size = sum(path.stat().st_size for path in files)
    best: dict[str, list[float]] = {}
    bodies: list[tuple[str, Callable[[list[Path], Path, int], None]]] = [
        ("bare", bare),
        ("vault", vault),
    ]
    for _ in range(times):
        for name, body in bodies:
            target = folder / "target"
            target.mkdir()
            os.sync()
            cpu, wall = spent(), time.perf_counter()
            body(files, target, 1 << 20)
            found = [spent() - cpu, time.perf_counter() - wall]
            best[name] = [min(a, b) for a, b in zip(found, best.get(name, found), strict=True)]
            shutil.rmtree(target)
    for name, (cpu, wall) in best.items():
        speed = f"{size / cpu / 1e6:8.0f} MB per CPU-s {wall:8.2f} s"
        print(f"{label:<14}{name:<8}{cpu:8.2f} CPU-s {speed}")
    rate = best["bare"][0] / best["vault"][0]
    wall = best["bare"][1] / best["vault"][1]
    print(f"{label:<14}ratio   {rate:8.2f} by CPU, {wall:.2f} by wall time")


def main() -> None:
    """Make the files, compare, remove them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=2000)
    parser.add_argument("--files", type=int, default=8)
    parser.add_argument("--small", type=int, default=5000)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--dir", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.dir) as name:
        folder = Path(name)
        block = os.urandom(1 << 20)
        large = []
        for number in range(given.files):
            path = folder / f"large-{number}"
            with path.open("wb") as out:
                for part in range(given.megabytes // given.files):
                    out.write(part.to_bytes(4, "big") + block[4:])
            large.append(path)
        small = []
        for number in range(given.small):
            path = folder / f"small-{number}"
            path.write_bytes(number.to_bytes(4, "big") + block[:5000])
            small.append(path)
        compare("large files", large, folder, given.times)
        compare("small files", small, folder, given.times)


if __name__ == "__main__":
    main()
