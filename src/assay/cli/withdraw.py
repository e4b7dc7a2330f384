"""`assay withdraw`."""

from __future__ import annotations

import click

from assay.cli.output import case_option, emit, json_option, open_case, plural


@click.command(
    "withdraw",
    epilog="Example:  assay withdraw 9f31c0aa --authority 'Court, 4 O 12/31' --reason 'order'",
)
@click.argument("reference", metavar="EXHIBIT|EVENT")
@case_option
@click.option("--authority", metavar="TEXT", required=True, help="Who asks for it.")
@click.option("--reason", metavar="TEXT", required=True, help="Why.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    reference: str,
    case_dir: str | None,
    authority: str,
    reason: str,
    as_json: bool,
) -> int:
    """Destroy an exhibit (with what is only inside it) or a note, and keep the proof.

    This cannot be undone. Backups and copies elsewhere are yours to deal with.
    """
    event = open_case(ctx, case_dir).withdraw(reference, authority, reason)
    if as_json:
        emit(event)
    else:
        gone = 1 + len(event["body"]["destroyed"])
        what = f"{event['subject'][:19]}, {plural(gone, 'blob')}"
        click.echo(f"Withdrawn     {what}, by event {event['id'][:12]}")
        click.echo("Left          backups and copies outside this case folder")
    return 0
