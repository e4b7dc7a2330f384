"""What is in a sample leak: data that tests compare the program's answers with.

Sentences are exact, in logical order. A reader may break lines where it likes, so compare
with white space taken out of both sides (`holds`). Pages count from 1; for scans they are
the scanned page. Paths are relative, `/` between components, `!/` before a member.
"""

from __future__ import annotations

from pathlib import Path

import msgspec


class Sentence(msgspec.Struct, frozen=True, omit_defaults=True):
    """Exact words and the page on which they begin."""

    text: str
    page: int = 1


class FileTruth(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one file or member is.

    `raw_b64` holds the raw path where it is not UTF-8 or hides characters. `type` is the media
    type of the content. `languages` are ISO 639-3. `special` says what is odd about it.
    `sentences` are in its shown text; `hidden` are in the file and not shown (an earlier
    revision, a hidden sheet). `status` and `problem` are what the account should say with OCR
    and without passwords. `same_as`, `altered_from`, `copies` name another path of the leak.
    """

    path: str
    digest: str
    size: int
    type: str
    about: str = ""
    languages: tuple[str, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    hidden: tuple[Sentence, ...] = ()
    pages: int | None = None
    scan: bool = False
    special: tuple[str, ...] = ()
    status: str = "read"
    problem: str = ""
    same_as: str = ""
    altered_from: str = ""
    copies: str = ""
    password: str = ""
    link: str = ""
    raw_b64: str = ""
    members: tuple[FileTruth, ...] = ()


class Search(msgspec.Struct, frozen=True):
    """A search worth trying, why, and the paths (members too) that it must find among others."""

    query: str
    why: str
    hits: tuple[str, ...]


class LeftOut(msgspec.Struct, frozen=True):
    """A file that could not be made on this machine, and the Debian package that it wants."""

    path: str
    package: str


class GroundTruth(msgspec.Struct, frozen=True):
    """A leak's name, plot, files in the order of their paths, and searches worth trying."""

    name: str
    plot: str
    files: tuple[FileTruth, ...]
    searches: tuple[Search, ...] = ()
    left_out: tuple[LeftOut, ...] = ()

    def at(self, path: str) -> FileTruth:
        """The file or member at this path. Raises KeyError."""
        for file in self.every():
            if file.path == path:
                return file
        raise KeyError(path)

    def every(self) -> list[FileTruth]:
        """Files and members, each container before its members."""
        found: list[FileTruth] = []
        waiting = list(reversed(self.files))
        while waiting:
            file = waiting.pop()
            found.append(file)
            waiting += reversed(file.members)
        return found

    def to_json(self) -> bytes:
        """The truth as JSON with line ends, the same bytes for the same truth."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n"

    def save(self, place: Path) -> None:
        """Write `to_json` to a file."""
        place.write_bytes(self.to_json())


def truth_from_json(body: bytes) -> GroundTruth:
    """The truth that `to_json` wrote. Raises msgspec.ValidationError."""
    return msgspec.json.decode(body, type=GroundTruth)


def squeeze(text: str) -> str:
    """`text` without white space and without the marks of Arabic joining, for comparing."""
    return "".join(text.split()).replace("\u200c", "").replace("\u200d", "").replace("\ufeff", "")


def holds(text: str, sentence: Sentence | str) -> bool:
    """Tell whether `text` holds the sentence, whatever the line breaks."""
    words = sentence if isinstance(sentence, str) else sentence.text
    return squeeze(words) in squeeze(text)
