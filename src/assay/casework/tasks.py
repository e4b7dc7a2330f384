"""What jailed workers do: one function a kind of task, msgpack in and out.

This module runs inside the jail. It may read originals, the spool and the libraries, and
write below its scratch folder; whatever it says is checked again by the one who asked.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import msgspec

from assay.extract.searchable import Sheet
from assay.extract.volumes import Neighbour
from assay.model.draft import Check
from assay.model.finding import Examination
from assay.model.reading import Metadata, Problem, Reading, Words
from assay.ports import Transcriber
from assay.proof.digests import digest_of
from assay.settings import Limits
from assay.settings import Reading as ReadingSettings

_PACK = msgspec.msgpack.Encoder()
_LARGE = 1 << 20  # bytes from which an exhibit gets more time than the others
_ENOUGH = 0.5  # seconds after which nothing more of a request is begun
_ROOM = 4 << 20  # bytes; a smaller answer has room in what a worker keeps free
_TOKENS_FOR = 4_000_000  # code points of an exhibit whose tokens travel with its reading


class ReadItem(msgspec.Struct, array_like=True):
    """One exhibit of a request: where it lies, its raw last name, the containers around it.

    `beside`: names and places of what may be volumes of one set with it.
    """

    path: str
    name: bytes
    depth: int = 0
    beside: tuple[tuple[bytes, str], ...] = ()


class ReadRequest(msgspec.Struct):
    """Read exhibits, one after another. `scratch` and the paths are places on this machine.

    More than one where they are small: to be asked and to answer costs as much as reading a
    short message. Where one of them ends the worker, the others are asked for again.
    """

    items: tuple[ReadItem, ...]
    scratch: str
    limits: Limits
    options: ReadingSettings
    passwords: tuple[str, ...] = ()


class ReadAnswer(msgspec.Struct):
    """A reading without its word boxes, and these packed as the catalogue stores them.

    `tokens`: (words, han, exact) of each page as the index stores them; () where the text is so
    long that sending them would cost more than cutting them again.
    """

    reading: Reading
    words: tuple[bytes | None, ...]
    text_digest: str
    tokens: tuple[tuple[str, str, str], ...] = ()
    seconds: float = 0.0  # wall time that reading took
    examination: Examination = Examination()
    look: bool = False  # its bytes are to be looked into by a task of their own
    pages: tuple[int, ...] | None = None  # of a PDF that this task has to look at; None for all


class LookRequest(msgspec.Struct):
    """Examine the bytes of an exhibit that was read."""

    path: str
    type: str
    metadata: Metadata
    limits: Limits
    passwords: tuple[str, ...] = ()
    pages: tuple[int, ...] | None = None


class MemberRequest(msgspec.Struct):
    """Take one member out of a container again."""

    path: str
    ordinal: int
    scratch: str
    limits: Limits
    passwords: tuple[str, ...] = ()
    name: bytes = b""
    beside: tuple[tuple[bytes, str], ...] = ()


class SearchableRequest(msgspec.Struct):
    """Write page pictures with their words as a PDF into `scratch`."""

    path: str
    sheets: tuple[Sheet, ...]
    dpi: int
    scratch: str
    limits: Limits


class SniffRequest(msgspec.Struct):
    """Say what an exhibit is by its first bytes."""

    path: str
    name: bytes


class PictureRequest(msgspec.Struct):
    """Draw one page, `width` pixels wide, as WebP."""

    path: str
    page: int
    width: int
    limits: Limits


class OcrRequest(msgspec.Struct):
    """Recognise one page. `neighbours`: languages of what lies around it.

    `known` is a file with the digests of pictures that were recognised before, 32 bytes each;
    "" where the page is to be recognised whether it was or not.
    """

    path: str
    page: int
    dpi: int
    limits: Limits
    langs: tuple[str, ...] = ()
    neighbours: tuple[str, ...] = ()
    passwords: tuple[str, ...] = ()
    pixels: int = 8_000_000
    known: str = ""


class ListenItem(msgspec.Struct, array_like=True):
    """One text to listen to. `said_on`: its own day, ISO 8601; `language` by ISO 639-1."""

    text: str
    language: str | None = None
    said_on: str | None = None


class ListenRequest(msgspec.Struct):
    """Listen to texts, one after another."""

    items: tuple[ListenItem, ...]


class CommentRequest(msgspec.Struct):
    """Write a draft with its checks as comments, as DOCX, into `scratch`.

    `path` is the draft where it is a DOCX itself, "" where one is made from `text`.
    """

    path: str
    text: str
    checks: tuple[Check, ...]
    author: str
    at: str
    scratch: str


class OcrAnswer(msgspec.Struct):
    """A recognised page; `verdict` is text, blank, picture or failed (then with problems).

    It is `known` where the same picture was recognised before, and nothing was done here.
    """

    picture: str
    text: str = ""
    words: Words | None = None
    confidence: float | None = None
    language: str = ""
    engine: str = ""
    verdict: str = "text"
    problems: tuple[Problem, ...] = ()


def read_exhibits(body: bytes) -> bytes:
    """Task `read`: ReadRequest -> [ReadAnswer, …], in order.

    Answers for the first at least. What is left after half a second is not begun, so that one
    slow exhibit does not keep the others from whoever is free.
    """
    request = msgspec.msgpack.decode(body, type=ReadRequest)
    largest = max((Path(item.path).stat().st_size for item in request.items), default=0)
    if largest > _LARGE:
        from assay.engines import jail

        jail.add_cpu(request.limits.mib_seconds * largest / (1 << 20))
    answers: list[ReadAnswer] = []
    began = moment = time.monotonic()
    for item in request.items:
        if answers and moment - began > _ENOUGH:
            break
        answer = _read(request, item)
        before, moment = moment, time.monotonic()
        answer.seconds = moment - before
        answers.append(answer)
    _make_sure_of_room(answers)
    return _PACK.encode(answers)


def _make_sure_of_room(answers: list[ReadAnswer]) -> None:
    """Raise OSError (ENOMEM) where packing large answers would exceed the memory limit.

    msgspec 0.22 does not check whether its buffer could grow, and dies where it could not:
    that would be `crashed` where `memory` is what happened.
    """
    size = sum(
        len(answer.reading.text) * (1 if answer.reading.text.isascii() else 3)
        + sum(len(field) for page in answer.tokens for field in page)
        for answer in answers
    )
    if size > _ROOM:
        mmap.mmap(-1, size + size // 2).close()  # it grows by half


def hear_exhibit(body: bytes) -> bytes:
    """Task `hear`: ReadRequest of one exhibit -> [ReadAnswer], with what is said in it."""
    from assay.casework.transcribers import transcriber

    request = msgspec.msgpack.decode(body, type=ReadRequest)
    if not _EARS:
        _EARS.append(transcriber(request.options))
    answers = [_read(request, request.items[0], _EARS[0])]
    _make_sure_of_room(answers)
    return _PACK.encode(answers)


_EARS: list[Transcriber] = []


def _read(
    request: ReadRequest, item: ReadItem, transcriber: Transcriber | None = None
) -> ReadAnswer:
    from assay.engines.catalogue import pack_words
    from assay.examine.examine import PageWatch, examine, wants_look
    from assay.examine.subject import Subject
    from assay.extract.read import read
    from assay.index.analysis import analyse

    watch = PageWatch(request.limits)
    reading = read(
        Path(item.path),
        item.name,
        Path(request.scratch),
        request.limits,
        request.options,
        request.passwords,
        item.depth,
        _neighbours(item.beside),
        transcriber=transcriber,
        watch=watch,
    )
    bare = tuple(
        page if page.words is None else msgspec.structs.replace(page, words=None)
        for page in reading.pages
    )
    words = tuple(pack_words(page.words) for page in reading.pages)
    digest = digest_of(reading.text.encode("utf-8"))
    tokens: tuple[tuple[str, str, str], ...] = ()
    if len(reading.text) <= _TOKENS_FOR:
        bodies = [analyse(reading.text[page.start : page.end]) for page in reading.pages]
        tokens = tuple((body.words, body.han, body.exact) for body in bodies)
    # a reader that met trouble may not have come to all pages
    pages = None if watch.failed or reading.problems else tuple(watch.pages)
    subject = Subject.of(
        Path(item.path), reading.type, reading.metadata, request.limits, now_utc(),
        request.passwords, pages,
    )  # fmt: skip
    unread = any(p.fatal for p in reading.problems)
    return ReadAnswer(
        msgspec.structs.replace(reading, pages=bare),
        words,
        digest,
        tokens,
        examination=examine(subject),
        look=not unread and wants_look(subject),
        pages=pages,
    )


def look_into_exhibit(body: bytes) -> bytes:
    """Task `look`: LookRequest -> Examination."""
    from assay.examine.examine import look_into
    from assay.examine.subject import Subject

    request = msgspec.msgpack.decode(body, type=LookRequest)
    subject = Subject.of(
        Path(request.path), request.type, request.metadata, request.limits, now_utc(),
        request.passwords, request.pages,
    )  # fmt: skip
    return _PACK.encode(look_into(subject))


def now_utc() -> str:
    """This computer's clock, ISO 8601."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def sniff_type(body: bytes) -> bytes:
    """Task `sniff`: SniffRequest -> media type."""
    from assay.extract.types import sniff

    request = msgspec.msgpack.decode(body, type=SniffRequest)
    suffix = request.name.rpartition(b".")[2].decode("ascii", "replace").lower()
    return _PACK.encode(sniff(Path(request.path), suffix))


