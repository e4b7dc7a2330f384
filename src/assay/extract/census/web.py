"""Members that captures and saved pages promise, each counted from its own index.

A zip by its directory (by the standard library, which the readers do not use), a HAR by its
contents, an MHTML by its boundaries, a Safari archive by the objects of its property list, a page
by the `data:` addresses in its source.
"""

from __future__ import annotations

import email
import re
import struct
import zipfile
from email import policy
from typing import Any

import msgspec

from assay.extract.request import Request

_MOST = 256 << 20
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_DATA = re.compile(rb"[\"'(=]\s*data:[^,\"'()<>]{0,200},", re.IGNORECASE)
_TAG = re.compile(rb"<[a-zA-Z](?:[^\"'>]|\"[^\"]*\"|'[^']*')*>")
_RAW = re.compile(rb"<(style|script)\b[^>]*>(.*?)</\1", re.DOTALL | re.IGNORECASE)
_SOURCE = re.compile(rb"\ssrcdoc\s*=\s*[\"']?[^\"'\s>]", re.IGNORECASE)


def count_zip(request: Request) -> int | None:
    """Entries of the zip's directory that are no folders."""
    with zipfile.ZipFile(request.path) as archive:
        return sum(1 for entry in archive.infolist() if not entry.is_dir())


class _Content(msgspec.Struct, frozen=True):
    text: str = ""


class _Response(msgspec.Struct, frozen=True):
    content: _Content = _Content()


class _Entry(msgspec.Struct, frozen=True):
    response: _Response = _Response()


class _Log(msgspec.Struct, frozen=True):
    entries: list[_Entry]


class _Har(msgspec.Struct, frozen=True):
    log: _Log


def count_har(request: Request) -> int | None:
    """Responses with contents in a HAR."""
    if request.path.stat().st_size > _MOST:
        return None
    har = msgspec.json.decode(request.path.read_bytes(), type=_Har)
    return sum(1 for entry in har.log.entries if entry.response.content.text)


def count_mhtml(request: Request) -> int | None:
    """Parts beside the page itself, and the data written into the page."""
    if request.path.stat().st_size > _MOST:
        return None
    message = email.message_from_bytes(request.path.read_bytes(), policy=policy.compat32)
    leaves = [part for part in message.walk() if not part.is_multipart()]
    if len(leaves) < 2 and not message.is_multipart():
        return None
    start = str(message.get_param("start") or "")
    saved = str(message.get("Snapshot-Content-Location") or "")
    pages = [p for p in leaves if p.get_content_type() in ("text/html", "application/xhtml+xml")]
    chosen = [p for p in leaves if start and str(p.get("Content-ID", "")) == start]
    chosen += [p for p in pages if saved and str(p.get("Content-Location", "")) == saved]
    chosen += pages or [p for p in leaves if p.get_content_type() == "text/plain"]
    if not chosen:
        return len(leaves)
    body: Any = chosen[0].get_payload(decode=True)
    inside = data_in(body) if chosen[0] in pages and isinstance(body, bytes) else 0
    return len(leaves) - 1 + inside


def count_page(request: Request) -> int | None:
    """Data written into a page; None where there is none, since a page is then no container."""
    if request.path.stat().st_size > _MOST:
        return None
    return data_in(request.path.read_bytes()) or None


def data_in(page: bytes) -> int:
    """The `data:` addresses and inner documents in the source of a page."""
    if b"\0" in page[:200]:  # UTF-16 or UTF-32
        page = page.replace(b"\0", b"")
    if b"data:" not in page and b"srcdoc" not in page:
        return 0
    page = _COMMENT.sub(b"", page)
    inside = [match.group(0) for match in _TAG.finditer(page)]
    found = sum(len(_DATA.findall(tag)) + len(_SOURCE.findall(tag)) for tag in inside)
    return found + sum(len(_DATA.findall(match.group(2))) for match in _RAW.finditer(page))


def count_webarchive(request: Request) -> int | None:
    """Dictionaries of the object table with the key WebResourceData, less the page itself."""
    raw = request.path.read_bytes()
    if not raw.startswith(b"bplist00") or len(raw) > _MOST:
        found = raw.count(b"<key>WebResourceData</key>")
        return found - 1 if found else None
    _, wide, narrow, total, _, table = struct.unpack(">6s2B3Q", raw[-32:])
    places = [
        int.from_bytes(raw[table + n * wide : table + (n + 1) * wide], "big")
        for n in range(min(total, (len(raw) - table) // max(wide, 1)))
    ]
    key = b"WebResourceData"
    keys = {
        n for n, at in enumerate(places)
        if raw[at] == 0x5F and raw[at + 3 : at + 3 + len(key)] == key and raw[at + 2] == len(key)
    }  # fmt: skip
    found = 0
    for at in places:
        if raw[at] >> 4 != 0xD:
            continue
        size, begin = raw[at] & 15, at + 1
        if size == 15:
            bytes_of = 1 << (raw[begin] & 15)
            size = int.from_bytes(raw[begin + 1 : begin + 1 + bytes_of], "big")
            begin += 1 + bytes_of
        for n in range(min(size, (len(raw) - begin) // max(narrow, 1))):
            place = begin + n * narrow
            if int.from_bytes(raw[place : place + narrow], "big") in keys:
                found += 1
                break
    return found - 1 if found else None
