"""HAR: what a browser's network panel recorded (HAR 1.2).

The text has a line for each request (time, method, address, status, media type), the heads of
both messages (region `header`), and what was sent with it. The contents of responses are members
under their address, where the recording holds them.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from assay.extract import captured, dates
from assay.extract.plain import read_plain, take_in
from assay.extract.problems import problem
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="har",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("application/har+json",),
    limits="timings are not shown",
)


def read_har(request: Request, transcript: Transcript) -> None:
    """Read a recording. One that is no readable JSON is kept as plain text."""
    data, whole = take_in(request)
    try:
        log = json.loads(data)["log"] if whole else None
    except (ValueError, KeyError, TypeError, RecursionError):
        log = None
    if not isinstance(log, dict) or not isinstance(log.get("entries"), list):
        transcript.trouble("damaged", "", "no readable HAR; kept as text")
        read_plain(request, transcript)
        return
    transcript.container = True
    _describe(log, transcript)
    spool = transcript.members()
    for number, entry in enumerate(log["entries"], 1):
        if not isinstance(entry, dict):
            transcript.trouble("damaged", f"record {number}", "no entry")
            continue
        if request.only is None:
            _show(entry, transcript)
        content = _table(_table(entry, "response"), "content")
        text = content.get("text")
        if not isinstance(text, str) or not text:
            continue
        address = str(_table(entry, "request").get("url", ""))
        name = captured.name_of(address.encode("utf-8", "surrogatepass"))
        when = dates.from_iso(str(entry.get("startedDateTime", "")))
        body = text.encode("utf-8", "surrogatepass")
        if content.get("encoding") == "base64":
            try:
                body = base64.b64decode(text, validate=True)
            except (binascii.Error, ValueError):
                spool.refuse(name, problem("damaged", f"member {len(spool) + 1}", "base64"), when)
                continue
        spool.add_bytes(name, body, when)
    if not len(spool):
        transcript.spool = None


def _table(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _describe(log: dict[str, Any], transcript: Transcript) -> None:
    for part in ("creator", "browser"):
        about = _table(log, part)
        transcript.note(
            f"har:{part}", f"{about.get('name', '')} {about.get('version', '')}".strip()
        )
    pages = log.get("pages")
    for page in pages if isinstance(pages, list) else ():
        if isinstance(page, dict) and isinstance(page.get("title"), str):
            transcript.note("har:page", page["title"][:1000])
            transcript.title = transcript.title or page["title"]
    moments = sorted(
        moment
        for entry in log["entries"]
        if isinstance(entry, dict)
        and (moment := dates.from_iso(str(entry.get("startedDateTime", ""))))
    )
    if moments:
        transcript.created, transcript.modified = moments[0], moments[-1]
    transcript.note("har:entries", len(log["entries"]))


def _show(entry: dict[str, Any], transcript: Transcript) -> None:
    asked, answer = _table(entry, "request"), _table(entry, "response")
    words = [
        str(entry.get("startedDateTime", "")), str(asked.get("method", "")),
        str(asked.get("url", "")), str(answer.get("status", "")),
        str(answer.get("statusText", "")), str(_table(answer, "content").get("mimeType", "")),
    ]  # fmt: skip
    transcript.paragraph(" ".join(word for word in words if word))
    for message in (asked, answer):
        headers = message.get("headers")
        lines = [
            f"{item.get('name', '')}: {item.get('value', '')}"
            for item in (headers if isinstance(headers, list) else ())
            if isinstance(item, dict)
        ]
        if lines:
            start = transcript.length
            transcript.paragraph("\n".join(lines))
            transcript.mark("header", max(start, transcript.length - len("\n".join(lines)) - 1),
                            transcript.length - 1)  # fmt: skip
    sent = _table(asked, "postData")
    if isinstance(sent.get("text"), str) and sent["text"].strip():
        transcript.paragraph(sent["text"])
    elif isinstance(sent.get("params"), list):
        for item in sent["params"]:
            if isinstance(item, dict):
                transcript.paragraph(f"{item.get('name', '')}={item.get('value', '')}")
    sockets = entry.get("_webSocketMessages")
    for item in sockets if isinstance(sockets, list) else ():
        if isinstance(item, dict) and isinstance(item.get("data"), str):
            transcript.paragraph(item["data"])
    comment = entry.get("comment")
    if isinstance(comment, str) and comment.strip():
        transcript.paragraph(comment)
        transcript.mark("comment", transcript.length - len(comment) - 1, transcript.length - 1)