def _neighbours(beside: tuple[tuple[bytes, str], ...]) -> tuple[Neighbour, ...]:
    return tuple(Neighbour(name, Path(place)) for name, place in beside)


def take_member(body: bytes) -> bytes:
    """Task `member`: MemberRequest -> file name in the scratch folder."""
    from assay.extract.member import open_member

    request = msgspec.msgpack.decode(body, type=MemberRequest)
    found = open_member(
        Path(request.path),
        request.ordinal,
        Path(request.scratch),
        request.limits,
        request.passwords,
        request.name,
        _neighbours(request.beside),
    )
    return _PACK.encode(found.name)


def draw_page(body: bytes) -> bytes:
    """Task `picture`: PictureRequest -> WebP bytes."""
    from assay.extract.picture import draw

    request = msgspec.msgpack.decode(body, type=PictureRequest)
    return draw(Path(request.path), request.page, request.width, request.limits)


def write_searchable_pdf(body: bytes) -> bytes:
    """Task `searchable`: SearchableRequest -> (file name in the scratch folder, words)."""
    from assay.extract.searchable import write_searchable

    request = msgspec.msgpack.decode(body, type=SearchableRequest)
    name = "searchable.pdf"
    with (Path(request.scratch) / name).open("wb") as out:
        words = write_searchable(
            Path(request.path), request.sheets, request.dpi, request.limits, out
        )
    return _PACK.encode((name, words))


