"""`assay serve`: the one command whose door is the desk itself."""

from __future__ import annotations

import click


@click.command("serve", epilog="Example:  assay --case harbour serve --no-browser")
@click.option("--case", "case_dir", metavar="DIR", help="The case.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 picks a free one.")
@click.option("--no-browser", is_flag=True, help="Only print the address.")
@click.pass_context
def command(ctx: click.Context, case_dir: str | None, port: int, no_browser: bool) -> int:
    """Open the desk, on this computer only, until Ctrl-C."""
    from assay.casework.case import case_at
    from assay.web.serve import serve

    named = case_dir or (ctx.find_root().obj or {}).get("case")
    with case_at(named) as case:
        serve(case, port, open_browser=not no_browser)
    return 0
