"""Numbers, dates, kinds and events in words. Pure; nothing here escapes, templates do.

Numbers have their thousands spaced, dates are written out, media types and languages have names
where they have a common one. What has no name here is shown as it is, never left out.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

from assay.web.type_names import TYPES

NARROW = "\u202f"  # narrow no-break space: a number never breaks over a line

_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_MOMENT = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?"
)

_LANGUAGES = {
    "ar": "Arabic", "be": "Belarusian", "bg": "Bulgarian", "bo": "Tibetan", "cs": "Czech",
    "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French", "he": "Hebrew",
    "hi": "Hindi", "hu": "Hungarian", "hy": "Armenian", "it": "Italian", "ja": "Japanese",
    "ka": "Georgian", "kk": "Kazakh", "ko": "Korean", "ku": "Kurdish", "ky": "Kyrgyz",
    "lt": "Lithuanian", "lv": "Latvian", "mn": "Mongolian", "nl": "Dutch", "no": "Norwegian",
    "pl": "Polish", "ps": "Pashto", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sr": "Serbian", "sv": "Swedish", "tg": "Tajik", "th": "Thai",
    "tk": "Turkmen", "tr": "Turkish", "ug": "Uyghur", "uk": "Ukrainian", "ur": "Urdu",
    "uz": "Uzbek", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip

REGIONS = {
    "quoted": "quoted",
    "boilerplate": "around the main text",
    "comment": "comment",
    "inserted": "inserted",
    "deleted": "deleted",
    "hidden": "hidden in the file",
    "notes": "speaker notes",
    "header": "page header",
    "footer": "page footer",
    "text_box": "text box",
    "chart": "chart",
    "signature": "signature",
    "ocr": "recognised on a picture",
    "garbled": "text layer that is not what the page shows",
}

STATUS = {
    "read": "read whole",
    "partly": "read in part",
    "unread": "not read",
    "not_received": "not received",
}

AUDIENCES = {
    "private": "me alone",
    "desk": "this desk",
    "share": "partners too",
}


def number(value: int | float | None) -> str:
    """1204 as `1 204`; what is unknown as `unknown`."""
    if value is None:
        return "unknown"
    return f"{round(value):,}".replace(",", NARROW)


def counted(value: int, one: str, many: str = "") -> str:
    """`1 page`, `1 204 pages`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def day(moment: str | None) -> str:
    """A date as `14 March 2017`; as it is where it is not one."""
    match = _MOMENT.match(moment or "")
    if not match:
        return moment or ""
    year, month, date = match[1], int(match[2] or 0), int(match[3] or 0)
    if not 1 <= month <= 12:
        return year
    name = _MONTHS[month - 1]
    return f"{date} {name} {year}" if date else f"{name} {year}"


def moment(value: str | None) -> str:
    """A time as `14 March 2017, 18:22 UTC`."""
    match = _MOMENT.match(value or "")
    if not match or not match[4]:
        return day(value)
    zone = "" if not match[5] else " UTC" if match[5] in ("Z", "+00:00") else f" {match[5]}"
    return f"{day(value)}, {match[4]}{zone}"


def compact_day(value: int | str | None) -> str:
    """yyyymmdd as the index keeps it -> ISO 8601, for `day`."""
    text = str(value or "")
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}" if re.fullmatch(r"\d{8}", text) else text


def size(value: int | None) -> str:
    """Bytes as a person says them."""
    if value is None:
        return "unknown"
    if value < 1000:
        return counted(value, "byte")
    amount = float(value)
    for unit in ("kB", "MB", "GB", "TB"):
        amount /= 1000
        if amount < 999.5 or unit == "TB":
            break
    return f"{amount:.1f} {unit}" if amount < 9.95 else f"{number(amount)} {unit}"


def left(seconds: float) -> str:
    """Time left, coarse, because it is an estimate."""
    if seconds < 90:
        return "about a minute" if seconds > 30 else "under a minute"
    if seconds < 5400:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"


def type_name(media_type: str) -> str:
    """A media type by its common name."""
    return TYPES.get(media_type, media_type or "unknown type")


def language_name(code: str | None) -> str:
    """A language by its English name."""
    return _LANGUAGES.get(code or "", code or "")


def lang_attribute(code: str | None) -> str | None:
    """A language code that `lang` attributes can carry."""
    return code if code and re.fullmatch(r"[a-zA-Z]{2,3}(-[A-Za-z0-9]+)*", code) else None


def source_line(page: Mapping[str, Any], language: str | None) -> str:
    """Where the words of a page come from, and how sure they are."""
    if page.get("wants_ocr"):
        return "a picture without text, not recognised yet"
    if page.get("source") == "ocr":
        confidence = page.get("confidence")
        words = " ".join(filter(None, ("OCR", language_name(language))))
        return f"{words}, {confidence:.0f} % sure" if confidence is not None else words
    return "text of the file itself"


