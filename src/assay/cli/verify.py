"""`assay verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from assay.cli.output import emit, json_option, number, table
from assay.errors import NotFound


@click.command("verify", epilog="Example:  assay verify harbour")
@click.argument("what", metavar="[CASE|BAG]", required=False)
@click.option("--case", "case_dir", metavar="DIR", help="The case.")
@json_option
@click.pass_context
def command(ctx: click.Context, what: str | None, case_dir: str | None, as_json: bool) -> int:
    """Check every digest, proof and signature of a case, or a BagIt folder; offline.

    Exit code 20 where something does not hold. Every failure is named.
    """
    report = _report(ctx, what, case_dir)
    if as_json:
        emit(report)
    else:
        _print(report)
    return 0 if report["ok"] else 20


def _report(ctx: click.Context, what: str | None, case_dir: str | None) -> dict[str, Any]:
    from assay.casework.case import Case, case_at

    named = what or case_dir or (ctx.find_root().obj or {}).get("case")
    if named and (Path(named) / "bagit.txt").exists():
        from assay.casework.loose import verify_bag

        return verify_bag(Path(named))
    if named and not Path(named).is_dir():
        raise NotFound("verify", "there is no such folder", "Name a case or a BagIt folder.")
    case: Case = case_at(named)
    ctx.call_on_close(case.close)
    return case.verify()


def _print(report: dict[str, Any]) -> None:
    rows = []
    for check in report["checks"]:
        if check["ok"]:
            subject = f" ({check['subject'][:12]})" if check["subject"] else ""
            rows.append((check["name"].capitalize(), check["detail"] + subject))
    failed = [check for check in report["checks"] if not check["ok"]]
    for check in failed:
        rows.append(("FAILED", f"{check['name']} {check['subject']}: {check['detail']}"))
    for item in report["withdrawn"]:
        rows.append(
            (
                "Withdrawn",
                f"{item['subject'][:19]} by {item['by']} on {item['at']}, {item['authority']}",
            )
        )
    verdict = "everything holds" if report["ok"] else f"{number(len(failed))} checks failed"
    rows.append(("Result", verdict))
    for item in report["not_checked"]:
        rows.append(("Not checked", item))
    table(rows)
