"""Verify a BagIt folder of any version from 0.93 to 1.0 (RFC 8493), offline.

The protocol, step by step (numbers stand at the code):

(1)  bagit.txt has exactly its two lines, without a byte order mark; the version is known.
(2)  There is a payload manifest, and a payload folder `data/`.
(3)  Each manifest line is a checksum and a path that stays inside the bag; no path stands
     twice with different checksums.
(4)  Every file that a manifest or tag manifest names is there and has its checksum; what
     fetch.txt promises and is not there is named.
(5)  Every payload file stands in a payload manifest (in each of them from 1.0 on).
(6)  Payload-Oxum, where bag-info.txt gives one, agrees with what is there.

Weak checksums (MD5, SHA-1), names that differ only in case or normalisation, and md5sum's
star before a name are accepted with a warning that names them.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from assay.verify.report import Check, Report

_VERSIONS = frozenset({"0.93", "0.94", "0.95", "0.96", "0.97", "1.0"})
_LINE = re.compile(r"([0-9a-fA-F]+)[ \t]+(\*?)(.+)\Z")
_ALGORITHMS = {"md5": "md5", "sha1": "sha1", "sha224": "sha224", "sha256": "sha256",
               "sha384": "sha384", "sha512": "sha512"}  # fmt: skip
_WEAK = frozenset({"md5", "sha1"})
# what an operating system leaves in a folder, and takes away again
_SYSTEM = frozenset({".ds_store", "thumbs.db", "desktop.ini"})


class _Bag:
    """A bag while it is checked: checks collect, nothing raises."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.checks: list[Check] = []
        self.version = ""
        self.encoding = "utf-8"
        self.manifests: dict[str, dict[str, str]] = {}
        self.tag_manifests: dict[str, dict[str, str]] = {}
        self.system_missing = 0

    def fail(self, name: str, detail: str, subject: str = "") -> None:
        self.checks.append(Check(name, False, detail, subject))

    def note(self, name: str, detail: str, subject: str = "") -> None:
        self.checks.append(Check(name, True, detail, subject))


def verify_bag(folder: Path) -> Report:
    """Check a bag. Every failure is a failed check; warnings are checks that hold and say so."""
    bag = _Bag(folder)
    if _declaration(bag):  # (1)
        _read_manifests(bag)  # (2), (3)
        _check_files(bag)  # (4)
        _check_complete(bag)  # (5)
        _check_info(bag)  # (6)
    return Report(
        ok=all(check.ok for check in bag.checks),
        checks=tuple(bag.checks),
        not_checked=(
            "who made the bag, and when: a bag is not signed",
            "whether its contents are genuine",
        ),
    )


def _declaration(bag: _Bag) -> bool:
    try:
        data = (bag.folder / "bagit.txt").read_bytes()
    except OSError:
        bag.fail("bagit.txt", "it is missing or cannot be opened")
        return False
    if data.startswith(b"\xef\xbb\xbf"):
        bag.fail("bagit.txt", "it begins with a byte order mark")
        return False
    lines = [line for line in re.split(rb"\r\n|\n|\r", data) if line]
    match = [
        re.match(rb"BagIt-Version: (\d+\.\d+)\s*\Z", lines[0]) if lines else None,
        re.match(rb"Tag-File-Character-Encoding: (\S+)\s*\Z", lines[1]) if len(lines) > 1 else None,
    ]
    if match[0] is None or match[1] is None or len(lines) != 2:
        bag.fail("bagit.txt", "it has not exactly its two lines")
        return False
    bag.version = match[0][1].decode("ascii")
    bag.encoding = match[1][1].decode("ascii", "replace")
    if bag.version not in _VERSIONS:
        bag.fail("bagit.txt", f"version {bag.version} is not known")
        return False
    try:
        "".encode(bag.encoding)
    except LookupError:
        bag.fail("bagit.txt", "its character encoding is not known")
        return False
    bag.note("bagit.txt", f"BagIt {bag.version}, tag files in {bag.encoding}")
    return True


def _read_manifests(bag: _Bag) -> None:
    for path in sorted(bag.folder.glob("manifest-*.txt")):
        _read_manifest(bag, path, "manifest-", bag.manifests)
    for path in sorted(bag.folder.glob("tagmanifest-*.txt")):
        _read_manifest(bag, path, "tagmanifest-", bag.tag_manifests)
    if not bag.manifests:
        bag.fail("manifest", "there is no payload manifest of a checksum that is known")
    if not (bag.folder / "data").is_dir():
        bag.fail("payload", "there is no folder data/")


def _read_manifest(bag: _Bag, path: Path, prefix: str, into: dict[str, dict[str, str]]) -> None:
    algorithm = _ALGORITHMS.get(path.stem.removeprefix(prefix).lower())
    if algorithm is None:
        bag.fail("manifest", "its checksum is not known here", path.name)
        return
    if algorithm in _WEAK:
        bag.note("warning", f"{algorithm} no longer proves that nobody changed a file", path.name)
    try:
        text = path.read_bytes().decode(bag.encoding)
    except (OSError, UnicodeDecodeError):
        bag.fail("manifest", f"it cannot be read as {bag.encoding}", path.name)
        return
    if text.startswith("\ufeff"):
        text = text[1:]
    entries: dict[str, str] = {}
    folded: dict[str, str] = {}
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if not line.strip():
            continue
        match = _LINE.match(line)
        if match is None:
            bag.fail("manifest", "a line is malformed", f"{path.name} line {number}")
            continue
        checksum, star, name = match[1].lower(), match[2], match[3]
        if star:
            bag.note("warning", "a name with the star of md5sum", f"{path.name} line {number}")
        name = _decoded(name, bag.version)
        if name.startswith("./"):
            bag.note("warning", "a name that begins with ./", f"{path.name} line {number}")
            name = name[2:]
        if not _inside(name):
            bag.fail("manifest", "a path leads out of the bag", f"{path.name} line {number}")
            continue
        if entries.get(name, checksum) != checksum:
            bag.fail("manifest", "a path stands twice with different checksums",
                     f"{path.name} line {number}")  # fmt: skip
            continue
        key = unicodedata.normalize("NFC", name).casefold()
        if folded.setdefault(key, name) != name:
            bag.note("warning", "two names differ only in case or normalisation",
                     f"{path.name} line {number}")  # fmt: skip
        entries[name] = checksum
    into[algorithm] = entries


