"""`assay add`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from assay.cli.output import (
    case_option,
    emit,
    json_option,
    number,
    open_case,
    passwords_from,
    plural,
    size,
    table,
)


@click.command(
    "add", epilog="Example:  assay --case harbour add ~/usb --channel 'USB stick, by hand'"
)
@click.argument("paths", metavar="PATH…", nargs=-1, required=True)
@case_option
@click.option("--source", metavar="PSEUDONYM", help="Who gave it, under another name; '-' asks.")
@click.option("--source-file", metavar="FILE", help="Read the pseudonym from a file.")
@click.option("--channel", metavar="TEXT", help="How it came.")
@click.option("--terms", metavar="FILE", help="The conditions of the hand-over, as a text file.")
@click.option(
    "--origin",
    type=click.Choice(["leaked", "collected"]),
    default="leaked",
    help="How it came about.",
)
@click.option("--jobs", type=click.IntRange(1, 256), help="Workers (default: one a core).")
@click.option("--ocr", type=click.Choice(["auto", "off", "all"]), help="Read pictures of text.")
@click.option("--langs", metavar="LIST", help="OCR languages, as uig,chi_sim,rus.")
@click.option("--passwords", metavar="FILE", help="Passwords to try, one a line.")
@click.option("--handover", metavar="FILE", help="Write a hand-over note to print.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    case_dir: str | None,
    source: str | None,
    source_file: str | None,
    channel: str | None,
    terms: str | None,
    origin: Any,
    jobs: int | None,
    ocr: Any,
    langs: str | None,
    passwords: str | None,
    handover: str | None,
    as_json: bool,
) -> int:
    """Take PATHs into custody, read them, make them searchable.

    Interrupted or run again, it goes on where it stopped and does nothing twice.
    """
    from assay.casework.case import read_lines
    from assay.cli.progress import watched

    case = open_case(ctx, case_dir)
    if source_file is not None:
        source = " ".join(read_lines(Path(source_file), "--source-file"))
    elif source == "-":
        source = click.prompt("Source pseudonym", hide_input=True, err=True)
    with watched(case.folder) as progress:
        added = case.add(
            [Path(path) for path in paths],
            source=source or "",
            channel=channel or "",
            terms="\n".join(read_lines(Path(terms), "--terms")) if terms else "",
            origin=origin,
            jobs=jobs,
            ocr=ocr,
            langs=[item.strip() for item in langs.split(",") if item.strip()] if langs else None,
            passwords=passwords_from(passwords),
            report=progress,
            handover=Path(handover) if handover else None,
        )
    return print_added(case, added, as_json)


def print_added(case: Any, added: dict[str, Any], as_json: bool) -> int:
    """What a run did; exit code 3 where exhibits could not be read."""
    unread = added["unread"]
    if as_json:
        emit(added)
        return 3 if unread else 0
    rows = []
    if "received" in added and (added["received"] or added["known"] or added["left_out"]):
        known = f", {number(added['known'])} known already" if added["known"] else ""
        rows.append(
            ("Received", f"{plural(added['received'], 'file')}, {size(added['bytes'])}{known}")
        )
    if added["left_out"]:
        rows.append(("Not taken", f"{plural(added['left_out'], 'path')}: see `assay account`"))
    rows.append(
        (
            "Read",
            f"{plural(added['exhibits'], 'exhibit')} "
            f"({number(added['members'])} out of containers), {plural(added['pages'], 'page')}",
        )
    )
    if added["ocr_pages"]:
        rows.append(("OCR", plural(added["ocr_pages"], "page")))
    if added.get("differs"):
        rows.append(("Differs", f"{plural(len(added['differs']), 'text')} from what the log says"))
    waiting = case.catalogue.progress()[2]
    if waiting:
        rows.append(("OCR waits", f"{plural(waiting, 'page')}: run `assay retry`"))
    rows.append(("Time", f"{added['seconds']:.1f} s"))
    if added["problems"] and not unread:
        said = f"{plural(added['problems'], 'problem')}, each in a part of an exhibit"
        rows.append(("Not whole", f"{said}: `assay account --problems`"))
    elif unread:
        rows.append(
            (
                "Not read",
                f"{plural(unread, 'exhibit')} not at all, {plural(added['problems'], 'problem')} "
                "in all: `assay account --problems`",
            )
        )
    else:
        rows.append(("Not read", "nothing: every exhibit was read whole"))
    table(rows)
    return 3 if unread else 0
