"""`assay ledger`."""

from __future__ import annotations

import json

import click

from assay.cli.output import (
    case_option,
    emit_lines,
    emit_list,
    json_option,
    jsonl_option,
    open_case,
    safe,
)


@click.command("ledger", epilog="Example:  assay ledger --since 200 --jsonl")
@case_option
@click.option("--since", type=click.IntRange(0), default=0, help="Leave out the first N events.")
@json_option
@jsonl_option
@click.pass_context
def command(
    ctx: click.Context, case_dir: str | None, since: int, as_json: bool, as_jsonl: bool
) -> int:
    """The events of the case in causal order, with the words of notes and tags."""
    events = open_case(ctx, case_dir).ledger(since)
    if as_jsonl:
        emit_lines(events)
    elif as_json:
        emit_list(events)
    else:
        for place, event in enumerate(events, since):
            subject = event["subject"].removeprefix("sha256:")[:12]
            body = "withdrawn" if event["body"] is None else json.dumps(
                event["body"], ensure_ascii=False
            )  # fmt: skip
            click.echo(
                f"{place:>6} {event['at']:<20} {event['author']:<14} {event['type']:<13} "
                f"{subject:<12} {safe(body)[:160]}"
            )
    return 0
