"""Mail: headers, body, attachments as members (RFC 5322, MIME).

The text begins with From, To, Cc, Date and Subject, then an empty line, then the body. Of
alternatives the plain text is taken, and the HTML after it where it says more, since the two
need not be the same. Attachments and nested messages are members with their exact bytes; a
part that is neither shown nor a member gives problem `part_unclaimed`. All headers are
metadata.
"""

from __future__ import annotations

import re
from email.utils import getaddresses

from assay.extract import charset, dates
from assay.extract.html import render
from assay.extract.mime import Part, take_apart, words
from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="eml",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=("message/rfc822",),
    limits="signatures are not checked; encrypted parts are members that no reader opens",
)
_SHOWN = ("From", "To", "Cc", "Bcc", "Date", "Subject")
_WORD = re.compile(r"\w{2,}")
_AS_TEXT = ("message/delivery-status", "text/rfc822-headers", "message/disposition-notification")
_ENDINGS = {
    "message/rfc822": ".eml", "message/global": ".eml", "text/html": ".html",
    "text/calendar": ".ics", "text/plain": ".txt", "image/png": ".png", "image/jpeg": ".jpg",
    "image/gif": ".gif", "application/pdf": ".pdf", "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m",
}  # fmt: skip


def read_eml(request: Request, transcript: Transcript) -> None:
    """Read a message. Nesting beyond `limits.mime_depth` gives problem `limit_mime`."""
    if request.path.stat().st_size > request.limits.member:
        raise Stop("limit_member", "", f"over {request.limits.member} bytes")
    raw = request.path.read_bytes()
    transcript.vouch()
    message = take_apart(raw, request.limits.mime_depth)
    _note_headers(message, transcript)
    reader = _Message(request, transcript)
    reader.head(message)
    reader.walk(message, "part 1")
    reader.finish()


def _note_headers(message: Part, transcript: Transcript) -> None:
    for name, value in message.headers.raw_items():
        transcript.note(f"header:{name}", words(value))
    transcript.subject = words(_first(message, "subject")) or None
    transcript.title = transcript.subject
    transcript.sender = words(_first(message, "from") or _first(message, "sender")) or None
    transcript.author = transcript.sender
    recipients: list[str] = []
    for value in message.values("to", "cc", "bcc"):
        recipients += _addresses(words(value))
    transcript.recipients = tuple(dict.fromkeys(recipients))
    transcript.sent = dates.from_mail(_first(message, "date"))
    transcript.created = transcript.sent


def _first(message: Part, name: str) -> str:
    return next(iter(message.values(name)), "")


def _addresses(value: str) -> list[str]:
    """Each mailbox of a header as `Name <address>`; the whole value where it is not readable."""
    try:
        pairs = getaddresses([value])
    except (ValueError, TypeError, IndexError):
        return [value] if value else []
    found = [f"{name} <{at}>" if name and at else name or at for name, at in pairs]
    return [f for f in found if f] or ([value] if value.strip() else [])


def _says_more(rendered: str, text: str) -> bool:
    """Tell whether the HTML holds words that the plain text beside it does not."""
    words_shown = set(_WORD.findall(text))
    more = [word for word in _WORD.findall(rendered) if word not in words_shown]
    return len(more) > 3 and len(more) * 10 > len(words_shown)


