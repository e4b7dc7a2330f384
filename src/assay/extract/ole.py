"""What an OLE2 compound file holds, told by the names in its directory.

Word, Excel, PowerPoint, Outlook messages, Visio, Publisher, Works, Hangul and encrypted
Office packages all share one envelope; only its directory tells them apart. The sector
chain is followed with a budget, so a looping one ends.
"""

from __future__ import annotations

import struct
from pathlib import Path

_END = 0xFFFFFFFA  # sectors from here on are marks, not places
_BUDGET = 4096  # directory sectors looked at

_KINDS: tuple[tuple[str, str], ...] = (
    ("EncryptedPackage", "application/x-ooxml-encrypted"),
    ("__properties_version1.0", "application/vnd.ms-outlook"),
    ("WordDocument", "application/msword"),
    ("Workbook", "application/vnd.ms-excel"),
    ("Book", "application/vnd.ms-excel"),
    ("PowerPoint Document", "application/vnd.ms-powerpoint"),
    ("PP40", "application/vnd.ms-powerpoint"),
    ("VisioDocument", "application/vnd.visio"),
    ("Quill", "application/x-mspublisher"),
    ("MatOST", "application/vnd.ms-works"),
    ("MN0", "application/vnd.ms-works"),
    ("SPELLING", "application/vnd.ms-works"),
    ("HwpSummaryInformation", "application/x-hwp"),
    ("\x05HwpSummaryInformation", "application/x-hwp"),
    ("Props9", "application/vnd.ms-project"),
    ("Props12", "application/vnd.ms-project"),
    ("Props14", "application/vnd.ms-project"),
    ("StarCalcDocument", "application/vnd.stardivision.calc"),
    ("StarWriterDocument", "application/vnd.stardivision.writer"),
    ("StarImpressDocument", "application/vnd.stardivision.impress"),
    ("StarDrawDocument3", "application/vnd.stardivision.draw"),
    ("SwDocContentMgr", "application/sldworks"),
    ("Catalog", "application/x-thumbs-db"),
    ("\x01Ole10Native", "application/x-ole-package"),
    ("Package", "application/x-ole-package"),
    ("EmbeddedOdf", "application/x-ole-package"),
)
# Streams that only an embedded object has beside its own, and streams that make it a document.
_EMBEDDED = frozenset(("\x01ole", "\x03objinfo", "\x03ocxname"))
_DOCUMENTS = frozenset(("quill", "matost", "spelling", "worddocument", "workbook", "book"))


def names_of(path: Path) -> list[str]:
    """The names at the root of a compound file; [] where it is broken."""
    with path.open("rb") as stream:
        head = stream.read(512)
        if len(head) < 512:
            return []
        shift, first = struct.unpack_from("<H", head, 30)[0], struct.unpack_from("<I", head, 48)[0]
        if not 7 <= shift <= 16:
            return []
        size = 1 << shift
        table = [s for s in struct.unpack_from("<109I", head, 76) if s < _END]
        entries: list[tuple[str, int, int, int]] = []
        sector, budget = first, _BUDGET
        while sector < _END and budget:
            budget -= 1
            stream.seek((sector + 1) * size)
            block = stream.read(size)
            for at in range(0, len(block) - 127, 128):
                length = struct.unpack_from("<H", block, at + 64)[0]
                name = block[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
                entries.append((name, *struct.unpack_from("<III", block, at + 68)))
            row, column = divmod(sector, size // 4)
            if row >= len(table):
                break
            stream.seek((table[row] + 1) * size + column * 4)
            link = stream.read(4)
            if len(link) < 4:
                break
            sector = struct.unpack("<I", link)[0]
    return _at_the_root(entries)


def _at_the_root(entries: list[tuple[str, int, int, int]]) -> list[str]:
    """Names of the root's own children: an embedded document has its own streams deeper."""
    names: list[str] = []
    seen: set[int] = set()
    waiting = [entries[0][3]] if entries else []
    while waiting:
        number = waiting.pop()
        if number >= len(entries) or number in seen:
            continue
        seen.add(number)
        name, left, right, _ = entries[number]
        names.append(name)
        waiting += (left, right)
    return names


def kind_of(path: Path) -> str:
    """The media type of a compound file; `application/x-ole-storage` where no name tells."""
    names = set(names_of(path))
    folded = {name.lower() for name in names}  # some writers shout
    if folded & _EMBEDDED and "contents" in folded and not folded & _DOCUMENTS:
        return "application/x-ole-package"  # an embedding that wraps a file or is a control
    for name, media in _KINDS:
        if name.lower() in folded:
            return media
    if "Contents" in names and "CONTENTS" not in names and "\x01CompObj" in names:
        return "application/x-mspublisher"
    if "CONTENTS" in names:
        return "application/vnd.ms-works"
    if "vba" in folded and folded & {"project", "projectwm"}:
        return "application/vnd.ms-office.vbaproject"
    if "PerfectOffice_MAIN" in names:
        return "application/vnd.wordperfect"
    return "application/x-ole-storage"
