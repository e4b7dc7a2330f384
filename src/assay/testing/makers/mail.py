"""Make mail: single messages (RFC 5322, MIME) and mailboxes (mbox, RFC 4155).

Boundaries and message ids are counted or derived from the words, never random.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import format_datetime, parseaddr

import msgspec


class Attachment(msgspec.Struct, frozen=True):
    """A file in a mail. `type` is its media type; `message/rfc822` nests a message."""

    name: str
    body: bytes
    type: str = "application/octet-stream"


def _set_boundaries(message: EmailMessage, stem: str) -> None:
    for number, part in enumerate(message.walk()):
        if part.get_content_maintype() == "multipart":
            part.set_boundary(f"=_{stem}_{number:02d}")


def eml(
    body: str,
    *,
    sender: str,
    to: Sequence[str],
    subject: str,
    date: str,
    cc: Sequence[str] = (),
    html: str = "",
    attachments: Sequence[Attachment] = (),
    charset: str = "utf-8",
    message_id: str = "",
    in_reply_to: str = "",
    headers: Sequence[tuple[str, str]] = (),
) -> bytes:
    """A message with CRLF line ends. `date` is RFC 3339 with a zone; `charset` that of the body.

    An empty `message_id` becomes one derived from sender, date and subject.
    """
    message = EmailMessage(policy=policy.SMTP)
    stem = hashlib.sha256("\n".join((sender, date, subject)).encode()).hexdigest()[:16]
    domain = parseaddr(sender)[1].partition("@")[2] or "localhost"
    message["From"] = sender
    message["To"] = ", ".join(to)
    if cc:
        message["Cc"] = ", ".join(cc)
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.fromisoformat(date))
    message["Message-ID"] = message_id or f"<{stem}@{domain}>"
    if in_reply_to:
        message["In-Reply-To"] = in_reply_to
        message["References"] = in_reply_to
    for name, value in headers:
        message[name] = value
    message.set_content(body, charset=charset)
    if html:
        message.add_alternative(html, subtype="html", charset=charset)
    for attachment in attachments:
        main, _, sub = attachment.type.partition("/")
        if attachment.type == "message/rfc822":
            nested = BytesParser(policy=policy.SMTP).parsebytes(attachment.body)
            assert isinstance(nested, EmailMessage)
            message.add_attachment(nested, filename=attachment.name)
        else:
            message.add_attachment(
                attachment.body, maintype=main, subtype=sub, filename=attachment.name
            )
    _set_boundaries(message, stem)
    return message.as_bytes()


def mbox(messages: Sequence[bytes]) -> bytes:
    """A mailbox of messages (mboxrd: lines that begin with From get a `>`), LF line ends.

    Each message keeps its bytes up to its last line end; an empty line ends it.
    """
    out = bytearray()
    for raw in messages:
        message = BytesParser(policy=policy.default).parsebytes(raw, headersonly=True)
        sender = parseaddr(str(message["From"]))[1] or "MAILER-DAEMON"
        when = datetime.strptime(str(message["Date"]), "%a, %d %b %Y %H:%M:%S %z")
        out += f"From {sender} {when.strftime('%a %b %d %H:%M:%S %Y')}\n".encode()
        for line in raw.replace(b"\r\n", b"\n").removesuffix(b"\n").split(b"\n"):
            out += (b">" if line.lstrip(b">").startswith(b"From ") else b"") + line + b"\n"
        out += b"\n"
    return bytes(out)
