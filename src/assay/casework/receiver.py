"""Step 1 of the path, in a thread: from handed-over paths to acknowledged groups.

Hashing and copying release the interpreter, so readers are fed meanwhile. Every group is
durable in vault and log before it is handed on.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from assay.custody import accession
from assay.custody.log import Entry, Log
from assay.custody.persons import Witness
from assay.engines.catalogue import Catalogue
from assay.engines.folder import FolderBlobs
from assay.model.event import Event
from assay.settings import Custody


class Group(msgspec.Struct):
    """Files that were acknowledged together: what was taken, what was left, their events."""

    taken: list[accession.Taken]
    known: list[tuple[accession.Found, str]]
    left: list[accession.NotTaken]
    events: list[Event]


class Receiver(threading.Thread):
    """Takes `handed` paths into custody. Iterate with `groups`; errors are raised there."""

    def __init__(
        self,
        handed: Sequence[Path],
        case: Path,
        vault: FolderBlobs,
        log: Log,
        witness: Witness,
        catalogue: Path,
        settings: Custody,
        circumstances: accession.Circumstances,
    ) -> None:
        super().__init__(name="receiver", daemon=True)
        self._handed = handed
        self._case = case
        self._vault = vault
        self._log = log
        self._witness = witness
        self._catalogue_place = catalogue
        self._settings = settings
        self._circumstances = circumstances
        self._out: queue.Queue[Group | BaseException | None] = queue.Queue(maxsize=8)
        self._stopping = threading.Event()
        self._opened = False  # the circumstances are written with the first group that has any
        self.ended = False
        self.seen = 0
        self.seen_bytes = 0

    def stop(self) -> None:
        """Ask the thread to acknowledge what it has and end."""
        self._stopping.set()

    def groups(self) -> list[Group]:
        """Groups acknowledged since the last call; never waits. Raises what ended the thread."""
        found: list[Group] = []
        while not self.ended:
            try:
                item = self._out.get_nowait()
            except queue.Empty:
                break
            if item is None:
                self.ended = True
            elif isinstance(item, BaseException):
                self.ended = True
                raise item
            else:
                found.append(item)
        return found

    def run(self) -> None:
        """Walk, take, acknowledge; hand on groups and, last, None or what went wrong."""
        try:
            self._receive()
            self._out.put(None)
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that asked
            self._vault.discard_pending()
            self._out.put(error)

    def _receive(self) -> None:
        catalogue = Catalogue(self._catalogue_place)
        try:
            group = Group([], [], [], [])
            began, size = time.monotonic(), 0
            for root in self._handed:
                for found in accession.walk(root, self._case):
                    if self._stopping.is_set():
                        break
                    self.seen += 1
                    size += self._take(found, catalogue, group)
                    count = len(group.taken) + len(group.left) + len(group.known) // 16
                    # the first group is small, so that readers begin at once
                    patience = self._settings.group_seconds if self._opened else 0.1
                    late = time.monotonic() - began > patience
                    if (
                        count >= self._settings.group_files
                        or size >= self._settings.group_bytes
                        or (late and count)
                    ):
                        self._acknowledge(group)
                        group = Group([], [], [], [])
                        began, size = time.monotonic(), 0
            self._acknowledge(group)
        finally:
            catalogue.close()

    def _take(self, found: accession.Found, catalogue: Catalogue, group: Group) -> int:
        """Take one file; returns the bytes that were copied."""
        if found.kind == "file":
            mark, digest = catalogue.source(found.place)
            if mark == found.mark:
                group.known.append((found, digest))
                self.seen_bytes += found.size
                return 0
        outcome = accession.take(found, self._vault, self._settings)
        if isinstance(outcome, accession.NotTaken):
            if not catalogue.has_left_out(found.path, outcome.code):
                group.left.append(outcome)
            return 0
        self.seen_bytes += outcome.size
        if catalogue.is_withdrawn(outcome.digest):
            self._vault.forget(outcome.digest)
            if not catalogue.has_left_out(found.path, "withdrawn"):
                group.left.append(accession.NotTaken(found, "withdrawn"))
        elif catalogue.has_appearance(outcome.digest, outcome.found.path):
            group.known.append((outcome.found, outcome.digest))
        else:
            group.taken.append(outcome)
        return outcome.size

    def _acknowledge(self, group: Group) -> None:
        """Vault first, then log: an event never names bytes that are not on the disk."""
        at = accession.now()
        name = self._circumstances.accession
        entries: list[Entry] = []
        if not self._opened and (group.taken or group.left):
            entries.append(accession.circumstances_entry(self._circumstances, at))
            self._opened = True
        entries += [accession.received_entry(taken, name, at) for taken in group.taken]
        entries += [accession.not_received_entry(left, name, at) for left in group.left]
        links = accession.links_entry(group.left, name, at)
        if links is not None:
            entries.append(links)
        self._vault.sync()
        group.events = self._log.append(entries, self._witness)
        if group.taken or group.left or group.known:
            self._out.put(group)
