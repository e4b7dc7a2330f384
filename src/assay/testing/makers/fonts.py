"""Find the fonts that makers draw with, and name the Debian package where one is missing.

Faces are picked by script, so one line may mix them: `latin` (with Cyrillic), `arabic` (with
Uyghur) and `han`. Files are read from the system at run time; none is shipped.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from pathlib import Path
from typing import Literal

import uharfbuzz  # type: ignore[import-untyped]

from assay.errors import AssayError

Script = Literal["latin", "arabic", "han"]
Style = Literal["serif", "serif-bold", "serif-italic", "sans", "sans-bold"]

FONT_FOLDER = Path("/usr/share/fonts")

# (file, index in a collection); the index of Simplified Chinese in Noto's collections is 2.
_FACES: dict[tuple[Script, Style], tuple[str, int]] = {
    ("latin", "serif"): ("truetype/noto/NotoSerif-Regular.ttf", 0),
    ("latin", "serif-bold"): ("truetype/noto/NotoSerif-Bold.ttf", 0),
    ("latin", "serif-italic"): ("truetype/noto/NotoSerif-Italic.ttf", 0),
    ("latin", "sans"): ("truetype/noto/NotoSans-Regular.ttf", 0),
    ("latin", "sans-bold"): ("truetype/noto/NotoSans-Bold.ttf", 0),
    ("arabic", "serif"): ("truetype/noto/NotoNaskhArabic-Regular.ttf", 0),
    ("arabic", "serif-bold"): ("truetype/noto/NotoNaskhArabic-Bold.ttf", 0),
    ("arabic", "serif-italic"): ("truetype/noto/NotoNaskhArabic-Regular.ttf", 0),
    ("arabic", "sans"): ("truetype/noto/NotoSansArabic-Regular.ttf", 0),
    ("arabic", "sans-bold"): ("truetype/noto/NotoSansArabic-Bold.ttf", 0),
    ("han", "serif"): ("opentype/noto/NotoSerifCJK-Regular.ttc", 2),
    ("han", "serif-bold"): ("opentype/noto/NotoSerifCJK-Bold.ttc", 2),
    ("han", "serif-italic"): ("opentype/noto/NotoSerifCJK-Regular.ttc", 2),
    ("han", "sans"): ("opentype/noto/NotoSansCJK-Regular.ttc", 2),
    ("han", "sans-bold"): ("opentype/noto/NotoSansCJK-Bold.ttc", 2),
}


class MissingPackage(AssayError):
    """Something of the system that a maker needs is not installed. `package` is Debian's name."""

    def __init__(self, subject: str, what: str, package: str) -> None:
        super().__init__(subject, what, f"Install it: apt-get install {package}")
        self.package = package


def script_of(char: str) -> Script | None:
    """The script whose face draws `char`; None for what any face draws (spaces, marks)."""
    code = ord(char)
    if code < 0x530 or 0x2010 <= code <= 0x2044 or 0x20A0 <= code <= 0x214F:
        return None if char.isspace() else "latin"
    if 0x600 <= code <= 0x77F or 0xFB50 <= code <= 0xFDFF or 0xFE70 <= code <= 0xFEFC:
        return "arabic"
    if 0x2E80 <= code <= 0x9FFF or 0xF900 <= code <= 0xFAFF or 0xFE30 <= code <= 0xFE4F:
        return "han"
    if 0xFF00 <= code <= 0xFFEF or 0x20000 <= code <= 0x3FFFF:
        return "han"
    return None if unicodedata.combining(char) else "latin"


def font_place(script: Script, style: Style) -> tuple[Path, int]:
    """The file of a face and its index there. Raises MissingPackage."""
    name, index = _FACES[script, style]
    place = FONT_FOLDER / name
    if not place.is_file():
        package = "fonts-noto-cjk" if script == "han" else "fonts-noto-core"
        # The bold and serif weights of Noto CJK are in the same or the -extra package.
        raise MissingPackage(f"font {place.name}", "it is not on this machine", package)
    return place, index


@lru_cache(maxsize=16)
def load_face(script: Script, style: Style) -> uharfbuzz.Face:
    """The face as HarfBuzz sees it, kept for the process. Raises MissingPackage."""
    place, index = font_place(script, style)
    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(place)), index)


def missing_fonts() -> tuple[str, ...]:
    """Debian packages of fonts that the makers want and that are not here, each once."""
    packages: list[str] = []
    for script, style in _FACES:
        try:
            font_place(script, style)
        except MissingPackage as error:
            if error.package not in packages:
                packages.append(error.package)
    return tuple(packages)
