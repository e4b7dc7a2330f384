"""Sound and film: facts, subtitles with their times, covers; what is said, by a transcriber."""

from __future__ import annotations

import io
import struct
import wave
from collections.abc import Iterator
from pathlib import Path

import made
import msgspec
import pytest
from mutagen.id3 import APIC, COMM, ID3, TIT2, USLT

from assay import settings
from assay.errors import EngineError
from assay.extract.read import read
from assay.extract.spool import Spool
from assay.model.reading import Reading
from assay.ports import Card, Heard
from assay.testing.makers import films

PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)
LINES = [(1.0, 2.5, "The crane stopped."), (3.0, 4.0, "Кто там?"), (3661.5, 3662.0, "Nobody.")]


def wav(seconds: float = 1.0, rate: int = 8000) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(bytes(int(seconds * rate) * 2))
    return out.getvalue()


def mp3() -> bytes:
    tags = ID3()
    tags.add(TIT2(encoding=3, text="Night shift"))
    tags.add(COMM(encoding=3, lang="eng", desc="", text="recorded on the pier"))
    tags.add(USLT(encoding=3, lang="eng", desc="", text="words that are sung"))
    tags.add(APIC(encoding=3, mime="image/png", type=3, desc="", data=PNG))
    out = io.BytesIO()
    tags.save(out)
    frame = b"\xff\xfb\x90\x00" + bytes(413)
    return out.getvalue() + frame * 100


def texts(reading: Reading) -> dict[str, str]:
    return {page.label: reading.text[page.start : page.end] for page in reading.pages}


def notes(reading: Reading) -> dict[str, str]:
    return dict(reading.metadata.found)


def test_a_film_tells_its_length_date_place_device_and_tracks() -> None:
    body = films.mp4(
        seconds=90, created=3_600_000_000,
        tags={"com.apple.quicktime.location.ISO6709": "+41.9+012.5/",
              "com.apple.quicktime.model": "Phone 7"},
    )  # fmt: skip
    found = notes(made.read_bytes(body, "a.mov"))
    assert found["media:duration"] == "00:01:30.000"
    assert found["media:created"] == "2018-01-28T16:00:00Z"
    assert found["tag:com.apple.quicktime.location.ISO6709"] == "+41.9+012.5/"
    assert found["tag:com.apple.quicktime.model"] == "Phone 7"
    assert found["media:track-1"].startswith("sound, mp4a")


@pytest.mark.parametrize(("make", "name"), [(films.mp4, "a.mp4"), (films.matroska, "a.mkv")])
def test_embedded_subtitles_are_pages_with_their_times(make: films.Maker, name: str) -> None:
    reading = made.read_bytes(make(seconds=4000, subtitles=LINES, language="eng"), name)
    pages = texts(reading)
    (label,) = [label for label in pages if label.startswith("subtitles")]
    assert "eng" in label
    assert pages[label].split("\n") == [
        "[00:00:01.000 - 00:00:02.500] The crane stopped.",
        "[00:00:03.000 - 00:00:04.000] Кто там?",
        "[01:01:01.500 - 01:01:02.000] Nobody.",
    ]


def test_a_cover_and_attached_files_are_members() -> None:
    covered = made.read_bytes(films.mp4(seconds=1, cover=PNG), "a.m4a")
    assert [(m.name[-1], m.size) for m in covered.members] == [(b"cover-1.png", len(PNG))]
    held = made.read_bytes(films.matroska(seconds=1, attached={"plan.pdf": b"%PDF-1.4"}), "a.mkv")
    assert [(m.name[-1], m.size) for m in held.members] == [(b"plan.pdf", 8)]
    sung = made.read_bytes(mp3(), "a.mp3")
    assert [(m.name[-1], m.size) for m in sung.members] == [(b"cover-1.png", len(PNG))]
    assert (covered.expected, held.expected, sung.expected) == (1, 1, 1)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mp3"])
def test_a_cover_that_the_reader_loses_is_missed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {
        "a.mp4": films.mp4(seconds=1, cover=PNG),
        "a.mkv": films.matroska(seconds=1, attached={"a.png": PNG}),
        "a.mp3": mp3(),
    }[name]
    monkeypatch.setattr(Spool, "add_bytes", lambda *_: None)
    reading = made.read_bytes(body, name)
    assert ("members_missing", "1 of 1") in [(p.code, p.detail) for p in reading.problems]


