"""What is said in a recording, by Whisper models that lie on this computer.

Two engines behind one port: faster-whisper (CTranslate2; decodes every kind of sound by
itself) and whisper.cpp (by pywhispercpp; here it is given WAV alone, since it would start
ffmpeg for others, and the jail starts nothing). Neither is installed by default
(requirements/speech.txt), and no model comes with Assay: the person names a folder or file of
her own, and nothing is ever fetched.
"""

from __future__ import annotations

import math
import os
import wave
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy

from assay.errors import EngineError
from assay.ports import Card, Heard

_RATE = 16_000  # samples a second that the models take
_INSTALL = "pip install -r requirements/speech.txt"


class FasterWhisper:
    """A CTranslate2 model in a folder (model.bin, config.json, tokenizer.json)."""

    def __init__(self, model: Path) -> None:
        if not (model / "model.bin").is_file():
            raise EngineError("faster-whisper", "there is no model.bin in the folder", "")
        self._folder = model
        self._model: Any = None

    @property
    def card(self) -> Card:
        """Name, version with the model's size in bytes, and licence."""
        size = (self._folder / "model.bin").stat().st_size
        return Card("faster-whisper", f"{_version('faster-whisper')} model {size}", "MIT")

    def transcribe(self, path: Path, language: str) -> Iterator[Heard]:
        """What is said, a segment at a time. Raises EngineError."""
        try:
            if self._model is None:
                os.environ["HF_HUB_OFFLINE"] = "1"  # a name that is no folder must not be fetched
                from faster_whisper import WhisperModel

                self._model = WhisperModel(
                    str(self._folder), device="cpu", compute_type="int8", local_files_only=True
                )
            segments, _ = self._model.transcribe(str(path), language=language or None)
            for one in segments:
                sure = 100 * math.exp(min(one.avg_logprob, 0.0))
                yield Heard(one.start, one.end, one.text.strip(), sure)
        except ImportError as error:
            raise EngineError("faster-whisper", "it is not installed", _INSTALL) from error
        except Exception as error:
            raise EngineError("faster-whisper", type(error).__name__, "") from error


class WhisperCpp:
    """A ggml model in one file."""

    def __init__(self, model: Path) -> None:
        if not model.is_file():
            raise EngineError("whisper.cpp", "the model is not a file", "")
        self._file = model
        self._model: Any = None

    @property
    def card(self) -> Card:
        """Name, version with the model's size in bytes, and licence."""
        size = self._file.stat().st_size
        version = f"{_version('pywhispercpp')} model {size}"
        return Card("whisper.cpp", version, "MIT", formats=("audio/x-wav",), limits="WAV alone")

    def transcribe(self, path: Path, language: str) -> Iterator[Heard]:
        """What is said, a segment at a time. Raises EngineError, also for what is no WAV."""
        sound = samples_of(path)
        try:
            if self._model is None:
                from pywhispercpp.model import Model

                self._model = Model(
                    str(self._file), redirect_whispercpp_logs_to=None, print_progress=False
                )
            found = self._model.transcribe(
                sound, extract_probability=True, language=language or "auto"
            )
        except ImportError as error:
            raise EngineError("whisper.cpp", "it is not installed", _INSTALL) from error
        except Exception as error:
            raise EngineError("whisper.cpp", type(error).__name__, "") from error
        for one in found:
            sure = 0.0 if math.isnan(one.probability) else 100 * float(one.probability)
            yield Heard(one.t0 / 100, one.t1 / 100, one.text.strip(), sure)


def samples_of(path: Path) -> Any:
    """The sound of a WAV as float32 at 16 kHz, one channel. Raises EngineError."""
    try:
        with wave.open(str(path), "rb") as sound:
            width, channels, rate = (
                sound.getsampwidth(), sound.getnchannels(), sound.getframerate(),
            )  # fmt: skip
            raw = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError) as error:
        raise EngineError("whisper.cpp", "only WAV with plain samples can be read", "") from error
    if width == 1:
        plain: Any = (numpy.frombuffer(raw, numpy.uint8).astype(numpy.float32) - 128) / 128
    elif width in (2, 4):
        kind = numpy.dtype("<i2" if width == 2 else "<i4")
        plain = numpy.frombuffer(raw, kind).astype(numpy.float32) / float(1 << (8 * width - 1))
    else:
        raise EngineError("whisper.cpp", f"samples of {width} bytes", "")
    plain = plain[: len(plain) // channels * channels].reshape(-1, channels).mean(axis=1)
    if rate == _RATE or not len(plain):
        return plain.astype(numpy.float32)
    count = len(plain) * _RATE // rate
    places = numpy.arange(count) * (rate / _RATE)
    return numpy.interp(places, numpy.arange(len(plain)), plain).astype(numpy.float32)


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "not installed"
