"""`assay note`."""

from __future__ import annotations

from typing import Any

import click

from assay.cli.output import case_option, emit, json_option, open_case


@click.command(
    "note", epilog="Example:  assay note 9f31c0aa#120-184 'Same wording as the 2016 memo'"
)
@click.argument("reference", metavar="LOCATOR|EXHIBIT")
@click.argument("text", metavar="TEXT")
@case_option
@click.option(
    "--audience",
    type=click.Choice(["private", "desk", "share"]),
    default="desk",
    help="Who may see it.",
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    reference: str,
    text: str,
    case_dir: str | None,
    audience: Any,
    as_json: bool,
) -> int:
    """Write a note on an exhibit or a passage (DIGEST#START-END, DIGEST#page=N)."""
    event = open_case(ctx, case_dir).note(reference, text, audience)
    if as_json:
        emit(event)
    else:
        click.echo(f"Note          {event['id'][:12]} on {event['subject'][7:19]}, for {audience}")
    return 0
