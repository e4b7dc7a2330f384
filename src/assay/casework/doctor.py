"""What this machine can and cannot do, each with the command that adds it."""

from __future__ import annotations

import ctypes.util
import importlib.util
import shutil
import sys
from pathlib import Path
from typing import Any

from assay.engines.lease import NETWORK, file_system

_MODELS = {
    "eng": "English", "rus": "Russian", "kaz": "Kazakh", "ara": "Arabic", "uig": "Uyghur",
    "chi_sim": "Chinese, simplified", "chi_tra": "Chinese, traditional", "deu": "German",
    "fra": "French", "spa": "Spanish", "fas": "Persian", "tur": "Turkish", "ukr": "Ukrainian",
}  # fmt: skip

_CORE = ("eng", "rus", "kaz", "ara", "uig", "chi_sim", "chi_tra")


def examine(case_dir: str | None) -> dict[str, Any]:
    """`doctor`: a list of checks with `name, ok, detail, command`."""
    checks = [
        _python(),
        *_ocr(),
        _han(),
        _speech(),
        _archives(),
        _office(),
        *_jail(),
        _memory(),
        *_fonts(),
        *_case(case_dir),
    ]
    return {
        "schema": "assay/doctor/1",
        "ok": all(check["ok"] for check in checks),
        "checks": checks,
    }


def _memory() -> dict[str, Any]:
    """How many workers fit, and what each may have, without a setting of the case."""
    from assay.casework.engines import memory_of_computer, share
    from assay.casework.legs import cores
    from assay.settings import Settings

    budget = memory_of_computer() // 2
    workers, each = share(budget, cores(), Settings().limits.memory)
    detail = (
        f"{budget >> 20} MiB for a run: {workers} of {cores()} workers, {each >> 20} MiB each;"
        " reading.memory changes it"
    )
    return _check("Memory", workers == cores() and each == Settings().limits.memory, detail)


def _check(name: str, ok: bool, detail: str, command: str = "") -> dict[str, Any]:
    return {"name": name, "ok": ok, "detail": detail, "command": "" if ok else command}


def _python() -> dict[str, Any]:
    version = ".".join(map(str, sys.version_info[:3]))
    return _check("Python", sys.version_info >= (3, 11), version, "apt-get install python3.11")


def _ocr() -> list[dict[str, Any]]:
    from assay.casework.recognisers import available

    here = available()
    checks = []
    for code, name in _MODELS.items():
        if code not in here and code not in _CORE:
            continue
        package = f"apt-get install tesseract-ocr-{code.replace('_', '-')}"
        detail = "scans can be read" if code in here else "scans in it stay unread"
        checks.append(_check(f"OCR {name}", code in here, detail, package))
    others = [code for code in _MODELS if code not in here and code not in _CORE]
    if others:
        names = ", ".join(_MODELS[code] for code in others)
        detail = f"not installed: {names} (apt-get install tesseract-ocr-{others[0]} …)"
        checks.append(_check("OCR, more languages", True, detail))
    return checks


def _han() -> dict[str, Any]:
    there = importlib.util.find_spec("rapidocr") is not None
    detail = (
        "Chinese scans are read with PP-OCR" if there else "Chinese scans are read by Tesseract"
    )
    return _check("OCR Chinese, finer", there, detail, "make install-han")


def _speech() -> dict[str, Any]:
    from assay.casework.transcribers import installed

    here = installed()
    detail = (
        f"{', '.join(here)}: name a model of yours in reading.transcriber_model"
        if here
        else "what is said in recordings is not written down"
    )
    command = "pip install -r requirements/speech.txt"
    return _check("Transcriber", bool(here), detail, command)


def _archives() -> dict[str, Any]:
    there = ctypes.util.find_library("archive") is not None
    formats = "CAB, ISO, CPIO, XAR, LHA, AR, RPM, RAR, CHM, Zstandard, LZ4, compress, lzip"
    detail = f"reads {formats}" if there else f"unread without it: {formats}"
    return _check("libarchive", there, detail, "apt-get install libarchive13")


def _office() -> dict[str, Any]:
    from assay.engines.libreoffice import PACKAGES, available, find_program

    if available():
        detail = "the last resort for office files that our readers cannot read"
    elif find_program() is None:
        detail = "not installed: rare and broken office files may stay unread"
    else:
        detail = "not used without bubblewrap to hold it"
    return _check("LibreOffice", available(), detail, PACKAGES.removeprefix("sudo "))


def _jail() -> list[dict[str, Any]]:
    from assay.engines.sandbox import probe

    jail = probe()
    command = "apt-get install bubblewrap"
    rows = (
        ("Jail: files", jail.files, "parsers reach nothing but their exhibit"),
        ("Jail: network", jail.network, "parsers reach no network"),
        ("Jail: processes", jail.processes, "parsers start no program"),
    )
    checks = [
        _check(
            name, bool(by), f"{what}, by {by}" if by else "not held: the account says so", command
        )
        for name, by, what in rows
    ]
    checks.append(_check("Jail: limits", jail.limits, "memory and time of a parser are bounded"))
    return checks


def _fonts() -> list[dict[str, Any]]:
    checks = []
    for package, pattern in (("fonts-noto-core", "Noto*Arabic*"), ("fonts-noto-cjk", "Noto*CJK*")):
        there = any(Path("/usr/share/fonts").rglob(pattern))
        detail = "the desk shows all scripts" if there else "some scripts show as boxes in pictures"
        checks.append(_check(package, there, detail, f"apt-get install {package}"))
    return checks


def _case(case_dir: str | None) -> list[dict[str, Any]]:
    from assay.casework.case import case_at
    from assay.errors import AssayError

    try:
        case = case_at(case_dir)
    except AssayError:
        folder = Path.cwd()
        checks = []
    else:
        with case:
            folder = case.folder
            words = case.catalogue.fact("jail")
            checks = [
                _check(
                    "This case",
                    not words.startswith("read without"),
                    words or "nothing was read yet",
                    "add bubblewrap or a newer kernel, then `assay rebuild`",
                )
            ]
    free = shutil.disk_usage(folder).free
    checks.append(_check("Disk space", free > 5 << 30, f"{free / 1e9:.0f} GB free"))
    encrypted = disk_is_encrypted(folder)
    detail = {
        True: "the disk is encrypted",
        False: "the disk is not encrypted: whoever takes it reads the case",
        None: "unknown whether the disk is encrypted",
    }[encrypted]
    checks.append(
        _check("Disk encryption", encrypted is True, detail,
               "keep the case on a LUKS or VeraCrypt volume")
    )  # fmt: skip
    kind = file_system(folder)
    local = kind not in NETWORK
    detail = kind or "unknown"
    checks.append(
        _check("File system", local, detail if local else f"{detail}: locks do not hold there",
               "keep the case on a disk of this computer")
    )  # fmt: skip
    return checks


def disk_is_encrypted(folder: Path) -> bool | None:
    """Whether the block device under `folder` is a dm-crypt one; None where it cannot be told."""
    try:
        device = folder.stat().st_dev
    except OSError:
        return None
    import os

    block = Path(f"/sys/dev/block/{os.major(device)}:{os.minor(device)}")
    if not block.exists():
        return None
    return _crypt_below(block.resolve())


def _crypt_below(block: Path) -> bool:
    """dm-crypt here or in a device below (LVM on LUKS)."""
    uuid = block / "dm" / "uuid"
    if uuid.exists() and uuid.read_text(encoding="ascii").startswith("CRYPT-"):
        return True
    slaves = block / "slaves"
    return slaves.is_dir() and any(_crypt_below(p.resolve()) for p in slaves.iterdir())
