"""`assay init`."""

from __future__ import annotations

from pathlib import Path

import click

from assay.cli.output import emit, json_option


@click.command("init", epilog="Example:  assay init harbour --name 'Harbour papers'")
@click.argument("folder", metavar="DIR")
@click.option("--name", metavar="TEXT", help="The case's name (default: the folder's).")
@click.option("--person", metavar="NAME", help="Your name on what you sign (first use only).")
@json_option
def command(folder: str, name: str | None, person: str | None, as_json: bool) -> int:
    """Make a new case in DIR; makes your signing key on first use."""
    from assay.casework.case import Case

    with Case.init(Path(folder), name, person) as case:
        described = case.describe()
        if as_json:
            emit(described)
        else:
            click.echo(f"Case          {described['name']} in {folder}")
            click.echo(f"Signed by     {described['person']} · {described['fingerprint'][:4]}")
            click.echo(f"Next          assay --case {folder} add PATH…")
    return 0
