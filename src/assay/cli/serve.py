"""`assay serve`."""

from __future__ import annotations

import click

from assay.cli.output import case_option, open_case


@click.command("serve", epilog="Example:  assay --case harbour serve --no-browser")
@case_option
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 picks a free one.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.pass_context
def command(ctx: click.Context, case_dir: str | None, port: int, no_browser: bool) -> int:
    """Open the desk, on this computer only, until Ctrl-C."""
    from assay.web.serve import serve

    serve(open_case(ctx, case_dir), port, open_browser=not no_browser)
    return 0
