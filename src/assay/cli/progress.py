"""Progress on stderr: how much, how fast, how long still, and what is slow."""

from __future__ import annotations

import sys
import time
from typing import Any

from assay.cli.output import number, plural


class Progress:
    """Draws one line on a terminal; elsewhere prints a line every ten seconds."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._last = time.monotonic()
        self._drawn = False

    def __call__(self, state: dict[str, Any]) -> None:
        """Take a state of the run (see casework/legs.py)."""
        now = time.monotonic()
        if not state.get("phase"):
            self._clear()
            return
        if not self._live:
            if now - self._last >= 10:
                self._last = now
                print(describe(state), file=sys.stderr, flush=True)
            return
        import shutil

        width = shutil.get_terminal_size().columns - 1
        print("\r\x1b[K" + describe(state)[:width], end="", file=sys.stderr, flush=True)
        self._drawn = True

    def _clear(self) -> None:
        if self._live and self._drawn:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
            self._drawn = False


def describe(state: dict[str, Any]) -> str:
    """One line: `reading 1 204 of 8 140 · 96 a second · 1 min left · 3 problems`."""
    if state["phase"] == "recognising":
        done, left = int(state["ocr_done"]), int(state["ocr_waiting"])
        parts = [f"OCR {number(done)} of {number(done + left)} pages, all other text is searchable"]
    else:
        done, left = int(state["done_now"]), int(state["exhibits"]) - int(state["read"])
        verb = "receiving and reading" if state.get("receiving") else "reading"
        parts = [f"{verb} {number(int(state['read']))} of {number(int(state['exhibits']))}"]
    seconds = float(state["seconds"])
    if done and seconds > 1:
        rate = done / seconds
        parts.append(f"{rate:.0f} a second" if rate >= 1 else f"{rate * 60:.0f} a minute")
        if left and not state.get("receiving"):
            parts.append(f"{time_left(left / rate)} left")
    if state["problems"]:
        parts.append(plural(int(state["problems"]), "problem"))
    for slow in state.get("slow", [])[:1]:
        parts.append(f"slow: {str(slow['exhibit'])[7:19]} since {slow['seconds']} s")
    return " · ".join(parts)


def time_left(seconds: float) -> str:
    """Seconds in words, coarse on purpose."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
