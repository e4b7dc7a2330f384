"""Make films and recordings by hand: MP4 and Matroska with tags, covers and subtitle tracks.

They hold no picture and no sound, only what a container says of itself and the words in it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence

Line = tuple[float, float, str]
Maker = Callable[..., bytes]


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def mp4(
    *,
    seconds: float,
    created: int = 0,
    sound: bool = True,
    subtitles: Sequence[Line] = (),
    language: str = "und",
    tags: Mapping[str, str] | None = None,
    cover: bytes = b"",
) -> bytes:
    """An MP4: a track of sound without samples, one of subtitles (tx3g), tags by key, a cover.

    `created` counts seconds since 1904.
    """
    head = _box(b"ftyp", b"isom\0\0\0\1mp42")
    samples, times = [], []
    now = 0
    for begin, end, text in subtitles:
        if begin * 1000 > now:
            samples.append(b"\0\0")
            times.append(int(begin * 1000) - now)
        raw = text.encode()
        samples.append(struct.pack(">H", len(raw)) + raw)
        times.append(int((end - begin) * 1000))
        now = int(end * 1000)
    data = b"".join(samples)
    tracks = b""
    if sound:
        entry = _box(
            b"mp4a",
            bytes(6) + b"\0\1" + bytes(8) + struct.pack(">HHHHI", 2, 16, 0, 0, 44_100 << 16),
        )
        tracks += _track(b"soun", entry, seconds, language, [], [], 0)
    if subtitles:
        entry = _box(b"tx3g", bytes(38))
        sizes = [len(s) for s in samples]
        tracks += _track(b"sbtl", entry, seconds, language, sizes, times, len(head) + 8)
    movie = _box(
        b"mvhd", struct.pack(">IIIII", 0, created, created, 1000, int(seconds * 1000)), bytes(80)
    )
    held = b""
    if tags:
        keys = b"".join(struct.pack(">I4s", len(k) + 8, b"mdta") + k.encode() for k in tags)
        items = b"".join(
            _box(struct.pack(">I", n), _box(b"data", struct.pack(">II", 1, 0), value.encode()))
            for n, value in enumerate(tags.values(), 1)
        )
        listed = _box(b"keys", struct.pack(">II", 0, len(tags)), keys)
        held += _box(b"meta", _handler(b"mdta"), listed, _box(b"ilst", items))
    if cover:
        picture = _box(b"covr", _box(b"data", struct.pack(">II", 14, 0), cover))
        held += _box(b"udta", _box(b"meta", bytes(4), _handler(b"mdir"), _box(b"ilst", picture)))
    return head + _box(b"mdat", data) + _box(b"moov", movie, tracks, held)


def _handler(kind: bytes) -> bytes:
    return _box(b"hdlr", bytes(8), kind, bytes(13))


def _track(
    kind: bytes, entry: bytes, seconds: float, language: str, sizes: Sequence[int],
    times: Sequence[int], place: int,
) -> bytes:  # fmt: skip
    packed = 0
    for letter in language:
        packed = packed << 5 | ord(letter) - 0x60
    head = _box(b"mdhd", struct.pack(">IIIIIHH", 0, 0, 0, 1000, int(seconds * 1000), packed, 0))
    table = _box(
        b"stbl",
        _box(b"stsd", struct.pack(">II", 0, 1), entry),
        _box(
            b"stts", struct.pack(">II", 0, len(times)), *(struct.pack(">II", 1, t) for t in times)
        ),
        _box(b"stsc", struct.pack(">IIIII", 0, 1, 1, max(len(sizes), 1), 1)),
        _box(
            b"stsz", struct.pack(">III", 0, 0, len(sizes)), *(struct.pack(">I", s) for s in sizes)
        ),
        _box(b"stco", struct.pack(">III", 0, 1, place)),
    )
    media = _box(b"mdia", head, _handler(kind), _box(b"minf", table))
    return _box(b"trak", media)


def _element(name: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    head = name.to_bytes((name.bit_length() + 7) // 8, "big")
    return head + (len(body) | 1 << 56).to_bytes(8, "big") + body


def _number(name: int, value: int) -> bytes:
    return _element(name, value.to_bytes(max((value.bit_length() + 7) // 8, 1), "big"))


def matroska(
    *,
    seconds: float,
    subtitles: Sequence[Line] = (),
    language: str = "eng",
    attached: Mapping[str, bytes] | None = None,
) -> bytes:
    """A Matroska file: a track of sound, one of subtitles (S_TEXT/UTF8), attached files."""
    info = _element(0x1549A966, _number(0x2AD7B1, 1_000_000),
                    _element(0x4489, struct.pack(">d", seconds * 1000)),
                    _element(0x5741, b"by hand"))  # fmt: skip
    tracks = _element(0xAE, _number(0xD7, 1), _number(0x83, 2), _element(0x86, b"A_OPUS"))
    clusters = b""
    if subtitles:
        spoken = _element(0x22B59C, language.encode())
        codec = _element(0x86, b"S_TEXT/UTF8")
        tracks += _element(0xAE, _number(0xD7, 2), _number(0x83, 17), codec, spoken)
        for begin, end, text in subtitles:
            block = b"\x82" + struct.pack(">hB", 0, 0) + text.encode()
            group = _element(0xA0, _element(0xA1, block), _number(0x9B, int((end - begin) * 1000)))
            clusters += _element(0x1F43B675, _number(0xE7, int(begin * 1000)), group)
    files = b"".join(
        _element(0x61A7, _element(0x466E, name.encode()), _element(0x465C, body))
        for name, body in (attached or {}).items()
    )
    held = _element(0x1941A469, files) if files else b""
    return _element(0x1A45DFA3, _element(0x4282, b"matroska")) + _element(
        0x18538067, info, _element(0x1654AE6B, tracks), clusters, held
    )
