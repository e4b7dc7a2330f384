"""Other calendars: the Chinese one, by astronomy, and the Islamic one, by its tables.

The Chinese calendar is counted as China's official one is (GB/T 33661-2017): months begin on the
day of the new moon at UTC+8, the month that holds the winter solstice is the eleventh, and where
thirteen months lie between two solstices the first without a major solar term is a leap month. New
moons and the sun's longitude are taken from Meeus, Astronomical Algorithms (2nd ed., chapters 25
and 49), good to a minute or two, which between 1900 and 2100 settles every month but those whose
new moon or term falls within that of midnight.

The Islamic dates are those of the tabular calendar (civil epoch, 16 July 622 Julian; leap years 2,
5, 7, 10, 13, 16, 18, 21, 24, 26, 29 of 30). Where months are begun by sight, as in Saudi Arabia, a
day before or after is as likely.
"""

from __future__ import annotations

import datetime as dt
import math
from functools import lru_cache

DAY = dt.timedelta(days=1)
# Days from 0001-01-01 to the day before the first of Muharram of year 1, proleptic Gregorian.
_HIJRA = dt.date(622, 7, 19).toordinal() - 1


def hijri_to_day(year: int, month: int, day: int) -> dt.date | None:
    """The Gregorian day of a day of the tabular Islamic calendar, None where there is none."""
    if not (1 <= year <= 9000 and 1 <= month <= 12 and 1 <= day <= 30):
        return None
    number = day + math.ceil(29.5 * (month - 1)) + (year - 1) * 354 + (3 + 11 * year) // 30 + _HIJRA
    try:
        return dt.date.fromordinal(number)
    except (OverflowError, ValueError):
        return None


