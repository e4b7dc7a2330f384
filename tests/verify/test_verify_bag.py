"""BagIt folders: what the specification refuses is refused, what it frowns on is named."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from assay.verify.bag import verify_bag


def make_bag(folder: Path, version: str = "1.0", files: dict[str, bytes] | None = None) -> Path:
    files = files or {"data/hello.txt": b"hello\n", "data/sub/other.txt": b"other\n"}
    for name, body in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(body)
    lines = [f"{hashlib.sha256(body).hexdigest()}  {name}\n" for name, body in files.items()]
    (folder / "manifest-sha256.txt").write_text("".join(lines))
    (folder / "bagit.txt").write_text(
        f"BagIt-Version: {version}\nTag-File-Character-Encoding: UTF-8\n"
    )
    size = sum(len(body) for body in files.values())
    (folder / "bag-info.txt").write_text(f"Payload-Oxum: {size}.{len(files)}\n")
    return folder


def failures(folder: Path) -> list[str]:
    return [check.detail for check in verify_bag(folder).checks if not check.ok]


@pytest.mark.parametrize("version", ["0.93", "0.94", "0.95", "0.96", "0.97", "1.0"])
def test_a_bag_of_any_version_verifies(tmp_path: Path, version: str) -> None:
    assert verify_bag(make_bag(tmp_path, version)).ok


def test_a_changed_a_missing_and_an_extra_file_are_named(tmp_path: Path) -> None:
    bag = make_bag(tmp_path)
    (bag / "data/hello.txt").write_text("hullo\n")
    (bag / "data/sub/other.txt").unlink()
    (bag / "data/extra").write_text("x")
    report = verify_bag(bag)
    named = {check.subject for check in report.checks if not check.ok}
    assert {"data/hello.txt", "data/sub/other.txt", "data/extra"} <= named


@pytest.mark.parametrize("name", ["../out", "/etc/passwd", "data/../../x", "~/x", "C:/x", "a\\b"])
def test_a_path_that_leads_out_of_the_bag_is_refused(tmp_path: Path, name: str) -> None:
    bag = make_bag(tmp_path)
    with (bag / "manifest-sha256.txt").open("a") as stream:
        stream.write(f"{'0' * 64}  {name}\n")
    assert "a path leads out of the bag" in failures(bag)


@pytest.mark.parametrize(
    "text",
    [
        "\ufeffBagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "BagIt-Version: 1.0\n",
        "BagIt-Version: 9.9\nTag-File-Character-Encoding: UTF-8\n",
        "BagIt-Version: 1.0\nTag-File-Character-Encoding: none-such\n",
        "Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
    ],
)
def test_a_declaration_that_is_not_the_two_lines_is_refused(tmp_path: Path, text: str) -> None:
    bag = make_bag(tmp_path)
    (bag / "bagit.txt").write_text(text)
    assert not verify_bag(bag).ok


def test_a_path_with_two_checksums_is_refused(tmp_path: Path) -> None:
    bag = make_bag(tmp_path)
    with (bag / "manifest-sha256.txt").open("a") as stream:
        stream.write(f"{'0' * 64}  data/hello.txt\n")
    assert any("twice" in detail for detail in failures(bag))


def test_an_oxum_that_does_not_agree_is_refused(tmp_path: Path) -> None:
    bag = make_bag(tmp_path)
    (bag / "bag-info.txt").write_text("Payload-Oxum: 1.1\n")
    assert any("Oxum" in detail for detail in failures(bag))


def test_md5_is_accepted_and_its_weakness_is_named(tmp_path: Path) -> None:
    bag = make_bag(tmp_path)
    body = (bag / "data/hello.txt").read_bytes()
    other = (bag / "data/sub/other.txt").read_bytes()
    (bag / "manifest-sha256.txt").unlink()
    (bag / "manifest-md5.txt").write_text(
        f"{hashlib.md5(body).hexdigest()} *data/hello.txt\n"
        f"{hashlib.md5(other).hexdigest()}  ./data/sub/other.txt\n"
    )
    report = verify_bag(bag)
    assert report.ok
    assert len([check for check in report.checks if check.name == "warning"]) == 3


def test_a_bag_without_a_manifest_that_is_understood_is_refused(tmp_path: Path) -> None:
    bag = make_bag(tmp_path)
    (bag / "manifest-sha256.txt").rename(bag / "manifest-crc32.txt")
    assert not verify_bag(bag).ok
