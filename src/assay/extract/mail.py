"""What all readers of mail share: the text with its regions, and what ties messages together.

The text begins with the headers that a reader looks for, then an empty line, then the body. Of
two bodies the plain one is taken, and the page after it where it says more, since the two need
not be the same. Quoted text and signatures are regions over it (quotes.py, html.py).

A thread is told by Message-ID, References and In-Reply-To (RFC 5322, 3.6.4). Where a server of
Exchange left only its conversation index, the first 22 bytes of that stand for the thread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from assay.extract import charset
from assay.extract.html import Rendered, render
from assay.extract.language import language_of
from assay.extract.mapi import Body
from assay.extract.problems import Stop
from assay.extract.quotes import Mark, marks_in
from assay.extract.request import Request
from assay.extract.transcript import Transcript

_SAMPLE = 800  # characters by which a language is told
_WORD = re.compile(r"\w{2,}")
_ID = re.compile(r"<([^<>]{1,600})>")


@dataclass(frozen=True)
class Threads:
    """The headers, as they stand, that tie a message to others."""

    message_id: str = ""
    references: str = ""
    reply_to: str = ""
    index: bytes = b""


def note_thread(transcript: Transcript, threads: Threads) -> None:
    """Keep the ids: the message's own, and those that it answers, the oldest first."""
    own = ids_in(threads.message_id)
    transcript.message_id = own[0] if own else None
    others = [*ids_in(threads.references), *ids_in(threads.reply_to)]
    if len(threads.index) >= 22:
        others.append("index:" + threads.index[:22].hex())
    transcript.references = tuple(dict.fromkeys(i for i in others if i not in own[:1]))[:1000]


def ids_in(value: str) -> list[str]:
    """Message ids in a header, without brackets and white space; a bare one counts too."""
    found = [re.sub(r"\s+", "", i) for i in _ID.findall(value)]
    if not found and "@" in value and len(value.split()) == 1:
        found = [value.strip().strip("<>")]
    return [i for i in found if i]


def beside(shown: str, marks: list[Mark], plain: str) -> tuple[str, list[Mark]]:
    """What the page says that the plain text beside it does not: all of it, or those lines.

    All of it where more than a tenth of the words are new; "" where none is.
    """
    words_shown = set(_WORD.findall(plain))
    more = [word for word in _WORD.findall(shown) if word not in words_shown]
    if not more:
        return "", []
    if len(more) > 3 and len(more) * 10 > len(words_shown):
        return shown, marks
    lines: list[str] = []
    kept: list[Mark] = []
    at = place = 0
    for line in shown.split("\n"):
        if any(word not in words_shown for word in _WORD.findall(line)):
            lines.append(line)
            kept += [(k, place, place + len(line)) for k, s, e in marks if s <= at < e]
            place += len(line) + 1
        at += len(line) + 1
    return "\n".join(lines), kept


def page_text(rendered: Rendered) -> tuple[str, list[Mark]]:
    """A rendered page as text, with its quoted parts as regions."""
    text = "\n".join(rendered.lines)
    marks: list[Mark] = []
    if rendered.quoted or "hidden" in rendered.kinds:
        starts = [0]
        for line in rendered.lines:
            starts.append(starts[-1] + len(line) + 1)
        last = len(rendered.lines)
        for first, end in rendered.quoted:
            if first < end <= last:
                marks.append(("quoted", starts[first], max(starts[end] - 1, starts[first])))
        for number, kind in enumerate(rendered.kinds):
            if kind == "hidden":
                marks.append(("hidden", starts[number], starts[number + 1] - 1))
    for kind, start, end in marks_in(text):
        if not any(s <= start and end <= e for _, s, e in marks):
            marks.append((kind, start, end))
    return text, sorted(marks, key=lambda mark: (mark[1], -mark[2]))


def put_line(transcript: Transcript, line: str) -> bool:
    """Add a line to the text of a container; False where a limit of text is reached.

    A container goes on without text: its members are what it is for.
    """
    try:
        transcript.paragraph(line)
    except Stop as stop:
        transcript.trouble(stop.problem.code, stop.problem.where, stop.problem.detail)
        return False
    return True


def put_text(
    request: Request, transcript: Transcript, head: list[str], body: Body, fields: list[str]
) -> None:
    """Write one page: head, empty line, fields of the item, body; with its regions."""
    pieces: list[tuple[str, list[Mark]]] = [("\n".join(head) + "\n", [])] if head else []
    if fields:
        pieces.append(("\n".join(fields) + "\n", []))
    plain = body.plain if body.plain.strip() else ""
    if plain:
        pieces.append((plain, marks_in(plain)))
    if body.html:
        rendered, decoded = render(body.html, body.html_charset, request.limits)
        if decoded.replaced:
            transcript.trouble("charset_guess", "part body", decoded.charset)
        shown, marks = page_text(rendered)
        if not plain:
            pieces.append((shown, marks))
        elif (other := beside(shown, marks, plain))[0]:
            pieces.append(("\n" + other[0], [(k, s + 1, e + 1) for k, s, e in other[1]]))
            transcript.note("mail:shown", "text/plain, then text/html: they differ")
    elif body.rtf and not plain:
        from assay.extract.rtf import words_of

        words = words_of(body.rtf, request)
        pieces.append((words, marks_in(words)))
    put_pieces(transcript, pieces)


def put_pieces(transcript: Transcript, pieces: list[tuple[str, list[Mark]]]) -> None:
    """Write one page of pieces, a line end between them, and mark their regions.

    The language is told by what this person wrote first: headers and what is quoted may be in
    another one.
    """
    if transcript.language is None:
        for text, found in pieces[1:]:
            new = text[: min((start for _, start, _ in found), default=len(text))].strip()
            if len(new) >= _SAMPLE // 4:
                transcript.language = language_of(new[:_SAMPLE])
                break
    at = transcript.length + (1 if transcript.pages else 0)
    marks: list[Mark] = []
    for text, found in pieces:
        marks += [(kind, at + start, at + end) for kind, start, end in found]
        at += len(text) + 1
    try:
        transcript.page("\n".join(text for text, _ in pieces))
    finally:
        for kind, start, end in marks:
            transcript.mark(kind, start, min(end, transcript.length))


def plain_text(body: bytes, declared: str | None) -> charset.Decoded:
    """Decoded text with LF line ends."""
    decoded = charset.decode(body, declared)
    if "\r" not in decoded.text:
        return decoded
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    return charset.Decoded(text, decoded.charset, decoded.mark, decoded.guessed, decoded.replaced)
