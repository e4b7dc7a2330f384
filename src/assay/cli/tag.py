"""`assay tag`."""

from __future__ import annotations

from typing import Any

import click

from assay.cli.output import case_option, emit_list, json_option, open_case, safe


@click.command("tag", epilog="Example:  assay tag 9f31c0aa payment key-document")
@click.argument("reference", metavar="LOCATOR|EXHIBIT")
@click.argument("tags", metavar="TAG…", nargs=-1, required=True)
@case_option
@click.option("--remove", is_flag=True, help="Take the tags off.")
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
    tags: tuple[str, ...],
    case_dir: str | None,
    remove: bool,
    audience: Any,
    as_json: bool,
) -> int:
    """Put tags on an exhibit or a passage, or take them off."""
    events = open_case(ctx, case_dir).tag(reference, tags, remove=remove, audience=audience)
    if as_json:
        emit_list(events)
        return 0
    for event in events:
        verb = "Untagged" if remove else "Tagged"
        click.echo(f"{verb:<14}{event['subject'][7:19]} {safe(event['body']['tag'])}")
    return 0
