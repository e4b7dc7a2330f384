"""What a PDF uses against the version it claims and the dates it gives.

Features are told by the bytes that give them away outside compressed streams.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from assay.examine.at_odds import LIMITS, latest_of, well_before
from assay.examine.releases import pdf_published
from assay.examine.subject import Subject
from assay.model.finding import Finding
from assay.ports import Card

CARD = Card(
    name="features",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/pdf",),
    limits="features inside compressed objects are not seen",
)
_HEAD = 1024
_SCAN = 64 << 20  # bytes of a PDF that are looked through for features
# a feature, by the bytes that give it away, and the PDF version that brought it; the last word
# is looked for first, which is quick
_FEATURES = (
    (b"/ObjStm", re.compile(rb"/Type\s?/ObjStm"), "object streams", "1.5"),
    (b"/XRef", re.compile(rb"/Type\s?/XRef"), "cross-reference streams", "1.5"),
    (b"/JPXDecode", re.compile(rb"/JPXDecode"), "JPEG 2000 pictures", "1.5"),
    (b"/OCProperties", re.compile(rb"/OCProperties"), "layers", "1.5"),
    (b"/AESV2", re.compile(rb"/CFM\s?/AESV2"), "AES encryption", "1.6"),
    (b"/AESV3", re.compile(rb"/CFM\s?/AESV3"), "256-bit AES encryption", "1.7"),
)
_VERSION = re.compile(rb"%PDF-(\d\.\d)")
_LATER = re.compile(rb"/Version\s?/(\d\.\d)")


def find_newer(subject: Subject) -> Iterator[Finding]:
    """A PDF that uses what its version, or its dates, cannot have known."""
    with subject.path.open("rb") as stream:
        data = stream.read(_SCAN)
    match = _VERSION.search(data[:_HEAD])
    if not match:
        return
    later = _LATER.findall(data) if b"/Version" in data else []
    version = max([match[1], *later]).decode()
    newer = [(name, since) for word, mark, name, since in _FEATURES
             if since > version and word in data and mark.search(data)]  # fmt: skip
    if newer:
        listed = ", ".join(f"{name} ({since})" for name, since in newer)
        yield Finding(
            "pdf_newer_than_version", "low", "",
            f"The file says it is PDF {version} and uses what came later: {listed}.",
            "Many programs write a fixed version number and do not look at what they use.",
            "The head of the file was changed, or parts of a newer file were put into an older"
            " one.",
            "Readers do not care for the number, so writers often get it wrong.",
            "qpdf --check FILE; strings FILE | head -1",
        )  # fmt: skip
    used = max([version, *(since for _, since in newer)])
    month = pdf_published(used)
    latest = latest_of(subject)
    if month and latest and well_before(latest, month):
        yield Finding(
            "date_before_format", "medium", "",
            f"The file is PDF {used}, a version published in {month}, and its latest date is"
            f" {latest}.",
            "The clock of the computer was wrong, or a program keeps the dates of an older file"
            " when it saves it anew.",
            "The file was made later than its dates say.",
            LIMITS,
            "exiftool -time:all -PDFVersion FILE",
        )  # fmt: skip
