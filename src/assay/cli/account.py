"""`assay account`."""

from __future__ import annotations

import sys

import click

from assay.cli.output import case_option, emit, json_option, number, open_case, safe, table


@click.command("account", epilog="Example:  assay account --problems")
@case_option
@click.option("--problems", is_flag=True, help="Only what was not read whole.")
@click.option("--csv", "as_csv", is_flag=True, help="As CSV, a problem a line.")
@click.option("--sign", is_flag=True, help="Put a statement of completeness into the ledger.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    case_dir: str | None,
    problems: bool,
    as_csv: bool,
    sign: bool,
    as_json: bool,
) -> int:
    """The proof of completeness: every exhibit received, read, partly read, not read, and why."""
    case = open_case(ctx, case_dir)
    if as_csv:
        sys.stdout.write(case.account_csv(problems_only=problems))
        return 0
    account = case.account(problems_only=problems)
    event = case.sign_account() if sign else None
    if as_json:
        if event is not None:
            account["signed"] = event["id"]
        emit(account)
        return 0
    for row in account["rows"]:
        click.echo(f"{row['status']:<7} {row['exhibit'][7:19]}  {safe(row['path'])}")
        if row["expected"] is not None or row["read"] is not None:
            expected = "unknown" if row["expected"] is None else number(row["expected"])
            line = (
                f"        members: {expected} expected, {row['read']} read, {row['failed']} failed"
            )
            missed = (row["expected"] or 0) - row["read"] - row["failed"]
            click.echo(line + (f", {number(missed)} not reached" if missed > 0 else ""))
        for item in row["problems"]:
            where = f" ({item['where']})" if item["where"] else ""
            click.echo(f"        {item['code']}{where}: {item['next_step']}")
    for left in account["not_received"]:
        click.echo(f"left    {left['code']:<12}  {safe(left['path'])}\n        {left['next_step']}")
    rows = [
        ("Exhibits", number(account["exhibits"])),
        ("Read", number(account["read"])),
        ("Partly", number(account["partly"])),
        ("Unread", number(account["unread"])),
        ("Not received", number(len(account["not_received"]))),
    ]
    if account["withdrawn"]:
        rows.append(("Withdrawn", number(account["withdrawn"])))
    if account["waiting"]:
        rows.append(
            (
                "Waiting",
                f"{number(account['waiting'])} not read yet: run `assay add` with the same "
                "paths, or `assay rebuild`",
            )
        )
    if account["ocr_waiting"]:
        rows.append(
            ("OCR waits", f"{number(account['ocr_waiting'])} pages are pictures, not read yet")
        )
    if account["jail"]:
        rows.append(("Workers", account["jail"]))
    if event is not None:
        rows.append(("Signed", f"event {event['id'][:12]}"))
    table(rows)
    return 0
