"""`assay ledger`."""

from __future__ import annotations

import json
from typing import Any

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
            click.echo(
                f"{place:>6} {event['at']:<20} {event['author']:<14} {event['type']:<13} "
                f"{event['audience']:<8} {subject:<12} {safe(in_words(event))[:120]}"
            )
    return 0


def in_words(event: dict[str, Any]) -> str:
    """What an event says, short: the words of notes and tags, paths, counts."""
    body = event["body"]
    if body is None:
        return "(withdrawn)"
    if event["audience"] == "private" and event["type"] in ("circumstances", "links"):
        return "(private: shown with --json)"
    for name in ("text", "tag", "reason", "words"):
        if event["type"] in ("note", "tag", "untag", "withdrawn", "jail") and name in body:
            return str(body[name])
    if "path" in body:
        path = "!/".join("/".join(str(c) for c in part) for part in body["path"])
        return f"{path} {body.get('code', '')}".strip()
    if event["type"] == "read":
        codes = ", ".join(item[0] for item in body.get("problems", []))
        return f"{body['status']}, {body['type']}, {body['pages']} pages {codes}".strip()
    if event["type"] == "ocr":
        return f"page {body['page']}, {body['language']}, {body['engine']}"
    return json.dumps(body, ensure_ascii=False)
