"""When versions of widely used programs first came out, by the names they write into files.

A month each, from the makers' own announcements; previews that the public could have count as
out. Only versions whose month is beyond doubt are listed. PDF versions are dated by the
publication of their specification (Adobe PDF Reference, ISO 32000).
"""

from __future__ import annotations

import re

# (pattern on the program's name as written in files, {version prefix: "yyyy-mm"})
_OFFICE = {
    "2007": "2006-11", "2010": "2009-11", "2013": "2012-07", "2016": "2015-03",
    "2019": "2018-04", "2021": "2021-06", "365": "2020-04",
}  # fmt: skip
_APP = {"12": "2006-05", "14": "2009-07", "15": "2012-07", "16": "2015-01"}
_DISTILLER = {
    "3": "1996-11", "4": "1999-03", "5": "2001-03", "6": "2003-04", "7": "2004-11",
    "8": "2006-09", "9": "2008-06", "10": "2010-10", "11": "2012-10", "15": "2015-03",
    "17": "2017-05", "19": "2018-09", "20": "2020-05",
}  # fmt: skip
_LIBRE = {
    "3.3": "2010-10", "3.4": "2011-05", "3.5": "2012-01", "3.6": "2012-07", "4.0": "2012-12",
    "4.1": "2013-06", "4.2": "2013-12", "4.3": "2014-06", "4.4": "2014-12", "5.0": "2015-06",
    "5.1": "2015-12", "5.2": "2016-06", "5.3": "2016-12", "5.4": "2017-06", "6.0": "2017-11",
    "6.1": "2018-06", "6.2": "2018-12", "6.3": "2019-06", "6.4": "2019-11", "7.0": "2020-06",
    "7.1": "2020-11", "7.2": "2021-06", "7.3": "2021-11", "7.4": "2022-06", "7.5": "2022-11",
    "7.6": "2023-06", "24.2": "2023-12", "24.8": "2024-06", "25.2": "2024-12", "25.8": "2025-06",
}  # fmt: skip
_MAC = {
    "10.3": "2003-06", "10.4": "2004-06", "10.5": "2006-08", "10.6": "2008-06", "10.7": "2011-02",
    "10.8": "2012-02", "10.9": "2013-06", "10.10": "2014-06", "10.11": "2015-06",
    "10.12": "2016-06", "10.13": "2017-06", "10.14": "2018-06", "10.15": "2019-06",
    "11": "2020-06", "12": "2021-06", "13": "2022-06", "14": "2023-06", "15": "2024-06",
}  # fmt: skip
_GHOST = {
    "8.5": "2005-08", "8.6": "2007-08", "8.7": "2009-07", "9.0": "2010-09", "9.1": "2013-08",
    "9.2": "2015-03", "9.5": "2019-10", "10": "2022-09",
}  # fmt: skip
_SKIA = {
    "6": "2017-06", "7": "2018-10", "8": "2020-01", "9": "2021-03", "10": "2022-03",
    "11": "2023-01", "12": "2023-11", "13": "2025-01",
}  # fmt: skip
_TABLE: tuple[tuple[re.Pattern[str], dict[str, str]], ...] = (
    (re.compile(r"Microsoft\S* (?:Office )?(?:Word|Excel|PowerPoint|Outlook|Publisher)\S*"
                r"(?: for (?:Office|Microsoft))? (2007|2010|2013|2016|2019|2021|365)\b"), _OFFICE),
    (re.compile(r"Acrobat Distiller (\d{1,2})(?:\.|\b)"), _DISTILLER),
    (re.compile(r"LibreOffice (\d{1,2}\.\d)"), _LIBRE),
    (re.compile(r"(?:Mac OS X|macOS Version) (10\.\d{1,2}|1[1-5])\b"), _MAC),
    (re.compile(r"Ghostscript (8\.[567]|9\.[0125]|10)"), _GHOST),
    (re.compile(r"Skia/PDF m(\d{1,2})\d\b"), _SKIA),
)  # fmt: skip
_PDF = {"1.4": "2001-11", "1.5": "2003-04", "1.6": "2004-11", "1.7": "2006-10", "2.0": "2017-07"}


def released(program: str) -> tuple[str, str] | None:
    """(name as written, "yyyy-mm") of the first program with a known version in the text."""
    for pattern, versions in _TABLE:
        match = pattern.search(program)
        if match and (month := versions.get(match[1])):
            return match[0], month
    return None


def office_released(version: str) -> str | None:
    """The month of an Office version as docProps/app.xml writes it (`16.0000`)."""
    return _APP.get(version.partition(".")[0])


def pdf_published(version: str) -> str | None:
    """The month in which the specification of a PDF version was published; None before 1.4."""
    return _PDF.get(version)