_RECOGNISERS: list[Any] = []


def recognise_page(body: bytes) -> bytes:
    """Task `ocr`: OcrRequest -> OcrAnswer."""
    from assay.casework.recognisers import recognisers
    from assay.extract.ocr.page import read_page
    from assay.extract.picture import raster

    request = msgspec.msgpack.decode(body, type=OcrRequest)
    if not _RECOGNISERS:
        _RECOGNISERS.extend(recognisers())
    picture = raster(
        Path(request.path), request.page, request.dpi, request.limits, request.passwords
    )
    dpi, shown = _resolutions(Path(request.path), picture, request.dpi)
    size = f"{picture.mode} {picture.size[0]} {picture.size[1]} {dpi} {shown:g} {request.pixels}"
    # what a person named decides the model; what lies around only helps to find it
    head = f"{size} {','.join(request.langs)} ".encode()
    name = digest_of(head + picture.tobytes())
    if request.known and _is_known(request.known, name):
        return _PACK.encode(OcrAnswer(picture=name, verdict="known"))
    page = read_page(
        picture, dpi, _RECOGNISERS, request.langs, request.neighbours, pixels=request.pixels
    )
    if page.words is not None and dpi != shown:
        boxes = tuple(round(side * dpi / shown) for side in page.words.boxes)
        words = msgspec.structs.replace(page.words, boxes=boxes)
        page = msgspec.structs.replace(page, words=words)
    return _PACK.encode(
        OcrAnswer(
            picture=name,
            text=page.text,
            words=page.words,
            confidence=page.confidence,
            language=page.language,
            engine=" + ".join(
                f"{card.name} {card.version}" for card in (page.engine, *page.others) if card
            ),
            verdict=page.verdict,
            problems=page.problems,
        )
    )


