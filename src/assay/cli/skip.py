"""`assay skip`."""

from __future__ import annotations

import click

from assay.cli.output import case_option, emit, json_option, open_case, safe


@click.command("skip", epilog="Example:  assay skip usb/letters/endless.pdf")
@click.argument("exhibit", metavar="EXHIBIT")
@case_option
@json_option
@click.pass_context
def command(ctx: click.Context, exhibit: str, case_dir: str | None, as_json: bool) -> int:
    """Have the run that is going on skip an EXHIBIT; `assay retry` reads it later."""
    asked = open_case(ctx, case_dir).skip(exhibit)
    if as_json:
        emit(asked)
        return 0
    click.echo(
        f"Asked     `{asked['run']}` to skip {asked['exhibit'][7:19]}  {safe(asked['path'])}"
    )
    click.echo("Later     assay retry reads it")
    return 0