class _Message:
    def __init__(self, request: Request, transcript: Transcript) -> None:
        self._request = request
        self._transcript = transcript
        self._lines: list[str] = []
        self._attached: list[tuple[bytes, bytes, bool, str]] = []
        self._depth = 0

    def head(self, message: Part) -> None:
        """The headers that stand at the top of the text."""
        for name in _SHOWN:
            for value in message.values(name):
                self._lines.append(f"{name}: {words(value)}")
        self._lines.append("")

    def walk(self, part: Part, where: str) -> None:
        """Show or keep every part."""
        kind = part.type
        if part.children:
            self._depth += 1
            if part.broken:
                self._transcript.trouble("truncated", where, "the last boundary is missing")
            if kind == "multipart/alternative":
                self._choose(part, where)
            else:
                for number, child in enumerate(part.children, 1):
                    self.walk(child, f"{where}.{number}")
            self._depth -= 1
        elif kind.startswith("multipart/"):
            self._claim_broken(part, where)
        elif kind in _AS_TEXT or (
            kind in ("text/plain", "text/html", "text/enriched", "text/richtext")
            and part.disposition != "attachment"
            and not (part.filename and self._lines_of_body())
        ):
            self._show_text(part, where)
        else:
            self._keep(part, where)

    def _lines_of_body(self) -> bool:
        """Tell whether some of the body is shown already: a named text after it is a file."""
        return "" in self._lines[:-1] or len(self._lines) > self._lines.index("") + 1

    def _claim_broken(self, part: Part, where: str) -> None:
        """A multipart whose parts were not found: too deep, or no boundary."""
        if part.body.strip():
            deep = where.count(".") >= self._request.limits.mime_depth
            if deep:
                self._transcript.trouble("limit_mime", where[:60])
                self._attached.append((b"nested.eml", part.body, True, where))
                return
            self._transcript.trouble("damaged", where, "no boundary")
            self._lines.append(charset.decode(part.body, part.charset).text)
        elif not part.body:
            self._transcript.trouble("truncated", where, "a multipart without parts")

    def _choose(self, part: Part, where: str) -> None:
        """The plain text, and the HTML after it where that says more; other parts are walked."""
        children = list(enumerate(part.children, 1))
        plain = [(n, c) for n, c in children if c.type == "text/plain" and not c.filename]
        html = [(n, c) for n, c in children if c.type == "text/html" and not c.filename]
        if plain and html:
            n, shown = plain[0]
            m, other = html[0]
            text = self._text_of(shown, f"{where}.{n}")
            rendered = self._text_of(other, f"{where}.{m}")
            self._lines.append(text)
            if _says_more(rendered, text):
                self._lines += ["", rendered]
                self._transcript.note("mail:shown", "text/plain, then text/html: they differ")
            claimed = {n, m}
            self._transcript.note("mail:alternative", "text/plain and text/html")
        else:
            claimed = set()
        for n, child in children:
            if n not in claimed:
                self.walk(child, f"{where}.{n}")

    def _show_text(self, part: Part, where: str) -> None:
        self._lines.append(self._text_of(part, where))

    def _text_of(self, part: Part, where: str) -> str:
        body, whole = part.decoded()
        if not whole:
            self._transcript.trouble("damaged", where, "transfer encoding")
        if part.type == "text/html":
            rendered, decoded = render(body, part.charset, self._request.limits)
            text = "\n".join(rendered.lines)
        else:
            decoded = charset.decode(body, part.charset)
            text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
        if decoded.replaced:
            self._transcript.trouble("charset_guess", where, decoded.charset)
        return text

    def _keep(self, part: Part, where: str) -> None:
        kind = part.type
        if kind in ("message/external-body", "message/partial"):
            self._transcript.trouble("part_unclaimed", where, kind)
            return
        body, whole = part.decoded()
        name = part.filename
        if not name:
            subject = ""
            if kind == "message/rfc822":
                inner = take_apart(body[: 1 << 16], 0)
                subject = words(_first(inner, "subject"))[:80].replace("/", "_")
            name = (subject or where.replace(" ", "-")) + _ENDINGS.get(kind, "")
        self._attached.append((name.encode("utf-8", "replace"), body, whole, where))

    def finish(self) -> None:
        """Write the page, then hand over the members."""
        if self._request.only is None:
            self._transcript.page("\n".join(self._lines))
        if not self._attached:
            return
        spool = self._transcript.members()
        self._transcript.expected = len(self._attached)
        for name, body, whole, where in self._attached:
            if not whole:
                self._transcript.trouble("damaged", where, "transfer encoding")
            if not body:
                spool.refuse(name, problem("damaged", f"member {len(spool) + 1}", "no bytes"))
            else:
                spool.add_bytes(name, body)
