"""How results are printed: JSON as the contract says, tables of noun, count, consequence."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from assay.casework.case import Case

F = TypeVar("F", bound=Callable[..., Any])

# Bidi controls reorder a terminal's line; control characters do worse.
_BIDI = dict.fromkeys(
    map(ord, "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)


def case_option(function: F) -> F:
    """`--case` after the command's name as well as before it."""
    return click.option("--case", "case_dir", metavar="DIR", help="The case.")(function)


def json_option(function: F) -> F:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="One JSON object on stdout.")(
        function
    )


def jsonl_option(function: F) -> F:
    """`--jsonl`."""
    return click.option("--jsonl", "as_jsonl", is_flag=True, help="One JSON object a line.")(
        function
    )


def open_case(ctx: click.Context, case_dir: str | None) -> Case:
    """The case named after or before the command, else the nearest; closed with the command."""
    from assay.casework.case import case_at

    named = case_dir or (ctx.find_root().obj or {}).get("case")
    case = case_at(named)
    ctx.call_on_close(case.close)
    return case


def emit(value: dict[str, Any]) -> None:
    """One JSON object on one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def emit_list(items: Iterable[dict[str, Any]]) -> None:
    """A list as one object."""
    emit({"schema": "assay/list/1", "items": list(items)})


def emit_lines(items: Iterable[dict[str, Any]]) -> None:
    """One object a line."""
    for item in items:
        emit(item)


def safe(text: str) -> str:
    """Text of an exhibit for a terminal: no control, no bidi character survives."""
    tamed = text.translate(_BIDI)
    return "".join(
        " " if char in "\t\n\r" else "\ufffd" if unicodedata.category(char) == "Cc" else char
        for char in tamed
    )


def number(value: int) -> str:
    """Thousands spaced."""
    return f"{value:,}".replace(",", " ")


def size(value: int) -> str:
    """Bytes in words."""
    amount = float(value)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit == "bytes" else f"{amount:.1f} {unit}"
        amount /= 1000
    return ""


def plural(count: int, noun: str) -> str:
    """`1 page`, `2 pages`."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def table(rows: Iterable[tuple[str, str]]) -> None:
    """Noun and consequence in two columns."""
    for name, text in rows:
        click.echo(f"{name:<14}{text}")


def passwords_from(path: str | None) -> list[str]:
    """The lines of a password file; prompts and arguments would end in a shell's history."""
    if path is None:
        return []
    from assay.casework.case import read_lines

    return [line for line in read_lines(Path(path), "--passwords") if line]
