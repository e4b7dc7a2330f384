"""Make captures of the web: WARC, WACZ, HAR, MHTML and Safari's archives.

Every capture carries one fixed time. Bytes are written by hand where no writer exists.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import plistlib
from collections.abc import Mapping, Sequence
from typing import Any

from assay.testing.makers.archives import zip_of

TIME = "2019-03-14T09:00:00Z"


def _sha1(data: bytes) -> str:
    return "sha1:" + base64.b32encode(hashlib.sha1(data).digest()).decode()


def http(body: bytes, *fields: str, status: str = "200 OK", media: str = "text/html") -> bytes:
    """An HTTP response."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {media}", *fields, "", ""]
    return "\r\n".join(lines).encode() + body


def warc_record(kind: str, address: str, block: bytes, **fields: str) -> bytes:
    """One record with the digests of its block and, for a message, its payload."""
    lines = ["WARC/1.0", f"WARC-Type: {kind}", f"WARC-Date: {TIME}"]
    if address:
        lines.append(f"WARC-Target-URI: {address}")
    given = {name.replace("_", "-"): value for name, value in fields.items()}
    given.setdefault("WARC-Block-Digest", _sha1(block))
    if block.startswith((b"HTTP/", b"GET ", b"POST ")):
        given.setdefault("Content-Type", f"application/http; msgtype={kind}")
        given.setdefault("WARC-Payload-Digest", _sha1(block.partition(b"\r\n\r\n")[2]))
    lines += [f"{name}: {value}" for name, value in given.items()]
    lines += [f"Content-Length: {len(block)}", "", ""]
    return "\r\n".join(lines).encode() + block + b"\r\n\r\n"


def warc(records: Sequence[bytes], *, packed: bool = False) -> bytes:
    """A WARC of records, each packed for itself where asked."""
    return b"".join(gzip.compress(r, mtime=0) if packed else r for r in records)


def arc(pages: Mapping[str, bytes]) -> bytes:
    """An ARC of HTTP responses by address."""
    about = b"1 0 Varnholt\nURL IP-address Archive-date Content-type Archive-length\n"
    out = b"filedesc://harbour.arc 0.0.0.0 20190314090000 text/plain %d\n" % len(about) + about
    for address, message in pages.items():
        head = f"{address} 192.0.2.7 20190314090000 text/html {len(message)}\n"
        out += b"\n" + head.encode() + message
    return out + b"\n"


def wacz(
    files: Mapping[str, bytes], *, title: str = "", wrong: str = "", missing: str = ""
) -> bytes:
    """A WACZ of files. The digest of `wrong` is false; `missing` is listed and not there."""
    listed = [
        {
            "name": name.rpartition("/")[2], "path": name, "bytes": len(body),
            "hash": "sha256:" + hashlib.sha256(b"" if name == wrong else body).hexdigest(),
        }
        for name, body in files.items()
    ]  # fmt: skip
    if missing:
        listed.append({"name": missing, "path": missing, "bytes": 1, "hash": "sha256:00"})
    package = json.dumps({"title": title, "created": TIME, "resources": listed}).encode()
    digest = {"path": "datapackage.json", "hash": "sha256:" + hashlib.sha256(package).hexdigest()}
    return zip_of(
        {**files, "datapackage.json": package,
         "datapackage-digest.json": json.dumps(digest).encode()}
    )  # fmt: skip


def har(entries: Sequence[Mapping[str, Any]]) -> bytes:
    """A HAR of entries as (url, text or bytes, media type) under those keys."""
    out = []
    for entry in entries:
        body = entry.get("body", "")
        content: dict[str, Any] = {"mimeType": entry.get("media", "text/html"), "size": len(body)}
        if isinstance(body, bytes):
            content |= {"text": base64.b64encode(body).decode(), "encoding": "base64"}
        elif body:
            content["text"] = body
        asked: dict[str, Any] = {"method": "GET", "url": entry["url"], "headers": []}
        if "sent" in entry:
            asked |= {"method": "POST", "postData": {"text": entry["sent"]}}
        answer = {"status": 200, "statusText": "OK", "content": content,
                  "headers": [{"name": "Server", "value": "tide"}]}  # fmt: skip
        out.append({"startedDateTime": TIME, "request": asked, "response": answer})
    log = {"version": "1.2", "creator": {"name": "maker", "version": "1"}, "entries": out}
    return json.dumps({"log": log}, ensure_ascii=False).encode()


def mhtml(page: str, parts: Sequence[tuple[str, str, bytes]], *, address: str) -> bytes:
    """A page saved by a browser; `parts` are (address, media type, bytes)."""
    head = (
        "From: <Saved by Blink>\r\n"
        f"Snapshot-Content-Location: {address}\r\nSubject: Saved\r\n"
        "Date: Thu, 14 Mar 2019 09:00:00 -0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="--b"\r\n\r\n\r\n'
    )
    out = head.encode()
    for where, media, body in [(address, "text/html; charset=utf-8", page.encode()), *parts]:
        out += (
            f"----b\r\nContent-Type: {media}\r\nContent-Transfer-Encoding: base64\r\n"
            f"Content-Location: {where}\r\n\r\n"
        ).encode()
        out += base64.encodebytes(body).replace(b"\n", b"\r\n") + b"\r\n"
    return out + b"----b--\r\n"


def webarchive(
    page: str,
    parts: Sequence[tuple[str, str, bytes]],
    frames: Sequence[tuple[str, str]] = (),
    *,
    address: str,
    binary: bool = True,
) -> bytes:
    """An archive as Safari saves it; `frames` are (address, page)."""

    def resource(where: str, media: str, body: bytes) -> dict[str, Any]:
        return {
            "WebResourceURL": where, "WebResourceMIMEType": media, "WebResourceData": body,
            "WebResourceTextEncodingName": "UTF-8",
        }  # fmt: skip

    archive: dict[str, Any] = {"WebMainResource": resource(address, "text/html", page.encode())}
    if parts:
        archive["WebSubresources"] = [resource(*part) for part in parts]
    if frames:
        archive["WebSubframeArchives"] = [
            {"WebMainResource": resource(where, "text/html", inner.encode())}
            for where, inner in frames
        ]
    form = plistlib.FMT_BINARY if binary else plistlib.FMT_XML
    return plistlib.dumps(archive, fmt=form)
