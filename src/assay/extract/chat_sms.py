"""Short messages as XML: SMS Backup & Restore, and Signal's plain backups, which write the same.

SMS, MMS and calls are lines in the order of the file. What an MMS carries besides its text is a
member with its bytes.
"""

from __future__ import annotations

import base64
import binascii

from assay.extract.chat import Conversation, Message, moment
from assay.extract.chat_kinds import SMS
from assay.extract.problems import problem
from assay.extract.request import Request
from assay.extract.spool import chunks_of
from assay.extract.transcript import Transcript
from assay.extract.xmlstream import Broken, parse
from assay.ports import Card

CARD = Card(
    name="chat_sms",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(SMS,),
    limits="",
)
_BOX = {"1": "", "2": "(owner)", "3": "(owner, draft)", "4": "(owner, not sent yet)",
        "5": "(owner, failed)", "6": "(owner, waiting)"}  # fmt: skip
_CALLS = {"1": "incoming", "2": "outgoing", "3": "missed", "4": "voicemail", "5": "rejected",
          "6": "refused"}  # fmt: skip
_ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "video/mp4": "mp4",
            "audio/amr": "amr", "text/x-vcard": "vcf", "video/3gpp": "3gp"}  # fmt: skip


def read_sms(request: Request, transcript: Transcript) -> None:
    """Read a backup. One that breaks off keeps what stands before the break."""
    sink = _Backup(request, transcript)
    try:
        with request.path.open("rb") as stream:
            parse(chunks_of(stream), sink, request.limits)
    except Broken as broken:
        transcript.trouble("damaged", "", str(broken))
    sink.finish()


class _Backup:
    def __init__(self, request: Request, transcript: Transcript) -> None:
        self._transcript = transcript
        self._out = Conversation(transcript, "SMS")
        self._silent = request.only is not None
        self._message: Message | None = None
        self._promised = -1
        self._met = 0
        self._with: dict[str, None] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if tag in ("smses", "calls"):
            count = attributes.get("count", "")
            self._promised = int(count) if count.isdigit() else -1
        elif tag in ("sms", "mms", "call"):
            self._met += 1
            self._message = self._begin(tag, attributes)
        elif tag == "part" and self._message is not None:
            self._part(attributes, self._message)
        elif tag == "addr" and self._message is not None:
            address = attributes.get("address", "")
            if address and address not in self._message.sender:
                role = "from" if attributes.get("type") == "137" else "to"
                self._message.remarks.append(f"{role} {address}")

    def _begin(self, tag: str, given: dict[str, str]) -> Message:
        address = given.get("address") or given.get("number") or ""
        name = given.get("contact_name", "")
        person = name if name and name not in ("(Unknown)", "null") else ""
        other = f"{person} {address}".strip() if person else address
        if other:
            self._with[other] = None
            self._out.meet(other)
        box = given.get("type") if tag == "sms" else given.get("msg_box", "1")
        mine = _BOX.get(box or "1", "") if tag != "call" else ""
        message = Message(when=moment(given.get("date"), 1000), sender=mine or other)
        if mine and other:
            message.remarks.append(f"to {other}")
        if tag == "call":
            kind = _CALLS.get(given.get("type", ""), "call")
            message.text = f"{kind} call, {given.get('duration', '0')} seconds"
        text = given.get("body", "")
        if text and text != "null":
            message.text = text
        for key in ("subject", "sub"):
            if given.get(key, "null") != "null":
                message.remarks.append(f"subject: {given[key]}")
        return message

    def _part(self, given: dict[str, str], message: Message) -> None:
        text, kind = given.get("text", ""), given.get("ct", "")
        if text and text != "null" and kind != "application/smil":
            message.text = f"{message.text}\n{text}" if message.text else text
        data = given.get("data")
        if not data or data == "null":
            return
        spool = self._transcript.members()
        names = [given.get(k, "") for k in ("cl", "fn", "name")]
        name = next((n for n in names if n and n != "null"), "")
        if not name:
            name = f"part-{len(spool) + 1}.{_ENDINGS.get(kind, 'bin')}"
        message.media.append(f"{kind}: {name}")
        raw = name.encode("utf-8", "replace")
        try:
            spool.add_bytes(raw, base64.b64decode(data, validate=False), message.when or None)
        except (binascii.Error, ValueError):
            spool.refuse(raw, problem("damaged", f"member {len(spool) + 1}", "base64"))

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag in ("sms", "mms", "call") and self._message is not None:
            if not self._silent:
                self._out.add(self._message)
            self._message = None

    def data(self, text: str) -> None:
        """Character data: these files have none that matters."""

    def finish(self) -> None:
        """Note what was met; compare with the count that the file gives."""
        if 0 <= self._promised != self._met:
            self._transcript.note("sms:promised", f"{self._promised}, met {self._met}")
            if self._met < self._promised:
                self._transcript.trouble(
                    "truncated", "", f"{self._promised - self._met} of {self._promised} messages"
                )
        if self._transcript.spool is not None:
            self._transcript.container = True
        self._out.finish()
        if len(self._with) == 1:
            self._transcript.title = next(iter(self._with))
