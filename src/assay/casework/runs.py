"""Runs that hold the case: add, retry, rebuild. What differs is where the work comes from."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from assay.casework.engines import make_converter, make_pool, open_index
from assay.casework.indexer import Indexer
from assay.casework.legs import Legs, Tally, cores
from assay.casework.path import travel
from assay.casework.receiver import Receiver
from assay.casework.recipe import recipe_of
from assay.custody.accession import circumstances_here, now
from assay.custody.handover import handover_note
from assay.custody.log import Entry, Log
from assay.engines import requests
from assay.engines.catalogue import Catalogue
from assay.engines.lease import Lease
from assay.errors import DiskFull, EngineError, UsageError
from assay.model import places
from assay.ports import Jail, Workers
from assay.settings import Settings

if TYPE_CHECKING:
    from assay.casework.case import Case

_ROOM = 4 << 20  # bytes: with less, an engine's failure is taken for a full disk
# what recognition says of a page whose text may be had by another try
_OCR_DOUBTS = frozenset(
    ("ocr_doubtful", "ocr_missing_language", "ocr_failed", "ocr_no_words", "ocr_lines_unread",
     "limit_ocr_pixels")
)  # fmt: skip
Report = Callable[[dict[str, Any]], None]


def jail_in_words(jail: Jail) -> str:
    """How workers are held in, as the account and the log say it."""
    if jail.whole:
        return f"jailed: files by {jail.files}, network by {jail.network}, limits hold"
    missing = [
        name
        for name, held in (
            ("files", jail.files),
            ("network", jail.network),
            ("processes", jail.processes),
            ("limits", jail.limits),
        )
        if not held
    ]
    return f"read without a jail for {', '.join(missing)}"


def add(
    case: Case,
    paths: Sequence[Path],
    settings: Settings,
    *,
    source: str,
    channel: str,
    terms: str,
    origin: Literal["leaked", "collected"],
    passwords: Sequence[str],
    report: Report | None,
    handover: Path | None,
) -> dict[str, Any]:
    """Receive `paths` and send everything along the path. See casework/path.py."""
    if not paths:
        raise UsageError("add", "no path is given", "Name a file or a folder.")
    for number, path in enumerate(paths, 1):
        if not os.path.lexists(path):
            what = f"path {number} of {len(paths)} does not exist"
            raise UsageError("add", what, "Check its spelling.")
    person = case.person()
    circumstances = circumstances_here(
        secrets.token_hex(8), paths, case.program(),
        source=source, channel=channel, terms=terms, origin=origin, device=person.device,
    )  # fmt: skip
    with case.lease("add") as lease:
        log = case.log()
        receiver = Receiver(
            paths, case.folder, case.vault(), log, case.witness(),
            case.folder / places.CATALOGUE, settings.custody, circumstances,
        )  # fmt: skip
        tally, seconds = _run(case, settings, lease, log, report, passwords, receiver)
        if handover is not None:
            text = handover_note(
                case.name, circumstances, received=tally.received, left_out=tally.left_out,
                size=tally.bytes, log=log.id, events=log.size(), root=_root(log),
                person=person.name, at=now(),
            )  # fmt: skip
            handover.write_text(text, encoding="utf-8")
    return _added(tally, seconds)


def _root(log: Log) -> str:
    checkpoint, _ = log.last_checkpoint()
    return checkpoint.root.hex() if checkpoint is not None else ""


def retry(
    case: Case,
    exhibits: Sequence[str],
    settings: Settings,
    *,
    passwords: Sequence[str],
    langs: bool,
    report: Report | None,
) -> dict[str, Any]:
    """Read again what has problems, or what is named.

    Pages that OCR was in doubt about are recognised once more, since models may have come;
    those without a word (most are photographs) only where `langs` or their exhibit is named,
    and all pages where both are. Who brings passwords alone does not wait for OCR.
    """
    codes: frozenset[str] | None = _OCR_DOUBTS
    if exhibits and langs:
        codes = None
    elif not exhibits and not langs:
        codes = frozenset() if passwords else _OCR_DOUBTS - {"ocr_no_words"}
    with case.lease("retry") as lease:
        case.refresh()
        catalogue = case.catalogue
        wanted = [case.resolve(name).exhibit for name in exhibits] or catalogue.with_problem()
        with catalogue.writing():
            for digest in wanted:
                row = catalogue.row(digest)
                if row is None:
                    continue
                again = catalogue.ocr_forget(row.id, digest, codes)
                beyond = any(p.code not in _OCR_DOUBTS for p in catalogue.problems(row.id))
                if exhibits or again or beyond or catalogue.failed_members(row.id):
                    catalogue.set_new(row.id)
        tally, seconds = _run(case, settings, lease, case.log(), report, passwords, None)
    return _added(tally, seconds)


def rebuild(case: Case, *, report: Report | None) -> dict[str, Any]:
    """Remove derived/ and make it again; says which texts came out otherwise than logged."""
    with case.lease("rebuild") as lease:
        case.close()
        derived = case.folder / places.DERIVED
        if derived.exists():
            aside = case.folder / places.TMP / f"derived-{os.getpid()}"
            derived.rename(aside)
            shutil.rmtree(aside, ignore_errors=True)
        derived.mkdir()
        tally, seconds = _run(case, case.settings, lease, case.log(), report, (), None)
        differs = _differing(case.catalogue)
    return {**_added(tally, seconds), "differs": differs}


def _differing(catalogue: Catalogue) -> list[str]:
    """Exhibits whose text is not what the last event of their reading says."""
    last: dict[str, tuple[str, str]] = {}
    for event in catalogue.events(["read"]):
        body = event["body"] or {}
        last[event["subject"]] = (str(body.get("text", "")), str(body.get("recipe", "")))
    return [
        row.digest
        for row in catalogue.rows()
        if row.digest in last and last[row.digest] != (row.text_digest, row.recipe)
    ]


def _added(tally: Tally, seconds: float) -> dict[str, Any]:
    return {
        "schema": "assay/added/1",
        "received": tally.received,
        "known": tally.known,
        "left_out": tally.left_out,
        "exhibits": tally.exhibits,
        "members": tally.members,
        "pages": tally.pages,
        "ocr_pages": tally.ocr_pages,
        "problems": tally.problems,
        "unread": tally.unread,
        "bytes": tally.bytes,
        "seconds": round(seconds, 2),
    }


def _run(
    case: Case,
    settings: Settings,
    lease: Lease,
    log: Log,
    report: Report | None,
    passwords: Sequence[str],
    receiver: Receiver | None,
) -> tuple[Tally, float]:
    """Set up the legs, travel, and keep what is done however it ends."""
    from assay.casework.withdrawing import finish

    began = time.monotonic()
    if settings.reading.jobs < 0:
        raise UsageError("--jobs", "it is negative", "Leave it out for one worker a core.")
    catalogue = case.catalogue
    case.refresh()
    finish(case)
    _clear_tmp(case)
    size = settings.reading.jobs or cores()
    spool = case.folder / places.SPOOL
    recipe, body = recipe_of(settings)
    _note_recipe(case, log, recipe, body)
    catalogue.forget_other_recipes(recipe)

    def pool(kind: str) -> Workers:
        made = make_pool(case, kind, size, spool / "in")
        words = jail_in_words(made.jail())
        if words != catalogue.fact("jail"):
            log.append([Entry("jail", "desk", "", {"words": words}, now())], case.witness())
            catalogue.set_fact("jail", words)
        return made

    def tell(state: dict[str, Any]) -> None:
        lease.beat(state)
        if report is not None:
            report(state)

    requests.take(case.folder / places.SKIP_FILE)  # what an earlier run was asked
    engine = open_index(case.folder / places.INDEX, settings)
    indexer = Indexer(catalogue, engine, settings.search)
    legs = Legs(
        settings=settings, catalogue=catalogue, vault=case.vault(), kept=case.kept(), log=log,
        witness=case.witness(), indexer=indexer, spool=spool, make_pool=pool, recipe=recipe,
        receiver=receiver, converter=make_converter(settings), passwords=passwords, report=tell,
        skips=lambda: requests.take(case.folder / places.SKIP_FILE),
    )  # fmt: skip
    try:
        legs.look_again()
        legs.bring_back_for_ocr()
        travel(legs)
    except DiskFull:
        legs.abandon()
        raise
    except EngineError as error:
        cramped = free_bytes(case.folder) < _ROOM  # asked first: giving up frees some
        legs.abandon()
        if cramped:
            # an engine that cannot write fails in its own words: the disk is what is wrong
            raise DiskFull(
                "case", "no space is left on the disk; nothing acknowledged is lost",
                "Free some space and run the same command again: it goes on where it stopped.",
            ) from error  # fmt: skip
        raise
    except KeyboardInterrupt:
        legs.stop()
        raise
    except BaseException:
        legs.abandon()
        raise
    finally:
        engine.close()
    legs.clear_spool()
    case.last_waits = legs.waits
    legs.tally.unread = catalogue.counts()["unread"]
    return legs.tally, time.monotonic() - began


def free_bytes(folder: Path) -> int:
    """Bytes that are free where `folder` stands."""
    return shutil.disk_usage(folder).free


def _note_recipe(case: Case, log: Log, recipe: str, body: dict[str, Any]) -> None:
    """The recipe's contents go into the log once; readings then name it by its digest."""
    if case.catalogue.fact("recipe") == recipe:
        return
    known = any(event["subject"] == recipe for event in case.catalogue.events(["recipe"]))
    if not known:
        log.append([Entry("recipe", "desk", recipe, body, now())], case.witness())
        case.refresh()
    case.catalogue.set_fact("recipe", recipe)


def _clear_tmp(case: Case) -> None:
    """Half-written files of runs that were killed: the lease says that nobody needs them."""
    for path in (case.folder / places.TMP).iterdir():
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
