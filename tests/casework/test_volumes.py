"""Split sets in a case: volumes are exhibits of their own, and the first one reads them all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assay.casework.case import Case
from assay.testing.makers import archives, rar, sevenzip

FILES = {"ledger.txt": b"the dredging of basin four " * 60, "list.csv": b"a,b\n1,2\n"}


def volumes(name: str, body: bytes, size: int = 150) -> dict[str, bytes]:
    """A 7z cut by size."""
    parts = [body[at : at + size] for at in range(0, len(body), size)]
    assert len(parts) > 1
    return {f"{name}.{n + 1:03}": part for n, part in enumerate(parts)}


def write(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, body in files.items():
        (folder / name).write_bytes(body)
    return folder


def rows(case: Case) -> dict[str, dict[str, Any]]:
    return {row["path"]: row for row in case.account()["rows"]}


def words(case: Case) -> list[str]:
    return sorted(hit["path"] for hit in case.search("dredging", 100)["hits"])


def test_the_volumes_of_a_set_in_a_folder_are_read_as_one(case: Case, tmp_path: Path) -> None:
    seven = volumes("a.7z", sevenzip.sevenzip(FILES))
    parts = {f"b.part{n + 1}.rar": v for n, v in enumerate(rar.rar5(FILES, volume=800))}
    case.add([write(tmp_path / "usb", {**seven, **parts})])
    found = rows(case)
    assert {row["status"] for row in found.values()} == {"read"}
    # both sets hold the same bytes: which path is the first depends on who was read first
    displays = {place["display"] for row in found.values() for place in row["paths"]}
    assert {"usb/a.7z.001!/ledger.txt", "usb/b.part1.rar!/ledger.txt"} <= displays
    assert len(words(case)) == 1


def test_the_volumes_of_a_set_inside_a_zip_are_read_as_one(case: Case, tmp_path: Path) -> None:
    seven = volumes("a.7z", sevenzip.sevenzip(FILES))
    case.add([write(tmp_path / "usb", {"all.zip": archives.zip_of(seven)})])
    found = rows(case)
    assert {row["status"] for row in found.values()} == {"read"}
    assert words(case) == ["usb/all.zip!/a.7z.001!/ledger.txt"]


def test_a_missing_volume_is_said_and_when_it_comes_the_set_is_read_again(
    case: Case, tmp_path: Path
) -> None:
    seven = volumes("a.7z", sevenzip.sevenzip(FILES))
    late = {name: seven.pop(name) for name in ("a.7z.002",)}
    folder = write(tmp_path / "usb", seven)
    case.add([folder])
    codes = {p["code"] for p in rows(case)["usb/a.7z.001"]["problems"]}
    assert "volume_missing" in codes
    case.add([write(folder, late)])
    assert len(words(case)) == 1
    assert {row["status"] for row in rows(case).values()} == {"read"}


def test_a_member_of_a_split_set_can_be_taken_out_again(case: Case, tmp_path: Path) -> None:
    seven = volumes("a.7z", sevenzip.sevenzip(FILES))
    case.add([write(tmp_path / "usb", {"all.zip": archives.zip_of(seven)})])
    row = rows(case)["usb/all.zip!/a.7z.001!/list.csv"]
    assert case.original(row["exhibit"]).read_bytes() == FILES["list.csv"]
