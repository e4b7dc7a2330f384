"""`assay retry`."""

from __future__ import annotations

import click

from assay.cli.add import print_added
from assay.cli.output import case_option, json_option, open_case, passwords_from


@click.command("retry", epilog="Example:  assay retry --passwords words.txt")
@click.argument("exhibits", metavar="[EXHIBIT…]", nargs=-1)
@case_option
@click.option("--passwords", metavar="FILE", help="Passwords to try, one a line.")
@click.option("--langs", metavar="LIST", help="OCR languages, as uig,chi_sim,rus.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    exhibits: tuple[str, ...],
    case_dir: str | None,
    passwords: str | None,
    langs: str | None,
    as_json: bool,
) -> int:
    """Read once more what had problems, or the EXHIBITs that are named."""
    from assay.cli.progress import watched

    case = open_case(ctx, case_dir)
    with watched(case.folder) as progress:
        added = case.retry(
            exhibits,
            passwords=passwords_from(passwords),
            langs=[item.strip() for item in langs.split(",") if item.strip()] if langs else None,
            report=progress,
        )
    return print_added(case, added, as_json)
