"""Split volumes: which files are parts of one set, and the set read as one.

The parts of a set lie beside each other as exhibits of their own. A name says which set a
part may belong to and where its place is (`a.7z.001`, `a.part2.rar`, `a.r00`, `a.z01`,
`a.E02`, `a.aa`); the first part says by its content whether there is a set at all. The
request for a part carries the bytes of its neighbours, so the first one reads the whole set;
each other part says only that it belongs to it. Where a part is missing, problem
`volume_missing` gives its number, and what the others hold is read as far as it goes.

Parts count from 1. In a zip set the last part is the one named `.zip`, and it is the one that
is read, because the directory lies there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_NUMBERED = re.compile(rb"^(?P<stem>.+)\.(?P<n>\d{3})$")
_RAR_PART = re.compile(rb"^(?P<stem>.+)\.part(?P<n>\d{1,5})\.(?:rar|exe)$", re.IGNORECASE)
_RAR_OLD = re.compile(rb"^(?P<stem>.+)\.(?P<letter>[r-z])(?P<n>\d\d)$", re.IGNORECASE)
_RAR_FIRST = re.compile(rb"^(?P<stem>.+)\.rar$", re.IGNORECASE)
_ZIP_PART = re.compile(rb"^(?P<stem>.+)\.z(?P<n>\d\d+)$", re.IGNORECASE)
_ZIP_LAST = re.compile(rb"^(?P<stem>.+)\.zipx?$", re.IGNORECASE)
# after E99 comes EAA; only as far as EDZ, because `.eml` is no part of an image
_EWF = re.compile(rb"^(?P<stem>.+)\.(?P<kind>[ELSels]x?)(?P<n>\d\d|[A-Da-d][A-Za-z])$")
_LETTERED = re.compile(rb"^(?P<stem>.+\.\w+)\.(?P<n>[a-d][a-z])$")
LAST = 1 << 30  # the place of the `.zip` of a zip set, whose number its content gives


@dataclass(frozen=True)
class Place:
    """Where a name puts a file in a set. `family` and `stem` name the set, `number` the part."""

    family: str
    stem: bytes
    number: int


@dataclass(frozen=True)
class Neighbour:
    """A file that lies beside the exhibit: its last raw name and where its bytes are."""

    name: bytes
    path: Path


def places_of(name: bytes) -> tuple[Place, ...]:
    """Every place that a name can have in a set; () for a name that is no part's."""
    found: list[Place] = []
    low = name.lower()
    if match := _RAR_PART.match(name):
        return (Place("rar", match["stem"].lower(), int(match["n"])),)
    if match := _NUMBERED.match(name):
        found.append(Place("numbered", match["stem"].lower(), int(match["n"])))
    if match := _ZIP_PART.match(low):
        found.append(Place("zip", match["stem"], int(match["n"])))
    if match := _ZIP_LAST.match(low):
        found.append(Place("zip", match["stem"], LAST))
    if match := _EWF.match(name):
        number = _ewf_number(match["n"].upper())
        if number:
            kind = match["kind"].lower().decode()
            found.append(Place(f"ewf-{kind}", match["stem"].lower(), number))
    if match := _RAR_FIRST.match(low):
        found.append(Place("rar-old", match["stem"], 1))
    elif match := _RAR_OLD.match(low):
        number = (match["letter"][0] - ord("r")) * 100 + int(match["n"]) + 2
        found.append(Place("rar-old", match["stem"], number))
    if match := _LETTERED.match(name):
        first, second = match["n"]
        found.append(Place("lettered", match["stem"].lower(), (first - 97) * 26 + second - 96))
    return tuple(found)


def _ewf_number(digits: bytes) -> int:
    """01 to 99, then AA to ZZ, as EnCase counts them; 0 for what is neither."""
    if digits.isdigit():
        return int(digits)
    if digits.isalpha():
        return 100 + (digits[0] - 65) * 26 + digits[1] - 65
    return 0


def beside(name: bytes, other: bytes) -> bool:
    """Tell whether the two names can be parts of one set."""
    sets = {(place.family, place.stem) for place in places_of(name)}
    return any((place.family, place.stem) in sets for place in places_of(other))


@dataclass(frozen=True)
class Volumes:
    """The parts of a set that are there, in their order, and the numbers of those that are not.

    `number` is the part that was asked about. The end of a set is not known here: what is
    missing behind the last part is for its reader to say.
    """

    family: str
    number: int
    parts: tuple[tuple[int, Path], ...]
    missing: tuple[int, ...]

    @property
    def paths(self) -> list[Path]:
        """The parts that follow one another without a gap from the first on."""
        found = []
        for at, (number, path) in enumerate(self.parts):
            if number != LAST and number != self.parts[0][0] + at:
                break
            found.append(path)
        return found

    @property
    def first(self) -> bool:
        """Tell whether the part asked about is the one that reads the set."""
        if self.family == "zip":
            return self.number == LAST
        return self.number == self.start

    @property
    def start(self) -> int:
        """The number of the first part: 1, or 0 in sets that count from there."""
        return 0 if self.parts[0][0] == 0 else 1

    @property
    def whole(self) -> bool:
        """Tell whether the part that reads the set is there."""
        wanted = LAST if self.family == "zip" else self.start
        return any(number == wanted for number, _ in self.parts)


def volumes_of(name: bytes, path: Path, neighbours: Sequence[Neighbour]) -> list[Volumes]:
    """The sets that the name can be a part of, those with most parts first."""
    found = []
    for place in places_of(name):
        parts = {place.number: path}
        for neighbour in neighbours:
            for other in places_of(neighbour.name):
                if (other.family, other.stem) == (place.family, place.stem):
                    parts.setdefault(other.number, neighbour.path)
        numbers = sorted(parts)
        top = max((n for n in numbers if n != LAST), default=0)
        low = 0 if 0 in parts and place.family != "zip" else 1
        missing = tuple(n for n in range(low, top + 1) if n not in parts)
        if place.family == "zip" and LAST not in parts:
            missing = (*missing, LAST)
        found.append(
            Volumes(place.family, place.number, tuple((n, parts[n]) for n in numbers), missing)
        )
    return sorted(found, key=lambda volumes: -len(volumes.parts))


class Joined(io.RawIOBase):
    """Several files as one stream that can be read anywhere. Offsets are bytes of the whole."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._files = [path.open("rb") for path in paths]
        self.starts = starts_of(paths)
        self.length = self.starts[-1]
        self._at = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """The place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = 0, /) -> int:
        """Go to a byte of the whole."""
        base = (0, self._at, self.length)[whence]
        self._at = max(base + offset, 0)
        return self._at

    def readinto(self, buffer: object, /) -> int:
        """Fill `buffer` as far as one part goes."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        for index, file in enumerate(self._files):
            start, end = self.starts[index], self.starts[index + 1]
            if start <= self._at < end:
                file.seek(self._at - start)
                chunk = file.read(min(len(view), end - self._at))
                view[: len(chunk)] = chunk
                self._at += len(chunk)
                return len(chunk)
        return 0

    def close(self) -> None:
        """Close all parts."""
        for file in self._files:
            file.close()
        super().close()


def starts_of(paths: Sequence[Path]) -> list[int]:
    """Where each file begins in the whole, and the length of the whole at the end."""
    starts = [0]
    for path in paths:
        starts.append(starts[-1] + path.stat().st_size)
    return starts


def opened(paths: Sequence[Path]) -> io.BufferedReader:
    """One stream over the files in their order."""
    if len(paths) == 1:
        return paths[0].open("rb")
    return io.BufferedReader(Joined(paths), 1 << 16)
