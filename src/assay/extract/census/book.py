"""Pictures, sounds and papers inside an EPUB, counted from the zip's own directory.

What the spine names is text and no member. The package file is read by the standard library's
zip reader and a few regular expressions, apart from the reader's way through it.
"""

from __future__ import annotations

import posixpath
import re
import struct
import zipfile
from urllib.parse import unquote

from assay.extract.census.central import directory_of
from assay.extract.request import Request

_KINDS = (".jpg", ".jpeg", ".png", ".gif", ".svg", ".webp", ".mp3", ".mp4", ".m4a", ".pdf")
_PACKAGE = re.compile(rb"full-path\s*=\s*[\"']([^\"']+)")
_ITEM = re.compile(rb"<(?:\w+:)?item\s[^>]*>")
_ITEMREF = re.compile(rb"<(?:\w+:)?itemref\s[^>]*idref\s*=\s*[\"']([^\"']+)")
_ID = re.compile(rb"\sid\s*=\s*[\"']([^\"']+)")
_HREF = re.compile(rb"\shref\s*=\s*[\"']([^\"']+)")
_LARGEST = 16 << 20


def count_book(request: Request) -> int | None:
    """Entries that are pictures, sounds or papers; None where the zip has no directory."""
    found = directory_of(request.path)
    if found is None:
        return None
    names = {name.decode("utf-8", "replace").replace("\\", "/").lstrip("/") for name, _ in found[1]}
    wanted = {name for name in names if name.lower().endswith(_KINDS)}
    return len(wanted - _spine(request)) if wanted else 0


def _spine(request: Request) -> set[str]:
    try:
        with zipfile.ZipFile(request.path) as archive:
            place = _PACKAGE.search(_small(archive, "META-INF/container.xml"))
            root = place.group(1).decode("utf-8", "replace") if place else ""
            package = _small(archive, root)
    except (KeyError, zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        return set()
    hrefs = {}
    for item in _ITEM.findall(package):
        key, href = _ID.search(item), _HREF.search(item)
        if key and href:
            hrefs[key.group(1)] = unquote(href.group(1).decode("utf-8", "replace"))
    folder = posixpath.dirname(root)
    named = [hrefs[key] for key in _ITEMREF.findall(package) if key in hrefs]
    return {posixpath.normpath(posixpath.join(folder, href)) for href in named}


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as stream:
        return stream.read(_LARGEST)


_BINARY = re.compile(rb"<(?:\w+:)?binary[\s>]")
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)


def count_fb2(request: Request) -> int | None:
    """Pictures of a FictionBook by their tags; None where it has none and is no container."""
    source = request.path.read_bytes().replace(b"\0", b"")
    return len(_BINARY.findall(_COMMENT.sub(b"", source))) or None


def count_mobi(request: Request) -> int | None:
    """Records behind the text that hold media, by their first bytes; None where there are none."""
    total = 0
    with request.path.open("rb") as stream:
        stream.seek(76)
        listing = stream.read(2)
        offsets = [
            struct.unpack(">I", stream.read(8)[:4])[0]
            for _ in range(struct.unpack(">H", listing)[0])
        ]
        stream.seek(offsets[0] + 8)
        texts = struct.unpack(">H", stream.read(2))[0]
        for offset in offsets[1 + texts :]:
            stream.seek(offset)
            first = stream.read(4)
            total += first in (b"\x89PNG", b"GIF8", b"SRCS", b"AUDI", b"VIDE") or (
                first[:2] == b"BM" or first[:3] == b"\xff\xd8\xff"
            )
    return total or None
