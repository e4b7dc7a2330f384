"""Dates as metadata holds them, raw, as moments that can be compared.

A date without a zone may be up to 14 hours off either way; `slack` says by how much two dates may
differ before they are called different.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache

import msgspec

_DATE = re.compile(
    r"(?:D:)?(\d{4})[-:/]?(\d\d)[-:/]?(\d\d)(?:[T ]?(\d\d):?(\d\d):?(\d\d)?(?:\.\d+)?)?"
    r"\s*(Z|z|[+-]\d\d'?:?\d?\d?'?)?"
)
_ZONE_DOUBT = timedelta(hours=14)


class Moment(msgspec.Struct, frozen=True):
    """A moment in UTC; `sure` where the zone was given and the time of day too."""

    at: datetime
    sure: bool

    def __str__(self) -> str:
        return self.at.strftime("%Y-%m-%d %H:%M") + (" UTC" if self.sure else " (no zone)")


@lru_cache(maxsize=256)
def moment(text: str | None) -> Moment | None:
    """The moment of a PDF, ISO 8601, XMP or EXIF date; None where it is none."""
    match = _DATE.match((text or "").strip())
    if not match:
        return None
    year, month, day, hour, minute, second, zone = match.groups()
    try:
        plain = datetime(
            int(year), int(month), int(day), int(hour or 0), int(minute or 0),
            min(int(second or 0), 59), tzinfo=UTC,
        )  # fmt: skip
        if zone in (None, "") or hour is None:
            return Moment(plain, False)
        return Moment(plain - _offset(zone), True)
    except (ValueError, OverflowError):
        return None


def mail_moment(text: str | None) -> Moment | None:
    """The moment of a message's Date or Received date (RFC 5322); None where it is none."""
    try:
        found = parsedate_to_datetime((text or "").strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if found.tzinfo is None:
        return Moment(found.replace(tzinfo=UTC), False)
    return Moment(found.astimezone(UTC), True)


def _offset(zone: str) -> timedelta:
    if zone in "Zz":
        return timedelta(0)
    digits = re.sub(r"\D", "", zone).ljust(4, "0")
    shift = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
    timezone(shift)  # raises ValueError beyond a day
    return -shift if zone[0] == "-" else shift


def slack(*moments: Moment) -> timedelta:
    """By how much these may differ and still be the same: zones that are not given."""
    return timedelta(minutes=2) if all(m.sure for m in moments) else _ZONE_DOUBT
