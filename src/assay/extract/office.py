"""What OOXML files share: the zip, its relations, its properties, the media inside it.

A part is read as a stream, so its size costs time and no memory. Pictures, embedded
documents and other objects are members under their part's name, in the order of the
directory. What a writer left out or broke costs that part one problem, not the file.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager

from assay.extract import dates
from assay.extract.problems import Stop
from assay.extract.request import Request
from assay.extract.spool import MemberBroken
from assay.extract.transcript import Transcript
from assay.extract.xmlstream import Broken, Sink, parse, short_name
from assay.extract.zipped import Archive, Entry, NotZip

# Parts that are the file's own workings: XML is read, fonts and printer settings say nothing.
_WORKINGS = (".xml", ".rels", ".vml", ".odttf", ".fntdata")


class Package:
    """An opened office file and where its problems go."""

    def __init__(self, archive: Archive, request: Request, transcript: Transcript) -> None:
        self.archive = archive
        self.request = request
        self.transcript = transcript
        if archive.salvaged:
            transcript.trouble("truncated", "", "the zip has no directory at its end")
        self.chunks_of_text: set[str] = set()  # XML parts that are documents by themselves
        self._folded = {name.lower(): entry for name, entry in archive.by_name.items()}

    def has(self, part: str) -> bool:
        """Tell whether the part is there. Names are compared without case, as writers do."""
        return part.lower() in self._folded

    def names(self, prefix: str) -> list[str]:
        """The names of parts that begin so, in the order of the directory."""
        return [n for n in self.archive.by_name if n.lower().startswith(prefix.lower())]

    def entry(self, part: str) -> Entry | None:
        """The entry of a part."""
        return self._folded.get(part.lower())

    def stream(self, part: str, sink: Sink) -> bool:
        """Feed a part to `sink`; False where it is not there. Its problems are recorded."""
        entry = self.entry(part)
        if entry is None:
            return False
        try:
            parse(self._chunks(entry, part), sink, self.request.limits)
        except MemberBroken as broken:
            self.transcript.trouble(broken.code, f"part {part}", broken.detail)
        except Broken as broken:
            self.transcript.trouble("damaged", f"part {part}", str(broken))
        except Stop as stop:
            self.transcript.trouble(
                stop.problem.code, stop.problem.where or f"part {part}", stop.problem.detail
            )
            if stop.problem.code in ("limit_text", "limit_pages", "limit_cells", "bomb"):
                raise
        except (OSError, EOFError, ValueError) as error:
            self.transcript.trouble("damaged", f"part {part}", type(error).__name__)
        except Exception as error:
            if type(error).__module__ not in ("zlib", "_lzma", "lzma"):
                raise
            self.transcript.trouble("damaged", f"part {part}", type(error).__name__)
        return True

    def _chunks(self, entry: Entry, part: str) -> Iterator[bytes]:
        limits = self.request.limits
        count = 0
        packed = max(entry.packed, 1)
        for chunk in self.archive.chunks(entry):
            count += len(chunk)
            if count > limits.member or (count > 16 << 20 and count > limits.ratio * packed):
                raise Stop("bomb", f"part {part}", f"over {limits.ratio} times its size")
            yield chunk

    def relations(self, part: str) -> dict[str, tuple[str, str]]:
        """Relation id -> (last word of its type, target part) of a part, in their order."""
        folder, name = posixpath.split(part)
        found = _Relations(folder)
        self.stream(f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels", found)
        return found.found

    def take_members(self, folders: tuple[str, ...] = ("",)) -> None:
        """Take out media and embedded objects: those below `folders`, where they are named."""
        spool = self.transcript.members()
        entries = [
            entry
            for name, entry in self.archive.by_name.items()
            if not entry.folder
            and name.startswith(folders)
            and (not name.lower().endswith(_WORKINGS) or name in self.chunks_of_text)
            and "/printersettings/" not in name.lower()
            and not (name.lower().startswith("xl/") and name.lower().endswith(".bin"))
        ]
        if not entries:
            self.transcript.spool = None
            return
        self.transcript.expected = len(entries)
        for entry in entries:
            if spool.wanted():
                spool.add(entry.name, self.archive.chunks(entry), entry.modified)
            else:
                spool.skip()

    def read_properties(self) -> None:
        """Note the core, extended and custom properties, and normalise the common ones."""
        collected = _Properties()
        for part in ("docProps/core.xml", "docProps/app.xml", "docProps/custom.xml"):
            self.stream(part, collected)
        for name, value in collected.found:
            self.transcript.note(name, value)
        found = dict(reversed(collected.found))
        self.transcript.title = found.get("core:title")
        self.transcript.author = found.get("core:creator") or found.get("core:lastModifiedBy")
        self.transcript.created = dates.from_iso(found.get("core:created", ""))
        self.transcript.modified = dates.from_iso(found.get("core:modified", ""))


@contextmanager
def opened(request: Request, transcript: Transcript) -> Iterator[Package]:
    """The package. Raises Stop with `damaged` where it is no zip."""
    try:
        archive = Archive(request.path)
    except NotZip:
        raise Stop("damaged", "", "no zip entries") from None
    with archive:
        yield Package(archive, request, transcript)


def attribute(attributes: dict[str, str], name: str) -> str:
    """An attribute by its short name (`w:val`), "" where it is not there."""
    for key, value in attributes.items():
        if short_name(key) == name:
            return value
    return ""


class _Relations:
    def __init__(self, folder: str) -> None:
        self.found: dict[str, tuple[str, str]] = {}
        self._folder = folder

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if not tag.endswith("Relationship"):
            return
        target = attributes.get("Target", "")
        if attributes.get("TargetMode") != "External":
            if target.startswith("/"):
                target = target.lstrip("/")
            else:
                target = posixpath.normpath(posixpath.join(self._folder, target))
        kind = attributes.get("Type", "").rpartition("/")[2]
        self.found[attributes.get("Id", "")] = (kind, target)

    def end(self, tag: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Properties:
    """Leaves of the property parts, named `core:creator`, `app:Company`, `custom:<name>`."""

    _KEEP = ("core", "app", "custom")

    def __init__(self) -> None:
        self.found: list[tuple[str, str]] = []
        self._text: list[str] = []
        self._custom = ""
        self._where = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._text.clear()
        prefix, _, local = tag.partition(":")
        if local in ("coreProperties", "Properties"):
            self._where = prefix
        if tag == "custom:property":
            self._custom = attributes.get("name", "")

    def end(self, tag: str) -> None:
        value = "".join(self._text).strip()
        self._text.clear()
        local = tag.partition(":")[2]
        if not value:
            return
        if self._where == "custom":
            self.found.append((f"custom:{self._custom}", value))
        elif self._where == "app" and tag.startswith("app:"):
            self.found.append((f"app:{local}", value))
        elif self._where not in ("app", "custom"):
            self.found.append((f"core:{local}", value))

    def data(self, text: str) -> None:
        self._text.append(text)
