"""Read one exhibit: its type by content, one reader for it, every failure a problem.

Runs inside a jailed worker. It reads `path`, writes below `scratch` alone, and never
recurses: members come back as files to be read as exhibits of their own. An exception of a
reader or of the library under it becomes a problem with a code; what was read before it is
kept. Nothing comes back empty without a reason: text, a picture that waits for OCR,
members, a problem, or a file that truly holds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from assay import settings
from assay.extract import census, formats, member_names, sets, types
from assay.extract.language import language_of
from assay.extract.problems import Stop, problem
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.extract.volumes import Neighbour
from assay.model.reading import Problem, Reading
from assay.ports import Transcriber


def read(
    path: Path,
    name: bytes,
    scratch: Path,
    limits: settings.Limits,
    options: settings.Reading,
    passwords: Sequence[str] = (),
    depth: int = 0,
    neighbours: Sequence[Neighbour] = (),
    transcriber: Transcriber | None = None,
    watch: Callable[[int, Any], None] | None = None,
) -> Reading:
    """Read the exhibit at `path`, whose raw last name is `name`.

    `depth` counts the containers around it. Members are left in `scratch` under the hex
    digits of their digest. `neighbours` are files that may be parts of one split set with it.
    `transcriber` writes down what is said in sound, `watch` sees the pages of a PDF. Raises
    OSError only where `path` or `scratch` cannot be used; everything else is a problem in the
    answer.
    """
    request = Request(path, name, scratch, limits, options, tuple(passwords), depth)
    request = replace(request, neighbours=tuple(neighbours), transcriber=transcriber, watch=watch)
    return read_request(request)


def read_request(request: Request) -> Reading:
    """Read what is asked for; see `read`."""
    media = types.sniff(request.path, request.suffix)
    request = replace(request, type=media)
    transcript = Transcript(request)
    if types.disagrees(request.suffix, media):
        transcript.note("name-disagrees", f".{request.suffix} but {media}")
    if media == "application/x-empty":
        transcript.vouch()
        return transcript.finish()
    if request.depth > request.limits.depth:
        return _unread(transcript, problem("too_deep", "", f"depth {request.depth}"))
    volumes = sets.set_of(request)
    if volumes is not None:
        if not volumes.first and volumes.whole:
            sets.enter_part(request, transcript, volumes)
            return transcript.finish()
        if volumes.first:
            request = sets.with_set(request, volumes)
            media = transcript.type = request.type
        sets.say_missing(transcript, volumes)
    reader = formats.reader_for(media)
    if reader is None:
        if transcript.problems:
            return _settle(request, transcript)
        return _unread(transcript, _no_reader(media, request))
    went_through = False
    try:
        reader(request, transcript)
        went_through = True
    except Stop as stop:
        transcript.stopped(stop)
    except MemoryError:
        transcript.trouble("memory")
    except RecursionError:
        transcript.trouble("limit_nesting")
    except OSError as error:
        if error.errno is not None and error.filename in (str(request.path), request.path):
            raise
        transcript.trouble("damaged", "", type(error).__name__)
    except Exception as error:  # noqa: BLE001 - any failure of a parser is a fact about the file
        transcript.trouble("damaged", "", type(error).__name__)
    transcript.vouched = transcript.vouched and went_through
    sets.say_cut(request, transcript)
    return _settle(request, transcript)


def _settle(request: Request, transcript: Transcript) -> Reading:
    """Complete the metadata, and mark as fatal what left nothing."""
    if transcript.problems and transcript.empty:
        first = transcript.problems[0]
        transcript.problems[0] = Problem(
            first.code, first.where, first.next_step, first.detail, fatal=True
        )
    transcript.end_flow()
    if request.only is None:
        _write_names(transcript)
    if not (transcript.pages or transcript.problems or transcript.container):
        transcript.enter(0)  # a file without words is one empty page, not a page that was lost
    if transcript.language is None and transcript.length:
        transcript.language = language_of(_sound_text(transcript))
    if request.only is None:
        _compare(request, transcript)
    return transcript.finish()


def _write_names(transcript: Transcript) -> None:
    try:
        member_names.write_names(transcript)
    except Stop as stop:
        transcript.stopped(stop)


def _sound_text(transcript: Transcript) -> str:
    """The text without layers that are garbage: these are in no language."""
    text, at, sound = transcript.text(), 0, []
    for region in sorted(transcript.regions, key=lambda region: region.start):
        if region.kind == "garbled":
            sound.append(text[at : region.start])
            at = max(at, region.end)
    return "".join([*sound, text[at:]]) if sound else text


def _compare(request: Request, transcript: Transcript) -> None:
    """Put what the container promises beside what the reader met."""
    met = len(transcript.spool.members) if transcript.spool is not None else 0
    if census.counts(request.type):
        transcript.expected = census.count(request)
        if not (transcript.expected or met or transcript.container):
            transcript.expected = None  # a file that may hold others and holds none
    if transcript.expected is not None:
        transcript.expected += transcript.beyond
    promised = transcript.expected
    closed = any(p.code == "encrypted" and p.fatal for p in transcript.problems)
    if promised is not None and met < promised and not closed:
        transcript.trouble("members_missing", "", f"{promised - met} of {promised}")
    if transcript.container and transcript.empty and promised is None and not transcript.problems:
        # neither its reader nor its counter found anything: that is no honest empty container
        unknown = "nothing was met in it, and its index cannot be walked"
        transcript.problems.append(problem("damaged", "", unknown, fatal=True))


def _unread(transcript: Transcript, trouble: Problem) -> Reading:
    transcript.problems.append(
        Problem(trouble.code, trouble.where, trouble.next_step, trouble.detail, fatal=True)
    )
    return transcript.finish()


def _no_reader(media: str, request: Request) -> Problem:
    if media != types.UNKNOWN:
        return problem("no_reader", "", media)
    with request.path.open("rb") as stream:
        first = stream.read(8).hex(" ")
    return problem("no_reader", "", f"no known format; the first bytes are {first}")
