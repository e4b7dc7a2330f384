"""Mail: headers, body, attachments as members (RFC 5322, MIME).

The text begins with From, To, Cc, Date, Subject and what else a person wrote there, then an empty
line, then the body. Of alternatives the plain text is taken, and of the HTML what it says beyond
it, since the two need not be the same. Quoted text and signatures are regions. Attachments,
nested messages and files that are written into a text (uuencode) are members with their exact
bytes; a part that is neither shown nor a member gives problem `part_unclaimed`. All headers are
metadata.

What is signed is read and said to be signed; nothing is verified here. What is encrypted is said.
"""

from __future__ import annotations

import binascii
import re
from email.utils import getaddresses

from assay.extract import charset, dates
from assay.extract.html import data_name, render
from assay.extract.mail import (
    Threads,
    beside,
    note_thread,
    page_text,
    plain_text,
    put_pieces,
)
from assay.extract.mime import Part, decode_base64, decode_uu, take_apart, words
from assay.extract.problems import Stop, problem
from assay.extract.quotes import Mark, marks_in
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

CARD = Card(
    name="eml",
    version="2",
    licence="AGPL-3.0-or-later",
    formats=("message/rfc822", "message/x-emlx"),
    limits="signatures are not checked; what is encrypted for a key stays closed",
)
_SHOWN = ("From", "To", "Cc", "Bcc", "Date", "Subject", "Keywords", "Comments")
_AS_TEXT = (
    "message/delivery-status", "text/rfc822-headers", "message/disposition-notification",
    "message/feedback-report", "message/global-delivery-status", "message/global-headers",
)  # fmt: skip
_TEXTS = ("text/plain", "text/html", "text/enriched", "text/richtext", "text", "text/")
_ENDINGS = {
    "message/rfc822": ".eml", "message/global": ".eml", "message/news": ".eml",
    "text/html": ".html", "text/rtf": ".rtf", "application/rtf": ".rtf", "text/vcard": ".vcf",
    "text/x-vcard": ".vcf", "application/ms-tnef": ".dat",
    "text/calendar": ".ics", "text/plain": ".txt", "image/png": ".png", "image/jpeg": ".jpg",
    "image/gif": ".gif", "application/pdf": ".pdf", "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s", "application/pkcs7-mime": ".p7m",
    "application/x-pkcs7-signature": ".p7s", "application/x-pkcs7-mime": ".p7m",
    "application/pgp-keys": ".asc", "application/pgp-encrypted": ".asc",
}  # fmt: skip
_SEALED = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_UU = re.compile(
    rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255})\r?\n((?:[^\r\n]{0,90}\r?\n)*?)"
    rb"(?:end|====)[ \t]*(?=\r?\n|\Z)",
    re.MULTILINE,
)
_BEGIN = re.compile(rb"^begin", re.MULTILINE)
_FILES_IN_TEXT = 300  # files in a text beyond which none is looked for: a search costs a pass
_ENRICHED = re.compile(r"</?[a-z][\w-]{0,40}>", re.IGNORECASE)
_PARAM = re.compile(r"<param>.*?</param>", re.IGNORECASE | re.DOTALL)
_KEY = "Ask a holder of the key to decrypt it and add the result; custody of it is complete."


def read_eml(request: Request, transcript: Transcript) -> None:
    """Read a message. Nesting beyond `limits.mime_depth` gives problem `limit_mime`."""
    read_message(whole(request), request, transcript)


def read_emlx(request: Request, transcript: Transcript) -> None:
    """Read a message of Apple Mail: its length, its bytes, then a property list."""
    data = whole(request)
    first, _, rest = data.partition(b"\n")
    length = int(first)
    if len(rest) < length:
        transcript.trouble("truncated", "", f"{len(rest)} of {length} bytes")
    _note_plist(rest[length:], transcript)
    read_message(rest[:length], request, transcript)


def whole(request: Request) -> bytes:
    """The bytes of the exhibit. Raises Stop with `limit_member` where they are too many."""
    if request.path.stat().st_size > request.limits.member:
        raise Stop("limit_member", "", f"over {request.limits.member} bytes")
    return request.path.read_bytes()


def read_message(raw: bytes, request: Request, transcript: Transcript) -> None:
    """Read the bytes of one message."""
    transcript.vouch()
    if raw.startswith(b"\xef\xbb\xbf"):
        raw = raw[3:]
    message = take_apart(raw, request.limits.mime_depth, most=request.limits.members)
    _note_headers(message, transcript)
    if message.shortened:
        transcript.trouble("limit_line", "headers", f"{message.shortened} over 64 KiB")
    reader = _Message(request, transcript)
    reader.head(message)
    reader.walk(message, "part 1")
    reader.finish()


_FLAGS = (
    "read", "deleted", "answered", "encrypted", "flagged", "recent", "draft", "initial",
    "forwarded", "redirected",
)  # fmt: skip