def _decoded(name: str, version: str) -> str:
    """Line ends and percent signs are written as %0D, %0A and %25 (RFC 8493, 2.1.3)."""
    if version == "1.0":
        return re.sub(r"%(0[aAdD]|25)", lambda m: unquote(m[0]), name)
    return re.sub(r"%(0[aAdD])", lambda m: unquote(m[0]), name)


def _inside(name: str) -> bool:
    if name.startswith(("/", "~")) or "\\" in name or re.match(r"[A-Za-z]:", name):
        return False
    return ".." not in PurePosixPath(name).parts


def _check_files(bag: _Bag) -> None:
    missing = _fetch_list(bag)
    good = 0
    for kind, manifests in (("payload", bag.manifests), ("tag file", bag.tag_manifests)):
        for algorithm, entries in manifests.items():
            for name, checksum in entries.items():
                path = _find(bag.folder, name)
                if path is None and PurePosixPath(name).name.lower() in _SYSTEM:
                    bag.note("warning", "a file of an operating system is named and missing", name)
                    bag.system_missing += 1
                    continue
                if path is None:
                    hint = "it is still to be fetched" if name in missing else "it is missing"
                    bag.fail(kind, hint, name)
                    continue
                try:
                    with path.open("rb") as stream:
                        found = hashlib.file_digest(stream, algorithm).hexdigest()
                except OSError:
                    bag.fail(kind, "it cannot be read", name)
                    continue
                if found != checksum:
                    bag.fail(kind, f"its {algorithm} is not that of the manifest", name)
                else:
                    good += 1
    bag.note("checksums", f"{good} match")


def _find(folder: Path, name: str) -> Path | None:
    """The file of a name; also where the disk spells it in another case or normalisation."""
    path = folder / name
    if path.is_file():
        return path
    wanted = unicodedata.normalize("NFC", name).casefold()
    if path.parent.is_dir():
        for other in sorted(path.parent.iterdir()):
            place = unicodedata.normalize("NFC", other.relative_to(folder).as_posix()).casefold()
            if place == wanted and other.is_file():
                return other
    return None


def _fetch_list(bag: _Bag) -> set[str]:
    path = bag.folder / "fetch.txt"
    found: set[str] = set()
    if not path.exists():
        return found
    try:
        text = path.read_bytes().decode(bag.encoding)
    except (OSError, UnicodeDecodeError):
        bag.fail("fetch.txt", f"it cannot be read as {bag.encoding}")
        return found
    for number, line in enumerate(text.splitlines(), 1):
        parts = line.split(None, 2)
        if not parts:
            continue
        if len(parts) != 3:
            bag.fail("fetch.txt", "a line is malformed", f"line {number}")
        elif not _inside(parts[2]):
            bag.fail("fetch.txt", "a path leads out of the bag", f"line {number}")
        else:
            found.add(_decoded(parts[2], bag.version))
    return found


def _check_complete(bag: _Bag) -> None:
    named = [
        {unicodedata.normalize("NFC", name) for name in entries}
        for entries in bag.manifests.values()
    ]
    count = 0
    for path in sorted((bag.folder / "data").rglob("*")):
        if not path.is_file():
            continue
        count += 1
        place = unicodedata.normalize("NFC", path.relative_to(bag.folder).as_posix())
        hits = sum(place in names for names in named)
        if hits == 0 or (bag.version == "1.0" and hits < len(named)):
            bag.fail("payload", "a file that no manifest names", place)
    bag.note("payload", f"{count} files")


def _check_info(bag: _Bag) -> None:
    name = "package-info.txt" if bag.version in ("0.93", "0.94", "0.95") else "bag-info.txt"
    path = bag.folder / name
    if not path.exists():
        return
    try:
        text = path.read_bytes().decode(bag.encoding)
    except (OSError, UnicodeDecodeError):
        bag.fail(name, f"it cannot be read as {bag.encoding}")
        return
    match = re.search(r"^Payload-Oxum\s*:\s*(\d+)\.(\d+)\s*$", text, re.MULTILINE)
    if match is None:
        return
    files = [p for p in (bag.folder / "data").rglob("*") if p.is_file()]
    size = sum(p.stat().st_size for p in files)
    if bag.system_missing:
        bag.note("warning", "Payload-Oxum is not compared: files of an operating system are gone")
    elif (int(match[1]), int(match[2])) != (size, len(files)):
        bag.fail(name, f"Payload-Oxum says {match[0].split()[-1]}, here are {size}.{len(files)}")
    else:
        bag.note(name, "Payload-Oxum agrees")
