"""Metadata at odds: dates against each other, a program against its dates, a type against a name.

Metadata is testimony of the programs that wrote it, and is easily wrong or changed. Two
statements that cannot both hold are worth a look all the same: most turn out to be a wrong
clock or a file that was converted, a few are a forgery's seams.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from assay.examine.moments import Moment, mail_moment, moment, slack
from assay.examine.releases import office_released, released
from assay.examine.subject import Subject
from assay.model.finding import Finding
from assay.ports import Card

CARD = Card(
    name="at_odds",
    version="1",
    licence="AGPL-3.0-or-later",
    formats=(),
    limits="metadata that agrees proves nothing: it is written as easily as it is read",
)
_PROGRAM = ("pdf:Producer", "pdf:Creator", "xmp:xmp:CreatorTool", "xmp:pdf:Producer")
LIMITS = (
    "Metadata is easily changed, and a clock is easily wrong: this shows that two statements do"
    " not fit each other, not which of them is wrong."
)


def find_odds(subject: Subject) -> Iterator[Finding]:
    """All contradictions in what the file says of itself."""
    yield from _type_and_name(subject)
    yield from _order(subject)
    yield from _two_places(subject)
    yield from _ahead(subject)
    yield from _before_program(subject)
    yield from _mail_dates(subject)
    yield from _camera(subject)
    yield from _editing_time(subject)


def _type_and_name(subject: Subject) -> Iterator[Finding]:
    said = subject.found.get("name-disagrees")
    if said:
        ending, _, media = said.partition(" but ")
        yield Finding(
            "type_against_name", "medium", "",
            f"The name ends in {ending}; the content is {media}.",
            "Programs and people give files wrong endings: a download without one, a photo saved"
            " anew, an export under an old name.",
            "The ending was chosen so that the file is overlooked, or opened by another program"
            " than the one it is meant for.",
            "The type is told by the first bytes and the structure; a file can be valid in two"
            " formats at once.",
            "file FILE; xxd FILE | head",
        )  # fmt: skip


def _order(subject: Subject) -> Iterator[Finding]:
    about = subject.metadata
    created, modified = moment(about.created), moment(about.modified)
    if created and modified and created.at - modified.at > slack(created, modified):
        yield Finding(
            "dates_out_of_order", "medium", "",
            f"The file says it was created on {created} and last changed on {modified}, which is"
            f" {_span(created.at - modified.at)} earlier.",
            "A copy or an export was given a new date of creation and kept the old date of"
            " change; a clock was wrong or set back.",
            "One of the two dates was written by hand.",
            LIMITS,
            "exiftool -time:all -a -G1 FILE",
        )  # fmt: skip


def _two_places(subject: Subject) -> Iterator[Finding]:
    found = subject.found
    for what, places in (
        ("created", ("pdf:CreationDate", "xmp:xmp:CreateDate")),
        ("changed", ("pdf:ModDate", "xmp:xmp:ModifyDate")),
    ):
        first, second = (moment(found.get(place)) for place in places)
        if first and second:
            apart = abs(first.at - second.at)
            if apart > max(slack(first, second), timedelta(hours=26)):
                yield Finding(
                    "dates_differ_inside", "medium", "",
                    f"The file says twice when it was {what}: {first} in its information"
                    f" dictionary and {second} in its XMP packet, {_span(apart)} apart.",
                    "A program that knows only one of the two places changed the file later.",
                    "One of the two dates was changed by hand, and the other forgotten.",
                    LIMITS,
                    "exiftool -time:all -a -G1 FILE",
                )  # fmt: skip


def _ahead(subject: Subject) -> Iterator[Finding]:
    now = moment(subject.now)
    about = subject.metadata
    for what, text in (
        ("created", about.created), ("changed", about.modified), ("sent", about.sent),
    ):  # fmt: skip
        said = moment(text)
        if now and said and said.at - now.at > timedelta(days=2):
            yield Finding(
                "date_ahead", "medium", "",
                f"The file says it was {what} on {said}, after the day on which it was read here.",
                "The clock of the computer that wrote it was wrong, or a template carries a date"
                " that was never meant.",
                "The date was written by hand.",
                "This computer's clock is taken as right.",
                "exiftool -time:all -a -G1 FILE",
            )  # fmt: skip


def _before_program(subject: Subject) -> Iterator[Finding]:
    latest = latest_of(subject)
    if latest is None:
        return
    for place in _PROGRAM:
        known = released(subject.found.get(place, ""))
        if known and well_before(latest, known[1]):
            yield _early(known[0], known[1], latest)
            return
    version = subject.found.get("app:AppVersion", "")
    changed = moment(subject.metadata.modified)
    month = office_released(version)
    if month and changed and well_before(changed, month):
        yield _early(f"Office {version}", month, changed)


def _early(program: str, month: str, latest: Moment) -> Finding:
    return Finding(
        "date_before_program", "high", "",
        f"The file names {program}, which came out in {month}, and its latest date is {latest}.",
        "The clock of the computer was wrong, or a program keeps the dates of an older file when"
        " it converts it.",
        "The file was made later than its dates say.",
        LIMITS + " The dates of releases are those of their makers' announcements.",
        "exiftool -a -G1 FILE, and the maker's own release notes.",
    )  # fmt: skip


def _mail_dates(subject: Subject) -> Iterator[Finding]:
    if subject.type != "message/rfc822":
        return
    headers = [(n.lower(), value) for n, value in subject.metadata.found if n.startswith("header:")]
    hops = [
        hop
        for name, value in headers
        if name == "header:received" and (hop := mail_moment(value.rpartition(";")[2])) is not None
    ]
    if not hops:
        return
    sent = mail_moment(next((value for name, value in headers if name == "header:date"), None))
    if not (sent and sent.sure):
        return
    first = min(hops, key=lambda hop: hop.at)
    late = sent.at - first.at
    if late > timedelta(hours=2) or -late > timedelta(days=5):
        order = "after" if late > timedelta(0) else "before"
        yield Finding(
            "mail_dates_at_odds", "medium", "",
            f"The message says it was sent on {sent}; the first server that took it says {first}:"
            f" it was sent {_span(abs(late))} {order} that.",
            "The sender's clock was wrong, or the message lay in an outbox or a queue.",
            "The Date header or a Received header was written by hand.",
            "Received headers below the recipient's own server can be forged by the sender.",
            "Read the Received headers from the bottom up.",
        )  # fmt: skip


def _camera(subject: Subject) -> Iterator[Finding]:
    taken = moment(subject.found.get("exif:DateTimeOriginal"))
    saved = moment(subject.found.get("exif:DateTime"))
    if taken and saved and taken.at - saved.at > timedelta(days=1):
        yield Finding(
            "dates_out_of_order", "low", "",
            f"The picture says it was taken on {taken} and saved on {saved}, which is"
            f" {_span(taken.at - saved.at)} earlier.",
            "The camera's clock was set between the two, or a program wrote only one of them.",
            "One of the two dates was written by hand.",
            LIMITS,
            "exiftool -time:all -a -G1 FILE",
        )  # fmt: skip


def _editing_time(subject: Subject) -> Iterator[Finding]:
    minutes = subject.found.get("app:TotalTime", "")
    created, modified = moment(subject.metadata.created), moment(subject.metadata.modified)
    if not (minutes.isdigit() and created and modified):
        return
    span = modified.at - created.at
    worked = timedelta(minutes=min(int(minutes), 10_000_000))
    if span >= timedelta(0) and worked - span > max(slack(created, modified), timedelta(hours=1)):
        yield Finding(
            "editing_time_too_long", "low", "",
            f"The file says it was edited for {_span(worked)}, and only {_span(span)} lie between"
            " its creation and its last change.",
            "It was made from an older file or a template, whose editing time went on counting.",
            "The dates were changed, or the text was taken over from another file.",
            LIMITS,
            "unzip -p FILE docProps/app.xml docProps/core.xml",
        )  # fmt: skip


def latest_of(subject: Subject) -> Moment | None:
    """The latest date that the file gives for itself."""
    about = subject.metadata
    given = [m for m in (moment(about.created), moment(about.modified)) if m is not None]
    return max(given, key=lambda m: m.at) if given else None


def well_before(said: Moment, month: str) -> bool:
    """Tell whether a moment lies more than a month before a month of release ("yyyy-mm")."""
    start = moment(f"{month}-01")
    return start is not None and start.at - said.at > _DOUBT


_DOUBT = timedelta(days=31)


def _span(apart: timedelta) -> str:
    days, hours = apart.days, apart.seconds // 3600
    if days >= 730:
        return f"{days // 365} years"
    if days >= 2:
        return f"{days} days"
    if days or hours >= 2:
        return f"{days * 24 + hours} hours"
    return f"{apart.seconds // 60} minutes"
