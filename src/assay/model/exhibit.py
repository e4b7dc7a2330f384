"""Exhibits and the paths under which they appear.

An exhibit is one original as received, known by the SHA-256 of its bytes. The same
bytes under two paths are one exhibit with two appearances. A path is a list of raw
components, because a name need not be UTF-8; equality is on the raw bytes, and the
display form is for people: it never holds a control or bidi character, and `!` inside
a name is written `\\!`, so that `a.zip!/b.eml!/c.pdf` can be read back.
"""

from __future__ import annotations

import base64
import re
import unicodedata

import msgspec

DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z")

# Bidi controls and separators that change how a line looks without being seen.
_UNSEEN = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u2028\u2029"
)
# Exactly what `display_component` writes otherwise than it is: see the test beside it.
_TO_ESCAPE = re.compile(f"[!\x00-\x1f\x7f-\x9f\ud800-\udfff{''.join(sorted(_UNSEEN))}]")


def is_digest(text: str) -> bool:
    """Tell whether `text` is a digest as this project writes it."""
    return DIGEST.match(text) is not None


def display_component(raw: bytes) -> str:
    """Show one raw name: UTF-8 where it is, `\\xNN` where it is not, `\\u{…}` for what hides.

    >>> display_component(b"a\\xffb!")
    'a\\\\xffb\\\\!'
    """
    text = raw.decode("utf-8", "surrogateescape")
    if not _TO_ESCAPE.search(text):
        return text
    out: list[str] = []
    for char in text:
        code = ord(char)
        if 0xDC80 <= code <= 0xDCFF:
            out.append(f"\\x{code - 0xDC00:02x}")
        elif char == "!":
            out.append("\\!")
        elif char in _UNSEEN or unicodedata.category(char) in ("Cc", "Cs"):
            out.append(f"\\u{{{code:x}}}")
        else:
            out.append(char)
    return "".join(out)


class RawPath(msgspec.Struct, frozen=True, array_like=True):
    """A path as raw components, for a received file relative to what was handed over.

    `parts` holds one entry a container level: the first is the path of the received file,
    each further one the path inside the container before it.
    """

    parts: tuple[tuple[bytes, ...], ...]

    @classmethod
    def of(cls, *components: bytes) -> RawPath:
        """A path of one level."""
        return cls((tuple(components),))

    def inside(self, *components: bytes) -> RawPath:
        """The path of a member of the container at this path."""
        return RawPath((*self.parts, tuple(components)))

    @property
    def display(self) -> str:
        """The display form: components joined by `/`, levels by `!/`."""
        return "!/".join("/".join(display_component(c) for c in part) for part in self.parts)

    @property
    def name(self) -> bytes:
        """The last raw component, or nothing for an empty path."""
        return self.parts[-1][-1] if self.parts and self.parts[-1] else b""

    def raw_b64(self) -> str | None:
        """The raw bytes in base64 where the display form does not give them back, else None."""
        raw = b"!/".join(b"/".join(part) for part in self.parts)
        try:
            if raw.decode("utf-8") == self.display:
                return None
        except UnicodeDecodeError:
            pass
        return base64.b64encode(raw).decode("ascii")


class Appearance(msgspec.Struct, frozen=True):
    """One place where an exhibit was found.

    `container` is the digest of the container it came from, None for a received file;
    `ordinal` is its place there, counted from 0. `size` is in bytes, `modified` RFC 3339.
    """

    exhibit: str
    path: RawPath
    size: int
    modified: str | None = None
    container: str | None = None
    ordinal: int | None = None