def test_tags_and_lyrics_of_a_song_can_be_found() -> None:
    reading = made.read_bytes(mp3(), "a.mp3")
    assert reading.metadata.title == "Night shift"
    assert "recorded on the pier" in texts(reading)["words in the tags"]
    assert "words that are sung" in texts(reading)["words in the tags"]


def test_sound_that_nobody_has_written_down_is_said_to_be_so() -> None:
    reading = made.read_bytes(wav(2.5), "a.wav")
    assert [(p.code, p.detail) for p in reading.problems] == [("not_transcribed", "00:00:02.500")]
    assert notes(reading)["media:track-1"] == "sound, PCM, 1 channels, 8000 Hz"
    silent = made.read_bytes(films.mp4(seconds=5, sound=False), "a.mp4")
    assert silent.status == "read"


def test_a_voice_message_tells_its_length() -> None:
    frames = b"\x04" + bytes(12)
    assert notes(made.read_bytes(b"#!AMR\n" + frames * 100, "a.amr"))["media:duration"] == (
        "00:00:02.000"
    )


@pytest.mark.parametrize(
    ("name", "body", "media"),
    [
        ("a.srt", "1\r\n00:00:01,000 --> 00:00:02,000\r\nThe crane\r\n\r\n",
         "application/x-subrip"),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nThe crane\n", "text/vtt"),
        ("a", "[Script Info]\nTitle: x\n[Events]\nDialogue: 0,0:00:01.00,0:00:02.00,D,,0,0,0,,The"
         " crane\n", "text/x-ssa"),
    ],
)  # fmt: skip
def test_a_file_of_subtitles_keeps_its_bytes_and_tells_its_cues(
    name: str, body: str, media: str
) -> None:
    reading = made.read_bytes(body.encode(), name)
    assert (reading.type, reading.text) == (media, body)
    assert notes(reading)["subtitles:cues"] == "1"
    assert notes(reading)["subtitles:last"] == "00:00:02"


@pytest.mark.parametrize("size", [30, 100, 400])
def test_a_film_that_is_cut_off_is_no_blank_page(size: int) -> None:
    for body in (films.mp4(seconds=9, subtitles=LINES), films.matroska(seconds=9, subtitles=LINES)):
        reading = made.read_bytes(body[:size], "a")
        assert made.codes(reading)
        assert reading.status != "read"


def test_lying_boxes_end() -> None:
    loop = struct.pack(">I4s", 8, b"free") * 50_000
    reading = made.read_bytes(b"\0\0\0\x14ftypisom\0\0\0\1mp42" + loop, "a.mp4")
    assert made.codes(reading) == {"truncated"}


# ---------------------------------------------------------------- what is said


class Parrot:
    """A transcriber of a few words: it says how long the file is, twice."""

    card = Card("parrot", "1", "AGPL-3.0-or-later")

    def __init__(self, fails: bool = False) -> None:
        self._fails = fails

    def transcribe(self, path: Path, language: str) -> Iterator[Heard]:
        yield Heard(0.0, 1.5, f"file of {path.stat().st_size} bytes", 91.0)
        if self._fails:
            raise EngineError("parrot", "it forgot", "")
        yield Heard(1.5, 2.0, f"in {language or 'any'} tongue", 30.0)


def heard(body: bytes, parrot: Parrot, tmp_path: Path) -> Reading:
    path = tmp_path / "sound"
    path.write_bytes(body)
    options = msgspec.structs.replace(settings.Reading(), transcriber_language="ug")
    return read(path, b"a.wav", tmp_path, settings.Limits(), options, transcriber=parrot)


def test_what_a_transcriber_hears_is_text_with_times_and_confidence(tmp_path: Path) -> None:
    body = wav()
    reading = heard(body, Parrot(), tmp_path)
    assert reading.status == "read"
    assert texts(reading)["transcript"].split("\n") == [
        f"[00:00:00.000 - 00:00:01.500] file of {len(body)} bytes",
        "[00:00:01.500 - 00:00:02.000] in ug tongue",
    ]
    found = notes(reading)
    assert (found["transcriber"], found["transcriber:confidence"]) == ("parrot 1", "60")
    assert found["transcriber:unsure-at"] == "00:00:01.500"
    assert [r.kind for r in reading.regions] == ["ocr"]


def test_a_transcriber_that_fails_half_way_keeps_what_it_heard(tmp_path: Path) -> None:
    reading = heard(wav(), Parrot(fails=True), tmp_path)
    assert [(p.code, p.detail) for p in reading.problems] == [("not_transcribed", "it forgot")]
    assert "file of" in reading.text
    assert reading.status == "partly"
