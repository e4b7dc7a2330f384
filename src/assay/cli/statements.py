"""`assay statements`."""

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

_LEAST = 0.2  # confidence from which a statement is listed for reading
_SHOWN = 300  # characters of what was said on the terminal


@click.command("statements", epilog="Example:  assay statements press/2019-11-26.html --jsonl")
@click.argument("what", metavar="[EXHIBIT|FILE]…", nargs=-1)
@case_option
@click.option(
    "--kind", "kinds", multiple=True, type=click.Choice(["statement", "figure", "date"]),
    help="Give these alone; may be repeated.",
)  # fmt: skip
@click.option(
    "--speaker", metavar="TEXT", help="Leave out whose speaker's name has not this in it."
)
@click.option(
    "--date", "said_on", metavar="YYYY-MM-DD",
    help="The day of a FILE outside any case: it settles years and relative dates.",
)  # fmt: skip
@click.option(
    "--least", type=click.FloatRange(0, 1), metavar="P",
    help="Leave out statements that are less sure (default: 0.2 in this list, 0 with --json).",
)  # fmt: skip
@json_option
@jsonl_option
@click.pass_context
def command(
    ctx: click.Context,
    what: tuple[str, ...],
    case_dir: str | None,
    kinds: tuple[str, ...],
    speaker: str | None,
    said_on: str | None,
    least: float | None,
    as_json: bool,
    as_jsonl: bool,
) -> int:
    """Who said what, in which words, to whom, and how it reached the page; figures and dates.

    Each statement with its place, its speaker as far as the text names one, the words that
    attribute it, and how sure the finder is. Without EXHIBIT those of the whole case. A FILE
    outside any case is read and listened to as it is.
    """
    if said_on is not None:
        _check_day(said_on)
    found = _find(ctx, case_dir, what, kinds or ("statement", "figure", "date"), said_on)
    if speaker:
        found = (item for item in found if _is_by(item, speaker))
    plain = not (as_json or as_jsonl)
    bound = (_LEAST if plain else 0.0) if least is None else least
    unsure: list[None] = []
    found = _surer(found, bound, unsure)
    if as_jsonl:
        emit_lines(found)
    elif as_json:
        emit_list(found)
    else:
        _print(found)
        if unsure:
            some = plural(len(unsure), "statement")
            click.echo(f"{some} less sure than {bound:g} left out: `--least 0`.")
        _last_line(ctx, case_dir, what)
    return 0


def _surer(
    found: Iterator[dict[str, Any]], least: float, unsure: list[None]
) -> Iterator[dict[str, Any]]:
    """What is at least so sure; each statement that is not leaves a mark in `unsure`."""
    for item in found:
        if item.get("confidence", 1.0) >= least:
            yield item
        else:
            unsure.append(None)


def _check_day(text: str) -> None:
    from datetime import date

    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError("--date: it is no day; write it as 2019-11-26") from error


def _is_by(item: dict[str, Any], speaker: str) -> bool:
    said_by = item.get("speaker")
    if said_by is None:
        return False
    name = f"{said_by['name'] or ''} {said_by['surface']}"
    return speaker.casefold() in name.casefold()


def _find(
    ctx: click.Context,
    case_dir: str | None,
    what: tuple[str, ...],
    kinds: tuple[str, ...],
    said_on: str | None,
) -> Iterator[dict[str, Any]]:
    if not what:
        yield from open_case(ctx, case_dir).statements(kinds=kinds)
        return
    for name in what:
        try:
            found = open_case(ctx, case_dir).statements([name], kinds)
        except (NoCase, NotFound):
            if not Path(name).is_file():
                raise
            from assay.casework.stating import statements_of_file

            found = iter(statements_of_file(Path(name), said_on, kinds))
        yield from found


def _print(found: Iterator[dict[str, Any]]) -> None:
    counts = {"statement": 0, "figure": 0, "date": 0}
    path = None
    for item in found:
        kind = item["schema"].split("/")[1]
        counts[kind] += 1
        if item["path"] != path:
            path = item["path"]
            click.echo(click.style(safe(path), bold=True))
        if kind == "statement":
            _print_statement(item)
        elif kind == "figure":
            of = f" {safe(item['of']['surface'])}" if item["of"] else ""
            click.echo(
                f"  figure  p. {item['page']}  {safe(item['surface'])}{of}: {_interval(item)}"
            )
        else:
            if item["from"]:
                span = item["from"] + (f" to {item['to']}" if item["to"] else "")
            else:
                span = "not settled" + (
                    f", could be {', '.join(item['fits'][:3])}" if item["fits"] else ""
                )
            click.echo(f"  date    p. {item['page']}  {safe(item['surface'])}: {span}")
    click.echo(
        f"{plural(counts['statement'], 'statement')}, {plural(counts['figure'], 'figure')},"
        f" {plural(counts['date'], 'date')}."
    )


def _print_statement(item: dict[str, Any]) -> None:
    from assay.casework.stating import words_of

    said_by = item["speaker"]
    if said_by is None:
        who = "speaker unknown"
    else:
        who = safe(said_by["name"] or said_by["surface"])
        if said_by["name"] and said_by["name"] != said_by["surface"]:
            who += f" (“{safe(said_by['surface'])}”)"
        if said_by["anonymous"]:
            who += ", not named by the text"
    words = safe(words_of(item))
    words = words if len(words) <= _SHOWN else words[:_SHOWN] + " …"
    click.echo(f"  {item['kind']}, p. {item['page']}, {item['confidence']:.2f} sure: {who}")
    click.echo(f"      {words}")
    if item["addressee"]:
        click.echo(f"      to {safe(item['addressee']['name'] or item['addressee']['surface'])}")
    if item["via"]:
        click.echo("      by way of " + ", ".join(safe(step["name"]) for step in item["via"]))


def _interval(item: dict[str, Any]) -> str:
    low, high = item["low"], item["high"]
    left = "any" if low is None else ("from " if item["low_included"] else "over ") + f"{low:g}"
    right = "" if high is None else f", below {high:g}"
    return f"{left}{right} {item['unit']}".rstrip()


def _last_line(ctx: click.Context, case_dir: str | None, what: tuple[str, ...]) -> None:
    waiting = 0
    try:
        case = open_case(ctx, case_dir)
        waiting = case.unheard(what)
    except (NoCase, NotFound):
        pass  # files outside any case: nothing waits
    if waiting:
        click.echo(f"{plural(waiting, 'text')} not listened to yet: `assay add` goes on with them.")
    click.echo(
        "Not established: that what was said is true, that it was said, and what this reader"
        " missed. A statement at 0.9 is wrong about once in ten."
    )
