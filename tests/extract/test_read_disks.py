"""Disk images: every file with its times, deleted ones said to be so, hashes compared."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import made
import pytest
from test_read_archives import cut, drop, names, read_set

from assay import settings
from assay.extract.member import open_member
from assay.testing.makers import disk

FILES = {
    "memo.txt": b"the dredging of basin four " * 40, "sub/list.csv": b"a,b\n", "old.txt": b"gone",
}  # fmt: skip
VOLUME = disk.fat(FILES, deleted=("old.txt",))
IMAGES: dict[str, Callable[[], bytes]] = {
    "a volume": lambda: VOLUME,
    "a disk with partitions": lambda: disk.mbr(VOLUME),
    "a VDI": lambda: disk.vdi(disk.mbr(VOLUME)),
    "an E01": lambda: disk.e01(disk.mbr(VOLUME))[0],
}


@pytest.mark.parametrize("kind", IMAGES)
def test_each_file_of_an_image_is_a_member_and_a_deleted_one_is_said_to_be(kind: str) -> None:
    reading = made.read_bytes(IMAGES[kind](), "usb.img")
    prefix = b"" if kind == "a volume" else b"partition 1/"
    assert sorted(names(reading)) == [
        prefix + b"$deleted/_LD.TXT", prefix + b"MEMO.TXT", prefix + b"SUB/LIST.CSV",
    ]  # fmt: skip
    assert sorted(m.size for m in reading.members) == [4, 4, 1080]
    assert reading.expected == 3
    assert ("disk:deleted", "1 with content") in reading.metadata.found


def test_the_text_of_an_image_lists_each_file_with_the_times_of_its_inode() -> None:
    reading = made.read_bytes(VOLUME, "usb.img")
    line = next(line for line in reading.text.splitlines() if "MEMO.TXT" in line)
    assert line.split("\t")[0] == reading.members[0].modified == "2019-03-14T09:00:00Z"
    assert line.split("\t")[4] == "1080"
    assert "OLD" not in line
    assert "_LD.TXT (deleted, its content may be overwritten in part)" in reading.text


def test_a_vdi_that_holds_a_difference_or_breaks_off_is_said() -> None:
    assert made.codes(made.read_bytes(disk.vdi(VOLUME, difference=True))) == {"unsupported"}
    whole = disk.vdi(VOLUME)
    assert made.codes(made.read_bytes(whole[:513])) == {"truncated"}
    cut = made.read_bytes(whole[: len(whole) - 65536 - 1500])
    assert made.codes(cut) > {"part_unclaimed"}


def test_space_that_no_file_claims_is_said_not_to_be_searched() -> None:
    reading = made.read_bytes(VOLUME, "usb.img")
    assert made.codes(reading) == {"part_unclaimed"}
    assert "unallocated" in reading.problems[0].detail


@pytest.mark.parametrize("kind", IMAGES)
@pytest.mark.parametrize("k", range(3))
def test_the_census_of_an_image_misses_a_file_that_the_reader_drops(
    kind: str, k: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = IMAGES[kind]()
    drop(monkeypatch, k)
    assert "members_missing" in made.codes(made.read_bytes(body, "usb.img"))


FLAT = {name.rpartition("/")[2]: body for name, body in FILES.items()}
SYSTEMS: dict[str, tuple[bytes, list[bytes]]] = {
    "exFAT": (disk.exfat(FILES), [b"memo.txt", b"old.txt", b"sub/list.csv"]),
    "HFS+": (disk.hfs_plus(FLAT), [b"list.csv", b"memo.txt", b"old.txt"]),
}  # fmt: skip


@pytest.mark.parametrize("system", SYSTEMS)
def test_files_of_other_systems_are_members_and_its_own_tables_are_none(system: str) -> None:
    body, wanted = SYSTEMS[system]
    reading = made.read_bytes(body, "usb.img")
    assert sorted(names(reading)) == wanted
    assert sorted(m.size for m in reading.members) == [4, 4, 1080]
    assert reading.expected == 3


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("k", range(3))
def test_the_census_of_other_systems_misses_a_file_that_the_reader_drops(
    system: str, k: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(monkeypatch, k)
    assert "members_missing" in made.codes(made.read_bytes(SYSTEMS[system][0], "usb.img"))


def test_the_acquisition_hash_of_an_e01_is_compared() -> None:
    good = made.read_bytes(disk.e01(VOLUME)[0], "usb.E01")
    assert ("ewf:verified", "MD5 match") in good.metadata.found
    bad = made.read_bytes(disk.e01(VOLUME, md5=bytes(range(16)))[0], "usb.E01")
    assert ("checksum", "acquisition hash") in [(p.code, p.where) for p in bad.problems]
    assert len(bad.members) == 3


def test_the_volumes_of_an_e01_are_read_as_one_and_a_missing_one_is_named(
    tmp_path: Path,
) -> None:
    volumes = {f"usb.E{n + 1:02}": v for n, v in enumerate(disk.e01(VOLUME, volumes=3))}
    reading = read_set(volumes, "usb.E01", tmp_path)
    assert ("ewf:verified", "MD5 match") in reading.metadata.found
    assert (len(reading.members), reading.type) == (3, "application/x-ewf")
    assert read_set(volumes, "usb.E02", tmp_path).status == "read"
    volumes.pop("usb.E03")
    reading = read_set(volumes, "usb.E01", tmp_path)
    assert "volume 3" in [p.where for p in reading.problems if p.code == "volume_missing"]


def test_a_raw_image_in_volumes_is_read_as_one(tmp_path: Path) -> None:
    parts = {f"usb.{n + 1:03}": part for n, part in enumerate(cut(disk.mbr(VOLUME), 400_000))}
    assert len(read_set(parts, "usb.001", tmp_path).members) == 3


def test_an_image_cut_short_gives_what_is_there() -> None:
    reading = made.read_bytes(VOLUME[:30_000], "usb.img")
    assert b"MEMO.TXT" in names(reading)
    assert reading.status == "partly"


def test_an_encrypted_partition_is_recognised_and_the_others_are_read() -> None:
    locked = (b"\xeb\x58\x90-FVE-FS-" + bytes(499) + b"\x55\xaa").ljust(8192, b"\0")
    reading = made.read_bytes(disk.mbr(locked, VOLUME), "usb.img")
    found = [(p.code, p.where, p.detail) for p in reading.problems]
    assert ("encrypted", "partition 1", "BitLocker") in found
    assert len(reading.members) == 3
    assert reading.expected is None


def test_a_file_over_the_limit_is_named_and_the_others_are_kept() -> None:
    reading = made.read_bytes(VOLUME, "usb.img", member=100)
    assert [m.problem.code if m.problem else "" for m in reading.members].count("limit_member") == 1
    assert len(reading.members) == 3


def test_a_member_of_an_image_opens_again_by_its_ordinal(tmp_path: Path) -> None:
    path = tmp_path / "image"
    path.write_bytes(disk.mbr(VOLUME))
    reading = made.read_bytes(path.read_bytes(), "usb.img")
    number = next(m.ordinal for m in reading.members if m.name[-1] == b"LIST.CSV")
    assert open_member(path, number, tmp_path, settings.Limits()).read_bytes() == b"a,b\n"


def system_image(kind: str, folder: Path) -> bytes:
    """An ext4 or NTFS volume of three files, by the tools of those file systems."""
    image = folder / "image"
    with image.open("wb") as stream:
        stream.truncate(8 << 20)
    source = folder / "source"
    (source / "sub").mkdir(parents=True)
    for name in ("a.txt", "sub/b.txt", "c.txt"):
        (source / name).write_bytes(name.encode() * 300)
    if kind == "ext4":
        subprocess.run(
            [shutil.which("mke2fs", path="/usr/sbin:/sbin") or "mke2fs", "-q", "-t", "ext4", "-d",
             str(source), str(image)], check=True,
        )  # fmt: skip
    else:
        make = shutil.which("mkntfs", path="/usr/sbin:/sbin") or "mkntfs"
        subprocess.run([make, "-q", "-F", str(image)], check=True, capture_output=True)
        for name in ("a.txt", "c.txt"):
            subprocess.run(
                ["ntfscp", str(image), str(source / name), name], check=True, capture_output=True
            )
    return image.read_bytes()


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        pytest.param("ext4", 3, marks=pytest.mark.needs("e2fsprogs")),
        pytest.param("ntfs", 2, marks=pytest.mark.needs("ntfs-3g")),
    ],
)
def test_the_files_of_other_file_systems_are_counted_by_their_own_tables(
    kind: str, count: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = system_image(kind, tmp_path)
    reading = made.read_bytes(body, "disk.dd")
    assert (len(reading.members), reading.expected) == (count, count)
    assert "members_missing" not in made.codes(reading)
    drop(monkeypatch, 1)
    assert "members_missing" in made.codes(made.read_bytes(body, "disk.dd"))
