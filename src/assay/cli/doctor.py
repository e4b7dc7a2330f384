"""`assay doctor`."""

from __future__ import annotations

import click

from assay.cli.output import case_option, emit, json_option


@click.command("doctor", epilog="Example:  assay doctor")
@case_option
@json_option
@click.pass_context
def command(ctx: click.Context, case_dir: str | None, as_json: bool) -> int:
    """What this machine can and cannot read, with the command that adds what is missing."""
    from assay.casework.doctor import examine

    named = case_dir or (ctx.find_root().obj or {}).get("case")
    found = examine(named)
    if as_json:
        emit(found)
        return 0
    for check in found["checks"]:
        click.echo(f"{'yes' if check['ok'] else 'no':<4}{check['name']:<26}{check['detail']}")
        if check["command"]:
            click.echo(f"    {'':<26}add it: {check['command']}")
    return 0
