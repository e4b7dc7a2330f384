"""`assay backup`."""

from __future__ import annotations

from pathlib import Path

import click

from assay.cli.output import case_option, emit, json_option, number, open_case, size


@click.command("backup", epilog="Example:  assay backup /media/disk/harbour-2031-05-02.tar")
@click.argument("file", metavar="FILE")
@case_option
@json_option
@click.pass_context
def command(ctx: click.Context, file: str, case_dir: str | None, as_json: bool) -> int:
    """Write a consistent copy of the case, also while `add` runs, as one tar file."""
    done = open_case(ctx, case_dir).backup(Path(file))
    if as_json:
        emit(done)
    else:
        click.echo(f"Backup        {number(done['files'])} files, {size(done['bytes'])}")
        click.echo("To restore    unpack it, then run `assay rebuild` in the folder")
        click.echo("Not in it     the search index and page pictures, which rebuild makes again")
    return 0
