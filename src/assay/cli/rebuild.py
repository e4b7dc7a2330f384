"""`assay rebuild`."""

from __future__ import annotations

import click

from assay.cli.add import print_added
from assay.cli.output import case_option, json_option, open_case


@click.command("rebuild", epilog="Example:  assay rebuild")
@case_option
@json_option
@click.pass_context
def command(ctx: click.Context, case_dir: str | None, as_json: bool) -> int:
    """Remove derived/ and make it again from originals, kept derivatives and logs."""
    from assay.cli.progress import watched

    case = open_case(ctx, case_dir)
    with watched(case.folder) as progress:
        added = case.rebuild(report=progress)
    return print_added(case, added, as_json)