def _note_plist(raw: bytes, transcript: Transcript) -> None:
    """What Apple Mail keeps of a message: flags, when it came, when it was looked at."""
    from assay.extract.plists import plist_of

    raw = raw.strip()
    if not raw:
        transcript.trouble("truncated", "", "no property list")
        return
    try:
        found = plist_of(raw)
    except ValueError:
        transcript.trouble("damaged", "", "the property list")
        return
    for name, value in found.items() if isinstance(found, dict) else ():
        if name == "flags" and isinstance(value, int):
            states = [word for bit, word in enumerate(_FLAGS) if value >> bit & 1]
            transcript.note("emlx:state", ", ".join(states))
        if name.startswith("date-") and isinstance(value, int | float):
            value = dates.from_epoch(float(value)) or value
        if isinstance(value, str | int | float):
            transcript.note(f"emlx:{name}", value)


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
    note_thread(
        transcript,
        Threads(
            _first(message, "message-id"),
            _first(message, "references"),
            _first(message, "in-reply-to"),
            _index(_first(message, "thread-index")),
        ),
    )


def _index(value: str) -> bytes:
    """The conversation index of Exchange, b"" where there is none."""
    try:
        return binascii.a2b_base64("".join(value.split()))
    except (ValueError, binascii.Error):
        return b""


def _first(message: Part, name: str) -> str:
    return next(iter(message.values(name)), "")


def _addresses(value: str) -> list[str]:
    """Each mailbox of a header as `Name <address>`; the whole value where it is not readable."""
    try:
        pairs = getaddresses([value])
    except (ValueError, TypeError, IndexError, RecursionError):
        return [value] if value else []
    found = [f"{name} <{at}>" if name and at else name or at for name, at in pairs]
    return [f for f in found if f] or ([value] if value.strip() else [])


