"""`Case`: every command as a method. The command line and the desk speak to it alone.

Each method gives the values of the contract (docs/contract.md), as plain dictionaries with a
`schema`. Imports are lazy where they cost: `assay search` on a small case must answer at once.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from assay import __version__
from assay.engines import lease as lease_engine
from assay.engines.catalogue import Catalogue
from assay.errors import CaseExists, CaseTooNew, NoCase, NotFound, UsageError
from assay.model import places
from assay.settings import Settings, settings_from

if TYPE_CHECKING:
    from assay.casework.references import Reference
    from assay.casework.view import Viewer
    from assay.custody.log import Log
    from assay.custody.persons import Person, Witness
    from assay.engines.folder import FolderBlobs
    from assay.ports import SearchEngine

ENGINES = {"catalogue": "sqlite", "index": "tantivy", "workers": "local", "blobs": "folder"}
Report = Callable[[dict[str, Any]], None]
Audience = Literal["private", "desk", "share"]


class Case:
    """A case folder, open. Close it, or use it in a `with`."""

    def __init__(self, folder: Path) -> None:
        """Open the case in `folder`. Raises NoCase, CaseTooNew, UsageError (settings)."""
        self.folder = folder.resolve()
        path = self.folder / places.CASE_FILE
        try:
            table = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise NoCase(
                "case", "there is no case.toml in this folder",
                "Make a case with `assay init DIR`, or name one with `--case DIR`.",
            ) from error  # fmt: skip
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise UsageError("case.toml", "it is not TOML", "Mend it, or restore it.") from error
        try:
            version, self.id, self.name = int(table["format"]), str(table["id"]), str(table["name"])
        except (KeyError, ValueError, TypeError) as error:
            raise UsageError(
                "case.toml", "format, id or name is missing", "Restore it from a backup."
            ) from error
        if version > places.FORMAT:
            raise CaseTooNew(
                "case", f"its format {version} is newer than this program ({places.FORMAT})",
                "Update Assay on this computer.",
            )  # fmt: skip
        for port, engine in table.get("engines", {}).items():
            if ENGINES.get(port) != engine:
                raise UsageError(
                    "case.toml", f"this program has no engine {engine!r} for {port!r}",
                    f"It has {', '.join(f'{k} = {v}' for k, v in ENGINES.items())}.",
                )  # fmt: skip
        self.settings: Settings = settings_from(table.get("settings", {}))
        self._catalogue: Catalogue | None = None
        self._engine: SearchEngine | None = None
        self._viewer: Viewer | None = None
        # of the last run: seconds that its workers waited for a task, and worked on one
        self.last_waits = (0.0, 0.0)

    @classmethod
    def init(cls, folder: Path, name: str | None = None, signer: str | None = None) -> Case:
        """Make a new case in a folder that is empty or not there yet; makes the person's key.

        `signer` is the name on the key where it is made now.

        Raises CaseExists, UnsafeFileSystem.
        """
        from assay.custody.log import Log
        from assay.custody.persons import person

        if folder.exists() and any(folder.iterdir()):
            raise CaseExists("case", "the folder is not empty", "Name a new folder for the case.")
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)  # nobody else gets past it, whatever the files inside allow
        lease_engine.refuse_network_drive(folder)
        for part in (places.ORIGINALS, places.KEPT, places.LOGS, places.DERIVED, places.TMP):
            (folder / part).mkdir(exist_ok=True)
        case_id = secrets.token_hex(16)
        title = name or folder.resolve().name
        text = (
            f"format = {places.FORMAT}\n"
            f'id = "{case_id}"\n'
            f"name = {msgspec.json.encode(title).decode()}\n\n"
            "[engines]\n" + "".join(f'{k} = "{v}"\n' for k, v in ENGINES.items()) + "\n"
            "# [settings] holds what differs from the defaults: see docs/settings.md\n"
        )
        scratch = folder / places.TMP / places.CASE_FILE
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(folder / places.CASE_FILE)
        Log.own(folder / places.LOGS, case_id, person(signer))
        return cls(folder)

    @classmethod
    def find(cls, start: Path | None = None) -> Case:
        """The case of `$ASSAY_CASE`, else of the nearest folder above. Raises NoCase."""
        if named := os.environ.get("ASSAY_CASE"):
            return cls(Path(named))
        here = (start or Path.cwd()).resolve()
        for folder in (here, *here.parents):
            if (folder / places.CASE_FILE).exists():
                return cls(folder)
        raise NoCase(
            "case", "neither this folder nor one above it is a case",
            "Name it with `--case DIR`, or make one with `assay init DIR`.",
        )  # fmt: skip

    def __enter__(self) -> Case:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Give up files and workers."""
        if self._viewer is not None:
            self._viewer.close()
        if self._engine is not None:
            self._engine.close()
        if self._catalogue is not None:
            self._catalogue.close()
        self._viewer = self._engine = self._catalogue = None

    # ------------------------------------------------------------ parts

    @property
    def catalogue(self) -> Catalogue:
        """The catalogue, caught up with the logs when it is first asked for."""
        if self._catalogue is None:
            from assay.casework.replay import catch_up

            self._catalogue = Catalogue(self.folder / places.CATALOGUE)
            catch_up(self._catalogue, self.folder / places.LOGS)
        return self._catalogue

    def refresh(self) -> None:
        """Learn what other processes wrote."""
        from assay.casework.replay import catch_up

        catch_up(self.catalogue, self.folder / places.LOGS)

    def person(self) -> Person:
        """Who signs here."""
        from assay.custody.persons import person

        return person()

    def log(self) -> Log:
        """This person's log on this device."""
        from assay.custody.log import Log

        return Log.own(self.folder / places.LOGS, self.id, self.person())

    def witness(self) -> Witness:
        """What this computer has seen of this case's logs."""
        from assay.custody.persons import Witness

        return Witness(self.id)

    def vault(self) -> FolderBlobs:
        """The originals."""
        from assay.engines.folder import FolderBlobs

        return FolderBlobs(self.folder / places.ORIGINALS, self.folder / places.TMP)

    def kept(self) -> FolderBlobs:
        """The derivatives that events cite."""
        from assay.engines.folder import FolderBlobs

        return FolderBlobs(self.folder / places.KEPT, self.folder / places.TMP)

    def engine(self) -> SearchEngine:
        """The search engine, for reading; `add` opens its own for writing."""
        if self._engine is None:
            from assay.casework.engines import open_index

            self._engine = open_index(self.folder / places.INDEX, self.settings)
        return self._engine

    def viewer(self) -> Viewer:
        """Draws pages and takes members out, in a jailed worker of its own."""
        if self._viewer is None:
            from assay.casework.view import Viewer

            self._viewer = Viewer(self)
        return self._viewer

    def lease(self, doing: str) -> lease_engine.Lease:
        """The right to write catalogue and index. Raises CaseHeld on entering."""
        lease_engine.refuse_network_drive(self.folder)
        for part in (places.ORIGINALS, places.KEPT, places.DERIVED, places.TMP):
            (self.folder / part).mkdir(exist_ok=True)  # a copy need not hold empty folders
        return lease_engine.Lease(self.folder / places.LOCK_FILE, self.person().name, doing)

    def resolve(self, reference: str | dict[str, Any]) -> Reference:
        """What a user names: a digest or its beginning, a path, a locator. Raises NotFound."""
        from assay.casework.references import resolve

        return resolve(self, reference)

    def settings_with(self, **reading: Any) -> Settings:
        """The case's settings with some of [settings.reading] changed for one run."""
        given = {key: value for key, value in reading.items() if value is not None}
        return msgspec.structs.replace(
            self.settings, reading=msgspec.structs.replace(self.settings.reading, **given)
        )

    # ------------------------------------------------------------ commands

    def describe(self) -> dict[str, Any]:
        """`case`: what this case is."""
        person = self.person()
        return {
            "schema": "assay/case/1",
            "id": self.id,
            "name": self.name,
            "path": str(self.folder),
            "format": places.FORMAT,
            "person": person.name,
            "fingerprint": person.fingerprint,
        }

    def status(self) -> dict[str, Any]:
        """Counts, and who is writing now and how far they are."""
        self.refresh()
        return {
            "schema": "assay/status/1",
            "case": self.name,
            "counts": self.catalogue.counts(),
            "holder": lease_engine.holder(self.folder / places.LOCK_FILE),
            "jail": self.catalogue.fact("jail"),
        }

    def add(
        self,
        paths: Sequence[Path],
        *,
        source: str = "",
        channel: str = "",
        terms: str = "",
        origin: Literal["leaked", "collected"] = "leaked",
        jobs: int | None = None,
        ocr: Literal["auto", "off", "all"] | None = None,
        langs: Sequence[str] | None = None,
        passwords: Sequence[str] = (),
        report: Report | None = None,
        handover: Path | None = None,
    ) -> dict[str, Any]:
        """Take `paths` into custody and do everything else; goes on where it was interrupted.

        Returns `added`. Raises CaseHeld, DiskFull, UsageError (a path that does not exist),
        KeyboardInterrupt (after keeping everything that is done).
        """
        from assay.casework.runs import add

        settings = self.settings_with(
            jobs=jobs, ocr=ocr, langs=None if langs is None else tuple(langs)
        )
        return add(
            self, paths, settings, source=source, channel=channel, terms=terms, origin=origin,
            passwords=passwords, report=report, handover=handover,
        )  # fmt: skip

    def retry(
        self,
        exhibits: Sequence[str] = (),
        *,
        passwords: Sequence[str] = (),
        langs: Sequence[str] | None = None,
        report: Report | None = None,
    ) -> dict[str, Any]:
        """Try what failed once more. Returns `added`."""
        from assay.casework.runs import retry

        settings = self.settings_with(langs=None if langs is None else tuple(langs))
        return retry(
            self, exhibits, settings, passwords=passwords, langs=langs is not None, report=report
        )

    def skip(self, reference: str | dict[str, Any]) -> dict[str, Any]:
        """Ask the run that is going on to skip an exhibit. Returns `skip`."""
        from assay.casework.skipping import skip

        return skip(self, reference)

    def rebuild(self, *, report: Report | None = None) -> dict[str, Any]:
        """Make derived/ anew from originals, kept and logs. Returns `added`."""
        from assay.casework.runs import rebuild

        return rebuild(self, report=report)

    def search(
        self,
        query: str,
        limit: int = 10,
        offset: int = 0,
        facets: bool = False,
        sort: Literal["score", "date", "path"] = "score",
    ) -> dict[str, Any]:
        """`hits`: pages that match, with snippets and marks. Raises QueryError."""
        from assay.casework.searching import search

        return search(self, query, limit, offset, facets, sort)

    def marks(self, query: str, digest: str, page: int) -> list[list[int]]:
        """The places on one page that a query matches, in code points of its text."""
        from assay.casework.searching import marks

        return marks(self, query, digest, page)

    def names(self, content: bytes, *, fuzzy: bool = False) -> Iterator[dict[str, Any]]:
        """`name` for each line of a list (the bytes of a file); a bad line has a `problem`."""
        from assay.casework.searching import names

        return names(self, content, fuzzy=fuzzy)

    def show(self, reference: str | dict[str, Any], page: int | None = None) -> dict[str, Any]:
        """`exhibit`: text by pages, metadata, members, parents, problems. Raises NotFound."""
        from assay.casework.showing import show

        return show(self, reference, page)

    def examine(self, references: Sequence[str] = ()) -> Iterator[dict[str, Any]]:
        """`finding`s of the exhibits named, of all where none is. Raises NotFound."""
        from assay.casework.examining import findings

        return findings(self, references)

    def statements(
        self, references: Sequence[str] = (), kinds: Sequence[str] = ("statement", "figure", "date")
    ) -> Iterator[dict[str, Any]]:
        """`statement`, `figure`, `date` of the exhibits named, of all where none is.

        Raises NotFound.
        """
        from assay.casework.stating import statements

        return statements(self, references, kinds)

    def draft(
        self, path: Path, *, docx: Path | None = None, footnotes: Path | None = None
    ) -> dict[str, Any]:
        """`draft`: the quotations, figures, dates and names of a file beside this case.

        Writes it with comments (`docx`) and with footnotes (`footnotes`, Markdown) where asked.
        Raises WorkerLost or UsageError where it cannot be read, UsageError where a file that is
        to be written is there already.
        """
        from assay.casework import drafting

        drafting.refuse_to_overwrite(docx, footnotes)
        checked = drafting.check_draft(self, path)
        if docx is not None:
            docx.write_bytes(drafting.commented(checked, path, self.program()))
        if footnotes is not None:
            footnotes.write_text(drafting.noted(checked), encoding="utf-8")
        return drafting.draft_json(checked)

    def draft_text(self, text: str) -> dict[str, Any]:
        """`draft` of a text that was pasted."""
        from assay.casework.drafting import check_text, draft_json

        return draft_json(check_text(self, text))

    def statements_page(
        self,
        first: int = 0,
        count: int = 50,
        speaker: str | None = None,
        kind: str | None = None,
        *,
        least: float = 0.0,
    ) -> dict[str, Any]:
        """A page of the case's statements, with their total and how many texts still wait.

        Those of a confidence below `least` are left out.
        """
        from assay.casework.stating import page_of

        return page_of(self, speaker, kind, least, first, count)

    def speakers(self) -> list[tuple[str, int]]:
        """(speaker, statements), by name."""
        self.refresh()
        return self.catalogue.spoken.speakers()

    def unheard(self, references: Sequence[str] = ()) -> int:
        """How many of the exhibits named nobody has listened to yet. Raises NotFound."""
        from assay.casework.stating import waiting

        self.refresh()
        return waiting(self, references)

    def searchable(self, reference: str, target: Path) -> dict[str, Any]:
        """`exported`: the recognised pages of an exhibit as a PDF that can be searched.

        Raises NotFound where nothing was recognised, UsageError where `target` is there.
        """
        self.refresh()
        return self.viewer().searchable(self.resolve(reference).exhibit, target)

    def show_all(self) -> Iterator[dict[str, Any]]:
        """`exhibit` of every exhibit, in the order in which they came."""
        from assay.casework.showing import show_all

        return show_all(self)

    def account(self, *, problems_only: bool = False, **sift: Any) -> dict[str, Any]:
        """`account`: what was received, read, partly read, not read, and why.

        `sift` narrows the rows: `status` (a list of read, partly, unread, not_received), `code`
        of a problem, `type`, `under` (a folder or container). Raises UsageError.
        """
        from assay.casework.accounting import account, sift_of

        return account(self, sift_of(self, problems=problems_only, **sift))

    def account_page(
        self, first: int = 0, count: int = 50, *, problems_only: bool = False, **sift: Any
    ) -> dict[str, Any]:
        """A page of the account's rows, with their total and what there is to sift by."""
        from assay.casework.accounting import account_page, sift_of

        return account_page(self, sift_of(self, problems=problems_only, **sift), first, count)

    def account_csv(self, *, problems_only: bool = False, **sift: Any) -> Iterator[str]:
        """The account as CSV, in pieces; `sift` as for `account`."""
        from assay.casework.accounting import account_csv, sift_of

        return account_csv(self, sift_of(self, problems=problems_only, **sift))

    def sign_account(self) -> dict[str, Any]:
        """Put a statement of completeness into the ledger. Returns its `event`."""
        from assay.casework.accounting import sign_account

        return sign_account(self)

    def note(
        self, reference: str | dict[str, Any], text: str, audience: Audience = "desk"
    ) -> dict[str, Any]:
        """Write a note on an exhibit or a passage. Returns its `event`."""
        from assay.casework.annotating import note

        return note(self, reference, text, audience)

    def tag(
        self,
        reference: str | dict[str, Any],
        tags: Sequence[str],
        *,
        remove: bool = False,
        audience: Audience = "desk",
    ) -> list[dict[str, Any]]:
        """Put tags on an exhibit or a passage, or take them off. Returns their `event`s."""
        from assay.casework.annotating import tag

        return tag(self, reference, tags, remove, audience)

    def annotations(self, digest: str) -> list[dict[str, Any]]:
        """Notes and tags on an exhibit."""
        self.refresh()
        return self.catalogue.annotations(digest)

    def tags(self) -> list[tuple[str, int]]:
        """(tag, exhibits) of the case."""
        self.refresh()
        return self.catalogue.tags()

    def ledger(self, since: int = 0) -> list[dict[str, Any]]:
        """`event`s in causal order, without the first `since`."""
        from assay.casework.annotating import ledger

        return ledger(self, since)

    def ledger_page(
        self, first: int = 0, count: int = 50, *, decided: bool = False
    ) -> dict[str, Any]:
        """Events newest first with their numbers; `decided`: only what people decided."""
        from assay.casework.annotating import ledger_page

        return ledger_page(self, first, count, decided=decided)

    def verify(self, progress: Callable[[str, int, int], None] | None = None) -> dict[str, Any]:
        """`report`: every digest, proof and signature of this case."""
        from assay.verify.case import report_to_json, verify_case

        return report_to_json(verify_case(self.folder, self.witness().known(), progress))

    def logs(self) -> list[dict[str, Any]]:
        """The logs of this case with their last checkpoints, for the custody page."""
        from assay.casework.annotating import logs

        return logs(self)

    def withdraw(self, reference: str, authority: str, reason: str) -> dict[str, Any]:
        """Destroy what must go, keep the proof that it was there. Returns its `event`."""
        from assay.casework.withdrawing import withdraw

        return withdraw(self, reference, authority, reason)

    def withdrawn(self) -> list[dict[str, str]]:
        """What was withdrawn, by whom, when and why."""
        self.refresh()
        return self.catalogue.withdrawn()

    def backup(self, target: Path) -> dict[str, Any]:
        """A consistent copy of the live case as one tar file. Raises UsageError, DiskFull."""
        from assay.casework.backing_up import backup

        return backup(self, target)

    def picture(self, digest: str, page: int, width: int) -> bytes:
        """A page as WebP, drawn in the sandbox. Raises EngineError, NotFound."""
        return self.viewer().picture(digest, page, width)

    def original(self, digest: str) -> Path:
        """Where the bytes of an exhibit are, taken out of its container where needed.

        Raises NotFound, EngineError.
        """
        return self.viewer().original(digest)

    def program(self) -> str:
        """Name and version of this program, as events state it."""
        return f"assay {__version__}"


def case_at(reference: str | None) -> Case:
    """The case that a user named, or the nearest one."""
    return Case(Path(reference)) if reference else Case.find()


def read_bytes(path: Path, what: str) -> bytes:
    """The bytes of a small file that a user named. Raises UsageError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(what, "the file cannot be opened", "Check its name.") from error


def read_lines(path: Path, what: str) -> list[str]:
    """The lines of a small UTF-8 file that a user named. Raises UsageError."""
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except OSError as error:
        raise UsageError(what, "the file cannot be opened", "Check its name.") from error
    except UnicodeDecodeError as error:
        raise UsageError(what, "the file is not UTF-8", "Save it as UTF-8.") from error


__all__ = ["Case", "NotFound", "case_at", "read_lines"]
