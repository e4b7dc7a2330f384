"""Progress on stderr: each phase with its counts, how fast, how long still, and what is slow.

In a terminal the key `s` lists what is being read now and skips what is chosen; Ctrl-C stays what
it is. Elsewhere a line is printed every ten seconds, and nothing is asked.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from assay.cli.output import number, plural, safe

_PATH = 60  # characters of a path on the line


class Progress:
    """Draws two lines on a terminal; elsewhere prints a line every ten seconds."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._last = time.monotonic()
        self._drawn = False
        self._lock = threading.Lock()
        self._asking = False
        self.keys = False  # whether `s` works here
        self.running: list[dict[str, Any]] = []

    def __call__(self, state: dict[str, Any]) -> None:
        """Take a state of the run (see casework/legs.py)."""
        now = time.monotonic()
        self.running = list(state.get("now") or [])
        with self._lock:
            if self._asking:
                return
            if not state.get("phase"):
                self._clear()
            elif self._live:
                self._draw(describe(state), now_reading(state, self.keys))
            elif now - self._last >= 10:
                self._last = now
                print(describe(state), file=sys.stderr, flush=True)

    def ask(self) -> list[dict[str, Any]]:
        """Stop drawing and list what is being read now, numbered; see `go_on`."""
        with self._lock:
            self._asking = True
            self._clear()
            listed = self.running[:9]
            for place, item in enumerate(listed, 1):
                print(f"{place}  {described(item)}", file=sys.stderr)
            words = "Skip which? Its number, or any other key to go on."
            print(words if listed else "Nothing is being read now.", file=sys.stderr, flush=True)
            if not listed:
                self._asking = False
            return listed

    def go_on(self, words: str) -> None:
        """Say what became of the question, and draw again."""
        with self._lock:
            print(words, file=sys.stderr, flush=True)
            self._asking = False

    def _draw(self, first: str, second: str) -> None:
        import shutil

        width = shutil.get_terminal_size().columns - 1
        lines = f"\r\x1b[J{first[:width]}"
        if second:
            lines += f"\n{second[:width]}\x1b[1A\r"
        print(lines, end="", file=sys.stderr, flush=True)
        self._drawn = True

    def _clear(self) -> None:
        if self._live and self._drawn:
            print("\r\x1b[J", end="", file=sys.stderr, flush=True)
            self._drawn = False


@contextlib.contextmanager
def watched(case: Path) -> Iterator[Progress]:
    """A display for a run over the case in this folder, with the key `s` where there is one."""
    progress = Progress()
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        yield progress
        return
    try:
        import termios
        import tty
    except ImportError:  # no such terminal here: `assay skip` from another one works
        yield progress
        return
    descriptor = sys.stdin.fileno()
    if not _in_front(descriptor):
        yield progress
        return
    before = termios.tcgetattr(descriptor)
    over = threading.Event()
    try:
        tty.setcbreak(descriptor)  # keys come one by one, Ctrl-C stays a signal
        progress.keys = True
        thread = threading.Thread(
            target=_listen, args=(descriptor, progress, case, over), daemon=True
        )
        thread.start()
        yield progress
    finally:
        over.set()
        thread.join(timeout=1)
        if _in_front(descriptor):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _in_front(descriptor: int) -> bool:
    """Whether keys come to this process; one in the background is stopped for touching them."""
    import os

    try:
        return os.tcgetpgrp(descriptor) == os.getpgrp()
    except OSError:
        return False


def _listen(descriptor: int, progress: Progress, case: Path, over: threading.Event) -> None:
    """Wait for keys until the run is over."""
    import os
    import select

    from assay.casework.skipping import ask

    def key() -> str:
        while not over.is_set():
            if select.select([descriptor], [], [], 0.2)[0] and _in_front(descriptor):
                return os.read(descriptor, 1).decode("ascii", "replace")
        return ""

    while not over.is_set():
        if key() in ("s", "S"):
            answer(progress, key, lambda digest: ask(case, digest))


def answer(progress: Progress, key: Callable[[], str], skip: Callable[[str], None]) -> None:
    """List what is read now and skip the one whose number is typed."""
    listed = progress.ask()
    if not listed:
        return
    chosen = key()
    if chosen.isdigit() and 1 <= int(chosen) <= len(listed):
        item = listed[int(chosen) - 1]
        skip(str(item["exhibit"]))
        progress.go_on(f"Skipping {named(item)}; `assay retry` reads it.")
    else:
        progress.go_on("Nothing skipped.")


def describe(state: dict[str, Any]) -> str:
    """One line: `reading 1 204 of 8 140 · 96 a second · 1 min left · 3 problems`."""
    if state["phase"] == "recognising":
        done, left = int(state["ocr_done"]), int(state["ocr_waiting"])
        parts = [f"OCR {number(done)} of {number(done + left)} pages, all other text is searchable"]
    elif state["phase"] == "listening":
        done, left = int(state["listened"]), int(state["listen_waiting"])
        parts = [f"statements: {number(done)} of {number(done + left)} texts, all is searchable"]
    else:
        done, left = int(state["done_now"]), int(state["exhibits"]) - int(state["read"])
        parts = []
        if state.get("receiving"):
            parts.append(f"receiving, {plural(int(state.get('taken') or 0), 'file')} so far")
        read, whole = number(int(state["read"])), number(int(state["exhibits"]))
        parts.append(f"reading {read} of {whole}")
    if state["phase"] == "indexing":
        parts = [f"read {number(int(state['read']))}"]
    if state.get("indexing"):
        parts.append(f"indexing {number(int(state['indexing']))}")
    parts += _pace(state, done, left)
    if state["phase"] != "recognising" and state.get("ocr_waiting"):
        parts.append(f"{plural(int(state['ocr_waiting']), 'page')} for OCR then")
    if state["problems"]:
        parts.append(plural(int(state["problems"]), "problem"))
    for slow in state.get("slow", [])[:1]:
        parts.append(f"slow: {named(slow)} since {slow['seconds']} s")
    return " · ".join(parts)


def _pace(state: dict[str, Any], done: int, left: int) -> list[str]:
    """Rate and time left: of the last half minute where the run says it, else of all."""
    if state["phase"] == "indexing":
        return []
    seconds, rate = float(state["seconds"]), state.get("rate")
    if "rate" not in state:
        rate = done / seconds if done and seconds > 1 else None
    if not rate:
        return []
    parts = [f"{rate:.0f} a second" if rate >= 1 else f"{rate * 60:.1f} a minute"]
    if left and not state.get("receiving"):
        parts.append(f"{time_left(left / rate)} left")
    return parts


def now_reading(state: dict[str, Any], keys: bool) -> str:
    """The second line: what has been read for longest, and how to skip it."""
    running = state.get("now") or []
    if not running:
        return ""
    return "now " + described(running[0]) + (" · s skips one" if keys else "")


def described(item: dict[str, Any]) -> str:
    """`usb/a.pdf, page 3, 14 s`."""
    page = f", page {item['page']}" if item.get("page") else ""
    others = f" and {plural(int(item['others']), 'small one')}" if item.get("others") else ""
    return f"{named(item)}{others}{page}, {item['seconds']} s"


def named(item: dict[str, Any]) -> str:
    """The path, its end where it is long; the digest where there is none."""
    path = safe(str(item.get("path") or ""))
    return ("…" + path[-_PATH:] if len(path) > _PATH else path) or str(item["exhibit"])[7:19]


def time_left(seconds: float) -> str:
    """Seconds in words, coarse on purpose."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
