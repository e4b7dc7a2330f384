"""What is said in recordings: by a plugin that the user installs, with a model that she names."""

from __future__ import annotations

import io
import wave
import zipfile
from pathlib import Path

import pytest

from assay.casework.case import Case
from assay.settings import Reading, Settings

PLUGIN = """
from assay.ports import Card, Heard

class Parrot:
    card = Card("parrot", "2", "AGPL-3.0-or-later")

    def __init__(self, model):
        self._words = (model / "words.txt").read_text()

    def transcribe(self, path, language):
        yield Heard(0.5, 1.0, f"{self._words} {path.stat().st_size}", 80.0)
"""


def wav(seconds: int) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16_000 * seconds))
    return out.getvalue()


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A transcriber installed beside Assay; gives the folder of its model."""
    site = tmp_path / "site-packages"
    facts = site / "parrot-2.dist-info"
    facts.mkdir(parents=True)
    (site / "parrot.py").write_text(PLUGIN)
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: parrot\nVersion: 2\n")
    (facts / "entry_points.txt").write_text("[assay.transcribers]\nparrot = parrot:Parrot\n")
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.syspath_prepend(str(site))
    model = tmp_path / "model"
    model.mkdir()
    (model / "words.txt").write_text("the barge left")
    return model


def recordings(tmp_path: Path) -> Path:
    folder = tmp_path / "usb"
    folder.mkdir()
    (folder / "one.wav").write_bytes(wav(1))
    with zipfile.ZipFile(folder / "more.zip", "w") as more:
        more.writestr("two.wav", wav(2))
    return folder


def test_a_plugin_writes_down_what_is_said_also_in_members(
    case: Case, tmp_path: Path, plugin: Path
) -> None:
    case.settings = Settings(
        reading=Reading(transcriber="parrot", transcriber_model=str(plugin), ocr="off")
    )
    case.add([recordings(tmp_path)])
    assert case.search('"the barge left"')["total"] == 2
    rows = case.account()["rows"]
    assert {row["status"] for row in rows} == {"read"}
    shown = case.show("usb/one.wav")
    assert shown["pages"][0]["text"] == f"[00:00:00.500 - 00:00:01.000] the barge left {16_044}"


def test_recordings_are_listed_and_heard_later_when_a_plugin_is_named(
    case: Case, tmp_path: Path, plugin: Path
) -> None:
    folder = recordings(tmp_path)
    case.add([folder])
    codes = [p["code"] for row in case.account()["rows"] for p in row["problems"]]
    assert codes == ["not_transcribed", "not_transcribed"]
    case.settings = Settings(reading=Reading(transcriber="parrot", transcriber_model=str(plugin)))
    case.retry()
    assert case.search("barge")["total"] == 2


def test_a_plugin_that_cannot_be_loaded_is_a_problem_of_each_recording(
    case: Case, tmp_path: Path
) -> None:
    case.settings = Settings(
        reading=Reading(transcriber="faster-whisper", transcriber_model=str(tmp_path / "none"))
    )
    case.add([recordings(tmp_path)])
    places = {p["where"] for row in case.account()["rows"] for p in row["problems"]}
    assert places == {"sound", "transcriber"}


def test_doctor_says_whether_a_transcriber_is_here(plugin: Path) -> None:
    from assay.casework.doctor import examine

    (check,) = [c for c in examine(None)["checks"] if c["name"] == "Transcriber"]
    assert check["ok"]
    assert "parrot" in check["detail"]
