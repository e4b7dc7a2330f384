"""Verify finds and names every change: flipped bits, cut events, swapped pairs, strangers."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from assay.casework.case import Case
from assay.errors import NoCase
from assay.model import places
from assay.verify.case import verify_case


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, own_config: Path) -> Path:
    """A case with originals, kept text, notes and a withdrawal."""
    root = tmp_path_factory.mktemp("sound")
    usb = root / "usb"
    usb.mkdir()
    for n in range(6):
        (usb / f"memo-{n}.txt").write_text(f"memo {n}\n" * (n + 1))
    with Case.init(root / "case") as case:
        case.add([usb], ocr="off")
        case.note("usb/memo-1.txt", "a note")
        case.withdraw("usb/memo-5.txt", "court", "order")
        # a kept derivative and the event that cites it, as OCR writes them
        from assay.custody.accession import now
        from assay.custody.log import Entry

        kept = case.kept()
        digest = kept.put(b'{"text":"recognised"}')
        kept.sync()
        body = {"page": 1, "recipe": "r", "picture": "p", "kept": [digest]}
        case.log().append([Entry("ocr", "desk", "sha256:" + "0" * 64, body, now())])
    return root / "case"


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    shutil.copytree(sound, tmp_path / "case")
    return tmp_path / "case"


def guarded(case: Path) -> list[Path]:
    """Every file that verify answers for."""
    found = []
    for part in (places.ORIGINALS, places.KEPT, places.LOGS):
        found += [p for p in sorted((case / part).rglob("*")) if p.is_file() and p.stat().st_size]
    return found


def test_a_sound_case_verifies_and_says_what_was_withdrawn(sound: Path) -> None:
    report = verify_case(sound)
    assert report.ok, [c for c in report.checks if not c.ok]
    (withdrawn,) = report.withdrawn
    assert withdrawn.authority == "court"
    assert report.not_checked


def test_every_one_of_500_flipped_bits_is_found_and_its_file_is_named(copy: Path) -> None:
    chance = random.Random(20)
    files = guarded(copy)
    total = sum(p.stat().st_size for p in files)
    for _ in range(500):
        spot = chance.randrange(total)
        for path in files:
            if spot < path.stat().st_size:
                break
            spot -= path.stat().st_size
        good = path.read_bytes()
        bad = bytearray(good)
        bad[spot] ^= 1 << chance.randrange(8)
        path.chmod(0o600)
        path.write_bytes(bytes(bad))
        report = verify_case(copy)
        failed = [check for check in report.checks if not check.ok]
        assert not report.ok, (path, spot)
        named = " ".join(f"{check.name} {check.subject}" for check in failed)
        if places.LOGS in path.parts:
            assert path.relative_to(copy / places.LOGS).parts[0] in named
        else:
            assert path.parent.name + path.name in named.replace("/", "")
        path.write_bytes(good)
    assert verify_case(copy).ok


def log_of(case: Path) -> Path:
    (log,) = [p for p in (case / places.LOGS).iterdir() if not p.name.startswith(".")]
    return log


def test_a_deleted_last_event_is_found(copy: Path) -> None:
    log = log_of(copy)
    headers = log / places.LOG_HEADERS
    headers.write_bytes(b"".join(headers.read_bytes().splitlines(keepends=True)[:-1]))
    report = verify_case(copy)
    assert any("events were removed" in check.detail for check in report.checks if not check.ok)


def test_a_deleted_last_event_with_its_payload_leaf_and_checkpoint_is_found_by_who_saw_it(
    copy: Path,
) -> None:
    log = log_of(copy)
    with Case(copy) as case:
        seen = case.witness().known()
    for name in (places.LOG_HEADERS, places.LOG_CHECKPOINTS):
        path = log / name
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))
    tree = (log / places.LOG_TREE).read_bytes()
    (log / places.LOG_TREE).write_bytes(tree[:-32])
    segment = log / places.LOG_PAYLOADS / "00000000"
    segment.write_bytes(b"".join(segment.read_bytes().splitlines(keepends=True)[:-1]))
    report = verify_case(copy, {log.name: (len(tree) // 32, b"x" * 32)})
    assert [check.name for check in report.checks if not check.ok].count("rollback") == 1
    assert seen  # the person's own config folder remembers it without being asked


def test_a_swapped_pair_of_events_is_found(copy: Path) -> None:
    log = log_of(copy)
    for name in (places.LOG_HEADERS, f"{places.LOG_PAYLOADS}/00000000"):
        path = log / name
        lines = path.read_bytes().splitlines(keepends=True)
        lines[2], lines[3] = lines[3], lines[2]
        path.write_bytes(b"".join(lines))
    tree = bytearray((log / places.LOG_TREE).read_bytes())
    tree[64:96], tree[96:128] = tree[96:128], tree[64:96]
    (log / places.LOG_TREE).write_bytes(bytes(tree))
    failed = [check for check in verify_case(copy).checks if not check.ok]
    assert {f"{log.name} event {n}" for n in (2, 3)} <= {check.subject for check in failed}


def test_a_payload_that_is_gone_without_a_withdrawal_is_found(copy: Path) -> None:
    segment = log_of(copy) / places.LOG_PAYLOADS / "00000000"
    lines = segment.read_bytes().split(b"\n")
    spot = next(n for n, line in enumerate(lines) if line and line != b"-")
    lines[spot] = b"-"
    segment.write_bytes(b"\n".join(lines))
    assert any(
        check.name == "payload" and "no event withdraws it" in check.detail
        for check in verify_case(copy).checks
        if not check.ok
    )


def test_a_missing_original_and_a_file_nobody_named_are_found(copy: Path) -> None:
    victim = next(p for p in (copy / places.ORIGINALS).glob("*/*"))
    victim.unlink()
    stranger = copy / places.ORIGINALS / "ab" / ("c" * 62)
    stranger.parent.mkdir(exist_ok=True)
    stranger.write_text("planted")
    details = {check.detail for check in verify_case(copy).checks if not check.ok}
    assert {"its bytes are missing", "a file that no event names"} <= details


def test_withdrawn_bytes_that_are_back_are_found(copy: Path, sound: Path) -> None:
    report = verify_case(copy)
    digest = report.withdrawn[0].subject
    place = copy / places.ORIGINALS / places.blob_place(digest)
    place.parent.mkdir(exist_ok=True)
    place.write_text("memo 5\n" * 6)
    assert not verify_case(copy).ok


def test_a_log_whose_key_was_changed_is_refused(copy: Path) -> None:
    origin = log_of(copy) / places.LOG_ORIGIN
    origin.write_text(origin.read_text().replace('"device":"', '"device":"0'))
    failed = [check for check in verify_case(copy).checks if not check.ok]
    assert failed[0].name == "origin"


def test_a_log_of_another_case_is_refused(copy: Path, tmp_path: Path) -> None:
    with Case.init(tmp_path / "other") as other:
        other.log().append([])
    stray = log_of(tmp_path / "other")
    shutil.copytree(stray, copy / places.LOGS / stray.name)
    failed = [check for check in verify_case(copy).checks if not check.ok]
    assert any("another case" in check.detail for check in failed)


def test_a_folder_that_is_no_case_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoCase):
        verify_case(tmp_path)


def test_two_logs_that_saw_each_other_verify_and_one_taken_away_is_noticed(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = log_of(copy)
    monkeypatch.setenv("ASSAY_CONFIG", str(tmp_path / "ben"))
    with Case(copy) as case:
        case.note("usb/memo-1.txt", "by Ben")
    assert verify_case(copy).ok
    shutil.move(first, tmp_path / "away")
    failed = [check for check in verify_case(copy).checks if not check.ok]
    assert any(check.name == "heads" for check in failed)