class _Message:
    def __init__(self, request: Request, transcript: Transcript) -> None:
        self._request = request
        self._transcript = transcript
        self._head: list[str] = []
        self._pieces: list[tuple[str, list[Mark]]] = []
        self._attached: list[tuple[bytes, bytes, bool, str]] = []

    def head(self, message: Part) -> None:
        """The headers that stand at the top of the text."""
        for name in _SHOWN:
            for value in message.values(name):
                self._head.append(f"{name}: {words(value)}")

    def walk(self, part: Part, where: str) -> None:
        """Show or keep every part."""
        kind = part.type
        if part.children:
            if part.dropped:
                self._transcript.trouble("limit_members", where, f"{part.dropped} parts more")
            if part.broken:
                self._transcript.trouble("truncated", where, "the last boundary is missing")
            if kind == "multipart/signed":
                protocol = str(part.headers.get_param("protocol") or "")
                self._transcript.note("mail:signed", protocol or "yes")
            if kind == "multipart/encrypted":
                self._transcript.trouble("encrypted", where, "PGP", _KEY)
            if kind == "multipart/alternative":
                self._choose(part, where)
            else:
                for number, child in enumerate(part.children, 1):
                    self.walk(child, f"{where}.{number}")
        elif kind.startswith("multipart/"):
            self._claim_broken(part, where)
        elif kind in _AS_TEXT or (
            kind in _TEXTS
            and part.disposition != "attachment"
            and not (part.filename and self._pieces)
        ):
            self._show_text(part, where)
        else:
            self._keep(part, where)

    def _claim_broken(self, part: Part, where: str) -> None:
        """A multipart whose parts were not found: too deep, or no boundary."""
        if part.body.strip():
            deep = where.count(".") >= self._request.limits.mime_depth
            if deep:
                self._transcript.trouble("limit_mime", where[:60])
                self._attached.append((b"nested.eml", part.body, True, where))
                return
            self._transcript.trouble("damaged", where, "no boundary")
            self._pieces.append((charset.decode(part.body, part.charset).text, []))
        elif not part.body:
            self._transcript.trouble("truncated", where, "a multipart without parts")

    def _choose(self, part: Part, where: str) -> None:
        """The plain text, and the HTML after it where that says more; other parts are walked."""
        children = list(enumerate(part.children, 1))
        plain = [(n, c) for n, c in children if c.type == "text/plain" and not c.filename]
        html = [(n, c) for n, c in children if c.type == "text/html" and not c.filename]
        claimed: set[int] = set()
        if plain and html:
            n, shown = plain[0]
            m, other = html[0]
            text, marks = self._text_of(shown, f"{where}.{n}")
            rendered, more = self._text_of(other, f"{where}.{m}")
            self._pieces.append((text, marks))
            rendered, more = beside(rendered, more, text)
            if rendered:
                self._pieces.append(("\n" + rendered, [(k, s + 1, e + 1) for k, s, e in more]))
                self._transcript.note("mail:shown", "text/plain, then text/html: they differ")
            claimed = {n, m}
            self._transcript.note("mail:alternative", "text/plain and text/html")
        for n, child in children:
            if n not in claimed:
                self.walk(child, f"{where}.{n}")

    def _show_text(self, part: Part, where: str) -> None:
        if part.headers.get("x-apple-content-length") and not part.body.strip():
            self._elsewhere(where)
            return
        self._pieces.append(self._text_of(part, where))

    def _text_of(self, part: Part, where: str) -> tuple[str, list[Mark]]:
        body, whole = part.decoded()
        if not whole:
            self._transcript.trouble("damaged", where, "transfer encoding")
        kind = part.type
        marks: list[Mark]
        if kind == "text/html":
            rendered, decoded = render(body, part.charset, self._request.limits)
            text, marks = page_text(rendered)
            for written, data in rendered.data:
                name_of_it = data_name(len(self._attached) + 1, written)
                self._attached.append((name_of_it, data or b"", True, where))
        else:
            if b"begin" in body:
                body = self._without_files(body, where)
            decoded = plain_text(body, part.charset)
            text = decoded.text
            if kind in ("text/enriched", "text/richtext"):
                text = _ENRICHED.sub("", _PARAM.sub("", text)).replace("<<", "<")
            marks = marks_in(text)
            if "-----BEGIN PGP " in text:
                self._say_pgp(text, where, marks)
        if decoded.replaced:
            self._transcript.trouble("charset_guess", where, decoded.charset)
        return text, marks

    def _without_files(self, body: bytes, where: str) -> bytes:
        """Files written into the text by uuencode become members; their lines go out of it."""

        if len(_BEGIN.findall(body)) > _FILES_IN_TEXT:
            self._transcript.trouble("part_unclaimed", where, "too many files in the text")
            return body

        def keep(match: re.Match[bytes]) -> bytes:
            coded = match.group(0)
            if coded.startswith(b"begin-base64"):
                data, sound = decode_base64(match.group(2))
            else:
                data, sound = decode_uu(coded)
            name = charset.decode(match.group(1).strip()).text
            raw = name.replace("/", "_").encode("utf-8", "replace")
            self._attached.append((raw, data, sound, where))
            return b"[" + raw + b"]"

        return _UU.sub(keep, body)

    def _say_pgp(self, text: str, where: str, marks: list[Mark]) -> None:
        if "-----BEGIN PGP MESSAGE-----" in text:
            self._transcript.trouble("encrypted", where, "PGP", _KEY)
        if "-----BEGIN PGP SIGNED MESSAGE-----" in text:
            self._transcript.note("mail:signed", "PGP, in the text")
        if (at := text.find("-----BEGIN PGP SIGNATURE-----")) >= 0:
            end = text.find("-----END PGP SIGNATURE-----", at)
            marks.append(("signature", at, end + 27 if end >= 0 else len(text)))

    def _elsewhere(self, where: str) -> None:
        detail = "Apple Mail keeps this part in a file beside it"
        self._transcript.trouble("part_unclaimed", where, detail)

    def _keep(self, part: Part, where: str) -> None:
        kind = part.type
        if kind in ("message/external-body", "message/partial"):
            self._transcript.trouble("part_unclaimed", where, kind)
            return
        if part.headers.get("x-apple-content-length") and not part.body.strip():
            self._elsewhere(where)
            return
        body, whole = part.decoded()
        if kind == "application/pgp-encrypted" and len(body) < 200 and b"Version" in body:
            self._transcript.note("mail:encrypted", "PGP")
            return  # the control part (RFC 3156, 4): its one line says the version
        if kind in _SEALED:
            self._say_sealed(body, where)
        name = part.filename
        if not name:
            subject = ""
            if kind == "message/rfc822":
                inner = take_apart(body[: 1 << 16], 0)
                subject = words(_first(inner, "subject"))[:80].replace("/", "_")
            name = (subject or where.replace(" ", "-")) + _ENDINGS.get(kind, "")
        self._attached.append((name.encode("utf-8", "replace"), body, whole, where))

    def _say_sealed(self, body: bytes, where: str) -> None:
        from assay.extract.smime import kind_of

        kind = kind_of(body)
        if kind == "signed":
            self._transcript.note("mail:signed", "S/MIME")
        elif kind == "encrypted":
            self._transcript.trouble("encrypted", where, "S/MIME", _KEY)

    def finish(self) -> None:
        """Write the page, then hand over the members."""
        if self._request.only is None:
            if self._attached:
                listed = ", ".join(n.decode("utf-8", "replace") for n, *_ in self._attached[:500])
                self._head.append(f"Attached: {listed}")
            head = "\n".join(self._head) + "\n"
            put_pieces(self._transcript, [(head, []), *self._pieces])
        if not self._attached:
            return
        spool = self._transcript.members()
        for name, body, whole, where in self._attached:
            if not whole:
                self._transcript.trouble("damaged", where, "transfer encoding")
            if not body:
                spool.refuse(name, problem("damaged", f"member {len(spool) + 1}", "no bytes"))
            else:
                spool.add_bytes(name, body)
