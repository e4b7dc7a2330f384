"""Which plugin writes down what is said: found by its entry point, given a model of the user's.

Assay brings two, `faster-whisper` and `whisper.cpp`, whose libraries are installed apart. Any
other is an entry point of the group `assay.transcribers`. Used inside the jail.
"""

from __future__ import annotations

import importlib.util
from importlib.metadata import entry_points
from pathlib import Path

from assay.errors import EngineError, UsageError
from assay.ports import Transcriber
from assay.settings import Reading

GROUP = "assay.transcribers"
_OWN = {"faster-whisper": "faster_whisper", "whisper.cpp": "pywhispercpp"}  # and its library


def names() -> list[str]:
    """The plugins that can be named here, whether their library is installed or not."""
    return sorted({*_OWN, *(point.name for point in entry_points(group=GROUP))})


def installed() -> list[str]:
    """The plugins whose library is here."""
    return [
        name
        for name in names()
        if name not in _OWN or importlib.util.find_spec(_OWN[name]) is not None
    ]


def transcriber(options: Reading) -> Transcriber:
    """The transcriber that the settings name. Raises UsageError, or EngineError of the plugin."""
    name = options.transcriber
    if name not in names():
        raise UsageError(
            "reading.transcriber",
            f"there is no transcriber {name}",
            f"Known here: {', '.join(names())}.",
        )
    model = Path(options.transcriber_model).expanduser()
    if not options.transcriber_model or not model.exists():
        raise EngineError(
            name, "its model is not there",
            "Set reading.transcriber_model to the model on this computer.",
        )  # fmt: skip
    if name == "faster-whisper":
        from assay.engines.whisper import FasterWhisper

        return FasterWhisper(model)
    if name == "whisper.cpp":
        from assay.engines.whisper import WhisperCpp

        return WhisperCpp(model)
    (point, *_) = entry_points(group=GROUP, name=name)
    made: Transcriber = point.load()(model)
    return made
