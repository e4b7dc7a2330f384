"""`assay examine`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from assay.cli.output import (
    case_option,
    emit_lines,
    emit_list,
    json_option,
    jsonl_option,
    open_case,
    plural,
    safe,
)
from assay.errors import NoCase, NotFound

_SHOWN = 12  # words of the exhibit that a finding shows on the terminal


@click.command("examine", epilog="Example:  assay examine letters/2017/notice-14.pdf")
@click.argument("what", metavar="[EXHIBIT|FILE]…", nargs=-1)
@case_option
@click.option(
    "--notice", type=click.Choice(["low", "medium", "high"]), default="low",
    help="Leave out what is less urgent than this.",
)  # fmt: skip
@json_option
@jsonl_option
@click.pass_context
def command(
    ctx: click.Context,
    what: tuple[str, ...],
    case_dir: str | None,
    notice: str,
    as_json: bool,
    as_jsonl: bool,
) -> int:
    """What bears on whether an exhibit is what it seems: observations, never verdicts.

    Earlier revisions inside a PDF, text under boxes and pictures, metadata at odds. Each finding
    comes with an innocent and a suspicious explanation, its limits, and a check by hand. Without
    EXHIBIT all findings of the case. A FILE outside any case is examined as it is.
    """
    ranks = ("low", "medium", "high")
    found = (
        f for f in _find(ctx, case_dir, what) if ranks.index(f["notice"]) >= ranks.index(notice)
    )
    if as_jsonl:
        emit_lines(found)
    elif as_json:
        emit_list(found)
    else:
        _print(list(found), bool(what))
    return 0


def _find(
    ctx: click.Context, case_dir: str | None, what: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    if not what:
        yield from open_case(ctx, case_dir).examine()
        return
    for name in what:
        try:
            found = open_case(ctx, case_dir).examine([name])
        except (NoCase, NotFound):
            if not Path(name).is_file():
                raise
            from assay.casework.loose import examine_file

            found = iter(examine_file(Path(name)))
        yield from found


def _print(found: list[dict[str, Any]], named: bool) -> None:
    for finding in found:
        where = f", {finding['where']}" if finding["where"] else ""
        click.echo(click.style(f"{safe(finding['path'])}{where}", bold=True))
        click.echo(f"  {finding['code']}, notice {finding['notice']}")
        click.echo(f"  Observed    {finding['observed']}")
        for words in finding["exact"][:_SHOWN]:
            click.echo(f"              {safe(words)[:200]}")
        if len(finding["exact"]) > _SHOWN:
            click.echo(f"              … {len(finding['exact']) - _SHOWN} more, with --json")
        click.echo(f"  Innocent    {finding['innocent']}")
        click.echo(f"  Suspicious  {finding['suspicious']}")
        click.echo(f"  Limits      {finding['limits']}")
        click.echo(f"  By hand     {finding['by_hand']}\n")
    exhibits = len({finding["exhibit"] for finding in found})
    scope = "what was named" if named else "this case"
    click.echo(
        f"{plural(len(found), 'finding')} on {plural(exhibits, 'exhibit')} of {scope}."
        " They are observations; only a person can say what they mean."
    )
    click.echo(
        "Not established: whether exhibits without a finding are genuine, and anything that these"
        " detectors do not look for (signatures, fonts, pictures that were edited)."
    )
