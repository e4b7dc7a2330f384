"""`assay demo`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from assay.cli.output import number, plural, table


@click.command("demo", epilog="Example:  assay demo /tmp/harbour --no-serve")
@click.argument("folder", metavar="[DIR]", default="demo")
@click.option("--no-serve", is_flag=True, help="Do not open the desk.")
@click.option("--no-browser", is_flag=True, help="Serve, but only print the address.")
@click.pass_context
def command(ctx: click.Context, folder: str, no_serve: bool, no_browser: bool) -> int:
    """Build the sample leak, open a case on it, say what was found, serve the desk.

    Without a terminal it does not serve. Run again on the same DIR it goes on where it was.
    """
    from assay.casework.demo import build
    from assay.cli.progress import Progress

    root = Path(folder)
    program = _program()
    case, leak, _ = build(root, Progress())
    with case:
        account = case.account(problems_only=True)
        rows = [
            ("Sample leak", f"{plural(leak.files, 'file')} in {root / 'leak'}"),
            ("Case", f"{root / 'case'}, {plural(account['exhibits'], 'exhibit')}, "
                     f"{plural(case.catalogue.counts()['pages'], 'page')}"),
            ("Read", f"{number(account['read'])} whole, {number(account['partly'])} partly, "
                     f"{number(account['unread'])} not: each with a reason"),
        ]  # fmt: skip
        for missing in leak.left_out:
            rows.append(("Left out", missing))
        table(rows)
        click.echo("\nWorth trying:")
        for query, why in leak.searches[:6]:
            total = case.search(query, 1)["total"]
            click.echo(f"  {program} --case {root / 'case'} search {_quoted(query)}")
            click.echo(f"      {plural(total, 'page')}: {why}")
        found = sum(1 for _ in case.examine())
        click.echo(f"  {program} --case {root / 'case'} examine")
        click.echo(
            f"      {plural(found, 'finding')}: an earlier wording, words under black boxes."
        )
        said = case.statements_page(0, 1, "Raske", least=0.2)["total"]
        click.echo(f"  {program} --case {root / 'case'} statements --speaker Raske")
        click.echo(f"      {plural(said, 'statement')}: what the Director General said, and where.")
        checks = case.draft(leak.draft)["checks"]
        fine = ("verbatim", "agrees")
        wrong = sum(item["verdict"] not in fine for item in checks)
        click.echo(f"  {program} --case {root / 'case'} draft {leak.draft}")
        click.echo(
            f"      {plural(len(checks), 'place')} of a draft checked, {number(wrong)} to look at:"
            " a word turned round, a speaker, a sum."
        )
        click.echo(f"\nNot read: {program} --case {root / 'case'} account --problems")
        if no_serve or not sys.stdout.isatty():
            click.echo(f"The desk: {program} --case {root / 'case'} serve")
            return 0
    root_group = ctx.find_root().command
    assert isinstance(root_group, click.Group)
    serve = root_group.get_command(ctx, "serve")
    assert serve is not None
    return int(ctx.invoke(serve, case_dir=str(root / "case"), port=0, no_browser=no_browser))


def _program() -> str:
    """How the user can call this program: by its name where the shell finds it."""
    import shutil

    return "assay" if shutil.which("assay") else sys.argv[0]


def _quoted(query: str) -> str:
    import shlex

    return shlex.quote(query)
