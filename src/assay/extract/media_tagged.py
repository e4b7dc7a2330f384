"""MP3, Ogg, FLAC, WMA and WMV, AIFF, APE: length and tags by mutagen, covers as members."""

from __future__ import annotations

import base64
from typing import Any

from assay.extract import dates
from assay.extract.media_found import Cue, Found, keep_tag
from assay.extract.problems import Stop
from assay.extract.request import Request

_PICTURES = ("METADATA_BLOCK_PICTURE", "COVERART")
_FACTS = ("bitrate", "channels", "sample_rate", "encoder_info", "codec_name", "codec_type", "fps")


def look(request: Request, found: Found) -> None:
    """Read length, tags and covers. Raises Stop with `damaged`."""
    import mutagen

    try:
        with request.path.open("rb") as stream:
            opened: Any = mutagen.File(stream)
    except (mutagen.MutagenError, ValueError, KeyError, IndexError, EOFError) as error:
        opened = None
        found.troubles.append(("damaged", "tags", type(error).__name__))
    if opened is None:
        found.sound = True
        if not found.troubles:
            raise Stop("damaged", "", "no frame of sound")
        return
    found.sound = True
    found.notes.append(("media:format", type(opened).__name__))
    info = opened.info
    if getattr(info, "length", 0):
        found.duration = float(info.length)
    for name in _FACTS:
        if value := getattr(info, name, None):
            found.notes.append((f"media:{name}", str(value)))
    for picture in getattr(opened, "pictures", ()):
        _cover(found, picture.mime, picture.data)
    tags = opened.tags
    if tags is None:
        return
    if hasattr(tags, "getall"):
        _id3(tags, found)
    else:
        for name, values in tags.items() if hasattr(tags, "items") else tags:
            for value in values if isinstance(values, list) else [values]:
                _plain(name, value, found)
    for _, value in found.notes:
        if found.created is None and value[:4].isdigit() and len(value) >= 10:
            found.created = dates.from_iso(value)


def _id3(tags: Any, found: Found) -> None:
    for key, frame in tags.items():
        kind = key[:4]
        if kind == "APIC":
            _cover(found, frame.mime, frame.data)
        elif kind == "GEOB":
            name = (frame.filename or frame.desc or "object").replace("/", "_")
            found.members.append((name, frame.data))
        elif kind == "SYLT" and frame.format == 2:
            cues = [Cue(at / 1000, at / 1000, text) for text, at in frame.text]
            found.tracks.append(("lyrics with times", cues))
        elif kind in ("PRIV", "MCDI", "UFID"):
            found.notes.append((f"id3:{kind}", f"{len(getattr(frame, 'data', b''))} bytes"))
        else:
            keep_tag(found, "id3", kind, str(frame))


def _plain(name: str, value: Any, found: Found) -> None:
    if name.upper() in _PICTURES:
        try:
            body = base64.b64decode(str(value))
        except ValueError:
            found.troubles.append(("damaged", "cover", "base64"))
            return
        if name.upper() == "COVERART":
            _cover(found, "image/jpeg", body)
            return
        from mutagen.flac import Picture

        try:
            picture = Picture(body)
        except Exception:  # noqa: BLE001 - a broken cover costs itself
            found.troubles.append(("damaged", "cover", ""))
            return
        _cover(found, picture.mime, picture.data)
    elif name == "WM/Picture":
        body = bytes(getattr(value, "value", b""))
        size = int.from_bytes(body[1:5], "little")
        rest = body[5:]
        for _ in range(2):  # the media type and a description, each ended by two zeros
            at = next((n for n in range(0, len(rest) - 1, 2) if rest[n : n + 2] == b"\0\0"), 0)
            rest = rest[at + 2 :]
        _cover(found, "image/jpeg", rest[:size])
    else:
        keep_tag(found, "tag", name, value)


def _cover(found: Found, media: str, body: bytes) -> None:
    ending = "png" if "png" in media else "gif" if "gif" in media else "jpg"
    count = sum(name.startswith("cover-") for name, _ in found.members) + 1
    found.members.append((f"cover-{count}.{ending}", bytes(body)))
