"""`assay account`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import click

from assay.cli.output import case_option, emit, json_option, number, open_case, plural, safe, table

_AT_ONCE = 500  # rows asked for at once
_UNDER_A_CAUSE = 10  # exhibits listed below each cause
_HEADER = f"{'State':<8}{'Exhibit':<14}{'Characters':>12}  {'Members':<22}{'Unclaimed':>9}  Path"


@click.command("account", epilog="Example:  assay account --problems --under usb/letters")
@case_option
@click.option("--problems", is_flag=True, help="Only what was not read whole, by its cause.")
@click.option(
    "--status",
    multiple=True,
    type=click.Choice(["read", "partly", "unread", "not_received"]),
    help="Only rows of this state; can be given more than once.",
)
@click.option("--code", metavar="CODE", help="Only rows with this problem.")
@click.option("--type", "kind", metavar="TYPE", help="A media type, or a part of one: pdf, image.")
@click.option("--under", metavar="PATH", help="Only what lies in this folder or container.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, a problem a line.")
@click.option("--sign", is_flag=True, help="Put a statement of completeness into the ledger.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    case_dir: str | None,
    problems: bool,
    status: tuple[str, ...],
    code: str | None,
    kind: str | None,
    under: str | None,
    as_csv: bool,
    sign: bool,
    as_json: bool,
) -> int:
    """The proof of completeness: every exhibit received, read, partly read, not read, and why."""
    case = open_case(ctx, case_dir)
    sift: dict[str, Any] = {
        "status": status, "code": code or "", "type": kind or "", "under": under or ""
    }  # fmt: skip
    if as_csv:
        for piece in case.account_csv(problems_only=problems, **sift):
            sys.stdout.write(piece)
        return 0
    event = case.sign_account() if sign else None
    if as_json:
        account = case.account(problems_only=problems, **sift)
        if event is not None:
            account["signed"] = event["id"]
        emit(account)
        return 0
    page = case.account_page(0, 0, problems_only=problems, **sift)
    if problems and not code:
        for cause in page["causes"]:
            _print_cause(case, cause, sift)
    else:
        _print_rows(case, problems, sift)
    _print_sum(page, event, sifted=problems or any(sift.values()))
    return 0


def _rows(case: Any, problems: bool, sift: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows that pass, exhibits first, then what was not received."""
    first = 0
    while True:
        page = case.account_page(first, _AT_ONCE, problems_only=problems, **sift)
        yield from page["rows"]
        yield from ({**item, "status": "not_received"} for item in page["not_received"])
        first += _AT_ONCE
        if first >= page["total"]:
            return


def _print_rows(case: Any, problems: bool, sift: dict[str, Any]) -> None:
    for count, row in enumerate(_rows(case, problems, sift)):
        if not count:
            click.echo(_HEADER)
        click.echo(line_of(row))
        if row["status"] == "not_received":
            click.echo(f"        {row['code']}: {row['next_step']}")
        for item in row.get("problems", ()):
            where = f" ({item['where']})" if item["where"] else ""
            click.echo(f"        {item['code']}{where}: {item['next_step']}")


def _print_cause(case: Any, cause: dict[str, Any], sift: dict[str, Any]) -> None:
    """One code: what it means, what to do, and the first exhibits that have it."""
    page = case.account_page(0, _UNDER_A_CAUSE, **{**sift, "code": cause["code"]})
    if not page["total"]:
        return
    click.echo(f"{number(page['total'])} {cause['code']}: {cause['means']}")
    click.echo(f"  {cause['next_step']}")
    if cause["command"]:
        click.echo(f"  $ {cause['command']}")
    for row in page["rows"]:
        click.echo("  " + line_of(row))
    for row in page["not_received"]:
        click.echo("  " + line_of({**row, "status": "not_received"}))
    rest = page["total"] - len(page["rows"]) - len(page["not_received"])
    if rest:
        click.echo(f"  and {number(rest)} more: assay account --code {cause['code']}")
    click.echo()


def line_of(row: dict[str, Any]) -> str:
    """A row in columns: state, digest, characters, members, unclaimed parts, path."""
    if row["status"] == "not_received":
        return f"{'left':<8}{'':<14}{'':>12}  {'':<22}{'':>9}  {safe(row['path'])}"
    unclaimed = "unknown" if row["unclaimed"] is None else number(row["unclaimed"])
    return (
        f"{row['status']:<8}{row['exhibit'][7:19]:<14}{number(row['chars']):>12}  "
        f"{members_of(row):<22}{unclaimed:>9}  {safe(row['path'])}"
    )


def members_of(row: dict[str, Any]) -> str:
    """`3 of 5, 2 missing`, `3 of unknown`, "" where it is no container."""
    if row["read"] is None:
        return ""
    expected = "unknown" if row["expected"] is None else number(row["expected"])
    words = [f"{number(row['read'])} of {expected}"]
    if row["failed"]:
        words.append(f"{number(row['failed'])} failed")
    missing = (row["expected"] or 0) - row["read"] - row["failed"]
    if missing > 0:
        words.append(f"{number(missing)} missing")
    return ", ".join(words)


def _print_sum(page: dict[str, Any], event: dict[str, Any] | None, *, sifted: bool) -> None:
    rows = [("Shown", plural(page["total"], "row"))] if sifted else []
    rows += [
        ("Exhibits", number(page["exhibits"])),
        ("Read", number(page["read"])),
        ("Partly", number(page["partly"])),
        ("Unread", number(page["unread"])),
        ("Not received", number(page["left_out"])),
    ]
    if page["withdrawn"]:
        rows.append(("Withdrawn", number(page["withdrawn"])))
    if page["waiting"]:
        rows.append(
            (
                "Waiting",
                f"{number(page['waiting'])} not read yet: run `assay add` with the same "
                "paths, or `assay rebuild`",
            )
        )
    if page["ocr_waiting"]:
        rows.append(
            ("OCR waits", f"{number(page['ocr_waiting'])} pages are pictures, not read yet")
        )
    if page["jail"]:
        rows.append(("Workers", page["jail"]))
    if event is not None:
        rows.append(("Signed", f"event {event['id'][:12]}"))
    table(rows)
