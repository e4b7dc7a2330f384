"""`assay show`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from assay.cli.output import (
    case_option,
    emit,
    emit_lines,
    emit_list,
    json_option,
    jsonl_option,
    open_case,
    plural,
    safe,
    table,
)
from assay.errors import NoCase, NotFound, UsageError


@click.command("show", epilog="Example:  assay show letters/2017/notice-14.pdf --page 2")
@click.argument("what", metavar="LOCATOR|EXHIBIT|FILE", required=False)
@case_option
@click.option("--page", type=click.IntRange(1), help="One page, counted from 1.")
@click.option("--all", "everything", is_flag=True, help="Every exhibit, one a line.")
@click.option(
    "--pdf", "pdf", metavar="FILE", type=click.Path(),
    help="Write the recognised pages with their words as a searchable PDF.",
)  # fmt: skip
@json_option
@jsonl_option
@click.pass_context
def command(
    ctx: click.Context,
    what: str | None,
    case_dir: str | None,
    page: int | None,
    everything: bool,
    pdf: str | None,
    as_json: bool,
    as_jsonl: bool,
) -> int:
    """Text, its source, metadata, parents, members and problems of an exhibit.

    EXHIBIT is a digest, the beginning of one, or a path as `account` shows it. FILE outside any
    case is read as it is, in the same sandbox, and nothing is kept of it.
    """
    if everything:
        case = open_case(ctx, case_dir)
        if as_json:
            emit_list(case.show_all())
        else:
            emit_lines(case.show_all())
        return 0
    if what is None:
        raise UsageError("show", "nothing is named", "Name an exhibit, or give --all.")
    if pdf is not None:
        exported = open_case(ctx, case_dir).searchable(what, Path(pdf))
        if as_json or as_jsonl:
            emit(exported)
        else:
            pages, words = plural(exported["pages"], "page"), plural(exported["words"], "word")
            click.echo(f"{pages} with {words}, {exported['digest']}")
            click.echo("It was made here from pictures and OCR: quote from the original.")
        return 0
    found = _find(ctx, case_dir, what, page)
    if as_json or as_jsonl:
        emit(found)
    else:
        _print(found)
    return 3 if found["status"] == "unread" else 0


def _find(ctx: click.Context, case_dir: str | None, what: str, page: int | None) -> dict[str, Any]:
    try:
        return open_case(ctx, case_dir).show(what, page)
    except (NoCase, NotFound):
        if not Path(what).is_file():
            raise
        from assay.casework.loose import show_file

        return show_file(Path(what), page)


def _print(found: dict[str, Any]) -> None:
    rows = [
        ("Exhibit", found["exhibit"]),
        ("Path", safe(found["path"])),
        *(("Also at", safe(path["display"])) for path in found["paths"][1:]),
        ("Type", found["type"] or "not recognised"),
        ("Status", found["status"]),
    ]
    for key in ("title", "author", "created", "modified", "language", "sent", "sender", "subject"):
        if found["metadata"].get(key):
            rows.append((key.capitalize(), safe(str(found["metadata"][key]))))
    if found["members"]:
        rows.append(("Members", plural(len(found["members"]), "member")))
    if found["thread"]:
        more = " and more" if found["thread_more"] else ""
        rows.append(("Thread", plural(len(found["thread"]), "other message") + more))
    table(rows)
    for page in found["pages"]:
        source = page["source"]
        if page["source"] == "ocr" and page["confidence"] is not None:
            source += f", {page['confidence']:.0f} %"
        click.echo(click.style(f"\n— page {page['page']} ({source}) —", bold=True))
        click.echo("\n".join(safe(line) for line in page["text"].splitlines()))
    for item in found["problems"]:
        where = f" ({item['where']})" if item.get("where") else ""
        click.echo(f"\n{item['code']}{where}: {item.get('next_step', '')}")
