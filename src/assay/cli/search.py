"""`assay search`."""

from __future__ import annotations

import sys
from typing import Any

import click

from assay.cli.output import (
    case_option,
    emit,
    emit_lines,
    json_option,
    jsonl_option,
    number,
    open_case,
    plural,
    safe,
)


@click.command(
    "search", epilog="Example:  assay search '\"dredging contract\" type:pdf NOT draft' --limit 20"
)
@click.argument("query", metavar="QUERY", nargs=-1, required=True)
@case_option
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=10, show_default=True, help="Hits shown."
)
@click.option("--offset", type=click.IntRange(0), default=0, help="Skip so many hits.")
@click.option("--facets", is_flag=True, help="Count types, languages, dates, folders.")
@click.option(
    "--sort", type=click.Choice(["score", "date", "path"]), default="score", help="Order of hits."
)
@json_option
@jsonl_option
@click.pass_context
def command(
    ctx: click.Context,
    query: tuple[str, ...],
    case_dir: str | None,
    limit: int,
    offset: int,
    facets: bool,
    sort: Any,
    as_json: bool,
    as_jsonl: bool,
) -> int:
    """Find pages.

    \b
    word  "a phrase"  "near words"~5  name~1  pre*  /regex/  AND OR NOT ( )
    field:value   fields: type lang path folder date author from to subject meta tag
            exhibit page has in
    date:[2017-01 TO 2018-12]   =exactly   words side by side mean AND
    """
    case = open_case(ctx, case_dir)
    found = case.search(" ".join(query), limit, offset, facets, sort)
    if as_json:
        emit(found)
        return 0
    if as_jsonl:
        emit_lines({"schema": "assay/hit/1", **hit} for hit in found["hits"])
        return 0
    for hit in found["hits"]:
        click.echo(click.style(f"{safe(hit['path'])} · page {hit['page']}", bold=True))
        click.echo(f"  {_marked(hit)}")
        click.echo(f"  {hit['exhibit'][7:19]}#page={hit['page']}\n")
    for name, values in (found["facets"] or {}).items():
        shown = ", ".join(f"{safe(str(value))} {number(count)}" for value, count in values[:8])
        click.echo(f"{name:<14}{shown}")
    unread = found["unread"]
    click.echo(
        f"{plural(found['total'], 'page')} of {number(found['pages'])}; "
        f"{plural(unread['exhibits'], 'exhibit')} and {plural(unread['pages'], 'page')} "
        "could not be read: `assay account --problems`"
    )
    if not found["total"]:
        click.echo(f"The query was read as: {found['reading']}")
    return 0


def _marked(hit: dict[str, Any]) -> str:
    """The snippet with the words marked: bold on a terminal, in » « elsewhere."""
    text, start = hit["snippet"], hit["snippet_start"]
    live = sys.stdout.isatty()
    out, at = [], 0
    for low, high in hit["marks"]:
        low, high = low - start, high - start
        if low < at or high > len(text):
            continue
        word = safe(text[low:high])
        out += [safe(text[at:low]), click.style(word, bold=True) if live else f"»{word}«"]
        at = high
    return "".join([*out, safe(text[at:])])