def hijri_month(year: int, month: int) -> tuple[dt.date, dt.date] | None:
    """The first day of a month and of the next."""
    first = hijri_to_day(year, month, 1)
    last = hijri_to_day(year + month // 12, month % 12 + 1, 1)
    return (first, last) if first and last else None


def hijri_year_of(day: dt.date) -> int:
    """The Islamic year in which a day lies."""
    year = int((day.toordinal() - _HIJRA) / 354.367) + 1
    first = hijri_to_day(year, 1, 1)
    if first is not None and first > day:
        return year - 1
    following = hijri_to_day(year + 1, 1, 1)
    return year + 1 if following is not None and following <= day else year


def _delta_t(year: float) -> float:
    """Seconds of terrestrial time ahead of the clock (Espenak and Meeus, in short)."""
    t = year - 2000
    if year < 1900:
        return -3.0
    if year < 1986:
        return 45.0 if year > 1970 else 24.0 + (year - 1930) * 0.45 if year > 1930 else 15.0
    if year < 2050:
        return 62.92 + 0.32217 * t + 0.005589 * t * t
    return 93.0 + (year - 2050) * 1.1


def _new_moon(k: int) -> float:
    """The kth new moon after the first of 2000, as a Julian day of terrestrial time."""
    t = k / 1236.85
    jde = 2451550.09766 + 29.530588861 * k + 0.00015437 * t * t - 0.00000015 * t**3
    e = 1 - 0.002516 * t - 0.0000074 * t * t
    m = math.radians(2.5534 + 29.1053567 * k - 0.0000014 * t * t)
    mm = math.radians(201.5643 + 385.81693528 * k + 0.0107582 * t * t)
    f = math.radians(160.7108 + 390.67050284 * k - 0.0016118 * t * t)
    o = math.radians(124.7746 - 1.56375588 * k + 0.0020672 * t * t)
    jde += (
        -0.4072 * math.sin(mm) + 0.17241 * e * math.sin(m) + 0.01608 * math.sin(2 * mm)
        + 0.01039 * math.sin(2 * f) + 0.00739 * e * math.sin(mm - m)
        - 0.00514 * e * math.sin(mm + m) + 0.00208 * e * e * math.sin(2 * m)
        - 0.00111 * math.sin(mm - 2 * f) - 0.00057 * math.sin(mm + 2 * f)
        + 0.00056 * e * math.sin(2 * mm + m) - 0.00042 * math.sin(3 * mm)
        + 0.00042 * e * math.sin(m + 2 * f) + 0.00038 * e * math.sin(m - 2 * f)
        - 0.00024 * e * math.sin(2 * mm - m) - 0.00017 * math.sin(o)
        - 0.00007 * math.sin(mm + 2 * m) + 0.00004 * math.sin(2 * mm - 2 * f)
        + 0.00004 * math.sin(3 * m) + 0.00003 * math.sin(mm + m - 2 * f)
        + 0.00003 * math.sin(2 * mm + 2 * f) - 0.00003 * math.sin(mm + m + 2 * f)
        + 0.00003 * math.sin(mm - m + 2 * f) - 0.00002 * math.sin(mm - m - 2 * f)
        - 0.00002 * math.sin(3 * mm + m) + 0.00002 * math.sin(4 * mm)
    )  # fmt: skip
    planets = (
        (299.77, 0.107408, 325), (251.88, 0.016321, 165), (251.83, 26.651886, 164),
        (349.42, 36.412478, 126), (84.66, 18.206239, 110), (141.74, 53.303771, 62),
        (207.14, 2.453732, 60), (154.84, 7.30686, 56), (34.52, 27.261239, 47),
        (207.19, 0.121824, 42), (291.34, 1.844379, 40), (161.72, 24.198154, 37),
        (239.56, 25.513099, 35), (331.55, 3.592518, 23),
    )  # fmt: skip
    for start, rate, size in planets:
        extra = -0.009173 * t * t if rate == 0.107408 else 0
        jde += size * 1e-6 * math.sin(math.radians(start + rate * k + extra))
    return jde


def _sun(jde: float) -> float:
    """The apparent longitude of the sun, in degrees."""
    t = (jde - 2451545.0) / 36525
    mean = 280.46646 + 36000.76983 * t + 0.0003032 * t * t
    m = math.radians(357.52911 + 35999.05029 * t - 0.0001537 * t * t)
    centre = (
        (1.914602 - 0.004817 * t) * math.sin(m)
        + (0.019993 - 0.000101 * t) * math.sin(2 * m)
        + 0.000289 * math.sin(3 * m)
    )
    node = math.radians(125.04 - 1934.136 * t)
    return (mean + centre - 0.00569 - 0.00478 * math.sin(node)) % 360


def _day_of(jde: float) -> int:
    """The day, as Python's ordinal, on which an instant falls in China."""
    year = 2000 + (jde - 2451545) / 365.25
    return math.floor(jde - _delta_t(year) / 86400 + 8 / 24 + 0.5) - 1721425


def _sun_on(day: int) -> float:
    """The sun's longitude when a day ends in China."""
    return _sun(day + 1 + 1721424.5 - 8 / 24 + _delta_t(2000 + (day - 730120) / 365.25) / 86400)


def _term(day: int) -> int:
    """How many major solar terms have passed at the end of a day, counted in twelfths."""
    return int(_sun_on(day) // 30)


@lru_cache(maxsize=512)
def _solstice(year: int) -> int:
    """The day of the winter solstice, as an ordinal."""
    day = dt.date(year, 12, 18).toordinal()
    while _sun_on(day) < 270:
        day += 1
    return day


@lru_cache(maxsize=512)
def _months(year: int) -> tuple[tuple[int, int, bool], ...]:
    """The months from the eleventh of the year before to the tenth: first day, number, leap."""
    start, stop = _solstice(year - 1), _solstice(year)
    k = math.floor((start + 1721424.5 - 2451550.1) / 29.530588861) - 1
    moons: list[int] = []
    while True:
        day = _day_of(_new_moon(k))
        k += 1
        moons.append(day)
        if day > stop:
            break
    first = max(i for i, day in enumerate(moons) if day <= start)
    last = max(i for i, day in enumerate(moons) if day <= stop)
    leap_year = last - first == 13
    out: list[tuple[int, int, bool]] = []
    number, leap_done = 11, False
    for index in range(first, last):
        begins, ends = moons[index], moons[index + 1]
        leap = (
            leap_year and not leap_done and index > first and _term(begins - 1) == _term(ends - 1)
        )
        if leap:
            leap_done = True
            out.append((begins, (number - 2) % 12 + 1, True))
        else:
            out.append((begins, (number - 1) % 12 + 1, False))
            number += 1
    out.append((moons[last], 11, False))
    return tuple(out)


def lunar_to_day(year: int, month: int, day: int, leap: bool = False) -> dt.date | None:
    """The Gregorian day of a day of the Chinese calendar; the year is the one in which it begins.

    None where there is no such day, or outside of 1850 to 2150.
    """
    if not (1850 <= year <= 2150 and 1 <= month <= 12 and 1 <= day <= 30):
        return None
    table = _months(year) if month < 11 else _months(year + 1)
    for index, (begins, number, is_leap) in enumerate(table[:-1]):
        if number == month and is_leap == leap and (month < 11) == (index >= 2 or number < 11):
            found = begins + day - 1
            return dt.date.fromordinal(found) if found < table[index + 1][0] else None
    return None


def lunar_year(year: int) -> tuple[dt.date, dt.date] | None:
    """The first day of a Chinese year and of the next."""
    first, last = lunar_to_day(year, 1, 1), lunar_to_day(year + 1, 1, 1)
    return (first, last) if first and last else None


STEMS = "甲乙丙丁戊己庚辛壬癸"
BRANCHES = "子丑寅卯辰巳午未申酉戌亥"


def sexagenary(name: str) -> int | None:
    """The place of a year's name in the cycle of sixty: 甲子 is 0, and 1984 was one."""
    if len(name) != 2 or name[0] not in STEMS or name[1] not in BRANCHES:
        return None
    stem, branch = STEMS.index(name[0]), BRANCHES.index(name[1])
    for place in range(stem, 60, 10):
        if place % 12 == branch:
            return place
    return None
