"""Dates as formats write them, normalised: RFC 3339 where a zone is given, else ISO 8601.

What cannot be read as a date is None: a wrong date is worse than none. The value as found
stays in the metadata beside it.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, timezone
from email.utils import parsedate_tz

_PDF = re.compile(
    r"(?:D:)?\s*(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?\s*(?:([Zz+-])(?:(\d\d)'?(\d\d)?'?)?)?"
)
_ISO = re.compile(
    r"(\d{4})[-:/](\d{1,2})(?:[-:/](\d{1,2}))?"
    r"(?:[T ]+(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?)?\s*(Z|[+-]\d\d:?\d\d)?"
)
# midnight of these days is how programs write that they know none: .NET, Windows, OLE, Mac, Unix
_ZEROS = frozenset(((1, 1, 1), (1601, 1, 1), (1899, 12, 30), (1904, 1, 1), (1970, 1, 1)))


def from_pdf(text: str) -> str | None:
    """`D:20191126093000+08'00'` and its many mutilations (PDF 32000-1, 7.9.4)."""
    match = _PDF.match(text.strip())
    if not match:
        return from_iso(text)
    year, month, day, hour, minute, second, sign, zone_h, zone_m = match.groups()
    zone = None
    if sign:
        zone = ("-" if sign == "-" else "+") + (zone_h or "00") + (zone_m or "00")
    return _write(year, month or "1", day or "1", hour or "0", minute or "0", second or "0", zone)


def from_iso(text: str) -> str | None:
    """ISO 8601, W3CDTF, XMP and EXIF (`2019:11:26 09:30:00`)."""
    match = _ISO.match(text.strip())
    if not match:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    if zone == "Z":
        zone = "+0000"
    if hour is None:
        if day is None:
            return None
        return _write(year, month, day, None, None, None, None)
    return _write(year, month, day or "1", hour, minute, second or "0", zone)


def from_mail(text: str) -> str | None:
    """The Date of a message (RFC 5322, 3.3) in the zone in which it was written."""
    try:
        parts = parsedate_tz(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if parts is None:
        return None
    year, month, day, hour, minute, second = parts[:6]
    offset = parts[9]
    try:
        moment = datetime(  # noqa: DTZ001 - the zone follows, where the header gives one
            year, month, day, hour, minute, min(second, 59)
        )
        if offset is None:
            return moment.isoformat()
        if not offset:
            return moment.isoformat() + "Z"
        return moment.replace(tzinfo=timezone(timedelta(seconds=offset))).isoformat()
    except (ValueError, OverflowError):
        return None


def from_epoch(seconds: float) -> str | None:
    """Seconds since 1970 in UTC; None where it is no moment (0 is how tools say nothing)."""
    if seconds <= 0:
        return None
    try:
        return in_utc(datetime.fromtimestamp(int(seconds), UTC))
    except (ValueError, OverflowError, OSError):
        return None


def from_filetime(ticks: int) -> str | None:
    """Tenths of a microsecond since 1601 in UTC, as Windows counts; None for 0."""
    if ticks <= 0:
        return None
    return from_epoch(ticks / 10_000_000 - 11_644_473_600)


def in_utc(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")


def _write(
    year: str,
    month: str,
    day: str,
    hour: str | None,
    minute: str | None,
    second: str | None,
    zone: str | None,
) -> str | None:
    try:
        moment = datetime(  # noqa: DTZ001 - the zone follows, where there is one
            int(year),
            int(month),
            int(day),
            int(hour or 0),
            int(minute or 0),
            min(int(second or 0), 59),
        )
        if hour is None:
            return moment.date().isoformat()
        if (moment.year, moment.month, moment.day) in _ZEROS and moment.time() == time.min:
            return None
        if zone is None:
            return moment.isoformat()
        digits = zone[1:].replace(":", "")
        offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4] or 0))
        shifted = -offset if zone[0] == "-" else offset
        return in_utc(moment.replace(tzinfo=timezone(shifted)))
    except (ValueError, OverflowError):
        return None