def _is_known(place: str, name: str) -> bool:
    """Whether a picture's digest is in the file; what was there before is not read again."""
    wanted = bytes.fromhex(name.removeprefix("sha256:"))
    if _KNOWN.place != place:
        _KNOWN.place, _KNOWN.read_to, _KNOWN.digests = place, 0, set()
    with contextlib.suppress(FileNotFoundError), Path(place).open("rb") as stream:
        if stream.seek(0, os.SEEK_END) < _KNOWN.read_to:  # another run laid it down anew
            _KNOWN.read_to, _KNOWN.digests = 0, set()
        stream.seek(_KNOWN.read_to)
        more = stream.read()
        whole = len(more) - len(more) % len(wanted)
        _KNOWN.digests.update(more[at : at + 32] for at in range(0, whole, 32))
        _KNOWN.read_to += whole
    return wanted in _KNOWN.digests


class _Known:
    """What this worker has read of the list of pictures that were recognised."""

    place = ""
    read_to = 0
    digests: set[bytes]


_KNOWN = _Known()
_KNOWN.digests = set()


def _resolutions(path: Path, picture: Any, asked: int) -> tuple[int, float]:
    """(dots an inch for recognition, those by which the size of the page in points was made).

    A page that is drawn has what was asked for. A picture keeps its pixels: its page is as large
    as the file says, 72 where it says nothing, which is no resolution to recognise with.
    """
    from assay.extract import types
    from assay.extract.image import resolution

    if types.sniff(path, "") in ("application/pdf", "image/vnd.djvu"):
        return asked, float(asked)
    shown = resolution(picture)
    return (asked if shown == 72 else round(shown)), shown


def listen_to_texts(body: bytes) -> bytes:
    """Task `listen`: ListenRequest -> [Heard, …], in order."""
    from assay.statements.read import listen

    request = msgspec.msgpack.decode(body, type=ListenRequest)
    heard = [
        listen(
            item.text,
            language=item.language,
            said_on=date.fromisoformat(item.said_on) if item.said_on else None,
        )
        for item in request.items
    ]
    return _PACK.encode(heard)


def comment_on_draft(body: bytes) -> bytes:
    """Task `comment`: CommentRequest -> file name in the scratch folder."""
    from assay.corroborate.commented import comment_on, new_docx

    request = msgspec.msgpack.decode(body, type=CommentRequest)
    if request.path:
        draft = Path(request.path).read_bytes()
        made = comment_on(
            draft, request.text, request.checks, author=request.author, at=request.at
        ).body
    else:
        made = new_docx(request.text, request.checks, author=request.author, at=request.at)
    name = "commented.docx"
    (Path(request.scratch) / name).write_bytes(made)
    return _PACK.encode(name)


def prepare() -> None:
    """Import what most exhibits need while imports are still cheap (before the jail closes)."""
    from assay.engines import catalogue
    from assay.examine import at_odds, covered, revisions
    from assay.extract.warm import warm_up
    from assay.index import analysis

    _ = (analysis, catalogue, at_odds, covered, revisions)
    warm_up()


TASKS: dict[str, Callable[[bytes], bytes]] = {
    "read": read_exhibits,
    "look": look_into_exhibit,
    "sniff": sniff_type,
    "member": take_member,
    "picture": draw_page,
    "searchable": write_searchable_pdf,
    "ocr": recognise_page,
    "listen": listen_to_texts,
    "comment": comment_on_draft,
    "hear": hear_exhibit,
}
