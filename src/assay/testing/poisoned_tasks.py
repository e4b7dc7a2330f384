"""The tasks of a case's workers, with a reader that some exhibits poison.

An exhibit whose bytes begin with `POISON` and a kind does to its worker what a hostile file can
do to a library: it hangs, aborts, or eats memory without an end. Every other exhibit is read as
in any case, so a test sees what the good ones among them get.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

MARK = b"POISON "


def _hang() -> None:
    while True:
        pass


def _eat() -> None:
    eaten = []
    while True:
        eaten.append(bytearray(16 << 20))


KINDS: dict[bytes, Callable[[], None]] = {b"hang": _hang, b"abort": os.abort, b"eat": _eat}

# by name: this room lies below the one that holds the tasks
_real: Any = importlib.import_module("assay.casework.tasks")
_read_one = _real._read


def _read(request: Any, item: Any) -> Any:
    with Path(item.path).open("rb") as stream:
        head = stream.read(32)
    if head.startswith(MARK):
        KINDS[head[len(MARK) :].split()[0]]()
    return _read_one(request, item)


def prepare() -> None:
    """Prepare as the real tasks do, and put the poison in."""
    _real.prepare()
    _real._read = _read


TASKS: dict[str, Callable[[bytes], bytes]] = _real.TASKS