def progress(holder: Mapping[str, Any] | None) -> str:
    """Who writes in the case and how far they are; "" where nobody does."""
    if not holder:
        return ""
    state = holder.get("progress") or {}
    doing = str(holder.get("doing", "writing"))
    waiting, done = int(state.get("ocr_waiting") or 0), int(state.get("ocr_done") or 0)
    read, whole = int(state.get("read") or 0), int(state.get("exhibits") or 0)
    seconds = float(state.get("seconds") or 0)
    if whole and read < whole:
        words = [f"reading {number(read)} of {number(whole)}"]
        rate = state.get("rate") if "rate" in state else None
        if "rate" not in state and seconds > 2:
            rate = int(state.get("done_now") or 0) / seconds
        if rate and not state.get("receiving"):
            words.append(left((whole - read) / rate))
    elif state.get("phase") == "indexing" or (not waiting and state.get("indexing")):
        words = [f"indexing {counted(int(state.get('indexing') or 0), 'exhibit')}"]
    elif state.get("phase") == "listening":
        heard, unheard = int(state.get("listened") or 0), int(state.get("listen_waiting") or 0)
        words = [f"statements in {number(heard)} of {counted(heard + unheard, 'text')}"]
        if state.get("rate"):
            words.append(left(unheard / float(state["rate"])))
    elif waiting:
        words = [f"recognising {number(done)} of {number(done + waiting)} pages"]
        if state.get("rate"):
            words.append(left(waiting / float(state["rate"])))
        elif done and seconds > 2:
            words.append(left(waiting * seconds / done))
    elif state.get("phase") or state:
        words = [f"{doing}: finishing"]
    else:
        words = [f"{doing} is starting"]
    if state.get("receiving"):
        words.append("still receiving")
    return " · ".join(words)


def phases(holder: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    """(phase, how far it is) of the run that is going on; each phase has its own count."""
    state = (holder or {}).get("progress") or {}
    if not state:
        return []
    read, whole = int(state.get("read") or 0), int(state.get("exhibits") or 0)
    waiting, done = int(state.get("ocr_waiting") or 0), int(state.get("ocr_done") or 0)
    seen, taken = int(state.get("seen") or 0), int(state.get("taken") or 0)
    received = f"{number(taken)} of {counted(seen, 'path')} seen so far"
    rate = state.get("rate")
    pace = f", {rate:.0f} a second" if rate and rate >= 1 else ""
    slow = f", {rate * 60:.1f} a minute" if rate and rate < 1 else ""
    heard, unheard = int(state.get("listened") or 0), int(state.get("listen_waiting") or 0)
    now = state.get("phase")
    return [
        ("receiving", received if state.get("receiving") else "done"),
        ("reading", f"{number(read)} of {number(whole)}" + (pace or slow) * (now == "reading")),
        ("indexing", f"{counted(int(state.get('indexing') or 0), 'exhibit')} to go"),
        (
            "recognising",
            f"{number(done)} of {counted(done + waiting, 'page')}"
            + (pace or slow) * (now == "recognising"),
        ),
        (
            "finding statements",
            f"{number(heard)} of {counted(heard + unheard, 'text')}"
            + (pace or slow) * (now == "listening")
            if now == "listening" or heard
            else "after the text",
        ),
    ]


def event_words(event: Mapping[str, Any]) -> str:
    """What an event says, in a sentence without its subject's name. Bodies may be withdrawn."""
    kind, body = str(event.get("type", "")), event.get("body")
    if body is None:
        return f"an event of type “{kind}” whose content was withdrawn"
    match kind:
        case "received":
            return "took into custody"
        case "not_received":
            return "found, and did not take in,"
        case "circumstances":
            return "recorded how and from where files came"
        case "read":
            return "read"
        case "ocr":
            return f"recognised page {body.get('page', '?')} of"
        case "note":
            return "wrote a note on" + _on_page(body)
        case "tag":
            return f"put the tag “{body.get('tag', '')}” on" + _on_page(body)
        case "untag":
            return f"took the tag “{body.get('tag', '')}” off"
        case "withdrawn":
            return "withdrew"
        case "account":
            return (
                f"signed the account: {counted(int(body.get('exhibits', 0)), 'exhibit')}, "
                f"{number(body.get('read'))} read whole, {number(body.get('partly'))} in part, "
                f"{number(body.get('unread'))} not read"
            )
        case "jail":
            return "recorded how readers are held in"
        case "recipe":
            return "recorded the recipe: the tools and settings of a reading"
        case _:
            return f"wrote an event of type “{kind}”"


def _on_page(body: Mapping[str, Any]) -> str:
    page = body.get("page")
    return f" page {page} of" if page else ""


def today() -> str:
    """The day in UTC, for file names."""
    return datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d")


_FINDINGS = {
    "pdf_earlier_revision": "An earlier state of the document",
    "pdf_text_covered": "Text that is covered and not removed",
    "pdf_newer_than_version": "Newer than its version number",
    "date_before_format": "Dated before its format",
    "date_before_program": "Dated before its program",
    "dates_out_of_order": "Dates out of order",
    "dates_differ_inside": "Two dates for one event",
    "date_ahead": "A date that has not come",
    "mail_dates_at_odds": "Sent and taken at different times",
    "editing_time_too_long": "More editing than time",
    "type_against_name": "The name says another type",
}


def finding_name(code: str) -> str:
    """What a finding is called on a page."""
    return _FINDINGS.get(code, code.replace("_", " "))
