"""`assay names`."""

from __future__ import annotations

from pathlib import Path

import click

from assay.cli.output import (
    case_option,
    emit_lines,
    emit_list,
    json_option,
    jsonl_option,
    number,
    open_case,
    plural,
    safe,
)


@click.command("names", epilog="Example:  assay names people.csv --jsonl > found.jsonl")
@click.argument("file", metavar="FILE")
@case_option
@click.option("--fuzzy", is_flag=True, help="Also one letter off, for names of five and more.")
@json_option
@jsonl_option
@click.pass_context
def command(
    ctx: click.Context,
    file: str,
    case_dir: str | None,
    fuzzy: bool,
    as_json: bool,
    as_jsonl: bool,
) -> int:
    """Look up a list of names: a name or a CSV row a line. A bad line never stops the rest."""
    from assay.casework.case import read_bytes

    case = open_case(ctx, case_dir)
    found = case.names(read_bytes(Path(file), "names"), fuzzy=fuzzy)
    if as_jsonl:
        emit_lines(found)
        return 0
    if as_json:
        emit_list(found)
        return 0
    hits = missing = bad = 0
    for item in found:
        if item.get("problem"):
            bad += 1
            click.echo(f"line {item['line']}: not understood: {item['problem']}")
        elif item["hits"]:
            hits += 1
            first = item["where"][0]
            click.echo(
                f"{safe(item['name'])}: {plural(item['hits'], 'place')}, "
                f"first {safe(first['path'])} page {first['page']} ({first['how']})"
            )
        else:
            missing += 1
            click.echo(f"{safe(item['name'])}: not found")
    click.echo(
        f"{number(hits)} found, {number(missing)} not found, {plural(bad, 'line')} not understood"
    )
    return 0
