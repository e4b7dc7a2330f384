"""Where things stand in a case folder: names and relative paths only, no disk access.

harbour/
  case.toml                  format, id, name, engines, settings
  originals/ab/cdef…         write-once blobs
  logs/<log id>/             origin.json headers payloads/ tree checkpoints
  kept/ab/cdef…              derivatives that an event cites, and all OCR text
  derived/                   catalogue.db index/ pictures/ spool/ (a cache)
  tmp/                       half-written files; emptied when nobody holds the case
  case.lock                  held while `add` runs
  case.skip                  exhibits that it is asked to skip
"""

from __future__ import annotations

FORMAT = 1
CASE_FILE = "case.toml"
LOCK_FILE = "case.lock"
SKIP_FILE = "case.skip"
ORIGINALS = "originals"
KEPT = "kept"
LOGS = "logs"
DERIVED = "derived"
TMP = "tmp"
CATALOGUE = "derived/catalogue.db"
INDEX = "derived/index"
PICTURES = "derived/pictures"
SPOOL = "derived/spool"

LOG_ORIGIN = "origin.json"
LOG_HEADERS = "headers"
LOG_PAYLOADS = "payloads"
LOG_TREE = "tree"
LOG_CHECKPOINTS = "checkpoints"
EVENTS_PER_SEGMENT = 1000


def blob_place(digest: str) -> str:
    """The relative place of a blob inside `originals/` or `kept/`: `ab/cdef…`."""
    hexes = digest.removeprefix("sha256:")
    return f"{hexes[:2]}/{hexes[2:]}"


def digest_of_place(place: str) -> str:
    """The digest that a place `ab/cdef…` stands for."""
    return "sha256:" + place.replace("/", "").replace("\\", "")


def segment_name(sequence: int) -> str:
    """The payload segment that holds the event with this sequence number."""
    return f"{sequence // EVENTS_PER_SEGMENT:08d}"
