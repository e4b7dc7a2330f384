"""Sound and film: what the container says of itself, subtitles, covers; the words by a plugin.

Nothing is decoded. Duration, tracks, codecs, dates, places, devices and tags are metadata as
found; subtitle tracks, chapters and lyrics are pages, a line a cue with its times; covers and
attached files are members. What is spoken is read by a transcriber where the case names one
(see ports.Transcriber); else the account says `not_transcribed`. Pictures of a film are not
looked at.
"""

from __future__ import annotations

from assay.extract import tables
from assay.extract.media_found import Cue, Found
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.transcript import Transcript
from assay.ports import Card

_MP4 = ("video/mp4", "video/quicktime", "audio/mp4", "video/3gpp")
_MATROSKA = ("video/x-matroska", "video/webm")
_RIFF = ("audio/x-wav", "video/x-msvideo")
_TAGGED = ("audio/mpeg", "application/ogg", "audio/flac", "video/x-ms-asf", "audio/x-aiff",
           "audio/x-ape", "audio/aac", "audio/x-wavpack")  # fmt: skip
_BARE = ("audio/amr", "video/x-flv", "video/mpeg", "audio/midi")

CARD = Card(
    name="media",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(*_MP4, *_MATROSKA, *_RIFF, *_TAGGED, *_BARE),
    limits="pictures of a film are not looked at; subtitles that are pictures are named, not read",
)
_VALUE = 4000
_PAGE = 200  # cues on a page


def read_media(request: Request, transcript: Transcript) -> None:
    """Read a film or a recording. Raises Stop with `damaged` or at a limit."""
    found = Found()
    broken: Stop | None = None
    try:
        _look(request, found)
    except Stop as stop:
        broken = stop
    for name, body in found.members:
        transcript.container = True
        transcript.members().add_bytes(name.encode("utf-8", "surrogateescape"), body)
    if request.only is not None:
        return
    _note(found, transcript)
    words = [f"{label}: {text}" for label, text in found.words if text.strip()]
    if words:
        transcript.page("\n".join(words), "words in the tags")
    for label, cues in found.tracks:
        write_cues(cues, label, transcript)
    for code, where, detail in found.troubles:
        transcript.trouble(code, where, detail)
    if broken is not None:
        raise broken
    if found.sound:
        _listen(request, found, transcript)


def _look(request: Request, found: Found) -> None:
    if request.type in _MP4:
        from assay.extract.media_mp4 import look
    elif request.type in _MATROSKA:
        from assay.extract.media_matroska import look
    elif request.type in _RIFF:
        from assay.extract.media_riff import look
    elif request.type in _TAGGED:
        from assay.extract.media_tagged import look
    else:
        from assay.extract.media_riff import look_bare as look
    look(request, found)


def _note(found: Found, transcript: Transcript) -> None:
    if found.duration is not None:
        transcript.note("media:duration", clock(found.duration))
    for name, value in found.notes:
        transcript.note(name, value[:_VALUE])
    transcript.title = found.tags.get("title")
    transcript.author = found.tags.get("artist")
    transcript.created = found.created


def write_cues(cues: list[Cue], label: str, transcript: Transcript) -> None:
    """Write cues as lines with their times, a page for every two hundred."""
    for first in range(0, len(cues), _PAGE):
        some = cues[first : first + _PAGE]
        lines = [
            f"[{clock(c.begin)} - {clock(c.end)}] {tables.BREAK.sub(' ', c.text)}" for c in some
        ]
        span = f" {clock(some[0].begin)}" if len(cues) > _PAGE else ""
        transcript.page("\n".join(lines), f"{label}{span}")


def clock(seconds: float) -> str:
    """Hours, minutes, seconds and thousandths: 01:02:03.040."""
    thousandths = max(round(seconds * 1000), 0)
    minutes, rest = divmod(thousandths, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}.{rest % 1000:03}"


def _listen(request: Request, found: Found, transcript: Transcript) -> None:
    """Have the transcriber write down what is said, or say that nobody has."""
    engine = request.transcriber
    told = clock(found.duration) if found.duration is not None else "of unknown length"
    if engine is None:
        transcript.trouble("not_transcribed", "sound", told)
        return
    from assay.errors import EngineError

    cues: list[Cue] = []
    sure: list[float] = []
    failed = ""
    try:
        for heard in engine.transcribe(request.path, request.options.transcriber_language):
            cues.append(Cue(heard.begin, heard.end, heard.text))
            sure.append(heard.confidence)
    except EngineError as error:
        failed = error.what
    transcript.note("transcriber", f"{engine.card.name} {engine.card.version}")
    if sure:
        transcript.note("transcriber:confidence", round(sum(sure) / len(sure)))
    unsure = [f"{clock(c.begin)}" for c, s in zip(cues, sure, strict=True) if s < 50]
    if unsure:
        transcript.note("transcriber:unsure-at", " ".join(unsure[:200]))
    begin = len(transcript.pages)
    write_cues(cues, "transcript", transcript)
    for page in transcript.pages[begin:]:
        transcript.mark("ocr", page.start, page.end)
    if failed:
        transcript.trouble("not_transcribed", "sound", failed)
