"""What a reader of a film's or recording's container gives back: facts, tags, cues, members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Cue:
    """What is shown or said from `begin` to `end`, in seconds; `end` may be `begin`."""

    begin: float
    end: float
    text: str


@dataclass
class Found:
    """What a reader of one container has found."""

    duration: float | None = None
    sound: bool = False
    created: str | None = None
    notes: list[tuple[str, str]] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)
    words: list[tuple[str, str]] = field(default_factory=list)
    members: list[tuple[str, bytes]] = field(default_factory=list)
    tracks: list[tuple[str, list[Cue]]] = field(default_factory=list)
    troubles: list[tuple[str, str, str]] = field(default_factory=list)


def tag_name(name: str) -> str:
    """The name under which a tag is normalised, "" for others."""
    low = name.lower()
    if low in ("title", "\xa9nam", "tit2", "inam", "wm/title"):
        return "title"
    if low in ("artist", "\xa9art", "tpe1", "iart", "author", "composer", "\xa9aut"):
        return "artist"
    return ""


def keep_tag(found: Found, prefix: str, name: str, value: Any) -> None:
    """Note a tag, and keep it where it is a title, an author or words."""
    text = str(value)
    found.notes.append((f"{prefix}:{name}", text))
    if normal := tag_name(name):
        found.tags.setdefault(normal, text)
    low = name.lower()
    if normal or any(
        word in low for word in ("comment", "descri", "lyric", "synop", "ldes", "desc", "\xa9cmt",
                                 "\xa9lyr", "icmt", "isbj", "album", "\xa9alb", "talb", "comm",
                                 "uslt", "keyw")
    ):  # fmt: skip
        found.words.append((name.lstrip("\xa9"), text))


def rows_of(cues: Iterator[Cue]) -> list[Cue]:
    """Cues with words, in the order of their times."""
    return sorted((cue for cue in cues if cue.text.strip()), key=lambda cue: cue.begin)
