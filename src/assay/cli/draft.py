"""`assay draft`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from assay.cli.output import case_option, emit, json_option, open_case, plural, safe

_ALARM = 30  # the contract's exit code: altered, truncated, spliced or misattributed
_SAYS = {
    "verbatim": "word for word",
    "altered": "ALTERED",
    "truncated": "TRUNCATED",
    "spliced": "SPLICED from several places",
    "misattributed": "MISATTRIBUTED: another speaker said it",
    "translation": "a translation",
    "not_found": "not found in this case",
    "agrees": "agrees",
    "disagrees": "disagrees",
    "spelled_otherwise": "spelled otherwise",
}
_WIDTH = 90  # characters of a quotation in a line of the list


@click.command("draft", epilog="Example:  assay draft story.docx --docx story-checked.docx")
@click.argument(
    "file", metavar="FILE", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@case_option
@click.option(
    "--docx", type=click.Path(path_type=Path, dir_okay=False),
    help="Write the draft with a comment at each place that was checked.",
)  # fmt: skip
@click.option(
    "--footnotes", type=click.Path(path_type=Path, dir_okay=False),
    help="Write the draft as Markdown with footnotes that are ready to paste.",
)  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Show what is as it should be too.")
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    file: Path,
    case_dir: str | None,
    docx: Path | None,
    footnotes: Path | None,
    everything: bool,
    as_json: bool,
) -> int:
    """Check the quotations, figures, dates and names of a draft against the case.

    FILE is DOCX, ODT, HTML, Markdown or plain text. It is read in the sandbox and kept nowhere.
    Each quotation is verbatim, altered (a negation, number, name, modal, word or the order),
    truncated, spliced, misattributed, a translation or not found. The exit code is 30 where
    something is altered, truncated, spliced or misattributed.
    """
    case = open_case(ctx, case_dir)
    value = case.draft(file, docx=docx, footnotes=footnotes)
    if as_json:
        emit(value)
    else:
        _print(value, everything)
        for path in (docx, footnotes):
            if path is not None:
                click.echo(f"Written  {safe(str(path))}")
    return _ALARM if value["alarm"] else 0


def _print(value: dict[str, Any], everything: bool) -> None:
    fine = ("verbatim", "agrees")
    for item in value["checks"]:
        if item["verdict"] in fine and not everything:
            continue
        words = safe(" ".join(item["text"].split()))
        words = words if len(words) <= _WIDTH else words[:_WIDTH] + " …"
        line = value["text"].count("\n", 0, item["start"]) + 1
        click.echo(
            f"line {line}, {item['kind']}: " + click.style(_SAYS[item["verdict"]], bold=True)
        )
        click.echo(f"  draft   {words}")
        for edit in item["edits"]:
            before, after = safe(edit["source"]) or "nothing", safe(edit["draft"]) or "nothing"
            kind = "source misread, alters nothing" if edit["kind"] == "noise" else edit["kind"]
            click.echo(f"          {kind}: the source has {before}, the draft has {after}")
        for place in item["evidence"][:3]:
            note = f"; {safe(place['note'])}" if place["note"] else ""
            click.echo(f"  source  {safe(place['path'])}, page {place['page']}{note}")
            exact = safe(" ".join(place["exact"].split()))
            click.echo(f"          {exact[: 2 * _WIDTH]}")
    kinds = {"quotation": 0, "figure": 0, "date": 0, "name": 0}
    for item in value["checks"]:
        kinds[item["kind"]] += 1
    click.echo(
        f"{plural(kinds['quotation'], 'quotation')}, {plural(kinds['figure'], 'figure')},"
        f" {plural(kinds['date'], 'date')}, {plural(kinds['name'], 'name')} checked: "
        + (
            ", ".join(
                f"{count} {_SAYS[verdict].lower()}" for verdict, count in value["counts"].items()
            )
            or "nothing to check"
        )
        + "."
    )
    click.echo("Not established: " + "; ".join(value["not_established"]) + ".")
